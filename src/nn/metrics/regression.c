// SPDX-License-Identifier: Apache-2.0
/* Metrics of numbers. Of several columns the mean over columns (of their roots for rmse, of their R2 for r2).
 * Source: as scikit-learn's mean_squared_error, root_mean_squared_error, mean_absolute_error, mean_absolute_percentage_error,
 * mean_squared_log_error and r2_score.
 */
#include "nn/losses/loss.h"
#include "nn/metrics/metric.h"
#include <float.h>

typedef double error_fn(double y, double t);
static double squared(double y, double t)
{
    return (y - t) * (y - t);
}
static double absolute(double y, double t)
{
    return fabs(y - t);
}
static double relative(double y, double t)
{
    return fabs(y - t) / fmax(fabs(t), DBL_EPSILON);
}
static double squared_log(double y, double t)
{
    const double e = log1p(y) - log1p(t);
    return e * e;
}

static double column_mean(const bm_metric_input *in, int64_t column, error_fn *of)
{
    double sum = 0;
    for (int64_t i = 0; i < in->rows; i++)
        sum += bmi_weight_of(in, i) * of(in->prediction[i * in->columns + column], in->target[i * in->columns + column]);
    return sum / bmi_weight_sum(in);
}

static double mean_of(const bm_metric_input *in, error_fn *of)
{
    double sum = 0;
    if (in->columns != in->target_columns) return NAN;
    for (int64_t j = 0; j < in->columns; j++) sum += column_mean(in, j, of);
    return sum / (double)in->columns;
}

static double mse_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, squared);
}
static double mae_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, absolute);
}
static double mape_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, relative);
}
static double msle_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, squared_log);
}

/* By parts: rows, the sum of weights, then of each column the sum of squared errors, the mean of the target, and its squared distances from
 * that (Welford, "Note on a method for calculating corrected sums of squares and products", 1962). */
enum { SSE, MEAN, SST, EACH };
static int64_t squares_counts(int64_t columns)
{
    return 2 + EACH * columns;
}

static void squares_add(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    if (in->columns != in->target_columns) return;
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        counts[0]++;
        if (w == 0) continue;
        counts[1] += w;
        for (int64_t j = 0; j < in->columns; j++) {
            const double t = in->target[i * in->columns + j];
            double *c = counts + 2 + EACH * j;
            const double d = t - c[MEAN];
            c[SSE] += w * squared(in->prediction[i * in->columns + j], t);
            c[MEAN] += w / counts[1] * d;
            c[SST] += w * d * (t - c[MEAN]);
        }
    }
}

static double rmse_end(double *counts, const bm_metric_input *in, const double p[2])
{
    double sum = 0;
    (void)p;
    if (in->columns != in->target_columns) return NAN;
    for (int64_t j = 0; j < in->columns; j++) sum += sqrt(counts[2 + EACH * j + SSE] / counts[1]);
    return sum / (double)in->columns;
}

/* 1 - SSE / SST of a column; where the target is constant, 1 for a perfect prediction, else 0. */
static double r2_end(double *counts, const bm_metric_input *in, const double p[2])
{
    double sum = 0;
    (void)p;
    if (in->columns != in->target_columns || counts[0] < 2) return NAN;
    for (int64_t j = 0; j < in->columns; j++) {
        const double *c = counts + 2 + EACH * j;
        sum += c[SST] > 0 ? 1 - c[SSE] / c[SST] : c[SSE] == 0;
    }
    return sum / (double)in->columns;
}

#define ROWS(name_, expression)                                             \
    static bm_node name_##_rows(const bm_loss_input *in, const double p[2]) \
    {                                                                       \
        const bm_node y = in->prediction, t = in->target;                   \
        (void)p;                                                            \
        return bmi_loss_row_mean(expression);                               \
    }
ROWS(mse, bm_square(bm_sub(y, t)))
ROWS(mae, bm_abs(bm_sub(y, t)))
ROWS(mape, bm_div(bm_abs(bm_sub(y, t)), bm_maximum(bm_abs(t), bmi_number_like(t, DBL_EPSILON))))
ROWS(msle, bm_square(bm_sub(bm_log1p(y), bm_log1p(t))))

#define LIKE .target = BM_TARGET_LIKE_OUTPUT
#define BY_SQUARES .counts = squares_counts, .add = squares_add
BMI_METRIC(mse, "mean of (y - t)^2", LIKE, .rows = mse_rows, .all = mse_all);
BMI_METRIC(rmse, "root of the mean of (y - t)^2", LIKE, BY_SQUARES, .end = rmse_end);
BMI_METRIC(mae, "mean of |y - t|", LIKE, .rows = mae_rows, .all = mae_all);
BMI_METRIC(mape, "mean of |y - t| / |t|, a fraction", LIKE, .rows = mape_rows, .all = mape_all);
BMI_METRIC(msle, "mean of (log(1 + y) - log(1 + t))^2", LIKE, .rows = msle_rows, .all = msle_all);
BMI_METRIC(r2, "1 - SSE / SST: 1 is perfect, 0 the mean of the targets", LIKE, .maximize = true, BY_SQUARES, .end = r2_end);

const bmi_kind bmi_kinds_metric_regression[] = {
    BMI_METRIC_KIND(mse),
    BMI_METRIC_KIND(rmse),
    BMI_METRIC_KIND(mae),
    BMI_METRIC_KIND(mape),
    BMI_METRIC_KIND(msle),
    BMI_METRIC_KIND(r2),
    { 0 },
};
