// SPDX-License-Identifier: Apache-2.0
/* What small square factors tell: rank, a generalised inverse of RT R, which columns depend on which, the condition number. */
#ifndef BMI_LINALG_TRIANGLE_H
#define BMI_LINALG_TRIANGLE_H
#include <stdbool.h>
#include <stdint.h>

/* The memory is the caller's. */
typedef struct bmi_triangle {
    int64_t n, rank;
    double *a;      /* n columns of n numbers: the triangle R, or the symmetric RT R; then R of the pivoted, scaled columns */
    int64_t *order; /* n: the column that came to each place */
    double *length; /* n: of each column, 1 of those of zeros */
} bmi_triangle;

/* Pivoted QR of the triangle in `a` (what is below the diagonal is not read), its columns scaled to length 1: those whose rest is not above
 * `small` depend on those before (Golub, Van Loan, "Matrix Computations", 4th ed., 5.4.2). */
void bmi_triangle_factor(bmi_triangle *t, double small);
/* The same from RT R by the pivoted Cholesky factorisation (4.2.8), which squares the condition: false when it is not semidefinite. */
bool bmi_triangle_cholesky(bmi_triangle *t, double small);
/* g, n rows of n: a generalised inverse of RT R, zero for dependent columns; of full rank the inverse. work: n n + n numbers. */
void bmi_triangle_inverse(const bmi_triangle *t, double *g, double *work);
/* v, n numbers with R v = 0: what the (rank + i)-th column in order depends on. work: n numbers. */
void bmi_triangle_null(const bmi_triangle *t, int64_t i, double *v, double *work);
/* Largest over smallest singular value of the triangle in a (n columns of n numbers, destroyed), its columns scaled to length 1 (Belsley,
 * Kuh, Welsch, "Regression Diagnostics", 1980, chapter 3), by one-sided Jacobi rotations; infinity where one is 0. */
double bmi_triangle_condition(double *a, int64_t n);

#endif
