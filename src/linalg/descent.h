// SPDX-License-Identifier: Apache-2.0
/* Minimising a smooth convex function plus weighted absolute values of its variables, on plain f64 arrays. */
#ifndef BMI_LINALG_DESCENT_H
#define BMI_LINALG_DESCENT_H
#include "base/memory.h"

/* f(x) + sum l1[i] |x[i]|, by Newton steps whose quadratic model is minimised by coordinate descent. */
typedef struct bmi_descent {
    bm_context *context;
    int64_t n;
    int64_t blocks;     /* second derivatives are made of so many squares of n / blocks along the diagonal */
    int64_t iterations; /* at most */
    double tolerance;   /* ends when 0 is no further from the derivative of any variable, of all that it may be at a kink */
    const double *l1;   /* n numbers >= 0 */
    /* f(x) and its gradient; the second derivatives of the m variables that `of` names (within their block, in order), m x m.
     * False ends the search (`failed`). */
    bool (*function)(void *user, const double *x, double *g, double *f);
    bool (*matrix)(void *user, const double *x, int64_t block, const int64_t *of, int64_t m, double *h);
    void *user;
    /* results */
    int64_t done;
    double value, largest; /* of the whole, and distance at the end */
    bool failed, converged;
} bmi_descent;

/* From x on, in place. BM_E_MEMORY, else BM_OK: see failed and converged. */
bm_status bmi_descent_run(bmi_descent *c, double *x);
/* How far 0 is from what the derivative by a variable may be there: |g + l1 sign x|, at 0 max(|g| - l1, 0). */
double bmi_descent_distance(double x, double g, double l1);

#endif
