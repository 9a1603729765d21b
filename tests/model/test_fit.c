// SPDX-License-Identifier: Apache-2.0
/* Training on real data: history, validation, both batch sizes, drawing, weights of classes and rows, rules that end training,
 * and what is refused.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <pthread.h>
#include <string.h>

/* The bundled digits as bytes: pixels 0 .. 16 times 15. */
static bm_dataset *digits(void)
{
    bm_table *table = bm_table_load("digits");
    assert_string_equal(bm_error(table), "");
    const int64_t n = bm_table_rows(table), label = bm_table_find(table, "label");
    bm_tensor *x = bm_tensor_new(BM_U8, BM_SHAPE(n, 64)), *t = bm_tensor_new(BM_I32, BM_SHAPE(n));
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < 64; k++) ((uint8_t *)bm_data(x))[64 * i + k] = (uint8_t)(15 * bm_table_number(table, i, k));
        ((int32_t *)bm_data(t))[i] = (int32_t)bm_table_number(table, i, label);
    }
    bm_dataset *d = bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    bm_free(table);
    return d;
}

static bm_model *network(void)
{
    bm_model *m = bm_sequential(bm_input(64), bm_dense(32, .activation = BM_RELU), bm_dense(32, .activation = BM_RELU),
                                bm_dense(10, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = 3e-3), .metrics = { BM_ACCURACY });
    assert_string_equal(bm_error(m), "");
    return m;
}

static void digits_are_learned(void **state)
{
    (void)state;
    bm_dataset *d = digits();
    bm_parts p = bm_dataset_split(d, .test = .25, .seed = 1);
    bm_model *m = network();
    assert_int_equal(bm_model_parameters(m), 3466);
    bm_fit(m, p.train, .epochs = 20, .batch = 50, .validation = p.test,
           .seed = 1); /* 1347 rows: 26 whole batches and one of 47 */
    assert_string_equal(bm_error(m), "");
    const bm_scores s = bm_evaluate(m, p.test);
    assert_string_equal(s.error, "");
    assert_true(bm_score(&s, "accuracy") > .95);
    assert_true(bm_history(m, "validation_loss", -1) == s.loss);
    assert_true(bm_history(m, "validation_accuracy", 19) == bm_score(&s, "accuracy"));
    assert_true(bm_history(m, "accuracy", 0) < bm_history(m, "accuracy", 19));
    assert_true(isnan(bm_history(m, "accuracy", 20)) && isnan(bm_history(m, "no", 0)));
    assert_int_equal(bm_model_task(m), BM_CLASSIFICATION);
    assert_int_equal(bm_model_classes(m), 10);
    assert_string_equal(bm_model_class_name(m, 3), "3");
    assert_string_equal(bm_history_name(m, 0), "loss");
    bm_free(m);
    bm_free(p.train);
    bm_free(p.test);
    bm_free(d);
}

/* The training loss of an epoch is the mean over its rows: with a rate of 0 it is what evaluate says. */
static void epoch_loss_is_the_mean(void **state)
{
    (void)state;
    bm_dataset *d = digits();
    bm_model *m = bm_sequential(bm_input(64), bm_dense(10, .activation = BM_SOFTMAX, .kernel_penalty = BM_L2(.01)));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_sgd(.rate = BM_ZERO), .metrics = { BM_ACCURACY });
    bm_fit(m, d, .batch = 100);
    const bm_scores s = bm_evaluate(m, d);
    assert_string_equal(s.error, "");
    bmt_near("loss", bm_history(m, "loss", 0), s.loss, 1e-6);
    bmt_near("accuracy", bm_history(m, "accuracy", 0), bm_score(&s, "accuracy"), 1e-6);
    bm_free(m);
    m = bm_sequential(bm_input(64), bm_dense(1));
    bm_tensor *x = bm_tensor_new(BM_F32, BM_SHAPE(10, 64)), *t = bm_tensor_new(BM_F32, BM_SHAPE(10));
    for (int i = 0; i < 10; i++) ((float *)bm_data(t))[i] = (float)i;
    bm_dataset *e = bm_dataset_from(x, t);
    bm_compile(m, .loss = BM_SSE, .optimizer = bm_sgd(.rate = BM_ZERO));
    bm_fit(m, e, .batch = 4);
    assert_string_equal(bm_error(m), "");
    bmt_near("a sum adds up", bm_history(m, "loss", 0), 285, 1e-6);
    const bm_scores sum = bm_evaluate(m, e);
    bmt_near("also when evaluated", sum.loss, 285, 1e-6);
    bm_free(m);
    bm_free(e);
    bm_free(x);
    bm_free(t);
    bm_free(d);
}

/* A class that weighs 0 is never learned; a row that weighs 0 makes no difference. */
static void weights_count(void **state)
{
    (void)state;
    bm_tensor *x = bm_tensor_new(BM_F32, BM_SHAPE(40, 1)), *t = bm_tensor_new(BM_I32, BM_SHAPE(40)),
              *w = bm_tensor_new(BM_F32, BM_SHAPE(40));
    for (int i = 0; i < 40; i++) {
        ((float *)bm_data(x))[i] = (float)(i % 4 < 3);
        ((int32_t *)bm_data(t))[i] = i % 4 < 3;
        ((float *)bm_data(w))[i] = 1;
    }
    bm_dataset *plain = bm_dataset_from(x, t), *weighted = bm_dataset_new({ x }, { t }, .weights = w);
    double loss[3];
    for (int k = 0; k < 3; k++) {
        bm_model *m = bm_sequential(bm_input(1), bm_dense(1, .activation = BM_SIGMOID));
        bm_compile(m, .loss = BM_BINARY_CROSSENTROPY, .optimizer = bm_sgd(.rate = .5));
        if (k == 0) bm_fit(m, plain, .epochs = 3, .batch = 16);
        if (k == 1) bm_fit(m, weighted, .epochs = 3, .batch = 16);
        if (k == 2) bm_fit(m, plain, .epochs = 3, .batch = 16, .class_weights = BM_REALS(1, 1));
        assert_string_equal(bm_error(m), "");
        loss[k] = bm_history(m, "loss", -1);
        bm_free(m);
    }
    assert_true(loss[0] == loss[1] && loss[0] == loss[2]);
    bm_model *m = bm_sequential(bm_input(1), bm_dense(1, .activation = BM_SIGMOID));
    bm_compile(m, .loss = BM_BINARY_CROSSENTROPY, .optimizer = bm_sgd(.rate = 1), .metrics = { BM_ACCURACY });
    bm_fit(m, plain, .epochs = 30, .batch = 40, .class_weights = BM_REALS(BM_ZERO, 1));
    bmt_contains("weights are numbers as they are", bm_error(m), "weight of class 0 is -9");
    bm_clear(m);
    bm_fit(m, plain, .epochs = 60, .batch = 40, .class_weights = BM_REALS(0, 1));
    assert_string_equal(bm_error(m), "");
    bmt_near("only class 1 counts", bm_score(&(bm_scores){ 0 }, "x"), NAN, 0);
    bm_scores s = bm_evaluate(m, plain);
    bmt_near("all are class 1", bm_score(&s, "accuracy"), .75, 1e-9);
    bm_fit(m, plain, .epochs = 200, .batch = 40, .balanced = true);
    s = bm_evaluate(m, plain);
    bmt_near("balanced finds both", bm_score(&s, "accuracy"), 1, 1e-9);
    bm_fit(m, plain, .class_weights = BM_REALS(1, 2, 3));
    bmt_contains("count", bm_error(m), "class_weights has 3 numbers, the model has 2 classes");
    bm_free(m);
    ((float *)bm_data(w))[7] = -1;
    m = bm_sequential(bm_input(1), bm_dense(1, .activation = BM_SIGMOID));
    bm_compile(m, .loss = BM_BINARY_CROSSENTROPY);
    bm_fit(m, weighted);
    bmt_contains("negative", bm_error(m), "the weight of row 7 is -1");
    bm_free(m);
    bm_free(plain);
    bm_free(weighted);
    bm_free(x);
    bm_free(t);
    bm_free(w);
}

static void ways_of_batches(void **state)
{
    (void)state;
    bm_dataset *d = digits();
    bm_model *m = network();
    bm_fit(m, d, .batch = 500, .drop_last = true, .validation_split = .2, .no_shuffle = true);
    bm_fit(m, d, .batch = 500, .draw = true, .epochs = 2);
    bm_fit(m, d, .whole = true);
    bm_fit(m, d, .batch = 1, .epochs = 1);
    assert_string_equal(bm_error(m), "");
    assert_int_equal(bm_history_epochs(m), 5);
    assert_true(isnan(bm_history(m, "validation_loss", 1)) && !isnan(bm_history(m, "validation_loss", 0)));
    bm_free(m);
    bm_free(d);
}

static bool stop_in_second_epoch(void *user, const bm_progress *p)
{
    *(double *)user = p->loss;
    return p->epoch < 2;
}

static void rules_end_training(void **state)
{
    (void)state;
    bm_dataset *d = digits();
    bm_model *m = network();
    double seen = NAN;
    bm_fit(m, d, .epochs = 100, .callbacks = { bm_stop_at(.loss = 2) });
    assert_string_equal(bm_stopped_by(m), "stop_at loss");
    assert_true(bm_history(m, "loss", -1) <= 2 && bm_history_epochs(m) < 100);
    bm_fit(m, d, .epochs = 100, .callbacks = { bm_stop_at(.steps = 7) });
    assert_string_equal(bm_stopped_by(m), "stop_at steps");
    bm_fit(m, d, .epochs = 100, .callbacks = { bm_stop_at(.gradient = 1e9) });
    assert_string_equal(bm_stopped_by(m), "stop_at gradient");
    bm_fit(m, d, .epochs = 100, .callbacks = { bm_stop_at(.change = 1e9) });
    assert_string_equal(bm_stopped_by(m), "stop_at change");
    bm_model *timed = network(); /* of its own: how far it comes is the machine's affair */
    bm_fit(timed, d, .epochs = 1000000, .callbacks = { bm_stop_at(.seconds = .05) });
    assert_string_equal(bm_stopped_by(timed), "stop_at seconds");
    bm_free(timed);
    bm_fit(m, d, .epochs = 100, .callbacks = { bm_on_progress(stop_in_second_epoch, .user = &seen) });
    assert_string_equal(bm_stopped_by(m), "on_progress");
    assert_true(seen == bm_history(m, "loss", -1));
    const int64_t before = bm_history_epochs(m);
    bm_fit(m, d, .epochs = 300, .validation_split = .2,
           .callbacks = { bm_early_stopping(.patience = 3, .monitor = "validation_accuracy"),
                          bm_reduce_on_plateau(.patience = 1, .factor = .5) });
    assert_string_equal(bm_error(m), "");
    assert_string_equal(bm_stopped_by(m), "early_stopping");
    const int64_t after = bm_history_epochs(m), best = bm_best_epoch(m);
    assert_true(after - before < 300 && best == after - 4);
    for (int64_t i = before; i < after; i++)
        assert_true(bm_history(m, "validation_accuracy", i) <= bm_history(m, "validation_accuracy", best));
    assert_true(bm_history(m, "rate", -1) < 1);
    bm_fit(m, d, .callbacks = { bm_early_stopping(.monitor = "acuracy") });
    bmt_contains("unknown number", bm_error(m), "there is no number \"acuracy\" to monitor; there are loss, accuracy");
    bm_clear(m);
    bm_fit(m, d, .callbacks = { bm_reduce_on_plateau(.factor = 2) });
    bmt_contains("range", bm_error(m), "factor is 2, must be > 0 and < 1");
    bm_free(m);
    bm_free(d);
}

static void *stopper(void *model)
{
    while (!bm_history_epochs(model) && !bm_failed((bm_model *)model)) {}
    bm_stop(model);
    return NULL;
}

static void stopped_from_outside(void **state)
{
    (void)state;
    bm_dataset *d = digits();
    bm_model *m = network();
    pthread_t thread;
    bm_stop(m); /* nothing runs: the next fit is not affected */
    assert_int_equal(pthread_create(&thread, NULL, stopper, m), 0);
    bm_fit(m, d, .epochs = 1000000);
    pthread_join(thread, NULL);
    assert_string_equal(bm_error(m), "");
    assert_string_equal(bm_stopped_by(m), "stop");
    bm_fit(m, d, .epochs = 1);
    assert_string_equal(bm_stopped_by(m), "epochs");
    bm_free(m);
    bm_free(d);
}

static void refused(void **state)
{
    (void)state;
    bm_dataset *d = digits();
    bm_model *m = network();
#define REFUSES(part, ...)                            \
    do {                                              \
        bm_fit(m, __VA_ARGS__);                       \
        bmt_contains("refused", bm_error(m), (part)); \
        assert_int_equal(bm_history_epochs(m), 0);    \
        bm_clear(m);                                  \
    } while (0)
    REFUSES("batch is 2000, but there are only 1797 rows", d, .batch = 2000);
    REFUSES("batch is -1, it must be 1 or more", d, .batch = -1);
    REFUSES("batch is 0, it must be 1 or more", d, .batch = BM_ZERO);
    REFUSES("epochs is 0", d, .epochs = BM_ZERO);
    REFUSES("validation_split is nan", d, .validation_split = NAN);
    REFUSES("validation_split is 1.5", d, .validation_split = 1.5);
    REFUSES("the dataset is null", NULL);
    REFUSES("test_fit.c", d, .batch = 2000);
    bm_free(m);
    m = bm_sequential(bm_input(64), bm_dense(10));
    bm_fit(m, d);
    bmt_contains("not compiled", bm_error(m), "not compiled");
    bm_clear(m);
    bm_compile(m, .metrics = { BM_ACCURACY });
    bmt_contains("no loss", bm_error(m), "no loss");
    bm_clear(m);
    bm_compile(m, .loss = { .name = "msee" });
    bmt_contains("wrong loss", bm_error(m), "did you mean \"mse\"");
    bm_clear(m);
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_adam(.rate = -1));
    bmt_contains("rate", bm_error(m), "rate is -1");
    bm_clear(m);
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_adam(.rate = NAN));
    bmt_contains("rate", bm_error(m), "rate is nan");
    bm_clear(m);
    bm_compile(m, .loss = BM_CATEGORICAL_CROSSENTROPY);
    bmt_contains("no softmax", bm_error(m),
                 "takes probabilities, and the last layer puts out any numbers: give it .activation = BM_SOFTMAX");
    bm_clear(m);
    bm_compile(m, .loss = BM_BINARY_CROSSENTROPY);
    bmt_contains("no sigmoid", bm_error(m), "or take the loss BM_SIGMOID_CROSSENTROPY");
    bm_free(m);
    m = bm_sequential(bm_input(64), bm_dense(10, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, d);
    bmt_contains("one-hot", bm_error(m), "BM_SPARSE_CATEGORICAL_CROSSENTROPY");
    bm_free(m);
    m = bm_sequential(bm_input(64), bm_dense(9, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, d);
    bmt_contains("class", bm_error(m), "row 9 has the class 9; the model has outputs for the classes 0 to 8");
    bm_free(m);
    m = bm_sequential(bm_input(8, 9), bm_flatten(), bm_dense(10));
    bm_compile(m, .loss = BM_SOFTMAX_CROSSENTROPY);
    bm_fit(m, d);
    bmt_contains("shape", bm_error(m), "takes rows of (8, 9), the data has shape (1797, 64)");
    bm_free(m);
    bm_free(d);
}

static void layers_that_do_not_fit(void **state)
{
    (void)state;
    bm_model *m = bm_sequential(bm_dense(3));
    bmt_contains("input", bm_error(m), "the first layer must be an input");
    bm_free(m);
    m = bm_sequential(bm_input(4), bm_dense(0));
    bmt_contains("units", bm_error(m), "test_fit.c");
    bmt_contains("units", bm_error(m), "units");
    bm_free(m);
    m = bm_sequential(bm_input(4), bm_reshape(3, 3));
    bmt_contains("reshape", bm_error(m), "reshape");
    bmt_contains("reshape", bm_error(m), "test_fit.c");
    bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_learned),
        cmocka_unit_test(epoch_loss_is_the_mean),
        cmocka_unit_test(weights_count),
        cmocka_unit_test(ways_of_batches),
        cmocka_unit_test(rules_end_training),
        cmocka_unit_test(stopped_from_outside),
        cmocka_unit_test(refused),
        cmocka_unit_test(layers_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
