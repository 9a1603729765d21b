// SPDX-License-Identifier: Apache-2.0
/* Elementwise comparison and logic. The results are bools; inside a program a bool is the real 0 or 1. A comparison with NaN is
 * false, but not_equal is true, as IEEE 754 has it.
 */
// clang-format off
#include "ops/elementwise.h"

BMI_ROW2(equal, v_truth(v_eq(a, b)), ANY_COMPARE(a == b), PUBLIC, NO_DX, "x = y, as bool",
         CASE2((1, 2, 3), (2, 2, 2), (0, 1, 0), "by hand"), CASE2_AS(BM_I64, (5, 7), (5, 8), (1, 0), "by hand"))

BMI_ROW2(not_equal, v_truth(v_ne(a, b)), ANY_COMPARE(a != b), PUBLIC, NO_DX, "x is not y, as bool",
         CASE2((1, 2, 3), (2, 2, 2), (1, 0, 1), "by hand"), CASE2_AS(BM_BOOL, (0, 1), (0, 0), (0, 1), "by hand"))

BMI_ROW2(less, v_truth(v_lt(a, b)), COMPARE(a < b), PUBLIC, NO_DX, "x < y, as bool",
         CASE2((1, 2, 3), (2, 2, 2), (1, 0, 0), "by hand"), CASE2_AS(BM_I32, (-5, 7), (5, 7), (1, 0), "by hand"))

BMI_ROW2(less_equal, v_truth(v_le(a, b)), COMPARE(a <= b), PUBLIC, NO_DX, "x <= y, as bool", CASE2((1, 2, 3), (2, 2, 2), (1, 1, 0), "by hand"))

BMI_ROW2(greater, v_truth(v_gt(a, b)), COMPARE(a > b), PUBLIC, NO_DX, "x > y, as bool",
         CASE2((1, 2, 3), (2, 2, 2), (0, 0, 1), "by hand"), CASE2_AS(BM_U8, (200, 7), (5, 7), (1, 0), "by hand"))

BMI_ROW2(greater_equal, v_truth(v_ge(a, b)), COMPARE(a >= b), PUBLIC, NO_DX, "x >= y, as bool",
         CASE2((1, 2, 3), (2, 2, 2), (0, 1, 1), "by hand"))

BMI_ROW2(and, v_mul(a, b), LOGIC(a & b), PUBLIC, NO_DX, "both, of bools", CASE2_AS(BM_BOOL, (0, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 1), "by hand"))

BMI_ROW2(or, v_max_or(a, b), LOGIC(a | b), PUBLIC, NO_DX, "one or both, of bools",
         CASE2_AS(BM_BOOL, (0, 0, 1, 1), (0, 1, 0, 1), (0, 1, 1, 1), "by hand"))

BMI_ROW1(not, v_sub(v_set(1), a), LOGIC(!a), PUBLIC, NO_DX, "the other bool", CASE1_AS(BM_BOOL, (0, 1), (1, 0), "by hand"))

BMI_ROW1(is_finite, v_truth(v_eq(v_sub(a, a), v_zero())), TEST, PUBLIC, NO_DX, "neither infinite nor NaN, as bool",
         CASE1((1, -2.5, 0, 1e300 * 1e300, 1e300 * 1e300 * 0), (1, 1, 1, 0, 0), "by hand"))

#ifndef BMI_VARIANT
const bmi_kind bmi_kinds_op_elementwise_compare[] = {
    BMI_OP_KIND(equal), BMI_OP_KIND(not_equal), BMI_OP_KIND(less), BMI_OP_KIND(less_equal), BMI_OP_KIND(greater),
    BMI_OP_KIND(greater_equal), BMI_OP_KIND(and), BMI_OP_KIND(or), BMI_OP_KIND(not), BMI_OP_KIND(is_finite), { 0 },
};
#endif
