// SPDX-License-Identifier: Apache-2.0
/* The computational graph: placeholders, constants, variables, and the nodes that operations (<baeum/ops.h>) make of them.
 * A node is a value (graph and index): nothing to free. Gradients are nodes of the same graph.
 */
// clang-format off
#ifndef BAEUM_GRAPH_H
#define BAEUM_GRAPH_H
#include <baeum/tensor.h>
#ifdef __cplusplus
extern "C" {
#endif

/** A node of a graph. index -1: failed (the graph has the error); what uses it fails quietly too. */
typedef struct bm_node {
    bm_graph *graph;
    int64_t   index;
} bm_node;
typedef struct bm_nodes {
    const bm_node *at;
    size_t         count;
} bm_nodes;
/** A list of nodes: BM_NODES(a, b, c). */
#define BM_NODES(...) BM_LIST(bm_nodes, bm_node, __VA_ARGS__)

/** An initialiser of a variable: {0} is the default (zeros), else a name the library knows or a record of the user's. */
typedef struct bm_init {
    const char                *name;
    const struct bm_init_kind *kind;
    double                     p[2];
} bm_init;

/** Settings of a graph. */
typedef struct bm_graph_options {
    char        zero_;
    BM_NAMED_;
    bm_context *context; /**< default: the built-in one; counted */
    bool        eager;   /**< every node is computed as it is built, with a session's kernels; see bm_node_value */
    int64_t     seed;    /**< of random operations and initialisers in eager mode */
} bm_graph_options;

/** A new, empty graph.
 *  Returns  gives a graph, never null
 *  Errors   the context's own; BM_E_ARGUMENT options of a newer header; BM_E_MEMORY
 */
BM_API bm_graph *bm_graph_new_at(const bm_graph_options *options, size_t size, bm_place here);
#define bm_graph_new(...) bm_graph_new_at(BM_OPTIONS(bm_graph_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/* Names: null or "" gives an automatic one (the kind, then kind_1, kind_2 ...); a name that is taken is BM_E_ARGUMENT. */

/** A node whose value each run is given (fed). The shape may have BM_ANY. Not in eager graphs: use bm_constant there.
 *  Errors on the graph: BM_E_TYPE, BM_E_SHAPE, BM_E_ARGUMENT name taken, BM_E_MEMORY */
BM_API bm_node bm_placeholder_at(bm_graph *g, bm_type type, bm_shape shape, const char *name, bm_place here);
#define bm_placeholder(g, type, shape, name) bm_placeholder_at((g), (type), shape, (name), BM_HERE)

/** A node with a value that sessions keep between runs and updates change. The shape is known; the initialiser fills it when
 *  a session is made. Errors on the graph: as bm_placeholder; BM_E_ARGUMENT unknown initialiser */
BM_API bm_node bm_variable_at(bm_graph *g, bm_type type, bm_shape shape, bm_init init, const char *name, bm_place here);
#define bm_variable(g, type, shape, init, name) bm_variable_at((g), (type), shape, init, (name), BM_HERE)

/** A node with a fixed value: a copy of the tensor (borrows). Errors on the graph: the tensor's own; BM_E_ARGUMENT it is null, name
 *  taken; BM_E_MEMORY */
BM_API bm_node bm_constant_at(bm_graph *g, const bm_tensor *value, const char *name, bm_place here);
#define bm_constant(g, value, name) bm_constant_at((g), (value), (name), BM_HERE)
/** A real constant of rank 0, f32. Errors on the graph: BM_E_MEMORY */
BM_API bm_node bm_number_at(bm_graph *g, double value, bm_place here);
#define bm_number(g, value) bm_number_at((g), (value), BM_HERE)
/** A constant from count numbers in row-major order, converted to `type` (whole numbers towards zero). Errors on the graph:
 *  BM_E_TYPE, BM_E_SHAPE the count is not the shape's, BM_E_ARGUMENT a number outside an integer type, name taken; BM_E_MEMORY */
BM_API bm_node bm_numbers_at(bm_graph *g, bm_type type, bm_shape shape, const double *values, size_t count, const char *name, bm_place here);
#define bm_numbers(g, type, shape, ...)                                                                              \
    bm_numbers_at((g), (type), shape, (const double[]){ __VA_ARGS__ }, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double), \
                  NULL, BM_HERE)

/** The derivative of y (summed over its elements when it is no scalar) by x, as a node of x's shape; zeros when y does not
 *  depend on x. It can be differentiated again.
 *  Errors on the graph: BM_E_ARGUMENT nodes of two graphs, or an operation on the way has no gradient (named); BM_E_TYPE x or
 *  y is not real; BM_E_MEMORY. Then the graph has no node more than before. */
BM_API bm_node bm_gradient_at(bm_node y, bm_node x, bm_place here);
#define bm_gradient(y, x) bm_gradient_at((y), (x), BM_HERE)
/** The same by many x in one walk: fills out[0 .. xs.count-1]. `seed`: the derivative of something by y (y's type and
 *  shape, else BM_E_TYPE, BM_E_SHAPE), or a node with graph null for ones. Errors as bm_gradient. Returns the graph's status. */
BM_API bm_status bm_gradients_at(bm_node y, bm_nodes xs, bm_node seed, bm_node *out, bm_place here);

/** Type, shape (BM_ANY inside), name and kind ("add") of a node. Of a failed one: 0, rank 0, "", "". The graph keeps texts. */
BM_API bm_type     bm_node_type(bm_node n);
BM_API bm_shape    bm_node_shape(bm_node n);
BM_API const char *bm_node_name(bm_node n);
BM_API const char *bm_node_kind(bm_node n);
/** True when the node is good. */
BM_API bool        bm_node_ok(bm_node n);
/** The node of a name, or a failed node (no error is set). */
BM_API bm_node     bm_node_find(bm_graph *g, const char *name);
/** Number of nodes of a graph. */
BM_API int64_t     bm_graph_size(const bm_graph *g);

/* The writers below write nothing to a null stream. */
/** Writes the node as text, "add:3 f32 [any, 10]": name, index, type and shape, never a value. */
BM_API void bm_node_print(bm_node n, FILE *to);
/** Writes every node as one line: "3  add  f32 [any, 10]  <- matmul:2 b:1". */
BM_API void bm_graph_print(const bm_graph *g, FILE *to);
/** Writes the graph in Graphviz's DOT language. */
BM_API void bm_graph_dot(const bm_graph *g, FILE *to);

/** The value of a node of an eager graph; the graph keeps it. Null when the graph is not eager or failed. */
BM_API const bm_tensor *bm_node_value(bm_node n);
/** Its only element as a double; NaN when there is none. */
BM_API double bm_node_number(bm_node n);

#ifdef __cplusplus
}
#endif
#endif
