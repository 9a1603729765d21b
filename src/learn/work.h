// SPDX-License-Identifier: Apache-2.0
/* Work that everything here is made of: candidates (a learner with settings, over a recipe with settings) fitted and scored on folds, side
 * by side. A fit sees the rows of its fold that are learned from, and nothing else: the recipe, too, is fitted on them alone.
 */
#ifndef BMI_LEARN_WORK_H
#define BMI_LEARN_WORK_H
#include "learn/folds.h"
#include "model/model.h"
#include <math.h>
#include <pthread.h>

/* A recipe that candidates share, and how many of a fold's training rows they get. */
typedef struct bmi_variant {
    bm_recipe *recipe; /* counted; null: over a dataset */
    double share;      /* of the training rows; 1: all */
    int wants;         /* what its learners want of the recipe: bmi_wants_of */
} bmi_variant;

typedef struct bmi_candidate {
    const char *name; /* borrowed */
    bm_learner how;   /* its texts borrowed */
    int64_t variant;
    int64_t epochs; /* 0: the options' own */
} bmi_candidate;

/* What one fit gave. */
typedef struct bmi_fitted {
    bmi_error error;
    bm_scores held_out, train, baseline;
    double fit_seconds, predict_seconds;
    int64_t parameters, bytes, rows; /* learned rows */
    bm_model *model;                 /* when they are kept */
    bm_tensor *predicted;            /* of the held-out rows, f64, a column for each class of all rows; when they are kept */
} bmi_fitted;

struct bmi_prepared;

typedef struct bmi_work {
    bm_context *context;
    bm_place here;
    const bm_table *table; /* or: */
    const bm_dataset *data;
    const bm_folds *folds;  /* borrowed */
    const bm_recipe *whole; /* knows the target of all rows, borrowed; null over a dataset */
    int64_t classes;        /* of the target of all rows; 0: numbers */
    bmi_variant *variants;
    int64_t n_variants;
    bmi_candidate *candidates;
    int64_t n_candidates;
    const bool *done; /* candidates that are not to be fitted; or null */
    /* what is wanted */
    const char *metric;
    bm_metric by; /* the same, read */
    bool maximize;
    int64_t epochs, batch, seed;
    double validation;
    bool balanced, train_scores, baseline, keep_models, keep_predictions;
    bm_learn_function progress;
    void *user;
    const volatile int *stop;
    /* Called when all folds of a candidate are done, by one thread at a time; `fits` are its own, one a fold, and released afterwards unless
     * it takes them over (sets *fits null, to be released by bmi_fits_end). An error ends the work. */
    bm_status (*finished)(void *owner, bmi_error *e, int64_t candidate, bmi_fitted **fits);
    void *owner;
    /* while it goes on */
    struct bmi_prepared *prepared;        /* variants x folds */
    bmi_fitted **fits;                    /* of candidates, or null */
    int64_t *left;                        /* folds of a candidate to be done */
    int64_t jobs, next, ended;            /* next and ended: under the lock */
    size_t kept;                          /* bytes of all that is prepared; under the lock */
    double best, began;                   /* best: at first of what was known before, or NaN */
    const int64_t *numbers;               /* of candidates, for who is told of the progress; or null: their places */
    int64_t round, rounds, outer, outers; /* as bm_learn_progress has them */
    bool over;                            /* an error, or stopped */
    pthread_mutex_t lock;
    pthread_cond_t ready;
    bmi_error *e;
} bmi_work;

/* Does all of it; errors in e. */
bm_status bmi_work_run(bmi_work *w, bmi_error *e);
void bmi_fits_end(bm_context *context, bmi_fitted *fits, int64_t folds);
/* Mean and sample deviation of n numbers that are not NaN. */
void bmi_mean_spread(const double *x, int64_t n, double *mean, double *spread);
/* Of the folds' scores: of part 'h'eld out, 't'rain or 'b'aseline. */
void bmi_fits_mean(const bmi_fitted *fits, int64_t folds, char part, const char *metric, double *mean, double *spread);
const bm_scores *bmi_fitted_part(const bmi_fitted *f, char part);
/* Why a metric has no value in any held-out part, from the first fold that tells. The scores keep the text. */
const char *bmi_fits_why(const bmi_fitted *fits, int64_t folds, const char *metric);
/* The first error among fits, or null. */
const bmi_error *bmi_fits_error(const bmi_fitted *fits, int64_t folds);

/* fold_fit.c: the rows of a fold as datasets, with the recipe that was fitted on those learned from. */
typedef struct bmi_prepared {
    int state;              /* 0: nobody began, 1: being made, 2: ready */
    int64_t users, working; /* fits that will still need it, and that work with it now */
    bmi_error error;
    bm_recipe *recipe;
    bm_dataset *train, *held_out;
    double seconds;
    size_t bytes;
} bmi_prepared;
void bmi_prepare(const bmi_work *w, int64_t variant, int64_t fold, bmi_prepared *p);
/* The same of chosen rows. */
void bmi_prepare_rows(const bmi_work *w, const bmi_variant *v, bm_rows learned, bm_rows held, bmi_prepared *p);
void bmi_prepared_end(bmi_prepared *p);
/* Fits a candidate on prepared rows. */
void bmi_fold_fit(bmi_work *w, const bmi_candidate *c, const bmi_prepared *p, bmi_fitted *f);

/* setup.c: what callers give, checked: the folds' options with the recipe's target, the metric, the recipe with its task known and the
 * columns of folds and groups dropped (counted). */
typedef struct bmi_setup {
    bm_folds *folds;
    bm_recipe *recipe; /* null: over a dataset */
    bm_recipe *whole;  /* knows the target of all rows; null over a dataset */
    bm_task task;
    int64_t classes;
    const char *metric;
    bm_metric by; /* the same, read */
    bool maximize;
} bmi_setup;
bm_status bmi_setup_make(bmi_setup *s, bmi_error *e, bm_context *context, const bm_table *t, const bm_dataset *d,
                         const bm_recipe *recipe, bm_rows only, const bm_folds_options *folds, const char *metric,
                         bm_place here);
void bmi_setup_end(bmi_setup *s);
/* The learner of a text, or the value where that is null. */
bm_status bmi_setup_learner(bmi_error *e, bmi_arena *arena, const char *text, const bm_learner *how, bm_learner *to,
                            bm_place here);
/* The work of a setup, with the options that all have. */
#define BMI_WORK_OF(s, o, context_, here_)                                                                           \
    {                                                                                                                \
        .context = (context_), .here = (here_), .folds = (s)->folds, .whole = (s)->whole, .classes = (s)->classes,   \
        .metric = (s)->metric, .by = (s)->by, .maximize = (s)->maximize, .epochs = (o)->epochs, .batch = (o)->batch, \
        .seed = (o)->seed, .validation = (o)->validation, .balanced = (o)->balanced, .progress = (o)->progress,      \
        .user = (o)->user, .stop = (o)->stop, .best = NAN, .rounds = 1                                               \
    }
/* What a learner wants of its recipe, as one of BMI_WANTS numbers (bits, as bm_fit_table does it: 1, the target standardised; 2, features of f64): learners that want
 * the same share what is prepared. */
enum { BMI_WANTS = 4 };
int bmi_wants_of(const bm_learner *how, const bm_recipe *recipe);
/* Does it to a copy of the recipe. */
void bmi_wants_do(bm_recipe *recipe, int wants);
/* The metric of a text and whether larger is better; unknown ones are BM_E_ARGUMENT, with the nearest named. */
bm_status bmi_metric_look(bmi_error *e, const char *text, bm_metric *metric, bool *maximize, bm_place here);

/* diagnose.c: what scores of folds, of training rows and of the trivial answer, too, say; and its words, of the numbers in it. */
bm_diagnosis bmi_diagnose(const bmi_fitted *fits, int64_t folds, bool classes);
void bmi_diagnosis_text(bm_diagnosis *d);

#endif
