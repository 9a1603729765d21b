// SPDX-License-Identifier: Apache-2.0
/* NPY files (NumPy Enhancement Proposal 1 and numpy/lib/format: the form of versions 1.0, 2.0 and 3.0). The header is a Python
 * literal {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }; only what such a dictionary may hold is read.
 */
#include "format/npy.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

static const struct {
    char kind;
    int size;
    bm_type type;
} types[] = {
    { 'f', 4, BM_F32 }, { 'f', 8, BM_F64 }, { 'i', 4, BM_I32 }, { 'i', 8, BM_I64 }, { 'u', 1, BM_U8 },  { 'b', 1, BM_BOOL },
    { 'i', 1, BM_I32 }, { 'i', 2, BM_I32 }, { 'u', 2, BM_I32 }, { 'u', 4, BM_I64 }, { 'f', 2, BM_F32 },
};

typedef struct header {
    char kind; /* f i u b */
    int size;
    bm_type type;
    bool big, fortran;
    bm_shape shape;
    bool has_descr, has_order, has_shape;
} header;

typedef struct cursor {
    const char *at, *end;
} cursor;

static void blanks(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t')) c->at++;
}

static bool take(cursor *c, char what)
{
    blanks(c);
    if (c->at == c->end || *c->at != what) return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    const size_t n = strlen(word);
    blanks(c);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n)) return false;
    c->at += n;
    return true;
}

/* A text in quotes, at most 19 bytes. */
static bool take_text(cursor *c, char into[20])
{
    blanks(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"')) return false;
    const char quote = *c->at++;
    size_t n = 0;
    while (c->at < c->end && *c->at != quote && n < 19) into[n++] = *c->at++;
    into[n] = 0;
    return take(c, quote);
}

static bool take_shape(cursor *c, header *h)
{
    if (!take(c, '(')) return false;
    while (!take(c, ')')) {
        blanks(c);
        const char *begin = c->at;
        while (c->at < c->end && *c->at >= '0' && *c->at <= '9') c->at++;
        int64_t dim;
        if (h->shape.rank == BM_MAX_RANK || !bmi_read_int(begin, (size_t)(c->at - begin), &dim) || dim < 0) return false;
        h->shape.dim[h->shape.rank++] = dim;
        (void)take_word(c, "L"); /* as Python 2 wrote long integers */
        if (!take(c, ',')) return take(c, ')');
    }
    return true;
}

static bool take_descr(cursor *c, header *h)
{
    char descr[20];
    int size = 0;
    if (!take_text(c, descr) || strlen(descr) < 3) return false;
    h->big = descr[0] == '>';
    h->kind = descr[1];
    for (const char *p = descr + 2; *p; p++) {
        if (*p < '0' || *p > '9' || size > 1000) return false;
        size = size * 10 + (*p - '0');
    }
    h->size = size;
    for (size_t i = 0; i < BMI_COUNT(types); i++)
        if (types[i].kind == h->kind && types[i].size == size) h->type = types[i].type;
    return strchr("<>|=", descr[0]);
}

static bool take_header(cursor *c, header *h)
{
    char key[20];
    if (!take(c, '{')) return false;
    while (!take(c, '}')) {
        bool fine = take_text(c, key) && take(c, ':');
        if (fine && !strcmp(key, "descr") && !h->has_descr) fine = h->has_descr = take_descr(c, h);
        else if (fine && !strcmp(key, "fortran_order") && !h->has_order)
            fine = h->has_order = (h->fortran = take_word(c, "True")) || take_word(c, "False");
        else if (fine && !strcmp(key, "shape") && !h->has_shape) fine = h->has_shape = take_shape(c, h);
        else fine = false;
        if (!fine) return false;
        if (!take(c, ',')) return take(c, '}') && h->has_descr && h->has_order && h->has_shape;
    }
    return h->has_descr && h->has_order && h->has_shape;
}

/* Reads the header; *data is where the numbers begin. */
static bm_status read_header(bmi_error *e, bm_place here, const char *name, const unsigned char *p, size_t size, header *h,
                             size_t *data)
{
    if (size < 10 || memcmp(p, "\x93NUMPY", 6)) return bmi_fail(e, BM_E_FORMAT, here, "%s is no NPY file", name);
    if (p[6] < 1 || p[6] > 3)
        return bmi_fail(e, BM_E_UNSUPPORTED, here, "%s: NPY version %d.%d is not known", name, p[6], p[7]);
    const size_t before = p[6] == 1 ? 10 : 12;
    uint64_t length = 0;
    for (size_t i = 8; size >= before && i < before; i++) length |= (uint64_t)p[i] << 8 * (i - 8);
    if (size < before || length > size - before)
        return bmi_fail(e, BM_E_FORMAT, here, "%s: the header is longer than the file", name);
    *data = before + (size_t)length;
    cursor c = { (const char *)p + before, (const char *)p + *data };
    if (!take_header(&c, h)) {
        if (h->has_descr && h->type)
            return bmi_fail(e, BM_E_FORMAT, here, "%s: the header is not that of an array of rank 0 to %d", name, BM_MAX_RANK);
        return bmi_fail(e, BM_E_FORMAT, here, "%s: the header is not that of an array of numbers", name);
    }
    if (!h->type)
        return bmi_fail(e, BM_E_UNSUPPORTED, here,
                        "%s holds elements of type %c%d; numbers f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 b1 can be read", name, h->kind,
                        h->size);
    return BM_OK;
}

static uint64_t word(const unsigned char *p, int size, bool big)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++) value |= (uint64_t)p[big ? size - 1 - i : i] << 8 * i;
    return value;
}

static float half(unsigned bits)
{
    const int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    const float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                       : exponent     ? ldexpf((float)(1024 + fraction), exponent - 25)
                                      : ldexpf((float)fraction, -24);
    return bits >> 15 ? -size : size;
}

/* One element into place i. */
static void convert(void *to, int64_t i, const unsigned char *from, const header *h)
{
    const uint64_t w = word(from, h->size, h->big);
    if (h->kind == 'f' && h->size == 2) ((float *)to)[i] = half((unsigned)w);
    else if (h->kind == 'b') ((uint8_t *)to)[i] = w != 0;
    else if (h->kind == 'u' && h->size == 4) ((int64_t *)to)[i] = (int64_t)w;
    else if (h->size == 8) ((uint64_t *)to)[i] = w;
    else if (h->size == 4) ((uint32_t *)to)[i] = (uint32_t)w;
    else if (h->size == 2) ((int32_t *)to)[i] = h->kind == 'i' ? (int16_t)w : (int32_t)w;
    else if (h->kind == 'i') ((int32_t *)to)[i] = (int8_t)w;
    else ((uint8_t *)to)[i] = (uint8_t)w;
}

/* Fortran order: the first index moves fastest in the file, the last one in the tensor. */
static void convert_all(bm_tensor *t, const unsigned char *from, const header *h)
{
    int64_t index[BM_MAX_RANK] = { 0 }, stride[BM_MAX_RANK];
    int64_t step = 1, at = 0;
    if (!t->size) return; /* beside a dimension of 0 the others may be of any size */
    for (int64_t k = t->shape.rank; k-- > 0; step *= t->shape.dim[k]) stride[k] = step;
    for (int64_t i = 0; i < t->size; i++) {
        convert(t->data, h->fortran ? at : i, from + (size_t)i * (size_t)h->size, h);
        for (int64_t k = 0; h->fortran && k < t->shape.rank; k++) {
            at += stride[k];
            if (++index[k] < t->shape.dim[k]) break;
            at -= index[k] * stride[k];
            index[k] = 0;
        }
    }
}

bm_tensor *bmi_npy_parse(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes, size_t size)
{
    header h = { .kind = 0 };
    size_t data = 0, wanted;
    if (read_header(e, here, name, bytes, size, &h, &data)) return NULL;
    wanted = (size_t)h.size;
    bool fits = true;
    for (int64_t i = 0; fits && i < h.shape.rank; i++) fits = bmi_mul_size(wanted, (size_t)h.shape.dim[i], &wanted);
    if (!fits || wanted != size - data) {
        char text[200];
        bmi_fail(e, BM_E_FORMAT, here,
                 "%s: the header says %s of %d bytes each, but %zu bytes are there; the file is cut off or damaged", name,
                 bmi_shape_text(text, &h.shape), h.size, size - data);
        return NULL;
    }
    bm_tensor *t = bmi_tensor_make(context, h.type, h.shape, true, here);
    if (bmi_fail_from(e, &t->object.error)) {
        bm_tensor_free(t);
        return NULL;
    }
    convert_all(t, (const unsigned char *)bytes + data, &h);
    return t;
}

bm_tensor *bmi_npy_read(bmi_error *e, bm_place here, bm_context *context, const char *path)
{
    unsigned char *bytes;
    size_t size;
    if (bmi_file_read(e, here, context, path, 0, &bytes, &size)) return NULL;
    bm_tensor *t = bmi_npy_parse(e, here, context, path, bytes, size);
    bmi_file_release(context, bytes, size);
    return t;
}
