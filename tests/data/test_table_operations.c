// SPDX-License-Identifier: Apache-2.0
/* Operations on tables against pandas: tests/golden/tables.py makes the same tables and writes tables.txt. */
#include "support/bmt.h"
#include "data/table.h"
#include "data/table_look.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 200 };

static bm_table *made(bm_context *context)
{
    static const char *const cities[] = { "b", "a", "c", NULL, "dd" };
    bm_name city[ROWS], word[ROWS], flag[ROWS];
    static char words[ROWS][8];
    int64_t floors[ROWS], n[ROWS], row[ROWS];
    double x[ROWS];
    for (int i = 0; i < ROWS; i++) {
        city[i] = cities[i * 7 % 5];
        floors[i] = i % 17 == 0 ? INT64_MIN : i * i % 4;
        x[i] = i % 11 == 0 ? NAN : (i * 37 % 101) / 8. - 5;
        n[i] = i * 13 % 23 - 11;
        snprintf(words[i], sizeof words[i], "w%d", i * 29 % 31);
        word[i] = i % 13 == 5 ? NULL : words[i];
        flag[i] = i % 19 == 3 ? "" : i % 3 == 0 ? "true" : "false";
        row[i] = i;
    }
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_text(t, "city", city, ROWS);
    bm_table_add_integer(t, "floor", floors, ROWS);
    bm_table_add_real(t, "x", x, ROWS);
    bm_table_add_integer(t, "n", n, ROWS);
    bm_table_add_text(t, "word", word, ROWS);
    bm_table_add_integer(t, "row", row, ROWS);
    char csv[ROWS * 7 + 20] = "flag,i\n"; /* true/false come from files alone */
    for (int i = 0, at = 7; i < ROWS; i++) at += sprintf(csv + at, "%s,\n", flag[i]);
    bm_table *flags = bm_table_read_csv(bmt_temp_file("flags.csv", csv, strlen(csv)), .context = context);
    int64_t *place = row; /* the same rows, by a join: another table's column */
    bm_table *numbered = bm_table_select(flags, "flag");
    bm_table_add_integer(numbered, "row", place, ROWS);
    bm_table *all = bm_table_join(t, numbered, BM_NAMES("row"));
    bm_free(numbered), bm_free(flags), bm_free(t);
    return all;
}

static bm_table *other(bm_context *context)
{
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    const bm_name city[] = { "a", "dd", "zz", "a", NULL, "c" };
    const int64_t floors[] = { 1, 0, 1, 0, 2, INT64_MIN }, sizes[] = { 10, 20, 30, 40, 50, 60 };
    const double x[] = { 1.5, 2.5, 3.5, 4.5, 5.5, 6.5 };
    bm_table_add_text(t, "city", city, 6);
    bm_table_add_integer(t, "floor", floors, 6);
    bm_table_add_real(t, "x", x, 6);
    bm_table_add_integer(t, "size", sizes, 6);
    return t;
}

/* A section of tables.txt as a table. */
static bm_table *golden(const char *name)
{
    char path[1000], head[100];
    size_t n;
    snprintf(path, sizeof path, "%s/tests/golden/tables.txt", getenv("BAEUM_SOURCE") ? getenv("BAEUM_SOURCE") : ".");
    char *all = (char *)bmt_read(path, &n);
    snprintf(head, sizeof head, "== %s\n", name);
    char *at = strstr(all, head);
    if (!at) fail_msg("%s has no section %s", path, name);
    at += strlen(head);
    char *end = strstr(at, "\n== ");
    bm_table *t = bm_table_read_csv(bmt_temp_file("golden.csv", at, end ? (size_t)(end + 1 - at) : strlen(at)));
    free(all);
    if (bm_failed(t)) fail_msg("%s: %s", name, bm_error(t));
    return t;
}

/* Same columns in the order of `want` and same cells; takes both. */
static void same(const char *name, bm_table *got)
{
    bm_table *want = golden(name);
    char what[200];
    if (bm_failed(got)) fail_msg("%s: %s", name, bm_error(got));
    if (bm_table_rows(got) != bm_table_rows(want))
        fail_msg("%s: %d rows, not %d", name, (int)bm_table_rows(got), (int)bm_table_rows(want));
    for (int64_t c = 0; c < bm_table_columns(want); c++) {
        const int64_t at = bm_table_find(got, bm_table_column_name(want, c));
        if (at < 0) fail_msg("%s: no column %s", name, bm_table_column_name(want, c));
        for (int64_t r = 0; r < bm_table_rows(want); r++) {
            const char *a = bm_table_text(got, r, at), *b = bm_table_text(want, r, c);
            const double x = bm_table_number(got, r, at), y = bm_table_number(want, r, c);
            snprintf(what, sizeof what, "%s, %s of row %d", name, bm_table_column_name(want, c), (int)r);
            if ((a == NULL) != (b == NULL) || (a && strcmp(a, b))) fail_msg("%s: %s, not %s", what, a ? a : "-", b ? b : "-");
            if (isnan(x) != isnan(y)) fail_msg("%s: %g, not %g", what, x, y);
            if (!isnan(x)) bmt_near(what, x, y, 1e-12);
        }
    }
    bm_free(want);
    bm_free(got);
}

static bm_table *grouped(const bm_table *t, bm_names by, bool keep_missing)
{
    return bm_table_group(t, by, .keep_missing = keep_missing,
                          .results = BM_AGGREGATES(
                              { NULL, BM_GROUP_ROWS }, { "x", BM_GROUP_COUNT }, { "x", BM_GROUP_SUM }, { "x", BM_GROUP_MEAN },
                              { "x", BM_GROUP_MEDIAN }, { "x", BM_GROUP_MIN }, { "x", BM_GROUP_MAX }, { "x", BM_GROUP_STD },
                              { "x", BM_GROUP_VAR }, { "x", BM_GROUP_FIRST }, { "x", BM_GROUP_LAST },
                              { "x", BM_GROUP_DISTINCT }, { "x", BM_GROUP_SKEW }, { "x", BM_GROUP_QUANTILE, .q = .9 },
                              { "n", BM_GROUP_SUM }, { "n", BM_GROUP_MEAN }, { "n", BM_GROUP_MIN }, { "n", BM_GROUP_DISTINCT },
                              { "word", BM_GROUP_DISTINCT, "word_distinct_" }, { "word", BM_GROUP_FIRST, "word_first_" },
                              { "word", BM_GROUP_MAX, "word_max_" }, { "flag", BM_GROUP_SUM, "flag_sum_" }));
}

static void groups(void **state)
{
    (void)state;
    bm_table *t = made(NULL);
    const bm_renamed names[] = { { "word_distinct_", "word_distinct" },
                                 { "word_first_", "word_first" },
                                 { "word_max_", "word_max" },
                                 { "flag_sum_", "flag_sum" } };
    bm_table *one = grouped(t, BM_NAMES("city"), false), *two = grouped(t, BM_NAMES("city", "floor"), true);
    same("group one", bm_table_rename_at(one, (bm_renames){ names, 4 }, BM_HERE));
    same("group two", bm_table_rename_at(two, (bm_renames){ names, 4 }, BM_HERE));
    same("group words", grouped(t, BM_NAMES("word", "flag"), false));
    same("counts", bm_table_group(t, BM_NAMES("city"), .by_size = true));
    bm_table *first = bm_table_group(t, BM_NAMES("city"), .unsorted = true, .keep_missing = true);
    static const char *const order[] = { "b", "c", "dd", "a", NULL };
    for (int i = 0; i < 5; i++) {
        const char *city = bm_table_text(first, i, 0);
        if (order[i]) assert_string_equal(city, order[i]);
        else assert_null(city);
        assert_int_equal(bm_table_integer(first, i, 1), 40);
    }
    bm_free(first), bm_free(one), bm_free(two), bm_free(t);
}

static void sorts(void **state)
{
    (void)state;
    bm_table *t = made(NULL);
    same("sort x", bm_table_sort(t, BM_NAMES("x")));
    same("sort city n", bm_table_sort(t, BM_NAMES("city", "n")));
    same("sort city n down", bm_table_sort(t, BM_NAMES("city", "n", "flag"), .descending = BM_NAMES("n", "flag")));
    bm_free(t);
}

static void joins(void **state)
{
    (void)state;
    bm_table *all = made(NULL), *t = bm_table_select(all, "row", "city", "floor", "x"), *r = other(NULL);
    same("join inner", bm_table_join(t, r, BM_NAMES("city")));
    same("join left", bm_table_join(t, r, BM_NAMES("city"), .how = BM_JOIN_LEFT));
    same("join right", bm_table_join(t, r, BM_NAMES("city"), .how = BM_JOIN_RIGHT));
    same("join full", bm_table_join(t, r, BM_NAMES("city"), .how = BM_JOIN_FULL));
    same("join semi", bm_table_join(t, r, BM_NAMES("city"), .how = BM_JOIN_SEMI));
    same("join anti", bm_table_join(t, r, BM_NAMES("city"), .how = BM_JOIN_ANTI));
    same("join two", bm_table_join(t, r, BM_NAMES("city", "floor")));
    same("join two missing", bm_table_join(t, r, BM_NAMES("city", "floor"), .match_missing = true));
    bm_table *renamed = bm_table_rename(r, { "city", "town" }), *both;
    both = bm_table_join(t, renamed, { 0 }, .left_by = BM_NAMES("city"), .right_by = BM_NAMES("town"));
    assert_true(bm_table_find(both, "city") >= 0 && bm_table_find(both, "town") >= 0);
    same("join inner", both);
    bm_free(renamed), bm_free(all), bm_free(t), bm_free(r);
}

static void rows_once(void **state)
{
    (void)state;
    bm_table *t = made(NULL);
    same("unique", bm_table_unique(t, .columns = BM_NAMES("city", "flag")));
    same("unique last", bm_table_unique(t, .columns = BM_NAMES("city", "flag"), .keep = BM_KEEP_LAST));
    same("unique none", bm_table_unique(t, .columns = BM_NAMES("city", "word", "flag"), .keep = BM_KEEP_NONE));
    same("duplicates", bm_table_duplicates(t, .columns = BM_NAMES("city", "flag")));
    bm_table *all = bm_table_unique(t), *twice = bm_table_concat(BM_TABLES(t, t)), *once = bm_table_unique(twice);
    assert_int_equal(bm_table_rows(all), ROWS);
    assert_int_equal(bm_table_rows(twice), 2 * ROWS);
    assert_int_equal(bm_table_rows(once), ROWS);
    bm_free(all), bm_free(twice), bm_free(once);
    bm_table *r = other(NULL), *a = bm_table_select(t, "city", "n"), *b = bm_table_select(r, "size", "city");
    bm_table *top = bm_table_filter(a, "city = 'zz' or n in (-11, 2)");
    bm_table *three = bm_table_take(a, BM_ROWS(0, 1, 2)), *pair = bm_table_take(b, BM_ROWS(0, 1));
    same("concat", bm_table_concat(BM_TABLES(three, pair)));
    bm_free(top), bm_free(three), bm_free(pair), bm_free(a), bm_free(b), bm_free(r), bm_free(t);
}

static void filters(void **state)
{
    (void)state;
    bm_table *t = made(NULL);
    same("filter 1", bm_table_filter(t, "x >= 0 and n < 3 and city in ('a', 'b') and not word missing"));
    same("filter 2", bm_table_filter(t, "(x / 2 + n*2 > 1.5 OR \"city\" == 'c') and not floor = 1"));
    same("filter 3", bm_table_filter(t, "flag and n not in (1, 2, 3, -11) and floor between 1 and 2"));
    same("filter 4", bm_table_filter(t, "word contains '2' and not word ends with '2'"));
    bm_free(t);
}

/* ---- keys of all types, against every pair of rows ---- */

enum { SMALL = 120, KEYS = 5 };

/* Few values of each type; some integers and reals that no 64 bits hold together with others, numbers that are equal across types. */
static bm_table *keyed(uint64_t seed)
{
    static const double reals[] = { 0, -0., 1, 2.5, -3, 9007199254740993., 1e300, 4 };
    static const int64_t wide[] = { INT64_MAX, INT64_MIN + 1, 0, 1, 9007199254740993, -3, INT64_MIN, 4 };
    static const char *const texts[] = { "", "a", "b", NULL, "c", "aa", "d", "e" };
    int64_t narrow[SMALL], large[SMALL], row[SMALL];
    double x[SMALL], y[SMALL];
    bm_name text[SMALL];
    for (int i = 0; i < SMALL; i++) {
        uint64_t r[5];
        for (int k = 0; k < 5; k++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            r[k] = seed >> 33;
        }
        row[i] = i;
        narrow[i] = r[0] % 5 ? (int64_t)(r[0] % 5) : INT64_MIN;
        large[i] = wide[r[1] % 8];
        x[i] = r[2] % 9 == 8 ? NAN : reals[r[2] % 9];
        y[i] = r[3] % 3 ? (double)(r[3] % 3) * .1 : NAN;
        text[i] = texts[r[4] % 8];
    }
    bm_table *t = bm_table_new();
    bm_table_add_integer(t, "narrow", narrow, SMALL);
    bm_table_add_integer(t, "large", large, SMALL);
    bm_table_add_real(t, "x", x, SMALL);
    bm_table_add_real(t, "y", y, SMALL);
    bm_table_add_text(t, "text", text, SMALL);
    bm_table_add_integer(t, "row", row, SMALL);
    return t;
}

/* 1 equal, 0 not, 2 both missing. */
static int cells_equal(const bm_table *a, int64_t i, int64_t c, const bm_table *b, int64_t k, int64_t d)
{
    if (bm_table_column_type(a, c) == BM_COLUMN_TEXT) {
        const char *p = bm_table_text(a, i, c), *q = bm_table_text(b, k, d);
        return !p && !q ? 2 : p && q && !strcmp(p, q);
    }
    const bool whole = bm_table_column_type(a, c) == BM_COLUMN_INTEGER, other = bm_table_column_type(b, d) == BM_COLUMN_INTEGER;
    const double x = bm_table_number(a, i, c), y = bm_table_number(b, k, d);
    if (isnan(x) || isnan(y)) return isnan(x) && isnan(y) ? 2 : 0;
    if (whole && other) return bm_table_integer(a, i, c) == bm_table_integer(b, k, d);
    if (!whole && !other) return x == y;
    const double real = whole ? y : x; /* an integer that is that very real */
    const int64_t integer = whole ? bm_table_integer(a, i, c) : bm_table_integer(b, k, d);
    return real >= -0x1p63 && real < 0x1p63 && (double)(int64_t)real == real && (int64_t)real == integer;
}

static bool rows_equal(const bm_table *a, int64_t i, const int64_t *c, const bm_table *b, int64_t k, const int64_t *d, int n,
                       bool missing)
{
    for (int j = 0; j < n; j++) {
        const int equal = cells_equal(a, i, c[j], b, k, d[j]);
        if (!equal || (equal == 2 && !missing)) return false;
    }
    return true;
}

static const char *const key_names[KEYS] = { "narrow", "large", "x", "y", "text" };

static void check_keys(const bm_table *a, const bm_table *b, const int64_t *c, const int64_t *d, int n, bool missing)
{
    bm_name left[KEYS], right[KEYS];
    for (int j = 0; j < n; j++) left[j] = key_names[c[j]], right[j] = key_names[d[j]];
    bm_table *joined = bm_table_join(a, b, { 0 }, .left_by = { left, (size_t)n }, .right_by = { right, (size_t)n },
                                     .match_missing = missing),
             *groups = bm_table_group(a, { left, (size_t)n }, .keep_missing = missing);
    if (bm_failed(joined)) fail_msg("%s", bm_error(joined));
    if (bm_failed(groups)) fail_msg("%s", bm_error(groups));
    int64_t pairs = 0, different = 0;
    const int64_t at = bm_table_find(joined, "row_x"), to = bm_table_find(joined, "row_y");
    for (int64_t i = 0; i < SMALL; i++) {
        bool first = rows_equal(a, i, c, a, i, c, n, missing);
        for (int64_t k = 0; k < i; k++) first &= !rows_equal(a, i, c, a, k, c, n, missing);
        different += first;
        for (int64_t k = 0; k < SMALL; k++) {
            if (!rows_equal(a, i, c, b, k, d, n, missing)) continue;
            if (bm_table_integer(joined, pairs, at) != i || bm_table_integer(joined, pairs, to) != k)
                fail_msg("pair %d is not %d, %d of %s", (int)pairs, (int)i, (int)k, left[0]);
            pairs++;
        }
    }
    assert_int_equal(bm_table_rows(joined), pairs);
    assert_int_equal(bm_table_rows(groups), different);
    bm_free(joined), bm_free(groups);
}

static void all_keys(void **state)
{
    (void)state;
    bm_table *a = keyed(88172645463325252ULL), *b = keyed(362436069362436069ULL);
    for (int set = 1; set < 1 << KEYS; set++) { /* every choice of keys */
        int64_t c[KEYS];
        int n = 0;
        for (int k = 0; k < KEYS; k++)
            if (set >> k & 1) c[n++] = k;
        check_keys(a, b, c, c, n, false);
        check_keys(a, b, c, c, n, true);
    }
    static const int64_t mixed[][2][2] = {
        { { 0, 4 }, { 2, 4 } }, { { 2, 4 }, { 1, 4 } }, { { 1, 0 }, { 2, 0 } }, { { 2, 3 }, { 0, 3 } }
    };
    for (size_t i = 0; i < BMI_COUNT(mixed); i++)
        for (int n = 1; n <= 2; n++) check_keys(a, b, mixed[i][0], mixed[i][1], n, false);
    bm_free(a), bm_free(b);
}

/* Columns of times, whose cells are as large as microseconds since 1970 are, in every operation. */
static void times(void **state)
{
    (void)state;
    static const char text[] = "k,when,end\n1,2024-02-29,2024-03-01 12:00\n2,1969-12-31 23:59:59.999999,\n3,,2024-03-01 12:00\n"
                               "4,2024-02-29,1969-12-31\n5,9999-12-31,2024-03-01 12:00:00\n";
    const int64_t leap = INT64_C(1709164800000000), before = -1, last = INT64_C(253402214400000000);
    bm_table *t = bm_table_read_csv(bmt_temp_file("times.csv", text, sizeof text - 1));
    assert_int_equal(bm_table_column_type(t, 1), BM_COLUMN_TIME);
    static const int64_t up[] = { 2, 1, 4, 5, 3 }, down[] = { 5, 1, 4, 2, 3 };
    bm_table *a = bm_table_sort(t, BM_NAMES("when")), *d = bm_table_sort(t, BM_NAMES("when"), .all_descending = true);
    for (int64_t r = 0; r < 5; r++) {
        assert_int_equal(bm_table_integer(a, r, 0), up[r]);
        assert_int_equal(bm_table_integer(d, r, 0), down[r]);
    }
    bm_free(d), bm_free(a);
    bm_table *g =
        bm_table_group(t, BM_NAMES("end"), .keep_missing = true,
                       .results = BM_AGGREGATES({ NULL, BM_GROUP_ROWS }, { "when", BM_GROUP_MIN }, { "when", BM_GROUP_MAX },
                                                { "when", BM_GROUP_FIRST }, { "when", BM_GROUP_LAST },
                                                { "when", BM_GROUP_DISTINCT }, { "when", BM_GROUP_COUNT }));
    if (bm_failed(g)) fail_msg("%s", bm_error(g));
    const int64_t want[3][7] = { { 1, leap, leap, leap, leap, 1, 1 },
                                 { 3, leap, last, leap, last, 2, 2 },
                                 { 1, before, before, before, before, 1, 1 } }; /* the missing key's group is the last */
    for (int64_t r = 0; r < 3; r++)
        for (int64_t c = 0; c < 7; c++) {
            const bool time = bm_table_column_type(g, 1 + c) == BM_COLUMN_TIME;
            assert_int_equal(time, c >= 1 && c <= 4);
            assert_int_equal(time ? bm_table_time(g, r, 1 + c) : bm_table_integer(g, r, 1 + c), want[r][c]);
        }
    bm_free(g);
    bm_table *mean = bm_table_group(t, BM_NAMES("k"), .results = BM_AGGREGATES({ "when", BM_GROUP_MEAN }));
    bmt_contains("no mean", bm_error(mean), "column \"when\" is date/time; it has no mean");
    bm_free(mean);
    bm_table *other = bm_table_rename(t, { "when", "at" });
    bm_table *j = bm_table_join(t, other, { 0 }, .left_by = BM_NAMES("when"), .right_by = BM_NAMES("at"));
    assert_int_equal(bm_table_rows(j), 6); /* twice two of 29 February, one of each other, none of what is missing */
    bm_free(j);
    j = bm_table_join(t, other, { 0 }, .left_by = BM_NAMES("when"), .right_by = BM_NAMES("k"));
    bmt_contains("no number", bm_error(j), "key \"when\" is date/time in the left table and \"k\" integer in the right one");
    bm_free(j);
    bm_table *u = bm_table_unique(t, .columns = BM_NAMES("when")), *c = bm_table_concat(BM_TABLES(u, t));
    assert_int_equal(bm_table_rows(u), 4);
    assert_int_equal(bm_table_rows(c), 9);
    assert_int_equal(bm_table_time(c, 8, 1), last);
    assert_int_equal(bm_table_time(c, 6, 1), INT64_MIN);
    bm_free(c), bm_free(u), bm_free(other), bm_free(t);
}

/* Cells too small for the usual digits are what they are, in every operation, as in one place of a file with them. */
static void denormals(void **state)
{
    (void)state;
    static const double small[] = { 0, 1e-310, -1e-310, 1e-311, 1e-320, 5e-324, 1e-310 };
    enum { N = BMI_COUNT(small) };
    for (int threads = 1; threads <= 2; threads++) {
        bm_context *context = bm_context_new(.threads = threads);
        bm_table *t = bm_table_new_in_at(context, BM_HERE);
        bm_table_add_real(t, "x", small, N);
        bm_table *of[] = { bm_table_group(t, BM_NAMES("x"), .by_size = true), bm_table_filter(t, "x > 0"),
                           bm_table_unique(t, .columns = BM_NAMES("x")), bm_table_join(t, t, BM_NAMES("x")),
                           bm_table_sort(t, BM_NAMES("x")) };
        static const int64_t rows[] = { 6, 5, 6, 9, N };
        for (size_t i = 0; i < BMI_COUNT(of); i++) {
            if (bm_failed(of[i])) fail_msg("%s", bm_error(of[i]));
            assert_int_equal(of[i]->rows, rows[i]);
        }
        static const double sorted[] = { -1e-310, 0, 5e-324, 1e-320, 1e-311, 1e-310, 1e-310 };
        assert_memory_equal(of[4]->columns[0].values, sorted, sizeof sorted);
        bm_summary s;
        bmi_table_summaries(t, (const int64_t[]){ 0 }, 1, &s);
        assert_int_equal(s.distinct, 6);
        assert_true(s.min == -1e-310 && s.max == 1e-310 &&
                    fabs(s.std - 6.8764608837e-311) < 1e-318); /* numpy.std of them times 1e300 */
        for (size_t i = 0; i < BMI_COUNT(of); i++) bm_free(of[i]);
        bm_free(t);
        bm_free(context);
    }
}

/* Figures of numbers whose differences and squares are more than a double holds. */
static void largest(void **state)
{
    (void)state;
    static const double x[] = { 1e308, -1e308, 1e308 };
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, 3);
    const bm_summary s = bm_table_summary(t, 0);
    int64_t bins[4];
    bmt_near("q1", s.q1, 0, 0);
    bmt_near("mean / 1e308", s.mean / 1e308, 1. / 3, 1e-15);
    bmt_near("std / 1e308", s.std / 1e308, 2 / sqrt(3), 1e-15); /* numpy.std([1, -1, 1], ddof=1) */
    bmt_near("skew", s.skew, -1 / sqrt(2), 1e-15);
    bmi_histogram(&t->columns[0], 3, s.min, s.max, 4, bins);
    assert_memory_equal(bins, ((int64_t[]){ 1, 0, 0, 2 }), sizeof bins);
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(groups),    cmocka_unit_test(sorts),     cmocka_unit_test(joins),
                                        cmocka_unit_test(rows_once), cmocka_unit_test(filters),   cmocka_unit_test(all_keys),
                                        cmocka_unit_test(times),     cmocka_unit_test(denormals), cmocka_unit_test(largest) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
