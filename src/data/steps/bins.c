// SPDX-License-Identifier: Apache-2.0
/* Bins: a column becomes the number of the bin that a value lies in, from 0, or with `one_hot` a column for each, name=0, name=1 ...
 * Bins are of the same width between the ends of the training rows, or have the same number of rows (of their quantiles), or end between
 * the centres that k-means finds, from the middles of bins of the same width on (Lloyd, "Least squares quantization in PCM", 1982; until
 * the centres move by less than 1e-4 of the variance, as scikit-learn's KBinsDiscretizer has it). Each row counts as often as it weighs.
 * A value on an edge is in the upper bin; those outside are in the outermost. Bins without width are joined with the next, which is noted.
 * Missing cells stay missing; with `one_hot` they are in no bin, which is counted. What is kept: the edges between bins. */
#include "data/sorted.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 1000, ROUNDS = 300 };

static const char *const ways[] = {
    [BM_BINS_UNIFORM] = "uniform", [BM_BINS_QUANTILE] = "quantile", [BM_BINS_KMEANS] = "kmeans", NULL
};
static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_step_bins_options, bins, 2, MOST, 5, "how many"),
    BMI_WORD_FIELD(bm_step_bins_options, by, ways, "how they are found"),
    BMI_BOOL_FIELD(bm_step_bins_options, one_hot, "a column for each bin"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

/* The centre (of k, ascending) nearest to x, the first of equals. */
static size_t nearest(const double *centre, size_t k, double x)
{
    size_t low = 0, high = k - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (x - centre[middle] <= centre[middle + 1] - x) high = middle;
        else low = middle + 1;
    }
    return low;
}

/* Centres that have no rows go to the rows that are farthest from theirs, each to another one. */
static void fill_empty(const bmi_sorted *s, const double *centre, size_t k, double *sum, double *weight)
{
    double before = INFINITY; /* the distance of the row that was taken last */
    int64_t taken = -1;
    for (size_t c = 0; c < k; c++) {
        int64_t far = -1;
        double most = -1, last = 0, of_far = 0;
        if (weight[c] > 0) continue;
        for (int64_t i = 0; i < s->n; i++) {
            const double w = s->at[i].weight - last, d = fabs(s->at[i].number - centre[nearest(centre, k, s->at[i].number)]);
            last = s->at[i].weight;
            if (d > most && (d < before || (d == before && i > taken))) most = d, far = i, of_far = w;
        }
        if (far < 0) return; /* fewer rows than centres */
        before = most;
        taken = far;
        const size_t of = nearest(centre, k, s->at[far].number);
        sum[of] -= of_far * s->at[far].number;
        weight[of] -= of_far;
        sum[c] = of_far * s->at[far].number;
        weight[c] = of_far;
    }
}

/* One round: the centres of the rows that are nearest to each, ascending. Gives the sum of squared moves. */
static double move(const bmi_sorted *s, double *centre, size_t k, double *sum, double *weight)
{
    double last = 0, moved = 0;
    memset(sum, 0, k * sizeof *sum);
    memset(weight, 0, k * sizeof *weight);
    for (int64_t i = 0; i < s->n; i++) {
        const size_t c = nearest(centre, k, s->at[i].number);
        sum[c] += (s->at[i].weight - last) * s->at[i].number;
        weight[c] += s->at[i].weight - last;
        last = s->at[i].weight;
    }
    fill_empty(s, centre, k, sum, weight);
    for (size_t c = 0; c < k; c++) {
        const double to = weight[c] > 0 ? sum[c] / weight[c] : centre[c];
        moved += (to - centre[c]) * (to - centre[c]);
        centre[c] = to;
    }
    for (size_t c = 1; c < k; c++) /* a centre that was empty may have jumped */
        for (size_t j = c; j > 0 && centre[j - 1] > centre[j]; j--) {
            const double t = centre[j];
            centre[j] = centre[j - 1];
            centre[j - 1] = t;
        }
    return moved;
}

/* Centres by k-means, into the k first of room for 3 k. */
static void find_centres(const bmi_sorted *s, double *centre, size_t k)
{
    const double low = s->at[0].number, high = s->at[s->n - 1].number, all = bmi_sorted_weight(s);
    double mean = 0, variance = 0, last = 0;
    for (int64_t i = 0; i < s->n; last = s->at[i++].weight) mean += s->at[i].number / all * (s->at[i].weight - last);
    last = 0;
    for (int64_t i = 0; i < s->n; last = s->at[i++].weight)
        variance += (s->at[i].number - mean) * (s->at[i].number - mean) / all * (s->at[i].weight - last);
    for (size_t c = 0; c < k; c++) centre[c] = low + (high - low) * ((double)c + .5) / (double)k;
    for (int round = 0; round < ROUNDS && move(s, centre, k, centre + k, centre + 2 * k) > 1e-4 * variance; round++) {}
}

/* The edges between bins into state->numbers. */
static bm_status find_edges(const bmi_step_how *how, const bmi_frame *f, const bmi_sorted *s, bmi_step_column *state)
{
    const bm_step_bins_options *o = how->options;
    const size_t k = (size_t)o->bins;
    const double low = s->at[0].number, high = s->at[s->n - 1].number;
    double *room = bmi_alloc_raw(f->context, 3 * k, sizeof *room), last = low;
    if (!room) return bmi_step_no_memory(how, 3 * k * sizeof *room);
    if (o->by == BM_BINS_KMEANS) find_centres(s, room, k);
    for (size_t i = 1; i < k; i++) {
        const double at = (double)i / (double)k;
        const double edge = o->by == BM_BINS_UNIFORM
                                ? isfinite(high - low) ? low + (high - low) * at : low * (1 - at) + high * at
                            : o->by == BM_BINS_QUANTILE ? bmi_sorted_quantile(s, at)
                                                        : .5 * (room[i - 1] + room[i]);
        const bool wide = o->by == BM_BINS_UNIFORM ? edge > last : edge - last > 1e-8;
        if (!wide || !(edge < high)) continue;
        if (o->by != BM_BINS_UNIFORM && high - edge <= 1e-8) continue;
        state->numbers[state->n_numbers++] = last = edge;
    }
    bmi_release(f->context, room, 3 * k, sizeof *room);
    return BM_OK;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *state)
{
    bmi_sorted s;
    bm_status st = bmi_sorted_begin(how, f, column, &s);
    if (!st && !bmi_step_numbers(how, state, (size_t)((const bm_step_bins_options *)how->options)->bins))
        st = how->error->status;
    state->n_numbers = 0;
    const bool empty = !st && !s.n;
    if (!st && s.n) st = find_edges(how, f, &s, state);
    bmi_sorted_end(&s);
    const int64_t asked = ((const bm_step_bins_options *)how->options)->bins, made = (int64_t)state->n_numbers + 1;
    if (!st && made < asked &&
        !bmi_notes_add(f->context, how->notes, "%s: %" PRId64 " bin%s instead of %" PRId64 ", for %s", state->name, made,
                       made == 1 ? "" : "s", asked, empty ? "the column has no values" : "too many rows have the same values"))
        st = bmi_step_no_memory(how, 100);
    return st;
}

/* How many edges are not above x. */
static size_t bin_of(const bmi_step_column *s, double x)
{
    size_t low = 0, high = s->n_numbers;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->numbers[middle] <= x) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bm_status apply_one_hot(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    bmi_frame_column old = { 0 };
    size_t first = 0;
    bool fine = bmi_frame_replace(f, at, s->n_numbers + 1, &first, &old);
    for (size_t k = 0; fine && k <= s->n_numbers; k++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", k);
        fine = bmi_frame_name(f, first + k, s->name, "=", number);
        f->columns[first + k].indicator = true;
        memset(f->columns[first + k].numbers, 0, (size_t)f->rows * sizeof(double));
    }
    for (int64_t i = 0; fine && i < f->rows; i++) {
        f->counted.missing += isnan(old.numbers[i]);
        if (!isnan(old.numbers[i])) f->columns[first + bin_of(s, old.numbers[i])].numbers[i] = 1;
    }
    bmi_frame_column_end(f, &old);
    return fine ? BM_OK : bmi_step_no_memory(how, (size_t)f->rows * 8);
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    if (((const bm_step_bins_options *)how->options)->one_hot) return apply_one_hot(how, s, f, at);
    double *x = f->columns[at].numbers;
    for (int64_t i = 0; i < f->rows; i++) x[i] = isnan(x[i]) ? x[i] : (double)bin_of(s, x[i]);
    return BM_OK;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    for (size_t i = 1; i < s->n_numbers; i++)
        if (s->numbers[i - 1] >= s->numbers[i]) return false;
    return s->n_numbers < MOST && !s->n_texts;
}

static const bmi_step_example examples[] = {
    { .options = "4",
      .table = "a\n0\n8\n3\n",
      .rows = "a\n-1\n2\n3.9\n4\n99\n",
      .out = "a\n0\n1\n1\n2\n3\n",
      .source = "by hand: edges 2, 4, 6" },
    { .options = "2,by=quantile,one_hot",
      .table = "a\n1\n2\n3\n100\n",
      .rows = "a\n2\n50\nNA\n",
      .out = "a=0,a=1\n1,0\n0,1\n0,0\n",
      .source = "by hand: the median is 2.5" },
    { .options = "2,by=kmeans",
      .table = "a\n1\n2\n9\n10\n",
      .rows = "a\n5\n6\n",
      .out = "a\n0\n1\n",
      .source = "by hand: centres 1.5 and 9.5" },
};

static const bmi_step_kind bins = {
    .size = sizeof(bmi_step_kind),
    .name = "bins",
    .doc = "the number of the bin that a value lies in, or a column for each bin",
    .source = "Lloyd, \"Least squares quantization in PCM\", 1982",
    .options_size = sizeof(bm_step_bins_options),
    .fields = fields,
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .takes = takes,
    .takes_what = "numbers",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_bins[] = { { "step", "bins", &bins }, { 0 } };
