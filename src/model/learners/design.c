// SPDX-License-Identifier: Apache-2.0
/* What penalised solvers work on: products of columns, or the columns where they are more than the rows; and the solvers. */
#include "base/threads.h"
#include "linalg/cholesky.h"
#include "linalg/householder.h"
#include "linalg/lapack.h"
#include "linalg/row_space.h"
#include "model/learners/penalty.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { ALWAYS_PRODUCTS = 512 }; /* so many columns are solved by their products whatever the rows are */

/* ---- making ---- */
static void read_columns(bmi_design *d, double *row)
{
    const bmi_rows_source from = bmi_regression_source(d->r);
    for (int64_t i = 0; i < d->m; i++) {
        from.read(from.user, i, 1, row, 0);
        for (int64_t j = 0; j < d->n + d->k; j++) d->g[j * d->step + i] = row[j];
    }
}

static void products_with_targets(bmi_design *d)
{
    for (int64_t t = 0; t < d->k; t++) {
        const double *y = d->g + (d->n + t) * d->step;
        d->yy[t] = d->wide ? bmi_dot(y, y, d->m) : y[d->n + t];
        for (int64_t j = 0; j < d->n; j++) d->c[t * d->n + j] = d->wide ? bmi_dot(d->g + j * d->step, y, d->m) : y[j];
    }
}

bm_status bmi_design_make(bmi_design *d, bmi_regression *r, int wide)
{
    *d = (bmi_design){
        .r = r, .context = r->l->model->object.context, .n = r->columns, .m = r->rows, .k = r->targets, .least_pivot = 1
    };
    const int64_t all = d->n + d->k;
    const bmi_rows_source from = bmi_regression_source(r);
    d->wide = wide < 0 ? d->n > d->m && d->n > ALWAYS_PRODUCTS : wide > 0;
    d->step = d->wide ? d->m : bmi_gram_step(all);
    d->g_rows = (size_t)all;
    d->g = bmi_alloc(d->context, d->g_rows, (size_t)d->step * sizeof *d->g);
    d->c = bmi_alloc(d->context, (size_t)(d->k * d->n), sizeof *d->c);
    d->yy = bmi_alloc(d->context, (size_t)d->k, sizeof *d->yy);
    d->l1 = bmi_alloc(d->context, 3 * (size_t)d->n, sizeof *d->l1);
    double *row = d->wide ? bmi_alloc(d->context, (size_t)all, sizeof *row) : NULL;
    bm_status st = d->g && d->c && d->yy && d->l1 && (row || !d->wide) ? BM_OK : BM_E_MEMORY;
    if (!st) {
        d->l1_before = d->l1 + d->n, d->l2 = d->l1_before + d->n;
        if (d->wide) read_columns(d, row);
        else st = bmi_gram(d->context, &from, d->g);
    }
    if (!st) products_with_targets(d);
    bmi_release(d->context, row, (size_t)all, sizeof *row);
    return bmi_regression_fail(r, st);
}

void bmi_design_end(bmi_design *d)
{
    bmi_release(d->context, d->g, d->g_rows, (size_t)d->step * sizeof *d->g);
    bmi_release(d->context, d->c, (size_t)(d->k * d->n), sizeof *d->c);
    bmi_release(d->context, d->yy, (size_t)d->k, sizeof *d->yy);
    bmi_release(d->context, d->l1, 3 * (size_t)d->n, sizeof *d->l1);
    bmi_release(d->context, d->solutions, (size_t)d->k, (size_t)d->n * sizeof *d->solutions);
    bmi_release(d->context, d->values, (size_t)d->order * (size_t)(d->order + 1 + d->k), sizeof *d->values);
    *d = (bmi_design){ 0 };
}

/* ---- ridge ---- */
/* XT X, or X XT of columns as they are unscaled, of `order` rows without gaps. */
static bm_status square(bmi_design *d, double *a, int64_t order)
{
    for (int64_t i = 0; i < order; i++)
        for (int64_t j = 0; j < order; j++) a[i * order + j] = d->wide ? 0 : d->g[i * d->step + j];
    for (int64_t c = 0; d->wide && c < d->n; c++) {
        const double *x = d->g + c * d->step, scale = d->r->scale[c];
        if (atomic_load_explicit(&d->r->l->model->stop, memory_order_relaxed)) return BM_E_STOPPED;
        for (int64_t i = 0; i < order; i++) bmi_axpy(x[i] / scale / scale, x, a + i * order, i + 1);
    }
    return BM_OK;
}

static bool is_scaled(const bmi_design *d)
{
    for (int64_t j = 0; j < d->n; j++)
        if (d->r->scale[j] != 1) return true;
    return false;
}

bm_status bmi_design_eigen(bmi_design *d, bool needed)
{
    const int64_t order = d->wide ? d->m : d->n;
    bm_learning *l = d->r->l;
    bmi_error e = { 0 };
    if (is_scaled(d)) return BM_E_UNSUPPORTED; /* the penalty of scaled columns is not one number */
    const size_t most = (size_t)order * (size_t)(order + 1 + d->k);
    double *a = bmi_alloc(d->context, (size_t)order, (size_t)order * sizeof *a);
    double *values = a ? bmi_alloc(d->context, most, sizeof *values) : NULL;
    bm_status st = values ? square(d, a, order) : BM_E_MEMORY;
    if (!st) st = bmi_eigen_symmetric(&e, l->here, d->context, order, order, a, values, values + order);
    bmi_release(d->context, a, (size_t)order, (size_t)order * sizeof *a);
    if (!st) {
        d->order = order, d->values = values, d->vectors = values + order, d->projected = d->vectors + order * order;
        for (int64_t t = 0; t < d->k; t++)
            for (int64_t i = 0; i < order; i++)
                d->projected[t * order + i] =
                    bmi_dot(d->vectors + i * order, d->wide ? d->g + (d->n + t) * d->step : d->c + t * d->n, order);
        return BM_OK;
    }
    bmi_release(d->context, values, most, sizeof *values);
    if (st == BM_E_UNSUPPORTED && !needed) return st;
    if (e.status) return bm_learning_fail(l, st, "%s: %s", d->r->who, e.text);
    return bmi_regression_fail(d->r, st);
}

/* w = XT a of wide data, of columns as they are unscaled; as the scaled ones have it. */
static void from_rows(const bmi_design *d, const double *a, double *w)
{
    for (int64_t j = 0; j < d->n; j++) w[j] = bmi_dot(d->g + j * d->step, a, d->m) / d->r->scale[j] / d->r->scale[j];
}

static bm_status by_eigen(bmi_design *d, double lambda, int64_t target, double *w)
{
    const int64_t n = d->order;
    const double small = DBL_EPSILON * (double)(d->n > d->m ? d->n : d->m) * fmax(d->values[0], 0);
    double *a = bmi_alloc(d->context, (size_t)n, sizeof *a);
    if (!a) return bmi_regression_fail(d->r, BM_E_MEMORY);
    for (int64_t i = 0; i < n; i++) {
        const double value = fmax(d->values[i], 0), by = value + lambda;
        if (value <= small && lambda <= small) continue;
        bmi_axpy(d->projected[target * n + i] / by, d->vectors + i * n, a, n);
    }
    if (d->wide) from_rows(d, a, w);
    else memcpy(w, a, (size_t)n * sizeof *a);
    bmi_release(d->context, a, (size_t)n, sizeof *a);
    return BM_OK;
}

/* The rows and those of the penalty, if there is one, by QR; all k x n solutions. */
static bm_status by_qr(bmi_design *d, double lambda, double *solutions)
{
    bmi_regression *r = d->r;
    bmi_least_squares ls = { 0 };
    bm_status st = bmi_regression_fold(r, &ls, lambda > 0 ? r->columns : 0);
    double *all = st ? NULL : bmi_alloc(d->context, (size_t)d->n, (size_t)d->k * sizeof *all);
    for (int64_t j = 0; all && lambda > 0 && j < d->n; j++) {
        double *row = bmi_least_squares_next(&ls);
        memset(row, 0, (size_t)(d->n + d->k) * sizeof *row);
        row[j] = sqrt(d->l2[j]);
        bmi_least_squares_took(&ls);
    }
    if (!st) st = bmi_regression_fail(r, all ? bmi_least_squares_solve(&ls, all, NULL) : BM_E_MEMORY);
    bmi_least_squares_end(&ls);
    for (int64_t j = 0; !st && j < d->n; j++)
        for (int64_t t = 0; t < d->k; t++) solutions[t * d->n + j] = all[j * d->k + t];
    bmi_release(d->context, all, (size_t)d->n, (size_t)d->k * sizeof *all);
    return st;
}

/* Least squares of (L; I) v by QR, for all targets: m rows of k numbers. */
static bm_status solve_rows(const bmi_design *d, const bmi_row_space *s, double *line, double *v)
{
    bmi_least_squares ls;
    bm_status st = bmi_least_squares_begin(&ls, d->context, d->m, d->k, 2 * d->m);
    ls.stop = &d->r->l->model->stop;
    for (int64_t i = 0; !st && i < 2 * d->m; i++) {
        double *const targets = line + d->m;
        memset(line, 0, (size_t)(d->m + d->k) * sizeof *line);
        if (i < d->m) memcpy(line, s->a + i * s->step, (size_t)(i + 1) * sizeof *line);
        else line[i - d->m] = 1;
        for (int64_t t = 0; i < d->m && t < d->k; t++) targets[t] = d->g[(d->n + t) * d->step + i];
        bmi_least_squares_row(&ls, line, targets);
    }
    if (!st) st = bmi_least_squares_solve(&ls, v, NULL);
    bmi_least_squares_end(&ls);
    return st;
}

/* Of more columns than rows: with columns over the roots of their penalties the penalty is |u|^2, and the solution lies in the space of
 * the rows. */
static bm_status by_row_space(bmi_design *d, double lambda, double *solutions)
{
    const int64_t m = d->m, n = d->n, k = d->k;
    const size_t numbers = (size_t)m * (size_t)n + (size_t)(2 * m + k + m * k);
    bmi_row_space s = { .m = m, .n = n, .step = n, .a = bmi_alloc(d->context, numbers, sizeof *s.a) };
    if (!s.a) return bmi_regression_fail(d->r, BM_E_MEMORY);
    s.tau = s.a + m * n;
    double *line = s.tau + m, *v = line + m + k;
    const double root = sqrt(lambda);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) s.a[i * n + j] = d->g[j * d->step + i] / (d->r->scale[j] * root);
    bmi_row_space_factor(&s, &d->r->l->model->stop);
    bm_status st = solve_rows(d, &s, line, v);
    for (int64_t t = 0; !st && t < k; t++) {
        double *w = solutions + t * n;
        memset(w, 0, (size_t)n * sizeof *w);
        for (int64_t i = 0; i < m; i++) w[i] = v[i * k + t];
        bmi_row_space_leave(&s, w);
        for (int64_t j = 0; j < n; j++) w[j] /= d->r->scale[j] * root;
    }
    bmi_release(d->context, s.a, numbers, sizeof *s.a);
    if (!st && atomic_load(&d->r->l->model->stop)) st = BM_E_STOPPED;
    return bmi_regression_fail(d->r, st);
}

/* Whether columns over their scales, and their squares, are numbers of common size. */
static bool is_moderate(const bmi_design *d, double lambda)
{
    bool fine = lambda > 1e-100 && lambda < 1e100;
    for (int64_t j = 0; fine && j < d->n; j++) fine = d->r->scale[j] > 1e-60 && d->r->scale[j] < 1e60;
    return fine;
}

/* By Cholesky; where that loses too many digits, by QR. Columns are scaled one by one, so their penalties are numbers of their own. */
static bm_status by_cholesky(bmi_design *d, const bmi_penalty *p, double lambda, double *solutions)
{
    const int64_t n = d->wide ? d->m : d->n;
    const size_t numbers = (size_t)n * (size_t)n + 2 * (size_t)n;
    if (d->wide && !p->cholesky && !is_moderate(d, lambda)) return by_qr(d, lambda, solutions);
    double *a = bmi_alloc(d->context, numbers, sizeof *a);
    if (!a) return bmi_regression_fail(d->r, BM_E_MEMORY);
    double *scale = a + n * n, *b = scale + n;
    bm_status st = square(d, a, n);
    for (int64_t i = 0; i < n; i++) {
        a[i * n + i] += d->wide ? lambda : d->l2[i];
        if (a[i * n + i] == 0) a[i * n + i] = 1; /* a column of zeros without a penalty: 0 */
    }
    const double pivot = st ? 0 : bmi_cholesky(a, n, n, scale, &d->r->l->model->stop);
    for (int64_t t = 0; pivot > 0 && t < d->k; t++) {
        memcpy(b, d->wide ? d->g + (d->n + t) * d->step : d->c + t * d->n, (size_t)n * sizeof *b);
        bmi_cholesky_solve(a, n, n, scale, b);
        if (d->wide) from_rows(d, b, solutions + t * d->n);
        else memcpy(solutions + t * d->n, b, (size_t)n * sizeof *b);
    }
    bmi_release(d->context, a, numbers, sizeof *a);
    if (st || atomic_load(&d->r->l->model->stop)) return bmi_regression_fail(d->r, BM_E_STOPPED);
    if (p->cholesky && !(pivot > 4 * DBL_EPSILON * (double)n))
        return bm_learning_fail(
            d->r->l, BM_E_NUMBER,
            "%s: at so small an alpha Cholesky's factors have no digit that is right; take method=auto, or a "
            "larger alpha",
            d->r->who);
    d->least_pivot = pivot;
    if (pivot > 1e-9 || p->cholesky) return BM_OK;
    d->least_pivot = 1;
    return d->wide ? by_row_space(d, lambda, solutions) : by_qr(d, lambda, solutions);
}

/* Of one alpha all targets are solved at once. */
static bm_status solve_squares(bmi_design *d, const bmi_penalty *p, double alpha, int64_t target, double *w)
{
    const double lambda = alpha * d->r->all / 2;
    if (!d->solutions) {
        d->solutions = bmi_alloc(d->context, (size_t)d->k, (size_t)d->n * sizeof *w);
        d->solved = -1;
    }
    if (!d->solutions) return bmi_regression_fail(d->r, BM_E_MEMORY);
    if (d->solved != alpha) {
        const bm_status st = alpha > 0 || p->cholesky ? by_cholesky(d, p, lambda, d->solutions) : by_qr(d, 0, d->solutions);
        if (st) return st;
        d->solved = alpha;
    }
    memcpy(w, d->solutions + target * d->n, (size_t)d->n * sizeof *w);
    return BM_OK;
}

/* ---- both penalties ---- */
/* Of w as it is scaled: w' = w / scale_x * scale_y. */
static void set_penalties(bmi_design *d, const bmi_penalty *p, double alpha, int64_t target, double *l1)
{
    const double half = fmin(alpha * d->r->all / 2, 1e300), unit = d->r->scale[d->n + target];
    for (int64_t j = 0; j < d->n; j++) {
        l1[j] = half * p->r * d->r->scale[j] * unit;
        d->l2[j] = half * (1 - p->r) * d->r->scale[j] * d->r->scale[j];
    }
}

static bm_status by_descent(bmi_design *d, const bmi_penalty *p, int64_t target, bool follows, double *w)
{
    bmi_coordinate c = { .context = d->context,
                         .n = d->n,
                         .m = d->wide ? d->m : 0,
                         .step = d->step,
                         .g = d->g,
                         .y = d->wide ? d->g + (d->n + target) * d->step : NULL,
                         .c = d->c + target * d->n,
                         .yy = d->yy[target],
                         .l1 = d->l1,
                         .l2 = d->l2,
                         .l1_before = follows ? d->l1_before : NULL,
                         .tolerance = p->tolerance,
                         .iterations = p->iterations,
                         .stop = &d->r->l->model->stop,
                         .w = w };
    bm_status st = bmi_coordinate_begin(&c);
    if (!st) st = bmi_coordinate_solve(&c);
    bmi_coordinate_end(&c);
    d->sweeps += c.done;
    if (!st && !c.converged) d->open = true;
    if (!st && c.yy > 0 && c.gap / c.yy > d->gap) d->gap = c.gap / c.yy;
    return bmi_regression_fail(d->r, st);
}

bm_status bmi_design_solve(bmi_design *d, const bmi_penalty *p, double alpha, double before, int64_t target, double *w)
{
    set_penalties(d, p, before, target, d->l1_before);
    set_penalties(d, p, alpha, target, d->l1);
    if (p->r > 0 && alpha > 0) return by_descent(d, p, target, before > 0, w);
    if (d->values && !p->cholesky) return by_eigen(d, alpha * d->r->all / 2, target, w);
    return solve_squares(d, p, alpha, target, w);
}
