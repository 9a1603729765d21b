// SPDX-License-Identifier: Apache-2.0
/* Matrix products on the contraction engine: leading axes become rows where the second operand is a plain matrix, else a batch.
 */
#include "ops/matmul.h"
#include "ops/walk.h"

enum { MOST_STEPS = 64 }; /* batches of batches that are bound one by one; more of them run the plain kernel */

/* Emits one product or one evenly spaced batch of them. */
static void emit(bmi_bind *b, const bmi_contract_spec *spec)
{
    const int parts = bmi_contract_parts(spec, b->threads);
    void *memory = bmi_bind_memory(b, bmi_contract_bytes(spec, parts));
    if (!memory) return;
    const bmi_contract *c = bmi_contract_bind(memory, spec, parts, b->isa);
    bmi_bind_emit(b, "contract", bmi_contract_kernel(c), c, parts);
}

static bool bind_batch(bmi_bind *b, bmi_contract_spec *spec)
{
    const bm_array *x = &b->in[0], *y = &b->in[1];
    int64_t stride[3][BM_MAX_RANK], steps = 1;
    bm_shape batch = b->out.shape;
    bmi_walk w;
    bmi_batch_strides(&x->shape, &b->out.shape, stride[0]);
    bmi_batch_strides(&y->shape, &b->out.shape, stride[1]);
    bmi_batch_strides(&b->out.shape, &b->out.shape, stride[2]);
    batch.rank -= 2;
    bmi_walk_start(&w, &batch, 3, (const int64_t(*)[BM_MAX_RANK])stride);
    const int last = w.rank - 1;
    for (int d = 0; d < last; d++) steps *= w.dim[d];
    if (steps > MOST_STEPS) return false;
    spec->batch = w.dim[last];
    spec->a_stride = w.stride[0][last];
    spec->b_stride = w.stride[1][last];
    spec->c_stride = w.stride[2][last];
    do {
        spec->a = bmi_element(x, w.at[0]);
        spec->b = bmi_element(y, w.at[1]);
        spec->c = bmi_element(&b->out, w.at[2]);
        emit(b, spec);
    } while (bmi_walk_next(&w));
    return true;
}

static const bmi_program *make_program(bmi_bind *b, const bmi_program_spec *chain)
{
    void *memory = bmi_bind_memory(b, bmi_program_bytes(chain));
    return memory ? bmi_program_bind(memory, chain, b->isa) : NULL;
}

bool bmi_matmul_bind(bmi_bind *b, bmi_program_spec *chain, bool alone)
{
    const bmi_matmul_args *args = b->args;
    const bm_array *x = &b->in[0], *y = &b->in[1], *out = &b->out;
    const int64_t xr = x->shape.dim[x->shape.rank - 2], xc = x->shape.dim[x->shape.rank - 1];
    const int64_t yc = y->shape.dim[y->shape.rank - 1];
    const bool one = y->shape.rank == 2 && (x->shape.rank == 2 || !args->x_transposed);
    if (!out->size || (chain && !one)) return false;
    bmi_contract_spec spec = { .real = x->type == BM_F32 ? BMI_REAL_F32 : BMI_REAL_F64,
                               .a_transposed = args->x_transposed,
                               .b_transposed = args->y_transposed,
                               .a = x->data,
                               .b = y->data,
                               .c = out->data,
                               .lda = xc,
                               .ldb = yc };
    spec.n = spec.ldc = out->shape.dim[out->shape.rank - 1];
    spec.k = args->x_transposed ? xr : xc;
    spec.m = one ? out->size / spec.n : out->shape.dim[out->shape.rank - 2];
    if (!one) return bind_batch(b, &spec);
    if (chain && (!alone || bmi_matmul_end(chain, &spec))) {
        spec.epilogue = make_program(b, chain);
        if (!spec.epilogue) return true;
    }
    emit(b, &spec);
    return true;
}
