// SPDX-License-Identifier: Apache-2.0
/* Metrics, confusion matrices and losses of given predictions and targets, in doubles.
 */
#include "base/kinds.h"
#include "base/object.h"
#include "nn/build.h"
#include "nn/measure.h"
#include "nn/metrics/metric.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

typedef struct measuring {
    bmi_error e;
    bm_place here;
    const char *what; /* for messages */
    bmi_arena arena;
    bm_metric_input in;
} measuring;

/* A result tensor that carries the error of the measuring, if there is one; ends the arena. */
static bm_tensor *finish(measuring *m, bm_tensor *result)
{
    if (!result) result = bm_tensor_new_at(BM_F64, BM_SCALAR, m->here);
    if (m->e.status) {
        if (!bmi_object_failed(result)) bmi_fail_from(&result->object.error, &m->e);
        if (result->object.users > 0 && result->size)
            memset(result->data, 0xff, (size_t)result->size * sizeof(double)); /* NaN */
    }
    bmi_arena_end(&m->arena);
    return result;
}

/* A tensor's numbers as doubles, rows x *columns; null with the error set. */
static const double *read(measuring *m, const char *name, const bm_tensor *t, int64_t *rows, int64_t *columns)
{
    char text[200];
    if (m->e.status) return NULL;
    if (bmi_object_failed(t)) {
        bmi_fail(&m->e, BM_E_ARGUMENT, m->here, "%s: the %s is %s", m->what, name, t ? t->object.error.text : "null");
        return NULL;
    }
    if (t->shape.rank < 1) {
        bmi_fail(&m->e, BM_E_SHAPE, m->here, "%s: the %s has shape %s, must be [rows] or [rows, columns]", m->what, name,
                 bmi_shape_text(text, &t->shape));
        return NULL;
    }
    double *at = bmi_arena_alloc(&m->arena, (size_t)t->size + 1, sizeof *at);
    if (!at) {
        bmi_fail_memory(&m->e, m->here, (size_t)t->size * sizeof *at, name);
        return NULL;
    }
    for (int64_t i = 0; i < t->size; i++) at[i] = bm_tensor_at(t, i);
    *rows = t->shape.dim[0];
    *columns = *rows ? t->size / *rows : 1;
    return at;
}

/* NaN, targets without end, and weights that weigh nothing: what would be counted as something it is not. */
static void check_numbers(measuring *m)
{
    const bm_metric_input *in = &m->in;
    double sum = 0;
    for (int64_t i = 0; i < in->rows && !m->e.status; i++) {
        for (int64_t j = 0; j < in->columns; j++)
            if (isnan(in->prediction[i * in->columns + j]))
                bmi_fail(&m->e, BM_E_DATA, m->here, "%s: the prediction of row %lld is NaN", m->what, (long long)i);
        for (int64_t j = 0; j < in->target_columns; j++)
            if (!isfinite(in->target[i * in->target_columns + j]))
                bmi_fail(&m->e, BM_E_DATA, m->here, "%s: the target of row %lld is %g", m->what, (long long)i,
                         in->target[i * in->target_columns + j]);
        const double w = bmi_weight_of(in, i);
        if (!(w >= 0 && isfinite(w)))
            bmi_fail(&m->e, BM_E_DATA, m->here, "%s: the weight of row %lld is %g; weights are finite and 0 or more", m->what,
                     (long long)i, w);
        sum += w;
    }
    if (!m->e.status && !(sum > 0 && isfinite(sum)))
        bmi_fail(&m->e, BM_E_DATA, m->here, "%s: the weights sum to %g", m->what, sum);
}

static void read_all(measuring *m, const void *options, size_t size)
{
    bm_measure_options o;
    int64_t rows = 0, weights = 0, one = 1;
    bm_metric_input *in = &m->in;
    if (bmi_options_copy(&m->e, m->here, &o, sizeof o, offsetof(bm_measure_options, named_), options, size)) return;
    in->prediction = read(m, "prediction", o.prediction, &in->rows, &in->columns);
    in->target = read(m, "target", o.target, &rows, &in->target_columns);
    if (o.weight) in->weight = read(m, "weight", o.weight, &weights, &one);
    if (m->e.status) return;
    if (!in->rows) bmi_fail(&m->e, BM_E_DATA, m->here, "%s: there are no rows", m->what);
    else if (rows != in->rows || (o.weight && (weights != in->rows || one != 1)))
        bmi_fail(&m->e, BM_E_SHAPE, m->here, "%s: the prediction has %lld rows, the %s %lld", m->what, (long long)in->rows,
                 rows != in->rows ? "target" : "weight", (long long)(rows != in->rows ? rows : weights));
    else if (in->target_columns != in->columns && in->target_columns != 1)
        bmi_fail(&m->e, BM_E_SHAPE, m->here,
                 "%s: the prediction has %lld columns, the target %lld; a target has as many, or one class number a row",
                 m->what, (long long)in->columns, (long long)in->target_columns);
    if (!m->e.status) check_numbers(m);
    in->output = o.output ? o.output : in->columns == 1 ? BM_OUTPUT_BINARY : BM_OUTPUT_CLASSES;
}

/* Class numbers that are outside get a message with their row. */
static void check_classes(measuring *m)
{
    const bm_metric_input *in = &m->in;
    for (int64_t i = 0; i < in->rows && !m->e.status; i++)
        if (bmi_class_true(in, i) < 0)
            bmi_fail(&m->e, BM_E_DATA, m->here, "%s: the target of row %lld is %g, classes are 0 to %lld", m->what,
                     (long long)i, in->target[i], (long long)bmi_metric_classes(in) - 1);
}

static void set_result(bm_tensor *result, double value)
{
    if (!bmi_object_failed(result)) *(double *)result->data = value;
}

/* The mean over rows of a function on nodes, in an eager f64 graph; of a metric by the weights of rows. */
static double by_rows(bmi_error *e, bm_place here, const bm_loss_kind *loss, const bm_metric_kind *metric, const double p[2],
                      const bm_tensor *prediction, const bm_tensor *target, const bm_tensor *weight, bm_output output)
{
    bm_graph *g = bm_graph_new_at(&(bm_graph_options){ .eager = true }, sizeof(bm_graph_options), here);
    bm_loss_input in = { .prediction = bm_constant_at(g, prediction, NULL, here), .logits = { NULL, -1 }, .output = output };
    in.prediction = bm_cast_at(in.prediction, BM_F64, here);
    in.target = bm_constant_at(g, target, NULL, here);
    bm_node rows = loss ? bmi_loss_rows(e, here, loss, p, &in) : bmi_metric_rows(e, here, metric, p, &in);
    bm_node w = { NULL, -1 }, all = rows;
    if (weight) w = bm_cast_at(bm_constant_at(g, weight, NULL, here), BM_F64, here);
    if (!e->status) all = bmi_loss_reduce(rows, w, loss ? loss->reduction : weight ? BM_REDUCE_SUM : BM_REDUCE_MEAN, here);
    if (!e->status && weight) all = bm_div_at(all, bm_sum_at(w, (bm_axes){ 0 }, true, false, here), here);
    bmi_fail_from(e, &g->object.error);
    const double value = e->status ? NAN : bm_node_number(all);
    bm_graph_free(g);
    return value;
}

/* The same of numbers that lie in doubles; class numbers as integers. */
static double by_rows_of(bm_context *context, const bm_metric_kind *kind, const double p[2], const bm_metric_input *in,
                         bmi_error *e, bm_place here)
{
    const bool classes = in->target_columns == 1 && in->columns > 1;
    bm_tensor *y = bmi_tensor_over(context, BM_F64, BM_SHAPE(in->rows, in->columns), in->prediction, here);
    bm_tensor *t = classes ? bm_tensor_new_in_at(context, BM_I64, BM_SHAPE(in->rows), here)
                           : bmi_tensor_over(context, BM_F64, BM_SHAPE(in->rows, in->target_columns), in->target, here);
    bm_tensor *w = in->weight ? bmi_tensor_over(context, BM_F64, BM_SHAPE(in->rows), in->weight, here) : NULL;
    double value = NAN;
    if (!bmi_fail_from(e, &y->object.error) && !bmi_fail_from(e, &t->object.error) &&
        (!w || !bmi_fail_from(e, &w->object.error))) {
        for (int64_t i = 0; classes && i < in->rows; i++) ((int64_t *)t->data)[i] = (int64_t)in->target[i];
        value = by_rows(e, here, NULL, kind, p, y, t, w, in->output);
    }
    bmi_object_free(y);
    bmi_object_free(t);
    bmi_object_free(w);
    return value;
}

double bmi_measure_numbers(bm_context *context, const bm_metric_kind *kind, const double p[2], const bm_metric_input *given,
                           char why[BM_WHY], bmi_error *e, bm_place here)
{
    bm_metric_input in = *given;
    double value = NAN;
    *why = 0;
    in.why = why;
    for (int64_t i = 0; i < in.rows * in.columns; i++)
        if (isnan(in.prediction[i]) && bmi_weight_of(&in, i / in.columns) > 0)
            return bmi_metric_undefined(&in, "the prediction of row %lld is NaN", (long long)(i / in.columns));
    if (!kind->all && !bmi_metric_by_parts(kind)) value = by_rows_of(context, kind, p, &in, e, here);
    else {
        const int64_t columns = in.classes > in.columns ? in.classes : in.columns;
        const size_t bytes = bmi_metric_scratch(kind, in.rows, columns);
        in.scratch = bytes ? bmi_alloc(context, bytes, 1) : NULL;
        if (bytes && !in.scratch) bmi_fail_memory(e, here, bytes, kind->name);
        else value = bmi_metric_all(kind, &in, p);
        if (in.scratch) bmi_release(context, in.scratch, bytes, 1);
    }
    if (isnan(value)) bmi_metric_undefined(&in, "its numbers are too large, or none");
    return value;
}

bm_tensor *bm_measure_at(bm_metric metric, const bm_measure_options *options, size_t size, bm_place here)
{
    measuring m = { .here = here, .what = "measure" };
    double p[2], value = NAN;
    char why[BM_WHY];
    bm_tensor *result = bm_tensor_new_at(BM_F64, BM_SCALAR, here);
    const bm_metric_kind *kind = bmi_metric_find(&m.e, here, "measure", metric, p);
    if (kind) m.what = kind->name;
    if (kind) read_all(&m, options, size);
    if (!m.e.status) value = bmi_measure_numbers(NULL, kind, p, &m.in, why, &m.e, here);
    if (!m.e.status && isnan(value)) {
        if (kind->target != BM_TARGET_LIKE_OUTPUT && m.in.output != BM_OUTPUT_LABELS) check_classes(&m);
        bmi_fail(&m.e, BM_E_DATA, here, "%s: it is not defined for these rows: %s", kind->name, why);
    }
    set_result(result, value);
    return finish(&m, result);
}

bm_tensor *bm_confusion_at(const bm_measure_options *options, size_t size, bm_place here)
{
    measuring m = { .here = here, .what = "confusion" };
    bm_tensor *result = NULL;
    read_all(&m, options, size);
    if (!m.e.status && m.in.output == BM_OUTPUT_LABELS)
        bmi_fail(&m.e, BM_E_ARGUMENT, here,
                 "confusion: labels that do not exclude each other have no confusion matrix; take one column at a time");
    if (!m.e.status) check_classes(&m);
    if (!m.e.status) {
        const int64_t n = bmi_metric_classes(&m.in);
        result = bm_tensor_new_at(BM_F64, BM_SHAPE(n, n), here);
        for (int64_t i = 0; !bmi_object_failed(result) && i < m.in.rows; i++)
            ((double *)result->data)[bmi_class_true(&m.in, i) * n + bmi_class_predicted(&m.in, i, .5)] +=
                bmi_weight_of(&m.in, i);
    }
    return finish(&m, result);
}

bm_tensor *bm_loss_value_at(bm_loss loss, const bm_tensor *prediction, const bm_tensor *target, bm_place here)
{
    measuring m = { .here = here, .what = "loss" };
    double p[2];
    bm_tensor *result = bm_tensor_new_at(BM_F64, BM_SCALAR, here);
    const bm_loss_kind *kind = bmi_loss_find(&m.e, here, "loss", loss, p);
    if (kind) set_result(result, by_rows(&m.e, here, kind, NULL, p, prediction, target, NULL, m.in.output));
    return finish(&m, result);
}
