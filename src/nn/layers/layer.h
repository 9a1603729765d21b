// SPDX-License-Identifier: Apache-2.0
/* What the files of layers share. A layer is one file: its options' field table, its build function, its record and a row in a
 * table of kinds; the options struct and the macro are in baeum/nn.h.
 */
#ifndef BMI_NN_LAYERS_LAYER_H
#define BMI_NN_LAYERS_LAYER_H
#include "base/kinds.h"
#include "base/text.h"
#include "nn/build.h"
#include <math.h>

#define BMI_LAYER_NAME(T) BMI_TEXT_FIELD(T, name, NULL, "of the layer; default <kind>_<number>")
#define BMI_LAYER(name_, T, fields_, build_, doc_)                                                                   \
    {                                                                                                                \
        .size = sizeof(bm_layer_kind), .name = name_, .options_size = sizeof(T), .fields = fields_, .build = build_, \
        .doc = doc_                                                                                                  \
    }

/* False with the error set unless there is one real input of rank >= `rank`, batch included. */
bool bmi_layer_one_input(bm_build *b, const bm_node *in, size_t n, int64_t rank);
/* The length of x's last axis, which must be known; 0 with the error set. */
int64_t bmi_layer_last(bm_build *b, bm_node x);

/* The linear part of dense layers: x W + b with W (in, units), times the mask of dropconnect when it is given. */
typedef struct bmi_linear {
    const char *kernel, *bias; /* names of the weights; bias null: none */
    int64_t units;
    bm_init kernel_init, bias_init;
    bm_penalty kernel_penalty, bias_penalty;
    double max_norm;
    double drop; /* share of weights left out while training */
} bmi_linear;
bm_node bmi_layer_linear(bm_build *b, bm_node x, const bmi_linear *l);

#endif
