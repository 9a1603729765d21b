// SPDX-License-Identifier: Apache-2.0
/* What softmax and cross-entropy do with one row, in files that are compiled as variants. */
#ifndef BMI_KERNELS_CPU_SOFTMAX_ROW_H
#define BMI_KERNELS_CPU_SOFTMAX_ROW_H
#include "kernels/cpu/math.h"
#include "kernels/cpu/reduce_bound.h"

bmi_reduce_rows_body BMI_V(bmi_reduce_rows);
enum { ROW_BLOCK = BMI_REDUCE_BLOCK * LANES };

V vec at_most(const real *x, int64_t left)
{
    return left >= LANES ? v_load(x) : v_load_n(x, (size_t)left);
}
V void put_most(real *y, vec v, int64_t left)
{
    if (left >= LANES) v_store(y, v);
    else v_store_n(y, v, (size_t)left);
}

V real row_sum(const real *x, int64_t n)
{
    real y;
    BMI_V(bmi_reduce_rows)(BMI_REDUCE_SUM, x, 1, n, n, &y);
    return y;
}

V real row_largest(const real *x, int64_t n)
{
    real y;
    if (n <= LANES) return v_largest(v_select(m_first((size_t)n), v_load_n(x, (size_t)n), v_set(-(real)INFINITY)));
    BMI_V(bmi_reduce_rows)(BMI_REDUCE_MAX, x, 1, n, n, &y);
    return y;
}

/* y[i] = exp(x[i] - top), and the sum of them. y may be x, or null for the sum alone. */
V real row_exp(const real *x, int64_t n, real top, real *y)
{
    real block[ROW_BLOCK];
    double sum = 0;
    if (n <= LANES) {
        const vec e = v_keep(m_first((size_t)n), v_exp(v_sub(v_load_n(x, (size_t)n), v_set(top))));
        if (y) v_store_n(y, e, (size_t)n);
        return v_sum(e);
    }
    for (int64_t i = 0; i < n; i += ROW_BLOCK) {
        const int64_t m = n - i < ROW_BLOCK ? n - i : ROW_BLOCK;
        real *to = y ? y + i : block;
        for (int64_t j = 0; j < m; j += LANES) put_most(to + j, v_exp(v_sub(at_most(x + i + j, m - j), v_set(top))), m - j);
        sum += (double)row_sum(to, m);
    }
    return (real)sum;
}

#endif
