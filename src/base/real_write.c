// SPDX-License-Identifier: Apache-2.0
/* Writing real numbers with as few digits as give the same bits back: digits are tried from few to many and read again. From 15
 * digits (f32: 6) on for normal numbers, since every shorter text shows there as trailing zeros, which %g leaves out.
 */
#include "base/text.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* Into `into` with %.*g; whatever the locale has as decimal point becomes ".". */
static int with_digits(char into[32], int digits, double value)
{
    char text[64];
    snprintf(text, sizeof text, "%.*g", digits, value);
    int n = 0;
    for (const char *c = text; *c && n < 31; c++) {
        const bool plain = (*c >= '0' && *c <= '9') || *c == '-' || *c == '+' || *c == 'e';
        if (plain) into[n++] = *c;
        else if (n == 0 || into[n - 1] != '.') into[n++] = '.';
    }
    into[n] = 0;
    return n;
}

static int special(char into[32], double value)
{
    strcpy(into, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    return (int)strlen(into);
}

int bmi_write_real(char into[32], double value)
{
    if (!isfinite(value)) return special(into, value);
    int    n = 0;
    double back;
    bool   overflow;
    for (int digits = fabs(value) < DBL_MIN && value != 0 ? 1 : 15; digits <= 17; digits++) {
        n = with_digits(into, digits, value);
        if (bmi_read_real(into, (size_t)n, &back, &overflow) && back == value) break;
    }
    return n;
}

int bmi_write_real_f32(char into[32], float value)
{
    if (!isfinite(value)) return special(into, (double)value);
    int    n = 0;
    double back;
    bool   overflow;
    for (int digits = fabsf(value) < FLT_MIN && value != 0 ? 1 : 6; digits <= 9; digits++) {
        n = with_digits(into, digits, (double)value);
        if (bmi_read_real(into, (size_t)n, &back, &overflow) && (float)back == value) break;
    }
    return n;
}
