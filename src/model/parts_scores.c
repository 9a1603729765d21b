// SPDX-License-Identifier: Apache-2.0
/* Scores over a file that is read by parts. Metrics that count part by part take a few numbers; of classes a pass before finds which there
 * are, the next one counts (nn/metrics/tally.h). The area under the ROC curve keeps rows and wants a third pass, other metrics of all rows
 * keep them, too: where there is no memory for that, they have no value, and the others have theirs.
 */
#include "base/available.h"
#include "data/dataset.h"
#include "data/table.h"
#include "model/class_scores.h"
#include "model/dataset_columns.h"
#include "model/parts.h"
#include "nn/measure.h"
#include "nn/metrics/tally.h"
#include <math.h>
#include <string.h>

enum { TRIVIAL = 3, AT_ONCE = 1024, AREA_BYTES = 48 };

/* One line of scores. */
typedef struct judged {
    bmi_score_list list;
    double *counts; /* of metrics by parts that are not the tally's, one behind the other */
    int64_t n_counts, rows;
    bool nan;
    bmi_tally tally;
    double *prediction, *target, *weight; /* of all rows, for metrics that want them at once; or null */
} judged;

typedef struct judging {
    bmi_parts *p;
    const bm_model *m;
    judged of[BMI_PARTS];
    bool classes;
    int64_t at[3], last; /* rows of each part that have come; the part of the trivial answer */
    /* of classes: what all rows are, for areas, else null; what the rows are that came last */
    int32_t *truth[3];
    float *weight[3];
    bm_tensor *now_truth, *now_weight;
    int64_t seen[3];                /* classes that occur in each part, or that the model knows */
    bmi_unseen unseen[3], again[3]; /* of the first pass, of later ones */
    bmi_arena arena;
    size_t kept; /* bytes that are kept of rows */
    /* the trivial answer: the mean, or the shares of classes; AT_ONCE rows of it; of few numbers the targets of the last part (and their
     * weights), which else come once more */
    double *trivial, *answers, sum, all;
    double *target, *target_weight;
    char no_room[BM_WHY]; /* why rows are not kept that metrics want at once */
    int64_t *confusion;   /* of the last part; or null */
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

/* Numbers of rows that are kept for metrics that want all of them at once: predictions, targets and weights of a part. */
static size_t kept_numbers(const judging *j, int part)
{
    const int64_t each = columns_of(j) + 1 + (j->m->recipe->weights != NULL);
    return (size_t)(each * j->p->with_target[part] + 1);
}

/* Whether so many bytes more can be kept beside what the passes take. Little is not asked for: it is had, or an error. */
static bool has_room(const judging *j, size_t bytes)
{
    enum { LITTLE = 1 << 20, PASSES = 32 << 20 };
    bm_context *context = j->m->object.context;
    const size_t all = j->kept + bytes;
    size_t available;
    if (all < LITTLE) return true;
    if (all > SIZE_MAX / 2 || !bmi_memory_fits(context, all, &available)) return false;
    void *probe = bmi_alloc_raw(context, all + PASSES, 1);
    const bool had = probe != NULL;
    bmi_release(context, probe, all + PASSES, 1);
    return had;
}

/* Room for them, where there is as much; without it these metrics have no value. */
static bm_status keep_rows(judging *j)
{
    size_t bytes = 0, more = 0;
    bool wanted[3] = { false };
    for (int i = 0; i < 3; i++) {
        const int64_t rows = j->p->with_target[i];
        for (int k = 0; rows && k < j->of[i].list.n; k++) {
            const bmi_scored_by *by = &j->of[i].list.at[k];
            if (of_tally(j, &j->of[i], by) || bmi_metric_by_parts(by->kind)) continue;
            const size_t scratch = bmi_metric_scratch(by->kind, rows, columns_of(j));
            if (scratch > more) more = scratch;
            wanted[i] = true;
        }
        if (wanted[i]) bytes += kept_numbers(j, i) * sizeof(double);
    }
    const bool fits = has_room(j, bytes + more);
    if (fits) j->kept += bytes + more;
    else
        snprintf(j->no_room, sizeof j->no_room, "it wants all rows at once, and there are no %zu MB for them",
                 ((bytes + more) >> 20) + 1);
    for (int i = 0; i < 3 && fits; i++) {
        if (!wanted[i]) continue;
        judged *d = &j->of[i];
        d->prediction = bmi_arena_alloc(&j->arena, kept_numbers(j, i), sizeof *d->prediction);
        if (!d->prediction) return fail_memory(j, kept_numbers(j, i) * sizeof(double));
        d->target = d->prediction + columns_of(j) * j->p->with_target[i];
        d->weight = j->m->recipe->weights ? d->target + j->p->with_target[i] : NULL;
    }
    return BM_OK;
}

static bool wants_area(const judged *d)
{
    for (int i = 0; i < d->list.n; i++)
        if (!strcmp(d->list.at[i].kind->name, "roc_auc")) return true;
    return false;
}

/* What areas keep of rows, of the part that counts most first; all of it is asked for, though the most of it is had only later. */
static bm_status keep_classes(judging *j)
{
    const int order[] = { j->last, (j->last + 1) % 3, (j->last + 2) % 3 };
    for (int k = 0; k < 3; k++) {
        const int i = order[k];
        const size_t rows = (size_t)j->p->with_target[i], bytes = rows * AREA_BYTES;
        j->of[i].tally.no_areas = !rows || !wants_area(&j->of[i]) || !has_room(j, bytes);
        if (j->of[i].tally.no_areas) continue;
        j->kept += bytes;
        j->truth[i] = bmi_arena_alloc(&j->arena, rows + 1, sizeof **j->truth);
        if (j->m->recipe->weights) j->weight[i] = bmi_arena_alloc(&j->arena, rows + 1, sizeof **j->weight);
        if (!j->truth[i] || (j->m->recipe->weights && !j->weight[i])) return fail_memory(j, bytes);
    }
    j->of[TRIVIAL].tally.constant = true;
    return BM_OK;
}

static bm_status begin(judging *j, const bmi_asked *asked)
{
    enum { FEW = 64 << 20 };
    const bmi_parts *p = j->p;
    const bm_model *m = j->m;
    const bool mere = bmi_scores_mere(m);
    const size_t columns = (size_t)columns_of(j);
    for (int i = 0; i < 3; i++)
        if (p->with_target[i]) j->last = i;
    j->trivial = bmi_arena_alloc(&j->arena, columns, sizeof *j->trivial);
    j->answers = j->trivial ? bmi_arena_alloc(&j->arena, columns, AT_ONCE * sizeof *j->answers) : NULL;
    if (!j->answers) return fail_memory(j, columns * AT_ONCE * sizeof *j->answers);
    for (int i = 0; i < BMI_PARTS; i++)
        if ((i == TRIVIAL || p->with_target[i]) && begin_line(j, &j->of[i], i, asked, mere)) return p->e->status;
    if (keep_rows(j)) return p->e->status;
    if (j->classes) return keep_classes(j);
    const size_t rows = (size_t)p->with_target[j->last];
    if (rows * 16 > FEW) return BM_OK;
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
    if (d->prediction && in->rows) {
        memcpy(d->prediction + d->rows * in->columns, in->prediction, (size_t)(in->rows * in->columns) * sizeof(double));
        memcpy(d->target + d->rows, in->target, (size_t)in->rows * sizeof(double));
        for (int64_t i = 0; d->weight && i < in->rows; i++) d->weight[d->rows + i] = bmi_weight_of(in, i);
    }
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
    if (part != j->last || !j->target) return;
    memcpy(j->target + j->at[part], t, (size_t)n * sizeof *t);
    memcpy(j->target_weight + j->at[part], w, (size_t)n * sizeof *w);
}

/* The trivial answer on rows of the last part. */
static void count_trivially(judging *j, const double *t, const double *w, int64_t rows)
{
    for (int64_t at = 0, n; at < rows; at += n) {
        n = rows - at < AT_ONCE ? rows - at : AT_ONCE;
        const bm_metric_input in = input_of(j, j->answers, t + at, j->m->recipe->weights ? w + at : NULL, n);
        count(j, &j->of[TRIVIAL], &in);
    }
}

/* The tally's rows are those that are kept, or those that came last. */
static void tally(judging *j, judged *d, int part, const double *p, int64_t apart, int64_t rows)
{
    bmi_tally *t = &d->tally;
    t->base = j->truth[part] ? 0 : j->at[part];
    t->truth = j->truth[part] ? j->truth[part] : j->now_truth->data;
    t->weight = j->truth[part] ? j->weight[part] : j->now_weight ? j->now_weight->data : NULL;
    bmi_tally_rows(t, p, apart, j->at[part], rows);
}

typedef bm_status pass(judging *j, int part, const bm_dataset *d);

static void confuse(judging *j, int part, const double *p, int64_t rows)
{
    const int64_t n = columns_of(j);
    const bmi_tally *t = &j->of[part].tally;
    const double threshold = j->of[part].list.threshold;
    for (int64_t i = 0; i < rows; i++, p += n) {
        const int32_t truth = t->truth[j->at[part] + i - t->base];
        int64_t best = 0;
        for (int64_t k = 1; k < n; k++)
            if (p[k] > p[best]) best = k;
        if (n == 2) best = bmi_is_second(p, threshold);
        j->confusion[(truth < n ? truth : n) * n + best]++;
    }
}

static bm_status count_rows(judging *j, int part, const bm_dataset *d)
{
    bmi_parts *p = j->p;
    bm_context *context = j->m->object.context;
    bm_tensor *y = bmi_scores_predict(j->m, d, p->e, p->here);
    double *t = y ? bmi_scores_targets(j->m, d, p->e, p->here) : NULL;
    double *w = t ? bmi_alloc(context, (size_t)d->rows + 1, sizeof *w) : NULL;
    if (t && !w) fail_memory(j, (size_t)d->rows * sizeof *w);
    if (w) {
        if (j->classes) tally(j, &j->of[part], part, y->data, columns_of(j), d->rows);
        if (j->classes && part == j->last) tally(j, &j->of[TRIVIAL], part, j->trivial, 0, d->rows);
        if (j->confusion && part == j->last) confuse(j, part, y->data, d->rows);
        for (int64_t i = 0; !j->classes && p->residuals && part == j->last && i < d->rows; i++)
            p->residuals[j->at[part] + i] = t[i] - ((const double *)y->data)[i];
        const int64_t n = keep_known(j, d, y->data, t, w);
        const bm_metric_input in = input_of(j, y->data, t, d->weights ? w : NULL, n);
        count(j, &j->of[part], &in);
        if (!j->classes) note_numbers(j, part, t, w, n);
        else if (part == j->last) count_trivially(j, t, w, n);
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

/* Of numbers, when the mean is known. */
static bm_status answer_rows(judging *j, int part, const bm_dataset *d)
{
    bm_context *context = j->m->object.context;
    if (part != j->last) return BM_OK;
    double *t = bmi_scores_targets(j->m, d, j->p->e, j->p->here);
    double *w = t ? bmi_alloc(context, (size_t)d->rows + 1, sizeof *w) : NULL;
    for (int64_t i = 0; w && i < d->rows; i++) w[i] = bmi_row_weight(d, i);
    if (t && !w) fail_memory(j, (size_t)d->rows * sizeof *w);
    if (w) count_trivially(j, t, w, d->rows);
    bmi_release(context, w, (size_t)d->rows + 1, sizeof *w);
    bmi_release(context, t, (size_t)d->t[0].tensor->size + 1, sizeof *t);
    return j->p->e->status;
}

/* True classes and weights of the rows of a table, into j->now_truth and j->now_weight; null when there are none. */
static void take_classes(judging *j, const bm_table *t, int64_t first, int part, bmi_unseen *unseen)
{
    bmi_parts *p = j->p;
    const bm_recipe *r = j->m->recipe;
    int64_t *rows = NULL;
    size_t n = 0, room = 0;
    if (!bmi_parts_rows(p, t, first, part, &rows, &n, &room) && n) {
        const bm_rows of = { rows, n };
        j->now_truth = bmi_target_apply(p->e, r, t, of, unseen, BM_F32, p->here);
        if (j->now_truth && r->weights && bm_table_find(t, r->weights) >= 0)
            j->now_weight = bmi_weights_apply(p->e, r, t, of, p->here);
    }
    bmi_release(j->m->object.context, rows, room, sizeof *rows);
}

static bm_status fail_changed(judging *j)
{
    return bmi_fail(j->p->e, BM_E_FILE, j->p->here, "evaluate: the file was changed while it was read");
}

/* The first pass: which classes there are, and how many rows of training each has. */
static void note_classes(judging *j, int part)
{
    const int64_t n = j->now_truth ? j->now_truth->size : 0;
    if (j->at[part] + n > j->p->with_target[part]) {
        fail_changed(j);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const int32_t truth = ((const int32_t *)j->now_truth->data)[i];
        const float w = j->now_weight ? ((const float *)j->now_weight->data)[i] : 1;
        if (truth >= j->seen[part]) j->seen[part] = (int64_t)truth + 1;
        if (j->truth[part]) j->truth[part][j->at[part] + i] = truth;
        if (j->weight[part]) j->weight[part][j->at[part] + i] = w;
        if (part || truth >= j->m->n_classes) continue;
        j->trivial[truth] += (double)w;
        j->all += (double)w;
    }
    j->at[part] += n;
}

/* Whether the classes that came last are among those of the first pass, which what is counted has room for. */
static bool are_seen(const judging *j, int part)
{
    const int32_t *truth = j->now_truth ? j->now_truth->data : NULL;
    for (int64_t i = 0; truth && i < j->now_truth->size; i++)
        if (truth[i] >= j->seen[part]) return false;
    return true;
}

static void judge_rows(judging *j, pass *each, const bm_table *t, int64_t first, int part)
{
    bm_dataset *d = bmi_parts_apply(j->p, t, first, part);
    if (d && (j->at[part] + d->rows > j->p->with_target[part] || (j->now_truth && j->now_truth->size != d->rows) ||
              !are_seen(j, part)))
        fail_changed(j);
    else if (d) {
        if (each == count_rows) {
            j->p->met.missing += d->counted.missing;
            j->p->met.unseen += d->counted.unseen;
            j->p->met.rare += d->counted.rare;
            j->p->met.unreadable += d->counted.unreadable;
        }
        each(j, part, d);
        j->at[part] += d->rows;
    }
    bmi_object_free(d);
}

/* One pass over the file; null: the first one of classes. */
static bm_status run(judging *j, pass *each)
{
    bmi_parts *p = j->p;
    int64_t first;
    memset(j->at, 0, sizeof j->at);
    memcpy(j->again, j->unseen, sizeof j->again);
    if (bmi_parts_rewind(p)) return p->e->status;
    for (bm_table *t; !p->e->status && (t = bmi_parts_next(p, &first)); bm_table_free(t))
        for (int part = 0; part < 3 && !p->e->status; part++) {
            if (j->classes && (!each || !j->truth[part]))
                take_classes(j, t, first, part, each ? &j->again[part] : &j->unseen[part]);
            if (!p->e->status && each) judge_rows(j, each, t, first, part);
            else if (!p->e->status) note_classes(j, part);
            bmi_object_free(j->now_truth);
            bmi_object_free(j->now_weight);
            j->now_truth = j->now_weight = NULL;
        }
    for (int part = 0; part < 3 && !p->e->status; part++)
        if (j->at[part] != p->with_target[part]) return atomic_load(&p->model->stop) ? BM_E_STOPPED : fail_changed(j);
    return p->e->status;
}

static bm_status settle_trivial(judging *j)
{
    const int64_t columns = columns_of(j), rows = j->p->with_target[0];
    if (rows && !(j->all > 0) && !j->unseen[0].all) return bmi_fail_weightless(j->p->e, j->p->here, "evaluate", rows);
    if (!j->classes) j->trivial[0] = j->sum / j->all;
    for (int64_t k = 0; j->classes && k < columns; k++) j->trivial[k] /= j->all;
    for (int64_t i = 0; i < AT_ONCE * columns; i++) j->answers[i] = j->trivial[i % columns];
    return BM_OK;
}

static bm_status judge_classes(judging *j)
{
    const bmi_parts *p = j->p;
    bool any = false;
    for (int i = 0; i < 3; i++) j->seen[i] = columns_of(j);
    bm_status st = run(j, NULL);
    if (st) return st;
    for (int i = 0; i < BMI_PARTS; i++) {
        const int64_t part = i == TRIVIAL ? j->last : i;
        bmi_tally *t = &j->of[i].tally;
        t->seen = j->seen[part];
        if (p->with_target[part] && bmi_tally_begin(t, p->e, p->here)) return p->e->status;
    }
    if ((st = settle_trivial(j))) return st;
    st = run(j, count_rows);
    for (int i = 0; i < 3 && !st; i++)
        if (p->with_target[i] && wants_area(&j->of[i])) any |= bmi_tally_sort(&j->of[i].tally, p->e, p->here);
    if (st || p->e->status || !any) return st ? st : p->e->status;
    return run(j, drop_rows);
}

static bm_status judge_numbers(judging *j)
{
    bm_status st = run(j, count_rows);
    if (st || (st = settle_trivial(j))) return st;
    if (!j->target) return run(j, answer_rows);
    count_trivially(j, j->target, j->target_weight, j->p->with_target[j->last]);
    return BM_OK;
}

/* ---- in the end ---- */
/* A metric over the rows that were kept, where they were. */
static void measure(judging *j, judged *d, bmi_scored_by *by)
{
    bmi_error e = { 0 };
    bm_metric_input in = input_of(j, d->prediction, d->target, d->weight, d->rows);
    in.why = by->why;
    if (*j->no_room) by->value = bmi_metric_undefined(&in, "%s", j->no_room);
    else if (!d->rows) by->value = bmi_metric_undefined(&in, "no row is of a class that the model knows");
    else by->value = bmi_measure_numbers(j->m->object.context, by->kind, by->p, &in, by->why, &e, j->p->here);
    if (e.status == BM_E_MEMORY)
        by->value = bmi_metric_undefined(&in, "it wants all rows at once, and there is no memory for that");
    else bmi_fail_from(j->p->e, &e);
}

/* The trivial answer takes the place of the predictions of the rows that it is judged on. */
static void answer_trivially(judging *j)
{
    judged *d = &j->of[TRIVIAL];
    const judged *last = &j->of[j->last];
    const int64_t columns = columns_of(j);
    d->prediction = last->prediction;
    d->target = last->target;
    d->weight = last->weight;
    for (int64_t i = 0; d->prediction && i < d->rows * columns; i++) d->prediction[i] = j->trivial[i % columns];
}

static void finish(judging *j, judged *d)
{
    double *counts = d->counts;
    if (d == &j->of[TRIVIAL]) answer_trivially(j);
    for (int i = 0; i < d->list.n; i++) {
        bmi_scored_by *by = &d->list.at[i];
        bm_metric_input in = input_of(j, NULL, NULL, NULL, d->rows);
        in.why = by->why;
        if (of_tally(j, d, by)) by->value = bmi_tally_value(&d->tally, by->kind, by->p, by->why);
        else if (!bmi_metric_by_parts(by->kind)) measure(j, d, by);
        else {
            by->value = d->nan    ? bmi_metric_undefined(&in, "a prediction is NaN")
                        : d->rows ? by->kind->end(counts, &in, by->p)
                                  : bmi_metric_undefined(&in, "no row is of a class that the model knows");
            counts += by->kind->counts(in.columns);
        }
    }
}

bm_status bmi_parts_judge(bmi_parts *p, const bmi_asked *asked, bm_scores scores[BMI_PARTS], int64_t *confusion)
{
    bm_context *context = p->model->object.context;
    judging *j = bmi_alloc(context, 1, sizeof *j);
    if (!j) return bmi_fail_memory(p->e, p->here, sizeof *j, "scores");
    j->p = p;
    j->m = p->model;
    j->classes = j->m->task == BM_CLASSIFICATION && j->m->n_classes > 1;
    j->arena = (bmi_arena){ .context = context };
    j->confusion = j->classes ? confusion : NULL;
    bm_status st = begin(j, asked);
    if (!st) st = j->classes ? judge_classes(j) : judge_numbers(j);
    for (int i = 0; i < BMI_PARTS; i++) {
        const int64_t part = i == TRIVIAL ? j->last : i;
        scores[i] = (bm_scores){ .loss = NAN };
        if (!st && p->with_target[part]) {
            finish(j, &j->of[i]);
            st = p->e->status;
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
