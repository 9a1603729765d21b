// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as a CSV file. The first byte chooses the options. The file is read in one chunk and in chunks of 16 bytes, and
 * both must give the same table or the same error.
 */
#include "format/csv.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size) return 0;
    const bm_name text = "a", marks[] = { "-9", "" }; /* one of them, both, or none */
    const bm_csv_options o = { .no_header = bytes[0] & 1,
                               .skip_bad_rows = bytes[0] & 2,
                               .rename_duplicates = bytes[0] & 4,
                               .delimiter = bytes[0] & 8 ? ';' : 0,
                               .text = { &text, bytes[0] >> 4 & 1 },
                               .decimal = bytes[0] & 32 ? ',' : 0,
                               .missing = { marks + !(bytes[0] & 64), (size_t)(bytes[0] >> 6 & 1) + (bytes[0] >> 7) } };
    static bm_context *context; /* one thread: the order of work is the same in every run */
    if (!context) context = bm_context_new(.threads = 1);
    bmi_csv whole, pieces;
    bmi_error e = { 0 }, f = { 0 };
    bmi_csv_read_bytes(&e, (bm_place){ 0 }, context, "f", bytes + 1, size - 1, 0, &o, &whole);
    bmi_csv_read_bytes(&f, (bm_place){ 0 }, context, "f", bytes + 1, size - 1, 16, &o, &pieces);
    if (e.status != f.status || strcmp(e.text, f.text)) abort();
    if (e.status && !*e.text) abort(); /* an error without words */
    if (e.status) return 0;
    same(&whole, &pieces);
    bmi_csv_end(context, &whole);
    bmi_csv_end(context, &pieces);
    return 0;
}
