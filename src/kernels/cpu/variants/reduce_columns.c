// SPDX-License-Identifier: Apache-2.0
/* Reductions of columns (kernels/cpu/reduce.h says in which order). Four rows are joined first and then go to the block's one
 * accumulator: a chain of dependent additions a quarter as long.
 */
#define VECTOR_PARTS 1 /* a column looks at no other */
#include "kernels/cpu/variants/reduce_join.h"

bmi_reduce_columns_body BMI_V(bmi_reduce_columns);

/* Up to four rows joined, `left` columns from x on. */
V vec four(bmi_reduce_kind kind, const real *x, int64_t rows_left, int64_t stride, int64_t left)
{
    const vec shift = v_zero(), a = load(kind, x, left, shift);
    if (rows_left == 1) return a;
    const vec ab = join(kind, a, load(kind, x + stride, left, shift));
    if (rows_left == 2) return ab;
    const vec c = load(kind, x + 2 * stride, left, shift);
    return join(kind, ab, rows_left == 3 ? c : join(kind, c, load(kind, x + 3 * stride, left, shift)));
}

/* One block of rows: few columns one vector after the other, else four rows after four rows through the memory of y. */
V void column_block(bmi_reduce_kind kind, const real *x, int64_t n, int64_t cols, int64_t stride, const real *shift, real *y)
{
    const bool narrow = cols <= 2 * LANES;
    const int step = kind == BMI_REDUCE_LOGSUMEXP ? 1 : 4;
    for (int64_t j = 0; j < cols; j += LANES) {
        vec sum = v_set(identity(kind));
        if (narrow && step == 4)
            for (int64_t i = 0; i < n; i += 4) sum = join(kind, sum, four(kind, x + i * stride + j, n - i, stride, cols - j));
        v_store(y + j, sum);
    }
    for (int64_t i = 0; (!narrow || step == 1) && i < n; i += step)
        for (int64_t j = 0; j < cols; j += LANES)
            v_store(y + j, join(kind, v_load(y + j),
                                step == 1 ? load(kind, x + i * stride + j, cols - j, v_load(shift + j))
                                          : four(kind, x + i * stride + j, n - i, stride, cols - j)));
}

V void join_strips(bmi_reduce_kind kind, real *to, const real *from, int64_t cols)
{
    for (int64_t j = 0; j < cols; j += LANES) v_store(to + j, join(kind, v_load(to + j), v_load(from + j)));
}

/* shift: as many reals as the strip is wide, whole vectors. */
V void columns(bmi_reduce_kind kind, const real *x, int64_t n, int64_t cols, int64_t stride, const real *shift, real *y)
{
    enum { LEVELS = 24 };
    real level[LEVELS][BMI_REDUCE_STRIP]; /* the tree, as tree_add's, but of strips; beyond its levels one after the other */
    int top = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n || i == 0; i += BMI_REDUCE_BLOCK, count++) {
        column_block(kind, x + i * stride, n - i < BMI_REDUCE_BLOCK ? n - i : BMI_REDUCE_BLOCK, cols, stride, shift,
                     level[top++]);
        for (int64_t k = count; ((k & 1) || top == LEVELS) && top > 1; k >>= 1, top--)
            join_strips(kind, level[top - 2], level[top - 1], cols);
    }
    for (; top > 1; top--) join_strips(kind, level[top - 2], level[top - 1], cols);
    for (int64_t j = 0; j < cols; j++) y[j] = level[0][j];
}

static void logsumexp_columns(const real *x, int64_t n, int64_t cols, int64_t stride, real *y)
{
    real largest[BMI_REDUCE_STRIP], shift[BMI_REDUCE_STRIP] = { 0 };
    BMI_V(bmi_reduce_columns)(BMI_REDUCE_MAX, x, n, cols, stride, largest);
    for (int64_t j = 0; j < cols; j++) shift[j] = finite_or_zero(largest[j]);
    columns(BMI_REDUCE_LOGSUMEXP, x, n, cols, stride, shift, y);
    add_logs(largest, y, cols);
}

/* One copy of the loops for each kind. */
void BMI_V(bmi_reduce_columns)(bmi_reduce_kind kind, const void *x, int64_t n, int64_t cols, int64_t stride, void *y)
{
    static const real none[BMI_REDUCE_STRIP];
    switch (kind) {
    case BMI_REDUCE_SUM: columns(BMI_REDUCE_SUM, x, n, cols, stride, none, y); break;
    case BMI_REDUCE_SUM_SQUARES: columns(BMI_REDUCE_SUM_SQUARES, x, n, cols, stride, none, y); break;
    case BMI_REDUCE_SUM_ABS: columns(BMI_REDUCE_SUM_ABS, x, n, cols, stride, none, y); break;
    case BMI_REDUCE_PROD: columns(BMI_REDUCE_PROD, x, n, cols, stride, none, y); break;
    case BMI_REDUCE_MAX: columns(BMI_REDUCE_MAX, x, n, cols, stride, none, y); break;
    case BMI_REDUCE_MIN: columns(BMI_REDUCE_MIN, x, n, cols, stride, none, y); break;
    case BMI_REDUCE_MAX_ABS: columns(BMI_REDUCE_MAX_ABS, x, n, cols, stride, none, y); break;
    default: logsumexp_columns(x, n, cols, stride, y); break;
    }
}
