// SPDX-License-Identifier: Apache-2.0
/* Metrics of numbers that are means of rows. Of several columns the mean over columns.
 * Source: as scikit-learn's mean_squared_error, mean_absolute_error, mean_absolute_percentage_error, mean_squared_log_error and
 * mean_pinball_loss; SMAPE as Makridakis, "Accuracy measures", 1993 (a fraction of 0 to 2).
 */
#include "nn/losses/loss.h"
#include "nn/metrics/metric.h"
#include <float.h>

typedef double error_fn(double y, double t, double p);
static double squared(double y, double t, double p)
{
    (void)p;
    return (y - t) * (y - t);
}
static double absolute(double y, double t, double p)
{
    (void)p;
    return fabs(y - t);
}
static double relative(double y, double t, double p)
{
    (void)p;
    return fabs(y - t) / fmax(fabs(t), DBL_EPSILON);
}
static double symmetric(double y, double t, double p)
{
    const double size = fabs(y) + fabs(t);
    (void)p;
    return size > 0 ? 2 * fabs(y - t) / size : 0;
}
static double squared_log(double y, double t, double p)
{
    const double e = log1p(y) - log1p(t);
    (void)p;
    return e * e;
}
static double huber(double y, double t, double delta)
{
    const double e = fabs(y - t);
    return e <= delta ? e * e / 2 : delta * (e - delta / 2);
}
static double pinball(double y, double t, double share)
{
    return t >= y ? share * (t - y) : (1 - share) * (y - t);
}

static double mean_over_columns(const bm_metric_input *in, int64_t i, double p, error_fn *of)
{
    double sum = 0;
    if (in->columns != in->target_columns)
        return bmi_metric_undefined(in, "there are %lld predictions a row and %lld targets", (long long)in->columns,
                                    (long long)in->target_columns);
    for (int64_t j = 0; j < in->columns; j++)
        sum += of(in->prediction[i * in->columns + j], in->target[i * in->columns + j], p);
    return sum / (double)in->columns;
}

#define MEAN(name_, error_)                                                            \
    static double name_##_row(const bm_metric_input *in, int64_t i, const double p[2]) \
    {                                                                                  \
        return mean_over_columns(in, i, p[0], error_);                                 \
    }                                                                                  \
    BMI_MEAN_OF(name_, name_##_row)
MEAN(mse, squared)
MEAN(mae, absolute)
MEAN(mape, relative)
MEAN(smape, symmetric)
MEAN(huber, huber)
MEAN(pinball, pinball)

static double msle_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    const double value = mean_over_columns(in, i, p[0], squared_log);
    return isfinite(value) ? value : bmi_metric_undefined(in, "a prediction or target is -1 or less, which has no log(1 + y)");
}
BMI_MEAN_OF(msle, msle_row)

/* Roots of the means of columns, then their mean. */
static int64_t columns_counts(int64_t columns)
{
    return 1 + columns;
}

static void columns_add(double *counts, const bm_metric_input *in, error_fn *of)
{
    if (in->columns != in->target_columns) return;
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        if (w == 0) continue;
        counts[0] += w;
        for (int64_t j = 0; j < in->columns; j++)
            counts[1 + j] += w * of(in->prediction[i * in->columns + j], in->target[i * in->columns + j], 0);
    }
}

static void rmse_add(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    columns_add(counts, in, squared);
}

static void rmsle_add(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    columns_add(counts, in, squared_log);
}

static double roots_end(double *counts, const bm_metric_input *in, const double p[2])
{
    double sum = 0;
    (void)p;
    if (in->columns != in->target_columns || !(counts[0] > 0)) return bmi_metric_undefined(in, "no targets go with the rows");
    for (int64_t j = 0; j < in->columns; j++) sum += sqrt(counts[1 + j] / counts[0]);
    return sum / (double)in->columns;
}

static double rmsle_end(double *counts, const bm_metric_input *in, const double p[2])
{
    const double value = roots_end(counts, in, p);
    return isfinite(value) ? value : bmi_metric_undefined(in, "a prediction or target is -1 or less, which has no log(1 + y)");
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
#define THREE "2.5, 0, 2, 8 | 3, -.5, 2, 7 = "
#define ABOVE "2.5, 5, 4, 8 | 3, 5, 2.5, 7 = "
BMI_METRIC(mse, "mean of (y - t)^2", "sum w (y - t)^2 / sum w", "scikit-learn mean_squared_error", THREE ".375", LIKE,
           .rows = mse_rows, BMI_MEAN(mse));
BMI_METRIC(rmse, "root of the mean of (y - t)^2", "sqrt(sum w (y - t)^2 / sum w)", "scikit-learn root_mean_squared_error",
           THREE ".61237243569579447", LIKE, .counts = columns_counts, .add = rmse_add, .end = roots_end);
BMI_METRIC(mae, "mean of |y - t|", "sum w |y - t| / sum w", "scikit-learn mean_absolute_error", THREE ".5", LIKE,
           .rows = mae_rows, BMI_MEAN(mae));
BMI_METRIC(mape, "mean of |y - t| / |t|, a fraction", "sum w |y - t| / max(|t|, 2^-52) / sum w",
           "scikit-learn mean_absolute_percentage_error", THREE ".32738095238095238", LIKE, .rows = mape_rows, BMI_MEAN(mape));
BMI_METRIC(smape, "mean of |y - t| over the mean size of both, a fraction of 0 to 2",
           "sum w 2 |y - t| / (|y| + |t|) / sum w, 0 where both are 0", "Makridakis, 1993", "2.5, 8 | 7.5, 8 = .5", LIKE,
           BMI_MEAN(smape));
BMI_METRIC(msle, "mean of (log(1 + y) - log(1 + t))^2", "sum w (log(1 + y) - log(1 + t))^2 / sum w",
           "scikit-learn mean_squared_log_error", ABOVE ".03973012298459379", LIKE, .rows = msle_rows, BMI_MEAN(msle));
BMI_METRIC(rmsle, "root of the mean of (log(1 + y) - log(1 + t))^2", "sqrt(sum w (log(1 + y) - log(1 + t))^2 / sum w)",
           "scikit-learn root_mean_squared_log_error", ABOVE ".19932416558108002", LIKE, .counts = columns_counts,
           .add = rmsle_add, .end = rmsle_end);
BMI_METRIC(huber, "mean of (y - t)^2 / 2, beyond delta linear", "sum w (e^2 / 2 or delta (|e| - delta / 2)) / sum w",
           "Huber, 1964; torch.nn.HuberLoss", "0, 3 | .5, 1 = .8125", LIKE, BMI_MEAN(huber),
           .number = { { .name = "delta",
                         .initial = 1,
                         .low = 0,
                         .high = INFINITY,
                         .above = true,
                         .below = true,
                         .doc = "errors up to this are squared" } });
BMI_METRIC(pinball, "mean of |y - t|, errors below weighing `share`, above 1 - share: of a predicted quantile",
           "sum w (share (t - y) where t >= y, else (1 - share)(y - t)) / sum w", "scikit-learn mean_pinball_loss",
           "0, 2, 3 | 1, 2, 3 = .16666666666666667", LIKE, BMI_MEAN(pinball),
           .number = { { .name = "share", .initial = .5, .low = 0, .high = 1, .doc = "of targets below: the quantile" } });

const bmi_kind bmi_kinds_metric_regression[] = {
    BMI_METRIC_KIND(mse),  BMI_METRIC_KIND(rmse),  BMI_METRIC_KIND(mae),   BMI_METRIC_KIND(mape),    BMI_METRIC_KIND(smape),
    BMI_METRIC_KIND(msle), BMI_METRIC_KIND(rmsle), BMI_METRIC_KIND(huber), BMI_METRIC_KIND(pinball), { 0 },
};
