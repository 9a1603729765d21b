// SPDX-License-Identifier: Apache-2.0
/* Linear learners against scikit-learn (tests/golden/linear.py), and what they say of data that is odd. */
#include <baeum.h>
#include "model/model.h"
#include "support/bmt.h"
#include "support/bmt_golden.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 60 * 600 };

/* The same as in the script; of target `only`, or all k (only < 0). */
static bm_dataset *made(int m, int n, int k, int only, bool weighted)
{
    static double x[MOST], y[2 * 60];
    static float w[60];
    const int targets = only < 0 ? k : 1;
    for (int i = 0; i < m; i++) {
        w[i] = (float)(1 + i % 3);
        for (int j = 0; j < n; j++) x[i * n + j] = sin(1 + 3. * i + 7. * j + (double)i * j) + (j == 2) * 100;
        for (int t = 0; t < targets; t++) {
            const int at = only < 0 ? t : only;
            y[i * targets + t] = x[i * n] * 2 - 3 * x[i * n + 1] + .1 * cos(i * (1. + at)) + at + 5;
        }
    }
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(m, n), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(m, targets), y),
              *c = bm_tensor_copy(BM_F32, BM_SHAPE(m), w);
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

/* Kernel, then intercepts. */
static size_t numbers_of(bm_model *m, double *into)
{
    const char *const names[] = { "output/kernel", "output/bias" };
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        const bm_tensor *w = bm_model_weight(m, names[i]);
        for (int64_t k = 0; w && k < bm_tensor_size(w); k++) into[n++] = bm_tensor_at(w, k);
    }
    return n;
}

static void against_scikit_learn(void **state)
{
    (void)state;
    static const struct {
        const char *name, *how;
        int rows, columns, target; /* target -1: both */
        bool weighted;
        double within;
    } cases[] = {
        { "linear", "linear", 60, 5, -1, false, 1e-12 },
        { "linear", "linear:method=normal", 60, 5, -1, false, 1e-11 },
        { "linear", "linear:method=svd", 60, 5, -1, false, 1e-12 },
        { "linear", "lasso:alpha=0", 60, 5, -1, false, 1e-12 },
        { "linear", "elastic:alpha=0,r=.2", 60, 5, -1, false, 1e-12 },
        { "linear", "ridge:alpha=0", 60, 5, -1, false, 1e-12 },
        { "linear weighted", "linear", 60, 5, -1, true, 1e-12 },
        { "linear weighted", "linear:method=svd", 60, 5, -1, true, 1e-12 },
        { "linear weighted", "linear:method=normal", 60, 5, -1, true, 1e-11 },
        { "linear no intercept", "linear:no_intercept", 60, 5, -1, false, 1e-12 },
        { "ridge .3", "ridge:alpha=.3", 60, 5, -1, false, 1e-12 },
        { "ridge .3", "ridge:alpha=.3,method=svd", 60, 5, -1, false, 1e-12 },
        { "ridge .3", "ridge:alpha=.3,method=cholesky", 60, 5, -1, false, 1e-12 },
        { "ridge .3", "elastic:alpha=.3,r=0", 60, 5, -1, false, 1e-12 },
        { "ridge .3 weighted", "ridge:alpha=.3", 60, 5, -1, true, 1e-12 },
        { "ridge .3 no intercept", "ridge:alpha=.3,no_intercept", 60, 5, -1, false, 1e-12 },
        { "lasso .2 0", "lasso:alpha=.2", 60, 5, 0, false, 1e-12 },
        { "lasso .2 1", "lasso:alpha=.2", 60, 5, 1, false, 1e-12 },
        { "lasso .2 0", "elastic:alpha=.2,r=1", 60, 5, 0, false, 1e-12 },
        { "lasso .2 0 weighted", "lasso:alpha=.2", 60, 5, 0, true, 1e-12 },
        { "elastic .2 .3 0", "elastic:alpha=.2,r=.3", 60, 5, 0, false, 1e-12 },
        { "elastic .2 .3 1", "elastic:alpha=.2,r=.3", 60, 5, 1, false, 1e-12 },
        { "lasso no intercept", "lasso:alpha=.2,no_intercept", 60, 5, 0, false, 1e-11 },
        { "wide ridge", "ridge:alpha=.3", 30, 600, 0, false, 1e-11 },
        { "wide ridge", "ridge:alpha=.3,method=svd", 30, 600, 0, false, 1e-11 },
        { "wide lasso", "lasso:alpha=.1", 30, 600, 0, false, 1e-11 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        static double want[1300], got[1300];
        bm_dataset *d = made(cases[i].rows, cases[i].columns, 2, cases[i].target, cases[i].weighted);
        bm_model *m = fitted(cases[i].how, d);
        const size_t n = bmt_golden("linear.txt", cases[i].name, want, 1300), k = numbers_of(m, got);
        assert_true(k == n || (strstr(cases[i].how, "no_intercept") && k < n));
        for (size_t j = 0; j < k; j++) {
            char what[200];
            snprintf(what, sizeof what, "%s, %s, number %zu", cases[i].name, cases[i].how, j);
            bmt_near(what, got[j], want[j], cases[i].within);
            if (want[j] == 0) assert_true(got[j] == 0); /* exactly */
        }
        bm_free(m), bm_free(d);
    }
}

/* Targets are solved each by itself: both at once are as one after the other. */
static void several_targets(void **state)
{
    (void)state;
    bm_dataset *both = made(60, 5, 2, -1, false);
    bm_model *m = fitted("lasso:alpha=.2", both);
    const bm_tensor *w = bm_model_weight(m, "output/kernel");
    for (int t = 0; t < 2; t++) {
        double want[6];
        bmt_golden("linear.txt", t ? "lasso .2 1" : "lasso .2 0", want, 6);
        for (int j = 0; j < 5; j++) bmt_near("coefficient", bm_tensor_at(w, 2 * j + t), want[j], 1e-12);
    }
    assert_string_equal(bm_stopped_by(m), "solved, keeps 2 of 5 columns");
    bm_free(m), bm_free(both);
}

static void paths(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double r, alphas[4];
    } cases[] = { { "lasso path", 1, { 2, .6, .2, .02 } },
                  { "elastic path", .5, { 2, .6, .2, .02 } },
                  { "ridge path", (double)BM_ZERO, { 10, 1, .1, .001 } } };
    bm_dataset *d = made(60, 5, 1, 0, false);
    for (size_t c = 0; c < BMI_COUNT(cases); c++) {
        double want[20];
        assert_int_equal(bmt_golden("linear.txt", cases[c].name, want, 20), 20);
        bm_path p = bm_coefficient_path(d, .r = cases[c].r, .alphas = { cases[c].alphas, 4 });
        if (bm_failed(p.coefficients)) fail_msg("%s", bm_error(p.coefficients));
        assert_true(p.converged && p.gap >= 0 && p.gap <= 1e-10);
        for (int i = 0; i < 20; i++) bmt_near(cases[c].name, bm_tensor_at(p.coefficients, i), want[i], 1e-11);
        bm_free(p.alphas), bm_free(p.coefficients), bm_free(p.intercepts);
    }
    /* the default grid begins where all are 0, the next has a coefficient; intercepts are those of the learner */
    bm_path p = bm_coefficient_path(d, .count = 20);
    for (int j = 0; j < 5; j++) assert_true(bm_tensor_at(p.coefficients, j) == 0);
    assert_true(bm_tensor_at(p.coefficients, 5 + 1) != 0);
    char how[100];
    double got[6];
    snprintf(how, sizeof how, "lasso:alpha=%.17g", bm_tensor_at(p.alphas, 13));
    bm_model *m = fitted(how, d);
    numbers_of(m, got);
    for (int j = 0; j < 5; j++) bmt_near("learner", bm_tensor_at(p.coefficients, 65 + j), got[j], 1e-12);
    bmt_near("intercept", bm_tensor_at(p.intercepts, 13), got[5], 1e-12);
    bmt_near("a thousandth", bm_tensor_at(p.alphas, 19) / bm_tensor_at(p.alphas, 0), 1e-3, 1e-15);
    bm_free(p.alphas), bm_free(p.coefficients), bm_free(p.intercepts);
    bm_free(m), bm_free(d);
    d = made(30, 600, 1, 0, false); /* too few steps are told */
    p = bm_coefficient_path(d, .count = 30, .iterations = 1, .tolerance = BM_ZERO);
    assert_true(!p.converged && p.gap > 0);
    bm_free(p.alphas), bm_free(p.coefficients), bm_free(p.intercepts), bm_free(d);
    d = made(60, 5, 2, -1, true);
    p = bm_coefficient_path(d, .count = 3);
    assert_int_equal(bm_tensor_shape(p.coefficients).rank, 3);
    bm_free(p.alphas), bm_free(p.coefficients), bm_free(p.intercepts);
    const struct {
        bm_path_options o;
        const char *says;
    } bad[] = { { { .data = NULL }, "null" },
                { { .data = d, .r = 2 }, "r is 2" },
                { { .data = d, .alphas = BM_REALS(1, -1) }, "-1" },
                { { .data = d, .alphas = BM_REALS(1, NAN) }, "nan" },
                { { .data = d, .count = -3 }, "count is -3" } };
    for (size_t i = 0; i < BMI_COUNT(bad); i++) {
        p = bm_coefficient_path_at(&bad[i].o, sizeof bad[i].o, BM_HERE);
        assert_int_equal(bm_status_of(p.coefficients), BM_E_ARGUMENT);
        bmt_contains("path", bm_error(p.coefficients), bad[i].says);
        bm_free(p.alphas), bm_free(p.coefficients), bm_free(p.intercepts);
    }
    bm_free(d);
}

/* Errors over folds as refits with scikit-learn give them, and the alpha of the least. */
static void choice(void **state)
{
    (void)state;
    static const struct {
        const char *name, *how;
        double alpha;
    } cases[] = {
        { "lasso folds", "lasso:alpha=auto,alphas=1 .3 .1 .03 .01 .003", .01 },
        { "ridge folds", "ridge:alpha=auto,folds=5,alphas=1 .3 .1 .03 .01 .003", .003 },
        { "ridge gcv", "ridge:alpha=auto,alphas=.003 .01 .03 .1 .3 1", .003 },
    };
    bm_dataset *d = made(60, 5, 1, 0, false);
    for (size_t c = 0; c < BMI_COUNT(cases); c++) {
        double want[6];
        assert_int_equal(bmt_golden("linear.txt", cases[c].name, want, 6), 6);
        bm_model *m = fitted(cases[c].how, d);
        const bm_tensor *e = bm_model_learned(m, "errors");
        for (int i = 0; i < 6; i++) bmt_near(cases[c].name, bm_tensor_at(e, i), want[i], 1e-10);
        bmt_near("alpha", bm_tensor_at(bm_model_learned(m, "alpha"), 0), cases[c].alpha, 0);
        bmt_contains("tells", bm_stopped_by(m), "alpha 0.0");
        bm_free(m);
    }
    bm_model *m = fitted("elastic:alpha=auto,r=.5", d);              /* its own grid */
    const int64_t n = bm_tensor_size(bm_model_learned(m, "alphas")); /* goes on as long as the error falls */
    assert_true(n == 200 || n == 300);
    const double found = bm_tensor_at(bm_model_learned(m, "alpha"), 0);
    assert_true(found < 1e-3 * bm_tensor_at(bm_model_learned(m, "alphas"), 0) && found < .1);
    bm_free(m), bm_free(d);
    d = made(30, 600, 1, 0, false);
    m = fitted("lasso:alpha=auto", d);
    double w[601];
    numbers_of(m, w);
    assert_true(fabs(w[0] - 2) < .2 && fabs(w[1] + 3) < .2);
    bm_free(m);
    m = fitted("ridge:alpha=auto", d);
    bm_free(m);
    m = fitted("ridge:alpha=auto,folds=3", d);
    bm_free(m), bm_free(d);
}

static bm_dataset *of(const double *x, const double *y, int m, int n)
{
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(m, n), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(m, 1), y);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a), bm_free(b);
    return d;
}

static const char *const all[] = { "linear",         "linear:method=svd", "ridge:alpha=.1", "ridge:alpha=.1,method=svd",
                                   "lasso:alpha=.1", "elastic:alpha=.1",  "ridge:alpha=0",  "lasso:alpha=0" };

/* One row, one column, columns of one value, columns that repeat. */
static void odd_shapes(void **state)
{
    (void)state;
    const double x[] = { .1, 1, 1, .1, 2, 2, .1, 3, 3, .1, 5, 5 }, y[] = { 2, 4, 6, 10 };
    for (size_t i = 0; i < BMI_COUNT(all); i++) {
        double w[4];
        bm_dataset *d = of(x, y, 4, 3);
        bm_model *m = fitted(all[i], d);
        assert_int_equal(numbers_of(m, w), 4);
        assert_true(w[0] == 0); /* of one value: it says nothing */
        if (!strstr(all[i], "lasso:alpha=.1") && !strstr(all[i], "elastic")) bmt_near("equals share", w[1], w[2], 1e-9);
        if (strstr(all[i], "linear") || strstr(all[i], "=0")) bmt_near("sum", w[1] + w[2], 2, 1e-9);
        if (strstr(all[i], "linear")) assert_string_equal(bm_stopped_by(m), "solved, rank 1 of 3");
        assert_int_equal(bm_ended(m) & BM_ENDED_RANK, strstr(all[i], "linear") ? BM_ENDED_RANK : 0);
        bm_free(m), bm_free(d);
        d = of(x, y, 1, 3);
        m = fitted(all[i], d);
        numbers_of(m, w);
        bmt_near("one row is its own mean", w[3], 2, 1e-15);
        assert_true(w[0] == 0 && w[1] == 0 && w[2] == 0);
        bm_free(m), bm_free(d);
        d = of(y, y, 4, 1);
        m = fitted(all[i], d);
        numbers_of(m, w);
        assert_true(w[0] > .9 && w[0] <= 1 + 1e-12);
        bm_free(m), bm_free(d);
    }
    bm_model *m = bm_learner_parse("linear:method=normal", NULL);
    bm_dataset *d = of(x, y, 4, 3);
    assert_int_equal(bm_fit(m, d), BM_E_NUMBER);
    bmt_contains("collinear", bm_error(m), "method=qr");
    bm_free(m), bm_free(d);
    /* nearly so: told, and far digits are lost */
    double near[12], t[4];
    for (int i = 0; i < 4; i++) {
        near[2 * i] = i;
        near[2 * i + 1] = i + 1e-6 * (i % 2 ? i : -i);
        t[i] = i;
    }
    d = of(near, t, 4, 2);
    m = fitted("linear:method=normal", d);
    bmt_contains("ill-conditioned", bm_stopped_by(m), "ill-conditioned");
    assert_int_equal(bm_ended(m), BM_ENDED_ILL_CONDITIONED);
    bm_free(m), bm_free(d);
}

/* A large penalty leaves nothing; the intercept stays the mean. */
static void large_penalty(void **state)
{
    (void)state;
    static const char *const learners[] = { "ridge:alpha=1e12", "lasso:alpha=1e12", "elastic:alpha=1e12" };
    for (size_t i = 0; i < BMI_COUNT(learners); i++) {
        const double x[] = { 1, 2, 3, 4 }, y[] = { 10, 30, 20, 40 };
        double w[2];
        bm_dataset *d = of(x, y, 4, 1);
        bm_model *m = fitted(learners[i], d);
        numbers_of(m, w);
        if (i) assert_true(w[0] == 0);
        bmt_near("slope", w[0], 0, 1e-9);
        bmt_near("mean", w[1], 25, 1e-9);
        bm_free(m), bm_free(d);
    }
}

/* Numbers whose squares are none. A penalty scales with the unit: without one the line is the same in every unit. */
static void far_from_one(void **state)
{
    (void)state;
    static const char *const learners[] = { "linear",        "linear:method=svd", "linear:method=normal",
                                            "ridge:alpha=0", "lasso:alpha=0",     "elastic:alpha=0" };
    const double scales[] = { 1e-300, 1e-150, 1, 1e150, 1e300 };
    for (size_t i = 0; i < BMI_COUNT(learners); i++)
        for (size_t s = 0; s < BMI_COUNT(scales); s++) {
            double x[10], y[5], w[3];
            for (int k = 0; k < 5; k++) {
                x[2 * k] = k * scales[s];
                x[2 * k + 1] = (k * k % 3) * scales[s];
                y[k] = (2 * k - (k * k % 3) + 1) * scales[s];
            }
            bm_dataset *d = of(x, y, 5, 2);
            bm_model *m = fitted(learners[i], d);
            numbers_of(m, w);
            bmt_near(learners[i], w[0], 2, 1e-9);
            bmt_near(learners[i], w[1], -1, 1e-9);
            bmt_near(learners[i], w[2] / scales[s], 1, 1e-9);
            bm_free(m), bm_free(d);
        }
}

/* Columns of sizes far apart do not depend on each other, nor does one beside a mean that is large. */
static void sizes_apart(void **state)
{
    (void)state;
    enum { ROWS = 40 };
    static const char *const learners[] = { "linear", "linear:method=svd", "linear:no_intercept=true", "linear:method=normal" };
    static const double sizes[][3] = { { 1e-7, 1, 1e7 }, { 1e-12, 1, 1e12 }, { 1e-3, 1e9, 1 }, { 1e-200, 1, 1e200 } };
    for (size_t i = 0; i < BMI_COUNT(learners); i++)
        for (size_t s = 0; s < BMI_COUNT(sizes); s++) {
            double x[3 * ROWS], y[ROWS], w[4];
            for (int r = 0; r < ROWS; r++) {
                const double part[] = { r % 7 - 3, r % 5 - 2, r % 11 - 5 };
                for (int k = 0; k < 3; k++) x[3 * r + k] = part[k] * sizes[s][k];
                y[r] = 3 * part[0] + 2 * part[1] - part[2];
            }
            bm_dataset *d = of(x, y, ROWS, 3);
            bm_model *m = fitted(learners[i], d);
            numbers_of(m, w);
            bmt_near(learners[i], w[0] * sizes[s][0], 3, 1e-9);
            bmt_near(learners[i], w[1] * sizes[s][1], 2, 1e-9);
            bmt_near(learners[i], w[2] * sizes[s][2], -1, 1e-9);
            bm_free(m), bm_free(d);
        }
}

static void bad_input(void **state)
{
    (void)state;
    static const struct {
        const char *how, *says;
    } settings[] = {
        { "ridge:alpha=-1", "alpha is -1, must be >= 0" },
        { "ridge:alpha=nan", "alpha" },
        { "lasso:alpha=-.1", "must be >= 0" },
        { "lasso:alpha=often", "a number or auto" },
        { "elastic:r=2", "r is 2, must be >= 0 and <= 1" },
        { "elastic:alpha=1,r=auto", "must be a number" },
        { "ridge:method=lu", "auto, cholesky or svd" },
        { "linear:method=lu", "qr, normal or svd" },
        { "lasso:folds=1", "folds is 1" },
        { "lasso:tolerance=-1", "tolerance" },
        { "ridg:alpha=1", "ridge" },
    };
    for (size_t i = 0; i < BMI_COUNT(settings); i++) {
        bm_model *m = bm_learner_parse(settings[i].how, NULL);
        assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
        bmt_contains(settings[i].how, bm_error(m), settings[i].says);
        bm_free(m);
    }
    bm_model *c = bm_learner(bm_ridge(.alpha = -1), NULL);
    assert_int_equal(bm_status_of(c), BM_E_ARGUMENT);
    bm_free(c);
    static const struct {
        const char *how, *says;
    } folds[] = { { "lasso:alpha=auto,folds=9", "9 folds of 4 rows" },
                  { "lasso:alpha=auto,folds=2,alphas=1 x", "\"x\"" },
                  { "ridge:alpha=auto,alphas=1 -2", "\"-2\"" } };
    const double x[] = { 1, 2, 3, 5 }, y[] = { 2, 4, 6, 7 };
    bm_dataset *d = of(x, y, 4, 1);
    for (size_t i = 0; i < BMI_COUNT(folds); i++) {
        bm_model *m = bm_learner_parse(folds[i].how, NULL);
        assert_int_equal(bm_fit(m, d), BM_E_ARGUMENT);
        bmt_contains(folds[i].how, bm_error(m), folds[i].says);
        bm_free(m);
    }
    bm_free(d);
    const double holes[] = { 1, 2, NAN, 5 }, far[] = { 1, INFINITY, 2, 3 };
    for (size_t i = 0; i < BMI_COUNT(all); i++) {
        bm_model *m = bm_learner_parse(all[i], NULL);
        bm_dataset *hole = of(holes, y, 4, 1), *infinite = of(x, far, 4, 1);
        assert_int_equal(bm_fit(m, hole), BM_E_NUMBER);
        bmt_contains(all[i], bm_error(m), "row 2 has a number that is not finite, in input column 0");
        bm_clear(m);
        assert_int_equal(bm_fit(m, infinite), BM_E_NUMBER);
        bmt_contains(all[i], bm_error(m), "row 1 has a number that is not finite, in target column 0");
        bm_free(m), bm_free(hole), bm_free(infinite);
    }
}

/* Saved and loaded, settings and what is kept are there. */
static void files(void **state)
{
    (void)state;
    bm_dataset *d = made(60, 5, 1, 0, false);
    bm_model *m = fitted("lasso:alpha=auto,folds=4", d);
    const char *path = bmt_temp("lasso.safetensors");
    bm_save(m, path);
    bm_model *back = bm_load(path);
    if (bm_failed(m) || bm_failed(back)) fail_msg("%s %s", bm_error(m), bm_error(back));
    double a[6], b[6];
    numbers_of(m, a), numbers_of(back, b);
    assert_memory_equal(a, b, sizeof a);
    assert_string_equal(bm_stopped_by(back), bm_stopped_by(m));
    assert_int_equal(bm_ended(m), BM_ENDED_TELLS);
    assert_int_equal(bm_ended(back), BM_ENDED_TELLS);
    bmt_near("alpha", bm_tensor_at(bm_model_learned(back, "alpha"), 0), bm_tensor_at(bm_model_learned(m, "alpha"), 0), 0);
    bm_fit(back, d); /* auto is still what it was */
    if (bm_failed(back)) fail_msg("%s", bm_error(back));
    numbers_of(back, b);
    assert_memory_equal(a, b, sizeof a);
    bm_free(m), bm_free(back), bm_free(d);
}

/* The same bits on any number of threads, where rows are enough to be shared. */
static void same_bits(void **state)
{
    (void)state;
    enum { ROWS = 20000, COLUMNS = 9 };
    static double x[ROWS * COLUMNS], y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLUMNS; j++) x[i * COLUMNS + j] = sin(i * (1. + j) + j);
        y[i] = x[i * COLUMNS] - x[i * COLUMNS + 3] + sin(i * i);
    }
    const bm_learner values[] = { bm_linear(),
                                  bm_linear(.method = BM_BY_SVD),
                                  bm_linear(.method = BM_BY_NORMAL),
                                  bm_ridge(.alpha = .1),
                                  bm_ridge(.alpha = BM_AUTO),
                                  bm_lasso(.alpha = .1),
                                  bm_lasso(.alpha = BM_AUTO),
                                  bm_elastic(.alpha = .1) };
    for (size_t i = 0; i < BMI_COUNT(values); i++) {
        double w[2][COLUMNS + 1];
        for (int t = 0; t < 2; t++) {
            bm_context *context = bm_context_new(.threads = t ? 7 : 1);
            bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(ROWS, COLUMNS), x),
                      *b = bm_tensor_copy(BM_F64, BM_SHAPE(ROWS, 1), y);
            bm_dataset *d = bm_dataset_new(.x = { a }, .t = { b }, .context = context);
            bm_model *m = bmi_learner_new(context, &values[i], NULL, BM_HERE);
            bm_fit(m, d);
            numbers_of(m, w[t]);
            bm_free(m), bm_free(d), bm_free(a), bm_free(b), bm_free(context);
        }
        assert_memory_equal(w[0], w[1], sizeof w[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_scikit_learn),
        cmocka_unit_test(several_targets),
        cmocka_unit_test(paths),
        cmocka_unit_test(choice),
        cmocka_unit_test(odd_shapes),
        cmocka_unit_test(large_penalty),
        cmocka_unit_test(far_from_one),
        cmocka_unit_test(sizes_apart),
        cmocka_unit_test(bad_input),
        cmocka_unit_test(files),
        cmocka_unit_test(same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
