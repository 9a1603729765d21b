// SPDX-License-Identifier: Apache-2.0
/* The low level: graph, session, feeds, fetches, gradients. Around the program stand its data, and what shows that it works. */
#include <baeum.h>

enum { N = 60 };

/* Images of 784 points: of class k every point whose number is k modulo 10 is bright. */
static bm_tensor *make_images(void)
{
    bm_tensor *images = bm_tensor_new(BM_F32, BM_SHAPE(N, 784));
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 784; k++)
            ((float *)bm_data(images))[784 * i + k] = k % 10 == i % 10 ? .9f : (float)(i * k % 7) / 70;
    return images;
}

static bm_tensor *make_labels(void)
{
    bm_tensor *labels = bm_tensor_new(BM_I32, BM_SHAPE(N));
    for (int i = 0; i < N; i++) ((int32_t *)bm_data(labels))[i] = i % 10;
    return labels;
}

int main(void)
{
    bm_tensor *images = make_images(), *labels = make_labels();

    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 784), "x"), t = bm_placeholder(g, BM_I32, BM_SHAPE(BM_ANY), "t");
    bm_node w = bm_variable(g, BM_F32, BM_SHAPE(784, 10), BM_GLOROT_UNIFORM, "w"),
            b = bm_variable(g, BM_F32, BM_SHAPE(10), BM_ZEROS, "b");
    bm_node loss = bm_mean(bm_softmax_crossentropy(bm_add(bm_matmul(x, w), b), t));
    bm_node step = bm_minimize(loss, bm_sgd(.rate = .5)); /* gradients and updates are nodes too */
    bm_session *s = bm_session_new(g, .seed = 1);
    bm_run(s, BM_FEEDS({ x, images }, { t, labels }), BM_FETCHES(step, loss));
    double now = bm_scalar(s, loss);   /* fetched values stay in s until its next run; bm_value(s, w) borrows a tensor */
    bm_node dw = bm_gradient(loss, w); /* a node: fetch it, draw it, differentiate it again */

    for (int i = 0; i < 20; i++) bm_run(s, BM_FEEDS({ x, images }, { t, labels }), BM_FETCHES(step, loss));
    printf("loss %.6f then %.6f\n", now, bm_scalar(s, loss));
    bm_run(s, BM_FEEDS({ x, images }, { t, labels }), BM_FETCHES(dw));
    const bm_tensor *d = bm_value(s, dw), *value = bm_value(s, w);
    printf("gradient (%d, %d), like w (%d, %d)\n", (int)bm_tensor_shape(d).dim[0], (int)bm_tensor_shape(d).dim[1],
           (int)bm_tensor_shape(value).dim[0], (int)bm_tensor_shape(value).dim[1]);
    bm_report(s, stderr);
    int status = bm_failed(s);
    bm_free(s);
    bm_free(g);
    bm_free(images);
    bm_free(labels);
    return status;
}
