// SPDX-License-Identifier: Apache-2.0
/* Layers, activations, losses, metrics, penalties, initialisers, optimisers and schedules, as values.
 * UPPER CASE is a choice ({0} is the default, a name the library knows, or a record of the user's); lower case builds.
 */
#ifndef BAEUM_NN_H
#define BAEUM_NN_H
#include <baeum/ops.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---- choices: each has the same form ---- */
typedef struct bm_activation { const char *name; const struct bm_activation_kind *kind; double p[2]; } bm_activation;
typedef struct bm_loss       { const char *name; const struct bm_loss_kind       *kind; double p[2]; } bm_loss;
typedef struct bm_metric     { const char *name; const struct bm_metric_kind     *kind; double p[2]; } bm_metric;
typedef struct bm_penalty    { const char *name; const struct bm_penalty_kind    *kind; double p[2]; } bm_penalty;
typedef struct bm_schedule   { const char *name; const struct bm_schedule_kind   *kind; double p[2]; } bm_schedule;

#define BM_LINEAR            BM_VALUE(bm_activation, .name = "linear")
#define BM_RELU              BM_VALUE(bm_activation, .name = "relu")
#define BM_SIGMOID           BM_VALUE(bm_activation, .name = "sigmoid")
#define BM_TANH              BM_VALUE(bm_activation, .name = "tanh")
#define BM_SOFTMAX           BM_VALUE(bm_activation, .name = "softmax")
#define BM_STEP              BM_VALUE(bm_activation, .name = "step")
#define BM_LEAKY_RELU(slope) BM_VALUE(bm_activation, .name = "leaky_relu", .p = { (slope) })
#define BM_ELU(alpha)        BM_VALUE(bm_activation, .name = "elu", .p = { (alpha) })
#define BM_SELU              BM_VALUE(bm_activation, .name = "selu")
#define BM_GELU              BM_VALUE(bm_activation, .name = "gelu")
#define BM_SILU              BM_VALUE(bm_activation, .name = "silu")
#define BM_SOFTPLUS          BM_VALUE(bm_activation, .name = "softplus")
#define BM_SOFTSIGN          BM_VALUE(bm_activation, .name = "softsign")

/* Initialisers. fan_in, fan_out: rows and columns of a kernel (times its window). */
#define BM_ZEROS             BM_VALUE(bm_init, .name = "zeros")
#define BM_ONES              BM_VALUE(bm_init, .name = "ones")
#define BM_CONSTANT(value)   BM_VALUE(bm_init, .name = "constant", .p = { (value) })
#define BM_UNIFORM(low, high)        BM_VALUE(bm_init, .name = "uniform", .p = { (low), (high) })
#define BM_NORMAL(mean, deviation)   BM_VALUE(bm_init, .name = "normal", .p = { (mean), (deviation) })
#define BM_GLOROT_UNIFORM    BM_VALUE(bm_init, .name = "glorot_uniform") /**< U(+-sqrt(6 / (fan_in + fan_out))) */
#define BM_GLOROT_NORMAL     BM_VALUE(bm_init, .name = "glorot_normal")
#define BM_HE_UNIFORM        BM_VALUE(bm_init, .name = "he_uniform")
#define BM_HE_NORMAL         BM_VALUE(bm_init, .name = "he_normal")
#define BM_LECUN_UNIFORM     BM_VALUE(bm_init, .name = "lecun_uniform")
#define BM_LECUN_NORMAL      BM_VALUE(bm_init, .name = "lecun_normal")

/* ---- layers ---- */
typedef union bm_option_bytes { int64_t i_; double d_; void *p_; unsigned char at[472]; } bm_option_bytes;
/** A layer as a plain value: nothing to free. Strings inside are borrowed until a model uses it; what uses it checks it. */
typedef struct bm_layer {
    const char                 *name; /**< of a built-in kind */
    const struct bm_layer_kind *kind; /**< or a kind of the user's own */
    bm_place                    here;
    size_t                      size; /**< of the options; > sizeof options.at is an error on the model */
    bm_option_bytes             options;
} bm_layer;
typedef struct bm_layers { const bm_layer *at; size_t count; } bm_layers;
/** One function for all layers. */
BM_API bm_layer bm_layer_at(const char *name, const void *options, size_t size, bm_place here);
BM_API bm_layer bm_layer_custom_at(const struct bm_layer_kind *kind, const void *options, size_t size, bm_place here);

/** Settings of a dense layer. */
typedef struct bm_dense_options {
    int64_t       units;       /**< columns of the kernel; required, > 0 */
    BM_NAMED_;
    bm_activation activation;  /**< default BM_LINEAR */
    bm_init       kernel_init; /**< default BM_GLOROT_UNIFORM */
    bm_init       bias_init;   /**< default BM_ZEROS */
    bool          no_bias;     /**< default: a bias is added */
    bm_penalty    kernel_penalty, bias_penalty; /**< default: none */
    double        max_norm;    /**< default: no limit on the norm of a unit's weights */
    const char   *name;        /**< copied when the layer is used; default "dense_<n>" */
} bm_dense_options;
/** Fully connected layer: y = act(x W + b).
 *  Shapes   x (batch, ..., in); W (in, units); b (units); y (batch, ..., units)
 *  Errors   on the model that uses it: BM_E_ARGUMENT units < 1; BM_E_MEMORY
 *  Source   Goodfellow, Bengio, Courville, "Deep Learning", section 6.1 */
#define bm_dense(...) bm_layer_at("dense", BM_OPTIONS(bm_dense_options, .units = __VA_ARGS__), BM_HERE)

/* ---- optimisers ---- */
/** An optimiser as a plain value, as bm_layer. */
typedef struct bm_optimizer {
    const char *name; const struct bm_optimizer_kind *kind; bm_place here; size_t size; bm_option_bytes options;
} bm_optimizer;
BM_API bm_optimizer bm_optimizer_at(const char *name, const void *options, size_t size, bm_place here);
BM_API bm_optimizer bm_optimizer_custom_at(const struct bm_optimizer_kind *kind, const void *options, size_t size, bm_place here);

/** A node that, when fetched, does one step of descent on the loss (its mean over elements when it is no scalar): gradients by
 *  every variable it depends on, clipping, updates. Slots (moments) and the step count become variables of the graph.
 *  Errors on the graph: BM_E_ARGUMENT loss depends on no variable, an option outside its range; BM_E_MEMORY */
BM_API bm_node bm_minimize_at(bm_node loss, bm_optimizer optimizer, bm_place here);
#define bm_minimize(loss, optimizer) bm_minimize_at((loss), optimizer, BM_HERE)
/** The same by the given variables only. */
BM_API bm_node bm_minimize_over_at(bm_node loss, bm_nodes variables, bm_optimizer optimizer, bm_place here);
#define bm_minimize_over(loss, optimizer, ...) bm_minimize_over_at((loss), BM_LIST(bm_nodes, bm_node, __VA_ARGS__), optimizer, BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
