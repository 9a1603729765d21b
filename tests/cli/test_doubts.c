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
    static const char rows[] = "(echo country; printf 'NA\\n \\n') | baeum predict n.st - --json";
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
    static const struct {
        const char *age;
        bool doubted;
    } gaps[] = { { "$1 % 15 == 6 ? 7 : $1 % 15", true },
                 { "$1 == 9 ? 20 : $1 % 17", true },
                 { "10 * ($1 % 15)", false },
                 { "$1 % 4", false } };
    for (size_t i = 0; i < BMI_COUNT(gaps); i++) {
        char row[100];
        snprintf(row, sizeof row, "$1 \",\" (%s)", gaps[i].age);
        make_csv("a,age", 300, row);
        const bmt_run r = bmt_exits(bmt_sh("baeum train x.csv -t age"), 0);
        assert_true((strstr(r.out, "if they are amounts") != NULL) == gaps[i].doubted);
    }
}

/* A loss of numbers tells that whole numbers are amounts. */
static void by_loss(void **state)
{
    (void)state;
    static const char mlp[] = "-m mlp:4,epochs=1 -o x.st";
    static const char *const losses[] = { "poisson", "mse", "mae", "huber", "msle", "log_cosh" };
    make_csv("a,two", 300, "$1 \",\" $1 % 2");
    bmt_exits(bmt_sh("mv x.csv y.csv"), 0);
    make_csv("a,n,b,s", 300, "$1 \",\" $1 % 15 \",\" ($1 % 2 ? \"true\" : \"false\") \",\" ($1 % 2 ? \"u\" : \"v\")");
    for (size_t i = 0; i < BMI_COUNT(losses); i++) {
        char says[100];
        snprintf(says, sizeof says, "\ntarget       n, integer, 0 to 14: regression (from --loss %s)\n", losses[i]);
        bmt_contains(losses[i], bmt_exits(bmt_sh("baeum train x.csv -t n --loss %s %s", losses[i], mlp), 0).out, says);
    }
    bmt_contains("as asked",
                 bmt_exits(bmt_sh("baeum train x.csv -t n --task classification --loss softmax_crossentropy %s", mlp), 0).out,
                 "15 classes: classification (as asked)\n");
    bmt_contains("a loss of classes", bmt_exits(bmt_sh("baeum train x.csv -t n --loss softmax_crossentropy %s", mlp), 0).out,
                 "15 classes: classification (inferred");
    bmt_contains("two values", bmt_exits(bmt_sh("baeum train y.csv -t two --loss mse %s", mlp), 0).out,
                 "two, 2 classes: 0 150, 1 150: classification (inferred");
    bmt_contains("true/false", bmt_exits(bmt_sh("baeum train x.csv -t b --loss mse %s", mlp), 0).out,
                 "classification (inferred");
    static const struct {
        const char *options, *says;
        int code;
    } wrong[] = {
        { "-t n --task classification --loss poisson", "softmax_crossentropy; --task regression learns it as a number\n", 2 },
        { "-t n --loss poisson --log-target", "--loss poisson and --log-target: the loss takes logarithms itself", 2 },
        { "-t n --loss msle --log-target", "--loss msle and --log-target: the loss takes logarithms itself", 2 },
        { "-t n --loss mape",
          "--loss mape divides by the target, and 20 rows (the first: row 15 of the data) have a \"n\" of 0: ", 1 },
        { "-t minus --loss poisson",
          "--loss poisson wants numbers of 0 or more, and 1 row (the first: row 9 of the data) has a \"minus\" below 0: ", 1 },
    };
    bmt_exits(bmt_sh("awk -F, '{ print $0 \",\" (NR == 1 ? \"minus\" : NR == 10 ? -.5 : $1) }' x.csv > y.csv"), 0);
    for (size_t i = 0; i < BMI_COUNT(wrong); i++)
        bmt_contains(wrong[i].options, bmt_exits(bmt_sh("baeum train y.csv %s %s", wrong[i].options, mlp), wrong[i].code).err,
                     wrong[i].says);
}

/* Classes of one row, whether they are texts or numbers. */
static void one_row(void **state)
{
    (void)state;
    make_csv("a,n,s", 300, "$1 \",\" ($1 == 9 ? 77 : $1 % 3) \",\" ($1 == 9 ? \"odd\" : \"k\" $1 % 3)");
    bmt_contains("numbers", bmt_exits(bmt_sh("baeum train x.csv -t n --validation 0 --test 0"), 0).out,
                 "! 1 class of n has one row only to learn from: \"77\"\n");
    bmt_contains("texts", bmt_exits(bmt_sh("baeum train x.csv -t s --validation 0 --test 0"), 0).out,
                 "! 1 class of s has one row only to learn from: \"odd\"\n");
}

/* A model of something else that is written over. */
static void replaced(void **state)
{
    (void)state;
    make_csv("a,b,rent,size", 60, "$1 \",\" $1 * 7 % 11 \",\" 3 * $1 + .5 \",\" $1 * $1 / 8");
    assert_null(strstr(bmt_exits(bmt_sh("rm -f x.safetensors && baeum train x.csv -t rent -q"), 0).out, "replaced"));
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t rent -q -s 3"), 0).out, "replaced"));
    bmt_contains("columns", bmt_exits(bmt_sh("baeum train x.csv -t rent -d b"), 0).out,
                 "! replaced x.safetensors, which predicted rent from other columns\n");
    bmt_contains("target", bmt_exits(bmt_sh("baeum train x.csv -t size -q"), 0).out,
                 "! replaced x.safetensors, which predicted rent\n");
    /* 40 images of 2 x 2, and their labels */
    bmt_exits(bmt_sh("(printf '\\000\\000\\010\\003\\000\\000\\000\\050\\000\\000\\000\\002\\000\\000\\000\\002'; for i in "
                     "$(seq 20); do "
                     "printf '\\001\\002\\003\\377\\377\\003\\002\\001'; done) > images.idx; (printf "
                     "'\\000\\000\\010\\001\\000\\000\\000\\050'; "
                     "for i in $(seq 20); do printf '\\000\\001'; done) > labels.idx; "
                     "baeum train images.idx -t labels.idx -q -o m.st"),
              0);
    bmt_contains("arrays", bmt_exits(bmt_sh("baeum train x.csv -t size -q -o m.st"), 0).out,
                 "! replaced m.st, which was of arrays\n");
    bmt_contains("a table", bmt_exits(bmt_sh("baeum train images.idx -t labels.idx -q -o m.st"), 0).out,
                 "! replaced m.st, which predicted size\n");
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
        cmocka_unit_test(marks),     cmocka_unit_test(namibia), cmocka_unit_test(rare),    cmocka_unit_test(amounts),
        cmocka_unit_test(logarithm), cmocka_unit_test(by_loss), cmocka_unit_test(one_row), cmocka_unit_test(replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
