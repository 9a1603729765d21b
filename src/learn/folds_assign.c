// SPDX-License-Identifier: Apache-2.0
/* Rows to folds: as they come, by classes, by groups, by both. Without shuffling these are the rules of scikit-learn's KFold,
 * StratifiedKFold, GroupKFold and StratifiedGroupKFold.
 */
#include "learn/folds.h"
#include <math.h>
#include <string.h>

void bmi_folds_plain(int64_t n, int64_t k, const int64_t *order, int32_t *fold_of)
{
    int64_t at = 0;
    for (int64_t f = 0; f < k; f++) /* the first n % k folds have one row more */
        for (int64_t end = at + n / k + (f < n % k); at < end; at++) fold_of[order ? order[at] : at] = (int32_t)f;
}

/* Classes numbered as they first come. */
static void renumber(int64_t n, const int32_t *classes, int64_t n_classes, int64_t *as, int64_t *count)
{
    int64_t next = 0;
    for (int64_t c = 0; c < n_classes; c++) as[c] = -1;
    for (int64_t i = 0; i < n; i++) {
        if (as[classes[i]] < 0) as[classes[i]] = next++;
        count[as[classes[i]]]++;
    }
}

bool bmi_folds_stratified(bm_context *context, int64_t n, int64_t k, const int32_t *classes, int64_t n_classes,
                          const int64_t *order, int32_t *fold_of)
{
    const size_t room = (size_t)n_classes * (size_t)(k + 2);
    int64_t *memory = bmi_alloc(context, room, sizeof *memory), at = 0;
    if (!memory) return false;
    int64_t *const as = memory, *const count = memory + n_classes, *const left = count + n_classes; /* classes x folds */
    renumber(n, classes, n_classes, as, count);
    for (int64_t c = 0; c < n_classes; c++) /* all rows sorted by class are dealt to the folds in turn */
        for (int64_t i = 0; i < count[c]; i++) left[c * k + at++ % k]++;
    for (int64_t c = 0; c < n_classes; c++) count[c] = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = order ? order[i] : i, c = as[classes[row]];
        while (!left[c * k + count[c]]) count[c]++; /* the fold that this class fills now */
        left[c * k + count[c]]--;
        fold_of[row] = (int32_t)count[c];
    }
    bmi_release(context, memory, room, sizeof *memory);
    return true;
}

typedef struct grouping {
    int64_t k, groups, classes;
    double *counts;  /* groups x classes: rows */
    double *key;     /* of groups: the larger the earlier, of equals */
    double *rank;    /* the smaller */
    double *filled;  /* folds x classes */
    double *all;     /* classes */
    int64_t *sorted; /* groups */
    int32_t *fold;   /* of groups */
} grouping;

static bool before(const grouping *g, int64_t a, int64_t b)
{
    return g->key[a] > g->key[b] || (g->key[a] == g->key[b] && g->rank[a] < g->rank[b]);
}

/* Groups by falling key; of equals the first in `order` comes first (Shell's sort). */
static void sort(grouping *g, const int64_t *order)
{
    for (int64_t i = 0; i < g->groups; i++) {
        g->sorted[i] = order ? order[i] : i;
        g->rank[g->sorted[i]] = (double)i;
    }
    for (int64_t gap = g->groups / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (int64_t i = gap; i < g->groups; i++) {
            const int64_t one = g->sorted[i];
            int64_t j = i;
            for (; j >= gap && before(g, one, g->sorted[j - gap]); j -= gap) g->sorted[j] = g->sorted[j - gap];
            g->sorted[j] = one;
        }
}

static double deviation(const double *x, int64_t n, int64_t apart)
{
    double mean = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) mean += x[i * apart];
    mean /= (double)n;
    for (int64_t i = 0; i < n; i++) sum += (x[i * apart] - mean) * (x[i * apart] - mean);
    return sqrt(sum / (double)n);
}

static double rows_of(const grouping *g, int64_t fold)
{
    double rows = 0;
    for (int64_t c = 0; c < g->classes; c++) rows += g->filled[fold * g->classes + c];
    return rows;
}

static void fill(grouping *g, int64_t fold, int64_t group, double sign)
{
    for (int64_t c = 0; c < g->classes; c++) g->filled[fold * g->classes + c] += sign * g->counts[group * g->classes + c];
}

/* How uneven the classes would be over the folds if a group came to this one: mean over classes of the deviation of its shares. */
static double unevenness(grouping *g, int64_t fold, int64_t group)
{
    double sum = 0;
    fill(g, fold, group, 1);
    for (int64_t c = 0; c < g->classes; c++) sum += g->all[c] > 0 ? deviation(g->filled + c, g->k, g->classes) / g->all[c] : 0;
    fill(g, fold, group, -1);
    return sum / (double)g->classes;
}

static int64_t best_fold(grouping *g, int64_t group)
{
    double least = INFINITY, fewest = INFINITY;
    int64_t best = 0;
    for (int64_t f = 0; f < g->k; f++) {
        const double rows = rows_of(g, f), uneven = g->classes > 1 ? unevenness(g, f, group) : rows;
        const bool close = fabs(uneven - least) <= 1e-8 + 1e-5 * fabs(least);
        if (g->classes > 1 ? uneven < least || (close && rows < fewest) : rows < least) {
            least = uneven;
            fewest = rows;
            best = f;
        }
    }
    return best;
}

bool bmi_folds_grouped(bm_context *context, int64_t n, int64_t k, const bmi_folds_by *by, const int64_t *order,
                       int32_t *fold_of)
{
    grouping g = { .k = k, .groups = by->n_groups, .classes = by->classes ? by->n_classes : 1 };
    const size_t groups = (size_t)g.groups, classes = (size_t)g.classes,
                 numbers = groups * (classes + 2) + classes * ((size_t)k + 1);
    double *memory = bmi_alloc(context, numbers, sizeof *memory);
    g.sorted = bmi_alloc(context, groups, sizeof *g.sorted);
    g.fold = bmi_alloc(context, groups, sizeof *g.fold);
    const bool fine = memory && g.sorted && g.fold;
    if (fine) {
        g.counts = memory;
        g.key = g.counts + groups * classes;
        g.rank = g.key + groups;
        g.filled = g.rank + groups;
        g.all = g.filled + (size_t)k * classes;
        for (int64_t i = 0; i < n; i++) {
            const int64_t c = by->classes ? by->classes[i] : 0;
            g.counts[by->groups[i] * g.classes + c]++;
            g.all[c]++;
        }
        for (int64_t i = 0; i < g.groups; i++)
            g.key[i] = by->classes ? deviation(g.counts + i * g.classes, g.classes, 1) : g.counts[i];
        sort(&g, order);
        for (int64_t i = 0; i < g.groups; i++) {
            const int64_t group = g.sorted[i], f = best_fold(&g, group);
            g.fold[group] = (int32_t)f;
            fill(&g, f, group, 1);
        }
        for (int64_t i = 0; i < n; i++) fold_of[i] = g.fold[by->groups[i]];
    }
    bmi_release(context, g.fold, groups, sizeof *g.fold);
    bmi_release(context, g.sorted, groups, sizeof *g.sorted);
    bmi_release(context, memory, numbers, sizeof *memory);
    return fine;
}
