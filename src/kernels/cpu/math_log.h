// SPDX-License-Identifier: Apache-2.0
/* log, log1p, pow and softplus. Part of kernels/cpu/math.h.
 *
 * Method: x = 2^e m with sqrt(1/2) <= m < sqrt(2). f32: a polynomial in m - 1. f64: log m = 2 atanh(s), s = (m - 1) / (m + 1), with
 * the leading terms kept apart (Tang, "Table-driven implementation of the logarithm function", ACM TOMS 16, 1990; Muller,
 * "Elementary Functions", chapter 11). pow takes the logarithm in two parts, so that the product with y keeps its digits.
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_MATH_LOG_H
#define BMI_KERNELS_CPU_MATH_LOG_H
#include "kernels/cpu/math_exp.h"

/* The exponent of a positive normal x as sqrt(1/2) <= x / 2^e < sqrt(2) has it, in the bits of an integer. */
V ivec v_exponent(vec x)
{
    const ivec low = v_bits(v_set(half_root)), bias = i_set((lane_int)BIAS << MANTISSA);
    return i_sub(i_shr(i_add(i_sub(v_bits(x), low), bias), MANTISSA), i_set(BIAS));
}

/* x = 2^e m, for x > 0, denormals as well. */
typedef struct split { vec e, m; } split;

V split v_split(vec x)
{
    const mask small = v_lt(x, v_set(REAL_MIN));
    const real lift  = IS_F64 ? (real)54 : (real)25;
    const vec  y     = v_select(small, v_mul(x, v_set(IS_F64 ? (real)0x1p54 : (real)0x1p25)), x);
    const ivec e     = v_exponent(y);
    return (split){ v_sub(v_of(e), v_keep(small, v_set(lift))), i_real(i_sub(v_bits(y), i_shl(e, MANTISSA))) };
}

/* e log 2 + log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2). */
V vec v_log_of_parts(vec e, vec f)
{
    const vec z = v_mul(f, f), half = v_mul(z, v_set(R(.5)));
#if BMI_VARIANT_REAL == 32
    const vec y = v_sub(v_fma(e, v_set(ln2_low), v_mul(v_mul(z, f), POLY2(f, z, log_c))), half);
    return v_fma(e, v_set(ln2_high), v_add(f, y));
#else
    const vec s = v_div(f, v_add(f, v_set(2))), w = v_mul(s, s);
    const vec y = v_fma(s, v_fma(w, POLY(w, atanh_c), half), v_mul(e, v_set(ln2_low)));
    return v_fma(e, v_set(ln2_high), v_sub(f, v_sub(half, y)));
#endif
}

/* What a logarithm is outside (0, infinity): -infinity at 0, NaN below, infinity at infinity, NaN of NaN. */
V vec v_log_ends(vec x, vec y)
{
    const vec infinity = v_set((real)INFINITY);
    y = v_select(v_lt(x, infinity), y, x);
    y = v_select(v_lt(x, v_zero()), v_set((real)NAN), y);
    return v_select(v_eq(x, v_zero()), v_neg(infinity), y);
}

V vec v_log(vec x)
{
    const split p = v_split(x);
    return v_log_ends(x, v_log_of_parts(p.e, v_sub(p.m, v_set(1))));
}

/* log(1 + x): f = 2^-e (1 + x) - 1 is rounded once, as e comes from 1 + x and 2^-e - 1 is exact where it matters. */
V vec v_log1p(vec x)
{
    const vec  u = v_add(x, v_set(1));
    const ivec e = v_exponent(u);
    const vec  t = i_real(i_sub(v_bits(v_set(1)), i_shl(e, MANTISSA)));
    const vec  m = i_real(i_sub(v_bits(u), i_shl(e, MANTISSA))); /* for large x, whose 2^-e may be no normal number */
    const vec  f = v_select(v_lt(v_set((real)0x1p60), x), v_sub(m, v_set(1)), v_fma(x, t, v_sub(t, v_set(1))));
    const vec  y = v_log_of_parts(v_of(e), f);
    return v_select(v_lt(v_abs(x), v_set(IS_F64 ? (real)0x1p-54 : (real)0x1p-25)), x, v_log_ends(u, y));
}

/* log(1 + exp(x)). */
V vec v_softplus(vec x) { return v_add(v_max_or(v_zero(), x), v_log1p(v_exp(v_neg(v_abs(x))))); }

/* log x in two parts, x > 0 and finite: as v_log_of_parts with 2 s + 2/3 s^3 and e log 2 carried in two parts. */
V pair v_log_pair(vec x)
{
    const split p    = v_split(x);
    const vec   one  = v_set(1);
    const pair  s    = pair_div((pair){ v_sub(p.m, one), v_zero() }, pair_sum(p.m, one));
    const pair  z    = pair_mul(s, s);
    const pair  c    = pair_quick_sum(v_set(third_high), v_fma(z.high, POLY(z.high, atanh5_c), v_set(third_low)));
    const pair  cube = pair_mul(pair_mul(s, z), c);
    const pair  log  = pair_add((pair){ v_add(s.high, s.high), v_add(s.low, s.low) }, cube);
    const pair  e    = pair_quick_sum(v_mul(p.e, v_set(ln2_high)), v_mul(p.e, v_set(ln2_low)));
    return pair_add(e, log);
}

V mask v_is_whole(vec x)
{
    const vec a = v_abs(x), big = v_set(IS_F64 ? (real)0x1p52 : (real)0x1p23);
    return m_or(v_le(big, a), v_eq(v_sub(v_add(a, big), big), a));
}

/* x^y with the special cases of C (ISO/IEC 9899, F.10.4.4). */
V vec v_pow(vec x, vec y)
{
    const vec  a = v_abs(x), one = v_set(1), zero = v_zero(), infinity = v_set((real)INFINITY);
    const pair l = v_log_pair(a);
    const vec  log = v_log_ends(a, l.high), w = v_mul(y, log);
    const mask plain = m_and(v_lt(v_abs(w), v_set(2 * EXP_HIGH)), v_lt(zero, v_abs(w)));
    const vec  low   = v_keep(plain, v_fma(y, l.low, v_mul_error(y, log, w)));
    vec        r     = v_exp_with(w, low);
    r = v_select(m_and(v_eq(a, one), m_not(v_is_nan(y))), one, r);
    const mask whole = v_is_whole(y), odd = m_and(whole, m_not(v_is_whole(v_mul(y, v_set(R(.5))))));
    r = v_select(m_and(m_sign(x), odd), v_neg(r), r);
    r = v_select(m_and(m_and(v_lt(x, zero), v_lt(a, infinity)), m_not(m_or(whole, v_is_nan(y)))), v_set((real)NAN), r);
    return v_select(m_or(v_eq(y, zero), v_eq(x, one)), one, r);
}

#endif
