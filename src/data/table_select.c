// SPDX-License-Identifier: Apache-2.0
/* Columns of tables: some of them, all but some, other names. */
#include "base/context.h"
#include "data/table_work.h"
#include <string.h>

/* A result of the columns in a list. */
static void take_listed(bm_table *result, const bm_table *t, const bmi_column *const *columns, size_t n, bm_place here)
{
    bm_context *context = result->object.context;
    bmi_taken *taken = bmi_alloc(context, n, sizeof *taken);
    if (!taken) bmi_fail_memory(&result->object.error, here, n * sizeof *taken, "the columns of a table");
    for (size_t i = 0; taken && i < n; i++) taken[i].from = columns[i];
    if (taken) bmi_take(result, taken, n, t->rows, here);
    bmi_release(context, taken, n, sizeof *taken);
    if (!result->object.error.status && !bmi_table_keep_marks(result, (const char *const *)t->marks.at, t->marks.count))
        bmi_fail_memory(&result->object.error, here, 100, "the marks of missing cells");
}

bm_table *bm_table_select_at(const bm_table *t, bm_names columns, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    bmi_error e = { 0 };
    if (bmi_object_failed(result)) return result;
    while (columns.count && !columns.at[columns.count - 1]) columns.count--; /* the list of the macro ends by a null */
    if (!columns.count) bmi_fail(&e, BM_E_ARGUMENT, here, "select: name the columns that stay");
    const bmi_column **found = e.status ? NULL : bmi_key_columns(&e, here, t, columns, " to select");
    bmi_result_fail(result, &e);
    if (!e.status) take_listed(result, t, found, columns.count, here);
    bmi_release(t->object.context, found, columns.count, sizeof *found);
    return result;
}

bm_table *bm_table_drop_at(const bm_table *t, bm_names columns, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    bmi_error e = { 0 };
    if (bmi_object_failed(result)) return result;
    while (columns.count && !columns.at[columns.count - 1]) columns.count--;
    if (!columns.count) bmi_fail(&e, BM_E_ARGUMENT, here, "drop: name the columns that go");
    const bmi_column **gone = e.status ? NULL : bmi_key_columns(&e, here, t, columns, " to drop");
    const bmi_column **left = e.status ? NULL : bmi_alloc(t->object.context, t->n_columns, sizeof *left);
    size_t n = 0;
    if (!e.status && !left) bmi_fail_memory(&e, here, t->n_columns * sizeof *left, "a list of columns");
    for (size_t i = 0; left && i < t->n_columns; i++) {
        bool goes = false;
        for (size_t k = 0; k < columns.count; k++) goes |= gone[k] == &t->columns[i];
        left[n] = &t->columns[i];
        n += !goes;
    }
    bmi_result_fail(result, &e);
    if (!e.status) take_listed(result, t, left, n, here);
    bmi_release(t->object.context, left, t->n_columns, sizeof *left);
    bmi_release(t->object.context, gone, columns.count, sizeof *gone);
    return result;
}

bm_table *bm_table_rename_at(const bm_table *t, bm_renames names, bm_place here)
{
    bm_table *result = bmi_result_of(t, here);
    bmi_error e = { 0 };
    if (bmi_object_failed(result)) return result;
    bm_context *context = result->object.context;
    bmi_taken *taken = bmi_alloc(context, t->n_columns, sizeof *taken);
    if (!taken) bmi_fail_memory(&e, here, t->n_columns * sizeof *taken, "the columns of a table");
    for (size_t i = 0; taken && i < t->n_columns; i++) taken[i].from = &t->columns[i];
    bmi_need(&e, here, "rename: the list of names", names.at, names.count);
    for (size_t i = 0; i < names.count && !e.status; i++) {
        const bm_renamed *n = &names.at[i];
        if (!n->from || !n->to) {
            bmi_fail(&e, BM_E_ARGUMENT, here, "rename: pair %zu of names has a null; write { \"old\", \"new\" }", i + 1);
            break;
        }
        const bmi_column *c = bmi_table_column(&e, here, t, n->from, " to rename");
        if (!c) break;
        if (taken[c - t->columns].name) bmi_fail(&e, BM_E_ARGUMENT, here, "column \"%.100s\" is renamed twice", n->from);
        else taken[c - t->columns].name = n->to;
    }
    bmi_result_fail(result, &e);
    if (!e.status) bmi_take(result, taken, t->n_columns, t->rows, here);
    bmi_release(context, taken, t->n_columns, sizeof *taken);
    if (!result->object.error.status && !bmi_table_keep_marks(result, (const char *const *)t->marks.at, t->marks.count))
        bmi_fail_memory(&result->object.error, here, 100, "the marks of missing cells");
    return result;
}
