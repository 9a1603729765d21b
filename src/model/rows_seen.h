// SPDX-License-Identifier: Apache-2.0
/* Metrics of all rows of an epoch or an evaluation (the area under a curve, F1, R2), of which the network gives some rows after the other.
 * Those that count by parts take a few numbers; only where one does not are predictions and targets of all rows kept.
 */
#ifndef BMI_MODEL_ROWS_SEEN_H
#define BMI_MODEL_ROWS_SEEN_H
#include "model/network.h"

typedef struct bmi_rows_seen {
    double *prediction, *target;           /* of all rows, or of the last part; null: there is no such metric */
    double *weight;                        /* the same of rows that weigh; null: each counts once */
    int64_t rows, columns, target_columns; /* room */
    bool all;                              /* of all rows */
    double *counts;                        /* whether a prediction was NaN, then the numbers of each metric by parts */
    int64_t n_counts;
    void *scratch; /* of metrics over all */
    size_t scratch_bytes;
    bool whole; /* from the first row on */
} bmi_rows_seen;

/* Room for so many rows that come `part` or fewer at once; false when there is no memory. Nothing is made where no metric needs it. */
bool bmi_rows_seen_make(bmi_rows_seen *s, const bmi_network *n, int64_t rows, int64_t part, int64_t columns,
                        int64_t target_columns, bool weighted);
void bmi_rows_seen_end(bmi_rows_seen *s, bm_context *context);
/* Before the first row. */
void bmi_rows_seen_clear(bmi_rows_seen *s);
/* Where targets of rows from `first` on are to be put; then they are counted with their predictions. */
double *bmi_rows_seen_targets(const bmi_rows_seen *s, int64_t first);
double *bmi_rows_seen_weights(const bmi_rows_seen *s, int64_t first); /* null: they count once */
void bmi_rows_seen_add(bmi_rows_seen *s, const bmi_network *n, int64_t first, int64_t rows, const bm_array *predictions);
/* Such a metric of the first `rows` rows; NaN where a prediction is NaN, as bm_measure refuses it; `why` (BM_WHY bytes, or null) gets the
 * reason of NaN. */
double bmi_rows_seen_measure(const bmi_rows_seen *s, const bmi_network *n, int metric, int64_t rows, char *why);

#endif
