// SPDX-License-Identifier: Apache-2.0
/* Safetensors: types, and writing. */
#include "format/safetensors.h"
#include "base/file.h"
#include "base/json.h"
#include "tensor/tensor.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
    bm_type type;
} types[BMI_ST_TYPE_COUNT] = {
    [BMI_ST_F64] = { "F64", 8, BM_F64 },    [BMI_ST_I64] = { "I64", 8, BM_I64 },    [BMI_ST_U64] = { "U64", 8, 0 },
    [BMI_ST_F32] = { "F32", 4, BM_F32 },    [BMI_ST_I32] = { "I32", 4, BM_I32 },    [BMI_ST_U32] = { "U32", 4, 0 },
    [BMI_ST_F16] = { "F16", 2, 0 },         [BMI_ST_BF16] = { "BF16", 2, 0 },       [BMI_ST_I16] = { "I16", 2, 0 },
    [BMI_ST_U16] = { "U16", 2, 0 },         [BMI_ST_U8] = { "U8", 1, BM_U8 },       [BMI_ST_I8] = { "I8", 1, 0 },
    [BMI_ST_BOOL] = { "BOOL", 1, BM_BOOL }, [BMI_ST_F8_E4M3] = { "F8_E4M3", 1, 0 }, [BMI_ST_F8_E5M2] = { "F8_E5M2", 1, 0 },
};

bmi_st_type bmi_st_of(bm_type type)
{
    for (int i = 1; i < BMI_ST_TYPE_COUNT; i++)
        if (types[i].type == type) return (bmi_st_type)i;
    return 0;
}

bm_type bmi_st_to(bmi_st_type type)
{
    return type > 0 && type < BMI_ST_TYPE_COUNT ? types[type].type : 0;
}
const char *bmi_st_name(bmi_st_type type)
{
    return type > 0 && type < BMI_ST_TYPE_COUNT ? types[type].name : "no type";
}
size_t bmi_st_size(bmi_st_type type)
{
    return type > 0 && type < BMI_ST_TYPE_COUNT ? types[type].size : 0;
}

static int by_layout(const void *a, const void *b)
{
    const bmi_st_entry *x = *(const bmi_st_entry *const *)a, *y = *(const bmi_st_entry *const *)b;
    const size_t p = bmi_st_size(x->type), q = bmi_st_size(y->type);
    return p != q ? (p < q ? 1 : -1) : strcmp(x->name, y->name);
}

/* Bytes of a tensor; false when there are more than can be addressed or the shape is none. */
static bool entry_bytes(const bmi_st_entry *entry, size_t *bytes)
{
    *bytes = bmi_st_size(entry->type);
    if (!*bytes || entry->shape.rank < 0 || entry->shape.rank > BM_MAX_RANK) return false;
    for (int64_t i = 0; i < entry->shape.rank; i++)
        if (entry->shape.dim[i] < 0 || !bmi_mul_size(*bytes, (size_t)entry->shape.dim[i], bytes)) return false;
    return *bytes <= INT64_MAX;
}

static json_t *entry_json(const bmi_st_entry *entry, size_t begin, size_t end)
{
    bmi_json shape = bmi_json_list(), offsets = bmi_json_list(), all = bmi_json_object();
    for (int64_t i = 0; i < entry->shape.rank; i++) bmi_json_add(&shape, json_integer(entry->shape.dim[i]));
    bmi_json_add(&offsets, json_integer((json_int_t)begin));
    bmi_json_add(&offsets, json_integer((json_int_t)end));
    bmi_json_put(&all, "dtype", json_string(bmi_st_name(entry->type)));
    bmi_json_put(&all, "shape", bmi_json_end(&shape));
    bmi_json_put(&all, "data_offsets", bmi_json_end(&offsets));
    return bmi_json_end(&all);
}

/* Adds `value` (taken) under a name that must be new and UTF-8. */
static bm_status add(bmi_error *e, bm_place here, const char *path, json_t *to, const char *name, json_t *value)
{
    if (!value) return bmi_fail_memory(e, here, 1024, "the header of a safetensors file");
    if (!name || !*name || !bmi_is_utf8(name, strlen(name))) {
        json_decref(value);
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s: a name is empty or not UTF-8", path);
    }
    if (json_object_get(to, name) || !strcmp(name, "__metadata__")) {
        json_decref(value);
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s: the name \"%.100s\" is taken", path, name);
    }
    return json_object_set_new(to, name, value) ? bmi_fail_memory(e, here, 1024, "the header of a safetensors file") : BM_OK;
}

static bm_status make_header(bmi_error *e, bm_place here, const char *path, const bmi_st_entry *const *sorted, size_t n,
                             const bmi_st_text *texts, size_t n_texts, json_t *header)
{
    size_t at = 0;
    bm_status st = BM_OK;
    for (size_t i = 0; i < n && !st; i++) {
        size_t bytes, end;
        if (!entry_bytes(sorted[i], &bytes) || !bmi_add_size(at, bytes, &end) || end > INT64_MAX || (bytes && !sorted[i]->data))
            return bmi_fail(e, BM_E_SHAPE, here, "%s: tensor \"%.100s\" has no lawful type, shape or data", path,
                            sorted[i]->name ? sorted[i]->name : "");
        st = add(e, here, path, header, sorted[i]->name, entry_json(sorted[i], at, end));
        at = end;
    }
    if (st || !n_texts) return st;
    json_t *metadata = json_object();
    if (!metadata) return bmi_fail_memory(e, here, 64, "the header of a safetensors file");
    for (size_t i = 0; i < n_texts && !st; i++) {
        if (!texts[i].value || !bmi_is_utf8(texts[i].value, strlen(texts[i].value)))
            st = bmi_fail(e, BM_E_ARGUMENT, here, "%s: the text \"%.100s\" is not UTF-8", path,
                          texts[i].key ? texts[i].key : "");
        else st = add(e, here, path, metadata, texts[i].key, json_string(texts[i].value));
    }
    if (st) json_decref(metadata);
    else if (json_object_set_new(header, "__metadata__", metadata))
        st = bmi_fail_memory(e, here, 64, "the header of a safetensors file");
    return st;
}

static bm_status write_all(bmi_writer *w, const char *header, const bmi_st_entry *const *sorted, size_t n)
{
    static const char blanks[8] = "        ";
    const size_t length = strlen(header), padded = (length + 7) / 8 * 8;
    unsigned char size[8];
    for (int i = 0; i < 8; i++) size[i] = (unsigned char)((uint64_t)padded >> 8 * i);
    bm_status st = bmi_writer_bytes(w, size, 8);
    if (!st) st = bmi_writer_bytes(w, header, length);
    if (!st) st = bmi_writer_bytes(w, blanks, padded - length);
    for (size_t i = 0; i < n && !st; i++) {
        size_t bytes;
        entry_bytes(sorted[i], &bytes);
        if (bytes) st = bmi_writer_bytes(w, sorted[i]->data, bytes);
    }
    return st ? st : bmi_writer_commit(w);
}

bm_status bmi_safetensors_write(bmi_error *e, bm_place here, bm_context *context, const char *path, const bmi_st_entry *entries,
                                size_t n, const bmi_st_text *texts, size_t n_texts)
{
    const bmi_st_entry **sorted = bmi_alloc(context, n, sizeof *sorted);
    json_t *header = json_object();
    bmi_text text = { .context = context };
    bm_status st = sorted && header ? BM_OK : bmi_fail_memory(e, here, n * sizeof *sorted, "to write a safetensors file");
    for (size_t i = 0; i < n && !st; i++) {
        sorted[i] = &entries[i];
        if (!entries[i].name) st = bmi_fail(e, BM_E_ARGUMENT, here, "%s: a tensor has no name", path);
    }
    if (!st && n) qsort(sorted, n, sizeof *sorted, by_layout);
    if (!st) st = make_header(e, here, path, sorted, n, texts, n_texts, header);
    if (!st && !bmi_text_json(&text, header, JSON_COMPACT | JSON_SORT_KEYS))
        st = bmi_fail_memory(e, here, 4096, "the header of a safetensors file");
    if (!st) {
        bmi_writer *w = bmi_writer_begin(e, here, context, path);
        if (w) write_all(w, text.at, sorted, n);
        bmi_writer_end(w);
        st = e->status;
    }
    bmi_text_end(&text);
    json_decref(header);
    bmi_release(context, sorted, n, sizeof *sorted);
    return st;
}
