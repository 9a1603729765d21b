// SPDX-License-Identifier: Apache-2.0
/* Folds, progress and lists of models, as `baeum compare` and `baeum tune` read and show them. */
#include "cli/learn.h"
#include "base/kinds.h"
#include "base/status.h"
#include "base/text.h"
#include "model/model.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SOME_LINES = 20, USUAL_FOLDS = 5 };

/* ---- progress ---- */
static void draw(cli_fits *f, const bm_learn_progress *p)
{
    FILE *to = f->command->to;
    char done[32], all[32], best[32], name[4 * 60 + 4], left[40] = "", line[400], cut[4 * 400 + 4];
    struct winsize size = { 0 };
    const int columns = ioctl(fileno(to), TIOCGWINSZ, &size) || !size.ws_col ? 100 : size.ws_col;
    if (p->done) cli_seconds(left, p->seconds / (double)p->done * (double)(p->all - p->done));
    (f->share ? cli_share : cli_real)(best, p->best);
    snprintf(line, sizeof line, "fit %s/%s%s   %s   best %s %s   %s left", cli_count(done, p->done), cli_count(all, p->all),
             f->where, cli_cell(name, p->name, 40), f->metric, isnan(p->best) ? "none yet" : best, left);
    fprintf(to, "\r\033[K%s", cli_cell(cut, line, columns - 1));
    fflush(to);
    f->drawn = true;
    f->last_shown = p->seconds;
}

static void line_of(cli_fits *f, const bm_learn_progress *p)
{
    char score[32], spread[32], count[32], all[32], name[4 * 60 + 4];
    (f->share ? cli_share : cli_real)(score, p->score);
    (f->share ? cli_share : cli_real)(spread, p->spread);
    fprintf(f->command->to, "%s/%s%s   %s   ", cli_count(count, p->done), cli_count(all, p->all), f->where,
            cli_cell(name, p->name, 60));
    if (*p->error) fputs("could not be fitted\n", f->command->to);
    else
        fprintf(f->command->to, "%s %s%s%s\n", f->metric, isnan(p->score) ? "none" : score, isnan(p->spread) ? "" : " ± ",
                isnan(p->spread) ? "" : spread);
    fflush(f->command->to);
}

/* Of a search of several rounds or outer folds which it is. */
static void say_where(cli_fits *f, const bm_learn_progress *p)
{
    *f->where = 0;
    if (p->rounds > 1) cli_append(f->where, sizeof f->where, " of round %" PRId64 "/%" PRId64, p->round + 1, p->rounds);
    if (p->outer < p->outers)
        cli_append(f->where, sizeof f->where, " of outer fold %" PRId64 "/%" PRId64, p->outer + 1, p->outers);
}

bool cli_fits_show(void *fits, const bm_learn_progress *p)
{
    cli_fits *f = fits;
    cli *c = f->command;
    if (!f->begun) {
        const char *kind = getenv("TERM");
        f->begun = true;
        f->terminal = isatty(fileno(c->to)) == 1 && !(kind && !strcmp(kind, "dumb")) && !c->options.verbose;
    }
    f->done = p->done;
    f->all = p->all;
    say_where(f, p);
    if (!cli_talks(c)) return true;
    if (f->terminal) {
        if (!f->drawn || p->seconds - f->last_shown > .08) draw(f, p);
    } else if (p->finished) {
        const int64_t every = (p->candidates + SOME_LINES - 1) / SOME_LINES;
        if (f->shown++ % every == 0 || p->done == p->all || c->options.verbose) line_of(f, p);
    }
    return true;
}

void cli_fits_end(cli_fits *f)
{
    if (f->drawn) fprintf(f->command->to, "\r\033[K");
    f->drawn = false;
    fflush(f->command->to);
}

/* ---- folds ---- */
int cli_folds_read(cli *c, bm_folds_options *into)
{
    const cli_options *o = &c->options;
    int64_t folds = USUAL_FOLDS;
    const bool one_out = o->cv && !strcmp(o->cv, "loo");
    *into = (bm_folds_options){ .group = o->group, .time = o->time, .fold = o->fold, .repeats = o->repeats, .seed = o->seed };
    into->in_order = o->in_order;
    into->not_stratified = o->not_stratified;
    into->gap = o->gap;
    if (o->cv && !one_out && (!bmi_read_int(o->cv, strlen(o->cv), &folds) || folds < 2 || folds > 1000000))
        return cli_fail(c, CLI_USAGE, "--cv is \"%s\"; it must be a number of folds from 2 on, or loo", o->cv);
    if (o->fold && (o->cv || o->group || o->time || o->in_order || o->repeats))
        return cli_fail(c, CLI_USAGE, "--fold says all of the folds; leave --%s out",
                        o->cv        ? "cv"
                        : o->group   ? "group"
                        : o->time    ? "time"
                        : o->repeats ? "repeats"
                                     : "in-order");
    if (o->repeats > 1 && (one_out || o->time || o->in_order))
        return cli_fail(c, CLI_USAGE, "--repeats draws folds anew; with --%s they would be the same each time",
                        one_out   ? "cv loo"
                        : o->time ? "time"
                                  : "in-order");
    if (o->gap && !o->time) return cli_fail(c, CLI_USAGE, "--gap is of folds by --time");
    if (o->stratified && o->not_stratified)
        return cli_fail(c, CLI_USAGE, "--stratified and --not-stratified exclude each other");
    if (one_out && o->time) return cli_fail(c, CLI_USAGE, "--cv loo and --time do not go together");
    into->folds = one_out || o->fold ? 0 : folds;
    into->kind = one_out ? BM_LEAVE_ONE_OUT : o->time ? BM_TIME_SERIES : BM_K_FOLD;
    return 0;
}

void cli_folds_say(cli *c, const bm_folds_options *o, bool classes)
{
    char text[300], times[40] = "", gap[60] = "";
    if (o->repeats > 1) snprintf(times, sizeof times, ", %" PRId64 " times", o->repeats);
    if (o->gap) snprintf(gap, sizeof gap, ", %" PRId64 " rows in between left out", o->gap);
    if (o->fold) snprintf(text, sizeof text, "by the column %.200s", o->fold);
    else if (o->kind == BM_LEAVE_ONE_OUT) snprintf(text, sizeof text, "leave one %s out", o->group ? "group" : "row");
    else if (o->kind == BM_TIME_SERIES)
        snprintf(text, sizeof text, "%" PRId64 ", each learned from what was before it in %.200s%s", o->folds, o->time, gap);
    else
        snprintf(text, sizeof text, "%" PRId64 "%s%s%.200s, %s%s, seed %" PRId64, o->folds,
                 classes && !o->not_stratified ? ", by classes" : "", o->group ? ", by groups of " : "",
                 o->group ? o->group : "", o->in_order ? "in order" : "shuffled", times, o->seed);
    cli_say(c, "folds", "%s", text);
    cli_put(c, "folds", cli_text(text));
}

int cli_networks_check(cli *c, bool networks)
{
    const char *given = cli_given(&c->options, OPT_EPOCHS)       ? "epochs"
                        : cli_given(&c->options, OPT_BATCH)      ? "batch"
                        : cli_given(&c->options, OPT_VALIDATION) ? "validation"
                                                                 : NULL;
    if (networks || !given) return 0;
    return cli_fail(c, CLI_USAGE, "--%s is of networks, as mlp:64,32; no model here is one", given);
}

const char *cli_learn_model(const cli_training *t, const char *space)
{
    const char *given = t->c->options.model;
    for (const char *at = space; at; at = strchr(at, ';')) { /* "C=1,2; model = ridge|lasso" */
        at += strspn(at, "; \t\r\n");
        const size_t n = strcspn(at, "=; \t\r\n");
        if (n == 5 && !memcmp(at, "model", n)) return given;
    }
    return given ? given : t->task == BM_REGRESSION ? "linear" : "softmax";
}

int cli_network_check(cli *c, const char *model)
{
    if (!model) return 0;
    bm_model *m = bm_learner_parse(model, NULL);
    const bool networks = bm_failed(m) || !m->learner->fit; /* what is wrong with a model is said where it is fitted */
    bm_free(m);
    return cli_networks_check(c, networks);
}

/* ---- data ---- */
int cli_learn_open(cli_training *t)
{
    cli *c = t->c;
    int status = cli_steps_check(c);
    if (!status) status = cli_source_open(c, c->arguments[0], NULL, BM_VALUE(bm_names, NULL), &t->source);
    if (!status && !t->source.table)
        status = cli_fail(c, CLI_USAGE, "baeum %s is for tables; %s has arrays", c->command->name, t->source.given);
    if (status) return status;
    cli_source_say(c, &t->source);
    status = cli_train_prepare_whole(t);
    const bool classes = t->task == BM_CLASSIFICATION;
    if (!status && c->options.balanced && !classes)
        status = cli_fail(c, CLI_USAGE, "--balanced weighs classes; the target is numbers");
    if (!status && c->options.not_stratified && !classes)
        status = cli_fail(c, CLI_USAGE, "--not-stratified leaves the shares of classes alone; the target is numbers");
    if (!status && c->options.stratified && !classes)
        status = cli_fail(c, CLI_USAGE, "--stratified keeps the shares of classes; the target is numbers");
    return status;
}

int cli_learn_failed(cli *c, const bmi_error *e)
{
    return cli_fail_error(c, e->status == BM_E_ARGUMENT ? CLI_USAGE : CLI_FAILED, "", e);
}

/* ---- models ---- */
/* Whether a text begins with a learner's name, or is a line that begins with a layer. */
static bool begins_model(const char *text)
{
    char name[64];
    const size_t n = strcspn(text, ": ,");
    if (!n || n >= sizeof name) return false;
    memcpy(name, text, n);
    name[n] = 0;
    return bmi_kind_find("learner", name) || (text[n] != '=' && strspn(name, "0123456789.=") != n && !strchr(name, '='));
}

int cli_models_cut(cli *c, char *text, const char *models[BM_COMPARE_MAX])
{
    const char *mark = strchr(text, ';') ? ";" : ",";
    int n = 0;
    for (char *rest = text; rest;) {
        char *next = strpbrk(rest, mark);
        while (next && *mark == ',' && !begins_model(next + 1 + strspn(next + 1, " "))) next = strpbrk(next + 1, mark);
        if (next) *next++ = 0;
        char *one = cli_trim(rest);
        if (!*one) return cli_fail(c, CLI_USAGE, "--models has an empty model"), -1;
        if (n == BM_COMPARE_MAX) return cli_fail(c, CLI_USAGE, "--models: more than %d", BM_COMPARE_MAX), -1;
        models[n++] = one;
        rest = next;
    }
    return n;
}
