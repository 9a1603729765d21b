// SPDX-License-Identifier: Apache-2.0
/* Building layers on nodes. A layer value is kept (settled, named, its texts copied) once; then a bm_build, one for each form
 * of the network (training or not) on one graph, turns kept layers into nodes, weights and updates:
 *
 *     bmi_layer_keep(&error, arena, &layer, others, n_others, &kept);
 *     bmi_build_begin(&training, graph, BM_F32, true, NULL, &error);
 *     y = bmi_build_layer(&training, &kept, &x, 1);           as often as there are layers, shared ones several times
 *     bmi_build_begin(&predicting, graph, BM_F32, false, &training, &error);      finds the weights of the first
 *
 * Weights are named "<layer>/<weight>", as "dense_1/kernel"; nodes "<layer>/<kind>".
 */
#ifndef BMI_NN_BUILD_H
#define BMI_NN_BUILD_H
#include "base/fields.h"
#include "base/memory.h"
#include "graph/graph.h"
#include "base/part.h"
#include <baeum/extend_nn.h>

/* A layer that is settled. All of it lies in the arena it was kept in. */
typedef struct bmi_kept_layer {
    const bm_layer_kind *kind;
    void *options;    /* settled */
    const char *name; /* unique among those kept together: as given, or "dense_1", "dense_2" ... */
    bm_place here;
    const bm_layer *part; /* the whole value, for saving */
} bmi_kept_layer;

/* Settles, checks and copies a layer: BM_E_ARGUMENT for an unknown kind, a setting outside its range, a name that one of
 * `others` has. */
bm_status bmi_layer_keep(bmi_error *e, bmi_arena *arena, const bm_layer *from, const bmi_kept_layer *others, size_t n_others,
                         bmi_kept_layer *to);
/* As JSON, {"kind": "dense", "options": {"units": 64, ..., "name": "dense_1"}}, or null when there is no memory; of a
 * kind without a table of its options the kind alone. */
json_t *bmi_layer_save(const bmi_kept_layer *layer);
/* The layer value of such JSON, to be kept after; texts borrow from `from`. `kinds`: records from outside the library, ended by
 * null, or null. BM_E_FORMAT, BM_E_UNSUPPORTED an unknown kind. */
bm_status bmi_layer_load(bmi_error *e, bm_place here, const json_t *from, const bm_layer_kind *const *kinds, bool strict,
                         bm_layer *to);
/* The same for an optimiser: kept (settled, copied into an arena), as JSON, and back. */
bm_status bmi_optimizer_keep(bmi_error *e, bmi_arena *arena, const bm_optimizer *from, bm_optimizer *to);
json_t *bmi_optimizer_save(const bm_optimizer *kept);
bm_status bmi_optimizer_load(bmi_error *e, bm_place here, const json_t *from, const bm_optimizer_kind *const *kinds,
                             bool strict, bm_optimizer *to);
/* As bmi_part_adopt. */
bm_status bmi_optimizer_adopt(bmi_error *e, bm_place here, bm_optimizer *loaded, const bmi_outside *outside, size_t most);
/* "adam", "sgd:rate=.1,momentum=.9" or "sgd(rate=.1)"; texts go to the arena. The value is unsettled, as bm_sgd(...) gives it. */
bm_status bmi_optimizer_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_optimizer *to);
/* Layers from text (see bm_layers_parse); the list lies in the arena. */
bm_status bmi_layers_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *text, bm_layers *to);

/* One array of numbers that a layer keeps. */
typedef struct bmi_weight {
    const char *name;  /* "dense_1/kernel" */
    const char *layer; /* "dense_1" */
    bm_node node;      /* the variable */
    bool trained;      /* false: a state, as a moving average */
    bm_penalty penalty;
    double max_norm; /* 0: none */
} bmi_weight;

/* A value that training gives a state. */
typedef struct bmi_state_update {
    bm_node state, value;
} bmi_state_update;

typedef struct bm_build {
    bm_graph *graph;
    bm_type type;
    bool training;
    bmi_error *error;            /* of the model */
    const struct bm_build *like; /* must stay while layers are built, or null */
    bmi_arena arena;             /* of names */
    const bmi_kept_layer *layer; /* the one being built */
    bmi_weight *weights;         /* in the order they were asked for, each once */
    size_t n_weights, weights_capacity;
    bmi_state_update *updates; /* empty unless training */
    size_t n_updates, updates_capacity;
    struct bmi_squash {
        bm_node output, logits;
        const char *name;
    } * squashes; /* softmax, sigmoid and exponential nodes */
    size_t n_squashes, squashes_capacity;
} bm_build;

/* `like`: an earlier build on the same graph whose weights are used where names agree, or null. Ends by bmi_build_end. */
void bmi_build_begin(bm_build *b, bm_graph *graph, bm_type type, bool training, const bm_build *like, bmi_error *error);
void bmi_build_end(bm_build *b);
/* The output of a layer; a failed node with the error set. */
bm_node bmi_build_layer(bm_build *b, const bmi_kept_layer *layer, const bm_node *in, size_t n);
/* "softmax", "sigmoid" or "exponential" when the node is that function of *logits, else null (and *logits failed). */
const char *bmi_build_squash(const bm_build *b, bm_node output, bm_node *logits);
/* The sum of all penalties, rank 0, or a node with graph null when there are none. */
bm_node bmi_build_penalties(bm_build *b, bm_place here);

/* ---- choices on nodes; each lends `here` to what it builds, and errors name `owner` ---- */
bm_node bmi_activation_node(bmi_error *e, bm_place here, const char *owner, bm_activation activation, bm_node x);
bm_node bmi_penalty_node(bmi_error *e, bm_place here, const char *owner, bm_penalty penalty, bm_node weight);

/* The record of a loss or metric with its numbers; null with the error set. A choice that names nothing is an error. */
const bm_loss_kind *bmi_loss_find(bmi_error *e, bm_place here, const char *owner, bm_loss loss, double p[2]);
const bm_metric_kind *bmi_metric_find(bmi_error *e, bm_place here, const char *owner, bm_metric metric, double p[2]);
/* Whether it takes positive numbers alone. */
bool bmi_loss_positive(const bm_loss_kind *kind);
/* Whether its targets must not be 0; whether they must be probabilities. */
bool bmi_loss_nonzero(const bm_loss_kind *kind);
bool bmi_loss_probabilities_wanted(const bm_loss_kind *kind);
/* What the target of an output must be, for making its placeholder: type (0: the model's real type; BM_I64 for classes, fed
 * from any integer type) and shape, from the output's shape. */
bm_shape bmi_loss_target_shape(const bm_loss_kind *kind, bm_shape output);
/* The loss of each row, shape (batch). Checks that prediction and target fit: BM_E_SHAPE naming the loss and both shapes. */
bm_node bmi_loss_rows(bmi_error *e, bm_place here, const bm_loss_kind *kind, const double p[2], const bm_loss_input *in);
/* Rows as one number: weight (shape (batch), graph null for none) times loss, summed, over the number of rows for a mean. */
bm_node bmi_loss_reduce(bm_node rows, bm_node weight, bm_reduction reduction, bm_place here);
bm_node bmi_metric_rows(bmi_error *e, bm_place here, const bm_metric_kind *kind, const double p[2], const bm_loss_input *in);
/* Probabilities of a prediction that the loss takes for logits: metrics get these. Other predictions as they are. */
bm_node bmi_loss_probabilities(const bm_loss_kind *kind, bm_node prediction, bm_place here);
/* The form of an output: by the squash of its node (or its loss's logits_of), the number of columns and the loss's target. */
bm_output bmi_output_form(const char *squash, int64_t columns, const bm_loss_kind *loss);

/* ---- minimising ---- */
typedef struct bmi_minimize_request {
    bm_node loss;
    bm_nodes variables;            /* count 0: every real variable that the loss depends on */
    const double *max_norm;        /* by variable, 0 for none; null: none */
    const bm_optimizer *optimizer; /* kept, that is, settled */
    const char *name;              /* of the step's node and prefix of its variables; null: "minimize" */
    bm_place here;
} bmi_minimize_request;
typedef struct bmi_minimized {
    bm_node step;   /* fetch it to do a step */
    bm_node rate;   /* variable: the base rate */
    bm_node now;    /* the rate of the coming update: by schedule, decay and warm-up */
    bm_node norm;   /* norm of all gradients together, before clipping; graph null unless clip_norm asked for it */
    bm_node *slots; /* every variable that the optimiser made (also rate and count), in the arena */
    size_t n_slots;
} bmi_minimized;
/* Errors on the loss's graph. */
bm_status bmi_minimize(const bmi_minimize_request *r, bmi_arena *arena, bmi_minimized *out);

#endif
