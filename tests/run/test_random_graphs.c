// SPDX-License-Identifier: Apache-2.0
/* Random graphs: what a plan computes (folded, shared, fused, placed in shared memory) equals what the plain kernels compute
 * node by node, and so does an eager graph. Gradients too, through the same nodes.
 */
#include "base/random.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 40, SOURCES = 5, FETCHES = 8, GRAPHS = 400 };

typedef struct rolls { /* a stream of numbers */
    uint64_t seed, at;
} rolls;
static int roll(rolls *r, int n)
{
    return (int)bmi_random_below(r->seed, 77, r->at++, (uint64_t)n);
}

typedef struct sketch {
    bm_graph *g;
    bm_node node[NODES + SOURCES + 2];
    int n;
    bm_tensor *value[SOURCES];
    bm_node fetch[FETCHES];
    int n_fetch;
} sketch;

static bm_tensor *random_tensor(bm_type type, bm_shape shape, uint64_t seed)
{
    bm_tensor *t = bm_tensor_new(type, shape);
    for (int64_t i = 0; i < bm_tensor_size(t); i++) {
        const double v = bmi_random_normal(seed, 5, (uint64_t)i);
        if (type == BM_F32) ((float *)bm_data(t))[i] = (float)v;
        else ((double *)bm_data(t))[i] = v;
    }
    return t;
}

/* Sources of fitting shapes: (m, k), (k, n), (n), (m, 1), (). */
static void sources(sketch *s, bm_type type, rolls *r, bool eager)
{
    const int64_t m = 1 + roll(r, 40), k = 1 + roll(r, 20), n = 1 + roll(r, 70);
    const bm_shape shape[SOURCES] = { BM_SHAPE(m, k), BM_SHAPE(k, n), BM_SHAPE(n), BM_SHAPE(m, 1), BM_SCALAR };
    for (int i = 0; i < SOURCES; i++) {
        s->value[i] = random_tensor(type, shape[i], r->seed * 10 + (uint64_t)i);
        s->node[s->n++] = eager ? bm_constant(s->g, s->value[i], NULL) : bm_placeholder(s->g, type, shape[i], NULL);
    }
    s->node[s->n++] = bm_matmul(s->node[0], s->node[1]);
}

static bool fits(bm_node a, bm_node b)
{
    const bm_shape x = bm_node_shape(a), y = bm_node_shape(b);
    for (int64_t i = 1; i <= x.rank && i <= y.rank; i++) {
        const int64_t p = x.dim[x.rank - i], q = y.dim[y.rank - i];
        if (p != q && p != 1 && q != 1) return false;
    }
    return true;
}

static bm_node grow_unary(bm_node x, int kind)
{
    switch (kind) {
    case 0: return bm_tanh(x);
    case 1: return bm_sigmoid(x);
    case 2: return bm_scale(x, .75);
    case 3: return bm_shift(x, -.5);
    case 4: return bm_neg(x);
    case 5: return bm_relu(x);
    case 6: return bm_leaky_relu(x, .1);
    case 7: return bm_square(bm_tanh(x));
    case 8: return bm_identity(x);
    case 9: return bm_scale(x, 1);
    default: return bm_softplus(x);
    }
}

static bm_node grow_other(bm_node x, rolls *r)
{
    const bm_shape shape = bm_node_shape(x);
    if (shape.rank != 2) return bm_tanh(x);
    switch (roll(r, 7)) {
    case 0: return bm_sum_keep(x, BM_AXES(1));
    case 1: return bm_mean_over(x, BM_AXES(0));
    case 2: return bm_transpose(bm_transpose(x, BM_AXES(1, 0)), BM_AXES(1, 0));
    case 3: return bm_reshape_op(bm_reshape_op(x, BM_SHAPE(BM_ANY)), BM_SHAPE(shape.dim[0], shape.dim[1]));
    case 4: return bm_max_keep(x, BM_AXES(0));
    case 5: return bm_softmax(x);
    default: return bm_tanh(bm_matmul_of(bm_scale(x, .1), false, bm_matmul_of(x, true, x, false), false));
    }
}

static void grow(sketch *s, rolls *r, int nodes)
{
    for (int i = 0; i < nodes; i++) {
        const bm_node x = s->node[roll(r, s->n)], y = s->node[roll(r, s->n)];
        const int kind = roll(r, 20);
        bm_node z;
        if (kind < 8 && fits(x, y))
            z = kind < 3   ? bm_add(x, y)
                : kind < 5 ? bm_mul(bm_tanh(x), bm_tanh(y))
                : kind < 7 ? bm_sub(x, y)
                           : bm_maximum(x, y);
        else if (kind < 16) z = grow_unary(x, roll(r, 11));
        else z = grow_other(x, r);
        s->node[s->n++] = z;
    }
}

/* Some nodes and the gradients of one of them. */
static void choose_fetches(sketch *s, rolls *r)
{
    const bm_node y = s->node[SOURCES + 1 + roll(r, s->n - SOURCES - 1)];
    for (int i = 0; i < 4; i++) s->fetch[s->n_fetch++] = s->node[SOURCES + roll(r, s->n - SOURCES)];
    for (int i = 0; i < 3; i++) s->fetch[s->n_fetch++] = bm_gradient(bm_sum(bm_tanh(y)), s->node[i]);
}

static void build(sketch *s, bm_type type, uint64_t seed, bool eager)
{
    rolls r = { seed, 0 };
    *s = (sketch){ .g = bm_graph_new(.eager = eager) };
    sources(s, type, &r, eager);
    grow(s, &r, 4 + roll(&r, NODES - 4));
    choose_fetches(s, &r);
}

static void drop(sketch *s)
{
    for (int i = 0; i < SOURCES; i++) bm_free(s->value[i]);
    bm_free(s->g);
}

static double largest(const bm_tensor *t)
{
    double most = 1;
    for (int64_t i = 0; i < bm_tensor_size(t); i++)
        if (fabs(bm_tensor_at(t, i)) > most) most = fabs(bm_tensor_at(t, i));
    return most;
}

static void compare(const char *what, const bm_tensor *got, const bm_tensor *want, double tolerance)
{
    const double scale = largest(want);
    char text[160];
    assert_non_null(got);
    assert_int_equal(bm_tensor_size(got), bm_tensor_size(want));
    for (int64_t i = 0; i < bm_tensor_size(want); i++) {
        snprintf(text, sizeof text, "%s[%d]", what, (int)i);
        bmt_near(text, bm_tensor_at(got, i) / scale, bm_tensor_at(want, i) / scale, tolerance);
    }
}

static void run_graphs(bm_type type, double tolerance)
{
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        sketch plan, eager;
        char what[100];
        build(&plan, type, seed, false);
        build(&eager, type, seed, true);
        if (bm_failed(eager.g)) fail_msg("graph %d eager: %s", (int)seed, bm_error(eager.g));
        bm_session *s = bm_session_new(plan.g);
        bmt_machine plain = bmt_machine_new(plan.g, 1);
        for (int i = 0; i < SOURCES; i++) bmt_feed(&plain, plan.node[i], bmt_convert(plan.value[i], type));
        for (int again = 0; again < 2; again++) { /* the second time from the cache */
            bm_run(s,
                   BM_FEEDS({ plan.node[0], plan.value[0] }, { plan.node[1], plan.value[1] }, { plan.node[2], plan.value[2] },
                            { plan.node[3], plan.value[3] }, { plan.node[4], plan.value[4] }),
                   ((bm_nodes){ plan.fetch, (size_t)plan.n_fetch }));
            if (bm_failed(s)) fail_msg("graph %d: %s", (int)seed, bm_error(s));
            for (int i = 0; i < plan.n_fetch; i++) {
                snprintf(what, sizeof what, "graph %d fetch %d %s", (int)seed, i, bm_node_name(plan.fetch[i]));
                const bm_tensor *want = bmt_value(&plain, plan.fetch[i]);
                compare(what, bm_value(s, plan.fetch[i]), want, tolerance);
                compare(what, bm_node_value(eager.fetch[i]), want, tolerance);
            }
        }
        bmt_machine_end(&plain);
        bm_free(s);
        drop(&plan);
        drop(&eager);
    }
}

/* Sums of up to 70 * 40 terms in another order: both within a few hundred roundings of the exact value. */
static void plans_equal_plain_kernels_f64(void **state)
{
    (void)state, run_graphs(BM_F64, 1e-11);
}
static void plans_equal_plain_kernels_f32(void **state)
{
    (void)state, run_graphs(BM_F32, 2e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_equal_plain_kernels_f64),
        cmocka_unit_test(plans_equal_plain_kernels_f32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
