// SPDX-License-Identifier: Apache-2.0
/* Walks over dense arrays: counters over merged dimensions.
 */
#include "ops/walk.h"
#include "kernels/cpu/copy.h"
#include <string.h>

void bmi_strides(const bm_shape *shape, int64_t stride[BM_MAX_RANK])
{
    int64_t step = 1;
    for (int64_t d = shape->rank; d-- > 0;) {
        stride[d] = step;
        step *= shape->dim[d];
    }
}

void bmi_broadcast_strides(const bm_shape *from, const bm_shape *to, int64_t stride[BM_MAX_RANK])
{
    const int64_t shift = to->rank - from->rank;
    int64_t       dense[BM_MAX_RANK];
    bmi_strides(from, dense);
    for (int64_t d = 0; d < to->rank; d++)
        stride[d] = d < shift || from->dim[d - shift] != to->dim[d] ? 0 : dense[d - shift];
}

int64_t bmi_before_axis(const bm_shape *shape, int64_t axis)
{
    int64_t n = 1;
    for (int64_t d = 0; d < axis; d++) n *= shape->dim[d];
    return n;
}

int64_t bmi_behind_axis(const bm_shape *shape, int64_t axis)
{
    int64_t n = 1;
    for (int64_t d = axis + 1; d < shape->rank; d++) n *= shape->dim[d];
    return n;
}

/* True when dimension d can be merged into dimension r, the last one kept: every array moves on evenly. */
static bool merges(const bmi_walk *w, int r, int64_t dim, const int64_t (*stride)[BM_MAX_RANK], int64_t d)
{
    for (int k = 0; k < w->arrays; k++)
        if (w->stride[k][r] != stride[k][d] * dim) return false;
    return true;
}

bool bmi_walk_start(bmi_walk *w, const bm_shape *shape, int arrays, const int64_t (*stride)[BM_MAX_RANK])
{
    memset(w, 0, sizeof *w);
    w->arrays = arrays;
    for (int64_t d = 0; d < shape->rank; d++) {
        if (shape->dim[d] == 0) return false;
        if (shape->dim[d] == 1) continue;
        const bool merge = w->rank && merges(w, w->rank - 1, shape->dim[d], stride, d);
        const int  r     = merge ? w->rank - 1 : w->rank++;
        w->dim[r]        = merge ? w->dim[r] * shape->dim[d] : shape->dim[d];
        for (int k = 0; k < arrays; k++) w->stride[k][r] = stride[k][d];
    }
    if (!w->rank) w->dim[w->rank++] = 1;
    return true;
}

bool bmi_walk_next(bmi_walk *w)
{
    for (int d = w->rank - 1; d-- > 0;) {
        for (int k = 0; k < w->arrays; k++) w->at[k] += w->stride[k][d];
        if (++w->index[d] < w->dim[d]) return true;
        for (int k = 0; k < w->arrays; k++) w->at[k] -= w->stride[k][d] * w->dim[d];
        w->index[d] = 0;
    }
    return false;
}

void bmi_copy_box(bm_type type, const bm_shape *box, void *to, const int64_t to_stride[BM_MAX_RANK], const void *from,
                  const int64_t from_stride[BM_MAX_RANK])
{
    bmi_copy_spec spec = { .size = bm_type_size(type), .rank = (int)box->rank, .to = to, .from = from };
    bmi_copy      copy;
    for (int64_t d = 0; d < box->rank; d++) spec.dim[d] = box->dim[d], spec.to_stride[d] = to_stride[d], spec.from_stride[d] = from_stride[d];
    bmi_copy_bind(&copy, &spec);
    bmi_copy_run(&copy, 0, 1);
}

void bmi_fill_array(const bm_array *a, double value)
{
    if (value == 0) {
        if (a->size) memset(a->data, 0, (size_t)a->size * bm_type_size(a->type));
        return;
    }
    for (int64_t i = 0; i < a->size; i++) {
        switch (a->type) {
        case BM_F32: ((float *)a->data)[i] = (float)value; break;
        case BM_F64: ((double *)a->data)[i] = value; break;
        case BM_I32: ((int32_t *)a->data)[i] = (int32_t)value; break;
        case BM_I64: ((int64_t *)a->data)[i] = (int64_t)value; break;
        case BM_U8: ((uint8_t *)a->data)[i] = (uint8_t)value; break;
        default: ((uint8_t *)a->data)[i] = 1; break;
        }
    }
}

int64_t bmi_integer_at(const bm_array *a, int64_t k)
{
    switch (a->type) {
    case BM_I32: return ((const int32_t *)a->data)[k];
    case BM_I64: return ((const int64_t *)a->data)[k];
    default: return ((const uint8_t *)a->data)[k];
    }
}
