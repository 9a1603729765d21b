// SPDX-License-Identifier: Apache-2.0
/* Numbers: what bmi_read_real accepts, strtod reads to the same bits, and it is written back so that it reads the same. */
#include "base/text.h"
#include "fuzz.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check(bool good)
{
    if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    double value, again;
    bool overflow;
    int64_t whole;
    bmi_read_int((const char *)bytes, n, &whole);
    if (!bmi_read_real((const char *)bytes, n, &value, &overflow)) return 0;
    char *text = malloc(n + 1), written[32];
    if (!text) return 0;
    memcpy(text, bytes, n);
    text[n] = 0;
    char *end;
    const double want = strtod(text, &end);
    check(end == text + n);
    check((isnan(value) && isnan(want)) || memcmp(&value, &want, sizeof value) == 0);
    const int m = bmi_write_real(written, value);
    check(m < 32 && bmi_read_real(written, (size_t)m, &again, &overflow));
    check((isnan(value) && isnan(again)) || memcmp(&value, &again, sizeof value) == 0);
    free(text);
    return 0;
}
