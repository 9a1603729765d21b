// SPDX-License-Identifier: Apache-2.0
/* Logistic and softmax regression: C * sum of losses + |w|^2 / 2 over the kernel (never the intercept), divided by C * rows so that
 * tolerances do not depend on the number of rows, minimised by L-BFGS (linalg/lbfgs.h). Loss and gradient come from the
 * network's own graph, over the rows in parts.
 */
#include "base/kinds.h"
#include "linalg/householder.h"
#include "linalg/lbfgs.h"
#include "model/dataset_columns.h"
#include "model/learning.h"
#include "model/pass.h"
#include <math.h>
#include <string.h>

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
    { 0 },
};

static size_t one_sigmoid(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)options, (void)room;
    into[0] = l->outputs == 2 ? bmi_output_layer(1, "sigmoid") : bmi_output_layer(l->outputs, "softmax");
    return 1;
}

static size_t all_softmax(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)options, (void)room;
    into[0] = bmi_output_layer(l->outputs, "softmax");
    return 1;
}

static size_t all_shares(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)options, (void)room;
    into[0] = l->outputs == 2 ? bmi_output_layer(1, "sigmoid") : bmi_output_layer(l->outputs, "one_vs_rest");
    return 1;
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)options, (void)fit;
    const bm_shape out = l->model->network->heads[0].row;
    c->loss = out.dim[out.rank - 1] == 1 ? BM_BINARY_CROSSENTROPY : BM_SPARSE_CATEGORICAL_CROSSENTROPY;
}

enum { ROWS_AT_ONCE = 1024 };

typedef struct objective {
    bm_learning *l;
    bmi_network *n;
    bmi_dataset_columns columns;
    bmi_pass whole, rest;
    bm_tensor *kernel, *bias;
    double all;     /* weight of all rows */
    double penalty; /* 1 / (C * all) */
} objective;

/* The sum of the losses of all classes against the rest, each by its unit's sum s: of the output softmax(-softplus(-s)). */
static bm_node one_vs_rest_loss(const bmi_network *n, bool weighted)
{
    bm_node s = n->heads[0].output;
    for (int i = 0; i < 4; i++) s = bm_node_in(s, 0);
    const bm_shape shape = bm_node_shape(s);
    const bm_node t = bm_one_hot(n->heads[0].target, shape.dim[shape.rank - 1], bm_node_type(s)),
                  rows = bm_sum_over(bm_sigmoid_crossentropy(s, t), BM_AXES(-1));
    return bm_sum(weighted ? bm_mul(rows, n->eval_weight) : rows);
}

/* The sum of losses over a part of the rows, and its gradient. */
static bm_status make_passes(objective *o, const bm_dataset *d)
{
    bmi_network *n = o->n;
    bmi_error *e = &o->l->model->object.error;
    const bool w = o->columns.weighted;
    const bool shares = !strcmp(o->l->model->learner->name, "one_vs_rest") && o->l->outputs > 2;
    const bm_node loss = shares ? one_vs_rest_loss(n, w) : w ? n->eval_weighted : n->eval_data;
    bm_node xs[2] = { { NULL, -1 }, { NULL, -1 } }, dx[2];
    for (size_t i = 0; i < n->training.n_weights; i++)
        xs[strstr(n->training.weights[i].name, "/bias") != NULL] = n->training.weights[i].node;
    bm_gradients_at(loss, (bm_nodes){ xs, 2 }, (bm_node){ NULL, -1 }, dx, o->l->here);
    if (bmi_fail_from(e, &n->graph->object.error)) return e->status;
    bmi_pass_request r = { .guard = { NULL, -1 } };
    bmi_pass_feed(&r, n->input, o->columns.x_row);
    bmi_pass_feed(&r, n->heads[0].target, o->columns.t_row);
    if (w) bmi_pass_feed(&r, n->eval_weight, (bm_shape){ 0 });
    bmi_pass_fetch(&r, loss);
    bmi_pass_fetch(&r, dx[0]);
    bmi_pass_fetch(&r, dx[1]);
    const int64_t rest = d->rows % ROWS_AT_ONCE;
    if (d->rows >= ROWS_AT_ONCE && bmi_pass_make(&o->whole, n->session, &r, ROWS_AT_ONCE, e, o->l->here)) return e->status;
    if (rest) bmi_pass_make(&o->rest, n->session, &r, rest, e, o->l->here);
    return e->status;
}

static bool run_pass(objective *o, const bmi_pass *p, int64_t first, double *g, double *f)
{
    if (p->feed[0]) bmi_column_copy(&o->columns.x, p->feed[0], first, p->rows);
    if (p->feed[1]) bmi_column_copy(&o->columns.t, p->feed[1], first, p->rows);
    if (o->columns.weighted && p->feed[2]) bmi_column_copy(&o->columns.w, p->feed[2], first, p->rows);
    if (bmi_session_run(o->n->session, p->plan, o->l->here)) {
        bmi_fail_from(&o->l->model->object.error, &o->n->session->object.error);
        return false;
    }
    *f += bmi_pass_number(p->fetch[0]);
    for (int k = 1; k < 3; k++) {
        bmi_axpy(1, p->fetch[k]->data, g, p->fetch[k]->size);
        g += p->fetch[k]->size;
    }
    return true;
}

/* x: the kernel, then the bias. */
static bool function(void *user, const double *x, double *g, double *f)
{
    objective *o = user;
    const int64_t kernel = o->kernel->size, bias = o->bias->size, rows = o->l->train->rows;
    memcpy(o->kernel->data, x, (size_t)kernel * sizeof *x);
    memcpy(o->bias->data, x + kernel, (size_t)bias * sizeof *x);
    memset(g, 0, (size_t)(kernel + bias) * sizeof *g);
    double sum = 0, squares = 0;
    for (int64_t at = 0; at < rows; at += ROWS_AT_ONCE)
        if (!run_pass(o, rows - at < ROWS_AT_ONCE ? &o->rest : &o->whole, at, g, &sum)) return false;
    for (int64_t i = 0; i < kernel + bias; i++) g[i] /= o->all;
    for (int64_t i = 0; i < kernel; i++) {
        g[i] += o->penalty * x[i];
        squares += x[i] * x[i];
    }
    *f = sum / o->all + .5 * o->penalty * squares;
    return !atomic_load(&o->l->model->stop);
}

static bm_status begin(objective *o, const bm_logistic_options *options)
{
    bm_model *m = o->l->model;
    const bm_dataset *d = o->l->train;
    if (bmi_dataset_columns_make(&o->columns, o->n, d, &m->object.error, m->learner->name, o->l->here))
        return m->object.error.status;
    for (int64_t i = 0; i < d->rows; i++) o->all += bmi_row_weight(d, i);
    if (d->weights) bmi_column_make(&o->columns.w, d->weights, o->n->type, false);
    if (!(o->all > 0)) return bm_learning_fail(o->l, BM_E_DATA, "%s: the weights of all rows are 0", m->learner->name);
    o->penalty = 1 / (options->C * o->all);
    o->kernel = bmi_learning_weight(o->l, "kernel");
    o->bias = o->kernel ? bmi_learning_weight(o->l, "bias") : NULL;
    if (!o->bias) return m->object.error.status;
    return make_passes(o, d);
}

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_logistic_options *c = options;
    bm_model *m = l->model;
    objective o = { .l = l, .n = m->network };
    if (begin(&o, c)) return m->object.error.status;
    const int64_t n = o.kernel->size + o.bias->size;
    double *x = bm_learning_memory(l, (size_t)n * sizeof *x);
    if (!x) return m->object.error.status;
    bmi_lbfgs s = { .context = m->object.context,
                    .n = n,
                    .iterations = c->iterations,
                    .tolerance = c->tolerance,
                    .function = function,
                    .user = &o };
    const bm_status st = bmi_lbfgs_run(&s, x);
    bmi_object_clear(o.n->session);
    if (st) return bm_learning_fail(l, BM_E_MEMORY, "%s: out of memory for %lld weights", m->learner->name, (long long)n);
    if (m->object.error.status) return m->object.error.status;
    if (!isfinite(s.value))
        return bm_learning_fail(l, BM_E_NUMBER, "%s: the loss is not finite; are there numbers in the data that are not?",
                                m->learner->name);
    memcpy(o.kernel->data, x, (size_t)o.kernel->size * sizeof *x);
    memcpy(o.bias->data, x + o.kernel->size, (size_t)o.bias->size * sizeof *x);
    snprintf(m->stopped_by, sizeof m->stopped_by, "%s after %lld iterations",
             s.failed      ? "stop"
             : s.converged ? "converged"
                           : "not converged",
             (long long)s.done);
    return BM_OK;
}

static const bm_learner_kind logistic = {
    .size = sizeof(bm_learner_kind),
    .name = "logistic",
    .options_size = sizeof(bm_logistic_options),
    .fields = fields,
    .tasks = BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_WEIGHTED,
    .type = BM_F64,
    .layers = one_sigmoid,
    .compile = compile,
    .fit = fit,
    .doc = "Logistic regression with an L2 penalty, by L-BFGS; more than two classes by softmax.",
};
static const bm_learner_kind softmax = {
    .size = sizeof(bm_learner_kind),
    .name = "softmax",
    .options_size = sizeof(bm_logistic_options),
    .fields = fields,
    .tasks = BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_WEIGHTED,
    .type = BM_F64,
    .layers = all_softmax,
    .compile = compile,
    .fit = fit,
    .doc = "Softmax regression with an L2 penalty, by L-BFGS.",
};
static const bm_learner_kind one_vs_rest = {
    .size = sizeof(bm_learner_kind),
    .name = "one_vs_rest",
    .options_size = sizeof(bm_logistic_options),
    .fields = fields,
    .tasks = BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_WEIGHTED,
    .type = BM_F64,
    .layers = all_shares,
    .compile = compile,
    .fit = fit,
    .doc = "Logistic regression of each class against the rest, by L-BFGS.",
};
const bmi_kind bmi_kinds_learner_logistic[] = {
    { "learner", "logistic", &logistic }, { "learner", "softmax", &softmax }, { "learner", "one_vs_rest", &one_vs_rest }, { 0 }
};
