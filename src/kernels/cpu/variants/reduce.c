// SPDX-License-Identifier: Apache-2.0
/* Reductions of rows and of columns (kernels/cpu/reduce.h says in which order). Four vectors, or four rows, are joined first and
 * then go to the block's one accumulator: a chain of dependent additions a quarter as long.
 */
#include "kernels/cpu/math.h"
#include "kernels/cpu/reduce_bound.h"

bmi_reduce_rows_body    BMI_V(bmi_reduce_rows);
bmi_reduce_columns_body BMI_V(bmi_reduce_columns);

typedef struct tree { /* values of blocks joined pairwise: a binary counter */
    real    at[BMI_REDUCE_LEVELS];
    int     top;
    int64_t count;
} tree;

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

V real join_one(bmi_reduce_kind kind, real a, real b) { return v_first(join(kind, v_set(a), v_set(b))); }

/* The first `left` lanes, or all; the others are the identity. */
V vec load(bmi_reduce_kind kind, const real *x, int64_t left, vec shift)
{
    if (left >= LANES) return map(kind, v_load(x), shift);
    const vec  v    = map(kind, v_load_n(x, (size_t)left), shift);
    const bool zero = identity(kind) == 0 && kind != BMI_REDUCE_LOGSUMEXP; /* what v_load_n has put there */
    return zero ? v : v_select(m_first((size_t)left), v, v_set(identity(kind)));
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

/* ---- rows ---- */

V real row_block(bmi_reduce_kind kind, const real *x, int64_t n, vec shift)
{
    enum { L = LANES };
    vec     sum = v_set(identity(kind));
    int64_t i   = 0;
    if (kind != BMI_REDUCE_LOGSUMEXP) /* there the exponentials, not the additions, take the time */
        for (; i + 4 * L <= n; i += 4 * L)
            sum = join(kind, sum, join(kind, join(kind, load(kind, x + i, L, shift), load(kind, x + i + L, L, shift)),
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

/* The largest is taken out where it is finite, and put back onto the logarithms of some rows or columns at once. */
V real finite_or_zero(real x) { return x > -REAL_MAX && x < REAL_MAX ? x : 0; }
V void add_logs(const real *largest, real *y, int64_t count)
{
    for (int64_t j = 0; j < count; j += LANES) {
        const size_t left = (size_t)(count - j < LANES ? count - j : LANES);
        const vec    m = v_load_n(largest + j, left), sum = v_load_n(y + j, left);
        v_store_n(y + j, v_select(v_lt(v_abs(m), v_set((real)INFINITY)), v_add(m, v_log(sum)), m), left);
    }
}

static void logsumexp_rows(const real *x, int64_t count, int64_t n, int64_t stride, real *y)
{
    real largest[LANES];
    for (int64_t r = 0; r < count; r += LANES) {
        const int64_t some = count - r < LANES ? count - r : LANES;
        for (int64_t k = 0; k < some; k++) {
            const real *at = x + (r + k) * stride;
            BMI_V(bmi_reduce_rows)(BMI_REDUCE_MAX, at, 1, n, stride, &largest[k]);
            y[r + k]       = row(BMI_REDUCE_LOGSUMEXP, at, n, v_set(finite_or_zero(largest[k])));
        }
        add_logs(largest, y + r, some);
    }
}

/* ---- columns ---- */

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
    const int  step   = kind == BMI_REDUCE_LOGSUMEXP ? 1 : 4;
    for (int64_t j = 0; j < cols; j += LANES) {
        vec sum = v_set(identity(kind));
        if (narrow && step == 4)
            for (int64_t i = 0; i < n; i += 4) sum = join(kind, sum, four(kind, x + i * stride + j, n - i, stride, cols - j));
        v_store(y + j, sum);
    }
    for (int64_t i = 0; (!narrow || step == 1) && i < n; i += step)
        for (int64_t j = 0; j < cols; j += LANES)
            v_store(y + j, join(kind, v_load(y + j), step == 1 ? load(kind, x + i * stride + j, cols - j, v_load(shift + j))
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
    real    level[LEVELS][BMI_REDUCE_STRIP]; /* the tree, as tree_add's, but of strips; beyond its levels one after the other */
    int     top = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n || i == 0; i += BMI_REDUCE_BLOCK, count++) {
        column_block(kind, x + i * stride, n - i < BMI_REDUCE_BLOCK ? n - i : BMI_REDUCE_BLOCK, cols, stride, shift, level[top++]);
        for (int64_t k = count; ((k & 1) || top == LEVELS) && top > 1; k >>= 1, top--) join_strips(kind, level[top - 2], level[top - 1], cols);
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

/* ---- what reduce.c calls: one copy of the loops for each kind ---- */

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
        at[j]        = root ? v_first(v_sqrt(v_set(v))) : v;
    }
}
