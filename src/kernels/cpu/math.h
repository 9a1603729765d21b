// SPDX-License-Identifier: Apache-2.0
/* Functions on vectors (kernels/cpu/vector.h), in files that are compiled as variants. */
#ifndef BMI_KERNELS_CPU_MATH_H
#define BMI_KERNELS_CPU_MATH_H
#include "kernels/cpu/vector.h"
#endif
