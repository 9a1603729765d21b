// SPDX-License-Identifier: Apache-2.0
/* Where and what a bad row of a CSV file is, in words. Line numbers are counted here only, when something is to be said. */
#include "format/csv_inside.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One more than the line ends before an offset. */
static bm_status line_of(bmi_csv_work *w, size_t offset, int64_t *line)
{
    unsigned char *buffer = NULL;
    size_t capacity = 0;
    bm_status st = BM_OK;
    *line = 1 + w->lines_before;
    for (size_t at = 0; at < offset && !st; at += 1 << 16) {
        const unsigned char *bytes;
        const size_t n = offset - at < 1 << 16 ? offset - at : 1 << 16;
        st = bmi_source_read(w->error, w->here, w->source, at, n, &buffer, &capacity, &bytes);
        for (size_t i = 0; !st && i < n; i++) *line += bytes[i] == w->dialect.line;
    }
    bmi_release(w->context, buffer, capacity, 1);
    return st;
}

static const char *column_name(const bmi_csv_work *w, int64_t cell)
{
    return cell >= 1 && (size_t)cell <= w->n_columns ? w->out->columns[cell - 1].name : "no column";
}

bmi_cause bmi_csv_cause(const bmi_csv_work *w, const bmi_csv_bad *bad)
{
    if (bad->problem != BMI_CSV_CELLS) return BMI_CAUSE_NONE;
    if (w->n_columns != 1 || bad->cells < 1) return BMI_CAUSE_CELLS;
    return *w->out->columns[0].name == '#' ? BMI_CAUSE_COMMENTS : BMI_CAUSE_TITLES;
}

bm_status bmi_csv_describe(bmi_csv_work *w, const bmi_csv_bad *bad, char into[600])
{
    int64_t line = 0;
    bm_status st =
        line_of(w, bad->problem == BMI_CSV_CELLS || bad->problem == BMI_CSV_TOO_LONG ? bad->row_at : bad->problem_at, &line);
    if (st) return st;
    const int n = snprintf(into, 600, "%.200s:%" PRId64 ":%" PRId64 ": ", w->source->name, line, bad->cells);
    const size_t room = n < 600 ? 600 - (size_t)n : 0;
    char *rest = into + (room ? n : 599);
    const int64_t columns = (int64_t)w->n_columns;
    const bmi_cause cause = bmi_csv_cause(w, bad);
    switch (bad->problem) {
    case BMI_CSV_CELLS:
        snprintf(rest, room, "the row has %" PRId64 " cell%s, there %s %" PRId64 " column%s; %s", bad->cells,
                 bad->cells == 1 ? "" : "s", columns == 1 ? "is" : "are", columns, columns == 1 ? "" : "s",
                 bad->cells < columns          ? "add the missing delimiters"
                 : cause == BMI_CAUSE_COMMENTS ? "if lines that begin with # are comments, say so"
                 : cause == BMI_CAUSE_TITLES
                     ? "put cells with a delimiter inside in quotes, or give another delimiter; titles above the "
                       "names of the columns "
                       "are lines to skip"
                     : "put cells with a delimiter inside in quotes");
        break;
    case BMI_CSV_STRAY_QUOTE:
        snprintf(rest, room,
                 "a quote stands behind the first one inside the cell of column \"%.80s\"; put the whole cell in quotes and "
                 "write each "
                 "quote in it twice",
                 column_name(w, bad->cells));
        break;
    case BMI_CSV_OPEN_QUOTE:
        snprintf(rest, room, "the quote that opens the cell of column \"%.80s\" is never closed", column_name(w, bad->cells));
        break;
    case BMI_CSV_HAS_NUL:
        snprintf(rest, room, "there is a NUL byte in column \"%.80s\"; is this a CSV file in UTF-8?",
                 column_name(w, bad->cells));
        break;
    case BMI_CSV_LONE_RETURN:
        snprintf(rest, room,
                 "a carriage return stands alone in column \"%.80s\", while lines end otherwise; put the cell in quotes",
                 column_name(w, bad->cells));
        break;
    case BMI_CSV_TOO_LONG:
        snprintf(rest, room, "the row is longer than 64 MB; is a quote never closed, or is this no table?");
        break;
    default: snprintf(rest, room, "the file changed while it was read"); break;
    }
    return BM_OK;
}

/* Whether the row at p is one that is kept; *after is where the next one begins. The text of one of its cells. */
static bool is_kept(const bmi_csv_work *w, const unsigned char *p, const unsigned char *end, size_t column,
                    const unsigned char **after, char text[64])
{
    bmi_csv_dialect d = w->dialect;
    bmi_csv_cell cell = { .last = false };
    size_t c = 0;
    d.literal = true;
    *text = 0;
    for (; !cell.last; c++) {
        if (bmi_csv_cell_read(&d, p, end, &cell)) {
            *after = bmi_csv_skip_line(&w->dialect, cell.next, end);
            return false;
        }
        if (c == column) snprintf(text, 64, "%.*s", cell.n < 60 ? (int)cell.n : 60, (const char *)cell.at);
        p = cell.next;
    }
    *after = p;
    return w->fill || c == w->n_columns;
}

/* The offset of the number-th kept row of a chunk and the text of one of its cells. */
static bm_status find_cell(bmi_csv_work *w, const bmi_csv_chunk *k, int64_t number, size_t column, size_t *offset,
                           char text[64])
{
    unsigned char *buffer = NULL;
    const unsigned char *bytes;
    size_t capacity = 0;
    bm_status st = bmi_source_read(w->error, w->here, w->source, k->begin, k->end - k->begin, &buffer, &capacity, &bytes);
    const unsigned char *p = bytes, *end = st ? p : bytes + (k->end - k->begin), *after;
    *offset = k->begin;
    *text = 0;
    for (int64_t r = -1; !st && r < number && (p = bmi_csv_blank_lines(&w->dialect, p, end)) < end; p = after) {
        *offset = k->begin + (size_t)(p - bytes);
        r += is_kept(w, p, end, column, &after, text);
    }
    bmi_release(w->context, buffer, capacity, 1);
    return st;
}

bm_status bmi_csv_describe_cell(bmi_csv_work *w, int64_t row, size_t column, size_t *offset, char into[600])
{
    static const char *const none[] = { [BM_COLUMN_REAL] = "not a finite number",
                                        [BM_COLUMN_INTEGER] = "no integer",
                                        [BM_COLUMN_BOOL] = "neither true nor false",
                                        [BM_COLUMN_TIME] = "no date" };
    size_t i = 0;
    for (; i + 1 < w->n_chunks && row >= w->chunks[i].rows; i++) row -= w->chunks[i].rows;
    char text[64];
    int64_t line = 0;
    const bm_column_type type = w->out->columns[column].type;
    bm_status st = find_cell(w, &w->chunks[i], row, column, offset, text);
    if (!st) st = line_of(w, *offset, &line);
    double value;
    bool integer = false;
    const bool outside = !st && type == BM_COLUMN_INTEGER && bmi_cell_number(text, strlen(text), &value, &integer) && integer;
    if (!st)
        snprintf(into, 600, "%.200s:%" PRId64 ":%zu: \"%s\" in column \"%.80s\" is %s; leave the cell empty if it is not known",
                 w->source->name, line, column + 1, text, w->out->columns[column].name,
                 outside      ? "no integer from -9223372036854775807 to 9223372036854775807"
                 : none[type] ? none[type]
                              : "not what the column is");
    return st;
}
