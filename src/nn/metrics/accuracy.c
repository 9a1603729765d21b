// SPDX-License-Identifier: Apache-2.0
/* Shares of rows that are right: accuracy by the form of the output, of labels one by one and all at once, top-k, and balanced accuracy
 * (mean of recalls).
 * Source: as scikit-learn's accuracy_score, hamming_loss, top_k_accuracy_score and balanced_accuracy_score.
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

static double binary_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    double right = 0;
    if (in->target_columns == 1 && in->columns > 1 && bmi_class_true(in, i) < 0)
        return bmi_metric_undefined(in, "a target is none of the %lld classes", (long long)in->columns);
    for (int64_t j = 0; j < in->columns; j++)
        right += (in->prediction[i * in->columns + j] >= p[0]) == (bmi_target_at(in, i, j) >= .5);
    return right / (double)in->columns;
}

static double subset_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    if (bmi_of_labels(in)) return binary_row(in, i, p) == 1;
    const int64_t truth = bmi_class_true(in, i);
    if (truth < 0) return bmi_metric_undefined(in, "a target is none of the %lld classes", (long long)bmi_metric_classes(in));
    return truth == bmi_class_predicted(in, i, p[0]);
}

static double top_k_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    if (in->columns < 2) return bmi_metric_undefined(in, "one output has no ranks of classes");
    const double *y = in->prediction + i * in->columns;
    const int64_t truth = bmi_class_true(in, i);
    int64_t larger = 0;
    if (truth < 0) return bmi_metric_undefined(in, "a target is none of the %lld classes", (long long)in->columns);
    for (int64_t j = 0; j < in->columns; j++) larger += y[j] > y[truth];
    return (double)larger < p[0];
}

BMI_MEAN_OF(binary, binary_row)
BMI_MEAN_OF(subset, subset_row)
BMI_MEAN_OF(top_k, top_k_row)

/* The share of rows that are right, of labels that of all labels. */
static double right_share(double *counts, const bm_metric_input *in)
{
    bmi_class_counts c;
    double hit = 0, wrong = 0;
    if (!bmi_class_counts_of(counts, in, &c)) return NAN;
    for (int64_t k = 0; k < c.classes; k++) {
        hit += c.hit[k];
        wrong += c.wrong[k] + c.missed[k];
    }
    return bmi_of_labels(in) ? 1 - wrong / (c.all * (double)c.classes) : hit / c.all;
}

static double accuracy_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return right_share(counts, in);
}

static double hamming_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return 1 - right_share(counts, in);
}

static double balanced_end(double *counts, const bm_metric_input *in, const double p[2])
{
    bmi_class_counts c;
    double sum = 0;
    int64_t n = 0;
    (void)p;
    if (!bmi_class_counts_of(counts, in, &c)) return NAN;
    for (int64_t k = 0; k < c.classes; k++) {
        const double there = c.hit[k] + c.missed[k];
        if (!(there > 0)) continue;
        sum += c.hit[k] / there;
        n++;
    }
    return n ? sum / (double)n : bmi_metric_undefined(in, "no label holds in any row");
}

#define COUNTED .counts = bmi_class_counts_size, .add = bmi_class_counts_add
BMI_METRIC(accuracy, "share of rows (of labels, where several may hold) that are right", "sum w [y = t] / sum w",
           "scikit-learn accuracy_score", ".2, .7, .6, .4 | 0, 1, 0, 0 = .75", .maximize = true, .rows = accuracy_rows, COUNTED,
           .end = accuracy_end, BMI_THRESHOLD);
BMI_METRIC(binary_accuracy, "share of single outputs on the right side of the threshold",
           "mean over outputs of sum w [[y >= threshold] = t] / sum w", "Keras BinaryAccuracy", ".2 .7, .6 .4 | 0 1, 1 1 = .75",
           .maximize = true, .target = BM_TARGET_LIKE_OUTPUT, .rows = binary_rows, BMI_MEAN(binary), BMI_THRESHOLD);
BMI_METRIC(subset_accuracy, "share of rows all of whose labels are right", "sum w [all y = t] / sum w",
           "scikit-learn accuracy_score of labels", ".2, .7, .6, .4 | 0, 1, 0, 0 = .75", .maximize = true, BMI_MEAN(subset),
           BMI_THRESHOLD);
BMI_METRIC(hamming_loss, "share of labels (of rows, where classes exclude each other) that are wrong",
           "sum w [y != t] / (sum w labels)", "scikit-learn hamming_loss", ".2, .7, .6, .4 | 0, 1, 0, 0 = .25", COUNTED,
           .end = hamming_end, BMI_THRESHOLD);
BMI_METRIC(top_k, "share of rows whose class is among the k largest outputs", "sum w [fewer than k outputs > y_t] / sum w",
           "scikit-learn top_k_accuracy_score", ".5 .3 .2, .1 .2 .7 | 2, 2 = 1", .maximize = true, .target = BM_TARGET_CLASS,
           .rows = top_k_rows, BMI_MEAN(top_k),
           .number = {
               { .name = "k", .initial = 5, .low = 1, .high = INFINITY, .below = true, .doc = "how many may be tried" } });
BMI_METRIC(balanced_accuracy, "mean over classes of the share of the class's rows that are right", "mean_k hit_k / rows_k",
           "scikit-learn balanced_accuracy_score", ".2, .7, .6, .4 | 0, 1, 0, 0 = 0.83333333333333333", .maximize = true,
           COUNTED, .end = balanced_end, BMI_THRESHOLD);

const bmi_kind bmi_kinds_metric_accuracy[] = {
    BMI_METRIC_KIND(accuracy),
    BMI_METRIC_KIND(binary_accuracy),
    BMI_METRIC_KIND(subset_accuracy),
    BMI_METRIC_KIND(hamming_loss),
    BMI_METRIC_KIND(top_k),
    BMI_METRIC_KIND(balanced_accuracy),
    { 0 },
};
