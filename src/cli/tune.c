// SPDX-License-Identifier: Apache-2.0
/* baeum tune: searches settings by cross-validation, fits the best on all rows that were searched, scores it once on rows that nobody saw,
 * and saves it. A journal has what is done, so that a search that was interrupted or killed goes on.
 */
#include "cli/learn.h"
#include "base/object.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 10 };

typedef struct tuning {
    cli_training t;
    bm_tune_options o;
    cli_fits fits;
    char *space;
    char journal[4200];
    bm_search *s;
} tuning;

static void number(char into[32], const char *metric, double value)
{
    bool share;
    cli_metric_title(metric, &share);
    if (isnan(value)) *into = 0;
    else (share ? cli_share : cli_real)(into, value);
}

/* ---- options ---- */
static int join_search(tuning *w)
{
    cli *c = w->t.c;
    const cli_list *list = &c->options.search;
    size_t n = 1;
    if (!list->n)
        return cli_fail(c, CLI_USAGE,
                        "what is to be searched? Give --search, as --search \"alpha=.001..100 log\"; it may be given again");
    for (int i = 0; i < list->n; i++) n += strlen(list->at[i]) + 1;
    w->space = malloc(n);
    if (!w->space) return cli_fail(c, CLI_FAILED, "out of memory");
    *w->space = 0;
    for (int i = 0; i < list->n; i++) {
        if (i) strcat(w->space, ";");
        strcat(w->space, list->at[i]);
    }
    return 0;
}

/* Whether a search has written a journal there, and works with it no more. */
static bool is_begun(const char *journal)
{
    struct stat about;
    const int file = *journal ? open(journal, O_RDONLY | O_CLOEXEC) : -1;
    const bool begun =
        file >= 0 && !fstat(file, &about) && S_ISREG(about.st_mode) && about.st_size > 0 && !flock(file, LOCK_EX | LOCK_NB);
    if (file >= 0) close(file);
    return begun;
}

static int find_output(tuning *w)
{
    cli *c = w->t.c;
    const char *stem = w->t.source.stem, *given = c->options.output;
    if ((given ? strlen(given) : strlen(stem) + 12) >= sizeof w->t.output)
        return cli_fail(c, CLI_FAILED, "-o: the name is too long");
    if (given) snprintf(w->t.output, sizeof w->t.output, "%s", given);
    else snprintf(w->t.output, sizeof w->t.output, "%.1000s.safetensors", stem);
    int status = cli_writable(c, w->t.output);
    if (!status) status = cli_keeps(c, w->t.output);
    if (status) return status;
    if (c->options.resume) snprintf(w->journal, sizeof w->journal, "%.4100s", c->options.resume);
    else if (cli_is_stdout(w->t.output)) *w->journal = 0;
    else snprintf(w->journal, sizeof w->journal, "%s.journal", w->t.output);
    w->o.journal = *w->journal ? w->journal : NULL;
    if (!c->options.resume && is_begun(w->journal)) {
        char name[4300];
        cli_shell(name, sizeof name, w->journal);
        return cli_fail(
            c, CLI_USAGE,
            "%s has what a search did that was broken off: --resume %s goes on with it; remove the file to begin anew",
            w->journal, name);
    }
    if (!strcmp(w->journal, w->t.output)) return cli_fail(c, CLI_USAGE, "-o and --resume both name %s", w->journal);
    return cli_spare(c, w->t.output, c->options.resume);
}

/* A journal that nobody asked for goes when the search is done; not one that another search has begun meanwhile. */
static void remove_journal(const tuning *w)
{
    if (w->t.c->options.resume || !*w->journal) return;
    const int file = open(w->journal, O_RDWR | O_CLOEXEC);
    if (file >= 0 && !flock(file, LOCK_EX | LOCK_NB)) unlink(w->journal);
    if (file >= 0) close(file);
}

static int read_options(tuning *w)
{
    cli *c = w->t.c;
    const cli_options *o = &c->options;
    bm_folds_options folds;
    int status = cli_folds_read(c, &folds);
    if (!status) status = join_search(w);
    if (status) return status;
    if (isnan(o->validation_share) || isnan(o->test_share))
        return cli_fail(c, CLI_USAGE, "--validation and --test are shares of the rows here");
    if (o->grid + o->halving + cli_given(o, OPT_TRIALS) > 1 && o->grid)
        return cli_fail(c, CLI_USAGE, "--grid tries every combination; leave --%s out", o->halving ? "halving" : "trials");
    w->o = (bm_tune_options){ .space = w->space, .kind = folds.kind, .folds = folds.folds, .repeats = folds.repeats };
    w->o.group = folds.group;
    w->o.time = folds.time;
    w->o.fold = folds.fold;
    w->o.seed = folds.seed;
    w->o.in_order = folds.in_order;
    w->o.not_stratified = folds.not_stratified;
    w->o.gap = folds.gap;
    w->o.metric = o->metric;
    w->o.epochs = o->epochs;
    w->o.batch = o->batch;
    w->o.balanced = o->balanced;
    w->o.validation = cli_given(o, OPT_VALIDATION) ? o->validation_share : 0;
    w->o.test = o->test_share;
    w->o.search = o->grid ? BM_SEARCH_GRID : o->halving ? BM_SEARCH_HALVING : BM_SEARCH_RANDOM;
    w->o.trials = o->trials;
    w->o.outer = o->outer;
    w->o.progress = cli_fits_show;
    w->o.user = &w->fits;
    w->o.stop = cli_interrupt_asked();
    return 0;
}

/* ---- what came of it ---- */
static bool goes_before(const tuning *w, const bm_trial *a, const bm_trial *b)
{
    const double sign = bm_search_maximize(w->s) ? -1 : 1;
    if (a->round != b->round) return a->round > b->round;
    return isnan(b->mean) ? !isnan(a->mean) : sign * a->mean < sign * b->mean;
}

/* The best of those that could be fitted, by rank; how many. Of equals the first comes first. */
static int best_trials(const tuning *w, bm_trial into[SHOWN])
{
    int n = 0;
    for (int64_t i = 0; i < bm_search_trials(w->s); i++) {
        const bm_trial t = bm_search_trial(w->s, i);
        int k = n;
        while (k > 0 && goes_before(w, &t, &into[k - 1])) k--;
        if (t.status || k == SHOWN) continue;
        if (n < SHOWN) n++;
        memmove(into + k + 1, into + k, (size_t)(n - 1 - k) * sizeof *into);
        into[k] = t;
    }
    return n;
}

static void print_trials(const tuning *w)
{
    cli *c = w->t.c;
    const char *metric = bm_search_metric(w->s);
    const int64_t n = bm_search_trials(w->s);
    bool share;
    char text[32], settings[4 * 120 + 4];
    bm_trial best[SHOWN];
    const int shown = best_trials(w, best);
    const bool halving = w->o.search == BM_SEARCH_HALVING;
    cli_grid g = { .columns = halving ? 5 : 4 };
    cli_grid_add(&g, "");
    cli_grid_add(&g, cli_metric_title(metric, &share));
    cli_grid_add(&g, "±");
    cli_grid_add(&g, "fit");
    if (halving) cli_grid_add(&g, w->o.by_epochs ? "epochs" : "rows");
    for (int i = 0; i < shown; i++) {
        const bm_trial t = best[i];
        cli_grid_add(&g, cli_cell(settings, t.settings, 120));
        number(text, metric, t.mean);
        cli_grid_add(&g, text);
        number(text, metric, t.spread);
        cli_grid_add(&g, text);
        cli_grid_add(&g, isnan(t.fit_seconds) ? "" : cli_seconds(text, t.fit_seconds));
        if (halving) {
            snprintf(text, sizeof text, "%.3g%%", 100 * t.share);
            cli_grid_add(&g, text);
        }
    }
    fputc('\n', c->to);
    cli_grid_print(&g, "", c->to);
    cli_grid_end(&g);
    if (n > SHOWN) fprintf(c->to, "... the best %d of %s\n", SHOWN, cli_count(text, n));
    fputc('\n', c->to);
}

static void put_trials(const tuning *w)
{
    cli *c = w->t.c;
    json_t *list = json_array(), *outer = json_array();
    for (int64_t i = 0; i < bm_search_trials(w->s); i++) {
        const bm_trial t = bm_search_trial(w->s, i);
        json_t *o = json_object();
        json_object_set_new(o, "model", cli_text(t.learner));
        json_object_set_new(o, "settings", cli_text(t.settings));
        json_object_set_new(o, "mean", cli_number(t.mean));
        json_object_set_new(o, "spread", cli_number(t.spread));
        json_object_set_new(o, "fit_seconds", cli_number(t.fit_seconds));
        if (w->o.search == BM_SEARCH_HALVING) json_object_set_new(o, "share", cli_number(t.share));
        if (t.status) json_object_set_new(o, "error", cli_text(t.error));
        json_array_append_new(list, o);
    }
    for (int64_t i = 0; i < bm_search_outer(w->s); i++)
        json_array_append_new(outer, json_pack("{s:o, s:o}", "settings", cli_text(bm_search_outer_settings(w->s, i)), "score",
                                               cli_number(bm_search_outer_score(w->s, i))));
    cli_put(c, "metric", json_string(bm_search_metric(w->s)));
    cli_put(c, "trials", list);
    cli_put(c, "best", json_integer((json_int_t)bm_search_best(w->s)));
    cli_put(c, "resumed", json_integer((json_int_t)bm_search_resumed(w->s)));
    if (bm_search_outer(w->s)) cli_put(c, "outer", outer);
    else json_decref(outer);
}

static void say_outer(const tuning *w)
{
    cli *c = w->t.c;
    char mean[32], spread[32];
    if (!bm_search_outer(w->s)) return;
    number(mean, bm_search_metric(w->s), bm_search_outer_mean(w->s));
    number(spread, bm_search_metric(w->s), bm_search_outer_spread(w->s));
    bool share;
    cli_say(c, "nested", "%s %s ± %s over %" PRId64 " outer folds: what such a search finds is worth on rows that it never saw",
            cli_metric_title(bm_search_metric(w->s), &share), mean, spread, bm_search_outer(w->s));
}

static void warn(const tuning *w)
{
    cli *c = w->t.c;
    const char *note, *first = NULL, *settings = NULL;
    int64_t failed = 0;
    char n[64];
    for (int64_t i = 0; (note = bm_search_note(w->s, i)); i++) cli_warn(c, "%s", strncmp(note, "! ", 2) ? note : note + 2);
    for (int64_t i = 0; i < bm_search_trials(w->s); i++) {
        const bm_trial t = bm_search_trial(w->s, i);
        if (t.status && !failed++) first = t.error, settings = t.settings;
    }
    if (failed)
        cli_warn(c, "%s could not be fitted (the first, %s: %s)", cli_plural(n, failed, "candidate", "candidates"), settings,
                 first);
}

static void scores(tuning *w)
{
    cli *c = w->t.c;
    bm_model *m = bm_search_model(w->s);
    static const char *const names[] = { "train", "test", "baseline" };
    cli_scores s = { .positive = cli_positive(c, m) };
    json_t *metrics = json_object();
    bm_scores parts[3];
    for (int i = 0; i < 3; i++) {
        parts[i] = bm_model_scores(m, names[i]);
        if (parts[i].rows <= 0) continue;
        if (i < 2) json_object_set_new(metrics, names[i], cli_scores_json(&parts[i]));
        else cli_put(c, "baseline", cli_scores_json(&parts[i]));
        s.name[s.count] = names[i];
        s.note[s.count] = i < 2 ? NULL : w->t.task == BM_REGRESSION ? "always the mean" : "always the most frequent class";
        s.scores[s.count++] = &parts[i];
    }
    cli_put(c, "metrics", metrics);
    if (!c->json) cli_scores_print(&s, c->to);
    if (bm_model_scores(m, "test").rows <= 0)
        cli_warn(c, "no rows were kept for a test: the scores of the search are those of a choice, and a little too good");
}

static int save(tuning *w)
{
    cli *c = w->t.c;
    bm_model *m = bm_search_model(w->s);
    const bm_trial best = bm_search_trial(w->s, bm_search_best(w->s));
    char bytes[32], text[4200];
    struct stat about;
    if (bm_save(m, w->t.output))
        return cli_fail(c, CLI_FAILED, "the model is not saved: %s%s%s%s", bm_error(m),
                        *w->journal ? "; the search is kept: the same command with another -o and --resume " : "",
                        *w->journal ? cli_shell(text, sizeof text, w->journal) : "",
                        *w->journal ? " only fits the best again" : "");
    cli_put(c, "model", cli_text(best.learner));
    cli_put(c, "settings", cli_text(best.settings));
    cli_put(c, "parameters", json_integer((json_int_t)bm_model_parameters(m)));
    cli_put(c, "file", cli_text(w->t.output));
    remove_journal(w);
    if (!cli_talks(c)) return CLI_DONE;
    const bool regular = !stat(w->t.output, &about) && S_ISREG(about.st_mode);
    fprintf(c->to, "\nsaved %s%s%s%s", w->t.output, regular ? " (" : "", regular ? cli_bytes(bytes, (double)about.st_size) : "",
            regular ? ")" : "");
    fprintf(c->to, "     next: baeum predict %s new.csv\n", cli_shell(text, sizeof text, w->t.output));
    return CLI_DONE;
}

/* How to go on is said where the search can. */
static int stopped(const tuning *w)
{
    cli *c = w->t.c;
    char text[4300];
    if (!w->o.journal)
        return cli_fail(c, CLI_INTERRUPTED,
                        "interrupted; the model goes to standard output, so there is no journal to go on from");
    return cli_fail(c, CLI_INTERRUPTED,
                    "interrupted after %" PRId64 " of %" PRId64
                    " fits%s; what is done is in %s: the same command with --resume %s goes on",
                    w->fits.done, w->fits.all, w->fits.where, w->journal, cli_shell(text, sizeof text, w->journal));
}

static int tune(tuning *w)
{
    cli *c = w->t.c;
    bool share;
    const bool classes = w->t.task == BM_CLASSIFICATION;
    bm_folds_options folds;
    cli_folds_read(c, &folds);
    cli_folds_say(c, &folds, classes);
    cli_say(c, "search", "%s", w->space);
    const char *metric = w->o.metric ? w->o.metric : classes ? "accuracy" : "r2", *model = cli_learn_model(&w->t, w->space);
    w->fits = (cli_fits){ .command = c, .metric = cli_metric_title(metric, &share) };
    w->fits.share = share;
    cli_interrupt_begin(NULL);
    w->s = bm_tune_at(w->t.source.table, w->t.recipe, model, &w->o, sizeof w->o, BM_HERE);
    cli_interrupt_end();
    cli_fits_end(&w->fits);
    if (bm_status_of(w->s) == BM_E_STOPPED) return stopped(w);
    if (bm_failed(w->s)) {
        if (!w->fits.begun) remove_journal(w); /* nothing is in it */
        return cli_learn_failed(c, bmi_object_why(w->s));
    }
    char n[64];
    if (bm_search_resumed(w->s))
        cli_say(c, "resumed", "%s from %s", cli_plural(n, bm_search_resumed(w->s), "candidate", "candidates"), w->journal);
    if (cli_talks(c)) print_trials(w);
    say_outer(w);
    put_trials(w);
    warn(w);
    scores(w);
    return save(w);
}

static int run(cli *c)
{
    tuning w = { .t = { .c = c } };
    if (c->options.output && cli_is_stdout(c->options.output)) {
        if (c->json) return cli_fail(c, CLI_USAGE, "-o %s and --json both want standard output", c->options.output);
        c->to = stderr;
    }
    int status = cli_spare(c, c->options.output, c->arguments[0]);
    if (!status) status = cli_spare(c, c->options.resume, c->arguments[0]);
    if (!status) status = read_options(&w);
    if (!status) status = cli_learn_open(&w.t);
    if (!status) status = cli_network_check(c, cli_learn_model(&w.t, w.space));
    if (!status) status = find_output(&w);
    if (!status) status = tune(&w);
    bm_free(w.s);
    bm_free(w.t.recipe);
    cli_source_end(&w.t.source);
    free(w.space);
    return status;
}

const cli_command cli_tune = {
    .name = "tune",
    .arguments = "DATA",
    .least = 1,
    .most = 1,
    .run = run,
    .summary = "search settings by cross-validation, save the best",
    .options = CLI_BY_FOLDS | CLI_BIT(OPT_MODEL) | CLI_BIT(OPT_SEARCH) | CLI_BIT(OPT_TRIALS) | CLI_BIT(OPT_GRID) |
               CLI_BIT(OPT_HALVING) | CLI_BIT(OPT_OUTER) | CLI_BIT(OPT_RESUME) | CLI_BIT(OPT_TEST) | CLI_BIT(OPT_OUTPUT),
    .about =
        "Tries settings of a model, of its optimiser and of the preparation of the columns, each by cross-validation; the best "
        "is\n"
        "fitted on all rows but those of the test, scored on these once, and saved. Names and values are checked before "
        "anything\n"
        "is fitted. What is done is kept in a journal: after Ctrl-C, a kill or a power cut the same command with --resume and\n"
        "the journal goes on, and ends as if it had not been broken off.",
    .examples =
        "  baeum tune iris --model logistic --search \"C=.01..100 log\"\n"
        "  baeum tune housing.csv -t median_house_value -m mlp:64 --search \"optimizer.rate=.0001..1 log\" --halving\n"
        "  baeum tune infert --search \"model=softmax|mlp:16\" --search \"softmax.C=.1,1,10\" --grid --nested 5\n"
        "  baeum tune iris --model mlp --search \"units=8|16|32x16\" --trials 50 --resume iris.journal -o iris.safetensors",
};
