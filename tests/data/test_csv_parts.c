// SPDX-License-Identifier: Apache-2.0
/* CSV files by parts: one behind the other they are the table read whole, whatever the size of a part and the number of threads, also
 * packed; memory stays that of a part; what goes wrong on the way.
 */
#include "support/bmt.h"
#include "data/table.h"
#include <baeum/data.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

static const char *made(const char *name, int64_t rows, bool bad)
{
    char *text = malloc((size_t)rows * 120 + 200), *at = text;
    at += sprintf(at, "id,price,city,day,mixed,late,flag,share,note\n");
    for (int64_t i = 0; i < rows; i++) {
        at += sprintf(at, "%d,\"%d,%03d.5\",city %d,%02d/%02d/2024,", (int)i, (int)(i % 90 + 1), (int)(i % 1000),
                      (int)(i * 7 % 23), (int)(i % 28 + 1), (int)(i % 12 + 1));
        at += i % 50 == 9 ? sprintf(at, "oops,") : sprintf(at, "%d,", (int)(i % 77)); /* numbers, and a few that are none */
        at += i > rows / 2 ? sprintf(at, "x%d,", (int)(i % 5)) : sprintf(at, "%d,", (int)(i % 9)); /* text from the middle on */
        at += sprintf(at, "%s,%d.%d%%,", i % 3 ? "true" : "", (int)(i % 100), (int)(i % 10));
        at += i % 11 ? sprintf(at, "\"line one\nline \"\"two\"\" %d\"\n", (int)(i % 13)) : sprintf(at, "\"NA\"\n");
        if (bad && i % 400 == 7) at += sprintf(at, "1,2,3\n");
        if (bad && i % 900 == 70) at += sprintf(at, "1,a\"b,3,4,5,6,7,8,\"9\n");
        if (bad && i % 700 == 8) at += sprintf(at, "1e999,1,a,01/02/2024,1,1,true,1%%,n\n");
    }
    const char *path = bmt_temp_file(name, text, (size_t)(at - text));
    free(text);
    return path;
}

/* Compares rows of a whole table from `from` on with a part; codes of texts must be the same, too. */
static void same_rows(const bm_table *whole, int64_t from, const bm_table *part)
{
    assert_int_equal(whole->n_columns, part->n_columns);
    assert_true(from + part->rows <= whole->rows);
    for (size_t c = 0; c < whole->n_columns; c++) {
        const bmi_column *a = &whole->columns[c], *b = &part->columns[c];
        const size_t cell = bmi_column_cell(a->type);
        assert_string_equal(a->name, b->name);
        assert_int_equal(a->type, b->type);
        assert_memory_equal(&a->form, &b->form, sizeof a->form);
        assert_memory_equal((const char *)a->values + (size_t)from * cell, b->values, (size_t)part->rows * cell);
        assert_int_equal(a->dictionary.count, b->dictionary.count);
        assert_int_equal(a->dictionary.used, b->dictionary.used);
        if (a->dictionary.used) assert_memory_equal(a->dictionary.bytes, b->dictionary.bytes, a->dictionary.used);
    }
}

static void compare(const char *path, bm_csv_options o, int64_t rows, int64_t threads)
{
    bm_context *context = bm_context_new(.threads = threads);
    o.path = path;
    o.context = context;
    o.rows = rows;
    bm_table *whole = bm_table_read_csv_at(&o, sizeof o, BM_HERE), *part;
    if (bm_failed(whole)) fail_msg("%s", bm_error(whole));
    bm_csv *c = bm_csv_open_at(&o, sizeof o, BM_HERE);
    if (bm_failed(c)) fail_msg("%s", bm_error(c));
    for (int pass = 0; pass < 2; pass++) {
        int64_t from = 0, skipped = 0;
        while ((part = bm_csv_next(c))) {
            if (bm_failed(part)) fail_msg("%s", bm_error(part));
            same_rows(whole, from, part);
            for (int64_t i = 0; i < bm_table_skipped(part); i++)
                assert_int_equal(bm_table_skipped_at(part, i) + from, bm_table_skipped_at(whole, skipped + i));
            from += bm_table_rows(part);
            skipped += bm_table_skipped(part);
            if (from < whole->rows) assert_int_equal(bm_table_rows(part), rows);
            bm_free(part);
        }
        assert_int_equal(from, whole->rows);
        assert_int_equal(skipped, bm_table_skipped(whole));
        assert_int_equal(bm_csv_rewind(c), BM_OK);
    }
    bm_free(c);
    bm_free(whole);
    bm_free(context);
}

static const char *packed(const char *from, const char *name)
{
    size_t n;
    unsigned char *bytes = bmt_read(from, &n);
    const char *path = bmt_temp(name);
    gzFile f = gzopen(path, "wb1");
    assert_int_equal(gzwrite(f, bytes, (unsigned)n), n);
    assert_int_equal(gzclose(f), Z_OK);
    free(bytes);
    return path;
}

static void equal(void **state)
{
    (void)state;
    const int64_t sizes[] = { 1, 7, 1000, 100000 };
    for (int k = 0; k < 4; k++) compare(made("small.csv", 300, false), (bm_csv_options){ 0 }, sizes[k], 1 + k % 2);
    const char *large = made("large.csv", 60000, false); /* some 5 MB, several windows */
    compare(large, (bm_csv_options){ 0 }, 7777, 1);
    compare(large, (bm_csv_options){ 0 }, 7777, 3);
    compare(packed(large, "large.csv.gz"), (bm_csv_options){ 0 }, 25000, 2);
    const bm_column_as types[] = { { "id", BM_COLUMN_REAL }, { "city", BM_COLUMN_TEXT }, { "flag", BM_COLUMN_BOOL } };
    compare(large, (bm_csv_options){ .types = { types, 3 }, .missing = BM_NAMES("city 3", "5"), .comment = '#' }, 9000, 2);
    compare(large, (bm_csv_options){ .decimal = ',', .text = BM_NAMES("share") }, 9000, 2);
}

static void bad_rows(void **state)
{
    (void)state;
    const char *path = made("bad.csv", 60000, true);
    compare(path, (bm_csv_options){ .skip_bad_rows = true }, 9000, 2);
    compare(path, (bm_csv_options){ .fill_bad_rows = true }, 9000, 1);
    bm_csv *c = bm_csv_open(path);
    bmt_contains("the first bad row", bm_error(c), "bad.csv:17:3: the row has 3 cells, there are 9 columns");
    assert_null(bm_csv_next(c));
    bm_free(c);
    const char *infinite = bmt_temp_file("infinite.csv", "a,b\n1,2\n3,4\n1e999,5\n", 20);
    c = bm_csv_open(infinite, .rows = 2);
    assert_false(bm_failed(c));
    bm_table *t = bm_csv_next(c);
    bmt_contains("a cell", bm_error(t), "infinite.csv:4:1: \"1e999\" in column \"a\" is not a finite number");
    assert_true(bm_failed(c));
    bm_free(t);
    bm_free(c);
}

static void refused(void **state)
{
    (void)state;
    bm_csv *c = bm_csv_open("-");
    bmt_contains("a pipe", bm_error(c), "standard input is no regular file: it is read several times");
    bm_free(c);
    c = bm_csv_open(bmt_temp("none.csv"));
    bmt_contains("no file", bm_error(c), "cannot open");
    bm_free(c);
    c = bm_csv_open(bmt_temp_file("a.csv", "a\n1\n", 4), .rows = -1);
    assert_int_equal(bm_status_of(c), BM_E_ARGUMENT);
    bm_free(c);
    enum { TOP = 5 << 20 };
    char *top = malloc(TOP + 7); /* a line at the top, or a first row, that is longer than what is looked at first */
    memset(top, 'x', TOP);
    memcpy(top + TOP, "\na\n1\n2\n", 7);
    const char *path = bmt_temp_file("top.csv", top, TOP + 7);
    free(top);
    for (int skip = 0; skip < 2; skip++) {
        c = bm_csv_open(path, .skip = skip);
        assert_int_equal(bm_status_of(c), BM_E_FORMAT);
        bmt_contains("top", bm_error(c), "top.csv: the first row does not end in the first 4 MB, in which");
        bm_free(c);
        bm_table *whole = bm_table_read_csv(path, .skip = skip);
        assert_int_equal(bm_table_rows(whole), 3 - skip);
        bm_free(whole);
    }
    c = bm_csv_open(bmt_temp_file("b.csv", "a\n", 2));
    assert_int_equal(bm_status_of(c), BM_E_DATA);
    bm_free(c);
}

/* A file that is written to between two parts. */
static void changed(void **state)
{
    (void)state;
    const char *path = made("changing.csv", 100000, false);
    bm_csv *c = bm_csv_open(path, .rows = 1000);
    bm_table *t = bm_csv_next(c);
    assert_false(bm_failed(t));
    bm_free(t);
    FILE *f = fopen(path, "a");
    fputs("1,2,3,4,5,6,7,8,9\n", f);
    fclose(f);
    while ((t = bm_csv_next(c)) && !bm_failed(t)) bm_free(t);
    assert_non_null(t);
    bmt_contains("longer", bm_error(t), "while it was read");
    bm_free(t);
    bm_free(c);
}

static bm_status by_parts(bm_context *context, void *arg)
{
    bm_csv *c = bm_csv_open(arg, .context = context, .rows = 40, .skip_bad_rows = true);
    bm_status st = bm_status_of(c);
    for (bm_table *t; (t = bm_csv_next(c)); bm_free(t))
        if (!st) st = bm_status_of(t);
    bm_free(c);
    return st;
}

static void failing_memory(void **state)
{
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s", made("small.csv", 100, true));
    bmt_each_failure("parts", by_parts, path);
    snprintf(path, sizeof path, "%s", packed(made("small.csv", 60, false), "small.csv.gz"));
    bmt_each_failure("packed parts", by_parts, path);
}

/* Lets the process have `more` bytes beside those it has. */
static bool limit_memory(size_t more)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    const bool known = f && fscanf(f, "%lu", &pages) == 1;
    if (f) fclose(f);
    const size_t all = (size_t)pages * (size_t)sysconf(_SC_PAGESIZE) + more;
    const struct rlimit most = { all, all };
    return known && !setrlimit(RLIMIT_AS, &most);
}

/* A file of four times the memory that the process may have for it. */
static void larger_than_memory(void **state)
{
    (void)state;
#ifdef BMT_SANITIZED
    bmt_skip("room for a sanitizer beside the limit");
#endif
    const size_t most = 24u << 20; /* beyond what the program has before */
    const char *path = bmt_temp("huge.csv");
    char line[128];
    int64_t rows = 0, bytes = 0;
    FILE *f = fopen(path, "w");
    bytes += fprintf(f, "a,b,c,d\n");
    for (; bytes < 4 * (int64_t)most; rows++) {
        const int n = sprintf(line, "%d,%d.25,text %d,2024-01-%02d 12:00:00\n", (int)rows, (int)(rows % 999983),
                              (int)(rows % 50), (int)(rows % 28 + 1));
        fwrite(line, 1, (size_t)n, f);
        bytes += n;
    }
    assert_int_equal(fclose(f), 0);
    const pid_t child = fork();
    if (!child) {
        bm_context *context = bm_context_new(.threads = 1);
        if (!limit_memory(most)) _exit(2);
        bm_csv *c = bm_csv_open(path, .context = context, .rows = 50000);
        int64_t seen = 0;
        double sum = 0;
        for (bm_table *t; (t = bm_csv_next(c)); bm_free(t)) {
            if (bm_failed(t)) break;
            for (int64_t r = 0; r < bm_table_rows(t); r++) sum += bm_table_number(t, r, 0);
            seen += bm_table_rows(t);
        }
        if (bm_failed(c)) fprintf(stderr, "%s\n", bm_error(c));
        bm_table *whole = bm_table_read_csv(path, .context = context);
        const bool too_large = bm_status_of(whole) == BM_E_MEMORY; /* so the limit is one */
        if (seen != rows) fprintf(stderr, "%lld of %lld rows\n", (long long)seen, (long long)rows);
        if (!too_large) fprintf(stderr, "read whole: %s\n", bm_error(whole));
        _exit(bm_failed(c) || seen != rows || sum != (double)rows * (double)(rows - 1) / 2 || !too_large);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(larger_than_memory), /* first: what others give back to malloc would be memory beyond the limit */
        cmocka_unit_test(equal),
        cmocka_unit_test(bad_rows),
        cmocka_unit_test(refused),
        cmocka_unit_test(changed),
        cmocka_unit_test(failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
