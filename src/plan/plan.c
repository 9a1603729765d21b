// SPDX-License-Identifier: Apache-2.0
/* Making a plan: the passes in their order.
 */
#include "plan/ir.h"
#include "base/clock.h"
#include <string.h>

/* ---- values of variables from before the run ---- */
typedef struct keep_old {
    const void *from;
    void *to;
    size_t bytes;
} keep_old;

static void run_keep_old(const void *args, int part, int parts)
{
    const keep_old *k = args;
    (void)part, (void)parts;
    memcpy(k->to, k->from, k->bytes);
}

/* Whether a fetch would show the new value of a variable though it is a reader, which sees the one from before the run. */
static bool shows_new_value(const bmi_ir *ir, int64_t node, int item)
{
    const int base = bmi_ir_base(ir, item);
    if (ir->request->graph->nodes[node].op == &bmi_op_variable || ir->items[base].source != BMI_VARIABLE ||
        ir->items[base].kept)
        return false;
    for (int i = 0; i < ir->n_items; i++)
        if (ir->items[i].alive && bmi_ir_target(ir, &ir->items[i]) == base) return true;
    return false;
}

/* Copies memory before anything else runs. */
static bm_status copy_first(bmi_ir *ir, const void *from, void *to, size_t bytes)
{
    bmi_plan *p = ir->plan;
    keep_old *k = bmi_arena_alloc(&p->arena, 1, sizeof *k);
    if (!k || !bmi_grow(p->context, (void **)&p->steps, &p->steps_capacity, p->n_steps + 1, sizeof *p->steps))
        return bmi_ir_no_memory(ir, sizeof *k);
    *k = (keep_old){ from, to, bytes };
    memmove(p->steps + 1, p->steps, p->n_steps++ * sizeof *p->steps);
    p->steps[0] = (bmi_step){ .kernel = run_keep_old, .args = k, .parts = 1, .unit = 0, .what = "old value" };
    return BM_OK;
}

static bm_status keep_fetch(bmi_ir *ir, bm_array *a)
{
    const size_t bytes = (size_t)a->size * bm_type_size(a->type);
    const void *from = a->data;
    a->data = bmi_arena_alloc(&ir->plan->arena, bytes, 1);
    return a->data ? copy_first(ir, from, a->data, bytes) : bmi_ir_no_memory(ir, bytes);
}

static bm_status keep_variables(bmi_ir *ir)
{
    for (int i = 0; i < ir->n_items && !ir->error->status; i++) {
        const bmi_item *item = &ir->items[i];
        if (item->alive && item->kept) copy_first(ir, item->home, item->memory, (size_t)item->size * bm_type_size(item->type));
    }
    return ir->error->status;
}

static bm_status make_ports(bmi_ir *ir)
{
    const bmi_plan_request *r = ir->request;
    bmi_plan *p = ir->plan;
    p->feeds = bmi_arena_alloc(&p->arena, r->n_feed + 1, sizeof *p->feeds);
    p->fetches = bmi_arena_alloc(&p->arena, r->n_fetch + 1, sizeof *p->fetches);
    if (!p->feeds || !p->fetches) return bmi_ir_no_memory(ir, sizeof(bmi_port) * (r->n_feed + r->n_fetch));
    for (size_t i = 0; i < r->n_feed + r->n_fetch; i++) {
        const bool feed = i < r->n_feed;
        const int64_t node = feed ? r->feed[i] : r->fetch[i - r->n_feed];
        const int item = ir->item_of[node];
        bmi_port *port = feed ? &p->feeds[p->n_feeds++] : &p->fetches[p->n_fetches++];
        const bmi_item *from = item >= 0 ? &ir->items[item] : NULL;
        port->node = node;
        if (from && (from->alive || from->source == BMI_CONSTANT))
            port->array = (bm_array){ from->type, from->shape, from->size, from->memory };
        if (from && from->home && r->graph->nodes[node].op == &bmi_op_variable) port->array.data = from->home;
        if (!feed && from && shows_new_value(ir, node, item) && keep_fetch(ir, &port->array)) return ir->error->status;
    }
    return BM_OK;
}

/* Two updates of one variable in a run would need an order that nothing gives. */
static bm_status check_updates(bmi_ir *ir)
{
    int *writer = bmi_ir_alloc(ir, (size_t)ir->n_items + 1, sizeof *writer);
    for (int i = 0; writer && i < ir->n_items; i++) {
        const int target = ir->items[i].alive ? bmi_ir_target(ir, &ir->items[i]) : -1;
        if (target < 0) continue;
        const bmi_node *nodes = ir->request->graph->nodes;
        if (ir->items[target].source != BMI_VARIABLE)
            return bmi_fail(ir->error, BM_E_ARGUMENT, nodes[ir->items[i].node].here,
                            "%s: its first input, \"%s\", is no variable", nodes[ir->items[i].node].name,
                            nodes[ir->items[target].node].name);
        if (writer[target]++)
            return bmi_fail(ir->error, BM_E_ARGUMENT, nodes[ir->items[i].node].here,
                            "%s: the variable \"%s\" is updated twice in one run; fetch the updates in two runs",
                            nodes[ir->items[i].node].name, nodes[ir->items[target].node].name);
    }
    return ir->error->status;
}

static bm_status run_passes(bmi_ir *ir)
{
    bm_status (*const passes[])(bmi_ir *) = { bmi_pass_prune, bmi_pass_fold, bmi_pass_simplify, bmi_pass_fold,
                                              bmi_pass_share, check_updates, bmi_pass_fuse,     bmi_pass_order,
                                              bmi_pass_place, bmi_pass_bind, keep_variables,    make_ports };
    for (size_t i = 0; i < BMI_COUNT(passes); i++)
        if (passes[i](ir)) break;
    return ir->error->status;
}

bmi_plan *bmi_plan_make(bmi_error *e, bm_place here, const bmi_plan_request *request)
{
    bm_context *context = request->graph->object.context;
    const double start = bmi_now();
    bmi_plan *p = bmi_alloc(context, 1, sizeof *p);
    if (!p) {
        bmi_fail_memory(e, here, sizeof *p, "a plan");
        return NULL;
    }
    p->context = context;
    p->arena.context = context;
    p->threads = request->threads;
    bmi_ir ir = { .request = request, .plan = p, .error = e, .here = here, .scratch = { .context = context }, .guard = -1 };
    run_passes(&ir);
    bmi_arena_end(&ir.scratch);
    p->seconds = bmi_now() - start;
    if (!e->status) return p;
    bmi_plan_free(p);
    return NULL;
}

void bmi_plan_free(bmi_plan *p)
{
    if (!p) return;
    bm_context *context = p->context;
    if (p->owns_block) bmi_release(context, p->block, p->block_bytes + 1, 1);
    bmi_release(context, p->steps, p->steps_capacity, sizeof *p->steps);
    bmi_arena_end(&p->arena);
    bmi_release(context, p, 1, sizeof *p);
}
