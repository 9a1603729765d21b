// SPDX-License-Identifier: Apache-2.0
/* Eager graphs: each node is computed as it is built, by the kernels that a plan would bind for it alone.
 */
#include "base/kinds.h"
#include "base/threads.h"
#include "plan/plan.h"
#include "run/variables.h"
#include <string.h>

/* A node that shows its input's memory. */
static bm_tensor *view_of(bm_graph *g, const bmi_node *n)
{
    bm_tensor *from = g->nodes[n->in[0]].value;
    bm_tensor *t = bmi_tensor_over(g->object.context, n->type, n->shape, from->data, n->here);
    if (!bmi_object_failed(t)) t->keeps = bmi_object_keep(from);
    return t;
}

static bm_tensor *run_op(bm_graph *g, const bmi_node *n, int64_t index)
{
    bm_context *context = g->object.context;
    bm_tensor *t = bm_tensor_new_in_at(context, n->type, n->shape, n->here);
    bm_array *in = bmi_alloc(context, (size_t)n->n_in + 1, sizeof *in);
    for (int j = 0; in && j < n->n_in; j++) {
        const bm_tensor *v = g->nodes[n->in[j]].value;
        in[j] = (bm_array){ v->type, v->shape, v->size, v->data };
    }
    if (bmi_object_failed(t)) bmi_fail_from(&g->object.error, &t->object.error);
    else if (!in) bmi_fail_memory(&g->object.error, n->here, (size_t)t->size * 8, "the value of a node");
    else {
        bmi_run_state state = { .seed = (uint64_t)g->seed, .tick = 1 };
        if (n->op->flags & BM_OP_UPDATE) { /* writes to its first input */
            if (t->size) memcpy(t->data, in[0].data, (size_t)t->size * bm_type_size(t->type));
            in[0].data = t->data;
        }
        bmi_compute_alone(&g->object.error, n->here, context,
                          &(bmi_alone){ .op = n->op,
                                        .args = n->args,
                                        .n_in = n->n_in,
                                        .in = in,
                                        .out = { t->type, t->shape, t->size, t->data },
                                        .number = index,
                                        .state = &state,
                                        .isa = bmi_isa_now(),
                                        .threads = bmi_threads(context) });
        if (state.fault.set)
            bmi_object_fail(g, BM_E_DATA, n->here, "%s: %s %lld at position %lld is outside 0 .. %lld",
                            n->name ? n->name : n->op->name, state.fault.what, (long long)state.fault.value,
                            (long long)state.fault.position, (long long)state.fault.limit - 1);
    }
    bmi_release(context, in, (size_t)n->n_in + 1, sizeof *in);
    return t;
}

static bm_status compute(bm_graph *g, int64_t index)
{
    bmi_node *n = &g->nodes[index];
    bm_tensor *t = NULL;
    if (n->op == &bmi_op_variable) t = bmi_variable_new(g, index, (uint64_t)g->seed);
    else if (n->op->flags & BM_OP_VIEW) t = view_of(g, n);
    else if (n->op->run) t = run_op(g, n, index);
    else
        return bmi_object_fail(g, BM_E_UNSUPPORTED, n->here, "%s: the operation has no plain kernel, which eager graphs need",
                               n->op->name);
    if (bmi_object_failed(t)) bmi_fail_from(&g->object.error, &t->object.error);
    if (g->object.error.status) {
        bmi_object_free(t);
        return g->object.error.status;
    }
    if (n->op->flags & BM_OP_UPDATE) {
        int64_t target = n->in[0];
        while (g->nodes[target].op->flags & BM_OP_VIEW) target = g->nodes[target].in[0];
        if (t->size) memcpy(g->nodes[target].value->data, t->data, (size_t)t->size * bm_type_size(t->type));
    }
    t->borrowed_out = true;
    n->value = t;
    return BM_OK;
}

static const bmi_eager_engine engine = { compute };
const bmi_kind bmi_kinds_engine[] = { { "engine", "eager", &engine }, { 0 } };
