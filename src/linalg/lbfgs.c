// SPDX-License-Identifier: Apache-2.0
/* Limited-memory BFGS. Source: Liu, Nocedal, "On the limited memory BFGS method for large scale optimization", 1989; the two-loop
 * recursion and the strong Wolfe line search (bracket, then zoom by cubic interpolation): Nocedal, Wright, "Numerical
 * Optimization", 2nd ed., algorithms 7.4, 3.5 and 3.6; where f's rounding hides whether it falls, the approximate Wolfe conditions:
 * Hager, Zhang, "A new conjugate gradient method with guaranteed descent", 2005.
 */
#include "linalg/lbfgs.h"
#include "linalg/householder.h"
#include <math.h>
#include <string.h>

enum { PAIRS = 20, TRIALS = 40 };

typedef struct search {
    bmi_lbfgs *l;
    double *x, *g;     /* present point */
    double *d;         /* direction */
    double *to, *g_to; /* trial point */
    double *s[PAIRS], *y[PAIRS], rho[PAIRS];
    int pairs, newest;
    double f, f_to;
} search;

static double largest(const double *g, int64_t n)
{
    double m = 0;
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(g[i]) <= m)) m = fabs(g[i]);
    return m;
}

/* d = -H g by the pairs that are kept. */
static void direction(search *s)
{
    const int64_t n = s->l->n;
    double alpha[PAIRS];
    for (int64_t i = 0; i < n; i++) s->d[i] = -s->g[i];
    for (int k = 0; k < s->pairs; k++) {
        const int p = (s->newest + PAIRS - k) % PAIRS;
        alpha[p] = s->rho[p] * bmi_dot(s->s[p], s->d, n);
        bmi_axpy(-alpha[p], s->y[p], s->d, n);
    }
    if (s->pairs) {
        const double scale = 1 / (s->rho[s->newest] * bmi_dot(s->y[s->newest], s->y[s->newest], n));
        for (int64_t i = 0; i < n; i++) s->d[i] *= scale;
    }
    for (int k = s->pairs; k-- > 0;) {
        const int p = (s->newest + PAIRS - k) % PAIRS;
        const double beta = s->rho[p] * bmi_dot(s->y[p], s->d, n);
        bmi_axpy(alpha[p] - beta, s->s[p], s->d, n);
    }
}

/* The function at x + t d: slope along d into *slope. */
static bool try_step(search *s, double t, double *slope)
{
    for (int64_t i = 0; i < s->l->n; i++) s->to[i] = s->x[i] + t * s->d[i];
    if (!s->l->function(s->l->user, s->to, s->g_to, &s->f_to)) {
        s->l->failed = true;
        return false;
    }
    *slope = bmi_dot(s->g_to, s->d, s->l->n);
    return true;
}

/* Minimum of the cubic through two points with slopes, kept inside the bracket; its middle when there is none. */
static double interpolate(double a, double fa, double da, double b, double fb, double db)
{
    const double u = da + db - 3 * (fa - fb) / (a - b), w = u * u - da * db;
    const double v = w > 0 ? (b > a ? 1 : -1) * sqrt(w) : NAN;
    const double t = b - (b - a) * (db + v - u) / (db - da + 2 * v);
    const double low = fmin(a, b), high = fmax(a, b), edge = .1 * (high - low);
    return t >= low + edge && t <= high - edge ? t : .5 * (a + b);
}

/* A step that satisfies the strong Wolfe conditions (1e-4, .9); false when none is found. */
static bool line_search(search *s, double t)
{
    const double slope0 = bmi_dot(s->g, s->d, s->l->n), c1 = 1e-4, c2 = .9;
    double low = 0, f_low = s->f, d_low = slope0, high = 0, f_high = 0, d_high = 0;
    bool bracket = false;
    if (!(slope0 < 0)) return false;
    for (int k = 0; k < TRIALS; k++) {
        double slope;
        if (!try_step(s, t, &slope)) return false;
        if (s->f_to <= s->f + s->l->noise * fabs(s->f) && slope >= c2 * slope0 && slope <= (2 * c1 - 1) * slope0) return true;
        if (!(s->f_to <= s->f + c1 * t * slope0) || (s->f_to >= f_low && k)) {
            high = t;
            f_high = isfinite(s->f_to) ? s->f_to : f_low + fabs(f_low) + 1;
            d_high = isfinite(slope) ? slope : -slope0;
            bracket = true;
        } else if (fabs(slope) <= -c2 * slope0) return true;
        else {
            if (bracket ? slope * (high - low) >= 0 : slope >= 0) {
                high = low;
                f_high = f_low;
                d_high = d_low;
                bracket = true;
            }
            low = t;
            f_low = s->f_to;
            d_low = slope;
        }
        if (bracket && fabs(high - low) <= 1e-15 * fmax(1, fabs(low))) break;
        t = bracket ? interpolate(low, f_low, d_low, high, f_high, d_high) : 2 * t;
    }
    double slope; /* no point is quite right: the best one that goes down will do */
    return low > 0 && try_step(s, low, &slope) && s->f_to < s->f;
}

/* Remembers the step from x to `to`, when the curvature along it is positive, and goes there. */
static void accept(search *s)
{
    const int64_t n = s->l->n;
    const int next = s->pairs ? (s->newest + 1) % PAIRS : 0;
    for (int64_t i = 0; i < n; i++) {
        s->s[next][i] = s->to[i] - s->x[i];
        s->y[next][i] = s->g_to[i] - s->g[i];
    }
    const double sy = bmi_dot(s->s[next], s->y[next], n), yy = bmi_dot(s->y[next], s->y[next], n);
    if (sy > 1e-16 * yy) {
        s->rho[next] = 1 / sy;
        s->newest = next;
        if (s->pairs < PAIRS) s->pairs++;
    } else if (s->pairs == PAIRS) s->pairs--; /* it was written over the oldest */
    memcpy(s->x, s->to, (size_t)n * sizeof *s->x);
    memcpy(s->g, s->g_to, (size_t)n * sizeof *s->g);
    s->f = s->f_to;
}

bm_status bmi_lbfgs_run(bmi_lbfgs *l, double *x)
{
    const size_t n = (size_t)l->n, arrays = 4 + 2 * PAIRS;
    double *memory = bmi_alloc(l->context, n * arrays, sizeof *memory);
    search s = { .l = l, .x = x };
    if (!memory) return BM_E_MEMORY;
    s.g = memory;
    s.d = memory + n;
    s.to = memory + 2 * n;
    s.g_to = memory + 3 * n;
    for (int k = 0; k < PAIRS; k++) {
        s.s[k] = memory + (4 + 2 * (size_t)k) * n;
        s.y[k] = s.s[k] + n;
    }
    int64_t idle = 0;
    l->failed = !l->function(l->user, x, s.g, &s.f);
    for (l->done = 0; !l->failed && l->done < l->iterations; l->done++) {
        if (largest(s.g, l->n) <= l->tolerance) break;
        if (l->patience && idle >= l->patience) break;
        const double before = s.f;
        direction(&s);
        if (!line_search(&s, s.pairs ? 1 : fmin(1, 1 / sqrt(bmi_dot(s.g, s.g, l->n))))) {
            if (!s.pairs || l->failed) break;
            s.pairs = 0; /* once more from steepest descent */
            continue;
        }
        accept(&s);
        idle = before - s.f <= l->noise * fabs(before) ? idle + 1 : 0;
    }
    l->value = s.f;
    l->largest = largest(s.g, l->n);
    l->converged = !l->failed && l->largest <= l->tolerance;
    bmi_release(l->context, memory, n * arrays, sizeof *memory);
    return BM_OK;
}
