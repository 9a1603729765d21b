// SPDX-License-Identifier: Apache-2.0
/* Logistic and softmax regression: C * sum of losses + penalty of the weights (never the intercept), divided by C * the weight of all
 * rows so that tolerances do not depend on the number of rows. The loss is that of learners/logistic/loss.h, the solvers those of
 * linalg and learners/logistic/saga.h.
 */
#include "base/kinds.h"
#include "base/context.h"
#include "linalg/descent.h"
#include "linalg/householder.h"
#include "linalg/lbfgs.h"
#include "linalg/least_squares.h"
#include "linalg/newton.h"
#include "model/learners/logistic/loss.h"
#include "model/learners/logistic/saga.h"
#include "model/parts.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const penalties[] = { "l2", "l1", "elastic", "none", NULL };
static const char *const solvers[] = { "auto", "lbfgs", "newton", "saga", "descent", NULL };
static const bmi_field fields[] = {
    { .name = "C",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_logistic_options, C),
      .low = 0,
      .high = INFINITY,
      .above = true,
      .number = 1,
      .doc = "weight of the data against the penalty" },
    BMI_INT_FIELD(bm_logistic_options, iterations, 1, 1e15, 1000, "at most"),
    { .name = "tolerance",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_logistic_options, tolerance),
      .low = 0,
      .high = INFINITY,
      .above = true,
      .number = 1e-4,
      .doc = "largest component of the gradient at the end" },
    BMI_WORD_FIELD(bm_logistic_options, penalty, penalties, "of the weights, not of the intercept"),
    BMI_REAL_FIELD(bm_logistic_options, l1_ratio, 0, 1, .5, "share of l1 in elastic"),
    BMI_WORD_FIELD(bm_logistic_options, solver, solvers, "how the minimum is found"),
    BMI_BOOL_FIELD(bm_logistic_options, no_intercept, "planes go through the origin"),
    BMI_BOOL_FIELD(bm_logistic_options, warm_start, "begins at the weights of the fit before"),
    { 0 },
};

/* ---- the network ---- */
static size_t layer(bm_learning *l, const bm_logistic_options *o, int64_t units, const char *activation, bm_layer *into)
{
    const bm_dense_options d = {
        .units = units, .activation = { .name = activation }, .no_bias = o->no_intercept, .name = "output"
    };
    into[0] = bm_layer_at("dense", &d, sizeof d, l->here);
    return 1;
}

static size_t one_sigmoid(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)room;
    if (l->labels) return layer(l, options, l->outputs, "sigmoid", into);
    return l->outputs == 2 ? layer(l, options, 1, "sigmoid", into) : layer(l, options, l->outputs, "softmax", into);
}

static size_t all_softmax(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)room;
    return layer(l, options, l->outputs, "softmax", into);
}

static size_t all_shares(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)room;
    return l->outputs == 2 ? layer(l, options, 1, "sigmoid", into) : layer(l, options, l->outputs, "one_vs_rest", into);
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)options, (void)fit;
    const bm_shape out = l->model->network->heads[0].row;
    const bool shares = l->labels || out.dim[out.rank - 1] == 1;
    c->loss = shares ? BM_BINARY_CROSSENTROPY : BM_SPARSE_CATEGORICAL_CROSSENTROPY;
}

/* ---- the loss ---- */
enum {
    NEWTON_SHARED = 64,
    NEWTON_APART = 128,
    MATRIX_MOST = 500,
    SQUARES_MOST = 8 << 20,
    DESCENT_MOST = 4096,
    LARGE = 1 << 22
};

typedef struct solution {
    bm_learning *l;
    const bm_logistic_options *options;
    bmi_linear_loss loss;
    double l1, *l1_of; /* of all weights, of each */
    double *x;
    int64_t *columns; /* of a matrix */
    double *squares;  /* of a file: the matrices where the loss was asked for last */
    int64_t done, rank;
    double value, largest;
    bool failed, converged;
} solution;

/* The rows in f32 where they are f32 or bytes, and so many that it counts; what f32 cannot reach f64 does afterwards. */
static bm_status make_loss(solution *s, bmi_real real)
{
    bm_learning *l = s->l;
    const bm_dataset *d = l->train;
    bmi_linear_loss *o = &s->loss;
    bmi_column_make(&o->x, d->x[0].tensor, real == BMI_REAL_F32 ? BM_F32 : BM_F64, d->x[0].scale != 1);
    o->real = real;
    return bmi_linear_loss_make(o);
}

static bm_status begin(solution *s)
{
    bm_learning *l = s->l;
    bm_model *m = l->model;
    bmi_linear_loss *o = &s->loss;
    bmi_dataset_columns c;
    const bm_shape out = m->network->heads[0].row;
    if (bmi_dataset_columns_make(&c, m->network, l->train, &m->object.error, m->learner->name, l->here))
        return m->object.error.status;
    const double share = s->options->penalty == BM_LOGISTIC_L1        ? 1
                         : s->options->penalty == BM_LOGISTIC_ELASTIC ? s->options->l1_ratio
                                                                      : 0;
    o->l = l;
    o->columns = c.x.elements;
    o->units = out.dim[out.rank - 1];
    o->n = o->units * (o->columns + 1);
    o->softmax = o->units > 1 && !l->labels && strcmp(m->learner->name, "one_vs_rest") != 0;
    o->biased = !s->options->no_intercept;
    o->weight = l->train->weights ? (const float *)l->train->weights->data : NULL;
    if (bmi_linear_loss_rows(o)) return m->object.error.status;
    if (s->options->penalty != BM_LOGISTIC_NONE) {
        s->l1 = share / (s->options->C * o->all);
        o->l2 = (1 - share) / (s->options->C * o->all);
    }
    s->rank = o->columns;
    s->x = bm_learning_memory(l, (size_t)o->n * sizeof *s->x);
    s->l1_of = s->x ? bm_learning_memory(l, (size_t)o->n * sizeof *s->l1_of) : NULL;
    for (int64_t i = 0; s->l1_of && i < o->n; i++) s->l1_of[i] = i % (o->columns + 1) < o->columns ? s->l1 : 0;
    return m->object.error.status;
}

/* ---- weights to and from the network ---- */
static void put(solution *s)
{
    const bmi_linear_loss *o = &s->loss;
    bm_tensor *kernel = bmi_learning_weight(s->l, "kernel");
    bm_tensor *bias = kernel && o->biased ? bmi_learning_weight(s->l, "bias") : NULL;
    for (int64_t j = 0; kernel && j < o->units; j++) {
        const double *w = s->x + j * (o->columns + 1);
        for (int64_t i = 0; i < o->columns; i++) ((double *)kernel->data)[i * o->units + j] = w[i];
        if (bias) ((double *)bias->data)[j] = w[o->columns];
    }
}

static void warm(solution *s)
{
    const bmi_linear_loss *o = &s->loss;
    bm_model *before = s->l->model->before;
    if (!s->options->warm_start || !before || !before->network || before->object.error.status) return;
    const bm_tensor *kernel = NULL, *bias = NULL;
    for (size_t i = 0; i < before->network->training.n_weights; i++) {
        const char *name = before->network->training.weights[i].name;
        const bm_tensor *t = bmi_session_variable(before->network->session, before->network->training.weights[i].node.index);
        if (!strcmp(name, "output/kernel")) kernel = t;
        if (!strcmp(name, "output/bias")) bias = t;
    }
    const bool fits =
        kernel && kernel->shape.rank == 2 && kernel->shape.dim[0] == o->columns && kernel->shape.dim[1] == o->units;
    for (int64_t j = 0; fits && j < o->units; j++) {
        double *w = s->x + j * (o->columns + 1);
        for (int64_t i = 0; i < o->columns; i++) w[i] = bm_tensor_at(kernel, i * o->units + j);
        if (o->biased && bias) w[o->columns] = bm_tensor_at(bias, j);
    }
}

/* ---- solvers ---- */
static bm_logistic_solver settle(const solution *s)
{
    const bmi_linear_loss *o = &s->loss;
    const int64_t square = o->softmax ? o->n : o->columns + 1;
    if (s->options->solver) return s->options->solver;
    if (s->l1 > 0) return square <= DESCENT_MOST / 2 ? BM_LOGISTIC_DESCENT : BM_LOGISTIC_SAGA;
    const int64_t squares = square * square * (o->softmax ? 1 : o->units);
    if (s->l->model->parts && square <= MATRIX_MOST && squares <= SQUARES_MOST)
        return BM_LOGISTIC_NEWTON;                                              /* a pass over a file is dearer than squares */
    if (s->l->model->parts && squares > SQUARES_MOST) return BM_LOGISTIC_LBFGS; /* which a pass finds all at once */
    return square <= (o->softmax ? NEWTON_SHARED : NEWTON_APART) ? BM_LOGISTIC_NEWTON : BM_LOGISTIC_LBFGS;
}

static bm_status by_lbfgs(solution *s)
{
    bmi_linear_loss *o = &s->loss;
    const bool small = bm_type_size(s->l->train->x[0].tensor->type) <= sizeof(float);
    const bool narrow = small && !(s->options->tolerance < 1e-6) && o->rows * o->columns * o->units >= LARGE;
    for (int real = narrow ? BMI_REAL_F32 : BMI_REAL_F64; real <= BMI_REAL_F64; real++) {
        if (make_loss(s, (bmi_real)real)) return s->l->model->object.error.status;
        bmi_lbfgs b = { .context = s->l->model->object.context,
                        .n = o->n,
                        .iterations = s->options->iterations - s->done,
                        .tolerance = s->options->tolerance,
                        .noise = real == BMI_REAL_F32 ? 1e-7 : 1e-14,
                        .patience = real == BMI_REAL_F32 ? 5 : 0,
                        .function = bmi_linear_loss_value,
                        .user = o };
        const bm_status st = bmi_lbfgs_run(&b, s->x);
        if (st)
            return bm_learning_fail(s->l, st, "%s: out of memory for %lld weights", s->l->model->learner->name,
                                    (long long)o->n);
        s->done += b.done;
        s->value = b.value;
        s->largest = b.largest;
        s->failed = b.failed;
        s->converged = b.converged;
        if (b.failed || b.converged || s->done >= s->options->iterations) break;
    }
    return BM_OK;
}

static bool newton_matrix(void *user, const double *x, int64_t block, double *h)
{
    solution *s = user;
    bmi_linear_loss *o = &s->loss;
    const int64_t n = o->columns + 1, size = o->softmax ? o->n : n;
    if (s->squares) memcpy(h, s->squares + block * size * size, (size_t)(size * size) * sizeof *h);
    else if (!bmi_linear_loss_matrix(o, x, block, s->columns, n, h)) return false;
    for (int64_t i = o->columns; !o->biased && i < size; i += n) /* what is not there must not move */
        for (int64_t k = 0; k < size; k++) h[i * size + k] = h[k * size + i] = 0;
    return true;
}

static bool newton_value(void *user, const double *x, double *g, double *f)
{
    solution *s = user;
    if (s->squares) return bmi_linear_loss_all(&s->loss, x, g, f, s->columns, s->squares);
    return bmi_linear_loss_value(&s->loss, x, g, f);
}

static bool newton_product(void *user, const double *x, const double *v, double *h)
{
    return bmi_linear_loss_product(&((solution *)user)->loss, x, v, h);
}

/* ---- the shortest ---- */
typedef struct shortening {
    solution *s;
    bmi_least_squares ls;
    double *row, *mean, *sums;
} shortening;

static bool add_means(void *user)
{
    shortening *h = user;
    const bmi_linear_loss *o = &h->s->loss;
    for (int64_t i = 0; i < o->rows; i++) {
        const double weight = bmi_row_weight(h->s->l->train, i);
        bmi_column_copy(&o->x, h->row, i, 1);
        if (weight > 0) bmi_axpy(weight / o->all, h->row, h->mean, o->columns);
    }
    return true;
}

static bool fold_sums(void *user)
{
    shortening *h = user;
    const bmi_linear_loss *o = &h->s->loss;
    const int64_t n = o->columns;
    for (int64_t i = 0; i < o->rows; i++) {
        if (!(bmi_row_weight(h->s->l->train, i) > 0)) continue;
        bmi_column_copy(&o->x, h->row, i, 1);
        bmi_axpy(-1, h->mean, h->row, n);
        for (int64_t j = 0; j < o->units; j++) h->sums[j] = bmi_dot(h->row, h->s->x + j * (n + 1), n);
        bmi_least_squares_row(&h->ls, h->row, h->sums);
    }
    return true;
}

/* Of weights that give the same sums on all rows, the shortest; the intercept is no part of the length. */
static bm_status shorten(solution *s)
{
    bm_learning *l = s->l;
    bmi_linear_loss *o = &s->loss;
    const int64_t n = o->columns, k = o->units;
    shortening h = { .s = s, .row = bm_learning_memory(l, (size_t)(2 * n + k + n * k) * sizeof(double)) };
    if (!h.row) return l->model->object.error.status;
    double *const w = h.row + 2 * n + k;
    h.mean = h.row + n;
    h.sums = h.mean + n;
    bm_status st = bmi_least_squares_begin(&h.ls, l->model->object.context, n, k, bmi_learning_rows(l));
    h.ls.stop = &l->model->stop;
    const bool read = !st && (!o->biased || bmi_linear_loss_pass(o, add_means, &h)) && bmi_linear_loss_pass(o, fold_sums, &h);
    if (!st && !read) st = l->model->object.error.status ? l->model->object.error.status : BM_E_STOPPED;
    if (!st) st = bmi_least_squares_solve(&h.ls, w, &s->rank);
    bmi_least_squares_end(&h.ls);
    if (l->model->object.error.status) return st;
    if (st && st != BM_E_STOPPED)
        return bm_learning_fail(l, st, "%s: out of memory for %lld columns", l->model->learner->name, (long long)n);
    for (int64_t j = 0; !st && s->rank < n && j < k; j++) {
        double *of = s->x + j * (n + 1);
        for (int64_t i = 0; i < n; i++) {
            of[n] += h.mean[i] * (of[i] - w[i * k + j]);
            of[i] = w[i * k + j];
        }
    }
    return BM_OK;
}

static bm_status by_newton(solution *s)
{
    bm_learning *l = s->l;
    bmi_linear_loss *o = &s->loss;
    if (make_loss(s, BMI_REAL_F64)) return l->model->object.error.status;
    const int64_t size = o->softmax ? o->n : o->columns + 1, blocks = o->softmax ? 1 : o->units;
    const bool matrix = size <= MATRIX_MOST;
    s->columns = bm_learning_memory(l, (size_t)(o->columns + 1) * sizeof *s->columns);
    for (int64_t i = 0; s->columns && i <= o->columns; i++) s->columns[i] = i;
    if (s->columns && matrix && l->model->parts)
        s->squares = bm_learning_memory(l, (size_t)(blocks * size * size) * sizeof *s->squares);
    if (l->model->object.error.status) return l->model->object.error.status;
    bmi_newton w = { .context = l->model->object.context,
                     .n = o->n,
                     .blocks = blocks,
                     .iterations = s->options->iterations,
                     .tolerance = fmin(s->options->tolerance, 1e-8),
                     .function = newton_value,
                     .matrix = matrix ? newton_matrix : NULL,
                     .product = newton_product,
                     .user = s };
    if (bmi_newton_run(&w, s->x))
        return bm_learning_fail(l, BM_E_MEMORY, "%s: out of memory for %lld weights", l->model->learner->name, (long long)o->n);
    s->done = w.done;
    s->value = w.value;
    s->largest = w.largest;
    s->failed = w.failed;
    s->converged = w.exhausted || w.largest <= s->options->tolerance;
    const bool many = (w.dependent || o->columns >= bmi_learning_rows(l)) && s->options->penalty == BM_LOGISTIC_NONE;
    return many && !w.failed && isfinite(w.value) && o->columns <= MATRIX_MOST ? shorten(s) : BM_OK;
}

/* The second derivatives of chosen weights: of softmax units over all columns that any of them names, then picked. */
static bool descent_matrix(void *user, const double *x, int64_t block, const int64_t *of, int64_t m, double *h)
{
    solution *s = user;
    bmi_linear_loss *o = &s->loss;
    const int64_t n = o->columns + 1;
    if (!o->softmax) return bmi_linear_loss_matrix(o, x, block, of, m, h);
    int64_t *place = s->columns + n, kept = 0;
    for (int64_t i = 0; i < n; i++) place[i] = -1;
    for (int64_t k = 0; k < m; k++) place[of[k] % n] = 0;
    for (int64_t i = 0; i < n; i++)
        if (!place[i]) s->columns[place[i] = kept++] = i;
    const int64_t size = kept * o->units;
    if (size > DESCENT_MOST)
        return bm_learning_fail(s->l, BM_E_ARGUMENT,
                                "%s: descent has %" PRId64
                                " weights that may be other than 0, more than %d; take the solver saga",
                                s->l->model->learner->name, size, DESCENT_MOST) == BM_OK;
    double *all = bmi_alloc(s->l->model->object.context, (size_t)size * (size_t)size, sizeof *all);
    if (!all)
        return bm_learning_fail(s->l, BM_E_MEMORY, "%s: out of memory for %" PRId64 " weights", s->l->model->learner->name,
                                size) == BM_OK;
    const bool done = bmi_linear_loss_matrix(o, x, 0, s->columns, kept, all);
    for (int64_t a = 0; done && a < m; a++)
        for (int64_t b = 0; b < m; b++)
            h[a * m + b] = all[(of[a] / n * kept + place[of[a] % n]) * size + of[b] / n * kept + place[of[b] % n]];
    bmi_release(s->l->model->object.context, all, (size_t)size * (size_t)size, sizeof *all);
    return done;
}

static bm_status by_descent(solution *s)
{
    bm_learning *l = s->l;
    bmi_linear_loss *o = &s->loss;
    if (make_loss(s, BMI_REAL_F64)) return l->model->object.error.status;
    s->columns = bm_learning_memory(l, 2 * (size_t)(o->columns + 1) * sizeof *s->columns);
    if (!s->columns) return l->model->object.error.status;
    bmi_descent c = { .context = l->model->object.context,
                      .n = o->n,
                      .blocks = o->softmax ? 1 : o->units,
                      .iterations = s->options->iterations,
                      .tolerance = fmin(s->options->tolerance, 1e-8),
                      .l1 = s->l1_of,
                      .function = newton_value,
                      .matrix = descent_matrix,
                      .user = s };
    for (int64_t i = 0; !o->biased && i < o->units; i++) s->l1_of[i * (o->columns + 1) + o->columns] = 1e300; /* times 0 is 0 */
    if (bmi_descent_run(&c, s->x) && !l->model->object.error.status)
        bm_learning_fail(l, BM_E_MEMORY, "%s: out of memory for %lld weights", l->model->learner->name, (long long)o->n);
    s->done = c.done;
    s->value = c.value;
    s->largest = c.largest;
    s->failed = c.failed;
    s->converged = c.largest <= s->options->tolerance;
    return l->model->object.error.status;
}

static bm_status by_saga(solution *s)
{
    if (make_loss(s, BMI_REAL_F64)) return s->l->model->object.error.status;
    bmi_saga g = { .iterations = s->options->iterations,
                   .tolerance = fmin(s->options->tolerance, 1e-5),
                   .l1 = s->l1_of,
                   .seed = (uint64_t)s->l->seed };
    bmi_saga_run(&g, &s->loss, s->x);
    s->done = g.done;
    s->value = g.value;
    s->largest = g.largest;
    s->failed = g.failed;
    s->converged = g.largest <= s->options->tolerance;
    return s->l->model->object.error.status;
}

/* ---- the end ---- */
/* The same number added to all sums of a softmax changes nothing: biases are told around 0, without a penalty weights, too. */
static void centre(solution *s)
{
    const bmi_linear_loss *o = &s->loss;
    const int64_t n = o->columns + 1;
    for (int64_t i = s->options->penalty == BM_LOGISTIC_NONE ? 0 : o->columns; o->softmax && i < n; i++) {
        double mean = 0;
        for (int64_t j = 0; j < o->units; j++) mean += s->x[j * n + i];
        for (int64_t j = 0; j < o->units; j++) s->x[j * n + i] -= mean / (double)o->units;
    }
}

static void say(solution *s)
{
    bm_model *m = s->l->model;
    char more[80] = "";
    unsigned ended = s->failed ? BM_ENDED_STOPPED : s->converged ? 0 : BM_ENDED_NOT_CONVERGED;
    const int n =
        s->rank < s->loss.columns ? snprintf(more, sizeof more, ", rank %" PRId64 " of %" PRId64, s->rank, s->loss.columns) : 0;
    if (s->options->penalty == BM_LOGISTIC_NONE && !s->failed && bmi_linear_loss_separates(&s->loss, s->x)) {
        snprintf(more + n, sizeof more - (size_t)n, ", separable");
        ended |= BM_ENDED_SEPARABLE;
        bmi_log(
            m->object.context,
            "%s: a plane parts the classes: without a penalty the weights have no end; these are where the gradient is small",
            m->learner->name);
    }
    const char *how = s->failed ? "stop" : s->converged ? "converged" : "not converged";
    if (n) ended |= BM_ENDED_RANK;
    bmi_model_ended_after(m, ended, (double)s->done, "%s after %" PRId64 " iterations%s", how, s->done, more);
}

static bm_status fit(bm_learning *l, const void *options)
{
    static bm_status (*const by[])(solution *) = { NULL, by_lbfgs, by_newton, by_saga, by_descent };
    bm_model *m = l->model;
    solution s = { .l = l, .options = options };
    if (m->parts) m->parts->ends_early = true; /* what was found before bm_stop is kept */
    if (begin(&s)) return m->object.error.status;
    const bm_logistic_solver solver = settle(&s);
    if (m->parts && solver == BM_LOGISTIC_SAGA)
        return bm_learning_fail(l, BM_E_ARGUMENT,
                                "%s: the solver saga takes single rows at random, and these come by parts; %s",
                                m->learner->name, s.l1 > 0 ? "solver=descent does all of them" : "newton and lbfgs do");
    if (s.l1 > 0 && solver != BM_LOGISTIC_SAGA && solver != BM_LOGISTIC_DESCENT)
        return bm_learning_fail(l, BM_E_ARGUMENT, "%s: the solver %s does not do a penalty of l1; descent and saga do",
                                m->learner->name, solvers[solver]);
    warm(&s);
    if (by[solver](&s) || m->object.error.status) return m->object.error.status;
    if (m->parts && s.failed && !s.done)
        return bm_learning_fail(l, BM_E_STOPPED, "%s: stopped before the first step; the model is as it was before",
                                m->learner->name);
    if (!isfinite(s.value)) return bmi_linear_loss_name_row(&s.loss);
    say(&s);
    centre(&s);
    put(&s);
    return m->object.error.status;
}

static const bm_learner_kind logistic = {
    .size = sizeof(bm_learner_kind),
    .name = "logistic",
    .options_size = sizeof(bm_logistic_options),
    .fields = fields,
    .tasks = BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_WEIGHTED | BM_LEARNS_LABELS | BM_LEARNS_PARTS,
    .type = BM_F64,
    .layers = one_sigmoid,
    .compile = compile,
    .fit = fit,
    .doc = "Logistic regression; more than two classes by softmax, several labels one by one.",
};
static const bm_learner_kind softmax = {
    .size = sizeof(bm_learner_kind),
    .name = "softmax",
    .options_size = sizeof(bm_logistic_options),
    .fields = fields,
    .tasks = BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,
    .type = BM_F64,
    .layers = all_softmax,
    .compile = compile,
    .fit = fit,
    .doc = "Softmax regression.",
};
static const bm_learner_kind one_vs_rest = {
    .size = sizeof(bm_learner_kind),
    .name = "one_vs_rest",
    .options_size = sizeof(bm_logistic_options),
    .fields = fields,
    .tasks = BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,
    .type = BM_F64,
    .layers = all_shares,
    .compile = compile,
    .fit = fit,
    .doc = "Logistic regression of each class against the rest.",
};
const bmi_kind bmi_kinds_learner_logistic[] = {
    { "learner", "logistic", &logistic }, { "learner", "softmax", &softmax }, { "learner", "one_vs_rest", &one_vs_rest }, { 0 }
};
