// SPDX-License-Identifier: Apache-2.0
/* Splitting a table into training, validation and test rows, stratified by the classes of its target. The same rows go to the same
 * parts as when bm_dataset_split cuts the dataset that a recipe makes of all of them.
 */
#include "data/dataset.h"
#include "data/recipe.h"
#include "data/table.h"

/* The rows that have a target, and their classes: *classes stays null when the target is no class or there is none. */
static bm_status rows_of(bm_recipe *r, const bm_table *t, int64_t **kept, size_t *n, size_t *room, bm_tensor **classes,
                         bm_place here)
{
    bm_status st = bmi_target_fit(r, t, (bm_rows){ 0 }, kept, n, room, here);
    if (!st && r->target && r->to.task == BM_CLASSIFICATION)
        *classes = bmi_target_apply(&r->object.error, r, t, *kept ? (bm_rows){ *kept, *n } : (bm_rows){ 0 }, NULL, here);
    return r->object.error.status;
}

static void take_parts(const bm_table *t, const int64_t *kept, int64_t *order, const int64_t counts[3], bm_table_parts *parts,
                       bm_place here)
{
    bm_table **part[3] = { &parts->train, &parts->validation, &parts->test };
    int64_t at = 0;
    for (int64_t i = 0; kept && i < counts[0] + counts[1] + counts[2]; i++) order[i] = kept[order[i]];
    for (int p = 0; p < 3; at += counts[p++])
        if (!p || counts[p]) *part[p] = bm_table_take_at(t, (bm_rows){ order + at, (size_t)counts[p] }, here);
}

bm_table_parts bm_table_split_at(const bm_table *t, const bm_split_options *options, size_t size, bm_place here)
{
    bm_split_options o = { 0 };
    bmi_error e = { 0 };
    bm_table_parts parts = { 0 };
    bm_context *context = t ? t->object.context : NULL;
    int64_t *kept = NULL, *order = NULL, counts[3] = { 0 };
    size_t n = 0, room = 0;
    bm_recipe *r = NULL;
    bm_tensor *classes = NULL;
    if (bmi_object_failed(t)) bmi_fail(&e, bmi_object_status(t), here, "%s", bmi_object_error(t));
    else if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_split_options, named_), options, size) && o.groups)
        bmi_fail(&e, BM_E_ARGUMENT, here, "split: .groups are those of a dataset; name a column of the table as .group");
    else if (!e.status) {
        r = bm_recipe_new_at(&(bm_recipe_options){ .target = o.target, .task = o.task, .context = context },
                             sizeof(bm_recipe_options), here);
        if (bmi_object_failed(r) || rows_of(r, t, &kept, &n, &room, &classes, here))
            bmi_fail(&e, bmi_object_status(r), here, "%s", bmi_object_error(r));
    }
    if (!e.status && !(order = bmi_alloc_raw(context, n, sizeof *order)))
        bmi_fail_memory(&e, here, n * sizeof *order, "to split rows");
    bmi_split_by by = { .classes = classes ? classes->data : NULL, .n_classes = classes ? r->to.n_classes : 0 };
    if (!e.status) bmi_split_by_columns(&e, here, t, kept ? (bm_rows){ kept, n } : (bm_rows){ 0 }, (int64_t)n, &o, &by);
    if (!e.status) bmi_split_rows(&e, here, context, (int64_t)n, &by, &o, order, counts);
    bmi_split_by_end(context, (int64_t)n, &by);
    if (!e.status) take_parts(t, kept, order, counts, &parts, here);
    else {
        parts.train = bmi_table_new(NULL);
        if (parts.train->object.users >= 0) bmi_fail_from(&parts.train->object.error, &e);
    }
    bmi_release(context, order, n, sizeof *order);
    bmi_release(context, kept, room, sizeof *kept);
    bm_tensor_free(classes);
    bm_recipe_free(r);
    return parts;
}
