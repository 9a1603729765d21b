// SPDX-License-Identifier: Apache-2.0
/* The packer of transposed operands. */
#ifndef BMI_KERNELS_CPU_VARIANTS_CONTRACT_TRANSPOSE_H
#define BMI_KERNELS_CPU_VARIANTS_CONTRACT_TRANSPOSE_H
#include "kernels/cpu/variant.h"

/* to[j * to_step + i] = from[i * from_step + j] for i < rows, j < columns. With pad, each row of `to` is filled with zeros up
 * to a whole register; without, nothing more is written. */
void BMI_V(bmi_contract_transpose)(real *to, int64_t to_step, const real *from, int64_t from_step, int64_t rows,
                                   int64_t columns, bool pad);

#endif
