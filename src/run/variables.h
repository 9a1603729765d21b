// SPDX-License-Identifier: Apache-2.0
/* Initial values of variables. */
#ifndef BMI_RUN_VARIABLES_H
#define BMI_RUN_VARIABLES_H
#include "graph/graph.h"

/* A new tensor with the initial value of a variable node; a failed one when there is no memory. */
bm_tensor *bmi_variable_new(const bm_graph *g, int64_t node, uint64_t seed);

#endif
