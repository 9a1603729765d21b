// SPDX-License-Identifier: Apache-2.0
/* The inside of a search. */
#ifndef BMI_LEARN_SEARCH_H
#define BMI_LEARN_SEARCH_H
#include "learn/journal.h"
#include "learn/space.h"

/* A candidate and what is known of it. */
typedef struct bmi_trial {
    bmi_made made; /* how; its recipe is its variant's */
    int64_t variant;
    double mean, spread, fit_seconds;
    bm_status status;
    const char *error;
    int64_t round;
    double share;
    bool known; /* in this round */
} bmi_trial;

typedef struct bmi_outer {
    const char *settings;
    double score;
} bmi_outer;

struct bm_search {
    bmi_object object;
    bmi_arena arena; /* texts of trials */
    bmi_space space;
    bmi_setup setup;
    bmi_journal journal;
    char metric[64];
    bmi_trial *trials;
    size_t n, room;
    bm_recipe **recipes; /* of trials that differ in the recipe; counted */
    size_t n_recipes, recipes_room;
    int64_t best, resumed;
    bm_model *model;
    bmi_outer *outer;
    int64_t n_outer;
    bmi_notes notes;
};

/* A search over some rows, going on. */
typedef struct bmi_stage {
    bm_search *s;
    bmi_error *e;
    bm_place here;
    const bm_table *table;
    const bm_tune_options *o;
    const bm_folds *folds;
    int64_t number;    /* in the journal: 0, or of an outer fold, from 1 */
    bmi_trial *trials; /* its own copy of the search's */
    int64_t round, rounds, *active, n_active;
    double share;
} bmi_stage;

/* candidates.c: the trials of a search, all of them lawful. */
bm_status bmi_search_candidates(bm_search *s, bmi_error *e, const bm_tune_options *o, bm_place here);
/* rounds.c: fits what is to be fitted; the best trial, or -1 with the error. */
int64_t bmi_stage_run(bmi_stage *g);
/* Fits a trial on some rows, and scores it on others, which may be none. Of *fitted the model is kept. */
bm_status bmi_stage_fit(const bmi_stage *g, int64_t trial, bm_rows learned, bm_rows held, bmi_fitted *fitted);

#endif
