// SPDX-License-Identifier: Apache-2.0
/* Least squares: one dense linear unit per target column, its weights found exactly (linalg/least_squares.h). Columns are centred
 * first, so that of dependent columns the coefficients are the shortest whatever the means are; the intercept is never part of
 * that length.
 */
#include "base/kinds.h"
#include "linalg/cholesky.h"
#include "model/learners/penalty.h"
#include <float.h>
#include <inttypes.h>
#include <string.h>

static const char *const methods[] = { "qr", "normal", "svd", NULL };
static const bmi_field fields[] = {
    BMI_BOOL_FIELD(bm_linear_options, no_intercept, "the line goes through the origin"),
    BMI_WORD_FIELD(bm_linear_options, method, methods, "qr, the normal equation by Cholesky, or singular values"),
    { 0 },
};

static bm_status by_qr(bmi_regression *r, double *w, int64_t *rank)
{
    bmi_least_squares ls = { 0 };
    bmi_regression_level(r, BMI_REGRESSION_APART);
    bm_status st = bmi_regression_fold(r, &ls, 0);
    if (!st) st = bmi_regression_fail(r, bmi_least_squares_solve(&ls, w, rank));
    bmi_least_squares_end(&ls);
    return st;
}

static bm_status fail_dependent(bmi_regression *r)
{
    return bm_learning_fail(
        r->l, BM_E_NUMBER,
        "linear: columns depend on each other, so the normal equation has no single solution; leave some of "
        "them out, or take method=qr, which gives the solution of least norm");
}

/* XT X w = XT y, as it is taught. A pivot that is nothing but the rounding of the products has no digit that is right. */
static bm_status by_normal(bmi_regression *r, double *w, double *pivot)
{
    bmi_design d;
    if (r->rows - r->centred < r->columns)
        return bm_learning_fail(r->l, BM_E_NUMBER,
                                "linear: %" PRId64 " columns of %" PRId64
                                " rows depend on each other, so the normal equation has no single solution; take method=qr, "
                                "which gives the one of least norm",
                                r->columns, r->rows);
    bm_status st = bmi_design_make(&d, r, 0);
    double *memory = st ? NULL : bm_learning_memory(r->l, 2 * (size_t)d.n * sizeof *memory);
    if (memory) {
        *pivot = bmi_cholesky(d.g, d.n, d.step, memory, &r->l->model->stop);
        if (atomic_load(&r->l->model->stop)) st = bmi_regression_fail(r, BM_E_STOPPED);
        else if (!(*pivot > 4 * DBL_EPSILON * (double)d.n)) st = fail_dependent(r);
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
                         : o->method == BM_BY_SVD  ? bmi_regression_by_svd(&r, 0, w, &rank)
                                                   : by_qr(&r, w, &rank);
    if (st || bmi_regression_put(&r, w)) return st;
    bmi_regression_say_solved(&r, rank, pivot);
    return l->model->object.error.status;
}

static const bm_learner_kind linear = {
    BMI_REGRESSION(bm_linear_options, fields, bmi_regression_one_layer),
    .name = "linear",
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS | BM_LEARNS_UNORDERED,
    .fit = fit,
    .doc = "Least squares, exactly: by QR, the normal equation, or singular values.",
};
const bmi_kind bmi_kinds_learner_linear[] = { { "learner", "linear", &linear }, { 0 } };
