// SPDX-License-Identifier: Apache-2.0
/* The candidates of a search: all points of a grid, or values drawn by seed and number. They are made, and so checked, before anything is
 * fitted.
 */
#include "learn/search.h"
#include "base/index.h"
#include "base/random.h"
#include <inttypes.h>
#include <string.h>

enum { STREAM_TRIAL = 0x7472696c, MOST = 1000000, USUAL = 20, TRIES = 20 };

/* Candidates whose recipes have the same settings share one. */
static bm_status find_variant(bm_search *s, bmi_error *e, bmi_trial *t, bm_place here)
{
    const int wants = bmi_wants_of(&t->made.how, s->setup.recipe);
    for (size_t i = s->n; i-- > 0;)
        if (!strcmp(s->trials[i].made.steps, t->made.steps)) {
            t->variant = s->trials[i].variant / BMI_WANTS * BMI_WANTS + wants;
            return BM_OK;
        }
    if (!bmi_grow(s->object.context, (void **)&s->recipes, &s->recipes_room, s->n_recipes + 1, sizeof(bm_recipe *)))
        return bmi_fail_memory(e, here, sizeof(bm_recipe *), "the recipes of a search");
    t->variant = BMI_WANTS * (int64_t)s->n_recipes + wants;
    s->recipes[s->n_recipes++] = t->made.recipe;
    t->made.recipe = NULL;
    return BM_OK;
}

static bm_status add(bm_search *s, bmi_error *e, const char *const *values, bm_place here)
{
    bmi_trial t = { .share = 1 };
    if (!bmi_grow(s->object.context, (void **)&s->trials, &s->room, s->n + 1, sizeof t))
        return bmi_fail_memory(e, here, sizeof t, "the candidates of a search");
    if (!bmi_space_make(&s->space, e, &s->arena, values, &t.made, here)) find_variant(s, e, &t, here);
    bmi_object_free(t.made.recipe);
    t.made.recipe = NULL;
    if (!e->status) s->trials[s->n++] = t;
    return e->status;
}

/* A setting that means nothing for the model at hand is tried once, not with every value; so is one of two points of a logarithmic range of
 * whole numbers that are rounded to the same. */
static bool repeats(const bm_search *s, const bmi_made *made, const int64_t *at)
{
    char own[BMI_VALUE_BYTES], before[BMI_VALUE_BYTES];
    for (size_t i = 0; i < s->space.n; i++) {
        const bmi_dimension *d = &s->space.at[i];
        if (at[i] > 0 &&
            (!made->used[i] || !strcmp(bmi_dimension_point(d, at[i], own), bmi_dimension_point(d, at[i] - 1, before))))
            return true;
    }
    return false;
}

static double points_of(const bmi_space *s)
{
    double all = 1;
    for (size_t i = 0; i < s->n; i++) all *= (double)bmi_dimension_points(&s->at[i]);
    return all;
}

static bool is_finite(const bmi_space *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (!s->at[i].n && !(s->at[i].whole && !s->at[i].log && s->at[i].high - s->at[i].low < 1e6)) return false;
    return true;
}

/* All values of a finite space. */
static double size_of(const bmi_space *s)
{
    double all = 1;
    for (size_t i = 0; i < s->n; i++) all *= s->at[i].n ? (double)s->at[i].n : s->at[i].high - s->at[i].low + 1;
    return all;
}

static bm_status grid(bm_search *s, bmi_error *e, bm_place here)
{
    int64_t at[BMI_DIMENSIONS] = { 0 };
    char text[BMI_DIMENSIONS][BMI_VALUE_BYTES];
    const char *values[BMI_DIMENSIONS];
    if (points_of(&s->space) > MOST)
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "search: the grid has %.3g points, more than %d; give fewer values or random trials",
                        points_of(&s->space), MOST);
    for (size_t i = 0; !e->status && i < SIZE_MAX;) {
        for (size_t k = 0; k < s->space.n; k++) {
            values[k] = bmi_arena_text(&s->arena, bmi_dimension_point(&s->space.at[k], at[k], text[k]));
            if (!values[k]) return bmi_fail_memory(e, here, BMI_VALUE_BYTES, "a candidate of a search");
        }
        if (!add(s, e, values, here) && repeats(s, &s->trials[s->n - 1].made, at)) s->n--;
        for (i = s->space.n; i-- > 0;) { /* the last setting changes first */
            if (++at[i] < bmi_dimension_points(&s->space.at[i])) break;
            at[i] = 0;
        }
    }
    return e->status;
}

/* One candidate by its number among all that are drawn. */
static bm_status draw_one(bm_search *s, bmi_error *e, uint64_t seed, int64_t number, bm_place here)
{
    char text[BMI_DIMENSIONS][BMI_VALUE_BYTES];
    const char *values[BMI_DIMENSIONS];
    for (size_t k = 0; k < s->space.n; k++) {
        const double u = bmi_random_unit(seed, bmi_random_stream(STREAM_TRIAL, k), (uint64_t)number);
        values[k] = bmi_arena_text(&s->arena, bmi_dimension_draw(&s->space.at[k], u, text[k]));
        if (!values[k]) return bmi_fail_memory(e, here, BMI_VALUE_BYTES, "a candidate of a search");
    }
    return add(s, e, values, here);
}

/* Candidates that differ: where there are lists, or settings that mean nothing for some models, the same one comes again and is passed
 * over. Of what has few values it may be that not as many are found. */
static bm_status draw(bm_search *s, bmi_error *e, int64_t trials, uint64_t seed, bm_place here)
{
    bm_context *context = s->object.context;
    bmi_index index = { .context = context };
    const char **names = bmi_alloc(context, (size_t)trials, sizeof *names);
    if (!names) return bmi_fail_memory(e, here, (size_t)trials * sizeof *names, "the candidates of a search");
    for (int64_t i = 0; !e->status && (int64_t)s->n < trials && i < TRIES * trials; i++) {
        if (draw_one(s, e, seed, i, here)) break;
        names[s->n - 1] = s->trials[s->n - 1].made.settings;
        if (bmi_index_find(&index, names, sizeof *names, names[s->n - 1]) != SIZE_MAX) s->n--;
        else if (!bmi_index_add(&index, names[s->n - 1], s->n - 1))
            bmi_fail_memory(e, here, sizeof *names, "the candidates of a search");
    }
    bmi_index_end(&index);
    bmi_release(context, names, (size_t)trials, sizeof *names);
    return e->status;
}

bm_status bmi_search_candidates(bm_search *s, bmi_error *e, const bm_tune_options *o, bm_place here)
{
    const int64_t trials = o->trials ? o->trials : USUAL;
    if (o->search < BM_SEARCH_RANDOM || o->search > BM_SEARCH_HALVING)
        return bmi_fail(e, BM_E_ARGUMENT, here, "search: %d is no way to search", (int)o->search);
    if (trials < 1 || trials > MOST)
        return bmi_fail(e, BM_E_ARGUMENT, here, "search: %" PRId64 " trials are asked for; 1 to %d are possible", trials, MOST);
    if (o->search == BM_SEARCH_GRID && o->trials)
        return bmi_fail(e, BM_E_ARGUMENT, here, "search: a grid has as many trials as it has points; leave trials out");
    const bool all = o->search != BM_SEARCH_GRID && is_finite(&s->space) && size_of(&s->space) <= (double)trials;
    for (size_t i = 0; all && i < s->space.n; i++) /* every value of the range, not some of them */
        if (!s->space.at[i].n) s->space.at[i].points = (int64_t)(s->space.at[i].high - s->space.at[i].low) + 1;
    if (o->search == BM_SEARCH_GRID || all) return grid(s, e, here);
    return draw(s, e, trials, (uint64_t)(o->seed == BM_ZERO ? 0 : o->seed), here);
}
