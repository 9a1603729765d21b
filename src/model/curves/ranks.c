// SPDX-License-Identifier: Apache-2.0
/* Curves over thresholds: ROC, precision-recall, detection error, cumulative gains, and the table of thresholds with its best one.
 * Source: as scikit-learn's roc_curve, precision_recall_curve and det_curve; Provost and Fawcett, "Data science for business", 2013, for
 * gains and lift.
 */
#include "base/object.h"
#include "model/curves/curve.h"
#include <string.h>

static int64_t one_more(const bmi_curve *c)
{
    return c->in.rows + 2;
}

/* Weights of class 1 and of the others from the highest score down to each group, above all first. */
typedef struct walk {
    const bmi_score_groups *g;
    int64_t at; /* groups that were taken */
    double ones, zeros;
} walk;

static bool down(walk *w)
{
    if (w->at == w->g->n) return false;
    const bmi_score_group *of = &w->g->at[w->g->n - ++w->at];
    w->ones += of->ones;
    w->zeros += of->zeros;
    return true;
}

static double score_at(const walk *w)
{
    return w->at ? w->g->at[w->g->n - w->at].score : INFINITY;
}

static const bmi_score_group *group_at(const bmi_score_groups *g, int64_t i)
{
    return &g->at[g->n - 1 - i];
}

/* Whether the line bends at a group: the next step is another than its own. */
static bool bends(const bmi_score_groups *g, int64_t i)
{
    if (i == 0 || i == g->n - 1) return true;
    const bmi_score_group *own = group_at(g, i), *next = group_at(g, i + 1);
    return own->ones != next->ones || own->zeros != next->zeros;
}

static void roc(bmi_curve *c, const bmi_score_groups *g)
{
    walk w = { .g = g };
    bmi_curve_put(c, (double[]){ 0, 0, INFINITY });
    while (down(&w))
        if (c->o.all_points || g->n <= 2 || bends(g, w.at - 1))
            bmi_curve_put(c, (double[]){ w.zeros / g->zeros, w.ones / g->ones, score_at(&w) });
}

/* Turns the points from `before` on round, and leaves out the first `first`. */
static void turn(bmi_curve *c, int64_t before, int64_t first)
{
    const int64_t n = c->points - before - first;
    for (int k = 0; k < BMI_CURVE_COLUMNS && c->kind->columns[k]; k++) {
        double *at = c->column[k] + before;
        memmove(at, at + first, (size_t)n * sizeof *at);
        for (int64_t i = 0; i < n / 2; i++) {
            const double x = at[i];
            at[i] = at[n - 1 - i];
            at[n - 1 - i] = x;
        }
    }
    c->points = before + n;
}

/* By thresholds upwards, then precision 1 at recall 0. */
static void precision_recall(bmi_curve *c, const bmi_score_groups *g)
{
    walk w = { .g = g };
    const int64_t before = c->points;
    while (down(&w)) bmi_curve_put(c, (double[]){ w.ones / (w.ones + w.zeros), w.ones / g->ones, score_at(&w) });
    turn(c, before, 0);
    bmi_curve_put(c, (double[]){ 1, 0, NAN });
}

/* From the highest threshold that finds all of class 1 on to the lowest that takes nothing wrongly. */
static void detection(bmi_curve *c, const bmi_score_groups *g)
{
    walk w = { .g = g };
    const int64_t before = c->points;
    int64_t first = 0;
    do {
        if (w.zeros == 0) first = c->points - before;
        bmi_curve_put(c, (double[]){ w.zeros / g->zeros, (g->ones - w.ones) / g->ones, score_at(&w) });
    } while (w.ones < g->ones && down(&w));
    turn(c, before, first);
}

static void gains(bmi_curve *c, const bmi_score_groups *g)
{
    walk w = { .g = g };
    const double all = g->ones + g->zeros;
    bmi_curve_put(c, (double[]){ 0, 0, NAN, INFINITY });
    while (down(&w)) {
        const double share = (w.ones + w.zeros) / all, gain = w.ones / g->ones;
        bmi_curve_put(c, (double[]){ share, gain, gain / share, score_at(&w) });
    }
}

/* a / b, 0 where b is. */
static double over(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static void thresholds(bmi_curve *c, const bmi_score_groups *g)
{
    walk w = { .g = g };
    const double ones = g->ones, zeros = g->zeros;
    while (down(&w)) {
        const double right = w.ones, wrong = w.zeros, missed = ones - right, others = zeros - wrong;
        const double below = (right + wrong) * (right + missed) * (others + wrong) * (others + missed);
        bmi_curve_put(c, (double[]){ score_at(&w), over(right, right + wrong), over(right, ones), over(others, zeros),
                                     over(2 * right, 2 * right + wrong + missed), (right + others) / (ones + zeros),
                                     (over(right, ones) + over(others, zeros)) / 2,
                                     below > 0 ? (right * others - wrong * missed) / sqrt(below) : 0,
                                     c->o.cost_wrong * wrong + c->o.cost_missed * missed, right + wrong });
    }
}

/* ---- the best ---- */
/* Counts of two classes, as metrics of classes take them, at what is taken so far. */
static void put_counts(double counts[8], const walk *w)
{
    double hit[2] = { w->g->zeros - w->zeros, w->ones }, wrong[2] = { w->g->ones - w->ones, w->zeros },
           missed[2] = { w->zeros, w->g->ones - w->ones };
    bmi_class_counts_put(counts, &(bmi_class_counts){ 2, hit, wrong, missed, w->g->ones + w->g->zeros }, false);
}

static double best_of(bmi_curve *c, const bm_metric_kind *kind, const double p[2], double *value)
{
    bmi_score_groups g;
    char why[BM_WHY] = "";
    double counts[8], best = NAN, most = NAN;
    const size_t bytes = bmi_groups_scratch(c->in.rows, c->in.columns);
    c->in.why = why;
    c->in.scratch = bmi_arena_alloc(&c->arena, bytes, 1);
    if (!c->in.scratch) bmi_fail_memory(c->e, c->here, bytes, "scores");
    else if (!bmi_groups_of(&c->in, bmi_groups_column(&c->in), -1, &g))
        bmi_fail(c->e, BM_E_DATA, c->here, "threshold: %s", why);
    if (c->e->status) return NAN;
    const bm_metric_input two = { .rows = c->in.rows, .columns = 1, .target_columns = 1, .output = BM_OUTPUT_BINARY };
    walk w = { .g = &g };
    while (down(&w)) {
        put_counts(counts, &w);
        const double now = kind->end(counts, &two, p);
        if (isnan(now) || (!isnan(most) && !(kind->maximize ? now > most : now < most))) continue;
        most = now;
        best = score_at(&w);
    }
    if (isnan(best)) bmi_fail(c->e, BM_E_DATA, c->here, "threshold: %s is not defined at any score of these rows", kind->name);
    if (value) *value = most;
    return best;
}

double bm_best_threshold_at(bm_metric metric, const bm_curve_options *options, size_t size, double *value, char *error,
                            size_t room, bm_place here)
{
    bmi_error e = { 0 };
    bmi_curve c = { .e = &e, .here = here };
    double p[2], best = NAN;
    const bm_metric_kind *kind = bmi_metric_find(&e, here, "threshold", metric, p);
    if (kind && isnan(bmi_class_counts_threshold(kind, p)))
        bmi_fail(&e, BM_E_ARGUMENT, here, "threshold: no threshold decides %s; take accuracy, f1, balanced_accuracy, mcc ...",
                 kind->name);
    if (!e.status) bmi_curve_read(&c, options, size, "threshold");
    if (!e.status && bmi_groups_column(&c.in) < 0)
        bmi_fail(&e, BM_E_ARGUMENT, here, "threshold: it is of two classes, the prediction has %lld columns",
                 (long long)c.in.columns);
    if (!e.status) best = best_of(&c, kind, p, value);
    if (error && room) snprintf(error, room, "%s", e.text);
    bmi_arena_end(&c.arena);
    return best;
}

static const bmi_curve_kind curve_roc = { "roc",
                                          "recall against the share of others that is taken, by thresholds",
                                          { "fpr", "tpr", "threshold" },
                                          one_more,
                                          roc,
                                          true,
                                          NULL };
static const bmi_curve_kind curve_pr = {
    "pr", "precision against recall, by thresholds", { "precision", "recall", "threshold" }, one_more, precision_recall, true,
    NULL
};
static const bmi_curve_kind curve_det = { "det",
                                          "share that is missed against the share of others that is taken",
                                          { "fpr", "fnr", "threshold" },
                                          one_more,
                                          detection,
                                          true,
                                          NULL };
static const bmi_curve_kind curve_gain = { "gain",
                                           "share of the class that the rows with the highest scores have, and lift",
                                           { "share", "gain", "lift", "threshold" },
                                           one_more,
                                           gains,
                                           true,
                                           NULL };
static const bmi_curve_kind curve_threshold = { "threshold",
                                                "scores of classes and costs at every threshold",
                                                { "threshold", "precision", "recall", "specificity", "f1", "accuracy",
                                                  "balanced_accuracy", "mcc", "cost", "predicted" },
                                                one_more,
                                                thresholds,
                                                true,
                                                NULL };

const bmi_kind bmi_kinds_curve_ranks[] = { BMI_CURVE_KIND(roc),  BMI_CURVE_KIND(pr),        BMI_CURVE_KIND(det),
                                           BMI_CURVE_KIND(gain), BMI_CURVE_KIND(threshold), { 0 } };
