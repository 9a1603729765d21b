// SPDX-License-Identifier: Apache-2.0
/* Precision, recall and their harmonic mean F1. Of a class: precision = hit / (hit + wrong), recall = hit / (hit + missed),
 * F1 = 2 hit / (2 hit + wrong + missed); 0 where there is nothing to divide by.
 *   micro     of the counts summed over classes
 *   macro     mean over the classes that occur, in truth or prediction (of labels: over all)
 *   weighted  mean weighted by the class's rows in truth
 *   plain     class 1 of two classes, else macro
 * Source: as scikit-learn's precision_recall_fscore_support.
 */
#include "nn/metrics/metric.h"

typedef enum average { PLAIN, MICRO, MACRO, WEIGHTED } average;

static double ratio(bmi_f1_measure m, double hit, double wrong, double missed)
{
    const double above = m == BMI_F1 ? 2 * hit : hit,
                 below = above + (m == BMI_RECALL ? 0 : wrong) + (m == BMI_PRECISION ? 0 : missed);
    return below > 0 ? above / below : 0;
}

static double of_counts(const bmi_class_counts *c, bool labels, bmi_f1_measure m, average a)
{
    double hit = 0, wrong = 0, missed = 0, sum = 0, weight = 0;
    if (a == PLAIN && c->classes == 2 && !labels) return ratio(m, c->hit[1], c->wrong[1], c->missed[1]);
    for (int64_t k = 0; k < c->classes; k++) {
        const double there = c->hit[k] + c->missed[k], w = a == WEIGHTED ? there : labels || there + c->wrong[k] > 0;
        hit += c->hit[k];
        wrong += c->wrong[k];
        missed += c->missed[k];
        sum += w * ratio(m, c->hit[k], c->wrong[k], c->missed[k]);
        weight += w;
    }
    if (a == MICRO) return ratio(m, hit, wrong, missed);
    return weight > 0 ? sum / weight : 0;
}

double bmi_counts_f1(const bmi_class_counts *c, bmi_f1_measure m, bool macro)
{
    return of_counts(c, false, m, macro ? MACRO : PLAIN);
}

static double score(double *counts, const bm_metric_input *in, bmi_f1_measure m, average a)
{
    bmi_class_counts c;
    if (!bmi_class_counts_of(counts, in, &c)) return NAN;
    return of_counts(&c, in->output == BM_OUTPUT_LABELS && in->columns > 1, m, a);
}

#define ROW(name_, doc_, measure_, average_)                                                                \
    static double end_##name_(double *counts, const bm_metric_input *in, const double p[2])                 \
    {                                                                                                       \
        (void)p;                                                                                            \
        return score(counts, in, measure_, average_);                                                       \
    }                                                                                                       \
    BMI_METRIC(name_, doc_, .maximize = true, .counts = bmi_class_counts_size, .add = bmi_class_counts_add, \
               .end = end_##name_, BMI_THRESHOLD);
ROW(precision, "share of the rows predicted as class 1 that are; of several classes the macro mean", BMI_PRECISION, PLAIN)
ROW(precision_micro, "precision of the counts over all classes", BMI_PRECISION, MICRO)
ROW(precision_macro, "mean precision over classes", BMI_PRECISION, MACRO)
ROW(precision_weighted, "mean precision over classes by their rows", BMI_PRECISION, WEIGHTED)
ROW(recall, "share of the rows of class 1 that are found; of several classes the macro mean", BMI_RECALL, PLAIN)
ROW(recall_micro, "recall of the counts over all classes", BMI_RECALL, MICRO)
ROW(recall_macro, "mean recall over classes", BMI_RECALL, MACRO)
ROW(recall_weighted, "mean recall over classes by their rows", BMI_RECALL, WEIGHTED)
ROW(f1, "harmonic mean of precision and recall of class 1; of several classes the macro mean", BMI_F1, PLAIN)
ROW(f1_micro, "F1 of the counts over all classes", BMI_F1, MICRO)
ROW(f1_macro, "mean F1 over classes", BMI_F1, MACRO)
ROW(f1_weighted, "mean F1 over classes by their rows", BMI_F1, WEIGHTED)

const bmi_kind bmi_kinds_metric_f1[] = {
    BMI_METRIC_KIND(precision),
    BMI_METRIC_KIND(precision_micro),
    BMI_METRIC_KIND(precision_macro),
    BMI_METRIC_KIND(precision_weighted),
    BMI_METRIC_KIND(recall),
    BMI_METRIC_KIND(recall_micro),
    BMI_METRIC_KIND(recall_macro),
    BMI_METRIC_KIND(recall_weighted),
    BMI_METRIC_KIND(f1),
    BMI_METRIC_KIND(f1_micro),
    BMI_METRIC_KIND(f1_macro),
    BMI_METRIC_KIND(f1_weighted),
    { 0 },
};
