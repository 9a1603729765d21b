// SPDX-License-Identifier: Apache-2.0
/* Shares of the targets' spread that predictions explain: R2, adjusted R2, explained variance, correlation. Of several columns the mean.
 *
 * By parts: rows, the sum of weights, then of each column means and sums of squared distances from them (Welford, "Note on a method for
 * calculating corrected sums of squares and products", 1962), all as they differ from the first row, lest digits are lost far from 0.
 */
#include "nn/metrics/metric.h"

enum { SSE, FIRST_T, FIRST_Y, MEAN_T, T_T, MEAN_Y, Y_Y, T_Y, MEAN_E, E_E, EACH };
static int64_t moments_counts(int64_t columns)
{
    return 2 + EACH * columns;
}

static void moments_add(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    if (in->columns != in->target_columns) return;
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        if (w == 0) continue;
        counts[0]++;
        counts[1] += w;
        for (int64_t j = 0; j < in->columns; j++) {
            double *c = counts + 2 + EACH * j;
            double t = in->target[i * in->columns + j], y = in->prediction[i * in->columns + j];
            const double e = t - y, share = w / counts[1];
            if (counts[0] == 1) c[FIRST_T] = t, c[FIRST_Y] = y;
            t -= c[FIRST_T], y -= c[FIRST_Y];
            const double dt = t - c[MEAN_T], dy = y - c[MEAN_Y], de = e - c[MEAN_E];
            c[SSE] += w * e * e;
            c[MEAN_T] += share * dt;
            c[MEAN_Y] += share * dy;
            c[MEAN_E] += share * de;
            c[T_T] += w * dt * (t - c[MEAN_T]);
            c[Y_Y] += w * dy * (y - c[MEAN_Y]);
            c[T_Y] += w * dt * (y - c[MEAN_Y]);
            c[E_E] += w * de * (e - c[MEAN_E]);
        }
    }
}

static bool has_two(const double *counts, const bm_metric_input *in)
{
    if (in->columns == in->target_columns && (counts[0] >= 2 || counts[1] >= 2)) return true;
    return bmi_metric_undefined(in, "it takes two rows or more, there is %g", counts[0]), false;
}

/* 1 - error / spread of a column; where the target is constant, 1 for a perfect prediction, else 0, as scikit-learn. */
static double share(double *counts, const bm_metric_input *in, int error)
{
    double sum = 0;
    if (!has_two(counts, in)) return NAN;
    for (int64_t j = 0; j < in->columns; j++) {
        const double *c = counts + 2 + EACH * j;
        if (!(c[T_T] > 0)) bmi_metric_note(in, "the target is constant: %d by convention", c[error] == 0);
        sum += c[T_T] > 0 ? 1 - c[error] / c[T_T] : c[error] == 0;
    }
    return sum / (double)in->columns;
}

static double r2_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return share(counts, in, SSE);
}

static double variance_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return share(counts, in, E_E);
}

/* Rows are counted by their weights. */
static double adjusted_end(double *counts, const bm_metric_input *in, const double p[2])
{
    const double r2 = share(counts, in, SSE), free = counts[1] - p[0] - 1;
    if (isnan(r2)) return NAN;
    if (!(free > 0)) return bmi_metric_undefined(in, "%g rows are not more than %g features and a constant", counts[1], p[0]);
    return 1 - (1 - r2) * (counts[1] - 1) / free;
}

static double correlation_end(double *counts, const bm_metric_input *in, const double p[2])
{
    double sum = 0;
    (void)p;
    if (!has_two(counts, in)) return NAN;
    for (int64_t j = 0; j < in->columns; j++) {
        const double *c = counts + 2 + EACH * j;
        if (!(c[T_T] > 0 && c[Y_Y] > 0))
            return bmi_metric_undefined(in, "the %s is constant", c[T_T] > 0 ? "prediction" : "target");
        sum += c[T_Y] / (sqrt(c[T_T]) * sqrt(c[Y_Y]));
    }
    return sum / (double)in->columns;
}

#define MOMENTS .target = BM_TARGET_LIKE_OUTPUT, .maximize = true, .counts = moments_counts, .add = moments_add
#define FOUR "2.5, 0, 2, 8 | 3, -.5, 2, 7 = "
BMI_METRIC(r2, "1 - SSE / SST: 1 is perfect, 0 the mean of the targets", "1 - sum w (y - t)^2 / sum w (t - mean t)^2",
           "scikit-learn r2_score", FOUR ".94860813704496788", MOMENTS, .end = r2_end);
BMI_METRIC(adjusted_r2, "R2 for the number of features that it took", "1 - (1 - R2)(n - 1) / (n - features - 1), n = sum w",
           "Theil, 1961; statsmodels rsquared_adj", FOUR ".92291220556745182", MOMENTS, .end = adjusted_end,
           .number = { { .name = "features",
                         .initial = 1,
                         .low = 0,
                         .high = INFINITY,
                         .below = true,
                         .doc = "of the model, without the constant" } });
BMI_METRIC(explained_variance, "R2 that does not count the mean error", "1 - var(t - y) / var(t)",
           "scikit-learn explained_variance_score", FOUR ".95717344753747327", MOMENTS, .end = variance_end);
BMI_METRIC(correlation, "Pearson's correlation of predictions and targets", "cov(y, t) / sqrt(var(y) var(t))",
           "scipy.stats.pearsonr", FOUR ".98486961844827034", MOMENTS, .end = correlation_end);

const bmi_kind bmi_kinds_metric_explained[] = {
    BMI_METRIC_KIND(r2), BMI_METRIC_KIND(adjusted_r2), BMI_METRIC_KIND(explained_variance), BMI_METRIC_KIND(correlation), { 0 },
};
