// SPDX-License-Identifier: Apache-2.0
/* A value put around an array. The gradient is the block in the middle.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "ops/slice.h"
#include "ops/walk.h"

typedef struct pad_args {
    bm_axes before, after;
    double value;
} pad_args;

static bm_status infer(bm_infer *i)
{
    const pad_args *args = i->args;
    const bm_shape x = i->in_shape[0];
    char text[200];
    if (args->before.count != x.rank || args->after.count != x.rank)
        return bm_infer_fail(i, BM_E_ARGUMENT, "%lld widths before and %lld after for x %s: one of each for each axis",
                             (long long)args->before.count, (long long)args->after.count, bmi_shape_text(text, &x));
    i->type = i->in_type[0];
    i->shape = x;
    for (int64_t d = 0; d < x.rank; d++) {
        const int64_t before = args->before.at[d], after = args->after.at[d];
        if (before < 0 || after < 0)
            return bm_infer_fail(i, BM_E_ARGUMENT, "widths %lld and %lld for axis %lld of x %s; they are 0 or more",
                                 (long long)before, (long long)after, (long long)d, bmi_shape_text(text, &x));
        if (x.dim[d] != BM_ANY && (__builtin_add_overflow(x.dim[d], before, &i->shape.dim[d]) ||
                                   __builtin_add_overflow(i->shape.dim[d], after, &i->shape.dim[d])))
            return bm_infer_fail(i, BM_E_SHAPE, "x is %s: axis %lld with %lld before and %lld after is too long",
                                 bmi_shape_text(text, &x), (long long)d, (long long)before, (long long)after);
    }
    return BM_OK;
}

static bmi_copy_spec copy_of(const pad_args *args, const bm_array *x, const bm_array *out)
{
    int64_t from[BM_MAX_RANK], to[BM_MAX_RANK], at = 0;
    bmi_strides(&x->shape, from);
    bmi_strides(&out->shape, to);
    for (int64_t d = 0; d < x->shape.rank; d++) at += args->before.at[d] * to[d];
    return bmi_copy_of(x->type, &x->shape, x->size ? bmi_element(out, at) : out->data, to, x->data, from);
}

static void run(const bm_call *c)
{
    const bmi_copy_spec spec = copy_of(c->args, &c->in[0], &c->out);
    bmi_fill_array(&c->out, ((const pad_args *)c->args)->value);
    bmi_copy_now(&spec);
}

static bool bind(bmi_bind *b)
{
    const bmi_copy_spec spec = copy_of(b->args, &b->in[0], &b->out);
    return bmi_fill_emit(b, &b->out, ((const pad_args *)b->args)->value) && bmi_copy_emit(b, &spec);
}

static void grad(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_slice_like(dy, bm_node_in(y, 0), ((const pad_args *)bm_node_args(y))->before);
}

static const bm_example examples[] = {
    { .in = { BMI_REALS(1, 2) },
      .in_shape = { BMI_DIMS(1, 2) },
      .args = &(const pad_args){ BMI_DIMS(1, 0), BMI_DIMS(0, 1), 9 },
      .out = BMI_REALS(9, 9, 9, 1, 2, 9),
      .shape = BMI_DIMS(2, 3),
      .source = "by hand" },
};

static const bm_op bmi_op_pad = { .size = sizeof(bm_op),
                                  .name = "pad",
                                  .n_in = 1,
                                  .args_size = sizeof(pad_args),
                                  .infer = infer,
                                  .grad = grad,
                                  .run = run,
                                  .bind = bind,
                                  BMI_EXAMPLES(examples),
                                  .doc = "x with a value around: before[i] and after[i] elements on axis i" };

bm_node bm_pad_at(bm_node x, bm_axes before, bm_axes after, double value, bm_place here)
{
    const pad_args args = { bmi_axes_clean(before), bmi_axes_clean(after), value };
    return bmi_op1(&bmi_op_pad, &args, x, here);
}

const bmi_kind bmi_kinds_op_pad[] = { BMI_OP_KIND(pad), { 0 } };
