// SPDX-License-Identifier: Apache-2.0
/* Transposing a matrix by squares of LANES x LANES in registers: unpacks inside the 128-bit pieces of a register, then
 * exchanges of whole pieces. The baseline moves number by number.
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

/* Afterwards piece L of x[PIECE * g + c] holds column PIECE * L + c of rows PIECE * g to PIECE * (g + 1) - 1. */
enum { PIECE = 16 / (int)sizeof(real), PIECES = VECTOR_BYTES / 16 };
#define UNPACK(part, a, b) BMI_PASTE_OP(unpack##part)(a, b)
#if BMI_VARIANT_ISA == 2
#define BMI_PASTE_OP(op) BMI_OP(512, op)
#else
#define BMI_PASTE_OP(op) BMI_OP(256, op)
#endif

BMI_INLINE void within_pieces(lanes x[LANES])
{
    lanes t[LANES];
    BMI_UNROLL
    for (int i = 0; i < LANES; i += 2) {
        t[i] = UNPACK(lo, x[i], x[i + 1]);
        t[i + 1] = UNPACK(hi, x[i], x[i + 1]);
    }
#if BMI_VARIANT_REAL == 64
    BMI_UNROLL
    for (int i = 0; i < LANES; i++) x[i] = t[i];
#else
    BMI_UNROLL
    for (int i = 0; i < LANES; i += 4) {
#if BMI_VARIANT_ISA == 2
        x[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
        x[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
        x[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        x[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
#else
        x[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        x[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        x[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        x[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
#endif
    }
#endif
}

BMI_INLINE void across_pieces(lanes x[LANES])
{
#if BMI_VARIANT_ISA == 2
#if BMI_VARIANT_REAL == 32
#define PIECES_OF(a, b, which) _mm512_shuffle_f32x4(a, b, which)
#else
#define PIECES_OF(a, b, which) _mm512_shuffle_f64x2(a, b, which)
#endif
    BMI_UNROLL
    for (int c = 0; c < PIECE; c++) {
        lanes *const y = x + c;
        const lanes  even = PIECES_OF(y[0], y[PIECE], 0x88), odd = PIECES_OF(y[0], y[PIECE], 0xdd);
        const lanes  even2 = PIECES_OF(y[2 * PIECE], y[3 * PIECE], 0x88), odd2 = PIECES_OF(y[2 * PIECE], y[3 * PIECE], 0xdd);
        y[0] = PIECES_OF(even, even2, 0x88);
        y[PIECE] = PIECES_OF(odd, odd2, 0x88);
        y[2 * PIECE] = PIECES_OF(even, even2, 0xdd);
        y[3 * PIECE] = PIECES_OF(odd, odd2, 0xdd);
    }
#else
    BMI_UNROLL
    for (int c = 0; c < PIECE; c++) {
        const lanes low = BMI_OP(256, permute2f128)(x[c], x[PIECE + c], 0x20);
        x[PIECE + c] = BMI_OP(256, permute2f128)(x[c], x[PIECE + c], 0x31);
        x[c] = low;
    }
#endif
}

/* One square. rows, columns <= LANES, constant when whole. */
BMI_INLINE void square(const bool whole, real *to, int64_t to_step, const real *from, int64_t from_step, int rows, int columns,
                       bool pad)
{
    lanes            x[LANES];
    const lanes_mask in = lanes_first(columns), out = lanes_first(pad ? LANES : rows);
    BMI_UNROLL
    for (int i = 0; i < LANES; i++) {
        if (whole) x[i] = lanes_load(from + i * from_step);
        else x[i] = i < rows ? lanes_load_part(from + i * from_step, in) : lanes_zero();
    }
    within_pieces(x);
    across_pieces(x);
    BMI_UNROLL
    for (int i = 0; i < LANES; i++) {
        if (whole) lanes_store(to + i * to_step, x[i]);
        else if (i < columns) lanes_store_part(to + i * to_step, out, x[i]);
    }
}

static void whole_square(real *to, int64_t to_step, const real *from, int64_t from_step)
{
    square(true, to, to_step, from, from_step, LANES, LANES, false);
}

static void part_square(real *to, int64_t to_step, const real *from, int64_t from_step, int rows, int columns, bool pad)
{
    square(false, to, to_step, from, from_step, rows, columns, pad);
}

void BMI_V(bmi_contract_transpose)(real *to, int64_t to_step, const real *from, int64_t from_step, int64_t rows,
                                   int64_t columns, bool pad)
{
    for (int64_t j = 0; j < columns; j += LANES) {
        const int wide = columns - j < LANES ? (int)(columns - j) : LANES;
        for (int64_t i = 0; i < rows; i += LANES) {
            const int   high = rows - i < LANES ? (int)(rows - i) : LANES;
            real *const corner = to + j * to_step + i;
            if (wide == LANES && high == LANES) whole_square(corner, to_step, from + i * from_step + j, from_step);
            else part_square(corner, to_step, from + i * from_step + j, from_step, high, wide, pad);
        }
    }
}
#endif
