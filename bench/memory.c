// SPDX-License-Identifier: Apache-2.0
/* Peak memory of training 784-512-512-10 with Adam on MNIST for two epochs, through the public API: MNIST from BAEUM_DATA, or as many
 * bytes of noise where it is absent. One JSON line: the peak of the process, and what it should be near to, in MB of 1e6 bytes: the data
 * as stored, parameters with Adam's two slots, and one batch's activations. */
#include "common.h"

enum { ROWS = 60000, BATCH = 128 };

static bm_dataset *noise(void)
{
    uint64_t state = 88172645463325252ULL;
    bm_tensor *x = bm_tensor_new(BM_U8, BM_SHAPE(ROWS, 28, 28, 1)), *t = bm_tensor_new(BM_I32, BM_SHAPE(ROWS));
    for (int64_t i = 0; i < ROWS * 784; i++) ((uint8_t *)bm_data(x))[i] = (uint8_t)(uniform(&state) * 256);
    for (int64_t i = 0; i < ROWS; i++) ((int32_t *)bm_data(t))[i] = (int32_t)(uniform(&state) * 10);
    bm_dataset *d = bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    return d;
}

int main(void)
{
    bm_dataset *data = bm_dataset_load("mnist", .part = "train");
    const bool there = !bm_failed(data);
    if (!there) {
        bm_free(data);
        data = noise();
    }
    bm_context *context = bm_context_new(.threads = 1);
    bm_model *m = bm_sequential_in(context, bm_input(28, 28, 1), bm_flatten(), bm_dense(512, .activation = BM_RELU),
                                   bm_dense(512, .activation = BM_RELU), bm_dense(10));
    bm_compile(m, .loss = BM_SOFTMAX_CROSSENTROPY, .optimizer = bm_adam(.rate = 1e-3));
    bm_fit(m, data, .epochs = 2, .batch = BATCH);
    const double stored = (double)(bm_tensor_size(bm_dataset_x(data, 0)) + 4 * bm_tensor_size(bm_dataset_t(data, 0)));
    const double slots = 3. * 4 * (double)bm_model_parameters(m), activations = 4. * BATCH * (784 + 512 + 512 + 10);
    if (bm_failed(m)) bm_report(m, stderr);
    else
        printf("{\"data\": \"%s\", \"peak_mb\": %.2f, \"need_mb\": %.2f, \"data_mb\": %.2f}\n",
               there ? "MNIST" : "noise of its size", (double)peak_kb() * 1.024e-3, (stored + slots + activations) * 1e-6,
               stored * 1e-6);
    const int failed = bm_failed(m);
    bm_free(m);
    bm_free(data);
    bm_free(context);
    return failed;
}
