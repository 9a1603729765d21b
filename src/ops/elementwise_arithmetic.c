// SPDX-License-Identifier: Apache-2.0
/* Elementwise arithmetic. min and max are NumPy's minimum and maximum: NaN when an operand is NaN. */
#include "kernels/cpu/row.h"

BMI_ROW2(add, v_add(a, b), )
BMI_ROW2(sub, v_sub(a, b), )
BMI_ROW2(mul, v_mul(a, b), )
BMI_ROW2(div, v_div(a, b), )
BMI_ROW2(min, v_min(a, b), )
BMI_ROW2(max, v_max(a, b), )
BMI_ROW1(neg, v_neg(a), )
