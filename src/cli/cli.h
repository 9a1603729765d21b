// SPDX-License-Identifier: Apache-2.0
/* The command `baeum`: what its files share. main.c finds the subcommand, options.c reads its options, each subcommand is a file
 * of its own and works by the public API. Results go to standard output, messages to standard error; exit codes are 0 done,
 * 1 failed, 2 wrong usage, 130 interrupted.
 */
#ifndef BMI_CLI_CLI_H
#define BMI_CLI_CLI_H
#include <baeum/model.h>
#include <jansson.h>

/* Errors of the library name the line of the program that called it. To the user of the command such a line means nothing. */
#undef BM_HERE
#define BM_HERE BM_VALUE(bm_place, NULL, 0)

#define CLI_PRINTF(text_, first_) __attribute__((format(printf, text_, first_)))

enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_INTERRUPTED = 130,
    CLI_TIMES = 256, /* that an option of a list may be given */
    CLI_MARKS = 64,
    CLI_COLUMNS = 64
};

/* ---- options ---- */

typedef enum cli_option_id {
    OPT_TARGET,
    OPT_TASK,
    OPT_MODEL,
    OPT_EPOCHS,
    OPT_BATCH,
    OPT_RATE,
    OPT_OPTIMIZER,
    OPT_LOSS,
    OPT_PATIENCE,
    OPT_VALIDATION,
    OPT_TEST,
    OPT_SEED,
    OPT_THREADS,
    OPT_DROP,
    OPT_KEEP,
    OPT_STEP,
    OPT_NO_HEADER,
    OPT_DELIMITER,
    OPT_MISSING,
    OPT_DECIMAL,
    OPT_DATES,
    OPT_RENAME,
    OPT_BAD_ROWS,
    OPT_DATA,
    OPT_ROWS,
    OPT_PLAN,
    OPT_OUTPUT,
    OPT_JSON,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_WEIGHTS,
    OPT_BALANCED,
    OPT_LOG_TARGET,
    OPT_WITHOUT,
    OPT_IN_ORDER,
    OPT_GROUP,
    OPT_TIME,
    OPT_ID,
    OPT_HEADER,
    OPT_COMMENT,
    OPT_SKIP,
    OPT_THOUSANDS,
    OPT_TRIM,
    OPT_TYPES,
    OPT_FORMAT,
    OPT_MODELS,
    OPT_CV,
    OPT_METRIC,
    OPT_REPEATS,
    OPT_STRATIFIED,
    OPT_NOT_STRATIFIED,
    OPT_GAP,
    OPT_NORMALIZE,
    OPT_RESAMPLE,
    OPT_FOLD,
    OPT_SEARCH,
    OPT_TRIALS,
    OPT_GRID,
    OPT_HALVING,
    OPT_RESUME,
    OPT_OUTER,
    OPT_ROW,
    OPT_ROBUST,
    OPT_BOOTSTRAP,
    OPT_CONFIDENCE,
    OPT_METRICS,
    OPT_THRESHOLD,
    OPT_CURVE,
    OPT_COLUMNS,
    OPT_PARTS,
    OPT_HELP,
    OPT_COUNT
} cli_option_id;

/* A set of options. */
__extension__ typedef unsigned __int128 cli_bits;
#define CLI_BIT(id) ((cli_bits)1 << (id))

/* The texts of an option that may be given again. */
typedef struct cli_list {
    const char *at[CLI_TIMES];
    int n;
} cli_list;

/* --step's texts; kind: of a step that was given by an option of its own name, --pca 20, else null. */
typedef struct cli_steps {
    const char *at[CLI_TIMES], *kind[CLI_TIMES];
    int n;
} cli_steps;

/* The options of all subcommands; which were given is a bit of `given`. */
typedef struct cli_options {
    cli_bits given;
    const char *target, *task, *model, *optimizer, *loss, *validation, *test, *bad_rows, *data, *output, *delimiter, *missing,
        *decimal, *dates, *group, *time, *weights, *comment, *thousands, *types, *format, *models, *cv, *metric, *fold, *resume,
        *metrics, *threshold, *curve, *robust, *without, *normalize;
    int64_t epochs, batch, patience, seed, threads, rows, repeats, trials, outer, row, bootstrap, parts, gap, resample, skip;
    double rate, confidence;
    bool no_header, header, trim, rename_duplicates, plan, json, quiet, verbose, help, balanced, log_target, in_order,
        stratified, not_stratified, grid, halving;
    cli_list drop, keep, id, search, columns;
    cli_steps step;
    /* made of the texts above */
    double validation_share, test_share; /* NaN: a file */
    char separator;                      /* 0: found out */
} cli_options;

static inline bool cli_given(const cli_options *o, cli_option_id id)
{
    return o->given >> id & 1;
}

typedef struct cli cli;

/* A subcommand: arguments as help shows them, how many there must be, its options (bits) and its help. */
typedef struct cli_command {
    const char *name, *arguments;
    int least, most;
    cli_bits options;
    const char *summary; /* one line, for the list of commands */
    const char *about;   /* paragraphs before the options */
    const char *examples;
    int (*run)(cli *c);
} cli_command;

extern const cli_command cli_train, cli_predict, cli_evaluate, cli_inspect, cli_explain, cli_data, cli_compare, cli_tune,
    cli_diagnose, cli_split;
extern const cli_command *const cli_commands[]; /* ended by null */

struct cli {
    const cli_command *command;
    cli_options options;
    const char **arguments; /* what is no option */
    int n_arguments;
    FILE *to;       /* where words go: standard output, or standard error when the data itself goes there */
    json_t *result; /* with --json: the object that is printed at the end */
    json_t *warnings;
    json_t *held;        /* while several models speak: each warning with the names of those that say it */
    const char *speaker; /* the one of them that speaks now */
    bool json;
};

/* Reads argv[1..] of a subcommand into c. Returns 0, or CLI_USAGE with the error said. */
int cli_options_read(cli *c, int argc, char **argv);
/* Writes the help of a subcommand. */
void cli_help(const cli_command *command, FILE *to);
/* help_kinds.c: writes what there is of "layers", "losses" ...; false when there is no such topic. The names of all. */
bool cli_help_kinds(const char *topic, FILE *to);
size_t cli_help_topics(const char *names[16]);
/* The doc, name and argument of the i-th option a subcommand takes, for help; false past the last. */
bool cli_option_at(const cli_command *command, int i, char left[64], const char **doc);

/* ---- words: report.c ---- */

/* Says an error (to standard error, or with --json as {"error": {"message", "where"}}) and returns `code`. */
int cli_fail(cli *c, int code, const char *format, ...) CLI_PRINTF(3, 4);
/* The same with the error of a library object. */
int cli_fail_text(cli *c, int code, const char *message);
/* advice.c: the same with an error of the library's, `before` in front, and what helps by options of the command. */
struct bmi_error;
int cli_fail_error(cli *c, int code, const char *before, const struct bmi_error *e);
/* "! ..." and a member of "warnings". */
void cli_warn(cli *c, const char *format, ...) CLI_PRINTF(2, 3);
/* advice.c: the i-th of the library's notes, with the command's option where it tells what to do; and as a warning. */
struct bmi_notes;
char *cli_note(const cli *c, const struct bmi_notes *notes, size_t i, char *into, size_t room);
void cli_warn_note(cli *c, const struct bmi_notes *notes, size_t i);
/* From begin on warnings are held back, with the name of c->speaker; end says each once, and by whom unless all of them say it. */
void cli_warn_begin(cli *c);
void cli_warn_end(cli *c, int speakers);
/* One line "label        text", silent with --quiet and --json. */
void cli_say(cli *c, const char *label, const char *format, ...) CLI_PRINTF(3, 4);
/* True when words are wanted at all. */
bool cli_talks(const cli *c);
/* Puts a member into the result; takes value. Nothing without --json. */
void cli_put(cli *c, const char *key, json_t *value);
/* Prints the result object and checks that standard output took everything: `code`, or CLI_FAILED. */
int cli_finish(cli *c, int code);
/* A number for JSON: null when it is not finite. A text for JSON: bytes that are no UTF-8, as file names may have, become U+FFFD. */
json_t *cli_number(double value);
json_t *cli_text(const char *text);

/* ---- text: output.c ---- */

/* Numbers for people, into a buffer of 32 bytes, which is returned. */
char *cli_count(char into[32], int64_t count);    /* 1,319 */
char *cli_real(char into[32], double value);      /* three digits: .991  12.3  1,319  3.2e-07 */
char *cli_share(char into[32], double value);     /* three decimals: .991  1.000 */
char *cli_bytes(char into[32], double bytes);     /* 15 kB */
char *cli_seconds(char into[32], double seconds); /* 1.1 s, 3 min 5 s */
/* "1 row", "1,319 rows" into 64 bytes. */
char *cli_plural(char into[64], int64_t count, const char *one, const char *many);
/* Columns that a text takes on a terminal (UTF-8, one a code point). */
int cli_width(const char *text);
/* Text without control characters, cut to `width` columns with "…", into 4 * width + 4 bytes. */
char *cli_cell(char *into, const char *text, int width);

/* Writes behind the text that is in `into`, which has `room` bytes; what does not fit is cut off. */
void cli_append(char *into, size_t room, const char *format, ...) CLI_PRINTF(3, 4);

/* True when what is written to this path comes out of standard output ("-", /dev/stdout): words go elsewhere then. */
bool cli_is_stdout(const char *path);

/* Tries, before hours are spent, whether a file can be written there; 0, or an exit code with the error said. */
int cli_writable(cli *c, const char *path);
/* Refuses a model's place where a file that is no model lies; 0 when there is none. */
int cli_keeps(cli *c, const char *path);
/* Refuses, for an input's sake, an output that is the same file; 0 when it is another one. */
int cli_spare(cli *c, const char *output, const char *input);
/* A file name as a shell takes it: in quotes where it must be, "./" before a dash; into `room` bytes, cut. */
char *cli_shell(char *into, size_t room, const char *name);

/* A table of texts that prints aligned: columns whose cells are all numbers to the right, others to the left. */
typedef struct cli_grid {
    int columns; /* at most CLI_COLUMNS */
    int n_cells, capacity;
    char **cells;
    bool failed;
} cli_grid;
void cli_grid_add(cli_grid *g, const char *cell); /* row by row; null is an empty cell */
void cli_grid_print(const cli_grid *g, const char *indent, FILE *to);
void cli_grid_end(cli_grid *g);

/* ---- progress and interruption: progress.c, interrupt.c ---- */

typedef struct cli_progress {
    cli *command;
    void (*begin)(void *user, const bm_progress *p); /* called before the first line */
    void *user;
    bool begun, drawn, terminal;
    double last_shown;
    char line[300]; /* of the last epoch, while it is not shown */
} cli_progress;
bool cli_progress_show(void *progress, const bm_progress *p); /* a bm_progress_function */
/* The same of passes over a file, on a terminal. */
bool cli_progress_passes(void *progress, const bm_progress *p);
void cli_progress_end(cli_progress *p); /* takes the bar away, shows the last epoch */

/* From begin to end the first Ctrl-C (or SIGTERM) stops m after its step, the second ends the process at once. */
void cli_interrupt_begin(bm_model *m);
bool cli_interrupt_end(void); /* true when there was one */
/* Other than 0 after the first, for work that looks there itself (begin with null). */
const volatile int *cli_interrupt_asked(void);

/* ---- data: source.c ---- */

/* What DATA is: a table, or a dataset of arrays (images, NPZ), perhaps with a test part of its own. */
typedef struct cli_source {
    const char *given;
    char stem[1024]; /* for names of files made of it */
    bm_table *table;
    bm_csv *csv; /* a file that is read by parts, of which `table` is the first; or null */
    bm_dataset *data, *test;
    const char *target;      /* the target by option or the set's own; null: none is known */
    const bm_recipe *recipe; /* by which a table is read, or null; the caller's */
} cli_source;
/* Whether a file is in the libsvm format, by --format or its name. */
bool cli_is_libsvm(const cli *c, const char *path);
/* Opens DATA with the reading options of c. Columns stay text where a recipe (or null) needs it or `texts` names them. Returns 0 or
 * an exit code, the error said. */
int cli_source_open(cli *c, const char *data, const bm_recipe *recipe, bm_names texts, cli_source *s);
void cli_source_end(cli_source *s);
/* source_parts.c: whether a CSV file is to be read by parts: asked for by --parts, or its table would take more than half of the memory
 * that is free, which is told. */
bool cli_wants_parts(cli *c, const char *path);
/* Says what the table or dataset is: the first line of a session. */
void cli_source_say(cli *c, const cli_source *s);
/* train_rows.c: says what the weights of rows are; `more` behind it. */
void cli_say_weights(cli *c, const bm_table *t, const char *name, const char *more);
/* counts.c: says what a recipe met in a table's rows (bmi_recipe_usable), of a part ("test") if one is named; the counts for the result. */
struct bmi_met;
json_t *cli_say_counts(cli *c, const struct bmi_met *met, const bm_table *t, const char *part);
/* The same of rows that came by parts, over which texts are not kept: cells that were missing, unseen, rare, unreadable. */
void cli_say_counted(cli *c, const int64_t counts[4]);
/* The same of what a recipe meets in a table; null with the error said when it cannot be applied. */
json_t *cli_say_met(cli *c, const bm_recipe *r, const bm_table *t, const char *part);
/* columns.c: the column of a name; an error with the nearest name when there is none (-1). */
int64_t cli_column(cli *c, const bm_table *t, const char *option, const char *name);
/* Cuts the next name off a list joined by commas, of which *rest is what is left (null: nothing). In double quotes (two of them are one of
 * the name) a comma is part of it. False for quotes that do not go with the commas. Changes the text. */
bool cli_next_name(char **rest, char **name, bool *quoted);
/* Takes the blanks off both ends of a text, in its place. */
char *cli_trim(char *text);
/* Hands `each` the columns that a text means: a column of that very name, else such a list. Ends with the first exit code of `each` that is
 * not 0, or CLI_USAGE with the error said. */
int cli_columns(cli *c, const bm_table *t, const char *option, const char *text, int (*each)(void *user, int64_t column),
                void *user);
/* The names of a table's columns for a message, as many as fit. */
char *cli_column_names(const bm_table *t, char into[600]);
/* A name of a column as a shell takes it in such a list: in quotes for the list where it must be, and in those of the shell. */
char *cli_list_name(char *into, size_t room, const char *name);
/* header.c: behind the message that a table does not have a column of the recipe: that a header may be the reason, or "". */
const char *cli_header_hint(const cli *c, const bm_recipe *r, const bm_table *t);
/* Says the error of a recipe's work on a table, with that hint where such a column is its cause. */
int cli_fail_recipe(cli *c, const bm_recipe *r, const bm_table *t, const struct bmi_error *e);
/* A model file, loaded; null with the error said. */
bm_model *cli_model_open(cli *c, const char *path);
/* True when the file starts as a model file does. */
bool cli_is_model(const char *path);

/* inspect_table.c: says what a table is. Returns 0 or an exit code. */
int cli_inspect_table(cli *c, const cli_source *s);
/* split.c: opens the table of an argument and writes its parts as files; for `baeum split` and `baeum data split`. */
int cli_split_table(cli *c, const cli_source *s);
/* Writes a table as CSV, unless that is the file `input`; 0 or an exit code. */
int cli_write_table(cli *c, const bm_table *t, const char *path, const char *input);
/* The table that DATA is; an exit code when it is none. */
int cli_open_table(cli *c, const char *data, cli_source *s);

/* data_get.c: copies the files of a set of images. */
int cli_data_get_images(cli *c, const char *name);

/* ---- scores: scores.c ---- */

enum { CLI_MODELS = 32, CLI_PARTS = CLI_MODELS + 1, CLI_MOST_CLASSES = 20 };
/* Scores beside each other: rows "train", "validation", "test", "baseline", or models. */
typedef struct cli_scores {
    const char *name[CLI_PARTS];
    const char *note[CLI_PARTS];        /* behind the row, or null */
    const bm_scores *scores[CLI_PARTS]; /* not copied: they would be more than a small stack holds */
    int count;
    bool as_given;        /* the metrics were chosen: their order stays */
    const char *positive; /* of two classes the one that F1, precision and recall are of; or null */
} cli_scores;
/* The title of a metric, and whether it is shown as a share. */
const char *cli_metric_title(const char *name, bool *share);
/* The metrics of --metrics, ended by one without a name; 0, or CLI_USAGE with the error said. */
int cli_metrics(cli *c, bm_metric into[BM_SCORES_MAX]);
/* threshold.c: whether --threshold is one, CLI_USAGE with the error said; the metric of best-METRIC. And its number, 0 for none. */
int cli_threshold_check(cli *c, bm_metric *by);
double cli_threshold_given(const cli *c);
/* The threshold of --threshold, the best one of these rows (null: there are none) where it says so, else the model's own; it is said and
 * put into the result. Returns 0 or an exit code. */
int cli_threshold(cli *c, const bm_model *m, const bm_dataset *judged, double *threshold);
void cli_say_threshold(cli *c, const bm_model *m, double threshold);
void cli_scores_print(const cli_scores *s, FILE *to);
json_t *cli_scores_json(const bm_scores *s);
/* Of two classes the second, which F1, precision and recall are of; put into the result as "positive". Null: there are others. */
const char *cli_positive(cli *c, const bm_model *m);
/* Counts of true classes (rows) against the predicted ones (i32), when there are at most `most` (up to CLI_MOST_CLASSES). `hint` gets what
 * they tell of rare classes, however many there are, or "": a warning that is to be said behind them. */
void cli_confusion(cli *c, const bm_model *m, const bm_tensor *targets, const bm_tensor *predicted, int most, char hint[400]);
/* The same of counts, (classes + 1) x classes: the last row is of classes that training had not seen. */
void cli_confusion_counts(cli *c, const bm_model *m, const int64_t *counts, int most, char hint[400]);
/* inspect.c: puts what was asked for in training beside the model (weights, balanced ...) into the result. */
void cli_model_settings(cli *c, const bm_model *m);
/* evaluate_parts.c: scores of a model on a file by parts (null metrics: the usual), and of the trivial answer. 0 or an exit code. */
typedef struct cli_judged {
    bm_scores *scores, *baseline; /* the caller's room for them */
    int64_t *confusion;           /* of classes where there is room for them, (classes + 1) x classes; or null */
    double *residuals;            /* of numbers, one of the rows, where there is room for them; or null */
} cli_judged;
int cli_judge_parts(cli *c, bm_model *m, const cli_source *s, const bm_metric *metrics, cli_judged *j);
void cli_judged_end(cli_judged *j);
/* residuals.c: their quartiles. Returns 0 or an exit code. */
int cli_residual_quartiles(cli *c, const double *residuals, int64_t rows);
/* residuals.c: of numbers the quartiles of true less predicted; with -o every row, of classes the predicted one (values) and what the true
 * one was given. Targets are of the rows of a table (null: arrays) that have one. Returns 0 or an exit code. */
int cli_residuals(cli *c, const bm_model *m, const bm_table *rows, const bm_tensor *targets, const bm_tensor *values,
                  const double *p_target);
/* coefficients.c: the rows of bm_coefficients as grids, a target each, and into the result; not all: without errors and what follows
 * from them. Whether a model over a table has such rows. */
enum { CLI_TERMS = 60 /* rows of a grid, at most */, CLI_BAR = 12, CLI_BAR_BYTES = 3 * CLI_BAR + 4 };
void cli_coefficients(cli *c, const bm_model *m, const bm_table *t, bool all);
bool cli_has_coefficients(const bm_model *m);
/* Cells of a table by the name of their column; a missing text is "". All its rows as objects. */
double cli_number_at(const bm_table *t, int64_t row, const char *column);
const char *cli_text_at(const bm_table *t, int64_t row, const char *column);
json_t *cli_rows_json(const bm_table *t);
/* "card=yes" of a class, else the column that is predicted. */
const char *cli_target_name(const bm_model *m, const char *of, char into[140]);
/* A share of CLI_BAR columns as a bar, of what the terminal can show. */
char *cli_bar(char into[CLI_BAR_BYTES], double share);
/* The most frequent class of targets. */
int64_t cli_majority(const bm_tensor *targets, int64_t classes);
/* How many rows of predictions have a number that is not finite; of_row (null allowed) gets which. */
int64_t cli_not_finite(const bm_tensor *values, bool *of_row);

#endif
