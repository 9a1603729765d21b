// SPDX-License-Identifier: Apache-2.0
/* Functions on vectors (kernels/cpu/vector.h), in files that are compiled as variants. Where they go wrong by how much is tested
 * in tests/kernels/test_math.c and test_every_*.c: f32 on every float for exp, log, tanh and sigmoid, else on samples. The bounds:
 * 4 ulp in f32 and 2 ulp in f64, among denormal results too.
 *
 *   v_exp v_expm1 v_tanh v_sigmoid v_silu v_silu_slope v_elu(x, alpha)    math_exp.h
 *   v_log v_log1p v_softplus v_pow(x, y)                                  math_log.h
 *   v_erf v_normal_below v_gelu v_gelu_slope                              math_erf.h
 *   v_sin v_cos                                                           math_trig.h
 *   v_rsqrt v_softsign                                                    here
 *
 * Infinities, NaN, zeros of both signs and denormals have the results that IEEE 754 and C's Annex F ask for; where the thread
 * flushes denormals (base/threads.h), denormal operands count as zeros and denormal results become zeros.
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_MATH_H
#define BMI_KERNELS_CPU_MATH_H
#include "kernels/cpu/math_erf.h"
#include "kernels/cpu/math_exp.h"
#include "kernels/cpu/math_log.h"
#include "kernels/cpu/math_trig.h"

V vec v_rsqrt(vec x) { return v_div(v_set(1), v_sqrt(x)); }

/* x / (1 + |x|); 1 and -1 at the infinities. */
V vec v_softsign(vec x)
{
    const vec y = v_clamp_or(x, -REAL_MAX, REAL_MAX);
    return v_div(y, v_add(v_set(1), v_abs(y)));
}

#endif
