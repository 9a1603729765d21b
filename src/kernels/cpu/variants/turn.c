// SPDX-License-Identifier: Apache-2.0
/* Columns turned into others (kernels/cpu/turn.h): rows are lanes, some outputs at a time stay in registers. The rows behind them are asked
 * for meanwhile: there are more columns than the processor foresees by itself. */
#include "kernels/cpu/turn.h"
#include "kernels/cpu/lanes.h"

#if BMI_VARIANT_REAL == 64
enum { OUTPUTS = BMI_VARIANT_ISA == 2 ? 10 : 5, VECTORS = 2, AHEAD = 2 * VECTORS };

/* `outputs` of them for `vectors` registers of rows from row i on. */
BMI_INLINE void tile(const int outputs, const int vectors, const double *const *from, const double *mean, int64_t n,
                     const double *by, double *const *to, int64_t i)
{
    lanes sum[OUTPUTS][VECTORS];
    BMI_UNROLL
    for (int k = 0; k < outputs; k++) BMI_UNROLL
    for (int v = 0; v < vectors; v++) sum[k][v] = lanes_zero();
    for (int64_t c = 0; c < n; c++) {
        lanes x[VECTORS];
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) {
            x[v] = lanes_add(lanes_load(from[c] + i + v * LANES), lanes_set(-mean[c]));
            __builtin_prefetch((const void *)((uintptr_t)(from[c] + i) + (size_t)((AHEAD + v) * LANES) * sizeof(double)));
        }
        BMI_UNROLL
        for (int k = 0; k < outputs; k++) {
            const lanes w = lanes_set(by[k * n + c]);
            BMI_UNROLL
            for (int v = 0; v < vectors; v++) sum[k][v] = lanes_fma(x[v], w, sum[k][v]);
        }
    }
    BMI_UNROLL
    for (int k = 0; k < outputs; k++) BMI_UNROLL
    for (int v = 0; v < vectors; v++) lanes_store(to[k] + i + v * LANES, sum[k][v]);
}

/* The last rows, fewer than a register. */
BMI_INLINE void rest(const double *const *from, const double *mean, int64_t n, const double *by, double *to, int64_t i,
                     int64_t rows)
{
    const lanes_mask some = lanes_first(rows);
    lanes sum = lanes_zero();
    for (int64_t c = 0; c < n; c++)
        sum = lanes_fma(lanes_add(lanes_load_part(from[c] + i, some), lanes_set(-mean[c])), lanes_set(by[c]), sum);
    lanes_store_part(to + i, some, sum);
}

bmi_turn_body BMI_V(bmi_turn);
void BMI_V(bmi_turn)(const double *const *from, const double *mean, int64_t n, const double *by, double *const *to, int64_t m,
                     int64_t first, int64_t last)
{
    for (int64_t i = first; i < last;) {
        const int64_t left = last - i;
        for (int64_t k = 0; k < m;) {
            if (left < LANES) rest(from, mean, n, by + k * n, to[k], i, left), k++;
            else if (left < VECTORS * LANES) tile(1, 1, from, mean, n, by + k * n, to + k, i), k++;
            else if (m - k >= OUTPUTS) tile(OUTPUTS, VECTORS, from, mean, n, by + k * n, to + k, i), k += OUTPUTS;
            else tile(1, VECTORS, from, mean, n, by + k * n, to + k, i), k++;
        }
        i += left < LANES ? left : left < VECTORS * LANES ? LANES : VECTORS * LANES;
    }
}
#endif
