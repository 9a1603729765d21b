// SPDX-License-Identifier: Apache-2.0
/* Shares of rows that are right: accuracy by the form of the output, top-k, and balanced accuracy (mean of recalls).
 * Source: as scikit-learn's accuracy_score, top_k_accuracy_score and balanced_accuracy_score.
 */
#include "nn/losses/loss.h"
#include "nn/metrics/metric.h"

static bm_node is_class(const bm_node target)
{
    const bm_type t = bm_node_type(target);
    return t == BM_I32 || t == BM_I64 ? bm_cast(target, BM_I64) : bm_argmax(target, -1);
}

static bm_node at_least(bm_node x, double threshold)
{
    return bm_greater_equal(x, bmi_number_like(x, threshold));
}

static bm_node binary_rows(const bm_loss_input *in, const double p[2])
{
    const bm_node right = bm_equal(at_least(in->prediction, p[0]), at_least(in->target, .5));
    return bmi_loss_row_mean(bm_cast(right, bm_node_type(in->prediction)));
}

static bm_node accuracy_rows(const bm_loss_input *in, const double p[2])
{
    const bm_shape s = bm_node_shape(in->prediction);
    if (in->output != BM_OUTPUT_CLASSES || s.rank < 2 || s.dim[s.rank - 1] == 1) return binary_rows(in, p);
    return bmi_loss_row_mean(
        bm_cast(bm_equal(bm_argmax(in->prediction, -1), is_class(in->target)), bm_node_type(in->prediction)));
}

/* A row is right when fewer than k outputs are larger than that of its class. */
static bm_node top_k_rows(const bm_loss_input *in, const double p[2])
{
    const bm_node y = in->prediction;
    const bm_shape s = bm_node_shape(y);
    const bm_node chosen =
        bm_sum_keep(bm_mul(y, bm_one_hot(is_class(in->target), s.dim[s.rank - 1], bm_node_type(y))), BM_AXES(-1));
    const bm_node larger = bm_sum_over(bm_cast(bm_greater(y, chosen), bm_node_type(y)), BM_AXES(-1));
    return bmi_loss_row_mean(bm_cast(bm_less(larger, bmi_number_like(larger, p[0])), bm_node_type(y)));
}

static double binary_all(const bm_metric_input *in, const double p[2])
{
    double right = 0;
    for (int64_t i = 0; i < in->rows; i++)
        for (int64_t j = 0; j < in->columns; j++)
            right += bmi_weight_of(in, i) * ((in->prediction[i * in->columns + j] >= p[0]) == (bmi_target_at(in, i, j) >= .5));
    return right / (bmi_weight_sum(in) * (double)in->columns);
}

static double accuracy_all(const bm_metric_input *in, const double p[2])
{
    if (in->output == BM_OUTPUT_LABELS && in->columns > 1) return binary_all(in, p);
    double right = 0;
    for (int64_t i = 0; i < in->rows; i++) {
        const int64_t truth = bmi_class_true(in, i);
        if (truth < 0) return NAN;
        right += bmi_weight_of(in, i) * (truth == bmi_class_predicted(in, i, p[0]));
    }
    return right / bmi_weight_sum(in);
}

static double top_k_all(const bm_metric_input *in, const double p[2])
{
    double right = 0;
    if (in->columns < 2) return NAN;
    for (int64_t i = 0; i < in->rows; i++) {
        const double *y = in->prediction + i * in->columns;
        const int64_t truth = bmi_class_true(in, i);
        int64_t larger = 0;
        if (truth < 0) return NAN;
        for (int64_t j = 0; j < in->columns; j++) larger += y[j] > y[truth];
        right += bmi_weight_of(in, i) * ((double)larger < p[0]);
    }
    return right / bmi_weight_sum(in);
}

double bmi_counts_balanced(const bmi_class_counts *c)
{
    double sum = 0;
    int64_t n = 0;
    for (int64_t k = 0; k < c->classes; k++) {
        const double there = c->hit[k] + c->missed[k];
        if (!(there > 0)) continue;
        sum += c->hit[k] / there;
        n++;
    }
    return n ? sum / (double)n : NAN;
}

static double balanced_end(double *counts, const bm_metric_input *in, const double p[2])
{
    bmi_class_counts c;
    (void)p;
    return bmi_class_counts_of(counts, in, &c) ? bmi_counts_balanced(&c) : NAN;
}

BMI_METRIC(accuracy, "share of rows (of labels, where several may hold) that are right", .maximize = true,
           .rows = accuracy_rows, .all = accuracy_all, BMI_THRESHOLD);
BMI_METRIC(binary_accuracy, "share of single outputs on the right side of the threshold", .maximize = true,
           .target = BM_TARGET_LIKE_OUTPUT, .rows = binary_rows, .all = binary_all, BMI_THRESHOLD);
BMI_METRIC(top_k, "share of rows whose class is among the k largest outputs", .maximize = true, .target = BM_TARGET_CLASS,
           .rows = top_k_rows, .all = top_k_all,
           .number = {
               { .name = "k", .initial = 5, .low = 1, .high = INFINITY, .below = true, .doc = "how many may be tried" } });
BMI_METRIC(balanced_accuracy, "mean over classes of the share of the class's rows that are right", .maximize = true,
           .counts = bmi_class_counts_size, .add = bmi_class_counts_add, .end = balanced_end, BMI_THRESHOLD);

const bmi_kind bmi_kinds_metric_accuracy[] = {
    BMI_METRIC_KIND(accuracy),
    BMI_METRIC_KIND(binary_accuracy),
    BMI_METRIC_KIND(top_k),
    BMI_METRIC_KIND(balanced_accuracy),
    { 0 },
};
