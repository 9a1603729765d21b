// SPDX-License-Identifier: Apache-2.0
/* Symmetric positive definite systems by Cholesky's factors, on plain f64 arrays. */
#ifndef BMI_LINALG_CHOLESKY_H
#define BMI_LINALG_CHOLESKY_H
#include "base/memory.h"
#include <stdatomic.h>

/* L of A = D L LT D in the lower triangle of a (n rows, `step` apart), which holds that of A before; D, in `d` (n), makes the diagonal of
 * ones first, so that columns of any size are alike. Returns the smallest square of a pivot, between 0 and 1: near 0 the columns
 * nearly depend on each other; 0 when A is not positive definite, and then there are no factors. stop: null, or ends the work soon
 * after it is not 0 (the result is then 0). */
double bmi_cholesky(double *a, int64_t n, int64_t step, double *d, const atomic_int *stop);
/* Solves A x = b in place. */
void bmi_cholesky_solve(const double *a, int64_t n, int64_t step, const double *d, double *b);

#endif
