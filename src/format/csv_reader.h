// SPDX-License-Identifier: Apache-2.0
/* Reading a CSV file by parts of so many rows, for tables larger than memory. All parts have the types, forms and texts (in the same order)
 * that the file read whole would have, which a first pass over it finds out.
 */
#ifndef BMI_FORMAT_CSV_READER_H
#define BMI_FORMAT_CSV_READER_H
#include "format/csv_inside.h"
#include "format/stream.h"

typedef struct bmi_csv_reader {
    bm_context *context;
    bm_csv_options options; /* what it lists is in `kept` */
    bmi_arena kept;
    bmi_stream stream;
    bmi_csv_dialect dialect;
    bool windows_names;
    bool stray;         /* there are quotes that are characters */
    size_t head;        /* bytes in front of the first row of data */
    int64_t head_lines; /* lines in them */
    bmi_csv
        plan; /* names, types, forms and texts of the columns, the notes; no cells. Its rows: those that can be cut into cells */
    uint8_t *mode, *asked;  /* [column], as in bmi_csv_work */
    bool *codes;            /* the same */
    bmi_csv_census *census; /* [column], in the first pass */
    /* where reading is */
    unsigned char *buffer;
    size_t capacity, begin, size; /* bytes [begin, size) are not parsed yet */
    int64_t lines;                /* in front of them */
    bool at_end;                  /* the file has no more */
    bmi_csv rest;                 /* rows that were parsed and not given yet, from `given` on */
    int64_t given;
} bmi_csv_reader;

bm_status bmi_csv_reader_open(bmi_error *e, bm_place here, bm_context *context, const bm_csv_options *options,
                              bmi_csv_reader *r);
/* The next `rows` rows, fewer in the last part; none behind it. */
bm_status bmi_csv_reader_next(bmi_error *e, bm_place here, bmi_csv_reader *r, int64_t rows, bmi_csv *out);
/* Back to the first row. */
bm_status bmi_csv_reader_rewind(bmi_error *e, bm_place here, bmi_csv_reader *r);
void bmi_csv_reader_end(bmi_csv_reader *r);

/* csv_reader.c: the work of one window, or of the head of the file; columns without cells, of the names of the plan. */
bmi_csv_work bmi_csv_reader_work(bmi_error *e, bm_place here, const bmi_csv_reader *r, const bmi_source *source, bmi_csv *out);
bm_status bmi_csv_reader_columns(bmi_error *e, bm_place here, const bmi_csv_reader *r, bmi_csv *out);
/* csv_window.c: some whole rows at a time, as a file of their own in memory. The window is at `bytes`, `n` of them; 0 behind the last. */
bm_status bmi_csv_window(bmi_error *e, bm_place here, bmi_csv_reader *r, const unsigned char **bytes, size_t *n);
/* Reads until so many bytes are there, or the file ends. */
bm_status bmi_csv_window_fill(bmi_error *e, bm_place here, bmi_csv_reader *r, size_t wanted);

#endif
