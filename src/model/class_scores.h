// SPDX-License-Identifier: Apache-2.0
/* Scores of classes over the rows of a dataset: rows are predicted some at a time, so that many rows of many classes need no memory of rows
 * x classes.
 */
#ifndef BMI_MODEL_CLASS_SCORES_H
#define BMI_MODEL_CLASS_SCORES_H
#include "model/scores.h"
#include <baeum/extend_nn.h>

/* A metric with its numbers, and what it gave. */
typedef struct bmi_scored_by {
    const bm_metric_kind *kind;
    double p[2];
    char name[32]; /* with the numbers that it was given */
    bool done;
    double value;
    char why[BM_WHY];
} bmi_scored_by;
typedef struct bmi_score_list {
    bmi_scored_by at[BM_SCORES_MAX + 1];
    int n, shown;     /* behind the shown ones: the loss */
    double threshold; /* of two classes */
} bmi_score_list;

/* score_list.c: what is asked for, or the usual of the task (classes: rows have one of several), by list->threshold; mere: without
 * probabilities. And the scores from a list whose values are there. */
void bmi_score_list_make(bmi_score_list *list, const bm_model *m, bool classes, const bmi_asked *asked, bool mere, bmi_error *e,
                         bm_place here);
void bmi_score_list_put(const bmi_score_list *list, const bm_model *m, bm_scores *s);
/* Takes those metrics of the list that need no probabilities of all rows: of the model's own probabilities, or of `all` (classes), which each
 * row has. BM_E_STOPPED without an error in e: bm_stop came meanwhile. */
bm_status bmi_class_scores(bmi_score_list *list, const bm_model *m, const bm_dataset *d, const bm_tensor *all, bmi_error *e,
                           bm_place here);

#endif
