// SPDX-License-Identifier: Apache-2.0
/* Reading arrays of any type as reals and writing them back: what feeds the registers of elementwise programs. */
#ifndef BMI_KERNELS_CPU_CONVERT_H
#define BMI_KERNELS_CPU_CONVERT_H
#include "kernels/cpu/variant.h"
#include <baeum/tensor.h>

/* y, packed rows x cols reals, from x with element strides `row` and `col`. Integers and booleans become 0., 1., ... */
typedef void bmi_read_body(void *y, const void *x, bm_type type, int64_t rows, int64_t cols, int64_t row, int64_t col);
/* The other way. A real becomes an integer by dropping its fraction; what is outside the type's range becomes its nearest
 * end and NaN 0. A bool is false for 0 alone. */
typedef void bmi_write_body(void *y, const void *x, bm_type type, int64_t rows, int64_t cols, int64_t row, int64_t col);

extern bmi_read_body *const bmi_read[BMI_ISA_COUNT][BMI_REAL_COUNT];
extern bmi_write_body *const bmi_write[BMI_ISA_COUNT][BMI_REAL_COUNT];

#endif
