// SPDX-License-Identifier: Apache-2.0
/* Place: every buffer gets its place in one block. Two buffers share memory when they are never live together: large ones
 * first, each at the lowest free offset (greedy by size; Pisarchyk and Lee, "Efficient memory management for deep neural net
 * inference", 2020). Of very many buffers each is placed when it comes to live instead, in the first hole: that takes little more
 * memory and a time that hardly grows with their square. A result takes over the buffer of an operand that dies in the same elementwise chain.
 */
#include "base/available.h"
#include "plan/ir.h"
#include <stdlib.h>
#include <string.h>

enum { FEW = 4096 };

typedef struct buffer {
    size_t bytes, offset;
    int first, last; /* positions of units; feeds and kept values are live from -1 on, fetches to the end */
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

/* ---- the block ---- */
static int by_size(const void *a, const void *b)
{
    const buffer *x = *(const buffer *const *)a, *y = *(const buffer *const *)b;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : 1;
}

static int by_last(const void *a, const void *b)
{
    const buffer *x = *(const buffer *const *)a, *y = *(const buffer *const *)b;
    if (x->last != y->last) return x->last < y->last ? -1 : 1;
    return x < y ? -1 : 1;
}

/* Puts b at the lowest offset at which it overlaps none of n placed ones, in order of offset, that live when it does; and among them. */
static void put_lowest(const buffer **placed, int n, buffer *b)
{
    int at = 0;
    b->offset = 0;
    for (int k = 0; k < n; k++) {
        const buffer *o = placed[k];
        if (o->last < b->first || b->last < o->first) continue;
        if (b->offset + b->bytes <= o->offset) break;
        if (o->offset + o->bytes > b->offset) b->offset = o->offset + o->bytes;
    }
    for (at = n; at > 0 && placed[at - 1]->offset > b->offset; at--) placed[at] = placed[at - 1];
    placed[at] = b;
}

typedef struct hole {
    size_t offset, bytes;
} hole;

/* Gives a buffer's bytes back to the holes, which are in order and never touch. */
static void give_back(hole *holes, int *n, const buffer *b)
{
    int low = 0;
    for (int high = *n; low < high;) {
        const int middle = (low + high) / 2;
        if (holes[middle].offset < b->offset) low = middle + 1;
        else high = middle;
    }
    const bool before = low > 0 && holes[low - 1].offset + holes[low - 1].bytes == b->offset;
    const bool behind = low < *n && b->offset + b->bytes == holes[low].offset;
    if (before && behind) {
        holes[low - 1].bytes += b->bytes + holes[low].bytes;
        memmove(holes + low, holes + low + 1, (size_t)(--*n - low) * sizeof *holes);
    } else if (before) holes[low - 1].bytes += b->bytes;
    else if (behind) {
        holes[low].offset = b->offset;
        holes[low].bytes += b->bytes;
    } else {
        memmove(holes + low + 1, holes + low, (size_t)((*n)++ - low) * sizeof *holes);
        holes[low] = (hole){ b->offset, b->bytes };
    }
}

/* Buffers in the order in which they come to live, each in the first hole that is large enough. order: all, by the end of their lives. */
static void put_in_time(placer *p, buffer *const *order, hole *holes)
{
    int n = 1, ended = 0;
    holes[0] = (hole){ 0, SIZE_MAX / 2 };
    for (int i = 0; i < p->n; i++) {
        buffer *b = &p->buffers[i];
        for (; order[ended]->last < b->first; ended++) give_back(holes, &n, order[ended]);
        int at = 0;
        while (holes[at].bytes < b->bytes) at++;
        b->offset = holes[at].offset;
        holes[at].offset += b->bytes;
        holes[at].bytes -= b->bytes;
        if (!holes[at].bytes) memmove(holes + at, holes + at + 1, (size_t)(--n - at) * sizeof *holes);
    }
}

/* Memory that cannot be had now would be lent all the same, and the process killed when it writes there. */
static bm_status weigh(const placer *p, size_t bytes)
{
    const bmi_ir *ir = p->ir;
    size_t available;
    int most = 0, item = 0;
    char text[200];
    if (bmi_memory_fits(ir->plan->context, bytes, &available)) return BM_OK;
    for (int i = 1; i < p->n; i++)
        if (p->buffers[i].bytes > p->buffers[most].bytes) most = i;
    while (item + 1 < ir->n_items && ir->items[item].buffer != most) item++;
    return bmi_fail(ir->error, BM_E_MEMORY, ir->here,
                    "out of memory: the values of a run take %.3g GB, and %.3g GB of memory are available; the largest is "
                    "\"%s\", %s; fewer "
                    "rows at once (a smaller batch) or smaller layers take less",
                    (double)bytes * 1e-9, (double)available * 1e-9, ir->request->graph->nodes[ir->items[item].node].name,
                    bmi_shape_text(text, &ir->items[item].shape));
}

static bm_status lay_out(placer *p)
{
    bmi_ir *ir = p->ir;
    const bool few = p->n <= FEW;
    buffer **order = bmi_ir_alloc(ir, (size_t)p->n + 1, sizeof *order);
    void *work = bmi_ir_alloc(ir, (size_t)p->n + 2, few ? sizeof(buffer *) : sizeof(hole));
    if (!order || !work) return ir->error->status;
    for (int i = 0; i < p->n; i++) order[i] = &p->buffers[i];
    qsort(order, (size_t)p->n, sizeof *order, few ? by_size : by_last);
    for (int k = 0; few && k < p->n; k++) put_lowest(work, k, order[k]);
    if (!few) put_in_time(p, order, work);
    size_t total = 0;
    for (int i = 0; i < p->n; i++)
        if (p->buffers[i].offset + p->buffers[i].bytes > total) total = p->buffers[i].offset + p->buffers[i].bytes;
    bmi_plan *plan = ir->plan;
    plan->block_bytes = total;
    if (ir->request->block && ir->request->block_bytes >= total) plan->block = ir->request->block;
    else if (!weigh(p, total)) {
        plan->block = bmi_alloc_raw(plan->context, total + 1, 1); /* every buffer is written before it is read */
        plan->owns_block = true;
        if (!plan->block) return bmi_ir_no_memory(ir, total);
    }
    return ir->error->status;
}

static void set_memory(placer *p)
{
    bmi_ir *ir = p->ir;
    for (int i = 0; i < ir->n_items; i++) {
        bmi_item *item = &ir->items[i];
        if (!item->alive) continue;
        if (item->buffer >= 0) item->memory = (char *)ir->plan->block + p->buffers[item->buffer].offset;
        else if (bmi_ir_target(ir, item) >= 0) item->memory = ir->items[bmi_ir_target(ir, item)].home;
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
        if (ir->items[i].alive && (ir->items[i].source == BMI_FEED || ir->items[i].kept) &&
            !new_buffer(&p, &ir->items[i], -1, p.last[i]))
            return ir->error->status;
    for (int k = 0; k < ir->n_order; k++)
        if (!place_unit(&p, &ir->units[ir->order[k]])) return ir->error->status;
    if (lay_out(&p)) return ir->error->status;
    set_memory(&p);
    return BM_OK;
}
