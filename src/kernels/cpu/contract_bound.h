// SPDX-License-Identifier: Apache-2.0
/* A bound contraction: what kernels/cpu/contract.c decides once from the whole shape, and the kernels in
 * kernels/cpu/variants/contract_*.c follow. Nothing here depends on how many parts a call has.
 *
 * Rows, columns: the product as the kernel sees it, rows x columns = sum over k of A[row][k] * B[k][column]. It may be the
 * transposed one (`swapped`: rows are the columns of the caller's C), when that puts the long side along the vectors.
 *
 * Families, each a kernel per real type and instruction set:
 *     chain   every element is one chain of fused multiply-adds per block of k, k rising; blocks of k are added in order
 *     dot     16 (f32) or 8 (f64) partial sums along k, joined by one tree; for few columns
 *     row     one row of C: groups of 8 steps of k are one chain each, or (narrow) 4 chains over k mod 4
 *     outer   a single step of k: nothing is summed
 * The family and the blocks of k fix the bits. Instruction sets differ in tile sizes only.
 */
#ifndef BMI_KERNELS_CPU_CONTRACT_BOUND_H
#define BMI_KERNELS_CPU_CONTRACT_BOUND_H
#include "kernels/cpu/contract.h"
#include "kernels/cpu/variant.h"

typedef struct bmi_range {
    int64_t begin, end;
} bmi_range;

struct bmi_contract {
    const void *a, *b;
    void *c;
    const void *bias, *rate; /* of small, narrow and outer kernels, bias of small dots too */
    int64_t rows, columns, k;
    int64_t a_step, b_step;  /* between rows of A and B as stored */
    int64_t c_row, c_column; /* between rows and columns of C; one of them is 1 unless c_row is */
    bool a_transposed, b_transposed, accumulate, swapped;
    bool by_columns, by_rows;        /* how parts cut it; neither: as fits their number. A batch: by its rows */
    bool direct;                     /* chain: nothing is packed */
    int64_t k_block;                 /* k is cut into blocks of this size, the last may be shorter */
    int64_t row_group, column_group; /* chain: see its file */
    int64_t batch, a_stride, b_stride, c_stride;
    const bmi_program *epilogue;
    bmi_kernel kernel;
    char *scratch;        /* of all parts */
    size_t scratch_bytes; /* of one part */
};

/* The part-th of `parts` slices of n in units of grain; slices differ by at most one unit. */
static inline bmi_range bmi_contract_slice(int64_t n, int64_t grain, int part, int parts)
{
    const int64_t units = (n + grain - 1) / grain, each = units / parts, more = units % parts;
    const int64_t begin = part * each + (part < more ? part : more), end = begin + each + (part < more);
    return (bmi_range){ begin * grain < n ? begin * grain : n, end * grain < n ? end * grain : n };
}

/* Runs the epilogue over a finished block. */
static inline void bmi_contract_finish(const bmi_contract *c, bmi_range rows, bmi_range columns)
{
    if (!c->epilogue || rows.begin >= rows.end || columns.begin >= columns.end) return;
    if (c->swapped) bmi_program_block(c->epilogue, columns.begin, columns.end, rows.begin, rows.end);
    else bmi_program_block(c->epilogue, rows.begin, rows.end, columns.begin, columns.end);
}

/* The same for all of it. */
static inline void bmi_contract_finish_all(const bmi_contract *c)
{
    if (c->epilogue) bmi_program_run(c->epilogue, 0, 1);
}

/* What becomes of the sum of an element: it is stored; added to what is there; added to its column's bias and stored (a
 * chain starts with the bias instead); multiplied by the rate and taken from what is there. */
typedef enum bmi_contract_end { BMI_END_SET, BMI_END_ADD, BMI_END_BIAS, BMI_END_RATE } bmi_contract_end;
static inline bmi_contract_end bmi_contract_end_of(const bmi_contract *c)
{
    return c->accumulate ? BMI_END_ADD : c->bias ? BMI_END_BIAS : c->rate ? BMI_END_RATE : BMI_END_SET;
}

enum { BMI_CONTRACT_ACROSS = 12 }; /* rows of a product that is written across, at most */

typedef void bmi_contract_kernel_fn(const void *args, int part, int parts);
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_chain);  /* the general one */
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_small);  /* chains of tiny products */
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_across); /* chains with c_row 1 and few rows */
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_dot);
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_dot_small);
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_row);
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_narrow);
BMI_VARIANTS(bmi_contract_kernel_fn, bmi_contract_outer); /* small ones */

#endif
