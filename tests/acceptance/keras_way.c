// SPDX-License-Identifier: Apache-2.0
#include <baeum.h> /* a network in Keras's way */

int main(void)
{
    bm_dataset *train = bm_dataset_load("mnist", .part = "train");
    bm_dataset *test = bm_dataset_load("mnist", .part = "test");

    bm_model *m = bm_sequential(bm_input(28, 28, 1), bm_flatten(), bm_dense(512, .activation = BM_RELU), bm_dropout(0.2),
                                bm_dense(10, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_adam(.rate = 1e-3), .metrics = { BM_ACCURACY });
    bm_fit(m, train, .epochs = 5, .batch = 128, .validation = test);
    bm_save(m, "mnist.safetensors");

    if (bm_failed(m)) bm_report(m, stderr); /* says what, where in this file, which shapes */
    int status = bm_failed(m);
    bm_free(m);
    bm_free(train);
    bm_free(test);
    return status;
}
