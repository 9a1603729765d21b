// SPDX-License-Identifier: Apache-2.0
/* Scores by which columns are selected. */
#ifndef BMI_DATA_STEPS_SELECT_SCORES_H
#define BMI_DATA_STEPS_SELECT_SCORES_H
#include "data/step.h"

/* The score of each of the step's columns, whose cells are all there: larger is better, never NaN. Errors: BM_E_DATA a value that the score
 * has no use for; BM_E_ARGUMENT chi squared of a number as target. */
bm_status bmi_select_score(const bmi_step_how *how, const bmi_frame *f, const size_t *at, const bmi_recipe_step *s,
                           bm_select_score by, double *score);
/* Mutual information, in nats, of a column and the target. noise: a number of the stream that breaks ties. NaN without memory. */
double bmi_select_information(const bmi_step_target *t, const bmi_frame *f, const double *x, int64_t seed, uint64_t noise);

#endif
