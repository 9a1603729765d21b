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

bool bmi_metric_by_parts(const bm_metric_kind *k)
{
    return k->size >= offsetof(bm_metric_kind, end) + sizeof k->end && k->counts && k->add && k->end;
}

size_t bmi_metric_scratch(const bm_metric_kind *k, int64_t rows, int64_t columns)
{
    if (k->all) return k->scratch ? k->scratch(rows, columns) : 0;
    return bmi_metric_by_parts(k) ? (size_t)k->counts(columns) * sizeof(double) : 0;
}

double bmi_metric_all(const bm_metric_kind *k, const bm_metric_input *in, const double p[2])
{
    if (k->all) return k->all(in, p);
    memset(in->scratch, 0, bmi_metric_scratch(k, in->rows, in->columns));
    k->add(in->scratch, in, p);
    return k->end(in->scratch, in, p);
}

int64_t bmi_class_counts_size(int64_t columns)
{
    return 3 * (columns < 2 ? 2 : columns) + 1;
}

void bmi_class_count(bmi_class_counts *c, int64_t predicted, int64_t truth, double weight)
{
    if (predicted == truth) c->hit[truth] += weight;
    else {
        c->wrong[predicted] += weight;
        c->missed[truth] += weight;
    }
}

bool bmi_class_counts_of(double *counts, const bm_metric_input *in, bmi_class_counts *c)
{
    const int64_t n = bmi_metric_classes(in);
    *c = (bmi_class_counts){ n, counts, counts + n, counts + 2 * n };
    return counts[3 * n] == 0;
}

void bmi_class_counts_add(double *counts, const bm_metric_input *in, const double p[2])
{
    const bool labels = in->output == BM_OUTPUT_LABELS && in->columns > 1;
    bmi_class_counts c;
    bmi_class_counts_of(counts, in, &c);
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        for (int64_t j = 0; labels && j < c.classes; j++) {
            const bool yes = in->prediction[i * c.classes + j] >= p[0], is = bmi_target_at(in, i, j) >= .5;
            if (yes && is) c.hit[j] += w;
            else if (yes) c.wrong[j] += w;
            else if (is) c.missed[j] += w;
        }
        if (labels) continue;
        const int64_t truth = bmi_class_true(in, i);
        if (truth < 0) counts[3 * c.classes] = 1;
        else bmi_class_count(&c, bmi_class_predicted(in, i, p[0]), truth, w);
    }
}
