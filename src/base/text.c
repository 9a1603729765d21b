// SPDX-License-Identifier: Apache-2.0
/* Growing strings, UTF-8, integers, nearest names. */
#include "base/text.h"
#include "base/locale.h"
#include "base/memory.h"
#include <string.h>

void bmi_text_bytes(bmi_text *t, const void *bytes, size_t n)
{
    size_t needed;
    if (t->failed) return;
    void *at = t->at;
    if (!bmi_add_size(t->length, n, &needed) || !bmi_add_size(needed, 1, &needed) ||
        !bmi_grow(t->context, &at, &t->capacity, needed, 1)) {
        t->failed = true;
        return;
    }
    t->at = at;
    if (n) memcpy(t->at + t->length, bytes, n);
    t->length += n;
    t->at[t->length] = 0;
}

void bmi_text_add(bmi_text *t, const char *format, ...)
{
    char small[256];
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    const int n = bmi_format(small, sizeof small, format, list);
    if (n < 0) t->failed = true;
    else if ((size_t)n < sizeof small) bmi_text_bytes(t, small, (size_t)n);
    else {
        char *large = bmi_alloc_raw(t->context, (size_t)n + 1, 1);
        if (large) {
            bmi_format(large, (size_t)n + 1, format, again);
            bmi_text_bytes(t, large, (size_t)n);
        } else t->failed = true;
        bmi_release(t->context, large, (size_t)n + 1, 1);
    }
    va_end(again);
    va_end(list);
}

void bmi_text_end(bmi_text *t)
{
    bmi_release(t->context, t->at, t->capacity, 1);
    t->at = NULL;
    t->length = t->capacity = 0;
    t->failed = false;
}

bool bmi_is_utf8(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + n;
    while (p < end) {
        if (*p < 0x80) {
            p++;
            continue;
        }
        const int more = *p >= 0xc2 && *p < 0xe0 ? 1 : *p >= 0xe0 && *p < 0xf0 ? 2 : *p >= 0xf0 && *p < 0xf5 ? 3 : 0;
        if (!more || end - p <= more) return false;
        if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) ||
            (*p == 0xf4 && p[1] > 0x8f))
            return false;
        for (int i = 1; i <= more; i++)
            if ((p[i] & 0xc0) != 0x80) return false;
        p += more + 1;
    }
    return true;
}

bool bmi_read_int(const char *at, size_t n, int64_t *value)
{
    const char *const end = at + n;
    const bool minus = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    int64_t v = 0; /* counted downwards: INT64_MIN has no positive */
    *value = 0;
    if (at == end) return false;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9' || __builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, *at - '0', &v))
            return false;
    }
    if (!minus && v == INT64_MIN) return false;
    *value = minus ? v : -v;
    return true;
}

enum { NAME_MAX_BYTES = 100 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance: three rows of the table of edits between the beginnings of a and b. */
static size_t edits(const char *a, size_t na, const char *b, size_t nb)
{
    size_t rows[3][NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= nb; j++) rows[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);
            now[j] = least(last[j - 1] + (x != y), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2])) now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

static const char *nearest(const char *name, const void *records, size_t count, size_t stride)
{
    const size_t n = strlen(name);
    const char *best = NULL;
    size_t fewest = n / 3 + 2;
    if (n > NAME_MAX_BYTES) return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *other;
        memcpy(&other, (const char *)records + i * stride, sizeof other);
        const size_t m = other ? strlen(other) : SIZE_MAX;
        if (m > NAME_MAX_BYTES) continue;
        const size_t d = edits(name, n, other, m);
        if (d < fewest) {
            fewest = d;
            best = other;
        }
    }
    return best;
}

const char *bmi_nearest(const char *name, const char *const *names, size_t count)
{
    return nearest(name, names, count, sizeof *names);
}

const char *bmi_did_you_mean(char into[BMI_HINT_BYTES], const char *name, const void *records, size_t count, size_t stride)
{
    const char *near = nearest(name, records, count, stride);
    *into = 0;
    if (near) snprintf(into, BMI_HINT_BYTES, "; did you mean \"%.100s\"?", near);
    return into;
}
