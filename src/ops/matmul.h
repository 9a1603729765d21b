// SPDX-License-Identifier: Apache-2.0
/* Between the binding of matrix products and what it leaves of the chain behind one. */
#ifndef BMI_OPS_MATMUL_H
#define BMI_OPS_MATMUL_H
#include "kernels/cpu/contract.h"
#include "ops/op.h"

/* Moves what the product's kernel can do itself from the chain to the contraction. False: nothing is left of the chain. The
 * product as it is before the chain must be needed by the chain alone. */
bool bmi_matmul_end(bmi_program_spec *chain, bmi_contract_spec *contraction);

#endif
