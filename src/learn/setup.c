// SPDX-License-Identifier: Apache-2.0
/* What callers give, checked before anything is fitted: data, recipe, learner, metric, folds.
 */
#include "learn/work.h"
#include "base/kinds.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include <string.h>

bm_status bmi_metric_look(bmi_error *e, const char *text, bm_metric *metric, bool *maximize, bm_place here)
{
    char why[300], hint[BMI_KIND_HINT];
    bm_metric list[2];
    *metric = (bm_metric){ 0 };
    *maximize = false;
    if (!strcmp(text, "loss")) return BM_OK;
    if (!text[strcspn(text, "(")] && !bmi_kind_find("metric", text))
        return bmi_fail(e, BM_E_ARGUMENT, here, "there is no metric \"%.60s\"%s", text, bmi_kind_hint("metric", text, hint));
    if (bm_metrics_parse_at(text, list, BMI_COUNT(list), why, sizeof why, here))
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s", why);
    if (list[1].name || strlen(text) >= sizeof((bm_scores *)0)->metrics[0].name)
        return bmi_fail(e, BM_E_ARGUMENT, here, "\"%.60s\" is not one metric, as \"f1_macro\" or \"fbeta(.5)\"", text);
    *metric = list[0];
    *maximize = bm_metric_maximize(*metric);
    return BM_OK;
}

/* The column is dropped, unless a step does so already. */
static bm_status leave_out(bmi_setup *s, bmi_error *e, const char *column, bm_place here)
{
    if (!column || !s->recipe || (s->recipe->target && !strcmp(column, s->recipe->target))) return BM_OK;
    for (size_t i = 0; i < s->recipe->n_asked; i++)
        for (size_t k = 0; !strcmp(s->recipe->steps[i].kind->name, "drop") && k < s->recipe->steps[i].n_names; k++)
            if (!strcmp(s->recipe->steps[i].names[k], column)) return BM_OK;
    if (bm_recipe_step_at(s->recipe, "drop", (bm_names){ &column, 1 }, NULL, here)) bmi_fail_from(e, &s->recipe->object.error);
    return e->status;
}

/* The whole target tells the task and its classes, so that no fold takes it for something else. */
static bm_status look_at_target(bmi_setup *s, bmi_error *e, const bm_table *t, bm_place here)
{
    const bm_recipe *r = s->recipe;
    const bm_recipe_options target = {
        .target = r->target, .task = r->task, .target_log1p = r->log1p, .context = r->object.context
    };
    int64_t *kept = NULL;
    size_t n = 0, room = 0;
    s->whole = bm_recipe_new_at(&target, sizeof target, here);
    if (!s->whole->object.error.status) bmi_target_fit(s->whole, t, (bm_rows){ 0 }, &kept, &n, &room, here);
    bmi_release(s->whole->object.context, kept, room, sizeof *kept);
    if (bmi_fail_from(e, &s->whole->object.error)) return e->status;
    s->task = s->recipe->task = s->whole->to.task;
    s->classes = s->whole->to.n_classes;
    return BM_OK;
}

static bm_status set_up_table(bmi_setup *s, bmi_error *e, const bm_table *t, const bm_recipe *recipe,
                              const bm_folds_options *folds, bm_place here)
{
    if (bmi_object_failed(recipe))
        return recipe ? bmi_fail_of(e, recipe, here) : bmi_fail(e, BM_E_ARGUMENT, here, "the recipe is null");
    if (bmi_object_failed(t)) return t ? bmi_fail_of(e, t, here) : bmi_fail(e, BM_E_ARGUMENT, here, "the table is null");
    if (!recipe->target)
        return bmi_fail(e, BM_E_ARGUMENT, here, "the recipe names no target, as bm_recipe_new(.target = \"price\")");
    s->recipe = bmi_recipe_copy(recipe);
    if (bmi_fail_from(e, &s->recipe->object.error)) return e->status;
    bmi_recipe_forget(s->recipe);
    if (look_at_target(s, e, t, here) || leave_out(s, e, folds->group, here)) return e->status;
    return leave_out(s, e, folds->fold, here);
}

/* A metric of classes has no value of numbers, and the other way round: said before anything is fitted. */
static bm_status check_task(const bmi_setup *s, bmi_error *e, bm_place here)
{
    const bm_metric_kind *k = s->by.kind;
    if (!k || !s->whole) return BM_OK;
    const bool of_numbers = k->target == BM_TARGET_LIKE_OUTPUT && strcmp(k->name, "binary_accuracy") != 0;
    if (of_numbers == (s->task == BM_REGRESSION)) return BM_OK;
    return bmi_fail(e, BM_E_ARGUMENT, here, "the metric %s is of %s, and the target \"%.100s\" is %s", k->name,
                    of_numbers ? "numbers" : "classes", s->recipe->target, of_numbers ? "classes" : "numbers");
}

static int64_t count_classes(const bm_dataset *d)
{
    int64_t n = d->n_classes;
    for (int64_t i = 0; !d->n_classes && i < d->rows; i++) {
        const double k = bm_tensor_at(d->t[0].tensor, i);
        if (k >= (double)n && k < INT32_MAX) n = (int64_t)k + 1;
    }
    return n;
}

bm_status bmi_setup_make(bmi_setup *s, bmi_error *e, bm_context *context, const bm_table *t, const bm_dataset *d,
                         const bm_recipe *recipe, bm_rows only, const bm_folds_options *folds, const char *metric,
                         bm_place here)
{
    bm_folds_options o = *folds;
    *s = (bmi_setup){ .metric = metric };
    if (!d && set_up_table(s, e, t, recipe, folds, here)) return e->status;
    if (d && bmi_object_failed(d)) return bmi_fail_of(e, d, here);
    if (d && !d->n_t) return bmi_fail(e, BM_E_DATA, here, "the dataset has no target");
    if (d) s->task = bmi_type_is_real(d->t[0].tensor->type) ? BM_REGRESSION : BM_CLASSIFICATION;
    if (d && s->task == BM_CLASSIFICATION) s->classes = count_classes(d);
    if (!metric) s->metric = s->task == BM_REGRESSION ? "r2" : "accuracy";
    if (bmi_metric_look(e, s->metric, &s->by, &s->maximize, here) || check_task(s, e, here)) return e->status;
    o.target = s->recipe ? s->recipe->target : NULL;
    o.task = s->task;
    o.context = context;
    s->folds = bmi_folds_make(d ? NULL : t, d, only, &o, here);
    return bmi_fail_from(e, &s->folds->object.error);
}

void bmi_setup_end(bmi_setup *s)
{
    bmi_object_free(s->folds);
    bmi_object_free(s->recipe);
    bmi_object_free(s->whole);
    *s = (bmi_setup){ 0 };
}

bm_status bmi_setup_learner(bmi_error *e, bmi_arena *arena, const char *text, const bm_learner *how, bm_learner *to,
                            bm_place here)
{
    if (text) bmi_learner_parse(e, here, arena, text, to);
    else if (how->name || how->kind) *to = *how;
    else bmi_fail(e, BM_E_ARGUMENT, here, "no learner is given, as \"linear\" or .how = bm_linear()");
    if (e->status) return e->status;
    bm_model *m = bmi_learner_new(arena->context, to, NULL, here); /* settings outside their ranges */
    bmi_fail_from(e, &m->object.error);
    if (!e->status && !to->kind) to->kind = m->learner;
    bmi_object_free(m);
    return e->status;
}

int bmi_wants_of(const bm_learner *how, const bm_recipe *recipe)
{
    if (!recipe || !how->kind) return 0;
    const bool scaled = (how->kind->tasks & BM_LEARNS_SCALED) && !recipe->plain, wide = how->kind->type == BM_F64;
    return (scaled ? 1 : 0) | (wide ? 2 : 0);
}

void bmi_wants_do(bm_recipe *recipe, int wants)
{
    if (wants & 1) recipe->standardize_target = true;
    recipe->type = wants & 2 ? BM_F64 : BM_F32;
}
