// SPDX-License-Identifier: Apache-2.0
/* Judging ways to learn, before one is chosen: folds, cross-validation, search over settings, models beside each other, curves by
 * training size and by complexity, bias and variance.
 *
 * A learner is given as text, "ridge:alpha=10" (bm_learner_parse), or as a value in `.how`. Everything is seeded and the same for any
 * number of threads: fits of different folds and candidates run side by side, each of them on one thread then.
 */
// clang-format off
#ifndef BAEUM_LEARN_H
#define BAEUM_LEARN_H
#include <baeum/learners.h>
#include <baeum/model.h>
#ifdef __cplusplus
extern "C" {
#endif

/* ---- folds ---- */

/** How rows are held out, fold by fold. */
typedef enum bm_folds_kind {
    BM_K_FOLD = 0,    /**< every row is held out once; by classes, by groups or both where these are given */
    BM_LEAVE_ONE_OUT, /**< every row is a fold of its own; with groups every group */
    BM_SHUFFLE_SPLIT, /**< in each fold a share of the rows (or groups) is drawn anew */
    BM_TIME_SERIES    /**< rows in order, or by the column `time`: each fold is learned from what was before it */
} bm_folds_kind;

/* The options that all that makes folds has. */
#define BM_FOLDS_OPTIONS_                                                                                                        \
    bm_folds_kind kind;                                                                                                          \
    int64_t       folds;          /**< default 5 */                                                                              \
    int64_t       repeats;        /**< of k-fold: so many times, shuffled anew; default 1, at most 1,000,000 */                    \
    double        held_out;       /**< of a shuffle split: the share of the rows that is held out; default .2 */                 \
    int64_t       gap;            /**< of a time series: rows between training and held-out part that are in neither */          \
    int64_t       window;         /**< of a time series: so many training rows at most (sliding); default: all before */         \
    bool          in_order;       /**< no shuffling: folds are blocks of the rows as they stand */                               \
    bool          not_stratified; /**< default: classes keep their shares in every fold */                                       \
    const char   *group;          /**< of tables: rows with the same value here are held out together; no feature */             \
    const char   *time;           /**< of tables: the column that tells the time, numbers or dates */                            \
    const char   *fold;           /**< of tables: the column that tells which fold a row is held out in, one for each value in   \
                                   *   order; rows where it is missing or below 0 are learned from in every fold; no feature */  \
    const bm_tensor *groups;      /**< of datasets: the group of each row, i32 or i64 */                                         \
    int64_t       seed

typedef struct bm_folds_options {
    char        zero_;
    BM_NAMED_;
    BM_FOLDS_OPTIONS_;
    const char *target; /**< of tables: rows without it are in no fold, and its classes keep their shares */
    bm_task     task;   /**< what the target is; default: inferred */
    bm_context *context;
} bm_folds_options;

/** Folds of the rows of a table or dataset: in each fold the held-out rows and those that are learned from are disjoint.
 *  In order, folds are those of scikit-learn's KFold, StratifiedKFold, StratifiedGroupKFold and TimeSeriesSplit without shuffling (groups
 *  numbered as they come).
 *  Returns  gives folds, never null
 *  Errors   BM_E_ARGUMENT folds < 2 or more than rows or groups, settings that exclude each other or are out of range; BM_E_DATA no such
 *           column, every class has fewer rows than there are folds, a fold with nothing to learn from; BM_E_MEMORY
 */
BM_API bm_folds *bm_folds_of_table_at(const bm_table *t, const bm_folds_options *options, size_t size, bm_place here);
#define bm_folds_of_table(t, ...) bm_folds_of_table_at((t), BM_OPTIONS(bm_folds_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
BM_API bm_folds *bm_folds_of_dataset_at(const bm_dataset *d, const bm_folds_options *options, size_t size, bm_place here);
#define bm_folds_of_dataset(d, ...) bm_folds_of_dataset_at((d), BM_OPTIONS(bm_folds_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
/** How many folds there are (of repeated ones all), and the rows of one, in ascending order, into `into` (room for all rows of the data;
 *  null: only counted): the held-out ones, or those that are learned from. Returns their number; -1: no such fold. */
BM_API int64_t bm_folds_count(const bm_folds *f);
BM_API int64_t bm_folds_held_out(const bm_folds *f, int64_t fold, int64_t *into);
BM_API int64_t bm_folds_learned(const bm_folds *f, int64_t fold, int64_t *into);
/** What should be known of the folds, a sentence each; null past the last. */
BM_API const char *bm_folds_note(const bm_folds *f, int64_t i);

/* ---- what all of the following take ---- */

/** How far the work is. */
typedef struct bm_learn_progress {
    int64_t     done, all;        /**< fits, each of one candidate on one fold; of a search those of this round that the journal has not */
    int64_t     candidate, candidates; /**< which was done last (a trial's number), and how many take part */
    const char *name;             /**< of that candidate: the learner, or its settings */
    bool        finished;         /**< all folds of it are done: */
    double      score, spread;    /**< then its mean and spread; else NaN */
    double      best;             /**< the best mean so far, of a search in this round, the journal's included; NaN: none yet */
    double      seconds;          /**< since the work (of the round) began */
    const char *error;            /**< of a candidate that is done and could not be fitted, else "" */
    int64_t     round, rounds;    /**< of a search: which, from 0, and how many there are */
    int64_t     outer, outers;    /**< of a nested search: the outer fold, from 0, and how many there are; behind them the search itself */
} bm_learn_progress;
/** Returns false to end the work. Called after each fit, by one thread at a time. */
typedef bool (*bm_learn_function)(void *user, const bm_learn_progress *p);

#define BM_LEARN_OPTIONS_                                                                                                        \
    bm_learner    how;        /**< the learner, where the text is null */                                                        \
    const char   *metric;     /**< that is compared: "r2", "rmse", "log_loss", "fbeta(.5)" ...; default r2, of classes accuracy */\
    int64_t       epochs, batch; /**< of networks; default: the learner's own */                                                 \
    double        validation; /**< of networks: the share of a fold's training rows that tells when to stop; default 0: none */  \
    bool          balanced;   /**< rare classes weigh as much as frequent ones */                                                \
    bm_learn_function progress;                                                                                                  \
    void         *user;                                                                                                          \
    const volatile int *stop  /**< when this becomes other than 0 the work ends by BM_E_STOPPED; a signal handler may set it */

/* ---- cross-validation ---- */

typedef struct bm_cross_validate_options {
    const char *learner; /**< "ridge:alpha=10" ...; null: by .how */
    BM_NAMED_;
    BM_FOLDS_OPTIONS_;
    BM_LEARN_OPTIONS_;
    bool no_train_scores; /**< the training rows are not scored */
    bool keep_models;     /**< the fitted model of each fold is kept */
} bm_cross_validate_options;

/** Fits a learner with its recipe once for each fold, on the rows that are learned from alone, and scores the held-out rows.
 *  Returns  gives a validation, never null
 *  Errors   as bm_folds_of_table, bm_learner_parse, bm_recipe_fit and bm_fit_table; BM_E_ARGUMENT no such metric; BM_E_STOPPED
 */
BM_API bm_validation *bm_cross_validate_at(const bm_table *t, const bm_recipe *recipe, const bm_cross_validate_options *options,
                                           size_t size, bm_place here);
/* bm_cross_validate(table, recipe, "ridge:alpha=10", .folds = 10) */
#define bm_cross_validate(t, recipe, ...) \
    bm_cross_validate_at((t), (recipe), BM_OPTIONS(bm_cross_validate_options, .learner = __VA_ARGS__), BM_HERE)
/** The same over a dataset. */
BM_API bm_validation *bm_cross_validate_data_at(const bm_dataset *d, const bm_cross_validate_options *options, size_t size,
                                                bm_place here);
#define bm_cross_validate_data(d, ...) \
    bm_cross_validate_data_at((d), BM_OPTIONS(bm_cross_validate_options, .learner = __VA_ARGS__), BM_HERE)

/** How many folds it had; 0 of a failed one. */
BM_API int64_t   bm_validation_folds(const bm_validation *v);
/** Scores of one fold (from 0): of the rows "held_out", of those that were learned from ("train"), and of the trivial answer on the
 *  held-out ones ("baseline"). */
BM_API bm_scores bm_validation_scores(const bm_validation *v, const char *part, int64_t fold);
/** Mean and sample standard deviation of a metric over the folds where it is defined; NaN where there are none (of the deviation: fewer
 *  than two). */
BM_API double bm_validation_mean(const bm_validation *v, const char *part, const char *metric);
BM_API double bm_validation_spread(const bm_validation *v, const char *part, const char *metric);
/** Seconds of a fold: "fit", preparation of the table included, or "predict", of the held-out rows. */
BM_API double bm_validation_seconds(const bm_validation *v, const char *what, int64_t fold);
/** The fitted model and recipe of a fold; null unless keep_models. The validation keeps them. */
BM_API const bm_model  *bm_validation_model(const bm_validation *v, int64_t fold);
BM_API const bm_recipe *bm_validation_recipe(const bm_validation *v, int64_t fold);
/** What each row was given while it was held out: f64 (rows, targets) in the table's unit or (rows, classes) probabilities, in the order
 *  of the rows; NaN of a row that never was, the mean where it was several times. The validation keeps it. */
BM_API const bm_tensor *bm_validation_predictions(const bm_validation *v);
/** The classes of the columns of the predictions; null past the last. */
BM_API const char *bm_validation_class(const bm_validation *v, int64_t i);
/** The metric that is compared where none was named. */
BM_API const char *bm_validation_metric(const bm_validation *v);

/* ---- models beside each other ---- */

#define BM_COMPARE_MAX 32
typedef struct bm_compare_options {
    const char      *learners[BM_COMPARE_MAX]; /**< "linear", "ridge:alpha=10", "mlp:64" ...; none: all kinds that do the task,
                                                *   those of a penalty by "alpha=auto" */
    BM_NAMED_;
    BM_FOLDS_OPTIONS_;
    BM_LEARN_OPTIONS_;
    const bm_recipe *recipes[BM_COMPARE_MAX];  /**< further recipes, each with all learners */
} bm_compare_options;

/** One row of a comparison. */
typedef struct bm_compared {
    const char *name;       /**< the learner as it was given, or "baseline": the mean, or the shares of the classes */
    int64_t     recipe;     /**< 0: the first */
    bm_status   status;     /**< BM_OK, or why it could not be fitted, in words: */
    const char *error;      /**< of BM_OK "", or why the metric has no value in any fold */
    double      mean, spread; /**< of the metric that is compared */
    double      difference;   /**< mean of (best - this) over the folds where larger is better, else of (this - best): >= 0 */
    double      p;            /**< that a difference so large comes by chance alone, if both were equal: corrected resampled t test
                               *   (Nadeau, Bengio, "Inference for the generalization error", 2003), two-sided; NaN of the best */
    double      fit_seconds, predict_seconds; /**< means over the folds */
    int64_t     parameters, bytes;            /**< of the weights of the first fold's model */
} bm_compared;

/** Cross-validates learners on the same folds, beside the trivial answer. A learner that fails takes nothing from the others: its row has
 *  the error.
 *  Returns  gives a comparison, never null. Errors as bm_cross_validate; BM_E_DATA no learner could be fitted (the first error)
 */
BM_API bm_comparison *bm_compare_at(const bm_table *t, const bm_recipe *recipe, const bm_compare_options *options, size_t size,
                                    bm_place here);
#define bm_compare(t, recipe, ...) bm_compare_at((t), (recipe), BM_OPTIONS(bm_compare_options, __VA_ARGS__), BM_HERE)
/** Rows: the baseline first, then from the best to the worst, those that failed last. */
BM_API int64_t     bm_comparison_rows(const bm_comparison *c);
BM_API bm_compared bm_comparison_row(const bm_comparison *c, int64_t row);
/** Mean and spread of any metric of a row; NaN where it has none. */
BM_API double      bm_comparison_mean(const bm_comparison *c, int64_t row, const char *metric);
BM_API double      bm_comparison_spread(const bm_comparison *c, int64_t row, const char *metric);
BM_API const char *bm_comparison_metric(const bm_comparison *c);
BM_API const char *bm_comparison_note(const bm_comparison *c, int64_t i);

/* ---- search ---- */

typedef enum bm_search_kind {
    BM_SEARCH_RANDOM = 0, /**< `trials` candidates, each value drawn by itself; all, where there are no more */
    BM_SEARCH_GRID,       /**< every combination of values */
    BM_SEARCH_HALVING     /**< random candidates on few rows or epochs, the best `1 / factor` of them on `factor` times as many ... */
} bm_search_kind;

typedef struct bm_tune_options {
    const char *space; /**< what is searched, parted by ";": "alpha=.01..100 log", "degree=1,2,3", "model=ridge|lasso"; see docs/judging.md */
    BM_NAMED_;
    BM_FOLDS_OPTIONS_;
    BM_LEARN_OPTIONS_;
    bm_search_kind search;
    int64_t     trials;  /**< default 20 */
    double      test;    /**< share of the rows that no candidate sees: the best one, fitted on all others, is scored on them once */
    int64_t     outer;   /**< outer folds: the whole search is done anew in each, and its winner scored on rows it never saw (nested) */
    int64_t     factor;  /**< of halving; default 3 */
    bool        by_epochs; /**< halving gives epochs (of networks), not rows */
    const char *journal; /**< a file that gets a line for each candidate that is done; where it is there the search goes on from it. One
                          *   search at a time works with it */
    bool        no_refit; /**< the best candidate is not fitted on all rows */
    bool        anew;     /**< what the journal has is thrown away; a file of other things is refused all the same */
} bm_tune_options;

/** One candidate of a search. */
typedef struct bm_trial {
    int64_t     number;    /**< from 0 */
    const char *learner;   /**< the learner with its settings, as bm_learner_parse takes it where it searched nothing of the recipe */
    const char *settings;  /**< "alpha=.31" */
    bm_status   status;    /**< BM_OK, or why it could not be fitted: */
    const char *error;
    double      mean, spread, fit_seconds;
    int64_t     round;     /**< of halving: the last one it took part in, from 0 */
    double      share;     /**< of the training rows (or epochs) that it had in that round */
} bm_trial;

/** Searches settings of a learner, its optimiser and its recipe by cross-validation; the best by mean is fitted on all rows (but those for
 *  the test). Every name and value is checked before anything is fitted. With a journal a search that was stopped or killed goes on where
 *  it was, and ends as if it had not been.
 *  Returns  gives a search, never null
 *  Errors   as bm_cross_validate; BM_E_ARGUMENT a setting that there is not (the nearest is named), a value out of its range, a space that
 *           cannot be read, a journal of another search (what differs is named); BM_E_FILE; BM_E_FORMAT no journal; BM_E_STOPPED;
 *           BM_E_DATA no candidate could be fitted (the first error)
 */
BM_API bm_search *bm_tune_at(const bm_table *t, const bm_recipe *recipe, const char *learner, const bm_tune_options *options,
                             size_t size, bm_place here);
#define bm_tune(t, recipe, learner, ...) \
    bm_tune_at((t), (recipe), (learner), BM_OPTIONS(bm_tune_options, .space = __VA_ARGS__), BM_HERE)
BM_API int64_t     bm_search_trials(const bm_search *s);
BM_API bm_trial    bm_search_trial(const bm_search *s, int64_t i);
/** The best trial, -1 when there is none; how many were taken from the journal. */
BM_API int64_t     bm_search_best(const bm_search *s);
BM_API int64_t     bm_search_resumed(const bm_search *s);
/** The best candidate fitted on all rows but those for the test; null when there is none. The search keeps it. Its scores: bm_model_scores
 *  ("train", "test", "baseline"). */
BM_API bm_model   *bm_search_model(const bm_search *s);
/** The metric that was compared, and whether larger is better of it. */
BM_API const char *bm_search_metric(const bm_search *s);
BM_API bool        bm_search_maximize(const bm_search *s);
/** Of a nested search: the winner of each outer fold and its score on the rows that it never saw; their mean and spread. */
BM_API int64_t     bm_search_outer(const bm_search *s);
BM_API const char *bm_search_outer_settings(const bm_search *s, int64_t fold);
BM_API double      bm_search_outer_score(const bm_search *s, int64_t fold);
BM_API double      bm_search_outer_mean(const bm_search *s);
BM_API double      bm_search_outer_spread(const bm_search *s);
BM_API const char *bm_search_note(const bm_search *s, int64_t i);

/* ---- curves by training size and by complexity ---- */

#define BM_SIZES_MAX 16
typedef struct bm_learning_curve_options {
    const char *learner; /**< "ridge:alpha=10" ...; null: by .how */
    BM_NAMED_;
    BM_FOLDS_OPTIONS_;
    BM_LEARN_OPTIONS_;
    double sizes[BM_SIZES_MAX]; /**< shares of a fold's training rows, rising, up to 1; default .1, .325, .55, .775, 1 */
} bm_learning_curve_options;
/** Scores by training size: each fold's model is fitted on growing parts of its training rows, each of which contains the one before.
 *  Returns  gives a sweep, never null. Errors as bm_cross_validate; BM_E_DATA no point could be fitted (the first error) */
BM_API bm_sweep *bm_learning_curve_at(const bm_table *t, const bm_recipe *recipe, const bm_learning_curve_options *options, size_t size,
                                      bm_place here);
#define bm_learning_curve(t, recipe, ...) \
    bm_learning_curve_at((t), (recipe), BM_OPTIONS(bm_learning_curve_options, .learner = __VA_ARGS__), BM_HERE)

typedef struct bm_validation_curve_options {
    const char *space; /**< one setting with its values: "degree=1,2,3,5,9", "alpha=.001..1000 log 7" */
    BM_NAMED_;
    BM_FOLDS_OPTIONS_;
    BM_LEARN_OPTIONS_;
} bm_validation_curve_options;
/** Scores by one setting, as that of complexity. Returns gives a sweep, never null. Errors as bm_tune */
BM_API bm_sweep *bm_validation_curve_at(const bm_table *t, const bm_recipe *recipe, const char *learner,
                                        const bm_validation_curve_options *options, size_t size, bm_place here);
#define bm_validation_curve(t, recipe, learner, ...) \
    bm_validation_curve_at((t), (recipe), (learner), BM_OPTIONS(bm_validation_curve_options, .space = __VA_ARGS__), BM_HERE)

/** One point of a curve. */
typedef struct bm_sweep_point {
    const char *name;   /**< "alpha=.1", or the number of training rows */
    double      x;      /**< the value, NaN where it is no number; training rows, as a mean over the folds */
    double      train, train_spread, held_out, held_out_spread; /**< of the metric */
    double      fit_seconds;
    bm_status   status; /**< BM_OK, or why models of this point could not be fitted (few rows may be of one class): the numbers are NaN then */
    const char *error;
} bm_sweep_point;
BM_API int64_t        bm_sweep_points(const bm_sweep *s);
BM_API bm_sweep_point bm_sweep_point_at(const bm_sweep *s, int64_t i);
BM_API const char    *bm_sweep_metric(const bm_sweep *s);
/** The point with the best held-out mean. */
BM_API int64_t        bm_sweep_best(const bm_sweep *s);

/* ---- under- and overfitting ---- */

/** What scores say of a model. Errors are measured between the best there can be (0) and the trivial answer (1): 1 - R², or the share of
 *  wrong rows over that of the most frequent class ... */
typedef struct bm_diagnosis {
    double train, held_out;        /**< such errors */
    bool   high_bias, high_variance;
    char   text[600];              /**< in words, and what to try */
} bm_diagnosis;
/** High bias: the training rows themselves keep more than half of the trivial answer's error. High variance: held-out rows have more than
 *  a tenth of it beyond the training rows' error, and beyond twice its standard error over the folds. Both may hold. */
BM_API bm_diagnosis bm_validation_diagnosis(const bm_validation *v);
/** The same of the last point of a learning curve, where the curve's slope tells whether more rows would help, or of the best point of a
 *  validation curve, where its place tells on which side of it the others lie. */
BM_API bm_diagnosis bm_sweep_diagnosis(const bm_sweep *s);

typedef struct bm_bias_variance_options {
    const char *learner; /**< "ridge:alpha=10" ...; null: by .how */
    BM_NAMED_;
    BM_LEARN_OPTIONS_;
    int64_t rounds;   /**< bootstrap samples of the training rows, each with a model; default 50 */
    double  held_out; /**< share of the rows on which the models are compared; default .25 */
    int64_t seed;
} bm_bias_variance_options;
/** Error of a learner in parts, by models of bootstrap samples of the training rows, judged on the same held-out rows.
 *
 *  Of numbers, with y the target and f the models' predictions: error = mean (y - f)^2 = bias2 + variance, bias2 = mean (y - mean f)^2,
 *  variance = mean (f - mean f)^2. Targets come without their noise apart, so that bias2 has it, too; noise is NaN unless rows of equal
 *  features tell it: then it is the mean variance of their targets, and bias2 is without it.
 *  Of classes, by 0-1 loss (Domingos, "A unified bias-variance decomposition", 2000): the main prediction is the class that most models
 *  say; bias2 = share of rows whose main prediction is wrong, variance = mean share of models that differ from it, of which the
 *  unbiased part adds to the error and the biased part takes from it where there are two classes.
 */
typedef struct bm_bias_variance_result {
    bm_status status;
    char      error_text[400];
    bm_task   task;
    int64_t   rows, rounds;
    double    error, bias2, variance, noise;
    double    unbiased_variance, biased_variance; /**< of classes */
} bm_bias_variance_result;
BM_API bm_bias_variance_result bm_bias_variance_at(const bm_table *t, const bm_recipe *recipe,
                                                   const bm_bias_variance_options *options, size_t size, bm_place here);
#define bm_bias_variance(t, recipe, ...) \
    bm_bias_variance_at((t), (recipe), BM_OPTIONS(bm_bias_variance_options, .learner = __VA_ARGS__), BM_HERE)

#ifdef __cplusplus
}
#endif
#endif
