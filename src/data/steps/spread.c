// SPDX-License-Identifier: Apache-2.0
/* What steps share that keep of a column where its middle lies and how far it spreads, numbers[0] and [1] > 0: (x - middle) / spread. */
#include "data/steps/spread.h"
#include <math.h>

bm_status bmi_spread_apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) x[i] = (x[i] - state->numbers[0]) / state->numbers[1];
    return BM_OK;
}

bool bmi_spread_affine(const bmi_step_column *s, const void *options, double *scale, double *shift)
{
    (void)options;
    *scale = 1 / s->numbers[1];
    *shift = -s->numbers[0] / s->numbers[1];
    return true;
}

bool bmi_spread_lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return s->n_numbers == 2 && !s->n_texts && isfinite(s->numbers[0]) && isfinite(s->numbers[1]) && s->numbers[1] > 0;
}
