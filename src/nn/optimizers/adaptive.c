// SPDX-License-Identifier: Apache-2.0
/* Optimisers that divide by the size of past gradients: Adagrad, Adadelta, RMSprop.
 * Source: Duchi, Hazan, Singer, "Adaptive subgradient methods", 2011; Zeiler, "ADADELTA", 2012; Tieleman and Hinton, lecture 6.5 of
 * "Neural networks for machine learning", 2012; centred: Graves, "Generating sequences with recurrent neural networks", 2013
 */
#include "nn/optimizers/optimizer.h"

static const bmi_field adagrad_fields[] = {
    BM_OPTIMIZER_FIELDS(bm_adagrad_options, .01, 0),
    BMI_REAL_FIELD(bm_adagrad_options, initial, 0, INFINITY, 0, "sum of squares at the start"),
    BMI_REAL_FIELD(bm_adagrad_options, epsilon, 0, INFINITY, 1e-10, "added to the root"),
    { 0 },
};
static const bmi_field adadelta_fields[] = {
    BM_OPTIMIZER_FIELDS(bm_adadelta_options, 1, 0),
    BMI_SHARE_FIELD(bm_adadelta_options, rho, .95, "memory of both averages"),
    BMI_REAL_FIELD(bm_adadelta_options, epsilon, 0, INFINITY, 1e-6, "added inside of both roots"),
    { 0 },
};
static const bmi_field rmsprop_fields[] = {
    BM_OPTIMIZER_FIELDS(bm_rmsprop_options, .001, 0),
    BMI_SHARE_FIELD(bm_rmsprop_options, rho, .9, "memory of the average square"),
    BMI_SHARE_FIELD(bm_rmsprop_options, momentum, 0, "share of the last step that is kept"),
    BMI_REAL_FIELD(bm_rmsprop_options, epsilon, 0, INFINITY, 1e-7, "added to the root"),
    BMI_BOOL_FIELD(bm_rmsprop_options, centered, "by the variance instead of the mean square"),
    BMI_BOOL_FIELD(bm_rmsprop_options, epsilon_inside, "epsilon added under the root"),
    { 0 },
};

static void update_adagrad(bm_update *u, const void *options)
{
    const bm_adagrad_options *o = options;
    const bm_node w = bm_update_variable(u), g = bm_update_gradient(u);
    const bm_node slot = bm_update_slot(u, "s", o->initial != 0 ? BM_CONSTANT(o->initial) : BM_ZEROS),
                  s = bm_add(slot, bm_square(g));
    bm_update_assign(u, slot, s);
    bm_update_assign(u, w, bm_sub_product(w, bm_update_rate(u), bm_div(g, bm_shift(bm_sqrt(s), o->epsilon))));
}

static void update_adadelta(bm_update *u, const void *options)
{
    const bm_adadelta_options *o = options;
    const bm_node w = bm_update_variable(u), g = bm_update_gradient(u);
    const bm_node slot_s = bm_update_slot(u, "s", (bm_init){ 0 }), slot_u = bm_update_slot(u, "u", (bm_init){ 0 });
    const bm_node s = bmi_average_square(slot_s, g, o->rho);
    const bm_node d = bm_mul(g, bm_sqrt(bm_div(bm_shift(slot_u, o->epsilon), bm_shift(s, o->epsilon))));
    bm_update_assign(u, slot_s, s);
    bm_update_assign(u, slot_u, bmi_average_square(slot_u, d, o->rho));
    bm_update_assign(u, w, bm_sub_product(w, bm_update_rate(u), d));
}

static void update_rmsprop(bm_update *u, const void *options)
{
    const bm_rmsprop_options *o = options;
    const bm_node w = bm_update_variable(u), g = bm_update_gradient(u);
    const bm_node slot = bm_update_slot(u, "s", (bm_init){ 0 }), s = bmi_average_square(slot, g, o->rho);
    bm_node spread = s;
    bm_update_assign(u, slot, s);
    if (o->centered) {
        const bm_node slot_m = bm_update_slot(u, "m", (bm_init){ 0 }), m = bmi_average(slot_m, g, o->rho);
        bm_update_assign(u, slot_m, m);
        spread = bm_relu(bm_sub(s, bm_square(m))); /* rounding may leave it below 0 */
    }
    const bm_node root = o->epsilon_inside ? bm_sqrt(bm_shift(spread, o->epsilon)) : bm_shift(bm_sqrt(spread), o->epsilon);
    const bm_node step = bm_mul(bm_update_rate(u), bm_div(g, root));
    if (o->momentum == 0) {
        bm_update_assign(u, w, bm_sub(w, step));
        return;
    }
    const bm_node slot_v = bm_update_slot(u, "v", (bm_init){ 0 }), v = bm_add(bm_scale(slot_v, o->momentum), step);
    bm_update_assign(u, slot_v, v);
    bm_update_assign(u, w, bm_sub(w, v));
}

static const bm_optimizer_kind adagrad =
    BMI_OPTIMIZER("adagrad", bm_adagrad_options, adagrad_fields, update_adagrad, "by the root of the sum of squares so far");
static const bm_optimizer_kind adadelta = BMI_OPTIMIZER("adadelta", bm_adadelta_options, adadelta_fields, update_adadelta,
                                                        "by the ratio of past steps to past gradients");
static const bm_optimizer_kind rmsprop =
    BMI_OPTIMIZER("rmsprop", bm_rmsprop_options, rmsprop_fields, update_rmsprop, "by the root of the average square");

const bmi_kind bmi_kinds_optimizer_adaptive[] = {
    { "optimizer", "adagrad", &adagrad },
    { "optimizer", "adadelta", &adadelta },
    { "optimizer", "rmsprop", &rmsprop },
    { 0 },
};
