// SPDX-License-Identifier: Apache-2.0
/* What steps share that keep of a column where its middle lies and how far it spreads, numbers[0] and [1] > 0: (x - middle) / spread. */
#ifndef BMI_DATA_STEPS_SPREAD_H
#define BMI_DATA_STEPS_SPREAD_H
#include "data/step.h"

/* As the members of bmi_step_kind. */
bm_status bmi_spread_apply(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column);
bool bmi_spread_affine(const bmi_step_column *s, const void *options, double *scale, double *shift);
bool bmi_spread_lawful(const bmi_step_column *s, const void *options);

#endif
