// SPDX-License-Identifier: Apache-2.0
/* Layers that disturb their input while training and hand it on unchanged afterwards: dropout, Gaussian noise.
 * Dropout is inverted: what stays is divided by the chance to stay, so that prediction needs no factor.
 * Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout", 2014; noise: Goodfellow, Bengio, Courville, "Deep
 * Learning", section 7.5
 */
#include "nn/layers/layer.h"

static const bmi_field dropout_fields[] = {
    BMI_SHARE_FIELD(bm_dropout_options, rate, .5, "share of the values that a step sets to 0"),
    BMI_LAYER_NAME(bm_dropout_options),
    { 0 },
};

static const bmi_field noise_fields[] = {
    BMI_REAL_FIELD(bm_gaussian_noise_options, deviation, 0, INFINITY, NAN, "standard deviation of the numbers that are added"),
    BMI_LAYER_NAME(bm_gaussian_noise_options),
    { 0 },
};

static bm_node build_dropout(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_dropout_options *o = options;
    if (!bmi_layer_one_input(b, in, n, 1)) return bmi_node_failed(b->graph);
    if (!b->training || o->rate == 0) return in[0];
    return bm_mul(in[0], bm_scale(bm_bernoulli_like(in[0], 1 - o->rate), 1 / (1 - o->rate)));
}

static bm_node build_noise(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_gaussian_noise_options *o = options;
    if (!bmi_layer_one_input(b, in, n, 1)) return bmi_node_failed(b->graph);
    if (!b->training || o->deviation == 0) return in[0];
    return bm_add(in[0], bm_normal_like(in[0], 0, o->deviation));
}

static const bm_layer_kind dropout = BMI_LAYER("dropout", bm_dropout_options, dropout_fields, build_dropout,
                                               "training: 0 with probability rate, else x / (1 - rate); afterwards x");
static const bm_layer_kind noise = BMI_LAYER("gaussian_noise", bm_gaussian_noise_options, noise_fields, build_noise,
                                             "training: x + N(0, deviation^2); afterwards x");

const bmi_kind bmi_kinds_layer_noise[] = { { "layer", "dropout", &dropout }, { "layer", "gaussian_noise", &noise }, { 0 } };
