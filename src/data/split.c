// SPDX-License-Identifier: Apache-2.0
/* Splitting rows into training, validation and test. Stratified: each class is split by itself, with the sizes rounded so that the
 * totals come out (largest remainder; Hamilton's method), after one shuffle of all rows.
 */
#include "data/dataset.h"
#include "base/random.h"
#include "format/column.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_status sizes(bmi_error *e, bm_place here, int64_t n, const bm_split_options *o, int64_t counts[3])
{
    const double f[2] = { o->validation, o->test };
    const char *names[2] = { "validation", "test" };
    counts[0] = n;
    for (int i = 0; i < 2; i++) {
        if (!(f[i] >= 0 && f[i] < 1))
            return bmi_fail(e, BM_E_ARGUMENT, here, "split: %s is %g; it must be a fraction, >= 0 and < 1", names[i], f[i]);
        counts[i + 1] = (int64_t)llround(f[i] * (double)n);
        if (f[i] > 0 && !counts[i + 1]) counts[i + 1] = 1;
        counts[0] -= counts[i + 1];
    }
    if (f[0] + f[1] >= 1)
        return bmi_fail(e, BM_E_ARGUMENT, here, "split: validation %g and test %g leave nothing for training", f[0], f[1]);
    if (counts[0] < 1)
        return bmi_fail_as(e, BMI_CAUSE_FEW_ROWS, BM_E_ARGUMENT, here,
                           "split: %" PRId64 " row%s too few for validation %g and test %g", n, n == 1 ? " is" : "s are", f[0],
                           f[1]);
    return BM_OK;
}

/* A class in one part: what it should have and what is left over. */
typedef struct share {
    double rest;
    int64_t class;
} share;

static int by_rest(const void *a, const void *b)
{
    const share *x = a, *y = b;
    if (x->rest != y->rest) return x->rest < y->rest ? 1 : -1;
    return (x->class > y->class) - (x->class < y->class);
}

/* How many rows of each class the parts 1 and 2 get: quota[part][class]. As long as there are others, no class gives its last row away:
 * what was never there in training cannot be judged. */
static void quotas(const int64_t *have, int64_t classes, int64_t n, const int64_t counts[3], int64_t *quota, share *shares)
{
    for (int p = 1; p < 3; p++) {
        int64_t *q = quota + p * classes, given = 0;
        for (int64_t k = 0; k < classes; k++) {
            const double exact = (double)have[k] * (double)counts[p] / (double)n;
            q[k] = (int64_t)exact;
            given += q[k];
            shares[k] = (share){ exact - (double)q[k], k };
        }
        qsort(shares, (size_t)classes, sizeof *shares, by_rest);
        for (int64_t i = 0; given < counts[p] && i < 3 * classes; i++) {
            const int64_t k = shares[i % classes].class;
            const int64_t taken = q[k] + (p == 2 ? quota[classes + k] : 0);
            if (taken >= have[k] - (i < 2 * classes)) continue;
            q[k]++;
            given++;
        }
    }
}

static void place_rows(const int64_t *mixed, const int32_t *classes, int64_t n, int64_t n_classes, int64_t *quota,
                       const int64_t counts[3], int64_t *order)
{
    int64_t at[3] = { 0, counts[0], counts[0] + counts[1] };
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = mixed[i];
        int part = 0;
        for (int p = 1; p < 3; p++)
            if (!part && quota[p * n_classes + classes[row]] > 0) part = p;
        if (part) quota[part * n_classes + classes[row]]--;
        order[at[part]++] = row;
    }
}

static bm_status stratify(bmi_error *e, bm_place here, bm_context *context, int64_t n, const int32_t *classes,
                          int64_t n_classes, uint64_t seed, const int64_t counts[3], int64_t *order)
{
    int64_t *mixed = bmi_alloc_raw(context, (size_t)n, sizeof *mixed);
    int64_t *have = bmi_alloc(context, (size_t)n_classes, sizeof *have);
    int64_t *quota = bmi_alloc(context, (size_t)n_classes * 3, sizeof *quota);
    share *shares = bmi_alloc(context, (size_t)n_classes, sizeof *shares);
    bm_status st = mixed && have && quota && shares ? BM_OK : bmi_fail_memory(e, here, (size_t)n * 8, "to split rows");
    if (!st) {
        bmi_random_permutation(seed, bmi_random_stream(BMI_STREAM_SPLIT, 0), mixed, n);
        for (int64_t i = 0; i < n; i++) have[classes[i]]++;
        quotas(have, n_classes, n, counts, quota, shares);
        place_rows(mixed, classes, n, n_classes, quota, counts, order);
    }
    bmi_release(context, mixed, (size_t)n, sizeof *mixed);
    bmi_release(context, have, (size_t)n_classes, sizeof *have);
    bmi_release(context, quota, (size_t)n_classes * 3, sizeof *quota);
    bmi_release(context, shares, (size_t)n_classes, sizeof *shares);
    return st;
}

typedef struct dated {
    double time;
    int64_t row;
} dated;

static int by_time(const void *a, const void *b)
{
    const dated *x = a, *y = b;
    return x->time != y->time ? (x->time > y->time) - (x->time < y->time) : (x->row > y->row) - (x->row < y->row);
}

/* The place from low to high nearest to `want` where one time ends and another begins; -1: there is none. */
static int64_t border(const dated *all, int64_t want, int64_t low, int64_t high)
{
    for (int64_t d = 0; want - d >= low || want + d <= high; d++)
        for (int side = -1; side <= 1; side += 2) {
            const int64_t at = want + side * d;
            if (at >= low && at <= high && all[at - 1].time != all[at].time) return at;
        }
    return -1;
}

/* Moves the cuts between parts to where times change: rows of one time are never in two parts. False: there are too few times. */
static bool cut_between_times(const dated *all, int64_t n, int64_t counts[3])
{
    const bool two = counts[1] && counts[2];
    if (!counts[1] && !counts[2]) return true;
    const int64_t last = border(all, n - 1, 1, n - 1), want = counts[0] + counts[1];
    const int64_t first = border(all, counts[0], 1, two ? last - 1 : last);
    if (first < 0) return false;
    const int64_t second = two ? border(all, want, first + 1, last) : counts[1] ? n : first;
    counts[0] = first;
    counts[1] = second - first;
    counts[2] = n - second;
    return true;
}

/* Rows from the earliest to the last; equal times stay as they were. */
static bm_status in_time(bmi_error *e, bm_place here, bm_context *context, int64_t n, const double *times,
                         const bm_split_options *o, int64_t *order, int64_t counts[3])
{
    dated *all = bmi_alloc_raw(context, (size_t)n, sizeof *all);
    if (!all) return bmi_fail_memory(e, here, (size_t)n * sizeof *all, "to split rows by time");
    for (int64_t i = 0; i < n; i++) all[i] = (dated){ times[i], i };
    qsort(all, (size_t)n, sizeof *all, by_time);
    for (int64_t i = 0; i < n; i++) order[i] = all[i].row;
    if (!cut_between_times(all, n, counts)) {
        const bool one = all[0].time == all[n - 1].time;
        bmi_fail_as(e, one ? BMI_CAUSE_NONE : BMI_CAUSE_FEW_TIMES, BM_E_DATA, here,
                    "split: column \"%.100s\" has %s in all %" PRId64 " rows: each part needs times of its own", o->time,
                    one ? "one time" : "only two times", n);
    }
    bmi_release(context, all, (size_t)n, sizeof *all);
    return e->status;
}

bm_status bmi_split_rows(bmi_error *e, bm_place here, bm_context *context, int64_t n, const bmi_split_by *by,
                         const bm_split_options *o, int64_t *order, int64_t counts[3])
{
    const bool stratified = by->classes && by->n_classes > 0 && !o->not_stratified;
    bm_status st = sizes(e, here, n, o, counts);
    if (!st && by->groups && (by->times || o->in_order))
        st = bmi_fail(e, BM_E_ARGUMENT, here, "split: by groups and by time or in order at once; give one of them");
    if (st) return st;
    if (by->groups) {
        const bmi_split_by plain = { .groups = by->groups, .n_groups = by->n_groups };
        st = bmi_split_groups(e, here, context, n, stratified ? by : &plain, (uint64_t)o->seed, order, counts);
    } else if (by->times) {
        st = in_time(e, here, context, n, by->times, o, order, counts);
    } else if (o->in_order) {
        for (int64_t i = 0; i < n; i++) order[i] = i;
    } else if (stratified) {
        st = stratify(e, here, context, n, by->classes, by->n_classes, (uint64_t)o->seed, counts, order);
    } else {
        bmi_random_permutation((uint64_t)o->seed, bmi_random_stream(BMI_STREAM_SPLIT, 0), order, n);
    }
    return st;
}

/* ---- datasets ---- */

static bm_tensor *take_tensor(const bm_dataset *d, const bm_tensor *from, bm_rows rows, bm_place here)
{
    bm_shape shape = from->shape;
    shape.dim[0] = (int64_t)rows.count;
    bm_tensor *t = bmi_tensor_make(d->object.context, from->type, shape, true, here);
    if (!t->object.error.status) bmi_gather_rows(t->data, from->type, from, 1, rows.at, 0, (int64_t)rows.count, 0, 1);
    return t;
}

bm_dataset *bm_dataset_take_at(const bm_dataset *d, bm_rows rows, bm_place here)
{
    bm_dataset *taken = bmi_dataset_new(d ? d->object.context : NULL);
    if (bmi_object_failed(d)) bmi_object_fail_of(taken, d, here);
    else if (!rows.at || !rows.count) bmi_object_fail(taken, BM_E_DATA, here, "dataset: no rows are asked for");
    for (size_t i = 0; !taken->object.error.status && i < rows.count; i++)
        if (rows.at[i] < 0 || rows.at[i] >= d->rows)
            bmi_object_fail(taken, BM_E_ARGUMENT, here, "dataset: row %" PRId64 " is asked for, there are %" PRId64, rows.at[i],
                            d->rows);
    if (taken->object.error.status) return taken;
    for (int i = 0; i < d->n_x; i++) {
        bmi_dataset_add(taken, false, take_tensor(d, d->x[i].tensor, rows, here), d->x[i].name, here);
        if (!taken->object.error.status) taken->x[i].scale = d->x[i].scale;
    }
    for (int i = 0; i < d->n_t; i++)
        bmi_dataset_add(taken, true, take_tensor(d, d->t[i].tensor, rows, here), d->t[i].name, here);
    if (d->weights) bmi_dataset_weigh(taken, take_tensor(d, d->weights, rows, here), here);
    if (d->n_classes) bmi_dataset_name_classes(taken, d->classes, d->n_classes, here);
    taken->recipe = bmi_object_keep(d->recipe);
    return taken;
}

/* The class numbers of a dataset's rows when all lie in [0, n_classes): what a split can be stratified by. */
static const int32_t *classes_of(const bm_dataset *d, int64_t *n_classes)
{
    *n_classes = 0;
    if (!d->n_t || d->t[0].tensor->type != BM_I32 || d->t[0].tensor->size != d->rows) return NULL;
    const int32_t *classes = d->t[0].tensor->data;
    for (int64_t i = 0; i < d->rows; i++) {
        if (classes[i] < 0 || classes[i] >= 100000) return NULL;
        if (classes[i] >= *n_classes) *n_classes = classes[i] + 1;
    }
    return classes;
}

bm_status bmi_split_groups_of(bmi_error *e, bm_place here, const bm_dataset *d, const bm_split_options *o, bmi_split_by *by)
{
    const bm_tensor *g = o->groups;
    bmi_dictionary seen = { .context = d->object.context };
    if (o->group || o->time || o->target)
        return bmi_fail(e, BM_E_ARGUMENT, here, "split: a dataset has no columns to name; give .groups, or split the table");
    if (!g) return BM_OK;
    if (g->object.error.status) return bmi_fail_from(e, &g->object.error);
    if (g->type != BM_I32 && g->type != BM_I64)
        return bmi_fail(e, BM_E_TYPE, here, "split: groups are %s; give i32 or i64 numbers", bm_type_name(g->type));
    if (g->size != d->rows)
        return bmi_fail(e, BM_E_SHAPE, here, "split: %" PRId64 " groups are given for %" PRId64 " rows", g->size, d->rows);
    const size_t bytes = bm_type_size(g->type);
    by->groups = by->own_groups = bmi_alloc_raw(d->object.context, (size_t)d->rows, sizeof *by->own_groups);
    bool fine = by->groups;
    for (int64_t i = 0; fine && i < d->rows; i++)
        fine = (by->own_groups[i] = bmi_dictionary_add(&seen, (const char *)g->data + (size_t)i * bytes, bytes)) >= 0;
    by->n_groups = seen.count;
    bmi_dictionary_end(&seen);
    return fine ? BM_OK : bmi_fail_memory(e, here, (size_t)d->rows * 8, "the groups of rows");
}

bm_parts bm_dataset_split_at(const bm_dataset *d, const bm_split_options *options, size_t size, bm_place here)
{
    bm_split_options o;
    bmi_error e = { 0 };
    bm_parts parts = { 0 };
    int64_t counts[3] = { 0 };
    int64_t *order = NULL;
    bmi_split_by by = { 0 };
    if (bmi_object_failed(d)) bmi_fail_of(&e, d, here);
    else if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_split_options, named_), options, size)) {
        order = bmi_alloc_raw(d->object.context, (size_t)d->rows, sizeof *order);
        by.classes = classes_of(d, &by.n_classes);
        if (!order) bmi_fail_memory(&e, here, (size_t)d->rows * sizeof *order, "to split rows");
        else if (!bmi_split_groups_of(&e, here, d, &o, &by))
            bmi_split_rows(&e, here, d->object.context, d->rows, &by, &o, order, counts);
    }
    if (e.status) {
        parts.train = bmi_dataset_new(NULL);
        if (parts.train->object.users >= 0) bmi_fail_from(&parts.train->object.error, &e);
    } else {
        parts.train = bm_dataset_take_at(d, (bm_rows){ order, (size_t)counts[0] }, here);
        if (counts[1]) parts.validation = bm_dataset_take_at(d, (bm_rows){ order + counts[0], (size_t)counts[1] }, here);
        if (counts[2]) parts.test = bm_dataset_take_at(d, (bm_rows){ order + counts[0] + counts[1], (size_t)counts[2] }, here);
    }
    if (d) bmi_split_by_end(d->object.context, d->rows, &by);
    if (d && order) bmi_release(d->object.context, order, (size_t)d->rows, sizeof *order);
    return parts;
}
