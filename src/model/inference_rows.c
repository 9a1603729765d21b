// SPDX-License-Identifier: Apache-2.0
/* What needs the rows that a model was fitted on once more: statistics on demand, robust covariances, resampled fits, diagnostics of
 * rows. */
#include "base/random.h"
#include "data/recipe.h"
#include "data/table.h"
#include "linalg/householder.h"
#include "model/inference.h"
#include "model/learners/regression.h"
#include <math.h>
#include <string.h>

enum { STREAM_RESAMPLE = 0x72657361 };

bm_dataset *bmi_inference_apply(const bm_model *m, const bm_table *t, bmi_error *e, bm_place here)
{
    if (!m->recipe) {
        bmi_fail(e, BM_E_ARGUMENT, here,
                 "infer: the model takes tensors, not tables: it was made without a recipe; give a dataset");
        return NULL;
    }
    bm_dataset *d = bmi_recipe_apply(m->recipe, t, (bm_rows){ 0 }, BMI_WANT_TARGET, here);
    if (!bmi_fail_from(e, &d->object.error)) return d;
    bmi_object_free(d);
    return NULL;
}

/* Whether a dataset has one input and one target that fit a model of one dense layer; the error is set. */
static bm_status check_data(const bm_model *m, const bmi_dense_model *d, const bm_dataset *data, bmi_error *e, bm_place here)
{
    if (bmi_object_failed(data)) {
        if (data) return bmi_fail_from(e, &data->object.error);
        return bmi_fail(e, BM_E_ARGUMENT, here, "infer: the dataset is null");
    }
    if (data->n_x != 1 || data->n_t != 1)
        return bmi_fail(e, BM_E_DATA, here, "infer: the dataset must have one input and one target; it has %d and %d",
                        data->n_x, data->n_t);
    const bm_tensor *x = data->x[0].tensor, *t = data->t[0].tensor;
    const int64_t columns = data->rows ? x->size / data->rows : 0, targets = data->rows ? t->size / data->rows : 0;
    if (columns != d->columns)
        return bmi_fail(e, BM_E_SHAPE, here, "infer: the rows have %lld columns, the model was fitted on %lld",
                        (long long)columns, (long long)d->columns);
    if (d->classes ? bmi_type_is_real(t->type) || targets != 1 : targets != d->outputs)
        return bmi_fail(e, BM_E_SHAPE, here, "infer: the target is not as the model was fitted on: %s",
                        d->classes ? "class numbers, one a row" : "a number for each output");
    (void)m;
    return BM_OK;
}

/* ---- statistics on demand ---- */
bm_status bm_infer_at(bm_model *m, const bm_dataset *data, bm_place here)
{
    if (bmi_object_failed(m) || !bmi_model_idle(m, "infer", here)) return bmi_object_status(m);
    bmi_error *e = &m->object.error;
    bmi_dense_model d;
    if (!bmi_model_network(m, e, here)) return e->status;
    if (!m->learner || !m->learner->fit || !bmi_dense_model_of(m, &d))
        return bmi_fail(e, BM_E_ARGUMENT, here, "infer: the model is no learner of one dense layer, as linear or logistic");
    if (d.columns > BMI_INFERENCE_COLUMNS)
        return bmi_fail(e, BM_E_ARGUMENT, here, "infer: the model has %lld columns; statistics are found for at most %d",
                        (long long)d.columns, BMI_INFERENCE_COLUMNS);
    if (check_data(m, &d, data, e, here)) return e->status;
    bm_learning l = { .model = m,
                      .arena = { .context = m->object.context },
                      .train = data,
                      .task = m->task,
                      .outputs = d.outputs,
                      .here = here };
    bmi_learned before = m->learned;
    m->learned = (bmi_learned){ 0 };
    bmi_model_begin_work(m);
    bmi_inference_keep(&l, true);
    bmi_model_end_work(m);
    for (size_t i = 0; !e->status && i < before.n; i++) { /* what else the learner kept */
        const char *name = before.at[i].name + strlen("learned/");
        const bm_tensor *t = before.at[i].tensor;
        if (strncmp(name, "inference/", strlen("inference/"))) bmi_learning_keep(&l, name, t->shape, t->data);
    }
    bmi_learned found = m->learned;
    if (e->status) m->learned = before;
    bmi_learned_end(e->status ? &found : &before, m->object.context);
    bmi_arena_end(&l.arena);
    return e->status;
}

bm_status bm_infer_table_at(bm_model *m, const bm_table *t, bm_place here)
{
    if (bmi_object_failed(m)) return bmi_object_status(m);
    bm_dataset *d = bmi_inference_apply(m, t, &m->object.error, here);
    if (d) bm_infer_at(m, d, here);
    bmi_object_free(d);
    return bmi_object_status(m);
}

/* ---- rows ---- */
typedef struct reading {
    const bm_model *m;
    bmi_dense_model d;
    const bm_dataset *data;
    bmi_column_of x, t;
    const double *columns, *covariance, *figures;
    int64_t p, q, first;
    double *z, *vz, *y; /* of a row: (1, centred columns), V z, targets */
    double *sums;       /* 2 q: of what tells whether these are the rows of the fit */
    double *memory;
    size_t room;
} reading;

/* Reads a row; its weight, residual of a target, and leverage w zT V z. */
static double read(reading *r, int64_t i, int64_t target, double *e, double *leverage)
{
    const double w = bmi_row_weight(r->data, i);
    bmi_column_copy(&r->x, r->z + r->first, i, 1);
    bmi_column_copy(&r->t, r->y, i, 1);
    *e = r->y[target] - bmi_dense_coefficient(&r->d, target, -1);
    for (int64_t j = 0; j < r->p; j++) *e -= r->z[r->first + j] * bmi_dense_coefficient(&r->d, target, j);
    for (int64_t j = 0; j < r->p; j++) r->z[r->first + j] -= r->columns[4 * j];
    if (r->first) r->z[0] = 1;
    for (int64_t j = 0; j < r->q; j++) r->vz[j] = bmi_dot(r->covariance + j * r->q, r->z, r->q);
    *leverage = w * bmi_dot(r->z, r->vz, r->q);
    return w;
}

/* Rows that were not fitted would give numbers that mean nothing: of those that were, there are as many, and residuals are orthogonal to
 * columns. */
static bm_status check_rows(reading *r, int64_t target, const char *what, bmi_error *e, bm_place here)
{
    double *const xe = r->sums, *const xx = xe + r->q;
    double total = 0, residual, leverage;
    int64_t used = 0;
    memset(xe, 0, 2 * (size_t)r->q * sizeof *xe);
    const double *mean = bmi_inference_target(r->m, &r->d);
    for (int64_t i = 0; i < r->data->rows; i++) {
        const double w = read(r, i, target, &residual, &leverage), y = r->y[target] - (r->first && mean ? mean[2 * target] : 0);
        if (!(w > 0)) continue;
        used++;
        total += w * y * y;
        bmi_axpy(w * residual, r->z, xe, r->q);
        for (int64_t j = 0; j < r->q; j++) xx[j] += w * r->z[j] * r->z[j];
    }
    bool same = (double)used == r->figures[BMI_FIGURE_ROWS];
    for (int64_t j = 0; same && j < r->q; j++) same = fabs(xe[j]) <= 1e-4 * sqrt(xx[j] * total) + 1e-300;
    if (same) return BM_OK;
    return bmi_fail(
        e, BM_E_DATA, here,
        "%s: these are not the rows that the model was fitted on (%lld with a weight; it had %.0f): give those, or fit on all "
        "of them (validation 0, test 0)",
        what, (long long)used, r->figures[BMI_FIGURE_ROWS]);
}

static bm_status begin(reading *r, const bm_model *m, const bm_dataset *data, int64_t target, const char *what, bmi_error *e,
                       bm_place here)
{
    *r = (reading){ .m = m, .data = data };
    if (!bmi_dense_model_of(m, &r->d) || bmi_inference_theory(m) != BMI_THEORY_SQUARES)
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s: these are of least squares with statistics (bm_infer)", what);
    if (check_data(m, &r->d, data, e, here)) return e->status;
    r->columns = bmi_inference_columns(m, &r->d);
    r->covariance = bmi_inference_covariance(m, &r->d);
    r->figures = bmi_inference_figures(m, &r->d, target);
    if (!r->columns || !r->covariance || !r->figures)
        return bmi_fail(e, BM_E_ARGUMENT, here, "%s: there is no target %lld, or the fit kept no statistics", what,
                        (long long)target);
    r->p = r->d.columns;
    r->first = r->d.bias != NULL;
    r->q = r->p + r->first;
    bmi_column_make(&r->x, data->x[0].tensor, BM_F64, data->x[0].scale != 1);
    bmi_column_make(&r->t, data->t[0].tensor, BM_F64, false);
    r->room = (size_t)(4 * r->q + 1 + r->d.outputs);
    r->memory = bmi_alloc(m->object.context, r->room, sizeof *r->memory);
    if (!r->memory) return bmi_fail_memory(e, here, r->room * sizeof *r->memory, what);
    r->z = r->memory;
    r->vz = r->z + r->q;
    r->sums = r->vz + r->q;
    r->y = r->sums + 2 * r->q;
    return check_rows(r, target, what, e, here);
}

static void end(reading *r)
{
    bmi_release(r->m->object.context, r->memory, r->room, sizeof *r->memory);
}

bm_status bmi_inference_robust(const bm_model *m, const bm_dataset *data, bm_robust how, int64_t target, double *covariance,
                               bmi_error *e, bm_place here)
{
    reading r;
    double residual, leverage;
    if (begin(&r, m, data, target, "coefficients: robust", e, here)) {
        end(&r);
        return e->status;
    }
    const int64_t q = r.q;
    memset(covariance, 0, (size_t)(q * q) * sizeof *covariance);
    for (int64_t i = 0; i < data->rows; i++) {
        const double w = read(&r, i, target, &residual, &leverage);
        if (!(w > 0)) continue;
        double by = w * w * residual * residual;
        if (how == BM_HC2) by /= 1 - leverage;
        if (how == BM_HC3) by /= (1 - leverage) * (1 - leverage);
        for (int64_t j = 0; j < q; j++) bmi_axpy(by * r.vz[j], r.vz, covariance + j * q, q);
    }
    const double n = r.figures[BMI_FIGURE_ROWS], df = r.figures[BMI_FIGURE_DF_RESIDUAL];
    for (int64_t i = 0; how == BM_HC1 && i < q * q; i++) covariance[i] *= n / df;
    end(&r);
    return BM_OK;
}

/* ---- the bootstrap ---- */
/* The learner of a model fitted on rows of a dataset; its coefficients into `values`. A resample on which it cannot be fitted is an
 * error. */
static bm_status fit_again(const bm_model *m, const bm_dataset *sample, double *values, bmi_error *e, bm_place here)
{
    bmi_dense_model d, of;
    bmi_dense_model_of(m, &of);
    bm_model *again = bmi_learner_new(m->object.context, m->kept, NULL, here);
    if (!again->object.error.status) {
        again->passing = true;
        bm_fit_at(again, &(bm_fit_options){ .data = sample, .seed = m->seed, .balanced = m->balanced }, sizeof(bm_fit_options),
                  here);
    }
    if (!bmi_fail_from(e, &again->object.error)) {
        if (!bmi_dense_model_of(again, &d) || d.columns != of.columns || d.outputs != of.outputs)
            bmi_fail(e, BM_E_DATA, here,
                     "coefficients: a resample of the rows has not all classes; there are too few rows of some");
        else
            for (int64_t b = 0; b < d.blocks; b++)
                for (int64_t j = -1; j < d.columns; j++) *values++ = bmi_dense_coefficient(&d, b, j);
    }
    bmi_object_free(again);
    return e->status;
}

bm_status bmi_inference_bootstrap(const bm_model *m, const bm_dataset *data, int64_t fits, int64_t seed, bmi_resampled *r,
                                  bmi_error *e, bm_place here)
{
    bmi_dense_model d;
    if (!m->learner || !bmi_dense_model_of(m, &d))
        return bmi_fail(e, BM_E_ARGUMENT, here, "coefficients: the bootstrap is of learners, which can be fitted again");
    if (check_data(m, &d, data, e, here)) return e->status;
    if (bmi_inference_theory(m) == BMI_THEORY_SQUARES) {
        reading rows_of_fit;
        begin(&rows_of_fit, m, data, 0, "coefficients: the bootstrap", e, here);
        end(&rows_of_fit);
        if (e->status) return e->status;
    }
    bm_context *context = m->object.context;
    const size_t rows = (size_t)data->rows;
    size_t all;
    *r = (bmi_resampled){ .fits = fits, .n = d.blocks * (d.columns + 1) };
    if (!bmi_mul_size((size_t)fits, (size_t)r->n, &all)) all = SIZE_MAX / 16;
    r->values = bmi_alloc(context, all, sizeof *r->values);
    int64_t *order = bmi_alloc(context, rows, sizeof *order);
    if (!r->values || !order) bmi_fail_memory(e, here, all * sizeof *r->values, "resampled fits");
    for (int64_t i = 0; !e->status && i < fits; i++) {
        const uint64_t stream = bmi_random_stream(STREAM_RESAMPLE, (uint64_t)i);
        for (size_t k = 0; k < rows; k++) order[k] = (int64_t)bmi_random_below((uint64_t)seed, stream, k, rows);
        bm_dataset *sample = bm_dataset_take_at(data, (bm_rows){ order, rows }, here);
        if (!bmi_fail_from(e, &sample->object.error)) fit_again(m, sample, r->values + i * r->n, e, here);
        bmi_object_free(sample);
    }
    bmi_release(context, order, rows, sizeof *order);
    if (!e->status) return BM_OK;
    bmi_release(context, r->values, all, sizeof *r->values);
    *r = (bmi_resampled){ 0 };
    return e->status;
}

/* ---- diagnostics ---- */
bm_table *bm_residual_diagnostics_at(const bm_model *m, const bm_dataset *data, int64_t target, bm_place here)
{
    static const char *const names[] = { "fitted",      "residual",       "leverage", "standardized",
                                         "studentized", "cooks_distance", "dffits" };
    enum { COLUMNS = 7 };
    bm_context *context = m ? m->object.context : NULL;
    bmi_error e = { 0 };
    reading r = { .m = m };
    bm_table *t = bmi_table_new(context);
    double *columns = NULL;
    const int64_t rows = data && !data->object.error.status ? data->rows : 0;
    if (!m) bmi_fail(&e, BM_E_ARGUMENT, here, "diagnostics: the model is null");
    else if (bmi_model_network(m, &e, here) && !begin(&r, m, data, target, "diagnostics", &e, here)) {
        columns = bmi_alloc(context, (size_t)rows * COLUMNS, sizeof *columns);
        if (!columns) bmi_fail_memory(&e, here, (size_t)rows * COLUMNS * 8, "diagnostics");
    }
    for (int64_t i = 0; columns && i < rows; i++) {
        double residual, h;
        const double w = read(&r, i, target, &residual, &h), sigma = r.figures[BMI_FIGURE_SIGMA],
                     df = r.figures[BMI_FIGURE_DF_RESIDUAL], p = r.figures[BMI_FIGURE_PARAMETERS];
        const double internal = sqrt(w) * residual / (sigma * sqrt(1 - h)),
                     external = internal * sqrt((df - 1) / (df - internal * internal)),
                     all[COLUMNS] = {
                         r.y[target] - residual,      residual, h, internal, external, internal * internal * h / ((1 - h) * p),
                         external * sqrt(h / (1 - h))
                     };
        for (int k = 0; k < COLUMNS; k++) columns[k * rows + i] = isfinite(all[k]) && (k < 3 || w > 0) ? all[k] : NAN;
    }
    for (int k = 0; columns && k < COLUMNS; k++) bm_table_add_real_at(t, names[k], columns + k * rows, rows, here);
    if (r.memory) end(&r);
    bmi_release(context, columns, (size_t)rows * COLUMNS, sizeof *columns);
    bmi_fail_from(&t->object.error, &e);
    return t;
}

bm_table *bm_residual_diagnostics_table_at(const bm_model *m, const bm_table *t, bm_place here)
{
    bmi_error e = { 0 };
    bm_dataset *d = NULL;
    if (!m) bmi_fail(&e, BM_E_ARGUMENT, here, "diagnostics: the model is null");
    else if (bmi_model_network(m, &e, here)) d = bmi_inference_apply(m, t, &e, here);
    bm_table *of = d ? bm_residual_diagnostics_at(m, d, 0, here) : bmi_table_new(m ? m->object.context : NULL);
    bmi_fail_from(&of->object.error, &e);
    bmi_object_free(d);
    return of;
}
