// SPDX-License-Identifier: Apache-2.0
/* How long planning the training step of 784-512-512-10 takes, through the public API: plans for PLANS batch sizes in one session, whose
 * variables exist after the first. One JSON line: the first plan (which makes the variables) and the median of the others, ms. */
#include "common.h"

enum { PLANS = 9 };

static bm_node dense(bm_graph *g, bm_node x, int64_t in, int64_t out)
{
    const bm_node w = bm_variable(g, BM_F32, BM_SHAPE(in, out), BM_GLOROT_UNIFORM, ""),
                  b = bm_variable(g, BM_F32, BM_SHAPE(out), BM_ZEROS, "");
    return bm_add(bm_matmul(x, w), b);
}

/* The time that a printed plan says it took: "... planned in 0.123 ms". */
static double planned(bm_session *s, bm_node x, bm_node t, bm_node step, int64_t rows)
{
    char text[400] = "";
    FILE *to = tmpfile();
    bm_tensor *a = bm_tensor_new(BM_F32, BM_SHAPE(rows, 784)), *b = bm_tensor_new(BM_I32, BM_SHAPE(rows));
    if (to) {
        bm_plan_print(s, BM_FEEDS({ x, a }, { t, b }), BM_FETCHES(step), 0, to);
        rewind(to);
        if (!fgets(text, sizeof text, to)) text[0] = 0;
        fclose(to);
    }
    bm_free(a);
    bm_free(b);
    const char *at = strstr(text, "planned in ");
    return at ? strtod(at + strlen("planned in "), NULL) : NAN;
}

int main(void)
{
    bm_context *context = bm_context_new(.threads = 1);
    bm_graph *g = bm_graph_new(.context = context);
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 784), "x"), t = bm_placeholder(g, BM_I32, BM_SHAPE(BM_ANY), "t");
    bm_node h = bm_relu(dense(g, x, 784, 512)), h2 = bm_relu(dense(g, h, 512, 512));
    bm_node step = bm_minimize(bm_mean(bm_softmax_crossentropy(dense(g, h2, 512, 10), t)), bm_adam());
    bm_session *s = bm_session_new(g);
    double ms[PLANS];
    for (int i = 0; i < PLANS; i++) ms[i] = planned(s, x, t, step, 128 - i);
    const double first = ms[0];
    qsort(ms + 1, PLANS - 1, sizeof *ms, by_size);
    if (bm_failed(s)) bm_report(s, stderr);
    else
        printf("{\"first_ms\": %.4f, \"min\": %.4f, \"median\": %.4f, \"max\": %.4f}\n", first, ms[1], ms[PLANS / 2],
               ms[PLANS - 1]);
    const int failed = bm_failed(s);
    bm_free(s);
    bm_free(g);
    bm_free(context);
    return failed;
}
