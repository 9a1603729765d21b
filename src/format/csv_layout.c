// SPDX-License-Identifier: Apache-2.0
/* The layout of a CSV file: line end, delimiter, column names, and the chunks its rows are cut into.
 *
 * The line end is that of the first row. The delimiter, when it is not given, is the candidate that cuts the first rows into
 * the most equal numbers of cells, and among equals into the most cells.
 */
#include "format/csv_inside.h"
#include "base/text.h"
#include "base/threads.h"
#include <stdatomic.h>
#include <inttypes.h>
#include <string.h>

enum { HEAD = 1 << 16, SNIFF_ROWS = 50, CHUNK = 1 << 19 };

static const char *name_of(const bmi_csv_work *w)
{
    return w->source->name;
}

/* The first line end outside quotes; null when there is none. */
static const unsigned char *first_line_end(const unsigned char *p, const unsigned char *end)
{
    bool inside = false;
    for (; p < end; p++) {
        if (*p == '"') inside = !inside;
        else if (!inside && (*p == '\n' || *p == '\r')) return p;
    }
    return NULL;
}

/* Cells of the row at p and where the next row begins. False when the row is broken or does not end before `end`. */
static bool count_cells(const bmi_csv_dialect *d, const unsigned char **p, const unsigned char *end, bool whole, size_t *cells)
{
    bmi_csv_cell cell;
    for (*cells = 1;; (*cells)++) {
        if (bmi_csv_cell_read(d, *p, end, &cell)) return false;
        *p = cell.next;
        if (cell.last) return whole || cell.next < end;
    }
}

/* How many of the first rows have as many cells as the first one, over all rows looked at; 0 when that one has one cell. */
static double judge(const bmi_csv_dialect *d, const unsigned char *p, const unsigned char *end, bool whole, size_t *cells)
{
    size_t rows = 0, equal = 0;
    *cells = 0;
    for (; rows < SNIFF_ROWS; rows++) {
        size_t n;
        p = bmi_csv_blank_lines(d, p, end);
        if (p >= end || !count_cells(d, &p, end, whole, &n)) break;
        if (!rows) *cells = n;
        equal += n == *cells;
    }
    return rows && *cells > 1 ? (double)equal / (double)rows : 0;
}

static void set_dialect(const bmi_csv_work *w, bmi_csv_dialect *d, unsigned char delimiter, unsigned char line)
{
    bmi_csv_dialect_set(d, delimiter, line);
    d->comment = (unsigned char)w->options->comment;
    d->trim = w->options->trim;
    d->literal = true; /* of the first rows, which are read one by one */
}

static unsigned char sniff(const bmi_csv_work *w, const unsigned char *p, const unsigned char *end, unsigned char line,
                           bool whole)
{
    static const unsigned char candidates[] = { ',', ';', '\t', '|' };
    unsigned char best = ',';
    double best_share = 0;
    size_t best_cells = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        bmi_csv_dialect d;
        size_t cells;
        set_dialect(w, &d, candidates[i], line);
        const double share = judge(&d, p, end, whole, &cells);
        if (share > best_share || (share == best_share && share > 0 && cells > best_cells)) {
            best = candidates[i];
            best_share = share;
            best_cells = cells;
        }
    }
    return best;
}

/* The names so far, and for each the number that a second one of it may try next, so that thousands of one name take no time. */
typedef struct name_list {
    bmi_dictionary names;
    size_t *next, room;
} name_list;

/* Adds a name that is new. */
static bool keep_name(name_list *l, const char *name)
{
    const int32_t code = bmi_dictionary_add(&l->names, name, strlen(name));
    return code >= 0 && bmi_grow(l->names.context, (void **)&l->next, &l->room, (size_t)code + 1, sizeof *l->next);
}

/* A name for a second column of a name that is taken: name.2, or the next that is free. Null when there is no memory. */
static char *second_name(name_list *l, const char *name)
{
    char longer[300];
    size_t *next = &l->next[bmi_dictionary_find(&l->names, name, strlen(name))];
    do {
        snprintf(longer, sizeof longer, "%.250s.%zu", name, *next + 2);
        ++*next;
    } while (bmi_dictionary_find(&l->names, longer, strlen(longer)) >= 0);
    char *copy = bmi_text_copy(l->names.context, longer);
    if (copy && keep_name(l, copy)) return copy;
    bmi_text_release(l->names.context, copy);
    return NULL;
}

/* Gives column c its name: c<number> when it has none, name.2 for a second one when that is allowed. */
static bm_status name_column(bmi_csv_work *w, name_list *l, size_t c, char *name, bool header)
{
    bmi_csv *out = w->out;
    char made[32];
    bool noted = true;
    if (!*name) {
        snprintf(made, sizeof made, "c%zu", c + 1);
        if (header) noted = bmi_notes_add(w->context, &out->notes, "column %zu has no name: it is called %s", c + 1, made);
        name = made;
    }
    const bool taken = bmi_dictionary_find(&l->names, name, strlen(name)) >= 0;
    if (taken && noted && !w->options->rename_duplicates)
        return bmi_fail_as(
            w->error, BMI_CAUSE_SAME_NAMES, BM_E_FORMAT, w->here,
            "%s:%" PRId64
            ":%zu: a second column is named \"%.100s\"; rename one of them\001, or read with rename_duplicates\002",
            name_of(w), w->first_line, c + 1, name);
    if (noted && (taken || keep_name(l, name)))
        out->columns[c].name = taken ? second_name(l, name) : bmi_text_copy(w->context, name);
    if (out->columns[c].name && taken)
        noted = bmi_notes_add(w->context, &out->notes, "column %zu is a second \"%.100s\": it is called %.110s", c + 1, name,
                              out->columns[c].name);
    return out->columns[c].name && noted ? BM_OK : bmi_fail_memory(w->error, w->here, strlen(name), "column names");
}

/* Reads the names, without blanks around them, from the first row (or makes them) into out->columns, which has room. */
static bm_status name_columns(bmi_csv_work *w, const unsigned char *p, const unsigned char *end, bool header)
{
    name_list names = { .names.context = w->context };
    const size_t most = (size_t)(end - p) + 1;
    char *room = bmi_alloc_raw(w->context, most, 4),
         *raw = room ? room + 3 * most : NULL; /* a name as UTF-8, and as it stands there */
    bm_status st = room ? BM_OK : bmi_fail_memory(w->error, w->here, (size_t)(end - p), "column names");
    for (size_t c = 0; !st && c < w->n_columns; c++) {
        bmi_csv_cell cell;
        bmi_csv_cell_read(&w->dialect, p, end, &cell);
        p = cell.next;
        size_t n = !header ? 0 : bmi_csv_cell_copy(&cell, raw);
        if (bmi_is_utf8(raw, n)) memcpy(room, raw, n);
        else n = bmi_windows_to_utf8(raw, n, room), w->windows_names = true;
        const char *name = bmi_trim(room, &n);
        memmove(room, name, n);
        room[n] = 0;
        st = name_column(w, &names, c, room, header);
    }
    bmi_release(w->context, room, most, 4);
    bmi_release(w->context, names.next, names.room, sizeof *names.next);
    bmi_dictionary_end(&names.names);
    return st;
}

static bm_status fail_head(const bmi_csv_work *w, bmi_csv_problem problem, size_t cell)
{
    static const char *const words[] = {
        [BMI_CSV_STRAY_QUOTE] = "a quote stands inside a cell; put the whole cell in quotes and write each quote in it twice",
        [BMI_CSV_OPEN_QUOTE] = "a quote opens here and is never closed",
        [BMI_CSV_HAS_NUL] = "there is a NUL byte; is this a CSV file in UTF-8? (UTF-16 can be changed with iconv)",
        [BMI_CSV_LONE_RETURN] = "a carriage return stands alone inside the line",
        [BMI_CSV_TOO_LONG] = "the first row is longer than 64 MB; is this a table?",
    };
    return bmi_fail(w->error, BM_E_FORMAT, w->here, "%s:%" PRId64 ":%zu: %s", name_of(w), w->first_line, cell, words[problem]);
}

/* Past the lines at the top that are left out; null when more bytes must be seen. */
static const unsigned char *skip_lines(const bmi_csv_work *w, const unsigned char *p, const unsigned char *end, bool whole)
{
    for (int64_t i = 0; i < w->options->skip && p < end; i++) {
        while (p < end && *p != '\n' && *p != '\r') p++;
        if (end - p < 2 && !whole) return NULL;
        if (p < end && *p == '\r' && end - p > 1 && p[1] == '\n') p++;
        p += p < end;
    }
    return p;
}

/* Past empty lines and comments, before it is known how lines end. */
static const unsigned char *skip_head(const bmi_csv_work *w, const unsigned char *p, const unsigned char *end)
{
    const unsigned char comment = (unsigned char)w->options->comment;
    while (p < end && (*p == '\n' || *p == '\r' || (comment && *p == comment)))
        if (*p++ == comment && comment)
            while (p < end && *p != '\n' && *p != '\r') p++;
    return p;
}

/* Cuts the first row into cells, the columns; *after is where the rows behind it begin. */
static bm_status count_columns(bmi_csv_work *w, const unsigned char *p, const unsigned char *end, const unsigned char **after)
{
    bmi_csv_cell cell = { .last = false };
    for (w->n_columns = 0; !cell.last; w->n_columns++) {
        if (w->n_columns == BMI_CSV_MAX_COLUMNS)
            return bmi_fail(w->error, BM_E_FORMAT, w->here, "%s:%" PRId64 ": more than %d columns; is the delimiter right?",
                            name_of(w), w->first_line, BMI_CSV_MAX_COLUMNS);
        const bmi_csv_problem problem = bmi_csv_cell_read(&w->dialect, p, end, &cell);
        if (problem) return fail_head(w, problem, w->n_columns + 1);
        p = cell.next;
    }
    *after = p;
    w->dialect.several = w->n_columns > 1;
    w->out->columns = bmi_alloc(w->context, w->n_columns, sizeof *w->out->columns);
    if (!w->out->columns) return bmi_fail_memory(w->error, w->here, w->n_columns * sizeof *w->out->columns, "columns");
    w->out->n_columns = w->n_columns;
    return BM_OK;
}

/* How many lines end before the first row, by any kind of line end. */
static int64_t count_lines(const unsigned char *p, const unsigned char *row)
{
    int64_t lines = 0;
    for (; p < row; p++) lines += *p == '\n' || (*p == '\r' && (p + 1 == row || p[1] != '\n'));
    return lines;
}

/* That the lines at the top or the first row do not end in the head of a file that is read by parts. */
static bm_status fail_cut(const bmi_csv_work *w)
{
    return bmi_fail(w->error, BM_E_FORMAT, w->here,
                    "%s: the first row does not end in the first 4 MB, in which a file that is read by parts must have it; "
                    "shorten what stands before it, or read the file whole",
                    name_of(w));
}

/* A first line that only says what the delimiter is, "sep=;", as Excel takes it: gives that, and in *p the line's end; else 0. */
static unsigned char said_delimiter(const unsigned char **p, const unsigned char *end)
{
    static const char before[] = "sep=";
    const unsigned char *at = *p;
    for (size_t i = 0; i < 4; i++, at++)
        if (at == end || (*at | 0x20) != (before[i] | 0x20)) return 0;
    if (end - at < 2 || (at[1] != '\n' && at[1] != '\r') || *at == '"' || *at == '\n' || *at == '\r') return 0;
    *p = at + 1;
    return *at;
}

/* Notes that the first line may be a title: it has one cell, or only the first of several has a text, and the second line has more. */
static bm_status note_title(bmi_csv_work *w, const unsigned char *row, const unsigned char *second, const unsigned char *end,
                            bool whole)
{
    bmi_csv_dialect d = w->dialect;
    bmi_csv_cell cell = { .last = false };
    size_t cells = 0, names = 0;
    for (const unsigned char *p = row; !cell.last; p = cell.next) {
        if (bmi_csv_cell_read(&d, p, end, &cell)) return BM_OK;
        names += cell.n > 0;
    }
    bmi_csv_cell_read(&d, row, end, &cell);
    if (names != 1 || !cell.n) return BM_OK; /* programs that count the rows leave the first name out */
    if (w->n_columns == 1 && !w->options->delimiter) set_dialect(w, &d, sniff(w, second, end, d.line, whole), d.line);
    if (!count_cells(&d, &second, end, whole, &cells) || cells < 2) return BM_OK;
    return bmi_notes_add_as(BMI_ADVICE_SKIP, w->context, &w->out->notes,
                            "! the first line has one name, the second %zu cells: if it is a title, \001skip it\002", cells)
               ? BM_OK
               : bmi_fail_memory(w->error, w->here, 200, "a note");
}

/* Looks at the first bytes; *more when the first row, or in the first 4 MB a second one, does not end in them. */
static bm_status look(bmi_csv_work *w, const unsigned char *bytes, size_t n, bool *more)
{
    const bool whole = n == w->source->size;
    const unsigned char *end = bytes + n, *p = skip_lines(w, bytes + w->data, end, whole);
    if (!p) return (*more = true), BM_OK;
    p = skip_head(w, p, end);
    const unsigned char said = said_delimiter(&p, end);
    if (said) p = skip_head(w, p, end);
    const unsigned char *line = first_line_end(p, end), *second = line ? skip_head(w, line, end) : NULL;
    *more = !whole && (!line || line + 1 == end || (n < 1 << 22 && !first_line_end(second, end)));
    if (!line && end - p > BMI_CSV_MAX_ROW) {
        w->first_line = 1 + count_lines(bytes, p);
        return fail_head(w, BMI_CSV_TOO_LONG, 1);
    }
    if (*more) return BM_OK;
    w->first_line = 1 + count_lines(bytes, p);
    const unsigned char ends = line && *line == '\r' && (line + 1 == end || line[1] != '\n') ? '\r' : '\n';
    const unsigned char given = w->options->delimiter ? (unsigned char)w->options->delimiter : said;
    set_dialect(w, &w->dialect, given ? given : sniff(w, p, end, ends, whole), ends);
    if (p == end && w->cut) return fail_cut(w);
    if (p == end && w->options->skip)
        return bmi_fail(w->error, BM_E_DATA, w->here,
                        "%s has no row behind the %" PRId64 " line%s that are left out at its top", name_of(w),
                        w->options->skip, w->options->skip == 1 ? "" : "s");
    if (p == end)
        return bmi_fail(w->error, BM_E_DATA, w->here, "%s is empty: a CSV file begins with a row of column names", name_of(w));
    const unsigned char *after = p;
    bool header = !w->options->no_header;
    if (count_columns(w, p, end, &after)) return w->error->status;
    if (after == end && w->cut) return fail_cut(w);
    if (header && !w->options->header && bmi_csv_is_header(w, p, after, end, whole, &header)) return w->error->status;
    w->data = (size_t)((header ? after : p) - bytes);
    if (!w->options->recipe && !bmi_csv_find_codes(w, bytes + w->data, end))
        return bmi_fail_memory(w->error, w->here, w->n_columns, "to read a CSV file");
    if (header && second && second < end && note_title(w, p, second, end, whole)) return w->error->status;
    return name_columns(w, p, after, header);
}

bm_status bmi_csv_layout(bmi_csv_work *w)
{
    const unsigned char given = (unsigned char)w->options->delimiter;
    const unsigned char comment = (unsigned char)w->options->comment;
    if (given == '"' || given == '\n' || given == '\r')
        return bmi_fail(w->error, BM_E_ARGUMENT, w->here, "a quote or line end cannot be the delimiter of %s", name_of(w));
    if (comment && (comment == '"' || comment == '\n' || comment == '\r' || comment == given))
        return bmi_fail(w->error, BM_E_ARGUMENT, w->here,
                        "a quote, a line end or the delimiter cannot begin the comments of %s", name_of(w));
    if (w->options->skip < 0)
        return bmi_fail(w->error, BM_E_ARGUMENT, w->here, "%" PRId64 " lines cannot be left out at the top of %s",
                        w->options->skip, name_of(w));
    if (w->options->header && w->options->no_header)
        return bmi_fail(w->error, BM_E_ARGUMENT, w->here, "%s cannot be read with a header and without one", name_of(w));
    unsigned char *buffer = NULL;
    const unsigned char *bytes;
    size_t capacity = 0, n = HEAD < w->source->size ? HEAD : w->source->size;
    bm_status st = BM_OK;
    for (bool more = true; !st && more;) {
        st = bmi_source_read(w->error, w->here, w->source, 0, n, &buffer, &capacity, &bytes);
        if (st) break;
        w->data = n >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3) ? 3 : 0;
        if (n >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2))) {
            st = bmi_fail(w->error, BM_E_FORMAT, w->here,
                          "%s is in UTF-16; change it to UTF-8 first (iconv -f UTF-16 -t UTF-8)", name_of(w));
            break;
        }
        st = look(w, bytes, n, &more);
        n = n * 2 < w->source->size ? n * 2 : w->source->size;
    }
    bmi_release(w->context, buffer, capacity, 1);
    return st;
}

/* Counts two bytes. Sums of bytes over at most 255 blocks of 64, so that compilers make vectors of it. */
static void count_bytes(const unsigned char *p, size_t n, unsigned char line, size_t *lines, size_t *quotes)
{
    while (n >= 64) {
        unsigned char l[64] = { 0 }, q[64] = { 0 };
        size_t blocks = n / 64 < 255 ? n / 64 : 255;
        n -= blocks * 64;
        for (; blocks; blocks--, p += 64)
            for (int i = 0; i < 64; i++) {
                l[i] += p[i] == line;
                q[i] += p[i] == '"';
            }
        for (int i = 0; i < 64; i++) {
            *lines += l[i];
            *quotes += q[i];
        }
    }
    for (; n; n--, p++) {
        *lines += *p == line;
        *quotes += *p == '"';
    }
}

typedef struct counting {
    bmi_csv_work *work;
    bmi_error errors[BMI_CSV_PARTS];
    atomic_size_t next;
} counting;

/* Counts in the bytes one before each chunk's first up to one before its last: a line end there begins a row in the chunk. */
static void count_part(void *arg, int part, int parts)
{
    counting *c = arg;
    bmi_csv_work *w = c->work;
    unsigned char *buffer = NULL;
    size_t capacity = 0, i;
    (void)parts;
    while (!c->errors[part].status && (i = atomic_fetch_add(&c->next, 1)) < w->n_chunks) {
        const unsigned char *bytes;
        const size_t begin = w->data + i * w->chunk_bytes - (i > 0);
        const size_t end = i + 1 < w->n_chunks ? w->data + (i + 1) * w->chunk_bytes - 1 : w->source->size - 1;
        for (size_t at = begin; at < end && !c->errors[part].status; at += HEAD) {
            const size_t n = end - at < HEAD ? end - at : HEAD;
            if (!bmi_source_read(&c->errors[part], w->here, w->source, at, n, &buffer, &capacity, &bytes))
                count_bytes(bytes, n, w->dialect.line, &w->chunks[i].lines, &w->chunks[i].quotes);
        }
    }
    bmi_release(w->context, buffer, capacity, 1);
}

/* The first row start at or after `at` + 1, when byte `at` is inside quotes or not. */
static bm_status find_row(bmi_csv_work *w, size_t at, bool inside, size_t *row)
{
    unsigned char *buffer = NULL;
    size_t capacity = 0, step = 4096;
    bm_status st = BM_OK;
    for (*row = w->source->size; at < w->source->size && !st; at += step) {
        const unsigned char *bytes;
        const size_t n = w->source->size - at < step ? w->source->size - at : step;
        st = bmi_source_read(w->error, w->here, w->source, at, n, &buffer, &capacity, &bytes);
        for (size_t i = 0; !st && i < n; i++) {
            if (bytes[i] == '"') inside = !inside;
            else if (!inside && bytes[i] == w->dialect.line) {
                *row = at + i + 1;
                goto found;
            }
        }
    }
found:
    bmi_release(w->context, buffer, capacity, 1);
    return st;
}

/* What count_part and find_row find, of a file with comments, whose quotes mean nothing: one thread goes through all of it. Each chunk
 * but the first gets its `begin`. */
static bm_status count_with_comments(bmi_csv_work *w)
{
    enum { START, COMMENT, ROW, QUOTED } state = START;
    const unsigned char line = w->dialect.line, comment = w->dialect.comment;
    unsigned char *buffer = NULL;
    size_t capacity = 0, next = 1; /* the chunk whose begin is looked for */
    bm_status st = BM_OK;
    for (size_t at = w->data; at < w->source->size && !st; at += HEAD) {
        const unsigned char *bytes;
        const size_t n = w->source->size - at < HEAD ? w->source->size - at : HEAD;
        st = bmi_source_read(w->error, w->here, w->source, at, n, &buffer, &capacity, &bytes);
        for (size_t i = 0; !st && i < n; i++) {
            const unsigned char b = bytes[i];
            if (state == START) {
                while (next < w->n_chunks && at + i >= w->data + next * w->chunk_bytes) w->chunks[next++].begin = at + i;
                state = b == comment ? COMMENT : ROW;
            }
            if (state != COMMENT && b == '"') state = state == QUOTED ? ROW : QUOTED;
            else if (b == line) {
                const size_t chunk = (at + i + 1 - w->data) / w->chunk_bytes; /* of the row that begins behind it */
                if (chunk < w->n_chunks) w->chunks[chunk].lines++;
                if (state != QUOTED) state = START;
            }
        }
    }
    while (next < w->n_chunks) w->chunks[next++].begin = w->source->size;
    bmi_release(w->context, buffer, capacity, 1);
    return st;
}

static bm_status count_all(bmi_csv_work *w)
{
    if (w->dialect.comment) return count_with_comments(w);
    counting c = { .work = w };
    const int parts = bmi_csv_parts(w, w->n_chunks);
    bmi_parallel_exact(w->context, parts, count_part, &c);
    for (int i = 0; i < parts; i++)
        if (bmi_fail_from(w->error, &c.errors[i])) return w->error->status;
    return BM_OK;
}

bm_status bmi_csv_cut(bmi_csv_work *w)
{
    const size_t bytes = w->source->size - w->data;
    if (!w->chunk_bytes) w->chunk_bytes = CHUNK > w->n_columns * 64 ? CHUNK : w->n_columns * 64;
    w->n_chunks = (bytes + w->chunk_bytes - 1) / w->chunk_bytes;
    w->chunks_capacity = w->n_chunks + 1; /* one more where the rest is cut again (csv_rest.c) */
    w->chunks = bmi_alloc(w->context, w->chunks_capacity, sizeof *w->chunks);
    if (!w->chunks) return bmi_fail_memory(w->error, w->here, w->n_chunks * sizeof *w->chunks, "to read a CSV file");
    if (count_all(w)) return w->error->status;
    size_t quotes = 0, row = w->data;
    for (size_t i = 0; i < w->n_chunks; i++) {
        bmi_csv_chunk *k = &w->chunks[i];
        const size_t cut = w->data + i * w->chunk_bytes;
        if (i && w->dialect.comment) row = k->begin;
        else if (i && row < cut && find_row(w, cut - 1, quotes & 1, &row)) return w->error->status;
        k->begin = row;
        if (i) w->chunks[i - 1].end = row;
        quotes += k->quotes;
        k->base = w->room;
        k->room = (int64_t)(k->lines + (i == 0));
        const int64_t fit =
            (int64_t)(w->chunk_bytes / w->n_columns) + 2; /* a row has a byte a cell at least, unless it is filled */
        if (k->room > fit && !w->fill) k->room = fit;
        w->room += k->room;
    }
    if (w->n_chunks) w->chunks[w->n_chunks - 1].end = w->source->size;
    return BM_OK;
}
