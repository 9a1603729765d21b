// SPDX-License-Identifier: Apache-2.0
/* Recipes: making, adding steps, asking a fitted one. */
#include "data/recipe.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

static void end(void *object)
{
    bm_recipe *r = object;
    bmi_notes_end(r->object.context, &r->notes);
    bmi_release(r->object.context, r->steps, r->steps_capacity, sizeof *r->steps);
    bmi_index_end(&r->input_names);
    bmi_arena_end(&r->found);
    bmi_arena_end(&r->asked);
}

static const bmi_object_kind kind = { .name = "recipe", .end = end };
BMI_STATIC_FAILED(recipe, &kind);
BMI_OBJECT_VERBS(recipe)

bm_recipe *bm_recipe_new_at(const bm_recipe_options *options, size_t size, bm_place here)
{
    bm_recipe_options o;
    bmi_error e = { 0 };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_recipe_options, named_), options, size);
    bm_recipe *r = bmi_object_new(e.status ? NULL : o.context, &kind, sizeof *r);
    if (!r) return &bmi_no_memory_recipe;
    r->asked.context = r->found.context = r->object.context;
    if (bmi_fail_from(&r->object.error, &e)) return r;
    if (o.task < BM_TASK_INFER || o.task > BM_CLASSIFICATION)
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: task is %d; use BM_TASK_INFER, BM_REGRESSION or BM_CLASSIFICATION",
                        (int)o.task);
    else if (o.target_log1p && o.task == BM_CLASSIFICATION)
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: target_log1p is for regression, the task is classification");
    else if ((o.target_log1p || o.task) && !o.target)
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: a task or target_log1p is set, but no target");
    else if (o.weights && !o.target) bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: weights are given, but no target");
    else if (o.weights && !strcmp(o.weights, o.target))
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: \"%.100s\" is the target; it cannot be the weights of rows, too",
                        o.target);
    r->task = o.target_log1p ? BM_REGRESSION : o.task;
    r->log1p = o.target_log1p;
    r->plain = o.plain;
    r->keep_constant = o.keep_constant;
    r->standardize_target = o.target_standardize;
    r->target = bmi_arena_text(&r->asked, o.target);
    r->weights = bmi_arena_text(&r->asked, o.weights);
    if ((o.target && !r->target) || (o.weights && !r->weights))
        bmi_fail_memory(&r->object.error, here, 64, "the target of a recipe");
    return r;
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

bmi_recipe_step *bmi_recipe_add(bm_recipe *r, const char *name, bm_names columns, const char *with, bmi_arena *arena,
                                bm_place here)
{
    const bmi_step_kind *k = name ? bmi_kind_find("step", name) : NULL;
    if (!k) {
        const char *near = name ? bmi_kind_nearest("step", name) : NULL;
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: there is no step \"%.100s\"%s%s%s", name ? name : "",
                        near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        return NULL;
    }
    if (with && !(k->setting && k->setting(with))) {
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: %s cannot be done with \"%.100s\" (%s)", name, with, k->doc);
        return NULL;
    }
    bmi_recipe_step s = { .kind = k, .with = bmi_arena_text(arena, with) };
    if ((with && !s.with) || !keep_names(&s, columns, arena) ||
        !bmi_grow(r->object.context, (void **)&r->steps, &r->steps_capacity, r->n_steps + 1, sizeof *r->steps)) {
        bmi_fail_memory(&r->object.error, here, 64, "a step of a recipe");
        return NULL;
    }
    if (k->needs_names && !s.n_names) {
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: %s needs the names of columns", name);
        return NULL;
    }
    r->steps[r->n_steps] = s;
    return &r->steps[r->n_steps++];
}

bm_status bm_recipe_step_at(bm_recipe *r, const char *name, bm_names columns, const char *with, bm_place here)
{
    if (bmi_object_failed(r)) return bmi_object_status(r);
    if (r->fitted) return bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: it is fitted already; add steps before");
    if (bmi_need(&r->object.error, here, "recipe: the list of columns", columns.at, columns.count))
        return r->object.error.status;
    if (bmi_recipe_add(r, name, columns, with, &r->asked, here)) r->n_asked = r->n_steps;
    return r->object.error.status;
}

void bmi_recipe_forget(bm_recipe *r)
{
    r->fitted = false;
    r->n_steps = r->n_asked;
    for (size_t i = 0; i < r->n_steps; i++) {
        r->steps[i].n_columns = 0;
        r->steps[i].columns = NULL;
    }
    r->to = (bmi_target){ 0 };
    r->weights_form = (bmi_number_form){ 0 };
    r->n_inputs = r->n_features = 0;
    r->inputs = NULL;
    r->features = NULL;
    bmi_index_end(&r->input_names);
    r->n_marks = 0;
    r->marks = NULL;
    bmi_notes_end(r->object.context, &r->notes);
    bmi_arena_end(&r->found);
    r->found = (bmi_arena){ .context = r->object.context };
}

bm_task bm_recipe_task(const bm_recipe *r)
{
    return r && r->fitted ? r->to.task : BM_TASK_INFER;
}
const char *bm_recipe_target(const bm_recipe *r)
{
    return r ? r->target : NULL;
}
const char *bm_recipe_weights(const bm_recipe *r)
{
    return r ? r->weights : NULL;
}
int64_t bm_recipe_features(const bm_recipe *r)
{
    return r && r->fitted ? (int64_t)r->n_features : 0;
}
int64_t bm_recipe_classes(const bm_recipe *r)
{
    return r && r->fitted ? r->to.n_classes : 0;
}

const char *bm_recipe_feature_name(const bm_recipe *r, int64_t i)
{
    return i >= 0 && i < bm_recipe_features(r) ? r->features[i] : NULL;
}
const char *bm_recipe_class_name(const bm_recipe *r, int64_t i)
{
    return i >= 0 && i < bm_recipe_classes(r) ? r->to.classes[i] : NULL;
}
const char *bm_recipe_note(const bm_recipe *r, int64_t i)
{
    return r && i >= 0 && (size_t)i < r->notes.count ? r->notes.at[i] : NULL;
}
double bm_recipe_inverse(const bm_recipe *r, double y)
{
    if (!r) return y;
    if (r->to.deviation > 0) y = y * r->to.deviation + r->to.mean;
    return r->log1p ? expm1(y) : y;
}

bool bmi_recipe_is_unnamed(const bm_recipe *r)
{
    for (size_t i = 0; i < r->n_inputs; i++) {
        const char *name = r->inputs[i].name;
        if (*name != 'c' || !name[1] || strspn(name + 1, "0123456789") != strlen(name + 1)) return false;
    }
    return r->n_inputs > 0;
}

bm_names bmi_recipe_text_columns(const bm_recipe *r, const char **into)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_inputs; i++)
        if (r->inputs[i].text || !bmi_number_form_is_plain(&r->inputs[i].form)) into[n++] = r->inputs[i].name;
    if (r->target && ((r->to.n_classes && !r->to.numbers) || !bmi_number_form_is_plain(&r->to.form))) into[n++] = r->target;
    if (r->weights && !bmi_number_form_is_plain(&r->weights_form)) into[n++] = r->weights;
    return (bm_names){ into, n };
}

size_t bmi_recipe_input(const bm_recipe *r, const char *name)
{
    return bmi_index_find(&r->input_names, r->inputs, sizeof *r->inputs, name);
}

bool bmi_recipe_index_inputs(bm_recipe *r)
{
    bool fine = true;
    r->input_names.context = r->object.context;
    for (size_t i = 0; fine && i < r->n_inputs; i++) fine = bmi_index_add(&r->input_names, r->inputs[i].name, i);
    return fine;
}

bm_recipe *bmi_recipe_copy(const bm_recipe *r)
{
    const bm_recipe_options none = { 0 };
    if (bmi_object_failed(r)) {
        bm_recipe *failed = bm_recipe_new_at(&none, sizeof none, (bm_place){ 0 });
        bmi_object_fail(failed, bmi_object_status(r), (bm_place){ 0 }, "%s", bmi_object_error(r));
        return failed;
    }
    json_t *saved = bmi_recipe_save(r);
    bm_recipe *copy = saved ? bmi_recipe_load(r->object.context, saved, (bm_place){ 0 }) : &bmi_no_memory_recipe;
    json_decref(saved);
    return copy;
}
