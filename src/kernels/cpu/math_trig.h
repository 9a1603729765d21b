// SPDX-License-Identifier: Apache-2.0
/* sin and cos. Part of kernels/cpu/math.h.
 *
 * Method: x = n pi/2 + r with pi/2 in four parts (Cody and Waite, 1980), polynomials for sin and cos of r, chosen by n; beyond
 * ANGLE_END, which is rare, each lane is reduced alone with as many digits of 2/pi as it needs (kernels/cpu/angle.h).
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_MATH_TRIG_H
#define BMI_KERNELS_CPU_MATH_TRIG_H
#include "kernels/cpu/angle.h"
#include "kernels/cpu/math_pair.h"

#define ANGLE_END (sizeof(real) == 8 ? (real)12000 : (real)3000) /* n times a part of pi/2 stays exact */

/* x = (4 k + n) pi/2 + r + low. */
typedef struct angle { ivec n; vec r, low; } angle;

V angle v_angle_large(angle a, vec x)
{
    real     at[LANES], r[LANES], low[LANES];
    lane_int n[LANES];
    v_store(at, x), v_store(r, a.r), v_store(low, a.low);
    v_store((real *)(void *)n, i_real(a.n));
    for (int i = 0; i < LANES; i++) {
        double high, rest;
        if (at[i] <= ANGLE_END && at[i] >= -ANGLE_END) continue;
        n[i]   = bmi_angle_reduce((double)at[i], &high, &rest);
        r[i]   = (real)high;
        low[i] = (real)(sizeof(real) == 8 ? rest : high - (double)r[i]);
    }
    return (angle){ v_bits(v_load((const real *)(const void *)n)), v_load(r), v_load(low) };
}

V angle v_angle(vec x)
{
    const vec big = v_set(ROUNDER);
    const vec t = v_fma(x, v_set(two_over_pi), big), n = v_sub(t, big);
    vec       r = v_fnma(n, v_set(half_pi[1]), v_fnma(n, v_set(half_pi[0]), x));
    const vec w = v_mul(n, v_set(half_pi[2])), high = v_sub(r, w);
    const vec low = v_fnma(n, v_set(half_pi[3]), v_sub(v_sub(r, high), w));
    r             = v_add(high, low);
    const angle a = { v_bits(t), r, v_sub(low, v_sub(r, high)) };
    return m_any(m_not(v_le(v_abs(x), v_set(ANGLE_END)))) ? v_angle_large(a, x) : a;
}

/* sin of an angle turned by `turns` quarters. */
V vec v_sin_turned(vec x, lane_int turns)
{
    const angle a = v_angle(x);
    const vec   z = v_mul(a.r, a.r), half = v_mul(z, v_set(R(.5))), one = v_set(1), w = v_sub(one, half);
    const vec   s = v_add(a.r, v_fma(v_mul(a.r, z), POLY(z, sin_c), v_fnma(a.low, half, a.low)));
    const vec   c = v_add(w, v_add(v_sub(v_sub(one, w), half), v_fnma(a.r, a.low, v_mul(v_mul(z, z), POLY(z, cos_c)))));
    const ivec  n = i_add(a.n, i_set(turns));
    const mask  swap = m_sign(i_real(i_shl(n, (int)sizeof(real) * 8 - 1)));
    const ivec  sign = i_and(i_shl(n, (int)sizeof(real) * 8 - 2), i_set(SIGN_BIT));
    return i_real(i_xor(v_bits(v_select(swap, c, s)), sign));
}

V vec v_sin(vec x) { return v_select(v_eq(x, v_zero()), x, v_sin_turned(x, 0)); } /* the sign of 0 stays */
V vec v_cos(vec x) { return v_sin_turned(x, 1); }

#endif
