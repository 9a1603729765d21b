// SPDX-License-Identifier: Apache-2.0
/* The space of rows that are fewer than their columns: A = L QT, L a lower triangle of the rows' size, the columns of Q of length 1 and
 * at right angles. What depends on A x, and on x by its length alone, is least at x = Q v: a problem of L and v with the same penalty
 * (Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 18.3.5). On plain f64 arrays. */
#ifndef BMI_LINALG_ROW_SPACE_H
#define BMI_LINALG_ROW_SPACE_H
#include <stdatomic.h>
#include <stdint.h>

typedef struct bmi_row_space {
    int64_t m, n, step; /* rows, columns (m <= n); between rows */
    double *a;          /* the rows; after bmi_row_space_factor L up to the diagonal, what they were reflected by behind it */
    double *tau;        /* m */
} bmi_row_space;

/* L and Q in place, by Householder's reflections of one row after the other. stop: null, or ends the work soon after it is not 0. */
void bmi_row_space_factor(bmi_row_space *s, const atomic_int *stop);
/* x, n numbers of which the first m are v, the others 0, becomes Q v. */
void bmi_row_space_leave(const bmi_row_space *s, double *x);

#endif
