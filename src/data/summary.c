// SPDX-License-Identifier: Apache-2.0
/* A column in figures: moments in two passes, quartiles by selection, the most frequent values by counting. */
#include "base/text.h"
#include "data/order.h"
#include "data/table.h"
#include "format/datetime.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct value {
    double number;
    const char *text;
    int64_t count;
} value;

static int by_count(const void *a, const void *b)
{
    const value *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    if (x->text) return strcmp(x->text, y->text);
    return (x->number > y->number) - (x->number < y->number);
}

static void top(bm_summary *s, const bmi_column *c, value *values, int64_t n)
{
    s->distinct = n;
    qsort(values, (size_t)n, sizeof *values, by_count);
    for (int i = 0; i < 5 && i < n; i++) {
        char number[32];
        if (c->type == BM_COLUMN_TIME) bmi_time_write(llround(values[i].number * 1e6), (bmi_date_detail)c->form.detail, number);
        else bmi_write_real(number, values[i].number);
        s->top_count[i] = values[i].count;
        snprintf(s->top[i], sizeof s->top[i], "%s",
                 values[i].text              ? values[i].text
                 : c->type == BM_COLUMN_BOOL ? values[i].number != 0 ? "true" : "false"
                                             : number);
        bmi_clean(s->top[i]);
    }
}

static void moments(bm_summary *s, const double *x, int64_t n)
{
    double sum = 0, m2 = 0, m3 = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i];
    s->mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double d = x[i] - s->mean;
        m2 += d * d;
        m3 += d * d * d;
    }
    if (n > 1) s->std = sqrt(m2 / (double)(n - 1));
    m2 /= (double)n;
    m3 /= (double)n;
    if (m2 > 0) s->skew = m3 / (m2 * sqrt(m2));
}

static bool numbers(bm_summary *s, const bm_table *t, const bmi_column *c)
{
    double *x = bmi_alloc_raw(t->object.context, (size_t)t->rows, sizeof *x);
    value *values = bmi_alloc(t->object.context, (size_t)t->rows, sizeof *values);
    int64_t n = 0, distinct = 0;
    for (int64_t r = 0; x && values && r < t->rows; r++)
        if (!bmi_column_is_missing(c, r)) x[n++] = bmi_column_number(c, r) + 0.;
    if (x && values && n) {
        moments(s, x, n);
        qsort(x, (size_t)n, sizeof *x, bmi_by_number);
        if (x[0] == x[n - 1]) { /* whatever the rounding of the mean has left */
            s->mean = x[0];
            if (n > 1) s->std = 0;
            s->skew = NAN;
        }
        for (int64_t i = 0; i < n; i++) {
            if (!i || x[i] != x[i - 1]) values[distinct++] = (value){ .number = x[i] };
            values[distinct - 1].count++;
        }
        s->min = x[0];
        s->max = x[n - 1];
        s->q1 = bmi_quantile(x, n, .25);
        s->median = bmi_quantile(x, n, .5);
        s->q3 = bmi_quantile(x, n, .75);
        top(s, c, values, distinct);
    }
    const bool fine = x && values;
    bmi_release(t->object.context, x, (size_t)t->rows, sizeof *x);
    bmi_release(t->object.context, values, (size_t)t->rows, sizeof *values);
    return fine;
}

static bool texts(bm_summary *s, const bm_table *t, const bmi_column *c)
{
    const size_t all = (size_t)c->dictionary.count;
    value *values = bmi_alloc(t->object.context, all, sizeof *values);
    int64_t n = 0;
    if (!values) return false;
    for (int64_t r = 0; r < t->rows; r++) {
        const int32_t code = ((const int32_t *)c->values)[r];
        if (code >= 0) values[code].count++;
    }
    for (size_t i = 0; i < all; i++)
        if (values[i].count)
            values[n++] = (value){ .text = bmi_dictionary_text(&c->dictionary, (int32_t)i, NULL), .count = values[i].count };
    top(s, c, values, n);
    bmi_release(t->object.context, values, all, sizeof *values);
    return true;
}

bm_summary bm_table_summary(const bm_table *t, int64_t column)
{
    const bm_summary none = {
        .mean = NAN, .std = NAN, .min = NAN, .q1 = NAN, .median = NAN, .q3 = NAN, .max = NAN, .skew = NAN
    };
    bm_summary s = none;
    if (bmi_object_failed(t) || column < 0 || (size_t)column >= t->n_columns) return none;
    const bmi_column *c = &t->columns[column];
    s.missing = bm_table_missing(t, column);
    s.count = t->rows - s.missing;
    return (c->type == BM_COLUMN_TEXT ? texts(&s, t, c) : numbers(&s, t, c)) ? s : none;
}
