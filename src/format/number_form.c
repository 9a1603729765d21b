// SPDX-License-Identifier: Apache-2.0
/* Reading numbers as people write them. A text is stripped of blanks, sign, currency, percent and unit; what is left, digits with
 * separators, is written as programs write it and read by the same function as every other number.
 */
#include "format/number_form.h"
#include "base/text.h"
#include "format/column.h"
#include "format/datetime.h"
#include <math.h>
#include <string.h>

const bmi_number_form bmi_number_forms[BMI_NUMBER_FORMS] = {
    { 0 },
    { .decimal = '.', .thousands = ',' },
    { .decimal = '.', .thousands = ' ' },
    { .decimal = '.', .thousands = '\'' },
    { .decimal = ',', .thousands = '.' },
    { .decimal = ',', .thousands = ' ' },
    { .decimal = ',', .thousands = '\'' },
    { .decimal = '.', .thousands = ',', .indian = true },
};

static const char *const signs[] = { "$", "€", "£", "¥", "₩", "₹" };

const char *bmi_currency_sign(uint8_t currency)
{
    return currency && currency <= BMI_COUNT(signs) ? signs[currency - 1] : NULL;
}

uint8_t bmi_currency_find(const char *sign)
{
    for (size_t i = 0; i < BMI_COUNT(signs); i++)
        if (!strcmp(sign, signs[i])) return (uint8_t)(i + 1);
    return 0;
}

/* Bytes of the blank at p: a space, a tab, a space that does not break (U+00A0) or a narrow one (U+202F); 0 when it is none. */
static size_t blank(const char *p, size_t n)
{
    if (n && (*p == ' ' || *p == '\t')) return 1;
    if (n >= 2 && !memcmp(p, "\xc2\xa0", 2)) return 2;
    return n >= 3 && !memcmp(p, "\xe2\x80\xaf", 3) ? 3 : 0;
}

static size_t blank_behind(const char *p, size_t n)
{
    for (size_t length = 1; length <= 3 && length <= n; length++)
        if (blank(p + n - length, length) == length) return length;
    return 0;
}

static const char *without_blanks(const char *text, size_t *n)
{
    size_t length;
    while ((length = blank(text, *n))) text += length, *n -= length;
    while ((length = blank_behind(text, *n))) *n -= length;
    return text;
}

/* Bytes of a text at p (or, `behind`, before p + n) if it is that text. */
static size_t is_there(const char *p, size_t n, const char *text, bool behind)
{
    const size_t length = strlen(text);
    return length <= n && !memcmp(behind ? p + n - length : p, text, length) ? length : 0;
}

typedef struct parts {
    const char *body; /* digits and separators */
    size_t n;
    bool negative;
    bmi_number_form style; /* percent, currency and unit */
} parts;

/* Cuts a blank, the sign, or the currency off the front; false when none of them is there. */
static bool strip_front(parts *p, bool *sign)
{
    size_t length = blank(p->body, p->n);
    if (!length && !*sign) {
        length = is_there(p->body, p->n, "\xe2\x88\x92", false); /* U+2212, the minus of typesetting */
        p->negative = length || (p->n && *p->body == '-');
        if (!length && p->n && (*p->body == '-' || *p->body == '+')) length = 1;
        *sign = length;
    }
    for (uint8_t k = 1; !length && !p->style.currency && bmi_currency_sign(k); k++)
        if ((length = is_there(p->body, p->n, bmi_currency_sign(k), false))) p->style.currency = k;
    p->body += length;
    p->n -= length;
    return length;
}

static bool strip_behind(parts *p)
{
    size_t length = blank_behind(p->body, p->n);
    if (!length && !p->style.percent) {
        length = p->n && p->body[p->n - 1] == '%';
        p->style.percent = length;
    }
    for (uint8_t k = 1; !length && !p->style.currency && bmi_currency_sign(k); k++)
        if ((length = is_there(p->body, p->n, bmi_currency_sign(k), true))) p->style.currency = k;
    p->n -= length;
    return length;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool bmi_number_form_same_style(const bmi_number_form *a, const bmi_number_form *b)
{
    return a->percent == b->percent && a->currency == b->currency && !strcmp(a->unit, b->unit);
}

/* Bytes of the letter (or ° ² ³) at p, 0 when it is none. Dashes and other punctuation of UTF-8 are no letters. */
static size_t letter(const char *p, size_t n)
{
    const uint8_t c = (uint8_t)*p, next = n > 1 ? (uint8_t)p[1] : 0;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return 1;
    if (c == 0xc2) return next == 0xb0 || next == 0xb5 || next == 0xb2 || next == 0xb3 ? 2 : 0; /* ° µ ² ³ */
    if (c == 0xc3) return next == 0x97 || next == 0xb7 ? 0 : 2;                                 /* × ÷ */
    if (c >= 0xc4 && c <= 0xdf) return n > 1 ? 2 : 0;
    return n > 2 && ((c == 0xe2 && next == 0x84) || (c >= 0xe3 && c <= 0xef)) ? 3 : 0;
}

bool bmi_number_form_set_unit(bmi_number_form *f, const char *text, size_t n)
{
    bool any = false, last = false; /* letters at all; one before */
    size_t i = 0, length;
    while (i < n) {
        if ((length = letter(text + i, n - i))) any = last = true;
        else if (text[i] == '%' || (text[i] == '/' && last && i + 1 < n)) length = 1, last = false;
        else break;
        i += length;
    }
    if (i && i + 1 == n && last && is_digit(text[i])) i++;
    if (!any || i < n || n >= BMI_UNIT_BYTES) return false;
    memcpy(f->unit, text, n);
    f->unit[n] = 0;
    return true;
}

/* Cuts a unit off the end. It begins where neither the digits and separators of a number nor its exponent can go on; a percent sign
 * alone and a currency are none. */
static void strip_unit(parts *p)
{
    size_t i = 0, n = p->n, length;
    while ((length = blank_behind(p->body, n))) n -= length;
    while (i < n) {
        const char c = p->body[i];
        const bool exponent = (c == 'e' || c == 'E') && i && i + 1 < n &&
                              (is_digit(p->body[i + 1]) || p->body[i + 1] == '-' || p->body[i + 1] == '+');
        if ((length = blank(p->body + i, n - i))) i += length;
        else if (exponent) i += 2;
        else if (is_digit(c) || c == '.' || c == ',' || c == '\'') i++;
        else break;
    }
    if (i == n || (i + 1 == n && p->body[i] == '%')) return;
    for (uint8_t k = 1; bmi_currency_sign(k); k++)
        if (is_there(p->body + i, n - i, bmi_currency_sign(k), false)) return;
    if (bmi_number_form_set_unit(&p->style, p->body + i, n - i)) p->n = i;
}

/* What may be a number: the rest begins with a digit or a separator. */
static bool take_apart(const char *text, size_t n, parts *p)
{
    bool sign = false;
    *p = (parts){ .body = text, .n = n };
    while (strip_front(p, &sign)) {}
    if (!p->n || !(is_digit(*p->body) || *p->body == '.' || *p->body == ',')) return false;
    strip_unit(p);
    while (strip_behind(p)) {}
    return p->n && p->style.percent + (p->style.currency > 0) + (*p->style.unit != 0) <= 1;
}

/* Bytes of the thousands separator at p. */
static size_t separator(const bmi_number_form *f, const char *p, size_t n)
{
    if (!n || !f->thousands) return 0;
    return f->thousands == ' ' ? blank(p, n) : (size_t)(*p == f->thousands);
}

enum { LONGEST = 60 };

/* Digits of the group behind a separator: three; in Indian numbers two, but in the last group. 0 when there is no group at p. */
static size_t group_digits(const bmi_number_form *f, const char *p, size_t n)
{
    size_t digits = 0;
    while (digits < n && digits < 4 && is_digit(p[digits])) digits++;
    if (f->indian && digits == 2 && n > 2 && p[2] == f->thousands) return 2;
    return digits == 3 && !(f->indian && n > 3 && p[3] == f->thousands) ? 3 : 0;
}

/* Writes a body of that form as programs write it; its length, 0 when the form is another. A leading group is of one to three
 * digits and does not begin with 0, so that 0,125 has a decimal comma. */
static size_t write_plainly(const bmi_number_form *f, const char *p, size_t n, char into[LONGEST], bool *integer)
{
    size_t i = 0, m = 0, digits = 0, length;
    if (n >= LONGEST) return 0;
    while (i < n && is_digit(p[i])) into[m++] = p[i++];
    digits = i;
    const size_t leading = f->indian ? 2 : 3;
    if (digits && digits <= leading && *p != '0')
        for (size_t next; (length = separator(f, p + i, n - i)) && (next = group_digits(f, p + i + length, n - i - length));) {
            memcpy(into + m, p + i + length, next);
            m += next;
            i += length + next;
        }
    *integer = true;
    if (i < n && p[i] == f->decimal) {
        *integer = false;
        into[m++] = '.';
        for (i++; i < n && is_digit(p[i]); digits++) into[m++] = p[i++];
    }
    if (i < n && digits && (p[i] == 'e' || p[i] == 'E')) {
        *integer = false;
        const size_t at = i + 1 + (i + 1 < n && (p[i + 1] == '-' || p[i + 1] == '+'));
        if (at == n) return 0;
        while (i < at) into[m++] = p[i++];
        while (i < n && is_digit(p[i])) into[m++] = p[i++];
    }
    return digits && i == n ? m : 0;
}

unsigned bmi_number_form_fits(const char *text, size_t n, bmi_number_form *style)
{
    parts p;
    char plain[LONGEST];
    double value;
    bool integer;
    unsigned fits = 0;
    *style = (bmi_number_form){ 0 };
    if (!take_apart(text, n, &p)) return 0;
    *style = p.style;
    if (bmi_number_form_same_style(&p.style, &bmi_number_forms[0]) && bmi_cell_number(text, n, &value, &integer) &&
        isfinite(value))
        fits = 1;
    for (unsigned k = 1; k < BMI_NUMBER_FORMS; k++)
        if (write_plainly(&bmi_number_forms[k], p.body, p.n, plain, &integer)) fits |= 1u << k;
    return fits;
}

/* A date as seconds since 1970. */
static bool read_date(const bmi_number_form *f, const char *text, size_t n, double *value)
{
    char copy[64]; /* no date is longer */
    int64_t time;
    bmi_date_detail detail;
    if (n >= sizeof copy) return false;
    memcpy(copy, text, n);
    copy[n] = 0;
    if (!bmi_time_read(copy, (bmi_date_order)(f->date - 1), &time, &detail)) return false;
    *value = (double)time / 1e6;
    return true;
}

bool bmi_number_form_read(const bmi_number_form *f, const char *text, size_t n, double *value, bool *integer, int64_t *whole)
{
    parts p;
    char plain[LONGEST];
    bool overflow;
    *whole = INT64_MIN;
    *integer = false;
    if (f->date) return read_date(f, text, n, value);
    if (bmi_number_form_is_plain(f)) {
        text = without_blanks(text, &n);
        if (!bmi_cell_number(text, n, value, integer) || !isfinite(*value)) return false;
        if (*integer && !bmi_read_int(text, n, whole)) *whole = INT64_MIN;
        return true;
    }
    if (!take_apart(text, n, &p) || (p.style.percent && !f->percent)) return false;
    if (p.style.currency && p.style.currency != f->currency) return false;
    if (*p.style.unit && strcmp(p.style.unit, f->unit)) return false;
    const size_t length = write_plainly(f, p.body, p.n, plain, integer);
    if (!length || !bmi_read_real(plain, length, value, &overflow) || !isfinite(*value)) return false;
    if (*integer && !bmi_read_int(plain, length, whole)) *whole = INT64_MIN;
    if (p.negative) {
        *value = -*value;
        if (*whole != INT64_MIN) *whole = -*whole;
    }
    return true;
}

bool bmi_number_is_missing(const char *text, size_t n)
{
    static const char *const marks[] = { "-",    "--",      "---",     ".",       "..",      "...",   "–",    "—",
                                         "n.a.", "N.A.",    "n. a.",   "n.a",     "N.A",     "na",    "none", "NONE",
                                         "nil",  "missing", "unknown", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!" };
    text = without_blanks(text, &n);
    if (!n) return true;
    for (size_t i = 0; i < BMI_COUNT(marks); i++)
        if (strlen(marks[i]) == n && !memcmp(marks[i], text, n)) return true;
    return false;
}
