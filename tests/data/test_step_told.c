// SPDX-License-Identifier: Apache-2.0
/* What steps must say: that less was there than was asked for, that a column is gone or would be there twice, that a target has no logarithm;
 * and scales that do not depend on the unit of a column, however large or small it is. */
#include "support/bmt.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    return bm_table_read_csv(bmt_temp_file("told.csv", text, strlen(text)));
}

static const char rows[] = "a,b,c,y\n1,2,3,1\n2,5,3,2\n4,1,3,9\n4,4,3,3\n7,8,3,7\n4,9,3,4\n";

/* The note that begins so; null when there is none. */
static const char *note_of(const bm_recipe *r, const char *begin)
{
    const char *note;
    for (int64_t i = 0; (note = bm_recipe_note(r, i)); i++)
        if (!strncmp(note, begin, strlen(begin))) return note;
    return NULL;
}

static void less_than_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *step, *column, *begin, *note;
    } cases[] = {
        { "pca:9", NULL, "! pca",
          "! pca: 9 components were asked for; 3 columns of 6 rows have 2 with a variance, and all of these are kept" },
        { "pca:9,method=randomised", NULL, "! pca", "9 components were asked for" },
        { "pca:2", NULL, "! pca", NULL },
        { "pca:components=2", "a", "! pca",
          "2 components were asked for; 1 column of 6 rows has 1 with a variance, and all of these are kept" },
        { "select:most=100", "a", "! select", "! select: most is 100, there is 1 column: all are kept" },
        { "select:most=4", NULL, "! select", "! select: most is 4, there are 3 columns: all are kept" },
        { "select:most=3", NULL, "! select", NULL },
        { "bins:4,by=quantile", "a", "a: ", "a: 3 bins instead of 4, for too many rows have the same values" },
        { "bins:3", "c", "c: ", "c: 1 bin instead of 3" },
        { "bins:3", "b", "b: ", NULL },
    };
    bm_table *t = table_of(rows);
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .plain = true);
        if (cases[i].column) bm_recipe_step(r, cases[i].step, NULL, cases[i].column);
        else bm_recipe_step(r, cases[i].step, NULL);
        if (bm_recipe_fit(r, t)) fail_msg("%s: %s", cases[i].step, bm_error(r));
        const char *note = note_of(r, cases[i].begin);
        if (cases[i].note && !note) fail_msg("%s is not told", cases[i].step);
        if (!cases[i].note && note && (*note == '!' || strstr(note, "instead"))) fail_msg("%s: %s", cases[i].step, note);
        if (cases[i].note) bmt_contains(cases[i].step, note, cases[i].note);
        bm_free(r);
    }
    bm_free(t);
    static const double absent[] = { NAN, NAN, NAN }, numbers[] = { 1, 2, 3 };
    t = bm_table_new();
    bm_table_add_real(t, "none", absent, 3);
    bm_table_add_real(t, "y", numbers, 3);
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .plain = true);
    bm_recipe_step(r, "bins:5", NULL, "none");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    assert_non_null(note_of(r, "none: 1 bin"));
    bmt_contains("no values", note_of(r, "none: 1 bin"), "none: 1 bin instead of 5, for the column has no values");
    bm_free(r);
    bm_free(t);
}

static void columns_gone(void **state)
{
    (void)state;
    bm_table *t = table_of("a,word,y\n1,u,1\n2,v,2\n4,u,9\n4,v,3\n7,u,7\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_step(r, "pca:1", NULL);
    bm_recipe_step(r, "ordinal", NULL, "word");
    assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
    bmt_contains("encoded", bm_error(r), "ordinal: column \"word\" is there no more: a step before took it away");
    bmt_contains("encoded", bm_error(r), "as is done by default before steps that need whole columns");
    bm_free(r);
    r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_drop(r, "a");
    bm_recipe_step(r, "log", NULL, "a");
    assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
    bmt_contains("dropped", bm_error(r), "log: column \"a\" is there no more");
    bm_free(r);
    r = bm_recipe_new(.plain = true);
    bm_recipe_drop(r, "a", "word", "y");
    assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
    bmt_contains("nothing left", bm_error(r),
                 "no feature is left to learn from after the steps of the recipe: drop is done to \"a\" and others");
    bm_free(r);
    bm_free(t);
}

/* What one step of those that take columns away keeps, and another drops, need not be there later. */
static void kept_and_dropped(void **state)
{
    (void)state;
    static const char *const steps[] = { "drop_missing:.3", "drop_constant", "select:variance" };
    bm_table *t = table_of("id,a,b,y\nu,1,7,1\nv,2,3,2\nw,4,5,9\nx,3,9,3\n"), *u = table_of("a\n5\n");
    for (size_t i = 0; i < BMI_COUNT(steps); i++) {
        bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .without = "standardize,impute");
        bm_recipe_step(r, steps[i], NULL);
        bm_recipe_drop(r, "b");
        bm_dataset *made = bm_recipe_fit_apply(r, t), *same = bm_recipe_apply_x(r, t), *d = bm_recipe_apply_x(r, u);
        if (bm_failed(made) || bm_failed(same) || bm_failed(d))
            fail_msg("%s: %s %s %s", steps[i], bm_error(made), bm_error(same), bm_error(d));
        assert_int_equal(bm_recipe_features(r), 1);
        assert_true(bm_tensor_at(bm_dataset_x(d, 0), 0) == 5);
        bm_free(made);
        bm_free(same);
        bm_free(d);
        bm_free(r);
    }
    bm_free(t);
    bm_free(u);
}

/* A column of the table that is called as one that a step makes, before and behind it. */
static void columns_twice(void **state)
{
    (void)state;
    static const char *const tables[] = { "a_missing,a\n1,\n2,3\n5,8\n", "a,a_missing\n,1\n3,2\n8,5\n",
                                          "b=u,b,c\n1,u,4\n2,v,5\n3,u,7\n" };
    for (size_t i = 0; i < BMI_COUNT(tables); i++) {
        bm_table *t = table_of(tables[i]);
        bm_recipe *r = bm_recipe_new(.plain = true);
        if (i < 2) bm_recipe_step(r, "impute:indicator", NULL, "a");
        else bm_recipe_one_hot(r, "b");
        assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
        bmt_contains(tables[i], bm_error(r),
                     i < 2 ? "two columns would be called \"a_missing\"" : "two columns would be called \"b=u\"");
        bm_free(r);
        bm_free(t);
    }
    bm_table *t = table_of("b,c\n?,4\nv,5\n?,7\n"); /* a category may be called as the slot for unseen ones */
    bm_recipe *r = bm_recipe_new(.plain = true);
    bm_recipe_one_hot(r, "b");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bm_free(r);
    bm_free(t);
}

static void targets_without_logarithm(void **state)
{
    (void)state;
    bm_table *t = table_of("a,y\n1,1\n2,2\n4,9\n"), *u = table_of("a,y\n1,3\n2,-1\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .target_log1p = true);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bm_dataset *d = bm_recipe_apply(r, u);
    assert_int_equal(bm_status_of(d), BM_E_DATA);
    bmt_contains("judged", bm_error(d), "row 2 of ");
    bmt_contains("judged", bm_error(d), "has -1 as \"y\", whose log(1 + y) is learned and needs values above -1");
    bm_free(d);
    bm_free(r);
    bm_free(t);
    bm_free(u);
}

/* What a step makes of columns, and of the same in another unit, is the same. */
static void any_unit(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "standardize",          "robust",  "min_max", "max_abs", "select:f,most=1", "select:mutual_information,most=1",
        "outliers:z,limit=1.5", "quantile"
    };
    static const double a[] = { 1, 2, 4, 4, 7, 4, 3, 30 }, b[] = { 2, 5, 1, 4, 8, 9, 3, 3 }, y[] = { 1, 2, 9, 3, 7, 4, 5, 2 };
    static const double units[] = { 0x1p-900, 0x1p-60, 0x1p600, 0x1p900 };
    for (size_t i = 0; i < BMI_COUNT(steps); i++) {
        bm_tensor *first = NULL;
        char names[2][40] = { "", "" };
        for (size_t u = 0; u <= BMI_COUNT(units); u++) {
            double x[2][BMI_COUNT(a)], unit = u ? units[u - 1] : 1;
            for (size_t k = 0; k < BMI_COUNT(a); k++) x[0][k] = a[k] * unit, x[1][k] = b[k] * unit;
            bm_table *t = bm_table_new();
            bm_table_add_real(t, "a", x[0], BMI_COUNT(a));
            bm_table_add_real(t, "b", x[1], BMI_COUNT(a));
            bm_table_add_real(t, "y", y, BMI_COUNT(a));
            bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .plain = true, .type = BM_F64);
            bm_recipe_step(r, steps[i], NULL);
            bm_dataset *d = bm_recipe_fit_apply(r, t);
            if (bm_failed(d)) fail_msg("%s in %g: %s", steps[i], unit, bm_error(d));
            const bool keeps = strstr(steps[i], "select") || strstr(steps[i], "outliers"); /* in the unit of the table */
            const bm_tensor *made = bm_dataset_x(d, 0);
            if (!u) {
                first = bm_tensor_copy(BM_F64, made->shape, made->data);
                for (int64_t c = 0; c < bm_recipe_features(r); c++)
                    snprintf(names[c], sizeof names[c], "%s", bm_recipe_feature_name(r, c));
            }
            assert_int_equal(made->size, first->size);
            for (int64_t c = 0; c < bm_recipe_features(r); c++) assert_string_equal(bm_recipe_feature_name(r, c), names[c]);
            for (int64_t k = 0; k < made->size; k++)
                bmt_near(steps[i], bm_tensor_at(made, k) / (keeps ? unit : 1), bm_tensor_at(first, k), 1e-12);
            bm_free(d);
            bm_free(r);
            bm_free(t);
        }
        bm_free(first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(less_than_asked_for),       cmocka_unit_test(columns_gone), cmocka_unit_test(columns_twice),
        cmocka_unit_test(targets_without_logarithm), cmocka_unit_test(any_unit),     cmocka_unit_test(kept_and_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
