// SPDX-License-Identifier: Apache-2.0
/* Views: the same memory seen with another shape, or under another name. A plan gives them no kernel.
 *
 * Every gradient is the gradient of the output seen with the input's shape; stop_gradient has none.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "ops/reduce.h"
#include <string.h>

/* Copies the numbers where nobody aliases them. */
static void run(const bm_call *c)
{
    if (c->out.size && c->out.data != c->in[0].data)
        memcpy(c->out.data, c->in[0].data, (size_t)c->out.size * bm_type_size(c->out.type));
}

static void grad(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bm_reshape_like(dy, bm_node_in(y, 0));
}

/* Elements of the known dimensions; *open counts the others. */
static int64_t known_size(const bm_shape *shape, int *open)
{
    int64_t n = 1;
    *open = 0;
    for (int64_t d = 0; d < shape->rank; d++) {
        if (shape->dim[d] == BM_ANY) (*open)++;
        else if (!bmi_mul_i64(n, shape->dim[d], &n)) n = INT64_MAX;
    }
    return n;
}

static bm_status misfit(bm_infer *i, const bm_shape *x, const bm_shape *to)
{
    char a[200], b[200];
    return bm_infer_fail(i, BM_E_SHAPE, "x is %s, the new shape is %s: the numbers of elements differ", bmi_shape_text(a, x),
                         bmi_shape_text(b, to));
}

static bm_status infer_reshape(bm_infer *i)
{
    const bm_shape x = i->in_shape[0], to = *(const bm_shape *)i->args;
    char text[200];
    int open_x, open;
    if (to.rank < 0 || to.rank > BM_MAX_RANK)
        return bm_infer_fail(i, BM_E_SHAPE, "the new shape has %lld axes; at most %d", (long long)to.rank, BM_MAX_RANK);
    const int64_t have = known_size(&x, &open_x), want = known_size(&to, &open);
    if (open > 1)
        return bm_infer_fail(i, BM_E_ARGUMENT, "the new shape %s leaves %d dimensions open; one can follow from the rest",
                             bmi_shape_text(text, &to), open);
    i->type = i->in_type[0];
    i->shape = to;
    if (open_x) return BM_OK;
    if (!open) return have == want ? BM_OK : misfit(i, &x, &to);
    if (want == 0 ? have != 0 : have % want != 0) return misfit(i, &x, &to);
    for (int64_t d = 0; d < to.rank; d++)
        if (to.dim[d] == BM_ANY) i->shape.dim[d] = want ? have / want : 0;
    return BM_OK;
}

static bm_status infer_flatten(bm_infer *i)
{
    const bm_shape x = i->in_shape[0];
    if (x.rank < 1) return bm_infer_fail(i, BM_E_SHAPE, "x is (): there is no axis of rows to keep");
    bm_shape rest = { .rank = x.rank - 1 };
    for (int64_t d = 1; d < x.rank; d++) rest.dim[d - 1] = x.dim[d];
    int open;
    const int64_t n = known_size(&rest, &open);
    i->type = i->in_type[0];
    i->shape = (bm_shape){ 2, { x.dim[0], open ? BM_ANY : n } };
    return BM_OK;
}

static bm_status infer_reshape_like(bm_infer *i)
{
    const bm_shape x = i->in_shape[0], like = i->in_shape[1];
    int open_x, open;
    const int64_t have = known_size(&x, &open_x), want = known_size(&like, &open);
    i->type = i->in_type[0];
    i->shape = like;
    return open_x || open || have == want ? BM_OK : misfit(i, &x, &like);
}

static bm_status infer_expand(bm_infer *i)
{
    const unsigned mask = (unsigned)*(const int64_t *)i->args;
    const bm_shape x = i->in_shape[0];
    const int more = __builtin_popcount(mask);
    if (x.rank + more > BM_MAX_RANK || mask >> (x.rank + more))
        return bm_infer_fail(i, BM_E_SHAPE, "the new shape would have more than %d axes", BM_MAX_RANK);
    i->type = i->in_type[0];
    i->shape = (bm_shape){ .rank = x.rank + more };
    for (int64_t d = 0, from = 0; d < i->shape.rank; d++) i->shape.dim[d] = mask >> d & 1 ? 1 : x.dim[from++];
    return BM_OK;
}

static bm_status infer_squeeze(bm_infer *i)
{
    const unsigned mask = (unsigned)*(const int64_t *)i->args;
    const bm_shape x = i->in_shape[0];
    char text[200];
    i->type = i->in_type[0];
    i->shape = (bm_shape){ 0 };
    for (int64_t d = 0; d < x.rank; d++) {
        if (!(mask >> d & 1)) i->shape.dim[i->shape.rank++] = x.dim[d];
        else if (!bmi_dims_fit(x.dim[d], 1))
            return bm_infer_fail(i, BM_E_SHAPE, "x is %s: axis %lld is not 1 and cannot be left out", bmi_shape_text(text, &x),
                                 (long long)d);
    }
    return BM_OK;
}

static void grad_expand(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_squeeze_axes(dy, (unsigned)*(const int64_t *)bm_node_args(y));
}

static void grad_squeeze(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_expand_axes(dy, (unsigned)*(const int64_t *)bm_node_args(y));
}

static void grad_same(bm_node y, bm_node dy, bm_node *dx)
{
    (void)y;
    dx[0] = dy;
}

/* ---- records ---- */

#define SIX \
    .in = { BMI_REALS(1, 2, 3, 4, 5, 6), BMI_REALS(0, 0, 0, 0, 0, 0) }, .out = BMI_REALS(1, 2, 3, 4, 5, 6), .source = "by hand"
static const bm_example examples_reshape[] = {
    { SIX, .in_shape = { BMI_DIMS(2, 3) }, .args = &(const bm_shape)BMI_DIMS(3, -1), .shape = BMI_DIMS(3, 2) },
};
static const bm_example examples_flatten[] = { { SIX, .in_shape = { BMI_DIMS(2, 3, 1) }, .shape = BMI_DIMS(2, 3) } };
static const bm_example examples_reshape_like[] = { { SIX, .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(6) },
                                                      .shape = BMI_DIMS(6) } };
static const bm_example examples_expand[] = { { SIX, .in_shape = { BMI_DIMS(2, 3) }, .args = &(const int64_t){ 5 },
                                                .shape = BMI_DIMS(1, 2, 1, 3) } };
static const bm_example examples_squeeze[] = { { SIX, .in_shape = { BMI_DIMS(1, 2, 1, 3) }, .args = &(const int64_t){ 5 },
                                                 .shape = BMI_DIMS(2, 3) } };
static const bm_example examples_same[] = { { SIX, .in_shape = { BMI_DIMS(2, 3) }, .shape = BMI_DIMS(2, 3) } };

#define VIEW(name_, inputs, size_, infer_, grad_, list, doc_, ...) \
    static const bm_op bmi_op_##name_ = { .size = sizeof(bm_op),   \
                                          .name = #name_,          \
                                          .n_in = inputs,          \
                                          .args_size = size_,      \
                                          .infer = infer_,         \
                                          .grad = grad_,           \
                                          .run = run,              \
                                          BMI_EXAMPLES(list),      \
                                          .doc = doc_,             \
                                          __VA_ARGS__ };
VIEW(reshape, 1, sizeof(bm_shape), infer_reshape, grad, examples_reshape, "x with another shape of as many elements",
     .flags = BM_OP_VIEW)
VIEW(flatten, 1, 0, infer_flatten, grad, examples_flatten, "x (n, ..) as (n, ..): all axes behind the first become one",
     .flags = BM_OP_VIEW)
VIEW(reshape_like, 2, 0, infer_reshape_like, grad, examples_reshape_like, "x in the shape of the second input",
     .flags = BM_OP_VIEW, .shape_inputs = 2)
VIEW(expand_axes, 1, sizeof(int64_t), infer_expand, grad_expand, examples_expand, "x with axes of 1 put in",
     .flags = BM_OP_VIEW)
VIEW(squeeze_axes, 1, sizeof(int64_t), infer_squeeze, grad_squeeze, examples_squeeze, "x with axes of 1 left out",
     .flags = BM_OP_VIEW)
VIEW(identity, 1, 0, bmi_infer_same, grad_same, examples_same, "x under another name", .flags = BM_OP_VIEW)
VIEW(stop_gradient, 1, 0, bmi_infer_same, NULL, examples_same, "x, but a constant to gradients",
     .flags = BM_OP_VIEW | BM_OP_NO_GRADIENT)

bm_node bm_reshape_op_at(bm_node x, bm_shape shape, bm_place here)
{
    bm_shape clean = { .rank = shape.rank };
    for (int64_t d = 0; d < shape.rank && d < BM_MAX_RANK; d++) clean.dim[d] = shape.dim[d];
    return bmi_op1(&bmi_op_reshape, &clean, x, here);
}

bm_node bm_flatten_op_at(bm_node x, bm_place here)
{
    return bmi_op1(&bmi_op_flatten, NULL, x, here);
}

bm_node bm_reshape_like_at(bm_node x, bm_node like, bm_place here)
{
    const bm_shape have = bm_node_shape(x), want = bm_node_shape(like);
    if (bm_node_ok(x) && bm_node_ok(like) && bmi_shape_known(have) && bmi_shape_equal(have, want)) return x;
    return bmi_op2(&bmi_op_reshape_like, NULL, x, like, here);
}

bm_node bm_identity_at(bm_node x, bm_place here)
{
    return bmi_op1(&bmi_op_identity, NULL, x, here);
}

bm_node bm_stop_gradient_at(bm_node x, bm_place here)
{
    return bmi_op1(&bmi_op_stop_gradient, NULL, x, here);
}

bm_node bmi_expand_axes(bm_node x, unsigned mask)
{
    return mask ? bmi_op1(&bmi_op_expand_axes, &(int64_t){ mask }, x, BM_HERE) : x;
}

bm_node bmi_squeeze_axes(bm_node x, unsigned mask)
{
    return mask ? bmi_op1(&bmi_op_squeeze_axes, &(int64_t){ mask }, x, BM_HERE) : x;
}

const bmi_kind bmi_kinds_op_reshape[] = {
    BMI_OP_KIND(reshape),      BMI_OP_KIND(flatten),  BMI_OP_KIND(reshape_like),  BMI_OP_KIND(expand_axes),
    BMI_OP_KIND(squeeze_axes), BMI_OP_KIND(identity), BMI_OP_KIND(stop_gradient), { 0 },
};
