// SPDX-License-Identifier: Apache-2.0
/* Matrix products of the last two axes, each operand or its transpose; leading axes broadcast.
 *
 * Shapes    x (.., n, k), y (.., k, m), out (.., n, m).
 * Gradient  dX = dY Y^T, dY = X^T dY in the four forms of the transposes; summed over broadcast leading axes. A matrix beside a
 *           batch (a dense layer on sequences) has the leading axes of x folded into its rows first, so that its gradient is one
 *           product and no batch of them.
 * Source    Goodfellow, Bengio, Courville, "Deep Learning", section 6.5.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "ops/matmul.h"
#include "ops/walk.h"

static bm_status infer(bm_infer *i)
{
    const bmi_matmul_args *args = i->args;
    const bm_shape x = i->in_shape[0], y = i->in_shape[1];
    char a[200], b[200];
    if (bmi_infer_real(i, 0) || bmi_infer_real(i, 1) || bmi_infer_types_agree(i)) return BM_E_TYPE;
    if (x.rank < 2 || y.rank < 2)
        return bm_infer_fail(i, BM_E_SHAPE,
                             "x is %s, y is %s: both need two axes or more (bm_reshape_op makes a matrix of a vector)",
                             bmi_shape_text(a, &x), bmi_shape_text(b, &y));
    const int64_t rows = x.dim[x.rank - (args->x_transposed ? 1 : 2)], inner = x.dim[x.rank - (args->x_transposed ? 2 : 1)];
    const int64_t meets = y.dim[y.rank - (args->y_transposed ? 1 : 2)], cols = y.dim[y.rank - (args->y_transposed ? 2 : 1)];
    if (!bmi_dims_fit(inner, meets))
        return bm_infer_fail(i, BM_E_SHAPE, "x is %s%s, y is %s%s: %lld columns meet %lld rows", bmi_shape_text(a, &x),
                             args->x_transposed ? " transposed" : "", bmi_shape_text(b, &y),
                             args->y_transposed ? " transposed" : "", (long long)inner, (long long)meets);
    bm_shape xb = x, yb = y;
    xb.rank -= 2;
    yb.rank -= 2;
    if (!bmi_shape_broadcast(xb, yb, &i->shape))
        return bm_infer_fail(i, BM_E_SHAPE, "x is %s, y is %s: the axes before the last two must be equal or 1",
                             bmi_shape_text(a, &x), bmi_shape_text(b, &y));
    i->type = i->in_type[0];
    i->shape.dim[i->shape.rank++] = rows;
    i->shape.dim[i->shape.rank++] = cols;
    return BM_OK;
}

/* x (.., n, k) as a matrix (.. n, k), for a known k. */
static bm_node fold_rows(bm_node x, int64_t k)
{
    return bm_reshape_op(x, BM_SHAPE(BM_ANY, k));
}

static void grad(bm_node out, bm_node dy, bm_node *dx)
{
    const bmi_matmul_args *args = bm_node_args(out);
    const bool tx = args->x_transposed, ty = args->y_transposed;
    const bm_node x = bm_node_in(out, 0), y = bm_node_in(out, 1);
    const bm_shape xs = bm_node_shape(x), ys = bm_node_shape(y), os = bm_node_shape(out);
    if (bmi_may_need(x)) {
        dx[0] = tx ? bm_matmul_of(y, ty, dy, true) : bm_matmul_of(dy, false, y, !ty);
        if (ys.rank > 2) dx[0] = bmi_undo_broadcast(dx[0], x);
    }
    if (!bmi_may_need(y)) return;
    const int64_t k = xs.dim[xs.rank - 1], m = os.dim[os.rank - 1];
    if (ys.rank == 2 && xs.rank > 2 && !tx && k > 0 && m > 0) {
        const bm_node rows = fold_rows(x, k), dr = fold_rows(dy, m);
        dx[1] = ty ? bm_matmul_of(dr, true, rows, false) : bm_matmul_of(rows, true, dr, false);
        return;
    }
    dx[1] = ty ? bm_matmul_of(dy, true, x, tx) : bm_matmul_of(x, !tx, dy, false);
    if (xs.rank > 2) dx[1] = bmi_undo_broadcast(dx[1], y);
}

enum { TILE = 64 };

/* One product, C (n x m) = A B with the given steps; sums in f64. */
static void product(bm_type type, int64_t n, int64_t m, int64_t k, const void *a, int64_t ai, int64_t ak, const void *b,
                    int64_t bk, int64_t bj, void *c)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j0 = 0; j0 < m; j0 += TILE) {
            const int64_t w = m - j0 < TILE ? m - j0 : TILE;
            double sum[TILE] = { 0 };
            for (int64_t l = 0; l < k; l++) {
                const int64_t at = i * ai + l * ak, row = l * bk + j0 * bj;
                if (type == BM_F32)
                    for (int64_t j = 0; j < w; j++)
                        sum[j] += (double)((const float *)a)[at] * (double)((const float *)b)[row + j * bj];
                else
                    for (int64_t j = 0; j < w; j++) sum[j] += ((const double *)a)[at] * ((const double *)b)[row + j * bj];
            }
            for (int64_t j = 0; j < w; j++) {
                if (type == BM_F32) ((float *)c)[i * m + j0 + j] = (float)sum[j];
                else ((double *)c)[i * m + j0 + j] = sum[j];
            }
        }
}

void bmi_batch_strides(const bm_shape *from, const bm_shape *out, int64_t stride[BM_MAX_RANK])
{
    bm_shape f = *from, o = *out;
    const int64_t matrix = f.dim[f.rank - 1] * f.dim[f.rank - 2];
    f.rank -= 2;
    o.rank -= 2;
    bmi_broadcast_strides(&f, &o, stride);
    for (int64_t d = 0; d < o.rank; d++) stride[d] *= matrix;
}

static void run(const bm_call *c)
{
    const bmi_matmul_args *args = c->args;
    const bm_array *x = &c->in[0], *y = &c->in[1];
    const int64_t xr = x->shape.dim[x->shape.rank - 2], xc = x->shape.dim[x->shape.rank - 1];
    const int64_t yr = y->shape.dim[y->shape.rank - 2], yc = y->shape.dim[y->shape.rank - 1];
    const int64_t n = args->x_transposed ? xc : xr, k = args->x_transposed ? xr : xc, m = args->y_transposed ? yr : yc;
    int64_t stride[2][BM_MAX_RANK], done = 0;
    bm_shape batch = c->out.shape;
    bmi_batch_strides(&x->shape, &c->out.shape, stride[0]);
    bmi_batch_strides(&y->shape, &c->out.shape, stride[1]);
    batch.rank -= 2;
    bmi_walk w;
    if (!c->out.size || !bmi_walk_start(&w, &batch, 2, (const int64_t(*)[BM_MAX_RANK])stride)) return;
    const int last = w.rank - 1;
    do {
        for (int64_t i = 0; i < w.dim[last]; i++, done++)
            product(x->type, n, m, k, bmi_element(x, w.at[0] + i * w.stride[0][last]), args->x_transposed ? 1 : xc,
                    args->x_transposed ? xc : 1, bmi_element(y, w.at[1] + i * w.stride[1][last]), args->y_transposed ? 1 : yc,
                    args->y_transposed ? yc : 1, bmi_element(&c->out, done * n * m));
    } while (bmi_walk_next(&w));
}

#define TIMES(xt, yt) .args = &(const bmi_matmul_args){ xt, yt }, .source = "by hand"
static const bm_example examples[] = {
    { .in = { BMI_REALS(1, 2, 3, 4, 5, 6), BMI_REALS(1, 0, -1, 2, 2, 1) },
      .in_shape = { BMI_DIMS(2, 3), BMI_DIMS(3, 2) },
      .out = BMI_REALS(5, 7, 11, 16),
      .shape = BMI_DIMS(2, 2),
      TIMES(0, 0) },
    { .in = { BMI_REALS(1, 4, 2, 5, 3, 6), BMI_REALS(1, -1, 2, 0, 2, 1) },
      .in_shape = { BMI_DIMS(3, 2), BMI_DIMS(2, 3) },
      .out = BMI_REALS(5, 7, 11, 16),
      .shape = BMI_DIMS(2, 2),
      TIMES(1, 1) },
    { .in = { BMI_REALS(1, 2, 3, 4, 5, 6, 7, 8), BMI_REALS(1, 1) },
      .in_shape = { BMI_DIMS(2, 2, 2), BMI_DIMS(2, 1) },
      .out = BMI_REALS(3, 7, 11, 15),
      .shape = BMI_DIMS(2, 2, 1),
      TIMES(0, 0) },
};

static const bm_op bmi_op_matmul = {
    .size = sizeof(bm_op),
    .name = "matmul",
    .n_in = 2,
    .args_size = sizeof(bmi_matmul_args),
    .infer = infer,
    .grad = grad,
    .run = run,
    BMI_EXAMPLES(examples),
    .doc = "product of x (.., n, k) and y (.., k, m), or of their transposes; leading axes broadcast"
};

bm_node bm_matmul_of_at(bm_node x, bool x_transposed, bm_node y, bool y_transposed, bm_place here)
{
    return bmi_op2(&bmi_op_matmul, &(bmi_matmul_args){ x_transposed, y_transposed }, x, y, here);
}

bm_node bm_matmul_at(bm_node x, bm_node y, bm_place here)
{
    return bm_matmul_of_at(x, false, y, false, here);
}

const bmi_kind bmi_kinds_op_matmul[] = { BMI_OP_KIND(matmul), { 0 } };
