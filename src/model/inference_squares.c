// SPDX-License-Identifier: Apache-2.0
/* Statistics of least squares, from the triangle of the rows and two passes over their residuals. Sources: Greene, "Econometric
 * Analysis", chapters 3 to 5; Koenker, "A note on studentizing a test for heteroscedasticity", 1981.
 */
#include "linalg/householder.h"
#include "model/inference_work.h"
#include <math.h>
#include <string.h>

typedef struct sums {
    double squares, total, log_weights, *e, *raw, *x;
} sums;

/* Residuals of a target by the weights of the network, and their sums. */
static void residuals(bmi_inference_work *w, int64_t target, sums *s)
{
    const int64_t p = w->d.columns;
    const double *mean = w->r.mean;
    double offset = w->d.bias ? mean[p + target] - bmi_dense_coefficient(&w->d, target, -1) : 0;
    for (int64_t j = 0; j < p; j++) offset -= mean[j] * bmi_dense_coefficient(&w->d, target, j);
    int64_t used = 0;
    s->squares = s->total = s->log_weights = 0;
    w->r.unweighted = true;
    for (int64_t i = 0; i < w->r.rows; i++) {
        const double weight = bmi_regression_weight(&w->r, i);
        if (!(weight > 0)) continue;
        bmi_regression_read(&w->r, i, 1, s->x, 0);
        const double y = s->x[p + target];
        double e = y + offset;
        for (int64_t j = 0; j < p; j++) e -= s->x[j] * bmi_dense_coefficient(&w->d, target, j);
        s->raw[used] = e;
        s->e[used++] = sqrt(weight) * e;
        s->squares += weight * e * e;
        s->total += weight * y * y;
        s->log_weights += log(weight);
    }
    w->r.unweighted = false;
    w->used = (double)used;
}

/* Whether X^T W e = 0, as it is for the rows that a model was fitted on; and of squares of residuals v = XcT z with z = e^2. */
static bool orthogonal(bmi_inference_work *w, const sums *s, double *v, double *zz)
{
    const int64_t p = w->d.columns;
    double *const xe = v + p, z_mean = s->squares / w->used;
    memset(v, 0, 2 * (size_t)p * sizeof *v);
    *zz = 0;
    int64_t used = 0;
    w->r.unweighted = true;
    for (int64_t i = 0; i < w->r.rows; i++) {
        const double weight = bmi_regression_weight(&w->r, i);
        if (!(weight > 0)) continue;
        bmi_regression_read(&w->r, i, 1, s->x, 0);
        const double e = s->raw[used++], z = e * e - z_mean;
        bmi_axpy(z, s->x, v, p);
        bmi_axpy(weight * e, s->x, xe, p);
        *zz += z * z;
    }
    w->r.unweighted = false;
    for (int64_t j = 0; j < p; j++) {
        const double *r = w->triangle + j * p;
        if (!(fabs(xe[j]) <= 1e-4 * sqrt(bmi_dot(r, r, j + 1) * s->total) + 1e-300)) return false;
    }
    return true;
}

static bm_status squares_figures(bmi_inference_work *w, int64_t target, sums *s, double *f)
{
    const int64_t p = w->d.columns, first = w->d.bias != NULL;
    double *const v = bmi_inference_numbers(w, 2 * p), zz;
    if (!v) return w->l->model->object.error.status;
    residuals(w, target, s);
    if (!orthogonal(w, s, v, &zz)) {
        w->inexact = true;
        if (!w->asked) return BM_OK;
        return bm_learning_fail(
            w->l, BM_E_DATA,
            "infer: these are not the rows that the model was fitted on: its residuals are not orthogonal to the "
            "columns");
    }
    const double n = w->used, rank = (double)w->t.rank, parameters = rank + (double)first, df = n - parameters;
    f[BMI_FIGURE_ROWS] = n;
    f[BMI_FIGURE_PARAMETERS] = parameters;
    f[BMI_FIGURE_DF_MODEL] = rank;
    f[BMI_FIGURE_DF_RESIDUAL] = df;
    f[BMI_FIGURE_R2] = s->total > 0 ? 1 - s->squares / s->total : NAN;
    f[BMI_FIGURE_ADJUSTED_R2] = df > 0 ? 1 - (n - (double)first) / df * (1 - f[BMI_FIGURE_R2]) : NAN;
    f[BMI_FIGURE_SIGMA] = df > 0 ? sqrt(s->squares / df) : NAN;
    f[BMI_FIGURE_F] = df > 0 && rank > 0 ? (s->total - s->squares) / rank / (s->squares / df) : NAN;
    f[BMI_FIGURE_LOG_LIKELIHOOD] = -n / 2 * (1 + log(2 * 3.14159265358979323846 * (s->squares / n))) + .5 * s->log_weights;
    f[BMI_FIGURE_AIC] = 2 * parameters - 2 * f[BMI_FIGURE_LOG_LIKELIHOOD];
    f[BMI_FIGURE_BIC] = log(n) * parameters - 2 * f[BMI_FIGURE_LOG_LIKELIHOOD];
    f[BMI_FIGURE_CONDITION] = bmi_inference_condition(w);
    bmi_inference_residuals(s->e, (int64_t)n, f);
    if (!w->l->train->weights && first && zz > 0) { /* Koenker: n R^2 of the squares by the columns */
        double explained = 0;
        for (int64_t i = 0; i < p; i++) explained += v[i] * bmi_dot(w->g + i * p, v, p);
        f[BMI_FIGURE_BREUSCH_PAGAN] = n * explained / zz;
    }
    return w->l->model->object.error.status;
}

bm_status bmi_inference_keep_squares(bmi_inference_work *w, const double *null, int64_t n_null)
{
    bm_learning *l = w->l;
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = p + first, k = w->d.outputs;
    sums s = { .e = bmi_inference_numbers(w, w->r.rows),
               .raw = bmi_inference_numbers(w, w->r.rows),
               .x = bmi_inference_numbers(w, p + w->r.targets) };
    bmi_learning_keep(l, "inference/covariance", BM_SHAPE(q, q), NULL);
    bmi_learning_keep(l, "inference/figures", BM_SHAPE(k, BMI_FIGURES), NULL);
    if (n_null) bmi_learning_keep(l, "inference/null", BM_SHAPE(n_null, q), null);
    if (l->model->object.error.status) return l->model->object.error.status;
    double *covariance = bmi_learning_kept(l, "inference/covariance"), *figures = bmi_learning_kept(l, "inference/figures");
    if (first) covariance[0] = 1 / w->r.all;
    for (int64_t j = 0; j < p; j++) memcpy(covariance + (j + first) * q + first, w->g + j * p, (size_t)p * sizeof *w->g);
    for (int64_t j = 0; j < k; j++) {
        for (int i = 0; i < BMI_FIGURES; i++) figures[j * BMI_FIGURES + i] = NAN;
        if (squares_figures(w, j, &s, figures + j * BMI_FIGURES)) return l->model->object.error.status;
    }
    return BM_OK;
}
