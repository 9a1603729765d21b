// SPDX-License-Identifier: Apache-2.0
/* Judging by the command: chosen metrics, reasons of figures that are not there, thresholds in train, evaluate and predict, and curves. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void train(const char *more)
{
    bmt_exits(bmt_sh("baeum train infert -m logistic -q -o j.st %s", more), 0);
}

static void chosen_metrics(void **state)
{
    (void)state;
    train("");
    const bmt_run r = bmt_exits(bmt_sh("baeum evaluate j.st infert --metrics 'mcc,fbeta(.5), roc_auc'"), 0);
    bmt_contains("in the order of the list", r.out, "MCC   fbeta(0.5)    AUC");
    json_t *all = bmt_json(bmt_exits(bmt_sh("baeum evaluate j.st infert --json"), 0)),
           *some = bmt_json(bmt_exits(bmt_sh("baeum evaluate j.st infert --metrics roc_auc,average_precision,ece --json"), 0));
    bmt_near("the same", bmt_json_number(some, "metrics.roc_auc"), bmt_json_number(all, "metrics.roc_auc"), 0);
    bmt_near("loss is there", bmt_json_number(some, "metrics.loss"), bmt_json_number(all, "metrics.log_loss"), 0);
    assert_true(bmt_json_number(some, "metrics.average_precision") > .5);
    assert_int_equal(json_object_size(json_object_get(some, "metrics")), 4);
    json_decref(all);
    json_decref(some);
    train("--metrics 'f1,brier,ks'");
    json_t *trained = bmt_json(bmt_exits(bmt_sh("baeum inspect j.st --json"), 0));
    assert_true(bmt_json_number(trained, "metrics.test.brier") > 0);
    assert_int_equal(json_object_size(json_object_get(json_object_get(trained, "metrics"), "train")), 4);
    json_decref(trained);
    bmt_contains("a slip", bmt_exits(bmt_sh("baeum evaluate j.st infert --metrics rocauc"), 2).err,
                 "did you mean \"roc_auc\"?");
    bmt_contains("a slip", bmt_exits(bmt_sh("baeum train infert --metrics f1,,f2"), 2).err, "a name is missing");
    bmt_exits(bmt_sh("baeum train creditcard -t share -q -o c.st --metrics 'adjusted_r2,median_ae,pinball(.9)'"), 0);
    bmt_contains("of numbers",
                 bmt_exits(bmt_sh("baeum evaluate c.st creditcard --metrics adjusted_r2,d2_absolute_error"), 0).out,
                 "adjusted_r2   d2_absolute_error");
}

static void reasons(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum train iris -q -o i.st && baeum data show iris --rows 3 >/dev/null"), 0);
    bmt_exits(bmt_sh("(echo Sepal.Length,Sepal.Width,Petal.Length,Petal.Width,Species; echo 5.1,3.5,1.4,.2,setosa; "
                     "echo 7,3.2,4.7,1.4,versicolor) > two.csv"),
              0);
    bmt_contains("in words", bmt_exits(bmt_sh("baeum evaluate i.st two.csv"), 0).out,
                 "AUC of model: no row is of class \"virginica\"\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate i.st two.csv --json"), 0));
    assert_true(json_is_null(json_object_get(json_object_get(json, "metrics"), "roc_auc")));
    assert_string_equal(bmt_json_string(json, "metrics.why.roc_auc"), "no row is of class \"virginica\"");
    json_decref(json);
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (; (text = strstr(text, what)); text += strlen(what)) n++;
    return n;
}

static void thresholds(void **state)
{
    (void)state;
    train("");
    const int half = count(bmt_exits(bmt_sh("baeum predict j.st infert"), 0).out, "\n1,");
    const int low = count(bmt_exits(bmt_sh("baeum predict j.st infert --threshold .2"), 0).out, "\n1,");
    assert_true(half > 20 && low > half + 20);
    json_t *plain = bmt_json(bmt_exits(bmt_sh("baeum evaluate j.st infert --json"), 0)),
           *best = bmt_json(bmt_exits(bmt_sh("baeum evaluate j.st infert --threshold best-f1 --json"), 0));
    assert_true(bmt_json_number(best, "metrics.f1") > bmt_json_number(plain, "metrics.f1"));
    bmt_near("ranks stay", bmt_json_number(best, "metrics.roc_auc"), bmt_json_number(plain, "metrics.roc_auc"), 0);
    assert_true(bmt_json_number(best, "threshold") > 0);
    json_decref(plain);
    json_decref(best);
    train("--threshold .2");
    assert_int_equal(count(bmt_exits(bmt_sh("baeum predict j.st infert"), 0).out, "\n1,"), low);
    bmt_contains("inspect", bmt_exits(bmt_sh("baeum inspect j.st"), 0).out, "\"1\" from a probability of .200 on");
    train("--threshold best-balanced_accuracy");
    json_t *kept = bmt_json(bmt_exits(bmt_sh("baeum inspect j.st --json"), 0));
    const double at = bmt_json_number(kept, "threshold");
    assert_true(at > 0 && at < 1 && at != .5);
    json_decref(kept);
    static const struct {
        const char *command, *says;
    } wrong[] = { { "baeum evaluate j.st infert --threshold 7", "--threshold is \"7\"; it must be a probability" },
                  { "baeum evaluate j.st infert --threshold best-roc_auc", "no threshold decides roc_auc" },
                  { "baeum evaluate j.st infert --threshold best-f9", "which is no metric" },
                  { "baeum predict j.st infert --threshold best-f1", "takes rows whose target is known" },
                  { "baeum train iris --threshold .3", "--threshold is of two classes, the target has more" } };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++)
        bmt_contains(wrong[i].command, bmt_exits(bmt_sh("%s", wrong[i].command), 2).err, wrong[i].says);
}

static void curves(void **state)
{
    (void)state;
    static const char *const of_classes[] = { "roc", "pr", "det", "calibration", "gain", "threshold", "confusion", "classes" };
    train("");
    for (size_t i = 0; i < BMI_COUNT(of_classes); i++) {
        const bmt_run r = bmt_exits(bmt_sh("baeum evaluate j.st infert --curve %s -o curve.csv", of_classes[i]), 0);
        char *rows = bmt_text("curve.csv");
        assert_true(bmt_lines(rows) > 2 && strlen(r.out) > 300);
        free(rows);
    }
    bmt_contains("drawn", bmt_exits(bmt_sh("baeum evaluate j.st infert --curve roc"), 0).out, "\ntpr\n     1.00 |");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate j.st infert --curve pr --json"), 0));
    assert_string_equal(bmt_json_string(json, "curve.name"), "pr");
    assert_true(json_array_size(json_object_get(json_object_get(json_object_get(json, "curve"), "columns"), "recall")) > 50);
    json_decref(json);
    bmt_exits(bmt_sh("baeum train iris -q -o i.st"), 0);
    bmt_contains("a letter each", bmt_exits(bmt_sh("baeum evaluate i.st iris --curve gain"), 0).out, "c virginica\n");
    bmt_exits(bmt_sh("baeum train creditcard -t share -q -o c.st"), 0);
    bmt_contains("of numbers", bmt_exits(bmt_sh("baeum evaluate c.st creditcard --curve residuals"), 0).out, "\nresidual\n");
    bmt_contains("no classes", bmt_exits(bmt_sh("baeum evaluate c.st creditcard --curve roc"), 1).err,
                 "roc is of classes, the model predicts numbers");
    bmt_contains("a slip", bmt_exits(bmt_sh("baeum evaluate c.st creditcard --curve rok"), 2).err,
                 "--curve is \"rok\"; there are ");
    bmt_contains("help", bmt_exits(bmt_sh("baeum help curves"), 0).out, "  pr ");
}

/* The table of classes as shares: of each true class, of each predicted one, or of all rows. */
static void shares(void **state)
{
    (void)state;
    double counts[3][3], all = 0;
    bmt_exits(bmt_sh("baeum train iris -q -o i.st"), 0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum evaluate i.st iris --json"), 0));
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            all += counts[i][k] = json_number_value(json_array_get(json_array_get(json_object_get(json, "confusion"), i), k));
    json_decref(json);
    assert_true(all == 150 && counts[1][2] > 0);
    static const char *const by[] = { "true", "predicted", "all" };
    for (int b = 0; b < 3; b++) {
        json = bmt_json(bmt_exits(bmt_sh("baeum evaluate i.st iris --normalize %s --curve confusion --json", by[b]), 0));
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 3; k++) {
                double whole = b == 2 ? all : 0;
                for (size_t j = 0; j < 3 && b < 2; j++) whole += b ? counts[j][k] : counts[i][j];
                const json_t *table = json_array_get(json_array_get(json_object_get(json, "confusion"), i), k);
                const json_t *column = json_object_get(json_object_get(json_object_get(json, "curve"), "columns"),
                                                       (const char *[]){ "setosa", "versicolor", "virginica" }[k]);
                bmt_near(by[b], json_number_value(table), counts[i][k] / whole, 1e-15);
                bmt_near(by[b], json_number_value(json_array_get(column, i)), counts[i][k] / whole, 1e-15);
            }
        json_decref(json);
    }
    bmt_contains("in words", bmt_exits(bmt_sh("baeum evaluate i.st iris --normalize true"), 0).out,
                 "setosa              1.000         .000        .000");
    bmt_contains("a slip", bmt_exits(bmt_sh("baeum evaluate i.st iris --normalize rows"), 2).err,
                 "it must be true|predicted|all");
    bmt_exits(bmt_sh("baeum train creditcard -t share -q -o c.st"), 0);
    bmt_contains("numbers", bmt_exits(bmt_sh("baeum evaluate c.st creditcard --normalize true"), 2).err,
                 "--normalize is of a table of classes; the model predicts numbers");
    bmt_exits(
        bmt_sh("(echo a,b,y; seq 0 624 | awk '{ print $1 %% 25 + $1 %% 3 / 9 \",\" $1 %% 7 \",c\" $1 %% 25 }') > wide.csv && "
               "baeum train wide.csv -t y -q -o wide.st"),
        0);
    bmt_contains("more classes than are shown", bmt_exits(bmt_sh("baeum evaluate wide.st wide.csv --normalize true"), 2).err,
                 "which is shown of up to 20; the model has 25: --curve confusion has them all");
    bmt_exits(bmt_sh("baeum evaluate wide.st wide.csv --normalize true --curve confusion"), 0);
    bmt_contains("several", bmt_exits(bmt_sh("baeum evaluate i.st i.st iris --normalize all"), 2).err,
                 "--normalize is of one model");
}

/* Whatever the number of threads, and the rows are predicted in parts. */
static void threads(void **state)
{
    (void)state;
    static const char *const metrics =
        "roc_auc,roc_auc_ovo_weighted,average_precision,log_loss,brier,ece,mcc,kappa,f1_weighted,d2_log_loss";
    char *first = NULL;
    bmt_exits(bmt_sh("baeum train digits -q -m 'mlp:16,epochs=3' -o d.st"), 0);
    for (int n = 1; n <= 3; n++) {
        const bmt_run r = bmt_exits(bmt_sh("baeum evaluate d.st digits --json --threads %d --metrics '%s'", n, metrics), 0);
        if (first) assert_string_equal(r.out, first);
        else first = strdup(r.out);
    }
    free(first);
}

/* What tells a class alone has no probability that a threshold could be of: refused before anything is fitted. */
static void threshold_of_scores(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo a,b,y; seq 60 | awk '{ print $1, $1 * 7 %% 11, ($1 + $1 * 7 %% 11 > 33 ? \"yes\" : \"no\") }' "
                     "OFS=,) > two.csv"),
              0);
    static const char *const models[] = { "-m perceptron", "-m mlp:4 --loss hinge" };
    for (size_t i = 0; i < BMI_COUNT(models); i++) {
        bmt_contains(models[i], bmt_exits(bmt_sh("baeum train two.csv -t y %s --threshold .3", models[i]), 2).err,
                     "tells which class alone");
        bmt_contains(models[i], bmt_exits(bmt_sh("baeum train two.csv -t y %s --threshold best-f1", models[i]), 2).err,
                     "class alone");
        bmt_exits(bmt_sh("baeum train two.csv -t y %s -q -o m.st", models[i]), 0);
        bmt_contains(models[i], bmt_exits(bmt_sh("baeum evaluate m.st two.csv --threshold .3"), 2).err, "class alone");
        bmt_contains(models[i], bmt_exits(bmt_sh("baeum predict m.st two.csv --threshold .3"), 2).err, "class alone");
        bmt_exits(bmt_sh("baeum evaluate m.st two.csv --curve confusion"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(threshold_of_scores),
                                        cmocka_unit_test(chosen_metrics),
                                        cmocka_unit_test(reasons),
                                        cmocka_unit_test(thresholds),
                                        cmocka_unit_test(curves),
                                        cmocka_unit_test(shares),
                                        cmocka_unit_test(threads) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
