// SPDX-License-Identifier: Apache-2.0
/* What `baeum compare` and `baeum tune` share. */
#ifndef BMI_CLI_LEARN_H
#define BMI_CLI_LEARN_H
#include "cli/train.h"
#include <baeum/learn.h>

/* The options of everything that is judged by folds of a table. */
#define CLI_BY_FOLDS                                                                                                        \
    (CLI_BIT(OPT_TARGET) | CLI_BIT(OPT_TASK) | CLI_BIT(OPT_CV) | CLI_BIT(OPT_METRIC) | CLI_BIT(OPT_REPEATS) |               \
     CLI_BIT(OPT_STRATIFIED) | CLI_BIT(OPT_FOLD) | CLI_BIT(OPT_EPOCHS) | CLI_BIT(OPT_BATCH) | CLI_BIT(OPT_VALIDATION) |     \
     CLI_BIT(OPT_SEED) | CLI_BIT(OPT_THREADS) | CLI_BIT(OPT_DROP) | CLI_BIT(OPT_KEEP) | CLI_BIT(OPT_STEP) |                 \
     CLI_BIT(OPT_NO_HEADER) | CLI_BIT(OPT_DELIMITER) | CLI_BIT(OPT_MISSING) | CLI_BIT(OPT_DECIMAL) | CLI_BIT(OPT_DATES) |   \
     CLI_BIT(OPT_RENAME) | CLI_BIT(OPT_BAD_ROWS) | CLI_BIT(OPT_DATA) | CLI_BIT(OPT_JSON) | CLI_BIT(OPT_QUIET) |             \
     CLI_BIT(OPT_VERBOSE) | CLI_BIT(OPT_WEIGHTS) | CLI_BIT(OPT_BALANCED) | CLI_BIT(OPT_LOG_TARGET) | CLI_BIT(OPT_WITHOUT) | \
     CLI_BIT(OPT_IN_ORDER) | CLI_BIT(OPT_GROUP) | CLI_BIT(OPT_TIME) | CLI_BIT(OPT_NOT_STRATIFIED) | CLI_BIT(OPT_GAP))

/* Progress of fits on folds: one line that moves on a terminal, elsewhere a line for a candidate now and then. */
typedef struct cli_fits {
    cli *command;
    const char *metric;
    bool share, drawn, terminal, begun;
    double last_shown;
    int64_t done, all, shown;
    char where[60]; /* " of round 2/3" */
} cli_fits;
bool cli_fits_show(void *fits, const bm_learn_progress *p); /* a bm_learn_function */
void cli_fits_end(cli_fits *f);

/* The folds that the options ask for, without the recipe's part; 0 or an exit code with the error said. */
int cli_folds_read(cli *c, bm_folds_options *into);
/* Says them: "5-fold, shuffled, seed 0". */
void cli_folds_say(cli *c, const bm_folds_options *o, bool classes);
/* Refuses options of networks where no model is one. Returns 0 or CLI_USAGE. */
int cli_networks_check(cli *c, bool networks);
/* The model whose settings are a space, "C=1,2" (null: there is none), as train takes it; null where it is searched itself. */
const char *cli_learn_model(const cli_training *t, const char *space);
/* cli_networks_check for that model; of models that are searched only the library knows which they are. */
int cli_network_check(cli *c, const char *model);
/* A table, its target, task and recipe, for work that makes its own folds. */
int cli_learn_open(cli_training *t);
/* An error of the library's: exit code by its kind. */
int cli_learn_failed(cli *c, const struct bmi_error *e);
/* Cuts "linear,ridge:alpha=10,fit=no,mlp:64,32" into models (of the text itself, which is changed); how many, -1 with the error said. */
int cli_models_cut(cli *c, char *text, const char *models[BM_COMPARE_MAX]);

#endif
