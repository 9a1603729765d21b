// SPDX-License-Identifier: Apache-2.0
/* What the passes share: memory, replacing, dependencies between units.
 */
#include "ops/elementwise.h"
#include "plan/ir.h"
#include <string.h>

bm_status bmi_ir_no_memory(bmi_ir *ir, size_t bytes)
{
    return bmi_fail_memory(ir->error, ir->here, bytes, "a plan");
}

void *bmi_ir_alloc(bmi_ir *ir, size_t count, size_t size)
{
    void *memory = bmi_arena_alloc(&ir->scratch, count, size);
    if (!memory) bmi_ir_no_memory(ir, count * size);
    return memory;
}

void bmi_ir_sweep(bmi_ir *ir)
{
    for (int i = 0; i < ir->n_items; i++) ir->items[i].alive = ir->items[i].fetched || ir->items[i].rooted || i == ir->guard;
    for (int i = ir->n_items; i-- > 0;) {
        const bmi_item *item = &ir->items[i];
        for (int j = 0; item->alive && j < item->n_in; j++)
            if (item->in[j] >= 0) ir->items[item->in[j]].alive = true;
    }
}

bm_status bmi_ir_begin_replacing(bmi_ir *ir)
{
    ir->instead = bmi_ir_alloc(ir, (size_t)ir->n_items + 1, sizeof *ir->instead);
    for (int i = 0; ir->instead && i < ir->n_items; i++) ir->instead[i] = i;
    return ir->error->status;
}

void bmi_ir_replace(bmi_ir *ir, int from, int to)
{
    ir->instead[from] = to;
    ir->items[to].fetched = ir->items[to].fetched || ir->items[from].fetched;
    ir->items[to].rooted = ir->items[to].rooted || ir->items[from].rooted;
    ir->items[from].fetched = ir->items[from].rooted = ir->items[from].alive = false;
}

void bmi_ir_follow(const bmi_ir *ir, bmi_item *item)
{
    for (int j = 0; j < item->n_in; j++)
        if (item->in[j] >= 0) item->in[j] = ir->instead[item->in[j]];
}

void bmi_ir_settle(bmi_ir *ir)
{
    for (int i = 0; i < ir->n_items; i++) bmi_ir_follow(ir, &ir->items[i]);
    for (size_t i = 0; i < ir->request->graph->count; i++)
        if (ir->item_of[i] >= 0) ir->item_of[i] = ir->instead[ir->item_of[i]];
    if (ir->guard >= 0) ir->guard = ir->instead[ir->guard];
}

int bmi_ir_base(const bmi_ir *ir, int item)
{
    while (ir->items[item].source == BMI_COMPUTED && ir->items[item].op->flags & BM_OP_VIEW) item = ir->items[item].in[0];
    return item;
}

int bmi_ir_target(const bmi_ir *ir, const bmi_item *item)
{
    return item->source == BMI_COMPUTED && item->op->flags & BM_OP_UPDATE ? bmi_ir_base(ir, item->in[0]) : -1;
}

bool bmi_ir_alike(const bm_shape *a, const bm_shape *b)
{
    for (int64_t i = 1; i <= a->rank || i <= b->rank; i++)
        if ((i <= a->rank ? a->dim[a->rank - i] : 1) != (i <= b->rank ? b->dim[b->rank - i] : 1)) return false;
    return true;
}

bool bmi_ir_fusable(const bmi_ir *ir, const bmi_item *item)
{
    if (item->source != BMI_COMPUTED || !(item->op->flags & BM_OP_ELEMENTWISE) || !item->op->vector || item->n_in > 3 ||
        !item->size)
        return false;
    if (!bmi_type_is_real(item->type) && item->type != BM_BOOL) return false;
    if (bmi_type_is_real(item->type) && item->op->vector == &bmi_code_copy) return true; /* from any type */
    bm_type real = bmi_type_is_real(item->type) ? item->type : (bm_type)0;
    for (int j = 0; j < item->n_in; j++) {
        if (item->in[j] < 0) continue;
        const bm_type type = ir->items[item->in[j]].type;
        if (type == BM_BOOL) continue;
        if (!bmi_type_is_real(type) || (real && type != real)) return false;
        real = type;
    }
    return true;
}

bm_status bmi_ir_list_users(bmi_ir *ir)
{
    size_t edges = 0;
    for (int i = 0; i < ir->n_items; i++) edges += ir->items[i].alive ? (size_t)ir->items[i].n_in : 0;
    ir->user_at = bmi_ir_alloc(ir, (size_t)ir->n_items + 2, sizeof *ir->user_at);
    ir->users = bmi_ir_alloc(ir, edges + 1, sizeof *ir->users);
    if (!ir->user_at || !ir->users) return ir->error->status;
    for (int i = 0; i < ir->n_items; i++)
        for (int j = 0; ir->items[i].alive && j < ir->items[i].n_in; j++)
            if (ir->items[i].in[j] >= 0) ir->user_at[ir->items[i].in[j] + 2]++;
    for (int i = 2; i < ir->n_items + 2; i++) ir->user_at[i] += ir->user_at[i - 1];
    for (int i = 0; i < ir->n_items; i++)
        for (int j = 0; ir->items[i].alive && j < ir->items[i].n_in; j++)
            if (ir->items[i].in[j] >= 0) ir->users[ir->user_at[ir->items[i].in[j] + 1]++] = i;
    return BM_OK;
}

/* The units that read an item's memory, views of it included, except unit `but`. */
static bool visit_readers(bmi_ir *ir, int item, int but, bool (*visit)(bmi_ir *, int, void *), void *user)
{
    for (int k = ir->user_at[item]; k < ir->user_at[item + 1]; k++) {
        const int reader = ir->users[k];
        const bmi_item *r = &ir->items[reader];
        if (r->op->flags & BM_OP_VIEW) {
            if (!visit_readers(ir, reader, but, visit, user)) return false;
        } else if (r->unit != but && bmi_ir_target(ir, r) != item && !visit(ir, r->unit, user)) return false;
    }
    return true;
}

bool bmi_ir_before(bmi_ir *ir, int u, bool (*visit)(bmi_ir *, int, void *), void *user)
{
    const bmi_unit *unit = &ir->units[u];
    for (int k = 0; k < unit->n_items; k++) {
        const bmi_item *item = &ir->items[unit->items[k]];
        for (int j = 0; j < item->n_in; j++) {
            if (item->in[j] < 0) continue;
            const int maker = ir->items[bmi_ir_base(ir, item->in[j])].unit;
            if (maker >= 0 && maker != u && !visit(ir, maker, user)) return false;
        }
        const int target = bmi_ir_target(ir, item);
        if (target < 0) continue;
        if (!ir->items[target].kept && !visit_readers(ir, target, u, visit, user)) return false;
        const int guard = ir->guard >= 0 ? ir->items[bmi_ir_base(ir, ir->guard)].unit : -1;
        if (guard >= 0 && guard != u && !visit(ir, guard, user)) return false;
    }
    return true;
}

bool bmi_ir_escapes(const bmi_ir *ir, int i)
{
    if (ir->items[i].fetched || i == ir->guard || bmi_ir_target(ir, &ir->items[i]) >= 0) return true;
    for (int k = ir->user_at[i]; k < ir->user_at[i + 1]; k++)
        if (ir->items[ir->users[k]].unit != ir->items[i].unit) return true; /* a view's unit is -1 */
    return false;
}
