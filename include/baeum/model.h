// SPDX-License-Identifier: Apache-2.0
/* Models: layers in a row, compiled with a loss, an optimiser and metrics, then fitted, judged, asked for predictions, saved and
 * loaded; and learners, which are models over a table and its recipe. The first error stays on the model and later calls do
 * nothing, so a program is written straight down and checked once.
 */
// clang-format off
#ifndef BAEUM_MODEL_H
#define BAEUM_MODEL_H
#include <baeum/data.h>
#include <baeum/learners.h>
#include <baeum/nn.h>
#ifdef __cplusplus
extern "C" {
#endif

#define BM_MODEL_MAX 8 /**< losses, metrics and callbacks of one model */

/** A list of numbers, borrowed for the call: BM_REALS(1, 5). */
typedef struct bm_reals {
    const double *at;
    size_t        count;
} bm_reals;
#define BM_REALS(...) BM_LIST(bm_reals, double, __VA_ARGS__)

/* ---- layers in a row ---- */

/** A model of layers in a row; the first one is bm_input(...). With an input of type BM_F64 the whole
 *  model is f64.
 *
 *  Returns  gives a model, never null. Layers are copied. Weights get their first values when they are first needed, from the
 *           seed of the first bm_fit (0 when something else needs them first)
 *  Errors   BM_E_ARGUMENT no layers, the first is no input, what a layer says about its own settings; BM_E_SHAPE a layer does not
 *           fit the one before it (both shapes and the layer's line are named); BM_E_MEMORY
 */
BM_API bm_model *bm_sequential_at(bm_layers layers, bm_place here);
#define bm_sequential(...) bm_sequential_at(BM_LIST(bm_layers, bm_layer, __VA_ARGS__), BM_HERE)
/** The same with threads, allocator and log of a context (null: the built-in one). */
BM_API bm_model *bm_sequential_in_at(bm_context *context, bm_layers layers, bm_place here);
#define bm_sequential_in(context, ...) bm_sequential_in_at((context), BM_LIST(bm_layers, bm_layer, __VA_ARGS__), BM_HERE)
/** The same from text: a line of layers, "input 784, dense 512 relu, dropout .2, dense 10 softmax", or JSON,
 *  {"layers": [{"kind": "input", "options": {"shape": [784]}}, ...]}, as model files hold it; the list alone will do, and a line of
 *  layers may stand in it for a record. Errors also BM_E_FORMAT. */
BM_API bm_model *bm_model_parse_at(bm_context *context, const char *text, bm_place here);
#define bm_model_parse(text) bm_model_parse_at(NULL, (text), BM_HERE)

/** What a model is trained for. A zero field means its default. */
typedef struct bm_compile_options {
    char         zero_;
    BM_NAMED_;
    bm_loss      loss;                       /**< needed, here or as losses[0] */
    bm_loss      losses[BM_MODEL_MAX];       /**< one an output */
    double       loss_weights[BM_MODEL_MAX]; /**< default 1 */
    bm_optimizer optimizer;                  /**< default bm_adam() */
    bm_metric    metrics[BM_MODEL_MAX];
} bm_compile_options;

/** Makes the training step: loss, gradients, optimiser, metrics. The loss of a batch is sum(weight * row loss) / rows, plus penalties:
 *  weights of rows are not divided by their sum, as in Keras (and in PyTorch's reduction="none" with a mean over rows; its weighted
 *  cross-entropy divides by the sum of the weights). Metrics weigh rows as the dataset does, whatever classes weigh in the loss; those of
 *  training are running figures of the steps' rows. Metrics of
 *  all rows (F1, R2, the area under a curve) are taken over the epoch's rows as each step predicted them: most count part by part; for
 *  BM_ROC_AUC and other metrics of ranks, and those from outside that do not, the fit keeps 8 bytes of memory for each prediction and target. With a loss on logits (BM_SOFTMAX_CROSSENTROPY,
 *  BM_SIGMOID_CROSSENTROPY) metrics see the probabilities. Compiling again keeps the weights and drops the optimiser's state. A softmax or sigmoid at the end joins a cross-entropy
 *  in its stable, fused form.
 *  Errors   BM_E_ARGUMENT no loss, an unknown name, an option outside its range, a loss that does not fit the output, one of numbers
 *           above 0 (BM_POISSON, BM_MSLE) behind a last layer that puts out any: give that BM_EXPONENTIAL or BM_SOFTPLUS; BM_E_MEMORY
 */
BM_API bm_status bm_compile_at(bm_model *m, const bm_compile_options *options, size_t size, bm_place here);
#define bm_compile(m, ...) bm_compile_at((m), BM_OPTIONS(bm_compile_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/* ---- callbacks: what happens during training ---- */

/** A callback as a plain value, as bm_layer. What it remembers (patience, best weights, time and steps that rules count) is kept by
 *  the model, is in checkpoints, and goes on when a fit is resumed with the same callback. */
typedef struct bm_callback {
    const char *name; const struct bm_callback_kind *kind; bm_place here; size_t size; bm_option_bytes options;
} bm_callback;
BM_API bm_callback bm_callback_at(const char *name, const void *options, size_t size, bm_place here);
BM_API bm_callback bm_callback_custom_at(const struct bm_callback_kind *kind, const void *options, size_t size, bm_place here);

/** Ends training when a number has not become better for a while. */
typedef struct bm_early_stopping_options {
    char        zero_;
    BM_NAMED_;
    int64_t     patience;   /**< default 10: epochs without a better number */
    const char *monitor;    /**< default "validation_loss", "loss" without validation; any number of the history */
    double      change;     /**< default 0: what counts as better must be better by more than this */
    bool        keep_last;  /**< default: the weights of the best epoch are put back at the end */
    bool        maximize;   /**< larger is better; default: as the metric itself says, losses smaller */
} bm_early_stopping_options;
#define bm_early_stopping(...) bm_callback_at("early_stopping", BM_OPTIONS(bm_early_stopping_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Saves the model after epochs: with the optimiser's state, so that bm_fit can go on from it bit for bit. */
typedef struct bm_checkpoint_options {
    const char *path;      /**< written whole or not at all */
    BM_NAMED_;
    int64_t     every;     /**< default 1: epochs between two */
    bool        only_best; /**< only when the monitored number is the best so far */
    const char *monitor;   /**< as bm_early_stopping */
    bool        maximize;
} bm_checkpoint_options;
#define bm_checkpoint(...) bm_callback_at("checkpoint", BM_OPTIONS(bm_checkpoint_options, .path = __VA_ARGS__), BM_HERE)

/** Multiplies the learning rate when a number has not become better for a while. */
typedef struct bm_reduce_on_plateau_options {
    char        zero_;
    BM_NAMED_;
    double      factor;    /**< default 0.1; in (0, 1) */
    int64_t     patience;  /**< default 5: epochs without a better number */
    int64_t     cooldown;  /**< default 0: epochs after a reduction that do not count */
    double      least;     /**< default 0: the factor of all reductions together stays above this */
    double      change;    /**< default 1e-4: what counts as better must be better by more than this */
    const char *monitor;   /**< as bm_early_stopping */
    bool        maximize;
} bm_reduce_on_plateau_options;
#define bm_reduce_on_plateau(...) bm_callback_at("reduce_on_plateau", BM_OPTIONS(bm_reduce_on_plateau_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Ends training at a loss, a time, a zero gradient or a small change; the rules that are given are looked at. */
typedef struct bm_stop_at_options {
    char    zero_;
    BM_NAMED_;
    double  loss;      /**< the epoch's training loss is at most this; BM_ZERO for exactly 0 */
    double  seconds;   /**< this much time has gone by, that of the fits which this one resumes included, unless a rule of this
                        *   callback ended them; looked at after every step or a few thousand short ones */
    double  gradient;  /**< the norm of the gradient by all weights of the epoch's last step is at most this; BM_ZERO for exactly 0 */
    double  change;    /**< the epoch's training loss differs from the one before by at most this */
    int64_t steps;     /**< this many steps, counted likewise */
} bm_stop_at_options;
#define bm_stop_at(...) bm_callback_at("stop_at", BM_OPTIONS(bm_stop_at_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** How far a fit is; what progress functions get. */
typedef struct bm_progress {
    const bm_model *model;
    int64_t epoch, epochs; /**< epochs done, asked for */
    int64_t step, steps;   /**< steps done in the present epoch, steps of an epoch */
    double  seconds;       /**< since the fit began */
    double  loss;          /**< mean over the present epoch so far; of a finished epoch its own */
    bool    epoch_done;    /**< the history has the epoch's numbers */
    int64_t batch;         /**< rows of a step */
    int64_t kernels;       /**< of the plan of a step */
    double  plan_seconds;  /**< that making this plan took */
} bm_progress;
/** Returns false to end training after the current step. Called after each epoch, and within one about ten times a second. */
typedef bool (*bm_progress_function)(void *user, const bm_progress *progress);
typedef struct bm_on_progress_options {
    bm_progress_function function;
    BM_NAMED_;
    void                *user;
    bool                 epochs_only; /**< not within an epoch */
} bm_on_progress_options;
/** Your own function: bm_on_progress(show, .user = &window). Errors of fit: BM_E_ARGUMENT no function. */
#define bm_on_progress(...) bm_callback_at("on_progress", BM_OPTIONS(bm_on_progress_options, .function = __VA_ARGS__), BM_HERE)

/** One line per epoch: bm_log_epochs(.to = stdout) prints "epoch 3/10: loss 0.21, accuracy 0.94, validation_loss 0.25". */
typedef struct bm_log_epochs_options {
    char    zero_;
    BM_NAMED_;
    int64_t every; /**< default 1 */
    FILE   *to;    /**< default: the log of the context, which is silent unless it was given one */
} bm_log_epochs_options;
#define bm_log_epochs(...) bm_callback_at("log_epochs", BM_OPTIONS(bm_log_epochs_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/* ---- fitting ---- */

/** Settings of a training. */
typedef struct bm_fit_options {
    const bm_dataset *data;        /**< borrows; const: two threads may fit two models on one dataset */
    BM_NAMED_;
    int64_t           epochs;      /**< default 1 */
    bool              resume;      /**< epochs counts those that the model has done already (a checkpoint that was loaded), and an epoch
                                        that was broken off goes on after its last step, bit for bit (with another batch or other
                                        rows it begins anew); callbacks go on with what
                                        they remember, from the weights before best ones were put back. Default: a new epoch begins */
    int64_t           batch;       /**< rows of a step; default 32, or all rows when there are fewer; 1 is stochastic descent */
    bool              whole;       /**< all rows in each step: batch descent */
    int64_t           seed;        /**< of shuffling, dropout and, when the weights have no values yet, those */
    const bm_dataset *validation;  /**< measured after each epoch; borrows */
    double            validation_split; /**< instead: this share of the data, chosen at random, stratified for classes */
    bool              no_shuffle;  /**< rows in their order; default: another order in each epoch */
    bool              drop_last;   /**< a last short batch is left out; default: it is a step of its own */
    bool              draw;        /**< each batch is drawn at random, with replacement; an epoch has as many steps as ever */
    bm_reals          class_weights; /**< what a row of each class weighs in the loss: BM_REALS(1, 5) */
    bool              balanced;    /**< class weights rows / (classes * rows of the class), rows counted by their weights */
    bm_callback       callbacks[BM_MODEL_MAX];
} bm_fit_options;

/** Trains a model on a dataset. Fitting a network again goes on (the epochs are counted on); fitting a learner again forgets.
 *  Nothing is allocated from the second epoch on.
 *
 *  Errors   BM_E_ARGUMENT not compiled, a batch larger than the data (both are named), settings outside their ranges, called by a
 *           callback of a fit of the same model; BM_E_SHAPE, BM_E_TYPE the data does not fit the model; BM_E_DATA no target, labels
 *           outside the classes, of a learner one class only (in rows of weight above 0) or inputs without columns, weights that are
 *           negative, or all 0 in training or validation; BM_E_NUMBER the loss is not finite: the message names the first
 *           operation that made it so, and the weights are as they were before that step; or the weights are not finite after the
 *           last one; BM_E_MEMORY, also when it would take more than the machine has: then nothing was done. After bm_stop it returns BM_OK (bm_stopped_by says "stop").
 */
BM_API bm_status bm_fit_at(bm_model *m, const bm_fit_options *options, size_t size, bm_place here);
#define bm_fit(m, ...) bm_fit_at((m), BM_OPTIONS(bm_fit_options, .data = __VA_ARGS__), BM_HERE)

/** Ends a running bm_fit or bm_fit_table of this model after its current step; without one the next is not affected. A method that
 *  has nothing to show before it is done (bm_linear, the preparation of a table) fails by BM_E_STOPPED and leaves the model as it
 *  was. While the parts of a table are judged after training it ends that: the parts not yet judged have no scores. Safe in a signal
 *  handler and from any thread. */
BM_API void bm_stop(bm_model *m);

/** The history of all fits: epochs so far, and a number of one epoch (from 0; -1 is the last): "loss", a metric's name,
 *  "validation_loss", "validation_accuracy" ..., "rate" (factor of the optimiser's rate), "seconds". NaN when there is none. */
BM_API int64_t     bm_history_epochs(const bm_model *m);
BM_API double      bm_history(const bm_model *m, const char *name, int64_t epoch);
/** The i-th name that the history has, or null. */
BM_API const char *bm_history_name(const bm_model *m, int64_t i);
/** What ended the last fit: "epochs", "early_stopping", "stop_at loss" (seconds, gradient, change, steps), "stop", a callback's
 *  name; "" before the first. */
BM_API const char *bm_stopped_by(const bm_model *m);
/** The same for programs, of what a fit may end with that its user should know: bits of this kind, 0 where there is nothing to say. */
typedef enum bm_ending {
    BM_ENDED_STOPPED = 1,        /**< by bm_stop */
    BM_ENDED_NOT_CONVERGED = 2,  /**< all iterations (epochs) were done, and more of them may find something better */
    BM_ENDED_SEPARABLE = 4,      /**< a plane parts the classes and there is no penalty: the weights have no end */
    BM_ENDED_RANK = 8,           /**< columns depend on each other: of all solutions the one of least norm */
    BM_ENDED_ILL_CONDITIONED = 16, /**< the normal equation lost ten digits or more */
    BM_ENDED_TELLS = 32          /**< the words tell what was found: alpha, the columns that are kept, the rule that ended descent */
} bm_ending;
BM_API unsigned bm_ended(const bm_model *m);
/** The epoch (from 0) whose weights the model has, when a callback put them back; else the last one; -1 before the first. */
BM_API int64_t     bm_best_epoch(const bm_model *m);

/* ---- judging and predicting: a model may be asked by several threads at once ---- */

#define BM_SCORES_MAX 32 /**< metrics of one evaluation */
/** Figures of an evaluation. */
typedef struct bm_scores {
    bm_status status;    /**< BM_OK, or what went wrong, in words: */
    char      error[400];
    int64_t   rows;
    double    loss;
    int64_t   count;     /**< metrics */
    struct {
        char   name[32];  /**< "f1", with numbers that were given "fbeta(0.5)" */
        double value;     /**< NaN where it is not defined */
        char   why[120];  /**< then why, as "no row is of class 2"; of a value that is one by convention what that is; else "" */
    } metrics[BM_SCORES_MAX];
    int64_t unseen_class; /**< rows of classes that training had not seen: wrong by all that counts classes, left out of loss, log loss and AUC */
    int64_t no_target;    /**< rows of a table without a target: left out, also of `rows` */
} bm_scores;
/** A figure by its name, "loss" included ("fbeta" finds the first of "fbeta(0.5)" and its like); NaN when there is none. */
BM_API double bm_score(const bm_scores *s, const char *name);
/** Why a figure is NaN, or by convention what it is; "" when there is nothing to say, or no such figure. The scores keep the text. */
BM_API const char *bm_score_why(const bm_scores *s, const char *name);

typedef struct bm_evaluate_options {
    const bm_dataset *data;
    BM_NAMED_;
    int64_t batch; /**< rows at once; default 256 */
} bm_evaluate_options;
/** Loss and metrics on a dataset. Weights of its rows count in both: the loss is their sum over the rows, a metric is that of rows each
 *  as often as it weighs. Errors, in the result, as bm_fit's about the data, BM_E_NUMBER
 *  for a number that is not finite included: its row is named. */
BM_API bm_scores bm_evaluate_at(const bm_model *m, const bm_evaluate_options *options, size_t size, bm_place here);
#define bm_evaluate(m, ...) bm_evaluate_at((m), BM_OPTIONS(bm_evaluate_options, .data = __VA_ARGS__), BM_HERE)

/** Predictions, as the last layer gives them: of a model with a loss on logits these are the logits. x has the rows in dimension 0 (or is one row without that dimension: then so is the result). Bytes are taken as
 *  f32 in [0, 1]. Large inputs go through in parts.
 *  Returns  gives a tensor that carries its own error: BM_E_SHAPE, BM_E_TYPE x does not fit; BM_E_NUMBER of a learner, a number of x that is
 *           not finite (row and column are named); the model's own; BM_E_MEMORY
 */
BM_API bm_tensor *bm_predict_at(const bm_model *m, const bm_tensor *x, bm_place here);
#define bm_predict(m, x) bm_predict_at((m), (x), BM_HERE)
/** The same into a tensor of the caller's, of the predictions' type and shape: allocates nothing once a call of this shape was
 *  made. Returns the status; the error's text goes to `out` as well. */
BM_API bm_status bm_predict_into_at(const bm_model *m, const bm_tensor *x, bm_tensor *out, bm_place here);
#define bm_predict_into(m, x, out) bm_predict_into_at((m), (x), (out), BM_HERE)

/* ---- looking inside ---- */

/** Writes a table: layer, output shape, parameters; then the totals. */
BM_API void bm_summary_at(const bm_model *m, FILE *to);
#define bm_summary(m, to) bm_summary_at((m), (to))
/** Layers, and of each (from 0) its name, kind, shape of the output (BM_ANY for the batch) and parameters. */
BM_API int64_t     bm_model_layers(const bm_model *m);
BM_API const char *bm_model_layer_name(const bm_model *m, int64_t layer);
BM_API const char *bm_model_layer_kind(const bm_model *m, int64_t layer);
BM_API bm_shape    bm_model_layer_shape(const bm_model *m, int64_t layer);
BM_API int64_t     bm_model_layer_parameters(const bm_model *m, int64_t layer);
/** All parameters, and those that are trained. */
BM_API int64_t bm_model_parameters(const bm_model *m);
BM_API int64_t bm_model_trained_parameters(const bm_model *m);
/** Weights: count, name ("dense_1/kernel"), value (null when there is none of this name; the model keeps it, and the next fit
 *  changes it), and setting one (copies). Errors BM_E_ARGUMENT no such weight, BM_E_SHAPE, BM_E_TYPE */
BM_API int64_t          bm_model_weights(const bm_model *m);
BM_API const char      *bm_model_weight_name(const bm_model *m, int64_t i);
BM_API const bm_tensor *bm_model_weight(bm_model *m, const char *name);
BM_API bm_status        bm_model_set_weight_at(bm_model *m, const char *name, const bm_tensor *value, bm_place here);
#define bm_model_set_weight(m, name, value) bm_model_set_weight_at((m), (name), (value), BM_HERE)
/** What a fitted learner keeps beside its weights, f64 arrays by name, with the model and in its file: null when there is none of this
 *  name; and the i-th name (from 0), or null. The model keeps the tensors; fitting it again, or setting a weight, forgets them. */
BM_API const bm_tensor *bm_model_learned(const bm_model *m, const char *name);
BM_API const char      *bm_model_learned_name(const bm_model *m, int64_t i);
/** What the outputs mean: the task, and the names of classes ("0", "1" ... where the data had none). */
BM_API bm_task     bm_model_task(const bm_model *m);
BM_API int64_t     bm_model_classes(const bm_model *m);
BM_API const char *bm_model_class_name(const bm_model *m, int64_t i);
/** The kernels of one training step (of `batch` rows; not compiled: of a prediction), with their times over `repeats` runs
 *  on numbers that are 0; weights do not change. */
BM_API bm_status bm_model_plan_print_at(bm_model *m, int64_t batch, int64_t repeats, FILE *to, bm_place here);
#define bm_model_plan_print(m, batch, repeats, to) bm_model_plan_print_at((m), (batch), (repeats), (to), BM_HERE)

/* ---- files ---- */

/** Writes the model as one safetensors file: weights by name; structure, recipe, task, and training as JSON in its metadata.
 *  Written whole or not at all. A checkpoint (.training) has the optimiser's state too, and bm_fit goes on from it as if it had
 *  not been interrupted. Errors BM_E_FILE, BM_E_UNSUPPORTED a layer, loss ... from outside that has no field table; BM_E_MEMORY */
typedef struct bm_save_options {
    const char *path;
    BM_NAMED_;
    bool        training; /**< with the optimiser's state and the place in training */
} bm_save_options;
BM_API bm_status bm_save_at(bm_model *m, const bm_save_options *options, size_t size, bm_place here);
#define bm_save(m, ...) bm_save_at((m), BM_OPTIONS(bm_save_options, .path = __VA_ARGS__), BM_HERE)

typedef struct bm_model_load_options {
    const char *path;
    BM_NAMED_;
    const struct bm_layer_kind     *layers[BM_MODEL_MAX];     /**< kinds from outside the library that the file may name */
    const struct bm_loss_kind      *losses[BM_MODEL_MAX];
    const struct bm_metric_kind    *metrics[BM_MODEL_MAX];
    const struct bm_optimizer_kind *optimizers[BM_MODEL_MAX];
    bm_context *context;
    const struct bm_activation_kind *activations[BM_MODEL_MAX];
    const struct bm_init_kind       *initializers[BM_MODEL_MAX];
    const struct bm_penalty_kind    *penalties[BM_MODEL_MAX];
    const struct bm_schedule_kind   *schedules[BM_MODEL_MAX];
} bm_model_load_options;
/** Reads a model: ready to predict and, when it was compiled, to be evaluated and fitted further.
 *  Returns  gives a model, never null
 *  Errors   BM_E_FILE; BM_E_FORMAT not such a file, a truncated one, weights that do not fit the structure; BM_E_UNSUPPORTED a
 *           kind that the library does not know (named); BM_E_MEMORY
 */
BM_API bm_model *bm_load_at(const bm_model_load_options *options, size_t size, bm_place here);
#define bm_load(...) bm_load_at(BM_OPTIONS(bm_model_load_options, .path = __VA_ARGS__), BM_HERE)

/* ---- learners: models over a table ---- */

/** A model of a learner over the features that a recipe makes. It copies the recipe. With a null recipe it is fitted on datasets
 *  by bm_fit. bm_compile before fitting replaces the learner's own loss, optimiser or metrics by those that are given (here the loss
 *  may be left out); BM_E_ARGUMENT when it is fitted without them, as bm_linear is.
 *  Returns  gives a model, never null. Errors BM_E_ARGUMENT an unknown learner, settings outside their ranges; the recipe's own
 */
BM_API bm_model *bm_learner_at(bm_learner how, const bm_recipe *recipe, bm_place here);
#define bm_learner(how, recipe) bm_learner_at((how), (recipe), BM_HERE)
/** The same from text: "linear", "logistic:C=2", "mlp:64,32", a line of hidden layers "dense 128 relu, dropout .3" (the output
 *  layer follows from the task), or JSON as bm_model_parse. Errors also BM_E_FORMAT. */
BM_API bm_model *bm_learner_parse_at(const char *text, const bm_recipe *recipe, bm_place here);
#define bm_learner_parse(text, recipe) bm_learner_parse_at((text), (recipe), BM_HERE)

typedef struct bm_fit_table_options {
    const bm_table *table;
    BM_NAMED_;
    double          validation, test; /**< shares of the rows in [0, 1), default 0; or: */
    const bm_table *validation_table, *test_table;
    int64_t         seed;
    bool            not_stratified, in_order; /**< as bm_split_options */
    int64_t         epochs, batch;            /**< of networks; default: the learner's own */
    bool            balanced;
    bm_callback     callbacks[BM_MODEL_MAX];
    const char     *group, *time;             /**< as bm_split_options */
    bm_metric       metrics[BM_SCORES_MAX];   /**< that the parts are scored by, these alone; default: as bm_evaluate_table */
    double          threshold;                /**< of two classes, for bm_model_set_threshold; or: */
    bm_metric       threshold_by;             /**< the one that is best by this metric on the validation part (without one, on the training
                                               *   part), as BM_F1 */
} bm_fit_table_options;
/** Splits the rows, fits the recipe on the training part only, trains, and judges each part once (bm_model_scores). Rows of one part that
 *  equal rows of another in all features and the target are told in a note of the recipe; so are held-out rows of classes that are not in
 *  the training part, which count as wrong (bm_scores.unseen_class) and are left out of log loss and AUC, a part whose weights are all 0, of
 *  which there are no scores, and, of tables of their own, rows
 *  without a target, which are left out. bm_stop while parts are judged leaves the other parts without scores.
 *  Errors   as bm_recipe_fit, bm_recipe_apply, bm_dataset_split and bm_fit; BM_E_ARGUMENT the learner does not do the task; BM_E_DATA all
 *           rows of a held-out part are of such classes
 */
BM_API bm_status bm_fit_table_at(bm_model *m, const bm_fit_table_options *options, size_t size, bm_place here);
#define bm_fit_table(m, ...) bm_fit_table_at((m), BM_OPTIONS(bm_fit_table_options, .table = __VA_ARGS__), BM_HERE)

/** A CSV file that is larger than memory, to be learned from by parts. */
typedef struct bm_fit_csv_options {
    bm_csv     *csv;              /**< of bm_csv_open; it is rewound, and read several times */
    BM_NAMED_;
    double      validation, test; /**< shares of the rows in [0, 1), default 0 */
    int64_t     seed;
    int64_t     epochs, batch;    /**< of networks; default: the learner's own */
    int64_t     sample;           /**< training rows that the recipe is fitted on, and validation rows that are looked at after each epoch:
                                   *   so many chosen at random; default 100,000, or all when there are fewer */
    int64_t     rows;             /**< training rows that are in memory at once, and shuffled among themselves; default 65,536, of wide rows as
                                   *   many as 32 MB hold */
    bm_callback callbacks[BM_MODEL_MAX];
    bm_metric   metrics[BM_SCORES_MAX]; /**< that the parts are scored by, these alone; default: as bm_evaluate_table */
    bool        balanced;               /**< classes weigh alike, as in bm_fit_options: by one pass more; or: */
    bm_reals    class_weights;          /**< what each class weighs */
    double      threshold;              /**< of two classes, for bm_model_set_threshold */
} bm_fit_csv_options;
/** bm_fit_table for a file that is read by parts. In which part a row falls depends on the seed and its number alone, so the shares are
 *  met as nearly as chance does it, and classes are not stratified. The recipe is fitted on a sample of the training rows, in which every
 *  class of the target has a row; its notes tell so. Least squares (bm_linear, bm_ridge, bm_lasso, bm_elastic, bm_poly) are then solved
 *  exactly, by one pass; bm_logistic, bm_softmax, bm_one_vs_rest, bm_poisson and bm_huber go over the file for each step of their solvers,
 *  networks once an epoch, in blocks of .rows. Judging takes one pass more or two, of classes two or three; metrics that keep rows (roc_auc, those
 *  that want all rows at once) are NaN, with the reason, where there is no memory for that. Numbers do not depend on the parts by which the
 *  file is read, nor on threads. bm_stop ends the training of networks and classifiers with what they have learned, as in bm_fit,
 *  everything else by BM_E_STOPPED. Of learners with a method of their own bm_on_progress tells of passes over the file: epoch of them are
 *  done, step of steps rows of the present one (epochs is 0, loss NaN).
 *
 *  Errors   as bm_fit_table; BM_E_ARGUMENT a learner that does not learn by parts, a step that leaves rows out of training or gives them
 *           other values than rows to be predicted (target_encode), a batch larger than .rows; BM_E_FILE the file was changed while it
 *           was read. The model is then as it was before
 */
BM_API bm_status bm_fit_csv_at(bm_model *m, const bm_fit_csv_options *options, size_t size, bm_place here);
#define bm_fit_csv(m, ...) bm_fit_csv_at((m), BM_OPTIONS(bm_fit_csv_options, .csv = __VA_ARGS__), BM_HERE)

/** Scores that bm_fit_table took: of "train", "validation", "test", and of the trivial answer (mean or majority class of the
 *  training part) on the same: "baseline" (on the test part, else the last part there is). rows 0 for a part that was not there. */
BM_API bm_scores bm_model_scores(const bm_model *m, const char *part);
/** The recipe of a learner, fitted once the learner is, or of the dataset that bm_fit was last given, when a recipe made that of a
 *  table (bm_recipe_apply, bm_dataset_load); null when there is none, as of a network that was last fitted on a dataset without. The
 *  model keeps it. */
BM_API const bm_recipe *bm_model_recipe(const bm_model *m);

typedef struct bm_evaluate_table_options {
    const bm_table *table;
    BM_NAMED_;
    bm_metric       metrics[BM_SCORES_MAX]; /**< these alone, in this order; default: those of the task, and behind them those that a
                                             *   network was compiled with */
    double          threshold;              /**< of two classes: the second from this probability on; default: the model's own */
} bm_evaluate_table_options;
/** Scores on a table's rows, in the table's units, by the metrics of the task or a chosen list (docs/judging.md has all). `loss`
 *  is the mean squared error, or the log loss, whatever the model is trained by, so that models can be compared; the loss of the training
 *  itself is in the history, and bm_evaluate gives it for a dataset (bm_recipe_apply). Rows weigh as the recipe's column of weights says, where the table has it.
 *  Where a figure is not defined for these rows it is NaN, and bm_score_why says why.
 *  Rows without a target are left out, those of a class that training had not seen count as wrong; both are counted, and told by the
 *  context's log. Classes are then averaged as scikit-learn does: unseen ones are classes of which nothing was found; metrics of
 *  probabilities and ranks leave such rows out.
 *  Errors   in the scores: as bm_predict_table; BM_E_ARGUMENT an unknown metric, a number outside its range; BM_E_DATA no target, weights
 *           that are all 0 */
BM_API bm_scores  bm_evaluate_table_at(const bm_model *m, const bm_evaluate_table_options *options, size_t size, bm_place here);
#define bm_evaluate_table(m, ...) bm_evaluate_table_at((m), BM_OPTIONS(bm_evaluate_table_options, .table = __VA_ARGS__), BM_HERE)

/** The threshold of a model of two classes: the second class, where its probability is at least this. Scores over tables,
 *  bm_predict_classes and the command decide by it; it is saved with the model. Default .5; a fit keeps it.
 *  Errors   BM_E_ARGUMENT not in (0, 1], or the model has other than two classes (of a learner that is not fitted it is told then) */
BM_API bm_status bm_model_set_threshold_at(bm_model *m, double threshold, bm_place here);
#define bm_model_set_threshold(m, threshold) bm_model_set_threshold_at((m), (threshold), BM_HERE)
BM_API double    bm_model_threshold(const bm_model *m);

typedef struct bm_predict_classes_options {
    const bm_table *table;
    BM_NAMED_;
    double          threshold; /**< of two classes; default: the model's own */
} bm_predict_classes_options;
/** The class of each raw row as its number: of two classes the second where its probability is at least the threshold, of more the first
 *  of the largest.
 *  Returns  gives a tensor (rows) of BM_I32 that carries its own error: as bm_predict_table; BM_E_ARGUMENT a model of numbers; BM_E_NUMBER a
 *           probability that is not finite */
BM_API bm_tensor *bm_predict_classes_at(const bm_model *m, const bm_predict_classes_options *options, size_t size, bm_place here);
#define bm_predict_classes(m, ...) bm_predict_classes_at((m), BM_OPTIONS(bm_predict_classes_options, .table = __VA_ARGS__), BM_HERE)

/** Predictions for raw rows: (rows, 1) values in the table's unit, or (rows, classes) probabilities, also of two classes and where
 *  the loss takes logits; of a loss on mere scores (a hinge's) 1 for the class with the largest, else 0.
 *  Errors   BM_E_ARGUMENT the model has no recipe (bm_model_recipe), is not fitted; BM_E_DATA a column that it was fitted with is missing */
BM_API bm_tensor *bm_predict_table_at(const bm_model *m, const bm_table *t, bm_place here);
#define bm_predict_table(m, t) bm_predict_table_at((m), (t), BM_HERE)

/** One cell of a raw row: a text, else a number. Columns that are not given are missing. */
typedef struct bm_cell {
    const char *column;
    const char *text;
    double      number;
} bm_cell;
typedef struct bm_row_options {
    char     zero_;
    BM_NAMED_;
    bm_cell  values[128]; /**< ended by the first without a column */
    const bm_cell *cells; /**< more, where 128 are not enough */
    size_t   count;       /**< of cells */
} bm_row_options;
/** The prediction for one raw row, as bm_predict_table: (1) value or (classes) probabilities. It is made for speed, by kernels of one row, so
 *  that the last digits can differ from those in a table, where a row's bits do not depend on the rows beside it.
 *  Errors   as bm_predict_table; BM_E_DATA a column that the model was not fitted on (the nearest name is told); BM_E_TYPE a number
 *           given for a column of text, or a text that is no number or date for a column of those; BM_E_ARGUMENT a column given twice */
BM_API bm_tensor *bm_predict_row_at(const bm_model *m, const bm_row_options *options, size_t size, bm_place here);
#define bm_predict_row(m, ...) bm_predict_row_at((m), BM_OPTIONS(bm_row_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
