// SPDX-License-Identifier: Apache-2.0
/* Columns that were asked to have a type. Those whose cells are all of it are read as ever; the others are read as texts first, and each
 * text that is not of the type is a bad cell.
 */
#include "format/csv_inside.h"
#include "format/datetime.h"
#include <math.h>
#include <string.h>

bm_status bmi_csv_asked(bmi_csv_work *w)
{
    const bm_csv_options *o = w->options;
    bmi_dictionary names = { .context = w->context };
    bm_status st = BM_OK;
    bool fine = (w->asked = bmi_alloc(w->context, w->n_columns, sizeof *w->asked));
    for (size_t c = 0; fine && (o->text.count || o->types.count) && c < w->n_columns; c++) {
        const char *name = w->out->columns[c].name;
        fine = bmi_dictionary_add(&names, name, strlen(name)) >= 0;
    }
    for (size_t i = 0; fine && i < o->text.count; i++) {
        const char *name = o->text.at[i];
        const int32_t c = name ? bmi_dictionary_find(&names, name, strlen(name)) : -1;
        if (c >= 0) w->asked[c] = BM_COLUMN_TEXT;
    }
    for (size_t i = 0; fine && !st && i < o->types.count; i++) {
        const bm_column_as *as = &o->types.at[i];
        const int32_t c = as->name ? bmi_dictionary_find(&names, as->name, strlen(as->name)) : -1;
        char hint[BMI_HINT_BYTES];
        if (as->type < 1 || as->type >= BM_COLUMN_TYPE_COUNT_)
            st = bmi_fail(w->error, BM_E_ARGUMENT, w->here, "the type of column \"%.100s\" is %d, which is none",
                          as->name ? as->name : "", (int)as->type);
        else if (c < 0)
            st = bmi_fail(
                w->error, BM_E_DATA, w->here, "%s has no column \"%.100s\", whose type is given%s", w->source->name,
                as->name ? as->name : "",
                bmi_did_you_mean(hint, as->name ? as->name : "", w->out->columns, w->n_columns, sizeof *w->out->columns));
        else if (!o->recipe || w->asked[c] != BM_COLUMN_TEXT) /* a recipe reads its texts as they were in training */
            w->asked[c] = (uint8_t)as->type;
    }
    bmi_dictionary_end(&names);
    return fine ? st : bmi_fail_memory(w->error, w->here, w->n_columns, "to read a CSV file");
}

/* A cell of a type, as its bits. False when the text is none. */
static bool read_as(bm_column_type type, const bmi_number_form *form, const char *text, size_t n, uint64_t *bits)
{
    double value;
    bool integer;
    int64_t whole;
    bmi_date_detail detail;
    if (type == BM_COLUMN_BOOL) {
        text = bmi_trim(text, &n);
        const int truth = n == 1 && (*text == '0' || *text == '1') ? *text - '0' : bmi_cell_bool(text, n);
        *bits = (uint64_t)truth;
        return truth >= 0;
    }
    if (type == BM_COLUMN_TIME) {
        if (!bmi_time_read(text, (bmi_date_order)(form->date - 1), &whole, &detail)) return false;
        *bits = (uint64_t)whole;
        return true;
    }
    if (!bmi_number_form_read(form, text, n, &value, &integer, &whole)) return false;
    if (type == BM_COLUMN_INTEGER) *bits = (uint64_t)whole;
    else memcpy(bits, &value, sizeof *bits);
    return type != BM_COLUMN_INTEGER || whole != INT64_MIN;
}

static void put(bm_column_type type, void *values, int64_t row, uint64_t bits)
{
    if (type == BM_COLUMN_BOOL) ((uint8_t *)values)[row] = (uint8_t)bits;
    else ((uint64_t *)values)[row] = bits;
}

bool bmi_csv_to_asked(bmi_csv_work *w, size_t column, const bmi_number_form *form)
{
    enum { GOOD, BAD, NONE };
    bmi_column *c = &w->out->columns[column];
    const bm_column_type type = (bm_column_type)w->asked[column];
    const size_t count = (size_t)c->dictionary.count, rows = (size_t)w->out->rows, bytes = rows * bmi_column_cell(type);
    const uint64_t missing = type == BM_COLUMN_BOOL   ? BMI_BOOL_MISSING
                             : type == BM_COLUMN_REAL ? BMI_CSV_MISSING
                                                      : (uint64_t)INT64_MIN;
    uint64_t *bits = bmi_alloc_raw(w->context, count, sizeof *bits);
    uint8_t *kind = bmi_alloc(w->context, count, sizeof *kind);
    void *values = bmi_alloc_raw(w->context, bytes, 1);
    bool fine = bits && kind && values;
    for (size_t code = 0; fine && code < count; code++) {
        size_t n;
        const char *text = bmi_dictionary_text(&c->dictionary, (int32_t)code, &n);
        if (!n || (!w->named_marks && bmi_cell_is_missing(text, n))) kind[code] = NONE;
        else if (!read_as(type, form, text, n, &bits[code])) kind[code] = BAD;
    }
    for (size_t r = 0; fine && r < rows; r++) {
        const int32_t code = ((const int32_t *)c->values)[r];
        put(type, values, (int64_t)r, code >= 0 && kind[code] == GOOD ? bits[code] : missing);
        if (code >= 0 && kind[code] == BAD) fine = bmi_csv_mark_bad(w, (int64_t)r, column);
    }
    bmi_release(w->context, bits, count, sizeof *bits);
    bmi_release(w->context, kind, count, sizeof *kind);
    if (fine) {
        bmi_csv_replace(w, c, type, values, bytes);
        c->form = *form;
    } else bmi_release(w->context, values, bytes, 1);
    return fine;
}
