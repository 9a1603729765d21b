// SPDX-License-Identifier: Apache-2.0
/* Reading real numbers, correctly rounded and without the locale.
 *
 * A number is digits * 10^exponent. Fast: up to 2^53 times or by a power of ten up to 10^22 is one exact operation (Clinger,
 * "How to read floating point numbers accurately", PLDI 1990). Else the digits and the exponent go to strtod as an integer with
 * an exponent ("31415e-4"): no decimal point, so no locale. Of more than 800 digits the rest only matters as "not zero": halfway
 * between two doubles there are at most 767 significant digits.
 */
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIGITS = 800 };

/* What a text says: significant digits from the first that is not 0, in text and (the first 19) as a number. */
typedef struct parts {
    bool minus, sticky; /* sticky: a digit beyond the last one kept is not 0 */
    int n;              /* digits kept */
    uint64_t first;     /* the first min(n, 19) of them */
    int64_t exponent;   /* of the last digit kept */
    char digits[MAX_DIGITS];
} parts;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Words: inf, infinity, nan in any case. */
static bool read_word(const char *at, size_t n, bool minus, double *value)
{
    static const struct {
        const char *text;
        double value;
    } words[] = { { "inf", INFINITY }, { "infinity", INFINITY }, { "nan", NAN } };
    for (size_t w = 0; w < BMI_COUNT(words); w++) {
        if (strlen(words[w].text) != n) continue;
        size_t i = 0;
        while (i < n && (at[i] | 0x20) == words[w].text[i]) i++;
        if (i == n) {
            *value = minus ? -words[w].value : words[w].value;
            return true;
        }
    }
    return false;
}

static const char *read_exponent(const char *at, const char *end, int64_t *exponent)
{
    const bool minus = at < end && *at == '-';
    int64_t e = 0;
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return NULL;
    for (; at < end && is_digit(*at); at++)
        if (e < INT64_C(1000000000000000)) e = e * 10 + (*at - '0');
    if (at != end) return NULL;
    *exponent += minus ? -e : e;
    return at;
}

/* Digits with an optional point, then an optional exponent. */
static bool read_parts(const char *at, const char *end, parts *p)
{
    bool point = false, any = false;
    for (; at < end && (is_digit(*at) || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        any = true;
        if (!p->n && *at == '0') {
            p->exponent -= point; /* a zero before the first digit */
        } else if (p->n < MAX_DIGITS) {
            if (p->n < 19) p->first = p->first * 10 + (uint64_t)(*at - '0');
            p->digits[p->n++] = *at;
            p->exponent -= point;
        } else {
            p->sticky |= *at != '0';
            p->exponent += !point;
        }
    }
    if (!any) return false;
    if (at == end) return true;
    return (*at == 'e' || *at == 'E') && read_exponent(at + 1, end, &p->exponent);
}

static double slow(const parts *p)
{
    char text[MAX_DIGITS + 32];
    memcpy(text, p->digits, (size_t)p->n);
    int64_t e = p->exponent;
    int n = p->n;
    if (p->sticky) {
        text[n++] = '1';
        e--;
    }
    if (e > 5000) e = 5000; /* far outside with any number of digits */
    if (e < -5000) e = -5000;
    snprintf(text + n, sizeof text - (size_t)n, "e%d", (int)e);
    return strtod(text, NULL);
}

static bool fast(const parts *p, double *value)
{
    static const double ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    if (p->n > 19 || p->first > UINT64_C(1) << 53 || p->exponent < -22 || p->exponent > 22) return false;
    *value = p->exponent < 0 ? (double)p->first / ten[-p->exponent] : (double)p->first * ten[p->exponent];
    return true;
}

bool bmi_read_real(const char *at, size_t n, double *value, bool *overflow)
{
    const char *const end = at + n;
    parts p;
    p.minus = at < end && *at == '-';
    p.sticky = false;
    p.n = 0;
    p.first = 0;
    p.exponent = 0;
    *value = 0;
    *overflow = false;
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return false;
    if (!read_parts(at, end, &p)) return read_word(at, (size_t)(end - at), p.minus, value);
    double v = 0;
    if (p.n && !fast(&p, &v)) v = slow(&p);
    *overflow = isinf(v);
    *value = p.minus ? -v : v;
    return true;
}
