// SPDX-License-Identifier: Apache-2.0
/* One fit on one fold: the recipe is fitted on the rows that are learned from, the learner on what it makes of them, and the held-out rows
 * are scored once.
 */
#include "learn/work.h"
#include "base/clock.h"
#include "base/random.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include "model/dataset_columns.h"
#include "model/scores.h"
#include <math.h>
#include <string.h>

enum { STREAM_SHARE = 0x73686172 };

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The first rows of a seeded order: a larger share contains a smaller one. n becomes how many are left. */
static bool thin(const bmi_work *w, int64_t fold, double share, int64_t *rows, int64_t *n)
{
    const int64_t most = *n, wanted = (int64_t)ceil(share * (double)most - 1e-9);
    if (share >= 1 || wanted >= most) return true;
    int64_t *order = bmi_alloc_raw(w->context, (size_t)most, sizeof *order);
    if (!order) return false;
    bmi_random_permutation((uint64_t)w->seed, bmi_random_stream(STREAM_SHARE, (uint64_t)fold), order, most);
    *n = wanted > 1 ? wanted : 1;
    for (int64_t i = 0; i < *n; i++) order[i] = rows[order[i]];
    memcpy(rows, order, (size_t)*n * sizeof *rows);
    qsort(rows, (size_t)*n, sizeof *rows, ascending);
    bmi_release(w->context, order, (size_t)most, sizeof *order);
    return true;
}

static size_t bytes_of(const bm_dataset *d)
{
    return (size_t)d->x[0].tensor->size * bm_type_size(d->x[0].tensor->type);
}

static void from_table(const bmi_work *w, const bmi_variant *v, bm_rows learned, bm_rows held, bmi_prepared *p)
{
    bmi_error *e = &p->error;
    p->recipe = bmi_recipe_copy(v->recipe);
    if (bmi_fail_from(e, &p->recipe->object.error)) return;
    bmi_recipe_forget(p->recipe);
    bmi_wants_do(p->recipe, v->wants);
    p->train = bmi_recipe_fit_apply(p->recipe, w->table, learned, w->here);
    if (bmi_fail_from(e, &p->train->object.error)) return;
    if (!held.count) return; /* the last fit of a search without a test */
    p->held_out = bmi_recipe_apply(p->recipe, w->table, held, BMI_WANT_JUDGED, w->here);
    bmi_fail_from(e, &p->held_out->object.error);
}

static void from_data(const bmi_work *w, bm_rows learned, bm_rows held, bmi_prepared *p)
{
    p->train = bm_dataset_take_at(w->data, learned, w->here);
    if (bmi_fail_from(&p->error, &p->train->object.error)) return;
    p->held_out = bm_dataset_take_at(w->data, held, w->here);
    bmi_fail_from(&p->error, &p->held_out->object.error);
}

void bmi_prepare_rows(const bmi_work *w, const bmi_variant *v, bm_rows learned, bm_rows held, bmi_prepared *p)
{
    const double begin = bmi_now();
    if (w->table) from_table(w, v, learned, held, p);
    else from_data(w, learned, held, p);
    if (!p->error.status) p->bytes = bytes_of(p->train) + (p->held_out ? bytes_of(p->held_out) : 0);
    p->seconds = bmi_now() - begin;
}

void bmi_prepare(const bmi_work *w, int64_t variant, int64_t fold, bmi_prepared *p)
{
    const bmi_variant *v = &w->variants[variant];
    const size_t n = (size_t)w->folds->rows;
    int64_t *rows = bmi_alloc_raw(w->context, 2 * n, sizeof *rows);
    if (!rows) bmi_fail_memory(&p->error, w->here, 2 * n * sizeof *rows, "the rows of a fold");
    else {
        int64_t learned = bm_folds_learned(w->folds, fold, rows);
        const int64_t held = bm_folds_held_out(w->folds, fold, rows + n);
        if (!thin(w, fold, v->share, rows, &learned)) bmi_fail_memory(&p->error, w->here, n * 8, "the rows of a fold");
        else bmi_prepare_rows(w, v, (bm_rows){ rows, (size_t)learned }, (bm_rows){ rows + n, (size_t)held }, p);
    }
    bmi_release(w->context, rows, 2 * n, sizeof *rows);
}

void bmi_prepared_end(bmi_prepared *p)
{
    bmi_object_free(p->train);
    bmi_object_free(p->held_out);
    bmi_object_free(p->recipe);
    *p = (bmi_prepared){ 0 };
}

/* ---- fitting ---- */
static bool go_on(void *work, const bm_progress *p)
{
    const bmi_work *w = work;
    (void)p;
    return !(w->stop && *w->stop);
}

/* Of networks a share of the training rows tells when to stop. */
static bm_status train(bmi_work *w, const bmi_candidate *c, bm_model *m, const bm_dataset *d, bmi_error *e)
{
    bm_parts parts = { 0 };
    bm_fit_options o = {
        .data = d, .epochs = c->epochs ? c->epochs : w->epochs, .batch = w->batch, .seed = w->seed, .balanced = w->balanced
    };
    if (!m->learner->fit) {
        o.callbacks[0] = bm_callback_at("on_progress", &(bm_on_progress_options){ .function = go_on, .user = w },
                                        sizeof(bm_on_progress_options), w->here);
        if (w->validation > 0) {
            const bm_split_options split = { .validation = w->validation, .seed = w->seed };
            parts = bm_dataset_split_at(d, &split, sizeof split, w->here);
            o.data = parts.train;
            o.validation = parts.validation;
            bmi_fail_from(e, &parts.train->object.error);
        }
    }
    if (!e->status) {
        bmi_model_begin_work(m);
        if (bmi_learner_train(m, &o, w->here)) bmi_fail_from(e, &m->object.error);
        bmi_model_end_work(m);
    }
    bmi_object_free(parts.train);
    bmi_object_free(parts.validation);
    if (!e->status && w->stop && *w->stop) bmi_fail(e, BM_E_STOPPED, w->here, "stopped within a fit");
    return e->status;
}

static bool has(const bm_scores *s, const char *metric)
{
    for (int64_t k = 0; k < s->count; k++)
        if (!strcmp(s->metrics[k].name, metric)) return true;
    return false;
}

/* A metric that is not among those of every evaluation; `all`: the trivial answer, or null. */
static void add_metric(const bmi_work *w, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bm_scores *s,
                       bmi_error *e)
{
    const bm_metric metrics[2] = { w->by };
    const bmi_asked asked = { .metrics = metrics };
    bm_scores own = { .loss = NAN };
    if (e->status || !strcmp(w->metric, "loss") || has(s, w->metric) || s->rows <= 0) return;
    if (!all && bmi_scores_mere(m) && (!strcmp(w->metric, "log_loss") || !strcmp(w->metric, "roc_auc"))) {
        bmi_scores_add(s, w->metric, NAN);
        snprintf(s->metrics[s->count - 1].why, sizeof s->metrics[0].why, "the model gives no probabilities");
        return;
    }
    if (bmi_scores_take_asked(&own, m, d, all, &asked, e, w->here) || own.count < 1) return;
    bmi_scores_add(s, w->metric, own.metrics[0].value);
    memcpy(s->metrics[s->count - 1].why, own.metrics[0].why, sizeof own.metrics[0].why);
}

/* Held-out rows that weigh nothing are none: such a fold has no figures, and takes none from the others. */
static bool is_judged(const bmi_prepared *p)
{
    return !p->held_out || !bmi_weighs_nothing(p->held_out, NULL, p->held_out->rows);
}

static void score_baseline(const bmi_work *w, const bm_model *m, const bmi_prepared *p, bmi_fitted *f)
{
    bmi_error *e = &f->error;
    const bm_dataset *judged = p->held_out ? p->held_out : p->train;
    bm_tensor *trivial = bmi_scores_trivial(m, p->train, e, w->here);
    if (trivial && !bmi_scores_take(&f->baseline, m, judged, trivial, e, w->here))
        add_metric(w, m, judged, trivial, &f->baseline, e);
    bmi_object_free(trivial);
}

/* Probabilities with a column for each class of all rows: a fold may lack some of them. Takes and gives. */
static bm_tensor *widen(const bmi_work *w, const bm_model *m, bm_tensor *p, bmi_error *e)
{
    const int64_t rows = p->shape.dim[0], own = p->shape.dim[1];
    if (!w->classes || (own == w->classes && !w->whole)) return p;
    bm_tensor *all = bm_tensor_new_in_at(w->context, BM_F64, BM_SHAPE(rows, w->classes), w->here);
    if (!bmi_fail_from(e, &all->object.error)) memset(all->data, 0, (size_t)all->size * sizeof(double));
    for (int64_t k = 0, at = 0; !e->status && k < own; k++, at++) {
        while (w->whole && at < w->classes - 1 && strcmp(w->whole->to.classes[at], m->recipe->to.classes[k]) != 0) at++;
        for (int64_t i = 0; i < rows; i++) ((double *)all->data)[i * w->classes + at] = ((const double *)p->data)[i * own + k];
    }
    bmi_object_free(p);
    return all;
}

static void score_held_out(const bmi_work *w, const bm_model *m, const bmi_prepared *p, bmi_fitted *f)
{
    bmi_error *e = &f->error;
    const double begin = bmi_now();
    bm_tensor *predicted = bmi_scores_predict(m, p->held_out, e, w->here);
    f->predict_seconds = bmi_now() - begin;
    if (!e->status && is_judged(p) && !bmi_scores_take(&f->held_out, m, p->held_out, NULL, e, w->here))
        add_metric(w, m, p->held_out, NULL, &f->held_out, e);
    if (w->keep_predictions && !e->status) f->predicted = widen(w, m, predicted, e);
    else bmi_object_free(predicted);
}

static void score(const bmi_work *w, const bm_model *m, const bmi_prepared *p, bmi_fitted *f)
{
    bmi_error *e = &f->error;
    if (p->held_out) score_held_out(w, m, p, f);
    if (!e->status && w->train_scores && !bmi_scores_take(&f->train, m, p->train, NULL, e, w->here))
        add_metric(w, m, p->train, NULL, &f->train, e);
    if (!e->status && w->baseline && is_judged(p)) score_baseline(w, m, p, f);
}

static void weigh_model(const bm_model *m, bmi_fitted *f)
{
    f->parameters = bm_model_parameters(m);
    f->bytes = (int64_t)bmi_weights_bytes(m->network);
}

void bmi_fold_fit(bmi_work *w, const bmi_candidate *c, const bmi_prepared *p, bmi_fitted *f)
{
    bmi_error *e = &f->error;
    f->held_out.loss = f->train.loss = f->baseline.loss = NAN;
    if (bmi_fail_from(e, &p->error)) return;
    bm_model *m = bmi_learner_new(w->context, &c->how, NULL, w->here);
    const double begin = bmi_now();
    if (!bmi_fail_from(e, &m->object.error)) {
        m->recipe = bmi_object_keep(p->recipe); /* which nobody changes from here on */
        m->passing = !w->keep_models;
        train(w, c, m, p->train, e);
    }
    f->fit_seconds = p->seconds + bmi_now() - begin;
    f->rows = p->train->rows;
    if (!e->status) score(w, m, p, f);
    if (!e->status) weigh_model(m, f);
    if (w->keep_models && !e->status) f->model = m;
    else bmi_object_free(m);
}
