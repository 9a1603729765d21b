// SPDX-License-Identifier: Apache-2.0
/* Agreement of predicted and true classes beyond chance, of the counts of both: n rows, c right, t_k of class k, p_k predicted as k.
 * Cohen, "A coefficient of agreement for nominal scales", 1960; Matthews, 1975, and of several classes Gorodkin, "Comparing two K-category
 * assignments by a K-category correlation coefficient", 2004.
 */
#include "nn/metrics/metric.h"

typedef struct sums {
    double all, right, both, predicted, there; /* rows, right ones, sum p_k t_k, sum p_k^2, sum t_k^2 */
} sums;

static bool sums_of(double *counts, const bm_metric_input *in, sums *s)
{
    bmi_class_counts c;
    *s = (sums){ 0 };
    if (!bmi_class_counts_of(counts, in, &c)) return false;
    if (bmi_of_labels(in)) return bmi_metric_undefined(in, "labels that do not exclude each other have no such counts"), false;
    for (int64_t k = 0; k < c.classes; k++) {
        const double t = c.hit[k] + c.missed[k], p = c.hit[k] + c.wrong[k];
        s->all += t;
        s->right += c.hit[k];
        s->both += p * t;
        s->predicted += p * p;
        s->there += t * t;
    }
    return true;
}

static double kappa_end(double *counts, const bm_metric_input *in, const double p[2])
{
    sums s;
    (void)p;
    if (!sums_of(counts, in, &s)) return NAN;
    const double chance = s.both / (s.all * s.all);
    if (!(chance < 1)) return bmi_metric_undefined(in, "all rows are of one class and predicted as that");
    return (s.right / s.all - chance) / (1 - chance);
}

static double mcc_end(double *counts, const bm_metric_input *in, const double p[2])
{
    sums s;
    (void)p;
    if (!sums_of(counts, in, &s)) return NAN;
    const double y = s.all * s.all - s.predicted, t = s.all * s.all - s.there;
    if (y > 0 && t > 0) return (s.right * s.all - s.both) / (sqrt(y) * sqrt(t));
    bmi_metric_note(in, "all rows are %s one class: 0 by convention", t > 0 ? "predicted as" : "of");
    return 0;
}

/* ---- kappa of ordered classes: what is wrong by several classes weighs more ----
 * 1 - sum_jk d(j - k) n_jk / (sum_jk d(j - k) t_j p_k / n), d = |.| or its square. Counted: the sum of distances, the rows, whether one
 * was outside, then the rows of each class in truth and as predicted. */
static int64_t distances_counts(int64_t columns)
{
    return 2 * (columns < 2 ? 2 : columns) + 3;
}

static void distances_add(double *counts, const bm_metric_input *in, double threshold, bool squared)
{
    const int64_t n = bmi_metric_classes(in);
    double *const truths = counts + 3, *const guesses = truths + n;
    for (int64_t i = 0; i < in->rows && !bmi_of_labels(in); i++) {
        const double w = bmi_weight_of(in, i);
        if (w == 0) continue;
        const int64_t t = bmi_class_true(in, i);
        if (t < 0) counts[2] = 1;
        else {
            const int64_t p = bmi_class_predicted(in, i, threshold);
            const double d = fabs((double)(t - p));
            counts[0] += w * (squared ? d * d : d);
            counts[1] += w;
            truths[t] += w;
            guesses[p] += w;
        }
    }
}

static void linear_add(double *counts, const bm_metric_input *in, const double p[2])
{
    distances_add(counts, in, p[0], false);
}

static void quadratic_add(double *counts, const bm_metric_input *in, const double p[2])
{
    distances_add(counts, in, p[0], true);
}

/* What chance alone would make wrong. */
static double distances_end(double *counts, const bm_metric_input *in, bool squared)
{
    const int64_t n = bmi_metric_classes(in);
    const double *const truths = counts + 3, *const guesses = truths + n;
    double chance = 0;
    if (bmi_of_labels(in)) return bmi_metric_undefined(in, "labels that do not exclude each other have no order");
    if (counts[2] != 0) return bmi_metric_undefined(in, "a target is none of the %lld classes", (long long)n);
    if (!(counts[1] > 0)) return bmi_metric_undefined(in, "the rows weigh nothing");
    for (int64_t t = 0; t < n; t++)
        for (int64_t p = 0; p < n && truths[t] > 0; p++) {
            const double d = fabs((double)(t - p));
            chance += truths[t] * guesses[p] / counts[1] * (squared ? d * d : d);
        }
    return chance > 0 ? 1 - counts[0] / chance : bmi_metric_undefined(in, "all rows are of one class and predicted as that");
}

static double linear_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return distances_end(counts, in, false);
}

static double quadratic_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    return distances_end(counts, in, true);
}

#define COUNTED .maximize = true, .counts = bmi_class_counts_size, .add = bmi_class_counts_add, BMI_THRESHOLD
BMI_METRIC(kappa, "Cohen's kappa: agreement beyond chance", "(c/n - sum p_k t_k / n^2) / (1 - sum p_k t_k / n^2)",
           "scikit-learn cohen_kappa_score", ".2, .7, .6, .4 | 0, 1, 0, 0 = .5", COUNTED, .end = kappa_end);
BMI_METRIC(mcc, "Matthews's correlation of predicted and true classes",
           "(c n - sum p_k t_k) / sqrt((n^2 - sum p_k^2)(n^2 - sum t_k^2))", "scikit-learn matthews_corrcoef",
           ".2, .7, .6, .4 | 0, 1, 0, 0 = .57735026918962576", COUNTED, .end = mcc_end);

BMI_METRIC(kappa_linear, "Cohen's kappa of ordered classes: wrong by two classes is twice as wrong as by one",
           "1 - sum |j - k| n_jk / sum |j - k| t_j p_k / n", "scikit-learn cohen_kappa_score, weights=\"linear\"",
           ".8 .1 .1, .2 .5 .3, .6 .3 .1, .1 .1 .8 | 0, 1, 2, 2 = .5", .maximize = true, .counts = distances_counts,
           .add = linear_add, .end = linear_end, BMI_THRESHOLD);
BMI_METRIC(kappa_quadratic, "Cohen's kappa of ordered classes: wrong by two classes is four times as wrong as by one",
           "1 - sum (j - k)^2 n_jk / sum (j - k)^2 t_j p_k / n", "scikit-learn cohen_kappa_score, weights=\"quadratic\"",
           ".8 .1 .1, .2 .5 .3, .6 .3 .1, .1 .1 .8 | 0, 1, 2, 2 = .38461538461538464", .maximize = true,
           .counts = distances_counts, .add = quadratic_add, .end = quadratic_end, BMI_THRESHOLD);

const bmi_kind bmi_kinds_metric_agreement[] = {
    BMI_METRIC_KIND(kappa), BMI_METRIC_KIND(kappa_linear), BMI_METRIC_KIND(kappa_quadratic), BMI_METRIC_KIND(mcc), { 0 },
};
