// SPDX-License-Identifier: Apache-2.0
/* Learners beside each other: the same folds for all, the trivial answer on top, and of each the paired difference to the best.
 */
#include "learn/student.h"
#include "learn/work.h"
#include "base/kinds.h"
#include "base/text.h"
#include "data/recipe.h"
#include <math.h>
#include <string.h>

typedef struct row {
    bm_compared shown; /* name and error borrowed from the arena */
    bmi_fitted *fits;  /* of the folds; null: it failed, or the baseline, whose figures those of `of` have */
    bool baseline;
} row;

struct bm_comparison {
    bmi_object object;
    bmi_arena arena;
    bmi_setup setup;
    char metric[64];
    row *rows;
    size_t n, room;
    const bmi_fitted *baseline; /* fits whose baseline part is asked; borrowed from a row */
    bmi_notes notes;
};

static void end(void *object)
{
    bm_comparison *c = object;
    for (size_t i = 0; i < c->n; i++) bmi_fits_end(c->object.context, c->rows[i].fits, bm_folds_count(c->setup.folds));
    bmi_release(c->object.context, c->rows, c->room, sizeof *c->rows);
    bmi_notes_end(c->object.context, &c->notes);
    bmi_arena_end(&c->arena);
    bmi_setup_end(&c->setup);
}

static const bmi_object_kind kind = { .name = "comparison", .end = end };
BMI_STATIC_FAILED(comparison, &kind);
BMI_OBJECT_VERBS(comparison)

/* ---- asking ---- */
int64_t bm_comparison_rows(const bm_comparison *c)
{
    return bmi_object_failed(c) ? 0 : (int64_t)c->n;
}

bm_compared bm_comparison_row(const bm_comparison *c, int64_t i)
{
    if (i >= 0 && i < bm_comparison_rows(c)) return c->rows[i].shown;
    return (bm_compared){ .name = "", .error = "no such row", .status = BM_E_ARGUMENT, .mean = NAN, .spread = NAN, .p = NAN };
}

static double of_metric(const bm_comparison *c, int64_t i, const char *metric, bool spread)
{
    double of[2] = { NAN, NAN };
    if (i < 0 || i >= bm_comparison_rows(c) || !metric) return NAN;
    const row *r = &c->rows[i];
    const bmi_fitted *fits = r->baseline ? c->baseline : r->fits;
    if (fits) bmi_fits_mean(fits, bm_folds_count(c->setup.folds), r->baseline ? 'b' : 'h', metric, &of[0], &of[1]);
    return of[spread];
}
double bm_comparison_mean(const bm_comparison *c, int64_t i, const char *metric)
{
    return of_metric(c, i, metric, false);
}
double bm_comparison_spread(const bm_comparison *c, int64_t i, const char *metric)
{
    return of_metric(c, i, metric, true);
}
const char *bm_comparison_metric(const bm_comparison *c)
{
    return c ? c->metric : "";
}
const char *bm_comparison_note(const bm_comparison *c, int64_t i)
{
    return c && i >= 0 && (size_t)i < c->notes.count ? c->notes.at[i] : NULL;
}

/* ---- making ---- */
typedef struct comparing {
    bm_comparison *c;
    bmi_error *e;
    bm_place here;
    const bm_compare_options *o;
    bm_recipe *recipes[BM_COMPARE_MAX + 1]; /* set up; [0] is the setup's own */
    size_t n_recipes;
    bmi_candidate *candidates;
    bmi_variant *variants; /* BMI_WANTS of a recipe */
    size_t n, room;
} comparing;

static unsigned task_of(const bmi_setup *s)
{
    return s->task == BM_REGRESSION ? BM_LEARNS_NUMBERS : s->classes == 2 ? BM_LEARNS_TWO_CLASSES : BM_LEARNS_CLASSES;
}

/* All kinds that do the task and need no setting. */
static const char *kind_that_fits(const bmi_setup *s, size_t *at)
{
    const bmi_kind *k;
    while ((k = bmi_kind_at("learner", (*at)++))) {
        const bm_learner_kind *learner = k->record;
        if (learner->tasks & task_of(s) && strcmp(k->name, "network") != 0) return k->name;
    }
    return NULL;
}

static bm_status add_row(comparing *w, row r)
{
    bm_comparison *c = w->c;
    if (!bmi_grow(c->object.context, (void **)&c->rows, &c->room, c->n + 1, sizeof *c->rows))
        return bmi_fail_memory(w->e, w->here, sizeof r, "a row of a comparison");
    c->rows[c->n++] = r;
    return BM_OK;
}

static row empty_row(const char *name, int64_t recipe)
{
    return (row){ .shown = { .name = name,
                             .recipe = recipe,
                             .error = "",
                             .mean = NAN,
                             .spread = NAN,
                             .difference = NAN,
                             .p = NAN,
                             .fit_seconds = NAN,
                             .predict_seconds = NAN } };
}

static bm_status keep_error(comparing *w, row *r, const bmi_error *from)
{
    r->shown.status = from->status;
    r->shown.error = bmi_arena_text(&w->c->arena, from->text);
    return r->shown.error ? BM_OK : bmi_fail_memory(w->e, w->here, sizeof from->text, "an error of a learner");
}

/* A learner over every recipe. What cannot be read is a wrong argument of the caller's. */
static bm_status add_learner(comparing *w, const char *text)
{
    bm_comparison *c = w->c;
    bm_learner how;
    const char *name = bmi_arena_text(&c->arena, text);
    if (!name) return bmi_fail_memory(w->e, w->here, strlen(text), "the name of a learner");
    if (bmi_setup_learner(w->e, &c->arena, name, NULL, &how, w->here)) return w->e->status;
    for (size_t r = 0; r < w->n_recipes; r++) {
        if (!bmi_grow(c->object.context, (void **)&w->candidates, &w->room, w->n + 1, sizeof *w->candidates))
            return bmi_fail_memory(w->e, w->here, sizeof *w->candidates, "a learner");
        const int wants = bmi_wants_of(&how, w->recipes[r]);
        w->candidates[w->n++] = (bmi_candidate){ .name = name, .how = how, .variant = (int64_t)r * BMI_WANTS + wants };
        if (add_row(w, empty_row(name, (int64_t)r))) return w->e->status;
    }
    return BM_OK;
}

static bm_status add_learners(comparing *w)
{
    size_t at = 0, given = 0;
    const char *name;
    for (size_t i = 0; i < BM_COMPARE_MAX && !w->e->status; i++)
        if (w->o->learners[i]) given += !add_learner(w, w->o->learners[i]);
    while (!given && !w->e->status && (name = kind_that_fits(&w->c->setup, &at))) add_learner(w, name);
    return w->e->status;
}

static bm_status finished(void *owner, bmi_error *e, int64_t candidate, bmi_fitted **fits)
{
    comparing *w = owner;
    row *r = &w->c->rows[candidate];
    const int64_t folds = bm_folds_count(w->c->setup.folds);
    const bmi_error *bad = bmi_fits_error(*fits, folds);
    (void)e;
    if (bad) return keep_error(w, r, bad);
    r->fits = *fits;
    *fits = NULL;
    return BM_OK;
}

static void sum_up(const bm_comparison *c, row *r, bool baseline)
{
    const int64_t folds = bm_folds_count(c->setup.folds);
    const bmi_fitted *fits = baseline ? c->baseline : r->fits;
    if (!fits) return;
    bmi_fits_mean(fits, folds, baseline ? 'b' : 'h', c->metric, &r->shown.mean, &r->shown.spread);
    if (baseline) return;
    r->shown.fit_seconds = r->shown.predict_seconds = 0;
    for (int64_t i = 0; i < folds; i++) {
        r->shown.fit_seconds += fits[i].fit_seconds / (double)folds;
        r->shown.predict_seconds += fits[i].predict_seconds / (double)folds;
    }
    if (isnan(r->shown.mean)) r->shown.error = bmi_fits_why(fits, folds, c->metric);
    r->shown.parameters = fits[0].parameters;
    r->shown.bytes = fits[0].bytes;
}

/* Before: the baseline; then by mean; what failed or has no such metric is last. */
static bool goes_before(const bm_comparison *c, const row *a, const row *b)
{
    if (a->baseline != b->baseline) return a->baseline;
    if (isnan(a->shown.mean) || isnan(b->shown.mean)) return !isnan(a->shown.mean) && isnan(b->shown.mean);
    return c->setup.maximize ? a->shown.mean > b->shown.mean : a->shown.mean < b->shown.mean;
}

static void sort(bm_comparison *c)
{
    for (size_t i = 1; i < c->n; i++)
        for (size_t k = i; k > 0 && goes_before(c, &c->rows[k], &c->rows[k - 1]); k--) {
            const row one = c->rows[k];
            c->rows[k] = c->rows[k - 1];
            c->rows[k - 1] = one;
        }
}

/* The variance of a mean over folds whose training rows overlap is larger than that over independent ones: 1/J + held-out / learned rows
 * instead of 1/J. */
static void differ(const bm_comparison *c, const row *best, row *r)
{
    const int64_t folds = bm_folds_count(c->setup.folds);
    double sum = 0, squares = 0;
    int64_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < folds; i++) {
            const bmi_fitted *theirs = r->baseline ? c->baseline : r->fits;
            const double a = bm_score(&best->fits[i].held_out, c->metric);
            const double b = bm_score(bmi_fitted_part(&theirs[i], r->baseline ? 'b' : 'h'), c->metric);
            const double d = c->setup.maximize ? a - b : b - a;
            if (isnan(d)) continue;
            if (!pass) sum += d, n++;
            else squares += (d - sum / (double)n) * (d - sum / (double)n);
        }
    if (!n) return;
    const double mean = sum / (double)n, variance = n > 1 ? squares / (double)(n - 1) : NAN;
    r->shown.difference = mean;
    if (r == best || n < 2 || !isfinite(mean)) return; /* of a loss without end nothing is known of chance */
    const double t = variance > 0 ? mean / sqrt((1 / (double)n + c->setup.folds->share) * variance) : mean > 0 ? INFINITY : 0;
    r->shown.p = isinf(t) ? 0 : bmi_student_two_sided(t, (double)(n - 1));
}

static bm_status judge(comparing *w)
{
    bm_comparison *c = w->c;
    for (size_t i = 0; i < c->n && !c->baseline; i++) c->baseline = c->rows[i].fits;
    if (!c->baseline)
        return bmi_fail(w->e, BM_E_DATA, w->here, "no learner could be fitted: %s",
                        c->n ? c->rows[0].shown.error : "none does this task");
    row trivial = empty_row("baseline", 0);
    trivial.baseline = true;
    if (add_row(w, trivial)) return w->e->status;
    for (size_t i = 0; i < c->n; i++) sum_up(c, &c->rows[i], c->rows[i].baseline);
    sort(c);
    const row *best = c->n > 1 && !isnan(c->rows[1].shown.mean) ? &c->rows[1] : NULL;
    for (size_t i = 0; best && i < c->n; i++)
        if (c->rows[i].baseline || c->rows[i].fits) differ(c, best, &c->rows[i]);
    return BM_OK;
}

static bm_status set_up_recipes(comparing *w, const bm_table *t, const bm_folds_options *folds)
{
    bm_comparison *c = w->c;
    w->recipes[w->n_recipes++] = bmi_object_keep(c->setup.recipe);
    for (size_t i = 0; i < BM_COMPARE_MAX && w->o->recipes[i] && !w->e->status; i++) {
        bmi_setup more;
        const char *first = c->setup.recipe->target, *target = w->o->recipes[i]->target;
        if (target && strcmp(target, first) != 0)
            return bmi_fail(w->e, BM_E_ARGUMENT, w->here, "compare: recipes of two targets, \"%.100s\" and \"%.100s\"", first,
                            target);
        if (!bmi_setup_make(&more, w->e, c->object.context, t, NULL, w->o->recipes[i], (bm_rows){ 0 }, folds, c->metric,
                            w->here))
            w->recipes[w->n_recipes++] = bmi_object_keep(more.recipe);
        bmi_setup_end(&more);
    }
    return w->e->status;
}

static void run(comparing *w, const bm_table *t)
{
    bm_comparison *c = w->c;
    const size_t n = BMI_WANTS * w->n_recipes;
    bmi_work work = BMI_WORK_OF(&c->setup, w->o, c->object.context, w->here);
    w->variants = bmi_alloc(c->object.context, n, sizeof *w->variants);
    if (!w->variants) bmi_fail_memory(w->e, w->here, n * sizeof *w->variants, "recipes");
    else {
        for (size_t i = 0; i < n; i++)
            w->variants[i] = (bmi_variant){ .recipe = w->recipes[i / BMI_WANTS], .share = 1, .wants = (int)(i % BMI_WANTS) };
        work.table = t;
        work.variants = w->variants;
        work.n_variants = (int64_t)n;
        work.candidates = w->candidates;
        work.n_candidates = (int64_t)w->n;
        work.baseline = true;
        work.finished = finished;
        work.owner = w;
        if (!bmi_work_run(&work, w->e)) judge(w);
    }
    bmi_release(c->object.context, w->variants, n, sizeof *w->variants);
}

static bm_status keep_notes(comparing *w)
{
    const char *note;
    for (int64_t i = 0; (note = bm_folds_note(w->c->setup.folds, i)); i++)
        if (!bmi_notes_keep(w->c->object.context, &w->c->notes, note))
            return bmi_fail_memory(w->e, w->here, strlen(note), "a note");
    return w->e->status;
}

bm_comparison *bm_compare_at(const bm_table *t, const bm_recipe *recipe, const bm_compare_options *options, size_t size,
                             bm_place here)
{
    bm_compare_options o;
    bm_context *context = recipe ? recipe->object.context : NULL;
    bm_comparison *c = bmi_object_new(context, &kind, sizeof *c);
    if (!c) return &bmi_no_memory_comparison;
    bmi_error *e = &c->object.error;
    comparing w = { .c = c, .e = e, .here = here, .o = &o };
    c->arena.context = context;
    bmi_options_copy(e, here, &o, sizeof o, offsetof(bm_compare_options, named_), options, size);
    const bm_folds_options folds = BMI_FOLDS_OF(&o);
    if (!e->status && !bmi_setup_make(&c->setup, e, context, t, NULL, recipe, (bm_rows){ 0 }, &folds, o.metric, here)) {
        snprintf(c->metric, sizeof c->metric, "%s", c->setup.metric);
        c->setup.metric = c->metric;
        if (!keep_notes(&w) && !set_up_recipes(&w, t, &folds) && !add_learners(&w)) run(&w, t);
    }
    for (size_t i = 0; i < w.n_recipes; i++) bmi_object_free(w.recipes[i]);
    bmi_release(context, w.candidates, w.room, sizeof *w.candidates);
    return c;
}
