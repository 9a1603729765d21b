// SPDX-License-Identifier: Apache-2.0
/* Order statistics without sorting everything. */
#ifndef BMI_DATA_QUANTILE_H
#define BMI_DATA_QUANTILE_H
#include <stdint.h>

/* The quantile q in [0, 1] of n > 0 numbers without NaN, by linear interpolation between neighbours (Hyndman and Fan's type 7).
 * Changes the order of the numbers. */
double bmi_quantile(double *numbers, int64_t n, double q);

#endif
