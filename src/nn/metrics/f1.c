// SPDX-License-Identifier: Apache-2.0
/* Precision, recall and what is made of both. Of a class: precision = hit / (hit + wrong), recall = hit / (hit + missed),
 * F1 = 2 hit / (2 hit + wrong + missed), F-beta = (1 + b^2) hit / ((1 + b^2) hit + wrong + b^2 missed), Jaccard = hit / (hit + wrong +
 * missed), specificity = right rows of others / rows of others; 0 where there is nothing to divide by.
 *   micro     of the counts summed over classes
 *   macro     mean over the classes that occur, in truth or prediction (of labels: over all)
 *   weighted  mean weighted by the class's rows in truth
 *   of        of one class
 *   plain     class 1 of two classes, else macro
 * Source: as scikit-learn's precision_recall_fscore_support and jaccard_score.
 */
#include "nn/metrics/metric.h"

typedef enum measure { PRECISION, RECALL, F1, FBETA, SPECIFICITY, JACCARD } measure;
typedef enum average { PLAIN, MICRO, MACRO, WEIGHTED, OF } average;
typedef struct four {
    double hit, wrong, missed, others; /* others: right, and of other classes */
} four;

/* The share, and what it is divided by. */
static double ratio(measure m, const four *c, double beta, double *below)
{
    const double b = beta * beta;
    double above = c->hit, part = 0;
    switch (m) {
    case PRECISION: part = c->wrong; break;
    case RECALL: part = c->missed; break;
    case F1: above = 2 * c->hit, part = c->wrong + c->missed; break;
    case FBETA: above = (1 + b) * c->hit, part = c->wrong + b * c->missed; break;
    case SPECIFICITY: above = c->others, part = c->wrong; break;
    case JACCARD: part = c->wrong + c->missed; break;
    }
    *below = above + part;
    return *below > 0 ? above / *below : 0;
}

static four of_class(const bmi_class_counts *c, int64_t k)
{
    return (four){ c->hit[k], c->wrong[k], c->missed[k], c->all - c->hit[k] - c->wrong[k] - c->missed[k] };
}

static double of_one(const bmi_class_counts *c, const bm_metric_input *in, measure m, double beta, int64_t k)
{
    static const char *const lacking[] = {
        [PRECISION] = "no row is predicted as",      [RECALL] = "no row is of",
        [F1] = "no row is of, or predicted as,",     [FBETA] = "no row is of, or predicted as,",
        [SPECIFICITY] = "no row is of another than", [JACCARD] = "no row is of, or predicted as,"
    };
    char class[BMI_CLASS_TEXT];
    const four counts = of_class(c, k);
    double below;
    const double value = ratio(m, &counts, beta, &below);
    if (!(below > 0)) bmi_metric_note(in, "%s %s: 0 by convention", lacking[m], bmi_class_text(in, k, class));
    return value;
}

static double of_all(const bmi_class_counts *c, bool labels, measure m, double beta, average a)
{
    four all = { 0 };
    double sum = 0, weight = 0, below;
    for (int64_t k = 0; k < c->classes; k++) {
        const four one = of_class(c, k);
        const double there = one.hit + one.missed, w = a == WEIGHTED ? there : labels || there + one.wrong > 0;
        all.hit += one.hit;
        all.wrong += one.wrong;
        all.missed += one.missed;
        all.others += one.others;
        sum += w * ratio(m, &one, beta, &below);
        weight += w;
    }
    if (a == MICRO) return ratio(m, &all, beta, &below);
    return weight > 0 ? sum / weight : 0;
}

/* Of two outputs, or one, plain is the second class, whatever else may be true. */
static double score(double *counts, const bm_metric_input *in, measure m, average a, const double p[2])
{
    bmi_class_counts c;
    if (!bmi_class_counts_of(counts, in, &c)) return NAN;
    if (a == OF) {
        if (p[0] < (double)c.classes) return of_one(&c, in, m, 1, (int64_t)p[0]);
        return bmi_metric_undefined(in, "there is no class %g, of %lld from 0 on", p[0], (long long)c.classes);
    }
    if (a == PLAIN && in->columns <= 2 && !bmi_of_labels(in)) return of_one(&c, in, m, p[0], 1);
    return of_all(&c, bmi_of_labels(in), m, p[0], a);
}

#define END(name_, measure_, average_)                                                      \
    static double end_##name_(double *counts, const bm_metric_input *in, const double p[2]) \
    {                                                                                       \
        return score(counts, in, measure_, average_, p);                                    \
    }
#define SOURCE(measure_, average_) "scikit-learn " measure_ ", average=\"" average_ "\""
#define ROW(name_, doc_, formula_, source_, example_, measure_, average_, ...)                              \
    END(name_, measure_, average_)                                                                          \
    BMI_METRIC(name_, doc_, formula_, source_, example_, .maximize = true, .counts = bmi_class_counts_size, \
               .end = end_##name_, __VA_ARGS__);
#define FIRST .add = bmi_class_counts_add, BMI_THRESHOLD
#define BETA                                                                                                        \
    .add = bmi_class_counts_add_second, .number = { { .name = "beta",                                               \
                                                      .initial = 2,                                                 \
                                                      .low = 0,                                                     \
                                                      .high = INFINITY,                                             \
                                                      .below = true,                                                \
                                                      .doc = "how many times as much recall counts as precision" }, \
                                                    BMI_THRESHOLD_NUMBER }
#define CLASS                                                                                                     \
    .add = bmi_class_counts_add_second,                                                                           \
    .number = { { .name = "class", .initial = 1, .low = 0, .high = INFINITY, .below = true, .doc = "from 0 on" }, \
                BMI_THRESHOLD_NUMBER }
#define FOUR ".2, .7, .6, .4, .3 | 0, 1, 0, 0, 1 = "

/* One measure with all of its averages. */
#define FAMILY(name_, what_, formula_, function_, measure_, settings_, plain_, micro_, macro_, weighted_)                 \
    ROW(name_, what_ " of class 1; of several classes the macro mean", formula_, "scikit-learn " function_, FOUR plain_,  \
        measure_, PLAIN, settings_)                                                                                       \
    ROW(name_##_micro, what_ " of the counts over all classes", formula_ " of summed counts", SOURCE(function_, "micro"), \
        FOUR micro_, measure_, MICRO, settings_)                                                                          \
    ROW(name_##_macro, "mean " what_ " over classes", "mean_k of " formula_, SOURCE(function_, "macro"), FOUR macro_,     \
        measure_, MACRO, settings_)                                                                                       \
    ROW(name_##_weighted, "mean " what_ " over classes by their rows", "sum_k rows_k of " formula_ " / rows",             \
        SOURCE(function_, "weighted"), FOUR weighted_, measure_, WEIGHTED, settings_)
#define OF_CLASS(name_, what_, formula_, function_, measure_, example_)                                                       \
    ROW(name_##_of, what_ " of one class", formula_ " of class k", "scikit-learn " function_ ", average=None", FOUR example_, \
        measure_, OF, CLASS)

FAMILY(precision, "precision", "hit / (hit + wrong)", "precision_score", PRECISION, FIRST, ".5", ".6", ".58333333333333333",
       ".6")
FAMILY(recall, "recall", "hit / (hit + missed)", "recall_score", RECALL, FIRST, ".5", ".6", ".58333333333333333", ".6")
FAMILY(f1, "F1", "2 hit / (2 hit + wrong + missed)", "f1_score", F1, FIRST, ".5", ".6", ".58333333333333333", ".6")
FAMILY(fbeta, "F-beta", "(1 + b^2) hit / ((1 + b^2) hit + wrong + b^2 missed)", "fbeta_score", FBETA, BETA, ".5", ".6",
       ".58333333333333333", ".6")
FAMILY(specificity, "specificity", "right rows of others / rows of others", "recall_score of the other classes", SPECIFICITY,
       FIRST, ".66666666666666667", ".6", ".58333333333333333", ".56666666666666667")
FAMILY(jaccard, "Jaccard index", "hit / (hit + wrong + missed)", "jaccard_score", JACCARD, FIRST, ".33333333333333333",
       ".42857142857142857", ".41666666666666667", ".43333333333333333")
OF_CLASS(precision, "precision", "hit / (hit + wrong)", "precision_score", PRECISION, ".5")
OF_CLASS(recall, "recall", "hit / (hit + missed)", "recall_score", RECALL, ".5")
OF_CLASS(f1, "F1", "2 hit / (2 hit + wrong + missed)", "f1_score", F1, ".5")
OF_CLASS(specificity, "specificity", "right rows of others / rows of others", "recall_score of the other classes", SPECIFICITY,
         ".66666666666666667")
OF_CLASS(jaccard, "Jaccard index", "hit / (hit + wrong + missed)", "jaccard_score", JACCARD, ".33333333333333333")

#define KINDS(name_) \
    BMI_METRIC_KIND(name_), BMI_METRIC_KIND(name_##_micro), BMI_METRIC_KIND(name_##_macro), BMI_METRIC_KIND(name_##_weighted)
const bmi_kind bmi_kinds_metric_f1[] = {
    KINDS(precision),
    KINDS(recall),
    KINDS(f1),
    KINDS(fbeta),
    KINDS(specificity),
    KINDS(jaccard),
    BMI_METRIC_KIND(precision_of),
    BMI_METRIC_KIND(recall_of),
    BMI_METRIC_KIND(f1_of),
    BMI_METRIC_KIND(specificity_of),
    BMI_METRIC_KIND(jaccard_of),
    { 0 },
};
