// SPDX-License-Identifier: Apache-2.0
/* Steps of a recipe. A kind of step is one file, src/data/steps/<name>.c, with a record of this form in a table of kinds of the
 * family "step". What a fitted step knows of a column is a few numbers and texts, so that saving and loading are the same for all. */
#ifndef BMI_DATA_STEP_H
#define BMI_DATA_STEP_H
#include "base/kinds.h"
#include "data/frame.h"

typedef struct bmi_step_column {
    const char *name;
    size_t n_numbers, n_texts;
    double *numbers;
    const char **texts;
} bmi_step_column;

typedef struct bmi_step_fit { /* what fitting gets beside the frame */
    bmi_error *error;
    bm_place here;
    bmi_arena *arena; /* for what the column keeps */
    const char *with; /* the setting, or null */
    bmi_notes *notes; /* of the recipe, for what should be said; of the frame's context */
} bmi_step_fit;

typedef struct bmi_step_kind {
    const char *name, *doc;
    bool needs_names;    /* a step without named columns is an error */
    bool scales;         /* its columns, which it changes in place, are not standardised by default */
    bool ignores_absent; /* the step takes columns away (unless what it keeps of one is the number 0): a table may lack them */
    /* Whether a setting is lawful; null: the kind takes none. */
    bool (*setting)(const char *with);
    /* Whether the step can be done on a column (`chosen`: it was named by the user). */
    bool (*takes)(const bmi_frame *f, size_t column, bool chosen);
    /* Whether a fitted step can be applied to a column of another table; null: to what it takes. */
    bool (*applies)(const bmi_frame *f, size_t column);
    const char *takes_what; /* for the message when a named column does not fit: "numbers" */
    /* Fills state->numbers and texts from a column; its name is set. */
    bm_status (*fit)(const bmi_step_fit *how, const bmi_frame *f, size_t column, bmi_step_column *state);
    /* Changes the frame's column. */
    bm_status (*apply)(bmi_error *e, bm_place here, const bmi_step_column *state, bmi_frame *f, size_t column);
    /* Whether a state that was read from a file can be applied. */
    bool (*lawful)(const bmi_step_column *state);
} bmi_step_kind;

typedef struct bmi_recipe_step {
    const bmi_step_kind *kind;
    const char *with; /* setting, or null */
    size_t n_names;
    const char **names; /* columns asked for; none: all that fit */
    size_t n_columns;
    bmi_step_column *columns; /* fitted */
} bmi_recipe_step;

#endif
