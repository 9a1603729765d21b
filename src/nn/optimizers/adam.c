// SPDX-License-Identifier: Apache-2.0
/* Adam and its relatives. m and v are moving averages of gradient and square; with c1 = 1 - beta1^t and c2 = 1 - beta2^t
 *     adam     w -= rate (m / c1) / (sqrt(v / c2) + epsilon)          the epsilon outside of the root
 *     amsgrad  v / c2 replaced by (largest v so far) / c2
 *     adamax   u = max(beta2 u, |g|), w -= rate (m / c1) / (u + epsilon)
 *     nadam    Nesterov's momentum: w -= rate (mu_{t+1} m / (1 - prod mu) + (1 - mu_t) g / (1 - prod mu)) / (sqrt(v / c2) + epsilon)
 *              with mu_t = beta1 (1 - .96^(t momentum_decay) / 2), the first product to t + 1, the second to t
 * Written with rate / c1 and 1 / sqrt(c2) as numbers of the step, so that a weight costs one root and one quotient.
 * Source: Kingma and Ba, "Adam", 2015; Loshchilov and Hutter, "Decoupled weight decay", 2019; Reddi, Kale, Kumar, "On the
 * convergence of Adam and beyond", 2018; Dozat, "Incorporating Nesterov momentum into Adam", 2016
 */
#include "nn/optimizers/optimizer.h"

#define FIELDS(rate_, decay_)                                                             \
    BM_OPTIMIZER_FIELDS(bm_adam_options, rate_, decay_),                                  \
        BMI_SHARE_FIELD(bm_adam_options, beta1, .9, "memory of the average gradient"),    \
        BMI_SHARE_FIELD(bm_adam_options, beta2, .999, "memory of the average square"),    \
        BMI_REAL_FIELD(bm_adam_options, epsilon, 0, INFINITY, 1e-8, "added to the root"), \
        BMI_BOOL_FIELD(bm_adam_options, amsgrad, "the largest second moment so far"),     \
    {                                                                                     \
        0                                                                                 \
    }

static const bmi_field adam_fields[] = { FIELDS(.001, 0) };
static const bmi_field adamw_fields[] = { FIELDS(.001, .01) };
static const bmi_field adamax_fields[] = { FIELDS(.002, 0) };
static const bmi_field nadam_fields[] = {
    BM_OPTIMIZER_FIELDS(bm_nadam_options, .002, 0),
    BMI_SHARE_FIELD(bm_nadam_options, beta1, .9, "memory of the average gradient"),
    BMI_SHARE_FIELD(bm_nadam_options, beta2, .999, "memory of the average square"),
    BMI_REAL_FIELD(bm_nadam_options, epsilon, 0, INFINITY, 1e-8, "added to the root"),
    BMI_REAL_FIELD(bm_nadam_options, momentum_decay, 0, INFINITY, .004, "how fast the momentum rises to beta1"),
    { 0 },
};

/* 1 - beta^t, f64; 1 for beta 0. */
static bm_node correction(bm_update *u, double beta)
{
    return bm_neg(bm_expm1(bm_scale(bm_update_step(u), log(beta))));
}

static bm_node make_rate(bm_update *u, const void *options)
{
    const bm_adam_options *o = options;
    const bm_node rate = bm_update_rate(u);
    return o->beta1 == 0 ? rate : bm_mul(rate, bm_cast(bm_reciprocal(correction(u, o->beta1)), bm_node_type(rate)));
}

static bm_node make_root(bm_update *u, const void *options)
{
    const double beta2 = *(const double *)options;
    return bm_cast(bm_rsqrt(correction(u, beta2)), bm_node_type(bm_update_rate(u)));
}

/* sqrt(v / c2) + epsilon; without a correction when beta2 is 0. */
static bm_node denominator(bm_update *u, bm_node v, double beta2, double epsilon)
{
    return beta2 == 0 ? bm_shift(bm_sqrt(v), epsilon) : bm_root_product(v, bmi_shared(u, "root", make_root, &beta2), epsilon);
}

static void update_adam(bm_update *u, const void *options)
{
    const bm_adam_options *o = options;
    const bm_node w = bm_update_variable(u), g = bm_update_gradient(u);
    const bm_node slot_m = bm_update_slot(u, "m", (bm_init){ 0 }), slot_v = bm_update_slot(u, "v", (bm_init){ 0 });
    const bm_node m = bmi_average(slot_m, g, o->beta1), v = bmi_average_square(slot_v, g, o->beta2);
    bm_node large = v;
    bm_update_assign(u, slot_m, m);
    bm_update_assign(u, slot_v, v);
    if (o->amsgrad) {
        const bm_node slot = bm_update_slot(u, "largest", (bm_init){ 0 });
        large = bm_maximum(slot, v);
        bm_update_assign(u, slot, large);
    }
    const bm_node rate = bmi_shared(u, "corrected rate", make_rate, o);
    bm_update_assign(u, w, bm_sub_product(w, rate, bm_div(m, denominator(u, large, o->beta2, o->epsilon))));
}

static void update_adamax(bm_update *u, const void *options)
{
    const bm_adam_options *o = options;
    const bm_node w = bm_update_variable(u), g = bm_update_gradient(u);
    const bm_node slot_m = bm_update_slot(u, "m", (bm_init){ 0 }), slot_u = bm_update_slot(u, "u", (bm_init){ 0 });
    const bm_node m = bmi_average(slot_m, g, o->beta1), large = bm_maximum(bm_scale(slot_u, o->beta2), bm_abs(g));
    bm_update_assign(u, slot_m, m);
    bm_update_assign(u, slot_u, large);
    const bm_node rate = bmi_shared(u, "corrected rate", make_rate, o);
    bm_update_assign(u, w, bm_sub_product(w, rate, bm_div(m, bm_shift(large, o->epsilon))));
}

/* mu of update t (a node), f64. */
static bm_node momentum_at(bm_node t, const bm_nadam_options *o)
{
    return bm_scale(bm_shift(bm_scale(bm_exp(bm_scale(t, log(.96) * o->momentum_decay)), -.5), 1), o->beta1);
}

/* The product of all mu up to this update, which is kept. */
static bm_node make_product(bm_update *u, const void *options)
{
    const bm_node slot = bm_update_shared_slot(u, "mu_product", BM_ONES),
                  product = bm_mul(slot, momentum_at(bm_update_step(u), options));
    bm_update_assign(u, slot, product);
    return product;
}

/* What g is multiplied by: rate (1 - mu_t) / (1 - product). */
static bm_node make_gradient_rate(bm_update *u, const void *options)
{
    const bm_node product = bm_update_shared(u, "product", make_product, options), mu = momentum_at(bm_update_step(u), options),
                  rate = bm_update_rate(u);
    return bm_mul(rate, bm_cast(bm_div(bm_shift(bm_neg(mu), 1), bm_shift(bm_neg(product), 1)), bm_node_type(rate)));
}

/* What m is multiplied by: rate mu_{t+1} / (1 - product mu_{t+1}). */
static bm_node make_moment_rate(bm_update *u, const void *options)
{
    const bm_node product = bm_update_shared(u, "product", make_product, options), rate = bm_update_rate(u);
    const bm_node next = momentum_at(bm_shift(bm_update_step(u), 1), options);
    return bm_mul(rate, bm_cast(bm_div(next, bm_shift(bm_neg(bm_mul(product, next)), 1)), bm_node_type(rate)));
}

static void update_nadam(bm_update *u, const void *options)
{
    const bm_nadam_options *o = options;
    const bm_node w = bm_update_variable(u), g = bm_update_gradient(u);
    const bm_node slot_m = bm_update_slot(u, "m", (bm_init){ 0 }), slot_v = bm_update_slot(u, "v", (bm_init){ 0 });
    const bm_node m = bmi_average(slot_m, g, o->beta1), v = bmi_average_square(slot_v, g, o->beta2);
    bm_update_assign(u, slot_m, m);
    bm_update_assign(u, slot_v, v);
    const bm_node step = bm_add(bm_mul(bmi_shared(u, "gradient rate", make_gradient_rate, o), g),
                                bm_mul(bmi_shared(u, "moment rate", make_moment_rate, o), m));
    bm_update_assign(u, w, bm_sub(w, bm_div(step, denominator(u, v, o->beta2, o->epsilon))));
}

static const bm_optimizer_kind adam = BMI_OPTIMIZER("adam", bm_adam_options, adam_fields, update_adam,
                                                    "step by the bias-corrected averages of gradient and square");
static const bm_optimizer_kind adamw =
    BMI_OPTIMIZER("adamw", bm_adam_options, adamw_fields, update_adam, "Adam with decoupled weight decay");
static const bm_optimizer_kind adamax =
    BMI_OPTIMIZER("adamax", bm_adam_options, adamax_fields, update_adamax, "Adam by the largest gradient");
static const bm_optimizer_kind nadam =
    BMI_OPTIMIZER("nadam", bm_nadam_options, nadam_fields, update_nadam, "Adam with Nesterov's momentum");

const bmi_kind bmi_kinds_optimizer_adam[] = {
    { "optimizer", "adam", &adam },
    { "optimizer", "adamw", &adamw },
    { "optimizer", "adamax", &adamax },
    { "optimizer", "nadam", &nadam },
    { 0 },
};
