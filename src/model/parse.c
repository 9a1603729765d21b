// SPDX-License-Identifier: Apache-2.0
/* Models from text: a line of layers, or JSON.
 */
#include "model/model.h"
#include "base/json.h"
#include <string.h>

static bool is_json(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '{';
}

/* The layers of {"layers": [...]}, in memory of the arena; texts borrow from `from`. */
static bm_status layers_of(bmi_error *e, bm_place here, bmi_arena *arena, const json_t *from, const bm_layer_kind *const *kinds,
                           bool strict, const char *what, bm_layers *to)
{
    const json_t *list = json_object_get(from, "layers");
    const size_t n = json_array_size(list);
    if (!n) return bmi_fail(e, BM_E_FORMAT, here, "%s: \"layers\" must be a list of layers", what);
    bm_layer *layers = bmi_arena_alloc(arena, n, sizeof *layers);
    if (!layers) return bmi_fail_memory(e, here, n * sizeof *layers, "layers");
    for (size_t i = 0; i < n && !e->status; i++) bmi_layer_load(e, here, json_array_get(list, i), kinds, strict, &layers[i]);
    *to = (bm_layers){ layers, n };
    return e->status;
}

bm_status bmi_model_load_layers(bm_model *m, const json_t *from, const bm_layer_kind *const *kinds, bool strict,
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
    if (!is_json(text)) return bmi_layers_parse(e, here, arena, text, to);
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
    if (e->status) return m;
    if (!text) bmi_fail(e, BM_E_ARGUMENT, here, "model: the text is null");
    else if (!bmi_layers_from_text(e, here, &arena, text, &layers, &holds)) bmi_model_set_layers(m, layers, here);
    json_decref(holds);
    bmi_arena_end(&arena);
    return m;
}
