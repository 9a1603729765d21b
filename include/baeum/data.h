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
#include <baeum/recipe.h>
#include <baeum/table.h>
#include <baeum/tensor.h>
#ifdef __cplusplus
extern "C" {
#endif

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
