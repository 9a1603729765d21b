// SPDX-License-Identifier: Apache-2.0
/* Weights of rows, from a column of a table that is no feature. */
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <math.h>

static const bmi_column *find(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_place here)
{
    const bmi_column *c = bmi_table_column(e, here, t, r->weights, " for the weights of its rows");
    if (c && c->type == BM_COLUMN_TEXT)
        bmi_fail(e, BM_E_DATA, here, "the weights of the rows of %s, \"%.100s\", are text; they must be numbers >= 0",
                 bmi_table_name(t), r->weights);
    return e->status ? NULL : c;
}

static bm_status take(bmi_error *e, const bm_table *t, const bmi_column *c, int64_t row, float *into, bm_place here)
{
    const double w = bmi_column_number(c, row);
    const float narrow = (float)w;
    if (into) *into = narrow;
    if (w >= 0 && isfinite(narrow)) return BM_OK;
    if (isnan(w))
        return bmi_fail(e, BM_E_DATA, here,
                        "row %" PRId64 " of %s has no \"%.100s\", the weight of the row; leave such rows out, or give them a "
                        "number >= 0",
                        row + 1, bmi_table_name(t), c->name);
    return bmi_fail(e, BM_E_DATA, here, "row %" PRId64 " of %s has %g as \"%.100s\", the weight of the row; it must be %s",
                    row + 1, bmi_table_name(t), w, c->name, w < 0 ? ">= 0" : "a number that f32 holds");
}

bm_status bmi_weights_check(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    const bmi_column *c = find(e, r, t, here);
    const int64_t n = bmi_rows_count(t, rows);
    for (int64_t i = 0; c && !e->status && i < n; i++) take(e, t, c, bmi_row_at(rows, i), NULL, here);
    return e->status;
}

bm_tensor *bmi_weights_apply(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    const bmi_column *c = find(e, r, t, here);
    const int64_t n = bmi_rows_count(t, rows);
    if (!c) return NULL;
    bm_tensor *w = bm_tensor_new_in_at(r->object.context, BM_F32, BM_SHAPE(n), here);
    bmi_fail_from(e, &w->object.error);
    for (int64_t i = 0; !e->status && i < n; i++) take(e, t, c, bmi_row_at(rows, i), (float *)w->data + i, here);
    if (!e->status) return w;
    bm_tensor_free(w);
    return NULL;
}
