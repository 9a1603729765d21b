// SPDX-License-Identifier: Apache-2.0
/* Bind: kernels and their arguments. Contractions and elementwise chains are bound here, other operations by their own `bind`,
 * and what has none runs its plain kernel.
 */
#include "plan/ir.h"
#include <math.h>
#include <string.h>

typedef struct binder {
    bmi_ir *ir;
    int unit;
    void *scratch; /* shared by operations that run one after the other */
    size_t scratch_bytes;
} binder;

void *bmi_bind_memory(bmi_bind *b, size_t bytes)
{
    binder *w = b->plan;
    void *memory = bmi_arena_alloc(&w->ir->plan->arena, bytes, 1);
    if (!memory) b->failed = true;
    return memory;
}

void *bmi_bind_scratch(bmi_bind *b, size_t bytes)
{
    binder *w = b->plan;
    if (bytes > w->scratch_bytes || !w->scratch) {
        w->scratch = bmi_bind_memory(b, bytes < 4096 ? 4096 : bytes);
        w->scratch_bytes = bytes < 4096 ? 4096 : bytes;
    }
    return w->scratch;
}

static bool add_step(bmi_ir *ir, const bmi_step *step)
{
    bmi_plan *p = ir->plan;
    if (!bmi_grow(p->context, (void **)&p->steps, &p->steps_capacity, p->n_steps + 1, sizeof *p->steps)) return false;
    p->steps[p->n_steps++] = *step;
    p->parallel = p->parallel || step->parts > 1;
    return true;
}

void bmi_bind_emit(bmi_bind *b, const char *what, bmi_kernel kernel, const void *args, int parts)
{
    binder *w = b->plan;
    if (b->failed) return;
    if (!add_step(w->ir,
                  &(bmi_step){ .kernel = kernel, .args = args, .parts = parts < 1 ? 1 : parts, .unit = w->unit, .what = what }))
        b->failed = true;
}

/* ---- the plain kernel of an operation as a step ---- */
typedef struct plain {
    const bm_op *op;
    bm_call call;
    bmi_run_state *state;
    uint64_t number;
} plain;

static void run_plain(const void *args, int part, int parts)
{
    const plain *p = args;
    bm_call call = p->call;
    (void)part, (void)parts;
    call.seed = p->state->seed;
    call.stream = bmi_run_stream(p->state, p->number);
    p->op->run(&call);
}

static void bind_plain(bmi_bind *b)
{
    plain *p = bmi_bind_memory(b, sizeof *p);
    if (!p) return;
    *p = (plain){
        .op = b->op,
        .call = { .args = b->args, .n_in = b->n_in, .in = b->in, .out = b->out, .state_ = b->state, .number_ = b->number },
        .state = b->state,
        .number = b->number
    };
    ((binder *)b->plan)->ir->plan->at_once = false;
    const size_t bytes = b->op->scratch ? b->op->scratch(&p->call) : 0;
    p->call.scratch = bytes ? bmi_bind_scratch(b, bytes) : NULL;
    bmi_bind_emit(b, b->op->name, run_plain, p, 1);
}

/* ---- the guard ---- */
typedef struct guard {
    const void *number;
    bm_type type;
    bmi_run_state *state;
} guard;

static void run_guard(const void *args, int part, int parts)
{
    const guard *g = args;
    (void)part, (void)parts;
    const double value = g->type == BM_F64 ? *(const double *)g->number : (double)*(const float *)g->number;
    g->state->halt = !isfinite(value) || g->state->fault.set;
}

static bool bind_guard(bmi_ir *ir)
{
    const bmi_item *item = &ir->items[ir->guard];
    guard *g = bmi_arena_alloc(&ir->plan->arena, 1, sizeof *g);
    if (!g) return false;
    *g = (guard){ item->memory, item->type, ir->request->state };
    return add_step(
        ir,
        &(bmi_step){
            .kernel = run_guard, .args = g, .parts = 1, .unit = (int)ir->plan->n_units - 1, .what = "guard", .guard = true });
}

/* ---- units ---- */
static bool arrays_of(bmi_ir *ir, const bmi_item *item, bmi_bind *b)
{
    bm_array *in = bmi_arena_alloc(&ir->plan->arena, (size_t)item->n_in + 1, sizeof *in);
    if (!in) return false;
    for (int j = 0; j < item->n_in; j++) {
        const bm_node node = { ir->request->graph, item->node };
        in[j].shape = item->in_shape[j];
        if (item->in[j] >= 0) {
            const bmi_item *from = &ir->items[item->in[j]];
            in[j] = (bm_array){ from->type, from->shape, from->size, from->memory };
            if (j == 0 && item->op->flags & BM_OP_UPDATE) in[j].data = item->memory; /* it has the right to write there */
        } else {
            in[j].type = bm_node_type(bm_node_in(node, j));
            bmi_shape_size(in[j].shape, BM_U8, &in[j].size);
        }
    }
    b->in = in;
    b->out = (bm_array){ item->type, item->shape, item->size, item->memory };
    return true;
}

static void emit_program(bmi_bind *b, const char *what, const bmi_program_spec *spec)
{
    void *memory = bmi_bind_memory(b, bmi_program_bytes(spec));
    if (!memory) return;
    const bmi_program *program = bmi_program_bind(memory, spec, b->isa);
    const int parts = bmi_program_parts(program);
    bmi_bind_emit(b, what, bmi_program_run, program, parts < b->threads ? parts : b->threads);
}

static bool bind_unit(binder *w, const bmi_unit *u)
{
    bmi_ir *ir = w->ir;
    const bmi_plan_request *r = ir->request;
    const bmi_item *item = &ir->items[u->contraction >= 0 ? u->contraction : u->items[u->n_items - 1]];
    bmi_bind b = { .op = item->op,
                   .args = item->args,
                   .n_in = item->n_in,
                   .number = (uint64_t)item->node,
                   .state = r->state,
                   .isa = r->isa,
                   .threads = r->threads,
                   .plan = w };
    bmi_program_spec chain;
    if (item->op->flags & BM_OP_RANDOM) ir->plan->at_once = false;
    if (!arrays_of(ir, item, &b)) return false;
    if (u->elementwise && bmi_ir_program(ir, u, &chain)) return false;
    if (u->contraction >= 0) {
        if (!bmi_matmul_bind(&b, u->elementwise ? &chain : NULL, !bmi_ir_escapes(ir, u->contraction))) {
            bind_plain(&b);
            if (u->elementwise) emit_program(&b, "epilogue", &chain);
        }
    } else if (u->elementwise) emit_program(&b, u->n_items == 1 ? item->op->name : "chain", &chain);
    else if (!item->op->bind || !item->size || !item->op->bind(&b)) bind_plain(&b);
    return !b.failed;
}

bm_status bmi_ir_bind_unit(bmi_ir *ir, const bmi_unit *u)
{
    if (!bind_unit(&(binder){ .ir = ir }, u) && !ir->error->status) bmi_ir_no_memory(ir, 0);
    return ir->error->status;
}

/* What a unit does, for printing and diagnosis. */
static void describe(bmi_ir *ir, const bmi_unit *u, bmi_plan_unit *d)
{
    *d = (bmi_plan_unit){ .node = ir->items[u->items[u->n_items - 1]].node, .n_nodes = u->n_items };
    for (int k = 0; k < u->n_items; k++) {
        const bmi_item *item = &ir->items[u->items[k]];
        if (u->items[k] == u->contraction && item->in[0] >= 0) {
            const bmi_matmul_args *args = item->args;
            const bm_shape *x = &item->in_shape[0];
            d->flops += 2.0 * (double)item->size * (double)x->dim[x->rank - (args->x_transposed ? 2 : 1)];
        } else d->flops += (double)item->size;
        for (int j = 0; j < item->n_in; j++)
            if (item->in[j] >= 0 && ir->items[item->in[j]].unit != item->unit)
                d->bytes += (double)ir->items[item->in[j]].size * (double)bm_type_size(ir->items[item->in[j]].type);
        if (item->memory && (!u->elementwise || bmi_ir_escapes(ir, u->items[k])) && d->n_out < 6) {
            d->bytes += (double)item->size * (double)bm_type_size(item->type);
            d->out_node[d->n_out] = item->node;
            d->out[d->n_out++] = (bm_array){ item->type, item->shape, item->size, item->memory };
        }
    }
}

bm_status bmi_pass_bind(bmi_ir *ir)
{
    bmi_plan *p = ir->plan;
    binder w = { .ir = ir };
    p->units = bmi_arena_alloc(&p->arena, (size_t)ir->n_order + 1, sizeof *p->units);
    bool ok = p->units != NULL;
    p->at_once = true;
    for (int k = 0; ok && k < ir->n_order; k++) {
        const bmi_unit *u = &ir->units[ir->order[k]];
        w.unit = k;
        describe(ir, u, &p->units[p->n_units++]);
        ok = bind_unit(&w, u);
        if (ok && ir->guard >= 0 && ir->items[bmi_ir_base(ir, ir->guard)].unit == ir->order[k]) ok = bind_guard(ir);
    }
    if (!ok && !ir->error->status) bmi_ir_no_memory(ir, 0);
    return ir->error->status;
}
