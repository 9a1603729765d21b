// SPDX-License-Identifier: Apache-2.0
/* exp, expm1 and what is made of them: tanh, sigmoid. Part of kernels/cpu/math.h.
 *
 * Method: x = n log 2 + r with |r| <= log(2)/2, a polynomial for exp(r), and 2^n put back (Muller, "Elementary Functions",
 * chapters 5 and 11; Cody and Waite, "Software Manual for the Elementary Functions", 1980, for log 2 in two parts).
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_MATH_EXP_H
#define BMI_KERNELS_CPU_MATH_EXP_H
#include "kernels/cpu/math_pair.h"

#define IS_F64 (BMI_VARIANT_REAL == 64)
/* Where exp gives 0 and infinity, and where 1 - exp(-x) and tanh(x / 2) give 1. */
#define EXP_LOW  (IS_F64 ? (real)-746 : (real)-104)
#define EXP_HIGH (IS_F64 ? (real)710 : (real)89)
#define EXP_ONE  (IS_F64 ? (real)42 : (real)20)

/* x = n log 2 + r + low. */
typedef struct reduced { vec n, r, low; } reduced;

V reduced v_exp_reduce(vec x)
{
    const vec big = v_set(ROUNDER);
    const vec n   = v_sub(v_fma(x, v_set(log2_e), big), big);
    const vec r1  = v_fnma(n, v_set(ln2_high), x); /* exact */
    const vec r   = v_fnma(n, v_set(ln2_low), r1);
    return (reduced){ n, r, v_fnma(n, v_set(ln2_low), v_sub(r1, r)) };
}

/* exp(r) - 1 - r, for exp and (with one coefficient more) for expm1. */
V vec v_exp_rest(vec r) { const vec z = v_mul(r, r); return v_mul(z, POLY2(r, z, exp_c)); }
V vec v_expm1_rest(vec r) { const vec z = v_mul(r, r); return v_mul(z, POLY2(r, z, expm1_c)); }

/* exp(x + low) for a low of a few roundings of x. */
V vec v_exp_with(vec x, vec low)
{
    const reduced e = v_exp_reduce(v_clamp_or(x, EXP_LOW, EXP_HIGH));
    const vec     r = v_add(e.r, low), rest = v_sub(low, v_sub(r, e.r));
    return v_scale(v_add(v_set(1), v_add(r, v_add(v_exp_rest(r), rest))), e.n);
}

V vec v_exp(vec x)
{
    const reduced e = v_exp_reduce(v_clamp_or(x, EXP_LOW, EXP_HIGH));
    const vec     z = v_mul(e.r, e.r);
    return v_scale(v_add(v_set(1), v_fma(z, POLY2(e.r, z, exp_c), e.r)), e.n);
}

V vec v_expm1(vec x)
{
    const reduced e = v_exp_reduce(v_clamp_or(x, -EXP_ONE, EXP_HIGH));
    const vec     z = v_mul(e.r, e.r), q = POLY2(e.r, z, expm1_c);
    const vec     p = IS_F64 ? v_add(e.r, v_fma(z, q, e.low)) : v_fma(z, q, e.r);
    const vec     s = v_pow2(v_sub(e.n, v_set(1))); /* half of 2^n, which could overflow */
    const vec     y = v_fma(s, p, v_sub(s, v_set(R(.5))));
    const mask    tiny = v_lt(v_abs(x), v_set(IS_F64 ? (real)0x1p-54 : (real)0x1p-25));
    return v_select(tiny, x, v_add(y, y));
}

/* expm1(y) of 0 <= y <= EXP_ONE in two parts. */
V pair v_expm1_pair(vec y)
{
    const reduced e = v_exp_reduce(y);
    const pair    p = pair_quick_sum(e.r, v_add(v_expm1_rest(e.r), e.low));
    const vec     s = v_pow2(e.n);
    const pair    t = pair_quick_sum(v_sub(s, v_set(1)), v_mul(s, p.high)); /* n = 0: 0 and all of it, exact as well */
    return (pair){ t.high, v_fma(s, p.low, t.low) };
}

/* t / (t + 2) with t = expm1(2|x|): the same digits left and right of 0, and all of them near it. */
V vec v_tanh(vec x)
{
    const vec a = v_abs(x), y = v_min_or(v_set(EXP_ONE), v_add(a, a));
    if (IS_F64) {
        const pair t = v_expm1_pair(y);
        pair       d = pair_sum(t.high, v_set(2));
        d.low        = v_add(d.low, t.low);
        return v_copysign(pair_quotient(t, d), x);
    }
    const reduced e = v_exp_reduce(y);
    const vec     z = v_mul(e.r, e.r), s = v_pow2(e.n);
    const vec     t = v_fma(s, v_fma(z, POLY2(e.r, z, expm1_c), e.r), v_sub(s, v_set(1)));
    return v_copysign(v_div(t, v_add(t, v_set(2))), x);
}

/* 1 / (1 + e) or e / (1 + e) with e = exp(-|x|): nothing overflows, and a result near 0 keeps its digits. */
V vec v_sigmoid(vec x)
{
    const vec  y        = v_neg(v_abs(x)), one = v_set(1);
    const mask negative = v_lt(x, v_zero());
    if (IS_F64) {
        const reduced e = v_exp_reduce(v_max_or(v_set(EXP_LOW), y));
        const pair    u = pair_quick_sum(e.r, v_add(v_exp_rest(e.r), e.low));
        pair          p = pair_quick_sum(one, u.high);
        p               = (pair){ v_scale(p.high, e.n), v_scale(v_add(p.low, u.low), e.n) };
        pair d          = pair_quick_sum(one, p.high);
        d.low           = v_add(d.low, p.low);
        return pair_quotient((pair){ v_select(negative, p.high, one), v_keep(negative, p.low) }, d);
    }
    const vec e = v_exp(y);
    return v_div(v_select(negative, e, one), v_add(one, e));
}

/* x exp(x) of x < 0, with the digits that exp(x) alone would lose among the denormal numbers. */
V vec v_exp_times(vec x)
{
    const vec     y = v_max_or(v_set(EXP_LOW - 8), x);
    const reduced e = v_exp_reduce(y);
    return v_scale(v_mul(y, v_add(v_set(1), v_add(e.r, v_add(v_exp_rest(e.r), e.low)))), e.n);
}

/* x sigmoid(x); 0 at -infinity. */
V vec v_silu(vec x)
{
    const mask far = v_lt(x, v_set(IS_F64 ? (real)-700 : (real)-80)); /* there sigmoid(x) is exp(x) */
    const vec  y   = v_mul(v_max_or(x, v_set(-REAL_MAX)), v_sigmoid(x)); /* of NaN it takes -REAL_MAX: of two NaN either sign could come out */
    return m_any(far) ? v_select(far, v_exp_times(x), y) : y;
}

/* Its derivative, s (1 + x (1 - s)); 0 and 1 at the infinities. */
V vec v_silu_slope(vec x)
{
    const vec s = v_sigmoid(x), one = v_set(1);
    return v_mul(s, v_fma(v_clamp_or(x, -REAL_MAX, REAL_MAX), v_sub(one, s), one));
}

/* x where x > 0, alpha (exp(x) - 1) elsewhere. */
V vec v_elu(vec x, vec alpha) { return v_select(v_lt(v_zero(), x), x, v_mul(alpha, v_expm1(x))); }

#endif
