// SPDX-License-Identifier: Apache-2.0
/* Layers, activations, losses, metrics, penalties, initialisers, optimisers and schedules, as values.
 * UPPER CASE is a choice ({0} is the default, a name the library knows, or a record of the user's); lower case builds.
 */
// clang-format off
#ifndef BAEUM_NN_H
#define BAEUM_NN_H
#include <baeum/ops.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---- choices: each has the same form. A number is 0 for the kind's default, BM_ZERO for 0 ---- */
typedef struct bm_activation { const char *name; const struct bm_activation_kind *kind; double p[2]; } bm_activation;
typedef struct bm_loss       { const char *name; const struct bm_loss_kind       *kind; double p[2]; } bm_loss;
typedef struct bm_metric     { const char *name; const struct bm_metric_kind     *kind; double p[2]; } bm_metric;
typedef struct bm_penalty    { const char *name; const struct bm_penalty_kind    *kind; double p[2]; } bm_penalty;
typedef struct bm_schedule   { const char *name; const struct bm_schedule_kind   *kind; double p[2]; } bm_schedule;

/* Activations. */
#define BM_LINEAR            BM_VALUE(bm_activation, .name = "linear")       /**< x */
#define BM_RELU              BM_VALUE(bm_activation, .name = "relu")         /**< max(x, 0) */
#define BM_LEAKY_RELU(slope) BM_VALUE(bm_activation, .name = "leaky_relu", .p = { (slope) }) /**< slope x below 0; default .1 */
#define BM_ELU(alpha)        BM_VALUE(bm_activation, .name = "elu", .p = { (alpha) })        /**< alpha (e^x - 1) below 0; default 1 */
#define BM_SELU              BM_VALUE(bm_activation, .name = "selu")
#define BM_GELU              BM_VALUE(bm_activation, .name = "gelu")         /**< x Phi(x), by the error function */
#define BM_SILU              BM_VALUE(bm_activation, .name = "silu")         /**< x sigmoid(x) */
#define BM_SOFTPLUS          BM_VALUE(bm_activation, .name = "softplus")     /**< log(1 + e^x) */
#define BM_SIGMOID           BM_VALUE(bm_activation, .name = "sigmoid")      /**< 1 / (1 + e^-x) */
#define BM_HARD_SIGMOID      BM_VALUE(bm_activation, .name = "hard_sigmoid") /**< x / 6 + 1/2, into [0, 1] */
#define BM_TANH              BM_VALUE(bm_activation, .name = "tanh")
#define BM_SOFTSIGN          BM_VALUE(bm_activation, .name = "softsign")     /**< x / (1 + |x|) */
#define BM_STEP              BM_VALUE(bm_activation, .name = "step")         /**< 1 above 0, else 0; no gradient */
#define BM_STEP_AT(threshold) BM_VALUE(bm_activation, .name = "step", .p = { (threshold) }) /**< 1 above the threshold, else 0 */
#define BM_EXPONENTIAL       BM_VALUE(bm_activation, .name = "exponential")  /**< e^x */
#define BM_SOFTMAX           BM_VALUE(bm_activation, .name = "softmax")      /**< along the last axis */
#define BM_SHARES            BM_VALUE(bm_activation, .name = "one_vs_rest")  /**< each sigmoid over the sum of them along the last axis */
#define BM_LOG_SOFTMAX       BM_VALUE(bm_activation, .name = "log_softmax")

/* Initialisers. fan_in, fan_out: rows and columns of a kernel (times its window). */
#define BM_ZEROS             BM_VALUE(bm_init, .name = "zeros")
#define BM_ONES              BM_VALUE(bm_init, .name = "ones")
#define BM_CONSTANT(value)   BM_VALUE(bm_init, .name = "constant", .p = { (value) })
#define BM_UNIFORM(low, high)        BM_VALUE(bm_init, .name = "uniform", .p = { bm_exactly(low), bm_exactly(high) })
#define BM_NORMAL(mean, deviation)   BM_VALUE(bm_init, .name = "normal", .p = { bm_exactly(mean), bm_exactly(deviation) })
#define BM_GLOROT_UNIFORM    BM_VALUE(bm_init, .name = "glorot_uniform") /**< U(+-sqrt(6 / (fan_in + fan_out))) */
#define BM_GLOROT_NORMAL     BM_VALUE(bm_init, .name = "glorot_normal")  /**< N(0, 2 / (fan_in + fan_out)); the second number is a variance */
#define BM_HE_UNIFORM        BM_VALUE(bm_init, .name = "he_uniform")     /**< U(+-sqrt(6 / fan_in)) */
#define BM_HE_NORMAL         BM_VALUE(bm_init, .name = "he_normal")      /**< N(0, 2 / fan_in) */
#define BM_LECUN_UNIFORM     BM_VALUE(bm_init, .name = "lecun_uniform")  /**< U(+-sqrt(3 / fan_in)) */
#define BM_LECUN_NORMAL      BM_VALUE(bm_init, .name = "lecun_normal")   /**< N(0, 1 / fan_in) */
/* Glorot and Bengio's by activation, as courses teach them: the sigmoid's are Glorot's; tanh's are 4 times, ReLU's sqrt(2) times those. */
#define BM_SIGMOID_UNIFORM   BM_VALUE(bm_init, .name = "sigmoid_uniform")
#define BM_SIGMOID_NORMAL    BM_VALUE(bm_init, .name = "sigmoid_normal")
#define BM_TANH_UNIFORM      BM_VALUE(bm_init, .name = "tanh_uniform")
#define BM_TANH_NORMAL       BM_VALUE(bm_init, .name = "tanh_normal")
#define BM_RELU_UNIFORM      BM_VALUE(bm_init, .name = "relu_uniform")
#define BM_RELU_NORMAL       BM_VALUE(bm_init, .name = "relu_normal")

/* Losses: y prediction, t target, k outputs a row. The model averages rows, except those named sums, which it adds up. A loss
 * on probabilities after a softmax or sigmoid is computed from the activation's input, finite at any logit; without one it is the
 * plain formula: 0 or infinite at p = 0 or 1. */
#define BM_MSE               BM_VALUE(bm_loss, .name = "mse")       /**< mean of (y - t)^2: cost 1/m */
#define BM_HALF_MSE          BM_VALUE(bm_loss, .name = "half_mse")  /**< cost 1/2m */
#define BM_SSE               BM_VALUE(bm_loss, .name = "sse")       /**< sum of (y - t)^2: the "L2" loss */
#define BM_HALF_SSE          BM_VALUE(bm_loss, .name = "half_sse")  /**< half the sum */
#define BM_MAE               BM_VALUE(bm_loss, .name = "mae")       /**< mean of |y - t| */
#define BM_SAE               BM_VALUE(bm_loss, .name = "sae")       /**< sum of |y - t|: the "L1" loss */
#define BM_MAPE              BM_VALUE(bm_loss, .name = "mape")      /**< 100 mean |y - t| / |t|; t other than 0 */
#define BM_MSLE              BM_VALUE(bm_loss, .name = "msle")      /**< mean of (log(1 + y) - log(1 + t))^2; y > 0 */
#define BM_HUBER(delta)      BM_VALUE(bm_loss, .name = "huber", .p = { (delta) }) /**< e^2 / 2, beyond delta (1) linear */
#define BM_LOG_COSH          BM_VALUE(bm_loss, .name = "log_cosh")  /**< log cosh(y - t) */
#define BM_BINARY_CROSSENTROPY             BM_VALUE(bm_loss, .name = "binary_crossentropy")             /**< -t log y - (1 - t) log(1 - y) */
#define BM_CATEGORICAL_CROSSENTROPY        BM_VALUE(bm_loss, .name = "categorical_crossentropy")        /**< -sum t log y; t one-hot */
#define BM_SPARSE_CATEGORICAL_CROSSENTROPY BM_VALUE(bm_loss, .name = "sparse_categorical_crossentropy") /**< -log y[t]; t integer */
#define BM_SOFTMAX_CROSSENTROPY            BM_VALUE(bm_loss, .name = "softmax_crossentropy")            /**< y logits, t integer */
#define BM_SIGMOID_CROSSENTROPY            BM_VALUE(bm_loss, .name = "sigmoid_crossentropy")            /**< y logits, t in [0, 1] */
#define BM_HINGE             BM_VALUE(bm_loss, .name = "hinge")             /**< max(0, 1 - s y), s = 1 where t > 0, else -1 */
#define BM_SQUARED_HINGE     BM_VALUE(bm_loss, .name = "squared_hinge")
#define BM_CATEGORICAL_HINGE BM_VALUE(bm_loss, .name = "categorical_hinge") /**< max(0, 1 + max of y where t = 0 - y where t = 1) */
#define BM_POISSON           BM_VALUE(bm_loss, .name = "poisson")           /**< y - t log y; y > 0, as by BM_EXPONENTIAL */
#define BM_KL_DIVERGENCE     BM_VALUE(bm_loss, .name = "kl_divergence")     /**< sum t log(t / y) */

/* Penalties on weights, added to the loss. */
#define BM_L1(a)             BM_VALUE(bm_penalty, .name = "l1", .p = { (a) })           /**< a sum |w| */
#define BM_L2(a)             BM_VALUE(bm_penalty, .name = "l2", .p = { (a) })           /**< a sum w^2 */
#define BM_ELASTIC(a, b)     BM_VALUE(bm_penalty, .name = "elastic", .p = { (a), (b) }) /**< a sum |w| + b sum w^2 */

/* Schedules: factors of the base rate; t is the number of updates done before. */
#define BM_INVERSE_TIME(decay)       BM_VALUE(bm_schedule, .name = "inverse_time", .p = { (decay) })          /**< 1 / (1 + decay t) */
#define BM_STEP_DECAY(every, factor) BM_VALUE(bm_schedule, .name = "step", .p = { (every), (factor) })        /**< factor^floor(t / every) */
#define BM_EXPONENTIAL_DECAY(every, factor) BM_VALUE(bm_schedule, .name = "exponential", .p = { (every), (factor) }) /**< factor^(t / every) */
#define BM_COSINE(steps, last)       BM_VALUE(bm_schedule, .name = "cosine", .p = { (steps), (last) })        /**< half a cosine from 1 to last (0), then constant; steps are needed, but of learners: all of their fit */
#define BM_POLYNOMIAL(steps, power)  BM_VALUE(bm_schedule, .name = "polynomial", .p = { (steps), (power) })   /**< (1 - t / steps)^power (1), then 0 */

/* Metrics; rows count as they weigh. docs/judging.md has each with its formula. Classes: of one output, 1 where p >= threshold (.5); of several
 * outputs that exclude each other the largest; of several that do not, each for itself. Of precision, recall and their like the plain name is
 * that of class 1 with two classes, else the macro mean; _micro is of summed counts, _weighted by the rows of classes, _OF of one class. */
#define BM_ACCURACY          BM_VALUE(bm_metric, .name = "accuracy")
#define BM_BINARY_ACCURACY   BM_VALUE(bm_metric, .name = "binary_accuracy") /**< of single outputs, whatever their number */
#define BM_SUBSET_ACCURACY   BM_VALUE(bm_metric, .name = "subset_accuracy") /**< of rows all of whose labels are right */
#define BM_HAMMING_LOSS      BM_VALUE(bm_metric, .name = "hamming_loss")    /**< share of labels that are wrong */
#define BM_TOP_K(k)          BM_VALUE(bm_metric, .name = "top_k", .p = { (k) }) /**< the class is among the k (5) largest */
#define BM_BALANCED_ACCURACY BM_VALUE(bm_metric, .name = "balanced_accuracy") /**< mean of recalls */
#define BM_PRECISION         BM_VALUE(bm_metric, .name = "precision")
#define BM_PRECISION_MICRO   BM_VALUE(bm_metric, .name = "precision_micro")
#define BM_PRECISION_MACRO   BM_VALUE(bm_metric, .name = "precision_macro")
#define BM_PRECISION_WEIGHTED BM_VALUE(bm_metric, .name = "precision_weighted")
#define BM_PRECISION_OF(class_) BM_VALUE(bm_metric, .name = "precision_of", .p = { bm_exactly(class_) })
#define BM_RECALL            BM_VALUE(bm_metric, .name = "recall")
#define BM_RECALL_MICRO      BM_VALUE(bm_metric, .name = "recall_micro")
#define BM_RECALL_MACRO      BM_VALUE(bm_metric, .name = "recall_macro")
#define BM_RECALL_WEIGHTED   BM_VALUE(bm_metric, .name = "recall_weighted")
#define BM_RECALL_OF(class_) BM_VALUE(bm_metric, .name = "recall_of", .p = { bm_exactly(class_) })
#define BM_F1                BM_VALUE(bm_metric, .name = "f1")
#define BM_F1_MICRO          BM_VALUE(bm_metric, .name = "f1_micro")
#define BM_F1_MACRO          BM_VALUE(bm_metric, .name = "f1_macro")
#define BM_F1_WEIGHTED       BM_VALUE(bm_metric, .name = "f1_weighted")
#define BM_F1_OF(class_)     BM_VALUE(bm_metric, .name = "f1_of", .p = { bm_exactly(class_) })
#define BM_FBETA(beta)       BM_VALUE(bm_metric, .name = "fbeta", .p = { (beta) }) /**< recall counts beta (2) times as much as precision */
#define BM_FBETA_MICRO(beta) BM_VALUE(bm_metric, .name = "fbeta_micro", .p = { (beta) })
#define BM_FBETA_MACRO(beta) BM_VALUE(bm_metric, .name = "fbeta_macro", .p = { (beta) })
#define BM_FBETA_WEIGHTED(beta) BM_VALUE(bm_metric, .name = "fbeta_weighted", .p = { (beta) })
#define BM_SPECIFICITY       BM_VALUE(bm_metric, .name = "specificity") /**< right rows of the other classes over all of these */
#define BM_SPECIFICITY_MICRO BM_VALUE(bm_metric, .name = "specificity_micro")
#define BM_SPECIFICITY_MACRO BM_VALUE(bm_metric, .name = "specificity_macro")
#define BM_SPECIFICITY_WEIGHTED BM_VALUE(bm_metric, .name = "specificity_weighted")
#define BM_SPECIFICITY_OF(class_) BM_VALUE(bm_metric, .name = "specificity_of", .p = { bm_exactly(class_) })
#define BM_JACCARD           BM_VALUE(bm_metric, .name = "jaccard")
#define BM_JACCARD_MICRO     BM_VALUE(bm_metric, .name = "jaccard_micro")
#define BM_JACCARD_MACRO     BM_VALUE(bm_metric, .name = "jaccard_macro")
#define BM_JACCARD_WEIGHTED  BM_VALUE(bm_metric, .name = "jaccard_weighted")
#define BM_JACCARD_OF(class_) BM_VALUE(bm_metric, .name = "jaccard_of", .p = { bm_exactly(class_) })
#define BM_KAPPA             BM_VALUE(bm_metric, .name = "kappa")    /**< Cohen's */
#define BM_KAPPA_LINEAR      BM_VALUE(bm_metric, .name = "kappa_linear")    /**< of ordered classes: wrong by two counts twice */
#define BM_KAPPA_QUADRATIC   BM_VALUE(bm_metric, .name = "kappa_quadratic") /**< wrong by two counts four times */
#define BM_MCC               BM_VALUE(bm_metric, .name = "mcc")      /**< Matthews's correlation */
#define BM_ROC_AUC           BM_VALUE(bm_metric, .name = "roc_auc")  /**< of several classes the mean over one-against-the-rest */
#define BM_ROC_AUC_WEIGHTED  BM_VALUE(bm_metric, .name = "roc_auc_weighted") /**< by the rows of classes */
#define BM_ROC_AUC_OVO       BM_VALUE(bm_metric, .name = "roc_auc_ovo")      /**< mean over pairs of classes */
#define BM_ROC_AUC_OVO_WEIGHTED BM_VALUE(bm_metric, .name = "roc_auc_ovo_weighted")
#define BM_AVERAGE_PRECISION BM_VALUE(bm_metric, .name = "average_precision") /**< area under the precision-recall curve by steps */
#define BM_AVERAGE_PRECISION_WEIGHTED BM_VALUE(bm_metric, .name = "average_precision_weighted")
#define BM_PR_AUC            BM_VALUE(bm_metric, .name = "pr_auc")   /**< the same by trapezia */
#define BM_GINI              BM_VALUE(bm_metric, .name = "gini")     /**< 2 AUC - 1 */
#define BM_KS                BM_VALUE(bm_metric, .name = "ks")       /**< largest distance of both classes' distributions of scores */
#define BM_LOG_LOSS          BM_VALUE(bm_metric, .name = "log_loss") /**< mean -log p of the class */
#define BM_BRIER             BM_VALUE(bm_metric, .name = "brier")    /**< mean squared error of probabilities */
#define BM_D2_LOG_LOSS       BM_VALUE(bm_metric, .name = "d2_log_loss")
#define BM_D2_BRIER          BM_VALUE(bm_metric, .name = "d2_brier")
#define BM_METRIC_HINGE      BM_VALUE(bm_metric, .name = "hinge")
#define BM_ECE(bins)         BM_VALUE(bm_metric, .name = "ece", .p = { (bins) }) /**< expected calibration error, of 10 bins */
#define BM_METRIC_MSE        BM_VALUE(bm_metric, .name = "mse")
#define BM_RMSE              BM_VALUE(bm_metric, .name = "rmse")
#define BM_METRIC_MAE        BM_VALUE(bm_metric, .name = "mae")
#define BM_METRIC_MAPE       BM_VALUE(bm_metric, .name = "mape")     /**< a fraction, not per cent: as scikit-learn */
#define BM_SMAPE             BM_VALUE(bm_metric, .name = "smape")    /**< a fraction of 0 to 2 */
#define BM_METRIC_MSLE       BM_VALUE(bm_metric, .name = "msle")
#define BM_RMSLE             BM_VALUE(bm_metric, .name = "rmsle")
#define BM_MEDIAN_AE         BM_VALUE(bm_metric, .name = "median_ae") /**< median of |y - t| */
#define BM_MAX_ERROR         BM_VALUE(bm_metric, .name = "max_error")
#define BM_METRIC_HUBER(delta) BM_VALUE(bm_metric, .name = "huber", .p = { (delta) })
#define BM_PINBALL(share)    BM_VALUE(bm_metric, .name = "pinball", .p = { bm_exactly(share) }) /**< of a predicted quantile */
#define BM_TWEEDIE_DEVIANCE(power) BM_VALUE(bm_metric, .name = "tweedie_deviance", .p = { bm_exactly(power) })
#define BM_POISSON_DEVIANCE  BM_VALUE(bm_metric, .name = "poisson_deviance")
#define BM_GAMMA_DEVIANCE    BM_VALUE(bm_metric, .name = "gamma_deviance")
#define BM_R2                BM_VALUE(bm_metric, .name = "r2")       /**< 1 - SSE / SST; of several outputs the mean */
#define BM_ADJUSTED_R2(features) BM_VALUE(bm_metric, .name = "adjusted_r2", .p = { (features) }) /**< in scores over tables 0 is the model's own number of features */
#define BM_EXPLAINED_VARIANCE BM_VALUE(bm_metric, .name = "explained_variance")
#define BM_CORRELATION       BM_VALUE(bm_metric, .name = "correlation") /**< Pearson's, of predictions and targets */
#define BM_D2_ABSOLUTE_ERROR BM_VALUE(bm_metric, .name = "d2_absolute_error")
#define BM_D2_PINBALL(share) BM_VALUE(bm_metric, .name = "d2_pinball", .p = { bm_exactly(share) })
#define BM_D2_TWEEDIE(power) BM_VALUE(bm_metric, .name = "d2_tweedie", .p = { bm_exactly(power) })
#define BM_D2_POISSON        BM_VALUE(bm_metric, .name = "d2_poisson")
#define BM_D2_GAMMA          BM_VALUE(bm_metric, .name = "d2_gamma")

/** Metrics from text: "accuracy, f1, fbeta(.5), pinball(.9)"; numbers are those of the kind, in its order.
 *  Returns  BM_OK and the metrics in `into` (`room` of them, ended by one without a name where they are fewer), or the error, which is also
 *           put into `error` (null allowed) as a line of at most `bytes`: BM_E_ARGUMENT no such metric (the nearest is named), a number
 *           that is none or outside its range, too many */
BM_API bm_status bm_metrics_parse_at(const char *text, bm_metric *into, size_t room, char *error, size_t bytes, bm_place here);
#define bm_metrics_parse(text, into, room) bm_metrics_parse_at((text), (into), (room), NULL, 0, BM_HERE)
/** Whether larger is better; false of a metric that there is not. */
BM_API bool      bm_metric_maximize(bm_metric metric);

/** The form of a model's output, for metrics. */
typedef enum bm_output {
    BM_OUTPUT_ANY = 0,  /**< as it looks: one column is binary, several are classes */
    BM_OUTPUT_REALS,    /**< numbers */
    BM_OUTPUT_BINARY,   /**< one probability */
    BM_OUTPUT_CLASSES,  /**< one column a class, the largest wins */
    BM_OUTPUT_LABELS    /**< several probabilities, each yes or no for itself */
} bm_output;
typedef struct bm_measure_options {
    const bm_tensor *prediction; /**< [rows] or [rows, columns], reals: probabilities or numbers */
    const bm_tensor *target;     /**< [rows] (class numbers or reals) or [rows, columns] */
    BM_NAMED_;
    const bm_tensor *weight;     /**< finite, 0 or more, not all 0; default: every row counts 1 */
    bm_output        output;
} bm_measure_options;
/** The value of a metric on given predictions and targets (borrowed), in double arithmetic.
 *  Returns  gives an f64 tensor of rank 0
 *  Errors on it: BM_E_ARGUMENT unknown metric, a number outside its range; BM_E_SHAPE; BM_E_DATA what the metric is not defined
 *  for: no rows, roc_auc of one class, a class number outside, NaN, targets that are not finite, weights below 0 or that sum to
 *  0; BM_E_MEMORY */
BM_API bm_tensor *bm_measure_at(bm_metric metric, const bm_measure_options *options, size_t size, bm_place here);
#define bm_measure(metric, prediction_, ...) \
    bm_measure_at(metric, BM_OPTIONS(bm_measure_options, .prediction = (prediction_), .target = __VA_ARGS__), BM_HERE)
/** Counts of true class (rows) against predicted class (columns): f64 [classes, classes]; weights are summed. Arguments and
 *  errors as bm_measure. */
BM_API bm_tensor *bm_confusion_at(const bm_measure_options *options, size_t size, bm_place here);
#define bm_confusion(prediction_, ...) bm_confusion_at(BM_OPTIONS(bm_measure_options, .prediction = (prediction_), .target = __VA_ARGS__), BM_HERE)
/** The value of a loss, reduced as a model reduces it: f64 rank 0. Errors as bm_measure. */
BM_API bm_tensor *bm_loss_value_at(bm_loss loss, const bm_tensor *prediction, const bm_tensor *target, bm_place here);
#define bm_loss_value(loss, prediction, target) bm_loss_value_at(loss, (prediction), (target), BM_HERE)

/* ---- layers ---- */
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
/** Layers from text, "dense 512 relu, dropout .2, dense 10": the kind, its first settings in order, a bare name of an
 *  activation, then name=value. Gives a list to end with bm_layers_free once it was used; when the text is wrong the list's one
 *  layer carries the message, which lands on the model that uses it. */
BM_API bm_layers bm_layers_parse_at(const char *text, bm_place here);
#define bm_layers_parse(text) bm_layers_parse_at((text), BM_HERE)
BM_API void bm_layers_free(bm_layers layers);

/* Common to all layers: y = f(x), x (batch, ...). Errors land on the model that uses the layer: BM_E_ARGUMENT a setting outside its
 * range; BM_E_SHAPE, naming layer and shapes; BM_E_MEMORY. `name` is copied when the layer is used; default "<kind>_<n>". */

/** The input of a model: type and shape of one row. */
typedef struct bm_input_options {
    bm_shape    shape; /**< of one row, without the batch; a scalar is BM_SHAPE(1); BM_ANY where only a run fixes it */
    BM_NAMED_;
    bm_type     type;  /**< default BM_F32; BM_F64 makes the whole model f64; BM_I32 for ids */
    int64_t     batch; /**< default: any number of rows at once; else always this many */
    const char *name;  /**< default "input_<n>" */
} bm_input_options;
/** bm_input(28, 28, 1): the shape of one row; bm_input_of(.shape = BM_SHAPE(100), .type = BM_I32) for all settings. */
#define bm_input(...)    bm_layer_at("input", BM_OPTIONS(bm_input_options, .shape = BM_SHAPE(__VA_ARGS__)), BM_HERE)
#define bm_input_of(...) bm_layer_at("input", BM_OPTIONS(bm_input_options, __VA_ARGS__), BM_HERE)

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

/** Settings of a dropconnect layer. */
typedef struct bm_dropconnect_options {
    int64_t       units;
    double        rate;        /**< share of the kernel's weights that a step leaves out; [0, 1) */
    BM_NAMED_;
    bm_activation activation;  /**< default BM_LINEAR */
    bm_init       kernel_init; /**< default BM_GLOROT_UNIFORM */
    bm_init       bias_init;   /**< default BM_ZEROS */
    bool          no_bias;
    bm_penalty    kernel_penalty, bias_penalty;
    double        max_norm;
    const char   *name;
} bm_dropconnect_options;
/** A dense layer whose weights are left out at random while training: y = act(x (W M / (1 - rate)) + b), M one mask of zeros and
 *  ones for the batch; W itself afterwards.  Source: Wan et al., "Regularization of neural networks using DropConnect", 2013 */
#define bm_dropconnect(units_, ...) \
    bm_layer_at("dropconnect", BM_OPTIONS(bm_dropconnect_options, .units = (units_), .rate = __VA_ARGS__), BM_HERE)

/** Settings of a maxout layer. */
typedef struct bm_maxout_options {
    int64_t     units;       /**< required, > 0 */
    BM_NAMED_;
    int64_t     pieces;      /**< linear pieces of each unit; default 2 */
    bm_init     kernel_init; /**< default BM_GLOROT_UNIFORM */
    bm_init     bias_init;   /**< default BM_ZEROS */
    bm_penalty  kernel_penalty;
    double      max_norm;
    const char *name;
} bm_maxout_options;
/** y = max over i of (x W_i + b_i); W_i (in, units). Source: Goodfellow et al., "Maxout networks", 2013 */
#define bm_maxout(...) bm_layer_at("maxout", BM_OPTIONS(bm_maxout_options, .units = __VA_ARGS__), BM_HERE)

/** Settings of an activation as its own layer. */
typedef struct bm_activate_options {
    bm_activation activation; /**< required */
    BM_NAMED_;
    const char   *name;
} bm_activate_options;
/** Any activation as its own layer: bm_activate(BM_RELU). */
#define bm_activate(...) bm_layer_at("activate", BM_OPTIONS(bm_activate_options, .activation = __VA_ARGS__), BM_HERE)

/** Settings of dropout. */
typedef struct bm_dropout_options {
    double      rate; /**< share of the values that a step sets to 0; [0, 1) */
    BM_NAMED_;
    const char *name;
} bm_dropout_options;
/** While training values are 0 with probability rate, else x / (1 - rate); afterwards x.
 *  Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014 */
#define bm_dropout(...) bm_layer_at("dropout", BM_OPTIONS(bm_dropout_options, .rate = __VA_ARGS__), BM_HERE)

/** Settings of additive noise. */
typedef struct bm_gaussian_noise_options {
    double      deviation; /**< of the normal numbers that are added while training; >= 0 */
    BM_NAMED_;
    const char *name;
} bm_gaussian_noise_options;
/** x + N(0, deviation^2) while training; afterwards x. */
#define bm_gaussian_noise(...) bm_layer_at("gaussian_noise", BM_OPTIONS(bm_gaussian_noise_options, .deviation = __VA_ARGS__), BM_HERE)

/** Settings of a polynomial layer. */
typedef struct bm_polynomial_options {
    int64_t     degree;       /**< default 2 */
    BM_NAMED_;
    bool        interactions; /**< only products of different columns: no power of a column */
    const char *name;
} bm_polynomial_options;
/** Products of the columns of x (batch, n) up to a degree, without the 1: x0, x1 ..., then x0 x0, x0 x1 ..., x1 x1 ..., then those of
 *  three ..., each degree in the order of its columns. y (batch, (n + degree)! / n! / degree! - 1). Errors BM_E_SHAPE more than 20,000 of them */
#define bm_polynomial(...) bm_layer_at("polynomial", BM_OPTIONS(bm_polynomial_options, .degree = __VA_ARGS__), BM_HERE)

/** Settings of flatten. */
typedef struct bm_flatten_options {
    char        zero_;
    BM_NAMED_;
    const char *name;
} bm_flatten_options;
/** (batch, a, b, ...) to (batch, a*b*...). */
#define bm_flatten(...) bm_layer_at("flatten", BM_OPTIONS(bm_flatten_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Settings of reshape. */
typedef struct bm_reshape_options {
    bm_shape    shape; /**< of one row, without the batch; one dimension may be BM_ANY and follows from the rest */
    BM_NAMED_;
    const char *name;
} bm_reshape_options;
/** Rows in another shape: bm_reshape(7, 7, 16). */
#define bm_reshape(...)    bm_layer_at("reshape", BM_OPTIONS(bm_reshape_options, .shape = BM_SHAPE(__VA_ARGS__)), BM_HERE)
#define bm_reshape_of(...) bm_layer_at("reshape", BM_OPTIONS(bm_reshape_options, __VA_ARGS__), BM_HERE)

/** Which spread batch normalisation averages for prediction. */
typedef enum bm_spread {
    BM_SPREAD_VARIANCE = 0, /**< the variance, as Keras and PyTorch do */
    BM_SPREAD_DEVIATION     /**< the standard deviation, as courses teach it */
} bm_spread;
/** Settings of batch normalisation. */
typedef struct bm_batch_norm_options {
    char      zero_;
    BM_NAMED_;
    double    momentum;    /**< of the moving averages, new = momentum * old + (1 - momentum) * batch; default .99; [0, 1) */
    bool      plain_mean;  /**< default: moving averages; true: the mean over all mini-batches so far */
    bm_spread spread;      /**< default BM_SPREAD_VARIANCE */
    double    epsilon;     /**< default 1e-5 */
    bool      no_scale;    /**< default: gamma, at first 1 */
    bool      no_center;   /**< default: beta, at first 0 */
    const char *name;
} bm_batch_norm_options;
/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each entry of the last axis over all others; the variance is that
 *  of the mini-batch (divided by its size m) while training, the averages' afterwards.
 *  Source: Ioffe and Szegedy, "Batch normalization", 2015 */
#define bm_batch_norm(...) bm_layer_at("batch_norm", BM_OPTIONS(bm_batch_norm_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Settings of layer normalisation. */
typedef struct bm_layer_norm_options {
    char        zero_;
    BM_NAMED_;
    double      epsilon;   /**< default 1e-5 */
    bool        no_scale;  /**< default: gamma, at first 1 */
    bool        no_center; /**< default: beta, at first 0 */
    const char *name;
} bm_layer_norm_options;
/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta over the last axis of each sample.
 *  Source: Ba, Kiros, Hinton, "Layer normalization", 2016 */
#define bm_layer_norm(...) bm_layer_at("layer_norm", BM_OPTIONS(bm_layer_norm_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/* ---- optimisers ---- */
/** An optimiser as a plain value, as bm_layer. */
typedef struct bm_optimizer {
    const char *name; const struct bm_optimizer_kind *kind; bm_place here; size_t size; bm_option_bytes options;
} bm_optimizer;
BM_API bm_optimizer bm_optimizer_at(const char *name, const void *options, size_t size, bm_place here);
BM_API bm_optimizer bm_optimizer_custom_at(const struct bm_optimizer_kind *kind, const void *options, size_t size, bm_place here);

/** Settings that every optimiser has, and begins with. */
#define BM_OPTIMIZER_OPTIONS_                                                                                     \
    char        zero_;                                                                                            \
    BM_NAMED_;                                                                                                    \
    double      rate;         /**< step size; > 0, or BM_ZERO to freeze */                                        \
    bm_schedule schedule;     /**< default: none, the rate stays */                                               \
    double      decay;        /**< default 0; rate / (1 + decay t) after t updates, on top of the schedule */     \
    double      warmup;       /**< default 0; the rate rises linearly over this many updates */                   \
    double      clip_value;   /**< default: none; gradients are cut to [-clip_value, clip_value] */               \
    double      clip_norm;    /**< default: none; largest norm of all gradients together */                       \
    double      weight_decay  /**< default 0; decoupled: each update takes rate * weight_decay * w off as well */

/** Settings of gradient descent. */
typedef struct bm_sgd_options {
    BM_OPTIMIZER_OPTIONS_; /**< default rate .01 */
    double momentum;  /**< default 0 (bm_momentum: .9); [0, 1) */
    bool   nesterov;  /**< look ahead: w += momentum v - rate g */
    bool   averaging; /**< m = momentum m + (1 - momentum) g, w -= rate m; default: v = momentum v - rate g, w += v */
} bm_sgd_options;
/** (Stochastic) gradient descent: w -= rate g. Source of the momentum: Sutskever et al., 2013 */
#define bm_sgd(...)      bm_optimizer_at("sgd", BM_OPTIONS(bm_sgd_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
#define bm_gd(...)       bm_optimizer_at("gd", BM_OPTIONS(bm_sgd_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
#define bm_momentum(...) bm_optimizer_at("momentum", BM_OPTIONS(bm_sgd_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
#define bm_nesterov(...) bm_optimizer_at("nesterov", BM_OPTIONS(bm_sgd_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Settings of Adagrad. */
typedef struct bm_adagrad_options {
    BM_OPTIMIZER_OPTIONS_; /**< default rate .01 */
    double initial; /**< sum of squares at the start; default 0 */
    double epsilon; /**< default 1e-10 */
} bm_adagrad_options;
/** s += g^2, w -= rate g / (sqrt(s) + epsilon). Source: Duchi, Hazan, Singer, 2011 */
#define bm_adagrad(...) bm_optimizer_at("adagrad", BM_OPTIONS(bm_adagrad_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Settings of Adadelta. */
typedef struct bm_adadelta_options {
    BM_OPTIMIZER_OPTIONS_; /**< default rate 1 */
    double rho;     /**< default .95; [0, 1) */
    double epsilon; /**< default 1e-6 */
} bm_adadelta_options;
/** s = rho s + (1 - rho) g^2, d = sqrt(u + epsilon) / sqrt(s + epsilon) g, u = rho u + (1 - rho) d^2, w -= rate d.
 *  Source: Zeiler, "ADADELTA", 2012 */
#define bm_adadelta(...) bm_optimizer_at("adadelta", BM_OPTIONS(bm_adadelta_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Settings of RMSprop. */
typedef struct bm_rmsprop_options {
    BM_OPTIMIZER_OPTIONS_; /**< default rate .001 */
    double rho;      /**< default .9; [0, 1) */
    double momentum; /**< default 0; [0, 1) */
    double epsilon;  /**< default 1e-7 */
    bool   centered; /**< by the variance instead of the mean square */
    bool   epsilon_inside; /**< sqrt(s + epsilon), as Keras; default sqrt(s) + epsilon, as PyTorch */
} bm_rmsprop_options;
/** s = rho s + (1 - rho) g^2, w -= rate g / (sqrt(s) + epsilon). Source: Tieleman and Hinton, lecture 6.5, 2012 */
#define bm_rmsprop(...) bm_optimizer_at("rmsprop", BM_OPTIONS(bm_rmsprop_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Settings of Adam. */
typedef struct bm_adam_options {
    BM_OPTIMIZER_OPTIONS_; /**< default rate .001 (adamax .002); AdamW's weight_decay .01 */
    double beta1, beta2;   /**< default .9, .999; [0, 1) */
    double epsilon;        /**< default 1e-8 */
    bool   amsgrad;        /**< the largest second moment so far (adam and adamw) */
} bm_adam_options;
/** m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, w -= rate m' / (sqrt(v') + epsilon), m' = m / (1 - beta1^t),
 *  v' = v / (1 - beta2^t). Source: Kingma and Ba, "Adam", 2015; AdamW: Loshchilov and Hutter, 2019; AMSGrad: Reddi et al., 2018 */
#define bm_adam(...)   bm_optimizer_at("adam", BM_OPTIONS(bm_adam_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
#define bm_adamw(...)  bm_optimizer_at("adamw", BM_OPTIONS(bm_adam_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
/** Adam by the largest gradient: u = max(beta2 u, |g|), w -= rate m' / (u + epsilon). Source: as Adam, section 7.1 */
#define bm_adamax(...) bm_optimizer_at("adamax", BM_OPTIONS(bm_adam_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Settings of Nadam. */
typedef struct bm_nadam_options {
    BM_OPTIMIZER_OPTIONS_; /**< default rate .002 */
    double beta1, beta2;   /**< default .9, .999; [0, 1) */
    double epsilon;        /**< default 1e-8 */
    double momentum_decay; /**< default .004 */
} bm_nadam_options;
/** Adam with Nesterov's momentum, mu_t = beta1 (1 - .96^(t momentum_decay) / 2). Source: Dozat, 2016 */
#define bm_nadam(...) bm_optimizer_at("nadam", BM_OPTIONS(bm_nadam_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** A node that, when fetched, does one step of descent on the loss (its mean over elements when it is no scalar): gradients by
 *  every variable it depends on, clipping, updates. The node is named "minimize" (a second one "minimize_1" ...), the rate is the
 *  variable "minimize/rate" (rank 0, of the loss's type), the number of updates done, if the optimiser counts them,
 *  "minimize/count" (f64), and the moments "<variable>/<slot>", as "w/m".
 *  Errors on the graph: BM_E_ARGUMENT loss depends on no variable, an option outside its range; BM_E_MEMORY. Then the graph has no
 *  node more than before. */
BM_API bm_node bm_minimize_at(bm_node loss, bm_optimizer optimizer, bm_place here);
#define bm_minimize(loss, optimizer) bm_minimize_at((loss), optimizer, BM_HERE)
/** The same by the given variables only. */
BM_API bm_node bm_minimize_over_at(bm_node loss, bm_nodes variables, bm_optimizer optimizer, bm_place here);
#define bm_minimize_over(loss, optimizer, ...) bm_minimize_over_at((loss), BM_LIST(bm_nodes, bm_node, __VA_ARGS__), optimizer, BM_HERE)
/** The variable that holds the rate of a step made by bm_minimize: bm_set_value changes it. A failed node for any other. */
BM_API bm_node bm_minimize_rate(bm_node step);

#ifdef __cplusplus
}
#endif
#endif
