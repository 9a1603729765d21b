// SPDX-License-Identifier: Apache-2.0
/* Impute nearest: a missing number gets the mean of those of the k nearest training rows that have one. The distance of two rows is
 *
 *     sqrt(columns / columns that both have * sum of squared differences over those)
 *
 * and a row without any such column is no neighbour; where there is none the cell gets the training rows' mean of the column, and 0 when it
 * has none. With weights "distance" neighbours count 1 / distance, and those at distance 0 alone. Of equal distances the earlier row is
 * nearer. A training row of weight w is w rows: neighbours are taken until they weigh k, of the last as much as is lacking; where that is
 * most rows, for nearly all weight lies in few, each is put in its place among them and the time goes with their square. Columns should
 * be scaled before. Source: Troyanskaya et al., "Missing value estimation methods for DNA microarrays", 2001. */
#include "base/threads.h"
#include "data/step.h"
#include <math.h>

static const char *const by_words[] = { [BM_NEAREST_UNIFORM] = "uniform", [BM_NEAREST_DISTANCE] = "distance", NULL };
static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_step_impute_nearest_options, neighbors, 1, 1000, 5, "rows whose mean is taken"),
    BMI_WORD_FIELD(bm_step_impute_nearest_options, weights, by_words, "how neighbours count"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

/* The training rows, the means of their columns, and where they have some their weights. */
static bm_status fit(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    const int64_t n = f->rows, columns = (int64_t)s->n_columns;
    double *rows = bmi_step_add_array(how, &s->state, "rows", n, columns);
    double *means = rows ? bmi_step_add_array(how, &s->state, "means", 1, columns) : NULL;
    double *weights = means && f->weights ? bmi_step_add_array(how, &s->state, "weights", n, 1) : NULL;
    for (int64_t i = 0; weights && i < n; i++) weights[i] = bmi_frame_weight(f, i);
    for (int64_t c = 0; !how->error->status && c < columns; c++) {
        const double *x = f->columns[at[c]].numbers;
        double all = 0;
        for (int64_t i = 0; i < n; i++) {
            if (isinf(x[i]))
                return bmi_fail(how->error, BM_E_DATA, how->here,
                                "impute_nearest: column \"%.100s\" has an infinite cell, from which no distance can be told; "
                                "leave such rows out, or clip the column before",
                                s->columns[c].name);
            rows[i * columns + c] = x[i];
            all += isnan(x[i]) ? 0 : bmi_frame_weight(f, i);
        }
        for (int64_t i = 0; i < n; i++) means[c] += isnan(x[i]) ? 0 : x[i] / all * bmi_frame_weight(f, i);
    }
    return how->error->status;
}

typedef struct nearest {
    const bm_step_impute_nearest_options *o;
    const double *rows, *means, *weights; /* of the training; weights may be null */
    int64_t n, columns;
    bmi_frame *f;
    const size_t *at;
    double *room; /* of every part: a row, n distances, and `most` neighbours */
    size_t room_of;
    int64_t most;
} nearest;

/* Neighbours of a row: their values, distances and weights. */
typedef struct neighbours {
    double *value, *far, *weight;
} neighbours;

/* Squared distance up to the factor `columns`, infinite without a common column. */
static double distance(const double *a, const double *b, int64_t columns)
{
    double sum = 0, both = 0;
    for (int64_t c = 0; c < columns; c++) {
        const double d = a[c] - b[c];
        const bool there = d == d;
        sum += there ? d * d : 0;
        both += there;
    }
    return both > 0 ? sum / both : INFINITY;
}

/* The nearest rows that have column c, in order of distance, until they weigh k; their number. */
static int64_t find(const nearest *w, const double *distances, int64_t c, const neighbours *to)
{
    const double k = (double)w->o->neighbors;
    double all = 0;
    int64_t found = 0;
    for (int64_t i = 0; i < w->n; i++) {
        const double x = w->rows[i * w->columns + c], d = distances[i];
        if (isnan(x) || isinf(d) || (all >= k && d >= to->far[found - 1])) continue;
        int64_t place = found++;
        for (; place > 0 && to->far[place - 1] > d; place--) {
            to->far[place] = to->far[place - 1];
            to->value[place] = to->value[place - 1];
            to->weight[place] = to->weight[place - 1];
        }
        to->far[place] = d;
        to->value[place] = x;
        to->weight[place] = w->weights ? w->weights[i] : 1;
        all += to->weight[place];
        while (all - to->weight[found - 1] >= k) all -= to->weight[--found];
    }
    if (all > k) to->weight[found - 1] -= all - k;
    return found;
}

/* The value of column c by the nearest rows that have one. */
static double value_of(const nearest *w, const double *distances, int64_t c, const neighbours *to)
{
    const int64_t found = find(w, distances, c, to);
    if (!found) return w->means[c];
    const bool exact = to->far[0] == 0, by_distance = w->o->weights == BM_NEAREST_DISTANCE;
    double sum = 0, all = 0;
    for (int64_t i = 0; i < found; i++) {
        const double near = !by_distance ? 1 : exact ? to->far[i] == 0 : 1 / sqrt(to->far[i] * (double)w->columns);
        const double weight = near * to->weight[i];
        sum += weight * to->value[i];
        all += weight;
    }
    return sum / all;
}

static void fill(void *arg, int part, int parts)
{
    const nearest *w = arg;
    int64_t begin, end;
    double *row = w->room + (size_t)part * w->room_of, *distances = row + w->columns, *values = distances + w->n;
    const neighbours to = { values, values + w->most, values + 2 * w->most };
    bmi_slice(w->f->rows, 1, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        int64_t missing = 0;
        for (int64_t c = 0; c < w->columns; c++) {
            row[c] = w->f->columns[w->at[c]].numbers[i];
            missing += isnan(row[c]);
        }
        for (int64_t j = 0; missing && j < w->n; j++) distances[j] = distance(row, w->rows + j * w->columns, w->columns);
        for (int64_t c = 0; missing && c < w->columns; c++)
            if (isnan(row[c])) w->f->columns[w->at[c]].numbers[i] = value_of(w, distances, c, &to);
    }
}

static bm_status apply(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const size_t *at)
{
    enum { PARTS = 16 };
    const bmi_step_array *rows = bmi_step_find_array(&s->state, "rows");
    const bmi_step_array *weights = bmi_step_find_array(&s->state, "weights");
    nearest w = { .o = how->options,
                  .rows = rows->at,
                  .means = bmi_step_find_array(&s->state, "means")->at,
                  .weights = weights ? weights->at : NULL,
                  .n = rows->rows,
                  .columns = rows->columns,
                  .f = f,
                  .at = at };
    int64_t missing = 0;
    for (int64_t c = 0; c < w.columns; c++) missing += f->rows - bmi_frame_present(f, at[c]);
    f->counted.missing += missing;
    if (!missing) return BM_OK;
    const int parts = f->rows < PARTS ? (int)f->rows : PARTS;
    w.most =
        (weights ? w.n : w.o->neighbors) + 1; /* one more than count: it pushes another out; light rows may all be needed */
    w.room_of = (size_t)(w.columns + w.n + 3 * w.most);
    w.room = bmi_alloc_raw(f->context, (size_t)parts * w.room_of, sizeof *w.room);
    if (!w.room) return bmi_step_no_memory(how, (size_t)parts * w.room_of * sizeof *w.room);
    bmi_parallel_exact(f->context, parts, fill, &w);
    bmi_release(f->context, w.room, (size_t)parts * w.room_of, sizeof *w.room);
    return BM_OK;
}

static bool lawful(const bmi_recipe_step *s)
{
    const bmi_step_array *rows = bmi_step_find_array(&s->state, "rows"), *means = bmi_step_find_array(&s->state, "means");
    if (!rows || !means || means->rows != 1 || rows->columns != (int64_t)s->n_columns || means->columns != rows->columns)
        return false;
    const bmi_step_array *weights = bmi_step_find_array(&s->state, "weights");
    if (weights && (weights->rows != rows->rows || weights->columns != 1)) return false;
    for (int64_t i = 0; weights && i < weights->rows; i++)
        if (!(weights->at[i] > 0) || isinf(weights->at[i])) return false;
    for (int64_t i = 0; i < rows->rows * rows->columns; i++)
        if (isinf(rows->at[i])) return false;
    for (int64_t i = 0; i < means->columns; i++)
        if (!isfinite(means->at[i])) return false;
    return true;
}

static const bmi_step_example examples[] = {
    { .options = "2",
      .table = "a,b,c\n1,2,NA\n3,4,3\nNA,6,5\n8,8,7\n",
      .out = "a,b,c\n1,2,4\n3,4,3\n5.5,6,5\n8,8,7\n",
      .source = "scikit-learn KNNImputer, its own example" },
    { .options = "2,weights=distance",
      .table = "a,b,c\n1,2,NA\n3,4,3\nNA,6,5\n8,8,7\n",
      .rows = "a,b,c\n3,4,NA\nNA,NA,NA\n2,NA,1\n",
      .out = "a,b,c\n3,4,3\n4,5,5\n2,2.7748517734455858,1\n",
      .source = "scikit-learn KNNImputer" },
};

static const bmi_step_kind impute_nearest = {
    .size = sizeof(bmi_step_kind),
    .name = "impute_nearest",
    .options_size = sizeof(bm_step_impute_nearest_options),
    .fields = fields,
    .doc = "missing numbers get the mean of those of the k nearest training rows",
    .source = "Troyanskaya et al., \"Missing value estimation methods for DNA microarrays\", 2001",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .keeps_values = true,
    .writes = true,
    .takes = takes,
    .takes_what = "numbers",
    .fit_whole = fit,
    .apply_whole = apply,
    .lawful_whole = lawful,
};
const bmi_kind bmi_kinds_step_impute_nearest[] = { { "step", "impute_nearest", &impute_nearest }, { 0 } };
