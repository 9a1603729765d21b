// SPDX-License-Identifier: Apache-2.0
/* erf, the normal distribution's function and gelu. Part of kernels/cpu/math.h.
 *
 * Method: near 0 an odd polynomial; else erfc(x) = exp(-x^2) g(x), where g(x) (x + 4) is a polynomial in (x - 4) / (x + 4)
 * (Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x", Mathematics of Computation 36, 1981) and x^2
 * is taken in two parts, so that the tail keeps its digits.
 */
#ifndef BMI_KERNELS_CPU_MATH_ERF_H
#define BMI_KERNELS_CPU_MATH_ERF_H
#include "kernels/cpu/math_exp.h"

/* Beyond it exp(-x^2) is 0. */
#define ERFC_END (IS_F64 ? (real)27.5 : (real)10.5)

/* exp(x^2) erfc(x), 0 <= x <= ERFC_END. The quotient is corrected by its remainder: g is steep where x is small. */
V vec v_erfc_scaled(vec x)
{
    const vec  four = v_set(4), one = v_set(1);
    const pair d    = pair_quick_sum(four, x); /* exact where x is small, and that is where it matters */
    const vec  inverse = v_div(one, d.high), n = v_sub(x, four), q = v_mul(n, inverse);
    const vec  t = v_fma(v_fnma(q, d.low, v_fnma(q, d.high, n)), inverse, q);
    return v_mul(v_poly2(t, v_mul(t, t), erfc_c, COUNT(erfc_c)), inverse);
}

/* exp(-scale x^2), scale 1 or 1/2. */
V vec v_exp_minus_square(vec x, real scale)
{
    const vec  s = v_set(-scale);
    const pair p = pair_product(x, x);
    return v_exp_with(v_mul(s, p.high), v_mul(s, p.low));
}

/* erf(x) for |x| <= 1. */
V vec v_erf_small(vec x)
{
    const vec z = v_mul(x, x);
    return v_fma(x, v_poly2(z, v_mul(z, z), erf_c, COUNT(erf_c)), x);
}

V vec v_erf(vec x)
{
    const vec a   = v_abs(x);
    const vec b    = v_min_or(v_set(ERFC_END), a);
    const vec far  = v_sub(v_set(1), v_mul(v_exp_minus_square(b, 1), v_erfc_scaled(b)));
    return v_select(v_lt(a, v_set(1)), v_erf_small(x), v_copysign(far, x));
}

/* The standard normal distribution's function, (1 + erf(x / sqrt(2))) / 2 near 0 and erfc(-x / sqrt(2)) / 2 outside: digits are
 * kept in both tails. */
V vec v_normal_below(vec x)
{
    const vec b    = v_min_or(v_set(ERFC_END * R(1.4375)), v_abs(x));
    const vec u    = v_mul(b, v_set(half_root)), half = v_set(R(.5));
    const vec tail = v_mul(v_mul(v_exp_minus_square(b, R(.5)), half), v_erfc_scaled(u));
    const vec near = v_fma(half, v_erf_small(v_copysign(u, x)), half);
    return v_select(v_lt(u, half), near, v_select(v_lt(x, v_zero()), tail, v_sub(v_set(1), tail)));
}

/* x times the normal distribution's function (Hendrycks and Gimpel, "Gaussian error linear units", 2016); 0 at -infinity. */
V vec v_gelu(vec x) { return v_mul(v_max_or(v_set(-REAL_MAX), x), v_normal_below(x)); }

/* Its derivative, that function plus x times the normal density; 0 and 1 at the infinities. */
V vec v_gelu_slope(vec x)
{
    const vec b       = v_clamp_or(x, -ERFC_END * R(1.4375), ERFC_END * R(1.4375));
    const vec density = v_mul(v_exp_minus_square(b, R(.5)), v_set(R(.39894228040143267793994605993438)));
    return v_fma(b, density, v_normal_below(x));
}

#endif
