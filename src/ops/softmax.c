// SPDX-License-Identifier: Apache-2.0
/* Softmax and its logarithm along the last axis, the largest taken out first.
 *
 * Gradients  softmax y: y (dy - sum(dy y));  log-softmax y: dy - e^y sum(dy).
 * Source     Goodfellow, Bengio, Courville, "Deep Learning", sections 4.1 and 6.2.2.3.
 */
#include "base/kinds.h"
#include "ops/op.h"
#include "ops/softmax.h"
#include <math.h>

bm_status bmi_infer_rows(bm_infer *i, int input)
{
    if (bmi_infer_real(i, input)) return BM_E_TYPE;
    if (i->in_shape[input].rank < 1) return bm_infer_fail(i, BM_E_SHAPE, "input %d is (): there is no axis of classes", input + 1);
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
    const int64_t   n = x->shape.dim[x->shape.rank - 1];
    for (int64_t at = 0; at < x->size; at += n) {
        double       top;
        const double rest = bmi_row_logsumexp(x, at, n, &top);
        for (int64_t j = 0; j < n; j++) {
            const double v = bmi_row_at(x, at + j) - top - rest;
            bmi_row_set(&c->out, at + j, logarithm ? v : exp(v));
        }
    }
}

static void run_softmax(const bm_call *c) { run(c, false); }
static void run_log_softmax(const bm_call *c) { run(c, true); }

static void grad_softmax(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bm_mul(y, bm_sub(dy, bm_sum_keep(bm_mul(dy, y), BM_AXES(-1))));
}

static void grad_log_softmax(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bm_sub(dy, bm_mul(bm_exp(y), bm_sum_keep(dy, BM_AXES(-1))));
}

#define SIX .in = { BMI_REALS(1, 2, 3, 1000, 0, -1000) }, .in_shape = { BMI_DIMS(2, 3) }, .shape = BMI_DIMS(2, 3)
static const bm_example examples_softmax[] = {
    { SIX, .out = BMI_REALS(.09003057317038046, .24472847105479764, .6652409557748218, 1, 0, 0), .source = "scipy 1.17: scipy.special.softmax" },
};
static const bm_example examples_log_softmax[] = {
    { SIX, .out = BMI_REALS(-2.4076059644443806, -1.4076059644443804, -.4076059644443804, 0, -1000, -2000), .source = "scipy 1.17: scipy.special.log_softmax" },
};

static const bm_op bmi_op_softmax = { .size = sizeof(bm_op), .name = "softmax", .n_in = 1, .infer = infer, .grad = grad_softmax, .run = run_softmax,
                                      BMI_EXAMPLES(examples_softmax), .doc = "e^x / sum e^x along the last axis" };
static const bm_op bmi_op_log_softmax = { .size = sizeof(bm_op), .name = "log_softmax", .n_in = 1, .infer = infer, .grad = grad_log_softmax,
                                          .run = run_log_softmax, BMI_EXAMPLES(examples_log_softmax), .doc = "x - log sum e^x along the last axis" };

bm_node bm_softmax_at(bm_node x, bm_place here)
{
    return bmi_op1(&bmi_op_softmax, NULL, x, here);
}

bm_node bm_log_softmax_at(bm_node x, bm_place here)
{
    return bmi_op1(&bmi_op_log_softmax, NULL, x, here);
}

const bmi_kind bmi_kinds_op_softmax[] = { BMI_OP_KIND(softmax), BMI_OP_KIND(log_softmax), { 0 } };
