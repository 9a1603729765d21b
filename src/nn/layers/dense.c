// SPDX-License-Identifier: Apache-2.0
/* Dense layers: y = act(x W + b), and the same with weights left out at random while training (dropconnect).
 * Source: Goodfellow, Bengio, Courville, "Deep Learning", section 6.1; Wan et al., "Regularization of neural networks using
 * DropConnect", 2013. There each sample has its own mask and prediction averages over masks drawn from a normal distribution;
 * here a batch has one mask and prediction takes the mean weights, which costs a matrix product no more.
 */
#include "nn/layers/layer.h"

#define COMMON(T)                                                                                                            \
    BMI_CHOICE_FIELD(T, activation, "activation", "linear", "of the result"),                                                \
        BMI_CHOICE_FIELD(T, kernel_init, "initializer", "glorot_uniform", "first values of the kernel"),                     \
        BMI_CHOICE_FIELD(T, bias_init, "initializer", "zeros", "first values of the bias"),                                  \
        BMI_BOOL_FIELD(T, no_bias, "without a bias"), BMI_CHOICE_FIELD(T, kernel_penalty, "penalty", NULL, "on the kernel"), \
        BMI_CHOICE_FIELD(T, bias_penalty, "penalty", NULL, "on the bias"),                                                   \
        BMI_REAL_FIELD(T, max_norm, 0, INFINITY, 0, "largest norm of a unit's weights; 0: no limit"), BMI_LAYER_NAME(T)

static const bmi_field dense_fields[] = {
    BMI_INT_FIELD(bm_dense_options, units, 1, 0x1p31, NAN, "columns of the kernel"),
    COMMON(bm_dense_options),
    { 0 },
};

static const bmi_field dropconnect_fields[] = {
    BMI_INT_FIELD(bm_dropconnect_options, units, 1, 0x1p31, NAN, "columns of the kernel"),
    BMI_SHARE_FIELD(bm_dropconnect_options, rate, .5, "share of the weights that a step leaves out"),
    COMMON(bm_dropconnect_options),
    { 0 },
};

static bm_node build_dense(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_dense_options *o = options;
    if (!bmi_layer_one_input(b, in, n, 2)) return bmi_node_failed(b->graph);
    const bmi_linear l = { "kernel",
                           o->no_bias ? NULL : "bias",
                           o->units,
                           o->kernel_init,
                           o->bias_init,
                           o->kernel_penalty,
                           o->bias_penalty,
                           o->max_norm,
                           0 };
    return bm_build_activation(b, o->activation, bmi_layer_linear(b, in[0], &l));
}

static bm_node build_dropconnect(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_dropconnect_options *o = options;
    if (!bmi_layer_one_input(b, in, n, 2)) return bmi_node_failed(b->graph);
    const bmi_linear l = { "kernel",     o->no_bias ? NULL : "bias", o->units,        o->kernel_init,
                           o->bias_init, o->kernel_penalty,          o->bias_penalty, o->max_norm,
                           o->rate };
    return bm_build_activation(b, o->activation, bmi_layer_linear(b, in[0], &l));
}

static const bm_layer_kind dense =
    BMI_LAYER("dense", bm_dense_options, dense_fields, build_dense, "y = act(x W + b); x (batch, ..., in), W (in, units)");
static const bm_layer_kind dropconnect = BMI_LAYER("dropconnect", bm_dropconnect_options, dropconnect_fields, build_dropconnect,
                                                   "dense, with weights left out at random while training");

const bmi_kind bmi_kinds_layer_dense[] = { { "layer", "dense", &dense }, { "layer", "dropconnect", &dropconnect }, { 0 } };
