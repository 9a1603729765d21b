// SPDX-License-Identifier: Apache-2.0
/* Gradient descent: the worked numbers of course notes, every rule that ends it, the path that is kept. */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <string.h>

static bm_dataset *of(const double *x, const double *y, int rows, int columns)
{
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(rows, columns), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(rows, 1), y);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a), bm_free(b);
    return d;
}

static bm_model *fitted(bm_learner how, const bm_dataset *d)
{
    bm_model *m = bm_learner(how, NULL);
    bm_fit(m, d, .seed = 4);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    return m;
}

static double path_at(bm_model *m, int64_t point, int64_t weight)
{
    const bm_tensor *p = bm_model_learned(m, "path");
    return bm_tensor_at(p, point * bm_tensor_shape(p).dim[1] + weight);
}

/* E = 2 w1^2 + 3 w0^2 - 6 w1 - 6 w0 + 4 w1 w0 + 5 is the sum of squares of the line through (0, 0), (1, 1), (1, 2). */
static void line_of_three(void **state)
{
    (void)state;
    const double x[] = { 0, 1, 1 }, y[] = { 0, 1, 2 };
    bm_dataset *d = of(x, y, 3, 1);
    bm_model *m = fitted(bm_descent(.1, .cost = BM_COST_SUM, .start = "1 1", .steps = 100), d);
    const double w0[] = { 1, .6, .52, .472 }, w1[] = { 1, .8, .84, .896 };
    for (int i = 0; i < 4; i++) {
        bmt_near("w1", path_at(m, i, 0), w1[i], 1e-12);
        bmt_near("w0", path_at(m, i, 1), w0[i], 1e-12);
    }
    bmt_near("w0 at 100", path_at(m, 100, 1), 6.4202e-05, 1e-9);
    bmt_near("w1 at 100", path_at(m, 100, 0), 1.4999178, 1e-7);
    bmt_near("E at the start", bm_tensor_at(bm_model_learned(m, "path_loss"), 0), 2 + 3 - 6 - 6 + 4 + 5, 1e-12);
    assert_int_equal(bm_tensor_shape(bm_model_learned(m, "path")).dim[0], 101);
    assert_string_equal(bm_stopped_by(m), "steps after 100 steps");
    bmt_near("kernel", bm_tensor_at(bm_model_weight(m, "output/kernel"), 0), path_at(m, 100, 0), 0);
    bmt_near("bias", bm_tensor_at(bm_model_weight(m, "output/bias"), 0), path_at(m, 100, 1), 0);
    bm_free(m);
    m = fitted(bm_descent(.1, .cost = BM_COST_SUM, .start = "1 1", .gradient = 1e-10), d);
    bmt_near("slope", bm_tensor_at(bm_model_weight(m, "output/kernel"), 0), 1.5, 1e-9);
    bmt_near("intercept", bm_tensor_at(bm_model_weight(m, "output/bias"), 0), 0, 1e-9);
    bmt_contains("rule", bm_stopped_by(m), "gradient after ");
    bm_free(m), bm_free(d);
}

/* y = W x on (1,1), (2,2), (3,3): costs 4.6667, and one step from 0 with rate .1 by each cost. */
static void costs(void **state)
{
    (void)state;
    const double x[] = { 1, 2, 3 };
    const struct {
        bm_descent_cost cost;
        double first, at_0;
    } cases[] = { { BM_COST_MEAN, .93333, 14. / 3 },
                  { BM_COST_HALF_MEAN, .46667, 7. / 3 },
                  { BM_COST_SUM, 2.8, 14 },
                  { BM_COST_HALF_SUM, 1.4, 7 } };
    bm_dataset *d = of(x, x, 3, 1);
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_model *m = fitted(bm_descent(.1, .cost = cases[i].cost, .no_intercept = true, .steps = 1), d);
        bmt_near("first step", path_at(m, 1, 0), cases[i].first, 1e-5);
        bmt_near("cost at 0", bm_tensor_at(bm_model_learned(m, "path_loss"), 0), cases[i].at_0, 1e-12);
        bm_free(m);
    }
    /* at W = 1 the gradient is 0: it ends where it begins */
    bm_model *m = fitted(bm_descent(.1, .no_intercept = true, .start = "1"), d);
    assert_string_equal(bm_stopped_by(m), "gradient after 0 steps");
    bm_free(m);
    /* the LMS rule w += 2 rate e x, row after row: .2, then e = 1.6 and w = .84, then e = .48 and w = 1.128 */
    m = fitted(bm_descent(.1, .rows = BM_SINGLE_ROWS, .in_order = true, .no_intercept = true, .steps = 3), d);
    bmt_near("row 1", path_at(m, 1, 0), .2, 1e-15);
    bmt_near("row 2", path_at(m, 2, 0), .84, 1e-15);
    bmt_near("row 3", path_at(m, 3, 0), 1.128, 1e-15);
    bm_free(m), bm_free(d);
}

/* One step: x = 2, t = 46, w = 15, b = 2, rate .2, cost 1/2 (y - t)^2; then x = 3, t = 72. */
static void single_rows(void **state)
{
    (void)state;
    const double x[] = { 2, 3 }, y[] = { 46, 72 };
    bm_dataset *d = of(x, y, 2, 1);
    bm_model *m = fitted(
        bm_descent(.2, .rows = BM_SINGLE_ROWS, .cost = BM_COST_HALF_SUM, .in_order = true, .start = "15 2", .steps = 2), d);
    bmt_near("w", path_at(m, 1, 0), 20.6, 1e-12);
    bmt_near("b", path_at(m, 1, 1), 4.8, 1e-12);
    bmt_near("cost", bm_tensor_at(bm_model_learned(m, "path_loss"), 0), 98, 1e-12);
    bmt_near("w", path_at(m, 2, 0), 23.84, 1e-12);
    bmt_near("b", path_at(m, 2, 1), 5.88, 1e-12);
    bm_free(m), bm_free(d);
}

/* A row's weight is the size of its step, in units of the mean weight: of weights 1 and 3 steps of half and of one and a half times the
 * error. A row of weight 0 is none. By hand: w 0, .2, .2 + 1.56. */
static void weights_of_steps(void **state)
{
    (void)state;
    const double x[] = { 1, 5, 2 }, y[] = { 2, 9, 3 };
    const float weights[] = { 1, 0, 3 };
    bm_tensor *a = bm_tensor_copy(BM_F64, BM_SHAPE(3, 1), x), *b = bm_tensor_copy(BM_F64, BM_SHAPE(3, 1), y),
              *c = bm_tensor_copy(BM_F32, BM_SHAPE(3), weights);
    bm_dataset *d = bm_dataset_new(.x = { a }, .t = { b }, .weights = c);
    bm_model *m = fitted(bm_descent(.1, .rows = BM_SINGLE_ROWS, .in_order = true, .no_intercept = true, .steps = 3), d);
    const double want[] = { 0, .2, .2, 1.76 };
    for (int i = 0; i < 4; i++) bmt_near("w", path_at(m, i, 0), want[i], 1e-12);
    bm_free(m);
    /* all rows: the weighted mean, (1 * -2 * 1 + 3 * -3 * 2) * 2 / 4 = -10 */
    m = fitted(bm_descent(.1, .no_intercept = true, .steps = 1), d);
    bmt_near("of all rows", path_at(m, 1, 0), 1, 1e-12);
    bm_free(m), bm_free(d), bm_free(a), bm_free(b), bm_free(c);
}

static bm_dataset *many(void)
{
    static double x[200], y[100];
    for (int i = 0; i < 100; i++) {
        x[2 * i] = sin(i), x[2 * i + 1] = cos(3 * i);
        y[i] = 2 * x[2 * i] - x[2 * i + 1] + .5;
    }
    return of(x, y, 100, 2);
}

/* All ways of taking rows come to the same line; the same seed takes the same way. */
static void ways(void **state)
{
    (void)state;
    bm_dataset *d = many();
    for (int way = 0; way < 4; way++)
        for (int random = 0; random < 2; random++) {
            const bm_learner how = bm_descent(.05, .rows = (bm_descent_rows)way, .batch = 10, .steps = 20000, .loss = 1e-16,
                                              .start = random ? "random" : NULL);
            bm_model *m = fitted(how, d), *again = fitted(how, d);
            const bm_tensor *w = bm_model_weight(m, "output/kernel");
            bmt_near("w0", bm_tensor_at(w, 0), 2, 1e-6);
            bmt_near("w1", bm_tensor_at(w, 1), -1, 1e-6);
            bmt_near("b", bm_tensor_at(bm_model_weight(m, "output/bias"), 0), .5, 1e-6);
            bmt_contains("rule", bm_stopped_by(m), "loss after ");
            const bm_tensor *p = bm_model_learned(m, "path"), *q = bm_model_learned(again, "path");
            assert_int_equal(bm_tensor_size(p), bm_tensor_size(q));
            assert_memory_equal(bm_data_any(p), bm_data_any(q), (size_t)bm_tensor_size(p) * 8);
            assert_true(random ? path_at(m, 0, 0) != 0 : path_at(m, 0, 0) == 0);
            bm_free(m), bm_free(again);
        }
    bm_free(d);
}

static void rules(void **state)
{
    (void)state;
    bm_dataset *d = many();
    const struct {
        bm_learner how;
        const char *says;
    } cases[] = { { bm_descent(.1, .change = 1e-3), "change of loss after " },
                  { bm_descent(.1, .loss = .5), "loss after " },
                  { bm_descent(.1, .steps = 7), "steps after 7 steps" },
                  { bm_descent(.1, .gradient = .1), "gradient after " },
                  { bm_descent(.1, .seconds = 1e-9), "time after 0 steps" } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_model *m = fitted(cases[i].how, d);
        bmt_contains("rule", bm_stopped_by(m), cases[i].says);
        bm_free(m);
    }
    /* every third step; a path that would be too long has every second point of it, evenly */
    bm_model *m = fitted(bm_descent(.01, .steps = 10, .every = 3), d);
    const bm_tensor *steps = bm_model_learned(m, "path_step");
    assert_int_equal(bm_tensor_size(steps), 4);
    for (int i = 0; i < 4; i++) assert_true(bm_tensor_at(steps, i) == 3 * i);
    bm_free(m);
    m = fitted(bm_descent(1e-5, .steps = 500000, .rows = BM_SINGLE_ROWS), d);
    steps = bm_model_learned(m, "path_step");
    const int64_t n = bm_tensor_size(steps);
    const double every = bm_tensor_at(steps, 1);
    assert_true(n > 100000 && n * 5 <= 1 << 20 && every > 1);
    for (int64_t i = 0; i < n; i++) assert_true(bm_tensor_at(steps, i) == every * (double)i);
    bm_free(m);
    m = fitted(bm_descent(.01, .steps = 10, .every = -1), d);
    assert_null(bm_model_learned(m, "path"));
    bm_free(m), bm_free(d);
}

/* Mini-batches: each row once in an epoch, in another order in the next. At a tiny rate a step is along its row. */
static void epochs(void **state)
{
    (void)state;
    enum { ROWS = 8, EPOCHS = 4 };
    double x[ROWS], y[ROWS];
    int order[EPOCHS][ROWS], same = 0;
    for (int i = 0; i < ROWS; i++) x[i] = i + 1, y[i] = 1;
    bm_dataset *d = of(x, y, ROWS, 1);
    bm_model *m =
        fitted(bm_descent(1e-9, .rows = BM_MINI_BATCHES, .batch = 1, .no_intercept = true, .steps = ROWS * EPOCHS), d);
    for (int e = 0; e < EPOCHS; e++) {
        for (int i = 0; i < ROWS; i++) {
            const double step =
                (path_at(m, e * ROWS + i + 1, 0) - path_at(m, e * ROWS + i, 0)) / (path_at(m, 1, 0) - path_at(m, 0, 0));
            order[e][i] = (int)lround(step * 1000); /* against the first step's row */
            for (int k = 0; k < i; k++) assert_true(order[e][k] != order[e][i]);
        }
        same += e && !memcmp(order[e], order[0], sizeof order[0]);
    }
    assert_true(same < EPOCHS - 1);
    bm_free(m), bm_free(d);
}

static void refused(void **state)
{
    (void)state;
    bm_dataset *d = many();
    const struct {
        const char *how;
        bm_status status;
        const char *says;
    } cases[] = { { "descent:rate=100", BM_E_NUMBER, "give a rate smaller than 100" },
                  { "descent:start=1 2", BM_E_ARGUMENT, "2 numbers, and there are 3 weights" },
                  { "descent:start=1 x 2", BM_E_ARGUMENT, "\"x\"" },
                  { "descent:rate=-1", BM_E_ARGUMENT, "must be > 0" },
                  { "descent:rows=some", BM_E_ARGUMENT, "all, mini_batch, single or drawn" } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_model *m = bm_learner_parse(cases[i].how, NULL);
        bm_fit(m, d);
        assert_int_equal(bm_status_of(m), cases[i].status);
        bmt_contains(cases[i].how, bm_error(m), cases[i].says);
        bm_free(m);
    }
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_of_three), cmocka_unit_test(costs),   cmocka_unit_test(single_rows),      cmocka_unit_test(ways),
        cmocka_unit_test(rules),         cmocka_unit_test(refused), cmocka_unit_test(weights_of_steps), cmocka_unit_test(epochs)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
