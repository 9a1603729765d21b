// SPDX-License-Identifier: Apache-2.0
/* Reading by parts. The first pass goes over all windows and keeps what they have seen of each column and its texts; columns that turn out
 * to be text only in the middle are gone over once more. Then the types and forms are settled by the same functions as those of a file
 * read whole, over the counted texts, and each later window is parsed knowing them.
 */
#include "format/csv_reader.h"
#include "base/text.h"
#include "format/foreign.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { HEAD = 1 << 22 };

bmi_csv_work bmi_csv_reader_work(bmi_error *e, bm_place here, const bmi_csv_reader *r, const bmi_source *source, bmi_csv *out)
{
    return (bmi_csv_work){ .context = r->context,
                           .source = source,
                           .options = &r->options,
                           .error = e,
                           .here = here,
                           .dialect = r->dialect,
                           .n_columns = r->plan.n_columns,
                           .skip = r->options.skip_bad_rows || r->options.fill_bad_rows,
                           .fill = r->options.fill_bad_rows,
                           .lines_before = r->lines,
                           .asked = r->asked,
                           .out = out };
}

bm_status bmi_csv_reader_columns(bmi_error *e, bm_place here, const bmi_csv_reader *r, bmi_csv *out)
{
    *out = (bmi_csv){ 0 };
    out->columns = bmi_alloc(r->context, r->plan.n_columns, sizeof *out->columns);
    bool fine = out->columns;
    if (fine) out->n_columns = r->plan.n_columns;
    for (size_t c = 0; fine && c < out->n_columns; c++) {
        out->columns[c].dictionary.context = r->context;
        fine = (out->columns[c].name = bmi_text_copy(r->context, r->plan.columns[c].name));
    }
    return fine ? BM_OK : bmi_fail_memory(e, here, r->plan.n_columns * sizeof *out->columns, "the columns of a CSV file");
}

/* ---- the first pass ---- */

typedef struct pass {
    bmi_csv_reader *r;
    unsigned *seen; /* [column] */
    bool *late;     /* [column]: its texts are not all in the dictionary */
    bool again;     /* the second pass: only texts of late columns */
    bool windows;
    int64_t rows;
} pass;

/* Keeps what a parsed window has of a column. */
static bm_status gather(pass *p, bmi_csv_work *w, size_t c)
{
    bmi_csv_reader *r = p->r;
    bmi_dictionary *all = &r->plan.columns[c].dictionary;
    int64_t row = p->rows;
    all->context = r->context;
    for (size_t i = 0; i < w->n_chunks; row += w->chunks[i++].rows) {
        const unsigned seen = w->seen[i * w->n_columns + c];
        p->seen[c] |= seen;
        const bool text = seen & BMI_SEEN_TEXT;
        if (!p->again && ((seen && !text) || seen & BMI_SEEN_LATE_TEXT) && w->mode[c] == BMI_CSV_GUESS) p->late[c] = true;
        if (!text || (!p->again && p->late[c]) || (p->again && w->mode[c] != BMI_CSV_AS_TEXT)) continue;
        if (!bmi_csv_join_texts(w, c, i, w->cells[c] + w->chunks[i].base, NULL, all, &r->census[c], row, &p->windows))
            return bmi_fail_memory(w->error, w->here, all->used, "the texts of a CSV file");
    }
    return BM_OK;
}

static bm_status go_over(bmi_error *e, bm_place here, pass *p)
{
    bmi_csv_reader *r = p->r;
    bm_status st = bmi_csv_reader_rewind(e, here, r);
    for (p->rows = 0; !st;) {
        const unsigned char *bytes;
        size_t n;
        bmi_csv out = { 0 };
        bmi_source source;
        if ((st = bmi_csv_window(e, here, r, &bytes, &n)) || !n) break;
        bmi_source_memory(r->context, r->stream.source.name, bytes, n, &source);
        st = bmi_csv_reader_columns(e, here, r, &out);
        bmi_csv_work w = bmi_csv_reader_work(e, here, r, &source, &out);
        if (!st) st = bmi_csv_cut(&w);
        if (!st) st = bmi_csv_make_room(&w);
        for (size_t c = 0; !st && c < w.n_columns; c++) /* of what is known already nothing is looked at but where rows end */
            if (r->mode[c] == BMI_CSV_AS_TEXT) w.mode[c] = BMI_CSV_AS_TEXT;
        if (!st) st = bmi_csv_parse_chunks(&w, 0, NULL);
        if (!st) st = bmi_csv_judge_rows(&w);
        for (size_t c = 0; !st && c < w.n_columns; c++)
            if (!p->again || p->late[c]) st = gather(p, &w, c);
        for (size_t i = 0; !st && i < w.n_chunks; i++) p->rows += w.chunks[i].rows;
        for (size_t i = 0; i < n; i++) r->lines += bytes[i] == r->dialect.line;
        w.asked = NULL; /* the reader's */
        bmi_csv_work_end(&w);
        bmi_csv_end(r->context, &out);
    }
    return st ? st : bmi_source_unchanged(e, here, &r->stream.source);
}

/* The types that all rows give; the texts of columns that were found to be text too late are counted again. */
static bm_status settle(bmi_error *e, bm_place here, pass *p)
{
    bmi_csv_reader *r = p->r;
    bool again = false;
    for (size_t c = 0; c < r->plan.n_columns; c++) {
        bmi_column *column = &r->plan.columns[c];
        column->type = r->mode[c] == BMI_CSV_AS_TEXT ? BM_COLUMN_TEXT : bmi_csv_settled(p->seen[c], r->asked[c]);
        if (column->type == BM_COLUMN_INTEGER && p->seen[c] & BMI_SEEN_BIG) r->mode[c] = BMI_CSV_AS_INT64;
        if (r->codes && !r->asked[c] && !bmi_csv_note_digits(r->context, column, p->seen[c], r->codes[c], &r->plan.notes))
            return bmi_fail_memory(e, here, 1000, "a note");
        if (column->type != BM_COLUMN_TEXT) p->late[c] = false;
        else if (r->mode[c] != BMI_CSV_AS_TEXT) r->mode[c] = BMI_CSV_AS_TEXT;
        if (column->type == BM_COLUMN_TEXT && !p->late[c]) continue;
        bmi_dictionary_end(&column->dictionary);
        bmi_csv_census *k = &r->census[c];
        if (k->counts_room) memset(k->counts, 0, k->counts_room * sizeof *k->counts);
        again |= p->late[c];
    }
    p->again = true;
    return again ? go_over(e, here, p) : BM_OK;
}

/* Forms and times by the functions of a file read whole, over columns of no rows whose texts were counted. */
static bm_status find_forms(bmi_error *e, bm_place here, bmi_csv_reader *r, bool windows)
{
    bmi_source none;
    bmi_source_memory(r->context, r->stream.source.name, "", 0, &none);
    bmi_csv_work w = bmi_csv_reader_work(e, here, r, &none, &r->plan);
    w.census = r->census;
    for (size_t i = 0; i < r->options.missing.count; i++)
        w.named_marks |= r->options.missing.at[i] && !*r->options.missing.at[i];
    if ((windows || r->windows_names) &&
        !bmi_notes_add(r->context, &r->plan.notes, "some text is not UTF-8 and was read as Windows-1252"))
        return bmi_fail_memory(e, here, 1000, "a note");
    for (size_t c = 0; c < r->plan.n_columns; c++) { /* columns of no cells are some memory, too */
        bmi_column *column = &r->plan.columns[c];
        if (!(column->values = bmi_alloc(r->context, 1, 1))) return bmi_fail_memory(e, here, 1, "a column");
        column->bytes = 1;
    }
    bm_status st = bmi_csv_number_forms(&w);
    return st ? st : bmi_csv_times(&w);
}

static bm_status first_pass(bmi_error *e, bm_place here, bmi_csv_reader *r)
{
    const size_t n = r->plan.n_columns;
    pass p = { .r = r, .seen = bmi_alloc(r->context, n, sizeof *p.seen), .late = bmi_alloc(r->context, n, sizeof *p.late) };
    r->census = bmi_alloc(r->context, n, sizeof *r->census);
    bm_status st =
        p.seen && p.late && r->census ? BM_OK : bmi_fail_memory(e, here, n * sizeof *r->census, "to read a CSV file");
    if (!st) st = go_over(e, here, &p);
    if (!st) st = settle(e, here, &p);
    if (!st) st = find_forms(e, here, r, p.windows);
    for (size_t c = 0; r->census && c < n; c++) {
        bmi_release(r->context, r->census[c].counts, r->census[c].counts_room, sizeof *r->census[c].counts);
        bmi_release(r->context, r->census[c].first, r->census[c].first_room, sizeof *r->census[c].first);
    }
    bmi_release(r->context, r->census, n, sizeof *r->census);
    r->census = NULL;
    bmi_release(r->context, p.seen, n, sizeof *p.seen);
    bmi_release(r->context, p.late, n, sizeof *p.late);
    if (!st && !p.rows) st = bmi_fail(e, BM_E_DATA, here, "%s has no row that can be read", r->stream.source.name);
    r->plan.rows = p.rows;
    return st ? st : bmi_csv_reader_rewind(e, here, r);
}

/* ---- opening ---- */

static bool keep_names(bmi_csv_reader *r, bm_names *names)
{
    const char **copy = bmi_arena_alloc(&r->kept, names->count + 1, sizeof *copy);
    for (size_t i = 0; copy && i < names->count; i++)
        if (names->at[i] && !(copy[i] = bmi_arena_text(&r->kept, names->at[i]))) return false;
    names->at = names->count ? copy : NULL;
    return copy;
}

/* Delimiter, names, types that were asked for. */
static bm_status read_head(bmi_error *e, bm_place here, bmi_csv_reader *r)
{
    bmi_source head;
    if (bmi_csv_window_fill(e, here, r, HEAD)) return e->status;
    bmi_source_memory(r->context, r->stream.source.name, r->buffer, r->size, &head);
    bmi_csv_work w = bmi_csv_reader_work(e, here, r, &head, &r->plan);
    w.cut = !r->at_end;
    bm_status st = bmi_csv_check(e, here, head.name, &r->options);
    if (!st) st = bmi_foreign(e, here, &head);
    if (!st) st = bmi_csv_layout(&w);
    if (!st) st = bmi_csv_asked(&w);
    r->asked = w.asked;
    r->codes = w.codes;
    r->dialect = w.dialect;
    r->head = w.data;
    r->windows_names = w.windows_names;
    for (size_t i = 0; i < r->head && i < r->size; i++) r->head_lines += r->buffer[i] == r->dialect.line;
    if (st) return st;
    r->mode = bmi_alloc(r->context, r->plan.n_columns, sizeof *r->mode);
    if (!r->mode) return bmi_fail_memory(e, here, r->plan.n_columns, "to read a CSV file");
    const bool commas = r->options.decimal == ',' || r->options.thousands == '.';
    for (size_t c = 0; c < r->plan.n_columns; c++)
        r->mode[c] = commas || r->asked[c] == BM_COLUMN_TEXT || r->asked[c] == BM_COLUMN_TIME ? BMI_CSV_AS_TEXT : BMI_CSV_GUESS;
    return BM_OK;
}

bm_status bmi_csv_reader_open(bmi_error *e, bm_place here, bm_context *context, const bm_csv_options *options,
                              bmi_csv_reader *r)
{
    static const char why[] = "it is read several times; put it in a file first";
    *r = (bmi_csv_reader){ .context = context, .options = *options, .kept.context = context, .stream.source.file = -1 };
    if (!options->path) return bmi_fail(e, BM_E_ARGUMENT, here, "no path of a CSV file is given");
    r->options.path = bmi_arena_text(&r->kept, options->path);
    if (!r->options.path || !keep_names(r, &r->options.missing))
        return bmi_fail_memory(e, here, strlen(options->path), "to read a CSV file");
    bm_status st = bmi_stream_open(e, here, context, r->options.path, why, &r->stream);
    if (!st) st = read_head(e, here, r);
    if (!st) st = first_pass(e, here, r);
    r->options.text = (bm_names){ 0 }; /* the caller's: what they asked for is known */
    r->options.types = (bm_types){ 0 };
    r->options.recipe = NULL;
    r->options.dates = NULL;
    return st;
}

bm_status bmi_csv_reader_rewind(bmi_error *e, bm_place here, bmi_csv_reader *r)
{
    r->begin = r->size = 0;
    r->at_end = false;
    r->lines = r->head_lines;
    r->given = 0;
    bmi_csv_end(r->context, &r->rest);
    if (bmi_stream_rewind(e, here, &r->stream) || bmi_csv_window_fill(e, here, r, HEAD)) return e->status;
    r->begin = r->head < r->size ? r->head : r->size;
    return BM_OK;
}

void bmi_csv_reader_end(bmi_csv_reader *r)
{
    const size_t n = r->plan.n_columns;
    bmi_release(r->context, r->buffer, r->capacity, 1);
    bmi_release(r->context, r->mode, n, sizeof *r->mode);
    bmi_release(r->context, r->asked, n, sizeof *r->asked);
    bmi_release(r->context, r->codes, n, sizeof *r->codes);
    bmi_csv_end(r->context, &r->rest);
    bmi_csv_end(r->context, &r->plan);
    bmi_stream_end(&r->stream);
    bmi_arena_end(&r->kept);
    *r = (bmi_csv_reader){ .stream.source.file = -1 };
}
