// SPDX-License-Identifier: Apache-2.0
/* Log: a column x becomes log(1 + x), which draws long tails in (incomes, counts) and is exact near 0. Values of -1 and less have no
 * such logarithm: in training rows they are an error, in rows that come later the row cannot be used. Missing cells stay missing.
 *
 * With `auto` it is done to the columns whose skew m3 / m2^1.5 (the moments about the mean of the training rows, each as often as it
 * weighs) is above a limit, 1; those of them that have values of -1 or less are left alone, which is noted. What is kept of a column is
 * 1 when it is done, else 0; nothing is 1. Source of the rule: Bulmer, "Principles of Statistics", 1979, which calls such columns highly
 * skewed. */
#include "base/text.h"
#include "data/step.h"
#include <math.h>

static const char *const rules[] = { [BM_LOG_NAMED] = "named", [BM_LOG_AUTO] = "auto", NULL };
static const bmi_field fields[] = {
    BMI_WORD_FIELD(bm_step_log_options, columns, rules, "all that are named, or those of them or of the table that are skewed"),
    BMI_REAL_FIELD(bm_step_log_options, limit, 0, 0, 1, "skew above which a column is taken by auto"),
    { 0 },
};

static bool by_skew(const void *options)
{
    return ((const bm_step_log_options *)options)->columns == BM_LOG_AUTO;
}

/* m3 / m2^1.5 of the cells that are there; 0 of a column without variance. */
static double skew(const bmi_frame *f, const double *x)
{
    double n = 0, mean = 0, m2 = 0, m3 = 0;
    for (int64_t i = 0; i < f->rows; i++)
        if (isfinite(x[i])) n += bmi_frame_weight(f, i);
    for (int64_t i = 0; i < f->rows; i++)
        if (isfinite(x[i])) mean += x[i] / n * bmi_frame_weight(f, i);
    for (int64_t i = 0; i < f->rows; i++)
        if (isfinite(x[i])) {
            const double d = x[i] - mean, share = bmi_frame_weight(f, i) / n;
            m2 += d * d * share;
            m3 += d * d * d * share;
        }
    return m2 > 0 && m2 > 1e-28 * mean * mean ? m3 / (m2 * sqrt(m2)) : 0;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    const bmi_frame_column *c = &f->columns[column];
    if (c->text || c->indicator) return false;
    return chosen || !by_skew(options) || skew(f, c->numbers) > ((const bm_step_log_options *)options)->limit;
}

static bool applies(const bmi_frame *f, size_t column)
{
    return !f->columns[column].text;
}

static double least(const bmi_frame *f, const double *x)
{
    double low = INFINITY;
    for (int64_t i = 0; i < f->rows; i++) low = fmin(low, x[i]); /* NaN, a missing cell, is passed over */
    return low;
}

static bm_status fit_skewed(const bmi_step_how *how, const bmi_frame *f, const double *x, bmi_step_column *state)
{
    const double s = skew(f, x), low = least(f, x);
    const bool skewed = s > ((const bm_step_log_options *)how->options)->limit;
    char number[32];
    bool fine = true;
    if (!bmi_step_numbers(how, state, 1)) return how->error->status;
    bmi_write_real(number, low);
    state->numbers[0] = skewed && low > -1;
    if (skewed && low > -1) fine = bmi_notes_add(f->context, how->notes, "%s: skew %.4f, log(1 + x) is taken", state->name, s);
    else if (skewed)
        fine = bmi_notes_add(f->context, how->notes,
                             "! %s: skew %.4f, but it has %s and log(1 + x) needs values above -1: it is left as it is",
                             state->name, s, number);
    return fine ? BM_OK : bmi_step_no_memory(how, 100);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double *x = f->columns[column].numbers;
    int64_t i = 0;
    if (by_skew(how->options)) return fit_skewed(how, f, x, state);
    while (i < f->rows && !(x[i] <= -1)) i++;
    if (i == f->rows) return BM_OK;
    char number[32];
    bmi_write_real(number, x[i]);
    return bmi_fail(how->error, BM_E_DATA, how->here,
                    "log: column \"%.100s\" has %s; log(1 + x) needs values above -1: leave the column as it is, or mark such "
                    "cells as missing",
                    state->name, number);
}

static bool is_done(const bmi_step_column *state)
{
    return !state->n_numbers || state->numbers[0] > 0;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; is_done(state) && i < f->rows; i++) x[i] = x[i] <= -1 ? -INFINITY : log1p(x[i]);
    return BM_OK;
}

static bool affine(const bmi_step_column *state, const void *options, double *scale, double *shift)
{
    (void)options;
    *scale = 1;
    *shift = 0;
    return !is_done(state);
}

static bool lawful(const bmi_step_column *state, const void *options)
{
    (void)options;
    return !state->n_texts &&
           (!state->n_numbers || (state->n_numbers == 1 && (state->numbers[0] == 0 || state->numbers[0] == 1)));
}

static const bmi_step_example examples[] = {
    { .columns = "a",
      .table = "a,b\n0,0\n1.718281828459045,1\n",
      .out = "a,b\n0,0\n1,1\n",
      .source = "by hand: log(1 + (e - 1)) = 1" },
    { .options = "auto",
      .table = "a,b,c\n0,0,-1\n0,1,-1\n0,2,-1\n0,3,-1\n1.718281828459045,4,5\n",
      .rows = "a,b,c\n1.718281828459045,5,7\n",
      .out = "a,b,c\n1,5,7\n",
      .source = "by hand: a is 0 but for one row, skew 1.5; c, too, but has -1" },
};

static const bmi_step_kind log_step = { .size = sizeof(bmi_step_kind),
                                        .name = "log",
                                        .doc = "log(1 + x) of named columns, whose values are above -1; auto: of skewed ones",
                                        .source = "Bulmer, \"Principles of Statistics\", 1979",
                                        .needs_names = true,
                                        .chooses = by_skew,
                                        .options_size = sizeof(bm_step_log_options),
                                        .fields = fields,
                                        .examples = examples,
                                        .n_examples = BMI_COUNT(examples),
                                        .takes = takes,
                                        .applies = applies,
                                        .takes_what = "numbers",
                                        .fit = fit,
                                        .apply = apply,
                                        .affine = affine,
                                        .lawful = lawful };
const bmi_kind bmi_kinds_step_log[] = { { "step", "log", &log_step }, { 0 } };
