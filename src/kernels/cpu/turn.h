// SPDX-License-Identifier: Apache-2.0
/* Columns of f64 turned into others: to[k] = sum over c of (from[c] - mean[c]) * by[k * n + c], row by row. The sum of a row runs over the columns
 * in their order, whichever rows are turned together. AVX2 and AVX-512 give the same bits. */
#ifndef BMI_KERNELS_CPU_TURN_H
#define BMI_KERNELS_CPU_TURN_H
#include "kernels/cpu/variant.h"

/* Rows first .. last - 1 of n columns into m. */
typedef void bmi_turn_body(const double *const *from, const double *mean, int64_t n, const double *by, double *const *to,
                           int64_t m, int64_t first, int64_t last);
extern bmi_turn_body *const bmi_turn[BMI_ISA_COUNT];

#endif
