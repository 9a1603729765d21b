// SPDX-License-Identifier: Apache-2.0
/* What baeum evaluate shows row by row: of numbers the residuals (true less predicted), in quartiles and with -o each of them; of classes
 * with -o the true and the predicted one, and the probability that the true one was given.
 */
#include "cli/cli.h"
#include "data/recipe.h"
#include "data/table.h"
#include <math.h>
#include <stdlib.h>

/* The targets as the table has them, of its rows that have one: what the model learns of them is rounded to f32, and standardised. */
static bool own_numbers(const bm_recipe *r, const bm_table *t, int64_t rows, double *into)
{
    const bmi_column *c = &t->columns[bm_table_find(t, bm_recipe_target(r))];
    const bool read = c->type == BM_COLUMN_TEXT;
    double *of_texts = read ? bmi_column_numbers_of_texts(r->object.context, c, &r->to.form) : NULL;
    int64_t *kept = NULL;
    size_t n = 0, room = 0;
    bmi_error e = { 0 };
    const bool fine = (!read || of_texts) && !bmi_target_rows(&e, r, t, &kept, &n, &room, BM_HERE);
    for (int64_t i = 0; fine && i < rows; i++) {
        const int64_t row = kept ? kept[i] : i;
        into[i] = read ? of_texts[((const int32_t *)c->values)[row]] : bmi_column_number(c, row);
    }
    bmi_release(r->object.context, kept, room, sizeof *kept);
    bmi_release(r->object.context, of_texts, (size_t)c->dictionary.count, sizeof *of_texts);
    return fine;
}

/* Columns target, prediction, residual; the table is the caller's to free. */
static bm_table *of_numbers(const bm_model *m, const bm_table *from, const bm_tensor *targets, const bm_tensor *values)
{
    const int64_t rows = bm_tensor_size(targets);
    double *numbers = calloc(3 * (size_t)rows + 1, sizeof *numbers), *t = numbers, *y = t + rows, *r = y + rows;
    bm_table *table = bm_table_new();
    bool fine = numbers;
    for (int64_t i = 0; fine && !from && i < rows; i++) t[i] = bm_tensor_at(targets, i);
    if (fine && from) fine = own_numbers(bm_model_recipe(m), from, rows, t);
    for (int64_t i = 0; fine && i < rows; i++) {
        y[i] = bm_tensor_at(values, i);
        if (!isfinite(y[i])) y[i] = NAN;
        r[i] = t[i] - y[i];
    }
    if (fine) {
        bm_table_add_real(table, "target", t, rows);
        bm_table_add_real(table, "prediction", y, rows);
        bm_table_add_real(table, "residual", r, rows);
    }
    free(numbers);
    return table;
}

/* The rows of t that have a target, by what stands there: a class that training had not seen has no other name. */
static bool own_classes(const bm_model *m, const bm_table *t, const bm_tensor *targets, bm_name *names, char (*numbers)[32])
{
    const int64_t rows = bm_tensor_size(targets);
    const bm_recipe *r = bm_model_recipe(m);
    int64_t *kept = NULL;
    size_t n = 0, room = 0;
    bmi_error e = { 0 };
    const bmi_column *c = &t->columns[bm_table_find(t, bm_recipe_target(r))];
    bmi_target_rows(&e, r, t, &kept, &n, &room, BM_HERE);
    for (int64_t i = 0; !e.status && i < rows; i++)
        if ((int64_t)bm_tensor_at(targets, i) >= bm_model_classes(m))
            names[i] = bmi_column_cell_text(c, kept ? kept[i] : i, numbers[i]);
    bmi_release(r->object.context, kept, room, sizeof *kept);
    return !e.status;
}

static bm_table *of_classes(const bm_model *m, const bm_table *t, const bm_tensor *targets, const bm_tensor *values,
                            const double *p_target)
{
    const int64_t rows = bm_tensor_size(targets), classes = bm_model_classes(m);
    bm_name *names = calloc(2 * (size_t)rows + 1, sizeof *names);
    double *p = calloc((size_t)rows + 1, sizeof *p);
    char(*numbers)[32] = calloc((size_t)rows + 1, sizeof *numbers);
    bm_table *table = bm_table_new();
    bool fine = names && p && numbers;
    for (int64_t i = 0; fine && i < rows; i++) {
        const int64_t class = (int64_t)bm_tensor_at(targets, i);
        names[i] = class < classes ? bm_model_class_name(m, class) : NULL;
        names[rows + i] = bm_model_class_name(m, (int64_t)bm_tensor_at(values, i));
        p[i] = isfinite(p_target[i]) ? p_target[i] : NAN;
    }
    if (fine && t) fine = own_classes(m, t, targets, names, numbers);
    if (fine) {
        bm_table_add_text(table, "target", names, rows);
        bm_table_add_text(table, "prediction", names + rows, rows);
        bm_table_add_real(table, "p_target", p, rows);
    }
    free(names);
    free(p);
    free(numbers);
    return table;
}

static void say_quartiles(cli *c, const bm_table *t, int64_t column)
{
    const bm_summary s = bm_table_summary(t, column);
    const double value[5] = { s.min, s.q1, s.median, s.q3, s.max };
    static const char *const name[5] = { "min", "q1", "median", "q3", "max" };
    cli_grid grid = { .columns = 6 };
    json_t *all = json_object();
    char number[32];
    cli_grid_add(&grid, "");
    for (int i = 0; i < 5; i++) cli_grid_add(&grid, name[i]);
    cli_grid_add(&grid, "residual");
    for (int i = 0; i < 5; i++) {
        cli_grid_add(&grid, cli_real(number, value[i]));
        json_object_set_new(all, name[i], cli_number(value[i]));
    }
    if (cli_talks(c)) {
        fputc('\n', c->to);
        cli_grid_print(&grid, "", c->to);
    }
    cli_grid_end(&grid);
    cli_put(c, "residuals", all);
}

int cli_residual_quartiles(cli *c, const double *residuals, int64_t rows)
{
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "residual", residuals, rows);
    const int status = bm_failed(t) ? cli_fail_text(c, CLI_FAILED, bm_error(t)) : 0;
    if (!status) say_quartiles(c, t, 0);
    bm_free(t);
    return status;
}

int cli_residuals(cli *c, const bm_model *m, const bm_table *rows, const bm_tensor *targets, const bm_tensor *values,
                  const double *p_target)
{
    const bool numbers = bm_model_task(m) == BM_REGRESSION;
    const char *path = c->options.output;
    char error[400];
    if (bm_tensor_size(values) != bm_tensor_size(targets))
        return path ? cli_fail(c, CLI_FAILED, "-o: the model has several targets a row; it is for one") : 0;
    if (!path && !numbers) return 0;
    bm_table *t = numbers ? of_numbers(m, rows, targets, values) : of_classes(m, rows, targets, values, p_target);
    int status = bm_failed(t) || !bm_table_columns(t) ? cli_fail(c, CLI_FAILED, "out of memory") : 0;
    if (!status && numbers) say_quartiles(c, t, 2);
    if (!status && path) {
        const bm_csv_write_options o = { .path = cli_is_stdout(path) ? "/dev/stdout" : path };
        if (bm_table_write_csv_at(t, &o, sizeof o, error, sizeof error, BM_HERE)) status = cli_fail_text(c, CLI_FAILED, error);
        else cli_put(c, "file", cli_text(path));
    }
    bm_free(t);
    return status;
}
