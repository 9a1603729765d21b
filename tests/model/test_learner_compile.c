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
    bm_tensor  *a = bm_tensor_view(BM_U8, BM_SHAPE(ROWS, 2, 2, 1), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a);
    bm_free(b);
    return d;
}

static bm_model *fitted(const char *text, bm_optimizer optimizer, bm_loss loss)
{
    bm_dataset *d = images();
    bm_model   *m = bm_learner_parse(text, NULL);
    if (optimizer.name || loss.name) bm_compile(m, .optimizer = optimizer, .loss = loss);
    bm_fit(m, d, .epochs = 30, .batch = 10);
    bm_free(d);
    return m;
}

static const bm_optimizer no_optimizer;
static const bm_loss      no_loss;

static void flattened(void **state)
{
    (void)state;
    bm_dataset *d = images();
    bm_model   *m = fitted("dense 8 relu, dense 3", bm_adam(.rate = .03), no_loss);
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
    bm_model    *m = fitted("mlp:8", bm_sgd(.rate = BM_ZERO), no_loss);
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
    bm_model   *m = bm_learner_parse("mlp:8", NULL);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flattened), cmocka_unit_test(replaced), cmocka_unit_test(metrics_and_loss), cmocka_unit_test(own_method),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
