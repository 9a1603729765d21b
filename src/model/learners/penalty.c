// SPDX-License-Identifier: Apache-2.0
/* Which alphas there are, and which one errs least: by folds, or by generalized cross-validation, m RSS / (m - degrees of freedom)^2.
 */
#include "model/learners/penalty.h"
#include "base/text.h"
#include "linalg/householder.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- alphas ---- */
static int64_t count_words(const char *text)
{
    int64_t n = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        text += strcspn(text, " ");
        n++;
    }
    return n;
}

static bm_status read_alphas(bmi_design *d, const char *text, double *into)
{
    for (text += strspn(text, " "); *text; text += strspn(text, " "), into++) {
        const size_t n = strcspn(text, " ");
        bool overflow;
        if (!bmi_read_real(text, n, into, &overflow) || overflow || !(*into >= 0 && *into < INFINITY))
            return bm_learning_fail(d->r->l, BM_E_ARGUMENT, "%s: alphas has \"%.*s\"; they are numbers >= 0, parted by blanks",
                                    d->r->who, (int)(n < 40 ? n : 40), text);
        text += n;
    }
    return BM_OK;
}

/* The least alpha at which all coefficients are 0; of ridge one that leaves next to nothing of them. */
static double largest(const bmi_design *d, double r)
{
    double most = 0;
    const double half = d->r->all / 2;
    for (int64_t j = 0; j < d->n; j++) {
        const double s = d->r->scale[j];
        const double *x = d->g + j * d->step;
        if (r == 0) most = fmax(most, (d->wide ? bmi_dot(x, x, d->m) : x[j]) / s / s);
        for (int64_t t = 0; r > 0 && t < d->k; t++) most = fmax(most, fabs(d->c[t * d->n + j]) / s / d->r->scale[d->n + t]);
    }
    return r == 0 ? 100 * most / half : most / half / r;
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

double *bmi_design_alphas(bmi_design *d, const bmi_penalty *p, int64_t count, double ratio, int64_t *n)
{
    bm_learning *l = d->r->l;
    const bool given = p->alphas && *p->alphas;
    *n = given ? count_words(p->alphas) : count;
    double *alphas = *n ? bm_learning_memory(l, (size_t)*n * sizeof *alphas) : NULL;
    if (!*n) bm_learning_fail(l, BM_E_ARGUMENT, "%s: alphas has no number; they are parted by blanks", d->r->who);
    if (!alphas) return NULL;
    if (given) {
        if (read_alphas(d, p->alphas, alphas)) return NULL;
        qsort(alphas, (size_t)*n, sizeof *alphas, falling);
        return alphas;
    }
    double top = largest(d, p->r);
    if (!(top > 0)) top = 1; /* nothing to learn: any alpha is as good */
    for (int64_t i = 0; i < count; i++) alphas[i] = top * pow(ratio, count > 1 ? (double)i / (double)(count - 1) : 0);
    return alphas;
}

/* ---- choosing ---- */
/* Sum of squares that coefficients leave, in the unit of the data. */
static double error_of(const bmi_design *d, int64_t target, const double *w, double *room)
{
    const double by = 1 / d->r->scale[d->n + target];
    double sum = 0;
    if (d->wide) {
        memcpy(room, d->g + (d->n + target) * d->step, (size_t)d->m * sizeof *room);
        for (int64_t j = 0; j < d->n; j++)
            if (w[j] != 0) bmi_axpy(-w[j], d->g + j * d->step, room, d->m);
        return bmi_dot(room, room, d->m) * by * by;
    }
    for (int64_t j = 0; j < d->n; j++)
        if (w[j] != 0) sum += w[j] * (bmi_dot(d->g + j * d->step, w, d->n) - 2 * d->c[target * d->n + j]);
    return fmax(d->yy[target] + sum, 0) * by * by;
}

/* One fold: solutions of the others' rows for all alphas, and what they leave of its own. */
static bm_status try_fold(bmi_regression *r, const bmi_penalty *p, bool wide, int64_t fold, const double *alphas, int64_t n,
                          double *errors)
{
    bmi_regression train, held;
    bmi_design d = { 0 }, judge = { 0 };
    bm_status st = bmi_regression_train(&train, r, p->folds, fold);
    if (st) return st;
    bmi_regression_hold(&held, &train);
    st = bmi_design_make(&d, &train, wide);
    if (!st) st = bmi_design_make(&judge, &held, wide);
    if (!st && p->r == 0) bmi_design_eigen(&d, false);
    if (!st) st = r->l->model->object.error.status;
    const size_t numbers = (size_t)(d.n + judge.m);
    double *w = st ? NULL : bmi_alloc(d.context, numbers, sizeof *w);
    if (!st && !w) st = bmi_regression_fail(r, BM_E_MEMORY);
    for (int64_t t = 0; !st && t < r->targets; t++) {
        memset(w, 0, (size_t)d.n * sizeof *w);
        for (int64_t i = 0; !st && i < n; i++) {
            st = bmi_design_solve(&d, p, alphas[i], i ? alphas[i - 1] : 0, t, w);
            errors[i] += error_of(&judge, t, w, w + d.n);
        }
    }
    bmi_release(d.context, w, numbers, sizeof *w);
    bmi_design_end(&d);
    bmi_design_end(&judge);
    return st;
}

/* Generalized cross-validation of ridge, from the eigenvectors. */
static void try_all(const bmi_design *d, const double *alphas, int64_t n, double *errors)
{
    const double m = d->r->all;
    for (int64_t a = 0; a < n; a++) {
        const double lambda = alphas[a] * m / 2;
        double freedom = d->r->centred, left = 0;
        for (int64_t t = 0; t < d->k; t++) left += d->yy[t];
        for (int64_t i = 0; i < d->order; i++) {
            const double s = fmax(d->values[i], 0), by = s + lambda;
            if (by == 0) continue;
            freedom += s / by;
            for (int64_t t = 0; t < d->k; t++) {
                const double v = d->projected[t * d->order + i], cc = d->wide ? s * v * v : v * v;
                left -= cc / by * ((s + 2 * lambda) / by);
            }
        }
        const double free = fmax(m - freedom, 0);
        errors[a] = free > 1e-9 * m ? m * fmax(left, 0) / (free * free) : INFINITY;
    }
}

static bm_status check_folds(const bmi_regression *r, int64_t folds)
{
    if (folds && r->triangle)
        return bm_learning_fail(
            r->l, BM_E_ARGUMENT,
            "%s: folds need all rows at once, and these come by parts; ridge:alpha=auto does without folds, or "
            "give alpha",
            r->who);
    if (folds == 0 || (folds >= 2 && folds <= r->rows)) return BM_OK;
    return bm_learning_fail(r->l, BM_E_ARGUMENT,
                            "%s: %" PRId64 " fold%s of %" PRId64 " row%s; 2 at least, and no more than rows", r->who, folds,
                            folds == 1 ? "" : "s", r->rows, r->rows == 1 ? "" : "s");
}

bm_status bmi_penalty_choose(bmi_regression *r, bmi_design *d, const bmi_penalty *p, double *alpha)
{
    int64_t n, best = 0;
    bm_status st = check_folds(r, p->folds);
    const double *alphas = st ? NULL : bmi_design_alphas(d, p, 100, p->r == 0 ? 1e-10 : 1e-3, &n);
    if (!alphas) return r->l->model->object.error.status;
    double *errors = bm_learning_memory(r->l, (size_t)n * sizeof *errors);
    if (!errors) return r->l->model->object.error.status;
    for (int64_t f = 0; !st && f < p->folds; f++) st = try_fold(r, p, d->wide, f, alphas, n, errors);
    if (!st && !p->folds) st = d->values ? BM_OK : bmi_design_eigen(d, true);
    if (st == BM_E_UNSUPPORTED && !r->l->model->object.error.status)
        st = bm_learning_fail(r->l, BM_E_NUMBER, "%s: columns of such sizes have no generalized cross-validation; give folds=5",
                              r->who);
    if (!st && !p->folds) try_all(d, alphas, n, errors);
    for (int64_t i = 0; i < n; i++) {
        if (p->folds) errors[i] /= r->all;
        if (errors[i] < errors[best]) best = i;
    }
    *alpha = alphas[best];
    if (!st) st = bmi_learning_keep(r->l, "alphas", BM_SHAPE(n), alphas);
    if (!st) st = bmi_learning_keep(r->l, "errors", BM_SHAPE(n), errors);
    return st ? st : bmi_learning_keep(r->l, "alpha", BM_SHAPE(1), alpha);
}
