// SPDX-License-Identifier: Apache-2.0
/* Arithmetic on shapes and types. */
#include "base/memory.h"
#include "tensor/tensor.h"

size_t bm_type_size(bm_type type)
{
    static const unsigned char bytes[BM_TYPE_COUNT_] = {
        [BM_F32] = 4, [BM_F64] = 8, [BM_I32] = 4, [BM_I64] = 8, [BM_U8] = 1, [BM_BOOL] = 1
    };
    return (unsigned)type < BM_TYPE_COUNT_ ? bytes[type] : 0;
}

const char *bm_type_name(bm_type type)
{
    static const char *const names[BM_TYPE_COUNT_] = { "no type", "f32", "f64", "i32", "i64", "u8", "bool" };
    return (unsigned)type < BM_TYPE_COUNT_ ? names[type] : names[0];
}

bool bmi_type_is_real(bm_type t)
{
    return t == BM_F32 || t == BM_F64;
}

bool bmi_type_is_int(bm_type t)
{
    return t == BM_I32 || t == BM_I64 || t == BM_U8;
}

bm_status bmi_shape_check(bmi_error *e, bm_place here, const char *what, bm_shape shape, bool open)
{
    if (shape.rank < 0 || shape.rank > BM_MAX_RANK)
        return bmi_fail(e, BM_E_SHAPE, here, "%s: the rank is %lld, must be 0 to %d", what, (long long)shape.rank, BM_MAX_RANK);
    for (int64_t i = 0; i < shape.rank; i++) {
        if (shape.dim[i] >= 0 || (open && shape.dim[i] == BM_ANY)) continue;
        if (shape.dim[i] == BM_ANY)
            return bmi_fail(e, BM_E_SHAPE, here, "%s: dimension %lld is BM_ANY, but a number is needed here", what,
                            (long long)i);
        return bmi_fail(e, BM_E_SHAPE, here, "%s: dimension %lld is %lld, must be >= 0%s", what, (long long)i,
                        (long long)shape.dim[i], open ? " or BM_ANY" : "");
    }
    return e->status;
}

bool bmi_shape_size(bm_shape shape, bm_type type, int64_t *elements)
{
    int64_t n = 1, bytes;
    bool empty = false;
    for (int64_t i = 0; i < shape.rank; i++) {
        if (shape.dim[i] < 0) return false;
        empty |= shape.dim[i] == 0;
    }
    for (int64_t i = 0; i < shape.rank; i++)
        if (shape.dim[i] && !bmi_mul_i64(n, shape.dim[i], &n)) return false;
    const size_t each = bm_type_size(type);
    if (!bmi_mul_i64(n, each ? (int64_t)each : 1, &bytes) || (uint64_t)bytes > PTRDIFF_MAX) return false;
    *elements = empty ? 0 : n;
    return true;
}

bool bmi_shape_equal(bm_shape a, bm_shape b)
{
    if (a.rank != b.rank) return false;
    for (int64_t i = 0; i < a.rank; i++)
        if (a.dim[i] != b.dim[i]) return false;
    return true;
}

bool bmi_shape_known(bm_shape a)
{
    for (int64_t i = 0; i < a.rank; i++)
        if (a.dim[i] < 0) return false;
    return true;
}

bool bmi_shape_broadcast(bm_shape a, bm_shape b, bm_shape *out)
{
    bm_shape s = { .rank = a.rank > b.rank ? a.rank : b.rank };
    for (int64_t i = 0; i < s.rank; i++) { /* from the last dimension; one that is missing is 1 */
        const int64_t x = i < a.rank ? a.dim[a.rank - 1 - i] : 1, y = i < b.rank ? b.dim[b.rank - 1 - i] : 1;
        int64_t *to = &s.dim[s.rank - 1 - i];
        if (x == y || y == 1) *to = x;
        else if (x == 1) *to = y;
        else if (x == BM_ANY) *to = y;
        else if (y == BM_ANY) *to = x;
        else return false;
    }
    *out = s;
    return true;
}

const char *bmi_shape_text(char into[200], const bm_shape *shape)
{
    int n = snprintf(into, 200, "(");
    for (int64_t i = 0; i < shape->rank && i < BM_MAX_RANK; i++) {
        if (shape->dim[i] == BM_ANY) n += snprintf(into + n, (size_t)(200 - n), "%sany", i ? ", " : "");
        else n += snprintf(into + n, (size_t)(200 - n), "%s%lld", i ? ", " : "", (long long)shape->dim[i]);
    }
    snprintf(into + n, (size_t)(200 - n), ")");
    return into;
}
