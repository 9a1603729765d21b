// SPDX-License-Identifier: Apache-2.0
/* The micro-kernel: a tile of C, `rows` x `vectors` registers, summed over k in registers. One template, always inlined with
 * constant rows and vectors; the loop over k is left to the compiler un-unrolled (gcc spills otherwise on AVX2).
 *
 * A is broadcast from where it lies: from `rows` strided rows, or from neighbours in one row when it is transposed. B is a
 * panel (packed, `vectors` registers a step) or the matrix itself, whose last register may be partial.
 *
 * A tile is 8 x 3 registers with AVX-512 (32 of them), 6 x 2 with AVX2 (16), and 4 x 2 on the baseline, whose products need a
 * register before they are added. Source: Goto, van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008; Van Zee, van de Geijn, "BLIS", 2015.
 */
#ifndef BMI_KERNELS_CPU_VARIANTS_CONTRACT_TILE_H
#define BMI_KERNELS_CPU_VARIANTS_CONTRACT_TILE_H
#include "kernels/cpu/contract_bound.h"
#include "kernels/cpu/lanes.h"

#if BMI_VARIANT_ISA == 2
enum { TILE_ROWS = 8, TILE_VECTORS = 3 };
#elif BMI_VARIANT_ISA == 1
enum { TILE_ROWS = 6, TILE_VECTORS = 2 };
#else
enum { TILE_ROWS = 4, TILE_VECTORS = 2 };
#endif

/* What all tiles of a panel share. The pointers that move are arguments of their own: a structure copied with wide loads just
 * after its fields were stored would wait until all stores before it, those of C, are done. */
typedef struct tile_args {
    int64_t a_step, c_step; /* between rows of A as stored, and of C */
    int64_t k;
    real *panel;     /* where a packing tile puts B */
    lanes_mask last; /* of the last register of a row */
    bool whole;      /* that register is whole */
    bmi_contract_end end;
    const real *bias; /* null, or where sums start: at the panel's first column */
    const real *rate; /* of BMI_END_RATE */
} tile_args;

/* What a tile does beyond multiplying. Masks in the loop are free with AVX-512: there both kinds are one. */
enum tile_kind { TILE_WHOLE, TILE_MASKED, TILE_PACKING };

BMI_INLINE void tile_load(const int vectors, const enum tile_kind kind, lanes y[3], const real *b, lanes_mask last, real *panel)
{
    BMI_UNROLL
    for (int v = 0; v < vectors; v++) {
        y[v] = v == vectors - 1 && kind != TILE_WHOLE ? lanes_load_part(b + v * LANES, last) : lanes_load(b + v * LANES);
        if (kind == TILE_PACKING) lanes_store(panel + v * LANES, y[v]);
    }
}

BMI_INLINE void tile_step(const int rows, const int vectors, const enum tile_kind kind, const bool transposed, lanes sum[8][3],
                          const real *const a[8], int64_t p, const real *b, lanes_mask last, real *panel)
{
    lanes y[3];
    tile_load(vectors, kind, y, b, last, panel);
    BMI_UNROLL
    for (int i = 0; i < rows; i++) {
        const lanes x = lanes_set(transposed ? a[0][i] : a[i][p]);
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) sum[i][v] = lanes_fma(x, y[v], sum[i][v]);
    }
}

/* The last step of a whole tile, each row stored as it is done: stores among multiplications cost less than alone. */
BMI_INLINE void tile_end(const int rows, const int vectors, const enum tile_kind kind, const bool transposed, lanes sum[8][3],
                         const real *const a[8], int64_t p, const real *b, lanes_mask last, real *panel, real *c, int64_t step)
{
    lanes y[3];
    tile_load(vectors, kind, y, b, last, panel);
    BMI_UNROLL
    for (int i = 0; i < rows; i++) {
        const lanes x = lanes_set(transposed ? a[0][i] : a[i][p]);
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) lanes_store(c + i * step + v * LANES, lanes_fma(x, y[v], sum[i][v]));
    }
}

/* What the end of the sums asks for, on sums that lie in memory: one function for all tiles keeps them small. */
static __attribute__((noinline)) void tile_finish(const int rows, const int vectors, const real *sum, real *c,
                                                  const tile_args *t)
{
    const bool rate = t->end == BMI_END_RATE;
    const lanes by = lanes_set(rate ? *t->rate : 0);
    for (int i = 0; i < rows; i++, c += t->c_step)
        for (int v = 0; v < vectors; v++, sum += LANES) {
            const bool part = v == vectors - 1 && !t->whole;
            const lanes there = part ? lanes_load_part(c + v * LANES, t->last) : lanes_load(c + v * LANES),
                        all = lanes_load(sum);
            const lanes y = rate ? lanes_fnma(by, all, there) : lanes_add(there, all);
            if (part) lanes_store_part(c + v * LANES, t->last, y);
            else lanes_store(c + v * LANES, y);
        }
}

BMI_INLINE void tile_store(const int rows, const int vectors, const bool whole, lanes sum[8][3], real *c, const tile_args *t)
{
    const int64_t step = t->c_step;
    const lanes_mask last = t->last;
    if (t->end != BMI_END_SET) {
        real all[8 * 3 * LANES];
        BMI_UNROLL
        for (int i = 0; i < rows; i++) {
            BMI_UNROLL
            for (int v = 0; v < vectors; v++) lanes_store(all + (i * vectors + v) * LANES, sum[i][v]);
        }
        tile_finish(rows, vectors, all, c, t);
        return;
    }
    BMI_UNROLL
    for (int i = 0; i < rows; i++) {
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) {
            real *at = c + i * step + v * LANES;
            if (v == vectors - 1 && !whole) lanes_store_part(at, last, sum[i][v]);
            else lanes_store(at, sum[i][v]);
        }
    }
}

BMI_INLINE void tile(const int rows, const int vectors, const enum tile_kind kind, const bool transposed, const tile_args *t,
                     const real *a, const real *b, int64_t b_step, real *c)
{
    lanes sum[8][3], start[3];
    const real *row[8];
    BMI_UNROLL
    for (int v = 0; v < vectors; v++) {
        start[v] = lanes_zero();
        if (t->bias)
            start[v] =
                v == vectors - 1 && !t->whole ? lanes_load_part(t->bias + v * LANES, t->last) : lanes_load(t->bias + v * LANES);
    }
    BMI_UNROLL
    for (int i = 0; i < rows; i++) {
        row[i] = transposed ? a : a + i * t->a_step;
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) sum[i][v] = start[v];
    }
    const lanes_mask last = t->last;
    const int64_t k = t->k, a_step = t->a_step;
    const bool at_once = rows == TILE_ROWS && vectors == TILE_VECTORS && t->whole && t->end == BMI_END_SET;
    const int64_t end = k - at_once;
    real *panel = t->panel;
    int64_t p = 0;
    for (; p < end; p++) {
        tile_step(rows, vectors, kind, transposed, sum, row, p, b, last, panel);
        b += b_step;
        if (kind == TILE_PACKING) panel += vectors * LANES;
        if (transposed) row[0] += a_step;
    }
    if (at_once) tile_end(rows, vectors, kind, transposed, sum, row, p, b, last, panel, c, t->c_step);
    else if (t->whole) tile_store(rows, vectors, true, sum, c, t);
    else tile_store(rows, vectors, false, sum, c, t);
}

#endif
