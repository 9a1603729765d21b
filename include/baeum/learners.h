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

/** What is added to C times the sum of the losses; never of the intercept. */
typedef enum bm_logistic_penalty {
    BM_LOGISTIC_L2,      /**< |w|^2 / 2 */
    BM_LOGISTIC_L1,      /**< sum |w|: some weights become exactly 0 */
    BM_LOGISTIC_ELASTIC, /**< l1_ratio sum |w| + (1 - l1_ratio) |w|^2 / 2 */
    BM_LOGISTIC_NONE
} bm_logistic_penalty;
/** How the minimum is found. All find the same one, where there is one. */
typedef enum bm_logistic_solver {
    BM_LOGISTIC_AUTO,   /**< newton of few weights, else lbfgs; with a share of l1 descent, of thousands of weights saga */
    BM_LOGISTIC_LBFGS,  /**< Liu, Nocedal, 1989; not with l1 */
    BM_LOGISTIC_NEWTON, /**< by Cholesky, of more than 500 weights by conjugate gradients; not with l1. Goes on to a gradient of 1e-8 */
    BM_LOGISTIC_SAGA,   /**< a row at a time: Defazio, Bach, Lacoste-Julien, 2014; goes on to a gradient of 1e-5 */
    BM_LOGISTIC_DESCENT /**< Newton's model minimised by coordinate descent: Friedman, Hastie, Tibshirani, 2010; goes on to 1e-8, too */
} bm_logistic_solver;
typedef struct bm_logistic_options {
    char    zero_;
    BM_NAMED_;
    double  C;          /**< default 1: weight of the data against the penalty, C * sum of losses + penalty */
    int64_t iterations; /**< default 1000 at most; of saga, passes over the rows */
    double  tolerance;  /**< default 1e-4: largest component of the gradient of the mean loss and penalty at the end */
    bm_logistic_penalty penalty; /**< default BM_LOGISTIC_L2 */
    double  l1_ratio;   /**< default .5 (BM_ZERO: 0): share of l1 in BM_LOGISTIC_ELASTIC */
    bm_logistic_solver solver;   /**< default BM_LOGISTIC_AUTO */
    bool    no_intercept; /**< planes go through the origin */
    bool    warm_start; /**< begins at the weights of the fit before, when that had as many columns and classes */
} bm_logistic_options;
/** Classification by one layer and cross-entropy: of two classes p = 1 / (1 + exp(-(w x + b))), of more as
 *  bm_softmax_regression. A target of several columns of 0 and 1 (integers) is several labels, each with a p of its own.
 *  Minimises C sum_i u_i loss_i + penalty, u the weights of rows. Without a penalty, of classes that a plane parts, the
 *  weights have no end: they are those where the gradient is within the tolerance, and bm_stopped_by says "separable".
 *  Errors   BM_E_ARGUMENT a solver that does not do the penalty; BM_E_DATA one class only, weights that are all 0; BM_E_NUMBER
 *           numbers that are not finite, with their row; BM_E_MEMORY
 *  Source   Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 4.4 */
#define bm_logistic(...) bm_learner_value_at("logistic", BM_OPTIONS(bm_logistic_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
/** p = softmax(W x + b), for any number of classes. */
#define bm_softmax_regression(...) bm_learner_value_at("softmax", BM_OPTIONS(bm_logistic_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** The same by a logistic regression of each class against the rest; probabilities are their outputs over the sum of these. */
#define bm_one_vs_rest(...) bm_learner_value_at("one_vs_rest", BM_OPTIONS(bm_logistic_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_perceptron_options {
    char    zero_;
    BM_NAMED_;
    double  rate;     /**< default 1 */
    int64_t epochs;   /**< default 100 at most; ends before when every training row is right */
    bool    averaged; /**< the weights are the mean of those after each row (Freund, Schapire, 1999) */
} bm_perceptron_options;
/** Threshold units, 1 where w x + b > 0 and 0 elsewhere, trained by Rosenblatt's rule (1958) on rows in an order that the seed gives,
 *  one against the rest for more than two classes. A row's weight is the size of its steps; there is no penalty. The weights
 *  kept are those of the epoch with the fewest mistakes, counted by weight. */
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
