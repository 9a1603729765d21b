// SPDX-License-Identifier: Apache-2.0
/* Walks over dense arrays: counters over merged dimensions.
 */
#include "ops/walk.h"
#include "base/threads.h"
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
    int64_t dense[BM_MAX_RANK];
    bmi_strides(from, dense);
    for (int64_t d = 0; d < to->rank; d++) stride[d] = d < shift || from->dim[d - shift] != to->dim[d] ? 0 : dense[d - shift];
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
        const int r = merge ? w->rank - 1 : w->rank++;
        w->dim[r] = merge ? w->dim[r] * shape->dim[d] : shape->dim[d];
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

bmi_copy_spec bmi_copy_of(bm_type type, const bm_shape *box, void *to, const int64_t to_stride[BM_MAX_RANK], const void *from,
                          const int64_t from_stride[BM_MAX_RANK])
{
    bmi_copy_spec spec = { .size = bm_type_size(type), .rank = (int)box->rank, .to = to, .from = from };
    for (int64_t d = 0; d < box->rank; d++) {
        spec.dim[d] = box->dim[d];
        spec.to_stride[d] = to_stride[d];
        spec.from_stride[d] = from_stride[d];
    }
    return spec;
}

void bmi_copy_now(const bmi_copy_spec *spec)
{
    bmi_copy copy;
    bmi_copy_bind(&copy, spec);
    bmi_copy_run(&copy, 0, 1);
}

bool bmi_copy_emit(bmi_bind *b, const bmi_copy_spec *spec)
{
    bmi_copy *copy = bmi_bind_memory(b, sizeof *copy);
    if (!copy) return true;
    bmi_copy_bind(copy, spec);
    const int parts = bmi_copy_parts(copy);
    bmi_bind_emit(b, b->op->name, bmi_copy_run, copy, parts < b->threads ? parts : b->threads);
    return true;
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

typedef struct fill {
    bm_array array;
    double value;
} fill;

enum { FILLED_A_PART = 131072 };

static void fill_part(const void *args, int part, int parts)
{
    const fill *f = args;
    int64_t begin, end;
    bmi_slice(f->array.size, 64, part, parts, &begin, &end);
    bmi_fill_array(&(bm_array){ f->array.type, { 0 }, end - begin, bmi_element(&f->array, begin) }, f->value);
}

bool bmi_fill_emit(bmi_bind *b, const bm_array *a, double value)
{
    fill *f = bmi_bind_memory(b, sizeof *f);
    if (!f) return true;
    *f = (fill){ *a, value };
    const int64_t parts = a->size / FILLED_A_PART + 1;
    bmi_bind_emit(b, "fill", fill_part, f, parts < b->threads ? (int)parts : b->threads);
    return true;
}

int64_t bmi_integer_at(const bm_array *a, int64_t k)
{
    switch (a->type) {
    case BM_I32: return ((const int32_t *)a->data)[k];
    case BM_I64: return ((const int64_t *)a->data)[k];
    default: return ((const uint8_t *)a->data)[k];
    }
}
