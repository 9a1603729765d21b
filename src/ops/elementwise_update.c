// SPDX-License-Identifier: Apache-2.0
/* The arithmetic of updates in few steps: what an optimiser does to every weight in every step of training. Each is a short form
 * of sums and products, with one rounding less where a product and a sum are one instruction.
 */
#include "ops/elementwise.h"

BMI_ROW2(mix, v_fma(a, p0, v_mul(b, p1)), REALS, PUBLIC_P2, DX2(bm_scale(dy, p0), bm_scale(dy, p1)), "p x + q y, elementwise with broadcasting",
         CASE2_P((1, -2, .5), (4, 8, -6), .75, .25, (1.75, .5, -1.125), "by hand"))

BMI_ROW2(mix_square, v_fma(a, p0, v_mul(v_mul(b, b), p1)), REALS, PUBLIC_P2, DX2(bm_scale(dy, p0), bm_mul(bm_scale(dy, 2 * p1), b)),
         "p x + q y^2, elementwise with broadcasting", CASE2_P((1, -2, .5), (4, 8, -6), .75, .25, (4.75, 14.5, 9.375), "by hand"))

BMI_ROW3(sub_product, v_fnma(b, c, a), REALS, PUBLIC, DX3(dy, bm_neg(bm_mul(dy, c)), bm_neg(bm_mul(dy, b))),
         "x - y z, elementwise with broadcasting", { .in = { BMI_REALS(1, -2, 3), BMI_REALS(4, 5, 6), BMI_REALS(.5, 1, -2) },
         .in_shape = { BMI_DIMS(3), BMI_DIMS(3), BMI_DIMS(3) }, .out = BMI_REALS(-1, -7, 15), .shape = BMI_DIMS(3), .source = "by hand" })

BMI_ROW2(root_product, v_fma(v_sqrt(a), b, p0), REALS, PUBLIC_P1, DX2(bm_div(bm_mul(bm_scale(dy, .5), b), bm_sqrt(a)), bm_mul(dy, bm_sqrt(a))),
         "sqrt(x) y + p, elementwise with broadcasting; NaN where x is below 0", CASE2_P((1, 6.25, 4), (4, 2, -6), .5, 0, (4.5, 5.5, -11.5), "by hand"))

#ifndef BMI_VARIANT
const bmi_kind bmi_kinds_op_elementwise_update[] = { BMI_OP_KIND(mix), BMI_OP_KIND(mix_square), BMI_OP_KIND(sub_product), BMI_OP_KIND(root_product), { 0 } };
#endif
