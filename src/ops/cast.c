// SPDX-License-Identifier: Apache-2.0
/* Conversion between element types. Reals become whole numbers towards zero, held inside the type's range (NaN becomes 0);
 * whole numbers become narrower ones modulo the width. To bool is the comparison with 0. Gradient: dy in x's type.
 */
#include "base/kinds.h"
#include "ops/elementwise.h"
#include "ops/walk.h"

static bm_status infer(bm_infer *i)
{
    i->type = (bm_type) * (const int64_t *)i->args;
    i->shape = i->in_shape[0];
    if (bm_type_size(i->type) && i->type != BM_BOOL) return BM_OK;
    return bm_infer_fail(i, BM_E_TYPE, "%d is no type to convert to", (int)i->type);
}

static int64_t whole(double v, double least, double most)
{
    return v != v ? 0 : v <= least ? (int64_t)least : v >= most ? (most >= 0x1p63 ? INT64_MAX : (int64_t)most) : (int64_t)v;
}

static int64_t whole_in(bm_type type, double v)
{
    switch (type) {
    case BM_I32: return whole(v, INT32_MIN, INT32_MAX);
    case BM_I64: return whole(v, -0x1p63, 0x1p63);
    default: return whole(v, 0, 255);
    }
}

static void run(const bm_call *c)
{
    const bm_array *x = &c->in[0], *out = &c->out;
    const bool real = bmi_type_is_real(x->type);
    for (int64_t i = 0; i < out->size; i++) {
        const double v = x->type == BM_F32   ? (double)((const float *)x->data)[i]
                         : x->type == BM_F64 ? ((const double *)x->data)[i]
                                             : 0;
        const int64_t w = real ? 0 : bmi_integer_at(x, i);
        switch (out->type) {
        case BM_F32: ((float *)out->data)[i] = real ? (float)v : (float)w; break;
        case BM_F64: ((double *)out->data)[i] = real ? v : (double)w; break;
        case BM_I32: ((int32_t *)out->data)[i] = (int32_t)(real ? whole_in(BM_I32, v) : w); break;
        case BM_I64: ((int64_t *)out->data)[i] = real ? whole_in(BM_I64, v) : w; break;
        default: ((uint8_t *)out->data)[i] = (uint8_t)(real ? whole_in(BM_U8, v) : w); break;
        }
    }
}

static void grad(bm_node y, bm_node dy, bm_node *dx)
{
    const bm_node x = bm_node_in(y, 0);
    if (bmi_type_is_real(bm_node_type(x)) && bmi_type_is_real(bm_node_type(y))) dx[0] = bm_cast(dy, bm_node_type(x));
}

static const bm_example examples[] = {
    { .in = { BMI_REALS(1.9, -1.9, 3e9) },
      .in_shape = { BMI_DIMS(3) },
      .args = &(const int64_t){ BM_I32 },
      .out = BMI_REALS(1, -1, 2147483647),
      .shape = BMI_DIMS(3),
      .source = "by hand" },
    { .in = { BMI_REALS(1.5, -2) },
      .in_shape = { BMI_DIMS(2) },
      .args = &(const int64_t){ BM_F64 },
      .out = BMI_REALS(1.5, -2),
      .shape = BMI_DIMS(2),
      .source = "by hand" },
    { .in = { BMI_REALS(0, 1) },
      .in_type = { BM_BOOL },
      .in_shape = { BMI_DIMS(2) },
      .args = &(const int64_t){ BM_F32 },
      .out = BMI_REALS(0, 1),
      .shape = BMI_DIMS(2),
      .source = "by hand" },
    { .in = { BMI_REALS(300, -1) },
      .in_type = { BM_I64 },
      .in_shape = { BMI_DIMS(2) },
      .args = &(const int64_t){ BM_U8 },
      .out = BMI_REALS(44, 255),
      .shape = BMI_DIMS(2),
      .source = "by hand" },
};

static const bm_op bmi_op_cast = { .size = sizeof(bm_op),
                                   .name = "cast",
                                   .n_in = 1,
                                   .args_size = sizeof(int64_t),
                                   .flags = BM_OP_ELEMENTWISE,
                                   .infer = infer,
                                   .grad = grad,
                                   .run = run,
                                   .vector = &bmi_code_copy,
                                   BMI_EXAMPLES(examples),
                                   .doc = "x as another type; reals to whole numbers towards zero" };

bm_node bm_cast_at(bm_node x, bm_type type, bm_place here)
{
    if (bm_node_ok(x) && bm_node_type(x) == type) return x;
    if (type == BM_BOOL) return bm_not_equal_at(x, bmi_number_like(x, 0), here);
    return bmi_op1(&bmi_op_cast, &(int64_t){ type }, x, here);
}

const bmi_kind bmi_kinds_op_cast[] = { BMI_OP_KIND(cast), { 0 } };
