// SPDX-License-Identifier: Apache-2.0
/* Least squares of fewer rows than columns: the solution of least norm lies in the space of the rows. With the QR of the transpose, its
 * columns (the rows of A) pivoted, AT P = Q R (R of `rank` rows), it is x = Q y with y the least squares of RT y = PT b, a problem of
 * the rows' size (Golub, Van Loan, "Matrix Computations", 4th ed., 5.4.2, 5.5 and 5.6). Memory is that of the rows; no normal equations.
 */
#include "linalg/householder.h"
#include "linalg/least_squares.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct factors {
    bmi_least_squares *ls;
    double **row; /* of A, in the order of pivots: R above the diagonal and on it, then the rest of the reflection */
    double *tau;
    int64_t rank;
} factors;

static bool stopped(const factors *f)
{
    return f->ls->stop && atomic_load_explicit(f->ls->stop, memory_order_relaxed);
}

static void factor(factors *f, double least)
{
    const int64_t m = f->ls->rows, n = f->ls->n;
    const double small = DBL_EPSILON * (double)n;
    double first = 0;
    for (f->rank = 0; f->rank < m && !stopped(f); f->rank++) {
        const int64_t j = f->rank;
        int64_t best = j;
        double size = -1;
        for (int64_t c = j; c < m; c++) {
            const double norm = bmi_dot(f->row[c] + j, f->row[c] + j, n - j);
            if (norm > size) {
                size = norm;
                best = c;
            }
        }
        if (j == 0) first = sqrt(size);
        if (!(sqrt(size) > small * first && sqrt(size) > least)) return;
        double *v = f->row[best];
        f->row[best] = f->row[j];
        f->row[j] = v;
        f->tau[j] = bmi_householder(v + j, v + j + 1, n - j - 1);
        for (int64_t c = j + 1; c < m; c++) bmi_reflect(f->tau[j], v + j + 1, f->row[c] + j, f->row[c] + j + 1, n - j - 1);
    }
}

/* y, `rank` rows of k numbers: the least squares of RT y = PT b. */
static bm_status solve_small(const factors *f, double *line, double *y)
{
    bmi_least_squares *ls = f->ls, small;
    bm_status st = bmi_least_squares_begin(&small, ls->context, f->rank, ls->k, ls->rows);
    small.stop = ls->stop;
    for (int64_t c = 0; !st && c < ls->rows; c++) {
        memset(line, 0, (size_t)f->rank * sizeof *line);
        memcpy(line, f->row[c], (size_t)(c < f->rank ? c + 1 : f->rank) * sizeof *line);
        bmi_least_squares_row(&small, line, f->row[c] + ls->n);
    }
    if (!st) st = bmi_least_squares_solve(&small, y, NULL);
    for (int64_t c = 0; !st && c < ls->k; c++) ls->residual[c] = bmi_least_squares_residual(&small, c);
    bmi_least_squares_end(&small);
    return st;
}

bm_status bmi_least_norm(bmi_least_squares *ls, double *x, int64_t *rank)
{
    const int64_t m = ls->rows, n = ls->n, k = ls->k;
    const size_t numbers = (size_t)(2 * m + m * k + n);
    factors f = { .ls = ls, .row = bmi_alloc(ls->context, (size_t)m, sizeof *f.row) };
    double *memory = bmi_alloc(ls->context, numbers, sizeof *memory);
    bm_status st = f.row && memory ? BM_OK : BM_E_MEMORY;
    if (!st) {
        double *line = memory + m, *y = line + m, *z = y + m * k;
        const double scale = bmi_unit_scale(ls->whole, m, n, n + k);
        f.tau = memory;
        for (int64_t i = 0; i < m; i++) f.row[i] = ls->whole + i * (n + k);
        for (int64_t i = 0; scale != 1 && i < m; i++)
            for (int64_t j = 0; j < n; j++) f.row[i][j] *= scale;
        factor(&f, ls->least * scale);
        st = solve_small(&f, line, y);
        for (int64_t c = 0; !st && c < k; c++) {
            memset(z, 0, (size_t)n * sizeof *z);
            for (int64_t i = 0; i < f.rank; i++) z[i] = y[i * k + c];
            for (int64_t i = f.rank; i-- > 0;) bmi_reflect(f.tau[i], f.row[i] + i + 1, z + i, z + i + 1, n - i - 1);
            for (int64_t j = 0; j < n; j++) x[j * k + c] = z[j] * scale;
        }
        if (rank) *rank = f.rank;
    }
    bmi_release(ls->context, f.row, (size_t)m, sizeof *f.row);
    bmi_release(ls->context, memory, numbers, sizeof *memory);
    return !st && stopped(&f) ? BM_E_STOPPED : st;
}
