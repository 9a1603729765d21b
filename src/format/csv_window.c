// SPDX-License-Identifier: Apache-2.0
/* Windows: pieces of some megabytes of a CSV file that end where a row ends, outside quotes and comments. A stray
 * quote must not turn quotes inside out for the rest of the file: in the first pass, where there is one, and where bad rows are left out,
 * rows are gone through one by one.
 */
#include "format/csv_reader.h"
#include <inttypes.h>
#include <string.h>

enum { WINDOW = 1 << 21 };

bm_status bmi_csv_window_fill(bmi_error *e, bm_place here, bmi_csv_reader *r, size_t wanted)
{
    if (r->begin) {
        memmove(r->buffer, r->buffer + r->begin, r->size - r->begin);
        r->size -= r->begin;
        r->begin = 0;
    }
    if (r->capacity < wanted + 1) {
        unsigned char *larger = bmi_alloc_raw(r->context, wanted + 1, 1);
        if (!larger) return bmi_fail_memory(e, here, wanted + 1, "to read a CSV file");
        if (r->size) memcpy(larger, r->buffer, r->size);
        bmi_release(r->context, r->buffer, r->capacity, 1);
        r->buffer = larger;
        r->capacity = wanted + 1;
    }
    size_t got = 0;
    if (!r->at_end && r->size < wanted) {
        if (bmi_stream_read(e, here, &r->stream, r->buffer + r->size, wanted - r->size, &got)) return e->status;
        r->at_end = r->size + got < wanted;
        r->size += got;
    }
    r->buffer[r->size] = 0;
    return BM_OK;
}

/* Bytes up to the end of the last row that ends in them, by quotes alone. */
static size_t end_by_quotes(const unsigned char *p, size_t n, unsigned char line)
{
    size_t quotes = 0;
    for (size_t i = 0; i < n; i++) quotes += p[i] == '"';
    for (; n; n--) {
        if (p[n - 1] == '"') quotes--;
        else if (p[n - 1] == line && !(quotes & 1)) return n;
    }
    return 0;
}

/* The same where there are comments, quotes that are characters, or rows that cannot be read are left out: row by row. */
static size_t end_by_rows(bmi_csv_reader *r, bool skip)
{
    const bmi_csv_reading how = { .enough = r->size, .skip = skip };
    const bmi_csv_run run = bmi_csv_whole_rows(&r->dialect, r->buffer, r->size, &how);
    r->stray |= run.stray;
    return run.broken ? r->size : run.bytes;
}

bm_status bmi_csv_window(bmi_error *e, bm_place here, bmi_csv_reader *r, const unsigned char **bytes, size_t *n)
{
    const bool skip = r->options.skip_bad_rows || r->options.fill_bad_rows;
    size_t wanted = WINDOW;
    if (wanted < 64 * r->plan.n_columns) wanted = 64 * r->plan.n_columns;
    for (*n = 0;; wanted *= 2) {
        if (bmi_csv_window_fill(e, here, r, wanted)) return e->status;
        const bool whole = r->at_end;
        const unsigned char *p = r->buffer;
        const bool count = r->census == NULL && !skip && !r->dialect.comment && !r->stray; /* the first pass finds out */
        if (whole) *n = r->size;
        else if (count) *n = end_by_quotes(p, r->size, r->dialect.line);
        else *n = r->size ? end_by_rows(r, skip) : 0;
        if (*n || whole) break;
        if (wanted > 2 * (size_t)BMI_CSV_MAX_ROW)
            return bmi_fail(e, BM_E_FORMAT, here,
                            "%.200s:%" PRId64 ":1: the row is longer than 64 MB; is a quote never closed, or is this no table?",
                            r->stream.source.name, r->lines + 1);
    }
    *bytes = r->buffer;
    r->begin = *n;
    return BM_OK;
}
