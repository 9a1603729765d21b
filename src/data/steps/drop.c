// SPDX-License-Identifier: Apache-2.0
/* Drop: columns that are not used. A table at prediction need not have them. */
#include "data/step.h"

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    (void)f;
    (void)column;
    return chosen;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    (void)how;
    (void)f;
    (void)column;
    (void)state;
    return BM_OK;
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column)
{
    (void)how;
    (void)state;
    bmi_frame_remove(f, column);
    return BM_OK;
}

static bool lawful(const bmi_step_column *state, const void *options)
{
    (void)options;
    return !state->n_numbers && !state->n_texts;
}

static const bmi_step_example examples[] = {
    { .columns = "b", .table = "a,b\n1,x\n2,y\n", .rows = "a\n7\n", .out = "a\n7\n", .source = "by hand" },
};

static const bmi_step_kind drop = { .size = sizeof(bmi_step_kind),
                                    .name = "drop",
                                    .doc = "columns that are not used",
                                    .needs_names = true,
                                    .ignores_absent = true,
                                    .examples = examples,
                                    .n_examples = BMI_COUNT(examples),
                                    .takes = takes,
                                    .takes_what = "any column",
                                    .fit = fit,
                                    .apply = apply,
                                    .lawful = lawful };
const bmi_kind bmi_kinds_step_drop[] = { { "step", "drop", &drop }, { 0 } };
