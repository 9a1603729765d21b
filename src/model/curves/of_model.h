// SPDX-License-Identifier: Apache-2.0
/* The best threshold of a model on the rows of a dataset. */
#ifndef BMI_MODEL_CURVES_OF_MODEL_H
#define BMI_MODEL_CURVES_OF_MODEL_H
#include "base/status.h"
#include <baeum/curves.h>

/* NaN with the error set; *value (null allowed) gets the figure at it. */
double bmi_model_best_threshold(const bm_model *m, const bm_dataset *d, bm_metric metric, double *value, bmi_error *e,
                                bm_place here);

#endif
