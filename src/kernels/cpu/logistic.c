// SPDX-License-Identifier: Apache-2.0
/* The table of variants/logistic.c. */
#include "kernels/cpu/logistic.h"

BMI_VARIANTS(bmi_logistic_body, bmi_logistic_rows);
bmi_logistic_body *const bmi_logistic_rows[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_logistic_rows);
