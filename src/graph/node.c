// SPDX-License-Identifier: Apache-2.0
/* Adding nodes: shapes are inferred, arguments copied, names kept unique by an index.
 */
#include "base/locale.h"
#include "base/kinds.h"
#include "graph/graph.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int64_t find(const bm_graph *g, const char *name)
{
    const size_t at = bmi_index_find(&g->names, g->nodes, sizeof *g->nodes, name);
    return at == SIZE_MAX ? -1 : (int64_t)at;
}

bm_node bm_node_find(bm_graph *g, const char *name)
{
    if (!g || !name) return bmi_node_failed(g);
    return (bm_node){ g, find(g, name) };
}

/* A copy of the given name, or an automatic one: the kind, then kind_1, kind_2 ... */
static const char *name_node(bm_graph *g, bmi_node *node, const char *name, const char *label)
{
    if (name && *name) {
        if (find(g, name) >= 0) {
            bmi_object_fail(g, BM_E_ARGUMENT, node->here,
                            "%s: the name \"%s\" is taken by node %lld of this graph; names are unique", node->op->name, name,
                            (long long)find(g, name));
            return NULL;
        }
        return bmi_arena_text(&g->arena, name);
    }
    if (find(g, label) < 0) return bmi_arena_text(&g->arena, label);
    char text[200];
    node->first = find(g, label);
    for (size_t *next = &g->nodes[node->first].next;;) { /* no number is tried twice */
        snprintf(text, sizeof text, "%.150s_%zu", label, ++*next);
        node->numbers++;
        if (find(g, text) < 0) return bmi_arena_text(&g->arena, text);
    }
}

/* For a node that will not be, after all of its kind that came later. */
static void give_numbers_back(bm_graph *g, const bmi_node *node)
{
    if (node->numbers) g->nodes[node->first].next -= node->numbers;
}

bm_status bm_infer_fail(bm_infer *i, bm_status status, const char *format, ...)
{
    char text[500];
    va_list list;
    va_start(list, format);
    bmi_format(text, sizeof text, format, list);
    va_end(list);
    return bmi_fail(i->error_, status, i->here, "%s: %s", i->name, text);
}

bm_status bmi_node_infer(const bm_op *op, bm_infer *i)
{
    bmi_error *e = i->error_;
    const bm_status status = op->infer(i);
    if (e->status) return e->status;
    if (status) return bmi_fail(e, status, i->here, "%s: the infer of %s refuses its inputs", i->name, op->name);
    if (!bm_type_size(i->type))
        return bmi_fail(e, BM_E_TYPE, i->here, "%s: the infer of %s gives %d, which is no type", i->name, op->name,
                        (int)i->type);
    return bmi_shape_check(e, i->here, i->name, i->shape, true);
}

/* Infers type and shape of a new node from its inputs. */
static bool infer(bm_graph *g, bmi_node *node, const char *label)
{
    bm_type *types = bmi_alloc_raw(g->object.context, (size_t)node->n_in + 1, sizeof *types);
    bm_shape *shapes = bmi_alloc_raw(g->object.context, (size_t)node->n_in + 1, sizeof *shapes);
    if (!types || !shapes)
        bmi_fail_memory(&g->object.error, node->here, sizeof *shapes * (size_t)node->n_in, "shapes of inputs");
    if (!g->object.error.status) {
        for (int i = 0; i < node->n_in; i++) {
            types[i] = g->nodes[node->in[i]].type;
            shapes[i] = g->nodes[node->in[i]].shape;
        }
        bm_infer in = { .args = node->args,
                        .n_in = node->n_in,
                        .in_type = types,
                        .in_shape = shapes,
                        .error_ = &g->object.error,
                        .here = node->here,
                        .name = label };
        char text[200];
        if (!bmi_node_infer(node->op, &in) && g->eager && !bmi_shape_known(in.shape))
            bmi_fail(&g->object.error, BM_E_SHAPE, node->here, "%s: its shape is %s; an eager graph needs to know all of it",
                     label, bmi_shape_text(text, &in.shape));
        node->type = in.type;
        node->shape = in.shape;
    }
    bmi_release(g->object.context, types, (size_t)node->n_in + 1, sizeof *types);
    bmi_release(g->object.context, shapes, (size_t)node->n_in + 1, sizeof *shapes);
    return !g->object.error.status;
}

static bool check_inputs(bm_graph *g, const bm_op *op, const bm_node *in, int n_in, bm_place here)
{
    if (op->n_in >= 0 ? n_in != op->n_in : n_in < 1) {
        bmi_object_fail(g, BM_E_ARGUMENT, here, "%s: takes %d inputs, got %d", op->name, op->n_in < 0 ? 1 : op->n_in, n_in);
        return false;
    }
    for (int i = 0; i < n_in; i++) {
        if (in[i].graph != g) {
            bmi_object_fail(g, BM_E_ARGUMENT, here,
                            "%s: input %d is a node of another graph; build the nodes of one model on one graph", op->name,
                            i + 1);
            return false;
        }
        if (!bmi_node_of(in[i])) {
            bmi_object_fail(g, BM_E_ARGUMENT, here, "%s: input %d is a failed node", op->name, i + 1);
            return false;
        }
    }
    return true;
}

static bool append(bm_graph *g, const bmi_node *node)
{
    if (!bmi_grow(g->object.context, (void **)&g->nodes, &g->capacity, g->count + 1, sizeof *g->nodes) ||
        !bmi_index_add(&g->names, node->name, g->count)) {
        bmi_fail_memory(&g->object.error, node->here, (g->count + 1) * sizeof *g->nodes, "nodes of the graph");
        return false;
    }
    g->nodes[g->count] = *node;
    g->count++;
    if (!g->eager || node->value) return true;
    const bmi_eager_engine *engine = bmi_kind_find("engine", "eager");
    if (!engine) bmi_object_fail(g, BM_E_UNSUPPORTED, node->here, "eager graphs need the run layer, which this build left out");
    else if (!engine->compute(g, (int64_t)g->count - 1)) return true;
    bmi_index_undo(&g->names, node->name, --g->count);
    return false;
}

bmi_graph_mark bmi_graph_now(const bm_graph *g)
{
    return (bmi_graph_mark){ g->count, g->n_variables };
}

void bmi_graph_back(bm_graph *g, bmi_graph_mark to)
{
    while (g->count > to.count) {
        const bmi_node *node = &g->nodes[--g->count];
        bmi_index_undo(&g->names, node->name, g->count);
        bmi_object_free(node->value);
        give_numbers_back(g, node);
    }
    g->n_variables = to.n_variables;
}

bm_node bmi_node_add(bm_graph *g, const bm_op *op, const void *args, const bm_node *in, int n_in, const char *name,
                     bm_place here)
{
    if (!g || g->object.error.status) return bmi_node_failed(g);
    if (g->lent.file) here = g->lent;
    if (!check_inputs(g, op, in, n_in, here)) return bmi_node_failed(g);
    bmi_node node = { .op = op, .n_in = n_in, .here = here };
    node.in = bmi_arena_alloc(&g->arena, (size_t)n_in + 1, sizeof *node.in);
    void *copy = op->args_size ? bmi_arena_alloc(&g->arena, 1, op->args_size) : NULL;
    if (!node.in || (op->args_size && !copy)) {
        bmi_fail_memory(&g->object.error, here, op->args_size + sizeof(int64_t) * (size_t)n_in, "a node");
        return bmi_node_failed(g);
    }
    if (copy && args) memcpy(copy, args, op->args_size);
    node.args = copy;
    for (int i = 0; i < n_in; i++) node.in[i] = in[i].index;
    const bool given = name && *name, scoped = g->scope && !given;
    char label[200];
    snprintf(label, sizeof label, "%.90s%s%.90s", scoped ? g->scope : "", scoped ? "/" : "", given ? name : op->name);
    if (!infer(g, &node, label)) return bmi_node_failed(g);
    node.name = name_node(g, &node, name, label);
    if (node.name && append(g, &node)) return (bm_node){ g, (int64_t)g->count - 1 };
    if (!g->object.error.status) bmi_fail_memory(&g->object.error, here, 200, "the name of a node");
    give_numbers_back(g, &node);
    return bmi_node_failed(g);
}

bm_node bmi_op1(const bm_op *op, const void *args, bm_node x, bm_place here)
{
    return bmi_node_add(x.graph, op, args, &x, 1, NULL, here);
}

/* The first failed graph of some inputs decides where the error lies; a node without a graph makes a failed node. */
static bm_graph *graph_of(const bm_node *in, int n)
{
    for (int i = 0; i < n; i++)
        if (!bmi_node_of(in[i]) && in[i].graph && in[i].graph->object.error.status) return in[i].graph;
    return in[0].graph;
}

bm_node bmi_op2(const bm_op *op, const void *args, bm_node x, bm_node y, bm_place here)
{
    const bm_node in[2] = { x, y };
    return bmi_node_add(graph_of(in, 2), op, args, in, 2, NULL, here);
}

bm_node bmi_op3(const bm_op *op, const void *args, bm_node x, bm_node y, bm_node z, bm_place here)
{
    const bm_node in[3] = { x, y, z };
    return bmi_node_add(graph_of(in, 3), op, args, in, 3, NULL, here);
}

bm_node bm_custom_at(const bm_op *op, const void *args, size_t args_size, const bm_node *in, size_t n_in, const char *name,
                     bm_place here)
{
    bm_graph *g = n_in && in ? graph_of(in, (int)n_in) : NULL;
    if (!g || g->object.error.status) return bmi_node_failed(g);
    if (!op || op->size != sizeof(bm_op) || !op->name || !op->infer || !op->run || n_in > 1000)
        bmi_object_fail(
            g, BM_E_ARGUMENT, here,
            "custom operation: its record needs size = sizeof(bm_op), name, infer and run, and at most 1000 inputs");
    else if (args_size != op->args_size)
        bmi_object_fail(g, BM_E_ARGUMENT, here, "%s: %zu bytes of arguments given, its record says %zu", op->name, args_size,
                        op->args_size);
    else return bmi_node_add(g, op, args, in, (int)n_in, name, here);
    return bmi_node_failed(g);
}

bool bmi_gradient_wanted(bm_node x)
{
    return bm_node_ok(x) && (!x.graph->wanted || ((size_t)x.index < x.graph->wanted_count && x.graph->wanted[x.index]));
}
