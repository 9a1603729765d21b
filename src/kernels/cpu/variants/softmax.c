// SPDX-License-Identifier: Apache-2.0
/* Softmax and log-softmax of rows, and their gradients (kernels/cpu/softmax.h). */
#include "kernels/cpu/softmax_bound.h"
#include "kernels/cpu/variants/softmax_row.h"

static void softmax(const real *x, int64_t n, real *y)
{
    const vec inverse = v_div(v_set(1), v_set(row_exp(x, n, row_largest(x, n), y)));
    for (int64_t i = 0; i < n; i += LANES) put_most(y + i, v_mul(at_most(y + i, n - i), inverse), n - i);
}

/* Some rows at once, so that their logarithms are one vector. */
static void log_softmax(const real *x, int64_t rows, int64_t n, real *y)
{
    real largest[LANES], sum[LANES];
    for (int64_t r = 0; r < rows; r++) {
        largest[r] = row_largest(x + r * n, n);
        sum[r] = row_exp(x + r * n, n, largest[r], NULL);
    }
    v_store_n(sum, v_log(v_load_n(sum, (size_t)rows)), (size_t)rows);
    for (int64_t r = 0; r < rows; r++) {
        const vec top = v_set(largest[r]), log = v_set(sum[r]);
        for (int64_t i = 0; i < n; i += LANES)
            put_most(y + r * n + i, v_sub(v_sub(at_most(x + r * n + i, n - i), top), log), n - i);
    }
}

static real dot(const real *x, const real *y, int64_t n)
{
    real block[ROW_BLOCK];
    double sum = 0;
    for (int64_t i = 0; i < n; i += ROW_BLOCK) {
        const int64_t m = n - i < ROW_BLOCK ? n - i : ROW_BLOCK;
        for (int64_t j = 0; j < m; j += LANES)
            put_most(block + j, v_mul(at_most(x + i + j, m - j), at_most(y + i + j, m - j)), m - j);
        sum += (double)row_sum(block, m);
    }
    return (real)sum;
}

static void softmax_gradient(const real *x, const real *dy, int64_t n, real *y)
{
    const vec sum = v_set(dot(x, dy, n));
    for (int64_t i = 0; i < n; i += LANES)
        put_most(y + i, v_mul(at_most(x + i, n - i), v_sub(at_most(dy + i, n - i), sum)), n - i);
}

static void log_softmax_gradient(const real *x, const real *dy, int64_t n, real *y)
{
    const vec sum = v_set(row_sum(dy, n));
    for (int64_t i = 0; i < n; i += LANES)
        put_most(y + i, v_fnma(v_exp(at_most(x + i, n - i)), sum, at_most(dy + i, n - i)), n - i);
}

bmi_softmax_body BMI_V(bmi_softmax_rows);
void BMI_V(bmi_softmax_rows)(const bmi_softmax *s, int64_t first, int64_t last)
{
    const int64_t n = s->n;
    const real *x = (const real *)s->x + first * n, *dy = s->dy ? (const real *)s->dy + first * n : NULL;
    real *y = (real *)s->y + first * n;
    if (!n) return;
    for (int64_t r = first; r < last;) {
        const int64_t some = s->kind != BMI_LOG_SOFTMAX ? 1 : last - r < LANES ? last - r : LANES;
        switch (s->kind) {
        case BMI_SOFTMAX: softmax(x, n, y); break;
        case BMI_LOG_SOFTMAX: log_softmax(x, some, n, y); break;
        case BMI_SOFTMAX_GRADIENT: softmax_gradient(x, dy, n, y); break;
        case BMI_LOG_SOFTMAX_GRADIENT: log_softmax_gradient(x, dy, n, y); break;
        }
        r += some, x += some * n, y += some * n;
        if (dy) dy += some * n;
    }
}
