// SPDX-License-Identifier: Apache-2.0
/* Tables: made in memory, written and read back, rows taken. */
#include "support/bmt.h"
#include <baeum/data.h>
#include <math.h>
#include <string.h>

static bm_table *small(void)
{
    const double real[] = { .1, NAN, -1e300, 5e-324 };
    const int64_t whole[] = { 1, INT64_MIN, INT64_MAX, -3 };
    const bm_name text[] = { "a,b", NULL, "line\nend \"quoted\"", "\xc3\xa9" };
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "real", real, 4);
    bm_table_add_integer(t, "whole", whole, 4);
    bm_table_add_text(t, "te,xt", text, 4);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static void same_cells(const bm_table *a, const bm_table *b)
{
    assert_int_equal(bm_table_rows(a), bm_table_rows(b));
    assert_int_equal(bm_table_columns(a), bm_table_columns(b));
    for (int64_t c = 0; c < bm_table_columns(a); c++) {
        assert_string_equal(bm_table_column_name(a, c), bm_table_column_name(b, c));
        assert_int_equal(bm_table_column_type(a, c), bm_table_column_type(b, c));
        assert_int_equal(bm_table_missing(a, c), bm_table_missing(b, c));
        for (int64_t r = 0; r < bm_table_rows(a); r++) {
            const double x = bm_table_number(a, r, c), y = bm_table_number(b, r, c);
            assert_true(x == y || (isnan(x) && isnan(y)));
            assert_int_equal(bm_table_integer(a, r, c), bm_table_integer(b, r, c));
            const char *s = bm_table_text(a, r, c), *u = bm_table_text(b, r, c);
            assert_true((!s && !u) || (s && u && !strcmp(s, u)));
        }
    }
}

static void there_and_back(void **state)
{
    (void)state;
    bm_table *t = small();
    assert_int_equal(bm_table_rows(t), 4);
    assert_int_equal(bm_table_find(t, "whole"), 1);
    assert_int_equal(bm_table_find(t, "none"), -1);
    const char *path = bmt_temp("back.csv");
    for (int tab = 0; tab < 2; tab++) {
        assert_int_equal(bm_table_write_csv(t, path, .delimiter = tab ? '\t' : 0), BM_OK);
        bm_table *back = bm_table_read_csv(path);
        if (bm_failed(back)) fail_msg("%s", bm_error(back));
        same_cells(t, back);
        bm_free(back);
    }
    bm_free(t);
}

static void one_column(void **state) /* a missing cell alone in its row must not become an empty line */
{
    (void)state;
    const double values[] = { 1.5, NAN, 3.5 };
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "a", values, 3);
    const char *path = bmt_temp("one.csv");
    assert_int_equal(bm_table_write_csv(t, path), BM_OK);
    bm_table *back = bm_table_read_csv(path);
    same_cells(t, back);
    bm_free(back);
    bm_free(t);
}

static void real_table(void **state)
{
    (void)state;
    if (!bmt_data("titanic/titanic.csv")) {
        bmt_skip("titanic");
        return;
    }
    bm_table *t = bm_table_read_csv(bmt_data("titanic/titanic.csv"));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_int_equal(bm_table_rows(t), 891);
    assert_int_equal(bm_table_columns(t), 12);
    int64_t missing = 0;
    for (int64_t c = 0; c < 12; c++) missing += bm_table_missing(t, c);
    assert_int_equal(missing, 866);
    assert_string_equal(bm_table_text(t, 0, 3), "Braund, Mr. Owen Harris");
    const char *path = bmt_temp("titanic.csv");
    assert_int_equal(bm_table_write_csv(t, path), BM_OK);
    bm_table *back = bm_table_read_csv(path);
    same_cells(t, back);
    bm_free(back);
    bm_free(t);
}

static void real_files(void **state) /* rows, columns and missing cells as their sources count them */
{
    (void)state;
    const struct {
        const char *file;
        bool no_header;
        int64_t rows, columns, missing;
    } cases[] = {
        { "digits/digits.csv.gz", true, 1797, 65, 0 }, /* gzip */
        { "housing/housing.csv", false, 20640, 10, 207 },       { "rdatasets/airquality.csv", false, 153, 7, 44 },
        { "bike-sharing/hour.csv", false, 17379, 17, 0 }, /* CRLF */
        { "titanic/titanic_seaborn.csv", false, 891, 15, 869 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        if (!bmt_data(cases[i].file)) {
            bmt_skip(cases[i].file);
            return;
        }
        bm_table *t = bm_table_read_csv(bmt_data(cases[i].file), .no_header = cases[i].no_header);
        if (bm_failed(t)) fail_msg("%s", bm_error(t));
        assert_int_equal(bm_table_rows(t), cases[i].rows);
        assert_int_equal(bm_table_columns(t), cases[i].columns);
        int64_t missing = 0;
        for (int64_t c = 0; c < bm_table_columns(t); c++) missing += bm_table_missing(t, c);
        assert_int_equal(missing, cases[i].missing);
        if (cases[i].no_header) assert_string_equal(bm_table_column_name(t, 64), "c65");
        bm_free(t);
    }
}

static void taken_rows(void **state)
{
    (void)state;
    bm_table *t = small(), *taken = bm_table_take(t, BM_ROWS(3, 0, 3)), *wrong = bm_table_take(t, BM_ROWS(4));
    assert_int_equal(bm_table_rows(taken), 3);
    assert_string_equal(bm_table_text(taken, 1, 2), "a,b");
    assert_true(bm_table_integer(taken, 2, 1) == -3);
    assert_int_equal(bm_status_of(wrong), BM_E_ARGUMENT);
    bm_free(wrong);
    bm_free(taken);
    bm_free(t);
}

static void wrong_columns(void **state)
{
    (void)state;
    const double bad[] = { 1, INFINITY }, good[] = { 1, 2 };
    bm_table *t = bm_table_new();
    assert_int_equal(bm_table_add_real(t, "a", bad, 2), BM_E_NUMBER);
    bm_clear(t);
    assert_int_equal(bm_table_add_real(t, "a", NULL, 2), BM_E_ARGUMENT);
    bmt_contains("null", bm_error(t), "column \"a\": the values are null");
    bm_clear(t);
    assert_int_equal(bm_table_add_integer(t, "a", NULL, 2), BM_E_ARGUMENT);
    bm_clear(t);
    assert_int_equal(bm_table_add_text(t, "a", NULL, 2), BM_E_ARGUMENT);
    bm_clear(t);
    assert_int_equal(bm_table_add_real(t, "a", good, 2), BM_OK);
    assert_int_equal(bm_table_add_real(t, "a", good, 2), BM_E_DATA);
    bm_clear(t);
    assert_int_equal(bm_table_add_real(t, "b", good, 1), BM_E_SHAPE);
    bm_clear(t);
    assert_int_equal(bm_table_add_text(t, "b", ((const bm_name[]){ "caf\xc3\xa9", "caf\xe9" }), 2), BM_E_DATA);
    bmt_contains("text", bm_error(t), "column \"b\": the text in row 1 is not UTF-8");
    bm_clear(t);
    assert_int_equal(bm_table_add_real(t, "caf\xe9", good, 2), BM_E_DATA);
    bmt_contains("name", bm_error(t), "the name of column 2 is not UTF-8");
    bm_clear(t);
    assert_int_equal(bm_table_columns(t), 1);
    assert_int_equal(bm_table_add_real(t, "", good, 2), BM_E_DATA);
    assert_int_equal(bm_table_columns(t), 0);
    assert_int_equal(bm_table_write_csv(t, bmt_temp("x.csv")), BM_E_DATA); /* a failed table is not written */
    bm_clear(t);
    assert_int_equal(bm_table_columns(t), 1);
    assert_int_equal(bm_table_write_csv(t, "no/such/folder/x.csv"), BM_E_FILE);
    bm_free(t);
}

static bm_status write_and_read(bm_context *context, void *arg)
{
    (void)arg;
    const bm_name text[] = { "a", NULL, "b" };
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_text(t, "text", text, 3);
    bm_table_add_real(t, "real", ((const double[]){ 1, 2, 3 }), 3);
    bm_status st = bm_status_of(t);
    if (!st) st = bm_table_write_csv(t, bmt_temp("fail.csv"));
    if (!st) {
        bm_table *taken = bm_table_take(t, BM_ROWS(0, 2));
        st = bm_status_of(taken);
        bm_free(taken);
    }
    if (!st) {
        bm_table *back = bm_table_read_csv(bmt_temp("fail.csv"), .context = context);
        st = bm_status_of(back);
        bm_free(back);
    }
    bm_free(t);
    return st;
}

/* What is left of a table whose memory did not come can be looked at. */
static bm_status take_and_look(bm_context *context, void *arg)
{
    const bm_name texts[] = { "a", "b", "a", NULL };
    const double numbers[] = { 1, 2, 3, 4 };
    (void)arg;
    bm_table *t = bm_table_new_in_at(context, BM_HERE), *taken;
    bm_table_add_text(t, "text", texts, 4);
    bm_table_add_real(t, "number", numbers, 4);
    taken = bm_table_take(t, BM_ROWS(3, 2, 1, 0, 0));
    bm_status st = bm_status_of(taken);
    for (int64_t c = 0; c < 2; c++) {
        const bm_summary s = bm_table_summary(taken, c); /* nothing when memory does not come */
        if (bm_failed(taken)) assert_int_equal(s.count, 0);
        else if (!s.count) st = BM_E_MEMORY;
        for (int64_t row = 0; row < 5; row++) {
            bm_table_text(taken, row, c);
            bm_table_number(taken, row, c);
        }
    }
    assert_int_equal(bm_table_rows(taken), bm_failed(taken) ? 0 : 5);
    bm_free(taken);
    bm_free(t);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("rows taken", take_and_look, NULL) > 8);
    assert_true(bmt_each_failure("tables", write_and_read, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),      cmocka_unit_test(one_column), cmocka_unit_test(real_table),
        cmocka_unit_test(real_files),          cmocka_unit_test(taken_rows), cmocka_unit_test(wrong_columns),
        cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
