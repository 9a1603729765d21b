// SPDX-License-Identifier: Apache-2.0
/* The inside of a tensor, and arithmetic on shapes.
 */
#ifndef BMI_TENSOR_TENSOR_H
#define BMI_TENSOR_TENSOR_H
#include "base/object.h"
#include <baeum/tensor.h>

struct bm_tensor {
    bmi_object object;
    bm_type    type;
    bm_shape   shape;
    int64_t    size;     /* elements */
    void      *data;     /* row-major, aligned to 64 when owned */
    bool       owned;    /* data came from the context */
    bool       borrowed_out; /* belongs to another object (a session, a dataset): bm_data gives null */
    void      *keeps;    /* an object that holds the memory, counted; or null */
};

bm_tensor *bmi_tensor_no_memory(void); /* the static failed tensor */
/* A failed tensor that carries an error (for functions that return tensors). */
bm_tensor *bmi_tensor_failed(bm_context *context, const bmi_error *error);

/* Checks rank and dimensions; with `open`, BM_ANY is allowed. */
bm_status bmi_shape_check(bmi_error *e, bm_place here, const char *what, bm_shape shape, bool open);
/* Elements of a shape without BM_ANY; false when it overflows int64_t or size_t bytes of `type`. */
bool    bmi_shape_size(bm_shape shape, bm_type type, int64_t *elements);
bool    bmi_shape_equal(bm_shape a, bm_shape b);
bool    bmi_shape_known(bm_shape a);          /* no BM_ANY */
/* NumPy's broadcasting of two shapes, BM_ANY allowed (any with 1 or any gives any; any with n > 1 gives n). False when they
 * do not fit. */
bool    bmi_shape_broadcast(bm_shape a, bm_shape b, bm_shape *out);
bool    bmi_type_is_real(bm_type t);          /* f32, f64 */
bool    bmi_type_is_int(bm_type t);           /* i32, i64, u8 */

#endif
