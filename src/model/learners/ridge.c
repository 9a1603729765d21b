// SPDX-License-Identifier: Apache-2.0
/* Ridge regression. */
#include "base/kinds.h"
#include "model/learners/penalty.h"
#include <math.h>

static const char *const methods[] = { "auto", "cholesky", "svd", NULL };
static const bmi_field fields[] = {
    BMI_AUTO_FIELD(bm_ridge_options, alpha, 0, INFINITY, 1, "J = MSE + alpha/2 sum w^2; auto: the one that errs least"),
    BMI_WORD_FIELD(bm_ridge_options, method, methods, "auto: Cholesky, by QR where that loses digits"),
    BMI_BOOL_FIELD(bm_ridge_options, no_intercept, "the line goes through the origin"),
    BMI_INT_FIELD(bm_ridge_options, folds, 2, 1e15, 0, "of alpha=auto; default: generalized cross-validation"),
    BMI_TEXT_FIELD(bm_ridge_options, alphas, NULL, "of alpha=auto: numbers parted by blanks"),
    { 0 },
};

/* All targets from the design, by the way that was asked for. */
static bm_status solve(bmi_design *d, const bmi_penalty *p, double alpha, double *w)
{
    const int64_t k = d->k;
    double *one = bm_learning_memory(d->r->l, (size_t)d->n * sizeof *one);
    bm_status st = one ? BM_OK : BM_E_MEMORY;
    for (int64_t t = 0; !st && t < k; t++) {
        st = bmi_design_solve(d, p, alpha, 0, t, one);
        for (int64_t j = 0; j < d->n; j++) w[j * k + t] = one[j];
    }
    return st;
}

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_ridge_options *o = options;
    const bool chosen = o->alpha == BM_AUTO, by_svd = o->method == BM_RIDGE_SVD;
    const bmi_penalty p = { .alphas = o->alphas, .folds = o->folds, .cholesky = o->method == BM_RIDGE_CHOLESKY };
    bmi_regression r = { 0 };
    bmi_design d = { .least_pivot = 1 };
    double alpha = o->alpha;
    if (bmi_regression_begin(&r, l, 0, o->no_intercept)) return l->model->object.error.status;
    int64_t rank = r.columns;
    double *w = bm_learning_memory(l, (size_t)(r.columns * r.targets) * sizeof *w);
    bm_status st = w ? BM_OK : BM_E_MEMORY;
    if (!st && (chosen || !by_svd)) st = bmi_design_make(&d, &r, -1);
    if (!st && chosen) st = bmi_penalty_choose(&r, &d, &p, &alpha);
    if (!st && !by_svd) st = solve(&d, &p, alpha, w);
    const double pivot = p.cholesky ? d.least_pivot : 1;
    bmi_design_end(&d);
    if (!st && by_svd) st = bmi_regression_by_svd(&r, alpha * r.all / 2, w, &rank);
    if (st || bmi_regression_put(&r, w)) return st;
    if (chosen && p.folds) bmi_model_ended(l->model, BM_ENDED_TELLS, "alpha %.4g by %lld folds", alpha, (long long)p.folds);
    else if (chosen) bmi_model_ended(l->model, BM_ENDED_TELLS, "alpha %.4g by generalized cross-validation", alpha);
    else bmi_regression_say_solved(&r, alpha > 0 ? r.columns : rank, pivot);
    return l->model->object.error.status;
}

static const bm_learner_kind ridge = {
    BMI_REGRESSION(bm_ridge_options, fields, bmi_regression_one_layer),    .name = "ridge",
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,     .fit = fit,
    .doc = "Least squares with a penalty on the squares of coefficients.",
};
const bmi_kind bmi_kinds_learner_ridge[] = { { "learner", "ridge", &ridge }, { 0 } };
