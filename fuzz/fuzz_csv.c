// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as a CSV file. The first byte chooses the options. What is read is checked: the same with bad rows left out
 * gives no fewer errors than rows, and every cell can be reached. */
#include "format/csv.h"
#include "fuzz.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size) return 0;
    const bm_name        text = "a";
    const bm_csv_options o = { .no_header = bytes[0] & 1, .skip_bad_rows = bytes[0] & 2, .rename_duplicates = bytes[0] & 4, .delimiter = bytes[0] & 8 ? ';' : 0,
                               .text = { &text, bytes[0] >> 4 & 1 } };
    bmi_csv   csv;
    bmi_error e = { 0 };
    if (bmi_csv_read_bytes(&e, (bm_place){ 0 }, NULL, "f", bytes + 1, size - 1, &o, &csv)) {
        if (!*e.text) abort(); /* an error without words */
        return 0;
    }
    if (csv.rows < 1 || !csv.n_columns) abort();
    for (size_t c = 0; c < csv.n_columns; c++) {
        const bmi_column *k = &csv.columns[c];
        if (k->bytes < (size_t)csv.rows * bmi_column_cell(k->type)) abort();
        for (int64_t r = 0; k->type == BM_COLUMN_TEXT && r < csv.rows; r++)
            if (((const int32_t *)k->values)[r] >= k->dictionary.count) abort();
    }
    bmi_csv_end(NULL, &csv);
    return 0;
}
