// SPDX-License-Identifier: Apache-2.0
/* Chosen columns of a frame as rows of a matrix, for steps that see several columns at once. */
#ifndef BMI_DATA_FRAME_ROWS_H
#define BMI_DATA_FRAME_ROWS_H
#include "data/frame.h"
#include "linalg/gram.h"

typedef struct bmi_frame_rows {
    const bmi_frame *frame;
    const size_t *at; /* `columns` places of columns of numbers */
    int64_t columns;
    const double *mean; /* taken off; or null */
    const double *last; /* one more column, of f->rows numbers, its mean taken off, too, behind the others; or null */
    bool weighed;       /* rows are multiplied by the root of their weight */
} bmi_frame_rows;

/* Rows first .. first + count - 1, `step` numbers apart: the `read` of a bmi_rows_source, user is a bmi_frame_rows. */
void bmi_frame_rows_read(void *user, int64_t first, int64_t count, double *into, int64_t step);
/* The sum of weights, and the weighted means of the columns (and of `last`). */
double bmi_frame_rows_means(const bmi_frame_rows *r, double *mean);
/* 1 where squares of n numbers can be summed (NaN is passed over); where they overflow or vanish the power of two by which the numbers are
 * to be multiplied before. */
double bmi_squares_scale(const double *x, int64_t n);
double bmi_squares_scale_between(double least, double most); /* of numbers between these */
/* Whether n numbers are all finite; the ends between which they lie, widened (NaN is on neither side). */
bool bmi_all_finite(const double *x, int64_t n);
void bmi_widen_ends(const double *x, int64_t n, double *least, double *most);

#endif
