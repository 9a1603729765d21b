// SPDX-License-Identifier: Apache-2.0
/* What a plan runs: a function over complete arguments. A plan is an array of these, and running is a loop over it.
 *
 * A kernel never allocates, looks up, or does shape arithmetic that could have been done when it was bound. `part` of
 * `parts` says which slice of the work this call does; the numbers it writes do not depend on how many parts there are.
 */
#ifndef BMI_KERNELS_KERNEL_H
#define BMI_KERNELS_KERNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void (*bmi_kernel)(const void *args, int part, int parts);

/* Instruction sets, in rising order. The set is chosen once per process: the best the machine has, or BAEUM_ISA=baseline,
 * avx2 or avx512 when the machine has that one (an unknown or missing one is ignored and the best is taken). */
typedef enum bmi_isa { BMI_BASELINE, BMI_AVX2, BMI_AVX512, BMI_ISA_COUNT } bmi_isa;
bmi_isa bmi_isa_now(void);
bool bmi_isa_has(bmi_isa isa); /* the machine can run it and the build has it */
const char *bmi_isa_name(bmi_isa isa);

/* Bytes up to the end of a cache line. */
static inline size_t bmi_whole_lines(size_t bytes)
{
    return (bytes + 63) & ~(size_t)63;
}

/* Real types that kernels are compiled for. */
typedef enum bmi_real { BMI_REAL_F32, BMI_REAL_F64, BMI_REAL_COUNT } bmi_real;

#endif
