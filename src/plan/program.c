// SPDX-License-Identifier: Apache-2.0
/* The elementwise chain of a unit as a register program: operands and results with strides, collapsed to as few dimensions as
 * all of them allow.
 */
#include "plan/ir.h"
#include <string.h>

typedef struct builder {
    bmi_ir *ir;
    bmi_program_spec *spec;
    bm_shape space; /* that the chain runs over */
    int64_t stride[BMI_PROGRAM_OPERANDS + BMI_PROGRAM_RESULTS][BM_MAX_RANK];
    int operand_item[BMI_PROGRAM_OPERANDS];
    const int *items;
    int n_items;
    int16_t value[BMI_PROGRAM_STEPS]; /* of each item: the step that makes it */
} builder;

/* Strides of an array in the space of a chain: 0 where it is broadcast. */
static void strides_in(const bm_shape *space, const bm_shape *shape, int64_t stride[BM_MAX_RANK])
{
    int64_t step = 1;
    memset(stride, 0, sizeof(int64_t) * BM_MAX_RANK);
    for (int64_t i = shape->rank - 1, k = space->rank - 1; i >= 0 && k >= 0; i--, k--) {
        stride[k] = shape->dim[i] == 1 ? 0 : step;
        step *= shape->dim[i];
    }
}

/* The place of an item in the chain, or -1. */
static int place_of(const builder *b, int item)
{
    for (int i = 0; i < b->n_items; i++)
        if (b->items[i] == item) return i;
    return -1;
}

/* Index of a value: the step that makes it, or an operand (added when new). False when there are too many. */
static bool value_of(builder *b, int item, int16_t *value)
{
    const int place = place_of(b, item);
    *value = place >= 0 ? b->value[place] : 0;
    if (place >= 0) return true;
    int i = 0;
    while (i < b->spec->n_operands && b->operand_item[i] != item) i++;
    if (i == BMI_PROGRAM_OPERANDS) return false;
    if (i == b->spec->n_operands) {
        const bmi_item *from = &b->ir->items[item];
        b->operand_item[i] = item;
        b->spec->operand[i] = (bmi_program_array){ .at = from->memory, .type = from->type };
        strides_in(&b->space, &from->shape, b->stride[i]);
        b->spec->n_operands++;
    }
    *value = (int16_t)(-1 - i);
    return true;
}

/* Item i as a step. An assignment of a value of the chain needs none: it is that value, stored elsewhere. */
static bool add_step(builder *b, int i)
{
    const bmi_item *item = &b->ir->items[b->items[i]];
    const int given =
        item->op->flags & BM_OP_UPDATE && item->op->shape_inputs & 1 && item->n_in == 2 ? place_of(b, item->in[1]) : -1;
    b->value[i] = (int16_t)(given >= 0 ? b->value[given] : b->spec->n_steps);
    if (given >= 0) return true;
    bmi_program_step *s = &b->spec->step[b->spec->n_steps];
    *s = (bmi_program_step){ .code = (const bmi_vector_code *)item->op->vector, .a = BMI_NONE, .b = BMI_NONE, .c = BMI_NONE };
    int16_t *in[3] = { &s->a, &s->b, &s->c };
    for (int j = 0, k = 0; j < item->n_in && k < 3; j++)
        if (item->in[j] >= 0 && !(item->op->shape_inputs >> j & 1) && !value_of(b, item->in[j], in[k++])) return false;
    if (item->args && item->op->args_size)
        memcpy(s->p, item->args, item->op->args_size < sizeof s->p ? item->op->args_size : sizeof s->p);
    b->spec->n_steps++;
    return true;
}

/* Whether anything but the chain itself needs the value of its step i. */
static bool needed_outside(const builder *b, int i)
{
    const bmi_ir *ir = b->ir;
    const int item = b->items[i];
    if (ir->items[item].fetched || item == ir->guard || bmi_ir_target(ir, &ir->items[item]) >= 0) return true;
    for (int k = ir->user_at[item]; k < ir->user_at[item + 1]; k++)
        if (place_of(b, ir->users[k]) < 0) return true;
    return false;
}

static bool add_result(builder *b, int i)
{
    const bmi_item *item = &b->ir->items[b->items[i]];
    if (!needed_outside(b, i)) return true;
    if (b->spec->n_results == BMI_PROGRAM_RESULTS) return false;
    const int r = b->spec->n_results++;
    b->spec->result[r] = (bmi_program_array){ .at = item->memory, .type = item->type };
    b->spec->result_of[r] = b->value[i];
    strides_in(&b->space, &item->shape, b->stride[BMI_PROGRAM_OPERANDS + r]);
    return true;
}

/* The arrays of a spec: operands, then results. */
static int n_arrays(const builder *b)
{
    return b->spec->n_operands + b->spec->n_results;
}
static int slot_of(const builder *b, int i)
{
    return i < b->spec->n_operands ? i : BMI_PROGRAM_OPERANDS + i - b->spec->n_operands;
}

static bool joins(const builder *b, int64_t outer, int64_t inner, int64_t inner_size)
{
    for (int i = 0; i < n_arrays(b); i++)
        if (b->stride[slot_of(b, i)][outer] != b->stride[slot_of(b, i)][inner] * inner_size) return false;
    return true;
}

/* Collapses dimensions from the last one on; for an epilogue the last stays as it is (the columns of the product) and the others
 * must become one. False when too many stay. */
static bool collapse(builder *b, bool epilogue)
{
    int64_t size[BM_MAX_RANK] = { 1, 1 }, axis[BM_MAX_RANK] = { 0 }; /* what stays, innermost first; whose strides it has */
    int64_t n = 0, last = b->space.rank - 1;
    if (epilogue && last >= 0) {
        size[0] = b->space.dim[last];
        axis[0] = last--;
        n = 1;
    }
    const int64_t kept = n;
    for (int64_t k = last; k >= 0; k--) {
        if (b->space.dim[k] == 1) continue;
        if (n > kept && joins(b, k, axis[n - 1], size[n - 1])) size[n - 1] *= b->space.dim[k];
        else {
            size[n] = b->space.dim[k];
            axis[n++] = k;
        }
    }
    if (n > (epilogue ? 2 : 2 + BMI_PROGRAM_OUTER)) return false;
    b->spec->cols = n > 0 ? size[0] : 1;
    b->spec->rows = n > 1 ? size[1] : 1;
    b->spec->n_outer = n > 2 ? (int)n - 2 : 0;
    for (int k = 0; k < b->spec->n_outer; k++) b->spec->outer[k] = size[n - 1 - k];
    for (int i = 0; i < n_arrays(b); i++) {
        bmi_program_array *a = i < b->spec->n_operands ? &b->spec->operand[i] : &b->spec->result[i - b->spec->n_operands];
        int64_t *stride = b->stride[slot_of(b, i)];
        a->col = n > 0 ? stride[axis[0]] : 0;
        a->row = n > 1 ? stride[axis[1]] : 0;
        for (int k = 0; k < b->spec->n_outer; k++) a->outer[k] = stride[axis[n - 1 - k]];
    }
    return true;
}

/* The type that an item is computed in: its own or, of a comparison, that of what it compares; 0 where any will do. What is cast is
 * converted where it is read. */
static bm_type computed_in(const bmi_ir *ir, const bmi_item *item)
{
    if (bmi_type_is_real(item->type)) return item->type;
    for (int j = 0; j < item->n_in; j++)
        if (item->in[j] >= 0 && bmi_type_is_real(ir->items[item->in[j]].type)) return ir->items[item->in[j]].type;
    return (bm_type)0;
}

static bool build(bmi_ir *ir, const int *items, int n, bool epilogue, bmi_program_spec *spec)
{
    bm_type real = (bm_type)0;
    builder b = { .ir = ir, .spec = spec, .space = ir->items[items[0]].shape, .items = items, .n_items = n };
    memset(spec, 0, sizeof *spec);
    if (n > BMI_PROGRAM_STEPS) return false;
    for (int i = 0; i < n; i++) {
        const bm_type type = computed_in(ir, &ir->items[items[i]]);
        if (type && real && type != real) return false;
        if (type) real = type;
        if (!add_step(&b, i)) return false;
    }
    spec->real = real == BM_F64 ? BMI_REAL_F64 : BMI_REAL_F32;
    for (int i = 0; i < n; i++)
        if (!add_result(&b, i)) return false;
    return collapse(&b, epilogue);
}

bool bmi_ir_fits_program(bmi_ir *ir, const int *items, int n, bool epilogue)
{
    bmi_program_spec spec;
    return build(ir, items, n, epilogue, &spec);
}

bm_status bmi_ir_program(bmi_ir *ir, const bmi_unit *u, bmi_program_spec *spec)
{
    const int skip = u->contraction >= 0;
    if (build(ir, u->items + skip, u->n_items - skip, skip, spec)) return BM_OK;
    return bmi_fail(ir->error, BM_E_UNSUPPORTED, ir->here, "plan: a chain of %d operations does not fit a program", u->n_items);
}
