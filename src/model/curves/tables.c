// SPDX-License-Identifier: Apache-2.0
/* Tables beside the curves: the confusion matrix, the classes one by one, and predictions against targets.
 * Source: as scikit-learn's confusion_matrix and classification_report.
 */
#include "base/object.h"
#include "model/curves/curve.h"
#include <string.h>

/* ---- residuals ---- */
static void residuals(bmi_curve *c)
{
    const bm_metric_input *in = &c->in;
    if (in->columns != in->target_columns) {
        bmi_fail(c->e, BM_E_SHAPE, c->here, "residuals: there are %lld predictions a row and %lld targets",
                 (long long)in->columns, (long long)in->target_columns);
        return;
    }
    if (!bmi_curve_room(c, in->rows * in->columns)) return;
    for (int64_t j = 0; j < in->columns; j++)
        for (int64_t i = 0; i < in->rows; i++) {
            const double y = in->prediction[i * in->columns + j], t = in->target[i * in->columns + j];
            c->of[c->points] = j;
            bmi_curve_put(c, (double[]){ t, y, t - y });
        }
    bmi_curve_table(c, in->columns > 1 ? "output" : NULL);
}

/* ---- confusion ---- */
static bool has_classes(bmi_curve *c)
{
    const bm_metric_input *in = &c->in;
    if (in->output == BM_OUTPUT_LABELS)
        bmi_fail(c->e, BM_E_ARGUMENT, c->here, "%s: labels that do not exclude each other have no such table; take one column",
                 c->kind->name);
    for (int64_t i = 0; i < in->rows && !c->e->status; i++)
        if (bmi_class_true(in, i) < 0)
            bmi_fail(c->e, BM_E_DATA, c->here, "%s: the target of row %lld is %g, classes are 0 to %lld", c->kind->name,
                     (long long)i, in->target[i * in->target_columns], (long long)bmi_metric_classes(in) - 1);
    return !c->e->status;
}

static void normalize(double *counts, int64_t n, bm_normalize by)
{
    double all = 0;
    for (int64_t i = 0; i < n * n; i++) all += counts[i];
    for (int64_t i = 0; i < n && by != BM_NORMALIZE_NONE; i++) {
        double sum = 0;
        for (int64_t k = 0; k < n; k++) sum += by == BM_NORMALIZE_TRUE ? counts[i * n + k] : counts[k * n + i];
        if (by == BM_NORMALIZE_ALL) sum = all;
        for (int64_t k = 0; k < n; k++) {
            double *at = by == BM_NORMALIZE_PREDICTED ? &counts[k * n + i] : &counts[i * n + k];
            *at = sum > 0 ? *at / sum : 0;
        }
    }
}

static void confusion(bmi_curve *c)
{
    const bm_metric_input *in = &c->in;
    const int64_t n = bmi_metric_classes(in);
    if (!has_classes(c)) return;
    double *counts = bmi_arena_alloc(&c->arena, (size_t)(n * n), sizeof *counts),
           *column = bmi_arena_alloc(&c->arena, (size_t)n, sizeof *column);
    bm_name *names = bmi_arena_alloc(&c->arena, (size_t)n, sizeof *names);
    char(*numbers)[32] = bmi_arena_alloc(&c->arena, (size_t)n, sizeof *numbers);
    if (!counts || !column || !names || !numbers) {
        bmi_fail_memory(c->e, c->here, (size_t)(n * n) * sizeof *counts, "a confusion matrix");
        return;
    }
    for (int64_t i = 0; i < in->rows; i++)
        counts[bmi_class_true(in, i) * n + bmi_class_predicted(in, i, c->o.threshold)] += bmi_weight_of(in, i);
    normalize(counts, n, c->o.normalize);
    for (int64_t k = 0; k < n; k++) names[k] = bmi_curve_class(c, k, numbers[k]);
    bm_table_add_text_at(c->out, "true", names, n, c->here);
    for (int64_t k = 0; k < n; k++) {
        char own[300];
        for (int64_t i = 0; i < n; i++) column[i] = counts[i * n + k];
        snprintf(own, sizeof own, strcmp(names[k], "true") ? "%s" : "%s (class)", names[k]);
        bm_table_add_real_at(c->out, own, column, n, c->here);
    }
}

/* ---- classes ---- */
static double of_class(const bm_metric_input *in, const char *name, double *counts, int64_t k)
{
    const bm_metric_kind *kind = bmi_kind_find("metric", name);
    bm_metric_input quiet = *in;
    quiet.why = NULL;
    return kind->end(counts, &quiet, (double[]){ (double)k, .5 });
}

/* Both areas of a class against the rest; missing where one side has no rows. */
static void areas(bmi_curve *c, int64_t k, double into[2])
{
    static const char *const names[] = { "roc_auc", "average_precision" };
    bm_metric_input one = c->in;
    double *y = (double *)c->column[0], *t = (double *)c->column[1]; /* room of one column a row */
    for (int64_t i = 0; i < one.rows; i++) {
        const double p = c->in.prediction[i * c->in.columns + (c->in.columns > 1 ? k : 0)];
        y[i] = c->in.columns == 1 && k == 0 ? -p : p;
        t[i] = bmi_class_true(&c->in, i) == k;
    }
    one.prediction = y;
    one.target = t;
    one.columns = one.target_columns = 1;
    one.output = BM_OUTPUT_BINARY;
    one.why = NULL;
    for (int m = 0; m < 2; m++)
        into[m] = ((const bm_metric_kind *)bmi_kind_find("metric", names[m]))->all(&one, (double[2]){ 0 });
}

static void classes(bmi_curve *c)
{
    static const char *const measures[] = { "precision_of", "recall_of", "specificity_of", "f1_of", "jaccard_of" };
    const int64_t n = bmi_metric_classes(&c->in);
    if (!has_classes(c)) return;
    double *counts = bmi_arena_alloc(&c->arena, (size_t)bmi_class_counts_size(n), sizeof *counts),
           *values = bmi_arena_alloc(&c->arena, (size_t)(n * 8), sizeof *values);
    c->in.scratch = bmi_arena_alloc(&c->arena, bmi_groups_scratch(c->in.rows, 1), 1);
    if (!counts || !values || !c->in.scratch) {
        bmi_fail_memory(c->e, c->here, (size_t)c->in.rows * 16, "scores of classes");
        return;
    }
    if (!bmi_curve_room(c, c->in.rows > n ? c->in.rows : n)) return;
    bmi_class_counts_at(counts, &c->in, c->o.threshold);
    for (int64_t k = 0; k < n; k++) {
        double *v = values + 8 * k;
        v[0] = counts[k] + counts[2 * n + k];
        for (int m = 0; m < 5; m++) v[1 + m] = of_class(&c->in, measures[m], counts, k);
        areas(c, k, v + 6);
    }
    for (int64_t k = 0; k < n; k++) {
        c->of[k] = k;
        bmi_curve_put(c, values + 8 * k);
    }
    bmi_curve_table(c, "class");
}

static const bmi_curve_kind curve_residuals = { "residuals",
                                                "target, prediction and their difference of every row",
                                                { "target", "prediction", "residual" },
                                                NULL,
                                                NULL,
                                                false,
                                                residuals };
static const bmi_curve_kind curve_confusion = { "confusion", "true classes against predicted ones", { NULL }, NULL, NULL, false,
                                                confusion };
static const bmi_curve_kind curve_classes = { "classes",
                                              "precision, recall and areas of each class",
                                              { "rows", "precision", "recall", "specificity", "f1", "jaccard", "roc_auc",
                                                "average_precision" },
                                              NULL,
                                              NULL,
                                              false,
                                              classes };

const bmi_kind bmi_kinds_curve_tables[] = {
    BMI_CURVE_KIND(residuals), BMI_CURVE_KIND(confusion), BMI_CURVE_KIND(classes), { 0 }
};
