// SPDX-License-Identifier: Apache-2.0
/* Linear least squares by Householder QR, rows coming in blocks, on plain f64 arrays. */
#ifndef BMI_LINALG_LEAST_SQUARES_H
#define BMI_LINALG_LEAST_SQUARES_H
#include "base/memory.h"
#include <stdatomic.h>

/* Min |A x - b| for m rows, n columns of A and k columns of b: rows are added in blocks, only triangles are kept
 * (n (n + k) numbers), so A is never stored; unless there are fewer rows than columns: then the rows are less than a triangle, and
 * are kept themselves (m (n + k) numbers). */
typedef struct bmi_least_squares {
    bm_context *context;
    int64_t n, k, rows;
    int64_t step;     /* between the rows of `folded` and `block` */
    double *folded;   /* n rows of n + k numbers: the triangle R, and Qt b behind it */
    double *r;        /* when it is solved: n + k columns of n numbers, the same */
    double *residual; /* k: sum of squares of what the triangle does not reach */
    double *block;    /* BMI_LS_ROWS rows of n + k numbers: those that come */
    int64_t filled;
    int64_t most;           /* rows that there is room for in `whole`; 0 without it */
    double *whole;          /* m rows of n + k numbers; or null */
    double least;           /* pivots of at most this count as 0: what rounding has left of the rows that came; 0 at first */
    const atomic_int *stop; /* set by the caller, null allowed: work ends soon after it is not 0, and there is no solution */
} bmi_least_squares;
enum { BMI_LS_ROWS = 64 };

/* For `rows` rows at most. BM_E_MEMORY when there is no memory; end in any case. */
bm_status bmi_least_squares_begin(bmi_least_squares *ls, bm_context *context, int64_t n, int64_t k, int64_t rows);
/* Adds a row: n numbers of A, k of b. */
void bmi_least_squares_row(bmi_least_squares *ls, const double *a, const double *b);
/* The same without a copy: where the next row is to be written, n + k numbers; then bmi_least_squares_took. */
double *bmi_least_squares_next(bmi_least_squares *ls);
void bmi_least_squares_took(bmi_least_squares *ls);
/* Adds all rows that went into another of the same n and k, which was begun for n rows at least, and whose triangle is destroyed. */
void bmi_least_squares_join(bmi_least_squares *ls, bmi_least_squares *other);
/* The triangle R and Qt b of all rows so far: row j of n + k numbers, of which the first j have no meaning. Not of rows that are kept. */
const double *bmi_least_squares_triangle(bmi_least_squares *ls, int64_t j);
/* x (n rows, k columns, row-major): by QR with column pivoting; when the columns of A depend on each other (rank < n), the
 * solution of least norm. rank may be null. Destroys the triangle. BM_E_MEMORY; BM_E_STOPPED. */
bm_status bmi_least_squares_solve(bmi_least_squares *ls, double *x, int64_t *rank);
/* Sum of squared residuals of column j of b at the solution, after solve. */
double bmi_least_squares_residual(const bmi_least_squares *ls, int64_t j);
void bmi_least_squares_end(bmi_least_squares *ls);
/* What solve does with rows that are kept (least_norm.c). */
bm_status bmi_least_norm(bmi_least_squares *ls, double *x, int64_t *rank);
/* A power of two by which the largest of rows x n numbers, rows `apart` numbers from each other, comes near 1, so that squares neither
 * overflow nor vanish; 1 where none is needed. */
double bmi_unit_scale(const double *x, int64_t rows, int64_t n, int64_t apart);

#endif
