// SPDX-License-Identifier: Apache-2.0
/* Tables from and to CSV and libsvm files. */
#include "data/recipe.h"
#include "data/table_read.h"
#include "format/libsvm.h"
#include <string.h>

bm_status bmi_csv_as_in_training(bmi_error *e, bm_place here, bm_context *context, bm_csv_options *o, const char ***texts,
                                 size_t *room)
{
    const bm_recipe *r = o->recipe;
    if (!bmi_names_given(e, here, "CSV: the list of text columns", o->text) ||
        !bmi_names_given(e, here, "CSV: the list of texts of missing cells", o->missing) ||
        bmi_need(e, here, "CSV: the list of types", o->types.at, o->types.count) || !r)
        return e->status;
    if (bmi_object_failed(r)) return bmi_fail_of(e, r, here);
    if (!o->no_header && !bmi_recipe_is_unnamed(r)) o->header = true; /* without names it is found out */
    *room = o->text.count + r->n_inputs + 2 + o->missing.count + r->n_marks;
    if (!(*texts = bmi_alloc(context, *room, sizeof **texts)))
        return bmi_fail_memory(e, here, *room * sizeof **texts, "to read a CSV file");
    const size_t own = o->text.count;
    if (own) memcpy(*texts, o->text.at, own * sizeof **texts);
    o->text = (bm_names){ *texts, own + bmi_recipe_text_columns(r, *texts + own).count };
    const char **marks = *texts + o->text.count;
    const size_t given = o->missing.count;
    if (given) memcpy(marks, o->missing.at, given * sizeof *marks);
    if (r->n_marks) memcpy(marks + given, r->marks, r->n_marks * sizeof *marks);
    o->missing = (bm_names){ marks, given + r->n_marks };
    return BM_OK;
}

bm_status bmi_table_take_csv(bmi_error *e, bm_place here, bm_table *t, bmi_csv *csv, const char *path)
{
    bm_context *context = t->object.context;
    bool kept = true;
    for (size_t c = 0; kept && c < csv->n_columns; c++) kept = bmi_index_add(&t->names, csv->columns[c].name, c);
    if (!kept || !(t->name = bmi_text_copy(context, path))) {
        bmi_csv_end(context, csv);
        bmi_index_end(&t->names);
        return bmi_fail_memory(e, here, 100, "the names of a table");
    }
    t->rows = csv->rows;
    t->columns = csv->columns;
    t->n_columns = t->capacity = csv->n_columns;
    t->skipped = csv->skipped;
    t->notes = csv->notes;
    t->bad = csv->bad;
    t->skipped_at = csv->skipped_at;
    t->skipped_room = csv->skipped_room;
    *csv = (bmi_csv){ 0 };
    return BM_OK;
}

bm_table *bm_table_read_csv_at(const bm_csv_options *options, size_t size, bm_place here)
{
    bm_csv_options o;
    bmi_error e = { 0 };
    bmi_csv csv = { 0 };
    const char **texts = NULL;
    size_t n_texts = 0;
    bm_status st = bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_csv_options, named_), options, size);
    bm_table *t = bmi_table_new(st ? NULL : o.context);
    bm_context *context = t->object.context;
    if (!st) st = t->object.error.status;
    if (!st) st = bmi_csv_as_in_training(&e, here, context, &o, &texts, &n_texts);
    if (!st) st = bmi_csv_read(&e, here, context, &o, &csv);
    if (!st && !bmi_table_keep_marks(t, o.missing.at, o.missing.count)) {
        st = bmi_fail_memory(&e, here, 100, "the names of a table");
        bmi_csv_end(context, &csv);
    }
    bmi_release(context, texts, n_texts, sizeof *texts);
    if (!st) bmi_table_take_csv(&e, here, t, &csv, o.path);
    if (t->object.users >= 0) bmi_fail_from(&t->object.error, &e);
    return t;
}

/* The highest index that a recipe's inputs f1 ... have. */
static int64_t highest_input(const bm_recipe *r)
{
    int64_t highest = 0, index;
    for (size_t i = 0; i < r->n_inputs; i++) {
        const char *name = r->inputs[i].name;
        if (*name == 'f' && bmi_read_int(name + 1, strlen(name + 1), &index) && index > highest && index <= BMI_CSV_MAX_COLUMNS)
            highest = index;
    }
    return highest;
}

bm_table *bm_table_read_libsvm_at(const bm_libsvm_options *options, size_t size, bm_place here)
{
    bm_libsvm_options o;
    bmi_error e = { 0 };
    bmi_csv csv = { 0 };
    bm_status st = bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_libsvm_options, named_), options, size);
    bm_table *t = bmi_table_new(st ? NULL : o.context);
    if (!st) st = t->object.error.status;
    if (!st && o.recipe && bmi_object_failed(o.recipe)) st = bmi_fail_of(&e, o.recipe, here);
    if (!st && o.recipe) {
        const int64_t highest = highest_input(o.recipe);
        o.zero_based |= bmi_recipe_input(o.recipe, "f0") != SIZE_MAX;
        if (highest + o.zero_based > o.features) o.features = highest + o.zero_based;
    }
    if (!st) st = bmi_libsvm_read(&e, here, t->object.context, &o, &csv);
    if (!st) bmi_table_take_csv(&e, here, t, &csv, o.path);
    if (t->object.users >= 0) bmi_fail_from(&t->object.error, &e);
    return t;
}

bm_status bm_table_write_libsvm_at(const bm_table *t, const bm_libsvm_write_options *options, size_t size, char *error,
                                   size_t room, bm_place here)
{
    bm_libsvm_write_options o;
    bmi_error e = { 0 };
    if (bmi_object_failed(t)) bmi_fail_of(&e, t, here);
    else if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_libsvm_write_options, named_), options, size)) {
        const bmi_column *label = bmi_table_column(&e, here, t, o.label ? o.label : "label", " for the labels");
        if (label)
            bmi_libsvm_write(&e, here, t->object.context, &o, t->columns, t->n_columns, (size_t)(label - t->columns), t->rows);
    }
    if (error && room) snprintf(error, room, "%s", e.text);
    return e.status;
}

bm_status bm_table_write_csv_at(const bm_table *t, const bm_csv_write_options *options, size_t size, char *error, size_t room,
                                bm_place here)
{
    bm_csv_write_options o;
    bmi_error e = { 0 };
    if (bmi_object_failed(t)) bmi_fail_of(&e, t, here);
    else if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_csv_write_options, named_), options, size))
        bmi_csv_write(&e, here, t->object.context, &o, t->columns, t->n_columns, t->rows);
    if (error && room) snprintf(error, room, "%s", e.text);
    return e.status;
}
