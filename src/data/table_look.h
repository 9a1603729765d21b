// SPDX-License-Identifier: Apache-2.0
/* Looking at tables: figures of columns, how columns go together, what is there twice. */
#ifndef BMI_DATA_TABLE_LOOK_H
#define BMI_DATA_TABLE_LOOK_H
#include "data/table_work.h"

/* bm_table_summary of n columns, shared by the threads. */
void bmi_table_summaries(const bm_table *t, const int64_t *columns, int n, bm_summary *into);
/* How many cells of a column of numbers are in each of `bins` equal parts of [low, high]. */
void bmi_histogram(const bmi_column *c, int64_t rows, double low, double high, int bins, int64_t *counts);

typedef enum bmi_relation_kind {
    BMI_PEARSON, /* two columns of numbers: the correlation of rows that have both */
    BMI_ETA, /* text and numbers: the correlation ratio, root of the share of the variance that lies between the texts' means */
    BMI_CRAMERS_V /* two columns of text: root of chi^2 / (n (min(texts) - 1)) */
} bmi_relation_kind;
typedef struct bmi_relation {
    bmi_relation_kind kind;
    double value; /* NaN: a constant column, too few rows, or a text that is another in every row */
} bmi_relation;
/* False when there is no memory. */
bool bmi_relate(const bm_table *t, int64_t a, int64_t b, bmi_relation *into);

/* For each column the first one that has its cells (itself: none before), into same[n_columns]; false when there is no memory. */
bool bmi_equal_columns(const bm_table *t, int64_t *same);
/* Rows that are equal to one before them; -1 when there is no memory. By hashes of 64 bits, as bm_table_equal_rows. */
int64_t bmi_duplicate_rows(const bm_table *t);

#endif
