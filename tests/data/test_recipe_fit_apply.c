// SPDX-License-Identifier: Apache-2.0
/* Training rows as steps make them, features in f64, features in terms of the table, and steps as values and from old files. */
#include "support/bmt.h"
#include "base/json.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    bm_table *t = bm_table_read_csv(bmt_temp_file("fit.csv", text, strlen(text)));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

/* Numbers that f32 would blur reach learners of f64 as they are. */
static void no_rounding(void **state)
{
    (void)state;
    enum { N = 200 };
    double x[N], y[N];
    for (int64_t i = 0; i < N; i++) {
        x[i] = 1e8 + (double)(i * 7919 % 211) * .001; /* f32 is 8 wide there */
        y[i] = 3 * (x[i] - 1e8) + .5;
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, N);
    bm_table_add_real(t, "y", y, N);
    bm_recipe *r = bm_recipe_new(.target = "y", .plain = true);
    bm_model *m = bm_learner(bm_linear(), r);
    if (bm_fit_table(m, t)) fail_msg("%s", bm_error(m));
    bm_scores s = bm_evaluate_table(m, t);
    bmt_near("R2", bm_score(&s, "r2"), 1, 1e-12);
    bm_save(m, bmt_temp("wide.safetensors"));
    bm_model *loaded = bm_load(bmt_temp("wide.safetensors"));
    bm_tensor *p = bm_predict_table(m, t), *q = bm_predict_table(loaded, t);
    for (int64_t i = 0; i < N; i++) {
        bmt_near("a prediction", bm_tensor_at(p, i), y[i], 1e-6);
        assert_true(bm_tensor_at(p, i) == bm_tensor_at(q, i));
    }
    bm_tensor *row = bm_predict_row(m, .values = { { "x", .number = 1e8 + .1 } });
    bmt_near("one row", bm_tensor_at(row, 0), .8, 1e-6);
    bm_recipe *asked = bm_recipe_new(.target = "y", .plain = true, .type = BM_F64);
    bm_dataset *d = bm_recipe_fit_apply(asked, t);
    assert_int_equal(bm_dataset_x(d, 0)->type, BM_F64);
    assert_int_equal(bm_dataset_t(d, 0)->type, BM_F64);
    assert_true(bm_tensor_at(bm_dataset_x(d, 0), 3) == x[3]);
    bm_recipe *wrong = bm_recipe_new(.target = "y", .type = BM_I32);
    bmt_contains("no such type", bm_error(wrong), "BM_F32 or BM_F64");
    bm_free(wrong);
    bm_free(d);
    bm_free(asked);
    bm_free(row);
    bm_free(p);
    bm_free(q);
    bm_free(loaded);
    bm_free(m);
    bm_free(r);
    bm_free(t);
}

/* Rows that a step leaves out are not learned from, are counted, and are predicted like others. */
static void rows_left_out(void **state)
{
    (void)state;
    bm_table *t = table_of(
        "a,y,w\n1,10,1\n2,20,2\n3,30,1\n2,20,0\n1,10,1\n2,20,1\n3,30,1\n2,20,1\n1,10,1\n2,20,1\n3,30,1\n2,20,1\n900,5,1\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .task = BM_REGRESSION);
    bm_recipe_add(r, bm_step_outliers(.by = BM_OUTLIERS_IQR), "a");
    bm_dataset *d = bm_recipe_fit_apply(r, t), *all = bm_recipe_apply(r, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_int_equal(bm_dataset_rows(d), 11); /* without the outlier and the row of weight 0 */
    assert_int_equal(bm_dataset_rows(all), 13);
    assert_int_equal(bm_dataset_t(d, 0)->size, 11);
    bmt_contains("the note", bm_recipe_note(r, 0), "outliers: 1 of 12 training rows is not learned from (iqr, limit 1.5)");
    bmt_near("its weight", bm_tensor_at(bm_dataset_weights(d), 1), 2, 0);
    double sum = 0; /* standardised by the rows that stayed */
    for (int64_t i = 0; i < 11; i++) sum += bm_tensor_at(bm_dataset_x(d, 0), i) * bm_tensor_at(bm_dataset_weights(d), i);
    bmt_near("the mean", sum, 0, 1e-6);
    bm_free(d);
    bm_free(all);
    bm_free(r);
    r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_step(r, "outliers:limit=1e-9", NULL, "a");
    assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
    bmt_contains("none is left", bm_error(r), "outliers: it leaves no row to learn from");
    bm_free(r);
    r = bm_recipe_new(.target = "y", .task = BM_CLASSIFICATION);
    bm_recipe_step(r, "outliers:residual", NULL, "a");
    assert_int_equal(bm_recipe_fit(r, t), BM_E_ARGUMENT);
    bmt_contains("classes", bm_error(r), "needs a target that is a number");
    bm_free(r);
    bm_free(t);
}

static void in_original_units(void **state)
{
    (void)state;
    bm_table *t = table_of("a,b,c\n1,10,x\n3,30,y\n5,20,x\n");
    bm_recipe *r = bm_recipe_new();
    bm_recipe_step(r, "log", NULL, "b");
    bm_recipe_step(r, "min_max:-1,1", NULL, "a");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    const char *column;
    double scale, shift;
    assert_true(bm_recipe_affine(r, 0, &column, &scale, &shift));
    assert_string_equal(column, "a");
    bmt_near("scale", scale, .5, 1e-15);
    bmt_near("shift", shift, -1.5, 1e-15);
    assert_false(bm_recipe_affine(r, 1, &column, &scale, &shift)); /* a logarithm, standardised */
    assert_string_equal(column, "b");
    assert_true(scale > 0);
    assert_false(bm_recipe_affine(r, 2, &column, &scale, &shift));
    assert_string_equal(column, "c=x");
    assert_false(bm_recipe_affine(r, 99, &column, &scale, &shift));
    assert_null(column);
    bm_free(r);
    bm_free(t);
}

/* The same step as a value, with a setting, behind its name and in a file; wrong ones name what is wrong. */
static void ways_to_say_it(void **state)
{
    (void)state;
    bm_table *t = table_of("a,b\n1,x\n2,y\n3,x\n4,z\n5,x\n");
    for (int way = 0; way < 4; way++) {
        bm_recipe *r = bm_recipe_new();
        if (way == 0) bm_recipe_add(r, bm_step_one_hot(.most = 1), "b");
        if (way == 1) bm_recipe_step(r, "one_hot", "1", "b");
        if (way == 2) bm_recipe_step(r, "one_hot:most=1", NULL, "b");
        if (way == 3) bm_recipe_step(r, "one_hot", " most = 1 ", "b");
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        assert_int_equal(bm_recipe_features(r), 3);
        assert_string_equal(bm_recipe_feature_name(r, 1), "b=x");
        bmt_contains("the settings", bm_recipe_note(r, 0), "b: one_hot 1");
        bm_free(r);
    }
    static const struct {
        const char *kind, *with, *part;
    } wrong[] = {
        { "one_hott", NULL, "there is no step \"one_hott\"; did you mean \"one_hot\"?" },
        { "one_hot", "mst=3", "one_hot has no setting \"mst\"; did you mean \"most\"?" },
        { "one_hot", "0", "one_hot: most is 0, must be >= 1 and <= 10000" },
        { "impute", "medium", "impute: with is \"medium\", must be median, mean, most_frequent or a number" },
        { "min_max", "2,1", "low must be below high" },
        { "max_abs", "2", "max_abs takes no settings" },
        { "ordinal", "low < low", "two texts at least, each once" },
        { "pca", "3,share=.5", "components and share are both given" },
        { "pca", "share=1", "pca: share is 1, must be > 0 and < 1" },
        { "select", "f,most=0", "select: most is 0, must be >= 1" },
        { "target_encode", NULL, "learns from a target, and the recipe names none" },
        { "polynomial", "degree=-1", "polynomial: degree is -1, must be >= 1 and <= 9" },
        { "impute_nearest", "neighbors=-1", "impute_nearest: neighbors is -1" },
        { "outliers", "far", "outliers: by is \"far\", must be z, iqr or residual" },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        bm_recipe *r = bm_recipe_new();
        assert_int_equal(bm_recipe_step(r, wrong[i].kind, wrong[i].with, "a"), BM_E_ARGUMENT);
        bmt_contains(wrong[i].kind, bm_error(r), wrong[i].part);
        bm_free(r);
    }
    bm_free(t);
}

/* A recipe as files of earlier versions have it, where steps had one text as their setting. */
static void old_files(void **state)
{
    (void)state;
    static const char old[] =
        "{\"target\":null,\"asked_task\":0,\"log1p\":false,\"plain\":true,\"keep_constant\":false,\"standardize_target\":false,"
        "\"target_scale\":[0,0],\"asked_steps\":3,\"fitted\":true,\"task\":0,\"classes\":[],\"class_numbers\":null,"
        "\"inputs\":[{\"name\":\"a\",\"text\":false},{\"name\":\"b\",\"text\":false}],\"steps\":["
        "{\"kind\":\"impute\",\"with\":\"mean\",\"names\":[],\"columns\":[{\"name\":\"a\",\"numbers\":[2.5],\"texts\":[]}]},"
        "{\"kind\":\"min_max\",\"with\":\"-1,1\",\"names\":[\"b\"],\"columns\":[{\"name\":\"b\",\"numbers\":[1,0.5,-1],"
        "\"texts\":[]}]},"
        "{\"kind\":\"polynomial\",\"with\":\"3\",\"names\":[\"a\"],\"columns\":[{\"name\":\"a\",\"numbers\":[3],\"texts\":[]}]}"
        "],"
        "\"features\":[\"a\",\"a^2\",\"a^3\",\"b\"],\"notes\":[]}";
    bmi_error e = { 0 };
    json_t *json = bmi_json_read(&e, BM_HERE, NULL, "old", old, strlen(old));
    bm_recipe *r = bmi_recipe_load(NULL, json, BM_HERE);
    if (bm_failed(r)) fail_msg("%s", bm_error(r));
    bm_table *t = table_of("a,b\nNA,3\n2,5\n");
    bm_dataset *d = bm_recipe_apply_x(r, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    const double want[] = { 2.5, 6.25, 15.625, 0, 2, 4, 8, 1 };
    for (int64_t i = 0; i < 8; i++) bmt_near("a cell", bm_tensor_at(bm_dataset_x(d, 0), i), want[i], 1e-7);
    json_decref(json);
    bm_free(d);
    bm_free(t);
    bm_free(r);
}

/* What is done by default can be left out, step by step. */
static void default_left_out(void **state)
{
    (void)state;
    bm_table *t = table_of("a,b,c\n1,7,x\n,7,y\n3,7,x\n8,7,y\n");
    static const struct {
        const char *without;
        int64_t features; /* 0: an error */
        const char *part;
    } cases[] = {
        { NULL, 4, NULL },
        { "drop", 5, NULL },
        { "standardize", 4, NULL },
        { "standardize,drop", 5, NULL },
        { "one_hot", 0, "column \"c\" is text at the end of the recipe" },
        { "scale", 0, "without names \"scale\"" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_recipe *r = bm_recipe_new(.without = cases[i].without);
        bm_recipe_fit(r, t);
        assert_int_equal(bm_recipe_features(r), cases[i].features);
        if (cases[i].part) bmt_contains("the error", bm_error(r), cases[i].part);
        bm_recipe *copy = cases[i].part ? NULL : bmi_recipe_copy(r);
        bm_dataset *d = copy ? bm_recipe_apply_x(copy, t) : NULL;
        if (d)
            bmt_near("a", bm_tensor_at(bm_dataset_x(d, 0), 0),
                     cases[i].without && strstr(cases[i].without, "standardize") ? 1 : -1.063411, 1e-6);
        bm_free(d);
        bm_free(copy);
        bm_free(r);
    }
    bm_free(t);
}

/* What is learned of a logarithm, standardised by weight, comes back in the table's unit: e^x - 1 is a straight line there. */
static void target_in_its_unit(void **state)
{
    (void)state;
    enum { N = 60 };
    double x[N], y[N], w[N];
    for (int64_t i = 0; i < N; i++) {
        x[i] = (double)(i * 37 % 61) / 10;
        w[i] = (double)(i % 4);
        y[i] = w[i] > 0 ? expm1(.5 * x[i] + 1) : 7; /* rows of weight 0 have no say */
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, N);
    bm_table_add_real(t, "y", y, N);
    bm_table_add_real(t, "w", w, N);
    for (int way = 0; way < 4; way++) {
        bm_recipe *r =
            bm_recipe_new(.target = "y", .target_log1p = true, .target_standardize = way & 1, .weights = way & 2 ? "w" : NULL);
        bm_model *m = bm_learner(bm_linear(), r);
        if (bm_fit_table(m, t)) fail_msg("%s", bm_error(m));
        bm_tensor *p = bm_predict_table(m, t);
        for (int64_t i = 0; way & 2 && i < N; i++) bmt_near("a prediction", bm_tensor_at(p, i), expm1(.5 * x[i] + 1), 1e-9);
        if (!(way & 1)) bmt_near("the inverse", bm_recipe_inverse(bm_model_recipe(m), log1p(3)), 3, 1e-12);
        bm_free(p);
        bm_free(m);
        bm_free(r);
    }
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rounding),        cmocka_unit_test(rows_left_out), cmocka_unit_test(in_original_units),
        cmocka_unit_test(ways_to_say_it),     cmocka_unit_test(old_files),     cmocka_unit_test(default_left_out),
        cmocka_unit_test(target_in_its_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
