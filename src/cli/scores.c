// SPDX-License-Identifier: Apache-2.0
/* Scores beside each other, and what the trivial answer scores: always the most frequent class, or the mean. */
#include "cli/cli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In the order of the columns; `key` is the name in JSON. */
static const struct {
    const char *name, *key, *title;
    bool share;
} titles[] = {
    { "accuracy", "accuracy", "accuracy", true },
    { "f1_macro", "f1", "F1", true },
    { "f1", "f1", "F1", true },
    { "precision_macro", "precision", "precision", true },
    { "precision", "precision", "precision", true },
    { "recall_macro", "recall", "recall", true },
    { "recall", "recall", "recall", true },
    { "balanced_accuracy", "balanced_accuracy", "balanced", true },
    { "roc_auc", "roc_auc", "AUC", true },
    { "log_loss", "log_loss", "log loss", false },
    { "r2", "r2", "R²", true },
    { "mae", "mae", "MAE", false },
    { "rmse", "rmse", "RMSE", false },
    { "mse", "mse", "MSE", false },
    { "mape", "mape", "MAPE", false },
};
enum { TITLES = sizeof titles / sizeof *titles };

static int title_of(const char *name)
{
    for (int i = 0; i < TITLES; i++)
        if (!strcmp(titles[i].name, name)) return i;
    return TITLES;
}

/* The metrics of `first` in the order of the titles, unknown ones behind. Returns how many. */
static int order(const bm_scores *first, const char *names[16])
{
    int n = 0;
    for (int title = 0; title <= TITLES; title++)
        for (int64_t k = 0; k < first->count; k++)
            if (title_of(first->metrics[k].name) == title) names[n++] = first->metrics[k].name;
    return n;
}

void cli_scores_print(const cli_scores *s, FILE *to)
{
    const bm_scores *first = NULL; /* its metrics are the columns */
    const char *names[16];
    char number[32];
    for (int i = 0; i < s->count && !first; i++)
        if (s->scores[i].count) first = &s->scores[i];
    if (!first) return;
    const int columns = order(first, names);
    cli_grid g = { .columns = columns + 2 };
    cli_grid_add(&g, "");
    for (int k = 0; k < columns; k++)
        cli_grid_add(&g, title_of(names[k]) < TITLES ? titles[title_of(names[k])].title : names[k]);
    cli_grid_add(&g, "");
    for (int i = 0; i < s->count; i++) {
        cli_grid_add(&g, s->name[i]);
        for (int k = 0; k < columns; k++) {
            const double value = bm_score(&s->scores[i], names[k]);
            cli_grid_add(&g, title_of(names[k]) < TITLES && titles[title_of(names[k])].share ? cli_share(number, value)
                                                                                             : cli_real(number, value));
        }
        cli_grid_add(&g, s->note[i]);
    }
    cli_grid_print(&g, "", to);
    cli_grid_end(&g);
}

json_t *cli_scores_json(const bm_scores *s)
{
    json_t *o = json_object();
    if (isfinite(s->loss)) json_object_set_new(o, "loss", cli_number(s->loss));
    for (int64_t k = 0; k < s->count; k++) {
        const int title = title_of(s->metrics[k].name);
        json_object_set_new(o, title < TITLES ? titles[title].key : s->metrics[k].name, cli_number(s->metrics[k].value));
    }
    return o;
}

static void add(bm_scores *s, const char *name, double value)
{
    snprintf(s->metrics[s->count].name, sizeof s->metrics[0].name, "%s", name);
    s->metrics[s->count++].value = value;
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

double cli_mean(const bm_tensor *targets)
{
    double sum = 0;
    const int64_t n = bm_tensor_size(targets);
    for (int64_t i = 0; i < n; i++) sum += bm_tensor_at(targets, i);
    return n ? sum / (double)n : NAN;
}

bm_scores cli_baseline_classes(const bm_tensor *targets, int64_t classes, int64_t majority)
{
    const int32_t *t = bm_data_i32(targets);
    bm_scores s = { .rows = bm_tensor_size(targets), .loss = NAN };
    int64_t right = 0;
    for (int64_t i = 0; t && i < s.rows; i++) right += t[i] == majority;
    const double share = s.rows ? (double)right / (double)s.rows : NAN, k = (double)classes;
    add(&s, "accuracy", share); /* of the others, means over classes: all but one class have 0 */
    add(&s, "f1_macro", classes ? 2 * share / (1 + share) / k : NAN);
    add(&s, "precision_macro", share / k);
    add(&s, "recall_macro", 1 / k);
    add(&s, "balanced_accuracy", 1 / k);
    add(&s, "roc_auc", .5);
    return s;
}

bm_scores cli_baseline_reals(const bm_tensor *targets, double mean)
{
    bm_scores s = { .rows = bm_tensor_size(targets), .loss = NAN };
    const double own = cli_mean(targets);
    double squares = 0, absolute = 0, spread = 0;
    for (int64_t i = 0; i < s.rows; i++) {
        const double d = bm_tensor_at(targets, i) - mean, e = bm_tensor_at(targets, i) - own;
        squares += d * d;
        absolute += fabs(d);
        spread += e * e;
    }
    add(&s, "r2", spread > 0 ? 1 - squares / spread : NAN);
    add(&s, "mae", absolute / (double)s.rows);
    add(&s, "mse", squares / (double)s.rows);
    add(&s, "rmse", sqrt(squares / (double)s.rows));
    return s;
}
