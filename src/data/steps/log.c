// SPDX-License-Identifier: Apache-2.0
/* Log: a column x becomes log(1 + x), which draws long tails in (incomes, counts) and is exact near 0. Values of -1 and less have no such
 * logarithm: in training rows they are an error, in rows that come later the row cannot be used. Missing cells stay missing. */
#include "data/step.h"
#include "base/text.h"
#include <math.h>

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return chosen && !f->columns[column].text && !f->columns[column].indicator;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++)
        if (x[i] <= -1) {
            char number[32];
            bmi_write_real(number, x[i]);
            return bmi_fail(
                how->error, BM_E_DATA, how->here,
                "log: column \"%.100s\" has %s; log(1 + x) needs values above -1: leave the column as it is, or mark such "
                "cells as missing",
                state->name, number);
        }
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    (void)state;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) x[i] = x[i] <= -1 ? -INFINITY : log1p(x[i]);
    return BM_OK;
}

static bool lawful(const bmi_step_column *state, const void *options)
{
    (void)options;
    return !state->n_numbers && !state->n_texts;
}

static const bmi_step_example examples[] = {
    { .columns = "a",
      .table = "a,b\n0,0\n1.718281828459045,1\n",
      .out = "a,b\n0,0\n1,1\n",
      .source = "by hand: log(1 + (e - 1)) = 1" },
};

static const bmi_step_kind log_step = { .size = sizeof(bmi_step_kind),
                                        .name = "log",
                                        .doc = "log(1 + x) of named columns, whose values are above -1",
                                        .needs_names = true,
                                        .examples = examples,
                                        .n_examples = BMI_COUNT(examples),
                                        .takes = takes,
                                        .takes_what = "numbers",
                                        .fit = fit,
                                        .apply = apply,
                                        .lawful = lawful };
const bmi_kind bmi_kinds_step_log[] = { { "step", "log", &log_step }, { 0 } };
