// SPDX-License-Identifier: Apache-2.0
/* Operations on tables that cannot be done, on tables with nothing in them, without memory, and on several threads. */
#include "data/table_look.h"
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_table *small(bm_context *context)
{
    const bm_name text[] = { "b", "a", NULL, "b", "c" };
    const int64_t n[] = { 3, INT64_MIN, 1, 3, INT64_MAX };
    const double x[] = { 1.5, NAN, -0., 0, 2 }, none[] = { NAN, NAN, NAN, NAN, NAN };
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_text(t, "text", text, 5);
    bm_table_add_integer(t, "n", n, 5);
    bm_table_add_real(t, "x", x, 5);
    bm_table_add_real(t, "none", none, 5);
    return t;
}

/* The message of a failed result, which is freed. */
static const char *refused(bm_table *t, bm_status status)
{
    static char text[800];
    if (bm_status_of(t) != status)
        fail_msg("%s, not %s: %s", bm_status_name(bm_status_of(t)), bm_status_name(status), bm_error(t));
    snprintf(text, sizeof text, "%s", bm_error(t));
    bm_free(t);
    return text;
}

static void refusals(void **state)
{
    (void)state;
    bm_table *t = small(NULL), *none = NULL;
    const struct {
        bm_table *result;
        bm_status status;
        const char *says;
    } rows[] = {
        { bm_table_select(t, "tetx"), BM_E_DATA, "no column \"tetx\" to select; did you mean \"text\"?" },
        { bm_table_select(t, "x", "x"), BM_E_ARGUMENT, "\"x\" is named twice" },
        { bm_table_select_at(t, (bm_names){ 0 }, BM_HERE), BM_E_ARGUMENT, "name the columns" },
        { bm_table_drop(t, "nome"), BM_E_DATA, "did you mean \"none\"?" },
        { bm_table_rename(t, { "x", "n" }), BM_E_DATA, "\"n\" already" },
        { bm_table_rename(t, { "x", "" }), BM_E_DATA, "needs a name" },
        { bm_table_rename(t, { "x", "a" }, { "x", "b" }), BM_E_ARGUMENT, "renamed twice" },
        { bm_table_rename(t, { "y", "a" }), BM_E_DATA, "no column \"y\"" },
        { bm_table_rename(t, { "x", NULL }), BM_E_ARGUMENT, "null" },
        { bm_table_sort(t, { 0 }), BM_E_ARGUMENT, "name the columns to sort by" },
        { bm_table_sort(t, BM_NAMES("m")), BM_E_DATA, "no column \"m\" to sort by; did you mean \"n\"?" },
        { bm_table_sort(t, BM_NAMES("n"), .descending = BM_NAMES("x")), BM_E_ARGUMENT, "\"x\" is to be descending" },
        { bm_table_group(t, BM_NAMES("txt")), BM_E_DATA, "did you mean \"text\"?" },
        { bm_table_group(t, { 0 }), BM_E_ARGUMENT, "name the columns to group by" },
        { bm_table_group(t, BM_NAMES("n"), .results = BM_AGGREGATES({ "text", BM_GROUP_SUM })), BM_E_TYPE,
          "column \"text\" is text; it has no sum" },
        { bm_table_group(t, BM_NAMES("n"), .results = BM_AGGREGATES({ "text", BM_GROUP_QUANTILE, .q = .5 })), BM_E_TYPE,
          "has no quantiles" },
        { bm_table_group(t, BM_NAMES("n"), .results = BM_AGGREGATES({ "x", BM_GROUP_QUANTILE, .q = 1.5 })), BM_E_ARGUMENT,
          "must be from 0 to 1" },
        { bm_table_group(t, BM_NAMES("n"), .results = BM_AGGREGATES({ "z", BM_GROUP_MEAN })), BM_E_DATA, "no column \"z\"" },
        { bm_table_group(t, BM_NAMES("n"), .results = BM_AGGREGATES({ NULL, BM_GROUP_MEAN })), BM_E_ARGUMENT,
          "of which column" },
        { bm_table_group(t, BM_NAMES("n"), .results = BM_AGGREGATES({ "x", 0 })), BM_E_ARGUMENT, "has no kind" },
        { bm_table_group(t, BM_NAMES("n"), .results = BM_AGGREGATES({ "x", BM_GROUP_MEAN }, { "x", BM_GROUP_MEAN })), BM_E_DATA,
          "\"x_mean\" already" },
        { bm_table_group(t, BM_NAMES("n"), .unsorted = true, .by_size = true), BM_E_ARGUMENT, "two orders" },
        { bm_table_join(t, t, { 0 }), BM_E_ARGUMENT, "name the columns by .by" },
        { bm_table_join(t, t, { 0 }, .left_by = BM_NAMES("n")), BM_E_ARGUMENT,
          "as many by .left_by as by .right_by (0, 1, 0)" },
        { bm_table_join(t, t, { 0 }, .left_by = BM_NAMES("n"), .right_by = BM_NAMES("text")), BM_E_TYPE,
          "key \"n\" is integer in the left table and \"text\" text in the right one" },
        { bm_table_join(t, t, BM_NAMES("nn")), BM_E_DATA, "no column \"nn\" in the left table to join by" },
        { bm_table_join(t, t, BM_NAMES("n"), .left_suffix = "", .right_suffix = ""), BM_E_DATA,
          "there is a column \"text\" already; give other suffixes to the join" },
        { bm_table_join(t, none, BM_NAMES("n")), BM_E_ARGUMENT, "the right table is null" },
        { bm_table_join(t, t, BM_NAMES("n"), .how = (bm_join_kind)9), BM_E_ARGUMENT, ".how is 9" },
        { bm_table_sample(t, .seed = 3), BM_E_ARGUMENT, ".rows or .share" },
        { bm_table_sample(t, .rows = 2, .share = .5), BM_E_ARGUMENT, ".rows or .share" },
        { bm_table_sample(t, .rows = 6), BM_E_ARGUMENT, "6 rows of 5 cannot be drawn but with .replacement" },
        { bm_table_sample(t, .rows = -1), BM_E_ARGUMENT, "-1 rows" },
        { bm_table_sample(t, .share = NAN), BM_E_ARGUMENT, "nan rows" },
        { bm_table_concat(BM_VALUE(bm_tables, NULL)), BM_E_ARGUMENT, "give the tables" },
        { bm_table_concat(BM_TABLES(t, none)), BM_E_ARGUMENT, "is null" },
        { bm_table_unique(t, .columns = BM_NAMES("xx")), BM_E_DATA, "no column \"xx\" to compare rows by" },
        { bm_table_unique(t, .keep = (bm_keep)7), BM_E_ARGUMENT, ".keep is 7" },
        { bm_table_filter_by(t, NULL, NULL), BM_E_ARGUMENT, "function is null" },
        { bm_table_filter(none, "x > 1"), BM_E_ARGUMENT, "null" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++)
        bmt_contains(rows[i].says, refused(rows[i].result, rows[i].status), rows[i].says);
    bm_table *words = bm_table_new();
    const bm_name two[] = { "one", "two" };
    bm_table_add_text(words, "x", two, 2);
    bmt_contains("text below numbers", refused(bm_table_concat(BM_TABLES(t, words)), BM_E_TYPE),
                 "column \"x\" is real in one table and text in table 2");
    const int64_t large[] = { INT64_MAX, 1 };
    bm_table *sum = bm_table_new();
    bm_table_add_integer(sum, "n", large, 2);
    bm_table *one = bm_table_rename(sum, { "n", "m" });
    const double same[] = { 1, 1 };
    bm_table_add_real(one, "k", same, 2);
    bmt_contains("a large sum",
                 refused(bm_table_group(one, BM_NAMES("k"), .results = BM_AGGREGATES({ "m", BM_GROUP_SUM })), BM_E_NUMBER),
                 "a sum of column \"m\" is outside 64 bits");
    bm_free(one), bm_free(sum), bm_free(words), bm_free(t);
}

/* Each message names the place. */
static void conditions(void **state)
{
    (void)state;
    bm_table *t = small(NULL);
    static const struct {
        const char *condition, *says;
    } rows[] = {
        { "", "place 1: a column, a number or a 'text' is missing" },
        { "x >", "place 4: a column, a number or a 'text' is missing" },
        { "x > 1 and", "place 10: a column" },
        { "xx > 1", "place 1: the table has no column \"xx\"; did you mean \"x\"?" },
        { "x > 1 )", "place 7: a comparison, \"and\", \"or\" or the end is expected: here: )" },
        { "(x > 1", "place 7: \")\"" },
        { "x + 1", "place 1: no condition but a value" },
        { "text", "place 1: no condition but a value" },
        { "text = 3", "place 8: column of text \"text\" is compared with a number; texts stand in 'single quotes'" },
        { "x = 'a'", "place 1: text \"a\" is compared with a number" },
        { "text + 1 > 2", "place 1: column \"text\" is text, where a number is expected" },
        { "text = 'abc", "place 8: a text without its closing '" },
        { "\"x > 1", "place 1: a name without its closing \"" },
        { "x in 1", "place 6: \"(\" with a list of values is expected" },
        { "x in (1, 2", "place 11: \",\" or \")\" is missing" },
        { "x between 1 or 2", "place 13: \"and\" with the upper end is expected" },
        { "x not 3", "place 7: \"in\", \"between\"" },
        { "x is 3", "place 6: \"missing\" is expected" },
        { "x contains 'a'", "place 1: only a column of text contains texts" },
        { "text contains 3", "place 15: a 'text' is expected" },
        { "x > 1e999", "place 5: this is no number" },
        { "x > 1.2.3", "place 5: this is no number" },
        { "x > 1 & n > 2", "place 7:" },
        { "x > ; 2", "place 5:" },
        { "and > 1", "such a word as a column's name: in \"double quotes\"" },
        { "x > 1 > 2", "place 7:" },
        { "\xff", "not UTF-8" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++)
        bmt_contains(rows[i].condition, refused(bm_table_filter(t, rows[i].condition), BM_E_ARGUMENT), rows[i].says);
    bmt_contains("null", refused(bm_table_filter(t, NULL), BM_E_ARGUMENT), "null");
    char deep[2000];
    memset(deep, '(', sizeof deep);
    deep[sizeof deep - 1] = 0;
    bmt_contains("deep", refused(bm_table_filter(t, deep), BM_E_ARGUMENT), "more than 100");
    for (size_t i = 0; i + 4 < sizeof deep; i += 4) memcpy(deep + i, "not ", 5);
    bmt_contains("not not not", refused(bm_table_filter(t, deep), BM_E_ARGUMENT), "more than 100");
    bm_free(t);
}

/* Which of the five rows a condition keeps, as "01 4". */
static void keeps(const bm_table *t, const char *condition, const char *want)
{
    bm_table *numbered = bm_table_take(t, BM_ROWS(0, 1, 2, 3, 4));
    const int64_t rows[] = { 0, 1, 2, 3, 4 };
    bm_table_add_integer(numbered, "row", rows, 5);
    bm_table *f = bm_table_filter(numbered, condition);
    char got[8] = "";
    if (bm_failed(f)) fail_msg("%s: %s", condition, bm_error(f));
    for (int64_t i = 0; i < bm_table_rows(f); i++)
        snprintf(got + i, sizeof got - (size_t)i, "%d", (int)bm_table_integer(f, i, bm_table_find(f, "row")));
    if (strcmp(got, want)) fail_msg("%s: rows %s, not %s", condition, got, want);
    bm_free(f), bm_free(numbered);
}

/* Missing cells are neither; whole numbers are exact; words, quotes and signs. text b a - b c; n 3 - 1 3 max; x 1.5 - -0 0 2. */
static void meanings(void **state)
{
    (void)state;
    bm_table *t = small(NULL);
    static const char *const rows[][2] = {
        { "x = 0", "23" },
        { "not x = 0", "04" },
        { "x missing", "1" },
        { "x is not missing", "0234" },
        { "not x missing", "0234" },
        { "none > 0 or not none > 0", "" },
        { "none missing", "01234" },
        { "none > 0 or x = 2", "4" },
        { "not (none > 0 and x = 2)", "023" },
        { "n = 9223372036854775807", "4" },
        { "n < 9223372036854775806", "023" },
        { "9223372036854775806 < n", "4" },
        { "n = n", "0234" },
        { "text < 'b'", "1" },
        { "'b' <= text", "034" },
        { "text = text", "0134" },
        { "text in ('a', 'c')", "14" },
        { "text not in ('a', 'c')", "03" },
        { "'a' < 'b' and TRUE", "01234" },
        { "text starts with 'b' OR text Ends With 'c'", "034" },
        { "-x < -1", "04" },
        { "x * 2 - 1 = 2", "0" },
        { "2 + 3 * 4 = 14 and 10 / 4 = 2.5 and -7 % 3 = 2", "01234" },
        { "1 / x > 0", "04" },
        { "1 / 0 > 0 or not 1 / 0 > 0", "" },
        { "n between 1 and 2", "2" },
        { "x + 1 between x and 2.5", "023" },
        { "x + 1 in (1, 3)", "234" },
        { "n not between 1 and 2", "034" },
        { "(n + 1) missing", "1" },
        { "(x > 1) = true", "04" },
        { "true = (x > 1)", "04" },
        { "(x > 1) = (n = 3)", "02" },
        { "\"x\"==2or\"x\"<>2", "0234" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) keeps(t, rows[i][0], rows[i][1]);
    bm_free(t);
}

static void nothing(void **state)
{
    (void)state;
    bm_table *t = small(NULL), *empty = bm_table_filter(t, "x > 100"), *no_columns = bm_table_new();
    assert_int_equal(bm_table_rows(empty), 0);
    assert_int_equal(bm_table_columns(empty), 4);
    bm_table *results[] = {
        bm_table_sort(empty, BM_NAMES("text", "x")),
        bm_table_group(empty, BM_NAMES("text"), .results = BM_AGGREGATES({ "x", BM_GROUP_MEDIAN }, { "n", BM_GROUP_SUM })),
        bm_table_join(empty, t, BM_NAMES("n")),
        bm_table_join(t, empty, BM_NAMES("text", "x")),
        bm_table_unique(empty),
        bm_table_duplicates(empty),
        bm_table_concat(BM_TABLES(empty, empty)),
        bm_table_filter(empty, "n > 1"),
        bm_table_sample(empty, .share = .5),
        bm_table_group(t, BM_NAMES("none")),
    };
    for (size_t i = 0; i < BMI_COUNT(results); i++) {
        if (bm_failed(results[i])) fail_msg("%zu: %s", i, bm_error(results[i]));
        assert_int_equal(bm_table_rows(results[i]), 0);
        bm_free(results[i]);
    }
    bm_table *left = bm_table_join(t, empty, BM_NAMES("n"), .how = BM_JOIN_FULL),
             *right = bm_table_join(empty, t, BM_NAMES("n"), .how = BM_JOIN_FULL);
    assert_int_equal(bm_table_rows(left), 5);
    assert_int_equal(bm_table_rows(right), 5);
    bmt_near("the key of a row of the right alone", bm_table_number(right, 0, bm_table_find(right, "n")), 3, 0);
    bm_table *all = bm_table_group(t, BM_NAMES("none"), .keep_missing = true,
                                   .results = BM_AGGREGATES({ "none", BM_GROUP_MEAN }, { "none", BM_GROUP_SUM },
                                                            { "none", BM_GROUP_FIRST }, { "none", BM_GROUP_SKEW },
                                                            { "none", BM_GROUP_DISTINCT }, { "n", BM_GROUP_MAX }));
    assert_int_equal(bm_table_rows(all), 1);
    assert_true(isnan(bm_table_number(all, 0, 1)) && isnan(bm_table_number(all, 0, 3)) && isnan(bm_table_number(all, 0, 4)));
    bmt_near("a sum of nothing", bm_table_number(all, 0, 2), 0, 0);
    bmt_near("no different values", bm_table_number(all, 0, 5), 0, 0);
    assert_true(bm_table_integer(all, 0, 6) == INT64_MAX);
    bm_table *still = bm_table_unique(no_columns);
    assert_false(bm_failed(still));
    bm_free(still), bm_free(all), bm_free(left), bm_free(right), bm_free(no_columns), bm_free(empty), bm_free(t);
}

/* A join of 100,000 equal keys with themselves would have 10^10 rows. */
static void too_many(void **state)
{
    (void)state;
    enum { N = 100000 };
    int64_t *one = calloc(N, sizeof *one);
    bm_table *t = bm_table_new();
    bm_table_add_integer(t, "key", one, N);
    bmt_contains("rows", refused(bm_table_join(t, t, BM_NAMES("key")), BM_E_UNSUPPORTED),
                 "the result would have 10000000000 rows");
    bm_table *few = bm_table_join(t, t, BM_NAMES("key"), .how = BM_JOIN_SEMI);
    assert_int_equal(bm_table_rows(few), N);
    bm_free(few), bm_free(t);
    free(one);
}

/* ---- memory ---- */

static bm_status everything(bm_context *context, void *arg)
{
    bm_table *t = small(context), *r = small(context), *out[24] = { NULL };
    bm_status status = BM_OK;
    int n = 0;
    (void)arg;
    out[n++] = bm_table_select(t, "text", "x");
    out[n++] = bm_table_drop(t, "text");
    out[n++] = bm_table_rename(t, { "x", "y" });
    out[n++] = bm_table_filter(t, "text in ('a', 'b') and (x + 1 between 1 and 2 or n = 3) and not text contains 'c'");
    out[n++] = bm_table_sort(t, BM_NAMES("text", "x", "n"), .descending = BM_NAMES("x"));
    out[n++] =
        bm_table_group(t, BM_NAMES("text"), .keep_missing = true,
                       .results = BM_AGGREGATES({ "x", BM_GROUP_MEAN }, { "x", BM_GROUP_MEDIAN }, { "x", BM_GROUP_STD },
                                                { "n", BM_GROUP_MIN }, { "n", BM_GROUP_DISTINCT }, { "text", BM_GROUP_MAX },
                                                { "x", BM_GROUP_SKEW }, { "x", BM_GROUP_DISTINCT }));
    out[n++] = bm_table_group(t, BM_NAMES("x", "n", "text"), .by_size = true);
    out[n++] = bm_table_join(t, r, BM_NAMES("text"));
    out[n++] = bm_table_join(t, r, BM_NAMES("x", "text"), .how = BM_JOIN_FULL);
    out[n++] = bm_table_join(t, r, BM_NAMES("n"), .how = BM_JOIN_ANTI);
    out[n++] = bm_table_unique(t, .keep = BM_KEEP_LAST);
    out[n++] = bm_table_concat(BM_TABLES(t, r));
    out[n++] = bm_table_sample(t, .rows = 3, .in_order = true);
    for (int i = 0; i < n; i++) {
        if (!status) status = bm_status_of(out[i]);
        bm_free(out[i]);
    }
    bm_free(t), bm_free(r);
    return status;
}

/* What baeum inspect finds out. */
static bm_status looks(bm_context *context, void *arg)
{
    bm_table *t = small(context);
    int64_t same[4] = { 0 };
    bmi_relation r;
    (void)arg;
    bool fine = !bm_failed(t) && bmi_equal_columns(t, same) && bmi_duplicate_rows(t) == 0;
    for (int64_t a = 0; fine && a < 4; a++)
        for (int64_t b = 0; fine && b < 4; b++) fine = bmi_relate(t, a, b, &r);
    for (int64_t c = 0; fine && c < 4; c++) {
        const bm_summary s = bm_table_summary(t, c);
        fine = s.count + s.missing == 5;
    }
    bm_free(t);
    return fine ? BM_OK : BM_E_MEMORY;
}

static void memory(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("looking at a table", looks, NULL) > 20);
    assert_true(bmt_each_failure("operations on tables", everything, NULL) > 100);
}

/* ---- threads, and tables that are large enough for all ways ---- */

enum { LARGE = 300000 };

static bm_table *large(bm_context *context)
{
    int64_t *row = malloc(LARGE * sizeof *row), *key = malloc(LARGE * sizeof *key);
    double *x = malloc(LARGE * sizeof *x);
    bm_name *text = malloc(LARGE * sizeof *text);
    static char names[100][8];
    for (int i = 0; i < 100; i++) snprintf(names[i], sizeof names[i], "t%d", i * 37 % 100);
    uint64_t s = 88172645463325252ULL;
    for (int64_t i = 0; i < LARGE; i++) {
        s ^= s << 13, s ^= s >> 7, s ^= s << 17;
        row[i] = i;
        key[i] = (int64_t)(s >> 20) % 50000 - 20000;
        x[i] = s % 50 ? (double)(int64_t)(s >> 3) * 1e-15 : NAN;
        text[i] = s % 41 ? names[s % 97] : NULL;
    }
    for (int64_t i = 0; i < 2000; i++) x[i] = 1e6 + (double)(i * 7919 % 2000) * 1e-9; /* alike in their high bits */
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_integer(t, "row", row, LARGE);
    bm_table_add_integer(t, "key", key, LARGE);
    bm_table_add_real(t, "x", x, LARGE);
    bm_table_add_text(t, "text", text, LARGE);
    free(row), free(key), free(x), free(text);
    return t;
}

static void same_cells(const char *what, const bm_table *a, const bm_table *b)
{
    if (bm_failed(a)) fail_msg("%s: %s", what, bm_error(a));
    assert_int_equal(bm_table_rows(a), bm_table_rows(b));
    for (int64_t c = 0; c < bm_table_columns(a); c++)
        for (int64_t r = 0; r < bm_table_rows(a); r++) {
            const double x = bm_table_number(a, r, c), y = bm_table_number(b, r, c);
            const char *p = bm_table_text(a, r, c), *q = bm_table_text(b, r, c);
            if (memcmp(&x, &y, sizeof x) && !(isnan(x) && isnan(y))) fail_msg("%s: %.17g, %.17g", what, x, y);
            if (p ? !q || strcmp(p, q) : q != NULL) fail_msg("%s: %s, %s", what, p ? p : "-", q ? q : "-");
        }
}

static bm_table *done(const bm_table *t, int what)
{
    switch (what) {
    case 0: return bm_table_sort(t, BM_NAMES("x"));
    case 1: return bm_table_sort(t, BM_NAMES("text", "key", "x"), .descending = BM_NAMES("key"));
    case 2:
        return bm_table_group(t, BM_NAMES("text", "key"), .keep_missing = true,
                              .results =
                                  BM_AGGREGATES({ "x", BM_GROUP_MEAN }, { "x", BM_GROUP_STD }, { "x", BM_GROUP_MEDIAN }));
    case 3: return bm_table_group(t, BM_NAMES("text"), .results = BM_AGGREGATES({ "x", BM_GROUP_SUM }, { "x", BM_GROUP_SKEW }));
    case 4: return bm_table_filter(t, "x > 0 and text contains '1' and key % 3 = 1");
    case 5: return bm_table_unique(t, .columns = BM_NAMES("key", "text"));
    case 6: return bm_table_sample(t, .share = .5, .seed = 4);
    default: {
        bm_table *once = bm_table_unique(t, .columns = BM_NAMES("key")),
                 *two = bm_table_select(once, "key", "row", "text", "x"),
                 *joined = bm_table_join(t, two, BM_NAMES("key"), .how = what == 7 ? BM_JOIN_INNER : BM_JOIN_RIGHT);
        bm_free(once), bm_free(two);
        return joined;
    }
    }
}

static void threads(void **state)
{
    (void)state;
    bm_context *one = bm_context_new(.threads = 1), *four = bm_context_new(.threads = 4);
    bm_table *a = large(one), *b = large(four);
    for (int k = 0; k < 9; k++) {
        bm_table *x = done(a, k), *y = done(b, k);
        char what[30];
        snprintf(what, sizeof what, "work %d", k);
        same_cells(what, x, y);
        bm_free(x), bm_free(y);
    }
    bm_free(a), bm_free(b), bm_free(one), bm_free(four);
}

/* Sums of many rows, which are made in parts. */
static void sums(void **state)
{
    (void)state;
    bm_table *t = large(NULL), *g = bm_table_group(t, BM_NAMES("text"), .keep_missing = true,
                                                   .results = BM_AGGREGATES({ "x", BM_GROUP_SUM }, { "x", BM_GROUP_COUNT },
                                                                            { "x", BM_GROUP_MEAN }, { "key", BM_GROUP_SUM }));
    const int64_t groups = bm_table_rows(g);
    long double *sum = calloc((size_t)groups, sizeof *sum);
    int64_t *count = calloc((size_t)groups, sizeof *count), *keys = calloc((size_t)groups, sizeof *keys);
    assert_int_equal(groups, 98);
    for (int64_t i = 0; i < LARGE; i++) {
        const char *text = bm_table_text(t, i, 3);
        int64_t k = groups - 1; /* missing ones are last */
        for (int64_t j = 0; text && j < groups - 1; j++)
            if (!strcmp(text, bm_table_text(g, j, 0))) k = j;
        keys[k] += bm_table_integer(t, i, 1);
        if (isnan(bm_table_number(t, i, 2))) continue;
        sum[k] += (long double)bm_table_number(t, i, 2);
        count[k]++;
    }
    for (int64_t k = 0; k < groups; k++) {
        bmt_near("a sum", bm_table_number(g, k, 1), (double)sum[k], 1e-12);
        assert_int_equal(bm_table_integer(g, k, 2), count[k]);
        bmt_near("a mean", bm_table_number(g, k, 3), (double)(sum[k] / (long double)count[k]), 1e-12);
        assert_int_equal(bm_table_integer(g, k, 4), keys[k]);
    }
    free(sum), free(count), free(keys);
    bm_free(g), bm_free(t);
}

/* Sorted, stable, every row once with its own cells. */
static void sorted(void **state)
{
    (void)state;
    bm_table *t = large(NULL), *s = bm_table_sort(t, BM_NAMES("x"));
    char *seen = calloc(LARGE, 1);
    double before = -INFINITY;
    int64_t before_row = -1;
    for (int64_t i = 0; i < LARGE; i++) {
        const int64_t row = bm_table_integer(s, i, 0);
        const double x = bm_table_number(s, i, 2);
        assert_false(seen[row]);
        seen[row] = 1;
        assert_true(bm_table_integer(t, row, 1) == bm_table_integer(s, i, 1));
        assert_true(isnan(x) ? isnan(bm_table_number(t, row, 2)) : x == bm_table_number(t, row, 2));
        const char *p = bm_table_text(t, row, 3), *q = bm_table_text(s, i, 3);
        assert_true(p ? q && !strcmp(p, q) : !q);
        if (isnan(x)) {
            if (!isnan(before)) before_row = -1;
        } else assert_true(before <= x);
        if ((isnan(x) && isnan(before)) || x == before) assert_true(before_row < row);
        before = x;
        before_row = row;
    }
    free(seen);
    bm_free(t), bm_free(s);
}

static bool is_even(const bm_table *t, int64_t row, void *user)
{
    ++*(int64_t *)user;
    return bm_table_integer(t, row, 0) % 2 == 0;
}

/* Samples: rows once without replacement, each about as often as any other; as shares; the same seed the same rows. */
static void samples(void **state)
{
    (void)state;
    bm_table *t = large(NULL), *half = bm_table_sample(t, .share = .5, .seed = 1),
             *again = bm_table_sample(t, .share = .5, .seed = 1), *other = bm_table_sample(t, .share = .5, .seed = 2),
             *more = bm_table_sample(t, .rows = 2 * LARGE, .replacement = true),
             *ordered = bm_table_sample(t, .rows = 1000, .in_order = true), *once = bm_table_unique(half);
    assert_int_equal(bm_table_rows(half), LARGE / 2);
    assert_int_equal(bm_table_rows(once), LARGE / 2);
    assert_int_equal(bm_table_rows(more), 2 * LARGE);
    same_cells("a seed", half, again);
    double sum = 0, sum_more = 0;
    int64_t equal = 0;
    for (int64_t i = 0; i < LARGE / 2; i++) {
        sum += bm_table_number(half, i, 0);
        equal += bm_table_integer(half, i, 0) == bm_table_integer(other, i, 0);
    }
    for (int64_t i = 0; i < 2 * LARGE; i++) sum_more += bm_table_number(more, i, 0);
    bmt_near("the mean of half", sum / (LARGE / 2) / (LARGE / 2), 1, .01); /* five standard deviations: .0052 */
    bmt_near("the mean of twice as many", sum_more / (2 * LARGE) / (LARGE / 2), 1, .005);
    assert_true(equal < 20);
    for (int64_t i = 1; i < 1000; i++) assert_true(bm_table_integer(ordered, i - 1, 0) < bm_table_integer(ordered, i, 0));
    int64_t calls = 0;
    bm_table *even = bm_table_filter_by(ordered, is_even, &calls), *same = bm_table_filter(ordered, "row % 2 = 0");
    assert_int_equal(calls, 1000);
    same_cells("by a function", even, same);
    bm_free(even), bm_free(same), bm_free(t), bm_free(half), bm_free(again), bm_free(other), bm_free(more), bm_free(ordered),
        bm_free(once);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(refusals), cmocka_unit_test(conditions), cmocka_unit_test(meanings),
                                        cmocka_unit_test(nothing),  cmocka_unit_test(too_many),   cmocka_unit_test(memory),
                                        cmocka_unit_test(threads),  cmocka_unit_test(sums),       cmocka_unit_test(sorted),
                                        cmocka_unit_test(samples) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
