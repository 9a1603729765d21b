// SPDX-License-Identifier: Apache-2.0
/* Every operation of the library says what it is, and its examples come true in f32 and f64. */
#include "base/kinds.h"
#include "support/bmt.h"
#include "support/interpret.h"
#include <stdlib.h>
#include <string.h>

static bm_type type_of(const bm_example *e, int j, bm_type real)
{
    return e->in_type[j] ? e->in_type[j] : real;
}

/* The number of inputs that an example has numbers for. */
static int inputs_of(const bm_op *op, const bm_example *e)
{
    int n = 0;
    while (n < 4 && e->in[n]) n++;
    if (op->n_in >= 0) n = op->n_in;
    return n;
}

static void check_example(const bm_op *op, const bm_example *e, bm_type real)
{
    char what[200];
    bm_graph *g = bm_graph_new();
    bm_node in[4];
    const int n = inputs_of(op, e);
    snprintf(what, sizeof what, "%s (%s), example from %s", op->name, bm_type_name(real), e->source);
    for (int j = 0; j < n; j++) {
        assert_non_null(e->in[j]);
        bm_tensor *t = bmt_tensor(type_of(e, j, real), e->in_shape[j], e->in[j]);
        in[j] = bm_constant(g, t, NULL);
        bm_free(t);
    }
    bmt_machine m = bmt_machine_new(g, 1);
    bm_node y = bmi_node_add(g, op, e->args, in, n, NULL, BM_HERE);
    const bm_tensor *got = bmt_value(&m, y);
    bm_tensor *want = bmt_tensor(BM_F64, e->shape, e->out);
    bmt_near_tensor(what, got, want, e->tolerance > 0 ? e->tolerance : got->type == BM_F32 ? 1e-6 : 1e-12);
    bm_free(want);
    bmt_machine_end(&m);
    bm_free(g);
}

static void every_example(void **state)
{
    (void)state;
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at("op", i)); i++) {
        const bm_op *op = k->record;
        for (size_t j = 0; j < op->n_examples; j++) {
            check_example(op, &op->examples[j], BM_F32);
            check_example(op, &op->examples[j], BM_F64);
        }
    }
}

static void every_record(void **state)
{
    (void)state;
    const bmi_kind *k;
    size_t n = 0;
    for (; (k = bmi_kind_at("op", n)); n++) {
        const bm_op *op = k->record;
        if (op->size != sizeof(bm_op) || strcmp(op->name, k->name) != 0)
            fail_msg("%s: the record has another size or name", k->name);
        if (!op->doc || strlen(op->doc) < 3) fail_msg("%s has no doc", op->name);
        if (!op->infer || !op->run) fail_msg("%s has no inference or no plain kernel", op->name);
        if (!op->n_examples) fail_msg("%s has no example", op->name);
        for (size_t j = 0; j < op->n_examples; j++)
            if (!op->examples[j].source || !op->examples[j].out) fail_msg("%s: example %zu has no source", op->name, j);
        if (!op->grad && !(op->flags & BM_OP_NO_GRADIENT)) fail_msg("%s has no gradient, and no flag that says so", op->name);
        if (op->flags & BM_OP_ELEMENTWISE && !op->vector) fail_msg("%s is elementwise and has no vector code", op->name);
        if (bmi_kind_find("op", op->name) != op) fail_msg("there are two operations %s", op->name);
    }
    assert_true(n > 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_record), cmocka_unit_test(every_example) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
