// SPDX-License-Identifier: Apache-2.0
/* The inside of a recipe: what was asked for (spec), and what fitting found (fitted). */
#ifndef BMI_DATA_RECIPE_H
#define BMI_DATA_RECIPE_H
#include "base/memory.h"
#include "data/step.h"
#include <jansson.h>

/* The fitted target. */
typedef struct bmi_target {
    bm_task task; /* regression or classification; 0: no target */
    int64_t n_classes;
    const char **classes;   /* texts, in order of value */
    double *numbers;        /* values of the classes when the column is numbers, else null */
    bmi_number_form form;   /* how the column's numbers were written */
    bool wide;              /* numbers that f32 would blur: they are learned as f64 */
    double mean, deviation; /* taken off and divided by in learning; deviation 0: the target is learned as it is */
} bmi_target;

struct bm_recipe {
    bmi_object object;
    bmi_arena asked;     /* memory of the spec */
    const char *target;  /* or null */
    const char *weights; /* or null */
    const char *without; /* kinds that are not done by default, or null */
    bm_task task;
    bool log1p, plain, keep_constant, standardize_target;
    bm_type type;                   /* of features and numbers: BM_F32 or BM_F64 */
    size_t n_asked, steps_capacity; /* the first n_asked steps were asked for, the others added in fitting */
    size_t n_steps;
    /* Asked steps from `late` on are done behind the unasked ones before `prepared`: bmi_recipe_nth. */
    size_t late, prepared;
    bmi_recipe_step *steps;
    bool fitted;
    bmi_arena found; /* memory of what follows */
    bmi_target to;
    bmi_number_form weights_form; /* how the weights were written */
    size_t n_inputs;
    bmi_input *inputs; /* the columns taken from a table */
    bmi_index input_names;
    size_t n_marks;
    const char **marks; /* texts that mean a missing cell, as the table was read with them */
    size_t n_features;
    const char **features; /* names of the columns of x */
    bmi_notes notes;
};

/* The rows that a recipe is fitted on, in the order of the frame: those that have a target, but of weight 0, and but what a step left out
 * of training. To be ended. */
typedef struct bmi_training {
    const bm_table *table;
    bm_rows rows;
    size_t n, room;
    int64_t *own;                        /* memory of rows.at, `room` of them, or null */
    bm_tensor *weights;                  /* f32; null: each counts once */
    bm_tensor *classes_made, *values_of; /* i32, f64: made when a step asks for the target */
    bmi_step_target target;
} bmi_training;

/* A copy with the same spec and fit; never null. */
bm_recipe *bmi_recipe_copy(const bm_recipe *r);
/* JSON of a recipe, its fit included, all in it (data/recipe_tensors.h writes much of it beside); null when there is no memory. */
json_t *bmi_recipe_save(const bm_recipe *r);
/* A recipe from such JSON; never null. Errors BM_E_FORMAT: names the member that is wrong. */
bm_recipe *bmi_recipe_load(bm_context *context, const json_t *from, bm_place here);

/* Whether apply makes targets: never, if the table has the column, or an error if it has not. To be judged: an error, too, but rows
 * without a target are left out, where all are taken, and classes that were not there in training get numbers behind the others'. */
typedef enum bmi_want { BMI_WANT_NONE, BMI_WANT_IF_THERE, BMI_WANT_TARGET, BMI_WANT_JUDGED } bmi_want;
bm_dataset *bmi_recipe_apply(const bm_recipe *r, const bm_table *t, bm_rows rows, bmi_want want, bm_place here);
/* Fits the recipe and gives its training rows as a dataset: without those of weight 0 and those that a step leaves out of training, and as
 * steps see training rows (target encoding with inner folds). Errors on r, and on the dataset. */
bm_dataset *bmi_recipe_fit_apply(bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);
/* A dataset with targets that a recipe made gets a copy of it: a model fitted on it takes raw rows then. */
bm_status bmi_dataset_keep_recipe(bm_dataset *d, const bm_recipe *r);
/* Which rows of a table make features that are all finite f32; the others bmi_recipe_apply refuses. usable has room for all rows.
 * met, to be ended by the caller, gets what training did not have; it may be null. */
bm_status bmi_recipe_usable(bmi_error *e, const bm_recipe *r, const bm_table *t, bool *usable, bmi_met *met, bm_place here);
/* Whether all inputs are called c1, c2 ..., as columns of a file without a header are. */
bool bmi_recipe_is_unnamed(const bm_recipe *r);
/* Columns that must be read as text, so that "007" stays what it is and numbers in a form of their own are read in it: for
 * bm_csv_options.text. Borrowed from r; `into` has room for r->n_inputs + 2 names. */
bm_names bmi_recipe_text_columns(const bm_recipe *r, const char **into);
/* feature = *scale * column + *shift, by the steps behind which that holds: *column is one of the table (then true), or what a step made of
 * others or otherwise changed (false). Names belong to r. */
bool bmi_recipe_affine(const bm_recipe *r, size_t feature, const char **column, double *scale, double *shift);
/* Which input a column is; SIZE_MAX when it is none. */
size_t bmi_recipe_input(const bm_recipe *r, const char *name);
/* Fills input_names; false when there is no memory. */
bool bmi_recipe_index_inputs(bm_recipe *r);
/* The i-th step to be done, as a place in r->steps. */
size_t bmi_recipe_nth(const bm_recipe *r, size_t i);
/* Forgets the fit. */
void bmi_recipe_forget(bm_recipe *r);

/* recipe_set.c: gives the steps of a kind another setting, by the field's name or (null) as text; where there is no such step one of all
 * columns that fit is added. Errors on r as bm_recipe_step_at. */
bm_status bmi_recipe_set(bm_recipe *r, const char *step, const char *field, const char *value, bm_place here);

/* Splits the rows of a table that have a target into training, validation and test, by classes where the target is classes. order
 * has room for all rows of t; it gets the row numbers of the three parts one after the other, counts how many each has. */
bm_status bmi_recipe_split(bmi_error *e, bm_place here, const bm_recipe *r, const bm_table *t, const bm_split_options *o,
                           int64_t *order, int64_t counts[3]);

/* target.c: what the target of the rows is; *kept gets the rows that have one (released by the caller: capacity `*room` items).
 * Null *kept: all rows. */
bm_status bmi_target_fit(bm_recipe *r, const bm_table *t, bm_rows rows, int64_t **kept, size_t *n_kept, size_t *room,
                         bm_place here);
/* target.c: how numbers to be predicted are learned, by n rows that have a target; null weights: each counts once. */
bm_status bmi_target_scale(bm_recipe *r, const bm_table *t, bm_rows rows, const float *weights, int64_t n, bm_place here);
/* target_classes.c: the classes of a target that is text, none of which is missing. Refuses texts that hardly repeat, unless the task was
 * said to be classification. */
bm_status bmi_target_text_classes(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, bm_place here);
/* A class while they are found: its text without case and blanks at the ends, and how many rows it has. */
typedef struct bmi_class {
    char *folded;
    const char *text;
    int64_t rows;
} bmi_class;
/* Notes the classes that were seen once. */
bm_status bmi_target_note_rare(bm_recipe *r, const char *target, const bmi_class *classes, size_t count, bm_place here);
/* Classes that were not there in training, by the beginning of their texts; the last of so many stands for all further ones. */
enum { BMI_UNSEEN_CLASSES = 64 };
typedef struct bmi_unseen {
    int64_t all, n, rows[BMI_UNSEEN_CLASSES];
    char text[BMI_UNSEEN_CLASSES][48];
} bmi_unseen;
/* target_numbers.c: the same of a target that is numbers or true/false, where a number may also be what is to be predicted. */
bm_status bmi_target_numbers(bm_recipe *r, const bmi_column *c, bm_rows rows, int64_t n, bm_place here);
/* i32 classes, or values of a type (f64 where the target is wide) of rows; null with the error. A class that was not there in training
 * is an error without `unseen`. */
bm_tensor *bmi_target_apply(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bmi_unseen *unseen, bm_type type,
                            bm_place here);
/* The rows of a table that have a target, as bmi_target_fit gives them; nothing is fitted. */
bm_status bmi_target_rows(bmi_error *e, const bm_recipe *r, const bm_table *t, int64_t **kept, size_t *n_kept, size_t *room,
                          bm_place here);
/* The same of a part of a file, in which no row may have one. */
bm_status bmi_target_rows_of_part(bmi_error *e, const bm_recipe *r, const bm_table *t, int64_t **kept, size_t *n_kept,
                                  size_t *room, bm_place here);
/* weights.c: whether the weights of rows can be used as such; and as f32, null with the error. */
bm_status bmi_weights_check(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);
bm_tensor *bmi_weights_apply(bmi_error *e, const bm_recipe *r, const bm_table *t, bm_rows rows, bm_place here);
/* recipe_default.c: adds and does the steps that were not asked for: those that prepare for a step, and at the end (BMI_PREPARES_NOTHING)
 * all that are left. */
bm_status bmi_recipe_default(bm_recipe *r, bmi_frame *f, bmi_training *t, bmi_prepares for_step, bm_place here);
/* recipe_default.c: whether a kind of step is not to be done by default. */
bool bmi_recipe_leaves_out(const bm_recipe *r, const char *kind);
/* recipe_default.c: whether the columns of a step lack what it needs. */
bool bmi_recipe_unprepared(const bmi_recipe_step *s, const bmi_frame *f);
/* recipe_default.c: notes which columns a step that was asked for was done on, unless it takes columns away. */
bm_status bmi_recipe_tell(bm_recipe *r, const bmi_recipe_step *s, bm_place here);
/* recipe_doubt.c: notes what in the columns that a fitted recipe uses may be a mistake. */
bm_status bmi_recipe_doubt(bm_recipe *r, const bm_table *t, bm_rows rows, int64_t n, bm_place here);
/* recipe_fit.c: fits one step on the frame and applies it. */
bm_status bmi_recipe_do(bm_recipe *r, bmi_recipe_step *s, bmi_frame *f, bmi_training *t, bm_place here);
/* recipe_apply.c: does a fitted step. how: its options and what else kinds are told. */
bm_status bmi_recipe_apply_step(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f);
/* recipe_apply.c: the frame's columns, features of a recipe, as a matrix, every cell finite; null with the error. */
bm_tensor *bmi_recipe_matrix(bmi_error *e, const bm_recipe *r, const bmi_frame *f, bm_rows rows, bm_place here);
/* recipe_step.c: a step from text, its kind and settings (both may stand in `kind`, "impute:median"), texts in the arena. */
bm_status bmi_step_parse(bmi_error *e, bm_place here, bmi_arena *arena, const char *kind, const char *with, bm_step *to);
/* recipe_step.c: adds a step, which is copied into the arena; null with the error on r. */
bmi_recipe_step *bmi_recipe_add(bm_recipe *r, const bm_step *step, bm_names columns, bmi_arena *arena, bm_place here);

#endif
