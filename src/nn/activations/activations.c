// SPDX-License-Identifier: Apache-2.0
/* Activations: each is a row that names its operation (src/ops/elementwise_activation.c and softmax.c have the sources).
 * One more is one more row; what no operation computes yet is written with those that are there.
 */
#include "base/kinds.h"
#include <baeum/extend_nn.h>
#include <math.h>

#define ROW(name_, doc_, expression, ...)                                                                           \
    static bm_node apply_##name_(bm_node x, const double p[2])                                                      \
    {                                                                                                               \
        (void)p;                                                                                                    \
        return expression;                                                                                          \
    }                                                                                                               \
    static const bm_activation_kind kind_##name_ = {                                                                \
        .size = sizeof kind_##name_, .name = #name_, .doc = doc_, .apply = apply_##name_, .number = { __VA_ARGS__ } \
    };
#define NONE         \
    {                \
        .name = NULL \
    }

ROW(linear, "x", x, NONE)
ROW(relu, "max(x, 0)", bm_relu(x), NONE)
ROW(leaky_relu, "x above 0, slope * x below", bm_leaky_relu(x, p[0]), { .name = "slope", .initial = .1, .doc = "below 0" })
ROW(elu, "x above 0, alpha (e^x - 1) below", bm_elu(x, p[0]),
    { .name = "alpha", .initial = 1, .high = INFINITY, .below = true, .doc = "minus the limit at -infinity" })
ROW(selu, "scaled ELU: keeps mean 0 and variance 1 (Klambauer et al., 2017)", bm_selu(x), NONE)
ROW(gelu, "x Phi(x), Phi the normal distribution (Hendrycks and Gimpel, 2016)", bm_gelu(x), NONE)
ROW(silu, "x sigmoid(x)", bm_silu(x), NONE)
ROW(softplus, "log(1 + e^x)", bm_softplus(x), NONE)
ROW(sigmoid, "1 / (1 + e^-x)", bm_sigmoid(x), NONE)
ROW(hard_sigmoid, "x / 6 + 1/2, into [0, 1]", bm_clip(bm_shift(bm_scale(x, 1. / 6), .5), 0, 1), NONE)
ROW(tanh, "hyperbolic tangent", bm_tanh(x), NONE)
ROW(softsign, "x / (1 + |x|)", bm_softsign(x), NONE)
ROW(step, "1 above the threshold, else 0; no gradient", bm_step(p[0] == 0 ? x : bm_shift(x, -p[0])),
    { .name = "threshold", .doc = "0 up to this" })
ROW(exponential, "e^x", bm_exp(x), NONE)
ROW(softmax, "e^x over its sum along the last axis", bm_softmax(x), NONE)
ROW(log_softmax, "logarithm of softmax along the last axis", bm_log_softmax(x), NONE)
ROW(one_vs_rest, "each sigmoid's share of their sum along the last axis: classes found one against the rest",
    bm_softmax(bm_neg(bm_softplus(bm_neg(x)))), NONE)

#define KIND(name_)                         \
    {                                       \
        "activation", #name_, &kind_##name_ \
    }
const bmi_kind bmi_kinds_activation_activations[] = {
    KIND(linear), KIND(relu),        KIND(leaky_relu), KIND(elu),          KIND(selu),        KIND(gelu),
    KIND(silu),   KIND(softplus),    KIND(sigmoid),    KIND(hard_sigmoid), KIND(tanh),        KIND(softsign),
    KIND(step),   KIND(exponential), KIND(softmax),    KIND(log_softmax),  KIND(one_vs_rest), { 0 },
};
