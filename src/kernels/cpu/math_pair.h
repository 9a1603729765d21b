// SPDX-License-Identifier: Apache-2.0
/* Polynomials, and numbers in two parts (high + low, the low one below the rounding of the high one). Part of kernels/cpu/math.h.
 * Sources: Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971; Knuth, "The Art
 * of Computer Programming", volume 2, 4.2.2.
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_MATH_PAIR_H
#define BMI_KERNELS_CPU_MATH_PAIR_H
#include "kernels/cpu/vector.h"
#include "kernels/cpu/math_coefficients.h"

/* c[0] + c[1] x + ... by Horner's rule: the fewest operations. */
V vec v_poly(vec x, const real *c, int n)
{
    vec y = v_set(c[n - 1]);
#pragma GCC unroll 32
    for (int i = n - 2; i >= 0; i--) y = v_fma(y, x, v_set(c[i]));
    return y;
}

/* The same by even and odd powers, with z = x^2: half the latency. */
V vec v_poly2(vec x, vec z, const real *c, int n)
{
    vec a = v_set(c[n - 1]), b = v_set(c[n - 2]);
#pragma GCC unroll 32
    for (int i = n - 3; i >= 1; i -= 2) a = v_fma(a, z, v_set(c[i])), b = v_fma(b, z, v_set(c[i - 1]));
    if (n % 2) return v_fma(b, x, v_fma(a, z, v_set(c[0]))); /* a has the even powers */
    return v_fma(a, x, b);
}
#define COUNT(c)       ((int)(sizeof(c) / sizeof *(c)))
#define POLY(x, c)     v_poly(x, c, COUNT(c))
#define POLY2(x, z, c) v_poly2(x, z, c, COUNT(c))

typedef struct pair { vec high, low; } pair;

/* a + b exactly, when |a| >= |b| or a = 0. */
V pair pair_quick_sum(vec a, vec b)
{
    const vec s = v_add(a, b);
    return (pair){ s, v_add(v_sub(a, s), b) };
}

/* a + b exactly. */
V pair pair_sum(vec a, vec b)
{
    const vec s = v_add(a, b), t = v_sub(s, a);
    return (pair){ s, v_add(v_sub(a, v_sub(s, t)), v_sub(b, t)) };
}

/* a * b exactly. */
V pair pair_product(vec a, vec b)
{
    const vec p = v_mul(a, b);
    return (pair){ p, v_mul_error(a, b, p) };
}

V pair pair_add(pair a, pair b)
{
    const pair s = pair_sum(a.high, b.high);
    return pair_quick_sum(s.high, v_add(s.low, v_add(a.low, b.low)));
}

V pair pair_mul(pair a, pair b)
{
    const pair p = pair_product(a.high, b.high);
    return pair_quick_sum(p.high, v_add(p.low, v_fma(a.high, b.low, v_mul(a.low, b.high))));
}

/* a / b, in two parts. */
V pair pair_div(pair a, pair b)
{
    const vec  inverse = v_div(v_set(1), b.high), q = v_mul(a.high, inverse);
    const pair p       = pair_product(q, b.high);
    const vec  rest    = v_add(v_sub(v_sub(a.high, p.high), p.low), v_fnma(q, b.low, a.low));
    return pair_quick_sum(q, v_mul(rest, inverse));
}

/* a / b, rounded to one. */
V vec pair_quotient(pair a, pair b) { return pair_div(a, b).high; }

#endif
