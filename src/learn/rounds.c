// SPDX-License-Identifier: Apache-2.0
/* The rounds of a search: one of all candidates; of successive halving several, in each of which the best part of the candidates gets more
 * rows or epochs (Jamieson, Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", 2016).
 */
#include "learn/search.h"
#include <math.h>
#include <string.h>

enum { USUAL_FACTOR = 3, FEWEST_ROWS = 20, USUAL_EPOCHS = 100 };

static bm_status finished(void *owner, bmi_error *e, int64_t candidate, bmi_fitted **fits)
{
    bmi_stage *g = owner;
    const int64_t folds = bm_folds_count(g->folds), number = g->active[candidate];
    bmi_trial *t = &g->trials[number];
    const bmi_error *bad = bmi_fits_error(*fits, folds);
    bmi_entry n = { .stage = g->number, .round = g->round, .trial = number, .mean = NAN, .spread = NAN, .error = "" };
    if (bad) {
        n.status = bad->status;
        n.error = bmi_arena_text(&g->s->arena, bad->text);
        if (!n.error) return bmi_fail_memory(e, g->here, sizeof bad->text, "an error");
    } else bmi_fits_mean(*fits, folds, 'h', g->s->metric, &n.mean, &n.spread);
    if (!bad && isnan(n.mean) && !(n.error = bmi_arena_text(&g->s->arena, bmi_fits_why(*fits, folds, g->s->metric))))
        return bmi_fail_memory(e, g->here, 120, "a reason");
    for (int64_t i = 0; i < folds; i++) n.fit_seconds += (*fits)[i].fit_seconds / (double)folds;
    t->mean = n.mean;
    t->spread = n.spread;
    t->fit_seconds = n.fit_seconds;
    t->status = n.status;
    t->error = n.error;
    t->known = true;
    return bmi_journal_add(&g->s->journal, e, &n, g->here);
}

/* What the journal, which ends before the search does, knows of this round; the best mean of it to *best. */
static bm_status recall(bmi_stage *g, bool *done, double *best)
{
    bm_search *s = g->s;
    for (size_t i = 0; i < s->journal.n; i++) {
        const bmi_entry *n = &s->journal.entries[i];
        if (n->stage != g->number || n->round != g->round || n->trial >= (int64_t)s->n) continue;
        bmi_trial *t = &g->trials[n->trial];
        if (t->round != g->round || t->known) continue; /* it is not in this round, or was said before */
        t->mean = n->mean;
        t->spread = n->spread;
        t->fit_seconds = n->fit_seconds;
        t->status = n->status;
        t->error = bmi_arena_text(&s->arena, n->error);
        if (!t->error) return bmi_fail_memory(g->e, g->here, 100, "an error of a candidate");
        t->known = true;
        s->resumed++;
        if (isnan(*best) || (s->setup.maximize ? n->mean > *best : n->mean < *best)) *best = n->mean;
    }
    for (int64_t k = 0; k < g->n_active; k++) done[k] = g->trials[g->active[k]].known;
    return BM_OK;
}

static int64_t epochs_of(const bmi_stage *g)
{
    if (!g->o->by_epochs || g->o->search != BM_SEARCH_HALVING) return 0;
    const double all = (double)(g->o->epochs ? g->o->epochs : USUAL_EPOCHS);
    return (int64_t)fmax(1, round(g->share * all));
}

static void fill(const bmi_stage *g, bmi_variant *variants, bmi_candidate *candidates)
{
    const bm_search *s = g->s;
    const double share = g->o->by_epochs ? 1 : g->share;
    for (size_t i = 0; i < BMI_WANTS * s->n_recipes; i++)
        variants[i] = (bmi_variant){ .recipe = s->recipes[i / BMI_WANTS], .share = share, .wants = (int)(i % BMI_WANTS) };
    for (int64_t k = 0; k < g->n_active; k++) {
        const bmi_trial *t = &g->trials[g->active[k]];
        candidates[k] =
            (bmi_candidate){ .name = t->made.settings, .how = t->made.how, .variant = t->variant, .epochs = epochs_of(g) };
    }
}

/* All active candidates with this round's share. */
static bm_status run_round(bmi_stage *g)
{
    bm_search *s = g->s;
    bm_context *context = s->object.context;
    const size_t n = (size_t)g->n_active, n_variants = BMI_WANTS * s->n_recipes;
    bmi_variant *variants = bmi_alloc(context, n_variants, sizeof *variants);
    bmi_candidate *candidates = bmi_alloc(context, n, sizeof *candidates);
    bool *done = bmi_alloc(context, n, sizeof *done);
    bmi_work w = BMI_WORK_OF(&s->setup, g->o, context, g->here);
    if (!variants || !candidates || !done) bmi_fail_memory(g->e, g->here, n * sizeof *candidates, "a round of a search");
    else {
        for (int64_t k = 0; k < g->n_active; k++) {
            bmi_trial *t = &g->trials[g->active[k]];
            t->known = false;
            t->round = g->round;
            t->share = g->share;
        }
        const bool known = !recall(g, done, &w.best);
        fill(g, variants, candidates);
        w.table = g->table;
        w.folds = g->folds;
        w.variants = variants;
        w.n_variants = (int64_t)n_variants;
        w.candidates = candidates;
        w.n_candidates = g->n_active;
        w.done = done;
        w.numbers = g->active;
        w.round = g->round;
        w.rounds = g->rounds;
        w.outers = g->o->outer;
        w.outer = g->number ? g->number - 1 : g->o->outer;
        w.finished = finished;
        w.owner = g;
        if (known) bmi_work_run(&w, g->e);
    }
    bmi_release(context, done, n, sizeof *done);
    bmi_release(context, candidates, n, sizeof *candidates);
    bmi_release(context, variants, n_variants, sizeof *variants);
    return g->e->status;
}

/* Of equals the first. */
static bool better(const bmi_stage *g, int64_t a, int64_t b)
{
    const double x = g->trials[a].mean, y = g->trials[b].mean;
    if (isnan(x) || isnan(y)) return isnan(x) == isnan(y) ? a < b : !isnan(x);
    return x != y ? (g->s->setup.maximize ? x > y : x < y) : a < b;
}

static void sort(bmi_stage *g)
{
    for (int64_t gap = g->n_active / 2; gap > 0; gap /= 2)
        for (int64_t i = gap; i < g->n_active; i++) {
            const int64_t one = g->active[i];
            int64_t k = i;
            for (; k >= gap && better(g, one, g->active[k - gap]); k -= gap) g->active[k] = g->active[k - gap];
            g->active[k] = one;
        }
}

/* Rounds of halving: as many as leave one candidate, and rows enough in the first. */
static int64_t rounds_of(const bmi_stage *g, double factor)
{
    double rows = (double)bm_folds_learned(g->folds, 0, NULL), n = (double)g->n_active;
    int64_t rounds = 1;
    if (g->o->search != BM_SEARCH_HALVING) return 1;
    for (; n > 1 && (g->o->by_epochs || rows / factor >= FEWEST_ROWS); rounds++) {
        n = ceil(n / factor);
        rows /= factor;
    }
    return rounds;
}

int64_t bmi_stage_run(bmi_stage *g)
{
    const size_t n = g->s->n;
    const double factor = g->o->factor ? (double)g->o->factor : USUAL_FACTOR;
    int64_t best = -1;
    g->active = bmi_alloc_raw(g->s->object.context, n, sizeof *g->active);
    if (!g->active) return bmi_fail_memory(g->e, g->here, n * sizeof *g->active, "the candidates of a search"), -1;
    g->n_active = (int64_t)n;
    for (size_t i = 0; i < n; i++) g->active[i] = (int64_t)i;
    g->rounds = rounds_of(g, factor);
    for (g->round = 0; !g->e->status && g->round < g->rounds; g->round++) {
        g->share = pow(factor, -(double)(g->rounds - 1 - g->round));
        if (run_round(g)) break;
        sort(g);
        best = g->active[0];
        if (isnan(g->trials[best].mean)) {
            const bmi_trial *t = &g->trials[best];
            bmi_fail(g->e, BM_E_DATA, g->here, "search: no candidate could be fitted and scored by %s: %s%s%s", g->s->metric,
                     t->made.settings, *t->error ? ": " : "", t->error);
        }
        g->n_active = (int64_t)ceil((double)g->n_active / factor);
    }
    bmi_release(g->s->object.context, g->active, n, sizeof *g->active);
    g->active = NULL;
    return g->e->status ? -1 : best;
}

typedef struct keeping {
    bmi_fitted *into;
} keeping;

static bm_status keep(void *owner, bmi_error *e, int64_t candidate, bmi_fitted **fits)
{
    const keeping *k = owner;
    (void)candidate;
    if ((*fits)->error.status) return bmi_fail_from(e, &(*fits)->error);
    *k->into = **fits;
    (*fits)->model = NULL;
    return BM_OK;
}

bm_status bmi_stage_fit(const bmi_stage *g, int64_t trial, bm_rows learned, bm_rows held, bmi_fitted *fitted)
{
    bm_search *s = g->s;
    const bmi_trial *t = &g->trials[trial];
    bmi_variant variant = { .recipe = s->recipes[t->variant / BMI_WANTS], .share = 1, .wants = (int)(t->variant % BMI_WANTS) };
    bmi_candidate candidate = { .name = t->made.settings, .how = t->made.how };
    bm_folds *one = bmi_folds_one(s->object.context, bm_table_rows(g->table), learned, held, g->here);
    keeping k = { fitted };
    bmi_work w = BMI_WORK_OF(&s->setup, g->o, s->object.context, g->here);
    w.table = g->table;
    w.folds = one;
    w.variants = &variant;
    w.candidates = &candidate;
    w.n_variants = w.n_candidates = 1;
    w.progress = NULL; /* the candidates are done */
    w.train_scores = w.baseline = w.keep_models = true;
    w.finished = keep;
    w.owner = &k;
    if (!bmi_fail_from(g->e, &one->object.error)) bmi_work_run(&w, g->e);
    bmi_object_free(one);
    return g->e->status;
}
