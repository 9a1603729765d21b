// SPDX-License-Identifier: Apache-2.0
/* Weights of rows, from a column of a table that is no feature. */
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <inttypes.h>
#include <math.h>

static bm_status take(bmi_error *e, const bm_table *t, const bmi_column *c, double w, int64_t row, float *into, bm_place here)
{
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

/* Checks the weights of rows; into: null, or room for them. Texts are read in the form that the weights had in training. */
static bm_status take_all(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, float *into, bm_place here)
{
    const bmi_column *c = bmi_table_column(e, here, t, r->weights, " for the weights of its rows");
    const int64_t n = bmi_rows_count(t, rows);
    if (!c) return e->status;
    const bool text = c->type == BM_COLUMN_TEXT;
    if (c->type == BM_COLUMN_TIME || (text && bmi_number_form_is_plain(&r->weights_form)))
        return bmi_fail(e, BM_E_DATA, here, "the weights of the rows of %s, \"%.100s\", are %s; they must be numbers >= 0",
                        bmi_table_name(t), r->weights, text ? "text" : "dates");
    double *of_texts = text ? bmi_column_numbers_of_texts(t->object.context, c, &r->weights_form) : NULL;
    if (text && !of_texts) return bmi_fail_memory(e, here, (size_t)c->dictionary.count * 8, "the weights of rows");
    for (int64_t i = 0; !e->status && i < n; i++) {
        const int64_t row = bmi_row_at(rows, i);
        const bool there = text && !bmi_column_is_missing(c, row);
        const double w = there ? of_texts[((const int32_t *)c->values)[row]] : bmi_column_number(c, row);
        take(e, t, c, w, row, into ? into + i : NULL, here);
    }
    bmi_release(t->object.context, of_texts, (size_t)c->dictionary.count, sizeof *of_texts);
    return e->status;
}

bm_status bmi_weights_check(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    return take_all(e, r, t, rows, NULL, here);
}

bm_tensor *bmi_weights_apply(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here)
{
    bm_tensor *w = bm_tensor_new_in_at(r->object.context, BM_F32, BM_SHAPE(bmi_rows_count(t, rows)), here);
    if (!bmi_fail_from(e, &w->object.error) && !take_all(e, r, t, rows, w->data, here)) return w;
    bm_tensor_free(w);
    return NULL;
}
