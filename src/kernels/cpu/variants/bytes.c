// SPDX-License-Identifier: Apache-2.0
/* Bytes as reals (kernels/cpu/bytes.h). The loop is plain: the compiler makes vectors of it. */
#include "kernels/cpu/bytes.h"

bmi_unit_bytes_body BMI_V(bmi_unit_bytes);
void BMI_V(bmi_unit_bytes)(void *y, const unsigned char *x, int64_t n)
{
    real *to = y;
    for (int64_t i = 0; i < n; i++) to[i] = (real)x[i] / 255;
}
