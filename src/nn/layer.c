// SPDX-License-Identifier: Apache-2.0
/* Layers and optimisers as values, and keeping them: see nn/part.h for what they share. */
#include "nn/build.h"
#include "nn/layers_text.h"
#include "nn/optimizers/optimizer.h"
#include "base/part.h"
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(bm_layer) == BMI_PART_ROOM && sizeof(bm_optimizer) == BMI_PART_ROOM, "parts have one size");
_Static_assert(offsetof(bm_layer, options) == offsetof(bmi_part, options) &&
                   offsetof(bm_layer, here) == offsetof(bmi_part, place),
               "a layer begins as a part");
_Static_assert(offsetof(bm_optimizer, options) == offsetof(bmi_part, options) &&
                   offsetof(bm_optimizer, size) == offsetof(bmi_part, size),
               "an optimiser begins as a part");

bm_layer bm_layer_at(const char *name, const void *options, size_t size, bm_place here)
{
    bm_layer layer;
    bmi_part_make(&layer, name, NULL, options, size, here);
    return layer;
}

bm_layer bm_layer_custom_at(const bm_layer_kind *kind, const void *options, size_t size, bm_place here)
{
    bm_layer layer;
    bmi_part_make(&layer, NULL, kind, options, size, here);
    return layer;
}

bm_optimizer bm_optimizer_at(const char *name, const void *options, size_t size, bm_place here)
{
    bm_optimizer optimizer;
    bmi_part_make(&optimizer, name ? name : "", NULL, options, size, here);
    return optimizer;
}

bm_optimizer bm_optimizer_custom_at(const bm_optimizer_kind *kind, const void *options, size_t size, bm_place here)
{
    bm_optimizer optimizer;
    bmi_part_make(&optimizer, kind ? NULL : "", kind, options, size, here);
    return optimizer;
}

static bool taken(const char *name, const bmi_kept_layer *others, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(others[i].name, name)) return true;
    return false;
}

/* "dense_2": the kind and the number of its kind, or the next that is free. */
static const char *automatic_name(bmi_arena *arena, const char *kind, const bmi_kept_layer *others, size_t n)
{
    char text[120];
    size_t number = 1;
    for (size_t i = 0; i < n; i++) number += !strcmp(others[i].kind->name, kind);
    do snprintf(text, sizeof text, "%.80s_%zu", kind, number++);
    while (taken(text, others, n));
    return bmi_arena_text(arena, text);
}

/* The field of a layer's name in its options, or null. */
static const char **name_field(const bm_layer_kind *kind, void *options)
{
    const bmi_field *f = bmi_field_find(kind->fields, "name");
    return f && f->type == BMI_FIELD_TEXT ? (const char **)(void *)((unsigned char *)options + f->offset) : NULL;
}

bm_status bmi_layer_keep(bmi_error *e, bmi_arena *arena, const bm_layer *from, const bmi_kept_layer *others, size_t n_others,
                         bmi_kept_layer *to)
{
    if (e->status) return e->status;
    if (from->kind == &bmi_layer_wrong) return bmi_fail(e, BM_E_ARGUMENT, from->here, "%s", (const char *)from->options.at);
    bm_layer *kept = bmi_arena_alloc(arena, 1, sizeof *kept);
    if (!kept) return bmi_fail_memory(e, from->here, sizeof *kept, "a layer");
    if (bmi_part_keep(e, arena, "layer", from, kept)) return e->status;
    if (!kept->kind->build)
        return bmi_fail(e, BM_E_ARGUMENT, from->here, "%s: its record has no build function", kept->kind->name);
    const char **given = name_field(kept->kind, kept->options.at);
    const char *name = given && *given && **given ? *given : automatic_name(arena, kept->kind->name, others, n_others);
    if (!name) return bmi_fail_memory(e, from->here, 100, "the name of a layer");
    if (given && *given && taken(name, others, n_others))
        return bmi_fail(e, BM_E_ARGUMENT, from->here, "%s: the name \"%s\" is taken by another layer", kept->kind->name, name);
    if (given) *given = name;
    *to = (bmi_kept_layer){ kept->kind, kept->options.at, name, kept->here, kept };
    return BM_OK;
}

json_t *bmi_layer_save(const bmi_kept_layer *layer)
{
    return bmi_part_save(layer->part);
}

bm_status bmi_layer_load(bmi_error *e, bm_place here, const json_t *from, const bm_layer_kind *const *kinds, bool strict,
                         bm_layer *to)
{
    return bmi_part_load(e, here, "layer", from, (const void *const *)kinds, strict, to);
}

/* The settings that every optimiser has: of one from outside they are all that is settled, saved and loaded. */
static const bmi_field common_fields[] = { BM_OPTIMIZER_FIELDS(bm_optimizer_common, .01, 0), { 0 } };

static bm_status settle_common(bmi_error *e, bm_optimizer *o)
{
    bm_optimizer_common *common = (void *)o->options.at;
    bm_schedule *schedule = &common->schedule;
    if (bmi_fields_settle(e, o->here, o->kind->name, common_fields, common)) return e->status;
    if (schedule->name && !schedule->kind) schedule->kind = bmi_kind_find("schedule", schedule->name);
    schedule->name = schedule->kind ? schedule->kind->name : NULL;
    return BM_OK;
}

bm_status bmi_optimizer_keep(bmi_error *e, bmi_arena *arena, const bm_optimizer *from, bm_optimizer *to)
{
    if (bmi_part_keep(e, arena, "optimizer", from, to)) return e->status;
    if (to->kind->options_size < sizeof(bm_optimizer_common) || !to->kind->update)
        return bmi_fail(e, BM_E_ARGUMENT, from->here,
                        "%s: its record needs an update function, and options that begin with those all optimisers have",
                        to->kind->name);
    if (to->kind->fields && !bmi_field_find(to->kind->fields, "rate"))
        return bmi_fail(e, BM_E_ARGUMENT, from->here, "%s: the table of its options must begin with BM_OPTIMIZER_FIELDS",
                        to->kind->name);
    return to->kind->fields ? BM_OK : settle_common(e, to);
}

json_t *bmi_optimizer_save(const bm_optimizer *kept)
{
    json_t *all = bmi_part_save(kept);
    if (!all || kept->kind->fields) return all;
    json_t *options = bmi_fields_save(common_fields, &kept->options);
    if (options && json_object_set_new(all, "options", options) == 0) return all;
    json_decref(all);
    return NULL;
}

bm_status bmi_optimizer_load(bmi_error *e, bm_place here, const json_t *from, const bm_optimizer_kind *const *kinds,
                             bool strict, bm_optimizer *to)
{
    const json_t *options = json_object_get(from, "options");
    if (bmi_part_load(e, here, "optimizer", from, (const void *const *)kinds, strict, to)) return e->status;
    if (to->kind->fields || !options || to->kind->options_size < sizeof(bm_optimizer_common)) return BM_OK;
    to->size = to->kind->options_size;
    bmi_fields_load(e, here, to->kind->name, common_fields, &to->options, options, strict);
    return e->status;
}

bm_status bmi_optimizer_adopt(bmi_error *e, bm_place here, bm_optimizer *loaded, const bmi_outside *outside, size_t most)
{
    return bmi_part_adopt(e, here, loaded, loaded->kind && !loaded->kind->fields ? common_fields : NULL, outside, most);
}

bm_status bmi_optimizer_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_optimizer *to)
{
    return bmi_part_parse(e, here, arena, "optimizer", text, to);
}
