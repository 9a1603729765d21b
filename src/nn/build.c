// SPDX-License-Identifier: Apache-2.0
/* What layers ask while they are built: weights, states, updates, activations. See nn/build.h. */
#include "base/locale.h"
#include "nn/build.h"
#include "tensor/tensor.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void bmi_build_begin(bm_build *b, bm_graph *graph, bm_type type, bool training, const bm_build *like, bmi_error *error)
{
    *b = (bm_build){ .graph = graph,
                     .type = type,
                     .training = training,
                     .like = like,
                     .error = error,
                     .arena = { .context = graph->object.context } };
}

void bmi_build_end(bm_build *b)
{
    bm_context *c = b->arena.context;
    bmi_release(c, b->weights, b->weights_capacity, sizeof *b->weights);
    bmi_release(c, b->updates, b->updates_capacity, sizeof *b->updates);
    bmi_release(c, b->squashes, b->squashes_capacity, sizeof *b->squashes);
    bmi_arena_end(&b->arena);
    *b = (bm_build){ 0 };
}

static bm_place place_of(const bm_build *b)
{
    return b->layer ? b->layer->here : (bm_place){ 0 };
}

bm_graph *bm_build_graph(bm_build *b)
{
    return b->graph;
}
bool bm_build_training(const bm_build *b)
{
    return b->training;
}
bm_type bm_build_type(const bm_build *b)
{
    return b->type;
}

bm_node bm_build_fail(bm_build *b, bm_status status, const char *format, ...)
{
    char text[600];
    va_list list;
    va_start(list, format);
    bmi_format(text, sizeof text, format, list);
    va_end(list);
    bmi_fail(b->error, status, place_of(b), "%s: %s", b->layer ? b->layer->name : "layer", text);
    return bmi_node_failed(b->graph);
}

static bm_node no_memory(bm_build *b, const char *what)
{
    bmi_fail_memory(b->error, place_of(b), 100, what);
    return bmi_node_failed(b->graph);
}

static bmi_weight *find_weight(const bm_build *b, const char *name)
{
    for (size_t i = 0; b && i < b->n_weights; i++)
        if (!strcmp(b->weights[i].name, name)) return &b->weights[i];
    return NULL;
}

/* The variable of a name made before must be of the shape asked for now: layers used twice, or loaded. */
static bool same_shape(bm_build *b, const char *name, bm_node found, bm_shape want)
{
    char x[200], y[200];
    const bm_shape is = bm_node_shape(found);
    if (bm_node_type(found) == b->type && bmi_shape_equal(is, want)) return true;
    bm_build_fail(b, BM_E_SHAPE,
                  "%s is %s %s from an earlier use, here it would be %s %s; a layer used twice takes inputs of one shape", name,
                  bm_type_name(bm_node_type(found)), bmi_shape_text(x, &is), bm_type_name(b->type), bmi_shape_text(y, &want));
    return false;
}

/* The weight of the present layer by name: of this build, of the earlier one, or new. */
static bmi_weight *weight(bm_build *b, const char *name, bm_shape shape, bm_init init, bool trained)
{
    char full[200], text[200];
    int64_t size;
    snprintf(full, sizeof full, "%.100s/%.90s", b->layer ? b->layer->name : "layer", name);
    if (bmi_shape_known(shape) && !bmi_shape_size(shape, BM_F64, &size)) {
        bm_build_fail(b, BM_E_SHAPE, "%s would be %s, more than can be addressed", name, bmi_shape_text(text, &shape));
        return NULL;
    }
    bmi_weight *w = find_weight(b, full);
    if (w) return same_shape(b, name, w->node, shape) ? w : NULL;
    const bmi_weight *earlier = find_weight(b->like, full);
    if (earlier && !same_shape(b, name, earlier->node, shape)) return NULL;
    if (!bmi_grow(b->arena.context, (void **)&b->weights, &b->weights_capacity, b->n_weights + 1, sizeof *b->weights)) {
        no_memory(b, "weights of layers");
        return NULL;
    }
    w = &b->weights[b->n_weights];
    *w = earlier ? *earlier : (bmi_weight){ .trained = trained };
    w->name = bmi_arena_text(&b->arena, full);
    w->layer = b->layer ? b->layer->name : "layer";
    if (!w->name) {
        no_memory(b, "the name of a weight");
        return NULL;
    }
    if (!earlier) w->node = bm_variable_at(b->graph, b->type, shape, init, full, place_of(b));
    if (!bm_node_ok(w->node)) return NULL;
    b->n_weights++;
    return w;
}

bm_node bm_build_weight(bm_build *b, const char *name, bm_shape shape, bm_init init, bm_penalty penalty)
{
    if (b->error->status) return bmi_node_failed(b->graph);
    bmi_weight *w = weight(b, name, shape, init, true);
    if (w && (penalty.name || penalty.kind)) w->penalty = penalty;
    return w ? w->node : bmi_node_failed(b->graph);
}

bm_node bm_build_state(bm_build *b, const char *name, bm_shape shape, bm_init init)
{
    if (b->error->status) return bmi_node_failed(b->graph);
    const bmi_weight *w = weight(b, name, shape, init, false);
    return w ? w->node : bmi_node_failed(b->graph);
}

void bm_build_update(bm_build *b, bm_node state, bm_node value)
{
    if (!b->training || b->error->status || !bm_node_ok(state) || !bm_node_ok(value)) return;
    for (size_t i = 0; i < b->n_updates; i++)
        if (b->updates[i].state.index == state.index) {
            bm_build_fail(b, BM_E_ARGUMENT, "its state \"%s\" would be updated twice in one step; use one layer for each input",
                          bm_node_name(state));
            return;
        }
    if (!bmi_grow(b->arena.context, (void **)&b->updates, &b->updates_capacity, b->n_updates + 1, sizeof *b->updates)) {
        no_memory(b, "updates of layers");
        return;
    }
    b->updates[b->n_updates++] = (bmi_state_update){ state, value };
}

void bm_build_max_norm(bm_build *b, bm_node node, double limit)
{
    for (size_t i = 0; i < b->n_weights; i++)
        if (b->weights[i].node.index == node.index) b->weights[i].max_norm = limit;
}

/* The activation, by the kind of its node, that losses know a stable form of. */
static const char *squash_of(const char *kind)
{
    return !strcmp(kind, "softmax")   ? "softmax"
           : !strcmp(kind, "sigmoid") ? "sigmoid"
           : !strcmp(kind, "exp")     ? "exponential"
                                      : NULL;
}

bm_node bm_build_activation(bm_build *b, bm_activation activation, bm_node x)
{
    if (b->error->status) return bmi_node_failed(b->graph);
    const bm_node y = bmi_activation_node(b->error, place_of(b), b->layer ? b->layer->name : "layer", activation, x);
    const char *name = bm_node_ok(y) && y.index != x.index ? squash_of(bm_node_kind(y)) : NULL;
    if (!name) return y;
    if (!bmi_grow(b->arena.context, (void **)&b->squashes, &b->squashes_capacity, b->n_squashes + 1, sizeof *b->squashes))
        return no_memory(b, "activations");
    b->squashes[b->n_squashes].output = y;
    b->squashes[b->n_squashes].logits = bm_node_in(y, 0); /* x, or what an activation that ends so made of it */
    b->squashes[b->n_squashes++].name = name;
    return y;
}

const char *bmi_build_squash(const bm_build *b, bm_node output, bm_node *logits)
{
    *logits = (bm_node){ NULL, -1 };
    for (size_t i = 0; i < b->n_squashes; i++)
        if (b->squashes[i].output.index == output.index) {
            *logits = b->squashes[i].logits;
            return b->squashes[i].name;
        }
    return NULL;
}

bm_node bmi_build_layer(bm_build *b, const bmi_kept_layer *layer, const bm_node *in, size_t n)
{
    bm_graph *g = b->graph;
    if (b->error->status) return bmi_node_failed(g);
    if (g->object.error.status) {
        bmi_fail_from(b->error, &g->object.error);
        return bmi_node_failed(g);
    }
    b->layer = layer;
    const bm_place place = layer->here.file ? layer->here : (bm_place){ "", 0 };
    const bm_place before = bmi_graph_lend(g, place);
    const char *scope = bmi_graph_scope(g, layer->name);
    const bm_node y =
        n && in ? layer->kind->build(b, layer->options, in, n) : bm_build_fail(b, BM_E_ARGUMENT, "it has no input");
    bmi_graph_scope(g, scope);
    bmi_graph_lend(g, before);
    if (!b->error->status && g->object.error.status) bmi_fail_from(b->error, &g->object.error);
    if (!b->error->status && !bm_node_ok(y))
        bm_build_fail(b, BM_E_ARGUMENT, "its build function gave a failed node without an error");
    b->layer = NULL;
    return b->error->status ? bmi_node_failed(g) : y;
}

bm_node bmi_build_penalties(bm_build *b, bm_place here)
{
    bm_node sum = { NULL, -1 };
    for (size_t i = 0; i < b->n_weights && !b->error->status; i++) {
        const bmi_weight *w = &b->weights[i];
        if (!w->penalty.name && !w->penalty.kind) continue;
        const bm_node one = bmi_penalty_node(b->error, here, w->name, w->penalty, w->node);
        sum = sum.graph ? bm_add_at(sum, one, here) : one;
    }
    return sum;
}
