// SPDX-License-Identifier: Apache-2.0
/* Files without a header: their first row is not taken for names without a word, and what the models of such files miss is told. */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>

static const char *const looks = "! the first row looks like data (\"";

static void looked_at(void **state)
{
    (void)state;
    static const struct {
        const char *make, *cell; /* the cell that tells; null: they are names */
    } files[] = {
        { "baeum data get iris -q && tail -n +2 iris.csv", "5.1" },
        { "seq 60 | awk '{ print \"t\" $1 % 3 \",\" $1 \",\" 100 + $1 }'", "t1" }, /* a text that comes again */
        { "seq 60 | awk '{ print \"n\" $1 \",\" 20 + $1 % 9 }'", "21" },           /* a number that comes again */
        { "seq 60 | awk '{ print \"n\" $1 \",\" ($1 % 2 ? \"true\" : \"false\") \",\" $1 }'", "true" },
        { "seq 60 | awk '{ print \"n\" $1 \",2024-01-\" 10 + $1 % 9 }'", "2024-01-11" },
        { "seq 60 | awk '{ print \"n\" $1 \",\" $1 + 1000 }'", NULL }, /* names as good as any */
        { "seq 100 160 | awk '{ print $1 \",\" $1 + 1000 }'", "100" }, /* nothing but numbers */
        { "seq 60 | awk '{ print \"?,\" 1.5 * $1 \",\" 7 }'", "1.5" },
        { "seq 60 | awk '{ print \"p,p,\" $1 }'", "p" },
        { "baeum data get iris -q && cat iris.csv", NULL },
        { "(echo country,2019,2020; seq 60 | awk '{ print \"n\" $1 \",\" $1 \",\" 2 * $1 }')", NULL }, /* years */
        { "(echo 0,1,2; seq 60 | awk '{ print $1 % 3 \",\" $1 % 4 \",\" $1 % 5 }')", NULL }, /* columns by their numbers */
        { "(echo a,b; seq 60 | awk '{ print \"b\" $1 % 2 \",\" $1 }')", NULL },
        { "(echo a,b; echo x,y; echo a,b; echo z,t)", NULL }, /* two files, one behind the other */
    };
    for (size_t i = 0; i < BMI_COUNT(files); i++) {
        bmt_exits(bmt_sh("(%s) > f.csv", files[i].make), 0);
        const bmt_run r = bmt_exits(bmt_sh("baeum inspect f.csv"), 0);
        if (!files[i].cell && strstr(r.out, looks)) fail_msg("%s: %s", files[i].make, r.out);
        if (!files[i].cell) continue;
        const char *said = strstr(r.out, looks);
        if (!said || strncmp(said + strlen(looks), files[i].cell, strlen(files[i].cell)))
            fail_msg("%s: %s", files[i].make, r.out);
        bmt_contains(files[i].make, r.out, "\"): columns are called c1, c2 ...; if it has their names, give --header\n");
        assert_null(strstr(bmt_exits(bmt_sh("baeum inspect f.csv --no-header"), 0).out, looks));
        if (i != 8) assert_null(strstr(bmt_exits(bmt_sh("baeum inspect f.csv --header"), 0).out, looks));
    }
    bmt_contains("both", bmt_exits(bmt_sh("baeum inspect f.csv --header --no-header"), 2).err, "are opposites");
}

/* A model has the names that training had: c1, c2 ... of a file without any. */
static void missed(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum data get iris -q && tail -n +2 iris.csv > bare.csv && baeum train iris -q -o named.st && "
                     "baeum train bare.csv --no-header -t c5 -q -o bare.st"),
              0);
    static const struct {
        const char *line, *says;
    } lines[] = {
        { "predict bare.st iris.csv", "iris.csv has no column \"c1\", which the recipe was fitted with" },
        { "evaluate bare.st bare.csv --header",
          "has no column \"c5\", the target; baeum predict does without it; the columns had "
          "no names in training, and --header says that here they have" },
        { "predict named.st bare.csv",
          "; its first row looks like data: it must be the names that the columns had in training" },
        { "predict named.st iris.csv --no-header", "has no column \"Sepal.Length\", which the recipe was fitted with; with "
                                                   "--no-header columns are called c1, c2 ..., and in "
                                                   "training they had names: give it without\n" },
    };
    for (size_t i = 0; i < BMI_COUNT(lines); i++)
        bmt_contains(lines[i].line, bmt_exits(bmt_sh("baeum %s", lines[i].line), 1).err, lines[i].says);
    bmt_exits(bmt_sh("baeum predict bare.st bare.csv -q > out.csv && baeum evaluate bare.st bare.csv --no-header && "
                     "echo 5.1,3.5,1.4,.2 | baeum predict bare.st - -q > one.csv && grep -q setosa one.csv"),
              0);
    bmt_contains("another column", bmt_exits(bmt_sh("cut -d, -f2- iris.csv | baeum predict named.st -"), 1).err,
                 "which the recipe was fitted with; did you mean \"");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(looked_at), cmocka_unit_test(missed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
