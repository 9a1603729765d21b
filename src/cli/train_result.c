// SPDX-License-Identifier: Apache-2.0
/* baeum train: what came of it: why training ended, scores beside the trivial answer, the saved file. */
#include "cli/train.h"
#include "base/fields.h"
#include "data/recipe.h"
#include "data/table.h"
#include "model/model.h"
#include "model/scores.h"
#include <baeum/inference.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CONFUSED = 10, /* classes whose confusion is shown, at most */
    FEW = 30       /* rows of a part whose figures are to be taken with care */
};

/* Whether the training itself was interrupted; else it was done, and the scoring of its rows was. */
static bool cut_short(const cli_training *t)
{
    return t->interrupted && (bm_ended(t->model) & BM_ENDED_STOPPED);
}

/* Which columns depend on each other, by name, as far as the fit has found them; that the categories of one text do is no fault. */
static void say_dependent(cli_training *t)
{
    cli *c = t->c;
    bm_table *of = bm_coefficients(t->model, .confidence = .95);
    const char *more = !strcmp(t->spec, "linear") ? ", or --model ridge" : "";
    bool found = false;
    for (size_t i = 0; i < of->notes.count; i++) {
        const bmi_note *about = &of->notes.about[i];
        found |= about->kind == BMI_NOTE_DEPENDENT || about->kind == BMI_NOTE_CATEGORIES || about->kind == BMI_NOTE_CONSTANT;
        if (about->kind == BMI_NOTE_DEPENDENT)
            cli_warn(c,
                     "columns depend on each other (%s): %.*s; of all solutions the one of least norm is taken; --drop one of "
                     "them%s",
                     bm_stopped_by(t->model), about->to - about->from, of->notes.at[i] + about->from, more);
    }
    if (!found)
        cli_warn(c, "columns depend on each other (%s): of all solutions the one of least norm is taken; --drop some of them%s",
                 bm_stopped_by(t->model), more);
    bm_free(of);
}

/* What helps a method that did not come to its end: ten times as many steps; of a penalty that hardly chooses among columns a larger
 * one. */
static void say_not_converged(cli_training *t, const char *why)
{
    const int word = (int)strcspn(t->spec, ":");
    const int64_t done = (int64_t)t->model->ended_figure;
    const bool epochs = bmi_field_find(t->model->learner->fields, "epochs");
    const bool chooses = !strncmp(t->spec, "lasso", 5) || !strncmp(t->spec, "elastic", 7);
    cli_warn(t->c, "%s is %s: scores may become better with more of them, as in --model %.*s:%s=%" PRId64 "%s", t->spec, why,
             word, t->spec, epochs ? "epochs" : "iterations", done < 1000 ? 10000 : 10 * done,
             chooses ? "; columns nearly depend on each other, and so small a penalty hardly chooses among them: a larger "
                       "alpha does, and "
                       "--model ridge needs no choice"
                     : "");
}

/* Of a method of its own: "not converged after 1,000 iterations" is worth a warning, "solved" no word. */
static void say_own_end(cli_training *t)
{
    cli *c = t->c;
    const char *why = bm_stopped_by(t->model);
    const unsigned ended = bm_ended(t->model);
    const int name = (int)strcspn(t->spec, ":");
    if (cut_short(t) && cli_talks(c)) fprintf(c->to, "interrupted; what it has learned so far is kept\n");
    if (ended & BM_ENDED_NOT_CONVERGED) say_not_converged(t, why);
    if (ended & BM_ENDED_SEPARABLE)
        cli_warn(
            c,
            "a plane parts the classes of all training rows: without a penalty the weights have no end, and probabilities are "
            "too sure; --model %.*s:C=1 has one",
            name, t->spec);
    if (ended & BM_ENDED_RANK) say_dependent(t);
    if (ended & BM_ENDED_ILL_CONDITIONED)
        cli_warn(c, "%s is ill-conditioned: about %.0f digits lost; --model %.*s%s loses none",
                 strncmp(t->spec, "ridge", 5) ? "the normal equation" : "Cholesky's factor", t->model->ended_figure, name,
                 t->spec, strncmp(t->spec, "ridge", 5) ? "" : " with method=auto");
    if ((ended & BM_ENDED_TELLS) && cli_talks(c)) fprintf(c->to, "%s\n", why);
}

/* What each epoch gave, by the names of the history: {"loss": [.9, .8], "validation_loss": ...}. */
static void put_history(cli *c, const bm_model *m)
{
    const char *name;
    json_t *history = json_object();
    for (int64_t i = 0; (name = bm_history_name(m, i)); i++) {
        json_t *list = json_array();
        for (int64_t k = 0; k < bm_history_epochs(m); k++) json_array_append_new(list, cli_number(bm_history(m, name, k)));
        json_object_set_new(history, name, list);
    }
    cli_put(c, "history", history);
}

/* "; the weights of epoch 42 are kept (loss .021, validation .034)" */
static void say_kept(const bm_model *m, int64_t best, char into[200])
{
    char count[32], loss[32], validation[32];
    const double judged = bm_history(m, "validation_loss", best - 1);
    snprintf(into, 200, "; the weights of epoch %s are kept (loss %s%s%s)", cli_count(count, best),
             cli_real(loss, bm_history(m, "loss", best - 1)), isfinite(judged) ? ", validation " : "",
             cli_real(validation, judged));
}

/* "stopped at epoch 52: no better for 10 epochs; the weights of epoch 42 are kept" */
static void say_end(cli_training *t)
{
    cli *c = t->c;
    const bm_model *m = t->model;
    const int64_t epochs = bm_history_epochs(m), best = bm_best_epoch(m) + 1;
    const char *why = bm_stopped_by(m);
    char kept[200] = "", count[64];
    cli_put(c, "stopped_by", json_string(cut_short(t) ? "interrupt" : why));
    if (!t->progress.begun) {
        say_own_end(t);
        return;
    }
    cli_put(c, "epochs", json_integer((json_int_t)epochs));
    if (best > 0) cli_put(c, "best_epoch", json_integer((json_int_t)best));
    put_history(c, m);
    if (!cli_talks(c)) return;
    if (best > 0 && best != epochs) say_kept(m, best, kept);
    cli_plural(count, epochs, "epoch", "epochs");
    if (cut_short(t)) fprintf(c->to, "interrupted after %s%s\n", count, *kept ? kept : "; the weights are kept as they are");
    else if (!strcmp(why, "early_stopping"))
        fprintf(c->to, "stopped at epoch %" PRId64 ": no better for %s%s\n", epochs,
                cli_plural(count, epochs - best, "epoch", "epochs"), kept);
    else if (!strcmp(why, "epochs")) fprintf(c->to, "ended after %s%s\n", count, kept);
    else fprintf(c->to, "stopped at epoch %" PRId64 " by %s%s\n", epochs, why, kept);
}

static void add(cli_scores *s, const char *name, const bm_scores *scores)
{
    if (scores->rows <= 0) return;
    s->name[s->count] = name;
    s->note[s->count] = NULL;
    s->scores[s->count++] = scores;
}

/* True against predicted classes of a part, as baeum evaluate shows them. */
static int confusion(cli_training *t, int part, char hint[400])
{
    cli *c = t->c;
    const bm_model *m = t->model;
    bmi_error e = { 0 };
    if (t->task != BM_CLASSIFICATION || bm_model_classes(m) < 2) return 0;
    if (t->source.csv) {
        if (m->confusion) cli_confusion_counts(c, m, m->confusion, CONFUSED, hint);
        return 0;
    }
    bm_dataset *made = !t->source.table ? NULL
                                        : bmi_recipe_apply(bm_model_recipe(m), t->table[part], BM_VALUE(bm_rows, NULL, 0),
                                                           BMI_WANT_JUDGED, BM_HERE);
    const bm_dataset *d = made ? made : t->data[part];
    bm_tensor *predicted = NULL;
    int64_t bad;
    int status = made && bm_failed(made) ? cli_fail_text(c, CLI_FAILED, bm_error(made)) : 0;
    if (!status && !(predicted = bmi_scores_likeliest(m, d, bm_model_threshold(m), NULL, &bad, &e, BM_HERE)))
        status = cli_fail_text(c, CLI_FAILED, e.text);
    if (!status) cli_confusion(c, m, bm_dataset_t(d, 0), predicted, CONFUSED, hint);
    bm_free(predicted);
    bm_free(made);
    return status;
}

/* Held-out rows that cannot be judged, or only in part: notes of the model's own recipe, not of the one that was shown before. */
static void warn_left_out(const cli_training *t)
{
    const bm_recipe *r = bm_model_recipe(t->model);
    for (size_t i = 0; r && i < r->notes.count; i++)
        if (r->notes.about[i].kind == BMI_NOTE_NOT_JUDGED) cli_warn_note(t->c, &r->notes, i);
}

/* What the figures do not say by themselves. */
static void warn(cli_training *t, const bm_scores *judged, const bm_scores *trivial, const char *part)
{
    cli *c = t->c;
    const bool numbers = t->task == BM_REGRESSION;
    const bool shares = isfinite(bm_score(judged, "log_loss")) && !c->options.balanced; /* probabilities are meant as such */
    const char *by = numbers ? "r2" : shares ? "log_loss" : "balanced_accuracy";
    const double own = bm_score(judged, by), theirs = bm_score(trivial, by);
    char n1[32], n2[32], rows[64];
    if (!strcmp(part, "train")) cli_warn(c, "no rows were held out: these are the scores of the rows it learned from");
    if (!strcmp(by, "log_loss") ? own >= theirs : own <= theirs)
        cli_warn(c, "no better than always %s: %s %s against %s",
                 numbers ? "saying the mean" : "saying how frequent the classes are",
                 numbers                   ? "R²"
                 : !strcmp(by, "log_loss") ? "log loss"
                                           : "balanced accuracy",
                 (numbers ? cli_share : cli_real)(n1, own), (numbers ? cli_share : cli_real)(n2, theirs));
    if (judged->rows < FEW && strcmp(part, "train"))
        cli_warn(c, "the %s part has only %s: its figures say little", part, cli_plural(rows, judged->rows, "row", "rows"));
}

static void put_parts(cli *c, const bm_scores parts[3])
{
    static const char *const names[] = { "train", "validation", "test" };
    json_t *metrics = json_object();
    for (int i = 0; i < 3; i++)
        if (parts[i].rows > 0) json_object_set_new(metrics, names[i], cli_scores_json(&parts[i]));
    cli_put(c, "metrics", metrics);
}

static int scores(cli_training *t)
{
    cli *c = t->c;
    bm_scores parts[4];
    cli_scores s = { .positive = cli_positive(c, t->model), .as_given = t->metrics[0].name != NULL };
    static const char *const names[] = { "train", "validation", "test", "baseline" };
    for (int i = 0; i < 4; i++) parts[i] = bm_model_scores(t->model, names[i]);
    if (!parts[3].rows) { /* the last to be scored: interrupted before */
        put_parts(c, parts);
        cli_warn(c, "interrupted while rows were scored: the model is whole, but has no scores; baeum evaluate takes them");
        return 0;
    }
    const int judged = parts[2].rows ? 2 : parts[1].rows ? 1 : 0; /* 0: nothing was held out */
    add(&s, names[judged], &parts[judged]);
    add(&s, "baseline", &parts[3]);
    s.note[s.count - 1] = t->task == BM_REGRESSION ? "always the mean" : "always the most frequent class";
    if (cli_given(&c->options, OPT_THRESHOLD)) cli_say_threshold(c, t->model, bm_model_threshold(t->model));
    if (!c->json) {
        if (cli_talks(c)) fputc('\n', c->to);
        cli_scores_print(&s, c->to);
    }
    char hint[400] = "";
    const int status = confusion(t, judged, hint);
    if (status) return status;
    if (cli_talks(c)) fputc('\n', c->to);
    put_parts(c, parts);
    cli_put(c, "baseline", cli_scores_json(&parts[3]));
    warn(t, &parts[judged], &parts[3], names[judged]);
    if (*hint) cli_warn(c, "%s", hint);
    return 0;
}

/* What was trained for long is not given up for a disk that is full: it goes where temporary files go, and that is told. The command
 * has failed all the same, for the file that was asked for is not there. */
static int save_elsewhere(cli_training *t)
{
    char why[600], path[4200], own[4100];
    const char *folder = getenv("TMPDIR"), *slash = strrchr(t->output, '/');
    snprintf(why, sizeof why, "%s", bm_error(t->model));
    snprintf(own, sizeof own, "%s/baeum-XXXXXX", folder && *folder ? folder : "/tmp");
    if (!mkdtemp(own)) return cli_fail(t->c, CLI_FAILED, "the model is not saved: %s", why); /* a folder that is ours alone */
    snprintf(path, sizeof path, "%s/%.99s", own, slash ? slash + 1 : t->output);
    bm_clear(t->model);
    if (bm_save(t->model, path)) {
        rmdir(own);
        return cli_fail(t->c, CLI_FAILED, "the model is not saved: %s", why);
    }
    return cli_fail(t->c, CLI_FAILED, "the model is not saved: %s. What was trained is in %s: move it to where there is room",
                    why, path);
}

/* What is typed next: predicting rows, read as those of the training were. */
static void say_next(const cli_training *t)
{
    cli *c = t->c;
    const cli_options *o = &c->options;
    char text[4200];
    fprintf(c->to, "     next: baeum predict %s", cli_shell(text, sizeof text, t->output));
    fprintf(c->to, " %s", t->source.table ? "new.csv" : cli_shell(text, sizeof text, t->source.given));
    if (!t->source.table && o->data) fprintf(c->to, " --data %s", cli_shell(text, sizeof text, o->data));
    if (t->source.table && o->delimiter) fprintf(c->to, " --delimiter %s", cli_shell(text, sizeof text, o->delimiter));
    if (t->source.table && o->no_header) fprintf(c->to, " --no-header");
}

/* Whether two models take other columns of a table. */
static bool other_columns(const bm_recipe *a, const bm_recipe *b)
{
    bool same = a->n_inputs == b->n_inputs;
    for (size_t i = 0; same && i < a->n_inputs; i++) same = bmi_recipe_input(b, a->inputs[i].name) != SIZE_MAX;
    return !same;
}

/* ", which predicted rent", of a model in a file that is about to be written over and is another one; else "". */
static void find_replaced(const cli_training *t, char into[300])
{
    struct stat about;
    *into = 0;
    if (stat(t->output, &about) || !S_ISREG(about.st_mode) || !cli_is_model(t->output)) return;
    bm_model *old = bm_load(t->output);
    const bm_recipe *was = bm_failed(old) ? NULL : bm_model_recipe(old), *is = bm_model_recipe(t->model);
    const char *target = was ? bm_recipe_target(was) : NULL;
    if (!bm_failed(old) && !was && is) snprintf(into, 300, ", which was of arrays");
    else if (target && (!is || strcmp(target, bm_recipe_target(is)))) snprintf(into, 300, ", which predicted %.200s", target);
    else if (target && other_columns(was, is)) snprintf(into, 300, ", which predicted %.200s from other columns", target);
    bm_free(old);
}

int cli_train_result(cli_training *t)
{
    cli *c = t->c;
    char bytes[32], replaced[300];
    struct stat about;
    say_end(t);
    warn_left_out(t);
    int status = scores(t);
    if (status) return status;
    fflush(c->to); /* who waits for the file to be written can read why training ended */
    find_replaced(t, replaced);
    if (bm_save(t->model, t->output)) return save_elsewhere(t);
    if (*replaced) cli_warn(c, "replaced %s%s", t->output, replaced);
    cli_model_settings(c, t->model);
    cli_put(c, "parameters", json_integer((json_int_t)bm_model_parameters(t->model)));
    cli_put(c, "seconds", cli_number(t->seconds));
    cli_put(c, "file", cli_text(t->output));
    if (cli_talks(c)) {
        const bool regular = !stat(t->output, &about) && S_ISREG(about.st_mode);
        fprintf(c->to, "saved %s%s%s%s", t->output, regular ? " (" : "", regular ? cli_bytes(bytes, (double)about.st_size) : "",
                regular ? ")" : "");
        if (regular) say_next(t);
        fputc('\n', c->to);
    }
    return t->interrupted ? CLI_INTERRUPTED : CLI_DONE;
}
