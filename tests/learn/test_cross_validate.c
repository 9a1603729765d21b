// SPDX-License-Identifier: Apache-2.0
/* Cross-validation: equal to scikit-learn's on the same folds (tests/golden/learn.py), every fold's recipe and model those of its own training
 * rows to the bit, predictions in the order of the rows, the same bits on any number of threads, networks and datasets, weights, classes that
 * a fold lacks, what is refused, every allocation failing.
 */
#include <baeum.h>
#include "support/bmt.h"
#include "support/bmt_numbers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char golden[] = "tests/golden/learn.txt";

static void sound(const bm_validation *v)
{
    if (bm_failed(v)) fail_msg("%s", bm_error(v));
}

static bm_recipe *age(bm_context *context)
{
    bm_recipe *r = bm_recipe_new(.target = "age", .plain = true, .context = context);
    bm_recipe_drop(r, "education", "stratum", "pooled.stratum");
    return r;
}

static void as_scikit_learn(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("infert");
    bm_recipe *r = age(NULL);
    bm_validation *v = bm_cross_validate(t, r, "linear", .fold = "induced");
    sound(v);
    assert_int_equal(bm_validation_folds(v), 3);
    static const char *const parts[][2] = { { "held_out", "test" }, { "train", "train" } }, *const metrics[] = { "r2", "mse",
                                                                                                                 "mae" };
    for (int p = 0; p < 2; p++)
        for (int m = 0; m < 3; m++) {
            char name[40];
            double want[3];
            snprintf(name, sizeof name, "%s_%s", metrics[m], parts[p][1]);
            assert_int_equal(bmt_numbers(golden, name, 0, want, 3), 3);
            for (int64_t f = 0; f < 3; f++) {
                const bm_scores s = bm_validation_scores(v, parts[p][0], f);
                bmt_near(name, bm_score(&s, metrics[m]), want[f], 1e-9);
            }
        }
    double want[2];
    bmt_numbers(golden, "r2_test_mean_spread", 0, want, 2);
    bmt_near("mean", bm_validation_mean(v, "held_out", "r2"), want[0], 1e-9);
    bmt_near("spread", bm_validation_spread(v, "held_out", "r2"), want[1], 1e-9);
    assert_string_equal(bm_validation_metric(v), "r2");
    for (int64_t f = 0; f < 3; f++) {
        assert_true(bm_validation_seconds(v, "fit", f) > 0 && bm_validation_seconds(v, "predict", f) > 0);
        const bm_scores b = bm_validation_scores(v, "baseline", f), h = bm_validation_scores(v, "held_out", f);
        assert_true(bm_score(&b, "r2") <= 0 && b.rows == h.rows);
    }
    bm_free(v);
    bm_free(r);
    bm_free(t);
}

/* Every fold equals a fit by hand on a table that has its training rows alone: nothing of the others can have come through. */
static void nothing_leaks(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("iris");
    bm_recipe *r = bm_recipe_new(.target = "Species");
    bm_folds *f = bm_folds_of_table(t, .folds = 4, .target = "Species", .seed = 3);
    bm_validation *v = bm_cross_validate(t, r, "softmax", .folds = 4, .seed = 3, .keep_models = true);
    sound(v);
    const bm_tensor *all = bm_validation_predictions(v);
    assert_int_equal(bm_tensor_size(all), 450);
    for (int64_t k = 0; k < 4; k++) {
        int64_t learned[150], held[150];
        const size_t n = (size_t)bm_folds_learned(f, k, learned), m = (size_t)bm_folds_held_out(f, k, held);
        bm_table *train = bm_table_take(t, BM_VALUE(bm_rows, learned, n)), *rest = bm_table_take(t, BM_VALUE(bm_rows, held, m));
        bm_model *own = bm_learner_parse("softmax", r);
        bm_fit_table(own, train, .seed = 3, .in_order = true);
        bm_tensor *p = bm_predict_table(own, rest);
        if (bm_failed(p)) fail_msg("%s", bm_error(p));
        for (size_t i = 0; i < m; i++)
            for (int64_t c = 0; c < 3; c++)
                if (bm_tensor_at(p, (int64_t)i * 3 + c) != bm_tensor_at(all, held[i] * 3 + c))
                    fail_msg("fold %d, row %d", (int)k, (int)i);
        for (int64_t i = 0; i < 4; i++)
            assert_string_equal(bm_recipe_feature_name(bm_validation_recipe(v, k), i),
                                bm_recipe_feature_name(bm_model_recipe(own), i));
        bm_tensor *again = bm_predict_table(bm_validation_model(v, k), rest);
        for (int64_t i = 0; i < bm_tensor_size(p); i++) assert_true(bm_tensor_at(p, i) == bm_tensor_at(again, i));
        bm_free(again);
        bm_free(p);
        bm_free(own);
        bm_free(train);
        bm_free(rest);
    }
    assert_string_equal(bm_validation_class(v, 1), "versicolor");
    assert_null(bm_validation_class(v, 3));
    bm_free(v);
    bm_free(f);
    bm_free(r);
    bm_free(t);
}

/* All numbers of a validation but its times. */
static size_t numbers(const bm_validation *v, double *into)
{
    size_t n = 0;
    static const char *const parts[] = { "held_out", "train", "baseline" };
    sound(v);
    for (int p = 0; p < 3; p++)
        for (int64_t f = 0; f < bm_validation_folds(v); f++) {
            const bm_scores s = bm_validation_scores(v, parts[p], f);
            for (int64_t k = 0; k < s.count; k++) into[n++] = s.metrics[k].value;
        }
    const bm_tensor *p = bm_validation_predictions(v);
    for (int64_t i = 0; i < bm_tensor_size(p); i++) into[n++] = bm_tensor_at(p, i);
    return n;
}

static void same_bits_on_any_threads(void **state)
{
    (void)state;
    static double a[20000], b[20000];
    static const char *const learners[] = { "softmax", "perceptron", "mlp:8", "one_vs_rest" };
    for (size_t l = 0; l < BMI_COUNT(learners); l++) {
        size_t n = 0;
        for (int64_t threads = 1; threads <= 5; threads += 2) {
            bm_context *context = bm_context_new(.threads = threads);
            bm_table *t = bm_table_load("iris", .context = context);
            bm_recipe *r = bm_recipe_new(.target = "Species", .context = context);
            bm_validation *v =
                bm_cross_validate(t, r, learners[l], .folds = 3, .repeats = 2, .epochs = l == 2 ? 5 : 0, .seed = 1);
            const size_t m = numbers(v, threads == 1 ? a : b);
            if (threads == 1) n = m;
            assert_int_equal(m, n);
            if (threads > 1 && memcmp(a, b, n * sizeof *a) != 0)
                fail_msg("%s: other bits with %d threads", learners[l], (int)threads);
            bm_free(v);
            bm_free(r);
            bm_free(t);
            bm_free(context);
        }
    }
}

static void datasets_networks_values(void **state)
{
    (void)state;
    bm_dataset *d = bm_dataset_load("moons", .rows = 120, .seed = 2);
    bm_validation *v = bm_cross_validate_data(d, "mlp:8", .folds = 4, .epochs = 30, .validation = .2, .metric = "f1");
    sound(v);
    assert_true(bm_validation_mean(v, "held_out", "accuracy") > .7);
    assert_true(isfinite(bm_validation_mean(v, "held_out", "f1")));
    assert_int_equal(bm_tensor_size(bm_validation_predictions(v)), 240);
    assert_null(bm_validation_model(v, 0));
    bm_free(v);
    bm_table *t = bm_table_load("infert");
    bm_recipe *r = age(NULL);
    v = bm_cross_validate(t, r, NULL, .how = bm_linear(.no_intercept = true), .metric = "mape", .no_train_scores = true);
    sound(v);
    assert_true(bm_validation_mean(v, "held_out", "mape") > 0); /* not one of the usual */
    assert_true(isnan(bm_validation_mean(v, "train", "r2")));
    bm_free(v);
    v = bm_cross_validate(t, r, "linear", .kind = BM_LEAVE_ONE_OUT);
    sound(v);
    assert_int_equal(bm_validation_folds(v), 248);
    bm_free(v);
    bm_free(r);
    bm_free(t);
    bm_free(d);
}

/* The last class has one row: the fold that holds it out has not seen it, and says 0 for it. */
static void a_class_of_one_row(void **state)
{
    (void)state;
    char text[3000] = "x,y,c\n";
    for (int i = 0; i < 41; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d,%s\n", i, i * 13 % 7,
                 i == 40  ? "z"
                 : i < 20 ? "a"
                          : "b");
    bm_table *t = bm_table_read_csv(bmt_temp_file("one.csv", text, strlen(text)));
    bm_recipe *r = bm_recipe_new(.target = "c");
    bm_validation *v = bm_cross_validate(t, r, "softmax", .folds = 4);
    sound(v);
    assert_int_equal(bm_tensor_size(bm_validation_predictions(v)), 41 * 3);
    assert_true(bm_tensor_at(bm_validation_predictions(v), 40 * 3 + 2) == 0);
    int64_t unseen = 0;
    for (int64_t f = 0; f < 4; f++) unseen += bm_validation_scores(v, "held_out", f).unseen_class;
    assert_int_equal(unseen, 1);
    bm_free(v);
    bm_free(r);
    bm_free(t);
}

/* A row of weight 2 counts as two rows, in fitting and in scores. */
static void weights(void **state)
{
    (void)state;
    bm_table *t[2];
    double mean[2];
    for (int twice = 0; twice < 2; twice++) {
        char text[8000] = "x,y,w,f\n";
        for (int i = 0; i < 60; i++)
            for (int k = 0; k < (twice && i % 3 == 0 ? 2 : 1); k++)
                snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d,%d,%d\n", i % 10, i * i % 17,
                         !twice && i % 3 == 0 ? 2 : 1, i % 4);
        t[twice] = bm_table_read_csv(bmt_temp_file("weights.csv", text, strlen(text)));
        bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .plain = true);
        bm_validation *v = bm_cross_validate(t[twice], r, "linear", .fold = "f");
        sound(v);
        mean[twice] = bm_validation_mean(v, "held_out", "r2");
        bm_free(v);
        bm_free(r);
        bm_free(t[twice]);
    }
    bmt_near("weights are repeated rows", mean[0], mean[1], 1e-12);
}

typedef struct counter {
    int calls;
    int64_t last, stop_at;
} counter;

static bool count(void *user, const bm_learn_progress *p)
{
    counter *c = user;
    c->calls++;
    assert_true(p->done > c->last && p->all == 6 && p->candidates == 1);
    c->last = p->done;
    return p->done != c->stop_at;
}

static void progress_and_stop(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("infert");
    bm_recipe *r = age(NULL);
    counter c = { .stop_at = -1 };
    bm_validation *v = bm_cross_validate(t, r, "linear", .folds = 6, .progress = count, .user = &c);
    sound(v);
    assert_int_equal(c.calls, 6);
    bm_free(v);
    c = (counter){ .stop_at = 2 };
    v = bm_cross_validate(t, r, "linear", .folds = 6, .progress = count, .user = &c);
    assert_int_equal(bm_status_of(v), BM_E_STOPPED);
    assert_int_equal(c.calls, 2);
    assert_null(bm_validation_predictions(v));
    bm_free(v);
    volatile int stop = 1;
    v = bm_cross_validate(t, r, "linear", .stop = &stop);
    assert_int_equal(bm_status_of(v), BM_E_STOPPED);
    bm_free(v);
    bm_free(r);
    bm_free(t);
}

static void refused(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("infert");
    bm_recipe *r = age(NULL), *no_target = bm_recipe_new(), *wrong = bm_recipe_new(.target = "ag");
    bm_recipe *text = bm_recipe_new(.target = "education", .task = BM_REGRESSION);
    const struct {
        const bm_table *t;
        const bm_recipe *r;
        const char *learner, *metric;
        bm_status status;
        const char *says;
    } cases[] = {
        { t, r, "linaer", NULL, BM_E_ARGUMENT, "did you mean \"linear\"" },
        { t, r, "", NULL, BM_E_ARGUMENT, "empty" },
        { t, r, NULL, NULL, BM_E_ARGUMENT, "no learner is given" },
        { t, r, "linear:alpha=2", NULL, BM_E_ARGUMENT, "no setting \"alpha\"" },
        { t, r, "linear", "rsme", BM_E_ARGUMENT, "did you mean \"rmse\"" },
        { t, r, "softmax", NULL, BM_E_ARGUMENT, "does not do regression" },
        { t, no_target, "linear", NULL, BM_E_ARGUMENT, "names no target" },
        { t, wrong, "linear", NULL, BM_E_DATA, "ag" },
        { t, text, "linear", NULL, BM_E_DATA, "education" },
        { NULL, r, "linear", NULL, BM_E_ARGUMENT, "null" },
        { t, NULL, "linear", NULL, BM_E_ARGUMENT, "null" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_validation *v = bm_cross_validate(cases[i].t, cases[i].r, cases[i].learner, .metric = cases[i].metric);
        bmt_contains(cases[i].says, bm_error(v), cases[i].says);
        assert_int_equal(bm_status_of(v), cases[i].status);
        assert_int_equal(bm_validation_folds(v), 0);
        assert_true(isnan(bm_validation_mean(v, "held_out", "r2")) && isnan(bm_validation_seconds(v, "fit", 0)));
        assert_true(bm_validation_scores(v, "held_out", 0).status != BM_OK);
        bm_free(v);
    }
    bm_validation *none = bm_cross_validate_data(NULL, "linear", .folds = 2);
    assert_true(bm_failed(none));
    bm_free(none);
    bm_free(text);
    bm_free(wrong);
    bm_free(no_target);
    bm_free(r);
    bm_free(t);
}

static bm_status every_allocation(bm_context *context, void *arg)
{
    static const char text[] = "x,c\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("few.csv", text, strlen(text)), .context = context);
    bm_recipe *r = bm_recipe_new(.target = "c", .context = context);
    bm_validation *v = bm_cross_validate(t, r, arg, .folds = 2, .epochs = 2, .keep_models = true);
    const bm_status status = bm_status_of(v);
    bm_free(v);
    bm_free(r);
    bm_free(t);
    return status;
}

static void failing_allocations(void **state)
{
    (void)state;
    bmt_each_failure("cross-validation", every_allocation, "softmax");
}

/* A class that only the held-out row has counts as wrong, and has no log loss; it takes nothing from the other folds. */
static void a_class_of_one(void **state)
{
    (void)state;
    static const char text[] = "x,c\n1,a\n2,a\n3,a\n11,b\n12,b\n13,b\n7,c\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("one.csv", text, strlen(text)));
    bm_recipe *r = bm_recipe_new(.target = "c");
    bm_validation *v = bm_cross_validate(t, r, "softmax", .kind = BM_LEAVE_ONE_OUT);
    sound(v);
    assert_int_equal(bm_validation_folds(v), 7);
    bmt_near("accuracy", bm_validation_mean(v, "held_out", "accuracy"), 6. / 7, 1e-15);
    const bm_scores alone = bm_validation_scores(v, "held_out", 6);
    assert_true(alone.unseen_class == 1 && bm_score(&alone, "accuracy") == 0 && isnan(bm_score(&alone, "log_loss")));
    const bm_tensor *p = bm_validation_predictions(v);
    assert_true(bm_tensor_at(p, 6 * 3 + 2) == 0);
    assert_true(isnan(bm_validation_mean(v, "test", "accuracy"))); /* not that of "train" */
    assert_int_equal(bm_validation_scores(v, "test", 0).status, BM_E_ARGUMENT);
    assert_true(isnan(bm_validation_seconds(v, "fitting", 0)) && bm_validation_seconds(v, "fit", 0) > 0);
    bm_free(v);
    bm_free(r);
    bm_free(t);
}

/* A fold whose held-out rows weigh nothing has no figures. */
static void weightless_folds(void **state)
{
    (void)state;
    char text[2000] = "x,w,f,y\n";
    for (int i = 0; i < 30; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d,%d,%d\n", i, i % 3 != 1, i % 3, i * 2 + i % 4);
    bm_table *t = bm_table_read_csv(bmt_temp_file("weightless.csv", text, strlen(text)));
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w");
    bm_validation *v = bm_cross_validate(t, r, "linear", .fold = "f");
    sound(v);
    double sum = 0;
    for (int64_t i = 0; i < 3; i++) {
        const bm_scores s = bm_validation_scores(v, "held_out", i);
        assert_int_equal(s.rows, i == 1 ? 0 : 10);
        if (i != 1) sum += bm_score(&s, "mse");
    }
    bmt_near("of the two others", bm_validation_mean(v, "held_out", "mse"), sum / 2, 1e-12);
    bm_free(v);
    bm_free(r);
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_scikit_learn),          cmocka_unit_test(nothing_leaks),
        cmocka_unit_test(same_bits_on_any_threads), cmocka_unit_test(datasets_networks_values),
        cmocka_unit_test(a_class_of_one_row),       cmocka_unit_test(weights),
        cmocka_unit_test(progress_and_stop),        cmocka_unit_test(refused),
        cmocka_unit_test(failing_allocations),      cmocka_unit_test(a_class_of_one),
        cmocka_unit_test(weightless_folds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
