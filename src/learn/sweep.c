// SPDX-License-Identifier: Apache-2.0
/* Curves of scores: by how many rows are learned from, and by one setting.
 */
#include "learn/space.h"
#include "base/text.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct point {
    bm_sweep_point shown; /* its name in the arena */
    bm_diagnosis diagnosis;
} point;

struct bm_sweep {
    bmi_object object;
    bmi_arena arena;
    bmi_setup setup;
    char metric[64];
    bool by_size;
    point *points;
    int64_t n;
};

static void end(void *object)
{
    bm_sweep *s = object;
    bmi_setup_end(&s->setup);
    bmi_arena_end(&s->arena);
}

static const bmi_object_kind kind = { .name = "sweep", .end = end };
BMI_STATIC_FAILED(sweep, &kind);
BMI_OBJECT_VERBS(sweep)

/* ---- asking ---- */
int64_t bm_sweep_points(const bm_sweep *s)
{
    return bmi_object_failed(s) ? 0 : s->n;
}

bm_sweep_point bm_sweep_point_at(const bm_sweep *s, int64_t i)
{
    if (i >= 0 && i < bm_sweep_points(s)) return s->points[i].shown;
    return (bm_sweep_point){ "", NAN, NAN, NAN, NAN, NAN, NAN, BM_E_ARGUMENT, "no such point" };
}

const char *bm_sweep_metric(const bm_sweep *s)
{
    return s ? s->metric : "";
}

int64_t bm_sweep_best(const bm_sweep *s)
{
    int64_t best = -1;
    for (int64_t i = 0; i < bm_sweep_points(s); i++) {
        const double v = s->points[i].shown.held_out, b = best < 0 ? NAN : s->points[best].shown.held_out;
        if (!isnan(v) && (isnan(b) || (s->setup.maximize ? v > b : v < b))) best = i;
    }
    return best;
}

static void add_words(bm_diagnosis *d, const char *words)
{
    const size_t n = strlen(d->text);
    snprintf(d->text + n, sizeof d->text - n, "; %s", words);
}

bm_diagnosis bm_sweep_diagnosis(const bm_sweep *s)
{
    bm_diagnosis d = { .train = NAN, .held_out = NAN };
    const int64_t n = bm_sweep_points(s), best = bm_sweep_best(s);
    if (best < 0) {
        bmi_diagnosis_text(&d);
        return d;
    }
    d = s->points[s->by_size ? n - 1 : best].diagnosis;
    if (s->by_size && n > 1) {
        const bool falls = s->points[n - 2].diagnosis.held_out - s->points[n - 1].diagnosis.held_out > .02;
        add_words(&d,
                  falls ? "the curve still improves: more rows would help" : "the curve is flat: more rows would help little");
    }
    char words[200];
    if (!s->by_size && best > 0 && best < n - 1) {
        snprintf(words, sizeof words, "%.60s is best, between too little and too much of it", s->points[best].shown.name);
        add_words(&d, words);
    } else if (!s->by_size) {
        snprintf(words, sizeof words, "%.60s, an end of what was tried, is best: try values beyond it",
                 s->points[best].shown.name);
        add_words(&d, words);
    }
    return d;
}

/* ---- making ---- */
static bm_status finished(void *owner, bmi_error *e, int64_t candidate, bmi_fitted **fits)
{
    bm_sweep *s = owner;
    const int64_t folds = bm_folds_count(s->setup.folds);
    point *p = &s->points[candidate];
    const bmi_error *bad = bmi_fits_error(*fits, folds);
    double rows = 0, seconds = 0;
    p->shown.status = bad ? bad->status : BM_OK;
    p->shown.error = bmi_arena_text(&s->arena, bad ? bad->text : "");
    if (!p->shown.error) return bmi_fail_memory(e, (bm_place){ 0 }, 400, "a point of a curve");
    if (bad) return BM_OK;
    bmi_fits_mean(*fits, folds, 't', s->metric, &p->shown.train, &p->shown.train_spread);
    bmi_fits_mean(*fits, folds, 'h', s->metric, &p->shown.held_out, &p->shown.held_out_spread);
    for (int64_t i = 0; i < folds; i++) {
        rows += (double)(*fits)[i].rows / (double)folds;
        seconds += (*fits)[i].fit_seconds / (double)folds;
    }
    p->shown.fit_seconds = seconds;
    p->diagnosis = bmi_diagnose(*fits, folds, s->setup.task == BM_CLASSIFICATION);
    if (!s->by_size) return BM_OK;
    char text[32];
    p->shown.x = rows;
    snprintf(text, sizeof text, "%.0f", rows);
    p->shown.name = bmi_arena_text(&s->arena, text);
    return p->shown.name ? BM_OK : bmi_fail_memory(e, (bm_place){ 0 }, 32, "a point of a curve");
}

static void run(bm_sweep *s, bmi_work *w, const bm_table *t, bmi_variant *variants, int64_t n_variants,
                bmi_candidate *candidates)
{
    w->table = t;
    w->variants = variants;
    w->n_variants = n_variants;
    w->candidates = candidates;
    w->n_candidates = s->n;
    w->train_scores = w->baseline = true;
    w->finished = finished;
    w->owner = s;
    for (int64_t i = 0; i < s->n; i++) { /* until it is done */
        bm_sweep_point *p = &s->points[i].shown;
        p->train = p->train_spread = p->held_out = p->held_out_spread = p->fit_seconds = NAN;
        s->points[i].diagnosis = (bm_diagnosis){ .train = NAN, .held_out = NAN };
        if (!p->name) p->name = candidates[i].name, p->x = NAN;
    }
    int64_t fine = 0;
    bmi_work_run(w, &s->object.error);
    for (int64_t i = 0; i < s->n; i++) fine += s->points[i].shown.status == BM_OK;
    if (!s->object.error.status && !fine)
        bmi_fail(&s->object.error, s->points[0].shown.status, w->here, "%s", s->points[0].shown.error);
}

/* Points, and their variants and candidates as memory of the arena; false with the error. */
static bool make_room(bm_sweep *s, int64_t n, bmi_variant **variants, bmi_candidate **candidates, bm_place here)
{
    s->points = bmi_arena_alloc(&s->arena, (size_t)n, sizeof *s->points);
    *variants = bmi_arena_alloc(&s->arena, (size_t)n, sizeof **variants);
    *candidates = bmi_arena_alloc(&s->arena, (size_t)n, sizeof **candidates);
    if (s->points && *variants && *candidates) {
        s->n = n;
        return true;
    }
    bmi_fail_memory(&s->object.error, here, (size_t)n * sizeof *s->points, "the points of a curve");
    return false;
}

static bm_status set_up(bm_sweep *s, const bm_table *t, const bm_recipe *recipe, const bm_folds_options *folds,
                        const char *metric, bm_place here)
{
    bmi_error *e = &s->object.error;
    if (bmi_setup_make(&s->setup, e, s->object.context, t, NULL, recipe, (bm_rows){ 0 }, folds, metric, here)) return e->status;
    snprintf(s->metric, sizeof s->metric, "%s", s->setup.metric);
    s->setup.metric = s->metric;
    return BM_OK;
}

static int64_t sizes_of(bm_sweep *s, double sizes[BM_SIZES_MAX], bm_place here)
{
    static const double usual[] = { .1, .325, .55, .775, 1 };
    int64_t n = 0;
    if (sizes[0] == 0) memcpy(sizes, usual, sizeof usual);
    for (; n < BM_SIZES_MAX && sizes[n] != 0; n++)
        if (!(sizes[n] > 0 && sizes[n] <= 1 && (!n || sizes[n] > sizes[n - 1]))) {
            bmi_fail(&s->object.error, BM_E_ARGUMENT, here,
                     "learning_curve: sizes are shares that rise from above 0 up to 1; %g is not", sizes[n]);
            return 0;
        }
    return n;
}

bm_sweep *bm_learning_curve_at(const bm_table *t, const bm_recipe *recipe, const bm_learning_curve_options *options,
                               size_t size, bm_place here)
{
    bm_learning_curve_options o;
    bm_context *context = recipe ? recipe->object.context : NULL;
    bm_sweep *s = bmi_object_new(context, &kind, sizeof *s);
    if (!s) return &bmi_no_memory_sweep;
    bmi_error *e = &s->object.error;
    bmi_arena arena = { .context = context };
    bmi_variant *variants;
    bmi_candidate *candidates;
    bm_learner how;
    s->arena.context = context;
    s->by_size = true;
    bmi_options_copy(e, here, &o, sizeof o, offsetof(bm_learning_curve_options, named_), options, size);
    const bm_folds_options folds = BMI_FOLDS_OF(&o);
    const int64_t n = e->status ? 0 : sizes_of(s, o.sizes, here);
    if (!e->status && !bmi_setup_learner(e, &arena, o.learner, &o.how, &how, here) &&
        !set_up(s, t, recipe, &folds, o.metric, here) && make_room(s, n, &variants, &candidates, here)) {
        bmi_work w = BMI_WORK_OF(&s->setup, &o, context, here);
        const int wants = bmi_wants_of(&how, s->setup.recipe);
        for (int64_t i = 0; i < n; i++) {
            variants[i] = (bmi_variant){ .recipe = s->setup.recipe, .share = o.sizes[i], .wants = wants };
            char name[200];
            snprintf(name, sizeof name, "%.150s of %.3g%% of the rows", o.learner ? o.learner : how.kind->name,
                     100 * o.sizes[i]);
            candidates[i] = (bmi_candidate){ .name = bmi_arena_text(&s->arena, name), .how = how, .variant = i };
            if (!candidates[i].name) bmi_fail_memory(e, here, sizeof name, "a name");
        }
        if (!e->status) run(s, &w, t, variants, n, candidates);
    }
    bmi_arena_end(&arena);
    return s;
}

/* A candidate for each value of the one setting. */
static bm_status make_points(bm_sweep *s, const bmi_space *space, bmi_variant *variants, bmi_candidate *candidates,
                             bm_place here)
{
    bmi_error *e = &s->object.error;
    const char *last = NULL;
    int64_t n = 0;
    for (int64_t i = 0; i < s->n && !e->status; i++) {
        char text[BMI_VALUE_BYTES];
        const char *value = bmi_arena_text(&s->arena, bmi_dimension_point(&space->at[0], i, text));
        bmi_made made = { .recipe = NULL };
        bool overflow;
        if (value && last && !strcmp(value, last)) continue; /* two of a logarithmic range that are rounded to the same */
        last = value;
        if (!value) bmi_fail_memory(e, here, BMI_VALUE_BYTES, "a point of a curve");
        else bmi_space_make(space, e, &s->arena, &value, &made, here);
        variants[n] = (bmi_variant){ .recipe = made.recipe, .share = 1 };
        if (e->status) break;
        variants[n].wants = bmi_wants_of(&made.how, s->setup.recipe);
        candidates[n] = (bmi_candidate){ .name = made.settings, .how = made.how, .variant = n };
        bm_sweep_point *p = &s->points[n++].shown;
        p->name = made.settings;
        if (!bmi_read_real(value, strlen(value), &p->x, &overflow)) p->x = NAN;
    }
    if (!e->status) s->n = n;
    return e->status;
}

bm_sweep *bm_validation_curve_at(const bm_table *t, const bm_recipe *recipe, const char *learner,
                                 const bm_validation_curve_options *options, size_t size, bm_place here)
{
    bm_validation_curve_options o;
    bm_context *context = recipe ? recipe->object.context : NULL;
    bm_sweep *s = bmi_object_new(context, &kind, sizeof *s);
    if (!s) return &bmi_no_memory_sweep;
    bmi_error *e = &s->object.error;
    bmi_space space = { .arena = { .context = context } };
    bmi_variant *variants = NULL;
    bmi_candidate *candidates;
    s->arena.context = context;
    bmi_options_copy(e, here, &o, sizeof o, offsetof(bm_validation_curve_options, named_), options, size);
    const bm_folds_options folds = BMI_FOLDS_OF(&o);
    if (!e->status && !set_up(s, t, recipe, &folds, o.metric, here) &&
        !bmi_space_read(&space, e, o.space, learner, &o.how, s->setup.recipe, here)) {
        bmi_work w = BMI_WORK_OF(&s->setup, &o, context, here);
        if (space.n > 1)
            bmi_fail(e, BM_E_ARGUMENT, here, "validation_curve: %zu settings are given; a curve is of one", space.n);
        else if (make_room(s, bmi_dimension_points(&space.at[0]), &variants, &candidates, here) &&
                 !make_points(s, &space, variants, candidates, here))
            run(s, &w, t, variants, s->n, candidates);
    }
    for (int64_t i = 0; variants && i < s->n; i++) bmi_object_free(variants[i].recipe);
    bmi_space_end(&space);
    return s;
}
