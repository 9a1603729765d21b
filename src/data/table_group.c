// SPDX-License-Identifier: Apache-2.0
/* Grouping: rows of equal keys, one row of the result each. */
#include "data/table_group.h"
#include "base/context.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

static const char *const kind_names[BM_GROUP_KIND_COUNT_] = { "",       "rows", "count",    "sum",  "mean",
                                                              "median", "min",  "max",      "std",  "var",
                                                              "first",  "last", "distinct", "skew", "q" };

static bool needs_numbers(bm_group_kind kind)
{
    return kind == BM_GROUP_SUM || kind == BM_GROUP_MEAN || kind == BM_GROUP_MEDIAN || kind == BM_GROUP_STD ||
           kind == BM_GROUP_VAR || kind == BM_GROUP_SKEW || kind == BM_GROUP_QUANTILE;
}

static const bmi_column *aggregate_column(bmi_error *e, bm_place here, const bm_table *t, const bm_aggregate *a)
{
    const unsigned kind = (unsigned)a->kind;
    if (!kind || kind >= BM_GROUP_KIND_COUNT_) {
        bmi_fail(e, BM_E_ARGUMENT, here, "group: result of \"%.100s\" has no kind, as BM_GROUP_MEAN",
                 a->column ? a->column : "");
        return NULL;
    }
    if (kind == BM_GROUP_ROWS) {
        if (a->column) bmi_fail(e, BM_E_ARGUMENT, here, "group: BM_GROUP_ROWS counts rows; give it no column but NULL");
        return NULL;
    }
    if (!a->column) {
        bmi_fail(e, BM_E_ARGUMENT, here, "group: of which column is the %s?", kind_names[kind]);
        return NULL;
    }
    const bmi_column *c = bmi_table_column(e, here, t, a->column, " for a group's result");
    if (c && needs_numbers(a->kind) && !bmi_is_number(c->type))
        bmi_fail(e, BM_E_TYPE, here, "group: column \"%.100s\" is %s; it has no %s", a->column, bm_column_type_name(c->type),
                 kind == BM_GROUP_QUANTILE ? "quantiles" : kind_names[kind]);
    const double q = a->q == (double)BM_ZERO ? 0 : a->q;
    if (kind == BM_GROUP_QUANTILE && !(q >= 0 && q <= 1))
        bmi_fail(e, BM_E_ARGUMENT, here, "group: .q of \"%.100s\" is %g; it must be from 0 to 1", a->column, a->q);
    return c;
}

/* "price_mean", "price_q0.9", "rows"; false when there is no memory. */
static bool result_name(bm_context *context, const bm_aggregate *a, bmi_text *name)
{
    *name = (bmi_text){ .context = context };
    if (a->as) bmi_text_add(name, "%s", a->as);
    else if (a->kind == BM_GROUP_ROWS) bmi_text_add(name, "rows");
    else bmi_text_add(name, "%s_%s", a->column, kind_names[a->kind]);
    if (!a->as && a->kind == BM_GROUP_QUANTILE) {
        char q[32];
        bmi_write_real(q, a->q == (double)BM_ZERO ? 0 : a->q);
        bmi_text_add(name, "%s", q);
    }
    return !name->failed;
}

/* Adds the columns of results, their cells still to be filled. */
static void add_results(bmi_error *e, bm_place here, bm_table *result, const bm_table *t, bm_aggregates list, uint32_t groups)
{
    for (size_t i = 0; i < list.count && !e->status; i++) {
        const bm_aggregate *a = &list.at[i];
        const bmi_column *c = aggregate_column(e, here, t, a);
        bmi_text name;
        if (e->status) break;
        if (!result_name(result->object.context, a, &name)) bmi_fail_memory(e, here, 100, "the name of a column");
        else if (!bmi_table_add(result, name.at, bmi_aggregate_type(c, a->kind), groups, here))
            bmi_fail_from(e, &result->object.error);
        bmi_text_end(&name);
    }
}

/* Fills the results, means of all columns in one go. */
static void fill_results(bmi_error *e, bm_place here, bmi_groups *g, bm_table *result, size_t keys, const bm_table *t,
                         bm_aggregates list)
{
    const bmi_column **of = bmi_alloc(g->context, list.count, sizeof *of);
    double **to = of ? bmi_alloc(g->context, list.count, sizeof *to) : NULL;
    size_t means = 0;
    if (!to) bmi_fail_memory(e, here, list.count * sizeof *to, "the results of groups");
    for (size_t i = 0; to && i < list.count; i++) {
        const bmi_column *c = list.at[i].column ? &t->columns[bm_table_find(t, list.at[i].column)] : NULL;
        if (list.at[i].kind != BM_GROUP_MEAN) {
            if (!e->status) bmi_aggregate(e, here, g, c, &list.at[i], &result->columns[keys + i]);
            continue;
        }
        of[means] = c;
        to[means++] = result->columns[keys + i].values;
    }
    if (!e->status) bmi_aggregate_means(e, here, g, of, means, to);
    bmi_release(g->context, to, list.count, sizeof *to);
    bmi_release(g->context, of, list.count, sizeof *of);
}

/* Brings groups in the order that was asked for: k->first and the numbers of rows change. */
static bool order_groups(bmi_keys *k, const bm_table_group_options *o)
{
    bm_context *context = k->context;
    bmi_sort_key *keys = bmi_alloc(context, k->n + 1, sizeof *keys);
    uint32_t *order = bmi_alloc_raw(context, k->count, sizeof *order), *place = bmi_alloc_raw(context, k->count, sizeof *place);
    int64_t *sizes = o->by_size ? bmi_alloc(context, (size_t)k->build.t->rows, sizeof *sizes) : NULL;
    bool fine = keys && order && place && (sizes || !o->by_size);
    bmi_column size = { .name = (char *)"size", .type = BM_COLUMN_INTEGER, .values = sizes };
    const size_t first = o->by_size ? 1 : 0;
    for (size_t i = 0; fine && i < k->n; i++) keys[first + i] = (bmi_sort_key){ k->build.columns[i], false };
    if (fine && sizes) { /* in the first row of each group, so that it is sorted by it as by a column */
        for (int64_t i = 0; i < k->build.t->rows; i++)
            if (k->build.ids[i] != BMI_NO_ROW) sizes[k->first[k->build.ids[i]]]++;
        keys[0] = (bmi_sort_key){ &size, true };
    }
    for (uint32_t i = 0; fine && i < k->count; i++) {
        order[i] = k->first[i];
        place[k->build.ids[k->first[i]]] = i;
    }
    if (fine) fine = bmi_sort_rows(context, keys, k->n + first, order, k->count);
    for (uint32_t i = 0; fine && i < k->count; i++) place[k->build.ids[order[i]]] = i;
    for (int64_t i = 0; fine && i < k->build.t->rows; i++)
        if (k->build.ids[i] != BMI_NO_ROW) k->build.ids[i] = place[k->build.ids[i]];
    if (fine && k->count) memcpy(k->first, order, k->count * sizeof *order);
    bmi_release(context, sizes, (size_t)k->build.t->rows, sizeof *sizes);
    bmi_release(context, place, k->count, sizeof *place);
    bmi_release(context, order, k->count, sizeof *order);
    bmi_release(context, keys, k->n + 1, sizeof *keys);
    return fine;
}

static void group(bmi_error *e, bm_place here, bm_table *result, const bm_table *t, const bm_table_group_options *o,
                  bmi_keys *k)
{
    static const bm_aggregate rows_alone = { .kind = BM_GROUP_ROWS };
    const bm_aggregates list = o->results.count ? o->results : (bm_aggregates){ &rows_alone, 1 };
    if (bmi_keys_make(e, here, k)) return;
    if (!o->unsorted && !order_groups(k, o)) {
        bmi_fail_memory(e, here, (size_t)k->count * 64, "to sort groups");
        return;
    }
    bmi_taken *keys = bmi_alloc(k->context, k->n, sizeof *keys);
    if (!keys) bmi_fail_memory(e, here, k->n * sizeof *keys, "the keys of groups");
    for (size_t i = 0; keys && i < k->n; i++) keys[i] = (bmi_taken){ k->build.columns[i], NULL, k->first };
    if (keys && bmi_take(result, keys, k->n, k->count, here)) bmi_fail_from(e, &result->object.error);
    bmi_release(k->context, keys, k->n, sizeof *keys);
    bmi_groups g = { .context = k->context, .rows = t->rows, .n = k->count, .ids = k->build.ids };
    if (!e->status) add_results(e, here, result, t, list, k->count);
    if (!e->status) fill_results(e, here, &g, result, k->n, t, list);
    bmi_groups_end(&g);
}

bm_table *bm_table_group_at(const bm_table *t, const bm_table_group_options *options, size_t size, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    bm_table_group_options o;
    bmi_error e = { 0 };
    if (bmi_object_failed(result)) return result;
    bmi_keys k = { .context = result->object.context, .build.t = t };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_table_group_options, named_), options, size);
    if (!e.status && o.unsorted && o.by_size)
        bmi_fail(&e, BM_E_ARGUMENT, here, "group: .unsorted and .by_size are two orders; give one of them");
    if (!e.status && !o.by.count)
        bmi_fail(&e, BM_E_ARGUMENT, here, "group: name the columns to group by, as BM_NAMES(\"a\", \"b\")");
    if (!e.status) bmi_need(&e, here, "group: the list of results", o.results.at, o.results.count);
    if (!e.status) k.build.columns = bmi_key_columns(&e, here, t, o.by, " to group by");
    if (!e.status) {
        k.n = o.by.count;
        k.keep_missing = o.keep_missing;
        group(&e, here, result, t, &o, &k);
    }
    bmi_result_fail(result, &e);
    bmi_keys_end(&k);
    return result;
}
