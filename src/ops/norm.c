// SPDX-License-Identifier: Apache-2.0
/* Norms of order p >= 1 or infinity over axes, and the index of the largest along an axis.
 *
 * Gradient of (sum |x|^p)^(1/p) = y: dy sign(x) (|x|/y)^(p-1); of the largest |x| shared among equals; 0 at the origin.
 * Source: Golub and Van Loan, "Matrix Computations", section 2.2.
 */
#include "base/kinds.h"
#include "ops/reduce.h"
#include "ops/walk.h"
#include <float.h>
#include <math.h>

typedef struct norm_args {
    bmi_reduce_args over;
    double p;
} norm_args;

static bm_status infer_norm(bm_infer *i)
{
    const norm_args *args = i->args;
    if (!(args->p >= 1)) return bm_infer_fail(i, BM_E_ARGUMENT, "the order p is %g; a norm has p >= 1 or infinity", args->p);
    return bmi_infer_real(i, 0) ? BM_E_TYPE : bmi_infer_reduced(i, &args->over);
}

static void run_norm(const bm_call *c)
{
    const norm_args *args = c->args;
    bmi_reduce_plain(BMI_NORM, args->p, &c->in[0], &c->out, bmi_reduce_mask(&args->over, c->in[0].shape.rank));
}

static bool bind_norm(bmi_bind *b)
{
    const norm_args *args = b->args;
    return bmi_reduce_fast(b, BMI_NORM, args->p, bmi_reduce_mask(&args->over, b->in[0].shape.rank));
}

static void grad_norm(bm_node y, bm_node dy, bm_node *dx)
{
    const norm_args *args = bm_node_args(y);
    const double p = args->p;
    const bm_node x = bm_node_in(y, 0), dk = bmi_reduce_kept(dy, y), yk = bmi_reduce_kept(y, y);
    if (p == 1) {
        dx[0] = bm_mul(dk, bm_sign(x));
        return;
    }
    if (isinf(p)) {
        dx[0] = bm_mul(bm_sign(x), bmi_reduce_share(bm_equal(bm_abs(x), yk), dk, y));
        return;
    }
    const bm_node safe = bm_maximum(yk, bmi_number_like(yk, bm_node_type(yk) == BM_F32 ? (double)FLT_MIN : DBL_MIN));
    if (p == 2) dx[0] = bm_mul(x, bm_div(dk, safe));
    else dx[0] = bm_mul(bm_mul(dk, bm_sign(x)), bm_pow(bm_div(bm_abs(x), safe), bmi_number_like(x, p - 1)));
}

#define NORM_ARGS(p)              \
    .args = &(const norm_args)    \
    {                             \
        { { 1, { 1 } }, 0, 0 }, p \
    }
#define NORM_ROWS .in = { BMI_REALS(3, -4, 0, 1, 2, -2) }, .in_shape = { BMI_DIMS(2, 3) }
static const bm_example examples_norm[] = {
    { NORM_ROWS, NORM_ARGS(1), .out = BMI_REALS(7, 5), .shape = BMI_DIMS(2), .source = "by hand" },
    { NORM_ROWS, NORM_ARGS(2), .out = BMI_REALS(5, 3), .shape = BMI_DIMS(2), .source = "by hand" },
    { NORM_ROWS, NORM_ARGS(3), .out = BMI_REALS(4.497941445275415, 2.571281590658235), .shape = BMI_DIMS(2),
      .source = "numpy 2.4: np.linalg.norm(x, 3, axis=1)" },
    { NORM_ROWS, NORM_ARGS((double)INFINITY), .out = BMI_REALS(4, 2), .shape = BMI_DIMS(2), .source = "by hand" },
    { .in = { BMI_REALS(-.82, .94, -1.15, .25) },
      .in_shape = { BMI_DIMS(4) },
      .args = &(const norm_args){ { { 0 }, 1, 0 }, 2 },
      .out = BMI_REALS(1.7149344010777787),
      .source = "numpy 2.4: np.linalg.norm(x)" },
};

static const bm_op bmi_op_norm = { .size = sizeof(bm_op),
                                   .name = "norm",
                                   .n_in = 1,
                                   .args_size = sizeof(norm_args),
                                   .infer = infer_norm,
                                   .grad = grad_norm,
                                   .run = run_norm,
                                   .bind = bind_norm,
                                   BMI_EXAMPLES(examples_norm),
                                   .doc = "(sum |x|^p)^(1/p) over axes, p >= 1; the largest |x| for p = infinity" };

bm_node bm_norm_at(bm_node x, double p, bm_axes axes, bool all, bm_place here)
{
    const norm_args args = { { bmi_axes_clean(axes), all, 0 }, p };
    return bmi_op1(&bmi_op_norm, &args, x, here);
}

/* ---- argmax ---- */

static bm_status infer_argmax(bm_infer *i)
{
    const bm_type t = i->in_type[0];
    const bm_shape x = i->in_shape[0];
    int64_t axis;
    if (bmi_infer_axis(i, x, *(const int64_t *)i->args, &axis)) return BM_E_ARGUMENT;
    if (x.dim[axis] == 0)
        return bm_infer_fail(i, BM_E_SHAPE, "axis %lld has no elements, so none is the largest", (long long)axis);
    if (t == BM_BOOL) return bm_infer_fail(i, BM_E_TYPE, "input 1 is bool; it takes numbers (bm_cast changes the type)");
    i->type = BM_I64;
    i->shape = (bm_shape){ 0 };
    for (int64_t d = 0; d < x.rank; d++)
        if (d != axis) i->shape.dim[i->shape.rank++] = x.dim[d];
    return BM_OK;
}

/* Index of the first largest of n reals; the first NaN counts as the largest. */
static int64_t largest_real(const bm_array *x, int64_t at, int64_t step, int64_t n)
{
    double best = 0;
    int64_t index = 0;
    for (int64_t k = 0; k < n; k++, at += step) {
        const double v = x->type == BM_F32 ? (double)((const float *)x->data)[at] : ((const double *)x->data)[at];
        if (k && !(v > best || (isnan(v) && !isnan(best)))) continue;
        best = v;
        index = k;
    }
    return index;
}

static int64_t largest_integer(const bm_array *x, int64_t at, int64_t step, int64_t n)
{
    int64_t best = INT64_MIN, index = 0;
    for (int64_t k = 0; k < n; k++) {
        const int64_t v = bmi_integer_at(x, at + k * step);
        if (v <= best) continue;
        best = v;
        index = k;
    }
    return index;
}

static void run_argmax(const bm_call *c)
{
    const bm_array *x = &c->in[0];
    const int64_t given = *(const int64_t *)c->args, axis = given < 0 ? given + x->shape.rank : given;
    const int64_t before = bmi_before_axis(&x->shape, axis), behind = bmi_behind_axis(&x->shape, axis), n = x->shape.dim[axis];
    int64_t *out = c->out.data;
    for (int64_t i = 0; i < before; i++)
        for (int64_t j = 0; j < behind; j++) {
            const int64_t at = i * n * behind + j;
            out[i * behind + j] =
                bmi_type_is_real(x->type) ? largest_real(x, at, behind, n) : largest_integer(x, at, behind, n);
        }
}

static const bm_example examples_argmax[] = {
    { .in = { BMI_REALS(3, -4, 3, 1, 2, -2) },
      .in_shape = { BMI_DIMS(2, 3) },
      .args = &(const int64_t){ -1 },
      .out = BMI_REALS(0, 1),
      .shape = BMI_DIMS(2),
      .source = "by hand" },
    { .in = { BMI_REALS(3, -4, 3, 1, 2, -2) },
      .in_shape = { BMI_DIMS(2, 3) },
      .args = &(const int64_t){ 0 },
      .out = BMI_REALS(0, 1, 0),
      .shape = BMI_DIMS(3),
      .source = "by hand" },
};

static const bm_op bmi_op_argmax = { .size = sizeof(bm_op),
                                     .name = "argmax",
                                     .n_in = 1,
                                     .args_size = sizeof(int64_t),
                                     .flags = BM_OP_NO_GRADIENT,
                                     .infer = infer_argmax,
                                     .run = run_argmax,
                                     .bind = bmi_argmax_fast,
                                     BMI_EXAMPLES(examples_argmax),
                                     .doc = "i64 index of the first largest along an axis" };

bm_node bm_argmax_at(bm_node x, int64_t axis, bm_place here)
{
    return bmi_op1(&bmi_op_argmax, &axis, x, here);
}

const bmi_kind bmi_kinds_op_norm[] = { BMI_OP_KIND(norm), BMI_OP_KIND(argmax), { 0 } };
