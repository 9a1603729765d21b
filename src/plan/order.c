// SPDX-License-Identifier: Apache-2.0
/* Order: units in an order in which each runs after what it needs (bmi_ir_before), and that keeps little memory in use: of the
 * units that could run next, the one that adds least to what is live (a greedy list schedule). Ties go by creation. Those that could
 * run lie in a heap; a unit whose growth has become less, since it is now the last reader of something, is put in once more.
 */
#include "plan/ir.h"
#include <string.h>

typedef struct ready {
    double growth;
    int unit;
} ready;

typedef struct scheduler {
    bmi_ir *ir;
    int *waits;          /* units that must still run before unit u */
    int *next_at, *next; /* who waits for u: next[next_at[u]] .. */
    int *left;           /* users of an item's memory still to run */
    int count;
    ready *heap; /* the least growth first */
    size_t n_heap, room;
} scheduler;

static bool count_one(bmi_ir *ir, int unit, void *user)
{
    (void)ir;
    scheduler *s = user;
    s->next_at[unit + 2]++;
    s->count++;
    return true;
}

typedef struct edge {
    scheduler *s;
    int to;
} edge;

static bool add_one(bmi_ir *ir, int unit, void *user)
{
    (void)ir;
    const edge *e = user;
    e->s->next[e->s->next_at[unit + 1]++] = e->to;
    e->s->waits[e->to]++;
    return true;
}

/* Bytes that running a unit makes live, less those it is the last to read. */
static double growth(const scheduler *s, int u)
{
    const bmi_ir *ir = s->ir;
    const bmi_unit *unit = &ir->units[u];
    double bytes = 0;
    for (int k = 0; k < unit->n_items; k++) {
        const bmi_item *item = &ir->items[unit->items[k]];
        if (bmi_ir_escapes(ir, unit->items[k]) && bmi_ir_target(ir, item) < 0)
            bytes += (double)item->size * (double)bm_type_size(item->type);
        for (int j = 0; j < item->n_in; j++) {
            if (item->in[j] < 0) continue;
            const int base = bmi_ir_base(ir, item->in[j]);
            const bmi_item *from = &ir->items[base];
            if (from->source == BMI_COMPUTED && from->unit != u && !from->fetched && s->left[base] == 1)
                bytes -= (double)from->size * (double)bm_type_size(from->type);
        }
    }
    return bytes;
}

static bool less(const ready *a, const ready *b)
{
    return a->growth != b->growth ? a->growth < b->growth : a->unit < b->unit;
}

static bool push(scheduler *s, int unit)
{
    const ready one = { growth(s, unit), unit };
    if (s->n_heap == s->room) {
        ready *larger = bmi_ir_alloc(s->ir, 2 * s->room, sizeof *larger);
        if (!larger) return false;
        memcpy(larger, s->heap, s->n_heap * sizeof *larger);
        s->heap = larger;
        s->room *= 2;
    }
    size_t at = s->n_heap++;
    for (; at && less(&one, &s->heap[(at - 1) / 2]); at = (at - 1) / 2) s->heap[at] = s->heap[(at - 1) / 2];
    s->heap[at] = one;
    return true;
}

/* The unit that grows least of those that could run and have not yet; -1 when there is none. */
static int pop(scheduler *s)
{
    while (s->n_heap) {
        const int unit = s->heap[0].unit;
        const ready last = s->heap[--s->n_heap];
        size_t at = 0;
        for (size_t child; (child = 2 * at + 1) < s->n_heap; at = child) {
            if (child + 1 < s->n_heap && less(&s->heap[child + 1], &s->heap[child])) child++;
            if (!less(&s->heap[child], &last)) break;
            s->heap[at] = s->heap[child];
        }
        s->heap[at] = last;
        if (s->waits[unit] == 0) return unit;
    }
    return -1;
}

/* An item's memory, views of it included, has one reader left: where that one could run, it grows less now. */
static bool note_last_reader(scheduler *s, int item)
{
    const bmi_ir *ir = s->ir;
    for (int k = ir->user_at[item]; k < ir->user_at[item + 1]; k++) {
        const bmi_item *reader = &ir->items[ir->users[k]];
        if (reader->op->flags & BM_OP_VIEW) {
            if (!note_last_reader(s, ir->users[k])) return false;
        } else if (reader->unit >= 0 && s->waits[reader->unit] == 0) return push(s, reader->unit);
    }
    return true;
}

static bool run_one(scheduler *s, int u)
{
    bmi_ir *ir = s->ir;
    const bmi_unit *unit = &ir->units[u];
    ir->units[u].position = ir->n_order;
    ir->order[ir->n_order++] = u;
    s->waits[u] = -1;
    for (int k = 0; k < unit->n_items; k++)
        for (int j = 0; j < ir->items[unit->items[k]].n_in; j++) {
            if (ir->items[unit->items[k]].in[j] < 0) continue;
            const int base = bmi_ir_base(ir, ir->items[unit->items[k]].in[j]);
            if (--s->left[base] == 1 && !note_last_reader(s, base)) return false;
        }
    for (int k = s->next_at[u]; k < s->next_at[u + 1]; k++)
        if (!--s->waits[s->next[k]] && !push(s, s->next[k])) return false;
    return true;
}

static bool prepare(scheduler *s)
{
    bmi_ir *ir = s->ir;
    const size_t n = (size_t)ir->n_units;
    s->waits = bmi_ir_alloc(ir, n + 1, sizeof *s->waits);
    s->next_at = bmi_ir_alloc(ir, n + 3, sizeof *s->next_at);
    s->left = bmi_ir_alloc(ir, (size_t)ir->n_items + 1, sizeof *s->left);
    ir->order = bmi_ir_alloc(ir, n + 1, sizeof *ir->order);
    s->room = n + 1;
    s->heap = bmi_ir_alloc(ir, s->room, sizeof *s->heap);
    if (!s->waits || !s->next_at || !s->left || !ir->order || !s->heap) return false;
    for (int u = 0; u < ir->n_units; u++) bmi_ir_before(ir, u, count_one, s);
    s->next = bmi_ir_alloc(ir, (size_t)s->count + 1, sizeof *s->next);
    if (!s->next) return false;
    for (size_t u = 2; u < n + 2; u++) s->next_at[u] += s->next_at[u - 1];
    for (int u = 0; u < ir->n_units; u++) bmi_ir_before(ir, u, add_one, &(edge){ s, u });
    for (int u = 0; u < ir->n_units; u++)
        for (int k = 0; k < ir->units[u].n_items; k++)
            for (int j = 0; j < ir->items[ir->units[u].items[k]].n_in; j++)
                if (ir->items[ir->units[u].items[k]].in[j] >= 0)
                    s->left[bmi_ir_base(ir, ir->items[ir->units[u].items[k]].in[j])]++;
    return true;
}

bm_status bmi_pass_order(bmi_ir *ir)
{
    scheduler s = { .ir = ir };
    if (bmi_ir_list_users(ir) || !prepare(&s)) return ir->error->status;
    for (int u = 0; u < ir->n_units; u++)
        if (!s.waits[u] && !push(&s, u)) return ir->error->status;
    while (ir->n_order < ir->n_units) {
        const int u = pop(&s);
        if (u < 0)
            return bmi_fail(
                ir->error, BM_E_ARGUMENT, ir->here,
                "run: the loss depends on the new value of a variable, which is written only after the loss is known "
                "to be finite; let the loss read the value that is assigned, not the update");
        if (!run_one(&s, u)) return ir->error->status;
    }
    return BM_OK;
}
