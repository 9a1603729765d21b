// SPDX-License-Identifier: Apache-2.0
/* Random graphs of several types, whose chains meet at casts and comparisons: a run has the bits of an eager graph, which computes node by
 * node. Each chain is computed in its own type, and what is cast at its beginning is rounded once. */
#include "base/random.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include <baeum.h>
#include <string.h>

enum { SIDE = 12, NODES = 30, SOURCES = 4, FETCHES = 6, GRAPHS = 300 };

typedef struct sketch {
    bm_graph *g;
    bm_node node[SOURCES + NODES];
    int n;
    bm_tensor *value[SOURCES];
    uint64_t seed, at;
} sketch;

static int roll(sketch *s, int n)
{
    return (int)bmi_random_below(s->seed, 79, s->at++, (uint64_t)n);
}

static bool is_real(bm_type type)
{
    return type == BM_F32 || type == BM_F64;
}

static bm_node grow(sketch *s)
{
    static const bm_type types[] = { BM_F32, BM_F64, BM_F32, BM_F64, BM_I32, BM_I64, BM_U8 };
    const bm_node x = s->node[roll(s, s->n)], y = s->node[roll(s, s->n)];
    const bm_type type = bm_node_type(x);
    const int kind = roll(s, 12);
    if (kind < 3 || !is_real(type)) return bm_cast(x, types[roll(s, type == BM_BOOL ? 7 : is_real(type) ? 7 : 4)]);
    if (kind < 5) return bm_node_type(y) == type ? bm_mul(x, y) : bm_tanh(x);
    if (kind < 7) return bm_node_type(y) == type ? bm_sub(x, y) : bm_shift(x, .3);
    if (kind < 9) return bm_greater(x, bm_cast(y, type));
    if (kind < 10) return bm_scale(bm_matmul(x, bm_cast(y, type)), .01);
    return kind < 11 ? bm_exp(bm_tanh(x)) : bm_scale(x, .7);
}

static void build(sketch *s, uint64_t seed, bool eager)
{
    static const bm_type types[SOURCES] = { BM_F32, BM_F64, BM_I32, BM_F32 };
    *s = (sketch){ .g = bm_graph_new(.eager = eager), .seed = seed };
    for (int i = 0; i < SOURCES; i++) {
        s->value[i] = bmt_random(types[i], BM_SHAPE(SIDE, SIDE), -3, 3, seed * SOURCES + (uint64_t)i);
        s->node[s->n++] =
            eager ? bm_constant(s->g, s->value[i], NULL) : bm_placeholder(s->g, types[i], s->value[i]->shape, NULL);
    }
    while (s->n < SOURCES + NODES) {
        s->node[s->n] = grow(s);
        s->n++;
    }
}

static void same_bits(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        sketch plan, eager;
        bm_feed feed[SOURCES];
        bm_node fetch[FETCHES];
        build(&plan, seed, false);
        build(&eager, seed, true);
        for (int i = 0; i < SOURCES; i++) feed[i] = (bm_feed){ plan.node[i], plan.value[i] };
        int of[FETCHES];
        for (int i = 0; i < FETCHES; i++) fetch[i] = plan.node[of[i] = plan.n - 1 - roll(&plan, i < 2 ? i + 1 : NODES)];
        bm_session *s = bm_session_new(plan.g);
        bm_run_at(s, (bm_feeds){ feed, SOURCES }, (bm_nodes){ fetch, FETCHES }, BM_HERE);
        if (bm_failed(s) || bm_failed(eager.g)) fail_msg("graph %d: %s%s", (int)seed, bm_error(s), bm_error(eager.g));
        for (int i = 0; i < FETCHES; i++) {
            const bm_tensor *got = bm_value(s, fetch[i]), *want = bm_node_value(eager.node[of[i]]);
            const size_t bytes = (size_t)want->size * bm_type_size(want->type);
            if (memcmp(got->data, want->data, bytes) != 0) fail_msg("graph %d: node %s", (int)seed, bm_node_name(fetch[i]));
        }
        for (int i = 0; i < SOURCES; i++) bm_free(plan.value[i]), bm_free(eager.value[i]);
        bm_free(s), bm_free(plan.g), bm_free(eager.g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(same_bits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
