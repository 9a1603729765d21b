// SPDX-License-Identifier: Apache-2.0
/* A loss that is not finite stops a training before any update of its step, also when several threads share the step. */
#include "base/threads.h"
#include "support/bmt.h"
#include <baeum/model.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 256, IN = 256, HIDDEN = 256, CLASSES = 10 };

static bm_dataset *rows(float scale)
{
    static float x[ROWS][IN];
    static int32_t t[ROWS];
    for (int i = 0; i < ROWS; i++) {
        t[i] = i % CLASSES;
        for (int k = 0; k < IN; k++) x[i][k] = scale * (float)((i * 31 + k * 17) % 101 - 50) / 50;
    }
    bm_tensor *a = bm_tensor_copy(BM_F32, BM_SHAPE(ROWS, IN), x), *b = bm_tensor_copy(BM_I32, BM_SHAPE(ROWS), t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a);
    bm_free(b);
    return d;
}

/* By a plan's first runs a team does them, by the next ones a thread alone: both must halt. */
static void stay(int64_t threads, int64_t epochs_before)
{
    bm_context *context = bm_context_new(.threads = threads);
    bm_dataset *good = rows(1), *bad = rows(3e38f);
    bm_model *m = bm_sequential_in(context, bm_input(IN), bm_dense(HIDDEN, .activation = BM_RELU), bm_dense(HIDDEN),
                                   bm_dense(CLASSES, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = .001));
    if (epochs_before) assert_int_equal(bm_fit(m, good, .epochs = epochs_before, .batch = 128), BM_OK);
    const char *const names[] = { "dense_1/kernel", "dense_2/kernel", "dense_3/bias" };
    float *before[BMI_COUNT(names)];
    for (size_t i = 0; i < BMI_COUNT(names); i++) {
        const bm_tensor *w = bm_model_weight(m, names[i]);
        before[i] = malloc((size_t)bm_tensor_size(w) * sizeof *before[i]);
        assert_non_null(before[i]);
        memcpy(before[i], bm_data_f32(w), (size_t)bm_tensor_size(w) * sizeof *before[i]);
    }
    assert_int_equal(bm_fit(m, bad, .epochs = 1, .batch = 128), BM_E_NUMBER);
    assert_true(bmi_threads_seen() > 1 || threads == 1);
    bm_clear(m);
    for (size_t i = 0; i < BMI_COUNT(names); i++) {
        const bm_tensor *w = bm_model_weight(m, names[i]);
        assert_memory_equal(bm_data_f32(w), before[i], (size_t)bm_tensor_size(w) * sizeof *before[i]);
        free(before[i]);
    }
    bm_free(m);
    bm_free(good);
    bm_free(bad);
    bm_free(context);
}

static void weights_stay(void **state)
{
    (void)state;
    for (int64_t threads = 1; threads <= 4; threads *= 2)
        for (int64_t epochs = 0; epochs < 2; epochs++) stay(threads, epochs);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(weights_stay) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
