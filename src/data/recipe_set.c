// SPDX-License-Identifier: Apache-2.0
/* Another setting for steps of a recipe that is not fitted: what a search tries. */
#include "data/recipe.h"
#include <string.h>

bm_status bmi_recipe_set(bm_recipe *r, const char *step, const char *field, const char *value, bm_place here)
{
    bool there = false;
    if (field && strcmp(field, "setting") != 0)
        return bmi_object_fail(r, BM_E_ARGUMENT, here, "the step %s has no setting \"%.60s\"; it has one: %s=value", step,
                               field, step);
    for (size_t i = 0; i < r->n_asked; i++) {
        bmi_recipe_step *s = &r->steps[i];
        if (strcmp(s->kind->name, step) != 0) continue;
        if (!s->kind->setting || !s->kind->setting(value))
            return bmi_object_fail(r, BM_E_ARGUMENT, here, "recipe: %s cannot be done with \"%.100s\" (%s)", step, value,
                                   s->kind->doc);
        s->with = bmi_arena_text(&r->asked, value);
        if (!s->with) return bmi_fail_memory(&r->object.error, here, strlen(value), "a step of a recipe");
        there = true;
    }
    return there ? BM_OK : bm_recipe_step_at(r, step, (bm_names){ 0 }, value, here);
}
