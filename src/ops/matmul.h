// SPDX-License-Identifier: Apache-2.0
/* Between matrix products, their binding, and what it leaves of the chain behind one. */
#ifndef BMI_OPS_MATMUL_H
#define BMI_OPS_MATMUL_H
#include "kernels/cpu/contract.h"
#include "ops/op.h"

/* The steps between an operand's matrices in the order of the output's leading axes; 0 repeats. */
void bmi_batch_strides(const bm_shape *from, const bm_shape *out, int64_t stride[BM_MAX_RANK]);

/* Moves what the product's kernel can do itself from the chain to the contraction. False: nothing is left of the chain. The
 * product as it is before the chain must be needed by the chain alone. */
bool bmi_matmul_end(bmi_program_spec *chain, bmi_contract_spec *contraction);

#endif
