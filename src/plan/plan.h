// SPDX-License-Identifier: Apache-2.0
/* Plans: what a session runs. bmi_plan_make takes (graph, fetches, feed shapes) through the passes of plan/ir.h and binds
 * kernels; running a plan is a loop over its steps.
 */
#ifndef BMI_PLAN_PLAN_H
#define BMI_PLAN_PLAN_H
#include "ops/op.h"

/* One kernel with complete arguments. */
typedef struct bmi_step {
    bmi_kernel kernel;
    const void *args;
    int parts;        /* 1: on one thread, as a whole */
    int unit;         /* which unit of the plan it belongs to, for printing and diagnosis */
    const char *what; /* static text: "contract 128x784x512", kept in the plan's arena */
    bool guard;       /* checks a number: when it is not finite the run halts after this step */
} bmi_step;

/* An array of the plan that the session reads or fills. */
typedef struct bmi_port {
    int64_t node;
    bm_array array;
} bmi_port;

typedef struct bmi_plan_unit { /* what the steps of one unit compute, for printing and for finding the first bad number */
    int64_t node;              /* the last node of the unit */
    int n_nodes;
    double flops, bytes;
    int n_out;
    bm_array out[6]; /* what it writes */
    int64_t out_node[6];
} bmi_plan_unit;

typedef struct bmi_plan {
    bm_context *context;
    bmi_arena arena; /* arguments, constants, texts */
    void *block;     /* buffers */
    size_t block_bytes;
    bool owns_block;
    bmi_step *steps;
    size_t n_steps, steps_capacity;
    bool parallel; /* a step has more than one part */
    bool at_once;  /* several of its like may run at once and in any order: nothing random, only the library's own kernels */
    int threads;
    bmi_plan_unit *units;
    size_t n_units;
    bmi_port *feeds, *fetches;
    size_t n_feeds, n_fetches;
    double seconds; /* planning took */
} bmi_plan;

/* Where a plan finds the memory of variables. */
typedef struct bmi_variables {
    void *(*memory)(void *user, int64_t node); /* null: no memory */
    void *user;
} bmi_variables;

typedef struct bmi_plan_request {
    bm_graph *graph;
    const int64_t *fetch; /* node indices */
    size_t n_fetch;
    const int64_t *feed;
    const bm_shape *feed_shape; /* known */
    size_t n_feed;
    int64_t guard; /* a fetched node of rank 0 that must be finite before any update runs; -1: none */
    bmi_variables variables;
    bmi_run_state *state; /* must outlive the plan */
    int threads;
    bmi_isa isa;
    void *block; /* memory for buffers that may be shared with plans that do not run at the same time, or null */
    size_t block_bytes;
} bmi_plan_request;

/* Makes a plan, or null with the error set: BM_E_ARGUMENT (a placeholder is not fed, a variable updated twice), BM_E_SHAPE,
 * BM_E_TYPE, BM_E_MEMORY. */
bmi_plan *bmi_plan_make(bmi_error *e, bm_place here, const bmi_plan_request *request);
void bmi_plan_free(bmi_plan *p); /* null allowed */
/* One line per step: what, nodes, shapes, bytes, FLOPs, parts and, when seconds is not null, time. */
void bmi_plan_write(const bmi_plan *p, const bm_graph *g, const double *seconds, FILE *to);

/* One operation by itself, computed now: by the kernels that a plan binds for it and with denormals flushed as in runs, so that
 * folded constants and eager graphs have the bits of a session. An update writes `out`, which must then be in[0]'s memory. */
typedef struct bmi_alone {
    const bm_op *op;
    const void *args;
    int n_in;
    const bm_array *in; /* data null where only type and shape are used */
    bm_array out;
    int64_t number;       /* of the node */
    bmi_run_state *state; /* bad data is noted there */
    bmi_isa isa;
    int threads;
} bmi_alone;
/* BM_E_MEMORY when there is none. */
bm_status bmi_compute_alone(bmi_error *e, bm_place here, bm_context *context, const bmi_alone *a);

#endif
