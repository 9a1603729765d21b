// SPDX-License-Identifier: Apache-2.0
/* Lanes: one vector register of `real` and the few operations a contraction needs, the same names on every instruction set.
 * Included by files of kernels/cpu/variants/ only (kernels/cpu/variant.h says how they are compiled).
 *
 *     lanes        a register of LANES numbers                lanes_mask   which of the first lanes take part
 *
 * On the baseline a register is 16 bytes of the compiler's own vector type (SSE2, NEON), and lanes_fma is a multiply and an
 * add; on AVX2 and AVX-512 it is one rounding. Loads and stores need no alignment. Masked ones touch no memory outside.
 */
// clang-format off
#ifndef BMI_KERNELS_CPU_LANES_H
#define BMI_KERNELS_CPU_LANES_H
#include "kernels/cpu/variant.h"
#include <string.h>
#if BMI_VARIANT_ISA > 0
#include <immintrin.h>
#endif

#define BMI_INLINE static inline __attribute__((always_inline, unused))
#if defined __clang__
#define BMI_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BMI_UNROLL _Pragma("GCC unroll 32")
#endif

#define VECTOR_BYTES (BMI_VARIANT_ISA == 0 ? 16 : BMI_VARIANT_ISA == 1 ? 32 : 64)
#define LANES        ((int)(VECTOR_BYTES / sizeof(real)))

#if BMI_VARIANT_REAL == 32
#define BMI_OP(bits, op) _mm##bits##_##op##_ps
#else
#define BMI_OP(bits, op) _mm##bits##_##op##_pd
#endif

#if BMI_VARIANT_ISA == 2
/* ------------------------------------------------------------------------------------------------------------ AVX-512 */
#if BMI_VARIANT_REAL == 32
typedef __m512    lanes;
typedef __mmask16 lanes_mask;
#else
typedef __m512d  lanes;
typedef __mmask8 lanes_mask;
#endif
BMI_INLINE lanes      lanes_zero(void) { return BMI_OP(512, setzero)(); }
BMI_INLINE lanes      lanes_set(real x) { return BMI_OP(512, set1)(x); }
BMI_INLINE lanes      lanes_load(const real *p) { return BMI_OP(512, loadu)(p); }
BMI_INLINE void       lanes_store(real *p, lanes x) { BMI_OP(512, storeu)(p, x); }
BMI_INLINE lanes      lanes_load_part(const real *p, lanes_mask m) { return BMI_OP(512, maskz_loadu)(m, p); }
BMI_INLINE void       lanes_store_part(real *p, lanes_mask m, lanes x) { BMI_OP(512, mask_storeu)(p, m, x); }
BMI_INLINE lanes      lanes_add(lanes a, lanes b) { return BMI_OP(512, add)(a, b); }
BMI_INLINE lanes      lanes_mul(lanes a, lanes b) { return BMI_OP(512, mul)(a, b); }
BMI_INLINE lanes      lanes_fma(lanes a, lanes b, lanes c) { return BMI_OP(512, fmadd)(a, b, c); }
BMI_INLINE lanes      lanes_fnma(lanes a, lanes b, lanes c) { return BMI_OP(512, fnmadd)(a, b, c); } /* c - a * b */
BMI_INLINE lanes_mask lanes_first(int64_t n) { return (lanes_mask)((1u << n) - 1u); }

#elif BMI_VARIANT_ISA == 1
/* --------------------------------------------------------------------------------------------------------- AVX2 + FMA */
typedef __m256i lanes_mask;
#if BMI_VARIANT_REAL == 32
typedef __m256 lanes;
BMI_INLINE lanes_mask lanes_first(int64_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#else
typedef __m256d lanes;
BMI_INLINE lanes_mask lanes_first(int64_t n)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
#endif
BMI_INLINE lanes lanes_zero(void) { return BMI_OP(256, setzero)(); }
BMI_INLINE lanes lanes_set(real x) { return BMI_OP(256, set1)(x); }
BMI_INLINE lanes lanes_load(const real *p) { return BMI_OP(256, loadu)(p); }
BMI_INLINE void  lanes_store(real *p, lanes x) { BMI_OP(256, storeu)(p, x); }
BMI_INLINE lanes lanes_load_part(const real *p, lanes_mask m) { return BMI_OP(256, maskload)(p, m); }
BMI_INLINE void  lanes_store_part(real *p, lanes_mask m, lanes x) { BMI_OP(256, maskstore)(p, m, x); }
BMI_INLINE lanes lanes_add(lanes a, lanes b) { return BMI_OP(256, add)(a, b); }
BMI_INLINE lanes lanes_mul(lanes a, lanes b) { return BMI_OP(256, mul)(a, b); }
BMI_INLINE lanes lanes_fma(lanes a, lanes b, lanes c) { return BMI_OP(256, fmadd)(a, b, c); }
BMI_INLINE lanes lanes_fnma(lanes a, lanes b, lanes c) { return BMI_OP(256, fnmadd)(a, b, c); }

#else
/* ----------------------------------------------------------------------------------------------------------- baseline */
typedef real    lanes __attribute__((vector_size(16)));
typedef int64_t lanes_mask;
BMI_INLINE lanes lanes_zero(void) { return (lanes){ 0 }; }
BMI_INLINE lanes lanes_set(real x) { return x - (lanes){ 0 }; }
BMI_INLINE lanes lanes_load(const real *p)
{
    lanes x;
    memcpy(&x, p, sizeof x);
    return x;
}
BMI_INLINE void  lanes_store(real *p, lanes x) { memcpy(p, &x, sizeof x); }
/* Not inlined: they stand in every kernel, many times in unrolled loops, and are needed at the edges of matrices alone. */
static __attribute__((noinline, unused)) lanes lanes_load_part(const real *p, lanes_mask m)
{
    if (m >= LANES) return lanes_load(p);
    lanes x = lanes_zero();
    for (int64_t i = 0; i < m; i++) x[i] = p[i];
    return x;
}
static __attribute__((noinline, unused)) void lanes_store_part(real *p, lanes_mask m, lanes x)
{
    if (m >= LANES) lanes_store(p, x);
    else
        for (int64_t i = 0; i < m; i++) p[i] = x[i];
}
BMI_INLINE lanes      lanes_add(lanes a, lanes b) { return a + b; }
BMI_INLINE lanes      lanes_mul(lanes a, lanes b) { return a * b; }
BMI_INLINE lanes      lanes_fma(lanes a, lanes b, lanes c) { return a * b + c; }
BMI_INLINE lanes      lanes_fnma(lanes a, lanes b, lanes c) { return c - a * b; }
BMI_INLINE lanes_mask lanes_first(int64_t n) { return n; }
#endif

#endif
