// SPDX-License-Identifier: Apache-2.0
/* What an operation's file needs: helpers for inference and gradients, and binding to kernels.
 *
 * Binding: a plan asks an operation, shapes and memory all known, for the kernels that compute it. `bind` emits one or more
 * kernels that run in order; it may decline (false) for what it has no fast kernel for, and the plain `run` is used.
 */
#ifndef BMI_OPS_OP_H
#define BMI_OPS_OP_H
#include "graph/graph.h"
#include "kernels/cpu/program.h"
#include "kernels/kernel.h"
#include <baeum/ops.h>

/* Numbers of the session that kernels read while running. */
typedef struct bmi_run_state {
    uint64_t seed;
    uint64_t tick; /* one more in each run: streams of random operations */
    bool flushed;  /* whoever runs plans has set the mode of denormals: plans on one thread leave it */
    int halt;      /* the guard of a plan found a number that is not finite: no step runs after it */
    struct {       /* the first bad datum that a kernel met; the run fails with it */
        int set;   /* changed atomically */
        uint64_t number;
        const char *what;
        int64_t value, position, limit;
    } fault;
} bmi_run_state;

/* The stream of random numbers of node `number` in the present run. */
uint64_t bmi_run_stream(const bmi_run_state *state, uint64_t number);
/* Notes bad data met by a kernel, "<what> <value> at position <position> is outside 0 .. <limit - 1>". Safe from any thread. */
void bmi_fault(bmi_run_state *state, uint64_t number, const char *what, int64_t value, int64_t position, int64_t limit);

typedef struct bmi_bind {
    const bm_op *op;
    const void *args;
    int n_in;
    const bm_array *in; /* memory is final */
    bm_array out;
    uint64_t number; /* of the node */
    bmi_run_state *state;
    bmi_isa isa;
    int threads;
    void *plan;  /* the plan's own */
    bool failed; /* no memory: everything else does nothing */
} bmi_bind;

/* Memory that lives as long as the plan, zeroed, aligned to 64; null when there is none (then return true: the plan fails). */
void *bmi_bind_memory(bmi_bind *b, size_t bytes);
/* Scratch that this operation's kernels use while they run, shared with other operations; aligned to 64. May be null
 * when there is no memory, as above. */
void *bmi_bind_scratch(bmi_bind *b, size_t bytes);
/* Adds a kernel: parts <= 1 runs on one thread. */
void bmi_bind_emit(bmi_bind *b, const char *what, bmi_kernel kernel, const void *args, int parts);

/* Binds a matrix product, with a chain to be run over each finished block (or null; it may be changed). `alone`: nothing but the
 * chain reads the product. False: no fast kernel. */
typedef struct bmi_matmul_args {
    bool x_transposed, y_transposed;
} bmi_matmul_args;
bool bmi_matmul_bind(bmi_bind *b, bmi_program_spec *chain, bool alone);

/* The two numbers of every elementwise operation that has any: so a program needs only the record and these. An elementwise
 * record with args_size 0 has none. Operands a, b, c of the vector code are the inputs that are not shape inputs, in order. */
typedef struct bmi_row_args {
    double p[2];
} bmi_row_args;

/* Inference helpers: output as input 0; all inputs of one type; elementwise broadcasting of all inputs. */
bm_status bmi_infer_same(bm_infer *i);
bm_status bmi_infer_real(bm_infer *i, int input);  /* BM_E_TYPE unless f32 or f64 */
bm_status bmi_infer_index(bm_infer *i, int input); /* BM_E_TYPE unless i32 or i64 */
bm_status bmi_infer_types_agree(bm_infer *i);
bm_status bmi_infer_broadcast(bm_infer *i); /* types agree, shapes broadcast, output type as inputs */
/* Sorted, non-negative axes as a bit mask; with `all` every axis. BM_E_ARGUMENT for one outside or twice. */
bm_status bmi_infer_axes(bm_infer *i, bm_shape shape, const bm_axes *axes, bool all, unsigned *mask);
/* One axis, made non-negative; BM_E_ARGUMENT when there is no such axis. */
bm_status bmi_infer_axis(bm_infer *i, bm_shape shape, int64_t axis, int64_t *out);
/* True when two dimensions may be equal: same, or one is BM_ANY. */
bool bmi_dims_fit(int64_t a, int64_t b);

/* Gradient helpers. The gradient by an input that was broadcast to the output: dx summed back to x's shape (dx itself when the
 * shapes are known to be equal). */
bm_node bmi_undo_broadcast(bm_node dx, bm_node x);
/* The same for input i of the elementwise node y, which also sees that nothing else could have broadcast it. */
bm_node bmi_undo_row(bm_node dx, bm_node y, int i);
/* Whether the gradient by x is wanted in the present walk, so that none is built for nobody. */
bool bmi_may_need(bm_node x);
/* Axes with zeros behind the count, so that equal arguments have equal bytes. */
bm_axes bmi_axes_clean(bm_axes axes);

/* Records of examples at file scope: .in = { BMI_REALS(1, 2) }, .in_shape = { BMI_DIMS(2) }. */
#define BMI_REALS(...) ((const double[]){ __VA_ARGS__ })
#define BMI_DIMS(...)                                               \
    {                                                               \
        sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t), \
        {                                                           \
            __VA_ARGS__                                             \
        }                                                           \
    }
#define BMI_EXAMPLES(list) .examples = (list), .n_examples = BMI_COUNT(list)
/* A row of a table of kinds. */
#define BMI_OP_KIND(name)           \
    {                               \
        "op", #name, &bmi_op_##name \
    }

#endif
