// SPDX-License-Identifier: Apache-2.0
/* Rows of a tensor into a feed. */
#include "model/column.h"
#include "kernels/cpu/bytes.h"
#include "kernels/cpu/convert.h"
#include <string.h>

bool bmi_column_make(bmi_column_of *c, const bm_tensor *t, bm_type type, bool scale)
{
    if (bmi_type_is_int(type) && bmi_type_is_real(t->type)) return false;
    if (type == BM_BOOL && t->type != BM_BOOL) return false;
    const int64_t rows = t->shape.rank ? t->shape.dim[0] : 1;
    *c = (bmi_column_of){
        .from = t->data, .elements = rows ? t->size / rows : 0, .from_type = t->type, .into_type = type, .isa = bmi_isa_now()
    };
    c->same = t->type == type;
    c->from_bytes = (size_t)c->elements * bm_type_size(t->type);
    c->into_bytes = (size_t)c->elements * bm_type_size(type);
    if (t->type == BM_U8 && !scale) c->from_type = BM_BOOL + 1; /* a byte that keeps its value */
    return true;
}

static int64_t integer_of(bm_type type, const void *from, int64_t i)
{
    switch (type) {
    case BM_I32: return ((const int32_t *)from)[i];
    case BM_I64: return ((const int64_t *)from)[i];
    default: return ((const uint8_t *)from)[i];
    }
}

/* Integers into integers: a value outside the type becomes the type's nearest end (an index that no table has). */
static void integers(const bmi_column_of *c, void *into, const void *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t v = integer_of(c->from_type, from, i);
        if (c->into_type == BM_I64) ((int64_t *)into)[i] = v;
        else if (c->into_type == BM_I32)
            ((int32_t *)into)[i] = v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
        else ((uint8_t *)into)[i] = v > UINT8_MAX ? UINT8_MAX : v < 0 ? 0 : (uint8_t)v;
    }
}

static void convert(const bmi_column_of *c, void *into, const void *from, int64_t n)
{
    const bmi_real r = c->into_type == BM_F64 ? BMI_REAL_F64 : BMI_REAL_F32;
    if (!bmi_type_is_real(c->into_type)) integers(c, into, from, n);
    else if (c->from_type == BM_U8) bmi_unit_bytes[c->isa][r](into, from, n);
    else bmi_read[c->isa][r](into, from, c->from_type > BM_BOOL ? BM_U8 : c->from_type, 1, n, n, 1);
}

/* Rows of a fixed number of bytes, known to the compiler. */
#define SHORT_ROWS(bytes)                                                                          \
    case bytes:                                                                                    \
        for (int64_t i = 0; i < n; i++) memcpy(to + i * (bytes), from + rows[i] * (bytes), bytes); \
        return

/* Tells the processor that a row will be read: rows lie anywhere, and what it foresees by itself ends with the row. */
static void ask_for(const unsigned char *row, size_t bytes)
{
    enum { LINE = 64, MOST = 4096 };
    for (size_t i = 0; i < bytes && i < MOST; i += LINE) __builtin_prefetch(row + i);
}

static void gather_rows(unsigned char *to, const unsigned char *from, const int64_t *rows, int64_t n, size_t bytes)
{
    switch (bytes) { /* a call for each row would take longer than the copy */
        SHORT_ROWS(4);
        SHORT_ROWS(8);
        SHORT_ROWS(16);
        SHORT_ROWS(32);
        SHORT_ROWS(64);
    default: break;
    }
    if (bytes < 16 || bytes > 512) {
        for (int64_t i = 0; i < n; i++) {
            if (i + 1 < n) ask_for(from + (size_t)rows[i + 1] * bytes, bytes);
            memcpy(to + (size_t)i * bytes, from + (size_t)rows[i] * bytes, bytes);
        }
        return;
    }
    for (int64_t i = 0; i < n; i++) { /* pieces of 16 bytes, the last one over the one before */
        unsigned char *t = to + (size_t)i * bytes;
        const unsigned char *f = from + (size_t)rows[i] * bytes;
        for (size_t k = 0; k + 16 < bytes; k += 16) memcpy(t + k, f + k, 16);
        memcpy(t + bytes - 16, f + bytes - 16, 16);
    }
}

void bmi_column_gather(const bmi_column_of *c, void *into, const int64_t *rows, int64_t first, int64_t last)
{
    unsigned char *to = into;
    if (c->same) gather_rows(to + (size_t)first * c->into_bytes, c->from, rows + first, last - first, c->into_bytes);
    else
        for (int64_t i = first; i < last; i++)
            convert(c, to + (size_t)i * c->into_bytes, c->from + (size_t)rows[i] * c->from_bytes, c->elements);
}

void bmi_column_prefetch(const bmi_column_of *c, const int64_t *rows, int64_t n)
{
    enum { LINE = 64, LINES = 4 };
    for (int64_t i = 0; i < n; i++) {
        const unsigned char *at = c->from + (size_t)rows[i] * c->from_bytes;
        for (size_t k = 0; k < c->from_bytes && k < LINE * LINES; k += LINE) __builtin_prefetch(at + k);
    }
}

void bmi_column_copy(const bmi_column_of *c, void *into, int64_t first, int64_t n)
{
    const unsigned char *from = c->from + (size_t)first * c->from_bytes;
    if (c->same) memcpy(into, from, (size_t)n * c->into_bytes);
    else convert(c, into, from, n * c->elements);
}
