// SPDX-License-Identifier: Apache-2.0
/* Sums of products of columns, and reflections that empty columns, on blocks of rows of f64: what least squares, ridge and lasso
 * spend their time in. Rows lie `step` numbers apart, a multiple of BMI_ROWS_STEP; what lies behind the last column is read and,
 * where it is written to, gets finite numbers of no meaning. AVX2 and AVX-512 give the same bits. */
#ifndef BMI_KERNELS_CPU_ROWS_H
#define BMI_KERNELS_CPU_ROWS_H
#include "kernels/cpu/variant.h"

enum { BMI_ROWS_STEP = 8, BMI_FOLD_ROWS = 64 };

/* n columns, rounded up to whole steps. */
static inline int64_t bmi_rows_step(int64_t n)
{
    return (n + BMI_ROWS_STEP - 1) / BMI_ROWS_STEP * BMI_ROWS_STEP;
}

/* g += bT b, of which rows first .. last - 1 (first a multiple of BMI_ROWS_STEP), each from its diagonal on: g has rows of `step`
 * numbers, as b. Sums go over the block's rows in order, then to g. */
typedef void bmi_gram_add_body(const double *b, int64_t rows, int64_t step, int64_t first, int64_t last, double *g);
/* Folds at most BMI_FOLD_ROWS rows of b into the triangle r (n rows, `step` numbers apart, of step columns): reflection j empties column
 * j of b into r[j][j] and is applied to all columns behind it. b is destroyed: its columns from n on are what the reflections leave. */
typedef void bmi_fold_rows_body(double *b, int64_t rows, int64_t step, int64_t n, double *r);
extern bmi_gram_add_body *const bmi_gram_add[BMI_ISA_COUNT];
extern bmi_fold_rows_body *const bmi_fold_rows[BMI_ISA_COUNT];

#endif
