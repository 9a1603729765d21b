// SPDX-License-Identifier: Apache-2.0
/* L-BFGS on functions whose minimum is known: Rosenbrock's valley, quadratics, one without a minimum, one that fails. */
#include "linalg/lbfgs.h"
#include "support/bmt.h"
#include <math.h>

typedef struct calls {
    int n, fails_at; /* 0: never */
} calls;

/* Rosenbrock, "An automatic method for finding the greatest or least value of a function", 1960; minimum 0 at ones. */
static bool rosenbrock(void *user, const double *x, double *g, double *f)
{
    calls *c = user;
    if (++c->n == c->fails_at) return false;
    *f = 0;
    g[0] = g[1] = g[2] = g[3] = 0;
    for (int i = 0; i < 3; i++) {
        const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        *f += 100 * a * a + b * b;
        g[i] += -400 * a * x[i] - 2 * b;
        g[i + 1] += 200 * a;
    }
    return true;
}

/* Half a sum of (i + 1) 10^i (x_i - i)^2. */
static bool quadratic(void *user, const double *x, double *g, double *f)
{
    (void)user;
    *f = 0;
    for (int i = 0; i < 6; i++) {
        const double weight = (i + 1) * pow(10, i);
        g[i] = weight * (x[i] - i);
        *f += .5 * g[i] * (x[i] - i);
    }
    return true;
}

/* Bends and then falls for ever along a straight line: the curvature of its last steps is none. */
static bool slide(void *user, const double *x, double *g, double *f)
{
    calls *c = user;
    c->n++;
    *f = x[0] < 100 ? exp(-x[0] / 10) - x[0] : exp(-10.) - x[0];
    g[0] = x[0] < 100 ? -exp(-x[0] / 10) / 10 - 1 : -1;
    return true;
}

static void known_minima(void **state)
{
    (void)state;
    calls c = { 0 };
    double x[4] = { -1.2, 1, -1.2, 1 }, z[6] = { 0 };
    bmi_lbfgs l = { .n = 4, .iterations = 200, .tolerance = 1e-10, .function = rosenbrock, .user = &c };
    assert_int_equal(bmi_lbfgs_run(&l, x), BM_OK);
    assert_true(l.converged && !l.failed && l.largest <= 1e-10 && l.value < 1e-18);
    for (int i = 0; i < 4; i++) bmt_near("ones", x[i], 1, 1e-9);
    l = (bmi_lbfgs){ .n = 6, .iterations = 500, .tolerance = 1e-8, .function = quadratic };
    assert_int_equal(bmi_lbfgs_run(&l, z), BM_OK);
    assert_true(l.converged);
    for (int i = 0; i < 6; i++) bmt_near("at i", z[i], i, 1e-8);
    const int64_t done = l.done;
    assert_int_equal(bmi_lbfgs_run(&l, z), BM_OK); /* there already */
    assert_true(l.converged && l.done == 0 && done > 0);
}

/* Sum of log cosh((i + 1) (x_i - i)) and (sum x - 15)^2 / 2, convex as a classifier's loss is. */
static bool convex(void *user, const double *x, double *g, double *f)
{
    calls *c = user;
    double sum = -15;
    c->n++;
    for (int i = 0; i < 6; i++) sum += x[i];
    *f = .5 * sum * sum;
    for (int i = 0; i < 6; i++) {
        const double u = (i + 1) * (x[i] - i);
        *f += log(cosh(u));
        g[i] = (i + 1) * tanh(u) + sum;
    }
    return true;
}

/* The line search takes the first step that it tries, nearly always. */
static void one_call_an_iteration(void **state)
{
    (void)state;
    calls c = { 0 };
    double x[6] = { 0 };
    bmi_lbfgs l = { .n = 6, .iterations = 200, .tolerance = 1e-9, .noise = 1e-14, .function = convex, .user = &c };
    assert_int_equal(bmi_lbfgs_run(&l, x), BM_OK);
    assert_true(l.converged && l.done >= 10);
    for (int i = 0; i < 6; i++) bmt_near("at i", x[i], i, 1e-8);
    if (c.n > l.done * 13 / 10 + 4) fail_msg("%d calls in %d iterations", c.n, (int)l.done);
}

static void ends_without_a_minimum(void **state)
{
    (void)state;
    calls c = { 0 };
    double x[1] = { 0 };
    bmi_lbfgs l = { .n = 1, .iterations = 50, .tolerance = 1e-10, .function = slide, .user = &c };
    assert_int_equal(bmi_lbfgs_run(&l, x), BM_OK);
    assert_true(!l.converged && !l.failed && l.value < -1e6 && l.done <= 50 && c.n < 50 * 50);
}

/* A call that fails ends the search where the last whole step has come to. */
static void failing_functions(void **state)
{
    (void)state;
    double last = INFINITY;
    for (int at = 1; at < 40; at++) {
        calls c = { .fails_at = at };
        double x[4] = { -1.2, 1, -1.2, 1 }, g[4], f;
        bmi_lbfgs l = { .n = 4, .iterations = 200, .tolerance = 1e-10, .function = rosenbrock, .user = &c };
        assert_int_equal(bmi_lbfgs_run(&l, x), BM_OK);
        assert_true(l.failed && c.n == at);
        rosenbrock(&(calls){ 0 }, x, g, &f);
        assert_true(f <= last); /* never goes up with more calls */
        last = f;
    }
}

static bm_status run(bm_context *context, void *arg)
{
    (void)arg;
    calls c = { 0 };
    double x[4] = { -1.2, 1, -1.2, 1 };
    bmi_lbfgs l = { .context = context, .n = 4, .iterations = 20, .tolerance = 1e-10, .function = rosenbrock, .user = &c };
    return bmi_lbfgs_run(&l, x);
}

static void each_allocation_fails(void **state)
{
    (void)state;
    bmt_each_failure("L-BFGS", run, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_minima),      cmocka_unit_test(one_call_an_iteration), cmocka_unit_test(ends_without_a_minimum),
        cmocka_unit_test(failing_functions), cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
