// SPDX-License-Identifier: Apache-2.0
/* Networks of layers over tables: a dataset that a recipe made hands the recipe on, so that a model fitted on it takes raw rows,
 * also from a file, in the table's unit or as probabilities whatever its loss takes.
 */
#include "support/bmt.h"
#include <baeum/model.h>
#include <math.h>
#include <string.h>

enum { ROWS = 240 };

/* Size and place make the price; above 100 a house is "dear". */
static bm_table *houses(bool classes)
{
    double size[ROWS], price[ROWS];
    bm_name place[ROWS], label[ROWS];
    for (int i = 0; i < ROWS; i++) {
        size[i] = i % 17 ? 20 + (i * 37) % 120 : NAN;
        place[i] = i % 3 ? "town" : "coast";
        price[i] = (isnan(size[i]) ? 80 : size[i]) + (i % 3 ? 0 : 60);
        label[i] = price[i] > 100 ? "dear" : "cheap";
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "size", size, ROWS);
    bm_table_add_text(t, "place", place, ROWS);
    if (classes) bm_table_add_text(t, "target", label, ROWS);
    else bm_table_add_real(t, "target", price, ROWS);
    return t;
}

static void numbers_in_the_tables_unit(void **state)
{
    (void)state;
    bm_table *t = houses(false), *other = houses(true);
    bm_recipe *r = bm_recipe_new(.target = "target", .target_log1p = true, .target_standardize = true);
    bm_recipe_fit(r, t);
    bm_dataset *d = bm_recipe_apply(r, t);
    bm_parts part = bm_dataset_split(d, .test = .2);
    bm_model *m = bm_sequential(bm_input(bm_recipe_features(r)), bm_dense(16, .activation = BM_TANH), bm_dense(1));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_adam(.rate = .01));
    assert_null(bm_model_recipe(m));
    if (bm_fit(m, part.train, .epochs = 200)) fail_msg("%s", bm_error(m));
    assert_non_null(bm_model_recipe(m));
    bm_tensor *inner = bm_predict(m, bm_dataset_x(d, 0)), *outer = bm_predict_table(m, t);
    for (int64_t i = 0; i < ROWS; i++)
        bmt_near("unit", bm_tensor_at(outer, i), bm_recipe_inverse(r, bm_tensor_at(inner, i)), 1e-12);
    const bm_scores s = bm_evaluate_table(m, t);
    assert_true(bm_score(&s, "r2") > .95);
    bm_recipe_fit(r, other); /* the dataset has a copy: what becomes of the recipe is nothing to the model */
    const char *file = bmt_temp("raw_rows.safetensors");
    bm_save(m, file);
    bm_model *back = bm_load(file);
    if (bm_failed(back)) fail_msg("%s", bm_error(back));
    bm_tensor *again = bm_predict_table(back, t),
              *row = bm_predict_row(back, .values = { { "size", .number = 57 }, { "place", .text = "town" } }); /* row 1 */
    for (int64_t i = 0; i < ROWS; i++) assert_true(bm_tensor_at(again, i) == bm_tensor_at(outer, i));
    bmt_near("one row", bm_tensor_at(row, 0), bm_tensor_at(outer, 1), 1e-12);
    bm_free(row), bm_free(again), bm_free(back), bm_free(inner), bm_free(outer), bm_free(m);
    bm_free(part.train), bm_free(part.test), bm_free(d), bm_free(r), bm_free(t), bm_free(other);
}

/* What predictions of raw rows must be, made of what bm_predict gives. */
static double expected(const char *form, const bm_tensor *raw, int64_t row)
{
    const bool one = bm_tensor_shape(raw).dim[1] == 1;
    const double a = one ? 0 : bm_tensor_at(raw, 2 * row), b = bm_tensor_at(raw, one ? row : 2 * row + 1);
    if (!strcmp(form, "logits")) return 1 / (1 + exp(a - b));
    return strcmp(form, "scores") ? b : b > a;
}

static void probabilities_of_any_loss(void **state)
{
    (void)state;
    const struct {
        const char *form;
        bm_loss loss;
        bm_activation activation;
        int64_t columns;
    } cases[] = {
        { "probabilities", BM_SPARSE_CATEGORICAL_CROSSENTROPY, BM_SOFTMAX, 2 },
        { "probabilities", BM_BINARY_CROSSENTROPY, BM_SIGMOID, 1 },
        { "logits", BM_SOFTMAX_CROSSENTROPY, BM_LINEAR, 2 },
        { "logits", BM_SIGMOID_CROSSENTROPY, BM_LINEAR, 1 },
        { "scores", BM_HINGE, BM_LINEAR, 1 },
    };
    bm_table *t = houses(true);
    bm_recipe *r = bm_recipe_new(.target = "target");
    bm_recipe_fit(r, t);
    bm_dataset *d = bm_recipe_apply(r, t);
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_model *m = bm_sequential(bm_input(bm_recipe_features(r)), bm_dense(8, .activation = BM_RELU),
                                    bm_dense(cases[i].columns, .activation = cases[i].activation));
        bm_compile(m, .loss = cases[i].loss, .optimizer = bm_adam(.rate = .01));
        if (bm_fit(m, d, .epochs = 100)) fail_msg("%s: %s", cases[i].loss.name, bm_error(m));
        bm_tensor *raw = bm_predict(m, bm_dataset_x(d, 0)), *p = bm_predict_table(m, t);
        if (bm_failed(p)) fail_msg("%s: %s", cases[i].loss.name, bm_error(p));
        assert_int_equal(bm_tensor_size(p), 2 * ROWS);
        for (int64_t k = 0; k < ROWS; k++) {
            bmt_near(cases[i].loss.name, bm_tensor_at(p, 2 * k + 1), expected(cases[i].form, raw, k), 1e-6);
            bmt_near("sum", bm_tensor_at(p, 2 * k) + bm_tensor_at(p, 2 * k + 1), 1, 1e-6);
        }
        const bm_scores s = bm_evaluate_table(m, t);
        if (!(bm_score(&s, "accuracy") > .95)) fail_msg("%s: accuracy %g", cases[i].loss.name, bm_score(&s, "accuracy"));
        bm_free(p), bm_free(raw), bm_free(m);
    }
    bm_free(d), bm_free(r), bm_free(t);
}

static void tensors_of_ones_own_have_no_recipe(void **state)
{
    (void)state;
    bm_table *t = houses(true);
    bm_dataset *iris = bm_dataset_load("iris"), *own = bm_dataset_from(bm_dataset_x(iris, 0), bm_dataset_t(iris, 0));
    bm_model *m = bm_sequential(bm_input(4), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, own);
    bm_tensor *p = bm_predict_table(m, t);
    bmt_contains("tables", bm_error(p), "takes tensors, not tables: it was made without a recipe");
    bm_free(p);
    p = bm_predict_row(m, .values = { { "size", .number = 1 } });
    bmt_contains("rows", bm_error(p), "takes tensors, not rows: it was made without a recipe");
    bm_free(p);
    bm_fit(m, iris);
    p = bm_predict_row(m, .values = { { "Sepal.Length", .number = 5 }, { "Petal.Length", .number = 1.4 } });
    assert_int_equal(bm_tensor_size(p), 3);
    bm_free(p), bm_free(m), bm_free(own), bm_free(iris), bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_the_tables_unit),
        cmocka_unit_test(probabilities_of_any_loss),
        cmocka_unit_test(tensors_of_ones_own_have_no_recipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
