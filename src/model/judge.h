// SPDX-License-Identifier: Apache-2.0
/* Loss and metrics of a network over rows of a dataset: what bm_evaluate and the validation of bm_fit run. Everything is made
 * at the beginning, so that it
 * may be run again and again without allocation.
 */
#ifndef BMI_MODEL_JUDGE_H
#define BMI_MODEL_JUDGE_H
#include "model/dataset_columns.h"
#include "model/pass.h"
#include "model/rows_seen.h"
#include <baeum/extend_nn.h>

typedef struct bmi_judge {
    const bmi_network *network;
    bm_session *session;
    bm_place here;
    const char *who;
    const bm_dataset *dataset;
    bmi_dataset_columns columns;
    const int64_t *rows; /* chosen ones, borrowed; null: 0 .. count-1 */
    int64_t count, batch;
    bmi_pass whole, rest;                          /* batches of `batch` rows, and the last one */
    int data, penalty, output, sums[BM_MODEL_MAX]; /* positions of fetches, -1: not fetched */
    bmi_rows_seen seen;                            /* for metrics of all rows */
    bmi_column_of targets, weights;
    /* results */
    double loss, metrics[BM_MODEL_MAX];
    char why[BM_MODEL_MAX][BM_WHY]; /* where one is NaN */
} bmi_judge;

bm_status bmi_judge_begin(bmi_judge *j, bmi_network *n, bm_session *s, const bm_dataset *d, const int64_t *rows, int64_t count,
                          int64_t batch, bmi_error *e, const char *who, bm_place here);
bm_status bmi_judge_run(bmi_judge *j, bmi_error *e);
void bmi_judge_end(bmi_judge *j);

#endif
