// SPDX-License-Identifier: Apache-2.0
/* baeum compare: the table, its JSON, how folds are asked for, lists of models, wrong options. */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>

static void table_and_json(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum compare iris --models softmax,perceptron,mlp:8 --epochs 5"), 0);
    bmt_contains("folds", r.out, "folds        5, by classes, shuffled, seed 0\n");
    bmt_contains("columns", r.out, "accuracy      ±");
    bmt_contains("the baseline on top", r.out, "\nbaseline");
    bmt_contains("a line for each", r.out, "/15   softmax   accuracy .");
    bmt_contains("next", r.out, "next: baeum train iris --target Species --model softmax\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum compare iris --models softmax,mlp:8 --epochs 5 --json"), 0));
    const json_t *models = json_object_get(json, "models");
    assert_int_equal(json_array_size(models), 3);
    assert_string_equal(bmt_json_string(json_array_get(models, 0), "name"), "baseline");
    bmt_near("a third of the rows", bmt_json_number(json_array_get(models, 0), "mean"), 1. / 3, 1e-12);
    assert_string_equal(bmt_json_string(json_array_get(models, 1), "name"), "softmax");
    assert_true(bmt_json_number(json_array_get(models, 1), "metrics.roc_auc.mean") > .9);
    assert_true(bmt_json_number(json_array_get(models, 1), "difference") == 0);
    json_decref(json);
    json = bmt_json(bmt_exits(bmt_sh("baeum compare infert -t age --drop education --json"), 0)); /* all kinds of the task */
    bool linear = false;
    for (size_t i = 0; i < json_array_size(json_object_get(json, "models")); i++)
        linear |= !strcmp(bmt_json_string(json_array_get(json_object_get(json, "models"), i), "name"), "linear");
    assert_true(linear);
    json_decref(json);
}

static void ways_to_fold(void **state)
{
    (void)state;
    bmt_contains("groups", bmt_exits(bmt_sh("baeum compare infert --group stratum --cv 4 --models softmax"), 0).out,
                 "folds        4, by classes, by groups of stratum, shuffled, seed 0\n");
    bmt_contains("repeats", bmt_exits(bmt_sh("baeum compare iris --repeats 3 --models softmax --seed 2"), 0).out,
                 "15/15   softmax");
    bmt_contains("one out", bmt_exits(bmt_sh("baeum compare iris --cv loo --models softmax"), 0).out, "150/150");
    bmt_contains("a column",
                 bmt_exits(bmt_sh("baeum compare infert -t age --fold induced --models linear --metric mae"), 0).out,
                 "3/3   linear   MAE");
    bmt_exits(bmt_sh("(echo x,when,y; seq 1 100 | awk '{ print $1 %% 7 \",\" $1 \",\" $1 * 2 }') > time.csv"), 0);
    bmt_contains("time", bmt_exits(bmt_sh("baeum compare time.csv -t y --time when --models linear --cv 3"), 0).out,
                 "folds        3, each learned from what was before it in when\n");
    bmt_exits(bmt_sh("baeum compare iris --stratified --models softmax"), 0);
}

/* A comma within a model's settings, and between models. */
static void lists_of_models(void **state)
{
    (void)state;
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum compare iris --json --epochs 2 --models "
                                             "'softmax:C=2,iterations=50, mlp:8,4,dropout=.1,perceptron'"),
                                      0));
    const json_t *models = json_object_get(json, "models");
    int found = 0;
    for (size_t i = 0; i < json_array_size(models); i++) {
        const char *name = bmt_json_string(json_array_get(models, i), "name");
        found += !strcmp(name, "softmax:C=2,iterations=50") + !strcmp(name, "mlp:8,4,dropout=.1") + !strcmp(name, "perceptron");
    }
    assert_int_equal(found, 3);
    json_decref(json);
    bmt_contains("lines of layers",
                 bmt_exits(bmt_sh("baeum compare iris --epochs 2 --models 'dense 8 relu, dropout .1; softmax'"), 0).out,
                 "dense 8 relu, dropout .1");
}

/* -m is short for --models; a metric that no model has is told, with the reason. */
static void chosen(void **state)
{
    (void)state;
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum compare infert -t age --drop education -m linear,ridge --json"), 0));
    assert_int_equal(json_array_size(json_object_get(json, "models")), 3);
    json_decref(json);
    bmt_contains("of classes",
                 bmt_exits(bmt_sh("baeum compare infert -t age --drop education -m linear --metric accuracy"), 2).err,
                 "the metric accuracy is of classes, and the target \"age\" is numbers");
    bmt_run r = bmt_exits(bmt_sh("baeum compare iris -m perceptron --metric log_loss"), 0);
    bmt_contains("no probabilities", r.out,
                 "no model has a figure of log_loss: the model gives no probabilities; --metric names another");
    assert_null(strstr(r.out, "next:"));
    r = bmt_exits(bmt_sh("baeum compare iris -m perceptron,softmax --metric log_loss"), 0);
    bmt_contains("of one of them", r.out, "! perceptron has no figure of log_loss: the model gives no probabilities\n");
    r = bmt_exits(bmt_sh("baeum compare infert -t age --drop education -m linear --cv loo"), 0);
    bmt_contains("of one row", r.out,
                 "no model has a figure of r2: it takes two rows or more, there is 1; --metric names another");
    bmt_contains("search",
                 bmt_exits(bmt_sh("baeum tune infert -t age -m ridge --search 'alpha=1|2' --metric f1 -o no.st"), 2).err,
                 "the metric f1 is of classes");
    bmt_contains("groups", bmt_exits(bmt_sh("baeum compare infert --group case --target age --cv 3 -m linear"), 2).err,
                 "folds: 3 are asked for, and there are 2 groups; ask for 2 at most");
}

/* Every advice can be typed: what is a field in C is an option here. */
static void advice(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum compare iris --cv 60 -m softmax"), 1);
    bmt_contains("too many for the classes", r.err, "no class has more than 50 rows");
    bmt_contains("an option", r.err, "ask for fewer, or give --not-stratified");
    bmt_contains("taken", bmt_exits(bmt_sh("baeum compare iris --cv 60 -m softmax --not-stratified"), 0).out,
                 "60, shuffled, seed 0");
    bmt_sh("printf 'a b,y z\\n' > quoted.csv; for i in $(seq 40); do echo $i,$((i*3 %% 17)).5 >> quoted.csv; done");
    bmt_contains("a name of two words", bmt_exits(bmt_sh("baeum compare quoted.csv -t 'y z' -m linear --poly 2"), 0).out,
                 "next: baeum train quoted.csv --target 'y z' --model linear, with the options for columns and rows that "
                 "compare was given\n");
    bmt_contains("a gap", bmt_exits(bmt_sh("baeum compare quoted.csv -t 'y z' -m linear --time 'a b' --gap 3"), 0).out,
                 "what was before it in a b, 3 rows in between left out");
    bmt_contains("too large", bmt_exits(bmt_sh("baeum compare quoted.csv -t 'y z' -m linear --time 'a b' --gap 30"), 1).err,
                 "40 rows are too few for 5 folds of a time series with this gap");
}

static void refused(void **state)
{
    (void)state;
    static const bmt_refusal cases[] = {
        { "iris --models softmaxx", "did you mean \"softmax\"", 2 },
        { "iris --models softmax,,mlp", "", 2 },
        { "iris --models softmax:D=1", "no setting \"D\"", 2 },
        { "iris --gap 2", "--gap is of folds by --time", 2 },
        { "iris --stratified --not-stratified", "exclude each other", 2 },
        { "iris --metric accuracy_macro", "there is no metric", 2 },
        { "iris --metric 'fbeta(-2)'", "beta", 2 },
        { "iris --cv 1", "--cv is \"1\"", 2 },
        { "iris --cv many", "--cv is \"many\"", 2 },
        { "iris --cv 200 --models softmax", "200 are asked for, and there are 150 rows", 2 },
        { "iris --metric acuracy", "did you mean \"accuracy\"", 2 },
        { "infert -t age --stratified", "the target is numbers", 2 },
        { "infert -t age --balanced", "the target is numbers", 2 },
        { "infert --fold indused", "did you mean", 2 },
        { "infert --fold induced --cv 3", "leave --cv out", 2 },
        { "iris --repeats 3 --in-order", "the same each time", 2 },
        { "nowhere.csv", "nowhere.csv", 1 },
        { "", "what to work on is missing", 2 },
    };
    bmt_refused("compare", cases, BMI_COUNT(cases));
    const bmt_run r = bmt_exits(bmt_sh("baeum compare infert -t age --drop education --models linear,softmax"), 0);
    bmt_contains("one cannot", r.out, "softmax could not be fitted");
    bmt_contains("help", bmt_exits(bmt_sh("baeum compare --help"), 0).out, "--models SPEC,...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_and_json), cmocka_unit_test(ways_to_fold), cmocka_unit_test(lists_of_models),
        cmocka_unit_test(chosen),         cmocka_unit_test(advice),       cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
