// SPDX-License-Identifier: Apache-2.0
/* Linear least squares. Blocks of rows are folded into a triangle by reflections (QR updating: Golub, Van Loan, "Matrix
 * Computations", 4th ed., 5.2 and 6.5.3); the triangle is then factored with column pivoting (5.4.2), which shows the rank, and
 * what is left is turned into the solution of least norm by a second QR from the other side (5.5, complete orthogonal
 * decomposition). No normal equations: the condition of A is never squared.
 */
#include "linalg/least_squares.h"
#include "kernels/cpu/rows.h"
#include "linalg/householder.h"
#include <float.h>
#include <math.h>
#include <string.h>

bm_status bmi_least_squares_begin(bmi_least_squares *ls, bm_context *context, int64_t n, int64_t k, int64_t rows)
{
    *ls = (bmi_least_squares){ .context = context, .n = n, .k = k };
    size_t columns, bytes;
    if (!bmi_add_size((size_t)n, (size_t)k, &columns) || !bmi_mul_size(columns, sizeof(double), &bytes)) return BM_E_MEMORY;
    ls->residual = bmi_alloc(context, (size_t)k, sizeof *ls->residual);
    if (rows < n) {
        ls->most = rows;
        ls->whole = bmi_alloc(context, (size_t)rows, bytes);
        return ls->residual && ls->whole ? BM_OK : BM_E_MEMORY;
    }
    ls->step = bmi_rows_step(n + k);
    const size_t row = (size_t)ls->step * sizeof(double);
    ls->folded = bmi_alloc(context, (size_t)n, row);
    ls->block = bmi_alloc(context, BMI_LS_ROWS, row);
    return ls->folded && ls->residual && ls->block ? BM_OK : BM_E_MEMORY;
}

void bmi_least_squares_end(bmi_least_squares *ls)
{
    const size_t bytes = (size_t)(ls->n + ls->k) * sizeof(double), row = (size_t)ls->step * sizeof(double);
    bmi_release(ls->context, ls->folded, (size_t)ls->n, row);
    bmi_release(ls->context, ls->r, (size_t)ls->n, bytes);
    bmi_release(ls->context, ls->residual, (size_t)ls->k, sizeof *ls->residual);
    bmi_release(ls->context, ls->block, BMI_LS_ROWS, row);
    bmi_release(ls->context, ls->whole, (size_t)ls->most, bytes);
    *ls = (bmi_least_squares){ 0 };
}

static bool stopped(const bmi_least_squares *ls)
{
    return ls->stop && atomic_load_explicit(ls->stop, memory_order_relaxed);
}

/* Takes the rows of the block into the triangle. */
static void fold(bmi_least_squares *ls)
{
    if (!stopped(ls)) bmi_fold_rows[bmi_isa_now()](ls->block, ls->filled, ls->step, ls->n, ls->folded);
    for (int64_t i = 0; i < ls->filled; i++)
        for (int64_t c = 0; c < ls->k; c++) {
            const double rest = ls->block[i * ls->step + ls->n + c];
            ls->residual[c] += rest * rest;
        }
    ls->filled = 0;
}

double *bmi_least_squares_next(bmi_least_squares *ls)
{
    return ls->whole ? ls->whole + ls->rows * (ls->n + ls->k) : ls->block + ls->filled * ls->step;
}

void bmi_least_squares_took(bmi_least_squares *ls)
{
    ls->rows++;
    if (!ls->whole && ++ls->filled == BMI_LS_ROWS) fold(ls);
}

void bmi_least_squares_row(bmi_least_squares *ls, const double *a, const double *b)
{
    double *row = bmi_least_squares_next(ls);
    memcpy(row, a, (size_t)ls->n * sizeof *row);
    memcpy(row + ls->n, b, (size_t)ls->k * sizeof *row);
    bmi_least_squares_took(ls);
}

const double *bmi_least_squares_triangle(bmi_least_squares *ls, int64_t j)
{
    if (ls->filled) fold(ls);
    return ls->folded + j * ls->step;
}

void bmi_least_squares_join(bmi_least_squares *ls, bmi_least_squares *other)
{
    const int64_t rows = ls->rows + other->rows;
    for (int64_t j = 0; j < ls->n; j++) {
        double *row = bmi_least_squares_next(ls);
        memcpy(row, bmi_least_squares_triangle(other, j), (size_t)(ls->n + ls->k) * sizeof *row);
        memset(row, 0, (size_t)j * sizeof *row);
        bmi_least_squares_took(ls);
    }
    for (int64_t c = 0; c < ls->k; c++) ls->residual[c] += other->residual[c];
    ls->rows = rows;
}

double bmi_unit_scale(const double *x, int64_t rows, int64_t n, int64_t apart)
{
    double largest = 0;
    int exponent;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = r * apart; i < r * apart + n; i++)
            if (fabs(x[i]) > largest) largest = fabs(x[i]);
    if (largest == 0 || !isfinite(largest) || (largest > 1e-100 && largest < 1e100)) return 1;
    frexp(largest, &exponent);
    return ldexp(1, exponent < -1000 ? 1000 : -exponent);
}

/* QR with column pivoting of the triangle, in place; order[j] is the column that came to place j. Returns the rank: pivots that
 * are not below the rounding of the first one. */
static int64_t pivot(bmi_least_squares *ls, int64_t *order, double least)
{
    const int64_t n = ls->n, all = ls->n + ls->k;
    const double small = DBL_EPSILON * (double)(ls->rows > n ? ls->rows : n);
    double first = 0;
    for (int64_t j = 0; j < n; j++) order[j] = j;
    for (int64_t j = 0; j < n && !stopped(ls); j++) {
        int64_t best = j;
        double size = -1;
        for (int64_t c = j; c < n; c++) {
            const double *rest = ls->r + c * n + j, norm = bmi_dot(rest, rest, n - j);
            if (norm > size) {
                size = norm;
                best = c;
            }
        }
        if (j == 0) first = sqrt(size);
        if (!(sqrt(size) > small * first && sqrt(size) > least)) return j;
        for (int64_t i = 0; best != j && i < n; i++) {
            const double keep = ls->r[j * n + i];
            ls->r[j * n + i] = ls->r[best * n + i];
            ls->r[best * n + i] = keep;
        }
        const int64_t number = order[j];
        order[j] = order[best];
        order[best] = number;
        double *v = ls->r + j * n + j;
        const double tau = bmi_householder(v, v + 1, n - j - 1);
        for (int64_t c = j + 1; c < all; c++) bmi_reflect(tau, v + 1, ls->r + c * n + j, ls->r + c * n + j + 1, n - j - 1);
        memset(v + 1, 0, (size_t)(n - j - 1) * sizeof *v);
    }
    return n;
}

/* Solves R z = c for the leading triangle of order `rank`. */
static void back_substitute(const bmi_least_squares *ls, int64_t rank, const double *c, double *z)
{
    for (int64_t i = rank; i-- > 0;) {
        double sum = c[i];
        for (int64_t j = i + 1; j < rank; j++) sum -= ls->r[j * ls->n + i] * z[j];
        z[i] = sum / ls->r[i * ls->n + i];
    }
}

/* Of all z with [R11 R12] z = c the shortest: with [R11 R12]T = Q S it is Q S^-T c. t holds that QR: rank columns of n numbers,
 * reflections below the diagonal. */
static void factor_rows(const bmi_least_squares *ls, int64_t rank, double *t, double *tau)
{
    const int64_t n = ls->n;
    for (int64_t i = 0; i < rank; i++)
        for (int64_t j = 0; j < n; j++) t[i * n + j] = j < i ? 0 : ls->r[j * n + i];
    for (int64_t i = 0; i < rank && !stopped(ls); i++) {
        double *v = t + i * n + i;
        tau[i] = bmi_householder(v, v + 1, n - i - 1);
        for (int64_t c = i + 1; c < rank; c++) bmi_reflect(tau[i], v + 1, t + c * n + i, t + c * n + i + 1, n - i - 1);
    }
}

static void shortest(const bmi_least_squares *ls, int64_t rank, const double *t, const double *tau, const double *c, double *z)
{
    const int64_t n = ls->n;
    memset(z, 0, (size_t)n * sizeof *z);
    for (int64_t i = 0; i < rank; i++) { /* ST y = c, forward */
        double sum = c[i];
        for (int64_t j = 0; j < i; j++) sum -= t[i * n + j] * z[j];
        z[i] = sum / t[i * n + i];
    }
    for (int64_t i = rank; i-- > 0;) bmi_reflect(tau[i], t + i * n + i + 1, z + i, z + i + 1, n - i - 1);
}

bm_status bmi_least_squares_solve(bmi_least_squares *ls, double *x, int64_t *rank_out)
{
    const int64_t n = ls->n;
    if (ls->whole) return bmi_least_norm(ls, x, rank_out);
    if (ls->filled) fold(ls);
    ls->r = bmi_alloc(ls->context, (size_t)n, (size_t)(n + ls->k) * sizeof *ls->r);
    for (int64_t c = 0; ls->r && c < n + ls->k; c++)
        for (int64_t i = 0; i < n; i++) ls->r[c * n + i] = i <= c ? ls->folded[i * ls->step + c] : 0;
    int64_t *order = bmi_alloc(ls->context, (size_t)n, sizeof *order);
    double *t = bmi_alloc(ls->context, (size_t)n * (size_t)n + 2 * (size_t)n, sizeof *t), *tau = NULL, *z = NULL;
    if (ls->r && order && t) {
        tau = t + n * n;
        z = tau + n;
        const double scale = bmi_unit_scale(ls->r, n, n, n);
        for (int64_t i = 0; scale != 1 && i < n * n; i++) ls->r[i] *= scale;
        const int64_t rank = pivot(ls, order, ls->least * scale);
        if (rank < n) factor_rows(ls, rank, t, tau);
        for (int64_t c = 0; c < ls->k; c++) {
            const double *qb = ls->r + (n + c) * n;
            if (rank < n) shortest(ls, rank, t, tau, qb, z);
            else back_substitute(ls, rank, qb, z);
            for (int64_t j = 0; j < n; j++) x[order[j] * ls->k + c] = z[j] * scale;
            ls->residual[c] += bmi_dot(qb + rank, qb + rank, n - rank);
        }
        if (rank_out) *rank_out = rank;
    }
    bmi_release(ls->context, order, (size_t)n, sizeof *order);
    bmi_release(ls->context, t, (size_t)n * (size_t)n + 2 * (size_t)n, sizeof *t);
    return !tau ? BM_E_MEMORY : stopped(ls) ? BM_E_STOPPED : BM_OK;
}

double bmi_least_squares_residual(const bmi_least_squares *ls, int64_t j)
{
    return ls->residual[j];
}
