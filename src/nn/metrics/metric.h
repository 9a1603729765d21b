// SPDX-License-Identifier: Apache-2.0
/* What the files of metrics share. A metric is a row: a function of rows as nodes (cheap, also while training), a function of a
 * whole evaluation in doubles, or both. Undefined is NaN.
 */
#ifndef BMI_NN_METRICS_METRIC_H
#define BMI_NN_METRICS_METRIC_H
#include "base/kinds.h"
#include "nn/build.h"
#include <math.h>

#define BMI_METRIC(name_, doc_, formula_, source_, example_, ...)                 \
    static const bm_metric_kind metric_##name_ = { .size = sizeof metric_##name_, \
                                                   .name = #name_,                \
                                                   .doc = doc_,                   \
                                                   .formula = formula_,           \
                                                   .source = source_,             \
                                                   .example = example_,           \
                                                   __VA_ARGS__ }
#define BMI_METRIC_KIND(name_)            \
    {                                     \
        "metric", #name_, &metric_##name_ \
    }
/* Whether it is counted by parts; bytes of scratch that it needs over all rows at once, and its value then. */
bool bmi_metric_by_parts(const bm_metric_kind *k);
size_t bmi_metric_scratch(const bm_metric_kind *k, int64_t rows, int64_t columns);
double bmi_metric_all(const bm_metric_kind *k, const bm_metric_input *in, const double p[2]);

#define BMI_THRESHOLD_NUMBER                                                              \
    {                                                                                     \
        .name = "threshold", .initial = .5, .doc = "class 1 from this on, of two classes" \
    }
#define BMI_THRESHOLD .number = { BMI_THRESHOLD_NUMBER }

/* -log of the probability that the truth was given. One that is sure and wrong, or was rounded to 0, is not infinitely bad: as in
 * scikit-learn's log_loss of doubles it counts as 2^-52. NaN stays. */
static inline double bmi_surprise(double p)
{
    return -log(p < 0x1p-52 ? 0x1p-52 : p);
}

/* The weight of a row, and the sum of all. */
static inline double bmi_weight_of(const bm_metric_input *in, int64_t row)
{
    return in->weight ? in->weight[row] : 1;
}
double bmi_weight_sum(const bm_metric_input *in);
/* Says why there is no value, for what reads it, and returns NaN; the first reason stays. */
double bmi_metric_undefined(const bm_metric_input *in, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says of a value that is one by convention alone what it rests on. */
void bmi_metric_note(const bm_metric_input *in, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The name of a class for reasons: "class \"setosa\"" or "class 2". */
enum { BMI_CLASS_TEXT = 64 };
const char *bmi_class_text(const bm_metric_input *in, int64_t class, char into[BMI_CLASS_TEXT]);

/* Whether outputs are labels of which several may hold. */
static inline bool bmi_of_labels(const bm_metric_input *in)
{
    return in->output == BM_OUTPUT_LABELS && in->columns > 1;
}
/* Of two classes by their probabilities: whether it is the second. A half is where both are equal, also of scores that are none. */
static inline bool bmi_is_second(const double p[2], double threshold)
{
    return threshold == .5 ? p[1] >= p[0] : p[1] >= threshold;
}
/* How many classes there are: 2 for one output. */
int64_t bmi_metric_classes(const bm_metric_input *in);
/* The class of a row as predicted (the first largest; of one output p >= threshold, of two bmi_is_second) and in truth; -1
 * for one outside. Not for labels. */
int64_t bmi_class_predicted(const bm_metric_input *in, int64_t row, double threshold);
int64_t bmi_class_true(const bm_metric_input *in, int64_t row);
/* Number j of a row's target, as the prediction's number j: also where the target is a class number. */
double bmi_target_at(const bm_metric_input *in, int64_t row, int64_t column);

/* Weights of right, wrongly predicted and missed rows, by class (or label), and of all rows. */
typedef struct bmi_class_counts {
    int64_t classes;
    double *hit, *wrong, *missed;
    double all;
} bmi_class_counts;
/* As numbers of a metric by parts, for a threshold. `of` gives false, with the reason, for what has no counts: a class that was outside,
 * rows that weigh nothing. */
int64_t bmi_class_counts_size(int64_t columns);
void bmi_class_counts_add(double *counts, const bm_metric_input *part, const double p[2]);
void bmi_class_counts_add_second(double *counts, const bm_metric_input *part, const double p[2]); /* p[1] is the threshold */
void bmi_class_counts_at(double *counts, const bm_metric_input *part, double threshold);
bool bmi_class_counts_of(double *counts, const bm_metric_input *in, bmi_class_counts *c);
void bmi_class_count(bmi_class_counts *c, int64_t predicted, int64_t truth, double weight);
void bmi_class_counts_put(double *counts, const bmi_class_counts *c, bool outside);

/* Metrics that are made of such counts: their threshold; NaN for others. */
double bmi_class_counts_threshold(const bm_metric_kind *k, const double p[2]);

/* ---- means of rows, by parts: the sum of what they are, and of their weights ---- */
typedef double bmi_row_value(const bm_metric_input *in, int64_t row, const double p[2]);
int64_t bmi_mean_counts(int64_t columns);
void bmi_mean_add(double *counts, const bm_metric_input *in, const double p[2], bmi_row_value *of);
double bmi_mean_end(double *counts, const bm_metric_input *in, const double p[2]);
/* Defines the function that adds, of a function of rows. */
#define BMI_MEAN_OF(name_, row_)                                                          \
    static void add_##name_(double *counts, const bm_metric_input *in, const double p[2]) \
    {                                                                                     \
        bmi_mean_add(counts, in, p, row_);                                                \
    }
#define BMI_MEAN(name_) .counts = bmi_mean_counts, .add = add_##name_, .end = bmi_mean_end

/* ---- rows by score ---- */
typedef struct bmi_scored {
    double score;
    int64_t row;
} bmi_scored;
/* Sorts upwards, without room by comparisons, with `spare` for as many digit by digit; rows of equal scores then stay in order. Never
 * allocates; no score is NaN. */
void bmi_sort_scored(bmi_scored *s, int64_t n);
void bmi_sort_scored_in(bmi_scored *s, bmi_scored *spare, int64_t n);

/* A class against the rest: rows of equal scores as one group, upwards, with the weights of both sides. Rows that weigh nothing are not
 * there. */
typedef struct bmi_score_group {
    double score, ones, zeros;
} bmi_score_group;
typedef struct bmi_score_groups {
    bmi_score_group *at;
    int64_t n;
    double ones, zeros; /* of all */
} bmi_score_groups;
size_t bmi_groups_scratch(int64_t rows, int64_t columns);
/* Groups of the column's scores, in the scratch of `in`; against < 0: against all others, else against rows of that class alone. False,
 * with the reason, where a score is NaN or a target no class. */
bool bmi_groups_of(const bm_metric_input *in, int64_t column, int64_t against, bmi_score_groups *g);
/* The column of the only curve that there is of one output or two classes; -1: there is one of each class. */
int64_t bmi_groups_column(const bm_metric_input *in);

/* The value below which a share of the weights lies, of sorted rows, the mean of two where it falls between them. */
double bmi_weighted_quantile(const bmi_scored *sorted, int64_t n, const double *weight, double share);

#endif
