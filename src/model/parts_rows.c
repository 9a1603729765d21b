// SPDX-License-Identifier: Apache-2.0
/* Rows of a CSV file by parts: one pass that counts and takes samples, then as many as are wanted that give training rows.
 */
#include "model/parts.h"
#include "base/clock.h"
#include "base/random.h"
#include "data/dataset.h"
#include "data/table.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { STREAM_ROLE = 0x726f6c65, STREAM_SAMPLE = 0x73616d70, SAMPLES_AT_ONCE = 16 };
/* Classes that all are in the sample: of numbers as many as may be classes unasked. */
enum { CLASSES_OF_NUMBERS = 20, CLASSES_MOST = 4096 };

int bmi_parts_role(const bmi_parts *p, int64_t row)
{
    const double u = bmi_random_unit(p->seed, STREAM_ROLE, (uint64_t)row);
    return u < p->test ? 2 : u < p->test + p->validation ? 1 : 0;
}

bm_status bmi_parts_rewind(bmi_parts *p)
{
    bmi_object_free(p->now);
    p->now = NULL;
    p->at = p->next = p->filled = 0;
    p->ended = false;
    if (bm_csv_rewind_at(p->csv, p->here)) bmi_fail_from(p->e, &((bmi_object *)(void *)p->csv)->error);
    return p->e->status;
}

/* About ten times a second, and at the end of a pass. */
static void tell(bmi_parts *p, bool ended)
{
    const double now = bmi_now();
    if (!p->callbacks || (!ended && now - p->told < .1)) return;
    const bm_progress progress = { .model = p->model,
                                   .epoch = p->passes,
                                   .step = p->next,
                                   .steps = bm_csv_rows(p->csv),
                                   .seconds = now - p->began,
                                   .loss = NAN,
                                   .epoch_done = ended };
    p->told = now;
    for (int i = 0; i < BM_MODEL_MAX; i++) {
        const bm_callback *c = &p->callbacks[i];
        bm_on_progress_options o = { .function = NULL };
        if (!c->name || strcmp(c->name, "on_progress")) continue;
        memcpy(&o, c->options.at, c->size < sizeof o ? c->size : sizeof o);
        if (o.function && (ended || !o.epochs_only) && !o.function(o.user, &progress) && !p->trained)
            atomic_store(&p->model->stop, 1);
    }
}

bm_table *bmi_parts_next(bmi_parts *p, int64_t *row)
{
    if (p->e->status) return NULL;
    if (atomic_load(&p->model->stop)) {
        if (p->ends_early) return NULL;
        bmi_fail(p->e, BM_E_STOPPED, p->here, "fit: stopped while the file was read; the model is as it was before");
        return NULL;
    }
    bm_table *t = bm_csv_next_at(p->csv, p->here);
    if (!t && !p->ended) {
        p->ended = true;
        p->passes++;
        tell(p, true);
    }
    if (!t || bmi_fail_from(p->e, &t->object.error)) {
        bm_table_free(t);
        return NULL;
    }
    *row = p->next;
    p->next += t->rows;
    tell(p, false);
    return t;
}

/* Whether a row of training is one: it is none when it weighs nothing, whatever stands in it. Weights that are texts are numbers only once
 * the recipe is fitted: those rows count, and add nothing. */
static bool weighs(const bmi_column *weights, int64_t row)
{
    return !weights || weights->type == BM_COLUMN_TEXT || bmi_column_number(weights, row) != 0;
}

/* Null: all rows count. */
static const bmi_column *weights_of(const bmi_parts *p, const bm_table *t)
{
    const int64_t at = p->learns && p->model->recipe->weights ? bm_table_find(t, p->model->recipe->weights) : -1;
    return at < 0 ? NULL : &t->columns[at];
}

/* ---- the first pass ---- */
/* Rows that are kept in memory. */
typedef struct samples {
    bm_table *at[SAMPLES_AT_ONCE];
    size_t n;
} samples;

static bm_status join(bmi_parts *p, samples *s)
{
    if (s->n < 2) return p->e->status;
    bm_table *all = bm_table_concat_at((bm_tables){ (const bm_table *const *)s->at, s->n }, p->here);
    while (s->n) bm_table_free(s->at[--s->n]);
    s->at[s->n++] = all;
    return bmi_fail_from(p->e, &all->object.error);
}

static bm_status keep(bmi_parts *p, samples *s, const bm_table *t, const int64_t *rows, size_t n)
{
    if (!n || (s->n == SAMPLES_AT_ONCE && join(p, s))) return p->e->status;
    s->at[s->n++] = bm_table_take_at(t, (bm_rows){ rows, n }, p->here);
    return bmi_fail_from(p->e, &s->at[s->n - 1]->object.error);
}

static void end_samples(samples *s)
{
    while (s->n) bm_table_free(s->at[--s->n]);
}

typedef struct survey {
    bmi_parts *p;
    samples of[2], extra; /* extra: a row of each value of the target that the sample has not */
    int64_t wanted[2], left[2];
    bool all_classes; /* values of the target are followed */
    double numbers[CLASSES_MOST];
    bool seen[CLASSES_MOST]; /* of texts, by code */
    int64_t values, most;
    int64_t weightless; /* training rows that are none */
} survey;

/* Whether a row has a value of the target that no training row before it had. */
static bool is_new(survey *s, const bmi_column *target, int64_t row)
{
    if (!s->all_classes || bmi_column_is_missing(target, row)) return false;
    if (target->type == BM_COLUMN_TEXT) {
        const int32_t code = ((const int32_t *)target->values)[row];
        if (code < 0 || code >= CLASSES_MOST || s->seen[code]) return false;
        return s->seen[code] = true;
    }
    const double y = bmi_column_number(target, row);
    for (int64_t i = 0; i < s->values; i++)
        if (s->numbers[i] == y) return false;
    if (s->values == s->most) { /* so many are no classes */
        s->all_classes = false;
        end_samples(&s->extra);
        return false;
    }
    s->numbers[s->values++] = y;
    return true;
}

/* Whether a row is in the sample of its part: so many of those that are left (Knuth's algorithm S: each set is as likely). */
static bool is_chosen(survey *s, int role, int64_t row)
{
    const int64_t left = s->left[role]--;
    if (s->wanted[role] < left && (int64_t)bmi_random_below(s->p->seed, bmi_random_stream(STREAM_SAMPLE, (uint64_t)role),
                                                            (uint64_t)row, (uint64_t)left) >= s->wanted[role])
        return false;
    s->wanted[role]--;
    return true;
}

static bm_status look(survey *s, const bm_table *t, int64_t first, int64_t *rows)
{
    bmi_parts *p = s->p;
    const bmi_column *target = bmi_table_column(p->e, p->here, t, p->model->recipe->target, " for the target");
    const bmi_column *const weights = weights_of(p, t);
    int64_t *const of[3] = { rows, rows + t->rows, rows + 2 * t->rows };
    size_t n[3] = { 0 };
    if (!target) return p->e->status;
    for (int64_t i = 0; i < t->rows; i++) {
        const int role = bmi_parts_role(p, first + i);
        if (!role && !weighs(weights, i)) {
            s->left[0]--;
            s->weightless++;
            continue;
        }
        p->rows[role]++;
        if (role == 2) continue;
        const bool chosen = s->left[role] > 0 && is_chosen(s, role, first + i), new = !role &&is_new(s, target, i);
        if (chosen) of[role][n[role]++] = i;
        else if (new) of[2][n[2]++] = i;
    }
    if (keep(p, &s->of[0], t, of[0], n[0]) || keep(p, &s->of[1], t, of[1], n[1])) return p->e->status;
    return s->all_classes ? keep(p, &s->extra, t, of[2], n[2]) : BM_OK;
}

/* Rows of a part with a target. */
static bm_status count_targets(bmi_parts *p, const bm_table *t, int64_t first)
{
    int64_t *kept = NULL;
    size_t n = 0, room = 0;
    if (bmi_target_rows_of_part(p->e, p->model->recipe, t, &kept, &n, &room, p->here)) return p->e->status;
    const bmi_column *const weights = weights_of(p, t);
    for (size_t i = 0; i < n; i++) {
        const int64_t row = kept ? kept[i] : (int64_t)i;
        const int role = bmi_parts_role(p, first + row);
        p->with_target[role] += role || weighs(weights, row);
    }
    bmi_release(p->model->object.context, kept, room, sizeof *kept);
    return BM_OK;
}

static bm_status read_all(survey *s)
{
    bmi_parts *p = s->p;
    bm_context *context = p->model->object.context;
    int64_t first;
    if (bmi_parts_rewind(p)) return p->e->status;
    for (bm_table *t; (t = bmi_parts_next(p, &first)); bm_table_free(t)) {
        p->skipped += t->skipped;
        const size_t n = 3 * (size_t)t->rows;
        int64_t *rows = bmi_alloc(context, n, sizeof *rows);
        if (!rows) bmi_fail_memory(p->e, p->here, n * sizeof *rows, "rows of a part");
        else if (!look(s, t, first, rows)) count_targets(p, t, first);
        bmi_release(context, rows, n, sizeof *rows);
        if (p->e->status) {
            bm_table_free(t);
            break;
        }
    }
    return p->e->status;
}

static bm_status check_counts(const survey *s)
{
    static const char *const names[] = { "training", "validation", "test" };
    bmi_parts *p = s->p;
    if (s->weightless && !p->with_target[0])
        return bmi_fail(p->e, BM_E_DATA, p->here, "fit: the weights of all rows that are learned from are 0");
    for (int i = 0; i < 3; i++)
        if ((i == 0 || (i == 1 ? p->validation : p->test) > 0) && !p->with_target[i])
            return bmi_fail(p->e, i ? BM_E_ARGUMENT : BM_E_DATA, p->here,
                            "fit: no row with a target falls into the %s part: the file has too few rows for these shares",
                            names[i]);
    return BM_OK;
}

bm_status bmi_parts_survey(bmi_parts *p)
{
    bm_context *context = p->model->object.context;
    const bm_recipe *r = p->model->recipe;
    survey *s = bmi_alloc(context, 1, sizeof *s);
    if (!s) return bmi_fail_memory(p->e, p->here, sizeof *s, "a survey of the file");
    s->p = p;
    s->all_classes = r->task != BM_REGRESSION;
    s->most = r->task == BM_CLASSIFICATION ? CLASSES_MOST : CLASSES_OF_NUMBERS;
    for (int64_t i = 0, all = bm_csv_rows(p->csv); i < all; i++) { /* bad ones that are left out included */
        const int role = bmi_parts_role(p, i);
        if (role < 2) s->left[role]++;
    }
    for (int i = 0; i < 2; i++) s->wanted[i] = s->left[i] < p->sample ? s->left[i] : p->sample;
    if (!read_all(s)) check_counts(s);
    if (!p->e->status && s->extra.n && !join(p, &s->extra)) {
        if (s->of[0].n == SAMPLES_AT_ONCE) join(p, &s->of[0]);
        if (!p->e->status) {
            s->of[0].at[s->of[0].n++] = s->extra.at[0];
            s->extra.n = 0;
        }
    }
    for (int i = 0; i < 2; i++) {
        if (!p->e->status && !join(p, &s->of[i]) && s->of[i].n) {
            p->of[i] = s->of[i].at[0];
            s->of[i].n = 0;
        }
        end_samples(&s->of[i]);
    }
    end_samples(&s->extra);
    bmi_release(context, s, 1, sizeof *s);
    return p->e->status;
}

/* ---- rows through the recipe ---- */
bm_status bmi_parts_rows(bmi_parts *p, const bm_table *t, int64_t row, int role, int64_t **rows, size_t *n, size_t *room)
{
    size_t all = 0;
    *n = 0;
    if (bmi_target_rows_of_part(p->e, p->model->recipe, t, rows, &all, room, p->here)) return p->e->status;
    const bmi_column *const weights = weights_of(p, t);
    if (!*rows) {
        *room = (size_t)t->rows;
        *rows = bmi_alloc(p->model->object.context, *room, sizeof **rows);
        if (!*rows) return bmi_fail_memory(p->e, p->here, *room * sizeof **rows, "rows of a part");
        for (size_t i = 0; i < all; i++) (*rows)[i] = (int64_t)i;
    }
    for (size_t i = 0; i < all; i++)
        if (bmi_parts_role(p, row + (*rows)[i]) == role && (role || weighs(weights, (*rows)[i]))) (*rows)[(*n)++] = (*rows)[i];
    return BM_OK;
}

bm_dataset *bmi_parts_apply(bmi_parts *p, const bm_table *t, int64_t row, int role)
{
    bm_context *context = p->model->object.context;
    int64_t *rows = NULL;
    size_t room = 0, n = 0;
    bm_dataset *d = NULL;
    if (bmi_parts_rows(p, t, row, role, &rows, &n, &room)) return NULL;
    if (n) d = bmi_recipe_apply(p->model->recipe, t, (bm_rows){ rows, n }, BMI_WANT_JUDGED, p->here);
    bmi_release(context, rows, room, sizeof *rows);
    if (!d || !d->object.error.status) return d;
    const bm_status st = d->object.error.status;
    if (row && st != BM_E_MEMORY) /* rows are counted from the first of them */
        bmi_fail_as(p->e, d->object.error.cause, st, p->here, "in rows %" PRId64 " to %" PRId64 " of the file: %s", row + 1,
                    row + t->rows, bmi_object_error(d));
    bmi_fail_from(p->e, &d->object.error);
    bmi_object_free(d);
    return NULL;
}

/* The next rows of the file that have some for training; false at its end, or with an error. */
static bool next_training(bmi_parts *p)
{
    bmi_object_free(p->now);
    p->now = NULL;
    p->at = 0;
    int64_t first;
    for (bm_table *t; !p->now && (t = bmi_parts_next(p, &first)); bm_table_free(t)) p->now = bmi_parts_apply(p, t, first, 0);
    if (p->now && p->now->counted.unseen_class)
        bmi_fail(
            p->e, BM_E_DATA, p->here,
            "fit: there are more classes than a model that learns by parts takes (%d), or the file was changed while it was "
            "read: %s",
            CLASSES_MOST, p->now->unseen);
    return p->now && !p->e->status;
}

static void copy_rows(bm_tensor *to, int64_t at, const bm_tensor *from, int64_t first, int64_t rows)
{
    const int64_t columns = from->shape.dim[0] ? from->size / from->shape.dim[0] : 0;
    const size_t row = (size_t)columns * bm_type_size(from->type);
    memcpy((char *)to->data + (size_t)at * row, (const char *)from->data + (size_t)first * row, (size_t)rows * row);
}

/* Rows of the present table weigh in the block what the file says, times what their class does. */
static void weigh_rows(bmi_parts *p, int64_t filled, int64_t n)
{
    float *const w = (float *)p->block->weights->data + filled;
    const int32_t *class = p->class_weights ? p->now->t[0].tensor->data : NULL;
    for (int64_t i = 0; i < n; i++) {
        const double own = bmi_row_weight(p->now, p->at + i);
        if (p->own_weights) ((float *)p->own_weights->data)[filled + i] = (float)own;
        w[i] = (float)(class ? own * p->class_weights[class[p->at + i]] : own);
    }
}

int64_t bmi_parts_fill(bmi_parts *p, int64_t most)
{
    int64_t filled = 0;
    while (filled < most) {
        if ((!p->now || p->at == p->now->rows) && !next_training(p)) break;
        const int64_t rows = p->now->rows - p->at, n = rows < most - filled ? rows : most - filled;
        copy_rows(p->block->x[0].tensor, filled, p->now->x[0].tensor, p->at, n);
        copy_rows(p->block->t[0].tensor, filled, p->now->t[0].tensor, p->at, n);
        if (p->block->weights) weigh_rows(p, filled, n);
        p->at += n;
        filled += n;
    }
    p->filled += filled;
    if (p->ends_early && atomic_load(&p->model->stop)) return 0;
    if (!p->e->status && (filled < most ? p->filled != p->with_target[0] : p->filled > p->with_target[0]))
        bmi_fail(p->e, BM_E_FILE, p->here,
                 "fit: the file had %" PRId64 " training rows when it was read first, and now has %" PRId64
                 "%s: it was changed while it was read",
                 p->with_target[0], p->filled, filled < most ? "" : " or more");
    return p->e->status ? 0 : filled;
}

/* A tensor of `rows` rows as those of another one. */
static bm_tensor *like(const bmi_parts *p, const bm_tensor *of, int64_t rows)
{
    bm_shape shape = of->shape;
    shape.dim[0] = rows;
    return bm_tensor_new_in_at(p->model->object.context, of->type, shape, p->here);
}

bm_status bmi_parts_make_block(bmi_parts *p, int64_t rows)
{
    enum { BYTES = 32 << 20, LEAST = 1024 };
    if (bmi_parts_rewind(p) || !next_training(p)) return p->e->status;
    const bm_dataset *d = p->now;
    const size_t row = (size_t)(d->x[0].tensor->size / d->rows + 2) * bm_type_size(d->x[0].tensor->type);
    int64_t room = rows ? rows : 65536;
    if (!rows && (size_t)room * row > BYTES) room = (int64_t)(BYTES / row) > LEAST ? (int64_t)(BYTES / row) : LEAST;
    p->room = room < p->with_target[0] ? room : p->with_target[0];
    p->block = bmi_dataset_new(p->model->object.context);
    if (bmi_fail_from(p->e, &p->block->object.error)) return p->e->status;
    bmi_dataset_add(p->block, false, like(p, d->x[0].tensor, p->room), d->x[0].name, p->here);
    if (!p->block->object.error.status)
        bmi_dataset_add(p->block, true, like(p, d->t[0].tensor, p->room), d->t[0].name, p->here);
    if (!p->block->object.error.status && (d->weights || p->weighs_classes))
        bmi_dataset_weigh(p->block, bm_tensor_new_in_at(p->model->object.context, BM_F32, BM_SHAPE(p->room), p->here), p->here);
    if (!p->block->object.error.status && d->weights && p->weighs_classes) {
        p->own_weights = bm_tensor_new_in_at(p->model->object.context, BM_F32, BM_SHAPE(p->room), p->here);
        if (bmi_fail_from(p->e, &p->own_weights->object.error)) return p->e->status;
    }
    if (!p->block->object.error.status && d->n_classes) bmi_dataset_name_classes(p->block, d->classes, d->n_classes, p->here);
    return bmi_fail_from(p->e, &p->block->object.error);
}

void bmi_parts_free_block(bmi_parts *p)
{
    bmi_object_free(p->block);
    bmi_object_free(p->own_weights);
    p->block = NULL;
    p->own_weights = NULL;
}

void bmi_parts_end(bmi_parts *p)
{
    bmi_object_free(p->now);
    bmi_parts_free_block(p);
    for (int i = 0; i < 2; i++) bm_table_free(p->of[i]);
}
