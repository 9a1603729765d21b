// SPDX-License-Identifier: Apache-2.0
/* Scores of class probabilities that come in parts, a few rows at once: what is kept is a few numbers a row and a class, never rows x
 * classes. Values are those of the metrics of the same names over all rows at once.
 *
 * A first pass over the rows counts classes and keeps the probability of each row's true class. The area under the ROC curve of class k
 * against the rest then needs no sorted column: the rows of class k alone are sorted, and a second pass drops each other row into the gap
 * between two of them, or onto one. So rows x log(rows of a class) comparisons do for a class, in the memory of its rows.
 */
#ifndef BMI_NN_METRICS_TALLY_H
#define BMI_NN_METRICS_TALLY_H
#include "base/memory.h"
#include "nn/metrics/metric.h"

typedef struct bmi_tally {
    bm_context *context;
    /* what it is made for */
    int64_t rows, classes; /* classes that have a probability */
    const int32_t *truth;  /* borrowed: one a row; from `classes` on: a class that is never predicted, so its rows are wrong */
    const float *weight;   /* borrowed, one a row; or null */
    double threshold;      /* of two classes: the second from this probability on */
    const char *const *class_names; /* of classes that have a probability, for reasons; or null */
    int64_t seen; /* classes that occur, those without a probability among them; 0: found in `truth`, which then has all rows */
    int64_t base; /* the row that truth and weight begin with: of rows that come once, of which nothing is kept */
    bool no_areas; /* so there is no area */
    bool constant; /* all rows have the same probabilities: areas are a half, and nothing is kept for them */
    /* what it keeps */
    bmi_arena arena;
    bmi_class_counts counts; /* of all classes that occur, those without a probability behind the others */
    double *own;             /* probability of the row's true class */
    bool bad, bad_known;     /* a probability that is NaN, or a weight that is none: in any row, in one of a known class */
    bool improbable;         /* of a known class: a probability outside of 0 .. 1 */
    double weighs_known, surprise;
    double *numbers;     /* as metrics of counts take them */
    int64_t *first;      /* of class k in what follows: first[k] .. first[k + 1] - 1 */
    bmi_scored *sorted;  /* rows by class, and by the probability of their class */
    double *gap, *level; /* weight of rows of other classes below the sorted one and above the one before it; at its height */
    double *above;       /* and above all of the class */
} bmi_tally;

/* Errors: BM_E_MEMORY; BM_E_DATA a class below 0. To be ended in any case. */
bm_status bmi_tally_begin(bmi_tally *t, bmi_error *e, bm_place here);
/* First pass: probabilities of rows first .. first + rows - 1, in order; a row lies `apart` numbers behind the one before, 0: all are
 * one. */
void bmi_tally_rows(bmi_tally *t, const double *p, int64_t apart, int64_t first, int64_t rows);
/* Between the passes: false when there is no area, so no need of the second one. */
bool bmi_tally_sort(bmi_tally *t, bmi_error *e, bm_place here);
/* Second pass. */
void bmi_tally_areas(bmi_tally *t, const double *p, int64_t apart, int64_t first, int64_t rows);
/* Whether it gives a metric: one that is made of counts of classes at this threshold, log_loss or roc_auc; and its value. NaN where it is
 * not defined, with the reason. */
bool bmi_tally_has(const bmi_tally *t, const bm_metric_kind *kind, const double p[2]);
double bmi_tally_value(const bmi_tally *t, const bm_metric_kind *kind, const double p[2], char why[BM_WHY]);
void bmi_tally_end(bmi_tally *t);

#endif
