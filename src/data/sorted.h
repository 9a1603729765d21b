// SPDX-License-Identifier: Apache-2.0
/* The numbers of a frame's column in order, for steps that ask for several quantiles. */
#ifndef BMI_DATA_SORTED_H
#define BMI_DATA_SORTED_H
#include "data/order.h"
#include "data/step.h"

/* The finite numbers of a column, sorted, each with the weight of all up to it. Weights that sum to less than the rows are made larger, so
 * that they do; without weights each is 1. */
typedef struct bmi_sorted {
    bm_context *context;
    bmi_weighed *at;
    int64_t n, room;
    bool plain; /* each counts once */
} bmi_sorted;

/* Sorts; to be ended, also after an error. Errors BM_E_MEMORY. */
bm_status bmi_sorted_begin(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_sorted *to);
void bmi_sorted_end(bmi_sorted *s);
/* The weight of all; the quantile q in [0, 1] of rows repeated as often as they weigh (Hyndman and Fan's type 7); n > 0. */
double bmi_sorted_weight(const bmi_sorted *s);
double bmi_sorted_quantile(const bmi_sorted *s, double q);

#endif
