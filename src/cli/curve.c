// SPDX-License-Identifier: Apache-2.0
/* baeum evaluate --curve: a curve as a small drawing of characters, and with -o as a table.
 */
#include "cli/curve.h"
#include <baeum/curves.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 61, HEIGHT = 16 };

/* What is drawn of each curve: its columns on both axes. */
static const struct {
    const char *name, *x, *y;
} axes[] = {
    { "roc", "fpr", "tpr" },
    { "pr", "recall", "precision" },
    { "det", "fpr", "fnr" },
    { "gain", "share", "gain" },
    { "calibration", "predicted", "true" },
    { "threshold", "threshold", "f1" },
    { "residuals", "prediction", "residual" },
};

static void range_of(const bm_table *t, int64_t column, bool shares, double low_high[2])
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < bm_table_rows(t); i++) {
        const double v = bm_table_number(t, i, column);
        if (isnan(v)) continue;
        low = fmin(low, v);
        high = fmax(high, v);
    }
    if (shares) low = 0, high = 1;
    if (!(high > low)) low -= .5, high = low + 1;
    low_high[0] = low;
    low_high[1] = high;
}

/* The mark of a point: "*", or of several classes the letter of its own. */
static char mark_of(const bm_table *t, int64_t row, const char *names[26], int *n)
{
    const char *class = bm_table_text(t, row, 0);
    if (!class) return '*';
    for (int k = 0; k < *n; k++)
        if (!strcmp(names[k], class)) return (char)('a' + k);
    if (*n == 26) return '+';
    names[*n] = class;
    return (char)('a' + (*n)++);
}

static void draw(const bm_table *t, const char *x_name, const char *y_name, bool shares, FILE *to)
{
    static const char *const blank = "";
    char field[HEIGHT][WIDTH + 1], number[32], name[80];
    const char *names[26];
    double x_range[2], y_range[2];
    int n = 0;
    const int64_t x = bm_table_find(t, x_name), y = bm_table_find(t, y_name);
    range_of(t, x, shares, x_range);
    range_of(t, y, shares, y_range);
    for (int r = 0; r < HEIGHT; r++) {
        memset(field[r], ' ', WIDTH);
        field[r][WIDTH] = 0;
    }
    for (int64_t i = 0; i < bm_table_rows(t); i++) {
        const double a = (bm_table_number(t, i, x) - x_range[0]) / (x_range[1] - x_range[0]),
                     b = (bm_table_number(t, i, y) - y_range[0]) / (y_range[1] - y_range[0]);
        if (!(a >= 0 && a <= 1 && b >= 0 && b <= 1)) continue;
        field[HEIGHT - 1 - (int)lround(b * (HEIGHT - 1))][lround(a * (WIDTH - 1))] = mark_of(t, i, names, &n);
    }
    fprintf(to, "\n%s\n", y_name);
    for (int r = 0; r < HEIGHT; r++)
        fprintf(to, "%9s |%s\n",
                r == 0            ? cli_real(number, y_range[1])
                : r == HEIGHT - 1 ? cli_real(number, y_range[0])
                                  : blank,
                field[r]);
    fprintf(to, "%9s +", blank);
    for (int k = 0; k < WIDTH; k++) fputc('-', to);
    fprintf(to, "\n%9s  %-*s", blank, WIDTH - 8, cli_real(number, x_range[0]));
    fprintf(to, "%8s   %s\n", cli_real(number, x_range[1]), x_name);
    for (int k = 0; k < n; k++) fprintf(to, "%9s  %c %s\n", blank, 'a' + k, cli_cell(name, names[k], 18));
}

/* A short table as it is. */
static void list(const bm_table *t, FILE *to)
{
    cli_grid g = { .columns = (int)bm_table_columns(t) };
    char number[32], name[4 * 18 + 4];
    for (int64_t k = 0; k < g.columns; k++) cli_grid_add(&g, cli_cell(name, bm_table_column_name(t, k), 18));
    for (int64_t i = 0; i < bm_table_rows(t); i++)
        for (int64_t k = 0; k < g.columns; k++) {
            const char *text = bm_table_text(t, i, k);
            const double v = bm_table_number(t, i, k);
            const bool whole = v == floor(v) && fabs(v) < 1e15;
            cli_grid_add(&g, text         ? cli_cell(name, text, 18)
                             : isnan(v)   ? ""
                             : whole && v ? cli_count(number, (int64_t)v)
                                          : cli_real(number, v));
        }
    fputc('\n', to);
    cli_grid_print(&g, "", to);
    cli_grid_end(&g);
}

static json_t *as_json(const bm_table *t, const char *curve)
{
    json_t *columns = json_object();
    for (int64_t k = 0; k < bm_table_columns(t); k++) {
        json_t *cells = json_array();
        for (int64_t i = 0; i < bm_table_rows(t); i++) {
            const char *text = bm_table_text(t, i, k);
            json_array_append_new(cells, text ? json_string(text) : cli_number(bm_table_number(t, i, k)));
        }
        json_object_set_new(columns, bm_table_column_name(t, k), cells);
    }
    return json_pack("{s:s, s:o}", "name", curve, "columns", columns);
}

int cli_curve(cli *c, const bm_model *m, const bm_dataset *judged, double threshold)
{
    const char *by = c->options.normalize;
    const bm_model_curve_options o = { .curve = c->options.curve,
                                       .data = judged,
                                       .threshold = threshold,
                                       .normalize = !by          ? BM_NORMALIZE_NONE
                                                    : *by == 't' ? BM_NORMALIZE_TRUE
                                                    : *by == 'p' ? BM_NORMALIZE_PREDICTED
                                                                 : BM_NORMALIZE_ALL };
    const char *path = c->options.output;
    char error[400];
    bm_table *t = bm_model_curve_at(m, &o, sizeof o, BM_HERE);
    if (bm_failed(t)) {
        const int status = cli_fail_text(c, CLI_FAILED, bm_error(t));
        bm_free(t);
        return status;
    }
    int status = 0;
    size_t k = 0;
    while (k < sizeof axes / sizeof *axes && strcmp(axes[k].name, o.curve)) k++;
    if (cli_talks(c) && k < sizeof axes / sizeof *axes) draw(t, axes[k].x, axes[k].y, strcmp(o.curve, "residuals") != 0, c->to);
    else if (cli_talks(c) && bm_table_columns(t) < CLI_COLUMNS) list(t, c->to);
    if (path) {
        const bm_csv_write_options how = { .path = cli_is_stdout(path) ? "/dev/stdout" : path };
        if (bm_table_write_csv_at(t, &how, sizeof how, error, sizeof error, BM_HERE))
            status = cli_fail_text(c, CLI_FAILED, error);
        else cli_put(c, "file", cli_text(path));
    } else if (c->json) cli_put(c, "curve", as_json(t, o.curve));
    bm_free(t);
    return status;
}

int cli_curve_check(cli *c)
{
    char names[300];
    size_t n = 0;
    const char *name;
    if (!c->options.curve) return 0;
    *names = 0;
    for (int64_t i = 0; (name = bm_curve_name(i, NULL)); i++) {
        if (!strcmp(name, c->options.curve)) return 0;
        n += (size_t)snprintf(names + n, n < sizeof names ? sizeof names - n : 0, "%s%s", i ? ", " : "", name);
    }
    return cli_fail(c, CLI_USAGE, "--curve is \"%s\"; there are %s", c->options.curve, names);
}
