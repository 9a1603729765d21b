// SPDX-License-Identifier: Apache-2.0
/* The rows of one chunk. A cell that is a number in common form is read in one go up to its delimiter; anything else takes the way
 * over bmi_csv_cell_read. Rows are gathered in a small row-major tile that stays in the cache and are then written column by
 * column, so that a table of any width is written in whole cache lines.
 */
#include "format/csv_inside.h"
#include "base/text.h"
#include "format/decimal.h"
#include "format/stop.h"
#include <math.h>

int64_t bmi_csv_tile_rows(size_t n_columns)
{
    const size_t rows = 4096 / (n_columns ? n_columns : 1);
    return rows < 8 ? 8 : rows > 256 ? 256 : (int64_t)rows;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    return bits;
}

/* A cell as int64_t where its column is known to be integers. */
static uint64_t exact_integer(const bmi_csv_cell *cell)
{
    size_t n = cell->n;
    const char *text = bmi_trim((const char *)cell->at, &n);
    int64_t value;
    return bmi_read_int(text, n, &value) ? (uint64_t)value : (uint64_t)INT64_MIN;
}

bool bmi_csv_is_mark(const bmi_csv_work *w, const char *text, size_t n)
{
    const bm_names *marks = &w->options->missing;
    for (size_t i = 0; i < marks->count; i++)
        if (marks->at[i] && strlen(marks->at[i]) == n && !memcmp(marks->at[i], text, n)) return true;
    return false;
}

bool bmi_csv_is_missing(const bmi_csv_work *w, const char *text, size_t n)
{
    if (bmi_csv_is_mark(w, text, n)) return true;
    text = bmi_trim(text, &n);
    return (w->named_marks ? !n : bmi_cell_is_missing(text, n)) || bmi_csv_is_mark(w, text, n);
}

/* What a text's bytes are when the column is guessed: sets *seen and gives the bits; BMI_SEEN_TEXT when it is no number. */
static uint64_t guess(const bmi_csv_work *w, const char *text, size_t n, bool quoted, uint8_t *seen)
{
    double value;
    bool integer;
    int64_t exact;
    *seen = 0;
    if (bmi_csv_is_missing(w, text, n)) {
        if (quoted) *seen = BMI_SEEN_LATE_TEXT; /* in a column of text it is one */
        return BMI_CSV_MISSING;
    }
    if (bmi_cell_number(text, n, &value, &integer)) {
        if (!isfinite(value)) *seen = BMI_SEEN_INFINITE | BMI_SEEN_REAL;
        else if (!integer) *seen = BMI_SEEN_REAL;
        else if (fabs(value) < 0x1p53) *seen = BMI_SEEN_INT;
        else {
            text = bmi_trim(text, &n);
            *seen = bmi_read_int(text, n, &exact) && exact != INT64_MIN ? BMI_SEEN_INT | BMI_SEEN_BIG
                                                                        : BMI_SEEN_REAL | BMI_SEEN_BIG;
        }
        return bits_of(value);
    }
    const int truth = bmi_cell_bool(text, n);
    *seen = truth >= 0 ? BMI_SEEN_BOOL : BMI_SEEN_TEXT | BMI_SEEN_SLOW;
    return truth >= 0 ? bits_of(truth) : 0;
}

/* The bits of a cell that the fast way did not take. */
static bmi_csv_problem slow_cell(const bmi_csv_work *w, size_t column, const bmi_csv_cell *cell, uint8_t column_seen,
                                 bmi_dictionary *texts, bmi_csv_scratch *s, uint64_t *bits, uint8_t *seen)
{
    const char *text = (const char *)cell->at;
    size_t n = cell->n;
    if (cell->doubled) {
        if (!bmi_grow(w->context, (void **)&s->text, &s->text_capacity, n + 1, 1)) return BMI_CSV_NO_MEMORY;
        n = bmi_csv_cell_copy(cell, s->text);
        text = s->text;
    }
    if (w->mode[column] == BMI_CSV_AS_INT64) {
        *bits = exact_integer(cell);
        *seen = BMI_SEEN_INT;
        return BMI_CSV_FINE;
    }
    if (w->mode[column] == BMI_CSV_GUESS && !(column_seen & BMI_SEEN_TEXT)) {
        *bits = guess(w, text, n, cell->quoted, seen);
        if (!(*seen & BMI_SEEN_TEXT)) return BMI_CSV_FINE;
        if (column_seen) *seen |= BMI_SEEN_LATE_TEXT;
    } else {
        *seen = BMI_SEEN_TEXT | BMI_SEEN_SLOW;
        *bits = BMI_CSV_MISSING;
        if (cell->quoted ? bmi_csv_is_mark(w, text, n) : bmi_csv_is_missing(w, text, n)) return BMI_CSV_FINE;
    }
    const int32_t code = bmi_dictionary_add(texts, text, n);
    *bits = (uint64_t)code;
    return code < 0 ? BMI_CSV_NO_MEMORY : BMI_CSV_FINE;
}

/* Numbers that may mean a missing cell are looked at as texts. */
static bool may_be_mark(const bmi_csv_work *w, uint64_t bits)
{
    for (size_t i = 0; i < w->n_marks; i++)
        if (w->marks[i] == bits) return true;
    return false;
}

/* Reads the cells of the row at p into `row`; *after is where the next row begins, or where the problem is. */
static bmi_csv_problem read_row(const bmi_csv_work *w, const bmi_csv_dialect *d, const uint8_t *seen, bmi_dictionary *texts,
                                const unsigned char *p, const unsigned char *end, bmi_csv_scratch *s, uint64_t *row,
                                size_t *cells, const unsigned char **after)
{
    const size_t n_columns = w->n_columns;
    const unsigned char delimiter = w->dialect.delimiter, line = w->dialect.line;
    const unsigned char *safe = end - p > 2 * BMI_DECIMAL_ROOM ? end - 2 * BMI_DECIMAL_ROOM : p; /* room to look ahead */
    uint8_t *row_seen = s->seen;
    for (size_t c = 0;; c++) {
        const unsigned char *stop;
        if (c < n_columns && p < safe && !(seen[c] & BMI_SEEN_SLOW) && (stop = bmi_stop(p, delimiter, line))) {
            bmi_decimal number;
            const unsigned char *q = bmi_decimal_short(p, stop, &number) ? stop : bmi_decimal_read(p, &number);
            if ((q == stop || (q && q + 1 == stop && *q == '\r' && *stop == '\n')) &&
                (number.real || number.whole <= UINT64_C(1) << 53) && !may_be_mark(w, number.bits)) {
                row[c] = number.bits;
                row_seen[c] = number.real ? BMI_SEEN_REAL : BMI_SEEN_INT;
                p = stop + 1;
                if (*stop == delimiter) continue;
                *after = p;
                *cells = c + 1;
                return BMI_CSV_FINE;
            }
        }
        bmi_csv_cell cell;
        bmi_csv_problem problem = bmi_csv_cell_read(d, p, end, &cell);
        *after = cell.next;
        *cells = c + 1;
        if (!problem && c < n_columns) problem = slow_cell(w, c, &cell, seen[c], &texts[c], s, &row[c], &row_seen[c]);
        if (problem || cell.last) return problem;
        p = cell.next;
    }
}

/* Writes the tile's rows behind those that the chunk has. */
static void flush(const bmi_csv_work *w, bmi_csv_chunk *k, const uint64_t *tile, int64_t rows)
{
    const size_t n = w->n_columns;
    for (size_t c = 0; c < n; c++) {
        uint64_t *to = w->cells[c] + k->base + k->rows;
        for (int64_t r = 0; r < rows; r++) to[r] = tile[(size_t)r * n + c];
    }
    k->rows += rows;
}

const unsigned char *bmi_csv_skip_line(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end)
{
    const unsigned char *line = p < end ? memchr(p, d->line, (size_t)(end - p)) : NULL;
    return line ? line + 1 : end;
}

/* Notes a bad row, before which the chunk has `rows` good ones. True when the chunk ends with it. */
static bool bad_row(const bmi_csv_work *w, bmi_csv_chunk *k, bmi_csv_problem problem, size_t row_at, size_t at, size_t cells,
                    int64_t rows)
{
    const bool unread = problem != BMI_CSV_CELLS;                    /* not read to its end: there may be quotes in the rest */
    const bool stray = problem == BMI_CSV_STRAY_QUOTE && !k->serial; /* it may be a character */
    bool stop = !w->skip || problem >= BMI_CSV_TOO_LONG || (unread && !k->serial) || stray;
    if (!stop && !bmi_grow(w->context, (void **)&k->bad_at, &k->bad_room, (size_t)k->bad + 1, sizeof *k->bad_at)) {
        problem = BMI_CSV_NO_MEMORY;
        stop = true;
    }
    if (!stop) k->bad_at[k->bad] = rows;
    if (stop) k->stopped_at = row_at;
    k->goes_on = stop && (w->skip || stray) && problem < BMI_CSV_TOO_LONG; /* in the rest, where it is met again */
    if (!k->goes_on && (stop || k->n_told < BMI_CSV_TOLD)) {
        if (k->n_told == BMI_CSV_TOLD) k->n_told--;
        k->told[k->n_told++] = (bmi_csv_bad){ .problem = problem, .row_at = row_at, .problem_at = at, .cells = (int64_t)cells };
    }
    k->stopped = stop;
    k->bad += !stop;
    return stop;
}

/* A row of another number of cells, where such rows are kept: missing cells are put behind it, or those too many are left out. */
static void fit_row(const bmi_csv_work *w, bmi_csv_chunk *k, size_t cells, uint64_t *row, uint8_t *seen)
{
    k->filled += cells < w->n_columns;
    k->cut += cells > w->n_columns;
    for (size_t c = cells; c < w->n_columns; c++) {
        row[c] = w->mode[c] == BMI_CSV_AS_INT64 ? (uint64_t)INT64_MIN : BMI_CSV_MISSING;
        seen[c] = 0;
    }
}

void bmi_csv_rows(const bmi_csv_work *w, size_t chunk, const unsigned char *begin, const unsigned char *end, bmi_csv_scratch *s)
{
    bmi_csv_chunk *k = &w->chunks[chunk];
    const size_t n = w->n_columns;
    uint8_t *seen = w->seen + chunk * n;
    bmi_dictionary *texts = w->texts + chunk * n;
    const int64_t tile_rows = bmi_csv_tile_rows(n);
    int64_t t = 0;
    bmi_csv_dialect dialect = w->dialect;
    dialect.literal = k->serial;
    k->rows = k->bad = k->filled = k->cut = 0;
    k->n_told = 0;
    k->stopped = k->goes_on = false;
    for (size_t c = 0; c < n; c++) seen[c] = w->mode[c] == BMI_CSV_GUESS ? 0 : BMI_SEEN_SLOW;
    for (const unsigned char *p = bmi_csv_blank_lines(&w->dialect, begin, end); p < end;
         p = bmi_csv_blank_lines(&w->dialect, p, end)) {
        const unsigned char *after;
        size_t cells;
        bmi_csv_problem problem = read_row(w, &dialect, seen, texts, p, end, s, s->tile + (size_t)t * n, &cells, &after);
        if ((!problem && (size_t)(after - p) > BMI_CSV_MAX_ROW) ||
            (problem == BMI_CSV_OPEN_QUOTE && (size_t)(end - p) > BMI_CSV_MAX_ROW))
            problem = BMI_CSV_TOO_LONG;
        if (!problem && cells != n) {
            if (w->fill) fit_row(w, k, cells, s->tile + (size_t)t * n, s->seen);
            else problem = BMI_CSV_CELLS;
        }
        if (!problem && k->rows + t >= k->room) problem = BMI_CSV_NO_ROOM;
        if (problem) {
            if (bad_row(w, k, problem, k->begin + (size_t)(p - begin), k->begin + (size_t)(after - begin), cells, k->rows + t))
                break;
            p = problem == BMI_CSV_CELLS ? after : bmi_csv_skip_line(&w->dialect, after, end);
            continue;
        }
        for (size_t c = 0; c < n; c++) seen[c] |= s->seen[c];
        p = after;
        if (++t == tile_rows) {
            flush(w, k, s->tile, t);
            t = 0;
        }
    }
    flush(w, k, s->tile, t);
}
