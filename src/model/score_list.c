// SPDX-License-Identifier: Apache-2.0
/* Which metrics a part is scored by: those of its task, those that the model was compiled with, or a chosen list; and their values.
 */
#include "base/memory.h"
#include "base/text.h"
#include "model/class_scores.h"
#include "model/dataset_columns.h"
#include "nn/measure.h"
#include "tensor/tensor.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const of_numbers[] = { "r2", "mae", "rmse", "mse", NULL };
static const char *const of_two[] = { "precision", "recall", "f1", NULL };
static const char *const of_classes[] = { "accuracy", "balanced_accuracy", "precision_macro", "recall_macro",
                                          "f1_macro", "log_loss",          "roc_auc",         NULL };

/* "pinball(0.9)": the metric with what is not its default. */
static void put_name(bmi_scored_by *by, const bm_metric *metric)
{
    char number[32];
    size_t n = (size_t)snprintf(by->name, sizeof by->name, "%s", by->kind->name);
    for (int i = 0; i < 2 && metric->p[i] != 0 && n < sizeof by->name; i++) {
        bmi_write_real(number, metric->p[i] == (double)BM_ZERO ? 0 : metric->p[i]);
        n += (size_t)snprintf(by->name + n, sizeof by->name - n, "%s%s%s", i ? "," : "(", number,
                              i || metric->p[1] == 0 ? ")" : "");
    }
}

static void add(bmi_score_list *list, bm_metric metric, const bm_model *m, double threshold, bmi_error *e, bm_place here)
{
    bmi_scored_by *by = &list->at[list->n];
    if (e->status || list->n == BM_SCORES_MAX) return;
    double p[2];
    const bm_metric_kind *kind = bmi_metric_find(e, here, "evaluate", metric, p);
    if (!kind) return;
    *by = (bmi_scored_by){ .kind = kind, .p = { p[0], p[1] }, .value = NAN };
    put_name(by, &metric);
    for (int i = 0; i < 2 && by->kind->number[i].name; i++) {
        if (metric.p[i] != 0) continue;
        if (!strcmp(by->kind->number[i].name, "threshold")) by->p[i] = threshold;
        if (!strcmp(by->kind->number[i].name, "features") && m->network) by->p[i] = (double)bmi_row_elements(m->network->row);
    }
    for (int k = 0; k < list->n; k++)
        if (!strcmp(list->at[k].name, by->name)) return; /* it is there */
    list->n++;
}

static void add_names(bmi_score_list *list, const char *const *names, const bm_model *m, double threshold, bool mere,
                      bmi_error *e, bm_place here)
{
    for (; *names; names++)
        if (!mere || (strcmp(*names, "log_loss") && strcmp(*names, "roc_auc")))
            add(list, BM_VALUE(bm_metric, .name = *names), m, threshold, e, here);
}

/* Whether rows have one class each, of several. */
static bool has_classes(const bm_model *m, const bm_dataset *d)
{
    return m->task == BM_CLASSIFICATION && m->n_classes > 1 && d->t[0].tensor->size == d->rows;
}

static const char *loss_name(const bm_model *m)
{
    return m->task == BM_REGRESSION ? "mse" : "log_loss";
}

/* What is shown is in the list; the loss comes behind it when it is not there. */
static void end_list(bmi_score_list *list, const bm_model *m, bool mere, bmi_error *e, bm_place here)
{
    list->shown = list->n;
    if (!mere) add(list, BM_VALUE(bm_metric, .name = loss_name(m)), m, list->threshold, e, here);
}

void bmi_score_list_make(bmi_score_list *list, const bm_model *m, bool classes, const bmi_asked *asked, bool mere, bmi_error *e,
                         bm_place here)
{
    const double threshold = list->threshold;
    for (int i = 0; asked->metrics && i < BM_SCORES_MAX && (asked->metrics[i].name || asked->metrics[i].kind); i++)
        add(list, asked->metrics[i], m, threshold, e, here);
    if (asked->metrics) {
        end_list(list, m, mere, e, here);
        return;
    }
    if (m->task == BM_REGRESSION) add_names(list, of_numbers, m, threshold, false, e, here);
    else {
        if (classes && m->n_classes == 2) add_names(list, of_two, m, threshold, false, e, here);
        add_names(list, of_classes, m, threshold, mere, e, here);
    }
    for (int i = 0; i < m->settings.n_metrics; i++) add(list, m->settings.metrics[i], m, threshold, e, here);
    end_list(list, m, mere, e, here);
}

/* ---- of all rows at once ---- */

/* What metrics get, in doubles; rows of classes that training had not seen are left out. */
typedef struct rows {
    bm_context *context;
    int64_t n, columns, target_columns;
    double *prediction, *target, *weight;
} rows;

static void end_rows(rows *r, const bm_dataset *d)
{
    bmi_release(r->context, r->prediction, (size_t)(d->rows * r->columns) + 1, sizeof *r->prediction);
    bmi_release(r->context, r->target, (size_t)d->t[0].tensor->size + 1, sizeof *r->target);
    bmi_release(r->context, r->weight, (size_t)d->rows + 1, sizeof *r->weight);
}

static bm_status make_rows(rows *r, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bmi_error *e, bm_place here)
{
    bm_tensor *p = all ? NULL : bmi_scores_predict(m, d, e, here);
    if (e->status) return e->status;
    *r = (rows){ .context = m->object.context,
                 .columns = all ? all->size : p->size / (d->rows ? d->rows : 1),
                 .target_columns = d->t[0].tensor->size / d->rows };
    r->prediction = bmi_alloc(r->context, (size_t)(d->rows * r->columns) + 1, sizeof *r->prediction);
    r->target = bmi_scores_targets(m, d, e, here);
    r->weight = bmi_alloc(r->context, (size_t)d->rows + 1, sizeof *r->weight);
    if (!r->prediction || !r->weight) bmi_fail_memory(e, here, (size_t)(d->rows * r->columns) * sizeof(double), "predictions");
    const double *from = all ? all->data : p->data;
    const bool classes = has_classes(m, d);
    for (int64_t i = 0; !e->status && i < d->rows; i++) {
        if (classes && r->target[i] >= (double)m->n_classes) continue;
        memcpy(r->prediction + r->n * r->columns, from + (all ? 0 : i * r->columns), (size_t)r->columns * sizeof *from);
        memmove(r->target + r->n * r->target_columns, r->target + i * r->target_columns,
                (size_t)r->target_columns * sizeof *r->target);
        r->weight[r->n++] = bmi_row_weight(d, i);
    }
    bmi_object_free(p);
    return e->status;
}

static bm_status measure_rest(bmi_score_list *list, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bmi_error *e,
                              bm_place here)
{
    rows r = { 0 };
    bool any = false;
    for (int i = 0; i < list->n; i++) any |= !list->at[i].done;
    if (!any) return BM_OK;
    if (bmi_scores_stopped(m)) return BM_E_STOPPED;
    make_rows(&r, m, d, all, e, here);
    const bm_metric_input in = { .prediction = r.prediction,
                                 .target = r.target,
                                 .weight = d->weights ? r.weight : NULL,
                                 .rows = r.n,
                                 .columns = r.columns,
                                 .target_columns = r.target_columns,
                                 .output = m->task == BM_REGRESSION ? BM_OUTPUT_REALS : BM_OUTPUT_CLASSES,
                                 .class_names = m->task == BM_REGRESSION ? NULL : m->classes };
    for (int i = 0; i < list->n && !e->status; i++) {
        bmi_scored_by *by = &list->at[i];
        if (by->done) continue;
        if (!r.n) snprintf(by->why, sizeof by->why, "no row is of a class that the model knows");
        by->value = r.n ? bmi_measure_numbers(m->object.context, by->kind, by->p, &in, by->why, e, here) : NAN;
        by->done = true;
    }
    end_rows(&r, d);
    return e->status;
}

void bmi_score_list_put(const bmi_score_list *list, const bm_model *m, bm_scores *s)
{
    *s = (bm_scores){ .loss = NAN };
    for (int i = 0; i < list->n; i++) {
        if (!strcmp(list->at[i].name, loss_name(m))) s->loss = list->at[i].value;
        if (i >= list->shown) continue;
        bmi_scores_add(s, list->at[i].name, list->at[i].value);
        snprintf(s->metrics[s->count - 1].why, sizeof s->metrics[0].why, "%s", list->at[i].why);
    }
}

static bm_status check(const bm_dataset *d, bmi_error *e, bm_place here)
{
    if (!d->n_t) return bmi_fail(e, BM_E_DATA, here, "evaluate: the table has no column of the target");
    if (bmi_weighs_nothing(d, NULL, d->rows)) return bmi_fail_weightless(e, here, "evaluate", d->rows);
    return BM_OK;
}

bm_status bmi_scores_take_asked(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *all,
                                const bmi_asked *asked, bmi_error *e, bm_place here)
{
    const bool mere = !all && bmi_scores_mere(m);                     /* no probabilities, no log loss */
    bmi_score_list list = { .threshold = all                     ? .5 /* the trivial answer is the most frequent class */
                                         : asked->threshold != 0 ? asked->threshold
                                                                 : bm_model_threshold(m) };
    *s = (bm_scores){ .loss = NAN };
    if (check(d, e, here)) return e->status;
    bmi_score_list_make(&list, m, has_classes(m, d), asked, mere, e, here);
    bm_status st = e->status;
    if (!st && has_classes(m, d)) st = bmi_class_scores(&list, m, d, all, e, here);
    if (!st) st = measure_rest(&list, m, d, all, e, here);
    if (st) return st;
    bmi_score_list_put(&list, m, s);
    s->rows = d->rows;
    s->unseen_class = d->counted.unseen_class;
    s->no_target = d->counted.no_target;
    return BM_OK;
}

bm_status bmi_scores_take(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bmi_error *e,
                          bm_place here)
{
    return bmi_scores_take_asked(s, m, d, all, &(bmi_asked){ .metrics = NULL }, e, here);
}
