// SPDX-License-Identifier: Apache-2.0
/* Slices: a block cut out of an array. slice has its sizes given; slice_like takes them from another node, and pad_like puts a
 * block back among zeros. The last two are the gradient of each other, and pad_like that of slice, also where a dimension is
 * not known before a run.
 */
#include "ops/slice.h"
#include "base/kinds.h"
#include "base/text.h"
#include "ops/walk.h"

typedef struct slice_args {
    bm_axes begin, size;
} slice_args;

static int64_t start_of(const bm_axes *begin, int64_t d, int64_t dim)
{
    return begin->at[d] < 0 ? begin->at[d] + dim : begin->at[d];
}

static bm_status infer_slice(bm_infer *i)
{
    const slice_args *args = i->args;
    const bm_shape x = i->in_shape[0];
    char text[200];
    if (args->begin.count != x.rank || args->size.count != x.rank)
        return bm_infer_fail(i, BM_E_ARGUMENT, "%lld begins and %lld sizes for x %s: one of each for each axis",
                             (long long)args->begin.count, (long long)args->size.count, bmi_shape_text(text, &x));
    i->type = i->in_type[0];
    i->shape = (bm_shape){ .rank = x.rank };
    for (int64_t d = 0; d < x.rank; d++) {
        const int64_t size = args->size.at[d], dim = x.dim[d];
        if (dim == BM_ANY) {
            i->shape.dim[d] = size;
            continue;
        }
        const int64_t begin = start_of(&args->begin, d, dim);
        if (begin < 0 || begin > dim || size < -1 || (size >= 0 && size > dim - begin))
            return bm_infer_fail(i, BM_E_SHAPE, "x is %s: %lld elements from %lld on do not lie in axis %lld",
                                 bmi_shape_text(text, &x), (long long)size, (long long)args->begin.at[d], (long long)d);
        i->shape.dim[d] = size >= 0 ? size : dim - begin;
    }
    return BM_OK;
}

/* x holds like's shape at `begin` (slice_like), or like holds x's (pad_like). */
static bm_status check_inside(bm_infer *i, const bm_shape *small, const bm_shape *large)
{
    const bm_axes *begin = i->args;
    char a[200], b[200];
    bool fits = small->rank == large->rank && begin->count == large->rank;
    for (int64_t d = 0; fits && d < large->rank; d++) {
        if (small->dim[d] == BM_ANY || large->dim[d] == BM_ANY) continue;
        const int64_t at = start_of(begin, d, large->dim[d]);
        fits = at >= 0 && small->dim[d] <= large->dim[d] - at;
    }
    i->type = i->in_type[0];
    i->shape = i->in_shape[1];
    if (fits) return BM_OK;
    return bm_infer_fail(i, BM_E_SHAPE, "a block %s does not lie in %s at the place asked for", bmi_shape_text(a, small),
                         bmi_shape_text(b, large));
}

static bm_status infer_slice_like(bm_infer *i)
{
    return check_inside(i, &i->in_shape[1], &i->in_shape[0]);
}

static bm_status infer_pad_like(bm_infer *i)
{
    return check_inside(i, &i->in_shape[0], &i->in_shape[1]);
}

/* The copy between an array and the block at `begin` in a larger one. */
static bmi_copy_spec copy_of(const bm_array *large, const bm_array *block, const bm_axes *begin, bool out_of)
{
    int64_t in_large[BM_MAX_RANK], in_block[BM_MAX_RANK], at = 0;
    bmi_strides(&large->shape, in_large);
    bmi_strides(&block->shape, in_block);
    for (int64_t d = 0; d < large->shape.rank; d++) at += start_of(begin, d, large->shape.dim[d]) * in_large[d];
    void *place = block->size ? bmi_element(large, at) : large->data;
    if (out_of) return bmi_copy_of(block->type, &block->shape, block->data, in_block, place, in_large);
    return bmi_copy_of(block->type, &block->shape, place, in_large, block->data, in_block);
}

static void cut(const bm_call *c, const bm_axes *begin)
{
    const bmi_copy_spec spec = copy_of(&c->in[0], &c->out, begin, true);
    bmi_copy_now(&spec);
}

static bool bind_cut(bmi_bind *b, const bm_axes *begin)
{
    const bmi_copy_spec spec = copy_of(&b->in[0], &b->out, begin, true);
    return bmi_copy_emit(b, &spec);
}

static void run_slice(const bm_call *c)
{
    cut(c, &((const slice_args *)c->args)->begin);
}
static void run_slice_like(const bm_call *c)
{
    cut(c, c->args);
}
static bool bind_slice(bmi_bind *b)
{
    return bind_cut(b, &((const slice_args *)b->args)->begin);
}
static bool bind_slice_like(bmi_bind *b)
{
    return bind_cut(b, b->args);
}

static void run_pad_like(const bm_call *c)
{
    const bmi_copy_spec spec = copy_of(&c->out, &c->in[0], c->args, false);
    bmi_fill_array(&c->out, 0);
    bmi_copy_now(&spec);
}

static bool bind_pad_like(bmi_bind *b)
{
    const bmi_copy_spec spec = copy_of(&b->out, &b->in[0], b->args, false);
    return bmi_fill_emit(b, &b->out, 0) && bmi_copy_emit(b, &spec);
}

static void grad_slice(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_pad_like(dy, bm_node_in(y, 0), ((const slice_args *)bm_node_args(y))->begin);
}

static void grad_slice_like(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_pad_like(dy, bm_node_in(y, 0), *(const bm_axes *)bm_node_args(y));
}

static void grad_pad_like(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_slice_like(dy, bm_node_in(y, 0), *(const bm_axes *)bm_node_args(y));
}

#define SIX .in = { BMI_REALS(1, 2, 3, 4, 5, 6), BMI_REALS(0, 0) }
static const bm_example examples_slice[] = {
    { SIX, .in_shape = { BMI_DIMS(2, 3) }, .args = &(const slice_args){ BMI_DIMS(0, 1), BMI_DIMS(2, 1) },
      .out = BMI_REALS(2, 5), .shape = BMI_DIMS(2, 1), .source = "by hand" },
    { SIX, .in_shape = { BMI_DIMS(2, 3) }, .args = &(const slice_args){ BMI_DIMS(-1, -2), BMI_DIMS(1, -1) },
      .out = BMI_REALS(5, 6), .shape = BMI_DIMS(1, 2), .source = "by hand" },
};
static const bm_example examples_slice_like[] = {
    { SIX, .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(1, 2) }, .args = &(const bm_axes)BMI_DIMS(1, 0), .out = BMI_REALS(4, 5),
      .shape = BMI_DIMS(1, 2), .source = "by hand" },
};
static const bm_example examples_pad_like[] = {
    { .in = { BMI_REALS(7, 8), BMI_REALS(0, 0, 0, 0, 0, 0) },
      .in_shape = { BMI_DIMS(1, 2), BMI_DIMS(2, 3) },
      .args = &(const bm_axes)BMI_DIMS(-1, 1),
      .out = BMI_REALS(0, 0, 0, 0, 7, 8),
      .shape = BMI_DIMS(2, 3),
      .source = "by hand" },
};

static const bm_op bmi_op_slice = { .size = sizeof(bm_op),
                                    .name = "slice",
                                    .n_in = 1,
                                    .args_size = sizeof(slice_args),
                                    .infer = infer_slice,
                                    .grad = grad_slice,
                                    .run = run_slice,
                                    .bind = bind_slice,
                                    BMI_EXAMPLES(examples_slice),
                                    .doc = "elements begin[i] .. begin[i] + size[i] - 1 of each axis i" };
static const bm_op bmi_op_slice_like = { .size = sizeof(bm_op),
                                         .name = "slice_like",
                                         .n_in = 2,
                                         .args_size = sizeof(bm_axes),
                                         .shape_inputs = 2,
                                         .infer = infer_slice_like,
                                         .grad = grad_slice_like,
                                         .run = run_slice_like,
                                         .bind = bind_slice_like,
                                         BMI_EXAMPLES(examples_slice_like),
                                         .doc = "the block of x at `begin` that has the shape of the second input" };
static const bm_op bmi_op_pad_like = { .size = sizeof(bm_op),
                                       .name = "pad_like",
                                       .n_in = 2,
                                       .args_size = sizeof(bm_axes),
                                       .shape_inputs = 2,
                                       .infer = infer_pad_like,
                                       .grad = grad_pad_like,
                                       .run = run_pad_like,
                                       .bind = bind_pad_like,
                                       BMI_EXAMPLES(examples_pad_like),
                                       .doc = "x at `begin` among zeros, in the shape of the second input" };

bm_node bmi_slice_like(bm_node x, bm_node like, bm_axes begin)
{
    return bmi_op2(&bmi_op_slice_like, &begin, x, like, BM_HERE);
}

bm_node bmi_pad_like(bm_node x, bm_node like, bm_axes begin)
{
    return bmi_op2(&bmi_op_pad_like, &begin, x, like, BM_HERE);
}

bm_node bm_slice_at(bm_node x, bm_axes begin, bm_axes size, bm_place here)
{
    const slice_args args = { bmi_axes_clean(begin), bmi_axes_clean(size) };
    return bmi_op1(&bmi_op_slice, &args, x, here);
}

bm_status bm_split_at(bm_node x, int64_t axis, int64_t count, bm_node *out, bm_place here)
{
    const bm_shape shape = bm_node_shape(x);
    const int64_t d = axis < 0 ? axis + shape.rank : axis;
    char text[200];
    if (x.graph && count > 0 && bmi_need(&x.graph->object.error, here, "split: the array for the parts", out, (size_t)count))
        return x.graph->object.error.status;
    for (int64_t k = 0; out && k < count; k++) out[k] = bmi_node_failed(x.graph);
    if (!bm_node_ok(x)) return x.graph ? x.graph->object.error.status : BM_E_ARGUMENT;
    if (d < 0 || d >= shape.rank || count < 1 || shape.dim[d] == BM_ANY || shape.dim[d] % count)
        return bmi_object_fail(x.graph, BM_E_SHAPE, here,
                               "split: x is %s: axis %lld does not part into %lld equal parts of a known size",
                               bmi_shape_text(text, &shape), (long long)axis, (long long)count);
    for (int64_t k = 0; k < count; k++) {
        bm_axes begin = { .count = shape.rank }, size = { .count = shape.rank };
        for (int64_t j = 0; j < shape.rank; j++) size.at[j] = -1;
        size.at[d] = shape.dim[d] / count;
        begin.at[d] = k * size.at[d];
        out[k] = bm_slice_at(x, begin, size, here);
    }
    return x.graph->object.error.status;
}

const bmi_kind bmi_kinds_op_slice[] = { BMI_OP_KIND(slice), BMI_OP_KIND(slice_like), BMI_OP_KIND(pad_like), { 0 } };
