// SPDX-License-Identifier: Apache-2.0
/* Rows that are there once: the first or last of rows of equal cells, or none of them; and those that this leaves out. */
#include "base/context.h"
#include "data/table_work.h"
#include <string.h>

/* Which rows stay, as a list of *n; `rows` of t. */
static void choose(const bmi_keys *k, bm_keep keep, bool stays, uint32_t *counts, uint32_t *rows, int64_t *n)
{
    const int64_t all = k->build.t->rows;
    memset(counts, 0, k->count * sizeof *counts);
    *n = 0;
    if (keep == BM_KEEP_LAST)
        for (int64_t i = 0; i < all; i++) counts[k->build.ids[i]] = (uint32_t)i;
    else if (keep == BM_KEEP_NONE)
        for (int64_t i = 0; i < all; i++) counts[k->build.ids[i]]++;
    for (int64_t i = 0; i < all; i++) {
        const uint32_t id = k->build.ids[i];
        const bool kept = keep == BM_KEEP_LAST ? counts[id] == i : keep == BM_KEEP_NONE ? counts[id] == 1 : k->first[id] == i;
        rows[*n] = (uint32_t)i;
        *n += kept == stays;
    }
}

static bm_table *rows_once(const bm_table *t, const bm_table_unique_options *options, size_t size, bool stays, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    bm_table_unique_options o;
    bmi_error e = { 0 };
    if (bmi_object_failed(result)) return result;
    bm_context *context = result->object.context;
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_table_unique_options, named_), options, size);
    if (!e.status && (unsigned)o.keep >= BM_KEEP_COUNT_)
        bmi_fail(&e, BM_E_ARGUMENT, here, "unique: .keep is %d, which is none of first, last, none", (int)o.keep);
    bmi_keys k = {
        .context = context, .n = o.columns.count ? o.columns.count : t->n_columns, .keep_missing = true, .build.t = t
    };
    if (!e.status && o.columns.count) k.build.columns = bmi_key_columns(&e, here, t, o.columns, " to compare rows by");
    else if (!e.status) {
        k.build.columns = bmi_alloc(context, t->n_columns, sizeof *k.build.columns);
        if (!k.build.columns) bmi_fail_memory(&e, here, t->n_columns * sizeof *k.build.columns, "a list of columns");
        for (size_t i = 0; i < t->n_columns && k.build.columns; i++) k.build.columns[i] = &t->columns[i];
    }
    if (!e.status) bmi_keys_make(&e, here, &k);
    uint32_t *counts = e.status ? NULL : bmi_alloc_raw(context, k.count, sizeof *counts);
    uint32_t *rows = counts ? bmi_alloc_raw(context, (size_t)t->rows + 1, sizeof *rows) : NULL;
    if (!e.status && !rows) bmi_fail_memory(&e, here, (size_t)t->rows * sizeof *rows, "a list of rows");
    bmi_result_fail(result, &e);
    int64_t n = 0;
    if (rows) choose(&k, o.keep, stays, counts, rows, &n);
    if (!e.status) bmi_take_all(result, t, rows, n, here);
    bmi_release(context, rows, (size_t)t->rows + 1, sizeof *rows);
    bmi_release(context, counts, k.count, sizeof *counts);
    bmi_keys_end(&k);
    return result;
}

bm_table *bm_table_unique_at(const bm_table *t, const bm_table_unique_options *options, size_t size, bm_place here)
{
    return rows_once(t, options, size, true, here);
}

bm_table *bm_table_duplicates_at(const bm_table *t, const bm_table_unique_options *options, size_t size, bm_place here)
{
    return rows_once(t, options, size, false, here);
}
