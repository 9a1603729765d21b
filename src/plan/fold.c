// SPDX-License-Identifier: Apache-2.0
/* Fold: what depends on constants alone is computed once, while planning, unless that would make something large of
 * something small.
 */
#include "plan/ir.h"

enum { FOLD_ELEMENTS = 4096 };

static bool foldable(const bmi_ir *ir, const bmi_item *item)
{
    if (!item->alive || item->source != BMI_COMPUTED || !item->op->run) return false;
    if (item->op->flags & (BM_OP_RANDOM | BM_OP_UPDATE)) return false;
    int64_t largest = FOLD_ELEMENTS;
    for (int j = 0; j < item->n_in; j++) {
        if (item->in[j] < 0) continue;
        const bmi_item *in = &ir->items[item->in[j]];
        if (in->source != BMI_CONSTANT) return false;
        if (in->size > largest) largest = in->size;
    }
    return item->size <= largest;
}

/* Computes an item, unless its numbers are bad (an index outside): then it is left to the run, which says so. */
static bm_status fold(bmi_ir *ir, bmi_item *item)
{
    bmi_run_state state = { 0 };
    bm_array *in = bmi_ir_alloc(ir, (size_t)item->n_in + 1, sizeof *in);
    void *memory = bmi_arena_alloc(&ir->plan->arena, (size_t)item->size + 1, bm_type_size(item->type));
    if (!in || !memory) return bmi_ir_no_memory(ir, (size_t)item->size * 8);
    for (int j = 0; j < item->n_in; j++) {
        in[j] = (bm_array){ .shape = item->in_shape[j] };
        if (item->in[j] < 0) {
            bmi_shape_size(in[j].shape, BM_U8, &in[j].size);
            in[j].type = ir->request->graph->nodes[ir->request->graph->nodes[item->node].in[j]].type;
        } else {
            const bmi_item *from = &ir->items[item->in[j]];
            in[j].type = from->type;
            in[j].size = from->size;
            in[j].data = from->memory;
        }
    }
    bm_call call = { .args = item->args,
                     .n_in = item->n_in,
                     .in = in,
                     .out = { item->type, item->shape, item->size, memory },
                     .state_ = &state };
    const size_t bytes = item->op->scratch ? item->op->scratch(&call) : 0;
    call.scratch = bytes ? bmi_ir_alloc(ir, bytes, 1) : NULL;
    if (bytes && !call.scratch) return ir->error->status;
    item->op->run(&call);
    if (state.fault.set) return BM_OK;
    item->source = BMI_CONSTANT;
    item->memory = memory;
    item->n_in = 0;
    return BM_OK;
}

bm_status bmi_pass_fold(bmi_ir *ir)
{
    for (int i = 0; i < ir->n_items; i++)
        if (foldable(ir, &ir->items[i]) && fold(ir, &ir->items[i])) return ir->error->status;
    bmi_ir_sweep(ir);
    return BM_OK;
}
