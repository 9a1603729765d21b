// SPDX-License-Identifier: Apache-2.0
/* Frames: chosen rows of a table on their way to a matrix. Every column is numbers (NaN is missing) or text codes (-1 is missing);
 * the steps of a recipe change, add and take away columns. */
#ifndef BMI_DATA_FRAME_H
#define BMI_DATA_FRAME_H
#include "data/met.h"
#include "data/table.h"

typedef struct bmi_frame_column {
    char *name;
    bool text;                        /* codes, else numbers */
    bool indicator;                   /* made by one-hot: 0 or 1 */
    double *numbers;                  /* `rows`, or null */
    int32_t *codes;                   /* `rows`, or null */
    const bmi_dictionary *dictionary; /* of codes: the table's or `own` */
    bmi_dictionary *own;
} bmi_frame_column;

typedef struct bmi_frame {
    bm_context *context;
    int64_t rows;
    size_t n, capacity;
    bmi_frame_column *columns;
    bm_dataset_counted counted;
    bmi_met *met; /* gets the cells that training did not have; or null */
} bmi_frame;

/* A column that a recipe takes from tables. */
typedef struct bmi_input {
    const char *name;
    bool text;
    bmi_number_form form; /* of numbers: how they are written */
} bmi_input;

/* Adds a table's column, its chosen rows ({0}: all) as text or numbers as `input` says: numbers become their shortest text, texts
 * that are no numbers are missing and counted. The frame borrows the table's dictionary. False when there is no memory. */
bool bmi_frame_take(bmi_frame *f, const bmi_column *c, const bmi_input *input, bm_rows rows);
/* Number of the column of a name; SIZE_MAX when there is none. */
size_t bmi_frame_find(const bmi_frame *f, const char *name);
/* Puts `count` columns of numbers (uninitialised, without names) in place of column `at`, which is handed to the caller in
 * *old, to be released with bmi_frame_column_end. False when there is no memory: then nothing has changed. */
bool bmi_frame_replace(bmi_frame *f, size_t at, size_t count, bmi_frame_column *old);
void bmi_frame_column_end(const bmi_frame *f, bmi_frame_column *c);
void bmi_frame_remove(bmi_frame *f, size_t at);
void bmi_frame_end(bmi_frame *f);

/* Cells that are not missing; different values among them (counted up to `most`); -1 when there is no memory. */
int64_t bmi_frame_present(const bmi_frame *f, size_t at);
int64_t bmi_frame_distinct(const bmi_frame *f, size_t at, int64_t most);

#endif
