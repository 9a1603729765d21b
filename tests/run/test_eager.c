// SPDX-License-Identifier: Apache-2.0
/* Eager graphs beyond their numbers (tests/run/test_worked.c has those): whose memory they take, what they say, sums of many. */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>

static bm_status build(bm_context *context, void *arg)
{
    (void)arg;
    bm_graph *g = bm_graph_new(.context = context, .eager = true);
    bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    bm_gradient(bm_sum(bm_tile(bm_reshape_op(x, BM_SHAPE(3, 2)), BM_AXES(2, 1))), x);
    const bm_status status = bm_status_of(g);
    bm_free(g);
    return status;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("an eager graph", build, NULL) > 10);
}

/* A view has no numbers of its own, but it is an object. */
static void views_lie_in_the_context(void **state)
{
    (void)state;
    bmt_faults f = { 0 };
    bm_context *context = bmt_context(&f, 1);
    bm_graph *g = bm_graph_new(.context = context, .eager = true);
    bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
    bm_identity(x); /* the graph's own memory grows */
    const long before = f.live;
    bm_node y = bm_reshape_op(x, BM_SHAPE(6));
    assert_true(bm_tensor_at(bm_node_value(y), 5) == 6);
    assert_true(f.live > before);
    bm_free(g);
    bm_free(context);
    assert_int_equal(f.live, 0);
}

static void too_large_values_are_named(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new(.eager = true);
    bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(4), 1, 2, 3, 4);
    assert_false(bm_node_ok(bm_tile(x, BM_AXES(INT64_C(1) << 60))));
    assert_int_equal(bm_status_of(g), BM_E_SHAPE);
    bmt_contains("shape", bm_error(g), "(4611686018427387904) of f32 are more bytes than can be addressed");
    bm_free(g);
}

/* The gradient of tile is a sum like any other: within 4 u (sqrt(k) + 8) sum |a|. */
static void many_repeats_are_summed(void **state)
{
    (void)state;
    enum { MANY = 1000000 };
    bm_graph *g = bm_graph_new(.eager = true);
    bm_node x = bm_numbers(g, BM_F32, BM_SHAPE(1), 1), y = bm_tile(x, BM_AXES(MANY)), dx;
    float *tenths = malloc(MANY * sizeof *tenths);
    assert_non_null(tenths);
    for (int i = 0; i < MANY; i++) tenths[i] = .1f;
    bm_tensor *t = bm_tensor_view(BM_F32, BM_SHAPE(MANY), tenths);
    assert_int_equal(bm_gradients_at(y, BM_NODES(x), bm_constant(g, t, NULL), &dx, BM_HERE), BM_OK);
    const double want = MANY * (double).1f;
    bmt_near("sum", bm_node_number(dx), want, 4 * 0x1p-24 * (sqrt(MANY) + 8));
    bm_free(t);
    bm_free(g);
    free(tenths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails),
        cmocka_unit_test(views_lie_in_the_context),
        cmocka_unit_test(too_large_values_are_named),
        cmocka_unit_test(many_repeats_are_summed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
