// SPDX-License-Identifier: Apache-2.0
/* What a linear model multiplies each feature by, as baeum explain shows it and, in short, baeum inspect; and the cells, names and bars
 * of such tables.
 */
#include "cli/cli.h"
#include "model/inference.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = CLI_TERMS, BAR = CLI_BAR };

/* ---- cells, names, bars ---- */
static bool unicode(void)
{
    const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8") || strstr(value, "utf-8");
    }
    return false;
}

char *cli_bar(char into[CLI_BAR_BYTES], double share)
{
    static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    const bool fine = unicode();
    const int filled = share > 0 ? (int)lround(fmin(share, 1) * BAR * 8) : 0;
    *into = 0;
    for (int i = 0; i < filled / 8; i++) strcat(into, fine ? "█" : "#");
    if (fine) strcat(into, eighths[filled % 8]);
    else if (filled % 8 >= 4 || (filled && filled < 8)) strcat(into, "#");
    return into;
}

double cli_number_at(const bm_table *t, int64_t row, const char *column)
{
    return bm_table_number(t, row, bm_table_find(t, column));
}

const char *cli_text_at(const bm_table *t, int64_t row, const char *column)
{
    const char *text = bm_table_text(t, row, bm_table_find(t, column));
    return text ? text : "";
}

json_t *cli_rows_json(const bm_table *t)
{
    json_t *list = json_array();
    for (int64_t i = 0; i < bm_table_rows(t); i++) {
        json_t *row = json_object();
        for (int64_t k = 0; k < bm_table_columns(t); k++) {
            const bool text = bm_table_column_type(t, k) == BM_COLUMN_TEXT;
            const char *cell = text ? bm_table_text(t, i, k) : NULL;
            json_object_set_new(row, bm_table_column_name(t, k),
                                !text  ? cli_number(bm_table_number(t, i, k))
                                : cell ? cli_text(cell)
                                       : json_null());
        }
        json_array_append_new(list, row);
    }
    return list;
}

const char *cli_target_name(const bm_model *m, const char *of, char into[140])
{
    const char *target = bm_recipe_target(bm_model_recipe(m));
    char whole[400];
    snprintf(whole, sizeof whole, "%.180s%s%.180s", bm_model_classes(m) > 1 && target ? target : "",
             bm_model_classes(m) > 1 && target ? "=" : "", of);
    return cli_cell(into, whole, 32);
}

/* ---- coefficients ---- */
static bool has_column(const bm_table *t, const char *name, const char *of)
{
    for (int64_t i = 0; i < bm_table_rows(t); i++)
        if (!strcmp(cli_text_at(t, i, "target"), of) && !isnan(cli_number_at(t, i, name))) return true;
    return false;
}

static const struct {
    const char *name, *shown;
} columns[] = { { "coefficient", "coefficient" },
                { "standard_error", "error" },
                { "statistic", "t" },
                { "p", "p" },
                { "low", "from" },
                { "high", "to" },
                { "vif", "VIF" } };
enum { COLUMNS = sizeof columns / sizeof *columns };

/* The grid of one target, rows first .. last - 1; not all: without what the rows tell of errors. */
static void show_target(cli *c, const bm_model *m, const bm_table *t, int64_t first, int64_t last, bool all)
{
    const bool z = bmi_inference_theory(m) == BMI_THEORY_INFORMATION;
    const char *of = cli_text_at(t, first, "target");
    bool has[COLUMNS];
    cli_grid g = { .columns = 2 };
    double most = 0;
    char cell[140], number[32], filled[CLI_BAR_BYTES];
    for (int k = 0; k < COLUMNS; k++) g.columns += has[k] = (all || !k) && has_column(t, columns[k].name, of);
    for (int64_t i = first; i < last; i++) {
        const double size = fabs(cli_number_at(t, i, "standardized"));
        if (size > most) most = size;
    }
    cli_grid_add(&g, cli_target_name(m, of, cell));
    for (int k = 0; k < COLUMNS; k++)
        if (has[k]) cli_grid_add(&g, z && !strcmp(columns[k].name, "statistic") ? "z" : columns[k].shown);
    cli_grid_add(&g, most > 0 ? "size" : "");
    for (int64_t i = first; i < last && i < first + SHOWN; i++) {
        cli_grid_add(&g, cli_cell(cell, cli_text_at(t, i, "feature"), 32));
        for (int k = 0; k < COLUMNS; k++)
            if (has[k]) cli_grid_add(&g, cli_real(number, cli_number_at(t, i, columns[k].name)));
        cli_grid_add(&g, most > 0 ? cli_bar(filled, fabs(cli_number_at(t, i, "standardized")) / most) : "");
    }
    if (cli_talks(c)) fputc('\n', c->to);
    cli_grid_print(&g, "", c->to);
    if (last - first > SHOWN) fprintf(c->to, "%" PRId64 " more are in --json%s\n", last - first - SHOWN, all ? " and -o" : "");
    cli_grid_end(&g);
}

void cli_coefficients(cli *c, const bm_model *m, const bm_table *t, bool all)
{
    for (int64_t i = 0, last; i < bm_table_rows(t) && !c->json; i = last) {
        for (last = i; last < bm_table_rows(t) && !strcmp(cli_text_at(t, last, "target"), cli_text_at(t, i, "target"));) last++;
        show_target(c, m, t, i, last, all);
    }
    cli_put(c, "coefficients", cli_rows_json(t));
}

bool cli_has_coefficients(const bm_model *m)
{
    bmi_dense_model d;
    return bm_model_recipe(m) && bmi_dense_model_of(m, &d);
}
