// SPDX-License-Identifier: Apache-2.0
/* AVX-512 (F, VL, DQ, BW) for kernels/cpu/vector.h: a vector is one register, a mask one mask register. */
// clang-format off
#ifndef BMI_KERNELS_CPU_VECTOR_AVX512_H
#define BMI_KERNELS_CPU_VECTOR_AVX512_H
#include <immintrin.h>

#if BMI_VARIANT_REAL == 32
typedef __m512    vec;
typedef __mmask16 mask;
#define F(op)  _mm512_##op##_ps
#define FM(op) _mm512_##op##_ps_mask
#define E(op)  _mm512_##op##_epi32
#else
typedef __m512d  vec;
typedef __mmask8 mask;
#define F(op)  _mm512_##op##_pd
#define FM(op) _mm512_##op##_pd_mask
#define E(op)  _mm512_##op##_epi64
#endif
typedef __m512i ivec;

V mask m_first(size_t n) { return (mask)((1u << n) - 1); }

V vec  v_load(const real *p) { return F(loadu)(p); }
V void v_store(real *p, vec a) { F(storeu)(p, a); }
V vec  v_load_n(const real *p, size_t n) { return F(maskz_loadu)(m_first(n), p); }
#if BMI_VARIANT_REAL == 32
V vec v_load_1(const real *p) { return _mm512_zextps128_ps512(_mm_load_ss(p)); }
#else
V vec v_load_1(const real *p) { return _mm512_zextpd128_pd512(_mm_load_sd(p)); }
#endif
V void v_store_n(real *p, vec a, size_t n) { F(mask_storeu)(p, m_first(n), a); }
V vec  v_set(real x) { return F(set1)(x); }

V vec v_add(vec a, vec b) { return F(add)(a, b); }
V vec v_sub(vec a, vec b) { return F(sub)(a, b); }
V vec v_mul(vec a, vec b) { return F(mul)(a, b); }
V vec v_div(vec a, vec b) { return F(div)(a, b); }
V vec v_sqrt(vec a) { return F(sqrt)(a); }
V vec v_fma(vec a, vec b, vec c) { return F(fmadd)(a, b, c); }
V vec v_fms(vec a, vec b, vec c) { return F(fmsub)(a, b, c); }
V vec v_fnma(vec a, vec b, vec c) { return F(fnmadd)(a, b, c); }
V vec v_mul_error(vec a, vec b, vec p) { return F(fmsub)(a, b, p); }
V vec v_min_or(vec a, vec b) { return F(min)(a, b); }
V vec v_max_or(vec a, vec b) { return F(max)(a, b); }
V vec v_scale(vec x, vec n) { return F(scalef)(x, n); }

V mask v_lt(vec a, vec b) { return FM(cmp)(a, b, _CMP_LT_OQ); }
V mask v_le(vec a, vec b) { return FM(cmp)(a, b, _CMP_LE_OQ); }
V mask v_eq(vec a, vec b) { return FM(cmp)(a, b, _CMP_EQ_OQ); }
V mask v_ne(vec a, vec b) { return FM(cmp)(a, b, _CMP_NEQ_UQ); }
V mask v_is_nan(vec a) { return FM(cmp)(a, a, _CMP_UNORD_Q); }
V mask m_and(mask a, mask b) { return (mask)(a & b); }
V mask m_or(mask a, mask b) { return (mask)(a | b); }
V mask m_not(mask a) { return (mask)~a; }
V bool m_any(mask a) { return a != 0; }
V vec  v_select(mask m, vec a, vec b) { return F(mask_blend)(m, b, a); }
V vec  v_keep(mask m, vec a) { return F(maskz_mov)(m, a); }

#if BMI_VARIANT_REAL == 32
V ivec v_bits(vec a) { return _mm512_castps_si512(a); }
V vec  i_real(ivec a) { return _mm512_castsi512_ps(a); }
V mask m_sign(vec a) { return _mm512_movepi32_mask(_mm512_castps_si512(a)); }
V vec  v_of(ivec a) { return _mm512_cvtepi32_ps(a); }
V vec  v_gather(const real *t, ivec i) { return _mm512_i32gather_ps(i, t, 4); }
#else
V ivec v_bits(vec a) { return _mm512_castpd_si512(a); }
V vec  i_real(ivec a) { return _mm512_castsi512_pd(a); }
V mask m_sign(vec a) { return _mm512_movepi64_mask(_mm512_castpd_si512(a)); }
V vec  v_of(ivec a) { return _mm512_cvtepi64_pd(a); }
V vec  v_gather(const real *t, ivec i) { return _mm512_i64gather_pd(i, t, 8); }
V ivec i_mul_low(ivec a, ivec b) { return _mm512_mul_epu32(a, b); }
#endif
V ivec i_set(lane_int x) { return E(set1)(x); }
V ivec i_add(ivec a, ivec b) { return E(add)(a, b); }
V ivec i_sub(ivec a, ivec b) { return E(sub)(a, b); }
V ivec i_and(ivec a, ivec b) { return _mm512_and_si512(a, b); }
V ivec i_or(ivec a, ivec b) { return _mm512_or_si512(a, b); }
V ivec i_xor(ivec a, ivec b) { return _mm512_xor_si512(a, b); }
V ivec i_shl(ivec a, int k) { return E(slli)(a, (unsigned)k); }
V ivec i_shr(ivec a, int k) { return E(srli)(a, (unsigned)k); }

/* The lanes turned by half, a quarter, ...: what the trees of v_sum and its like need. */
#if BMI_VARIANT_REAL == 32
V vec v_half(vec a) { return _mm512_shuffle_f32x4(a, a, 0x4e); }
V vec v_quarter(vec a) { return _mm512_shuffle_f32x4(a, a, 0xb1); }
V vec v_eighth(vec a) { return _mm512_shuffle_ps(a, a, 0x4e); }
V vec v_sixteenth(vec a) { return _mm512_shuffle_ps(a, a, 0xb1); }
V real v_first(vec a) { return _mm512_cvtss_f32(a); }
#else
V vec v_half(vec a) { return _mm512_shuffle_f64x2(a, a, 0x4e); }
V vec v_quarter(vec a) { return _mm512_shuffle_f64x2(a, a, 0xb1); }
V vec v_eighth(vec a) { return _mm512_shuffle_pd(a, a, 0x55); }
V real v_first(vec a) { return _mm512_cvtsd_f64(a); }
#endif
#undef F
#undef FM
#undef E
#endif
