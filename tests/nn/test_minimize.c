// SPDX-License-Identifier: Apache-2.0
/* Minimising on graphs: worked numbers, names of slots, clipping, decay, schedules, what is refused. */
#include "nn/build.h"
#include "support/bmt.h"
#include <baeum/session.h>
#include <math.h>

/* The LMS rule w + 2 rate e x, row by row, from w = 0 on x = y = 1, 2, 3 at rate .1. By hand: e = 1, 1.6, .48. */
static void lms(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F64, BM_SCALAR, "x"), t = bm_placeholder(g, BM_F64, BM_SCALAR, "t");
    bm_node w = bm_variable(g, BM_F64, BM_SCALAR, BM_ZEROS, "w"), loss = bm_square(bm_sub(bm_mul(w, x), t));
    bm_node step = bm_minimize(loss, bm_sgd(.rate = .1));
    bm_session *s = bm_session_new(g);
    const double rows[] = { 1, 2, 3 }, want[] = { .2, .84, 1.128 }; /* w += .2 (t - w x) x */
    for (int i = 0; i < 3; i++) {
        bm_tensor *row = bm_tensor_view(BM_F64, BM_SCALAR, &rows[i]);
        bm_run(s, BM_FEEDS({ x, row }, { t, row }), BM_FETCHES(step));
        if (bm_failed(s)) fail_msg("%s", bm_error(s));
        bmt_near("w", bm_scalar(s, w), want[i], 1e-12);
        bm_free(row);
    }
    bm_free(s);
    bm_free(g);
}

/* cost 1/m of y = w x on (1, 1), (2, 2), (3, 3): the gradient is 2/m sum (w x - y) x; rate .1 from 0 gives 2/3 * 14 * .1 = .93333,
 * with cost 1/2m half of it. */
static void batch_descent(void **state)
{
    (void)state;
    const bm_loss losses[] = { BM_MSE, BM_HALF_MSE };
    const double want[] = { .93333333333333, .46666666666667 }, numbers[] = { 1, 2, 3 };
    for (int i = 0; i < 2; i++) {
        bm_graph *g = bm_graph_new();
        bmi_error e = { 0 };
        double p[2];
        bm_node x = bm_placeholder(g, BM_F64, BM_SHAPE(BM_ANY, 1), "x"),
                t = bm_placeholder(g, BM_F64, BM_SHAPE(BM_ANY, 1), "t");
        bm_node w = bm_variable(g, BM_F64, BM_SHAPE(1, 1), BM_ZEROS, "w");
        const bm_loss_kind *kind = bmi_loss_find(&e, BM_HERE, "test", losses[i], p);
        assert_non_null(kind);
        const bm_node rows =
            bmi_loss_rows(&e, BM_HERE, kind, p, &(bm_loss_input){ .prediction = bm_matmul(x, w), .target = t });
        const bm_node step =
            bm_minimize(bmi_loss_reduce(rows, (bm_node){ NULL, -1 }, kind->reduction, BM_HERE), bm_gd(.rate = .1));
        bm_session *s = bm_session_new(g);
        bm_tensor *column = bm_tensor_view(BM_F64, BM_SHAPE(3, 1), numbers);
        bm_run(s, BM_FEEDS({ x, column }, { t, column }), BM_FETCHES(step));
        if (bm_failed(s)) fail_msg("%s", bm_error(s));
        bmt_near("w", bm_scalar(s, w), want[i], 1e-12);
        bm_free(column);
        bm_free(s);
        bm_free(g);
    }
}

/* E = 2 w1^2 + 3 w0^2 - 6 w1 - 6 w0 + 4 w1 w0 + 5 by descent at rate .1 from (1, 1): the worked numbers. */
static void surface(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node w0 = bm_variable(g, BM_F64, BM_SCALAR, BM_ONES, "w0"), w1 = bm_variable(g, BM_F64, BM_SCALAR, BM_ONES, "w1");
    bm_node e =
        bm_shift(bm_add(bm_sub(bm_add(bm_scale(bm_square(w1), 2), bm_scale(bm_square(w0), 3)), bm_scale(bm_add(w1, w0), 6)),
                        bm_scale(bm_mul(w1, w0), 4)),
                 5);
    bm_node step = bm_minimize(e, bm_gd(.rate = .1));
    bm_session *s = bm_session_new(g);
    const double want[4][2] = { { 0 }, { .6, .8 }, { .52, .84 }, { .472, .896 } };
    for (int i = 1; i <= 100; i++) {
        bm_run(s, BM_NO_FEEDS, BM_FETCHES(step));
        if (i > 3) continue;
        bmt_near("w0", bm_scalar(s, w0), want[i][0], 1e-12);
        bmt_near("w1", bm_scalar(s, w1), want[i][1], 1e-12);
    }
    bmt_near("w0 after 100", bm_scalar(s, w0), 6.4202e-05, 1e-9);
    bmt_near("w1 after 100", bm_scalar(s, w1), 1.4999178, 1e-7);
    bm_free(s);
    bm_free(g);
}

static double after(bm_optimizer o, int steps, double start, double rate_to)
{
    bm_graph *g = bm_graph_new();
    bm_node w = bm_variable(g, BM_F64, BM_SHAPE(2), BM_CONSTANT(start), "w"), step = bm_minimize(bm_sum(bm_square(w)), o);
    bm_session *s = bm_session_new(g);
    if (rate_to > 0) {
        bm_tensor *t = bm_tensor_copy(BM_F64, BM_SCALAR, &rate_to);
        bm_set_value(s, bm_minimize_rate(step), t);
        bm_free(t);
    }
    for (int i = 0; i < steps; i++) bm_run(s, BM_NO_FEEDS, BM_FETCHES(step));
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    const double value = bm_tensor_at(bm_value(s, w), 1);
    bm_free(s);
    bm_free(g);
    return value;
}

/* w by sgd on sum w^2: w (1 - 2 rate_t) in each step. */
static void rates(void **state)
{
    (void)state;
    bmt_near("plain", after(bm_sgd(.rate = .1), 2, 1, 0), .64, 1e-12);
    bmt_near("rate changed", after(bm_sgd(.rate = .1), 2, 1, .25), .25, 1e-12);
    bmt_near("frozen", after(bm_sgd(.rate = BM_ZERO), 2, 1, 0), 1, 0);
    bmt_near("decay: .1, .1 / 1.5", after(bm_sgd(.rate = .1, .decay = .5), 2, 1, 0), .8 * (1 - .2 / 1.5), 1e-12);
    bmt_near("inverse time", after(bm_sgd(.rate = .1, .schedule = BM_INVERSE_TIME(.5)), 2, 1, 0), .8 * (1 - .2 / 1.5), 1e-12);
    bmt_near("step: .1 .1 .05 .05 .025", after(bm_sgd(.rate = .1, .schedule = BM_STEP_DECAY(2, .5)), 5, 1, 0),
             .8 * .8 * .9 * .9 * .95, 1e-12);
    bmt_near("exponential: .1 .05", after(bm_sgd(.rate = .1, .schedule = BM_EXPONENTIAL_DECAY(1, .5)), 2, 1, 0), .8 * .9,
             1e-12);
    bmt_near("cosine: .1 .05 0 0", after(bm_sgd(.rate = .1, .schedule = BM_COSINE(2, 0)), 4, 1, 0), .8 * .9, 1e-12);
    bmt_near("cosine to .5", after(bm_sgd(.rate = .1, .schedule = BM_COSINE(2, .5)), 3, 1, 0), .8 * (1 - .2 * .75) * .9, 1e-12);
    bmt_near("polynomial: .1 .025 0", after(bm_sgd(.rate = .1, .schedule = BM_POLYNOMIAL(2, 2)), 3, 1, 0), .8 * .95, 1e-12);
    bmt_near("warm-up: .05 .1 .1", after(bm_sgd(.rate = .1, .warmup = 2), 3, 1, 0), .9 * .8 * .8, 1e-12);
    bmt_near("weight decay", after(bm_sgd(.rate = .1, .weight_decay = .5), 1, 1, 0), .8 - .05, 1e-12);
    bmt_near("clip by value: 2 to 1.5", after(bm_sgd(.rate = .1, .clip_value = 1.5), 1, 1, 0), .85, 1e-12);
    bmt_near("clip by norm: sqrt(8) to 1", after(bm_sgd(.rate = .1, .clip_norm = 1), 1, 1, 0), 1 - .1 / sqrt(2), 1e-12);
    bmt_near("a smaller norm stays", after(bm_sgd(.rate = .1, .clip_norm = 3), 1, 1, 0), .8, 1e-12);
    bmt_near("a norm of 0", after(bm_sgd(.rate = .1, .clip_norm = 1), 1, 0, 0), 0, 0);
}

static void names(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node w = bm_variable(g, BM_F32, BM_SHAPE(3), BM_ONES, "w"), v = bm_variable(g, BM_F32, BM_SHAPE(2), BM_ONES, "v");
    bm_node loss = bm_add(bm_sum(bm_square(w)), bm_sum(bm_square(v)));
    bm_node one = bm_minimize(loss, bm_adam()), two = bm_minimize_over(loss, bm_sgd(.rate = .5), v);
    if (bm_failed(g)) fail_msg("%s", bm_error(g));
    assert_string_equal(bm_node_name(one), "minimize");
    assert_string_equal(bm_node_name(two), "minimize_1");
    assert_string_equal(bm_node_name(bm_minimize_rate(one)), "minimize/rate");
    assert_string_equal(bm_node_name(bm_minimize_rate(two)), "minimize_1/rate");
    const char *const made[] = { "w/m", "w/v", "v/m", "v/v", "minimize/count" }, *const not_made[] = { "minimize_1/count",
                                                                                                       "v/m_1", "w/largest" };
    for (size_t i = 0; i < BMI_COUNT(made); i++) assert_true(bm_node_ok(bm_node_find(g, made[i])));
    for (size_t i = 0; i < BMI_COUNT(not_made); i++) assert_false(bm_node_ok(bm_node_find(g, not_made[i])));
    bm_session *s = bm_session_new(g);
    bm_run(s, BM_NO_FEEDS, BM_FETCHES(two));
    bmt_near("v alone", bm_tensor_at(bm_value(s, v), 0), 0, 0);
    bmt_near("w stays", bm_tensor_at(bm_value(s, w), 0), 1, 0);
    bmt_near("the rate", bm_scalar(s, bm_minimize_rate(one)), .001, 1e-9);
    bm_free(s);
    bm_free(g);
}

static void refused(void **state)
{
    (void)state;
    const struct {
        const char *what;
        bm_optimizer o;
        const char *text;
    } cases[] = {
        { "rate", bm_sgd(.rate = -1), "sgd: rate is -1, must be >= 0" },
        { "NaN", bm_adam(.rate = NAN), "adam: rate is nan" },
        { "beta", bm_adam(.beta1 = 1), "adam: beta1 is 1, must be >= 0 and < 1" },
        { "momentum", bm_momentum(.momentum = 1.5), "momentum: momentum is 1.5" },
        { "schedule", bm_sgd(.schedule = BM_COSINE(0, 0)), "schedule: the steps of cosine is required" },
        { "schedule", bm_sgd(.schedule = { .name = "cosin" }), "which is no schedule; did you mean \"cosine\"?" },
        { "kind", bm_optimizer_at("adamm", NULL, 0, BM_HERE), "did you mean \"adam\"?" },
        { "empty", { 0 }, "names no kind" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_graph *g = bm_graph_new();
        bm_node w = bm_variable(g, BM_F32, BM_SHAPE(3), BM_ONES, "w");
        assert_false(bm_node_ok(bm_minimize(bm_sum(w), cases[i].o)));
        assert_int_equal(bm_status_of(g), BM_E_ARGUMENT);
        bmt_contains(cases[i].what, bm_error(g), cases[i].text);
        bm_free(g);
    }
    bm_graph *g = bm_graph_new();
    assert_false(bm_node_ok(bm_minimize(bm_number(g, 3), bm_sgd())));
    bmt_contains("nothing to train", bm_error(g), "depends on no real variable");
    bm_clear(g);
    bm_node w = bm_variable(g, BM_F32, BM_SHAPE(3), BM_ONES, "w");
    assert_false(bm_node_ok(bm_minimize_over(bm_sum(w), bm_sgd(), w, w)));
    bmt_contains("twice", bm_error(g), "\"w\" is given twice");
    bm_clear(g);
    assert_false(bm_node_ok(bm_minimize_over(bm_sum(w), bm_sgd(), bm_square(w))));
    bmt_contains("no variable", bm_error(g), "is no real variable");
    bm_free(g);
}

/* A step that fails midway takes its nodes back: the next one has the names of a first one. */
static bm_status failed_step(bm_context *context, void *arg)
{
    (void)arg;
    bm_graph *g = bm_graph_new(.context = context);
    bm_node w = bm_variable(g, BM_F64, BM_SHAPE(3), BM_ONES, "w"), loss = bm_sum(bm_square(bm_tanh(w)));
    bool whole = !bm_failed(g);
    const int64_t size = bm_graph_size(g);
    bm_node step = bm_minimize(loss, bm_adam(.clip_norm = 1));
    const bm_status status = bm_status_of(g);
    if (status && whole) {
        assert_int_equal(bm_graph_size(g), size);
        bm_clear(g); /* where memory is still lacking it fails once more */
        step = bm_minimize(loss, bm_adam(.clip_norm = 1));
        whole = bm_node_ok(step);
    }
    if (whole) {
        assert_string_equal(bm_node_name(step), "minimize");
        assert_true(bm_node_ok(bm_node_find(g, "w/m")));
    }
    bm_free(g);
    return status;
}

static void failed_steps_leave_nothing(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("a step", failed_step, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lms),
        cmocka_unit_test(batch_descent),
        cmocka_unit_test(surface),
        cmocka_unit_test(rates),
        cmocka_unit_test(names),
        cmocka_unit_test(refused),
        cmocka_unit_test(failed_steps_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
