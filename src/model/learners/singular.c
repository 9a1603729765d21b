// SPDX-License-Identifier: Apache-2.0
/* Least squares, with or without ridge's penalty, by singular values: of the triangle that the rows are folded into, or of fewer rows
 * than columns themselves, so that the condition is never squared. Source: Golub, Van Loan, "Matrix Computations", 4th ed., 5.5.3 and
 * 6.1.4.
 */
#include "linalg/lapack.h"
#include "model/learners/regression.h"
#include <float.h>
#include <math.h>

/* The rows, m of them, as a (m x n) and b (m x targets). */
static void take_rows(bmi_least_squares *ls, int64_t m, double *a, double *b)
{
    const int64_t n = ls->n, k = ls->k;
    for (int64_t i = 0; i < m; i++) {
        const double *row = ls->whole ? ls->whole + i * (n + k) : bmi_least_squares_triangle(ls, i);
        for (int64_t j = 0; j < n; j++) a[i * n + j] = !ls->whole && j < i ? 0 : row[j];
        for (int64_t t = 0; t < k; t++) b[i * k + t] = row[n + t];
    }
}

bm_status bmi_regression_by_svd(bmi_regression *r, double lambda, double *w, int64_t *rank)
{
    bm_learning *l = r->l;
    bmi_least_squares ls = { 0 };
    const int64_t n = r->columns, k = r->targets, m = r->rows < n ? r->rows : n;
    if (lambda > 0) bmi_regression_unscaled(r);
    else bmi_regression_level(r, BMI_REGRESSION_APART);
    bm_status st = bmi_regression_fold(r, &ls, 0);
    double *a = st ? NULL : bm_learning_memory(l, (size_t)(m * n + m * k + m + m * m + m * n) * sizeof *a);
    if (!st && !a) st = BM_E_MEMORY;
    if (!st) {
        double *b = a + m * n, *s = b + m * k, *u = s + m, *vt = u + m * m;
        bmi_error e = { 0 };
        take_rows(&ls, m, a, b);
        st = bmi_svd_thin(&e, l->here, l->model->object.context, m, n, a, s, u, vt);
        if (st) bm_learning_fail(l, st, "%s: %s", r->who, e.text);
        const double small = st ? 0 : fmax(DBL_EPSILON * (double)(r->rows > n ? r->rows : n) * s[0], ls.least);
        for (*rank = 0; !st && *rank < m && s[*rank] > small; ++*rank)
            for (int64_t t = 0; t < k; t++) {
                const int64_t i = *rank;
                double dot = 0;
                for (int64_t q = 0; q < m; q++) dot += u[q * m + i] * b[q * k + t];
                const double by = dot / (s[i] + lambda / s[i]);
                for (int64_t j = 0; j < n; j++) w[j * k + t] += by * vt[i * n + j];
            }
    }
    bmi_least_squares_end(&ls);
    return st;
}
