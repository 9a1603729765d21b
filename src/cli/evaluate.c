// SPDX-License-Identifier: Apache-2.0
/* baeum evaluate: what a saved model scores on rows whose target is known, beside the trivial answer on the same rows. */
#include "cli/cli.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct evaluation {
    cli *c;
    bm_model *model;
    cli_source source;
    bm_dataset *made; /* of a table, by the recipe */
    const bm_dataset *judged;
    bm_tensor *values; /* probabilities of each row */
    bm_scores scores, baseline;
} evaluation;

enum { MOST_CLASSES = 20 };

/* Counts of true classes (rows) against predicted ones (columns). */
static void confusion(evaluation *v, int64_t classes)
{
    cli *c = v->c;
    const int32_t *truth = bm_data_i32(bm_dataset_t(v->judged, 0));
    int64_t counts[MOST_CLASSES][MOST_CLASSES] = { { 0 } };
    char text[64];
    json_t *json = json_array();
    for (int64_t i = 0; i < bm_dataset_rows(v->judged); i++) {
        int64_t best = 0;
        for (int64_t k = 1; k < classes; k++)
            if (bm_tensor_at(v->values, i * classes + k) > bm_tensor_at(v->values, i * classes + best)) best = k;
        if (truth[i] >= 0 && truth[i] < classes) counts[truth[i]][best]++;
    }
    cli_grid g = { .columns = (int)classes + 1 };
    cli_grid_add(&g, "true \\ predicted");
    for (int64_t k = 0; k < classes; k++) cli_grid_add(&g, cli_cell(text, bm_model_class_name(v->model, k), 12));
    for (int64_t r = 0; r < classes; r++) {
        json_t *row = json_array();
        cli_grid_add(&g, cli_cell(text, bm_model_class_name(v->model, r), 12));
        for (int64_t k = 0; k < classes; k++) {
            cli_grid_add(&g, cli_count(text, counts[r][k]));
            json_array_append_new(row, json_integer((json_int_t)counts[r][k]));
        }
        json_array_append_new(json, row);
    }
    if (cli_talks(c)) {
        fputc('\n', c->to);
        cli_grid_print(&g, "", c->to);
    }
    cli_put(c, "confusion", json);
    cli_grid_end(&g);
}

static int judge_table(evaluation *v)
{
    cli *c = v->c;
    const bm_recipe *recipe = bm_model_recipe(v->model);
    if (!v->source.table)
        return cli_fail(c, CLI_FAILED, "%s has arrays, but the model was trained on a table", v->source.given);
    if (bm_table_find(v->source.table, bm_recipe_target(recipe)) < 0)
        return cli_fail(c, CLI_FAILED, "%s has no column \"%s\", the target; baeum predict does without it", v->source.given,
                        bm_recipe_target(recipe));
    v->scores = bm_evaluate_table(v->model, v->source.table);
    if (v->scores.status) return cli_fail_text(c, CLI_FAILED, v->scores.error);
    v->made = bm_recipe_apply(recipe, v->source.table);
    if (bm_failed(v->made)) return cli_fail_text(c, CLI_FAILED, bm_error(v->made));
    const bm_dataset_counted n = bm_dataset_counts(v->made);
    char cells[64];
    if (n.missing) cli_warn(c, "%s missing and filled as in training", cli_plural(cells, n.missing, "cell was", "cells were"));
    if (n.unseen)
        cli_warn(c, "%s a category that was not there in training", cli_plural(cells, n.unseen, "cell has", "cells have"));
    if (n.unreadable)
        cli_warn(c, "%s no number where training had numbers; taken as missing",
                 cli_plural(cells, n.unreadable, "cell is", "cells are"));
    v->judged = v->made;
    v->values = bm_predict_table(v->model, v->source.table);
    return bm_failed(v->values) ? cli_fail_text(c, CLI_FAILED, bm_error(v->values)) : 0;
}

static int judge_arrays(evaluation *v)
{
    cli *c = v->c;
    if (v->source.table) return cli_fail(c, CLI_FAILED, "%s is a table, but the model was trained on arrays", v->source.given);
    v->judged = v->source.test ? v->source.test : v->source.data;
    if (!bm_dataset_t(v->judged, 0))
        return cli_fail(c, CLI_FAILED, "%s has no targets; baeum predict does without them", v->source.given);
    v->scores = bm_evaluate(v->model, v->judged);
    if (v->scores.status) return cli_fail_text(c, CLI_FAILED, v->scores.error);
    v->values = bm_predict(v->model, bm_dataset_x(v->judged, 0));
    return bm_failed(v->values) ? cli_fail_text(c, CLI_FAILED, bm_error(v->values)) : 0;
}

/* The target of a table in its own unit: a recipe may have learned its logarithm. */
static bm_scores baseline_reals(const evaluation *v)
{
    const bm_tensor *t = bm_dataset_t(v->judged, 0);
    const bm_recipe *recipe = bm_model_recipe(v->model);
    const bm_shape shape = bm_tensor_shape(t);
    bm_tensor *unit = bm_tensor_new(BM_F64, shape);
    double *to = bm_data(unit);
    for (int64_t i = 0; to && i < bm_tensor_size(t); i++)
        to[i] = recipe ? bm_recipe_inverse(recipe, bm_tensor_at(t, i)) : bm_tensor_at(t, i);
    const bm_scores s = cli_baseline_reals(unit, cli_mean(unit));
    bm_free(unit);
    return s;
}

static void show(evaluation *v)
{
    cli *c = v->c;
    const int64_t classes = bm_model_classes(v->model);
    const bm_tensor *t = bm_dataset_t(v->judged, 0);
    const bool of_classes = bm_tensor_type(t) == BM_I32 && classes > 1;
    v->baseline = of_classes ? cli_baseline_classes(t, classes, cli_majority(t, classes)) : baseline_reals(v);
    const cli_scores s = { .count = 2,
                           .name = { "model", "baseline" },
                           .scores = { v->scores, v->baseline },
                           .note = { NULL, of_classes ? "always the most frequent class of these rows"
                                                      : "always the mean of these rows" } };
    if (cli_talks(c)) fputc('\n', c->to);
    if (!c->json) cli_scores_print(&s, c->to);
    cli_put(c, "rows", json_integer((json_int_t)bm_dataset_rows(v->judged)));
    cli_put(c, "metrics", cli_scores_json(&v->scores));
    cli_put(c, "baseline", cli_scores_json(&v->baseline));
    if (of_classes && classes <= MOST_CLASSES && bm_tensor_size(v->values) == classes * bm_dataset_rows(v->judged))
        confusion(v, classes);
}

static int run(cli *c)
{
    evaluation v = { .c = c };
    if (!(v.model = cli_model_open(c, c->arguments[0]))) return CLI_FAILED;
    int status = cli_source_open(c, c->arguments[1], bm_model_recipe(v.model), BM_VALUE(bm_names, NULL), &v.source);
    if (!status) cli_source_say(c, &v.source);
    if (!status) status = bm_model_recipe(v.model) ? judge_table(&v) : judge_arrays(&v);
    if (!status) show(&v);
    bm_free(v.values);
    bm_free(v.made);
    bm_free(v.model);
    cli_source_end(&v.source);
    return status;
}

#define BIT(id) (UINT64_C(1) << (id))
const cli_command cli_evaluate = {
    .name = "evaluate",
    .arguments = "MODEL DATA",
    .least = 2,
    .most = 2,
    .run = run,
    .summary = "score a saved model on known rows",
    .options = BIT(OPT_THREADS) | BIT(OPT_NO_HEADER) | BIT(OPT_DELIMITER) | BIT(OPT_BAD_ROWS) | BIT(OPT_DATA) | BIT(OPT_JSON) |
               BIT(OPT_QUIET),
    .about = "Scores a model that baeum train made on rows of DATA, which has the target, beside the trivial answer on the "
             "same rows (their\n"
             "mean, or their most frequent class), with the counts of true against predicted classes. Of a set in two parts, "
             "as mnist, the\n"
             "rows are the test part.",
    .examples = "  baeum evaluate iris.safetensors later.csv\n"
                "  baeum evaluate mnist.safetensors mnist --json",
};
