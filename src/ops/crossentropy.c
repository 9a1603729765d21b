// SPDX-License-Identifier: Apache-2.0
/* Cross-entropy of the softmax of logits against labels, and its gradient as one operation.
 *
 * Shapes    logits x (.., classes); labels integers (..), or a distribution t (.., classes) each; loss (..).
 * Formula   loss = sum_c t_c (logsumexp(x) - x_c), for an integer label t is 1 at the label.
 * Gradient  by x: dy (softmax(x) sum(t) - t); by t: dy (logsumexp(x) - x).
 * Source    Goodfellow, Bengio, Courville, "Deep Learning", section 6.2.2.3.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "kernels/cpu/softmax.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include <math.h>

static bool is_index(bm_type t)
{
    return t == BM_I32 || t == BM_I64;
}

/* Checks logits against labels; *rows is the shape without classes. */
static bm_status check_labels(bm_infer *i, bm_shape *rows)
{
    const bm_shape x = i->in_shape[0], t = i->in_shape[1];
    const bool index = is_index(i->in_type[1]);
    char a[200], b[200];
    if (bmi_infer_rows(i, 0)) return BM_E_SHAPE;
    if (!index && i->in_type[1] != i->in_type[0])
        return bm_infer_fail(
            i, BM_E_TYPE,
            "the logits are %s, the labels %s: labels are i32 or i64 classes, or reals of the logits' type (bm_cast)",
            bm_type_name(i->in_type[0]), bm_type_name(i->in_type[1]));
    *rows = x;
    rows->rank--;
    bm_shape want = index ? *rows : x;
    bool fits = t.rank == want.rank;
    for (int64_t d = 0; fits && d < want.rank; d++) {
        fits = bmi_dims_fit(t.dim[d], want.dim[d]);
        if (d < rows->rank && rows->dim[d] == BM_ANY) rows->dim[d] = t.dim[d];
    }
    if (fits) return BM_OK;
    return bm_infer_fail(i, BM_E_SHAPE, "the logits are %s, the labels %s: %s", bmi_shape_text(a, &x), bmi_shape_text(b, &t),
                         index ? "one label for each row of logits" : "labels that are distributions have the logits' shape");
}

static bm_status infer(bm_infer *i)
{
    i->type = i->in_type[0];
    return check_labels(i, &i->shape);
}

static bm_status infer_grad(bm_infer *i)
{
    const bm_shape dy = i->in_shape[2];
    bm_shape rows;
    char a[200], b[200];
    if (check_labels(i, &rows)) return BM_E_SHAPE;
    bool fits = dy.rank == rows.rank && i->in_type[2] == i->in_type[0];
    for (int64_t d = 0; fits && d < rows.rank; d++) fits = bmi_dims_fit(dy.dim[d], rows.dim[d]);
    if (!fits)
        return bm_infer_fail(i, BM_E_SHAPE, "the logits are %s, the gradient of the loss is %s: one for each row",
                             bmi_shape_text(a, &i->in_shape[0]), bmi_shape_text(b, &dy));
    i->type = i->in_type[0];
    i->shape = i->in_shape[0];
    return BM_OK;
}

/* The label of a row, or -1 and a fault when it is outside. */
static int64_t label_of(const bm_call *c, int64_t row, int64_t classes)
{
    const bm_array *t = &c->in[1];
    const int64_t k = t->type == BM_I32 ? ((const int32_t *)t->data)[row] : ((const int64_t *)t->data)[row];
    if (k >= 0 && k < classes) return k;
    bm_call_fault(c, "label", k, row, classes);
    return -1;
}

static void run(const bm_call *c)
{
    const bm_array *x = &c->in[0], *t = &c->in[1];
    const int64_t n = x->shape.dim[x->shape.rank - 1];
    for (int64_t row = 0; row < c->out.size; row++) {
        const int64_t at = row * n;
        double top = 0, loss = 0;
        const double rest = n ? bmi_row_logsumexp(x, at, n, &top) : 0;
        if (is_index(t->type)) {
            const int64_t k = label_of(c, row, n);
            loss = k < 0 ? 0 : rest + (top - bmi_row_at(x, at + k));
        } else {
            for (int64_t j = 0; j < n; j++) {
                const double part = bmi_row_at(t, at + j);
                if (part != 0) loss += part * (rest + (top - bmi_row_at(x, at + j)));
            }
        }
        bmi_row_set(&c->out, row, loss);
    }
}

static void run_grad(const bm_call *c)
{
    const bm_array *x = &c->in[0], *t = &c->in[1];
    const int64_t n = x->shape.dim[x->shape.rank - 1];
    const bool index = is_index(t->type);
    for (int64_t row = 0; row < c->in[2].size && n; row++) {
        const int64_t at = row * n, k = index ? label_of(c, row, n) : -1;
        const double dy = bmi_row_at(&c->in[2], row);
        double top, mass = index ? 1 : 0;
        const double rest = bmi_row_logsumexp(x, at, n, &top);
        for (int64_t j = 0; !index && j < n; j++) mass += bmi_row_at(t, at + j);
        for (int64_t j = 0; j < n; j++) {
            const double p = exp(bmi_row_at(x, at + j) - top - rest), want = index ? (double)(j == k) : bmi_row_at(t, at + j);
            bmi_row_set(&c->out, at + j, dy * (p * mass - want));
        }
    }
}

/* ---- the fast kernel ---- */
typedef struct bound {
    bmi_crossentropy args;
    bmi_run_state *state;
    uint64_t number;
} bound;

static void fault(void *user, int64_t label, int64_t row)
{
    const bound *k = user;
    bmi_fault(k->state, k->number, "label", label, row, k->args.n);
}

static bool bind(bmi_bind *b, bool gradient)
{
    const bm_array *x = &b->in[0], *t = &b->in[1];
    const int64_t n = x->shape.dim[x->shape.rank - 1];
    bound *k = n ? bmi_bind_memory(b, sizeof *k) : NULL;
    if (!k) return b->failed;
    *k = (bound){ .state = b->state,
                  .number = b->number,
                  .args = { .isa = b->isa,
                            .real = x->type == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64,
                            .rows = x->size / n,
                            .n = n,
                            .x = x->data,
                            .label_type = t->type,
                            .fault = fault,
                            .fault_user = k } };
    if (is_index(t->type)) k->args.labels = t->data;
    else k->args.targets = t->data;
    if (gradient) {
        k->args.gradient = b->out.data;
        k->args.weight = b->in[2].data;
    } else k->args.loss = b->out.data;
    const int parts = bmi_softmax_parts(k->args.rows, n);
    bmi_bind_emit(b, b->op->name, bmi_crossentropy_run, &k->args, parts < b->threads ? parts : b->threads);
    return true;
}

static bool bind_loss(bmi_bind *b)
{
    return bind(b, false);
}
static bool bind_gradient(bmi_bind *b)
{
    return bind(b, true);
}

extern const bm_op bmi_op_softmax_crossentropy_grad;

/* (..) as (.., 1). */
static bm_node last_axis(bm_node rows)
{
    return bmi_expand_axes(rows, 1u << bm_node_shape(rows).rank);
}

static void grad(bm_node y, bm_node dy, bm_node *dx)
{
    const bm_node x = bm_node_in(y, 0), t = bm_node_in(y, 1);
    dx[0] = bmi_op3(&bmi_op_softmax_crossentropy_grad, NULL, x, t, dy, BM_HERE);
    if (bmi_type_is_real(bm_node_type(t)) && bmi_may_need(t)) dx[1] = bm_neg(bm_mul(bm_log_softmax(x), last_axis(dy)));
}

/* y = d (p S - t), p = softmax(x), S = sum t; with adjoint g: by x  d S p (g - sum(g p)), by d  sum(g (p S - t)),
 * by t  d (sum(g p) - g). */
static void grad_grad(bm_node y, bm_node g, bm_node *dx)
{
    const bm_node x = bm_node_in(y, 0), labels = bm_node_in(y, 1), d = last_axis(bm_node_in(y, 2));
    const bool real = bmi_type_is_real(bm_node_type(labels));
    const bm_axes last = BM_AXES(-1);
    const bm_node p = bm_softmax(x), gp = bm_sum_keep(bm_mul(g, p), last);
    const bm_shape shape = bm_node_shape(x);
    const bm_node t = real ? labels : bm_one_hot(labels, shape.dim[shape.rank - 1], bm_node_type(x));
    const bm_node mass = real ? bm_sum_keep(t, last) : bmi_number_like(x, 1);
    dx[0] = bm_mul(bm_mul(d, mass), bm_mul(p, bm_sub(g, gp)));
    dx[2] = bm_sum_over(bm_mul(g, bm_sub(bm_mul(p, mass), t)), last);
    if (real) dx[1] = bm_mul(d, bm_sub(gp, g));
}

#define LOGITS BMI_REALS(1, 2, 3, 1000, 0, -1000)
static const bm_example examples[] = {
    { .in = { LOGITS, BMI_REALS(2, 1) },
      .in_type = { 0, BM_I32 },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(2) },
      .out = BMI_REALS(.4076059644443804, 1000),
      .shape = BMI_DIMS(2),
      .source = "scipy 1.17: -log_softmax(x)[row, label]" },
    { .in = { LOGITS, BMI_REALS(.5, 0, .5, 1, 0, 0) },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(2, 3) },
      .out = BMI_REALS(1.4076059644443806, 0),
      .shape = BMI_DIMS(2),
      .source = "scipy 1.17: -(t * log_softmax(x)).sum(-1)" },
};
static const bm_example examples_grad[] = {
    { .in = { LOGITS, BMI_REALS(2, 1), BMI_REALS(1, 2) },
      .in_type = { 0, BM_I64 },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(2), BMI_DIMS(2) },
      .out = BMI_REALS(.09003057317038046, .24472847105479764, .6652409557748218 - 1, 2, -2, 0),
      .shape = BMI_DIMS(2, 3),
      .source = "scipy 1.17: dy (softmax(x) - one_hot)" },
    { .in = { LOGITS, BMI_REALS(0, 1, 0, 0, 0, 0), BMI_REALS(1, 2) },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(2, 3), BMI_DIMS(2) },
      .out = BMI_REALS(.09003057317038046, .24472847105479764 - 1, .6652409557748218, 0, 0, 0),
      .shape = BMI_DIMS(2, 3),
      .source = "scipy 1.17: dy (softmax(x) sum(t) - t)" },
};

static const bm_op bmi_op_softmax_crossentropy = {
    .size = sizeof(bm_op),
    .name = "softmax_crossentropy",
    .n_in = 2,
    .infer = infer,
    .grad = grad,
    .run = run,
    .bind = bind_loss,
    BMI_EXAMPLES(examples),
    .doc = "-log softmax(logits)[label] of each row; labels classes or distributions"
};
const bm_op bmi_op_softmax_crossentropy_grad = {
    .size = sizeof(bm_op),
    .name = "softmax_crossentropy_grad",
    .n_in = 3,
    .infer = infer_grad,
    .grad = grad_grad,
    .run = run_grad,
    .bind = bind_gradient,
    BMI_EXAMPLES(examples_grad),
    .doc = "dy (softmax(logits) - label) of each row: the gradient of softmax_crossentropy"
};

bm_node bm_softmax_crossentropy_at(bm_node logits, bm_node labels, bm_place here)
{
    return bmi_op2(&bmi_op_softmax_crossentropy, NULL, logits, labels, here);
}

const bmi_kind bmi_kinds_op_crossentropy[] = { BMI_OP_KIND(softmax_crossentropy),
                                               BMI_OP_KIND(softmax_crossentropy_grad),
                                               { 0 } };
