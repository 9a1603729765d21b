// SPDX-License-Identifier: Apache-2.0
/* Minimising a smooth convex function by Newton's method, on plain f64 arrays: by the Cholesky factor of the second derivatives
 * where they are given, else by conjugate gradients on their products. */
#ifndef BMI_LINALG_NEWTON_H
#define BMI_LINALG_NEWTON_H
#include "base/memory.h"

typedef struct bmi_newton {
    bm_context *context;
    int64_t n;
    int64_t blocks;     /* the matrix is made of so many squares of n / blocks along its diagonal */
    int64_t iterations; /* at most */
    double tolerance;   /* ends when no component of the gradient is larger */
    /* f(x), its gradient into g; the square of a block into h, row-major; H v into h, which needs no matrix. False ends the search
     * (`failed`). matrix null: by product. matrix is asked for at the x that function was last called with. */
    bool (*function)(void *user, const double *x, double *g, double *f);
    bool (*matrix)(void *user, const double *x, int64_t block, double *h);
    bool (*product)(void *user, const double *x, const double *v, double *h);
    void *user;
    /* results */
    int64_t done;
    double value, largest; /* component of the gradient at the end */
    bool failed, converged;
    bool exhausted; /* not converged only because what is left to fall is within the rounding of f */
    bool dependent; /* some variables made no difference that others did not make */
} bmi_newton;

/* From x on, in place. BM_E_MEMORY, else BM_OK: see failed and converged. */
bm_status bmi_newton_run(bmi_newton *w, double *x);

#endif
