// SPDX-License-Identifier: Apache-2.0
/* Networks: building the layers twice on the same weights, ending, and weights that are handed on.
 */
#include "model/network.h"
#include "base/available.h"
#include "base/text.h"
#include "tensor/tensor.h"
#include <string.h>

/* Builds all layers in one form; notes what each gave, for the summary. */
static bm_node build_row(bmi_network *n, bm_build *b, const bmi_kept_layer *layers, size_t n_layers)
{
    bm_node x = n->input;
    for (size_t i = 0; i < n_layers && !n->error.status; i++) {
        const size_t before = b->n_weights;
        if (i) x = bmi_build_layer(b, &layers[i], &x, 1);
        n->shown[i] = (bmi_shown){ layers[i].name, layers[i].kind->name, bm_node_shape(x), before, b->n_weights - before };
    }
    return x;
}

/* The placeholder that the first layer, an input, asks for. */
static bm_status make_input(bmi_network *n, const bmi_kept_layer *layers, size_t n_layers, bmi_error *e, bm_place here)
{
    if (!n_layers) return bmi_fail(e, BM_E_ARGUMENT, here, "model: there are no layers; the first one is bm_input(...)");
    for (size_t i = 0; i < n_layers; i++) {
        const bool input = !strcmp(layers[i].kind->name, "input");
        if (i == 0 && !input)
            return bmi_fail(e, BM_E_ARGUMENT, layers[i].here,
                            "%s: the first layer must be an input that gives the shape of one row, as bm_input(784)",
                            layers[i].name);
        if (i && input)
            return bmi_fail(e, BM_E_ARGUMENT, layers[i].here, "%s: an input can only be the first layer of a row of layers",
                            layers[i].name);
    }
    const bm_input_options *o = layers->options;
    const bm_type type = o->type ? o->type : BM_F32;
    bm_shape shape = { .rank = o->shape.rank + 1, .dim = { o->batch ? o->batch : BM_ANY } };
    for (int64_t i = 0; i < o->shape.rank && i + 1 < BM_MAX_RANK; i++) shape.dim[i + 1] = o->shape.dim[i];
    n->row = o->shape;
    n->type = type == BM_F64 ? BM_F64 : BM_F32;
    n->input = bm_placeholder_at(n->graph, type, shape, layers->name, layers->here);
    return bmi_fail_from(e, &n->graph->object.error);
}

/* Whether the last layer alone has weights, and its output is a sum. */
static bool only_sums(const bmi_network *n, const bmi_kept_layer *layers, size_t n_layers)
{
    static const char *const before[] = { "input", "flatten", "polynomial" };
    bool sums = bmi_head_linear(&n->heads[0]) && !strcmp(layers[n_layers - 1].kind->name, "dense");
    for (size_t i = 0; i + 1 < n_layers && sums; i++) {
        sums = false;
        for (size_t k = 0; k < BMI_COUNT(before); k++) sums |= !strcmp(layers[i].kind->name, before[k]);
    }
    return sums;
}

static bm_status build(bmi_network *n, const bmi_kept_layer *layers, size_t n_layers, bmi_error *e, bm_place here)
{
    n->graph = bm_graph_new_at(&(const bm_graph_options){ .context = n->context }, sizeof(bm_graph_options), here);
    if (bmi_object_failed(n->graph)) return bmi_fail_from(e, &n->graph->object.error);
    if (make_input(n, layers, n_layers, e, here)) return e->status;
    n->shown = bmi_arena_alloc(&n->arena, n_layers, sizeof *n->shown);
    if (!n->shown) return bmi_fail_memory(e, here, n_layers * sizeof *n->shown, "layers");
    n->n_shown = n_layers;
    bmi_head *head = &n->heads[0];
    n->n_heads = 1;
    bmi_build_begin(&n->training, n->graph, n->type, true, NULL, &n->error);
    head->training = build_row(n, &n->training, layers, n_layers);
    bmi_build_begin(&n->predicting, n->graph, n->type, false, &n->training, &n->error);
    if (!n->error.status) head->output = build_row(n, &n->predicting, layers, n_layers);
    if (!n->error.status) bmi_fail_from(&n->error, &n->graph->object.error);
    if (n->error.status) return bmi_fail_from(e, &n->error);
    const bm_shape out = bm_node_shape(head->output);
    head->row = (bm_shape){ .rank = out.rank ? out.rank - 1 : 0 };
    for (int64_t i = 0; i < head->row.rank; i++) head->row.dim[i] = out.dim[i + 1];
    n->sums = only_sums(n, layers, n_layers);
    return BM_OK;
}

bmi_network *bmi_network_new(bmi_error *e, bm_context *context, const bmi_kept_layer *layers, size_t n_layers,
                             const bmi_settings *settings, bm_place here)
{
    bmi_network *n = bmi_alloc(context, 1, sizeof *n);
    if (!n) {
        bmi_fail_memory(e, here, sizeof *n, "a network");
        return NULL;
    }
    n->context = context;
    n->arena.context = context;
    atomic_flag_clear(&n->lock);
    if (!build(n, layers, n_layers, e, here) && settings->compiled) bmi_network_compile(n, settings, e);
    if (!e->status) {
        n->session = bmi_session_make(n->graph, 0, here);
        bmi_fail_from(e, &n->session->object.error);
    }
    if (!e->status) return n;
    bmi_network_free(n);
    return NULL;
}

void bmi_network_free(bmi_network *n)
{
    if (!n) return;
    for (int i = 0; i < BMI_WORKSPACES; i++) bmi_object_free(n->workspaces[i].session);
    bmi_object_free(n->session);
    if (n->predicting.graph) bmi_build_end(&n->predicting);
    if (n->training.graph) bmi_build_end(&n->training);
    bmi_object_free(n->graph);
    bmi_arena_end(&n->arena);
    bmi_release(n->context, n, 1, sizeof *n);
}

int64_t bmi_row_elements(bm_shape row)
{
    int64_t n = 1;
    for (int64_t i = 0; i < row.rank; i++) n *= row.dim[i] > 0 ? row.dim[i] : 1;
    return n;
}

/* ---- variables ---- */
size_t bmi_network_variables(const bmi_network *n, bool training)
{
    return n->training.n_weights + (training ? n->minimized.n_slots : 0);
}

bm_node bmi_network_variable(const bmi_network *n, size_t i, const char **name)
{
    const bool weight = i < n->training.n_weights;
    const bm_node node = weight ? n->training.weights[i].node : n->minimized.slots[i - n->training.n_weights];
    if (name) *name = weight ? n->training.weights[i].name : bm_node_name(node);
    return node;
}

bm_status bmi_network_hand_on(bmi_network *to, bmi_network *from, bool optimizer_too, bmi_error *e)
{
    if (!atomic_load(&from->ready)) return BM_OK;
    for (size_t i = 0; i < bmi_network_variables(to, optimizer_too); i++) {
        const char *name;
        const bm_node node = bmi_network_variable(to, i, &name);
        for (size_t k = 0; k < bmi_network_variables(from, optimizer_too); k++) {
            const char *other;
            const bm_node source = bmi_network_variable(from, k, &other);
            if (strcmp(name, other) || bm_node_type(node) != bm_node_type(source) ||
                !bmi_shape_equal(bm_node_shape(node), bm_node_shape(source)))
                continue;
            if (!bmi_session_share(to->session, node.index, from->session, source.index))
                return bmi_fail_memory(e, (bm_place){ 0 }, 0, "variables");
        }
    }
    to->session->state.tick = from->session->state.tick;
    return bmi_network_ready(to, (int64_t)from->session->state.seed, e);
}

/* Bytes of a variable that has no memory yet. */
static size_t bytes_to_come(const bmi_network *n, bm_node variable)
{
    const bm_session *s = n->session;
    const size_t i = (size_t)variable.index;
    int64_t size;
    if ((i < s->variables_size && s->variables[i]) || !bmi_shape_size(bm_node_shape(variable), BM_F64, &size)) return 0;
    return (size_t)size * bm_type_size(bm_node_type(variable));
}

bm_status bmi_network_weigh(const bmi_network *n, bool training, size_t more, bmi_error *e, bm_place here)
{
    double all = (double)more, layer = 0, most = 0; /* a sum of sizes may be larger than a size */
    const char *largest = "", *before = "";
    size_t available;
    for (size_t i = 0; i < bmi_network_variables(n, training); i++) {
        const double bytes = (double)bytes_to_come(n, bmi_network_variable(n, i, NULL));
        const char *name = i < n->training.n_weights ? n->training.weights[i].layer : before;
        layer = (strcmp(name, before) ? 0 : layer) + (i < n->training.n_weights ? bytes : 0);
        before = name;
        all += bytes;
        if (layer <= most) continue;
        most = layer;
        largest = name;
    }
    if (bmi_memory_fits(n->context, all < 0x1p62 ? (size_t)all : (size_t)1 << 62, &available)) return BM_OK;
    return bmi_fail(e, BM_E_MEMORY, here,
                    "out of memory: the weights of the network%s take %.3g GB, and %.3g GB of memory are available; the "
                    "largest layer is %s, with "
                    "%.3g GB of weights: fewer units%s take less",
                    training ? " and what is kept of them in training" : "", all * 1e-9, (double)available * 1e-9, largest,
                    most * 1e-9, training ? ", or an optimiser that keeps less (sgd)," : "");
}

bm_status bmi_network_ready(bmi_network *n, int64_t seed, bmi_error *e)
{
    if (atomic_load(&n->ready)) return BM_OK;
    while (atomic_flag_test_and_set(&n->lock)) {}
    bm_status st = BM_OK;
    if (!atomic_load(&n->ready) && !(st = bmi_network_weigh(n, false, 0, e, bm_node_place(n->input)))) {
        bm_session *s = n->session;
        s->state.seed = (uint64_t)seed;
        for (size_t i = 0; i < bmi_network_variables(n, false) && !st; i++)
            if (!bmi_session_variable(s, bmi_network_variable(n, i, NULL).index)) st = bmi_fail_from(e, &s->object.error);
        bmi_object_clear(s);
        if (!st) atomic_store(&n->ready, true);
    }
    atomic_flag_clear(&n->lock);
    return st;
}

/* ---- workspaces ---- */
static bm_session *make_session(bmi_network *n, bmi_error *e, bm_place here)
{
    bm_session *s = bmi_session_make(n->graph, n->session->state.seed, here);
    for (size_t i = 0; i < bmi_network_variables(n, false) && !bmi_object_failed(s); i++) {
        const int64_t node = bmi_network_variable(n, i, NULL).index;
        if (!bmi_session_share(s, node, n->session, node)) bmi_fail_memory(&s->object.error, here, 0, "variables");
    }
    if (!bmi_object_failed(s)) return s;
    bmi_fail_from(e, &s->object.error);
    bmi_object_free(s);
    return NULL;
}

bmi_workspace *bmi_workspace_take(bmi_network *n, bmi_error *e, bm_place here)
{
    for (;;)
        for (int i = 0; i < BMI_WORKSPACES; i++) { /* more threads than workspaces take turns */
            bmi_workspace *w = &n->workspaces[i];
            if (atomic_exchange(&w->busy, 1)) continue;
            if (!w->session) w->session = make_session(n, e, here);
            if (w->session) return w;
            atomic_store(&w->busy, 0);
            return NULL;
        }
}

void bmi_workspace_give(bmi_network *n, bmi_workspace *w)
{
    (void)n;
    bmi_object_clear(w->session);
    atomic_store(&w->busy, 0);
}
