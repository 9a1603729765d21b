// SPDX-License-Identifier: Apache-2.0
/* Variance, F, chi squared and coefficients of columns; rows count as often as they weigh. The formulas are those of scikit-learn's
 * VarianceThreshold, f_classif, f_regression and chi2. */
#include "data/steps/select_scores.h"
#include "data/frame_rows.h"
#include "linalg/least_squares.h"
#include <math.h>
#include <string.h>

typedef struct moments {
    double all, mean, squares; /* sum of weights, mean, sum of squared deviations */
} moments;

static moments moments_of(const bmi_frame *f, const double *x)
{
    moments m = { 0 };
    double rest = 0;
    for (int64_t i = 0; i < f->rows; i++) m.all += bmi_frame_weight(f, i);
    for (int64_t i = 0; i < f->rows; i++) m.mean += x[i] / m.all * bmi_frame_weight(f, i);
    for (int64_t i = 0; i < f->rows; i++) {
        const double d = x[i] - m.mean;
        m.squares += d * d * bmi_frame_weight(f, i);
        rest += d * bmi_frame_weight(f, i);
    }
    m.squares -= rest * rest / m.all;
    return m;
}

/* A column as it is, or, where squares of its values would overflow or vanish, times a power of two (*scale) in `room`. */
static const double *tame(const double *x, int64_t n, double *room, double *scale)
{
    *scale = bmi_squares_scale(x, n);
    if (*scale == 1) return x;
    for (int64_t i = 0; i < n; i++) room[i] = x[i] * *scale;
    return room;
}

/* Whether all values are the same. */
static bool is_constant(const bmi_frame *f, const double *x)
{
    for (int64_t i = 1; i < f->rows; i++)
        if (x[i] != x[0]) return false;
    return true;
}

static double variance(const bmi_frame *f, const double *x)
{
    const moments m = moments_of(f, x);
    return is_constant(f, x) ? 0 : m.squares / m.all;
}

/* Of a line through one column: r^2 (n - 2) / (1 - r^2). */
static double f_of_numbers(const bmi_frame *f, const double *x, const double *y)
{
    const moments a = moments_of(f, x), b = moments_of(f, y);
    double both = 0;
    for (int64_t i = 0; i < f->rows; i++) both += (x[i] - a.mean) * (y[i] - b.mean) * bmi_frame_weight(f, i);
    if (is_constant(f, x) || is_constant(f, y) || !(a.squares > 0) || !(b.squares > 0)) return 0;
    const double r2 = fmin(both / a.squares * (both / b.squares), 1); /* fourth powers may not be numbers */
    return r2 < 1 ? r2 / (1 - r2) * (a.all - 2) : INFINITY;
}

/* Analysis of variance: between the classes over within them. room: 2 numbers a class. */
static double f_of_classes(const bmi_frame *f, const double *x, const bmi_step_target *t, double *room)
{
    double *count = room, *sum = room + t->n_classes, between = 0, within = 0, classes = 0;
    const moments m = moments_of(f, x);
    memset(room, 0, 2 * (size_t)t->n_classes * sizeof *room);
    for (int64_t i = 0; i < f->rows; i++) {
        count[t->classes[i]] += bmi_frame_weight(f, i);
        sum[t->classes[i]] += (x[i] - m.mean) * bmi_frame_weight(f, i);
    }
    for (int64_t k = 0; k < t->n_classes; k++) {
        if (!(count[k] > 0)) continue;
        between += sum[k] * sum[k] / count[k];
        classes++;
    }
    for (int64_t i = 0; i < f->rows; i++) {
        const double d = x[i] - m.mean - sum[t->classes[i]] / count[t->classes[i]];
        within += d * d * bmi_frame_weight(f, i);
    }
    if (is_constant(f, x) || !(m.all > classes)) return 0;
    return between / (classes - 1) / (within / (m.all - classes));
}

/* Sums of the column by class against those that the shares of the classes would give. room as above. */
static double chi2(const bmi_frame *f, const double *x, const bmi_step_target *t, double *room)
{
    double *count = room, *sum = room + t->n_classes, all = 0, total = 0, score = 0;
    memset(room, 0, 2 * (size_t)t->n_classes * sizeof *room);
    for (int64_t i = 0; i < f->rows; i++) {
        const double w = bmi_frame_weight(f, i);
        count[t->classes[i]] += w;
        sum[t->classes[i]] += x[i] * w;
        total += x[i] * w;
        all += w;
    }
    for (int64_t k = 0; k < t->n_classes; k++) {
        const double expected = count[k] / all * total;
        if (expected > 0) score += (sum[k] - expected) * (sum[k] - expected) / expected;
    }
    return score;
}

/* Sizes of the coefficients of least squares of the target, of each class as 0 and 1 the largest, on columns divided by their standard
 * deviation. */
static bm_status coefficients(const bmi_step_how *how, const bmi_frame *f, const size_t *at, const bmi_step_target *t,
                              int64_t n, double *score)
{
    const int64_t outputs = t->values ? 1 : t->n_classes;
    const size_t room = (size_t)(n + 1 + n * outputs);
    double *mean = bmi_alloc(f->context, room, sizeof *mean), *slope = mean ? mean + n + 1 : NULL;
    bmi_frame_rows rows = { .frame = f, .at = at, .columns = n };
    bmi_least_squares ls;
    bm_status st = bmi_least_squares_begin(&ls, f->context, n, outputs, f->rows);
    if (!mean) st = BM_E_MEMORY;
    if (!st) bmi_frame_rows_means(&rows, mean);
    rows.mean = mean;
    rows.weighed = true;
    for (int64_t i = 0; !st && i < f->rows; i++) {
        double *row = bmi_least_squares_next(&ls);
        const double root = sqrt(bmi_frame_weight(f, i));
        bmi_frame_rows_read(&rows, i, 1, row, n + outputs);
        for (int64_t k = 0; k < outputs; k++) row[n + k] = root * (t->values ? t->values[i] : t->classes[i] == k);
        bmi_least_squares_took(&ls);
    }
    if (!st) st = bmi_least_squares_solve(&ls, slope, NULL);
    for (int64_t c = 0; !st && c < n; c++) {
        const double deviation = sqrt(variance(f, f->columns[at[c]].numbers));
        for (int64_t k = 0; k < outputs; k++) score[c] = fmax(score[c], fabs(slope[c * outputs + k]) * deviation);
    }
    bmi_least_squares_end(&ls);
    bmi_release(f->context, mean, room, sizeof *mean);
    return st ? bmi_step_no_memory(how, room * sizeof *mean) : BM_OK;
}

static bm_status check_chi2(const bmi_step_how *how, const bmi_frame *f, const size_t *at, const bmi_recipe_step *s)
{
    if (how->target->values)
        return bmi_fail(how->error, BM_E_ARGUMENT, how->here, "select: by=chi2 is for classes; the target is a number");
    for (size_t c = 0; c < s->n_columns; c++)
        for (int64_t i = 0; i < f->rows; i++)
            if (f->columns[at[c]].numbers[i] < 0)
                return bmi_fail(how->error, BM_E_DATA, how->here,
                                "select: by=chi2 is for counts and shares; column \"%.100s\" has %g", s->columns[c].name,
                                f->columns[at[c]].numbers[i]);
    return BM_OK;
}

/* Columns whose squares overflow or vanish have no line through them. */
static bm_status check_sizes(const bmi_step_how *how, const bmi_frame *f, const size_t *at, const bmi_recipe_step *s)
{
    for (size_t c = 0; c < s->n_columns; c++)
        if (bmi_squares_scale(f->columns[at[c]].numbers, f->rows) != 1)
            return bmi_fail(how->error, BM_E_NUMBER, how->here,
                            "select: the values of column \"%.100s\" are of a size whose squares f64 does not hold; scale the "
                            "columns before (standardize), or take another score",
                            s->columns[c].name);
    return BM_OK;
}

/* The score of one column, of values whose squares can be summed; NaN without memory. sums: two numbers a class. */
static double score_of(const bmi_frame *f, const double *x, const bmi_step_target *t, bm_select_score by, int64_t seed,
                       uint64_t noise, double *sums)
{
    switch (by) {
    case BM_SELECT_VARIANCE: return variance(f, x);
    case BM_SELECT_CHI2: return chi2(f, x, t, sums);
    case BM_SELECT_MUTUAL_INFORMATION: return bmi_select_information(t, f, x, seed, noise);
    default: return t->values ? f_of_numbers(f, x, t->values) : f_of_classes(f, x, t, sums);
    }
}

bm_status bmi_select_score(const bmi_step_how *how, const bmi_frame *f, const size_t *at, const bmi_recipe_step *s,
                           bm_select_score by, double *score)
{
    const bm_step_select_options *o = how->options;
    bmi_step_target t = how->target ? *how->target : (bmi_step_target){ 0 };
    const size_t n = (size_t)f->rows, room = 2 * n + 2 * (size_t)t.n_classes;
    double *memory = bmi_alloc_raw(f->context, room, sizeof *memory), scale = 1, of_target = 1;
    if (!memory) return bmi_step_no_memory(how, room * sizeof *memory);
    double *own = memory + n, *sums = own + n;
    if (t.values) t.values = tame(t.values, f->rows, memory, &of_target);
    if (by == BM_SELECT_CHI2) check_chi2(how, f, at, s);
    if (by == BM_SELECT_COEFFICIENT && !check_sizes(how, f, at, s)) coefficients(how, f, at, &t, (int64_t)s->n_columns, score);
    for (size_t c = 0; by == BM_SELECT_COEFFICIENT && c < s->n_columns; c++) score[c] /= of_target;
    for (size_t c = 0; by != BM_SELECT_COEFFICIENT && c < s->n_columns && !how->error->status; c++) {
        const double *x = tame(f->columns[at[c]].numbers, f->rows, own, &scale);
        score[c] = score_of(f, x, &t, by, o->seed, c, sums);
        if (isnan(score[c])) bmi_step_no_memory(how, n * 32);
        if (by == BM_SELECT_VARIANCE) score[c] = score[c] / scale / scale;
        if (by == BM_SELECT_CHI2) score[c] /= scale;
    }
    bmi_release(f->context, memory, room, sizeof *memory);
    return how->error->status;
}
