// SPDX-License-Identifier: Apache-2.0
/* baeum train: the model that --model, --loss, --optimizer and --rate ask for. */
#include "base/fields.h"
#include "base/kinds.h"
#include "base/memory.h"
#include "cli/train.h"
#include "nn/part.h"
#include <baeum/extend_model.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A JSON model file as text. */
static int read_json(cli_training *t, const char *path)
{
    json_error_t where;
    json_t *json = json_load_file(path, 0, &where);
    if (!json && where.line < 1) return cli_fail(t->c, CLI_FAILED, "--model %s: %s", path, where.text);
    if (!json) return cli_fail(t->c, CLI_FAILED, "%s:%d:%d: %s", path, where.line, where.column, where.text);
    t->text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return t->text ? 0 : cli_fail(t->c, CLI_FAILED, "out of memory");
}

/* "sgd:momentum=.9" with --rate: an optimiser's value. Texts of its options live in `arena`. */
static int make_optimizer(cli *c, bmi_arena *arena, bm_optimizer *into)
{
    const cli_options *o = &c->options;
    bmi_error e = { 0 };
    memset(into, 0, sizeof *into);
    if (bmi_part_parse(&e, BM_HERE, arena, "optimizer", o->optimizer ? o->optimizer : "adam", into))
        return cli_fail(c, e.status == BM_E_MEMORY ? CLI_FAILED : CLI_USAGE, "--optimizer: %s", e.text);
    if (cli_given(o, OPT_RATE)) {
        ((bm_optimizer_common *)(void *)into->options.at)->rate = bm_exactly(o->rate); /* all optimisers' options begin alike */
        if (into->size < sizeof(bm_optimizer_common)) into->size = sizeof(bm_optimizer_common);
    }
    return 0;
}

/* Options that are of networks only, where the learner has a method of its own. */
static int check_options(cli_training *t)
{
    static const struct {
        cli_option_id id;
        const char *name;
    } of_networks[] = {
        { OPT_EPOCHS, "epochs" },       { OPT_BATCH, "batch" }, { OPT_RATE, "rate" },
        { OPT_OPTIMIZER, "optimizer" }, { OPT_LOSS, "loss" },   { OPT_PATIENCE, "patience" },
    };
    char name[64];
    const size_t n = strcspn(t->spec, ":");
    snprintf(name, sizeof name, "%.*s", n < 63 ? (int)n : 63, t->spec);
    const bm_learner_kind *kind = bmi_kind_find("learner", name);
    for (size_t i = 0; kind && kind->fit && i < BMI_COUNT(of_networks); i++)
        if (cli_given(&t->c->options, of_networks[i].id))
            return cli_fail(t->c, CLI_USAGE,
                            "--%s is of networks, as --model mlp:64,32; the model is %s, which has a method of its own",
                            of_networks[i].name, name);
    return 0;
}

static int compile(cli_training *t)
{
    cli *c = t->c;
    const cli_options *o = &c->options;
    bm_compile_options how = { .zero_ = 0 };
    bmi_arena arena = { 0 };
    int status = 0;
    if (o->optimizer || cli_given(o, OPT_RATE)) status = make_optimizer(c, &arena, &how.optimizer);
    if (!status && o->loss) {
        how.loss.name = o->loss;
        if (!bmi_kind_find("loss", o->loss)) {
            const char *near = bmi_kind_nearest("loss", o->loss);
            status = cli_fail(c, CLI_USAGE, "--loss: there is no loss \"%s\"%s%s%s", o->loss, near ? "; did you mean " : "",
                              near ? near : "", near ? "?" : "");
        }
    }
    if (!status && (how.optimizer.name || o->loss)) bm_compile_at(t->model, &how, sizeof how, BM_HERE);
    bmi_arena_end(&arena);
    return status;
}

int cli_train_model(cli_training *t)
{
    cli *c = t->c;
    const char *given = c->options.model;
    t->spec = given ? given : t->task == BM_REGRESSION ? "linear" : "softmax";
    const size_t n = strlen(t->spec);
    if (n > 5 && !strcmp(t->spec + n - 5, ".json")) {
        const int status = read_json(t, t->spec);
        if (status) return status;
    }
    const int wrong = check_options(t);
    if (wrong) return wrong;
    t->model = bm_learner_parse(t->text ? t->text : t->spec, t->recipe);
    const int status = bm_failed(t->model) ? 0 : compile(t);
    if (status) return status;
    cli_put(c, "model", json_string(t->spec));
    if (!bm_failed(t->model)) return 0;
    return cli_fail(c,
                    bm_status_of(t->model) == BM_E_ARGUMENT || bm_status_of(t->model) == BM_E_FORMAT ? CLI_USAGE : CLI_FAILED,
                    "--model: %s", bm_error(t->model));
}
