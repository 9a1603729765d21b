// SPDX-License-Identifier: Apache-2.0
/* Folds: which rows are held out in which fold, of tables and of datasets.
 */
#include "learn/folds.h"
#include "base/random.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_FOLDS = 0x666f6c64 };

static void end(void *object)
{
    bm_folds *f = object;
    bm_context *context = f->object.context;
    bmi_release(context, f->kept, f->kept_room, sizeof *f->kept);
    bmi_release(context, f->fold_of, (size_t)(f->n * f->repeats), sizeof *f->fold_of);
    bmi_release(context, f->parts, (size_t)(f->n * f->k), 1);
    bmi_notes_end(context, &f->notes);
}

static const bmi_object_kind kind = { .name = "folds", .end = end };
BMI_STATIC_FAILED(folds, &kind);
BMI_OBJECT_VERBS(folds)

/* ---- asking ---- */
static int64_t list(const bm_folds *f, int64_t fold, int part, int64_t *into)
{
    int64_t n = 0;
    if (bmi_object_failed(f) || fold < 0 || fold >= bm_folds_count(f)) return -1;
    const int32_t *of = f->fold_of ? f->fold_of + fold / f->k * f->n : NULL;
    const unsigned char *parts = f->parts ? f->parts + fold * f->n : NULL;
    for (int64_t i = 0; i < f->n; i++) {
        const int its = parts ? parts[i] : of[i] == fold % f->k ? BMI_HELD_OUT : BMI_LEARNED;
        if (its != part) continue;
        if (into) into[n] = f->kept ? f->kept[i] : i;
        n++;
    }
    return n;
}

int64_t bm_folds_count(const bm_folds *f)
{
    return bmi_object_failed(f) ? 0 : f->k * f->repeats;
}
int64_t bm_folds_held_out(const bm_folds *f, int64_t fold, int64_t *into)
{
    return list(f, fold, BMI_HELD_OUT, into);
}
int64_t bm_folds_learned(const bm_folds *f, int64_t fold, int64_t *into)
{
    return list(f, fold, BMI_LEARNED, into);
}
const char *bm_folds_note(const bm_folds *f, int64_t i)
{
    return f && i >= 0 && (size_t)i < f->notes.count ? f->notes.at[i] : NULL;
}

/* ---- making ---- */
typedef struct making {
    bm_folds *f;
    bmi_error *e;
    bm_context *context;
    bm_place here;
    const bm_folds_options *o;
    bmi_folds_by by;
    bmi_split_by own;        /* what `by` borrows */
    bm_tensor *class_tensor; /* or null */
    int32_t *class_copy;     /* of datasets; or null */
    bm_rows only;            /* of a table: the others are in no fold */
    int64_t units;           /* what is dealt to folds: rows, or groups */
} making;

static void note(making *m, const char *format, int64_t a, int64_t b)
{
    char text[300];
    snprintf(text, sizeof text, format, a, b);
    if (!bmi_notes_keep(m->context, &m->f->notes, text)) bmi_fail_memory(m->e, m->here, sizeof text, "a note");
}

static bm_status no_memory(making *m)
{
    return bmi_fail_memory(m->e, m->here, (size_t)m->f->n * 8, "folds of rows");
}

static bm_status check_numbers(making *m)
{
    const bm_folds_options *o = m->o;
    const bool time = o->kind == BM_TIME_SERIES;
    if (o->kind < BM_K_FOLD || o->kind > BM_TIME_SERIES)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: kind is %d; use BM_K_FOLD, BM_LEAVE_ONE_OUT ...", (int)o->kind);
    if (o->folds && o->folds < (o->kind == BM_SHUFFLE_SPLIT ? 1 : 2))
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: %" PRId64 " are asked for; 2 or more are needed", o->folds);
    if (o->repeats < 0 || (o->repeats > 1 && (o->kind != BM_K_FOLD || o->in_order || o->fold)))
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here,
                        "folds: repeats is %" PRId64 "; only k-fold that is shuffled can be repeated", o->repeats);
    const int64_t folds = o->folds ? o->folds : 5, repeats = o->repeats ? o->repeats : 1;
    enum { MOST_REPEATS = 1000000 }; /* a number for each row and repeat is kept */
    if (folds > INT32_MAX || repeats > INT32_MAX / folds || repeats > MOST_REPEATS)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: %" PRId64 ", drawn %" PRId64 " times, are too many", folds,
                        repeats);
    if (o->gap < 0 || o->window < 0 || ((o->gap || o->window) && !time))
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: gap and window are 0 or more, and of a time series");
    if ((o->held_out != 0 && o->kind != BM_SHUFFLE_SPLIT) || !(o->held_out >= 0 && o->held_out < 1))
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: held_out is %g; it is a share, of a shuffle split", o->held_out);
    return BM_OK;
}

static bm_status check(making *m)
{
    const bm_folds_options *o = m->o;
    if (check_numbers(m)) return m->e->status;
    const bool grouped = o->group || o->groups;
    if (o->fold && (grouped || o->time || o->kind != BM_K_FOLD))
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here,
                        "folds: the column \"%.100s\" says all of the folds; leave group, time and kind out", o->fold);
    if (o->fold && o->folds)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here,
                        "folds: the column \"%.100s\" says how many folds there are; leave their number out", o->fold);
    if (o->time && o->kind != BM_TIME_SERIES)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: time is of a time series (kind BM_TIME_SERIES)");
    if (o->kind == BM_TIME_SERIES && grouped)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: by groups and by time at once; give one of them");
    return BM_OK;
}

/* Of the kept rows those that are among the chosen ones; both ascend. */
static bm_status keep_only(making *m)
{
    bm_folds *f = m->f;
    const bm_rows only = m->only;
    if (!only.at) return BM_OK;
    int64_t *both = bmi_alloc_raw(m->context, only.count + 1, sizeof *both), n = 0;
    if (!both) return bmi_fail_memory(m->e, m->here, only.count * sizeof *both, "the rows of folds");
    for (size_t i = 0, k = 0; i < only.count; i++) {
        while (f->kept && (int64_t)k < f->n && f->kept[k] < only.at[i]) k++;
        if (!f->kept || ((int64_t)k < f->n && f->kept[k] == only.at[i])) both[n++] = only.at[i];
    }
    bmi_release(m->context, f->kept, f->kept_room, sizeof *f->kept);
    f->kept = both;
    f->kept_room = only.count + 1;
    f->n = n;
    return BM_OK;
}

/* Rows of a table that have a target, and their classes where it is classes. */
static bm_status look_at_target(making *m, const bm_table *t)
{
    const bm_folds_options *o = m->o;
    const bm_recipe_options target = { .target = o->target, .task = o->task, .context = m->context };
    bm_recipe *probe = bm_recipe_new_at(&target, sizeof target, m->here);
    size_t n = 0;
    if (!bmi_fail_from(m->e, &probe->object.error))
        if (bmi_target_fit(probe, t, (bm_rows){ 0 }, &m->f->kept, &n, &m->f->kept_room, m->here))
            bmi_fail_from(m->e, &probe->object.error);
    if (!m->e->status) m->f->n = (int64_t)n;
    if (!m->e->status && keep_only(m)) return bm_recipe_free(probe), m->e->status;
    const bm_rows rows = m->f->kept ? (bm_rows){ m->f->kept, (size_t)m->f->n } : (bm_rows){ 0 };
    if (!m->e->status && probe->to.task == BM_CLASSIFICATION && !o->not_stratified) {
        m->class_tensor = bmi_target_apply(m->e, probe, t, rows, NULL, BM_F64, m->here);
        if (m->class_tensor) m->by.classes = m->class_tensor->data;
        m->by.n_classes = probe->to.n_classes;
    }
    bm_recipe_free(probe);
    return m->e->status;
}

static bm_status look_at_table(making *m, const bm_table *t)
{
    const bm_folds_options *o = m->o;
    m->f->rows = m->f->n = t->rows;
    if (o->groups) return bmi_fail(m->e, BM_E_ARGUMENT, m->here, "folds: groups of a table are a column, .group = \"name\"");
    if (o->target ? look_at_target(m, t) : keep_only(m)) return m->e->status;
    const bm_rows rows = m->f->kept ? (bm_rows){ m->f->kept, (size_t)m->f->n } : (bm_rows){ 0 };
    const bm_split_options columns = { .group = o->group, .time = o->time };
    bmi_split_by_columns(m->e, m->here, t, rows, m->f->n, &columns, &m->own);
    return m->e->status;
}

static bm_status look_at_data(making *m, const bm_dataset *d)
{
    const bm_folds_options *o = m->o;
    m->f->rows = m->f->n = d->rows;
    if (o->group || o->time || o->fold || o->target)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here,
                        "folds: a dataset has no columns to name; give .groups, or use the table");
    const bm_split_options groups = { .groups = o->groups };
    if (bmi_split_groups_of(m->e, m->here, d, &groups, &m->own)) return m->e->status;
    const bm_tensor *t = d->n_t ? d->t[0].tensor : NULL;
    if (!t || o->not_stratified || bmi_type_is_real(t->type) || t->size != d->rows) return BM_OK;
    m->class_copy = bmi_alloc_raw(m->context, (size_t)d->rows, sizeof *m->class_copy);
    if (!m->class_copy) return no_memory(m);
    for (int64_t i = 0; i < d->rows; i++) {
        const double class = bm_tensor_at(t, i);
        if (!(class >= 0 && class < INT32_MAX / 2)) return BM_OK; /* no classes, then */
        m->class_copy[i] = (int32_t) class;
        if (m->class_copy[i] >= m->by.n_classes) m->by.n_classes = m->class_copy[i] + 1;
    }
    m->by.classes = m->class_copy;
    return BM_OK;
}

/* Classes with fewer rows than there are folds. */
static bm_status check_classes(making *m)
{
    if (!m->by.classes || !m->by.n_classes) return BM_OK;
    int64_t *count = bmi_alloc(m->context, (size_t)m->by.n_classes, sizeof *count), most = 0, few = 0, least = INT64_MAX;
    if (!count) return no_memory(m);
    for (int64_t i = 0; i < m->f->n; i++) count[m->by.classes[i]]++;
    for (int64_t c = 0; c < m->by.n_classes; c++) {
        if (count[c] > most) most = count[c];
        if (count[c] && count[c] < least) least = count[c];
        few += count[c] && count[c] < m->f->k;
    }
    bmi_release(m->context, count, (size_t)m->by.n_classes, sizeof *count);
    if (m->o->kind != BM_K_FOLD) return BM_OK;
    if (most < m->f->k)
        return bmi_fail_as(m->e, BMI_CAUSE_SHARES, BM_E_DATA, m->here,
                           "folds: %" PRId64 " are asked for, and no class has more than %" PRId64
                           " row%s, so that they cannot have equal shares; ask for fewer, or \001set not_stratified\002",
                           m->f->k, most, most == 1 ? "" : "s");
    if (few)
        note(m,
             least == 1 ? "! the rarest class has %" PRId64 " row, fewer than the %" PRId64 " folds: some hold out none of it"
                        : "! the rarest class has %" PRId64 " rows, fewer than the %" PRId64 " folds: some hold out none of it",
             least, m->f->k);
    return m->e->status;
}

static void shuffle(const making *m, int64_t repeat, int64_t *order, int64_t n)
{
    const uint64_t seed = (uint64_t)(m->o->seed == BM_ZERO ? 0 : m->o->seed);
    bmi_random_permutation(seed, bmi_random_stream(STREAM_FOLDS, (uint64_t)repeat), order, n);
}

static bm_status make_k_fold(making *m)
{
    bm_folds *f = m->f;
    int64_t *order = NULL;
    f->fold_of = bmi_alloc_raw(m->context, (size_t)(f->n * f->repeats), sizeof *f->fold_of);
    if (!m->o->in_order) order = bmi_alloc_raw(m->context, (size_t)m->units, sizeof *order);
    bool fine = f->fold_of && (order || m->o->in_order);
    for (int64_t r = 0; fine && r < f->repeats; r++) {
        int32_t *const of = f->fold_of + r * f->n;
        if (order) shuffle(m, r, order, m->units);
        if (m->by.groups) fine = bmi_folds_grouped(m->context, f->n, f->k, &m->by, order, of);
        else if (m->by.classes) fine = bmi_folds_stratified(m->context, f->n, f->k, m->by.classes, m->by.n_classes, order, of);
        else bmi_folds_plain(f->n, f->k, order, of);
    }
    bmi_release(m->context, order, (size_t)m->units, sizeof *order);
    return fine ? BM_OK : no_memory(m);
}

static bm_status make_one_out(making *m)
{
    bm_folds *f = m->f;
    f->k = m->units;
    f->fold_of = bmi_alloc_raw(m->context, (size_t)f->n, sizeof *f->fold_of);
    if (!f->fold_of) return no_memory(m);
    for (int64_t i = 0; i < f->n; i++) f->fold_of[i] = m->by.groups ? m->by.groups[i] : (int32_t)i;
    return BM_OK;
}

/* Draws in each fold a share of the units, class by class where there are classes and no groups. */
static bm_status make_shuffle(making *m)
{
    bm_folds *f = m->f;
    const double share = m->o->held_out > 0 ? m->o->held_out : .2;
    const bool classes = m->by.classes && !m->by.groups;
    const size_t room = (size_t)m->units, counts = classes ? (size_t)m->by.n_classes : 1;
    int64_t *order = bmi_alloc_raw(m->context, room, sizeof *order);
    unsigned char *held = bmi_alloc(m->context, room, 1);
    double *owed = bmi_alloc(m->context, counts, sizeof *owed);
    f->parts = bmi_alloc(m->context, (size_t)(f->n * f->k), 1);
    const bool fine = order && held && owed && f->parts;
    for (int64_t fold = 0; fine && fold < f->k; fold++) {
        shuffle(m, fold, order, m->units);
        for (size_t c = 0; c < counts; c++) owed[c] = .5;
        for (int64_t i = 0; i < m->units; i++) { /* of every class each 1 / share-th */
            double *const its = &owed[classes ? m->by.classes[order[i]] : 0];
            *its += share;
            held[order[i]] = *its >= 1;
            *its -= *its >= 1;
        }
        for (int64_t i = 0; i < f->n; i++)
            f->parts[fold * f->n + i] = held[m->by.groups ? m->by.groups[i] : i] ? BMI_HELD_OUT : BMI_LEARNED;
    }
    bmi_release(m->context, owed, counts, sizeof *owed);
    bmi_release(m->context, held, room, 1);
    bmi_release(m->context, order, room, sizeof *order);
    return fine ? BM_OK : no_memory(m);
}

typedef struct moment {
    double time;
    int64_t row;
} moment;

static int by_time(const void *a, const void *b)
{
    const moment *x = a, *y = b;
    return x->time != y->time ? (x->time > y->time) - (x->time < y->time) : (x->row > y->row) - (x->row < y->row);
}

/* Rows of one time are never on both sides of a cut: it moves to the nearer end of them. */
static int64_t cut(const moment *rows, int64_t n, int64_t at)
{
    int64_t down = at, up = at;
    while (down > 0 && down < n && rows[down].time == rows[down - 1].time) down--;
    while (up > 0 && up < n && rows[up].time == rows[up - 1].time) up++;
    return at - down <= up - at ? down : up;
}

static bm_status make_time(making *m)
{
    bm_folds *f = m->f;
    const int64_t n = f->n, size = n / (f->k + 1);
    moment *rows = bmi_alloc_raw(m->context, (size_t)n, sizeof *rows);
    f->parts = bmi_alloc(m->context, (size_t)(n * f->k), 1);
    if (!rows || !f->parts) no_memory(m);
    for (int64_t i = 0; !m->e->status && i < n; i++) rows[i] = (moment){ m->own.times ? m->own.times[i] : (double)i, i };
    if (!m->e->status) qsort(rows, (size_t)n, sizeof *rows, by_time);
    for (int64_t fold = 0; !m->e->status && fold < f->k; fold++) {
        const int64_t begin = cut(rows, n, n - (f->k - fold) * size), stop = cut(rows, n, n - (f->k - fold - 1) * size);
        const int64_t learned = begin - m->o->gap, first = m->o->window && m->o->window < learned ? learned - m->o->window : 0;
        if (learned < 1 || stop <= begin)
            bmi_fail(m->e, BM_E_DATA, m->here,
                     "folds: %" PRId64 " row%s too few for %" PRId64 " folds of a time series%s; ask for fewer", n,
                     n == 1 ? " is" : "s are", f->k,
                     m->o->gap    ? " with this gap in each"
                     : m->o->time ? " whose times are cut where they change"
                                  : "");
        for (int64_t i = first; !m->e->status && i < learned; i++) f->parts[fold * n + rows[i].row] = BMI_LEARNED;
        for (int64_t i = begin; !m->e->status && i < stop; i++) f->parts[fold * n + rows[i].row] = BMI_HELD_OUT;
    }
    bmi_release(m->context, rows, (size_t)n, sizeof *rows);
    return m->e->status;
}

/* Values of the column in order become folds. */
static bm_status make_given(making *m, const bm_table *t)
{
    bm_folds *f = m->f;
    const bmi_column *c = bmi_table_column(m->e, m->here, t, m->o->fold, " for the folds");
    moment *rows = c ? bmi_alloc_raw(m->context, (size_t)f->n, sizeof *rows) : NULL;
    int64_t held = 0, last = -1;
    f->fold_of = c ? bmi_alloc_raw(m->context, (size_t)f->n, sizeof *f->fold_of) : NULL;
    if (c && (!rows || !f->fold_of)) no_memory(m);
    for (int64_t i = 0; !m->e->status && i < f->n; i++) {
        const int64_t row = f->kept ? f->kept[i] : i;
        const double v = bmi_column_is_missing(c, row) ? -1
                         : c->type == BM_COLUMN_TEXT   ? ((const int32_t *)c->values)[row]
                                                       : bmi_column_number(c, row);
        f->fold_of[i] = -1;
        if (v >= 0) rows[held++] = (moment){ v, i };
    }
    if (!m->e->status) qsort(rows, (size_t)held, sizeof *rows, by_time);
    for (int64_t i = 0; !m->e->status && i < held; i++) {
        last += !i || rows[i].time != rows[i - 1].time;
        f->fold_of[rows[i].row] = (int32_t)last;
    }
    f->k = last + 1;
    bmi_release(m->context, rows, (size_t)f->n, sizeof *rows);
    if (!m->e->status && (last < 0 || (last == 0 && held == f->n)))
        bmi_fail(m->e, BM_E_DATA, m->here, "folds: column \"%.100s\" has %s; it tells in which fold a row is held out",
                 m->o->fold, last < 0 ? "no value of 0 or more" : "one value in all rows");
    return m->e->status;
}

static bm_status make(making *m, const bm_table *t)
{
    bm_folds *f = m->f;
    const bm_folds_options *o = m->o;
    f->k = o->folds ? o->folds : 5;
    f->repeats = o->repeats ? o->repeats : 1;
    if (!f->n) return bmi_fail(m->e, BM_E_DATA, m->here, "folds: there are no rows%s", o->target ? " with a target" : "");
    if (f->n > INT32_MAX) return bmi_fail(m->e, BM_E_UNSUPPORTED, m->here, "folds: %" PRId64 " rows are too many", f->n);
    m->by.groups = m->own.groups;
    m->by.n_groups = m->own.n_groups;
    m->units = m->by.groups ? m->by.n_groups : f->n;
    if (o->fold) return make_given(m, t);
    const int64_t needed = o->kind == BM_LEAVE_ONE_OUT || o->kind == BM_SHUFFLE_SPLIT ? 2 : f->k;
    if (m->units < 2)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here,
                        m->by.groups
                            ? "folds: all rows are of one group in \"%.100s\"; one to learn from and one to hold out are needed"
                            : "folds: there is one row%.0s; one to learn from and one to hold out are needed",
                        m->by.groups && o->group ? o->group : "");
    if (m->units < needed)
        return bmi_fail(m->e, BM_E_ARGUMENT, m->here,
                        "folds: %" PRId64 " are asked for, and there are %" PRId64 " %s; ask for %" PRId64 " at most", needed,
                        m->units, m->by.groups ? "groups" : "rows", m->units);
    if (check_classes(m)) return m->e->status;
    return o->kind == BM_K_FOLD          ? make_k_fold(m)
           : o->kind == BM_LEAVE_ONE_OUT ? make_one_out(m)
           : o->kind == BM_SHUFFLE_SPLIT ? make_shuffle(m)
                                         : make_time(m);
}

/* Every fold must have something to learn from and something to hold out. */
static bm_status check_parts(making *m)
{
    bm_folds *f = m->f;
    const int64_t few = bm_folds_count(f) < 1000 ? bm_folds_count(f) : 1000; /* of leave-one-out all are alike */
    double all_held = 0, all_learned = 0;
    for (int64_t i = 0; !m->e->status && i < few; i++) {
        const int64_t held = bm_folds_held_out(f, i, NULL), learned = bm_folds_learned(f, i, NULL);
        all_held += (double)held;
        all_learned += (double)learned;
        if (!held || !learned)
            bmi_fail(m->e, BM_E_DATA, m->here, "folds: fold %" PRId64 " would %s; %s", i + 1,
                     held ? "leave no row to learn from" : "hold out no row",
                     m->o->kind != BM_SHUFFLE_SPLIT ? "ask for fewer folds"
                     : held                         ? "hold out a smaller share"
                                                    : "hold out a larger share");
    }
    f->share = all_held / all_learned;
    return m->e->status;
}

bm_folds *bmi_folds_make(const bm_table *t, const bm_dataset *d, bm_rows only, const bm_folds_options *o, bm_place here)
{
    bm_folds *f = bmi_object_new(o->context, &kind, sizeof *f);
    if (!f) return &bmi_no_memory_folds;
    making m = { .f = f, .e = &f->object.error, .context = f->object.context, .here = here, .o = o, .only = only };
    const void *data = t ? (const void *)t : d;
    if (!f->object.error.status && bmi_object_failed(data)) bmi_object_fail_with(f, data, here, "folds: the data");
    if (!f->object.error.status && !check(&m) && !(t ? look_at_table(&m, t) : look_at_data(&m, d)) && !make(&m, t))
        check_parts(&m);
    bmi_split_by_end(t ? t->object.context : d ? d->object.context : NULL, f->n, &m.own);
    bmi_release(m.context, m.class_copy, (size_t)f->n, sizeof *m.class_copy);
    bm_tensor_free(m.class_tensor);
    return f;
}

bm_folds *bmi_folds_one(bm_context *context, int64_t rows, bm_rows learned, bm_rows held, bm_place here)
{
    bm_folds *f = bmi_object_new(context, &kind, sizeof *f);
    if (!f) return &bmi_no_memory_folds;
    f->rows = rows;
    f->parts = bmi_alloc(context, (size_t)rows, 1);
    if (!f->parts) {
        bmi_fail_memory(&f->object.error, here, (size_t)rows, "a fold");
        return f;
    }
    f->n = rows;
    f->k = f->repeats = 1;
    for (size_t i = 0; i < learned.count; i++) f->parts[learned.at[i]] = BMI_LEARNED;
    for (size_t i = 0; i < held.count; i++) f->parts[held.at[i]] = BMI_HELD_OUT;
    return f;
}

static bm_folds *with_options(const bm_table *t, const bm_dataset *d, const bm_folds_options *options, size_t size,
                              bm_place here)
{
    bm_folds_options o;
    bmi_error e = { 0 };
    if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_folds_options, named_), options, size))
        return bmi_folds_make(t, d, (bm_rows){ 0 }, &o, here);
    bm_folds *f = bmi_object_new(NULL, &kind, sizeof *f);
    if (!f) return &bmi_no_memory_folds;
    bmi_fail_from(&f->object.error, &e);
    return f;
}

bm_folds *bm_folds_of_table_at(const bm_table *t, const bm_folds_options *options, size_t size, bm_place here)
{
    return with_options(t, NULL, options, size, here);
}
bm_folds *bm_folds_of_dataset_at(const bm_dataset *d, const bm_folds_options *options, size_t size, bm_place here)
{
    return with_options(NULL, d, options, size, here);
}
