// SPDX-License-Identifier: Apache-2.0
/* Tensors: making, viewing, reading. */
#include "tensor/tensor.h"
#include "base/memory.h"
#include <math.h>
#include <string.h>

static void end(void *object)
{
    bm_tensor *t = object;
    if (t->owned) bmi_release(t->object.context, t->data, (size_t)t->size, bm_type_size(t->type));
    bmi_object_free(t->keeps);
}

static bool made(const void *object)
{
    return ((const bm_tensor *)object)->type;
}

static const bmi_object_kind kind = { .name = "tensor", .end = end, .made = made };
BMI_STATIC_FAILED(tensor, &kind);
BMI_OBJECT_VERBS(tensor)

bm_tensor *bmi_tensor_failed(bm_context *context, const bmi_error *error)
{
    bm_tensor *t = bmi_object_new(context, &kind, sizeof *t);
    if (!t) return &bmi_no_memory_tensor;
    bmi_fail_from(&t->object.error, error);
    return t;
}

/* A tensor of checked type and shape, without data. Failed ones keep type 0, rank 0, size 0. */
static bm_tensor *begin(bm_context *context, bm_type type, bm_shape shape, bm_place here)
{
    bm_tensor *t = bmi_object_new(context, &kind, sizeof *t);
    if (!t) return &bmi_no_memory_tensor;
    bmi_error *e = &t->object.error;
    int64_t size;
    if (!bm_type_size(type))
        bmi_fail(e, BM_E_TYPE, here, "tensor: %d is no element type; use BM_F32, BM_F64, BM_I32, BM_I64, BM_U8 or BM_BOOL",
                 (int)type);
    if (e->status || bmi_shape_check(e, here, "tensor", shape, false)) return t;
    if (!bmi_shape_size(shape, type, &size)) {
        char text[200];
        bmi_fail(e, BM_E_SHAPE, here, "tensor: %s of %s are more bytes than can be addressed", bmi_shape_text(text, &shape),
                 bm_type_name(type));
        return t;
    }
    t->type = type;
    t->shape.rank = shape.rank;
    for (int64_t i = 0; i < shape.rank; i++) t->shape.dim[i] = shape.dim[i];
    t->size = size;
    return t;
}

/* Fails a tensor after its type and shape were set: they go back to nothing. */
static bm_tensor *undo(bm_tensor *t)
{
    t->type = 0;
    t->shape = (bm_shape){ 0 };
    t->size = 0;
    return t;
}

bm_tensor *bmi_tensor_make(bm_context *context, bm_type type, bm_shape shape, bool raw, bm_place here)
{
    bm_tensor *t = begin(context, type, shape, here);
    if (t->object.error.status) return t;
    const size_t each = bm_type_size(type);
    t->data = raw ? bmi_alloc_raw(context, (size_t)t->size, each) : bmi_alloc(context, (size_t)t->size, each);
    if (!t->data) {
        char text[200];
        bmi_fail(&t->object.error, BM_E_MEMORY, here, "out of memory: %zu bytes asked for a tensor of %s %s",
                 (size_t)t->size * each, bm_type_name(type), bmi_shape_text(text, &shape));
        return undo(t);
    }
    t->owned = true;
    return t;
}

bm_tensor *bm_tensor_new_at(bm_type type, bm_shape shape, bm_place here)
{
    return bmi_tensor_make(NULL, type, shape, false, here);
}

bm_tensor *bm_tensor_new_in_at(bm_context *context, bm_type type, bm_shape shape, bm_place here)
{
    return bmi_tensor_make(context, type, shape, false, here);
}

/* Fails a tensor that has elements when there are no numbers for it, or none that may be read; true when all is well. */
static bool have_numbers(bm_tensor *t, const void *data, bm_place here)
{
    if (t->object.error.status) return false;
    const size_t each = bm_type_size(t->type);
    if (!t->size || (data && (uintptr_t)data % each == 0)) return true;
    if (data)
        bmi_fail(&t->object.error, BM_E_ARGUMENT, here,
                 "tensor: %s lie at multiples of %zu bytes, data does not; copy the bytes into an array of the type",
                 bm_type_name(t->type), each);
    else
        bmi_fail(&t->object.error, BM_E_ARGUMENT, here, "tensor: data is null, but the shape has %lld elements",
                 (long long)t->size);
    undo(t);
    return false;
}

bm_tensor *bmi_tensor_over(bm_context *context, bm_type type, bm_shape shape, const void *data, bm_place here)
{
    bm_tensor *t = begin(context, type, shape, here);
    if (!have_numbers(t, data, here)) return t;
    /* bm_data refuses to give a view's memory for writing, so the const is kept. */
    memcpy(&t->data, &data, sizeof t->data);
    return t;
}

bm_tensor *bm_tensor_view_at(bm_type type, bm_shape shape, const void *data, bm_place here)
{
    return bmi_tensor_over(NULL, type, shape, data, here);
}

bm_tensor *bm_tensor_copy_at(bm_type type, bm_shape shape, const void *data, bm_place here)
{
    bm_tensor *t = begin(NULL, type, shape, here);
    if (!have_numbers(t, data, here)) return t;
    bm_tensor *copy = bmi_tensor_make(NULL, type, shape, true, here);
    if (copy->data && copy->size) memcpy(copy->data, data, (size_t)copy->size * bm_type_size(type));
    bm_tensor_free(t);
    return copy;
}

bm_type bm_tensor_type(const bm_tensor *t)
{
    return t ? t->type : 0;
}

bm_shape bm_tensor_shape(const bm_tensor *t)
{
    return t ? t->shape : (bm_shape){ 0 };
}

int64_t bm_tensor_size(const bm_tensor *t)
{
    return t ? t->size : 0;
}

const void *bm_data_any(const bm_tensor *t)
{
    return bmi_object_failed(t) ? NULL : t->data;
}

static const void *typed(const bm_tensor *t, bm_type type)
{
    return bm_tensor_type(t) == type ? bm_data_any(t) : NULL;
}

const float *bm_data_f32(const bm_tensor *t)
{
    return typed(t, BM_F32);
}

const double *bm_data_f64(const bm_tensor *t)
{
    return typed(t, BM_F64);
}

const int32_t *bm_data_i32(const bm_tensor *t)
{
    return typed(t, BM_I32);
}

const int64_t *bm_data_i64(const bm_tensor *t)
{
    return typed(t, BM_I64);
}

const uint8_t *bm_data_u8(const bm_tensor *t)
{
    return typed(t, bm_tensor_type(t) == BM_BOOL ? BM_BOOL : BM_U8);
}

void *bm_data(bm_tensor *t)
{
    return bmi_object_failed(t) || !t->owned || t->borrowed_out ? NULL : t->data;
}

double bm_tensor_at(const bm_tensor *t, int64_t i)
{
    if (bmi_object_failed(t) || !t->data || i < 0 || i >= t->size) return NAN;
    switch (t->type) {
    case BM_F32: return (double)((const float *)t->data)[i];
    case BM_F64: return ((const double *)t->data)[i];
    case BM_I32: return ((const int32_t *)t->data)[i];
    case BM_I64: return (double)((const int64_t *)t->data)[i];
    case BM_U8:
    case BM_BOOL: return ((const uint8_t *)t->data)[i];
    default: return NAN;
    }
}

/* x - x is 0 of what is finite: sums of it, and no branch, tell. */
static bool all_finite_f32(const float *x, int64_t n)
{
    enum { AT_ONCE = 16 };
    const int64_t whole = n / AT_ONCE * AT_ONCE;
    float odd[AT_ONCE] = { 0 };
    bool bad = false;
    for (int64_t i = 0; i < whole; i += AT_ONCE)
        for (int k = 0; k < AT_ONCE; k++) odd[k] += x[i + k] - x[i + k];
    for (int k = 0; k < AT_ONCE && whole; k++) bad |= !(odd[k] == 0);
    for (int64_t i = whole; i < n; i++) bad |= !(x[i] - x[i] == 0);
    return !bad;
}

static bool all_finite_f64(const double *x, int64_t n)
{
    enum { AT_ONCE = 8 };
    const int64_t whole = n / AT_ONCE * AT_ONCE;
    double odd[AT_ONCE] = { 0 };
    bool bad = false;
    for (int64_t i = 0; i < whole; i += AT_ONCE)
        for (int k = 0; k < AT_ONCE; k++) odd[k] += x[i + k] - x[i + k];
    for (int k = 0; k < AT_ONCE && whole; k++) bad |= !(odd[k] == 0);
    for (int64_t i = whole; i < n; i++) bad |= !(x[i] - x[i] == 0);
    return !bad;
}

int64_t bmi_tensor_not_finite(const bm_tensor *t)
{
    int64_t i = 0;
    if (t->type == BM_F64 ? all_finite_f64(t->data, t->size) : t->type != BM_F32 || all_finite_f32(t->data, t->size)) return -1;
    while (isfinite(bm_tensor_at(t, i))) i++;
    return i;
}
