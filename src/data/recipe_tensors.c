// SPDX-License-Identifier: Apache-2.0
/* Many numbers and texts of a recipe as tensors. */
#include "data/recipe_tensors.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { LEAST = 64 }; /* so many are a tensor, whose line in the head of the file would take more room than fewer do */

void bmi_recipe_tensors_end(bmi_recipe_tensors *t)
{
    bmi_release(t->arena.context, t->at, t->capacity, sizeof *t->at);
    bmi_arena_end(&t->arena);
    *t = (bmi_recipe_tensors){ .arena = { .context = t->arena.context } };
}

bool bmi_recipe_beside(const bmi_recipe_writing *w, size_t n)
{
    return w->to && n >= LEAST;
}

/* Adds a tensor; its name, or null. */
static json_t *add(const bmi_recipe_writing *w, const char *part, bmi_st_type type, bm_shape shape, const void *data,
                   size_t bytes)
{
    bmi_recipe_tensors *to = w->to;
    bmi_text text = { .context = to->arena.context };
    bmi_text_add(&text, "recipe/%zu/%s/%s", w->step, w->kind, part);
    const char *name = text.failed ? NULL : bmi_arena_text(&to->arena, text.at);
    bmi_text_end(&text);
    if (!name || !bmi_grow(to->arena.context, (void **)&to->at, &to->capacity, to->n + 1, sizeof *to->at)) return NULL;
    to->at[to->n++] = (bmi_st_entry){ .name = name, .type = type, .shape = shape, .data = data, .bytes = bytes };
    return json_string(name);
}

json_t *bmi_recipe_put_numbers(const bmi_recipe_writing *w, const char *part, bm_shape shape, const double *numbers)
{
    size_t n = sizeof *numbers;
    for (int64_t i = 0; i < shape.rank; i++) n *= (size_t)shape.dim[i];
    return add(w, part, BMI_ST_F64, shape, numbers, n);
}

json_t *bmi_recipe_put_texts(const bmi_recipe_writing *w, const char *part, const char *const *texts, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) bytes += strlen(texts[i]) + 1;
    char *all = bmi_arena_alloc(&w->to->arena, bytes, 1), *at = all;
    for (size_t i = 0; all && i < n; i++) {
        const size_t length = strlen(texts[i]) + 1;
        memcpy(at, texts[i], length);
        at += length;
    }
    return all ? add(w, part, BMI_ST_U8, BM_SHAPE((int64_t)bytes), all, bytes) : NULL;
}

const bmi_st_entry *bmi_recipe_tensor(const bmi_safetensors *file, const json_t *name, bmi_st_type type, int64_t rank)
{
    const char *text = json_string_value(name);
    const bmi_st_entry *found = text && file ? bmi_safetensors_find(file, text) : NULL;
    return found && found->type == type && found->shape.rank == rank ? found : NULL;
}

bm_status bmi_recipe_take_texts(const bmi_st_entry *from, bmi_arena *arena, const char ***texts, size_t *n)
{
    const char *bytes = from->data;
    *n = 0;
    if (from->bytes && (bytes[from->bytes - 1] || !bmi_is_utf8(bytes, from->bytes))) return BM_E_FORMAT;
    for (size_t i = 0; i < from->bytes; i++) *n += !bytes[i];
    char *own = bmi_arena_alloc(arena, from->bytes + 1, 1);
    *texts = bmi_arena_alloc(arena, *n + 1, sizeof **texts);
    if (!own || !*texts) return BM_E_MEMORY;
    if (from->bytes) memcpy(own, bytes, from->bytes);
    for (size_t i = 0; i < *n; i++, own += strlen(own) + 1) (*texts)[i] = own;
    return BM_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const bmi_st_entry *)a)->name, ((const bmi_st_entry *)b)->name);
}

bmi_safetensors bmi_recipe_tensors_file(bmi_recipe_tensors *t)
{
    if (t->n) qsort(t->at, t->n, sizeof *t->at, by_name);
    return (bmi_safetensors){ .n = t->n, .entries = t->at };
}
