// SPDX-License-Identifier: Apache-2.0
/* What networks are trained for, each from end to end: several classes, two, labels that do not exclude each other, several numbers at
 * once; by batch, mini-batch and stochastic descent; costs 1/m and 1/2m, weights of classes and rows, by numbers worked out by hand.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>

static bm_dataset *dataset(const float *x, int64_t columns, const void *t, bm_type type, bm_shape target, const float *weights)
{
    const int64_t rows = target.dim[0];
    bm_tensor *a = bm_tensor_copy_at(BM_F32, BM_SHAPE(rows, columns), x, BM_HERE),
              *b = bm_tensor_copy_at(type, target, t, BM_HERE);
    bm_tensor *w = weights ? bm_tensor_copy_at(BM_F32, BM_SHAPE(rows), weights, BM_HERE) : NULL;
    bm_dataset *d = bm_dataset_new({ a }, { b }, .weights = w);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    bm_free(a);
    bm_free(b);
    bm_free(w);
    return d;
}

static void several_classes(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    bm_parts p = bm_dataset_split(iris, .test = .3, .seed = 1);
    bm_model *m = bm_sequential(bm_input(4), bm_dense(16, .activation = BM_RELU), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = .02), .metrics = { BM_ACCURACY });
    bm_fit(m, p.train, .epochs = 60, .batch = 16, .seed = 1);
    const bm_scores s = bm_evaluate(m, p.test);
    assert_string_equal(s.error, "");
    assert_true(bm_score(&s, "accuracy") >= .9);
    assert_int_equal(bm_model_classes(m), 3);
    assert_string_equal(bm_model_class_name(m, 1), "versicolor");
    bm_tensor *y = bm_predict(m, bm_dataset_x(p.test, 0));
    for (int64_t i = 0; i < bm_dataset_rows(p.test); i++)
        bmt_near("probabilities", bm_tensor_at(y, 3 * i) + bm_tensor_at(y, 3 * i + 1) + bm_tensor_at(y, 3 * i + 2), 1, 1e-6);
    bm_free(y);
    bm_free(m);
    bm_free(p.train);
    bm_free(p.test);
    bm_free(iris);
}

/* One-hot targets of the same classes: the same loss, the same training. */
static void one_hot_is_the_same(void **state)
{
    (void)state;
    bm_dataset *iris = bm_dataset_load("iris");
    const bm_tensor *t = bm_dataset_t(iris, 0);
    float hot[150 * 3] = { 0 };
    for (int i = 0; i < 150; i++) hot[3 * i + (int)bm_tensor_at(t, i)] = 1;
    bm_dataset *d = dataset(bm_data_f32(bm_dataset_x(iris, 0)), 4, hot, BM_F32, BM_SHAPE(150, 3), NULL);
    double loss[2], accuracy[2];
    for (int i = 0; i < 2; i++) {
        bm_model *m = bm_sequential(bm_input(4), bm_dense(3, .activation = BM_SOFTMAX));
        bm_compile(m, .loss = i ? BM_CATEGORICAL_CROSSENTROPY : BM_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = { BM_ACCURACY },
                   .optimizer = bm_sgd(.rate = .5));
        bm_fit(m, i ? d : iris, .epochs = 5, .seed = 2);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        loss[i] = bm_history(m, "loss", -1);
        accuracy[i] = bm_history(m, "accuracy", -1);
        bm_free(m);
    }
    bmt_near("loss", loss[0], loss[1], 1e-6);
    assert_true(accuracy[0] == accuracy[1] && accuracy[0] > .5);
    bm_free(d);
    bm_free(iris);
}

static void two_classes(void **state)
{
    (void)state;
    bm_dataset *moons = bm_dataset_load("moons", .rows = 300, .seed = 1);
    bm_model *m = bm_sequential(bm_input(2), bm_dense(16, .activation = BM_TANH), bm_dense(16, .activation = BM_TANH),
                                bm_dense(1, .activation = BM_SIGMOID));
    bm_compile(m, .loss = BM_BINARY_CROSSENTROPY, .optimizer = bm_adam(.rate = .02), .metrics = { BM_ACCURACY, BM_ROC_AUC });
    bm_fit(m, moons, .epochs = 60, .batch = 30, .validation_split = .2, .seed = 1);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    assert_true(bm_history(m, "validation_accuracy", -1) > .93 && bm_history(m, "validation_roc_auc", -1) > .97);
    assert_int_equal(bm_model_classes(m), 2);
    bm_free(m);
    bm_free(moons);
}

/* Three labels of a point in the square: each holds or not. */
static void labels(void **state)
{
    (void)state;
    enum { N = 400 };
    static float x[N * 2], t[N * 3];
    unsigned seed = 3;
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 2; k++) x[2 * i + k] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
        t[3 * i] = x[2 * i] > 0;
        t[3 * i + 1] = x[2 * i + 1] > .2f;
        t[3 * i + 2] = x[2 * i] + x[2 * i + 1] < .5f;
    }
    bm_dataset *d = dataset(x, 2, t, BM_F32, BM_SHAPE(N, 3), NULL);
    bm_model *m = bm_sequential(bm_input(2), bm_dense(12, .activation = BM_TANH), bm_dense(3, .activation = BM_SIGMOID));
    bm_compile(m, .loss = BM_BINARY_CROSSENTROPY, .optimizer = bm_adam(.rate = .03), .metrics = { BM_ACCURACY, BM_F1_MICRO });
    bm_fit(m, d, .epochs = 40, .batch = 25, .seed = 1);
    const bm_scores s = bm_evaluate(m, d);
    assert_string_equal(s.error, "");
    assert_true(bm_score(&s, "accuracy") > .95 && bm_score(&s, "f1_micro") > .95);
    bm_tensor *y = bm_predict(m, bm_dataset_x(d, 0));
    int both = 0;
    for (int i = 0; i < N; i++) both += bm_tensor_at(y, 3 * i) > .5 && bm_tensor_at(y, 3 * i + 2) > .5;
    assert_true(both > 20); /* they do not exclude each other */
    bm_free(y);
    bm_free(m);
    bm_free(d);
}

/* Y (n, 3) = X (n, 2) W + b: descent finds W and b. */
static void several_numbers(void **state)
{
    (void)state;
    enum { N = 60 };
    static const double w[2][3] = { { 1, -2, .5 }, { 3, 0, -1 } }, b[3] = { .5, -1, 2 };
    static float x[N * 2], t[N * 3];
    unsigned seed = 5;
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 2; k++) x[2 * i + k] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
        for (int k = 0; k < 3; k++) t[3 * i + k] = (float)(w[0][k] * x[2 * i] + w[1][k] * x[2 * i + 1] + b[k]);
    }
    bm_dataset *d = dataset(x, 2, t, BM_F32, BM_SHAPE(N, 3), NULL);
    bm_model *m = bm_sequential(bm_input(2), bm_dense(3));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = .3), .metrics = { BM_R2, BM_METRIC_MAE });
    bm_fit(m, d, .epochs = 300, .batch = 20, .seed = 1);
    const bm_scores s = bm_evaluate(m, d);
    assert_string_equal(s.error, "");
    bmt_near("R2", bm_score(&s, "r2"), 1, 1e-6);
    assert_int_equal(bm_model_task(m), BM_REGRESSION);
    const bm_tensor *kernel = bm_model_weight(m, "dense_1/kernel"), *bias = bm_model_weight(m, "dense_1/bias");
    for (int i = 0; i < 6; i++) bmt_near("W", bm_tensor_at(kernel, i), w[i / 3][i % 3], 1e-4);
    for (int i = 0; i < 3; i++) bmt_near("b", bm_tensor_at(bias, i), b[i], 1e-4);
    bm_free(m);
    bm_free(d);
}

/* ---- steps by hand: y = W x on (1,1), (2,2), (3,3) from W = 0 ---- */
static const float line[3] = { 1, 2, 3 };

static double weight_after(const bm_compile_options *compile, const bm_fit_options *how, const float *row_weights)
{
    bm_dataset *d = dataset(line, 1, line, BM_F32, BM_SHAPE(3), row_weights);
    bm_model *m = bm_sequential(bm_input(1), bm_dense(1, .kernel_init = BM_ZEROS, .no_bias = true));
    bm_compile_options c = *compile;
    bm_fit_options o = *how;
    c.optimizer = bm_sgd(.rate = .1);
    o.data = d;
    o.no_shuffle = true;
    bm_compile_at(m, &c, sizeof c, BM_HERE);
    bm_fit_at(m, &o, sizeof o, BM_HERE);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    const double w = bm_tensor_at(bm_model_weight(m, "dense_1/kernel"), 0);
    bm_free(m);
    bm_free(d);
    return w;
}

static void costs(void **state)
{
    (void)state;
    const bm_compile_options mean = { .loss = BM_MSE }, half = { .loss = BM_HALF_MSE }, sum = { .loss = BM_SSE },
                             half_sum = { .loss = BM_HALF_SSE };
    const bm_fit_options all = { .whole = true };
    bmt_near("1/m: .1 * 2/3 * 14", weight_after(&mean, &all, NULL), .93333, 1e-5);
    bmt_near("1/2m: .1 * 1/3 * 14", weight_after(&half, &all, NULL), .46667, 1e-5);
    bmt_near("sum: .1 * 2 * 14", weight_after(&sum, &all, NULL), 2.8, 1e-6);
    bmt_near("half the sum: .1 * 14", weight_after(&half_sum, &all, NULL), 1.4, 1e-6);
    /* stochastic: W = 0 -> .2 * 1 * 1 = .2 -> + .2 * 2 * (2 - .4) = .84 -> + .2 * 3 * (3 - 2.52) = 1.128 */
    bmt_near("stochastic", weight_after(&mean, &(bm_fit_options){ .batch = 1 }, NULL), 1.128, 1e-6);
    /* mini-batch: 2/2 * .1 * (1 + 4) = .5, then the last row alone: + .2 * 3 * (3 - 1.5) = 1.4 */
    bmt_near("mini-batch", weight_after(&mean, &(bm_fit_options){ .batch = 2 }, NULL), 1.4, 1e-6);
    bmt_near("mini-batch without the rest", weight_after(&mean, &(bm_fit_options){ .batch = 2, .drop_last = true }, NULL), .5,
             1e-6);
}

/* sum(weight * loss) / rows, not / sum of weights: W = .1 * 2/3 * (1 * 1 + 2 * 4 + 0 * 9) = .6, as Keras's
 * "sum_over_batch_size". */
static void weights_of_rows(void **state)
{
    (void)state;
    const bm_compile_options mean = { .loss = BM_MSE };
    const bm_fit_options all = { .whole = true };
    bmt_near("weights of rows", weight_after(&mean, &all, (const float[]){ 1, 2, 0 }), .6, 1e-6);
    bmt_near("twice the weights, twice the step", weight_after(&mean, &all, (const float[]){ 2, 4, 0 }), 1.2, 1e-6);
    const bm_compile_options sum = { .loss = BM_SSE };
    bmt_near("of a sum", weight_after(&sum, &all, (const float[]){ 1, 2, 0 }), 1.8, 1e-6);
    /* the loss that is shown, too: at W = 0 the losses are 1, 4, 9 */
    bm_dataset *d = dataset(line, 1, line, BM_F32, BM_SHAPE(3), (const float[]){ 1, 2, 0 });
    bm_model *m = bm_sequential(bm_input(1), bm_dense(1, .kernel_init = BM_ZEROS, .no_bias = true));
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = BM_ZERO));
    bm_fit(m, d, .batch = 2);
    bmt_near("the loss of training", bm_history(m, "loss", 0), 3, 1e-6);
    bmt_near("the loss of an evaluation", bm_evaluate(m, d).loss, 3, 1e-6);
    bm_free(m);
    bm_free(d);
}

/* Two rows of class 0 at x = 1, one of class 1 at x = -1; sigmoid, W = 0: p = .5, gradient of a row (p - t) x. Class weights 1 and 3:
 * (.5 + .5 + 3 * .5) / 3 = .8333; balanced weights 3 / (2 * 2) and 3 / (2 * 1): (.75 * .5 * 2 + 1.5 * .5) / 3 = .5. */
static void weights_of_classes(void **state)
{
    (void)state;
    static const float x[] = { 1, 1, -1 };
    static const int32_t t[] = { 0, 0, 1 };
    const double wants[] = { .5, 2.5 / 3, .5, 2 * 2.5 / 3 };
    const float twice[] = { 2, 2, 2 };
    for (int i = 0; i < 4; i++) {
        bm_dataset *d = dataset(x, 1, t, BM_I32, BM_SHAPE(3), i == 3 ? twice : NULL);
        bm_model *m =
            bm_sequential(bm_input(1), bm_dense(1, .kernel_init = BM_ZEROS, .no_bias = true, .activation = BM_SIGMOID));
        bm_compile(m, .loss = BM_BINARY_CROSSENTROPY, .optimizer = bm_sgd(.rate = 1));
        if (i == 0) bm_fit(m, d, .whole = true);
        else if (i == 2) bm_fit(m, d, .whole = true, .balanced = true);
        else bm_fit(m, d, .whole = true, .class_weights = BM_REALS(1, 3)); /* and times the rows' own */
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        bmt_near("W", bm_tensor_at(bm_model_weight(m, "dense_1/kernel"), 0), -wants[i], 1e-6);
        bm_free(m);
        bm_free(d);
    }
}

/* Steps of an epoch, as the callbacks see them. */
static bool note_steps(void *user, const bm_progress *p)
{
    *(int64_t *)user = p->steps;
    assert_true(!p->epoch_done || p->step == p->steps);
    return true;
}

static void steps_of_an_epoch(void **state)
{
    (void)state;
    bm_dataset *d = bm_dataset_load("linear", .rows = 1000);
    bm_model *m = bm_sequential(bm_input(2), bm_dense(1));
    int64_t steps = 0;
    bm_compile(m, .loss = BM_MSE, .optimizer = bm_sgd(.rate = .01));
#define STEPS(wants, ...)                                                                       \
    do {                                                                                        \
        bm_fit(m, d, .callbacks = { bm_on_progress(note_steps, .user = &steps) }, __VA_ARGS__); \
        if (bm_failed(m)) fail_msg("%s", bm_error(m));                                          \
        assert_int_equal(steps, wants);                                                         \
    } while (0)
    STEPS(8, .batch = 128);
    STEPS(7, .batch = 128, .drop_last = true);
    STEPS(8, .batch = 128, .draw = true);
    STEPS(1, .whole = true);
    STEPS(1000, .batch = 1);
    STEPS(32, .seed = 1); /* 32 rows each */
    STEPS(25, .validation_split = .2);
    bm_free(m);
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_classes), cmocka_unit_test(one_hot_is_the_same), cmocka_unit_test(two_classes),
        cmocka_unit_test(labels),          cmocka_unit_test(several_numbers),     cmocka_unit_test(costs),
        cmocka_unit_test(weights_of_rows), cmocka_unit_test(weights_of_classes),  cmocka_unit_test(steps_of_an_epoch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
