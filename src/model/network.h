// SPDX-License-Identifier: Apache-2.0
/* A network: the graph that a model's layers and settings make, with its session. It is a function of both, made as a whole and
 * replaced as a whole, weights handed on by name; so a call that fails leaves the old one as it was.
 */
#ifndef BMI_MODEL_NETWORK_H
#define BMI_MODEL_NETWORK_H
#include "nn/build.h"
#include "run/session.h"
#include <baeum/model.h>
#include <stdatomic.h>

/* What a model is compiled for, settled; texts and options lie in the model's arena. */
typedef struct bmi_settings {
    bool compiled;
    bool weighted;  /* rows of the training data have weights */
    bm_output form; /* of the output; 0: as its activation and loss tell */
    int n_losses, n_metrics;
    bm_loss losses[BM_MODEL_MAX];
    double loss_weights[BM_MODEL_MAX];
    bm_metric metrics[BM_MODEL_MAX];
    bm_optimizer optimizer;
    bm_place here;
} bmi_settings;

/* One output. */
typedef struct bmi_head {
    bm_node training, output; /* while training, afterwards */
    bm_node judged;           /* what metrics see of output: probabilities where the loss takes logits */
    bm_node judged_training;  /* the same while training */
    bm_node target;           /* placeholder */
    const bm_loss_kind *loss;
    double p[2];
    bm_output form;
    bm_shape row; /* of the output, without the batch */
} bmi_head;

typedef struct bmi_measured { /* a metric */
    const bm_metric_kind *kind;
    double p[2];
    bm_node mean;     /* of a training batch; graph null: only over all rows of an epoch or evaluation */
    bm_node weighed;  /* of a training batch the sum over its rows, as they weigh; graph null as well then */
    bm_node sum;      /* over rows when evaluating; graph null as well then */
    bm_node weighted; /* the same of weighed rows */
} bmi_measured;

typedef struct bmi_shown { /* a layer, for the summary */
    const char *name, *kind;
    bm_shape shape;
    size_t first_weight, n_weights;
} bmi_shown;

enum { BMI_WORKSPACES = 64 };
typedef struct bmi_workspace {
    atomic_int busy;
    bm_session *session;
    bmi_cached_plan *plan; /* of the last prediction, for `rows` rows */
    int64_t rows;
} bmi_workspace;

typedef struct bmi_network {
    bm_context *context;
    bmi_error error; /* of builds */
    bmi_arena arena;
    bm_graph *graph;
    bm_session *session; /* of training; owns the variables */
    bm_type type;        /* real type */
    bm_build training, predicting;
    bm_node input;
    bm_shape row; /* of the input */
    bmi_shown *shown;
    size_t n_shown;
    int n_heads;
    bmi_head heads[BM_MODEL_MAX];
    bool sums; /* the output is sums of inputs, or of their products, times weights: what is not finite there shows in it */
    /* compiled */
    bool compiled;
    bm_node weight;        /* placeholder of row weights; graph null: training has none */
    bm_node loss;          /* of a training batch, with penalties */
    bm_node data, penalty; /* its two parts; penalty's graph null: none */
    bm_node step;          /* one training step */
    bmi_minimized minimized;
    bm_node gradient;                                            /* norm of the gradient, made on demand */
    bm_node eval_weight, eval_data, eval_weighted, eval_penalty; /* sums over rows of losses, afterwards */
    int n_metrics;
    bmi_measured metrics[BM_MODEL_MAX];
    /* weights */
    atomic_flag lock;
    atomic_bool ready; /* weights have values */
    bmi_workspace workspaces[BMI_WORKSPACES];
} bmi_network;

/* Builds a network; with settings that are compiled also its training. Null with the error set. */
bmi_network *bmi_network_new(bmi_error *e, bm_context *context, const bmi_kept_layer *layers, size_t n_layers,
                             const bmi_settings *settings, bm_place here);
void bmi_network_free(bmi_network *n); /* null allowed */
/* network_compile.c: loss, step, metrics. */
bm_status bmi_network_compile(bmi_network *n, const bmi_settings *settings, bmi_error *e);
/* Numbers of a row; unknown dimensions count as 1. */
int64_t bmi_row_elements(bm_shape row);
/* Whether an output is a sum, which may be any number. */
bool bmi_head_linear(const bmi_head *head);
/* Gives the variables of `from` to `to` where names, types and shapes agree: all of them, or those of layers only. */
bm_status bmi_network_hand_on(bmi_network *to, bmi_network *from, bool optimizer_too, bmi_error *e);
/* BM_E_MEMORY, naming the largest layer, when the variables that have no memory yet (for training also the optimiser's) and `more`
 * bytes are more than there is. */
bm_status bmi_network_weigh(const bmi_network *n, bool training, size_t more, bmi_error *e, bm_place here);
/* The weights get their values, from the seed, unless they have them. Safe from several threads. */
bm_status bmi_network_ready(bmi_network *n, int64_t seed, bmi_error *e);
/* Every variable that is saved: weights, then (training) what the optimiser keeps. */
size_t bmi_network_variables(const bmi_network *n, bool training);
bm_node bmi_network_variable(const bmi_network *n, size_t i, const char **name);
/* A workspace that no other thread uses, with a session on the same weights; null with the error set. */
bmi_workspace *bmi_workspace_take(bmi_network *n, bmi_error *e, bm_place here);
void bmi_workspace_give(bmi_network *n, bmi_workspace *w);

#endif
