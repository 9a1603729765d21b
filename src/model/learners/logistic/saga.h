// SPDX-License-Identifier: Apache-2.0
/* Logistic and softmax regression by one row at a time. */
#ifndef BMI_MODEL_LEARNERS_LOGISTIC_SAGA_H
#define BMI_MODEL_LEARNERS_LOGISTIC_SAGA_H
#include "model/learners/logistic/loss.h"

typedef struct bmi_saga {
    int64_t iterations; /* passes over the rows, at most */
    double tolerance;   /* as bmi_descent's */
    const double *l1;   /* one a weight */
    uint64_t seed;
    /* results */
    int64_t done;
    double value, largest;
    bool failed;
} bmi_saga;

/* Minimises o (in f64) plus sum l1 |x|, from x on, in place. The fit's error: BM_E_MEMORY. */
bm_status bmi_saga_run(bmi_saga *s, bmi_linear_loss *o, double *x);

#endif
