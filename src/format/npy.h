// SPDX-License-Identifier: Apache-2.0
/* NumPy's files: NPY, one array, and NPZ, a ZIP of them. */
#ifndef BMI_FORMAT_NPY_H
#define BMI_FORMAT_NPY_H
#include "tensor/tensor.h"

/* Reads an NPY file (versions 1 to 3; little and big endian; C and Fortran order) into a new tensor: f4, f8, i4, i8, u1 and b1 as
 * they are, i1, i2, u2 as i32, u4 as i64, f2 as f32. Null with the error: BM_E_FILE; BM_E_FORMAT a header of another form, sizes that
 * do not fit the file; BM_E_UNSUPPORTED objects, texts, records, complex numbers; BM_E_MEMORY. */
bm_tensor *bmi_npy_read(bmi_error *e, bm_place here, bm_context *context, const char *path);
bm_tensor *bmi_npy_parse(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes, size_t size);

/* The members of an NPZ file, in their order; the caller frees the tensors and releases the list with bmi_npz_end. */
typedef struct bmi_npz {
    bm_context *context;
    size_t n, capacity;
    struct bmi_npz_member {
        char *name; /* without ".npy" */
        bm_tensor *tensor;
    } * members;
} bmi_npz;
/* Errors as bmi_npy_read, and BM_E_UNSUPPORTED when libzip is not there. */
bm_status bmi_npz_read(bmi_error *e, bm_place here, bm_context *context, const char *path, bmi_npz *out);
void bmi_npz_end(bmi_npz *z);

#endif
