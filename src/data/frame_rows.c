// SPDX-License-Identifier: Apache-2.0
/* Columns as rows. */
#include "data/frame_rows.h"
#include "base/threads.h"
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
    int64_t c = 0;
    for (; c + 8 <= n; c += 8) { /* eight columns fill a line of memory */
        const double *x[8];
        double mean[8];
        for (int k = 0; k < 8; k++) {
            x[k] = column_of(r, c + k) + first;
            mean[k] = r->mean ? r->mean[c + k] : 0;
        }
        const double *next[8]; /* asked for meanwhile: there are more columns than the processor foresees by itself */
        for (int k = 0; k < 8; k++) next[k] = c + 8 + k < n ? column_of(r, c + 8 + k) + first : x[k];
        for (int64_t i = 0; i < count; i++) {
            __builtin_prefetch(next[i % 8] + i / 8 * 8);
            for (int k = 0; k < 8; k++) into[i * step + c + k] = x[k][i] - mean[k];
        }
    }
    for (; c < n; c++) {
        const double *x = column_of(r, c) + first, mean = r->mean ? r->mean[c] : 0;
        for (int64_t i = 0; i < count; i++) into[i * step + c] = x[i] - mean;
    }
    for (int64_t i = 0; weighed && i < count; i++) {
        const double root = sqrt(bmi_frame_weight(r->frame, first + i));
        for (c = 0; c < n; c++) into[i * step + c] *= root;
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

typedef struct means {
    const bmi_frame_rows *r;
    double all, *mean;
} means;

static void means_of(void *arg, int part, int parts)
{
    const means *m = arg;
    const bmi_frame *f = m->r->frame;
    const double all = f->weights ? m->all / f->weight_scale : m->all;
    int64_t begin, end;
    bmi_slice(m->r->columns + (m->r->last != NULL), 1, part, parts, &begin, &end);
    for (int64_t c = begin; c < end; c++) {
        const double *x = column_of(m->r, c);
        m->mean[c] = sum_of(x, f->weights, f->rows, 0) / all;
        m->mean[c] += sum_of(x, f->weights, f->rows, m->mean[c]) / all; /* what rounding left */
    }
}

double bmi_frame_rows_means(const bmi_frame_rows *r, double *mean)
{
    enum { PARTS = 16 };
    means m = { .r = r, .mean = mean };
    for (int64_t i = 0; i < r->frame->rows; i++) m.all += bmi_frame_weight(r->frame, i);
    bmi_parallel_exact(r->frame->context, PARTS, means_of, &m);
    return m.all;
}

bool bmi_all_finite(const double *x, int64_t n)
{
    double odd[8] = { 0 }; /* x - x is not 0 of what is not finite */
    const int64_t whole = n / 8 * 8;
    for (int64_t i = 0; i < whole; i += 8)
        for (int k = 0; k < 8; k++) odd[k] += x[i + k] - x[i + k];
    for (int64_t i = whole; i < n; i++) odd[0] += x[i] - x[i];
    for (int k = 1; k < 8; k++) odd[0] += odd[k];
    return odd[0] == 0;
}

void bmi_widen_ends(const double *x, int64_t n, double *least, double *most)
{
    double low[8], high[8];
    const int64_t whole = n / 8 * 8;
    for (int k = 0; k < 8; k++) low[k] = *least, high[k] = *most;
    for (int64_t i = 0; i < whole; i += 8)
        for (int k = 0; k < 8; k++) {
            low[k] = x[i + k] < low[k] ? x[i + k] : low[k];
            high[k] = x[i + k] > high[k] ? x[i + k] : high[k];
        }
    for (int64_t i = whole; i < n; i++) {
        low[0] = x[i] < low[0] ? x[i] : low[0];
        high[0] = x[i] > high[0] ? x[i] : high[0];
    }
    for (int k = 0; k < 8; k++) {
        *least = low[k] < *least ? low[k] : *least;
        *most = high[k] > *most ? high[k] : *most;
    }
}

double bmi_squares_scale(const double *x, int64_t n)
{
    double least = INFINITY, most = -INFINITY;
    bmi_widen_ends(x, n, &least, &most);
    return bmi_squares_scale_between(least, most);
}

double bmi_squares_scale_between(double least, double most)
{
    const double size = fmax(fabs(least), fabs(most));
    if (!isfinite(size) || size == 0 || (size > 0x1p-400 && size < 0x1p400)) return 1;
    return size > 1 ? 0x1p-700 : 0x1p700;
}
