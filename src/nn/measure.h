// SPDX-License-Identifier: Apache-2.0
/* A metric of numbers that are there. */
#ifndef BMI_NN_MEASURE_H
#define BMI_NN_MEASURE_H
#include "nn/metrics/metric.h"

/* The value of a metric; NaN with the reason in `why`, which of a value by convention says that. Errors in e: BM_E_MEMORY, and what a record of
 * functions of nodes alone says. */
double bmi_measure_numbers(bm_context *context, const bm_metric_kind *kind, const double p[2], const bm_metric_input *in,
                           char why[BM_WHY], bmi_error *e, bm_place here);

#endif
