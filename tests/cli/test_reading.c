// SPDX-License-Identifier: Apache-2.0
/* The options that say how a file is read, and what the command tells of bad rows. */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>

static void options(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line, *says;
    } cases[] = {
        { "# made today\nzip,price\n00501,1.5\n02134,2\n", "show f.csv --comment '#' --types zip=text", "00501" },
        { "a,b\n x ,1\n y ,2\n", "get f.csv --trim -q -o -", "x,1\ny,2\n" },
        { "d,b\n13/2/2024,1\n3/4/2024,2\n", "get f.csv -q -o -", "2024-02-13,1\n2024-04-03,2\n" },
        { "d,b\n2024-02-13 10:00,1\n2024-02-13 11:30,2\n", "show f.csv", "2024-02-13T11:30:00   2" },
        { "1,2\n3,5\n", "get f.csv --header -q -o -", "1,2\n3,5\n" },
        { "n,t\n1,a\n2\n3,b,c\nx,d\n", "get f.csv --types n=integer --bad-rows missing -q -o -", "n,t\n1,a\n2,\n3,b\n,d\n" },
        { "1 1:2 3:.5\n-1 2:1\n", "get f.csv --format libsvm -q -o -", "label,f1,f2,f3\n1,2,0,0.5\n-1,0,1,0\n" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmt_temp_file("f.csv", cases[i].text, strlen(cases[i].text));
        bmt_contains(cases[i].line, bmt_exits(bmt_sh("baeum data %s", cases[i].line), 0).out, cases[i].says);
    }
}

static void comments(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("printf '# made today\\na,b\\n1,2\\n' > c.csv"), 0);
    bmt_contains("a hint", bmt_exits(bmt_sh("baeum inspect c.csv"), 1).err,
                 "the row has 2 cells, there is 1 column; if lines that begin with # are comments, say so: --comment '#'");
    bmt_contains("it works", bmt_exits(bmt_sh("baeum inspect c.csv --comment '#'"), 0).out, "1 row · 2 columns");
}

/* Lines above the names of the columns. */
static void titles(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("printf 'A title\na,b\n1,2\n3,4\n' > t.csv; printf 'A title;\na;b\n1;2\n3;4\n' > t2.csv"), 0);
    bmt_contains("a hint", bmt_exits(bmt_sh("baeum inspect t.csv"), 1).err,
                 "titles above the names of the columns are lines to skip: --skip 1");
    bmt_contains("it works", bmt_exits(bmt_sh("baeum inspect t.csv --skip 1"), 0).out, "2 rows · 2 columns: 2 numbers");
    bmt_contains("a note", bmt_exits(bmt_sh("baeum inspect t2.csv"), 0).out,
                 "! the first line has one name, the second 2 cells: if it is a title, --skip 1 leaves it out");
    bmt_contains("in both forms", bmt_exits(bmt_sh("baeum inspect t2.csv --skip 1"), 0).out, "2 rows · 2 columns: 2 numbers");
    bmt_contains("from a pipe", bmt_exits(bmt_sh("baeum inspect - --skip 1 < t.csv"), 0).out, "standard input");
    bmt_contains("all lines", bmt_exits(bmt_sh("baeum inspect t.csv --skip 9"), 1).err,
                 "t.csv has no row behind the 9 lines that are left out at its top");
    bmt_contains("data reads as the others do", bmt_exits(bmt_sh("baeum data --help"), 0).out, "--dates dmy|mdy");
}

static void said(void **state)
{
    (void)state;
    static const char text[] = "d,n,t\n1/2/2024,1.234,a\n3/4/2024,5.000,b\n1/1/2024,7.250\n1/1/2024,8.000,a,b\n";
    bmt_temp_file("s.csv", text, sizeof text - 1);
    bmt_run r = bmt_exits(bmt_sh("baeum inspect s.csv --bad-rows skip"), 0);
    bmt_contains("order", r.out, "it stays text; give --dates dmy or mdy\n");
    bmt_contains("rows", r.out, "! 2 rows could not be read and were left out; the first: s.csv:4:2: the row has 2 cells");
    bmt_contains("each", r.out, "! s.csv:5:4: the row has 4 cells, there are 3 columns");
    assert_null(strstr(r.out, " date ")); /* a column of text is called one */
    r = bmt_exits(bmt_sh("baeum inspect s.csv --bad-rows missing --dates dmy --thousands point"), 0);
    bmt_contains("filled", r.out, "! 1 row has too few cells; the others are missing\n");
    bmt_contains("cut", r.out, "! 1 row has too many cells, which were cut off\n");
    bmt_contains("thousands", r.out, "n has thousands separators");
    bmt_contains("dates", r.out, "2024-04-03");
    static const struct {
        const char *line, *says;
    } wrong[] = {
        { "--types n", "it must be COL=TYPE,... of integer, real, bool, text or date" },
        { "--types n=number", "it must be COL=TYPE,..." },
        { "--types m=real", "has no column \"m\", whose type is given" },
        { "--comment ab", "it must be one character other than a quote" },
        { "--thousands x", "it must be comma|point|blank|apostrophe" },
        { "--format xml", "it must be csv|libsvm" },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        r = bmt_sh("baeum inspect s.csv %s", wrong[i].line);
        assert_true(r.code == 1 || r.code == 2);
        bmt_contains(wrong[i].line, r.err, wrong[i].says);
    }
}

/* Training and judging on libsvm files by their names: the second has fewer indices. */
static void libsvm(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("seq 90 | awk '{ print ($1 %% 3 ? \"+1\" : \"-1\") \" 1:\" ($1 %% 3) \" 2:\" $1 %% 7 \" 9:\" $1 %% 2 }' > "
                     "a.libsvm && "
                     "seq 30 | awk '{ print ($1 %% 3 ? \"+1\" : \"-1\") \" 1:\" ($1 %% 3) \" 2:\" $1 %% 5 }' > b.svm"),
              0);
    bmt_contains("trained", bmt_exits(bmt_sh("baeum train a.libsvm -o a.st"), 0).out, "target       label, 2 classes");
    bmt_contains("judged", bmt_exits(bmt_sh("baeum evaluate a.st b.svm"), 0).out, "accuracy");
    assert_int_equal(bmt_lines(bmt_exits(bmt_sh("baeum predict a.st b.svm"), 0).out), 31);
    bmt_exits(bmt_sh("baeum data get b.svm -q -o c.svmlight && baeum data get c.svmlight -q -o c.csv && baeum data get b.svm "
                     "-q -o b.csv && "
                     "cmp b.csv c.csv"),
              0);
}

/* A model that met dates as ISO 8601 has them knows of no order: new rows tell theirs, and where none does it is told. */
static void order_of_new_rows(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("seq 400 | awk 'BEGIN { print \"when,y\" } { m = 1 + $1 %% 12; d = 1 + $1 %% 28; "
                     "printf \"2021-%%02d-%%02d,%%d\\n\", m, d, 10 * m }' > iso.csv && baeum train iso.csv -t y -q --task "
                     "regression -o iso.st"),
              0);
    static const struct {
        const char *rows;
        int first;
        const char *says;
    } cases[] = {
        { "10/06/2021\n25/06/2021\n", 60, "" },
        { "06/10/2021\n06/25/2021\n", 60, "" },
        { "2021-06-10\n2021-10-06\n", 60, "" },
        { "06/06/2021\n", 60, "" },
        { "06/10/2021\n06/06/2021\n06/10/2021\n", 60,
          "! 2 cells have a date whose day and month may be either way round, and no row tells; the month was taken to be "
          "first: "
          "when \"06/10/2021\" (2)" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[100];
        snprintf(text, sizeof text, "when\n%s", cases[i].rows);
        bmt_temp_file("new.csv", text, strlen(text));
        bmt_run r = bmt_exits(bmt_sh("baeum predict iso.st new.csv"), 0);
        const char *line = strchr(r.out, '\n');
        assert_non_null(line);
        bmt_near(cases[i].rows, atof(line + 1), cases[i].first, 1e-6);
        if (*cases[i].says) bmt_contains(cases[i].rows, r.err, cases[i].says);
        else assert_string_equal(r.err, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(titles),   cmocka_unit_test(order_of_new_rows),
                                        cmocka_unit_test(options),  cmocka_unit_test(said),
                                        cmocka_unit_test(comments), cmocka_unit_test(libsvm) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
