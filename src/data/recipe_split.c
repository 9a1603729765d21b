// SPDX-License-Identifier: Apache-2.0
/* Splitting the rows of a table for a recipe, before it is fitted: rows without a target are left out, and a target of classes is
 * split class by class. */
#include "data/dataset.h"
#include "data/recipe.h"

bm_status bmi_recipe_split(bmi_error *e, bm_place here, const bm_recipe *r, const bm_table *t, const bm_split_options *o,
                           int64_t *order, int64_t counts[3])
{
    const bm_recipe_options target = {
        .target = r->target, .task = r->task, .target_log1p = r->log1p, .context = r->object.context
    };
    bm_recipe *probe = bm_recipe_new_at(&target, sizeof target, here); /* knows the target of all rows, and nothing else */
    int64_t *kept = NULL;
    size_t n = 0, room = 0;
    bm_tensor *classes = NULL;
    if (!probe->object.error.status) bmi_target_fit(probe, t, (bm_rows){ 0 }, &kept, &n, &room, here);
    bmi_fail_from(e, &probe->object.error);
    const bm_rows rows = kept ? (bm_rows){ kept, n } : (bm_rows){ 0 };
    if (!e->status && probe->to.task == BM_CLASSIFICATION) classes = bmi_target_apply(e, probe, t, rows, NULL, BM_F32, here);
    bmi_split_by by = { .classes = classes ? classes->data : NULL, .n_classes = probe->to.n_classes };
    if (!e->status) bmi_split_by_columns(e, here, t, rows, (int64_t)n, o, &by);
    if (!e->status) bmi_split_rows(e, here, r->object.context, (int64_t)n, &by, o, order, counts);
    bmi_split_by_end(t->object.context, (int64_t)n, &by);
    for (size_t i = 0; !e->status && kept && i < n; i++) order[i] = kept[order[i]];
    bmi_release(probe->object.context, kept, room, sizeof *kept);
    bm_tensor_free(classes);
    bm_recipe_free(probe);
    return e->status;
}
