// SPDX-License-Identifier: Apache-2.0
/* Simplify: algebra that changes no bit of the result. What only renames or reshapes to the same shape goes; arithmetic with a
 * constant number becomes an operation with that number inside; broadcasts are left to the programs that read them; groups
 * become roots.
 */
#include "base/kinds.h"
#include "plan/ir.h"
#include <string.h>

enum { UNIFORM_ELEMENTS = 4096 }; /* constants up to here are looked through for being one number */

typedef struct known_ops {
    const bm_op *broadcast_like, *sum_like, *cast, *sum, *mean, *max, *min, *prod, *reshape, *scale, *shift, *mul, *add, *sub,
        *div, *group;
} known_ops;

static known_ops find_ops(void)
{
    return (known_ops){
        .sum = bmi_kind_find("op", "sum"),
        .mean = bmi_kind_find("op", "mean"),
        .max = bmi_kind_find("op", "max"),
        .min = bmi_kind_find("op", "min"),
        .prod = bmi_kind_find("op", "prod"),
        .reshape = bmi_kind_find("op", "reshape"),
        .broadcast_like = bmi_kind_find("op", "broadcast_like"),
        .sum_like = bmi_kind_find("op", "sum_like"),
        .cast = bmi_kind_find("op", "cast"),
        .scale = bmi_kind_find("op", "scale"),
        .shift = bmi_kind_find("op", "shift"),
        .mul = bmi_kind_find("op", "mul"),
        .add = bmi_kind_find("op", "add"),
        .sub = bmi_kind_find("op", "sub"),
        .div = bmi_kind_find("op", "div"),
        .group = bmi_kind_find("op", "group"),
    };
}

/* A view of a view shows the first one's input. */
static void skip_views(const bmi_ir *ir, bmi_item *item)
{
    while (item->op->flags & BM_OP_VIEW && ir->items[item->in[0]].source == BMI_COMPUTED &&
           ir->items[item->in[0]].op->flags & BM_OP_VIEW) {
        item->in_shape[0] = ir->items[ir->items[item->in[0]].in[0]].shape;
        item->in[0] = ir->items[item->in[0]].in[0];
    }
}

static bool same_as_input(const bmi_ir *ir, const bmi_item *item, const known_ops *ops)
{
    if (item->n_in < 1 || item->in[0] < 0) return false;
    const bmi_item *in = &ir->items[item->in[0]];
    if (in->type != item->type || !bmi_shape_equal(in->shape, item->shape)) return false;
    return item->op->flags & BM_OP_VIEW || item->op == ops->broadcast_like || item->op == ops->sum_like ||
           item->op == ops->cast;
}

/* A reduction of groups of one element only gives them another shape. */
static void reduce_nothing(const bmi_ir *ir, bmi_item *item, const known_ops *ops)
{
    const bm_op *op = item->op;
    if (op != ops->sum_like && op != ops->sum && op != ops->mean && op != ops->max && op != ops->min && op != ops->prod) return;
    if (!ops->reshape || !item->size || ir->items[item->in[0]].size != item->size) return;
    bm_shape *shape = bmi_arena_alloc(&ir->plan->arena, 1, ops->reshape->args_size); /* reshape's argument, as it compares it */
    if (!shape) return;                                                              /* the form it has is right too */
    for (int64_t d = shape->rank = item->shape.rank; d-- > 0;) shape->dim[d] = item->shape.dim[d];
    item->op = ops->reshape;
    item->args = shape;
    item->n_in = 1;
}

/* The number that an input is everywhere: a constant of equal elements, maybe broadcast. */
static bool number_of(const bmi_ir *ir, int i, const known_ops *ops, double *value)
{
    while (ir->items[i].source == BMI_COMPUTED &&
           (ir->items[i].op->flags & BM_OP_VIEW || ir->items[i].op == ops->broadcast_like))
        i = ir->items[i].in[0];
    const bmi_item *item = &ir->items[i];
    const size_t size = bm_type_size(item->type);
    if (item->source != BMI_CONSTANT || !item->size || item->size > UNIFORM_ELEMENTS || !bmi_type_is_real(item->type))
        return false;
    if (memcmp(item->memory, (const char *)item->memory + size, size * (size_t)(item->size - 1)) != 0)
        return false; /* each equals the next */
    *value = item->type == BM_F32 ? (double)*(const float *)item->memory : *(const double *)item->memory;
    return true;
}

/* Makes item `op`(in, value) with one number as argument. */
static bool with_number(bmi_ir *ir, bmi_item *item, const bm_op *op, int in, double value)
{
    double *args = op ? bmi_arena_alloc(&ir->plan->arena, 1, op->args_size) : NULL;
    if (!args) return false; /* the form it has is right too */
    args[0] = value;
    item->op = op;
    item->args = args;
    item->in[0] = in;
    item->in_shape[0] = ir->items[in].shape;
    item->n_in = 1;
    return true;
}

/* x * c, x + c, x - c with a number c. */
static void take_number(bmi_ir *ir, bmi_item *item, const known_ops *ops)
{
    if ((item->op != ops->mul && item->op != ops->add && item->op != ops->sub) || !bmi_type_is_real(item->type)) return;
    for (int side = 1; side >= 0; side--) {
        const int other = item->in[1 - side];
        double value;
        if (!bmi_shape_equal(ir->items[other].shape, item->shape) || !number_of(ir, item->in[side], ops, &value)) continue;
        if (item->op == ops->mul) with_number(ir, item, ops->scale, other, value);
        else if (item->op == ops->add) with_number(ir, item, ops->shift, other, value);
        else if (side == 1) with_number(ir, item, ops->shift, other, -value);
        else continue;
        return;
    }
}

/* Does nothing to its input: x * 1, x + 0 (except that -0 + 0 is 0, so only x + -0), x / 1. */
static bool neutral(const bmi_ir *ir, const bmi_item *item, const known_ops *ops)
{
    double value;
    if (item->op == ops->scale && item->args) return *(const double *)item->args == 1;
    if (item->op == ops->div && item->n_in == 2 && bmi_shape_equal(ir->items[item->in[0]].shape, item->shape))
        return number_of(ir, item->in[1], ops, &value) && value == 1;
    return false;
}

/* Whether elementwise items may read what a computed item shows instead of it: a broadcast, or a view that only puts ones in front
 * of a computed array or takes them away. */
static bool seen_through(const bmi_ir *ir, const bmi_item *in, const known_ops *ops)
{
    if (in->op == ops->broadcast_like) return true;
    return in->op->flags & BM_OP_VIEW && ir->items[in->in[0]].source == BMI_COMPUTED &&
           bmi_ir_alike(&in->shape, &ir->items[in->in[0]].shape);
}

static void read_through(bmi_ir *ir, bmi_item *item, const known_ops *ops)
{
    if (!bmi_ir_fusable(ir, item) || item->op == ops->broadcast_like) return;
    for (int j = 0; j < item->n_in; j++) {
        const bmi_item *in = item->in[j] < 0 ? NULL : &ir->items[item->in[j]];
        if (!in || in->source != BMI_COMPUTED || !seen_through(ir, in, ops) || (item->op->flags & BM_OP_UPDATE && j == 0))
            continue;
        item->in_shape[j] = ir->items[in->in[0]].shape;
        item->in[j] = in->in[0];
    }
}

static void open_group(bmi_ir *ir, bmi_item *item)
{
    for (int j = 0; j < item->n_in; j++)
        if (item->in[j] >= 0) ir->items[item->in[j]].rooted = true;
    item->memory = bmi_arena_alloc(&ir->plan->arena, 1, sizeof(double));
    if (!item->memory) bmi_ir_no_memory(ir, sizeof(double));
    item->source = BMI_CONSTANT;
    item->n_in = 0;
}

bm_status bmi_pass_simplify(bmi_ir *ir)
{
    const known_ops ops = find_ops();
    for (int i = ir->n_items; i-- > 0;) /* users first: an outer group opens before its inner ones */
        if (ir->items[i].alive && ir->items[i].source == BMI_COMPUTED && ir->items[i].op == ops.group)
            open_group(ir, &ir->items[i]);
    if (bmi_ir_begin_replacing(ir)) return ir->error->status;
    for (int i = 0; i < ir->n_items && !ir->error->status; i++) {
        bmi_item *item = &ir->items[i];
        bmi_ir_follow(ir, item);
        if (!item->alive || item->source != BMI_COMPUTED || item->op->flags & BM_OP_UPDATE) continue;
        reduce_nothing(ir, item, &ops);
        skip_views(ir, item);
        take_number(ir, item, &ops);
        if (same_as_input(ir, item, &ops) || neutral(ir, item, &ops)) bmi_ir_replace(ir, i, item->in[0]);
    }
    bmi_ir_settle(ir);
    for (int i = 0; i < ir->n_items; i++)
        if (ir->items[i].alive && ir->items[i].source == BMI_COMPUTED) read_through(ir, &ir->items[i], &ops);
    bmi_ir_sweep(ir);
    return ir->error->status;
}
