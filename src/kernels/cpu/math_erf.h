// SPDX-License-Identifier: Apache-2.0
/* erf, the normal distribution's function and gelu. Part of kernels/cpu/math.h.
 *
 * Method: near 0 an odd polynomial; else erfc(x) = exp(-x^2) g(x), where g(x) (x + 4) is a polynomial in (x - 4) / (x + 4)
 * (Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x", Mathematics of Computation 36, 1981) and x^2
 * is taken in two parts, so that the tail keeps its digits.
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_MATH_ERF_H
#define BMI_KERNELS_CPU_MATH_ERF_H
#include "kernels/cpu/math_exp.h"

/* Beyond it exp(-x^2) is 0. */
#define ERFC_END   (IS_F64 ? (real)27.5 : (real)10.5)
#define NORMAL_END (IS_F64 ? (real)39.5 : (real)15)

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

/* c + t y: a step of Horner's rule in two parts. */
V pair pair_above(real c, vec t, pair y)
{
    const pair p = pair_product(t, y.high), s = pair_sum(v_set(c), p.high);
    return (pair){ s.high, v_add(s.low, v_fma(t, y.low, p.low)) };
}

/* factor / 2 erfc(b / sqrt(2)) of 0 <= b <= NORMAL_END: the upper tail of the normal distribution, times a factor that keeps its digits
 * where the tail alone would be a denormal number. Every product is carried in two parts up to the last rounding. */
V vec v_normal_tail(vec b, vec factor)
{
    const vec four = v_set(4), one = v_set(1);
    pair      u = pair_product(b, v_set(half_root));
    u.low       = v_fma(b, v_set(half_root_low), u.low);
    pair n = pair_sum(u.high, v_neg(four)), d = pair_sum(u.high, four);
    n.low = v_add(n.low, u.low), d.low = v_add(d.low, u.low);
    const pair t = pair_div(n, d);
    const vec  rest = v_poly2(t.high, v_mul(t.high, t.high), erfc_c + 2, COUNT(erfc_c) - 2);
    const pair s = pair_above(erfc_c[1], t.high, (pair){ rest, v_zero() });
    pair       g = pair_above(erfc_c[0], t.high, s);
    g.low        = v_fma(t.low, POLY(t.high, erfc_slope_c), g.low);

    const pair    square = pair_product(b, b);
    const vec     half = v_set(R(.5)), low = v_mul(v_neg(half), square.low);
    const reduced e = v_exp_reduce(v_mul(v_neg(half), square.high));
    const vec     r = v_add(e.r, low);
    pair          m = pair_quick_sum(one, r);
    m.low           = v_add(m.low, v_add(v_exp_rest(r), v_add(e.low, v_sub(low, v_sub(r, e.r)))));

    const pair q = pair_div(pair_mul(g, m), d);
    const vec  f = v_mul(half, factor), y = v_mul(f, q.high);
    return v_scale(v_add(y, v_fma(f, q.low, v_mul_error(f, q.high, y))), e.n);
}

/* Phi(x), the standard normal distribution's function, times x or 1: (1 + erf(x / sqrt(2))) / 2 near 0, the tail or what it leaves
 * outside. Of NaN, whose sign the parts do not keep, x. */
V vec v_normal_times(vec x, bool times)
{
    const vec  b = v_min_or(v_set(NORMAL_END), v_abs(x)), half = v_set(R(.5)), one = v_set(1);
    const mask left = v_lt(x, v_zero());
    const vec  tail = v_normal_tail(b, times ? v_select(left, v_neg(b), one) : one);
    const vec  near = v_fma(half, v_erf_small(v_mul(v_set(half_root), x)), half), far = v_sub(one, tail);
    const mask middle = v_lt(b, v_set(R(.5)));
    const vec  y = v_select(middle, times ? v_mul(x, near) : near, v_select(left, tail, times ? v_mul(x, far) : far));
    return v_select(v_is_nan(x), x, y);
}

V vec v_normal_below(vec x) { return v_normal_times(x, false); }

/* x Phi(x) (Hendrycks and Gimpel, "Gaussian error linear units", 2016); 0 at -infinity. */
V vec v_gelu(vec x) { return v_normal_times(x, true); }

/* Its derivative, Phi(x) plus x times the normal density; 0 and 1 at the infinities. */
V vec v_gelu_slope(vec x)
{
    const vec b       = v_clamp_or(x, -NORMAL_END, NORMAL_END);
    const vec density = v_mul(v_exp_minus_square(b, R(.5)), v_set(R(.39894228040143267793994605993438)));
    return v_fma(b, density, v_normal_below(x));
}

#endif
