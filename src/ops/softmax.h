// SPDX-License-Identifier: Apache-2.0
/* What softmax and its cross-entropy share: rows of reals along the last axis. */
#ifndef BMI_OPS_SOFTMAX_H
#define BMI_OPS_SOFTMAX_H
#include "ops/op.h"

/* The input is real and has a last axis. */
bm_status bmi_infer_rows(bm_infer *i, int input);
/* A real element as f64, and storing one. */
double bmi_row_at(const bm_array *x, int64_t k);
void bmi_row_set(const bm_array *x, int64_t k, double v);
/* log(sum e^(x - largest)) of the n elements from `at` on. */
double bmi_row_logsumexp(const bm_array *x, int64_t at, int64_t n, double *largest);

#endif
