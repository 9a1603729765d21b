// SPDX-License-Identifier: Apache-2.0
/* Least squares: one dense linear unit per target column, its weights found exactly (linalg/least_squares.h). Columns are centred
 * first, so that of dependent columns the coefficients are the shortest whatever the means are; the intercept is never part of
 * that length.
 */
#include "base/kinds.h"
#include "data/dataset.h"
#include "linalg/least_squares.h"
#include "model/column.h"
#include "model/learning.h"
#include <math.h>
#include <string.h>

static const bmi_field fields[] = {
    BMI_BOOL_FIELD(bm_linear_options, no_intercept, "the line goes through the origin"),
    { 0 },
};

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    const bm_linear_options *o = options;
    const bm_dense_options d = { .units = l->outputs, .no_bias = o->no_intercept, .name = "output" };
    (void)room;
    into[0] = bm_layer_at("dense", &d, sizeof d, l->here);
    return 1;
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)l, (void)options, (void)fit;
    c->loss = BM_MSE;
}

typedef struct rows { /* of the training data, as doubles */
    bmi_column_of x, t;
    int64_t n, columns, targets;
    const bm_dataset *train;
    double *row, *mean; /* columns + targets */
    bool centred;
} rows;

static double read_row(const rows *r, int64_t i)
{
    bmi_column_copy(&r->x, r->row, i, 1);
    bmi_column_copy(&r->t, r->row + r->columns, i, 1);
    return bmi_row_weight(r->train, i);
}

static bm_status begin(bm_learning *l, const bm_linear_options *o, rows *r)
{
    const bm_dataset *d = l->train;
    bmi_column_make(&r->x, d->x[0].tensor, BM_F64, d->x[0].scale != 1);
    bmi_column_make(&r->t, d->t[0].tensor, BM_F64, false);
    r->n = d->rows;
    r->columns = r->x.elements;
    r->targets = r->t.elements;
    r->train = d;
    r->centred = !o->no_intercept;
    const size_t bytes = (size_t)(r->columns + r->targets) * sizeof(double);
    r->row = bm_learning_memory(l, bytes);
    r->mean = r->row ? bm_learning_memory(l, bytes) : NULL;
    return r->mean ? BM_OK : l->model->object.error.status;
}

/* Weighted means of all columns; every number must be finite. */
static bm_status means(bm_learning *l, rows *r)
{
    double all = 0;
    for (int64_t i = 0; i < r->n; i++) {
        const double w = read_row(r, i);
        if (!(w >= 0))
            return bm_learning_fail(l, BM_E_DATA, "linear: the weight of row %lld is %g; weights are >= 0", (long long)i, w);
        all += w;
        for (int64_t k = 0; k < r->columns + r->targets; k++) {
            if (!isfinite(r->row[k]))
                return bm_learning_fail(
                    l, BM_E_NUMBER, "linear: row %lld has a number that is not finite, in %s column %lld; clean the data first",
                    (long long)i, k < r->columns ? "input" : "target", (long long)(k < r->columns ? k : k - r->columns));
            r->mean[k] += w * r->row[k];
        }
    }
    if (!(all > 0)) return bm_learning_fail(l, BM_E_DATA, "linear: the weights of all rows are 0");
    for (int64_t k = 0; k < r->columns + r->targets; k++) r->mean[k] = r->centred ? r->mean[k] / all : 0;
    return BM_OK;
}

static void put(bm_learning *l, const rows *r, const double *x)
{
    bm_tensor *kernel = bmi_learning_weight(l, "kernel");
    if (kernel) memcpy(kernel->data, x, (size_t)(r->columns * r->targets) * sizeof *x);
    bm_tensor *bias = kernel && r->centred ? bmi_learning_weight(l, "bias") : NULL;
    for (int64_t j = 0; bias && j < r->targets; j++) {
        double b = r->mean[r->columns + j];
        for (int64_t k = 0; k < r->columns; k++) b -= r->mean[k] * x[k * r->targets + j];
        ((double *)bias->data)[j] = b;
    }
}

static bm_status fit(bm_learning *l, const void *options)
{
    rows r = { 0 };
    bmi_least_squares ls;
    int64_t rank = 0;
    if (begin(l, options, &r) || means(l, &r)) return l->model->object.error.status;
    double *x = bm_learning_memory(l, (size_t)(r.columns * r.targets) * sizeof *x);
    if (!x) return l->model->object.error.status;
    bm_status st = bmi_least_squares_begin(&ls, l->model->object.context, r.columns, r.targets, r.n);
    ls.stop = &l->model->stop;
    for (int64_t i = 0; !st && i < r.n && !atomic_load(ls.stop); i++) {
        const double w = sqrt(read_row(&r, i));
        for (int64_t k = 0; k < r.columns + r.targets; k++) r.row[k] = w * (r.row[k] - r.mean[k]);
        bmi_least_squares_row(&ls, r.row, r.row + r.columns);
    }
    if (!st) st = bmi_least_squares_solve(&ls, x, &rank);
    bmi_least_squares_end(&ls);
    if (st == BM_E_STOPPED)
        return bm_learning_fail(l, st, "linear: stopped before the solution was found; the model is as it was before");
    if (st) return bm_learning_fail(l, BM_E_MEMORY, "linear: out of memory for %lld columns", (long long)r.columns);
    put(l, &r, x);
    snprintf(l->model->stopped_by, sizeof l->model->stopped_by, rank < r.columns ? "solved, rank %lld of %lld" : "solved",
             (long long)rank, (long long)r.columns);
    return l->model->object.error.status;
}

static const bm_learner_kind linear = {
    .size = sizeof(bm_learner_kind),
    .name = "linear",
    .options_size = sizeof(bm_linear_options),
    .fields = fields,
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED,
    .type = BM_F64,
    .layers = layers,
    .compile = compile,
    .fit = fit,
    .doc = "Least squares, exactly, by QR with column pivoting.",
};
const bmi_kind bmi_kinds_learner_linear[] = { { "learner", "linear", &linear }, { 0 } };
