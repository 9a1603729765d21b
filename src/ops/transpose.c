// SPDX-License-Identifier: Apache-2.0
/* Axes in another order. The gradient goes back by the inverse order.
 */
#include "base/kinds.h"
#include "ops/walk.h"

static int64_t axis_of(const bm_axes *order, int64_t d, int64_t rank)
{
    return order->at[d] < 0 ? order->at[d] + rank : order->at[d];
}

static bm_status infer(bm_infer *i)
{
    const bm_axes *order = i->args;
    const bm_shape x = i->in_shape[0];
    unsigned mask;
    if (order->count != x.rank)
        return bm_infer_fail(i, BM_E_ARGUMENT, "%lld axes in the new order, x has %lld", (long long)order->count,
                             (long long)x.rank);
    if (bmi_infer_axes(i, x, order, false, &mask)) return BM_E_ARGUMENT;
    i->type = i->in_type[0];
    i->shape = (bm_shape){ .rank = x.rank };
    for (int64_t d = 0; d < x.rank; d++) i->shape.dim[d] = x.dim[axis_of(order, d, x.rank)];
    return BM_OK;
}

static bmi_copy_spec copy_of(const bm_axes *order, const bm_array *x, const bm_array *out)
{
    int64_t stride[BM_MAX_RANK], from[BM_MAX_RANK], to[BM_MAX_RANK];
    const int64_t rank = out->shape.rank;
    bmi_strides(&x->shape, stride);
    bmi_strides(&out->shape, to);
    for (int64_t d = 0; d < rank; d++) from[d] = stride[axis_of(order, d, rank)];
    return bmi_copy_of(out->type, &out->shape, out->data, to, x->data, from);
}

static void run(const bm_call *c)
{
    const bmi_copy_spec spec = copy_of(c->args, &c->in[0], &c->out);
    bmi_copy_now(&spec);
}

static bool bind(bmi_bind *b)
{
    const bmi_copy_spec spec = copy_of(b->args, &b->in[0], &b->out);
    return bmi_copy_emit(b, &spec);
}

static void grad(bm_node y, bm_node dy, bm_node *dx)
{
    const bm_axes *order = bm_node_args(y);
    bm_axes back = { .count = order->count };
    for (int64_t d = 0; d < order->count; d++) back.at[axis_of(order, d, order->count)] = d;
    dx[0] = bm_transpose(dy, back);
}

static const bm_example examples[] = {
    { .in = { BMI_REALS(1, 2, 3, 4, 5, 6) },
      .in_shape = { BMI_DIMS(2, 3) },
      .args = &(const bm_axes)BMI_DIMS(1, 0),
      .out = BMI_REALS(1, 4, 2, 5, 3, 6),
      .shape = BMI_DIMS(3, 2),
      .source = "by hand" },
    { .in = { BMI_REALS(1, 2, 3, 4, 5, 6, 7, 8) },
      .in_shape = { BMI_DIMS(2, 2, 2) },
      .args = &(const bm_axes)BMI_DIMS(2, 0, -2),
      .out = BMI_REALS(1, 3, 5, 7, 2, 4, 6, 8),
      .shape = BMI_DIMS(2, 2, 2),
      .source = "numpy 2.4: x.transpose(2, 0, 1)" },
};

static const bm_op bmi_op_transpose = { .size = sizeof(bm_op),
                                        .name = "transpose",
                                        .n_in = 1,
                                        .args_size = sizeof(bm_axes),
                                        .infer = infer,
                                        .grad = grad,
                                        .run = run,
                                        .bind = bind,
                                        BMI_EXAMPLES(examples),
                                        .doc = "axis i of the result is axis order[i] of x" };

bm_node bm_transpose_at(bm_node x, bm_axes order, bm_place here)
{
    const bm_axes args = bmi_axes_clean(order);
    return bmi_op1(&bmi_op_transpose, &args, x, here);
}

const bmi_kind bmi_kinds_op_transpose[] = { BMI_OP_KIND(transpose), { 0 } };
