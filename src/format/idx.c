// SPDX-License-Identifier: Apache-2.0
/* IDX files (LeCun, Cortes, Burges, "The MNIST database of handwritten digits": the file format). */
#include "format/idx.h"
#include "base/file.h"
#include "base/memory.h"
#include <string.h>

enum { BYTES = 0x08 };

static const struct {
    unsigned char code;
    bm_type type;
    int size;
} types[] = {
    { BYTES, BM_U8, 1 }, { 0x09, BM_I32, 1 }, { 0x0b, BM_I32, 2 },
    { 0x0c, BM_I32, 4 }, { 0x0d, BM_F32, 4 }, { 0x0e, BM_F64, 8 },
};

static uint64_t big_endian(const unsigned char *p, int n)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++) value = value << 8 | p[i];
    return value;
}

static void convert(void *to, const unsigned char *from, int64_t n, int code)
{
    for (int64_t i = 0; i < n; i++) {
        switch (code) {
        case 0x09: ((int32_t *)to)[i] = (int8_t)from[i]; break;
        case 0x0b: ((int32_t *)to)[i] = (int16_t)big_endian(from + 2 * i, 2); break;
        case 0x0c:
        case 0x0d: ((uint32_t *)to)[i] = (uint32_t)big_endian(from + 4 * i, 4); break;
        default: ((uint64_t *)to)[i] = big_endian(from + 8 * i, 8); break;
        }
    }
}

/* What the head of a file says. */
typedef struct header {
    unsigned char code;
    bm_type type;
    bm_shape shape;
    size_t bytes;
} header;

static bm_status read_header(header *h, bmi_error *e, bm_place here, const char *name, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    size_t t = 0;
    if (size < 4 || p[0] || p[1])
        return bmi_fail(e, BM_E_FORMAT, here, "%s does not begin as an IDX file does (two zero bytes, a type, the rank)", name);
    while (t < BMI_COUNT(types) && types[t].code != p[2]) t++;
    if (t == BMI_COUNT(types)) return bmi_fail(e, BM_E_FORMAT, here, "%s: there is no IDX type 0x%02x", name, p[2]);
    bm_shape shape = { .rank = p[3] };
    if (shape.rank < 1 || shape.rank > BM_MAX_RANK)
        return bmi_fail(e, BM_E_FORMAT, here, "%s: rank %d; it must be 1 to %d", name, p[3], BM_MAX_RANK);
    const size_t head = 4 + 4 * (size_t)shape.rank;
    size_t wanted = (size_t)types[t].size;
    bool fits = size >= head;
    for (int64_t i = 0; fits && i < shape.rank; i++) {
        shape.dim[i] = (int64_t)big_endian(p + 4 + 4 * i, 4);
        fits = bmi_mul_size(wanted, (size_t)shape.dim[i], &wanted);
    }
    if (!fits || wanted != size - head) {
        char text[200];
        if (size < head) shape.rank = 0;
        return bmi_fail(e, BM_E_FORMAT, here,
                        "%s: the header says %s of %d bytes each, but %zu bytes are there; the file is cut off or damaged",
                        name, bmi_shape_text(text, &shape), types[t].size, size < head ? size : size - head);
    }
    *h = (header){ types[t].code, types[t].type, shape, head };
    return BM_OK;
}

/* Hands on the error of a tensor that failed. */
static bm_tensor *whole(bm_tensor *tensor, bmi_error *e)
{
    if (!bmi_fail_from(e, &tensor->object.error)) return tensor;
    bm_tensor_free(tensor);
    return NULL;
}

static bm_tensor *convert_all(const header *h, bmi_error *e, bm_place here, bm_context *context, const void *bytes)
{
    bm_tensor *tensor = whole(bmi_tensor_make(context, h->type, h->shape, true, here), e);
    if (!tensor) return NULL;
    const unsigned char *from = (const unsigned char *)bytes + h->bytes;
    if (h->code != BYTES) convert(tensor->data, from, tensor->size, h->code);
    else if (tensor->size) memcpy(tensor->data, from, (size_t)tensor->size);
    return tensor;
}

bm_tensor *bmi_idx_parse(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes, size_t size)
{
    header h;
    return read_header(&h, e, here, name, bytes, size) ? NULL : convert_all(&h, e, here, context, bytes);
}

/* The content of a file, for the tensor that lies in it. */
typedef struct content {
    bmi_object object;
    unsigned char *bytes;
    size_t size;
} content;

static void end_content(void *object)
{
    content *c = object;
    bmi_file_release(c->object.context, c->bytes, c->size);
}

static const bmi_object_kind content_kind = { .name = "file content", .end = end_content };

/* A tensor of bytes in the memory of the file, which it keeps: images are most of what a training needs, they stand there once. */
static bm_tensor *take_bytes(const header *h, bmi_error *e, bm_place here, bm_context *context, unsigned char **bytes,
                             size_t size)
{
    content *c = bmi_object_new(context, &content_kind, sizeof *c);
    bm_tensor *tensor = c ? whole(bmi_tensor_over(context, BM_U8, h->shape, *bytes, here), e) : NULL;
    if (!c) bmi_fail_memory(e, here, sizeof *c, "the content of a file");
    if (tensor) {
        memmove(*bytes, *bytes + h->bytes, size - h->bytes); /* the numbers begin where memory is aligned */
        c->bytes = *bytes;
        c->size = size;
        *bytes = NULL;
        tensor->keeps = bmi_object_keep(c);
    }
    bmi_object_free(c);
    return tensor;
}

bm_tensor *bmi_idx_read(bmi_error *e, bm_place here, bm_context *context, const char *path)
{
    unsigned char *bytes;
    size_t size;
    header h;
    bm_tensor *tensor = NULL;
    if (bmi_file_read(e, here, context, path, 0, &bytes, &size)) return NULL;
    if (!read_header(&h, e, here, path, bytes, size))
        tensor = h.code == BYTES ? take_bytes(&h, e, here, context, &bytes, size) : convert_all(&h, e, here, context, bytes);
    bmi_file_release(context, bytes, size);
    return tensor;
}
