// SPDX-License-Identifier: Apache-2.0
/* Householder reflections. Source: Golub, Van Loan, "Matrix Computations", 4th ed., 5.1; the scaling is LAPACK's dlarfg in
 * spirit: a column is divided by its largest entry before its norm is taken.
 */
#include "linalg/householder.h"
#include <math.h>

double bmi_dot(const double *x, const double *y, int64_t n)
{
    double lane[8] = { 0 };
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int l = 0; l < 8; l++) lane[l] += x[i + l] * y[i + l];
    for (int l = 0; i < n; i++, l++) lane[l] += x[i] * y[i];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

void bmi_axpy(double a, const double *x, double *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] += a * x[i];
}

double bmi_householder(double *alpha, double *x, int64_t n)
{
    double largest = 0;
    for (int64_t i = 0; i < n; i++)
        if (fabs(x[i]) > largest) largest = fabs(x[i]);
    if (largest == 0) return 0;
    if (fabs(*alpha) > largest) largest = fabs(*alpha);
    for (int64_t i = 0; i < n; i++) x[i] /= largest;
    const double a = *alpha / largest;
    const double norm = sqrt(a * a + bmi_dot(x, x, n));
    const double beta = a > 0 ? -norm : norm;
    for (int64_t i = 0; i < n; i++) x[i] /= a - beta;
    *alpha = beta * largest;
    return (beta - a) / beta;
}

void bmi_reflect(double tau, const double *v, double *alpha, double *y, int64_t n)
{
    if (tau == 0) return;
    const double s = tau * (*alpha + bmi_dot(v, y, n));
    *alpha -= s;
    bmi_axpy(-s, v, y, n);
}
