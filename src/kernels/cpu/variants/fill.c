// SPDX-License-Identifier: Apache-2.0
/* Random fills (kernels/cpu/fill.h): Philox on 64-bit lanes, and base/random.c's formulas operation by operation, so that the
 * bits are those. All of it is f64; this file's f32 variants are not called.
 */
#define VECTOR_PARTS 1 /* a block of Philox looks at no other */
#include "kernels/cpu/fill.h"
#include "kernels/cpu/vector.h"
#include <string.h>

typedef void fill_body(const bmi_fill *f, uint64_t seed, uint64_t stream, int64_t first, int64_t last);
fill_body BMI_V(bmi_fill_range);

#if BMI_VARIANT_REAL == 32
void BMI_V(bmi_fill_range)(const bmi_fill *f, uint64_t seed, uint64_t stream, int64_t first, int64_t last)
{
    bmi_fill_range(f, seed, stream, first, last);
}
#else

enum { BLOCKS = LANES, WORDS = 4 * BLOCKS }; /* of Philox at a time */

/* Two 64-bit numbers of each block: words 0 and 1, words 2 and 3. */
typedef struct words {
    ivec a, b;
} words;

/* Ten rounds on the low halves of lanes; a product's low half is the next round's factor as it stands, its high half garbage. */
V words philox(uint64_t seed, uint64_t stream, uint64_t block)
{
    const ivec m0 = i_set(0xD2511F53), m1 = i_set(0xCD9E8D57), low = i_set(0xFFFFFFFF);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    static const uint64_t first[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    ivec c0 = i_add(i_set((lane_int)block), v_bits(v_load((const real *)(const void *)first))), c1 = i_shr(c0, 32);
    ivec c2 = i_set((uint32_t)stream), c3 = i_set((lane_int)(stream >> 32));
    for (int round = 0; round < 10; round++, k0 += UINT32_C(0x9E3779B9), k1 += UINT32_C(0xBB67AE85)) {
        const ivec p = i_mul_low(m0, c0), q = i_mul_low(m1, c2);
        c0 = i_xor(i_xor(i_shr(q, 32), c1), i_set(k0));
        c2 = i_xor(i_xor(i_shr(p, 32), c3), i_set(k1));
        c1 = q, c3 = p;
    }
    return (words){ i_or(i_and(c0, low), i_shl(c1, 32)), i_or(i_and(c2, low), i_shl(c3, 32)) };
}

/* bits / 2^11 as a number in [0, 1): 53 bits from two exact halves. */
V vec unit(ivec bits)
{
    const ivec i = i_shr(bits, 11);
    const vec high = v_of(i_shr(i, 32)), low = v_of(i_and(i, i_set(0xFFFFFFFF)));
    return v_mul(v_add(v_mul(high, v_set(0x1p32)), low), v_set(0x1p-53));
}

/* own_log of base/random.c. */
V vec own_log(vec x)
{
    const ivec bits = v_bits(x);
    const vec half = i_real(i_or(i_and(bits, i_set(0x000FFFFFFFFFFFFF)), i_set(0x3FE0000000000000)));
    const mask low = v_lt(half, v_set(0.70710678118654752));
    const vec one = v_set(1), m = v_select(low, v_add(half, half), half);
    const vec e = v_sub(v_of(i_sub(i_shr(bits, 52), i_set(1022))), v_keep(low, one));
    const vec s = v_div(v_sub(m, one), v_add(m, one)), z = v_mul(s, s), s2 = v_mul(v_set(2), s);
    vec p = v_zero();
#pragma GCC unroll 16
    for (int k = 21; k >= 3; k -= 2) p = v_mul(z, v_add(p, v_set(1.0 / k)));
    return v_add(v_mul(e, v_set(0x1.62e42fefap-1)), v_add(s2, v_add(v_mul(s2, p), v_mul(e, v_set(0x1.cf79abc9e3b3ap-40)))));
}

/* own_cos_turn of base/random.c. */
V vec own_cos_turn(vec u)
{
    const vec one = v_set(1), turned = v_add(v_mul(v_set(4), u), v_set(0.5));
    const vec near = v_round(turned), k = v_sub(near, v_keep(v_lt(turned, near), one)); /* rounded down */
    const vec a = v_mul(v_sub(u, v_mul(v_set(0.25), k)), v_set(6.283185307179586477)), z = v_mul(a, a);
    const ivec n = v_to_int(k);
    vec cosine = one, sine = one;
#pragma GCC unroll 16
    for (int i = 16; i >= 2; i -= 2) {
        cosine = v_sub(one, v_mul(v_mul(z, cosine), v_set(1.0 / (i * (i - 1)))));
        sine = v_sub(one, v_mul(v_mul(z, sine), v_set(1.0 / (i * (i + 1)))));
    }
    sine = v_mul(sine, a);
    const vec size = v_select(m_sign(i_real(i_shl(n, 63))), sine, cosine);
    const ivec sign = i_and(i_shl(i_add(n, i_set(1)), 62), i_set(SIGN_BIT)); /* quarters 1 and 2 */
    return i_real(i_xor(v_bits(size), sign));
}

V vec normal(words w)
{
    return v_mul(v_sqrt(v_mul(v_set(-2), own_log(v_sub(v_set(1), unit(w.a))))), own_cos_turn(unit(w.b)));
}

/* The elements that BLOCKS blocks from `block` on make; returns how many. */
V int elements(bmi_fill_kind kind, const double *p, uint64_t seed, uint64_t stream, uint64_t block, double *y)
{
    const words w = philox(seed, stream, block);
    double a[LANES], b[LANES];
    uint64_t bits[2][LANES];
    if (kind == BMI_FILL_NORMAL) {
        v_store(y, v_add(v_set(p[0]), v_mul(v_set(p[1]), normal(w))));
        return BLOCKS;
    }
    if (kind == BMI_FILL_UNIFORM) {
        const vec low = v_set(p[0]), width = v_set(p[1] - p[0]);
        v_store(a, v_add(low, v_mul(width, unit(w.a))));
        v_store(b, v_add(low, v_mul(width, unit(w.b))));
        for (int i = 0; i < BLOCKS; i++) y[2 * i] = a[i], y[2 * i + 1] = b[i];
        return 2 * BLOCKS;
    }
    v_store((double *)(void *)bits[0], i_real(w.a));
    v_store((double *)(void *)bits[1], i_real(w.b));
    const double below = p[0] * 0x1p32;
    const uint64_t limit = below > 0 ? (uint64_t)below + ((double)(uint64_t)below < below) : 0;
    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < 4; j++) y[4 * i + j] = (bits[j / 2][i] >> (j % 2 * 32) & 0xFFFFFFFF) < limit ? p[1] : 0;
    return 4 * BLOCKS;
}

V void fill(bmi_fill_kind kind, const bmi_fill *f, uint64_t seed, uint64_t stream, int64_t first, int64_t last)
{
    const int64_t step = kind == BMI_FILL_NORMAL ? BLOCKS : kind == BMI_FILL_UNIFORM ? 2 * BLOCKS : 4 * BLOCKS;
    const bool single = f->real == BMI_REAL_F32, half_open = kind == BMI_FILL_UNIFORM && f->p[0] < f->p[1];
    const double below = !half_open ? INFINITY
                         : single   ? (double)nextafterf((float)f->p[1], -INFINITY)
                                    : nextafter(f->p[1], -INFINITY);
    const double most = below < f->p[0] ? f->p[0] : below; /* no f32 lies between: low alone */
    double y[WORDS];
    for (int64_t at = first / step * step; at < last; at += step) {
        elements(kind, f->p, seed, stream, (uint64_t)(at / step * BLOCKS), y);
        const int64_t from = at < first ? first : at, to = at + step < last ? at + step : last;
        for (int64_t i = from; i < to; i++) {
            const double v = y[i - at];
            if (single) ((float *)f->y)[i] = (float)v > (float)most ? (float)most : (float)v;
            else ((double *)f->y)[i] = v > most ? most : v;
        }
    }
}

static void fill_bits(uint64_t *y, uint64_t seed, uint64_t stream, int64_t first, int64_t last)
{
    uint64_t bits[2][LANES];
    for (int64_t at = first / (2 * BLOCKS) * (2 * BLOCKS); at < last; at += 2 * BLOCKS) {
        const words w = philox(seed, stream, (uint64_t)at / 2);
        v_store((double *)(void *)bits[0], i_real(w.a));
        v_store((double *)(void *)bits[1], i_real(w.b));
        __asm__("" : "+m"(bits)); /* numbers go one by one from memory: taken out of registers they take three times as long */
        const int64_t from = at < first ? first : at, to = at + 2 * BLOCKS < last ? at + 2 * BLOCKS : last;
        if (to - from == 2 * BLOCKS)
            for (int i = 0; i < BLOCKS; i++) y[at - first + 2 * i] = bits[0][i], y[at - first + 2 * i + 1] = bits[1][i];
        else
            for (int64_t i = from; i < to; i++) y[i - first] = bits[(i - at) % 2][(i - at) / 2];
    }
}

void BMI_V(bmi_fill_range)(const bmi_fill *f, uint64_t seed, uint64_t stream, int64_t first, int64_t last)
{
    switch (f->kind) {
    case BMI_FILL_UNIFORM: fill(BMI_FILL_UNIFORM, f, seed, stream, first, last); break;
    case BMI_FILL_NORMAL: fill(BMI_FILL_NORMAL, f, seed, stream, first, last); break;
    case BMI_FILL_BITS: fill_bits(f->y, seed, stream, first, last); break;
    default: fill(BMI_FILL_BERNOULLI, f, seed, stream, first, last); break;
    }
}
#endif
