// SPDX-License-Identifier: Apache-2.0
/* Splitting by groups: the rows of a group (a patient, a day, a machine) all go to one part, so that a model is judged on groups that it
 * has not seen. Groups are mixed by the seed and then placed, the large ones first, each where the parts' classes come nearest to their
 * shares: where the sum over classes of (rows that are still wanted)^2 falls most, in parts of the class. */
#include "base/random.h"
#include "data/dataset.h"
#include <inttypes.h>
#include <string.h>

typedef struct group {
    int64_t rows, first; /* in `members` */
    int part;
} group;

typedef struct placing {
    bm_context *context;
    int64_t n, n_groups, n_classes; /* at least one class */
    const int32_t *classes;         /* or null: all rows are class 0 */
    group *groups;
    int64_t *members; /* the rows, group by group */
    int64_t *mixed, *by_size, *heads;
    double *wanted; /* [part][class] */
    int64_t *have;  /* rows of each class, in all and in the group that is placed */
    int64_t *here;
    int64_t rows[3], count[3]; /* rows and groups of each part */
} placing;

static bool make(placing *p)
{
    const size_t groups = (size_t)p->n_groups, classes = (size_t)p->n_classes;
    p->groups = bmi_alloc(p->context, groups, sizeof *p->groups);
    p->members = bmi_alloc_raw(p->context, (size_t)p->n, sizeof *p->members);
    p->mixed = bmi_alloc_raw(p->context, groups, sizeof *p->mixed);
    p->by_size = bmi_alloc_raw(p->context, groups, sizeof *p->by_size);
    p->heads = bmi_alloc(p->context, (size_t)p->n + 2, sizeof *p->heads);
    p->wanted = bmi_alloc(p->context, 3 * classes, sizeof *p->wanted);
    p->have = bmi_alloc(p->context, classes, sizeof *p->have);
    p->here = bmi_alloc(p->context, classes, sizeof *p->here);
    return p->groups && p->members && p->mixed && p->by_size && p->heads && p->wanted && p->have && p->here;
}

static void end(placing *p)
{
    const size_t groups = (size_t)p->n_groups, classes = (size_t)p->n_classes;
    bmi_release(p->context, p->groups, groups, sizeof *p->groups);
    bmi_release(p->context, p->members, (size_t)p->n, sizeof *p->members);
    bmi_release(p->context, p->mixed, groups, sizeof *p->mixed);
    bmi_release(p->context, p->by_size, groups, sizeof *p->by_size);
    bmi_release(p->context, p->heads, (size_t)p->n + 2, sizeof *p->heads);
    bmi_release(p->context, p->wanted, 3 * classes, sizeof *p->wanted);
    bmi_release(p->context, p->have, classes, sizeof *p->have);
    bmi_release(p->context, p->here, classes, sizeof *p->here);
}

static int64_t class_of(const placing *p, int64_t row)
{
    return p->classes ? p->classes[row] : 0;
}

/* Rows group by group, and the groups mixed by the seed, then from the largest to the smallest (counted, so that equals stay mixed). */
static void collect(placing *p, const int32_t *group_of, uint64_t seed)
{
    int64_t first = 0;
    for (int64_t i = 0; i < p->n; i++) p->groups[group_of[i]].rows++;
    for (int64_t g = 0; g < p->n_groups; first += p->groups[g++].rows) p->groups[g].first = first;
    for (int64_t g = 0; g < p->n_groups; g++) p->groups[g].rows = 0;
    for (int64_t i = 0; i < p->n; i++) {
        group *g = &p->groups[group_of[i]];
        p->members[g->first + g->rows++] = i;
        p->have[class_of(p, i)]++;
    }
    bmi_random_permutation(seed, bmi_random_stream(BMI_STREAM_SPLIT, 0), p->mixed, p->n_groups);
    for (int64_t g = 0; g < p->n_groups; g++) p->heads[p->n - p->groups[g].rows + 1]++;
    for (int64_t k = 1; k <= p->n + 1; k++) p->heads[k] += p->heads[k - 1];
    for (int64_t k = 0; k < p->n_groups; k++) {
        const int64_t g = p->mixed[k];
        p->by_size[p->heads[p->n - p->groups[g].rows]++] = g;
    }
}

/* How much nearer a part comes to its shares by the group whose classes are counted in `here`. */
static double gain(const placing *p, const group *g, int part)
{
    double all = 0;
    for (int64_t i = 0; i < g->rows; i++) { /* (w^2 - (w - h)^2) of each class, shared among its h rows */
        const int64_t k = class_of(p, p->members[g->first + i]);
        all += (2 * p->wanted[part * p->n_classes + k] - (double)p->here[k]) / (double)p->have[k];
    }
    return all;
}

static void put(placing *p, group *g, int part)
{
    g->part = part;
    p->rows[part] += g->rows;
    p->count[part]++;
}

static void place(placing *p, const int64_t want[3])
{
    for (int part = 0; part < 3; part++)
        for (int64_t k = 0; k < p->n_classes; k++)
            p->wanted[part * p->n_classes + k] = (double)p->have[k] * (double)want[part] / (double)p->n;
    for (int64_t i = 0; i < p->n_groups; i++) {
        group *g = &p->groups[p->by_size[i]];
        const int64_t *rows = p->members + g->first;
        for (int64_t r = 0; r < g->rows; r++) p->here[class_of(p, rows[r])]++;
        int best = 0;
        double most = gain(p, g, 0);
        for (int part = 1; part < 3; part++) {
            const double other = want[part] ? gain(p, g, part) : most - 1;
            if (other > most) {
                best = part;
                most = other;
            }
        }
        put(p, g, best);
        for (int64_t r = 0; r < g->rows; r++) {
            const int64_t k = class_of(p, rows[r]);
            p->here[k] = 0;
            p->wanted[best * p->n_classes + k]--;
        }
    }
}

/* A part that got nothing takes the smallest group of the part that has the most of them. */
static bool fill(placing *p, const int64_t want[3])
{
    for (int part = 0; part < 3; part++) {
        if (!want[part] || p->count[part]) continue;
        int from = 0;
        for (int other = 1; other < 3; other++)
            if (p->count[other] > p->count[from]) from = other;
        if (p->count[from] < 2) return false;
        int64_t i = p->n_groups - 1;
        while (p->groups[p->by_size[i]].part != from) i--;
        group *g = &p->groups[p->by_size[i]];
        p->rows[from] -= g->rows;
        p->count[from]--;
        put(p, g, part);
    }
    return true;
}

bm_status bmi_split_groups(bmi_error *e, bm_place here, bm_context *context, int64_t n, const bmi_split_by *by, uint64_t seed,
                           int64_t *order, int64_t counts[3])
{
    placing p = { .context = context, .n = n, .n_groups = by->n_groups, .classes = by->n_classes > 0 ? by->classes : NULL };
    p.n_classes = p.classes ? by->n_classes : 1;
    bm_status st = make(&p) ? BM_OK : bmi_fail_memory(e, here, (size_t)n * 8, "to split rows by groups");
    if (!st) {
        collect(&p, by->groups, seed);
        place(&p, counts);
        if (!fill(&p, counts))
            st = bmi_fail_as(e, BMI_CAUSE_FEW_ROWS, BM_E_DATA, here, "split: %" PRId64 " group%s too few for %d parts",
                             p.n_groups, p.n_groups == 1 ? " is" : "s are", 1 + (counts[1] > 0) + (counts[2] > 0));
    }
    if (!st) {
        int64_t at[3] = { 0, p.rows[0], p.rows[0] + p.rows[1] };
        for (int64_t i = 0; i < n; i++) order[at[p.groups[by->groups[i]].part]++] = i;
        memcpy(counts, p.rows, sizeof p.rows);
    }
    end(&p);
    return st;
}
