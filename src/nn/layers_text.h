// SPDX-License-Identifier: Apache-2.0
/* The kind of the one layer of a list that could not be read from text: its options are the message. */
#ifndef BMI_NN_LAYERS_TEXT_H
#define BMI_NN_LAYERS_TEXT_H
#include <baeum/extend_nn.h>

extern const bm_layer_kind bmi_layer_wrong;

#endif
