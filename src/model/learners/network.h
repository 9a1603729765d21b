// SPDX-License-Identifier: Apache-2.0
/* What learners share that are trained as networks: output layer and loss by task, epochs, early stopping. */
#ifndef BMI_MODEL_LEARNERS_NETWORK_H
#define BMI_MODEL_LEARNERS_NETWORK_H
#include "model/learning.h"

typedef struct bmi_network_training {
    const char *optimizer;
    double rate;                     /* below 0: the optimiser's own */
    int64_t epochs, batch, patience; /* below 1: the usual */
} bmi_network_training;

/* Epochs without a better validation loss that end training, and epochs at most; steps: of an epoch. */
int64_t bmi_network_patience(int64_t asked, int64_t steps);
int64_t bmi_network_epochs(int64_t asked, int64_t steps);
/* Gives a schedule of the optimiser that goes to its end in so many steps (cosine, polynomial) those of the whole fit, unless they were given. */
void bmi_network_schedule(bm_optimizer *o, double steps);
bm_layer bmi_network_output(const bm_learning *l);
void bmi_network_training_set(bm_learning *l, const bmi_network_training *o, bm_compile_options *c, bm_fit_options *fit);

#endif
