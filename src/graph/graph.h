// SPDX-License-Identifier: Apache-2.0
/* The inside of a graph: an array of nodes in the order they were made, which is a topological order.
 */
#ifndef BMI_GRAPH_GRAPH_H
#define BMI_GRAPH_GRAPH_H
#include "base/index.h"
#include "tensor/tensor.h"
#include <baeum/extend_graph.h>

typedef struct bmi_node {
    const char *name;
    const bm_op *op;
    const void *args; /* a copy in the graph's arena; null when op->args_size is 0 */
    int n_in;
    int64_t *in; /* indices, all smaller than the node's own */
    bm_type type;
    bm_shape shape; /* may have BM_ANY */
    size_t next;    /* the last number that an automatic name beginning with this one got */
    int64_t first;  /* the node whose automatic name its own continues, */
    size_t numbers; /* and how many of that one's numbers it took; 0: none */
    bm_place here;
    bm_tensor *value; /* of constants, and of every node of an eager graph; counted */
} bmi_node;

struct bm_graph {
    bmi_object object;
    bmi_arena arena;
    bmi_node *nodes;
    size_t count, capacity;
    bmi_index names;    /* of nodes */
    bm_place lent;      /* place that new nodes carry instead of their own, when its file is set */
    const char *scope;  /* "dense_1" while a layer is built: automatic names are "dense_1/matmul"; null for none */
    const bool *wanted; /* during a walk for gradients: the nodes on a way from an x to y; else null */
    size_t wanted_count;
    uint64_t n_variables;
    bool eager;
    int64_t seed;
};

/* Kinds without inputs; what a plan treats by itself. */
extern const bm_op bmi_op_placeholder, bmi_op_constant, bmi_op_variable;
typedef struct bmi_variable_args {
    bm_init init;
    uint64_t number; /* among the graph's variables */
} bmi_variable_args;

/* The failed node of a graph. */
bm_node bmi_node_failed(bm_graph *g);
/* The inside of a good node, or null. Invalid after a node is added. */
const bmi_node *bmi_node_of(bm_node n);

/* Runs an operation's inference. Sets the error, also where a record from outside says nothing or gives no type or shape. */
bm_status bmi_node_infer(const bm_op *op, bm_infer *i);
/* Adds a node of an operation: infers type and shape, copies args (op->args_size bytes) and inputs, names it. */
bm_node bmi_node_add(bm_graph *g, const bm_op *op, const void *args, const bm_node *in, int n_in, const char *name,
                     bm_place here);
/* The same for one to three inputs and no given name. */
bm_node bmi_op1(const bm_op *op, const void *args, bm_node x, bm_place here);
bm_node bmi_op2(const bm_op *op, const void *args, bm_node x, bm_node y, bm_place here);
bm_node bmi_op3(const bm_op *op, const void *args, bm_node x, bm_node y, bm_node z, bm_place here);
/* A constant of rank 0 with the type of x. */
bm_node bmi_number_like(bm_node x, double value);
/* A constant from a tensor that the graph takes over (also on failure). */
bm_node bmi_constant_take(bm_graph *g, bm_tensor *value, const char *name, bm_place here);

/* During a walk for gradients: whether the gradient by a node is wanted, so that an operation need not build others. */
bool bmi_gradient_wanted(bm_node x);

/* Where a graph stands, and going back there: nodes made since are gone, as if they had never been, but for their bytes in the arena. What
 * builds many nodes does so when it fails midway. */
typedef struct bmi_graph_mark {
    size_t count;
    uint64_t n_variables;
} bmi_graph_mark;
bmi_graph_mark bmi_graph_now(const bm_graph *g);
void bmi_graph_back(bm_graph *g, bmi_graph_mark to);

/* While a place is lent, new nodes carry it. Returns the place lent before, for giving back. */
bm_place bmi_graph_lend(bm_graph *g, bm_place here);

/* While a scope is set, automatic names and messages begin with it. Returns the one before. The text must stay till then. */
const char *bmi_graph_scope(bm_graph *g, const char *scope);

/* Eager graphs: what computes a new node is found as the kind "engine"/"eager" (the run layer brings it). */
typedef struct bmi_eager_engine {
    bm_status (*compute)(bm_graph *g, int64_t index);
} bmi_eager_engine;

#endif
