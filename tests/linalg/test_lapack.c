// SPDX-License-Identifier: Apache-2.0
/* Eigenvectors and singular vectors through LAPACK: worked numbers, A = V D VT and A = U S VT put together again, bits on any number of
 * threads, failing allocations, bad input, a library that is not there. */
#include "linalg/lapack.h"
#include "base/random.h"
#include "base/threads.h"
#include "support/bmt.h"
#include <math.h>
#include <string.h>

static const bm_place here;

static bool there(void)
{
    bmi_error e = { 0 };
    if (bmi_lapack_open(&e, here, NULL)) return true;
    bmt_contains("no LAPACK", e.text, "apt-get install libopenblas0-pthread");
    return false;
}

static void worked(void **state)
{
    (void)state;
    if (!there()) {
        bmt_skip("LAPACK");
        return;
    }
    /* by hand: [2 1; 1 2] has 3 with (1, 1) / sqrt 2 and 1 with (1, -1) / sqrt 2; of rows' lower triangle only */
    double a[] = { 2, 99, 1, 2 }, values[2], vectors[4];
    bmi_error e = { 0 };
    assert_int_equal(bmi_eigen_symmetric(&e, here, NULL, 2, 2, a, values, vectors), BM_OK);
    bmt_near("3", values[0], 3, 1e-14);
    bmt_near("1", values[1], 1, 1e-14);
    bmt_near("v00", vectors[0], sqrt(.5), 1e-14);
    bmt_near("v01", vectors[1], sqrt(.5), 1e-14);
    bmt_near("v1", vectors[2] * vectors[3], -.5, 1e-14);
    assert_true(fmax(vectors[2], vectors[3]) > 0);
    /* by hand: A = (3, 4)T (0, 1): S = 5, U = (.6, .8), VT = (0, 1) */
    double b[] = { 0, 3, 0, 4 }, s[2], u[4], vt[4];
    assert_int_equal(bmi_svd_thin(&e, here, NULL, 2, 2, b, s, u, vt), BM_OK);
    bmt_near("s0", s[0], 5, 1e-14);
    bmt_near("s1", s[1], 0, 1e-14);
    bmt_near("u0", u[0], .6, 1e-14);
    bmt_near("u1", u[2], .8, 1e-14);
    bmt_near("v", vt[1], 1, 1e-14);
}

enum { N = 60 };

static void fill(double *a, int64_t n, uint64_t seed)
{
    for (int64_t i = 0; i < n; i++) a[i] = bmi_random_normal(seed, 5, (uint64_t)i);
}

static void symmetric(double *a)
{
    fill(a, (int64_t)N * N, 1);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++) a[j * N + i] = a[i * N + j];
}

/* A v = l v, vectors orthonormal, values falling; and the largest ones alone are the same. */
static void eigen(void **state)
{
    (void)state;
    static double a[N * N], kept[N * N], values[N], v[N * N], few[N], vf[N * N];
    bmi_error e = { 0 };
    if (!there()) {
        bmt_skip("LAPACK");
        return;
    }
    symmetric(a);
    memcpy(kept, a, sizeof a);
    assert_int_equal(bmi_eigen_symmetric(&e, here, NULL, N, N, a, values, v), BM_OK);
    for (int k = 0; k < N; k++) {
        assert_true(!k || values[k] <= values[k - 1]);
        for (int i = 0; i < N; i++) {
            double sum = 0, dot = 0;
            for (int j = 0; j < N; j++) {
                sum += kept[i * N + j] * v[k * N + j];
                dot += v[i * N + j] * v[k * N + j];
            }
            bmt_near("A v", sum, values[k] * v[k * N + i], 1e-12);
            bmt_near("orthonormal", dot, i == k, 1e-13);
        }
    }
    memcpy(a, kept, sizeof a);
    assert_int_equal(bmi_eigen_symmetric(&e, here, NULL, N, 7, a, few, vf), BM_OK);
    for (int k = 0; k < 7; k++) {
        bmt_near("value", few[k], values[k], 1e-12);
        for (int i = 0; i < N; i++) bmt_near("vector", vf[k * N + i], v[k * N + i], 1e-11);
    }
}

static void svd_of(int64_t m, int64_t n, double scale)
{
    static double a[40 * 40], kept[40 * 40], u[40 * 40], vt[40 * 40], s[40];
    const int64_t r = m < n ? m : n;
    bmi_error e = { 0 };
    fill(a, m * n, 2);
    for (int64_t i = 0; i < m * n; i++) a[i] *= scale;
    memcpy(kept, a, sizeof a);
    assert_int_equal(bmi_svd_thin(&e, here, NULL, m, n, a, s, u, vt), BM_OK);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t k = 0; k < r; k++) sum += u[i * r + k] * (s[k] / scale) * vt[k * n + j];
            bmt_near("U S VT", sum, kept[i * n + j] / scale, 1e-13);
        }
    for (int64_t k = 0; k < r; k++) {
        double dot = 0;
        for (int64_t j = 0; j < n; j++) dot += vt[k * n + j] * vt[k * n + j];
        bmt_near("length", dot, 1, 1e-13);
        assert_true(s[k] >= 0 && (!k || s[k] <= s[k - 1]));
    }
}

static void svd(void **state)
{
    (void)state;
    if (!there()) {
        bmt_skip("LAPACK");
        return;
    }
    svd_of(40, 7, 1);
    svd_of(7, 40, 1);
    svd_of(12, 12, 1e300);
    svd_of(12, 5, 1e-290);
    svd_of(1, 1, 1);
    svd_of(1, 9, 1);
    svd_of(9, 1, 1);
}

typedef struct threaded {
    double values[8][N], vectors[8][N * N];
    bmi_error e[8];
} threaded;

static void one(void *arg, int part, int parts)
{
    threaded *t = arg;
    double a[N * N];
    (void)parts;
    symmetric(a);
    bmi_eigen_symmetric(&t->e[part], here, NULL, N, N, a, t->values[part], t->vectors[part]);
}

/* Several calls at once, and one alone: the same bits. */
static void same_bits(void **state)
{
    (void)state;
    static threaded t;
    if (!there()) {
        bmt_skip("LAPACK");
        return;
    }
    bm_context *four = bm_context_new(.threads = 4);
    one(&t, 0, 1);
    bmi_parallel(four, 8, one, &t);
    for (int i = 1; i < 8; i++) {
        assert_int_equal(t.e[i].status, BM_OK);
        assert_memory_equal(t.values[0], t.values[i], sizeof t.values[0]);
        assert_memory_equal(t.vectors[0], t.vectors[i], sizeof t.vectors[0]);
    }
    bm_context_free(four);
}

static bm_status both(bm_context *context, void *arg)
{
    double a[] = { 2, 1, 1, 1, 3, 1, 1, 1, 4 }, b[9], s[3], u[9], vt[9];
    bmi_error e = { 0 };
    (void)arg;
    memcpy(b, a, sizeof a);
    if (!bmi_eigen_symmetric(&e, here, context, 3, 2, a, s, vt)) bmi_svd_thin(&e, here, context, 3, 3, b, s, u, vt);
    return e.status;
}

static void bad(void **state)
{
    (void)state;
    double a[4] = { 1, 2, NAN, 1 }, out[4], more[4];
    bmi_error e = { 0 };
    assert_false(bmi_lapack_open(&e, here, "libnosuchlapack.so.9"));
    assert_int_equal(e.status, BM_E_UNSUPPORTED);
    bmt_contains("missing", e.text, "libnosuchlapack.so.9");
    bmt_contains("missing", e.text, "apt-get install libopenblas0-pthread");
    if (!there()) {
        bmt_skip("LAPACK");
        return;
    }
    e = (bmi_error){ 0 };
    assert_int_equal(bmi_eigen_symmetric(&e, here, NULL, 2, 2, a, out, more), BM_E_NUMBER);
    bmt_contains("not finite", e.text, "row 1, column 0");
    a[2] = 2;
    e = (bmi_error){ 0 };
    assert_int_equal(bmi_eigen_symmetric(&e, here, NULL, 2, 3, a, out, more), BM_E_ARGUMENT);
    e = (bmi_error){ 0 };
    assert_int_equal(bmi_svd_thin(&e, here, NULL, 0, 3, a, out, more, more), BM_E_ARGUMENT);
    e = (bmi_error){ 0 };
    assert_int_equal(bmi_svd_thin(&e, here, NULL, 40000, 40000, a, out, more, more), BM_E_ARGUMENT);
    bmt_each_failure("decompositions", both, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(worked), cmocka_unit_test(eigen), cmocka_unit_test(svd),
                                        cmocka_unit_test(same_bits), cmocka_unit_test(bad) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
