// SPDX-License-Identifier: Apache-2.0
/* Penalised least squares for many alphas: J = MSE + r alpha sum |w| + (1 - r)/2 alpha sum w^2.
 */
#ifndef BMI_MODEL_LEARNERS_PENALTY_H
#define BMI_MODEL_LEARNERS_PENALTY_H
#include "linalg/coordinate.h"
#include "model/learners/regression.h"

/* What solvers work on, read once. */
typedef struct bmi_design {
    bmi_regression *r;
    bm_context *context;
    int64_t n, m, k, step; /* columns, rows, targets; of g */
    bool wide; /* g has the columns, each of m numbers, and behind them the targets; else sums of products of both */
    double *g;
    size_t g_rows;
    double *c, *yy; /* k x n: XT y; k: |y|^2 */
    /* ridge by eigenvectors, when they are there: of XT X, or of X XT when wide */
    int64_t order;
    double *values, *vectors, *projected; /* order; order x order; k x order: vT XT y, or vT y when wide */
    /* ridge of one alpha: k x n, the solutions of all targets by one factorisation; null before the first */
    double *solutions, solved;
    double least_pivot; /* square of the smallest of Cholesky's, where nothing else was taken for it; else 1 */
    /* coordinate descent */
    double *l1, *l1_before, *l2; /* n each */
    int64_t sweeps;              /* of all solves */
    bool open;                   /* one did not converge */
    double gap;                  /* largest, over |y|^2 */
} bmi_design;

typedef struct bmi_penalty {
    double r, tolerance;
    int64_t iterations;
    const char *alphas; /* text; or null */
    int64_t folds;      /* 0: generalized cross-validation */
    bool cholesky;      /* ridge by Cholesky's factors in any case */
} bmi_penalty;

/* End in any case. wide: -1 as its sizes say, else as given. */
bm_status bmi_design_make(bmi_design *d, bmi_regression *r, int wide);
void bmi_design_end(bmi_design *d);
/* Makes the eigenvectors; BM_E_UNSUPPORTED without an error on the model when there is no LAPACK and `needed` is false. */
bm_status bmi_design_eigen(bmi_design *d, bool needed);
/* Coefficients w (n, of what was read) of one target; w is where descent begins, and `before` the alpha that w is the solution for
 * (0: none). Of r = 0 by eigenvectors where they are there, else by Cholesky, of all targets at once. */
bm_status bmi_design_solve(bmi_design *d, const bmi_penalty *p, double alpha, double before, int64_t target, double *w);
/* alphas, falling: as the text says, or count of them from the largest that is of use down to ratio times that. Null with the error set. */
double *bmi_design_alphas(bmi_design *d, const bmi_penalty *p, int64_t count, double ratio, int64_t *n);
/* The alpha of least error, by folds or generalized cross-validation; what was found is kept in the model: "alphas", "errors", "alpha". */
bm_status bmi_penalty_choose(bmi_regression *r, bmi_design *d, const bmi_penalty *p, double *alpha);

#endif
