// SPDX-License-Identifier: Apache-2.0
/* Data: tables with typed columns, recipes that turn a table into numbers, and datasets that models learn from.
 *
 *   bm_table   named columns of reals, integers, true/false or text, with missing cells; read from CSV or made in memory
 *   bm_recipe  which column is the target and what is done to the others; fitted on training rows, applied to any rows
 *   bm_dataset inputs, targets and weights as tensors, row by row; from your own tensors, a table, IDX/NPZ files, or by name
 */
// clang-format off
#ifndef BAEUM_DATA_H
#define BAEUM_DATA_H
#include <baeum/column.h>
#include <baeum/tensor.h>
#ifdef __cplusplus
extern "C" {
#endif

/** A list of row numbers from 0, borrowed for the call; {0} means all rows where it is an option. */
typedef struct bm_rows {
    const int64_t *at;
    size_t         count;
} bm_rows;
#define BM_ROWS(...) BM_LIST(bm_rows, int64_t, __VA_ARGS__)
/* For calls of the form f(object, "a", "b", ...) with any number of names, none included: the list ends by a null. */
#define BM_FIRST_(first_, ...)      (first_)
#define BM_REST_NAMES_(first_, ...) BM_LIST(bm_names, bm_name, __VA_ARGS__)

/* ---- tables ---- */

/** Reads a CSV file (RFC 4180; line ends LF, CRLF or CR; a UTF-8 byte order mark is skipped).
 *
 *  A column's type comes from all of its cells: integers that fit int64 make it integer, numbers real, true/false (also True,
 *  TRUE ...) true/false, anything else text. Missing are: an empty cell, NA, N/A, n/a, \#N/A, NaN, nan, null, NULL, None and ?,
 *  and the texts of .missing. Text that is numbers as people write them, all in one form ("1.234,5", "67,404", "39%", "$5", "5 kg"),
 *  or but for a few cells ("-", "n.a."), becomes numbers, which a note tells (docs/data.md has the rules). Blanks around numbers are
 *  ignored. A number that is not finite (inf, 1e400) makes its row a bad one. So do a wrong count of cells, a stray quote and a NUL byte.
 *  Empty lines are passed over. A text cell that is not UTF-8 is taken as Windows-1252.
 *
 *  Returns  gives a table, never null
 *  Errors   BM_E_FILE cannot be opened or read; BM_E_FORMAT a bad row (file:line:cell says where), duplicate names, more than
 *           100,000 columns; BM_E_DATA no header, no rows; BM_E_MEMORY
 */
BM_API bm_table *bm_table_read_csv_at(const bm_csv_options *options, size_t size, bm_place here);
#define bm_table_read_csv(...) bm_table_read_csv_at(BM_OPTIONS(bm_csv_options, .path = __VA_ARGS__), BM_HERE)

/** A table by the name of a bundled set ("iris", "infert", "creditcard", "digits"), of a generator ("xor", "moons" ...; settings may
 *  follow: "moons:rows=500,noise=.2,seed=1"), or by the path of a CSV file. Errors as bm_table_read_csv, and BM_E_DATA no such name (the nearest is named). */
BM_API bm_table *bm_table_load_at(const bm_csv_options *options, size_t size, bm_place here);
#define bm_table_load(...) bm_table_load_at(BM_OPTIONS(bm_csv_options, .path = __VA_ARGS__), BM_HERE)

/** An empty table, for the bm_table_add functions. */
BM_API bm_table *bm_table_new_in_at(bm_context *context, bm_place here);
#define bm_table_new() bm_table_new_in_at(NULL, BM_HERE)

/** Adds a column by copying: reals (NaN is missing), integers (INT64_MIN is missing), or texts (null is missing).
 *  Errors   on the table: BM_E_DATA the name is taken or empty; BM_E_SHAPE another number of rows than the columns before;
 *           BM_E_NUMBER an infinite real; BM_E_DATA a text or name that is not UTF-8; BM_E_MEMORY
 */
BM_API bm_status bm_table_add_real_at(bm_table *t, const char *name, const double *values, int64_t rows, bm_place here);
BM_API bm_status bm_table_add_integer_at(bm_table *t, const char *name, const int64_t *values, int64_t rows, bm_place here);
BM_API bm_status bm_table_add_text_at(bm_table *t, const char *name, const bm_name *values, int64_t rows, bm_place here);
#define bm_table_add_real(t, name, values, rows)    bm_table_add_real_at((t), (name), (values), (rows), BM_HERE)
#define bm_table_add_integer(t, name, values, rows) bm_table_add_integer_at((t), (name), (values), (rows), BM_HERE)
#define bm_table_add_text(t, name, values, rows)    bm_table_add_text_at((t), (name), (values), (rows), BM_HERE)

/** Rows and columns; 0 of a failed table. */
BM_API int64_t bm_table_rows(const bm_table *t);
BM_API int64_t bm_table_columns(const bm_table *t);
/** Name and type of a column (from 0); null and 0 outside. The table keeps the name. */
BM_API const char    *bm_table_column_name(const bm_table *t, int64_t column);
BM_API bm_column_type bm_table_column_type(const bm_table *t, int64_t column);
/** The number of a column by its name; -1 when there is none. */
BM_API int64_t bm_table_find(const bm_table *t, const char *name);
/** Missing cells of a column. */
BM_API int64_t bm_table_missing(const bm_table *t, int64_t column);
/** A cell as a number: true is 1; NaN when it is missing, text, or outside. */
BM_API double bm_table_number(const bm_table *t, int64_t row, int64_t column);
/** A cell of an integer column, exactly; INT64_MIN when it is missing or no integer. */
BM_API int64_t bm_table_integer(const bm_table *t, int64_t row, int64_t column);
/** A cell of a text column; null when it is missing or the column is not text. The table keeps it. */
BM_API const char *bm_table_text(const bm_table *t, int64_t row, int64_t column);
/** Notes about the reading (rows left out, names changed ...), one sentence each; null past the last. The table keeps them. */
BM_API const char *bm_table_note(const bm_table *t, int64_t i);
/** Rows that were left out as bad. */
BM_API int64_t bm_table_skipped(const bm_table *t);
/** Where the i-th of them (from 0) stood: how many rows of the table come before it; -1 past the last. */
BM_API int64_t bm_table_skipped_at(const bm_table *t, int64_t i);

/** A table of chosen rows in their order (a row may come twice). Errors BM_E_ARGUMENT a row outside; BM_E_MEMORY. */
BM_API bm_table *bm_table_take_at(const bm_table *t, bm_rows rows, bm_place here);
#define bm_table_take(t, rows) bm_table_take_at((t), (rows), BM_HERE)

/** Writes a table as CSV: cells are quoted where they must be, numbers are the shortest text that reads back as the same bits,
 *  missing cells are empty, lines end by LF. The file is written whole or not at all.
 *  Returns BM_OK, or the error, which is also put into `error` (null allowed) as a line of at most `room` bytes. */
BM_API bm_status bm_table_write_csv_at(const bm_table *t, const bm_csv_write_options *options, size_t size, char *error, size_t room, bm_place here);
#define bm_table_write_csv(t, ...) bm_table_write_csv_at((t), BM_OPTIONS(bm_csv_write_options, .path = __VA_ARGS__), NULL, 0, BM_HERE)

/** A column in figures. Those that a type has not are NaN. */
typedef struct bm_summary {
    int64_t count, missing, distinct;
    double  mean, std;                    /**< std with divisor count - 1 */
    double  min, q1, median, q3, max;     /**< quantiles by linear interpolation */
    double  skew;                         /**< m3 / m2^1.5 of central moments with divisor count */
    int64_t top_count[5];                 /**< the most frequent values, first the most frequent, ties in order of value */
    char    top[5][48];                   /**< their text, cut at 47 bytes; "" past the last */
} bm_summary;

/** Figures of one column; all zero and NaN when the column is outside or there is no memory. */
BM_API bm_summary bm_table_summary(const bm_table *t, int64_t column);

/* ---- recipes ---- */

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
    const char *weights; /**< a column with the weight of each row, finite and >= 0: it is no feature, weighs the row in the loss and
                          *   in scores and in what steps find (means, medians ...), and need not be there at prediction */
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

/** Adds a step by the name of its kind: "drop", "impute", "one_hot", "standardize", "datetime" ...; with = its setting, or null.
 *  Errors   on the recipe: BM_E_ARGUMENT no such step or setting, the recipe is fitted already; BM_E_MEMORY
 */
BM_API bm_status bm_recipe_step_at(bm_recipe *r, const char *kind, bm_names columns, const char *with, bm_place here);

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
 * bm_recipe_polynomial(r, "3", ...)  x, x^2, x^3: powers up to a degree of 2 to 9; no names: all numbers but one-hot columns
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

/** Of a fitted recipe: its task, number and names of features and classes (none in regression); the recipe keeps the names. */
BM_API bm_task     bm_recipe_task(const bm_recipe *r);
BM_API const char *bm_recipe_target(const bm_recipe *r);
BM_API const char *bm_recipe_weights(const bm_recipe *r);
BM_API int64_t     bm_recipe_features(const bm_recipe *r);
BM_API const char *bm_recipe_feature_name(const bm_recipe *r, int64_t i);
BM_API int64_t     bm_recipe_classes(const bm_recipe *r);
BM_API const char *bm_recipe_class_name(const bm_recipe *r, int64_t i);
/** What was decided in fitting, a sentence each in order; null past the last. Those that begin with "! " tell what may be a mistake. */
BM_API const char *bm_recipe_note(const bm_recipe *r, int64_t i);
/** A learned target value back in the table's unit: expm1 after target_log1p, else y itself. */
BM_API double      bm_recipe_inverse(const bm_recipe *r, double y);

/* ---- datasets ---- */

#define BM_DATASET_MAX 8 /**< inputs or targets of one dataset */

/** Parts of a dataset made from tensors. */
typedef struct bm_dataset_options {
    const bm_tensor *x[BM_DATASET_MAX];       /**< inputs; dimension 0 is the row. The dataset keeps them: no copy */
    const bm_tensor *t[BM_DATASET_MAX];       /**< targets; may be none */
    BM_NAMED_;
    const char      *x_names[BM_DATASET_MAX]; /**< default "x", "x2" ... */
    const char      *t_names[BM_DATASET_MAX]; /**< default "t", "t2" ... */
    const bm_tensor *weights;                 /**< f32, one a row, >= 0; default: all 1 */
    bm_names         class_names;             /**< of i32 class targets */
    bm_context      *context;
} bm_dataset_options;

/** A dataset over tensors: it counts itself as their user and copies nothing. Bytes (u8) reach a model as f32 in [0, 1].
 *  Returns  gives a dataset, never null
 *  Errors   BM_E_SHAPE different numbers of rows, rank 0; BM_E_TYPE weights are not f32; BM_E_DATA no rows; a failed tensor
 *           hands its error on
 */
BM_API bm_dataset *bm_dataset_new_at(const bm_dataset_options *options, size_t size, bm_place here);
#define bm_dataset_new(...) bm_dataset_new_at(BM_OPTIONS(bm_dataset_options, __VA_ARGS__), BM_HERE)
/** The usual case: one input, one target (null: none). */
BM_API bm_dataset *bm_dataset_from_at(const bm_tensor *x, const bm_tensor *t, bm_place here);
#define bm_dataset_from(x, t) bm_dataset_from_at((x), (t), BM_HERE)

/** What bm_dataset_load is to load. */
typedef struct bm_load_options {
    const char *name;     /**< "mnist", "fashion-mnist", "iris" ..., a generator, or a path of a .csv, .npz or .npy file */
    BM_NAMED_;
    const char *part;     /**< "train" (default) or "test", of sets that come in two parts */
    const char *data;     /**< the folder of the sets; default: BAEUM_DATA, then where they were installed */
    const char *target;   /**< of tables: the target column; default: the set's own, else none */
    int64_t     rows;     /**< of generators; default 200 */
    int64_t     seed;     /**< of generators */
    double      noise;    /**< of generators: standard deviation; default: the generator's own */
    bm_context *context;
} bm_load_options;

/** Loads a dataset by name. Images are bytes (rows, height, width, channels), labels i32. Tables go through the default recipe; of
 *  "digits", whose columns are the pixels of images, all 64 stay; of "infert" the numbers of the matched groups are left out.
 *  Errors   BM_E_DATA no such name, a file of the set is not there (the message says where it was looked for); BM_E_FORMAT;
 *           BM_E_MEMORY
 */
BM_API bm_dataset *bm_dataset_load_at(const bm_load_options *options, size_t size, bm_place here);
#define bm_dataset_load(...) bm_dataset_load_at(BM_OPTIONS(bm_load_options, .name = __VA_ARGS__), BM_HERE)

/** A set that has a name. */
typedef struct bm_set_about {
    const char *name;
    const char *kind;   /**< "table", "images" or "generator" */
    const char *target; /**< its usual target; null of images */
    const char *doc;    /**< one line */
    bool        found;  /**< its files are there */
} bm_set_about;
/** The i-th of them (from 0), with static texts; false past the last. */
BM_API bool bm_set_at(int64_t i, bm_set_about *into);

/** Rows; inputs and targets (from 0; null outside; the dataset keeps them); row weights or null. */
BM_API int64_t          bm_dataset_rows(const bm_dataset *d);
BM_API const bm_tensor *bm_dataset_x(const bm_dataset *d, int64_t i);
BM_API const bm_tensor *bm_dataset_t(const bm_dataset *d, int64_t i);
BM_API const bm_tensor *bm_dataset_weights(const bm_dataset *d);
BM_API const char      *bm_dataset_x_name(const bm_dataset *d, int64_t i);
BM_API const char      *bm_dataset_t_name(const bm_dataset *d, int64_t i);
/** Classes of the first target and their names; 0 when there are none or they are not known. */
BM_API int64_t          bm_dataset_classes(const bm_dataset *d);
BM_API const char      *bm_dataset_class_name(const bm_dataset *d, int64_t i);

/** What a recipe met on the way to this dataset. */
typedef struct bm_dataset_counted {
    int64_t unseen;      /**< cells with a category that was not there in training */
    int64_t missing;     /**< cells that were missing and were filled */
    int64_t unreadable;  /**< cells of a number column that are no numbers; taken as missing */
    int64_t unseen_class; /**< rows to be judged whose class was not there in training */
    int64_t no_target;    /**< rows that were to be judged and have no target: left out */
    int64_t rare;         /**< cells with a category that training had, too rarely for a column of its own */
} bm_dataset_counted;
BM_API bm_dataset_counted bm_dataset_counts(const bm_dataset *d);

/** A dataset of chosen rows in their order (copies). Errors BM_E_ARGUMENT a row outside; BM_E_DATA no rows; BM_E_MEMORY. */
BM_API bm_dataset *bm_dataset_take_at(const bm_dataset *d, bm_rows rows, bm_place here);
#define bm_dataset_take(d, rows) bm_dataset_take_at((d), (rows), BM_HERE)

/** How rows are split. Fractions are of all rows; what is left is for training. */
typedef struct bm_split_options {
    char    zero_;
    BM_NAMED_;
    double  validation, test; /**< fractions in [0, 1), default 0; their sum < 1. At least one row each when > 0 */
    int64_t seed;
    bool    not_stratified;   /**< default: classes keep their shares in every part */
    bool    in_order;         /**< no shuffling: first training, then validation, then test (for data in time) */
    const char *target;       /**< of tables: the column whose classes keep their shares; default: none */
    bm_task     task;         /**< of tables: what the target is; default: inferred */
    const char *group;        /**< of tables: rows with the same value in this column stay in one part, so that parts are disjoint by
                               *   patient, day, machine ...; the fractions are met as nearly as whole groups allow */
    const bm_tensor *groups;  /**< of datasets: the same by an i32 or i64 number a row */
    const char *time;         /**< of tables: a column of numbers or dates; the earliest rows are for training, the last for test. Parts are
                               *   cut where times change, as near to the fractions as that can be */
} bm_split_options;

/** The parts of a split; each is the caller's to free. Parts of no rows are null. */
typedef struct bm_parts {
    bm_dataset *train, *validation, *test;
} bm_parts;

/** Splits a dataset by rows into disjoint parts (copies). The same seed gives the same parts.
 *  Errors   on .train (never null): BM_E_ARGUMENT a fraction out of range, too few rows; BM_E_DATA fewer groups than parts; BM_E_TYPE,
 *           BM_E_SHAPE groups that do not fit; BM_E_MEMORY
 */
BM_API bm_parts bm_dataset_split_at(const bm_dataset *d, const bm_split_options *options, size_t size, bm_place here);
#define bm_dataset_split(d, ...) bm_dataset_split_at((d), BM_OPTIONS(bm_split_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** The parts of a split table; each is the caller's to free. Parts of no rows are null. */
typedef struct bm_table_parts {
    bm_table *train, *validation, *test;
} bm_table_parts;
/** Splits a table in the same way. Rows without a target, when one is named, are in no part. Errors as bm_dataset_split, and BM_E_DATA
 *  no such column, a target of one class, a row without a time, fewer times than parts. */
BM_API bm_table_parts bm_table_split_at(const bm_table *t, const bm_split_options *options, size_t size, bm_place here);
#define bm_table_split(t, ...) bm_table_split_at((t), BM_OPTIONS(bm_split_options, .zero_ = 0, __VA_ARGS__), BM_HERE)

/** How many rows of the one stand in the other, too: equal in all columns that `among` has, or in all inputs and targets. What a model is
 *  scored on should not be among what it was trained on. -1: a failed argument, columns or shapes that differ, or no memory. */
BM_API int64_t bm_table_equal_rows(const bm_table *t, const bm_table *among);
BM_API int64_t bm_dataset_equal_rows(const bm_dataset *d, const bm_dataset *among);

#ifdef __cplusplus
}
#endif
#endif
