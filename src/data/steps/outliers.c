// SPDX-License-Identifier: Apache-2.0
/* Outliers: training rows that lie far out in one of the columns are left out of the training; the rows that are predicted or judged all
 * stay. By rule:
 *
 *     z          |x - mean| > limit * standard deviation (divisor n), limit 3
 *     iqr        x < Q1 - limit * (Q3 - Q1) or x > Q3 + limit * (Q3 - Q1), limit 1.5, quartiles by linear interpolation (Tukey,
 *                "Exploratory Data Analysis", 1977)
 *     residual   |e| > limit * its standard deviation, e the residuals of least squares of the target on the columns, limit 3
 *
 * A missing cell is no outlier. Means, quartiles and lines are those of rows as often as they weigh. The ends of the columns are kept,
 * so that the recipe tells what was done. */
#include "data/frame_rows.h"
#include "data/sorted.h"
#include "linalg/least_squares.h"
#include <inttypes.h>
#include <math.h>

static const char *const rules[] = {
    [BM_OUTLIERS_Z] = "z", [BM_OUTLIERS_IQR] = "iqr", [BM_OUTLIERS_RESIDUAL] = "residual", NULL
};
static const bmi_field fields[] = {
    BMI_WORD_FIELD(bm_step_outliers_options, by, rules, "how far out is found"),
    { .name = "limit",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_step_outliers_options, limit),
      .low = 0,
      .high = INFINITY,
      .above = true,
      .number = -1,
      .doc = "in standard deviations, default 3; of iqr 1.5" },
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

static double limit_of(const bm_step_outliers_options *o)
{
    return o->limit > 0 ? o->limit : o->by == BM_OUTLIERS_IQR ? 1.5 : 3;
}

/* The ends of a column between which values are usual: those of its mean, or of its quartiles. */
static void ends_by_mean(const bmi_frame *f, const double *x, double limit, double ends[2])
{
    const double scale = bmi_squares_scale(x, f->rows);
    double all = 0, mean = 0, squares = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        if (isnan(x[i])) continue;
        const double w = bmi_frame_weight(f, i), d = x[i] * scale - mean;
        all += w;
        mean += d / all * w;
        squares += w * d * (x[i] * scale - mean);
    }
    const double reach = limit * sqrt(squares / all);
    if (!(all > 0)) return;
    ends[0] = (mean - reach) / scale;
    ends[1] = (mean + reach) / scale;
}

static bm_status ends_by_quartiles(const bmi_step_how *how, const bmi_frame *f, size_t column, double limit, double ends[2])
{
    bmi_sorted s;
    const bm_status st = bmi_sorted_begin(how, f, column, &s);
    if (!st && s.n) {
        const double low = bmi_sorted_quantile(&s, .25), high = bmi_sorted_quantile(&s, .75);
        ends[0] = low - limit * (high - low);
        ends[1] = high + limit * (high - low);
    }
    bmi_sorted_end(&s);
    return st;
}

static bm_status fit_ends(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    const bm_step_outliers_options *o = how->options;
    const int64_t columns = (int64_t)s->n_columns;
    double *ends = bmi_step_add_array(how, &s->state, "ends", columns, 2);
    for (int64_t c = 0; ends && !how->error->status && c < columns; c++) {
        ends[2 * c] = -INFINITY;
        ends[2 * c + 1] = INFINITY;
        if (o->by == BM_OUTLIERS_IQR) ends_by_quartiles(how, f, at[c], limit_of(o), ends + 2 * c);
        else ends_by_mean(f, f->columns[at[c]].numbers, limit_of(o), ends + 2 * c);
    }
    return how->error->status;
}

/* Least squares of the target on the centred columns: state "line" has means (of the columns, then of the target) and coefficients. */
static bm_status fit_line(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    const int64_t n = (int64_t)s->n_columns;
    if (!how->target || !how->target->values)
        return bmi_fail(how->error, BM_E_ARGUMENT, how->here, "outliers: by=residual needs a target that is a number");
    double *line = bmi_step_add_array(how, &s->state, "line", 2, n + 1);
    if (!line) return how->error->status;
    const bmi_frame_rows means = { .frame = f, .at = at, .columns = n, .last = how->target->values };
    bmi_frame_rows_means(&means, line);
    bmi_frame_rows rows = means;
    rows.mean = line;
    rows.weighed = true;
    bmi_least_squares ls;
    bm_status st = bmi_least_squares_begin(&ls, f->context, n, 1, f->rows);
    for (int64_t i = 0; !st && i < f->rows; i++) {
        bmi_frame_rows_read(&rows, i, 1, bmi_least_squares_next(&ls), n + 1);
        bmi_least_squares_took(&ls);
    }
    if (!st) st = bmi_least_squares_solve(&ls, line + n + 1, NULL);
    bmi_least_squares_end(&ls);
    return st ? bmi_step_no_memory(how, (size_t)(n * n) * 8) : BM_OK;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    if (((const bm_step_outliers_options *)how->options)->by != BM_OUTLIERS_RESIDUAL) return fit_ends(how, f, at, s);
    return bmi_step_check_whole(how, s, f, at) ? how->error->status : fit_line(how, f, at, s);
}

static void keep_by_ends(const bmi_recipe_step *s, const bmi_frame *f, const size_t *at, bool *keep)
{
    const double *ends = s->state.arrays[0].at;
    for (size_t c = 0; c < s->n_columns; c++) {
        const double *x = f->columns[at[c]].numbers;
        for (int64_t i = 0; i < f->rows; i++)
            if (x[i] < ends[2 * c] || x[i] > ends[2 * c + 1]) keep[i] = false;
    }
}

static bm_status keep_by_line(const bmi_step_how *how, const bmi_recipe_step *s, const bmi_frame *f, const size_t *at,
                              bool *keep)
{
    const int64_t n = (int64_t)s->n_columns;
    const double *mean = s->state.arrays[0].at, *slope = mean + n + 1;
    double *e = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *e), squares = 0, all = 0;
    if (!e) return bmi_step_no_memory(how, (size_t)f->rows * sizeof *e);
    for (int64_t i = 0; i < f->rows; i++) e[i] = how->target->values[i] - mean[n];
    for (int64_t c = 0; c < n; c++) {
        const double *x = f->columns[at[c]].numbers;
        for (int64_t i = 0; i < f->rows; i++) e[i] -= slope[c] * (x[i] - mean[c]);
    }
    for (int64_t i = 0; i < f->rows; i++) {
        squares += bmi_frame_weight(f, i) * e[i] * e[i];
        all += bmi_frame_weight(f, i);
    }
    const double most = limit_of(how->options) * sqrt(squares / all);
    for (int64_t i = 0; i < f->rows; i++) keep[i] = !(fabs(e[i]) > most);
    bmi_release(f->context, e, (size_t)f->rows, sizeof *e);
    return BM_OK;
}

static bm_status keep(const bmi_step_how *how, const bmi_recipe_step *s, const bmi_frame *f, const size_t *at, bool *keep)
{
    const bm_step_outliers_options *o = how->options;
    int64_t out = 0;
    if (o->by != BM_OUTLIERS_RESIDUAL) keep_by_ends(s, f, at, keep);
    else if (keep_by_line(how, s, f, at, keep)) return how->error->status;
    for (int64_t i = 0; i < f->rows; i++) out += !keep[i];
    return bmi_notes_add(f->context, how->notes,
                         "outliers: %" PRId64 " of %" PRId64 " training rows %s not learned from (%s, limit %.4g)", out,
                         f->rows, out == 1 ? "is" : "are", rules[o->by], limit_of(o))
               ? BM_OK
               : bmi_step_no_memory(how, 200);
}

static bool lawful(const bmi_recipe_step *s)
{
    const bool line = ((const bm_step_outliers_options *)s->options)->by == BM_OUTLIERS_RESIDUAL;
    const bmi_step_array *a = s->state.arrays;
    if (s->state.n_arrays != 1) return false;
    return line ? a->rows == 2 && a->columns == (int64_t)s->n_columns + 1 : a->rows == (int64_t)s->n_columns && a->columns == 2;
}

static const bmi_step_example examples[] = {
    { .table = "a\n1\n2\n3\n2\n1\n2\n3\n2\n1\n2\n3\n99\n",
      .out = "a\n1\n2\n3\n2\n1\n2\n3\n2\n1\n2\n3\n",
      .source = "by hand: 99 has z 3.31" },
    { .options = "iqr",
      .table = "a,b\n1,0\n2,0\n3,0\nNA,0\n4,0\n10,0\n",
      .then = "impute",
      .out = "a,b\n1,0\n2,0\n3,0\n2.5,0\n4,0\n",
      .source = "by hand: quartiles 2 and 4, so that 10 is beyond 7" },
    { .options = "residual,limit=2",
      .target = "y",
      .table = "a,y\n1,1.1\n2,1.9\n3,3.2\n4,3.9\n5,9.5\n6,6.1\n7,6.8\n8,8.1\n9,9\n",
      .out = "a\n1\n2\n3\n4\n6\n7\n8\n9\n",
      .source = "numpy: polyfit of degree 1; the residual of row 5 is 2.8 of its standard deviations" },
    { .options = "iqr",
      .table = "a\n1\n2\n3\n4\n10\n",
      .rows = "a\n1000\n-5\n",
      .out = "a\n1000\n-5\n",
      .source = "rows to be predicted stay" },
};

static const bmi_step_kind outliers = {
    .size = sizeof(bmi_step_kind),
    .name = "outliers",
    .options_size = sizeof(bm_step_outliers_options),
    .fields = fields,
    .doc = "training rows with an outlier are not learned from; rows to be predicted all stay",
    .source = "Tukey, \"Exploratory Data Analysis\", 1977",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .sees_target = true,
    .keeps_values = true,
    .takes = takes,
    .takes_what = "numbers",
    .fit_whole = fit,
    .lawful_whole = lawful,
    .keep = keep,
};
const bmi_kind bmi_kinds_step_outliers[] = { { "step", "outliers", &outliers }, { 0 } };
