// SPDX-License-Identifier: Apache-2.0
/* Standardize: z = (x - mean) / standard deviation (divisor n) of the training rows, each as often as it weighs, missing cells left out
 * and kept missing. A column of one value becomes 0, whatever the rounding of its mean would leave. Two passes, as the textbooks say
 * (Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983). */
#include "data/steps/spread.h"
#include "data/frame_rows.h"
#include "data/step.h"
#include <math.h>

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

enum { LANES = 8 }; /* sums side by side: numbers far apart do not wait for each other, and all machines sum in one order */

/* The weight of the rows that are there, and the sums of their (x - mean) * scale and of its squares. */
typedef struct sums {
    double n, sum, squares;
} sums;

static sums sums_of(const double *x, const float *weights, int64_t rows, double mean, double scale)
{
    double n[LANES] = { 0 }, sum[LANES] = { 0 }, squares[LANES] = { 0 };
    const int64_t whole = weights ? 0 : rows / LANES * LANES;
    sums s = { 0 };
    for (int64_t i = 0; i < whole; i += LANES)
        for (int k = 0; k < LANES; k++) {
            const double d = isnan(x[i + k]) ? 0 : (x[i + k] - mean) * scale;
            n[k] += isnan(x[i + k]) ? 0. : 1.;
            sum[k] += d;
            squares[k] += d * d;
        }
    for (int64_t i = whole; i < rows; i++) {
        const double d = (x[i] - mean) * scale, w = weights ? (double)weights[i] : 1;
        if (isnan(d)) continue;
        n[i % LANES] += w;
        sum[i % LANES] += d * w;
        squares[i % LANES] += d * d * w;
    }
    for (int k = 0; k < LANES; k++) s.n += n[k], s.sum += sum[k], s.squares += squares[k];
    return s;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double *x = f->columns[column].numbers;
    double least = INFINITY, most = -INFINITY;
    bmi_widen_ends(x, f->rows, &least, &most);
    const double scale = bmi_squares_scale_between(least, most); /* squares overflow otherwise */
    const sums first = sums_of(x, f->weights, f->rows, 0, scale);
    const double mean = least == most ? least : first.n > 0 ? first.sum / first.n / scale : 0;
    const sums s = sums_of(x, f->weights, f->rows, mean, scale);
    const double rest = s.sum / s.n, deviation = sqrt(fmax(s.squares / s.n - rest * rest, 0)) / scale;
    if (!bmi_step_numbers(how, state, 2)) return how->error->status;
    state->numbers[0] = mean;
    state->numbers[1] = deviation > 0 && isfinite(deviation) ? deviation : 1;
    return BM_OK;
}

static const bmi_step_example examples[] = {
    { .table = "a\n1\n2\n3\n", .rows = "a\n2\n5\n", .out = "a\n0\n3.6742346141747673\n", .source = "by hand: 3 / sqrt(2 / 3)" },
};

static const bmi_step_kind standardize = { .size = sizeof(bmi_step_kind),
                                           .name = "standardize",
                                           .doc = "(x - mean) / standard deviation",
                                           .scales = true,
                                           .affine = bmi_spread_affine,
                                           .examples = examples,
                                           .n_examples = BMI_COUNT(examples),
                                           .takes = takes,
                                           .takes_what = "numbers",
                                           .fit = fit,
                                           .apply = bmi_spread_apply,
                                           .lawful = bmi_spread_lawful };
const bmi_kind bmi_kinds_step_standardize[] = { { "step", "standardize", &standardize }, { 0 } };
