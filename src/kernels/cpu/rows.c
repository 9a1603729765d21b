// SPDX-License-Identifier: Apache-2.0
/* The tables of variants/rows.c, which is made for f64 alone. */
#include "kernels/cpu/rows.h"

#if BMI_HAS_X86
#define TABLE(T, name)                                                \
    extern T name##_f64_baseline, name##_f64_avx2, name##_f64_avx512; \
    T *const name[BMI_ISA_COUNT] = { name##_f64_baseline, name##_f64_avx2, name##_f64_avx512 }
#else
#define TABLE(T, name)            \
    extern T name##_f64_baseline; \
    T *const name[BMI_ISA_COUNT] = { name##_f64_baseline, name##_f64_baseline, name##_f64_baseline }
#endif
TABLE(bmi_gram_add_body, bmi_gram_add);
TABLE(bmi_fold_rows_body, bmi_fold_rows);
