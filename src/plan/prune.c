// SPDX-License-Identifier: Apache-2.0
/* Prune: the nodes that the fetches need, with shapes that the feeds make known. An input of which an operation uses only the
 * shape is not needed as a value (bm_op.shape_inputs).
 */
#include "base/text.h"
#include "plan/ir.h"
#include <string.h>

enum { SHAPE = 1, VALUE = 2 }; /* what of a node is needed */

/* Whether only the shape of input j is needed: never of the variable that an update writes. */
static bool shape_only(const bm_op *op, int j)
{
    return j < 32 && (op->shape_inputs >> j & 1) && !(op->flags & BM_OP_UPDATE && j == 0);
}

static int64_t feed_of(const bmi_plan_request *r, int64_t node)
{
    for (size_t i = 0; i < r->n_feed; i++)
        if (r->feed[i] == node) return (int64_t)i;
    return -1;
}

static void mark_needed(const bmi_ir *ir, unsigned char *need)
{
    const bmi_plan_request *r = ir->request;
    for (size_t i = 0; i < r->n_fetch; i++) need[r->fetch[i]] = SHAPE | VALUE;
    for (size_t i = r->graph->count; i-- > 0;) {
        if (!need[i]) continue;
        const bmi_node *node = &r->graph->nodes[i];
        for (int j = 0; j < node->n_in; j++) {
            need[node->in[j]] |= SHAPE | (shape_only(node->op, j) ? 0 : need[i] & VALUE);
        }
    }
}

/* The known shape of one node. */
static bool settle_shape(bmi_ir *ir, int64_t n, bm_shape *shapes)
{
    const bmi_plan_request *r = ir->request;
    const bmi_node *node = &r->graph->nodes[n];
    const int64_t feed = feed_of(r, n);
    if (feed >= 0) {
        shapes[n] = r->feed_shape[feed];
        return true;
    }
    if (!node->n_in) {
        shapes[n] = node->shape;
        return true;
    }
    bm_type *types = bmi_ir_alloc(ir, (size_t)node->n_in, sizeof *types);
    bm_shape *in = bmi_ir_alloc(ir, (size_t)node->n_in, sizeof *in);
    if (!types || !in) return false;
    bool known = true;
    for (int j = 0; j < node->n_in; j++) {
        types[j] = r->graph->nodes[node->in[j]].type;
        in[j] = shapes[node->in[j]];
        known = known && bmi_shape_known(in[j]);
    }
    bm_infer i = { .args = node->args,
                   .n_in = node->n_in,
                   .in_type = types,
                   .in_shape = in,
                   .error_ = ir->error,
                   .here = node->here,
                   .name = node->name,
                   .known = known };
    if (bmi_node_infer(node->op, &i)) return false;
    bool agrees = i.type == node->type && i.shape.rank == node->shape.rank;
    for (int64_t d = 0; agrees && d < i.shape.rank; d++) agrees = bmi_dims_fit(i.shape.dim[d], node->shape.dim[d]);
    char a[200], b[200];
    if (!agrees)
        bmi_fail(ir->error, BM_E_SHAPE, node->here, "%s: the infer of %s gave %s %s for the graph and gives %s %s for this run",
                 node->name, node->op->name, bm_type_name(node->type), bmi_shape_text(a, &node->shape), bm_type_name(i.type),
                 bmi_shape_text(b, &i.shape));
    shapes[n] = i.shape;
    return agrees;
}

static bool fill_item(bmi_ir *ir, bmi_item *item, int64_t n, const bm_shape *shapes, const unsigned char *need)
{
    const bmi_plan_request *r = ir->request;
    const bmi_node *node = &r->graph->nodes[n];
    *item = (bmi_item){ .op = node->op,
                        .args = node->args,
                        .n_in = node->n_in,
                        .type = node->type,
                        .shape = shapes[n],
                        .node = n,
                        .alive = true,
                        .unit = -1,
                        .buffer = -1 };
    if (node->op == &bmi_op_placeholder && feed_of(r, n) < 0) {
        bmi_fail(ir->error, BM_E_ARGUMENT, ir->here,
                 "run: the placeholder \"%s\" is needed and not fed; add {%s, tensor} to BM_FEEDS", node->name, node->name);
        return false;
    }
    if (!bmi_shape_known(item->shape) || !bmi_shape_size(item->shape, item->type, &item->size)) {
        char text[200];
        bmi_fail(ir->error, BM_E_SHAPE, node->here,
                 "%s: its shape %s is not known in this run or too large; feed what it depends on", node->name,
                 bmi_shape_text(text, &item->shape));
        return false;
    }
    item->in = bmi_ir_alloc(ir, (size_t)node->n_in + 1, sizeof *item->in);
    item->in_shape = bmi_ir_alloc(ir, (size_t)node->n_in + 1, sizeof *item->in_shape);
    if (!item->in || !item->in_shape) return false;
    for (int j = 0; j < node->n_in; j++) {
        item->in[j] = shape_only(node->op, j) || !(need[node->in[j]] & VALUE) ? -1 : ir->item_of[node->in[j]];
        item->in_shape[j] = shapes[node->in[j]];
    }
    if (feed_of(r, n) >= 0) item->source = BMI_FEED;
    else if (node->op == &bmi_op_variable) item->source = BMI_VARIABLE;
    else if (node->value) item->source = BMI_CONSTANT;
    if (item->source == BMI_VARIABLE) item->memory = item->home = r->variables.memory(r->variables.user, n);
    if (item->source == BMI_CONSTANT) item->memory = node->value->data;
    if (item->source != BMI_COMPUTED) item->n_in = 0;
    if (item->source == BMI_VARIABLE && !item->memory) return bmi_ir_no_memory(ir, (size_t)item->size), false;
    return true;
}

bm_status bmi_pass_prune(bmi_ir *ir)
{
    const bmi_plan_request *r = ir->request;
    const size_t n = r->graph->count;
    unsigned char *need = bmi_ir_alloc(ir, n, 1);
    bm_shape *shapes = bmi_ir_alloc(ir, n, sizeof *shapes);
    ir->item_of = bmi_ir_alloc(ir, n, sizeof *ir->item_of);
    if (!need || !shapes || !ir->item_of) return ir->error->status;
    mark_needed(ir, need);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        ir->item_of[i] = need[i] & VALUE ? (int)count++ : -1;
        if (need[i] && !settle_shape(ir, (int64_t)i, shapes)) return ir->error->status;
    }
    ir->items = bmi_ir_alloc(ir, count + 1, sizeof *ir->items);
    if (!ir->items) return ir->error->status;
    for (size_t i = 0; i < n; i++)
        if (need[i] & VALUE && !fill_item(ir, &ir->items[ir->n_items++], (int64_t)i, shapes, need)) return ir->error->status;
    for (size_t i = 0; i < r->n_fetch; i++) ir->items[ir->item_of[r->fetch[i]]].fetched = true;
    ir->guard = r->guard >= 0 ? ir->item_of[r->guard] : -1;
    bmi_ir_sweep(ir); /* what only a fed node needed */
    return BM_OK;
}
