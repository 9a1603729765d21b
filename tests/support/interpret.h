// SPDX-License-Identifier: Apache-2.0
/* A second way to compute a graph: node by node with the plain kernels, without passes, fusing or shared memory. What a plan
 * computes is compared with it.
 */
#ifndef BMT_INTERPRET_H
#define BMT_INTERPRET_H
#include "ops/op.h"

typedef struct bmt_machine {
    bm_graph *g;
    bmi_run_state state;
    bm_tensor **value; /* by node */
    bool *fed;
    size_t size;
} bmt_machine;

bmt_machine bmt_machine_new(bm_graph *g, uint64_t seed);
void bmt_machine_end(bmt_machine *m);
/* Gives a placeholder or variable (or any node) a value; takes the tensor. Forgets everything computed before. */
void bmt_feed(bmt_machine *m, bm_node n, bm_tensor *value);
/* The value of a node: the machine keeps it until the next bmt_feed. Fails the test when it cannot be computed. */
const bm_tensor *bmt_value(bmt_machine *m, bm_node n);

/* Tensors for tests: from numbers, converted; and random ones in [low, high), whole for integers, from a counter. */
bm_tensor *bmt_tensor(bm_type type, bm_shape shape, const double *numbers);
bm_tensor *bmt_random(bm_type type, bm_shape shape, double low, double high, uint64_t stream);
bm_tensor *bmt_convert(const bm_tensor *t, bm_type type);
void bmt_set(bm_tensor *t, int64_t i, double value);
/* All elements near (bmt_near), shapes equal; names `what` and the element. */
void bmt_near_tensor(const char *what, const bm_tensor *got, const bm_tensor *want, double tolerance);
#endif
