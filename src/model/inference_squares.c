// SPDX-License-Identifier: Apache-2.0
/* Statistics of least squares, from the triangle of the rows and two passes over their residuals. Sources: Greene, "Econometric
 * Analysis", chapters 3 to 5; Koenker, "A note on studentizing a test for heteroscedasticity", 1981.
 */
#include "linalg/householder.h"
#include "model/inference_work.h"
#include <math.h>
#include <string.h>

typedef struct sums {
    bmi_inference_work *w;
    int64_t target;
    double offset, squares, total, log_weights, *x;
    const double *b; /* coefficients of the target */
    bmi_residuals r;
    double *v, *xe, zz; /* of z = e^2 less its mean: XcT z and zT z; XcT W e */
} sums;

/* What the network leaves of a row's target; its columns in s->x. */
static double residual_of(sums *s, int64_t row)
{
    bmi_inference_work *w = s->w;
    const int64_t p = w->d.columns;
    bmi_regression_read(&w->r, row, 1, s->x, 0);
    return s->x[p + s->target] + s->offset - bmi_dot(s->x, s->b, p);
}

static void sum_residuals(void *user)
{
    sums *s = user;
    bmi_inference_work *w = s->w;
    for (int64_t i = 0; i < w->r.rows; i++) {
        const double weight = bmi_regression_weight(&w->r, i);
        if (!(weight > 0)) continue;
        const double e = residual_of(s, i), y = s->x[w->d.columns + s->target];
        bmi_residuals_first(&s->r, sqrt(weight) * e);
        s->squares += weight * e * e;
        s->total += weight * y * y;
        s->log_weights += log(weight);
    }
}

static void sum_products(void *user)
{
    sums *s = user;
    bmi_inference_work *w = s->w;
    const double z_mean = s->squares / s->r.n;
    for (int64_t i = 0; i < w->r.rows; i++) {
        const double weight = bmi_regression_weight(&w->r, i);
        if (!(weight > 0)) continue;
        const double e = residual_of(s, i), z = e * e - z_mean;
        bmi_residuals_second(&s->r, sqrt(weight) * e);
        bmi_axpy(z, s->x, s->v, w->d.columns);
        bmi_axpy(weight * e, s->x, s->xe, w->d.columns);
        s->zz += z * z;
    }
}

/* Residuals of a target by the weights of the network, and their sums. */
static bm_status residuals(bmi_inference_work *w, sums *s)
{
    const int64_t p = w->d.columns;
    const double *mean = w->r.mean;
    double *const x = s->x, *const v = s->v;
    memset(v, 0, 2 * (size_t)p * sizeof *v);
    *s = (sums){ .w = w, .target = s->target, .x = x, .b = w->coefficients + s->target * p, .v = v, .xe = v + p };
    s->offset = w->d.bias ? mean[p + s->target] - bmi_dense_coefficient(&w->d, s->target, -1) : 0;
    s->offset -= bmi_dot(mean, s->b, p);
    w->r.unweighted = true;
    if (!bmi_regression_rows(&w->r, sum_residuals, s)) bmi_regression_rows(&w->r, sum_products, s);
    w->r.unweighted = false;
    w->used = s->r.n;
    return w->l->model->object.error.status;
}

/* Whether X^T W e = 0, as it is for the rows that a model was fitted on. */
static bool orthogonal(const bmi_inference_work *w, const sums *s)
{
    for (int64_t j = 0; j < w->d.columns; j++) {
        const double *r = w->triangle + j * w->d.columns;
        if (!(fabs(s->xe[j]) <= 1e-4 * sqrt(bmi_dot(r, r, j + 1) * s->total) + 1e-300)) return false;
    }
    return true;
}

static bm_status squares_figures(bmi_inference_work *w, sums *s, double *f)
{
    const int64_t p = w->d.columns, first = w->d.bias != NULL;
    if (residuals(w, s)) return w->l->model->object.error.status;
    if (!orthogonal(w, s)) {
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
    bmi_residuals_figures(&s->r, f);
    if (!w->l->train->weights && first && s->zz > 0) { /* Koenker: n R^2 of the squares by the columns */
        double explained = 0;
        for (int64_t i = 0; i < p; i++) explained += s->v[i] * bmi_dot(w->g + i * p, s->v, p);
        f[BMI_FIGURE_BREUSCH_PAGAN] = n * explained / s->zz;
    }
    return w->l->model->object.error.status;
}

bm_status bmi_inference_keep_squares(bmi_inference_work *w, const double *null, int64_t n_null)
{
    bm_learning *l = w->l;
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = p + first, k = w->d.outputs;
    sums s = { .x = bmi_inference_numbers(w, p + w->r.targets), .v = bmi_inference_numbers(w, 2 * p) };
    bmi_learning_keep(l, "inference/covariance", BM_SHAPE(q, q), NULL);
    bmi_learning_keep(l, "inference/figures", BM_SHAPE(k, BMI_FIGURES), NULL);
    if (n_null) bmi_learning_keep(l, "inference/null", BM_SHAPE(n_null, q), null);
    if (l->model->object.error.status) return l->model->object.error.status;
    double *covariance = bmi_learning_kept(l, "inference/covariance"), *figures = bmi_learning_kept(l, "inference/figures");
    if (first) covariance[0] = 1 / w->r.all;
    for (int64_t j = 0; j < p; j++) memcpy(covariance + (j + first) * q + first, w->g + j * p, (size_t)p * sizeof *w->g);
    for (int64_t j = 0; j < k; j++) {
        for (int i = 0; i < BMI_FIGURES; i++) figures[j * BMI_FIGURES + i] = NAN;
        s.target = j;
        if (squares_figures(w, &s, figures + j * BMI_FIGURES)) return l->model->object.error.status;
    }
    return BM_OK;
}
