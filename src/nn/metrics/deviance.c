// SPDX-License-Identifier: Apache-2.0
/* Metrics of numbers by the distribution that they are taken from, or by their quantiles: deviances, the largest and the median error, and
 * the shares of deviance or absolute error explained beside the best constant. Of several columns the mean over columns.
 * Source: as scikit-learn's mean_tweedie_deviance, median_absolute_error, max_error, d2_tweedie_score, d2_pinball_score and
 * d2_absolute_error_score; Jorgensen, "The theory of dispersion models", 1997.
 */
#include "nn/metrics/metric.h"

static double x_log_y(double x, double y)
{
    return x == 0 ? 0 : x * log(y);
}

/* Whether a distribution of this power has such numbers; powers between 0 and 1 are of none. */
static bool is_sound(double y, double t, double power)
{
    if (power < 0) return y > 0;
    if (power == 0) return true;
    return power >= 1 && y > 0 && (power < 2 ? t >= 0 : t > 0);
}

static double deviance(double y, double t, double power)
{
    if (!is_sound(y, t, power)) return NAN;
    if (power == 0) return (y - t) * (y - t);
    if (power == 1) return 2 * (x_log_y(t, t / y) - t + y);
    if (power == 2) return 2 * (log(y / t) + t / y - 1);
    return 2 * (pow(fmax(t, 0), 2 - power) / ((1 - power) * (2 - power)) - t * pow(y, 1 - power) / (1 - power) +
                pow(y, 2 - power) / (2 - power));
}

static double deviance_row_of(const bm_metric_input *in, int64_t i, double power)
{
    double sum = 0;
    if (in->columns != in->target_columns) return bmi_metric_undefined(in, "no targets go with the predictions");
    for (int64_t j = 0; j < in->columns; j++) {
        const double y = in->prediction[i * in->columns + j], t = in->target[i * in->columns + j];
        if (power > 0 && power < 1) return bmi_metric_undefined(in, "no distribution has a power between 0 and 1");
        if (!is_sound(y, t, power))
            return bmi_metric_undefined(in, "it takes predictions above 0 and targets %s 0: a row has %g and %g",
                                        power < 2 ? "from" : "above", y, t);
        sum += deviance(y, t, power);
    }
    return sum / (double)in->columns;
}

static double tweedie_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    return deviance_row_of(in, i, p[0]);
}
static double poisson_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    (void)p;
    return deviance_row_of(in, i, 1);
}
static double gamma_row(const bm_metric_input *in, int64_t i, const double p[2])
{
    (void)p;
    return deviance_row_of(in, i, 2);
}
BMI_MEAN_OF(tweedie, tweedie_row)
BMI_MEAN_OF(poisson, poisson_row)
BMI_MEAN_OF(gamma, gamma_row)

/* ---- of all rows of a column ---- */
typedef struct column {
    const bm_metric_input *in;
    int64_t j;
    double p;
} column;
typedef double of_column(const column *c);

static double y_of(const column *c, int64_t i)
{
    return c->in->prediction[i * c->in->columns + c->j];
}
static double t_of(const column *c, int64_t i)
{
    return c->in->target[i * c->in->columns + c->j];
}

static double over_columns(const bm_metric_input *in, double p, of_column *of)
{
    double sum = 0;
    if (in->columns != in->target_columns) return bmi_metric_undefined(in, "no targets go with the predictions");
    if (!(bmi_weight_sum(in) > 0)) return bmi_metric_undefined(in, "the rows weigh nothing");
    for (int64_t j = 0; j < in->columns; j++) sum += of(&(column){ in, j, p });
    return sum / (double)in->columns;
}

static size_t sorted_scratch(int64_t rows, int64_t columns)
{
    (void)columns;
    return (size_t)(rows + 1) * 2 * sizeof(bmi_scored);
}

/* The quantile of errors' sizes, or of targets. */
static double quantile(const column *c, double share, bool of_errors)
{
    bmi_scored *s = c->in->scratch;
    int64_t n = 0;
    for (int64_t i = 0; i < c->in->rows; i++)
        if (bmi_weight_of(c->in, i) > 0) s[n++] = (bmi_scored){ of_errors ? fabs(y_of(c, i) - t_of(c, i)) : t_of(c, i), i };
    bmi_sort_scored_in(s, s + c->in->rows + 1, n);
    return bmi_weighted_quantile(s, n, c->in->weight, share);
}

static double median_error(const column *c)
{
    return quantile(c, .5, true);
}

static double largest_error(const column *c)
{
    double most = 0;
    for (int64_t i = 0; i < c->in->rows; i++)
        if (bmi_weight_of(c->in, i) > 0) most = fmax(most, fabs(y_of(c, i) - t_of(c, i)));
    return most;
}

static double at_quantile(double y, double t, double share)
{
    return t >= y ? share * (t - y) : (1 - share) * (y - t);
}

/* 1 - loss / loss of a constant, rows with their weights. */
static double explained(const column *c, double constant, double loss(double, double, double), const char *what)
{
    double own = 0, base = 0;
    int64_t rows = 0;
    for (int64_t i = 0; i < c->in->rows; i++) {
        const double w = bmi_weight_of(c->in, i);
        if (w == 0) continue;
        rows += w > 1 ? 2 : 1;
        own += w * loss(y_of(c, i), t_of(c, i), c->p);
        base += w * loss(constant, t_of(c, i), c->p);
    }
    if (rows < 2) return bmi_metric_undefined(c->in, "it takes two rows or more");
    if (isnan(own) || isnan(base)) return bmi_metric_undefined(c->in, "%s", what);
    if (base != 0) return 1 - own / base;
    bmi_metric_note(c->in, "the target is constant: %d by convention", own == 0);
    return own == 0;
}

static double explained_pinball(const column *c)
{
    return explained(c, quantile(c, c->p, false), at_quantile, "a number is not finite");
}

static double explained_deviance(const column *c)
{
    double sum = 0, all = 0;
    for (int64_t i = 0; i < c->in->rows; i++) {
        const double w = bmi_weight_of(c->in, i);
        if (w == 0) continue;
        sum += w * t_of(c, i);
        all += w;
    }
    return explained(c, sum / all, deviance,
                     c->p > 0 && c->p < 1 ? "no distribution has a power between 0 and 1"
                                          : "it takes predictions above 0, and targets that the distribution has");
}

#define ALL(name_, p_, of_)                                                 \
    static double name_##_all(const bm_metric_input *in, const double p[2]) \
    {                                                                       \
        (void)p;                                                            \
        return over_columns(in, p_, of_);                                   \
    }
ALL(median_ae, 0, median_error)
ALL(max_error, 0, largest_error)
ALL(d2_absolute_error, .5, explained_pinball)
ALL(d2_pinball, p[0], explained_pinball)
ALL(d2_tweedie, p[0], explained_deviance)
ALL(d2_poisson, 1, explained_deviance)
ALL(d2_gamma, 2, explained_deviance)

#define LIKE .target = BM_TARGET_LIKE_OUTPUT
#define POWER .number = { { .name = "power", .initial = 1.5, .doc = "0 is normal, 1 Poisson, 2 gamma, 3 inverse Gaussian" } }
#define SHARE .number = { { .name = "share", .initial = .5, .low = 0, .high = 1, .doc = "of targets below: the quantile" } }
#define THREE "2.5, 0, 2, 8 | 3, -.5, 2, 7 = "
#define ABOVE "2, .5, 1, 4 | 1, 1, 2, 4 = "
BMI_METRIC(tweedie_deviance, "mean deviance of a distribution whose variance is mean^power",
           "sum w d(t, y) / sum w, d = 2 (t^(2-p) / ((1-p)(2-p)) - t y^(1-p) / (1-p) + y^(2-p) / (2-p))",
           "scikit-learn mean_tweedie_deviance", ABOVE ".41421356237309503", LIKE, BMI_MEAN(tweedie), POWER);
BMI_METRIC(poisson_deviance, "mean deviance of counts", "sum w 2 (t log(t / y) - t + y) / sum w",
           "scikit-learn mean_poisson_deviance", ABOVE ".44314718055994523", LIKE, BMI_MEAN(poisson));
BMI_METRIC(gamma_deviance, "mean deviance of amounts above 0", "sum w 2 (log(y / t) + t / y - 1) / sum w",
           "scikit-learn mean_gamma_deviance", ABOVE ".40342640972002736", LIKE, BMI_MEAN(gamma));
BMI_METRIC(median_ae, "median of |y - t|", "weighted median of |y - t|, the mean of two between which it lies",
           "scikit-learn median_absolute_error", THREE ".5", LIKE, .all = median_ae_all, .scratch = sorted_scratch);
BMI_METRIC(max_error, "largest |y - t|", "max |y - t| of rows with w > 0", "scikit-learn max_error", THREE "1", LIKE,
           .all = max_error_all);
BMI_METRIC(d2_absolute_error, "share of the absolute error of the median that is explained",
           "1 - sum w |y - t| / sum w |median t - t|", "scikit-learn d2_absolute_error_score", THREE ".76470588235294118", LIKE,
           .maximize = true, .all = d2_absolute_error_all, .scratch = sorted_scratch);
BMI_METRIC(d2_pinball, "share of the pinball loss of the quantile that is explained",
           "1 - pinball(y, t) / pinball(quantile of t, t)", "scikit-learn d2_pinball_score", THREE ".76470588235294118", LIKE,
           .maximize = true, .all = d2_pinball_all, .scratch = sorted_scratch, SHARE);
BMI_METRIC(d2_tweedie, "share of the deviance of the mean that is explained", "1 - deviance(y, t) / deviance(mean t, t)",
           "scikit-learn d2_tweedie_score", ABOVE ".14644660940672694", LIKE, .maximize = true, .all = d2_tweedie_all, POWER);
BMI_METRIC(d2_poisson, "share of the Poisson deviance of the mean that is explained",
           "1 - deviance(y, t) / deviance(mean t, t), power 1", "scikit-learn d2_tweedie_score, power=1",
           ABOVE ".36067376022224085", LIKE, .maximize = true, .all = d2_poisson_all);
BMI_METRIC(d2_gamma, "share of the gamma deviance of the mean that is explained",
           "1 - deviance(y, t) / deviance(mean t, t), power 2", "scikit-learn d2_tweedie_score, power=2",
           ABOVE "-.16404256133344486", LIKE, .maximize = true, .all = d2_gamma_all);

const bmi_kind bmi_kinds_metric_deviance[] = {
    BMI_METRIC_KIND(tweedie_deviance),
    BMI_METRIC_KIND(poisson_deviance),
    BMI_METRIC_KIND(gamma_deviance),
    BMI_METRIC_KIND(median_ae),
    BMI_METRIC_KIND(max_error),
    BMI_METRIC_KIND(d2_absolute_error),
    BMI_METRIC_KIND(d2_pinball),
    BMI_METRIC_KIND(d2_tweedie),
    BMI_METRIC_KIND(d2_poisson),
    BMI_METRIC_KIND(d2_gamma),
    { 0 },
};
