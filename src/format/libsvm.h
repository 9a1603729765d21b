// SPDX-License-Identifier: Apache-2.0
/* The libsvm (svmlight) format: a line a row, "label qid:1 3:0.5 7:-1 # comment", of numbers that are not 0 by their index. */
#ifndef BMI_FORMAT_LIBSVM_H
#define BMI_FORMAT_LIBSVM_H
#include "format/csv.h"

/* Reads a file (gzip allowed), or bytes in memory, into columns: label, qid where a row has one, then one for each index, f1 ... fN or f0
 * ... fN. `features`: at least that many of them. */
bm_status bmi_libsvm_read(bmi_error *e, bm_place here, bm_context *context, const bm_libsvm_options *options, bmi_csv *out);
bm_status bmi_libsvm_read_bytes(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes,
                                size_t size, const bm_libsvm_options *options, bmi_csv *out);

/* Writes columns of numbers, the label at `label`; atomic. */
bm_status bmi_libsvm_write(bmi_error *e, bm_place here, bm_context *context, const bm_libsvm_write_options *options,
                           const bmi_column *columns, size_t n_columns, size_t label, int64_t rows);

#endif
