// SPDX-License-Identifier: Apache-2.0
/* Another setting for steps of a recipe that is not fitted: what a search tries. */
#include "base/text.h"
#include "data/recipe.h"
#include <string.h>

/* The options of a step with one field changed, as they can be kept; *holds is what their texts borrow from. */
static bm_status change_field(bmi_error *e, bm_place here, bmi_arena *arena, const bmi_recipe_step *s, const char *field,
                              const char *value, json_t **holds, bm_step *to)
{
    const bmi_step_kind *kind = s->kind;
    const size_t room = strlen(field) + strlen(value) + 2;
    if (!kind->fields || !bmi_field_find(kind->fields, field)) {
        const char *near = kind->fields ? bmi_field_nearest(kind->fields, field) : NULL;
        return bmi_fail(e, BM_E_ARGUMENT, here, "recipe: the step %s has no setting \"%.60s\"%s%s%s", kind->name, field,
                        near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    char *text = bmi_arena_alloc(arena, room, 1);
    *holds = text ? bmi_fields_save(kind->fields, s->options) : NULL;
    if (!*holds) return bmi_fail_memory(e, here, room, "a step of a recipe");
    json_object_del(*holds, field);
    snprintf(text, room, "%s=%s", field, value);
    *to = bm_step_value_at(kind->name, NULL, 0, here);
    to->size = kind->options_size;
    if (bmi_fields_load(e, here, kind->name, kind->fields, to->options.at, *holds, true)) return e->status;
    return bmi_fields_parse(e, here, kind->name, kind->fields, to->options.at, text, arena);
}

static bm_status change(bm_recipe *r, bmi_recipe_step *s, const char *field, const char *value, bm_place here)
{
    bmi_error *e = &r->object.error;
    bmi_arena arena = { .context = r->object.context };
    json_t *holds = NULL;
    bm_step step, *settled = bmi_arena_alloc(&r->asked, 1, sizeof *settled);
    if (!settled) return bmi_fail_memory(e, here, sizeof *settled, "a step of a recipe");
    const bm_status st = field ? change_field(e, here, &arena, s, field, value, &holds, &step)
                               : bmi_step_parse(e, here, &arena, s->kind->name, value, &step);
    if (!st && !bmi_part_keep(e, &r->asked, "step", &step, settled) &&
        !(s->kind->check && s->kind->check(e, here, settled->options.at)))
        s->options = settled->options.at;
    json_decref(holds);
    bmi_arena_end(&arena);
    return e->status;
}

bm_status bmi_recipe_set(bm_recipe *r, const char *step, const char *field, const char *value, bm_place here)
{
    bool there = false;
    for (size_t i = 0; i < r->n_asked; i++) {
        if (strcmp(r->steps[i].kind->name, step) != 0) continue;
        if (change(r, &r->steps[i], field, value, here)) return r->object.error.status;
        there = true;
    }
    if (there) return BM_OK;
    if (bm_recipe_step_at(r, step, (bm_names){ 0 }, field ? NULL : value, here) || !field) return r->object.error.status;
    return change(r, &r->steps[r->n_asked - 1], field, value, here);
}
