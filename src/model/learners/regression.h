// SPDX-License-Identifier: Apache-2.0
/* What the learners of numbers share: rows of the training data as f64, centred and scaled on their way into a solver, never kept; and
 * the way of the coefficients back into the network.
 */
#ifndef BMI_MODEL_LEARNERS_REGRESSION_H
#define BMI_MODEL_LEARNERS_REGRESSION_H
#include "data/dataset.h"
#include "linalg/gram.h"
#include "linalg/least_squares.h"
#include "model/column.h"
#include "model/learned.h"
#include "model/learning.h"

typedef struct bmi_regression {
    bm_learning *l;
    const char *who;
    const bm_dataset *train;
    bmi_column_of x, t;
    int64_t rows, raw, columns, targets; /* raw: as stored; columns: of what is solved for */
    double all;                          /* weight of all rows */
    bool centred;
    double *mean;  /* columns + targets; zeros when not centred */
    double *scale; /* powers of two that bring centred numbers near 1 where their squares would over- or underflow; else 1 */
    /* null, or what makes the further columns of a row from the first `raw` */
    void (*expand)(const void *how, double *row);
    const void *how;
    int64_t first, every; /* of the rows that are read: first, first + every ...; 0, 1: all */
    bool unweighted;      /* read without the roots of weights */
} bmi_regression;

/* Reads everything once: means, scales, sum of weights. Every number must be finite (BM_E_NUMBER, naming row and column), weights >= 0
 * and not all 0 (BM_E_DATA). columns: 0 for those of the data. r->expand and r->how may be set before. */
bm_status bmi_regression_begin(bmi_regression *r, bm_learning *l, int64_t columns, bool no_intercept);
/* Without scales: for solvers that are safe by themselves. */
void bmi_regression_unscaled(bmi_regression *r);
/* What a row weighs. */
double bmi_regression_weight(const bmi_regression *r, int64_t row);
/* Rows of columns and targets: (x - mean) * scale * root of the weight. A bmi_rows_source's read, with r as the user. */
void bmi_regression_read(void *r, int64_t first, int64_t count, double *into, int64_t step);
/* All rows as a source. */
bmi_rows_source bmi_regression_source(bmi_regression *r);
/* Sums of products of columns and targets: rows bmi_gram_step(columns + targets) apart; null with the error set. */
double *bmi_regression_gram(bmi_regression *r);
/* All rows, folded into a triangle; ls is to be ended in any case. */
bm_status bmi_regression_fold(bmi_regression *r, bmi_least_squares *ls);
/* The network's weights from w (columns x targets, of what was read), and the intercepts from the means. */
bm_status bmi_regression_put(bmi_regression *r, const double *w);
/* Coefficients of one target (every `step` numbers), of what was read, as those of the data, and the intercept. */
double bmi_regression_unscale(const bmi_regression *r, int64_t target, const double *w, int64_t step, double *into);
/* Turns a solver's status into the model's error. */
bm_status bmi_regression_fail(bmi_regression *r, bm_status status);
/* One dense layer named "output". */
size_t bmi_regression_layers(bm_learning *l, bool no_intercept, bm_layer *into);

#endif
