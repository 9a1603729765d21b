// SPDX-License-Identifier: Apache-2.0
/* Householder reflections H = I - tau v vT with v[0] = 1, on columns of f64. */
#ifndef BMI_LINALG_HOUSEHOLDER_H
#define BMI_LINALG_HOUSEHOLDER_H
#include <stdint.h>

/* Sum of x[i] y[i] in eight lanes and one fixed tree. */
double bmi_dot(const double *x, const double *y, int64_t n);
/* y += a x */
void bmi_axpy(double a, const double *x, double *y, int64_t n);
/* Makes the reflection that takes (alpha, x) to (beta, 0): x becomes the rest of v, *alpha becomes beta; returns tau (0: H is
 * the identity). Scaled, so that it neither overflows nor loses small columns. */
double bmi_householder(double *alpha, double *x, int64_t n);
/* Applies it to (alpha, y). */
void bmi_reflect(double tau, const double *v, double *alpha, double *y, int64_t n);

#endif
