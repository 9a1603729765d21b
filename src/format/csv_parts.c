// SPDX-License-Identifier: Apache-2.0
/* The parts that a reader gives: windows are parsed knowing what their columns are, and parts are cut from them row by row. */
#include "base/text.h"
#include "format/csv_reader.h"
#include <string.h>

static bool copy_dictionary(bm_context *context, const bmi_dictionary *from, bmi_dictionary *to)
{
    *to = *from;
    to->context = context;
    to->bytes = bmi_alloc_raw(context, from->capacity, 1);
    to->starts = bmi_alloc_raw(context, from->starts_capacity, sizeof *to->starts);
    to->slots = bmi_alloc_raw(context, from->slots_capacity, sizeof *to->slots);
    if (!to->bytes || !to->starts || !to->slots) {
        bmi_dictionary_end(to);
        return false;
    }
    if (from->used) memcpy(to->bytes, from->bytes, from->used);
    if (from->count) memcpy(to->starts, from->starts, (size_t)from->count * sizeof *to->starts);
    if (from->slots_capacity) memcpy(to->slots, from->slots, from->slots_capacity * sizeof *to->slots);
    return true;
}

/* The texts of a window's column as what the whole column is. */
static bm_status convert(bmi_csv_reader *r, bmi_csv_work *w, size_t c)
{
    const bmi_column *plan = &r->plan.columns[c];
    bmi_column *column = &w->out->columns[c];
    bool fine = true;
    if (plan->type == BM_COLUMN_TEXT) {
        int32_t *codes = column->values;
        const size_t count = (size_t)column->dictionary.count;
        int32_t *map = bmi_alloc_raw(w->context, count, sizeof *map);
        for (size_t code = 0; map && code < count; code++) {
            size_t n;
            const char *text = bmi_dictionary_text(&column->dictionary, (int32_t)code, &n);
            map[code] = bmi_dictionary_find(&plan->dictionary, text, n);
            if (map[code] < 0 && !w->error->status)
                bmi_fail(w->error, BM_E_FILE, w->here, "%s was written to while it was read", r->stream.source.name);
        }
        for (int64_t i = 0; map && i < w->out->rows; i++)
            if (codes[i] >= 0) codes[i] = map[codes[i]];
        fine = map;
        bmi_release(w->context, map, count, sizeof *map);
        bmi_dictionary_end(&column->dictionary);
    } else if (r->asked[c]) fine = bmi_csv_to_asked(w, c, &plan->form);
    else if (plan->type == BM_COLUMN_TIME) fine = bmi_csv_as_times(w, column, &plan->form);
    else if (plan->type == BM_COLUMN_BOOL) fine = bmi_csv_as_truth(w, column);
    else fine = bmi_csv_as_numbers(w, column, &plan->form, plan->type == BM_COLUMN_INTEGER);
    return fine || w->error->status ? w->error->status : bmi_fail_memory(w->error, w->here, column->bytes, "a column");
}

static bm_status parse_window(bmi_csv_reader *r, bmi_csv_work *w)
{
    bm_status st = bmi_csv_cut(w);
    if (!st) st = bmi_csv_make_room(w);
    if (!st) memcpy(w->mode, r->mode, w->n_columns);
    w->plan = r->plan.columns;
    if (!st) st = bmi_csv_parse_chunks(w, 0, NULL);
    if (!st) st = bmi_csv_judge_rows(w);
    for (size_t c = 0; !st && c < w->n_columns; c++)
        if (r->mode[c] == BMI_CSV_GUESS && bmi_csv_seen(w, c) & BMI_SEEN_TEXT)
            st = bmi_fail(w->error, BM_E_FILE, w->here, "%s was written to while it was read", r->stream.source.name);
    if (!st) st = bmi_csv_finish(w);
    for (size_t c = 0; !st && c < w->n_columns; c++)
        if (r->mode[c] == BMI_CSV_AS_TEXT) st = convert(r, w, c);
    return st ? st : bmi_csv_bad_cells(w);
}

/* Puts the rows of the next window into r->rest; *more is false when there is none. */
static bm_status next_window(bmi_error *e, bm_place here, bmi_csv_reader *r, bool *more)
{
    const unsigned char *bytes;
    size_t n;
    bmi_source source;
    bmi_csv_end(r->context, &r->rest);
    r->given = 0;
    if (bmi_csv_window(e, here, r, &bytes, &n)) return e->status;
    *more = n;
    if (!n) return bmi_source_unchanged(e, here, &r->stream.source);
    bmi_source_memory(r->context, r->stream.source.name, bytes, n, &source);
    bm_status st = bmi_csv_reader_columns(e, here, r, &r->rest);
    bmi_csv_work w = bmi_csv_reader_work(e, here, r, &source, &r->rest);
    if (!st) st = parse_window(r, &w);
    for (size_t i = 0; i < n; i++) r->lines += bytes[i] == r->dialect.line;
    w.asked = NULL; /* the reader's */
    bmi_csv_work_end(&w);
    return st;
}

/* Moves what is told of bad rows to the part that they come into: those of a window to the part that its first row is in. */
static bool move_told(bmi_csv_reader *r, bmi_csv *out)
{
    bool fine = true;
    const size_t told = (size_t)BMI_CSV_TOLD;
    if (r->given) return true;
    for (size_t i = 0; fine && i < r->rest.bad.count && out->bad.count < told; i++)
        fine = bmi_notes_keep(r->context, &out->bad, r->rest.bad.at[i]);
    for (size_t i = 0; fine && i < r->rest.notes.count; i++) fine = bmi_notes_copy(r->context, &out->notes, &r->rest.notes, i);
    return fine;
}

/* Moves up to `rows` rows behind the out->rows that the part has. */
static bool move_rows(bmi_csv_reader *r, int64_t rows, bmi_csv *out)
{
    const int64_t left = r->rest.rows - r->given, wanted = rows - out->rows, n = left < wanted ? left : wanted;
    const int64_t *skipped = r->rest.skipped_at;
    if (!move_told(r, out)) return false;
    for (size_t c = 0; n && c < out->n_columns; c++) {
        bmi_column *to = &out->columns[c];
        const bmi_column *from = &r->rest.columns[c];
        const size_t cell = bmi_column_cell(to->type), at = (size_t)out->rows * cell;
        if (!bmi_grow(r->context, &to->values, &to->bytes, at + (size_t)n * cell, 1)) return false;
        memcpy((char *)to->values + at, (const char *)from->values + (size_t)r->given * cell, (size_t)n * cell);
    }
    const bool last = n == left; /* bad rows behind the last row of a window are with it */
    for (int64_t i = 0; i < r->rest.skipped; i++) {
        const bool here = skipped[i] >= r->given && (skipped[i] < r->given + n || (last && skipped[i] == r->given + n));
        if (!here) continue;
        if (!bmi_grow(r->context, (void **)&out->skipped_at, &out->skipped_room, (size_t)out->skipped + 1, sizeof *skipped))
            return false;
        out->skipped_at[out->skipped++] = out->rows + skipped[i] - r->given;
    }
    out->rows += n;
    r->given += n;
    return true;
}

bm_status bmi_csv_reader_next(bmi_error *e, bm_place here, bmi_csv_reader *r, int64_t rows, bmi_csv *out)
{
    bm_status st = bmi_csv_reader_columns(e, here, r, out);
    bool more = true, fine = true;
    for (size_t c = 0; !st && fine && c < out->n_columns; c++) {
        const bmi_column *plan = &r->plan.columns[c];
        out->columns[c].type = plan->type;
        out->columns[c].form = plan->form;
        if (plan->type == BM_COLUMN_TEXT) fine = copy_dictionary(r->context, &plan->dictionary, &out->columns[c].dictionary);
    }
    while (!st && fine && more && out->rows < rows) {
        if (r->given < r->rest.rows || (r->rest.skipped && !r->rest.rows && !r->given)) fine = move_rows(r, rows, out);
        if (fine && out->rows < rows) st = next_window(e, here, r, &more);
    }
    if (!st && !fine) st = bmi_fail_memory(e, here, (size_t)rows * out->n_columns * 8, "a part of a CSV file");
    if (st || !out->rows) bmi_csv_end(r->context, out);
    return st;
}
