// SPDX-License-Identifier: Apache-2.0
/* Options: one table for all subcommands. Reading (getopt_long), checking, --help and the manual pages come from it. A number
 * that is given is taken as it is: 0 is 0, never "the default".
 */
#include "base/kinds.h"
#include "base/text.h"
#include "cli/cli.h"
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum value_kind { TEXT, CHOICE, INTEGER, REAL, FLAG, SHARE, LIST, STEPS, SEPARATOR } value_kind;

typedef struct option_row {
    const char *name;
    char letter;
    const char *argument;
    value_kind kind;
    size_t offset;
    double low, high;
    const char *doc; /* a choice's argument lists its values, "a|b" */
} option_row;

#define AT(f) offsetof(cli_options, f)
static const option_row rows[OPT_COUNT] = {
    [OPT_TARGET] = { "target", 't', "COL", TEXT, AT(target), 0, 0,
                     "column to learn; default: the set's own. Of images in IDX or NPY files: the file of their labels" },
    [OPT_TASK] = { "task", 0, "regression|classification", CHOICE, AT(task), 0, 0,
                   "default: inferred. Text, true/false, or whole numbers of at most 20 distinct values with at least 10 rows "
                   "a value are "
                   "classes, the rest is regression; of more than two numbers a --loss that is of numbers, as poisson, says "
                   "regression" },
    [OPT_MODEL] = { "model", 'm', "SPEC", TEXT, AT(model), 0, 0,
                    "linear, ridge:alpha=10, lasso:alpha=auto, elastic, poly:degree=3, huber, poisson, descent, logistic, "
                    "softmax, one_vs_rest, perceptron, mlp:64,32, a line of layers as \"dense 64 relu, "
                    "dropout .2\", "
                    "or a JSON "
                    "file; all: baeum help models, baeum help layers; default: linear for regression, softmax for "
                    "classes" },
    [OPT_EPOCHS] = { "epochs", 'e', "N", INTEGER, AT(epochs), 1, 1e9,
                     "passes over the training rows, at most; default: 100, or what makes 1,000 steps" },
    [OPT_BATCH] = { "batch", 'b', "N", INTEGER, AT(batch), 1, 1e9, "rows of a step; default: 32, or all when there are fewer" },
    [OPT_RATE] = { "rate", 'r', "X", REAL, AT(rate), 0, INFINITY,
                   "step size of the optimiser; 0 freezes; default: the optimiser's own, .001 of adam" },
    [OPT_OPTIMIZER] = { "optimizer", 0, "NAME", TEXT, AT(optimizer), 0, 0,
                        "adam, sgd, rmsprop ... with settings behind a colon, sgd:momentum=.9 (baeum help optimizers); "
                        "default: adam" },
    [OPT_LOSS] = { "loss", 0, "NAME", TEXT, AT(loss), 0, 0,
                   "mse, mae, huber, hinge ... (baeum help losses); default: mse for regression, cross-entropy for classes" },
    [OPT_PATIENCE] = { "patience", 0, "N", INTEGER, AT(patience), 1, 1e9,
                       "epochs without a better validation loss that end training; default: 10" },
    [OPT_VALIDATION] = { "validation", 0, "SHARE|FILE", SHARE, AT(validation), 0, 1,
                         "share of the rows, 0 to below 1, or a file of rows; default: .15" },
    [OPT_TEST] = { "test", 0, "SHARE|FILE", SHARE, AT(test), 0, 1,
                   "the same for the rows that judge the model at the end; default: .15" },
    [OPT_SEED] = { "seed", 's', "N", INTEGER, AT(seed), 0, 9e15,
                   "of splits, first weights and shuffling; the same seed gives the same bits; default: 0" },
    [OPT_THREADS] = { "threads", 0, "N", INTEGER, AT(threads), 1, 1024,
                      "default: BAEUM_THREADS, else the processors this process may use" },
    [OPT_DROP] = { "drop", 'd', "COL,...", LIST, AT(drop), 0, 0,
                   "columns that are not used; may be given again. A name with a comma in it stands in double quotes: "
                   "'\"a,b\",c'" },
    [OPT_KEEP] = { "keep", 0, "COL,...", LIST, AT(keep), 0, 0,
                   "columns of a named set that are no predictors and left out by themselves, as stratum of infert: they are "
                   "used all the same" },
    [OPT_STEP] = { "step", 0, "COL,...=STEP", STEPS, AT(step), 0, 0,
                   "what is done to columns before the usual preparation: age,parity=polynomial:3, min_max; without columns "
                   "all "
                   "that fit; may be given again, in order (baeum help steps). Each step is an option, too: --impute mean, "
                   "--log1p auto, --datetime COL, --poly age,fare=3, --standardize all" },
    [OPT_NO_HEADER] = { "no-header", 0, NULL, FLAG, AT(no_header), 0, 0,
                        "the first row of the file is data; columns are named c1, c2 ...; default: found out" },
    [OPT_HEADER] = { "header", 0, NULL, FLAG, AT(header), 0, 0, "the first row of the file has the names of the columns" },
    [OPT_COMMENT] = { "comment", 0, "C", TEXT, AT(comment), 0, 0, "lines that begin with this character are passed over: '#'" },
    [OPT_SKIP] = { "skip", 0, "N", INTEGER, AT(skip), 0, 1e9, "lines at the top of the file that are left out, as a title" },
    [OPT_THOUSANDS] = { "thousands", 0, "comma|point|blank|apostrophe", CHOICE, AT(thousands), 0, 0,
                        "what stands between groups of digits; default: found out, column by column" },
    [OPT_TRIM] = { "trim", 0, NULL, FLAG, AT(trim), 0, 0, "blanks around cells are no part of them" },
    [OPT_TYPES] = { "types", 0, "COL=TYPE,...", TEXT, AT(types), 0, 0,
                    "types of columns, integer, real, bool, text or date, whatever they look like: zip=text,price=real; a cell "
                    "that is "
                    "not of its type is a bad one" },
    [OPT_FORMAT] = { "format", 0, "csv|libsvm", CHOICE, AT(format), 0, 0,
                     "what the file is; default: libsvm where its name ends in .libsvm, .svm or .svmlight, else csv" },
    [OPT_DELIMITER] = { "delimiter", 0, "C", SEPARATOR, AT(delimiter), 0, 0,
                        "one character, or tab, comma, semicolon, bar; default: found out among these" },
    [OPT_MISSING] = { "missing", 0, "MARK,...", TEXT, AT(missing), 0, 0,
                      "cells that mean a missing one, beside NA, ? and the like: -999,none; with an empty one ('' or ,-999) NA "
                      "and the like are texts" },
    [OPT_DECIMAL] = { "decimal", 0, "point|comma", CHOICE, AT(decimal), 0, 0,
                      "the decimal sign; default: found out, column by column" },
    [OPT_DATES] = { "dates", 0, "dmy|mdy", CHOICE, AT(dates), 0, 0,
                    "what 1/2/2024 means; default: found out, column by column" },
    [OPT_RENAME] = { "rename-duplicates", 0, NULL, FLAG, AT(rename_duplicates), 0, 0,
                     "of columns of the same name the later ones are renamed; default: an error" },
    [OPT_BAD_ROWS] = { "bad-rows", 0, "error|skip|missing", CHOICE, AT(bad_rows), 0, 0,
                       "what a row that cannot be read does: ends the command; is left out; has its cells that can be read, "
                       "the "
                       "others missing; default: error, for predict: skip" },
    [OPT_DATA] = { "data", 0, "FOLDER", TEXT, AT(data), 0, 0,
                   "where named sets are; default: BAEUM_DATA, then the installed ones" },
    [OPT_ROWS] = { "rows", 'n', "N", INTEGER, AT(rows), 1, 1e9, "rows to show; default: 10" },
    [OPT_PLAN] = { "plan", 0, NULL, FLAG, AT(plan), 0, 0,
                   "the kernels of a training step, with shapes, bytes, operations and time" },
    [OPT_OUTPUT] = { "output", 'o', "FILE", TEXT, AT(output), 0, 0, "where the result goes" },
    [OPT_JSON] = { "json", 0, NULL, FLAG, AT(json), 0, 0, "one JSON object on standard output instead of words" },
    [OPT_QUIET] = { "quiet", 'q', NULL, FLAG, AT(quiet), 0, 0, "only warnings and the result" },
    [OPT_WEIGHTS] = { "weights", 0, "COL", TEXT, AT(weights), 0, 0,
                      "a column with the weight of each row, 0 or more, in the loss and in the scores; it is no feature, and "
                      "predict does without it" },
    [OPT_BALANCED] = { "balanced", 0, NULL, FLAG, AT(balanced), 0, 0,
                       "rare classes weigh as much as frequent ones in the loss; default: each row weighs 1" },
    [OPT_LOG_TARGET] = { "log-target", 0, NULL, FLAG, AT(log_target), 0, 0,
                         "learn log(1 + target), for amounts over many scales; predictions and scores are of the target "
                         "itself. Also --target-log1p" },
    [OPT_WITHOUT] = { "without", 0, "STEP,...|all", TEXT, AT(without), 0, 0,
                      "what of the usual preparation is left out: datetime, drop, impute, standardize, one_hot, or all of it" },
    [OPT_IN_ORDER] = { "in-order", 0, NULL, FLAG, AT(in_order), 0, 0,
                       "split without shuffling: the last rows judge, those before them validate; for rows in time" },
    [OPT_GROUP] = { "group", 0, "COL", TEXT, AT(group), 0, 0,
                    "rows with the same value here stay in one part: patients, days, machines; the column is no feature" },
    [OPT_TIME] = { "time", 0, "COL", TEXT, AT(time), 0, 0,
                   "split by this column of dates or numbers: the latest rows judge, those before them validate; rows of one "
                   "time "
                   "stay in one part" },
    [OPT_ID] = { "id", 0, "COL,...", LIST, AT(id), 0, 0,
                 "columns of DATA that are written before the predictions; may be given again" },
    [OPT_MODELS] = { "models", 'm', "SPEC,...", TEXT, AT(models), 0, 0,
                     "models beside each other: linear,ridge:alpha=10,mlp:64; lines of layers are parted by ';'; default: "
                     "every "
                     "kind that does the task (baeum help models)" },
    [OPT_CV] = { "cv", 0, "N|loo", TEXT, AT(cv), 0, 0,
                 "folds of the cross-validation; loo leaves one row (or group) out at a time; default: 5" },
    [OPT_METRIC] = { "metric", 0, "NAME", TEXT, AT(metric), 0, 0,
                     "r2, rmse, mae, accuracy, f1_macro, roc_auc, log_loss, \"fbeta(.5)\" ... (baeum help metrics): what is "
                     "compared; "
                     "default: "
                     "r2, of classes accuracy" },
    [OPT_REPEATS] = { "repeats", 0, "N", INTEGER, AT(repeats), 1, 1000, "folds are drawn so many times; default: 1" },
    [OPT_STRATIFIED] = { "stratified", 0, NULL, FLAG, AT(stratified), 0, 0,
                         "classes keep their shares in every fold, which they do anyway; an error where the target is "
                         "numbers" },
    [OPT_NOT_STRATIFIED] = { "not-stratified", 0, NULL, FLAG, AT(not_stratified), 0, 0,
                             "folds are drawn whatever the classes; default: these keep their shares in every fold" },
    [OPT_GAP] = { "gap", 0, "N", INTEGER, AT(gap), 0, 1e9,
                  "with --time so many rows between those that are learned from and those that are held out are in neither" },
    [OPT_NORMALIZE] = { "normalize", 0, "true|predicted|all", CHOICE, AT(normalize), 0, 0,
                        "the table of classes, also by --curve confusion, as shares: of the rows of each true class, of each "
                        "predicted one, or of all" },
    [OPT_RESAMPLE] = { "resample", 0, "N", INTEGER, AT(resample), 2, 1e6,
                       "bias and variance by models of so many bootstrap samples of the training rows" },
    [OPT_FOLD] = { "fold", 0, "COL", TEXT, AT(fold), 0, 0,
                   "a column that tells in which fold a row is held out, one for each value; rows without one, or below 0, "
                   "never "
                   "are; the column is no feature" },
    [OPT_SEARCH] = { "search", 0, "NAME=VALUES", LIST, AT(search), 0, 0,
                     "what is tried: alpha=.001..100 log, degree=1,2,3, units=32|64x32, optimizer.rate=.001..1 log, "
                     "impute=mean|median, model=ridge|lasso; may be given again" },
    [OPT_TRIALS] = { "trials", 0, "N", INTEGER, AT(trials), 1, 1e6,
                     "random candidates; all there are when these are fewer; default: 20" },
    [OPT_GRID] = { "grid", 0, NULL, FLAG, AT(grid), 0, 0,
                   "every combination instead; of a range five points, or as many as stand behind it: alpha=.01..100 log 9" },
    [OPT_HALVING] = { "halving", 0, NULL, FLAG, AT(halving), 0, 0,
                      "random candidates on few rows first, the best third of them on three times as many, and so on" },
    [OPT_RESUME] = { "resume", 0, "FILE", TEXT, AT(resume), 0, 0,
                     "the journal of a search: it goes on from there, and what is done is written there; default: a new one "
                     "beside "
                     "the model, <output>.journal, which goes when the search is done" },
    [OPT_OUTER] = { "nested", 0, "N", INTEGER, AT(outer), 2, 1000,
                    "outer folds: the search is done anew in each, its winner scored on rows that it never saw" },
    [OPT_COLUMNS] = { "columns", 0, "COL,...", LIST, AT(columns), 0, 0,
                      "columns to show; default: all, of more than 40 the first 40. A name with a comma in it stands in double "
                      "quotes; may be given again" },
    [OPT_VERBOSE] = { "verbose", 0, NULL, FLAG, AT(verbose), 0, 0,
                      "a line for every epoch; default: some twenty of them, and on a terminal one that moves" },
    [OPT_ROW] = { "row", 0, "N", INTEGER, AT(row), 1, 9e15, "a row of DATA, from 1, whose prediction is explained" },
    [OPT_ROBUST] = { "robust", 0, "hc0|hc1|hc2|hc3", CHOICE, AT(robust), 0, 0,
                     "standard errors that hold when rows vary differently about the line; of least squares" },
    [OPT_BOOTSTRAP] = { "bootstrap", 0, "N", INTEGER, AT(bootstrap), 2, 1e6,
                        "standard errors and intervals from so many fits on resampled rows, of any linear model" },
    [OPT_CONFIDENCE] = { "confidence", 0, "X", REAL, AT(confidence), 0, 1, "of the intervals; default: .95" },
    [OPT_METRICS] = { "metrics", 0, "NAME,...", TEXT, AT(metrics), 0, 0,
                      "the scores that are shown, with their numbers in brackets: \"roc_auc,fbeta(.5)\" (baeum help metrics); "
                      "default: the usual ones of the task" },
    [OPT_THRESHOLD] = { "threshold", 0, "P|best-METRIC", TEXT, AT(threshold), 0, 0,
                        "of two classes: the second from this probability on, or from the one that is best by a score (of "
                        "train on the "
                        "validation rows, of evaluate on these), as best-f1; default: the model's own, .5" },
    [OPT_CURVE] = { "curve", 0, "NAME", TEXT, AT(curve), 0, 0,
                    "what is drawn, and written by -o: confusion, roc, pr, det, calibration, gain, threshold, residuals, "
                    "classes "
                    "(baeum help curves)" },
    [OPT_PARTS] = { "parts", 0, "ROWS", INTEGER, AT(parts), 1, 1e9,
                    "the CSV file is read by parts of so many rows and never is in memory whole; default: by 65,536 rows where "
                    "its table "
                    "would take more than half of the free memory" },
    [OPT_HELP] = { "help", 'h', NULL, FLAG, AT(help), 0, 0, "this text" },
};

/* Every command that reads a file without a header reads it in all ways, and forms are found where there is no recipe yet. */
static bool takes(const cli_command *command, int id)
{
    if (id == OPT_HEADER || id == OPT_COMMENT || id == OPT_SKIP || id == OPT_TRIM || id == OPT_TYPES || id == OPT_FORMAT)
        id = OPT_NO_HEADER;
    if (id == OPT_THOUSANDS || id == OPT_DATES) id = OPT_DECIMAL;
    return id == OPT_HELP || (command->options >> id & 1);
}

bool cli_option_at(const cli_command *command, int i, char left[64], const char **doc)
{
    for (int id = 0; id < OPT_COUNT; id++) {
        if (!takes(command, id) || i--) continue;
        const option_row *r = &rows[id];
        char letter[8] = "    ";
        if (r->letter) snprintf(letter, sizeof letter, "-%c, ", r->letter);
        snprintf(left, 64, "%s--%s%s%s", letter, r->name, r->argument ? " " : "", r->argument ? r->argument : "");
        *doc = r->doc;
        return true;
    }
    return false;
}

/* The option that a name of other programs means, or the nearest name, or null. */
static const char *known_as(const char *given, const char *const *names, size_t n)
{
    static const char *const others[][2] = {
        { "lr", "rate" },        { "learning-rate", "rate" }, { "batch-size", "batch" },
        { "test-size", "test" }, { "random-state", "seed" },  { "exclude", "drop" },
        { "label", "target" },   { "sep", "delimiter" },      { "sample-weight", "weights" },
    };
    for (size_t i = 0; i < BMI_COUNT(others); i++)
        for (size_t k = 0; k < n; k++)
            if (!strcmp(given, others[i][0]) && !strcmp(names[k], others[i][1])) return names[k];
    return bmi_nearest(given, names, n);
}

static int unknown_option(cli *c, const char *given)
{
    const char *names[OPT_COUNT];
    size_t n = 0;
    char name[64];
    const size_t length = strcspn(given, "=");
    snprintf(name, sizeof name, "%.*s", length < 63 ? (int)length : 63, given);
    for (int id = 0; id < OPT_COUNT; id++)
        if (takes(c->command, id)) names[n++] = rows[id].name;
    const char *bare = name + strspn(name, "-"), *near = strlen(bare) > 1 ? known_as(bare, names, n) : NULL;
    if (c->command == &cli_predict && strstr(bare, "proba"))
        return cli_fail(c, CLI_USAGE, "there is no option %s; the probability of each class is in the columns p_<class> anyway",
                        name);
    if (near) return cli_fail(c, CLI_USAGE, "there is no option %s; did you mean --%s?", name, near);
    return cli_fail(c, CLI_USAGE, "there is no option %s; baeum %s --help lists them", name, c->command->name);
}

static int read_number(cli *c, const option_row *r, const char *text, void *into)
{
    double value;
    int64_t whole;
    bool overflow;
    char low[32], high[32];
    if (r->kind == INTEGER) {
        if (!bmi_read_int(text, strlen(text), &whole) || (double)whole < r->low || (double)whole > r->high)
            return cli_fail(c, CLI_USAGE, "--%s is \"%s\"; it must be a whole number from %s to %s", r->name, text,
                            cli_count(low, (int64_t)r->low), cli_count(high, (int64_t)r->high));
        *(int64_t *)into = whole;
        return 0;
    }
    if (!bmi_read_real(text, strlen(text), &value, &overflow) || !isfinite(value) || value < r->low || value > r->high)
        return cli_fail(c, CLI_USAGE, "--%s is \"%s\"; it must be a number of at least %s", r->name, text,
                        cli_real(low, r->low));
    *(double *)into = value;
    return 0;
}

static int read_choice(cli *c, const option_row *r, const char *text)
{
    const size_t n = strlen(text);
    for (const char *at = r->argument; *at;) {
        const size_t length = strcspn(at, "|");
        if (length == n && !memcmp(at, text, n)) return 0;
        at += length + (at[length] == '|');
    }
    return cli_fail(c, CLI_USAGE, "--%s is \"%s\"; it must be %s", r->name, text, r->argument);
}

/* A share in [0, 1), or NaN for a file. What reads as a number is one, also in per cent. */
static int read_share(cli *c, const option_row *r, const char *text, double *into)
{
    bool overflow;
    const size_t n = strlen(text);
    if (n > 1 && text[n - 1] == '%' && bmi_read_real(text, n - 1, into, &overflow)) *into /= 100;
    else if (!bmi_read_real(text, n, into, &overflow)) {
        *into = NAN;
        return 0;
    }
    if (*into >= 0 && *into < 1) return 0;
    return cli_fail(c, CLI_USAGE, "--%s is \"%s\"; a share of the rows is at least 0 and below 1", r->name, text);
}

static int read_separator(cli *c, const char *text)
{
    static const struct {
        const char *name;
        char character;
    } names[] = {
        { "tab", '\t' }, { "\\t", '\t' }, { "comma", ',' }, { "semicolon", ';' }, { "bar", '|' }, { "space", ' ' },
    };
    for (size_t i = 0; i < BMI_COUNT(names); i++)
        if (!strcmp(text, names[i].name)) return (c->options.separator = names[i].character), 0;
    if (strlen(text) == 1 && *text != '"' && *text != '\n' && *text != '\r' && !(*text & 0x80))
        return (c->options.separator = *text), 0;
    return cli_fail(c, CLI_USAGE,
                    "--delimiter is \"%s\"; it must be one character other than a quote, or tab, comma, semicolon, bar, space",
                    text);
}

/* A step of the recipe; kind: its name where that was the option. */
static int take_step(cli *c, const char *kind, const char *text)
{
    cli_steps *list = &c->options.step;
    if (list->n == CLI_TIMES) return cli_fail(c, CLI_USAGE, "there are more than %d steps", CLI_TIMES);
    list->kind[list->n] = kind;
    list->at[list->n++] = text;
    c->options.given |= CLI_BIT(OPT_STEP);
    return 0;
}

static int take(cli *c, cli_option_id id, const char *text)
{
    cli_options *o = &c->options;
    const option_row *r = &rows[id];
    void *into = (char *)o + r->offset;
    o->given |= CLI_BIT(id);
    if (r->kind == FLAG) return (*(bool *)into = true), 0;
    if (r->kind == INTEGER || r->kind == REAL) return read_number(c, r, text, into);
    if (r->kind == STEPS) return take_step(c, NULL, text);
    if (r->kind == LIST) {
        cli_list *list = into;
        if (list->n == CLI_TIMES) return cli_fail(c, CLI_USAGE, "--%s is given more than %d times", r->name, CLI_TIMES);
        list->at[list->n++] = text;
        return 0;
    }
    if (!*text && id != OPT_MISSING) return cli_fail(c, CLI_USAGE, "--%s is empty; it wants %s", r->name, r->argument);
    *(const char **)into = text;
    if (r->kind == CHOICE) return read_choice(c, r, text);
    if (r->kind == SEPARATOR) return read_separator(c, text);
    if (r->kind == SHARE) return read_share(c, r, text, id == OPT_TEST ? &o->test_share : &o->validation_share);
    return 0;
}

static int check_together(cli *c)
{
    const cli_options *o = &c->options;
    const cli_command *k = c->command;
    if (o->validation_share + o->test_share >= 1) /* false when one is a file */
        return cli_fail(c, CLI_USAGE, "--validation %g and --test %g leave nothing for training", o->validation_share,
                        o->test_share);
    if ((o->group != NULL) + (o->time != NULL) + o->in_order > 1)
        return cli_fail(c, CLI_USAGE, "--group, --time and --in-order are three ways to split; give one of them");
    const char *const split = o->group ? o->group : o->time;
    if (o->weights && split && !strcmp(o->weights, split))
        return cli_fail(c, CLI_USAGE, "--weights and --%s both name \"%s\"; the weight of a row cannot say in which part it is",
                        o->group ? "group" : "time", split);
    if (c->n_arguments < k->least)
        return cli_fail(c, CLI_USAGE, "%s is missing: baeum %s %s", c->n_arguments == 0 ? "what to work on" : "an argument",
                        k->name, k->arguments);
    if (c->n_arguments > k->most)
        return cli_fail(c, CLI_USAGE, "\"%s\" is one argument too many: baeum %s %s", c->arguments[k->most], k->name,
                        k->arguments);
    return 0;
}

/* Every kind of step is an option where steps are: --yeo-johnson. Codes of them begin behind those of the options. */
enum { STEP_CODE = 1000, MOST_STEPS = 100 };
typedef struct step_names {
    char name[MOST_STEPS][32];
    const char *kind[MOST_STEPS];
    int n;
} step_names;

static void add_name(step_names *s, const char *name, const char *kind)
{
    if (s->n == MOST_STEPS) return;
    snprintf(s->name[s->n], sizeof *s->name, "%s", name);
    for (char *at = s->name[s->n]; *at; at++)
        if (*at == '_') *at = '-';
    s->kind[s->n++] = kind;
}

/* Kinds whose name is that of an option of the command, as drop, have none. */
static void name_steps(const cli_command *command, step_names *s)
{
    static const char *const shorter[][2] = { { "poly", "polynomial" }, { "log1p", "log" } };
    const bmi_kind *k;
    for (size_t i = 0; (k = bmi_kind_at("step", i)); i++) {
        bool taken = false;
        for (int id = 0; id < OPT_COUNT; id++) taken |= takes(command, id) && !strcmp(rows[id].name, k->name);
        if (!taken) add_name(s, k->name, k->name);
    }
    for (size_t i = 0; i < BMI_COUNT(shorter); i++) add_name(s, shorter[i][0], shorter[i][1]);
}

/* The option of what getopt_long returned, a letter or 256 and its number. A letter may be one option here and another there. */
static cli_option_id option_of(const cli *c, int code)
{
    int id = code - 256;
    for (int k = 0; id < 0 && k < OPT_COUNT; k++)
        if (rows[k].letter == code && takes(c->command, k)) id = k;
    return (cli_option_id)id;
}

int cli_options_read(cli *c, int argc, char **argv)
{
    struct option table[OPT_COUNT + MOST_STEPS + 2] = { 0 };
    char letters[3 * OPT_COUNT + 2] = ":";
    int n = 0, given, index = -1;
    step_names steps = { .n = 0 };
    for (int id = 0; id < OPT_COUNT; id++) {
        if (!takes(c->command, id)) continue;
        const option_row *r = &rows[id];
        table[n++] = (struct option){ r->name, r->kind == FLAG ? no_argument : required_argument, NULL, 256 + id };
        if (r->letter) sprintf(letters + strlen(letters), "%c%s", r->letter, r->kind == FLAG ? "" : ":");
    }
    if (takes(c->command, OPT_STEP)) name_steps(c->command, &steps);
    for (int i = 0; i < steps.n; i++) table[n++] = (struct option){ steps.name[i], required_argument, NULL, STEP_CODE + i };
    if (takes(c->command, OPT_LOG_TARGET))
        table[n++] = (struct option){ "target-log1p", no_argument, NULL, 256 + OPT_LOG_TARGET };
    c->options.validation_share = c->options.test_share = .15;
    opterr = 0;
    optind = 1;
    while ((given = getopt_long(argc, argv, letters, table, &index)) != -1) {
        int status = 0;
        if (given == '?' && optopt >= 256 && optopt < STEP_CODE)
            status = cli_fail(c, CLI_USAGE, "--%s takes no value", rows[optopt - 256].name);
        else if (given == '?' && optopt) {
            const char one[3] = { '-', (char)optopt, 0 };
            status = unknown_option(c, one);
        } else if (given == '?') status = unknown_option(c, argv[optind - 1]);
        else if (given == ':' && optopt >= STEP_CODE)
            status = cli_fail(c, CLI_USAGE, "--%s wants a value: its setting, columns, columns=setting, or all",
                              steps.name[optopt - STEP_CODE]);
        else if (given >= STEP_CODE) status = take_step(c, steps.kind[given - STEP_CODE], optarg);
        else if (given == ':') {
            const option_row *r = &rows[option_of(c, optopt)];
            status = cli_fail(c, CLI_USAGE, "--%s wants a value: %s", r->name, r->argument);
        } else status = take(c, option_of(c, given), optarg);
        if (status) return status;
        if (c->options.help) return 0;
    }
    c->arguments = (const char **)argv + optind;
    c->n_arguments = argc - optind;
    return check_together(c);
}
