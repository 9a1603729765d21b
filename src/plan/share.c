// SPDX-License-Identifier: Apache-2.0
/* Share: items that compute the same from the same become one (value numbering by hash). Random operations and updates never.
 */
#include "plan/ir.h"
#include <string.h>

static uint64_t mix(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) h = (h ^ at[i]) * UINT64_C(1099511628211);
    return h;
}

static size_t constant_bytes(const bmi_item *item)
{
    return (size_t)item->size * bm_type_size(item->type);
}

/* Small constants count as equal by value, computed items by operation, arguments, inputs and shape. */
static bool sharable(const bmi_item *item)
{
    if (!item->alive) return false;
    if (item->source == BMI_CONSTANT) return constant_bytes(item) <= 64;
    return item->source == BMI_COMPUTED && !(item->op->flags & (BM_OP_RANDOM | BM_OP_UPDATE));
}

static uint64_t hash_item(const bmi_item *item)
{
    uint64_t h = UINT64_C(14695981039346656037);
    h = mix(h, &item->type, sizeof item->type);
    h = mix(h, &item->shape.rank, sizeof item->shape.rank);
    h = mix(h, item->shape.dim, sizeof *item->shape.dim * (size_t)item->shape.rank);
    if (item->source == BMI_CONSTANT) return mix(h, item->memory, constant_bytes(item));
    h = mix(h, &item->op, sizeof item->op);
    if (item->args) h = mix(h, item->args, item->op->args_size);
    return mix(h, item->in, sizeof *item->in * (size_t)item->n_in);
}

static bool equal(const bmi_item *a, const bmi_item *b)
{
    if (a->source != b->source || a->type != b->type || !bmi_shape_equal(a->shape, b->shape)) return false;
    if (a->source == BMI_CONSTANT) return memcmp(a->memory, b->memory, constant_bytes(a)) == 0;
    if (a->op != b->op || a->n_in != b->n_in || memcmp(a->in, b->in, sizeof *a->in * (size_t)a->n_in) != 0) return false;
    return !a->op->args_size || memcmp(a->args, b->args, a->op->args_size) == 0;
}

bm_status bmi_pass_share(bmi_ir *ir)
{
    size_t size = 64;
    while (size < 2 * (size_t)ir->n_items) size *= 2;
    int *table = bmi_ir_alloc(ir, size, sizeof *table); /* item + 1; 0 is empty */
    if (!table || bmi_ir_begin_replacing(ir)) return ir->error->status;
    for (int i = 0; i < ir->n_items; i++) {
        bmi_ir_follow(ir, &ir->items[i]);
        if (!sharable(&ir->items[i])) continue;
        size_t at = hash_item(&ir->items[i]) & (size - 1);
        while (table[at] && !equal(&ir->items[table[at] - 1], &ir->items[i])) at = (at + 1) & (size - 1);
        if (table[at]) bmi_ir_replace(ir, i, table[at] - 1);
        else table[at] = i + 1;
    }
    bmi_ir_settle(ir);
    bmi_ir_sweep(ir);
    return BM_OK;
}
