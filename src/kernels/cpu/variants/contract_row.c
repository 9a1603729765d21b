// SPDX-License-Identifier: Apache-2.0
/* One row times a matrix, c = a B, where nothing can be reused and B is read once.
 *
 * Wide: B is swept 8 rows at a time, so that c, in the first-level cache, is read and written once for 8 rows of B; of a row a
 * kilobyte at a time (16 registers), so that memory is read nearly in its order: by one register of each row in turn it took a sixth
 * longer. Each group of 8 steps of k is one chain of fused multiply-adds, added to c.
 * Narrow (few registers of columns): c stays in registers, in 4 partial sums over k mod 4, so that a short product is not
 * bound by the latency of one chain; joined as (0 + 1) + (2 + 3).
 */
#include "kernels/cpu/variants/contract_walk.h"

enum {
    SWEEP = 8,
    AT_ONCE = BMI_VARIANT_ISA == 2 ? 16 : 8,
    FEWER = 4,
    CHAINS = 4,
    NARROW_VECTORS = BMI_VARIANT_ISA == 2 ? 4 : 2
};

/* Where the number of rows is a constant; clang complains where it is none. */
#ifdef __clang__
#define UNROLL_ROWS
#else
#define UNROLL_ROWS BMI_UNROLL
#endif

/* Some registers of columns of a sweep: y += sum over r < rows of x[r] * b[r * b_step]. `left` is for the last one when there is a
 * part of it only. */
BMI_INLINE void columns(const int vectors, const bool part, lanes_mask left, const real *x, int64_t rows, const real *b,
                        int64_t b_step, real *y)
{
    lanes sum[AT_ONCE];
    BMI_UNROLL
    for (int v = 0; v < vectors; v++) sum[v] = lanes_zero();
    UNROLL_ROWS
    for (int64_t r = 0; r < rows; r++) {
        const lanes by = lanes_set(x[r]);
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) {
            const real *const at = b + r * b_step + v * LANES;
            sum[v] = lanes_fma(by, part ? lanes_load_part(at, left) : lanes_load(at), sum[v]);
        }
    }
    BMI_UNROLL
    for (int v = 0; v < vectors; v++) {
        real *const at = y + v * LANES;
        if (part) lanes_store_part(at, left, lanes_add(lanes_load_part(at, left), sum[v]));
        else lanes_store(at, lanes_add(lanes_load(at), sum[v]));
    }
}

/* y[0..n) += the sum over all rows, SWEEP or fewer. */
static __attribute__((noinline)) void sweep_rest(const real *x, int64_t rows, const real *b, int64_t b_step, real *y, int64_t n)
{
    int64_t j = 0;
    for (; j + FEWER * LANES <= n; j += FEWER * LANES) columns(FEWER, false, lanes_first(0), x, rows, b + j, b_step, y + j);
    for (; j < n; j += LANES) columns(1, true, lanes_first(n - j < LANES ? n - j : LANES), x, rows, b + j, b_step, y + j);
}

static void run_wide(const walk *w)
{
    const bmi_contract *s = w->s;
    const int64_t a_step = s->a_transposed ? s->a_step : 1, b_step = s->b_step, n = w->columns.end - w->columns.begin;
    const real *a = w->a, *b = w->b + w->columns.begin;
    real *const c = w->c + w->columns.begin;
    if (!s->accumulate) memset(c, 0, (size_t)n * sizeof(real));
    for (int64_t k = s->k, rows; k > 0; k -= rows, b += rows * b_step) {
        real x[SWEEP];
        int64_t j = 0;
        rows = k < SWEEP ? k : SWEEP;
        for (int64_t r = 0; r < rows; r++, a += a_step) x[r] = *a;
        for (; rows == SWEEP && j + AT_ONCE * LANES <= n; j += AT_ONCE * LANES)
            columns(AT_ONCE, false, lanes_first(0), x, SWEEP, b + j, b_step, c + j);
        if (j < n) sweep_rest(x, rows, b + j, b_step, c + j, n - j);
    }
    bmi_contract_finish(s, w->rows, w->columns);
}

/* One step of k for one of the partial sums. */
BMI_INLINE void narrow_step(const int vectors, const bool whole, lanes *sum, real a, const real *b, lanes_mask last)
{
    const lanes x = lanes_set(a);
    BMI_UNROLL
    for (int v = 0; v < vectors; v++)
        sum[v] =
            lanes_fma(x, v == vectors - 1 && !whole ? lanes_load_part(b + v * LANES, last) : lanes_load(b + v * LANES), sum[v]);
}

/* What the end of a sum asks for (bmi_contract_end); `from` is C or the bias, `by` the rate. */
BMI_INLINE lanes narrow_end(bmi_contract_end end, lanes sum, lanes from, lanes by)
{
    return end == BMI_END_RATE ? lanes_fnma(by, sum, from) : lanes_add(from, sum);
}

BMI_INLINE void narrow(const int vectors, const bool whole, const bmi_contract *s, const real *a, int64_t a_step, const real *b,
                       const real *bias, real *c, int64_t width)
{
    const lanes_mask last = lanes_first(width - (vectors - 1) * LANES);
    const int64_t b_step = s->b_step;
    const bmi_contract_end end = bmi_contract_end_of(s);
    const lanes by = lanes_set(s->rate ? *(const real *)s->rate : 0);
    int64_t k = s->k;
    lanes sum[CHAINS][NARROW_VECTORS];
    BMI_UNROLL
    for (int u = 0; u < CHAINS; u++) {
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) sum[u][v] = lanes_zero();
    }
    for (; k >= CHAINS; k -= CHAINS, a += CHAINS * a_step, b += CHAINS * b_step) {
        BMI_UNROLL
        for (int u = 0; u < CHAINS; u++) narrow_step(vectors, whole, sum[u], a[u * a_step], b + u * b_step, last);
    }
    if (k > 0) narrow_step(vectors, whole, sum[0], a[0], b, last);
    if (k > 1) narrow_step(vectors, whole, sum[1], a[a_step], b + b_step, last);
    if (k > 2) narrow_step(vectors, whole, sum[2], a[2 * a_step], b + 2 * b_step, last);
    BMI_UNROLL
    for (int v = 0; v < vectors; v++) {
        const real *const from = (end == BMI_END_BIAS ? bias : c) + v * LANES;
        lanes all = lanes_add(lanes_add(sum[0][v], sum[1][v]), lanes_add(sum[2][v], sum[3][v]));
        const bool part = v == vectors - 1 && !whole; /* a masked store is slow to read back */
        if (end != BMI_END_SET) all = narrow_end(end, all, part ? lanes_load_part(from, last) : lanes_load(from), by);
        if (part) lanes_store_part(c + v * LANES, last, all);
        else lanes_store(c + v * LANES, all);
    }
}

void BMI_V(bmi_contract_row)(const void *args, int part, int parts)
{
    walk_part(args, part, parts, run_wide);
}

#define NARROW_ARGS const bmi_contract *s, const real *a, const real *b, const real *bias, real *c, int64_t width
#define NARROW(vectors)                                                                                            \
    if (width == (vectors)*LANES) narrow(vectors, true, s, a, s->a_transposed ? s->a_step : 1, b, bias, c, width); \
    else narrow(vectors, false, s, a, s->a_transposed ? s->a_step : 1, b, bias, c, width)
typedef void narrow_fn(NARROW_ARGS);
static void narrow_1(NARROW_ARGS)
{
    NARROW(1);
}
static void narrow_2(NARROW_ARGS)
{
    NARROW(2);
}
#if BMI_VARIANT_ISA == 2
static void narrow_3(NARROW_ARGS)
{
    NARROW(3);
}
static void narrow_4(NARROW_ARGS)
{
    NARROW(4);
}
static narrow_fn *const narrows[NARROW_VECTORS] = { narrow_1, narrow_2, narrow_3, narrow_4 };
#else
static narrow_fn *const narrows[NARROW_VECTORS] = { narrow_1, narrow_2 };
#endif

/* Not by walk_part: a tiny product has no time for slices. Parts share a batch. */
void BMI_V(bmi_contract_narrow)(const void *args, int part, int parts)
{
    enum { WIDTH = NARROW_VECTORS * VECTOR_BYTES / sizeof(real) };
    const bmi_contract *s = args;
    for (int64_t i = part; i < s->batch; i += parts) {
        const real *a = (const real *)s->a + i * s->a_stride, *b = (const real *)s->b + i * s->b_stride;
        const real *bias = s->bias;
        real *c = (real *)s->c + i * s->c_stride;
        int64_t left = s->columns;
        for (; left > WIDTH; left -= WIDTH, b += WIDTH, c += WIDTH, bias += bias ? WIDTH : 0)
            narrows[NARROW_VECTORS - 1](s, a, b, bias, c, WIDTH);
        narrows[(left - 1) / LANES](s, a, b, bias, c, left);
    }
    if (part == 0) bmi_contract_finish_all(s);
}
