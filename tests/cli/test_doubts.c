// SPDX-License-Identifier: Apache-2.0
/* What the command says of tables that may be mistaken, and how it is told otherwise: marks of missing cells, NA as a category, rare
 * categories, whole numbers as classes; and columns taken by their logarithm. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Writes x.csv: a header and rows by an awk expression of $1 = 1 ... n. */
static void make_csv(const char *header, int n, const char *row)
{
    bmt_exits(bmt_sh("(echo '%s'; seq 1 %d | awk '{ print %s }') > x.csv", header, n, row), 0);
}

static void marks(void **state)
{
    (void)state;
    make_csv("a,y", 60, "($1 % 20 ? $1 : -999) \",\" 3 * $1 + .5");
    bmt_contains("told", bmt_exits(bmt_sh("baeum train x.csv -t y"), 0).out,
                 "! a is -999 in 2 rows, and 1 to 59 otherwise: if it means a missing cell, say so when the table is read "
                 "(--missing -999)\n");
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t y --missing -999"), 0).out, "otherwise"));
}

/* The two letters of Namibia: a missing cell, or with --missing '' a category; rows to be predicted are read as in training. */
static void namibia(void **state)
{
    (void)state;
    static const char rows[] = "(echo country; printf 'NA\\n\"\"\\n') | baeum predict n.st - --json";
    make_csv("country,y", 90, "($1 % 3 == 0 ? \"NA\" : $1 % 3 == 1 ? \"DE\" : \"FR\") \",\" ($1 % 3 == 0 ? 7.5 : $1 % 9)");
    bmt_contains("a mark", bmt_exits(bmt_sh("baeum train x.csv -t y -o n.st"), 0).out, "country: one-hot into 3\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("%s", rows), 0));
    bmt_near("both are missing", bmt_json_number(json, "counts.missing"), 2, 0);
    json_decref(json);
    bmt_contains("a text", bmt_exits(bmt_sh("baeum train x.csv -t y --missing '' -o n.st"), 0).out,
                 "country: one-hot into 4\n");
    json = bmt_json(bmt_exits(bmt_sh("%s", rows), 0));
    bmt_near("the empty one is", bmt_json_number(json, "counts.missing"), 1, 0);
    bmt_near("known", bmt_json_number(json, "counts.unseen"), 0, 0);
    json_decref(json);
    bmt_contains("beside another", bmt_exits(bmt_sh("baeum train x.csv -t y --missing ',FR'"), 0).out,
                 "country: one-hot into 3\n");
}

static void rare(void **state)
{
    (void)state;
    make_csv("c,y", 60, "($1 < 30 ? \"a\" : $1 < 57 ? \"b\" : \"odd\") \",\" $1 + .5");
    bmt_exits(bmt_sh("baeum train x.csv -t y --in-order --validation 0 --test 0 --step c=one_hot:2 -o r.st"), 0);
    bmt_exits(bmt_sh("(echo c; echo odd; echo a; echo new; echo odd) > new.csv"), 0);
    const bmt_run r = bmt_exits(bmt_sh("baeum predict r.st new.csv"), 0);
    bmt_contains("unseen", r.err, "! 1 cell has a category that was not there in training: c \"new\" (1)\n");
    bmt_contains("rare", r.err,
                 "! 2 cells have a category that was too rare in training for a column of its own: c \"odd\" (2)\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum predict r.st new.csv --json"), 0));
    bmt_near("rare", bmt_json_number(json, "counts.rare"), 2, 0);
    bmt_near("unseen", bmt_json_number(json, "counts.unseen"), 1, 0);
    assert_string_equal(bmt_json_string(json_array_get(json_object_get(json_object_get(json, "counts"), "columns"), 1), "what"),
                        "rare");
    json_decref(json);
}

static void amounts(void **state)
{
    (void)state;
    make_csv("a,age", 300, "$1 % 18 \",\" $1 % 18");
    bmt_contains("told", bmt_exits(bmt_sh("baeum train x.csv -t age"), 0).out,
                 "\ntarget       age, 18 classes: classification (inferred; if they are amounts, --task regression)\n");
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t age --task classification"), 0).out, "amounts"));
    bmt_contains("as it says", bmt_exits(bmt_sh("baeum train x.csv -t age --task regression"), 0).out, "regression");
}

/* y = 3 log(1 + a): a line once the column is drawn in. */
static void logarithm(void **state)
{
    (void)state;
    make_csv("a,y", 200, "$1 * $1 * $1 \",\" 3 * log(1 + $1 * $1 * $1)");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train x.csv -t y --step a=log -o l.st --json"), 0));
    bmt_near("a line", bmt_json_number(json, "metrics.test.r2"), 1, 1e-6);
    json_decref(json);
    const bmt_run r = bmt_exits(bmt_sh("printf 'a\\n26\\n-1\\n0\\n' | baeum predict l.st -"), 0);
    bmt_near("3 log 27", atof(bmt_line(r.out, 1)), 3 * log(27), 1e-3);
    assert_string_equal(bmt_line(r.out, 2), "\"\""); /* keeps its place */
    bmt_near("0", atof(bmt_line(r.out, 3)), 0, 1e-3);
    bmt_contains("without columns", bmt_exits(bmt_sh("baeum train x.csv -t y --step log"), 2).err,
                 "log needs the names of columns");
    make_csv("a,y", 60, "$1 - 9 \",\" $1 + .5");
    bmt_contains("no logarithm", bmt_exits(bmt_sh("baeum train x.csv -t y --step a=log"), 1).err, "log: column \"a\" has -");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks),   cmocka_unit_test(namibia),   cmocka_unit_test(rare),
        cmocka_unit_test(amounts), cmocka_unit_test(logarithm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
