// SPDX-License-Identifier: Apache-2.0
/* baeum compare: models beside each other by cross-validation, under the trivial answer. */
#include "cli/learn.h"
#include "model/model.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct comparing {
    cli_training t;
    char *text; /* of --models */
    bm_compare_options o;
    cli_fits fits;
    bm_comparison *c;
} comparing;

static const char *const of_numbers[] = { "r2", "rmse", "mae", NULL };
static const char *const of_classes[] = { "accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "log_loss", NULL };

/* The metric that is compared, with its spread, then the usual others. */
static int columns(const comparing *w, const char *names[8])
{
    const char *const *usual = w->t.task == BM_REGRESSION ? of_numbers : of_classes;
    int n = 0;
    names[n++] = bm_comparison_metric(w->c);
    for (; *usual; usual++)
        if (strcmp(*usual, names[0]) != 0) names[n++] = *usual;
    return n;
}

static void add_number(cli_grid *g, const char *metric, double value)
{
    bool share;
    char text[32];
    cli_metric_title(metric, &share);
    cli_grid_add(g, (share ? cli_share : cli_real)(text, value));
}

static const char *seconds(char into[32], double s)
{
    return isnan(s) ? "" : cli_seconds(into, s);
}

static void add_row(const comparing *w, cli_grid *g, int64_t i, const char *const *names, int n)
{
    const bm_compared r = bm_comparison_row(w->c, i);
    char text[32], name[4 * 40 + 4];
    cli_grid_add(g, cli_cell(name, r.name, 40));
    for (int k = 0; k < n; k++) {
        add_number(g, names[k], bm_comparison_mean(w->c, i, names[k]));
        if (!k) add_number(g, names[k], r.spread);
    }
    add_number(g, names[0], r.difference);
    cli_grid_add(g, isnan(r.p) ? "" : r.p < .001 ? "<.001" : cli_share(text, r.p));
    cli_grid_add(g, seconds(text, r.fit_seconds));
    cli_grid_add(g, seconds(text, r.predict_seconds));
    cli_grid_add(g, r.parameters ? cli_count(text, r.parameters) : "");
    cli_grid_add(g, r.bytes ? cli_bytes(text, (double)r.bytes) : "");
}

static void print(const comparing *w)
{
    bool share;
    const char *names[8], *last[] = { "behind", "p", "fit", "predict", "parameters", "size" };
    const int n = columns(w, names);
    cli_grid g = { .columns = n + 2 + (int)(sizeof last / sizeof *last) };
    cli_grid_add(&g, "");
    for (int k = 0; k < n; k++) {
        cli_grid_add(&g, cli_metric_title(names[k], &share));
        if (!k) cli_grid_add(&g, "±");
    }
    for (size_t k = 0; k < sizeof last / sizeof *last; k++) cli_grid_add(&g, last[k]);
    for (int64_t i = 0; i < bm_comparison_rows(w->c); i++)
        if (!bm_comparison_row(w->c, i).status) add_row(w, &g, i, names, n);
    fputc('\n', w->t.c->to);
    cli_grid_print(&g, "", w->t.c->to);
    cli_grid_end(&g);
    fputc('\n', w->t.c->to);
}

static json_t *row_json(const comparing *w, int64_t i)
{
    const bm_compared r = bm_comparison_row(w->c, i);
    const char *const *usual = w->t.task == BM_REGRESSION ? of_numbers : of_classes;
    json_t *o = json_object(), *metrics = json_object();
    json_object_set_new(o, "name", cli_text(r.name));
    if (r.status) json_object_set_new(o, "error", cli_text(r.error));
    json_object_set_new(o, "mean", cli_number(r.mean));
    json_object_set_new(o, "spread", cli_number(r.spread));
    for (; *usual; usual++)
        json_object_set_new(metrics, *usual,
                            json_pack("{s:o, s:o}", "mean", cli_number(bm_comparison_mean(w->c, i, *usual)), "spread",
                                      cli_number(bm_comparison_spread(w->c, i, *usual))));
    json_object_set_new(o, "metrics", metrics);
    json_object_set_new(o, "difference", cli_number(r.difference));
    json_object_set_new(o, "p", cli_number(r.p));
    json_object_set_new(o, "fit_seconds", cli_number(r.fit_seconds));
    json_object_set_new(o, "predict_seconds", cli_number(r.predict_seconds));
    json_object_set_new(o, "parameters", json_integer((json_int_t)r.parameters));
    json_object_set_new(o, "bytes", json_integer((json_int_t)r.bytes));
    return o;
}

static void put(const comparing *w)
{
    cli *c = w->t.c;
    json_t *list = json_array();
    for (int64_t i = 0; i < bm_comparison_rows(w->c); i++) json_array_append_new(list, row_json(w, i));
    cli_put(c, "metric", json_string(bm_comparison_metric(w->c)));
    cli_put(c, "models", list);
}

/* What the table does not say by itself. */
static void warn(const comparing *w)
{
    cli *c = w->t.c;
    const char *note;
    for (int64_t i = 0; (note = bm_comparison_note(w->c, i)); i++) cli_warn(c, "%s", strncmp(note, "! ", 2) ? note : note + 2);
    const bm_compared baseline = bm_comparison_row(w->c, 0), best = bm_comparison_row(w->c, 1);
    if (bm_comparison_rows(w->c) > 1 && baseline.difference <= 0)
        cli_warn(c, "no model is better than the baseline, always %s",
                 w->t.task == BM_REGRESSION ? "the mean" : "the most frequent class");
    for (int64_t i = 0; i < bm_comparison_rows(w->c); i++) {
        const bm_compared r = bm_comparison_row(w->c, i);
        if (r.status) cli_warn(c, "%s could not be fitted: %s", r.name, r.error);
        else if (i > 0 && isnan(r.mean) && !isnan(best.mean))
            cli_warn(c, "%s has no figure of %s: %s", r.name, bm_comparison_metric(w->c), r.error);
    }
    if (bm_comparison_rows(w->c) > 1 && isnan(best.mean))
        cli_warn(c, "no model has a figure of %s: %s; --metric names another", bm_comparison_metric(w->c), best.error);
    if (!cli_talks(c) || bm_comparison_rows(w->c) < 2 || isnan(best.mean)) return;
    char text[4200], target[1200];
    const cli_bits others = c->options.given & (CLI_BIT(OPT_DROP) | CLI_BIT(OPT_KEEP) | CLI_BIT(OPT_STEP) |
                                                CLI_BIT(OPT_WITHOUT) | CLI_BIT(OPT_WEIGHTS) | CLI_BIT(OPT_LOG_TARGET) |
                                                CLI_BIT(OPT_BALANCED) | CLI_BIT(OPT_TIME) | CLI_BIT(OPT_GROUP));
    fprintf(c->to,
            "behind: how far from the best, fold by fold; p: of the corrected resampled t test (small: not by chance)\n");
    fprintf(c->to, "next: baeum train %s --target %s", cli_shell(text, sizeof text, w->t.source.given),
            cli_shell(target, sizeof target, w->t.target));
    fprintf(c->to, " --model %s%s\n", cli_shell(text, sizeof text, best.name),
            others ? ", with the options for columns and rows that compare was given" : "");
}

static int read_options(comparing *w)
{
    cli *c = w->t.c;
    const cli_options *o = &c->options;
    bm_folds_options folds;
    int status = cli_folds_read(c, &folds);
    if (status) return status;
    if (isnan(o->validation_share)) return cli_fail(c, CLI_USAGE, "--validation is a share of the rows here");
    w->o = (bm_compare_options){ .kind = folds.kind, .folds = folds.folds, .repeats = folds.repeats };
    w->o.group = folds.group;
    w->o.time = folds.time;
    w->o.fold = folds.fold;
    w->o.seed = folds.seed;
    w->o.in_order = folds.in_order;
    w->o.not_stratified = folds.not_stratified;
    w->o.gap = folds.gap;
    w->o.metric = o->metric;
    w->o.epochs = o->epochs;
    w->o.batch = o->batch;
    w->o.balanced = o->balanced;
    w->o.validation = cli_given(o, OPT_VALIDATION) ? o->validation_share : 0;
    w->o.progress = cli_fits_show;
    w->o.user = &w->fits;
    w->o.stop = cli_interrupt_asked();
    w->text = strdup(o->models ? o->models : "");
    if (!w->text) return cli_fail(c, CLI_FAILED, "out of memory");
    if (o->models && cli_models_cut(c, w->text, w->o.learners) < 0) return CLI_USAGE;
    bool networks = !o->models;
    for (int i = 0; !status && i < BM_COMPARE_MAX && w->o.learners[i]; i++) { /* before the data is read */
        bm_model *m = bm_learner_parse(w->o.learners[i], NULL);
        if (bm_failed(m)) status = cli_fail(c, CLI_USAGE, "--models: %s", bm_error(m));
        else networks |= !m->learner->fit;
        bm_free(m);
    }
    return status ? status : cli_networks_check(c, networks);
}

static int compare(comparing *w)
{
    cli *c = w->t.c;
    bool share;
    const bool classes = w->t.task == BM_CLASSIFICATION;
    bm_folds_options folds;
    cli_folds_read(c, &folds);
    cli_folds_say(c, &folds, classes);
    const char *metric = w->o.metric ? w->o.metric : classes ? "accuracy" : "r2";
    w->fits = (cli_fits){ .command = c, .metric = cli_metric_title(metric, &share) };
    w->fits.share = share;
    cli_interrupt_begin(NULL);
    w->c = bm_compare_at(w->t.source.table, w->t.recipe, &w->o, sizeof w->o, BM_HERE);
    cli_interrupt_end();
    cli_fits_end(&w->fits);
    if (bm_status_of(w->c) == BM_E_STOPPED) return cli_fail_text(c, CLI_INTERRUPTED, bm_error(w->c));
    if (bm_failed(w->c)) return cli_learn_failed(c, bmi_object_why(w->c));
    if (cli_talks(c) || (c->options.quiet && !c->json)) print(w);
    put(w);
    warn(w);
    return CLI_DONE;
}

static int run(cli *c)
{
    comparing w = { .t = { .c = c } };
    int status = read_options(&w);
    if (!status) status = cli_learn_open(&w.t);
    if (!status) status = compare(&w);
    bm_free(w.c);
    bm_free(w.t.recipe);
    cli_source_end(&w.t.source);
    free(w.text);
    return status;
}

const cli_command cli_compare = {
    .name = "compare",
    .arguments = "DATA",
    .least = 1,
    .most = 1,
    .run = run,
    .summary = "models beside each other, by cross-validation",
    .options = CLI_BY_FOLDS | CLI_BIT(OPT_MODELS),
    .about =
        "Fits every model on the same folds of DATA, the preparation of the columns included, and scores it on the rows that "
        "it\n"
        "did not see: mean and standard deviation over the folds, the trivial answer on top, then from the best to the worst.\n"
        "With each stands how far it is behind the best, fold by fold, and how likely such a difference is by chance.\n"
        "Networks run all their epochs unless --validation puts a share of their training rows aside to stop them.",
    .examples = "  baeum compare iris\n"
                "  baeum compare housing.csv -t median_house_value --models linear,mlp:64,32 --metric rmse\n"
                "  baeum compare sales.csv -t revenue --time date --cv 8\n"
                "  baeum compare infert --group stratum --repeats 10 --json",
};
