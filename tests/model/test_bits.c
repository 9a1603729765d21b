// SPDX-License-Identifier: Apache-2.0
/* The same seed gives the same bits: a hash of all weights of 784-512-512-10 after two epochs with dropout, Adam and a short last
 * batch, on 1, 2 and 4 threads with each instruction set. Each training is a process of its own, for the instruction set is chosen
 * once; it tells, too, how many threads kernels did run on.
 */
#include <baeum.h>
#include "base/threads.h"
#include "support/bmt.h"
#include "support/bmt_child.h"

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

typedef bm_model *(*maker)(bm_context *context);

static void train(bmt_bits *b, const char *what, maker make, int threads)
{
    bm_context *context = bm_context_new(.threads = threads);
    bm_dataset *d = data();
    bm_model *m = make(context);
    bm_fit(m, d, .epochs = 2, .batch = 128, .seed = 7);
    const double loss = bm_history(m, "loss", -1);
    uint64_t hash = BMT_HASH;
    bmt_hash(&hash, &loss, sizeof loss);
    for (int64_t i = 0; i < bm_model_weights(m); i++) {
        const bm_tensor *w = bm_model_weight(m, bm_model_weight_name(m, i));
        bmt_hash(&hash, bm_data_any(w), (size_t)bm_tensor_size(w) * bm_type_size(bm_tensor_type(w)));
    }
    if (bm_failed(m)) snprintf(b->error, sizeof b->error, "%s: %.150s", what, bm_error(m));
    else if (!(loss > 0 && loss < 2.5)) snprintf(b->error, sizeof b->error, "%s: a loss of %g", what, loss);
    bmt_bits_add(b, what, hash);
    bm_free(m);
    bm_free(d);
    bm_free(context);
}

static void train_both(bmt_bits *b, int threads)
{
    train(b, "network", network, threads);
    if (bmi_threads_seen() > threads) snprintf(b->error, sizeof b->error, "%d threads", bmi_threads_seen());
    train(b, "mixed", mixed, threads);
}

int main(void)
{
    return bmt_bits_main(train_both, 2);
}
