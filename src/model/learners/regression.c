// SPDX-License-Identifier: Apache-2.0
/* Rows on their way into solvers. The first pass is for means, ranges and bad numbers; solvers make one pass or more of their own, in which
 * numbers are centred and scaled as they are read, so that the data is never copied.
 */
#include "model/learners/regression.h"
#include "base/fields.h"
#include "base/threads.h"
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PART_ROWS = 2048, PARTS = 16, AHEAD = 64 };

/* ---- reading ---- */
/* Row i as numbers: where it lies, or converted into `room`. */
static const double *row_of(const bmi_column_of *c, int64_t i, double *room)
{
    if (c->same) return (const double *)(const void *)c->from + i * c->elements;
    bmi_column_copy(c, room, i, 1);
    return room;
}

double bmi_regression_weight(const bmi_regression *r, int64_t row)
{
    return r->train->weights ? (double)((const float *)r->train->weights->data)[row] : 1;
}

int64_t bmi_regression_row(const bmi_regression *r, int64_t i)
{
    if (!r->folds) return i;
    if (r->held) return i * r->folds + r->fold;
    const int64_t others = r->folds - 1, at = i % others;
    return i / others * r->folds + at + (at >= r->fold);
}

/* Columns and targets of a row, as they are. */
void bmi_regression_raw(const bmi_regression *r, int64_t i, double *into)
{
    const double *x = row_of(&r->x, i, into), *t;
    if (x != into) memcpy(into, x, (size_t)r->raw * sizeof *into);
    if (r->expand) r->expand(r->how, into);
    t = row_of(&r->t, i, into + r->columns);
    for (int64_t k = 0; k < r->targets; k++) into[r->columns + k] = t[k];
}

static inline void centre(const double *restrict x, int64_t n, const double *restrict mean, const double *restrict scale,
                          double *restrict into)
{
    for (int64_t k = 0; k < n; k++) into[k] = (x[k] - mean[k]) * scale[k];
}

void bmi_regression_read(void *user, int64_t first, int64_t count, double *into, int64_t step)
{
    const bmi_regression *r = user;
    const int64_t n = r->columns, all = n + r->targets;
    const double *const mean = r->mean, *const scale = r->scale;
    if (r->triangle) {
        for (int64_t i = 0; i < count; i++, into += step)
            for (int64_t k = 0; k < all; k++) into[k] = r->triangle[(first + i) * all + k] * scale[k];
        return;
    }
    for (int64_t i = 0; i < count; i++, into += step) {
        const int64_t row = bmi_regression_row(r, first + i);
        const double w = r->unweighted ? 1 : sqrt(bmi_regression_weight(r, row));
        if (r->x.same && r->t.same && !r->expand) {
            const double *x = (const double *)(const void *)r->x.from + row * n,
                         *t = (const double *)(const void *)r->t.from + row * r->targets;
            if (row + AHEAD <
                r->train->rows) /* solvers work between blocks of rows: what the processor foresees is forgotten */
                for (int64_t k = 0; k < n; k += 8) __builtin_prefetch(x + AHEAD * n + k, 0, 2);
            centre(x, n, mean, scale, into);
            centre(t, r->targets, mean + n, scale + n, into + n);
        } else {
            bmi_regression_raw(r, row, into);
            for (int64_t k = 0; k < all; k++) into[k] = (into[k] - mean[k]) * scale[k];
        }
        if (w == 0) memset(into, 0, (size_t)all * sizeof *into); /* whatever its numbers are */
        for (int64_t k = 0; w != 0 && w != 1 && k < all; k++) into[k] *= w;
    }
}

bmi_rows_source bmi_regression_source(bmi_regression *r)
{
    return (bmi_rows_source){
        .user = r, .rows = r->rows, .columns = r->columns + r->targets, .read = bmi_regression_read, .stop = &r->l->model->stop
    };
}

/* ---- the first pass ---- */
typedef struct survey {
    const bmi_regression *r;
    double unit;   /* by which numbers are multiplied before they are summed */
    double *first; /* the first row that counts: sums are of what numbers differ from it, and lose no digits to large means */
    double *row, *sum, *low, *high;  /* of each part */
    double all[PARTS], least[PARTS]; /* sum and least of weights */
} survey;

typedef struct seen { /* of one part: sums of numbers times `by`, ranges */
    double *sum, *low, *high;
} seen;

/* Four rows at a time: what is stored is stored a quarter as often. */
static inline void note4(const double *restrict a, int64_t step, const double by[4], int64_t n, const double *restrict first,
                         double *restrict sum, double *restrict low, double *restrict high)
{
    const double *restrict b = a + step, *restrict c = b + step, *restrict d = c + step;
    for (int64_t k = 0; k < n; k++) {
        const double l = a[k] < b[k] ? a[k] : b[k], m = c[k] < d[k] ? c[k] : d[k], least = l < m ? l : m;
        const double g = a[k] > b[k] ? a[k] : b[k], h = c[k] > d[k] ? c[k] : d[k], most = g > h ? g : h;
        const double f = first[k];
        sum[k] += (by[0] * (a[k] - f) + by[1] * (b[k] - f)) + (by[2] * (c[k] - f) + by[3] * (d[k] - f));
        low[k] = least < low[k] ? least : low[k];
        high[k] = most > high[k] ? most : high[k];
    }
}

static inline void note(const double *restrict x, double by, int64_t n, const double *restrict first, double *restrict sum,
                        double *restrict low, double *restrict high)
{
    for (int64_t k = 0; by == 0 && k < n; k++) sum[k] += 0 * x[k]; /* nothing, unless it is no number */
    for (int64_t k = 0; by != 0 && k < n; k++) {
        const double v = x[k];
        sum[k] += by * (v - first[k]);
        low[k] = v < low[k] ? v : low[k];
        high[k] = v > high[k] ? v : high[k];
    }
}

static double weigh(survey *s, int part, int64_t row)
{
    const double w = bmi_regression_weight(s->r, row);
    s->all[part] += w;
    s->least[part] = w >= s->least[part] ? s->least[part] : w; /* NaN is least, too */
    return w * s->unit;
}

/* Rows of f64 where they lie; false when these four are not to be taken at once. */
static bool note_direct(survey *s, int part, int64_t i, const seen *to)
{
    const bmi_regression *r = s->r;
    const int64_t n = r->columns, k = r->targets;
    if (!r->x.same || !r->t.same || r->expand || r->folds) return false;
    double by[4];
    if (r->train->weights)
        for (int64_t p = 0; p < 4; p++)
            if (bmi_regression_weight(r, i + p) == 0) return false;
    for (int64_t p = 0; p < 4; p++) by[p] = weigh(s, part, i + p);
    note4((const double *)(const void *)r->x.from + i * n, n, by, n, s->first, to->sum, to->low, to->high);
    note4((const double *)(const void *)r->t.from + i * k, k, by, k, s->first + n, to->sum + n, to->low + n, to->high + n);
    return true;
}

static void survey_part(void *arg, int part, int parts)
{
    survey *s = arg;
    const bmi_regression *r = s->r;
    const int64_t n = r->columns + r->targets;
    double *const row = s->row + part * n;
    const seen to = { s->sum + part * n, s->low + part * n, s->high + part * n };
    int64_t begin, end;
    bmi_slice(r->rows, 4, part, parts, &begin, &end);
    for (int64_t k = 0; k < n; k++) to.low[k] = INFINITY, to.high[k] = -INFINITY, to.sum[k] = 0;
    s->all[part] = 0, s->least[part] = INFINITY;
    for (int64_t at = begin; at < end; at++) {
        const int64_t i = bmi_regression_row(r, at);
        if (end - at >= 4 && note_direct(s, part, i, &to)) {
            at += 3;
            continue;
        }
        const double by = weigh(s, part, i);
        bmi_regression_raw(r, i, row);
        note(row, by, n, s->first, to.sum, to.low, to.high);
    }
}

static void run_survey(bmi_regression *r, survey *s, int parts)
{
    const int64_t n = r->columns + r->targets;
    bmi_parallel(r->l->model->object.context, parts, survey_part, s);
    for (int64_t p = 1; p < parts; p++) {
        s->all[0] += s->all[p];
        s->least[0] = s->least[p] >= s->least[0] ? s->least[0] : s->least[p];
        for (int64_t k = 0; k < n; k++) {
            s->sum[k] += s->sum[p * n + k];
            s->low[k] = fmin(s->low[k], s->low[p * n + k]);
            s->high[k] = fmax(s->high[k], s->high[p * n + k]);
        }
    }
}

/* Names the first bad weight or number; BM_OK when all are fine. */
static bm_status find_bad(bmi_regression *r, double *row)
{
    const int64_t n = r->columns;
    for (int64_t at = 0; at < r->rows; at++) {
        const int64_t i = bmi_regression_row(r, at);
        const double w = bmi_regression_weight(r, i);
        if (!(w >= 0 && w < INFINITY))
            return bm_learning_fail(r->l, BM_E_DATA, "%s: the weight of row %lld is %g; weights are >= 0", r->who, (long long)i,
                                    w);
        bmi_regression_raw(r, i, row);
        for (int64_t k = 0; k < n + r->targets; k++)
            if (!isfinite(row[k]))
                return bm_learning_fail(r->l, BM_E_NUMBER,
                                        "%s: row %lld has a number that is not finite, in %s column %lld; clean the data first",
                                        r->who, (long long)i, k < n ? "input" : "target", (long long)(k < n ? k : k - n));
    }
    return BM_OK;
}

static bool all_finite(const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

/* A power of two that brings a number near 1; 1 of 0 and of those between low and high. */
static double unit_scale(double largest, double low, double high)
{
    int exponent;
    if (largest == 0 || (largest > low && largest < high)) return 1;
    frexp(largest, &exponent);
    return ldexp(1, exponent < -1000 ? 1000 : exponent > 1000 ? -1000 : -exponent); /* no denormal, which work may flush */
}

/* Means and scales from what was found. A column of one value is 0 when it is centred, whatever its mean is rounded to. */
static void settle(bmi_regression *r, const survey *s)
{
    for (int64_t k = 0; k < r->columns + r->targets; k++) {
        const double mean = s->low[k] == s->high[k] ? s->low[k] : s->first[k] + s->sum[k] / r->all / s->unit;
        r->mean[k] = r->centred ? mean : 0;
        r->largest[k] = fmax(fabs(s->low[k] - r->mean[k]), fabs(s->high[k] - r->mean[k]));
        r->scale[k] = unit_scale(r->largest[k], 1e-100, 1e100);
    }
}

/* The first of the rows that are read that weighs something, else the first. */
static int64_t first_row(const bmi_regression *r)
{
    for (int64_t i = 0; i < r->rows; i++)
        if (bmi_regression_weight(r, bmi_regression_row(r, i)) > 0) return bmi_regression_row(r, i);
    return bmi_regression_row(r, 0);
}

static bm_status survey_rows(bmi_regression *r)
{
    bm_learning *l = r->l;
    const int64_t n = r->columns + r->targets, most = r->rows / PART_ROWS;
    const int parts = most < 1 ? 1 : most > PARTS ? PARTS : (int)most;
    const size_t bytes = (size_t)n * sizeof(double);
    survey s = { .r = r, .unit = 1 };
    r->mean = bm_learning_memory(l, bytes);
    r->scale = r->mean ? bm_learning_memory(l, 2 * bytes) : NULL;
    s.row = r->scale ? bm_learning_memory(l, (4 * (size_t)parts + 1) * bytes) : NULL;
    if (!s.row) return l->model->object.error.status;
    r->largest = r->scale + n;
    s.sum = s.row + n * parts, s.low = s.sum + n * parts, s.high = s.low + n * parts, s.first = s.high + n * parts;
    bmi_regression_raw(r, first_row(r), s.first);
    run_survey(r, &s, parts);
    const bool fine = all_finite(s.sum, n) && s.least[0] >= 0 && isfinite(s.all[0]);
    if (!fine && find_bad(r, s.row)) return l->model->object.error.status;
    if (!fine) { /* a sum of finite numbers that overflows */
        s.unit = 0x1p-64;
        run_survey(r, &s, parts);
    }
    r->all = s.all[0];
    if (!(r->all > 0)) return bm_learning_fail(l, BM_E_DATA, "%s: the weights of all rows are 0", r->who);
    settle(r, &s);
    return BM_OK;
}

bm_status bmi_regression_begin(bmi_regression *r, bm_learning *l, int64_t columns, bool no_intercept)
{
    const bm_dataset *d = l->train;
    r->l = l;
    r->who = l->model->learner->name;
    r->train = d;
    bmi_column_make(&r->x, d->x[0].tensor, BM_F64, d->x[0].scale != 1);
    bmi_column_make(&r->t, d->t[0].tensor, BM_F64, false);
    r->rows = d->rows;
    r->raw = r->x.elements;
    r->columns = columns ? columns : r->raw;
    r->targets = r->t.elements;
    r->centred = !no_intercept;
    return l->model->parts ? bmi_regression_begin_parts(r) : survey_rows(r);
}

bm_status bmi_regression_train(bmi_regression *part, const bmi_regression *all, int64_t folds, int64_t fold)
{
    *part = *all;
    part->folds = folds;
    part->fold = fold;
    part->rows = all->rows - (all->rows - fold + folds - 1) / folds;
    return survey_rows(part);
}

void bmi_regression_hold(bmi_regression *part, const bmi_regression *train)
{
    *part = *train;
    part->held = true;
    part->rows = (train->train->rows - train->fold + train->folds - 1) / train->folds;
}

void bmi_regression_unscaled(bmi_regression *r)
{
    for (int64_t k = 0; k < r->columns + r->targets; k++) r->scale[k] = 1;
}

void bmi_regression_level(bmi_regression *r, double apart)
{
    double least = INFINITY, most = 0;
    bool usual = true;
    for (int64_t k = 0; k < r->columns; k++) {
        if (r->largest[k] > 0) least = fmin(least, r->largest[k]);
        most = fmax(most, r->largest[k]);
        usual = usual && unit_scale(r->largest[k], 1e-100, 1e100) == 1;
    }
    for (int64_t k = 0; k < r->columns; k++) r->scale[k] = usual && most <= apart * least ? 1 : unit_scale(r->largest[k], 1, 1);
    for (int64_t k = r->columns; k < r->columns + r->targets; k++) r->scale[k] = unit_scale(r->largest[k], 1e-100, 1e100);
}

/* ---- into solvers ---- */
/* How many rows there were, where those of a triangle stand for them, too: rounding grows by that. */
static int64_t rows_of(const bmi_regression *r)
{
    return r->triangle ? bmi_learning_rows(r->l) : r->rows;
}

double bmi_regression_noise(const bmi_regression *r)
{
    const int64_t rows = rows_of(r);
    double largest = 0;
    for (int64_t k = 0; k < r->columns; k++) largest = fmax(largest, fabs(r->mean[k]) * r->scale[k]);
    /* each number of m rows, or n columns, is off by what the mean is rounded by, and all alike: that is a direction of its own, as long as
     * the root of all weights says, so that the unit of weights does not matter; four times, for what reflections make of it */
    return 4 * DBL_EPSILON * largest * sqrt(r->all * (double)(rows > r->columns ? rows : r->columns));
}

typedef struct folding {
    bmi_regression *r;
    bmi_least_squares *ls; /* of each part */
} folding;

static void fold_part(void *arg, int part, int parts)
{
    const folding *f = arg;
    bmi_least_squares *ls = f->ls + part;
    const bmi_rows_source from = bmi_regression_source(f->r);
    int64_t begin, end;
    bmi_slice(from.rows, BMI_LS_ROWS, part, parts, &begin, &end);
    for (int64_t i = begin; i < end && !atomic_load_explicit(from.stop, memory_order_relaxed); i++) {
        from.read(from.user, i, 1, bmi_least_squares_next(ls), 0);
        bmi_least_squares_took(ls);
    }
}

bm_status bmi_regression_fold(bmi_regression *r, bmi_least_squares *ls, int64_t more)
{
    enum { COLUMNS_A_ROW = 8 };
    bmi_least_squares of[PARTS] = { { 0 } };
    bm_context *context = r->l->model->object.context;
    const int64_t rows = bmi_regression_source(r).rows,
                  least = COLUMNS_A_ROW * r->columns > PART_ROWS ? COLUMNS_A_ROW * r->columns : PART_ROWS, most = rows / least;
    const int parts = most < 1 ? 1 : most > PARTS ? PARTS : (int)most;
    bm_status st = BM_OK;
    for (int p = 0; p < parts && !st; p++) {
        st = bmi_least_squares_begin(of + p, context, r->columns, r->targets, parts > 1 ? rows + r->columns : rows + more);
        of[p].stop = &r->l->model->stop;
    }
    if (!st) bmi_parallel(context, parts, fold_part, &(folding){ r, of });
    *ls = of[0];
    ls->least = bmi_regression_noise(r);
    for (int p = 1; p < parts; p++) {
        if (!st) bmi_least_squares_join(ls, of + p);
        bmi_least_squares_end(of + p);
    }
    if (r->triangle) ls->rows = rows_of(r);
    return bmi_regression_fail(r, !st && atomic_load(&r->l->model->stop) ? BM_E_STOPPED : st);
}

/* ---- and back ---- */
double bmi_regression_unscale(const bmi_regression *r, int64_t target, const double *w, int64_t step, double *into)
{
    const double by = 1 / r->scale[r->columns + target];
    double intercept = r->mean[r->columns + target];
    for (int64_t k = 0; k < r->columns; k++) {
        into[k] = w[k * step] * by * r->scale[k];
        intercept -= r->mean[k] * into[k];
    }
    return intercept;
}

bm_status bmi_regression_put(bmi_regression *r, const double *w)
{
    bm_tensor *kernel = bmi_learning_weight(r->l, "kernel");
    bm_tensor *bias = kernel && r->centred ? bmi_learning_weight(r->l, "bias") : NULL;
    double *one = bm_learning_memory(r->l, (size_t)r->columns * sizeof *one);
    for (int64_t j = 0; kernel && one && j < r->targets; j++) {
        const double intercept = bmi_regression_unscale(r, j, w + j, r->targets, one);
        for (int64_t k = 0; k < r->columns; k++) ((double *)kernel->data)[k * r->targets + j] = one[k];
        if (bias) ((double *)bias->data)[j] = intercept;
    }
    return r->l->model->object.error.status;
}

bm_status bmi_regression_fail(bmi_regression *r, bm_status status)
{
    if (status == BM_E_STOPPED)
        return bm_learning_fail(r->l, status, "%s: stopped before the solution was found; the model is as it was before",
                                r->who);
    if (status) return bm_learning_fail(r->l, status, "%s: out of memory for %lld columns", r->who, (long long)r->columns);
    return BM_OK;
}

size_t bmi_regression_layers(bm_learning *l, bool no_intercept, bm_layer *into)
{
    const bm_dense_options d = { .units = l->outputs, .no_bias = no_intercept, .name = "output" };
    into[0] = bm_layer_at("dense", &d, sizeof d, l->here);
    return 1;
}

/* ---- what records say alike ---- */
size_t bmi_regression_one_layer(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    const bmi_field *f = bmi_field_find(l->model->learner->fields, "no_intercept");
    (void)room;
    return bmi_regression_layers(l, f && *(const bool *)((const char *)options + f->offset), into);
}

void bmi_regression_compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)l, (void)options, (void)fit;
    c->loss = BM_MSE;
}

void bmi_regression_say_solved(bmi_regression *r, int64_t rank, double pivot)
{
    bm_model *m = r->l->model;
    if (rank < r->columns) bmi_model_ended(m, BM_ENDED_RANK, "solved, rank %" PRId64 " of %" PRId64, rank, r->columns);
    else if (pivot < 1e-10)
        bmi_model_ended_after(m, BM_ENDED_ILL_CONDITIONED, -log10(pivot), "solved, ill-conditioned: about %.0f digits lost",
                              -log10(pivot));
    else bmi_model_ended(m, 0, "solved");
}

void bmi_regression_say_converged(bmi_regression *r, bool converged, int64_t done, int64_t rank)
{
    char of[60] = "";
    const bool whole = rank == r->columns;
    if (!whole) snprintf(of, sizeof of, ", rank %" PRId64 " of %" PRId64, rank, r->columns);
    bmi_model_ended_after(r->l->model, (converged ? 0u : BM_ENDED_NOT_CONVERGED) | (whole ? 0u : BM_ENDED_RANK), (double)done,
                          "%s after %" PRId64 " iterations%s", converged ? "converged" : "not converged", done, of);
}
