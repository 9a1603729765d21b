// SPDX-License-Identifier: Apache-2.0
/* Training that is broken off, at any step, and goes on from its checkpoint: bit for bit as if nothing had happened, with dropout, batch
 * normalisation, Adam, a schedule, penalties, metrics, a short last batch and validation.
 */
#include <baeum.h>
#include <baeum/extend.h>
#include "format/safetensors.h"
#include "support/bmt.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 150, BATCH = 32, EPOCHS = 3, STEPS = 4 }; /* of an epoch: 120 rows to train on, the last batch has 24 */

/* weighed: by 1 each */
static bm_dataset *data_of(bool weighed)
{
    static float x[ROWS * 6], ones[ROWS];
    static int32_t t[ROWS];
    unsigned seed = 7;
    for (int i = 0; i < ROWS * 6; i++) x[i] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
    for (int i = 0; i < ROWS; i++) t[i] = (x[6 * i] > 0) + (x[6 * i + 1] * x[6 * i + 2] > 0), ones[i] = 1;
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, 6), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), t),
              *w = bm_tensor_view(BM_F32, BM_SHAPE(ROWS), ones);
    bm_dataset *d = bm_dataset_new(.x = { a }, .t = { b }, .weights = weighed ? w : NULL);
    bm_free(a);
    bm_free(b);
    bm_free(w);
    return d;
}

static bm_dataset *data(void)
{
    return data_of(false);
}

static bm_model *network(void)
{
    bm_model *m = bm_sequential(bm_input(6), bm_dense(16, .activation = BM_TANH, .kernel_penalty = BM_L2(1e-3)),
                                bm_batch_norm(), bm_dropout(.3), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
               .optimizer = bm_adam(.schedule = BM_INVERSE_TIME(.1), .clip_norm = 5), .metrics = { BM_ACCURACY, BM_F1_MACRO });
    return m;
}

#define FIT(m, d, ...) \
    bm_fit((m), (d), .epochs = EPOCHS, .batch = BATCH, .seed = 11, .validation_split = .2, .balanced = true, __VA_ARGS__)

static void same_bytes(const char *what, long n, const char *a, const char *b)
{
    size_t k, l;
    unsigned char *x = bmt_read(a, &k), *y = bmt_read(b, &l);
    if (k != l || memcmp(x, y, k)) fail_msg("%s, step %ld: the files differ", what, n);
    free(x);
    free(y);
}

static char whole[300], part[300], after[300];

static void make_whole(bm_dataset *d)
{
    if (whole[0]) return;
    snprintf(whole, sizeof whole, "%s", bmt_temp("whole"));
    snprintf(part, sizeof part, "%s", bmt_temp("part"));
    snprintf(after, sizeof after, "%s", bmt_temp("after"));
    bm_model *m = network();
    FIT(m, d, .no_shuffle = false);
    bm_save(m, whole, .training = true);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(m);
}

static void broken_off_after_each_step(void **state)
{
    (void)state;
    bm_dataset *d = data();
    make_whole(d);
    for (long k = 1; k < EPOCHS * STEPS; k++) {
        bm_model *m = network();
        FIT(m, d, .callbacks = { bm_stop_at(.steps = k) });
        assert_string_equal(bm_stopped_by(m), "stop_at steps");
        assert_int_equal(bm_history_epochs(m), k / STEPS);
        bm_save(m, part, .training = true);
        FIT(m, d, .resume = true); /* the same model goes on */
        bm_save(m, after, .training = true);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        same_bytes("the same model", k, whole, after);
        bm_free(m);
        m = bm_load(part); /* and so does one that comes from the file */
        assert_int_equal(bm_history_epochs(m), k / STEPS);
        FIT(m, d, .resume = true);
        bm_save(m, after, .training = true);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        same_bytes("from its file", k, whole, after);
        bm_free(m);
    }
    bm_free(d);
}

/* Broken off again and again, one step at a time. */
static void one_step_at_a_time(void **state)
{
    (void)state;
    bm_dataset *d = data();
    make_whole(d);
    bm_model *m = network();
    int fits = 0;
    do {
        FIT(m, d, .resume = true, .callbacks = { bm_stop_at(.steps = 1) });
        bm_save(m, part, .training = true);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        bm_free(m);
        m = bm_load(part);
        fits++;
    } while (bm_history_epochs(m) < EPOCHS);
    assert_int_equal(fits, EPOCHS * STEPS);
    FIT(m, d, .resume = true); /* nothing is left to do */
    assert_string_equal(bm_stopped_by(m), "epochs");
    bm_save(m, after, .training = true);
    same_bytes("one at a time", 1, whole, after);
    bm_free(m);
    bm_free(d);
}

/* A callback that makes checkpoints whenever it is called, also within epochs. */
static int checkpoints;
static void checkpoint(bm_training *t, const void *options, void *state)
{
    char name[40];
    (void)options, (void)state;
    snprintf(name, sizeof name, "step_%d", checkpoints++);
    bm_save(bm_training_model(t), bmt_temp(name), .training = true);
}

static const bm_callback_kind checkpoint_kind = {
    .size = sizeof(bm_callback_kind), .name = "each", .steps = checkpoint, .epoch = checkpoint
};

static void checkpoints_within_epochs(void **state)
{
    (void)state;
    bm_dataset *d = data();
    make_whole(d);
    bm_model *m = network();
    FIT(m, d, .callbacks = { bm_callback_custom_at(&checkpoint_kind, NULL, 0, BM_HERE) });
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    assert_true(checkpoints > EPOCHS); /* each epoch's end, and some steps */
    bm_free(m);
    for (int i = 0; i < checkpoints; i++) {
        char name[40];
        snprintf(name, sizeof name, "step_%d", i);
        m = bm_load(bmt_temp(name));
        FIT(m, d, .resume = true);
        bm_save(m, after, .training = true);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        same_bytes("a checkpoint within", i, whole, after);
        bm_free(m);
    }
    bm_free(d);
}

/* Without resume a new epoch begins; compiling again forgets the broken one. */
static void not_resumed(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = network();
    FIT(m, d, .callbacks = { bm_stop_at(.steps = 2) });
    FIT(m, d, .callbacks = { bm_stop_at(.steps = STEPS) });
    assert_int_equal(bm_history_epochs(m), 1);
    FIT(m, d, .callbacks = { bm_stop_at(.steps = 2) });
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    FIT(m, d, .resume = true, .callbacks = { bm_stop_at(.steps = STEPS) });
    assert_int_equal(bm_history_epochs(m), 2);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(m);
    bm_free(d);
}

/* Copies a checkpoint without what the rows of its epoch weigh, as it was written before that was known. */
static void leave_weight_out(const char *from, const char *to)
{
    bmi_error e = { 0 };
    bmi_safetensors file;
    char *text = NULL;
    assert_int_equal(bmi_safetensors_read(&e, BM_HERE, NULL, from, &file), BM_OK);
    for (size_t i = 0; i < file.n_texts; i++)
        if (!strcmp(file.texts[i].key, "training")) {
            json_t *all = json_loads(file.texts[i].value, 0, NULL);
            assert_int_equal(json_object_del(json_object_get(all, "partial"), "weight"), 0);
            file.texts[i].value = text = json_dumps(all, JSON_COMPACT);
            json_decref(all);
        }
    assert_non_null(text);
    assert_int_equal(bmi_safetensors_write(&e, BM_HERE, NULL, to, file.entries, file.n, file.texts, file.n_texts), BM_OK);
    bmi_safetensors_end(&file);
    free(text);
}

/* The rows of an epoch that was broken off count alike where the file does not say what they weigh. */
static void checkpoint_without_weight(void **state)
{
    (void)state;
    bm_dataset *d = data_of(true);
    bm_model *m = network();
    double accuracy[2];
    make_whole(d);
    FIT(m, d, .callbacks = { bm_stop_at(.steps = 2) });
    bm_save(m, part, .training = true);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(m);
    leave_weight_out(part, after);
    for (int i = 0; i < 2; i++) {
        m = bm_load(i ? after : part);
        FIT(m, d, .resume = true);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        accuracy[i] = bm_history(m, "accuracy", 0);
        bm_free(m);
    }
    assert_true(accuracy[0] > 0);
    assert_true(accuracy[1] == accuracy[0]);
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_off_after_each_step), cmocka_unit_test(one_step_at_a_time),
        cmocka_unit_test(checkpoints_within_epochs),  cmocka_unit_test(not_resumed),
        cmocka_unit_test(checkpoint_without_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
