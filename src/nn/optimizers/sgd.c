// SPDX-License-Identifier: Apache-2.0
/* Gradient descent: w -= rate g; with momentum v = momentum v - rate g, w += v; Nesterov's form w += momentum v - rate g with the
 * new v; averaging form m = momentum m + (1 - momentum) g, w -= rate m (Nesterov's: w -= rate (momentum m + (1 - momentum) g)).
 * Source: Robbins and Monro, 1951; Polyak, 1964; Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and
 * momentum in deep learning", 2013
 */
#include "nn/optimizers/optimizer.h"

#define FIELDS(momentum_)                                                                            \
    BM_OPTIMIZER_FIELDS(bm_sgd_options, .01, 0),                                                     \
        BMI_SHARE_FIELD(bm_sgd_options, momentum, momentum_, "share of the last step that is kept"), \
        BMI_BOOL_FIELD(bm_sgd_options, nesterov, "look ahead"),                                      \
        BMI_BOOL_FIELD(bm_sgd_options, averaging, "m = momentum m + (1 - momentum) g"),              \
    {                                                                                                \
        0                                                                                            \
    }

static const bmi_field plain_fields[] = { FIELDS(0) };
static const bmi_field momentum_fields[] = { FIELDS(.9) };

static void update(bm_update *u, const bm_sgd_options *o, bool nesterov)
{
    const bm_node w = bm_update_variable(u), g = bm_update_gradient(u), rate = bm_update_rate(u);
    if (o->momentum == 0) {
        bm_update_assign(u, w, bm_sub_product(w, rate, g));
        return;
    }
    const bm_node slot = bm_update_slot(u, o->averaging ? "m" : "v", (bm_init){ 0 });
    if (o->averaging) {
        const bm_node m = bmi_average(slot, g, o->momentum);
        bm_update_assign(u, slot, m);
        bm_update_assign(u, w, bm_sub_product(w, rate, nesterov ? bmi_average(m, g, o->momentum) : m));
        return;
    }
    const bm_node step = bm_mul(rate, g), v = bm_sub(bm_scale(slot, o->momentum), step);
    bm_update_assign(u, slot, v);
    bm_update_assign(u, w, nesterov ? bm_sub(bm_add(w, bm_scale(v, o->momentum)), step) : bm_add(w, v));
}

static void update_sgd(bm_update *u, const void *options)
{
    const bm_sgd_options *o = options;
    update(u, o, o->nesterov);
}

static void update_nesterov(bm_update *u, const void *options)
{
    update(u, options, true);
}

#define KIND(name_, fields_, update_, doc_) \
    static const bm_optimizer_kind name_ = BMI_OPTIMIZER(#name_, bm_sgd_options, fields_, update_, doc_);
KIND(sgd, plain_fields, update_sgd, "w -= rate g, maybe with momentum")
KIND(gd, plain_fields, update_sgd, "the same under the name it has when each step sees all rows")
KIND(momentum, momentum_fields, update_sgd, "v = momentum v - rate g, w += v")
KIND(nesterov, momentum_fields, update_nesterov, "momentum that looks ahead: w += momentum v - rate g")

const bmi_kind bmi_kinds_optimizer_sgd[] = {
    { "optimizer", "sgd", &sgd },
    { "optimizer", "gd", &gd },
    { "optimizer", "momentum", &momentum },
    { "optimizer", "nesterov", &nesterov },
    { 0 },
};
