// SPDX-License-Identifier: Apache-2.0
/* Reductions of rows, and of what pieces of any reduction gave (kernels/cpu/reduce.h says in which order). Four vectors are
 * joined first and then go to the block's one accumulator: a chain of dependent additions a quarter as long.
 */
#include "kernels/cpu/variants/reduce_join.h"

bmi_reduce_rows_body BMI_V(bmi_reduce_rows);

typedef struct tree { /* values of blocks joined pairwise: a binary counter */
    real at[BMI_REDUCE_LEVELS];
    int top;
    int64_t count;
} tree;

V real fold(bmi_reduce_kind kind, vec a)
{
    switch (kind) {
    case BMI_REDUCE_PROD: return v_prod(a);
    case BMI_REDUCE_MAX:
    case BMI_REDUCE_MAX_ABS: return v_largest(a);
    case BMI_REDUCE_MIN: return v_smallest(a);
    default: return v_sum(a);
    }
}

V real join_one(bmi_reduce_kind kind, real a, real b)
{
    return v_first(join(kind, v_set(a), v_set(b)));
}

V void tree_add(bmi_reduce_kind kind, tree *t, real value)
{
    for (int64_t k = t->count++; k & 1; k >>= 1) value = join_one(kind, t->at[--t->top], value);
    t->at[t->top++] = value;
}

V real tree_end(bmi_reduce_kind kind, tree *t)
{
    if (!t->top) return identity(kind);
    real value = t->at[--t->top];
    while (t->top) value = join_one(kind, t->at[--t->top], value);
    return value;
}

V real row_block(bmi_reduce_kind kind, const real *x, int64_t n, vec shift)
{
    enum { L = LANES };
    vec sum = v_set(identity(kind));
    int64_t i = 0;
    if (kind != BMI_REDUCE_LOGSUMEXP) /* there the exponentials, not the additions, take the time */
        for (; i + 4 * L <= n; i += 4 * L)
            sum = join(kind, sum,
                       join(kind, join(kind, load(kind, x + i, L, shift), load(kind, x + i + L, L, shift)),
                            join(kind, load(kind, x + i + 2 * L, L, shift), load(kind, x + i + 3 * L, L, shift))));
    for (; i < n; i += L) sum = join(kind, sum, load(kind, x + i, n - i, shift));
    return fold(kind, sum);
}

V real row(bmi_reduce_kind kind, const real *x, int64_t n, vec shift)
{
    enum { BLOCK = BMI_REDUCE_BLOCK * LANES };
    tree t = { .top = 0 };
    for (int64_t i = 0; i < n; i += BLOCK) {
        const real sum = row_block(kind, x + i, n - i < BLOCK ? n - i : BLOCK, shift);
        if (n <= BLOCK) return sum;
        tree_add(kind, &t, sum);
    }
    return tree_end(kind, &t);
}

V void rows(bmi_reduce_kind kind, const real *x, int64_t count, int64_t n, int64_t stride, real *y)
{
    for (int64_t r = 0; r < count; r++) y[r] = row(kind, x + r * stride, n, v_zero());
}

static void logsumexp_rows(const real *x, int64_t count, int64_t n, int64_t stride, real *y)
{
    real largest[LANES];
    for (int64_t r = 0; r < count; r += LANES) {
        const int64_t some = count - r < LANES ? count - r : LANES;
        for (int64_t k = 0; k < some; k++) {
            const real *at = x + (r + k) * stride;
            BMI_V(bmi_reduce_rows)(BMI_REDUCE_MAX, at, 1, n, stride, &largest[k]);
            y[r + k] = row(BMI_REDUCE_LOGSUMEXP, at, n, v_set(finite_or_zero(largest[k])));
        }
        add_logs(largest, y + r, some);
    }
}

/* One copy of the loops for each kind. */
void BMI_V(bmi_reduce_rows)(bmi_reduce_kind kind, const void *x, int64_t count, int64_t n, int64_t stride, void *y)
{
    switch (kind) {
    case BMI_REDUCE_SUM: rows(BMI_REDUCE_SUM, x, count, n, stride, y); break;
    case BMI_REDUCE_SUM_SQUARES: rows(BMI_REDUCE_SUM_SQUARES, x, count, n, stride, y); break;
    case BMI_REDUCE_SUM_ABS: rows(BMI_REDUCE_SUM_ABS, x, count, n, stride, y); break;
    case BMI_REDUCE_PROD: rows(BMI_REDUCE_PROD, x, count, n, stride, y); break;
    case BMI_REDUCE_MAX: rows(BMI_REDUCE_MAX, x, count, n, stride, y); break;
    case BMI_REDUCE_MIN: rows(BMI_REDUCE_MIN, x, count, n, stride, y); break;
    case BMI_REDUCE_MAX_ABS: rows(BMI_REDUCE_MAX_ABS, x, count, n, stride, y); break;
    default: logsumexp_rows(x, count, n, stride, y); break;
    }
}

V void join_chunks(bmi_reduce_kind kind, const real *x, int64_t chunks, int64_t results, real *y)
{
    for (int64_t j = 0; j < results; j++) {
        tree t = { .top = 0 };
        for (int64_t i = 0; i < chunks; i++) tree_add(kind, &t, x[i * results + j]);
        y[j] = tree_end(kind, &t);
    }
}

bmi_reduce_join_body BMI_V(bmi_reduce_join);
void BMI_V(bmi_reduce_join)(bmi_reduce_kind kind, const void *x, int64_t chunks, int64_t results, void *y)
{
    switch (kind) {
    case BMI_REDUCE_PROD: join_chunks(BMI_REDUCE_PROD, x, chunks, results, y); break;
    case BMI_REDUCE_MAX:
    case BMI_REDUCE_MAX_ABS: join_chunks(BMI_REDUCE_MAX, x, chunks, results, y); break;
    case BMI_REDUCE_MIN: join_chunks(BMI_REDUCE_MIN, x, chunks, results, y); break;
    default: join_chunks(BMI_REDUCE_SUM, x, chunks, results, y); break;
    }
}

bmi_reduce_end_body BMI_V(bmi_reduce_end);
void BMI_V(bmi_reduce_end)(void *y, int64_t results, double scale, bool root)
{
    real *at = y;
    for (int64_t j = 0; j < results; j++) {
        const real v = (real)((double)at[j] * scale);
        at[j] = root ? v_first(v_sqrt(v_set(v))) : v;
    }
}
