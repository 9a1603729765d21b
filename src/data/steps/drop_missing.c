// SPDX-License-Identifier: Apache-2.0
/* Drop missing: columns in which more than a share of the training rows' cells is missing are not used; the setting is the share, default
 * .5. Each is noted. A table at prediction need not have them. What is kept of a column is 1 when it is dropped, else 0. */
#include "data/step.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

static bool share_of(const char *with, double *share)
{
    bool overflow = false;
    *share = .5;
    return !with || (bmi_read_real(with, strlen(with), share, &overflow) && *share >= 0 && *share < 1);
}

static bool setting(const char *with)
{
    double share;
    return share_of(with, &share);
}

static bool takes(const bmi_frame *f, size_t column, bool chosen)
{
    (void)f;
    (void)column;
    (void)chosen;
    return true;
}

static bm_status fit(const bmi_step_fit *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    double most;
    share_of(how->with, &most);
    const int64_t there = bmi_frame_present(f, column);
    const double share = 1 - (double)there / (double)f->rows;
    const bool drop = share > most;
    state->numbers = bmi_arena_alloc(how->arena, 1, sizeof *state->numbers);
    if (!state->numbers) return bmi_fail_memory(how->error, how->here, 8, "a step of a recipe");
    state->n_numbers = 1;
    state->numbers[0] = drop;
    if (drop &&
        !bmi_notes_add(f->context, how->notes, "%s is dropped: %.3g %% of its cells are missing", state->name, 100 * share))
        return bmi_fail_memory(how->error, how->here, 100, "a note");
    return BM_OK;
}

static bm_status apply(bmi_error *e, bm_place here, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)e;
    (void)here;
    if (state->numbers[0] > 0) bmi_frame_remove(f, column);
    return BM_OK;
}

static bool lawful(const bmi_step_column *s)
{
    return s->n_numbers == 1 && !s->n_texts && (s->numbers[0] == 0 || s->numbers[0] == 1);
}

static const bmi_step_kind drop_missing = { .name = "drop_missing",
                                            .doc = "columns with more than a share of missing cells, default .5, are not used",
                                            .ignores_absent = true,
                                            .setting = setting,
                                            .takes = takes,
                                            .takes_what = "any column",
                                            .fit = fit,
                                            .apply = apply,
                                            .lawful = lawful };
const bmi_kind bmi_kinds_step_drop_missing[] = { { "step", "drop_missing", &drop_missing }, { 0 } };
