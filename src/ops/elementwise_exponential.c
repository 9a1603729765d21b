// SPDX-License-Identifier: Apache-2.0
/* Elementwise exponentials, logarithms and powers. Derivatives use the value where that is shorter. The derivative of x^y by y
 * is x^y log x, and 0 where x <= 0 (there x^y is no smooth function of y, or 0); by x it is 0 where y is 0.
 */
// clang-format off
#include "ops/elementwise.h"

#ifndef BMI_VARIANT
static bm_node log_above_zero(bm_node x)
{
    const bm_node none = bmi_number_like(x, 0), above = bm_greater(x, none);
    return bm_where(above, bm_log(bm_where(above, x, bmi_number_like(x, 1))), none);
}

/* y x^(y-1), and 0 where y is 0: there x^(y-1) may be infinite. */
static bm_node slope_of_base(bm_node x, bm_node y)
{
    const bm_node none = bmi_number_like(y, 0), constant = bm_equal(y, none);
    return bm_mul(y, bm_pow(x, bm_where(constant, none, bm_shift(y, -1))));
}
#endif

BMI_ROW1(exp, v_exp(a), REALS, PUBLIC, DX1(bm_mul(dy, y)), "e^x",
         CASE1((-1, 0, 1, 2.5), (.36787944117144233, 1, 2.718281828459045, 12.182493960703473), "numpy 2.4: np.exp"))

BMI_ROW1(expm1, v_expm1(a), REALS, PUBLIC, DX1(bm_mul(dy, bm_shift(y, 1))), "e^x - 1, exact near 0",
         CASE1((-1, 1e-10, 1), (-.6321205588285577, 1.00000000005e-10, 1.718281828459045), "numpy 2.4: np.expm1"))

BMI_ROW1(log, v_log(a), REALS, PUBLIC, DX1(bm_div(dy, a)), "natural logarithm; -infinity at 0, NaN below",
         CASE1((1, 2, .1), (0, .6931471805599453, -2.3025850929940455), "numpy 2.4: np.log"))

BMI_ROW1(log1p, v_log1p(a), REALS, PUBLIC, DX1(bm_div(dy, bm_shift(a, 1))), "log(1 + x), exact near 0",
         CASE1((0, 1e-10, 1, -.5), (0, 9.9999999995e-11, .6931471805599453, -.6931471805599453), "numpy 2.4: np.log1p"))

BMI_ROW2(pow, v_pow(a, b), REALS, PUBLIC,
         DX2(bm_mul(dy, slope_of_base(a, b)), bm_mul(dy, bm_mul(y, log_above_zero(a)))),
         "x^y as C's pow: of negative x for whole y alone",
         CASE2((2, 2, -2, 9, 0), (3, -1, 3, .5, 0), (8, .5, -8, 3, 1), "by hand"))

#ifndef BMI_VARIANT
const bmi_kind bmi_kinds_op_elementwise_exponential[] = {
    BMI_OP_KIND(exp), BMI_OP_KIND(expm1), BMI_OP_KIND(log), BMI_OP_KIND(log1p), BMI_OP_KIND(pow), { 0 },
};
#endif
