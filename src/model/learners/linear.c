// SPDX-License-Identifier: Apache-2.0
/* Least squares: one dense linear unit per target column, its weights found exactly (linalg/least_squares.h). Columns are centred
 * first, so that of dependent columns the coefficients are the shortest whatever the means are; the intercept is never part of
 * that length.
 */
#include "base/kinds.h"
#include "model/learners/regression.h"

static const bmi_field fields[] = {
    BMI_BOOL_FIELD(bm_linear_options, no_intercept, "the line goes through the origin"),
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

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_linear_options *o = options;
    bmi_regression r = { 0 };
    bmi_least_squares ls = { 0 };
    int64_t rank = 0;
    if (bmi_regression_begin(&r, l, 0, o->no_intercept)) return l->model->object.error.status;
    double *w = bm_learning_memory(l, (size_t)(r.columns * r.targets) * sizeof *w);
    if (!w) return l->model->object.error.status;
    bmi_regression_unscaled(&r);
    bm_status st = bmi_regression_fold(&r, &ls);
    if (!st) st = bmi_regression_fail(&r, bmi_least_squares_solve(&ls, w, &rank));
    bmi_least_squares_end(&ls);
    if (st || bmi_regression_put(&r, w)) return st;
    snprintf(l->model->stopped_by, sizeof l->model->stopped_by, rank < r.columns ? "solved, rank %lld of %lld" : "solved",
             (long long)rank, (long long)r.columns);
    return l->model->object.error.status;
}

static const bm_learner_kind linear = {
    .size = sizeof(bm_learner_kind),
    .name = "linear",
    .options_size = sizeof(bm_linear_options),
    .fields = fields,
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_UNORDERED,
    .type = BM_F64,
    .layers = layers,
    .compile = compile,
    .fit = fit,
    .doc = "Least squares, exactly, by QR with column pivoting.",
};
const bmi_kind bmi_kinds_learner_linear[] = { { "learner", "linear", &linear }, { 0 } };
