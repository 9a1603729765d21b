// SPDX-License-Identifier: Apache-2.0
/* Models from text: a line of layers, or JSON.
 */
#include "model/model.h"
#include "base/json.h"
#include <string.h>

bool bmi_is_json(const char *text)
{
    const char first = text[strspn(text, " \t\r\n")];
    return first == '{' || first == '[' || first == '"';
}

#define LIST_FORM "as {\"layers\": [\"dense 64 relu\", {\"kind\": \"dropout\", \"options\": {\"rate\": 0.2}}]}"

/* One member of a list: a record of a kind, or a line of layers. */
static bm_status layers_in(bmi_error *e, bm_place here, bmi_arena *arena, const json_t *from,
                           const bm_model_load_options *kinds, bool strict, bm_layers *to)
{
    const bm_layer_kind *outside[BM_MODEL_MAX + 1] = { NULL };
    bmi_outside choices[BMI_OUTSIDE];
    if (json_is_string(from)) return bmi_layers_parse(e, here, arena, json_string_value(from), to);
    bm_layer *one = bmi_arena_alloc(arena, 1, sizeof *one);
    if (!one) return bmi_fail_memory(e, here, sizeof *one, "a layer");
    *to = (bm_layers){ one, 1 };
    if (kinds) memcpy(outside, kinds->layers, sizeof kinds->layers);
    bmi_outside_of(kinds, choices);
    if (!bmi_layer_load(e, here, from, outside, strict, one)) bmi_part_adopt(e, here, one, NULL, choices, BM_MODEL_MAX);
    return e->status;
}

/* The layers of {"layers": [...]} or of the list itself, in memory of the arena; texts borrow from `from`. */
static bm_status layers_of(bmi_error *e, bm_place here, bmi_arena *arena, const json_t *from,
                           const bm_model_load_options *kinds, bool strict, const char *what, bm_layers *to)
{
    if (json_is_string(from)) return layers_in(e, here, arena, from, kinds, strict, to); /* a line in quotes */
    const json_t *list = json_is_array(from) ? from : json_object_get(from, "layers");
    const size_t n = json_array_size(list);
    if (!n) return bmi_fail(e, BM_E_FORMAT, here, "%s: \"layers\" must be a list of layers, " LIST_FORM, what);
    bm_layers *parts = bmi_arena_alloc(arena, n, sizeof *parts);
    if (!parts) return bmi_fail_memory(e, here, n * sizeof *parts, "layers");
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (layers_in(e, here, arena, json_array_get(list, i), kinds, strict, &parts[i])) return e->status;
        count += parts[i].count;
    }
    bm_layer *layers = bmi_arena_alloc(arena, count, sizeof *layers);
    if (!layers) return bmi_fail_memory(e, here, count * sizeof *layers, "layers");
    *to = (bm_layers){ layers, 0 };
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < parts[i].count; k++) layers[to->count++] = parts[i].at[k];
    return BM_OK;
}

bm_status bmi_model_load_layers(bm_model *m, const json_t *from, const bm_model_load_options *kinds, bool strict,
                                const char *what, bm_place here)
{
    bmi_arena arena = { .context = m->object.context };
    bm_layers layers = { 0 };
    if (!layers_of(&m->object.error, here, &arena, from, kinds, strict, what, &layers)) bmi_model_set_layers(m, layers, here);
    bmi_arena_end(&arena);
    return m->object.error.status;
}

bm_status bmi_layers_from_text(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_layers *to, json_t **holds)
{
    *holds = NULL;
    if (!bmi_is_json(text)) return bmi_layers_parse(e, here, arena, text, to);
    *holds = bmi_json_read(e, here, arena->context, "model", text, strlen(text));
    return *holds ? layers_of(e, here, arena, *holds, NULL, true, "model", to) : e->status;
}

bm_model *bm_model_parse_at(bm_context *context, const char *text, bm_place here)
{
    bm_model *m = bmi_model_new(context, here);
    bmi_error *e = &m->object.error;
    bmi_arena arena = { .context = context };
    bm_layers layers = { 0 };
    json_t *holds = NULL;
    if (e->status) return bmi_model_made(m);
    if (!text) bmi_fail(e, BM_E_ARGUMENT, here, "model: the text is null");
    else if (!bmi_layers_from_text(e, here, &arena, text, &layers, &holds)) bmi_model_set_layers(m, layers, here);
    json_decref(holds);
    bmi_arena_end(&arena);
    return bmi_model_made(m);
}
