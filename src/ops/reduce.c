// SPDX-License-Identifier: Apache-2.0
/* Reductions over axes: sum, mean, largest, smallest, product, log-sum-exp.
 *
 * Gradients (y the value, with its lost axes put back as 1): of a sum dy, of a mean dy/n; of max and min dy shared among those
 * that are the largest; of log-sum-exp dy e^(x - y); of a product dy times the product of the others, right with zeros too.
 */
#include "base/kinds.h"
#include "ops/reduce.h"

bm_status bmi_infer_reduced(bm_infer *i, const bmi_reduce_args *args)
{
    unsigned mask;
    const bm_shape x = i->in_shape[0];
    if (bmi_infer_axes(i, x, &args->axes, args->all, &mask)) return BM_E_ARGUMENT;
    i->type = i->in_type[0];
    i->shape = (bm_shape){ 0 };
    for (int64_t d = 0; d < x.rank; d++) {
        if (!(mask >> d & 1)) i->shape.dim[i->shape.rank++] = x.dim[d];
        else if (args->keep) i->shape.dim[i->shape.rank++] = 1;
    }
    return BM_OK;
}

static bm_status infer_number(bm_infer *i)
{
    const bm_type t = i->in_type[0];
    if (!bmi_type_is_real(t) && t != BM_I32 && t != BM_I64)
        return bm_infer_fail(i, BM_E_TYPE, "input 1 is %s; it takes numbers, f32, f64, i32 or i64 (bm_cast changes the type)",
                             bm_type_name(t));
    return bmi_infer_reduced(i, i->args);
}

static bm_status infer_real(bm_infer *i)
{
    return bmi_infer_real(i, 0) ? BM_E_TYPE : bmi_infer_reduced(i, i->args);
}

/* ---- gradients ---- */

bm_node bmi_reduce_kept(bm_node n, bm_node y)
{
    const bmi_reduce_args *args = bm_node_args(y);
    if (args->keep) return n;
    return bmi_expand_axes(n, bmi_reduce_mask(args, bm_node_shape(bm_node_in(y, 0)).rank));
}

/* A sum over the same axes as y's, that keeps them. */
static bm_node sum_alike(bm_node n, bm_node y)
{
    const bmi_reduce_args *args = bm_node_args(y);
    return bm_sum_at(n, args->axes, args->all, true, BM_HERE);
}

bm_node bmi_reduce_share(bm_node best, bm_node dy_kept, bm_node y)
{
    const bm_node one = bm_cast(best, bm_node_type(dy_kept));
    return bm_mul(one, bm_div(dy_kept, sum_alike(one, y)));
}

static void grad_sum(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bm_broadcast_like(bmi_reduce_kept(dy, y), bm_node_in(y, 0));
}

/* dy by the number of elements, which a run counts where a dimension is open; of none there is no gradient. */
static void grad_mean(bm_node y, bm_node dy, bm_node *dx)
{
    const bm_node x = bm_node_in(y, 0);
    const bm_shape shape = bm_node_shape(x);
    const unsigned mask = bmi_reduce_mask(bm_node_args(y), shape.rank);
    const bm_type type = bm_node_type(x);
    double count = 1;
    bool open = false;
    for (int64_t d = 0; d < shape.rank; d++) {
        if (!(mask >> d & 1)) continue;
        open = open || shape.dim[d] == BM_ANY;
        count *= (double)shape.dim[d];
    }
    bm_node part;
    if (open) part = bm_mul(dy, bm_div(bm_size(y, type), bm_maximum(bm_size(x, type), bmi_number_like(x, 1))));
    else part = bm_scale(dy, count > 0 ? 1 / count : 0);
    dx[0] = bm_broadcast_like(bmi_reduce_kept(part, y), x);
}

static void grad_extreme(bm_node y, bm_node dy, bm_node *dx)
{
    const bm_node best = bm_equal(bm_node_in(y, 0), bmi_reduce_kept(y, y));
    dx[0] = bmi_reduce_share(best, bmi_reduce_kept(dy, y), y);
}

/* The product of the others: with no zero in the group P/x; with one zero P for it and 0 for the rest; with more 0 for all,
 * where P is the product of what is not 0. */
static void grad_prod(bm_node y, bm_node dy, bm_node *dx)
{
    const bmi_reduce_args *args = bm_node_args(y);
    const bm_node x = bm_node_in(y, 0), none = bmi_number_like(x, 0), one = bmi_number_like(x, 1);
    const bm_node zero = bm_equal(x, none), rest = bm_where(zero, one, x);
    const bm_node whole = bm_prod_at(rest, args->axes, args->all, true, BM_HERE);
    const bm_node zeros = sum_alike(bm_cast(zero, bm_node_type(x)), y);
    const bm_node alone = bm_where(bm_equal(zeros, one), whole, none),
                  other = bm_where(bm_equal(zeros, none), bm_div(whole, rest), none);
    dx[0] = bm_mul(bmi_reduce_kept(dy, y), bm_where(zero, alone, other));
}

static void grad_logsumexp(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bm_mul(bmi_reduce_kept(dy, y), bm_exp(bm_sub(bm_node_in(y, 0), bmi_reduce_kept(y, y))));
}

/* ---- records ---- */

static void run(bmi_reduction kind, const bm_call *c)
{
    bmi_reduce_plain(kind, 0, &c->in[0], &c->out, bmi_reduce_mask(c->args, c->in[0].shape.rank));
}

static bool bind(bmi_reduction kind, bmi_bind *b)
{
    return bmi_reduce_fast(b, kind, 0, bmi_reduce_mask(b->args, b->in[0].shape.rank));
}

#define ROWS_OF(...)                                                                         \
    {                                                                                        \
        .in = { BMI_REALS(1, -2, 3, 4, 5, -6) }, .in_shape = { BMI_DIMS(2, 3) }, __VA_ARGS__ \
    }
#define OVER(axis, kept)             \
    .args = &(const bmi_reduce_args) \
    {                                \
        { 1, { axis } }, 0, kept     \
    }
#define OVER_ALL                     \
    .args = &(const bmi_reduce_args) \
    {                                \
        { 0 }, 1, 0                  \
    }
#define EXAMPLES_OF(name, along, across, whole, from)                                          \
    static const bm_example examples_##name[] = {                                              \
        ROWS_OF(OVER(-1, 0), .out = BMI_REALS along, .shape = BMI_DIMS(2), .source = from),    \
        ROWS_OF(OVER(0, 1), .out = BMI_REALS across, .shape = BMI_DIMS(1, 3), .source = from), \
        ROWS_OF(OVER_ALL, .out = BMI_REALS whole, .shape = { 0 }, .source = from),             \
    };
EXAMPLES_OF(sum, (2, 3), (5, 3, -3), (5), "by hand")
EXAMPLES_OF(mean, (2. / 3, 1), (2.5, 1.5, -1.5), (5. / 6), "by hand")
EXAMPLES_OF(max, (3, 5), (4, 5, 3), (5), "by hand")
EXAMPLES_OF(min, (-2, -6), (1, -2, -6), (-6), "by hand")
EXAMPLES_OF(prod, (-6, -120), (4, -10, -18), (720), "by hand")
EXAMPLES_OF(logsumexp, (3.1328452337275756, 5.313273897365323), (4.048587351573742, 5.000911466453774, 3.000123402189723),
            (5.420326756010547), "numpy 2.4: np.log(np.exp(x).sum(axis))")

#define REDUCTION(name_, kind, infer_, grad_, doc_)                                      \
    static void run_##name_(const bm_call *c)                                            \
    {                                                                                    \
        run(kind, c);                                                                    \
    }                                                                                    \
    static bool bind_##name_(bmi_bind *b)                                                \
    {                                                                                    \
        return bind(kind, b);                                                            \
    }                                                                                    \
    const bm_op bmi_op_##name_ = { .size = sizeof(bm_op),                                \
                                   .name = #name_,                                       \
                                   .n_in = 1,                                            \
                                   .args_size = sizeof(bmi_reduce_args),                 \
                                   .infer = infer_,                                      \
                                   .grad = grad_,                                        \
                                   .run = run_##name_,                                   \
                                   .bind = bind_##name_,                                 \
                                   BMI_EXAMPLES(examples_##name_),                       \
                                   .doc = doc_ };                                        \
    bm_node bm_##name_##_at(bm_node x, bm_axes axes, bool all, bool keep, bm_place here) \
    {                                                                                    \
        const bmi_reduce_args args = { bmi_axes_clean(axes), all, keep };                \
        return bmi_op1(&bmi_op_##name_, &args, x, here);                                 \
    }
REDUCTION(sum, BMI_SUM, infer_number, grad_sum, "sum over axes; 0 over none")
REDUCTION(mean, BMI_MEAN, infer_real, grad_mean, "mean over axes; NaN over none")
REDUCTION(max, BMI_MAX, infer_number, grad_extreme, "largest over axes, NaN when one is; gradient shared among equals")
REDUCTION(min, BMI_MIN, infer_number, grad_extreme, "smallest over axes, NaN when one is; gradient shared among equals")
REDUCTION(prod, BMI_PROD, infer_number, grad_prod, "product over axes; 1 over none")
REDUCTION(logsumexp, BMI_LOGSUMEXP, infer_real, grad_logsumexp, "log of the sum of e^x over axes, the largest taken out first")

const bmi_kind bmi_kinds_op_reduce[] = {
    BMI_OP_KIND(sum), BMI_OP_KIND(mean), BMI_OP_KIND(max), BMI_OP_KIND(min), BMI_OP_KIND(prod), BMI_OP_KIND(logsumexp), { 0 },
};
