// SPDX-License-Identifier: Apache-2.0
/* Exclusive or: a perceptron cannot learn it, for no line parts its classes (Minsky and Papert, 1969); two layers can. */
#include <baeum.h>

static const float corners[] = { 0, 0, 0, 1, 1, 0, 1, 1 };
static const float truth[] = { 0, 1, 1, 0 };

static int right(const float *answer)
{
    int n = 0;
    for (int i = 0; i < 4; i++) n += (answer[i] > .5f) == (truth[i] > .5f);
    return n;
}

/* Rosenblatt's rule: w += rate * x (t - y), y the step of x w + b. */
static int perceptron(bm_tensor *inputs, bm_tensor *targets)
{
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(4, 2), "x"), t = bm_placeholder(g, BM_F32, BM_SHAPE(4, 1), "t");
    bm_node w = bm_variable(g, BM_F32, BM_SHAPE(2, 1), BM_ZEROS, "w"), b = bm_variable(g, BM_F32, BM_SHAPE(1), BM_ZEROS, "b");
    bm_node y = bm_step(bm_add(bm_matmul(x, w), b));
    bm_node error = bm_scale(bm_sub(t, y), .1);
    bm_node learn =
        bm_group(bm_assign_add(w, bm_matmul_of(x, true, error, false)), bm_assign_add(b, bm_sum_over(error, BM_AXES(0))));
    bm_session *s = bm_session_new(g);
    int most = 0;
    for (int i = 0; i < 1000; i++) {
        bm_run(s, BM_FEEDS({ x, inputs }, { t, targets }), BM_FETCHES(learn, y));
        const float *answer = bm_data_f32(bm_value(s, y));
        if (!answer) break;
        if (right(answer) > most) most = right(answer);
    }
    printf("perceptron   %d of 4 right at best in 1000 steps\n", most);
    bm_report(s, stderr);
    const bool failed = bm_failed(s);
    bm_free(s);
    bm_free(g);
    return failed ? -1 : most;
}

static int two_layers(bm_tensor *inputs, bm_tensor *targets)
{
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(4, 2), "x"), t = bm_placeholder(g, BM_F32, BM_SHAPE(4, 1), "t");
    bm_node w1 = bm_variable(g, BM_F32, BM_SHAPE(2, 4), BM_GLOROT_UNIFORM, "w1"),
            b1 = bm_variable(g, BM_F32, BM_SHAPE(4), BM_ZEROS, "b1");
    bm_node w2 = bm_variable(g, BM_F32, BM_SHAPE(4, 1), BM_GLOROT_UNIFORM, "w2"),
            b2 = bm_variable(g, BM_F32, BM_SHAPE(1), BM_ZEROS, "b2");
    bm_node logit = bm_add(bm_matmul(bm_tanh(bm_add(bm_matmul(x, w1), b1)), w2), b2), y = bm_sigmoid(logit);
    bm_node loss = bm_mean(bm_sigmoid_crossentropy(logit, t));
    bm_node learn = bm_minimize(loss, bm_adam(.rate = .05));
    bm_session *s = bm_session_new(g, .seed = 1);
    for (int i = 0; i < 500; i++) bm_run(s, BM_FEEDS({ x, inputs }, { t, targets }), BM_FETCHES(learn, loss));
    bm_run(s, BM_FEEDS({ x, inputs }, { t, targets }), BM_FETCHES(y, loss));
    const float *answer = bm_data_f32(bm_value(s, y));
    const int n = answer ? right(answer) : -1;
    printf("two layers   %d of 4 right after 500 steps, loss %.4f\n", n, bm_scalar(s, loss));
    for (int i = 0; answer && i < 4; i++)
        printf("             %g xor %g = %.3f\n", corners[2 * i], corners[2 * i + 1], answer[i]);
    bm_report(s, stderr);
    bm_free(s);
    bm_free(g);
    return n;
}

int main(void)
{
    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(4, 2), corners), *t = bm_tensor_view(BM_F32, BM_SHAPE(4, 1), truth);
    const int one = perceptron(x, t), two = two_layers(x, t);
    bm_free(x);
    bm_free(t);
    return one >= 0 && two >= 0 ? 0 : 1;
}
