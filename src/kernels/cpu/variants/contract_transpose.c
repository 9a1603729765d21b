// SPDX-License-Identifier: Apache-2.0
/* Transposing a matrix in registers, some columns at a time. A register is filled from 128-bit pieces of rows that lie apart
 * (the load does the exchange of whole pieces); what is left is to transpose inside the pieces by unpacks. The baseline moves
 * number by number.
 */
#include "kernels/cpu/variants/contract_transpose.h"
#include "kernels/cpu/lanes.h"

#if BMI_VARIANT_ISA == 0
void BMI_V(bmi_contract_transpose)(real *to, int64_t to_step, const real *from, int64_t from_step, int64_t rows,
                                   int64_t columns, bool pad)
{
    const int64_t padded = pad ? (rows + LANES - 1) / LANES * LANES : rows;
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < padded; i++) to[j * to_step + i] = i < rows ? from[i * from_step + j] : 0;
}
#else

enum { PIECE = 16 / (int)sizeof(real), PIECES = VECTOR_BYTES / 16 };
#if BMI_VARIANT_REAL == 32
typedef __m128 piece;
#else
typedef __m128d piece;
#endif

/* The first n numbers at p, n <= PIECE. */
BMI_INLINE piece piece_load(const bool whole, const real *p, int n)
{
#if BMI_VARIANT_REAL == 32
    return whole ? _mm_loadu_ps(p) : _mm_maskload_ps(p, _mm_cmpgt_epi32(_mm_set1_epi32(n), _mm_setr_epi32(0, 1, 2, 3)));
#else
    return whole || n > 1 ? _mm_loadu_pd(p) : _mm_load_sd(p);
#endif
}

/* A register of 4 or 2 pieces, from its rows. */
BMI_INLINE lanes join(const piece x[PIECES])
{
#if BMI_VARIANT_ISA == 2 && BMI_VARIANT_REAL == 32
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_insertf128_ps(_mm256_castps128_ps256(x[0]), x[1], 1)),
                              _mm256_insertf128_ps(_mm256_castps128_ps256(x[2]), x[3], 1), 1);
#elif BMI_VARIANT_ISA == 2
    return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_insertf128_pd(_mm256_castpd128_pd256(x[0]), x[1], 1)),
                              _mm256_insertf128_pd(_mm256_castpd128_pd256(x[2]), x[3], 1), 1);
#elif BMI_VARIANT_REAL == 32
    return _mm256_insertf128_ps(_mm256_castps128_ps256(x[0]), x[1], 1);
#else
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(x[0]), x[1], 1);
#endif
}

#if BMI_VARIANT_ISA == 2
#define OP(op) BMI_OP(512, op)
#else
#define OP(op) BMI_OP(256, op)
#endif

/* PIECE columns of LANES rows, or of fewer: then a missing row is any other. whole: all of the PIECE columns are there, else n. */
BMI_INLINE void columns_of(const bool whole, const int all, lanes y[PIECE], const real *from, int64_t step, int rows, int n)
{
    lanes x[PIECE];
    BMI_UNROLL
    for (int i = 0; i < PIECE; i++) {
        piece part[PIECES];
        BMI_UNROLL
        for (int g = 0; g < PIECES; g++) {
            const int r = i + g * PIECE;
            part[g] = piece_load(whole, from + (all || r < rows ? r : 0) * step, n);
        }
        x[i] = join(part);
    }
#if BMI_VARIANT_REAL == 32
    const lanes low = OP(unpacklo)(x[0], x[1]), high = OP(unpackhi)(x[0], x[1]);
    const lanes low2 = OP(unpacklo)(x[2], x[3]), high2 = OP(unpackhi)(x[2], x[3]);
    y[0] = OP(shuffle)(low, low2, 0x44), y[1] = OP(shuffle)(low, low2, 0xee);
    y[2] = OP(shuffle)(high, high2, 0x44), y[3] = OP(shuffle)(high, high2, 0xee);
#else
    y[0] = OP(unpacklo)(x[0], x[1]), y[1] = OP(unpackhi)(x[0], x[1]);
#endif
}

/* All columns of up to LANES rows, stored whole or without the missing ones. The last columns may be done twice, so that loads
 * are whole. */
BMI_INLINE void strip(const bool all, const bool pad, real *to, int64_t to_step, const real *from, int64_t from_step, int rows,
                      int64_t columns)
{
    const lanes_mask out = lanes_first(rows);
    lanes y[PIECE];
    for (int64_t j = 0; j < columns; j += PIECE) {
        if (columns < PIECE) columns_of(false, all, y, from, from_step, rows, (int)columns);
        else {
            if (j > columns - PIECE) j = columns - PIECE;
            columns_of(true, all, y, from + j, from_step, rows, PIECE);
        }
        BMI_UNROLL
        for (int c = 0; c < PIECE; c++) {
            if (j + c >= columns) break;
            if (all || pad) lanes_store(to + (j + c) * to_step, y[c]);
            else lanes_store_part(to + (j + c) * to_step, out, y[c]);
        }
    }
}

#define STRIP_ARGS real *to, int64_t to_step, const real *from, int64_t from_step, int rows, int64_t columns
static void whole_strip(STRIP_ARGS)
{
    strip(true, true, to, to_step, from, from_step, rows, columns);
}
static void padded_strip(STRIP_ARGS)
{
    strip(false, true, to, to_step, from, from_step, rows, columns);
}
static void part_strip(STRIP_ARGS)
{
    strip(false, false, to, to_step, from, from_step, rows, columns);
}

void BMI_V(bmi_contract_transpose)(real *to, int64_t to_step, const real *from, int64_t from_step, int64_t rows,
                                   int64_t columns, bool pad)
{
    for (int64_t i = 0; i < rows; i += LANES) {
        const int high = rows - i < LANES ? (int)(rows - i) : LANES;
        (high == LANES ? whole_strip
         : pad         ? padded_strip
                       : part_strip)(to + i, to_step, from + i * from_step, from_step, high, columns);
    }
}
#endif
