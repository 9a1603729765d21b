// SPDX-License-Identifier: Apache-2.0
/* Sessions: making and ending them, their variables, and what they tell.
 */
#include "run/session.h"
#include "base/memory.h"
#include "base/text.h"
#include "run/variables.h"
#include <string.h>

static void end_plan(bm_session *s, bmi_cached_plan *c)
{
    for (size_t i = 0; c->values && i < c->plan->n_fetches; i++) bmi_object_free(c->values[i]);
    bmi_plan_free(c->plan);
    bmi_release(s->object.context, c, 1, sizeof *c);
}

static void end(void *object)
{
    bm_session *s = object;
    bm_context *context = s->object.context;
    for (int i = 0; i < s->n_plans; i++) end_plan(s, s->plans[i]);
    for (size_t i = 0; i < s->n_blocks; i++) bmi_release(context, s->blocks[i].memory, s->blocks[i].bytes + 1, 1);
    for (size_t i = 0; i < s->variables_size; i++) bmi_object_free(s->variables[i]);
    bmi_release(context, s->variables, s->variables_size, sizeof *s->variables);
    bmi_release(context, s->blocks, s->blocks_capacity, sizeof *s->blocks);
    bmi_object_free(s->graph);
}

static bool made(const void *object)
{
    return ((const bm_session *)object)->graph;
}

static const bmi_object_kind session_kind = { .name = "session", .end = end, .made = made };
BMI_STATIC_FAILED(session, &session_kind);
BMI_OBJECT_VERBS(session)

bm_session *bmi_session_make(const bm_graph *g, uint64_t seed, bm_place here)
{
    bm_session *s = bmi_object_new(g ? g->object.context : NULL, &session_kind, sizeof *s);
    if (!s) return &bmi_no_memory_session;
    if (!g) bmi_object_fail(s, BM_E_ARGUMENT, here, "session: the graph is null");
    else if (g->object.error.status) bmi_fail_from(&s->object.error, &g->object.error);
    else if (g->eager)
        bmi_object_fail(s, BM_E_ARGUMENT, here,
                        "session: the graph is eager; its nodes have their values already, see bm_node_value");
    if (s->object.error.status) return s;
    s->graph = bmi_object_keep((void *)(uintptr_t)g);
    s->state.seed = seed;
    s->here = here;
    return s;
}

bm_session *bm_session_new_at(const bm_session_options *options, size_t size, bm_place here)
{
    bm_session_options o = { 0 };
    bmi_error e = { 0 };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_session_options, named_), options, size);
    const bm_graph *g = o.graph;
    bm_session *s = bmi_session_make(g, (uint64_t)(o.seed == BM_ZERO ? 0 : o.seed), here);
    if (e.status && s->object.users >= 0) s->object.error = e;
    for (size_t i = 0; !s->object.error.status && i < g->count; i++)
        if (g->nodes[i].op == &bmi_op_variable) bmi_session_variable(s, (int64_t)i);
    return s;
}

bool bmi_session_share(bm_session *s, int64_t node, const bm_session *from, int64_t from_node)
{
    if (!bmi_grow(s->object.context, (void **)&s->variables, &s->variables_size, s->graph->count, sizeof *s->variables))
        return false;
    if ((size_t)from_node >= from->variables_size || !from->variables[from_node]) return true;
    bmi_object_free(s->variables[node]);
    s->variables[node] = bmi_object_keep(from->variables[from_node]);
    return true;
}

bool bmi_session_adopt(bm_session *s, int64_t node, bm_tensor *value)
{
    const bool ok =
        bmi_grow(s->object.context, (void **)&s->variables, &s->variables_size, s->graph->count, sizeof *s->variables);
    if (!ok) {
        bmi_object_free(value);
        return false;
    }
    bmi_object_free(s->variables[node]);
    value->borrowed_out = true;
    s->variables[node] = value;
    return true;
}

bm_tensor *bmi_session_variable(bm_session *s, int64_t node)
{
    bm_context *context = s->object.context;
    if (!bmi_grow(context, (void **)&s->variables, &s->variables_size, s->graph->count, sizeof *s->variables)) {
        bmi_fail_memory(&s->object.error, s->here, s->graph->count * sizeof *s->variables, "variables of a session");
        return NULL;
    }
    if (s->variables[node]) return s->variables[node];
    bm_tensor *t = bmi_variable_new(s->graph, node, s->state.seed);
    if (bmi_object_failed(t)) {
        bmi_fail_from(&s->object.error, &t->object.error);
        bmi_object_free(t);
        return NULL;
    }
    t->borrowed_out = true;
    return s->variables[node] = t;
}

static bool is_variable(const bm_session *s, bm_node n)
{
    const bmi_node *node = n.graph == s->graph ? bmi_node_of(n) : NULL;
    return node && node->op == &bmi_op_variable;
}

const bm_tensor *bm_value_at(bm_session *s, bm_node node, bm_place here)
{
    if (bmi_object_failed(s)) return NULL;
    if (is_variable(s, node)) return bmi_session_variable(s, node.index);
    for (size_t i = 0; s->last && node.graph == s->graph && i < s->last->plan->n_fetches; i++)
        if (s->last->plan->fetches[i].node == node.index) return s->last->values[i];
    bmi_object_fail(s, BM_E_ARGUMENT, here,
                    "value: \"%s\" is no variable and was not fetched in the last run; add it to BM_FETCHES",
                    bm_node_name(node));
    return NULL;
}

double bm_scalar_at(bm_session *s, bm_node node, bm_place here)
{
    const bm_tensor *t = bm_value_at(s, node, here);
    if (t && t->size == 1) return bm_tensor_at(t, 0);
    if (t)
        bmi_object_fail(s, BM_E_SHAPE, here, "scalar: \"%s\" has %lld elements, a scalar has one", bm_node_name(node),
                        (long long)t->size);
    return bm_tensor_at(NULL, 0);
}

bm_status bm_set_value_at(bm_session *s, bm_node variable, const bm_tensor *value, bm_place here)
{
    if (bmi_object_failed(s)) return bmi_object_status(s);
    if (!is_variable(s, variable))
        return bmi_object_fail(s, BM_E_ARGUMENT, here, "set value: \"%s\" is no variable of this session's graph",
                               bm_node_name(variable));
    if (bmi_object_failed(value)) return bmi_object_fail_with(s, value, here, "set value: the tensor");
    bm_tensor *t = bmi_session_variable(s, variable.index);
    if (!t) return s->object.error.status;
    char a[200], b[200];
    if (t->type != value->type)
        return bmi_object_fail(s, BM_E_TYPE, here, "set value: \"%s\" is %s, the tensor is %s", bm_node_name(variable),
                               bm_type_name(t->type), bm_type_name(value->type));
    if (!bmi_shape_equal(t->shape, value->shape))
        return bmi_object_fail(s, BM_E_SHAPE, here, "set value: \"%s\" is %s, the tensor is %s", bm_node_name(variable),
                               bmi_shape_text(a, &t->shape), bmi_shape_text(b, &value->shape));
    if (t->size) memmove(t->data, value->data, (size_t)t->size * bm_type_size(t->type));
    return BM_OK;
}

void bmi_session_drop(bm_session *s, bmi_cached_plan *c)
{
    if (s->last == c) s->last = NULL;
    end_plan(s, c);
}
