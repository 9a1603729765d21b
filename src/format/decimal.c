// SPDX-License-Identifier: Apache-2.0
/* Decimal to binary by one 128-bit product.
 *
 * The mantissa, its top bit set, times the upper 64 bits of 5^e gives 128 bits whose upper part holds the 53 bits of the result, a
 * round bit and some more. When those further bits are all ones the lower 64 bits of 5^e decide; where even these cannot, and
 * for subnormal and infinite results, the caller takes the slow way. (Lemire 2021, algorithm 1; halves by its section 6.)
 */
#include "format/decimal.h"

static void multiply(uint64_t a, uint64_t b, uint64_t *high, uint64_t *low)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)a * b;
    *high = (uint64_t)(product >> 64);
    *low = (uint64_t)product;
#else
    const uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    const uint64_t ll = al * bl, lh = al * bh, hl = ah * bl;
    const uint64_t middle = (ll >> 32) + (uint32_t)lh + (uint32_t)hl;
    *high = ah * bh + (lh >> 32) + (hl >> 32) + (middle >> 32);
    *low = middle << 32 | (uint32_t)ll;
#endif
}

bool bmi_decimal_product(uint64_t mantissa, int exponent, double *value)
{
    if (!mantissa) {
        *value = 0;
        return true;
    }
    if (exponent < BMI_DECIMAL_LOW || exponent > BMI_DECIMAL_HIGH) return false;
    const uint64_t *five = bmi_decimal_powers[exponent - BMI_DECIMAL_LOW];
    const int zeros = __builtin_clzll(mantissa);
    mantissa <<= zeros;
    uint64_t high, low;
    multiply(mantissa, five[0], &high, &low);
    if ((high & 0x1ff) == 0x1ff) {
        uint64_t more, rest;
        multiply(mantissa, five[1], &more, &rest);
        low += more;
        high += low < more;
        if (low == UINT64_MAX) return false;
    }
    const int top = (int)(high >> 63), shift = top + 9;
    uint64_t bits = high >> shift;                                   /* 53 bits and the round bit */
    int power = (217706 * exponent >> 16) + 63 + top - zeros + 1023; /* floor(log2 10^e) by a product */
    if (power <= 0 || power >= 2046) return false;
    if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 && bits << shift == high)
        bits &= ~UINT64_C(1); /* a half, to even */
    bits += bits & 1;
    bits >>= 1;
    if (bits >> 53) {
        bits = UINT64_C(1) << 52;
        power++;
    }
    bits = (bits & ~(UINT64_C(1) << 52)) | (uint64_t)power << 52;
    memcpy(value, &bits, 8);
    return true;
}
