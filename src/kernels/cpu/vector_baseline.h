// SPDX-License-Identifier: Apache-2.0
/* Any processor, for kernels/cpu/vector.h: four (VECTOR_PARTS) of the compiler's 16-byte vectors (SSE2, NEON). Products and sums
 * are rounded apart, as no FMA is assumed, so the bits differ from the other instruction sets.
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_VECTOR_BASELINE_H
#define BMI_KERNELS_CPU_VECTOR_BASELINE_H
#include <math.h>
#include <string.h>

typedef real      vec_part __attribute__((vector_size(16)));
typedef lane_int  int_part __attribute__((vector_size(16)));
typedef lane_bits bit_part __attribute__((vector_size(16)));
typedef struct { vec_part at[VECTOR_PARTS]; } vec;
typedef struct { int_part at[VECTOR_PARTS]; } ivec;
typedef struct { int_part at[VECTOR_PARTS]; } mask; /* lanes of all ones and of zeros */

V vec v_load(const real *p)
{
    vec a;
    memcpy(&a, p, sizeof a);
    return a;
}

V void v_store(real *p, vec a) { memcpy(p, &a, sizeof a); }

/* Not inlined: tails are rare and these loops are long. */
static __attribute__((noinline, unused)) vec v_load_n(const real *p, size_t n)
{
    real lane[LANES] = { 0 };
    for (size_t i = 0; i < n; i++) lane[i] = p[i];
    return v_load(lane);
}

V vec v_load_1(const real *p) { return v_load_n(p, 1); }

static __attribute__((noinline, unused)) void v_store_n(real *p, vec a, size_t n)
{
    real lane[LANES];
    v_store(lane, a);
    for (size_t i = 0; i < n; i++) p[i] = lane[i];
}

/* Part by part, and no loop: parts are found in registers before any loop is looked at, which keeps code short. */
#define PART(n, expression) { enum { i = n }; y.at[i] = (expression); }
#if VECTOR_PARTS == 4
#define EACH(T, expression) T y; PART(0, expression) PART(1, expression) PART(2, expression) PART(3, expression) return y
#else
#define EACH(T, expression) T y; PART(0, expression) return y
#endif

V vec  v_set(real x) { EACH(vec, x - (vec_part){ 0 }); }
V ivec i_set(lane_int x) { EACH(ivec, x - (int_part){ 0 }); }
V vec v_add(vec a, vec b) { EACH(vec, a.at[i] + b.at[i]); }
V vec v_sub(vec a, vec b) { EACH(vec, a.at[i] - b.at[i]); }
V vec v_mul(vec a, vec b) { EACH(vec, a.at[i] * b.at[i]); }
V vec v_div(vec a, vec b) { EACH(vec, a.at[i] / b.at[i]); }
V vec v_fma(vec a, vec b, vec c) { EACH(vec, a.at[i] * b.at[i] + c.at[i]); }
V vec v_fms(vec a, vec b, vec c) { EACH(vec, a.at[i] * b.at[i] - c.at[i]); }
V vec v_fnma(vec a, vec b, vec c) { EACH(vec, c.at[i] - a.at[i] * b.at[i]); }
V vec v_sqrt(vec a)
{
    real lane[LANES];
    v_store(lane, a);
    for (int i = 0; i < LANES; i++) lane[i] = (real)(sizeof(real) == 4 ? sqrtf((float)lane[i]) : sqrt(lane[i]));
    return v_load(lane);
}

V ivec v_bits(vec a) { EACH(ivec, (int_part)a.at[i]); }
V vec  i_real(ivec a) { EACH(vec, (vec_part)a.at[i]); }
V ivec i_add(ivec a, ivec b) { EACH(ivec, (int_part)((bit_part)a.at[i] + (bit_part)b.at[i])); }
V ivec i_sub(ivec a, ivec b) { EACH(ivec, (int_part)((bit_part)a.at[i] - (bit_part)b.at[i])); }
V ivec i_and(ivec a, ivec b) { EACH(ivec, a.at[i] & b.at[i]); }
V ivec i_or(ivec a, ivec b) { EACH(ivec, a.at[i] | b.at[i]); }
V ivec i_xor(ivec a, ivec b) { EACH(ivec, a.at[i] ^ b.at[i]); }
V ivec i_shl(ivec a, int k) { EACH(ivec, (int_part)((bit_part)a.at[i] << k)); }
V ivec i_shr(ivec a, int k) { EACH(ivec, (int_part)((bit_part)a.at[i] >> k)); }
#if BMI_VARIANT_REAL == 64
V ivec i_mul_low(ivec a, ivec b)
{
    EACH(ivec, (int_part)(((bit_part)a.at[i] & 0xffffffffu) * ((bit_part)b.at[i] & 0xffffffffu)));
}
#endif
V vec  v_of(ivec a) { EACH(vec, __builtin_convertvector(a.at[i], vec_part)); }
V vec  v_gather(const real *t, ivec index)
{
    lane_int at[LANES];
    real     lane[LANES];
    memcpy(at, &index, sizeof at);
    for (int i = 0; i < LANES; i++) lane[i] = t[at[i]];
    return v_load(lane);
}

static __attribute__((noinline, unused)) mask m_first(size_t n)
{
    lane_int lane[LANES];
    mask     m;
    for (size_t i = 0; i < LANES; i++) lane[i] = -(lane_int)(i < n);
    memcpy(&m, lane, sizeof m);
    return m;
}

V mask v_lt(vec a, vec b) { EACH(mask, a.at[i] < b.at[i]); }
V mask v_le(vec a, vec b) { EACH(mask, a.at[i] <= b.at[i]); }
V mask v_eq(vec a, vec b) { EACH(mask, a.at[i] == b.at[i]); }
V mask v_ne(vec a, vec b) { EACH(mask, a.at[i] != b.at[i]); }
V mask v_is_nan(vec a) { EACH(mask, a.at[i] != a.at[i]); }
V mask m_sign(vec a) { EACH(mask, (int_part)a.at[i] < (int_part){ 0 }); }
V mask m_and(mask a, mask b) { EACH(mask, a.at[i] & b.at[i]); }
V mask m_or(mask a, mask b) { EACH(mask, a.at[i] | b.at[i]); }
V mask m_not(mask a) { EACH(mask, ~a.at[i]); }
V bool m_any(mask a)
{
    lane_int lane[LANES], any = 0;
    memcpy(lane, &a, sizeof lane);
    for (int i = 0; i < LANES; i++) any |= lane[i];
    return any != 0;
}
V vec v_select(mask m, vec a, vec b)
{
    EACH(vec, (vec_part)((m.at[i] & (int_part)a.at[i]) | (~m.at[i] & (int_part)b.at[i])));
}
V vec v_keep(mask m, vec a) { EACH(vec, (vec_part)(m.at[i] & (int_part)a.at[i])); }
V vec v_min_or(vec a, vec b) { return v_select(v_lt(a, b), a, b); }
V vec v_max_or(vec a, vec b) { return v_select(v_lt(b, a), a, b); }

/* Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971: halves of each
 * factor whose products are exact. Splitting overflows beyond the largest number / 2^(bits / 2). */
V vec v_mul_error(vec a, vec b, vec p)
{
    const vec split = v_set((real)(((lane_int)1 << ((MANTISSA + 2) / 2)) + 1));
    const vec ta = v_mul(a, split), tb = v_mul(b, split);
    const vec a1 = v_sub(ta, v_sub(ta, a)), b1 = v_sub(tb, v_sub(tb, b));
    const vec a2 = v_sub(a, a1), b2 = v_sub(b, b1);
    return v_fma(a2, b2, v_fma(a2, b1, v_fma(a1, b2, v_fms(a1, b1, p))));
}

/* Two factors near 2^(n/2): no product before the last one leaves the normal numbers, so it rounds once. */
V vec v_scale(vec x, vec n)
{
    const vec  big   = v_set(ROUNDER), bias = v_set(ROUNDER + BIAS);
    const vec  a     = v_sub(v_fma(n, v_set(R(.5)), big), big), b = v_sub(n, a);
    const ivec two_a = i_shl(v_bits(v_add(a, bias)), MANTISSA), two_b = i_shl(v_bits(v_add(b, bias)), MANTISSA);
    return v_mul(v_mul(x, i_real(two_a)), i_real(two_b));
}

#if VECTOR_PARTS == 4
/* The lanes turned by half, a quarter, ...: what the trees of v_sum and its like need. */
V vec v_half(vec a) { return (vec){ { a.at[2], a.at[3], a.at[0], a.at[1] } }; }
V vec v_quarter(vec a) { return (vec){ { a.at[1], a.at[0], a.at[3], a.at[2] } }; }
#if BMI_VARIANT_REAL == 32
V vec v_eighth(vec a) { EACH(vec, __builtin_shufflevector(a.at[i], a.at[i], 2, 3, 0, 1)); }
V vec v_sixteenth(vec a) { EACH(vec, __builtin_shufflevector(a.at[i], a.at[i], 1, 0, 3, 2)); }
#else
V vec v_eighth(vec a) { EACH(vec, __builtin_shufflevector(a.at[i], a.at[i], 1, 0)); }
#endif
#endif
V real v_first(vec a) { return a.at[0][0]; }

#undef PART
#undef EACH
#endif
