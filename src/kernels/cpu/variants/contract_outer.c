// SPDX-License-Identifier: Apache-2.0
/* Products with a single step of k: column times row, the gradient of a weight matrix from a batch of one. Nothing is summed, so
 * C is written, or read and written, at the speed of the cache.
 */
#include "kernels/cpu/contract_bound.h"
#include "kernels/cpu/lanes.h"

enum { ROWS = 4 }; /* at a time */

/* One register of `rows` rows of C, whole or its first lanes. */
BMI_INLINE void cells(const int rows, const bmi_contract_end end, const bool whole, lanes_mask in, const real *a,
                      int64_t a_step, lanes b, lanes bias, lanes by, real *c, int64_t c_step)
{
    BMI_UNROLL
    for (int i = 0; i < rows; i++, a += a_step, c += c_step) {
        lanes y = lanes_mul(lanes_set(*a), b);
        if (end == BMI_END_BIAS) y = lanes_add(bias, y);
        else if (end != BMI_END_SET) {
            const lanes there = whole ? lanes_load(c) : lanes_load_part(c, in);
            y = end == BMI_END_RATE ? lanes_fnma(by, y, there) : lanes_add(there, y);
        }
        if (whole) lanes_store(c, y);
        else lanes_store_part(c, in, y);
    }
}

/* One register of all rows. */
BMI_INLINE void strip(const bmi_contract_end end, const bool whole, lanes_mask in, const bmi_contract *s, lanes by, int64_t j)
{
    const int64_t step = s->a_transposed ? 1 : s->a_step;
    const real *a = s->a, *at = (const real *)s->b + j, *row = end == BMI_END_BIAS ? (const real *)s->bias + j : at;
    const lanes b = whole ? lanes_load(at) : lanes_load_part(at, in), bias = whole ? lanes_load(row) : lanes_load_part(row, in);
    real *c = (real *)s->c + j;
    int64_t left = s->rows;
    for (; left >= ROWS; left -= ROWS, a += ROWS * step, c += ROWS * s->c_row)
        cells(ROWS, end, whole, in, a, step, b, bias, by, c, s->c_row);
    for (; left > 0; left--, a += step, c += s->c_row) cells(1, end, whole, in, a, step, b, bias, by, c, s->c_row);
}

BMI_INLINE void outer(const bmi_contract_end end, const bmi_contract *s)
{
    const lanes by = lanes_set(end == BMI_END_RATE ? *(const real *)s->rate : 0);
    int64_t j = 0;
    for (; j + LANES <= s->columns; j += LANES) strip(end, true, lanes_first(LANES), s, by, j);
    if (j < s->columns) strip(end, false, lanes_first(s->columns - j), s, by, j);
}

void BMI_V(bmi_contract_outer)(const void *args, int part, int parts)
{
    const bmi_contract *s = args;
    (void)parts;
    if (part > 0) return;
    switch (bmi_contract_end_of(s)) {
    case BMI_END_ADD: outer(BMI_END_ADD, s); break;
    case BMI_END_BIAS: outer(BMI_END_BIAS, s); break;
    case BMI_END_RATE: outer(BMI_END_RATE, s); break;
    default: outer(BMI_END_SET, s); break;
    }
    bmi_contract_finish_all(s);
}
