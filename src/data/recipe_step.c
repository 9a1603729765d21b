// SPDX-License-Identifier: Apache-2.0
/* Steps as values: from text, added to a recipe, and their settings as text. */
#include "base/text.h"
#include "data/recipe.h"
#include <math.h>
#include <string.h>

bm_step bm_step_value_at(const char *name, const void *options, size_t size, bm_place here)
{
    bm_step s;
    bmi_part_make(&s, name, NULL, options, size, here);
    return s;
}

static bm_status fail_kind(bmi_error *e, bm_place here, const char *name)
{
    const char *near = bmi_kind_nearest("step", name);
    return bmi_fail(e, BM_E_ARGUMENT, here, "recipe: there is no step \"%.100s\"%s%s%s", name, near ? "; did you mean \"" : "",
                    near ? near : "", near ? "\"?" : "");
}

bm_status bmi_step_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *given, const char *with, bm_step *to)
{
    char *name = bmi_arena_text(arena, given ? given : ""), *colon = name ? strchr(name, ':') : NULL;
    if (!name) return bmi_fail_memory(e, here, 64, "a step of a recipe");
    if (colon && !with) {
        *colon = 0;
        with = colon + 1;
    }
    const bmi_step_kind *kind = bmi_kind_find("step", name);
    *to = bm_step_value_at(name, NULL, 0, here);
    if (!kind) return fail_kind(e, here, name);
    if (!with) return BM_OK;
    if (!kind->fields) return bmi_fail(e, BM_E_ARGUMENT, here, "recipe: %s takes no settings (%s)", name, kind->doc);
    to->size = kind->options_size;
    if (kind->shorthand && kind->shorthand(with, to->options.at, arena)) return BM_OK;
    memset(&to->options, 0, sizeof to->options);
    return bmi_fields_parse(e, here, kind->name, kind->fields, to->options.at, with, arena);
}

/* Copies the names that are not null. */
static bool keep_names(bmi_recipe_step *s, bm_names columns, bmi_arena *arena)
{
    s->names = bmi_arena_alloc(arena, columns.count + 1, sizeof *s->names);
    for (size_t i = 0; s->names && i < columns.count; i++) {
        if (!columns.at[i]) continue;
        s->names[s->n_names] = bmi_arena_text(arena, columns.at[i]);
        if (!s->names[s->n_names++]) return false;
    }
    return s->names;
}

bmi_recipe_step *bmi_recipe_add(bm_recipe *r, const bm_step *step, bm_names columns, bmi_arena *arena, bm_place here)
{
    bmi_error *e = &r->object.error;
    if (!step->kind && !(step->name && bmi_kind_find("step", step->name))) {
        fail_kind(e, here, step->name ? step->name : "");
        return NULL;
    }
    bmi_recipe_step s = { 0 };
    bm_step *settled = bmi_arena_alloc(arena, 1, sizeof *settled);
    if (!settled || !keep_names(&s, columns, arena) ||
        !bmi_grow(r->object.context, (void **)&r->steps, &r->steps_capacity, r->n_steps + 1, sizeof *r->steps)) {
        bmi_fail_memory(e, here, 64, "a step of a recipe");
        return NULL;
    }
    if (bmi_part_keep(e, arena, "step", step, settled)) return NULL;
    s.kind = settled->kind;
    s.options = settled->options.at;
    if (s.kind->check && s.kind->check(e, here, s.options)) return NULL;
    if (s.kind->needs_names && !s.n_names && !(s.kind->chooses && s.kind->chooses(s.options))) {
        bmi_fail(e, BM_E_ARGUMENT, here, "recipe: %s needs the names of columns", s.kind->name);
        return NULL;
    }
    if (s.kind->needs_target && !r->target) {
        bmi_fail(e, BM_E_ARGUMENT, here, "recipe: %s learns from a target, and the recipe names none", s.kind->name);
        return NULL;
    }
    r->steps[r->n_steps] = s;
    return &r->steps[r->n_steps++];
}

bm_status bm_recipe_add_at(bm_recipe *r, bm_step step, bm_names columns, bm_place here)
{
    if (bmi_object_failed(r)) return bmi_object_status(r);
    if (r->fitted) return bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: it is fitted already; add steps before");
    if (bmi_need(&r->object.error, here, "recipe: the list of columns", columns.at, columns.count))
        return r->object.error.status;
    step.here = here;
    if (bmi_recipe_add(r, &step, columns, &r->asked, here)) r->n_asked = r->late = r->prepared = r->n_steps;
    return r->object.error.status;
}

bm_status bm_recipe_step_at(bm_recipe *r, const char *name, bm_names columns, const char *with, bm_place here)
{
    bm_step step;
    bmi_arena arena = { .context = r ? r->object.context : NULL };
    if (bmi_object_failed(r)) return bmi_object_status(r);
    if (!bmi_step_parse(&r->object.error, here, &arena, name, with, &step)) bm_recipe_add_at(r, step, columns, here);
    bmi_arena_end(&arena);
    return r->object.error.status;
}

/* ---- settings as text ---- */
enum { SETTINGS = 200 };

static void append(char into[SETTINGS], const char *text)
{
    const size_t n = strlen(into);
    snprintf(into + n, SETTINGS - n, "%s", text);
}

/* One field that differs from its default; bare: without its name. */
static void add_field(char into[SETTINGS], const bmi_field *f, const void *options, bool bare)
{
    char written[32];
    const void *at = (const unsigned char *)options + f->offset;
    const char *text = f->type == BMI_FIELD_TEXT   ? *(const char *const *)at
                       : f->type == BMI_FIELD_WORD ? f->words[*(const int *)at]
                                                   : NULL;
    const double number = f->type == BMI_FIELD_REAL  ? *(const double *)at
                          : f->type == BMI_FIELD_INT ? (double)*(const int64_t *)at
                                                     : f->number;
    const bool numbers = number != f->number && !(isnan(number) && isnan(f->number));
    const bool texts = text && strcmp(text, f->type == BMI_FIELD_WORD ? f->words[0] : f->text ? f->text : "");
    const bool yes = f->type == BMI_FIELD_BOOL && *(const bool *)at;
    if (!numbers && !texts && !yes) return;
    if (*into) append(into, ",");
    if (!bare || yes) append(into, f->name);
    if (!bare && !yes) append(into, "=");
    if (numbers) bmi_write_real(written, number);
    if (!yes) append(into, numbers ? written : text);
}

const char *bmi_step_settings(const bmi_step_kind *kind, const void *options, char into[SETTINGS])
{
    *into = 0;
    for (const bmi_field *f = kind->fields; f && f->name; f++) add_field(into, f, options, f == kind->fields);
    return into;
}
