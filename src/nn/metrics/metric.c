// SPDX-License-Identifier: Apache-2.0
/* What several metrics count. */
#include "nn/metrics/metric.h"
#include <string.h>

double bmi_weight_sum(const bm_metric_input *in)
{
    double sum = 0;
    for (int64_t i = 0; i < in->rows; i++) sum += bmi_weight_of(in, i);
    return sum;
}

int64_t bmi_metric_classes(const bm_metric_input *in)
{
    return in->columns == 1 ? 2 : in->columns;
}

static int64_t largest(const double *x, int64_t n)
{
    int64_t best = 0;
    for (int64_t j = 1; j < n; j++)
        if (x[j] > x[best]) best = j;
    return best;
}

int64_t bmi_class_predicted(const bm_metric_input *in, int64_t row, double threshold)
{
    const double *y = in->prediction + row * in->columns;
    return in->columns == 1 ? y[0] >= threshold : largest(y, in->columns);
}

int64_t bmi_class_true(const bm_metric_input *in, int64_t row)
{
    const double *t = in->target + row * in->target_columns;
    if (in->target_columns > 1) return in->target_columns == in->columns ? largest(t, in->target_columns) : -1;
    const double n = (double)bmi_metric_classes(in);
    if (in->columns == 1 && t[0] > 0 && t[0] < 1) return t[0] >= .5;
    return t[0] >= 0 && t[0] < n && t[0] == floor(t[0]) ? (int64_t)t[0] : -1;
}

double bmi_target_at(const bm_metric_input *in, int64_t row, int64_t column)
{
    if (in->target_columns == in->columns) return in->target[row * in->columns + column];
    return bmi_class_true(in, row) == column;
}

size_t bmi_class_counts_bytes(int64_t rows, int64_t columns)
{
    (void)rows;
    return 3 * sizeof(double) * (size_t)(columns < 2 ? 2 : columns);
}

void bmi_class_count(bmi_class_counts *c, int64_t predicted, int64_t truth, double weight)
{
    if (predicted == truth) c->hit[truth] += weight;
    else {
        c->wrong[predicted] += weight;
        c->missed[truth] += weight;
    }
}

bool bmi_class_counts_of(const bm_metric_input *in, double threshold, bmi_class_counts *c)
{
    const int64_t n = bmi_metric_classes(in);
    *c = (bmi_class_counts){ n, in->scratch, (double *)in->scratch + n, (double *)in->scratch + 2 * n };
    memset(in->scratch, 0, bmi_class_counts_bytes(in->rows, in->columns));
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        for (int64_t j = 0; in->output == BM_OUTPUT_LABELS && in->columns > 1 && j < n; j++) {
            const bool yes = in->prediction[i * n + j] >= threshold, is = bmi_target_at(in, i, j) >= .5;
            if (yes && is) c->hit[j] += w;
            else if (yes) c->wrong[j] += w;
            else if (is) c->missed[j] += w;
        }
        if (in->output == BM_OUTPUT_LABELS && in->columns > 1) continue;
        const int64_t truth = bmi_class_true(in, i);
        if (truth < 0) return false;
        bmi_class_count(c, bmi_class_predicted(in, i, threshold), truth, w);
    }
    return true;
}
