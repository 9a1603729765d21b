// SPDX-License-Identifier: Apache-2.0
/* The same operation by three ways, a run with feeds, a run whose inputs are constants (the planner folds it) and an eager graph,
 * gives the same bits.
 */
#include "base/memory.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include "support/op_cases.h"
#include <baeum.h>
#include <string.h>

typedef enum way { FED, FOLDED, EAGER } way;
static const char *const way_name[] = { "fed", "folded", "eager" };

/* The value of a case by one way; `value` are its inputs. */
static bm_tensor *compute(const bmt_case *c, bm_tensor *const value[BMT_INPUTS], way w)
{
    bm_graph *g = bm_graph_new(.eager = w == EAGER, .seed = 7);
    bm_node in[BMT_INPUTS];
    bm_feed feed[BMT_INPUTS];
    for (int j = 0; j < c->n_in; j++) {
        in[j] = w == FED ? bm_placeholder(g, value[j]->type, value[j]->shape, NULL) : bm_constant(g, value[j], NULL);
        feed[j] = (bm_feed){ in[j], value[j] };
    }
    const bm_node y = bmt_case_node(c, g, in);
    if (bm_failed(g)) fail_msg("%s %s: %s", c->name, way_name[w], bm_error(g));
    bm_session *s = w == EAGER ? NULL : bm_session_new(g, .seed = 7);
    const bm_feeds feeds = { feed, w == FED ? (size_t)c->n_in : 0 };
    if (s && bm_run(s, feeds, BM_FETCHES(y))) fail_msg("%s %s: %s", c->name, way_name[w], bm_error(s));
    bm_tensor *t = bmt_convert(s ? bm_value(s, y) : bm_node_value(y), bm_node_type(y));
    bm_free(s);
    bm_free(g);
    return t;
}

static void same_bits(const bmt_case *c, const bm_tensor *want, const bm_tensor *got, way w)
{
    const size_t size = bm_type_size(want->type);
    assert_int_equal(want->type, got->type);
    assert_true(bmi_shape_equal(want->shape, got->shape));
    for (int64_t i = 0; i < want->size; i++)
        if (memcmp((const char *)want->data + (size_t)i * size, (const char *)got->data + (size_t)i * size, size) != 0)
            fail_msg("%s (%s): element %d is %.17g fed and %.17g %s", c->name, bm_type_name(want->type), (int)i,
                     bm_tensor_at(want, i), bm_tensor_at(got, i), way_name[w]);
}

static void check_values(const bmt_case *c, bm_tensor *const value[BMT_INPUTS])
{
    bm_tensor *want = compute(c, value, FED);
    for (way w = FOLDED; w <= EAGER; w++) {
        bm_tensor *got = compute(c, value, w);
        same_bits(c, want, got, w);
        bm_free(got);
    }
    bm_free(want);
}

/* Updates write to variables, which no constant can be. */
static void check(const bmt_case *c, void *user)
{
    (void)user;
    for (int real = 0; real < 2 && !(c->op->flags & BM_OP_UPDATE); real++) {
        bm_tensor *value[BMT_INPUTS] = { NULL };
        for (int j = 0; j < c->n_in; j++) value[j] = bmt_case_input(c, j, real ? BM_F64 : BM_F32, 3);
        check_values(c, value);
        for (int j = 0; j < c->n_in; j++) bm_free(value[j]);
    }
}

static void every_case(void **state)
{
    (void)state, bmt_each_case(check, NULL);
}
static void large_cases(void **state)
{
    (void)state, bmt_each_large_case(check, NULL);
}

/* Numbers below the smallest normal one count as 0, whichever way. (Only a reduction of one element, which a plan leaves out, does
 * not see them.) */
static void check_tiny(const bmt_case *c, void *user)
{
    (void)user;
    if (c->n_in != 1 || c->type[0] || bmi_shape_equal(c->shape[0], BM_SCALAR) || c->op->flags & (BM_OP_UPDATE | BM_OP_RANDOM))
        return;
    bm_tensor *value[BMT_INPUTS] = { bmt_case_input(c, 0, BM_F32, 3) };
    for (int64_t i = 0; i < value[0]->size; i++)
        ((float *)value[0]->data)[i] = i % 3 == 0 ? 0x1p-140f : i % 3 == 1 ? -0x1p-127f : 0x1p-126f;
    check_values(c, value);
    bm_free(value[0]);
}
static void tiny_numbers(void **state)
{
    (void)state, bmt_each_case(check_tiny, NULL);
}

/* Several nodes at once: what fusing leaves of them has the bits of one by one. (Not so a bias: a product may start its sums with it.) */
static void chains_of_nodes(void **state)
{
    (void)state;
    bm_tensor *x = bmt_random(BM_F32, BM_SHAPE(19, 33), -1, 1, 1), *w = bmt_random(BM_F32, BM_SHAPE(33, 21), -1, 1, 2);
    bm_tensor *want = NULL;
    for (way by = FED; by <= EAGER; by++) {
        bm_graph *g = bm_graph_new(.eager = by == EAGER);
        const bool fed = by == FED;
        bm_node a = fed ? bm_placeholder(g, BM_F32, x->shape, NULL) : bm_constant(g, x, NULL);
        bm_node b = fed ? bm_placeholder(g, BM_F32, w->shape, NULL) : bm_constant(g, w, NULL);
        bm_node y = bm_gradient(bm_mean(bm_square(bm_softmax(bm_mul(bm_tanh(bm_matmul(a, b)), bm_number(g, 3))))), b);
        bm_session *s = by == EAGER ? NULL : bm_session_new(g);
        if (fed) bm_run(s, BM_FEEDS({ a, x }, { b, w }), BM_FETCHES(y));
        else if (s) bm_run(s, BM_NO_FEEDS, BM_FETCHES(y));
        assert_string_equal(s ? bm_error(s) : bm_error(g), "");
        const bm_tensor *got = s ? bm_value(s, y) : bm_node_value(y);
        if (fed) want = bmt_convert(got, BM_F32);
        else assert_memory_equal(got->data, want->data, (size_t)want->size * sizeof(float));
        bm_free(s);
        bm_free(g);
    }
    bm_free(want);
    bm_free(x);
    bm_free(w);
}

/* What the planner folds stays in the plan: not what a run can make in memory that others use, too. */
static void large_constants_are_left_to_the_run(void **state)
{
    (void)state;
    bmt_faults f = { 0 };
    bm_context *context = bmt_context(&f, 1);
    bm_graph *g = bm_graph_new(.context = context);
    bm_tensor *t = bm_tensor_new(BM_F32, BM_SHAPE(6 << 20));
    bm_node x = bm_constant(g, t, NULL);
    for (int i = 0; i < 12; i++) x = bm_shift(x, 1);
    bm_session *s = bm_session_new(g);
    assert_int_equal(bm_run(s, BM_NO_FEEDS, BM_FETCHES(bm_sum(x))), BM_OK);
    assert_true(f.peak_bytes < (size_t)(6 << 20) * sizeof(float) * 7);
    bm_free(s);
    bm_free(g);
    bm_free(t);
    bm_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(large_cases),
        cmocka_unit_test(tiny_numbers),
        cmocka_unit_test(chains_of_nodes),
        cmocka_unit_test(large_constants_are_left_to_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
