// SPDX-License-Identifier: Apache-2.0
/* CSV files by parts, as tables. */
#include "data/table_read.h"
#include "format/csv_reader.h"
#include <inttypes.h>

struct bm_csv {
    bmi_object object;
    bmi_csv_reader reader;
    bool opened;
    int64_t rows; /* of a part */
};

static void end(void *object)
{
    bm_csv *c = object;
    if (c->opened) bmi_csv_reader_end(&c->reader);
}

static const bmi_object_kind kind = { .name = "csv", .end = end };
BMI_STATIC_FAILED(csv, &kind);
BMI_OBJECT_VERBS(csv)

bm_csv *bm_csv_open_at(const bm_csv_options *options, size_t size, bm_place here)
{
    bm_csv_options o;
    bmi_error e = { 0 };
    const char **texts = NULL;
    size_t n_texts = 0;
    bm_status st = bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_csv_options, named_), options, size);
    bm_csv *c = bmi_object_new(st ? NULL : o.context, &kind, sizeof *c);
    if (!c) return &bmi_no_memory_csv;
    bm_context *context = c->object.context;
    if (!st && o.rows < 0)
        st = bmi_fail(&e, BM_E_ARGUMENT, here, "a part of %" PRId64 " rows is asked for; it must be > 0", o.rows);
    if (!st) st = bmi_csv_as_in_training(&e, here, context, &o, &texts, &n_texts);
    if (!st) {
        c->rows = o.rows ? o.rows : 65536;
        c->opened = true;
        bmi_csv_reader_open(&e, here, context, &o, &c->reader);
    }
    bmi_release(context, texts, n_texts, sizeof *texts);
    bmi_fail_from(&c->object.error, &e);
    return c;
}

bm_table *bm_csv_next_at(bm_csv *c, bm_place here)
{
    bmi_csv csv = { 0 };
    bmi_error e = { 0 };
    if (bmi_object_failed(c)) return NULL;
    const bmi_csv_reader *r = &c->reader;
    bm_table *t = bmi_table_new(c->object.context);
    if (t->object.users < 0) {
        bmi_fail_memory(&c->object.error, here, sizeof *t, "a table");
        return t;
    }
    if (!bmi_csv_reader_next(&e, here, &c->reader, c->rows, &csv) && !csv.rows) {
        bm_table_free(t);
        return NULL;
    }
    if (!e.status && !bmi_table_keep_marks(t, r->options.missing.at, r->options.missing.count)) {
        bmi_fail_memory(&e, here, 100, "the marks of missing cells");
        bmi_csv_end(c->object.context, &csv);
    }
    if (!e.status) bmi_table_take_csv(&e, here, t, &csv, r->options.path);
    bmi_fail_from(&t->object.error, &e);
    bmi_fail_from(&c->object.error, &e);
    return t;
}

bm_status bm_csv_rewind_at(bm_csv *c, bm_place here)
{
    return bmi_object_failed(c) ? bmi_object_status(c) : bmi_csv_reader_rewind(&c->object.error, here, &c->reader);
}

int64_t bm_csv_rows(const bm_csv *c)
{
    return bmi_object_failed(c) ? 0 : c->reader.plan.rows;
}

const bmi_notes *bmi_csv_notes(const bm_csv *c)
{
    return &c->reader.plan.notes;
}

const char *bm_csv_note(const bm_csv *c, int64_t i)
{
    return c && c->opened && i >= 0 && (size_t)i < c->reader.plan.notes.count ? c->reader.plan.notes.at[i] : NULL;
}
