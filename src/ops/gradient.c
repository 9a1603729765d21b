// SPDX-License-Identifier: Apache-2.0
/* Gradients as nodes: reverse accumulation over the graph (Linnainmaa, 1970; Griewank and Walther, "Evaluating derivatives").
 *
 * Walks from y downwards over the nodes that lie on a way from some x, asks each operation for the gradients by its inputs,
 * and adds up what comes over several ways. The new nodes carry the place of the node they come from. It lies here and not in
 * graph, because adding and broadcasting adjoints takes operations.
 */
#include "ops/op.h"
#include <string.h>

typedef struct walk {
    bm_graph *g;
    int64_t top;  /* index of y: nodes above it do not matter */
    bool *wanted; /* on a way from an x to y */
    bm_node *adjoint;
    bm_node *dx; /* of one operation's inputs */
    size_t dx_size;
} walk;

/* Marks what depends on an x and what y depends on; both together lie on a way. */
static bool mark(walk *w, bm_nodes xs)
{
    const size_t n = (size_t)w->top + 1;
    bool *needs = bmi_alloc(w->g->object.context, n, sizeof *needs);
    if (!needs) return false;
    for (size_t i = 0; i < xs.count; i++)
        if (xs.at[i].index <= w->top) w->wanted[xs.at[i].index] = true;
    for (size_t i = 0; i < n; i++) {
        const bmi_node *node = &w->g->nodes[i];
        if (node->n_in > (int)w->dx_size) w->dx_size = (size_t)node->n_in;
        if (node->op->flags & BM_OP_NO_GRADIENT) continue;
        for (int j = 0; j < node->n_in && !w->wanted[i]; j++)
            w->wanted[i] = w->wanted[node->in[j]] && !(j < 32 && (node->op->shape_inputs >> j & 1));
    }
    needs[w->top] = true;
    for (size_t i = n; i-- > 0;) {
        if (!needs[i]) continue;
        for (int j = 0; j < w->g->nodes[i].n_in; j++) needs[w->g->nodes[i].in[j]] = true;
    }
    for (size_t i = 0; i < n; i++) w->wanted[i] = w->wanted[i] && needs[i];
    bmi_release(w->g->object.context, needs, n, sizeof *needs);
    return true;
}

/* Whether what an operation's rule gave is a derivative by input j: a node of this graph in the input's type and shape. */
static void check_derivative(walk *w, const bmi_node *node, int j, bm_place here)
{
    const bmi_node *x = &w->g->nodes[node->in[j]];
    const bm_node dx = w->dx[j];
    const bm_shape got = bm_node_shape(dx);
    char a[200], b[200];
    bool fits = got.rank == x->shape.rank;
    for (int64_t d = 0; fits && d < got.rank; d++) fits = bmi_dims_fit(got.dim[d], x->shape.dim[d]);
    if (dx.graph != w->g)
        bmi_object_fail(w->g, BM_E_ARGUMENT, here, "gradient: the operation %s of node \"%s\" gives a node of another graph",
                        node->op->name, node->name);
    else if (!fits || bm_node_type(dx) != x->type)
        bmi_object_fail(
            w->g, fits ? BM_E_TYPE : BM_E_SHAPE, here,
            "gradient: the operation %s of node \"%s\" gives %s %s as the derivative by its input %d, which is %s %s",
            node->op->name, node->name, bm_type_name(bm_node_type(dx)), bmi_shape_text(a, &got), j + 1, bm_type_name(x->type),
            bmi_shape_text(b, &x->shape));
}

/* Hands the adjoint of node i to its inputs. */
static void pass_on(walk *w, int64_t i, bm_place here)
{
    const bmi_node node = w->g->nodes[i]; /* a copy: adding nodes moves the array */
    bool any = false;
    for (int j = 0; j < node.n_in; j++) any = any || w->wanted[node.in[j]];
    if (!any) return;
    if (!node.op->grad) {
        bmi_object_fail(w->g, BM_E_ARGUMENT, here, "gradient: the operation %s of node \"%s\" has no gradient", node.op->name,
                        node.name);
        return;
    }
    for (int j = 0; j < node.n_in; j++) w->dx[j] = (bm_node){ NULL, -1 };
    const bm_place before = bmi_graph_lend(w->g, node.here.file ? node.here : here);
    node.op->grad((bm_node){ w->g, i }, w->adjoint[i], w->dx);
    for (int j = 0; j < node.n_in; j++) {
        if (w->wanted[node.in[j]] && bm_node_ok(w->dx[j]) && !w->g->object.error.status) check_derivative(w, &node, j, here);
        bm_node *sum = &w->adjoint[node.in[j]];
        if (!w->wanted[node.in[j]] || !bm_node_ok(w->dx[j])) continue;
        *sum = bm_node_ok(*sum) ? bm_add(*sum, w->dx[j]) : w->dx[j];
    }
    bmi_graph_lend(w->g, before);
}

/* The seed has y's type and, as far as both are known, y's shape. */
static void check_seed(bm_node y, bm_node seed, bm_place here)
{
    const bm_shape want = bm_node_shape(y), have = bm_node_shape(seed);
    char a[200], b[200];
    bool fits = want.rank == have.rank;
    for (int64_t d = 0; fits && d < want.rank; d++) fits = bmi_dims_fit(want.dim[d], have.dim[d]);
    if (bm_node_type(y) != bm_node_type(seed))
        bmi_object_fail(y.graph, BM_E_TYPE, here, "gradient: y is %s, the seed is %s: they must agree (bm_cast changes one)",
                        bm_type_name(bm_node_type(y)), bm_type_name(bm_node_type(seed)));
    else if (!fits)
        bmi_object_fail(y.graph, BM_E_SHAPE, here, "gradient: y is %s, the seed is %s: they must be alike",
                        bmi_shape_text(a, &want), bmi_shape_text(b, &have));
}

static bool check(bm_node y, bm_nodes xs, bm_node seed, bm_place here)
{
    bm_graph *g = y.graph;
    if (!g || g->object.error.status) return false;
    if (!bm_node_ok(y)) bmi_object_fail(g, BM_E_ARGUMENT, here, "gradient: y is a failed node");
    else if (!bmi_type_is_real(bm_node_type(y)))
        bmi_object_fail(g, BM_E_TYPE, here, "gradient: y, node \"%s\", is %s; only reals have derivatives", bm_node_name(y),
                        bm_type_name(bm_node_type(y)));
    for (size_t i = 0; i < xs.count && !g->object.error.status; i++) {
        if (xs.at[i].graph != g || !bm_node_ok(xs.at[i]))
            bmi_object_fail(g, BM_E_ARGUMENT, here, "gradient: x number %zu is a failed node or one of another graph", i + 1);
        else if (!bmi_type_is_real(bm_node_type(xs.at[i])))
            bmi_object_fail(g, BM_E_TYPE, here, "gradient: x, node \"%s\", is %s; only reals have derivatives",
                            bm_node_name(xs.at[i]), bm_type_name(bm_node_type(xs.at[i])));
    }
    if (!g->object.error.status && seed.graph && (seed.graph != g || !bm_node_ok(seed)))
        bmi_object_fail(g, BM_E_ARGUMENT, here, "gradient: the seed is a failed node or one of another graph");
    if (!g->object.error.status && seed.graph) check_seed(y, seed, here);
    return !g->object.error.status;
}

/* The adjoint of y itself: what the caller gave, else ones of its shape. */
static bm_node first_adjoint(bm_node y, bm_node seed, bm_place here)
{
    if (seed.graph) return bm_reshape_like_at(seed, y, here);
    bm_node one = bmi_number_like(y, 1);
    return bm_node_shape(y).rank ? bm_broadcast_like_at(one, y, here) : one;
}

bm_status bm_gradients_at(bm_node y, bm_nodes xs, bm_node seed, bm_node *out, bm_place here)
{
    if (y.graph && !y.graph->object.error.status) {
        bmi_need(&y.graph->object.error, here, "gradient: the list of nodes x", xs.at, xs.count);
        bmi_need(&y.graph->object.error, here, "gradient: the array for the derivatives", out, xs.count);
    }
    for (size_t i = 0; out && i < xs.count; i++) out[i] = bmi_node_failed(y.graph);
    if (!check(y, xs, seed, here)) return y.graph ? y.graph->object.error.status : BM_E_ARGUMENT;
    bm_graph *g = y.graph;
    bm_context *context = g->object.context;
    const size_t n = (size_t)y.index + 1;
    const bmi_graph_mark start = bmi_graph_now(g);
    walk w = {
        .g = g, .top = y.index, .wanted = bmi_alloc(context, n, sizeof(bool)), .adjoint = bmi_alloc(context, n, sizeof(bm_node))
    };
    bool ok = w.wanted && w.adjoint && mark(&w, xs);
    w.dx = ok ? bmi_alloc(context, w.dx_size + 1, sizeof *w.dx) : NULL;
    if (!w.dx) bmi_fail_memory(&g->object.error, here, n * sizeof(bm_node), "the walk of a gradient");
    const bm_place before = bmi_graph_lend(g, g->lent.file ? g->lent : here);
    for (size_t i = 0; ok && i < n; i++) w.adjoint[i] = (bm_node){ NULL, -1 };
    if (w.dx && w.wanted[y.index]) {
        w.adjoint[y.index] = first_adjoint(y, seed, here);
        g->wanted = w.wanted;
        g->wanted_count = n;
        for (int64_t i = y.index; i >= 0 && !g->object.error.status; i--)
            if (w.wanted[i] && bm_node_ok(w.adjoint[i])) pass_on(&w, i, here);
        g->wanted = NULL;
    }
    for (size_t i = 0; i < xs.count && !g->object.error.status; i++) {
        const bm_node x = xs.at[i], dx = x.index <= y.index && w.wanted[x.index] ? w.adjoint[x.index] : (bm_node){ NULL, -1 };
        out[i] = bm_node_ok(dx) ? dx : bm_broadcast_like_at(bmi_number_like(x, 0), x, here);
    }
    bmi_graph_lend(g, before);
    if (g->object.error.status) {
        bmi_graph_back(g, start);
        for (size_t i = 0; i < xs.count; i++) out[i] = bmi_node_failed(g);
    }
    bmi_release(context, w.wanted, n, sizeof(bool));
    bmi_release(context, w.adjoint, n, sizeof(bm_node));
    bmi_release(context, w.dx, w.dx_size + 1, sizeof *w.dx);
    return g->object.error.status;
}

bm_node bm_gradient_at(bm_node y, bm_node x, bm_place here)
{
    bm_node dx;
    bm_gradients_at(y, (bm_nodes){ &x, 1 }, (bm_node){ NULL, -1 }, &dx, here);
    return dx;
}
