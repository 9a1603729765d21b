// SPDX-License-Identifier: Apache-2.0
/* Bias and variance by resampling: models of bootstrap samples of the training rows, judged on the same held-out rows.
 */
#include "learn/work.h"
#include "base/random.h"
#include "data/dataset.h"
#include "data/recipe.h"
#include "base/threads.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_BOOTSTRAP = 0x626f6f74, USUAL_ROUNDS = 50 };

typedef struct resampling {
    bmi_work w; /* what fits and scores need of it */
    bmi_setup setup;
    bmi_variant variant;
    bmi_candidate candidate;
    bmi_error *e;
    int64_t rounds, learned, held, *rows; /* learned, then held */
    int64_t columns;                      /* of predictions */
    double *predicted;                    /* rounds x held x columns */
    bmi_error *errors;                    /* of rounds */
    uint64_t seed;
} resampling;

/* One model of a sample drawn with replacement. */
static void fit_round(void *arg, int round, int rounds)
{
    resampling *r = arg;
    bm_context *context = r->w.context;
    bmi_error *e = &r->errors[round];
    bmi_prepared p = { 0 };
    bmi_fitted f = { 0 };
    (void)rounds;
    const size_t n = (size_t)r->learned;
    int64_t *sample = bmi_alloc_raw(context, n, sizeof *sample);
    if (r->w.stop && *r->w.stop) bmi_fail(e, BM_E_STOPPED, r->w.here, "stopped");
    else if (!sample) bmi_fail_memory(e, r->w.here, n * sizeof *sample, "a sample of rows");
    else {
        const uint64_t stream = bmi_random_stream(STREAM_BOOTSTRAP, (uint64_t)round);
        for (size_t i = 0; i < n; i++) sample[i] = r->rows[bmi_random_below(r->seed, stream, i, (uint64_t)n)];
        bmi_prepare_rows(&r->w, &r->variant, (bm_rows){ sample, n }, (bm_rows){ r->rows + n, (size_t)r->held }, &p);
        bmi_fold_fit(&r->w, &r->candidate, &p, &f);
        if (!bmi_fail_from(e, &f.error))
            memcpy(r->predicted + (int64_t)round * r->held * r->columns, f.predicted->data,
                   (size_t)(r->held * r->columns) * sizeof(double));
    }
    bmi_object_free(f.model);
    bmi_object_free(f.predicted);
    bmi_prepared_end(&p);
    bmi_release(context, sample, n, sizeof *sample);
}

/* ---- numbers ---- */
static void of_numbers(const resampling *r, const double *y, bm_bias_variance_result *out)
{
    for (int64_t i = 0; i < r->held; i++) {
        double mean = 0, error = 0, variance = 0;
        for (int64_t k = 0; k < r->rounds; k++) mean += r->predicted[k * r->held + i];
        mean /= (double)r->rounds;
        for (int64_t k = 0; k < r->rounds; k++) {
            const double f = r->predicted[k * r->held + i];
            error += (y[i] - f) * (y[i] - f);
            variance += (f - mean) * (f - mean);
        }
        out->error += error / (double)r->rounds / (double)r->held;
        out->variance += variance / (double)r->rounds / (double)r->held;
        out->bias2 += (y[i] - mean) * (y[i] - mean) / (double)r->held;
    }
}

/* Held-out rows of equal features tell how much of their targets is noise: their variance within such rows. NaN: there are none. */
static double noise_of(const bm_dataset *d, const double *y, int64_t *order)
{
    const bm_tensor *x = d->x[0].tensor;
    const int64_t n = d->rows, columns = x->size / n;
    double squares = 0;
    int64_t free = 0;
    const char *at = x->data;
    const size_t row = (size_t)columns * bm_type_size(x->type);
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t gap = n / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (int64_t i = gap; i < n; i++) {
            const int64_t one = order[i];
            int64_t k = i;
            for (; k >= gap && memcmp(at + (size_t)order[k - gap] * row, at + (size_t)one * row, row) > 0; k -= gap)
                order[k] = order[k - gap];
            order[k] = one;
        }
    for (int64_t i = 0, end; i < n; i = end) {
        double mean = 0;
        for (end = i; end < n && !memcmp(at + (size_t)order[i] * row, at + (size_t)order[end] * row, row); end++)
            mean += y[order[end]];
        mean /= (double)(end - i);
        for (int64_t k = i; k < end; k++) squares += (y[order[k]] - mean) * (y[order[k]] - mean);
        free += end - i - 1;
    }
    return free > 0 ? squares / (double)free : NAN;
}

/* ---- classes ---- */
static int64_t largest(const double *p, int64_t n)
{
    int64_t best = 0;
    for (int64_t k = 1; k < n; k++)
        if (p[k] > p[best]) best = k;
    return best;
}

/* Of two classes every vote against a wrong main prediction is right; of more only some are, and those count. */
static void of_classes(const resampling *r, const int64_t *class, double *votes, bm_bias_variance_result *out)
{
    const double all = (double)r->held * (double)r->rounds;
    for (int64_t i = 0; i < r->held; i++) {
        int64_t right = 0;
        memset(votes, 0, (size_t)r->columns * sizeof *votes);
        for (int64_t k = 0; k < r->rounds; k++) {
            const int64_t said = largest(r->predicted + (k * r->held + i) * r->columns, r->columns);
            votes[said]++;
            right += said == class[i];
        }
        const int64_t main = largest(votes, r->columns);
        const double differ = (double)r->rounds - votes[main];
        out->error += ((double)r->rounds - (double)right) / all;
        out->variance += differ / all;
        if (main == class[i]) out->unbiased_variance += differ / all;
        else {
            out->bias2 += 1 / (double)r->held;
            out->biased_variance += (double)right / all;
        }
    }
}

static bm_status look_at_held(resampling *r, double *y, int64_t *class, bm_bias_variance_result *out)
{
    const bm_recipe *whole = r->setup.whole;
    const bm_rows rows = { r->rows + r->learned, (size_t)r->held };
    bm_tensor *t = bmi_target_apply(r->e, whole, r->w.table, rows, NULL, BM_F64, r->w.here);
    for (int64_t i = 0; t && i < r->held; i++) {
        y[i] = bm_recipe_inverse(whole, bm_tensor_at(t, i));
        class[i] = (int64_t)y[i];
    }
    bmi_object_free(t);
    if (r->e->status || r->setup.task != BM_REGRESSION) return r->e->status;
    bmi_prepared p = { 0 };
    bmi_prepare_rows(&r->w, &r->variant, (bm_rows){ r->rows, (size_t)r->learned }, rows, &p);
    if (!bmi_fail_from(r->e, &p.error)) out->noise = noise_of(p.held_out, y, class);
    bmi_prepared_end(&p);
    return r->e->status;
}

static void judge(resampling *r, bm_bias_variance_result *out)
{
    bm_context *context = r->w.context;
    const size_t held = (size_t)r->held, columns = (size_t)r->columns;
    double *y = bmi_alloc(context, held, sizeof *y), *votes = bmi_alloc(context, columns, sizeof *votes);
    int64_t *class = bmi_alloc(context, held, sizeof *class);
    out->noise = out->unbiased_variance = out->biased_variance = NAN;
    if (!y || !votes || !class) bmi_fail_memory(r->e, r->w.here, held * 16, "bias and variance");
    else if (!look_at_held(r, y, class, out)) {
        if (r->setup.task == BM_REGRESSION) of_numbers(r, y, out);
        else {
            out->unbiased_variance = out->biased_variance = 0;
            of_classes(r, class, votes, out);
        }
        if (!isnan(out->noise)) out->bias2 = fmax(0, out->bias2 - out->noise);
    }
    bmi_release(context, class, held, sizeof *class);
    bmi_release(context, votes, columns, sizeof *votes);
    bmi_release(context, y, held, sizeof *y);
}

static bm_status split(resampling *r, double held_out)
{
    const bm_split_options o = { .test = held_out > 0 ? held_out : .25, .seed = (int64_t)r->seed };
    const size_t rows = (size_t)bm_table_rows(r->w.table);
    int64_t counts[3] = { 0 };
    r->rows = bmi_alloc(r->w.context, rows, sizeof *r->rows);
    if (!r->rows) return bmi_fail_memory(r->e, r->w.here, rows * sizeof *r->rows, "rows");
    if (bmi_recipe_split(r->e, r->w.here, r->setup.recipe, r->w.table, &o, r->rows, counts)) return r->e->status;
    r->learned = counts[0];
    r->held = counts[2];
    return BM_OK;
}

static void resample(resampling *r, bm_bias_variance_result *out)
{
    bm_context *context = r->w.context;
    const size_t rounds = (size_t)r->rounds, numbers = rounds * (size_t)(r->held * r->columns);
    r->predicted = bmi_alloc(context, numbers, sizeof *r->predicted);
    r->errors = bmi_alloc(context, rounds, sizeof *r->errors);
    if (!r->predicted || !r->errors)
        bmi_fail_memory(r->e, r->w.here, numbers * sizeof(double), "the predictions of all models");
    else {
        bmi_parallel(context, (int)r->rounds, fit_round, r);
        for (size_t i = 0; i < rounds; i++) bmi_fail_from(r->e, &r->errors[i]);
        if (!r->e->status) judge(r, out);
    }
    bmi_release(context, r->errors, rounds, sizeof *r->errors);
    bmi_release(context, r->predicted, numbers, sizeof *r->predicted);
}

static bm_status check(bmi_error *e, const bm_bias_variance_options *o, bm_place here)
{
    if (o->rounds && (o->rounds < 2 || o->rounds > 1000000))
        return bmi_fail(e, BM_E_ARGUMENT, here, "bias_variance: %lld rounds; 2 or more are needed", (long long)o->rounds);
    if (!(o->held_out >= 0 && o->held_out < 1))
        return bmi_fail(e, BM_E_ARGUMENT, here, "bias_variance: held_out is %g; it is a share of the rows", o->held_out);
    return BM_OK;
}

bm_bias_variance_result bm_bias_variance_at(const bm_table *t, const bm_recipe *recipe, const bm_bias_variance_options *options,
                                            size_t size, bm_place here)
{
    static const bm_folds_options two = { .folds = 2, .not_stratified = true }; /* the folds are not used */
    bm_bias_variance_options o;
    bm_bias_variance_result out = { .error = 0 };
    bm_context *context = recipe ? recipe->object.context : NULL;
    bmi_error e = { 0 };
    bmi_arena arena = { .context = context };
    resampling r = { .e = &e };
    bm_learner how;
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_bias_variance_options, named_), options, size);
    if (!e.status && !check(&e, &o, here) && !bmi_setup_learner(&e, &arena, o.learner, &o.how, &how, here) &&
        !bmi_setup_make(&r.setup, &e, context, t, NULL, recipe, (bm_rows){ 0 }, &two, o.metric, here)) {
        const bmi_work w = BMI_WORK_OF(&r.setup, &o, context, here);
        r.w = w;
        r.w.table = t;
        r.w.keep_predictions = true;
        r.variant = (bmi_variant){ r.setup.recipe, 1, bmi_wants_of(&how, r.setup.recipe) };
        r.candidate = (bmi_candidate){ .name = o.learner, .how = how };
        r.rounds = o.rounds ? o.rounds : USUAL_ROUNDS;
        r.seed = (uint64_t)(o.seed == BM_ZERO ? 0 : o.seed);
        r.columns = r.setup.classes ? r.setup.classes : 1;
        if (!split(&r, o.held_out)) resample(&r, &out);
        out.task = r.setup.task;
        out.rows = r.held;
        out.rounds = r.rounds;
    }
    if (r.rows) bmi_release(context, r.rows, (size_t)bm_table_rows(t), sizeof *r.rows);
    bmi_setup_end(&r.setup);
    bmi_arena_end(&arena);
    out.status = e.status;
    snprintf(out.error_text, sizeof out.error_text, "%.399s", e.text);
    return out;
}
