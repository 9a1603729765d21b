// SPDX-License-Identifier: Apache-2.0
/* baeum split: the rows of a table in parts, a file each. */
#include "cli/cli.h"
#include <math.h>
#include <string.h>

int cli_open_table(cli *c, const char *data, cli_source *s)
{
    const int status = cli_source_open(c, data, NULL, BM_VALUE(bm_names, NULL), s);
    if (status || s->table) return status;
    return cli_fail(c, CLI_FAILED, "%s has arrays, which are no table; baeum inspect shows them", s->given);
}

int cli_write_table(cli *c, const bm_table *t, const char *path, const char *input)
{
    int wrong = cli_spare(c, path, input);
    if (!wrong) wrong = cli_writable(c, path);
    if (wrong) return wrong;
    const bm_csv_write_options how = { .path = path, .delimiter = c->options.separator, .no_header = c->options.no_header };
    char error[700] = "", rows[64];
    if (bm_table_write_csv_at(t, &how, sizeof how, error, sizeof error, BM_HERE)) return cli_fail_text(c, CLI_FAILED, error);
    if (strcmp(path, "-")) cli_say(c, path, "%s", cli_plural(rows, bm_table_rows(t), "row", "rows"));
    return CLI_DONE;
}

/* Writes the parts, all or, after a failure, no further one; `files` gets their names and rows. */
static int write_parts(cli *c, const cli_source *s, bm_table *const part[3], json_t *files)
{
    static const char *const names[3] = { "train", "validation", "test" };
    const char *prefix = c->options.output ? c->options.output : s->stem;
    int status = CLI_DONE;
    for (int k = 0; k < 3 && !status; k++) {
        char path[4096];
        if (!part[k]) continue;
        if (snprintf(path, sizeof path, "%s-%s.csv", prefix, names[k]) >= (int)sizeof path)
            return cli_fail(c, CLI_FAILED, "-o: the name is too long");
        status = cli_write_table(c, part[k], path, s->given);
        if (!status)
            json_object_set_new(files, names[k],
                                json_pack("{s:o, s:I}", "file", cli_text(path), "rows", (json_int_t)bm_table_rows(part[k])));
    }
    return status;
}

int cli_split_table(cli *c, const cli_source *s)
{
    const cli_options *o = &c->options;
    if (isnan(o->validation_share) || isnan(o->test_share))
        return cli_fail(c, CLI_USAGE, "--validation and --test are shares of the rows here");
    if (o->validation_share == 0 && o->test_share == 0)
        return cli_fail(c, CLI_USAGE, "--validation 0 and --test 0 leave nothing to split");
    if (o->target && cli_column(c, s->table, "--target", o->target) < 0) return CLI_USAGE;
    if (o->group && cli_column(c, s->table, "--group", o->group) < 0) return CLI_USAGE;
    if (o->time && cli_column(c, s->table, "--time", o->time) < 0) return CLI_USAGE;
    bm_table_parts p = bm_table_split(s->table, .validation = o->validation_share, .test = o->test_share, .seed = o->seed,
                                      .target = s->target, .in_order = o->in_order, .group = o->group, .time = o->time);
    bm_table *const part[3] = { p.train, p.validation, p.test };
    json_t *files = json_object();
    const int status = bm_failed(p.train) ? cli_fail_text(c, CLI_FAILED, bm_error(p.train)) : write_parts(c, s, part, files);
    for (int k = 0; k < 3; k++) bm_free(part[k]);
    cli_put(c, "parts", files);
    cli_put(c, "seed", json_integer((json_int_t)o->seed));
    return status;
}

static int run(cli *c)
{
    cli_source s = { 0 };
    if (!cli_given(&c->options, OPT_TEST)) c->options.test_share = .2;
    if (!cli_given(&c->options, OPT_VALIDATION)) c->options.validation_share = 0;
    if (c->options.validation_share + c->options.test_share >= 1)
        return cli_fail(c, CLI_USAGE, "--validation %g and --test %g leave nothing for training", c->options.validation_share,
                        c->options.test_share);
    int status = cli_open_table(c, c->arguments[0], &s);
    if (!status) {
        cli_source_say(c, &s);
        status = cli_split_table(c, &s);
    }
    cli_source_end(&s);
    return status;
}

#define BIT(id) (UINT64_C(1) << (id))
const cli_command cli_split = {
    .name = "split",
    .arguments = "DATA",
    .least = 1,
    .most = 1,
    .run = run,
    .summary = "a table in parts, a file each",
    .options = BIT(OPT_TARGET) | BIT(OPT_VALIDATION) | BIT(OPT_TEST) | BIT(OPT_SEED) | BIT(OPT_GROUP) | BIT(OPT_TIME) |
               BIT(OPT_IN_ORDER) | BIT(OPT_OUTPUT) | BIT(OPT_NO_HEADER) | BIT(OPT_DELIMITER) | BIT(OPT_MISSING) |
               BIT(OPT_DECIMAL) | BIT(OPT_RENAME) | BIT(OPT_BAD_ROWS) | BIT(OPT_DATA) | BIT(OPT_JSON) | BIT(OPT_QUIET),
    .about = "Writes <name>-train.csv, <name>-test.csv and, with --validation, <name>-validation.csv; -o PREFIX puts another\n"
             "name before the dash. Every row is in one part, but for rows without a target where one is named. Rows are\n"
             "drawn at random; the classes of a --target keep their shares, rows of one --group stay together, --time and\n"
             "--in-order put the latest rows into the last part. Here --test is .2 and --validation 0 when they are not\n"
             "given.",
    .examples = "  baeum split sales.csv --test .2 -o sales-2024\n"
                "  baeum split patients.csv --group patient --target ill --validation .1\n"
                "  baeum split rides.csv --time datetime --test .25",
};
