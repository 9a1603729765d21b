// SPDX-License-Identifier: Apache-2.0
/* baeum train, predict and evaluate on files that are read by parts: as on the table read whole; what is refused. */
#include "support/bmt_command.h"
#include <math.h>
#include <string.h>

static void make(void)
{
    bmt_exits(
        bmt_sh("(echo a,city,kind,y; seq 2000 | awk '{ a = $1 * 37 %% 101; b = $1 * 7 %% 3; r = $1 * 7919 %% 13; "
               "printf \"%%s,c%%d,%%s,%%d\\n\", ($1 %% 50 == 3 ? \"\" : a), b, (a + 9 * b + r > 60 ? \"high\" : \"low\"), "
               "3 * a - 20 * b + r }') > big.csv"),
        0);
}

/* Without held-out rows the fits are the same, and so are predictions and scores, whatever the parts. */
static void same(void **state)
{
    (void)state;
    make();
    const char *const all = "baeum train big.csv -t y --drop kind --validation 0 --test 0 -q";
    bmt_exits(bmt_sh("%s -o whole.safetensors", all), 0);
    bmt_exits(bmt_sh("%s -o parts.safetensors --parts 300", all), 0);
    json_t *a = bmt_json(bmt_exits(bmt_sh("baeum evaluate whole.safetensors big.csv --json"), 0)),
           *b = bmt_json(bmt_exits(bmt_sh("baeum evaluate parts.safetensors big.csv --parts 70 --json"), 0));
    static const char *const figures[] = {
        "rows", "metrics.r2", "metrics.rmse", "metrics.mae", "baseline.rmse", "baseline.mae"
    };
    for (int i = 0; i < 6; i++)
        bmt_near(figures[i], bmt_json_number(a, figures[i]), bmt_json_number(b, figures[i]),
                 1e-9 * (1 + fabs(bmt_json_number(a, figures[i]))));
    json_decref(a);
    json_decref(b);
    bmt_exits(bmt_sh("for p in '' '--parts 70'; do baeum evaluate parts.safetensors big.csv $p | tail -n +2 > \"e$p\"; "
                     "done; grep -q "
                     "^residual e && cmp e 'e--parts 70'"),
              0);
    bmt_exits(bmt_sh("baeum predict parts.safetensors big.csv --id city,a -o p1.csv && baeum predict parts.safetensors big.csv "
                     "--id city,a --parts 77 > p2.csv && cmp p1.csv p2.csv"),
              0);
}

static void classes(void **state)
{
    (void)state;
    make();
    const bmt_run r = bmt_exits(bmt_sh("baeum train big.csv -t kind --drop y --parts 150 --epochs 9 --model mlp:8,rate=.01 "
                                       "-o c.safetensors"),
                                0);
    bmt_contains("the file", r.out, "2,000 rows · 4 columns: 2 numbers, 2 text · read by parts");
    bmt_contains("the split", r.out, " train · ");
    json_t *a = bmt_json(bmt_exits(bmt_sh("baeum evaluate c.safetensors big.csv --json"), 0)),
           *b = bmt_json(bmt_exits(bmt_sh("baeum evaluate c.safetensors big.csv --parts 70 --json"), 0));
    static const char *const figures[] = { "metrics.accuracy", "metrics.f1", "metrics.roc_auc", "metrics.log_loss",
                                           "baseline.roc_auc" };
    for (int i = 0; i < 5; i++) bmt_near(figures[i], bmt_json_number(a, figures[i]), bmt_json_number(b, figures[i]), 1e-9);
    assert_true(bmt_json_number(a, "metrics.log_loss") < .6 * bmt_json_number(a, "baseline.log_loss"));
    json_decref(a);
    json_decref(b);
}

/* What is shown of a fit of classes is what is shown of the table read whole: scores, true against predicted classes, warnings; and so it
 * is of an evaluation. A packed file does as well. */
static void shown(void **state)
{
    (void)state;
    make();
    bmt_exits(bmt_sh("gzip -k big.csv"), 0);
    static const char *const models[] = { "", "--model softmax:penalty=none",
                                          "--model logistic:C=.01 --balanced --threshold .4",
                                          "--model one_vs_rest --metrics accuracy,pr_auc,brier,roc_auc" };
    for (size_t i = 0; i < BMI_COUNT(models); i++)
        bmt_exits(
            bmt_sh(
                "all='-t kind --drop y --validation 0 --test 0 -o s.safetensors %s'; of='/accuracy/,$p'\n"
                "baeum train big.csv $all > t1; baeum evaluate s.safetensors big.csv > e1; baeum explain s.safetensors > x1\n"
                "baeum train big.csv.gz $all --parts 190 > t2; baeum evaluate s.safetensors big.csv.gz --parts 90 > e2; baeum "
                "explain s.safetensors > x2\n"
                "for k in t1 t2 e1 e2; do sed -n \"$of\" $k | grep -v ^saved > part.$k; done\n"
                "test -s part.t1 && cmp part.t1 part.t2 && cmp part.e1 part.e2 && cmp x1 x2",
                models[i]),
            0);
    bmt_exits(
        bmt_sh("for by in true predicted all; do\n"
               "    for p in '' '--parts 90'; do baeum evaluate s.safetensors big.csv --normalize $by $p > \"n$p\"; done\n"
               "    grep -q 'true .* predicted' n && grep -q '^high  *[.01]' n && sed 1d n > n1 && sed 1d 'n--parts 90' > n2\n"
               "    cmp n1 n2 || exit 1\n"
               "done"),
        0);
    bmt_exits(bmt_sh("baeum train big.csv -t y -q -o y.safetensors"), 0);
    bmt_exits(bmt_sh("(echo a,b,y; seq 0 4999 | awk '{ print $1 * 7 %% 31 \",\" $1 * 11 %% 13 \",c\" ($1 %% 100 < 76 ? 0 : $1 "
                     "%% 25) }') "
                     "> rare.csv && baeum train rare.csv -t y -m softmax -q -o rare.st"),
              0);
    for (int parts = 0; parts < 2; parts++) /* of more classes than are shown, too */
        bmt_contains("rare", bmt_exits(bmt_sh("baeum evaluate rare.st rare.csv %s", parts ? "--parts 900" : ""), 0).out,
                     "! \"c1\" is never predicted, though 50 of 5,000 rows have it: --balanced");
    bmt_contains("numbers", bmt_exits(bmt_sh("baeum evaluate y.safetensors big.csv --parts 90 --normalize all"), 2).err,
                 "--normalize is of a table of classes; the model predicts numbers");
}

/* Rows that cannot be read keep their places, parts or not. */
static void bad_rows(void **state)
{
    (void)state;
    make();
    bmt_exits(
        bmt_sh(
            "baeum train big.csv -t y --drop kind -q -o m.safetensors && (head -40 big.csv; echo 1,2; tail -60 big.csv; echo "
            "3) > bad.csv && baeum predict m.safetensors bad.csv > b1.csv && baeum predict m.safetensors bad.csv --parts "
            "20 > b2.csv && cmp b1.csv b2.csv && test $(wc -l < b1.csv) = 102"),
        0);
    const bmt_run r = bmt_exits(bmt_sh("baeum train bad.csv -t y --drop kind --parts 20 --bad-rows skip -o n.safetensors"), 0);
    bmt_contains("left out", r.out, "! 2 rows could not be read: left out");
}

/* A part without a target in any row, and rows that all weigh nothing. */
static void rows_that_are_none(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("awk 'BEGIN { print \"a,w,y\"; for (i = 0; i < 100; i++) print i %% 7 \",0,\" (i >= 20 && i < 40 ? \"\" : "
               "i * .3) }' > empty.csv && baeum train empty.csv -t y -m linear --drop w --validation 0 --test 0 --parts 10 "
               "-q -o empty.st && sed 's/,0,/,1,/' empty.csv > ones.csv && baeum train ones.csv -t y -m linear --weights w "
               "--validation 0 --test 0 --parts 10 -q -o weighed.st && baeum evaluate empty.st empty.csv --parts 10"),
        0);
    bmt_contains("fit", bmt_exits(bmt_sh("baeum train empty.csv -t y -m linear --weights w --parts 10 -o no.st"), 1).err,
                 "the weights of all rows that are learned from are 0");
    for (int parts = 0; parts < 2; parts++)
        bmt_contains("evaluate", bmt_exits(bmt_sh("baeum evaluate weighed.st empty.csv %s", parts ? "--parts 10" : ""), 1).err,
                     "the weights of all 80 rows are 0; there is nothing to judge");
}

/* A file far larger than memory, most of it a hole: it is read by parts unasked, up to where it is no CSV. */
static void unasked(void **state)
{
    (void)state;
    make();
    if (bmt_sh("cp big.csv sparse.csv && truncate -s 900G sparse.csv").code) {
        bmt_skip("no sparse files here");
        return;
    }
    const bmt_run r = bmt_exits(bmt_sh("baeum train sparse.csv -t y; status=$?; rm sparse.csv; exit $status"), 1);
    bmt_contains("told", r.out, "! the table would take some ");
    bmt_contains("told", r.out, " are free: it is read by parts (--parts)\n");
    bmt_contains("the hole", r.err, "there is a NUL byte");
}

static void wrong(void **state)
{
    (void)state;
    make();
    static const struct {
        const char *line;
        int code;
        const char *says;
    } cases[] = {
        { "train big.csv -t y --parts 0", 2, "--parts is \"0\"; it must be a whole number from 1" },
        { "train iris --parts 10", 2, "--parts is of CSV files; iris is none" },
        { "train big.csv -t kind --model perceptron --parts 100", 2, "--model perceptron wants the whole table in memory" },
        { "train big.csv -t kind --drop y --model softmax:solver=saga --parts 100", 2,
          "the solver saga takes single rows at random" },
        { "train big.csv -t y --in-order --parts 100", 2, "--in-order wants the whole table in memory" },
        { "train big.csv -t y --balanced --parts 100", 2, "--balanced weighs classes; the target is numbers" },
        { "train big.csv -t y --threshold .3 --parts 100", 2, "--threshold is of two classes, the target is numbers" },
        { "train big.csv -t kind --threshold best-f1 --parts 100", 2,
          "--threshold best-METRIC wants the whole table in memory" },
        { "train big.csv -t y --test big.csv --parts 100", 2, "--test FILE wants the whole table in memory" },
        { "train big.csv -t z --parts 100", 2, "there is no column \"z\"" },
        { "train big.csv -t y -m lasso:alpha=auto --parts 100", 2, "lasso: folds need all rows at once" },
        { "train big.csv -t y --target-encode city --parts 100 -q", 2, "the step target_encode does to training rows" },
        { "train big.csv -t y -m mlp:4 --batch 90000 --parts 100", 2, "batch is 90000, but there are only" },
        { "train none.csv -t y --parts 100", 1, "none.csv" },
        { "train - -t y --parts 100 < big.csv", 1, "standard input is no regular file" },
        { "predict w.safetensors big.csv --parts 100 --json", 2, "--json holds all predictions in memory" },
        { "evaluate w.safetensors big.csv --parts 100 -o r.csv", 2, "--output wants the whole table in memory" },
        { "compare big.csv -t y --parts 100", 2, "there is no option --parts" },
    };
    bmt_exits(bmt_sh("baeum train big.csv -t y --drop kind -q -o w.safetensors"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bmt_run r = bmt_exits(bmt_sh("baeum %s", cases[i].line), cases[i].code);
        bmt_contains(cases[i].line, *r.err ? r.err : r.out, cases[i].says); /* of --json it is in the object */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same),    cmocka_unit_test(classes), cmocka_unit_test(bad_rows), cmocka_unit_test(rows_that_are_none),
        cmocka_unit_test(unasked), cmocka_unit_test(wrong),   cmocka_unit_test(shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
