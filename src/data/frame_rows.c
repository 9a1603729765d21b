// SPDX-License-Identifier: Apache-2.0
/* Columns as rows. */
#include "data/frame_rows.h"
#include <math.h>

static const double *column_of(const bmi_frame_rows *r, int64_t c)
{
    return c < r->columns ? r->frame->columns[r->at[c]].numbers : r->last;
}

void bmi_frame_rows_read(void *user, int64_t first, int64_t count, double *into, int64_t step)
{
    const bmi_frame_rows *r = user;
    const int64_t n = r->columns + (r->last != NULL);
    const bool weighed = r->weighed && r->frame->weights;
    for (int64_t c = 0; c < n; c++) {
        const double *x = column_of(r, c) + first, mean = r->mean ? r->mean[c] : 0;
        for (int64_t i = 0; i < count; i++) into[i * step + c] = x[i] - mean;
    }
    for (int64_t i = 0; weighed && i < count; i++) {
        const double root = sqrt(bmi_frame_weight(r->frame, first + i));
        for (int64_t c = 0; c < n; c++) into[i * step + c] *= root;
    }
}

/* The weighted sum of x - mean, eight sums side by side. */
static double sum_of(const double *x, const float *weights, int64_t n, double mean)
{
    double sum[8] = { 0 };
    const int64_t whole = n / 8 * 8;
    for (int64_t i = 0; i < whole && !weights; i += 8)
        for (int k = 0; k < 8; k++) sum[k] += x[i + k] - mean;
    for (int64_t i = 0; i < whole && weights; i += 8)
        for (int k = 0; k < 8; k++) sum[k] += (x[i + k] - mean) * (double)weights[i + k];
    for (int64_t i = whole; i < n; i++) sum[i - whole] += (x[i] - mean) * (weights ? (double)weights[i] : 1);
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

double bmi_frame_rows_means(const bmi_frame_rows *r, double *mean)
{
    const bmi_frame *f = r->frame;
    double all = 0;
    for (int64_t i = 0; i < f->rows; i++) all += bmi_frame_weight(f, i);
    for (int64_t c = 0; c < r->columns + (r->last != NULL); c++) {
        const double *x = column_of(r, c);
        mean[c] = sum_of(x, f->weights, f->rows, 0) / all;
        mean[c] += sum_of(x, f->weights, f->rows, mean[c]) / all; /* what rounding left */
    }
    return all;
}
