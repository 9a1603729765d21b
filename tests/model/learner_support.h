// SPDX-License-Identifier: Apache-2.0
/* Every registered learner on every task that it does, over small data made here: numbers above 0, two classes, three classes. */
#ifndef BMT_LEARNER_SUPPORT_H
#define BMT_LEARNER_SUPPORT_H
#include "base/kinds.h"
#include "support/bmt.h"
#include <baeum.h>
#include <baeum/extend.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 60, COLUMNS = 3, MOST_ROWS = 4 * ROWS };

/* One learner on one task; `outputs` 1: numbers, else so many classes. */
typedef struct subject {
    const bm_learner_kind *kind;
    int outputs;
    char what[80];
} subject;

/* Learners that go from row to row in an order that the seed gives: rows are theirs by their places, too. */
static inline bool bmt_by_rows(const bm_learner_kind *kind)
{
    return !strcmp(kind->name, "perceptron");
}

/* Calls check for each learner and task. */
static inline void bmt_each_learner(void (*check)(const subject *s))
{
    static const unsigned tasks[] = { [1] = BM_LEARNS_NUMBERS, [2] = BM_LEARNS_TWO_CLASSES, [3] = BM_LEARNS_CLASSES };
    const bmi_kind *k;
    size_t n = 0;
    for (size_t i = 0; (k = bmi_kind_at("learner", i)); i++)
        for (int outputs = 1; outputs <= 3; outputs++) {
            subject s = { .kind = k->record, .outputs = outputs };
            if (!(s.kind->tasks & tasks[outputs])) continue;
            snprintf(s.what, sizeof s.what, "%s, %s", k->name,
                     outputs == 1   ? "numbers"
                     : outputs == 2 ? "2 classes"
                                    : "3 classes");
            check(&s);
            n++;
        }
    assert_true(n >= 10); /* the registry was found */
}

/* A learner as text: as it is, with a setting where it has it, so that two ways to one minimum end near each other, and with fewer steps. */
static inline const char *bmt_text(const subject *s)
{
    return strcmp(s->kind->name, "network") ? s->kind->name : "dense 8 relu";
}

static inline const char *bmt_text_with(const subject *s, const char *setting, const char *value)
{
    static char text[80];
    for (const bm_field *f = s->kind->fields; f && f->name; f++)
        if (!strcmp(f->name, setting)) {
            snprintf(text, sizeof text, "%s:%s=%s", s->kind->name, setting, value);
            return text;
        }
    return bmt_text(s);
}

static inline const char *bmt_strict_text(const subject *s)
{
    return bmt_text_with(s, "tolerance", "1e-11");
}

static inline const char *bmt_short_text(const subject *s)
{
    return bmt_text_with(s, "steps", "100");
}

static inline bm_model *bmt_parse(const subject *s, const char *text, const bm_recipe *r)
{
    bm_model *m = bm_learner_parse(text, r);
    if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
    return m;
}

static inline bm_model *bmt_learner(const subject *s)
{
    return bmt_parse(s, bmt_text(s), NULL);
}

/* Rows of data that a learner can learn from, and that no line parts. */
typedef struct sample {
    int64_t rows, columns;
    double x[MOST_ROWS * COLUMNS], y[MOST_ROWS];
    int32_t class[MOST_ROWS];
    float weight[MOST_ROWS];
    bool weighed;
} sample;

static inline double bmt_wave(int64_t i, int64_t j)
{
    return sin((double)(i * (j + 1)) * .7 + (double)j) * (double)(j + 1) + .3 * cos((double)(i * i) * .37 + (double)j);
}

static inline void bmt_sample(const subject *s, sample *d)
{
    memset(d, 0, sizeof *d);
    d->rows = ROWS;
    d->columns = COLUMNS;
    for (int64_t i = 0; i < ROWS; i++) {
        double *x = d->x + i * COLUMNS;
        for (int64_t j = 0; j < COLUMNS; j++) x[j] = bmt_wave(i, j);
        const double line = 2 * x[0] - x[1] + .5 * sin((double)i * 1.3);
        d->y[i] = s->kind->tasks & BM_LEARNS_SCALED ? line / 3 : 9 + line;
        d->class[i] = s->outputs < 3 ? line > .2 : (line > -.8) + (line > .9);
        d->weight[i] = 1;
    }
}

static inline void bmt_copy_row(sample *to, int64_t at, const sample *from, int64_t row)
{
    memcpy(to->x + at * to->columns, from->x + row * from->columns, (size_t)from->columns * sizeof *to->x);
    to->y[at] = from->y[row];
    to->class[at] = from->class[row];
    to->weight[at] = from->weight[row];
}

/* A dataset over copies of a sample; f32: its inputs are. */
static inline bm_dataset *bmt_dataset(const subject *s, const sample *d, bool f32)
{
    bm_tensor *x = bm_tensor_new(f32 ? BM_F32 : BM_F64, BM_SHAPE(d->rows, d->columns)),
              *t = bm_tensor_new(s->outputs > 1 ? BM_I32 : BM_F64, BM_SHAPE(d->rows)),
              *w = d->weighed ? bm_tensor_new(BM_F32, BM_SHAPE(d->rows)) : NULL;
    for (int64_t i = 0; i < d->rows * d->columns; i++) {
        if (f32) ((float *)bm_data(x))[i] = (float)d->x[i];
        else ((double *)bm_data(x))[i] = d->x[i];
    }
    for (int64_t i = 0; i < d->rows; i++) {
        if (s->outputs > 1) ((int32_t *)bm_data(t))[i] = d->class[i];
        else ((double *)bm_data(t))[i] = d->y[i];
        if (w) ((float *)bm_data(w))[i] = d->weight[i];
    }
    bm_dataset *made = w ? bm_dataset_new(.x = { x }, .t = { t }, .weights = w) : bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    bm_free(w);
    return made;
}

/* Networks by fewer steps than they would take: enough for all that is asked but how well they learn. */
static inline bm_status bmt_try_fit(const subject *s, bm_model *m, const bm_dataset *d)
{
    return bm_fit(m, d, .seed = 3, .epochs = s->kind->fit ? 0 : 20);
}

static inline void bmt_fit(const subject *s, bm_model *m, const bm_dataset *d)
{
    if (bmt_try_fit(s, m, d)) fail_msg("%s: %s", s->what, bm_error(m));
}

static inline bm_model *bmt_fitted(const subject *s, const sample *d)
{
    bm_model *m = bmt_learner(s);
    bm_dataset *data = bmt_dataset(s, d, false);
    bmt_fit(s, m, data);
    bm_free(data);
    return m;
}

/* By all steps that it takes. */
static inline bm_model *bmt_learned(const subject *s, const sample *d)
{
    bm_model *m = bmt_learner(s);
    bm_dataset *data = bmt_dataset(s, d, false);
    bm_fit(m, data, .seed = 3);
    if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
    bm_free(data);
    return m;
}

/* The same nearer to the minimum; networks by some steps of all rows at once, so that batches do not depend on the number of rows. */
static inline bm_model *bmt_strictly_fitted(const subject *s, const sample *d)
{
    bm_model *m = bmt_parse(s, bmt_strict_text(s), NULL);
    bm_dataset *data = bmt_dataset(s, d, false);
    if (s->kind->fit) bm_fit(m, data, .seed = 3);
    else bm_fit(m, data, .seed = 3, .whole = true, .epochs = 30);
    if (bm_failed(m)) fail_msg("%s: %s", s->what, bm_error(m));
    bm_free(data);
    return m;
}

/* What two ways to the minimum may differ by: the solvers end at gradients of 1e-8 and less; steps in f32 by rounding, which Adam, that
 * divides by the size of gradients, enlarges. */
static inline double bmt_way(const subject *s)
{
    return s->kind->fit ? 1e-6 : 1e-3;
}

/* Predictions for a sample's rows as doubles, released by free; *n how many numbers. */
static inline double *bmt_predictions(const subject *s, const bm_model *m, const sample *d, int64_t *n)
{
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(d->rows, d->columns), d->x), *p = bm_predict(m, x);
    if (bm_failed(p)) fail_msg("%s: %s", s->what, bm_error(p));
    *n = bm_tensor_size(p);
    double *all = malloc((size_t)*n * sizeof *all);
    assert_non_null(all);
    for (int64_t i = 0; i < *n; i++) all[i] = bm_tensor_at(p, i);
    bm_free(p);
    bm_free(x);
    return all;
}

/* Predictions of so many rows by plans of different shapes: other kernels, whose sums go another way. */
static inline double bmt_shape(const subject *s)
{
    return s->kind->type == BM_F64 ? 1e-13 : 1e-5;
}

static inline void bmt_same_bits(const subject *s, const char *why, double a, double b)
{
    if (memcmp(&a, &b, sizeof a) != 0) fail_msg("%s: %s: %.17g and %.17g", s->what, why, a, b);
}

/* The class that the outputs of a row mean. */
static inline int64_t bmt_likeliest(const double *p, int64_t columns)
{
    int64_t best = columns == 1 ? p[0] >= .5 : 0;
    for (int64_t k = 1; k < columns; k++)
        if (p[k] > p[best]) best = k;
    return best;
}

/* Fails unless two models predict the same for a sample, to `tolerance` (0: the same bits). */
static inline void bmt_same_predictions(const subject *s, const char *why, const bm_model *a, const bm_model *b,
                                        const sample *d, double tolerance)
{
    int64_t n, same;
    double *p = bmt_predictions(s, a, d, &n), *q = bmt_predictions(s, b, d, &same);
    assert_int_equal(n, same);
    for (int64_t i = 0; i < n; i++)
        if (tolerance > 0 ? !(fabs(p[i] - q[i]) <= tolerance * fmax(1, fabs(p[i]))) : memcmp(p + i, q + i, sizeof *p) != 0)
            fail_msg("%s: %s: prediction %lld is %.17g and %.17g", s->what, why, (long long)i, p[i], q[i]);
    free(p);
    free(q);
}

#endif
