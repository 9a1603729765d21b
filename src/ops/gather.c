// SPDX-License-Identifier: Apache-2.0
/* Rows by index: reading them (gather), adding to them (scatter_add; scatter_rows to zeros), and classes as one-hot vectors.
 * Gathering and adding are each other's gradient. An index outside is a fault of the run, and reads zeros or adds nothing.
 *
 * In parts, gather splits the indices, and adding splits the rows it adds to: each part goes over all indices and lists those of each of
 * its rows. A row is summed in f64, its updates in the order of the indices, and rounded once: a million updates of one row lose nothing.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "base/threads.h"
#include "ops/walk.h"
#include <string.h>

/* indices.shape + x.shape[1:] */
static bm_status rows_shape(bm_infer *i, const bm_shape *x, const bm_shape *indices, bm_shape *out)
{
    char a[200], b[200];
    if (x->rank < 1) return bm_infer_fail(i, BM_E_SHAPE, "x is (): it has no rows");
    if (indices->rank + x->rank - 1 > BM_MAX_RANK)
        return bm_infer_fail(i, BM_E_SHAPE, "x is %s, the indices are %s: the result would have more than %d axes",
                             bmi_shape_text(a, x), bmi_shape_text(b, indices), BM_MAX_RANK);
    *out = *indices;
    for (int64_t d = 1; d < x->rank; d++) out->dim[out->rank++] = x->dim[d];
    return BM_OK;
}

static bm_status infer_gather(bm_infer *i)
{
    i->type = i->in_type[0];
    return bmi_infer_index(i, 1) ? BM_E_TYPE : rows_shape(i, &i->in_shape[0], &i->in_shape[1], &i->shape);
}

static bm_status infer_scatter(bm_infer *i)
{
    const bm_shape x = i->in_shape[0], updates = i->in_shape[2];
    const bm_type t = i->in_type[0];
    bm_shape want;
    char a[200], b[200], c[200];
    if (bmi_infer_index(i, 1)) return BM_E_TYPE;
    if (t != i->in_type[2] || !(bmi_type_is_real(t) || t == BM_I32 || t == BM_I64))
        return bm_infer_fail(i, BM_E_TYPE, "x is %s, the updates are %s: both must be the same of f32, f64, i32, i64",
                             bm_type_name(t), bm_type_name(i->in_type[2]));
    if (rows_shape(i, &x, &i->in_shape[1], &want)) return BM_E_SHAPE;
    bool fits = updates.rank == want.rank;
    for (int64_t d = 0; fits && d < want.rank; d++) fits = bmi_dims_fit(updates.dim[d], want.dim[d]);
    if (!fits)
        return bm_infer_fail(i, BM_E_SHAPE, "x is %s, the indices are %s, the updates are %s instead of %s",
                             bmi_shape_text(a, &x), bmi_shape_text(b, &i->in_shape[1]), bmi_shape_text(c, &updates),
                             bmi_shape_text((char[200]){ 0 }, &want));
    i->type = t;
    i->shape = x;
    return BM_OK;
}

/* ---- kernels ---- */
typedef struct bound {
    bm_call call;
    bool from_zeros; /* scatter_rows */
} bound;

static void gather_part(const void *args, int part, int parts)
{
    const bm_call *c = &((const bound *)args)->call;
    const bm_array *x = &c->in[0], *indices = &c->in[1];
    const int64_t rows = x->shape.dim[0], width = bmi_behind_axis(&x->shape, 0);
    const size_t bytes = (size_t)width * bm_type_size(x->type);
    int64_t begin, end;
    bmi_slice(indices->size, 1, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        const int64_t row = bmi_integer_at(indices, i);
        void *to = bmi_element(&c->out, i * width);
        if (row >= 0 && row < rows) {
            if (bytes) memcpy(to, bmi_element(x, row * width), bytes);
            continue;
        }
        bm_call_fault(c, "index", row, i, rows);
        if (bytes) memset(to, 0, bytes);
    }
}

enum { COLUMNS = 1024 }; /* summed at once */

/* The updates of one row as a ring: next[last] is the first one. */
typedef struct row_updates {
    const int64_t *next;
    int64_t last, width;
    const void *x; /* what they are added to; null for zeros */
    const void *updates;
    void *to;
} row_updates;

/* to[j] = x[j] + the sum of the row's updates; whole numbers wrap around. */
#define ADD_ROW(T, SUM)                                                                                      \
    static void add_row_##T(const row_updates *r)                                                            \
    {                                                                                                        \
        for (int64_t j = 0; j < r->width; j += COLUMNS) {                                                    \
            const int64_t n = r->width - j < COLUMNS ? r->width - j : COLUMNS;                               \
            const T *updates = (const T *)r->updates + j;                                                    \
            int64_t i = r->last;                                                                             \
            SUM sum[COLUMNS];                                                                                \
            for (int64_t k = 0; k < n; k++) sum[k] = r->x ? ((const T *)r->x)[j + k] : 0;                    \
            do {                                                                                             \
                i = r->next[i];                                                                              \
                const T *from = updates + i * r->width, *then = updates + r->next[i] * r->width;             \
                for (int64_t k = 0; k < n; k += 64 / (int64_t)sizeof(T)) __builtin_prefetch(then + k, 0, 3); \
                for (int64_t k = 0; k < n; k++) sum[k] += from[k];                                           \
            } while (i != r->last);                                                                          \
            for (int64_t k = 0; k < n; k++) ((T *)r->to)[j + k] = (T)sum[k];                                 \
        }                                                                                                    \
    }
ADD_ROW(float, double)
ADD_ROW(double, double)
ADD_ROW(uint32_t, uint64_t)
ADD_ROW(uint64_t, uint64_t)

static void add_row(bm_type type, const row_updates *r)
{
    if (type == BM_F32) add_row_float(r);
    else if (type == BM_F64) add_row_double(r);
    else if (type == BM_I32) add_row_uint32_t(r);
    else add_row_uint64_t(r);
}

/* Lists the indices of rows begin .. end - 1: in next after each the following one, in last after each row its last one. */
static void list_rows(const bm_call *c, int64_t *next, int64_t *last, int64_t begin, int64_t end, bool tells)
{
    const bm_array *indices = &c->in[1];
    const int64_t rows = c->out.shape.dim[0];
    for (int64_t r = begin; r < end; r++) last[r] = -1;
    for (int64_t i = 0; i < indices->size; i++) {
        const int64_t row = bmi_integer_at(indices, i);
        if (row >= begin && row < end) {
            next[i] = last[row] < 0 ? i : next[last[row]];
            if (last[row] >= 0) next[last[row]] = i;
            last[row] = i;
        } else if (tells && (row < 0 || row >= rows)) bm_call_fault(c, "index", row, i, rows);
    }
}

/* Bytes of the lists; without elements there are no rows to list. */
static size_t list_bytes(const bm_call *c)
{
    return c->out.size ? (size_t)(c->in[1].size + c->out.shape.dim[0]) * sizeof(int64_t) : 0;
}

static void scatter_part(const void *args, int part, int parts)
{
    const bound *b = args;
    const bm_call *c = &b->call;
    const bm_array *out = &c->out;
    int64_t begin = 0, end = 0, *next = c->scratch, *last = next ? next + c->in[1].size : NULL;
    if (out->size) bmi_slice(out->shape.dim[0], 1, part, parts, &begin, &end);
    list_rows(c, next, last, begin, end, part == 0);
    row_updates r = { .next = next, .width = bmi_behind_axis(&out->shape, 0), .updates = c->in[2].data };
    const size_t bytes = (size_t)r.width * bm_type_size(out->type);
    for (int64_t row = begin; row < end; row++) {
        r.last = last[row];
        r.to = bmi_element(out, row * r.width);
        r.x = b->from_zeros ? NULL : bmi_element(&c->in[0], row * r.width);
        if (r.last >= 0) add_row(out->type, &r);
        else if (!r.x) memset(r.to, 0, bytes);
        else if (r.x != r.to) memcpy(r.to, r.x, bytes);
    }
}

static void run_gather(const bm_call *c)
{
    gather_part(&(bound){ *c, false }, 0, 1);
}
static void run_scatter(const bm_call *c)
{
    scatter_part(&(bound){ *c, false }, 0, 1);
}
static void run_rows(const bm_call *c)
{
    scatter_part(&(bound){ *c, true }, 0, 1);
}

enum { ELEMENTS_A_PART = 32768 };

static bool bind(bmi_bind *b, bmi_kernel kernel, bool from_zeros, int64_t elements, int64_t most)
{
    bound *k = bmi_bind_memory(b, sizeof *k);
    if (!k) return true;
    *k = (bound){ { .args = b->args, .n_in = b->n_in, .in = b->in, .out = b->out, .state_ = b->state, .number_ = b->number },
                  from_zeros };
    if (kernel == scatter_part && !(k->call.scratch = bmi_bind_scratch(b, list_bytes(&k->call)))) return true;
    int64_t parts = elements / ELEMENTS_A_PART + 1;
    if (parts > most) parts = most;
    bmi_bind_emit(b, b->op->name, kernel, k, parts < b->threads ? (int)parts : b->threads);
    return true;
}

static bool bind_gather(bmi_bind *b)
{
    return bind(b, gather_part, false, b->out.size, b->in[1].size);
}
static bool bind_scatter(bmi_bind *b)
{
    return bind(b, scatter_part, false, b->out.size + b->in[2].size, b->out.shape.dim[0]);
}
static bool bind_rows(bmi_bind *b)
{
    return bind(b, scatter_part, true, b->out.size + b->in[2].size, b->out.shape.dim[0]);
}

/* ---- gradients ---- */
extern const bm_op bmi_op_scatter_rows;

static void grad_gather(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = bmi_op3(&bmi_op_scatter_rows, NULL, bm_node_in(y, 0), bm_node_in(y, 1), dy, BM_HERE);
}

static void grad_scatter(bm_node y, bm_node dy, bm_node *dx)
{
    dx[0] = dy;
    if (bmi_may_need(bm_node_in(y, 2))) dx[2] = bm_gather(dy, bm_node_in(y, 1));
}

static void grad_rows(bm_node y, bm_node dy, bm_node *dx)
{
    dx[2] = bm_gather(dy, bm_node_in(y, 1));
}

/* ---- one-hot ---- */

typedef struct one_hot_args {
    int64_t depth, type;
} one_hot_args;

static bm_status infer_one_hot(bm_infer *i)
{
    const one_hot_args *args = i->args;
    const bm_shape x = i->in_shape[0];
    if (bmi_infer_index(i, 0)) return BM_E_TYPE;
    if (!bm_type_size((bm_type)args->type)) return bm_infer_fail(i, BM_E_TYPE, "%lld is no type", (long long)args->type);
    if (args->depth < 1) return bm_infer_fail(i, BM_E_ARGUMENT, "the depth is %lld; 1 or more", (long long)args->depth);
    if (x.rank == BM_MAX_RANK)
        return bm_infer_fail(i, BM_E_SHAPE, "the indices have %d axes, which leaves none for the classes", BM_MAX_RANK);
    i->type = (bm_type)args->type;
    i->shape = x;
    i->shape.dim[i->shape.rank++] = args->depth;
    return BM_OK;
}

static void run_one_hot(const bm_call *c)
{
    const int64_t depth = ((const one_hot_args *)c->args)->depth;
    bmi_fill_array(&c->out, 0);
    for (int64_t i = 0; i < c->in[0].size; i++) {
        const int64_t k = bmi_integer_at(&c->in[0], i);
        if (k < 0 || k >= depth) continue;
        const bm_array one = { c->out.type, { 0 }, 1, bmi_element(&c->out, i * depth + k) };
        bmi_fill_array(&one, 1);
    }
}

#define TABLE BMI_REALS(1, 2, 3, 4, 5, 6)
static const bm_example examples_gather[] = {
    { .in = { TABLE, BMI_REALS(2, 0) },
      .in_type = { 0, BM_I32 },
      .in_shape = { BMI_DIMS(3, 2), BMI_DIMS(2) },
      .out = BMI_REALS(5, 6, 1, 2),
      .shape = BMI_DIMS(2, 2),
      .source = "by hand" },
    { .in = { TABLE, BMI_REALS(1, 1, 5, 0) },
      .in_type = { 0, BM_I64 },
      .in_shape = { BMI_DIMS(6), BMI_DIMS(2, 2) },
      .out = BMI_REALS(2, 2, 6, 1),
      .shape = BMI_DIMS(2, 2),
      .source = "by hand" },
};
static const bm_example examples_scatter[] = {
    { .in = { TABLE, BMI_REALS(2, 0, 2), BMI_REALS(10, 20, 30, 40, 50, 60) },
      .in_type = { 0, BM_I64 },
      .in_shape = { BMI_DIMS(3, 2), BMI_DIMS(3), BMI_DIMS(3, 2) },
      .out = BMI_REALS(31, 42, 3, 4, 65, 86),
      .shape = BMI_DIMS(3, 2),
      .source = "by hand" },
};
static const bm_example examples_rows[] = {
    { .in = { TABLE, BMI_REALS(2, 0, 2), BMI_REALS(10, 20, 30, 40, 50, 60) },
      .in_type = { 0, BM_I64 },
      .in_shape = { BMI_DIMS(3, 2), BMI_DIMS(3), BMI_DIMS(3, 2) },
      .out = BMI_REALS(30, 40, 0, 0, 60, 80),
      .shape = BMI_DIMS(3, 2),
      .source = "by hand" },
};
static const bm_example examples_one_hot[] = {
    { .in = { BMI_REALS(1, 3, -1) },
      .in_type = { BM_I32 },
      .in_shape = { BMI_DIMS(3) },
      .args = &(const one_hot_args){ 3, BM_F32 },
      .out = BMI_REALS(0, 1, 0, 0, 0, 0, 0, 0, 0),
      .shape = BMI_DIMS(3, 3),
      .source = "by hand" },
};

static const bm_op bmi_op_gather = { .size = sizeof(bm_op),
                                     .name = "gather",
                                     .n_in = 2,
                                     .infer = infer_gather,
                                     .grad = grad_gather,
                                     .run = run_gather,
                                     .bind = bind_gather,
                                     BMI_EXAMPLES(examples_gather),
                                     .doc = "rows of x by index: indices.shape + x.shape[1:]" };
static const bm_op bmi_op_scatter_add = { .size = sizeof(bm_op),
                                          .name = "scatter_add",
                                          .n_in = 3,
                                          .infer = infer_scatter,
                                          .grad = grad_scatter,
                                          .run = run_scatter,
                                          .scratch = list_bytes,
                                          .bind = bind_scatter,
                                          BMI_EXAMPLES(examples_scatter),
                                          .doc = "x with updates added to rows by index, in order" };
const bm_op bmi_op_scatter_rows = { .size = sizeof(bm_op),
                                    .name = "scatter_rows",
                                    .n_in = 3,
                                    .shape_inputs = 1,
                                    .infer = infer_scatter,
                                    .grad = grad_rows,
                                    .run = run_rows,
                                    .scratch = list_bytes,
                                    .bind = bind_rows,
                                    BMI_EXAMPLES(examples_rows),
                                    .doc = "zeros in x's shape with updates added to rows by index: the gradient of gather" };
static const bm_op bmi_op_one_hot = { .size = sizeof(bm_op),
                                      .name = "one_hot",
                                      .n_in = 1,
                                      .args_size = sizeof(one_hot_args),
                                      .flags = BM_OP_NO_GRADIENT,
                                      .infer = infer_one_hot,
                                      .run = run_one_hot,
                                      BMI_EXAMPLES(examples_one_hot),
                                      .doc = "1 at the index on a new last axis, else 0; all 0 for an index outside" };

bm_node bm_gather_at(bm_node x, bm_node indices, bm_place here)
{
    return bmi_op2(&bmi_op_gather, NULL, x, indices, here);
}

bm_node bm_scatter_add_at(bm_node x, bm_node indices, bm_node updates, bm_place here)
{
    return bmi_op3(&bmi_op_scatter_add, NULL, x, indices, updates, here);
}

bm_node bm_one_hot_at(bm_node indices, int64_t depth, bm_type type, bm_place here)
{
    return bmi_op1(&bmi_op_one_hot, &(one_hot_args){ depth, type }, indices, here);
}

const bmi_kind bmi_kinds_op_gather[] = {
    BMI_OP_KIND(gather), BMI_OP_KIND(scatter_add), BMI_OP_KIND(scatter_rows), BMI_OP_KIND(one_hot), { 0 }
};
