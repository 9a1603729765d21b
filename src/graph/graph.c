// SPDX-License-Identifier: Apache-2.0
/* A graph as an object: making and ending it, and what it tells of its nodes.
 */
#include "graph/graph.h"
#include <string.h>

static void end(void *object)
{
    bm_graph *g = object;
    for (size_t i = 0; i < g->count; i++) bmi_object_free(g->nodes[i].value);
    bmi_release(g->object.context, g->nodes, g->capacity, sizeof *g->nodes);
    bmi_index_end(&g->names);
    bmi_arena_end(&g->arena);
}

static const bmi_object_kind graph_kind = { "graph", end };
BMI_STATIC_FAILED(graph, &graph_kind);
BMI_OBJECT_VERBS(graph)

bm_graph *bm_graph_new_at(const bm_graph_options *options, size_t size, bm_place here)
{
    bm_graph_options o;
    bmi_error e = { 0 };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_graph_options, named_), options, size);
    bm_graph *g = bmi_object_new(e.status ? NULL : o.context, &graph_kind, sizeof *g);
    if (!g) return &bmi_no_memory_graph;
    g->arena.context = g->names.context = g->object.context;
    if (e.status) {
        bmi_fail_from(&g->object.error, &e);
        return g;
    }
    g->eager = o.eager;
    g->seed = o.seed == BM_ZERO ? 0 : o.seed;
    return g;
}

bm_node bmi_node_failed(bm_graph *g)
{
    return (bm_node){ g, -1 };
}

const bmi_node *bmi_node_of(bm_node n)
{
    if (!n.graph || n.index < 0 || (uint64_t)n.index >= n.graph->count) return NULL;
    return &n.graph->nodes[n.index];
}

const char *bmi_graph_scope(bm_graph *g, const char *scope)
{
    if (g->object.users < 0) return NULL;
    const char *before = g->scope;
    g->scope = scope;
    return before;
}

bm_place bmi_graph_lend(bm_graph *g, bm_place here)
{
    if (g->object.users < 0) return (bm_place){ 0 };
    const bm_place before = g->lent;
    g->lent = here;
    return before;
}

bool bm_node_ok(bm_node n)
{
    return bmi_node_of(n) != NULL;
}

bm_type bm_node_type(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->type : (bm_type)0;
}

bm_shape bm_node_shape(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->shape : (bm_shape){ 0 };
}

const char *bm_node_name(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->name : "";
}

const char *bm_node_kind(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->op->name : "";
}

bm_place bm_node_place(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->here : (bm_place){ 0 };
}

const void *bm_node_args(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->args : NULL;
}

int bm_node_inputs(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->n_in : 0;
}

bm_node bm_node_in(bm_node n, int i)
{
    const bmi_node *node = bmi_node_of(n);
    if (!node || i < 0 || i >= node->n_in) return bmi_node_failed(n.graph);
    return (bm_node){ n.graph, node->in[i] };
}

const bm_tensor *bm_node_value(bm_node n)
{
    const bmi_node *node = bmi_node_of(n);
    return node ? node->value : NULL;
}

double bm_node_number(bm_node n)
{
    const bm_tensor *value = bm_node_value(n);
    return bm_tensor_size(value) == 1 ? bm_tensor_at(value, 0) : bm_tensor_at(NULL, 0);
}

int64_t bm_graph_size(const bm_graph *g)
{
    return g ? (int64_t)g->count : 0;
}
