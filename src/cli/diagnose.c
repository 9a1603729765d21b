// SPDX-License-Identifier: Apache-2.0
/* baeum diagnose: under- and overfitting, by models of growing parts of the rows or of a setting's values, cross-validated; and bias and
 * variance by resampling.
 */
#include "cli/learn.h"
#include "base/object.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct diagnosing {
    cli_training t;
    cli_fits fits;
    bm_folds_options folds;
    const char *model, *space; /* space null: by the number of rows */
    bm_sweep *s;
    bm_bias_variance_result parts;
} diagnosing;

/* The options of either curve. */
#define SHARED(w, o)                                                                                                          \
    .kind = (w)->folds.kind, .folds = (w)->folds.folds, .repeats = (w)->folds.repeats, .gap = (w)->folds.gap,                 \
    .in_order = (w)->folds.in_order, .not_stratified = (w)->folds.not_stratified, .group = (w)->folds.group,                  \
    .time = (w)->folds.time, .fold = (w)->folds.fold, .seed = (w)->folds.seed, .metric = (o)->metric, .epochs = (o)->epochs,  \
    .batch = (o)->batch, .balanced = (o)->balanced, .validation = cli_given((o), OPT_VALIDATION) ? (o)->validation_share : 0, \
    .progress = cli_fits_show, .user = &(w)->fits, .stop = cli_interrupt_asked()

/* --resample draws rows of its own, without regard to groups, times or folds: what says how they are parted is of the curves alone. */
static int check_resample(cli *c)
{
    const cli_options *o = &c->options;
    const char *given = cli_given(o, OPT_VALIDATION) ? "validation"
                        : o->group                   ? "group"
                        : o->time                    ? "time"
                        : o->fold                    ? "fold"
                        : o->in_order                ? "in-order"
                                                     : NULL;
    if (!o->resample || !given) return 0;
    return cli_fail(c, CLI_USAGE, "--resample draws rows at random and knows no --%s; leave one of them out", given);
}

static int read_options(diagnosing *w)
{
    cli *c = w->t.c;
    const cli_options *o = &c->options;
    const int status = cli_folds_read(c, &w->folds);
    if (status) return status;
    if (check_resample(c)) return CLI_USAGE;
    if (isnan(o->validation_share)) return cli_fail(c, CLI_USAGE, "--validation is a share of the rows here");
    if (o->search.n > 1) return cli_fail(c, CLI_USAGE, "--search is given %d times; a curve is of one setting", o->search.n);
    w->space = o->search.n ? o->search.at[0] : NULL;
    if (o->output && cli_is_stdout(o->output)) {
        if (c->json) return cli_fail(c, CLI_USAGE, "-o %s and --json both want standard output", o->output);
        c->to = stderr;
    } else if (o->output) {
        const int wrong = cli_spare(c, o->output, c->arguments[0]);
        return wrong ? wrong : cli_writable(c, o->output);
    }
    return 0;
}

static void number(char into[32], const char *metric, double value)
{
    bool share;
    cli_metric_title(metric, &share);
    if (isnan(value)) *into = 0;
    else (share ? cli_share : cli_real)(into, value);
}

static void print(const diagnosing *w)
{
    cli *c = w->t.c;
    bool share;
    const char *metric = bm_sweep_metric(w->s);
    char text[120], name[4 * 60 + 4];
    cli_grid g = { .columns = 6 };
    snprintf(text, sizeof text, "training %s", cli_metric_title(metric, &share));
    const char *const titles[] = { w->space ? "" : "rows", text, "±", "held out", "±", "fit" };
    for (int k = 0; k < 6; k++) cli_grid_add(&g, titles[k]);
    for (int64_t i = 0; i < bm_sweep_points(w->s); i++) {
        const bm_sweep_point p = bm_sweep_point_at(w->s, i);
        const double of[] = { p.train, p.train_spread, p.held_out, p.held_out_spread };
        if (p.status) continue;
        cli_grid_add(&g, w->space ? cli_cell(name, p.name, 60) : cli_count(text, llround(p.x)));
        for (int k = 0; k < 4; k++) {
            number(text, metric, of[k]);
            cli_grid_add(&g, text);
        }
        cli_grid_add(&g, cli_seconds(text, p.fit_seconds));
    }
    fputc('\n', c->to);
    cli_grid_print(&g, "", c->to);
    cli_grid_end(&g);
    fprintf(c->to, "\n%s\n", bm_sweep_diagnosis(w->s).text);
}

static void print_parts(const diagnosing *w)
{
    const bm_bias_variance_result *r = &w->parts;
    char error[32], bias[32], more[32], noise[32], rounds[32], rows[64];
    FILE *to = w->t.c->to;
    cli_plural(rows, r->rows, "held-out row", "held-out rows");
    fprintf(to, "\n%s models of bootstrap samples, judged on %s\n", cli_count(rounds, r->rounds), rows);
    if (r->task == BM_REGRESSION)
        fprintf(to, "squared error %s = bias² %s + variance %s%s%s%s\n", cli_real(error, r->error), cli_real(bias, r->bias2),
                cli_real(more, r->variance), isnan(r->noise) ? " (bias² has the noise of the target, too)" : " + noise ",
                isnan(r->noise) ? "" : cli_real(noise, r->noise), "");
    else
        fprintf(to, "share of wrong rows %s = bias %s + variance %s where most models are right - %s where they are wrong\n",
                cli_share(error, r->error), cli_share(bias, r->bias2), cli_share(more, r->unbiased_variance),
                cli_share(noise, r->biased_variance));
}

static void put(const diagnosing *w)
{
    cli *c = w->t.c;
    json_t *list = json_array();
    const bm_diagnosis d = bm_sweep_diagnosis(w->s);
    for (int64_t i = 0; i < bm_sweep_points(w->s); i++) {
        const bm_sweep_point p = bm_sweep_point_at(w->s, i);
        json_t *o = json_object();
        json_object_set_new(o, "name", cli_text(p.name));
        json_object_set_new(o, "x", cli_number(p.x));
        json_object_set_new(o, "train", cli_number(p.train));
        json_object_set_new(o, "train_spread", cli_number(p.train_spread));
        json_object_set_new(o, "held_out", cli_number(p.held_out));
        json_object_set_new(o, "held_out_spread", cli_number(p.held_out_spread));
        json_object_set_new(o, "fit_seconds", cli_number(p.fit_seconds));
        if (p.status) json_object_set_new(o, "error", cli_text(p.error));
        json_array_append_new(list, o);
    }
    cli_put(c, "metric", json_string(bm_sweep_metric(w->s)));
    cli_put(c, "points", list);
    cli_put(c, "best", json_integer((json_int_t)bm_sweep_best(w->s)));
    cli_put(c, "high_bias", json_boolean(d.high_bias));
    cli_put(c, "high_variance", json_boolean(d.high_variance));
    cli_put(c, "diagnosis", cli_text(d.text));
    if (!w->parts.rounds) return;
    const bm_bias_variance_result *r = &w->parts;
    json_t *o = json_object();
    json_object_set_new(o, "error", cli_number(r->error));
    json_object_set_new(o, "bias", cli_number(r->bias2));
    json_object_set_new(o, "variance", cli_number(r->variance));
    json_object_set_new(o, "noise", cli_number(r->noise));
    json_object_set_new(o, "unbiased_variance", cli_number(r->unbiased_variance));
    json_object_set_new(o, "biased_variance", cli_number(r->biased_variance));
    json_object_set_new(o, "rounds", json_integer((json_int_t)r->rounds));
    json_object_set_new(o, "rows", json_integer((json_int_t)r->rows));
    cli_put(c, "bias_variance", o);
}

/* The points as a table. */
static int write_points(const diagnosing *w)
{
    cli *c = w->t.c;
    static const char *const columns[] = { "x", "train", "train_spread", "held_out", "held_out_spread", "fit_seconds" };
    const int64_t n = bm_sweep_points(w->s);
    const char *path = c->options.output;
    char error[400];
    if (!path) return 0;
    bm_table *t = bm_table_new();
    bm_name *names = malloc(((size_t)n + 1) * sizeof *names);
    double *values = malloc(((size_t)n + 1) * sizeof *values);
    int status = names && values ? 0 : cli_fail(c, CLI_FAILED, "out of memory");
    for (int64_t i = 0; !status && i < n; i++) names[i] = bm_sweep_point_at(w->s, i).name;
    if (!status) bm_table_add_text(t, "point", names, n);
    for (int k = 0; !status && k < 6; k++) {
        for (int64_t i = 0; i < n; i++) {
            const bm_sweep_point p = bm_sweep_point_at(w->s, i);
            values[i] = (double[]){ p.x, p.train, p.train_spread, p.held_out, p.held_out_spread, p.fit_seconds }[k];
        }
        bm_table_add_real(t, columns[k], values, n);
    }
    const bm_csv_write_options how = { .path = cli_is_stdout(path) ? "/dev/stdout" : path };
    if (!status && bm_table_write_csv_at(t, &how, sizeof how, error, sizeof error, BM_HERE))
        status = cli_fail_text(c, CLI_FAILED, error);
    else if (!status) cli_put(c, "file", cli_text(path));
    free(names);
    free(values);
    bm_free(t);
    return status;
}

static int failed(const diagnosing *w, const bmi_error *e)
{
    return e->status == BM_E_STOPPED ? cli_fail_text(w->t.c, CLI_INTERRUPTED, e->text) : cli_learn_failed(w->t.c, e);
}

static int resample(diagnosing *w)
{
    const cli_options *o = &w->t.c->options;
    if (!o->resample) return 0;
    cli_interrupt_begin(NULL);
    w->parts = bm_bias_variance(w->t.source.table, w->t.recipe, w->model, .rounds = o->resample, .seed = o->seed,
                                .epochs = o->epochs, .batch = o->batch, .balanced = o->balanced, .stop = cli_interrupt_asked());
    cli_interrupt_end();
    bmi_error e = { 0 };
    if (w->parts.status) bmi_fail(&e, w->parts.status, BM_HERE, "%s", w->parts.error_text);
    return e.status ? failed(w, &e) : 0;
}

static int diagnose(diagnosing *w)
{
    cli *c = w->t.c;
    const cli_options *o = &c->options;
    bool share;
    const bool classes = w->t.task == BM_CLASSIFICATION;
    w->model = cli_learn_model(&w->t, w->space);
    if (cli_network_check(c, w->model)) return CLI_USAGE;
    if (!w->model && o->resample)
        return cli_fail(c, CLI_USAGE, "--resample is of one model: --model names it; no search for it");
    cli_folds_say(c, &w->folds, classes);
    if (w->model) cli_say(c, "model", "%s", w->model);
    w->fits = (cli_fits){ .command = c,
                          .metric = cli_metric_title(o->metric ? o->metric
                                                     : classes ? "accuracy"
                                                               : "r2",
                                                     &share) };
    w->fits.share = share;
    cli_interrupt_begin(NULL);
    w->s = w->space ? bm_validation_curve(w->t.source.table, w->t.recipe, w->model, w->space, SHARED(w, o))
                    : bm_learning_curve(w->t.source.table, w->t.recipe, w->model, SHARED(w, o));
    cli_interrupt_end();
    cli_fits_end(&w->fits);
    if (bm_failed(w->s)) return failed(w, bmi_object_why(w->s));
    const int status = resample(w);
    if (status) return status;
    if (!c->json) print(w);
    if (!c->json && w->parts.rounds) print_parts(w);
    put(w);
    for (int64_t i = 0; i < bm_sweep_points(w->s); i++) {
        const bm_sweep_point p = bm_sweep_point_at(w->s, i);
        if (p.status) cli_warn(c, "%s could not be fitted: %s", p.name, p.error);
    }
    return write_points(w);
}

static int run(cli *c)
{
    diagnosing w = { .t = { .c = c } };
    int status = read_options(&w);
    if (!status) status = cli_learn_open(&w.t);
    if (!status) status = diagnose(&w);
    bm_free(w.s);
    bm_free(w.t.recipe);
    cli_source_end(&w.t.source);
    return status;
}

const cli_command cli_diagnose = {
    .name = "diagnose",
    .arguments = "DATA",
    .least = 1,
    .most = 1,
    .run = run,
    .summary = "too simple or too rich a model, by learning curves",
    .options = CLI_BY_FOLDS | CLI_BIT(OPT_MODEL) | CLI_BIT(OPT_SEARCH) | CLI_BIT(OPT_RESAMPLE) | CLI_BIT(OPT_OUTPUT),
    .about = "Scores a model of growing parts of the training rows, or with --search of the values of one setting, on these "
             "rows and on\n"
             "held-out ones, fold by fold, and says what the two curves mean: high bias (too simple), high variance (too rich, "
             "or too\n"
             "few rows), and what to try. With --resample the error is parted into bias and variance by models of bootstrap "
             "samples.\n"
             "-o writes the points.",
    .examples = "  baeum diagnose iris -m softmax\n"
                "  baeum diagnose housing.csv -t median_house_value -m linear --search \"polynomial=1..4\"\n"
                "  baeum diagnose sales.csv -t revenue -m ridge --search \"alpha=.001..1000 log 7\" -o alpha.csv\n"
                "  baeum diagnose infert -m mlp:16 --resample 30 --json",
};
