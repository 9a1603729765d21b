// SPDX-License-Identifier: Apache-2.0
/* Metrics of ranks: areas under the ROC curve and under the precision-recall curve, Gini's coefficient, Kolmogorov and Smirnov's distance.
 *
 * The area under the ROC curve is the chance that a row of class 1 scores above a row of class 0, equal scores counting half (Hanley and
 * McNeil, 1982): each group of equal scores adds (weight of class 1) x (weight of class 0 below + half of the group's own). Of several
 * classes: one class against the rest, or each pair of classes by the scores of both (Hand and Till, 2001), averaged over classes or
 * pairs, plainly or by their rows. A class without rows, or with all of them, has no such curve.
 */
#include "nn/metrics/metric.h"

typedef double of_groups(const bm_metric_input *in, const bmi_score_groups *g);

static double roc(const bm_metric_input *in, const bmi_score_groups *g)
{
    double below = 0, sum = 0;
    (void)in;
    for (int64_t i = 0; i < g->n; i++) {
        sum += g->at[i].ones * (below + g->at[i].zeros / 2);
        below += g->at[i].zeros;
    }
    return sum / (g->ones * g->zeros);
}

static double gini(const bm_metric_input *in, const bmi_score_groups *g)
{
    return 2 * roc(in, g) - 1;
}

static double distance(const bm_metric_input *in, const bmi_score_groups *g)
{
    double ones = 0, zeros = 0, most = 0;
    (void)in;
    for (int64_t i = 0; i < g->n; i++) {
        ones += g->at[i].ones;
        zeros += g->at[i].zeros;
        most = fmax(most, zeros / g->zeros - ones / g->ones);
    }
    return most;
}

/* Of thresholds downwards, precision P and recall R: sum (R - R before) P, and the same by trapezia from precision 1 at recall 0 on. */
static double precision_area(const bmi_score_groups *g, bool trapezia)
{
    double ones = 0, all = 0, before = 1, sum = 0;
    for (int64_t i = g->n; i-- > 0;) {
        ones += g->at[i].ones;
        all += g->at[i].ones + g->at[i].zeros;
        const double precision = all > 0 ? ones / all : 1;
        sum += g->at[i].ones / g->ones * (trapezia ? (precision + before) / 2 : precision);
        before = precision;
    }
    return sum;
}

static double steps(const bm_metric_input *in, const bmi_score_groups *g)
{
    (void)in;
    return precision_area(g, false);
}

static double trapezia(const bm_metric_input *in, const bmi_score_groups *g)
{
    (void)in;
    return precision_area(g, true);
}

/* One class against the rest, or one other; `both` sides must have rows. `rows`: the weight of its own. */
static double of_class(const bm_metric_input *in, int64_t class, int64_t against, bool both, of_groups *of, double *rows)
{
    bmi_score_groups g;
    char text[BMI_CLASS_TEXT];
    if (!bmi_groups_of(in, class, against, &g)) return NAN;
    *rows = g.ones;
    const int64_t named = bmi_groups_column(in) < 0 || class ? class : 1;
    if (!(g.ones > 0)) return bmi_metric_undefined(in, "no row is of %s", bmi_class_text(in, named, text));
    if (both && !(g.zeros > 0)) return bmi_metric_undefined(in, "all rows are of %s", bmi_class_text(in, named, text));
    return of(in, &g);
}

/* One against the rest: the mean over classes, or by their rows. */
static double rest(const bm_metric_input *in, bool both, bool weighted, of_groups *of)
{
    const int64_t only = bmi_groups_column(in);
    double sum = 0, all = 0, rows = 0;
    if (only >= 0) return of_class(in, only, -1, both, of, &rows);
    for (int64_t k = 0; k < in->columns; k++) {
        const double value = of_class(in, k, -1, both, of, &rows), w = weighted ? rows : 1;
        if (isnan(value)) return NAN;
        sum += w * value;
        all += w;
    }
    return sum / all;
}

/* Each pair of classes, by the scores of both: the mean over pairs, or by their rows. */
static double pairs(const bm_metric_input *in, bool weighted)
{
    double sum = 0, all = 0, ones = 0, zeros = 0;
    if (bmi_groups_column(in) >= 0) return rest(in, true, false, roc);
    if (bmi_of_labels(in)) return bmi_metric_undefined(in, "labels that do not exclude each other are no pairs of classes");
    for (int64_t a = 0; a < in->columns; a++)
        for (int64_t b = a + 1; b < in->columns; b++) {
            const double one = of_class(in, a, b, true, roc, &ones);
            const double other = isnan(one) ? one : of_class(in, b, a, true, roc, &zeros), w = weighted ? ones + zeros : 1;
            if (isnan(other)) return NAN;
            sum += w * (one + other) / 2;
            all += w;
        }
    return sum / all;
}

#define ALL(name_, expression)                                              \
    static double name_##_all(const bm_metric_input *in, const double p[2]) \
    {                                                                       \
        (void)p;                                                            \
        return expression;                                                  \
    }
ALL(roc_auc, rest(in, true, false, roc))
ALL(roc_auc_weighted, rest(in, true, true, roc))
ALL(roc_auc_ovo, pairs(in, false))
ALL(roc_auc_ovo_weighted, pairs(in, true))
ALL(average_precision, rest(in, false, false, steps))
ALL(average_precision_weighted, rest(in, false, true, steps))
ALL(pr_auc, rest(in, false, false, trapezia))
ALL(gini, rest(in, true, false, gini))
ALL(ks, rest(in, true, false, distance))

#define RANKS(name_) .maximize = true, .all = name_##_all, .scratch = bmi_groups_scratch
#define FOUR ".1, .4, .35, .8 | 0, 0, 1, 1 = "
#define AREA "sum over pairs of class 1 and 0 of w w ([y1 > y0] + [y1 = y0] / 2) / (w1 w0)"
#define PRECISION "sum (R - R before) P of thresholds downwards"
BMI_METRIC(roc_auc, "area under the ROC curve; of several classes the mean over one against the rest", AREA,
           "scikit-learn roc_auc_score, multi_class=\"ovr\"", FOUR ".75", RANKS(roc_auc));
BMI_METRIC(roc_auc_weighted, "area under the ROC curve, over one against the rest by the class's rows",
           "sum_k rows_k AUC_k / rows", "scikit-learn roc_auc_score, multi_class=\"ovr\", average=\"weighted\"", FOUR ".75",
           RANKS(roc_auc_weighted));
BMI_METRIC(roc_auc_ovo, "area under the ROC curve, mean over pairs of classes", "mean_jk (AUC_j|k + AUC_k|j) / 2",
           "scikit-learn roc_auc_score, multi_class=\"ovo\"; Hand and Till, 2001", FOUR ".75", RANKS(roc_auc_ovo));
BMI_METRIC(roc_auc_ovo_weighted, "area under the ROC curve, over pairs of classes by their rows",
           "sum_jk rows_jk (AUC_j|k + AUC_k|j) / 2 / sum_jk rows_jk",
           "scikit-learn roc_auc_score, multi_class=\"ovo\", average=\"weighted\"", FOUR ".75", RANKS(roc_auc_ovo_weighted));
BMI_METRIC(average_precision, "area under the precision-recall curve by steps; of several classes the macro mean", PRECISION,
           "scikit-learn average_precision_score", FOUR ".83333333333333333", RANKS(average_precision));
BMI_METRIC(average_precision_weighted, "area under the precision-recall curve by steps, over classes by their rows",
           "sum_k rows_k AP_k / rows", "scikit-learn average_precision_score, average=\"weighted\"", FOUR ".83333333333333333",
           RANKS(average_precision_weighted));
BMI_METRIC(pr_auc, "area under the precision-recall curve by trapezia; of several classes the macro mean",
           "sum (R - R before)(P + P before) / 2 of thresholds downwards", "scikit-learn auc of precision_recall_curve",
           FOUR ".79166666666666667", RANKS(pr_auc));
BMI_METRIC(gini, "Gini's coefficient of ranks; of several classes the macro mean", "2 AUC - 1", "Somers' D of two classes",
           FOUR ".5", RANKS(gini));
BMI_METRIC(ks, "Kolmogorov and Smirnov's distance of both classes' scores; of several classes the macro mean",
           "max (recall - share of others above) over thresholds", "scipy.stats.ks_2samp, alternative=\"greater\"", FOUR ".5",
           RANKS(ks));

const bmi_kind bmi_kinds_metric_area[] = {
    BMI_METRIC_KIND(roc_auc),
    BMI_METRIC_KIND(roc_auc_weighted),
    BMI_METRIC_KIND(roc_auc_ovo),
    BMI_METRIC_KIND(roc_auc_ovo_weighted),
    BMI_METRIC_KIND(average_precision),
    BMI_METRIC_KIND(average_precision_weighted),
    BMI_METRIC_KIND(pr_auc),
    BMI_METRIC_KIND(gini),
    BMI_METRIC_KIND(ks),
    { 0 },
};
