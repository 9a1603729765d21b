// SPDX-License-Identifier: Apache-2.0
/* Judging and predicting raw rows: the recipe, then the network, then back into the table's terms.
 */
#include "base/text.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include "model/scores.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

static bm_status fail_no_recipe(bmi_error *e, const char *what, bm_place here)
{
    return bmi_fail(
        e, BM_E_ARGUMENT, here,
        "the model takes tensors, not %s: it was made without a recipe; fit it on a dataset that bm_recipe_apply or "
        "bm_dataset_load made of a table",
        what);
}

/* A dataset of a table's rows by the model's recipe; null with the error set. */
static bm_dataset *apply(const bm_model *m, const bm_table *t, bmi_want want, bmi_error *e, bm_place here)
{
    if (!bmi_model_network(m, e, here)) return NULL;
    if (!m->recipe) {
        fail_no_recipe(e, "tables", here);
        return NULL;
    }
    bm_dataset *d = bmi_recipe_apply(m->recipe, t, (bm_rows){ 0 }, want, here);
    if (!bmi_fail_from(e, &d->object.error)) return d;
    bmi_object_free(d);
    return NULL;
}

static bm_status check_threshold(bmi_error *e, const char *what, double threshold, bm_place here)
{
    if (threshold == 0 || (threshold > 0 && threshold <= 1)) return BM_OK;
    return bmi_fail(e, BM_E_ARGUMENT, here, "%s: the threshold is %g, it must be above 0 and at most 1", what, threshold);
}

bm_scores bm_evaluate_table_at(const bm_model *m, const bm_evaluate_table_options *options, size_t size, bm_place here)
{
    bmi_error e = { 0 };
    bm_evaluate_table_options o = { .table = NULL };
    bm_scores s = { .loss = NAN };
    bm_dataset *d = NULL;
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_evaluate_table_options, named_), options, size);
    if (!e.status && !check_threshold(&e, "evaluate", o.threshold, here)) d = apply(m, o.table, BMI_WANT_JUDGED, &e, here);
    const bmi_asked asked = { .metrics = o.metrics[0].name || o.metrics[0].kind ? o.metrics : NULL, .threshold = o.threshold };
    if (d) bmi_scores_take_asked(&s, m, d, NULL, &asked, &e, here);
    bmi_object_free(d);
    return e.status ? bmi_scores_failed(&e) : s;
}

double bm_model_threshold(const bm_model *m)
{
    return m && m->threshold > 0 ? m->threshold : .5;
}

bm_status bm_model_set_threshold_at(bm_model *m, double threshold, bm_place here)
{
    if (bmi_object_failed(m)) return bmi_object_status(m);
    bmi_error *e = &m->object.error;
    if (!(threshold > 0 && threshold <= 1))
        return bmi_fail(e, BM_E_ARGUMENT, here, "threshold: it is %g, it must be above 0 and at most 1", threshold);
    if (m->task && (m->task != BM_CLASSIFICATION || (m->n_classes && m->n_classes != 2)))
        return bmi_fail(e, BM_E_ARGUMENT, here, "threshold: it is of two classes, this model %s",
                        m->task == BM_CLASSIFICATION ? "has more" : "predicts numbers");
    if (m->n_classes && bmi_scores_mere(m))
        return bmi_fail(e, BM_E_ARGUMENT, here, "threshold: it is of probabilities, and this model tells which class alone");
    m->threshold = threshold;
    return BM_OK;
}

bm_tensor *bm_predict_classes_at(const bm_model *m, const bm_predict_classes_options *options, size_t size, bm_place here)
{
    bmi_error e = { 0 };
    bm_predict_classes_options o = { .table = NULL };
    bm_tensor *classes = NULL;
    bm_dataset *d = NULL;
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_predict_classes_options, named_), options, size);
    if (!e.status && !check_threshold(&e, "predict", o.threshold, here)) d = apply(m, o.table, BMI_WANT_NONE, &e, here);
    if (d && (m->task != BM_CLASSIFICATION || m->n_classes < 2))
        bmi_fail(&e, BM_E_ARGUMENT, here, "predict: the model has no classes, it predicts numbers: bm_predict_table");
    int64_t bad = 0;
    if (d && !e.status)
        classes = bmi_scores_likeliest(m, d, o.threshold > 0 ? o.threshold : bm_model_threshold(m), NULL, &bad, &e, here);
    if (bad) bmi_fail(&e, BM_E_NUMBER, here, "predict: the probabilities of %lld rows are not finite", (long long)bad);
    bmi_object_free(d);
    if (!e.status) return classes;
    bmi_object_free(classes);
    return bmi_tensor_failed(m ? m->object.context : NULL, &e);
}

bm_tensor *bm_predict_table_at(const bm_model *m, const bm_table *t, bm_place here)
{
    bmi_error e = { 0 };
    bm_dataset *d = apply(m, t, BMI_WANT_NONE, &e, here);
    bm_tensor *p = d ? bmi_scores_predict(m, d, &e, here) : NULL;
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

/* Whether a recipe knows a column: it takes it, learned from it as the target, or dropped it. */
static bool is_known(const bm_recipe *r, const char *name)
{
    if (r->target && !strcmp(r->target, name)) return true;
    for (size_t s = 0; s < r->n_steps; s++)
        for (size_t c = 0; r->steps[s].kind->ignores_absent && c < r->steps[s].n_columns; c++)
            if (!strcmp(r->steps[s].columns[c].name, name)) return true;
    return false;
}

static bm_status fail_unknown(bmi_error *e, const bm_recipe *r, const char *name, bm_place here)
{
    char hint[BMI_HINT_BYTES];
    return bmi_fail(e, BM_E_DATA, here, "predict: there is no column \"%.100s\" in what the model was fitted on%s", name,
                    bmi_did_you_mean(hint, name, r->inputs, r->n_inputs, sizeof *r->inputs));
}

/* A cell must be of a column that there is, given once, and be what the column is: an error here is a slip in the program. */
static bm_status check_cell(bmi_error *e, const bm_recipe *r, const bm_table *t, const bm_cell *c, bm_place here)
{
    const size_t i = bmi_recipe_input(r, c->column);
    if (bm_table_find(t, c->column) >= 0)
        return bmi_fail(e, BM_E_ARGUMENT, here, "predict: \"%.100s\" is given twice", c->column);
    if (i == SIZE_MAX) return is_known(r, c->column) ? BM_OK : fail_unknown(e, r, c->column, here);
    if (r->inputs[i].text && !c->text && !isnan(c->number))
        return bmi_fail(e, BM_E_TYPE, here, "predict: \"%.100s\" is text in the recipe; give it as .text", c->column);
    return BM_OK;
}

/* A table of one row: what is given, and what the recipe wants besides as missing. */
static bm_status fill_row(bmi_error *e, bm_table *t, const bm_recipe *r, const bm_row_options *o, bm_place here)
{
    const double missing = NAN;
    for (size_t i = 0; cell_at(o, i); i++) {
        const bm_cell *c = cell_at(o, i);
        if (check_cell(e, r, t, c, here)) return e->status;
        if (c->text) bm_table_add_text_at(t, c->column, &(bm_name){ *c->text ? c->text : NULL }, 1, here);
        else bm_table_add_real_at(t, c->column, &c->number, 1, here);
    }
    for (size_t i = 0; i < r->n_inputs; i++) {
        const char *name = r->inputs[i].name;
        if (bm_table_find(t, name) >= 0) continue;
        if (r->inputs[i].text) bm_table_add_text_at(t, name, &(bm_name){ NULL }, 1, here);
        else bm_table_add_real_at(t, name, &missing, 1, here);
    }
    return BM_OK;
}

/* Texts that no number or date could be read from where the recipe wants one: elsewhere they count as missing, here they are a slip. */
static bm_status check_readable(bmi_error *e, const bm_dataset *d, const bm_recipe *r, const bm_table *t, bm_place here)
{
    bmi_met met = { .missing = 0 };
    bmi_met_kind kind;
    const char *column, *text;
    int64_t count;
    bool usable;
    if (!d->counted.unreadable || bmi_recipe_usable(e, r, t, &usable, &met, here)) return e->status;
    for (int64_t i = 0; !e->status && bmi_met_at(&met, i, &kind, &column, &text, &count); i++)
        if (kind == BMI_MET_NO_NUMBER || kind == BMI_MET_NO_DATE)
            bmi_fail(e, BM_E_TYPE, here, "predict: \"%.100s\" is a %s in the recipe; \"%.60s\" is none", column,
                     kind == BMI_MET_NO_DATE ? "date" : "number", text);
    if (met.failed) bmi_fail_memory(e, here, 100, "cells that cannot be read");
    bmi_met_end(&met);
    return e->status;
}

bm_tensor *bm_predict_row_at(const bm_model *m, const bm_row_options *options, size_t size, bm_place here)
{
    bm_row_options o = { .zero_ = 0 };
    bmi_error e = { 0 };
    bm_context *context = m ? m->object.context : NULL;
    bm_tensor *p = NULL;
    if (bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_row_options, named_), options, size) ||
        !bmi_model_network(m, &e, here))
        return bmi_tensor_failed(context, &e);
    bm_table *t = bm_table_new_in_at(context, here);
    if (!cell_at(&o, 0))
        bmi_fail(&e, BM_E_ARGUMENT, here,
                 "predict: no values are given, as .values = {{\"season\", .text = \"1\"}, {\"temp\", .number = 9.8}}");
    else if (!m->recipe) fail_no_recipe(&e, "rows", here);
    else fill_row(&e, t, m->recipe, &o, here);
    bm_dataset *d = e.status ? NULL : apply(m, t, BMI_WANT_NONE, &e, here);
    p = d && !check_readable(&e, d, m->recipe, t, here) ? bmi_scores_predict_alone(m, d, &e, here) : NULL;
    if (p) p->shape = BM_SHAPE(p->size); /* (1, n) as (n) */
    bmi_object_free(d);
    bm_table_free(t);
    return p ? p : bmi_tensor_failed(context, &e);
}
