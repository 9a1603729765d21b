// SPDX-License-Identifier: Apache-2.0
/* Scores of classes over the rows of a dataset: rows are predicted some at a time, so that many rows of many classes need no memory of rows
 * x classes.
 */
#ifndef BMI_MODEL_CLASS_SCORES_H
#define BMI_MODEL_CLASS_SCORES_H
#include "model/scores.h"

/* Adds the metrics of classes: of the model's own probabilities, or of `all` (classes), which each row has. `mere`: they are no
 * probabilities, so there is no log loss and no area. BM_E_STOPPED without an error in e: bm_stop came meanwhile. */
bm_status bmi_class_scores(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bool mere, bmi_error *e,
                           bm_place here);

#endif
