// SPDX-License-Identifier: Apache-2.0
/* Ridge where it is hard: more products of columns than rows against 60 digits (tests/golden/wide_ridge.py), columns that nearly depend
 * on each other by each method, several targets by one factorisation; and least squares of weights in any unit, and by the normal
 * equation of columns that depend on each other.
 */
#include <baeum.h>
#include "base/random.h"
#include "model/model.h"
#include "support/bmt.h"
#include "support/bmt_golden.h"
#include <math.h>
#include <string.h>

static bm_dataset *of(const double *x, const double *y, const float *w, int m, int n, int k)
{
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(m, n), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(m, k), y),
              *c = w ? bm_tensor_copy(BM_F32, BM_SHAPE(m), w) : NULL;
    bm_dataset *d = w ? bm_dataset_new(.x = { a }, .t = { b }, .weights = c) : bm_dataset_from(a, b);
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

static double weight(bm_model *m, int64_t i)
{
    return bm_tensor_at(bm_model_weight(m, "output/kernel"), i);
}

/* 791 products of 24 rows: alpha 1 by the products of the rows, 1e-9 by reflections of the rows. */
static void wide_products(void **state)
{
    (void)state;
    enum { ROWS = 24, COLUMNS = 5 };
    double x[ROWS * COLUMNS], y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLUMNS; j++) x[i * COLUMNS + j] = sin(1 + 3. * i + 7. * j + (double)i * j) * (j ? 1 : 10);
        y[i] = 2 * x[i * COLUMNS] - 3 * x[i * COLUMNS + 1] + .1 * cos(i);
    }
    static const struct {
        const char *how, *name;
        double within;
    } cases[] = { { "poly:degree=7,alpha=1", "1", 1e-9 }, { "poly:degree=7,alpha=1e-9", "1e-09", 1e-6 } };
    bm_dataset *d = of(x, y, NULL, ROWS, COLUMNS, 1);
    for (size_t c = 0; c < BMI_COUNT(cases); c++) {
        double want[ROWS], squares, sum = 0;
        char name[40];
        snprintf(name, sizeof name, "predictions %s", cases[c].name);
        assert_int_equal(bmt_golden("wide_ridge.txt", name, want, ROWS), ROWS);
        snprintf(name, sizeof name, "squares %s", cases[c].name);
        assert_int_equal(bmt_golden("wide_ridge.txt", name, &squares, 1), 1);
        bm_model *m = fitted(cases[c].how, d);
        bm_tensor *p = bm_predict(m, bm_dataset_x(d, 0));
        for (int i = 0; i < ROWS; i++) bmt_near(cases[c].how, bm_tensor_at(p, i), want[i], cases[c].within);
        const bm_tensor *w = bm_model_weight(m, "output/kernel");
        assert_int_equal(bm_tensor_size(w), 791);
        for (int64_t i = 0; i < 791; i++) sum += bm_tensor_at(w, i) * bm_tensor_at(w, i);
        bmt_near("squares", sum / squares, 1, cases[c].within);
        bm_free(p), bm_free(m);
    }
    bm_free(d);
}

/* x1 = (1 1 1 1 -1 -1 -1 -1), x2 = x1 + e u, y = u = (1 -1 1 -1 1 -1 1 -1): with p = w1 + w2 and q = w2 what is least is 8 p^2 + 8 (e q
 * - 1)^2 + l ((p - q)^2 + q^2), by hand at q = 8 e / (8 e^2 + 2 l - l^2 / (8 + l)), p = l q / (8 + l). */
static void nearly_dependent(void **state)
{
    (void)state;
    const double e = 1e-6, l = 1e-13, q = 8 * e / (8 * e * e + 2 * l - l * l / (8 + l)), p = l * q / (8 + l);
    double x[16], y[8];
    for (int i = 0; i < 8; i++) {
        y[i] = i % 2 ? -1 : 1;
        x[2 * i] = i < 4 ? 1 : -1;
        x[2 * i + 1] = x[2 * i] + e * y[i];
    }
    bm_dataset *d = of(x, y, NULL, 8, 2, 1);
    static const struct {
        const char *how, *says;
        double within; /* of the normal equation 1 / e^2 times the rounding of its sums is lost */
    } cases[] = { { "ridge:alpha=2.5e-14", "solved", 1e-9 },
                  { "ridge:alpha=2.5e-14,method=svd", "solved", 1e-9 },
                  { "ridge:alpha=2.5e-14,method=cholesky", "solved, ill-conditioned: about 12 digits lost", 1e-2 } };
    for (size_t c = 0; c < BMI_COUNT(cases); c++) {
        bm_model *m = fitted(cases[c].how, d);
        bmt_near(cases[c].how, weight(m, 0) / (p - q), 1, cases[c].within);
        bmt_near(cases[c].how, weight(m, 1) / q, 1, cases[c].within);
        assert_string_equal(bm_stopped_by(m), cases[c].says);
        bm_free(m);
    }
    bm_model *m = bm_learner_parse("ridge:alpha=1e-30,method=cholesky", NULL);
    for (int i = 0; i < 8; i++) x[2 * i + 1] = x[2 * i];
    bm_dataset *equal = of(x, y, NULL, 8, 2, 1);
    assert_int_equal(bm_fit(m, equal), BM_E_NUMBER);
    bmt_contains("no digit", bm_error(m), "take method=auto, or a larger alpha");
    bm_free(m), bm_free(d), bm_free(equal);
}

/* Both at once are as one after the other, whatever solves them. */
static void several_targets(void **state)
{
    (void)state;
    static double x[20 * 600], y[40], one[20];
    static const char *const how[] = { "ridge:alpha=.1", "ridge:alpha=.1,method=svd", "ridge:alpha=1e-13", "ridge:alpha=0" };
    for (int columns = 6; columns <= 600; columns += 594) {
        for (int i = 0; i < 20; i++)
            for (int j = 0; j < columns; j++) x[i * columns + j] = sin(1 + 3. * i + 7. * j + (double)i * j);
        for (int i = 0; i < 20; i++) y[2 * i] = cos(i), y[2 * i + 1] = sin(3 * i) + 5;
        bm_dataset *both = of(x, y, NULL, 20, columns, 2);
        for (size_t c = 0; c < BMI_COUNT(how); c++)
            for (int t = 0; t < 2; t++) {
                for (int i = 0; i < 20; i++) one[i] = y[2 * i + t];
                bm_dataset *d = of(x, one, NULL, 20, columns, 1);
                bm_model *m = fitted(how[c], d), *all = fitted(how[c], both);
                for (int j = 0; j < columns; j++) bmt_near(how[c], weight(all, 2 * j + t), weight(m, j), 1e-9);
                bm_free(m), bm_free(all), bm_free(d);
            }
        bm_free(both);
    }
}

/* Weights of any unit: the same rank and the same line; columns far from 0, one of them the sum of two. */
static void unit_of_weights(void **state)
{
    (void)state;
    enum { ROWS = 30, COLUMNS = 4 };
    double x[ROWS * COLUMNS], y[ROWS], want[COLUMNS];
    float w[ROWS];
    for (int i = 0; i < ROWS; i++) {
        double *row = x + i * COLUMNS;
        for (int j = 0; j < 3; j++) row[j] = 1e4 * (j + 1) + sin(1 + 3. * i + 7. * j + (double)i * j);
        row[3] = row[0] + row[1];
        y[i] = row[0] - 2 * row[2] + .1 * cos(i);
    }
    static const float units[] = { 1, 0x1p-40f, 0x1p-100f, 0x1p60f };
    for (size_t u = 0; u < BMI_COUNT(units); u++) {
        for (int i = 0; i < ROWS; i++) w[i] = (float)(1 + i % 3) * units[u];
        bm_dataset *d = of(x, y, w, ROWS, COLUMNS, 1);
        bm_model *m = fitted("linear", d);
        assert_string_equal(bm_stopped_by(m), "solved, rank 3 of 4");
        for (int j = 0; j < COLUMNS; j++) {
            if (!u) want[j] = weight(m, j);
            bmt_near("w", weight(m, j), want[j], 1e-7);
        }
        bm_free(m), bm_free(d);
    }
}

/* Centred rows of more columns are of one rank less than there are rows with a weight, however rounding falls. */
static void rank_of_wide(void **state)
{
    (void)state;
    enum { ROWS = 24, COLUMNS = 59, TIMES = 1500 };
    static double x[ROWS * COLUMNS], y[ROWS];
    float w[ROWS];
    for (uint64_t k = 8500; k < 8500 + TIMES; k++) {
        int used = 0;
        for (uint64_t i = 0; i < ROWS; i++) {
            const double u = bmi_random_unit(k, 2, i);
            w[i] = u < .2 ? 0 : (float)(10 * u - 1.9);
            used += w[i] > 0;
            for (uint64_t j = 0; j < COLUMNS; j++)
                x[i * COLUMNS + j] = floor(3 * bmi_random_normal(k, 3, i * COLUMNS + j)) * (1 + (double)(j % 7)) +
                                     floor(20000 * (bmi_random_unit(k, 4, j) - .5));
        }
        char want[60];
        snprintf(want, sizeof want, "solved, rank %d of %d", used - 1, COLUMNS);
        bm_dataset *d = of(x, y, w, ROWS, COLUMNS, 1);
        bm_model *m = fitted("linear", d);
        assert_string_equal(bm_stopped_by(m), want);
        bm_free(m), bm_free(d);
    }
}

/* Columns that depend on each other but for rounding: no solution, however the rounding falls; more columns than rows at once. */
static void normal_equation(void **state)
{
    (void)state;
    enum { ROWS = 40 };
    static double x[5 * 3000];
    double y[ROWS];
    for (int k = 0; k < 30; k++) {
        for (int i = 0; i < ROWS; i++) {
            double *row = x + 3 * i;
            row[0] = sin(1 + i + k), row[1] = .1 * cos(3 * i) + k, row[2] = .3 * row[0] + .7 * row[1];
            y[i] = i;
        }
        bm_dataset *d = of(x, y, NULL, ROWS, 3, 1);
        bm_model *m = bm_learner_parse("linear:method=normal", NULL);
        assert_int_equal(bm_fit(m, d), BM_E_NUMBER);
        bmt_contains("dependent", bm_error(m), "no single solution");
        bm_free(m), bm_free(d);
    }
    for (int i = 0; i < 5 * 3000; i++) x[i] = sin(i * i);
    bm_dataset *d = of(x, y, NULL, 5, 3000, 1);
    bm_model *m = bm_learner_parse("linear:method=normal", NULL);
    assert_int_equal(bm_fit(m, d), BM_E_NUMBER);
    bmt_contains("wide", bm_error(m), "3000 columns of 5 rows depend on each other");
    bm_free(m), bm_free(d);
}

static bm_status fit_in(bm_context *context, void *arg)
{
    double x[6 * 4], y[6];
    for (int i = 0; i < 24; i++) x[i] = sin(1 + i * i) * (i % 4 ? 1 : 1e3);
    for (int i = 0; i < 6; i++) y[i] = cos(i);
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(6, 4), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(6, 1), y);
    bm_dataset *d = bm_dataset_new(.x = { a }, .t = { b }, .context = context);
    bm_model *m = bmi_learner_new(context, arg, NULL, BM_HERE);
    bm_status st = bm_status_of(d);
    if (!st) bm_fit(m, d), st = bm_status_of(m);
    bm_free(m), bm_free(d), bm_free(a), bm_free(b);
    return st;
}

/* By the rows' products, their reflections, the columns' products, with columns that are let in. */
static void no_memory(void **state)
{
    (void)state;
    bm_learner learners[] = { bm_poly(7, .alpha = 1e6), bm_poly(7, .alpha = 1e-6),
                              bm_ridge(.alpha = 1e-12), bm_ridge(.method = BM_RIDGE_CHOLESKY),
                              bm_lasso(.alpha = 1e-9),  bm_descent(.01, .steps = 3) };
    for (size_t i = 0; i < BMI_COUNT(learners); i++) bmt_each_failure("a fit", fit_in, &learners[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(wide_products),   cmocka_unit_test(nearly_dependent),
                                        cmocka_unit_test(several_targets), cmocka_unit_test(unit_of_weights),
                                        cmocka_unit_test(rank_of_wide),    cmocka_unit_test(normal_equation),
                                        cmocka_unit_test(no_memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
