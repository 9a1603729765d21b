// SPDX-License-Identifier: Apache-2.0
/* Records of what networks are made of: activations, losses, metrics, penalties, schedules, layers, optimisers.
 * The library's own are the same records.
 */
// clang-format off
#ifndef BAEUM_EXTEND_NN_H
#define BAEUM_EXTEND_NN_H
#include <baeum/extend_graph.h>
#include <baeum/nn.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---- activations, losses, metrics, penalties, schedules: choices with up to two numbers. All begin alike; p are the choice's
 * numbers with defaults filled in ---- */

typedef struct bm_activation_kind {
    size_t           size;
    const char      *name;
    const char      *doc;
    bm_choice_number number[2];
    bm_node        (*apply)(bm_node x, const double p[2]);
} bm_activation_kind;

/** What a loss gets. `logits` is the input of the last activation when `squash` names it as "softmax", "sigmoid" or "exponential"
 *  (else failed, with graph null), so that the fused, stable form can be built. The target has the prediction's type, or is integer
 *  for BM_TARGET_CLASS; its shape is the prediction's, or without its last axis for BM_TARGET_CLASS. */
typedef struct bm_loss_input {
    bm_node     prediction, logits, target;
    const char *squash;
    bm_output   output;
} bm_loss_input;
typedef enum bm_target {
    BM_TARGET_LIKE_OUTPUT = 1, /**< reals of the output's shape */
    BM_TARGET_CLASS            /**< integers of the output's shape without its last axis */
} bm_target;
/** How the losses of rows become one number. */
typedef enum bm_reduction {
    BM_REDUCE_MEAN = 0, /**< sum of weight * loss over the number of rows */
    BM_REDUCE_SUM       /**< sum of weight * loss */
} bm_reduction;
typedef struct bm_loss_kind {
    size_t           size;
    const char      *name;
    const char      *doc;
    bm_choice_number number[2];
    bm_target        target;
    bm_reduction     reduction;
    bm_output        output;    /**< what a model with this loss puts out: BM_OUTPUT_CLASSES, BM_OUTPUT_LABELS, or 0 for anything */
    bool             differences; /**< depends on y - t alone, so that a target may be shifted and scaled before it is learned */
    const char      *logits_of; /**< "softmax" or "sigmoid": the prediction is the input of that function; null: it is what it is */
    /** The loss of each row: shape (batch). The model weighs rows and reduces them. */
    bm_node        (*rows)(const bm_loss_input *in, const double p[2]);
    bool             probabilities; /**< targets are 0 to 1; others are refused before training */
    bool             positive;      /**< predictions are above 0 and targets 0 or more: linear output layers are refused, those of
                                     *   learners are exponential */
    bool             nonzero;       /**< targets are other than 0; others are refused before training */
} bm_loss_kind;

/** All predictions and targets of an evaluation, as doubles: rows x columns. */
typedef struct bm_metric_input {
    const double *prediction, *target, *weight; /**< weight: one per row, or null */
    int64_t       rows, columns, target_columns;
    bm_output     output;  /**< never BM_OUTPUT_ANY */
    void         *scratch; /**< as many bytes as the record's `scratch` said, aligned to 64 */
    char         *why;     /**< room for BM_WHY bytes, "" at first: why the value is not defined, for who reads it; or null */
    int64_t       classes; /**< classes that targets may be of, where there are more than outputs; 0: as many as these */
    const char *const *class_names; /**< of these, for `why`; or null */
} bm_metric_input;
#define BM_WHY 120
typedef struct bm_metric_kind {
    size_t           size;
    const char      *name;
    const char      *doc;
    bm_choice_number number[2];
    bool             maximize; /**< larger is better */
    bm_target        target;   /**< 0: either */
    /** The metric of each row, shape (batch), averaged over rows: cheap, also while training. Null: by parts, or else by `all`,
     *  for which predictions and targets of all rows are kept, of an epoch, too. */
    bm_node        (*rows)(const bm_loss_input *in, const double p[2]);
    /** The metric of a whole evaluation, NaN where it is not defined. Null: by parts, or the mean of `rows`. */
    double         (*all)(const bm_metric_input *in, const double p[2]);
    size_t         (*scratch)(int64_t rows, int64_t columns); /**< bytes that `all` needs; null: none */
    /** By parts: so many numbers, 0 at first, count what part after part of the rows adds, and tell the metric in the end (of `in` the
     *  columns and the output are given, and all rows). Null: it is not by parts. */
    int64_t        (*counts)(int64_t columns);
    void           (*add)(double *counts, const bm_metric_input *part, const double p[2]);
    double         (*end)(double *counts, const bm_metric_input *in, const double p[2]);
    const char      *formula; /**< of the value: y prediction, t target, w weight */
    const char      *source;  /**< where it is from, and what it equals elsewhere */
    const char      *example; /**< predictions | targets = value, rows parted by commas, numbers by blanks: "1, 2 | 1, 3 = 0.5" */
} bm_metric_kind;

typedef struct bm_penalty_kind {
    size_t           size;
    const char      *name;
    const char      *doc;
    bm_choice_number number[2];
    bm_node        (*of)(bm_node weights, const double p[2]); /**< rank 0, added to the loss */
} bm_penalty_kind;

typedef struct bm_schedule_kind {
    size_t           size;
    const char      *name;
    const char      *doc;
    bm_choice_number number[2];
    bm_node        (*factor)(bm_node step, const double p[2]); /**< of the base rate; step is rank 0, f64, 0 at the first update */
} bm_schedule_kind;

/* ---- layers ---- */

/** What a layer asks while it is built. It is built once for training and once for prediction, on the same weights. */
typedef struct bm_build bm_build;
BM_API bm_graph *bm_build_graph(bm_build *b);
BM_API bool      bm_build_training(const bm_build *b);
BM_API bm_type   bm_build_type(const bm_build *b); /**< real type of the model */
/** A weight of the layer, trained; made by the first build, found again by the second. The penalty (may be {0}) joins the loss. */
BM_API bm_node   bm_build_weight(bm_build *b, const char *name, bm_shape shape, bm_init init, bm_penalty penalty);
/** Numbers that are kept and saved but not trained: moving averages. */
BM_API bm_node   bm_build_state(bm_build *b, const char *name, bm_shape shape, bm_init init);
/** What a state becomes in each training step. */
BM_API void      bm_build_update(bm_build *b, bm_node state, bm_node value);
/** Keeps the norm of each column of a weight at most `limit` after each step. */
BM_API void      bm_build_max_norm(bm_build *b, bm_node weight, double limit);
BM_API bm_node   bm_build_activation(bm_build *b, bm_activation activation, bm_node x);
/** Sets an error with the layer's name and place in front; returns a failed node. */
BM_API bm_node   bm_build_fail(bm_build *b, bm_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

typedef struct bm_layer_kind {
    size_t                  size;
    const char             *name;
    size_t                  options_size;
    const bm_field         *fields;  /**< table of the options, ended by a row without a name; null: options are not saved. A text "name" is the layer's */
    bm_node (*build)(bm_build *b, const void *options, const bm_node *in, size_t n);
    const char             *doc;
} bm_layer_kind;

/* ---- optimisers ---- */

/** One variable's update: what an optimiser gets and asks for. */
typedef struct bm_update bm_update;
BM_API bm_node bm_update_variable(const bm_update *u);
BM_API bm_node bm_update_gradient(const bm_update *u);  /**< clipped */
BM_API bm_node bm_update_rate(bm_update *u);            /**< base rate by schedule, decay and warm-up; rank 0, of the loss's type */
BM_API bm_node bm_update_step(bm_update *u);            /**< number of this update, rank 0, f64, 1 at the first */
/** A slot of the variable's shape and type, kept between steps. */
BM_API bm_node bm_update_slot(bm_update *u, const char *name, bm_init init);
/** Adds an update to the step: assign(slot or variable, value). */
BM_API void    bm_update_assign(bm_update *u, bm_node target, bm_node value);
/** A node made once per optimiser and shared by all variables (1 - beta^t): key is a static name. */
BM_API bm_node bm_update_shared(bm_update *u, const char *key, bm_node (*make)(bm_update *u, const void *options), const void *options);
/** A slot of rank 0 and f64 that all variables share: to be asked for, and assigned, inside the `make` of bm_update_shared. */
BM_API bm_node bm_update_shared_slot(bm_update *u, const char *name, bm_init init);

/** Rows of the settings that all have, which a table begins with: type of the options, defaults of rate and weight decay. */
#define BM_OPTIMIZER_FIELDS(T, rate_, weight_decay_)                                                                        \
    BM_REAL_FIELD(T, rate, 0, INFINITY, rate_, "step size"), BM_CHOICE_FIELD(T, schedule, "schedule", NULL, "of the rate"), \
        BM_REAL_FIELD(T, decay, 0, INFINITY, 0, "rate / (1 + decay t) after t updates"),                                    \
        BM_REAL_FIELD(T, warmup, 0, INFINITY, 0, "updates over which the rate rises to its full size"),                     \
        BM_REAL_FIELD(T, clip_value, 0, INFINITY, 0, "largest size of a gradient's number; 0: none"),                       \
        BM_REAL_FIELD(T, clip_norm, 0, INFINITY, 0, "largest norm of all gradients together; 0: none"),                     \
        BM_REAL_FIELD(T, weight_decay, 0, INFINITY, weight_decay_, "decoupled: w loses rate * weight_decay * w")
/** Fields that every optimiser's options begin with. */
typedef struct bm_optimizer_common { BM_OPTIMIZER_OPTIONS_; } bm_optimizer_common;
typedef struct bm_optimizer_kind {
    size_t                  size;
    const char             *name;
    size_t                  options_size;
    const bm_field         *fields;  /**< table of the options: BM_OPTIMIZER_FIELDS, then its own; null: it has those that all have */
    void (*update)(bm_update *u, const void *options);
    const char             *doc;
} bm_optimizer_kind;

#ifdef __cplusplus
}
#endif
#endif
