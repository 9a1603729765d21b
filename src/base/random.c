// SPDX-License-Identifier: Apache-2.0
/* Philox 4x32-10, and uniform, normal and bounded numbers and permutations from it. Everything is exact integer arithmetic,
 * or IEEE additions, products, divisions and square roots in a written order: the bits depend on no mathematical library.
 */
#include "base/random.h"
#include <math.h>
#include <string.h>

void bmi_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p = UINT64_C(0xD2511F53) * c0, q = UINT64_C(0xCD9E8D57) * c2;
        c0 = (uint32_t)(q >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)q;
        c2 = (uint32_t)(p >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p;
        k0 += UINT32_C(0x9E3779B9); /* the golden ratio */
        k1 += UINT32_C(0xBB67AE85); /* sqrt(3) - 1 */
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void block(uint32_t out[4], uint64_t seed, uint64_t stream, uint64_t i)
{
    const uint32_t counter[4] = { (uint32_t)i, (uint32_t)(i >> 32), (uint32_t)stream, (uint32_t)(stream >> 32) };
    const uint32_t key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };
    bmi_philox(out, counter, key);
}

uint32_t bmi_random_u32(uint64_t seed, uint64_t stream, uint64_t i)
{
    uint32_t words[4];
    block(words, seed, stream, i / 4);
    return words[i % 4];
}

/* 64 bits of words 2i (low) and 2i+1 (high). */
static uint64_t random_u64(uint64_t seed, uint64_t stream, uint64_t i)
{
    uint32_t words[4];
    block(words, seed, stream, i / 2);
    const uint32_t *pair = words + i % 2 * 2;
    return pair[0] | (uint64_t)pair[1] << 32;
}

static double unit_of(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

double bmi_random_unit(uint64_t seed, uint64_t stream, uint64_t i)
{
    return unit_of(random_u64(seed, stream, i));
}

/* The two functions of the normal generator; kernels/cpu/variants/fill.c does the same operations in the same order on vectors.
 *
 * Natural logarithm of a normal x > 0. x = 2^e m with m in [sqrt(1/2), sqrt(2)), s = (m-1)/(m+1), and
 * log m = 2 (s + s^3/3 + s^5/5 + ...), cut after s^21: |s| < .1716 leaves 2 s^23/23 < 3e-19. With roundings the error is below
 * 2 units in the last place (measured against long double in the tests). */
static double own_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int e = (int)(bits >> 52) - 1022;
    bits = (bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FE0000000000000);
    double m;
    memcpy(&m, &bits, sizeof m); /* [1/2, 1) */
    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    const double s = (m - 1) / (m + 1), z = s * s;
    double p = 0;
    for (int k = 21; k >= 3; k -= 2) p = z * (p + 1.0 / k);
    const double ln2_high = 0x1.62e42fefap-1,
                 ln2_low = 0x1.cf79abc9e3b3ap-40; /* their sum is log 2 to 93 bits; e * high is exact */
    return e * ln2_high + (2 * s + (2 * s * p + e * ln2_low));
}

/* cos(2 pi u) for u in [0, 1). u = k/4 + f exactly, |f| <= 1/8; the Taylor sums of sin and cos on |a| <= pi/4 are cut where the
 * next term is below 3e-18. Absolute error below 2.3e-16 (measured in the tests). */
static double own_cos_turn(double u)
{
    const int k = (int)(4 * u + 0.5);
    const double a = (u - 0.25 * k) * 6.283185307179586477, z = a * a;
    double cosine = 1, sine = 1;
    for (int i = 16; i >= 2; i -= 2) cosine = 1 - z * cosine * (1.0 / (i * (i - 1)));
    for (int i = 17; i >= 3; i -= 2) sine = 1 - z * sine * (1.0 / (i * (i - 1)));
    sine *= a;
    switch (k & 3) { /* cos(pi/2 k + a) */
    case 0: return cosine;
    case 1: return -sine;
    case 2: return -cosine;
    default: return sine;
    }
}

double bmi_random_normal(uint64_t seed, uint64_t stream, uint64_t i)
{
    uint32_t w[4]; /* units 2i and 2i+1 are the words of one block */
    block(w, seed, stream, i);
    const double u = unit_of(w[0] | (uint64_t)w[1] << 32), v = unit_of(w[2] | (uint64_t)w[3] << 32);
    return sqrt(-2 * own_log(1 - u)) * own_cos_turn(v); /* 1 - u is exact, in (0, 1] */
}

uint64_t bmi_random_below(uint64_t seed, uint64_t stream, uint64_t i, uint64_t n)
{
    return bmi_random_scale(random_u64(seed, stream, i), n);
}

void bmi_random_permutation(uint64_t seed, uint64_t stream, int64_t *order, int64_t n)
{
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        const int64_t j = (int64_t)bmi_random_below(seed, stream, (uint64_t)i, (uint64_t)i + 1), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
}

/* A bijection of 64 bits whose every output bit depends on every input bit: the finaliser of SplitMix64 (Steele, Lea, Flood,
 * "Fast splittable pseudorandom number generators", OOPSLA 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

uint64_t bmi_random_stream(uint64_t use, uint64_t number)
{
    return mix(mix(use + UINT64_C(0x9E3779B97F4A7C15)) + number * UINT64_C(0x9E3779B97F4A7C15));
}
