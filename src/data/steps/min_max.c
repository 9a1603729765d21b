// SPDX-License-Identifier: Apache-2.0
/* Min-max: the smallest value of the training rows becomes 0 and the largest 1, or the two ends of the setting "low,high"; missing cells
 * stay missing. New rows may lie outside. A column of one value becomes the low end. */
#include "data/step.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

/* The two ends, "low,high" with low < high. */
static bool ends(const char *with, double *low, double *high)
{
    const char *comma = with ? strchr(with, ',') : NULL;
    bool overflow = false;
    *low = 0;
    *high = 1;
    if (!with) return true;
    return comma && bmi_read_real(with, (size_t)(comma - with), low, &overflow) &&
           bmi_read_real(comma + 1, strlen(comma + 1), high, &overflow) && isfinite(*high - *low) && *low < *high;
}

static bool setting(const char *with)
{
    double low, high;
    return ends(with, &low, &high);
}

static bool takes(const bmi_frame *f, size_t column, bool chosen)
{
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

static bm_status fit(const bmi_step_fit *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double *x = f->columns[column].numbers;
    double low, high, least = INFINITY, most = -INFINITY;
    ends(how->with, &low, &high);
    for (int64_t i = 0; i < f->rows; i++) {
        least = fmin(least, x[i]); /* NaN, a missing cell, is passed over */
        most = fmax(most, x[i]);
    }
    state->numbers = bmi_arena_alloc(how->arena, 3, sizeof *state->numbers);
    if (!state->numbers) return bmi_fail_memory(how->error, how->here, 24, "a step of a recipe");
    state->n_numbers = 3;
    const double scale = (high - low) / (most - least);
    state->numbers[0] = least <= most ? least : 0;
    state->numbers[1] = scale > 0 && isfinite(scale) ? scale : 1;
    state->numbers[2] = low;
    return BM_OK;
}

static bm_status apply(bmi_error *e, bm_place here, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)e;
    (void)here;
    double *x = f->columns[column].numbers;
    for (int64_t i = 0; i < f->rows; i++) x[i] = (x[i] - state->numbers[0]) * state->numbers[1] + state->numbers[2];
    return BM_OK;
}

static bool lawful(const bmi_step_column *s)
{
    return s->n_numbers == 3 && !s->n_texts && isfinite(s->numbers[0]) && isfinite(s->numbers[1]) && s->numbers[1] > 0 &&
           isfinite(s->numbers[2]);
}

static const bmi_step_kind min_max = { .name = "min_max",
                                       .doc = "smallest value 0, largest 1, or the ends low,high",
                                       .scales = true,
                                       .setting = setting,
                                       .takes = takes,
                                       .takes_what = "numbers",
                                       .fit = fit,
                                       .apply = apply,
                                       .lawful = lawful };
const bmi_kind bmi_kinds_step_min_max[] = { { "step", "min_max", &min_max }, { 0 } };
