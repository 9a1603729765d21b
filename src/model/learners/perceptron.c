// SPDX-License-Identifier: Apache-2.0
/* The perceptron: threshold units, 1 where w x + b > 0, trained by w += rate (t - y) x for each row in turn until no row of an epoch
 * is wrong (Rosenblatt, "The perceptron", 1958). For several classes one unit against the rest each; the largest sum wins. A row's
 * weight is the size of its steps. The weights kept are those of the epoch with the fewest mistakes, by weight (the pocket: Gallant,
 * 1990), for data that no plane parts; or, asked for, the mean of the weights after every row (Freund, Schapire, "Large margin
 * classification using the perceptron algorithm", 1999).
 */
#include "base/kinds.h"
#include "base/random.h"
#include "data/dataset.h"
#include "linalg/householder.h"
#include "model/dataset_columns.h"
#include "model/learning.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const bmi_field fields[] = {
    { .name = "rate",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_perceptron_options, rate),
      .low = 0,
      .high = INFINITY,
      .above = true,
      .number = 1,
      .doc = "step size" },
    BMI_INT_FIELD(bm_perceptron_options, epochs, 1, 1e15, 100, "at most"),
    BMI_BOOL_FIELD(bm_perceptron_options, averaged, "the weights are the mean of those after each row"),
    { 0 },
};

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)options, (void)room;
    into[0] = l->outputs == 2 ? bmi_output_layer(1, "step") : bmi_output_layer(l->outputs, "linear");
    return 1;
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)options, (void)fit;
    c->loss = l->outputs == 2 ? BM_MSE : BM_SOFTMAX_CROSSENTROPY;
}

typedef struct units {
    bm_learning *l;
    bmi_dataset_columns columns;
    const bm_tensor *classes;
    int64_t n, k;  /* inputs, units */
    double *x;     /* a row */
    double *w, *b; /* k rows of n; k */
    double *best;  /* w and b of the best epoch */
    double *drift; /* averaged: each change of w and b times the rows that were seen before it; or null */
    double seen;
    int64_t *order;
} units;

/* One row: its mistakes, corrected by a step of its weight. One of weight 0 is no row. */
static bool learn(units *u, int64_t row, double rate)
{
    const int64_t class = (int64_t)bm_tensor_at(u->classes, row);
    const double weight = bmi_row_weight(u->l->train, row), step = rate * weight;
    bool wrong = false;
    if (!(weight > 0)) return false;
    bmi_column_copy(&u->columns.x, u->x, row, 1);
    for (int64_t j = 0; j < u->k; j++) {
        const double t = u->k == 1 ? class == 1 : class == j;
        const double y = bmi_dot(u->w + j * u->n, u->x, u->n) + u->b[j] > 0;
        if (t == y) continue;
        bmi_axpy(step * (t - y), u->x, u->w + j * u->n, u->n);
        u->b[j] += step * (t - y);
        wrong = true;
        if (!u->drift) continue;
        bmi_axpy(u->seen * step * (t - y), u->x, u->drift + j * u->n, u->n);
        u->drift[u->k * u->n + j] += u->seen * step * (t - y);
    }
    u->seen++;
    return wrong;
}

/* The weight of the rows that the present weights get wrong as the model decides. */
static double mistakes(units *u, int64_t rows)
{
    double wrong = 0;
    for (int64_t i = 0; i < rows; i++) {
        const int64_t class = (int64_t)bm_tensor_at(u->classes, i);
        int64_t said = 0;
        double most = -INFINITY;
        bmi_column_copy(&u->columns.x, u->x, i, 1);
        for (int64_t j = 0; j < u->k; j++) {
            const double s = bmi_dot(u->w + j * u->n, u->x, u->n) + u->b[j];
            if (s > most) {
                most = s;
                said = j;
            }
        }
        if ((u->k == 1 ? most > 0 : said) != class) wrong += bmi_row_weight(u->l->train, i);
    }
    return wrong;
}

static bm_status check_rows(units *u)
{
    for (int64_t i = 0; i < u->l->train->rows; i++) {
        bmi_column_copy(&u->columns.x, u->x, i, 1);
        for (int64_t k = 0; k < u->n; k++)
            if (!isfinite(u->x[k]))
                return bm_learning_fail(u->l, BM_E_NUMBER,
                                        "perceptron: row %" PRId64 " has a number that is not finite, in column %" PRId64
                                        "; clean the data first",
                                        i, k);
    }
    return BM_OK;
}

static bm_status begin(units *u, bool averaged)
{
    bm_learning *l = u->l;
    const bm_dataset *d = l->train;
    if (bmi_dataset_columns_make(&u->columns, l->model->network, d, &l->model->object.error, "perceptron", l->here))
        return l->model->object.error.status;
    u->classes = d->t[0].tensor;
    u->n = u->columns.x.elements;
    u->k = l->outputs == 2 ? 1 : l->outputs;
    const size_t weights = (size_t)(u->k * (u->n + 1));
    u->x = bm_learning_memory(l, (size_t)u->n * sizeof *u->x);
    u->w = u->x ? bm_learning_memory(l, weights * sizeof *u->w) : NULL;
    u->best = u->w ? bm_learning_memory(l, weights * sizeof *u->best) : NULL;
    if (u->best && averaged) u->drift = bm_learning_memory(l, weights * sizeof *u->drift);
    u->order = u->best && (u->drift || !averaged) ? bm_learning_memory(l, (size_t)d->rows * sizeof *u->order) : NULL;
    if (!u->order) return l->model->object.error.status;
    u->b = u->w + u->k * u->n;
    return check_rows(u);
}

static void put(units *u)
{
    bm_tensor *kernel = bmi_learning_weight(u->l, "kernel"), *bias = kernel ? bmi_learning_weight(u->l, "bias") : NULL;
    for (int64_t j = 0; bias && j < u->k; j++) {
        for (int64_t i = 0; i < u->n; i++) ((double *)kernel->data)[i * u->k + j] = u->best[j * u->n + i];
        ((double *)bias->data)[j] = u->best[u->k * u->n + j];
    }
}

/* The mean of the weights after each row: what they are, less each change for the share of rows before it. */
static void average(units *u)
{
    for (int64_t i = 0; i < u->k * (u->n + 1); i++) u->best[i] = u->w[i] - u->drift[i] / u->seen;
}

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_perceptron_options *o = options;
    bm_model *m = l->model;
    units u = { .l = l };
    if (bmi_learning_not_finite(l) || begin(&u, o->averaged)) return m->object.error.status;
    const int64_t rows = l->train->rows;
    int64_t epoch = 0;
    double fewest = INFINITY;
    while (epoch < o->epochs && fewest > 0 && !atomic_load(&m->stop)) {
        bool learned = false;
        bmi_random_permutation((uint64_t)l->seed, bmi_random_stream(BMI_STREAM_SHUFFLE, (uint64_t)epoch++), u.order, rows);
        for (int64_t i = 0; i < rows; i++) learned |= learn(&u, u.order[i], o->rate);
        const double wrong = learned ? mistakes(&u, rows) : 0;
        if (wrong < fewest) {
            fewest = wrong;
            memcpy(u.best, u.w, (size_t)(u.k * (u.n + 1)) * sizeof *u.best);
        }
    }
    const bool stopped = atomic_load(&m->stop);
    bmi_model_ended_after(m,
                          stopped      ? BM_ENDED_STOPPED
                          : fewest > 0 ? BM_ENDED_NOT_CONVERGED
                                       : 0,
                          (double)epoch, "%s after %" PRId64 " epoch%s",
                          stopped      ? "stop"
                          : fewest > 0 ? "not converged"
                                       : "converged",
                          epoch, epoch == 1 ? "" : "s");
    if (u.drift) average(&u);
    put(&u);
    return m->object.error.status;
}

static const bm_learner_kind perceptron = {
    .size = sizeof(bm_learner_kind),
    .name = "perceptron",
    .options_size = sizeof(bm_perceptron_options),
    .fields = fields,
    .tasks = BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_SCORES | BM_LEARNS_WEIGHTED,
    .type = BM_F64,
    .layers = layers,
    .compile = compile,
    .fit = fit,
    .doc = "Threshold units by Rosenblatt's rule.",
};
const bmi_kind bmi_kinds_learner_perceptron[] = { { "learner", "perceptron", &perceptron }, { 0 } };
