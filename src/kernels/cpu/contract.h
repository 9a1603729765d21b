// SPDX-License-Identifier: Apache-2.0
/* The contraction engine: C = op(A) op(B), packer x micro-kernel x epilogue, for f32 and f64, one product or a batch.
 *
 * Bits: C[i][j] is summed over k in one order that depends on (m, n, k, transposes) of the whole product alone, so neither the
 * number of parts nor the slice a thread works on changes a bit, and AVX2 and AVX-512 agree.
 */
#ifndef BMI_KERNELS_CPU_CONTRACT_H
#define BMI_KERNELS_CPU_CONTRACT_H
#include "kernels/cpu/program.h"

typedef struct bmi_contract_spec {
    bmi_real real;
    int64_t m, n, k;   /* C is m x n; any of them may be 0 (k = 0: C is zeros, then the epilogue) */
    bool a_transposed; /* A is stored k x m */
    bool b_transposed; /* B is stored n x k */
    const void *a, *b;
    void *c;
    int64_t lda, ldb, ldc; /* elements between rows as stored */
    bool accumulate;       /* C += instead of C = */
    const void *bias;      /* or null: n numbers that are added to every row. Where bmi_contract_ends says so */
    const void *rate;      /* or null: C -= *rate times the product, which is rounded first. Where bmi_contract_ends says so */
    int64_t batch;         /* products; 0 counts as 1. The strides below may be 0 (the operand repeats) */
    int64_t a_stride, b_stride, c_stride;
    const bmi_program *epilogue; /* or null: run over each finished block of C while it is in cache. Its region is m x n;
                                         it reads C as an operand and writes C or other arrays. Not with batch > 1 */
} bmi_contract_spec;

typedef struct bmi_contract bmi_contract; /* bound: micro-kernel, blocks, packing buffers */

/* Whether the kernel for this shape has bias and rate: small products have, which work on them in registers. At most one of
 * bias, rate and accumulate. */
bool bmi_contract_ends(const bmi_contract_spec *spec);
/* Bytes a bound contraction needs, scratch for up to `parts` parts included, and binding (memory aligned to 64). */
size_t bmi_contract_bytes(const bmi_contract_spec *spec, int parts);
const bmi_contract *bmi_contract_bind(void *memory, const bmi_contract_spec *spec, int parts, bmi_isa isa);
/* The kernel that runs this bound contraction (tiny shapes have their own), to be called with args = the contraction. */
bmi_kernel bmi_contract_kernel(const bmi_contract *c);
/* How many parts pay for this shape on a machine of `threads` threads: 1 when small. */
int bmi_contract_parts(const bmi_contract_spec *spec, int threads);

#endif
