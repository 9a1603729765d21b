// SPDX-License-Identifier: Apache-2.0
/* Small square factors. Columns are scaled to length 1 before rank is decided, so that units of measurement do not count. */
#include "linalg/triangle.h"
#include "linalg/householder.h"
#include <float.h>
#include <math.h>
#include <string.h>

static void swap(double *x, double *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const double keep = x[i];
        x[i] = y[i];
        y[i] = keep;
    }
}

static double length_of(const double *x, int64_t n)
{
    double largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
    if (largest == 0 || !isfinite(largest)) return largest;
    if (largest > 1e-100 && largest < 1e100) return sqrt(bmi_dot(x, x, n));
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i] / largest * (x[i] / largest);
    return largest * sqrt(sum);
}

static void scale_columns(double *a, int64_t n, double *length)
{
    for (int64_t c = 0; c < n; c++) {
        const double found = length_of(a + c * n, n), by = found > 0 ? found : 1;
        for (int64_t i = 0; i < n; i++) a[c * n + i] /= by;
        if (length) length[c] = by;
    }
}

/* The column from j on whose rest is longest. */
static int64_t longest(const bmi_triangle *t, int64_t j, double *length)
{
    const int64_t n = t->n;
    int64_t best = j;
    *length = -1;
    for (int64_t c = j; c < n; c++) {
        const double *rest = t->a + c * n + j, square = bmi_dot(rest, rest, n - j);
        if (square > *length) {
            *length = square;
            best = c;
        }
    }
    *length = sqrt(*length);
    return best;
}

void bmi_triangle_factor(bmi_triangle *t, double small)
{
    const int64_t n = t->n;
    for (int64_t c = 0; c < n; c++) {
        t->order[c] = c;
        memset(t->a + c * n + c + 1, 0, (size_t)(n - c - 1) * sizeof *t->a);
    }
    scale_columns(t->a, n, t->length);
    for (t->rank = 0; t->rank < n; t->rank++) {
        const int64_t j = t->rank;
        double rest;
        const int64_t best = longest(t, j, &rest);
        if (!(rest > small)) return;
        if (best != j) swap(t->a + j * n, t->a + best * n, n);
        const int64_t number = t->order[j];
        t->order[j] = t->order[best];
        t->order[best] = number;
        double *v = t->a + j * n + j;
        const double tau = bmi_householder(v, v + 1, n - j - 1);
        for (int64_t c = j + 1; c < n; c++) bmi_reflect(tau, v + 1, t->a + c * n + j, t->a + c * n + j + 1, n - j - 1);
        memset(v + 1, 0, (size_t)(n - j - 1) * sizeof *v);
    }
}

/* Rows and columns j and k of a symmetric matrix of which all is kept. */
static void exchange(bmi_triangle *t, int64_t j, int64_t k)
{
    const int64_t n = t->n, number = t->order[j];
    if (j == k) return;
    swap(t->a + j * n, t->a + k * n, n);
    for (int64_t c = 0; c < n; c++) swap(t->a + c * n + j, t->a + c * n + k, 1);
    t->order[j] = t->order[k];
    t->order[k] = number;
}

bool bmi_triangle_cholesky(bmi_triangle *t, double small)
{
    const int64_t n = t->n;
    for (int64_t c = 0; c < n; c++) {
        const double square = t->a[c * n + c];
        if (!(square >= 0 && isfinite(square))) return false;
        t->order[c] = c;
        t->length[c] = square > 0 ? sqrt(square) : 1;
    }
    for (int64_t c = 0; c < n; c++)
        for (int64_t i = 0; i < n; i++) t->a[c * n + i] /= t->length[c] * t->length[i];
    for (t->rank = 0; t->rank < n; t->rank++) {
        const int64_t j = t->rank;
        int64_t best = j;
        for (int64_t c = j + 1; c < n; c++)
            if (t->a[c * n + c] > t->a[best * n + best]) best = c;
        if (!(t->a[best * n + best] > small * small)) break;
        exchange(t, j, best);
        /* row j of R stands in place j of the columns behind; the rest becomes the Schur complement */
        const double root = sqrt(t->a[j * n + j]);
        t->a[j * n + j] = root;
        for (int64_t c = j + 1; c < n; c++) t->a[c * n + j] /= root;
        for (int64_t c = j + 1; c < n; c++)
            for (int64_t i = j + 1; i < n; i++) t->a[c * n + i] -= t->a[c * n + j] * t->a[i * n + j];
    }
    for (int64_t c = 0; c < n; c++)
        for (int64_t i = c + 1; i < n; i++) t->a[c * n + i] = 0;
    return true;
}

/* z = R11^-1 z of the leading triangle of `rank`. */
static void solve(const bmi_triangle *t, int64_t rank, double *z)
{
    const int64_t n = t->n;
    for (int64_t j = rank; j-- > 0;) {
        z[j] /= t->a[j * n + j];
        bmi_axpy(-z[j], t->a + j * n, z, j);
    }
}

void bmi_triangle_inverse(const bmi_triangle *t, double *g, double *work)
{
    const int64_t n = t->n, rank = t->rank;
    double *const column = work + n * n; /* work: row i has U[i][i] ... U[i][rank - 1] of U = R11^-1 */
    for (int64_t j = 0; j < rank; j++) {
        memset(column, 0, (size_t)j * sizeof *column);
        column[j] = 1;
        solve(t, j + 1, column);
        for (int64_t i = 0; i <= j; i++) work[i * n + j] = column[i];
    }
    memset(g, 0, (size_t)(n * n) * sizeof *g);
    for (int64_t i = 0; i < rank; i++)
        for (int64_t k = i; k < rank; k++) {
            const int64_t at = t->order[i], other = t->order[k];
            const double sum = bmi_dot(work + i * n + k, work + k * n + k, rank - k) / t->length[at] / t->length[other];
            g[at * n + other] = g[other * n + at] = sum;
        }
}

void bmi_triangle_null(const bmi_triangle *t, int64_t i, double *v, double *work)
{
    const int64_t n = t->n, at = t->rank + i;
    memcpy(work, t->a + at * n, (size_t)t->rank * sizeof *work);
    solve(t, t->rank, work);
    memset(v, 0, (size_t)n * sizeof *v);
    for (int64_t j = 0; j < t->rank; j++) v[t->order[j]] = -work[j] / t->length[t->order[j]];
    v[t->order[at]] = 1 / t->length[t->order[at]];
}

double bmi_triangle_condition(double *a, int64_t n)
{
    enum { SWEEPS = 60 };
    bool turned = true;
    double least = INFINITY, most = 0;
    for (int64_t c = 0; c < n; c++) memset(a + c * n + c + 1, 0, (size_t)(n - c - 1) * sizeof *a);
    scale_columns(a, n, NULL);
    for (int sweep = 0; turned && sweep < SWEEPS; sweep++) {
        turned = false;
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++) {
                double *x = a + p * n, *y = a + q * n;
                const double xx = bmi_dot(x, x, n), yy = bmi_dot(y, y, n), xy = bmi_dot(x, y, n);
                if (!(fabs(xy) > DBL_EPSILON * sqrt(xx * yy)) || xx * yy == 0) continue;
                turned = true;
                const double zeta = (yy - xx) / (2 * xy), t = copysign(1, zeta) / (fabs(zeta) + hypot(1, zeta)),
                             cosine = 1 / hypot(1, t), sine = cosine * t;
                for (int64_t i = 0; i < n; i++) {
                    const double keep = x[i];
                    x[i] = cosine * keep - sine * y[i];
                    y[i] = sine * keep + cosine * y[i];
                }
            }
    }
    for (int64_t c = 0; c < n; c++) {
        const double length = length_of(a + c * n, n);
        least = fmin(least, length);
        most = fmax(most, length);
    }
    return least > 0 ? most / least : INFINITY;
}
