// SPDX-License-Identifier: Apache-2.0
/* baeum train: the model that --model, --loss, --optimizer and --rate ask for. */
#include "base/fields.h"
#include "base/file.h"
#include "base/json.h"
#include "base/kinds.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/threads.h"
#include "cli/train.h"
#include "data/recipe.h"
#include "model/learners/network.h"
#include "model/model.h"
#include "model/scores.h"
#include "nn/build.h"
#include "base/part.h"
#include <baeum/extend_model.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MODEL_BYTES = 1 << 24 }; /* of a JSON model */

/* A JSON model file as text on one line. */
static int read_json(cli_training *t, const char *path)
{
    unsigned char *bytes;
    size_t size;
    bmi_error e = { 0 };
    bmi_text text = { 0 };
    if (bmi_file_read(&e, BM_HERE, NULL, path, MODEL_BYTES, &bytes, &size))
        return cli_fail(t->c, CLI_FAILED, "--model: %s", e.text);
    json_t *json = bmi_json_read(&e, BM_HERE, NULL, path, (const char *)bytes, size);
    if (json && !json_is_object(json) && !json_is_array(json))
        bmi_fail(&e, BM_E_FORMAT, BM_HERE,
                 "%s is no model: it must be {\"layers\": [...]} or a list of layers, see baeum help models", path);
    const bool fine = json && !e.status && bmi_text_json(&text, json, JSON_COMPACT) && (t->text = strdup(text.at));
    json_decref(json);
    bmi_text_end(&text);
    bmi_file_release(NULL, bytes, size);
    if (e.status) return cli_fail(t->c, CLI_FAILED, "--model: %s", e.text);
    return fine ? 0 : cli_fail(t->c, CLI_FAILED, "out of memory");
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

/* The losses that a network for so many classes (0: numbers) can be trained by: its output is one number, one probability for two
 * classes, or a probability for each. */
static bool loss_fits(const bm_loss_kind *k, int64_t classes)
{
    if (classes > 2) return k->target == BM_TARGET_CLASS;
    if (k->target == BM_TARGET_CLASS || k->output == BM_OUTPUT_CLASSES) return false;
    return classes == 2 || k->output == 0;
}

bool cli_loss_of_numbers(const char *name)
{
    const bm_loss_kind *k = name ? bmi_kind_find("loss", name) : NULL;
    return k && loss_fits(k, 0) && !bmi_loss_probabilities_wanted(k);
}

static int find_loss(cli *c, const char *name)
{
    char hint[BMI_KIND_HINT];
    const bm_loss_kind *k = bmi_kind_find("loss", name);
    if (k && c->options.log_target && bmi_loss_positive(k))
        return cli_fail(c, CLI_USAGE,
                        "--loss %s and --log-target: the loss takes logarithms itself, and is of the target as it is; give one "
                        "of them",
                        name);
    if (k) return 0;
    return cli_fail(c, CLI_USAGE, "--loss: there is no loss \"%s\"%s", name, bmi_kind_hint("loss", name, hint));
}

/* Targets that a loss cannot take: said here by the row of the file, which its parts no longer know. */
static int check_numbers(const cli_training *t, const bm_loss_kind *kind)
{
    const bm_table *table = t->source.table;
    const bool zero = bmi_loss_nonzero(kind);
    char number[64];
    int64_t bad = 0, first = 0;
    if (!table || t->classes || (!zero && !bmi_loss_positive(kind))) return 0;
    const int64_t at = bm_table_find(table, t->target);
    for (int64_t i = bm_table_rows(table); i-- > 0;) {
        const double y = bm_table_number(table, i, at);
        if (zero ? y == 0 : y < 0) bad++, first = i + 1;
    }
    if (!bad) return 0;
    return cli_fail(t->c, CLI_FAILED, "--loss %s %s, and %s (the first: row %" PRId64 " of the data) %s \"%s\" %s: %s",
                    kind->name, zero ? "divides by the target" : "wants numbers of 0 or more",
                    cli_plural(number, bad, "row", "rows"), first, bad == 1 ? "has a" : "have a", t->target,
                    zero ? "of 0" : "below 0", "leave such rows out, or take another loss, as mae");
}

static int check_loss(cli_training *t, const char *name)
{
    cli *c = t->c;
    const bm_loss_kind *kind = bmi_kind_find("loss", name);
    char list[600] = "";
    if (loss_fits(kind, t->classes)) return check_numbers(t, kind);
    const bm_table *table = t->source.table;
    const bool whole = table && bm_table_column_type(table, bm_table_find(table, t->target)) != BM_COLUMN_TEXT;
    const char *numbers = whole && cli_loss_of_numbers(name) ? "; --task regression learns it as a number" : "";
    const bmi_kind *other;
    for (size_t i = 0, n = 0; (other = bmi_kind_at("loss", i)) && n < 500; i++)
        if (loss_fits(other->record, t->classes)) n += (size_t)snprintf(list + n, 60, "%s%s", n ? ", " : "", other->name);
    if (!t->classes)
        return cli_fail(c, CLI_USAGE, "--loss %s is for classes, the target is numbers; for these there are %s", name, list);
    return cli_fail(c, CLI_USAGE, "--loss %s does not go with a target of %" PRId64 " classes; for these there are %s%s", name,
                    t->classes, list, numbers);
}

static int model_failed(cli *c, const bm_model *m)
{
    const bm_status why = bm_status_of(m);
    return cli_fail(c, why == BM_E_ARGUMENT || why == BM_E_FORMAT ? CLI_USAGE : CLI_FAILED, "--model: %s", bm_error(m));
}

/* A setting of the learner by its name; null when it has none of that name. */
static const void *own_setting(const bm_model *m, const char *name)
{
    const bmi_field *field = m->learner ? bmi_field_find(m->learner->fields, name) : NULL;
    return field ? (const char *)m->how + field->offset : NULL;
}

/* Steps of the whole fit, if nothing ends it before. */
static double all_steps(const cli_training *t)
{
    const cli_options *o = &t->c->options;
    const int64_t *epochs = own_setting(t->model, "epochs"), *own = own_setting(t->model, "batch");
    const int64_t rows = t->source.csv     ? t->rows[0]
                         : t->source.table ? bm_table_rows(t->table[0])
                                           : bm_dataset_rows(t->data[0]);
    const int64_t usual = own && *own > 0 ? *own : rows < 32 ? rows : 32, batch = o->batch ? o->batch : usual;
    const int64_t steps = batch > 0 ? (rows + batch - 1) / batch : 1;
    return (double)steps * (double)(o->epochs ? o->epochs : bmi_network_epochs(epochs ? *epochs : 0, steps));
}

static int compile(cli_training *t)
{
    cli *c = t->c;
    const cli_options *o = &c->options;
    bm_compile_options how = { .zero_ = 0 };
    bmi_arena arena = { 0 };
    int status = 0;
    if (o->optimizer || cli_given(o, OPT_RATE)) status = make_optimizer(c, &arena, &how.optimizer);
    if (!status && how.optimizer.name) bmi_network_schedule(&how.optimizer, all_steps(t));
    if (!status && o->loss) {
        how.loss.name = o->loss;
        status = check_loss(t, o->loss);
    }
    if (!status && (how.optimizer.name || o->loss)) bm_compile_at(t->model, &how, sizeof how, BM_HERE);
    bmi_arena_end(&arena);
    return status;
}

/* A learner for the other task: says which option mends it. Of arrays the task cannot be chosen. */
static int check_task(cli_training *t)
{
    cli *c = t->c;
    const bm_learner_kind *kind = t->model->learner, *other;
    const unsigned wants = !t->classes ? BM_LEARNS_NUMBERS : t->classes == 2 ? BM_LEARNS_TWO_CLASSES : BM_LEARNS_CLASSES;
    char others[200] = "", what[80] = "numbers";
    const bmi_kind *k;
    if (!kind || (kind->tasks & wants)) return 0;
    for (size_t i = 0, n = 0; (k = bmi_kind_at("learner", i)) && n < 150; i++)
        if ((other = k->record)->tasks & wants && strcmp(k->name, "network"))
            n += (size_t)snprintf(others + n, 40, "%s%s", n ? ", " : "", k->name);
    if (t->classes) snprintf(what, sizeof what, "%" PRId64 " classes", t->classes);
    const bm_table *table = t->source.table;
    const bool whole = table && bm_table_column_type(table, bm_table_find(table, t->target)) == BM_COLUMN_INTEGER;
    const char *option = !whole       ? ""
                         : t->classes ? "give --task regression to learn it as a number, or "
                                      : "give --task classification to learn it as classes, or ";
    return cli_fail(c, CLI_USAGE, "--model %s does not learn %s, and the target%s%s is taken as %s; %sa model that does: %s",
                    t->spec, t->classes ? "classes" : "numbers", t->target ? " " : "", t->target ? t->target : "", what, option,
                    others);
}

/* Scores of a hinge or a perceptron are no probabilities, of which a threshold would be. */
static int check_threshold(const cli_training *t)
{
    const char *name = t->c->options.loss;
    const bm_loss_kind *loss = name ? bmi_kind_find("loss", name) : NULL;
    const bool mere = t->model->learner->tasks & BM_LEARNS_SCORES || (loss && bmi_loss_mere(loss));
    if (!t->c->options.threshold || !mere) return 0;
    return cli_fail(t->c, CLI_USAGE, "--threshold is of probabilities, and %s tells which class alone", name ? name : t->spec);
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
    if (c->options.balanced && t->task == BM_REGRESSION)
        return cli_fail(c, CLI_USAGE, "--balanced weighs classes; the target is numbers");
    t->model = bm_learner_parse(t->text ? t->text : t->spec, t->recipe);
    int status = bm_failed(t->model) ? 0 : check_task(t);
    if (!status && !bm_failed(t->model)) status = check_threshold(t);
    if (!status && !bm_failed(t->model)) status = compile(t);
    if (status) return status;
    cli_put(c, "model", cli_text(t->spec));
    if (!bm_failed(t->model)) return 0;
    if (c->options.optimizer && t->model->object.error.cause == BMI_CAUSE_SCHEDULE)
        return cli_fail_error(c, CLI_USAGE, "--optimizer: ", &t->model->object.error);
    return model_failed(c, t->model);
}

/* The layers of a network, which are read for good once the features are known. */
static int check_layers(cli *c, const bm_model *m)
{
    const char *const *text = m->learner && !m->learner->fit ? own_setting(m, "layers") : NULL, *line = text ? *text : NULL;
    bmi_arena arena = { 0 };
    bmi_error e = { 0 };
    bm_layers layers = { 0 };
    bm_layer kept;
    json_t *holds = NULL;
    if (line) bmi_layers_from_text(&e, BM_HERE, &arena, line, &layers, &holds);
    for (size_t i = 0; !e.status && i < layers.count; i++) bmi_part_keep(&e, &arena, "layer", &layers.at[i], &kept);
    json_decref(holds);
    bmi_arena_end(&arena);
    if (!e.status) return 0;
    return cli_fail(c, e.status == BM_E_ARGUMENT ? CLI_USAGE : CLI_FAILED, "--model: %s", e.text);
}

/* The optimiser that stands in the text of a learner, which is read for good once the network is built. */
static int check_optimizer(cli *c, const bm_model *m)
{
    const char *const *text = own_setting(m, "optimizer"), *given = text ? *text : NULL;
    bmi_arena arena = { 0 };
    bmi_error e = { 0 };
    bm_optimizer optimizer;
    if (given) bmi_part_parse(&e, BM_HERE, &arena, "optimizer", given, &optimizer);
    bmi_arena_end(&arena);
    if (!e.status) return 0;
    return cli_fail(c, e.status == BM_E_MEMORY ? CLI_FAILED : CLI_USAGE, "--model: %s", e.text);
}

int cli_train_check(cli *c)
{
    const cli_options *o = &c->options;
    cli_training t = { .c = c, .spec = o->model };
    bm_optimizer optimizer;
    bmi_arena arena = { 0 };
    const size_t n = t.spec ? strlen(t.spec) : 0;
    int status = n > 5 && !strcmp(t.spec + n - 5, ".json") ? read_json(&t, t.spec) : 0;
    if (!status && t.spec) {
        t.model = bm_learner_parse(t.text ? t.text : t.spec, NULL);
        if (bm_failed(t.model)) status = model_failed(c, t.model);
    }
    if (!status && t.model) status = check_layers(c, t.model);
    if (!status && t.model) status = check_optimizer(c, t.model);
    if (!status && o->optimizer) status = make_optimizer(c, &arena, &optimizer);
    if (!status && o->loss) status = find_loss(c, o->loss);
    if (!status) status = cli_steps_check(c);
    bmi_arena_end(&arena);
    bm_free(t.model);
    free(t.text);
    return status;
}

/* ---- what is said of it ---- */

/* Epochs without a better validation loss that end training: as asked, or the learner's own. */
static int64_t patience_of(const cli_training *t, int64_t steps)
{
    const int64_t *own = own_setting(t->model, "patience");
    if (cli_given(&t->c->options, OPT_PATIENCE)) return t->c->options.patience;
    return !own || (!t->table[1] && !t->data[1] && !t->rows[1]) ? 0 : bmi_network_patience(*own, steps);
}

/* "cosine over 32 steps", or "" without a schedule. */
static void name_schedule(const bm_schedule *s, char into[140])
{
    char steps[64];
    snprintf(into, 140, "%.60s", s->kind ? s->kind->name : "");
    if (s->kind && s->kind->number[0].name && !strcmp(s->kind->number[0].name, "steps"))
        cli_append(into, 140, " over %s", cli_plural(steps, (int64_t)s->p[0], "step", "steps"));
}

static void say_training(cli_training *t, const bm_progress *p)
{
    cli *c = t->c;
    const bmi_settings *s = &t->model->settings;
    const bm_optimizer_common *common = (const void *)s->optimizer.options.at;
    const int64_t patience = patience_of(t, p->steps);
    char rate[32], batch[64], most[64], ends[80] = "", schedule[140];
    name_schedule(&common->schedule, schedule);
    if (patience)
        snprintf(ends, sizeof ends, ", ended by %s without a better one", cli_plural(batch, patience, "epoch", "epochs"));
    bmi_write_real(rate, common->rate);
    cli_say(c, "training", "%s, rate %s%s%s%s · %s · batches of %s · at most %s%s", s->optimizer.kind->name,
            rate + (rate[0] == '0' && rate[1] == '.'), *schedule ? " (" : "", schedule, *schedule ? ")" : "",
            s->losses[0].kind->name, cli_plural(batch, p->batch, "row", "rows"), cli_plural(most, p->epochs, "epoch", "epochs"),
            ends);
    const bmi_notes *notes = t->model->recipe ? &t->model->recipe->notes : NULL;
    for (size_t i = 0; notes && i < notes->count; i++)
        if (notes->about[i].kind == BMI_NOTE_UNITS) cli_say(c, "", "%s; losses are in these units", notes->at[i]);
    cli_put(c, "training",
            json_pack("{s:s, s:o, s:o, s:s, s:I, s:I, s:o, s:I, s:o, s:i}", "optimizer", s->optimizer.kind->name, "rate",
                      cli_number(common->rate), "schedule", *schedule ? json_string(schedule) : json_null(), "loss",
                      s->losses[0].kind->name, "batch", (json_int_t)p->batch, "epochs", (json_int_t)p->epochs, "patience",
                      patience ? json_integer((json_int_t)patience) : json_null(), "kernels", (json_int_t)p->kernels,
                      "plan_seconds", cli_number(p->plan_seconds), "threads", bmi_threads(NULL)));
}

/* " · L2 penalty, C 1", where the learner has such a setting. */
static void say_penalty(cli_training *t, char into[80])
{
    const double *C = own_setting(t->model, "C"), *share = own_setting(t->model, "l1_ratio");
    const int *penalty = own_setting(t->model, "penalty");
    const bmi_field *field = penalty ? bmi_field_find(t->model->learner->fields, "penalty") : NULL;
    const char *word = field ? field->words[*penalty] : "l2";
    *into = 0;
    if (!C) return;
    cli_put(t->c, "penalty", json_string(word));
    if (!strcmp(word, "none")) snprintf(into, 80, " · no penalty");
    else if (share && !strcmp(word, "elastic")) snprintf(into, 80, " · elastic penalty, %.9g of it L1, C %.9g", *share, *C);
    else snprintf(into, 80, " · %s penalty, C %.9g", strcmp(word, "l1") ? "L2" : "L1", *C);
    if (strcmp(word, "none") != 0) cli_put(t->c, "C", cli_number(*C));
}

void cli_train_say_model(void *training, const bm_progress *p)
{
    cli_training *t = training;
    char parameters[64], kernels[64], seconds[32], threads[64];
    cli_plural(parameters, bm_model_parameters(t->model), "parameter", "parameters");
    if (!p) {
        char penalty[80];
        say_penalty(t, penalty);
        cli_say(t->c, "model", "%s%s · %s", t->spec, penalty, parameters);
        return;
    }
    cli_say(t->c, "model", "%s · %s · %s a step, planned in %s · %s", t->spec, parameters,
            cli_plural(kernels, p->kernels, "kernel", "kernels"), cli_seconds(seconds, p->plan_seconds),
            cli_plural(threads, bmi_threads(NULL), "thread", "threads"));
    say_training(t, p);
}
