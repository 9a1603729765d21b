// SPDX-License-Identifier: Apache-2.0
/* Poisson regression with the log link. Source: McCullagh, Nelder, "Generalized Linear Models", 2nd ed., 6.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "model/learners/newton.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_poisson_options, alpha, 0, INFINITY, 1, "penalty alpha/2 on the squares of coefficients"),
    BMI_INT_FIELD(bm_poisson_options, iterations, 1, 1e15, 100, "at most"),
    BMI_BOOL_FIELD(bm_poisson_options, no_intercept, "e^(x w) without an intercept"),
    { 0 },
};

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    const bm_dense_options d = { .units = l->outputs,
                                 .activation = BM_EXPONENTIAL,
                                 .no_bias = ((const bm_poisson_options *)options)->no_intercept,
                                 .name = "output" };
    (void)room;
    into[0] = bm_layer_at("dense", &d, sizeof d, l->here);
    return 1;
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)l, (void)options, (void)fit;
    c->loss = BM_POISSON;
}

static bmi_row_loss loss(const void *how, double eta, double y, double extra)
{
    const double mu = exp(eta);
    (void)how, (void)extra;
    return (bmi_row_loss){ .value = mu - y * eta, .slope = mu - y, .curve = mu };
}

typedef struct survey {
    bmi_regression *r;
    double *start;
    int64_t before; /* rows of a file's blocks that came before */
} survey;

static void look(void *user)
{
    survey *s = user;
    const bmi_regression *r = s->r;
    for (int64_t i = 0; i < r->rows; i++) {
        const double w = bmi_regression_weight(r, i);
        for (int64_t t = 0; t < r->targets; t++) {
            const double y = bm_tensor_at(r->train->t[0].tensor, i * r->targets + t);
            if (y < 0) {
                bm_learning_fail(r->l,
                                 BM_E_DATA, /* by its value: rows may have been shuffled, and their numbers are known no more */
                                 "poisson: a target is below 0, %g, in row %" PRId64 " of the training rows; counts are >= 0",
                                 y, s->before + i);
                return;
            }
            s->start[t] += w / r->all * y;
        }
    }
    s->before += r->rows;
}

/* Targets are >= 0 and not all 0; their means become starts, and they are read as they are. */
static bm_status take_targets(bmi_regression *r, double *start)
{
    if (bmi_regression_rows(r, look, &(survey){ r, start, 0 })) return r->l->model->object.error.status;
    for (int64_t t = 0; t < r->targets; t++) {
        if (!(start[t] > 0)) return bm_learning_fail(r->l, BM_E_DATA, "poisson: all targets are 0; there is nothing to learn");
        r->mean[r->columns + t] = 0;
        r->scale[r->columns + t] = 1;
    }
    return r->l->model->object.error.status;
}

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_poisson_options *o = options;
    bmi_regression r = { 0 };
    bmi_newton_fits all;
    if (bmi_regression_begin(&r, l, 0, o->no_intercept) || bmi_newton_fits_begin(&all, &r))
        return l->model->object.error.status;
    double *start = bm_learning_memory(l, (size_t)r.targets * sizeof *start);
    if (!start || take_targets(&r, start)) return l->model->object.error.status;
    for (int64_t t = 0; t < r.targets; t++) {
        bmi_newton_rows n = { .r = &r, .target = t, .loss = loss, .penalty = o->alpha * r.all, .iterations = o->iterations };
        if (bmi_newton_fits_target(&all, &n, r.centred ? log(start[t]) : 0, 0)) return l->model->object.error.status;
    }
    return bmi_newton_fits_end(&all);
}

static const bm_learner_kind poisson = {
    .size = sizeof(bm_learner_kind),
    .name = "poisson",
    .options_size = sizeof(bm_poisson_options),
    .fields = fields,
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,
    .type = BM_F64,
    .layers = layers,
    .compile = compile,
    .fit = fit,
    .doc = "Counts by e to a weighted sum, with a penalty on squares.",
};
const bmi_kind bmi_kinds_learner_poisson[] = { { "learner", "poisson", &poisson }, { 0 } };
