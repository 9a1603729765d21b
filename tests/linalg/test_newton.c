// SPDX-License-Identifier: Apache-2.0
/* Newton's method by Cholesky and by conjugate gradients, and coordinate descent under absolute values, on functions whose minimum is
 * known by hand; dependent variables, functions that fail, allocations that fail.
 */
#include "linalg/descent.h"
#include "linalg/newton.h"
#include "support/bmt.h"
#include <math.h>

enum { N = 6 };

typedef struct
    bowl { /* sum cosh(a_i (x_i - i)) / a_i^2 + (sum x - 15)^2 / 2: minimum N squared reciprocals where x_i = i, whose sum is 15 */
    int calls, fails_at;
} bowl;

static double steep(int i)
{
    return 1 + .5 * i;
}

static bool value(void *user, const double *x, double *g, double *f)
{
    bowl *b = user;
    double sum = -15;
    if (++b->calls == b->fails_at) return false;
    for (int i = 0; i < N; i++) sum += x[i];
    *f = .5 * sum * sum;
    for (int i = 0; i < N; i++) {
        const double a = steep(i);
        *f += cosh(a * (x[i] - i)) / (a * a);
        g[i] = sinh(a * (x[i] - i)) / a + sum;
    }
    return true;
}

static bool matrix(void *user, const double *x, int64_t block, double *h)
{
    (void)user, (void)block;
    for (int i = 0; i < N * N; i++) h[i] = 1 + (i / N == i % N ? cosh(steep(i / N) * (x[i / N] - i / N)) : 0);
    return true;
}

static bool product(void *user, const double *x, const double *v, double *h)
{
    double all[N * N];
    matrix(user, x, 0, all);
    for (int i = 0; i < N; i++) {
        h[i] = 0;
        for (int k = 0; k < N; k++) h[i] += all[i * N + k] * v[k];
    }
    return true;
}

static void known_minimum(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        bowl b = { 0 };
        double x[N] = { 3, 3, 3, 3, 3, 3 }, least = 0;
        bmi_newton w = { .n = N,
                         .blocks = 1,
                         .iterations = 50,
                         .tolerance = 1e-12,
                         .function = value,
                         .matrix = way ? NULL : matrix,
                         .product = product,
                         .user = &b };
        assert_int_equal(bmi_newton_run(&w, x), BM_OK);
        assert_true(w.converged && !w.failed && !w.dependent && w.done < 30);
        for (int i = 0; i < N; i++) {
            bmt_near("at i", x[i], i, 1e-11);
            least += 1 / (steep(i) * steep(i));
        }
        bmt_near("least", w.value, least, 1e-14);
    }
}

/* (x0 + x1 - 2)^2 + (x2 + x3 + 1)^2, in two blocks: of each pair only the sum matters. */
static bool pairs(void *user, const double *x, double *g, double *f)
{
    (void)user;
    const double a = x[0] + x[1] - 2, b = x[2] + x[3] + 1;
    *f = a * a + b * b;
    g[0] = g[1] = 2 * a;
    g[2] = g[3] = 2 * b;
    return true;
}

static bool twos(void *user, const double *x, int64_t block, double *h)
{
    (void)user, (void)x, (void)block;
    for (int i = 0; i < 4; i++) h[i] = 2;
    return true;
}

static void dependent_variables(void **state)
{
    (void)state;
    double x[4] = { 0 };
    bmi_newton w = { .n = 4, .blocks = 2, .iterations = 9, .tolerance = 1e-12, .function = pairs, .matrix = twos };
    assert_int_equal(bmi_newton_run(&w, x), BM_OK);
    assert_true(w.converged && w.dependent && w.done == 1);
    bmt_near("first pair", x[0] + x[1], 2, 1e-14);
    bmt_near("second pair", x[2] + x[3], -1, 1e-14);
}

/* (x - c)T A (x - c) / 2 with A = 1 + diagonal 1: under l1 the minimum satisfies the derivative's conditions, which are checked. */
static bool quadratic(void *user, const double *x, double *g, double *f)
{
    bowl *b = user;
    double sum = 0;
    if (b && ++b->calls == b->fails_at) return false;
    for (int i = 0; i < N; i++) sum += x[i] - (i - 2);
    *f = .5 * sum * sum;
    for (int i = 0; i < N; i++) {
        const double d = x[i] - (i - 2);
        *f += .5 * d * d;
        g[i] = d + sum;
    }
    return true;
}

static bool chosen(void *user, const double *x, int64_t block, const int64_t *of, int64_t m, double *h)
{
    (void)user, (void)x, (void)block;
    for (int64_t i = 0; i < m * m; i++) h[i] = 1 + (of[i / m] == of[i % m]);
    return true;
}

static void with_kinks(void **state)
{
    (void)state;
    double x[N] = { 0 }, l1[N] = { 1.5, 1.5, 1.5, 1.5, 1.5, 0 }, g[N], f;
    bmi_descent c = {
        .n = N, .blocks = 1, .iterations = 100, .tolerance = 1e-12, .l1 = l1, .function = quadratic, .matrix = chosen
    };
    assert_int_equal(bmi_descent_run(&c, x), BM_OK);
    assert_true(c.converged && !c.failed && c.largest <= 1e-12);
    quadratic(NULL, x, g, &f);
    int zeros = 0;
    for (int i = 0; i < N; i++) {
        zeros += x[i] == 0;
        assert_true(x[i] == 0 ? fabs(g[i]) <= l1[i] + 1e-12 : fabs(g[i] + (x[i] > 0 ? l1[i] : -l1[i])) <= 1e-12);
        f += l1[i] * fabs(x[i]);
    }
    assert_true(zeros >= 2 && zeros < N);
    bmt_near("value", c.value, f, 1e-14);
    const double strong[N] = { 1e3, 1e3, 1e3, 1e3, 1e3, 1e3 }; /* everything at 0, which is where it was */
    double none[N] = { 0 };
    c.l1 = strong;
    assert_int_equal(bmi_descent_run(&c, none), BM_OK);
    assert_true(c.converged && c.done == 0);
}

static void failing_functions(void **state)
{
    (void)state;
    for (int at = 1; at < 6; at++) {
        bowl b = { .fails_at = at }, c = { .fails_at = at };
        double x[N] = { 3, 3, 3, 3, 3, 3 }, y[N] = { 9, 9, 9, 9, 9, 9 };
        const double l1[N] = { 1, 1, 1, 1, 1, 1 };
        bmi_newton w = {
            .n = N, .blocks = 1, .iterations = 50, .tolerance = 1e-300, .function = value, .matrix = matrix, .user = &b
        };
        bmi_descent d = {
            .n = N, .blocks = 1, .iterations = 50, .tolerance = 0, .l1 = l1, .function = quadratic, .matrix = chosen, .user = &c
        };
        assert_int_equal(bmi_newton_run(&w, x), BM_OK);
        assert_int_equal(bmi_descent_run(&d, y), BM_OK);
        assert_true(w.failed && !w.converged && b.calls == at);
        assert_true(at > 2 || (d.failed && c.calls == at));
    }
}

static bm_status run(bm_context *context, void *arg)
{
    (void)arg;
    bowl b = { 0 };
    double x[N] = { 3, 3, 3, 3, 3, 3 }, y[N] = { 0 };
    const double l1[N] = { 1, 1, 1, 1, 1, 1 };
    bmi_newton w = { .context = context,
                     .n = N,
                     .blocks = 1,
                     .iterations = 5,
                     .tolerance = 1e-9,
                     .function = value,
                     .matrix = matrix,
                     .user = &b };
    bmi_descent d = { .context = context,
                      .n = N,
                      .blocks = 1,
                      .iterations = 5,
                      .tolerance = 1e-9,
                      .l1 = l1,
                      .function = quadratic,
                      .matrix = chosen };
    const bm_status st = bmi_newton_run(&w, x);
    return st ? st : bmi_descent_run(&d, y);
}

static void each_allocation_fails(void **state)
{
    (void)state;
    bmt_each_failure("Newton and descent", run, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_minimum),     cmocka_unit_test(dependent_variables),   cmocka_unit_test(with_kinks),
        cmocka_unit_test(failing_functions), cmocka_unit_test(each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
