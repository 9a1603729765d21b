// SPDX-License-Identifier: Apache-2.0
/* bm_compile on a learner; images and a last layer that is the output in learners from text. */
#include "support/bmt.h"
#include <baeum/model.h>
#include <math.h>
#include <string.h>

enum { ROWS = 60 };

/* Images of 2 by 2 of three classes, the brightest of the first three pixels. */
static bm_dataset *images(void)
{
    static uint8_t x[ROWS][4];
    static int32_t t[ROWS];
    for (int i = 0; i < ROWS; i++) {
        t[i] = i % 3;
        for (int k = 0; k < 4; k++) x[i][k] = (uint8_t)(k == t[i] ? 200 + i % 50 : i * (k + 1) % 100);
    }
    bm_tensor *a = bm_tensor_view(BM_U8, BM_SHAPE(ROWS, 2, 2, 1), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a);
    bm_free(b);
    return d;
}

static bm_model *fitted(const char *text, bm_optimizer optimizer, bm_loss loss)
{
    bm_dataset *d = images();
    bm_model *m = bm_learner_parse(text, NULL);
    if (optimizer.name || loss.name) bm_compile(m, .optimizer = optimizer, .loss = loss);
    bm_fit(m, d, .epochs = 30, .batch = 10);
    bm_free(d);
    return m;
}

static const bm_optimizer no_optimizer;
static const bm_loss no_loss;

static void flattened(void **state)
{
    (void)state;
    bm_dataset *d = images();
    bm_model *m = fitted("dense 8 relu, dense 3", bm_adam(.rate = .03), no_loss);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    assert_int_equal(bm_model_layers(m), 4); /* input, flatten, dense, output */
    assert_string_equal(bm_model_layer_kind(m, 1), "flatten");
    assert_int_equal(bm_model_parameters(m), 4 * 8 + 8 + 8 * 3 + 3);
    const bm_scores s = bm_evaluate(m, d);
    assert_true(bm_score(&s, "accuracy") > .9);
    bm_free(m);
    m = fitted("dense 8 relu, dense 3 relu", no_optimizer, no_loss); /* a hidden layer of 3 */
    assert_int_equal(bm_model_layers(m), 5);
    bm_free(m);
    m = fitted("flatten, dense 8 relu, dense 3 softmax", no_optimizer, no_loss);
    assert_int_equal(bm_model_layers(m), 4);
    bm_free(m);
    m = fitted("softmax", no_optimizer, no_loss);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(m);
    bm_free(d);
}

static void replaced(void **state)
{
    (void)state;
    bm_model *m = fitted("mlp:8", bm_sgd(.rate = BM_ZERO), no_loss);
    const double first = bm_history(m, "loss", 0);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    for (int i = 1; i < 30; i++) bmt_near("a frozen model", bm_history(m, "loss", i), first, 1e-6);
    bm_free(m);
    m = fitted("mlp:8", bm_sgd(.rate = .5, .momentum = .5, .schedule = BM_EXPONENTIAL_DECAY(50, .5)), no_loss);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    assert_true(bm_history(m, "loss", 29) < first / 3);
    bm_free(m);
}

static void metrics_and_loss(void **state)
{
    (void)state;
    bm_dataset *d = images();
    bm_model *m = bm_learner_parse("mlp:8", NULL);
    bm_compile(m, .metrics = { BM_F1_MACRO });
    bm_fit(m, d, .epochs = 2);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    const bm_scores s = bm_evaluate(m, d);
    assert_true(isfinite(bm_score(&s, "f1_macro")));
    bm_free(m);
    m = fitted("mlp:8", no_optimizer, BM_MSE); /* does not fit classes */
    assert_true(bm_failed(m));
    bm_free(m);
    bm_free(d);
}

static void own_method(void **state)
{
    (void)state;
    bm_model *m = bm_learner_parse("softmax", NULL);
    assert_int_equal(bm_compile(m, .optimizer = bm_adam()), BM_E_ARGUMENT);
    bmt_contains("softmax", bm_error(m), "has a method of its own");
    bm_free(m);
    m = bm_learner_parse("mlp:8", NULL);
    assert_int_equal(bm_compile(m, .optimizer = bm_adam(.rate = -1)), BM_E_ARGUMENT);
    bm_free(m);
}

/* Weights of classes are weights of their rows to methods of their own, too. */
static void weighed(void **state)
{
    (void)state;
    bm_dataset *d = images();
    float w[ROWS];
    for (int i = 0; i < ROWS; i++) w[i] = i % 3 == 2 ? 3 : 1;
    bm_tensor *weights = bm_tensor_view(BM_F32, BM_SHAPE(ROWS), w);
    bm_dataset *by_row = bm_dataset_new(.x = { bm_dataset_x(d, 0) }, .t = { bm_dataset_t(d, 0) }, .weights = weights);
    bm_model *plain = bm_learner_parse("softmax", NULL), *a = bm_learner_parse("softmax", NULL),
             *b = bm_learner_parse("softmax", NULL);
    bm_fit(plain, d);
    bm_fit(a, d, .class_weights = BM_REALS(1, 1, 3));
    bm_fit(b, by_row);
    assert_false(bm_failed(a) || bm_failed(b) || bm_failed(plain));
    const bm_tensor *ka = bm_model_weight(a, "output/kernel"), *kb = bm_model_weight(b, "output/kernel"),
                    *kp = bm_model_weight(plain, "output/kernel");
    assert_memory_equal(bm_data_f64(ka), bm_data_f64(kb), (size_t)bm_tensor_size(ka) * sizeof(double));
    assert_memory_not_equal(bm_data_f64(ka), bm_data_f64(kp), (size_t)bm_tensor_size(ka) * sizeof(double));
    bm_fit(a, d, .class_weights = BM_REALS(1, 3));
    bmt_contains("too few", bm_error(a), "class_weights has 2 numbers, the target has 3 classes");
    bm_fit(b, d, .class_weights = BM_REALS(1, 3, -1));
    bmt_contains("negative", bm_error(b), "the weight of class 2 is -1");
    bm_fit(plain, d, .class_weights = BM_REALS(1, 3, 1), .balanced = true);
    bmt_contains("both", bm_error(plain), "both balanced and class_weights");
    bm_free(plain);
    plain = bm_learner_parse("perceptron", NULL);
    bm_fit(plain, d, .balanced = true);
    assert_false(bm_failed(plain)); /* tests/model/test_row_weights.c has a learner that cannot */
    bm_free(plain), bm_free(a), bm_free(b), bm_free(weights), bm_free(by_row), bm_free(d);
}

/* A label far beyond the rows would ask for as many outputs. */
static void wild_label(void **state)
{
    (void)state;
    const float x[4] = { 1, 2, 3, 4 };
    const int32_t t[4] = { 0, 1, INT32_MAX, 1 };
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(4, 1), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(4), t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_model *m = bm_learner(bm_softmax_regression(), NULL);
    assert_int_equal(bm_fit(m, d), BM_E_DATA);
    bmt_contains("a wild label", bm_error(m), "row 2 has the class 2147483647, and there are 4 rows");
    bm_free(m), bm_free(d), bm_free(a), bm_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weighed),          cmocka_unit_test(flattened),  cmocka_unit_test(replaced),
        cmocka_unit_test(metrics_and_loss), cmocka_unit_test(own_method), cmocka_unit_test(wild_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
