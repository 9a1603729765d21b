// SPDX-License-Identifier: Apache-2.0
/* Lasso and elastic net by coordinate descent, on plain f64 arrays:
 *
 *     1/2 |y - X w|^2 + sum l1_j |w_j| + 1/2 sum l2_j w_j^2      at its minimum
 *
 * From products of columns (G = XT X, "covariance updates") or from the columns themselves; descents alternate with steps to the exact
 * solution for the signs and zeros that are there. Ends when the objective is at most tolerance * |y|^2 above its minimum, by the duality
 * gap or a bound by second derivatives. */
#ifndef BMI_LINALG_COORDINATE_H
#define BMI_LINALG_COORDINATE_H
#include "base/memory.h"
#include <stdatomic.h>

typedef struct bmi_coordinate {
    bm_context *context;
    int64_t n;       /* columns */
    int64_t m, step; /* m = 0: g has n rows of G, `step` apart; else n columns of X, each of m numbers, `step` apart */
    const double *g;
    const double *y;         /* m numbers, of columns alone */
    const double *c;         /* XT y */
    double yy;               /* |y|^2 */
    const double *l1, *l2;   /* n each, >= 0 */
    const double *l1_before; /* null, or of the solution that w has now: columns that cannot come in are left out at first */
    double tolerance;
    int64_t iterations; /* over all columns, at most */
    const atomic_int *stop;
    double *w; /* where it starts, and the result */
    /* results */
    int64_t done;
    double gap;
    bool converged;
    /* of its own */
    double *h, *norm, *residual, *kept; /* XT (y - X w), |x_j|^2, y - X w; coefficients before the exact solution */
    int64_t *set;                       /* columns that are looked at */
    bool *in;
    int64_t steps; /* to exact solutions, and what they cost */
    double work;
    double *products; /* of columns that were solved for: `room` x `room`, of which `known` are there; of columns alone */
    int64_t *place, *column, room, known; /* of each column its row there, or -1; of each row its column */
    double more;                          /* what the last of them had to add to the diagonal, as a share */
} bmi_coordinate;

/* What the fields above hold must stay as it is until the end, but for w, l1, l2 and l1_before. BM_E_MEMORY; end in any case. */
bm_status bmi_coordinate_begin(bmi_coordinate *d);
/* BM_E_MEMORY; BM_E_STOPPED. */
bm_status bmi_coordinate_solve(bmi_coordinate *d);
void bmi_coordinate_end(bmi_coordinate *d);

#endif
