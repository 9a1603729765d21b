// SPDX-License-Identifier: Apache-2.0
/* Elementwise sine, cosine and error function. */
// clang-format off
#include "ops/elementwise.h"

BMI_ROW1(sin, v_sin(a), REALS, PUBLIC, DX1(bm_mul(dy, bm_cos(a))), "sine",
         CASE1((0, 1, -2.5), (0, .8414709848078965, -.5984721441039564), "numpy 2.4: np.sin"))

BMI_ROW1(cos, v_cos(a), REALS, PUBLIC, DX1(bm_neg(bm_mul(dy, bm_sin(a)))), "cosine",
         CASE1((0, 1, -2.5), (1, .5403023058681398, -.8011436155469337), "numpy 2.4: np.cos"))

BMI_ROW1(erf, v_erf(a), REALS, PUBLIC, DX1(bm_mul(bm_scale(dy, 1.1283791670955126), bm_exp(bm_neg(bm_square(a))))), "the error function",
         CASE1((0, .5, -1, 3), (0, .5204998778130465, -.8427007929497149, .9999779095030014), "scipy 1.17: scipy.special.erf"))

#ifndef BMI_VARIANT
const bmi_kind bmi_kinds_op_elementwise_trig[] = { BMI_OP_KIND(sin), BMI_OP_KIND(cos), BMI_OP_KIND(erf), { 0 } };
#endif
