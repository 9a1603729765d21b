// SPDX-License-Identifier: Apache-2.0
#include <string.h>
__attribute__((weak)) bool bmi_isa_has(bmi_isa isa)
{
    return isa == BMI_BASELINE || (isa == BMI_AVX2 && __builtin_cpu_supports("avx2")) || (isa == BMI_AVX512 && __builtin_cpu_supports("avx512bw"));
}
__attribute__((weak)) const char *bmi_isa_name(bmi_isa isa) { return isa == BMI_BASELINE ? "baseline" : isa == BMI_AVX2 ? "avx2" : "avx512"; }
__attribute__((weak)) size_t bm_type_size(bm_type type)
{
    return type == BM_F32 || type == BM_I32 ? 4 : type == BM_F64 || type == BM_I64 ? 8 : 1;
}
