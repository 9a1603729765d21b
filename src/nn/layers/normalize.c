// SPDX-License-Identifier: Apache-2.0
/* Batch and layer normalisation: y = gamma (x - mean) / sqrt(variance + epsilon) + beta, gamma at first 1, beta 0.
 *
 * Batch: mean and variance (divided by the number m) of each entry of the last axis over all other axes. Training uses the mini-
 * batch's own and keeps averages for prediction, new = momentum * old + (1 - momentum) * batch, or the plain mean over all mini-
 * batches so far. The spread that is averaged is the variance, as Keras and PyTorch do, or the standard deviation, as courses teach
 * it: of {0, 2} and {0, 6} the mean deviation is 2, the root of the mean variance 2.2361.
 * Layer: mean and variance of each sample over its last axis.
 * Source: Ioffe and Szegedy, "Batch normalization", 2015; Ba, Kiros, Hinton, "Layer normalization", 2016
 */
#include "nn/layers/layer.h"

static const char *const spreads[] = { "variance", "deviation", NULL };
_Static_assert(BM_SPREAD_DEVIATION == 1 && sizeof(bm_spread) == sizeof(int), "the words above are the spreads by value");

static const bmi_field batch_fields[] = {
    BMI_SHARE_FIELD(bm_batch_norm_options, momentum, .99, "of the moving averages"),
    BMI_BOOL_FIELD(bm_batch_norm_options, plain_mean, "the mean over all mini-batches instead of moving averages"),
    BMI_WORD_FIELD(bm_batch_norm_options, spread, spreads, "what is averaged for prediction"),
    BMI_REAL_FIELD(bm_batch_norm_options, epsilon, 0, INFINITY, 1e-5, "added to the variance"),
    BMI_BOOL_FIELD(bm_batch_norm_options, no_scale, "without gamma"),
    BMI_BOOL_FIELD(bm_batch_norm_options, no_center, "without beta"),
    BMI_LAYER_NAME(bm_batch_norm_options),
    { 0 },
};

static const bmi_field layer_fields[] = {
    BMI_REAL_FIELD(bm_layer_norm_options, epsilon, 0, INFINITY, 1e-5, "added to the variance"),
    BMI_BOOL_FIELD(bm_layer_norm_options, no_scale, "without gamma"),
    BMI_BOOL_FIELD(bm_layer_norm_options, no_center, "without beta"),
    BMI_LAYER_NAME(bm_layer_norm_options),
    { 0 },
};

/* gamma x + beta over the last axis, of length n. */
static bm_node scaled(bm_build *b, bm_node x, int64_t n, bool no_scale, bool no_center)
{
    if (!no_scale) x = bm_mul(x, bm_build_weight(b, "gamma", BM_SHAPE(n), BM_ONES, (bm_penalty){ 0 }));
    if (!no_center) x = bm_add(x, bm_build_weight(b, "beta", BM_SHAPE(n), BM_ZEROS, (bm_penalty){ 0 }));
    return x;
}

/* The average of a batch's number becomes that of one batch more. */
static void average(bm_build *b, const bm_batch_norm_options *o, bm_node old, bm_node batch, bm_node count)
{
    const bm_node now = bm_stop_gradient(batch);
    if (o->plain_mean) bm_build_update(b, old, bm_add(old, bm_div(bm_sub(now, old), bm_shift(count, 1))));
    else bm_build_update(b, old, bm_add(bm_scale(old, o->momentum), bm_scale(now, 1 - o->momentum)));
}

static bm_node build_batch(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_batch_norm_options *o = options;
    const bool variance = o->spread == BM_SPREAD_VARIANCE;
    if (!bmi_layer_one_input(b, in, n, 2)) return bmi_node_failed(b->graph);
    const bm_node x = in[0];
    const int64_t last = bmi_layer_last(b, x);
    if (!last) return bmi_node_failed(b->graph);
    const bm_node kept_mean = bm_build_state(b, "moving_mean", BM_SHAPE(last), BM_ZEROS);
    const bm_node kept = bm_build_state(b, variance ? "moving_variance" : "moving_deviation", BM_SHAPE(last), BM_ONES);
    const bm_node count = o->plain_mean ? bm_build_state(b, "batches", BM_SCALAR, BM_ZEROS) : bmi_node_failed(b->graph);
    if (!b->training) {
        const bm_node spread = variance ? kept : bm_square(kept);
        return scaled(b, bm_mul(bm_sub(x, kept_mean), bm_rsqrt(bm_shift(spread, o->epsilon))), last, o->no_scale, o->no_center);
    }
    bm_axes axes = { .count = bm_node_shape(x).rank - 1 };
    for (int64_t i = 0; i < axes.count; i++) axes.at[i] = i;
    const bm_node mean = bm_mean_over(x, axes), away = bm_sub(x, mean), spread = bm_mean_over(bm_square(away), axes);
    average(b, o, kept_mean, mean, count);
    average(b, o, kept, variance ? spread : bm_sqrt(spread), count);
    if (o->plain_mean) bm_build_update(b, count, bm_shift(count, 1));
    return scaled(b, bm_mul(away, bm_rsqrt(bm_shift(spread, o->epsilon))), last, o->no_scale, o->no_center);
}

static bm_node build_layer(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_layer_norm_options *o = options;
    if (!bmi_layer_one_input(b, in, n, 2)) return bmi_node_failed(b->graph);
    const int64_t last = bmi_layer_last(b, in[0]);
    if (!last) return bmi_node_failed(b->graph);
    const bm_node away = bm_sub(in[0], bm_mean_keep(in[0], BM_AXES(-1))), spread = bm_mean_keep(bm_square(away), BM_AXES(-1));
    return scaled(b, bm_mul(away, bm_rsqrt(bm_shift(spread, o->epsilon))), last, o->no_scale, o->no_center);
}

static const bm_layer_kind batch_norm = BMI_LAYER("batch_norm", bm_batch_norm_options, batch_fields, build_batch,
                                                  "each entry of the last axis to mean 0 and variance 1 over the mini-batch");
static const bm_layer_kind layer_norm = BMI_LAYER("layer_norm", bm_layer_norm_options, layer_fields, build_layer,
                                                  "the last axis of each sample to mean 0 and variance 1");

const bmi_kind bmi_kinds_layer_normalize[] = { { "layer", "batch_norm", &batch_norm },
                                               { "layer", "layer_norm", &layer_norm },
                                               { 0 } };
