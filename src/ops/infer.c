// SPDX-License-Identifier: Apache-2.0
/* Helpers for shape inference and gradients that many operations share.
 */
#include "ops/op.h"
#include "base/text.h"

bm_status bmi_infer_same(bm_infer *i)
{
    i->type = i->in_type[0];
    i->shape = i->in_shape[0];
    return BM_OK;
}

bm_status bmi_infer_real(bm_infer *i, int input)
{
    if (bmi_type_is_real(i->in_type[input])) return BM_OK;
    return bm_infer_fail(i, BM_E_TYPE, "input %d is %s; it takes reals, f32 or f64 (bm_cast changes the type)", input + 1,
                         bm_type_name(i->in_type[input]));
}

bm_status bmi_infer_index(bm_infer *i, int input)
{
    if (i->in_type[input] == BM_I32 || i->in_type[input] == BM_I64) return BM_OK;
    return bm_infer_fail(i, BM_E_TYPE, "input %d holds indices and is %s; indices are i32 or i64 (bm_cast changes the type)",
                         input + 1, bm_type_name(i->in_type[input]));
}

bm_status bmi_infer_types_agree(bm_infer *i)
{
    for (int j = 1; j < i->n_in; j++) {
        if (i->in_type[j] == i->in_type[0]) continue;
        char a[200], b[200];
        return bm_infer_fail(i, BM_E_TYPE, "input 1 is %s %s, input %d is %s %s: the types must agree (bm_cast changes one)",
                             bm_type_name(i->in_type[0]), bmi_shape_text(a, &i->in_shape[0]), j + 1,
                             bm_type_name(i->in_type[j]), bmi_shape_text(b, &i->in_shape[j]));
    }
    return BM_OK;
}

bm_status bmi_infer_broadcast(bm_infer *i)
{
    if (bmi_infer_types_agree(i)) return BM_E_TYPE;
    i->type = i->in_type[0];
    i->shape = i->in_shape[0];
    for (int j = 1; j < i->n_in; j++) {
        const bm_shape so_far = i->shape;
        if (bmi_shape_broadcast(so_far, i->in_shape[j], &i->shape)) continue;
        char a[200], b[200];
        return bm_infer_fail(i, BM_E_SHAPE,
                             "input 1 is %s, input %d is %s: counted from the last, dimensions must be equal or 1",
                             bmi_shape_text(a, &so_far), j + 1, bmi_shape_text(b, &i->in_shape[j]));
    }
    return BM_OK;
}

bm_status bmi_infer_axis(bm_infer *i, bm_shape shape, int64_t axis, int64_t *out)
{
    *out = axis < 0 ? axis + shape.rank : axis;
    if (*out >= 0 && *out < shape.rank) return BM_OK;
    char text[200];
    *out = 0;
    return bm_infer_fail(i, BM_E_ARGUMENT, "there is no axis %lld in the shape %s; axes go from %lld to %lld", (long long)axis,
                         bmi_shape_text(text, &shape), (long long)-shape.rank, (long long)shape.rank - 1);
}

bm_status bmi_infer_axes(bm_infer *i, bm_shape shape, const bm_axes *axes, bool all, unsigned *mask)
{
    *mask = all ? (1u << shape.rank) - 1 : 0;
    if (all) return BM_OK;
    if (axes->count < 0 || axes->count > BM_MAX_RANK)
        return bm_infer_fail(i, BM_E_ARGUMENT, "%lld axes given; a shape has at most %d", (long long)axes->count, BM_MAX_RANK);
    for (int64_t k = 0; k < axes->count; k++) {
        int64_t axis;
        if (bmi_infer_axis(i, shape, axes->at[k], &axis)) return BM_E_ARGUMENT;
        if (*mask >> axis & 1) return bm_infer_fail(i, BM_E_ARGUMENT, "axis %lld is given twice", (long long)axes->at[k]);
        *mask |= 1u << axis;
    }
    return BM_OK;
}

bool bmi_dims_fit(int64_t a, int64_t b)
{
    return a == b || a == BM_ANY || b == BM_ANY;
}

bm_node bmi_undo_broadcast(bm_node dx, bm_node x)
{
    const bm_shape have = bm_node_shape(dx), want = bm_node_shape(x);
    if (!bm_node_ok(dx) || (bmi_shape_known(want) && bmi_shape_equal(have, want))) return dx;
    return bm_sum_like(dx, x);
}

/* Whether input i surely has y's shape: each of its axes is known and y's, or open while all other inputs have 1 or nothing there. */
static bool surely_whole(bm_node y, int i)
{
    const bm_shape out = bm_node_shape(y), x = bm_node_shape(bm_node_in(y, i));
    if (x.rank != out.rank) return false;
    for (int j = 0; j < bm_node_inputs(y); j++) {
        const bm_shape other = bm_node_shape(bm_node_in(y, j));
        for (int64_t d = 1; j != i && d <= other.rank; d++)
            if (x.dim[x.rank - d] == BM_ANY && other.dim[other.rank - d] != 1) return false;
    }
    for (int64_t d = 0; d < x.rank; d++)
        if (x.dim[d] != out.dim[d]) return false;
    return true;
}

bm_node bmi_undo_row(bm_node dx, bm_node y, int i)
{
    return surely_whole(y, i) ? dx : bmi_undo_broadcast(dx, bm_node_in(y, i));
}

bool bmi_may_need(bm_node x)
{
    return bmi_gradient_wanted(x);
}

bm_axes bmi_axes_clean(bm_axes axes)
{
    bm_axes clean = { .count = axes.count };
    for (int64_t k = 0; k < axes.count && k < BM_MAX_RANK; k++) clean.at[k] = axes.at[k];
    return clean;
}
