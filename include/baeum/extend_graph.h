// SPDX-License-Identifier: Apache-2.0
/* Records of operations and initialisers. The library's own are the same records. A kind from outside is
 * a const record passed where it is used; nothing is registered.
 * Records start with their size and grow at the end only.
 */
// clang-format off
#ifndef BAEUM_EXTEND_GRAPH_H
#define BAEUM_EXTEND_GRAPH_H
#include <baeum/extend_fields.h>
#include <baeum/graph.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---- operations ---- */

/** An array as a kernel sees it: dense, row-major. */
typedef struct bm_array {
    bm_type  type;
    bm_shape shape; /**< known */
    int64_t  size;  /**< elements */
    void    *data;
} bm_array;

/** Shape inference: types and shapes (maybe with BM_ANY) of the inputs in, type and shape of the output out. */
typedef struct bm_infer {
    const void *args;
    int         n_in;
    const bm_type  *in_type;
    const bm_shape *in_shape;
    bm_type     type;     /**< out */
    bm_shape    shape;    /**< out */
    void       *error_;   /* the library's: use bm_infer_fail */
    bm_place    here;
    const char *name;     /**< of the node, for messages */
    bool        known;    /**< true when a plan asks: every input shape is known and so must be the output's */
} bm_infer;
/** Sets the error of an inference: "matmul: x is (128, 64), y is (32, 10): ..." is made by the caller. Returns the status. */
BM_API bm_status bm_infer_fail(bm_infer *i, bm_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** A call of an operation's plain kernel. */
typedef struct bm_call {
    const void     *args;
    int             n_in;
    const bm_array *in;
    bm_array        out;     /**< memory of the output, not cleared */
    uint64_t        seed;    /**< of the session */
    uint64_t        stream;  /**< of random operations: different for each node and each run */
    void           *scratch; /**< as many bytes as the record's `scratch` said, aligned to 64 */
    void           *state_;  /* the library's: use bm_call_fault */
    uint64_t        number_;
} bm_call;
/** Notes bad data that a kernel met, so that the run fails with "WHAT VALUE at position POSITION is outside 0 .. LIMIT -
 *  1" (BM_E_DATA). The kernel goes on with anything that is safe. */
BM_API void bm_call_fault(const bm_call *call, const char *what, int64_t value, int64_t position, int64_t limit);

typedef struct bm_example {
    const double *in[4];      /**< numbers of each input */
    bm_shape      in_shape[4];
    bm_type       in_type[4]; /**< 0: the real type under test */
    const void   *args;
    const double *out;
    bm_shape      shape;
    const char   *source;     /**< where the numbers are from: "by hand", "numpy 1.26: np.tanh" */
    double        tolerance;  /**< 0: 1e-6 in f32, 1e-12 in f64, relative to max(1, |want|) */
} bm_example;

enum {
    BM_OP_ELEMENTWISE = 1,  /**< output element i depends on element i of the (broadcast) inputs */
    BM_OP_VIEW = 2,         /**< output is the first input's memory, seen with another shape */
    BM_OP_RANDOM = 4,       /**< another value in each run: never folded or shared */
    BM_OP_UPDATE = 8,       /**< writes to its first input, a variable: never shared, runs after that variable's readers */
    BM_OP_NO_GRADIENT = 16  /**< has no gradient by design (comparison, argmax ...): counts as constant */
};

struct bmi_bind;
typedef struct bm_op {
    size_t      size;      /**< sizeof(bm_op) */
    const char *name;
    int         n_in;      /**< inputs; -1: any number, at least one */
    size_t      args_size;
    unsigned    flags;
    unsigned    shape_inputs; /**< bit i: of input i only type and shape are used, never the numbers */
    bm_status (*infer)(bm_infer *i);
    /** The gradient by each input, as nodes: dx[i] is left as it is (failed, graph null) where there is none. */
    void (*grad)(bm_node y, bm_node dy, bm_node *dx);
    /** The plain kernel: any type that infer accepts. May be null when `bind` is there. */
    void (*run)(const bm_call *call);
    /** Bytes of scratch that run needs; may be null. */
    size_t (*scratch)(const bm_call *call);
    const bm_example *examples;
    size_t            n_examples;
    const char       *doc; /**< formula, shapes, source: one or two lines */
    /* The library's own: vector code of elementwise rows, and binding to fast kernels. Null in records from outside. */
    const void *vector;
    bool (*bind)(struct bmi_bind *b);
} bm_op;

/** A node of an operation from outside: args is copied.
 *  Errors on the graph (of the inputs; without any the node fails quietly): what the record's infer says, BM_E_TYPE, BM_E_SHAPE
 *  where it gives none; BM_E_ARGUMENT a record
 *  without name, infer or run or of another size, args_size not the record's, more than 1000 inputs, nodes of two graphs, name taken;
 *  BM_E_MEMORY.
 *  bm_gradient refuses what its grad gives in another type or shape than the input's, a run what infer then gives that does not
 *  fit what it gave here. */
BM_API bm_node bm_custom_at(const bm_op *op, const void *args, size_t args_size, const bm_node *in, size_t n_in, const char *name, bm_place here);
/** Arguments, inputs and number of inputs of a node, for gradient functions. */
BM_API const void *bm_node_args(bm_node n);
BM_API bm_node     bm_node_in(bm_node n, int i);
BM_API int         bm_node_inputs(bm_node n);
/** The place of a node: what a gradient makes carries the place of the node it comes from. */
BM_API bm_place    bm_node_place(bm_node n);

/* ---- initialisers ---- */

/** Fills `out` (f32 or f64, known shape). fan_in, fan_out: rows and columns of a matrix; of a convolution kernel times its
 *  window. Element i must depend on (seed, stream, i) alone. p: the choice's numbers, defaults filled in. */
typedef struct bm_init_kind {
    size_t      size;
    const char *name;
    const char *doc;
    bm_choice_number number[2];
    void (*fill)(const double p[2], bm_array *out, int64_t fan_in, int64_t fan_out, uint64_t seed, uint64_t stream);
} bm_init_kind;

#ifdef __cplusplus
}
#endif
#endif
