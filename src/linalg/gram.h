// SPDX-License-Identifier: Apache-2.0
/* Sums of products of all pairs of columns, over rows that come in blocks: G = BT B of f64, half of it computed and the other half
 * copied. Same bits for any number of threads: rows are cut into parts, and those into blocks, by their number alone. */
#ifndef BMI_LINALG_GRAM_H
#define BMI_LINALG_GRAM_H
#include "base/memory.h"
#include <stdatomic.h>

/* Where the rows come from. */
typedef struct bmi_rows_source {
    void *user;
    int64_t rows, columns;
    /* Rows first .. first + count - 1 into rows `step` numbers apart; from several threads at once. */
    void (*read)(void *user, int64_t first, int64_t count, double *into, int64_t step);
    const atomic_int *stop; /* or null */
} bmi_rows_source;

/* Distance of the rows of G. */
int64_t bmi_gram_step(int64_t columns);
/* g: columns rows, bmi_gram_step apart, wholly written; what lies behind the last column is 0. BM_E_MEMORY; BM_E_STOPPED. */
bm_status bmi_gram(bm_context *context, const bmi_rows_source *from, double *g);

#endif
