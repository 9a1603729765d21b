// SPDX-License-Identifier: Apache-2.0
/* Newton steps with coordinate descent inside. Source: Friedman, Hastie, Tibshirani, "Regularization paths for generalized linear
 * models via coordinate descent", 2010 (the quadratic model and its coordinate steps); Yuan, Ho, Lin, "An improved GLMNET for
 * L1-regularized logistic regression", 2012 (line search, and that variables which stay 0 are left out). A variable at 0 whose
 * derivative is within its penalty is left out of a step; the gradient of the next one, which has all variables, takes it back
 * when that was wrong.
 */
#include "linalg/descent.h"
#include "linalg/householder.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { TRIALS = 50, PASSES = 1000 };

typedef struct descent {
    bmi_descent *c;
    int64_t size; /* of a block */
    double *x, *g, *d, *to, *g_to, *q;
    int64_t *of; /* of a block: the variables that may move */
    double *h;
    size_t room; /* numbers in h */
    double f, f_to;
} descent;

double bmi_descent_distance(double x, double g, double l1)
{
    if (x != 0) return fabs(g + (x > 0 ? l1 : -l1));
    return fabs(g) > l1 ? fabs(g) - l1 : 0;
}

static double distance(const descent *s, const double *x, const double *g)
{
    double m = 0;
    for (int64_t i = 0; i < s->c->n; i++) {
        const double far = bmi_descent_distance(x[i], g[i], s->c->l1[i]);
        if (!(far <= m)) m = far;
    }
    return m;
}

static double absolutes(const descent *s, const double *x)
{
    double sum = 0;
    for (int64_t i = 0; i < s->c->n; i++) sum += s->c->l1[i] * fabs(x[i]);
    return sum;
}

/* The coordinate step for a h / 2 + slope model at z; gives the new value. */
static double shrink(double z, double slope, double h, double l1)
{
    const double u = h * z - slope;
    return u > l1 ? (u - l1) / h : u < -l1 ? (u + l1) / h : 0;
}

/* Minimises the model of one block over m variables; d is the change of each, q the matrix times it. */
static void minimise(descent *s, int64_t first, int64_t m, double enough)
{
    const bmi_descent *c = s->c;
    memset(s->q, 0, (size_t)m * sizeof *s->q);
    double far = INFINITY;
    for (int pass = 0; pass < PASSES && far > enough; pass++) {
        far = 0;
        for (int64_t k = 0; k < m; k++) {
            const int64_t i = first + s->of[k];
            const double *row = s->h + k * m, own = row[k], z = s->x[i] + s->d[i];
            if (!(own > DBL_MIN)) continue;
            const double change = shrink(z, s->g[i] + s->q[k], own, c->l1[i]) - z;
            if (change == 0) continue;
            s->d[i] += change;
            bmi_axpy(change, row, s->q, m);
            if (fabs(change * own) > far) far = fabs(change * own);
        }
    }
}

static bool make_room(descent *s, int64_t m)
{
    const size_t wanted = (size_t)m * (size_t)m;
    if (wanted <= s->room) return true;
    bmi_release(s->c->context, s->h, s->room, sizeof *s->h);
    s->h = bmi_alloc(s->c->context, wanted, sizeof *s->h);
    s->room = s->h ? wanted : 0;
    return s->h != NULL;
}

/* The direction d; false without memory or when the caller's function failed. */
static bool direction(descent *s, double far, bm_status *st)
{
    const bmi_descent *c = s->c;
    memset(s->d, 0, (size_t)c->n * sizeof *s->d);
    for (int64_t b = 0; b < c->blocks; b++) {
        const int64_t first = b * s->size;
        int64_t m = 0;
        for (int64_t i = 0; i < s->size; i++) {
            const int64_t v = first + i;
            if (s->x[v] != 0 || c->l1[v] == 0 || fabs(s->g[v]) > c->l1[v]) s->of[m++] = i;
        }
        if (!make_room(s, m)) {
            *st = BM_E_MEMORY;
            return false;
        }
        if (m && !c->matrix(c->user, s->x, b, s->of, m, s->h)) return false;
        minimise(s, first, m, .05 * far);
    }
    return true;
}

/* Goes along d until the whole falls; where rounding hides that, until the distance does. */
static bool step(descent *s)
{
    const int64_t n = s->c->n;
    const double before = s->f + absolutes(s, s->x), far = distance(s, s->x, s->g), noise = 64 * DBL_EPSILON * fabs(before);
    for (int64_t i = 0; i < n; i++) s->to[i] = s->x[i] + s->d[i];
    const double fall = bmi_dot(s->g, s->d, n) + absolutes(s, s->to) - absolutes(s, s->x);
    double length = 1;
    for (int k = 0; k < TRIALS; k++, length *= .5) {
        for (int64_t i = 0; k && i < n; i++) s->to[i] = s->x[i] + length * s->d[i];
        if (!s->c->function(s->c->user, s->to, s->g_to, &s->f_to)) {
            s->c->failed = true;
            return false;
        }
        const double after = s->f_to + absolutes(s, s->to);
        if ((fall < 0 && after <= before + 1e-4 * length * fall) ||
            (after <= before + noise && distance(s, s->to, s->g_to) < far))
            return true;
    }
    return false;
}

static bm_status search(descent *s)
{
    bmi_descent *c = s->c;
    bm_status st = BM_OK;
    c->failed = !c->function(c->user, s->x, s->g, &s->f);
    double far = c->failed ? 0 : distance(s, s->x, s->g);
    for (c->done = 0; !c->failed && c->done < c->iterations && far > c->tolerance; c->done++) {
        if (!direction(s, far, &st)) c->failed = true;
        if (c->failed || !step(s)) break;
        memcpy(s->x, s->to, (size_t)c->n * sizeof *s->x);
        memcpy(s->g, s->g_to, (size_t)c->n * sizeof *s->x);
        s->f = s->f_to;
        far = distance(s, s->x, s->g);
    }
    c->value = s->f + absolutes(s, s->x);
    c->largest = far;
    c->converged = !c->failed && far <= c->tolerance;
    return st;
}

bm_status bmi_descent_run(bmi_descent *c, double *x)
{
    enum { ARRAYS = 5 };
    const size_t n = (size_t)c->n;
    descent s = { .c = c, .size = c->n / c->blocks, .x = x };
    double *memory = bmi_alloc(c->context, n * ARRAYS, sizeof *memory);
    s.of = memory ? bmi_alloc(c->context, (size_t)s.size, sizeof *s.of) : NULL;
    bm_status st = s.of ? BM_OK : BM_E_MEMORY;
    if (!st) {
        double **const array[ARRAYS] = { &s.g, &s.d, &s.to, &s.g_to, &s.q };
        for (size_t k = 0; k < ARRAYS; k++) *array[k] = memory + k * n;
        st = search(&s);
    }
    bmi_release(c->context, s.h, s.room, sizeof *s.h);
    bmi_release(c->context, s.of, (size_t)s.size, sizeof *s.of);
    bmi_release(c->context, memory, n * ARRAYS, sizeof *memory);
    return st;
}
