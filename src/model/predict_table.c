// SPDX-License-Identifier: Apache-2.0
/* Judging and predicting raw rows: the recipe, then the network, then back into the table's terms.
 */
#include "data/dataset.h"
#include "data/recipe.h"
#include "model/scores.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

/* A dataset of a table's rows by the model's recipe; null with the error set. */
static bm_dataset *apply(const bm_model *m, const bm_table *t, bmi_want want, bmi_error *e, bm_place here)
{
    if (!bmi_model_network(m, e, here)) return NULL;
    if (!m->recipe) {
        bmi_fail(e, BM_E_ARGUMENT, here, "the model takes tensors, not tables: it was made without a recipe");
        return NULL;
    }
    bm_dataset *d = bmi_recipe_apply(m->recipe, t, (bm_rows){ 0 }, want, here);
    if (!bmi_fail_from(e, &d->object.error)) return d;
    bmi_object_free(d);
    return NULL;
}

bm_scores bm_evaluate_table_at(const bm_model *m, const bm_table *t, bm_place here)
{
    bmi_error   e = { 0 };
    bm_scores   s = { .loss = NAN };
    bm_dataset *d = apply(m, t, BMI_WANT_TARGET, &e, here);
    if (d) bmi_scores_take(&s, m, d, NULL, &e, here);
    bmi_object_free(d);
    return e.status ? bmi_scores_failed(&e) : s;
}

bm_tensor *bm_predict_table_at(const bm_model *m, const bm_table *t, bm_place here)
{
    bmi_error   e = { 0 };
    bm_dataset *d = apply(m, t, BMI_WANT_NONE, &e, here);
    bm_tensor  *p = d ? bmi_scores_predict(m, d, &e, here) : NULL;
    bmi_object_free(d);
    return p ? p : bmi_tensor_failed(m ? m->object.context : NULL, &e);
}

/* ---- one row ---- */
static const bm_cell *cell_at(const bm_row_options *o, size_t i)
{
    size_t inside = 0;
    while (inside < BMI_COUNT(o->values) && o->values[inside].column) inside++;
    return i < inside ? &o->values[i] : i - inside < o->count ? &o->cells[i - inside] : NULL;
}

/* A table of one row: what is given, and what the recipe wants besides as missing. */
static void fill_row(bm_table *t, const bm_model *m, const bm_row_options *o, bm_place here)
{
    const double missing = NAN;
    for (size_t i = 0; cell_at(o, i); i++) {
        const bm_cell *c = cell_at(o, i);
        if (c->text) bm_table_add_text_at(t, c->column, &(bm_name){ c->text }, 1, here);
        else bm_table_add_real_at(t, c->column, &c->number, 1, here);
    }
    for (size_t i = 0; m->recipe && i < m->recipe->n_inputs; i++) {
        const char *name = m->recipe->inputs[i].name;
        if (bm_table_find(t, name) >= 0) continue;
        if (m->recipe->inputs[i].text) bm_table_add_text_at(t, name, &(bm_name){ NULL }, 1, here);
        else bm_table_add_real_at(t, name, &missing, 1, here);
    }
}

bm_tensor *bm_predict_row_at(const bm_model *m, const bm_row_options *options, size_t size, bm_place here)
{
    bm_row_options o       = { .zero_ = 0 };
    bmi_error      e       = { 0 };
    bm_context    *context = m ? m->object.context : NULL;
    bm_tensor     *p       = NULL;
    if (bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_row_options, named_), options, size) || !bmi_model_network(m, &e, here))
        return bmi_tensor_failed(context, &e);
    bm_table *t = bm_table_new_in_at(context, here);
    if (!cell_at(&o, 0)) bmi_fail(&e, BM_E_ARGUMENT, here, "predict: no values are given, as .values = {{\"season\", .text = \"1\"}, {\"temp\", .number = 9.8}}");
    else if (!m->recipe) bmi_fail(&e, BM_E_ARGUMENT, here, "the model takes tensors, not rows: it was made without a recipe");
    else fill_row(t, m, &o, here);
    bm_dataset *d = e.status ? NULL : apply(m, t, BMI_WANT_NONE, &e, here);
    p = d ? bmi_scores_predict(m, d, &e, here) : NULL;
    if (p) { /* (1, n) as (n) */
        p->shape = BM_SHAPE(p->size);
    }
    bmi_object_free(d);
    bm_table_free(t);
    return p ? p : bmi_tensor_failed(context, &e);
}
