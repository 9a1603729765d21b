// SPDX-License-Identifier: Apache-2.0
/* baeum evaluate: the scores of a saved model on known rows are those that training took on the same rows. */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>

static void same_scores(const char *data, const char *target, const char *model, const char *const *names, size_t n)
{
    bmt_exits(bmt_sh("baeum data split %s -t %s -q --validation 0 --test .3 -o e", data, target), 0);
    json_t *trained =
        bmt_json(bmt_exits(bmt_sh("baeum train e-train.csv --test e-test.csv -t %s -m %s -o e.st --json", target, model), 0));
    json_t *judged = bmt_json(bmt_exits(bmt_sh("baeum evaluate e.st e-test.csv --json"), 0));
    for (size_t i = 0; i < n; i++) {
        char there[80], here[80];
        snprintf(there, sizeof there, "metrics.test.%s", names[i]);
        snprintf(here, sizeof here, "metrics.%s", names[i]);
        bmt_near(names[i], bmt_json_number(judged, here), bmt_json_number(trained, there), 0);
    }
    bmt_near("rows", bmt_json_number(judged, "rows"), bmt_json_number(trained, "rows.test"), 0);
    json_decref(trained);
    json_decref(judged);
}

static void as_in_training(void **state)
{
    (void)state;
    static const char *const classes[] = {
        "accuracy", "f1", "precision", "recall", "balanced_accuracy", "roc_auc", "log_loss"
    };
    static const char *const more[] = { "accuracy", "f1_macro", "precision_macro", "recall_macro", "balanced_accuracy" };
    static const char *const numbers[] = { "r2", "mae", "rmse", "mse" };
    same_scores("creditcard", "card", "softmax", classes, BMI_COUNT(classes));
    same_scores("iris", "Species", "'mlp:8,epochs=5'", more, BMI_COUNT(more));
    same_scores("creditcard", "share", "linear", numbers, BMI_COUNT(numbers));
}

/* A line per row: their squares are the MSE that is shown, their quartiles too; of classes the probability of the true one. */
static void residuals(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train creditcard -t share -q --log-target -o c.st"), 0);
    bmt_contains("quartiles", bmt_exits(bmt_sh("baeum evaluate c.st creditcard"), 0).out, "\n             min ");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate c.st creditcard -o r.csv --json"), 0));
    char *rows = bmt_text("r.csv");
    double squares = 0, least = 1, most = -1;
    assert_string_equal(bmt_line(rows, 0), "target,prediction,residual");
    assert_int_equal(bmt_lines(rows), 1320);
    int n = 0;
    for (const char *at = strchr(rows, '\n') + 1; *at; at = strchr(at, '\n') + 1, n++) {
        double t, y, r;
        assert_int_equal(sscanf(at, "%lf,%lf,%lf", &t, &y, &r), 3);
        bmt_near("true less predicted", r, t - y, 1e-12);
        squares += r * r / 1319;
        least = r < least ? r : least;
        most = r > most ? r : most;
    }
    assert_int_equal(n, 1319);
    bmt_near("their squares", squares, bmt_json_number(json, "metrics.mse"), 1e-9);
    bmt_near("least", bmt_json_number(json, "residuals.min"), least, 1e-15);
    bmt_near("most", bmt_json_number(json, "residuals.max"), most, 1e-15);
    free(rows);
    json_decref(json);
    bmt_exits(bmt_sh("baeum train iris -q -o i.st"), 0);
    const bmt_run classes = bmt_exits(bmt_sh("baeum evaluate i.st iris -o -"), 0);
    assert_string_equal(bmt_line(classes.out, 0), "target,prediction,p_target");
    assert_int_equal(bmt_lines(classes.out), 151);
    bmt_contains("the first flower", bmt_line(classes.out, 1), "setosa,setosa,0.9");
    bmt_contains("words go elsewhere", classes.err, "accuracy");
    bmt_exits(bmt_sh("baeum evaluate i.st iris -o - --json"), 2);
    bmt_exits(bmt_sh("baeum evaluate i.st iris -o i.st"), 2);
    bmt_exits(bmt_sh("baeum evaluate i.st iris -o nowhere/r.csv"), 1);
}

/* The target is the table's own cell, not what the model learned of it. */
static void own_cells(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo 'a;y;t;l'; seq 60 | awk '{ print $1 \";\" ($1 == 2 ? 0 : 1000 + $1 + .41) \";1.\" 100 + $1 \",5;\" "
                     "$1 }') | sed '5s/;[^;]*;/;;/' > o.csv && "
                     "baeum train o.csv -t y -d t,l -q -o y.st && baeum train o.csv -t t -d y,l -q -o t.st && "
                     "baeum train o.csv -t l -d y,t --log-target -q -o l.st"),
              0);
    static const struct {
        const char *model, *targets;
    } cases[] = { { "y.st", "1001.41 0 1003.41 1005.41 " },
                  { "t.st", "1101.5 1102.5 1103.5 1104.5 " },
                  { "l.st", "1 2 3 4 " } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++)
        assert_string_equal(
            bmt_exits(bmt_sh("baeum evaluate %s o.csv -q -o - | sed -n 2,5p | cut -d, -f1 | tr '\\n' ' '", cases[i].model), 0)
                .out,
            cases[i].targets);
}

/* Numbers in a form of their own are counted as numbers, as in training. */
static void counted_as_numbers(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo 'a;w;s;y'; seq 60 | awk '{ print \"1.\" 100 + $1 \",5;2.\" 100 + $1 \",25;\" ($1 %% 2 ? \"u\" : "
                     "\"v\") \";3.\" 200 + 3 * $1 \",5\" }') > f.csv"),
              0);
    static const char first[] = "f            60 rows · 4 columns: 3 numbers, 1 text · nothing missing\n";
    bmt_contains("training", bmt_exits(bmt_sh("baeum train f.csv -t y --weights w -o f.st"), 0).out, first);
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate f.st f.csv"), 0);
    bmt_contains("evaluating", r.out, first);
    bmt_contains("weights", r.out, "\nweights      w · in the scores rows count as they weigh\n");
}

/* Several models in one table, each with the scores it has alone; they must be of one target. */
static void compared(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("baeum data split creditcard -t share -q --validation 0 -o s && baeum train s-train.csv -t share -q -o a.st && "
               "baeum train s-train.csv -t share -m mlp:8,epochs=3 -q -o b.st"),
        0);
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate a.st b.st s-test.csv"), 0);
    const char *a = strstr(r.out, "\na.st "), *b = strstr(r.out, "\nb.st "), *baseline = strstr(r.out, "\nbaseline ");
    assert_true(a && b && baseline && a < b && b < baseline);
    json_t *both = bmt_json(bmt_exits(bmt_sh("baeum evaluate a.st b.st s-test.csv --json"), 0));
    static const char *const names[] = { "a.st", "b.st" };
    for (size_t i = 0; i < 2; i++) {
        json_t *alone = bmt_json(bmt_exits(bmt_sh("baeum evaluate %s s-test.csv --json", names[i]), 0));
        const json_t *one = json_array_get(json_object_get(both, "models"), i);
        assert_string_equal(bmt_json_string(one, "file"), names[i]);
        bmt_near(names[i], bmt_json_number(one, "metrics.r2"), bmt_json_number(alone, "metrics.r2"), 0);
        bmt_near("baseline", bmt_json_number(both, "baseline.mse"), bmt_json_number(alone, "baseline.mse"), 1e-6); /* f32 */
        json_decref(alone);
    }
    json_decref(both);
    bmt_exits(
        bmt_sh("baeum train creditcard -t card -q -o y.st && baeum train creditcard -t card -m mlp:4,epochs=2 -q -o z.st"), 0);
    bmt_contains("of which class", bmt_exits(bmt_sh("baeum evaluate y.st z.st creditcard"), 0).out,
                 "F1, precision, recall of \"yes\"\n");
    json_t *positive = bmt_json(bmt_exits(bmt_sh("baeum evaluate y.st z.st creditcard --json"), 0));
    assert_string_equal(bmt_json_string(positive, "positive"), "yes");
    json_decref(positive);
    bmt_exits(bmt_sh("baeum evaluate a.st b.st s-test.csv -o r.csv"), 2);
    bmt_exits(bmt_sh("baeum evaluate a.st b.st - < s-test.csv"), 2);
    bmt_contains("a pipe", bmt_exits(bmt_sh("cat s-test.csv | baeum evaluate a.st b.st /dev/stdin"), 2).err,
                 "/dev/stdin can be read for one model; give a file\n");
    bmt_exits(bmt_sh("baeum evaluate a.st b.st /dev/stdin < s-test.csv"), 0);
    bmt_exits(bmt_sh("baeum evaluate a.st nothing.st s-test.csv"), 1);
    bmt_exits(bmt_sh("baeum train s-train.csv -t income -q -o c.st"), 0);
    bmt_contains("two targets", bmt_exits(bmt_sh("baeum evaluate a.st c.st s-test.csv"), 1).err,
                 "the first one's target is share (regression), another one's income (regression)");
    bmt_exits(bmt_sh("baeum train s-train.csv -t share --weights age -q -o d.st"), 0);
    bmt_contains("weights", bmt_exits(bmt_sh("baeum evaluate a.st d.st s-test.csv"), 1).err,
                 "share (regression), another one's share (regression, rows weighed by age)");
}

/* What all models say is said once, what some say with their names, however the file is called. */
static void said_once(void **state)
{
    (void)state;
    bmt_exits(
        bmt_sh("(echo a,b,w,y; seq 100 | awk '{ print $1 \",\" $1 %% 7 \",\" 1 + $1 %% 3 \",\" 3 * $1 + $1 %% 4 }') > s.csv && "
               "baeum train s.csv -t y -d w -q -o a.st && baeum train s.csv -t y -d w -q -s 2 -o b.st && "
               "baeum train s.csv -t y -d b,w -q -o c.st && sed '3s/,/ /' s.csv > bad.csv && sed -i '5s/,[0-9]*,/,,/' bad.csv"),
        0);
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate a.st b.st c.st bad.csv --bad-rows skip"), 0);
    bmt_contains("all", r.out, "\n! 1 row could not be read and was left out; the first: bad.csv:3:3: the row has 3 cells");
    bmt_contains("some", r.out, "\n! a.st, b.st: 1 cell was missing and filled as in training\n");
    int warnings = 0;
    for (const char *at = r.out; (at = strstr(at, "\n! ")); at++) warnings++;
    assert_int_equal(warnings, 2);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate a.st b.st c.st bad.csv --bad-rows skip --json"), 0));
    assert_int_equal(json_array_size(json_object_get(json, "warnings")), 2);
    json_decref(json);
    bmt_exits(bmt_sh("cp a.st $(printf 'a\\377.st')"), 0); /* a name that is no UTF-8 */
    json = bmt_json(bmt_exits(bmt_sh("baeum evaluate a*.st bad.csv --bad-rows skip --json"), 0));
    assert_int_equal(json_array_size(json_object_get(json, "models")), 2);
    json_decref(json);
    json = bmt_json(bmt_exits(bmt_sh("baeum predict $(printf 'n\\377.st') bad.csv --json"), 1));
    bmt_contains("an error, too", bmt_json_string(json, "error.message"), "n\xef\xbf\xbd.st");
    json_decref(json);
    bmt_contains("with the error", bmt_exits(bmt_sh("baeum evaluate a.st none.st bad.csv --bad-rows skip"), 1).out,
                 "! a.st: 1 row could not be read");
}

static void words(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train iris -q -o iris.st"), 0);
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate iris.st iris"), 0);
    bmt_contains("the first line", r.out, "iris         150 rows");
    bmt_contains("baseline", r.out,
                 "baseline       .333       .167              .111           .333       .333   .500       1.10   always the "
                 "most frequent "
                 "class of these rows\n");
    bmt_contains("counts", r.out,
                 "\ntrue \\ predicted   setosa   versicolor   virginica\nsetosa                 50            0           0\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate iris.st iris --json"), 0));
    double all = 0, right = 0;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++) {
            const double n = json_number_value(json_array_get(json_array_get(json_object_get(json, "confusion"), i), k));
            all += n;
            right += i == k ? n : 0;
        }
    bmt_near("all", all, 150, 0);
    bmt_near("the diagonal", right / 150, bmt_json_number(json, "metrics.accuracy"), 1e-12);
    bmt_near("log loss of a third each", bmt_json_number(json, "baseline.log_loss"), 1.0986122886681098, 1e-12);
    assert_string_equal(bmt_json_string(json, "task"), "classification");
    json_decref(json);
    assert_int_equal(bmt_lines(bmt_exits(bmt_sh("baeum evaluate iris.st iris -q"), 0).out), 3);
    bmt_exits(bmt_sh("baeum train creditcard -t share -q -o share.st"), 0);
    bmt_contains("numbers", bmt_exits(bmt_sh("baeum evaluate share.st creditcard"), 0).out, "always the mean of these rows\n");
}

static void counted_and_refused(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train iris -q -o iris.st && baeum data get iris -q"), 0);
    bmt_contains("missing cells",
                 bmt_exits(bmt_sh("sed '2s/^5.1//; 3s/^4.9/long/' iris.csv | baeum evaluate iris.st -"), 0).out,
                 "! 1 cell was missing and filled as in training\n! 1 cell is no number where training had numbers and taken "
                 "as missing");
    bmt_contains("no target", bmt_exits(bmt_sh("cut -d, -f1-4 iris.csv | baeum evaluate iris.st -"), 1).err,
                 "- has no column \"Species\", the target; baeum predict does without it");
    bmt_contains("an argument", bmt_exits(bmt_sh("baeum evaluate iris.st"), 2).err, "an argument is missing");
    static const char *const no_model[] = { "evaluate iris.csv iris", "predict iris.csv iris", "inspect iris.safetensors" };
    bmt_exits(bmt_sh("cp iris.csv iris.safetensors"), 0);
    for (size_t i = 0; i < BMI_COUNT(no_model); i++)
        bmt_contains(
            no_model[i], bmt_exits(bmt_sh("baeum %s", no_model[i]), 1).err,
            " is no model file but text, as a table is; what is wanted is a safetensors file, as models are saved in\n");
    bmt_contains("the other way round", bmt_exits(bmt_sh("baeum evaluate iris.csv iris.st"), 1).err,
                 "iris.csv is no model; the model comes first: baeum evaluate iris.st iris.csv");
    bmt_contains("a bad row", bmt_exits(bmt_sh("sed '5s/,.*//' iris.csv | baeum evaluate iris.st -"), 1).err,
                 "-:5:1: the row has 1 cell");
    bmt_contains("left out", bmt_exits(bmt_sh("sed '5s/,.*//' iris.csv | baeum evaluate iris.st - --bad-rows skip"), 0).out,
                 "149 rows");
}

/* One row of a class that training had not seen, or without a target, does not spoil the others. */
static void rows_of_other_kinds(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train iris -q -o iris.st && baeum data get iris -q && "
                     "sed '2,3s/setosa/rosa/; 4s/setosa/florentina/; 60s/versicolor//' iris.csv > other.csv && "
                     "sed '2,4d; 60d' iris.csv > known.csv"),
              0);
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate iris.st other.csv"), 0);
    bmt_contains("no target", r.out, "\n! 1 row has no \"Species\", the target; left out\n");
    const bmt_run held = bmt_exits(bmt_sh("baeum train known.csv -t Species --validation 0 --test other.csv -q -o held.st"), 0);
    bmt_contains("in training", held.out, "! 1 test row has no \"Species\", the target: left out\n");
    bmt_contains(
        "in training, too", held.out,
        "! 3 test rows have a class that was not there in training (\"rosa\" 2, \"florentina\" 1): wrong, whatever is ");
    bmt_contains("counted among the others",
                 bmt_exits(bmt_sh("baeum train known.csv -t Species --validation other.csv --test 0 -o held.st"), 0).out,
                 "\n(unseen)  ");
    bmt_contains("other classes", r.out,
                 "\n! 3 rows have a class that was not there in training (\"rosa\" 2, \"florentina\" 1): wrong, whatever is "
                 "predicted; left out of log loss and AUC\n");
    bmt_contains("counted among the others", r.out, "\n(unseen)                3            0           0\n");
    json_t *other = bmt_json(bmt_exits(bmt_sh("baeum evaluate iris.st other.csv --json"), 0)),
           *known = bmt_json(bmt_exits(bmt_sh("baeum evaluate iris.st known.csv --json"), 0));
    bmt_near("rows", bmt_json_number(other, "rows"), 149, 0);
    bmt_near("of other classes", bmt_json_number(other, "unseen_class"), 3, 0);
    bmt_near("without a target", bmt_json_number(other, "no_target"), 1, 0);
    bmt_near("none", bmt_json_number(known, "unseen_class") + bmt_json_number(known, "no_target"), 0, 0);
    bmt_near("accuracy", bmt_json_number(other, "metrics.accuracy"), bmt_json_number(known, "metrics.accuracy") * 146 / 149,
             1e-12);
    bmt_near("log loss", bmt_json_number(other, "metrics.log_loss"), bmt_json_number(known, "metrics.log_loss"), 1e-12);
    bmt_near("area", bmt_json_number(other, "metrics.roc_auc"), bmt_json_number(known, "metrics.roc_auc"), 1e-12);
    json_decref(other), json_decref(known);
    bmt_contains("unseen, row by row",
                 bmt_exits(bmt_sh("baeum evaluate iris.st other.csv -q -o - | head -n 5 | cut -c1-19"), 0).out,
                 "\nrosa,setosa,0\nrosa,setosa,0\nflorentina,setosa,0\nsetosa,setosa,0");
    bmt_exits(bmt_sh("(echo x,k; seq 60 | awk '{ print $1 \",\" $1 %% 3 }') > k.csv && baeum train k.csv -t k -q -o k.st && "
                     "sed '2s/,.*/,/; 3s/,.*/,7/' k.csv > k7.csv"),
              0);
    bmt_contains("numbers as they stand, of rows that have one",
                 bmt_exits(bmt_sh("baeum evaluate k.st k7.csv -q -o - | cut -d, -f1 | head -n 4 | paste -sd ' '"), 0).out,
                 "target 7 0 1\n");
    bmt_exits(bmt_sh("baeum evaluate k.st k.csv -o none/r.csv"), 1);
    bmt_contains("no target at all", bmt_exits(bmt_sh("sed '2,$s/,[a-z]*$/,/' iris.csv | baeum evaluate iris.st -"), 1).err,
                 "is missing in all 150 rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_in_training),     cmocka_unit_test(words),
                                        cmocka_unit_test(residuals),          cmocka_unit_test(compared),
                                        cmocka_unit_test(own_cells),          cmocka_unit_test(counted_as_numbers),
                                        cmocka_unit_test(said_once),          cmocka_unit_test(counted_and_refused),
                                        cmocka_unit_test(rows_of_other_kinds) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
