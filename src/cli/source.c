// SPDX-License-Identifier: Apache-2.0
/* What DATA and MODEL on the command line are: a CSV file, arrays in IDX, NPY or NPZ files, a set by its name; a model file. */
#include "base/text.h"
#include "cli/cli.h"
#include "data/recipe.h"
#include "data/sets.h"
#include "data/table.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

/* True for names that files of arrays have. */
static bool is_array_file(const char *path)
{
    static const char *const ends[] = { ".npy", ".npz", ".idx", "-ubyte", ".npy.gz", ".idx.gz", "-ubyte.gz" };
    for (size_t i = 0; i < BMI_COUNT(ends); i++)
        if (ends_with(path, ends[i])) return true;
    return false;
}

bool cli_is_libsvm(const cli *c, const char *path)
{
    static const char *const ends[] = { ".libsvm", ".svm", ".svmlight", ".libsvm.gz", ".svm.gz", ".svmlight.gz" };
    bool named = false;
    for (size_t i = 0; i < BMI_COUNT(ends); i++) named |= ends_with(path, ends[i]);
    return c->options.format ? *c->options.format == 'l' : named;
}

/* "data/bike.csv.gz" gives "bike", "moons:rows=500" gives "moons". */
static void find_stem(const char *given, char stem[1024])
{
    static const char *const ends[] = { ".gz", ".csv", ".tsv", ".txt", ".npz", ".npy", ".idx", ".libsvm", ".svmlight", ".svm" };
    const char *slash = strrchr(given, '/');
    struct stat about;
    snprintf(stem, 1024, "%s", strcmp(given, "-") ? slash ? slash + 1 : given : "model");
    if (stat(given, &about)) stem[strcspn(stem, ":")] = 0;
    for (size_t i = 0; i < BMI_COUNT(ends); i++)
        if (ends_with(stem, ends[i]) && strlen(stem) > strlen(ends[i])) stem[strlen(stem) - strlen(ends[i])] = 0;
    if (!*stem) strcpy(stem, "model");
}

static int failed(cli *c, const void *object)
{
    return cli_fail_error(c, CLI_FAILED, "", bmi_object_why(object));
}

static int open_table(cli *c, bm_table *t, cli_source *s)
{
    s->table = t;
    if (bm_failed(t)) return failed(c, t);
    const char *bad;
    for (size_t i = 0; i < t->notes.count; i++) cli_warn_note(c, &t->notes, i);
    for (int64_t i = 1; (bad = bm_table_bad_row(t, i)); i++) cli_warn(c, "%s", bad); /* a note has the first */
    return 0;
}

/* A file by parts: the first of them is the table that is looked at. */
static int open_parts(cli *c, const bm_csv_options *how, cli_source *s)
{
    bm_csv_options own = *how;
    own.rows = c->options.parts;
    s->csv = bm_csv_open_at(&own, sizeof own, BM_HERE);
    if (bm_failed(s->csv)) return failed(c, s->csv);
    const bmi_notes *notes = bmi_csv_notes(s->csv);
    for (size_t i = 0; i < notes->count; i++) cli_warn_note(c, notes, i);
    s->table = bm_csv_next(s->csv);
    if (!s->table) return cli_fail(c, CLI_FAILED, "%s: no rows can be read", how->path);
    return bm_failed(s->table) ? failed(c, s->table) : 0;
}

/* The target that a named set has. */
static const char *own_target(const char *name)
{
    bm_set_about about;
    for (int64_t i = 0; bm_set_at(i, &about); i++)
        if (!strcmp(about.name, name)) return about.target;
    return NULL;
}

/* "train-images-idx3-ubyte.gz" has its labels in "train-labels-idx1-ubyte.gz". False when the name is another. */
static bool labels_beside(const char *images, char labels[4096])
{
    const char *at = strstr(images, "images-idx3");
    if (!at || strlen(images) > 4000) return false;
    struct stat about;
    snprintf(labels, 4096, "%.*slabels-idx1%s", (int)(at - images), images, at + strlen("images-idx3"));
    return !stat(labels, &about);
}

/* Whole numbers as i32 class numbers, one a row. */
static int take_classes(cli *c, const char *path, const bm_tensor *from, int32_t *class)
{
    const bm_shape shape = bm_tensor_shape(from);
    if (shape.rank && bm_tensor_size(from) != shape.dim[0])
        return cli_fail(c, CLI_FAILED, "%s: labels are one class number a row; here a row has %" PRId64 " numbers", path,
                        shape.dim[0] ? bm_tensor_size(from) / shape.dim[0] : 0);
    for (int64_t i = 0; i < bm_tensor_size(from); i++) {
        const double label = bm_tensor_at(from, i);
        if (!(label >= INT32_MIN && label <= INT32_MAX))
            return cli_fail(c, CLI_FAILED, "%s: label %" PRId64 " is %g, which is no class number", path, i, label);
        class[i] = (int32_t)label;
    }
    return 0;
}

/* Inputs of one file and labels of another as one dataset. Takes and gives *d. */
static int join_labels(cli *c, const char *path, bm_dataset **d)
{
    bm_dataset *labels = bm_dataset_load(path);
    const bm_tensor *from = bm_dataset_x(labels, 0);
    int status = bm_failed(labels) ? cli_fail_text(c, CLI_FAILED, bm_error(labels)) : 0;
    const bool whole = bm_tensor_type(from) != BM_F32 && bm_tensor_type(from) != BM_F64;
    bm_tensor *classes = !status && whole ? bm_tensor_new(BM_I32, BM_SHAPE(bm_tensor_size(from)))
                                          : NULL; /* reals are a regression's target as they are */
    if (classes && !bm_failed(classes)) status = take_classes(c, path, from, bm_data(classes));
    if (!status) {
        bm_dataset *both = bm_dataset_from(bm_dataset_x(*d, 0), classes ? classes : from);
        if (bm_failed(both)) status = cli_fail(c, CLI_FAILED, "%s: %s", path, bm_error(both));
        bm_free(*d);
        *d = both;
    }
    bm_free(classes);
    bm_free(labels);
    return status;
}

static int has_targets(cli *c, const char *data)
{
    return cli_fail(c, CLI_USAGE, "--target: %s has its own targets, which are learned; leave the option out", data);
}

static int open_file(cli *c, const char *data, cli_source *s)
{
    char labels[4096];
    s->data = bm_dataset_load(data);
    if (bm_failed(s->data)) return cli_fail_text(c, CLI_FAILED, bm_error(s->data));
    if (bm_dataset_t(s->data, 0)) {
        if (c->options.target) return has_targets(c, data);
        s->test = bm_dataset_load(data, .part = "test");
        if (bm_failed(s->test)) {
            bm_free(s->test);
            s->test = NULL;
        }
        return 0;
    }
    if (c->options.target) return join_labels(c, c->options.target, &s->data);
    return labels_beside(data, labels) ? join_labels(c, labels, &s->data) : 0;
}

static int open_set(cli *c, const char *data, cli_source *s)
{
    bm_dataset **const part[] = { &s->data, &s->test };
    if (c->options.target && bmi_set_find(data)) return has_targets(c, data);
    for (int i = 0; i < 2; i++) {
        const bm_dataset *d = *part[i] = bm_dataset_load(data, .part = i ? "test" : "train");
        if (bmi_set_find(data) && bm_status_of(d) == BM_E_DATA)
            return cli_fail(c, CLI_FAILED, "%s; baeum data get %s tells how to obtain it", bm_error(d), data);
        if (bm_failed(d)) return cli_fail_text(c, CLI_FAILED, bm_error(d));
    }
    return 0;
}

/* A table or images by name. */
static int open_named(cli *c, const bm_csv_options *how, cli_source *s)
{
    bm_csv_options own = *how; /* how a set is written is known; baeum data writes it as these options say */
    const char *of_files = how->no_header   ? "no-header"
                           : how->header    ? "header"
                           : how->comment   ? "comment"
                           : how->skip      ? "skip"
                           : how->delimiter ? "delimiter"
                           : how->decimal   ? "decimal"
                                            : NULL;
    if (c->command != &cli_data && of_files)
        return cli_fail(c, CLI_USAGE, "--%s is of CSV files; %s is no file that is here", of_files, how->path);
    own.no_header = false;
    own.delimiter = 0;
    own.skip = 0;
    bm_table *t = bm_table_load_at(&own, sizeof own, BM_HERE);
    if (!bm_failed(t) || bm_status_of(t) != BM_E_DATA) return open_table(c, t, s);
    bm_free(t);
    return open_set(c, how->path, s);
}

static int open_any(cli *c, const bm_csv_options *how, cli_source *s)
{
    const char *data = how->path;
    struct stat about;
    const size_t name = strcspn(data, ":"); /* settings of a generator may follow */
    const bool there = !strcmp(data, "-") || !stat(data, &about), path = there || strcspn(data, "/.") < name;
    const bool folder = there && strcmp(data, "-") && S_ISDIR(about.st_mode);
    if (folder && !bmi_set_find(data)) /* mnist may lie here as a folder */
        return cli_fail(c, CLI_FAILED,
                        "%s is a folder; DATA is a CSV, IDX, NPY or NPZ file or the name of a set (baeum data list)", data);
    if (path && !folder && cli_is_libsvm(c, data)) {
        const bm_libsvm_options of_libsvm = { .path = data, .recipe = how->recipe };
        if (!s->target) s->target = "label";
        return open_table(c, bm_table_read_libsvm_at(&of_libsvm, sizeof of_libsvm, BM_HERE), s);
    }
    if (path && is_array_file(data)) return open_file(c, data, s);
    if (!path || folder) return open_named(c, how, s);
    if (cli_wants_parts(c, data)) return open_parts(c, how, s);
    return open_table(c, bm_table_read_csv_at(how, sizeof *how, BM_HERE), s);
}

/* Cuts a copy of "-999,none" at its commas; their number, or -1 with the error said. */
static int split_marks(cli *c, char *list, bm_name marks[CLI_MARKS])
{
    int n = 0;
    for (char *rest = list, *mark; rest; marks[n++] = mark) {
        bool quoted;
        if (n == CLI_MARKS) return cli_fail(c, CLI_USAGE, "--missing: more than %d texts are too many", CLI_MARKS), -1;
        if (!cli_next_name(&rest, &mark, &quoted))
            return cli_fail(c, CLI_USAGE, "--missing: %s has a double quote that is not closed, or not followed by a comma",
                            c->options.missing),
                   -1;
    }
    return n;
}

/* Cuts "zip=text,price=real" in place into names and types; their number, or -1 with the error said. */
static int split_types(cli *c, char *list, bm_column_as types[CLI_COLUMNS])
{
    static const char *const names[] = { NULL, "real", "integer", "bool", "text", "date" }; /* by bm_column_type */
    int n = 0;
    for (char *rest = list, *one; rest; n++) {
        bool quoted;
        if (n == CLI_COLUMNS) return cli_fail(c, CLI_USAGE, "--types: more than %d columns are too many", CLI_COLUMNS), -1;
        char *at = cli_next_name(&rest, &one, &quoted) ? strrchr(one, '=') : NULL;
        size_t type = 1;
        while (at && type < BMI_COUNT(names) && strcmp(at + 1, names[type])) type++;
        if (!at || type == BMI_COUNT(names))
            return cli_fail(c, CLI_USAGE, "--types is \"%s\"; it must be COL=TYPE,... of integer, real, bool, text or date",
                            c->options.types),
                   -1;
        *at = 0;
        types[n] = (bm_column_as){ one, (bm_column_type)type };
    }
    return n;
}

/* How a file is read, by the options but for its lists. */
static bm_csv_options reading(const cli_options *o, const char *data, const bm_recipe *recipe, bm_names texts)
{
    static const char between[] = "c,p.b a'"; /* comma, point, blank, apostrophe */
    return (bm_csv_options){ .path = data,
                             .decimal = !o->decimal          ? 0
                                        : *o->decimal == 'c' ? ','
                                                             : '.',
                             .delimiter = o->separator,
                             .no_header = o->no_header,
                             .header = o->header,
                             .comment = o->comment ? *o->comment : 0,
                             .trim = o->trim,
                             .skip = o->skip,
                             .thousands = o->thousands ? strchr(between, *o->thousands)[1] : 0,
                             .dates = recipe ? NULL : o->dates,
                             .text = texts.count ? texts : BM_VALUE(bm_names, NULL),
                             .recipe = recipe,
                             .rename_duplicates = o->rename_duplicates,
                             .fill_bad_rows = o->bad_rows && !strcmp(o->bad_rows, "missing"),
                             .skip_bad_rows = o->bad_rows && !strcmp(o->bad_rows, "skip") };
}

int cli_source_open(cli *c, const char *data, const bm_recipe *recipe, bm_names texts, cli_source *s)
{
    const cli_options *o = &c->options;
    bm_name marks[CLI_MARKS];
    bm_column_as types[CLI_COLUMNS];
    char *list = strdup(o->missing ? o->missing : ""), *type_list = strdup(o->types ? o->types : "");
    int status = list && type_list ? 0 : cli_fail(c, CLI_FAILED, "out of memory");
    const int n_marks = !status && o->missing ? split_marks(c, list, marks) : 0;
    const int n_types = !status && n_marks >= 0 && o->types ? split_types(c, type_list, types) : 0;
    if (n_marks < 0 || n_types < 0) status = CLI_USAGE;
    if (!status && o->comment && (strlen(o->comment) != 1 || strchr("\"\n\r", *o->comment)))
        status = cli_fail(c, CLI_USAGE, "--comment is \"%s\"; it must be one character other than a quote", o->comment);
    if (!status && o->header && o->no_header)
        status = cli_fail(c, CLI_USAGE, "--header and --no-header are opposites; give one of them");
    *s = (cli_source){ .given = data, .target = o->target, .recipe = recipe };
    bm_csv_options how = reading(o, data, recipe, texts);
    if (n_marks > 0) how.missing = (bm_names){ marks, (size_t)n_marks };
    if (n_types > 0) how.types = (bm_types){ types, (size_t)n_types };
    find_stem(data, s->stem);
    if (!status) status = open_any(c, &how, s);
    if (!status && cli_given(o, OPT_PARTS) && !s->csv)
        status = cli_fail(c, CLI_USAGE, "--parts is of CSV files; %s is none", data);
    free(list);
    free(type_list);
    const char *own = own_target(s->stem);
    if (!status && !s->target && own && (!s->table || bm_table_find(s->table, own) >= 0)) s->target = own;
    return status;
}

void cli_source_end(cli_source *s)
{
    bm_free(s->table);
    bm_free(s->csv);
    bm_free(s->data);
    bm_free(s->test);
    *s = (cli_source){ 0 };
}

/* Whether a column that was read as text is numbers in a form of their own, as the recipe reads them. */
static bool is_number(const bm_recipe *r, const char *name)
{
    const size_t k = r ? bmi_recipe_input(r, name) : SIZE_MAX;
    if (k != SIZE_MAX) return !r->inputs[k].text;
    if (r && r->target && !strcmp(r->target, name)) return !r->to.n_classes || r->to.numbers;
    return r && r->weights && !strcmp(r->weights, name);
}

static void say_table(cli *c, const cli_source *s)
{
    const bm_table *t = s->table;
    char stem[250], rows[64], columns[64], kinds[200] = "", missing[120] = "nothing missing", n1[32], n2[64];
    int64_t numbers = 0, texts = 0, bools = 0, times = 0, holes = 0, with_holes = 0;
    for (int64_t k = 0; k < bm_table_columns(t); k++) {
        const bm_column_type type = bm_table_column_type(t, k);
        const bool own = type == BM_COLUMN_TEXT && is_number(s->recipe, bm_table_column_name(t, k));
        numbers += type == BM_COLUMN_REAL || type == BM_COLUMN_INTEGER || own;
        texts += type == BM_COLUMN_TEXT && !own;
        bools += type == BM_COLUMN_BOOL;
        times += type == BM_COLUMN_TIME;
        holes += bm_table_missing(t, k);
        with_holes += bm_table_missing(t, k) > 0;
    }
    int n = 0;
    if (numbers) n += snprintf(kinds + n, 60, "%s number%s", cli_count(n1, numbers), numbers == 1 ? "" : "s");
    if (texts) n += snprintf(kinds + n, 60, "%s%s text", n ? ", " : "", cli_count(n1, texts));
    if (bools) n += snprintf(kinds + n, 60, "%s%s true/false", n ? ", " : "", cli_count(n1, bools));
    if (times) snprintf(kinds + n, 60, "%s%s date%s", n ? ", " : "", cli_count(n1, times), times == 1 ? "" : "s");
    if (holes)
        snprintf(missing, sizeof missing, "%s missing in %s", cli_plural(n2, holes, "cell", "cells"),
                 cli_plural(columns, with_holes, "column", "columns"));
    if (s->csv) snprintf(missing, sizeof missing, "read by parts");
    cli_say(c, strcmp(s->given, "-") ? cli_cell(stem, s->stem, 60) : "standard input", "%s · %s: %s · %s",
            cli_plural(rows, s->csv ? bm_csv_rows(s->csv) : bm_table_rows(t), "row", "rows"),
            cli_plural(columns, bm_table_columns(t), "column", "columns"), kinds, missing);
}

static void say_dataset(cli *c, const cli_source *s)
{
    char stem[250], rows[64], test[64], shape[120] = "", n1[32];
    const bm_tensor *x = bm_dataset_x(s->data, 0);
    const bm_shape of = bm_tensor_shape(x);
    int n = 0;
    for (int64_t d = 1; d < of.rank; d++)
        n += snprintf(shape + n, sizeof shape - (size_t)n, "%s%" PRId64, d > 1 ? "×" : "", of.dim[d]);
    cli_say(c, cli_cell(stem, s->stem, 60), "%s%s%s · each %s %s%s%s",
            cli_plural(rows, bm_dataset_rows(s->data), "row", "rows"), s->test ? " to train, " : "",
            s->test ? cli_plural(test, bm_dataset_rows(s->test), "row to test", "rows to test") : "", of.rank > 1 ? shape : "1",
            bm_type_name(bm_tensor_type(x)), bm_dataset_classes(s->data) ? " · classes: " : "",
            bm_dataset_classes(s->data) ? cli_count(n1, bm_dataset_classes(s->data)) : "");
}

void cli_source_say(cli *c, const cli_source *s)
{
    if (s->table) say_table(c, s);
    else say_dataset(c, s);
}

bool cli_is_model(const char *path)
{
    unsigned char head[9] = { 0 };
    uint64_t length = 0;
    struct stat about;
    if (stat(path, &about) || !S_ISREG(about.st_mode)) return false;
    FILE *file = fopen(path, "rb");
    const size_t n = file ? fread(head, 1, sizeof head, file) : 0;
    if (file) fclose(file);
    for (int i = 0; i < 8; i++) length |= (uint64_t)head[i] << 8 * i;
    return ends_with(path, ".safetensors") || (n == 9 && length < UINT64_C(1) << 40 && head[8] == '{');
}

bm_model *cli_model_open(cli *c, const char *path)
{
    struct stat about;
    if (c->n_arguments == 2 && path == c->arguments[0] && !cli_is_model(path) && cli_is_model(c->arguments[1])) {
        cli_fail(c, CLI_FAILED, "%s is no model; the model comes first: baeum %s %s %s", path, c->command->name,
                 c->arguments[1], path);
        return NULL;
    }
    if (stat(path, &about)) {
        cli_fail(c, CLI_FAILED, "%s: %s; a model file is made by baeum train", path, strerror(errno));
        return NULL;
    }
    bm_model *m = bm_load(path);
    if (!bm_failed(m)) return m;
    char before[4200] = "";
    if (!strstr(bm_error(m), path)) snprintf(before, sizeof before, "%s: ", path); /* most errors of files name theirs */
    cli_fail_error(c, CLI_FAILED, before, bmi_object_why(m));
    bm_free(m);
    return NULL;
}
