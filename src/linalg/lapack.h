// SPDX-License-Identifier: Apache-2.0
/* Eigenvectors and singular vectors of dense f64 matrices by LAPACK, which is opened at the first use (OpenBLAS, else the reference
 * LAPACK). During a call its BLAS has one thread, so that the bits depend on the numbers and the machine alone, never on threads;
 * afterwards it has as many as before. Calls from several threads at once are fine. Signs are settled: the entry of each vector
 * that is largest in size (the first of such) is positive. */
#ifndef BMI_LINALG_LAPACK_H
#define BMI_LINALG_LAPACK_H
#include "base/memory.h"

/* The symmetric A (n x n, of which the lower triangle of row-major storage is read, and all is destroyed): its `count` largest
 * eigenvalues, falling, into values, and their vectors, of length 1, into the rows of vectors (count x n). count = n by dsyevd
 * (divide and conquer), fewer by dsyevr. Errors: BM_E_ARGUMENT n or count < 1, count > n, n > 32000; BM_E_NUMBER a number that is not
 * finite, or no convergence; BM_E_UNSUPPORTED no LAPACK, naming the package; BM_E_MEMORY. */
bm_status bmi_eigen_symmetric(bmi_error *e, bm_place here, bm_context *context, int64_t n, int64_t count, double *a,
                              double *values, double *vectors);

/* A = U S VT of A (m x n, row-major, destroyed) with r = min(m, n) columns (dgesdd): U (m x r) and VT (r x n) row-major, S falling.
 * The sign is that of the rows of VT. Errors as above; the smaller of m and n is at most 32000. */
bm_status bmi_svd_thin(bmi_error *e, bm_place here, bm_context *context, int64_t m, int64_t n, double *a, double *s, double *u,
                       double *vt);

/* Opens LAPACK from a file of this name (null: the usual ones); false with BM_E_UNSUPPORTED. What was opened once stays. */
bool bmi_lapack_open(bmi_error *e, bm_place here, const char *file);

#endif
