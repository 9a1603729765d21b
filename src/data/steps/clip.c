// SPDX-License-Identifier: Apache-2.0
/* Clip: values below the lower end become that end, values above the upper end that one; new rows, too. An end is a number, or a quantile
 * of the training rows, each as often as it weighs; without any the ends are the quantiles .01 and .99. Missing cells stay missing. */
#include "base/text.h"
#include "data/sorted.h"
#include <math.h>
#include <string.h>

/* A number, or as "5%" a quantile. */
static bool read_end(const char *text, size_t n, double *value, double *quantile)
{
    bool overflow = false;
    const bool share = n && text[n - 1] == '%';
    double read;
    if (!bmi_read_real(text, n - share, &read, &overflow)) return false;
    *(share ? quantile : value) = bm_exactly(share ? read / 100 : read);
    return true;
}

/* "0,100", "1%,99%", "0,99%" */
static bool shorthand(const char *text, void *options, bmi_arena *arena)
{
    bm_step_clip_options *o = options;
    const char *comma = strchr(text, ',');
    (void)arena;
    return comma && read_end(text, (size_t)(comma - text), &o->low, &o->low_quantile) &&
           read_end(comma + 1, strlen(comma + 1), &o->high, &o->high_quantile);
}

static bool has_end(const bm_step_clip_options *o)
{
    return o->low > -INFINITY || o->high < INFINITY || o->low_quantile >= 0 || o->high_quantile >= 0;
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_clip_options *o = options;
    if ((o->low > -INFINITY && o->low_quantile >= 0) || (o->high < INFINITY && o->high_quantile >= 0))
        return bmi_fail(e, BM_E_ARGUMENT, here, "clip: one end is given as a number and as a quantile; give one of them");
    if (!(o->low < o->high))
        return bmi_fail(e, BM_E_ARGUMENT, here, "clip: low is %g and high %g; low must be below high", o->low, o->high);
    if (o->high_quantile >= 0 && o->low_quantile >= o->high_quantile)
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "clip: low_quantile is %g and high_quantile %g; the lower must be below the other", o->low_quantile,
                        o->high_quantile);
    return BM_OK;
}

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_step_clip_options, low, 0, 0, -INFINITY, "values below become this"),
    BMI_REAL_FIELD(bm_step_clip_options, high, 0, 0, INFINITY, "values above become this"),
    BMI_REAL_FIELD(bm_step_clip_options, low_quantile, 0, 1, -1,
                   "the lower end as a quantile; default .01 where no end is given"),
    BMI_REAL_FIELD(bm_step_clip_options, high_quantile, 0, 1, -1,
                   "the upper end as a quantile; default .99 where no end is given"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

/* An end that is none is the largest double. */
static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const bm_step_clip_options *o = how->options;
    const double low_q = has_end(o) ? o->low_quantile : .01, high_q = has_end(o) ? o->high_quantile : .99;
    bmi_sorted s = { 0 };
    bm_status st = BM_OK;
    double low = fmax(o->low, -0x1.fffffffffffffp1023), high = fmin(o->high, 0x1.fffffffffffffp1023);
    if (low_q >= 0 || high_q >= 0) {
        st = bmi_sorted_begin(how, f, column, &s);
        if (!st && s.n && low_q >= 0) low = bmi_sorted_quantile(&s, low_q);
        if (!st && s.n && high_q >= 0) high = bmi_sorted_quantile(&s, high_q);
        bmi_sorted_end(&s);
    }
    if (st || !bmi_step_numbers(how, state, 2)) return how->error->status;
    if (low > high)
        return bmi_fail(how->error, BM_E_DATA, how->here,
                        "clip: column \"%.100s\" would have the ends %g and %g; low must be below high", state->name, low,
                        high);
    state->numbers[0] = low;
    state->numbers[1] = high;
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    double *x = f->columns[column].numbers;
    const double low = state->numbers[0], high = state->numbers[1];
    for (int64_t i = 0; i < f->rows; i++) x[i] = x[i] < low ? low : x[i] > high ? high : x[i];
    return BM_OK;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return s->n_numbers == 2 && !s->n_texts && s->numbers[0] <= s->numbers[1];
}

static const bmi_step_example examples[] = {
    { .options = "0,3", .table = "a\n-1\n2\n8\n", .rows = "a\n-5\n1\n9\n", .out = "a\n0\n1\n3\n", .source = "by hand" },
    { .options = "25%,75%", .table = "a\n1\n2\n3\n4\n5\n", .out = "a\n2\n2\n3\n4\n4\n", .source = "by hand" },
    { .options = "low=2", .table = "a\n1\n2\n3\n", .out = "a\n2\n2\n3\n", .source = "by hand" },
};

static const bmi_step_kind clip = {
    .size = sizeof(bmi_step_kind),
    .name = "clip",
    .doc = "values beyond two ends become the ends: 0,100, or quantiles 1%,99% (default)",
    .options_size = sizeof(bm_step_clip_options),
    .fields = fields,
    .shorthand = shorthand,
    .check = check,
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .takes = takes,
    .takes_what = "numbers",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_clip[] = { { "step", "clip", &clip }, { 0 } };
