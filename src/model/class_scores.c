// SPDX-License-Identifier: Apache-2.0
/* Scores of classes, some rows at a time. */
#include "model/class_scores.h"
#include "nn/metrics/tally.h"
#include <string.h>

enum { NUMBERS_AT_ONCE = 1 << 22 }; /* probabilities that are there at the same time: 32 MB */

typedef struct scoring {
    const bm_model *m;
    const bm_dataset *d;
    const bm_tensor *all; /* what every row has; or null */
    bm_tensor *made;      /* the last rows that were predicted, from row `first` on */
    int64_t first, at_once;
    bmi_error *e;
    bm_place here;
} scoring;

/* Rows at a time: of a network of fixed rows a multiple of them, else of what prediction takes at once. */
static int64_t rows_at_once(const bm_model *m, const bm_dataset *d)
{
    const int64_t fixed = bm_node_shape(m->network->input).dim[0], of = fixed > 0 ? fixed : 128;
    const int64_t rows = NUMBERS_AT_ONCE / m->n_classes / of * of;
    return d->rows <= rows ? d->rows : rows ? rows : of;
}

/* Probabilities of the rows from `first` on; those of a dataset that is one part are made once. */
static const double *rows_from(scoring *s, int64_t first, int64_t rows)
{
    if (s->all) return s->all->data;
    if (s->made && s->first == first) return s->made->data;
    bmi_object_free(s->made);
    s->made = bmi_scores_predict_rows(s->m, s->d, first, rows, s->e, s->here);
    s->first = first;
    return s->made ? s->made->data : NULL;
}

typedef void pass(bmi_tally *t, const double *p, int64_t apart, int64_t first, int64_t rows);

static bm_status run(scoring *s, bmi_tally *t, pass *each)
{
    for (int64_t at = 0, rows; at < t->rows && !s->e->status; at += rows) {
        rows = t->rows - at < s->at_once ? t->rows - at : s->at_once;
        if (bmi_scores_stopped(s->m)) return BM_E_STOPPED;
        const double *p = rows_from(s, at, rows);
        if (p) each(t, p, s->all ? 0 : t->classes, at, rows);
    }
    return s->e->status;
}

static bool wants(const bmi_score_list *list, const bmi_tally *t, const char *only)
{
    for (int i = 0; i < list->n; i++)
        if (bmi_tally_has(t, list->at[i].kind, list->at[i].p) && (!only || !strcmp(list->at[i].kind->name, only))) return true;
    return false;
}

bm_status bmi_class_scores(bmi_score_list *list, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bmi_error *e,
                           bm_place here)
{
    bmi_tally t = { .context = m->object.context,
                    .rows = d->rows,
                    .classes = m->n_classes,
                    .threshold = list->threshold,
                    .class_names = m->classes };
    if (!wants(list, &t, NULL)) return BM_OK;
    bm_tensor *truth = bm_tensor_new_in_at(m->object.context, BM_I32, BM_SHAPE(d->rows), here);
    bmi_fail_from(e, &truth->object.error);
    for (int64_t i = 0; !e->status && i < d->rows; i++) ((int32_t *)truth->data)[i] = (int32_t)bm_tensor_at(d->t[0].tensor, i);
    t.truth = truth->data;
    t.weight = d->weights ? d->weights->data : NULL;
    scoring run_of = { .m = m, .d = d, .all = all, .at_once = rows_at_once(m, d), .e = e, .here = here };
    bm_status st = e->status ? e->status : bmi_tally_begin(&t, e, here);
    if (!st) st = run(&run_of, &t, bmi_tally_rows);
    if (!st && wants(list, &t, "roc_auc") && bmi_tally_sort(&t, e, here)) st = run(&run_of, &t, bmi_tally_areas);
    if (!st) st = e->status;
    for (int i = 0; i < list->n && !st; i++) {
        bmi_scored_by *by = &list->at[i];
        by->done = bmi_tally_has(&t, by->kind, by->p);
        if (by->done) by->value = bmi_tally_value(&t, by->kind, by->p, by->why);
    }
    bmi_object_free(run_of.made);
    bmi_tally_end(&t);
    bmi_object_free(truth);
    return st;
}

bm_tensor *bmi_scores_likeliest(const bm_model *m, const bm_dataset *d, double threshold, double *p_target, int64_t *not_finite,
                                bmi_error *e, bm_place here)
{
    const int64_t n = m->n_classes;
    bm_tensor *out = bm_tensor_new_in_at(m->object.context, BM_I32, BM_SHAPE(d->rows), here);
    scoring s = { .m = m, .d = d, .at_once = rows_at_once(m, d), .e = e, .here = here };
    *not_finite = 0;
    bmi_fail_from(e, &out->object.error);
    for (int64_t i = 0; i < d->rows && !e->status; i++) {
        const int64_t of = i % s.at_once, left = d->rows - i;
        const double *p = rows_from(&s, i - of, left + of < s.at_once ? left + of : s.at_once);
        if (!p) break;
        p += of * n;
        int64_t best = 0;
        bool finite = true;
        for (int64_t k = 0; k < n; k++) {
            finite &= isfinite(p[k]) != 0;
            if (p[k] > p[best]) best = k;
        }
        if (n == 2) best = bmi_is_second(p, threshold);
        const double truth = bm_tensor_at(d->t[0].tensor, i);
        ((int32_t *)out->data)[i] = (int32_t)best;
        if (p_target) p_target[i] = truth >= 0 && truth < (double)n ? p[(int64_t)truth] : 0;
        *not_finite += !finite;
    }
    bmi_object_free(s.made);
    if (!e->status) return out;
    bmi_object_free(out);
    return NULL;
}
