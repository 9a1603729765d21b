// SPDX-License-Identifier: Apache-2.0
/* Reductions of dense arrays seen as [outer, n, inner]: the middle goes.
 *
 * Order of sums: f32 in 16 lanes, f64 in 8, on every instruction set; blocks of 64 vectors (along a row) or 64 rows (across
 * rows), whose sums are added pairwise (Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14, 1993). So the
 * error stays below 4 u (sqrt(k) + 8) sum |a| for any k, and the bits do not depend on the number of parts: where few results
 * are made of many numbers, parts work on aligned subtrees of the same tree, and a second kernel joins them.
 */
#ifndef BMI_KERNELS_CPU_REDUCE_H
#define BMI_KERNELS_CPU_REDUCE_H
#include "kernels/kernel.h"

typedef enum bmi_reduce_kind {
    BMI_REDUCE_SUM,
    BMI_REDUCE_SUM_SQUARES,
    BMI_REDUCE_SUM_ABS,
    BMI_REDUCE_PROD,
    BMI_REDUCE_MAX, /* NaN when one is there; of nothing -infinity */
    BMI_REDUCE_MIN,
    BMI_REDUCE_MAX_ABS,   /* of nothing 0 */
    BMI_REDUCE_LOGSUMEXP, /* of nothing -infinity */
    BMI_REDUCE_ARGMAX,    /* the first index of the largest, or of the first NaN; of nothing 0. y is of int64_t */
    BMI_REDUCE_KINDS
} bmi_reduce_kind;

typedef struct bmi_reduce_spec {
    bmi_real real;
    bmi_reduce_kind kind;
    int64_t outer, n, inner; /* any may be 0 */
    const void *x;           /* dense */
    void *y;                 /* outer x inner, dense; not on x */
    double scale;            /* the result times this, rounded to the type; 0 counts as 1. A mean: 1 / n */
    bool root;               /* square root of it: a 2-norm of SUM_SQUARES */
} bmi_reduce_spec;

typedef struct bmi_reduce bmi_reduce; /* bound */

/* Bytes of a bound reduction with its scratch, and binding into such memory (aligned to 64). */
size_t bmi_reduce_bytes(const bmi_reduce_spec *spec);
const bmi_reduce *bmi_reduce_bind(void *memory, const bmi_reduce_spec *spec, bmi_isa isa);
/* The kernel; args is the bound reduction. */
void bmi_reduce_run(const void *args, int part, int parts);
/* The second kernel, after all parts of the first, in one part: null when the first does it all. */
bmi_kernel bmi_reduce_finish(const bmi_reduce *r);
/* How many parts pay: 1 when small. */
int bmi_reduce_parts(const bmi_reduce *r);

#endif
