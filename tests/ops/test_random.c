// SPDX-License-Identifier: Apache-2.0
/* Random operations: ranges and moments of what they make, the same numbers for the same seed, node and run, others otherwise.
 * The limits on moments are five standard errors; the numbers are always the same ones.
 */
#include "support/bmt.h"
#include "support/interpret.h"
#include <math.h>
#include <string.h>

enum { MANY = 20000 };

static bm_tensor *draw(uint64_t seed, uint64_t tick, int kind, bm_type type, int before)
{
    bm_graph *g = bm_graph_new();
    bmt_machine m = bmt_machine_new(g, seed);
    bm_node y, x = bm_placeholder(g, type, BM_SHAPE(MANY), NULL);
    m.state.tick = tick;
    for (int i = 0; i < before; i++) bm_number(g, i); /* the node's number is larger */
    if (kind == 0) y = bm_random_uniform(g, type, BM_SHAPE(MANY), -1, 3);
    else if (kind == 1) y = bm_random_normal(g, type, BM_SHAPE(MANY), 2, .5);
    else y = bm_bernoulli_like(x, .8);
    bmt_feed(&m, x, bm_tensor_new(type, BM_SHAPE(MANY)));
    const bm_tensor *v = bmt_value(&m, y);
    bm_tensor *t = bmt_convert(v, v->type);
    bmt_machine_end(&m);
    bm_free(g);
    return t;
}

static bool same(const bm_tensor *a, const bm_tensor *b)
{
    return memcmp(a->data, b->data, (size_t)a->size * bm_type_size(a->type)) == 0;
}

static void seeds(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        bm_tensor *a = draw(7, 1, kind, BM_F32, 0), *again = draw(7, 1, kind, BM_F32, 0), *seed = draw(8, 1, kind, BM_F32, 0);
        bm_tensor *run = draw(7, 2, kind, BM_F32, 0), *node = draw(7, 1, kind, BM_F32, 3);
        assert_true(same(a, again));
        assert_false(same(a, seed));
        assert_false(same(a, run));
        assert_false(same(a, node));
        assert_false(same(run, node));
        bm_free(a), bm_free(again), bm_free(seed), bm_free(run), bm_free(node);
    }
}

static void moments(const bm_tensor *t, double *mean, double *deviation, double *least, double *most)
{
    double sum = 0, squares = 0;
    *least = INFINITY, *most = -INFINITY;
    for (int64_t i = 0; i < t->size; i++) {
        const double v = bm_tensor_at(t, i);
        sum += v;
        squares += v * v;
        *least = fmin(*least, v);
        *most = fmax(*most, v);
    }
    *mean = sum / (double)t->size;
    *deviation = sqrt(squares / (double)t->size - *mean * *mean);
}

static void distributions(void **state)
{
    (void)state;
    const double root = sqrt(MANY);
    for (int k = 0; k < 2; k++) {
        const bm_type type = k ? BM_F64 : BM_F32;
        double mean, deviation, least, most;
        bm_tensor *u = draw(3, 1, 0, type, 0), *n = draw(3, 1, 1, type, 0), *b = draw(3, 1, 2, type, 0);
        moments(u, &mean, &deviation, &least, &most);
        assert_true(least >= -1 && least < -.99 && most < 3 && most > 2.99);
        bmt_near("mean of uniform", mean, 1, 5 * 1.1547 / root);
        bmt_near("deviation of uniform", deviation, 2 / sqrt(3.), .02);
        moments(n, &mean, &deviation, &least, &most);
        bmt_near("mean of normal", mean, 2, 5 * .5 / root);
        bmt_near("deviation of normal", deviation, .5, 5 * .5 / root);
        assert_true(least > 2 - .5 * 6 && least < 2 - .5 * 3 && most < 2 + .5 * 6 && most > 2 + .5 * 3);
        moments(b, &mean, &deviation, &least, &most);
        bmt_near("mean of Bernoulli", mean, .8, 5 * .4 / root);
        for (int64_t i = 0; i < b->size; i++) assert_true(bm_tensor_at(b, i) == 0 || bm_tensor_at(b, i) == 1);
        bm_free(u), bm_free(n), bm_free(b);
    }
}

/* Between low and high there is no other number of the type: low it is. */
static void narrow_intervals(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new(.eager = true);
    const bm_node f32 = bm_random_uniform(g, BM_F32, BM_SHAPE(100), 1, 1 + 1e-12),
                  f64 = bm_random_uniform(g, BM_F64, BM_SHAPE(100), 1, 1 + 0x1p-52);
    assert_string_equal(bm_error(g), "");
    for (int64_t i = 0; i < 100; i++)
        assert_true(bm_tensor_at(bm_node_value(f32), i) == 1 && bm_tensor_at(bm_node_value(f64), i) == 1);
    bm_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(seeds), cmocka_unit_test(distributions),
                                        cmocka_unit_test(narrow_intervals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
