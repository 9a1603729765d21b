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
    int64_t rows, raw, columns, targets; /* rows that are read; raw: as stored; columns: of what is solved for */
    double all;                          /* weight of all rows */
    bool centred;
    double *mean;    /* columns + targets; zeros when not centred */
    double *largest; /* size of centred numbers, at most */
    double *scale;   /* powers of two that bring centred numbers near 1 where their squares would over- or underflow; else 1 */
    /* null, or what makes the further columns of a row from the first `raw` */
    void (*expand)(const void *how, double *row);
    const void *how;
    int64_t folds,
        fold; /* 0: all rows; else only those that row i mod folds == fold tells apart: they when held, the others else */
    bool held;
    bool unweighted; /* read without the roots of weights */
    /* of a file by parts: `rows` rows of columns + targets, centred and weighed, that stand for all its rows: the triangle of their QR, and
     * of each target a row of what that leaves; else null */
    double *triangle;
} bmi_regression;

/* Reads everything once: means, scales, sum of weights. Every number must be finite (BM_E_NUMBER, naming row and column), weights >= 0
 * and not all 0 (BM_E_DATA). columns: 0 for those of the data. r->expand and r->how may be set before. */
bm_status bmi_regression_begin(bmi_regression *r, bm_learning *l, int64_t columns, bool no_intercept);
/* regression_parts.c: the same of all rows of a file, by one pass over it. */
bm_status bmi_regression_begin_parts(bmi_regression *r);
/* Calls `each` for all rows as they are, r->rows of them: once, or of a file for each of its blocks, in one pass. BM_E_STOPPED and errors
 * of the file: the model's error. */
bm_status bmi_regression_rows(bmi_regression *r, void (*each)(void *user), void *user);
/* A row of the training data as it is: columns, then targets. */
void bmi_regression_raw(const bmi_regression *r, int64_t row, double *into);
/* Which row of the data the i-th that is read is. */
int64_t bmi_regression_row(const bmi_regression *r, int64_t i);
/* Without scales: for solvers that are safe by themselves. */
void bmi_regression_unscaled(bmi_regression *r);
/* Columns whose sizes differ by more than `apart`, or whose squares would overflow or vanish, are scaled by powers of two to near 1, so that none
 * is taken for nothing beside another. Of dependent columns the solution of least norm is then the shortest in those units; others keep theirs. */
#define BMI_REGRESSION_APART 1e6 /* of columns as they come: nearer ones have digits enough */
void bmi_regression_level(bmi_regression *r, double apart);
/* What a row weighs. */
double bmi_regression_weight(const bmi_regression *r, int64_t row);
/* Rows of columns and targets: (x - mean) * scale * root of the weight. A bmi_rows_source's read, with r as the user. */
void bmi_regression_read(void *r, int64_t first, int64_t count, double *into, int64_t step);
/* All rows as a source. */
bmi_rows_source bmi_regression_source(bmi_regression *r);
/* The rows that one fold leaves, surveyed (held: no; means and scales are their own), and those that it holds out, with the means and
 * scales of the others. */
bm_status bmi_regression_train(bmi_regression *part, const bmi_regression *all, int64_t folds, int64_t fold);
void bmi_regression_hold(bmi_regression *part, const bmi_regression *train);
/* What rounding leaves in a column of centred numbers that should be 0. */
double bmi_regression_noise(const bmi_regression *r);
/* All rows, folded into a triangle, to which `more` can be added; ls is to be ended in any case. */
bm_status bmi_regression_fold(bmi_regression *r, bmi_least_squares *ls, int64_t more);
/* The network's weights from w (columns x targets, of what was read), and the intercepts from the means. */
bm_status bmi_regression_put(bmi_regression *r, const double *w);
/* Coefficients of one target (every `step` numbers), of what was read, as those of the data, and the intercept. */
double bmi_regression_unscale(const bmi_regression *r, int64_t target, const double *w, int64_t step, double *into);
/* Turns a solver's status into the model's error. */
bm_status bmi_regression_fail(bmi_regression *r, bm_status status);
/* One dense layer named "output". */
size_t bmi_regression_layers(bm_learning *l, bool no_intercept, bm_layer *into);

/* What the records of these learners say alike. Layers: that one, without an intercept where the option no_intercept is set. Loss: the mean
 * of squares. */
size_t bmi_regression_one_layer(bm_learning *l, const void *options, bm_layer *into, size_t room);
void bmi_regression_compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit);
#define BMI_REGRESSION(of_options, table, of_layers)                                                                           \
    .size = sizeof(bm_learner_kind), .options_size = sizeof(of_options), .fields = table, .type = BM_F64, .layers = of_layers, \
    .compile = bmi_regression_compile

/* How a solution by one factorisation ended: "solved, rank 3 of 4"; what the square of the smallest pivot, between 0 and 1, cost in
 * digits. */
void bmi_regression_say_solved(bmi_regression *r, int64_t rank, double pivot);
/* How an iteration ended: "converged after 5 iterations, rank 3 of 4". */
void bmi_regression_say_converged(bmi_regression *r, bool converged, int64_t done, int64_t rank);
/* singular.c: w (columns x targets) of least sum of squares and lambda |w|^2, by the singular values of the unscaled rows (LAPACK); w is 0
 * before. Singular values of nothing but rounding count as 0: without lambda the solution of least norm. */
bm_status bmi_regression_by_svd(bmi_regression *r, double lambda, double *w, int64_t *rank);

#endif
