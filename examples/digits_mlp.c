// SPDX-License-Identifier: Apache-2.0
/* A multi-layer perceptron on ten digits by the low level alone: placeholders, variables, a loss, one step that minimises it.
 *   digits_mlp [epochs]
 */
#include "digits.h"

enum { BATCH = 128, HIDDEN = 256 };

static bm_node dense(bm_graph *g, bm_node x, int64_t in, int64_t out, bm_init init)
{
    bm_node w = bm_variable(g, BM_F32, BM_SHAPE(in, out), init, NULL),
            b = bm_variable(g, BM_F32, BM_SHAPE(out), BM_ZEROS, NULL);
    return bm_add(bm_matmul(x, w), b);
}

int main(int argc, char **argv)
{
    digits train, test;
    if (!digits_load(&train, &test, 9)) return 1;
    const int64_t n = train.pixels;
    const int epochs = argc > 1 ? atoi(argv[1]) : train.rows > 10000 ? 5 : 30;

    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, n), "x"), t = bm_placeholder(g, BM_I32, BM_SHAPE(BM_ANY), "t");
    bm_node h = bm_relu(dense(g, x, n, HIDDEN, BM_HE_NORMAL));
    bm_node h2 = bm_relu(dense(g, h, HIDDEN, HIDDEN / 2, BM_HE_NORMAL));
    bm_node logits = dense(g, h2, HIDDEN / 2, 10, BM_GLOROT_UNIFORM);
    bm_node loss = bm_mean(bm_softmax_crossentropy(logits, t));
    const double steps_in_all = (double)((train.rows + BATCH - 1) / BATCH * epochs);
    bm_node step = bm_minimize(
        loss, bm_adam(.rate = 2e-3, .schedule = BM_COSINE(steps_in_all, 0))); /* gradients and updates are nodes too */
    bm_node right = bm_mean(bm_cast(bm_equal(bm_argmax(logits, 1), bm_cast(t, BM_I64)), BM_F32));

    bm_session *run = bm_session_new(g, .seed = 1);
    float *rows = malloc((size_t)(BATCH * n) * sizeof *rows);
    int32_t *labels = malloc(BATCH * sizeof *labels);
    int64_t *order = malloc((size_t)train.rows * sizeof *order);
    uint64_t random = 1;
    for (int epoch = 1; rows && labels && order && epoch <= epochs; epoch++) {
        double sum = 0;
        int steps = 0;
        digits_shuffle(order, train.rows, &random);
        for (int64_t at = 0; at < train.rows; at += BATCH, steps++) {
            const int64_t size = train.rows - at < BATCH ? train.rows - at : BATCH;
            digits_batch(&train, order + at, size, rows, labels);
            bm_tensor *bx = bm_tensor_view(BM_F32, BM_SHAPE(size, n), rows),
                      *bt = bm_tensor_view(BM_I32, BM_SHAPE(size), labels);
            bm_run(run, BM_FEEDS({ x, bx }, { t, bt }), BM_FETCHES(step, loss));
            sum += bm_scalar(run, loss);
            bm_free(bx);
            bm_free(bt);
        }
        printf("epoch %d   loss %.4f\n", epoch, sum / steps);
    }

    bm_tensor *tx = bm_tensor_view(BM_F32, BM_SHAPE(test.rows, n), test.x),
              *tt = bm_tensor_view(BM_I32, BM_SHAPE(test.rows), test.t);
    bm_run(run, BM_FEEDS({ x, tx }, { t, tt }), BM_FETCHES(right));
    printf("test accuracy %.4f\n", bm_scalar(run, right));

    const int status = bm_failed(run);
    bm_report(run, stderr);
    bm_free(tx);
    bm_free(tt);
    bm_free(run);
    bm_free(g);
    free(rows);
    free(labels);
    free(order);
    digits_end(&train);
    digits_end(&test);
    return status;
}
