// SPDX-License-Identifier: Apache-2.0
/* Huber regression with its scale, jointly convex in both. Source: Owen, "A robust hybrid of lasso and ridge regression", 2007.
 */
#include "base/kinds.h"
#include "model/learners/newton.h"
#include <math.h>

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_huber_options, epsilon, 1, INFINITY, 1.35,
                   "residuals of more sigmas count by their size, not its square"),
    BMI_REAL_FIELD(bm_huber_options, alpha, 0, INFINITY, 1e-4, "penalty on the squares of coefficients"),
    BMI_INT_FIELD(bm_huber_options, iterations, 1, 1e15, 200, "at most"),
    BMI_BOOL_FIELD(bm_huber_options, no_intercept, "the line goes through the origin"),
    { 0 },
};

/* sigma + sigma H(r / sigma) */
static bmi_row_loss loss(const void *how, double eta, double y, double sigma)
{
    const double epsilon = ((const bm_huber_options *)how)->epsilon, r = y - eta, z = r / sigma;
    if (fabs(z) < epsilon) return (bmi_row_loss){ sigma + r * z, -2 * z, 2 / sigma, 1 - z * z, z };
    return (bmi_row_loss){ sigma + 2 * epsilon * fabs(r) - sigma * epsilon * epsilon, -2 * copysign(epsilon, r), 0,
                           1 - epsilon * epsilon, 0 };
}

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_huber_options *o = options;
    bmi_regression r = { 0 };
    bmi_newton_fits all;
    if (bmi_regression_begin(&r, l, 0, o->no_intercept) || bmi_newton_fits_begin(&all, &r))
        return l->model->object.error.status;
    double *sigma = bm_learning_memory(l, (size_t)r.targets * sizeof *sigma);
    for (int64_t t = 0; sigma && t < r.targets; t++) {
        const double unit = r.scale[r.columns + t], most = r.largest[r.columns + t] * unit;
        bmi_newton_rows n = { .r = &r,
                              .target = t,
                              .loss = loss,
                              .how = o,
                              .has_extra = true,
                              .least = 1e-14 * most,
                              .penalty = 2 * o->alpha / unit,
                              .iterations = o->iterations };
        if (most == 0) continue; /* a target of one value is met by its mean */
        if (bmi_newton_fits_target(&all, &n, 0, most)) return l->model->object.error.status;
        sigma[t] = n.w[r.columns + 1] / unit;
    }
    if (!sigma || bmi_newton_fits_end(&all)) return l->model->object.error.status;
    return bmi_learning_keep(l, "sigma", BM_SHAPE(r.targets), sigma);
}

static const bm_learner_kind huber = {
    BMI_REGRESSION(bm_huber_options, fields, bmi_regression_one_layer),
    .name = "huber",
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,
    .fit = fit,
    .doc = "Regression that outliers move little.",
};
const bmi_kind bmi_kinds_learner_huber[] = { { "learner", "huber", &huber }, { 0 } };
