// SPDX-License-Identifier: Apache-2.0
/* Tensors: a type, a shape, and dense row-major numbers. */
// clang-format off
#ifndef BAEUM_TENSOR_H
#define BAEUM_TENSOR_H
#include <baeum/base.h>
#ifdef __cplusplus
extern "C" {
#endif

/** Element types. A bool is one byte, 0 or 1. */
typedef enum bm_type { BM_F32 = 1, BM_F64, BM_I32, BM_I64, BM_U8, BM_BOOL, BM_TYPE_COUNT_ } bm_type;

#define BM_MAX_RANK 8

/** Rank and dimensions. A dimension is >= 0, or BM_ANY where only a run fixes it. */
typedef struct bm_shape {
    int64_t rank, dim[BM_MAX_RANK];
} bm_shape;
#ifndef __cplusplus
#define BM_SHAPE(...) ((bm_shape){ (int64_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), { __VA_ARGS__ } })
#elif __cplusplus >= 202002L
extern "C++" {
inline bm_shape bm_shape_(std::initializer_list<int64_t> l)
{
    bm_shape s{};
    for (int64_t d : l) {
        if (s.rank < BM_MAX_RANK) s.dim[s.rank] = d;
        s.rank++; /* rank 9 is an error where it is used */
    }
    return s;
}
}
#define BM_SHAPE(...) bm_shape_({ __VA_ARGS__ })
#endif
#define BM_SCALAR BM_VALUE(bm_shape, .rank = 0) /**< the shape of rank 0 */

/** Bytes of one element: 4, 8, 4, 8, 1, 1; 0 for no type. */
BM_API size_t bm_type_size(bm_type type);
/** "f32", "f64", "i32", "i64", "u8", "bool"; "no type" otherwise. Static text. */
BM_API const char *bm_type_name(bm_type type);

/** A tensor of zeros.
 *  Returns  gives a tensor, never null
 *  Errors   BM_E_TYPE no such type; BM_E_SHAPE rank > 8, a dimension < 0, or more bytes than can be addressed; BM_E_MEMORY
 */
BM_API bm_tensor *bm_tensor_new_at(bm_type type, bm_shape shape, bm_place here);
#define bm_tensor_new(type, shape) bm_tensor_new_at((type), shape, BM_HERE)

/** As bm_tensor_new, with memory from a context (null: the built-in one). */
BM_API bm_tensor *bm_tensor_new_in_at(bm_context *context, bm_type type, bm_shape shape, bm_place here);

/** A tensor over the caller's memory, which it borrows until it is freed: no copy.
 *  Errors   as bm_tensor_new; BM_E_ARGUMENT data is null while the shape has elements, or does not lie at a multiple of the element's size
 */
BM_API bm_tensor *bm_tensor_view_at(bm_type type, bm_shape shape, const void *data, bm_place here);
#define bm_tensor_view(type, shape, data) bm_tensor_view_at((type), shape, (data), BM_HERE)

/** A tensor with a copy of the caller's numbers (borrows data for the call). Errors as bm_tensor_view. */
BM_API bm_tensor *bm_tensor_copy_at(bm_type type, bm_shape shape, const void *data, bm_place here);
#define bm_tensor_copy(type, shape, data) bm_tensor_copy_at((type), shape, (data), BM_HERE)

/** Type, shape and element count of a tensor; of a failed one: 0, rank 0, 0. */
BM_API bm_type  bm_tensor_type(const bm_tensor *t);
BM_API bm_shape bm_tensor_shape(const bm_tensor *t);
BM_API int64_t  bm_tensor_size(const bm_tensor *t);

/** The numbers, row-major; the tensor keeps them. Null when t failed or has another type. */
BM_API const float   *bm_data_f32(const bm_tensor *t);
BM_API const double  *bm_data_f64(const bm_tensor *t);
BM_API const int32_t *bm_data_i32(const bm_tensor *t);
BM_API const int64_t *bm_data_i64(const bm_tensor *t);
BM_API const uint8_t *bm_data_u8(const bm_tensor *t); /**< of u8 and bool */
/** The numbers to write to; null for a view, a failed tensor, or one that belongs to another object. */
BM_API void *bm_data(bm_tensor *t);
/** The numbers of any type to read; null when t failed. */
BM_API const void *bm_data_any(const bm_tensor *t);

/** Element i (row-major) as a double; NaN when t failed or i is outside. */
BM_API double bm_tensor_at(const bm_tensor *t, int64_t i);

/** Writes "f32 [2, 3] [[1, 2, 3], [4, 5, 6]]" as one line to a stream. Of more than 1000 elements, and of none, the first and last
 *  3 along each dimension are shown, with "..." between. Reals have as many digits as make the same bits when read. */
BM_API void bm_tensor_print(const bm_tensor *t, FILE *to);

#ifdef __cplusplus
}
#endif
#endif
