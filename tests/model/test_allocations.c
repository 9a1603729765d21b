// SPDX-License-Identifier: Apache-2.0
/* Nothing is allocated from the second epoch to the end of bm_fit, counted at malloc itself: with shuffling, a short last batch,
 * validation, metrics of both kinds, and callbacks. (A checkpoint is a file that is written, which does take memory.)
 */
#include <baeum.h>
#include "support/bmt_malloc.h"
#include <math.h>
#include <string.h>

enum { ROWS = 300, COLUMNS = 20, CLASSES = 5 };

/* A class is the largest of the first five columns. */
static bm_dataset *data(bm_type type)
{
    static float x[ROWS * COLUMNS];
    static int32_t t[ROWS];
    unsigned seed = 3;
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
    for (int i = 0; i < ROWS; i++) {
        t[i] = 0;
        for (int k = 1; k < CLASSES; k++)
            if (x[i * COLUMNS + k] > x[i * COLUMNS + t[i]]) t[i] = k;
    }
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, COLUMNS), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), t);
    if (type == BM_F32) {
        bm_dataset *d = bm_dataset_from(a, b);
        bm_free(a);
        bm_free(b);
        return d;
    }
    bm_tensor *bytes = bm_tensor_new(BM_U8, BM_SHAPE(ROWS, COLUMNS)); /* images: converted row by row */
    for (int i = 0; i < ROWS * COLUMNS; i++) ((uint8_t *)bm_data(bytes))[i] = (uint8_t)(127 * (x[i] + 1));
    bm_dataset *d = bm_dataset_from(bytes, b);
    bm_free(bytes);
    bm_free(a);
    bm_free(b);
    return d;
}

static long epochs_seen;

/* The last callback: counting begins when the first epoch and all that belongs to it are over. */
static bool count_from_second(void *user, const bm_progress *p)
{
    (void)user;
    epochs_seen = p->epoch;
    if (p->epoch == 1) bmt_malloc_start(0, false);
    return true;
}

static long lines;
static void log_line(void *user, const char *text)
{
    (void)user, (void)text;
    lines++;
}

/* A fit has allocated nothing after its first epoch, whatever the number of epochs: also where the history is full at its end. */
static void fits(const char *what, bm_model *m, const bm_fit_options *options)
{
    static const int epochs[] = { 2, 6, 8, 16, 3 }; /* of a new model the history is 8, 16 and 32 long when fits end */
    for (size_t i = 0; i < BMI_COUNT(epochs); i++) {
        bm_fit_options o = *options;
        int last = 0;
        while (o.callbacks[last].name) last++;
        o.callbacks[last] = bm_on_progress(count_from_second, .epochs_only = true);
        o.epochs = epochs[i];
        bm_fit_at(m, &o, sizeof o, BM_HERE);
        const long calls = bmt_malloc_stop();
        if (bm_failed(m)) fail_msg("%s: %s", what, bm_error(m));
        assert_int_equal(epochs_seen, epochs[i]);
        if (calls) fail_msg("%s: %ld allocations after the first of %d epochs", what, calls, epochs[i]);
    }
}

static void plain_training(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        bm_context *context = bm_context_new(.threads = threads);
        bm_dataset *d = data(BM_F32), *bytes = data(BM_U8);
        bm_model *m = bm_sequential_in(context, bm_input(COLUMNS), bm_dense(64, .activation = BM_RELU),
                                       bm_dense(CLASSES, .activation = BM_SOFTMAX));
        bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_sgd(.rate = .1, .momentum = .9),
                   .metrics = { BM_ACCURACY, BM_F1_MACRO, BM_ROC_AUC, BM_LOG_LOSS, BM_BALANCED_ACCURACY });
        fits("a validation set", m, &(bm_fit_options){ .data = d, .batch = 32, .validation = bytes });
        fits("a split, bytes", m, &(bm_fit_options){ .data = bytes, .batch = 64, .validation_split = .3 });
        fits("weights of classes", m, &(bm_fit_options){ .data = d, .batch = 32, .balanced = true, .validation_split = .2 });
        fits("drawn batches", m, &(bm_fit_options){ .data = d, .batch = 32, .draw = true });
        fits("stochastic", m, &(bm_fit_options){ .data = d, .batch = 1 });
        fits("all rows in a step", m, &(bm_fit_options){ .data = d, .whole = true });
        bm_free(m);
        bm_free(d);
        bm_free(bytes);
        bm_free(context);
    }
}

static void with_everything_on(void **state)
{
    (void)state;
    bm_context *context = bm_context_new(.threads = 2, .log = log_line);
    bm_dataset *d = data(BM_F32);
    bm_model *m = bm_sequential_in(
        context, bm_input(COLUMNS), bm_dense(64, .activation = BM_TANH, .kernel_penalty = BM_L2(1e-4)), bm_batch_norm(),
        bm_dropout(.3), bm_dense(32, .activation = BM_GELU), bm_layer_norm(), bm_dense(CLASSES, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
               .optimizer = bm_adam(.schedule = BM_INVERSE_TIME(.01), .clip_norm = 5), .metrics = { BM_ACCURACY, BM_F1_MACRO });
    lines = 0;
    fits("everything", m,
         &(bm_fit_options){
             .data = d,
             .batch = 32,
             .validation_split = .2,
             .seed = 3,
             .callbacks = { bm_early_stopping(.patience = 1000), bm_reduce_on_plateau(.patience = 1, .change = 10),
                            bm_stop_at(.loss = 1e-9, .seconds = 1e6, .gradient = 1e-12, .change = 1e-15, .steps = 1000000),
                            bm_log_epochs() } });
    assert_int_equal(lines, 2 + 6 + 8 + 16 + 3);
    assert_true(bm_history(m, "rate", -1) < 1); /* the plateau was met */
    bm_free(m);
    bm_free(d);
    bm_free(context);
}

/* The interposer does count: the first epoch, with its plans, allocates. */
static void is_counted(void **state)
{
    (void)state;
    bm_dataset *d = data(BM_F32);
    bm_model *m = bm_sequential(bm_input(COLUMNS), bm_dense(CLASSES, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bmt_malloc_start(0, false);
    bm_fit(m, d, .epochs = 2);
    assert_true(bmt_malloc_stop() > 10);
    assert_string_equal(bm_error(m), "");
    bm_free(m);
    bm_free(d);
}

/* Predicting into the caller's memory, once a call of the shape was made. */
static void predictions(void **state)
{
    (void)state;
    bm_dataset *d = data(BM_F32);
    bm_model *m =
        bm_sequential(bm_input(COLUMNS), bm_dense(32, .activation = BM_RELU), bm_dense(CLASSES, .activation = BM_SOFTMAX));
    bm_tensor *out = bm_tensor_new(BM_F32, BM_SHAPE(ROWS, CLASSES));
    bm_predict_into(m, bm_dataset_x(d, 0), out);
    bm_predict_into(m, bm_dataset_x(d, 0), out); /* 300 rows are a part of 256 and one of 44: both plans are there now */
    bmt_malloc_start(0, false);
    for (int i = 0; i < 10; i++) bm_predict_into(m, bm_dataset_x(d, 0), out);
    assert_int_equal(bmt_malloc_stop(), 0);
    assert_string_equal(bm_error(out), "");
    bm_free(out);
    bm_free(m);
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_counted),
        cmocka_unit_test(plain_training),
        cmocka_unit_test(with_everything_on),
        cmocka_unit_test(predictions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
