// SPDX-License-Identifier: Apache-2.0
/* Splitting a table into training, validation and test rows, stratified by the classes of its target. The same rows go to the same
 * parts as when bm_dataset_split cuts the dataset that a recipe makes of all of them.
 */
#include "data/dataset.h"
#include "data/recipe.h"
#include "data/table.h"

static void take_parts(const bm_table *t, const int64_t *order, const int64_t counts[3], bm_table_parts *parts, bm_place here)
{
    bm_table **part[3] = { &parts->train, &parts->validation, &parts->test };
    for (int p = 0; p < 3; order += counts[p++])
        if (!p || counts[p]) *part[p] = bm_table_take_at(t, (bm_rows){ order, (size_t)counts[p] }, here);
}

bm_table_parts bm_table_split_at(const bm_table *t, const bm_split_options *options, size_t size, bm_place here)
{
    bm_split_options o = { 0 };
    bmi_error e = { 0 };
    bm_table_parts parts = { 0 };
    bm_context *context = t ? t->object.context : NULL;
    const size_t rows = (size_t)bm_table_rows(t);
    int64_t *order = NULL, counts[3] = { 0 };
    bm_recipe *r = NULL;
    if (bmi_object_failed(t)) bmi_fail_of(&e, t, here);
    else if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_split_options, named_), options, size) && o.groups)
        bmi_fail(&e, BM_E_ARGUMENT, here, "split: .groups are those of a dataset; name a column of the table as .group");
    else if (!e.status) {
        const bm_recipe_options target = { .target = o.target, .task = o.task, .context = context };
        r = bm_recipe_new_at(&target, sizeof target, here);
        order = bmi_alloc_raw(context, rows, sizeof *order);
        if (bmi_object_failed(r)) bmi_fail_of(&e, r, here);
        else if (!order) bmi_fail_memory(&e, here, rows * sizeof *order, "to split rows");
        else bmi_recipe_split(&e, here, r, t, &o, order, counts);
    }
    if (!e.status) take_parts(t, order, counts, &parts, here);
    else {
        parts.train = bmi_table_new(NULL);
        if (parts.train->object.users >= 0) bmi_fail_from(&parts.train->object.error, &e);
    }
    bmi_release(context, order, rows, sizeof *order);
    bm_recipe_free(r);
    return parts;
}
