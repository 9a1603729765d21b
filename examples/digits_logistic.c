// SPDX-License-Identifier: Apache-2.0
/* Logistic regression on two digits, 0 and 1, by the low level alone: a graph, its gradients written out, a session.
 *   digits_logistic [epochs]
 */
#include "digits.h"

enum { BATCH = 64 };

int main(int argc, char **argv)
{
    digits train, test;
    if (!digits_load(&train, &test, 1)) return 1;
    const int64_t n = train.pixels;
    const int epochs = argc > 1 ? atoi(argv[1]) : train.rows > 10000 ? 3 : 30;

    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, n), "x"), t = bm_placeholder(g, BM_I32, BM_SHAPE(BM_ANY), "t");
    bm_node w = bm_variable(g, BM_F32, BM_SHAPE(n, 1), BM_ZEROS, "w"), b = bm_variable(g, BM_F32, BM_SHAPE(1), BM_ZEROS, "b");
    bm_node s = bm_reshape_op(bm_add(bm_matmul(x, w), b), BM_SHAPE(BM_ANY)); /* p = sigmoid(s) */
    bm_node target = bm_cast(t, BM_F32);
    bm_node loss = bm_mean(bm_sigmoid_crossentropy(s, target));
    bm_node dw = bm_gradient(loss, w), db = bm_gradient(loss, b); /* nodes of the same graph */
    bm_node step = bm_group(bm_assign_sub(w, bm_scale(dw, .1)), bm_assign_sub(b, bm_scale(db, .1)));
    bm_node right = bm_mean(bm_cast(bm_equal(bm_step(s), target), BM_F32));

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
    bm_report(run, stderr); /* the first error of the graph or of a run */
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
