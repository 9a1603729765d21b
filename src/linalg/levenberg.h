// SPDX-License-Identifier: Apache-2.0
/* Non-linear least squares by Levenberg's and Marquardt's method, on plain f64 arrays. */
#ifndef BMI_LINALG_LEVENBERG_H
#define BMI_LINALG_LEVENBERG_H
#include "base/memory.h"

typedef enum bmi_levenberg_end {
    BMI_LEVENBERG_GRADIENT, /* no column of the Jacobian has an angle to the residuals */
    BMI_LEVENBERG_STEP,     /* steps became small against the parameters */
    BMI_LEVENBERG_DECREASE, /* neither what a step should gain nor what it gained counts */
    BMI_LEVENBERG_ITERATIONS,
    BMI_LEVENBERG_DAMPED, /* no step, however short, made the sum smaller */
    BMI_LEVENBERG_STOP,   /* a function said so */
    BMI_LEVENBERG_START   /* residuals or Jacobian are not finite at the start */
} bmi_levenberg_end;

/* Minimises |r(p)|^2 / 2 for r of m numbers, p of n, low <= p <= high (null: no bounds): damped by mu D^2, D the largest lengths that
 * columns of the Jacobian had (More, "The Levenberg-Marquardt algorithm: implementation and theory", 1978), mu by the gain ratio (Nielsen;
 * in Madsen, Nielsen, Tingleff, "Methods for non-linear least squares problems", 2004, 3.2). Each step is the least squares of
 * (R; sqrt(mu) D), no normal equations. Parameters at a bound that the gradient pushes against stay there for a step. */
typedef struct bmi_levenberg {
    bm_context *context;
    int64_t m, n, iterations;
    double gradient, step, decrease; /* tolerances */
    const double *low, *high;
    /* r at p; false: p is outside the domain, and the step is taken back. Jacobian, m rows of n; null function: central differences. */
    bool (*residuals)(void *user, const double *p, double *r);
    bool (*jacobian)(void *user, const double *p, double *j);
    void *user;
    bool stop; /* set by a function: work ends */
    /* what was found */
    bmi_levenberg_end end;
    int64_t done, evaluations, rank;
    double squares;     /* sum of r^2 */
    double *covariance; /* n x n, the caller's, or null: a generalised inverse of JT J at the end, 0 for parameters at bounds */
} bmi_levenberg;

/* p: the start, then the solution. BM_E_MEMORY; all else is told by `end`. */
bm_status bmi_levenberg_run(bmi_levenberg *s, double *p);

#endif
