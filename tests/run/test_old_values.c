// SPDX-License-Identifier: Apache-2.0
/* Runs in which a node needs a variable's value from before the run and the new one, so that no order of the kernels alone would do:
 * every reader sees the old value, the update's own node the new one. Numbers are small and whole, so all sums are exact.
 */
#include "base/random.h"
#include "support/bmt.h"
#include <baeum.h>
#include <stdlib.h>

static void expect(bm_session *s, bm_node node, const char *what, const double *want, int64_t n)
{
    const bm_tensor *t = bm_value(s, node);
    assert_string_equal(bm_error(s), "");
    assert_int_equal(bm_tensor_size(t), n);
    for (int64_t i = 0; i < n; i++)
        if (bm_tensor_at(t, i) != want[i]) fail_msg("%s[%d] is %g, not %g", what, (int)i, bm_tensor_at(t, i), want[i]);
}

/* bm_numbers of n in a row: first, first + 1, ... */
static bm_node row(bm_graph *g, bm_type type, int64_t n, double first)
{
    bm_tensor *t = bm_tensor_new(type, BM_SHAPE(n));
    for (int64_t i = 0; i < n; i++) {
        if (type == BM_F32) ((float *)bm_data(t))[i] = (float)(first + (double)i);
        else if (type == BM_F64) ((double *)bm_data(t))[i] = first + (double)i;
        else ((int32_t *)bm_data(t))[i] = (int32_t)(first + (double)i);
    }
    bm_node node = bm_constant(g, t, NULL);
    bm_free(t);
    return node;
}

/* w, its update and the product of both, on few and many elements, by each of the three updates, three runs long. */
static void check_product(bm_type type, int64_t n, int kind)
{
    bm_graph *g = bm_graph_new();
    bm_node w = bm_variable(g, type, BM_SHAPE(n), (bm_init){ 0 }, "w"), x = row(g, type, n, 2);
    bm_node up = kind == 0 ? bm_assign(w, x) : kind == 1 ? bm_assign_add(w, x) : bm_assign_sub(w, x);
    bm_node product = bm_mul(w, up), view = bm_reshape_op(w, BM_SHAPE(n, 1)), same = bm_identity(w);
    bm_session *s = bm_session_new(g);
    double *old = calloc((size_t)n, sizeof *old), *new = calloc((size_t)n, sizeof *new),
           *both = calloc((size_t)n, sizeof *both);
    for (int run = 0; run < 3; run++) {
        for (int64_t i = 0; i < n; i++) {
            old[i] = new[i];
            new[i] = kind == 0 ? 2.0 + (double)i : kind == 1 ? old[i] + 2.0 + (double)i : old[i] - 2.0 - (double)i;
            both[i] = old[i] * new[i];
        }
        bm_run(s, BM_NO_FEEDS, BM_FETCHES(w, up, product, view, same));
        expect(s, product, "product", both, n);
        expect(s, up, "update", new, n);
        expect(s, w, "variable", new, n);
        expect(s, view, "view", old, n);
        expect(s, same, "identity", old, n);
    }
    free(old), free(new), free(both);
    bm_free(s);
    bm_free(g);
}

static void products_of_old_and_new(void **state)
{
    (void)state;
    const int64_t sizes[] = { 1, 3, 1000 };
    for (int kind = 0; kind < 3; kind++)
        for (size_t i = 0; i < 3; i++) {
            check_product(BM_F32, sizes[i], kind);
            check_product(BM_F64, sizes[i], kind);
            check_product(BM_I32, sizes[i], kind);
        }
}

/* Variables that take each other's old values: two, and a ring of five. */
static void variables_change_places(void **state)
{
    (void)state;
    const bm_type types[] = { BM_F32, BM_F64, BM_I32 };
    for (size_t t = 0; t < 3; t++)
        for (int n = 2; n <= 5; n += 3) {
            bm_graph *g = bm_graph_new();
            bm_node v[5], set[5], turn[5];
            for (int i = 0; i < n; i++) v[i] = bm_variable(g, types[t], BM_SHAPE(3), (bm_init){ 0 }, "");
            for (int i = 0; i < n; i++) {
                set[i] = bm_assign(v[i], row(g, types[t], 3, 10 * i));
                turn[i] = bm_assign(v[i], v[(i + 1) % n]);
            }
            bm_session *s = bm_session_new(g);
            bm_run(s, BM_NO_FEEDS, ((bm_nodes){ set, (size_t)n }));
            for (int run = 1; run <= n + 1; run++) {
                bm_run(s, BM_NO_FEEDS, ((bm_nodes){ turn, (size_t)n }));
                for (int i = 0; i < n; i++) {
                    const double first = 10.0 * ((i + run) % n), want[] = { first, first + 1, first + 2 };
                    expect(s, turn[i], "turned", want, 3);
                    expect(s, v[i], "variable", want, 3);
                }
            }
            bm_free(s);
            bm_free(g);
        }
}

/* A matrix product and a transposed matrix, which read the old value in another order than the update writes the new one. */
static void matrices_old_and_new(void **state)
{
    (void)state;
    bm_graph *g = bm_graph_new();
    bm_node w = bm_variable(g, BM_F64, BM_SHAPE(2, 2), (bm_init){ 0 }, "w");
    bm_node set = bm_assign(w, bm_numbers(g, BM_F64, BM_SHAPE(2, 2), 1, 2, 3, 4));
    bm_node up = bm_assign(w, bm_transpose(w, BM_AXES(1, 0))), product = bm_matmul(w, up),
            norm = bm_sum(bm_square(bm_sub(up, w)));
    bm_session *s = bm_session_new(g);
    bm_run(s, BM_NO_FEEDS, BM_FETCHES(set));
    bm_run(s, BM_NO_FEEDS, BM_FETCHES(product, norm, w));
    expect(s, product, "product", (const double[]){ 5, 11, 11, 25 }, 4);
    expect(s, norm, "norm", (const double[]){ 2 }, 1);
    expect(s, w, "w", (const double[]){ 1, 3, 2, 4 }, 4);
    bm_run(s, BM_NO_FEEDS, BM_FETCHES(norm, product));
    expect(s, product, "product", (const double[]){ 10, 14, 14, 20 }, 4);
    bm_free(s);
    bm_free(g);
}

/* Gradient descent with momentum on sum((x w - t)^2), whose step also tells how far it went: against the same in plain C. */
static void check_training(bm_type type)
{
    bm_graph *g = bm_graph_new();
    bm_node w = bm_variable(g, type, BM_SHAPE(2), (bm_init){ 0 }, "w"),
            m = bm_variable(g, type, BM_SHAPE(2), (bm_init){ 0 }, "m");
    bm_node x = row(g, type, 2, 1), t = row(g, type, 2, 4);
    bm_node loss = bm_sum(bm_square(bm_sub(bm_mul(x, w), t))), slope = bm_gradient(loss, w);
    bm_node speed = bm_assign(m, bm_add(bm_scale(m, .5), slope)), step = bm_assign_sub(w, bm_scale(speed, .0625));
    bm_node moved = bm_sum(bm_square(bm_sub(step, w))), turned = bm_sum(bm_mul(speed, m)), after = bm_sum(bm_mul(step, speed));
    bm_session *s = bm_session_new(g);
    double a[2] = { 0 }, v[2] = { 0 };
    for (int run = 0; run < 4; run++) { /* dyadic numbers of few bits: exact in both types */
        double before = 0, far = 0, turn = 0, with = 0;
        for (int i = 0; i < 2; i++) {
            const double miss = (i + 1) * a[i] - (i + 4), old = v[i], from = a[i];
            before += miss * miss;
            v[i] = .5 * v[i] + 2 * miss * (i + 1);
            a[i] -= .0625 * v[i];
            far += (a[i] - from) * (a[i] - from);
            turn += v[i] * old;
            with += a[i] * v[i];
        }
        bm_run(s, BM_NO_FEEDS, BM_FETCHES(loss, moved, turned, after, w));
        assert_string_equal(bm_error(s), "");
        const double tolerance = type == BM_F32 ? 1e-6 : 1e-14;
        bmt_near("loss", bm_scalar(s, loss), before, tolerance);
        bmt_near("way", bm_scalar(s, moved), far, tolerance);
        bmt_near("turn", bm_scalar(s, turned), turn, tolerance * 10);
        bmt_near("new with new", bm_scalar(s, after), with, tolerance * 10);
        for (int i = 0; i < 2; i++) bmt_near("weight", bm_tensor_at(bm_value(s, w), i), a[i], tolerance);
    }
    bm_free(s);
    bm_free(g);
}

static void steps_tell_how_far_they_went(void **state)
{
    (void)state;
    check_training(BM_F32);
    check_training(BM_F64);
}

/* ---- random runs of variables, readers and updates ---- */
enum { VARIABLES = 5, NODES = 14, SIZE = 9, RUNS = 3, GRAPHS = 300 };

typedef struct made {
    bm_node node;
    int kind, a, b; /* 0: a variable, else an operation on two earlier ones; of updates b alone */
} made;

static int roll(uint64_t seed, uint64_t *at, int n)
{
    return (int)bmi_random_below(seed, 78, (*at)++, (uint64_t)n);
}

static bm_node operation(int kind, bm_node a, bm_node b)
{
    return kind == 1 ? bm_maximum(a, b) : kind == 2 ? bm_sub(a, b) : kind == 3 ? bm_minimum(a, b) : bm_assign(a, b);
}

static double number(int kind, double a, double b)
{
    return kind == 1 ? (a > b ? a : b) : kind == 2 ? a - b : kind == 3 ? (a < b ? a : b) : b;
}

static void random_run(bm_type type, uint64_t seed)
{
    uint64_t at = 0;
    bm_graph *g = bm_graph_new();
    made m[VARIABLES + NODES];
    bm_node set[VARIABLES];
    double value[VARIABLES][SIZE], got[VARIABLES + NODES][SIZE];
    bool updated[VARIABLES] = { false };
    int n = 0;
    for (; n < VARIABLES; n++) {
        m[n] = (made){ .node = bm_variable(g, type, BM_SHAPE(SIZE), (bm_init){ 0 }, "") };
        const int first = roll(seed, &at, 50);
        set[n] = bm_assign(m[n].node, row(g, type, SIZE, first));
        for (int i = 0; i < SIZE; i++) value[n][i] = first + i;
    }
    for (; n < VARIABLES + NODES; n++) {
        const int target = roll(seed, &at, VARIABLES);
        m[n] = (made){ .kind = 1 + roll(seed, &at, 3), .a = roll(seed, &at, n), .b = roll(seed, &at, n) };
        if (roll(seed, &at, 2) && !updated[target]) updated[target] = true, m[n].kind = 4, m[n].a = target;
        m[n].node = operation(m[n].kind, m[m[n].a].node, m[m[n].b].node);
    }
    bm_session *s = bm_session_new(g);
    bm_run(s, BM_NO_FEEDS, ((bm_nodes){ set, VARIABLES }));
    for (int run = 0; run < RUNS; run++) {
        bm_node fetch[VARIABLES + NODES];
        for (int k = 0; k < n; k++) {
            fetch[k] = m[k].node;
            for (int i = 0; i < SIZE; i++)
                got[k][i] = m[k].kind ? number(m[k].kind, got[m[k].a][i], got[m[k].b][i]) : value[k][i];
        }
        for (int k = VARIABLES; k < n; k++)
            for (int i = 0; i < SIZE && m[k].kind == 4; i++) value[m[k].a][i] = got[k][i];
        bm_run(s, BM_NO_FEEDS, ((bm_nodes){ fetch, (size_t)n }));
        for (int k = 0; k < n; k++) {
            char what[60];
            snprintf(what, sizeof what, "graph %d run %d node %d", (int)seed, run, k);
            expect(s, m[k].node, what, k < VARIABLES ? value[k] : got[k], SIZE);
        }
    }
    bm_free(s);
    bm_free(g);
}

static void random_runs(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) random_run(seed % 3 == 0 ? BM_F32 : seed % 3 == 1 ? BM_F64 : BM_I32, seed);
}

static bm_status swap(bm_context *context, void *arg)
{
    (void)arg;
    bm_graph *g = bm_graph_new(.context = context);
    bm_node a = bm_variable(g, BM_F32, BM_SHAPE(3), (bm_init){ 0 }, "a"),
            b = bm_variable(g, BM_F32, BM_SHAPE(3), (bm_init){ 0 }, "b");
    bm_node same = bm_identity(a), to_a = bm_assign(a, b), to_b = bm_assign(b, a);
    bm_session *s = bm_session_new(g);
    const bm_status status = bm_run(s, BM_NO_FEEDS, BM_FETCHES(to_a, to_b, same));
    bm_free(s);
    bm_free(g);
    return status;
}

static void without_memory(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("two variables that change places", swap, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_old_and_new),
        cmocka_unit_test(variables_change_places),
        cmocka_unit_test(matrices_old_and_new),
        cmocka_unit_test(steps_tell_how_far_they_went),
        cmocka_unit_test(random_runs),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
