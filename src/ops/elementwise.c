// SPDX-License-Identifier: Apache-2.0
/* What all elementwise rows share: inference by the types they take, and the plain kernel.
 *
 * The kernel walks the broadcast box in pieces. Reals go through the row's vector code, the same as in a program, so that
 * both give the same bits; bools become reals 0 and 1 on the way. Integers are computed as int64_t, one by one.
 */
#include "base/text.h"
#include "ops/elementwise.h"
#include "ops/walk.h"

bm_status bmi_infer_REALS(bm_infer *i)
{
    for (int j = 0; j < i->n_in; j++)
        if (bmi_infer_real(i, j)) return BM_E_TYPE;
    return bmi_infer_broadcast(i);
}

static bool is_number(bm_type t)
{
    return bmi_type_is_real(t) || t == BM_I32 || t == BM_I64;
}

static bm_status refuse(bm_infer *i, int j, const char *takes)
{
    char text[200];
    return bm_infer_fail(i, BM_E_TYPE, "input %d is %s %s; it takes %s (bm_cast changes the type)", j + 1,
                         bm_type_name(i->in_type[j]), bmi_shape_text(text, &i->in_shape[j]), takes);
}

bm_status bmi_infer_NUMBERS(bm_infer *i)
{
    for (int j = 0; j < i->n_in; j++)
        if (!is_number(i->in_type[j])) return refuse(i, j, "numbers, f32, f64, i32 or i64");
    return bmi_infer_broadcast(i);
}

bm_status bmi_infer_COMPARE(bm_infer *i)
{
    for (int j = 0; j < i->n_in; j++)
        if (!is_number(i->in_type[j]) && i->in_type[j] != BM_U8) return refuse(i, j, "numbers");
    return bmi_infer_ANY_COMPARE(i);
}

bm_status bmi_infer_ANY_COMPARE(bm_infer *i)
{
    const bm_status status = bmi_infer_broadcast(i);
    i->type = BM_BOOL;
    return status;
}

bm_status bmi_infer_TEST(bm_infer *i)
{
    const bm_status status = bmi_infer_REALS(i);
    i->type = BM_BOOL;
    return status;
}

bm_status bmi_infer_LOGIC(bm_infer *i)
{
    for (int j = 0; j < i->n_in; j++)
        if (i->in_type[j] != BM_BOOL) return refuse(i, j, "bools");
    return bmi_infer_broadcast(i);
}

bm_status bmi_infer_CHOICE(bm_infer *i)
{
    if (i->in_type[0] != BM_BOOL) return refuse(i, 0, "a bool there");
    const bm_type types[3] = { i->in_type[1], i->in_type[1], i->in_type[2] };
    bm_infer alike = *i;
    alike.in_type = types;
    const bm_status status = bmi_infer_broadcast(&alike);
    i->type = alike.type;
    i->shape = alike.shape;
    return status;
}

enum { TILE = 128 };
typedef union tile {
    float f32[TILE];
    double f64[TILE];
    int64_t i64[TILE];
} tile;

/* A piece of an operand as reals of a type: in place when it lies so, else through the buffer. */
static const void *real_piece(const bm_array *x, bm_type real, int64_t at, int64_t step, int64_t n, tile *buffer)
{
    if (x->type == real && (step == 1 || n == 1)) return bmi_element(x, at);
    for (int64_t i = 0; i < n; i++, at += step) {
        if (real == BM_F32) buffer->f32[i] = x->type == BM_F32 ? ((const float *)x->data)[at] : (float)bmi_integer_at(x, at);
        else buffer->f64[i] = x->type == BM_F64 ? ((const double *)x->data)[at] : (double)bmi_integer_at(x, at);
    }
    return buffer;
}

static void run_reals(const bm_array *in, const bm_array *out, const bmi_row *row, const double *p, bm_type real, bmi_walk *w)
{
    const bmi_vector_fn code = (*row->code)[bmi_isa_now()][real == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64];
    const int last = w->rank - 1;
    tile buffer[4];
    do {
        for (int64_t i = 0; i < w->dim[last]; i += TILE) {
            const int64_t n = w->dim[last] - i < TILE ? w->dim[last] - i : TILE;
            const void *piece[3] = { NULL, NULL, NULL };
            for (int j = 0; j < row->operands; j++) {
                const int64_t step = w->stride[j][last];
                piece[j] = real_piece(&in[j], real, w->at[j] + i * step, step, n, &buffer[j]);
            }
            const int64_t at = w->at[row->operands] + i;
            void *into = out->type == real ? bmi_element(out, at) : (void *)&buffer[3];
            code((size_t)n, into, piece[0], piece[1], piece[2], p);
            if (out->type == real) continue;
            for (int64_t k = 0; k < n; k++)
                ((uint8_t *)out->data)[at + k] = real == BM_F32 ? buffer[3].f32[k] != 0 : buffer[3].f64[k] != 0;
        }
    } while (bmi_walk_next(w));
}

static void run_integers(const bm_array *in, const bm_array *out, const bmi_row *row, const double *p, bmi_walk *w)
{
    const int last = w->rank - 1;
    do {
        for (int64_t i = 0; i < w->dim[last]; i++) {
            int64_t x[3] = { 0, 0, 0 };
            for (int j = 0; j < row->operands; j++) x[j] = bmi_integer_at(&in[j], w->at[j] + i * w->stride[j][last]);
            const int64_t y = row->integer(x[0], x[1], x[2], p[0], p[1]), at = w->at[row->operands] + i;
            if (out->type == BM_I64) ((int64_t *)out->data)[at] = y;
            else if (out->type == BM_I32) ((int32_t *)out->data)[at] = (int32_t)y;
            else ((uint8_t *)out->data)[at] = (uint8_t)y;
        }
    } while (bmi_walk_next(w));
}

void bmi_row_run(const bm_array *in, const bm_array *out, const bmi_row *row, const bmi_row_args *args)
{
    const double no_numbers[2] = { 0, 0 }, *p = args ? args->p : no_numbers;
    bm_type real = bmi_type_is_real(out->type) ? out->type : (bm_type)0;
    int64_t stride[BMI_WALK_ARRAYS][BM_MAX_RANK];
    for (int j = 0; j < row->operands; j++) {
        if (bmi_type_is_real(in[j].type)) real = in[j].type;
        bmi_broadcast_strides(&in[j].shape, &out->shape, stride[j]);
    }
    bmi_strides(&out->shape, stride[row->operands]);
    bmi_walk w;
    if (!bmi_walk_start(&w, &out->shape, row->operands + 1, (const int64_t(*)[BM_MAX_RANK])stride)) return;
    if (real) run_reals(in, out, row, p, real, &w);
    else run_integers(in, out, row, p, &w);
}
