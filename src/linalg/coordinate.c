// SPDX-License-Identifier: Apache-2.0
/* Coordinate descent: one coefficient after the other is set to its minimum. Columns that the sequential strong rule leaves out are looked
 * at again at the end, and come in where the conditions of Karush, Kuhn and Tucker fail. Sources: Friedman, Hastie, Tibshirani,
 * "Regularization Paths for Generalized Linear Models via Coordinate Descent", 2010; Tibshirani et al., "Strong Rules for Discarding
 * Predictors in Lasso-Type Problems", 2012; the duality gap as in Kim et al., 2007.
 */
#include "linalg/coordinate.h"
#include "linalg/cholesky.h"
#include "linalg/householder.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* Sweeps of one descent; columns that are solved for exactly, at most; steps that are made in any case, and what all of them may cost. */
enum { SWEEPS = 200, EXACT_COLUMNS = 1000, EXACT_STEPS = 8 };
static const double exact_work = 3e10;

bm_status bmi_coordinate_begin(bmi_coordinate *d)
{
    d->h = bmi_alloc(d->context, 3 * (size_t)d->n, sizeof *d->h);
    d->set = bmi_alloc(d->context, (size_t)d->n, sizeof *d->set);
    d->in = bmi_alloc(d->context, (size_t)d->n, sizeof *d->in);
    if (d->m) d->residual = bmi_alloc(d->context, (size_t)d->m, sizeof *d->residual);
    if (d->m) d->place = bmi_alloc(d->context, (size_t)d->n, sizeof *d->place);
    if (!d->h || !d->set || !d->in || (d->m && !(d->residual && d->place))) return BM_E_MEMORY;
    for (int64_t j = 0; d->m && j < d->n; j++) d->place[j] = -1;
    d->norm = d->h + d->n;
    d->kept = d->norm + d->n;
    for (int64_t j = 0; j < d->n; j++)
        d->norm[j] = d->m ? bmi_dot(d->g + j * d->step, d->g + j * d->step, d->m) : d->g[j * d->step + j];
    return BM_OK;
}

void bmi_coordinate_end(bmi_coordinate *d)
{
    bmi_release(d->context, d->h, 3 * (size_t)d->n, sizeof *d->h);
    bmi_release(d->context, d->set, (size_t)d->n, sizeof *d->set);
    bmi_release(d->context, d->in, (size_t)d->n, sizeof *d->in);
    bmi_release(d->context, d->residual, (size_t)d->m, sizeof *d->residual);
    bmi_release(d->context, d->products, (size_t)d->room, (size_t)d->room * sizeof *d->products);
    bmi_release(d->context, d->place, (size_t)d->n, sizeof *d->place);
    bmi_release(d->context, d->column, (size_t)d->room, sizeof *d->column);
    d->h = d->norm = d->kept = d->residual = d->products = NULL;
    d->set = d->place = d->column = NULL;
    d->in = NULL;
}

static bool stopped(const bmi_coordinate *d)
{
    return d->stop && atomic_load_explicit(d->stop, memory_order_relaxed);
}

/* What follows from w: h by G, else the residual. */
static void refresh(bmi_coordinate *d)
{
    if (d->m) memcpy(d->residual, d->y, (size_t)d->m * sizeof *d->y);
    else memcpy(d->h, d->c, (size_t)d->n * sizeof *d->c);
    for (int64_t j = 0; j < d->n; j++)
        if (d->w[j] != 0) bmi_axpy(-d->w[j], d->g + j * d->step, d->m ? d->residual : d->h, d->m ? d->m : d->n);
}

/* h of all columns. */
static void look(bmi_coordinate *d)
{
    for (int64_t j = 0; d->m && j < d->n; j++) d->h[j] = bmi_dot(d->g + j * d->step, d->residual, d->m);
}

/* Sets one coefficient to its minimum; gives how far it went. */
static double move(bmi_coordinate *d, int64_t j)
{
    const double before = d->w[j];
    if (d->norm[j] == 0) return 0;
    const double h = d->m ? bmi_dot(d->g + j * d->step, d->residual, d->m) : d->h[j], at = h + d->norm[j] * before,
                 rest = fabs(at) - d->l1[j];
    const double now = rest > 0 ? copysign(rest, at) / (d->norm[j] + d->l2[j]) : 0;
    if (now == before) return 0;
    d->w[j] = now;
    bmi_axpy(before - now, d->g + j * d->step, d->m ? d->residual : d->h, d->m ? d->m : d->n);
    return fabs(now - before) * sqrt(d->norm[j]);
}

/* Upper bound of how far the objective is from its minimum; h is that of all columns. */
static double gap_of(const bmi_coordinate *d)
{
    double size = 0, cw = 0, hw = 0, l1 = 0, l2 = 0;
    for (int64_t j = 0; j < d->n; j++) {
        const double of_dual = fabs(d->h[j] - d->l2[j] * d->w[j]);
        if (of_dual > size * d->l1[j]) size = d->l1[j] > 0 ? of_dual / d->l1[j] : INFINITY;
        cw += d->c[j] * d->w[j];
        hw += d->h[j] * d->w[j];
        l1 += d->l1[j] * fabs(d->w[j]);
        l2 += d->l2[j] * d->w[j] * d->w[j];
    }
    const double rr = fmax(d->yy - cw - hw, 0), ry = d->yy - cw, by = size > 1 ? 1 / size : 1;
    return .5 * rr * (1 + by * by) + l1 - by * ry + .5 * (1 + by * by) * l2;
}

static double value_of(const bmi_coordinate *d)
{
    double cw = 0, hw = 0, penalty = 0;
    for (int64_t j = 0; j < d->n; j++) {
        cw += d->c[j] * d->w[j];
        hw += d->h[j] * d->w[j];
        penalty += d->l1[j] * fabs(d->w[j]) + .5 * d->l2[j] * d->w[j] * d->w[j];
    }
    return .5 * (d->yy - cw - hw) + penalty;
}

/* The smallest that the derivative by w_j may be: 0 where its condition holds; and how badly that is broken. */
static double broken_by(const bmi_coordinate *d, int64_t j)
{
    const double h = d->h[j] - d->l2[j] * d->w[j];
    return d->w[j] != 0 ? copysign(d->l1[j], d->w[j]) - h : -copysign(fmax(fabs(h) - d->l1[j], 0), h);
}

static double broken(const bmi_coordinate *d, int64_t j)
{
    return fabs(broken_by(d, j));
}

/* Cycles over the set, then over its columns that are not 0, until the coefficients rest, or go on too slowly. */
static void descend(bmi_coordinate *d, int64_t n, double rest)
{
    const bool whole = d->work >= exact_work || d->iterations - d->done < SWEEPS; /* nothing else helps */
    const int64_t last = whole ? d->iterations : d->done + SWEEPS;
    for (;;) {
        double most = 0;
        for (int64_t k = 0; k < n; k++) most = fmax(most, move(d, d->set[k]));
        if (++d->done >= last || most <= rest || stopped(d)) return;
        for (double inner = most; inner > rest && d->done < last && !stopped(d); d->done++) {
            inner = 0;
            for (int64_t k = 0; k < n; k++)
                if (d->w[d->set[k]] != 0) inner = fmax(inner, move(d, d->set[k]));
        }
    }
}

/* Forgets all products, and has room for those of twice n columns. */
static bool make_room(bmi_coordinate *d, int64_t n)
{
    for (int64_t s = 0; s < d->known; s++) d->place[d->column[s]] = -1;
    d->known = 0;
    if (d->room >= 2 * n || d->room == d->n) return true;
    bmi_release(d->context, d->products, (size_t)d->room, (size_t)d->room * sizeof *d->products);
    bmi_release(d->context, d->column, (size_t)d->room, sizeof *d->column);
    d->room = 2 * n < d->n ? 2 * n : d->n;
    d->products = bmi_alloc(d->context, (size_t)d->room, (size_t)d->room * sizeof *d->products);
    d->column = bmi_alloc(d->context, (size_t)d->room, sizeof *d->column);
    return d->products && d->column;
}

/* Makes the products of the n columns of d->set with each other, those that are not there. False without memory. */
static bool know(bmi_coordinate *d, int64_t n)
{
    int64_t missing = 0;
    for (int64_t i = 0; i < n; i++) missing += d->place[d->set[i]] < 0;
    if (d->known + missing > d->room && !make_room(d, n)) return false;
    for (int64_t i = 0; i < n; i++) {
        const int64_t p = d->set[i];
        if (d->place[p] >= 0) continue;
        for (int64_t s = 0; s < d->known; s++)
            d->products[s * d->room + d->known] = d->products[d->known * d->room + s] =
                bmi_dot(d->g + p * d->step, d->g + d->column[s] * d->step, d->m);
        d->column[d->known] = p;
        d->place[p] = d->known++;
    }
    return true;
}

/* x: the minimum if the signs that are there stay and what is 0 stays so; columns in d->set. Of columns that nearly depend on each other
 * (or are more than rows) the minimum of that and of a small distance from w, which repeated leads there (the proximal point method). The
 * products of columns stand above the diagonal of a, for each factor that is tried below it. */
static bool solve_signs(bmi_coordinate *d, int64_t n, double *a, double *scale, double *x)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t p = d->set[i];
        const double *row = d->m ? d->products + d->place[p] * d->room : d->g + p * d->step;
        for (int64_t k = i + 1; k < n; k++) a[i * n + k] = row[d->m ? d->place[d->set[k]] : d->set[k]];
    }
    for (double more = d->more <= 1e-13 ? 0 : d->more / 10; 1e-5 > more; more = more == 0 ? 1e-13 : 10 * more) {
        const double least = more == 0 ? 1e-12 : fmax(.1 * more, 4 * DBL_EPSILON * (double)n);
        for (int64_t i = 0; i < n; i++) {
            const int64_t p = d->set[i];
            for (int64_t k = 0; k < i; k++) a[i * n + k] = a[k * n + i];
            a[i * n + i] = d->norm[p] * (1 + more) + d->l2[p];
            x[i] = d->c[p] - copysign(d->l1[p], d->w[p]) + more * d->norm[p] * d->w[p];
        }
        if (!(bmi_cholesky(a, n, n, scale, d->stop) > least)) continue;
        bmi_cholesky_solve(a, n, n, scale, x);
        d->more = more;
        return true;
    }
    return false;
}

/* As far towards x as no sign changes; what comes to 0 first stays there. True when that is all the way. */
static bool go_towards(bmi_coordinate *d, int64_t n, const double *x)
{
    double far = 1;
    int64_t first = -1;
    for (int64_t i = 0; i < n; i++) {
        const double w = d->w[d->set[i]];
        if (x[i] * w > 0) continue;
        const double at = w / (w - x[i]);
        if (at < far || first < 0) far = at, first = i;
    }
    for (int64_t i = 0; i < n; i++) {
        double *w = d->w + d->set[i];
        *w = i == first ? 0 : first < 0 ? x[i] : *w + far * (x[i] - *w);
    }
    return first < 0;
}

/* Sets what breaks its condition at 0, by more than rounding, to its minimum; false when nothing does. h is that of all columns, before
 * and after. */
static bool let_in(bmi_coordinate *d)
{
    bool any = false;
    for (int64_t j = 0; j < d->n; j++)
        if (d->w[j] == 0 && broken(d, j) > 64 * DBL_EPSILON * (d->l1[j] + fabs(d->c[j])) && move(d, j) > 0) any = true;
    if (any) refresh(d), look(d);
    return any;
}

/* Steps to the exact solution for the signs that are there, columns that want in let in between them, as in feature-sign search (Lee et
 * al., "Efficient sparse coding algorithms", 2007); taken back when the objective has not fallen, as rounding may have it. */
static bm_status solve_exactly(bmi_coordinate *d)
{
    for (; !stopped(d) && (d->steps < EXACT_STEPS || d->work < exact_work); d->steps++) {
        int64_t n = 0;
        for (int64_t j = 0; j < d->n; j++)
            if (d->w[j] != 0) d->set[n++] = j;
        if (!n || n > EXACT_COLUMNS) return BM_OK;
        const size_t numbers = (size_t)n * (size_t)n + 2 * (size_t)n;
        double *a = bmi_alloc(d->context, numbers, sizeof *a);
        if (!a || (d->m && !know(d, n))) {
            bmi_release(d->context, a, numbers, sizeof *a);
            return BM_E_MEMORY;
        }
        double *const scale = a + n * n, *const x = scale + n;
        const double before = value_of(d), gap = gap_of(d);
        const bool good = solve_signs(d, n, a, scale, x);
        bool whole = false;
        if (good) {
            memcpy(d->kept, d->w, (size_t)d->n * sizeof *d->w);
            whole = go_towards(d, n, x);
            refresh(d);
            look(d);
        }
        bmi_release(d->context, a, numbers, sizeof *a);
        d->work += (double)n * (double)n * (double)(n + d->m) + (double)n * (double)d->n;
        if (!good) return BM_OK;
        const double after = value_of(d), now = gap_of(d);
        if (!(after <= before || (whole && now <= gap))) {
            memcpy(d->w, d->kept, (size_t)d->n * sizeof *d->w);
            refresh(d);
            look(d);
            return BM_OK;
        }
        if (whole && (now <= d->tolerance * d->yy || (!let_in(d) && !(after < before)))) return BM_OK;
    }
    return BM_OK;
}

/* Another upper bound, of penalties near the rounding of the sums, where no dual point is good: with v, the smallest that the
 * derivatives may be, and the second derivatives H = G + l2, the objective falls by at most vT (H + e D)^-1 v / 2 + e dT D d / 2 over a
 * distance d (D the diagonal of G). Where H is definite e is 0; else columns depend on each other, and the minimum is taken to be no
 * further away than twice the coefficients. Infinity where there is none. */
static bm_status curved_gap(bmi_coordinate *d, double *gap)
{
    const int64_t n = d->n;
    const size_t numbers = (size_t)n * (size_t)n + 2 * (size_t)n;
    *gap = INFINITY;
    if (n > EXACT_COLUMNS || d->m) return BM_OK;
    double *a = bmi_alloc(d->context, numbers, sizeof *a);
    if (!a) return BM_E_MEMORY;
    double *const scale = a + n * n, *const x = scale + n, *const v = d->kept, least = 8 * DBL_EPSILON * (double)n;
    for (double more = 0; more <= least && isinf(*gap); more += least) {
        double far = 0;
        for (int64_t i = 0; i < n; i++) {
            memcpy(a + i * n, d->g + i * d->step, (size_t)n * sizeof *a);
            far += a[i * n + i] * 4 * d->w[i] * d->w[i];
            a[i * n + i] =
                a[i * n + i] == 0 ? 1 : a[i * n + i] * (1 + more) + d->l2[i]; /* of a column of zeros the coefficient is 0 */
            x[i] = v[i] = broken_by(d, i);
        }
        if (!(bmi_cholesky(a, n, n, scale, d->stop) > (more > 0 ? .1 * more : 1e-12))) continue;
        bmi_cholesky_solve(a, n, n, scale, x);
        *gap = .5 * bmi_dot(v, x, n) + .5 * more * far;
    }
    bmi_release(d->context, a, numbers, sizeof *a);
    return BM_OK;
}

bm_status bmi_coordinate_solve(bmi_coordinate *d)
{
    double rest = 1e-4 * sqrt(d->yy);
    bm_status st = BM_OK;
    int64_t n = 0;
    d->done = 0;
    d->steps = 0, d->work = d->more = 0;
    d->converged = false;
    refresh(d);
    look(d);
    for (int64_t j = 0; j < d->n; j++)
        d->in[j] = d->w[j] != 0 || !d->l1_before || fabs(d->h[j]) >= 2 * d->l1[j] - d->l1_before[j];
    while (!st) {
        for (int64_t j = n = 0; j < d->n; j++)
            if (d->in[j]) d->set[n++] = j;
        descend(d, n, rest);
        look(d);
        st = solve_exactly(d);
        d->gap = gap_of(d);
        if (!st && d->gap > d->tolerance * d->yy) {
            double curved;
            st = curved_gap(d, &curved);
            d->gap = fmin(d->gap, curved);
        }
        d->converged = d->gap <= d->tolerance * d->yy;
        if (d->converged || d->done >= d->iterations || stopped(d)) break;
        bool more = false;
        for (int64_t j = 0; j < d->n; j++)
            if (!d->in[j] && broken(d, j) > 0) more = d->in[j] = true;
        if (!more && rest > 1e-16 * sqrt(d->yy)) rest *= .1;
    }
    d->gap = fmax(d->gap, 0);
    return st ? st : stopped(d) ? BM_E_STOPPED : BM_OK;
}
