// SPDX-License-Identifier: Apache-2.0
/* Recipes: making, adding steps, asking a fitted one. */
#include "data/recipe_tensors.h"
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

/* What is left out of the default must be in it. */
static void check_without(bm_recipe *r, const char *without, bm_place here)
{
    static const char *const known[] = { "datetime", "drop", "impute", "standardize", "one_hot" };
    for (const char *at = without; at && *at && !r->object.error.status; at += *at == ',') {
        const size_t n = strcspn(at, ",");
        bool found = false;
        for (size_t k = 0; k < BMI_COUNT(known); k++) found = found || (strlen(known[k]) == n && !memcmp(known[k], at, n));
        if (!found)
            bmi_object_fail(
                r, BM_E_ARGUMENT, here,
                "recipe: without names \"%.*s\"; by default there are datetime, drop, impute, standardize and one_hot",
                (int)(n < 60 ? n : 60), at);
        at += n;
    }
}

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
    else if (o.type && o.type != BM_F32 && o.type != BM_F64)
        bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: type is %s; features are BM_F32 or BM_F64", bm_type_name(o.type));
    r->type = o.type ? o.type : BM_F32;
    r->task = o.target_log1p ? BM_REGRESSION : o.task;
    r->log1p = o.target_log1p;
    r->plain = o.plain;
    r->keep_constant = o.keep_constant;
    r->standardize_target = o.target_standardize;
    r->target = bmi_arena_text(&r->asked, o.target);
    r->weights = bmi_arena_text(&r->asked, o.weights);
    r->without = bmi_arena_text(&r->asked, o.without);
    check_without(r, o.without, here);
    if ((o.without && !r->without) || (o.target && !r->target) || (o.weights && !r->weights))
        bmi_fail_memory(&r->object.error, here, 64, "the target of a recipe");
    return r;
}

size_t bmi_recipe_nth(const bm_recipe *r, size_t i)
{
    const size_t between = r->prepared - r->n_asked, late = r->n_asked - r->late;
    if (i < r->late || i >= r->late + between + late) return i;
    i -= r->late;
    return i < between ? r->n_asked + i : r->late + i - between;
}

void bmi_recipe_forget(bm_recipe *r)
{
    r->fitted = false;
    r->n_steps = r->late = r->prepared = r->n_asked;
    for (size_t i = 0; i < r->n_steps; i++) {
        r->steps[i].n_columns = 0;
        r->steps[i].columns = NULL;
        r->steps[i].state = (bmi_step_state){ 0 };
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
        bmi_object_fail_of(failed, r, (bm_place){ 0 });
        return failed;
    }
    bmi_recipe_tensors beside = { .arena = { .context = r->object.context } };
    json_t *saved = bmi_recipe_save_beside(r, &beside);
    const bmi_safetensors file = bmi_recipe_tensors_file(&beside);
    bm_recipe *copy = saved ? bmi_recipe_load_beside(r->object.context, saved, &file, (bm_place){ 0 }) : &bmi_no_memory_recipe;
    json_decref(saved);
    bmi_recipe_tensors_end(&beside);
    return copy;
}

/* ---- from features back to columns ---- */
/* The step's column of a name, or null. */
static const bmi_step_column *column_of(const bmi_recipe_step *s, const char *name)
{
    for (size_t c = 0; c < s->n_columns; c++)
        if (!strcmp(s->columns[c].name, name)) return &s->columns[c];
    return NULL;
}

bool bmi_recipe_affine(const bm_recipe *r, size_t feature, const char **column, double *scale, double *shift)
{
    *column = r->features[feature];
    *scale = 1;
    *shift = 0;
    for (size_t s = r->n_steps; s-- > 0;) {
        const bmi_recipe_step *step = &r->steps[bmi_recipe_nth(r, s)];
        const bmi_step_column *state = column_of(step, *column);
        double a = 1, b = 0;
        if (!state) continue;
        if (step->kind->affine ? !step->kind->affine(state, step->options, &a, &b) : !step->kind->keeps_values) return false;
        *shift += *scale * b;
        *scale *= a;
    }
    return bmi_recipe_input(r, *column) != SIZE_MAX;
}

bool bm_recipe_affine(const bm_recipe *r, int64_t feature, const char **column, double *scale, double *shift)
{
    *column = NULL;
    *scale = *shift = NAN;
    return feature >= 0 && feature < bm_recipe_features(r) && bmi_recipe_affine(r, (size_t)feature, column, scale, shift);
}
