// SPDX-License-Identifier: Apache-2.0
/* Cross-validation: one candidate on all folds, with everything that it gave.
 */
#include "learn/work.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include <math.h>
#include <string.h>

struct bm_validation {
    bmi_object object;
    bmi_setup setup;
    char metric[64];
    bmi_fitted *fits; /* one a fold */
    bm_tensor *predictions;
};

static void end(void *object)
{
    bm_validation *v = object;
    bmi_fits_end(v->object.context, v->fits, bm_folds_count(v->setup.folds));
    bmi_object_free(v->predictions);
    bmi_setup_end(&v->setup);
}

static const bmi_object_kind kind = { .name = "validation", .end = end };
BMI_STATIC_FAILED(validation, &kind);
BMI_OBJECT_VERBS(validation)

/* ---- asking ---- */
static const bmi_fitted *fit_of(const bm_validation *v, int64_t fold)
{
    return v && v->fits && fold >= 0 && fold < bm_folds_count(v->setup.folds) ? &v->fits[fold] : NULL;
}

int64_t bm_validation_folds(const bm_validation *v)
{
    return v && v->fits ? bm_folds_count(v->setup.folds) : 0;
}

/* "test" is none of them: it might be taken for "train". */
static char part_of(const char *part)
{
    static const char *const names[] = { "held_out", "train", "baseline" };
    for (size_t i = 0; part && i < BMI_COUNT(names); i++)
        if (!strcmp(part, names[i])) return *part;
    return 0;
}

bm_scores bm_validation_scores(const bm_validation *v, const char *part, int64_t fold)
{
    const bmi_fitted *f = fit_of(v, fold);
    if (f && part_of(part)) return *bmi_fitted_part(f, part_of(part));
    return (bm_scores){ .status = BM_E_ARGUMENT,
                        .error = "no such fold, or part: there are held_out, train and baseline",
                        .loss = NAN };
}

static double mean_spread(const bm_validation *v, const char *part, const char *metric, bool spread)
{
    double of[2] = { NAN, NAN };
    if (v && v->fits && part_of(part) && metric)
        bmi_fits_mean(v->fits, bm_folds_count(v->setup.folds), part_of(part), metric, &of[0], &of[1]);
    return of[spread];
}

double bm_validation_mean(const bm_validation *v, const char *part, const char *metric)
{
    return mean_spread(v, part, metric, false);
}
double bm_validation_spread(const bm_validation *v, const char *part, const char *metric)
{
    return mean_spread(v, part, metric, true);
}

double bm_validation_seconds(const bm_validation *v, const char *what, int64_t fold)
{
    const bmi_fitted *f = fit_of(v, fold);
    if (!f || !what) return NAN;
    return !strcmp(what, "fit") ? f->fit_seconds : !strcmp(what, "predict") ? f->predict_seconds : NAN;
}

const bm_model *bm_validation_model(const bm_validation *v, int64_t fold)
{
    const bmi_fitted *f = fit_of(v, fold);
    return f ? f->model : NULL;
}
const bm_recipe *bm_validation_recipe(const bm_validation *v, int64_t fold)
{
    const bmi_fitted *f = fit_of(v, fold);
    return f && f->model ? f->model->recipe : NULL;
}
const bm_tensor *bm_validation_predictions(const bm_validation *v)
{
    return v ? v->predictions : NULL;
}
const char *bm_validation_class(const bm_validation *v, int64_t i)
{
    return v && v->setup.whole && i >= 0 && i < v->setup.classes ? v->setup.whole->to.classes[i] : NULL;
}
const char *bm_validation_metric(const bm_validation *v)
{
    return v ? v->metric : "";
}

bm_diagnosis bm_validation_diagnosis(const bm_validation *v)
{
    return bmi_diagnose(v ? v->fits : NULL, bm_validation_folds(v), v && v->setup.task == BM_CLASSIFICATION);
}

/* ---- making ---- */
static bm_status take(void *owner, bmi_error *e, int64_t candidate, bmi_fitted **fits)
{
    bm_validation *v = owner;
    (void)candidate;
    const bmi_error *bad = bmi_fits_error(*fits, bm_folds_count(v->setup.folds));
    if (bad) return bmi_fail_from(e, bad);
    v->fits = *fits;
    *fits = NULL;
    return BM_OK;
}

/* Rows in their order, the mean of what they were given. */
static bm_status join_predictions(bm_validation *v, bm_place here)
{
    bmi_error *e = &v->object.error;
    const bm_folds *folds = v->setup.folds;
    const int64_t n = folds->rows, columns = v->fits[0].predicted->shape.dim[1];
    bm_context *context = v->object.context;
    v->predictions = bm_tensor_new_in_at(context, BM_F64, BM_SHAPE(n, columns), here);
    int64_t *rows = bmi_alloc_raw(context, (size_t)n, sizeof *rows), *times = bmi_alloc(context, (size_t)n, sizeof *times);
    if (bmi_fail_from(e, &v->predictions->object.error) || !rows || !times)
        bmi_fail_memory(e, here, (size_t)n * 16, "the predictions of all folds");
    double *const to = v->predictions->data;
    for (int64_t i = 0; !e->status && i < n * columns; i++) to[i] = 0;
    for (int64_t fold = 0; !e->status && fold < bm_folds_count(folds); fold++) {
        const double *from = v->fits[fold].predicted->data;
        const int64_t held = bm_folds_held_out(folds, fold, rows);
        for (int64_t i = 0; i < held; i++, times[rows[i - 1]]++)
            for (int64_t k = 0; k < columns; k++) to[rows[i] * columns + k] += from[i * columns + k];
        bmi_object_free(v->fits[fold].predicted);
        v->fits[fold].predicted = NULL;
    }
    for (int64_t i = 0; !e->status && i < n * columns; i++)
        to[i] = times[i / columns] ? to[i] / (double)times[i / columns] : NAN;
    bmi_release(context, rows, (size_t)n, sizeof *rows);
    bmi_release(context, times, (size_t)n, sizeof *times);
    return e->status;
}

static void run(bm_validation *v, const bm_table *t, const bm_dataset *d, bm_learner *how, const bm_cross_validate_options *o,
                bm_place here)
{
    bmi_setup *s = &v->setup;
    bmi_variant variant = { .recipe = s->recipe, .share = 1, .wants = bmi_wants_of(how, s->recipe) };
    bmi_candidate candidate = { .name = o->learner ? o->learner : how->kind->name, .how = *how };
    bmi_work w = BMI_WORK_OF(s, o, v->object.context, here);
    w.table = t;
    w.data = d;
    w.variants = &variant;
    w.candidates = &candidate;
    w.n_variants = w.n_candidates = 1;
    w.train_scores = !o->no_train_scores;
    w.baseline = w.keep_predictions = true;
    w.keep_models = o->keep_models;
    w.finished = take;
    w.owner = v;
    snprintf(v->metric, sizeof v->metric, "%s", s->metric);
    if (!bmi_work_run(&w, &v->object.error)) join_predictions(v, here);
}

static bm_validation *validate(const bm_table *t, const bm_dataset *d, const bm_recipe *recipe,
                               const bm_cross_validate_options *options, size_t size, bm_place here)
{
    bm_cross_validate_options o;
    bmi_error e = { 0 };
    bm_learner how;
    bm_context *context = d ? d->object.context : recipe ? recipe->object.context : NULL;
    bm_validation *v = bmi_object_new(context, &kind, sizeof *v);
    if (!v) return &bmi_no_memory_validation;
    bmi_arena arena = { .context = context };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_cross_validate_options, named_), options, size);
    const bm_folds_options folds = BMI_FOLDS_OF(&o);
    if (!e.status && !bmi_setup_learner(&e, &arena, o.learner, &o.how, &how, here) &&
        !bmi_setup_make(&v->setup, &e, context, t, d, recipe, (bm_rows){ 0 }, &folds, o.metric, here))
        run(v, t, d, &how, &o, here);
    bmi_fail_from(&v->object.error, &e);
    bmi_arena_end(&arena);
    return v;
}

bm_validation *bm_cross_validate_at(const bm_table *t, const bm_recipe *recipe, const bm_cross_validate_options *options,
                                    size_t size, bm_place here)
{
    return validate(t, NULL, recipe, options, size, here);
}

bm_validation *bm_cross_validate_data_at(const bm_dataset *d, const bm_cross_validate_options *options, size_t size,
                                         bm_place here)
{
    if (d) return validate(NULL, d, NULL, options, size, here);
    bm_validation *v = bmi_object_new(NULL, &kind, sizeof *v);
    if (!v) return &bmi_no_memory_validation;
    bmi_object_fail_with(v, NULL, here, "cross_validate: the dataset");
    return v;
}
