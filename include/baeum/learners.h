// SPDX-License-Identifier: Apache-2.0
/* Kinds of learners as values, with their settings; bm_learner (model.h) makes a model of one.
 */
// clang-format off
#ifndef BAEUM_LEARNERS_H
#define BAEUM_LEARNERS_H
#include <baeum/nn.h>
#ifdef __cplusplus
extern "C" {
#endif

/** A learner as a plain value, as bm_layer. */
typedef struct bm_learner {
    const char *name; const struct bm_learner_kind *kind; bm_place here; size_t size; bm_option_bytes options;
} bm_learner;
BM_API bm_learner bm_learner_value_at(const char *name, const void *options, size_t size, bm_place here);

typedef struct bm_linear_options {
    char zero_;
    BM_NAMED_;
    bool no_intercept; /**< the line goes through the origin */
} bm_linear_options;
/** Least squares, exactly, by QR with column pivoting; of columns that depend on each other the solution of least norm.
 *  Regression; several targets at once. Source: Golub, Van Loan, "Matrix Computations", 5.4-5.5 */
#define bm_linear(...) bm_learner_value_at("linear", BM_OPTIONS(bm_linear_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_logistic_options {
    char    zero_;
    BM_NAMED_;
    double  C;          /**< default 1: weight of the data against the penalty, C * sum of losses + |w|^2 / 2 */
    int64_t iterations; /**< default 1000 at most */
    double  tolerance;  /**< default 1e-4: largest component of the gradient of the mean loss and penalty at the end */
} bm_logistic_options;
/** Classification by one layer and cross-entropy: two classes by the sigmoid. Fitted by L-BFGS (Liu, Nocedal, 1989). */
#define bm_logistic(...) bm_learner_value_at("logistic", BM_OPTIONS(bm_logistic_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
/** The same for any number of classes by softmax. */
#define bm_softmax_regression(...) bm_learner_value_at("softmax", BM_OPTIONS(bm_logistic_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** The same by a logistic regression of each class against the rest; probabilities are their outputs over the sum of these. */
#define bm_one_vs_rest(...) bm_learner_value_at("one_vs_rest", BM_OPTIONS(bm_logistic_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_perceptron_options {
    char    zero_;
    BM_NAMED_;
    double  rate;   /**< default 1 */
    int64_t epochs; /**< default 100 at most; ends before when every training row is right */
} bm_perceptron_options;
/** Threshold units trained by Rosenblatt's rule (1958), one against the rest for more than two classes. A row's weight is the size
 *  of its steps; the weights kept are those of the epoch with the fewest mistakes, counted by weight. */
#define bm_perceptron(...) bm_learner_value_at("perceptron", BM_OPTIONS(bm_perceptron_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_mlp_options {
    char          zero_;
    BM_NAMED_;
    bm_shape      units;       /**< of the hidden layers, as BM_SHAPE(64, 32); default one layer of 64 */
    bm_activation activation;  /**< default BM_RELU */
    double        dropout;     /**< default 0: after each hidden layer */
    const char   *optimizer;   /**< default "adam"; with settings "sgd:rate=.1,momentum=.9" */
    double        rate;        /**< default: the optimiser's own */
    int64_t       epochs;      /**< at most; default 100, or as many as make 1,000 steps when that is more */
    int64_t       batch;       /**< default 32, or all rows when there are fewer */
    int64_t       patience;    /**< epochs without a better validation loss end training; default 10, or 40 steps when that is more */
} bm_mlp_options;
/** A network of dense layers; the output layer and loss follow from the task. Over a table (bm_fit_table) numbers are learned
 *  standardised and predicted in the table's unit, unless the loss is about their values (Poisson, MAPE, MSLE); of those
 *  of numbers above 0 (Poisson, MSLE) the output layer is e^x, the log link. */
#define bm_mlp(...) bm_learner_value_at("mlp", BM_OPTIONS(bm_mlp_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_network_options {
    const char   *layers;      /**< hidden layers, as "dense 128 relu, dropout .3", or their JSON */
    BM_NAMED_;
    const char   *optimizer;   /**< default "adam" */
    double        rate;        /**< default: the optimiser's own */
    int64_t       epochs;      /**< at most; default 100, or as many as make 1,000 steps when that is more */
    int64_t       batch;       /**< default 32, or all rows when there are fewer */
    int64_t       patience;    /**< as bm_mlp's */
} bm_network_options;
/** A network of any layers; the output layer, the loss and the target's scale are as bm_mlp's. */
#define bm_network(...) bm_learner_value_at("network", BM_OPTIONS(bm_network_options, .layers = __VA_ARGS__), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
