// SPDX-License-Identifier: Apache-2.0
/* Polynomial: a column x becomes x, x^2 ... x^degree, each called by its power, so that a straight line through them is a curve in x. The
 * setting is the degree, 2 to 9. A missing cell is missing in every power. */
#include "data/step.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

enum { USUAL = 2, MOST = 9 };

static bool setting(const char *with)
{
    int64_t degree;
    return bmi_read_int(with, strlen(with), &degree) && degree >= 2 && degree <= MOST;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen)
{
    (void)chosen;
    return !f->columns[column].text && !f->columns[column].indicator;
}

static bm_status fit(const bmi_step_fit *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    (void)f;
    (void)column;
    int64_t degree = USUAL;
    if (how->with) bmi_read_int(how->with, strlen(how->with), &degree);
    state->numbers = bmi_arena_alloc(how->arena, 1, sizeof *state->numbers);
    if (!state->numbers) return bmi_fail_memory(how->error, how->here, 8, "a step of a recipe");
    state->n_numbers = 1;
    state->numbers[0] = (double)degree;
    return BM_OK;
}

static bm_status apply(bmi_error *e, bm_place here, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    const int degree = (int)s->numbers[0];
    bmi_frame_column old = { 0 };
    size_t first = 0;
    bool fine = bmi_frame_replace(f, at, (size_t)degree, &first, &old) && bmi_frame_name(f, first, s->name, "", "");
    for (int p = 1; fine && p < degree; p++)
        fine = bmi_frame_name(f, first + (size_t)p, s->name, "^", (const char[]){ (char)('1' + p), 0 });
    for (int64_t i = 0; fine && i < f->rows; i++) {
        double power = 1;
        for (int p = 0; p < degree; p++) f->columns[first + (size_t)p].numbers[i] = power *= old.numbers[i];
    }
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_fail_memory(e, here, (size_t)f->rows * 8, "the powers of a column");
}

static bool lawful(const bmi_step_column *s)
{
    return s->n_numbers == 1 && !s->n_texts && s->numbers[0] >= 2 && s->numbers[0] <= MOST &&
           s->numbers[0] == floor(s->numbers[0]);
}

static const bmi_step_kind polynomial = { .name = "polynomial",
                                          .doc = "x, x^2 ... up to the degree, 2 to 9, default 2",
                                          .setting = setting,
                                          .takes = takes,
                                          .takes_what = "numbers",
                                          .fit = fit,
                                          .apply = apply,
                                          .lawful = lawful };
const bmi_kind bmi_kinds_step_polynomial[] = { { "step", "polynomial", &polynomial }, { 0 } };
