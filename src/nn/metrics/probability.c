// SPDX-License-Identifier: Apache-2.0
/* Metrics of probabilities: area under the ROC curve and log loss.
 *
 * The area is the chance that a row of class 1 scores above a row of class 0, equal scores counting half (Hanley and McNeil,
 * 1982): rows are sorted by score, and each group of equal scores adds (weight of class 1) x (weight of class 0 below + half of
 * the group's own). Of several classes it is the mean over one class against the rest, as scikit-learn's roc_auc_score with
 * multi_class="ovr". It is not defined where one side has no rows.
 */
#include "nn/metrics/metric.h"

static size_t auc_scratch(int64_t rows, int64_t columns)
{
    (void)columns;
    return (size_t)rows * sizeof(bmi_scored);
}

static void sift(bmi_scored *s, int64_t from, int64_t n)
{
    const bmi_scored x = s[from];
    int64_t i = from;
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && s[child + 1].score > s[child].score) child++;
        if (!(s[child].score > x.score)) break;
        s[i] = s[child];
    }
    s[i] = x;
}

/* Heap sort: the C library's qsort may allocate. */
void bmi_sort_scored(bmi_scored *s, int64_t n)
{
    for (int64_t i = n / 2; i-- > 0;) sift(s, i, n);
    for (int64_t i = n; i-- > 1;) {
        const bmi_scored x = s[0];
        s[0] = s[i];
        s[i] = x;
        sift(s, 0, i);
    }
}

static bool is_positive(const bm_metric_input *in, int64_t row, int64_t column)
{
    return in->columns == 1 ? in->target[row * in->target_columns] >= .5 : bmi_target_at(in, row, column) >= .5;
}

static double area(const bm_metric_input *in, int64_t column)
{
    bmi_scored *s = in->scratch;
    double below = 0, above = 0, sum = 0;
    for (int64_t i = 0; i < in->rows; i++) {
        s[i] = (bmi_scored){ in->prediction[i * in->columns + column], i };
        if (isnan(s[i].score)) return NAN;
    }
    bmi_sort_scored(s, in->rows);
    for (int64_t i = 0, next; i < in->rows; i = next) {
        double ones = 0, zeros = 0;
        for (next = i; next < in->rows && s[next].score == s[i].score; next++) {
            const double w = bmi_weight_of(in, s[next].row);
            if (is_positive(in, s[next].row, column)) ones += w;
            else zeros += w;
        }
        sum += ones * (below + zeros / 2);
        below += zeros;
        above += ones;
    }
    return below > 0 && above > 0 ? sum / (below * above) : NAN;
}

static double auc_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    if (in->columns == 1) return area(in, 0);
    if (in->columns == 2 && in->output != BM_OUTPUT_LABELS) return area(in, 1);
    double sum = 0;
    for (int64_t j = 0; j < in->columns; j++) sum += area(in, j);
    return sum / (double)in->columns;
}

/* -t log y of probabilities, 0 where t is 0. */
static double surprise(double t, double y)
{
    return t > 0 ? -t * log(y) : 0;
}

/* The sum of what rows cost, and of their weights. */
static int64_t log_loss_counts(int64_t columns)
{
    (void)columns;
    return 2;
}

static void log_loss_add(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    const bool each = in->columns == 1 || in->output == BM_OUTPUT_LABELS;
    for (int64_t i = 0; i < in->rows; i++) {
        double row = in->columns > 1 && in->target_columns == 1 && bmi_class_true(in, i) < 0 ? NAN : 0;
        for (int64_t j = 0; j < in->columns; j++) {
            const double y = in->prediction[i * in->columns + j], t = bmi_target_at(in, i, j);
            row += t >= 0 && t <= 1 && y >= 0 && y <= 1 ? surprise(t, y) + (each ? surprise(1 - t, 1 - y) : 0) : NAN;
        }
        counts[0] += bmi_weight_of(in, i) * row / (each ? (double)in->columns : 1);
        counts[1] += bmi_weight_of(in, i);
    }
}

static double log_loss_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)in, (void)p;
    return counts[0] / counts[1];
}

BMI_METRIC(roc_auc, "area under the ROC curve; of several classes the mean over one against the rest", .maximize = true,
           .all = auc_all, .scratch = auc_scratch);
BMI_METRIC(log_loss, "mean of -log of the probability that the true class was given", .counts = log_loss_counts,
           .add = log_loss_add, .end = log_loss_end);

const bmi_kind bmi_kinds_metric_probability[] = { BMI_METRIC_KIND(roc_auc), BMI_METRIC_KIND(log_loss), { 0 } };
