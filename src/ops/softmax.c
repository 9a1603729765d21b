// SPDX-License-Identifier: Apache-2.0
/* Softmax and its logarithm along the last axis, the largest taken out first.
 *
 * Gradients  softmax y: y (dy - sum(dy y));  log-softmax y: dy - e^y sum(dy).
 * Source     Goodfellow, Bengio, Courville, "Deep Learning", sections 4.1 and 6.2.2.3.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "kernels/cpu/softmax.h"
#include "ops/softmax.h"
#include <math.h>

bm_status bmi_infer_rows(bm_infer *i, int input)
{
    if (bmi_infer_real(i, input)) return BM_E_TYPE;
    if (i->in_shape[input].rank < 1)
        return bm_infer_fail(i, BM_E_SHAPE, "input %d is (): there is no axis of classes", input + 1);
    return BM_OK;
}

static bm_status infer(bm_infer *i)
{
    return bmi_infer_rows(i, 0) ? BM_E_SHAPE : bmi_infer_same(i);
}

double bmi_row_at(const bm_array *x, int64_t k)
{
    return x->type == BM_F32 ? (double)((const float *)x->data)[k] : ((const double *)x->data)[k];
}

void bmi_row_set(const bm_array *x, int64_t k, double v)
{
    if (x->type == BM_F32) ((float *)x->data)[k] = (float)v;
    else ((double *)x->data)[k] = v;
}

double bmi_row_logsumexp(const bm_array *x, int64_t at, int64_t n, double *largest)
{
    double top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < n; j++) top = bmi_row_at(x, at + j) > top ? bmi_row_at(x, at + j) : top;
    for (int64_t j = 0; j < n; j++) sum += exp(bmi_row_at(x, at + j) - top);
    *largest = top;
    return log(sum);
}

static void run(const bm_call *c, bool logarithm)
{
    const bm_array *x = &c->in[0];
    const int64_t n = x->shape.dim[x->shape.rank - 1];
    for (int64_t at = 0; at < x->size; at += n) {
        double top;
        const double rest = bmi_row_logsumexp(x, at, n, &top);
        for (int64_t j = 0; j < n; j++) {
            const double v = bmi_row_at(x, at + j) - top - rest;
            bmi_row_set(&c->out, at + j, logarithm ? v : exp(v));
        }
    }
}

static void run_softmax(const bm_call *c)
{
    run(c, false);
}
static void run_log_softmax(const bm_call *c)
{
    run(c, true);
}

/* The gradients as plain kernels: y (dy - sum(dy y)), dy - e^y sum(dy). */
static void run_gradient(const bm_call *c, bool logarithm)
{
    const bm_array *y = &c->in[0], *dy = &c->in[1];
    const int64_t n = y->shape.dim[y->shape.rank - 1];
    for (int64_t at = 0; at < y->size; at += n) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++) sum += bmi_row_at(dy, at + j) * (logarithm ? 1 : bmi_row_at(y, at + j));
        for (int64_t j = 0; j < n; j++) {
            const double v = bmi_row_at(y, at + j), d = bmi_row_at(dy, at + j);
            bmi_row_set(&c->out, at + j, logarithm ? d - exp(v) * sum : v * (d - sum));
        }
    }
}

static void run_softmax_grad(const bm_call *c)
{
    run_gradient(c, false);
}
static void run_log_softmax_grad(const bm_call *c)
{
    run_gradient(c, true);
}

static bool bind(bmi_bind *b, bmi_softmax_kind kind)
{
    const bm_array *x = &b->in[0];
    const int64_t n = x->shape.dim[x->shape.rank - 1];
    bmi_softmax *args = bmi_bind_memory(b, sizeof *args);
    if (!args) return true;
    *args = (bmi_softmax){ .isa = b->isa,
                           .real = x->type == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64,
                           .kind = kind,
                           .rows = x->size / n,
                           .n = n,
                           .x = x->data,
                           .dy = b->n_in > 1 ? b->in[1].data : NULL,
                           .y = b->out.data };
    const int parts = bmi_softmax_parts(args->rows, n);
    bmi_bind_emit(b, b->op->name, bmi_softmax_run, args, parts < b->threads ? parts : b->threads);
    return true;
}

static bool bind_softmax(bmi_bind *b)
{
    return bind(b, BMI_SOFTMAX);
}
static bool bind_log_softmax(bmi_bind *b)
{
    return bind(b, BMI_LOG_SOFTMAX);
}
static bool bind_softmax_grad(bmi_bind *b)
{
    return bind(b, BMI_SOFTMAX_GRADIENT);
}
static bool bind_log_softmax_grad(bmi_bind *b)
{
    return bind(b, BMI_LOG_SOFTMAX_GRADIENT);
}

extern const bm_op bmi_op_softmax_grad, bmi_op_log_softmax_grad;

static bm_node row_sum(bm_node x)
{
    return bm_sum_keep(x, BM_AXES(-1));
}

static void grad_softmax(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_op2(&bmi_op_softmax_grad, NULL, y, dy, BM_HERE);
}

static void grad_log_softmax(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_op2(&bmi_op_log_softmax_grad, NULL, y, dy, BM_HERE);
}

/* Of y (d - sum(d y)), adjoint g: by y  g (d - sum(d y)) - d sum(g y), by d  y (g - sum(g y)). */
static void grad_softmax_grad(bm_node f, bm_node g, bm_node *dx)
{
    const bm_node y = bm_node_in(f, 0), d = bm_node_in(f, 1);
    if (bmi_may_need(y)) dx[0] = bm_sub(bm_mul(g, bm_sub(d, row_sum(bm_mul(d, y)))), bm_mul(d, row_sum(bm_mul(g, y))));
    if (bmi_may_need(d)) dx[1] = bmi_op2(&bmi_op_softmax_grad, NULL, y, g, BM_HERE);
}

/* Of d - e^y sum(d), adjoint g: by y  -g e^y sum(d), by d  g - sum(g e^y). */
static void grad_log_softmax_grad(bm_node f, bm_node g, bm_node *dx)
{
    const bm_node y = bm_node_in(f, 0), d = bm_node_in(f, 1), ge = bm_mul(g, bm_exp(y));
    if (bmi_may_need(y)) dx[0] = bm_neg(bm_mul(ge, row_sum(d)));
    if (bmi_may_need(d)) dx[1] = bm_sub(g, row_sum(ge));
}

static bm_status infer_gradient(bm_infer *i)
{
    char a[200], b[200];
    if (bmi_infer_rows(i, 0)) return BM_E_SHAPE;
    if (bmi_infer_types_agree(i)) return BM_E_TYPE;
    i->type = i->in_type[0];
    i->shape = i->in_shape[0];
    bool fits = i->in_shape[1].rank == i->shape.rank;
    for (int64_t d = 0; fits && d < i->shape.rank; d++) fits = bmi_dims_fit(i->shape.dim[d], i->in_shape[1].dim[d]);
    return fits ? BM_OK
                : bm_infer_fail(i, BM_E_SHAPE, "y is %s, its gradient %s: they must be alike", bmi_shape_text(a, &i->shape),
                                bmi_shape_text(b, &i->in_shape[1]));
}

#define SIX .in = { BMI_REALS(1, 2, 3, 1000, 0, -1000) }, .in_shape = { BMI_DIMS(2, 3) }, .shape = BMI_DIMS(2, 3)
static const bm_example examples_softmax[] = {
    { SIX, .out = BMI_REALS(.09003057317038046, .24472847105479764, .6652409557748218, 1, 0, 0),
      .source = "scipy 1.17: scipy.special.softmax" },
};
static const bm_example examples_log_softmax[] = {
    { SIX, .out = BMI_REALS(-2.4076059644443806, -1.4076059644443804, -.4076059644443804, 0, -1000, -2000),
      .source = "scipy 1.17: scipy.special.log_softmax" },
};

static const bm_example examples_softmax_grad[] = {
    { .in = { BMI_REALS(.25, .75, .5, .5), BMI_REALS(1, 2, 3, -1) },
      .in_shape = { BMI_DIMS(2, 2), BMI_DIMS(2, 2) },
      .shape = BMI_DIMS(2, 2),
      .out = BMI_REALS(-.1875, .1875, 1, -1),
      .source = "by hand" },
};
static const bm_example examples_log_softmax_grad[] = {
    { .in = { BMI_REALS(0, 0), BMI_REALS(1, 2) },
      .in_shape = { BMI_DIMS(1, 2), BMI_DIMS(1, 2) },
      .shape = BMI_DIMS(1, 2),
      .out = BMI_REALS(-2, -1),
      .source = "by hand" },
};

#define ROWS(name_, inputs, infer_, doc_)                          \
    const bm_op bmi_op_##name_ = { .size = sizeof(bm_op),          \
                                   .name = #name_,                 \
                                   .n_in = inputs,                 \
                                   .infer = infer_,                \
                                   .grad = grad_##name_,           \
                                   .run = run_##name_,             \
                                   .bind = bind_##name_,           \
                                   BMI_EXAMPLES(examples_##name_), \
                                   .doc = doc_ };
extern const bm_op bmi_op_softmax, bmi_op_log_softmax;
ROWS(softmax, 1, infer, "e^x / sum e^x along the last axis")
ROWS(log_softmax, 1, infer, "x - log sum e^x along the last axis")
ROWS(softmax_grad, 2, infer_gradient, "y (dy - sum(dy y)) along the last axis: the gradient of softmax from its value")
ROWS(log_softmax_grad, 2, infer_gradient, "dy - e^y sum(dy) along the last axis: the gradient of log_softmax from its value")

bm_node bm_softmax_at(bm_node x, bm_place here)
{
    return bmi_op1(&bmi_op_softmax, NULL, x, here);
}

bm_node bm_log_softmax_at(bm_node x, bm_place here)
{
    return bmi_op1(&bmi_op_log_softmax, NULL, x, here);
}

const bmi_kind bmi_kinds_op_softmax[] = {
    BMI_OP_KIND(softmax), BMI_OP_KIND(log_softmax), BMI_OP_KIND(softmax_grad), BMI_OP_KIND(log_softmax_grad), { 0 }
};
