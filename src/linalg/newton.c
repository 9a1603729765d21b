// SPDX-License-Identifier: Apache-2.0
/* Newton's method with a backtracking line search. Source: Nocedal, Wright, "Numerical Optimization", 2nd ed.: algorithms 3.1 and
 * 3.2, 7.1 (line search Newton-CG). A variable whose pivot in the Cholesky factorisation is nothing but rounding stays where it
 * is in that step: what it could do, others do.
 */
#include "linalg/newton.h"
#include "linalg/householder.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { TRIALS = 50 };

typedef struct newton {
    bmi_newton *w;
    int64_t size;                               /* of a block */
    double *x, *g, *d, *to, *g_to, *r, *p, *hp; /* n each */
    double *h;                                  /* size x size; or null */
    double f, f_to;
    double fall; /* of f, that the last step promised */
} newton;

static double largest(const double *g, int64_t n)
{
    double m = 0;
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(g[i]) <= m)) m = fabs(g[i]);
    return m;
}

/* The lower triangle of h becomes its Cholesky factor, row by row; a dependent row gets 0 on the diagonal. */
static bool factor(double *h, int64_t n)
{
    bool dependent = false;
    for (int64_t i = 0; i < n; i++) {
        double *row = h + i * n;
        const double own = row[i];
        for (int64_t j = 0; j < i; j++) {
            const double *other = h + j * n;
            row[j] = other[j] > 0 ? (row[j] - bmi_dot(row, other, j)) / other[j] : 0;
        }
        const double pivot = own - bmi_dot(row, row, i);
        row[i] = pivot > 64 * DBL_EPSILON * (double)n * fabs(own) ? sqrt(pivot) : 0;
        dependent |= row[i] == 0;
    }
    return dependent;
}

/* b becomes the solution of L LT x = b; 0 where the diagonal is. */
static void solve(const double *l, int64_t n, double *b)
{
    for (int64_t i = 0; i < n; i++) b[i] = l[i * n + i] > 0 ? (b[i] - bmi_dot(l + i * n, b, i)) / l[i * n + i] : 0;
    for (int64_t i = n; i-- > 0;) {
        b[i] = l[i * n + i] > 0 ? b[i] / l[i * n + i] : 0;
        bmi_axpy(-b[i], l + i * n, b, i);
    }
}

static bool by_matrix(newton *t)
{
    t->w->dependent = false;
    for (int64_t b = 0; b < t->w->blocks; b++) {
        double *d = t->d + b * t->size;
        if (!t->w->matrix(t->w->user, t->x, b, t->h)) return false;
        t->w->dependent |= factor(t->h, t->size);
        for (int64_t i = 0; i < t->size; i++) d[i] = -t->g[b * t->size + i];
        solve(t->h, t->size, d);
    }
    return true;
}

/* Conjugate gradients on H d = -g, until the residual is small enough for the outer step to converge faster than linearly. */
static bool by_product(newton *t)
{
    const int64_t n = t->w->n;
    double rr = bmi_dot(t->g, t->g, n);
    const double size = sqrt(rr), enough = size * fmin(.5, sqrt(fmin(1, size)) * .5);
    for (int64_t i = 0; i < n; i++) {
        t->d[i] = 0;
        t->r[i] = t->p[i] = -t->g[i];
    }
    for (int64_t k = 0; k < 2 * n + 10 && sqrt(rr) > enough; k++) {
        if (!t->w->product(t->w->user, t->x, t->p, t->hp)) return false;
        const double curved = bmi_dot(t->p, t->hp, n);
        if (!(curved > DBL_EPSILON * bmi_dot(t->p, t->p, n))) {
            if (!k) memcpy(t->d, t->p, (size_t)n * sizeof *t->d);
            break;
        }
        const double a = rr / curved;
        bmi_axpy(a, t->p, t->d, n);
        bmi_axpy(-a, t->hp, t->r, n);
        const double next = bmi_dot(t->r, t->r, n), b = next / rr;
        for (int64_t i = 0; i < n; i++) t->p[i] = t->r[i] + b * t->p[i];
        rr = next;
    }
    return true;
}

/* Goes along d until f falls; where rounding hides that, until the gradient does. */
static bool step(newton *t)
{
    const int64_t n = t->w->n;
    const double slope = bmi_dot(t->g, t->d, n), now = largest(t->g, n), noise = 64 * DBL_EPSILON * fabs(t->f);
    double length = 1;
    t->fall = -.5 * slope;
    if (!(slope < 0)) return false;
    for (int k = 0; k < TRIALS; k++, length *= .5) {
        for (int64_t i = 0; i < n; i++) t->to[i] = t->x[i] + length * t->d[i];
        if (!t->w->function(t->w->user, t->to, t->g_to, &t->f_to)) {
            t->w->failed = true;
            return false;
        }
        if (t->f_to <= t->f + 1e-4 * length * slope || (t->f_to <= t->f + noise && largest(t->g_to, n) < now)) return true;
    }
    return false;
}

bm_status bmi_newton_run(bmi_newton *w, double *x)
{
    enum { ARRAYS = 7 };
    const size_t n = (size_t)w->n;
    newton t = { .w = w, .size = w->n / w->blocks, .x = x };
    double *memory = bmi_alloc(w->context, n * ARRAYS, sizeof *memory);
    if (memory && w->matrix) t.h = bmi_alloc(w->context, (size_t)t.size * (size_t)t.size, sizeof *t.h);
    if (!memory || (w->matrix && !t.h)) {
        bmi_release(w->context, memory, n * ARRAYS, sizeof *memory);
        return BM_E_MEMORY;
    }
    double **const array[ARRAYS] = { &t.g, &t.d, &t.to, &t.g_to, &t.r, &t.p, &t.hp };
    for (size_t k = 0; k < ARRAYS; k++) *array[k] = memory + k * n;
    w->exhausted = false;
    w->failed = !w->function(w->user, x, t.g, &t.f);
    for (w->done = 0; !w->failed && w->done < w->iterations && largest(t.g, w->n) > w->tolerance; w->done++) {
        if (!(w->matrix ? by_matrix(&t) : by_product(&t))) w->failed = true;
        if (w->failed || !step(&t)) {
            w->exhausted = !w->failed && t.fall <= 1e-12 * fabs(t.f);
            break;
        }
        memcpy(x, t.to, n * sizeof *x);
        memcpy(t.g, t.g_to, n * sizeof *x);
        t.f = t.f_to;
    }
    w->value = t.f;
    w->largest = largest(t.g, w->n);
    w->converged = !w->failed && w->largest <= w->tolerance;
    bmi_release(w->context, memory, n * ARRAYS, sizeof *memory);
    bmi_release(w->context, t.h, (size_t)t.size * (size_t)t.size, sizeof *t.h);
    return BM_OK;
}
