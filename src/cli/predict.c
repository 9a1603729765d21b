// SPDX-License-Identifier: Apache-2.0
/* baeum predict: one line per row of the input, in its order: the prediction, and the probability of each class. */
#include "base/file.h"
#include "cli/cli.h"
#include "data/met.h"
#include "data/recipe.h"
#include "data/table.h"
#include "model/model.h"
#include "model/scores.h"
#include "nn/metrics/metric.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct prediction {
    cli *c;
    bm_model *model;
    cli_source source;
    bool *usable;      /* by row: the recipe makes finite numbers of it; null: all are */
    bm_tensor *values; /* of the usable rows: (rows, 1) or (rows, classes) */
    int64_t rows;      /* of the input */
    int64_t skipped;   /* rows that could not be read */
    int64_t lines;     /* both */
    int64_t *ids;      /* columns that are carried over */
    int64_t n_ids;
    int64_t *row;     /* with some: the row of the table of each line, -1 for a row that could not be read */
    double threshold; /* of two classes */
    int64_t bad;      /* rows that were read and have no prediction, or one that is not finite */
    int64_t unusable; /* those that the recipe made no finite numbers of */
    /* of a file by parts */
    bmi_writer *writer;
    bmi_error error; /* the writer's */
    int64_t lines_before, skipped_before;
    bmi_met met;
} prediction;

/* The row of `values` for each line of the output; -1: there is none, or it is not finite. */
static int64_t *find_rows(prediction *p)
{
    const bm_shape shape = bm_tensor_shape(p->values);
    int64_t *of = malloc((size_t)(p->lines + 1) * sizeof *of);
    bool *not_finite = malloc((size_t)(shape.dim[0] + 1) * sizeof *not_finite);
    if (of && not_finite) cli_not_finite(p->values, not_finite);
    for (int64_t line = 0, row = 0, at = 0, bad = 0; of && not_finite && line < p->lines; line++) {
        of[line] = -1;
        if (bad < p->skipped && bm_table_skipped_at(p->source.table, bad) <= row) {
            bad++;
            if (p->row) p->row[line] = -1;
            continue;
        }
        if (p->row) p->row[line] = row;
        if (!p->usable || p->usable[row]) {
            of[line] = not_finite[at] ? -1 : at;
            at++;
        } else p->unusable++;
        p->bad += of[line] < 0;
        row++;
    }
    if (!not_finite) {
        free(of);
        of = NULL;
    }
    free(not_finite);
    return of;
}

/* The name of column k of the values, released by free; null when there is no memory. */
static char *column_name(const prediction *p, int64_t k, int64_t columns)
{
    const bool class = bm_model_classes(p->model) > 1 && bm_model_classes(p->model) == columns;
    const char *of = class ? bm_model_class_name(p->model, k) : "";
    char *name = malloc(strlen(of) + 40);
    if (!name) return NULL;
    if (class) sprintf(name, "p_%s", of);
    else if (columns > 1) sprintf(name, "prediction_%" PRId64, k + 1);
    else strcpy(name, "prediction");
    return name;
}

/* The likeliest class; of two the second from the threshold on. */
static int64_t best_class(const bm_tensor *values, int64_t row, int64_t classes, double threshold)
{
    int64_t best = 0;
    if (classes == 2)
        return bmi_is_second((double[2]){ bm_tensor_at(values, row * 2), bm_tensor_at(values, row * 2 + 1) }, threshold);
    for (int64_t k = 1; k < classes; k++)
        if (bm_tensor_at(values, row * classes + k) > bm_tensor_at(values, row * classes + best)) best = k;
    return best;
}

/* The output as a table. False when there is no memory. */
static bool fill(const prediction *p, const int64_t *of, bm_table *out)
{
    const bm_shape shape = bm_tensor_shape(p->values);
    const int64_t classes = bm_model_classes(p->model), columns = shape.rank > 1 ? shape.dim[1] : 1;
    double *numbers = malloc((size_t)p->lines * sizeof *numbers);
    const char **texts = malloc((size_t)p->lines * sizeof *texts);
    bool fine = numbers && texts;
    for (int64_t k = 0; fine && k < p->n_ids; k++) {
        for (int64_t i = 0; i < p->lines; i++)
            texts[i] = p->row[i] < 0 ? NULL : bm_table_text(p->source.table, p->row[i], p->ids[k]);
        bm_table_add_text(out, bm_table_column_name(p->source.table, p->ids[k]), texts, p->lines);
    }
    if (fine && classes > 1 && classes == columns) {
        for (int64_t i = 0; i < p->lines; i++)
            texts[i] = of[i] < 0 ? NULL : bm_model_class_name(p->model, best_class(p->values, of[i], classes, p->threshold));
        bm_table_add_text(out, "prediction", texts, p->lines);
    }
    for (int64_t k = 0; fine && k < columns; k++) {
        char *name = column_name(p, k, columns);
        fine = name;
        if (!fine) break;
        for (int64_t i = 0; i < p->lines; i++) numbers[i] = of[i] < 0 ? NAN : bm_tensor_at(p->values, of[i] * columns + k);
        bm_table_add_real(out, name, numbers, p->lines);
        free(name);
    }
    free(numbers);
    free(texts);
    return fine;
}

/* Whether more digits than f32 has would tell nothing: of a network of f32, unless its target lies so far from 0 that f32 would blur it. */
static bool is_f32(const bm_model *m)
{
    const bmi_target *to = m->recipe ? &m->recipe->to : NULL;
    return m->network->type == BM_F32 && !(to && (to->wide || fabs(to->mean) > 16 * to->deviation));
}

static int write_out(prediction *p)
{
    cli *c = p->c;
    const char *path = c->options.output ? c->options.output : "-";
    char error[700] = "";
    const bm_csv_write_options how = {
        .path = path, .delimiter = c->options.separator, .f32 = is_f32(p->model), .no_header = p->lines_before > 0
    };
    int64_t *of = find_rows(p);
    bm_table *out = bm_table_new();
    int status = 0;
    if (!of || !fill(p, of, out)) status = cli_fail(c, CLI_FAILED, "out of memory: predictions of %" PRId64 " rows", p->lines);
    else if (bm_failed(out)) status = cli_fail_text(c, CLI_FAILED, bm_error(out));
    else if (p->writer) {
        if (bmi_csv_write_to(&p->error, BM_HERE, NULL, p->writer, &how, out->columns, out->n_columns, out->rows))
            status = cli_fail_text(c, CLI_FAILED, p->error.text);
    } else if (!(c->json && !c->options.output) && bm_table_write_csv_at(out, &how, sizeof how, error, sizeof error, BM_HERE))
        status = cli_fail_text(c, CLI_FAILED, error);
    if (!status && c->json && !c->options.output) { /* one object: the predictions are in it */
        json_t *list = json_array();
        for (int64_t i = 0; i < p->lines; i++) {
            json_t *row = json_object();
            json_object_set_new(row, "row", json_integer((json_int_t)i + 1));
            for (int64_t k = 0; k < bm_table_columns(out); k++) {
                const char *text = bm_table_text(out, i, k);
                json_object_set_new(row, bm_table_column_name(out, k),
                                    text ? json_string(text) : cli_number(bm_table_number(out, i, k)));
            }
            json_array_append_new(list, row);
        }
        cli_put(c, "predictions", list);
    }
    bm_free(out);
    free(of);
    return status;
}

/* The rows of the table that the recipe makes finite numbers of into *of: the table itself when all are, null when there are none, as a
 * part of a file may have. Returns 0 or an exit code. */
static int usable_rows(prediction *p, bmi_met *met, bm_table **of)
{
    cli *c = p->c;
    bm_table *t = p->source.table;
    const int64_t rows = bm_table_rows(t);
    int64_t *at = malloc((size_t)rows * sizeof *at + 1), n = 0;
    bmi_error e = { 0 };
    p->usable = malloc((size_t)rows * sizeof *p->usable + 1);
    if (!p->usable || !at) bmi_fail_memory(&e, BM_HERE, (size_t)rows * 8, "the rows of a table");
    else bmi_recipe_usable(&e, bm_model_recipe(p->model), t, p->usable, met, BM_HERE);
    for (int64_t i = 0; !e.status && i < rows; i++)
        if (p->usable[i]) at[n++] = i;
    *of = n == rows ? t : n ? bm_table_take(t, BM_VALUE(bm_rows, at, (size_t)n)) : NULL;
    free(at);
    return e.status ? cli_fail_recipe(c, bm_model_recipe(p->model), t, &e) : 0;
}

static int no_row(const prediction *p)
{
    return cli_fail(
        p->c, CLI_FAILED,
        "%s: no row can be used: each has a number that is too large for f32, or that a step of the recipe cannot take",
        p->source.given);
}

static void add_met(bmi_met *all, const bmi_met *met)
{
    all->missing += met->missing;
    all->unseen += met->unseen;
    all->rare += met->rare;
    all->unreadable += met->unreadable;
}

/* Rows of a table through the recipe: what they lack is counted. */
static int predict_table(prediction *p)
{
    cli *c = p->c;
    const int64_t classes = bm_model_classes(p->model);
    bmi_met met = { 0 };
    bm_table *t = NULL;
    int status = usable_rows(p, &met, &t);
    if (!status && !t && !p->writer) status = no_row(p);
    if (!status) {
        if (p->writer) add_met(&p->met, &met); /* said in the end */
        else cli_put(c, "counts", cli_say_counts(c, &met, p->source.table, NULL));
        /* of a part without such a row nothing is taken from the tensor, but its columns are those of the others */
        p->values = t ? bm_predict_table(p->model, t) : bm_tensor_new(BM_F32, BM_SHAPE(1, classes > 1 ? classes : 1));
        p->rows = bm_table_rows(p->source.table);
        p->skipped = bm_table_skipped(p->source.table);
    }
    bmi_met_end(&met);
    if (t != p->source.table) bm_free(t);
    return status;
}

static int predict(prediction *p)
{
    cli *c = p->c;
    const bm_recipe *recipe = bm_model_recipe(p->model);
    int status = 0;
    if (recipe && !p->source.table)
        return cli_fail(c, CLI_FAILED, "%s has arrays, but the model was trained on a table", p->source.given);
    if (!recipe && p->source.table)
        return cli_fail(c, CLI_FAILED, "%s is a table, but the model was trained on arrays", p->source.given);
    if (recipe) status = predict_table(p);
    else {
        const bm_dataset *d = p->source.test ? p->source.test : p->source.data;
        bmi_error e = { 0 };
        p->values = bmi_scores_predict(p->model, d, &e, BM_HERE);
        if (e.status) return cli_fail_text(c, CLI_FAILED, e.text);
        p->rows = bm_dataset_rows(d);
    }
    if (!status && bm_failed(p->values)) status = cli_fail_text(c, CLI_FAILED, bm_error(p->values));
    p->lines = p->rows + p->skipped;
    return status;
}

/* Adds a column of --id, unless it is there already. */
static int add_id(void *user, int64_t column)
{
    prediction *p = user;
    for (int64_t k = 0; k < p->n_ids; k++)
        if (p->ids[k] == column) return 0;
    p->ids[p->n_ids++] = column;
    return 0;
}

static int find_ids(prediction *p)
{
    cli *c = p->c;
    const bm_table *t = p->source.table;
    if (!t) return cli_fail(c, CLI_USAGE, "--id is for tables; %s has arrays", p->source.given);
    p->ids = malloc((size_t)bm_table_columns(t) * sizeof *p->ids);
    p->row = malloc((size_t)(bm_table_rows(t) + bm_table_skipped(t) + 1) * sizeof *p->row);
    int status = p->ids && p->row ? 0 : cli_fail(c, CLI_FAILED, "out of memory");
    for (int i = 0; !status && i < c->options.id.n; i++) status = cli_columns(c, t, "--id", c->options.id.at[i], add_id, p);
    return status;
}

/* Opens DATA so that the columns of --id stay as they are written: each text may be a name, or a list of names. */
static int open_source(prediction *p)
{
    cli *c = p->c;
    const cli_list *ids = &c->options.id;
    size_t room = 1, n = 0;
    for (int i = 0; i < ids->n; i++) room += 2 * strlen(ids->at[i]) + 4;
    char *text = malloc(room);
    const char **names = malloc(room * sizeof *names);
    char *to = text;
    for (int i = 0; text && names && i < ids->n; i++) {
        char *rest = strcpy(to, ids->at[i]), *name;
        bool quoted;
        names[n++] = ids->at[i];
        to += strlen(to) + 1;
        while (rest && cli_next_name(&rest, &name, &quoted)) {
            names[n++] = name;
            if (quoted) continue;
            names[n++] = cli_trim(strcpy(to, name));
            to += strlen(name) + 1;
        }
    }
    const int status =
        text && names ? cli_source_open(c, c->arguments[1], bm_model_recipe(p->model), BM_VALUE(bm_names, names, n), &p->source)
                      : cli_fail(c, CLI_FAILED, "out of memory");
    free(names);
    free(text);
    return status;
}

static void end_part(prediction *p)
{
    free(p->usable);
    free(p->row);
    free(p->ids);
    bm_free(p->values);
    p->usable = NULL;
    p->row = p->ids = NULL;
    p->n_ids = 0;
    p->values = NULL;
}

static void say_met(prediction *p)
{
    char cells[64];
    cli_say_counted(p->c, (const int64_t[4]){ p->met.missing, p->met.unseen, p->met.rare, p->met.unreadable });
    if (p->skipped)
        cli_warn(p->c, "%s not be read and %s empty", cli_plural(cells, p->skipped, "row could", "rows could"),
                 p->skipped == 1 ? "stays" : "stay");
}

/* A file by parts: what is written of each stands behind what was written of those before it. */
static int predict_parts(prediction *p)
{
    cli *c = p->c;
    int status = 0;
    if (c->json && !c->options.output)
        return cli_fail(c, CLI_USAGE, "--json holds all predictions in memory; of a file by parts they go to -o FILE");
    p->writer = bmi_writer_begin(&p->error, BM_HERE, NULL, c->options.output ? c->options.output : "-");
    if (!p->writer) return cli_fail_text(c, CLI_FAILED, p->error.text);
    bm_csv_rewind(p->source.csv);
    for (bm_table *t; !status && (t = bm_csv_next(p->source.csv));) {
        bm_free(p->source.table);
        p->source.table = t;
        if (bm_failed(t)) status = cli_fail_text(c, CLI_FAILED, bm_error(t));
        if (!status && c->options.id.n) status = find_ids(p);
        if (!status) status = predict(p);
        if (!status) status = write_out(p);
        p->lines_before += p->lines;
        p->skipped_before += p->skipped;
        end_part(p);
    }
    if (!status && bm_failed(p->source.csv)) status = cli_fail_text(c, CLI_FAILED, bm_error(p->source.csv));
    if (!status && p->unusable && p->unusable == p->lines_before - p->skipped_before) status = no_row(p);
    if (!status && bmi_writer_commit(p->writer)) status = cli_fail_text(c, CLI_FAILED, p->error.text);
    bmi_writer_end(p->writer);
    p->lines = p->lines_before;
    p->skipped = p->skipped_before;
    p->rows = p->lines - p->skipped;
    if (!status) say_met(p);
    return status;
}

static int run(cli *c)
{
    prediction p = { .c = c };
    char rows[64];
    if (!c->options.bad_rows) c->options.bad_rows = "skip";
    const char *output = c->options.output;
    if (output && cli_is_stdout(output) && c->json)
        return cli_fail(c, CLI_USAGE, "-o %s and --json both want standard output", output);
    if (cli_spare(c, output, c->arguments[0]) || cli_spare(c, output, c->arguments[1])) return CLI_USAGE;
    if (output && cli_writable(c, output)) return CLI_FAILED;
    if (!output || cli_is_stdout(output)) c->to = stderr; /* standard output has the predictions */
    if (!(p.model = cli_model_open(c, c->arguments[0]))) return CLI_FAILED;
    int status = cli_threshold(c, p.model, NULL, &p.threshold);
    if (!status) status = open_source(&p);
    if (!status && p.source.csv) status = predict_parts(&p);
    else {
        if (!status && c->options.id.n) status = find_ids(&p);
        if (!status) status = predict(&p);
        if (!status) status = write_out(&p);
    }
    if (!status) {
        cli_put(c, "rows", json_integer((json_int_t)p.lines));
        cli_put(c, "unusable", json_integer((json_int_t)(p.skipped + p.bad)));
        if (p.bad)
            cli_warn(c, "%s no finite prediction and %s empty", cli_plural(rows, p.bad, "row has", "rows have"),
                     p.bad == 1 ? "stays" : "stay");
        if (c->options.output) {
            cli_put(c, "file", cli_text(c->options.output));
            if (cli_talks(c))
                fprintf(c->to, "%s predicted in %s%s\n", cli_plural(rows, p.rows - p.bad, "row", "rows"), c->options.output,
                        p.skipped + p.bad ? ", the others are empty" : "");
        }
    }
    end_part(&p);
    bm_free(p.model);
    cli_source_end(&p.source);
    return status;
}

const cli_command cli_predict = {
    .name = "predict",
    .arguments = "MODEL DATA",
    .least = 2,
    .most = 2,
    .run = run,
    .summary = "raw rows in, predictions out",
    .options = CLI_BIT(OPT_THREADS) | CLI_BIT(OPT_NO_HEADER) | CLI_BIT(OPT_DELIMITER) | CLI_BIT(OPT_RENAME) |
               CLI_BIT(OPT_BAD_ROWS) | CLI_BIT(OPT_DATA) | CLI_BIT(OPT_OUTPUT) | CLI_BIT(OPT_ID) | CLI_BIT(OPT_THRESHOLD) |
               CLI_BIT(OPT_JSON) | CLI_BIT(OPT_QUIET) | CLI_BIT(OPT_PARTS),
    .about =
        "Predicts every row of DATA with a model that baeum train made. The rows are raw, as training had them; the target may "
        "be\n"
        "there or not. The output is CSV, one line per row in order: the columns of --id, prediction, then p_<class> for each\n"
        "class. A row that cannot be read keeps its place and stays empty. Missing cells are counted; categories that training "
        "had\n"
        "not seen, and cells that are no numbers or dates, are named by column and text.",
    .examples = "  baeum predict iris.safetensors new.csv\n"
                "  baeum predict iris.safetensors new.csv -o predictions.csv\n"
                "  baeum predict churn.safetensors customers.csv --id customer,city\n"
                "  zcat rows.csv.gz | baeum predict sales.safetensors - > predictions.csv",
};
