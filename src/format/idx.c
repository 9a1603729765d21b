// SPDX-License-Identifier: Apache-2.0
/* IDX files (LeCun, Cortes, Burges, "The MNIST database of handwritten digits": the file format). */
#include "format/idx.h"
#include "base/file.h"
#include "base/memory.h"
#include <string.h>

static const struct {
    unsigned char code;
    bm_type type;
    int size;
} types[] = {
    { 0x08, BM_U8, 1 }, { 0x09, BM_I32, 1 }, { 0x0b, BM_I32, 2 }, { 0x0c, BM_I32, 4 }, { 0x0d, BM_F32, 4 }, { 0x0e, BM_F64, 8 },
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

bm_tensor *bmi_idx_parse(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    size_t t = 0;
    if (size < 4 || p[0] || p[1])
        return bmi_fail(e, BM_E_FORMAT, here, "%s does not begin as an IDX file does (two zero bytes, a type, the rank)", name),
               NULL;
    while (t < BMI_COUNT(types) && types[t].code != p[2]) t++;
    if (t == BMI_COUNT(types)) return bmi_fail(e, BM_E_FORMAT, here, "%s: there is no IDX type 0x%02x", name, p[2]), NULL;
    bm_shape shape = { .rank = p[3] };
    if (shape.rank < 1 || shape.rank > BM_MAX_RANK)
        return bmi_fail(e, BM_E_FORMAT, here, "%s: rank %d; it must be 1 to %d", name, p[3], BM_MAX_RANK), NULL;
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
                        name, bmi_shape_text(text, &shape), types[t].size, size < head ? size : size - head),
               NULL;
    }
    bm_tensor *tensor = bmi_tensor_make(context, types[t].type, shape, true, here);
    if (bmi_fail_from(e, &tensor->object.error)) {
        bm_tensor_free(tensor);
        return NULL;
    }
    if (types[t].code == 0x08) {
        if (tensor->size) memcpy(tensor->data, p + head, (size_t)tensor->size);
    } else {
        convert(tensor->data, p + head, tensor->size, types[t].code);
    }
    return tensor;
}

bm_tensor *bmi_idx_read(bmi_error *e, bm_place here, bm_context *context, const char *path)
{
    unsigned char *bytes;
    size_t size;
    if (bmi_file_read(e, here, context, path, 0, &bytes, &size)) return NULL;
    bm_tensor *t = bmi_idx_parse(e, here, context, path, bytes, size);
    bmi_file_release(context, bytes, size);
    return t;
}
