// SPDX-License-Identifier: Apache-2.0
/* Digits in Keras's way, the network of digits_mlp: layers in a row, compile, fit, evaluate.
 *   digits_keras [epochs]
 */
#include <baeum.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    bm_dataset *train = bm_dataset_load("mnist", .part = "train");
    bm_dataset *test = bm_dataset_load("mnist", .part = "test");
    int64_t epochs = 5;
    if (bm_failed(train) || bm_failed(test)) { /* the bundled ones: 8 by 8 pixels, four fifths to learn from */
        bm_dataset *all = bm_dataset_load("digits");
        bm_parts parts = bm_dataset_split(all, .test = .2);
        bm_free(all);
        bm_free(train);
        bm_free(test);
        train = parts.train;
        test = parts.test;
        epochs = 20;
    }
    const bm_tensor *x = bm_dataset_x(train, 0);
    const bool images = bm_tensor_shape(x).rank == 4;
    bm_model *m = bm_sequential(images ? bm_input(28, 28, 1) : bm_input(bm_tensor_shape(x).dim[1]), bm_flatten(),
                                bm_dense(256, .activation = BM_RELU, .kernel_init = BM_HE_NORMAL),
                                bm_dense(128, .activation = BM_RELU, .kernel_init = BM_HE_NORMAL),
                                bm_dense(10, .activation = BM_SOFTMAX));
    if (argc > 1) epochs = atoi(argv[1]);
    const double steps = (double)((bm_dataset_rows(train) + 127) / 128 * epochs);
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
               .optimizer = bm_adam(.rate = 2e-3, .schedule = BM_COSINE(steps, 0)), .metrics = { BM_ACCURACY });
    bm_fit(m, train, .epochs = epochs, .batch = 128, .validation = test);
    const bm_scores s = bm_evaluate(m, test);
    bm_summary(m, stdout);
    printf("test accuracy %.4f\n", bm_score(&s, "accuracy"));

    bm_report(m, stderr); /* says what, where in this file, which shapes */
    const int status = bm_failed(m) || s.status;
    bm_free(m);
    bm_free(train);
    bm_free(test);
    return status;
}
