// SPDX-License-Identifier: Apache-2.0
/* A column in figures: moments in two passes, quartiles and counts of a sorted copy, the most frequent values by counting.
 */
#include "base/context.h"
#include "base/text.h"
#include "data/order.h"
#include "data/table_look.h"
#include <inttypes.h>
#include "format/datetime.h"
#include <math.h>
#include <string.h>

enum { TOP = 5 };

/* Values in the order in which ties go. */
typedef struct value {
    double number;
    const char *text;
    int64_t whole; /* of integers beyond 2^53, instead of the number */
    int64_t count;
} value;

/* Keeps the most frequent of the values that come one by one. Ties: the one that is before. */
static void keep(value top[TOP], value v, bool by_text)
{
    int at = TOP;
    while (at &&
           (top[at - 1].count < v.count || (by_text && top[at - 1].count == v.count && strcmp(v.text, top[at - 1].text) < 0)))
        at--;
    for (int i = TOP - 1; i > at; i--) top[i] = top[i - 1];
    if (at < TOP) top[at] = v;
}

static void write_top(bm_summary *s, const bmi_column *c, const value top[TOP], bool whole)
{
    for (int i = 0; i < TOP && top[i].count; i++) {
        char number[32];
        if (c->type == BM_COLUMN_TIME) bmi_time_write(llround(top[i].number * 1e6), (bmi_date_detail)c->form.detail, number);
        else if (whole) snprintf(number, sizeof number, "%" PRId64, top[i].whole);
        else bmi_write_real(number, top[i].number);
        s->top_count[i] = top[i].count;
        snprintf(s->top[i], sizeof s->top[i], "%s",
                 top[i].text                 ? top[i].text
                 : c->type == BM_COLUMN_BOOL ? top[i].number != 0 ? "true" : "false"
                                             : number);
        bmi_clean(s->top[i]);
    }
}

/* A power of two by which numbers are multiplied so that their cubes neither overflow nor vanish; 1 of usual ones. */
static double unit_of(const double *x, int64_t n)
{
    double largest = 0;
    int exponent;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
    if (!isfinite(largest) || largest == 0 || (largest > 1e-80 && largest < 1e80)) return 1;
    frexp(largest, &exponent);
    return ldexp(1, exponent < -1000 ? 1000 : exponent > 1000 ? -1000 : -exponent);
}

static void moments(bm_summary *s, const double *x, int64_t n)
{
    double sum = 0, m2 = 0, m3 = 0;
    const double unit = unit_of(x, n);
    for (int64_t i = 0; i < n; i++) sum += x[i] * unit;
    const double mean = sum / (double)n;
    s->mean = mean / unit;
    for (int64_t i = 0; i < n; i++) {
        const double d = x[i] * unit - mean;
        m2 += d * d;
        m3 += d * d * d;
    }
    if (n > 1) s->std = sqrt(m2 / (double)(n - 1)) / unit;
    m2 /= (double)n;
    m3 /= (double)n;
    if (m2 > 0) s->skew = m3 / (m2 * sqrt(m2));
}

/* The quantile q of sorted numbers, by linear interpolation. */
static double quantile(const double *sorted, int64_t n, double q)
{
    const double at = q * (double)(n - 1);
    const int64_t k = (int64_t)at;
    return k + 1 < n && at > (double)k ? bmi_between(sorted[k], sorted[k + 1], at - (double)k) : sorted[k];
}

static void figures(bm_summary *s, const bmi_column *c, const double *x, int64_t n)
{
    value top[TOP] = { { .count = 0 } };
    if (x[0] == x[n - 1]) { /* whatever the rounding of the mean has left */
        s->mean = x[0];
        if (n > 1) s->std = 0;
        s->skew = NAN;
    }
    for (int64_t i = 0; i < n;) {
        value v = { .number = x[i] };
        while (i < n && x[i] == v.number) i++, v.count++;
        keep(top, v, false);
        s->distinct++;
    }
    s->min = x[0];
    s->max = x[n - 1];
    s->q1 = quantile(x, n, .25);
    s->median = quantile(x, n, .5);
    s->q3 = quantile(x, n, .75);
    write_top(s, c, top, false);
}

/* Integers that f64 cannot tell from their neighbours are counted as what they are. */
static bool is_beyond_f64(const bmi_column *c, int64_t rows)
{
    const int64_t exact = INT64_C(1) << 53, *x = c->values;
    for (int64_t r = 0; c->type == BM_COLUMN_INTEGER && r < rows; r++)
        if (x[r] != INT64_MIN && (x[r] > exact || x[r] < -exact)) return true;
    return false;
}

static bool exact_values(bm_summary *s, const bm_table *t, const bmi_column *c)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t *x = bmi_alloc_raw(t->object.context, (size_t)t->rows, sizeof *x);
    value top[TOP] = { { .count = 0 } };
    int64_t n = 0;
    if (!x) return false;
    for (int64_t r = 0; r < t->rows; r++) {
        const int64_t whole = ((const int64_t *)c->values)[r];
        x[n] = (uint64_t)whole ^ sign; /* in the order of the integers */
        n += whole != INT64_MIN;
    }
    bmi_sort_hashes(x, n);
    s->distinct = 0;
    for (int64_t i = 0; i < n; s->distinct++) {
        value v = { .whole = (int64_t)(x[i] ^ sign) };
        for (const uint64_t first = x[i]; i < n && x[i] == first; i++) v.count++;
        keep(top, v, false);
    }
    write_top(s, c, top, true);
    bmi_release(t->object.context, x, (size_t)t->rows, sizeof *x);
    return true;
}

static bool numbers(bm_summary *s, const bm_table *t, const bmi_column *c)
{
    const size_t rows = (size_t)t->rows;
    double *x = bmi_alloc_raw(t->object.context, rows, sizeof *x);
    double *other = bmi_alloc_raw(t->object.context, rows, sizeof *other);
    int64_t n = 0;
    if (x && other) {
        for (int64_t r = 0; r < t->rows; r++) {
            x[n] = bmi_column_number(c, r) + 0.;
            n += !isnan(x[n]);
        }
        if (n) moments(s, x, n);
        if (n) figures(s, c, bmi_sort_numbers(t->object.context, x, other, n), n);
    }
    const bool fine = x && other && (!is_beyond_f64(c, t->rows) || exact_values(s, t, c));
    bmi_release(t->object.context, other, rows, sizeof *other);
    bmi_release(t->object.context, x, rows, sizeof *x);
    return fine;
}

static bool texts(bm_summary *s, const bm_table *t, const bmi_column *c)
{
    const size_t all = (size_t)c->dictionary.count;
    int64_t *counts = bmi_alloc(t->object.context, all, sizeof *counts);
    value top[TOP] = { { .count = 0 } };
    if (!counts) return false;
    for (int64_t r = 0; r < t->rows; r++) {
        const int32_t code = ((const int32_t *)c->values)[r];
        if (code >= 0) counts[code]++;
    }
    for (size_t i = 0; i < all; i++) {
        if (!counts[i]) continue;
        s->distinct++;
        keep(top, (value){ .text = bmi_dictionary_text(&c->dictionary, (int32_t)i, NULL), .count = counts[i] }, true);
    }
    write_top(s, c, top, false);
    bmi_release(t->object.context, counts, all, sizeof *counts);
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

typedef struct summing {
    const bm_table *t;
    const int64_t *columns;
    bm_summary *into;
} summing;

static void summary_part(void *arg, int part, int parts)
{
    const summing *s = arg;
    (void)parts;
    s->into[part] = bm_table_summary(s->t, s->columns[part]);
}

void bmi_table_summaries(const bm_table *t, const int64_t *columns, int n, bm_summary *into)
{
    summing s = { t, columns, into };
    bmi_parallel_exact(t->object.context, n, summary_part, &s);
}

void bmi_histogram(const bmi_column *c, int64_t rows, double low, double high, int bins, int64_t *counts)
{
    memset(counts, 0, (size_t)bins * sizeof *counts);
    for (int64_t r = 0; r < rows; r++) {
        const double x = bmi_column_number(c, r);
        if (isnan(x)) continue;
        const double at =
            high > low ? (x / 2 - low / 2) / (high / 2 - low / 2) * bins : 0; /* halves: no difference overflows */
        counts[at >= bins ? bins - 1 : at > 0 ? (int)at : 0]++;
    }
}
