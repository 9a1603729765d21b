// SPDX-License-Identifier: Apache-2.0
/* Graphs: names, places, errors that stay, printing, gradients over any DAG, allocations that fail. */
#include "graph/graph.h"
#include "base/index.h"
#include "support/bmt.h"
#include <baeum/ops.h>
#include <string.h>

#define NONE ((bm_init){ 0 })

static void names_are_unique(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 10), "x");
    bm_node a = bm_neg(x), b = bm_neg(x), c = bm_neg(b);
    assert_string_equal(bm_node_name(a), "neg");
    assert_string_equal(bm_node_name(b), "neg_1");
    assert_string_equal(bm_node_name(c), "neg_2");
    bm_placeholder(g, BM_F32, BM_SCALAR, "neg_3"); /* a number that is taken is passed over */
    assert_string_equal(bm_node_name(bm_abs(bm_neg(c))), "abs");
    assert_int_equal(bm_node_find(g, "neg_3").index, 4);
    assert_true(bm_node_ok(bm_node_find(g, "neg_4")));
    assert_int_equal(bm_node_find(g, "neg").index, a.index);
    assert_int_equal(bm_node_find(g, bm_node_name(c)).index, c.index);
    assert_int_equal(bm_node_find(g, "nothing").index, -1);
    assert_false(bm_failed(g));
    bm_node again = bm_placeholder(g, BM_F32, BM_SCALAR, "x");
    assert_false(bm_node_ok(again));
    bmt_contains("name", bm_error(g), "the name \"x\" is taken");
    bmt_contains("place", bm_error(g), "test_graph.c:");
    bm_clear(g);
    for (int i = 0; i < 1000; i++) b = bm_neg(b); /* many: the table of names grows */
    assert_int_equal(bm_node_find(g, bm_node_name(b)).index, b.index);
    bm_free(g);
}

static void the_first_error_stays(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(128, 64), "x"), w = bm_variable(g, BM_F32, BM_SHAPE(32, 10), NONE, "w");
    bm_node y = bm_matmul(x, w);
    assert_false(bm_node_ok(y));
    char first[700];
    snprintf(first, sizeof first, "%s", bm_error(g));
    bmt_contains("both shapes", first, "(128, 64)");
    bmt_contains("both shapes", first, "(32, 10)");
    assert_false(bm_node_ok(bm_relu(y)));
    assert_false(bm_node_ok(bm_placeholder(g, BM_F32, BM_SHAPE(-3), "bad")));
    assert_string_equal(bm_error(g), first);
    assert_int_equal(bm_status_of(g), BM_E_SHAPE);
    bm_clear(g);
    assert_false(bm_node_ok(bm_relu(y)));
    bmt_contains("failed node", bm_error(g), "failed node");
    bm_free(g);
}

static void wrong_sources_are_refused(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new(), *other = bm_graph_new();
    const struct {
        bm_status want;
        const char *part;
    } cases[] = { { BM_E_TYPE, "no element type" },
                  { BM_E_SHAPE, "" },
                  { BM_E_SHAPE, "" },
                  { BM_E_ARGUMENT, "no initializer" },
                  { BM_E_TYPE, "integers start" },
                  { BM_E_ARGUMENT, "another graph" },
                  { BM_E_SHAPE, "3 given" },
                  { BM_E_ARGUMENT, "values are null" },
                  { BM_E_ARGUMENT, "does not fit" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_shape nine = { .rank = 9 };
        switch (i) {
        case 0: bm_placeholder(g, (bm_type)77, BM_SCALAR, NULL); break;
        case 1: bm_placeholder(g, BM_F32, nine, NULL); break;
        case 2: bm_variable(g, BM_F32, BM_SHAPE(BM_ANY), NONE, NULL); break;
        case 3: bm_variable(g, BM_F32, BM_SHAPE(2), ((bm_init){ .name = "zeroes" }), NULL); break;
        case 4: bm_variable(g, BM_I32, BM_SHAPE(2), ((bm_init){ .name = "ones" }), NULL); break;
        case 5: bm_add(bm_number(g, 1), bm_number(other, 1)); break;
        case 6: bm_numbers(g, BM_F32, BM_SHAPE(2), 1, 2, 3); break;
        case 7: bm_numbers_at(g, BM_F32, BM_SHAPE(2), NULL, 2, NULL, BM_HERE); break;
        default: bm_numbers(g, BM_U8, BM_SHAPE(1), 256); break;
        }
        if (bm_status_of(g) != cases[i].want) fail_msg("case %d: %s", (int)i, bm_error(g));
        bmt_contains("message", bm_error(g), cases[i].part);
        bm_clear(g);
    }
    bm_free(g);
    bm_free(other);
    assert_false(bm_node_ok(bm_placeholder(NULL, BM_F32, BM_SCALAR, NULL)));
}

static void printing_shows_name_type_and_shape(void **state)
{
    (void)state;
    char text[4096] = { 0 };
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 10), "x"), b = bm_variable(g, BM_F32, BM_SHAPE(10), NONE, "b");
    bm_node sum = bm_add(x, b);
    FILE *f = tmpfile();
    bm_node_print(sum, f);
    bm_graph_print(g, f);
    bm_graph_dot(g, f);
    rewind(f);
    assert_true(fread(text, 1, sizeof text - 1, f) > 0);
    fclose(f);
    bmt_contains("node", text, "add:2 f32 [any, 10]\n");
    bmt_contains("line", text, "<- x:0 b:1");
    bmt_contains("dot", text, "n1 -> n2;");
    bm_free(g);
}

/* A node used twice, by ways of different length; what does not lie on a way; a gradient of a gradient. */
static void gradients_over_a_dag(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new(.eager = true);
    bm_node x = bm_numbers(g, BM_F64, BM_SCALAR, 3), other = bm_numbers(g, BM_F64, BM_SCALAR, 7);
    bm_node y = bm_add(bm_mul(x, bm_square(x)), bm_scale(x, 2)); /* x^3 + 2x */
    bm_node d = bm_gradient(y, x), dd = bm_gradient(d, x);
    bmt_near("3x^2 + 2", bm_node_number(d), 29, 1e-12);
    bmt_near("6x", bm_node_number(dd), 18, 1e-12);
    bmt_near("6", bm_node_number(bm_gradient(dd, x)), 6, 1e-12);
    bmt_near("no way", bm_node_number(bm_gradient(y, other)), 0, 0);
    bmt_near("of itself", bm_node_number(bm_gradient(x, x)), 1, 0);
    bmt_near("stopped", bm_node_number(bm_gradient(bm_mul(x, bm_stop_gradient(x)), x)), 3, 0);
    assert_string_equal(bm_error(g), "");
    bm_free(g);
}

static void gradients_that_cannot_be(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new(), *other = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(4), "x"), i = bm_placeholder(g, BM_I32, BM_SHAPE(4), "i");
    assert_false(bm_node_ok(bm_gradient(i, x)));
    bmt_contains("y", bm_error(g), "only reals have derivatives");
    bm_clear(g);
    assert_false(bm_node_ok(bm_gradient(x, i)));
    bmt_contains("x", bm_error(g), "\"i\", is i32");
    bm_clear(g);
    assert_false(bm_node_ok(bm_gradient(x, bm_number(other, 1))));
    bmt_contains("x", bm_error(g), "another");
    bm_clear(g);
    bm_node out;
    assert_int_equal(bm_gradients_at(x, BM_NODES(x), bm_number(other, 1), &out, BM_HERE), BM_E_ARGUMENT);
    assert_false(bm_node_ok(out));
    bmt_contains("seed", bm_error(g), "the seed is a failed node or one of another graph");
    assert_false(bm_failed(other));
    bm_clear(g);
    assert_int_equal(bm_gradients_at(x, BM_NODES(x), bm_numbers(g, BM_F32, BM_SHAPE(2, 2), 1, 2, 3, 4), &out, BM_HERE),
                     BM_E_SHAPE);
    bmt_contains("seed's shape", bm_error(g), "y is (4), the seed is (2, 2)");
    bm_clear(g);
    assert_int_equal(bm_gradients_at(x, BM_NODES(x), bm_numbers(g, BM_F64, BM_SHAPE(4), 1, 2, 3, 4), &out, BM_HERE), BM_E_TYPE);
    bmt_contains("seed's type", bm_error(g), "y is f32, the seed is f64");
    bm_free(g);
    bm_free(other);
}

/* What a gradient makes carries the place of the node it comes from. */
static void gradients_carry_places(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(4), "x");
    bm_node y = bm_tanh_at(x, (bm_place){ "model.c", 42 });
    bm_gradient(bm_sum(y), x);
    int found = 0;
    for (int64_t i = y.index + 2; i < bm_graph_size(g); i++) found += bm_node_place((bm_node){ g, i }).line == 42;
    assert_true(found > 0);
    bm_free(g);
}

static bm_status build(bm_context *context, void *arg)
{
    (void)arg;
    bm_graph *g = bm_graph_new(.context = context);
    bm_node x = bm_placeholder(g, BM_F32, BM_SHAPE(BM_ANY, 8), "x"), w = bm_variable(g, BM_F32, BM_SHAPE(8, 3), NONE, "w");
    bm_node y = bm_tanh(bm_add(bm_matmul(x, w), bm_numbers(g, BM_F32, BM_SHAPE(3), 1, 2, 3)));
    for (int i = 0; i < 20; i++) y = bm_scale(y, 2);
    bm_gradient(bm_mean(y), w);
    const bm_status status = bm_status_of(g);
    bm_free(g);
    return status;
}

static void each_allocation_fails(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("building a graph", build, NULL) > 10);
}

typedef struct expected {
    bool eager;
    int64_t size;
    uint64_t names;
} expected;

/* A gradient that fails leaves the graph as it was: the same call makes the same nodes afterwards as if nothing had been. */
static bm_status differentiate(bm_context *context, void *arg)
{
    expected *e = arg;
    bm_graph *g = bm_graph_new(.context = context, .eager = e->eager);
    bm_node x[30] = { bm_numbers(g, BM_F64, BM_SHAPE(3), 1, 2, 3) }, dx[3], sum;
    for (int i = 1; i < 30; i++) x[i] = bm_mul(bm_tanh(x[i - 1]), x[0]);
    sum = bm_sum(x[29]);
    bool whole = !bm_failed(g);
    const int64_t size = bm_graph_size(g);
    const bm_status status = bm_gradients_at(sum, BM_NODES(x[0], x[9], x[20]), (bm_node){ NULL, -1 }, dx, BM_HERE);
    if (status && whole) {
        assert_int_equal(bm_graph_size(g), size);
        for (int i = 0; i < 3; i++) assert_false(bm_node_ok(dx[i]));
        bm_clear(g); /* where memory is still lacking it fails once more */
        whole = !bm_gradients_at(sum, BM_NODES(x[0], x[9], x[20]), (bm_node){ NULL, -1 }, dx, BM_HERE);
    }
    if (whole) {
        if (!e->size) e->size = bm_graph_size(g);
        uint64_t names = 0;
        assert_int_equal(bm_graph_size(g), e->size);
        for (int64_t i = 0; i < e->size; i++) {
            const char *name = bm_node_name((bm_node){ g, i });
            assert_int_equal(bm_node_find(g, name).index, i);
            names = names * 31 + bmi_hash(name, strlen(name));
        }
        if (!e->names) e->names = names;
        assert_true(names == e->names);
    }
    bm_free(g);
    return status;
}

static void failed_gradients_leave_nothing(void **state)
{
    (void)state;
    for (int eager = 0; eager < 2; eager++) {
        expected e = { .eager = eager };
        assert_int_equal(differentiate(NULL, &e), BM_OK);
        assert_true(bmt_each_failure("a gradient", differentiate, &e) > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(wrong_sources_are_refused),
        cmocka_unit_test(printing_shows_name_type_and_shape),
        cmocka_unit_test(gradients_over_a_dag),
        cmocka_unit_test(gradients_that_cannot_be),
        cmocka_unit_test(gradients_carry_places),
        cmocka_unit_test(each_allocation_fails),
        cmocka_unit_test(failed_gradients_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
