// SPDX-License-Identifier: Apache-2.0
/* Sums along k by lanes: 16 (f32) or 8 (f64) partial sums, whatever the width of a register, joined by one tree: number l and
 * l + half, half halving. So every instruction set with fused multiply-adds gives the same bits.
 *
 *     wide    the partial sums of one element of C, WIDE registers
 *     quad    4 numbers; fold gives the last 4 of one tree, quad_sums finishes 4 trees at once
 */
#ifndef BMI_KERNELS_CPU_VARIANTS_CONTRACT_SUMS_H
#define BMI_KERNELS_CPU_VARIANTS_CONTRACT_SUMS_H
#include "kernels/cpu/lanes.h"

#define PARTIAL (64 / (int)sizeof(real))
#define WIDE (64 / VECTOR_BYTES)

typedef struct wide {
    lanes part[WIDE];
} wide;

#if BMI_VARIANT_ISA == 0
typedef struct quad {
    real x[4];
} quad;

BMI_INLINE quad fold(wide s)
{
    quad q;
    const lanes even = s.part[0] + s.part[2], odd = s.part[1] + s.part[3];
    if (LANES == 4) lanes_store(q.x, even + odd);
    else {
        lanes_store(q.x, even);
        lanes_store(q.x + 2, odd);
    }
    return q;
}

BMI_INLINE quad quad_sums(quad a, quad b, quad c, quad d)
{
#define SUM(q) (q.x[0] + q.x[2]) + (q.x[1] + q.x[3])
    return (quad){ { SUM(a), SUM(b), SUM(c), SUM(d) } };
#undef SUM
}
BMI_INLINE void quad_store(real *to, quad q, int n)
{
    memcpy(to, q.x, (size_t)n * sizeof(real));
}
BMI_INLINE quad quad_add_one(real x, quad q)
{
    for (int i = 0; i < 4; i++) q.x[i] = x + q.x[i];
    return q;
}
BMI_INLINE quad quad_add(const real *at, quad q, int n)
{
    for (int i = 0; i < n; i++) q.x[i] = at[i] + q.x[i];
    return q;
}

#elif BMI_VARIANT_REAL == 32
typedef __m128 quad;

BMI_INLINE quad fold(wide s)
{
#if BMI_VARIANT_ISA == 2
    const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(s.part[0]), _mm512_extractf32x8_ps(s.part[0], 1));
#else
    const __m256 half = _mm256_add_ps(s.part[0], s.part[1]);
#endif
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

BMI_INLINE quad quad_sums(quad a, quad b, quad c, quad d)
{
    const __m128 ab = _mm_add_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
    const __m128 cd = _mm_add_ps(_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
    return _mm_add_ps(_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab));
}
BMI_INLINE __m128i quad_first(int n)
{
    return _mm_cmpgt_epi32(_mm_set1_epi32(n), _mm_setr_epi32(0, 1, 2, 3));
}
BMI_INLINE void quad_store(real *to, quad q, int n)
{
    if (n == 4) _mm_storeu_ps(to, q);
    else if (n == 1) _mm_store_ss(to, q); /* sooner there than by a mask */
    else _mm_maskstore_ps(to, quad_first(n), q);
}
BMI_INLINE quad quad_add_one(real x, quad q)
{
    return _mm_add_ps(_mm_set1_ps(x), q);
}
BMI_INLINE quad quad_add(const real *at, quad q, int n)
{
    return _mm_add_ps(_mm_maskload_ps(at, quad_first(n)), q);
}

#else
typedef __m256d quad;

BMI_INLINE quad fold(wide s)
{
#if BMI_VARIANT_ISA == 2
    return _mm256_add_pd(_mm512_castpd512_pd256(s.part[0]), _mm512_extractf64x4_pd(s.part[0], 1));
#else
    return _mm256_add_pd(s.part[0], s.part[1]);
#endif
}

BMI_INLINE quad quad_sums(quad a, quad b, quad c, quad d)
{
    const __m256d ac = _mm256_add_pd(_mm256_permute2f128_pd(a, c, 0x20), _mm256_permute2f128_pd(a, c, 0x31));
    const __m256d bd = _mm256_add_pd(_mm256_permute2f128_pd(b, d, 0x20), _mm256_permute2f128_pd(b, d, 0x31));
    return _mm256_add_pd(_mm256_unpacklo_pd(ac, bd), _mm256_unpackhi_pd(ac, bd));
}
BMI_INLINE __m256i quad_first(int n)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
BMI_INLINE void quad_store(real *to, quad q, int n)
{
    if (n == 4) _mm256_storeu_pd(to, q);
    else if (n == 1) _mm_store_sd(to, _mm256_castpd256_pd128(q));
    else _mm256_maskstore_pd(to, quad_first(n), q);
}
BMI_INLINE quad quad_add_one(real x, quad q)
{
    return _mm256_add_pd(_mm256_set1_pd(x), q);
}
BMI_INLINE quad quad_add(const real *at, quad q, int n)
{
    return _mm256_add_pd(_mm256_maskload_pd(at, quad_first(n)), q);
}
#endif

#endif
