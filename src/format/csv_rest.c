// SPDX-License-Identifier: Apache-2.0
/* The rest of a file from a row on behind which quotes cannot be counted on: a quote stands in a cell as a character, or a row that is
 * left out cannot be read to its end. One thread goes through the rest cell by cell to find where its rows begin, some at a time, and
 * cuts it into chunks again, which are then parsed as ever.
 */
#include "format/csv_inside.h"

bmi_csv_run bmi_csv_whole_rows(const bmi_csv_dialect *d, const unsigned char *p, size_t n, const bmi_csv_reading *how)
{
    const unsigned char *const begin = p, *const end = p + n, *ended = p;
    bmi_csv_run run = { 0 };
    while ((size_t)(ended - begin) < how->enough) {
        p = bmi_csv_blank_lines(d, ended, end);
        if (p >= end) {
            if (how->last || p[-1] == d->line) ended = end;
            break;
        }
        bmi_csv_cell cell = { .last = false };
        bmi_csv_problem problem = BMI_CSV_FINE;
        size_t cells = 0;
        for (const unsigned char *q = p; !problem && !cell.last; q = cell.next, cells++) {
            problem = bmi_csv_cell_read(d, q, end, &cell);
            run.stray |= cell.stray;
        }
        const unsigned char *behind = problem ? bmi_csv_skip_line(d, cell.next, end) : cell.next;
        const bool open = !how->last && problem == BMI_CSV_OPEN_QUOTE; /* what follows may close it */
        run.broken = problem && !open && !how->skip;
        if (open || (!run.broken && !how->last && behind == end && end[-1] != d->line)) break;
        ended = behind;
        if (run.broken) break;
        run.rows += !problem && (cells == how->n_columns || how->fill);
    }
    run.bytes = (size_t)(ended - begin);
    return run;
}

/* The chunk that begins at `at`, behind which it gives the next one's begin. */
static bm_status cut_chunk(bmi_csv_work *w, size_t at, unsigned char **buffer, size_t *capacity, bmi_csv_chunk *k, bool *broken)
{
    enum { MORE = 1 << 16 };
    const size_t size = w->source->size;
    bmi_csv_run run = { 0 };
    bm_status st = BM_OK;
    *broken = false;
    for (size_t n = w->chunk_bytes + MORE;; n *= 2) {
        const unsigned char *bytes;
        const bool last = n >= size - at, too_long = n > BMI_CSV_MAX_ROW + w->chunk_bytes;
        if (last) n = size - at;
        const bmi_csv_reading how = {
            .enough = w->chunk_bytes, .n_columns = w->n_columns, .skip = w->skip, .fill = w->fill, .last = last
        };
        if ((st = bmi_source_read(w->error, w->here, w->source, at, n, buffer, capacity, &bytes))) break;
        run = bmi_csv_whole_rows(&w->dialect, bytes, n, &how);
        *broken = run.broken || (too_long && !last && run.bytes < w->chunk_bytes);
        if (*broken) run.bytes = n; /* with the row that is the error */
        if (*broken || last || run.bytes >= w->chunk_bytes) break;
    }
    k->begin = at;
    k->end = at + run.bytes;
    k->room = run.rows;
    return st;
}

bm_status bmi_csv_parse_rest(bmi_csv_work *w, size_t stopped)
{
    bmi_csv_chunk *before = &w->chunks[stopped];
    unsigned char *buffer = NULL;
    size_t capacity = 0, at = before->stopped_at, next = stopped + 1;
    int64_t base = before->base + before->rows;
    bool broken = false;
    bm_status st = BM_OK;
    for (size_t i = next * w->n_columns; i < w->n_chunks * w->n_columns; i++) bmi_dictionary_end(&w->texts[i]);
    before->end = at;
    before->stopped = before->goes_on = false;
    /* each but the last is of chunk_bytes at least, so that there are no more than there is room for */
    for (; !st && !broken && at < w->source->size && next < w->chunks_capacity; next++) {
        bmi_csv_chunk *k = &w->chunks[next];
        bmi_release(w->context, k->bad_at, k->bad_room, sizeof *k->bad_at);
        *k = (bmi_csv_chunk){ .base = base, .serial = true };
        st = cut_chunk(w, at, &buffer, &capacity, k, &broken);
        if (k->room > w->room - base) k->room = w->room - base; /* of a file that grew meanwhile */
        at = k->end;
        base += k->room;
    }
    bmi_release(w->context, buffer, capacity, 1);
    w->n_chunks = next;
    return st ? st : bmi_csv_parse_chunks(w, stopped + 1, NULL);
}
