// SPDX-License-Identifier: Apache-2.0
/* baeum train: which rows and columns it learns from: target, task, recipe, and the split into training, validation, test. */
#include "cli/train.h"
#include "data/recipe.h"
#include "data/sets.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct dropping {
    cli_training *training;
    bm_recipe *recipe;
    bool *dropped, *kept; /* by column of the table */
} dropping;

static int keep_column(void *user, int64_t column)
{
    const dropping *d = user;
    const bmi_set *set = bmi_set_find(d->training->source.stem);
    const char *name = bm_table_column_name(d->training->source.table, column);
    for (int i = 0; set && set->leave_out[i]; i++) d->kept[column] |= !strcmp(set->leave_out[i], name);
    if (d->kept[column]) return 0;
    return cli_fail(d->training->c, CLI_USAGE, "--keep: \"%s\" is not left out by itself; --drop leaves columns out", name);
}

static void drop(const dropping *d, int64_t column)
{
    if (!d->dropped[column]) bm_recipe_drop(d->recipe, bm_table_column_name(d->training->source.table, column));
    d->dropped[column] = true;
}

/* Adds one column of --drop to a recipe, unless it is there already. */
static int drop_column(void *user, int64_t column)
{
    const dropping *d = user;
    const cli_training *t = d->training;
    const char *name = bm_table_column_name(t->source.table, column);
    if (!strcmp(name, t->target)) return cli_fail(t->c, CLI_USAGE, "--drop: \"%s\" is the target; it cannot be dropped", name);
    if (t->c->options.weights && !strcmp(name, t->c->options.weights))
        return cli_fail(t->c, CLI_USAGE, "--drop: \"%s\" has the weights of the rows; it is no feature anyway", name);
    if (d->kept[column]) return cli_fail(t->c, CLI_USAGE, "--drop and --keep both name \"%s\"", name);
    drop(d, column);
    return 0;
}

/* Columns of a set that are no predictors are left out unless somebody asks for them, and that is told. */
static void leave_out(const dropping *d)
{
    cli_training *t = d->training;
    const bmi_set *set = bmi_set_find(t->source.stem);
    json_t *names = json_array();
    *t->left_out = 0;
    for (int i = 0; set && set->leave_out[i]; i++) {
        const char *name = set->leave_out[i], *weights = t->c->options.weights;
        const int64_t at = bm_table_find(t->source.table, name);
        if (at < 0 || d->kept[at] || d->dropped[at] || !strcmp(name, t->target) || (weights && !strcmp(name, weights)))
            continue;
        drop(d, at);
        cli_append(t->left_out, sizeof t->left_out, "%s%s", *t->left_out ? ", " : "", name);
        json_array_append_new(names, cli_text(name));
    }
    if (*t->left_out) cli_append(t->left_out, sizeof t->left_out, ": %s (--keep uses them)", set->why);
    if (*t->left_out) cli_put(t->c, "left_out", names);
    else json_decref(names);
}

static int drop_columns(dropping *d)
{
    cli *c = d->training->c;
    const bm_table *t = d->training->source.table;
    const cli_list *keep = &c->options.keep, *list = &c->options.drop;
    int status = 0;
    for (int i = 0; !status && i < keep->n; i++) status = cli_columns(c, t, "--keep", keep->at[i], keep_column, d);
    for (int i = 0; !status && i < list->n; i++) status = cli_columns(c, t, "--drop", list->at[i], drop_column, d);
    const struct {
        const char *option, *column;
    } parts[] = { { "--group", c->options.group }, { "--fold", c->options.fold } }; /* their values are others in each part */
    for (int i = 0; !status && i < 2; i++) {
        const int64_t at = parts[i].column ? cli_column(c, t, parts[i].option, parts[i].column) : -1;
        if (parts[i].column && at < 0) status = CLI_USAGE;
        if (at >= 0 && strcmp(parts[i].column, d->training->target)) drop(d, at);
    }
    if (!status) leave_out(d);
    return status;
}

/* A recipe fitted on rows of `rows`; task 0: inferred. */
static int make_recipe(cli_training *t, const bm_table *rows, bm_task task, bm_recipe **made)
{
    const bmi_set *set = bmi_set_find(t->source.given);
    const cli_options *o = &t->c->options;
    const bool plain = o->without && !strcmp(o->without, "all");
    bm_recipe *r = *made =
        bm_recipe_new(.target = t->target, .task = task, .target_log1p = o->log_target, .weights = o->weights,
                      .keep_constant = set && set->pixels, .plain = plain, .without = plain ? NULL : o->without);
    const size_t columns = (size_t)bm_table_columns(t->source.table);
    bool *marks = calloc(2 * columns + 1, sizeof *marks);
    dropping d = { t, r, marks, marks ? marks + columns : NULL };
    int status = marks ? 0 : cli_fail(t->c, CLI_FAILED, "out of memory");
    if (!status && !bm_failed(r)) status = drop_columns(&d);
    if (!status && !bm_failed(r)) status = cli_steps_add(t->c, t->source.table, t->target, d.dropped, r);
    free(marks);
    if (status) return status;
    if (t->c->options.dates) bm_recipe_step(r, "datetime", t->c->options.dates);
    bm_recipe_fit(r, rows);
    return bm_failed(r) ? cli_fail_error(t->c, CLI_FAILED, "", &r->object.error) : 0;
}

static int find_target(cli_training *t)
{
    cli *c = t->c;
    t->target = t->source.target;
    if (!t->target) {
        char list[600];
        return cli_fail(c, CLI_USAGE, "which column is to be learned? Give --target and one of %s",
                        cli_column_names(t->source.table, list));
    }
    return cli_column(c, t->source.table, "--target", t->target) < 0 ? CLI_USAGE : 0;
}

static const char *number_of(char into[32], double value, bool whole)
{
    return whole && fabs(value) < 1e15 ? cli_count(into, llround(value)) : cli_real(into, value);
}

void cli_say_weights(cli *c, const bm_table *t, const char *name, const char *more)
{
    char low[32], high[32], n[64];
    const int64_t at = bm_table_find(t, name);
    const bool whole = bm_table_column_type(t, at) == BM_COLUMN_INTEGER;
    const bm_summary s = bm_table_summary(t, at);
    int64_t none = 0;
    for (int64_t i = 0; i < bm_table_rows(t); i++) none += bm_table_number(t, i, at) == 0;
    cli_plural(n, none, "row weighs", "rows weigh");
    if (bm_table_column_type(t, at) == BM_COLUMN_TEXT) cli_say(c, "weights", "%s%s", name, more); /* in a form of their own */
    else
        cli_say(c, "weights", "%s, %s to %s%s%s%s%s", name, number_of(low, s.min, whole), number_of(high, s.max, whole),
                none ? " · " : "", none ? n : "", none ? " nothing" : "", more);
}

/* The weights of rows: told of the whole table, whose row numbers its parts no longer know. */
static int check_weights(cli_training *t)
{
    cli *c = t->c;
    const char *name = c->options.weights;
    if (!name) return 0;
    if (!strcmp(name, t->target)) return cli_fail(c, CLI_USAGE, "--weights: \"%s\" is the target", name);
    const int64_t at = cli_column(c, t->source.table, "--weights", name);
    if (at < 0) return CLI_USAGE;
    bmi_error e = { 0 };
    bm_recipe *r = bm_recipe_new(.target = t->target, .weights = name);
    if (bm_failed(r)) bmi_fail(&e, bm_status_of(r), BM_HERE, "%s", bm_error(r));
    else bmi_weights_check(&e, r, t->source.table, BM_VALUE(bm_rows, NULL, 0), BM_HERE);
    bm_free(r);
    if (e.status) return cli_fail_text(c, CLI_FAILED, e.text);
    cli_say_weights(c, t->source.table, name, "");
    return 0;
}

/* Whether the loss tells that the target is learned as a number. Of texts and true/false there is none, and two values may be classes whose
 * probability is learned by such a loss. */
static bool by_loss(const cli_training *t)
{
    const cli_options *o = &t->c->options;
    const int64_t at = bm_table_find(t->source.table, t->target);
    const bm_column_type type = bm_table_column_type(t->source.table, at);
    return !o->task && (type == BM_COLUMN_INTEGER || type == BM_COLUMN_REAL) && cli_loss_of_numbers(o->loss) &&
           bm_table_summary(t->source.table, at).distinct > 2;
}

/* "card, 2 classes: yes 1,023, no 296: classification" */
static void say_target(cli_training *t, const bm_recipe *r)
{
    cli *c = t->c;
    const int64_t at = bm_table_find(t->source.table, t->target), classes = bm_recipe_classes(r);
    const bm_summary s = bm_table_summary(t->source.table, at);
    char from[80];
    const char *how = c->options.task ? "as asked" : "inferred, --task overrides";
    snprintf(from, sizeof from, "from --loss %.60s", c->options.loss ? c->options.loss : "");
    if (by_loss(t)) how = from;
    for (size_t i = 0; i < r->notes.count; i++)
        if (r->notes.about[i].kind == BMI_NOTE_AMOUNTS) how = "inferred; if they are amounts, --task regression";
    char low[32], high[32], list[400] = "";
    const bool whole = bm_table_column_type(t->source.table, at) == BM_COLUMN_INTEGER;
    if (t->task == BM_REGRESSION) {
        cli_say(c, "target", "%s, %s, %s to %s: regression (%s)", t->target,
                bm_column_type_name(bm_table_column_type(t->source.table, at)), number_of(low, s.min, whole),
                number_of(high, s.max, whole), how);
        return;
    }
    if (classes <= 5)
        for (int k = 0, n = 0; k < 5 && s.top_count[k]; k++)
            n += snprintf(list + n, 80, "%s%s %s", k ? ", " : ": ", s.top[k], cli_count(low, s.top_count[k]));
    cli_say(c, "target", "%s, %" PRId64 " classes%s: classification (%s)", t->target, classes, list, how);
    json_t *names = json_array();
    for (int64_t k = 0; k < classes; k++) json_array_append_new(names, json_string(bm_recipe_class_name(r, k)));
    cli_put(c, "classes", names);
}

/* Numbers that no f32 holds: said here by the row of the file, which its parts no longer know. */
static int check_size(cli_training *t, const bm_recipe *r)
{
    const bm_table *table = t->source.table;
    char value[32];
    for (size_t k = 0; k < r->n_inputs + (t->task == BM_REGRESSION); k++) {
        const int64_t at = bm_table_find(table, k < r->n_inputs ? r->inputs[k].name : t->target);
        for (int64_t i = 0; i < bm_table_rows(table); i++) {
            const double x = bm_table_number(table, i, at);
            if (!(fabs(x) > FLT_MAX)) continue;
            return cli_fail(t->c, CLI_FAILED,
                            "%s: row %" PRId64
                            " of the data has %s as \"%s\", which is too large for f32; scale or drop the column",
                            t->source.given, i + 1, cli_real(value, x), bm_table_column_name(table, at));
        }
    }
    return 0;
}

/* The whole table tells the task and the classes, and how its columns are written; the recipe itself is fitted later, on training rows
 * only. */
static int find_task(cli_training *t, bm_recipe **whole)
{
    cli *c = t->c;
    t->task = by_loss(t)                ? BM_REGRESSION
              : !c->options.task        ? BM_TASK_INFER
              : *c->options.task == 'r' ? BM_REGRESSION
                                        : BM_CLASSIFICATION;
    int status = make_recipe(t, t->source.table, t->task, whole);
    const bm_recipe *r = *whole;
    if (!status) {
        t->task = bm_recipe_task(r);
        cli_put(c, "task", json_string(t->task == BM_REGRESSION ? "regression" : "classification"));
        cli_put(c, "target", json_string(t->target));
        t->classes = t->task == BM_CLASSIFICATION ? bm_recipe_classes(r) : 0;
        say_target(t, r);
        const int64_t left_out = bm_table_missing(t->source.table, bm_table_find(t->source.table, t->target));
        char rows[64];
        if (left_out)
            cli_warn(t->c, "%s no \"%s\", the target; left out", cli_plural(rows, left_out, "row has", "rows have"), t->target);
        status = check_size(t, r);
    }
    return status;
}

/* A part of the rows that is a file of its own: read as the training data was written, whatever its own cells look like. */
static int open_part(cli_training *t, const bm_recipe *whole, const char *option, const char *path, bm_table **into)
{
    const bm_table *main = t->source.table;
    const int64_t columns = bm_table_columns(main);
    const char **texts = calloc((size_t)columns + 1, sizeof *texts);
    cli_source s;
    size_t n = 0;
    if (!texts) return cli_fail(t->c, CLI_FAILED, "out of memory");
    for (int64_t k = 0; k < columns; k++)
        if (bm_table_column_type(main, k) == BM_COLUMN_TEXT || !bmi_number_form_is_plain(&main->columns[k].form))
            texts[n++] = bm_table_column_name(main, k); /* the recipe reads numbers in a form of their own as it did here */
    int status = cli_source_open(t->c, path, whole, BM_VALUE(bm_names, texts, n), &s);
    if (!status && !s.table) status = cli_fail(t->c, CLI_FAILED, "--%s %s is no table, but the training data is", option, path);
    if (!status) {
        *into = s.table;
        s.table = NULL;
    }
    cli_source_end(&s);
    free(texts);
    return status;
}

static int split_table(cli_training *t, const bm_recipe *whole)
{
    const cli_options *o = &t->c->options;
    const bool file1 = isnan(o->validation_share), file2 = isnan(o->test_share);
    bm_table_parts p = bm_table_split(t->source.table, .validation = file1 ? 0 : o->validation_share,
                                      .test = file2 ? 0 : o->test_share, .seed = o->seed, .in_order = o->in_order,
                                      .target = t->target, .task = t->task, .group = o->group, .time = o->time);
    t->table[0] = p.train;
    t->table[1] = p.validation;
    t->table[2] = p.test;
    if (bm_failed(p.train)) return cli_fail_error(t->c, CLI_FAILED, "", bmi_object_why(p.train));
    int status = file1 ? open_part(t, whole, "validation", o->validation, &t->table[1]) : 0;
    if (!status && file2) status = open_part(t, whole, "test", o->test, &t->table[2]);
    return status;
}

void cli_train_say_split(cli_training *t, const int64_t rows[3])
{
    char n[3][32];
    const cli_options *o = &t->c->options;
    cli_say(t->c, "split", "%s train · %s validation · %s test, seed %" PRId64 "%s%s%s", cli_count(n[0], rows[0]),
            cli_count(n[1], rows[1]), cli_count(n[2], rows[2]), o->seed, o->in_order ? ", in order" : "",
            o->group  ? ", by groups of "
            : o->time ? ", by time in "
                      : "",
            o->group  ? o->group
            : o->time ? o->time
                      : "");
    cli_put(t->c, "rows",
            json_pack("{s:I, s:I, s:I}", "train", (json_int_t)rows[0], "validation", (json_int_t)rows[1], "test",
                      (json_int_t)rows[2]));
    cli_put(t->c, "seed", json_integer((json_int_t)t->c->options.seed));
}

/* What files of their own have that the training rows have not, as evaluate says it; shares of one file are alike. */
static int say_met(cli_training *t)
{
    static const char *const part[] = { "train", "validation", "test" };
    const cli_options *o = &t->c->options;
    const bool file[] = { false, isnan(o->validation_share), isnan(o->test_share) };
    json_t *all = json_object();
    int status = 0;
    for (int i = 1; !status && i < 3; i++) {
        if (!file[i]) continue;
        json_t *counts = cli_say_met(t->c, t->recipe, t->table[i], part[i]);
        if (counts) json_object_set_new(all, part[i], counts);
        else status = CLI_FAILED;
    }
    if (!status && json_object_size(all)) cli_put(t->c, "counts", all);
    else json_decref(all);
    return status;
}

/* What is done to the columns, and what of it may be a mistake. */
static void say_recipe(cli_training *t, const bm_table *rows)
{
    const bmi_notes *notes = &t->recipe->notes;
    int said = 0;
    for (size_t i = 0; i < notes->count; i++) {
        if (!strncmp(notes->at[i], "! ", 2)) cli_warn_note(t->c, notes, i);
        else cli_say(t->c, said++ ? "" : "recipe", "%s", notes->at[i]);
    }
    if (*t->left_out) cli_say(t->c, "left out", "%s", t->left_out);
    cli_warn_row_numbers(t->c, t->source.table, t->recipe);
    cli_warn_leak(t->c, rows, t->recipe);
}

static int find_columns(cli_training *t)
{
    const char *time = t->c->options.time;
    int status = find_target(t);
    if (!status && time && cli_column(t->c, t->source.table, "--time", time) < 0) status = CLI_USAGE;
    return status ? status : check_weights(t);
}

int cli_train_prepare_whole(cli_training *t)
{
    int status = find_columns(t);
    if (!status) status = find_task(t, &t->recipe);
    if (!status) say_recipe(t, t->source.table);
    return status;
}

int cli_train_prepare_table(cli_training *t)
{
    int status = find_columns(t);
    bm_recipe *whole = NULL;
    if (!status) status = find_task(t, &whole);
    if (!status) status = split_table(t, whole);
    bm_free(whole);
    if (!status) status = make_recipe(t, t->table[0], t->task, &t->recipe);
    if (status) return status;
    say_recipe(t, t->table[0]);
    const int64_t rows[3] = { bm_table_rows(t->table[0]), t->table[1] ? bm_table_rows(t->table[1]) : 0,
                              t->table[2] ? bm_table_rows(t->table[2]) : 0 };
    cli_train_say_split(t, rows);
    status = say_met(t);
    if (!status) cli_warn_equal_rows(t);
    return status;
}

/* Arrays: a test part of their own is the test part. */
static int split_data(cli_training *t)
{
    const cli_options *o = &t->c->options;
    if (isnan(o->validation_share) || isnan(o->test_share))
        return cli_fail(t->c, CLI_USAGE, "--validation and --test are shares of the rows for arrays; a file goes with a table");
    const bool own = t->source.test && !cli_given(o, OPT_TEST);
    bm_parts p = bm_dataset_split(t->source.data, .validation = o->validation_share, .test = own ? 0 : o->test_share,
                                  .seed = o->seed, .in_order = o->in_order);
    t->data[0] = p.train;
    t->data[1] = p.validation;
    t->data[2] = p.test;
    if (bm_failed(p.train)) return cli_fail_error(t->c, CLI_FAILED, "", bmi_object_why(p.train));
    if (own) {
        t->data[2] = t->source.test;
        t->source.test = NULL;
    }
    return 0;
}

/* Classes of an array of labels: those that have names, else as many as the largest label tells. */
static int find_classes(cli_training *t, const bm_tensor *labels)
{
    cli *c = t->c;
    const bm_dataset *d = t->source.data;
    char number[32];
    t->classes = bm_dataset_classes(d);
    for (int64_t i = 0; !bm_dataset_classes(d) && i < bm_tensor_size(labels); i++) {
        const double label = bm_tensor_at(labels, i);
        if (label < 0)
            return cli_fail(c, CLI_FAILED, "%s: label %" PRId64 " is %g; labels are class numbers from 0", t->source.given, i,
                            label);
        if (label >= (double)t->classes) t->classes = (int64_t)label + 1;
    }
    json_t *names = json_array();
    for (int64_t k = 0; k < t->classes; k++) {
        const char *name = bm_dataset_class_name(d, k);
        snprintf(number, sizeof number, "%" PRId64, k);
        json_array_append_new(names, cli_text(name ? name : number));
    }
    cli_put(c, "classes", names);
    cli_say(c, "target", "%s, %" PRId64 " classes: classification (the targets are whole numbers)", bm_dataset_t_name(d, 0),
            t->classes);
    return 0;
}

/* Numbers of arrays must be finite: said here by the row of the file, which later parts of it no longer know. */
static int check_finite(cli_training *t, const bm_tensor *x, const char *name)
{
    const int64_t rows = bm_dataset_rows(t->source.data), columns = rows ? bm_tensor_size(x) / rows : 0;
    if (bm_tensor_type(x) != BM_F32 && bm_tensor_type(x) != BM_F64) return 0;
    for (int64_t i = 0; i < bm_tensor_size(x); i++)
        if (!isfinite(bm_tensor_at(x, i)))
            return cli_fail(t->c, CLI_FAILED,
                            "%s: row %" PRId64 " of %s (counted from 0) has %g at position %" PRId64 "; clean the data first",
                            t->source.given, i / columns, name, bm_tensor_at(x, i), i % columns);
    return 0;
}

int cli_train_prepare_data(cli_training *t)
{
    cli *c = t->c;
    const cli_options *o = &c->options;
    const bm_tensor *targets = bm_dataset_t(t->source.data, 0);
    const char *of_tables = o->drop.n       ? "drop"
                            : o->keep.n     ? "keep"
                            : o->group      ? "group"
                            : o->time       ? "time"
                            : o->step.n     ? "step"
                            : o->weights    ? "weights"
                            : o->without    ? "without"
                            : o->log_target ? "log-target"
                                            : NULL;
    if (of_tables) return cli_fail(c, CLI_USAGE, "--%s is for tables; %s has arrays", of_tables, t->source.given);
    if (!targets)
        return cli_fail(
            c, CLI_FAILED,
            "%s has no targets; an NPZ file needs an array y (or y_train), images need the file of their labels: --target FILE",
            t->source.given);
    t->task = bm_tensor_type(targets) == BM_I32 ? BM_CLASSIFICATION : BM_REGRESSION;
    if (o->task && (*o->task == 'r') != (t->task == BM_REGRESSION))
        return cli_fail(c, CLI_USAGE, "--task %s: the targets of %s are %s", o->task, t->source.given,
                        t->task == BM_REGRESSION ? "reals" : "classes");
    cli_put(c, "task", json_string(t->task == BM_REGRESSION ? "regression" : "classification"));
    cli_put(c, "target", cli_text(bm_dataset_t_name(t->source.data, 0)));
    int status = check_finite(t, bm_dataset_x(t->source.data, 0), bm_dataset_x_name(t->source.data, 0));
    if (!status) status = check_finite(t, targets, bm_dataset_t_name(t->source.data, 0));
    if (status) return status;
    if (t->task == BM_CLASSIFICATION) {
        status = find_classes(t, targets);
        if (status) return status;
    } else cli_say(c, "target", "%s: regression (the targets are reals)", bm_dataset_t_name(t->source.data, 0));
    status = split_data(t);
    if (status) return status;
    const int64_t rows[3] = { bm_dataset_rows(t->data[0]), t->data[1] ? bm_dataset_rows(t->data[1]) : 0,
                              t->data[2] ? bm_dataset_rows(t->data[2]) : 0 };
    cli_train_say_split(t, rows);
    cli_warn_equal_rows(t);
    return 0;
}
