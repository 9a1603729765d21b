// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: bytes as a libsvm file. What is read must be written and read back as the same numbers. */
#include "format/libsvm.h"
#include "fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size) return 0;
    const bm_libsvm_options o = { .zero_based = bytes[0] & 1, .features = bytes[0] >> 4 };
    bmi_error e = { 0 };
    bmi_csv csv, again;
    bm_context *context = fuzz_context();
    if (bmi_libsvm_read_bytes(&e, (bm_place){ 0 }, context, "f", bytes + 1, size - 1, &o, &csv)) {
        fuzz_check(*e.text);
        return 0;
    }
    fuzz_check(csv.rows > 0 && csv.n_columns > 0);
    const bool queries = csv.n_columns > 1 && !strcmp(csv.columns[1].name, "qid");
    const bool zero_based = csv.n_columns > 1u + queries && !strcmp(csv.columns[1 + queries].name, "f0");
    char path[] = "/tmp/fuzz_libsvm_XXXXXX";
    const int file = mkstemp(path);
    fuzz_check(file >= 0);
    const bm_libsvm_write_options how = { .path = path, .zero_based = zero_based };
    const bm_libsvm_options back = { .path = path, .zero_based = zero_based, .features = (int64_t)csv.n_columns - 1 - queries };
    if (!bmi_libsvm_write(&e, (bm_place){ 0 }, context, &how, csv.columns, csv.n_columns, 0, csv.rows) &&
        !bmi_libsvm_read(&e, (bm_place){ 0 }, context, &back, &again)) {
        fuzz_check(again.rows == csv.rows && again.n_columns == csv.n_columns);
        for (size_t c = 0; c < csv.n_columns; c++)
            for (int64_t r = 0; r < csv.rows; r++) {
                const double *x = csv.columns[c].values, *y = again.columns[c].values;
                const int64_t *i = csv.columns[c].values, *k = again.columns[c].values;
                fuzz_check(csv.columns[c].type == again.columns[c].type);
                fuzz_check(csv.columns[c].type == BM_COLUMN_INTEGER ? i[r] == k[r] : x[r] == y[r]); /* -0 is 0 */
            }
        bmi_csv_end(context, &again);
    } else fuzz_check(e.status == BM_E_MEMORY);
    close(file);
    remove(path);
    bmi_csv_end(context, &csv);
    return 0;
}
