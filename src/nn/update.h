// SPDX-License-Identifier: Apache-2.0
/* The inside of one minimisation: what optimisers' update functions ask through bm_update_... (baeum/extend_nn.h). */
#ifndef BMI_NN_UPDATE_H
#define BMI_NN_UPDATE_H
#include "nn/build.h"

typedef struct bmi_shared_node {
    const char *key;
    bm_node node;
} bmi_shared_node;

struct bm_update {
    bm_graph *graph;
    bmi_arena *arena; /* of the result */
    const bm_optimizer *optimizer;
    const bm_optimizer_common *common;
    const char *name; /* of the step: "minimize" */
    bm_type type;
    bm_place here;
    bm_node rate, now, step; /* graph null until asked for */
    bmi_shared_node *shared;
    size_t n_shared, shared_capacity;
    bm_node *slots; /* every variable made */
    size_t n_slots, slots_capacity;
    bm_node *assigns;
    size_t n_assigns, assigns_capacity;
    /* the present variable */
    bm_node variable, gradient;
    double max_norm;
    bool assigned;
};

/* A variable of the optimiser's, "<prefix>/<name>", with a number behind when that is taken; noted among the slots. */
bm_node bmi_update_variable_new(bm_update *u, const char *prefix, const char *name, bm_type type, bm_shape shape, bm_init init);

#endif
