// SPDX-License-Identifier: Apache-2.0
/* Graphs of tens of thousands of nodes, one behind the other and side by side: values and gradients against closed forms, on a thread of
 * little stack, so that nothing goes as deep as the graph is long. */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <pthread.h>

#ifdef __OPTIMIZE__
enum { LONG = 10000, STACK = 512 * 1024 };
#else /* kernels keep each of their vectors on the stack then */
enum { LONG = 10000, STACK = 8 * 1024 * 1024 };
#endif

/* Value and gradient by x of a sum, at two numbers. */
static void check(const char *what, bm_node x, bm_node y, const double at[2], const double want[2], const double slope[2])
{
    bm_graph *g = x.graph;
    const bm_node dx = bm_gradient(bm_sum(y), x);
    bm_session *s = bm_session_new(g);
    bm_tensor *t = bm_tensor_view(BM_F64, BM_SHAPE(2), (double *)(uintptr_t)at);
    bm_run(s, BM_FEEDS({ x, t }), BM_FETCHES(y, dx));
    assert_string_equal(bm_error(s), "");
    for (int i = 0; i < 2; i++) {
        bmt_near(what, bm_tensor_at(bm_value(s, y), i), want[i], 1e-9);
        bmt_near(what, bm_tensor_at(bm_value(s, dx), i), slope[i], 1e-9);
    }
    bm_free(t);
    bm_free(s);
}

/* x / (1 + x), again and again: x / (1 + n x), whose derivative is 1 / (1 + n x)^2. */
static void *fractions(void *unused)
{
    const double at[2] = { .5, 1e-4 };
    double want[2], slope[2];
    bm_graph *g = bm_graph_new();
    const bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(2), "x");
    bm_node y = x;
    for (int i = 0; i < LONG; i++) y = bm_div(y, bm_shift(y, 1));
    for (int i = 0; i < 2; i++) {
        want[i] = at[i] / (1 + LONG * at[i]);
        slope[i] = 1 / ((1 + LONG * at[i]) * (1 + LONG * at[i]));
    }
    check("a chain of fractions", x, y, at, want, slope);
    bm_free(g);
    return unused;
}

/* Steps of the plan of a value and a gradient by x. */
static int64_t steps(bm_node x, bm_node y, bm_node dx)
{
    int64_t lines = 0;
    bm_session *s = bm_session_new(x.graph);
    double at[2] = { 1, 2 };
    bm_tensor *t = bm_tensor_view(BM_F64, BM_SHAPE(2), at);
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(bm_plan_print(s, BM_FEEDS({ x, t }), BM_FETCHES(y, dx), 0, f), BM_OK);
    rewind(f);
    for (int c; (c = fgetc(f)) != EOF;) lines += c == '\n';
    fclose(f);
    bm_free(t);
    bm_free(s);
    return lines;
}

/* Sines side by side, added one after the other: sin x + sin 2 x + ... Each has six operations with its derivative, of which chains
 * take most: none is left out because it would take too long to know that it may be in one. */
static void *sines(void *unused)
{
    const double at[2] = { .3, -1.1 };
    double want[2] = { 0 }, slope[2] = { 0 };
    bm_graph *g = bm_graph_new();
    const bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(2), "x");
    bm_node y = bm_scale(x, 0);
    for (int k = 1; k <= LONG; k++) y = bm_add(y, bm_sin(bm_scale(x, k)));
    for (int i = 0; i < 2; i++)
        for (int k = 1; k <= LONG; k++) {
            want[i] += sin(k * at[i]);
            slope[i] += k * cos(k * at[i]);
        }
    check("a sum of sines", x, y, at, want, slope);
    assert_in_range(steps(x, y, bm_gradient(bm_sum(y), x)), LONG / 32, LONG);
    bm_free(g);
    return unused;
}

/* Turns of a vector, one product each: together one turn by the sum of the angles. */
static void *turns(void *unused)
{
    const double angle = 1e-3, turn[4] = { cos(angle), sin(angle), -sin(angle), cos(angle) }, at[2] = { 1, 0 };
    bm_graph *g = bm_graph_new();
    const bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(1, 2), "x"), w = bm_placeholder(g, BM_F64, BM_SHAPE(2, 2), "w");
    bm_node y = x;
    for (int i = 0; i < LONG; i++) y = bm_matmul(y, w);
    const bm_node dx = bm_gradient(bm_sum(y), x);
    bm_session *s = bm_session_new(g);
    bm_tensor *start = bm_tensor_view(BM_F64, BM_SHAPE(1, 2), (double *)(uintptr_t)at);
    bm_tensor *by = bm_tensor_view(BM_F64, BM_SHAPE(2, 2), (double *)(uintptr_t)turn);
    bm_run(s, BM_FEEDS({ x, start }, { w, by }), BM_FETCHES(y, dx));
    assert_string_equal(bm_error(s), "");
    const double all = LONG * angle;
    bmt_near("turned", bm_tensor_at(bm_value(s, y), 0), cos(all), 1e-9);
    bmt_near("turned", bm_tensor_at(bm_value(s, y), 1), sin(all), 1e-9);
    bmt_near("turned back", bm_tensor_at(bm_value(s, dx), 0), cos(all) + sin(all), 1e-9);
    bmt_near("turned back", bm_tensor_at(bm_value(s, dx), 1), cos(all) - sin(all), 1e-9);
    bm_free(start);
    bm_free(by);
    bm_free(s);
    bm_free(g);
    return unused;
}

/* A descent on a thousand variables, each read and updated in one run: w - rate d/dw mean of (w - k)^2. */
static void *variables(void *unused)
{
    enum { MANY = 1000 };
    bm_graph *g = bm_graph_new();
    bm_node w[MANY], sum = { NULL, -1 };
    for (int k = 0; k < MANY; k++) {
        w[k] = bm_variable(g, BM_F64, BM_SHAPE(3), BM_ONES, NULL);
        const bm_node one = bm_sum(bm_square(bm_shift(w[k], -k)));
        sum = k ? bm_add(sum, one) : one;
    }
    const bm_node step = bm_minimize(sum, bm_sgd(.rate = .25));
    bm_session *s = bm_session_new(g);
    for (int i = 0; i < 2; i++) bm_run(s, BM_NO_FEEDS, BM_FETCHES(step, sum));
    assert_string_equal(bm_error(s), "");
    for (int k = 0; k < MANY; k++) bmt_near("a variable", bm_tensor_at(bm_value(s, w[k]), 2), k + (1. - k) / 4, 1e-12);
    bm_free(s);
    bm_free(g);
    return unused;
}

static void on_little_stack(void *(*work)(void *))
{
    pthread_attr_t a;
    pthread_t t;
    assert_int_equal(pthread_attr_init(&a), 0);
    assert_int_equal(pthread_attr_setstacksize(&a, STACK), 0);
    assert_int_equal(pthread_create(&t, &a, work, NULL), 0);
    pthread_join(t, NULL);
    pthread_attr_destroy(&a);
}

static void fractions_again_and_again(void **state)
{
    (void)state;
    on_little_stack(fractions);
}
static void sines_side_by_side(void **state)
{
    (void)state;
    on_little_stack(sines);
}
static void turns_in_a_row(void **state)
{
    (void)state;
    on_little_stack(turns);
}
static void many_variables(void **state)
{
    (void)state;
    on_little_stack(variables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fractions_again_and_again),
        cmocka_unit_test(sines_side_by_side),
        cmocka_unit_test(turns_in_a_row),
        cmocka_unit_test(many_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
