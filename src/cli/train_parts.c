// SPDX-License-Identifier: Apache-2.0
/* baeum train of a file by parts: its training rows are counted and a sample of them is taken, by which target, task and recipe are shown;
 * the fit then goes over all of them.
 */
#include "base/kinds.h"
#include "cli/train.h"
#include "data/recipe.h"
#include "model/parts.h"
#include <baeum/extend_model.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static int check(const cli_training *t)
{
    const cli_options *o = &t->c->options;
    const char *whole = o->in_order                                          ? "in-order"
                        : o->group                                           ? "group"
                        : o->time                                            ? "time"
                        : o->threshold && !strncmp(o->threshold, "best-", 5) ? "threshold best-METRIC"
                        : isnan(o->validation_share)                         ? "validation FILE"
                        : isnan(o->test_share)                               ? "test FILE"
                                                                             : NULL;
    char name[64] = "";
    if (o->model) snprintf(name, sizeof name, "%.*s", (int)strcspn(o->model, ":") % 64, o->model);
    const bm_learner_kind *kind = bmi_kind_find("learner", name);
    if (kind && kind->fit && !(kind->tasks & BM_LEARNS_PARTS))
        return cli_fail(t->c, CLI_USAGE,
                        "--model %s wants the whole table in memory, and %s is read by parts; " BMI_PARTS_LEARNERS
                        " learn by parts",
                        name, t->source.given);
    return whole ? cli_fail(t->c, CLI_USAGE, "--%s wants the whole table in memory, and %s is read by parts", whole,
                            t->source.given)
                 : 0;
}

/* The sample becomes the table that is looked at. */
static int take_sample(cli_training *t)
{
    const cli_options *o = &t->c->options;
    bm_recipe *r = bm_recipe_new(.target = t->source.target, .task = !o->task          ? BM_TASK_INFER
                                                                     : *o->task == 'r' ? BM_REGRESSION
                                                                                       : BM_CLASSIFICATION);
    bm_model *m = bm_learner_parse("linear", r); /* which only holds the recipe */
    bmi_parts p = { .model = m,
                    .csv = t->source.csv,
                    .e = &m->object.error,
                    .here = BM_HERE,
                    .seed = (uint64_t)o->seed,
                    .validation = o->validation_share,
                    .test = o->test_share,
                    .sample = BMI_PARTS_SAMPLE };
    const bool fine = !bm_failed(m) && !bmi_parts_survey(&p);
    const int status = fine ? 0 : cli_fail_text(t->c, CLI_FAILED, bm_error(m));
    if (fine) {
        bm_free(t->source.table);
        t->source.table = p.of[0];
        p.of[0] = NULL;
        char rows[64];
        memcpy(t->rows, p.with_target, sizeof t->rows);
        if (p.skipped) cli_warn(t->c, "%s not be read: left out", cli_plural(rows, p.skipped, "row could", "rows could"));
    }
    bmi_parts_end(&p);
    bm_free(m);
    bm_free(r);
    return status;
}

int cli_train_prepare_parts(cli_training *t)
{
    cli *c = t->c;
    char n[2][32];
    int status = check(t);
    const bool named = t->source.target && bm_table_find(t->source.table, t->source.target) >= 0; /* else that is the error */
    if (!status && named) status = take_sample(t);
    if (!status) status = cli_train_prepare_whole(t);
    if (status) return status;
    cli_train_say_split(t, t->rows);
    const int64_t sample = bm_table_rows(t->source.table);
    if (sample < t->rows[0])
        cli_say(c, "", "the recipe is fitted on %s of the %s training rows", cli_count(n[0], sample),
                cli_count(n[1], t->rows[0]));
    return 0;
}

void cli_train_fit_parts(cli_training *t, bm_callback show, bm_callback stopping)
{
    const cli_options *o = &t->c->options;
    const bool own = t->model->learner && t->model->learner->fit; /* passes, no epochs */
    bm_fit_csv_options how = { .csv = t->source.csv,
                               .validation = o->validation_share,
                               .test = o->test_share,
                               .seed = o->seed,
                               .epochs = o->epochs,
                               .batch = o->batch,
                               .balanced = o->balanced,
                               .threshold = cli_threshold_given(t->c),
                               .callbacks = { own ? bm_on_progress(cli_progress_passes, .user = &t->progress) : show,
                                              stopping } };
    memcpy(how.metrics, t->metrics, sizeof how.metrics);
    bm_free(t->source.table); /* training wants the memory */
    t->source.table = bm_table_new();
    bm_fit_csv_at(t->model, &how, sizeof how, BM_HERE);
}
