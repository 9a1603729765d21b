// SPDX-License-Identifier: Apache-2.0
/* Frames: chosen rows of a table on their way to a matrix. Every column is numbers (NaN is missing) or text codes (-1 is missing);
 * the steps of a recipe change, add and take away columns. */
#ifndef BMI_DATA_FRAME_H
#define BMI_DATA_FRAME_H
#include "base/index.h"
#include "data/met.h"
#include "data/table.h"

/* Which of the columns that a one-hot step made of one column is 1 in a row: their numbers are made when a step asks for them. */
typedef struct bmi_frame_category {
    size_t users; /* columns */
    int64_t room; /* of `of` */
    int32_t of[]; /* `rows`; outside of the columns: all are 0 */
} bmi_frame_category;

typedef struct bmi_frame_column {
    char *name;      /* null: it was removed or replaced */
    bool text;       /* codes, else numbers */
    bool iso;        /* text that is dates as ISO 8601 writes them */
    bool indicator;  /* made by one-hot: 0 or 1 */
    bool scaled;     /* by a step, or made from one that was */
    size_t step;     /* which one was done to it last, from 1; 0: none */
    double *numbers; /* `rows`, or null */
    bmi_frame_category
        *category; /* numbers are null: 1 in rows of category `place`, else 0; bmi_frame_own makes numbers of it */
    int32_t place;
    int32_t *codes;                   /* `rows`, or null */
    const bmi_dictionary *dictionary; /* of codes: the table's or `own` */
    bmi_dictionary *own;
    bool borrowed;         /* numbers are the table's own memory: bmi_frame_own before they are changed */
    int64_t room;          /* rows that there is memory for in numbers or codes */
    size_t heirs, n_heirs; /* the columns that replaced it, or that stand behind it */
} bmi_frame_column;

/* A step finds its columns first and then works on them: what it takes away leaves a gap, what it adds stands behind all, until
 * bmi_frame_settle brings them in order. So a step takes a time that grows with the columns, not with their square. */
typedef struct bmi_frame {
    bm_context *context;
    int64_t rows;
    const float *weights; /* of the rows, all > 0, in fitting; null: each is 1. Not the frame's own */
    double weight_scale;  /* by which they are multiplied */
    size_t n, capacity;   /* columns, gaps among them */
    size_t settled;       /* how many there were when they were last in order: only those are found */
    size_t gaps;
    bmi_frame_column *columns;
    bmi_index names;
    char twice[100]; /* the first name that two columns had when they were brought in order */
    bm_dataset_counted counted;
    bmi_met *met; /* gets the cells that training did not have; or null */
} bmi_frame;

/* A column that a recipe takes from tables. */
typedef struct bmi_input {
    const char *name;
    bool text;
    bmi_number_form form; /* how its numbers or dates are written */
} bmi_input;

/* Adds a table's column, its chosen rows ({0}: all) as text or numbers as `input` says: numbers become their shortest text, texts
 * that are no numbers are missing and counted. Times, and texts that `input` says are dates, become text as ISO 8601 has it. The frame borrows the table's dictionary. False when there is no memory. */
bool bmi_frame_take(bmi_frame *f, const bmi_column *c, const bmi_input *input, bm_rows rows);
/* The numbers of a column in n of the rows from the first-th on, NaN where one is missing. */
void bmi_column_numbers(const bmi_column *c, bm_rows rows, int64_t first, int64_t n, double *to);
/* Place of the column of a name; SIZE_MAX when there is none. */
size_t bmi_frame_find(const bmi_frame *f, const char *name);
/* Puts `count` columns of numbers (uninitialised, without names, at *first and behind) in place of column `at`, which is handed to the
 * caller in *old, to be released with bmi_frame_column_end. False when there is no memory: then nothing has changed. */
bool bmi_frame_replace(bmi_frame *f, size_t at, size_t count, size_t *first, bmi_frame_column *old);
/* The same with columns that are 1 where category->of[row] is their place among them, else 0. *category is to be filled; null when count
 * is 0. */
bool bmi_frame_replace_with_categories(bmi_frame *f, size_t at, size_t count, size_t *first, bmi_frame_column *old,
                                       bmi_frame_category **category);
/* Puts `count` columns (as above) behind column `at`, which stays; once between two times that the columns are brought in order. */
bool bmi_frame_add(bmi_frame *f, size_t at, size_t count, size_t *first);
/* Makes the numbers of a column the frame's own, so that they can be changed; the columns of a step that is done column by column are.
 * False when there is no memory. */
bool bmi_frame_own(bmi_frame *f, size_t at);
/* Makes numbers of a column that has a category in their place; a step finds all its columns so. False when there is no memory. */
bool bmi_frame_show(bmi_frame *f, size_t at);
/* Leaves only the rows for which keep[row] is true; weights are the caller's. False when there is no memory: then nothing has changed. */
bool bmi_frame_keep(bmi_frame *f, const bool *keep);
/* Names an added column "ofbetweenwhat". False when there is no memory. */
bool bmi_frame_name(bmi_frame *f, size_t at, const char *of, const char *between, const char *what);
/* Brings the columns in order, without gaps. False when there is no memory. */
bool bmi_frame_settle(bmi_frame *f);
/* The same when columns were added since: then all are found. Gaps alone may stay. */
bool bmi_frame_show_added(bmi_frame *f);
void bmi_frame_column_end(const bmi_frame *f, bmi_frame_column *c);
void bmi_frame_remove(bmi_frame *f, size_t at);
/* Takes a column away that others stand behind (bmi_frame_add): they stay. */
void bmi_frame_empty(bmi_frame *f, size_t at);
void bmi_frame_end(bmi_frame *f);

/* Cells that are not missing; different values among them (counted up to `most`); -1 when there is no memory. */
int64_t bmi_frame_present(const bmi_frame *f, size_t at);
int64_t bmi_frame_distinct(const bmi_frame *f, size_t at, int64_t most);

/* How often a row counts in what a step finds. */
static inline double bmi_frame_weight(const bmi_frame *f, int64_t row)
{
    return f->weights ? (double)f->weights[row] * f->weight_scale : 1;
}

#endif
