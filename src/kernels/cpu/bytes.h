// SPDX-License-Identifier: Apache-2.0
/* Bytes as reals in [0, 1]: what images are stored as and what networks take. */
#ifndef BMI_KERNELS_CPU_BYTES_H
#define BMI_KERNELS_CPU_BYTES_H
#include "kernels/cpu/variant.h"

/* y[i] = x[i] / 255 */
typedef void bmi_unit_bytes_body(void *y, const unsigned char *x, int64_t n);
extern bmi_unit_bytes_body *const bmi_unit_bytes[BMI_ISA_COUNT][BMI_REAL_COUNT];

#endif
