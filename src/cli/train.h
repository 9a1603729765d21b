// SPDX-License-Identifier: Apache-2.0
/* What the files of `baeum train` share. */
#ifndef BMI_CLI_TRAIN_H
#define BMI_CLI_TRAIN_H
#include "cli/cli.h"

typedef struct cli_training {
    cli *c;
    cli_source source;
    bm_task task;
    int64_t classes;     /* 0: regression */
    const char *target;  /* of tables */
    bm_recipe *recipe;   /* of tables: fitted on the training rows */
    bm_table *table[3];  /* training, validation, test rows; null: none */
    bm_dataset *data[3]; /* the same of arrays */
    char *text;          /* of a JSON model */
    const char *spec;    /* the model as it was given, or the default */
    bm_model *model;
    cli_progress progress;
    char output[4096];
    char left_out[400]; /* of a named set: columns that are no predictors, and why */
    bool interrupted;
    int64_t rows[3];                                /* of a file by parts: training, validation, test rows */
    double seconds;                                 /* of the fit */
    bm_metric metrics[BM_SCORES_MAX], threshold_by; /* of --metrics, --threshold; without a name: none */
} cli_training;

/* train_rows.c: target, task, recipe and split. Each returns 0 or an exit code. */
int cli_train_prepare_table(cli_training *t);
int cli_train_prepare_data(cli_training *t);
/* The same without a split: the recipe is shown as all rows tell it. */
int cli_train_prepare_whole(cli_training *t);
/* Says how many rows each part has. */
void cli_train_say_split(cli_training *t, const int64_t rows[3]);
/* train_parts.c: the same for a file by parts, of whose training rows a sample shows the recipe; and the fit. */
int cli_train_prepare_parts(cli_training *t);
void cli_train_fit_parts(cli_training *t, bm_callback show, bm_callback stopping);
/* train_model.c: what can be wrong with the names in --model, --optimizer and --loss, before the data is read. */
int cli_train_check(cli *c);
/* Whether a loss is of numbers, not of classes; null: none is given. */
bool cli_loss_of_numbers(const char *name);
/* The model of the spec, with loss, optimiser and rate of the options. */
int cli_train_model(cli_training *t);
/* "mlp:64,32 · 3,329 parameters · 9 kernels a step ..." and what it is trained by; p null: by a method of its own. */
void cli_train_say_model(void *training, const bm_progress *p);
/* train_result.c: stop reason, scores, file. */
int cli_train_result(cli_training *t);
/* recipe_steps.c: whether every --step is one, before the data is read; and adding them to a recipe for a table, some columns of which
 * are dropped. */
int cli_steps_check(cli *c);
int cli_steps_add(cli *c, const bm_table *t, const char *target, const bool *dropped, bm_recipe *r);
/* equal_rows.c: warns of validation and test rows that stand in a part before them, too. */
void cli_warn_equal_rows(cli_training *t);
/* leak.c: warns of a column, or a ratio of two, that gives the target almost alone. */
void cli_warn_leak(cli *c, const bm_table *t, const bm_recipe *recipe);
/* row_numbers.c: warns of columns of the whole table that number its rows. */
void cli_warn_row_numbers(cli *c, const bm_table *t, const bm_recipe *recipe);

#endif
