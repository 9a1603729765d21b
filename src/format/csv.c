// SPDX-License-Identifier: Apache-2.0
/* Reading a CSV file: layout, chunks, rows, types (the method is told in csv_inside.h). */
#include "format/csv_inside.h"
#include "base/threads.h"
#include "format/foreign.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

int bmi_csv_parts(const bmi_csv_work *w, size_t items)
{
    const int threads = bmi_threads(w->context);
    const int most = threads < BMI_CSV_PARTS ? threads : BMI_CSV_PARTS;
    return items < (size_t)most ? (items ? (int)items : 1) : most;
}

typedef struct parsing {
    bmi_csv_work *work;
    const bool *again;
    bmi_error errors[BMI_CSV_PARTS];
    atomic_size_t next;
    atomic_bool stopped; /* a chunk was not parsed to its end: those behind it would be for nothing */
} parsing;

static bool make_scratch(const bmi_csv_work *w, bmi_csv_scratch *s)
{
    s->tile = bmi_alloc_raw(w->context, (size_t)bmi_csv_tile_rows(w->n_columns) * w->n_columns, sizeof *s->tile);
    s->seen = bmi_alloc(w->context, w->n_columns, 1);
    return s->tile && s->seen;
}

static void end_scratch(const bmi_csv_work *w, bmi_csv_scratch *s)
{
    bmi_release(w->context, s->tile, (size_t)bmi_csv_tile_rows(w->n_columns) * w->n_columns, sizeof *s->tile);
    bmi_release(w->context, s->seen, w->n_columns, 1);
    bmi_release(w->context, s->buffer, s->capacity, 1);
    bmi_release(w->context, s->text, s->text_capacity, 1);
}

static void parse_part(void *arg, int part, int parts)
{
    parsing *p = arg;
    bmi_csv_work *w = p->work;
    bmi_error *e = &p->errors[part];
    bmi_csv_scratch s = { .buffer = NULL };
    size_t i;
    (void)parts;
    if (!make_scratch(w, &s)) bmi_fail_memory(e, w->here, w->n_columns * 64, "to read a CSV file");
    while (!e->status && !atomic_load(&p->stopped) && (i = atomic_fetch_add(&p->next, 1)) < w->n_chunks) {
        if (p->again && !p->again[i]) continue;
        const bmi_csv_chunk *k = &w->chunks[i];
        const unsigned char *bytes;
        for (size_t c = 0; c < w->n_columns; c++) {
            bmi_dictionary *texts = &w->texts[i * w->n_columns + c];
            bmi_dictionary_end(texts);
            texts->context = w->context;
        }
        if (k->begin < k->end &&
            !bmi_source_read(e, w->here, w->source, k->begin, k->end - k->begin, &s.buffer, &s.capacity, &bytes))
            bmi_csv_rows(w, i, bytes, bytes + (k->end - k->begin), &s);
        if (k->stopped) atomic_store(&p->stopped, true);
        if (k->n_told && k->told[k->n_told - 1].problem == BMI_CSV_NO_MEMORY)
            bmi_fail_memory(e, w->here, 1 << 16, "the texts of a CSV file");
    }
    end_scratch(w, &s);
}

bm_status bmi_csv_parse_chunks(bmi_csv_work *w, size_t first, const bool *again)
{
    parsing p = { .work = w, .again = again };
    atomic_store(&p.next, first);
    const int parts = bmi_csv_parts(w, w->n_chunks - first);
    bmi_parallel_exact(w->context, parts, parse_part, &p);
    for (int i = 0; i < parts; i++)
        if (bmi_fail_from(w->error, &p.errors[i])) return w->error->status;
    return BM_OK;
}

/* How a column's cells are looked at first. */
static uint8_t mode_of(const bmi_csv_work *w, size_t c)
{
    const bool commas = w->options->decimal == ',' || w->options->thousands == '.';
    return w->asked[c] == BM_COLUMN_TEXT || w->asked[c] == BM_COLUMN_TIME || commas ? BMI_CSV_AS_TEXT : BMI_CSV_GUESS;
}

bm_status bmi_csv_make_room(bmi_csv_work *w)
{
    const size_t cells = w->chunks_capacity * w->n_columns;
    w->seen = bmi_alloc(w->context, cells, sizeof *w->seen);
    w->texts = bmi_alloc(w->context, cells, sizeof *w->texts);
    w->mode = bmi_alloc(w->context, w->n_columns, sizeof *w->mode);
    w->cells = bmi_alloc(w->context, w->n_columns, sizeof *w->cells);
    w->marks = bmi_alloc(w->context, w->options->missing.count, sizeof *w->marks);
    bool fine = w->seen && w->texts && w->mode && w->cells && w->marks;
    for (size_t i = 0; fine && i < w->options->missing.count; i++) {
        const char *mark = w->options->missing.at[i];
        double value;
        bool integer;
        w->named_marks |= mark && !*mark;
        if (mark && bmi_cell_number(mark, strlen(mark), &value, &integer)) memcpy(&w->marks[w->n_marks++], &value, 8);
    }
    for (size_t c = 0; fine && c < w->n_columns; c++) {
        fine = (w->cells[c] = bmi_alloc_raw(w->context, (size_t)w->room, sizeof **w->cells));
        w->mode[c] = mode_of(w, c);
    }
    return fine ? BM_OK : bmi_fail_memory(w->error, w->here, (size_t)w->room * w->n_columns * 8, "the columns of a CSV file");
}

void bmi_csv_work_end(bmi_csv_work *w)
{
    const size_t cells = w->chunks_capacity * w->n_columns;
    for (size_t i = 0; w->texts && i < cells; i++) bmi_dictionary_end(&w->texts[i]);
    for (size_t c = 0; w->cells && c < w->n_columns; c++)
        bmi_release(w->context, w->cells[c], (size_t)w->room, sizeof **w->cells);
    bmi_release(w->context, w->cells, w->n_columns, sizeof *w->cells);
    bmi_release(w->context, w->mode, w->n_columns, sizeof *w->mode);
    bmi_release(w->context, w->asked, w->n_columns, sizeof *w->asked);
    bmi_release(w->context, w->codes, w->n_columns, sizeof *w->codes);
    bmi_release(w->context, w->bad, (size_t)w->room, sizeof *w->bad);
    bmi_release(w->context, w->texts, cells, sizeof *w->texts);
    bmi_release(w->context, w->seen, cells, sizeof *w->seen);
    bmi_release(w->context, w->marks, w->options->missing.count, sizeof *w->marks);
    for (size_t i = 0; w->chunks && i < w->chunks_capacity; i++)
        bmi_release(w->context, w->chunks[i].bad_at, w->chunks[i].bad_room, sizeof(int64_t));
    bmi_release(w->context, w->chunks, w->chunks_capacity, sizeof *w->chunks);
}

bm_status bmi_csv_check(bmi_error *e, bm_place here, const char *name, const bm_csv_options *o)
{
    if (o->decimal && o->decimal != '.' && o->decimal != ',')
        return bmi_fail(e, BM_E_ARGUMENT, here, "the decimal sign of %s is '%c'; it must be a point or a comma", name,
                        o->decimal);
    if (o->thousands && !strchr(",. '", o->thousands))
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "the thousands separator of %s is '%c'; it must be a comma, a point, a blank or an apostrophe", name,
                        o->thousands);
    if (o->thousands && o->thousands == o->decimal)
        return bmi_fail(e, BM_E_ARGUMENT, here, "the decimal sign and the thousands separator of %s are both '%c'", name,
                        o->decimal);
    if (o->dates && strcmp(o->dates, "dmy") && strcmp(o->dates, "mdy"))
        return bmi_fail(e, BM_E_ARGUMENT, here, "the order of dates of %s is \"%.20s\"; it must be dmy or mdy", name, o->dates);
    return BM_OK;
}

static bm_status read_source(bmi_error *e, bm_place here, const bmi_source *source, size_t chunk, const bm_csv_options *options,
                             bmi_csv *out)
{
    bmi_csv_work w = { .chunk_bytes = chunk,
                       .context = source->context,
                       .source = source,
                       .options = options,
                       .skip = options->skip_bad_rows || options->fill_bad_rows,
                       .fill = options->fill_bad_rows,
                       .error = e,
                       .here = here,
                       .out = out };
    bm_status st = bmi_csv_check(e, here, source->name, options);
    if (!st) st = bmi_foreign(e, here, source);
    if (!st) st = bmi_csv_layout(&w);
    if (!st) st = bmi_csv_asked(&w);
    if (!st) st = bmi_csv_cut(&w);
    if (!st) st = bmi_csv_make_room(&w);
    if (!st) st = bmi_csv_parse_chunks(&w, 0, NULL);
    if (!st) st = bmi_csv_judge_rows(&w);
    if (!st) st = bmi_csv_finish(&w);
    if (!st) st = bmi_csv_number_forms(&w);
    if (!st) st = bmi_csv_times(&w);
    if (!st) st = bmi_csv_bad_cells(&w);
    if (!st) st = bmi_source_unchanged(e, here, source);
    if (!st && !out->rows && out->skipped) /* the note tells the first */
        st = bmi_fail(e, BM_E_DATA, here, "%s has no row that can be read: %s", source->name,
                      out->notes.count ? out->notes.at[out->notes.count - 1] : "");
    else if (!st && !out->rows) st = bmi_fail(e, BM_E_DATA, here, "%s has column names but no rows", source->name);
    bmi_csv_work_end(&w);
    if (st) bmi_csv_end(source->context, out);
    return st;
}

bm_status bmi_csv_read(bmi_error *e, bm_place here, bm_context *context, const bm_csv_options *options, bmi_csv *out)
{
    bmi_source source;
    *out = (bmi_csv){ 0 };
    if (!options->path) return bmi_fail(e, BM_E_ARGUMENT, here, "no path of a CSV file is given");
    bm_status st = bmi_source_open(e, here, context, options->path, !options->skip_bad_rows && !options->fill_bad_rows,
                                   BMI_CSV_MAX_ROW, &source);
    if (!st) st = read_source(e, here, &source, 0, options, out);
    bmi_source_end(&source);
    return st;
}

bm_status bmi_csv_read_bytes(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes, size_t size,
                             size_t chunk, const bm_csv_options *options, bmi_csv *out)
{
    bmi_source source;
    *out = (bmi_csv){ 0 };
    bmi_source_memory(context, name, bytes, size, &source);
    return read_source(e, here, &source, chunk, options, out);
}

void bmi_csv_end(bm_context *context, bmi_csv *csv)
{
    for (size_t c = 0; c < csv->n_columns; c++) bmi_column_end(context, &csv->columns[c]);
    bmi_release(context, csv->columns, csv->n_columns, sizeof *csv->columns);
    bmi_notes_end(context, &csv->notes);
    bmi_notes_end(context, &csv->bad);
    bmi_release(context, csv->skipped_at, csv->skipped_room, sizeof *csv->skipped_at);
    *csv = (bmi_csv){ 0 };
}
