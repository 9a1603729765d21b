// SPDX-License-Identifier: Apache-2.0
/* Least squares against worked numbers, an exact system, the normal equations' own condition, and rank-deficient columns. */
#include "linalg/least_squares.h"
#include "base/random.h"
#include "linalg/householder.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>

static int64_t solve(const double *rows, int64_t m, int64_t n, int64_t k, double *x, double *residual)
{
    bmi_least_squares ls;
    int64_t rank = -1;
    assert_int_equal(bmi_least_squares_begin(&ls, NULL, n, k, m), BM_OK);
    for (int64_t i = 0; i < m; i++) bmi_least_squares_row(&ls, rows + i * (n + k), rows + i * (n + k) + n);
    assert_int_equal(bmi_least_squares_solve(&ls, x, &rank), BM_OK);
    for (int64_t j = 0; residual && j < k; j++) residual[j] = bmi_least_squares_residual(&ls, j);
    bmi_least_squares_end(&ls);
    return rank;
}

/* The tables of course notes; figures by exact rational arithmetic, rounded. */
static void worked_tables(void **state)
{
    (void)state;
    const double scores[] = { 73, 80,  75, 1,  152, 93, 88,  93, 1,  185, 89, 91, 90,
                              1,  180, 96, 98, 100, 1,  196, 73, 66, 70,  1,  142 };
    double x[4], residual;
    assert_int_equal(solve(scores, 5, 4, 1, x, &residual), 4);
    bmt_near("w0", x[0], .7954753, 1e-7);
    bmt_near("w1", x[1], .4083791, 1e-7);
    bmt_near("w2", x[2], .7545877, 1e-7);
    bmt_near("b", x[3], 4.4021095, 1e-7);
    bmt_near("sse", residual, .5216278, 1e-7);
    const double grades[] = { 100, 95, 95, 96, 80, 80, 75, 78, 60, 100, 100, 86, 55, 75, 100, 76 };
    assert_int_equal(solve(grades, 4, 3, 1, x, NULL), 3);
    bmt_near("g0", x[0], .334143, 1e-5);
    bmt_near("g1", x[1], .334978, 1e-5);
    bmt_near("g2", x[2], .324762, 1e-5);
    const double line[] = { 0, 1, 0, 1, 1, 1, 1, 1, 2 };
    assert_int_equal(solve(line, 3, 2, 1, x, NULL), 2);
    bmt_near("slope", x[0], 1.5, 1e-14);
    bmt_near("start", x[1], 0, 1e-14);
}

/* At the solution the residual is orthogonal to every column: many rows (several blocks), two right sides. */
static void residual_is_orthogonal(void **state)
{
    (void)state;
    enum { M = 1000, N = 13, K = 2, W = N + K };
    static double rows[M * W];
    double x[N * K], residual[K];
    for (int i = 0; i < M * W; i++) rows[i] = bmi_random_normal(1, 2, (uint64_t)i) * (i % W == 3 ? 1e6 : 1);
    assert_int_equal(solve(rows, M, N, K, x, residual), N);
    for (int c = 0; c < K; c++) {
        double sums[N] = { 0 }, squares = 0;
        for (int i = 0; i < M; i++) {
            double r = rows[i * W + N + c];
            for (int j = 0; j < N; j++) r -= rows[i * W + j] * x[j * K + c];
            for (int j = 0; j < N; j++) sums[j] += r * rows[i * W + j] / (j == 3 ? 1e6 : 1);
            squares += r * r;
        }
        for (int j = 0; j < N; j++) bmt_near("orthogonal", sums[j], 0, 1e-10);
        bmt_near("residual", residual[c], squares, 1e-10);
    }
}

/* Columns that repeat: rank is told, and of all solutions the shortest is given: equal columns share equally. */
static void shortest_of_many(void **state)
{
    (void)state;
    double rows[6 * 4], x[3];
    for (int i = 0; i < 6; i++) {
        const double v = i + 1, u = (i * 7) % 5;
        rows[4 * i] = rows[4 * i + 1] = v;
        rows[4 * i + 2] = u;
        rows[4 * i + 3] = 6 * v + 2 * u;
    }
    assert_int_equal(solve(rows, 6, 3, 1, x, NULL), 2);
    bmt_near("first of equals", x[0], 3, 1e-12);
    bmt_near("second of equals", x[1], 3, 1e-12);
    bmt_near("the other", x[2], 2, 1e-12);
    const double zeros[] = { 0, 0, 5, 0, 0, 6 };
    assert_int_equal(solve(zeros, 2, 2, 1, x, NULL), 0);
    assert_true(x[0] == 0 && x[1] == 0);
}

/* Fewer rows than columns: the shortest exact solution, x = AT (A AT)^-1 b. */
static void more_columns_than_rows(void **state)
{
    (void)state;
    const double rows[] = { 1, 2, 2, 9, 0, 1, -1, 4 };
    double x[3], residual;
    assert_int_equal(solve(rows, 2, 3, 1, x, &residual), 2);
    /* A AT = [9 0; 0 2], so x = (1,2,2) * 9/9 + (0,1,-1) * 4/2 */
    bmt_near("x0", x[0], 1, 1e-13);
    bmt_near("x1", x[1], 4, 1e-13);
    bmt_near("x2", x[2], 0, 1e-13);
    bmt_near("exact", residual, 0, 1e-13);
    /* the same, with a row that says nothing new before the last one */
    const double again[] = { 1, 2, 2, 0, 9, 2, 4, 4, 0, 18, 0, 1, -1, 0, 4 };
    double y[4];
    assert_int_equal(solve(again, 3, 4, 1, y, &residual), 2);
    for (int i = 0; i < 4; i++) bmt_near("y", y[i], i < 3 ? x[i] : 0, 1e-13);
    bmt_near("exact", residual, 0, 1e-13);
}

/* Against numpy (tests/golden/least_norm.py): one row is the sum of two, with a right side that is not, so the rank is one less and the
 * residual not 0. Memory is that of the rows, not of the columns squared. */
static void wide(void **state)
{
    (void)state;
    static const struct {
        int m, n;
        double x[3][2], norm[2], residual[2], tolerance;
    } cases[] = {
        { 12,
          30,
          { { 0.044013997892193, -0.182579560149047 },
            { -0.011081823749869, -0.133476564190861 },
            { 0.09940680963287, 0.910906932316134 } },
          { 0.630326543011687, 2.056554200307496 },
          { 0.786305651544416, 75 },
          1e-13 },
        { 300,
          12000,
          { { 2.318094162904192e-05, 1.183919521973054e-02 },
            { -8.180952765962125e-05, 1.600465734873624e-02 },
            { 0.001244240692537, -0.01769573656116 } },
          { 0.159136111592483, 38.07925799278598 },
          { 1.909624760568845, 3.0603e4 },
          1e-11 },
    };
    for (size_t s = 0; s < BMI_COUNT(cases); s++) {
        const int m = cases[s].m, n = cases[s].n, w = n + 2;
        bmt_faults memory = { 0 };
        bm_context *context = bmt_context(&memory, 1);
        double *a = calloc((size_t)(m * w), sizeof *a), *x = calloc((size_t)n, 2 * sizeof *x);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) a[i * w + j] = i == m - 1 ? a[j] + a[w + j] : sin(1 + 3. * i + 7. * j + (double)i * j);
            a[i * w + n] = cos(i);
            a[i * w + n + 1] = i - 5.;
        }
        bmi_least_squares ls;
        int64_t rank;
        assert_int_equal(bmi_least_squares_begin(&ls, context, n, 2, m), BM_OK);
        for (int i = 0; i < m; i++) bmi_least_squares_row(&ls, a + i * w, a + i * w + n);
        assert_int_equal(bmi_least_squares_solve(&ls, x, &rank), BM_OK);
        assert_int_equal(rank, m - 1);
        for (int c = 0; c < 2; c++) {
            const int at[3] = { 0, 7, n - 1 };
            double squares = 0;
            for (int j = 0; j < n; j++) squares += x[2 * j + c] * x[2 * j + c];
            for (int k = 0; k < 3; k++) bmt_near("x", x[2 * at[k] + c], cases[s].x[k][c], cases[s].tolerance);
            bmt_near("norm", sqrt(squares), cases[s].norm[c], cases[s].tolerance);
            bmt_near("residual", bmi_least_squares_residual(&ls, c), cases[s].residual[c], cases[s].tolerance);
        }
        bmi_least_squares_end(&ls);
        bm_context_free(context);
        assert_int_equal(memory.live, 0);
        assert_true(memory.peak_bytes < (size_t)(m * w + 3 * m * m + 4 * n) * sizeof(double) + 200000);
        free(a);
        free(x);
    }
}

/* Hilbert columns: the normal equations would lose everything, QR keeps the residual small. */
static void badly_conditioned(void **state)
{
    (void)state;
    enum { N = 8 };
    double rows[20 * (N + 1)], x[N], residual;
    for (int i = 0; i < 20; i++) {
        rows[i * (N + 1) + N] = 0;
        for (int j = 0; j < N; j++) rows[i * (N + 1) + N] += rows[i * (N + 1) + j] = 1.0 / (i + j + 1);
    }
    assert_int_equal(solve(rows, 20, N, 1, x, &residual), N);
    bmt_near("residual", residual, 0, 1e-25);
    for (int j = 0; j < N; j++) bmt_near("ones", x[j], 1, 1e-5);
}

static void reflections(void **state)
{
    (void)state;
    double x[3] = { 4e200, -2e200, 4e200 }, alpha = 0;
    const double tau = bmi_householder(&alpha, x, 3);
    bmt_near("no overflow", fabs(alpha) / 1e200, 6, 1e-15);
    double y[3] = { 4, -2, 4 }, a = 0;
    bmi_reflect(tau, x, &a, y, 3);
    bmt_near("taken to the first", fabs(a), 6, 1e-14);
    for (int i = 0; i < 3; i++) bmt_near("emptied", y[i], 0, 1e-14);
    double zero[2] = { 0, 0 };
    alpha = -3;
    assert_true(bmi_householder(&alpha, zero, 2) == 0 && alpha == -3);
}

/* Columns whose squares are no numbers of the type have a solution, too. */
static void far_from_one(void **state)
{
    (void)state;
    const double scales[] = { 1e200, 1e-200, 1e-300, 0x1p-1074 };
    for (size_t s = 0; s < BMI_COUNT(scales); s++) {
        double rows[10 * 3], x[2];
        for (int i = 0; i < 10; i++) {
            rows[3 * i] = scales[s] * i;
            rows[3 * i + 1] = scales[s] * (i * i % 7);
            rows[3 * i + 2] = 3 * i + 2 * (i * i % 7);
        }
        assert_int_equal(solve(rows, 10, 2, 1, x, NULL), 2);
        if (s == 3) continue; /* 3 / scale is infinite */
        bmt_near("x0", x[0] * scales[s], 3, 1e-12);
        bmt_near("x1", x[1] * scales[s], 2, 1e-12);
    }
}

/* A stop ends the work without a solution, wherever it comes. */
static void stopping(void **state)
{
    (void)state;
    enum { N = 40 };
    double row[N + 1], x[N];
    for (int rows = 20; rows <= 300; rows += 280) {
        atomic_int stop = 0;
        bmi_least_squares ls;
        assert_int_equal(bmi_least_squares_begin(&ls, NULL, N, 1, rows), BM_OK);
        ls.stop = &stop;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j <= N; j++) row[j] = bmi_random_normal(1, 3, (uint64_t)(i * (N + 1) + j));
            bmi_least_squares_row(&ls, row, row + N);
            if (i == rows / 3) atomic_store(&stop, 1);
        }
        assert_int_equal(bmi_least_squares_solve(&ls, x, NULL), BM_E_STOPPED);
        bmi_least_squares_end(&ls);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_tables),
        cmocka_unit_test(residual_is_orthogonal),
        cmocka_unit_test(shortest_of_many),
        cmocka_unit_test(more_columns_than_rows),
        cmocka_unit_test(badly_conditioned),
        cmocka_unit_test(reflections),
        cmocka_unit_test(far_from_one),
        cmocka_unit_test(stopping),
        cmocka_unit_test(wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
