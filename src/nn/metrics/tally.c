// SPDX-License-Identifier: Apache-2.0
/* Scores of class probabilities that come in parts. Sums are taken row by row in order, as the metrics take them. */
#include "nn/metrics/tally.h"
#include <string.h>

static double weight_of(const bmi_tally *t, int64_t row)
{
    return t->weight ? (double)t->weight[row - t->base] : 1;
}

bm_status bmi_tally_begin(bmi_tally *t, bmi_error *e, bm_place here)
{
    int64_t n = t->seen > t->classes ? t->seen : t->classes;
    for (int64_t i = 0; !t->seen && i < t->rows; i++) {
        if (t->truth[i] < 0)
            return bmi_fail(e, BM_E_DATA, here, "evaluate: the class of row %lld is %d, classes are 0 or more", (long long)i,
                            (int)t->truth[i]);
        if (t->truth[i] >= n) n = (int64_t)t->truth[i] + 1;
    }
    t->arena = (bmi_arena){ .context = t->context };
    double *counts = bmi_arena_alloc(&t->arena, (size_t)n, 3 * sizeof *counts);
    const size_t kept = t->no_areas || t->constant ? 0 : (size_t)t->rows;
    t->own = bmi_arena_alloc(&t->arena, kept + 1, sizeof *t->own);
    t->numbers = bmi_arena_alloc(&t->arena, (size_t)bmi_class_counts_size(n), sizeof *t->numbers);
    if (!counts || !t->own || !t->numbers)
        return bmi_fail_memory(e, here, ((size_t)(3 * n) + kept) * sizeof(double), "scores of classes");
    t->counts = (bmi_class_counts){ n, counts, counts + n, counts + 2 * n, 0 };
    return BM_OK;
}

void bmi_tally_end(bmi_tally *t)
{
    bmi_arena_end(&t->arena);
}

void bmi_tally_rows(bmi_tally *t, const double *p, int64_t apart, int64_t first, int64_t rows)
{
    for (int64_t i = first; i < first + rows; i++, p += apart) {
        const double w = weight_of(t, i);
        const int64_t truth = t->truth[i - t->base];
        if (w == 0) continue; /* no row, whatever stands in it */
        const bool known = truth < t->classes;
        bool nan = false, outside = false;
        int64_t best = 0;
        for (int64_t k = 0; k < t->classes; k++) {
            nan |= isnan(p[k]) != 0;
            outside |= !(p[k] >= 0 && p[k] <= 1);
            if (p[k] > p[best]) best = k;
        }
        if (t->classes == 2) best = bmi_is_second(p, t->threshold);
        nan |= !(w >= 0 && isfinite(w));
        t->bad |= nan;
        t->counts.all += w;
        bmi_class_count(&t->counts, best, truth, w);
        if (!known) continue;
        if (!t->no_areas && !t->constant) t->own[i] = p[truth];
        t->bad_known |= nan;
        t->improbable |= outside;
        t->weighs_known += w;
        t->surprise += w * bmi_surprise(p[truth]);
    }
}

/* ---- areas ---- */

/* Of two classes there is one area, that of the second. */
static int64_t first_area(const bmi_tally *t)
{
    return t->classes == 2 ? 1 : 0;
}

static bool is_known(const bmi_tally *t)
{
    return !t->bad_known && t->weighs_known > 0 && isfinite(t->weighs_known);
}

bool bmi_tally_sort(bmi_tally *t, bmi_error *e, bm_place here)
{
    const int64_t n = t->classes;
    if (!is_known(t) || t->no_areas || t->constant) return false;
    for (int64_t k = first_area(t); k < n; k++)
        if (!(t->counts.hit[k] + t->counts.missed[k] > 0)) return false;
    t->first = bmi_arena_alloc(&t->arena, (size_t)n + 2, sizeof *t->first);
    bmi_scored *sorted = bmi_arena_alloc(&t->arena, (size_t)t->rows + 1, sizeof *sorted);
    double *gap = bmi_arena_alloc(&t->arena, (size_t)(2 * t->rows + n), sizeof *gap);
    if (!t->first || !sorted || !gap) {
        bmi_fail_memory(e, here, (size_t)t->rows * 32, "the area under the ROC curve");
        return false;
    }
    int64_t *next = t->first + 1; /* counted two behind, so that filling a class leaves where the following one begins */
    for (int64_t i = 0; i < t->rows; i++)
        if (t->truth[i] < n) t->first[t->truth[i] + 2]++;
    for (int64_t k = 0; k < n; k++) next[k + 1] += next[k];
    for (int64_t i = 0; i < t->rows; i++)
        if (t->truth[i] < n) sorted[next[t->truth[i]]++] = (bmi_scored){ t->own[i], i };
    for (int64_t k = 0; k < n; k++) bmi_sort_scored(sorted + t->first[k], t->first[k + 1] - t->first[k]);
    t->sorted = sorted;
    t->gap = gap;
    t->level = gap + t->rows;
    t->above = gap + 2 * t->rows;
    return true;
}

/* A row of another class, weighing w, beside the sorted rows of class k. */
static void drop(bmi_tally *t, int64_t k, double y, double w)
{
    int64_t low = t->first[k], high = t->first[k + 1];
    const int64_t end = high;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (t->sorted[middle].score < y) low = middle + 1;
        else high = middle;
    }
    if (low == end) t->above[k] += w;
    else if (t->sorted[low].score == y) t->level[low] += w;
    else t->gap[low] += w;
}

void bmi_tally_areas(bmi_tally *t, const double *p, int64_t apart, int64_t first, int64_t rows)
{
    for (int64_t i = first; i < first + rows; i++, p += apart) {
        const double w = weight_of(t, i);
        if (t->truth[i] >= t->classes) continue;
        for (int64_t k = first_area(t); k < t->classes; k++)
            if (k != t->truth[i]) drop(t, k, p[k], w);
    }
}

static double area(const bmi_tally *t, int64_t k)
{
    double below = 0, ones_all = 0, sum = 0;
    for (int64_t i = t->first[k], next; i < t->first[k + 1]; i = next) {
        double ones = 0;
        for (next = i; next < t->first[k + 1] && t->sorted[next].score == t->sorted[i].score; next++)
            ones += weight_of(t, t->sorted[next].row);
        below += t->gap[i];
        sum += ones * (below + t->level[i] / 2);
        below += t->level[i];
        ones_all += ones;
    }
    below += t->above[k];
    return below > 0 && ones_all > 0 ? sum / (below * ones_all) : NAN;
}

static double areas(const bmi_tally *t)
{
    double sum = 0;
    for (int64_t k = first_area(t); t->constant && k < t->classes; k++) {
        const double there = t->counts.hit[k] + t->counts.missed[k];
        if (!is_known(t) || !(there > 0 && there < t->weighs_known)) return NAN;
    }
    if (t->constant) return .5;
    if (!t->sorted) return NAN;
    for (int64_t k = first_area(t); k < t->classes; k++) sum += area(t, k);
    return sum / (double)(t->classes - first_area(t));
}

bool bmi_tally_has(const bmi_tally *t, const bm_metric_kind *kind, const double p[2])
{
    return !strcmp(kind->name, "roc_auc") || !strcmp(kind->name, "log_loss") ||
           bmi_class_counts_threshold(kind, p) == (t->classes == 2 ? t->threshold : bmi_class_counts_threshold(kind, p));
}

static double area_or_why(const bmi_tally *t, const bm_metric_input *in)
{
    const double value = areas(t);
    char text[BMI_CLASS_TEXT];
    if (!isnan(value)) return value;
    if (t->bad_known) return bmi_metric_undefined(in, "a prediction is not finite, or a weight");
    if (t->no_areas)
        return bmi_metric_undefined(in, "it takes 48 bytes a row, and there are no %lld MB for that",
                                    (long long)(((size_t)t->rows * 48 >> 20) + 1));
    for (int64_t k = 0; k < t->classes; k++) {
        const double there = t->counts.hit[k] + t->counts.missed[k];
        if (!(there > 0)) return bmi_metric_undefined(in, "no row is of %s", bmi_class_text(in, k, text));
        if (there == t->weighs_known) return bmi_metric_undefined(in, "all rows are of %s", bmi_class_text(in, k, text));
    }
    return bmi_metric_undefined(in, "its numbers are too large, or none");
}

double bmi_tally_value(const bmi_tally *t, const bm_metric_kind *kind, const double p[2], char why[BM_WHY])
{
    const bm_metric_input in = { .rows = t->rows,
                                 .columns = t->classes,
                                 .target_columns = 1,
                                 .output = BM_OUTPUT_CLASSES,
                                 .why = why,
                                 .classes = t->counts.classes,
                                 .class_names = t->class_names };
    *why = 0;
    if (!strcmp(kind->name, "roc_auc")) return area_or_why(t, &in);
    if (!strcmp(kind->name, "log_loss")) {
        if (t->bad_known) return bmi_metric_undefined(&in, "a prediction is not finite, or a weight");
        if (!(t->weighs_known > 0)) return bmi_metric_undefined(&in, "no row is of a class that the model knows");
        if (t->improbable) return bmi_metric_undefined(&in, "a prediction is no probability");
        return t->surprise / t->weighs_known;
    }
    if (t->bad || !isfinite(t->counts.all)) return bmi_metric_undefined(&in, "a prediction is not finite, or a weight");
    bmi_class_counts_put(t->numbers, &t->counts, false);
    return kind->end(t->numbers, &in, p);
}
