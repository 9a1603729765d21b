// SPDX-License-Identifier: Apache-2.0
/* Model files: what comes back, equal runs give equal files, training goes on bit for bit, and files that lie are refused.
 */
#include <baeum.h>
#include "format/safetensors.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bm_dataset *data(void)
{
    enum { N = 150 };
    static float x[N * 6];
    static int32_t t[N];
    unsigned seed = 7;
    for (int i = 0; i < N * 6; i++) x[i] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
    for (int i = 0; i < N; i++) t[i] = (x[6 * i] > 0) + (x[6 * i + 1] * x[6 * i + 2] > 0);
    const char *names[] = { "none", "one", "both" };
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(N, 6), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(N), t);
    bm_dataset *d = bm_dataset_new({ a }, { b }, .class_names = { names, 3 });
    assert_string_equal(bm_error(d), "");
    bm_free(a);
    bm_free(b);
    return d;
}

static bm_model *network(void)
{
    bm_model *m = bm_sequential(bm_input(6), bm_dense(16, .activation = BM_TANH, .kernel_penalty = BM_L2(1e-4)),
                                bm_batch_norm(), bm_dropout(.3), bm_dense(3, .activation = BM_SOFTMAX, .name = "answer"));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
               .optimizer = bm_adam(.schedule = BM_INVERSE_TIME(.01), .clip_norm = 5), .metrics = { BM_ACCURACY, BM_F1_MACRO });
    return m;
}

static void same_bytes(const char *what, const char *a, const char *b)
{
    size_t n, k;
    unsigned char *x = bmt_read(a, &n), *y = bmt_read(b, &k);
    if (n != k || memcmp(x, y, n)) fail_msg("%s: the files differ", what);
    free(x);
    free(y);
}

static void comes_back(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = network();
    bm_fit(m, d, .epochs = 3, .batch = 32, .seed = 5, .validation_split = .2);
    bm_save(m, bmt_temp("model.safetensors"));
    assert_string_equal(bm_error(m), "");
    bm_model *n = bm_load(bmt_temp("model.safetensors"));
    assert_string_equal(bm_error(n), "");
    assert_int_equal(bm_model_weights(n), bm_model_weights(m));
    for (int64_t i = 0; i < bm_model_weights(m); i++) {
        const bm_tensor *a = bm_model_weight(m, bm_model_weight_name(m, i)),
                        *b = bm_model_weight(n, bm_model_weight_name(m, i));
        assert_non_null(b);
        assert_memory_equal(bm_data_f32(a), bm_data_f32(b), (size_t)bm_tensor_size(a) * 4);
    }
    assert_string_equal(bm_model_class_name(n, 2), "both");
    assert_int_equal(bm_model_task(n), BM_CLASSIFICATION);
    assert_int_equal(bm_history_epochs(n), 3);
    assert_true(bm_history(n, "validation_loss", 1) == bm_history(m, "validation_loss", 1));
    const bm_scores a = bm_evaluate(m, d), b = bm_evaluate(n, d);
    assert_string_equal(b.error, "");
    assert_true(a.loss == b.loss && bm_score(&a, "f1_macro") == bm_score(&b, "f1_macro") &&
                bm_score(&a, "accuracy") == bm_score(&b, "accuracy"));
    bm_save(n, bmt_temp("again.safetensors"));
    same_bytes("saved again", bmt_temp("model.safetensors"), bmt_temp("again.safetensors"));
    bm_free(m);
    bm_free(n);
    bm_free(d);
}

/* Two epochs and two more are four: in one program, through a file, and with the options of a resumed run. */
static void goes_on(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *four = network();
    bm_fit(four, d, .epochs = 4, .batch = 32, .seed = 11, .validation = d);
    bm_save(four, bmt_temp("four"), .training = true);
    assert_string_equal(bm_error(four), "");
    bm_model *two = network();
    bm_fit(two, d, .epochs = 2, .batch = 32, .seed = 11, .validation = d);
    bm_save(two, bmt_temp("two"), .training = true);
    bm_fit(two, d, .epochs = 2, .batch = 32, .seed = 11, .validation = d);
    bm_save(two, bmt_temp("two_two"), .training = true);
    same_bytes("two and two", bmt_temp("four"), bmt_temp("two_two"));
    bm_model *loaded = bm_load(bmt_temp("two"));
    bm_fit(loaded, d, .epochs = 4, .resume = true, .batch = 32, .seed = 11, .validation = d);
    assert_string_equal(bm_error(loaded), "");
    bm_save(loaded, bmt_temp("resumed"), .training = true);
    same_bytes("resumed", bmt_temp("four"), bmt_temp("resumed"));
    bm_fit(loaded, d, .epochs = 4, .resume = true, .batch = 32, .seed = 11);
    assert_int_equal(bm_history_epochs(loaded), 4);
    bm_free(four);
    bm_free(two);
    bm_free(loaded);
    bm_free(d);
}

static bool die_in_third(void *user, const bm_progress *p)
{
    (void)user;
    if (p->epoch == 3) _exit(9); /* as a kill does: nothing is tidied */
    return true;
}

static void goes_on_after_a_kill(void **state)
{
    (void)state;
    bm_dataset *d = data();
    char path[300], whole[300];
    snprintf(path, sizeof path, "%s", bmt_temp("checkpoint"));
    snprintf(whole, sizeof whole, "%s", bmt_temp("whole"));
    const pid_t child = fork();
    if (!child) {
        bm_model *m = network();
        bm_fit(m, d, .epochs = 5, .batch = 20, .seed = 2, .balanced = true,
               .callbacks = { bm_checkpoint(path, .every = 2), bm_on_progress(die_in_third) });
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 9);
    bm_model *m = network();
    bm_fit(m, d, .epochs = 5, .batch = 20, .seed = 2, .balanced = true);
    bm_save(m, whole, .training = true);
    bm_model *n = bm_load(path);
    assert_string_equal(bm_error(n), "");
    assert_int_equal(bm_history_epochs(n), 2);
    bm_fit(n, d, .epochs = 5, .resume = true, .batch = 20, .seed = 2, .balanced = true);
    bm_save(n, path, .training = true);
    assert_string_equal(bm_error(n), "");
    same_bytes("after a kill", whole, path);
    bm_free(m);
    bm_free(n);
    bm_free(d);
}

static void checkpoints_of_the_best(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = network();
    bm_fit(m, d, .epochs = 8, .batch = 32, .validation_split = .3,
           .callbacks = { bm_checkpoint(bmt_temp("best"), .only_best = true, .monitor = "validation_accuracy") });
    assert_string_equal(bm_error(m), "");
    bm_model *n = bm_load(bmt_temp("best"));
    double best = 0;
    for (int i = 0; i < 8; i++) best = fmax(best, bm_history(m, "validation_accuracy", i));
    assert_true(bm_history(n, "validation_accuracy", -1) == best);
    bm_free(n);
    bm_fit(m, d, .callbacks = { bm_checkpoint("/nowhere/at/all") });
    assert_int_equal(bm_status_of(m), BM_E_FILE);
    bmt_contains("path", bm_error(m), "/nowhere/at/all");
    bm_clear(m);
    bm_save(m, "/nowhere/at/all");
    assert_int_equal(bm_status_of(m), BM_E_FILE);
    bm_free(m);
    bm_free(d);
}

static void compiled_again(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = network();
    bm_fit(m, d, .epochs = 2);
    const bm_scores before = bm_evaluate(m, d);
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_sgd());
    const bm_scores after = bm_evaluate(m, d);
    assert_true(before.loss == after.loss && after.count == 0);
    bm_fit(m, d, .epochs = 1);
    assert_string_equal(bm_error(m), "");
    bm_compile(m, .loss = { .name = "nonsense" });
    assert_true(bm_failed(m));
    bm_clear(m);
    bm_fit(m, d, .epochs = 1); /* a failed compile left everything as it was */
    assert_string_equal(bm_error(m), "");
    bm_free(m);
    bm_free(d);
}

/* ---- files that lie ---- */
static void truncated_everywhere(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = bm_sequential(bm_input(6), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, d);
    bm_save(m, bmt_temp("small"), .training = true);
    assert_string_equal(bm_error(m), "");
    size_t n;
    unsigned char *bytes = bmt_read(bmt_temp("small"), &n);
    for (size_t i = 0; i < n; i++) {
        bm_model *t = bm_load(bmt_temp_file("cut", bytes, i));
        if (bm_status_of(t) != BM_E_FORMAT) fail_msg("cut at %zu of %zu: %s", i, n, bm_error(t));
        bm_free(t);
    }
    free(bytes);
    bm_free(m);
    bm_free(d);
}

/* The good file with one text or tensor replaced. */
static void lies(const char *key, const char *text, const char *tensor, bm_status status, const char *part)
{
    bmi_error e = { 0 };
    bmi_safetensors s;
    assert_int_equal(bmi_safetensors_read(&e, BM_HERE, NULL, bmt_temp("good"), &s), BM_OK);
    bmi_st_entry entries[16];
    bmi_st_text texts[8];
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (tensor && !strcmp(tensor, "missing") && !strcmp(s.entries[i].name, key)) continue;
        entries[n] = s.entries[i];
        if (tensor && !strcmp(tensor, "shape") && !strcmp(s.entries[i].name, key))
            entries[n].shape = BM_SHAPE(s.entries[i].shape.dim[0], s.entries[i].shape.dim[1] / 3, 3);
        if (tensor && !strcmp(tensor, "type") && !strcmp(s.entries[i].name, key)) entries[n].type = BMI_ST_I32;
        n++;
    }
    for (size_t i = 0; i < s.n_texts; i++) {
        texts[i] = s.texts[i];
        if (!tensor && !strcmp(texts[i].key, key)) texts[i].value = text;
    }
    assert_int_equal(bmi_safetensors_write(&e, BM_HERE, NULL, bmt_temp("bad"), entries, n, texts, s.n_texts), BM_OK);
    bmi_safetensors_end(&s);
    bm_model *m = bm_load(bmt_temp("bad"));
    bmt_contains(key, bm_error(m), part);
    if (bm_status_of(m) != status)
        fail_msg("%s: %s, not %s: %s", key, bm_status_name(bm_status_of(m)), bm_status_name(status), bm_error(m));
    bm_free(m);
}

static void refused(void **state)
{
    (void)state;
    bm_dataset *d = data();
    bm_model *m = bm_sequential(bm_input(6), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
    bm_fit(m, d);
    bm_save(m, bmt_temp("good"));
    lies("model", "{\"layers\": [{\"kind\": \"warp\"}]}", NULL, BM_E_UNSUPPORTED, "warp");
    lies("model", "{\"layers\": []}", NULL, BM_E_FORMAT, "layers");
    lies("model", "[1]", NULL, BM_E_FORMAT, "no JSON object");
    lies("model", "{", NULL, BM_E_FORMAT, "is no JSON");
    lies("model",
         "{\"layers\": [{\"kind\": \"input\", \"options\": {\"shape\": [7]}}, {\"kind\": \"dense\", \"options\": {\"units\": "
         "3, \"activation\": \"softmax\"}}]}",
         NULL, BM_E_FORMAT, "wants f32");
    lies("model", "{\"learner\": {\"kind\": \"oracle\"}, \"layers\": [{\"kind\": \"input\", \"options\": {\"shape\": [6]}}]}",
         NULL, BM_E_UNSUPPORTED, "oracle");
    lies("training", "{\"compile\": {\"losses\": []}}", NULL, BM_E_FORMAT, "losses");
    lies("training", "{\"compile\": {\"losses\": [\"mse\", \"mse\"], \"optimizer\": {\"kind\": \"adam\"}}}", NULL,
         BM_E_ARGUMENT, "2 losses");
    lies("dense_1/kernel", NULL, "missing", BM_E_FORMAT, "has no \"dense_1/kernel\"");
    lies("dense_1/kernel", NULL, "shape", BM_E_FORMAT, "is F32 (6, 1, 3), its layer wants f32 (6, 3)");
    lies("dense_1/bias", NULL, "type", BM_E_FORMAT, "is I32");
    bm_model *n = bm_load("/nowhere");
    assert_int_equal(bm_status_of(n), BM_E_FILE);
    bm_free(n);
    n = bm_load(bmt_temp_file("text", "hello, world, this is no such file", 34));
    assert_int_equal(bm_status_of(n), BM_E_FORMAT);
    bm_free(n);
    bm_free(m);
    bm_free(d);
}

static void from_text(void **state)
{
    (void)state;
    bm_model *m = bm_model_parse("input 784, dense 512 relu, dropout .2, dense 10 softmax");
    assert_string_equal(bm_error(m), "");
    assert_int_equal(bm_model_parameters(m), 784 * 512 + 512 + 512 * 10 + 10);
    bm_free(m);
    m = bm_model_parse(
        " {\"layers\": [{\"kind\": \"input\", \"options\": {\"shape\": [20]}}, {\"kind\": \"dense\", \"options\": {\"units\": "
        "64, \"activation\": \"relu\"}},"
        "{\"kind\": \"dense\", \"options\": {\"units\": 64}}, {\"kind\": \"dense\", \"options\": {\"units\": 10}}]}");
    assert_string_equal(bm_error(m), "");
    assert_int_equal(bm_model_parameters(m), 6154);
    bm_free(m);
    m = bm_model_parse("input 784, dens 32");
    bmt_contains("did you mean", bm_error(m), "dense");
    bm_free(m);
    m = bm_model_parse("{\"layers\": [{\"kind\": \"input\", \"options\": {\"shapes\": [20]}}]}");
    bmt_contains("strict", bm_error(m), "shape");
    bm_free(m);
    m = bm_model_parse("[\"input 20, dense 64 relu\", \"dense 64\", {\"kind\": \"dense\", \"options\": {\"units\": 10}}]");
    assert_string_equal(bm_error(m), "");
    assert_int_equal(bm_model_parameters(m), 6154);
    bm_free(m);
    static const char *const wrong[][2] = { { "[]", "\"layers\" must be a list of layers, as {" },
                                            { "{\"dense\": 32}", "\"layers\" must be a list of layers, as {" },
                                            { "[\"input 20\", \"dens 3\"]", "did you mean \"dense\"" },
                                            { "[\"input 20\", 3]", "must be {\"kind\": name" },
                                            { "[\"input 20\", [\"dense 3\"]]", "must be {\"kind\": name" },
                                            { "[\"input 20\", \"dense 3\"", "" } };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        m = bm_model_parse(wrong[i][0]);
        assert_true(bm_failed(m));
        bmt_contains(wrong[i][0], bm_error(m), wrong[i][1]);
        bm_free(m);
    }
    m = bm_sequential(bm_input(784), bm_dense(32));
    assert_int_equal(bm_model_parameters(m), 25120);
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    bm_summary(m, to);
    fclose(to);
    bmt_contains("summary", text, "dense_1  dense  (any, 32)           25,120\n");
    bmt_contains("summary", text, "all ");
    free(text);
    bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(goes_on),
        cmocka_unit_test(goes_on_after_a_kill),
        cmocka_unit_test(checkpoints_of_the_best),
        cmocka_unit_test(compiled_again),
        cmocka_unit_test(truncated_everywhere),
        cmocka_unit_test(refused),
        cmocka_unit_test(from_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
