// SPDX-License-Identifier: Apache-2.0
/* The table of variants/turn.c, which is made for f64 alone. */
#include "kernels/cpu/turn.h"

#if BMI_HAS_X86
extern bmi_turn_body bmi_turn_f64_baseline, bmi_turn_f64_avx2, bmi_turn_f64_avx512;
bmi_turn_body *const bmi_turn[BMI_ISA_COUNT] = { bmi_turn_f64_baseline, bmi_turn_f64_avx2, bmi_turn_f64_avx512 };
#else
extern bmi_turn_body bmi_turn_f64_baseline;
bmi_turn_body *const bmi_turn[BMI_ISA_COUNT] = { bmi_turn_f64_baseline, bmi_turn_f64_baseline, bmi_turn_f64_baseline };
#endif
