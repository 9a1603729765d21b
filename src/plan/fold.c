// SPDX-License-Identifier: Apache-2.0
/* Fold: what depends on constants alone is computed once, while planning, unless that would make something large of
 * something small, or a plan's constants larger than FOLD_BYTES. It takes the kernels of the run, so that it gives the run's bits
 * and costs no more than one run would.
 */
#include "plan/ir.h"

enum { FOLD_ELEMENTS = 4096, FOLD_BYTES = 64 << 20 };

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
    return item->size <= largest && (size_t)item->size * bm_type_size(item->type) <= FOLD_BYTES - ir->folded;
}

/* Computes an item, unless its numbers are bad (an index outside): then it is left to the run, which says so. */
static bm_status fold(bmi_ir *ir, bmi_item *item)
{
    const bmi_plan_request *r = ir->request;
    bm_array *in = bmi_ir_alloc(ir, (size_t)item->n_in + 1, sizeof *in);
    void *memory = bmi_arena_alloc(&ir->plan->arena, (size_t)item->size + 1, bm_type_size(item->type));
    if (!in || !memory) return bmi_ir_no_memory(ir, (size_t)item->size * 8);
    for (int j = 0; j < item->n_in; j++) {
        if (item->in[j] < 0) {
            in[j] = (bm_array){ .type = r->graph->nodes[r->graph->nodes[item->node].in[j]].type, .shape = item->in_shape[j] };
            bmi_shape_size(in[j].shape, BM_U8, &in[j].size);
        } else {
            const bmi_item *from = &ir->items[item->in[j]];
            in[j] = (bm_array){ from->type, from->shape, from->size, from->memory };
        }
    }
    bmi_run_state state = { 0 };
    const bmi_alone alone = { .op = item->op,
                              .args = item->args,
                              .n_in = item->n_in,
                              .in = in,
                              .out = { item->type, item->shape, item->size, memory },
                              .number = item->node,
                              .state = &state,
                              .isa = r->isa,
                              .threads = r->threads };
    if (bmi_compute_alone(ir->error, ir->here, r->graph->object.context, &alone)) return ir->error->status;
    if (state.fault.set) return BM_OK;
    item->source = BMI_CONSTANT;
    item->memory = memory;
    item->n_in = 0;
    ir->folded += (size_t)item->size * bm_type_size(item->type);
    return BM_OK;
}

bm_status bmi_pass_fold(bmi_ir *ir)
{
    for (int i = 0; i < ir->n_items; i++)
        if (foldable(ir, &ir->items[i]) && fold(ir, &ir->items[i])) return ir->error->status;
    bmi_ir_sweep(ir);
    return BM_OK;
}
