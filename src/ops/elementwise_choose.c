// SPDX-License-Identifier: Apache-2.0
/* Elementwise choice: one of two values, the smaller, the larger, a value held in bounds, a sign.
 */
// clang-format off
#include "ops/elementwise.h"

#ifndef BMI_VARIANT
#include <math.h>

extern const bm_op bmi_op_less_share, bmi_op_clip_grad;

/* The nearest whole number to a bound, inside int64_t. */
static int64_t whole_bound(double bound)
{
    return bound >= 0x1p63 ? INT64_MAX : bound < -0x1p63 ? INT64_MIN : (int64_t)bound;
}

static int64_t whole_clip(int64_t a, double low, double high)
{
    const int64_t least = whole_bound(ceil(low)), most = whole_bound(floor(high));
    return a < least ? least : a > most ? most : a;
}
#endif

BMI_ROW3(where, v_select(v_ne(a, v_zero()), b, c), CHOICE(a ? b : c), PUBLIC,
         DX3(bmi_node_failed(a.graph), bm_where(a, dy, bmi_number_like(dy, 0)), bm_where(a, bmi_number_like(dy, 0), dy)),
         "x where the condition holds, else y", CASE3((1, 0, 1), (1, 2, 3), (4, 5, 6), (1, 5, 3), "by hand"))

BMI_ROW2(minimum, v_min(a, b), NUMBERS(a < b ? a : b), PUBLIC,
         DX2(bm_mul(dy, BMI_INNER2(less_share, a, b)), bm_mul(dy, BMI_INNER2(less_share, b, a))),
         "the smaller, NaN when either is; half the gradient each where they are equal",
         CASE2((1, 5, -2), (3, 4, -2), (1, 4, -2), "by hand"), CASE2_AS(BM_I32, (1, 5), (3, -4), (1, -4), "by hand"))

BMI_ROW2(maximum, v_max(a, b), NUMBERS(a > b ? a : b), PUBLIC,
         DX2(bm_mul(dy, BMI_INNER2(less_share, b, a)), bm_mul(dy, BMI_INNER2(less_share, a, b))),
         "the larger, NaN when either is; half the gradient each where they are equal",
         CASE2((1, 5, -2), (3, 4, -2), (3, 5, -2), "by hand"), CASE2_AS(BM_I64, (1, 5), (3, -4), (3, 5), "by hand"))

BMI_ROW2(less_share, v_select(v_lt(a, b), v_set(1), v_keep(v_eq(a, b), v_set(R(.5)))), REALS, INNER, NO_DX,
         "1 where x < y, a half where equal, else 0: the part of a gradient that the smaller one gets",
         CASE2((1, 2, 3), (2, 2, 2), (1, .5, 0), "by hand"))

BMI_ROW1(sign, v_select(v_is_nan(a), a, v_sub(v_truth(v_gt(a, v_zero())), v_truth(v_lt(a, v_zero())))), NUMBERS((a > 0) - (a < 0)), PUBLIC,
         NO_DX, "-1, 0 or 1; constant to gradients", CASE1((3, 0, -.5), (1, 0, -1), "by hand"), CASE1_AS(BM_I32, (3, 0, -5), (1, 0, -1), "by hand"))

BMI_ROW1(clip, v_min_or(p1, v_max_or(p0, a)), NUMBERS(whole_clip(a, p0, p1)), INNER_P, DX1(BMI_INNER2_P(clip_grad, a, dy, p0, p1)),
         "x held in [low, high]; derivative 1 inside and on the bounds, 0 outside",
         CASE1_P((-2, .5, 7), -1, 2, (-1, .5, 2), "by hand"))

BMI_ROW2(clip_grad, v_keep(m_and(v_le(p0, a), v_le(a, p1)), b), REALS, INNER_P,
         DX2(bmi_node_failed(a.graph), BMI_INNER2_P(clip_grad, a, dy, p0, p1)), "y where x is in [low, high], else 0: the gradient of clip",
         CASE2_P((-2, .5, 2, 7), (1, 2, 3, 4), -1, 2, (0, 2, 3, 0), "by hand"))

#ifndef BMI_VARIANT
bm_node bm_clip_at(bm_node x, double low, double high, bm_place here)
{
    if (!(low <= high) && bm_node_ok(x)) {
        bmi_object_fail(x.graph, BM_E_ARGUMENT, here, "clip: low is %g, high is %g; low must be at most high", low, high);
        return bmi_node_failed(x.graph);
    }
    return bmi_op1(&bmi_op_clip, &(bmi_row_args){ { low, high } }, x, here);
}

const bmi_kind bmi_kinds_op_elementwise_choose[] = {
    BMI_OP_KIND(where), BMI_OP_KIND(minimum), BMI_OP_KIND(maximum), BMI_OP_KIND(less_share), BMI_OP_KIND(sign), BMI_OP_KIND(clip),
    BMI_OP_KIND(clip_grad), { 0 },
};
#endif
