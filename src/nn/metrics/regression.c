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

static double mean_of(const bm_metric_input *in, error_fn *of, bool root)
{
    double sum = 0;
    if (in->columns != in->target_columns) return NAN;
    for (int64_t j = 0; j < in->columns; j++) {
        const double m = column_mean(in, j, of);
        sum += root ? sqrt(m) : m;
    }
    return sum / (double)in->columns;
}

static double mse_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, squared, false);
}
static double rmse_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, squared, true);
}
static double mae_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, absolute, false);
}
static double mape_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, relative, false);
}
static double msle_all(const bm_metric_input *in, const double p[2])
{
    (void)p;
    return mean_of(in, squared_log, false);
}

/* 1 - SSE / SST of a column; where the target is constant, 1 for a perfect prediction, else 0. */
static double column_r2(const bm_metric_input *in, int64_t column)
{
    double mean = 0, total = 0;
    for (int64_t i = 0; i < in->rows; i++) mean += bmi_weight_of(in, i) * in->target[i * in->columns + column];
    mean /= bmi_weight_sum(in);
    for (int64_t i = 0; i < in->rows; i++) total += bmi_weight_of(in, i) * squared(in->target[i * in->columns + column], mean);
    const double left = column_mean(in, column, squared) * bmi_weight_sum(in);
    return total > 0 ? 1 - left / total : left == 0 ? 1 : 0;
}

static double r2_all(const bm_metric_input *in, const double p[2])
{
    double sum = 0;
    (void)p;
    if (in->columns != in->target_columns || in->rows < 2) return NAN;
    for (int64_t j = 0; j < in->columns; j++) sum += column_r2(in, j);
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
BMI_METRIC(mse, "mean of (y - t)^2", LIKE, .rows = mse_rows, .all = mse_all);
BMI_METRIC(rmse, "root of the mean of (y - t)^2", LIKE, .all = rmse_all);
BMI_METRIC(mae, "mean of |y - t|", LIKE, .rows = mae_rows, .all = mae_all);
BMI_METRIC(mape, "mean of |y - t| / |t|, a fraction", LIKE, .rows = mape_rows, .all = mape_all);
BMI_METRIC(msle, "mean of (log(1 + y) - log(1 + t))^2", LIKE, .rows = msle_rows, .all = msle_all);
BMI_METRIC(r2, "1 - SSE / SST: 1 is perfect, 0 the mean of the targets", LIKE, .maximize = true, .all = r2_all);

const bmi_kind bmi_kinds_metric_regression[] = {
    BMI_METRIC_KIND(mse),
    BMI_METRIC_KIND(rmse),
    BMI_METRIC_KIND(mae),
    BMI_METRIC_KIND(mape),
    BMI_METRIC_KIND(msle),
    BMI_METRIC_KIND(r2),
    { 0 },
};
