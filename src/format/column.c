// SPDX-License-Identifier: Apache-2.0
/* Columns and their dictionaries. Texts are kept in an open-addressed table with linear probing, as in base/index.c.
 */
#include "format/column.h"
#include "base/index.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

const char *bm_column_type_name(bm_column_type type)
{
    static const char *const names[] = { "no type", "real", "integer", "true/false", "text", "date/time" };
    return type > 0 && type < BM_COLUMN_TYPE_COUNT_ ? names[type] : names[0];
}

const char *bmi_dictionary_text(const bmi_dictionary *d, int32_t code, size_t *n)
{
    const size_t start = (size_t)d->starts[code];
    const size_t end = code + 1 < d->count ? (size_t)d->starts[code + 1] : d->used;
    if (n) *n = end - start - 1;
    return d->bytes + start;
}

/* The slot of a text: where it is, or the free one where it belongs. */
static size_t find_slot(const bmi_dictionary *d, uint64_t hash, const char *text, size_t n)
{
    const size_t mask = d->slots_capacity - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        const uint64_t slot = d->slots[i];
        if (!slot) return i;
        if (slot >> 32 != hash >> 32) continue;
        size_t length;
        const char *other = bmi_dictionary_text(d, (int32_t)((slot & 0xffffffff) - 1), &length);
        if (length == n && !memcmp(other, text, n)) return i;
    }
}

static bool grow_slots(bmi_dictionary *d)
{
    bmi_dictionary larger = *d;
    larger.slots_capacity = d->slots_capacity ? d->slots_capacity * 2 : 64;
    larger.slots = bmi_alloc(d->context, larger.slots_capacity, sizeof *larger.slots);
    if (!larger.slots) return false;
    for (int32_t code = 0; code < d->count; code++) {
        size_t n;
        const char *text = bmi_dictionary_text(d, code, &n);
        const uint64_t hash = bmi_hash(text, n);
        larger.slots[find_slot(&larger, hash, text, n)] = (hash >> 32) << 32 | (uint32_t)(code + 1);
    }
    bmi_release(d->context, d->slots, d->slots_capacity, sizeof *d->slots);
    *d = larger;
    return true;
}

int32_t bmi_dictionary_find(const bmi_dictionary *d, const char *text, size_t n)
{
    if (!d->slots_capacity) return -1;
    const uint64_t slot = d->slots[find_slot(d, bmi_hash(text, n), text, n)];
    return (int32_t)(slot & 0xffffffff) - 1;
}

int32_t bmi_dictionary_add(bmi_dictionary *d, const char *text, size_t n)
{
    if ((size_t)d->count * 2 >= d->slots_capacity && !grow_slots(d)) return -1;
    const uint64_t hash = bmi_hash(text, n);
    const size_t at = find_slot(d, hash, text, n);
    if (d->slots[at]) return (int32_t)(d->slots[at] & 0xffffffff) - 1;
    size_t needed;
    if (d->count >= INT32_MAX - 1 || !bmi_add_size(d->used, n, &needed) || !bmi_add_size(needed, 1, &needed)) return -1;
    if (!bmi_grow(d->context, (void **)&d->bytes, &d->capacity, needed, 1)) return -1;
    if (!bmi_grow(d->context, (void **)&d->starts, &d->starts_capacity, (size_t)d->count + 1, sizeof *d->starts)) return -1;
    d->starts[d->count] = d->used;
    memcpy(d->bytes + d->used, text, n);
    d->bytes[d->used + n] = 0;
    d->used = needed;
    d->slots[at] = (hash >> 32) << 32 | (uint32_t)(d->count + 1);
    return d->count++;
}

void bmi_dictionary_end(bmi_dictionary *d)
{
    bmi_release(d->context, d->bytes, d->capacity, 1);
    bmi_release(d->context, d->starts, d->starts_capacity, sizeof *d->starts);
    bmi_release(d->context, d->slots, d->slots_capacity, sizeof *d->slots);
    *d = (bmi_dictionary){ .context = d->context };
}

bool bmi_names_given(bmi_error *e, bm_place here, const char *what, bm_names names)
{
    if (!bmi_need(e, here, what, names.at, names.count) && names.at && !names.count)
        bmi_fail(e, BM_E_ARGUMENT, here, "%s has a pointer and no count; write BM_NAMES(\"a\", \"b\") for names, {0} for none",
                 what);
    return !e->status;
}

size_t bmi_column_cell(bm_column_type type)
{
    switch (type) {
    case BM_COLUMN_REAL: return sizeof(double);
    case BM_COLUMN_INTEGER: return sizeof(int64_t);
    case BM_COLUMN_BOOL: return sizeof(uint8_t);
    case BM_COLUMN_TEXT: return sizeof(int32_t);
    case BM_COLUMN_TIME: return sizeof(int64_t);
    default: return 0;
    }
}

void bmi_column_end(bm_context *context, bmi_column *c)
{
    bmi_text_release(context, c->name);
    bmi_release(context, c->values, c->bytes, 1);
    c->dictionary.context = context;
    bmi_dictionary_end(&c->dictionary);
    *c = (bmi_column){ 0 };
}

bool bmi_cell_is_missing(const char *text, size_t n)
{
    static const char *const markers[] = { "NA",   "N/A",  "n/a", "#N/A", "#NA",  "<NA>", "NaN", "nan",
                                           "-NaN", "-nan", "NaT", "null", "NULL", "None", "?" };
    if (n == 0) return true;
    if (n > 4) return false;
    for (size_t i = 0; i < BMI_COUNT(markers); i++)
        if (strlen(markers[i]) == n && !memcmp(markers[i], text, n)) return true;
    return false;
}

int bmi_cell_bool(const char *text, size_t n)
{
    if (n == 4 && (!memcmp(text, "true", 4) || !memcmp(text, "True", 4) || !memcmp(text, "TRUE", 4))) return 1;
    if (n == 5 && (!memcmp(text, "false", 5) || !memcmp(text, "False", 5) || !memcmp(text, "FALSE", 5))) return 0;
    return -1;
}

bool bmi_cell_number(const char *text, size_t n, double *value, bool *integer)
{
    text = bmi_trim(text, &n);
    bool overflow = false;
    if (!n || !bmi_read_real(text, n, value, &overflow) || isnan(*value)) return false;
    size_t i = *text == '-' || *text == '+';
    while (i < n && text[i] >= '0' && text[i] <= '9') i++;
    *integer = i == n;
    return true;
}

size_t bmi_windows_to_utf8(const char *text, size_t n, char *into)
{
    /* 0x80 .. 0x9f; five of them stand for nothing and stay what they are, as browsers read them (encoding.spec.whatwg.org) */
    static const uint16_t high[32] = { 0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
                                       0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                                       0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178 };
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];
        const unsigned code = c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c;
        if (code >= 0x800) into[m++] = (char)(0xe0 | code >> 12);
        if (code >= 0x80) into[m++] = (char)(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f) : 0xc0 | code >> 6);
        into[m++] = (char)(code < 0x80 ? code : 0x80 | (code & 0x3f));
    }
    return m;
}
