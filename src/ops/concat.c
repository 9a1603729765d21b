// SPDX-License-Identifier: Apache-2.0
/* Arrays joined along an axis. The gradient by a part is its piece of dy: a slice, or concat_part where the sizes are not known
 * before a run.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "ops/reduce.h"
#include "ops/walk.h"

typedef struct part_args {
    int64_t axis, index;
} part_args;

/* Joins the shapes of inputs first .. n_in - 1. */
static bm_status join(bm_infer *i, int first, int64_t given, bm_shape *out)
{
    int64_t axis;
    char a[200], b[200];
    *out = i->in_shape[first];
    if (bmi_infer_axis(i, *out, given, &axis)) return BM_E_ARGUMENT;
    for (int j = first + 1; j < i->n_in; j++) {
        const bm_shape part = i->in_shape[j];
        bool fits = part.rank == out->rank;
        for (int64_t d = 0; fits && d < part.rank; d++) {
            if (d == axis) continue;
            fits = bmi_dims_fit(part.dim[d], out->dim[d]);
            if (out->dim[d] == BM_ANY) out->dim[d] = part.dim[d];
        }
        if (!fits)
            return bm_infer_fail(i, BM_E_SHAPE, "part 1 is %s, part %d is %s: they must agree in all axes but %lld",
                                 bmi_shape_text(a, &i->in_shape[first]), j + 1 - first, bmi_shape_text(b, &part),
                                 (long long)axis);
        const int64_t dim = out->dim[axis];
        out->dim[axis] = dim == BM_ANY || part.dim[axis] == BM_ANY ? BM_ANY
                         : dim > INT64_MAX - part.dim[axis]        ? INT64_MAX
                                                                   : dim + part.dim[axis];
    }
    return BM_OK;
}

static bm_status infer_concat(bm_infer *i)
{
    if (bmi_infer_types_agree(i)) return BM_E_TYPE;
    i->type = i->in_type[0];
    return join(i, 0, *(const int64_t *)i->args, &i->shape);
}

static bm_status infer_part(bm_infer *i)
{
    const part_args *args = i->args;
    char a[200], b[200];
    bm_shape whole;
    if (args->index < 0 || args->index >= i->n_in - 1)
        return bm_infer_fail(i, BM_E_ARGUMENT, "there is no part %lld", (long long)args->index);
    if (join(i, 1, args->axis, &whole)) return BM_E_SHAPE;
    bool fits = whole.rank == i->in_shape[0].rank;
    for (int64_t d = 0; fits && d < whole.rank; d++) fits = bmi_dims_fit(whole.dim[d], i->in_shape[0].dim[d]);
    if (!fits)
        return bm_infer_fail(i, BM_E_SHAPE, "x is %s, the parts joined are %s", bmi_shape_text(a, &i->in_shape[0]),
                             bmi_shape_text(b, &whole));
    i->type = i->in_type[0];
    i->shape = i->in_shape[1 + args->index];
    return BM_OK;
}

/* The copy of a part between its own array and the place `from` on in the joined one. */
static bmi_copy_spec copy_of(const bm_array *whole, const bm_array *part, int64_t axis, int64_t from, bool out_of)
{
    int64_t in_whole[BM_MAX_RANK], in_part[BM_MAX_RANK];
    bmi_strides(&whole->shape, in_whole);
    bmi_strides(&part->shape, in_part);
    void *at = part->size ? bmi_element(whole, from * in_whole[axis]) : whole->data;
    if (out_of) return bmi_copy_of(part->type, &part->shape, part->data, in_part, at, in_whole);
    return bmi_copy_of(part->type, &part->shape, at, in_whole, part->data, in_part);
}

static void run_concat(const bm_call *c)
{
    const int64_t given = *(const int64_t *)c->args, axis = given < 0 ? given + c->out.shape.rank : given;
    for (int64_t j = 0, from = 0; j < c->n_in; from += c->in[j++].shape.dim[axis]) {
        const bmi_copy_spec spec = copy_of(&c->out, &c->in[j], axis, from, false);
        bmi_copy_now(&spec);
    }
}

static bool bind_concat(bmi_bind *b)
{
    const int64_t given = *(const int64_t *)b->args, axis = given < 0 ? given + b->out.shape.rank : given;
    for (int64_t j = 0, from = 0; j < b->n_in; from += b->in[j++].shape.dim[axis]) {
        const bmi_copy_spec spec = copy_of(&b->out, &b->in[j], axis, from, false);
        if (b->in[j].size) bmi_copy_emit(b, &spec);
    }
    return true;
}

/* Where the part begins in the joined array. */
static int64_t part_begin(const part_args *args, const bm_array *in, int64_t *axis)
{
    int64_t from = 0;
    *axis = args->axis < 0 ? args->axis + in[0].shape.rank : args->axis;
    for (int64_t j = 0; j < args->index; j++) from += in[1 + j].shape.dim[*axis];
    return from;
}

static void run_part(const bm_call *c)
{
    int64_t axis;
    const int64_t from = part_begin(c->args, c->in, &axis);
    const bmi_copy_spec spec = copy_of(&c->in[0], &c->out, axis, from, true);
    bmi_copy_now(&spec);
}

static bool bind_part(bmi_bind *b)
{
    int64_t axis;
    const int64_t from = part_begin(b->args, b->in, &axis);
    const bmi_copy_spec spec = copy_of(&b->in[0], &b->out, axis, from, true);
    return bmi_copy_emit(b, &spec);
}

extern const bm_op bmi_op_concat_part;

static void grad_concat(bm_node y, bm_node dy, bm_node *dx)
{
    const int n = bm_node_inputs(y);
    const int64_t given = *(const int64_t *)bm_node_args(y), rank = bm_node_shape(y).rank,
                  axis = given < 0 ? given + rank : given;
    bm_axes begin = { .count = rank }, size = { .count = rank };
    bm_node in[1001];
    in[0] = dy;
    for (int j = 0; j < n; j++) in[1 + j] = bm_node_in(y, j);
    for (int64_t d = 0; d < rank; d++) size.at[d] = -1;
    for (int j = 0; j < n; j++) {
        const int64_t width = bm_node_shape(in[1 + j]).dim[axis];
        if (begin.at[axis] == BM_ANY || width == BM_ANY) {
            begin.at[axis] = BM_ANY;
            dx[j] = bmi_node_add(y.graph, &bmi_op_concat_part, &(part_args){ axis, j }, in, n + 1, NULL, BM_HERE);
            continue;
        }
        size.at[axis] = width;
        dx[j] = bm_slice(dy, begin, size);
        begin.at[axis] += width;
    }
}

/* dy in its place, and zeros in the places of the other parts. */
static void grad_part(bm_node y, bm_node dy, bm_node *dx)
{
    const part_args *args = bm_node_args(y);
    const int n = bm_node_inputs(y) - 1;
    bm_node parts[1001];
    for (int j = 0; j < n; j++)
        parts[j] = j == args->index ? dy : bm_broadcast_like(bmi_number_like(dy, 0), bm_node_in(y, 1 + j));
    dx[0] = bm_concat_at(args->axis, (bm_nodes){ parts, (size_t)n }, BM_HERE);
}

static const bm_example examples_concat[] = {
    { .in = { BMI_REALS(1, 2), BMI_REALS(3, 4, 5, 6) },
      .in_shape = { BMI_DIMS(2, 1), BMI_DIMS(2, 2) },
      .args = &(const int64_t){ -1 },
      .out = BMI_REALS(1, 3, 4, 2, 5, 6),
      .shape = BMI_DIMS(2, 3),
      .source = "by hand" },
};
static const bm_example examples_part[] = {
    { .in = { BMI_REALS(1, 3, 4, 2, 5, 6), BMI_REALS(0, 0), BMI_REALS(0, 0, 0, 0) },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(2, 1), BMI_DIMS(2, 2) },
      .args = &(const part_args){ 1, 1 },
      .out = BMI_REALS(3, 4, 5, 6),
      .shape = BMI_DIMS(2, 2),
      .source = "by hand" },
};

static const bm_op bmi_op_concat = { .size = sizeof(bm_op),
                                     .name = "concat",
                                     .n_in = -1,
                                     .args_size = sizeof(int64_t),
                                     .infer = infer_concat,
                                     .grad = grad_concat,
                                     .run = run_concat,
                                     .bind = bind_concat,
                                     BMI_EXAMPLES(examples_concat),
                                     .doc = "parts joined along an axis" };
const bm_op bmi_op_concat_part = { .size = sizeof(bm_op),
                                   .name = "concat_part",
                                   .n_in = -1,
                                   .args_size = sizeof(part_args),
                                   .shape_inputs = ~1u,
                                   .infer = infer_part,
                                   .grad = grad_part,
                                   .run = run_part,
                                   .bind = bind_part,
                                   BMI_EXAMPLES(examples_part),
                                   .doc = "the piece of x that part `index` of the following inputs has when they are joined" };

static bool check_parts(const char *name, bm_nodes parts, bm_place here)
{
    if (!parts.at || !parts.count) return false;
    if (parts.count <= 1000) return true;
    bmi_object_fail(parts.at[0].graph, BM_E_ARGUMENT, here, "%s: %zu parts; at most 1000 (join them in steps)", name,
                    parts.count);
    return false;
}

bm_node bm_concat_at(int64_t axis, bm_nodes parts, bm_place here)
{
    if (!check_parts("concat", parts, here)) return bmi_node_failed(parts.at && parts.count ? parts.at[0].graph : NULL);
    return bmi_node_add(parts.at[0].graph, &bmi_op_concat, &axis, parts.at, (int)parts.count, NULL, here);
}

bm_node bm_stack_at(int64_t axis, bm_nodes parts, bm_place here)
{
    bm_node wide[1000];
    if (!check_parts("stack", parts, here)) return bmi_node_failed(parts.at && parts.count ? parts.at[0].graph : NULL);
    bm_graph *g = parts.at[0].graph;
    const int64_t rank = bm_node_shape(parts.at[0]).rank + 1, at = axis < 0 ? axis + rank : axis;
    if (!bm_node_ok(parts.at[0])) return bmi_node_failed(g);
    if (at < 0 || at >= rank || rank > BM_MAX_RANK) {
        bmi_object_fail(g, BM_E_ARGUMENT, here, "stack: there is no axis %lld to make in a result of %lld axes (at most %d)",
                        (long long)axis, (long long)rank, BM_MAX_RANK);
        return bmi_node_failed(g);
    }
    for (size_t j = 1; j < parts.count; j++) {
        char a[200], b[200];
        const bm_shape first = bm_node_shape(parts.at[0]), part = bm_node_shape(parts.at[j]);
        bool fits = part.rank == first.rank;
        for (int64_t d = 0; fits && d < first.rank; d++) fits = bmi_dims_fit(part.dim[d], first.dim[d]);
        if (fits || !bm_node_ok(parts.at[j]) || parts.at[j].graph != g) continue; /* concat names what else is wrong */
        bmi_object_fail(g, BM_E_SHAPE, here, "stack: part 1 is %s, part %zu is %s: they must be alike",
                        bmi_shape_text(a, &first), j + 1, bmi_shape_text(b, &part));
        return bmi_node_failed(g);
    }
    const bm_place before = bmi_graph_lend(g, g->lent.file ? g->lent : here);
    for (size_t j = 0; j < parts.count; j++) wide[j] = bmi_expand_axes(parts.at[j], 1u << at);
    const bm_node y = bm_concat_at(at, (bm_nodes){ wide, parts.count }, here);
    bmi_graph_lend(g, before);
    return y;
}

const bmi_kind bmi_kinds_op_concat[] = { BMI_OP_KIND(concat), BMI_OP_KIND(concat_part), { 0 } };
