// SPDX-License-Identifier: Apache-2.0
/* Blocks of an array: cutting one out, and putting one among zeros, in the shape of another node. */
#ifndef BMI_OPS_SLICE_H
#define BMI_OPS_SLICE_H
#include "ops/op.h"

/* The block of x that begins at `begin` (negative: counted from the end) and has like's shape; the reverse, with zeros around. */
bm_node bmi_slice_like(bm_node x, bm_node like, bm_axes begin);
bm_node bmi_pad_like(bm_node x, bm_node like, bm_axes begin);

#endif
