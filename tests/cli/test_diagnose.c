// SPDX-License-Identifier: Apache-2.0
/* baeum diagnose: learning and validation curves with their words, bias and variance, points as a file, wrong options. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A noisy sine: a line is too simple, a polynomial of high degree too rich. */
static void make_sine(void)
{
    char text[4000] = "x,y\n";
    unsigned seed = 3;
    for (int i = 0; i < 16; i++) {
        const double noise = ((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512. - 1;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.4f,%.4f\n", i / 16., sin(6.283 * i / 16.) + .3 * noise);
    }
    bmt_temp_file("sine.csv", text, strlen(text));
}

static void by_setting(void **state)
{
    (void)state;
    make_sine();
    json_t *json =
        bmt_json(bmt_exits(bmt_sh("baeum diagnose sine.csv -t y -m linear --search polynomial=1,3,9 --json -o p.csv"), 0));
    const json_t *points = json_object_get(json, "points");
    assert_int_equal(json_array_size(points), 3);
    double train[3], held[3];
    for (size_t i = 0; i < 3; i++) {
        train[i] = json_number_value(json_object_get(json_array_get(points, i), "train"));
        held[i] = json_number_value(json_object_get(json_array_get(points, i), "held_out"));
    }
    assert_true(train[0] < train[1] && train[1] < train[2]); /* more always fits better what is known */
    assert_true(held[1] > held[0] && held[1] > held[2]);     /* not what is not */
    assert_int_equal((int)bmt_json_number(json, "best"), 1);
    bmt_contains("words", bmt_json_string(json, "diagnosis"), "polynomial=3 is best, between too little and too much of it");
    json_decref(json);
    char *rows = bmt_text("p.csv");
    assert_int_equal(bmt_lines(rows), 4);
    bmt_contains("columns", rows, "point,x,train,train_spread,held_out,held_out_spread,fit_seconds\n");
    free(rows);
    bmt_contains("high bias", bmt_exits(bmt_sh("baeum diagnose infert -t age --drop education -m linear"), 0).out,
                 "high bias (underfitting): training rows keep 0.9");
}

/* The last point is the cross-validation that compare does. */
static void by_rows(void **state)
{
    (void)state;
    json_t *curve = bmt_json(bmt_exits(bmt_sh("baeum diagnose iris -m softmax --seed 4 --json"), 0)),
           *compared = bmt_json(bmt_exits(bmt_sh("baeum compare iris -m softmax --seed 4 --json"), 0));
    const json_t *points = json_object_get(curve, "points");
    assert_int_equal(json_array_size(points), 5);
    const json_t *last = json_array_get(points, 4);
    bmt_near("rows", json_number_value(json_object_get(last, "x")), 120, 1e-9);
    bmt_near("mean", json_number_value(json_object_get(last, "held_out")),
             json_number_value(json_object_get(json_array_get(json_object_get(compared, "models"), 1), "mean")), 0);
    json_decref(curve);
    json_decref(compared);
    const bmt_run r = bmt_exits(bmt_sh("baeum diagnose iris -m mlp:8 --epochs 5 --resample 4"), 0);
    bmt_contains("progress", r.out, "mlp:8 of 32.5% of the rows   accuracy ");
    bmt_contains("table", r.out, "rows   training accuracy");
    bmt_contains("parts", r.out, "4 models of bootstrap samples, judged on ");
}

static void parts_add_up(void **state)
{
    (void)state;
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum diagnose creditcard -t share -m linear --resample 5 --json"), 0));
    const double noise = json_is_null(json_object_get(json_object_get(json, "bias_variance"), "noise"))
                             ? 0
                             : bmt_json_number(json, "bias_variance.noise");
    bmt_near("error", bmt_json_number(json, "bias_variance.bias") + bmt_json_number(json, "bias_variance.variance") + noise,
             bmt_json_number(json, "bias_variance.error"), 1e-9);
    json_decref(json);
    json = bmt_json(bmt_exits(bmt_sh("baeum diagnose infert -m logistic --resample 5 --json"), 0));
    bmt_near("of classes",
             bmt_json_number(json, "bias_variance.bias") + bmt_json_number(json, "bias_variance.unbiased_variance") -
                 bmt_json_number(json, "bias_variance.biased_variance"),
             bmt_json_number(json, "bias_variance.error"), 1e-12);
    json_decref(json);
}

/* Few rows may be of one class: that point is left out with its reason, the others are there. */
static void points_that_cannot(void **state)
{
    (void)state;
    char text[4000] = "x,c\n";
    for (int i = 0; i < 80; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%s\n", i * 7 % 31, i % 14 == 3 ? "rare" : "usual");
    bmt_temp_file("rare.csv", text, strlen(text));
    const bmt_run r = bmt_exits(bmt_sh("baeum diagnose rare.csv -t c -m softmax"), 0);
    bmt_contains("told", r.out, "! softmax of 10% of the rows could not be fitted: ");
    bmt_contains("the last one", r.out, "\n  64  ");
    bmt_contains("progress", r.out, "softmax of 10% of the rows   could not be fitted\n");
    bmt_contains("none at all", bmt_exits(bmt_sh("baeum diagnose infert -t age --drop education -m perceptron"), 2).err,
                 "does not do regression");
}

static void refused(void **state)
{
    (void)state;
    static const bmt_refusal cases[] = {
        { "iris --search C=1,2 --search iterations=1,2", "a curve is of one setting", 2 },
        { "iris --search 'C=1,2; iterations=1,2'", "a curve is of one", 2 },
        { "iris --search CC=1,2", "no setting \"CC\"; did you mean \"C\"?", 2 },
        { "iris -m nix", "nix", 2 },
        { "iris --resample 1", "--resample is \"1\"", 2 },
        { "iris --resample 5 --group species", "--resample draws rows at random and knows no --group", 2 },
        { "iris -m mlp:4 --resample 5 --validation .2", "--resample draws rows at random and knows no --validation", 2 },
        { "infert -t age -m linear --resample 5 --fold induced", "--resample draws rows at random and knows no --fold", 2 },
        { "infert -t age -m linear --resample 5 --time parity", "--resample draws rows at random and knows no --time", 2 },
        { "iris -m softmax --resample 5 --in-order", "--resample draws rows at random and knows no --in-order", 2 },
        { "iris -m softmax --epochs 5", "--epochs is of networks, as mlp:64,32; no model here is one", 2 },
        { "iris -m softmax --search C=1,2 --batch 5", "--batch is of networks", 2 },
        { "iris --search 'model=softmax|perceptron' --resample 5", "--resample is of one model", 2 },
        { "iris --search 'model=softmax|perceptron' -m softmax", "leave one of them out", 2 },
        { "iris --cv 60", "give --not-stratified", 1 },
        { "iris -o /nowhere/x.csv", "cannot be written", 1 },
        { "iris --metric mse", "of numbers", 2 },
        { "nowhere.csv", "nowhere.csv", 1 },
    };
    bmt_refused("diagnose", cases, BMI_COUNT(cases));
    bmt_contains("two results", bmt_exits(bmt_sh("baeum diagnose iris -o - --json"), 2).out, "both want standard output");
    bmt_contains("points alone", bmt_exits(bmt_sh("baeum diagnose iris -q -o - 2>/dev/null"), 0).out, "point,x,train");
    bmt_contains("networks among models",
                 bmt_exits(bmt_sh("baeum diagnose iris --search 'model = softmax|mlp:4' --epochs 2"), 0).out, "model=mlp:4");
    bmt_contains("other names", bmt_exits(bmt_sh("baeum learning-curve iris"), 2).err, "did you mean diagnose");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(by_setting), cmocka_unit_test(by_rows), cmocka_unit_test(parts_add_up),
                                        cmocka_unit_test(points_that_cannot), cmocka_unit_test(refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
