// SPDX-License-Identifier: Apache-2.0
/* Optimisers compared: the training loss of one network from one start, epoch by epoch, in one table. */
#include <baeum.h>

enum { EPOCHS = 20 };

int main(void)
{
    const struct {
        const char *name;
        bm_optimizer how;
    } rows[] = {
        { "sgd", bm_sgd(.rate = .05) },
        { "momentum", bm_momentum(.rate = .05) },
        { "nesterov", bm_nesterov(.rate = .05) },
        { "adagrad", bm_adagrad(.rate = .05) },
        { "adadelta", bm_adadelta() },
        { "rmsprop", bm_rmsprop(.rate = .005) },
        { "adam", bm_adam(.rate = .005) },
        { "nadam", bm_nadam(.rate = .005) },
        { "adamw", bm_adamw(.rate = .005) },
    };
    bm_dataset *data = bm_dataset_load("digits");
    int status = bm_failed(data);
    bm_report(data, stderr);
    printf("epoch     ");
    for (int e = 0; e < EPOCHS; e += 3) printf("%9d", e + 1);
    printf("\n");
    for (size_t i = 0; !status && i < sizeof rows / sizeof *rows; i++) {
        bm_model *m = bm_sequential(bm_input(bm_tensor_shape(bm_dataset_x(data, 0)).dim[1]),
                                    bm_dense(32, .activation = BM_RELU), bm_dense(10, .activation = BM_SOFTMAX));
        bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = rows[i].how);
        bm_fit(m, data, .epochs = EPOCHS, .batch = 32, .seed = 1);
        printf("%-10s", rows[i].name);
        for (int e = 0; e < EPOCHS; e += 3) printf("%9.4f", bm_history(m, "loss", e));
        printf("\n");
        bm_report(m, stderr);
        status = bm_failed(m);
        bm_free(m);
    }
    bm_free(data);
    return status;
}
