// SPDX-License-Identifier: Apache-2.0
/* The table of variants/bytes.c. */
#include "kernels/cpu/bytes.h"

BMI_VARIANTS(bmi_unit_bytes_body, bmi_unit_bytes);
bmi_unit_bytes_body *const bmi_unit_bytes[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_unit_bytes);
