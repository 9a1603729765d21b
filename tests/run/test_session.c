// SPDX-License-Identifier: Apache-2.0
/* Sessions: feeds and fetches, state, plans by shape, refusals, faults while running, allocations that fail. */
#include "base/threads.h"
#include "run/session.h"
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static const float numbers[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

/* y = x w + b with w = 1, 2 in each row's place by set_value. */
typedef struct line {
    bm_graph *g;
    bm_session *s;
    bm_node x, w, y;
} line;

static line begin(bm_context *context)
{
    line l = { .g = bm_graph_new(.context = context) };
    l.x = bm_placeholder(l.g, BM_F32, BM_SHAPE(BM_ANY, 2), "x");
    l.w = bm_variable(l.g, BM_F32, BM_SHAPE(2, 1), (bm_init){ 0 }, "w");
    l.y = bm_matmul(l.x, l.w);
    l.s = bm_session_new(l.g);
    bm_tensor *w = bm_tensor_new_in_at(context, BM_F32, BM_SHAPE(2, 1), BM_HERE);
    if (!bm_failed(w)) memcpy(bm_data(w), (const float[]){ 10, 1 }, 8);
    bm_set_value(l.s, l.w, w);
    bm_free(w);
    return l;
}

static void end(line *l)
{
    bm_free(l->s);
    bm_free(l->g);
}

static void runs_by_shape(void **state)
{
    (void)state;
    line l = begin(NULL);
    for (int64_t rows = 0; rows <= 6; rows++) {
        bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(rows, 2), numbers);
        assert_int_equal(bm_run(l.s, BM_FEEDS({ l.x, x }), BM_FETCHES(l.y)), BM_OK);
        const bm_tensor *y = bm_value(l.s, l.y);
        assert_int_equal(bm_tensor_shape(y).dim[0], rows);
        for (int64_t i = 0; i < rows; i++) bmt_near("y", bm_tensor_at(y, i), 10 * numbers[2 * i] + numbers[2 * i + 1], 1e-6);
        bm_free(x);
    }
    assert_int_equal(l.s->n_plans, 7);
    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(3, 2), numbers);
    bm_run(l.s, BM_FEEDS({ l.x, x }), BM_FETCHES(l.y));
    assert_int_equal(l.s->n_plans, 7);                           /* from the cache */
    for (int64_t rows = 10; rows < 10 + 2 * BMI_PLANS; rows++) { /* more shapes than are kept */
        bm_tensor *z = bm_tensor_new(BM_F32, BM_SHAPE(rows, 2));
        assert_int_equal(bm_run(l.s, BM_FEEDS({ l.x, z }), BM_FETCHES(l.y)), BM_OK);
        bm_free(z);
    }
    assert_int_equal(l.s->n_plans, BMI_PLANS);
    bm_free(x);
    end(&l);
}

static void wrong_runs_are_refused(void **state)
{
    (void)state;
    line l = begin(NULL);
    bm_graph *other = bm_graph_new();
    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(3, 2), numbers), *wide = bm_tensor_view(BM_F32, BM_SHAPE(2, 3), numbers),
              *ints = bm_tensor_view(BM_I32, BM_SHAPE(3, 2), numbers);
    const struct {
        bm_feeds feeds;
        bm_nodes fetches;
        bm_status want;
        const char *part;
    } cases[] = {
        { BM_NO_FEEDS, BM_FETCHES(l.y), BM_E_ARGUMENT, "the placeholder \"x\" is needed and not fed" },
        { BM_FEEDS({ l.x, wide }), BM_FETCHES(l.y), BM_E_SHAPE, "\"x\" is (any, 2), the tensor fed to it is (2, 3)" },
        { BM_FEEDS({ l.x, ints }), BM_FETCHES(l.y), BM_E_TYPE, "\"x\" is f32, the tensor fed to it is i32" },
        { BM_FEEDS({ l.x, NULL }), BM_FETCHES(l.y), BM_E_ARGUMENT, "null" },
        { BM_FEEDS({ l.w, x }), BM_FETCHES(l.y), BM_E_ARGUMENT, "\"w\", is no placeholder" },
        { BM_FEEDS({ l.x, x }, { l.x, x }), BM_FETCHES(l.y), BM_E_ARGUMENT, "fed twice" },
        { BM_FEEDS({ l.x, x }), BM_FETCHES(bm_number(other, 1)), BM_E_ARGUMENT, "another" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(bm_run(l.s, cases[i].feeds, cases[i].fetches), cases[i].want);
        bmt_contains("message", bm_error(l.s), cases[i].part);
        bmt_contains("place", bm_error(l.s), "test_session.c:");
        assert_int_equal(bm_run(l.s, BM_FEEDS({ l.x, x }), BM_FETCHES(l.y)), cases[i].want); /* the error stays */
        bm_clear(l.s);
        assert_int_equal(bm_run(l.s, BM_FEEDS({ l.x, x }), BM_FETCHES(l.y)), BM_OK);
    }
    assert_null(bm_value(l.s, bm_neg(l.y)));
    bmt_contains("not fetched", bm_error(l.s), "was not fetched");
    bm_clear(l.s);
    assert_true(isnan(bm_scalar(l.s, l.y)));
    bmt_contains("no scalar", bm_error(l.s), "a scalar has one");
    bm_free(x);
    bm_free(wide);
    bm_free(ints);
    bm_free(other);
    end(&l);
}

/* In one run all readers of a variable see its value from before; the update's own node has the new one. */
static void what_was_never_made_stays_failed(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_number(g, 1);
    bm_session *s = bm_session_new(NULL);
    bm_clear(s);
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(x)), BM_E_ARGUMENT);
    assert_null(bm_value(s, x));
    bmt_contains("session", bm_error(s), "the graph is null");
    bm_free(s);
    bm_free(g);
}

static void readers_see_the_old_value(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node v = bm_variable(g, BM_F32, BM_SHAPE(3), (bm_init){ 0 }, "v");
    bm_node up = bm_assign_add(v, bm_numbers(g, BM_F32, BM_SHAPE(3), 1, 2, 3));
    bm_node before = bm_scale(v, 10), after = bm_scale(up, 100), sum = bm_sum(v);
    bm_session *s = bm_session_new(g);
    for (int i = 0; i < 3; i++) {
        bm_run(s, BM_NO_FEEDS, BM_FETCHES(after, before, up, sum));
        assert_string_equal(bm_error(s), "");
        for (int k = 0; k < 3; k++) {
            assert_true(bm_tensor_at(bm_value(s, before), k) == 10.0 * i * (k + 1));
            assert_true(bm_tensor_at(bm_value(s, after), k) == 100.0 * (i + 1) * (k + 1));
            assert_true(bm_tensor_at(bm_value(s, v), k) == (i + 1.0) * (k + 1));
        }
        assert_true(bm_scalar(s, sum) == 6.0 * i);
    }
    /* what shows the variable's own memory is a reader, too */
    bm_node same = bm_identity(v), seen = bm_reshape_op(v, BM_SHAPE(3, 1)), times_one = bm_scale(v, 1);
    bm_run(s, BM_NO_FEEDS, BM_FETCHES(same, up, seen, times_one, v));
    assert_string_equal(bm_error(s), "");
    for (int k = 0; k < 3; k++) {
        assert_true(bm_tensor_at(bm_value(s, same), k) == 3.0 * (k + 1));
        assert_true(bm_tensor_at(bm_value(s, seen), k) == 3.0 * (k + 1));
        assert_true(bm_tensor_at(bm_value(s, times_one), k) == 3.0 * (k + 1));
        assert_true(bm_tensor_at(bm_value(s, up), k) == 4.0 * (k + 1) && bm_tensor_at(bm_value(s, v), k) == 4.0 * (k + 1));
    }
    bm_node twice = bm_assign(v, before);
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(up, twice)), BM_E_ARGUMENT);
    bmt_contains("twice", bm_error(s), "updated twice");
    bm_free(s);
    bm_free(g);
}

/* At a batch of one the gradients by two biases are reductions of groups of one, and alike. */
static void two_biases_at_batch_one(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 3), "x");
    bm_node a = bm_variable(g, BM_F32, BM_SHAPE(3), (bm_init){ 0 }, "a"),
            b = bm_variable(g, BM_F32, BM_SHAPE(3), (bm_init){ 0 }, "b");
    bm_node loss = bm_sum(bm_square(bm_add(bm_add(x, a), b))), da = bm_gradient(loss, a), db = bm_gradient(loss, b);
    bm_session *s = bm_session_new(g);
    bm_tensor *one = bm_tensor_view(BM_F32, BM_SHAPE(1, 3), numbers);
    assert_int_equal(bm_run(s, BM_FEEDS({ x, one }), BM_FETCHES(da, db)), BM_OK);
    for (int k = 0; k < 3; k++)
        assert_true(bm_tensor_at(bm_value(s, da), k) == 2.0 * numbers[k] &&
                    bm_tensor_at(bm_value(s, db), k) == 2.0 * numbers[k]);
    assert_int_equal(bm_tensor_shape(bm_value(s, db)).rank, 1);
    bm_free(one);
    bm_free(s);
    bm_free(g);
}

/* Two variables that take each other's old values. */
static void variables_swap(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node a = bm_variable(g, BM_F32, BM_SHAPE(2), (bm_init){ 0 }, "a"),
            b = bm_variable(g, BM_F32, BM_SHAPE(2), (bm_init){ 0 }, "b");
    bm_node set = bm_assign(a, bm_numbers(g, BM_F32, BM_SHAPE(2), 7, 8)),
            swap = bm_group(bm_assign(a, bm_scale(b, 1)), bm_assign(b, bm_scale(a, 1)));
    bm_session *s = bm_session_new(g);
    bm_run(s, BM_NO_FEEDS, BM_FETCHES(set));
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(swap)), BM_OK);
    assert_true(bm_tensor_at(bm_value(s, a), 0) == 0);
    assert_true(bm_tensor_at(bm_value(s, b), 0) == 7);
    bm_free(s);
    bm_free(g);
}

static void indices_outside_are_named(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(3, 2), 1, 2, 3, 4, 5, 6), i = bm_placeholder(g, BM_I32, BM_SHAPE(2), "i"),
            y = bm_gather(x, i);
    bm_session *s = bm_session_new(g);
    bm_tensor *good = bm_tensor_copy(BM_I32, BM_SHAPE(2), ((const int32_t[]){ 2, 0 })),
              *bad = bm_tensor_copy(BM_I32, BM_SHAPE(2), ((const int32_t[]){ 0, 3 }));
    assert_int_equal(bm_run(s, BM_FEEDS({ i, good }), BM_FETCHES(y)), BM_OK);
    assert_true(bm_tensor_at(bm_value(s, y), 0) == 5);
    assert_int_equal(bm_run(s, BM_FEEDS({ i, bad }), BM_FETCHES(y)), BM_E_DATA);
    bmt_contains("index", bm_error(s), " 3 at position 1 is outside 0 .. 2");
    bm_clear(s); /* constants are looked at, too, and not only while planning */
    bm_node fixed = bm_gather(x, bm_numbers(g, BM_I32, BM_SHAPE(2), 1, -4)), two = bm_numbers(g, BM_I64, BM_SHAPE(3), 0, 1, 2);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(fixed)), BM_E_DATA);
        bmt_contains("constant index", bm_error(s), " -4 at position 1 is outside 0 .. 2");
        bm_clear(s);
    }
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(bm_softmax_crossentropy(x, two))), BM_E_DATA);
    bmt_contains("constant label", bm_error(s), "label 2 at position 2 is outside 0 .. 1");
    bm_clear(s); /* rows without numbers have places, too */
    bm_node empty = bm_gather(bm_broadcast_like(bm_number(g, 1), bm_random_uniform(g, BM_F32, BM_SHAPE(2, 0), 0, 1)), i);
    assert_int_equal(bm_run(s, BM_FEEDS({ i, bad }), BM_FETCHES(empty)), BM_E_DATA);
    bmt_contains("empty rows", bm_error(s), " 3 at position 1 is outside 0 .. 1");
    bm_clear(s);
    FILE *nowhere = fopen("/dev/null", "w");
    assert_int_equal(bm_plan_print(s, BM_FEEDS({ i, bad }), BM_FETCHES(y), 2, nowhere), BM_E_DATA);
    fclose(nowhere);
    bm_free(good);
    bm_free(bad);
    bm_free(s);
    bm_free(g);
}

/* Labels that come with a run, in the fast kernels of the loss and of its gradient. */
static void labels_outside_are_named(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(3, 2), 1, 2, 3, 4, 5, 6), i = bm_placeholder(g, BM_I32, BM_SHAPE(3), "i"),
            loss = bm_sum(bm_softmax_crossentropy(x, i)), slope = bm_gradient(loss, x);
    bm_session *s = bm_session_new(g);
    bm_tensor *bad[] = { bm_tensor_copy(BM_I32, BM_SHAPE(3), ((const int32_t[]){ 0, 1, 2 })),
                         bm_tensor_copy(BM_I32, BM_SHAPE(3), ((const int32_t[]){ -7, 1, 0 })) };
    const char *words[] = { "label 2 at position 2 is outside 0 .. 1", "label -7 at position 0 is outside 0 .. 1" };
    for (int k = 0; k < 4; k++) {
        assert_int_equal(bm_run(s, BM_FEEDS({ i, bad[k / 2] }), BM_FETCHES(k % 2 ? slope : loss)), BM_E_DATA);
        bmt_contains("label", bm_error(s), words[k / 2]);
        bm_clear(s);
    }
    bm_free(bad[0]);
    bm_free(bad[1]);
    bm_free(s);
    bm_free(g);
}

/* Whole numbers are counted up and down exactly, also beyond what a double holds, and wrap at their ends. */
static void whole_numbers_are_counted(void **state)
{
    (void)state;
    const int64_t first[] = { INT64_MAX, (INT64_C(1) << 53) + 1 };
    bm_graph *g = bm_graph_new();
    bm_tensor *start = bm_tensor_copy(BM_I64, BM_SHAPE(2), first);
    bm_node v = bm_variable(g, BM_I64, BM_SHAPE(2), (bm_init){ 0 }, "v"), one = bm_numbers(g, BM_I64, BM_SHAPE(2), 1, 1);
    bm_node up = bm_assign_add(v, one), down = bm_assign_sub(v, one);
    bm_session *s = bm_session_new(g);
    assert_int_equal(bm_set_value_at(s, v, start, BM_HERE), BM_OK);
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(up)), BM_OK);
    assert_true(bm_data_i64(bm_value(s, up))[0] == INT64_MIN && bm_data_i64(bm_value(s, up))[1] == first[1] + 1);
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(down)), BM_OK);
    assert_memory_equal(bm_data_i64(bm_value(s, down)), first, sizeof first);
    bm_free(start);
    bm_free(s);
    bm_free(g);
}

/* Large enough to be shared: threads really take part, and the bits do not change. */
static void threads_share_and_agree(void **state)
{
    (void)state;
    float first = 0;
    for (int64_t threads = 1; threads <= 4; threads *= 2) {
        bm_context *context = bm_context_new(.threads = threads);
        bm_graph *g = bm_graph_new(.context = context);
        bm_node x = bm_random_normal(g, BM_F32, BM_SHAPE(300, 400), 0, 1),
                w = bm_random_normal(g, BM_F32, BM_SHAPE(400, 500), 0, 1);
        bm_node y = bm_sum(bm_tanh(bm_matmul(x, w)));
        bm_session *s = bm_session_new(g, .seed = 3);
        bm_run(s, BM_NO_FEEDS, BM_FETCHES(y));
        assert_string_equal(bm_error(s), "");
        const float got = (float)bm_scalar(s, y);
        if (threads == 1) first = got;
        assert_memory_equal(&got, &first, sizeof got);
        bm_free(s);
        bm_free(g);
        bm_free(context);
    }
    assert_true(bmi_threads_seen() > 1);
}

static bm_status run_all(bm_context *context, void *arg)
{
    (void)arg;
    line l = begin(context);
    bm_tensor *x = bm_tensor_new_in_at(context, BM_F32, BM_SHAPE(3, 2), BM_HERE);
    bm_status status = bm_status_of(x);
    bm_node step = bm_assign_sub(l.w, bm_gradient(bm_mean(bm_square(l.y)), l.w));
    if (!status) status = bm_run(l.s, BM_FEEDS({ l.x, x }), BM_FETCHES(l.y, step));
    if (!status) status = bm_run(l.s, BM_FEEDS({ l.x, x }), BM_FETCHES(l.y, step));
    bm_free(x);
    end(&l);
    return status;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("running a session", run_all, NULL) > 20);
}

static void plans_are_printed(void **state)
{
    (void)state;
    line l = begin(NULL);
    bm_tensor *x = bm_tensor_view(BM_F32, BM_SHAPE(3, 2), numbers);
    FILE *f = tmpfile();
    char text[2000] = { 0 };
    assert_int_equal(bm_plan_print(l.s, BM_FEEDS({ l.x, x }), BM_FETCHES(l.y), 3, f), BM_OK);
    rewind(f);
    assert_true(fread(text, 1, sizeof text - 1, f) > 0);
    fclose(f);
    bmt_contains("kernel", text, "matmul");
    bmt_contains("shape", text, "(3, 1)");
    bmt_contains("work", text, "0.012 kFLOP");
    bmt_contains("time", text, " us");
    bm_free(x);
    end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_by_shape),
        cmocka_unit_test(wrong_runs_are_refused),
        cmocka_unit_test(what_was_never_made_stays_failed),
        cmocka_unit_test(readers_see_the_old_value),
        cmocka_unit_test(two_biases_at_batch_one),
        cmocka_unit_test(variables_swap),
        cmocka_unit_test(indices_outside_are_named),
        cmocka_unit_test(labels_outside_are_named),
        cmocka_unit_test(whole_numbers_are_counted),
        cmocka_unit_test(threads_share_and_agree),
        cmocka_unit_test(each_allocation_fails),
        cmocka_unit_test(plans_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
