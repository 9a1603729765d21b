// SPDX-License-Identifier: Apache-2.0
/* Cholesky's factors: worked numbers, columns of any size, what is not positive definite; coordinate descent by its own conditions. */
#include "linalg/cholesky.h"
#include "base/random.h"
#include "linalg/coordinate.h"
#include "linalg/householder.h"
#include "linalg/gram.h"
#include "support/bmt.h"
#include <math.h>
#include <string.h>

static void worked(void **state)
{
    (void)state;
    /* [4 2; 2 3] x = (10, 9): x = (1.5, 2); the second pivot is 1 - (2/sqrt 12)^2 = 2/3 */
    double a[] = { 4, 99, 2, 3 }, d[2], b[] = { 10, 9 };
    bmt_near("pivot", bmi_cholesky(a, 2, 2, d, NULL), 2. / 3, 1e-15);
    bmi_cholesky_solve(a, 2, 2, d, b);
    bmt_near("x0", b[0], 1.5, 1e-15);
    bmt_near("x1", b[1], 2, 1e-15);
    /* the same with columns 1e-150 and 1e140 as large */
    double far[] = { 4e-300, 0, 2e-10, 3e280 }, c[] = { 10e-150, 9e140 };
    bmt_near("pivot", bmi_cholesky(far, 2, 2, d, NULL), 2. / 3, 1e-14);
    bmi_cholesky_solve(far, 2, 2, d, c);
    bmt_near("x0", c[0] / 1e150, 1.5, 1e-14);
    bmt_near("x1", c[1] * 1e140, 2, 1e-14);
    double half[] = { 1, 0, 1, 1 }, below[] = { 1, 0, 2, 1 }, none[] = { 0, 0, 0, 1 };
    assert_true(bmi_cholesky(half, 2, 2, d, NULL) == 0);
    assert_true(bmi_cholesky(below, 2, 2, d, NULL) == 0);
    assert_true(bmi_cholesky(none, 2, 2, d, NULL) == 0);
}

enum { M = 40, N = 90, STEP = 96 };
typedef struct problem {
    double x[N * M], y[M], g[N * STEP], c[N], yy, l1[N], l2[N], w[N];
} problem;

/* More columns than rows, many of them alike: what the strong rule leaves out must come back where it is wrong. */
static void make(problem *p)
{
    for (int j = 0; j < N; j++)
        for (int i = 0; i < M; i++)
            p->x[j * M + i] =
                bmi_random_normal(1, 1, (uint64_t)(j / 3 * M + i)) + .3 * bmi_random_normal(1, 2, (uint64_t)(j * M + i));
    p->yy = 0;
    for (int i = 0; i < M; i++) {
        p->y[i] = p->x[i] - 2 * p->x[7 * M + i] + .1 * bmi_random_normal(1, 3, (uint64_t)i);
        p->yy += p->y[i] * p->y[i];
    }
    for (int j = 0; j < N; j++) {
        p->c[j] = 0;
        for (int i = 0; i < M; i++) p->c[j] += p->x[j * M + i] * p->y[i];
        for (int k = 0; k < N; k++) {
            double sum = 0;
            for (int i = 0; i < M; i++) sum += p->x[j * M + i] * p->x[k * M + i];
            p->g[j * STEP + k] = sum;
        }
    }
}

/* Karush, Kuhn, Tucker: xT r - l2 w is l1 sign(w) where w is not 0, and at most l1 in size where it is. */
static void conditions(const problem *p)
{
    double r[M];
    memcpy(r, p->y, sizeof r);
    for (int j = 0; j < N; j++)
        for (int i = 0; i < M; i++) r[i] -= p->w[j] * p->x[j * M + i];
    for (int j = 0; j < N; j++) {
        double h = -p->l2[j] * p->w[j];
        for (int i = 0; i < M; i++) h += r[i] * p->x[j * M + i];
        if (p->w[j] != 0) bmt_near("kept", h, copysign(p->l1[j], p->w[j]), 1e-6);
        else assert_true(fabs(h) <= p->l1[j] * (1 + 1e-6));
    }
}

static void descent(void **state)
{
    (void)state;
    static problem p;
    static double other[N];
    make(&p);
    for (int columns = 0; columns < 3; columns++) /* the third time the rule is lied to, and leaves out too much, first all */
        for (int net = 0; net < 2; net++) {
            double before[N];
            memset(p.w, 0, sizeof p.w);
            for (double l1 = 64; l1 > .4; l1 /= 2) {
                for (int j = 0; j < N; j++) before[j] = columns < 2 ? 2 * l1 : -9 * l1, p.l1[j] = l1, p.l2[j] = net ? 3 : 0;
                bmi_coordinate d = { .n = N,
                                     .m = columns == 1 ? M : 0,
                                     .step = columns == 1 ? M : STEP,
                                     .g = columns == 1 ? p.x : p.g,
                                     .y = p.y,
                                     .c = p.c,
                                     .yy = p.yy,
                                     .l1 = p.l1,
                                     .l2 = p.l2,
                                     .l1_before = l1 < 64 || columns == 2 ? before : NULL,
                                     .tolerance = 1e-12,
                                     .iterations = 100000,
                                     .w = p.w };
                assert_int_equal(bmi_coordinate_begin(&d), BM_OK);
                assert_int_equal(bmi_coordinate_solve(&d), BM_OK);
                bmi_coordinate_end(&d);
                assert_true(d.converged && d.gap <= 1e-12 * p.yy);
                conditions(&p);
            }
            if (columns)
                for (int j = 0; net && j < N; j++) bmt_near("all ways", p.w[j], other[j], 1e-8);
            else if (net) memcpy(other, p.w, sizeof other);
        }
    /* a solve that may not go on long enough says so: of so small a penalty most columns come in, one after the other */
    for (int j = 0; j < N; j++) p.l1[j] = 1e-6, p.l2[j] = 0;
    bmi_coordinate d = { .n = N,
                         .step = STEP,
                         .g = p.g,
                         .c = p.c,
                         .yy = p.yy,
                         .l1 = p.l1,
                         .l2 = p.l2,
                         .tolerance = 1e-14,
                         .iterations = 1,
                         .w = p.w };
    memset(p.w, 0, sizeof p.w);
    assert_int_equal(bmi_coordinate_begin(&d), BM_OK);
    assert_int_equal(bmi_coordinate_solve(&d), BM_OK);
    bmi_coordinate_end(&d);
    assert_false(d.converged);
}

/* More columns that are not 0 than are solved for exactly. They are orthogonal, so that each has the minimum of its own:
 * sign(c) (|c| - l1) / (g + l2), 0 where |c| is no more than l1. */
static void many(void **state)
{
    (void)state;
    enum { MANY = 1200 };
    static double g[MANY * MANY], c[MANY], l1[MANY], l2[MANY], w[MANY];
    double yy = 1;
    for (int j = 0; j < MANY; j++) {
        g[j * MANY + j] = 1 + j % 3;
        c[j] = j % 20 ? (j % 2 ? 3 : -4) : .25;
        l1[j] = .5, l2[j] = 2;
        yy += c[j] * c[j] / g[j * MANY + j];
    }
    bmi_coordinate d = {
        .n = MANY, .step = MANY, .g = g, .c = c, .yy = yy, .l1 = l1, .l2 = l2, .tolerance = 1e-12, .iterations = 100, .w = w
    };
    assert_int_equal(bmi_coordinate_begin(&d), BM_OK);
    assert_int_equal(bmi_coordinate_solve(&d), BM_OK);
    bmi_coordinate_end(&d);
    assert_true(d.converged);
    for (int j = 0; j < MANY; j++) bmt_near("w", w[j], j % 20 ? (j % 2 ? 2.5 : -3.5) / (3 + j % 3) : 0, 1e-14);
}

static double cost(const problem *p)
{
    double sum = 0;
    for (int i = 0; i < M; i++) {
        double r = p->y[i];
        for (int j = 0; j < N; j++) r -= p->w[j] * p->x[j * M + i];
        sum += .5 * r * r;
    }
    for (int j = 0; j < N; j++) sum += p->l1[j] * fabs(p->w[j]) + .5 * p->l2[j] * p->w[j] * p->w[j];
    return sum;
}

/* What is told of the distance to the minimum is no less than it is, from wherever descent begins and however early it is ended. */
static void bound(void **state)
{
    (void)state;
    static problem p;
    make(&p);
    for (int net = 0; net < 2; net++) {
        double least = 0;
        for (int64_t far = 0; far < 12; far++) { /* first to the minimum */
            for (int j = 0; j < N; j++) p.l1[j] = .02, p.l2[j] = net ? .5 : 0;
            for (int j = 0; j < N; j++) p.w[j] = far ? .3 * bmi_random_normal((uint64_t)far, 4, (uint64_t)j) : 0;
            bmi_coordinate d = { .n = N,
                                 .step = STEP,
                                 .g = p.g,
                                 .c = p.c,
                                 .yy = p.yy,
                                 .l1 = p.l1,
                                 .l2 = p.l2,
                                 .tolerance = 1e-13,
                                 .iterations = far ? far : 100000,
                                 .w = p.w };
            assert_int_equal(bmi_coordinate_begin(&d), BM_OK);
            assert_int_equal(bmi_coordinate_solve(&d), BM_OK);
            bmi_coordinate_end(&d);
            if (!far) least = cost(&p);
            else assert_true(d.gap >= cost(&p) - least - 1e-9);
        }
    }
}

static bm_status solve_in(bm_context *context, void *arg)
{
    problem *p = arg;
    memset(p->w, 0, sizeof p->w);
    for (int j = 0; j < N; j++) p->l1[j] = .5, p->l2[j] = 0;
    bmi_coordinate d = { .context = context,
                         .n = N,
                         .m = M,
                         .step = M,
                         .g = p->x,
                         .y = p->y,
                         .c = p->c,
                         .yy = p->yy,
                         .l1 = p->l1,
                         .l2 = p->l2,
                         .tolerance = 1e-12,
                         .iterations = 1000,
                         .w = p->w };
    bm_status st = bmi_coordinate_begin(&d);
    if (!st) st = bmi_coordinate_solve(&d);
    bmi_coordinate_end(&d);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    static problem p;
    make(&p);
    bmt_each_failure("coordinate descent", solve_in, &p);
}

enum { ROWS = 60, COLUMNS = 13, APART = 16 };
typedef struct alike {
    double x[COLUMNS][ROWS], y[ROWS], g[COLUMNS * APART], c[COLUMNS], yy;
} alike;

static void make_alike(alike *p, double apart)
{
    p->yy = 0;
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLUMNS; j++) p->x[j][i] = bmi_random_normal(2, (uint64_t)j, (uint64_t)i);
        for (int j = 8; j < 12; j++) p->x[j][i] = p->x[j - 8][i] - .5 * p->x[j - 7][i] + apart * p->x[j][i];
        if (apart == 1) p->x[12][i] = p->x[0][i] + p->x[1][i];
        p->y[i] = p->x[0][i] - p->x[9][i] + .1 * bmi_random_normal(2, 99, (uint64_t)i);
        p->yy += p->y[i] * p->y[i];
    }
    for (int j = 0; j < COLUMNS; j++) {
        p->c[j] = bmi_dot(p->x[j], p->y, ROWS);
        for (int k = 0; k < COLUMNS; k++) p->g[j * APART + k] = bmi_dot(p->x[j], p->x[k], ROWS);
    }
}

static bmi_coordinate solved(const alike *p, double l1, double tolerance, int64_t iterations, double w[COLUMNS])
{
    double penalties[COLUMNS];
    const double none[COLUMNS] = { 0 };
    for (int j = 0; j < COLUMNS; j++) w[j] = 0, penalties[j] = l1;
    bmi_coordinate d = { .n = COLUMNS,
                         .step = APART,
                         .g = p->g,
                         .c = p->c,
                         .yy = p->yy,
                         .l1 = penalties,
                         .l2 = none,
                         .tolerance = tolerance,
                         .iterations = iterations,
                         .w = w };
    assert_int_equal(bmi_coordinate_begin(&d), BM_OK);
    assert_int_equal(bmi_coordinate_solve(&d), BM_OK);
    bmi_coordinate_end(&d);
    return d;
}

static double objective(const alike *p, double l1, const double *w)
{
    double sum = 0;
    for (int i = 0; i < ROWS; i++) {
        double e = p->y[i];
        for (int j = 0; j < COLUMNS; j++) e -= p->x[j][i] * w[j];
        sum += .5 * e * e;
    }
    for (int j = 0; j < COLUMNS; j++) sum += l1 * fabs(w[j]);
    return sum;
}

/* Columns of which four are sums of others but for 1e-5, or one exactly: penalties down to the rounding of the sums come to an end, and
 * one that has a hundred times as long finds no lower point. */
static void much_alike(void **state)
{
    (void)state;
    static alike p;
    for (int exactly = 0; exactly < 2; exactly++) {
        make_alike(&p, exactly ? 1 : 1e-5);
        for (double l1 = 1; l1 > 1e-13; l1 *= .1) {
            double w[COLUMNS], patient[COLUMNS];
            const bmi_coordinate d = solved(&p, l1, 1e-10, 2000, w);
            assert_true(d.converged && d.gap <= 1e-10 * p.yy);
            solved(&p, l1, 1e-15, 200000, patient);
            assert_true(objective(&p, l1, w) <= objective(&p, l1, patient) + 1e-10 * p.yy);
        }
    }
}

static void read_rows(void *user, int64_t first, int64_t count, double *into, int64_t step)
{
    const int64_t *columns = user;
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < *columns; j++) into[i * step + j] = sin((double)((first + i) * (j + 3)));
}

/* Narrow and wide, by parts of the rows and of G; the same bits by any number of threads. */
static void gram(void **state)
{
    (void)state;
    static double one[400 * 400], many[400 * 400];
    const int64_t shapes[][2] = { { 5000, 3 }, { 9000, 50 }, { 300, 400 }, { 1, 1 } };
    for (size_t s = 0; s < BMI_COUNT(shapes); s++) {
        int64_t columns = shapes[s][1];
        const int64_t step = bmi_gram_step(columns);
        const bmi_rows_source from = { .user = &columns, .rows = shapes[s][0], .columns = columns, .read = read_rows };
        bm_context *seven = bm_context_new(.threads = 7), *alone = bm_context_new(.threads = 1);
        assert_int_equal(bmi_gram(alone, &from, one), BM_OK);
        assert_int_equal(bmi_gram(seven, &from, many), BM_OK);
        assert_memory_equal(one, many, (size_t)(columns * step) * sizeof *one);
        for (int64_t i = 0; i < columns; i += 1 + columns / 9)
            for (int64_t j = 0; j < columns; j += 1 + columns / 7) {
                double sum = 0;
                for (int64_t r = 0; r < from.rows; r++) sum += sin((double)(r * (i + 3))) * sin((double)(r * (j + 3)));
                bmt_near("G", one[i * step + j], sum, 1e-11);
                assert_true(one[i * step + j] == one[j * step + i]);
            }
        atomic_int stop = 1;
        bmi_rows_source stopped = from;
        stopped.stop = &stop;
        assert_int_equal(bmi_gram(alone, &stopped, one), BM_E_STOPPED);
        bm_context_free(seven), bm_context_free(alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(worked), cmocka_unit_test(descent),    cmocka_unit_test(many),
                                        cmocka_unit_test(bound),  cmocka_unit_test(much_alike), cmocka_unit_test(no_memory),
                                        cmocka_unit_test(gram) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
