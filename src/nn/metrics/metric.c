// SPDX-License-Identifier: Apache-2.0
/* What several metrics count. */
#include "nn/metrics/metric.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

double bmi_weight_sum(const bm_metric_input *in)
{
    double sum = 0;
    for (int64_t i = 0; i < in->rows; i++) sum += bmi_weight_of(in, i);
    return sum;
}

static void say(const bm_metric_input *in, const char *format, va_list list)
{
    if (in->why && !*in->why) vsnprintf(in->why, BM_WHY, format, list);
}

double bmi_metric_undefined(const bm_metric_input *in, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(in, format, list);
    va_end(list);
    return NAN;
}

void bmi_metric_note(const bm_metric_input *in, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(in, format, list);
    va_end(list);
}

const char *bmi_class_text(const bm_metric_input *in, int64_t class, char into[BMI_CLASS_TEXT])
{
    if (in->class_names) snprintf(into, BMI_CLASS_TEXT, "class \"%.40s\"", in->class_names[class]);
    else snprintf(into, BMI_CLASS_TEXT, "class %lld", (long long)class);
    return into;
}

int64_t bmi_metric_classes(const bm_metric_input *in)
{
    return in->classes ? in->classes : in->columns == 1 ? 2 : in->columns;
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
    if (in->columns == 1) return y[0] >= threshold;
    return in->columns == 2 ? bmi_is_second(y, threshold) : largest(y, in->columns);
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

/* ---- counts of classes: hit, wrong and missed of each, then whether one was outside, then the weight of all rows ---- */

int64_t bmi_class_counts_size(int64_t columns)
{
    return 3 * (columns < 2 ? 2 : columns) + 2;
}

void bmi_class_count(bmi_class_counts *c, int64_t predicted, int64_t truth, double weight)
{
    if (predicted == truth) c->hit[truth] += weight;
    else {
        c->wrong[predicted] += weight;
        c->missed[truth] += weight;
    }
}

static bmi_class_counts parts_of(double *counts, const bm_metric_input *in)
{
    const int64_t n = bmi_of_labels(in) ? in->columns : bmi_metric_classes(in);
    return (bmi_class_counts){ n, counts, counts + n, counts + 2 * n, counts[3 * n + 1] };
}

bool bmi_class_counts_of(double *counts, const bm_metric_input *in, bmi_class_counts *c)
{
    *c = parts_of(counts, in);
    if (counts[3 * c->classes] != 0) bmi_metric_undefined(in, "a target is none of the %lld classes", (long long)c->classes);
    else if (!(c->all > 0)) bmi_metric_undefined(in, "the rows weigh nothing");
    return counts[3 * c->classes] == 0 && c->all > 0;
}

void bmi_class_counts_put(double *counts, const bmi_class_counts *c, bool outside)
{
    const int64_t n = c->classes;
    memcpy(counts, c->hit, (size_t)n * sizeof *counts);
    memcpy(counts + n, c->wrong, (size_t)n * sizeof *counts);
    memcpy(counts + 2 * n, c->missed, (size_t)n * sizeof *counts);
    counts[3 * n] = outside;
    counts[3 * n + 1] = c->all;
}

void bmi_class_counts_at(double *counts, const bm_metric_input *in, double threshold)
{
    const bool labels = bmi_of_labels(in);
    bmi_class_counts c = parts_of(counts, in);
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        if (w == 0) continue; /* no row: nor is a class outside that it has */
        counts[3 * c.classes + 1] += w;
        for (int64_t j = 0; labels && j < c.classes; j++) {
            const bool yes = in->prediction[i * c.classes + j] >= threshold, is = bmi_target_at(in, i, j) >= .5;
            if (yes && is) c.hit[j] += w;
            else if (yes) c.wrong[j] += w;
            else if (is) c.missed[j] += w;
        }
        if (labels) continue;
        const int64_t truth = bmi_class_true(in, i);
        if (truth < 0) counts[3 * c.classes] = 1;
        else bmi_class_count(&c, bmi_class_predicted(in, i, threshold), truth, w);
    }
}

void bmi_class_counts_add(double *counts, const bm_metric_input *in, const double p[2])
{
    bmi_class_counts_at(counts, in, p[0]);
}

void bmi_class_counts_add_second(double *counts, const bm_metric_input *in, const double p[2])
{
    bmi_class_counts_at(counts, in, p[1]);
}

double bmi_class_counts_threshold(const bm_metric_kind *k, const double p[2])
{
    if (!bmi_metric_by_parts(k)) return NAN;
    return k->add == bmi_class_counts_add ? p[0] : k->add == bmi_class_counts_add_second ? p[1] : NAN;
}

/* ---- means of rows ---- */

int64_t bmi_mean_counts(int64_t columns)
{
    (void)columns;
    return 2;
}

void bmi_mean_add(double *counts, const bm_metric_input *in, const double p[2], bmi_row_value *of)
{
    for (int64_t i = 0; i < in->rows; i++) {
        const double w = bmi_weight_of(in, i);
        if (w == 0) continue;
        counts[0] += w * of(in, i, p);
        counts[1] += w;
    }
}

double bmi_mean_end(double *counts, const bm_metric_input *in, const double p[2])
{
    (void)p;
    if (!(counts[1] > 0)) return bmi_metric_undefined(in, "the rows weigh nothing");
    if (isnan(counts[0])) return bmi_metric_undefined(in, "a number of the rows is outside of what it is defined for");
    return counts[0] / counts[1];
}
