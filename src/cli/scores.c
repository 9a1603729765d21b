// SPDX-License-Identifier: Apache-2.0
/* Scores beside each other. */
#include "cli/cli.h"
#include "model/model.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In the order of the columns. What says `but` is no column beside that metric: means over two classes hide how the one of
 * interest fares. JSON has all of them. */
static const struct {
    const char *name, *title;
    bool share;
    const char *but;
} titles[] = {
    { "accuracy", "accuracy", true, NULL },
    { "f1", "F1", true, NULL },
    { "precision", "precision", true, NULL },
    { "recall", "recall", true, NULL },
    { "f1_macro", "macro F1", true, "f1" },
    { "precision_macro", "macro precision", true, "precision" },
    { "recall_macro", "macro recall", true, "recall" },
    { "balanced_accuracy", "balanced", true, NULL },
    { "roc_auc", "AUC", true, NULL },
    { "log_loss", "log loss", false, NULL },
    { "r2", "R²", true, NULL },
    { "mae", "MAE", false, NULL },
    { "rmse", "RMSE", false, NULL },
    { "mse", "MSE", false, NULL },
    { "mape", "MAPE", false, NULL },
    { "average_precision", "avg precision", true, NULL },
    { "mcc", "MCC", true, NULL },
};
enum { TITLES = sizeof titles / sizeof *titles };

static int title_of(const char *name)
{
    for (int i = 0; i < TITLES; i++)
        if (!strcmp(titles[i].name, name)) return i;
    return TITLES;
}

const char *cli_metric_title(const char *name, bool *share)
{
    const int i = title_of(name);
    *share = i < TITLES && titles[i].share;
    return i < TITLES ? titles[i].title : name;
}

static bool has(const bm_scores *s, const char *name)
{
    for (int64_t k = 0; k < s->count; k++)
        if (!strcmp(s->metrics[k].name, name)) return true;
    return false;
}

/* The metrics of `first` in the order of the titles, unknown ones behind, or all as they were given. Returns how many. */
static int order(const bm_scores *first, bool as_given, const char *names[BM_SCORES_MAX])
{
    int n = 0;
    for (int64_t k = 0; as_given && k < first->count; k++) names[n++] = first->metrics[k].name;
    if (as_given) return n;
    for (int title = 0; title <= TITLES; title++) {
        if (title < TITLES && titles[title].but && has(first, titles[title].but)) continue;
        for (int64_t k = 0; k < first->count; k++)
            if (title_of(first->metrics[k].name) == title) names[n++] = first->metrics[k].name;
    }
    return n;
}

/* `F1, precision, recall of "yes"`: which class the columns with plain names are of. */
static void say_class(const cli_scores *s, const bm_scores *first, char into[200])
{
    char name[4 * 40 + 4];
    *into = 0;
    if (s->positive && has(first, "f1"))
        snprintf(into, 200, "F1, precision, recall of \"%s\"", cli_cell(name, s->positive, 40));
}

int cli_metrics(cli *c, bm_metric into[BM_SCORES_MAX])
{
    char error[400];
    into[0] = (bm_metric){ 0 };
    if (!c->options.metrics) return 0;
    if (!bm_metrics_parse_at(c->options.metrics, into, BM_SCORES_MAX, error, sizeof error, BM_HERE)) return 0;
    return cli_fail(c, CLI_USAGE, "--%s; baeum help metrics lists them", error);
}

/* Why figures are not there, or what they rest on: a line for each reason, with the figures that it is of. The trivial answer's own are
 * passed over. */
static void say_why(const cli_scores *s, FILE *to)
{
    for (int i = 0; i < s->count; i++) {
        const bm_scores *of = s->scores[i];
        if (!strcmp(s->name[i], "baseline")) continue;
        for (int64_t k = 0; k < of->count; k++) {
            const char *why = of->metrics[k].why;
            bool said = !*why;
            for (int64_t j = 0; j < k; j++) said |= !strcmp(of->metrics[j].why, why);
            if (said) continue;
            fputs("  ", to);
            for (int64_t j = k; j < of->count; j++) {
                const int title = title_of(of->metrics[j].name);
                if (!strcmp(of->metrics[j].why, why))
                    fprintf(to, "%s%s", j > k ? ", " : "", title < TITLES ? titles[title].title : of->metrics[j].name);
            }
            fprintf(to, " of %s: %s\n", s->name[i], why);
        }
    }
}

void cli_scores_print(const cli_scores *s, FILE *to)
{
    const bm_scores *first = NULL; /* its metrics are the columns */
    const char *names[BM_SCORES_MAX];
    char number[32], class[200];
    for (int i = 0; i < s->count && !first; i++)
        if (s->scores[i]->count) first = s->scores[i];
    if (!first) return;
    const int columns = order(first, s->as_given, names);
    cli_grid g = { .columns = columns + 2 };
    cli_grid_add(&g, "");
    for (int k = 0; k < columns; k++)
        cli_grid_add(&g, title_of(names[k]) < TITLES ? titles[title_of(names[k])].title : names[k]);
    say_class(s, first, class);
    cli_grid_add(&g, class);
    for (int i = 0; i < s->count; i++) {
        cli_grid_add(&g, s->name[i]);
        for (int k = 0; k < columns; k++) {
            const double value = bm_score(s->scores[i], names[k]);
            cli_grid_add(&g, title_of(names[k]) < TITLES && titles[title_of(names[k])].share ? cli_share(number, value)
                                                                                             : cli_real(number, value));
        }
        cli_grid_add(&g, s->note[i]);
    }
    cli_grid_print(&g, "", to);
    cli_grid_end(&g);
    say_why(s, to);
}

json_t *cli_scores_json(const bm_scores *s)
{
    json_t *o = json_object();
    if (isfinite(s->loss)) json_object_set_new(o, "loss", cli_number(s->loss));
    json_t *why = json_object();
    for (int64_t k = 0; k < s->count; k++) {
        json_object_set_new(o, s->metrics[k].name, cli_number(s->metrics[k].value));
        if (*s->metrics[k].why) json_object_set_new(why, s->metrics[k].name, json_string(s->metrics[k].why));
    }
    if (json_object_size(why)) json_object_set(o, "why", why);
    json_decref(why);
    return o;
}

const char *cli_positive(cli *c, const bm_model *m)
{
    const char *name = bm_model_task(m) == BM_CLASSIFICATION && bm_model_classes(m) == 2 ? bm_model_class_name(m, 1) : NULL;
    if (name) cli_put(c, "positive", json_string(name));
    return name;
}

/* A rare class that no row is taken for, or, which tells more, no more rows right than by the most frequent class alone. tally: of each
 * class how many rows have it, and how many are taken for it. */
static void say_rare(const bm_model *m, const int64_t (*tally)[2], int64_t right, char hint[400])
{
    const int64_t classes = bm_model_classes(m);
    int64_t all = 0, most = 0, frequent = 0, rare = -1, of_rare = 0;
    for (int64_t k = 0; k < classes; k++) {
        const int64_t there = tally[k][0];
        all += there;
        if (there > most) most = there, frequent = k;
        if (there && !tally[k][1] && (rare < 0 || there > of_rare)) rare = k, of_rare = there;
    }
    const char *remedy = "--balanced makes rare classes weigh as much as frequent ones in training";
    char name[4 * 40 + 4], n[64], of[64];
    const bool skewed = 10 * most * classes > 14 * all, never = rare >= 0 && 10 * of_rare * classes < 7 * all;
    if (m->balanced || all < 2 * classes) return;
    if (right < most || (right == most && skewed && !never))
        snprintf(hint, 400, "no more rows are right than by always saying \"%s\" (%s against %s)%s%s",
                 cli_cell(name, bm_model_class_name(m, frequent), 40), cli_count(n, right), cli_count(of, most),
                 skewed ? ": " : "", skewed ? remedy : "");
    else if (never)
        snprintf(hint, 400, "\"%s\" is never predicted, though %s of %s it: %s",
                 cli_cell(name, bm_model_class_name(m, rare), 40), cli_count(n, of_rare),
                 cli_plural(of, all, "row has", "rows have"), remedy);
}

/* The same of true and predicted classes, however many there are. */
static void find_rare(const bm_model *m, const int32_t *truth, const int32_t *of, int64_t rows, char hint[400])
{
    const int64_t classes = bm_model_classes(m);
    int64_t(*tally)[2] = calloc((size_t)classes, sizeof *tally), right = 0;
    for (int64_t i = 0; tally && i < rows; i++) {
        if (truth[i] < 0 || truth[i] >= classes) continue; /* training had not seen it */
        tally[truth[i]][0]++;
        tally[of[i]][1]++;
        right += truth[i] == of[i];
    }
    if (tally) say_rare(m, (const int64_t(*)[2])tally, right, hint);
    free(tally);
}

/* What the counts of a true and a predicted class are divided by for --normalize. */
static double whole_of(const int64_t *counts, int64_t classes, int64_t truth, int64_t predicted, const char *by)
{
    double sum = 0;
    for (int64_t r = 0; r <= classes; r++)
        for (int64_t k = 0; k < classes; k++)
            if (!strcmp(by, "all") || (*by == 't' ? r == truth : k == predicted)) sum += (double)counts[r * classes + k];
    return sum;
}

/* A cell of the table: how many rows, or which share. */
static json_t *confused(const cli *c, const int64_t *counts, int64_t classes, int64_t truth, int64_t predicted, char into[64])
{
    const int64_t n = counts[truth * classes + predicted];
    const char *by = c->options.normalize;
    if (!by) return cli_count(into, n), json_integer((json_int_t)n);
    const double whole = whole_of(counts, classes, truth, predicted, by), share = whole > 0 ? (double)n / whole : 0;
    return cli_share(into, share), cli_number(share);
}

/* counts: (classes + 1) x classes, the last row of classes that training had not seen. */
static void show_confusion(cli *c, const bm_model *m, const int64_t *counts)
{
    const int64_t classes = bm_model_classes(m);
    int64_t unseen = 0;
    char text[64];
    json_t *json = json_array();
    for (int64_t k = 0; k < classes; k++) unseen += counts[classes * classes + k];
    cli_grid g = { .columns = (int)classes + 1 };
    cli_grid_add(&g, "true \\ predicted");
    for (int64_t k = 0; k < classes; k++) cli_grid_add(&g, cli_cell(text, bm_model_class_name(m, k), 12));
    for (int64_t r = 0; r < classes + (unseen > 0); r++) {
        json_t *row = json_array();
        cli_grid_add(&g, r < classes ? cli_cell(text, bm_model_class_name(m, r), 12) : "(unseen)");
        for (int64_t k = 0; k < classes; k++) {
            json_array_append_new(row, confused(c, counts, classes, r, k, text));
            cli_grid_add(&g, text);
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

void cli_confusion_counts(cli *c, const bm_model *m, const int64_t *counts, int most, char hint[400])
{
    const int64_t classes = bm_model_classes(m);
    int64_t(*tally)[2] = calloc((size_t)classes, sizeof *tally), right = 0;
    *hint = 0;
    for (int64_t i = 0; tally && i < classes; i++) {
        right += counts[i * classes + i];
        for (int64_t k = 0; k < classes; k++) {
            tally[i][0] += counts[i * classes + k];
            tally[k][1] += counts[i * classes + k];
        }
    }
    if (tally) say_rare(m, (const int64_t(*)[2])tally, right, hint);
    free(tally);
    if (classes <= most) show_confusion(c, m, counts);
}

void cli_confusion(cli *c, const bm_model *m, const bm_tensor *targets, const bm_tensor *predicted, int most, char hint[400])
{
    const int64_t classes = bm_model_classes(m), rows = bm_tensor_size(targets);
    const int32_t *truth = bm_data_i32(targets), *of = bm_data_i32(predicted);
    *hint = 0;
    if (!truth || !of || bm_tensor_size(predicted) != rows || classes < 2) return;
    find_rare(m, truth, of, rows, hint);
    if (classes > most || most > CLI_MOST_CLASSES) return;
    int64_t counts[(CLI_MOST_CLASSES + 1) * CLI_MOST_CLASSES] = { 0 };
    for (int64_t i = 0; i < rows; i++)
        if (truth[i] >= 0) counts[(truth[i] < classes ? truth[i] : classes) * classes + of[i]]++;
    show_confusion(c, m, counts);
}

int64_t cli_majority(const bm_tensor *targets, int64_t classes)
{
    const int32_t *t = bm_data_i32(targets);
    int64_t best = 0;
    int64_t *counts = t && classes > 0 ? calloc((size_t)classes, sizeof *counts) : NULL;
    if (!counts) return 0;
    for (int64_t i = 0; i < bm_tensor_size(targets); i++)
        if (t[i] >= 0 && t[i] < classes) counts[t[i]]++;
    for (int64_t k = 1; k < classes; k++)
        if (counts[k] > counts[best]) best = k;
    free(counts);
    return best;
}

int64_t cli_not_finite(const bm_tensor *values, bool *of_row)
{
    const bm_shape shape = bm_tensor_shape(values);
    const int64_t rows = shape.rank ? shape.dim[0] : 0, columns = rows ? bm_tensor_size(values) / rows : 0;
    int64_t count = 0;
    for (int64_t i = 0; i < rows; i++) {
        bool fine = true;
        for (int64_t k = 0; k < columns; k++) fine &= isfinite(bm_tensor_at(values, i * columns + k)) != 0;
        if (of_row) of_row[i] = !fine;
        count += !fine;
    }
    return count;
}
