// SPDX-License-Identifier: Apache-2.0
/* The inside of a tensor, and arithmetic on shapes.
 */
#ifndef BMI_TENSOR_TENSOR_H
#define BMI_TENSOR_TENSOR_H
#include "base/object.h"
#include <baeum/tensor.h>

struct bm_tensor {
    bmi_object object;
    bm_type type;
    bm_shape shape;
    int64_t size;      /* elements */
    void *data;        /* row-major, aligned to 64 when owned */
    bool owned;        /* data came from the context */
    bool borrowed_out; /* belongs to another object (a session, a dataset): bm_data gives null */
    void *keeps;       /* an object that holds the memory, counted: freed with the tensor; or null */
};

/* A tensor of zeros with memory from a context; with `raw` the memory is not cleared. */
bm_tensor *bmi_tensor_make(bm_context *context, bm_type type, bm_shape shape, bool raw, bm_place here);
/* A view of memory that the caller keeps, with its own memory from a context. */
bm_tensor *bmi_tensor_over(bm_context *context, bm_type type, bm_shape shape, const void *data, bm_place here);
/* A failed tensor that carries an error (for functions that return tensors); the static one when there is no memory. */
bm_tensor *bmi_tensor_failed(bm_context *context, const bmi_error *error);

/* The first element that is not finite; -1: all are. */
int64_t bmi_tensor_not_finite(const bm_tensor *t);

/* Checks rank and dimensions; with `open`, BM_ANY is allowed. */
bm_status bmi_shape_check(bmi_error *e, bm_place here, const char *what, bm_shape shape, bool open);
/* Elements of a shape; false when it has BM_ANY, or more bytes of `type` than can be addressed. A dimension of 0 makes 0 elements,
 * but the others must be possible without it, as NumPy asks too: then no stride overflows. */
bool bmi_shape_size(bm_shape shape, bm_type type, int64_t *elements);
bool bmi_shape_equal(bm_shape a, bm_shape b);
bool bmi_shape_known(bm_shape a); /* no BM_ANY */
/* NumPy's broadcasting of two shapes, BM_ANY allowed (any with 1 or any gives any; any with n > 1 gives n). False when they
 * do not fit. */
bool bmi_shape_broadcast(bm_shape a, bm_shape b, bm_shape *out);
/* "(128, 64)"; "()" for rank 0; any for BM_ANY. Returns `into`. */
const char *bmi_shape_text(char into[200], const bm_shape *shape);
bool bmi_type_is_real(bm_type t); /* f32, f64 */
bool bmi_type_is_int(bm_type t);  /* i32, i64, u8 */

#endif
