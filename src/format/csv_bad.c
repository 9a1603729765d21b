// SPDX-License-Identifier: Apache-2.0
/* What bad rows and bad cells do: the first is the error; or their rows are left out; or cells are missing, short rows filled and long ones
 * cut. What is left out or changed is counted, and the first ten are kept in words, in the order of the file.
 */
#include "format/csv_inside.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

bool bmi_csv_mark_bad(bmi_csv_work *w, int64_t row, size_t column)
{
    const int64_t rows = w->room > 0 ? w->room : 1;
    if (!w->fill && !w->bad && !(w->bad = bmi_alloc(w->context, (size_t)rows, sizeof *w->bad)))
        return bmi_fail_memory(w->error, w->here, (size_t)rows, "to read a CSV file"), false;
    int at = w->bad_told;
    while (at && (w->bad_row[at - 1] > row || (w->bad_row[at - 1] == row && w->bad_column[at - 1] > column))) at--;
    if (at < BMI_CSV_TOLD) {
        const int keep = w->bad_told < BMI_CSV_TOLD ? w->bad_told : BMI_CSV_TOLD - 1;
        memmove(w->bad_row + at + 1, w->bad_row + at, (size_t)(keep - at) * sizeof *w->bad_row);
        memmove(w->bad_column + at + 1, w->bad_column + at, (size_t)(keep - at) * sizeof *w->bad_column);
        w->bad_row[at] = row;
        w->bad_column[at] = column;
        w->bad_told = keep + 1;
    }
    w->bad_filled += w->fill;
    if (w->fill) return true;
    w->bad_rows += !w->bad[row];
    w->bad[row] = true;
    return true;
}

/* Leaves out the marked rows of a column. */
static void drop_rows(bmi_column *c, const bool *out, int64_t rows)
{
    const size_t cell = bmi_column_cell(c->type);
    char *values = c->values;
    int64_t kept = 0;
    for (int64_t r = 0; r < rows; r++) {
        if (out[r]) continue;
        if (kept != r) memcpy(values + (size_t)kept * cell, values + (size_t)r * cell, cell);
        kept++;
    }
}

/* Joins the places of `dropped` marked rows with those of the bad rows before. */
static bool join_skipped(bmi_csv_work *w, const bool *out, int64_t rows, int64_t dropped)
{
    bmi_csv *csv = w->out;
    const size_t room = (size_t)(csv->skipped + dropped);
    int64_t *at = bmi_alloc_raw(w->context, room, sizeof *at), n = 0, kept = 0, before = 0;
    if (!at) return false;
    for (int64_t r = 0; r <= rows; r++) {
        while (before < csv->skipped && csv->skipped_at[before] <= r) {
            at[n++] = kept;
            before++;
        }
        if (r < rows && out[r]) at[n++] = kept;
        else kept++;
    }
    bmi_release(w->context, csv->skipped_at, csv->skipped_room, sizeof *at);
    csv->skipped_at = at;
    csv->skipped_room = room;
    return true;
}

/* Adds one of the first bad rows or cells in words. */
static bm_status add_told(bmi_csv_work *w, const char *words, const char **first)
{
    if (!bmi_notes_add(w->context, &w->out->bad, "%s", words)) return bmi_fail_memory(w->error, w->here, 600, "a note");
    if (!*first) *first = w->out->bad.at[w->out->bad.count - 1];
    return BM_OK;
}

/* Adds the bad cells in front of an offset, from number *cell on. */
static bm_status tell_cells(bmi_csv_work *w, size_t before, int *cell)
{
    char words[600];
    for (size_t offset; *cell < w->bad_told && w->out->bad.count < BMI_CSV_TOLD; ++*cell) {
        if (bmi_csv_describe_cell(w, w->bad_row[*cell], w->bad_column[*cell], &offset, words)) return w->error->status;
        if (offset >= before) break;
        if (add_told(w, words, &w->first_cell)) return w->error->status;
    }
    return BM_OK;
}

/* The first bad rows and cells in words, in order of where they stand. */
static bm_status tell(bmi_csv_work *w)
{
    char words[600];
    int cell = 0;
    for (size_t i = 0; i < w->n_chunks; i++)
        for (int k = 0; k < w->chunks[i].n_told && w->out->bad.count < BMI_CSV_TOLD; k++) {
            const bmi_csv_bad *bad = &w->chunks[i].told[k];
            if (tell_cells(w, bad->row_at, &cell)) return w->error->status;
            if (w->out->bad.count == BMI_CSV_TOLD) break;
            if (bmi_csv_describe(w, bad, words) || add_told(w, words, &w->first_row)) return w->error->status;
        }
    return tell_cells(w, SIZE_MAX, &cell);
}

/* The places of the bad rows of all chunks, in order. */
static bm_status list_skipped(bmi_csv_work *w)
{
    const size_t room = (size_t)w->out->skipped;
    int64_t *at = w->out->skipped_at = bmi_alloc_raw(w->context, room, sizeof *at);
    int64_t rows = 0;
    if (!at) return bmi_fail_memory(w->error, w->here, room * sizeof *at, "to read a CSV file");
    w->out->skipped_room = room;
    for (size_t i = 0; i < w->n_chunks; rows += w->chunks[i++].rows)
        for (int64_t k = 0; k < w->chunks[i].bad; k++) *at++ = rows + w->chunks[i].bad_at[k];
    return BM_OK;
}

bm_status bmi_csv_judge_rows(bmi_csv_work *w)
{
    char words[600] = "";
    for (size_t i = 0; i < w->n_chunks; i++) {
        bmi_csv_chunk *k = &w->chunks[i];
        if (!k->stopped) continue;
        if (k->goes_on) {
            if (bmi_csv_parse_rest(w, i)) return w->error->status;
            continue;
        }
        const bmi_csv_bad *bad = &k->told[k->n_told - 1];
        if (bmi_csv_describe(w, bad, words)) return w->error->status;
        return bmi_fail_as(w->error, bmi_csv_cause(w, bad), bad->problem == BMI_CSV_NO_ROOM ? BM_E_FILE : BM_E_FORMAT, w->here,
                           "%s", words);
    }
    for (size_t i = 0; i < w->n_chunks; i++) w->out->skipped += w->chunks[i].bad;
    return w->out->skipped ? list_skipped(w) : BM_OK;
}

static bool note(bmi_csv_work *w, int64_t left_out)
{
    int64_t filled = 0, cut = 0;
    bmi_notes *notes = &w->out->notes;
    const char *first = w->fill && w->first_row ? w->first_row : w->out->bad.count ? w->out->bad.at[0] : "";
    bool fine = true;
    for (size_t i = 0; i < w->n_chunks; i++) {
        filled += w->chunks[i].filled;
        cut += w->chunks[i].cut;
    }
    if (left_out)
        fine = bmi_notes_add_as(left_out == 1 ? BMI_NOTE_ONE_LEFT_OUT : BMI_NOTE_LEFT_OUT, w->context, notes,
                                "%" PRId64 " row%s could not be read and \001%s left out\002; the first: %s", left_out,
                                left_out == 1 ? "" : "s", left_out == 1 ? "was" : "were", first);
    if (fine && filled)
        fine = bmi_notes_add(w->context, notes, "%" PRId64 " row%s too few cells; the others are missing", filled,
                             filled == 1 ? " has" : "s have");
    if (fine && cut)
        fine = bmi_notes_add(w->context, notes, "%" PRId64 " row%s too many cells, which were cut off", cut,
                             cut == 1 ? " has" : "s have");
    if (fine && w->bad_filled)
        fine =
            bmi_notes_add(w->context, notes, "%" PRId64 " cell%s not what the column is and %s taken as missing; the first: %s",
                          w->bad_filled, w->bad_filled == 1 ? " is" : "s are", w->bad_filled == 1 ? "is" : "are",
                          w->first_cell ? w->first_cell : "");
    return fine;
}

bm_status bmi_csv_bad_cells(bmi_csv_work *w)
{
    bmi_csv *out = w->out;
    const int64_t rows = out->rows;
    if (w->bad_told && !w->skip) {
        char words[600] = "";
        size_t offset;
        if (bmi_csv_describe_cell(w, w->bad_row[0], w->bad_column[0], &offset, words)) return w->error->status;
        return bmi_fail(w->error, BM_E_FORMAT, w->here, "%s", words);
    }
    if (!w->skip) return BM_OK;
    if (tell(w)) return w->error->status;
    if (w->bad) {
        if (!join_skipped(w, w->bad, rows, w->bad_rows))
            return bmi_fail_memory(w->error, w->here, (size_t)rows * 8, "to read a CSV file");
        for (size_t c = 0; c < w->n_columns; c++) drop_rows(&out->columns[c], w->bad, rows);
        out->rows -= w->bad_rows;
        out->skipped += w->bad_rows;
    }
    return note(w, out->skipped) ? BM_OK : bmi_fail_memory(w->error, w->here, 1000, "a note");
}
