// SPDX-License-Identifier: Apache-2.0
/* CSV files that are none, or are no longer what they were: 10,000 columns, a line of 2 GB through a pipe, files that shrink, grow, are
 * written to or replaced while they are read.
 */
#include "support/bmt.h"
#include "format/csv_inside.h"
#include <baeum/data.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void many_columns(void **state)
{
    (void)state;
    enum { COLUMNS = 10000, ROWS = 20 };
    char *text = malloc(COLUMNS * ROWS * 8 + COLUMNS * 8), *at = text;
    for (int c = 0; c < COLUMNS; c++) at += sprintf(at, "%sc%d", c ? "," : "", c);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) at += sprintf(at, "%s%d", c ? "," : "\n", (r + c) % 1000);
    const char *path = bmt_temp_file("wide.csv", text, (size_t)(at - text));
    bm_table *t = bm_table_read_csv(path);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_int_equal(bm_table_columns(t), COLUMNS);
    for (int c = 0; c < COLUMNS; c += 99)
        for (int r = 0; r < ROWS; r++) assert_int_equal(bm_table_integer(t, r, c), (r + c) % 1000);
    bm_csv *parts = bm_csv_open(path, .rows = 7);
    for (int64_t from = 0; from < ROWS; from += 7) {
        bm_table *part = bm_csv_next(parts);
        assert_int_equal(bm_table_rows(part), ROWS - from < 7 ? ROWS - from : 7);
        assert_int_equal(bm_table_integer(part, 0, 9999), bm_table_integer(t, from, 9999));
        bm_free(part);
    }
    bm_free(parts);
    bm_free(t);
    free(text);
}

/* Who writes it is told by a broken pipe that nobody reads on: of 2 GB little more than the 64 MB of a row are taken. */
static void line_through_pipe(void **state)
{
    (void)state;
    for (int head = 0; head < 2; head++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        const pid_t child = fork();
        if (!child) {
            static char block[1 << 20];
            int64_t written = 0;
            memset(block, 'x', sizeof block);
            close(ends[0]);
            if (head && write(ends[1], "a,b\n1,2\n", 8) != 8) _exit(2);
            signal(SIGPIPE, SIG_IGN);
            while (written < INT64_C(2) << 30 && write(ends[1], block, sizeof block) == (ssize_t)sizeof block)
                written += sizeof block;
            _exit(written < INT64_C(2) << 30 ? 0 : 1);
        }
        close(ends[1]);
        char path[64];
        snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        bmt_faults faults = { 0 };
        bm_context *context = bmt_context(&faults, 1);
        bm_table *t = bm_table_read_csv(path, .context = context);
        assert_int_equal(bm_status_of(t), BM_E_FORMAT);
        bmt_contains("the line", bm_error(t),
                     head ? ":3:1: the row is longer than 64 MB" : "the first row is longer than 64 MB");
        assert_true(faults.peak_bytes < (size_t)700 << 20);
        bm_free(t);
        bm_free(context);
        close(ends[0]);
        int status = 1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

/* Lines of these numbers of bytes, behind a head. */
static const char *wide_lines(const char *name, const char *head, const int *widths, int lines)
{
    size_t n = strlen(head);
    for (int i = 0; i < lines; i++) n += (size_t)widths[i];
    char *text = malloc(n), *at = text + strlen(head);
    memset(text, 'x', n);
    memcpy(text, head, strlen(head));
    for (int i = 0; i < lines; i++) {
        at += widths[i];
        memcpy(at - 3, ",1\n", 3);
    }
    const char *path = bmt_temp_file(name, text, n);
    free(text);
    return path;
}

/* Rows of 40 MB are no longer than 64 MB, also behind a quote from which on rows are cut one by one; and of lines that are left out none is a
 * row that is too long. */
static void long_lines(void **state)
{
    (void)state;
    enum { LINES = 90 };
    int widths[LINES];
    for (int i = 0; i < LINES; i++) widths[i] = 1 << 20;
    widths[0] = 40 << 20;
    bm_table *t = bm_table_read_csv(wide_lines("long.csv", "a,b\n5\" pipe,1\n", widths, LINES));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_int_equal(bm_table_rows(t), LINES + 1);
    bm_free(t);
    t = bm_table_read_csv(wide_lines("top.csv", "", widths, LINES), .skip = INT64_MAX);
    assert_int_equal(bm_status_of(t), BM_E_DATA);
    bmt_contains("all left out", bm_error(t), "has no row behind the 9223372036854775807 lines that are left out");
    bm_free(t);
}

/* Changes the file when the reader asks for memory the `when`-th time. */
typedef struct meddler {
    bm_allocator own;
    bmt_faults faults;
    const char *path;
    int how;
    long calls, when;
} meddler;

static void meddle(const meddler *m)
{
    char other[4096];
    const struct timespec later[2] = { { .tv_sec = 4000000000 }, { .tv_sec = 4000000000 } };
    if (m->how == 0) assert_int_equal(truncate(m->path, 1000), 0);
    FILE *f = m->how == 1 ? fopen(m->path, "a") : m->how == 2 ? fopen(m->path, "r+") : NULL;
    if (f) {
        fputs(m->how == 1 ? "1,2\n" : "b,a\n9,9\n", f);
        fclose(f);
    }
    if (m->how == 2) assert_int_equal(utimensat(AT_FDCWD, m->path, later, 0), 0); /* a clock of the file system may be coarse */
    if (m->how != 3) return;
    snprintf(other, sizeof other, "%s.new", m->path);
    f = fopen(other, "w");
    fputs("a,b\n1,2\n", f);
    fclose(f);
    assert_int_equal(rename(other, m->path), 0);
}

static void *allocate(void *user, size_t bytes, size_t align)
{
    meddler *m = user;
    if (++m->calls == m->when) meddle(m);
    return m->own.allocate(m->own.user, bytes, align);
}

static void release(void *user, void *memory, size_t bytes)
{
    meddler *m = user;
    m->own.release(m->own.user, memory, bytes);
}

static void changing_file(void **state)
{
    (void)state;
    static const char *const says[] = { "became shorter while it was read", "became longer while it was read",
                                        "was written to while it was read", "was replaced by another file while it was read" };
    for (int how = 0; how < 4; how++)
        for (long when = 12; when < 28; when += 7) {
            char text[60000] = "a,b\n", path[4096];
            for (size_t n = strlen(text); n < 50000; n = strlen(text + n) + n)
                sprintf(text + n, "%d,%d\n", (int)n, (int)(n % 7));
            snprintf(path, sizeof path, "%s", bmt_temp_file("moving.csv", text, strlen(text)));
            meddler m = { .path = path, .how = how, .when = when };
            m.own = bmt_allocator(&m.faults);
            bm_context *context = bm_context_new(.threads = 1, .allocator = { &m, allocate, release });
            bm_table *t = bm_table_read_csv(path, .context = context);
            if (m.calls < when) fail_msg("reading asked for memory only %ld times", m.calls);
            assert_int_equal(bm_status_of(t), BM_E_FILE);
            bmt_contains("changed", bm_error(t), says[how]);
            bm_free(t);
            bm_free(context);
        }
}

/* Behind a quote that is a character, quotes cannot be counted: the rest is cut again by its cells, piece by piece and never in memory
 * whole, whatever the number of threads, with quoted line ends, rows that are left out and a quote that is never closed in it. */
static void stray_quote(void **state)
{
    (void)state;
    enum { ROWS = 100000, ROW = 140 };
    const size_t most = (size_t)ROWS * ROW + 1000;
    char *text = malloc(most), *at = text, name[ROW - 30];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = 0;
    at += sprintf(at, "n,size,what\n");
    int64_t bad = 0;
    for (int r = 0; r < ROWS; r++) {
        if (r == 9 || r == 60000) at += sprintf(at, "%d,5\" pipe,%s\n", r, name); /* an odd number of quotes */
        else if (r % 1000 == 5) at += sprintf(at, "%d,\"a,\nb\",%s\n", r, name);
        else if (r % 50000 == 7) at += sprintf(at, "%d,\"a\"b,%s\n", r, name), bad++; /* behind the closing quote */
        else if (r % 50000 == 8) at += sprintf(at, "%d,c\n", r), bad++;
        else at += sprintf(at, "%d,six,%s\n", r, name);
    }
    const char *path = bmt_temp_file("stray.csv", text, (size_t)(at - text));
    for (int threads = 1; threads <= 4; threads += 3) {
        bmt_faults faults = { 0 };
        bm_context *context = bmt_context(&faults, threads);
        bm_table *t = bm_table_read_csv(path, .context = context, .skip_bad_rows = true);
        if (bm_failed(t)) fail_msg("%s", bm_error(t));
        assert_int_equal(bm_table_skipped(t), bad);
        assert_int_equal(bm_table_rows(t), ROWS - bad);
        for (int64_t i = 0; i < bm_table_rows(t); i++) {
            const int64_t r = bm_table_integer(t, i, 0);
            const char *want = r == 9 || r == 60000 ? "5\" pipe" : r % 1000 == 5 ? "a,\nb" : "six";
            if (strcmp(bm_table_text(t, i, 1), want) || strcmp(bm_table_text(t, i, 2), name))
                fail_msg("row %lld", (long long)r);
        }
        assert_true(faults.peak_bytes < (size_t)(at - text)); /* the table takes half as much */
        bm_free(t);
        bm_free(context);
    }
    bm_table *t = bm_table_read_csv(path);
    bmt_contains("the first bad row", bm_error(t), "stray.csv:10:2: a quote stands behind the first one inside the cell");
    bm_free(t);
    at += sprintf(at, "1,\"open,y\n2,three,y\n");
    path = bmt_temp_file("stray.csv", text, (size_t)(at - text));
    t = bm_table_read_csv(path, .skip_bad_rows = true);
    assert_int_equal(bm_table_skipped(t), bad + 1);
    assert_int_equal(bm_table_integer(t, bm_table_rows(t) - 1, 0), 2);
    bm_free(t);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(many_columns), cmocka_unit_test(line_through_pipe),
                                        cmocka_unit_test(long_lines), cmocka_unit_test(stray_quote),
                                        cmocka_unit_test(changing_file) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
