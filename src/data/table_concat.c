// SPDX-License-Identifier: Apache-2.0
/* Tables one below the other: columns meet by name. */
#include "base/context.h"
#include "data/table_work.h"
#include <inttypes.h>

static bool empty(const bm_table *t, const bmi_column *c)
{
    return bm_table_missing(t, c - t->columns) == t->rows;
}

/* The type that takes the cells of both; 0: there is none. */
static bm_column_type common_type(bm_column_type a, bm_column_type b)
{
    if (a == b) return a;
    if (!bmi_is_number(a) || !bmi_is_number(b)) return (bm_column_type)0;
    if (a == BM_COLUMN_REAL || b == BM_COLUMN_REAL) return BM_COLUMN_REAL;
    return BM_COLUMN_INTEGER;
}

/* The type of a column in the result: of all tables that have values there. */
static bm_column_type type_of(bmi_error *e, bm_place here, bm_tables tables, const char *name)
{
    bm_column_type type = (bm_column_type)0, first = type;
    for (size_t i = 0; i < tables.count && !e->status; i++) {
        const int64_t at = bm_table_find(tables.at[i], name);
        if (at < 0) continue;
        const bmi_column *c = &tables.at[i]->columns[at];
        if (!first) first = c->type;
        if (empty(tables.at[i], c)) continue;
        const bm_column_type both = type ? common_type(type, c->type) : c->type;
        if (!both)
            bmi_fail(e, BM_E_TYPE, here, "concat: column \"%.100s\" is %s in one table and %s in table %zu; read both as text",
                     name, bm_column_type_name(type), bm_column_type_name(c->type), i + 1);
        type = both;
    }
    return type ? type : first;
}

static void add_column(bmi_error *e, bm_place here, bm_table *result, bm_tables tables, const bmi_column *c, int64_t rows)
{
    const bm_column_type type = type_of(e, here, tables, c->name);
    bmi_column *to = e->status ? NULL : bmi_table_add(result, c->name, type, rows, here);
    int64_t at = 0;
    if (!to) {
        bmi_fail_from(e, &result->object.error);
        return;
    }
    to->form = c->form;
    for (size_t i = 0; i < tables.count && !e->status; at += tables.at[i++]->rows) {
        const bm_table *t = tables.at[i];
        const int64_t from = bm_table_find(t, c->name);
        if (from < 0 || empty(t, &t->columns[from])) bmi_put_missing(to, at, t->rows);
        else if (!bmi_put_cells(result->object.context, to, at, &t->columns[from], NULL, t->rows))
            bmi_fail_memory(e, here, (size_t)rows * 8, "the cells of a column");
    }
}

bm_table *bm_table_concat_at(bm_tables tables, bm_place here)
{
    bm_table *result = tables.count && tables.at ? bmi_result_of(tables.at[0], here) : bmi_table_new(NULL);
    bmi_error e = { 0 };
    int64_t rows = 0;
    if (!tables.count || !tables.at)
        bmi_object_fail(result, BM_E_ARGUMENT, here, "concat: give the tables, as BM_TABLES(a, b)");
    for (size_t i = 0; i < tables.count && !bmi_object_failed(result); i++) {
        if (bmi_object_failed(tables.at[i])) bmi_object_fail_with(result, tables.at[i], here, "a table of the list");
        else if (__builtin_add_overflow(rows, tables.at[i]->rows, &rows) || rows > (int64_t)BMI_ROWS_MOST)
            bmi_object_fail(result, BM_E_UNSUPPORTED, here, "concat: more than %" PRIu32 " rows", BMI_ROWS_MOST);
    }
    if (bmi_object_failed(result)) return result;
    for (size_t i = 0; i < tables.count && !e.status; i++)
        for (size_t c = 0; c < tables.at[i]->n_columns && !e.status; c++)
            if (bm_table_find(result, tables.at[i]->columns[c].name) < 0)
                add_column(&e, here, result, tables, &tables.at[i]->columns[c], rows);
    bmi_result_fail(result, &e);
    return result;
}
