// SPDX-License-Identifier: Apache-2.0
/* Worked numbers of the courses by the low level alone, each once by a session over a graph and once eagerly. */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>

/* One way of running: a session's, or the values that eager nodes have. */
typedef struct way {
    const char *name;
    bm_graph *g;
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
#define EXPECT(w, what, n, tolerance, ...)                                                                                   \
    expect(w, what, n, (const double[]){ __VA_ARGS__ }, (int64_t)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)), \
           tolerance)
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
        step = bm_assign_sub(v, bm_scale(bm_gradient(e, v), .1));
        if (w->s) bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(step));
    }
    const bm_tensor *t = w->s ? bm_value(w->s, v) : bm_node_value(v);
    bmt_near("minimum", bm_tensor_at(t, 0), -1, 1e-9);
}

/* E = 2 w1^2 + 3 w0^2 - 6 w1 - 6 w0 + 4 w1 w0 + 5 by gradient descent, rate .1, from (w0, w1) = (1, 1). */
static void descent_of_two_weights(way *w)
{
    bm_node w0 = bm_variable(w->g, BM_F64, BM_SCALAR, (bm_init){ 0 }, "w0"),
            w1 = bm_variable(w->g, BM_F64, BM_SCALAR, (bm_init){ 0 }, "w1");
    bm_node one = F64(w->g, BM_SCALAR, 1), start0 = bm_assign(w0, one), start1 = bm_assign(w1, one);
    const double want[][2] = { { .6, .8 }, { .52, .84 }, { .472, .896 } };
    bm_node s0 = w0, s1 = w1;
    if (w->s) bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(start0, start1));
    for (int i = 0; i < 100; i++) {
        if (!w->s || !i) {
            bm_node e = bm_sub(bm_add(bm_scale(bm_square(w1), 2), bm_scale(bm_square(w0), 3)), bm_scale(bm_add(w1, w0), 6));
            e = bm_shift(bm_add(e, bm_scale(bm_mul(w1, w0), 4)), 5);
            bm_node g0 = bm_gradient(e, w0), g1 = bm_gradient(e, w1);
            s0 = bm_assign_sub(w0, bm_scale(g0, .1));
            s1 = bm_assign_sub(w1, bm_scale(g1, .1));
        }
        if (w->s) bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(s0, s1));
        const double a = bm_tensor_at(w->s ? bm_value(w->s, w0) : bm_node_value(w0), 0),
                     b = bm_tensor_at(w->s ? bm_value(w->s, w1) : bm_node_value(w1), 0);
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
    for (int i = 0; i < 3; i++) EXPECT(w, "cost", bm_mean(bm_square(bm_sub(bm_scale(x, i), y))), 1e-12, i == 1 ? 0 : 14. / 3);
}

/* One step: x=2, t=46, w=15, b=2, rate .2, cost (y-t)^2/2: y=32, gradients -28 and -14, w 20.6, b 4.8, cost 98; then at x=3,
 * target 72: y=66.6, gradients -16.2 and -5.4, w 23.84, b 5.88. */
static void one_step_and_another(way *w)
{
    const double x[] = { 2, 3 }, t[] = { 46, 72 }, y_want[] = { 32, 66.6 }, gw[] = { -28, -16.2 }, gb[] = { -14, -5.4 };
    double weight = 15, bias = 2;
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
    assert_int_equal(bm_node_shape(bm_random_uniform(w->g, BM_F32, BM_SHAPE(4, 6), 0, 1)).rank, 2);
    if (w->s) assert_int_equal(bm_node_shape(bm_placeholder(w->g, BM_U8, BM_SHAPE(200, 244, 244, 3), "images")).rank, 4);
    assert_int_equal(bm_node_shape(bm_number(w->g, 1)).rank, 0);
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

/* Least squares: at the course's weights the gradient of the sum of squares is 0 but for the digits that are given, and the sum
 * and R2 are the course's. */
static void table(way *w, const char *what, bm_node x, bm_node t, bm_node weights, double bias, bool intercept, double sse_want,
                  double r2_want, double digit)
{
    bm_node b = F64(w->g, BM_SCALAR, bias), y = bm_add(bm_matmul(x, weights), b), sse = bm_sum(bm_square(bm_sub(y, t)));
    bm_node sst = bm_sum(bm_square(bm_sub(t, bm_mean(t)))), slope = bm_gradient(sse, weights);
    EXPECT(w, what, sse, 1e-7, sse_want);
    EXPECT(w, what, bm_shift(bm_neg(bm_div(sse, sst)), 1), 1e-7, r2_want);
    EXPECT(w, what, slope, digit, 0, 0, 0);
    if (intercept) EXPECT(w, what, bm_gradient(sse, b), digit, 0);
}

static void tables(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(5, 3), 73, 80, 75, 93, 88, 93, 89, 91, 90, 96, 98, 100, 73, 66, 70),
            t = F64(w->g, BM_SHAPE(5, 1), 152, 185, 180, 196, 142);
    table(w, "with intercept", x, t, F64(w->g, BM_SHAPE(3, 1), .7954753, .4083791, .7545877), 4.4021095, true, .5216278,
          .9997521, .02);
    table(w, "without", x, t, F64(w->g, BM_SHAPE(3, 1), 1.0566691, .5258826, .4309642), 0, false, .8354437, .9996029, .02);
    bm_node grades = F64(w->g, BM_SHAPE(4, 3), 100, 95, 95, 80, 80, 75, 60, 100, 100, 55, 75, 100),
            mean = F64(w->g, BM_SHAPE(4, 1), 96, 78, 86, 76);
    table(w, "grades, exact", grades, mean, F64(w->g, BM_SHAPE(3, 1), .331492, .333702, .318232), .917127, true, 0, 1, .1);
    bm_node without = F64(w->g, BM_SHAPE(3, 1), .334143, .334978, .324762);
    EXPECT(w, "grades without intercept", bm_gradient(bm_sum(bm_square(bm_sub(bm_matmul(grades, without), mean))), without), .1,
           0, 0, 0);
    bm_node line = F64(w->g, BM_SHAPE(2, 1), 1.5, 0), points = F64(w->g, BM_SHAPE(3, 2), 0, 1, 1, 1, 1, 1),
            at = F64(w->g, BM_SHAPE(3, 1), 0, 1, 2);
    EXPECT(w, "line through (0,0), (1,1), (1,2)", bm_gradient(bm_sum(bm_square(bm_sub(bm_matmul(points, line), at))), line), 0,
           0, 0);
    bm_node sugar = F64(w->g, BM_SHAPE(3), 0, 1, 4);
    EXPECT(w, "100 sugar + 50", bm_shift(bm_scale(sugar, 100), 50), 0, 50, 150, 450);
}

/* Cross-entropies of two counts, and the mean squared error of three numbers. */
static void losses(way *w)
{
    bm_node even = bm_log(F64(w->g, BM_SHAPE(2), 49. / 50, 47. / 50)), odd = bm_log(F64(w->g, BM_SHAPE(2), 94. / 95, 2. / 5));
    EXPECT(w, "50/50", bm_neg(bm_sum(bm_mul(F64(w->g, BM_SHAPE(2), .5, .5), even))), 5e-6, .04104);
    EXPECT(w, "95/5", bm_neg(bm_sum(bm_mul(F64(w->g, BM_SHAPE(2), .95, .05), odd))), 5e-6, .05587);
    EXPECT(w, "MSE", bm_mean(bm_square(bm_sub(F64(w->g, BM_SHAPE(3), 10, 9, 8), F64(w->g, BM_SHAPE(3), 9, 7, 10)))), 0, 3);
}

/* 0 at s <= 0, 1 above: AND and OR by one layer of thresholds, exclusive or by two (OR and not AND). */
static void gates(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(4, 2), 0, 0, 0, 1, 1, 0, 1, 1);
    bm_node h = bm_step(bm_add(bm_matmul(x, F64(w->g, BM_SHAPE(2, 2), 1, 1, 1, 1)), F64(w->g, BM_SHAPE(2), -1, 0)));
    EXPECT(w, "AND, OR", h, 0, 0, 0, 0, 1, 0, 1, 1, 1);
    EXPECT(w, "exclusive or", bm_step(bm_matmul(h, F64(w->g, BM_SHAPE(2, 1), -1, 1))), 0, 0, 1, 1, 0);
}

/* Local derivatives: sigmoid y(1-y), tanh 1-y^2, ReLU 0 at 0, |w| sign(w) and 0 at 0. */
static void slopes(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(3), -1, 0, 2), s = bm_sigmoid(x), h = bm_tanh(x);
    bm_node ds = bm_sub(bm_gradient(s, x), bm_mul(s, bm_shift(bm_neg(s), 1))),
            dh = bm_sub(bm_gradient(h, x), bm_shift(bm_neg(bm_square(h)), 1));
    EXPECT(w, "sigmoid", ds, 1e-15, 0, 0, 0);
    EXPECT(w, "tanh", dh, 1e-15, 0, 0, 0);
    EXPECT(w, "relu", bm_gradient(bm_relu(x), x), 0, 0, 0, 1);
    EXPECT(w, "|w|", bm_gradient(bm_abs(x), x), 0, -1, 0, 1);
}

/* Softmax: y_i(1-y_i) and -y_i y_j; with cross-entropy y - t; MSE 2(y-t)/n; sigmoid with cross-entropy (1/n)(Y-T)X. */
static void classes(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(1, 3), .1, .7, -.4), y = bm_softmax(x), first = bm_slice(y, BM_AXES(0, 0), BM_AXES(1, 1));
    bm_node wanted = bm_mul(bm_sub(F64(w->g, BM_SHAPE(1, 3), 1, 0, 0), y), first), t = F64(w->g, BM_SHAPE(1, 3), 0, 1, 0);
    EXPECT(w, "softmax", bm_sub(bm_gradient(first, x), wanted), 1e-15, 0, 0, 0);
    EXPECT(w, "softmax with cross-entropy", bm_sub(bm_gradient(bm_softmax_crossentropy(x, t), x), bm_sub(y, t)), 1e-15, 0, 0,
           0);
    bm_node v = F64(w->g, BM_SHAPE(3), 10, 9, 8), mse = bm_mean(bm_square(bm_sub(v, F64(w->g, BM_SHAPE(3), 9, 7, 10))));
    EXPECT(w, "mean square", bm_gradient(mse, v), 1e-15, 2. / 3, 4. / 3, -4. / 3);
    bm_node rows = F64(w->g, BM_SHAPE(2, 2), 1, 2, 3, -1), weights = F64(w->g, BM_SHAPE(2, 1), .5, -.25),
            labels = F64(w->g, BM_SHAPE(2, 1), 1, 0);
    bm_node z = bm_matmul(rows, weights),
            by_hand = bm_scale(bm_matmul_of(rows, true, bm_sub(bm_sigmoid(z), labels), false), .5);
    EXPECT(w, "sigmoid with cross-entropy", bm_sub(bm_gradient(bm_mean(bm_sigmoid_crossentropy(z, labels)), weights), by_hand),
           1e-15, 0, 0);
}

/* Y = XW + b: dW = X'dY, dX = dY W', db the sums of dY's columns; with an activation g the same of g'dY. */
static void layer(way *w)
{
    bm_node x = F64(w->g, BM_SHAPE(2, 2), 1, 2, 3, 4), v = F64(w->g, BM_SHAPE(2, 1), .5, -1), b = F64(w->g, BM_SHAPE(1), 2),
            dy = F64(w->g, BM_SHAPE(2, 1), 1, -2);
    bm_node y = bm_add(bm_matmul(x, v), b), all = bm_sum(bm_mul(y, dy)), through = bm_sum(bm_mul(bm_relu(y), dy));
    EXPECT(w, "dW", bm_gradient(all, v), 0, -5, -6);
    EXPECT(w, "dX", bm_gradient(all, x), 0, .5, -1, -1, 2);
    EXPECT(w, "db", bm_gradient(all, b), 0, -1);
    EXPECT(w, "dW through ReLU", bm_gradient(through, v), 0, 1, 2); /* y is .5 and -.5 */
}

/* The LMS rule w + 2 mu e x, row by row: x = y = 1, 2, 3 from 0 with mu = .05. */
static void lms(way *w)
{
    const double want[] = { .1, .46, .946 }; /* .1 + .1 * 1.8 * 2, .46 + .1 * 1.62 * 3 */
    double weight = 0;
    for (int i = 0; i < 3; i++) {
        bm_node v = F64(w->g, BM_SCALAR, weight), e = bm_square(bm_sub(F64(w->g, BM_SCALAR, i + 1), bm_scale(v, i + 1)));
        EXPECT(w, "w", bm_sub(v, bm_scale(bm_gradient(e, v), .05)), 1e-12, want[i]);
        weight = want[i];
    }
}

/* The forms of momentum, decay and Adam on gradients of 1 from w = 0, rate .1. By sessions alone: they keep what steps remember. */
static void steps_of_optimizers(way *w)
{
    const struct {
        const char *what;
        bm_optimizer how;
        double after[3];
    } rows[] = {
        { "descent", bm_gd(.rate = .1), { -.1, -.2, -.3 } },
        { "velocity", bm_momentum(.rate = .1, .momentum = .9), { -.1, -.29, -.561 } },
        { "average", bm_momentum(.rate = .1, .momentum = .9, .averaging = true), { -.01, -.029, -.0561 } },
        { "Nesterov", bm_nesterov(.rate = .1, .momentum = .9), { -.19, -.461, -.8049 } },
        { "1 / (1 + d t)", bm_sgd(.rate = .1, .decay = 1), { -.1, -.15, -.1 - .05 - .1 / 3 } },
        { "Adam", bm_adam(.rate = .1, .epsilon = 1e-12), { -.1, -.2, -.3 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bm_node v = bm_variable(w->g, BM_F64, BM_SCALAR, BM_ZEROS, NULL), step = bm_minimize_over(v, rows[i].how, v);
        for (int k = 0; k < 3; k++) {
            bm_run(w->s, BM_NO_FEEDS, BM_FETCHES(step));
            bmt_near(rows[i].what, bm_scalar(w->s, v), rows[i].after[k], 1e-10);
        }
    }
}

#define BOTH_WAYS(name)                           \
    static void test_##name(void **state)         \
    {                                             \
        (void)state;                              \
        for (int eager = 0; eager < 2; eager++) { \
            way w = begin(eager);                 \
            name(&w);                             \
            end(&w);                              \
        }                                         \
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
BOTH_WAYS(tables)
BOTH_WAYS(losses)
BOTH_WAYS(gates)
BOTH_WAYS(slopes)
BOTH_WAYS(classes)
BOTH_WAYS(layer)
BOTH_WAYS(lms)
static void test_steps_of_optimizers(void **state)
{
    (void)state;
    way w = begin(false);
    steps_of_optimizers(&w);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backward_through_add_and_multiply),
        cmocka_unit_test(test_price_with_tax),
        cmocka_unit_test(test_parabola),
        cmocka_unit_test(test_descent_of_two_weights),
        cmocka_unit_test(test_cost_of_a_slope),
        cmocka_unit_test(test_one_step_and_another),
        cmocka_unit_test(test_two_layers_by_hand),
        cmocka_unit_test(test_xor_by_hand),
        cmocka_unit_test(test_three_and_four),
        cmocka_unit_test(test_ranks_and_norms),
        cmocka_unit_test(test_linear_layers_collapse),
        cmocka_unit_test(test_two_forms_of_the_cost),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_gates),
        cmocka_unit_test(test_slopes),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_layer),
        cmocka_unit_test(test_lms),
        cmocka_unit_test(test_steps_of_optimizers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
