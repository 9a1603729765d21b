// SPDX-License-Identifier: Apache-2.0
/* LAPACK behind dlopen. Matrices are row-major here and column-major there, so it sees transposes: of a symmetric matrix the same one,
 * and of A = U S VT the factors of AT = V S UT, whose columns lie in memory as the rows that are wanted.
 * Source: Anderson et al., "LAPACK Users' Guide", 3rd ed. (dsyevd, dsyevr, dgesdd).
 */
#include "linalg/lapack.h"
#include "base/library.h"
#include "base/threads.h"
#include <math.h>
#include <pthread.h>

/* LAPACK's integers have 32 bits; the lengths of texts stand at the end of the arguments. */
typedef int integer;
typedef struct functions {
    void (*syevd)(const char *job, const char *triangle, const integer *n, double *a, const integer *lda, double *w,
                  double *work, const integer *lwork, integer *iwork, const integer *liwork, integer *info, size_t, size_t);
    void (*syevr)(const char *job, const char *range, const char *triangle, const integer *n, double *a, const integer *lda,
                  const double *vl, const double *vu, const integer *il, const integer *iu, const double *tolerance, integer *m,
                  double *w, double *z, const integer *ldz, integer *support, double *work, const integer *lwork,
                  integer *iwork, const integer *liwork, integer *info, size_t, size_t, size_t);
    void (*gesdd)(const char *job, const integer *m, const integer *n, double *a, const integer *lda, double *s, double *u,
                  const integer *ldu, double *vt, const integer *ldvt, double *work, const integer *lwork, integer *iwork,
                  integer *info, size_t);
    int (*get_threads)(void); /* OpenBLAS alone has these two: else null */
    void (*set_threads)(int n);
} functions;

enum { LARGEST = 32000 }; /* 2 n^2 numbers of work are counted by 32 bits */

/* The library of the process: opened once, never closed, for its threads would be started anew each time. */
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static functions lapack;
static bool is_open;
static int users, threads_before; /* calls that run now, and the BLAS's threads before the first of them */

#define INTO(f) ((void (**)(void))(void *)&found.f)
static bool load(bmi_error *e, bm_place here, const char *file)
{
    functions found = { 0 };
    const char *package = "libopenblas0-pthread", *use = "this decomposition";
    const bmi_symbol all[] = {
        { "dsyevd_", INTO(syevd) }, { "dsyevr_", INTO(syevr) }, { "dgesdd_", INTO(gesdd) }, { NULL, NULL }
    };
    const bmi_symbol threads[] = { { "openblas_get_num_threads", INTO(get_threads) },
                                   { "openblas_set_num_threads", INTO(set_threads) },
                                   { NULL, NULL } };
    if (!bmi_library_open(e, here, file, package, use, all)) return false;
    if (!bmi_library_open(&(bmi_error){ 0 }, here, file, package, use, threads)) found.get_threads = NULL;
    lapack = found;
    return true;
}

static bool open_locked(bmi_error *e, bm_place here, const char *file)
{
    if (file) return load(e, here, file);
    if (!is_open)
        is_open = load(&(bmi_error){ 0 }, here, "libopenblas.so.0") || load(&(bmi_error){ 0 }, here, "liblapack.so.3");
    return is_open || load(e, here, "libopenblas.so.0");
}

bool bmi_lapack_open(bmi_error *e, bm_place here, const char *file)
{
    pthread_mutex_lock(&guard);
    const bool there = open_locked(e, here, file);
    is_open = is_open || there;
    pthread_mutex_unlock(&guard);
    return there;
}

typedef struct call {
    bool began;
    unsigned mode;
} call;

static bool begin(call *c, bmi_error *e, bm_place here)
{
    pthread_mutex_lock(&guard);
    c->began = open_locked(e, here, NULL);
    if (c->began && !users++ && lapack.get_threads) {
        threads_before = lapack.get_threads();
        if (threads_before != 1) lapack.set_threads(1);
    }
    pthread_mutex_unlock(&guard);
    if (c->began) c->mode = bmi_denormals_flush();
    return c->began;
}

static void end(const call *c)
{
    if (!c->began) return;
    bmi_denormals_restore(c->mode);
    pthread_mutex_lock(&guard);
    if (!--users && lapack.get_threads && threads_before != 1) lapack.set_threads(threads_before);
    pthread_mutex_unlock(&guard);
}

static bm_status check(bmi_error *e, bm_place here, int64_t m, int64_t n, const double *a)
{
    if (m < 1 || n < 1 || (m > LARGEST && n > LARGEST) || m > INT32_MAX || n > INT32_MAX)
        return bmi_fail(e, BM_E_ARGUMENT, here, "a matrix of %lld x %lld cannot be decomposed; of rows or columns %d at most",
                        (long long)m, (long long)n, LARGEST);
    for (int64_t i = 0; i < m * n; i++)
        if (!isfinite(a[i]))
            return bmi_fail(e, BM_E_NUMBER, here, "the matrix has a number that is not finite, in row %lld, column %lld",
                            (long long)(i / n), (long long)(i % n));
    return BM_OK;
}

static bm_status fail_info(bmi_error *e, bm_place here, integer info)
{
    return bmi_fail(e, BM_E_NUMBER, here, "the decomposition does not converge (LAPACK says %d)", (int)info);
}

/* -1 where the entry of `row` that is largest in size is negative. */
static double sign_of(const double *row, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (fabs(row[i]) > fabs(row[best])) best = i;
    return row[best] < 0 ? -1 : 1;
}

/* Rows from the last to the first of `from`, which LAPACK gives rising. */
static void put_falling(int64_t n, int64_t count, const double *w, const double *from, double *values, double *vectors)
{
    for (int64_t k = 0; k < count; k++) {
        const double *row = from + (count - 1 - k) * n, sign = sign_of(row, n);
        values[k] = w[count - 1 - k];
        for (int64_t i = 0; i < n; i++) vectors[k * n + i] = sign * row[i];
    }
}

typedef struct work { /* of a call: numbers, then integers */
    bm_context *context;
    double *numbers;
    integer *integers;
    size_t n_numbers, n_integers;
} work;

static bool get(work *w)
{
    w->numbers = bmi_alloc(w->context, w->n_numbers, sizeof *w->numbers);
    w->integers = bmi_alloc(w->context, w->n_integers, sizeof *w->integers);
    return w->numbers && w->integers;
}

static bm_status give(work *w, bmi_error *e, bm_place here, bool had)
{
    bmi_release(w->context, w->numbers, w->n_numbers, sizeof *w->numbers);
    bmi_release(w->context, w->integers, w->n_integers, sizeof *w->integers);
    if (!had) bmi_fail_memory(e, here, w->n_numbers * sizeof *w->numbers, "a decomposition");
    return e->status;
}

bm_status bmi_eigen_symmetric(bmi_error *e, bm_place here, bm_context *context, int64_t n, int64_t count, double *a,
                              double *values, double *vectors)
{
    if (check(e, here, n, n, a)) return e->status;
    if (count < 1 || count > n)
        return bmi_fail(e, BM_E_ARGUMENT, here, "%lld eigenvectors of a matrix of %lld columns; 1 to %lld are there",
                        (long long)count, (long long)n, (long long)n);
    const bool whole = count == n;
    const integer order = (integer)n, il = (integer)(n - count + 1), ask = -1;
    const double none = 0;
    double best = 0, *w = NULL, *z = NULL;
    integer best_integers = 0, info = 0, found = 0;
    call c = { 0 };
    if (!begin(&c, e, here)) return e->status;
    /* "U": the upper triangle of columns is the lower one of rows */
    if (whole) lapack.syevd("V", "U", &order, a, &order, NULL, &best, &ask, &best_integers, &ask, &info, 1, 1);
    else
        lapack.syevr("V", "I", "U", &order, a, &order, &none, &none, &il, &order, &none, &found, NULL, NULL, &order, NULL,
                     &best, &ask, &best_integers, &ask, &info, 1, 1, 1);
    const integer lwork = (integer)best, liwork = best_integers;
    work memory = { .context = context,
                    .n_numbers = (size_t)lwork + (size_t)n + (whole ? 0 : (size_t)(n * count)),
                    .n_integers = (size_t)liwork + 2 * (size_t)n };
    const bool had = get(&memory);
    if (had) {
        w = memory.numbers + lwork;
        z = whole ? a : w + n;
        if (whole) lapack.syevd("V", "U", &order, a, &order, w, memory.numbers, &lwork, memory.integers, &liwork, &info, 1, 1);
        else
            lapack.syevr("V", "I", "U", &order, a, &order, &none, &none, &il, &order, &none, &found, w, z, &order,
                         memory.integers + liwork, memory.numbers, &lwork, memory.integers, &liwork, &info, 1, 1, 1);
        if (info) fail_info(e, here, info);
        else put_falling(n, count, w, z, values, vectors);
    }
    end(&c);
    return give(&memory, e, here, had);
}

bm_status bmi_svd_thin(bmi_error *e, bm_place here, bm_context *context, int64_t m, int64_t n, double *a, double *s, double *u,
                       double *vt)
{
    if (check(e, here, m, n, a)) return e->status;
    const int64_t r = m < n ? m : n;
    const integer rows = (integer)n, columns = (integer)m, small = (integer)r, ask = -1; /* of the transpose */
    double best = 0;
    integer info = 0;
    call c = { 0 };
    if (!begin(&c, e, here)) return e->status;
    lapack.gesdd("S", &rows, &columns, a, &rows, s, vt, &rows, u, &small, &best, &ask, NULL, &info, 1);
    const integer lwork = (integer)best;
    work memory = { .context = context, .n_numbers = (size_t)lwork, .n_integers = 8 * (size_t)r };
    const bool had = get(&memory);
    if (had)
        lapack.gesdd("S", &rows, &columns, a, &rows, s, vt, &rows, u, &small, memory.numbers, &lwork, memory.integers, &info,
                     1);
    if (info) fail_info(e, here, info);
    end(&c);
    for (int64_t k = 0; had && !info && k < r; k++) {
        if (sign_of(vt + k * n, n) > 0) continue;
        for (int64_t j = 0; j < n; j++) vt[k * n + j] = -vt[k * n + j];
        for (int64_t i = 0; i < m; i++) u[i * r + k] = -u[i * r + k];
    }
    return give(&memory, e, here, had);
}
