// SPDX-License-Identifier: Apache-2.0
/* Options: one table for all subcommands. Reading (getopt_long), checking, --help and the manual pages come from it. A number
 * that is given is taken as it is: 0 is 0, never "the default".
 */
#include "base/text.h"
#include "cli/cli.h"
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind { TEXT, CHOICE, INTEGER, REAL, FLAG, SHARE, LIST, SEPARATOR } kind;

typedef struct option_row {
    const char *name;
    char letter;
    const char *argument;
    kind kind;
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
                    "linear, logistic, softmax, one_vs_rest, perceptron, mlp:64,32, a line of layers such as \"dense 64 relu, "
                    "dropout .2\", "
                    "or a JSON "
                    "file; baeum help models and baeum help layers list them; default: linear for regression, softmax for "
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
    [OPT_STEP] = { "step", 0, "COL,...=STEP", LIST, AT(step), 0, 0,
                   "what is done to columns before the usual preparation: age,parity=polynomial:3, min_max; without columns "
                   "all "
                   "that fit; may be given again, in order (baeum help steps)" },
    [OPT_NO_HEADER] = { "no-header", 0, NULL, FLAG, AT(no_header), 0, 0,
                        "the first row of the file is data; columns are named c1, c2 ...; default: found out" },
    [OPT_HEADER] = { "header", 0, NULL, FLAG, AT(header), 0, 0, "the first row of the file has the names of the columns" },
    [OPT_COMMENT] = { "comment", 0, "C", TEXT, AT(comment), 0, 0, "lines that begin with this character are passed over: '#'" },
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
                         "itself" },
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
    [OPT_VERBOSE] = { "verbose", 0, NULL, FLAG, AT(verbose), 0, 0,
                      "a line for every epoch; default: some twenty of them, and on a terminal one that moves" },
    [OPT_HELP] = { "help", 'h', NULL, FLAG, AT(help), 0, 0, "this text" },
};

/* Every command that reads a file without a header reads it in all ways, and forms are found where there is no recipe yet. */
static bool takes(const cli_command *command, int id)
{
    if (id == OPT_HEADER || id == OPT_COMMENT || id == OPT_TRIM || id == OPT_TYPES || id == OPT_FORMAT) id = OPT_NO_HEADER;
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

static int take(cli *c, cli_option_id id, const char *text)
{
    cli_options *o = &c->options;
    const option_row *r = &rows[id];
    void *into = (char *)o + r->offset;
    o->given |= UINT64_C(1) << id;
    if (r->kind == FLAG) return (*(bool *)into = true), 0;
    if (r->kind == INTEGER || r->kind == REAL) return read_number(c, r, text, into);
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

/* The option of what getopt_long returned, a letter or 256 and its number. */
static cli_option_id option_of(int code)
{
    int id = code - 256;
    for (int k = 0; id < 0 && k < OPT_COUNT; k++)
        if (rows[k].letter == code) id = k;
    return (cli_option_id)id;
}

int cli_options_read(cli *c, int argc, char **argv)
{
    struct option table[OPT_COUNT + 1] = { 0 };
    char letters[3 * OPT_COUNT + 2] = ":";
    int n = 0, given, index = -1;
    for (int id = 0; id < OPT_COUNT; id++) {
        if (!takes(c->command, id)) continue;
        const option_row *r = &rows[id];
        table[n++] = (struct option){ r->name, r->kind == FLAG ? no_argument : required_argument, NULL, 256 + id };
        if (r->letter) sprintf(letters + strlen(letters), "%c%s", r->letter, r->kind == FLAG ? "" : ":");
    }
    c->options.validation_share = c->options.test_share = .15;
    opterr = 0;
    optind = 1;
    while ((given = getopt_long(argc, argv, letters, table, &index)) != -1) {
        int status = 0;
        if (given == '?' && optopt >= 256) status = cli_fail(c, CLI_USAGE, "--%s takes no value", rows[optopt - 256].name);
        else if (given == '?' && optopt) {
            const char one[3] = { '-', (char)optopt, 0 };
            status = unknown_option(c, one);
        } else if (given == '?') status = unknown_option(c, argv[optind - 1]);
        else if (given == ':') {
            const option_row *r = &rows[option_of(optopt)];
            status = cli_fail(c, CLI_USAGE, "--%s wants a value: %s", r->name, r->argument);
        } else status = take(c, option_of(given), optarg);
        if (status) return status;
        if (c->options.help) return 0;
    }
    c->arguments = (const char **)argv + optind;
    c->n_arguments = argc - optind;
    return check_together(c);
}
