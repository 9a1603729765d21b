// SPDX-License-Identifier: Apache-2.0
/* Worked numbers of the courses by the low level alone, each once by a session over a graph and once eagerly. */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>

/* One way of running: a session's, or the values that eager nodes have. */
typedef struct way {
    const char *name;
    bm_graph   *g;
    bm_session *s; /* null: eager */
} way;

static way begin(bool eager)
{
    way w = { eager ? "eager" : "session", bm_graph_new(.eager = eager), NULL };
    if (!eager) w.s = bm_session_new(w.g);
    return w;
}

static void end(way *w)
{
    assert_string_equal(bm_error(w->g), "");
    if (w->s) {
        assert_string_equal(bm_error(w->s), "");
        bm_free(w->s);
    }
    bm_free(w->g);
}

/* Checks the numbers of a node. */
static void expect(way *w, const char *what, bm_node n, const double *want, int64_t count, double tolerance)
{
    char text[200];
    if (w->s) bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(n));
    const bm_tensor *t = w->s ? bm_value(w->s, n) : bm_node_value(n);
    if (bm_failed(w->g)) fail_msg("%s: %s", what, bm_error(w->g));
    if (w->s && bm_failed(w->s)) fail_msg("%s: %s", what, bm_error(w->s));
    assert_int_equal(bm_tensor_size(t), count);
    for (int64_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s (%s) [%d]", what, w->name, (int)i);
        bmt_near(text, bm_tensor_at(t, i), want[i], tolerance);
    }
}
#define EXPECT(w, what, n, tolerance, ...) \
    expect(w, what, n, (const double[]){ __VA_ARGS__ }, (int64_t)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)), tolerance)
#define F64(g, shape, ...) bm_numbers(g, BM_F64, shape, __VA_ARGS__)

/* f = (x + y) z at (-2, 5, -4): q = 3, f = -12; gradients -4, -4, 3. */
static void backward_through_add_and_multiply(way *w)
{
    bm_node x = F64(w->g, BM_SCALAR, -2), y = F64(w->g, BM_SCALAR, 5), z = F64(w->g, BM_SCALAR, -4);
    bm_node q = bm_add(x, y), f = bm_mul(q, z);
    EXPECT(w, "q", q, 0, 3);
    EXPECT(w, "f", f, 0, -12);
    EXPECT(w, "df/dx", bm_gradient(f, x), 0, -4);
    EXPECT(w, "df/dy", bm_gradient(f, y), 0, -4);
    EXPECT(w, "df/dz", bm_gradient(f, z), 0, 3);
}

/* 1000 * 3 * 1.1 = 3300; derivatives: before tax 1.1, count 1100, price 3.3, tax 3000. */
static void price_with_tax(way *w)
{
    bm_node price = F64(w->g, BM_SCALAR, 1000), count = F64(w->g, BM_SCALAR, 3), tax = F64(w->g, BM_SCALAR, 1.1);
    bm_node before = bm_mul(price, count), all = bm_mul(before, tax);
    EXPECT(w, "price", all, 1e-12, 3300);
    EXPECT(w, "by before tax", bm_gradient(all, before), 1e-12, 1.1);
    EXPECT(w, "by count", bm_gradient(all, count), 1e-12, 1100);
    EXPECT(w, "by price", bm_gradient(all, price), 1e-12, 3.3);
    EXPECT(w, "by tax", bm_gradient(all, tax), 1e-12, 3000);
}

/* E(w) = w^2 + 2w + 3 has its minimum at w = -1. */
static void parabola(way *w)
{
    bm_node v = bm_variable(w->g, BM_F64, BM_SCALAR, (bm_init){ 0 }, NULL), step = v;
    for (int i = 0; i < 100; i++) {
        if (w->s && i) {
            bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(step));
            continue;
        }
        bm_node e = bm_add(bm_square(v), bm_shift(bm_scale(v, 2), 3));
        step      = bm_assign_sub(v, bm_scale(bm_gradient(e, v), .1));
        if (w->s) bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(step));
    }
    const bm_tensor *t = w->s ? bm_value(w->s, v) : bm_node_value(v);
    bmt_near("minimum", bm_tensor_at(t, 0), -1, 1e-9);
}

/* E = 2 w1^2 + 3 w0^2 - 6 w1 - 6 w0 + 4 w1 w0 + 5 by gradient descent, rate .1, from (w0, w1) = (1, 1). */
static void descent_of_two_weights(way *w)
{
    bm_node w0 = bm_variable(w->g, BM_F64, BM_SCALAR, (bm_init){ 0 }, "w0"), w1 = bm_variable(w->g, BM_F64, BM_SCALAR, (bm_init){ 0 }, "w1");
    bm_node one = F64(w->g, BM_SCALAR, 1), start0 = bm_assign(w0, one), start1 = bm_assign(w1, one);
    const double want[][2] = { { .6, .8 }, { .52, .84 }, { .472, .896 } };
    bm_node      s0 = w0, s1 = w1;
    if (w->s) bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(start0, start1));
    for (int i = 0; i < 100; i++) {
        if (!w->s || !i) {
            bm_node e = bm_sub(bm_add(bm_scale(bm_square(w1), 2), bm_scale(bm_square(w0), 3)), bm_scale(bm_add(w1, w0), 6));
            e         = bm_shift(bm_add(e, bm_scale(bm_mul(w1, w0), 4)), 5);
            bm_node g0 = bm_gradient(e, w0), g1 = bm_gradient(e, w1);
            s0 = bm_assign_sub(w0, bm_scale(g0, .1));
            s1 = bm_assign_sub(w1, bm_scale(g1, .1));
        }
        if (w->s) bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(s0, s1));
        const double a = bm_tensor_at(w->s ? bm_value(w->s, w0) : bm_node_value(w0), 0), b = bm_tensor_at(w->s ? bm_value(w->s, w1) : bm_node_value(w1), 0);
        if (i < 3) {
            bmt_near("w0", a, want[i][0], 1e-12);
            bmt_near("w1", b, want[i][1], 1e-12);
        }
        if (i == 99) {
            bmt_near("w0 after 100 steps", a, 6.4202e-05, 5e-9);
            bmt_near("w1 after 100 steps", b, 1.4999178, 5e-8);
        }
    }
}

/* Cost of y = Wx on (1,1), (2,2), (3,3), 1/m: 0 at W = 1, 4.6667 at 0 and 2. */
static void cost_of_a_slope(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(3), 1, 2, 3), y = F64(w->g, BM_SHAPE(3), 1, 2, 3);
    for (int i = 0; i < 3; i++)
        EXPECT(w, "cost", bm_mean(bm_square(bm_sub(bm_scale(x, i), y))), 1e-12, i == 1 ? 0 : 14. / 3);
}

/* One step: x=2, t=46, w=15, b=2, rate .2, cost (y-t)^2/2: y=32, gradients -28 and -14, w 20.6, b 4.8, cost 98; then at x=3,
 * target 72: y=66.6, gradients -16.2 and -5.4, w 23.84, b 5.88. */
static void one_step_and_another(way *w)
{
    const double x[] = { 2, 3 }, t[] = { 46, 72 }, y_want[] = { 32, 66.6 }, gw[] = { -28, -16.2 }, gb[] = { -14, -5.4 };
    double       weight = 15, bias = 2;
    for (int i = 0; i < 2; i++) {
        bm_node wn = F64(w->g, BM_SCALAR, weight), b = F64(w->g, BM_SCALAR, bias);
        bm_node y = bm_add(bm_scale(wn, x[i]), b), cost = bm_scale(bm_square(bm_shift(y, -t[i])), .5);
        EXPECT(w, "y", y, 1e-12, y_want[i]);
        EXPECT(w, "gradient by w", bm_gradient(cost, wn), 1e-12, gw[i]);
        EXPECT(w, "gradient by b", bm_gradient(cost, b), 1e-12, gb[i]);
        if (!i) EXPECT(w, "cost", cost, 1e-12, 98);
        weight -= .2 * gw[i];
        bias -= .2 * gb[i];
    }
    bmt_near("w", weight, 23.84, 1e-12);
    bmt_near("b", bias, 5.88, 1e-12);
}

/* Net 2-2-1 without activation. */
static void two_layers_by_hand(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(1, 2), 2, 3), t = F64(w->g, BM_SHAPE(1, 1), 1);
    bm_node w1 = F64(w->g, BM_SHAPE(2, 2), .11, .12, .21, .08), w2 = F64(w->g, BM_SHAPE(2, 1), .14, .15);
    bm_node h = bm_matmul(x, w1), y = bm_matmul(h, w2), e = bm_scale(bm_sum(bm_square(bm_sub(y, t))), .5);
    EXPECT(w, "hidden", h, 1e-12, .85, .48);
    EXPECT(w, "y", y, 1e-12, .191);
    EXPECT(w, "error", e, 1e-12, .3272405);
    bm_node n2 = bm_sub(w2, bm_scale(bm_gradient(e, w2), .05)), n1 = bm_sub(w1, bm_scale(bm_gradient(e, w1), .05));
    EXPECT(w, "W2", n2, 1e-12, .1743825, .169416);
    EXPECT(w, "W1", n1, 1e-12, .121326, .132135, .226989, .0982025);
    bm_node h2 = bm_matmul(x, n1), y2 = bm_matmul(h2, n2);
    EXPECT(w, "next hidden", h2, 1e-7, .923619, .5588775);
    EXPECT(w, "next y", y2, 1e-7, .2557458);
    EXPECT(w, "next error", bm_scale(bm_sum(bm_square(bm_sub(y2, t))), .5), 1e-7, .2769571);
}

/* XOR by two sigmoid layers with given weights. */
static void xor_by_hand(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(4, 2), 0, 0, 0, 1, 1, 0, 1, 1);
    bm_node h = bm_sigmoid(bm_add(bm_matmul(x, F64(w->g, BM_SHAPE(2, 2), 5, -7, 5, -7)), F64(w->g, BM_SHAPE(2), -8, 3)));
    bm_node y = bm_sigmoid(bm_shift(bm_matmul(h, F64(w->g, BM_SHAPE(2, 1), -11, -11)), 6));
    EXPECT(w, "xor", y, 5e-5, .0112, .9949, .9949, .0244);
}

/* Constants 3.0 and 4.0: both, and their sum 7.0; before running, the sum shows kind, name, shape and type. */
static void three_and_four(way *w)
{
    bm_node a = bm_number(w->g, 3.0), b = bm_number(w->g, 4.0), sum = bm_add(a, b);
    EXPECT(w, "3.0", a, 0, 3);
    EXPECT(w, "4.0", b, 0, 4);
    assert_string_equal(bm_node_kind(sum), "add");
    assert_int_equal(bm_node_type(sum), BM_F32);
    assert_int_equal(bm_node_shape(sum).rank, 0);
    EXPECT(w, "7.0", sum, 0, 7);
}

/* Ranks and norms. */
static void ranks_and_norms(way *w)
{
    bm_node v = F64(w->g, BM_SHAPE(4), -.82, .94, -1.15, .25);
    assert_int_equal(bm_node_shape(v).rank, 1);
    EXPECT(w, "L1", bm_norm(v, 1), 1e-12, 3.16);
    EXPECT(w, "L2", bm_norm(v, 2), 5e-7, 1.714934);
}

/* Three linear layers h(x) = cx equal one with c^3. */
static void linear_layers_collapse(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(3), 1, -2, .5), three = bm_scale(bm_scale(bm_scale(x, 1.5), 1.5), 1.5);
    EXPECT(w, "three layers", three, 1e-12, 3.375, -6.75, 1.6875);
}

/* LMS and both costs: x = y = 1, 2, 3, W = 0, rate .1: .93333 by the 1/m cost, .46667 by the 1/2m cost. */
static void two_forms_of_the_cost(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(3), 1, 2, 3), v = F64(w->g, BM_SCALAR, 0), e = bm_mean(bm_square(bm_sub(bm_mul(x, v), x)));
    EXPECT(w, "1/m", bm_scale(bm_gradient(e, v), -.1), 1e-12, 2.8 / 3);
    EXPECT(w, "1/2m", bm_scale(bm_gradient(bm_scale(e, .5), v), -.1), 1e-12, 1.4 / 3);
}

#define BOTH_WAYS(name)                                  \
    static void test_##name(void **state)                \
    {                                                    \
        (void)state;                                     \
        for (int eager = 0; eager < 2; eager++) {        \
            way w = begin(eager);                        \
            name(&w);                                    \
            end(&w);                                     \
        }                                                \
    }
BOTH_WAYS(backward_through_add_and_multiply)
BOTH_WAYS(price_with_tax)
BOTH_WAYS(parabola)
BOTH_WAYS(descent_of_two_weights)
BOTH_WAYS(cost_of_a_slope)
BOTH_WAYS(one_step_and_another)
BOTH_WAYS(two_layers_by_hand)
BOTH_WAYS(xor_by_hand)
BOTH_WAYS(three_and_four)
BOTH_WAYS(ranks_and_norms)
BOTH_WAYS(linear_layers_collapse)
BOTH_WAYS(two_forms_of_the_cost)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backward_through_add_and_multiply), cmocka_unit_test(test_price_with_tax), cmocka_unit_test(test_parabola),
        cmocka_unit_test(test_descent_of_two_weights), cmocka_unit_test(test_cost_of_a_slope), cmocka_unit_test(test_one_step_and_another),
        cmocka_unit_test(test_two_layers_by_hand), cmocka_unit_test(test_xor_by_hand), cmocka_unit_test(test_three_and_four),
        cmocka_unit_test(test_ranks_and_norms), cmocka_unit_test(test_linear_layers_collapse), cmocka_unit_test(test_two_forms_of_the_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
