// SPDX-License-Identifier: Apache-2.0
/* Any activation as a layer of its own. */
#include "nn/layers/layer.h"

static const bmi_field fields[] = {
    BMI_CHOICE_FIELD(bm_activate_options, activation, "activation", NULL, "the function"),
    BMI_LAYER_NAME(bm_activate_options),
    { 0 },
};

static bm_node build(bm_build *b, const void *options, const bm_node *in, size_t n)
{
    const bm_activate_options *o = options;
    if (!bmi_layer_one_input(b, in, n, 1)) return bmi_node_failed(b->graph);
    if (!o->activation.name && !o->activation.kind)
        return bm_build_fail(b, BM_E_ARGUMENT, "activation is required and was not given");
    return bm_build_activation(b, o->activation, in[0]);
}

static const bm_layer_kind activate =
    BMI_LAYER("activate", bm_activate_options, fields, build, "an activation as a layer of its own");

const bmi_kind bmi_kinds_layer_activate[] = { { "layer", "activate", &activate }, { 0 } };
