// SPDX-License-Identifier: Apache-2.0
/* The form a plan has while it is made, and its passes. Each pass is a file with one entry, can be run alone on an ir, and the
 * ir can be printed between any two (bmi_ir_print).
 *
 *   prune     the nodes that the fetches need, with known shapes         -> items
 *   fold      items whose inputs are all constants become constants
 *   simplify  algebra: x + 0, x * 1, broadcast_like to the same shape ... -> another item
 *   share     equal items become one (common subexpressions)
 *   fuse      chains of elementwise items become one unit; contractions take the chain that follows as their epilogue
 *   order     units in an order that needs little memory; updates after all readers of their variable
 *   place     every buffer gets its place in one block, in place where it can be
 *   bind      kernels and their arguments
 */
#ifndef BMI_PLAN_IR_H
#define BMI_PLAN_IR_H
#include "plan/plan.h"

typedef enum bmi_source { BMI_COMPUTED, BMI_FEED, BMI_VARIABLE, BMI_CONSTANT } bmi_source;

typedef struct bmi_item {
    const bm_op *op;
    const void *args;
    int n_in;
    int *in;            /* items; -1 for an input of which only the shape was needed */
    bm_shape *in_shape; /* as inference saw them */
    bm_type type;
    bm_shape shape; /* known */
    int64_t size;
    int64_t node; /* of the graph */
    bmi_source source;
    void *memory; /* of constants and variables from the start, of the rest after `place` */
    void *home;   /* of a variable: what its updates write; `memory` unless it is kept */
    bool kept;    /* a variable whose readers take a copy from before the run, so that its update need not wait for them */
    bool alive;
    bool fetched;
    bool rooted; /* runs though nothing reads it: a part of a fetched group */
    bool late;   /* an update, or an elementwise item that nothing but updates need */
    int unit;    /* -1: none (sources, views) */
    /* placement */
    int buffer; /* -1: none */
} bmi_item;

/* What runs as a whole: one operation, or a chain of elementwise ones, after a contraction or alone. */
typedef struct bmi_unit {
    int contraction;  /* item, or -1 */
    bool elementwise; /* a chain (also the epilogue) is there */
    int *items;       /* in topological order */
    int n_items, capacity;
    int position; /* in the order of running */
    int merged;   /* the unit this one went into, or -1 */
    /* for walks */
    int mark;
} bmi_unit;

typedef struct bmi_ir {
    const bmi_plan_request *request;
    bmi_plan *plan;
    bmi_error *error;
    bm_place here;
    bmi_arena scratch; /* ends with the ir */
    bmi_item *items;
    int n_items;
    int *item_of; /* by node; -1 */
    int *instead; /* by item, while a pass replaces: what stands for it */
    bmi_unit *units;
    int n_units;
    int *order; /* units in order of running */
    int n_order;
    int mark;     /* last used */
    int *user_at; /* users of item i: users[user_at[i]] .. users[user_at[i + 1] - 1]; see bmi_ir_list_users */
    int *users;
    int guard;     /* item, or -1 */
    size_t folded; /* bytes of constants that folding made */
} bmi_ir;

bm_status bmi_pass_prune(bmi_ir *ir);
bm_status bmi_pass_fold(bmi_ir *ir);
bm_status bmi_pass_simplify(bmi_ir *ir);
bm_status bmi_pass_share(bmi_ir *ir);
bm_status bmi_pass_fuse(bmi_ir *ir);
bm_status bmi_pass_order(bmi_ir *ir);
bm_status bmi_pass_place(bmi_ir *ir);
bm_status bmi_pass_bind(bmi_ir *ir);
void bmi_ir_print(const bmi_ir *ir, FILE *to);

/* ---- shared by the passes ---- */
/* Marks items dead that no fetch needs any more. */
void bmi_ir_sweep(bmi_ir *ir);
/* Every user of `from` uses the earlier item `to` from now on; fetches too. A pass that replaces goes over the items in order and calls
 * bmi_ir_follow on each before it looks at its inputs, and bmi_ir_settle at its end. */
bm_status bmi_ir_begin_replacing(bmi_ir *ir);
void bmi_ir_replace(bmi_ir *ir, int from, int to);
void bmi_ir_follow(const bmi_ir *ir, bmi_item *item);
void bmi_ir_settle(bmi_ir *ir);
/* The item whose memory an item shows: through views; itself otherwise. */
int bmi_ir_base(const bmi_ir *ir, int item);
/* Whether shapes are equal but for ones in front: then elements stand alike in memory and in a chain. */
bool bmi_ir_alike(const bm_shape *a, const bm_shape *b);
/* True for an item that the elementwise programs can compute. */
bool bmi_ir_fusable(const bmi_ir *ir, const bmi_item *item);
/* True for a matrix product, which the contraction engine computes. */
bool bmi_ir_contraction(const bmi_item *item);
/* The variable (item) that an update writes, or -1. */
int bmi_ir_target(const bmi_ir *ir, const bmi_item *item);
/* Calls visit for each unit that must run before unit u: makers of its inputs, readers of variables it updates (unless kept), the guard.
 * Stops when visit returns false, and returns false then. */
bool bmi_ir_before(bmi_ir *ir, int u, bool (*visit)(bmi_ir *ir, int unit, void *user), void *user);
/* Lists the users of every item; valid until items change. */
bm_status bmi_ir_list_users(bmi_ir *ir);
void *bmi_ir_alloc(bmi_ir *ir, size_t count, size_t size); /* from scratch; null sets BM_E_MEMORY */
bm_status bmi_ir_no_memory(bmi_ir *ir, size_t bytes);

/* The elementwise chain of a unit as a program over its arrays; memory of all items must be placed. */
bm_status bmi_ir_program(bmi_ir *ir, const bmi_unit *u, bmi_program_spec *spec);
/* Whether items (in topological order) fit a program (operands, steps, results, dimensions), maybe as the epilogue of a
 * contraction: asked before units are merged. */
bool bmi_ir_fits_program(bmi_ir *ir, const int *items, int n, bool epilogue);
/* Adds the steps of one unit to the plan; memory of all its items must be placed. */
bm_status bmi_ir_bind_unit(bmi_ir *ir, const bmi_unit *u);
/* Whether an item's value is needed outside of its unit: by another unit, a fetch, or an update. */
bool bmi_ir_escapes(const bmi_ir *ir, int item);

#endif
