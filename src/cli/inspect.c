// SPDX-License-Identifier: Apache-2.0
/* baeum inspect: what a model or a data set is. */
#include "base/text.h"
#include "cli/cli.h"
#include <baeum/inference.h>
#include "data/recipe.h"
#include "model/model.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- a model ---- */

static void model_scores(cli *c, const bm_model *m)
{
    static const char *const names[] = { "train", "validation", "test", "baseline" };
    cli_scores s = { .positive = cli_positive(c, m) };
    json_t *json = json_object();
    bm_scores parts[4];
    for (int i = 0; i < 4; i++) {
        parts[i] = bm_model_scores(m, names[i]);
        if (parts[i].rows <= 0) continue;
        s.name[s.count] = names[i];
        s.scores[s.count++] = &parts[i];
        json_object_set_new(json, names[i], cli_scores_json(&parts[i]));
    }
    cli_put(c, "metrics", json);
    if (c->json || !s.count) return;
    fputc('\n', c->to);
    cli_scores_print(&s, c->to);
}

static void model_json(cli *c, const bm_model *m)
{
    json_t *layers = json_array(), *classes = json_array();
    for (int64_t i = 0; i < bm_model_layers(m); i++) {
        const bm_shape shape = bm_model_layer_shape(m, i);
        json_t *dims = json_array();
        for (int64_t d = 0; d < shape.rank; d++)
            json_array_append_new(dims, shape.dim[d] == BM_ANY ? json_null() : json_integer((json_int_t)shape.dim[d]));
        json_array_append_new(layers, json_pack("{s:s, s:s, s:o, s:I}", "name", bm_model_layer_name(m, i), "kind",
                                                bm_model_layer_kind(m, i), "shape", dims, "parameters",
                                                (json_int_t)bm_model_layer_parameters(m, i)));
    }
    for (int64_t k = 0; k < bm_model_classes(m); k++) json_array_append_new(classes, json_string(bm_model_class_name(m, k)));
    cli_put(c, "layers", layers);
    cli_put(c, "parameters", json_integer((json_int_t)bm_model_parameters(m)));
    cli_put(c, "task", json_string(bm_model_task(m) == BM_CLASSIFICATION ? "classification" : "regression"));
    cli_put(c, "classes", classes);
}

void cli_model_settings(cli *c, const bm_model *m)
{
    const bm_recipe *r = bm_model_recipe(m);
    const char *weights = bm_recipe_weights(r);
    cli_put(c, "weights", weights ? json_string(weights) : json_null());
    cli_put(c, "balanced", json_boolean(m->balanced));
    cli_put(c, "log_target", json_boolean(r && r->log1p));
    cli_put(c, "in_order", json_boolean(m->in_order));
    if (bm_model_classes(m) == 2) cli_put(c, "threshold", cli_number(bm_model_threshold(m)));
    cli_put(c, "group", m->group ? json_string(m->group) : json_null());
    cli_put(c, "time", m->time ? json_string(m->time) : json_null());
}

/* By what it was trained, for how long, and how that ended: "adam, rate .001 · mse · 52 epochs, the weights of epoch 42". */
static void say_fit(cli *c, const bm_model *m)
{
    const int64_t epochs = bm_history_epochs(m), best = bm_best_epoch(m) + 1;
    const char *why = bm_stopped_by(m);
    const bm_optimizer_kind *optimizer = m->settings.optimizer.kind;
    const bm_optimizer_common *common = (const void *)m->settings.optimizer.options.at;
    char count[64], rate[32], kept[32] = "";
    if (!epochs || !optimizer || !m->settings.losses[0].kind) { /* a method of its own */
        if (*why) cli_say(c, "fit", "%s", why);
        if (*why) cli_put(c, "fit", json_pack("{s:s}", "stopped_by", why));
        return;
    }
    bmi_write_real(rate, common->rate);
    if (best > 0) cli_count(kept, best);
    cli_say(c, "fit", "%s, rate %s · %s · %s%s%s", optimizer->name, rate + (rate[0] == '0' && rate[1] == '.'),
            m->settings.losses[0].kind->name, cli_plural(count, epochs, "epoch", "epochs"),
            best > 0 && best != epochs ? ", the weights of epoch " : "", best != epochs ? kept : "");
    cli_put(c, "fit",
            json_pack("{s:s, s:o, s:s, s:I, s:o, s:s}", "optimizer", optimizer->name, "rate", cli_number(common->rate), "loss",
                      m->settings.losses[0].kind->name, "epochs", (json_int_t)epochs, "best_epoch",
                      best > 0 ? json_integer((json_int_t)best) : json_null(), "stopped_by", why));
}

/* What was asked for in training beside the model itself. */
static void say_settings(cli *c, const bm_model *m)
{
    const bm_recipe *r = bm_model_recipe(m);
    const char *weights = bm_recipe_weights(r);
    char what[900], number[32];
    int n = 0;
    *what = 0;
    if (weights) n += snprintf(what + n, sizeof what - (size_t)n, " · rows weighed by %.200s", weights);
    if (m->balanced) n += snprintf(what + n, sizeof what - (size_t)n, " · classes balanced");
    if (m->threshold > 0 && m->threshold != .5)
        n += snprintf(what + n, sizeof what - (size_t)n, " · \"%.40s\" from a probability of %s on", bm_model_class_name(m, 1),
                      cli_share(number, m->threshold));
    if (r && r->log1p) n += snprintf(what + n, sizeof what - (size_t)n, " · log(1 + target) learned");
    if (m->in_order) n += snprintf(what + n, sizeof what - (size_t)n, " · rows split in order");
    if (m->group) n += snprintf(what + n, sizeof what - (size_t)n, " · rows split by groups of %.200s", m->group);
    if (m->time) snprintf(what + n, sizeof what - (size_t)n, " · rows split by time in %.200s", m->time);
    if (*what) cli_say(c, "training", "%s", what + strlen(" · "));
}

/* What would make the same file again. */
static void say_origin(cli *c, const bm_model *m)
{
    char seed[48] = "";
    if (m->seeded) snprintf(seed, sizeof seed, "%sseed %" PRId64, *m->version ? ", " : "", m->seed);
    if (*m->version || *seed) cli_say(c, "made by", "%s%s%s", *m->version ? "baeum " : "", m->version, seed);
    cli_put(c, "version", *m->version ? json_string(m->version) : json_null());
    cli_put(c, "seed", m->seeded ? json_integer((json_int_t)m->seed) : json_null());
}

/* The features by name in lines, those of one-hot columns as column=value. */
static void feature_names(cli *c, const bm_recipe *r)
{
    enum { WIDE = 96, MOST = 100 };
    const int64_t features = bm_recipe_features(r), shown = features < MOST ? features : MOST;
    char line[WIDE + 200] = "", name[140];
    for (int64_t i = 0, n = 0; i < shown; i++) {
        n += snprintf(line + n, sizeof line - (size_t)n, "%s%s", cli_cell(name, bm_recipe_feature_name(r, i), 32),
                      i + 1 < features ? ", " : "");
        if (n < WIDE && i + 1 < shown) continue;
        if (i + 1 == shown && shown < features)
            snprintf(line + n, sizeof line - (size_t)n, "and %" PRId64 " more", features - shown);
        cli_say(c, "", "%s", line);
        n = 0;
    }
}

static void model_recipe(cli *c, bm_model *m)
{
    const bm_recipe *r = bm_model_recipe(m);
    if (!r) return;
    char text[64];
    const char *note;
    json_t *features = json_array(), *notes = json_array();
    for (int64_t i = 0; i < bm_recipe_features(r); i++)
        json_array_append_new(features, json_string(bm_recipe_feature_name(r, i)));
    cli_say(c, "target", "%s: %s", bm_recipe_target(r) ? bm_recipe_target(r) : "none",
            bm_recipe_task(r) == BM_CLASSIFICATION ? "classification" : "regression");
    for (int64_t i = 0; (note = bm_recipe_note(r, i)); i++) {
        cli_say(c, i ? "" : "recipe", "%s", note);
        json_array_append_new(notes, json_string(note));
    }
    cli_say(c, "features", "%s", cli_count(text, bm_recipe_features(r)));
    if (!cli_has_coefficients(m)) feature_names(c, r); /* that table has their names */
    cli_put(c, "target", bm_recipe_target(r) ? json_string(bm_recipe_target(r)) : json_null());
    cli_put(c, "features", features);
    cli_put(c, "recipe", notes);
}

/* In the table's units, as baeum explain has them. */
static void model_coefficients(cli *c, const bm_model *m)
{
    if (!cli_has_coefficients(m)) return;
    bm_table *t = bm_coefficients(m, .order = BM_AS_THEY_ARE);
    if (!bm_failed(t)) {
        cli_coefficients(c, m, t, false);
        char path[1100];
        if (cli_talks(c))
            fprintf(c->to, "(in the table's units; baeum explain %s has errors, p values and figures)\n",
                    cli_shell(path, sizeof path, c->arguments[0]));
    }
    bm_free(t);
}

static int inspect_model(cli *c, const char *path)
{
    bm_model *m = cli_model_open(c, path);
    if (!m) return CLI_FAILED;
    int status = 0;
    if (c->options.plan) {
        const int64_t batch = cli_given(&c->options, OPT_BATCH) ? c->options.batch : 32;
        if (c->json) status = cli_fail(c, CLI_USAGE, "--plan is a table of text; it does not go with --json");
        else if (bm_model_plan_print(m, batch, 20, stdout)) status = cli_fail_text(c, CLI_FAILED, bm_error(m));
    } else {
        model_recipe(c, m);
        say_fit(c, m);
        say_settings(c, m);
        say_origin(c, m);
        if (bm_model_classes(m) > 1 && cli_talks(c)) {
            char text[64];
            cli_say(c, "classes", "%s", cli_count(text, bm_model_classes(m)));
        }
        if (!c->json) {
            if (cli_talks(c)) fputc('\n', c->to);
            bm_summary(m, c->to);
        }
        model_json(c, m);
        cli_model_settings(c, m);
        model_coefficients(c, m);
        model_scores(c, m);
    }
    bm_free(m);
    return status;
}

/* ---- data ---- */

static void add_real(cli_grid *g, double value)
{
    char number[32];
    cli_grid_add(g, cli_real(number, value));
}

static void inspect_arrays(cli *c, const cli_source *s)
{
    const bm_dataset *parts[] = { s->data, s->test };
    json_t *json = json_array();
    cli_grid g = { .columns = 6 };
    char text[140];
    cli_grid_add(&g, "array"), cli_grid_add(&g, "type"), cli_grid_add(&g, "shape"), cli_grid_add(&g, "min"),
        cli_grid_add(&g, "mean"), cli_grid_add(&g, "max");
    for (int p = 0; p < 2 && parts[p]; p++)
        for (int k = 0; k < 2; k++) {
            const bm_tensor *x = k ? bm_dataset_t(parts[p], 0) : bm_dataset_x(parts[p], 0);
            if (!x) continue;
            const bm_shape shape = bm_tensor_shape(x);
            const char *name = k ? bm_dataset_t_name(parts[p], 0) : bm_dataset_x_name(parts[p], 0);
            double low = INFINITY, high = -INFINITY, sum = 0;
            char dims[160] = "";
            for (int64_t i = 0; i < bm_tensor_size(x); i++) {
                const double v = bm_tensor_at(x, i);
                low = fmin(low, v);
                high = fmax(high, v);
                sum += v;
            }
            for (int64_t d = 0, n = 0; d < shape.rank; d++)
                n += snprintf(dims + n, 24, "%s%" PRId64, d ? "×" : "", shape.dim[d]);
            cli_append(cli_cell(text, name, 30), sizeof text, "%s", p ? " (test)" : s->test ? " (train)" : "");
            cli_grid_add(&g, text);
            cli_grid_add(&g, bm_type_name(bm_tensor_type(x)));
            cli_grid_add(&g, dims);
            add_real(&g, low), add_real(&g, sum / (double)bm_tensor_size(x)), add_real(&g, high);
            json_array_append_new(json,
                                  json_pack("{s:o, s:s, s:s, s:o, s:o, s:o}", "name", cli_text(text), "type",
                                            bm_type_name(bm_tensor_type(x)), "shape", dims, "min", cli_number(low), "mean",
                                            cli_number(sum / (double)bm_tensor_size(x)), "max", cli_number(high)));
        }
    cli_put(c, "rows", json_integer((json_int_t)bm_dataset_rows(s->data)));
    cli_put(c, "arrays", json);
    if (!c->json) cli_grid_print(&g, "", c->to);
    cli_grid_end(&g);
}

static int run(cli *c)
{
    cli_source s;
    if (cli_given(&c->options, OPT_BATCH) && !c->options.plan)
        return cli_fail(c, CLI_USAGE, "--batch is of --plan: the rows of the step whose kernels it shows");
    if (cli_is_model(c->arguments[0])) {
        if (c->options.target || c->options.columns.n)
            return cli_fail(c, CLI_USAGE, "--target and --columns are of tables; %s is a model", c->arguments[0]);
        return inspect_model(c, c->arguments[0]);
    }
    if (c->options.plan) return cli_fail(c, CLI_USAGE, "--plan is of a model; %s is none", c->arguments[0]);
    int status = cli_source_open(c, c->arguments[0], NULL, BM_VALUE(bm_names, NULL), &s);
    if (!status) {
        cli_source_say(c, &s);
        if (s.table) status = cli_inspect_table(c, &s);
        else if (c->options.target || c->options.columns.n)
            status = cli_fail(c, CLI_USAGE, "--target and --columns are of tables; %s has arrays", s.given);
        else inspect_arrays(c, &s);
    }
    cli_source_end(&s);
    return status;
}

const cli_command cli_inspect = {
    .name = "inspect",
    .arguments = "MODEL|DATA",
    .least = 1,
    .most = 1,
    .run = run,
    .summary = "what a model or a data set is",
    .options = CLI_BIT(OPT_PLAN) | CLI_BIT(OPT_BATCH) | CLI_BIT(OPT_THREADS) | CLI_BIT(OPT_NO_HEADER) | CLI_BIT(OPT_DELIMITER) |
               CLI_BIT(OPT_MISSING) | CLI_BIT(OPT_DECIMAL) | CLI_BIT(OPT_RENAME) | CLI_BIT(OPT_BAD_ROWS) | CLI_BIT(OPT_DATA) |
               CLI_BIT(OPT_JSON) | CLI_BIT(OPT_QUIET) | CLI_BIT(OPT_TARGET) | CLI_BIT(OPT_COLUMNS),
    .about = "Of a model file: its layers with shapes and parameters, its recipe and its scores; with --plan the kernels of "
             "one training\n"
             "step of --batch rows, with their times. Of data: each column with its type, missing cells, figures and a\n"
             "histogram; below them columns whose skew is above 1, constant and equal columns, rows that are there twice, and\n"
             "with --target how each column goes with it: Pearson's correlation of numbers, the correlation ratio (eta) of a\n"
             "text and a number, Cramer's V of two texts. --json has all of it.",
    .examples = "  baeum inspect sales.csv\n"
                "  baeum inspect sales.csv --target revenue --columns price,region\n"
                "  baeum inspect sales.safetensors\n"
                "  baeum inspect mnist.safetensors --plan --batch 128",
};
