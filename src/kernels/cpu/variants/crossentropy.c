// SPDX-License-Identifier: Apache-2.0
/* Cross-entropy of rows of logits and its gradient, in one pass over the row (kernels/cpu/softmax.h). */
#include "kernels/cpu/softmax_bound.h"
#include "kernels/cpu/variants/softmax_row.h"

/* The label of a row, or -1. */
static int64_t label_of(const bmi_crossentropy *c, int64_t row)
{
    const int64_t k = c->label_type == BM_I32   ? ((const int32_t *)c->labels)[row]
                      : c->label_type == BM_I64 ? ((const int64_t *)c->labels)[row]
                                                : ((const uint8_t *)c->labels)[row];
    if (k >= 0 && k < c->n) return k;
    if (c->fault) c->fault(c->fault_user, k, row);
    return -1;
}

/* Sum and rest of a row: the loss is mass log(sum) + rest. */
typedef struct row_loss {
    real sum, rest, mass;
} row_loss;

static row_loss with_label(const bmi_crossentropy *c, int64_t row, real weight)
{
    const int64_t n = c->n, k = label_of(c, row);
    const real *x = (const real *)c->x + row * n;
    real *y = c->gradient ? (real *)c->gradient + row * n : NULL;
    const real top = row_largest(x, n), own = k < 0 ? (real)NAN : x[k], sum = row_exp(x, n, top, y);
    if (y) {
        const vec factor = v_div(v_set(weight), v_set(sum));
        for (int64_t i = 0; i < n; i += LANES) put_most(y + i, k < 0 ? v_zero() : v_mul(at_most(y + i, n - i), factor), n - i);
        if (k >= 0) y[k] -= weight;
    }
    return (row_loss){ sum, top - own, 1 };
}

/* sum t (top - x), leaving out where t is 0. */
static real distance(const real *x, const real *t, int64_t n, real top)
{
    real block[ROW_BLOCK];
    double sum = 0;
    for (int64_t i = 0; i < n; i += ROW_BLOCK) {
        const int64_t m = n - i < ROW_BLOCK ? n - i : ROW_BLOCK;
        for (int64_t j = 0; j < m; j += LANES) {
            const vec part = at_most(t + i + j, m - j);
            const vec away = v_sub(v_set(top), at_most(x + i + j, m - j));
            put_most(block + j, v_keep(v_ne(part, v_zero()), v_mul(part, away)), m - j);
        }
        sum += (double)row_sum(block, m);
    }
    return (real)sum;
}

static row_loss with_distribution(const bmi_crossentropy *c, int64_t row, real weight)
{
    const int64_t n = c->n;
    const real *x = (const real *)c->x + row * n, *t = (const real *)c->targets + row * n;
    const real top = row_largest(x, n), sum = row_exp(x, n, top, NULL), mass = row_sum(t, n);
    const row_loss loss = { sum, c->loss ? distance(x, t, n, top) : 0, mass };
    if (c->gradient) {
        const vec largest = v_set(top), share = v_div(v_set(mass), v_set(sum)), w = v_set(weight);
        real *y = (real *)c->gradient + row * n;
        for (int64_t i = 0; i < n; i += LANES) {
            const vec p = v_mul(v_exp(v_sub(at_most(x + i, n - i), largest)), share);
            put_most(y + i, v_mul(v_sub(p, at_most(t + i, n - i)), w), n - i);
        }
    }
    return loss;
}

bmi_crossentropy_body BMI_V(bmi_crossentropy_rows);
void BMI_V(bmi_crossentropy_rows)(const bmi_crossentropy *c, int64_t first, int64_t last)
{
    const double scale = c->scale == 0 ? 1 : c->scale;
    for (int64_t r = first; r < last; r += LANES) {
        const int64_t some = last - r < LANES ? last - r : LANES;
        real sum[LANES], rest[LANES], mass[LANES];
        for (int64_t k = 0; k < some; k++) {
            const real weight = (real)(c->weight ? scale * (double)((const real *)c->weight)[r + k] : scale);
            const row_loss loss = c->n == 0   ? (row_loss){ 1, 0, 0 }
                                  : c->labels ? with_label(c, r + k, weight)
                                              : with_distribution(c, r + k, weight);
            sum[k] = loss.sum, rest[k] = loss.rest, mass[k] = loss.mass;
        }
        if (!c->loss) continue;
        const size_t m = (size_t)some;
        const vec log = v_log(v_load_n(sum, m)), share = v_load_n(mass, m);
        v_store_n((real *)c->loss + r, v_add(v_keep(v_ne(share, v_zero()), v_mul(share, log)), v_load_n(rest, m)), m);
    }
}
