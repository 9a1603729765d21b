// SPDX-License-Identifier: Apache-2.0
/* The same seed gives the same bits: a hash of all weights of 784-512-512-10 after two epochs with dropout, Adam and a short last
 * batch, on 1, 2 and 4 threads with each instruction set. Each training is a process of its own, for the instruction set is chosen
 * once; it tells, too, how many threads kernels did run on.
 */
#include <baeum.h>
#include "base/threads.h"
#include "kernels/cpu/variant.h"
#include "support/bmt.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct outcome {
    uint64_t hash;
    double loss;
    int threads; /* that ran a part of a kernel */
    bmi_isa isa;
    char error[200];
} outcome;

enum { ROWS = 300, PIXELS = 784 }; /* batches of 128, 128 and 44 */

static bm_dataset *data(void)
{
    bm_tensor *x = bm_tensor_new(BM_U8, BM_SHAPE(ROWS, 28, 28, 1)), *t = bm_tensor_new(BM_I32, BM_SHAPE(ROWS));
    unsigned seed = 5;
    for (int i = 0; i < ROWS; i++) {
        ((int32_t *)bm_data(t))[i] = i % 10;
        for (int k = 0; k < PIXELS; k++) {
            const unsigned noise = (seed = seed * 1103515245u + 12345u) >> 16 & 127;
            ((uint8_t *)bm_data(x))[i * PIXELS + k] = (uint8_t)(noise + (k / 28 % 10 == i % 10 ? 128 : 0));
        }
    }
    bm_dataset *d = bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    return d;
}

static bm_model *network(bm_context *context)
{
    bm_model *m =
        bm_sequential_in(context, bm_input(28, 28, 1), bm_flatten(), bm_dense(512, .activation = BM_RELU), bm_dropout(.2),
                         bm_dense(512, .activation = BM_RELU), bm_dropout(.2), bm_dense(10, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = 1e-3), .metrics = { BM_ACCURACY });
    return m;
}

/* The other layers, functions and an optimiser with a schedule and clipping, in f64. */
static bm_model *mixed(bm_context *context)
{
    bm_model *m = bm_sequential_in(context, bm_input_of(.shape = BM_SHAPE(28, 28, 1), .type = BM_F64), bm_flatten(),
                                   bm_dense(130, .activation = BM_TANH, .kernel_penalty = BM_L2(1e-4)), bm_batch_norm(),
                                   bm_dropconnect(70, .2, .activation = BM_GELU), bm_layer_norm(), bm_maxout(33),
                                   bm_dense(20, .activation = BM_SOFTPLUS), bm_dense(10, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
               .optimizer = bm_rmsprop(.schedule = BM_INVERSE_TIME(.1), .clip_norm = 1, .momentum = .5));
    return m;
}

static uint64_t hash_of(bm_model *m)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (int64_t i = 0; i < bm_model_weights(m); i++) {
        const bm_tensor *w = bm_model_weight(m, bm_model_weight_name(m, i));
        const unsigned char *bytes = bm_tensor_type(w) == BM_F64 ? (const void *)bm_data_f64(w) : (const void *)bm_data_f32(w);
        const int64_t n = bm_tensor_size(w) * (bm_tensor_type(w) == BM_F64 ? 8 : 4);
        for (int64_t k = 0; k < n; k++) hash = (hash ^ bytes[k]) * 1099511628211u;
    }
    return hash;
}

typedef bm_model *(*maker)(bm_context *context);

static outcome train(maker make, int threads)
{
    outcome o = { .isa = bmi_isa_now() };
    bm_context *context = bm_context_new(.threads = threads);
    bm_dataset *d = data();
    bm_model *m = make(context);
    bm_fit(m, d, .epochs = 2, .batch = 128, .seed = 7);
    if (bm_failed(m)) snprintf(o.error, sizeof o.error, "%.190s", bm_error(m));
    else o.hash = hash_of(m);
    o.loss = bm_history(m, "loss", -1);
    o.threads = bmi_threads_seen();
    bm_free(m);
    bm_free(d);
    bm_free(context);
    return o;
}

/* A training in a process of its own. */
static outcome run(maker make, const char *isa, int threads)
{
    outcome o = { 0 };
    int ends[2], status = -1;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (!child) {
        setenv("BAEUM_ISA", isa, 1);
        o = train(make, threads);
        _exit(write(ends[1], &o, sizeof o) == sizeof o ? 0 : 1);
    }
    close(ends[1]);
    const ssize_t got = read(ends[0], &o, sizeof o);
    close(ends[0]);
    waitpid(child, &status, 0);
    if (got != sizeof o || status) fail_msg("%s, %d threads: the training ended by itself, status %d", isa, threads, status);
    if (o.error[0]) fail_msg("%s, %d threads: %s", isa, threads, o.error);
    return o;
}

static bool lacks(bmi_isa isa)
{
    if (bmi_isa_has(isa)) return false;
    bmt_skip(isa == BMI_AVX512 ? "AVX-512 on this machine" : "AVX2 on this machine");
    return true;
}

/* 1, 2 and 4 threads: all like `first`, which the first of all fills. */
static void every_number_of_threads(maker make, const char *isa, bmi_isa wanted, outcome *first)
{
    static const int threads[] = { 1, 2, 4 };
    for (size_t i = 0; i < BMI_COUNT(threads); i++) {
        const outcome o = run(make, isa, threads[i]);
        assert_int_equal(o.isa, wanted);
        if (threads[i] == 1) assert_true(o.threads <= 1);
        else if (o.threads < 2 || o.threads > threads[i])
            fail_msg("%s: kernels ran on %d threads of %d", isa, o.threads, threads[i]);
        if (!first->hash) *first = o;
        if (o.hash != first->hash)
            fail_msg("%s, %d threads: hash %016llx, not %016llx", isa, threads[i], (unsigned long long)o.hash,
                     (unsigned long long)first->hash);
        assert_true(o.loss == first->loss && o.loss > 0 && o.loss < 2.5);
    }
}

static outcome first_network, first_mixed; /* what all others must equal */

static void avx512(void **state)
{
    (void)state;
    if (lacks(BMI_AVX512)) return;
    every_number_of_threads(network, "avx512", BMI_AVX512, &first_network);
    every_number_of_threads(mixed, "avx512", BMI_AVX512, &first_mixed);
}

static void avx2(void **state)
{
    (void)state;
    if (lacks(BMI_AVX2)) return;
    every_number_of_threads(network, "avx2", BMI_AVX2, &first_network);
    every_number_of_threads(mixed, "avx2", BMI_AVX2, &first_mixed);
}

/* Plain C need not give the bits of the others, only its own again. */
static void baseline(void **state)
{
    (void)state;
    outcome plain = { 0 }, plain_mixed = { 0 };
    every_number_of_threads(network, "baseline", BMI_BASELINE, &plain);
    every_number_of_threads(mixed, "baseline", BMI_BASELINE, &plain_mixed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(avx512), cmocka_unit_test(avx2), cmocka_unit_test(baseline) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
