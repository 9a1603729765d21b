// SPDX-License-Identifier: Apache-2.0
/* baeum evaluate of a file by parts: rows are counted, then judged as they come. */
#include "base/available.h"
#include "cli/cli.h"
#include "model/parts.h"
#include "model/scores.h"
#include <stdlib.h>
#include <string.h>

static int check(cli *c, const bm_model *m, const cli_source *s)
{
    const bm_recipe *r = bm_model_recipe(m);
    const cli_options *o = &c->options;
    const char *whole = o->output                                            ? "output"
                        : o->curve                                           ? "curve"
                        : o->threshold && !strncmp(o->threshold, "best-", 5) ? "threshold best-METRIC"
                                                                             : NULL;
    if (whole) return cli_fail(c, CLI_USAGE, "--%s wants the whole table in memory, and %s is read by parts", whole, s->given);
    if (!r) return cli_fail(c, CLI_FAILED, "%s is a table, but the model was trained on arrays", s->given);
    if (bm_table_find(s->table, bm_recipe_target(r)) >= 0) return 0;
    return cli_fail(c, CLI_FAILED, "%s has no column \"%s\", the target; baeum predict does without it%s", s->given,
                    bm_recipe_target(r), cli_header_hint(c, r, s->table));
}

/* Room for what is shown of single rows. */
static void make_room(const bm_model *m, bmi_parts *p, cli_judged *j)
{
    enum { BYTES = 32 }; /* of a row, with the table that its quartiles are taken of */
    const size_t n = (size_t)bm_model_classes(m), rows = (size_t)p->with_target[0];
    size_t available;
    if (n > 1 && bmi_memory_fits(NULL, (n + 1) * n * sizeof *j->confusion, &available))
        j->confusion = calloc((n + 1) * n, sizeof *j->confusion);
    if (bm_model_task(m) == BM_REGRESSION && bmi_memory_fits(NULL, rows * BYTES, &available))
        p->residuals = j->residuals = malloc((rows + 1) * sizeof *j->residuals);
}

void cli_judged_end(cli_judged *j)
{
    free(j->confusion);
    free(j->residuals);
}

int cli_judge_parts(cli *c, bm_model *m, const cli_source *s, const bm_metric *metrics, cli_judged *j)
{
    bmi_error e = { 0 };
    bmi_asked asked = { .metrics = metrics };
    bmi_parts p = { .model = m, .csv = s->csv, .e = &e, .here = BM_HERE };
    char rows[64];
    int status = check(c, m, s);
    if (!status) status = cli_threshold(c, m, NULL, &asked.threshold);
    if (status) return status;
    bm_scores *const scores = calloc(BMI_PARTS, sizeof *scores);
    if (!scores) return cli_fail(c, CLI_FAILED, "out of memory: scores");
    if (!bmi_parts_survey(&p)) {
        make_room(m, &p, j);
        bmi_parts_judge(&p, &asked, scores, j->confusion);
    }
    bmi_parts_end(&p);
    *j->scores = scores[0];
    *j->baseline = scores[BMI_PARTS - 1];
    free(scores);
    if (e.status) return cli_fail_text(c, CLI_FAILED, e.text);
    const bm_scores *of = j->scores;
    if (p.skipped) cli_warn(c, "%s not be read: left out", cli_plural(rows, p.skipped, "row could", "rows could"));
    cli_say_counted(c, (const int64_t[4]){ p.met.missing, p.met.unseen, p.met.rare, p.met.unreadable });
    if (of->no_target)
        cli_warn(c, "%s no \"%s\", the target; left out", cli_plural(rows, of->no_target, "row has", "rows have"),
                 bm_recipe_target(bm_model_recipe(m)));
    if (of->unseen_class)
        cli_warn(c, "%s a class that was not there in training: wrong, whatever is predicted; left out of log loss and AUC",
                 cli_plural(rows, of->unseen_class, "row has", "rows have"));
    cli_put(c, "no_target", json_integer((json_int_t)of->no_target));
    cli_put(c, "unseen_class", json_integer((json_int_t)of->unseen_class));
    return 0;
}
