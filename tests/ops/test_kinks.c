// SPDX-License-Identifier: Apache-2.0
/* Derivatives where a function has a corner, and values and gradients at the ends of the numbers: what the documentation
 * promises there.
 */
#include "support/bmt.h"
#include "support/interpret.h"
#include <math.h>
#include <string.h>

static bm_graph *g;
static bmt_machine m;

static bm_node reals(const double *v, int64_t n)
{
    return bm_numbers_at(g, BM_F64, BM_SHAPE(n), v, (size_t)n, NULL, BM_HERE);
}
#define V(...) (const double[]){ __VA_ARGS__ }, (int64_t)(sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))

/* A variable with these numbers: constants have no gradient. */
static bm_node x_of(const double *v, int64_t n)
{
    const bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(n), NULL);
    bmt_feed(&m, x, bmt_tensor(BM_F64, BM_SHAPE(n), v));
    return x;
}

static void is(const char *what, bm_node n, const double *want, int64_t count)
{
    const bm_tensor *got = bmt_value(&m, n);
    char name[200];
    assert_int_equal(got->size, count);
    for (int64_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s, element %lld", what, (long long)i);
        bmt_near(name, bm_tensor_at(got, i), want[i], 1e-14);
    }
}

static void corners(void **state)
{
    (void)state;
    const bm_node x = x_of(V(-2, 0, 3));
    is("relu'", bm_gradient(bm_relu(x), x), V(0, 0, 1));
    is("|x|'", bm_gradient(bm_abs(x), x), V(-1, 0, 1));
    is("leaky relu'", bm_gradient(bm_leaky_relu(x, .1), x), V(.1, .1, 1));
    is("leaky relu' of a negative slope", bm_gradient(bm_leaky_relu(x, -.5), x), V(-.5, -.5, 1));
    is("elu'", bm_gradient(bm_elu(x, 2), x), V(2 * exp(-2.), 2, 1));
    is("elu' of a negative alpha", bm_gradient(bm_elu(x, -2), x), V(-2 * exp(-2.), -2, 1));
    is("sign'", bm_gradient(bm_mul(bm_sign(x), x), x), V(-1, 0, 1));
    is("step'", bm_gradient(bm_add(bm_step(x), x), x), V(1, 1, 1));
    is("clip'", bm_gradient(bm_clip(x, 0, 2), x), V(0, 1, 0));
    is("norm 1", bm_gradient(bm_norm(x, 1), x), V(-1, 0, 1));
    is("sqrt", bm_sqrt(x), V(NAN, 0, sqrt(3.)));
    is("stopped", bm_gradient(bm_add(x, bm_stop_gradient(bm_square(x))), x), V(1, 1, 1));
}

static void equals_share(void **state)
{
    (void)state;
    const bm_node x = x_of(V(1, 3, 3, 0)), y = x_of(V(1, 2, 4, 0));
    is("max", bm_gradient(bm_max(x), x), V(0, .5, .5, 0));
    is("min", bm_gradient(bm_min(bm_neg(x)), x), V(0, -.5, -.5, 0));
    is("largest norm", bm_gradient(bm_norm(x, (double)INFINITY), x), V(0, .5, .5, 0));
    is("maximum", bm_gradient(bm_maximum(x, y), x), V(.5, 1, 0, .5));
    is("maximum, other side", bm_gradient(bm_maximum(x, y), y), V(.5, 0, 1, .5));
    is("minimum", bm_gradient(bm_minimum(x, y), x), V(.5, 0, 1, .5));
    is("max of equal rows", bm_gradient(bm_max(bm_mul(x, reals(V(0, 0, 0, 0)))), y), V(0, 0, 0, 0));
}

static void zeros(void **state)
{
    (void)state;
    const bm_node none = x_of(V(2, 3, 4)), one = x_of(V(2, 0, 4)), two = x_of(V(0, 0, 4)), origin = x_of(V(0, 0, 0));
    is("product, no zero", bm_gradient(bm_prod(none), none), V(12, 8, 6));
    is("product, one zero", bm_gradient(bm_prod(one), one), V(0, 8, 0));
    is("product, two zeros", bm_gradient(bm_prod(two), two), V(0, 0, 0));
    is("norm at the origin", bm_gradient(bm_norm(origin, 2), origin), V(0, 0, 0));
    is("norm 3 at the origin", bm_gradient(bm_norm(origin, 3), origin), V(0, 0, 0));
    is("x^2 at 0", bm_gradient(bm_pow(origin, bmi_number_like(origin, 2)), origin), V(0, 0, 0));
    is("x^0 at 0", bm_gradient(bm_pow(origin, bmi_number_like(origin, 0)), origin), V(0, 0, 0));
    is("x^y at 0", bm_gradient(bm_pow(origin, x_of(V(0, 1, 2))), origin), V(0, 1, 0));
    const bm_node e = x_of(V(1, 2, 0));
    is("0^y", bm_gradient(bm_pow(origin, e), e), V(0, 0, 0));
    is("(-2)^y", bm_gradient(bm_pow(x_of(V(-2, -2, -2)), e), e), V(0, 0, 0));
}

static void far_away(void **state)
{
    (void)state;
    const bm_node x = x_of(V(-1000, 0, 1000));
    is("softmax", bm_softmax(x), V(0, 0, 1));
    is("log softmax", bm_log_softmax(x), V(-2000, -1000, 0));
    is("softmax'", bm_gradient(bm_sum(bm_mul(bm_softmax(x), x)), x), V(0, 0, 1));
    is("logsumexp", bm_logsumexp(x), V(1000));
    is("logsumexp'", bm_gradient(bm_logsumexp(x), x), V(0, 0, 1));
    is("sigmoid", bm_sigmoid(x), V(0, .5, 1));
    is("sigmoid'", bm_gradient(bm_sigmoid(x), x), V(0, .25, 0));
    is("tanh'", bm_gradient(bm_tanh(x), x), V(0, 1, 0));
    is("softplus", bm_softplus(x), V(0, log(2.), 1000));
    is("softplus'", bm_gradient(bm_softplus(x), x), V(0, .5, 1));
    is("gelu", bm_gelu(x), V(0, 0, 1000));
    is("gelu'", bm_gradient(bm_gelu(x), x), V(0, .5, 1));
    is("silu", bm_silu(x), V(0, 0, 1000));
    is("silu'", bm_gradient(bm_silu(x), x), V(0, .5, 1));
    const bm_node t = reals(V(0, 1, 0));
    is("sigmoid cross-entropy", bm_sigmoid_crossentropy(x, t), V(0, log(2.), 1000));
    is("sigmoid cross-entropy'", bm_gradient(bm_sigmoid_crossentropy(x, t), x), V(0, -.5, 1));
    const bm_node label = bm_numbers(g, BM_I64, BM_SCALAR, 0), loss = bm_softmax_crossentropy(x, label);
    is("softmax cross-entropy", loss, V(2000));
    is("softmax cross-entropy'", bm_gradient(loss, x), V(-1, 0, 1));
}

static void not_numbers(void **state)
{
    (void)state;
    const bm_node x = x_of(V(NAN, 1, -INFINITY)), y = x_of(V(2, NAN, INFINITY));
    is("minimum", bm_minimum(x, y), V(NAN, NAN, -INFINITY));
    is("maximum", bm_maximum(x, y), V(NAN, NAN, INFINITY));
    is("max", bm_max(x), V(NAN));
    is("min", bm_min(y), V(NAN));
    is("relu", bm_relu(x), V(NAN, 1, 0));
    is("clip", bm_clip(x, -1, .5), V(NAN, .5, -1));
    is("sign", bm_sign(x), V(NAN, 1, -1));
    is("is_finite", bm_is_finite(x), V(0, 1, 0));
    is("equal", bm_equal(x, x), V(0, 1, 1));
    is("not equal", bm_not_equal(x, x), V(1, 0, 0));
    is("argmax", bm_argmax(x, 0), V(0));
    is("cast", bm_cast(x, BM_I32), V(0, 1, -2147483648.));
    is("to bool", bm_cast(x, BM_BOOL), V(1, 1, 1));
}

static void empty(void **state)
{
    (void)state;
    const bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(2, 0), NULL);
    bmt_feed(&m, x, bm_tensor_new(BM_F64, BM_SHAPE(2, 0)));
    is("sum", bm_sum_over(x, BM_AXES(1)), V(0, 0));
    is("prod", bm_prod_over(x, BM_AXES(1)), V(1, 1));
    is("mean", bm_mean_over(x, BM_AXES(1)), V(NAN, NAN));
    is("max", bm_max_over(x, BM_AXES(1)), V(-INFINITY, -INFINITY));
    is("logsumexp", bm_logsumexp_over(x, BM_AXES(1)), V(-INFINITY, -INFINITY));
    assert_int_equal(bmt_value(&m, bm_gradient(bm_sum(x), x))->size, 0);
    assert_int_equal(bmt_value(&m, bm_gradient(bm_mean(x), x))->size, 0);
    assert_int_equal(bmt_value(&m, bm_softmax(x))->size, 0);
}

static int setup(void **state)
{
    (void)state;
    g = bm_graph_new();
    m = bmt_machine_new(g, 1);
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    bmt_machine_end(&m);
    bm_free(g);
    return 0;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(corners),  TEST(equals_share), TEST(zeros),
                                        TEST(far_away), TEST(not_numbers),  TEST(empty) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
