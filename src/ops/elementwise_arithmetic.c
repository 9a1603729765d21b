// SPDX-License-Identifier: Apache-2.0
/* Elementwise arithmetic: sums, products, quotients, and the plain functions of one input. Whole numbers wrap around as
 * two's complement does; their quotient goes towards zero, and by zero it is 0 (C leaves it undefined, NumPy gives 0).
 */
// clang-format off
#include "ops/elementwise.h"

#ifndef BMI_VARIANT
static int64_t whole_div(int64_t a, int64_t b)
{
    return b == 0 ? 0 : b == -1 ? wrap_sub(0, a) : a / b;
}
#endif

BMI_ROW2(add, v_add(a, b), NUMBERS(wrap_add(a, b)), PUBLIC, DX2(dy, dy), "x + y, elementwise with broadcasting",
         CASE2((1, -2, .5), (4, 5, -6), (5, 3, -5.5), "by hand"), CASE2_AS(BM_I32, (2147483647, 7), (1, -9), (-2147483648., -2), "by hand"))

BMI_ROW2(sub, v_sub(a, b), NUMBERS(wrap_sub(a, b)), PUBLIC, DX2(dy, bm_neg(dy)), "x - y, elementwise with broadcasting",
         CASE2((1, -2, .5), (4, 5, -6), (-3, -7, 6.5), "by hand"), CASE2_AS(BM_I64, (5, 7), (1, -9), (4, 16), "by hand"))

BMI_ROW2(mul, v_mul(a, b), NUMBERS(wrap_mul(a, b)), PUBLIC, DX2(bm_mul(dy, b), bm_mul(dy, a)), "x * y, elementwise with broadcasting",
         CASE2((1, -2, .5), (4, 5, -6), (4, -10, -3), "by hand"), CASE2_AS(BM_I32, (5, 7), (1, -9), (5, -63), "by hand"))

BMI_ROW2(div, v_div(a, b), NUMBERS(whole_div(a, b)), PUBLIC, DX2(bm_div(dy, b), bm_neg(bm_mul(bm_div(dy, b), y))),
         "x / y, elementwise with broadcasting; of integers towards zero, and 0 where y is 0",
         CASE2((1, -2, 3), (4, 5, -6), (.25, -.4, -.5), "by hand"), CASE2_AS(BM_I32, (7, -7, 9), (2, 2, 0), (3, -3, 0), "by hand"))

BMI_ROW1(neg, v_neg(a), NUMBERS(wrap_sub(0, a)), PUBLIC, DX1(bm_neg(dy)), "-x, elementwise", CASE1((1, -2.5, 0), (-1, 2.5, 0), "by hand"))

BMI_ROW1(abs, v_abs(a), NUMBERS(a < 0 ? wrap_sub(0, a) : a), PUBLIC, DX1(bm_mul(dy, bm_sign(a))), "|x|; derivative sign(x), 0 at 0",
         CASE1((1, -2.5, 0), (1, 2.5, 0), "by hand"), CASE1_AS(BM_I64, (3, -8), (3, 8), "by hand"))

BMI_ROW1(square, v_mul(a, a), NUMBERS(wrap_mul(a, a)), PUBLIC, DX1(bm_mul(bm_scale(dy, 2), a)), "x * x", CASE1((1, -2.5, 0), (1, 6.25, 0), "by hand"))

BMI_ROW1(reciprocal, v_div(v_set(1), a), REALS, PUBLIC, DX1(bm_neg(bm_mul(dy, bm_square(y)))), "1 / x", CASE1((1, -2.5, 8), (1, -.4, .125), "by hand"))

BMI_ROW1(sqrt, v_sqrt(a), REALS, PUBLIC, DX1(bm_div(bm_scale(dy, .5), y)), "square root; NaN below 0", CASE1((0, 1, 6.25), (0, 1, 2.5), "by hand"))

BMI_ROW1(rsqrt, v_rsqrt(a), REALS, PUBLIC, DX1(bm_mul(bm_scale(dy, -.5), bm_mul(y, bm_square(y)))), "1 / sqrt(x)",
         CASE1((1, 6.25, 16), (1, .4, .25), "by hand"))

BMI_ROW1(scale, v_mul(a, p0), REALS, PUBLIC_P1, DX1(bm_scale(dy, p0)), "x * by", CASE1_P((1, -2, 0), 2.5, 0, (2.5, -5, 0), "by hand"))

BMI_ROW1(shift, v_add(a, p0), REALS, PUBLIC_P1, DX1(dy), "x + by", CASE1_P((1, -2, 0), 2.5, 0, (3.5, .5, 2.5), "by hand"))

BMI_ROW1(copy, a, NUMBERS(a), INNER, DX1(dy), "x: the vector code of everything that only moves", CASE1((1, -2, 0), (1, -2, 0), "by hand"))

#ifndef BMI_VARIANT
const bmi_kind bmi_kinds_op_elementwise_arithmetic[] = {
    BMI_OP_KIND(add), BMI_OP_KIND(sub), BMI_OP_KIND(mul), BMI_OP_KIND(div), BMI_OP_KIND(neg), BMI_OP_KIND(abs), BMI_OP_KIND(square),
    BMI_OP_KIND(reciprocal), BMI_OP_KIND(sqrt), BMI_OP_KIND(rsqrt), BMI_OP_KIND(scale), BMI_OP_KIND(shift), BMI_OP_KIND(copy), { 0 },
};
#endif
