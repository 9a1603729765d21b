// SPDX-License-Identifier: Apache-2.0
/* Drop constant: columns that have one value in all training rows, missing cells aside, or none, are not used. Each is noted. A table at
 * prediction need not have them. What is kept of a column is 1 when it is dropped, else 0. */
#include "data/step.h"

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)f, (void)column, (void)chosen, (void)options;
    return true;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    const int64_t distinct = bmi_frame_distinct(f, column, 2);
    if (distinct < 0) return bmi_step_no_memory(how, (size_t)f->rows * 8);
    if (!bmi_step_numbers(how, state, 1)) return how->error->status;
    state->numbers[0] = distinct < 2;
    if (distinct < 2 && !bmi_notes_add(f->context, how->notes, "%s is dropped: it %s", state->name,
                                       distinct ? "has one value in all rows" : "is missing in all rows"))
        return bmi_step_no_memory(how, 100);
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
    { .table = "a,b,c,d\n1,7,x,\n2,7,x,\n3,,,\n", .rows = "a,b\n5,9\n", .out = "a\n5\n", .source = "by hand" },
};

static const bmi_step_kind drop_constant = {
    .size = sizeof(bmi_step_kind),
    .name = "drop_constant",
    .doc = "columns of one value are not used",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .ignores_absent = true,
    .keeps_values = true,
    .takes = takes,
    .takes_what = "any column",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_drop_constant[] = { { "step", "drop_constant", &drop_constant }, { 0 } };
