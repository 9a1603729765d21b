// SPDX-License-Identifier: Apache-2.0
/* Powers that make a column as normal as they can. With L = log(1 + |x|), and h(u) = (e^u - 1) / u,
 *
 *     Yeo-Johnson   y = L h(lambda L) for x >= 0, y = -L h((2 - lambda) L) for x < 0
 *     Box-Cox       y = L h(lambda L) with L = log x, for x > 0
 *
 * which is ((1 + x)^lambda - 1) / lambda and so on, exact also where lambda is near 0 (near 2). lambda has the largest likelihood
 * -n/2 log(variance of y) + (lambda - 1) sum of sign(x) L (Box-Cox: of L) in the training rows, each as often as it weighs: where its
 * derivative, which is told exactly, is 0, by bisection and secants (regula falsi, Illinois). Then y is standardised, unless the option
 * `raw` says not to. Missing cells stay missing. Sources: Yeo and Johnson, "A new family of power transformations", 2000; Box and Cox,
 * "An analysis of transformations", 1964.
 *
 * y has no digits left where x is far from 0 beside its spread: of 175 and 177 powers of -12 are 1e-27, and y is 1 / 12 of both. So where
 * all rows lie on one side, c the mean of L there, all is told of
 *
 *     v = (L - c) h(p (L - c)) = y e^(-p c) - c h(-p c),   p lambda or 2 - lambda,
 *
 * which, standardised, is the same, and has its digits. What is kept: lambda, mean, standard deviation, and c, below 0 of values below 0 (0:
 * rows on both sides, or raw; files of before have none). */
#include "base/text.h"
#include "data/step.h"
#include <math.h>

static const bmi_field yeo_johnson_fields[] = {
    BMI_BOOL_FIELD(bm_step_yeo_johnson_options, raw, "the result is not standardised"),
    { 0 },
};
static const bmi_field box_cox_fields[] = {
    BMI_BOOL_FIELD(bm_step_box_cox_options, raw, "the result is not standardised"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

/* h(u), and h'(u). */
static double h_of(double u)
{
    return fabs(u) < 1e-300 ? 1 : expm1(u) / u;
}

static double slope_of(double u)
{
    if (fabs(u) > .03) return (u * exp(u) - expm1(u)) / (u * u);
    return 1. / 2 + u * (1. / 3 + u * (1. / 8 + u * (1. / 30 + u * (1. / 144 + u * (1. / 840 + u * (1. / 5760 + u / 45360))))));
}

/* L and the sign of the branch of a value: y = sign L h(p L), p lambda or 2 - lambda. */
static double log_of(double x, bool box, double *sign)
{
    *sign = box || x >= 0 ? 1 : -1;
    return box ? log(x) : log1p(fabs(x));
}

static double transformed(double x, double lambda, bool box)
{
    double sign;
    const double l = log_of(x, box, &sign);
    return sign * l * h_of((sign > 0 ? lambda : 2 - lambda) * l);
}

/* v of a value, y where the centre is 0; on the other side than that by y. */
static double centred(double x, double lambda, double centre, bool box)
{
    double sign;
    const double l = log_of(x, box, &sign), side = box || centre >= 0 ? 1 : -1, c = side * centre;
    const double p = side > 0 ? lambda : 2 - lambda;
    if (centre == 0) return transformed(x, lambda, box);
    if (sign == side) return side * (l - c) * h_of(p * (l - c));
    return exp(-p * c) * transformed(x, lambda, box) - side * c * h_of(-p * c);
}

/* A column of training rows. */
typedef struct rows_of {
    const bmi_frame *f;
    const double *x;
    bool box;
    double n, logs, centre; /* rows; sum of sign(x) L, beside the centre */
} rows_of;

static void moments(const rows_of *r, double lambda, double *mean, double *variance)
{
    double sum = 0, squares = 0, rest = 0;
    for (int64_t i = 0; i < r->f->rows; i++)
        if (isfinite(r->x[i])) sum += centred(r->x[i], lambda, r->centre, r->box) / r->n * bmi_frame_weight(r->f, i);
    for (int64_t i = 0; i < r->f->rows; i++)
        if (isfinite(r->x[i])) {
            const double d = centred(r->x[i], lambda, r->centre, r->box) - sum;
            squares += d * d / r->n * bmi_frame_weight(r->f, i);
            rest += d / r->n * bmi_frame_weight(r->f, i);
        }
    *mean = sum;
    *variance = fmax(squares - rest * rest, 0);
}

/* The derivative of the likelihood, over n; NaN where numbers are too large. */
static double derivative(const rows_of *r, double lambda)
{
    double mean, variance, together = 0;
    moments(r, lambda, &mean, &variance);
    for (int64_t i = 0; i < r->f->rows; i++) {
        double sign;
        if (!isfinite(r->x[i])) continue;
        const double l = log_of(r->x[i], r->box, &sign) - (r->box ? r->centre : fabs(r->centre)),
                     power = sign > 0 ? lambda : 2 - lambda;
        together += (sign * l * h_of(power * l) - mean) / r->n * (l * l * slope_of(power * l)) * bmi_frame_weight(r->f, i);
    }
    return r->logs / r->n - together / variance;
}

/* Where the derivative, which falls from d_low > 0 at low to d_high < 0 at high, is 0. */
static double zero_of(const rows_of *r, double low, double d_low, double high, double d_high)
{
    int side = 0;
    for (int i = 0; i < 200 && high - low > 1e-14 * (1 + fabs(low)); i++) {
        double middle = (low * d_high - high * d_low) / (d_high - d_low);
        if (!(middle > low && middle < high) || i % 8 == 7) middle = low + .5 * (high - low);
        const double d = derivative(r, middle);
        if (d == 0) return middle;
        if (d > 0) {
            low = middle;
            d_low = d;
            if (side > 0) d_high /= 2;
            side = 1;
        } else {
            high = middle;
            d_high = d;
            if (side < 0) d_low /= 2;
            side = -1;
        }
    }
    return low + .5 * (high - low);
}

/* The lambda of the largest likelihood; 1 of a column without variance. Steps from 1 grow until the derivative changes its sign; where
 * powers become too large before, the last one stays. */
static double find_lambda(const rows_of *r)
{
    enum { STEPS = 12 };
    double mean, variance, at = 1;
    moments(r, 1, &mean, &variance);
    if (!(r->n > 0) || !(variance > 1e-28 * (r->centre != 0 ? 1 : mean * mean)) || !isfinite(variance)) return 1;
    double d = derivative(r, 1), way = d > 0 ? .5 : -.5;
    for (int i = 0; i < STEPS; i++, way *= 2) {
        const double next = at + way, d_next = derivative(r, next);
        if (!isfinite(d_next)) return at;
        if ((d_next > 0) != (d > 0)) return way > 0 ? zero_of(r, at, d, next, d_next) : zero_of(r, next, d_next, at, d);
        at = next;
        d = d_next;
    }
    return at;
}

/* n, the centre and the sum of logarithms beside it. */
static void take_logs(rows_of *r)
{
    double sign, sum = 0;
    int64_t sides[2] = { 0 };
    for (int64_t i = 0; i < r->f->rows; i++) {
        const double w = bmi_frame_weight(r->f, i);
        if (!isfinite(r->x[i])) continue;
        const double l = log_of(r->x[i], r->box, &sign);
        sides[sign > 0] += w > 0;
        r->n += w;
        sum += sign * l * w;
    }
    if (r->n > 0 && !(sides[0] && sides[1])) r->centre = sum / r->n;
    for (int64_t i = 0; i < r->f->rows; i++)
        if (isfinite(r->x[i])) {
            const double l = log_of(r->x[i], r->box, &sign);
            r->logs += (sign * l - r->centre) * bmi_frame_weight(r->f, i);
        }
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, bmi_step_column *state, const double *x, bool box, bool raw)
{
    rows_of r = { .f = f, .x = x, .box = box };
    double mean, variance;
    take_logs(&r);
    if (!bmi_step_numbers(how, state, 4)) return how->error->status;
    state->numbers[0] = find_lambda(&r);
    if (raw) r.centre = 0;
    moments(&r, state->numbers[0], &mean, &variance);
    const bool scaled = !raw && r.n > 0 && isfinite(mean) && isfinite(variance);
    state->numbers[1] = scaled ? mean : 0;
    state->numbers[2] = scaled && variance > 1e-30 * (r.centre != 0 ? 1 : mean * mean) ? sqrt(variance) : 1;
    state->numbers[3] = scaled ? r.centre : 0;
    return BM_OK;
}

static bm_status fit_yeo_johnson(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    return fit(how, f, state, f->columns[column].numbers, false, ((const bm_step_yeo_johnson_options *)how->options)->raw);
}

static bm_status fit_box_cox(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++)
        if (x[i] <= 0) {
            char number[32];
            bmi_write_real(number, x[i]);
            return bmi_fail(how->error, BM_E_DATA, how->here,
                            "box_cox: column \"%.100s\" has %s; it needs values above 0: take yeo_johnson, or name columns",
                            state->name, number);
        }
    return fit(how, f, state, x, true, ((const bm_step_box_cox_options *)how->options)->raw);
}

static double centre_of(const bmi_step_column *s)
{
    return s->n_numbers > 3 ? s->numbers[3] : 0;
}

static bm_status apply_yeo_johnson(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t column)
{
    double *x = f->columns[column].numbers;
    (void)how;
    for (int64_t i = 0; i < f->rows; i++)
        x[i] = (centred(x[i], s->numbers[0], centre_of(s), false) - s->numbers[1]) / s->numbers[2];
    return BM_OK;
}

/* A value that has no logarithm makes its row unusable. */
static bm_status apply_box_cox(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t column)
{
    double *x = f->columns[column].numbers;
    (void)how;
    for (int64_t i = 0; i < f->rows; i++)
        x[i] = x[i] <= 0 ? -INFINITY : (centred(x[i], s->numbers[0], centre_of(s), true) - s->numbers[1]) / s->numbers[2];
    return BM_OK;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return (s->n_numbers == 3 || s->n_numbers == 4) && !s->n_texts && s->numbers[2] > 0;
}

static const bmi_step_example yeo_johnson_examples[] = {
    { .table = "a\n1\n2\n4\n-8\n16\n",
      .options = "raw",
      .out = "a\n0.9851443593645756\n1.9504604646815056\n3.846481299342344\n-8.472476376329562\n14.804051217744284\n",
      .tolerance = 1e-9,
      .source = "scipy.stats.yeojohnson with lambda where the derivative of yeojohnson_llf is 0" },
};
static const bmi_step_example box_cox_examples[] = {
    { .table = "a\n1\n2\n4\n8\n16\n",
      .rows = "a\n4\n1\n",
      .out = "a\n0\n-1.414213562373095\n",
      .tolerance = 1e-9,
      .source = "by hand: the logarithms lie symmetric, so lambda is 0; log 1 is sqrt 2 deviations off" },
};

static const bmi_step_kind yeo_johnson = {
    .size = sizeof(bmi_step_kind),
    .name = "yeo_johnson",
    .doc = "the power that makes a column most normal, standardised; any values",
    .source = "Yeo and Johnson, \"A new family of power transformations\", 2000",
    .scales = true,
    .options_size = sizeof(bm_step_yeo_johnson_options),
    .fields = yeo_johnson_fields,
    .examples = yeo_johnson_examples,
    .n_examples = BMI_COUNT(yeo_johnson_examples),
    .takes = takes,
    .takes_what = "numbers",
    .fit = fit_yeo_johnson,
    .apply = apply_yeo_johnson,
    .lawful = lawful,
};
static const bmi_step_kind box_cox = {
    .size = sizeof(bmi_step_kind),
    .name = "box_cox",
    .doc = "the power that makes a column most normal, standardised; values above 0",
    .source = "Box and Cox, \"An analysis of transformations\", 1964",
    .scales = true,
    .options_size = sizeof(bm_step_box_cox_options),
    .fields = box_cox_fields,
    .examples = box_cox_examples,
    .n_examples = BMI_COUNT(box_cox_examples),
    .takes = takes,
    .takes_what = "numbers",
    .fit = fit_box_cox,
    .apply = apply_box_cox,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_power[] = { { "step", "yeo_johnson", &yeo_johnson }, { "step", "box_cox", &box_cox }, { 0 } };
