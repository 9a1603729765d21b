// SPDX-License-Identifier: Apache-2.0
/* What fitted steps keep: memory for it, finding it by name, and as JSON: arrays as tensors beside it, small ones as the base64 of their
 * bytes, so that they take little room and read back as the same bits. */
#include "base/json.h"
#include "data/recipe_tensors.h"
#include <string.h>

bm_status bmi_step_no_memory(const bmi_step_how *how, size_t bytes)
{
    return bmi_fail_memory(how->error, how->here, bytes, "a step of a recipe");
}

double *bmi_step_numbers(const bmi_step_how *how, bmi_step_column *state, size_t n)
{
    state->numbers = bmi_arena_alloc(how->arena, n + 1, sizeof *state->numbers);
    if (!state->numbers) bmi_step_no_memory(how, n * sizeof *state->numbers);
    else state->n_numbers = n;
    return state->numbers;
}

const char **bmi_step_texts(const bmi_step_how *how, bmi_step_column *state, size_t n)
{
    state->texts = bmi_arena_alloc(how->arena, n + 1, sizeof *state->texts);
    if (!state->texts) bmi_step_no_memory(how, n * sizeof *state->texts);
    else state->n_texts = n;
    return state->texts;
}

double *bmi_step_add_array(const bmi_step_how *how, bmi_step_state *state, const char *name, int64_t rows, int64_t columns)
{
    size_t n = 0;
    double *at = bmi_mul_size((size_t)rows, (size_t)columns, &n) ? bmi_arena_alloc(how->arena, n + 1, sizeof *at) : NULL;
    if (!at) bmi_step_no_memory(how, n * sizeof *at);
    else state->arrays[state->n_arrays++] = (bmi_step_array){ name, rows, columns, at };
    return at;
}

const bmi_step_array *bmi_step_find_array(const bmi_step_state *state, const char *name)
{
    for (size_t i = 0; i < state->n_arrays; i++)
        if (!strcmp(state->arrays[i].name, name)) return &state->arrays[i];
    return NULL;
}

/* ---- base64 (RFC 4648) of doubles, their bytes the lowest first ---- */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static unsigned byte_of(const double *numbers, size_t i)
{
    uint64_t bits;
    memcpy(&bits, numbers + i / 8, sizeof bits);
    return bits >> 8 * (i % 8) & 255;
}

static json_t *save_bytes(bm_context *context, const double *numbers, size_t n)
{
    const size_t bytes = 8 * n, length = (bytes + 2) / 3 * 4;
    char *text = bmi_alloc_raw(context, length + 1, 1);
    for (size_t i = 0, to = 0; text && i < bytes; i += 3, to += 4) {
        const unsigned b1 = i + 1 < bytes ? byte_of(numbers, i + 1) : 0, b2 = i + 2 < bytes ? byte_of(numbers, i + 2) : 0;
        const unsigned three = byte_of(numbers, i) << 16 | b1 << 8 | b2;
        for (int k = 0; k < 4; k++) text[to + (size_t)k] = letters[three >> (18 - 6 * k) & 63];
        if (i + 1 >= bytes) text[to + 2] = '=';
        if (i + 2 >= bytes) text[to + 3] = '=';
    }
    json_t *value = text ? json_stringn_nocheck(text, length) : NULL;
    bmi_release(context, text, length + 1, 1);
    return value;
}

static bool load_bytes(const char *text, size_t length, double *numbers, size_t n)
{
    const size_t bytes = 8 * n;
    if (length != (bytes + 2) / 3 * 4) return false;
    uint64_t bits = 0;
    for (size_t i = 0, byte = 0; i < length; i += 4) {
        unsigned four = 0;
        for (size_t k = 0; k < 4; k++) {
            const char *at = text[i + k] ? strchr(letters, text[i + k]) : NULL;
            const bool padding = text[i + k] == '=' && i + k >= length - (length * 3 / 4 - bytes);
            if (!at && !padding) return false;
            four = four << 6 | (at ? (unsigned)(at - letters) : 0);
        }
        for (int k = 0; k < 3 && byte < bytes; k++, byte++) {
            bits |= (uint64_t)(four >> (16 - 8 * k) & 255) << 8 * (byte % 8);
            if (byte % 8 < 7) continue;
            memcpy(numbers + byte / 8, &bits, sizeof bits);
            bits = 0;
        }
    }
    return true;
}

/* ---- JSON ---- */
static json_t *save_array(const bmi_recipe_writing *w, const bmi_step_array *a)
{
    const size_t n = (size_t)(a->rows * a->columns);
    bmi_json one = bmi_json_object();
    bmi_json_put(&one, "rows", json_integer(a->rows));
    bmi_json_put(&one, "columns", json_integer(a->columns));
    if (bmi_recipe_beside(w, n))
        bmi_json_put(&one, "tensor", bmi_recipe_put_numbers(w, a->name, BM_SHAPE(a->rows, a->columns), a->at));
    else bmi_json_put(&one, "f64", save_bytes(w->context, a->at, n));
    return bmi_json_end(&one);
}

json_t *bmi_step_state_save(const bmi_recipe_writing *w, const bmi_step_state *s)
{
    bmi_json arrays = bmi_json_object(), all = bmi_json_object();
    for (size_t i = 0; i < s->n_arrays; i++) bmi_json_put(&arrays, s->arrays[i].name, save_array(w, &s->arrays[i]));
    bmi_json_put(&all, "arrays", bmi_json_end(&arrays));
    return bmi_json_end(&all);
}

static bm_status wrong(const bmi_step_how *how, const char *name)
{
    return bmi_fail(how->error, BM_E_FORMAT, how->here, "recipe: its saved form is wrong at \"%s\"", name);
}

static bm_status load_array(const bmi_step_how *how, bmi_step_state *s, const char *name, const json_t *from,
                            const bmi_safetensors *file)
{
    const json_t *rows = json_object_get(from, "rows"), *columns = json_object_get(from, "columns");
    const json_t *f64 = json_object_get(from, "f64");
    const bmi_st_entry *tensor = bmi_recipe_tensor(file, json_object_get(from, "tensor"), BMI_ST_F64, 2);
    const char *text = json_string_value(f64);
    const int64_t n = json_integer_value(rows), m = json_integer_value(columns);
    const size_t length = json_string_length(f64);
    int64_t all;
    if (!json_is_integer(rows) || !json_is_integer(columns) || (!text && !tensor) || n < 0 || m < 0 ||
        s->n_arrays == BMI_STEP_ARRAYS || !bmi_mul_i64(n, m, &all) ||
        (tensor ? tensor->shape.dim[0] != n || tensor->shape.dim[1] != m : (uint64_t)all > length))
        return wrong(how, name);
    const char *kept = bmi_arena_text(how->arena, name);
    double *at = kept ? bmi_step_add_array(how, s, kept, n, m) : NULL;
    if (!at) return bmi_step_no_memory(how, 64);
    if (tensor && all) memcpy(at, tensor->data, (size_t)all * sizeof *at);
    return tensor || load_bytes(text, length, at, (size_t)all) ? BM_OK : wrong(how, name);
}

bm_status bmi_step_state_load(const bmi_step_how *how, bmi_step_state *s, const json_t *from, const bmi_safetensors *file)
{
    const char *name;
    json_t *value, *arrays = json_object_get(from, "arrays");
    if (!json_is_object(arrays)) return wrong(how, "state");
    json_object_foreach(arrays, name, value) if (load_array(how, s, name, value, file)) return how->error->status;
    return BM_OK;
}
