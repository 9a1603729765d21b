// SPDX-License-Identifier: Apache-2.0
/* Fuse: elementwise items over one space become one unit, so that the chain touches memory once; a contraction takes the chain
 * that reads it as its epilogue. Two units may merge when no third one must run between them.
 */
#include "plan/reach.h"
#include <string.h>

/* A large update inside the epilogue of a product would take the cache from the product's panels: above this many elements
 * it stays a pass of its own (measured: within 4 % either way at 784x512, and steadier on two threads apart). */
enum { EPILOGUE_UPDATE_ELEMENTS = 16384 };

static bool insert(bmi_ir *ir, bmi_unit *u, int item)
{
    if (u->n_items == u->capacity) {
        const int capacity = u->capacity ? 2 * u->capacity : 4;
        int *items = bmi_ir_alloc(ir, (size_t)capacity, sizeof *items);
        if (!items) return false;
        if (u->n_items) memcpy(items, u->items, sizeof *items * (size_t)u->n_items);
        u->items = items;
        u->capacity = capacity;
    }
    int at = u->n_items++;
    for (; at > 0 && u->items[at - 1] > item && !(u->contraction >= 0 && at == 1); at--) u->items[at] = u->items[at - 1];
    u->items[at] = item;
    ir->items[item].unit = (int)(u - ir->units);
    return true;
}

/* Whether one of the items reads, through a view, memory that another of them writes: then they are no one chain. */
static bool reads_own_memory(const bmi_ir *ir, const int *items, int n, int contraction)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < ir->items[items[i]].n_in; j++) {
            const int in = ir->items[items[i]].in[j], base = in < 0 ? -1 : bmi_ir_base(ir, in);
            if (base < 0 || base == in) continue;
            for (int k = 0; k < n; k++)
                if (items[k] == base) return true;
            if (base == contraction) return true;
        }
    return false;
}

/* Whether an update would run in the unit of the guard, which must have spoken before. What only prepares one stays with it. */
static bool outruns_guard(const bmi_ir *ir, const int *items, int n, int contraction)
{
    const int guard = ir->guard >= 0 ? bmi_ir_base(ir, ir->guard) : -1;
    bool guarded = guard >= 0 && guard == contraction, updates = false;
    for (int i = 0; i < n; i++) {
        guarded = guarded || items[i] == guard;
        updates = updates || ir->items[items[i]].late;
    }
    return guarded && updates;
}

/* Merges the unit of item `user`, which reads item `from`, into that one's if the items together fit a program and none must run between. */
static bool merge(bmi_reach *r, int from, int user)
{
    bmi_ir *ir = r->ir;
    const int early = ir->items[from].unit, late = ir->items[user].unit;
    bmi_unit *a = &ir->units[early], *b = &ir->units[late];
    int all[BMI_PROGRAM_STEPS], n = 0;
    const int skip = a->contraction >= 0;
    if (a->n_items - skip + b->n_items > BMI_PROGRAM_STEPS) return false;
    for (int i = skip, j = 0; i < a->n_items || j < b->n_items;)
        all[n++] = j == b->n_items || (i < a->n_items && a->items[i] < b->items[j]) ? a->items[i++] : b->items[j++];
    if (reads_own_memory(ir, all, n, a->contraction) || outruns_guard(ir, all, n, a->contraction) ||
        !bmi_ir_fits_program(ir, all, n, skip) || bmi_reach_between(r, from, user))
        return false;
    for (int j = 0; j < b->n_items; j++)
        if (!insert(ir, a, b->items[j])) return false;
    b->merged = early;
    a->elementwise = true;
    bmi_reach_merged(r, early, late);
    return true;
}

static void join_inputs(bmi_reach *r, int i)
{
    bmi_ir *ir = r->ir;
    for (int j = 0; j < ir->items[i].n_in; j++) {
        const int from = ir->items[i].in[j];
        if (from < 0 || ir->items[from].unit < 0) continue;
        const int early = ir->items[from].unit, late = ir->items[i].unit;
        if (early == late || !ir->units[early].elementwise || !bmi_ir_alike(&ir->items[from].shape, &ir->items[i].shape))
            continue;
        merge(r, from, i);
        if (ir->error->status) return;
    }
}

/* Whether the product reads what the chain writes. */
static bool overwrites_operand(const bmi_ir *ir, const bmi_item *product, const bmi_unit *chain)
{
    for (int k = 0; k < chain->n_items; k++) {
        const int target = bmi_ir_target(ir, &ir->items[chain->items[k]]);
        for (int j = 0; target >= 0 && j < product->n_in; j++)
            if (product->in[j] >= 0 && bmi_ir_base(ir, product->in[j]) == target) return true;
    }
    return false;
}

static bool updates_much(const bmi_ir *ir, const bmi_unit *chain)
{
    for (int k = 0; k < chain->n_items; k++)
        if (bmi_ir_target(ir, &ir->items[chain->items[k]]) >= 0 && ir->items[chain->items[k]].size > EPILOGUE_UPDATE_ELEMENTS)
            return true;
    return false;
}

/* Gives contraction i the chain that reads it, if there is one over the same space. */
static void take_epilogue(bmi_reach *r, int i)
{
    bmi_ir *ir = r->ir;
    for (int k = ir->user_at[i]; k < ir->user_at[i + 1]; k++) {
        const int early = ir->items[i].unit, late = ir->items[ir->users[k]].unit;
        bmi_unit *chain = late >= 0 ? &ir->units[late] : NULL;
        if (!chain || late == early || !chain->elementwise || chain->contraction >= 0 || ir->units[early].elementwise) continue;
        if (!bmi_ir_alike(&ir->items[i].shape, &ir->items[chain->items[0]].shape)) continue;
        if (overwrites_operand(ir, &ir->items[i], chain) || updates_much(ir, chain)) continue;
        if (merge(r, i, ir->users[k]) || ir->error->status) return;
    }
}

bool bmi_ir_contraction(const bmi_item *item)
{
    return strcmp(item->op->name, "matmul") == 0 && item->size && bmi_type_is_real(item->type);
}

/* One product, as bmi_matmul_bind sees it; a batch of them takes no chain. */
static bool epilogue_possible(const bmi_item *item)
{
    const bmi_matmul_args *args = item->args;
    return item->in_shape[1].rank == 2 && (item->in_shape[0].rank == 2 || !args->x_transposed);
}

/* Units that went into others are dropped, the rest renumbered. */
static void compact(bmi_ir *ir)
{
    int n = 0;
    for (int u = 0; u < ir->n_units; u++) {
        if (ir->units[u].merged >= 0) continue;
        ir->units[n] = ir->units[u];
        for (int k = 0; k < ir->units[n].n_items; k++) ir->items[ir->units[n].items[k]].unit = n;
        n++;
    }
    ir->n_units = n;
}

static void find_late(bmi_ir *ir)
{
    for (int i = ir->n_items; i-- > 0;) {
        bmi_item *item = &ir->items[i];
        if (!item->alive || item->source != BMI_COMPUTED) continue;
        item->late = bmi_ir_target(ir, item) >= 0;
        if (item->late || item->fetched || i == ir->guard || !bmi_ir_fusable(ir, item)) continue;
        item->late = ir->user_at[i] < ir->user_at[i + 1];
        for (int k = ir->user_at[i]; k < ir->user_at[i + 1]; k++) item->late = item->late && ir->items[ir->users[k]].late;
    }
}

bm_status bmi_pass_fuse(bmi_ir *ir)
{
    bmi_reach r;
    ir->units = bmi_ir_alloc(ir, (size_t)ir->n_items + 1, sizeof *ir->units);
    if (!ir->units || bmi_ir_list_users(ir)) return ir->error->status;
    find_late(ir);
    for (int i = 0; i < ir->n_items; i++) {
        bmi_item *item = &ir->items[i];
        if (!item->alive || item->source != BMI_COMPUTED || item->op->flags & BM_OP_VIEW) continue;
        bmi_unit *u = &ir->units[ir->n_units++];
        *u = (bmi_unit){ .contraction = -1, .merged = -1, .elementwise = bmi_ir_fusable(ir, item) };
        if (!insert(ir, u, i)) return ir->error->status;
    }
    if (bmi_reach_make(&r, ir)) return ir->error->status;
    if (r.cyclic) return BM_OK; /* ordering says so */
    for (int i = 0; i < ir->n_items && !ir->error->status; i++)
        if (ir->items[i].alive && ir->items[i].unit >= 0 && ir->units[ir->items[i].unit].elementwise) join_inputs(&r, i);
    for (int i = ir->n_items; i-- > 0 && !ir->error->status;) { /* the last product before a chain takes it */
        if (!ir->items[i].alive || ir->items[i].unit < 0 || !bmi_ir_contraction(&ir->items[i])) continue;
        ir->units[ir->items[i].unit].contraction = i;
        if (epilogue_possible(&ir->items[i])) take_epilogue(&r, i);
    }
    if (!ir->error->status) compact(ir);
    return ir->error->status;
}
