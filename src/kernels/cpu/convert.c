// SPDX-License-Identifier: Apache-2.0
/* The tables of variants/convert.c. */
#include "kernels/cpu/convert.h"

BMI_VARIANTS(bmi_read_body, bmi_read);
BMI_VARIANTS(bmi_write_body, bmi_write);
bmi_read_body *const bmi_read[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_read);
bmi_write_body *const bmi_write[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_write);
