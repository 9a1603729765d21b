// SPDX-License-Identifier: Apache-2.0
/* baeum evaluate: what a saved model scores on rows whose target is known, beside the trivial answer on the same rows. */
#include "cli/cli.h"
#include "cli/curve.h"
#include "data/recipe.h"
#include "model/scores.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct evaluation {
    cli *c;
    bm_model *model;
    cli_source source;
    bm_dataset *made; /* of a table, by the recipe */
    const bm_dataset *judged;
    bm_tensor *values; /* of each row the predicted class, or the numbers that were predicted */
    double *p_target;  /* of classes: what the true one was given */
    int64_t bad;       /* rows whose prediction is not finite */
    double threshold;  /* of two classes */
    bm_metric metrics[BM_SCORES_MAX];
    bm_scores scores, baseline;
    cli_judged parts;
} evaluation;

/* Rows that could not be judged, or only in part. */
static void say_left_out(evaluation *v)
{
    cli *c = v->c;
    const bm_dataset_counted n = bm_dataset_counts(v->made);
    const char *target = bm_recipe_target(bm_model_recipe(v->model));
    char rows[64];
    if (n.no_target)
        cli_warn(c, "%s no \"%s\", the target; left out", cli_plural(rows, n.no_target, "row has", "rows have"), target);
    if (n.unseen_class)
        cli_warn(c,
                 "%s a class that was not there in training (%s): wrong, whatever is predicted; left out of log loss and AUC",
                 cli_plural(rows, n.unseen_class, "row has", "rows have"), v->made->unseen);
    cli_put(c, "no_target", json_integer((json_int_t)n.no_target));
    cli_put(c, "unseen_class", json_integer((json_int_t)n.unseen_class));
}

/* True for one class a row, or numbers: what the table of scores is made for. Others are judged by the model's own metrics. */
static bool has_usual_scores(const evaluation *v)
{
    const bm_tensor *t = bm_dataset_t(v->judged, 0);
    if (bm_model_task(v->model) == BM_REGRESSION) return true;
    return bm_model_classes(v->model) > 1 && bm_tensor_type(t) == BM_I32 && bm_tensor_size(t) == bm_dataset_rows(v->judged);
}

/* What is shown of single rows: never all probabilities of all rows. */
static int predict_rows(evaluation *v)
{
    bmi_error e = { 0 };
    const bool numbers = bm_model_task(v->model) == BM_REGRESSION || !has_usual_scores(v);
    if (numbers) {
        v->values = bmi_scores_predict(v->model, v->judged, &e, BM_HERE);
        if (v->values) v->bad = cli_not_finite(v->values, NULL);
    } else {
        v->p_target = calloc((size_t)bm_dataset_rows(v->judged) + 1, sizeof *v->p_target);
        if (!v->p_target) return cli_fail(v->c, CLI_FAILED, "out of memory");
        v->values = bmi_scores_likeliest(v->model, v->judged, v->threshold, v->p_target, &v->bad, &e, BM_HERE);
    }
    return e.status ? cli_fail_text(v->c, CLI_FAILED, e.text) : 0;
}

/* The metrics of --metrics; null: the usual ones. */
static const bm_metric *chosen(const evaluation *v)
{
    return cli_given(&v->c->options, OPT_METRICS) ? v->metrics : NULL;
}

static int judge_table(evaluation *v)
{
    cli *c = v->c;
    const bm_recipe *recipe = bm_model_recipe(v->model);
    if (!v->source.table)
        return cli_fail(c, CLI_FAILED, "%s has arrays, but the model was trained on a table", v->source.given);
    if (bm_table_find(v->source.table, bm_recipe_target(recipe)) < 0)
        return cli_fail(c, CLI_FAILED, "%s has no column \"%s\", the target; baeum predict does without it%s", v->source.given,
                        bm_recipe_target(recipe), cli_header_hint(c, recipe, v->source.table));
    if (bm_recipe_weights(recipe) && bm_table_find(v->source.table, bm_recipe_weights(recipe)) < 0)
        cli_warn(c, "%s has no column \"%s\", the weights of rows in training: each row counts once", v->source.given,
                 bm_recipe_weights(recipe));
    v->made = bmi_recipe_apply(recipe, v->source.table, BM_VALUE(bm_rows, NULL, 0), BMI_WANT_JUDGED, BM_HERE);
    if (bm_failed(v->made)) return cli_fail_recipe(c, recipe, v->source.table, bmi_object_why(v->made));
    json_t *counts = cli_say_met(c, recipe, v->source.table, NULL);
    if (!counts) return CLI_FAILED;
    cli_put(c, "counts", counts);
    say_left_out(v);
    v->judged = v->made;
    bmi_error e = { 0 };
    const int wrong = cli_threshold(c, v->model, v->judged, &v->threshold);
    if (wrong) return wrong;
    const bmi_asked asked = { .metrics = chosen(v), .threshold = v->threshold };
    bmi_scores_take_asked(&v->scores, v->model, v->made, NULL, &asked, &e, BM_HERE);
    return e.status ? cli_fail_text(c, CLI_FAILED, e.text) : predict_rows(v);
}

static int judge_arrays(evaluation *v)
{
    cli *c = v->c;
    if (v->source.table) return cli_fail(c, CLI_FAILED, "%s is a table, but the model was trained on arrays", v->source.given);
    v->judged = v->source.test ? v->source.test : v->source.data;
    if (!bm_dataset_t(v->judged, 0))
        return cli_fail(c, CLI_FAILED, "%s has no targets; baeum predict does without them", v->source.given);
    bmi_error e = { 0 };
    v->scores = bm_evaluate(v->model, v->judged); /* refuses targets that do not fit */
    if (v->scores.status) return cli_fail_text(c, CLI_FAILED, v->scores.error);
    const int wrong = has_usual_scores(v) ? cli_threshold(c, v->model, v->judged, &v->threshold) : 0;
    if (wrong) return wrong;
    const bmi_asked asked = { .metrics = chosen(v), .threshold = v->threshold };
    if (has_usual_scores(v)) bmi_scores_take_asked(&v->scores, v->model, v->judged, NULL, &asked, &e, BM_HERE);
    return e.status ? cli_fail_text(c, CLI_FAILED, e.text) : predict_rows(v);
}

/* What the trivial answer, the mean or the class shares of these rows themselves, scores on them. */
static int judge_trivial(evaluation *v)
{
    bmi_error e = { 0 };
    if (!has_usual_scores(v)) return 0;
    bm_tensor *trivial = bmi_scores_trivial(v->model, v->judged, &e, BM_HERE);
    if (trivial)
        bmi_scores_take_asked(&v->baseline, v->model, v->judged, trivial, &(bmi_asked){ .metrics = chosen(v) }, &e, BM_HERE);
    bm_free(trivial);
    return e.status ? cli_fail_text(v->c, CLI_FAILED, e.text) : 0;
}

static void show(evaluation *v)
{
    cli *c = v->c;
    const int64_t classes = bm_model_classes(v->model), rows = v->judged ? bm_dataset_rows(v->judged) : v->scores.rows;
    const bool of_classes = v->judged ? bm_tensor_type(bm_dataset_t(v->judged, 0)) == BM_I32 && classes > 1
                                      : bm_model_task(v->model) == BM_CLASSIFICATION;
    const cli_scores s = { .count = v->baseline.rows ? 2 : 1,
                           .positive = cli_positive(c, v->model),
                           .name = { "model", "baseline" },
                           .scores = { &v->scores, &v->baseline },
                           .as_given = chosen(v) != NULL,
                           .note = { NULL, of_classes ? "always the most frequent class of these rows"
                                                      : "always the mean of these rows" } };
    char text[64], hint[400] = "";
    if (v->bad)
        cli_warn(c, "%s no finite prediction; scores are of all rows", cli_plural(text, v->bad, "row has", "rows have"));
    if (cli_talks(c)) fputc('\n', c->to);
    if (!c->json) cli_scores_print(&s, c->to);
    cli_put(c, "task", json_string(of_classes ? "classification" : "regression"));
    cli_put(c, "rows", json_integer((json_int_t)rows));
    cli_put(c, "metrics", cli_scores_json(&v->scores));
    if (v->baseline.rows) cli_put(c, "baseline", cli_scores_json(&v->baseline));
    if (v->parts.confusion) cli_confusion_counts(c, v->model, v->parts.confusion, CLI_MOST_CLASSES, hint);
    if (v->p_target) cli_confusion(c, v->model, bm_dataset_t(v->judged, 0), v->values, CLI_MOST_CLASSES, hint);
    if (*hint && cli_talks(c)) fputc('\n', c->to);
    if (*hint) cli_warn(c, "%s", hint);
}

static void end(evaluation *v)
{
    bm_free(v->values);
    free(v->p_target);
    cli_judged_end(&v->parts);
    bm_free(v->made);
    bm_free(v->model);
    cli_source_end(&v->source);
}

static void say_weights(const evaluation *v)
{
    const bm_recipe *r = bm_model_recipe(v->model);
    const char *name = r && v->source.table ? bm_recipe_weights(r) : NULL;
    if (name && bm_table_find(v->source.table, name) >= 0)
        cli_say_weights(v->c, v->source.table, name,
                        bm_model_task(v->model) == BM_REGRESSION ? " · in the scores rows count as they weigh"
                                                                 : " · in the scores rows count as they weigh, in the table of "
                                                                   "classes once");
}

/* The i-th model judged on DATA, which is read as the model's recipe wants it. */
static int judge(evaluation *v, int i)
{
    cli *c = v->c;
    bm_metric by;
    if (cli_metrics(c, v->metrics) || cli_threshold_check(c, &by)) return CLI_USAGE;
    if (!(v->model = cli_model_open(c, c->arguments[i]))) return CLI_FAILED;
    int status =
        cli_source_open(c, c->arguments[c->n_arguments - 1], bm_model_recipe(v->model), BM_VALUE(bm_names, NULL), &v->source);
    if (!status && !i) cli_source_say(c, &v->source);
    if (!status && v->source.csv) {
        v->threshold = cli_threshold_given(c) > 0 ? cli_threshold_given(c) : bm_model_threshold(v->model);
        v->parts = (cli_judged){ .scores = &v->scores, .baseline = &v->baseline };
        return cli_judge_parts(c, v->model, &v->source, chosen(v), &v->parts);
    }
    if (!status && !i) say_weights(v);
    if (!status) status = bm_model_recipe(v->model) ? judge_table(v) : judge_arrays(v);
    return status ? status : judge_trivial(v);
}

/* The target, the task and the weights of rows that models must have in common to stand in one table. */
static int same_target(const evaluation *v, char first[200])
{
    char own[200];
    const bm_recipe *recipe = bm_model_recipe(v->model);
    const char *weights = recipe ? bm_recipe_weights(recipe) : NULL;
    snprintf(own, sizeof own, "%.70s (%s%s%.70s)", recipe ? bm_recipe_target(recipe) : bm_dataset_t_name(v->judged, 0),
             bm_model_task(v->model) == BM_REGRESSION ? "regression" : "classification", weights ? ", rows weighed by " : "",
             weights ? weights : "");
    if (!*first) strcpy(first, own);
    if (!strcmp(first, own)) return 0;
    return cli_fail(v->c, CLI_FAILED, "the models do not stand in one table: the first one's target is %s, another one's %s",
                    first, own);
}

/* True for pipes and devices, whose second reading would find nothing. */
static bool is_read_once(const char *path)
{
    struct stat about;
    return !strcmp(path, "-") || (!stat(path, &about) && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode));
}

/* Several models on the same rows: a line each. */
static int compare(cli *c)
{
    const int models = c->n_arguments - 1;
    cli_scores s = { .count = models + 1, .as_given = cli_given(&c->options, OPT_METRICS) };
    char target[200] = "", positive[200] = "", other[200]; /* class that F1 is of: one for all, or none is told */
    bool alike = true;
    json_t *all = json_array();
    int status = c->options.output || c->options.curve || c->options.normalize
                     ? cli_fail(c, CLI_USAGE, "%s is of one model; give one",
                                c->options.output  ? "-o"
                                : c->options.curve ? "--curve"
                                                   : "--normalize")
                     : 0;
    if (!status && is_read_once(c->arguments[models]))
        status = cli_fail(c, CLI_USAGE, "%s can be read for one model; give a file",
                          strcmp(c->arguments[models], "-") ? c->arguments[models] : "standard input");
    bm_scores *const kept = calloc((size_t)models + 1, sizeof *kept);
    if (!kept && !status) status = cli_fail(c, CLI_FAILED, "out of memory: scores of %d models", models);
    for (int i = 0; kept && i <= models; i++) s.scores[i] = kept + i;
    s.name[models] = "baseline";
    cli_warn_begin(c);
    for (int i = 0; !status && i < models; i++) {
        evaluation v = { .c = c };
        c->speaker = c->arguments[i];
        status = judge(&v, i);
        if (!status) status = same_target(&v, target);
        if (!status) {
            s.name[i] = c->arguments[i];
            kept[i] = v.scores;
            kept[models] = v.baseline;
            s.note[models] = bm_model_task(v.model) == BM_REGRESSION ? "always the mean of these rows"
                                                                     : "always the most frequent class of these rows";
            const char *own = cli_positive(c, v.model);
            snprintf(i ? other : positive, sizeof positive, "%s", own ? own : "");
            if (i && strcmp(other, positive)) alike = false;
            if (!i) cli_put(c, "rows", json_integer((json_int_t)(v.judged ? bm_dataset_rows(v.judged) : v.scores.rows)));
            json_t *one = json_pack("{s:o, s:o}", "file", cli_text(s.name[i]), "metrics", cli_scores_json(&v.scores));
            if (bm_model_classes(v.model) == 2) json_object_set_new(one, "threshold", cli_number(v.threshold));
            json_array_append_new(all, one);
        }
        end(&v);
    }
    cli_warn_end(c, models);
    if (!alike) cli_put(c, "positive", json_null());
    else if (*positive) s.positive = positive;
    if (!status && cli_talks(c)) fputc('\n', c->to);
    if (!status && !c->json) cli_scores_print(&s, c->to);
    if (!status) cli_put(c, "baseline", cli_scores_json(&kept[models]));
    cli_put(c, "models", all);
    free(kept);
    return status;
}

static int run(cli *c)
{
    evaluation v = { .c = c };
    if (cli_curve_check(c)) return CLI_USAGE;
    if (c->n_arguments > 2) return compare(c);
    if (c->options.output && cli_is_stdout(c->options.output)) {
        if (c->json) return cli_fail(c, CLI_USAGE, "-o %s and --json both want standard output", c->options.output);
        c->to = stderr; /* standard output has the rows */
    }
    for (int i = 0; i < 2; i++) {
        const int wrong = cli_spare(c, c->options.output, c->arguments[i]);
        if (wrong) return wrong;
    }
    if (c->options.output && !cli_is_stdout(c->options.output)) {
        const int wrong = cli_writable(c, c->options.output);
        if (wrong) return wrong;
    }
    int status = judge(&v, 0);
    const bool single = v.p_target || (v.source.csv && bm_model_task(v.model) == BM_CLASSIFICATION);
    if (!status && c->options.normalize && !single)
        status = cli_fail(c, CLI_USAGE, "--normalize is of a table of classes; the model predicts %s",
                          bm_model_task(v.model) == BM_REGRESSION ? "numbers" : "no single class");
    if (!status && c->options.normalize && !c->options.curve && bm_model_classes(v.model) > CLI_MOST_CLASSES)
        status = cli_fail(c, CLI_USAGE,
                          "--normalize is of the table of classes, which is shown of up to %d; the model has %" PRId64
                          ": --curve confusion has them all",
                          CLI_MOST_CLASSES, bm_model_classes(v.model));
    if (!status) show(&v);
    if (v.source.csv) {
        if (!status && v.parts.residuals) status = cli_residual_quartiles(c, v.parts.residuals, v.scores.rows);
        end(&v);
        return status;
    }
    if (!status && c->options.curve) status = cli_curve(c, v.model, v.judged, v.threshold);
    else if (!status && has_usual_scores(&v))
        status = cli_residuals(c, v.model, v.source.table, bm_dataset_t(v.judged, 0), v.values, v.p_target);
    end(&v);
    return status;
}

const cli_command cli_evaluate = {
    .name = "evaluate",
    .arguments = "MODEL... DATA",
    .least = 2,
    .most = CLI_MODELS + 1,
    .run = run,
    .summary = "score saved models on known rows",
    .options = CLI_BIT(OPT_THREADS) | CLI_BIT(OPT_NO_HEADER) | CLI_BIT(OPT_DELIMITER) | CLI_BIT(OPT_RENAME) |
               CLI_BIT(OPT_BAD_ROWS) | CLI_BIT(OPT_DATA) | CLI_BIT(OPT_OUTPUT) | CLI_BIT(OPT_METRICS) | CLI_BIT(OPT_THRESHOLD) |
               CLI_BIT(OPT_CURVE) | CLI_BIT(OPT_NORMALIZE) | CLI_BIT(OPT_JSON) | CLI_BIT(OPT_QUIET) | CLI_BIT(OPT_PARTS),
    .about =
        "Scores a model that baeum train made on rows of DATA, which has the target, beside the trivial answer on the "
        "same rows (their\n"
        "mean, or their most frequent class), with the counts of true against predicted classes. Rows without the target are "
        "left out,\n"
        "those of a class that training had not seen count as wrong. Of a set in two parts, as mnist, the rows are the test "
        "part.\n"
        "Scores are those of the task, or of --metrics; where one is not defined for these rows the reason stands below. Of "
        "two "
        "classes\n"
        "--threshold decides. --curve draws a curve instead of the rows, and -o writes its points.\n"
        "Of numbers the quartiles of the residuals follow, true less predicted; -o writes a line per judged row: target, "
        "prediction and\n"
        "residual, or of classes the probability that the true one was given. Several models stand in one table, on the same "
        "rows.",
    .examples = "  baeum evaluate iris.safetensors later.csv\n"
                "  baeum evaluate linear.safetensors mlp.safetensors later.csv\n"
                "  baeum evaluate sales.safetensors later.csv -o residuals.csv\n"
                "  baeum evaluate churn.safetensors later.csv --metrics \"roc_auc,average_precision,fbeta(2)\"\n"
                "  baeum evaluate churn.safetensors later.csv --threshold best-f1\n"
                "  baeum evaluate churn.safetensors later.csv --curve roc -o roc.csv\n"
                "  baeum evaluate iris.safetensors later.csv --normalize true\n"
                "  baeum evaluate mnist.safetensors mnist --json",
};
