// SPDX-License-Identifier: Apache-2.0
/* Tables of ten thousand columns: what a recipe makes of them, where each column stands afterwards, and that a saved one does the same. */
#include "data/recipe.h"
#include "support/bmt.h"
#include "tensor/tensor.h"
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 10000, ROWS = 4 };

/* Column i is numbers, text of two categories, or one value, in turn; the target is the last. */
static bm_table *wide(bm_context *context)
{
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    for (int i = 0; i < COLUMNS; i++) {
        char name[16];
        const double numbers[ROWS] = { i, i + 1., i + 2., i + 5. }, same[ROWS] = { 7, 7, 7, 7 };
        const bm_name texts[ROWS] = { "u", i % 2 ? "v" : "w", "u", i % 2 ? "v" : "w" };
        snprintf(name, sizeof name, "c%d", i);
        if (i % 3 == 0) bm_table_add_real(t, name, numbers, ROWS);
        else if (i % 3 == 1) bm_table_add_text(t, name, texts, ROWS);
        else bm_table_add_real(t, name, same, ROWS);
    }
    bm_table_add_real(t, "y", ((const double[]){ 1, 2, 3, 4 }), ROWS);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

/* Numbers stay, texts become two categories and a rest, in the order of the columns; what has one value is gone. */
static void check_features(const bm_recipe *r)
{
    int64_t at = 0;
    for (int i = 0; i < COLUMNS; i++) {
        char name[24];
        if (i % 3 == 2) continue;
        if (i % 3 == 0) {
            snprintf(name, sizeof name, "c%d", i);
            assert_string_equal(bm_recipe_feature_name(r, at++), name);
            continue;
        }
        for (int k = 0; k < 3; k++) {
            snprintf(name, sizeof name, "c%d=%s", i, k == 0 ? "u" : k == 2 ? "?" : i % 2 ? "v" : "w");
            assert_string_equal(bm_recipe_feature_name(r, at++), name);
        }
    }
    assert_int_equal(bm_recipe_features(r), at);
}

static void check_rows(const bm_recipe *r, const bm_table *t)
{
    bm_dataset *d = bm_recipe_apply(r, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    const bm_tensor *x = bm_dataset_x(d, 0);
    const int64_t n = bm_recipe_features(r);
    assert_int_equal(bm_tensor_size(x), ROWS * n);
    for (int64_t c = 0; c < n; c++) {
        const char *name = bm_recipe_feature_name(r, c), *is = strchr(name, '=');
        const double want[ROWS] = { -1.0690449676496976, -.5345224838248488, 0,
                                    1.6035674514745464 }; /* (0 1 2 5 - 2) / sqrt(3.5) */
        for (int row = 0; row < ROWS; row++) {
            const double got = bm_tensor_at(x, row * n + c);
            if (!is) bmt_near(name, got, want[row], 1e-6);
            else assert_true(got == (is[1] == '?' ? 0 : is[1] == 'u' ? row % 2 == 0 : row % 2 == 1));
        }
    }
    bm_free(d);
}

static void fitted_saved_applied(void **state)
{
    (void)state;
    bm_table *t = wide(NULL);
    bm_recipe *r = bm_recipe_new(.target = "y");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    check_features(r);
    check_rows(r, t);
    bm_recipe *again = bmi_recipe_copy(r);
    if (bm_failed(again)) fail_msg("%s", bm_error(again));
    check_features(again);
    check_rows(again, t);
    assert_true(bmi_recipe_input(again, "c3") != SIZE_MAX);
    assert_true(bmi_recipe_input(again, "c2") == SIZE_MAX); /* only dropped */
    for (int64_t i = 0; i < COLUMNS; i += 37) {
        char name[16];
        snprintf(name, sizeof name, "c%d", (int)i);
        assert_int_equal(bm_table_find(t, name), i);
    }
    bm_free(again);
    bm_free(r);
    bm_free(t);
}

/* Steps of single columns, one after the other: what is dropped or replaced between leaves the others where they are found. */
static void many_steps(void **state)
{
    (void)state;
    bm_table *t = wide(NULL);
    bm_recipe *r = bm_recipe_new(.target = "y", .plain = true);
    for (int i = 0; i < COLUMNS; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", i);
        if (i < 300 && i % 3 == 1) bm_recipe_one_hot(r, name);
        else if (i % 3) bm_recipe_drop(r, name);
    }
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    assert_int_equal(bm_recipe_features(r), 3 * 100 + (COLUMNS + 2) / 3);
    assert_string_equal(bm_recipe_feature_name(r, 0), "c0");
    assert_string_equal(bm_recipe_feature_name(r, 1), "c1=u");
    assert_string_equal(bm_recipe_feature_name(r, 4), "c3");
    bm_dataset *d = bm_recipe_apply(r, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_true(bm_tensor_at(bm_dataset_x(d, 0), 4) == 3);
    bm_free(d);
    bm_free(r);
    bm_free(t);
}

/* Ten thousand columns of one name in a file. */
static void one_name(void **state)
{
    (void)state;
    char *text = malloc(COLUMNS * 4 + 8), *p = text, want[24];
    for (int i = 0; i < COLUMNS; i++) p += sprintf(p, "a%c", i + 1 < COLUMNS ? ',' : '\n');
    for (int i = 0; i < COLUMNS; i++) p += sprintf(p, "%d%c", i % 10, i + 1 < COLUMNS ? ',' : '\n');
    bm_table *t = bm_table_read_csv(bmt_temp_file("names.csv", text, (size_t)(p - text)), .rename_duplicates = true);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_int_equal(bm_table_columns(t), COLUMNS);
    assert_string_equal(bm_table_column_name(t, 0), "a");
    for (int i = 1; i < COLUMNS; i++) {
        snprintf(want, sizeof want, "a.%d", i + 1);
        assert_string_equal(bm_table_column_name(t, i), want);
    }
    assert_true(bm_table_number(t, 0, bm_table_find(t, "a.778")) == 7);
    bm_free(t);
    free(text);
}

static bm_status small_recipe(bm_context *context, void *arg)
{
    (void)arg;
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_text(t, "a", ((const bm_name[]){ "u", "v", "u" }), 3);
    bm_table_add_real(t, "b", ((const double[]){ 1, 1, 1 }), 3);
    bm_table_add_real(t, "c", ((const double[]){ 1, 2, 4 }), 3);
    bm_table_add_real(t, "y", ((const double[]){ 1, 2, 3 }), 3);
    bm_recipe *r = bm_recipe_new(.context = context, .target = "y");
    bm_status st = bm_failed(t) ? bmi_object_status(t) : bm_recipe_fit(r, t);
    bm_dataset *d = st ? NULL : bm_recipe_apply(r, t);
    if (!st) st = bmi_object_status(d);
    if (d) bm_free(d);
    bm_free(r);
    bm_free(t);
    return st;
}

static void without_memory(void **state)
{
    (void)state;
    bmt_each_failure("a recipe", small_recipe, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fitted_saved_applied),
        cmocka_unit_test(many_steps),
        cmocka_unit_test(one_name),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
