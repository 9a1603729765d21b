// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as a CSV file. The first byte and a sum of the others choose the options. The file is read in one chunk and in
 * chunks of 16 bytes, and both must give the same table or the same error; and by parts, which must be the rows of the table.
 */
#include "format/csv_reader.h"
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>

static void same(const bmi_csv *a, const bmi_csv *b)
{
    if (a->rows != b->rows || a->n_columns != b->n_columns || a->skipped != b->skipped || a->rows < 1 || !a->n_columns) abort();
    for (size_t c = 0; c < a->n_columns; c++) {
        const bmi_column *x = &a->columns[c], *y = &b->columns[c];
        if (x->type != y->type || strcmp(x->name, y->name)) abort();
        if (memcmp(x->values, y->values, (size_t)a->rows * bmi_column_cell(x->type))) abort();
        if (x->dictionary.count != y->dictionary.count || x->dictionary.used != y->dictionary.used) abort();
        if (x->dictionary.used && memcmp(x->dictionary.bytes, y->dictionary.bytes, x->dictionary.used)) abort();
    }
}

/* Parts of three rows, one behind the other, against the whole. Where reading by parts fails, reading whole did, or a row is too long. */
static void by_parts(bm_context *context, const uint8_t *bytes, size_t size, bm_csv_options o, const bmi_csv *whole,
                     bool failed)
{
    bmi_csv_reader r;
    bmi_error e = { 0 };
    if (size > 1 && bytes[0] == 0x1f && bytes[1] == 0x8b) return; /* as a file it is packed */
    o.path = fuzz_file(bytes, size);
    bm_status st = bmi_csv_reader_open(&e, (bm_place){ 0 }, context, &o, &r);
    int64_t from = 0;
    for (bmi_csv part; !st; bmi_csv_end(context, &part)) {
        if ((st = bmi_csv_reader_next(&e, (bm_place){ 0 }, &r, 3, &part)) || !part.rows) break;
        if (!failed && from + part.rows > whole->rows) abort();
        for (size_t c = 0; !failed && c < part.n_columns; c++) {
            const size_t cell = bmi_column_cell(whole->columns[c].type);
            if (part.columns[c].type != whole->columns[c].type) abort();
            if (memcmp((const char *)whole->columns[c].values + (size_t)from * cell, part.columns[c].values,
                       (size_t)part.rows * cell))
                abort();
        }
        from += part.rows;
    }
    if (failed ? !st && from : st || from != whole->rows) abort();
    bmi_csv_reader_end(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size) return 0;
    uint8_t more = 0; /* options that came later than most of the corpus */
    for (size_t i = 1; i < size; i++) more = (uint8_t)(more * 31 + bytes[i]);
    const bm_name text = "a", marks[] = { "-9", "" }; /* one of them, both, or none */
    const bm_column_as types[] = { { "a", BM_COLUMN_REAL }, { "b", BM_COLUMN_TIME }, { "c", BM_COLUMN_BOOL } };
    const bm_csv_options o = { .no_header = bytes[0] & 1,
                               .skip_bad_rows = bytes[0] & 2,
                               .rename_duplicates = bytes[0] & 4,
                               .delimiter = bytes[0] & 8 ? ';' : 0,
                               .text = { &text, bytes[0] >> 4 & 1 },
                               .decimal = bytes[0] & 32 ? ',' : 0,
                               .missing = { marks + !(bytes[0] & 64), (size_t)(bytes[0] >> 6 & 1) + (bytes[0] >> 7) },
                               .header = !(bytes[0] & 1) && more & 1,
                               .fill_bad_rows = more & 2,
                               .trim = more & 4,
                               .comment = more & 8 ? '#' : 0,
                               .thousands = more & 16 ? '\'' : 0,
                               .dates = more & 32 ? "dmy" : NULL,
                               .types = { types, more >> 6 } };
    static bm_context *context; /* one thread: the order of work is the same in every run */
    if (!context) context = bm_context_new(.threads = 1);
    bmi_csv whole, pieces;
    bmi_error e = { 0 }, f = { 0 };
    bmi_csv_read_bytes(&e, (bm_place){ 0 }, context, "f", bytes + 1, size - 1, 0, &o, &whole);
    bmi_csv_read_bytes(&f, (bm_place){ 0 }, context, "f", bytes + 1, size - 1, 16, &o, &pieces);
    if (e.status != f.status || strcmp(e.text, f.text)) abort();
    if (e.status && !*e.text) abort(); /* an error without words */
    by_parts(context, bytes + 1, size - 1, o, &whole, e.status);
    if (e.status) return 0;
    same(&whole, &pieces);
    bmi_csv_end(context, &whole);
    bmi_csv_end(context, &pieces);
    return 0;
}
