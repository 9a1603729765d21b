// SPDX-License-Identifier: Apache-2.0
/* Standardize: z = (x - mean) / standard deviation (divisor n) of the training rows, each as often as it weighs, missing cells left out
 * and kept missing. A column of one value becomes 0, whatever the rounding of its mean would leave. Two passes, as the textbooks say
 * (Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983). */
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
    double n = 0, sum = 0, squares = 0, rest = 0, least = INFINITY, most = -INFINITY;
    for (int64_t i = 0; i < f->rows; i++)
        if (!isnan(x[i])) {
            n += bmi_frame_weight(f, i);
            if (x[i] < least) least = x[i];
            if (x[i] > most) most = x[i];
        }
    for (int64_t i = 0; i < f->rows; i++)
        if (!isnan(x[i])) sum += x[i] / n * bmi_frame_weight(f, i);
    const double mean = least == most ? least : sum;
    for (int64_t i = 0; i < f->rows; i++)
        if (!isnan(x[i])) {
            squares += (x[i] - mean) * (x[i] - mean) / n * bmi_frame_weight(f, i);
            rest += (x[i] - mean) / n * bmi_frame_weight(f, i);
        }
    const double deviation = sqrt(fmax(squares - rest * rest, 0));
    if (!bmi_step_numbers(how, state, 2)) return how->error->status;
    state->numbers[0] = mean;
    state->numbers[1] = deviation > 0 && isfinite(deviation) ? deviation : 1;
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) x[i] = (x[i] - state->numbers[0]) / state->numbers[1];
    return BM_OK;
}

static bool affine(const bmi_step_column *s, const void *options, double *scale, double *shift)
{
    (void)options;
    *scale = 1 / s->numbers[1];
    *shift = -s->numbers[0] / s->numbers[1];
    return true;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return s->n_numbers == 2 && !s->n_texts && isfinite(s->numbers[0]) && isfinite(s->numbers[1]) && s->numbers[1] > 0;
}

static const bmi_step_example examples[] = {
    { .table = "a\n1\n2\n3\n", .rows = "a\n2\n5\n", .out = "a\n0\n3.6742346141747673\n", .source = "by hand: 3 / sqrt(2 / 3)" },
};

static const bmi_step_kind standardize = { .size = sizeof(bmi_step_kind),
                                           .name = "standardize",
                                           .doc = "(x - mean) / standard deviation",
                                           .scales = true,
                                           .heeds_weights = true,
                                           .affine = affine,
                                           .examples = examples,
                                           .n_examples = BMI_COUNT(examples),
                                           .takes = takes,
                                           .takes_what = "numbers",
                                           .fit = fit,
                                           .apply = apply,
                                           .lawful = lawful };
const bmi_kind bmi_kinds_step_standardize[] = { { "step", "standardize", &standardize }, { 0 } };
