// SPDX-License-Identifier: Apache-2.0
/* Writing a table as CSV (RFC 4180): shortest numbers that read back as the same bits, quotes only where they must be.
 * Read with the types of its columns every table comes back cell for cell. */
#include "format/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "format/datetime.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 16 };

typedef struct output {
    bmi_writer *writer;
    char *at; /* ROOM bytes */
    size_t used;
    char delimiter;
    bool f32;
} output;

static bm_status put(output *o, const char *bytes, size_t n)
{
    bm_status st = BM_OK;
    while (!st && n) {
        const size_t part = n < ROOM - o->used ? n : ROOM - o->used;
        memcpy(o->at + o->used, bytes, part);
        o->used += part;
        bytes += part;
        n -= part;
        if (o->used == ROOM) {
            st = bmi_writer_bytes(o->writer, o->at, ROOM);
            o->used = 0;
        }
    }
    return st;
}

/* Whether a text is read back as it is only in quotes: one that means a missing cell without them, has blanks at its ends, could begin a
 * comment or a file, or has a delimiter in it, be it another, by which the reader might take it for this file's. */
static bool needs_quotes(const output *o, const char *text, size_t n)
{
    size_t bare = n;
    bmi_trim(text, &bare);
    if (bare < n || bmi_cell_is_missing(text, n) || *text == '#' || !strncmp(text, "\xef\xbb\xbf", 3)) return true;
    for (size_t i = 0; i < n; i++)
        if (text[i] == '"' || text[i] == '\n' || text[i] == '\r' || text[i] == o->delimiter || strchr(",;\t|", text[i]))
            return true;
    return false;
}

static bm_status put_text(output *o, const char *text, size_t n)
{
    if (!needs_quotes(o, text, n)) return put(o, text, n);
    bm_status st = put(o, "\"", 1);
    for (size_t i = 0; i < n && !st; i++) {
        if (text[i] == '"') st = put(o, "\"", 1);
        if (!st) st = put(o, text + i, 1);
    }
    return st ? st : put(o, "\"", 1);
}

static bm_status put_cell(output *o, const bmi_column *c, int64_t row)
{
    char number[32];
    int n = 0;
    switch (c->type) {
    case BM_COLUMN_REAL: {
        const double value = ((const double *)c->values)[row];
        if (!isnan(value)) n = o->f32 ? bmi_write_real_f32(number, (float)value) : bmi_write_real(number, value);
        break;
    }
    case BM_COLUMN_INTEGER: {
        const int64_t value = ((const int64_t *)c->values)[row];
        if (value != INT64_MIN) n = snprintf(number, sizeof number, "%" PRId64, value);
        break;
    }
    case BM_COLUMN_BOOL: {
        const uint8_t value = ((const uint8_t *)c->values)[row];
        if (value != BMI_BOOL_MISSING) n = snprintf(number, sizeof number, "%s", value ? "true" : "false");
        break;
    }
    case BM_COLUMN_TIME: {
        const int64_t value = ((const int64_t *)c->values)[row];
        if (value != INT64_MIN) n = bmi_time_write(value, (bmi_date_detail)c->form.detail, number);
        break;
    }
    default: {
        const int32_t code = ((const int32_t *)c->values)[row];
        size_t length;
        if (code < 0) break;
        const char *text = bmi_dictionary_text(&c->dictionary, code, &length);
        return put_text(o, text, length);
    }
    }
    return put(o, number, (size_t)n);
}

static bm_status put_rows(output *o, const bmi_column *columns, size_t n, int64_t rows, bool header)
{
    bm_status st = BM_OK;
    for (int64_t r = header ? -1 : 0; r < rows && !st; r++) {
        const size_t before = o->used;
        for (size_t c = 0; c < n && !st; c++) {
            if (c) st = put(o, &o->delimiter, 1);
            if (!st) st = r < 0 ? put_text(o, columns[c].name, strlen(columns[c].name)) : put_cell(o, &columns[c], r);
        }
        if (!st && n == 1 && o->used == before) { /* an empty line would be passed over; in quotes a text is one */
            const bool text = columns->type == BM_COLUMN_TEXT;
            st = put(o, text ? "NA" : "\"\"", 2);
        }
        if (!st) st = put(o, "\n", 1);
    }
    return st;
}

bm_status bmi_csv_write_to(bmi_error *e, bm_place here, bm_context *context, bmi_writer *to,
                           const bm_csv_write_options *options, const bmi_column *columns, size_t n_columns, int64_t rows)
{
    output o = { .delimiter = options->delimiter ? options->delimiter : ',', .f32 = options->f32, .writer = to };
    if (strchr("\"\r\n", o.delimiter))
        return bmi_fail(e, BM_E_ARGUMENT, here, "a quote or line end cannot be the delimiter of %s", options->path);
    o.at = bmi_alloc_raw(context, ROOM, 1);
    if (!o.at) return bmi_fail_memory(e, here, ROOM, "to write a CSV file");
    if (!put_rows(&o, columns, n_columns, rows, !options->no_header)) bmi_writer_bytes(to, o.at, o.used);
    bmi_release(context, o.at, ROOM, 1);
    return e->status;
}

bm_status bmi_csv_write(bmi_error *e, bm_place here, bm_context *context, const bm_csv_write_options *options,
                        const bmi_column *columns, size_t n_columns, int64_t rows)
{
    if (!options->path) return bmi_fail(e, BM_E_ARGUMENT, here, "no path is given for the CSV file");
    bmi_writer *to = bmi_writer_begin(e, here, context, options->path);
    if (to && !bmi_csv_write_to(e, here, context, to, options, columns, n_columns, rows)) bmi_writer_commit(to);
    bmi_writer_end(to);
    return e->status;
}
