// SPDX-License-Identifier: Apache-2.0
/* Exclusive or: one layer cannot, two can. */
#include <baeum.h>
#include "support/bmt.h"

static const float inputs[] = { 0, 0, 0, 1, 1, 0, 1, 1 }, targets[] = { 0, 1, 1, 0 };

static bm_dataset *xor_data(void)
{
    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(4, 2), inputs), *t = bm_tensor_view(BM_F32, BM_SHAPE(4, 1), targets);
    bm_dataset *d = bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    return d;
}

static double trained_accuracy(bm_model *m, bm_dataset *d, int64_t epochs)
{
    bm_compile(m, .loss = BM_BINARY_CROSSENTROPY, .optimizer = bm_adam(.rate = .05), .metrics = { BM_ACCURACY });
    bm_fit(m, d, .epochs = epochs, .whole = true, .seed = 3);
    assert_string_equal(bm_error(m), "");
    const bm_scores s = bm_evaluate(m, d);
    assert_string_equal(s.error, "");
    bmt_near("evaluate and history agree on the epoch before", bm_history(m, "loss", -1), s.loss, .05);
    return bm_score(&s, "accuracy");
}

static void one_layer_fails(void **state)
{
    (void)state;
    bm_dataset *d = xor_data();
    bm_model *m = bm_sequential(bm_input(2), bm_dense(1, .activation = BM_SIGMOID));
    assert_true(trained_accuracy(m, d, 300) < 1);
    bm_free(m);
    bm_free(d);
}

static void two_layers_succeed(void **state)
{
    (void)state;
    bm_dataset *d = xor_data();
    bm_model *m = bm_sequential(bm_input(2), bm_dense(8, .activation = BM_TANH), bm_dense(1, .activation = BM_SIGMOID));
    assert_true(trained_accuracy(m, d, 300) == 1);
    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(4, 2), inputs), *p = bm_predict(m, x);
    assert_string_equal(bm_error(p), "");
    assert_int_equal(bm_tensor_size(p), 4);
    for (int i = 0; i < 4; i++) assert_true((bm_data_f32(p)[i] > .5) == (targets[i] > .5));
    assert_int_equal(bm_history_epochs(m), 300);
    assert_string_equal(bm_stopped_by(m), "epochs");
    bm_free(p);
    bm_free(x);
    bm_free(m);
    bm_free(d);
}

/* The weights of course notes, set by hand. */
static void worked_weights(void **state)
{
    (void)state;
    bm_model *m = bm_sequential(bm_input(2), bm_dense(2, .activation = BM_SIGMOID), bm_dense(1, .activation = BM_SIGMOID));
    const float w1[] = { 5, -7, 5, -7 }, b1[] = { -8, 3 }, w2[] = { -11, -11 }, b2[] = { 6 };
    const struct {
        const char *name;
        bm_shape shape;
        const float *at;
    } sets[] = { { "dense_1/kernel", BM_SHAPE(2, 2), w1 },
                 { "dense_1/bias", BM_SHAPE(2), b1 },
                 { "dense_2/kernel", BM_SHAPE(2, 1), w2 },
                 { "dense_2/bias", BM_SHAPE(1), b2 } };
    for (size_t i = 0; i < BMI_COUNT(sets); i++) {
        bm_tensor *t = bm_tensor_view(BM_F32, sets[i].shape, sets[i].at);
        assert_int_equal(bm_model_set_weight(m, sets[i].name, t), BM_OK);
        bm_free(t);
    }
    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(4, 2), inputs), *p = bm_predict(m, x);
    const double want[] = { .0112, .9949, .9949, .0244 };
    for (int i = 0; i < 4; i++) bmt_near("xor", bm_tensor_at(p, i), want[i], 5e-5);
    bm_free(p);
    bm_free(x);
    bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_layer_fails), cmocka_unit_test(two_layers_succeed),
                                        cmocka_unit_test(worked_weights) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
