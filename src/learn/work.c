// SPDX-License-Identifier: Apache-2.0
/* Candidates times folds, shared among threads that take the next fit as soon as they are free. What comes out does not depend on who did
 * which: fits are independent, and inside of one everything runs on one thread.
 */
#include "learn/work.h"
#include "base/clock.h"
#include "base/team.h"
#include "base/threads.h"
#include <math.h>
#include <string.h>

enum { KEPT_BYTES = 1 << 30 }; /* prepared folds that are kept for further candidates, all together */

void bmi_mean_spread(const double *x, int64_t n, double *mean, double *spread)
{
    double sum = 0, squares = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[i])) sum += x[i], count++;
    *mean = count ? sum / (double)count : NAN;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[i])) squares += (x[i] - *mean) * (x[i] - *mean);
    *spread = count > 1 ? sqrt(squares / (double)(count - 1)) : NAN;
}

const bm_scores *bmi_fitted_part(const bmi_fitted *f, char part)
{
    return part == 'h' ? &f->held_out : part == 't' ? &f->train : &f->baseline;
}

void bmi_fits_mean(const bmi_fitted *fits, int64_t folds, char part, const char *metric, double *mean, double *spread)
{
    double sum = 0, squares = 0;
    int64_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < folds; i++) {
            const bm_scores *s = bmi_fitted_part(&fits[i], part);
            const double v = s->rows > 0 ? bm_score(s, metric) : NAN;
            if (isnan(v)) continue;
            if (!pass) sum += v, n++;
            else squares += (v - *mean) * (v - *mean);
        }
        *mean = n ? sum / (double)n : NAN;
    }
    if (spread) *spread = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
}

const char *bmi_fits_why(const bmi_fitted *fits, int64_t folds, const char *metric)
{
    const char *why = "";
    for (int64_t i = 0; !*why && i < folds; i++) why = bm_score_why(&fits[i].held_out, metric);
    return *why ? why : "it is none of the figures that this task and model have";
}

const bmi_error *bmi_fits_error(const bmi_fitted *fits, int64_t folds)
{
    for (int64_t i = 0; i < folds; i++)
        if (fits[i].error.status) return &fits[i].error;
    return NULL;
}

void bmi_fits_end(bm_context *context, bmi_fitted *fits, int64_t folds)
{
    for (int64_t i = 0; fits && i < folds; i++) {
        bmi_object_free(fits[i].model);
        bmi_object_free(fits[i].predicted);
    }
    bmi_release(context, fits, (size_t)folds, sizeof *fits);
}

static bool is_done(const bmi_work *w, int64_t candidate)
{
    return w->done && w->done[candidate];
}

static bool asked_to_stop(const bmi_work *w)
{
    return w->stop && *w->stop;
}

/* The fold's rows: made by whoever needs them first, others wait. Called under the lock. */
static bmi_prepared *prepared_of(bmi_work *w, int64_t variant, int64_t fold)
{
    bmi_prepared *p = &w->prepared[variant * bm_folds_count(w->folds) + fold];
    p->working++;
    while (p->state == 1) pthread_cond_wait(&w->ready, &w->lock);
    if (p->state == 2) return p;
    p->state = 1;
    pthread_mutex_unlock(&w->lock);
    bmi_prepare(w, variant, fold, p);
    pthread_mutex_lock(&w->lock);
    w->kept += p->bytes;
    p->state = 2;
    pthread_cond_broadcast(&w->ready);
    return p;
}

/* One user less: it is kept for further ones, unless all that is kept is too much; then it is made anew. Under the lock. */
static void leave(bmi_work *w, bmi_prepared *p)
{
    p->users--;
    p->working--;
    if (p->working || (p->users && w->kept <= KEPT_BYTES)) return;
    const int64_t users = p->users;
    w->kept -= p->bytes;
    bmi_prepared_end(p);
    p->users = users;
}

static void tell(bmi_work *w, int64_t candidate, bool finished, double mean, double spread, const bmi_error *bad)
{
    if (!w->progress || w->over) return;
    const bm_learn_progress p = { .done = w->ended,
                                  .all = w->jobs,
                                  .candidate = w->numbers ? w->numbers[candidate] : candidate,
                                  .candidates = w->n_candidates,
                                  .name = w->candidates[candidate].name,
                                  .finished = finished,
                                  .score = mean,
                                  .spread = spread,
                                  .best = w->best,
                                  .seconds = bmi_now() - w->began,
                                  .error = bad ? bad->text : "",
                                  .round = w->round,
                                  .rounds = w->rounds,
                                  .outer = w->outer,
                                  .outers = w->outers };
    if (!w->progress(w->user, &p)) {
        bmi_fail(w->e, BM_E_STOPPED, w->here, "stopped after %lld of %lld fits", (long long)w->ended, (long long)w->jobs);
        w->over = true;
    }
}

/* A fit is done. Under the lock. */
static void end_fit(bmi_work *w, int64_t candidate, const bmi_fitted *f)
{
    const int64_t folds = bm_folds_count(w->folds);
    double mean = NAN, spread = NAN;
    w->ended++;
    if (f->error.status == BM_E_MEMORY || f->error.status == BM_E_STOPPED) {
        bmi_fail_from(w->e, &f->error);
        w->over = true;
    }
    const bool last = --w->left[candidate] == 0;
    const bmi_error *bad = last ? bmi_fits_error(w->fits[candidate], folds) : NULL;
    if (last && !w->over) {
        if (!bad) {
            bmi_fits_mean(w->fits[candidate], folds, 'h', w->metric, &mean, &spread);
            if (isnan(w->best) || (w->maximize ? mean > w->best : mean < w->best)) w->best = mean;
        }
        if (w->finished && w->finished(w->owner, w->e, candidate, &w->fits[candidate])) w->over = true;
    }
    tell(w, candidate, last, mean, spread, bad);
    if (last) {
        bmi_fits_end(w->context, w->fits[candidate], folds);
        w->fits[candidate] = NULL;
    }
}

static bool begin_fit(bmi_work *w, int64_t candidate)
{
    const size_t folds = (size_t)bm_folds_count(w->folds);
    if (w->fits[candidate] || (w->fits[candidate] = bmi_alloc(w->context, folds, sizeof(bmi_fitted)))) return true;
    bmi_fail_memory(w->e, w->here, folds * sizeof(bmi_fitted), "the results of folds");
    w->over = true;
    return false;
}

static void take_part(void *work, int member, int members)
{
    bmi_work *w = work;
    (void)member, (void)members;
    const int64_t folds = bm_folds_count(w->folds);
    pthread_mutex_lock(&w->lock);
    while (!w->over && w->next < w->n_candidates * folds) {
        const int64_t candidate = w->next / folds, fold = w->next % folds;
        w->next++;
        if (is_done(w, candidate)) continue;
        if (asked_to_stop(w)) {
            bmi_fail(w->e, BM_E_STOPPED, w->here, "stopped after %lld of %lld fits", (long long)w->ended, (long long)w->jobs);
            w->over = true;
            break;
        }
        if (!begin_fit(w, candidate)) break;
        bmi_prepared *p = prepared_of(w, w->candidates[candidate].variant, fold);
        bmi_fitted *f = &w->fits[candidate][fold];
        pthread_mutex_unlock(&w->lock);
        bmi_fold_fit(w, &w->candidates[candidate], p, f);
        pthread_mutex_lock(&w->lock);
        leave(w, p);
        end_fit(w, candidate, f);
    }
    pthread_mutex_unlock(&w->lock);
}

static void run(bmi_work *w)
{
    const int64_t folds = bm_folds_count(w->folds);
    int threads = bmi_threads(w->context);
    for (int64_t i = 0; i < w->n_candidates; i++) {
        w->left[i] = folds;
        if (is_done(w, i)) continue;
        w->jobs += folds;
        for (int64_t k = 0; k < folds; k++) w->prepared[w->candidates[i].variant * folds + k].users++;
    }
    if (threads > w->jobs) threads = (int)w->jobs;
    if (threads > 0) bmi_team(threads, take_part, w);
}

bm_status bmi_work_run(bmi_work *w, bmi_error *e)
{
    const size_t folds = (size_t)bm_folds_count(w->folds), places = (size_t)w->n_variants * folds, n = (size_t)w->n_candidates;
    w->e = e;
    w->began = bmi_now();
    w->next = w->ended = w->jobs = 0;
    w->kept = 0;
    w->over = false;
    w->prepared = bmi_alloc(w->context, places, sizeof *w->prepared);
    w->fits = bmi_alloc(w->context, n, sizeof *w->fits);
    w->left = bmi_alloc(w->context, n, sizeof *w->left);
    if (!w->prepared || !w->fits || !w->left) bmi_fail_memory(e, w->here, places * sizeof *w->prepared, "the work on folds");
    else {
        pthread_mutex_init(&w->lock, NULL);
        pthread_cond_init(&w->ready, NULL);
        run(w);
        pthread_cond_destroy(&w->ready);
        pthread_mutex_destroy(&w->lock);
    }
    for (size_t i = 0; w->prepared && i < places; i++) bmi_prepared_end(&w->prepared[i]);
    for (size_t i = 0; w->fits && i < n; i++) bmi_fits_end(w->context, w->fits[i], (int64_t)folds);
    bmi_release(w->context, w->left, n, sizeof *w->left);
    bmi_release(w->context, w->fits, n, sizeof *w->fits);
    bmi_release(w->context, w->prepared, places, sizeof *w->prepared);
    return e->status;
}
