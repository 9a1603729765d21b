// SPDX-License-Identifier: Apache-2.0
/* Vectors for files that are compiled as variants (kernels/cpu/variant.h): `vec` is 16 lanes of float or 8 lanes of double
 * (LANES) on every instruction set: one AVX-512 register, two AVX2 registers, or a compiler's vector on the baseline. So a sum
 * along a vector has one order everywhere, and AVX2 and AVX-512 give the same bits: every operation here is either exact or
 * rounded once as IEEE 754 asks, and no approximate reciprocal is used.
 *
 * Names: v_ works on reals, i_ on integers of the same width in the same lanes, m_ on masks (one truth a lane).
 *
 *   v_load v_store            LANES reals, any alignment
 *   v_load_1                  one lane: read back sooner after it was stored than a masked one
 *   v_load_n v_store_n        the first n lanes, 0 <= n <= LANES, touching no other memory; other lanes load as 0
 *   v_set v_zero              all lanes alike
 *   v_add v_sub v_mul v_div v_sqrt v_neg v_abs v_copysign
 *   v_fma(a, b, c)            a * b + c;  v_fnma: c - a * b;  v_fms: a * b - c.  Rounded once, twice on the baseline
 *   v_mul_error(a, b, p)      a * b - p for p = v_mul(a, b), exact where nothing under- or overflows
 *   v_min v_max               NumPy's minimum and maximum: NaN when either is NaN
 *   v_min_or v_max_or(a, b)   the smaller (larger); b when either is NaN or both are zero: one instruction
 *   v_lt v_le v_eq v_ne v_is_nan    comparisons; false with NaN, but v_ne is true
 *   m_and m_or m_not m_any;   m_sign(v): the sign bit is set;   m_first(n): lanes below n
 *   v_select(m, a, b)         a where m, else b;  v_keep(m, a): a where m, else 0
 *   v_round(x)                nearest integer, ties to even, |x| < 2^22 (f32) or 2^51 (f64)
 *   v_scale(x, n)             x * 2^n for a normal x and an integral n, |n| <= twice the type's exponent range / 2: one rounding,
 *                             also into denormals and infinity
 *   v_bits i_real             the same bits as integers and back
 *   i_set i_add i_sub i_and i_or i_xor i_shl(i, k) i_shr(i, k)   shr brings in zeros
 *   i_mul_low(a, b)           f64 alone: the product of the lower halves of lanes, all 64 bits of it
 *   v_of(i)                   integers as reals, |i| < 2^24 or 2^51
 *   v_to_int(x)               an integral x, |x| < 2^22 or 2^51
 *   v_gather(t, i)            t[i] per lane, 0 <= i
 *   v_sum v_prod v_largest v_smallest   over all lanes by one tree: lane i with i + LANES/2, then i + LANES/4, ...; the last
 *                             two give NaN when a lane is NaN
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_VECTOR_H
#define BMI_KERNELS_CPU_VECTOR_H
#include "kernels/cpu/variant.h"
#include <math.h>

#define V static inline __attribute__((always_inline, unused))
/* Files whose lanes never meet may define VECTOR_PARTS 1 before they include this: on the baseline a vector is then one of the
 * compiler's instead of four, with as many lanes fewer: a quarter of the code for the same numbers. Without v_sum and its like. */
#if BMI_VARIANT_ISA > 0 || !defined VECTOR_PARTS
#undef VECTOR_PARTS
#define VECTOR_PARTS 4
#endif
#if BMI_VARIANT_REAL == 32
#define LANES        (4 * VECTOR_PARTS)
#define MANTISSA     23              /* bits of the fraction */
#define BIAS         127             /* of the exponent */
#define R(x)         x##f            /* a constant of the real type */
#define REAL_MIN     0x1p-126f       /* smallest normal number */
#define REAL_MAX     0x1.fffffep127f
#define ROUNDER      0x1.8p23f       /* adding and subtracting it rounds to an integer */
#define SIGN_BIT     INT32_MIN
typedef int32_t  lane_int;
typedef uint32_t lane_bits;
#else
#define LANES        (2 * VECTOR_PARTS)
#define MANTISSA     52
#define BIAS         1023
#define R(x)         x
#define REAL_MIN     0x1p-1022
#define REAL_MAX     0x1.fffffffffffffp1023
#define ROUNDER      0x1.8p52
#define SIGN_BIT     INT64_MIN
typedef int64_t  lane_int;
typedef uint64_t lane_bits;
#endif

#if BMI_VARIANT_ISA == 2
#include "kernels/cpu/vector_avx512.h"
#elif BMI_VARIANT_ISA == 1
#include "kernels/cpu/vector_avx2.h"
#else
#include "kernels/cpu/vector_baseline.h"
#endif

/* ---- what follows is the same on all instruction sets ---- */

V vec v_zero(void) { return v_set(0); }

V vec v_neg(vec a) { return i_real(i_xor(v_bits(a), i_set(SIGN_BIT))); }
V vec v_abs(vec a) { return i_real(i_and(v_bits(a), i_set(~SIGN_BIT))); }

V vec v_copysign(vec size, vec sign)
{
    const ivec top = i_set(SIGN_BIT);
    return i_real(i_or(i_and(v_bits(sign), top), i_and(v_bits(size), i_set(~SIGN_BIT))));
}

V mask v_gt(vec a, vec b) { return v_lt(b, a); }
V mask v_ge(vec a, vec b) { return v_le(b, a); }
V vec  v_min(vec a, vec b) { return v_select(v_is_nan(a), a, v_min_or(a, b)); }
V vec  v_max(vec a, vec b) { return v_select(v_is_nan(a), a, v_max_or(a, b)); }
V vec  v_truth(mask m) { return v_keep(m, v_set(1)); } /* 1 where m, else 0 */
V vec  v_clamp_or(vec x, real low, real high) { return v_min_or(v_set(high), v_max_or(v_set(low), x)); } /* NaN stays */

V vec v_round(vec x)
{
    const vec big = v_set(ROUNDER);
    return v_sub(v_add(x, big), big);
}

/* 2^n of an integral n with a normal result. */
V vec v_pow2(vec n)
{
    return i_real(i_shl(v_bits(v_add(n, v_set(ROUNDER + BIAS))), MANTISSA));
}

#if VECTOR_PARTS == 4
#if BMI_VARIANT_REAL == 32
#define TREE(op, a) a = op(a, v_half(a)), a = op(a, v_quarter(a)), a = op(a, v_eighth(a)), a = op(a, v_sixteenth(a))
#else
#define TREE(op, a) a = op(a, v_half(a)), a = op(a, v_quarter(a)), a = op(a, v_eighth(a))
#endif
V real v_sum(vec a) { TREE(v_add, a); return v_first(a); }
V real v_prod(vec a) { TREE(v_mul, a); return v_first(a); }
V real v_smallest(vec a) { TREE(v_min, a); return v_first(a); }
V real v_largest(vec a) { TREE(v_max, a); return v_first(a); }
#undef TREE
#endif

V ivec v_to_int(vec x) { return i_sub(v_bits(v_add(x, v_set(ROUNDER))), v_bits(v_set(ROUNDER))); }

#endif
