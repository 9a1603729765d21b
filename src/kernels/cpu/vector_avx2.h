// SPDX-License-Identifier: Apache-2.0
/* AVX2 and FMA for kernels/cpu/vector.h: a vector is two registers, a mask two registers of all-ones and all-zeros lanes. */
// clang-format off
#ifndef BMI_KERNELS_CPU_VECTOR_AVX2_H
#define BMI_KERNELS_CPU_VECTOR_AVX2_H
#include <immintrin.h>

#if BMI_VARIANT_REAL == 32
typedef __m256 half_vec;
#define F(op)   _mm256_##op##_ps
#define E(op)   _mm256_##op##_epi32
#define BITS(a) _mm256_castps_si256(a)
#define REAL(a) _mm256_castsi256_ps(a)
#else
typedef __m256d half_vec;
#define F(op)   _mm256_##op##_pd
#define E(op)   _mm256_##op##_epi64
#define BITS(a) _mm256_castpd_si256(a)
#define REAL(a) _mm256_castsi256_pd(a)
#endif
typedef struct { half_vec lo, hi; } vec;
typedef struct { half_vec lo, hi; } mask;
typedef struct { __m256i lo, hi; } ivec;
#define HALF (LANES / 2)

/* Lanes below n as a mask of one register, n from below 0 to above its lanes. */
V __m256i first_of_half(lane_int n)
{
#if BMI_VARIANT_REAL == 32
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
#else
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
#endif
}

V mask m_first(size_t n)
{
    const lane_int m = (lane_int)n;
    return (mask){ REAL(first_of_half(m)), REAL(first_of_half(m - HALF)) };
}

V vec  v_load(const real *p) { return (vec){ F(loadu)(p), F(loadu)(p + HALF) }; }
V void v_store(real *p, vec a) { F(storeu)(p, a.lo), F(storeu)(p + HALF, a.hi); }

V vec v_load_n(const real *p, size_t n)
{
    const lane_int m = (lane_int)n;
    if (n <= HALF) return (vec){ F(maskload)(p, first_of_half(m)), F(setzero)() };
    return (vec){ F(loadu)(p), F(maskload)(p + HALF, first_of_half(m - HALF)) };
}

#if BMI_VARIANT_REAL == 32
V vec v_load_1(const real *p) { return (vec){ _mm256_zextps128_ps256(_mm_load_ss(p)), F(setzero)() }; }
#else
V vec v_load_1(const real *p) { return (vec){ _mm256_zextpd128_pd256(_mm_load_sd(p)), F(setzero)() }; }
#endif

V void v_store_n(real *p, vec a, size_t n)
{
    const lane_int m = (lane_int)n;
    if (n < HALF) {
        F(maskstore)(p, first_of_half(m), a.lo);
        return;
    }
    F(storeu)(p, a.lo);
    if (n > HALF) F(maskstore)(p + HALF, first_of_half(m - HALF), a.hi);
}

V vec v_set(real x) { return (vec){ F(set1)(x), F(set1)(x) }; }
V vec v_add(vec a, vec b) { return (vec){ F(add)(a.lo, b.lo), F(add)(a.hi, b.hi) }; }
V vec v_sub(vec a, vec b) { return (vec){ F(sub)(a.lo, b.lo), F(sub)(a.hi, b.hi) }; }
V vec v_mul(vec a, vec b) { return (vec){ F(mul)(a.lo, b.lo), F(mul)(a.hi, b.hi) }; }
V vec v_div(vec a, vec b) { return (vec){ F(div)(a.lo, b.lo), F(div)(a.hi, b.hi) }; }
V vec v_sqrt(vec a) { return (vec){ F(sqrt)(a.lo), F(sqrt)(a.hi) }; }
V vec v_fma(vec a, vec b, vec c) { return (vec){ F(fmadd)(a.lo, b.lo, c.lo), F(fmadd)(a.hi, b.hi, c.hi) }; }
V vec v_fms(vec a, vec b, vec c) { return (vec){ F(fmsub)(a.lo, b.lo, c.lo), F(fmsub)(a.hi, b.hi, c.hi) }; }
V vec v_fnma(vec a, vec b, vec c) { return (vec){ F(fnmadd)(a.lo, b.lo, c.lo), F(fnmadd)(a.hi, b.hi, c.hi) }; }
V vec v_mul_error(vec a, vec b, vec p) { return v_fms(a, b, p); }
V vec v_min_or(vec a, vec b) { return (vec){ F(min)(a.lo, b.lo), F(min)(a.hi, b.hi) }; }
V vec v_max_or(vec a, vec b) { return (vec){ F(max)(a.lo, b.lo), F(max)(a.hi, b.hi) }; }

V mask v_lt(vec a, vec b) { return (mask){ F(cmp)(a.lo, b.lo, _CMP_LT_OQ), F(cmp)(a.hi, b.hi, _CMP_LT_OQ) }; }
V mask v_le(vec a, vec b) { return (mask){ F(cmp)(a.lo, b.lo, _CMP_LE_OQ), F(cmp)(a.hi, b.hi, _CMP_LE_OQ) }; }
V mask v_eq(vec a, vec b) { return (mask){ F(cmp)(a.lo, b.lo, _CMP_EQ_OQ), F(cmp)(a.hi, b.hi, _CMP_EQ_OQ) }; }
V mask v_ne(vec a, vec b) { return (mask){ F(cmp)(a.lo, b.lo, _CMP_NEQ_UQ), F(cmp)(a.hi, b.hi, _CMP_NEQ_UQ) }; }
V mask v_is_nan(vec a) { return (mask){ F(cmp)(a.lo, a.lo, _CMP_UNORD_Q), F(cmp)(a.hi, a.hi, _CMP_UNORD_Q) }; }
V mask m_sign(vec a)
{
    return (mask){ REAL(E(cmpgt)(_mm256_setzero_si256(), BITS(a.lo))), REAL(E(cmpgt)(_mm256_setzero_si256(), BITS(a.hi))) };
}
V mask m_and(mask a, mask b) { return (mask){ F(and)(a.lo, b.lo), F(and)(a.hi, b.hi) }; }
V mask m_or(mask a, mask b) { return (mask){ F(or)(a.lo, b.lo), F(or)(a.hi, b.hi) }; }
V mask m_not(mask a)
{
    const half_vec all = REAL(_mm256_set1_epi32(-1));
    return (mask){ F(andnot)(a.lo, all), F(andnot)(a.hi, all) };
}
V bool m_any(mask a) { return F(movemask)(F(or)(a.lo, a.hi)) != 0; }
V vec  v_select(mask m, vec a, vec b) { return (vec){ F(blendv)(b.lo, a.lo, m.lo), F(blendv)(b.hi, a.hi, m.hi) }; }
V vec  v_keep(mask m, vec a) { return (vec){ F(and)(m.lo, a.lo), F(and)(m.hi, a.hi) }; }

V ivec v_bits(vec a) { return (ivec){ BITS(a.lo), BITS(a.hi) }; }
V vec  i_real(ivec a) { return (vec){ REAL(a.lo), REAL(a.hi) }; }
#if BMI_VARIANT_REAL == 32
V ivec i_set(lane_int x) { return (ivec){ _mm256_set1_epi32(x), _mm256_set1_epi32(x) }; }
V vec  v_of(ivec a) { return (vec){ _mm256_cvtepi32_ps(a.lo), _mm256_cvtepi32_ps(a.hi) }; }
V vec  v_gather(const real *t, ivec i) { return (vec){ _mm256_i32gather_ps(t, i.lo, 4), _mm256_i32gather_ps(t, i.hi, 4) }; }
#else
V ivec i_set(lane_int x) { return (ivec){ _mm256_set1_epi64x(x), _mm256_set1_epi64x(x) }; }
V vec  v_gather(const real *t, ivec i) { return (vec){ _mm256_i64gather_pd(t, i.lo, 8), _mm256_i64gather_pd(t, i.hi, 8) }; }
V ivec i_mul_low(ivec a, ivec b) { return (ivec){ _mm256_mul_epu32(a.lo, b.lo), _mm256_mul_epu32(a.hi, b.hi) }; }
V vec  v_of(ivec a) /* the integer put into the fraction of ROUNDER */
{
    const half_vec    big = F(set1)(ROUNDER);
    const __m256i b   = BITS(big);
    return (vec){ F(sub)(REAL(E(add)(a.lo, b)), big), F(sub)(REAL(E(add)(a.hi, b)), big) };
}
#endif
V ivec i_add(ivec a, ivec b) { return (ivec){ E(add)(a.lo, b.lo), E(add)(a.hi, b.hi) }; }
V ivec i_sub(ivec a, ivec b) { return (ivec){ E(sub)(a.lo, b.lo), E(sub)(a.hi, b.hi) }; }
V ivec i_and(ivec a, ivec b) { return (ivec){ _mm256_and_si256(a.lo, b.lo), _mm256_and_si256(a.hi, b.hi) }; }
V ivec i_or(ivec a, ivec b) { return (ivec){ _mm256_or_si256(a.lo, b.lo), _mm256_or_si256(a.hi, b.hi) }; }
V ivec i_xor(ivec a, ivec b) { return (ivec){ _mm256_xor_si256(a.lo, b.lo), _mm256_xor_si256(a.hi, b.hi) }; }
V ivec i_shl(ivec a, int k) { return (ivec){ E(slli)(a.lo, k), E(slli)(a.hi, k) }; }
V ivec i_shr(ivec a, int k) { return (ivec){ E(srli)(a.lo, k), E(srli)(a.hi, k) }; }

/* Two factors near 2^(n/2): no product before the last one leaves the normal numbers, so it rounds once. */
V vec v_scale(vec x, vec n)
{
    const vec  big   = v_set(ROUNDER);
    const vec  a     = v_sub(v_add(v_mul(n, v_set(R(.5))), big), big), b = v_sub(n, a);
    const vec  bias  = v_set(ROUNDER + BIAS);
    const ivec two_a = i_shl(v_bits(v_add(a, bias)), MANTISSA), two_b = i_shl(v_bits(v_add(b, bias)), MANTISSA);
    return v_mul(v_mul(x, i_real(two_a)), i_real(two_b));
}

/* The lanes turned by half, a quarter, ...: what the trees of v_sum and its like need. */
V vec v_half(vec a) { return (vec){ a.hi, a.lo }; }
V vec v_quarter(vec a) { return (vec){ F(permute2f128)(a.lo, a.lo, 1), F(permute2f128)(a.hi, a.hi, 1) }; }
#if BMI_VARIANT_REAL == 32
V vec  v_eighth(vec a) { return (vec){ F(shuffle)(a.lo, a.lo, 0x4e), F(shuffle)(a.hi, a.hi, 0x4e) }; }
V vec  v_sixteenth(vec a) { return (vec){ F(shuffle)(a.lo, a.lo, 0xb1), F(shuffle)(a.hi, a.hi, 0xb1) }; }
V real v_first(vec a) { return _mm256_cvtss_f32(a.lo); }
#else
V vec  v_eighth(vec a) { return (vec){ F(shuffle)(a.lo, a.lo, 5), F(shuffle)(a.hi, a.hi, 5) }; }
V real v_first(vec a) { return _mm256_cvtsd_f64(a.lo); }
#endif

#undef F
#undef E
#undef BITS
#undef REAL
#undef HALF
#endif
