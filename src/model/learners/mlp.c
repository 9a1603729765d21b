// SPDX-License-Identifier: Apache-2.0
/* A network of dense layers, trained by Adam with early stopping.
 */
#include "base/kinds.h"
#include "model/learners/network.h"
#include <math.h>

static const bmi_field fields[] = {
    BMI_SHAPE_FIELD(bm_mlp_options, units, 1, 0, "of the hidden layers; default one of 64"),
    BMI_CHOICE_FIELD(bm_mlp_options, activation, "activation", "relu", "of the hidden layers"),
    BMI_SHARE_FIELD(bm_mlp_options, dropout, 0, "after each hidden layer"),
    BMI_TEXT_FIELD(bm_mlp_options, optimizer, "adam", "with settings: sgd:rate=.1,momentum=.9"),
    BMI_REAL_FIELD(bm_mlp_options, rate, 0, INFINITY, -1, "default: the optimiser's own"),
    BMI_INT_FIELD(bm_mlp_options, epochs, 1, 1e15, -1, "at most; default 100, more where these are under 1,000 steps"),
    BMI_INT_FIELD(bm_mlp_options, batch, 1, 1e15, -1, "default 32, or all rows when there are fewer"),
    BMI_INT_FIELD(bm_mlp_options, patience, 1, 1e15, -1,
                  "epochs without a better validation loss; default 10, more where these are under 40 steps"),
    { 0 },
};

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    const bm_mlp_options *o = options;
    const int64_t hidden = o->units.rank ? o->units.rank : 1;
    size_t n = 0;
    for (int64_t i = 0; i < hidden && n + 3 <= room; i++) {
        const bm_dense_options dense = { .units = o->units.rank ? o->units.dim[i] : 64, .activation = o->activation };
        const bm_dropout_options drop = { .rate = o->dropout };
        into[n++] = bm_layer_at("dense", &dense, sizeof dense, l->here);
        if (o->dropout > 0) into[n++] = bm_layer_at("dropout", &drop, sizeof drop, l->here);
    }
    into[n++] = bmi_network_output(l);
    return n;
}

static void compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    const bm_mlp_options *o = options;
    bmi_network_training_set(l, &(bmi_network_training){ o->optimizer, o->rate, o->epochs, o->batch, o->patience }, c, fit);
}

static const bm_learner_kind mlp = {
    .size = sizeof(bm_learner_kind),
    .name = "mlp",
    .options_size = sizeof(bm_mlp_options),
    .fields = fields,
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_TWO_CLASSES | BM_LEARNS_CLASSES | BM_LEARNS_SCALED,
    .layers = layers,
    .compile = compile,
    .doc = "A network of dense layers, trained by Adam with early stopping.",
};
const bmi_kind bmi_kinds_learner_mlp[] = { { "learner", "mlp", &mlp }, { 0 } };
