// SPDX-License-Identifier: Apache-2.0
/* Products of columns and reflections over blocks of rows (kernels/cpu/rows.h). Rows are read along, so that no sum goes across a
 * register but those of a column's own length. Source: Golub, Van Loan, "Matrix Computations", 4th ed., 5.1 and 6.5.3.
 */
#include "kernels/cpu/rows.h"
#include "kernels/cpu/lanes.h"
#include <math.h>

#if BMI_VARIANT_REAL == 64
#if BMI_VARIANT_ISA == 2
enum { TILE_ROWS = 8, TILE_VECTORS = 3, STRIP = 4 };
#elif BMI_VARIANT_ISA == 1
enum { TILE_ROWS = 4, TILE_VECTORS = 3, STRIP = 2 };
#else
enum { TILE_ROWS = 4, TILE_VECTORS = 2, STRIP = 2 };
#endif

/* ---- products of columns ---- */
BMI_INLINE void gram_tile(const int vectors, const double *b, int64_t rows, int64_t step, int64_t i, int64_t j, double *g)
{
    lanes sum[TILE_ROWS][TILE_VECTORS], y[TILE_VECTORS];
    BMI_UNROLL
    for (int a = 0; a < TILE_ROWS; a++) BMI_UNROLL
    for (int v = 0; v < vectors; v++) sum[a][v] = lanes_zero();
    for (int64_t r = 0; r < rows; r++, b += step) {
        BMI_UNROLL
        for (int v = 0; v < vectors; v++) y[v] = lanes_load(b + j + v * LANES);
        BMI_UNROLL
        for (int a = 0; a < TILE_ROWS; a++) {
            const lanes x = lanes_set(b[i + a]);
            BMI_UNROLL
            for (int v = 0; v < vectors; v++) sum[a][v] = lanes_fma(x, y[v], sum[a][v]);
        }
    }
    BMI_UNROLL
    for (int a = 0; a < TILE_ROWS; a++) BMI_UNROLL
    for (int v = 0; v < vectors; v++) {
        double *to = g + (i + a) * step + j + v * LANES;
        lanes_store(to, lanes_add(lanes_load(to), sum[a][v]));
    }
}

bmi_gram_add_body BMI_V(bmi_gram_add);
void BMI_V(bmi_gram_add)(const double *b, int64_t rows, int64_t step, int64_t first, int64_t last, double *g)
{
    for (int64_t i = first; i < last; i += TILE_ROWS)
        for (int64_t j = i / LANES * LANES; j < step;) {
            const int64_t left = (step - j) / LANES;
            if (left >= 3 && TILE_VECTORS == 3) gram_tile(TILE_VECTORS, b, rows, step, i, j, g), j += 3 * LANES;
            else if (left >= 2) gram_tile(2, b, rows, step, i, j, g), j += 2 * LANES;
            else gram_tile(1, b, rows, step, i, j, g), j += LANES;
        }
}

/* ---- reflections ---- */
/* r -= s, b -= v s with s = tau (r + vT b), over `vectors` registers of columns. Four sums, of every fourth row each. */
BMI_INLINE void reflect_strip(const int vectors, const double *v, double tau, double *b, int64_t rows, int64_t step, double *r)
{
    lanes sum[4][STRIP], s[STRIP];
    BMI_UNROLL
    for (int p = 0; p < 4; p++) BMI_UNROLL
    for (int k = 0; k < vectors; k++) sum[p][k] = lanes_zero();
    for (int64_t i = 0; i < rows; i += 4) /* rows and v end by zeros */
        BMI_UNROLL
    for (int p = 0; p < 4; p++) {
        const lanes x = lanes_set(v[i + p]);
        BMI_UNROLL
        for (int k = 0; k < vectors; k++) sum[p][k] = lanes_fma(x, lanes_load(b + (i + p) * step + k * LANES), sum[p][k]);
    }
    BMI_UNROLL
    for (int k = 0; k < vectors; k++) {
        const lanes all = lanes_add(lanes_add(sum[0][k], sum[2][k]), lanes_add(sum[1][k], sum[3][k])),
                    top = lanes_load(r + k * LANES);
        s[k] = lanes_mul(lanes_set(tau), lanes_add(top, all));
        lanes_store(r + k * LANES, lanes_fnma(lanes_set(1), s[k], top));
    }
    for (int64_t i = 0; i < rows; i++) {
        const lanes x = lanes_set(v[i]);
        BMI_UNROLL
        for (int k = 0; k < vectors; k++) {
            double *to = b + i * step + k * LANES;
            lanes_store(to, lanes_fnma(x, s[k], lanes_load(to)));
        }
    }
}

BMI_INLINE double sum4(const double *v, int64_t rows)
{
    double s[4] = { 0 };
    for (int64_t i = 0; i < rows; i += 4)
        for (int p = 0; p < 4; p++) s[p] += v[i + p] * v[i + p];
    return (s[0] + s[2]) + (s[1] + s[3]);
}

/* The reflection that takes (*alpha, v) to (beta, 0): v becomes its rest, *alpha becomes beta; tau, 0 for none. */
static double reflection(double *alpha, double *v, int64_t rows)
{
    double squares = sum4(v, rows), a = *alpha, unit = 1;
    if (!(squares + a * a < 0x1p900 && squares > 0x1p-900)) { /* squares that over- or underflow, or a column of zeros */
        double largest = 0;
        for (int64_t i = 0; i < rows; i++) largest = fabs(v[i]) > largest ? fabs(v[i]) : largest;
        if (largest == 0) return 0;
        unit = fabs(a) > largest ? fabs(a) : largest;
        for (int64_t i = 0; i < rows; i++) v[i] /= unit;
        a /= unit;
        squares = sum4(v, rows);
    }
    const double norm = sqrt(a * a + squares), beta = a > 0 ? -norm : norm, by = 1 / (a - beta);
    for (int64_t i = 0; i < rows; i++) v[i] *= by;
    *alpha = beta * unit;
    return (beta - a) / beta;
}

bmi_fold_rows_body BMI_V(bmi_fold_rows);
void BMI_V(bmi_fold_rows)(double *b, int64_t rows, int64_t step, int64_t n, double *r)
{
    double v[BMI_FOLD_ROWS];
    const int64_t whole = (rows + 3) / 4 * 4;
    for (int64_t i = rows * step; i < whole * step; i++) b[i] = 0;
    for (int64_t j = 0; j < n; j++, r += step) {
        for (int64_t i = 0; i < whole; i++) v[i] = b[i * step + j];
        const double tau = reflection(r + j, v, whole), beta = r[j];
        if (tau == 0) continue;
        for (int64_t c = (j + 1) / LANES * LANES; c < step;) {
            const int64_t left = (step - c) / LANES;
            if (left >= STRIP) reflect_strip(STRIP, v, tau, b + c, whole, step, r + c), c += STRIP * LANES;
            else if (left == 3 && STRIP > 3)
                reflect_strip(STRIP > 3 ? 3 : 1, v, tau, b + c, whole, step, r + c), c += 3 * LANES;
            else if (left == 2 && STRIP > 2)
                reflect_strip(STRIP > 2 ? 2 : 1, v, tau, b + c, whole, step, r + c), c += 2 * LANES;
            else reflect_strip(1, v, tau, b + c, whole, step, r + c), c += LANES;
        }
        r[j] = beta;
    }
}
#endif
