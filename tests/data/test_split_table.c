// SPDX-License-Identifier: Apache-2.0
/* Tables split by the classes of a target; rows that were left out keep their place; columns that a recipe needs as text. */
#include "support/bmt.h"
#include <baeum/data.h>
#include <stdlib.h>
#include <string.h>

static bm_table *classes(bm_context *context)
{
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    double number[100];
    bm_name class[100];
    for (int i = 0; i < 100; i++) {
        number[i] = i;
        class[i] = i % 10 == 3 ? NULL : i % 5 ? "often" : "rare";
    }
    bm_table_add_real(t, "number", number, 100);
    bm_table_add_text(t, "class", class, 100);
    return t;
}

static void stratified(void **state)
{
    (void)state;
    bm_table *t = classes(NULL);
    bm_table_parts p = bm_table_split(t, .validation = .2, .test = .1, .seed = 5, .target = "class");
    bool seen[100] = { false };
    if (bm_failed(p.train)) fail_msg("%s", bm_error(p.train));
    bm_table *part[3] = { p.train, p.validation, p.test };
    const int rows[3] = { 63, 18, 9 }, rare[3] = { 14, 4, 2 }; /* of 90 rows with a class 20 are rare */
    for (int k = 0; k < 3; k++) {
        int found = 0;
        assert_int_equal(bm_table_rows(part[k]), rows[k]);
        for (int64_t i = 0; i < rows[k]; i++) {
            const int row = (int)bm_table_number(part[k], i, 0);
            assert_false(seen[row]);
            seen[row] = true;
            assert_non_null(bm_table_text(part[k], i, 1));
            found += !strcmp(bm_table_text(part[k], i, 1), "rare");
        }
        assert_int_equal(found, rare[k]);
        bm_free(part[k]);
    }
    bm_table_parts wrong = bm_table_split(t, .test = .1, .target = "klass");
    bmt_contains("a column that is not there", bm_error(wrong.train), "klass");
    bm_free(wrong.train);
    wrong = bm_table_split(t, .validation = .6, .test = .4);
    assert_int_equal(bm_status_of(wrong.train), BM_E_ARGUMENT);
    bm_free(wrong.train);
    bm_free(t);
}

static bm_status split(bm_context *context, void *arg)
{
    (void)arg;
    bm_table *t = classes(context);
    bm_status st = bm_status_of(t);
    if (!st) {
        bm_table_parts p = bm_table_split(t, .validation = .2, .test = .2, .target = "class");
        st = bm_status_of(p.train);
        if (!st && bm_failed(p.validation)) st = bm_status_of(p.validation);
        if (!st && bm_failed(p.test)) st = bm_status_of(p.test);
        bm_free(p.train);
        bm_free(p.validation);
        bm_free(p.test);
    }
    bm_free(t);
    return st;
}

static void each_failure(void **state)
{
    (void)state;
    bmt_each_failure("splitting a table", split, NULL);
}

static void left_out(void **state)
{
    (void)state;
    const char text[] = "a,b\n1,2\n3\n4,5\n6,1e400\n7,8,9\n10,11\n12\n";
    const char *path = bmt_temp_file("bad.csv", text, sizeof text - 1);
    bm_table *t = bm_table_read_csv(path, .skip_bad_rows = true);
    const int at[] = { 1, 2, 2, 3, -1 };
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_int_equal(bm_table_rows(t), 3);
    assert_int_equal(bm_table_skipped(t), 4);
    for (int i = 0; i < 5; i++) assert_int_equal(bm_table_skipped_at(t, i), at[i]);
    assert_int_equal(bm_table_skipped_at(t, -1), -1);
    bm_free(t);
}

static void many_left_out(void **state) /* over several chunks */
{
    (void)state;
    enum { ROWS = 300000 };
    char *text = malloc(ROWS * 12 + 16), *to = text;
    to += sprintf(to, "a,b\n");
    for (int i = 0; i < ROWS; i++) to += i % 7 == 2 ? sprintf(to, "%d\n", i) : sprintf(to, "%d,%d\n", i, i % 10);
    const char *path = bmt_temp_file("many.csv", text, (size_t)(to - text));
    bm_table *t = bm_table_read_csv(path, .skip_bad_rows = true);
    int64_t kept = 0, bad = 0;
    for (int i = 0; i < ROWS; i++)
        if (i % 7 == 2) assert_int_equal(bm_table_skipped_at(t, bad++), kept);
        else assert_int_equal(bm_table_integer(t, kept++, 0), i);
    assert_int_equal(bm_table_skipped(t), bad);
    bm_free(t);
    free(text);
}

static void as_the_recipe_needs(void **state)
{
    (void)state;
    const char train[] = "code,x,y\n007,1,2\nA1,2,3\n007,3,5\nA1,5,1\n", rows[] = "code,x\n007,1\n008,2\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("train.csv", train, sizeof train - 1));
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_fit(r, t);
    if (bm_failed(r)) fail_msg("%s", bm_error(r));
    bm_table *n = bm_table_read_csv(bmt_temp_file("rows.csv", rows, sizeof rows - 1), .recipe = r);
    assert_int_equal(bm_table_column_type(n, 0), BM_COLUMN_TEXT);
    bm_dataset *d = bm_recipe_apply_x(r, n);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_int_equal(bm_dataset_counts(d).unseen, 1);
    assert_null(bm_dataset_t(d, 0));
    bm_free(d);
    bm_free(n);
    bm_free(r);
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stratified),    cmocka_unit_test(each_failure),        cmocka_unit_test(left_out),
        cmocka_unit_test(many_left_out), cmocka_unit_test(as_the_recipe_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
