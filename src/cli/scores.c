// SPDX-License-Identifier: Apache-2.0
/* Scores beside each other. */
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
