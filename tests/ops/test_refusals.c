// SPDX-License-Identifier: Apache-2.0
/* Wrong shapes, types and arguments are refused by every operation with its name, what was found, and the caller's line; bad
 * data is found while running.
 */
#include "base/kinds.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include <math.h>
#include <string.h>

static bm_graph *g;
static bm_node of(bm_type type, bm_shape shape)
{
    return bm_placeholder(g, type, shape, NULL);
}
static bm_node f32(bm_shape shape)
{
    return of(BM_F32, shape);
}

static void refused(const char *what, bm_node n, bm_status status, const char *const *parts)
{
    if (bm_node_ok(n) || bm_status_of(g) != status)
        fail_msg("%s: status is %s (%s), want %s", what, bm_status_name(bm_status_of(g)), bm_error(g), bm_status_name(status));
    bmt_contains(what, bm_error(g), "test_refusals.c:");
    for (; *parts; parts++) bmt_contains(what, bm_error(g), *parts);
    bm_free(g);
    g = bm_graph_new();
}
#define REFUSED(node, status, ...) refused(#node, (node), (status), (const char *const[]){ __VA_ARGS__, NULL })

/* Every elementwise operation of two inputs and more: shapes that do not broadcast, types that differ. */
static void elementwise(void **state)
{
    (void)state;
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at("op", i)); i++) {
        const bm_op *op = k->record;
        if (!(op->flags & BM_OP_ELEMENTWISE) || op->n_in < 2 || op->shape_inputs) continue;
        const bool of_bools = op->examples[0].in_type[op->n_in - 1] == BM_BOOL;
        const bm_type type = of_bools ? BM_BOOL : BM_F32;
        bm_node in[3];
        for (int bad = 0; bad < 2; bad++) {
            for (int j = 0; j < op->n_in; j++)
                in[j] = of(op->examples[0].in_type[j] ? op->examples[0].in_type[j] : type, BM_SHAPE(2, 3));
            if (bad) in[op->n_in - 1] = of(BM_F64, BM_SHAPE(2, 3));
            else in[op->n_in - 1] = of(type, BM_SHAPE(4, 3));
            const bm_node y = bmi_node_add(g, op, op->examples[0].args, in, op->n_in, NULL, BM_HERE);
            if (bad) refused(op->name, y, BM_E_TYPE, (const char *const[]){ op->name, of_bools ? "f64" : "f32", "f64", NULL });
            else refused(op->name, y, BM_E_SHAPE, (const char *const[]){ op->name, "(2, 3)", "(4, 3)", NULL });
        }
    }
}

/* Every operation refuses a type that is none of its own, or says what it makes of it. */
static void types(void **state)
{
    (void)state;
    const bmi_kind *k;
    int found = 0;
    for (size_t i = 0; (k = bmi_kind_at("op", i)); i++) {
        const bm_op *op = k->record;
        if (op->n_in != 1) continue;
        const bm_node x = of(BM_U8, op->examples[0].in_shape[0]),
                      y = bmi_node_add(g, op, op->examples[0].args, &x, 1, NULL, BM_HERE);
        if (bm_node_ok(y)) continue;
        refused(op->name, y, BM_E_TYPE, (const char *const[]){ op->name, "u8", "bm_cast", NULL });
        found++;
    }
    assert_true(found > 30);
}

static void shapes(void **state)
{
    (void)state;
    REFUSED(bm_matmul(f32(BM_SHAPE(128, 64)), f32(BM_SHAPE(32, 10))), BM_E_SHAPE, "matmul", "(128, 64)", "(32, 10)");
    REFUSED(bm_matmul_of(f32(BM_SHAPE(128, 64)), true, f32(BM_SHAPE(64, 10)), false), BM_E_SHAPE, "(128, 64) transposed",
            "(64, 10)");
    REFUSED(bm_matmul(f32(BM_SHAPE(2, 3, 4)), f32(BM_SHAPE(3, 4, 5))), BM_E_SHAPE, "(2, 3, 4)", "(3, 4, 5)");
    REFUSED(bm_matmul(f32(BM_SHAPE(4)), f32(BM_SHAPE(4, 5))), BM_E_SHAPE, "(4)", "(4, 5)");
    REFUSED(bm_reshape_op(f32(BM_SHAPE(2, 3)), BM_SHAPE(4, 2)), BM_E_SHAPE, "reshape", "(2, 3)", "(4, 2)");
    REFUSED(bm_reshape_op(f32(BM_SHAPE(2, 3)), BM_SHAPE(4, BM_ANY)), BM_E_SHAPE, "(2, 3)", "(4, any)");
    REFUSED(bm_reshape_op(f32(BM_SHAPE(2, 3)), BM_SHAPE(BM_ANY, BM_ANY)), BM_E_ARGUMENT, "(any, any)");
    REFUSED(bm_flatten_op(f32(BM_SCALAR)), BM_E_SHAPE, "flatten", "()");
    REFUSED(bm_reshape_like(f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(5))), BM_E_SHAPE, "(2, 3)", "(5)");
    REFUSED(bm_transpose(f32(BM_SHAPE(2, 3)), BM_AXES(0)), BM_E_ARGUMENT, "transpose", "1 axes", "2");
    REFUSED(bm_transpose(f32(BM_SHAPE(2, 3)), BM_AXES(0, 0)), BM_E_ARGUMENT, "axis 0", "twice");
    REFUSED(bm_sum_over(f32(BM_SHAPE(2, 3)), BM_AXES(2)), BM_E_ARGUMENT, "sum", "axis 2", "(2, 3)");
    REFUSED(bm_norm(f32(BM_SHAPE(2, 3)), .5), BM_E_ARGUMENT, "norm", "0.5");
    REFUSED(bm_norm(f32(BM_SHAPE(2, 3)), (double)NAN), BM_E_ARGUMENT, "norm", "nan");
    REFUSED(bm_argmax(f32(BM_SHAPE(2, 0)), 1), BM_E_SHAPE, "argmax", "axis 1");
    REFUSED(bm_slice(f32(BM_SHAPE(2, 3)), BM_AXES(0, 1), BM_AXES(2, 3)), BM_E_SHAPE, "slice", "(2, 3)", "3 elements from 1");
    REFUSED(bm_slice(f32(BM_SHAPE(2, 3)), BM_AXES(0), BM_AXES(2)), BM_E_ARGUMENT, "slice", "(2, 3)");
    REFUSED(bm_concat(0, f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(2, 4))), BM_E_SHAPE, "concat", "(2, 3)", "(2, 4)");
    REFUSED(bm_concat(0, f32(BM_SHAPE(2, 3)), of(BM_F64, BM_SHAPE(2, 3))), BM_E_TYPE, "concat", "f32", "f64");
    REFUSED(bm_stack(3, f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(2, 3))), BM_E_ARGUMENT, "stack", "axis 3");
    REFUSED(bm_stack(0, f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(2, 4))), BM_E_SHAPE, "stack", "part 1 is (2, 3)", "part 2 is (2, 4)");
    REFUSED(bm_stack(2, f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(2))), BM_E_SHAPE, "stack", "part 1 is (2, 3)", "part 2 is (2)");
    REFUSED(bm_pad(f32(BM_SHAPE(INT64_MAX, 0)), BM_AXES(1, 0), BM_AXES(0, 0), 0), BM_E_SHAPE, "pad", "axis 0", "too long");
    REFUSED(bm_pad(f32(BM_SHAPE(2, 3)), BM_AXES(-1, 0), BM_AXES(0, 0), 0), BM_E_ARGUMENT, "pad", "-1", "(2, 3)");
    REFUSED(bm_tile(f32(BM_SHAPE(2, 3)), BM_AXES(0, 1)), BM_E_ARGUMENT, "tile", "axis 0");
    REFUSED(bm_gather(f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(2))), BM_E_TYPE, "gather", "f32", "i32");
    REFUSED(bm_gather(f32(BM_SCALAR), of(BM_I32, BM_SHAPE(2))), BM_E_SHAPE, "gather", "()");
    REFUSED(bm_scatter_add(f32(BM_SHAPE(5, 2)), of(BM_I32, BM_SHAPE(3)), f32(BM_SHAPE(2, 2))), BM_E_SHAPE, "scatter_add",
            "(5, 2)", "(3)", "(2, 2)", "(3, 2)");
    REFUSED(bm_one_hot(of(BM_I32, BM_SHAPE(3)), 0, BM_F32), BM_E_ARGUMENT, "one_hot", "depth");
    REFUSED(bm_broadcast_like(f32(BM_SHAPE(2)), f32(BM_SHAPE(2, 3))), BM_E_SHAPE, "broadcast_like", "(2)", "(2, 3)");
    REFUSED(bm_broadcast_like(f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(1, 3))), BM_E_SHAPE, "(2, 3)", "(1, 3)");
    REFUSED(bm_sum_like(f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(2))), BM_E_SHAPE, "sum_like", "(2, 3)", "(2)");
    REFUSED(bm_softmax(f32(BM_SCALAR)), BM_E_SHAPE, "softmax", "()");
    REFUSED(bm_softmax_crossentropy(f32(BM_SHAPE(5, 3)), of(BM_I32, BM_SHAPE(4))), BM_E_SHAPE, "softmax_crossentropy", "(5, 3)",
            "(4)");
    REFUSED(bm_softmax_crossentropy(f32(BM_SHAPE(5, 3)), f32(BM_SHAPE(5))), BM_E_SHAPE, "(5, 3)", "(5)");
    REFUSED(bm_softmax_crossentropy(f32(BM_SHAPE(5, 3)), of(BM_F64, BM_SHAPE(5, 3))), BM_E_TYPE, "f32", "f64");
    REFUSED(bm_clip(f32(BM_SHAPE(2)), 2, 1), BM_E_ARGUMENT, "clip", "2", "1");
    REFUSED(bm_random_uniform(g, BM_F32, BM_SHAPE(2), 2, 1), BM_E_ARGUMENT, "random_uniform", "2", "1");
    REFUSED(bm_random_uniform(g, BM_F64, BM_SHAPE(2), -1.7e308, 1.7e308), BM_E_ARGUMENT, "random_uniform", "1.7e+308");
    REFUSED(bm_random_uniform(g, BM_F32, BM_SHAPE(2), 0, 1e39), BM_E_ARGUMENT, "random_uniform", "1e+39");
    REFUSED(bm_random_normal(g, BM_F32, BM_SHAPE(2), 1e39, 1), BM_E_ARGUMENT, "random_normal", "1e+39");
    REFUSED(bm_random_uniform(g, BM_F32, ((bm_shape){ .rank = INT64_C(1) << 40 }), 0, 1), BM_E_SHAPE, "random_uniform",
            "the rank is");
    REFUSED(bm_random_normal(g, BM_F32, BM_SHAPE(2), 0, -1), BM_E_ARGUMENT, "random_normal", "-1");
    REFUSED(bm_random_normal(g, BM_I32, BM_SHAPE(2), 0, 1), BM_E_TYPE, "random_normal", "i32");
    REFUSED(bm_random_normal(g, BM_F32, BM_SHAPE(BM_ANY), 0, 1), BM_E_SHAPE, "random_normal", "known");
    REFUSED(bm_bernoulli_like(f32(BM_SHAPE(2)), 1.5), BM_E_ARGUMENT, "bernoulli_like", "1.5");
    REFUSED(bm_bernoulli_like(f32(BM_SHAPE(2)), (double)NAN), BM_E_ARGUMENT, "bernoulli_like", "nan");
    REFUSED(bm_assign(f32(BM_SHAPE(2)), f32(BM_SHAPE(2))), BM_E_ARGUMENT, "assign", "variable");
    REFUSED(bm_cast(f32(BM_SHAPE(2)), (bm_type)77), BM_E_TYPE, "cast", "77");
}

static void splits(void **state)
{
    (void)state;
    bm_node out[5];
    assert_int_equal(bm_split(f32(BM_SHAPE(2, 6)), 1, 4, out), BM_E_SHAPE);
    REFUSED(out[3], BM_E_SHAPE, "split", "(2, 6)", "4");
    assert_int_equal(bm_split(f32(BM_SHAPE(BM_ANY, 6)), 0, 2, out), BM_E_SHAPE);
    REFUSED(out[1], BM_E_SHAPE, "split", "(any, 6)");
}

/* A failed node makes failed nodes, and the first error stays. */
static void failed_inputs(void **state)
{
    (void)state;
    const bm_node bad = bm_matmul(f32(BM_SHAPE(2, 3)), f32(BM_SHAPE(4, 5))), x = bm_exp(bad), y = bm_add(x, bad);
    assert_false(bm_node_ok(x));
    assert_false(bm_node_ok(y));
    bmt_contains("first error", bm_error(g), "matmul");
    assert_false(bm_node_ok(bm_concat_at(0, (bm_nodes){ NULL, 0 }, BM_HERE)));
    assert_false(bm_node_ok(bm_group_at((bm_nodes){ NULL, 0 }, BM_HERE)));
    bm_free(g);
    g = bm_graph_new();
}

/* Bad indices and labels: the run has a fault that names them, and the kernel stays inside its memory. */
static void bad_data(void **state)
{
    (void)state;
    const double wrong[] = { 1, 7, -1 };
    bmt_machine m = bmt_machine_new(g, 1);
    const bm_node x = f32(BM_SHAPE(3, 2)), labels = bm_numbers_at(g, BM_I32, BM_SHAPE(3), wrong, 3, NULL, BM_HERE);
    bmt_feed(&m, x, bmt_random(BM_F32, BM_SHAPE(3, 2), -1, 1, 5));
    const bm_node nodes[] = { bm_gather(x, labels), bm_softmax_crossentropy(x, labels), bm_scatter_add(x, labels, x) };
    for (size_t i = 0; i < BMI_COUNT(nodes); i++) {
        bmt_value(&m, nodes[i]);
        assert_true(m.state.fault.set);
        assert_int_equal(m.state.fault.number, nodes[i].index);
        assert_int_equal(m.state.fault.value, 7);
        assert_int_equal(m.state.fault.position, 1);
        assert_int_equal(m.state.fault.limit, i == 1 ? 2 : 3);
        assert_string_equal(m.state.fault.what, i == 1 ? "label" : "index");
        m.state.fault.set = 0;
    }
    bmt_machine_end(&m);
}

static int setup(void **state)
{
    (void)state;
    g = bm_graph_new();
    return 0;
}
static int teardown(void **state)
{
    (void)state;
    bm_free(g);
    return 0;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(elementwise), TEST(types),         TEST(shapes),
                                        TEST(splits),      TEST(failed_inputs), TEST(bad_data) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
