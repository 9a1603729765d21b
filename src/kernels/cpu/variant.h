// SPDX-License-Identifier: Apache-2.0
/* Variants: a source file in src/kernels/cpu/variants/ and every src/ops/elementwise_*.c is compiled once for each real type
 * and instruction set. The build defines
 *     BMI_VARIANT        e.g. f32_avx512   (the suffix of every symbol the file exports)
 *     BMI_VARIANT_REAL   32 or 64
 *     BMI_VARIANT_ISA    0 baseline, 1 AVX2+FMA, 2 AVX-512 (F, VL, DQ, BW)
 * and the flags of the instruction set. Inside, `real` is float or double and BMI_V(name) is name_f32_avx512.
 * Outside, BMI_VARIANTS(type, name) declares all six and BMI_VARIANT_TABLE(name) is a [isa][real] table of them.
 */
#ifndef BMI_KERNELS_CPU_VARIANT_H
#define BMI_KERNELS_CPU_VARIANT_H
#include "kernels/kernel.h"

#define BMI_PASTE_(a, b) a##_##b
#define BMI_PASTE(a, b) BMI_PASTE_(a, b)
#ifdef BMI_VARIANT
#define BMI_V(name) BMI_PASTE(name, BMI_VARIANT)
#if BMI_VARIANT_REAL == 32
typedef float real;
#else
typedef double real;
#endif
#endif

#if defined __x86_64__
#define BMI_HAS_X86 1
#define BMI_VARIANTS(T, name) \
    extern T name##_f32_baseline, name##_f64_baseline, name##_f32_avx2, name##_f64_avx2, name##_f32_avx512, name##_f64_avx512
#define BMI_VARIANT_TABLE(name)                                                             \
    {                                                                                       \
        { name##_f32_baseline, name##_f64_baseline }, { name##_f32_avx2, name##_f64_avx2 }, \
        {                                                                                   \
            name##_f32_avx512, name##_f64_avx512                                            \
        }                                                                                   \
    }
#else
#define BMI_HAS_X86 0
#define BMI_VARIANTS(T, name) extern T name##_f32_baseline, name##_f64_baseline
#define BMI_VARIANT_TABLE(name)                                                                     \
    {                                                                                               \
        { name##_f32_baseline, name##_f64_baseline }, { name##_f32_baseline, name##_f64_baseline }, \
        {                                                                                           \
            name##_f32_baseline, name##_f64_baseline                                                \
        }                                                                                           \
    }
#endif

#endif
