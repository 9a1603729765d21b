// SPDX-License-Identifier: Apache-2.0
/* Min-max: the smallest value of the training rows becomes 0 and the largest 1, or the two ends of the setting "low,high"; missing cells
 * stay missing. New rows may lie outside. A column of one value becomes the low end. */
#include "data/step.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

/* "-1,1" */
static bool shorthand(const char *text, void *options, bmi_arena *arena)
{
    bm_step_min_max_options *o = options;
    const char *comma = strchr(text, ',');
    bool overflow = false;
    double low, high;
    (void)arena;
    if (!comma || !bmi_read_real(text, (size_t)(comma - text), &low, &overflow) ||
        !bmi_read_real(comma + 1, strlen(comma + 1), &high, &overflow))
        return false;
    o->low = low; /* whose default is 0 anyway */
    o->high = bm_exactly(high);
    return true;
}

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_min_max_options *o = options;
    return isfinite(o->high - o->low) && o->low < o->high
               ? BM_OK
               : bmi_fail(e, BM_E_ARGUMENT, here, "min_max: low is %g and high %g; low must be below high", o->low, o->high);
}

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_step_min_max_options, low, 0, 0, 0, "what the smallest training value becomes"),
    BMI_REAL_FIELD(bm_step_min_max_options, high, 0, 0, 1, "what the largest training value becomes"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double *x = f->columns[column].numbers;
    const bm_step_min_max_options *o = how->options;
    double least = INFINITY, most = -INFINITY;
    for (int64_t i = 0; i < f->rows; i++) {
        least = fmin(least, x[i]); /* NaN, a missing cell, is passed over */
        most = fmax(most, x[i]);
    }
    if (!bmi_step_numbers(how, state, 3)) return how->error->status;
    const double scale = (o->high - o->low) / (most - least);
    state->numbers[0] = least <= most ? least : 0;
    state->numbers[1] = scale > 0 && isfinite(scale) ? scale : 1;
    state->numbers[2] = o->low;
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) x[i] = (x[i] - state->numbers[0]) * state->numbers[1] + state->numbers[2];
    return BM_OK;
}

static bool affine(const bmi_step_column *s, const void *options, double *scale, double *shift)
{
    (void)options;
    *scale = s->numbers[1];
    *shift = s->numbers[2] - s->numbers[0] * s->numbers[1];
    return true;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return s->n_numbers == 3 && !s->n_texts && isfinite(s->numbers[0]) && isfinite(s->numbers[1]) && s->numbers[1] > 0 &&
           isfinite(s->numbers[2]);
}

static const bmi_step_example examples[] = {
    { .table = "a\n1\n3\n5\n", .rows = "a\n2\n9\n", .out = "a\n.25\n2\n", .source = "by hand" },
    { .options = "-1,1", .table = "a\n1\n3\n5\n", .out = "a\n-1\n0\n1\n", .source = "by hand" },
};

static const bmi_step_kind min_max = { .size = sizeof(bmi_step_kind),
                                       .name = "min_max",
                                       .doc = "smallest value 0, largest 1, or the ends low,high",
                                       .scales = true,
                                       .options_size = sizeof(bm_step_min_max_options),
                                       .fields = fields,
                                       .shorthand = shorthand,
                                       .check = check,
                                       .affine = affine,
                                       .examples = examples,
                                       .n_examples = BMI_COUNT(examples),
                                       .takes = takes,
                                       .takes_what = "numbers",
                                       .fit = fit,
                                       .apply = apply,
                                       .lawful = lawful };
const bmi_kind bmi_kinds_step_min_max[] = { { "step", "min_max", &min_max }, { 0 } };
