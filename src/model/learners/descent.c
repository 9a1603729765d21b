// SPDX-License-Identifier: Apache-2.0
/* Least squares by gradient descent, as it is taught: on all rows, on batches, on one row after the other, on rows drawn at random; and the
 * way that the weights took. Sums go over the rows in order, so nothing depends on threads.
 */
#include "base/clock.h"
#include "base/kinds.h"
#include "base/random.h"
#include "base/text.h"
#include "linalg/householder.h"
#include "model/learners/regression.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const rows_words[] = { "all", "mini_batch", "single", "drawn", NULL };
static const char *const costs[] = { "mean", "half_mean", "sum", "half_sum", NULL };
static const bmi_field fields[] = {
    { .name = "rate",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_descent_options, rate),
      .low = 0,
      .high = INFINITY,
      .above = true,
      .number = .01,
      .doc = "size of a step" },
    BMI_WORD_FIELD(bm_descent_options, rows, rows_words, "which rows a step sees"),
    BMI_WORD_FIELD(bm_descent_options, cost, costs, "1/m sum e^2, 1/2m sum e^2, sum e^2 or 1/2 sum e^2"),
    BMI_INT_FIELD(bm_descent_options, batch, 1, 1e15, 32, "rows of mini_batch and drawn"),
    BMI_INT_FIELD(bm_descent_options, steps, 1, 1e15, 10000, "at most"),
    BMI_TEXT_FIELD(bm_descent_options, start, NULL, "default all 0; random; or numbers parted by blanks, the intercept last"),
    BMI_REAL_FIELD(bm_descent_options, gradient, 0, INFINITY, 0, "ends when the gradient's norm is at most this"),
    BMI_REAL_FIELD(bm_descent_options, loss, 0, INFINITY, -1, "ends when the cost is at most this"),
    BMI_REAL_FIELD(bm_descent_options, change, 0, INFINITY, -1, "ends when the cost changes by no more"),
    BMI_REAL_FIELD(bm_descent_options, seconds, 0, INFINITY, -1, "ends after so long"),
    BMI_BOOL_FIELD(bm_descent_options, in_order, "rows are not shuffled"),
    BMI_BOOL_FIELD(bm_descent_options, no_intercept, "the line goes through the origin"),
    BMI_INT_FIELD(bm_descent_options, every, -1, 1e15, 1, "steps between two points of the path; -1: none is kept"),
    { 0 },
};

enum { PATH_NUMBERS = 1 << 20 };

typedef struct descent {
    const bm_descent_options *o;
    bmi_regression r;
    int64_t n, k, weights,
        batch; /* columns, targets; all weights: of each target n coefficients and an intercept; rows of a step */
    double *w, *g, *row;
    double weight; /* mean of the rows that have one */
    int64_t *order;
    int64_t epoch, at; /* of the order */
    int64_t step;
    double seen; /* cost of all rows when they were last looked at */
    /* path */
    int64_t every, points, room;
    double *path, *path_step, *path_loss;
} descent;

static int64_t per_target(const descent *d)
{
    return d->n + !d->o->no_intercept;
}

/* Adds a row's part of cost and gradient; gives its weight. */
static double add_row(descent *d, int64_t i, double *cost)
{
    const double weight = bmi_regression_weight(&d->r, i);
    const int64_t each = per_target(d);
    bmi_regression_read(&d->r, i, 1, d->row, 0);
    for (int64_t t = 0; weight != 0 && t < d->k; t++) {
        const double *w = d->w + t * each;
        double e = bmi_dot(w, d->row, d->n) + (each > d->n ? w[d->n] : 0) - d->row[d->n + t];
        *cost += weight * e * e;
        e *= 2 * weight;
        bmi_axpy(e, d->row, d->g + t * each, d->n);
        if (each > d->n) d->g[t * each + d->n] += e;
    }
    return weight;
}

/* Cost and gradient of so many rows: those of the order, or all; both by the kind of cost. A mean is over the rows that have a weight,
 * in units of their mean weight, so that in a batch, too, a row counts as often as its weight says. */
static double look(descent *d, const int64_t *rows, int64_t count)
{
    double cost = 0;
    int64_t used = 0;
    memset(d->g, 0, (size_t)d->weights * sizeof *d->g);
    for (int64_t i = 0; i < count && !atomic_load_explicit(&d->r.l->model->stop, memory_order_relaxed); i++)
        used += add_row(d, rows ? rows[i] : i, &cost) > 0;
    const bm_descent_cost kind = d->o->cost;
    const double mean = kind == BM_COST_MEAN || kind == BM_COST_HALF_MEAN ? (used ? 1 / (d->weight * (double)used) : 0) : 1,
                 by = kind == BM_COST_HALF_MEAN || kind == BM_COST_HALF_SUM ? mean / 2 : mean;
    for (int64_t j = 0; j < d->weights; j++) d->g[j] *= by;
    return by * cost;
}

/* ---- path ---- */
static void note(descent *d, double cost)
{
    if (d->every < 0 || d->step % d->every) return;
    if (d->points == d->room) { /* every second point goes */
        for (int64_t i = 0; 2 * i < d->points; i++) {
            memmove(d->path + i * d->weights, d->path + 2 * i * d->weights, (size_t)d->weights * sizeof *d->path);
            d->path_step[i] = d->path_step[2 * i];
            d->path_loss[i] = d->path_loss[2 * i];
        }
        d->points = (d->points + 1) / 2;
        d->every *= 2;
        if (d->step % d->every) return;
    }
    memcpy(d->path + d->points * d->weights, d->w, (size_t)d->weights * sizeof *d->w);
    d->path_step[d->points] = (double)d->step;
    d->path_loss[d->points++] = cost;
}

static bm_status keep_path(descent *d)
{
    bm_learning *l = d->r.l;
    if (d->every < 0 || bmi_learning_keep(l, "path", BM_SHAPE(d->points, d->weights), d->path) ||
        bmi_learning_keep(l, "path_step", BM_SHAPE(d->points), d->path_step))
        return l->model->object.error.status;
    return bmi_learning_keep(l, "path_loss", BM_SHAPE(d->points), d->path_loss);
}

/* ---- steps ---- */
/* The rows of the next step; null: all. */
static const int64_t *next_rows(descent *d, int64_t *count)
{
    const int64_t rows = d->r.rows;
    const uint64_t seed = (uint64_t)d->r.l->seed;
    *count = rows;
    if (d->o->rows == BM_ALL_ROWS) return NULL;
    if (d->o->rows == BM_DRAWN_ROWS) {
        *count = d->batch;
        for (int64_t i = 0; i < d->batch; i++)
            d->order[i] = (int64_t)bmi_random_below(seed, bmi_random_stream(BMI_STREAM_DRAW, (uint64_t)d->step), (uint64_t)i,
                                                    (uint64_t)rows);
        return d->order;
    }
    if (d->at >= rows) d->at = 0, d->epoch++;
    if (!d->at) {
        const bmi_batches b = { .rows = rows, .batch = d->batch, .seed = seed, .in_order = d->o->in_order };
        bmi_batches_order(&b, d->epoch, d->order);
    }
    const int64_t *from = d->order + d->at;
    *count = rows - d->at < d->batch ? rows - d->at : d->batch;
    d->at += *count;
    return from;
}

/* Asks the rules with cost and gradient of all rows in d->seen and d->g; what ends the descent, or null. */
static const char *ended(descent *d, double before)
{
    const bm_descent_options *o = d->o;
    if (sqrt(bmi_dot(d->g, d->g, d->weights)) <= o->gradient) return "gradient";
    if (o->loss >= 0 && d->seen <= o->loss) return "loss";
    if (o->change >= 0 && d->step && fabs(d->seen - before) <= o->change) return "change of loss";
    return NULL;
}

static const char *run(descent *d)
{
    const bm_descent_options *o = d->o;
    const atomic_int *stop = &d->r.l->model->stop;
    const double begun = bmi_now();
    const int64_t rows = d->r.rows, pass = o->rows == BM_ALL_ROWS ? 1 : (rows + d->batch - 1) / d->batch;
    double before = INFINITY;
    for (d->step = 0;; d->step++) {
        const char *why = NULL;
        if (d->step % pass == 0) {
            before = d->seen;
            d->seen = look(d, NULL, rows);
            why = ended(d, before);
        }
        int64_t count;
        const bool last = why || d->step >= o->steps;
        const int64_t *of_step = last ? NULL : next_rows(d, &count);
        const double cost = of_step ? look(d, of_step, count) : d->seen;
        note(d, cost);
        if (!isfinite(cost)) return NULL;
        if (why) return why;
        if (d->step >= o->steps) return "steps";
        if (atomic_load_explicit(stop, memory_order_relaxed)) return "stop";
        if (o->seconds >= 0 && bmi_now() - begun >= o->seconds) return "time";
        bmi_axpy(-o->rate, d->g, d->w, d->weights);
    }
}

/* ---- beginning and end ---- */
static bm_status start(descent *d)
{
    bm_learning *l = d->r.l;
    const char *text = d->o->start ? d->o->start : "";
    int64_t n = 0;
    if (!strcmp(text, "random")) {
        for (int64_t j = 0; j < d->weights; j++)
            d->w[j] = bmi_random_normal((uint64_t)l->seed, BMI_STREAM_GENERATOR, (uint64_t)j);
        return BM_OK;
    }
    for (text += strspn(text, " "); *text; n++) {
        const size_t length = strcspn(text, " ");
        bool overflow;
        double v;
        if (!bmi_read_real(text, length, &v, &overflow) || !isfinite(v))
            return bm_learning_fail(l, BM_E_ARGUMENT,
                                    "descent: start has \"%.*s\"; it is \"random\", or numbers parted by blanks",
                                    (int)(length < 40 ? length : 40), text);
        if (n < d->weights) d->w[n] = v;
        text += length;
        text += strspn(text, " ");
    }
    if (n && n != d->weights)
        return bm_learning_fail(l, BM_E_ARGUMENT,
                                "descent: start has %" PRId64 " numbers, and there are %" PRId64
                                " weights: of each target its coefficients%s",
                                n, d->weights, d->o->no_intercept ? "" : ", then its intercept");
    return BM_OK;
}

static bm_status begin(descent *d, bm_learning *l, const bm_descent_options *o)
{
    d->o = o;
    if (bmi_regression_begin(&d->r, l, 0, true)) return l->model->object.error.status;
    bmi_regression_unscaled(&d->r);
    d->r.unweighted = true;
    d->n = d->r.columns, d->k = d->r.targets;
    d->weights = d->k * per_target(d);
    d->batch = o->rows == BM_SINGLE_ROWS ? 1 : o->batch < d->r.rows || o->rows == BM_DRAWN_ROWS ? o->batch : d->r.rows;
    d->every = o->every;
    int64_t used = 0;
    for (int64_t i = 0; i < d->r.rows; i++) used += bmi_regression_weight(&d->r, i) > 0;
    d->weight = d->r.all / (double)used;
    const int64_t order = d->batch > d->r.rows ? d->batch : d->r.rows, fits = PATH_NUMBERS / (d->weights + 2);
    d->room = o->every < 0 ? 0 : fits < 64 ? 64 : fits;
    if (d->room > o->steps / (o->every > 0 ? o->every : 1) + 2) d->room = o->steps / (o->every > 0 ? o->every : 1) + 2;
    d->w = bm_learning_memory(l, (size_t)(2 * d->weights + d->n + d->k) * sizeof *d->w);
    d->order = d->w ? bm_learning_memory(l, (size_t)order * sizeof *d->order) : NULL;
    d->path = d->order ? bm_learning_memory(l, (size_t)(d->room * (d->weights + 2)) * sizeof *d->path) : NULL;
    if (!d->path) return l->model->object.error.status;
    d->g = d->w + d->weights, d->row = d->g + d->weights;
    d->path_step = d->path + d->room * d->weights, d->path_loss = d->path_step + d->room;
    return start(d);
}

static bm_status put(descent *d)
{
    const int64_t each = per_target(d);
    bm_tensor *kernel = bmi_learning_weight(d->r.l, "kernel");
    bm_tensor *bias = kernel && each > d->n ? bmi_learning_weight(d->r.l, "bias") : NULL;
    for (int64_t t = 0; kernel && t < d->k; t++) {
        for (int64_t j = 0; j < d->n; j++) ((double *)kernel->data)[j * d->k + t] = d->w[t * each + j];
        if (bias) ((double *)bias->data)[t] = d->w[t * each + d->n];
    }
    return d->r.l->model->object.error.status;
}

static bm_status fit(bm_learning *l, const void *options)
{
    descent d = { .seen = INFINITY };
    if (begin(&d, l, options)) return l->model->object.error.status;
    const char *why = run(&d);
    if (!why)
        return bm_learning_fail(l, BM_E_NUMBER,
                                "descent: after %" PRId64
                                " steps the weights have grown beyond all bounds; give a rate smaller than %g, or "
                                "standardise the columns",
                                d.step, d.o->rate);
    if (put(&d) || keep_path(&d)) return l->model->object.error.status;
    bmi_model_ended(l->model, strcmp(why, "stop") ? BM_ENDED_TELLS : BM_ENDED_STOPPED, "%s after %" PRId64 " steps", why,
                    d.step);
    return BM_OK;
}

static const bm_learner_kind descent_kind = {
    BMI_REGRESSION(bm_descent_options, fields, bmi_regression_one_layer),
    .name = "descent",
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED,
    .fit = fit,
    .doc = "Least squares by gradient descent, with the path it took.",
};
const bmi_kind bmi_kinds_learner_descent[] = { { "learner", "descent", &descent_kind }, { 0 } };
