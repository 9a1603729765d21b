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

/** How bm_linear and bm_ridge solve. */
typedef enum bm_linear_method { BM_BY_QR, BM_BY_NORMAL, BM_BY_SVD } bm_linear_method;
typedef struct bm_linear_options {
    char zero_;
    BM_NAMED_;
    bool no_intercept;       /**< the line goes through the origin */
    bm_linear_method method; /**< default BM_BY_QR; BM_BY_NORMAL: the normal equation XT X w = XT y by Cholesky, as taught, which squares
                              *   the condition and says when that is too much; BM_BY_SVD: by singular values (LAPACK) */
} bm_linear_options;
/** Least squares, exactly: min sum (y - x w - b)^2. Of columns that depend on each other the solution of least norm, by QR and SVD, which
 *  bm_stopped_by tells ("solved, rank 3 of 4"); the normal equation then fails.
 *  Regression; several targets at once. Source: Golub, Van Loan, "Matrix Computations", 5.3-5.5 */
#define bm_linear(...) bm_learner_value_at("linear", BM_OPTIONS(bm_linear_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** How bm_ridge solves. */
typedef enum bm_ridge_method { BM_RIDGE_AUTO, BM_RIDGE_CHOLESKY, BM_RIDGE_SVD } bm_ridge_method;
typedef struct bm_ridge_options {
    char zero_;
    BM_NAMED_;
    double alpha;           /**< default 1; BM_ZERO: least squares; BM_AUTO: of `alphas` the one with the least error */
    bm_ridge_method method; /**< default: Cholesky, by QR where that loses digits; Cholesky in any case, which then says how many; or
                             *   singular values (LAPACK) */
    bool no_intercept;      /**< the line goes through the origin */
    int64_t folds;          /**< of BM_AUTO: default 0, generalized cross-validation; else so many folds, row i in fold i mod folds */
    const char *alphas;     /**< of BM_AUTO: numbers parted by blanks; default 100 from 100 times the largest sum of squares of a column
                             *   over m / 2 down to 1e-10 of that */
} bm_ridge_options;
/** Least squares with a penalty: J = 1/m sum (y - x w - b)^2 + alpha/2 sum w^2; the intercept b is not penalised. In scikit-learn's
 *  terms Ridge(m alpha / 2). Weights of rows are repetitions: m is their sum. Regression; several targets.
 *  Sources: Hoerl, Kennard, "Ridge Regression", 1970; Golub, Heath, Wahba, "Generalized Cross-Validation", 1979 */
#define bm_ridge(...) bm_learner_value_at("ridge", BM_OPTIONS(bm_ridge_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_lasso_options {
    char zero_;
    BM_NAMED_;
    double alpha;       /**< default 1; BM_ZERO: least squares; BM_AUTO: of `alphas` the one with the least error over the folds */
    double tolerance;   /**< default 1e-10: what J may be above its minimum, over sum (y - mean)^2, at the end: the duality gap, or where
                         *   that is lost in rounding a bound by second derivatives */
    int64_t iterations; /**< default 10000: times that all columns are gone through, at most */
    bool no_intercept;  /**< the line goes through the origin */
    int64_t folds;      /**< of BM_AUTO: default 5; row i is in fold i mod folds */
    const char *alphas; /**< of BM_AUTO: numbers parted by blanks; default 100 from where all coefficients are 0 to a thousandth of it, and
                         *   on while the error falls */
} bm_lasso_options;
/** Least squares with a penalty that makes coefficients exactly 0: J = 1/m sum (y - x w - b)^2 + alpha sum |w|. In scikit-learn's terms
 *  Lasso(alpha / 2). By coordinate descent; bm_stopped_by tells how many columns are kept. Regression; several targets, each by itself.
 *  Sources: Tibshirani, "Regression Shrinkage and Selection via the Lasso", 1996; Friedman, Hastie, Tibshirani, 2010 */
#define bm_lasso(...) bm_learner_value_at("lasso", BM_OPTIONS(bm_lasso_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_elastic_options {
    char zero_;
    BM_NAMED_;
    double alpha;       /**< as bm_lasso's, and what follows but r */
    double r;           /**< default .5: share of the absolute penalty; BM_ZERO is ridge, 1 lasso */
    double tolerance;
    int64_t iterations;
    bool no_intercept;
    int64_t folds;
    const char *alphas;
} bm_elastic_options;
/** Both penalties: J = 1/m sum (y - x w - b)^2 + r alpha sum |w| + (1 - r)/2 alpha sum w^2. In scikit-learn's terms ElasticNet(alpha / 2,
 *  l1_ratio = r). Source: Zou, Hastie, "Regularization and Variable Selection via the Elastic Net", 2005 */
#define bm_elastic(...) bm_learner_value_at("elastic", BM_OPTIONS(bm_elastic_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_poly_options {
    int64_t degree;       /**< default 2; at most 20 */
    BM_NAMED_;
    double  alpha;        /**< default 0, least squares; else ridge's penalty on the coefficients of the products */
    bool    interactions; /**< only products of different columns: no power of a column */
    bool    no_intercept;
} bm_poly_options;
/** Least squares, or ridge, on products of the columns up to a degree (bm_polynomial is the layer that makes them). Regression; several
 *  targets. */
#define bm_poly(...) bm_learner_value_at("poly", BM_OPTIONS(bm_poly_options, .degree = __VA_ARGS__), BM_HERE)

typedef struct bm_huber_options {
    char    zero_;
    BM_NAMED_;
    double  epsilon;      /**< default 1.35, >= 1: residuals larger than so many times sigma count by their size, not its square */
    double  alpha;        /**< default 1e-4 */
    int64_t iterations;   /**< default 200, at most */
    bool    no_intercept;
} bm_huber_options;
/** Regression that outliers move little: min over w, b and sigma > 0 of sum (sigma + sigma H((y - x w - b) / sigma)) + alpha sum w^2,
 *  H(z) = z^2 where |z| < epsilon, else 2 epsilon |z| - epsilon^2: scikit-learn's HuberRegressor. By Newton's method. sigma is kept:
 *  bm_model_learned(m, "sigma"). Several targets, each by itself. Source: Owen, "A robust hybrid of lasso and ridge regression", 2007 */
#define bm_huber(...) bm_learner_value_at("huber", BM_OPTIONS(bm_huber_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_poisson_options {
    char    zero_;
    BM_NAMED_;
    double  alpha;        /**< default 1; BM_ZERO: none */
    int64_t iterations;   /**< default 100, at most */
    bool    no_intercept;
} bm_poisson_options;
/** Counts by e^(x w + b): min 1/m sum (e^(x w + b) - y (x w + b)) + alpha/2 sum w^2, targets >= 0: scikit-learn's PoissonRegressor. By
 *  Newton's method (iterated reweighted least squares). Several targets, each by itself.
 *  Source: McCullagh, Nelder, "Generalized Linear Models", 2nd ed., 6 */
#define bm_poisson(...) bm_learner_value_at("poisson", BM_OPTIONS(bm_poisson_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Which rows a step of bm_descent sees: all; the next `batch` of a shuffled order; the next one; `batch` drawn at random. What a row
 *  adds to a step is times its weight over the mean weight. */
typedef enum bm_descent_rows { BM_ALL_ROWS, BM_MINI_BATCHES, BM_SINGLE_ROWS, BM_DRAWN_ROWS } bm_descent_rows;
/** What is minimised, of m rows with errors e = x w + b - t: 1/m sum e^2; 1/2m sum e^2; sum e^2; 1/2 sum e^2. */
typedef enum bm_descent_cost { BM_COST_MEAN, BM_COST_HALF_MEAN, BM_COST_SUM, BM_COST_HALF_SUM } bm_descent_cost;
typedef struct bm_descent_options {
    double          rate;         /**< default .01 */
    BM_NAMED_;
    bm_descent_rows rows;         /**< "all", "mini_batch", "single" or "drawn". The LMS rule w += 2 rate e x is "single" */
    bm_descent_cost cost;         /**< "mean", "half_mean", "sum" or "half_sum" */
    int64_t         batch;        /**< default 32 */
    int64_t         steps;        /**< default 10000, at most */
    const char     *start;        /**< default all 0; "random": normal numbers by the fit's seed; or numbers parted by blanks: of each
                                   *   target its coefficients, then its intercept */
    double          gradient;     /**< ends when the gradient's norm (of all rows; of a pass over them) is at most this; default 0: at 0 */
    double          loss;         /**< ends when the cost of all rows is at most this; default: not */
    double          change;       /**< ends when the cost of all rows changes by no more than this; default: not */
    double          seconds;      /**< ends after so long; default: not. Such an end does not repeat */
    bool            in_order;     /**< mini-batches and single rows are not shuffled */
    bool            no_intercept;
    int64_t         every;        /**< default 1: steps between two points of the path that is kept; -1 keeps none */
} bm_descent_options;
/** Least squares by gradient descent, as it is taught, on the numbers as they are. What ended it is told by bm_stopped_by. All rows: the
 *  rules that end it are asked after every step, else after every pass over as many rows as there are. The path is kept, at most some
 *  8 MB of it (then every second point, every fourth ...): bm_model_learned(m, "path") is (points, weights) with the weights in the order of
 *  `start`, "path_step" and "path_loss" (points) the step and the cost there: of all rows, or of those that the step saw.
 *  Errors  BM_E_NUMBER the weights grow beyond all bounds: the rate is too large */
#define bm_descent(...) bm_learner_value_at("descent", BM_OPTIONS(bm_descent_options, .rate = __VA_ARGS__), BM_HERE)

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
