// SPDX-License-Identifier: Apache-2.0
/* Steps of a recipe. A kind of step is one file, src/data/steps/<name>.c, with a record of this form in a table of kinds of the
 * family "step", an options struct in <baeum/recipe.h> and its field table. There are three forms:
 *
 *   by column   `fit` and `apply` get one column after the other; what is known of a column is a few numbers and texts
 *   whole       `fit_whole` and `apply_whole` get all chosen columns at once; what is known is arrays by name
 *   rows        a whole step with `keep`: which rows of the training are learned from; rows to be predicted always stay
 *
 * Saving and loading are the same for all, so a kind has no code for it, only `lawful`. */
#ifndef BMI_DATA_STEP_H
#define BMI_DATA_STEP_H
#include "base/kinds.h"
#include "base/part.h"
#include "data/frame.h"
#include <baeum/recipe.h>

typedef struct bmi_step_column {
    const char *name;
    size_t n_numbers, n_texts;
    double *numbers; /* finite */
    const char **texts;
} bmi_step_column;

/* A matrix of f64 (NaN is allowed), by name. */
typedef struct bmi_step_array {
    const char *name;
    int64_t rows, columns;
    double *at;
} bmi_step_array;
enum { BMI_STEP_ARRAYS = 8 };
typedef struct bmi_step_state {
    size_t n_arrays;
    bmi_step_array arrays[BMI_STEP_ARRAYS];
} bmi_step_state;

/* The rows that a recipe is fitted on, what is to be learned of them; rows are those of the frame, in its order. */
typedef struct bmi_step_target {
    bm_task task;      /* 0: there is no target */
    int64_t n_classes; /* of a classification */
    const int32_t *classes;
    const char *const *class_names;
    const double *values; /* of a regression, as they are learned */
} bmi_step_target;

/* What a step is told beside the frame. */
typedef struct bmi_step_how {
    bmi_error *error;
    bm_place here;
    const void *options; /* settled */
    /* Null but in fitting, and while the step is applied to the rows that it was just fitted on: */
    bmi_arena *arena;              /* for what the step keeps */
    bmi_notes *notes;              /* of the recipe, for what should be said; of the frame's context */
    const bmi_step_target *target; /* null, too, unless the kind sees_target and the recipe has one */
} bmi_step_how;

typedef struct bmi_recipe_step bmi_recipe_step;

/* What a step needs of its columns: where they lack it, what is done by default is done before the step. */
typedef enum bmi_prepares {
    BMI_PREPARES_NOTHING,
    BMI_PREPARES_CELLS, /* no missing cells, texts as numbers */
    BMI_PREPARES_SCALES /* and numbers of one scale */
} bmi_prepares;

/* A case for the tests, and for who reads the record: tables as CSV. */
typedef struct bmi_step_example {
    const char *options; /* as text, or null */
    const char *columns; /* "a,b": those named; null: all that fit */
    const char *target;  /* a column of the table that is learned, or null */
    const char *table;   /* the training rows */
    const char *rows;    /* the rows it is applied to; null: the training rows, as training rows */
    const char *then;    /* a further step, "one_hot", for kinds that leave texts; or null */
    const char *out;     /* the features */
    double tolerance;    /* relative, 0: 1e-12 */
    const char *source;  /* "by hand", "scikit-learn 1.5 MinMaxScaler" */
} bmi_step_example;

typedef struct bmi_step_kind {
    /* As bmi_part_kind. */
    size_t size;
    const char *name;
    size_t options_size;
    const bmi_field *fields; /* of the options; null: none */

    const char *doc;    /* one line: what it does */
    const char *source; /* a book or paper, or null */
    const bmi_step_example *examples;
    size_t n_examples;

    bool needs_names; /* a step without named columns is an error */
    bool (*chooses)(
        const void *options); /* whether these options find columns themselves: then no names are needed; may be null */
    bool sees_target;         /* how->target is there in fitting where the recipe has a target */
    bool needs_target;        /* a recipe without target is an error */
    bool categories;          /* texts are categories to it: asked for without columns it leaves dates to datetime */
    bool scales;              /* its columns, which it changes in place, are not standardised by default */
    bool ignores_absent; /* it takes columns away: a table may lack them, and those it keeps that a later step takes away */
    bool keeps_values;   /* what it leaves of a column has the values it had; cells that were missing may be filled */
    bool writes;         /* a whole step that changes numbers of its columns where they stand */
    bool needs_whole;    /* no cell of its columns may be missing: it is refused, with the row, before fit and apply */

    bmi_prepares prepares; /* what it needs */

    /* Reads a short form of the settings that is not "name=value,..." ("-1,1", "low < high"), texts into the arena; false: it is none,
     * and the table of fields reads the text. May be null. */
    bool (*shorthand)(const char *text, void *options, bmi_arena *arena);
    /* What the table of fields cannot tell of settled options; may be null. Errors: BM_E_ARGUMENT. */
    bm_status (*check)(bmi_error *e, bm_place here, const void *options);
    /* Whether the step can be done on a column (`chosen`: it was named by the user). */
    bool (*takes)(const bmi_frame *f, size_t column, bool chosen, const void *options);
    /* Whether a fitted step can be applied to a column of another table; null: to what it takes. */
    bool (*applies)(const bmi_frame *f, size_t column);
    const char *takes_what; /* for the message when a named column does not fit: "numbers" */

    /* What a step finds is that of rows repeated as often as they weigh (bmi_frame_weight).
     * By column: fills state->numbers and texts from a column, its name is set; changes the frame's column; whether a state that was
     * read from a file can be applied. */
    bm_status (*fit)(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state);
    bm_status (*apply)(const bmi_step_how *how, const bmi_step_column *state, bmi_frame *f, size_t column);
    bool (*lawful)(const bmi_step_column *state, const void *options);
    /* What the step made of its column, where that is scale * column + shift; false: something else. Null: never, but keeps_values. */
    bool (*affine)(const bmi_step_column *state, const void *options, double *scale, double *shift);

    /* Whole: s->columns have their names, at[] their places in the frame (SIZE_MAX: absent, where the kind ignores_absent); fills s->state,
     * and the numbers of s->columns where it wants. Apply may be null. */
    bm_status (*fit_whole)(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s);
    bm_status (*apply_whole)(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const size_t *at);
    bool (*lawful_whole)(const bmi_recipe_step *s);
    /* Rows: sets keep[row] to false for rows that are not learned from; done before apply_whole. */
    bm_status (*keep)(const bmi_step_how *how, const bmi_recipe_step *s, const bmi_frame *f, const size_t *at, bool *keep);
} bmi_step_kind;

struct bmi_recipe_step {
    const bmi_step_kind *kind;
    const void *options; /* settled */
    size_t n_names;
    const char **names; /* columns asked for; none: all that fit */
    size_t n_columns;
    bmi_step_column *columns; /* fitted */
    bmi_step_state state;     /* of a whole step */
};

/* Whether a kind is a whole one. */
static inline bool bmi_step_is_whole(const bmi_step_kind *k)
{
    return k->fit_whole;
}

/* recipe_state.c: memory for what a step keeps, zeroed; null with the error set. The array has been added to the state. */
double *bmi_step_numbers(const bmi_step_how *how, bmi_step_column *state, size_t n);
const char **bmi_step_texts(const bmi_step_how *how, bmi_step_column *state, size_t n);
double *bmi_step_add_array(const bmi_step_how *how, bmi_step_state *state, const char *name, int64_t rows, int64_t columns);
/* The array of a name; null when there is none. */
const bmi_step_array *bmi_step_find_array(const bmi_step_state *state, const char *name);
/* recipe_apply.c: refuses missing cells in the columns of a whole step, with row and name. */
bm_status bmi_step_check_whole(const bmi_step_how *how, const bmi_recipe_step *s, const bmi_frame *f, const size_t *at);
/* recipe_fill.c: keeps the medians of the columns of a fitted whole step, and fills missing cells with them where they were kept; whether
 * those of a file can be. */
bm_status bmi_step_keep_medians(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s);
bm_status bmi_step_fill(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const size_t *at);
bool bmi_step_medians_lawful(const bmi_recipe_step *s);
/* BM_E_MEMORY for a step. */
bm_status bmi_step_no_memory(const bmi_step_how *how, size_t bytes);
/* The settings that differ from the defaults as text, "median", "degree=3,interactions"; "" when none does. */
const char *bmi_step_settings(const bmi_step_kind *kind, const void *options, char into[200]);

#endif
