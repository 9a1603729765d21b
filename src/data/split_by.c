// SPDX-License-Identifier: Apache-2.0
/* What rows of a table are split by besides classes: groups by the values of a column, and the time that a column tells, as numbers or as
 * dates in text. */
#include "data/dataset.h"
#include "data/datetime.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Groups by the texts of cells, numbered as they come; every missing cell is a group of its own. */
static bm_status groups(bmi_error *e, bm_place here, const bm_table *t, bm_rows rows, int64_t n, const char *name,
                        bmi_split_by *by)
{
    const bmi_column *c = bmi_table_column(e, here, t, name, " for the group");
    bmi_dictionary seen = { .context = t->object.context };
    int32_t *of = c ? bmi_alloc_raw(t->object.context, (size_t)n, sizeof *of) : NULL;
    by->own_groups = of;
    by->groups = of;
    bool fine = of;
    for (int64_t i = 0; fine && i < n; i++) {
        char number[32], alone[40];
        const char *text = bmi_column_cell_text(c, bmi_row_at(rows, i), number);
        size_t bytes = text ? strlen(text) : 0;
        if (!text) bytes = (size_t)snprintf(alone, sizeof alone, "%c%" PRId64, 1, i); /* no text begins so */
        of[i] = bmi_dictionary_add(&seen, text ? text : alone, bytes);
        fine = of[i] >= 0;
    }
    by->n_groups = seen.count;
    bmi_dictionary_end(&seen);
    if (c && !fine) bmi_fail_memory(e, here, (size_t)n * 8, "the groups of rows");
    return e->status;
}

/* Days and their parts as one number that grows with time. */
static double moment(const bmi_frame *f, int64_t i)
{
    double all = 0;
    static const double of[BMI_DATETIME_PARTS] = { 0, 12, 31, 0, 24, 60, 60 };
    for (size_t k = 0; k < f->n; k++)
        if (k != BMI_WEEKDAY) all = all * of[k] + f->columns[k].numbers[i] - (k == BMI_MONTH || k == BMI_DAY);
    return all;
}

/* Dates in text, read as the step `datetime` reads them. */
static bm_status dates(bmi_error *e, bm_place here, const bmi_column *c, bm_rows rows, int64_t n, bm_context *context,
                       double *times)
{
    const bmi_step_kind *kind = bmi_kind_find("step", "datetime");
    bmi_arena arena = { .context = context };
    bmi_notes notes = { 0 };
    bmi_frame f = { .context = context, .rows = n };
    bmi_step_column state = { .name = c->name };
    const bm_step_datetime_options usual = { 0 };
    const bmi_step_how how = { .error = e, .here = here, .arena = &arena, .notes = &notes, .options = &usual };
    const bmi_input input = { .name = c->name, .text = true, .form = c->form };
    if (!bmi_frame_take(&f, c, &input, rows)) bmi_fail_memory(e, here, (size_t)n * 8, "the times of rows");
    else if (!kind->takes(&f, 0, true, &usual))
        bmi_fail(e, BM_E_DATA, here, "split: column \"%.100s\" has no dates to split by time", c->name);
    else if (!kind->fit(&how, &f, 0, &state) && !kind->apply(&how, &state, &f, 0) && !bmi_frame_settle(&f))
        bmi_fail_memory(e, here, (size_t)n * 8, "the times of rows");
    for (int64_t i = 0; !e->status && i < n; i++) times[i] = moment(&f, i);
    bmi_frame_end(&f);
    bmi_notes_end(context, &notes);
    bmi_arena_end(&arena);
    return e->status;
}

static bm_status times(bmi_error *e, bm_place here, const bm_table *t, bm_rows rows, int64_t n, const char *name,
                       bmi_split_by *by)
{
    const bmi_column *c = bmi_table_column(e, here, t, name, " for the time");
    double *of = c ? bmi_alloc_raw(t->object.context, (size_t)n, sizeof *of) : NULL;
    by->own_times = of;
    by->times = of;
    if (!of) return c ? bmi_fail_memory(e, here, (size_t)n * sizeof *of, "the times of rows") : e->status;
    if (c->type == BM_COLUMN_TEXT) dates(e, here, c, rows, n, t->object.context, of);
    else
        for (int64_t i = 0; i < n; i++) of[i] = bmi_column_number(c, bmi_row_at(rows, i));
    for (int64_t i = 0; !e->status && i < n; i++)
        if (isnan(of[i]))
            bmi_fail(e, BM_E_DATA, here,
                     "split: row %" PRId64 " has no time in column \"%.100s\"; fill the cell, or leave the row out",
                     bmi_row_at(rows, i) + 1, name);
    return e->status;
}

bm_status bmi_split_by_columns(bmi_error *e, bm_place here, const bm_table *t, bm_rows rows, int64_t n,
                               const bm_split_options *o, bmi_split_by *by)
{
    if (o->group) groups(e, here, t, rows, n, o->group, by);
    if (o->time && !e->status) times(e, here, t, rows, n, o->time, by);
    return e->status;
}

void bmi_split_by_end(bm_context *context, int64_t n, bmi_split_by *by)
{
    bmi_release(context, by->own_groups, (size_t)n, sizeof *by->own_groups);
    bmi_release(context, by->own_times, (size_t)n, sizeof *by->own_times);
}
