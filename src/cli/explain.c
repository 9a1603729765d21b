// SPDX-License-Identifier: Apache-2.0
/* baeum explain: what a model looks at. Of one dense layer its coefficients with their statistics, and what the prediction for one row
 * is made of; of any other what its scores lose when the cells of a column change places.
 */
#include "base/text.h"
#include "cli/cli.h"
#include "data/recipe.h"
#include "data/table.h"
#include "model/inference.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = CLI_TERMS };

typedef struct explanation {
    cli *c;
    bm_model *model;
    cli_source source;
    bm_table *row; /* made of ROW */
} explanation;

/* ---- words ---- */
/* The notes of a table: those that may be a mistake as warnings. */
static void say_notes(cli *c, const bm_table *t, json_t *into)
{
    const char *note;
    bool first = true;
    for (int64_t i = 0; (note = bm_table_note(t, i)); i++) {
        if (*note == '!') {
            cli_warn(c, "%s", note + 2);
            continue;
        }
        char line[500];
        cli_note(c, &t->notes, (size_t)i, line, sizeof line);
        if (first && cli_talks(c)) fputc('\n', c->to);
        first = false;
        if (cli_talks(c)) fprintf(c->to, "%s\n", line);
        json_array_append_new(into, cli_text(line));
    }
}

static int write_table(cli *c, const bm_table *t)
{
    char error[700] = "";
    const bm_csv_write_options how = { .path = c->options.output };
    if (!c->options.output) return 0;
    if (bm_table_write_csv_at(t, &how, sizeof how, error, sizeof error, BM_HERE)) return cli_fail_text(c, CLI_FAILED, error);
    cli_put(c, "file", cli_text(c->options.output));
    return 0;
}

/* ---- coefficients ---- */
static void show_figures(explanation *x)
{
    static const char *const shown[] = { "r2",
                                         "adjusted_r2",
                                         "sigma",
                                         "f",
                                         "f_p",
                                         "rows",
                                         "df_residual",
                                         "log_likelihood",
                                         "pseudo_r2",
                                         "likelihood_ratio",
                                         "likelihood_ratio_p",
                                         "aic",
                                         "bic",
                                         "condition",
                                         "durbin_watson",
                                         "jarque_bera_p",
                                         "omnibus_p",
                                         "breusch_pagan_p" };
    cli *c = x->c;
    bm_table *t = bm_model_figures(x->model);
    cli_grid g = { .columns = 6 };
    json_t *all = json_object();
    const bool ordered =
        x->model->in_order || x->model->time; /* else training met the rows in some order: they have no neighbours */
    int n = 0;
    for (int64_t i = 0; i < bm_table_rows(t) && !bm_failed(t); i++) {
        if (!ordered && !strcmp(cli_text_at(t, i, "figure"), "durbin_watson")) continue;
        json_t *of = json_object_get(all, cli_text_at(t, i, "target"));
        if (!of) json_object_set_new(all, cli_text_at(t, i, "target"), of = json_object());
        json_object_set_new(of, cli_text_at(t, i, "figure"), cli_number(cli_number_at(t, i, "value")));
    }
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
        const double value = bm_model_figure(x->model, shown[k], 0);
        const bool whole = !strcmp(shown[k], "rows") || !strcmp(shown[k], "df_residual");
        char number[32];
        if (!isfinite(value) || (!ordered && !strcmp(shown[k], "durbin_watson"))) continue;
        cli_grid_add(&g, shown[k]);
        cli_grid_add(&g, whole ? cli_count(number, (int64_t)value) : cli_real(number, value));
        n++;
    }
    for (; n % 3; n++) cli_grid_add(&g, ""), cli_grid_add(&g, "");
    if (n && !c->json) {
        if (cli_talks(c)) fputc('\n', c->to);
        cli_grid_print(&g, "", c->to);
    }
    if (!bm_failed(t)) cli_put(c, "figures", all);
    else json_decref(all);
    cli_grid_end(&g);
    bm_free(t);
}

/* Rows that are given are rows of the model, also where what is shown stands in the model's file alone. */
static int check_columns(explanation *x)
{
    if (!x->source.table || !bm_model_recipe(x->model)) return 0;
    bm_table *one = bm_table_take(x->source.table, BM_VALUE(bm_rows, &(int64_t){ 0 }, 1));
    bm_tensor *p = bm_predict_table(x->model, one);
    const int status = bm_failed(p) ? cli_fail_text(x->c, CLI_FAILED, bm_error(p)) : 0;
    bm_free(p);
    bm_free(one);
    return status;
}

/* Whether the rows that are given may tell what the fit did not keep. */
static bool is_untold(const explanation *x)
{
    const bm_model *m = x->model;
    bmi_dense_model d;
    if (!x->source.table && !x->source.data) return false;
    if (!m->learner || !m->learner->fit || !bmi_dense_model_of(m, &d) || d.columns > BMI_INFERENCE_COLUMNS) return false;
    return bmi_inference_theory(m) == BMI_THEORIES || !bmi_inference_columns(m, &d);
}

static int explain_coefficients(explanation *x)
{
    cli *c = x->c;
    static const char *const robust[] = { "", "hc0", "hc1", "hc2", "hc3" };
    bm_coefficients_options o = { .order = BM_BY_SIZE,
                                  .confidence = cli_given(&c->options, OPT_CONFIDENCE) ? c->options.confidence : .95,
                                  .bootstrap = c->options.bootstrap,
                                  .seed = c->options.seed,
                                  .table = x->source.table,
                                  .data = x->source.data };
    if (check_columns(x)) return CLI_FAILED;
    for (int k = 1; c->options.robust && k < 5; k++)
        if (!strcmp(c->options.robust, robust[k])) o.robust = (bm_robust)k;
    if (is_untold(x) && (o.table ? bm_infer_table(x->model, o.table) : bm_infer(x->model, o.data)))
        return cli_fail_text(c, CLI_FAILED, bm_error(x->model));
    bm_table *t = bm_coefficients_at(x->model, &o, sizeof o, BM_HERE);
    if (bm_failed(t)) {
        const int status = cli_fail_text(c, CLI_FAILED, bm_error(t));
        bm_free(t);
        return status;
    }
    json_t *notes = json_array();
    cli_coefficients(c, x->model, t, true);
    show_figures(x);
    say_notes(c, t, notes);
    cli_put(c, "notes", notes);
    const int status = write_table(c, t);
    bm_free(t);
    return status;
}

/* ---- one row ---- */
/* Whether a text can stand in a column: as predictions read it, in the form that its numbers had in training. */
static bool is_cell(const bmi_input *column, const char *text)
{
    double number;
    bool flag;
    int64_t whole;
    if (column->text || column->form.date) return true;
    if (bmi_number_form_is_plain(&column->form)) return bmi_read_real(text, strlen(text), &number, &flag);
    return bmi_number_form_read(&column->form, text, strlen(text), &number, &flag, &whole);
}

/* The row that is written as "age=30,education=12+ yrs". */
static int read_row(explanation *x, const char *text)
{
    cli *c = x->c;
    const bm_recipe *r = bm_model_recipe(x->model);
    char *copy = malloc(strlen(text) + 1), *rest = copy, *name;
    bool quoted;
    int status = copy ? 0 : cli_fail(c, CLI_FAILED, "out of memory");
    if (copy) strcpy(copy, text);
    x->row = bm_table_new();
    while (!status && rest) {
        if (!cli_next_name(&rest, &name, &quoted)) {
            status = cli_fail(c, CLI_USAGE,
                              "the row %s has a double quote that is not closed, or not followed by a comma; where a name or a "
                              "value has a comma the quotes go around both: \"NAME=VALUE\"",
                              text);
            break;
        }
        char *value = strchr(name, '=');
        double number = NAN;
        bool overflow;
        if (!value) {
            status = cli_fail(c, CLI_USAGE, "\"%s\" of the row is no COLUMN=VALUE", name);
            break;
        }
        *value++ = 0;
        name = cli_trim(name), value = cli_trim(value);
        const size_t at = bmi_recipe_input(r, name);
        char hint[BMI_HINT_BYTES];
        if (at == SIZE_MAX)
            status = cli_fail(c, CLI_USAGE, "the model has no column \"%s\"%s", name,
                              bmi_did_you_mean(hint, name, r->inputs, r->n_inputs, sizeof *r->inputs));
        else if (*value && !is_cell(&r->inputs[at], value))
            status = cli_fail(c, CLI_USAGE, "\"%s\" is numbers; \"%s\" is none", name, value);
        else if (r->inputs[at].text || !bmi_number_form_is_plain(&r->inputs[at].form)) /* which the recipe reads */
            bm_table_add_text(x->row, name, &(bm_name){ *value ? value : NULL }, 1);
        else {
            if (*value) bmi_read_real(value, strlen(value), &number, &overflow);
            bm_table_add_real(x->row, name, &number, 1);
        }
    }
    for (size_t i = 0; !status && i < r->n_inputs; i++) {
        const double missing = NAN;
        if (bm_table_find(x->row, r->inputs[i].name) >= 0) continue;
        if (r->inputs[i].text) bm_table_add_text(x->row, r->inputs[i].name, &(bm_name){ NULL }, 1);
        else bm_table_add_real(x->row, r->inputs[i].name, &missing, 1);
    }
    free(copy);
    if (!status && bm_failed(x->row)) status = cli_fail_text(c, CLI_FAILED, bm_error(x->row));
    return status;
}

/* What is predicted for the row, in words. */
static void say_prediction(explanation *x, const bm_table *t, int64_t row)
{
    cli *c = x->c;
    bm_table *one = bm_table_take(t, BM_VALUE(bm_rows, &row, 1));
    bm_tensor *p = bm_predict_table(x->model, one);
    json_t *json = json_object();
    char line[600] = "", number[32];
    for (int64_t k = 0; !bm_failed(p) && k < bm_tensor_size(p); k++) {
        const char *name = bm_model_classes(x->model) == bm_tensor_size(p) ? bm_model_class_name(x->model, k)
                                                                           : bm_recipe_target(bm_model_recipe(x->model));
        json_object_set_new(json, name, cli_number(bm_tensor_at(p, k)));
        if (k < 8) cli_append(line, sizeof line, "%s%s %s", k ? ", " : "", name, cli_real(number, bm_tensor_at(p, k)));
    }
    if (cli_talks(c)) fputc('\n', c->to);
    cli_say(c, "predicted", "%s", line);
    cli_put(c, "predicted", json);
    bm_free(p);
    bm_free(one);
}

static int explain_row(explanation *x, const bm_table *t, int64_t row)
{
    cli *c = x->c;
    bm_table *one = bm_table_take(t, BM_VALUE(bm_rows, &row, 1)), *of = bm_contributions(x->model, t, row);
    char cell[140], value[140], number[32], filled[CLI_BAR_BYTES];
    json_t *met = bm_failed(of) ? NULL : cli_say_met(c, bm_model_recipe(x->model), one, NULL);
    if (!met) {
        const int status = bm_failed(of) ? cli_fail_text(c, CLI_FAILED, bm_error(of)) : CLI_FAILED;
        bm_free(one);
        bm_free(of);
        return status;
    }
    cli_put(c, "counts", met);
    bm_free(one);
    for (int64_t i = 0, last; i < bm_table_rows(of) && !c->json; i = last) {
        cli_grid g = { .columns = 4 };
        double most = 0;
        for (last = i; last < bm_table_rows(of) && !strcmp(cli_text_at(of, last, "target"), cli_text_at(of, i, "target"));
             last++)
            if (last > i && strcmp(cli_text_at(of, last, "column"), "prediction"))
                most = fmax(most, fabs(cli_number_at(of, last, "contribution")));
        cli_grid_add(&g, cli_target_name(x->model, cli_text_at(of, i, "target"), cell));
        cli_grid_add(&g, "value"), cli_grid_add(&g, "contribution"), cli_grid_add(&g, "");
        for (int64_t k = i; k < last; k++) {
            const double by = cli_number_at(of, k, "contribution");
            const bool inner = k > i && k < last - 1;
            if (inner && k - i > SHOWN) continue;
            cli_grid_add(&g, cli_cell(cell, cli_text_at(of, k, "column"), 32));
            cli_grid_add(&g, cli_cell(value, cli_text_at(of, k, "value"), 24));
            cli_grid_add(&g, cli_real(number, by));
            cli_grid_add(&g, inner && most > 0 ? cli_bar(filled, fabs(by) / most) : "");
        }
        if (cli_talks(c)) fputc('\n', c->to);
        cli_grid_print(&g, "", c->to);
        cli_grid_end(&g);
    }
    say_prediction(x, t, row);
    json_t *notes = json_array();
    say_notes(c, of, notes);
    cli_put(c, "contributions", cli_rows_json(of));
    cli_put(c, "notes", notes);
    const int status = write_table(c, of);
    bm_free(of);
    return status;
}

/* ---- any model ---- */
static int explain_importance(explanation *x)
{
    cli *c = x->c;
    const bm_importance_options o = { .table = x->source.table,
                                      .repeats = cli_given(&c->options, OPT_REPEATS) ? c->options.repeats : 5,
                                      .seed = c->options.seed,
                                      .score = c->options.metric };
    if (!x->source.table)
        return cli_fail(
            c, CLI_USAGE,
            "%s is not one dense layer: what it looks at is measured on rows with the target, a table: baeum explain %s DATA",
            c->arguments[0], c->arguments[0]);
    bm_table *t = bm_importance_at(x->model, &o, sizeof o, BM_HERE);
    if (bm_failed(t)) {
        const int status = cli_fail_text(c, CLI_FAILED, bm_error(t));
        bm_free(t);
        return status;
    }
    cli_grid g = { .columns = 4 };
    char cell[140], number[32], filled[CLI_BAR_BYTES];
    const double most = cli_number_at(t, 0, "importance");
    cli_grid_add(&g, "column"), cli_grid_add(&g, "importance"), cli_grid_add(&g, "spread"), cli_grid_add(&g, "");
    for (int64_t i = 0; i < bm_table_rows(t) && i < SHOWN; i++) {
        cli_grid_add(&g, cli_cell(cell, cli_text_at(t, i, "column"), 32));
        cli_grid_add(&g, cli_real(number, cli_number_at(t, i, "importance")));
        cli_grid_add(&g, cli_real(number, cli_number_at(t, i, "spread")));
        cli_grid_add(&g, most > 0 ? cli_bar(filled, cli_number_at(t, i, "importance") / most) : "");
    }
    if (!c->json) {
        if (cli_talks(c)) fputc('\n', c->to);
        cli_grid_print(&g, "", c->to);
    }
    cli_grid_end(&g);
    json_t *notes = json_array();
    say_notes(c, t, notes);
    cli_put(c, "importance", cli_rows_json(t));
    cli_put(c, "notes", notes);
    const int status = write_table(c, t);
    bm_free(t);
    return status;
}

/* ---- the command ---- */
static int check(explanation *x)
{
    cli *c = x->c;
    const bool rows = x->source.table || x->source.data;
    if (cli_given(&c->options, OPT_ROW) && !x->source.table)
        return cli_fail(c, CLI_USAGE, "--row is a row of DATA, a table: baeum explain %s DATA --row %" PRId64, c->arguments[0],
                        c->options.row);
    if (cli_given(&c->options, OPT_ROW) && c->options.row > bm_table_rows(x->source.table))
        return cli_fail(c, CLI_USAGE, "--row is %" PRId64 "; %s has %" PRId64 " row%s", c->options.row, x->source.given,
                        bm_table_rows(x->source.table), bm_table_rows(x->source.table) == 1 ? "" : "s");
    if ((c->options.robust || c->options.bootstrap) && !rows)
        return cli_fail(c, CLI_USAGE, "--%s needs the rows that the model was trained on: baeum explain %s DATA",
                        c->options.robust ? "robust" : "bootstrap", c->arguments[0]);
    if (cli_given(&c->options, OPT_CONFIDENCE) && !(c->options.confidence > 0 && c->options.confidence < 1))
        return cli_fail(c, CLI_USAGE, "--confidence is %g; it must be above 0 and below 1", c->options.confidence);
    return 0;
}

/* Refuses what says nothing of what is asked for: of one row its contributions, by permutations what a metric loses. */
static int check_of(cli *c, bool row, bool written)
{
    static const struct {
        cli_option_id id;
        const char *name;
        bool of_metric;
    } of[] = {
        { OPT_ROW, "row", true },        { OPT_METRIC, "metric", true },        { OPT_REPEATS, "repeats", true },
        { OPT_ROBUST, "robust", false }, { OPT_BOOTSTRAP, "bootstrap", false }, { OPT_CONFIDENCE, "confidence", false },
        { OPT_SEED, "seed", true },
    };
    for (size_t i = 0; i < BMI_COUNT(of); i++) {
        if (!cli_given(&c->options, of[i].id) || (row ? of[i].id == OPT_ROW && !written : of[i].of_metric)) continue;
        return cli_fail(c, CLI_USAGE, "--%s says nothing of %s; leave it out", of[i].name,
                        row ? "the contributions to one row" : "what a metric loses by permutations");
    }
    return 0;
}

static int explain(explanation *x)
{
    cli *c = x->c;
    const char *second = c->n_arguments > 1 ? c->arguments[1] : NULL;
    const bm_recipe *recipe = bm_model_recipe(x->model);
    bmi_dense_model d;
    int status = 0;
    const bool dense = bmi_dense_model_of(x->model, &d);
    FILE *file = second ? fopen(second, "rb") : NULL;
    if (file) fclose(file);
    if (second && !file && strchr(second, '=')) {
        if (!recipe)
            return cli_fail(c, CLI_FAILED, "%s was trained on arrays; a row of columns means nothing to it", c->arguments[0]);
        status = check_of(c, true, true);
        if (!status) status = read_row(x, second);
        return status ? status : explain_row(x, x->row, 0);
    }
    if (second) status = cli_source_open(c, second, recipe, BM_VALUE(bm_names, NULL), &x->source);
    if (!status && second && !x->source.table == !!recipe)
        status = cli_fail(c, CLI_FAILED,
                          recipe ? "%s has arrays, but the model was trained on a table"
                                 : "%s is a table, but the model was trained on arrays",
                          second);
    if (!status) status = check(x);
    if (status) return status;
    const bool row = cli_given(&c->options, OPT_ROW), coefficients = dense && !c->options.metric;
    if ((row || !coefficients) && (status = check_of(c, row, false))) return status;
    if (row) return explain_row(x, x->source.table, c->options.row - 1);
    if (coefficients && cli_given(&c->options, OPT_REPEATS))
        return cli_fail(c, CLI_USAGE, "--repeats is of permutations; of a model of coefficients --metric NAME asks for them");
    if (coefficients && cli_given(&c->options, OPT_SEED) && !cli_given(&c->options, OPT_BOOTSTRAP))
        return cli_fail(c, CLI_USAGE, "--seed is of permutations (--metric) and of resampled rows (--bootstrap)");
    return coefficients ? explain_coefficients(x) : explain_importance(x);
}

static int run(cli *c)
{
    explanation x = { .c = c };
    const char *output = c->options.output;
    if (output && cli_is_stdout(output) && c->json)
        return cli_fail(c, CLI_USAGE, "-o %s and --json both want standard output", output);
    if (cli_spare(c, output, c->arguments[0]) || (c->n_arguments > 1 && cli_spare(c, output, c->arguments[1])))
        return CLI_USAGE;
    if (output && cli_writable(c, output)) return CLI_FAILED;
    if (output && cli_is_stdout(output)) c->to = stderr;
    if (!(x.model = cli_model_open(c, c->arguments[0]))) return CLI_FAILED;
    const int status = explain(&x);
    bm_free(x.row);
    cli_source_end(&x.source);
    bm_free(x.model);
    return status;
}

const cli_command cli_explain = {
    .name = "explain",
    .arguments = "MODEL [DATA|ROW]",
    .least = 1,
    .most = 2,
    .run = run,
    .summary = "what a model looks at, and why a row got its prediction",
    .options = CLI_BIT(OPT_ROW) | CLI_BIT(OPT_ROBUST) | CLI_BIT(OPT_BOOTSTRAP) | CLI_BIT(OPT_CONFIDENCE) | CLI_BIT(OPT_METRIC) |
               CLI_BIT(OPT_REPEATS) | CLI_BIT(OPT_SEED) | CLI_BIT(OPT_THREADS) | CLI_BIT(OPT_NO_HEADER) |
               CLI_BIT(OPT_DELIMITER) | CLI_BIT(OPT_RENAME) | CLI_BIT(OPT_BAD_ROWS) | CLI_BIT(OPT_DATA) | CLI_BIT(OPT_OUTPUT) |
               CLI_BIT(OPT_JSON) | CLI_BIT(OPT_QUIET),
    .about = "Of a linear model: its coefficients in the table's units, largest effect first, with standard errors, p values, "
             "intervals\n"
             "and VIF where theory gives them, and the figures of the fit. With ROW, COLUMN=VALUE,..., or with --row of DATA: "
             "what the\n"
             "prediction for that row is made of. Of any other model, or with --metric: how much its score on DATA falls when "
             "the cells\n"
             "of a column change places at random, --repeats times (5). DATA is also for --robust and --bootstrap: the rows of "
             "training.",
    .examples = "  baeum explain sales.safetensors\n"
                "  baeum explain sales.safetensors sales.csv --row 12\n"
                "  baeum explain infert.safetensors age=30,parity=2,education='6-11yrs'\n"
                "  baeum explain sales.safetensors sales.csv --robust hc3\n"
                "  baeum explain network.safetensors new.csv --metric mae",
};
