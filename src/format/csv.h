// SPDX-License-Identifier: Apache-2.0
/* CSV: reading into columns (RFC 4180, the rules beside bm_table_read_csv) and writing. */
#ifndef BMI_FORMAT_CSV_H
#define BMI_FORMAT_CSV_H
#include "base/file.h"
#include "format/column.h"
#include "format/notes.h"

enum { BMI_CSV_MAX_COLUMNS = 100000 };

typedef struct bmi_csv {
    int64_t rows;
    size_t n_columns;
    bmi_column *columns; /* n_columns, from bmi_alloc */
    int64_t skipped;     /* bad rows that were left out */
    int64_t *skipped_at; /* before which row each stood; `skipped_room` of them from bmi_alloc */
    size_t skipped_room;
    bmi_notes bad; /* the first ten bad rows or cells in words, "file:line:cell: ..." */
    bmi_notes notes;
} bmi_csv;

/* Reads a file. The result does not depend on the number of threads. */
bm_status bmi_csv_read(bmi_error *e, bm_place here, bm_context *context, const bm_csv_options *options, bmi_csv *out);
/* The same of bytes in memory; `name` stands for the path in messages. The rows are cut into chunks of `chunk` bytes (0: the usual
 * size), on which the result does not depend either. */
bm_status bmi_csv_read_bytes(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes, size_t size,
                             size_t chunk, const bm_csv_options *options, bmi_csv *out);
void bmi_csv_end(bm_context *context, bmi_csv *csv);

/* Writes columns of `rows` cells behind what a writer has; the writer's error must be e. options->path is not looked at. */
bm_status bmi_csv_write_to(bmi_error *e, bm_place here, bm_context *context, bmi_writer *to,
                           const bm_csv_write_options *options, const bmi_column *columns, size_t n_columns, int64_t rows);
/* Writes columns of `rows` cells; atomic. */
bm_status bmi_csv_write(bmi_error *e, bm_place here, bm_context *context, const bm_csv_write_options *options,
                        const bmi_column *columns, size_t n_columns, int64_t rows);

#endif
