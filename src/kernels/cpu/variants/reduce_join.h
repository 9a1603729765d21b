// SPDX-License-Identifier: Apache-2.0
/* What reductions of rows and of columns share, in files that are compiled as variants: how numbers become part of a reduction. */
#ifndef BMI_KERNELS_CPU_VARIANTS_REDUCE_JOIN_H
#define BMI_KERNELS_CPU_VARIANTS_REDUCE_JOIN_H
#include "kernels/cpu/math.h"
#include "kernels/cpu/reduce_bound.h"

/* What is joined. `shift` is for logsumexp alone: the largest number of the row or column. */
V vec map(bmi_reduce_kind kind, vec x, vec shift)
{
    switch (kind) {
    case BMI_REDUCE_SUM_SQUARES: return v_mul(x, x);
    case BMI_REDUCE_SUM_ABS:
    case BMI_REDUCE_MAX_ABS: return v_abs(x);
    case BMI_REDUCE_LOGSUMEXP: return v_exp(v_sub(x, shift));
    default: return x;
    }
}

V vec join(bmi_reduce_kind kind, vec a, vec b)
{
    switch (kind) {
    case BMI_REDUCE_PROD: return v_mul(a, b);
    case BMI_REDUCE_MAX:
    case BMI_REDUCE_MAX_ABS: return v_max(a, b);
    case BMI_REDUCE_MIN: return v_min(a, b);
    default: return v_add(a, b);
    }
}

V real identity(bmi_reduce_kind kind)
{
    return kind == BMI_REDUCE_PROD ? 1 : kind == BMI_REDUCE_MAX ? -(real)INFINITY : kind == BMI_REDUCE_MIN ? (real)INFINITY : 0;
}

/* The first `left` lanes, or all; the others are the identity. */
V vec load(bmi_reduce_kind kind, const real *x, int64_t left, vec shift)
{
    if (left >= LANES) return map(kind, v_load(x), shift);
    const vec v = map(kind, v_load_n(x, (size_t)left), shift);
    const bool zero = identity(kind) == 0 && kind != BMI_REDUCE_LOGSUMEXP; /* what v_load_n has put there */
    return zero ? v : v_select(m_first((size_t)left), v, v_set(identity(kind)));
}

/* The largest is taken out where it is finite, and put back onto the logarithms of some rows or columns at once. */
V real finite_or_zero(real x)
{
    return x > -REAL_MAX && x < REAL_MAX ? x : 0;
}
V void add_logs(const real *largest, real *y, int64_t count)
{
    for (int64_t j = 0; j < count; j += LANES) {
        const size_t left = (size_t)(count - j < LANES ? count - j : LANES);
        const vec m = v_load_n(largest + j, left), sum = v_load_n(y + j, left);
        v_store_n(y + j, v_select(v_lt(v_abs(m), v_set((real)INFINITY)), v_add(m, v_log(sum)), m), left);
    }
}

#endif
