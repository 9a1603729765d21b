// SPDX-License-Identifier: Apache-2.0
/* Metrics of probabilities: log loss, Brier score, their shares explained, hinge, calibration.
 * Source: as scikit-learn's log_loss (a probability below 2^-52 counts as that, so that one row costs 36.04 at most), brier_score_loss, d2_log_loss_score,
 * d2_brier_score and hinge_loss; Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", 2017.
 */
#include "nn/metrics/metric.h"

/* -t log y of probabilities, 0 where t is 0. */
static double surprise(double t, double y)
{
    return t > 0 ? t * bmi_surprise(y) : 0;
}

static bool each(const bm_metric_input *in)
{
    return in->columns == 1 || in->output == BM_OUTPUT_LABELS;
}

/* Whether a row has a class that there is, and probabilities. */
static bool is_sound(const bm_metric_input *in, int64_t i)
{
    if (in->columns > 1 && in->target_columns == 1 && bmi_class_true(in, i) < 0)
        return bmi_metric_undefined(in, "a target is none of the %lld classes", (long long)in->columns), false;
    for (int64_t j = 0; j < in->columns; j++) {
        const double y = in->prediction[i * in->columns + j], t = bmi_target_at(in, i, j);
        if (!(y >= 0 && y <= 1)) return bmi_metric_undefined(in, "a prediction is %g, no probability", y), false;
        if (!(t >= 0 && t <= 1)) return bmi_metric_undefined(in, "a target is %g, no class or probability", t), false;
    }
    return true;
}

static double log_loss_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    double row = 0;
    (void)p;
    if (!is_sound(in, i)) return NAN;
    for (int64_t j = 0; j < in->columns; j++) {
        const double y = in->prediction[i * in->columns + j], t = bmi_target_at(in, i, j);
        row += surprise(t, y) + (each(in) ? surprise(1 - t, 1 - y) : 0);
    }
    return row / (each(in) ? (double)in->columns : 1);
}

static double brier_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    double row = 0;
    (void)p;
    if (!is_sound(in, i)) return NAN;
    for (int64_t j = 0; j < in->columns; j++) {
        const double d = in->prediction[i * in->columns + j] - bmi_target_at(in, i, j);
        row += d * d;
    }
    return row / (each(in) ? (double)in->columns : in->columns == 2 ? 2 : 1);
}

/* Of one output (or label) its sign against the class's; else the class's output above the largest other. */
static double hinge_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    const double *y = in->prediction + i * in->columns;
    double row = 0;
    (void)p;
    if (each(in)) {
        for (int64_t j = 0; j < in->columns; j++) {
            const double t = in->columns == 1 ? in->target[i * in->target_columns] : bmi_target_at(in, i, j);
            row += fmax(0, 1 - (t >= .5 ? y[j] : -y[j]));
        }
        return row / (double)in->columns;
    }
    const int64_t truth = bmi_class_true(in, i);
    double other = -INFINITY;
    if (truth < 0) return bmi_metric_undefined(in, "a target is none of the %lld classes", (long long)in->columns);
    for (int64_t j = 0; j < in->columns; j++)
        if (j != truth) other = fmax(other, y[j]);
    return fmax(0, 1 + other - y[truth]);
}

BMI_MEAN_OF(log_loss, log_loss_row)
BMI_MEAN_OF(brier, brier_row)
BMI_MEAN_OF(hinge, hinge_row)

/* ---- shares explained: 1 - loss / that of the shares of classes, which are counted behind the mean ---- */
static int64_t shares_counts(int64_t columns)
{
    return 2 + columns;
}

static void shares_add(double *counts, const bm_metric_input *in)
{
    for (int64_t i = 0; i < in->rows; i++)
        for (int64_t j = 0; j < in->columns && bmi_weight_of(in, i) > 0; j++)
            counts[2 + j] += bmi_weight_of(in, i) * bmi_target_at(in, i, j);
}

static void d2_log_loss_add(double *counts, const bm_metric_input *in, const double p[2])
{
    bmi_mean_add(counts, in, p, log_loss_row);
    shares_add(counts, in);
}

static void d2_brier_add(double *counts, const bm_metric_input *in, const double p[2])
{
    bmi_mean_add(counts, in, p, brier_row);
    shares_add(counts, in);
}

static double explained(double *counts, const bm_metric_input *in, bool squares)
{
    const double loss = bmi_mean_end(counts, in, NULL);
    double base = 0;
    for (int64_t j = 0; j < in->columns; j++) {
        const double share = counts[2 + j] / counts[1];
        if (squares) base += share * (1 - share);
        else base += surprise(share, share) + (each(in) ? surprise(1 - share, 1 - share) : 0);
    }
    base /= each(in) ? (double)in->columns : squares && in->columns == 2 ? 2 : 1;
    if (isnan(loss)) return NAN;
    return base > 0 ? 1 - loss / base : bmi_metric_undefined(in, "all rows are of one class");
}

static double d2_log_loss_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return explained(counts, in, false);
}

static double d2_brier_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return explained(counts, in, true);
}

/* ---- calibration: of bins of equal width, the weight of rows, of their probabilities and of those that are right ---- */
enum { MOST_BINS = 100 };
static int64_t bins_counts(int64_t columns)
{
    (void)columns;
    return 3 * MOST_BINS + 2;
}

/* Of one output or two classes the probability of class 1 and whether it holds; else of the likeliest class. */
static void bins_add(double *counts, const bm_metric_input *in, const double p[2])
{
    const int64_t only = bmi_groups_column(in);
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        if (w == 0) continue;
        if (!is_sound(in, i)) counts[3 * MOST_BINS] = 1;
        for (int64_t j = 0; j < (bmi_of_labels(in) ? in->columns : 1) && counts[3 * MOST_BINS] == 0; j++) {
            const int64_t column = bmi_of_labels(in) ? j : only >= 0 ? only : bmi_class_predicted(in, i, .5);
            const double y = in->prediction[i * in->columns + column],
                         holds = in->columns == 1 ? in->target[i * in->target_columns] : bmi_target_at(in, i, column);
            const int64_t bin = (int64_t)fmin(y * floor(p[0]), floor(p[0]) - 1);
            counts[3 * bin] += w;
            counts[3 * bin + 1] += w * y;
            counts[3 * bin + 2] += w * holds;
            counts[3 * MOST_BINS + 1] += w;
        }
    }
}

static double ece_end(double *counts, const bm_metric_input *in, const double p[2])
{
    double sum = 0;
    if (counts[3 * MOST_BINS] != 0) return bmi_metric_undefined(in, "a prediction is no probability, or a target no class");
    if (!(counts[3 * MOST_BINS + 1] > 0)) return bmi_metric_undefined(in, "the rows weigh nothing");
    for (int64_t b = 0; b < (int64_t)p[0]; b++) sum += fabs(counts[3 * b + 1] - counts[3 * b + 2]);
    return sum / counts[3 * MOST_BINS + 1];
}

BMI_METRIC(log_loss, "mean of -log of the probability that the true class was given, which counts as 2^-52 where it is less",
           "-sum w log max(y_t, 2^-52) / sum w", "scikit-learn log_loss", ".5, .8 | 0, 1 = 0.45814536593707755",
           BMI_MEAN(log_loss));
BMI_METRIC(brier, "Brier score: mean squared error of probabilities; of several classes the sum over classes",
           "sum w (y - t)^2 / sum w", "scikit-learn brier_score_loss", ".1, .9, .8, .3 | 0, 1, 1, 0 = .0375", BMI_MEAN(brier));
BMI_METRIC(d2_log_loss, "share of the log loss of the class shares that is explained", "1 - log loss / log loss of shares",
           "scikit-learn d2_log_loss_score", ".5, .8 | 0, 1 = .33903595255631885", .maximize = true, .counts = shares_counts,
           .add = d2_log_loss_add, .end = d2_log_loss_end);
BMI_METRIC(d2_brier, "share of the Brier score of the class shares that is explained", "1 - Brier / Brier of shares",
           "scikit-learn d2_brier_score", ".1, .9, .8, .3 | 0, 1, 1, 0 = .85", .maximize = true, .counts = shares_counts,
           .add = d2_brier_add, .end = d2_brier_end);
BMI_METRIC(hinge, "mean of what scores lack to a margin of 1; of several classes to the largest other score",
           "sum w max(0, 1 - s y) / sum w, s = 1 of class 1, else -1", "scikit-learn hinge_loss",
           "-2.18, 2.36, .09 | 0, 1, 1 = .30333333333333333", BMI_MEAN(hinge));
BMI_METRIC(ece, "expected calibration error: of class 1, of several classes of the likeliest",
           "sum over bins of |sum w y - sum w t| / sum w", "Guo and others, 2017", ".1, .2, .9, .8 | 0, 1, 1, 1 = .3",
           .counts = bins_counts, .add = bins_add, .end = ece_end,
           .number = { { .name = "bins", .initial = 10, .low = 1, .high = MOST_BINS, .doc = "of equal width" } });

const bmi_kind bmi_kinds_metric_probability[] = {
    BMI_METRIC_KIND(log_loss),
    BMI_METRIC_KIND(brier),
    BMI_METRIC_KIND(d2_log_loss),
    BMI_METRIC_KIND(d2_brier),
    BMI_METRIC_KIND(hinge),
    BMI_METRIC_KIND(ece),
    { 0 },
};
