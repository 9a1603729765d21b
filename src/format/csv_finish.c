// SPDX-License-Identifier: Apache-2.0
/* The end of reading a CSV file: the type of each column from what all chunks saw, chunks parsed again where their guess was
 * another, rows with numbers that are not finite, and the columns in their final form. Columns are worked on several at once.
 */
#include "format/csv_inside.h"
#include "base/threads.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

static double real_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

unsigned bmi_csv_seen(const bmi_csv_work *w, size_t c)
{
    unsigned all = 0;
    for (size_t i = 0; i < w->n_chunks; i++) all |= w->seen[i * w->n_columns + c];
    return all;
}

static bm_column_type type_of(unsigned seen)
{
    const unsigned numbers = BMI_SEEN_INT | BMI_SEEN_REAL | BMI_SEEN_INFINITE;
    if (seen & BMI_SEEN_TEXT || (seen & BMI_SEEN_BOOL && seen & numbers)) return BM_COLUMN_TEXT;
    if (seen & BMI_SEEN_BOOL) return BM_COLUMN_BOOL;
    return seen & BMI_SEEN_INT && !(seen & BMI_SEEN_REAL) ? BM_COLUMN_INTEGER : BM_COLUMN_REAL;
}

/* What a column is, from what its cells are and what it was asked to be; text where the two do not go together. */
bm_column_type bmi_csv_settled(unsigned seen, uint8_t asked)
{
    const bm_column_type type = type_of(seen);
    const unsigned any = BMI_SEEN_INT | BMI_SEEN_REAL | BMI_SEEN_BOOL | BMI_SEEN_TEXT | BMI_SEEN_INFINITE;
    if (!asked || type == (bm_column_type)asked || !(seen & any)) return asked ? (bm_column_type)asked : type;
    return asked == BM_COLUMN_REAL && type == BM_COLUMN_INTEGER ? BM_COLUMN_REAL : BM_COLUMN_TEXT;
}

/* Settles the types and parses the chunks that guessed another one again. */
static bm_status settle_types(bmi_csv_work *w)
{
    if (w->plan) {
        for (size_t c = 0; c < w->n_columns; c++)
            w->out->columns[c].type = w->mode[c] == BMI_CSV_AS_TEXT ? BM_COLUMN_TEXT : w->plan[c].type;
        return BM_OK;
    }
    bool *again = bmi_alloc(w->context, w->n_chunks, sizeof *again);
    if (!again) return bmi_fail_memory(w->error, w->here, w->n_chunks, "to read a CSV file");
    bool any = false;
    for (size_t c = 0; c < w->n_columns; c++) {
        const unsigned all = bmi_csv_seen(w, c);
        w->out->columns[c].type = w->mode[c] == BMI_CSV_AS_TEXT ? BM_COLUMN_TEXT : bmi_csv_settled(all, w->asked[c]);
        const bool text = w->out->columns[c].type == BM_COLUMN_TEXT;
        const bool big = w->out->columns[c].type == BM_COLUMN_INTEGER && all & BMI_SEEN_BIG;
        if (w->mode[c] == BMI_CSV_AS_TEXT || !(text || big)) continue;
        w->mode[c] = text ? BMI_CSV_AS_TEXT : BMI_CSV_AS_INT64;
        for (size_t i = 0; i < w->n_chunks; i++) {
            const unsigned seen = w->seen[i * w->n_columns + c];
            if (big || (seen && !(seen & BMI_SEEN_TEXT)) || seen & BMI_SEEN_LATE_TEXT) any = again[i] = true;
        }
    }
    bm_status st = any ? bmi_csv_parse_chunks(w, 0, again) : BM_OK;
    bmi_release(w->context, again, w->n_chunks, sizeof *again);
    return st;
}

/* Adds text of Windows-1252 as UTF-8. */
static int32_t add_windows(bm_context *context, bmi_dictionary *d, const char *text, size_t n)
{
    char *utf8 = bmi_alloc_raw(context, n, 3);
    if (!utf8) return -1;
    const int32_t code = bmi_dictionary_add(d, utf8, bmi_windows_to_utf8(text, n, utf8));
    bmi_release(context, utf8, n, 3);
    return code;
}

bool bmi_csv_join_texts(bmi_csv_work *w, size_t c, size_t i, const uint64_t *cells, int32_t *codes, bmi_dictionary *all,
                        bmi_csv_census *census, int64_t row, bool *windows)
{
    bmi_dictionary *own = &w->texts[i * w->n_columns + c];
    const size_t count = (size_t)own->count;
    int32_t *map = bmi_alloc(w->context, count, sizeof *map); /* code + 1 */
    bool fine = map;
    for (int64_t r = 0; fine && r < w->chunks[i].rows; r++) {
        const uint64_t cell = cells[r];
        int32_t code = -1;
        if (cell != BMI_CSV_MISSING) {
            if (!map[cell]) {
                size_t n;
                const char *text = bmi_dictionary_text(own, (int32_t)cell, &n);
                const bool utf8 = bmi_is_utf8(text, n);
                *windows |= !utf8;
                map[cell] = 1 + (utf8 ? bmi_dictionary_add(all, text, n) : add_windows(w->context, all, text, n));
                fine = map[cell] > 0;
            }
            code = map[cell] - 1;
        }
        if (codes) codes[r] = code;
        if (census && code >= 0) {
            const size_t needed = (size_t)all->count;
            fine = bmi_grow(w->context, (void **)&census->counts, &census->counts_room, needed, sizeof *census->counts) &&
                   bmi_grow(w->context, (void **)&census->first, &census->first_room, needed, sizeof *census->first);
            if (fine && !census->counts[code]++) census->first[code] = row + r;
        }
    }
    bmi_release(w->context, map, count, sizeof *map);
    bmi_dictionary_end(own);
    return fine;
}

/* Joins the chunks' dictionaries in order of rows, so that codes come in the order in which their texts appear. */
static bool join_all(bmi_csv_work *w, size_t c, const uint64_t *cells, int32_t *codes, bool *windows)
{
    bmi_dictionary *all = &w->out->columns[c].dictionary;
    bool fine = true;
    all->context = w->context;
    for (size_t i = 0; fine && i < w->n_chunks; i++) {
        fine = bmi_csv_join_texts(w, c, i, cells, codes, all, NULL, 0, windows);
        cells += w->chunks[i].rows;
        codes += w->chunks[i].rows;
    }
    return fine;
}

/* Brings a column into its final form. False when there is no memory. */
static bool finish_column(bmi_csv_work *w, size_t c, bool *windows)
{
    bmi_column *column = &w->out->columns[c];
    uint64_t *cells = w->cells[c];
    int64_t rows = 0;
    for (size_t i = 0; i < w->n_chunks; i++) { /* close the gaps between chunks */
        const bmi_csv_chunk *k = &w->chunks[i];
        if (rows != k->base) memmove(cells + rows, cells + k->base, (size_t)k->rows * sizeof *cells);
        rows += k->rows;
    }
    const size_t cell = bmi_column_cell(column->type);
    if (cell == sizeof *cells) {
        if (column->type == BM_COLUMN_INTEGER && w->mode[c] != BMI_CSV_AS_INT64)
            for (int64_t r = 0; r < rows; r++) {
                const double value = real_of(cells[r]);
                cells[r] = isnan(value) ? (uint64_t)INT64_MIN : (uint64_t)(int64_t)value;
            }
        column->values = cells;
        column->bytes = (size_t)w->room * sizeof *cells;
        w->cells[c] = NULL;
        return true;
    }
    column->values = bmi_alloc_raw(w->context, (size_t)rows, cell);
    if (!column->values) return false;
    column->bytes = (size_t)rows * cell;
    if (column->type == BM_COLUMN_TEXT) {
        if (!join_all(w, c, cells, column->values, windows)) return false;
    } else {
        uint8_t *truth = column->values;
        for (int64_t r = 0; r < rows; r++) truth[r] = cells[r] == BMI_CSV_MISSING ? BMI_BOOL_MISSING : real_of(cells[r]) != 0;
    }
    bmi_release(w->context, cells, (size_t)w->room, sizeof *cells);
    w->cells[c] = NULL;
    return true;
}

typedef struct finishing {
    bmi_csv_work *work;
    atomic_size_t next;
    atomic_bool failed, windows;
} finishing;

static void finish_part(void *arg, int part, int parts)
{
    finishing *f = arg;
    size_t c;
    (void)part;
    (void)parts;
    while (!atomic_load(&f->failed) && (c = atomic_fetch_add(&f->next, 1)) < f->work->n_columns) {
        bool windows = false;
        if (!finish_column(f->work, c, &windows)) atomic_store(&f->failed, true);
        if (windows) atomic_store(&f->windows, true);
    }
}

/* Numbers that the caller says mean a missing cell: a column of numbers is read without looking at its texts. */
static void forget_marks(const bmi_csv_work *w)
{
    for (size_t i = 0; i < w->options->missing.count; i++) {
        const char *mark = w->options->missing.at[i];
        double value;
        int64_t exact;
        bool integer;
        if (!mark || !bmi_cell_number(mark, strlen(mark), &value, &integer)) continue;
        const bool is_exact = integer && bmi_read_int(mark, strlen(mark), &exact); /* beyond 2^53 f64 would merge neighbours */
        for (size_t c = 0; c < w->n_columns; c++) {
            const bmi_column *column = &w->out->columns[c];
            double *real = column->type == BM_COLUMN_REAL ? column->values : NULL;
            int64_t *whole = column->type == BM_COLUMN_INTEGER ? column->values : NULL;
            for (int64_t r = 0; real && r < w->out->rows; r++)
                if (real[r] == value) real[r] = NAN;
            for (int64_t r = 0; whole && r < w->out->rows; r++)
                if (is_exact ? whole[r] == exact : (double)whole[r] == value) whole[r] = INT64_MIN;
        }
    }
}

/* Numbers that are not finite are no cells of their column. */
static bm_status find_infinite(bmi_csv_work *w)
{
    for (size_t c = 0; c < w->n_columns; c++) {
        if (w->out->columns[c].type != BM_COLUMN_REAL || !(bmi_csv_seen(w, c) & BMI_SEEN_INFINITE)) continue;
        double *values = w->out->columns[c].values;
        for (int64_t r = 0; r < w->out->rows; r++) {
            if (!isinf(values[r])) continue;
            if (!bmi_csv_mark_bad(w, r, c)) return w->error->status;
            values[r] = NAN;
        }
    }
    return BM_OK;
}

bool bmi_csv_note_digits(bm_context *context, const bmi_column *c, unsigned seen, bool code, bmi_notes *notes)
{
    if (c->type == BM_COLUMN_INTEGER && code)
        return bmi_notes_add_as(
            BMI_ADVICE_TEXT, context, notes,
            "%.100s has numbers that begin with 0, which are read without it: if they are codes, \001a column of "
            "text keeps\002 it",
            c->name);
    if (c->type != BM_COLUMN_REAL || !(seen & BMI_SEEN_BIG)) return true;
    return bmi_notes_add_as(
        BMI_ADVICE_TEXT, context, notes,
        "%.100s has whole numbers of more digits than f64 holds, and is real because not all are integers of "
        "64 bits: their last digits are lost; \001a column of text keeps\002 them",
        c->name);
}

bm_status bmi_csv_finish(bmi_csv_work *w)
{
    bm_status st = settle_types(w);
    if (st) return st;
    for (size_t i = 0; i < w->n_chunks; i++) w->out->rows += w->chunks[i].rows;
    finishing f = { .work = w };
    bmi_parallel_exact(w->context, bmi_csv_parts(w, w->room > 1000 ? w->n_columns : 1), finish_part, &f);
    if (f.failed) return bmi_fail_memory(w->error, w->here, (size_t)w->out->rows * 8, "the columns of a CSV file");
    if ((f.windows || w->windows_names) &&
        !bmi_notes_add(w->context, &w->out->notes, "some text is not UTF-8 and was read as Windows-1252"))
        return bmi_fail_memory(w->error, w->here, 1000, "a note");
    bool told = true;
    for (size_t c = 0; told && w->codes && c < w->n_columns; c++)
        if (!w->asked[c])
            told = bmi_csv_note_digits(w->context, &w->out->columns[c], bmi_csv_seen(w, c), w->codes[c], &w->out->notes);
    if (!told) return bmi_fail_memory(w->error, w->here, 1000, "a note");
    forget_marks(w);
    return find_infinite(w);
}
