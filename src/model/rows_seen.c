// SPDX-License-Identifier: Apache-2.0
/* Metrics of all rows, of which some come after the other. */
#include "model/rows_seen.h"
#include "base/memory.h"
#include "kernels/cpu/convert.h"
#include "nn/metrics/metric.h"
#include <math.h>
#include <string.h>

/* Whether a metric is of all rows, not a mean that the network itself gives. */
static bool is_whole(const bmi_measured *m)
{
    return !m->sum.graph;
}

static int64_t counts_of(const bmi_rows_seen *s, const bmi_measured *m)
{
    return is_whole(m) && bmi_metric_by_parts(m->kind) ? m->kind->counts(s->columns) : 0;
}

bool bmi_rows_seen_make(bmi_rows_seen *s, const bmi_network *n, int64_t rows, int64_t part, int64_t columns,
                        int64_t target_columns, bool weighted)
{
    bool any = false;
    *s = (bmi_rows_seen){ .columns = columns, .target_columns = target_columns, .n_counts = 1 };
    for (int i = 0; i < n->n_metrics; i++) {
        const bmi_measured *m = &n->metrics[i];
        if (!is_whole(m)) continue;
        any = true;
        s->n_counts += counts_of(s, m);
        if (bmi_metric_by_parts(m->kind)) continue;
        const size_t bytes = bmi_metric_scratch(m->kind, rows, columns);
        s->all = true;
        if (bytes > s->scratch_bytes) s->scratch_bytes = bytes;
    }
    if (!any) return true;
    s->rows = s->all ? rows : part;
    s->prediction = bmi_alloc(n->context, (size_t)s->rows, (size_t)columns * sizeof *s->prediction);
    s->target = bmi_alloc(n->context, (size_t)s->rows, (size_t)target_columns * sizeof *s->target);
    if (weighted) s->weight = bmi_alloc(n->context, (size_t)s->rows, sizeof *s->weight);
    s->counts = bmi_alloc(n->context, (size_t)s->n_counts, sizeof *s->counts);
    s->scratch = bmi_alloc(n->context, s->scratch_bytes, 1);
    if (s->prediction && s->target && (s->weight || !weighted) && s->counts && s->scratch) return true;
    bmi_rows_seen_end(s, n->context);
    return false;
}

void bmi_rows_seen_end(bmi_rows_seen *s, bm_context *context)
{
    bmi_release(context, s->prediction, (size_t)s->rows, (size_t)s->columns * sizeof *s->prediction);
    bmi_release(context, s->target, (size_t)s->rows, (size_t)s->target_columns * sizeof *s->target);
    bmi_release(context, s->weight, (size_t)s->rows, sizeof *s->weight);
    bmi_release(context, s->counts, (size_t)s->n_counts, sizeof *s->counts);
    bmi_release(context, s->scratch, s->scratch_bytes, 1);
    *s = (bmi_rows_seen){ .prediction = NULL };
}

void bmi_rows_seen_clear(bmi_rows_seen *s)
{
    if (s->counts) memset(s->counts, 0, (size_t)s->n_counts * sizeof *s->counts);
    s->whole = true;
}

double *bmi_rows_seen_targets(const bmi_rows_seen *s, int64_t first)
{
    return s->target + (s->all ? first : 0) * s->target_columns;
}

double *bmi_rows_seen_weights(const bmi_rows_seen *s, int64_t first)
{
    return s->weight ? s->weight + (s->all ? first : 0) : NULL;
}

static bm_metric_input input_of(const bmi_rows_seen *s, const bmi_network *n, int64_t first, int64_t rows)
{
    const int64_t at = s->all ? first : 0;
    return (bm_metric_input){ .prediction = s->prediction + at * s->columns,
                              .target = s->target + at * s->target_columns,
                              .weight = bmi_rows_seen_weights(s, first),
                              .rows = rows,
                              .columns = s->columns,
                              .target_columns = s->target_columns,
                              .output = n->heads[0].form,
                              .scratch = s->scratch };
}

void bmi_rows_seen_add(bmi_rows_seen *s, const bmi_network *n, int64_t first, int64_t rows, const bm_array *predictions)
{
    const bm_metric_input part = input_of(s, n, first, rows);
    const int64_t k = rows * s->columns;
    double *counts = s->counts + 1, *into = s->prediction + (s->all ? first : 0) * s->columns;
    bmi_read[bmi_isa_now()][BMI_REAL_F64](into, predictions->data, predictions->type, 1, k, k, 1);
    for (int64_t i = 0; i < k; i++)
        if (isnan(into[i])) s->counts[0] = 1; /* the largest of them would be class 0 */
    for (int i = 0; i < n->n_metrics; i++) {
        const bmi_measured *m = &n->metrics[i];
        const int64_t own = counts_of(s, m);
        if (own) m->kind->add(counts, &part, m->p);
        counts += own;
    }
}

double bmi_rows_seen_measure(const bmi_rows_seen *s, const bmi_network *n, int metric, int64_t rows, char *why)
{
    bm_metric_input all = input_of(s, n, 0, rows);
    const bmi_measured *m = &n->metrics[metric];
    double *counts = s->counts + 1;
    all.why = why;
    if (why) *why = 0;
    if (!s->whole) return bmi_metric_undefined(&all, "the epoch's first rows are not there");
    if (s->counts[0] != 0) return bmi_metric_undefined(&all, "a prediction is NaN");
    for (int i = 0; i < metric; i++) counts += counts_of(s, &n->metrics[i]);
    const double value = counts_of(s, m) ? m->kind->end(counts, &all, m->p) : bmi_metric_all(m->kind, &all, m->p);
    return isnan(value) ? bmi_metric_undefined(&all, "a number of the rows is outside of what it is defined for") : value;
}
