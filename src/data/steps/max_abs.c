// SPDX-License-Identifier: Apache-2.0
/* Max abs: x / the largest size of a training row's value, so that they lie in [-1, 1] and 0 stays 0. Missing cells stay missing; a
 * column of zeros stays as it is. New rows may lie outside. */
#include "data/step.h"
#include <math.h>

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double *x = f->columns[column].numbers;
    double most = 0;
    for (int64_t i = 0; i < f->rows; i++)
        if (isfinite(x[i])) most = fmax(most, fabs(x[i]));
    if (!bmi_step_numbers(how, state, 1)) return how->error->status;
    state->numbers[0] = most > 0 ? most : 1;
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) x[i] /= state->numbers[0];
    return BM_OK;
}

static bool affine(const bmi_step_column *s, const void *options, double *scale, double *shift)
{
    (void)options;
    *scale = 1 / s->numbers[0];
    *shift = 0;
    return true;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return s->n_numbers == 1 && !s->n_texts && s->numbers[0] > 0;
}

static const bmi_step_example examples[] = {
    { .table = "a,b\n1,0\n-4,0\n2,0\n", .rows = "a,b\n-4,0\n6,2\n", .out = "a,b\n-1,0\n1.5,2\n", .source = "by hand" },
};

static const bmi_step_kind max_abs = {
    .size = sizeof(bmi_step_kind),
    .name = "max_abs",
    .doc = "x / the largest size of a value; 0 stays 0",
    .scales = true,
    .affine = affine,
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .takes = takes,
    .takes_what = "numbers",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_max_abs[] = { { "step", "max_abs", &max_abs }, { 0 } };
