// SPDX-License-Identifier: Apache-2.0
/* Small square factors: inverses that are inverses, of dependent columns generalised ones, what depends on what, and condition numbers
 * (numpy.linalg.cond of the same matrices with columns of length 1).
 */
#include "linalg/triangle.h"
#include "support/bmt.h"
#include <math.h>
#include <string.h>

enum { MOST = 6 };

typedef struct memory {
    bmi_triangle t;
    double a[MOST * MOST], length[MOST], g[MOST * MOST], work[MOST * MOST + MOST];
    int64_t order[MOST];
} memory;

/* R of a matrix is any triangle: here upper[i][j], given row by row. */
static void put(memory *m, int64_t n, const double *upper)
{
    m->t = (bmi_triangle){ .n = n, .a = m->a, .order = m->order, .length = m->length };
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) m->a[j * n + i] = j < i ? 99 /* not read */ : upper[i * n + j];
}

/* RT R of the same. */
static void put_products(memory *m, int64_t n, const double *upper)
{
    put(m, n, upper);
    for (int64_t j = 0; j < n; j++)
        for (int64_t k = 0; k < n; k++) {
            double sum = 0;
            for (int64_t i = 0; i <= j && i <= k; i++) sum += upper[i * n + j] * upper[i * n + k];
            m->a[j * n + k] = sum;
        }
}

/* |R (G RT R - 1)| for G, 0 of an inverse and of a generalised one. */
static double off(const double *upper, const double *g, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < n; k++) {
            double sum = 0;
            for (int64_t a = 0; a < n; a++)
                for (int64_t b = 0; b < n; b++)
                    for (int64_t c = 0; c < n; c++) {
                        const double left = a < i ? 0 : upper[i * n + a], right = b < c ? 0 : upper[c * n + b],
                                     last = k < c ? 0 : upper[c * n + k];
                        sum += left * g[a * n + b] * right * last;
                    }
            most = fmax(most, fabs(sum - (k < i ? 0 : upper[i * n + k])));
        }
    return most;
}

static const double whole[9] = { 4, -2, 1e3, 0, 3, 5e2, 0, 0, 1e2 }, flat[9] = { 1, 2, 3, 0, 4, 4, 0, 0, 0 };

static void inverses(void **state)
{
    (void)state;
    memory m;
    for (int way = 0; way < 2; way++) {
        put(&m, 3, whole);
        if (way) put_products(&m, 3, whole);
        if (way) assert_true(bmi_triangle_cholesky(&m.t, 1e-7));
        else bmi_triangle_factor(&m.t, 1e-12);
        assert_int_equal(m.t.rank, 3);
        bmi_triangle_inverse(&m.t, m.g, m.work);
        bmt_near("an inverse", off(whole, m.g, 3) / 1e3, 0, 1e-12);
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++) assert_true(m.g[3 * i + k] == m.g[3 * k + i]);
        /* the last column has nothing else in its row: its variance is 1 / R33^2 */
        bmt_near("the last", m.g[8], 1e-4, 1e-15);
    }
}

static void dependent(void **state)
{
    (void)state;
    memory m;
    for (int way = 0; way < 2; way++) {
        double v[3];
        put(&m, 3, flat); /* column 3 = column 1 + column 2 */
        if (way) put_products(&m, 3, flat);
        if (way) assert_true(bmi_triangle_cholesky(&m.t, 1e-7));
        else bmi_triangle_factor(&m.t, 1e-12);
        assert_int_equal(m.t.rank, 2);
        bmi_triangle_inverse(&m.t, m.g, m.work);
        bmt_near("a generalised inverse", off(flat, m.g, 3), 0, 1e-12);
        bmi_triangle_null(&m.t, 0, v, m.work);
        bmt_near("1 and 2", v[0] / v[1], 1, 1e-12);
        bmt_near("1 and 3", v[0] / v[2], -1, 1e-12);
    }
    const double zero[4] = { 0, 0, 0, 2 };
    put(&m, 2, zero);
    bmi_triangle_factor(&m.t, 1e-12);
    assert_int_equal(m.t.rank, 1);
    assert_int_equal(m.order[0], 1);
    double v[2];
    bmi_triangle_null(&m.t, 0, v, m.work);
    assert_true(v[0] == 1 && v[1] == 0);
    m.t = (bmi_triangle){ .n = 1, .a = m.a, .order = m.order, .length = m.length };
    m.a[0] = -1;
    assert_false(bmi_triangle_cholesky(&m.t, 1e-7));
    m.a[0] = NAN;
    assert_false(bmi_triangle_cholesky(&m.t, 1e-7));
}

static void condition(void **state)
{
    (void)state;
    memory m;
    put(&m, 3, whole);
    bmt_near("whole", bmi_triangle_condition(m.a, 3), 26.815641950038252, 1e-12);
    put(&m, 3, flat);
    assert_true(bmi_triangle_condition(m.a, 3) > 1e15);
    const double one[1] = { 5 }, none[4] = { 0, 0, 0, 1 };
    put(&m, 1, one);
    assert_true(bmi_triangle_condition(m.a, 1) == 1);
    put(&m, 2, none);
    assert_true(isinf(bmi_triangle_condition(m.a, 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(inverses), cmocka_unit_test(dependent), cmocka_unit_test(condition) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
