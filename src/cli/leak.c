// SPDX-License-Identifier: Apache-2.0
/* Columns that give the target away. A figure that is known only once the target is known makes a model look better than it will
 * ever be, so what predicts almost alone is said aloud: for reals a column, or the ratio of two, or up to four columns in a sum that give
 * the target all but exactly (a good honest column does not: it leaves noise); for classes a rule by the values, or by one threshold, of one column.
 */
#include "cli/train.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 20000, LEAST_ROWS = 50, MOST_RATIOS = 24, MOST_TOGETHER = 4 };

/* Squared correlations from which a target counts as given away. */
#define ALONE .999
#define TOGETHER .9999

static const char *const question = "will you know it when you predict?";

/* Squared correlation of y with a / b (b null: a) over rows in which all are there. */
static double r_squared(const double *a, const double *b, const double *y, int64_t n)
{
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        const double x = b ? a[i] / b[i] : a[i];
        if (!isfinite(x) || !isfinite(y[i])) continue;
        const double dx = x - (count ? sx / (double)count : x),
                     dy = y[i] - (count ? sy / (double)count : y[i]); /* Welford, 1962 */
        sx += x;
        sy += y[i];
        count++;
        const double ex = x - sx / (double)count, ey = y[i] - sy / (double)count;
        sxx += dx * ex;
        syy += dy * ey;
        sxy += dx * ey;
    }
    if (count < LEAST_ROWS || count < n - n / 5 || !(sxx > 0) || !(syy > 0)) return 0;
    return sxy * sxy / (sxx * syy);
}

typedef struct leak {
    cli *c;
    const bm_table *table;
    const char *target;
    int64_t rows, step, to; /* rows looked at, every step-th; column of the target */
    double *column[MOST_RATIOS];
    const char *name[MOST_RATIOS];
    int columns;
    double *y;
} leak;

static double *numbers(const leak *l, int64_t column)
{
    double *x = malloc((size_t)l->rows * sizeof *x);
    for (int64_t i = 0; x && i < l->rows; i++) x[i] = bm_table_number(l->table, i * l->step, column);
    return x;
}

static double dot(const double *x, const double *y, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

static void centre(double *x, int64_t n)
{
    double mean = 0;
    for (int64_t i = 0; i < n; i++) mean += x[i] / (double)n;
    for (int64_t i = 0; i < n; i++) x[i] -= mean;
}

/* y -= its part along x */
static void take_off(const double *x, double *y, int64_t n)
{
    const double share = dot(x, y, n) / dot(x, x, n);
    for (int64_t i = 0; i < n; i++) y[i] -= share * x[i];
}

/* A sum of columns that gives the target: each time the column that explains most of the rest joins, and what it explains is taken
 * off all others (Gram and Schmidt). Changes the columns and y; columns with missing cells do not take part. */
static void together(leak *l)
{
    int64_t n = 0;
    double length[MOST_RATIOS];
    int chosen[MOST_TOGETHER], count = 0;
    char names[300] = "", drops[900] = "", quoted[200], number[32];
    for (int64_t i = 0; i < l->rows; i++) {
        if (!isfinite(l->y[i])) continue;
        for (int k = 0; k < l->columns; k++) l->column[k][n] = l->column[k][i];
        l->y[n++] = l->y[i];
    }
    if (n < LEAST_ROWS) return;
    for (int k = 0; k < l->columns; k++) {
        centre(l->column[k], n);
        length[k] = dot(l->column[k], l->column[k], n);
    }
    centre(l->y, n);
    const double all = dot(l->y, l->y, n);
    double fit = 0;
    while (fit < TOGETHER && count < MOST_TOGETHER && all > 0) {
        int best = -1;
        double most = 0;
        for (int k = 0; k < l->columns; k++) {
            const double left = dot(l->column[k], l->column[k], n), along = dot(l->column[k], l->y, n);
            if (!(left > 1e-9 * length[k])) continue; /* nothing is left of it, or a cell is missing */
            if (along * along / left > most) {
                most = along * along / left;
                best = k;
            }
        }
        if (best < 0) return;
        chosen[count++] = best;
        take_off(l->column[best], l->y, n);
        for (int k = 0; k < l->columns; k++)
            if (k != best) take_off(l->column[best], l->column[k], n);
        length[best] = INFINITY; /* it has joined */
        fit = 1 - dot(l->y, l->y, n) / all;
    }
    if (fit < TOGETHER) return;
    for (int k = 0; k < count; k++) {
        cli_append(names, sizeof names, "%s%.60s", !k ? "" : k + 1 == count ? " and " : ", ", l->name[chosen[k]]);
        cli_append(drops, sizeof drops, "%s%s", k ? "," : "", cli_list_name(quoted, sizeof quoted, l->name[chosen[k]]));
    }
    cli_warn(l->c, "%s together give %s (R² %s), which looks like a leak: will you know them when you predict?   --drop %s",
             names, l->target, cli_share(number, fit), drops);
}

static void regression(leak *l, const bm_recipe *r)
{
    char number[32], name[300];
    double best = ALONE;
    int best_a = -1, best_b = -1;
    l->y = numbers(l, l->to);
    for (int64_t k = 0; l->y && k < bm_table_columns(l->table) && l->columns < MOST_RATIOS; k++) {
        const bm_column_type type = bm_table_column_type(l->table, k);
        if (k == l->to || (type != BM_COLUMN_REAL && type != BM_COLUMN_INTEGER) ||
            bmi_recipe_input(r, bm_table_column_name(l->table, k)) == SIZE_MAX)
            continue;
        l->name[l->columns] = bm_table_column_name(l->table, k);
        if (!(l->column[l->columns] = numbers(l, k))) return;
        l->columns++;
    }
    for (int a = 0; l->y && a < l->columns; a++)
        for (int b = -1; b < l->columns; b++) {
            const double fit = b == a ? 0 : r_squared(l->column[a], b < 0 ? NULL : l->column[b], l->y, l->rows);
            if (fit <= best + (b >= 0 && best_b < 0 && best_a >= 0 ? (1 - ALONE) / 2 : 0))
                continue; /* one column before a ratio */
            best = fit;
            best_a = a;
            best_b = b;
        }
    if (best_a >= 0)
        cli_warn(l->c, "%s%s%s gives %s almost alone (R² %s): %s   --drop %s", l->name[best_a], best_b >= 0 ? " over " : "",
                 best_b >= 0 ? l->name[best_b] : "", l->target, cli_share(number, best), question,
                 cli_list_name(name, sizeof name, l->name[best_a]));
    else if (l->y && l->columns > 1) together(l);
}

typedef struct pair {
    double x;
    int32_t class;
} pair;

static int by_x(const void *a, const void *b)
{
    const pair *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

/* Rows that the best rule "x <= threshold: one class, else another" has right. */
static int64_t best_threshold(pair *p, int64_t n, int64_t classes)
{
    int64_t *low = calloc((size_t)classes, sizeof *low), *high = calloc((size_t)classes, sizeof *high), best = 0;
    qsort(p, (size_t)n, sizeof *p, by_x);
    for (int64_t i = 0; high && i < n; i++) high[p[i].class]++;
    for (int64_t i = 0; low && high && i < n; i++) {
        low[p[i].class]++;
        high[p[i].class]--;
        if (i + 1 < n && p[i + 1].x == p[i].x) continue;
        int64_t a = 0, b = 0;
        for (int64_t k = 0; k < classes; k++) {
            a = low[k] > a ? low[k] : a;
            b = high[k] > b ? high[k] : b;
        }
        if (a + b > best) best = a + b;
    }
    free(low);
    free(high);
    return best;
}

/* Rows that the rule "each value its most frequent class" has right; texts are told apart by their address, which a table gives
 * once for each distinct text. 0 when there are too many values for a rule. */
static int64_t best_by_value(pair *p, int64_t n, int64_t classes)
{
    int64_t *counts = calloc((size_t)classes, sizeof *counts), right = 0, values = 0;
    qsort(p, (size_t)n, sizeof *p, by_x);
    for (int64_t i = 0, best = 0; counts && i < n; i++) {
        if (++counts[p[i].class] > best) best = counts[p[i].class];
        if (i + 1 < n && p[i + 1].x == p[i].x) continue;
        right += best;
        best = 0;
        values++;
        memset(counts, 0, (size_t)classes * sizeof *counts);
    }
    free(counts);
    return values <= n / 10 ? right : 0;
}

static void classification(leak *l, const bm_recipe *r, const bm_dataset *d)
{
    const int32_t *class = bm_data_i32(bm_dataset_t(d, 0));
    const int64_t classes = bm_recipe_classes(r), n = bm_dataset_rows(d);
    const bm_tensor *t = bm_dataset_t(d, 0);
    pair *p = malloc((size_t)n * sizeof *p);
    const int64_t most = cli_majority(t, classes);
    int64_t trivial = 0;
    for (int64_t i = 0; class && i < n; i++) trivial += class[i] == most;
    for (int64_t k = 0; p && class && n == bm_table_rows(l->table) && k < bm_table_columns(l->table); k++) {
        const bm_column_type type = bm_table_column_type(l->table, k);
        const char *name = bm_table_column_name(l->table, k);
        if (k == l->to || bmi_recipe_input(r, name) == SIZE_MAX) continue;
        for (int64_t i = 0; i < n; i++) {
            const char *text = type == BM_COLUMN_TEXT ? bm_table_text(l->table, i, k) : NULL;
            const double x = type == BM_COLUMN_TEXT ? (double)(uintptr_t)text : bm_table_number(l->table, i, k);
            p[i] = (pair){ isnan(x) ? -INFINITY : x, class[i] };
        }
        const int64_t right = type == BM_COLUMN_TEXT ? best_by_value(p, n, classes) : best_threshold(p, n, classes);
        char number[32], safe[300];
        if (10 * (n - right) <= n - trivial)
            cli_warn(l->c, "%s gives %s almost alone (right in %s of the rows): %s   --drop %s", name, l->target,
                     cli_share(number, (double)right / (double)n), question, cli_list_name(safe, sizeof safe, name));
    }
    free(p);
}

void cli_warn_leak(cli *c, const bm_table *t, const bm_recipe *recipe)
{
    const int64_t rows = bm_table_rows(t);
    leak l = { .c = c,
               .table = t,
               .target = bm_recipe_target(recipe),
               .step = rows / MOST_ROWS + 1,
               .to = bm_table_find(t, bm_recipe_target(recipe)) };
    if (rows < LEAST_ROWS) return;
    l.rows = (rows + l.step - 1) / l.step;
    if (bm_recipe_task(recipe) == BM_REGRESSION) regression(&l, recipe);
    else if (rows <= 5 * MOST_ROWS) {
        bm_dataset *d = bm_recipe_apply(recipe, t);
        if (!bm_failed(d)) classification(&l, recipe, d);
        bm_free(d);
    }
    for (int i = 0; i < l.columns; i++) free(l.column[i]);
    free(l.y);
}
