// SPDX-License-Identifier: Apache-2.0
/* Minimising a smooth function of many variables by limited-memory BFGS, on plain f64 arrays. */
#ifndef BMI_LINALG_LBFGS_H
#define BMI_LINALG_LBFGS_H
#include "base/memory.h"

typedef struct bmi_lbfgs {
    bm_context *context;
    int64_t n;
    int64_t iterations; /* at most */
    double tolerance;   /* ends when no component of the gradient is larger */
    double noise;       /* rounding of f, relative: what rises by less may count as falling where the slopes say so */
    int64_t patience;   /* ends after so many iterations in which f falls by no more than the noise; 0: never */
    /* f(x), its gradient into g; false ends the search (`failed`) */
    bool (*function)(void *user, const double *x, double *g, double *f);
    void *user;
    /* results */
    int64_t done;
    double value, largest; /* component of the gradient at the end */
    bool failed, converged;
} bmi_lbfgs;

/* From x on, in place. BM_E_MEMORY, else BM_OK: see failed and converged. */
bm_status bmi_lbfgs_run(bmi_lbfgs *l, double *x);

#endif
