// SPDX-License-Identifier: Apache-2.0
/* Drop missing: columns in which more than a share of the training rows' cells is missing are not used; the setting is the share, default
 * .5, and each row counts as often as it weighs. Each is noted. A table at prediction need not have them. What is kept of a column is 1
 * when it is dropped, else 0. */
#include "data/step.h"
#include <math.h>

static const bmi_field fields[] = {
    BMI_SHARE_FIELD(bm_step_drop_missing_options, share, .5, "columns with a larger share of missing cells"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    (void)f;
    (void)column;
    (void)chosen;
    return true;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const double most = ((const bm_step_drop_missing_options *)how->options)->share;
    const bmi_frame_column *c = &f->columns[column];
    double all = 0, missing = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        const bool none = c->text ? c->codes[i] < 0 : isnan(c->numbers[i]);
        all += bmi_frame_weight(f, i);
        missing += none ? bmi_frame_weight(f, i) : 0;
    }
    const double share = missing / all;
    const bool drop = share > most;
    if (!bmi_step_numbers(how, state, 1)) return how->error->status;
    state->numbers[0] = drop;
    if (drop &&
        !bmi_notes_add(f->context, how->notes, "%s is dropped: %.3g %% of its cells are missing", state->name, 100 * share))
        return bmi_fail_memory(how->error, how->here, 100, "a note");
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    if (state->numbers[0] > 0) bmi_frame_remove(f, column);
    return BM_OK;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    return s->n_numbers == 1 && !s->n_texts && (s->numbers[0] == 0 || s->numbers[0] == 1);
}

static const bmi_step_example examples[] = {
    { .options = ".4", .table = "a,b\n1,\n2,3\n", .out = "a\n1\n2\n", .source = "by hand" },
};

static const bmi_step_kind drop_missing = { .size = sizeof(bmi_step_kind),
                                            .name = "drop_missing",
                                            .doc = "columns with more than a share of missing cells, default .5, are not used",
                                            .ignores_absent = true,
                                            .keeps_values = true,
                                            .options_size = sizeof(bm_step_drop_missing_options),
                                            .fields = fields,
                                            .examples = examples,
                                            .n_examples = BMI_COUNT(examples),
                                            .takes = takes,
                                            .takes_what = "any column",
                                            .fit = fit,
                                            .apply = apply,
                                            .lawful = lawful };
const bmi_kind bmi_kinds_step_drop_missing[] = { { "step", "drop_missing", &drop_missing }, { 0 } };
