// SPDX-License-Identifier: Apache-2.0
/* Many updates of few rows: scatter_add and the gradient of gather against sums in f64, which they round once, on one thread and three. */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

enum { ROWS = 5, WIDTH = 300, UPDATES = 20000, SAME = 1000000 };

/* Thousandths from -1 to 1, not representable in f32 most of them. */
static float number(int64_t i)
{
    return (float)(i * 7919 % 2001 - 1000) / 1000;
}

/* Half a unit in the last place of f32, and what orders of f64 sums may differ by. */
static void rounded_once(const char *what, double got, double want)
{
    if (!(fabs(got - want) <= fabs(want) * 0x1.0001p-24 + 1e-11)) fail_msg("%s: %.9g instead of %.17g", what, got, want);
}

typedef struct sums { /* by scatter_add, and by the gradient of gather */
    float added[ROWS * WIDTH], gathered[ROWS * WIDTH];
} sums;

static void run(int64_t threads, const float *x, const int32_t *row, const float *updates, sums *out)
{
    bmt_faults f = { 0 };
    bm_context *context = bmt_context(&f, threads);
    bm_graph *g = bm_graph_new(.context = context);
    const bm_node xn = bm_placeholder(g, BM_F32, BM_SHAPE(ROWS, WIDTH), "x"),
                  rn = bm_placeholder(g, BM_I32, BM_SHAPE(UPDATES), "r"),
                  un = bm_placeholder(g, BM_F32, BM_SHAPE(UPDATES, WIDTH), "u");
    const bm_node added = bm_scatter_add(xn, rn, un), dx = bm_gradient(bm_sum(bm_mul(bm_gather(xn, rn), un)), xn);
    bm_session *s = bm_session_new(g);
    bm_tensor *xt = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, WIDTH), (float *)(uintptr_t)x),
              *rt = bm_tensor_view(BM_I32, BM_SHAPE(UPDATES), (int32_t *)(uintptr_t)row),
              *ut = bm_tensor_view(BM_F32, BM_SHAPE(UPDATES, WIDTH), (float *)(uintptr_t)updates);
    bm_run(s, BM_FEEDS({ xn, xt }, { rn, rt }, { un, ut }), BM_FETCHES(added, dx));
    assert_string_equal(bm_error(s), "");
    memcpy(out->added, bm_data_f32(bm_value(s, added)), sizeof out->added);
    memcpy(out->gathered, bm_data_f32(bm_value(s, dx)), sizeof out->gathered);
    bm_free(xt), bm_free(rt), bm_free(ut), bm_free(s), bm_free(g), bm_free(context);
}

/* Rows 0 .. 3 in no order; the last one has none. */
static void few_rows(void **state)
{
    (void)state;
    static float x[ROWS * WIDTH], updates[UPDATES * WIDTH];
    static double want[ROWS * WIDTH];
    static int32_t row[UPDATES];
    static sums got[2];
    for (int i = 0; i < ROWS * WIDTH; i++) x[i] = number(i + 3);
    for (int64_t i = 0; i < UPDATES; i++) {
        row[i] = (int32_t)(i * 2654435761 >> 7) & 3;
        for (int j = 0; j < WIDTH; j++) {
            updates[i * WIDTH + j] = number(i * WIDTH + j);
            want[row[i] * WIDTH + j] += (double)updates[i * WIDTH + j];
        }
    }
    run(1, x, row, updates, &got[0]);
    run(3, x, row, updates, &got[1]);
    assert_memory_equal(&got[0], &got[1], sizeof got[0]);
    for (int i = 0; i < ROWS * WIDTH; i++) {
        rounded_once("scatter_add", (double)got[0].added[i], (double)x[i] + want[i]);
        rounded_once("gather's gradient", (double)got[0].gathered[i], want[i]);
    }
}

/* A million times .1 to one number: one by one in f32 it is 100958.34. */
static void one_row(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new(.eager = true);
    static float tenths[SAME];
    static int32_t ones[SAME];
    for (int i = 0; i < SAME; i++) tenths[i] = .1f, ones[i] = 1;
    bm_tensor *i = bm_tensor_view(BM_I32, BM_SHAPE(SAME), ones), *t = bm_tensor_view(BM_F32, BM_SHAPE(SAME), tenths);
    const bm_node index = bm_constant(g, i, NULL), u = bm_constant(g, t, NULL), x = bm_numbers(g, BM_F32, BM_SHAPE(2), 0, 0),
                  all = bm_scatter_add(x, index, u), dx = bm_gradient(bm_sum(bm_mul(bm_gather(x, index), u)), x);
    assert_string_equal(bm_error(g), "");
    rounded_once("scatter_add", bm_tensor_at(bm_node_value(all), 1), SAME * (double)tenths[0]);
    rounded_once("gather's gradient", bm_tensor_at(bm_node_value(dx), 1), SAME * (double)tenths[0]);
    rounded_once("a row without updates", bm_tensor_at(bm_node_value(dx), 0), 0);
    bm_free(i), bm_free(t), bm_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(few_rows), cmocka_unit_test(one_row) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
