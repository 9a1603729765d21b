// SPDX-License-Identifier: Apache-2.0
/* Tables from and to CSV files. */
#include "data/table.h"

bm_table *bm_table_read_csv_at(const bm_csv_options *options, size_t size, bm_place here)
{
    bm_csv_options o;
    bmi_error      e = { 0 };
    bmi_csv        csv = { 0 };
    bm_status      st = bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_csv_options, named_), options, size);
    bm_table      *t = bmi_table_new(st ? NULL : o.context);
    bm_context    *context = t->object.context;
    if (!st) st = t->object.error.status;
    if (!st) st = bmi_csv_read(&e, here, context, &o, &csv);
    if (!st && !(t->name = bmi_text_copy(context, o.path))) {
        st = bmi_fail_memory(&e, here, 100, "for the name of a table");
        bmi_csv_end(context, &csv);
    }
    if (!st) {
        t->rows = csv.rows;
        t->columns = csv.columns;
        t->n_columns = t->capacity = csv.n_columns;
        t->skipped = csv.skipped;
        t->notes = csv.notes;
    }
    if (t->object.users >= 0) bmi_fail_from(&t->object.error, &e);
    return t;
}

bm_status bm_table_write_csv_at(const bm_table *t, const bm_csv_write_options *options, size_t size, char *error, size_t room, bm_place here)
{
    bm_csv_write_options o;
    bmi_error            e = { 0 };
    if (bmi_object_failed(t)) bmi_fail(&e, bmi_object_status(t), here, "%s", bmi_object_error(t));
    else if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_csv_write_options, named_), options, size))
        bmi_csv_write(&e, here, t->object.context, &o, t->columns, t->n_columns, t->rows);
    if (error && room) snprintf(error, room, "%s", e.text);
    return e.status;
}
