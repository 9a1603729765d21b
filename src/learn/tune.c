// SPDX-License-Identifier: Apache-2.0
/* Searching settings: rows for the test are put aside, the others are searched by cross-validation, nested if asked for, and the best
 * candidate is fitted on all of them and scored on the test rows once.
 */
#include "learn/search.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void end(void *object)
{
    bm_search *s = object;
    bm_context *context = s->object.context;
    bmi_object_free(s->model);
    for (size_t i = 0; i < s->n_recipes; i++) bmi_object_free(s->recipes[i]);
    bmi_release(context, s->recipes, s->recipes_room, sizeof *s->recipes);
    bmi_release(context, s->trials, s->room, sizeof *s->trials);
    bmi_journal_end(&s->journal);
    bmi_notes_end(context, &s->notes);
    bmi_space_end(&s->space);
    bmi_arena_end(&s->arena);
    bmi_setup_end(&s->setup);
}

static const bmi_object_kind kind = { .name = "search", .end = end };
BMI_STATIC_FAILED(search, &kind);
BMI_OBJECT_VERBS(search)

/* ---- asking ---- */
int64_t bm_search_trials(const bm_search *s)
{
    return s ? (int64_t)s->n : 0;
}

bm_trial bm_search_trial(const bm_search *s, int64_t i)
{
    if (i < 0 || i >= bm_search_trials(s))
        return (bm_trial){ .number = -1,
                           .learner = "",
                           .settings = "",
                           .error = "no such trial",
                           .status = BM_E_ARGUMENT,
                           .mean = NAN,
                           .spread = NAN,
                           .fit_seconds = NAN };
    const bmi_trial *t = &s->trials[i];
    return (bm_trial){ .number = i,
                       .learner = t->made.learner,
                       .settings = t->made.settings,
                       .status = t->status,
                       .error = t->error ? t->error : "",
                       .mean = t->known ? t->mean : NAN,
                       .spread = t->known ? t->spread : NAN,
                       .fit_seconds = t->known ? t->fit_seconds : NAN,
                       .round = t->round,
                       .share = t->share };
}

int64_t bm_search_best(const bm_search *s)
{
    return bmi_object_failed(s) ? -1 : s->best;
}
int64_t bm_search_resumed(const bm_search *s)
{
    return s ? s->resumed : 0;
}
bm_model *bm_search_model(const bm_search *s)
{
    return s ? s->model : NULL;
}
const char *bm_search_metric(const bm_search *s)
{
    return s ? s->metric : "";
}
bool bm_search_maximize(const bm_search *s)
{
    return s && s->setup.maximize;
}
int64_t bm_search_outer(const bm_search *s)
{
    return bmi_object_failed(s) ? 0 : s->n_outer;
}
const char *bm_search_outer_settings(const bm_search *s, int64_t fold)
{
    return fold >= 0 && fold < bm_search_outer(s) ? s->outer[fold].settings : NULL;
}
double bm_search_outer_score(const bm_search *s, int64_t fold)
{
    return fold >= 0 && fold < bm_search_outer(s) ? s->outer[fold].score : NAN;
}

static void outer_of(const bm_search *s, double of[2])
{
    of[0] = of[1] = 0;
    const int64_t n = bm_search_outer(s);
    for (int64_t i = 0; i < n; i++) of[0] += s->outer[i].score / (double)n;
    for (int64_t i = 0; i < n; i++) of[1] += (s->outer[i].score - of[0]) * (s->outer[i].score - of[0]);
    of[1] = n > 1 ? sqrt(of[1] / (double)(n - 1)) : NAN;
    if (!n) of[0] = NAN;
}
double bm_search_outer_mean(const bm_search *s)
{
    double of[2];
    return outer_of(s, of), of[0];
}
double bm_search_outer_spread(const bm_search *s)
{
    double of[2];
    return outer_of(s, of), of[1];
}
const char *bm_search_note(const bm_search *s, int64_t i)
{
    return s && i >= 0 && (size_t)i < s->notes.count ? s->notes.at[i] : NULL;
}

/* ---- the journal's head ---- */
static json_t *hash_text(uint64_t hash)
{
    char text[20];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    return json_string(text);
}

static json_t *recipe_hash(const bm_recipe *r)
{
    bmi_text text = { .context = r->object.context };
    json_t *value = bmi_recipe_save(r);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    const bool fine = value && bmi_text_json(&text, value, JSON_COMPACT | JSON_SORT_KEYS);
    for (size_t i = 0; fine && i < text.length; i++) hash = (hash ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
    bmi_text_end(&text);
    json_decref(value);
    return fine ? hash_text(hash) : NULL;
}

/* A learner that was given as a value. */
static json_t *how_of(const bm_search *s, const bm_learner *how)
{
    if (!how->name && !how->kind) return json_null();
    bm_model *m = bmi_learner_new(s->object.context, how, NULL, (bm_place){ 0 });
    json_t *value = m->object.error.status ? NULL : bmi_part_save(m->kept);
    bmi_object_free(m);
    return value;
}

static json_t *head_of(const bm_search *s, const bm_table *t, const char *learner, const bm_tune_options *o)
{
    bmi_json to = bmi_json_object();
    bmi_json_put(&to, "journal", json_integer(BMI_JOURNAL_VERSION));
    bmi_json_put(&to, "rows", json_integer((json_int_t)bm_table_rows(t)));
    bmi_json_put(&to, "table", hash_text(bmi_table_hash(t)));
    bmi_json_put(&to, "recipe", recipe_hash(s->setup.recipe));
    bmi_json_put(&to, "learner", bmi_json_text(learner));
    bmi_json_put(&to, "how", how_of(s, &o->how));
    bmi_json_put(&to, "space", bmi_json_text(o->space));
    bmi_json_put(&to, "metric", bmi_json_text(s->metric));
    bmi_json_put(&to, "group", bmi_json_text(o->group));
    bmi_json_put(&to, "time", bmi_json_text(o->time));
    bmi_json_put(&to, "fold", bmi_json_text(o->fold));
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = { { "search", o->search },     { "trials", o->trials },
                    { "seed", o->seed },         { "kind", o->kind },
                    { "folds", o->folds },       { "repeats", o->repeats },
                    { "gap", o->gap },           { "window", o->window },
                    { "in_order", o->in_order }, { "stratified", !o->not_stratified },
                    { "epochs", o->epochs },     { "batch", o->batch },
                    { "balanced", o->balanced }, { "outer", o->outer },
                    { "factor", o->factor },     { "by_epochs", o->by_epochs } };
    for (size_t i = 0; i < BMI_COUNT(numbers); i++)
        bmi_json_put(&to, numbers[i].name, json_integer((json_int_t)numbers[i].value));
    bmi_json_put(&to, "held_out", bmi_json_number(o->held_out));
    bmi_json_put(&to, "validation", bmi_json_number(o->validation));
    bmi_json_put(&to, "test", bmi_json_number(o->test));
    return bmi_json_end(&to);
}

/* ---- making ---- */
typedef struct tuning {
    bm_search *s;
    bmi_error *e;
    bm_place here;
    const bm_table *table;
    const bm_tune_options *o;
    int64_t *order; /* of rows: searched, then test */
    int64_t counts[3];
} tuning;

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bm_rows searched(const tuning *t)
{
    return (bm_rows){ t->order, (size_t)t->counts[0] };
}
static bm_rows tested(const tuning *t)
{
    return (bm_rows){ t->order + t->counts[0], (size_t)t->counts[2] };
}

static bm_status check(tuning *t)
{
    const bm_tune_options *o = t->o;
    if (!(o->test >= 0 && o->test < 1))
        return bmi_fail(t->e, BM_E_ARGUMENT, t->here, "search: test is %g; it is a share of the rows, 0 to below 1", o->test);
    if (o->outer && o->outer < 2)
        return bmi_fail(t->e, BM_E_ARGUMENT, t->here, "search: %" PRId64 " outer folds; 2 or more are needed", o->outer);
    if (o->outer && (o->fold || o->kind != BM_K_FOLD))
        return bmi_fail(
            t->e, BM_E_ARGUMENT, t->here,
            "search: nested (outer) folds go with k-fold alone, not with folds by time, given ones or leave one out");
    if (o->factor && o->factor < 2)
        return bmi_fail(t->e, BM_E_ARGUMENT, t->here, "search: factor is %" PRId64 "; 2 or more are needed", o->factor);
    return BM_OK;
}

/* Rows for the test are put aside as bm_fit_table does it. */
static bm_status put_aside(tuning *t)
{
    const bm_tune_options *o = t->o;
    const bm_split_options split = { .test = o->test,
                                     .seed = o->seed,
                                     .not_stratified = o->not_stratified,
                                     .in_order = o->in_order && !o->group,
                                     .group = o->group,
                                     .time = o->time };
    const size_t rows = (size_t)bm_table_rows(t->table);
    t->order = bmi_alloc(t->s->object.context, rows, sizeof *t->order);
    if (!t->order) return bmi_fail_memory(t->e, t->here, rows * sizeof *t->order, "the order of rows");
    if (bmi_recipe_split(t->e, t->here, t->s->setup.recipe, t->table, &split, t->order, t->counts)) return t->e->status;
    qsort(t->order, (size_t)t->counts[0], sizeof *t->order, ascending);
    qsort(t->order + t->counts[0], (size_t)t->counts[2], sizeof *t->order, ascending);
    return BM_OK;
}

static bm_folds *folds_of(const tuning *t, bm_rows rows, int64_t k)
{
    bm_folds_options folds = BMI_FOLDS_OF(t->o);
    folds.target = t->s->setup.recipe->target;
    folds.task = t->s->setup.task;
    folds.context = t->s->object.context;
    if (k) {
        folds.folds = k;
        folds.repeats = 0;
    }
    return bmi_folds_make(t->table, NULL, rows, &folds, t->here);
}

/* What is to be known of the folds of the rows that are searched. */
static bm_status keep_notes(const tuning *t, const bm_folds *folds)
{
    const char *note;
    for (int64_t i = 0; (note = bm_folds_note(folds, i)); i++)
        if (!bmi_notes_keep(t->s->object.context, &t->s->notes, note))
            return bmi_fail_memory(t->e, t->here, strlen(note), "a note");
    return BM_OK;
}

/* The whole search within some rows. */
static int64_t search(const tuning *t, bm_rows rows, int64_t number, bmi_trial *trials)
{
    bm_folds *folds = folds_of(t, rows, 0);
    bmi_stage g = {
        .s = t->s, .e = t->e, .here = t->here, .table = t->table, .o = t->o, .folds = folds, .number = number, .trials = trials
    };
    const bool fine = !bmi_fail_from(t->e, &folds->object.error) && (number || !keep_notes(t, folds));
    const int64_t best = fine ? bmi_stage_run(&g) : -1;
    bmi_object_free(folds);
    return best;
}

static bm_status fit_best(const tuning *t, int64_t best, bm_rows learned, bm_rows held, bmi_fitted *f)
{
    const bmi_stage g = { .s = t->s, .e = t->e, .here = t->here, .table = t->table, .o = t->o, .trials = t->s->trials };
    return bmi_stage_fit(&g, best, learned, held, f);
}

/* An outer fold: a search of its own, whose winner meets rows that it never saw. */
static bm_status search_outer(const tuning *t, const bm_folds *outer, int64_t fold, int64_t *rows, bmi_trial *trials)
{
    bm_search *s = t->s;
    const int64_t learned = bm_folds_learned(outer, fold, rows), held = bm_folds_held_out(outer, fold, rows + outer->rows);
    const bm_rows l = { rows, (size_t)learned }, h = { rows + outer->rows, (size_t)held };
    bmi_fitted f = { 0 };
    memcpy(trials, s->trials, s->n * sizeof *trials);
    const int64_t best = search(t, l, fold + 1, trials);
    if (best < 0 || fit_best(t, best, l, h, &f)) return t->e->status;
    s->outer[fold] = (bmi_outer){ trials[best].made.settings, bm_score(&f.held_out, s->metric) };
    bmi_object_free(f.model);
    return BM_OK;
}

static bm_status nest(const tuning *t)
{
    bm_search *s = t->s;
    bm_context *context = s->object.context;
    if (!t->o->outer) return BM_OK;
    bm_folds *outer = folds_of(t, searched(t), t->o->outer);
    const int64_t n = bm_folds_count(outer);
    const size_t rows = 2 * (size_t)bm_table_rows(t->table);
    int64_t *room = bmi_alloc_raw(context, rows, sizeof *room);
    bmi_trial *trials = bmi_alloc(context, s->n, sizeof *trials);
    s->outer = bmi_arena_alloc(&s->arena, (size_t)n + 1, sizeof *s->outer);
    if (!bmi_fail_from(t->e, &outer->object.error) && (!room || !trials || !s->outer))
        bmi_fail_memory(t->e, t->here, rows * sizeof *room, "outer folds");
    for (int64_t i = 0; !t->e->status && i < n; i++) search_outer(t, outer, i, room, trials);
    if (!t->e->status) s->n_outer = n;
    bmi_release(context, trials, s->n, sizeof *trials);
    bmi_release(context, room, rows, sizeof *room);
    bmi_object_free(outer);
    return t->e->status;
}

/* The best on all rows that were searched, its scores where bm_model_scores looks for them. */
static bm_status refit(const tuning *t)
{
    bm_search *s = t->s;
    bmi_fitted f = { 0 };
    if (t->o->no_refit) return BM_OK;
    if (fit_best(t, s->best, searched(t), tested(t), &f)) return t->e->status;
    s->model = f.model;
    s->model->scores[0] = f.train;
    s->model->scores[2] = f.held_out;
    s->model->scores[3] = f.baseline;
    return bmi_model_note_split(s->model, t->o->in_order, t->o->group, t->o->time, t->here);
}

static bm_status set_up(tuning *t, const bm_recipe *recipe, const char *learner)
{
    bm_search *s = t->s;
    const bm_tune_options *o = t->o;
    const bm_folds_options folds = BMI_FOLDS_OF(o);
    if (bmi_setup_make(&s->setup, t->e, s->object.context, t->table, NULL, recipe, (bm_rows){ 0 }, &folds, o->metric, t->here))
        return t->e->status;
    snprintf(s->metric, sizeof s->metric, "%s", s->setup.metric);
    s->setup.metric = s->metric;
    if (bmi_space_read(&s->space, t->e, o->space, learner, &o->how, s->setup.recipe, t->here)) return t->e->status;
    if (bmi_search_candidates(s, t->e, o, t->here) || !o->journal) return t->e->status;
    return bmi_journal_open(&s->journal, t->e, s->object.context, o->journal, o->anew, head_of(s, t->table, learner, o),
                            t->here);
}

bm_search *bm_tune_at(const bm_table *t, const bm_recipe *recipe, const char *learner, const bm_tune_options *options,
                      size_t size, bm_place here)
{
    bm_tune_options o;
    bm_context *context = recipe ? recipe->object.context : NULL;
    bm_search *s = bmi_object_new(context, &kind, sizeof *s);
    if (!s) return &bmi_no_memory_search;
    s->arena.context = s->space.arena.context = context;
    s->journal.file = -1;
    s->best = -1;
    tuning all = { .s = s, .e = &s->object.error, .here = here, .table = t, .o = &o };
    if (!bmi_options_copy(all.e, here, &o, sizeof o, offsetof(bm_tune_options, named_), options, size) && !check(&all) &&
        !set_up(&all, recipe, learner) && !put_aside(&all) && !nest(&all)) {
        const int64_t best = search(&all, searched(&all), 0, s->trials);
        if (best >= 0) {
            s->best = best;
            refit(&all);
        }
    }
    if (all.order) bmi_release(context, all.order, (size_t)bm_table_rows(t), sizeof *all.order);
    bmi_journal_end(&s->journal);
    return s;
}
