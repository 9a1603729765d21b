// SPDX-License-Identifier: Apache-2.0
/* Newton's method with halved steps. One pass over the rows gives value, gradient and second derivatives at once: rows are read in blocks,
 * scaled by the roots of their curvatures and go into sums of products, over parts of the rows that depend on their number alone.
 * Where columns are more than rows, the penalty keeps the minimum in the space of the rows (linalg/row_space.h), and second derivatives are
 * of the rows' size.
 * Source: Boyd, Vandenberghe, "Convex Optimization", 9.5.
 */
#include "model/learners/newton.h"
#include "base/threads.h"
#include "kernels/cpu/rows.h"
#include "linalg/cholesky.h"
#include "linalg/householder.h"
#include "linalg/row_space.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 128, PART_ROWS = 1024, PARTS = 16 };

/* Numbers of a block's row: columns, 1, what the loss leans by, then the targets as read (the last ones are 0 in products). */
typedef struct pass {
    bmi_newton_rows *n;
    int64_t columns, step, all; /* all: columns + 2 */
    const double *at;
    int parts;
    double *g, *h, *blocks, value[PARTS]; /* of each part */
    bmi_gram_add_body *add;
    /* of wide tables, else null: rows of `wide_step` numbers, L up to the diagonal, then the reflections, from `wide` on the targets */
    double *l;
    int64_t wide, wide_step;
} pass;

/* Rows as they are solved for; the targets stand behind p->columns. */
static void read_block(const pass *p, int64_t first, int64_t count, double *block)
{
    if (!p->l) {
        bmi_regression_read(p->n->r, first, count, block, p->step);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        const double *from = p->l + (first + i) * p->wide_step;
        double *row = block + i * p->step;
        memset(row, 0, (size_t)p->step * sizeof *row);
        memcpy(row, from, (size_t)(first + i + 1) * sizeof *row);
        memcpy(row + p->columns, from + p->wide, (size_t)p->n->r->targets * sizeof *row);
    }
}

static void take_block(const pass *p, int64_t first, int64_t count, double *block, double *g, double *value)
{
    const bmi_newton_rows *n = p->n;
    const bmi_regression *r = n->r;
    read_block(p, first, count, block);
    for (int64_t i = 0; i < count; i++) {
        double *row = block + i * p->step;
        const double y = row[p->columns + n->target], w = bmi_regression_weight(r, bmi_regression_row(r, first + i));
        memset(row + p->columns, 0, (size_t)(p->step - p->columns) * sizeof *row);
        if (w == 0) {
            memset(row, 0, (size_t)p->columns * sizeof *row);
            continue;
        }
        const double eta = bmi_dot(row, p->at, p->columns) + p->at[p->columns];
        const bmi_row_loss l = n->loss(n->how, eta, y, p->at[p->columns + 1]);
        const double root = sqrt(w * l.curve);
        *value += w * l.value;
        bmi_axpy(w * l.slope, row, g, p->columns);
        if (r->centred) g[p->columns] += w * l.slope;
        g[p->columns + 1] += w * l.extra_slope;
        for (int64_t k = 0; k < p->columns; k++) row[k] *= root;
        row[p->columns] = r->centred ? root : 0;
        row[p->columns + 1] = n->has_extra ? root * l.lean : 0;
    }
}

static void run_part(void *arg, int part, int parts)
{
    pass *p = arg;
    const bmi_regression *r = p->n->r;
    double *block = p->blocks + part * BLOCK_ROWS * p->step, *g = p->g + part * p->all, *h = p->h + part * p->step * p->step;
    int64_t begin, end;
    bmi_slice(r->rows, BLOCK_ROWS, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i += BLOCK_ROWS) {
        const int64_t count = end - i < BLOCK_ROWS ? end - i : BLOCK_ROWS;
        if (atomic_load_explicit(&r->l->model->stop, memory_order_relaxed)) return;
        take_block(p, i, count, block, g, &p->value[part]);
        p->add(block, count, p->step, 0, p->step, h);
    }
}

static void run_rows(void *user)
{
    pass *p = user;
    bmi_parallel(p->n->r->l->model->object.context, p->parts, run_part, p);
}

/* Value; gradient in g, second derivatives in h (both of part 0), the penalty's among them. NaN when the fit is to stop. */
static double run_pass(pass *p, int parts, const double *at)
{
    const bmi_newton_rows *n = p->n;
    const int64_t size = p->step * p->step;
    p->at = at;
    p->parts = parts;
    memset(p->value, 0, sizeof p->value);
    memset(p->g, 0, (size_t)(parts * p->all) * sizeof *p->g);
    memset(p->h, 0, (size_t)(parts * size) * sizeof *p->h);
    if (bmi_regression_rows(n->r, run_rows, p)) return NAN;
    double value = p->value[0];
    for (int q = 1; q < parts; q++) {
        value += p->value[q];
        bmi_axpy(1, p->g + q * p->all, p->g, p->all);
        bmi_axpy(1, p->h + q * size, p->h, size);
    }
    for (int64_t k = 0; k < p->columns; k++) {
        const double by = n->penalty * n->r->scale[k] * n->r->scale[k];
        value += by / 2 * at[k] * at[k];
        p->g[k] += by * at[k];
        p->h[k * p->step + k] += by;
    }
    return value;
}

/* step = - H^-1 g, H made definite where it is not; gives how much the gradient falls along it. */
static double direction(pass *p, double *h, double *scale, double *step)
{
    const atomic_int *stop = &p->n->r->l->model->stop;
    const int64_t n = p->all, apart = p->step;
    double largest = 0, damping = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, p->h[i * apart + i]);
    for (int tries = 0; tries < 40; tries++, damping = damping == 0 ? 1e-14 : damping * 10) {
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j <= i; j++) h[i * apart + j] = p->h[j * apart + i];
            double *d = h + i * apart + i;
            *d = *d == 0 ? fmax(largest, 1) : *d * (1 + damping); /* a number that nothing depends on stays */
            step[i] = -p->g[i];
        }
        if (bmi_cholesky(h, n, apart, scale, stop) > (damping == 0 ? 1e-14 : 0) || atomic_load(stop)) break;
    }
    bmi_cholesky_solve(h, n, apart, scale, step);
    return bmi_dot(p->g, step, n);
}

static void descend(bmi_newton_rows *n, pass *p, int parts, double *h)
{
    const int64_t all = p->all;
    double *scale = h + p->step * p->step, *step = scale + all, *trial = step + all;
    n->value = run_pass(p, parts, n->w);
    for (n->done = 0; n->done < n->iterations && !n->converged; n->done++) {
        const double fall = direction(p, h, scale, step);
        double by = 1, value = INFINITY;
        if (!(fall < 0) || -fall <= 1e-15 * (fabs(n->value) + DBL_MIN))
            n->converged = true; /* after one more whole step, for digits */
        if (n->has_extra && n->w[all - 1] + step[all - 1] < .1 * n->w[all - 1]) by = -.9 * n->w[all - 1] / step[all - 1];
        for (int halves = 0; halves < 60; halves++, by /= 2) {
            for (int64_t k = 0; k < all; k++) trial[k] = n->w[k] + by * step[k];
            value = run_pass(p, parts, trial);
            if (value <= n->value + 1e-4 * by * fall || n->converged) break;
            if (value - n->value <= 1e-15 * fabs(n->value)) break; /* all digits are there */
        }
        if (atomic_load(&n->r->l->model->stop) || !isfinite(value)) return;
        if (n->converged && value - n->value > 1e-14 * fabs(n->value)) return; /* a rise within rounding is none */
        if (value >= n->value) n->converged = true;
        memcpy(n->w, trial, (size_t)all * sizeof *trial);
        n->value = value;
        if (n->has_extra && n->w[all - 1] <= n->least) n->converged = true;
    }
}

/* Weighed coefficients of columns that are more than rows; scales are left to tables of fewer columns. */
static bool is_wide(const bmi_newton_rows *n)
{
    bool scaled = false;
    for (int64_t k = 0; k < n->r->columns; k++) scaled |= n->r->scale[k] != 1;
    return n->penalty > 0 && n->r->columns > n->r->rows && !scaled;
}

/* From coefficients of 0 on. */
static void descend_wide(bmi_newton_rows *n, pass *p, int parts, double *h, double *tau)
{
    bmi_row_space rows = { .m = p->columns, .n = p->wide, .step = p->wide_step, .a = p->l, .tau = tau };
    double *all = n->w, *v = tau + p->columns;
    memset(v, 0, (size_t)p->columns * sizeof *v);
    memcpy(v + p->columns, all + p->wide, 2 * sizeof *v);
    bmi_regression_read(n->r, 0, n->r->rows, p->l, p->wide_step);
    bmi_row_space_factor(&rows, &n->r->l->model->stop);
    n->w = v;
    descend(n, p, parts, h);
    n->w = all;
    memset(all, 0, (size_t)p->wide * sizeof *all);
    memcpy(all, v, (size_t)p->columns * sizeof *all);
    memcpy(all + p->wide, v + p->columns, 2 * sizeof *v);
    bmi_row_space_leave(&rows, all);
}

bm_status bmi_newton_rows_run(bmi_newton_rows *n)
{
    bmi_regression *r = n->r;
    bm_context *context = r->l->model->object.context;
    const bool by_rows = is_wide(n);
    const int64_t most = (r->triangle ? r->train->rows : r->rows) / PART_ROWS, columns = by_rows ? r->rows : r->columns;
    const int parts = most < 1 ? 1 : most > PARTS ? PARTS : (int)most;
    pass p = { .n = n,
               .columns = columns,
               .step = bmi_rows_step(columns + (r->targets > 2 ? r->targets : 2)),
               .all = columns + 2,
               .wide = r->columns,
               .wide_step = bmi_rows_step(r->columns + r->targets),
               .add = bmi_gram_add[bmi_isa_now()] };
    const size_t square = (size_t)(p.step * p.step), of_rows = by_rows ? (size_t)r->rows : 0;
    const size_t numbers = square + 3 * (size_t)p.all, of_part = (size_t)p.all + square + (size_t)(BLOCK_ROWS * p.step);
    const size_t of_wide = of_rows * (size_t)(p.wide_step + 2) + 2;
    double *h = bmi_alloc(context, numbers, sizeof *h);
    p.g = bmi_alloc(context, (size_t)parts * of_part, sizeof *p.g);
    p.l = by_rows ? bmi_alloc(context, of_wide, sizeof *p.l) : NULL;
    const bool there = h && p.g && (p.l || !by_rows);
    if (there) {
        p.h = p.g + parts * p.all;
        p.blocks = p.h + (size_t)parts * square;
        r->unweighted = true;
        if (by_rows) descend_wide(n, &p, parts, h, p.l + r->rows * p.wide_step);
        else descend(n, &p, parts, h);
        r->unweighted = false;
    }
    const bm_status st = !there ? BM_E_MEMORY : atomic_load(&r->l->model->stop) ? BM_E_STOPPED : BM_OK;
    bmi_release(context, h, numbers, sizeof *h);
    bmi_release(context, p.g, (size_t)parts * of_part, sizeof *p.g);
    bmi_release(context, p.l, of_wide, sizeof *p.l);
    bmi_regression_fail(r, st);
    return r->l->model->object.error.status; /* of a file, too */
}

bm_status bmi_newton_rows_shorten(bmi_newton_rows *n, int64_t *rank)
{
    bmi_regression *r = n->r;
    const int64_t columns = r->columns;
    bmi_least_squares all = { 0 }, sums = { 0 };
    double *row = bm_learning_memory(r->l, 2 * (size_t)columns * sizeof *row), *w = row + columns;
    if (!row) return r->l->model->object.error.status;
    bm_status st = bmi_regression_fold(r, &all, 0);
    const int64_t rows = all.whole ? r->rows : columns;
    if (!st) st = bmi_least_squares_begin(&sums, r->l->model->object.context, columns, 1, rows);
    sums.least = all.least;
    sums.stop = &r->l->model->stop;
    for (int64_t i = 0; !st && i < rows; i++) { /* the triangle's rows stand for all */
        const int64_t first = all.whole ? 0 : i;
        const double *from = all.whole ? all.whole + i * (columns + r->targets) : bmi_least_squares_triangle(&all, i);
        memset(row, 0, (size_t)first * sizeof *row);
        memcpy(row + first, from + first, (size_t)(columns - first) * sizeof *row);
        const double sum = bmi_dot(row, n->w, columns);
        bmi_least_squares_row(&sums, row, &sum);
    }
    if (!all.whole) sums.rows = all.rows;
    if (!st) st = bmi_least_squares_solve(&sums, w, rank);
    if (!st && *rank < columns) memcpy(n->w, w, (size_t)columns * sizeof *w);
    bmi_least_squares_end(&all);
    bmi_least_squares_end(&sums);
    if (!r->l->model->object.error.status) bmi_regression_fail(r, st);
    return r->l->model->object.error.status;
}

/* ---- one target after the other ---- */
bm_status bmi_newton_fits_begin(bmi_newton_fits *f, bmi_regression *r)
{
    *f = (bmi_newton_fits){ .r = r, .rank = r->columns };
    f->w = bm_learning_memory(r->l, (size_t)(r->columns * r->targets) * sizeof *f->w);
    if (f->w) f->one = bm_learning_memory(r->l, (size_t)(r->columns + 2) * sizeof *f->one);
    return r->l->model->object.error.status;
}

bm_status bmi_newton_fits_target(bmi_newton_fits *f, bmi_newton_rows *n, double intercept, double extra)
{
    bmi_regression *r = f->r;
    const int64_t p = r->columns, at = p + n->target;
    n->w = f->one;
    memset(n->w, 0, (size_t)p * sizeof *n->w);
    n->w[p] = intercept, n->w[p + 1] = extra;
    if (bmi_newton_rows_run(n)) return r->l->model->object.error.status;
    if (n->penalty == 0 && bmi_newton_rows_shorten(n, &f->rank)) return r->l->model->object.error.status;
    f->open |= !n->converged;
    f->done = n->done > f->done ? n->done : f->done;
    for (int64_t k = 0; k < p; k++) f->w[k * r->targets + n->target] = n->w[k];
    r->mean[at] += n->w[p] / r->scale[at]; /* the intercept, of centred columns */
    return BM_OK;
}

bm_status bmi_newton_fits_end(bmi_newton_fits *f)
{
    bmi_regression_say_converged(f->r, !f->open, f->done, f->rank);
    return bmi_regression_put(f->r, f->w);
}
