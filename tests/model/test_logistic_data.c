// SPDX-License-Identifier: Apache-2.0
/* Logistic regression on data that is hard: classes that a plane parts, columns that depend on each other, more columns than rows, one
 * row, one column, far numbers, numbers that are none, classes without rows; several labels; starting where the last fit ended; the
 * same bits on any number of threads; allocations that fail.
 */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_dataset *made(bm_type type, int64_t rows, int64_t columns, const void *x, const int32_t *t, const float *w,
                        bm_context *context)
{
    bm_tensor *a = bm_tensor_view(type, BM_SHAPE(rows, columns), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(rows), t),
              *c = w ? bm_tensor_view(BM_F32, BM_SHAPE(rows), w) : NULL;
    bm_dataset *d = bm_dataset_new({ a }, { b }, .weights = c, .context = context);
    bm_free(a);
    bm_free(b);
    bm_free(c);
    return d;
}

static bm_model *fitted(const char *spec, const bm_dataset *d)
{
    bm_model *m = bm_learner_parse(spec, NULL);
    bm_fit(m, d, .seed = 3);
    return m;
}

static double at(bm_model *m, const char *name, int64_t i)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    return bm_tensor_at(bm_model_weight(m, name), i);
}

static const char *const every[] = { "solver=lbfgs",   "solver=newton",
                                     "solver=descent", "solver=saga",
                                     "penalty=none",   "penalty=none,solver=lbfgs",
                                     "penalty=l1",     "penalty=elastic,solver=saga" };
enum { EVERY = sizeof every / sizeof *every };

static void fails(const char *what, const bm_dataset *d, bm_status status, const char *part)
{
    for (int i = 0; i < EVERY; i++) {
        char spec[100];
        snprintf(spec, sizeof spec, "logistic:%s", every[i]);
        bm_model *m = fitted(spec, d);
        if (bm_status_of(m) != status) fail_msg("%s, %s: \"%s\"", what, spec, bm_error(m));
        bmt_contains(what, bm_error(m), part);
        bm_free(m);
    }
}

static void numbers_that_are_none(void **state)
{
    (void)state;
    const double bad[] = { NAN, INFINITY, -INFINITY };
    for (int k = 0; k < 3; k++) {
        double x[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3 };
        const int32_t t[6] = { 0, 1, 0, 1, 1, 0 };
        x[9] = bad[k]; /* row 4, column 1 */
        bm_dataset *d = made(BM_F64, 6, 2, x, t, NULL, NULL);
        fails("not finite", d, BM_E_NUMBER, "row 4 has a number that is not finite, in column 1");
        bm_model *m = fitted("perceptron", d);
        bmt_contains("perceptron", bm_error(m), "row 4 has a number that is not finite, in column 1");
        bm_free(m);
        bm_free(d);
    }
}

static void targets_and_weights(void **state)
{
    (void)state;
    const double x[4] = { 1, 2, 3, 4 };
    const int32_t same[4] = { 0, 0, 0, 0 }, two[4] = { 0, 1, 1, 0 };
    const float none[4] = { 0 }, below[4] = { 1, -1, 1, 1 }, lost[4] = { 1, NAN, 1, 1 };
    bm_dataset *d = made(BM_F64, 4, 1, x, same, NULL, NULL);
    fails("one class", d, BM_E_DATA, "only one class");
    bm_free(d);
    d = made(BM_F64, 4, 1, x, two, none, NULL);
    fails("no weight", d, BM_E_DATA, "weights of all rows that are learned from are 0");
    bm_free(d);
    d = made(BM_F64, 4, 1, x, two, below, NULL);
    fails("a weight below 0", d, BM_E_NUMBER, "the weight of row 1 is -1; it must be >= 0");
    bm_free(d);
    d = made(BM_F64, 4, 1, x, two, lost, NULL);
    fails("a weight that is none", d, BM_E_NUMBER, "the weight of row 1 is nan");
    bm_free(d);
    static const char *const specs[] = { "logistic:C=-1",         "softmax:C=-0.5",      "logistic:tolerance=0",
                                         "logistic:l1_ratio=1.5", "logistic:penalty=l3", "one_vs_rest:iterations=-4",
                                         "logistic:solver=best" };
    d = made(BM_F64, 4, 1, x, two, NULL, NULL);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        bm_model *m = fitted(specs[i], d);
        if (bm_status_of(m) != BM_E_ARGUMENT) fail_msg("%s: \"%s\"", specs[i], bm_error(m));
        bm_free(m);
    }
    bm_model *m = bm_learner(bm_logistic(.C = NAN), NULL);
    bmt_contains("C", bm_error(m), "C");
    bm_free(m);
    static const char *const cannot[] = { "logistic:penalty=l1,solver=lbfgs", "softmax:penalty=elastic,solver=newton" };
    for (int i = 0; i < 2; i++) {
        m = fitted(cannot[i], d);
        bmt_contains(cannot[i], bm_error(m), "does not do a penalty of l1; descent and saga do");
        bm_free(m);
    }
    bm_free(d);
}

/* A plane parts the classes: without a penalty there is no minimum. Told, and finite. */
static void separable(void **state)
{
    (void)state;
    const double x[6] = { -3, -2, -1, 1, 2, 3 };
    const int32_t t[6] = { 0, 0, 0, 1, 1, 1 };
    bm_dataset *d = made(BM_F64, 6, 1, x, t, NULL, NULL);
    static const char *const specs[] = { "logistic:penalty=none", "logistic:penalty=none,solver=lbfgs", "softmax:penalty=none",
                                         "logistic:penalty=none,solver=descent" };
    for (int i = 0; i < 4; i++) {
        bm_model *m = fitted(specs[i], d);
        assert_true(isfinite(at(m, "output/kernel", 0)) && fabs(at(m, "output/kernel", 0)) > 2 &&
                    fabs(at(m, "output/kernel", 0)) < 1000);
        bmt_contains(specs[i], bm_stopped_by(m), "separable");
        assert_true(bm_ended(m) & BM_ENDED_SEPARABLE);
        bm_free(m);
    }
    /* errors of weights without end mean nothing, wherever the solver stopped */
    bm_model *m = fitted("logistic:penalty=none,solver=lbfgs,tolerance=.01", d);
    assert_true(bm_ended(m) & BM_ENDED_SEPARABLE);
    assert_true(isnan(bm_model_figure(m, "log_likelihood", 0)));
    bm_free(m);
    m = fitted("logistic", d);
    assert_int_equal(bm_ended(m), 0); /* with a penalty there is one */
    bm_free(m);
    bm_free(d);
}

/* A column twice, and one that never changes: of weights that predict the same the shortest, and the rank. */
static void dependent_columns(void **state)
{
    (void)state;
    double once[20], more[60];
    int32_t t[20];
    for (int i = 0; i < 20; i++) {
        once[i] = more[3 * i] = more[3 * i + 1] = sin(i) * 2;
        more[3 * i + 2] = 7;
        t[i] = sin(i) + .8 * cos(5 * i) > 0;
    }
    bm_dataset *a = made(BM_F64, 20, 1, once, t, NULL, NULL), *b = made(BM_F64, 20, 3, more, t, NULL, NULL);
    bm_model *one = fitted("logistic:penalty=none", a), *three = fitted("logistic:penalty=none", b);
    const double w = at(one, "output/kernel", 0);
    bmt_near("half", at(three, "output/kernel", 0), w / 2, 1e-6);
    bmt_near("half", at(three, "output/kernel", 1), w / 2, 1e-6);
    bmt_near("none", at(three, "output/kernel", 2), 0, 1e-9);
    bmt_near("bias", at(three, "output/bias", 0), at(one, "output/bias", 0), 1e-6);
    bmt_contains("rank", bm_stopped_by(three), "converged");
    bmt_contains("rank", bm_stopped_by(three), "rank 1 of 3");
    bm_free(three);
    three = fitted("softmax:penalty=none", b);
    bmt_near("softmax", at(three, "output/kernel", 1), w / 4, 1e-6); /* of class 1, and as much below 0 of class 0 */
    bmt_contains("rank", bm_stopped_by(three), "rank 1 of 3");
    bm_free(one);
    bm_free(three);
    bm_free(a);
    bm_free(b);
}

/* Few rows, many columns; one column; numbers as far as 1e5; a class with one member, and one with none: all end, finite. */
static void odd_shapes(void **state)
{
    (void)state;
    enum { ROWS = 5, COLUMNS = 40 };
    double x[ROWS * COLUMNS];
    const int32_t t[ROWS] = { 0, 1, 3, 1, 0 };
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = sin(i * i) * (i % COLUMNS == 3 ? 1e5 : 1);
    static const char *const learners[] = { "logistic", "softmax", "one_vs_rest" };
    for (int columns = 1; columns <= COLUMNS; columns += COLUMNS - 1)
        for (int l = 0; l < 3; l++)
            for (int i = 0; i < EVERY; i++) {
                char spec[100];
                snprintf(spec, sizeof spec, "%s:%s,iterations=50", learners[l], every[i]);
                bm_dataset *d = made(BM_F64, ROWS, columns, x, t, NULL, NULL);
                bm_model *m = fitted(spec, d);
                for (int64_t k = 0; k < columns * 4; k++) assert_true(isfinite(at(m, "output/kernel", k)));
                for (int64_t k = 0; k < 4; k++) assert_true(isfinite(at(m, "output/bias", k)));
                bm_tensor *p = bm_predict(m, bm_dataset_x(d, 0));
                for (int64_t k = 0; k < ROWS; k++) assert_true(bm_tensor_at(p, 4 * k + 2) < .3); /* the class that never was */
                bm_free(p);
                bm_free(m);
                bm_free(d);
            }
}

static void not_converged(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    static const char *const specs[] = { "softmax:solver=lbfgs,iterations=2", "softmax:solver=newton,iterations=1",
                                         "logistic:penalty=l1,iterations=1", "logistic:solver=saga,iterations=3" };
    for (int i = 0; i < 4; i++) {
        bm_model *m = fitted(specs[i], iris);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        bmt_contains(specs[i], bm_stopped_by(m), "not converged after");
        assert_true(bm_ended(m) & BM_ENDED_NOT_CONVERGED);
        bm_free(m);
    }
    bm_free(iris);
}

/* ---- several labels ---- */
static void labels(void **state)
{
    (void)state;
    enum { ROWS = 30 };
    double x[ROWS * 2];
    int32_t t[ROWS * 3], one[ROWS];
    for (int i = 0; i < ROWS; i++) {
        x[2 * i] = sin(i), x[2 * i + 1] = cos(3 * i);
        for (int j = 0; j < 3; j++) t[3 * i + j] = sin(i + j) + .5 * sin(7 * i) > 0;
    }
    bm_tensor *xs = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, 2), x), *ts = bm_tensor_view(BM_I32, BM_SHAPE(ROWS, 3), t);
    bm_dataset *d = bm_dataset_from(xs, ts);
    static const char *const specs[] = { "logistic:C=3,tolerance=1e-9", "logistic:C=3,tolerance=1e-9,penalty=l1" };
    for (int s = 0; s < 2; s++) {
        bm_model *m = fitted(specs[s], d);
        for (int j = 0; j < 3; j++) {
            for (int i = 0; i < ROWS; i++) one[i] = t[3 * i + j];
            bm_dataset *alone = made(BM_F64, ROWS, 2, x, one, NULL, NULL);
            bm_model *single = fitted(specs[s], alone);
            for (int k = 0; k < 2; k++)
                bmt_near(specs[s], at(m, "output/kernel", 3 * k + j), at(single, "output/kernel", k), 1e-7);
            bmt_near(specs[s], at(m, "output/bias", j), at(single, "output/bias", 0), 1e-7);
            bm_free(single);
            bm_free(alone);
        }
        bm_tensor *p = bm_predict(m, xs);
        int right = 0;
        for (int i = 0; i < ROWS * 3; i++) right += (bm_tensor_at(p, i) >= .5) == t[i];
        bm_scores judged = bm_evaluate(m, d);
        bmt_near("accuracy of all labels", bm_score(&judged, "accuracy"), right / (ROWS * 3.), 1e-12);
        bm_save(m, bmt_temp("labels.st"));
        bm_model *again = bm_load(bmt_temp("labels.st"));
        bm_tensor *q = bm_predict(again, xs);
        if (bm_failed(q)) fail_msg("%s", bm_error(q));
        assert_memory_equal(bm_data_f64(p), bm_data_f64(q), ROWS * 3 * sizeof(double));
        bm_free(q);
        bm_free(again);
        bm_free(p);
        bm_free(m);
    }
    bm_model *m = fitted("softmax", d);
    bmt_contains("softmax", bm_error(m), "does not do several labels; logistic does");
    bm_free(m);
    t[7] = 2;
    m = fitted("logistic", d);
    bmt_contains("a label", bm_error(m), "row 2 has the label 2");
    bm_free(m);
    bm_free(d);
    bm_free(xs);
    bm_free(ts);
}

/* ---- from where the last fit ended ---- */
static int64_t iterations(bm_model *m)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    return atoll(strstr(bm_stopped_by(m), "after ") + 6);
}

static void warm(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    for (int hot = 0; hot < 2; hot++) {
        bm_model *m = bm_learner(bm_softmax_regression(.solver = BM_LOGISTIC_LBFGS, .warm_start = hot), NULL);
        bm_fit(m, iris);
        const int64_t first = iterations(m);
        const double w = at(m, "output/kernel", 0);
        bm_fit(m, iris);
        assert_true(first > 5);
        assert_int_equal(iterations(m), hot ? 0 : first);
        assert_true(at(m, "output/kernel", 0) == w);
        const double x[2] = { -1, 1 };
        const int32_t t[2] = { 0, 1 };
        bm_dataset *other = made(BM_F64, 2, 1, x, t, NULL, NULL); /* of another shape: it begins anew */
        bm_fit(m, other);
        assert_true(iterations(m) > 0);
        bm_free(other);
        bm_free(m);
    }
    bm_free(iris);
}

/* ---- bits ---- */
static void any_threads(void **state)
{
    (void)state;
    enum { ROWS = 9000, COLUMNS = 40 };
    float *x = malloc(ROWS * COLUMNS * sizeof *x);
    int32_t *t = malloc(ROWS * sizeof *t);
    unsigned seed = 1;
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
    for (int i = 0; i < ROWS; i++) t[i] = (int32_t)(fabs(x[i * COLUMNS] + x[i * COLUMNS + 1] + .5 * sin(i)) * 5) % 10;
    static const char *const specs[] = { "softmax:iterations=20", "softmax:solver=newton,iterations=2",
                                         "one_vs_rest:iterations=3", "one_vs_rest:penalty=l1,C=.01,iterations=3" };
    for (int s = 0; s < 4; s++) {
        double first[COLUMNS * 10];
        for (int threads = 1; threads <= 3; threads++) {
            bm_context *context = bm_context_new(.threads = threads);
            bm_dataset *d = made(BM_F32, ROWS, COLUMNS, x, t, NULL, context);
            bm_recipe *r = bm_recipe_new(.context = context);
            bm_model *m = bm_learner_parse(specs[s], r);
            bm_fit(m, d);
            if (bm_failed(m)) fail_msg("%s", bm_error(m));
            const double *w = bm_data_f64(bm_model_weight(m, "output/kernel"));
            if (threads == 1) memcpy(first, w, sizeof first);
            else assert_memory_equal(first, w, sizeof first);
            bm_free(m);
            bm_free(r);
            bm_free(d);
            bm_context_free(context);
        }
    }
    free(x);
    free(t);
}

/* Far from 0, where f32 loses the digits that count: what it cannot do f64 ends, and the weights are those of the same rows in f64. */
static void beyond_f32(void **state)
{
    (void)state;
    enum { ROWS = 14500, COLUMNS = 29, UNITS = 10, FAR = 300 };
    float *x = malloc(ROWS * COLUMNS * sizeof *x);
    double *wide = malloc(ROWS * COLUMNS * sizeof *wide), w[2][COLUMNS * UNITS];
    int32_t *t = malloc(ROWS * sizeof *t);
    unsigned seed = 1;
    for (int i = 0; i < ROWS * COLUMNS; i++)
        wide[i] = x[i] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 + FAR;
    for (int i = 0; i < ROWS; i++) t[i] = (int32_t)(fabs(wide[i * COLUMNS] - FAR + .5 * sin(i)) * 4) % UNITS;
    for (int k = 0; k < 2; k++) {
        bm_dataset *d = made(k ? BM_F64 : BM_F32, ROWS, COLUMNS, k ? (const void *)wide : x, t, NULL, NULL);
        bm_model *m = fitted("softmax:solver=lbfgs,tolerance=1e-6,C=.0001", d);
        for (int i = 0; i < COLUMNS * UNITS; i++) w[k][i] = at(m, "output/kernel", i);
        assert_null(strstr(bm_stopped_by(m), "not"));
        bm_free(m);
        bm_free(d);
    }
    for (int i = 0; i < COLUMNS * UNITS; i++) bmt_near("weight", w[0][i], w[1][i], 1e-5);
    free(x);
    free(wide);
    free(t);
}

/* ---- memory ---- */
static bm_status train(bm_context *context, void *arg)
{
    double x[24];
    int32_t t[12];
    for (int i = 0; i < 24; i++) x[i] = sin(i);
    for (int i = 0; i < 12; i++) t[i] = i % 3;
    bm_dataset *d = made(BM_F64, 12, 2, x, t, NULL, context);
    bm_recipe *r = bm_recipe_new(.context = context);
    bm_model *m = bm_learner_parse(arg, r);
    bm_fit(m, d);
    const bm_status st = bm_status_of(m);
    bm_free(m);
    bm_free(r);
    bm_free(d);
    return st;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    static const char *const specs[] = {
        "softmax:solver=newton,penalty=none", "softmax:solver=lbfgs",    "one_vs_rest:penalty=l1", "softmax:penalty=elastic",
        "logistic:solver=saga,iterations=5",  "perceptron:averaged=true"
    };
    for (int i = 0; i < 6; i++) bmt_each_failure(specs[i], train, (void *)specs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(targets_and_weights),
        cmocka_unit_test(separable),
        cmocka_unit_test(dependent_columns),
        cmocka_unit_test(odd_shapes),
        cmocka_unit_test(not_converged),
        cmocka_unit_test(labels),
        cmocka_unit_test(warm),
        cmocka_unit_test(any_threads),
        cmocka_unit_test(beyond_f32),
        cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
