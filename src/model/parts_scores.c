// SPDX-License-Identifier: Apache-2.0
/* Scores over a file that is read by parts. Metrics that count part by part take a few numbers; of classes a pass before takes the true
 * class and weight of each row, the next one counts (nn/metrics/tally.h), and the area under the ROC curve wants a third.
 */
#include "data/dataset.h"
#include "data/table.h"
#include "model/class_scores.h"
#include "model/parts.h"
#include "nn/metrics/tally.h"
#include <math.h>
#include <string.h>

enum { TRIVIAL = 3 };

/* One line of scores. */
typedef struct judged {
    bmi_score_list list;
    double *counts; /* of metrics by parts that are not the tally's, one behind the other */
    int64_t n_counts, rows;
    bool nan;
    bmi_tally tally;
} judged;

typedef struct judging {
    bmi_parts *p;
    const bm_model *m;
    judged of[BMI_PARTS];
    bool classes;
    int64_t at[3], last; /* rows of each part that have come; the part of the trivial answer */
    /* of classes: what rows are, part by part */
    int32_t *truth[3];
    float *weight[3];
    bmi_unseen unseen[3];
    bmi_arena arena;
    /* the trivial answer: the mean, or the shares of classes; of numbers the targets of the last part (and their weights) */
    double *trivial, sum, all;
    double *target, *target_weight;
} judging;

static bool of_tally(const judging *j, const judged *d, const bmi_scored_by *by)
{
    return j->classes && bmi_tally_has(&d->tally, by->kind, by->p);
}

static bool by_parts(const judging *j, const judged *d, const bmi_scored_by *by)
{
    return !of_tally(j, d, by) && bmi_metric_by_parts(by->kind);
}

static int64_t columns_of(const judging *j)
{
    return j->classes ? j->m->n_classes : 1;
}

static bm_status fail_memory(judging *j, size_t bytes)
{
    return bmi_fail_memory(j->p->e, j->p->here, bytes, "scores");
}

static bm_status begin_line(judging *j, judged *d, int part, const bmi_asked *asked, bool mere)
{
    const bm_model *m = j->m;
    const int64_t rows = j->p->with_target[part == TRIVIAL ? j->last : part];
    d->list.threshold = part == TRIVIAL ? .5 : asked->threshold != 0 ? asked->threshold : bm_model_threshold(m);
    bmi_score_list_make(&d->list, m, j->classes, asked, mere && part != TRIVIAL, j->p->e, j->p->here);
    d->tally = (bmi_tally){ .context = m->object.context,
                            .rows = rows,
                            .classes = m->n_classes,
                            .threshold = d->list.threshold,
                            .class_names = m->classes };
    for (int i = 0; i < d->list.n; i++)
        if (by_parts(j, d, &d->list.at[i])) d->n_counts += d->list.at[i].kind->counts(columns_of(j));
    d->counts = bmi_arena_alloc(&j->arena, (size_t)d->n_counts + 1, sizeof *d->counts);
    return d->counts ? j->p->e->status : fail_memory(j, (size_t)d->n_counts * sizeof *d->counts);
}

static bm_status begin(judging *j, const bmi_asked *asked)
{
    const bmi_parts *p = j->p;
    const bm_model *m = j->m;
    const bool mere = bmi_scores_mere(m);
    for (int i = 0; i < 3; i++)
        if (p->with_target[i]) j->last = i;
    j->trivial = bmi_arena_alloc(&j->arena, (size_t)columns_of(j), sizeof *j->trivial);
    if (!j->trivial) return fail_memory(j, (size_t)columns_of(j) * sizeof *j->trivial);
    for (int i = 0; i < BMI_PARTS; i++)
        if ((i == TRIVIAL || p->with_target[i]) && begin_line(j, &j->of[i], i, asked, mere)) return p->e->status;
    for (int i = 0; i < 3 && j->classes; i++) {
        const size_t rows = (size_t)p->with_target[i];
        j->truth[i] = bmi_arena_alloc(&j->arena, rows + 1, sizeof **j->truth);
        if (m->recipe->weights) j->weight[i] = bmi_arena_alloc(&j->arena, rows + 1, sizeof **j->weight);
        if (!j->truth[i] || (m->recipe->weights && !j->weight[i])) return fail_memory(j, rows * 8);
    }
    if (j->classes) return BM_OK;
    const size_t rows = (size_t)p->with_target[j->last];
    j->target = bmi_arena_alloc(&j->arena, rows + 1, 2 * sizeof *j->target);
    j->target_weight = j->target + rows;
    return j->target ? BM_OK : fail_memory(j, rows * 16);
}

/* ---- what is done with the rows of a part ---- */
static bm_metric_input input_of(const judging *j, const double *p, const double *t, const double *w, int64_t rows)
{
    return (bm_metric_input){ .prediction = p,
                              .target = t,
                              .weight = w,
                              .rows = rows,
                              .columns = columns_of(j),
                              .target_columns = 1,
                              .output = j->classes ? BM_OUTPUT_CLASSES : BM_OUTPUT_REALS,
                              .class_names = j->classes ? j->m->classes : NULL };
}

static void count(const judging *j, judged *d, const bm_metric_input *in)
{
    double *counts = d->counts;
    for (int64_t i = 0; i < in->rows * in->columns; i++) d->nan |= isnan(in->prediction[i]) != 0;
    d->rows += in->rows;
    for (int i = 0; i < d->list.n; i++) {
        const bmi_scored_by *by = &d->list.at[i];
        if (!by_parts(j, d, by)) continue;
        if (in->rows) by->kind->add(counts, in, by->p);
        counts += by->kind->counts(in->columns);
    }
}

/* Predictions, targets and weights of rows whose class training had; in place. */
static int64_t keep_known(const judging *j, const bm_dataset *d, double *p, double *t, double *w)
{
    const int64_t columns = columns_of(j);
    int64_t n = 0;
    for (int64_t i = 0; i < d->rows; i++) {
        if (j->classes && t[i] >= (double)columns) continue;
        memmove(p + n * columns, p + i * columns, (size_t)columns * sizeof *p);
        t[n] = t[i];
        w[n++] = bmi_row_weight(d, i);
    }
    return n;
}

static void note_numbers(judging *j, int part, const double *t, const double *w, int64_t n)
{
    for (int64_t i = 0; i < n && part == 0; i++) j->sum += w[i] * t[i], j->all += w[i];
    if (part != j->last) return;
    memcpy(j->target + j->at[part], t, (size_t)n * sizeof *t);
    memcpy(j->target_weight + j->at[part], w, (size_t)n * sizeof *w);
}

typedef bm_status pass(judging *j, int part, const bm_dataset *d);

static bm_status count_rows(judging *j, int part, const bm_dataset *d)
{
    bmi_parts *p = j->p;
    bm_context *context = j->m->object.context;
    bm_tensor *y = bmi_scores_predict(j->m, d, p->e, p->here);
    double *t = y ? bmi_scores_targets(j->m, d, p->e, p->here) : NULL;
    double *w = t ? bmi_alloc(context, (size_t)d->rows + 1, sizeof *w) : NULL;
    if (t && !w) fail_memory(j, (size_t)d->rows * sizeof *w);
    if (w) {
        if (j->classes) bmi_tally_rows(&j->of[part].tally, y->data, columns_of(j), j->at[part], d->rows);
        const int64_t n = keep_known(j, d, y->data, t, w);
        const bm_metric_input in = input_of(j, y->data, t, d->weights ? w : NULL, n);
        count(j, &j->of[part], &in);
        if (!j->classes) note_numbers(j, part, t, w, n);
    }
    bmi_release(context, w, (size_t)d->rows + 1, sizeof *w);
    bmi_release(context, t, (size_t)d->t[0].tensor->size + 1, sizeof *t);
    bmi_object_free(y);
    return p->e->status;
}

static bm_status drop_rows(judging *j, int part, const bm_dataset *d)
{
    bm_tensor *y = j->of[part].tally.sorted ? bmi_scores_predict(j->m, d, j->p->e, j->p->here) : NULL;
    if (y) bmi_tally_areas(&j->of[part].tally, y->data, columns_of(j), j->at[part], d->rows);
    bmi_object_free(y);
    return j->p->e->status;
}

/* True classes and weights of the rows of a table. */
static bm_status note_classes(judging *j, const bm_table *t, int64_t first, int part)
{
    bmi_parts *p = j->p;
    const bm_recipe *r = j->m->recipe;
    int64_t *rows = NULL;
    size_t n = 0, room = 0;
    bm_tensor *classes = NULL, *weights = NULL;
    if (!bmi_parts_rows(p, t, first, part, &rows, &n, &room) && n) {
        const bm_rows of = { rows, n };
        classes = bmi_target_apply(p->e, r, t, of, &j->unseen[part], BM_F32, p->here);
        const bool weighed = j->weight[part] && bm_table_find(t, r->weights) >= 0;
        if (classes && weighed) weights = bmi_weights_apply(p->e, r, t, of, p->here);
        for (size_t i = 0; j->weight[part] && !weighed && i < n && j->at[part] + (int64_t)i < p->with_target[part]; i++)
            j->weight[part][j->at[part] + (int64_t)i] = 1;
    }
    if (!p->e->status && n && j->at[part] + (int64_t)n > p->with_target[part])
        bmi_fail(p->e, BM_E_FILE, p->here, "evaluate: the file was changed while it was read");
    if (!p->e->status && n) {
        memcpy(j->truth[part] + j->at[part], classes->data, n * sizeof(int32_t));
        if (weights) memcpy(j->weight[part] + j->at[part], weights->data, n * sizeof(float));
        j->at[part] += (int64_t)n;
    }
    bmi_object_free(classes);
    bmi_object_free(weights);
    bmi_release(j->m->object.context, rows, room, sizeof *rows);
    return p->e->status;
}

/* One pass over the file; null: the one that takes true classes. */
static bm_status run(judging *j, pass *each)
{
    bmi_parts *p = j->p;
    int64_t first;
    memset(j->at, 0, sizeof j->at);
    if (bmi_parts_rewind(p)) return p->e->status;
    for (bm_table *t; !p->e->status && (t = bmi_parts_next(p, &first)); bm_table_free(t))
        for (int part = 0; part < 3 && !p->e->status; part++) {
            if (!each) {
                note_classes(j, t, first, part);
                continue;
            }
            bm_dataset *d = bmi_parts_apply(p, t, first, part);
            if (d && j->at[part] + d->rows > p->with_target[part])
                bmi_fail(p->e, BM_E_FILE, p->here, "evaluate: the file was changed while it was read");
            else if (d) {
                each(j, part, d);
                j->at[part] += d->rows;
            }
            bmi_object_free(d);
        }
    for (int part = 0; part < 3 && !p->e->status; part++)
        if (j->at[part] != p->with_target[part]) {
            if (atomic_load(&p->model->stop)) return BM_E_STOPPED;
            return bmi_fail(p->e, BM_E_FILE, p->here, "evaluate: the file was changed while it was read");
        }
    return p->e->status;
}

/* ---- in the end ---- */
/* The trivial answer on the rows of the last part. */
static bm_status judge_trivial(judging *j)
{
    enum { AT_ONCE = 1024 };
    const int64_t rows = j->p->with_target[j->last], columns = columns_of(j);
    judged *d = &j->of[TRIVIAL];
    double *p = bmi_arena_alloc(&j->arena, (size_t)columns, AT_ONCE * sizeof *p), t[AT_ONCE], w[AT_ONCE];
    if (!p) return fail_memory(j, (size_t)columns * AT_ONCE * sizeof *p);
    if (!j->classes) j->trivial[0] = j->sum / j->all;
    for (int64_t i = 0; i < AT_ONCE * columns; i++) p[i] = j->trivial[i % columns];
    if (j->classes) bmi_tally_rows(&d->tally, j->trivial, 0, 0, rows);
    for (int64_t at = 0, n; at < rows; at += n) {
        int64_t known = 0;
        n = rows - at < AT_ONCE ? rows - at : AT_ONCE;
        for (int64_t i = at; i < at + n; i++) {
            if (j->classes && j->truth[j->last][i] >= columns) continue;
            t[known] = j->classes ? j->truth[j->last][i] : j->target[i];
            w[known++] = !j->classes ? j->target_weight[i] : j->weight[j->last] ? (double)j->weight[j->last][i] : 1;
        }
        const bm_metric_input in = input_of(j, p, t, j->m->recipe->weights ? w : NULL, known);
        count(j, d, &in);
    }
    return BM_OK;
}

static void finish(judging *j, judged *d)
{
    double *counts = d->counts;
    for (int i = 0; i < d->list.n; i++) {
        bmi_scored_by *by = &d->list.at[i];
        bm_metric_input in = input_of(j, NULL, NULL, NULL, d->rows);
        in.why = by->why;
        if (of_tally(j, d, by)) by->value = bmi_tally_value(&d->tally, by->kind, by->p, by->why);
        else if (!bmi_metric_by_parts(by->kind))
            bmi_metric_undefined(&in, "it wants all rows at once, and these came by parts");
        else {
            by->value = d->nan    ? bmi_metric_undefined(&in, "a prediction is NaN")
                        : d->rows ? by->kind->end(counts, &in, by->p)
                                  : bmi_metric_undefined(&in, "no row is of a class that the model knows");
            counts += by->kind->counts(in.columns);
        }
    }
}

static bool wants_area(const judged *d)
{
    for (int i = 0; i < d->list.n; i++)
        if (!strcmp(d->list.at[i].kind->name, "roc_auc")) return true;
    return false;
}

static bm_status begin_tallies(judging *j)
{
    const bmi_parts *p = j->p;
    for (int i = 0; i < BMI_PARTS; i++) {
        const int64_t part = i == TRIVIAL ? j->last : i;
        if (!p->with_target[part]) continue;
        j->of[i].tally.truth = j->truth[part];
        j->of[i].tally.weight = j->weight[part];
        if (bmi_tally_begin(&j->of[i].tally, p->e, p->here)) return p->e->status;
    }
    for (int64_t i = 0; i < p->with_target[0]; i++) {
        if (j->truth[0][i] >= j->m->n_classes) continue;
        const double w = j->weight[0] ? (double)j->weight[0][i] : 1;
        j->trivial[j->truth[0][i]] += w;
        j->all += w;
    }
    for (int64_t k = 0; k < j->m->n_classes; k++) j->trivial[k] /= j->all;
    return BM_OK;
}

static bm_status find_areas(judging *j)
{
    const bmi_parts *p = j->p;
    bool any = false;
    for (int i = 0; i < BMI_PARTS; i++)
        if ((i == TRIVIAL || p->with_target[i]) && wants_area(&j->of[i])) {
            const bool sorted = bmi_tally_sort(&j->of[i].tally, p->e, p->here);
            if (sorted && i == TRIVIAL) bmi_tally_areas(&j->of[i].tally, j->trivial, 0, 0, j->of[i].tally.rows);
            else any |= sorted;
        }
    return p->e->status || !any ? p->e->status : run(j, drop_rows);
}

bm_status bmi_parts_judge(bmi_parts *p, const bmi_asked *asked, bm_scores scores[BMI_PARTS])
{
    bm_context *context = p->model->object.context;
    judging *j = bmi_alloc(context, 1, sizeof *j);
    if (!j) return bmi_fail_memory(p->e, p->here, sizeof *j, "scores");
    j->p = p;
    j->m = p->model;
    j->classes = j->m->task == BM_CLASSIFICATION && j->m->n_classes > 1;
    j->arena = (bmi_arena){ .context = context };
    bm_status st = begin(j, asked);
    if (!st && j->classes) st = run(j, NULL);
    if (!st && j->classes) st = begin_tallies(j);
    if (!st) st = run(j, count_rows);
    if (!st) st = judge_trivial(j);
    if (!st && j->classes) st = find_areas(j);
    for (int i = 0; i < BMI_PARTS; i++) {
        const int64_t part = i == TRIVIAL ? j->last : i;
        scores[i] = (bm_scores){ .loss = NAN };
        if (!st && p->with_target[part]) {
            finish(j, &j->of[i]);
            bmi_score_list_put(&j->of[i].list, j->m, &scores[i]);
            scores[i].rows = p->with_target[part];
            scores[i].unseen_class = j->unseen[part].all;
            if (i == part) scores[i].no_target = p->rows[part] - p->with_target[part];
        }
        bmi_tally_end(&j->of[i].tally);
    }
    bmi_arena_end(&j->arena);
    bmi_release(context, j, 1, sizeof *j);
    return st;
}
