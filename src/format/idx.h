// SPDX-License-Identifier: Apache-2.0
/* IDX, the form of the MNIST files: two zero bytes, a type, the rank, big-endian dimensions, then the numbers, big-endian. */
#ifndef BMI_FORMAT_IDX_H
#define BMI_FORMAT_IDX_H
#include "tensor/tensor.h"

/* Reads a file (gzip allowed) into a new tensor: types 08 (u8), 09 (signed byte, as i32), 0b (short, as i32), 0c (i32), 0d (f32),
 * 0e (f64). The size is checked against the file before anything is allocated. A tensor of
 * bytes lies in the file's memory and cannot be written to. Null with the error: BM_E_FILE; BM_E_FORMAT;
 * BM_E_MEMORY. */
bm_tensor *bmi_idx_read(bmi_error *e, bm_place here, bm_context *context, const char *path);
bm_tensor *bmi_idx_parse(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes, size_t size);

#endif
