// SPDX-License-Identifier: Apache-2.0
/* Losses of classes. After a softmax or sigmoid they are computed from the logits, finite at any size; from probabilities without
 * one they are the plain formula, where t log y at t = 0 is 0 and log 0 is -infinity: 0 or infinite at p = 0 or 1.
 * Source: Goodfellow, Bengio, Courville, "Deep Learning", section 6.2.2; hinge: Crammer and Singer, 2001
 */
#include "nn/losses/loss.h"
#include <string.h>

/* The logits when the prediction is that function of them, else a node with graph null. */
static bm_node logits(const bm_loss_input *in, const char *squash)
{
    return in->squash && !strcmp(in->squash, squash) ? in->logits : (bm_node){ NULL, -1 };
}

static bm_node rows_binary_crossentropy(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = logits(in, "sigmoid"), y = in->prediction, t = in->target;
    if (x.graph) return bmi_loss_row_mean(bm_sigmoid_crossentropy(x, t));
    const bm_node u = bm_shift(bm_neg(t), 1), v = bm_shift(bm_neg(y), 1);
    return bm_neg(bmi_loss_row_mean(bm_add(bm_mul(t, bmi_loss_safe_log(y, t)), bm_mul(u, bmi_loss_safe_log(v, u)))));
}

static bm_node rows_categorical_crossentropy(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = logits(in, "softmax"), t = in->target;
    if (x.graph) return bmi_loss_row_mean(bm_softmax_crossentropy(x, t));
    return bm_neg(bmi_loss_row_mean(bm_sum_over(bm_mul(t, bmi_loss_safe_log(in->prediction, t)), BM_AXES(-1))));
}

/* 0 for each row. A class outside the columns of y is a fault of the run, as it is with logits: a one-hot row would be all 0 and the
 * loss infinite, without a word of why. */
static bm_node no_such_class(bm_node y, bm_node target)
{
    static const double zero;
    const bm_shape s = bm_node_shape(y);
    const bm_node none = bm_numbers_at(y.graph, bm_node_type(y), BM_SHAPE(1), &zero, 1, NULL, BM_HERE);
    return bm_gather(bm_tile(none, BM_AXES(s.dim[s.rank - 1])), target);
}

static bm_node rows_sparse_categorical_crossentropy(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = logits(in, "softmax"), y = in->prediction;
    const bm_shape s = bm_node_shape(y);
    if (x.graph) return bmi_loss_row_mean(bm_softmax_crossentropy(x, in->target));
    const bm_node chosen = bm_one_hot(in->target, s.dim[s.rank - 1], bm_node_type(y)),
                  of_class = bm_sum_over(bm_mul(chosen, y), BM_AXES(-1));
    return bm_neg(bmi_loss_row_mean(bm_log(bm_add(of_class, no_such_class(y, in->target)))));
}

/* Of a prediction that went through a softmax all the same, its logits are taken. */
static bm_node rows_softmax_crossentropy(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = logits(in, "softmax");
    return bmi_loss_row_mean(bm_softmax_crossentropy(x.graph ? x : in->prediction, in->target));
}

static bm_node rows_sigmoid_crossentropy(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = logits(in, "sigmoid");
    return bmi_loss_row_mean(bm_sigmoid_crossentropy(x.graph ? x : in->prediction, in->target));
}

/* 1 - s y with s = 1 where t > 0, else -1; not below 0. */
static bm_node margin(const bm_loss_input *in)
{
    const bm_node s = bm_shift(bm_scale(bm_step(in->target), 2), -1);
    return bm_relu(bm_shift(bm_neg(bm_mul(s, in->prediction)), 1));
}

static bm_node rows_hinge(const bm_loss_input *in, const double p[2])
{
    (void)p;
    return bmi_loss_row_mean(margin(in));
}

static bm_node rows_squared_hinge(const bm_loss_input *in, const double p[2])
{
    (void)p;
    return bmi_loss_row_mean(bm_square(margin(in)));
}

static bm_node rows_categorical_hinge(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node y = in->prediction, t = in->target;
    const bm_node right = bm_sum_over(bm_mul(t, y), BM_AXES(-1)),
                  wrong = bm_max_over(bm_mul(bm_shift(bm_neg(t), 1), y), BM_AXES(-1));
    return bmi_loss_row_mean(bm_relu(bm_shift(bm_sub(wrong, right), 1)));
}

static bm_node rows_kl_divergence(const bm_loss_input *in, const double p[2])
{
    (void)p;
    const bm_node x = logits(in, "softmax"), t = in->target, self = bm_mul(t, bmi_loss_safe_log(t, t));
    const bm_node cross = x.graph ? bm_mul(t, bm_log_softmax(x)) : bm_mul(t, bmi_loss_safe_log(in->prediction, t));
    return bmi_loss_row_mean(bm_sum_over(bm_sub(self, cross), BM_AXES(-1)));
}

BMI_LOSS(binary_crossentropy, "mean of -t log y - (1 - t) log(1 - y)", BM_TARGET_LIKE_OUTPUT, .probabilities = true,
         .output = BM_OUTPUT_LABELS);
BMI_LOSS(categorical_crossentropy, "-sum of t log y over classes; t one-hot or a distribution", BM_TARGET_LIKE_OUTPUT,
         .probabilities = true, .output = BM_OUTPUT_CLASSES);
BMI_LOSS(sparse_categorical_crossentropy, "-log y[t]; t a class number", BM_TARGET_CLASS, .output = BM_OUTPUT_CLASSES);
BMI_LOSS(softmax_crossentropy, "-log softmax(y)[t]; y logits, t a class number", BM_TARGET_CLASS, .output = BM_OUTPUT_CLASSES,
         .logits_of = "softmax");
BMI_LOSS(sigmoid_crossentropy, "binary cross-entropy of sigmoid(y); y logits", BM_TARGET_LIKE_OUTPUT, .probabilities = true,
         .output = BM_OUTPUT_LABELS, .logits_of = "sigmoid");
BMI_LOSS(hinge, "mean of max(0, 1 - s y), s = 1 where t > 0, else -1", BM_TARGET_LIKE_OUTPUT, .output = BM_OUTPUT_LABELS);
BMI_LOSS(squared_hinge, "mean of max(0, 1 - s y)^2", BM_TARGET_LIKE_OUTPUT, .output = BM_OUTPUT_LABELS);
BMI_LOSS(categorical_hinge, "max(0, 1 + max of (1 - t) y - sum of t y); t one-hot", BM_TARGET_LIKE_OUTPUT,
         .output = BM_OUTPUT_CLASSES);
BMI_LOSS(kl_divergence, "sum of t log(t / y) over classes", BM_TARGET_LIKE_OUTPUT, .probabilities = true,
         .output = BM_OUTPUT_CLASSES);

const bmi_kind bmi_kinds_loss_classification[] = {
    BMI_LOSS_KIND(binary_crossentropy),
    BMI_LOSS_KIND(categorical_crossentropy),
    BMI_LOSS_KIND(sparse_categorical_crossentropy),
    BMI_LOSS_KIND(softmax_crossentropy),
    BMI_LOSS_KIND(sigmoid_crossentropy),
    BMI_LOSS_KIND(hinge),
    BMI_LOSS_KIND(squared_hinge),
    BMI_LOSS_KIND(categorical_hinge),
    BMI_LOSS_KIND(kl_divergence),
    { 0 },
};
