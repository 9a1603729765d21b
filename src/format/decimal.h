// SPDX-License-Identifier: Apache-2.0
/* Fast reading of the numbers that tables are full of. Eight digits are read at a time from one 64-bit word; the value is exact
 * double arithmetic where that is enough (up to 2^53 and 10^22), else one 128-bit product (Lemire, "Number parsing at a
 * gigabyte per second", Software: Practice and Experience, 2021). What is neither (20 digits, far exponents, inf ...) is left to
 * bmi_read_real, which is right for all. The results are the same: correctly rounded.
 */
#ifndef BMI_FORMAT_DECIMAL_H
#define BMI_FORMAT_DECIMAL_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { BMI_DECIMAL_LOW = -64, BMI_DECIMAL_HIGH = 64, BMI_DECIMAL_ROOM = 64 };
extern const uint64_t bmi_decimal_powers[BMI_DECIMAL_HIGH - BMI_DECIMAL_LOW + 1][2];

/* mantissa * 10^exponent, correctly rounded, or false when this way cannot tell. */
bool bmi_decimal_product(uint64_t mantissa, int exponent, double *value);

static inline uint64_t bmi_load8(const unsigned char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

/* How many of the 8 bytes, from the first one, are digits. */
static inline int bmi_count_digits(uint64_t w)
{
    const uint64_t no =
        ((w + UINT64_C(0x4646464646464646)) | (w - UINT64_C(0x3030303030303030))) & UINT64_C(0x8080808080808080);
    return no ? __builtin_ctzll(no) >> 3 : 8;
}

/* The value of n <= 8 digits at the front of w. */
static inline uint64_t bmi_digits_value(uint64_t w, int n)
{
    w = (w - UINT64_C(0x3030303030303030)) << (32 - 4 * n) << (32 - 4 * n); /* zeros in front */
    w = w * 10 + (w >> 8);
    return (((w & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064) +
             (w >> 16 & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001)) >>
            32);
}

/* What bmi_decimal_read found. */
typedef struct bmi_decimal {
    uint64_t bits;  /* of the double */
    uint64_t whole; /* the digits without point */
    bool real;      /* written with a point or an exponent */
} bmi_decimal;

/* Reads a number of at most eight digits, with or without a sign and a point, that fills [p, stop): the two parts around the point are
 * put together in one word. False when it is something else (or longer). BMI_DECIMAL_ROOM bytes can be read from p. */
static inline bool bmi_decimal_short(const unsigned char *p, const unsigned char *stop, bmi_decimal *d)
{
    static const double tens[9] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8 };
    const uint64_t ones = UINT64_C(0x0101010101010101), negative = *p == '-';
    p += negative;
    const int length = (int)(stop - p);
    const uint64_t w = bmi_load8(p), dots = w ^ ones * '.',
                   zero = (dots - ones) & ~dots & ones << 7; /* the lowest bit of it is right */
    const int before = zero ? __builtin_ctzll(zero) >> 3 : length;
    const bool point = before < length;
    const int n = length - point;
    if (n < 1 || n > 8) return false;
    const uint64_t mask = point ? (UINT64_C(1) << 8 * before) - 1 : ~UINT64_C(0);
    const uint64_t digits = (w & mask) | (bmi_load8(p + 1) & ~mask);
    if (bmi_count_digits(digits) < n) return false;
    const uint64_t m = bmi_digits_value(digits, n);
    const double v = (double)(int64_t)m / tens[point ? n - before : 0];
    memcpy(&d->bits, &v, 8);
    d->bits ^= negative << 63;
    d->whole = m;
    d->real = point;
    return true;
}

/* Reads the exponent behind the e at p and adds it; gives what follows, or null. */
static inline const unsigned char *bmi_decimal_exponent(const unsigned char *p, int *exponent)
{
    const unsigned char *q = p + 1;
    const bool down = *q == '-';
    q += down || *q == '+';
    const uint64_t w = bmi_load8(q);
    const int n = bmi_count_digits(w);
    if (n == 0 || n > 4) return NULL;
    const int given = (int)bmi_digits_value(w, n);
    *exponent += down ? -given : given;
    return q + n;
}

/* Reads a number in common form ([-]digits[.digits][e[+-]digits]) that begins at p, where BMI_DECIMAL_ROOM bytes can be read.
 * Gives what follows it, or null when it is not of that form or needs the slow way. Nothing here branches on the sign or on how
 * many digits there are (up to eight before and behind the point): such a branch would be guessed wrong in half the cells. */
static inline const unsigned char *bmi_decimal_read(const unsigned char *p, bmi_decimal *d)
{
    static const uint64_t scale[9] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
    static const uint64_t limit[9] = { UINT64_MAX,
                                       UINT64_C(1000000000000000000),
                                       UINT64_C(100000000000000000),
                                       UINT64_C(10000000000000000),
                                       UINT64_C(1000000000000000),
                                       UINT64_C(100000000000000),
                                       UINT64_C(10000000000000),
                                       UINT64_C(1000000000000),
                                       UINT64_C(100000000000) };
    static const double tens[23] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    const uint64_t negative = *p == '-';
    p += negative;
    const unsigned char *first = p;
    uint64_t w = bmi_load8(p), m;
    int n = bmi_count_digits(w), exponent = 0;
    m = bmi_digits_value(w, n);
    p += n;
    while (n == 8) {
        w = bmi_load8(p);
        n = bmi_count_digits(w);
        if (m >= limit[n]) return NULL;
        m = m * scale[n] + bmi_digits_value(w, n);
        p += n;
        if (p - first > 24) return NULL;
    }
    const bool point = *p == '.';
    bool real = point;
    if (point) {
        const unsigned char *start = ++p;
        do {
            w = bmi_load8(p);
            n = bmi_count_digits(w);
            if (m >= limit[n]) return NULL;
            m = m * scale[n] + bmi_digits_value(w, n);
            p += n;
            if (p - start > 24) return NULL;
        } while (n == 8);
        exponent = -(int)(p - start);
    }
    if (p == first + point) return NULL; /* no digit */
    if ((*p | 0x20) == 'e') {
        real = true;
        if (!(p = bmi_decimal_exponent(p, &exponent))) return NULL;
    }
    double v;
    if (m <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22) {
        v = (double)(int64_t)m;
        if (exponent < 0) v /= tens[-exponent];
        else v *= tens[exponent];
    } else {
        double product; /* of its own, so that v stays in a register */
        if (!bmi_decimal_product(m, exponent, &product)) return NULL;
        v = product;
    }
    memcpy(&d->bits, &v, 8);
    d->bits ^= negative << 63;
    d->whole = m;
    d->real = real;
    return p;
}

#endif
