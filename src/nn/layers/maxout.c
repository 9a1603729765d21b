// SPDX-License-Identifier: Apache-2.0
/* Maxout: y = max over i of (x W_i + b_i). Where pieces are equal each gets half of the gradient.
 * Shapes: x (batch, ..., in); W_i (in, units), named kernel_1, kernel_2 ...; b_i (units); y (batch, ..., units)
 * Source: Goodfellow, Warde-Farley, Mirza, Courville, Bengio, "Maxout networks", 2013
 */
#include "nn/layers/layer.h"

static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_maxout_options, units, 1, 0x1p31, NAN, "columns of each kernel"),
    BMI_INT_FIELD(bm_maxout_options, pieces, 1, 64, 2, "linear pieces of each unit"),
    BMI_CHOICE_FIELD(bm_maxout_options, kernel_init, "initializer", "glorot_uniform", "first values of the kernels"),
    BMI_CHOICE_FIELD(bm_maxout_options, bias_init, "initializer", "zeros", "first values of the biases"),
    BMI_CHOICE_FIELD(bm_maxout_options, kernel_penalty, "penalty", NULL, "on the kernels"),
    BMI_REAL_FIELD(bm_maxout_options, max_norm, 0, INFINITY, 0, "largest norm of a piece's weights; 0: no limit"),
    BMI_LAYER_NAME(bm_maxout_options),
    { 0 },
};

static bm_node build(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_maxout_options *o = options;
    if (!bmi_layer_one_input(b, in, n, 2)) return bmi_node_failed(b->graph);
    bm_node y = { NULL, -1 };
    for (int64_t i = 1; i <= o->pieces; i++) {
        char kernel[32], bias[32];
        snprintf(kernel, sizeof kernel, "kernel_%lld", (long long)i);
        snprintf(bias, sizeof bias, "bias_%lld", (long long)i);
        const bmi_linear l = { kernel, bias, o->units, o->kernel_init, o->bias_init, o->kernel_penalty, { 0 }, o->max_norm, 0 };
        const bm_node piece = bmi_layer_linear(b, in[0], &l);
        y = i == 1 ? piece : bm_maximum(y, piece);
    }
    return y;
}

static const bm_layer_kind maxout =
    BMI_LAYER("maxout", bm_maxout_options, fields, build, "y = max over pieces i of (x W_i + b_i)");

const bmi_kind bmi_kinds_layer_maxout[] = { { "layer", "maxout", &maxout }, { 0 } };
