// SPDX-License-Identifier: Apache-2.0
/* A learner that is being fitted. */
#ifndef BMI_MODEL_LEARNING_H
#define BMI_MODEL_LEARNING_H
#include "model/model.h"

struct bm_learning {
    bm_model *model;
    bmi_arena arena;
    const bm_dataset *train, *validation;
    bm_task task;
    int64_t outputs;
    bool labels; /* the target has several columns of 0 and 1, each for itself; outputs is their number */
    int64_t seed;
    bm_place here;
    json_t *holds; /* what texts of layers borrow from */
};

/* Rows that are learned from: of the training data, or of the file of which that is a part. */
int64_t bmi_learning_rows(const bm_learning *l);
/* A weight of the network by its name in the layer "output", as its tensor; null with the error set. */
bm_tensor *bmi_learning_weight(bm_learning *l, const char *name);
/* Whether the training data has a number that is none: the error then names the first one's row. Learners whose result would not show it
 * ask before they begin; the others are asked about in the end. */
bool bmi_learning_not_finite(bm_learning *l);
/* The layer every learner here ends with: dense, named "output". */
bm_layer bmi_output_layer(int64_t units, const char *activation);

#endif
