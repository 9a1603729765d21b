// SPDX-License-Identifier: Apache-2.0
/* Newton's method for convex losses of x w + b, and of one more number where a loss has one.
 */
#ifndef BMI_MODEL_LEARNERS_NEWTON_H
#define BMI_MODEL_LEARNERS_NEWTON_H
#include "model/learners/regression.h"

/* What one row adds, by its eta = x w + b. */
typedef struct bmi_row_loss {
    double value;
    double slope;       /* by eta */
    double curve;       /* second derivative by eta */
    double extra_slope; /* by the further number */
    double lean; /* second derivatives by eta and the further number are curve * lean, by the latter alone curve * lean^2 */
} bmi_row_loss;

typedef struct bmi_newton_rows {
    bmi_regression *r;
    int64_t target;
    bmi_row_loss (*loss)(const void *how, double eta, double y, double extra);
    const void *how;
    bool has_extra; /* a number > 0 */
    double least;   /* of the further number: where it ends */
    double penalty; /* of w: penalty / 2 sum of (w / scale)^2, w as read */
    int64_t iterations;
    /* where it starts, and the result: coefficients of what is read, intercept, further number */
    double *w; /* columns + 2 */
    /* results */
    int64_t done;
    bool converged;
    double value;
} bmi_newton_rows;

/* The minimum. BM_E_MEMORY, BM_E_STOPPED: the error is on the model. */
bm_status bmi_newton_rows_run(bmi_newton_rows *n);
/* Without a penalty: of coefficients that give the same sums on all rows, the shortest, into n->w; the rank of the columns. Errors as
 * before. */
bm_status bmi_newton_rows_shorten(bmi_newton_rows *n, int64_t *rank);

/* One target after the other. */
typedef struct bmi_newton_fits {
    bmi_regression *r;
    double *w;    /* columns x targets */
    double *one;  /* of the target that is fitted */
    int64_t done; /* iterations: of the target that took most */
    int64_t rank; /* of the columns, where it was asked for: without a penalty */
    bool open;    /* one did not converge */
} bmi_newton_fits;
bm_status bmi_newton_fits_begin(bmi_newton_fits *f, bmi_regression *r);
/* From coefficients of 0; n->w is made. What is found stays in n->w until the next. */
bm_status bmi_newton_fits_target(bmi_newton_fits *f, bmi_newton_rows *n, double intercept, double extra);
/* All into the network, and how it ended into the model. */
bm_status bmi_newton_fits_end(bmi_newton_fits *f);

#endif
