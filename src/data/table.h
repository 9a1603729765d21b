// SPDX-License-Identifier: Apache-2.0
/* The inside of a table. */
#ifndef BMI_DATA_TABLE_H
#define BMI_DATA_TABLE_H
#include "base/index.h"
#include "base/object.h"
#include "format/csv.h"
#include <baeum/data.h>

struct bm_table {
    bmi_object object;
    char *name; /* where it came from, for messages; null when made in memory */
    int64_t rows;
    size_t n_columns, capacity;
    bmi_index names;     /* of columns */
    bmi_column *columns; /* `capacity` of them; columns stay where they are in memory only until one is added */
    int64_t skipped;
    int64_t *skipped_at; /* before which row each stood; `skipped_room` of them */
    size_t skipped_room;
    bmi_notes bad; /* the first bad rows in words */
    bmi_notes notes;
    bmi_notes marks; /* texts that the caller said mean a missing cell */
};

/* An empty table, never null. */
bm_table *bmi_table_new(bm_context *context);
/* The notes of a file that is read by parts; of one that was opened. */
const bmi_notes *bmi_csv_notes(const bm_csv *c);
/* "bike.csv", or "the table". */
const char *bmi_table_name(const bm_table *t);
/* The column of a name; null with an error that says what it is for, " for the target", and which one may be meant. */
const bmi_column *bmi_table_column(bmi_error *e, bm_place here, const bm_table *t, const char *name, const char *what);
/* Adds a column of `rows` uninitialised cells (a first column gives the table its rows); null with the error on t. */
bmi_column *bmi_table_add(bm_table *t, const char *name, bm_column_type type, int64_t rows, bm_place here);
/* Keeps texts that mean a missing cell, those that are not null; false when there is no memory. */
bool bmi_table_keep_marks(bm_table *t, const char *const *marks, size_t n);
/* A cell's text as CSV writes it: `into` is used for numbers and times. Null when it is missing. */
const char *bmi_column_cell_text(const bmi_column *c, int64_t row, char into[32]);
/* The number that each text of a column means in a form (NaN: none), `dictionary.count` of them to be released; null when there is no
 * memory. True and false are 1 and 0. */
double *bmi_column_numbers_of_texts(bm_context *context, const bmi_column *c, const bmi_number_form *form);
double bmi_column_number(const bmi_column *c, int64_t row); /* NaN: missing or text */
bool bmi_column_is_missing(const bmi_column *c, int64_t row);

/* The i-th of some rows of a table; {0} means all of them. */
static inline int64_t bmi_row_at(bm_rows rows, int64_t i)
{
    return rows.at ? rows.at[i] : i;
}
/* How many they are. */
static inline int64_t bmi_rows_count(const bm_table *t, bm_rows rows)
{
    return rows.at ? (int64_t)rows.count : t->rows;
}

#endif
