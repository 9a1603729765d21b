// SPDX-License-Identifier: Apache-2.0
/* Operations on shapes that only a run knows: broadcasting to another node's shape, its reverse, and the number of elements.
 * Of the node they look at, only the shape is used. Broadcasting and summing back are each other's gradient.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "ops/elementwise.h"
#include "ops/reduce.h"
#include "ops/walk.h"

/* The shape of `large`, as far as both shapes tell, when `small` broadcasts to exactly it. */
static bm_status infer_between(bm_infer *i, const bm_shape *small, const bm_shape *large, const char *doing)
{
    char a[200], b[200];
    bool fits = small->rank <= large->rank && bmi_shape_broadcast(*small, *large, &i->shape);
    for (int64_t d = 0; fits && d < large->rank; d++) {
        if (large->dim[d] != BM_ANY && i->shape.dim[d] != BM_ANY && i->shape.dim[d] != large->dim[d]) fits = false;
        if (large->dim[d] != BM_ANY) i->shape.dim[d] = large->dim[d];
    }
    i->type = i->in_type[0];
    if (fits) return BM_OK;
    return bm_infer_fail(i, BM_E_SHAPE, "%s %s to %s: dimensions must be equal, or 1 in the smaller shape", doing,
                         bmi_shape_text(a, &i->in_shape[0]), bmi_shape_text(b, &i->in_shape[1]));
}

static bm_status infer_broadcast(bm_infer *i)
{
    return infer_between(i, &i->in_shape[0], &i->in_shape[1], "cannot broadcast");
}

static bm_status infer_sum(bm_infer *i)
{
    const bm_type t = i->in_type[0];
    if (!bmi_type_is_real(t) && t != BM_I32 && t != BM_I64)
        return bm_infer_fail(i, BM_E_TYPE, "input 1 is %s; it takes numbers, f32, f64, i32 or i64 (bm_cast changes the type)",
                             bm_type_name(t));
    if (infer_between(i, &i->in_shape[1], &i->in_shape[0], "cannot sum")) return BM_E_SHAPE;
    i->shape = i->in_shape[1];
    return BM_OK;
}

static bmi_copy_spec copy_of(const bm_array *x, const bm_array *out)
{
    int64_t from[BM_MAX_RANK], to[BM_MAX_RANK];
    bmi_broadcast_strides(&x->shape, &out->shape, from);
    bmi_strides(&out->shape, to);
    return bmi_copy_of(out->type, &out->shape, out->data, to, x->data, from);
}

static void run_broadcast(const bm_call *c)
{
    const bmi_copy_spec spec = copy_of(&c->in[0], &c->out);
    bmi_copy_now(&spec);
}

static bool bind_broadcast(bmi_bind *b)
{
    const bmi_copy_spec spec = copy_of(&b->in[0], &b->out);
    return bmi_copy_emit(b, &spec);
}

/* The axes of x that were repeated to make it from the smaller shape. */
static unsigned repeated_axes(const bm_shape *small, const bm_shape *large)
{
    const int64_t shift = large->rank - small->rank;
    unsigned mask = 0;
    for (int64_t d = 0; d < large->rank; d++)
        if (d < shift || small->dim[d - shift] != large->dim[d]) mask |= 1u << d;
    return mask;
}

static void run_sum(const bm_call *c)
{
    bmi_reduce_plain(BMI_SUM, 0, &c->in[0], &c->out, repeated_axes(&c->out.shape, &c->in[0].shape));
}

static bool bind_sum(bmi_bind *b)
{
    return bmi_reduce_fast(b, BMI_SUM, 0, repeated_axes(&b->out.shape, &b->in[0].shape));
}

static void grad_broadcast(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_undo_broadcast(dy, bm_node_in(y, 0));
}

static void grad_sum(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bm_broadcast_like(dy, bm_node_in(y, 0));
}

static bm_status infer_size(bm_infer *i)
{
    i->type = (bm_type) * (const int64_t *)i->args;
    i->shape = (bm_shape){ 0 };
    if (bmi_type_is_real(i->type) || i->type == BM_I32 || i->type == BM_I64) return BM_OK;
    return bm_infer_fail(i, BM_E_TYPE, "a number of elements cannot be %s; use f32, f64, i32 or i64", bm_type_name(i->type));
}

static void run_size(const bm_call *c)
{
    const int64_t n = c->in[0].size;
    switch (c->out.type) {
    case BM_F32: *(float *)c->out.data = (float)n; break;
    case BM_F64: *(double *)c->out.data = (double)n; break;
    case BM_I32: *(int32_t *)c->out.data = (int32_t)n; break;
    default: *(int64_t *)c->out.data = n; break;
    }
}

#define SIX BMI_REALS(1, 2, 3, 4, 5, 6)
static const bm_example examples_broadcast[] = {
    { .in = { BMI_REALS(1, 2), SIX },
      .in_shape = { BMI_DIMS(2, 1), BMI_DIMS(2, 3) },
      .out = BMI_REALS(1, 1, 1, 2, 2, 2),
      .shape = BMI_DIMS(2, 3),
      .source = "by hand" },
};
static const bm_example examples_sum[] = {
    { .in = { SIX, BMI_REALS(0, 0, 0) },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(3) },
      .out = BMI_REALS(5, 7, 9),
      .shape = BMI_DIMS(3),
      .source = "by hand" },
    { .in = { SIX, BMI_REALS(0, 0) },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(2, 1) },
      .out = BMI_REALS(6, 15),
      .shape = BMI_DIMS(2, 1),
      .source = "by hand" },
};
static const bm_example examples_size[] = {
    { .in = { SIX },
      .in_shape = { BMI_DIMS(2, 3) },
      .args = &(const int64_t){ BM_I64 },
      .out = BMI_REALS(6),
      .source = "by hand" },
};

static const bm_op bmi_op_broadcast_like = { .size = sizeof(bm_op),
                                             .name = "broadcast_like",
                                             .n_in = 2,
                                             .flags = BM_OP_ELEMENTWISE,
                                             .shape_inputs = 2,
                                             .infer = infer_broadcast,
                                             .grad = grad_broadcast,
                                             .run = run_broadcast,
                                             .bind = bind_broadcast,
                                             .vector = &bmi_code_copy,
                                             BMI_EXAMPLES(examples_broadcast),
                                             .doc = "x broadcast to the shape of the second input" };
static const bm_op bmi_op_sum_like = { .size = sizeof(bm_op),
                                       .name = "sum_like",
                                       .n_in = 2,
                                       .shape_inputs = 2,
                                       .infer = infer_sum,
                                       .grad = grad_sum,
                                       .run = run_sum,
                                       .bind = bind_sum,
                                       BMI_EXAMPLES(examples_sum),
                                       .doc = "x summed to the shape of the second input" };
static const bm_op bmi_op_size = { .size = sizeof(bm_op),
                                   .name = "size",
                                   .n_in = 1,
                                   .args_size = sizeof(int64_t),
                                   .flags = BM_OP_NO_GRADIENT,
                                   .shape_inputs = 1,
                                   .infer = infer_size,
                                   .run = run_size,
                                   BMI_EXAMPLES(examples_size),
                                   .doc = "number of elements, rank 0" };

/* When both shapes are known to be equal there is nothing to do, and no node is made. */
static bool same_shape(bm_node x, bm_node like)
{
    return bm_node_ok(x) && bm_node_ok(like) && x.graph == like.graph && bmi_shape_known(bm_node_shape(x)) &&
           bmi_shape_equal(bm_node_shape(x), bm_node_shape(like));
}

bm_node bm_broadcast_like_at(bm_node x, bm_node like, bm_place here)
{
    return same_shape(x, like) ? x : bmi_op2(&bmi_op_broadcast_like, NULL, x, like, here);
}

bm_node bm_sum_like_at(bm_node x, bm_node like, bm_place here)
{
    return same_shape(x, like) ? x : bmi_op2(&bmi_op_sum_like, NULL, x, like, here);
}

bm_node bm_size_at(bm_node x, bm_type type, bm_place here)
{
    return bmi_op1(&bmi_op_size, &(int64_t){ type }, x, here);
}

const bmi_kind bmi_kinds_op_like[] = { BMI_OP_KIND(broadcast_like), BMI_OP_KIND(sum_like), BMI_OP_KIND(size), { 0 } };
