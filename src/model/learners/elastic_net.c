// SPDX-License-Identifier: Apache-2.0
/* Lasso and elastic net: coordinate descent along falling penalties, each solution the start of the next.
 */
#include "base/kinds.h"
#include "model/learners/penalty.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FIELDS(T)                                                                                               \
    BMI_REAL_FIELD(T, tolerance, 0, 1, 1e-10, "duality gap over the sum of squares of the target, at the end"), \
        BMI_INT_FIELD(T, iterations, 1, 1e15, 10000, "times that all columns are gone through, at most"),       \
        BMI_BOOL_FIELD(T, no_intercept, "the line goes through the origin"),                                    \
        BMI_INT_FIELD(T, folds, 2, 1e15, 5, "of alpha=auto"),                                                   \
        BMI_TEXT_FIELD(T, alphas, NULL, "of alpha=auto: numbers parted by blanks"),                             \
    {                                                                                                           \
        0                                                                                                       \
    }
static const bmi_field lasso_fields[] = {
    BMI_AUTO_FIELD(bm_lasso_options, alpha, 0, INFINITY, 1, "J = MSE + alpha sum |w|; auto: the one that errs least"),
    FIELDS(bm_lasso_options),
};
static const bmi_field elastic_fields[] = {
    BMI_AUTO_FIELD(bm_elastic_options, alpha, 0, INFINITY, 1,
                   "J = MSE + r alpha sum |w| + (1 - r)/2 alpha sum w^2; auto: the one that errs least"),
    BMI_REAL_FIELD(bm_elastic_options, r, 0, 1, .5, "share of the absolute penalty: 0 is ridge, 1 lasso"),
    FIELDS(bm_elastic_options),
};

/* Columns that some target keeps. */
static int64_t kept(const double *w, int64_t n, int64_t k)
{
    int64_t count = 0;
    for (int64_t j = 0; j < n; j++) {
        bool any = false;
        for (int64_t t = 0; t < k; t++) any |= w[j * k + t] != 0;
        count += any;
    }
    return count;
}

/* Where columns are as many as rows, or more, down to alpha in equal ratios, so that they come in one after the other and never are
 * more than the solution needs. */
static bm_status descend(bmi_design *d, const bmi_penalty *p, double alpha, double *w)
{
    enum { STEPS = 16 };
    bm_learning *l = d->r->l;
    double *one = bm_learning_memory(l, (size_t)d->n * sizeof *one);
    bmi_penalty free = *p;
    int64_t count;
    free.alphas = NULL;
    const double *top = one ? bmi_design_alphas(d, &free, 1, 1, &count) : NULL;
    if (!top) return l->model->object.error.status;
    const double down = p->r > 0 && alpha > 0 && *top > alpha ? pow(alpha / *top, 1. / STEPS) : 0;
    const int steps = d->n >= d->m && down > 0 ? STEPS : 1;
    bm_status st = BM_OK;
    for (int64_t t = 0; !st && t < d->k; t++) {
        double before = 0;
        memset(one, 0, (size_t)d->n * sizeof *one);
        for (int s = 1; !st && s <= steps; s++) {
            const double now = s == steps ? alpha : *top * pow(down, s);
            st = bmi_design_solve(d, p, now, before, t, one);
            before = now;
        }
        for (int64_t j = 0; j < d->n; j++) w[j * d->k + t] = one[j];
    }
    return st;
}

static void tell(bm_learning *l, const bmi_design *d, const bmi_penalty *p, bool chosen, double alpha, int64_t columns)
{
    bm_model *m = l->model;
    if (d->open)
        bmi_model_ended_after(m, BM_ENDED_NOT_CONVERGED, (double)p->iterations, "not converged after %" PRId64 " iterations",
                              p->iterations);
    else if (chosen)
        bmi_model_ended(m, BM_ENDED_TELLS, "alpha %.4g by %" PRId64 " folds, keeps %" PRId64 " of %" PRId64 " column%s", alpha,
                        p->folds, columns, d->n, d->n == 1 ? "" : "s");
    else
        bmi_model_ended(m, BM_ENDED_TELLS, "solved, keeps %" PRId64 " of %" PRId64 " column%s", columns, d->n,
                        d->n == 1 ? "" : "s");
}

static bm_status fit(bm_learning *l, double alpha, const bmi_penalty *p, bool no_intercept)
{
    const bool chosen = alpha == BM_AUTO;
    bmi_regression r = { 0 };
    bmi_design d = { 0 };
    if (bmi_regression_begin(&r, l, 0, no_intercept)) return l->model->object.error.status;
    double *w = bm_learning_memory(l, (size_t)(r.columns * r.targets) * sizeof *w);
    bm_status st = w ? bmi_design_make(&d, &r, -1) : BM_E_MEMORY;
    if (!st && chosen) st = bmi_penalty_choose(&r, &d, p, &alpha);
    if (!st) st = descend(&d, p, alpha, w);
    if (!st) st = bmi_learning_keep(l, "gap", BM_SHAPE(1), &d.gap);
    if (!st) tell(l, &d, p, chosen, alpha, kept(w, d.n, d.k));
    bmi_design_end(&d);
    return st ? st : bmi_regression_put(&r, w);
}

static bm_status fit_lasso(bm_learning *l, const void *options)
{
    const bm_lasso_options *o = options;
    const bmi_penalty p = {
        .r = 1, .tolerance = o->tolerance, .iterations = o->iterations, .alphas = o->alphas, .folds = o->folds
    };
    return fit(l, o->alpha, &p, o->no_intercept);
}

static bm_status fit_elastic(bm_learning *l, const void *options)
{
    const bm_elastic_options *o = options;
    const bmi_penalty p = {
        .r = o->r, .tolerance = o->tolerance, .iterations = o->iterations, .alphas = o->alphas, .folds = o->folds
    };
    return fit(l, o->alpha, &p, o->no_intercept);
}

static const bm_learner_kind lasso = {
    BMI_REGRESSION(bm_lasso_options, lasso_fields, bmi_regression_one_layer), .name = "lasso",
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,        .fit = fit_lasso,
    .doc = "Least squares with a penalty that makes coefficients exactly 0.",
};
static const bm_learner_kind elastic = {
    BMI_REGRESSION(bm_elastic_options, elastic_fields, bmi_regression_one_layer),
    .name = "elastic",
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,
    .fit = fit_elastic,
    .doc = "Least squares with both penalties, of ridge and of lasso.",
};
const bmi_kind bmi_kinds_learner_elastic[] = { { "learner", "lasso", &lasso }, { "learner", "elastic", &elastic }, { 0 } };
