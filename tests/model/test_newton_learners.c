// SPDX-License-Identifier: Apache-2.0
/* Huber, Poisson and polynomial regression against scikit-learn (tests/golden/linear.py), in files, and on what they refuse. */
#include <baeum.h>
#include "support/bmt_golden.h"
#include <math.h>
#include <string.h>

enum { ROWS = 60 };

static double x_of(int i, int j)
{
    return sin(1 + 3. * i + 7. * j + (double)i * j) + (j == 2) * 100;
}

static double y_of(int i)
{
    return x_of(i, 0) * 2 - 3 * x_of(i, 1) + .1 * cos(i) + 5;
}

typedef enum target { LINE, OUTLIERS, COUNTS } target;

static bm_dataset *made(const int *columns, int n, target kind, bool weighted)
{
    double x[ROWS * 5], y[ROWS];
    float w[ROWS];
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < n; j++) x[i * n + j] = x_of(i, columns[j]);
        w[i] = (float)(1 + i % 3);
        y[i] = kind == COUNTS ? floor(exp(.5 + x_of(i, 0) - .5 * x_of(i, 1)) + i % 2)
                              : y_of(i) + (kind == OUTLIERS && i % 7 == 0) * 20;
    }
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(ROWS, n), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(ROWS, 1), y),
              *c = bm_tensor_copy(BM_F32, BM_SHAPE(ROWS), w);
    bm_dataset *d = weighted ? bm_dataset_new(.x = { a }, .t = { b }, .weights = c) : bm_dataset_from(a, b);
    bm_free(a), bm_free(b), bm_free(c);
    return d;
}

static bm_model *fitted(const char *how, const bm_dataset *d)
{
    bm_model *m = bm_learner_parse(how, NULL);
    bm_fit(m, d);
    if (bm_failed(m)) fail_msg("%s: %s", how, bm_error(m));
    return m;
}

static void against_scikit_learn(void **state)
{
    (void)state;
    static const int four[] = { 0, 1, 3, 4 }, three[] = { 0, 1, 3 };
    static const struct {
        const char *name, *how;
        const int *columns;
        int n;
        target kind;
        bool weighted;
        double within;
    } cases[] = {
        { "huber", "huber", four, 4, OUTLIERS, false, 1e-10 },
        { "huber weighted", "huber:epsilon=1.6,alpha=.1", four, 4, OUTLIERS, true, 1e-10 },
        { "poisson 0", "poisson:alpha=0", four, 4, COUNTS, false, 1e-10 },
        { "poisson 0.1", "poisson:alpha=.1", four, 4, COUNTS, false, 1e-10 },
        { "poisson weighted", "poisson:alpha=.1", four, 4, COUNTS, true, 1e-10 },
        { "poly all", "poly:degree=3", three, 3, LINE, false, 1e-9 },
        { "poly all ridge", "poly:degree=3,alpha=.01", three, 3, LINE, false, 1e-9 },
        { "poly interactions", "poly:degree=3,interactions", three, 3, LINE, false, 1e-9 },
        { "poly interactions ridge", "poly:degree=3,interactions,alpha=.01", three, 3, LINE, false, 1e-9 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        double want[30];
        bm_dataset *d = made(cases[i].columns, cases[i].n, cases[i].kind, cases[i].weighted);
        bm_model *m = fitted(cases[i].how, d);
        const size_t n = bmt_golden("linear.txt", cases[i].name, want, 30);
        const bm_tensor *w = bm_model_weight(m, "output/kernel"), *b = bm_model_weight(m, "output/bias");
        const size_t k = (size_t)bm_tensor_size(w);
        assert_true(k + 1 + (cases[i].kind == OUTLIERS) == n);
        for (size_t j = 0; j < k; j++) bmt_near(cases[i].name, bm_tensor_at(w, (int64_t)j), want[j], cases[i].within);
        bmt_near(cases[i].name, bm_tensor_at(b, 0), want[k], cases[i].within);
        if (cases[i].kind == OUTLIERS)
            bmt_near("sigma", bm_tensor_at(bm_model_learned(m, "sigma"), 0), want[k + 1], cases[i].within);
        if (cases[i].kind != LINE) bmt_contains(cases[i].how, bm_stopped_by(m), "converged after");
        /* a saved model predicts the same bits */
        bm_tensor *y = bm_predict(m, bm_dataset_x(d, 0));
        const char *path = bmt_temp("model.safetensors");
        bm_save(m, path);
        bm_model *back = bm_load(path);
        bm_tensor *again = bm_predict(back, bm_dataset_x(d, 0));
        if (bm_failed(m) || bm_failed(again)) fail_msg("%s %s", bm_error(m), bm_error(again));
        assert_memory_equal(bm_data_any(y), bm_data_any(again), ROWS * sizeof(double));
        bm_free(y), bm_free(again), bm_free(back), bm_free(m), bm_free(d);
    }
}

/* More columns than rows: the same minimum, by a problem of the rows' size. */
static void wide(void **state)
{
    (void)state;
    enum { FEW = 12, MANY = 31 };
    double x[FEW * MANY], y[FEW], want[MANY + 2];
    float weights[FEW];
    for (int counts = 0; counts < 2; counts++) {
        for (int i = 0; i < FEW; i++) {
            for (int j = 0; j < MANY; j++) x[i * MANY + j] = x_of(i, j < 2 ? j : j + 1);
            weights[i] = (float)(1 + i % 3);
            y[i] = counts ? floor(exp(.5 + x_of(i, 0) - .5 * x_of(i, 1)) + i % 2) : y_of(i) + (i % 7 == 0) * 20;
        }
        bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(FEW, MANY), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(FEW, 1), y),
                  *c = bm_tensor_copy(BM_F32, BM_SHAPE(FEW), weights);
        bm_dataset *d = bm_dataset_new(.x = { a }, .t = { b }, .weights = c);
        const char *name = counts ? "wide poisson" : "wide huber";
        bm_model *m = fitted(counts ? "poisson:alpha=.1" : "huber:alpha=30", d);
        assert_int_equal(bmt_golden("linear.txt", name, want, MANY + 2), MANY + 2 - counts);
        for (int j = 0; j < MANY; j++) bmt_near(name, bm_tensor_at(bm_model_weight(m, "output/kernel"), j), want[j], 1e-10);
        bmt_near(name, bm_tensor_at(bm_model_weight(m, "output/bias"), 0), want[MANY], 1e-10);
        if (!counts) bmt_near("sigma", bm_tensor_at(bm_model_learned(m, "sigma"), 0), want[MANY + 1], 1e-10);
        bm_free(m), bm_free(d), bm_free(a), bm_free(b), bm_free(c);
    }
}

static bm_status fit_wide(bm_context *context, void *how)
{
    double x[4 * 9], y[] = { 1, 3, 2, 5 };
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 9; j++) x[i * 9 + j] = x_of(i, j < 2 ? j : j + 1);
    bm_recipe *r = bm_recipe_new(.context = context);
    bm_model *m = bm_learner_parse(how, r);
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(4, 9), x), *b = bm_tensor_view(BM_F64, BM_SHAPE(4), y);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_fit(m, d);
    const bm_status st = bm_status_of(r) ? bm_status_of(r) : bm_status_of(m);
    bm_free(d), bm_free(a), bm_free(b), bm_free(m), bm_free(r);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    bmt_each_failure("wide huber", fit_wide, "huber");
    bmt_each_failure("wide poisson", fit_wide, "poisson");
}

/* What the layer makes, by hand: of (2, 3, 5) to the third degree; and without powers. */
static void products(void **state)
{
    (void)state;
    const double row[] = { 2, 3, 5 };
    static const double all[] = { 2, 3, 5, 4, 6, 10, 9, 15, 25, 8, 12, 20, 18, 30, 50, 27, 45, 75, 125 };
    static const double mixed[] = { 2, 3, 5, 6, 10, 15, 30 };
    bm_tensor *x = bm_tensor_copy(BM_F64, BM_SHAPE(1, 3), row);
    for (int i = 0; i < 2; i++) {
        bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(3), .type = BM_F64), bm_polynomial(3, .interactions = i));
        bm_tensor *y = bm_predict(m, x);
        const size_t n = i ? BMI_COUNT(mixed) : BMI_COUNT(all);
        if (bm_failed(y)) fail_msg("%s", bm_error(y));
        assert_int_equal(bm_tensor_size(y), n);
        for (size_t k = 0; k < n; k++) assert_true(bm_tensor_at(y, (int64_t)k) == (i ? mixed[k] : all[k]));
        bm_free(y), bm_free(m);
    }
    bm_model *m = bm_sequential(bm_input(3), bm_polynomial(1));
    assert_int_equal(bm_model_layer_shape(m, 1).dim[1], 3);
    bm_free(m);
    m = bm_sequential(bm_input(50), bm_polynomial(3)); /* 23,425 */
    assert_int_equal(bm_status_of(m), BM_E_SHAPE);
    bmt_contains("too many", bm_error(m), "more than 20000 products");
    bm_free(m);
    bm_free(x);
}

/* High powers of numbers far from 0: none is lost beside the largest. x^9 in exact arithmetic. */
static void high_degree(void **state)
{
    (void)state;
    double x[40], y[40];
    for (int i = 0; i < 40; i++) {
        x[i] = i;
        y[i] = 7 + x[i] - x[i] * x[i] / 8;
    }
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(40, 1), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(40, 1), y);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_model *m = fitted("poly:9", d);
    assert_string_equal(bm_stopped_by(m), "solved");
    bm_tensor *p = bm_predict(m, a);
    for (int i = 0; i < 40; i++) bmt_near("curve", bm_tensor_at(p, i), y[i], 1e-6);
    bm_free(p), bm_free(m), bm_free(d), bm_free(a), bm_free(b);
}

static bm_status fit_of(const char *how, const double *x, const double *y, int rows, char said[700])
{
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(rows, 1), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(rows, 1), y);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_model *m = bm_learner_parse(how, NULL);
    const bm_status st = bm_fit(m, d);
    snprintf(said, 700, "%s", bm_failed(m) ? bm_error(m) : bm_stopped_by(m));
    bm_free(m), bm_free(d), bm_free(a), bm_free(b);
    return st;
}

static void refused(void **state)
{
    (void)state;
    const double x[] = { 1, 2, 3, 4 }, below[] = { 1, -2, 3, 1 }, none[] = { 0, 0, 0, 0 }, same[] = { 5, 5, 5, 5 },
                 hole[] = { 1, NAN, 2, 2 };
    char said[700];
    assert_int_equal(fit_of("poisson", x, below, 4, said), BM_E_DATA);
    bmt_contains("below 0", said, "a target is below 0, -2, in row 1 of the training rows");
    assert_int_equal(fit_of("poisson", x, none, 4, said), BM_E_DATA);
    bmt_contains("nothing", said, "all targets are 0");
    static const char *const all[] = { "huber", "poisson", "poly:3" };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fit_of(all[i], x, hole, 4, said), BM_E_NUMBER);
        bmt_contains(all[i], said, "row 1 has a number that is not finite, in target column 0");
        assert_int_equal(fit_of(all[i], x, same, 4, said), BM_OK); /* a target of one value */
        assert_int_equal(fit_of(all[i], same, x, 4, said), BM_OK); /* a column of one value */
        assert_int_equal(fit_of(all[i], x, x, 1, said), BM_OK);    /* one row */
        assert_int_equal(fit_of(all[i], x, x, 4, said), BM_OK);    /* no error at all: Huber's sigma goes to 0 */
        if (i < 2) bmt_contains(all[i], said, "converged after");
    }
    static const char *const settings[][2] = { { "huber:epsilon=.5", "must be >= 1" },
                                               { "poisson:alpha=-1", "must be >= 0" },
                                               { "poly:degree=0", "degree" },
                                               { "poly:alpha=-1", "must be >= 0" } };
    for (size_t i = 0; i < BMI_COUNT(settings); i++) {
        bm_model *m = bm_learner_parse(settings[i][0], NULL);
        assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
        bmt_contains(settings[i][0], bm_error(m), settings[i][1]);
        bm_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(against_scikit_learn), cmocka_unit_test(wide),
                                        cmocka_unit_test(failing_allocations),  cmocka_unit_test(products),
                                        cmocka_unit_test(high_degree),          cmocka_unit_test(refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
