// SPDX-License-Identifier: Apache-2.0
/* Training steps of small networks, where kernels do most of a chain themselves: after one step every variable is what the graph
 * gives node by node, for networks of any widths, batches, activations, optimisers and types; AVX2 and AVX-512 give the same
 * bits; and no variable changes in a step whose loss is not finite. Each instruction set runs in a process of its own, for it is chosen once.
 */
#include "base/random.h"
#include "run/session.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include <baeum.h>
#include <math.h>
#include <string.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NETWORKS = 120, LAYERS_MOST = 3 };

typedef struct network {
    bm_graph *g;
    bm_type type;
    bm_node x, t, loss, step;
    int64_t batch;
    char text[160];
} network;

static int roll(uint64_t seed, uint64_t *at, int n)
{
    return (int)bmi_random_below(seed, 99, (*at)++, (uint64_t)n);
}

static bm_node activated(bm_node z, int kind)
{
    switch (kind) {
    case 0: return bm_tanh(z);
    case 1: return bm_relu(z);
    case 2: return bm_sigmoid(z);
    case 3: return bm_softplus(z);
    default: return z;
    }
}

static bm_node updates(bm_node loss, int kind)
{
    switch (kind) {
    case 0: return bm_minimize(loss, bm_adam(.rate = .1));
    case 1: return bm_minimize(loss, bm_momentum(.rate = .1));
    case 2: return bm_minimize(loss, bm_rmsprop(.rate = .1));
    case 3: return bm_minimize(loss, bm_sgd(.rate = .1, .weight_decay = .01));
    default: return bm_minimize(loss, bm_sgd(.rate = .1));
    }
}

static network build(uint64_t seed)
{
    static const int64_t widths[] = { 1, 2, 3, 5, 8, 15, 16, 17, 24, 31, 33, 50, 65 },
                         batches[] = { 1, 1, 1, 2, 5, 8, 17, 32, 33 };
    uint64_t at = 0;
    network n = { .g = bm_graph_new(), .type = roll(seed, &at, 2) ? BM_F64 : BM_F32, .batch = batches[roll(seed, &at, 9)] };
    int64_t width = widths[roll(seed, &at, 13)];
    int used =
        snprintf(n.text, sizeof n.text, "seed %d %s batch %d: %d", (int)seed, bm_type_name(n.type), (int)n.batch, (int)width);
    n.x = bm_placeholder(n.g, n.type, BM_SHAPE(BM_ANY, width), "x");
    bm_node h = n.x;
    for (int i = 1 + roll(seed, &at, LAYERS_MOST), layer = 0; i > 0; i--, layer++) {
        const int64_t units = widths[roll(seed, &at, 13)];
        const int kind = roll(seed, &at, 5);
        const bm_node w = bm_variable(n.g, n.type, BM_SHAPE(width, units), (bm_init){ 0 }, NULL);
        h = bm_matmul(h, w);
        if (roll(seed, &at, 6)) h = bm_add(h, bm_variable(n.g, n.type, BM_SHAPE(units), (bm_init){ 0 }, NULL));
        h = activated(h, kind);
        used += snprintf(n.text + used, sizeof n.text - (size_t)used, "-%d(%d)", (int)units, kind);
        width = units;
    }
    n.t = bm_placeholder(n.g, n.type, BM_SHAPE(BM_ANY, width), "t");
    n.loss = roll(seed, &at, 4) ? bm_mean(bm_square(bm_sub(h, n.t))) : bm_sum(bm_abs(bm_sub(h, n.t)));
    const int optimizer = roll(seed, &at, 8);
    n.step = updates(n.loss, optimizer);
    snprintf(n.text + used, sizeof n.text - (size_t)used, " optimiser %d", optimizer);
    if (bm_failed(n.g)) fail_msg("%s: %s", n.text, bm_error(n.g));
    return n;
}

/* What a variable holds before the step: weights of both signs, slots that are at least 0. */
static bm_tensor *start_of(const network *n, int64_t node)
{
    const bmi_node *v = &n->g->nodes[node];
    if (v->shape.rank == 0) return bmt_random(v->type, v->shape, .05, .1, (uint64_t)node);
    const bool slot = strchr(v->name, '/') != NULL;
    return bmt_random(v->type, v->shape, slot ? .01 : -.7, .7, (uint64_t)node);
}

static bm_tensor *rows_of(const network *n, bm_node x, uint64_t stream)
{
    return bmt_random(n->type, BM_SHAPE(n->batch, bm_node_shape(x).dim[1]), -1, 1, stream);
}

static void prepare(const network *n, bm_session *s, bmt_machine *m)
{
    bmt_feed(m, n->x, rows_of(n, n->x, 1));
    bmt_feed(m, n->t, rows_of(n, n->t, 2));
    for (int64_t i = 0; i < (int64_t)n->g->count; i++) {
        if (n->g->nodes[i].op != &bmi_op_variable) continue;
        bm_tensor *t = start_of(n, i);
        bm_set_value(s, ((bm_node){ n->g, i }), t);
        bmt_feed(m, (bm_node){ n->g, i }, t);
    }
}

static void compare(const network *n, bm_session *s, bmt_machine *m, uint64_t *hash)
{
    const bmi_node *group = &n->g->nodes[n->step.index];
    for (int i = 0; i < group->n_in; i++) {
        const bm_node assign = { n->g, group->in[i] }, variable = { n->g, n->g->nodes[group->in[i]].in[0] };
        const bm_tensor *want = bmt_value(m, assign), *got = bm_value(s, variable);
        char what[300];
        if (!got) fail_msg("%s: %s", n->text, bm_error(s));
        for (int64_t k = 0; k < want->size; k++) { /* numbers are below some hundred terms of 1 */
            snprintf(what, sizeof what, "%s: %s[%d]", n->text, bm_node_name(variable), (int)k);
            bmt_near(what, bm_tensor_at(got, k), bm_tensor_at(want, k), n->type == BM_F32 ? 2e-4 : 1e-11);
        }
        const unsigned char *bytes = got->data;
        for (size_t k = 0; k < (size_t)got->size * bm_type_size(got->type); k++) *hash = (*hash ^ bytes[k]) * 1099511628211u;
    }
}

/* A step with a target that is no number, under guard: the variables keep their bits. */
static void halts(const network *n, bm_session *s)
{
    const int64_t fetch[2] = { n->step.index, n->loss.index }, feed[2] = { n->x.index, n->t.index };
    bm_shape shape[2] = { bm_node_shape(n->x), bm_node_shape(n->t) };
    shape[0].dim[0] = shape[1].dim[0] = n->batch;
    bmi_cached_plan *p = bmi_session_plan(s, fetch, 2, feed, shape, 2, n->loss.index, BM_HERE);
    if (!p) fail_msg("%s: %s", n->text, bm_error(s));
    void *before[64];
    int k = 0;
    for (int i = 0; i < 2; i++)
        memset(bmi_plan_feed(p, (size_t)i), i ? 0xff : 0, (size_t)(n->batch * shape[i].dim[1]) * bm_type_size(n->type));
    for (int pass = 0; pass < 2; pass++, k = 0) {
        for (int64_t i = 0; i < (int64_t)n->g->count; i++) {
            if (n->g->nodes[i].op != &bmi_op_variable) continue;
            const bm_tensor *v = bmi_session_variable(s, i);
            const size_t bytes = (size_t)v->size * bm_type_size(v->type);
            assert_true(k < 64);
            if (!pass) before[k] = memcpy(malloc(bytes), v->data, bytes);
            else if (memcmp(before[k], v->data, bytes))
                fail_msg("%s: %s changed though the loss is NaN", n->text, n->g->nodes[i].name);
            if (pass) free(before[k]);
            k++;
        }
        if (!pass) assert_int_equal(bmi_session_run(s, p, BM_HERE), BM_E_NUMBER);
    }
}

static uint64_t train_all(void)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
        network n = build(seed);
        bm_session *s = bm_session_new(n.g);
        bmt_machine m = bmt_machine_new(n.g, 0);
        prepare(&n, s, &m);
        bm_run(s, BM_FEEDS({ n.x, m.value[n.x.index] }, { n.t, m.value[n.t.index] }), BM_NODES(n.step));
        if (bm_failed(s)) fail_msg("%s: %s", n.text, bm_error(s));
        compare(&n, s, &m, &hash);
        halts(&n, s);
        bmt_machine_end(&m);
        bm_free(s);
        bm_free(n.g);
    }
    return hash;
}

static uint64_t train_on(bmi_isa isa)
{
    uint64_t hash = 0;
    int ends[2], status = -1;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (!child) {
        setenv("BAEUM_ISA", bmi_isa_name(isa), 1);
        hash = train_all();
        _exit(write(ends[1], &hash, sizeof hash) == sizeof hash ? 0 : 1);
    }
    close(ends[1]);
    const ssize_t got = read(ends[0], &hash, sizeof hash);
    close(ends[0]);
    waitpid(child, &status, 0);
    if (got != sizeof hash || status) fail_msg("%s: see above", bmi_isa_name(isa));
    return hash;
}

static void steps_equal_the_graph_on_each_instruction_set(void **state)
{
    (void)state;
    uint64_t hash[BMI_ISA_COUNT] = { 0 };
    for (bmi_isa isa = BMI_BASELINE; isa < BMI_ISA_COUNT; isa++)
        if (bmi_isa_has(isa)) hash[isa] = train_on(isa);
    if (bmi_isa_has(BMI_AVX512)) assert_true(hash[BMI_AVX2] == hash[BMI_AVX512]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(steps_equal_the_graph_on_each_instruction_set) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
