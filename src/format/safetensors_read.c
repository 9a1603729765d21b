// SPDX-License-Identifier: Apache-2.0
/* Reading safetensors: nothing of the header is believed before it is checked against the file. */
#include "base/file.h"
#include "base/json.h"
#include "base/status.h"
#include "format/safetensors.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct reading {
    bmi_error *error;
    bm_place here;
    const char *name;          /* of the file */
    const unsigned char *data; /* behind the header */
    size_t size;               /* of it */
    bmi_safetensors *out;
} reading;

static bm_status wrong(const reading *r, const char *tensor, const char *what)
{
    return bmi_fail(r->error, BM_E_FORMAT, r->here, "%s: tensor \"%.100s\" %s; the file is damaged or no safetensors file",
                    r->name, tensor, what);
}

static bm_status no_memory(const reading *r)
{
    return bmi_fail_memory(r->error, r->here, 1024, "to read a safetensors file");
}

static bool read_shape(const json_t *list, bm_shape *shape, size_t size, size_t *bytes)
{
    *bytes = size;
    shape->rank = (int64_t)json_array_size(list);
    for (int64_t i = 0; i < shape->rank; i++) {
        const json_t *dim = json_array_get(list, (size_t)i);
        if (!json_is_integer(dim) || json_integer_value(dim) < 0) return false;
        shape->dim[i] = json_integer_value(dim);
        if (!bmi_mul_size(*bytes, (size_t)shape->dim[i], bytes)) return false;
    }
    return true;
}

static bm_status read_entry(const reading *r, const char *name, const json_t *about, bmi_st_entry *entry)
{
    const char *type = json_string_value(json_object_get(about, "dtype"));
    const json_t *shape = json_object_get(about, "shape"), *offsets = json_object_get(about, "data_offsets");
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (!type || !json_is_array(shape) || json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end))
        return wrong(r, name, "has no dtype, shape and two data_offsets");
    for (int i = 1; i < BMI_ST_TYPE_COUNT; i++)
        if (!strcmp(type, bmi_st_name((bmi_st_type)i))) entry->type = (bmi_st_type)i;
    if (!entry->type)
        return bmi_fail(r->error, BM_E_FORMAT, r->here, "%s: tensor \"%.100s\" has the type \"%.40s\", which is not known",
                        r->name, name, type);
    if (json_array_size(shape) > BM_MAX_RANK)
        return bmi_fail(r->error, BM_E_UNSUPPORTED, r->here, "%s: tensor \"%.100s\" has rank %zu, at most %d can be used",
                        r->name, name, json_array_size(shape), BM_MAX_RANK);
    size_t bytes;
    if (!read_shape(shape, &entry->shape, bmi_st_size(entry->type), &bytes))
        return wrong(r, name, "has a shape that cannot be");
    const json_int_t from = json_integer_value(begin), to = json_integer_value(end);
    if (from < 0 || to < from || (uint64_t)to > r->size) return wrong(r, name, "lies outside the file");
    if ((uint64_t)(to - from) != bytes) return wrong(r, name, "has offsets that do not fit its type and shape");
    entry->data = r->data + from;
    entry->bytes = bytes;
    entry->name = bmi_arena_text(&r->out->arena, name);
    return entry->name ? BM_OK : no_memory(r);
}

static bm_status read_texts(const reading *r, json_t *map)
{
    const char *key;
    json_t *value;
    if (!json_is_object(map)) return bmi_fail(r->error, BM_E_FORMAT, r->here, "%s: __metadata__ is no map of texts", r->name);
    r->out->texts = bmi_arena_alloc(&r->out->arena, json_object_size(map) + 1, sizeof *r->out->texts);
    if (!r->out->texts) return no_memory(r);
    json_object_foreach(map, key, value)
    {
        if (!json_is_string(value))
            return bmi_fail(r->error, BM_E_FORMAT, r->here, "%s: \"%.100s\" in __metadata__ is no text", r->name, key);
        bmi_st_text *text = &r->out->texts[r->out->n_texts++];
        text->key = bmi_arena_text(&r->out->arena, key);
        text->value = bmi_arena_text(&r->out->arena, json_string_value(value));
        if (!text->key || !text->value) return no_memory(r);
    }
    return BM_OK;
}

static int by_place(const void *a, const void *b)
{
    const bmi_st_entry *x = a, *y = b;
    if (x->data != y->data) return (const char *)x->data < (const char *)y->data ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}
static int by_name(const void *a, const void *b)
{
    return strcmp(((const bmi_st_entry *)a)->name, ((const bmi_st_entry *)b)->name);
}
static int by_key(const void *a, const void *b)
{
    return strcmp(((const bmi_st_text *)a)->key, ((const bmi_st_text *)b)->key);
}

/* The tensors must lie one behind the other and fill the file. */
static bm_status check_places(const reading *r)
{
    const unsigned char *at = r->data;
    bmi_safetensors *out = r->out;
    if (out->n) qsort(out->entries, out->n, sizeof *out->entries, by_place);
    for (size_t i = 0; i < out->n; i++) {
        const unsigned char *begin = out->entries[i].data;
        if (begin < at) return wrong(r, out->entries[i].name, "overlaps another");
        if (begin > at) return wrong(r, out->entries[i].name, "leaves a hole before it");
        at = begin + out->entries[i].bytes;
    }
    if ((size_t)(at - r->data) != r->size)
        return bmi_fail(r->error, BM_E_FORMAT, r->here, "%s: %zu bytes behind the last tensor belong to none", r->name,
                        r->size - (size_t)(at - r->data));
    if (out->n) qsort(out->entries, out->n, sizeof *out->entries, by_name);
    if (out->n_texts) qsort(out->texts, out->n_texts, sizeof *out->texts, by_key);
    return BM_OK;
}

static bm_status read_header(const reading *r, json_t *header)
{
    const char *name;
    json_t *about;
    bm_status st = BM_OK;
    if (!json_is_object(header)) return bmi_fail(r->error, BM_E_FORMAT, r->here, "%s: the header is no JSON object", r->name);
    r->out->entries = bmi_arena_alloc(&r->out->arena, json_object_size(header) + 1, sizeof *r->out->entries);
    if (!r->out->entries) return no_memory(r);
    json_object_foreach(header, name, about)
    {
        st = strcmp(name, "__metadata__") ? read_entry(r, name, about, &r->out->entries[r->out->n++]) : read_texts(r, about);
        if (st) return st;
    }
    return check_places(r);
}

/* The length that a safetensors file begins with has zeros at its end, which no text has. */
static bool looks_like_text(const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size && i < 256; i++)
        if ((p[i] < ' ' && !(p[i] >= '\t' && p[i] <= '\r')) || p[i] == 0x7F) return false;
    return true;
}

bm_status bmi_safetensors_parse(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes,
                                size_t size, bmi_safetensors *out)
{
    const unsigned char *p = bytes;
    uint64_t length = 0;
    *out = (bmi_safetensors){ .context = context, .arena = { .context = context } };
    if (size && looks_like_text(p, size))
        return bmi_fail(
            e, BM_E_FORMAT, here,
            "%s is no model file but text, as a table is; what is wanted is a safetensors file, as models are saved "
            "in",
            name);
    if (size < 8) return bmi_fail(e, BM_E_FORMAT, here, "%s: %zu bytes are too few for a safetensors file", name, size);
    for (int i = 0; i < 8; i++) length |= (uint64_t)p[i] << 8 * i;
    if (size > 8 && p[8] != '{') return bmi_fail(e, BM_E_FORMAT, here, "%s: there is no safetensors header", name);
    if (length > size - 8)
        return bmi_fail(e, BM_E_FORMAT, here,
                        "%s: the header says %" PRIu64 " bytes, %zu are there; the file is cut off or no safetensors file",
                        name, length, size - 8);
    if (!length) return bmi_fail(e, BM_E_FORMAT, here, "%s: there is no safetensors header", name);
    char what[400];
    snprintf(what, sizeof what, "%.380s: the header", name);
    json_t *header = bmi_json_read(e, here, context, what, (const char *)p + 8, (size_t)length);
    if (!header) return e->status;
    const reading r = {
        .error = e, .here = here, .name = name, .data = p + 8 + length, .size = size - 8 - (size_t)length, .out = out
    };
    const bm_status st = read_header(&r, header);
    json_decref(header);
    if (st) bmi_safetensors_end(out);
    return st;
}

bm_status bmi_safetensors_read(bmi_error *e, bm_place here, bm_context *context, const char *path, bmi_safetensors *out)
{
    unsigned char *bytes;
    size_t size;
    *out = (bmi_safetensors){ .context = context };
    bm_status st = bmi_file_read(e, here, context, path, 0, &bytes, &size);
    if (st) return st;
    st = bmi_safetensors_parse(e, here, context, path, bytes, size, out);
    if (st) {
        bmi_file_release(context, bytes, size);
    } else {
        out->owned = bytes;
        out->size = size;
    }
    return st;
}

void bmi_safetensors_end(bmi_safetensors *s)
{
    if (s->owned) bmi_file_release(s->context, s->owned, s->size);
    bmi_arena_end(&s->arena);
    *s = (bmi_safetensors){ .context = s->context };
}

const bmi_st_entry *bmi_safetensors_find(const bmi_safetensors *s, const char *name)
{
    const bmi_st_entry wanted = { .name = name };
    return s->n ? bsearch(&wanted, s->entries, s->n, sizeof wanted, by_name) : NULL;
}

const char *bmi_safetensors_text(const bmi_safetensors *s, const char *key)
{
    const bmi_st_text wanted = { .key = key };
    const bmi_st_text *found = s->n_texts ? bsearch(&wanted, s->texts, s->n_texts, sizeof wanted, by_key) : NULL;
    return found ? found->value : NULL;
}
