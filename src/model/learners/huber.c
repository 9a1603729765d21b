// SPDX-License-Identifier: Apache-2.0
/* Huber regression with its scale, jointly convex in both. Source: Owen, "A robust hybrid of lasso and ridge regression", 2007.
 */
#include "base/kinds.h"
#include "model/learners/newton.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_huber_options, epsilon, 1, INFINITY, 1.35,
                   "residuals of more sigmas count by their size, not its square"),
    BMI_REAL_FIELD(bm_huber_options, alpha, 0, INFINITY, 1e-4, "penalty on the squares of coefficients"),
    BMI_INT_FIELD(bm_huber_options, iterations, 1, 1e15, 200, "at most"),
    BMI_BOOL_FIELD(bm_huber_options, no_intercept, "the line goes through the origin"),
    { 0 },
};

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)room;
    return bmi_regression_layers(l, ((const bm_huber_options *)options)->no_intercept, into);
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)l, (void)options, (void)fit;
    c->loss = BM_MSE;
}

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
    int64_t done = 0;
    bool converged = true;
    if (bmi_regression_begin(&r, l, 0, o->no_intercept)) return l->model->object.error.status;
    int64_t rank = r.columns;
    double *w = bm_learning_memory(l, (size_t)(r.columns * r.targets) * sizeof *w);
    double *one = bm_learning_memory(l, (size_t)(r.columns + 2) * sizeof *one);
    double *sigma = bm_learning_memory(l, (size_t)r.targets * sizeof *sigma);
    if (!w || !one || !sigma) return l->model->object.error.status;
    for (int64_t t = 0; t < r.targets; t++) {
        const double unit = r.scale[r.columns + t], most = r.largest[r.columns + t] * unit;
        bmi_newton_rows n = { .r = &r,
                              .target = t,
                              .loss = loss,
                              .how = o,
                              .has_extra = true,
                              .least = 1e-14 * most,
                              .penalty = 2 * o->alpha / unit,
                              .iterations = o->iterations,
                              .w = one };
        memset(one, 0, (size_t)(r.columns + 2) * sizeof *one);
        one[r.columns + 1] = most > 0 ? most : 1;
        if (most > 0 && bmi_newton_rows_run(&n)) return l->model->object.error.status;
        if (most == 0) n.converged = true; /* a target of one value is met by its mean */
        if (o->alpha == 0 && most > 0 && bmi_newton_rows_shorten(&n, &rank)) return l->model->object.error.status;
        converged &= n.converged;
        done = n.done > done ? n.done : done;
        for (int64_t k = 0; k < r.columns; k++) w[k * r.targets + t] = one[k];
        r.mean[r.columns + t] += one[r.columns] / unit; /* the intercept, of centred columns */
        sigma[t] = most > 0 ? one[r.columns + 1] / unit : 0;
    }
    if (bmi_regression_put(&r, w)) return l->model->object.error.status;
    bmi_newton_rows_say(l, converged, done, rank, r.columns);
    return bmi_learning_keep(l, "sigma", BM_SHAPE(r.targets), sigma);
}

static const bm_learner_kind huber = {
    .size = sizeof(bm_learner_kind),
    .name = "huber",
    .options_size = sizeof(bm_huber_options),
    .fields = fields,
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,
    .type = BM_F64,
    .layers = layers,
    .compile = compile,
    .fit = fit,
    .doc = "Regression that outliers move little.",
};
const bmi_kind bmi_kinds_learner_huber[] = { { "learner", "huber", &huber }, { 0 } };
