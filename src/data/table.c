// SPDX-License-Identifier: Apache-2.0
/* Tables: making, reading cells, taking rows. */
#include "data/table.h"
#include "base/text.h"
#include "format/datetime.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static void end(void *object)
{
    bm_table *t = object;
    bm_context *context = t->object.context;
    for (size_t c = 0; c < t->n_columns; c++) bmi_column_end(context, &t->columns[c]);
    bmi_release(context, t->columns, t->capacity, sizeof *t->columns);
    bmi_index_end(&t->names);
    bmi_text_release(context, t->name);
    bmi_notes_end(context, &t->notes);
    bmi_notes_end(context, &t->marks);
    bmi_notes_end(context, &t->bad);
    bmi_release(context, t->skipped_at, t->skipped_room, sizeof *t->skipped_at);
}

static const bmi_object_kind kind = { .name = "table", .end = end };
BMI_STATIC_FAILED(table, &kind);
BMI_OBJECT_VERBS(table)

bm_table *bmi_table_new(bm_context *context)
{
    bm_table *t = bmi_object_new(context, &kind, sizeof *t);
    if (!t) return &bmi_no_memory_table;
    t->names.context = t->object.context;
    return t;
}

bm_table *bm_table_new_in_at(bm_context *context, bm_place here)
{
    (void)here;
    return bmi_table_new(context);
}

const char *bmi_table_name(const bm_table *t)
{
    return t->name ? t->name : "the table";
}

/* ---- making ---- */

bmi_column *bmi_table_add(bm_table *t, const char *name, bm_column_type type, int64_t rows, bm_place here)
{
    bm_context *context = t->object.context;
    if (t->object.error.status) return NULL;
    if (!name || !*name) {
        bmi_object_fail(t, BM_E_DATA, here, "a column needs a name");
    } else if (!bmi_is_utf8(name, strlen(name))) {
        bmi_object_fail(t, BM_E_DATA, here, "the name of column %zu is not UTF-8", t->n_columns + 1);
    } else if (bm_table_find(t, name) >= 0) {
        bmi_object_fail(t, BM_E_DATA, here, "there is a column \"%.100s\" already", name);
    } else if (rows < 0 || (t->n_columns && rows != t->rows)) {
        bmi_object_fail(t, BM_E_SHAPE, here, "column \"%.100s\" has %" PRId64 " row%s, the table has %" PRId64, name, rows,
                        rows == 1 ? "" : "s", t->rows);
    } else if (bmi_grow(context, (void **)&t->columns, &t->capacity, t->n_columns + 1, sizeof *t->columns)) {
        bmi_column *c = &t->columns[t->n_columns];
        *c = (bmi_column){ .name = bmi_text_copy(context, name), .type = type };
        c->dictionary.context = context;
        size_t bytes;
        if (bmi_mul_size((size_t)rows, bmi_column_cell(type), &bytes) && (c->values = bmi_alloc_raw(context, bytes, 1)))
            c->bytes = bytes;
        if (c->name && c->values && bmi_index_add(&t->names, name, t->n_columns)) {
            t->n_columns++;
            t->rows = rows;
            return c;
        }
        bmi_column_end(context, c);
    }
    bmi_fail_memory(&t->object.error, here, (size_t)(rows > 0 ? rows : 0) * 8, "a column");
    return NULL;
}

/* Takes off the column that was added last, after a failure. */
static bm_status undo_add(bm_table *t)
{
    bmi_column *last = &t->columns[--t->n_columns];
    bmi_index_undo(&t->names, last->name, t->n_columns);
    bmi_column_end(t->object.context, last);
    if (!t->n_columns) t->rows = 0;
    return t->object.error.status;
}

static bool may_add(bm_table *t, const char *name, const void *values, int64_t rows, bm_place here)
{
    if (!t || t->object.error.status) return false;
    if (rows > 0 && !values)
        bmi_object_fail(t, BM_E_ARGUMENT, here, "column \"%.100s\": the values are null", name ? name : "");
    return !t->object.error.status;
}

bm_status bm_table_add_real_at(bm_table *t, const char *name, const double *values, int64_t rows, bm_place here)
{
    if (!may_add(t, name, values, rows, here)) return bmi_object_status(t);
    for (int64_t r = 0; r < rows; r++)
        if (isinf(values[r]))
            return bmi_object_fail(t, BM_E_NUMBER, here, "column \"%.100s\" is infinite in row %" PRId64, name ? name : "", r);
    bmi_column *c = bmi_table_add(t, name, BM_COLUMN_REAL, rows, here);
    if (c && rows) memcpy(c->values, values, (size_t)rows * sizeof *values);
    return t->object.error.status;
}

bm_status bm_table_add_integer_at(bm_table *t, const char *name, const int64_t *values, int64_t rows, bm_place here)
{
    if (!may_add(t, name, values, rows, here)) return bmi_object_status(t);
    bmi_column *c = bmi_table_add(t, name, BM_COLUMN_INTEGER, rows, here);
    if (c && rows) memcpy(c->values, values, (size_t)rows * sizeof *values);
    return t->object.error.status;
}

bm_status bm_table_add_time_at(bm_table *t, const char *name, const int64_t *values, int64_t rows, bm_place here)
{
    const int64_t first = INT64_C(-62167219200000000), end = INT64_C(253402300800000000), day = INT64_C(86400000000);
    bool whole = true;
    if (!may_add(t, name, values, rows, here)) return bmi_object_status(t);
    for (int64_t r = 0; r < rows; r++) {
        if (values[r] == INT64_MIN) continue;
        if (values[r] < first || values[r] >= end)
            return bmi_object_fail(t, BM_E_NUMBER, here,
                                   "column \"%.100s\" has a time outside the years 0 to 9999 in row %" PRId64, name ? name : "",
                                   r);
        whole = whole && values[r] % day == 0;
    }
    bmi_column *c = bmi_table_add(t, name, BM_COLUMN_TIME, rows, here);
    if (c && rows) memcpy(c->values, values, (size_t)rows * sizeof *values);
    if (c) c->form = (bmi_number_form){ .date = 1 + BMI_EITHER_FIRST, .detail = whole ? BMI_OF_DAY : BMI_OF_TIME };
    return t->object.error.status;
}

bm_status bm_table_add_text_at(bm_table *t, const char *name, const bm_name *values, int64_t rows, bm_place here)
{
    if (!may_add(t, name, values, rows, here)) return bmi_object_status(t);
    for (int64_t r = 0; r < rows; r++)
        if (values[r] && !bmi_is_utf8(values[r], strlen(values[r])))
            return bmi_object_fail(t, BM_E_DATA, here, "column \"%.100s\": the text in row %" PRId64 " is not UTF-8",
                                   name ? name : "", r);
    bmi_column *c = bmi_table_add(t, name, BM_COLUMN_TEXT, rows, here);
    if (!c) return t->object.error.status;
    int32_t *codes = c->values;
    for (int64_t r = 0; r < rows; r++) {
        codes[r] = values[r] ? bmi_dictionary_add(&c->dictionary, values[r], strlen(values[r])) : -1;
        if (values[r] && codes[r] < 0) {
            bmi_fail_memory(&t->object.error, here, strlen(values[r]), "the texts of a column");
            return undo_add(t);
        }
    }
    return BM_OK;
}

bool bmi_table_keep_marks(bm_table *t, const char *const *marks, size_t n)
{
    bool fine = true;
    for (size_t i = 0; fine && i < n; i++)
        if (marks[i]) fine = bmi_notes_keep(t->object.context, &t->marks, marks[i]);
    return fine;
}

/* ---- reading ---- */

int64_t bm_table_rows(const bm_table *t)
{
    return t && !t->object.error.status ? t->rows : 0;
}
int64_t bm_table_columns(const bm_table *t)
{
    return t && !t->object.error.status ? (int64_t)t->n_columns : 0;
}
int64_t bm_table_skipped(const bm_table *t)
{
    return t ? t->skipped : 0;
}
int64_t bm_table_skipped_at(const bm_table *t, int64_t i)
{
    return t && i >= 0 && i < t->skipped && t->skipped_at ? t->skipped_at[i] : -1;
}

const char *bm_table_note(const bm_table *t, int64_t i)
{
    return t && i >= 0 && (size_t)i < t->notes.count ? t->notes.at[i] : NULL;
}

const char *bm_table_bad_row(const bm_table *t, int64_t i)
{
    return t && i >= 0 && (size_t)i < t->bad.count ? t->bad.at[i] : NULL;
}

static const bmi_column *column_at(const bm_table *t, int64_t column)
{
    return t && !t->object.error.status && column >= 0 && (size_t)column < t->n_columns ? &t->columns[column] : NULL;
}

static const bmi_column *column_of_cell(const bm_table *t, int64_t row, int64_t column)
{
    return t && row >= 0 && row < t->rows ? column_at(t, column) : NULL;
}

const char *bm_table_column_name(const bm_table *t, int64_t column)
{
    const bmi_column *c = column_at(t, column);
    return c ? c->name : NULL;
}

bm_column_type bm_table_column_type(const bm_table *t, int64_t column)
{
    const bmi_column *c = column_at(t, column);
    return c ? c->type : (bm_column_type)0;
}

int64_t bm_table_find(const bm_table *t, const char *name)
{
    const size_t at = t && name ? bmi_index_find(&t->names, t->columns, sizeof *t->columns, name) : SIZE_MAX;
    return at == SIZE_MAX ? -1 : (int64_t)at;
}

const bmi_column *bmi_table_column(bmi_error *e, bm_place here, const bm_table *t, const char *name, const char *what)
{
    const int64_t at = bm_table_find(t, name);
    char hint[BMI_HINT_BYTES];
    if (at >= 0) return &t->columns[at];
    bmi_fail_as(e, BMI_CAUSE_NO_COLUMN, BM_E_DATA, here, "%s has no column \"%.100s\"%s%s", bmi_table_name(t), name, what,
                bmi_did_you_mean(hint, name, t->columns, t->n_columns, sizeof *t->columns));
    return NULL;
}

bool bmi_column_is_missing(const bmi_column *c, int64_t row)
{
    switch (c->type) {
    case BM_COLUMN_REAL: return isnan(((const double *)c->values)[row]);
    case BM_COLUMN_TIME:
    case BM_COLUMN_INTEGER: return ((const int64_t *)c->values)[row] == INT64_MIN;
    case BM_COLUMN_BOOL: return ((const uint8_t *)c->values)[row] == BMI_BOOL_MISSING;
    default: return ((const int32_t *)c->values)[row] < 0;
    }
}

int64_t bm_table_missing(const bm_table *t, int64_t column)
{
    const bmi_column *c = column_at(t, column);
    int64_t missing = 0;
    for (int64_t r = 0; c && r < t->rows; r++) missing += bmi_column_is_missing(c, r);
    return missing;
}

double *bmi_column_numbers_of_texts(bm_context *context, const bmi_column *c, const bmi_number_form *form)
{
    double *values = bmi_alloc_raw(context, (size_t)c->dictionary.count, sizeof *values);
    for (int32_t code = 0; values && code < c->dictionary.count; code++) {
        size_t n;
        bool integer;
        int64_t whole;
        const char *text = bmi_dictionary_text(&c->dictionary, code, &n);
        const int truth = bmi_cell_bool(text, n);
        if (truth >= 0) values[code] = truth;
        else if (!bmi_number_form_read(form, text, n, &values[code], &integer, &whole)) values[code] = NAN;
    }
    return values;
}

double bmi_column_number(const bmi_column *c, int64_t row)
{
    if (c->type == BM_COLUMN_TEXT || bmi_column_is_missing(c, row)) return NAN;
    if (c->type == BM_COLUMN_REAL) return ((const double *)c->values)[row];
    if (c->type == BM_COLUMN_TIME) return (double)((const int64_t *)c->values)[row] / 1e6;
    return c->type == BM_COLUMN_INTEGER ? (double)((const int64_t *)c->values)[row] : ((const uint8_t *)c->values)[row];
}

double bm_table_number(const bm_table *t, int64_t row, int64_t column)
{
    const bmi_column *c = column_of_cell(t, row, column);
    return c ? bmi_column_number(c, row) : NAN;
}

int64_t bm_table_integer(const bm_table *t, int64_t row, int64_t column)
{
    const bmi_column *c = column_of_cell(t, row, column);
    return c && c->type == BM_COLUMN_INTEGER ? ((const int64_t *)c->values)[row] : INT64_MIN;
}

int64_t bm_table_time(const bm_table *t, int64_t row, int64_t column)
{
    const bmi_column *c = column_of_cell(t, row, column);
    return c && c->type == BM_COLUMN_TIME ? ((const int64_t *)c->values)[row] : INT64_MIN;
}

const char *bm_table_text(const bm_table *t, int64_t row, int64_t column)
{
    const bmi_column *c = column_of_cell(t, row, column);
    if (!c || c->type != BM_COLUMN_TEXT || bmi_column_is_missing(c, row)) return NULL;
    return bmi_dictionary_text(&c->dictionary, ((const int32_t *)c->values)[row], NULL);
}

const char *bmi_column_cell_text(const bmi_column *c, int64_t row, char into[32])
{
    if (bmi_column_is_missing(c, row)) return NULL;
    switch (c->type) {
    case BM_COLUMN_REAL: bmi_write_real(into, ((const double *)c->values)[row]); return into;
    case BM_COLUMN_INTEGER: snprintf(into, 32, "%" PRId64, ((const int64_t *)c->values)[row]); return into;
    case BM_COLUMN_BOOL: return ((const uint8_t *)c->values)[row] ? "true" : "false";
    case BM_COLUMN_TIME: bmi_time_write(((const int64_t *)c->values)[row], (bmi_date_detail)c->form.detail, into); return into;
    default: return bmi_dictionary_text(&c->dictionary, ((const int32_t *)c->values)[row], NULL);
    }
}

/* ---- rows ---- */

/* Copies the cells of chosen rows; texts keep the codes of a dictionary that is copied whole. */
static bool take_column(bm_context *context, const bmi_column *from, bmi_column *to, bm_rows rows)
{
    const size_t cell = bmi_column_cell(from->type);
    const char *source = from->values;
    char *target = to->values;
    for (size_t i = 0; i < rows.count; i++) memcpy(target + i * cell, source + (size_t)rows.at[i] * cell, cell);
    to->dictionary.context = context;
    to->form = from->form;
    for (int32_t code = 0; code < from->dictionary.count; code++) {
        size_t n;
        const char *text = bmi_dictionary_text(&from->dictionary, code, &n);
        if (bmi_dictionary_add(&to->dictionary, text, n) != code) return false;
    }
    return true;
}

bm_table *bm_table_take_at(const bm_table *t, bm_rows rows, bm_place here)
{
    bm_table *taken = bmi_table_new(t ? t->object.context : NULL);
    if (!t || t->object.error.status) {
        bmi_object_fail_of(taken, t, here);
        return taken;
    }
    if (bmi_need(&taken->object.error, here, "table: the list of rows", rows.at, rows.count)) return taken;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.at[i] < 0 || rows.at[i] >= t->rows) {
            bmi_object_fail(taken, BM_E_ARGUMENT, here, "row %" PRId64 " is asked for, %s has %" PRId64 " row%s", rows.at[i],
                            bmi_table_name(t), t->rows, t->rows == 1 ? "" : "s");
            return taken;
        }
    for (size_t c = 0; c < t->n_columns && !taken->object.error.status; c++) {
        bmi_column *to = bmi_table_add(taken, t->columns[c].name, t->columns[c].type, (int64_t)rows.count, here);
        if (to && !take_column(taken->object.context, &t->columns[c], to, rows)) {
            bmi_fail_memory(&taken->object.error, here, t->columns[c].dictionary.used, "the texts of a column");
            undo_add(taken);
        }
    }
    if (!taken->object.error.status && !bmi_table_keep_marks(taken, (const char *const *)t->marks.at, t->marks.count))
        bmi_fail_memory(&taken->object.error, here, 100, "the marks of missing cells");
    return taken;
}
