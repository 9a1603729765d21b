// SPDX-License-Identifier: Apache-2.0
/* What is made of the cells of each group. Sums: up to 16 parts of the rows, cut by the number of rows and groups alone, each with sums of
 * its own, which are added in order; so they do not depend on threads. What needs all cells of a group gets them through lists of
 * its rows, group by group by the threads.
 */
#include "base/context.h"
#include "data/order.h"
#include "data/table_group.h"
#include <math.h>
#include <string.h>

enum { PARTS = 16, PART_ROWS = 1 << 15 };

typedef struct sum {
    double sum, count;
} sum;

/* ---- sums ---- */

typedef struct summing {
    const bmi_groups *g;
    const bmi_column *const *columns;
    const double *means; /* of one column: moments about them are summed, of this power; null: the values */
    int power, parts;
    sum *sums; /* n + 1 of each part of each column: the last is of rows that are in no group */
} summing;

static int sum_parts(const bmi_groups *g)
{
    int64_t parts = g->rows / PART_ROWS + 1;
    if (parts > PARTS) parts = PARTS;
    while (parts > 1 && parts * g->n > g->rows) parts /= 2; /* many groups: rather fewer parts than more memory */
    return (int)parts;
}

static inline void add(sum *s, double x)
{
    const bool there = x == x;
    s->sum += there ? x : 0;
    s->count += there;
}

static inline uint32_t group_of(uint32_t id, uint32_t n)
{
    return id < n ? id : n;
}

/* Numbers of `some` rows from `at` on. */
static void sum_reals(const summing *s, const double *x, sum *to, int64_t at, int64_t some)
{
    const uint32_t *ids = s->g->ids + at, n = s->g->n;
    if (!s->means) {
        for (int64_t i = 0; i < some; i++) add(&to[group_of(ids[i], n)], x[i]);
        return;
    }
    for (int64_t i = 0; i < some; i++) {
        if (ids[i] >= n) continue;
        const double d = x[i] - s->means[ids[i]];
        add(&to[ids[i]], s->power == 2 ? d * d : d * d * d);
    }
}

static void sum_part(void *arg, int part, int all)
{
    const summing *s = arg;
    const bmi_groups *g = s->g;
    const bmi_column *c = s->columns[part / s->parts];
    sum *to = s->sums + (size_t)part * ((size_t)g->n + 1);
    int64_t begin, end;
    (void)all;
    bmi_slice(g->rows, 1, part % s->parts, s->parts, &begin, &end);
    memset(to, 0, ((size_t)g->n + 1) * sizeof *to);
    if (c->type == BM_COLUMN_REAL) {
        sum_reals(s, (const double *)c->values + begin, to, begin, end - begin);
        return;
    }
    enum { SOME = 512 };
    double block[SOME];
    for (int64_t at = begin; at < end; at += SOME) { /* other numbers as reals, some at a time */
        const int64_t some = end - at < SOME ? end - at : SOME;
        if (bmi_stored(c->type) == BMI_STORED_INTEGER) {
            const int64_t *x = (const int64_t *)c->values + at;
            for (int64_t i = 0; i < some; i++) block[i] = x[i] == INT64_MIN ? NAN : (double)x[i];
        } else
            for (int64_t i = 0; i < some; i++) block[i] = bmi_column_number(c, at + i);
        sum_reals(s, block, to, at, some);
    }
}

/* The sums of n columns, of each column n groups: in `sums`, to be released with sums_release. Null when there is no memory. */
static sum *sums_of(const bmi_groups *g, const bmi_column *const *columns, size_t n, const double *means, int power)
{
    summing s = { g, columns, means, power, sum_parts(g), NULL };
    const size_t each = (size_t)g->n + 1;
    sum *all = bmi_alloc_raw(g->context, n * (size_t)s.parts * each, sizeof *all);
    if (!all) return NULL;
    s.sums = all;
    bmi_parallel_exact(g->context, (int)n * s.parts, sum_part, &s);
    for (size_t c = 0; c < n; c++)
        for (int p = 1; p < s.parts; p++) {
            sum *to = all + c * (size_t)s.parts * each, *from = to + (size_t)p * each;
            for (size_t k = 0; k < g->n; k++) {
                to[k].sum += from[k].sum;
                to[k].count += from[k].count;
            }
        }
    return all;
}

static void sums_release(const bmi_groups *g, sum *sums, size_t n)
{
    bmi_release(g->context, sums, n * (size_t)sum_parts(g) * ((size_t)g->n + 1), sizeof *sums);
}

bm_status bmi_aggregate_means(bmi_error *e, bm_place here, const bmi_groups *g, const bmi_column *const *columns, size_t n,
                              double *const *results)
{
    enum { MOST = 1 << 24 }; /* bytes of sums that are in memory together */
    const size_t each = (size_t)sum_parts(g) * ((size_t)g->n + 1), fit = MOST / (each * sizeof(sum)),
                 at_once = fit > 64 ? 64 : fit + 1;
    for (size_t at = 0; at < n && !e->status; at += at_once) {
        const size_t some = n - at < at_once ? n - at : at_once;
        sum *sums = sums_of(g, columns + at, some, NULL, 1);
        if (!sums) return bmi_fail_memory(e, here, some * each * sizeof *sums, "sums of groups");
        for (size_t c = 0; c < some; c++)
            for (size_t k = 0; k < g->n; k++)
                results[at + c][k] = sums[c * each + k].count ? sums[c * each + k].sum / sums[c * each + k].count : NAN;
        sums_release(g, sums, some);
    }
    return e->status;
}

/* ---- moments ---- */

static bool moments(const bmi_groups *g, const bmi_column *c, bm_group_kind kind, double *to)
{
    sum *first = sums_of(g, &c, 1, NULL, 1), *second = NULL, *third = NULL;
    if (first && (kind == BM_GROUP_COUNT || kind == BM_GROUP_SUM || kind == BM_GROUP_MEAN)) {
        for (uint32_t k = 0; k < g->n; k++)
            to[k] = kind == BM_GROUP_COUNT ? first[k].count
                    : kind == BM_GROUP_SUM ? first[k].sum
                    : first[k].count       ? first[k].sum / first[k].count
                                           : NAN;
    } else if (first) {
        for (uint32_t k = 0; k < g->n; k++) to[k] = first[k].sum / first[k].count; /* the means; 0 / 0 is NaN */
        second = sums_of(g, &c, 1, to, 2);
        if (kind == BM_GROUP_SKEW) third = sums_of(g, &c, 1, to, 3);
    }
    const bool fine = first && (kind <= BM_GROUP_MEAN || (second && (third || kind != BM_GROUP_SKEW)));
    for (uint32_t k = 0; fine && second && k < g->n; k++) {
        const double n = second[k].count, m2 = second[k].sum / n;
        if (kind == BM_GROUP_SKEW)
            to[k] =
                m2 > 1e-28 * to[k] * to[k] /* more than the rounding of a mean leaves */ ? third[k].sum / n / (m2 * sqrt(m2))
                                                                                         : NAN;
        else to[k] = n > 1 ? second[k].sum / (n - 1) : NAN;
        if (kind == BM_GROUP_STD) to[k] = sqrt(to[k]);
    }
    sums_release(g, first, 1);
    sums_release(g, second, 1);
    sums_release(g, third, 1);
    return fine;
}

/* Sums of integers and of true/false; false when one is outside 64 bits. */
static bool integer_sums(const bmi_groups *g, const bmi_column *c, int64_t *to)
{
    bool fine = true;
    memset(to, 0, g->n * sizeof *to);
    for (int64_t i = 0; i < g->rows; i++) {
        if (g->ids[i] >= g->n || bmi_column_is_missing(c, i)) continue;
        const int64_t x = c->type == BM_COLUMN_BOOL ? ((const uint8_t *)c->values)[i] : ((const int64_t *)c->values)[i];
        int64_t *into = &to[g->ids[i]];
        fine &= !__builtin_add_overflow(*into, x, into) && *into != INT64_MIN;
    }
    return fine;
}

/* ---- one of the cells ---- */

/* The row of each group's least, largest, first or last cell; BMI_NO_ROW: all are missing. */
static void choose(const bmi_groups *g, const bmi_column *c, bm_group_kind kind, const uint32_t *ranks, uint32_t *best)
{
    memset(best, 0xff, g->n * sizeof *best);
    for (int64_t i = 0; i < g->rows; i++) {
        if (g->ids[i] >= g->n || bmi_column_is_missing(c, i)) continue;
        uint32_t *b = &best[g->ids[i]];
        if (*b == BMI_NO_ROW || kind == BM_GROUP_LAST) {
            *b = (uint32_t)i;
            continue;
        }
        if (kind == BM_GROUP_FIRST) continue;
        bool less, more;
        switch (bmi_stored(c->type)) {
        case BMI_STORED_INTEGER: {
            const int64_t *x = c->values;
            less = x[i]<x[*b], more = x[i]> x[*b];
            break;
        }
        case BMI_STORED_CODE: {
            const int32_t *x = c->values;
            less = ranks[x[i]]<ranks[x[*b]], more = ranks[x[i]]> ranks[x[*b]];
            break;
        }
        default: {
            const double x = bmi_column_number(c, i), y = bmi_column_number(c, *b);
            less = x<y, more = x> y;
        }
        }
        if (kind == BM_GROUP_MIN ? less : more) *b = (uint32_t)i;
    }
}

static bool chosen_cells(const bmi_groups *g, const bmi_column *c, bm_group_kind kind, bmi_column *result)
{
    const bool texts = c->type == BM_COLUMN_TEXT, ordered = texts && (kind == BM_GROUP_MIN || kind == BM_GROUP_MAX);
    uint32_t *best = bmi_alloc_raw(g->context, g->n, sizeof *best);
    uint32_t *ranks = ordered ? bmi_text_ranks(g->context, &c->dictionary) : NULL;
    bool fine = best && (!ordered || ranks);
    if (fine) choose(g, c, kind, ranks, best);
    const size_t cell = bmi_column_cell(c->type);
    for (uint32_t k = 0; fine && k < g->n; k++) {
        if (best[k] == BMI_NO_ROW) bmi_put_missing(result, k, 1);
        else memcpy((char *)result->values + k * cell, (const char *)c->values + best[k] * cell, cell);
    }
    if (fine && texts) fine = bmi_dictionary_copy(g->context, &c->dictionary, &result->dictionary);
    bmi_release(g->context, ranks, (size_t)c->dictionary.count, sizeof *ranks);
    bmi_release(g->context, best, g->n, sizeof *best);
    return fine;
}

/* ---- all cells ---- */

static bool make_lists(bmi_groups *g)
{
    if (g->list) return true;
    g->start = bmi_alloc(g->context, (size_t)g->n + 2, sizeof *g->start);
    g->list = bmi_alloc_raw(g->context, (size_t)g->rows, sizeof *g->list);
    if (!g->start || !g->list) return false;
    uint32_t *at = g->start + 1; /* counts, then places to write at, which become the starts of the next ones */
    for (int64_t i = 0; i < g->rows; i++)
        if (g->ids[i] < g->n) at[g->ids[i] + 1]++;
    for (uint32_t k = 0; k < g->n; k++) at[k + 1] += at[k];
    for (int64_t i = 0; i < g->rows; i++)
        if (g->ids[i] < g->n) g->list[at[g->ids[i]]++] = (uint32_t)i;
    return true;
}

void bmi_groups_end(bmi_groups *g)
{
    bmi_release(g->context, g->start, (size_t)g->n + 2, sizeof *g->start);
    bmi_release(g->context, g->list, (size_t)g->rows, sizeof *g->list);
    g->start = g->list = NULL;
}

typedef struct measuring {
    const bmi_groups *g;
    const bmi_column *c;
    double *room; /* a cell for each row, in the order of the lists */
    double *other;
    double q; /* NaN: count different values */
    bmi_column *result;
} measuring;

static int64_t different(const double *x, int64_t n)
{
    int64_t count = n > 0;
    for (int64_t i = 1; i < n; i++) count += x[i] != x[i - 1];
    return count;
}

static void measure_group(const measuring *m, uint32_t k)
{
    const bmi_groups *g = m->g;
    double *x = m->room + g->start[k];
    int64_t n = 0;
    for (uint32_t i = g->start[k]; i < g->start[k + 1]; i++) {
        if (m->c->type == BM_COLUMN_TEXT) {
            const int32_t code = ((const int32_t *)m->c->values)[g->list[i]];
            if (code >= 0) x[n++] = code;
        } else {
            const double value = bmi_column_number(m->c, g->list[i]);
            if (value == value) x[n++] = value;
        }
    }
    if (!isnan(m->q)) ((double *)m->result->values)[k] = n ? bmi_quantile(x, n, m->q) : NAN;
    else ((int64_t *)m->result->values)[k] = different(bmi_sort_numbers(g->context, x, m->other + g->start[k], n), n);
}

/* Groups whose rows begin in a slice of the list. */
static void measure_part(void *arg, int part, int parts)
{
    const measuring *m = arg;
    const bmi_groups *g = m->g;
    int64_t begin, end;
    bmi_slice((int64_t)g->n, 1, part, parts, &begin, &end);
    for (int64_t k = begin; k < end; k++) measure_group(m, (uint32_t)k);
}

static bool measures(bmi_groups *g, const bmi_column *c, double q, bmi_column *result)
{
    measuring m = { g, c, NULL, NULL, q, result };
    bool fine = make_lists(g) && (m.room = bmi_alloc_raw(g->context, (size_t)g->rows, sizeof *m.room)) &&
                (!isnan(q) || (m.other = bmi_alloc_raw(g->context, (size_t)g->rows, sizeof *m.other)));
    if (fine) bmi_parallel_exact(g->context, g->n > 64 ? 64 : (int)g->n, measure_part, &m);
    bmi_release(g->context, m.other, (size_t)g->rows, sizeof *m.other);
    bmi_release(g->context, m.room, (size_t)g->rows, sizeof *m.room);
    return fine;
}

/* Different integers exactly: by the numbers of equal keys among the rows of all groups. */
static bool different_integers(const bmi_groups *g, const bmi_column *c, bmi_column *result)
{
    bm_table t = { .object = { .context = g->context }, .rows = g->rows, .n_columns = 2 };
    bmi_column group = { .name = (char *)"group", .type = BM_COLUMN_INTEGER };
    int64_t *ids = bmi_alloc_raw(g->context, (size_t)g->rows, sizeof *ids);
    bmi_keys k = { .context = g->context, .n = 2, .build.t = &t };
    bmi_error e = { 0 };
    k.build.columns = bmi_alloc(g->context, 2, sizeof *k.build.columns);
    bool fine = ids && k.build.columns;
    for (int64_t i = 0; fine && i < g->rows; i++) ids[i] = g->ids[i] < g->n ? (int64_t)g->ids[i] : INT64_MIN;
    if (fine) {
        group.values = ids;
        k.build.columns[0] = &group;
        k.build.columns[1] = c;
        fine = !bmi_keys_make(&e, (bm_place){ 0 }, &k);
        memset(result->values, 0, g->n * sizeof(int64_t));
        for (uint32_t i = 0; fine && i < k.count; i++) ((int64_t *)result->values)[g->ids[k.first[i]]]++;
    }
    bmi_keys_end(&k);
    bmi_release(g->context, ids, (size_t)g->rows, sizeof *ids);
    return fine;
}

/* ---- any ---- */

bm_column_type bmi_aggregate_type(const bmi_column *c, bm_group_kind kind)
{
    switch (kind) {
    case BM_GROUP_ROWS:
    case BM_GROUP_COUNT:
    case BM_GROUP_DISTINCT: return BM_COLUMN_INTEGER;
    case BM_GROUP_SUM: return c->type == BM_COLUMN_REAL ? BM_COLUMN_REAL : BM_COLUMN_INTEGER;
    case BM_GROUP_MIN:
    case BM_GROUP_MAX:
    case BM_GROUP_FIRST:
    case BM_GROUP_LAST: return c->type;
    default: return BM_COLUMN_REAL;
    }
}

static void count_cells(const bmi_groups *g, const bmi_column *c, int64_t *to)
{
    memset(to, 0, g->n * sizeof *to);
    for (int64_t i = 0; i < g->rows; i++)
        if (g->ids[i] < g->n && (!c || !bmi_column_is_missing(c, i))) to[g->ids[i]]++;
}

bm_status bmi_aggregate(bmi_error *e, bm_place here, bmi_groups *g, const bmi_column *c, const bm_aggregate *a,
                        bmi_column *result)
{
    bool fine = true;
    switch (a->kind) {
    case BM_GROUP_ROWS: count_cells(g, NULL, result->values); break;
    case BM_GROUP_COUNT: count_cells(g, c, result->values); break;
    case BM_GROUP_SUM:
        if (c->type == BM_COLUMN_REAL) fine = moments(g, c, a->kind, result->values);
        else if (!integer_sums(g, c, result->values))
            bmi_fail(e, BM_E_NUMBER, here, "group: a sum of column \"%.100s\" is outside 64 bits", c->name);
        break;
    case BM_GROUP_MEAN:
    case BM_GROUP_STD:
    case BM_GROUP_VAR:
    case BM_GROUP_SKEW: fine = moments(g, c, a->kind, result->values); break;
    case BM_GROUP_MEDIAN: fine = measures(g, c, .5, result); break;
    case BM_GROUP_QUANTILE: fine = measures(g, c, a->q == (double)BM_ZERO ? 0 : a->q, result); break;
    case BM_GROUP_DISTINCT:
        fine = bmi_stored(c->type) == BMI_STORED_INTEGER ? different_integers(g, c, result) : measures(g, c, NAN, result);
        break;
    default: fine = chosen_cells(g, c, a->kind, result);
    }
    if (!fine) return bmi_fail_memory(e, here, (size_t)g->rows * sizeof(double), "the cells of groups");
    if (result->type == BM_COLUMN_REAL)
        for (uint32_t k = 0; k < g->n && !e->status; k++)
            if (isinf(((double *)result->values)[k]))
                bmi_fail(e, BM_E_NUMBER, here, "group: a result of column \"%.100s\" is not finite", c->name);
    return e->status;
}
