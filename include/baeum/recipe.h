// SPDX-License-Identifier: Apache-2.0
/* Recipes: which column of a table is the target and what is done to the others; fitted on training rows, applied to any rows.
 */
// clang-format off
#ifndef BAEUM_RECIPE_H
#define BAEUM_RECIPE_H
#include <baeum/table.h>
#include <baeum/tensor.h>
#ifdef __cplusplus
extern "C" {
#endif

/** What is to be learned from a target. */
typedef enum bm_task {
    BM_TASK_INFER = 0,  /**< text, true/false, or whole numbers of <= 20 distinct values with >= 10 rows a value are classes */
    BM_REGRESSION,
    BM_CLASSIFICATION
} bm_task;

/** Settings of a recipe. */
typedef struct bm_recipe_options {
    char        zero_;
    BM_NAMED_;
    const char *target;       /**< the column to be learned; null: no target, x only */
    bm_task     task;         /**< default: inferred from the target when fitted */
    bool        target_log1p; /**< learn log(1 + target); predictions are given back as expm1. Regression only, target > -1 */
    bool        plain;        /**< only the steps that were added; without it what they leave undone is done by default */
    bm_context *context;
    bool        keep_constant; /**< columns of one value stay, as the border of images has them */
    bool        target_standardize; /**< learn (target - mean) / standard deviation of the training rows, after log1p; predictions
                                     *   are given back in the table's unit. Of classes it is ignored */
    bm_type     type;    /**< of the features and of numbers to be learned that bm_recipe_apply gives: BM_F32 (default) or BM_F64;
                          *   bm_fit_table and predictions take the type of the model's input */
    const char *weights; /**< a column with the weight of each row, finite and >= 0: it is no feature, weighs the row in the loss and
                          *   in scores and in what steps find (means, medians ...), and need not be there at prediction. A row of
                          *   weight 2 is two rows; weights that sum to less than the rows are shares */
    const char *without; /**< steps that are not done by default: a list of datetime, drop, impute, standardize, one_hot */
} bm_recipe_options;

/** A recipe: the target and a list of steps, done in the order in which they were added.
 *
 *  What the steps leave undone is done by default after them (unless .plain): columns of one value (unless .keep_constant) and of
 *  (nearly) all-distinct text are dropped, texts that are all dates are cut into parts, missing numbers get the median, numbers that no step
 *  has scaled are standardised, texts are one-hot encoded with one more slot for categories not seen in training. Each decision is a
 *  note (bm_recipe_note).
 *  Returns  gives a recipe, never null. Errors BM_E_ARGUMENT, BM_E_MEMORY
 */
BM_API bm_recipe *bm_recipe_new_at(const bm_recipe_options *options, size_t size, bm_place here);
#define bm_recipe_new(...) bm_recipe_new_at(BM_OPTIONS(bm_recipe_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** Adds a step by the name of its kind: "drop", "impute", "one_hot", "standardize", "datetime" ...; with = its settings ("median",
 *  "most=50", "degree=3,interactions"), or null. They may stand behind the name, too: "impute:median".
 *  Errors   on the recipe: BM_E_ARGUMENT no such step or setting, the recipe is fitted already; BM_E_MEMORY
 */
BM_API bm_status bm_recipe_step_at(bm_recipe *r, const char *kind, bm_names columns, const char *with, bm_place here);

/** A step as a plain value, as bm_layer: a kind with its options. Texts inside are borrowed until bm_recipe_add. */
typedef struct bm_step {
    const char *name; const struct bmi_step_kind *kind; bm_place here; size_t size; bm_option_bytes options;
} bm_step;
BM_API bm_step bm_step_value_at(const char *name, const void *options, size_t size, bm_place here);

/** Adds a step to a recipe: bm_recipe_add(r, bm_step_one_hot(.most = 50), "city", "color"). No names: all columns that fit, but
 *  dates where texts become categories (they become parts of dates).
 *  Errors   on the recipe: BM_E_ARGUMENT no such step, a setting out of its range, the recipe is fitted already; BM_E_MEMORY
 */
BM_API bm_status bm_recipe_add_at(bm_recipe *r, bm_step step, bm_names columns, bm_place here);
#define bm_recipe_add(r, ...) bm_recipe_add_at((r), BM_FIRST_(__VA_ARGS__, NULL), BM_REST_NAMES_(__VA_ARGS__, NULL), BM_HERE)

/* ---- kinds of steps: what each does stands in docs/recipes.md; zero fields are the defaults ---- */

/** Columns that are not used; names are needed. */
#define bm_step_drop() bm_step_value_at("drop", NULL, 0, BM_HERE)

typedef struct bm_step_drop_missing_options {
    double share; /**< default .5; BM_ZERO: columns with any missing cell */
    BM_NAMED_;
} bm_step_drop_missing_options;
/** Columns with more than this share of missing cells in the training rows are not used. */
#define bm_step_drop_missing(...) bm_step_value_at("drop_missing", BM_OPTIONS(bm_step_drop_missing_options, .share = __VA_ARGS__), BM_HERE)

typedef struct bm_step_impute_options {
    const char *with; /**< "median" (default), "mean", "most_frequent" or a number as text: "0"; of categories "most_frequent" */
    BM_NAMED_;
    const char *text; /**< what missing categories get, a text of its own; default: they stay missing unless the most frequent was asked for */
    bool   indicator; /**< a column more, name_missing, of each that has missing cells in training: 1 where it was missing, else 0 */
} bm_step_impute_options;
/** Missing numbers get one of the training rows' values, missing categories the most frequent or a text. */
#define bm_step_impute(...) bm_step_value_at("impute", BM_OPTIONS(bm_step_impute_options, .with = __VA_ARGS__), BM_HERE)

/** Columns of one value in all training rows are not used. */
#define bm_step_drop_constant() bm_step_value_at("drop_constant", NULL, 0, BM_HERE)

typedef enum bm_nearest_weights { BM_NEAREST_UNIFORM, BM_NEAREST_DISTANCE } bm_nearest_weights;
typedef struct bm_step_impute_nearest_options {
    char               zero_;
    BM_NAMED_;
    int64_t            neighbors; /**< default 5 */
    bm_nearest_weights weights;   /**< how neighbours count: alike (default), or 1 / distance */
} bm_step_impute_nearest_options;
/** Missing numbers get the mean of those of the nearest training rows, which are kept with the recipe; a row of weight w is w rows. */
#define bm_step_impute_nearest(...) \
    bm_step_value_at("impute_nearest", BM_OPTIONS(bm_step_impute_nearest_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** (x - mean) / standard deviation. */
#define bm_step_standardize() bm_step_value_at("standardize", NULL, 0, BM_HERE)

typedef struct bm_step_min_max_options {
    char   zero_;
    BM_NAMED_;
    double low;  /**< what the smallest training value becomes, default 0 */
    double high; /**< what the largest becomes, default 1; BM_ZERO for 0 */
} bm_step_min_max_options;
#define bm_step_min_max(...) bm_step_value_at("min_max", BM_OPTIONS(bm_step_min_max_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_unseen { BM_UNSEEN_SLOT, BM_UNSEEN_IGNORE, BM_UNSEEN_ERROR, BM_UNSEEN_MOST_FREQUENT } bm_unseen;
typedef struct bm_step_one_hot_options {
    char    zero_;
    BM_NAMED_;
    int64_t most;        /**< categories that get a column, the most frequent; default 100 of a text, all (10,000) of numbers */
    double  least_rows;  /**< categories of fewer training rows are joined in the last column; default: none */
    double  least_share; /**< the same as a share of the rows that have one, >= 0 and < 1 */
    bm_unseen unseen;    /**< what cells without a category of the training rows become, missing ones, too: a last column (default),
                          *   zeros in all columns, an error (missing ones: zeros), or the most frequent category */
    bool    drop_first;  /**< no column for the first category, which the others at 0 tell: for models that need independent columns */
} bm_step_one_hot_options;
#define bm_step_one_hot(...) bm_step_value_at("one_hot", BM_OPTIONS(bm_step_one_hot_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_ordinal_unseen {
    BM_ORDINAL_MIDDLE, BM_ORDINAL_BELOW, BM_ORDINAL_MISSING, BM_ORDINAL_MOST_FREQUENT, BM_ORDINAL_ERROR
} bm_ordinal_unseen;
typedef struct bm_step_ordinal_options {
    const char       *order; /**< "low < middle < high", or with | instead of <; default: in order of value */
    BM_NAMED_;
    bm_ordinal_unseen unseen; /**< what cells without a category of the training rows become, missing ones, too: the middle one (default),
                               *   -1, missing, the most frequent one, or an error (missing ones: the middle one) */
} bm_step_ordinal_options;
#define bm_step_ordinal(...) bm_step_value_at("ordinal", BM_OPTIONS(bm_step_ordinal_options, .order = __VA_ARGS__), BM_HERE)

typedef struct bm_step_target_encode_options {
    char    zero_;
    BM_NAMED_;
    double  smooth;   /**< how many rows of the overall mean join each category; default: by the variances (empirical Bayes) */
    int64_t folds;    /**< of the training rows, default 5: each is encoded by the others */
    int64_t seed;     /**< of the folds, default 0 */
    bool    in_order; /**< the folds are neighbouring rows, not drawn */
} bm_step_target_encode_options;
/** A category becomes the mean of the target over its training rows, drawn to the overall mean; of several classes a column each. */
#define bm_step_target_encode(...) \
    bm_step_value_at("target_encode", BM_OPTIONS(bm_step_target_encode_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_outlier_rule { BM_OUTLIERS_Z, BM_OUTLIERS_IQR, BM_OUTLIERS_RESIDUAL } bm_outlier_rule;
typedef struct bm_step_outliers_options {
    char            zero_;
    BM_NAMED_;
    bm_outlier_rule by;    /**< far from the mean (default), from the quartiles, or from a first line through the columns */
    double          limit; /**< in standard deviations, default 3; by quartiles in their distance, default 1.5 */
} bm_step_outliers_options;
/** Training rows with an outlier in one of the columns are not learned from; rows to be predicted always stay. */
#define bm_step_outliers(...) bm_step_value_at("outliers", BM_OPTIONS(bm_step_outliers_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_pca_method { BM_PCA_EXACT, BM_PCA_RANDOMISED } bm_pca_method;
typedef struct bm_step_pca_options {
    char          zero_;
    BM_NAMED_;
    int64_t       components; /**< default: as many as there can be; where they are fewer than asked for, a note says so */
    double        share;      /**< as few as have this share of the variance, > 0 and < 1; default: not asked for */
    bool          whiten;     /**< components of variance 1 */
    bm_pca_method method;     /**< all eigenvectors (default), or the first ones by random projections, for thousands of columns */
    int64_t       seed;       /**< of the projections, default 0 */
    int64_t       iterations; /**< power iterations of the randomised method, default 7; BM_ZERO for none */
} bm_step_pca_options;
/** Columns become their principal components, pca1, pca2 ...; they should be standardised before. */
#define bm_step_pca(...) bm_step_value_at("pca", BM_OPTIONS(bm_step_pca_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_select_score {
    BM_SELECT_VARIANCE, BM_SELECT_F, BM_SELECT_CHI2, BM_SELECT_MUTUAL_INFORMATION, BM_SELECT_COEFFICIENT
} bm_select_score;
typedef struct bm_step_select_options {
    char            zero_;
    BM_NAMED_;
    bm_select_score by;        /**< variance (default), F of one column with the target, chi squared, mutual information, or the size of the
                                *   coefficient of a first line through the standardised columns */
    int64_t         most;      /**< the columns that are kept, those of the highest score; default: all above the threshold. Of fewer
                                *   columns all are, which is noted */
    double          share;     /**< the same as a share of all columns, > 0 and < 1 */
    double          threshold; /**< scores above this are kept, default 0 */
    int64_t         seed;      /**< of what breaks ties of mutual information, default 0 */
} bm_step_select_options;
/** Columns are kept or not by a score. */
#define bm_step_select(...) bm_step_value_at("select", BM_OPTIONS(bm_step_select_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_log_columns { BM_LOG_NAMED, BM_LOG_AUTO } bm_log_columns;
typedef struct bm_step_log_options {
    char           zero_;
    BM_NAMED_;
    bm_log_columns columns; /**< those named (default), or with BM_LOG_AUTO those of them, or of all, that are skewed */
    double         limit;   /**< of the skew m3 / m2^1.5 with BM_LOG_AUTO, default 1; BM_ZERO for 0 */
} bm_step_log_options;
/** log(1 + x) of columns whose values are all above -1; names are needed but for BM_LOG_AUTO, which leaves other columns alone. */
#define bm_step_log(...) bm_step_value_at("log", BM_OPTIONS(bm_step_log_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_step_robust_options {
    char   zero_;
    BM_NAMED_;
    double low;    /**< quantile from which the distance is taken, default .25; BM_ZERO for 0 */
    double high;   /**< quantile to which, default .75 */
    bool   normal; /**< in deviations of a normal distribution with this distance */
} bm_step_robust_options;
/** (x - median) / (quantile high - quantile low). */
#define bm_step_robust(...) bm_step_value_at("robust", BM_OPTIONS(bm_step_robust_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_quantile_shape { BM_QUANTILE_UNIFORM, BM_QUANTILE_NORMAL } bm_quantile_shape;
typedef struct bm_step_quantile_options {
    bm_quantile_shape to;        /**< evenly over [0, 1] (default), or standard normal */
    BM_NAMED_;
    int64_t           quantiles; /**< points that are kept, default 1000, at most one a training row */
} bm_step_quantile_options;
/** The share of training rows below a value. */
#define bm_step_quantile(...) bm_step_value_at("quantile", BM_OPTIONS(bm_step_quantile_options, .to = __VA_ARGS__), BM_HERE)

typedef struct bm_step_yeo_johnson_options {
    char zero_;
    BM_NAMED_;
    bool raw; /**< the result is not standardised */
} bm_step_yeo_johnson_options;
typedef bm_step_yeo_johnson_options bm_step_box_cox_options;
/** The power of a column, by Yeo and Johnson of any values, by Box and Cox of those above 0, that makes it most normal; then standardised. */
#define bm_step_yeo_johnson(...) bm_step_value_at("yeo_johnson", BM_OPTIONS(bm_step_yeo_johnson_options, .zero_ = 0, __VA_ARGS__), BM_HERE)
#define bm_step_box_cox(...) bm_step_value_at("box_cox", BM_OPTIONS(bm_step_box_cox_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_bins_by { BM_BINS_UNIFORM, BM_BINS_QUANTILE, BM_BINS_KMEANS } bm_bins_by;
typedef struct bm_step_bins_options {
    int64_t    bins;    /**< default 5, at most 1000 */
    BM_NAMED_;
    bm_bins_by by;      /**< of the same width (default), of the same number of rows, or around the centres of k-means */
    bool       one_hot; /**< a column for each bin; default: the bin's number */
} bm_step_bins_options;
/** The number of the bin that a value lies in. */
#define bm_step_bins(...) bm_step_value_at("bins", BM_OPTIONS(bm_step_bins_options, .bins = __VA_ARGS__), BM_HERE)

/** A category becomes the share of the training rows that have it. */
#define bm_step_frequency() bm_step_value_at("frequency", NULL, 0, BM_HERE)

typedef enum bm_terms { BM_TERMS_WORDS, BM_TERMS_CHARACTERS } bm_terms;
typedef enum bm_text_norm { BM_NORM_L2, BM_NORM_L1, BM_NORM_NONE } bm_text_norm;
typedef struct bm_step_tfidf_options {
    int64_t      most;         /**< terms that are kept, those that come most often, default 1000 */
    BM_NAMED_;
    int64_t      ngrams;       /**< longest run of words or characters that is a term, default 1 */
    int64_t      least_ngrams; /**< shortest run, default 1 */
    bm_terms     analyzer;     /**< words (default) or characters */
    double       least_rows;   /**< terms of fewer rows are left out */
    double       most_share;   /**< terms of a larger share of the rows are left out; default 1: none */
    const char  *stop;         /**< words that are left out: "the+a+of" */
    bool         keep_case;    /**< capital letters stay */
    bool         binary;       /**< a term counts once in a row */
    bool         sublinear;    /**< of tf-idf: 1 + log(count) instead of the count */
    bool         plain;        /**< of tf-idf: log(rows / rows with the term) + 1, without the 1 that is added to both */
    bm_text_norm norm;         /**< of tf-idf: rows are divided by their length (default), by their sum, or not */
} bm_step_tfidf_options;
/** How often a text has each word of the training rows; and as tf-idf, those in few texts weighing more. Names are needed. */
#define bm_step_text_counts(...) bm_step_value_at("text_counts", BM_OPTIONS(bm_step_tfidf_options, .most = __VA_ARGS__), BM_HERE)
#define bm_step_tfidf(...)       bm_step_value_at("tfidf", BM_OPTIONS(bm_step_tfidf_options, .most = __VA_ARGS__), BM_HERE)

typedef struct bm_step_unify_options {
    const char *same;      /**< spellings of one text: "New York=NY|N.Y.; Los Angeles=LA" */
    BM_NAMED_;
    const char *units;     /**< texts are numbers with a unit behind them, and its factor: "kg=1; g=.001; lb=.45359237" */
    bool        keep_case; /**< capital letters stay; default: texts become small letters, but those that `same` gives */
} bm_step_unify_options;
/** Texts without blanks around them, runs of blanks as one, in small letters; several spellings as one text; amounts in one unit. Names are needed. */
#define bm_step_unify(...) bm_step_value_at("unify", BM_OPTIONS(bm_step_unify_options, .same = __VA_ARGS__), BM_HERE)

/** x / the largest size of a training row's value. */
#define bm_step_max_abs() bm_step_value_at("max_abs", NULL, 0, BM_HERE)

typedef struct bm_step_clip_options {
    char   zero_;
    BM_NAMED_;
    double low;           /**< values below become this; default: no end. BM_ZERO for 0 */
    double high;          /**< values above become this; default: no end. BM_ZERO for 0 */
    double low_quantile;  /**< an end as a quantile of the training rows; without any end .01 */
    double high_quantile; /**< without any end .99 */
} bm_step_clip_options;
/** Values beyond two ends become the ends. */
#define bm_step_clip(...) bm_step_value_at("clip", BM_OPTIONS(bm_step_clip_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef enum bm_date_order { BM_DATE_FOUND, BM_DATE_DMY, BM_DATE_MDY } bm_date_order;
typedef enum bm_elapsed { BM_ELAPSED_NONE, BM_ELAPSED_DAYS, BM_ELAPSED_SECONDS } bm_elapsed;
typedef struct bm_step_datetime_options {
    char          zero_;
    BM_NAMED_;
    bm_date_order order;   /**< of 1/2/2024; default: found out from the other rows */
    const char   *parts;   /**< "year+month+weekday": of year, month, day, weekday, hour, minute, second, day_of_year, week_of_year (ISO 8601),
                            *   quarter, weekend; "none"; default: the first seven, as far as a training row has them */
    bool          cyclic;  /**< each part that comes around, all but year and weekend, as a sine and a cosine */
    bm_elapsed    elapsed; /**< with the time since the first training row, in days or seconds */
} bm_step_datetime_options;
#define bm_step_datetime(...) bm_step_value_at("datetime", BM_OPTIONS(bm_step_datetime_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

typedef struct bm_step_polynomial_options {
    char    zero_;
    BM_NAMED_;
    int64_t degree;            /**< 2 (default) to 9 */
    bool    interactions;      /**< with products of different columns, too: a*b, a^2*b; columns at most 10,000 */
    bool    interactions_only; /**< products of different columns alone, no powers: a*b, a*b*c */
} bm_step_polynomial_options;
#define bm_step_polynomial(...) bm_step_value_at("polynomial", BM_OPTIONS(bm_step_polynomial_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/* bm_recipe_drop(r, "a", "b")        columns that are not used; names are needed
 * bm_recipe_one_hot(r, ...)          one column per category and one for unseen or missing; no names: all text. Of a text
 *                                    with more than 100 the 100 most frequent (of two rows at least); setting: their number, or "all"
 * bm_recipe_standardize(r, ...)      (x - mean) / standard deviation; no names: all numbers but one-hot columns
 * bm_recipe_datetime(r, ...)         text into year, month, day, weekday (Monday is 0), hour, minute, second; no names: all text
 *                                    that is dates. Months without days ("2024-05") into year and month alone. Of 1/2/2024 the
 *                                    column's other rows tell whether the month is first; setting: "dmy" or "mdy"
 * bm_recipe_impute(r, "median", ...) missing numbers get the "median", "mean", "most_frequent" or a constant ("0", "-1.5");
 *                                    no names: all numbers
 * bm_recipe_min_max(r, ...)          the smallest training value becomes 0, the largest 1; setting: other ends, "-1,1"; no names: all
 *                                    numbers but one-hot columns
 * bm_recipe_ordinal(r, "low < middle < high", ...) text into 0, 1, 2 in this order (| instead of < where a text has one); a null: in
 *                                    order of value; no names: all text. An unseen or missing category gets the training rows' middle one
 * bm_recipe_polynomial(r, "3", ...)  x, x^2, x^3: powers up to a degree of 1 to 9; no names: all numbers but one-hot columns
 * bm_recipe_log(r, "income", ...)    log(1 + x) of columns whose values are all above -1; names are needed
 * bm_recipe_drop_missing(r, ".4", ...) columns with more than this share of missing cells are not used; no names: all
 * Names that a table does not have are an error when the recipe is fitted. */
#define bm_recipe_drop(...)          BM_STEP_("drop", __VA_ARGS__, NULL)
#define bm_recipe_one_hot(...)       BM_STEP_("one_hot", __VA_ARGS__, NULL)
#define bm_recipe_standardize(...)   BM_STEP_("standardize", __VA_ARGS__, NULL)
#define bm_recipe_datetime(...)      BM_STEP_("datetime", __VA_ARGS__, NULL)
#define bm_recipe_impute(r, ...)     bm_recipe_step_at((r), "impute", BM_REST_NAMES_(__VA_ARGS__, NULL), BM_FIRST_(__VA_ARGS__, NULL), BM_HERE)
#define bm_recipe_log(...)           BM_STEP_("log", __VA_ARGS__, NULL)
#define bm_recipe_min_max(...)       BM_STEP_("min_max", __VA_ARGS__, NULL)
#define bm_recipe_ordinal(r, ...)      bm_recipe_step_at((r), "ordinal", BM_REST_NAMES_(__VA_ARGS__, NULL), BM_FIRST_(__VA_ARGS__, NULL), BM_HERE)
#define bm_recipe_polynomial(r, ...)   bm_recipe_step_at((r), "polynomial", BM_REST_NAMES_(__VA_ARGS__, NULL), BM_FIRST_(__VA_ARGS__, NULL), BM_HERE)
#define bm_recipe_drop_missing(r, ...) bm_recipe_step_at((r), "drop_missing", BM_REST_NAMES_(__VA_ARGS__, NULL), BM_FIRST_(__VA_ARGS__, NULL), BM_HERE)
/* bm_recipe_step(r, "one_hot", "50", "city")    any step with its setting (null: none), of the columns named behind it */
#define bm_recipe_step(r, kind, ...) bm_recipe_step_at((r), (kind), BM_REST_NAMES_(__VA_ARGS__, NULL), BM_FIRST_(__VA_ARGS__, NULL), BM_HERE)
#define BM_STEP_(kind, ...)          bm_recipe_step_at(BM_FIRST_(__VA_ARGS__, NULL), (kind), BM_REST_NAMES_(__VA_ARGS__, NULL), NULL, BM_HERE)

/** Fits a recipe on rows of a table ({0}: all). Fitting again forgets the fit before. Rows without a target are left out.
 *  Errors   on the recipe: BM_E_DATA no such column, no rows, a target of one class, text as a regression target, no feature
 *           left; BM_E_TYPE a step on a column that it cannot take; BM_E_MEMORY
 */
BM_API bm_status bm_recipe_fit_at(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);
#define bm_recipe_fit(r, t) bm_recipe_fit_at((r), (t), BM_VALUE(bm_rows, NULL, 0), BM_HERE)

/** Applies a fitted recipe to rows of a table ({0}: all): a dataset with x (rows, features) f32 and, where the table has the
 *  target, t: (rows) i32 class numbers or (rows) f32, f64 where f32 would blur the values (1.7e9 + .5). Where it has the column of
 *  the recipe's weights, too, they are the dataset's. Unseen categories and missing cells are counted (bm_dataset_counts). With a target the dataset, and each part of it, has a copy of
 *  the recipe: a model that bm_fit trains on it takes raw rows of tables (bm_predict_table, bm_evaluate_table, bm_predict_row), also
 *  after saving.
 *  Errors   on the dataset: BM_E_ARGUMENT not fitted; BM_E_DATA a column is missing, a class not seen in training, a weight that is
 *           missing or negative; BM_E_MEMORY
 */
BM_API bm_dataset *bm_recipe_apply_at(const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);
#define bm_recipe_apply(r, t) bm_recipe_apply_at((r), (t), BM_VALUE(bm_rows, NULL, 0), BM_HERE)
/** The same without the target: the column may be there or not, and is not looked at. */
BM_API bm_dataset *bm_recipe_apply_x_at(const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);
#define bm_recipe_apply_x(r, t) bm_recipe_apply_x_at((r), (t), BM_VALUE(bm_rows, NULL, 0), BM_HERE)

/** Fits a recipe and gives the rows that it was fitted on as training data: without rows of weight 0 and rows that a step leaves out of
 *  training, and with what steps give training rows alone (target encoding with inner folds). Apply gives such rows as new ones.
 *  Errors   as bm_recipe_fit's, on the recipe and on the dataset
 */
BM_API bm_dataset *bm_recipe_fit_apply_at(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);
#define bm_recipe_fit_apply(r, t) bm_recipe_fit_apply_at((r), (t), BM_VALUE(bm_rows, NULL, 0), BM_HERE)

/** Of a fitted recipe: its task, number and names of features and classes (none in regression); the recipe keeps the names. */
BM_API bm_task     bm_recipe_task(const bm_recipe *r);
BM_API const char *bm_recipe_target(const bm_recipe *r);
BM_API const char *bm_recipe_weights(const bm_recipe *r);
BM_API int64_t     bm_recipe_features(const bm_recipe *r);
BM_API const char *bm_recipe_feature_name(const bm_recipe *r, int64_t i);
BM_API int64_t     bm_recipe_classes(const bm_recipe *r);
BM_API const char *bm_recipe_class_name(const bm_recipe *r, int64_t i);
/** A feature in terms of the table: feature = scale * column + shift. True with a column of the table; false when the steps did more: then
 *  the column is the feature as it was before the last steps that only scaled and shifted it ("log" of it, a power, a category).
 *  Null names and false of an unfitted recipe or past the last feature.
 */
BM_API bool bm_recipe_affine(const bm_recipe *r, int64_t feature, const char **column, double *scale, double *shift);
/** What was decided in fitting, a sentence each in order; null past the last. Those that begin with "! " tell what may be a mistake. */
BM_API const char *bm_recipe_note(const bm_recipe *r, int64_t i);
/** A learned target value back in the table's unit: expm1 after target_log1p, else y itself. */
BM_API double      bm_recipe_inverse(const bm_recipe *r, double y);

#ifdef __cplusplus
}
#endif
#endif
