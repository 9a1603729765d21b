// SPDX-License-Identifier: Apache-2.0
/* Place: every buffer gets its place in one block. Two buffers share memory when they are never live together: large ones
 * first, each at the lowest free offset (greedy by size; Pisarchyk and Lee, "Efficient memory management for deep neural net
 * inference", 2020). A result takes over the buffer of an operand that dies in the same elementwise chain.
 */
#include "plan/ir.h"

typedef struct buffer {
    size_t bytes, offset;
    int first, last; /* positions of units; feeds are live from -1 on, fetches to the end */
} buffer;

typedef struct placer {
    bmi_ir *ir;
    buffer *buffers;
    int n;
    int *last; /* last position that reads an item's memory */
} placer;

static int position(const bmi_ir *ir, int unit)
{
    return ir->units[unit].position;
}

/* The last position that reads each item, views included. */
static void find_last(placer *p)
{
    const bmi_ir *ir = p->ir;
    for (int i = 0; i < ir->n_items; i++) p->last[i] = -1;
    for (int i = 0; i < ir->n_items; i++) {
        const bmi_item *item = &ir->items[i];
        if (!item->alive) continue;
        for (int j = 0; j < item->n_in; j++) {
            if (item->in[j] < 0 || item->unit < 0) continue;
            const int base = bmi_ir_base(ir, item->in[j]);
            if (position(ir, item->unit) > p->last[base]) p->last[base] = position(ir, item->unit);
        }
        if (item->fetched || i == ir->guard) p->last[bmi_ir_base(ir, i)] = ir->n_units;
    }
}

static bool new_buffer(placer *p, bmi_item *item, int first, int last)
{
    size_t bytes;
    if (!bmi_mul_size((size_t)item->size, bm_type_size(item->type), &bytes) ||
        !bmi_add_size(bytes, BMI_ALIGN + BMI_PAGE, &bytes)) {
        bmi_ir_no_memory(p->ir, SIZE_MAX);
        return false;
    }
    bytes -= BMI_PAGE;
    const size_t align = bmi_alignment(bytes); /* of the offset too: it is a sum of sizes, large ones first */
    p->buffers[p->n] = (buffer){ .bytes = (bytes + align - 1) / align * align, .first = first, .last = last };
    item->buffer = p->n++;
    return true;
}

/* Lets result r of an elementwise unit lie on an operand that dies there. */
static bool take_operand(placer *p, const bmi_unit *u, bmi_item *r)
{
    bmi_ir *ir = p->ir;
    for (int k = 0; k < u->n_items; k++) {
        const bmi_item *item = &ir->items[u->items[k]];
        for (int j = 0; j < item->n_in; j++) {
            if (item->in[j] < 0) continue;
            const int base = bmi_ir_base(ir, item->in[j]);
            bmi_item *o = &ir->items[base];
            if (o->source != BMI_COMPUTED || o->buffer < 0 || o->unit == r->unit || o->type != r->type ||
                p->last[base] != u->position)
                continue;
            buffer *b = &p->buffers[o->buffer];
            if (o->size != r->size || !bmi_shape_equal(ir->items[item->in[j]].shape, r->shape) || b->last != u->position)
                continue;
            b->last = p->last[r - ir->items] > u->position ? p->last[r - ir->items] : u->position;
            r->buffer = o->buffer;
            return true;
        }
    }
    return false;
}

static bool place_unit(placer *p, const bmi_unit *u)
{
    bmi_ir *ir = p->ir;
    int first_result = -1;
    for (int k = 0; k < u->n_items; k++) {
        const int i = u->items[k];
        bmi_item *r = &ir->items[i];
        if (i == u->contraction || bmi_ir_target(ir, r) >= 0 || (u->elementwise && !bmi_ir_escapes(ir, i))) continue;
        const int last = p->last[i] > u->position ? p->last[i] : u->position;
        if (u->elementwise && u->contraction < 0 && take_operand(p, u, r)) continue;
        if (!new_buffer(p, r, u->position, last)) return false;
        if (first_result < 0) first_result = i;
    }
    if (u->contraction < 0) return true;
    bmi_item *c = &ir->items[u->contraction];
    if (first_result >= 0 && !bmi_ir_escapes(ir, u->contraction) && ir->items[first_result].type == c->type) {
        c->buffer = ir->items[first_result].buffer; /* the epilogue works in place */
        return true;
    }
    return new_buffer(p, c, u->position, p->last[u->contraction] > u->position ? p->last[u->contraction] : u->position);
}

static void sort_by_size(const buffer *b, int *by_size, int n)
{
    for (int i = 1; i < n; i++) { /* insertion: stable, few */
        const int item = by_size[i];
        int at = i;
        for (; at > 0 && b[by_size[at - 1]].bytes < b[item].bytes; at--) by_size[at] = by_size[at - 1];
        by_size[at] = item;
    }
}

/* The lowest offset at which b overlaps none of the placed ones that live when it does. */
static size_t lowest_offset(const buffer *buffers, const int *placed, int n, const buffer *b)
{
    size_t offset = 0;
    for (int again = 1; again;) {
        again = 0;
        for (int k = 0; k < n; k++) {
            const buffer *o = &buffers[placed[k]];
            if (o->last < b->first || b->last < o->first || offset + b->bytes <= o->offset || o->offset + o->bytes <= offset)
                continue;
            offset = o->offset + o->bytes;
            again = 1;
        }
    }
    return offset;
}

static bm_status lay_out(placer *p)
{
    bmi_ir *ir = p->ir;
    int *by_size = bmi_ir_alloc(ir, (size_t)p->n + 1, sizeof *by_size);
    if (!by_size) return ir->error->status;
    for (int i = 0; i < p->n; i++) by_size[i] = i;
    sort_by_size(p->buffers, by_size, p->n);
    size_t total = 0;
    for (int k = 0; k < p->n; k++) {
        buffer *b = &p->buffers[by_size[k]];
        b->offset = lowest_offset(p->buffers, by_size, k, b);
        if (b->offset + b->bytes > total) total = b->offset + b->bytes;
    }
    bmi_plan *plan = ir->plan;
    plan->block_bytes = total;
    if (ir->request->block && ir->request->block_bytes >= total) plan->block = ir->request->block;
    else {
        plan->block = bmi_alloc_raw(plan->context, total + 1, 1); /* every buffer is written before it is read */
        plan->owns_block = true;
        if (!plan->block) return bmi_ir_no_memory(ir, total);
    }
    return BM_OK;
}

static void set_memory(placer *p)
{
    bmi_ir *ir = p->ir;
    for (int i = 0; i < ir->n_items; i++) {
        bmi_item *item = &ir->items[i];
        if (!item->alive) continue;
        if (item->buffer >= 0) item->memory = (char *)ir->plan->block + p->buffers[item->buffer].offset;
        else if (bmi_ir_target(ir, item) >= 0) item->memory = ir->items[bmi_ir_target(ir, item)].memory;
        else if (item->source == BMI_COMPUTED && item->op->flags & BM_OP_VIEW) item->memory = ir->items[item->in[0]].memory;
    }
}

bm_status bmi_pass_place(bmi_ir *ir)
{
    placer p = { .ir = ir,
                 .buffers = bmi_ir_alloc(ir, (size_t)ir->n_items + 1, sizeof *p.buffers),
                 .last = bmi_ir_alloc(ir, (size_t)ir->n_items + 1, sizeof *p.last) };
    if (!p.buffers || !p.last) return ir->error->status;
    find_last(&p);
    for (int i = 0; i < ir->n_items; i++)
        if (ir->items[i].alive && ir->items[i].source == BMI_FEED && !new_buffer(&p, &ir->items[i], -1, p.last[i]))
            return ir->error->status;
    for (int k = 0; k < ir->n_order; k++)
        if (!place_unit(&p, &ir->units[ir->order[k]])) return ir->error->status;
    if (lay_out(&p)) return ir->error->status;
    set_memory(&p);
    return BM_OK;
}
