// SPDX-License-Identifier: Apache-2.0
/* Writing real numbers with as few digits as give the same bits back.
 *
 * Candidates are the nearest decimals of 15, 16 and 17 digits (f32: 6 to 9); the first that reads back is taken. Fewer than 15
 * need no try for normal numbers: a shorter text would show at 15 as trailing zeros, which are left out. Denormals start at 1.
 * Above a power of two the gap is twice the one below, so there the next decimal upwards is tried too: it may be inside the
 * wider half where the nearest, below, is not.
 */
#include "base/text.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 17 };

/* value = 0.d1 d2 ... dn * 10^(exponent + 1) */
typedef struct decimal {
    int n, exponent;
    char digit[MOST_DIGITS];
} decimal;

/* The nearest decimal of n digits to a positive value, without trailing zeros. */
static decimal nearest(double value, int n)
{
    decimal d = { 0 };
    char text[64];
    snprintf(text, sizeof text, "%.*e", n - 1, value);
    const char *c = text;
    for (; *c != 'e'; c++) /* what is neither digit nor e is the locale's decimal point */
        if (*c >= '0' && *c <= '9') d.digit[d.n++] = *c;
    d.exponent = (int)strtol(c + 1, NULL, 10);
    while (d.n > 1 && d.digit[d.n - 1] == '0') d.n--;
    return d;
}

/* The next decimal of n digits above d, without trailing zeros. */
static decimal above(decimal d, int n)
{
    while (d.n < n) d.digit[d.n++] = '0';
    while (d.n && d.digit[d.n - 1] == '9') d.n--;
    if (d.n) d.digit[d.n - 1]++;
    else {
        d.digit[d.n++] = '1';
        d.exponent++;
    }
    return d;
}

static bool reads_back(const decimal *d, double value, bool f32)
{
    char text[MOST_DIGITS + 16];
    double back;
    bool overflow;
    memcpy(text, d->digit, (size_t)d->n);
    const int n = d->n + snprintf(text + d->n, 16, "e%d", d->exponent - d->n + 1);
    if (!bmi_read_real(text, (size_t)n, &back, &overflow)) return false;
    return f32 ? (float)back == (float)value : back == value;
}

/* The shortest decimal of a positive finite value. */
static decimal shortest(double value, bool f32)
{
    const bool denormal = value < (f32 ? (double)FLT_MIN : DBL_MIN);
    const int most = f32 ? 9 : 17;
    int power;
    const bool power_of_two = frexp(value, &power) == 0.5;
    for (int n = denormal ? 1 : f32 ? 6 : 15; n < most; n++) {
        const decimal d = nearest(value, n);
        if (reads_back(&d, value, f32)) return d;
        const decimal up = above(d, n);
        if (power_of_two && reads_back(&up, value, f32)) return up;
    }
    return nearest(value, most);
}

/* Plain from 1e-4 to below 10^most, else with an exponent of at least two digits. */
static int lay_out(char *into, const decimal *d, int most)
{
    char *to = into;
    if (d->exponent < -4 || d->exponent >= most) {
        *to++ = d->digit[0];
        if (d->n > 1) *to++ = '.';
        memcpy(to, d->digit + 1, (size_t)d->n - 1);
        to += d->n - 1;
        to += sprintf(to, "e%c%02d", d->exponent < 0 ? '-' : '+', abs(d->exponent));
    } else {
        if (d->exponent < 0) {
            *to++ = '0';
            *to++ = '.';
            for (int i = -1; i > d->exponent; i--) *to++ = '0';
        }
        for (int i = 0; i < d->n || i <= d->exponent; i++) {
            if (i && i == d->exponent + 1) *to++ = '.';
            *to++ = i < d->n ? d->digit[i] : '0';
        }
        *to = 0;
    }
    return (int)(to - into);
}

static int write_real(char into[32], double value, bool f32)
{
    int n = 0;
    if (signbit(value) && !isnan(value)) into[n++] = '-';
    if (isnan(value) || isinf(value)) {
        strcpy(into + n, isnan(value) ? "nan" : "inf");
        return n + 3;
    }
    const decimal zero = { .n = 1, .digit = "0" }, d = value == 0 ? zero : shortest(fabs(value), f32);
    return n + lay_out(into + n, &d, f32 ? 9 : 17);
}

int bmi_write_real(char into[32], double value)
{
    return write_real(into, value, false);
}

int bmi_write_real_f32(char into[32], float value)
{
    return write_real(into, (double)value, true);
}
