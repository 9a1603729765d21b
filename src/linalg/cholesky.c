// SPDX-License-Identifier: Apache-2.0
/* Cholesky's factors row by row, of the matrix scaled to a diagonal of ones. Source: Golub, Van Loan, "Matrix Computations", 4th ed., 4.2.
 */
#include "linalg/cholesky.h"
#include "linalg/householder.h"
#include <math.h>

double bmi_cholesky(double *a, int64_t n, int64_t step, double *d, const atomic_int *stop)
{
    double least = 1;
    for (int64_t i = 0; i < n; i++) {
        if (!(a[i * step + i] > 0)) return 0;
        d[i] = 1 / sqrt(a[i * step + i]);
    }
    for (int64_t i = 0; i < n; i++) {
        double *const row = a + i * step;
        if (stop && atomic_load_explicit(stop, memory_order_relaxed)) return 0;
        for (int64_t j = 0; j < i; j++) {
            const double *other = a + j * step;
            row[j] = (row[j] * d[i] * d[j] - bmi_dot(row, other, j)) / other[j];
        }
        const double pivot = 1 - bmi_dot(row, row, i);
        if (!(pivot > 0)) return 0;
        if (pivot < least) least = pivot;
        row[i] = sqrt(pivot);
    }
    return least;
}

void bmi_cholesky_solve(const double *a, int64_t n, int64_t step, const double *d, double *b)
{
    for (int64_t i = 0; i < n; i++) b[i] = (b[i] * d[i] - bmi_dot(a + i * step, b, i)) / a[i * step + i];
    for (int64_t i = n; i-- > 0;) {
        b[i] /= a[i * step + i];
        bmi_axpy(-b[i], a + i * step, b, i);
    }
    for (int64_t i = 0; i < n; i++) b[i] *= d[i];
}
