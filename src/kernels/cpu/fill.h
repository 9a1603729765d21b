// SPDX-License-Identifier: Apache-2.0
/* Filling arrays with random numbers, vectors at a time. Element i is the number that base/random.h defines for (seed, stream, i),
 * to the bit, on every instruction set, whatever range is filled in one call:
 *   uniform     low + (high - low) bmi_random_unit(seed, stream, i)
 *   normal      mean + deviation bmi_random_normal(seed, stream, i)
 *   bernoulli   value where bmi_random_u32(seed, stream, i) < keep 2^32, else 0
 *   bits        the 64 bits under bmi_random_unit and bmi_random_below, as uint64_t; y is for element `first`
 * computed in f64 and rounded to f32 where the array is that. A uniform number that rounds up to `high` becomes the next lower
 * number of the type, so that the interval is half open; where none lies between, it becomes `low`.
 */
#ifndef BMI_KERNELS_CPU_FILL_H
#define BMI_KERNELS_CPU_FILL_H
#include "kernels/kernel.h"

typedef enum bmi_fill_kind { BMI_FILL_UNIFORM, BMI_FILL_NORMAL, BMI_FILL_BERNOULLI, BMI_FILL_BITS } bmi_fill_kind;

typedef struct bmi_fill {
    bmi_isa isa;
    bmi_real real;
    bmi_fill_kind kind;
    double p[2]; /* low, high; mean, deviation; keep, value */
    void *y;     /* element 0 */
} bmi_fill;

/* Fills elements first .. last-1. */
void bmi_fill_range(const bmi_fill *f, uint64_t seed, uint64_t stream, int64_t first, int64_t last);
/* How many parts pay for n elements. */
int bmi_fill_parts(int64_t n);

#endif
