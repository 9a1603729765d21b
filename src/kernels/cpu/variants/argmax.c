// SPDX-License-Identifier: Apache-2.0
/* The first index of the largest number, or of the first NaN, of rows and columns. */
#include "kernels/cpu/reduce_bound.h"
#include "kernels/cpu/vector.h"

/* Lanes of the numbers to beat and where they stand. */
typedef struct best {
    vec value, index; /* integers in the bits of a real */
} best;

/* x at index i takes the place of what is smaller, or no NaN while x is one. */
V best better(best b, vec x, ivec i)
{
    const mask takes = m_or(v_lt(b.value, x), m_and(v_is_nan(x), m_not(v_is_nan(b.value))));
    return (best){ v_select(takes, x, b.value), v_select(takes, i_real(i), b.index) };
}

V bool beats(real x, int64_t i, real y, int64_t j)
{
    const bool x_nan = x != x, y_nan = y != y;
    return x_nan != y_nan ? x_nan : x > y || ((x == y || x_nan) && i < j);
}

/* Of one row of fewer than 2^30 numbers. */
static int64_t argmax(const real *x, int64_t n, real *largest)
{
    real value[LANES];
    lane_int index[LANES], first[LANES];
    for (int k = 0; k < LANES; k++) first[k] = k;
    ivec at = v_bits(v_load((const real *)(const void *)first));
    best b = { v_set(-(real)INFINITY), i_real(at) };
    int64_t i = 0, count = n < LANES ? n : LANES, where = 0;
    for (; i + LANES <= n; i += LANES, at = i_add(at, i_set(LANES))) b = better(b, v_load(x + i), at);
    v_store(value, b.value);
    v_store((real *)(void *)index, b.index);
    real top = value[0];
    where = index[0];
    for (int64_t k = 1; k < count; k++)
        if (beats(value[k], index[k], top, where)) top = value[k], where = index[k];
    for (; i < n; i++)
        if (beats(x[i], i, top, where)) top = x[i], where = i;
    *largest = top;
    return where;
}

bmi_reduce_rows_body BMI_V(bmi_argmax_rows);
void BMI_V(bmi_argmax_rows)(bmi_reduce_kind kind, const void *x, int64_t rows, int64_t n, int64_t stride, void *y)
{
    enum { PIECE = 1 << 30 };
    (void)kind;
    for (int64_t r = 0; r < rows; r++) {
        const real *row = (const real *)x + r * stride;
        real top, other;
        int64_t where = argmax(row, n < PIECE ? n : PIECE, &top);
        for (int64_t i = PIECE; i < n; i += PIECE) {
            const int64_t j = i + argmax(row + i, n - i < PIECE ? n - i : PIECE, &other);
            if (beats(other, j, top, where)) top = other, where = j;
        }
        ((int64_t *)y)[r] = where;
    }
}

bmi_reduce_columns_body BMI_V(bmi_argmax_columns);
void BMI_V(bmi_argmax_columns)(bmi_reduce_kind kind, const void *x, int64_t n, int64_t cols, int64_t stride, void *y)
{
    (void)kind;
    for (int64_t j = 0; j < cols; j++) {
        const real *column = (const real *)x + j;
        int64_t where = 0;
        for (int64_t i = 1; i < n; i++)
            if (beats(column[i * stride], i, column[where * stride], where)) where = i;
        ((int64_t *)y)[j] = where;
    }
}
