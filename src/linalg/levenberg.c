// SPDX-License-Identifier: Apache-2.0
/* Levenberg's and Marquardt's method. The Jacobian is factored once for all dampings that are tried at a point. */
#include "linalg/levenberg.h"
#include "linalg/householder.h"
#include "linalg/triangle.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct work {
    bmi_levenberg *s;
    double *memory;
    double *rows;     /* m x n: the Jacobian, row by row */
    double *j;        /* n columns of m: R in the first rows after it was factored */
    double *qr;       /* m: QT r */
    double *r, *next; /* residuals here and at the trial */
    double *trial, *h, *d, *g, *small, *side;
    bool *held; /* at a bound */
    double squares;
} work;

static bool prepare(work *w, size_t *numbers)
{
    const int64_t m = w->s->m, n = w->s->n;
    size_t all;
    *numbers = 0;
    if (!bmi_mul_size((size_t)m, (size_t)n, &all) || !bmi_mul_size(all, 2, &all) ||
        !bmi_add_size(all, (size_t)(3 * m + 5 * n + 2 * n * n + 2 * n), &all))
        return false;
    w->memory = bmi_alloc(w->s->context, all, sizeof *w->memory);
    w->held = bmi_alloc(w->s->context, (size_t)n, sizeof *w->held);
    if (!w->memory) return false;
    *numbers = all;
    w->rows = w->memory, w->j = w->rows + m * n, w->qr = w->j + m * n, w->r = w->qr + m, w->next = w->r + m;
    w->trial = w->next + m, w->h = w->trial + n, w->d = w->h + n, w->g = w->d + n;
    w->side = w->g + n, w->small = w->side + 2 * n;
    return w->held != NULL;
}

static bool all_finite(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

/* Residuals at p and their squares; false where there are none. */
static bool evaluate(work *w, const double *p, double *r, double *squares)
{
    w->s->evaluations++;
    if (!w->s->residuals(w->s->user, p, r) || !all_finite(r, w->s->m)) return false;
    *squares = bmi_dot(r, r, w->s->m);
    return isfinite(*squares);
}

/* Central differences, one-sided where a bound or the domain is in the way. */
static bool differences(work *w, double *p)
{
    const int64_t m = w->s->m, n = w->s->n;
    double ignored;
    for (int64_t k = 0; k < n && !w->s->stop; k++) {
        const double here = p[k], step = 6e-6 * (here != 0 ? fabs(here) : 1e-3);
        double up = here + step, down = here - step;
        if (w->s->high && up > w->s->high[k]) up = here;
        if (w->s->low && down < w->s->low[k]) down = here;
        p[k] = up;
        if (up != here && !evaluate(w, p, w->next, &ignored)) up = here;
        if (up == here) memcpy(w->next, w->r, (size_t)m * sizeof *w->r);
        p[k] = down;
        if (down != here && !evaluate(w, p, w->qr, &ignored)) down = here;
        if (down == here) memcpy(w->qr, w->r, (size_t)m * sizeof *w->r);
        p[k] = here;
        if (up == down) return false;
        for (int64_t i = 0; i < m; i++) w->rows[i * n + k] = (w->next[i] - w->qr[i]) / (up - down);
    }
    return !w->s->stop;
}

/* The Jacobian at p as columns, gradient, lengths of columns; columns of parameters that are held are 0. */
static bool linearise(work *w, double *p, double *cosine)
{
    const int64_t m = w->s->m, n = w->s->n;
    if (!(w->s->jacobian ? w->s->jacobian(w->s->user, p, w->rows) : differences(w, p)) || !all_finite(w->rows, m * n))
        return false;
    *cosine = 0;
    for (int64_t k = 0; k < n; k++) {
        double *c = w->j + k * m;
        for (int64_t i = 0; i < m; i++) c[i] = w->rows[i * n + k];
        w->g[k] = bmi_dot(c, w->r, m);
        const double length = sqrt(bmi_dot(c, c, m));
        w->held[k] = (w->s->low && p[k] <= w->s->low[k] && w->g[k] > 0) || (w->s->high && p[k] >= w->s->high[k] && w->g[k] < 0);
        w->d[k] = fmax(w->d[k], length);
        if (!w->held[k] && length > 0 && w->squares > 0) *cosine = fmax(*cosine, fabs(w->g[k]) / (length * sqrt(w->squares)));
        if (w->held[k]) w->g[k] = 0, memset(c, 0, (size_t)m * sizeof *c);
    }
    return true;
}

/* R and QT r of the Jacobian, in place. */
static void factor(work *w)
{
    const int64_t m = w->s->m, n = w->s->n, most = m < n ? m : n;
    memcpy(w->qr, w->r, (size_t)m * sizeof *w->r);
    for (int64_t k = 0; k < most; k++) {
        double *v = w->j + k * m + k;
        const double tau = bmi_householder(v, v + 1, m - k - 1);
        for (int64_t c = k + 1; c < n; c++) bmi_reflect(tau, v + 1, w->j + c * m + k, w->j + c * m + k + 1, m - k - 1);
        bmi_reflect(tau, v + 1, w->qr + k, w->qr + k + 1, m - k - 1);
    }
}

/* h = the least squares of (R; sqrt(mu) D) h = -(QT r; 0). */
static void damped_step(work *w, double mu)
{
    const int64_t m = w->s->m, n = w->s->n, top = m < n ? m : n, all = 2 * n;
    double *a = w->small, *b = w->side; /* n columns of 2 n; 2 n */
    memset(a, 0, (size_t)(n * all) * sizeof *a);
    memset(b, 0, (size_t)all * sizeof *b);
    for (int64_t k = 0; k < n; k++) {
        for (int64_t i = 0; i <= k && i < top; i++) a[k * all + i] = w->j[k * m + i];
        a[k * all + n + k] = sqrt(mu) * (w->d[k] > 0 ? w->d[k] : 1);
    }
    for (int64_t i = 0; i < top; i++) b[i] = -w->qr[i];
    for (int64_t k = 0; k < n; k++) {
        double *v = a + k * all + k;
        const double tau = bmi_householder(v, v + 1, all - k - 1);
        for (int64_t c = k + 1; c < n; c++) bmi_reflect(tau, v + 1, a + c * all + k, a + c * all + k + 1, all - k - 1);
        bmi_reflect(tau, v + 1, b + k, b + k + 1, all - k - 1);
    }
    for (int64_t k = n; k-- > 0;) {
        w->h[k] = w->held[k] || a[k * all + k] == 0 ? 0 : b[k] / a[k * all + k];
        bmi_axpy(-w->h[k], a + k * all, b, k);
    }
}

/* What a linear model says that the step gains: -gT h - |R h|^2 / 2, twice. */
static double promised(const work *w)
{
    const int64_t m = w->s->m, n = w->s->n, top = m < n ? m : n;
    double sum = 0;
    for (int64_t k = 0; k < n; k++) sum -= 2 * w->g[k] * w->h[k];
    for (int64_t i = 0; i < top; i++) {
        double row = 0;
        for (int64_t k = i; k < n; k++) row += w->j[k * m + i] * w->h[k];
        sum -= row * row;
    }
    return sum;
}

/* The trial p + h within the bounds; h becomes what is left of it. Returns |D h| over |D p|. */
static double try_step(work *w, const double *p)
{
    double step = 0, here = 0;
    for (int64_t k = 0; k < w->s->n; k++) {
        double to = p[k] + w->h[k];
        if (w->s->low) to = fmax(to, w->s->low[k]);
        if (w->s->high) to = fmin(to, w->s->high[k]);
        w->trial[k] = to;
        w->h[k] = to - p[k];
        step += w->d[k] * w->h[k] * (w->d[k] * w->h[k]);
        here += w->d[k] * p[k] * (w->d[k] * p[k]);
    }
    return sqrt(step) / (sqrt(here) + DBL_MIN);
}

/* Steps from a point until one is taken; false when work is over. */
static bool advance(work *w, double *p, double *mu, double *nu)
{
    bmi_levenberg *s = w->s;
    for (int tries = 0; tries < 200; tries++) {
        double squares;
        damped_step(w, *mu);
        const double length = try_step(w, p), gain = promised(w);
        if (length <= s->step) return s->end = BMI_LEVENBERG_STEP, false;
        const bool there = evaluate(w, w->trial, w->next, &squares);
        if (s->stop) return s->end = BMI_LEVENBERG_STOP, false;
        const double got = there ? w->squares - squares : -INFINITY;
        if (fabs(got) <= s->decrease * w->squares && gain <= s->decrease * w->squares) {
            if (got > 0) memcpy(p, w->trial, (size_t)s->n * sizeof *p), w->squares = squares;
            return s->end = BMI_LEVENBERG_DECREASE, false;
        }
        if (got > 0 && gain > 0) {
            const double ratio = got / gain, by = 1 - pow(2 * ratio - 1, 3);
            memcpy(p, w->trial, (size_t)s->n * sizeof *p);
            memcpy(w->r, w->next, (size_t)s->m * sizeof *w->r);
            w->squares = squares;
            *mu *= fmax(1.0 / 3, by);
            *nu = 2;
            return true;
        }
        *mu *= *nu;
        *nu *= 2;
        if (!isfinite(*mu) || !isfinite(*nu)) break;
    }
    return s->end = BMI_LEVENBERG_DAMPED, false;
}

/* The inverse of JT J at the end. */
static bool covariance(work *w, double *p)
{
    bmi_levenberg *s = w->s;
    const int64_t m = s->m, n = s->n, top = m < n ? m : n;
    double ignored;
    s->rank = 0;
    if (!s->covariance) return true;
    memset(s->covariance, 0, (size_t)(n * n) * sizeof(double));
    if (!linearise(w, p, &ignored)) return true;
    factor(w);
    double *a = bmi_alloc(s->context, (size_t)(2 * n * n + 2 * n), sizeof *a);
    int64_t *order = bmi_alloc(s->context, (size_t)n, sizeof *order);
    if (a && order) {
        bmi_triangle t = { .n = n, .a = a, .order = order, .length = a + 2 * n * n + n };
        for (int64_t k = 0; k < n; k++)
            for (int64_t i = 0; i <= k && i < top; i++) a[k * n + i] = w->j[k * m + i];
        bmi_triangle_factor(&t, 1e-14);
        bmi_triangle_inverse(&t, s->covariance, a + n * n);
        s->rank = t.rank;
    }
    const bool ok = a && order;
    bmi_release(s->context, a, (size_t)(2 * n * n + 2 * n), sizeof *a);
    bmi_release(s->context, order, (size_t)n, sizeof *order);
    return ok;
}

static void iterate(work *w, double *p)
{
    bmi_levenberg *s = w->s;
    double mu = 1e-3, nu = 2, cosine;
    if (!evaluate(w, p, w->r, &w->squares)) {
        s->end = s->stop ? BMI_LEVENBERG_STOP : BMI_LEVENBERG_START;
        return;
    }
    for (s->done = 0;; s->done++) {
        if (!linearise(w, p, &cosine)) {
            s->end = s->stop ? BMI_LEVENBERG_STOP : s->done ? BMI_LEVENBERG_DAMPED : BMI_LEVENBERG_START;
            return;
        }
        if (cosine <= s->gradient) {
            s->end = BMI_LEVENBERG_GRADIENT;
            return;
        }
        if (s->done == s->iterations) {
            s->end = BMI_LEVENBERG_ITERATIONS;
            return;
        }
        factor(w);
        if (!advance(w, p, &mu, &nu)) return;
    }
}

bm_status bmi_levenberg_run(bmi_levenberg *s, double *p)
{
    work w = { .s = s };
    size_t numbers;
    bool ok = prepare(&w, &numbers);
    for (int64_t k = 0; ok && k < s->n; k++) {
        if (s->low) p[k] = fmax(p[k], s->low[k]);
        if (s->high) p[k] = fmin(p[k], s->high[k]);
    }
    if (ok) {
        iterate(&w, p);
        s->squares = w.squares;
        if (s->end != BMI_LEVENBERG_START && s->end != BMI_LEVENBERG_STOP) {
            if (!evaluate(&w, p, w.r, &w.squares)) w.squares = s->squares; /* residuals of the point that is kept */
            ok = covariance(&w, p);
        }
    }
    bmi_release(s->context, w.memory, numbers, sizeof *w.memory);
    bmi_release(s->context, w.held, (size_t)s->n, sizeof *w.held);
    return ok ? BM_OK : BM_E_MEMORY;
}
