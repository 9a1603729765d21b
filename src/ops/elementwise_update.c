// SPDX-License-Identifier: Apache-2.0
/* The arithmetic of updates in few steps: what an optimiser does to every weight in every step of training. Each is a short form
 * of sums and products, with one rounding less where a product and a sum are one instruction.
 */
// clang-format off
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

/* All that Adam does to a weight: m and v mixed with the gradient and its square, w less rate m / (sqrt(v) root + epsilon). Step by step
 * the chain takes 1.6 times as long: it loads and stores the tile five times, and roots and quotients wait for each other. */
#ifdef BMI_VARIANT
typedef void bmi_group_body(size_t n, void *const *y, const void *const *x, const double *p);
bmi_group_body BMI_V(bmi_group_adam);
void BMI_V(bmi_group_adam)(size_t n, void *const *y, const void *const *x, const double *p)
{
    real *const       m = y[0], *const v = y[1], *const w = y[2];
    const real *const m_old = x[0], *const v_old = x[1], *const w_old = x[2], *const g = x[3], *const root = x[4], *const rate = x[5];
    const vec         p0 = v_set((real)p[0]), p1 = v_set((real)p[1]), p2 = v_set((real)p[2]), p3 = v_set((real)p[3]), p4 = v_set((real)p[4]);
    const vec         none = v_zero();
    for (size_t i = 0; i < n; i += LANES) {
        const size_t left = n - i;
        const vec    gradient = bmi_row_operand(true, g, i, left);
        const vec    average = bmi_row_mix(bmi_row_operand(true, m_old, i, left), gradient, none, p0, p1);
        const vec    square = bmi_row_mix_square(bmi_row_operand(true, v_old, i, left), gradient, none, p2, p3);
        const vec    below = bmi_row_root_product(square, bmi_row_operand(true, root, i, left), none, p4, none);
        const vec    weight = bmi_row_sub_product(bmi_row_operand(true, w_old, i, left), bmi_row_operand(true, rate, i, left), v_div(average, below), none, none);
        if (left >= LANES) v_store(m + i, average), v_store(v + i, square), v_store(w + i, weight);
        else v_store_n(m + i, average, left), v_store_n(v + i, square, left), v_store_n(w + i, weight, left);
    }
}
#else
typedef void bmi_group_body(size_t n, void *const *y, const void *const *x, const double *p);
BMI_VARIANTS(bmi_group_body, bmi_group_adam);
static const bmi_group_code group_adam_code = BMI_VARIANT_TABLE(bmi_group_adam);
static const bmi_group      group_adam      = { .n_steps  = 5,
                                                .n_inputs = 6,
                                                .step = { { &bmi_code_mix, -1, -4, BMI_NONE, { 0 } }, { &bmi_code_mix_square, -2, -4, BMI_NONE, { 0 } },
                                                          { &bmi_code_root_product, 1, -5, BMI_NONE, { 0 } }, { &bmi_code_div, 0, 2, BMI_NONE, { 0 } },
                                                          { &bmi_code_sub_product, -3, -6, 3, { 0 } } },
                                                .kept = { true, true, false, false, true },
                                                .code = &group_adam_code };

const bmi_kind bmi_kinds_op_elementwise_update[] = { BMI_OP_KIND(mix), BMI_OP_KIND(mix_square), BMI_OP_KIND(sub_product), BMI_OP_KIND(root_product),
                                                     { "group", "adam", &group_adam }, { 0 } };
#endif
