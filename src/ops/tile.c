// SPDX-License-Identifier: Apache-2.0
/* An array repeated along its axes, and the reverse: the repeats summed. They are each other's gradient.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "ops/walk.h"

static bm_status infer_tile(bm_infer *i)
{
    const bm_axes *times = i->args;
    const bm_shape x = i->in_shape[0];
    char text[200];
    if (times->count != x.rank)
        return bm_infer_fail(i, BM_E_ARGUMENT, "%lld repeats for x %s: one for each axis", (long long)times->count,
                             bmi_shape_text(text, &x));
    i->type = i->in_type[0];
    i->shape = x;
    for (int64_t d = 0; d < x.rank; d++) {
        if (times->at[d] < 1)
            return bm_infer_fail(i, BM_E_ARGUMENT, "axis %lld %lld times; 1 or more", (long long)d, (long long)times->at[d]);
        if (x.dim[d] != BM_ANY && !bmi_mul_i64(x.dim[d], times->at[d], &i->shape.dim[d]))
            return bm_infer_fail(i, BM_E_SHAPE, "x is %s: axis %lld %lld times is too long", bmi_shape_text(text, &x),
                                 (long long)d, (long long)times->at[d]);
    }
    return BM_OK;
}

static bm_status infer_untile(bm_infer *i)
{
    const bm_axes *times = i->args;
    const bm_shape x = i->in_shape[0], like = i->in_shape[1];
    char a[200], b[200];
    bool fits = x.rank == like.rank && times->count == x.rank;
    if (bmi_infer_real(i, 0)) return BM_E_TYPE;
    for (int64_t d = 0; fits && d < x.rank; d++)
        fits = x.dim[d] == BM_ANY || like.dim[d] == BM_ANY ||
               (times->at[d] > 0 && x.dim[d] % times->at[d] == 0 && x.dim[d] / times->at[d] == like.dim[d]);
    i->type = i->in_type[0];
    i->shape = like;
    return fits ? BM_OK
                : bm_infer_fail(i, BM_E_SHAPE, "x is %s, and no tiling of %s", bmi_shape_text(a, &x), bmi_shape_text(b, &like));
}

/* x (.., d, ..) seen as one copy among the repeats: visits each copy of the small array in the large one. */
typedef void copy_fn(const bm_array *large, int64_t at, const bm_array *small, const int64_t *in_large,
                     const int64_t *in_small);
static void each_copy(const bm_array *large, const bm_array *small, const bm_axes *times, copy_fn *visit)
{
    int64_t in_large[BM_MAX_RANK], in_small[BM_MAX_RANK], index[BM_MAX_RANK] = { 0 };
    bmi_strides(&large->shape, in_large);
    bmi_strides(&small->shape, in_small);
    if (!small->size) return;
    for (int64_t d = 0; d >= 0;) {
        int64_t at = 0;
        for (int64_t k = 0; k < small->shape.rank; k++) at += index[k] * small->shape.dim[k] * in_large[k];
        visit(large, at, small, in_large, in_small);
        for (d = small->shape.rank - 1; d >= 0 && ++index[d] == times->at[d]; d--) index[d] = 0;
    }
}

static void put_copy(const bm_array *large, int64_t at, const bm_array *small, const int64_t *in_large, const int64_t *in_small)
{
    const bmi_copy_spec spec = bmi_copy_of(small->type, &small->shape, bmi_element(large, at), in_large, small->data, in_small);
    bmi_copy_now(&spec);
}

/* small is of f64 here. */
static void add_copy(const bm_array *large, int64_t at, const bm_array *small, const int64_t *in_large, const int64_t *in_small)
{
    int64_t stride[2][BM_MAX_RANK];
    for (int64_t d = 0; d < small->shape.rank; d++) {
        stride[0][d] = in_large[d];
        stride[1][d] = in_small[d];
    }
    bmi_walk w;
    bmi_walk_start(&w, &small->shape, 2, (const int64_t(*)[BM_MAX_RANK])stride);
    const int last = w.rank - 1;
    do {
        for (int64_t i = 0; i < w.dim[last]; i++) {
            const int64_t from = at + w.at[0] + i * w.stride[0][last], to = w.at[1] + i * w.stride[1][last];
            ((double *)small->data)[to] +=
                large->type == BM_F32 ? (double)((const float *)large->data)[from] : ((const double *)large->data)[from];
        }
    } while (bmi_walk_next(&w));
}

static void run_tile(const bm_call *c)
{
    each_copy(&c->out, &c->in[0], c->args, put_copy);
}

/* All copies as one: an axis that repeats becomes two, of which the first does not move in x. Declines when these are too many. */
static bool bind_tile(bmi_bind *b)
{
    const bm_axes *times = b->args;
    const bm_array *x = &b->in[0], *out = &b->out;
    int64_t in_large[BM_MAX_RANK], in_small[BM_MAX_RANK];
    bmi_copy_spec spec = { .size = bm_type_size(x->type), .to = out->data, .from = x->data };
    bmi_strides(&out->shape, in_large);
    bmi_strides(&x->shape, in_small);
    for (int64_t d = 0; d < x->shape.rank; d++) {
        for (int half = times->at[d] > 1 ? 0 : 1; half < 2; half++) {
            if (spec.rank == BMI_COPY_RANK) return false;
            spec.dim[spec.rank] = half ? x->shape.dim[d] : times->at[d];
            spec.to_stride[spec.rank] = half ? in_large[d] : in_large[d] * x->shape.dim[d];
            spec.from_stride[spec.rank++] = half ? in_small[d] : 0;
        }
    }
    return bmi_copy_emit(b, &spec);
}

/* f32 is summed in f64: there may be millions of repeats. */
static size_t untile_scratch(const bm_call *c)
{
    return c->out.type == BM_F32 ? (size_t)c->out.size * sizeof(double) : 0;
}

static void run_untile(const bm_call *c)
{
    bm_array sum = c->out;
    if (c->out.type == BM_F32) sum.type = BM_F64, sum.data = c->scratch;
    bmi_fill_array(&sum, 0);
    each_copy(&c->in[0], &sum, c->args, add_copy);
    for (int64_t i = 0; sum.data != c->out.data && i < sum.size; i++)
        ((float *)c->out.data)[i] = (float)((const double *)sum.data)[i];
}

extern const bm_op bmi_op_untile;

static void grad_tile(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_op2(&bmi_op_untile, bm_node_args(y), dy, bm_node_in(y, 0), BM_HERE);
}

static void grad_untile(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bm_tile(dy, *(const bm_axes *)bm_node_args(y));
}

static const bm_example examples_tile[] = {
    { .in = { BMI_REALS(1, 2, 3, 4) },
      .in_shape = { BMI_DIMS(2, 2) },
      .args = &(const bm_axes)BMI_DIMS(1, 2),
      .out = BMI_REALS(1, 2, 1, 2, 3, 4, 3, 4),
      .shape = BMI_DIMS(2, 4),
      .source = "by hand" },
};
static const bm_example examples_untile[] = {
    { .in = { BMI_REALS(1, 2, 10, 20, 3, 4, 30, 40), BMI_REALS(0, 0, 0, 0) },
      .in_shape = { BMI_DIMS(2, 4), BMI_DIMS(2, 2) },
      .args = &(const bm_axes)BMI_DIMS(1, 2),
      .out = BMI_REALS(11, 22, 33, 44),
      .shape = BMI_DIMS(2, 2),
      .source = "by hand" },
};

static const bm_op bmi_op_tile = { .size = sizeof(bm_op),
                                   .name = "tile",
                                   .n_in = 1,
                                   .args_size = sizeof(bm_axes),
                                   .infer = infer_tile,
                                   .grad = grad_tile,
                                   .run = run_tile,
                                   .bind = bind_tile,
                                   BMI_EXAMPLES(examples_tile),
                                   .doc = "x repeated times[i] times along axis i" };
const bm_op bmi_op_untile = { .size = sizeof(bm_op),
                              .name = "untile",
                              .n_in = 2,
                              .args_size = sizeof(bm_axes),
                              .shape_inputs = 2,
                              .infer = infer_untile,
                              .grad = grad_untile,
                              .run = run_untile,
                              .scratch = untile_scratch,
                              BMI_EXAMPLES(examples_untile),
                              .doc = "the repeats of tile summed, to the shape of the second input" };

bm_node bm_tile_at(bm_node x, bm_axes times, bm_place here)
{
    const bm_axes args = bmi_axes_clean(times);
    return bmi_op1(&bmi_op_tile, &args, x, here);
}

const bmi_kind bmi_kinds_op_tile[] = { BMI_OP_KIND(tile), BMI_OP_KIND(untile), { 0 } };
