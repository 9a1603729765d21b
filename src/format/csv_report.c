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
    *line = 1;
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

bm_status bmi_csv_describe(bmi_csv_work *w, const bmi_csv_chunk *k, char into[600])
{
    int64_t line = 0;
    bm_status st = line_of(w, k->problem == BMI_CSV_CELLS ? k->row_at : k->problem_at, &line);
    if (st) return st;
    const int n = snprintf(into, 600, "%.200s:%" PRId64 ":%" PRId64 ": ", w->source->name, line, k->problem_cell);
    const size_t room = n < 600 ? 600 - (size_t)n : 0;
    char *rest = into + (room ? n : 599);
    const int64_t columns = (int64_t)w->n_columns;
    switch (k->problem) {
    case BMI_CSV_CELLS:
        snprintf(rest, room, "the row has %" PRId64 " cell%s, there %s %" PRId64 " column%s; %s", k->problem_cells,
                 k->problem_cells == 1 ? "" : "s", columns == 1 ? "is" : "are", columns, columns == 1 ? "" : "s",
                 k->problem_cells < columns ? "add the missing delimiters" : "put cells with a delimiter inside in quotes");
        break;
    case BMI_CSV_STRAY_QUOTE:
        snprintf(rest, room,
                 "a quote stands inside or behind the cell of column \"%.80s\"; put the whole cell in quotes and write each "
                 "quote in it twice",
                 column_name(w, k->problem_cell));
        break;
    case BMI_CSV_OPEN_QUOTE:
        snprintf(rest, room, "the quote that opens the cell of column \"%.80s\" is never closed",
                 column_name(w, k->problem_cell));
        break;
    case BMI_CSV_HAS_NUL:
        snprintf(rest, room, "there is a NUL byte in column \"%.80s\"; is this a CSV file in UTF-8?",
                 column_name(w, k->problem_cell));
        break;
    case BMI_CSV_LONE_RETURN:
        snprintf(rest, room,
                 "a carriage return stands alone in column \"%.80s\", while lines end otherwise; put the cell in quotes",
                 column_name(w, k->problem_cell));
        break;
    default: snprintf(rest, room, "the file changed while it was read"); break;
    }
    return BM_OK;
}

/* The offset of the number-th kept row of a chunk and the text of one of its cells. */
static bm_status find_cell(bmi_csv_work *w, const bmi_csv_chunk *k, int64_t number, size_t column, size_t *offset,
                           char text[64])
{
    unsigned char *buffer = NULL;
    const unsigned char *bytes;
    size_t capacity = 0;
    bm_status st = bmi_source_read(w->error, w->here, w->source, k->begin, k->end - k->begin, &buffer, &capacity, &bytes);
    const unsigned char *p = bytes, *end = st ? p : bytes + (k->end - k->begin);
    *offset = k->begin;
    *text = 0;
    for (int64_t r = 0; !st && p < end; r++) {
        p = bmi_csv_blank_lines(&w->dialect, p, end);
        *offset = k->begin + (size_t)(p - bytes);
        bmi_csv_cell cell = { .last = false };
        for (size_t c = 0; p < end && !cell.last && !bmi_csv_cell_read(&w->dialect, p, end, &cell); c++) {
            if (c == column) snprintf(text, 64, "%.*s", cell.n < 60 ? (int)cell.n : 60, (const char *)cell.at);
            p = cell.next;
        }
        if (r == number || !cell.last) break;
    }
    bmi_release(w->context, buffer, capacity, 1);
    return st;
}

bm_status bmi_csv_describe_infinite(bmi_csv_work *w, int64_t row, size_t column, char into[600])
{
    size_t i = 0;
    for (; i + 1 < w->n_chunks && row >= w->chunks[i].rows; i++) row -= w->chunks[i].rows;
    size_t offset;
    char text[64];
    int64_t line = 0;
    bm_status st = find_cell(w, &w->chunks[i], row, column, &offset, text);
    if (!st) st = line_of(w, offset, &line);
    if (!st)
        snprintf(into, 600,
                 "%.200s:%" PRId64
                 ":%zu: \"%s\" in column \"%.80s\" is not a finite number; leave the cell empty if it is not known",
                 w->source->name, line, column + 1, text, w->out->columns[column].name);
    return st;
}
