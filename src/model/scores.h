// SPDX-License-Identifier: Apache-2.0
/* Predictions and scores of a learner in the table's own terms: values in the target's unit, a probability for each class. */
#ifndef BMI_MODEL_SCORES_H
#define BMI_MODEL_SCORES_H
#include "data/dataset.h"
#include "model/model.h"

/* (rows, targets) values in the table's unit or (rows, classes) probabilities, f64; null with the error set. */
bm_tensor *bmi_scores_predict(const bm_model *m, const bm_dataset *d, bmi_error *e, bm_place here);
/* The trivial answer for so many rows: mean or class shares of the training part. */
bm_tensor *bmi_scores_trivial(const bm_model *m, const bm_dataset *train, int64_t rows, bmi_error *e, bm_place here);
/* Scores of predictions (null: the model's own) on a part. */
bm_status bmi_scores_take(bm_scores *s, const bm_model *m, const bm_dataset *d, const bm_tensor *prediction, bmi_error *e,
                          bm_place here);
/* Scores of the parts that are there (training, validation, test) and of the trivial answer on the last of them become the model's
 * (bm_model_scores). */
bm_status bmi_scores_of_parts(bm_model *m, bm_dataset *const parts[3], bmi_error *e, bm_place here);

#endif
