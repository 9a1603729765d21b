// SPDX-License-Identifier: Apache-2.0
/* Reductions over axes: their arguments, and the plain kernel that all of them share.
 */
#ifndef BMI_OPS_REDUCE_H
#define BMI_OPS_REDUCE_H
#include "ops/op.h"

/* The arguments of sum, mean, max, min, prod and logsumexp, and the beginning of norm's. */
typedef struct bmi_reduce_args {
    bm_axes axes;
    int64_t all, keep;
} bmi_reduce_args;

typedef enum bmi_reduction { BMI_SUM, BMI_MEAN, BMI_MAX, BMI_MIN, BMI_PROD, BMI_LOGSUMEXP, BMI_NORM } bmi_reduction;

/* The axes as a bit mask, for a rank for which inference was content. */
unsigned bmi_reduce_mask(const bmi_reduce_args *args, int64_t rank);
/* Inference: x without the axes, or with 1 in their place. */
bm_status bmi_infer_reduced(bm_infer *i, const bmi_reduce_args *args);
/* out = reduction of x over the axes of the mask; f32 is summed in f64. p: of norms. i32 and i64: sum, max, min, prod. */
void bmi_reduce_plain(bmi_reduction kind, double p, const bm_array *x, const bm_array *out, unsigned mask);

/* The same by the fast kernels; false when there is none for it. */
bool bmi_reduce_fast(bmi_bind *b, bmi_reduction kind, double p, unsigned mask);
bool bmi_argmax_fast(bmi_bind *b);

/* For gradients: n, a node of y's shape, with y's lost axes put back as 1, so that it broadcasts to the input. */
bm_node bmi_reduce_kept(bm_node n, bm_node y);
/* The largest gradient goes to those that are `best` (bool), in equal parts. */
bm_node bmi_reduce_share(bm_node best, bm_node dy_kept, bm_node y);

/* Views that put in, or take out, axes of 1: `mask` has the axes of the larger shape. */
bm_node bmi_expand_axes(bm_node x, unsigned mask);
bm_node bmi_squeeze_axes(bm_node x, unsigned mask);

#endif
