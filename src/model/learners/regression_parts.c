// SPDX-License-Identifier: Apache-2.0
/* Rows of a file by parts on their way into solvers of least squares: one pass folds them into a triangle, with a column of ones before
 * the others. Its first row then tells the means, and what lies below is the triangle of the centred rows; so few rows stand for all of the
 * file, and solvers take them for it (QR updating: Golub, Van Loan, "Matrix Computations", 4th ed., 6.5).
 */
#include "base/threads.h"
#include "model/learners/regression.h"
#include "model/parts.h"
#include <math.h>
#include <string.h>

enum { PARTS = 16, PART_ROWS = 2048, COLUMNS_A_ROW = 8, TRIANGLES = 64 << 20 };

typedef struct folding {
    const bmi_regression *r;
    bmi_least_squares ls[PARTS];
    double all[PARTS]; /* weights */
    double *first; /* the first row of weight: numbers are folded as they differ from it, and lose no digits to large means */
    int64_t rows;
    bool begun; /* there is a first row */
} folding;

static void fold_part(void *arg, int part, int parts)
{
    folding *f = arg;
    const bmi_regression *r = f->r;
    const int64_t n = r->columns + r->targets;
    bmi_least_squares *ls = &f->ls[part];
    int64_t begin, end;
    bmi_slice(f->rows, BMI_LS_ROWS, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        const double weight = bmi_regression_weight(r, i), root = sqrt(weight);
        double *row = bmi_least_squares_next(ls);
        if (r->centred) *row++ = root;
        bmi_regression_raw(r, i, row);
        for (int64_t k = 0; k < n; k++) row[k] = (row[k] - f->first[k]) * root;
        f->all[part] += weight;
        bmi_least_squares_took(ls);
    }
}

/* Until there is a row that weighs something, rows are folded as nothing. */
static void take_first(folding *f)
{
    for (int64_t i = 0; i < f->rows && !f->begun; i++) {
        if (!(bmi_regression_weight(f->r, i) > 0)) continue;
        if (f->r->centred) bmi_regression_raw(f->r, i, f->first);
        f->begun = true;
    }
}

/* How many triangles: by sizes alone, so that threads do not matter. */
static int parts_of(const bmi_regression *r, int64_t rows)
{
    const int64_t least = COLUMNS_A_ROW * r->columns > PART_ROWS ? COLUMNS_A_ROW * r->columns : PART_ROWS;
    int64_t most = rows / least,
            memory = TRIANGLES / (int64_t)sizeof(double) / (r->columns + 1) / (r->columns + 1 + r->targets);
    if (most > memory) most = memory;
    return most < 1 ? 1 : most > PARTS ? PARTS : (int)most;
}

/* The means from the triangle's first row, and below it the rows that stand for all. */
static bm_status take(bmi_regression *r, folding *f)
{
    const int64_t n = r->columns, k = r->targets, all = n + k, ones = r->centred;
    bmi_least_squares *ls = &f->ls[0];
    r->mean = bm_learning_memory(r->l, (size_t)all * 3 * sizeof *r->mean);
    r->triangle = r->mean ? bm_learning_memory(r->l, (size_t)(all * all) * sizeof *r->triangle) : NULL;
    if (!r->triangle) return r->l->model->object.error.status;
    r->scale = r->mean + all;
    r->largest = r->scale + all;
    for (int64_t c = 0; c < all; c++) r->scale[c] = 1;
    if (ones) {
        const double *top = bmi_least_squares_triangle(ls, 0);
        for (int64_t c = 0; c < all; c++) r->mean[c] = f->first[c] + top[1 + c] / top[0];
    }
    for (int64_t j = 0; j < n; j++)
        memcpy(r->triangle + j * all + j, bmi_least_squares_triangle(ls, j + ones) + ones + j,
               (size_t)(all - j) * sizeof(double));
    for (int64_t t = 0; t < k; t++) r->triangle[(n + t) * all + n + t] = sqrt(ls->residual[t]);
    for (int64_t c = 0; c < all; c++) { /* as large as they are usually: the largest one is not known */
        double squares = 0;
        for (int64_t j = 0; j <= c; j++) squares += r->triangle[j * all + c] * r->triangle[j * all + c];
        r->largest[c] = sqrt(squares / r->all);
    }
    r->rows = all;
    return BM_OK;
}

/* A pass less where the same was folded before. */
static bool take_folded(bmi_regression *r)
{
    const bmi_regression *before = r->l->model->parts->folded;
    if (!before || r->expand || before->columns != r->columns || before->centred != r->centred) return false;
    r->all = before->all;
    r->mean = before->mean;
    r->scale = before->scale;
    r->largest = before->largest;
    r->triangle = before->triangle;
    r->rows = before->rows;
    return true;
}

/* Learners put their own numbers in the place of means. */
static void keep_folded(const bmi_regression *r)
{
    const size_t all = (size_t)(r->columns + r->targets);
    bmi_regression *kept = r->expand ? NULL : bm_learning_memory(r->l, sizeof *kept);
    double *mean = kept ? bm_learning_memory(r->l, all * 3 * sizeof *mean) : NULL;
    if (!mean) return;
    memcpy(mean, r->mean, all * 3 * sizeof *mean);
    *kept = *r;
    kept->mean = mean;
    kept->scale = mean + all;
    kept->largest = kept->scale + all;
    r->l->model->parts->folded = kept;
}

bm_status bmi_regression_rows(bmi_regression *r, void (*each)(void *user), void *user)
{
    bm_model *m = r->l->model;
    bmi_parts *p = m->parts;
    if (!p) {
        each(user);
        return atomic_load(&m->stop) ? bmi_regression_fail(r, BM_E_STOPPED) : BM_OK;
    }
    const int64_t rows = r->rows;
    double *const triangle = r->triangle;
    r->triangle = NULL; /* these are the rows themselves */
    if (!bmi_parts_rewind(p))
        while ((r->rows = bmi_parts_fill(p, p->room)) > 0) each(user);
    r->rows = rows;
    r->triangle = triangle;
    if (!m->object.error.status && atomic_load(&m->stop)) bmi_regression_fail(r, BM_E_STOPPED);
    return m->object.error.status;
}

bm_status bmi_regression_begin_parts(bmi_regression *r)
{
    bm_learning *l = r->l;
    bmi_parts *p = l->model->parts;
    if (take_folded(r)) return BM_OK;
    bm_context *context = l->model->object.context;
    const int64_t all = r->columns + r->targets;
    const int parts = parts_of(r, p->with_target[0]);
    double *first = bm_learning_memory(l, (size_t)all * sizeof *first);
    folding *f = first ? bm_learning_memory(l, sizeof *f) : NULL;
    bm_status st = f ? BM_OK : BM_E_MEMORY;
    if (!f) return l->model->object.error.status;
    f->r = r;
    f->first = first;
    for (int i = 0; i < parts && !st; i++)
        st = bmi_least_squares_begin(&f->ls[i], context, r->columns + r->centred, r->targets, INT64_MAX);
    bmi_regression_fail(r, st);
    if (!st) st = bmi_parts_rewind(p);
    while (!st && (f->rows = bmi_parts_fill(p, p->room)) > 0) {
        take_first(f);
        bmi_parallel(context, parts, fold_part, f);
    }
    if (!st) st = l->model->object.error.status;
    if (!st && atomic_load(&l->model->stop)) st = bmi_regression_fail(r, BM_E_STOPPED);
    for (int i = 0; i < parts; i++) {
        r->all += f->all[i];
        if (i && !st) bmi_least_squares_join(&f->ls[0], &f->ls[i]);
        if (i) bmi_least_squares_end(&f->ls[i]);
    }
    if (!st && !(r->all > 0)) st = bm_learning_fail(l, BM_E_DATA, "%s: the weights of all rows are 0", r->who);
    if (!st) st = take(r, f);
    if (!st) keep_folded(r);
    bmi_least_squares_end(&f->ls[0]);
    return st ? st : l->model->object.error.status;
}
