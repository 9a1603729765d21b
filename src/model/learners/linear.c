// SPDX-License-Identifier: Apache-2.0
/* Least squares: one dense linear unit per target column, its weights found exactly (linalg/least_squares.h). Columns are centred
 * first, so that of dependent columns the coefficients are the shortest whatever the means are; the intercept is never part of
 * that length.
 */
#include "base/kinds.h"
#include "linalg/cholesky.h"
#include "linalg/lapack.h"
#include "model/learners/penalty.h"
#include <float.h>
#include <math.h>
#include <string.h>

static const char *const methods[] = { "qr", "normal", "svd", NULL };
static const bmi_field fields[] = {
    BMI_BOOL_FIELD(bm_linear_options, no_intercept, "the line goes through the origin"),
    BMI_WORD_FIELD(bm_linear_options, method, methods, "qr, the normal equation by Cholesky, or singular values"),
    { 0 },
};

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)room;
    return bmi_regression_layers(l, ((const bm_linear_options *)options)->no_intercept, into);
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)l, (void)options, (void)fit;
    c->loss = BM_MSE;
}

static bm_status by_qr(bmi_regression *r, double *w, int64_t *rank)
{
    bmi_least_squares ls = { 0 };
    bmi_regression_unscaled(r);
    bm_status st = bmi_regression_fold(r, &ls, 0);
    if (!st) st = bmi_regression_fail(r, bmi_least_squares_solve(&ls, w, rank));
    bmi_least_squares_end(&ls);
    return st;
}

/* XT X w = XT y, as it is taught. */
static bm_status by_normal(bmi_regression *r, double *w, double *pivot)
{
    bmi_design d;
    bm_status st = bmi_design_make(&d, r, 0);
    double *memory = st ? NULL : bm_learning_memory(r->l, 2 * (size_t)d.n * sizeof *memory);
    if (memory) {
        *pivot = bmi_cholesky(d.g, d.n, d.step, memory, &r->l->model->stop);
        if (atomic_load(&r->l->model->stop)) st = bmi_regression_fail(r, BM_E_STOPPED);
        else if (*pivot == 0)
            st = bm_learning_fail(
                r->l, BM_E_NUMBER,
                "linear: columns depend on each other, so the normal equation has no single solution; leave some of "
                "them out, or take method=qr, which gives the solution of least norm");
        double *b = memory + d.n;
        for (int64_t t = 0; !st && t < d.k; t++) {
            memcpy(b, d.c + t * d.n, (size_t)d.n * sizeof *b);
            bmi_cholesky_solve(d.g, d.n, d.step, memory, b);
            for (int64_t j = 0; j < d.n; j++) w[j * d.k + t] = b[j];
        }
    }
    bmi_design_end(&d);
    return st ? st : r->l->model->object.error.status;
}

/* By the singular values of the triangle, or of fewer rows than columns themselves. */
static bm_status by_svd(bmi_regression *r, double *w, int64_t *rank)
{
    bm_learning *l = r->l;
    bmi_least_squares ls = { 0 };
    const int64_t n = r->columns, k = r->targets, m = r->rows < n ? r->rows : n;
    bmi_regression_unscaled(r);
    bm_status st = bmi_regression_fold(r, &ls, 0);
    double *a = bm_learning_memory(l, (size_t)(m * n + m * k + m + m * m + m * n) * sizeof *a);
    if (!a) st = BM_E_MEMORY;
    if (!st) {
        double *b = a + m * n, *s = b + m * k, *u = s + m, *vt = u + m * m;
        bmi_error e = { 0 };
        for (int64_t i = 0; i < m; i++) {
            const double *row = ls.whole ? ls.whole + i * (n + k) : bmi_least_squares_triangle(&ls, i);
            for (int64_t j = 0; j < n; j++) a[i * n + j] = !ls.whole && j < i ? 0 : row[j];
            for (int64_t t = 0; t < k; t++) b[i * k + t] = row[n + t];
        }
        st = bmi_svd_thin(&e, l->here, l->model->object.context, m, n, a, s, u, vt);
        if (st) bm_learning_fail(l, st, "linear: %s", e.text);
        const double small = st ? 0 : fmax(DBL_EPSILON * (double)(r->rows > n ? r->rows : n) * s[0], ls.least);
        for (*rank = 0; !st && *rank < m && s[*rank] > small; ++*rank)
            for (int64_t t = 0; t < k; t++) {
                double dot = 0;
                for (int64_t i = 0; i < m; i++) dot += u[i * m + *rank] * b[i * k + t];
                for (int64_t j = 0; j < n; j++) w[j * k + t] += dot / s[*rank] * vt[*rank * n + j];
            }
    }
    bmi_least_squares_end(&ls);
    return st;
}

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_linear_options *o = options;
    bmi_regression r = { 0 };
    double pivot = 1;
    if (bmi_regression_begin(&r, l, 0, o->no_intercept)) return l->model->object.error.status;
    int64_t rank = r.columns;
    double *w = bm_learning_memory(l, (size_t)(r.columns * r.targets) * sizeof *w);
    if (!w) return l->model->object.error.status;
    const bm_status st = o->method == BM_BY_NORMAL ? by_normal(&r, w, &pivot)
                         : o->method == BM_BY_SVD  ? by_svd(&r, w, &rank)
                                                   : by_qr(&r, w, &rank);
    if (st || bmi_regression_put(&r, w)) return st;
    if (rank < r.columns)
        bmi_model_ended(l->model, BM_ENDED_RANK, "solved, rank %lld of %lld", (long long)rank, (long long)r.columns);
    else if (pivot < 1e-10)
        bmi_model_ended(l->model, BM_ENDED_ILL_CONDITIONED, "solved, ill-conditioned: about %.0f digits lost", -log10(pivot));
    else bmi_model_ended(l->model, 0, "solved");
    return l->model->object.error.status;
}

static const bm_learner_kind linear = {
    .size = sizeof(bm_learner_kind),
    .name = "linear",
    .options_size = sizeof(bm_linear_options),
    .fields = fields,
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS | BM_LEARNS_UNORDERED,
    .type = BM_F64,
    .layers = layers,
    .compile = compile,
    .fit = fit,
    .doc = "Least squares, exactly: by QR, the normal equation, or singular values.",
};
const bmi_kind bmi_kinds_learner_linear[] = { { "learner", "linear", &linear }, { 0 } };
