// SPDX-License-Identifier: Apache-2.0
/* What the files of metrics share. A metric is a row: a function of rows as nodes (cheap, also while training), a function of a
 * whole evaluation in doubles, or both. Undefined is NaN.
 */
#ifndef BMI_NN_METRICS_METRIC_H
#define BMI_NN_METRICS_METRIC_H
#include "base/kinds.h"
#include "nn/build.h"
#include <math.h>

#define BMI_METRIC(name_, doc_, ...) \
    static const bm_metric_kind metric_##name_ = { .size = sizeof metric_##name_, .name = #name_, .doc = doc_, __VA_ARGS__ }
#define BMI_METRIC_KIND(name_)            \
    {                                     \
        "metric", #name_, &metric_##name_ \
    }
/* Whether it is counted by parts; bytes of scratch that it needs over all rows at once, and its value then. */
bool bmi_metric_by_parts(const bm_metric_kind *k);
size_t bmi_metric_scratch(const bm_metric_kind *k, int64_t rows, int64_t columns);
double bmi_metric_all(const bm_metric_kind *k, const bm_metric_input *in, const double p[2]);

#define BMI_THRESHOLD .number = { { .name = "threshold", .initial = .5, .doc = "of one output: class 1 from this on" } }

/* The weight of a row, and the sum of all. */
static inline double bmi_weight_of(const bm_metric_input *in, int64_t row)
{
    return in->weight ? in->weight[row] : 1;
}
double bmi_weight_sum(const bm_metric_input *in);
/* How many classes there are: 2 for one output. */
int64_t bmi_metric_classes(const bm_metric_input *in);
/* The class of a row as predicted (the first largest; p >= threshold) and in truth; -1 for one outside. Not for labels. */
int64_t bmi_class_predicted(const bm_metric_input *in, int64_t row, double threshold);
int64_t bmi_class_true(const bm_metric_input *in, int64_t row);
/* Number j of a row's target, as the prediction's number j: also where the target is a class number. */
double bmi_target_at(const bm_metric_input *in, int64_t row, int64_t column);

/* Weights of right, wrongly predicted and missed rows, by class (or label). */
typedef struct bmi_class_counts {
    int64_t classes;
    double *hit, *wrong, *missed;
} bmi_class_counts;
/* As numbers of a metric by parts; p[0] is the threshold. */
int64_t bmi_class_counts_size(int64_t columns);
void bmi_class_counts_add(double *counts, const bm_metric_input *part, const double p[2]);
bool bmi_class_counts_of(double *counts, const bm_metric_input *in, bmi_class_counts *c); /* false: a class was outside */
void bmi_class_count(bmi_class_counts *c, int64_t predicted, int64_t truth, double weight);
/* Of classes that exclude each other: balanced accuracy; precision, recall or F1, macro or else that of class 1 where there are two. */
double bmi_counts_balanced(const bmi_class_counts *c);
typedef enum bmi_f1_measure { BMI_PRECISION, BMI_RECALL, BMI_F1 } bmi_f1_measure;
double bmi_counts_f1(const bmi_class_counts *c, bmi_f1_measure m, bool macro);

/* Rows by score, upwards; never allocates. */
typedef struct bmi_scored {
    double score;
    int64_t row;
} bmi_scored;
void bmi_sort_scored(bmi_scored *s, int64_t n);

#endif
