// SPDX-License-Identifier: Apache-2.0
/* baeum data: the sets that have a name, rows of them, copies of them, and files split into parts. */
#include "base/text.h"
#include "cli/cli.h"
#include "data/table.h"
#include "data/sets.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

static int list(cli *c)
{
    bm_set_about about;
    json_t *json = json_array();
    cli_grid g = { .columns = 4 };
    cli_grid_add(&g, "name"), cli_grid_add(&g, "kind"), cli_grid_add(&g, "target"), cli_grid_add(&g, "what");
    for (int64_t i = 0; bm_set_at(i, &about); i++) {
        char what[200];
        snprintf(what, sizeof what, "%s%s", about.doc,
                 about.found ? "" : " (not found here; say where by --data or BAEUM_DATA)");
        cli_grid_add(&g, about.name), cli_grid_add(&g, about.kind), cli_grid_add(&g, about.target), cli_grid_add(&g, what);
        json_array_append_new(json, json_pack("{s:s, s:s, s:s?, s:s, s:b}", "name", about.name, "kind", about.kind, "target",
                                              about.target, "what", about.doc, "found", (int)about.found));
    }
    if (!c->json) cli_grid_print(&g, "", c->to);
    cli_grid_end(&g);
    cli_put(c, "sets", json);
    return CLI_DONE;
}

static const char *cell_text(const bm_table *t, int64_t row, int64_t column, char into[32])
{
    const bm_column_type type = bm_table_column_type(t, column);
    if (type == BM_COLUMN_TEXT) return bm_table_text(t, row, column);
    if (type == BM_COLUMN_TIME) return bmi_column_cell_text(&t->columns[column], row, into);
    const double value = bm_table_number(t, row, column);
    if (isnan(value)) return NULL;
    if (type == BM_COLUMN_BOOL) return value != 0 ? "true" : "false";
    if (type == BM_COLUMN_INTEGER) snprintf(into, 32, "%" PRId64, bm_table_integer(t, row, column));
    else bmi_write_real(into, value);
    return into;
}

static int show(cli *c, const cli_source *s)
{
    enum { MOST_SHOWN = 40, CELL = 24 };
    const bm_table *t = s->table;
    const int64_t asked = cli_given(&c->options, OPT_ROWS) ? c->options.rows : 10;
    const int64_t rows = asked < bm_table_rows(t) ? asked : bm_table_rows(t);
    const int columns = bm_table_columns(t) < MOST_SHOWN ? (int)bm_table_columns(t) : MOST_SHOWN;
    cli_grid g = { .columns = columns };
    char cell[4 * CELL + 4], number[32];
    json_t *json = json_array();
    for (int k = 0; k < columns; k++) cli_grid_add(&g, cli_cell(cell, bm_table_column_name(t, k), CELL));
    for (int64_t i = 0; i < rows; i++) {
        json_t *row = json_object();
        for (int64_t k = 0; k < bm_table_columns(t); k++) {
            const char *text = cell_text(t, i, k, number);
            const bm_column_type type = bm_table_column_type(t, k);
            if (k < columns) cli_grid_add(&g, text ? cli_cell(cell, text, CELL) : "");
            if (!c->json) continue;
            json_object_set_new(row, bm_table_column_name(t, k),
                                !text                                              ? json_null()
                                : type == BM_COLUMN_TEXT || type == BM_COLUMN_TIME ? json_string(text)
                                : type == BM_COLUMN_BOOL                           ? json_boolean(*text == 't')
                                : type == BM_COLUMN_INTEGER ? json_integer((json_int_t)bm_table_integer(t, i, k))
                                                            : cli_number(bm_table_number(t, i, k)));
        }
        json_array_append_new(json, row);
    }
    if (!c->json) {
        cli_grid_print(&g, "", c->to);
        if (bm_table_columns(t) > columns) fprintf(c->to, "and %" PRId64 " more columns\n", bm_table_columns(t) - columns);
    }
    cli_grid_end(&g);
    cli_put(c, "rows", json);
    return CLI_DONE;
}

/* A copy of a set as a CSV file. */
static int get(cli *c, const cli_source *s)
{
    char made[1100];
    snprintf(made, sizeof made, "%s.csv", s->stem);
    const char *path = c->options.output ? c->options.output : made;
    if (cli_is_stdout(path)) c->to = stderr;
    if (c->json && cli_is_stdout(path)) return cli_fail(c, CLI_USAGE, "-o %s and --json both want standard output", path);
    const int status = cli_write_table(c, s->table, path, c->arguments[1]);
    if (!status) cli_put(c, "file", cli_text(path));
    return status;
}

/* Options that another verb takes are not passed over. */
static int check_options(cli *c, const char *verb)
{
    static const struct {
        cli_option_id id;
        const char *name, *verbs;
    } of[] = {
        { OPT_TARGET, "target", "get and split" },
        { OPT_ROWS, "rows", "show" },
        { OPT_VALIDATION, "validation", "split" },
        { OPT_TEST, "test", "split" },
        { OPT_SEED, "seed", "split" },
        { OPT_IN_ORDER, "in-order", "split" },
        { OPT_GROUP, "group", "split" },
        { OPT_TIME, "time", "split" },
        { OPT_OUTPUT, "output", "get and split" },
        { OPT_HEADER, "header", "get, show and split" },
        { OPT_NO_HEADER, "no-header", "get, show and split" },
        { OPT_DELIMITER, "delimiter", "get, show and split" },
        { OPT_BAD_ROWS, "bad-rows", "get, show and split" },
        { OPT_COMMENT, "comment", "get, show and split" },
        { OPT_SKIP, "skip", "get, show and split" },
        { OPT_TRIM, "trim", "get, show and split" },
        { OPT_TYPES, "types", "get, show and split" },
        { OPT_FORMAT, "format", "get, show and split" },
        { OPT_MISSING, "missing", "get, show and split" },
        { OPT_DECIMAL, "decimal", "get, show and split" },
        { OPT_THOUSANDS, "thousands", "get, show and split" },
        { OPT_DATES, "dates", "get, show and split" },
        { OPT_RENAME, "rename-duplicates", "get, show and split" },
    };
    for (size_t i = 0; i < BMI_COUNT(of); i++)
        if (cli_given(&c->options, of[i].id) && !strstr(of[i].verbs, verb))
            return cli_fail(c, CLI_USAGE, "--%s is of baeum data %s, not of %s", of[i].name, of[i].verbs, verb);
    return 0;
}

static int run(cli *c)
{
    static const char *const verbs[] = { "list", "get", "show", "split" };
    int (*const work[])(cli *, const cli_source *) = { NULL, get, show, cli_split_table };
    cli_source s = { 0 };
    const char *verb = c->arguments[0];
    for (size_t i = 0; i < BMI_COUNT(verbs); i++) {
        if (strcmp(verb, verbs[i])) continue;
        const int wrong = check_options(c, verb);
        if (wrong) return wrong;
        if (!i)
            return c->n_arguments > 1
                       ? cli_fail(c, CLI_USAGE, "\"%s\" is one argument too many: baeum data list", c->arguments[1])
                       : list(c);
        const bmi_set *set = c->n_arguments > 1 && work[i] == get ? bmi_set_find(c->arguments[1]) : NULL;
        if (set && set->images) return cli_data_get_images(c, c->arguments[1]);
        if (c->n_arguments < 2) return cli_fail(c, CLI_USAGE, "which data? baeum data %s DATA", verb);
        int status = cli_open_table(c, c->arguments[1], &s);
        if (!status) status = work[i](c, &s);
        cli_source_end(&s);
        return status;
    }
    const char *near = bmi_nearest(verb, verbs, BMI_COUNT(verbs));
    return cli_fail(c, CLI_USAGE, "there is no \"baeum data %s\"; %s%s", verb,
                    near ? "did you mean " : "there are list, get, show and split", near ? near : "");
}

const cli_command cli_data = {
    .name = "data",
    .arguments = "list|get|show|split [DATA]",
    .least = 1,
    .most = 2,
    .run = run,
    .summary = "sets by name, rows, copies, parts",
    .options = CLI_BIT(OPT_TARGET) | CLI_BIT(OPT_ROWS) | CLI_BIT(OPT_VALIDATION) | CLI_BIT(OPT_TEST) | CLI_BIT(OPT_SEED) |
               CLI_BIT(OPT_NO_HEADER) | CLI_BIT(OPT_DELIMITER) | CLI_BIT(OPT_MISSING) | CLI_BIT(OPT_DECIMAL) |
               CLI_BIT(OPT_RENAME) | CLI_BIT(OPT_BAD_ROWS) | CLI_BIT(OPT_DATA) | CLI_BIT(OPT_OUTPUT) | CLI_BIT(OPT_JSON) |
               CLI_BIT(OPT_QUIET) | CLI_BIT(OPT_IN_ORDER) | CLI_BIT(OPT_GROUP) | CLI_BIT(OPT_TIME),
    .about = "list   the sets that have a name: bundled tables, images where their files are, generators\n"
             "get    writes a named table (or any CSV file, read and cleaned) as <name>.csv, or to -o; of mnist and "
             "fashion-mnist it\n"
             "       copies the files into the folder <name>, or -o, and says where to get them when they are not here\n"
             "show   the first rows\n"
             "split  writes <name>-train.csv, <name>-validation.csv and <name>-test.csv; with a target its classes keep their "
             "shares",
    .examples = "  baeum data list\n"
                "  baeum data show creditcard --rows 5\n"
                "  baeum data get moons\n"
                "  baeum data split sales.csv --validation 0 --test .2 -o sales-2024",
};
