// SPDX-License-Identifier: Apache-2.0
/* Weights of rows from a column: no feature, carried into datasets where it is there, and refused by row where it is no weight. */
#include "support/bmt.h"
#include <baeum/data.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    bm_table *t = bm_table_read_csv(bmt_temp_file("t.csv", text, strlen(text)));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static void carried(void **state)
{
    (void)state;
    bm_table *t = table_of("a,w,y\n1,2,1.5\n2,0,2.5\n3,.25,\n4,1,4\n"), *without = table_of("y,a\n1,2\n3,4\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w");
    assert_int_equal(bm_recipe_fit(r, t), BM_OK); /* the row without a target is left out */
    assert_string_equal(bm_recipe_weights(r), "w");
    assert_int_equal(bm_recipe_features(r), 1);
    assert_string_equal(bm_recipe_feature_name(r, 0), "a");
    bm_dataset *d = bm_recipe_apply_at(r, t, BM_VALUE(bm_rows, (const int64_t[]){ 3, 1, 0 }, 3), BM_HERE),
               *x = bm_recipe_apply_x(r, t), *n = bm_recipe_apply(r, without);
    if (bm_failed(d) || bm_failed(x) || bm_failed(n)) fail_msg("%s%s%s", bm_error(d), bm_error(x), bm_error(n));
    const float *w = bm_data_f32(bm_dataset_weights(d));
    assert_true(w[0] == 1 && w[1] == 0 && w[2] == 2);
    assert_null(bm_dataset_weights(x)); /* without the target nothing is weighed */
    assert_null(bm_dataset_weights(n));
    bm_free(d), bm_free(x), bm_free(n), bm_free(r), bm_free(t), bm_free(without);
}

static void refused(void **state)
{
    (void)state;
    const struct {
        const char *rows, *weights, *where, *says;
    } cases[] = {
        { "1,2,1\n2,-3,2\n3,1,5\n", "w", "row 2 of ", "t.csv has -3 as \"w\", the weight of the row; it must be >= 0" },
        { "1,2,1\n2,1,2\n3,,5\n", "w", "row 3 of ", "t.csv has no \"w\", the weight of the row" },
        { "1,2,1\n2,1e300,2\n3,1,5\n", "w", "row 2 of ",
          "t.csv has 1e+300 as \"w\", the weight of the row; it must be a number that" },
        { "1,2,1\n2,much,2\n3,1,5\n", "w", "the weights of the rows of ", "t.csv, \"w\", are text; they must be numbers >= 0" },
        { "1,2,1\n2,1,2\n3,1,5\n", "mass", "", "t.csv has no column \"mass\" for the weights of its rows" },
        { "1,2,1\n2,1,2\n3,1,5\n", "W", "", "t.csv has no column \"W\" for the weights of its rows; did you mean \"w\"?" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "a,w,y\n%s", cases[i].rows);
        bm_table *t = table_of(text);
        bm_recipe *r = bm_recipe_new(.target = "y", .weights = cases[i].weights);
        assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
        bmt_contains(cases[i].rows, bm_error(r), cases[i].where);
        bmt_contains(cases[i].rows, bm_error(r), cases[i].says);
        bm_free(r), bm_free(t);
    }
    /* a fitted recipe meets a bad weight later */
    bm_table *t = table_of("a,w,y\n1,2,1\n2,3,2\n3,1,5\n"), *bad = table_of("a,w,y\n1,2,1\n2,-3,2\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w");
    bm_recipe_fit(r, t);
    bm_dataset *d = bm_recipe_apply(r, bad), *x = bm_recipe_apply_x(r, bad);
    bmt_contains("later", bm_error(d), "t.csv has -3 as \"w\"");
    assert_false(bm_failed(x));
    bm_free(d), bm_free(x), bm_free(r), bm_free(bad);
    r = bm_recipe_new(.target = "y", .weights = "w");
    bm_recipe_drop(r, "w");
    bm_recipe_fit(r, t);
    bmt_contains("a step on it", bm_error(r), "drop: \"w\" has the weights of the rows; it is no feature anyway");
    bm_free(r), bm_free(t);
    r = bm_recipe_new(.weights = "w");
    bmt_contains("for what?", bm_error(r), "weights are given, but no target");
    bm_free(r);
    r = bm_recipe_new(.target = "w", .weights = "w");
    bmt_contains("both", bm_error(r), "\"w\" is the target");
    bm_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(carried), cmocka_unit_test(refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
