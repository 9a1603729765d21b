// SPDX-License-Identifier: Apache-2.0
/* Walks over dense arrays for plain kernels: strides, broadcasting, and copies of boxes of elements of any type.
 */
#ifndef BMI_OPS_WALK_H
#define BMI_OPS_WALK_H
#include "kernels/cpu/copy.h"
#include "ops/op.h"

/* Strides of a dense row-major array, in elements. */
void bmi_strides(const bm_shape *shape, int64_t stride[BM_MAX_RANK]);
/* Strides with which an array of shape `from` is read in the order of shape `to`, that it broadcasts to: 0 repeats. */
void bmi_broadcast_strides(const bm_shape *from, const bm_shape *to, int64_t stride[BM_MAX_RANK]);
/* Elements before and behind an axis, for arrays seen as [before, dim, behind]. */
int64_t bmi_before_axis(const bm_shape *shape, int64_t axis);
int64_t bmi_behind_axis(const bm_shape *shape, int64_t axis);

/* A box of elements and the steps of up to BMI_WALK_ARRAYS arrays in it; dimensions that move together are merged, so that
 * the last one is as long as it can be. */
enum { BMI_WALK_ARRAYS = 5 };
typedef struct bmi_walk {
    int rank, arrays;
    int64_t dim[BM_MAX_RANK];
    int64_t stride[BMI_WALK_ARRAYS][BM_MAX_RANK];
    int64_t index[BM_MAX_RANK];
    int64_t at[BMI_WALK_ARRAYS]; /* offsets of the present piece: dim[rank - 1] elements, steps stride[.][rank - 1] */
} bmi_walk;
/* Starts a walk; false when the box is empty. rank 0 becomes one piece of one element. */
bool bmi_walk_start(bmi_walk *w, const bm_shape *shape, int arrays, const int64_t (*stride)[BM_MAX_RANK]);
/* To the next piece; false after the last. */
bool bmi_walk_next(bmi_walk *w);

/* to[...] = from[...] over a box: the copy, doing it at once, and binding it as a kernel (always true). */
bmi_copy_spec bmi_copy_of(bm_type type, const bm_shape *box, void *to, const int64_t to_stride[BM_MAX_RANK], const void *from,
                          const int64_t from_stride[BM_MAX_RANK]);
void bmi_copy_now(const bmi_copy_spec *spec);
bool bmi_copy_emit(bmi_bind *b, const bmi_copy_spec *spec);
/* The k-th element as an address. */
static inline void *bmi_element(const bm_array *a, int64_t k)
{
    return (char *)a->data + k * (int64_t)bm_type_size(a->type);
}
/* All elements of an array set to a number, at once and as a kernel (always true). */
void bmi_fill_array(const bm_array *a, double value);
bool bmi_fill_emit(bmi_bind *b, const bm_array *a, double value);
/* An integer element (i32, i64, u8, bool) of an array. */
int64_t bmi_integer_at(const bm_array *a, int64_t k);

#endif
