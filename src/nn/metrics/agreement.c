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

#define COUNTED .maximize = true, .counts = bmi_class_counts_size, .add = bmi_class_counts_add, BMI_THRESHOLD
BMI_METRIC(kappa, "Cohen's kappa: agreement beyond chance", "(c/n - sum p_k t_k / n^2) / (1 - sum p_k t_k / n^2)",
           "scikit-learn cohen_kappa_score", ".2, .7, .6, .4 | 0, 1, 0, 0 = .5", COUNTED, .end = kappa_end);
BMI_METRIC(mcc, "Matthews's correlation of predicted and true classes",
           "(c n - sum p_k t_k) / sqrt((n^2 - sum p_k^2)(n^2 - sum t_k^2))", "scikit-learn matthews_corrcoef",
           ".2, .7, .6, .4 | 0, 1, 0, 0 = .57735026918962576", COUNTED, .end = mcc_end);

const bmi_kind bmi_kinds_metric_agreement[] = { BMI_METRIC_KIND(kappa), BMI_METRIC_KIND(mcc), { 0 } };
