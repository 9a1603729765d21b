// SPDX-License-Identifier: Apache-2.0
/* Coefficients of a fitted model as a table. A coefficient in some unit is a linear function of theta (model/inference.h): of column j
 * factor * theta_j, of the intercept factor * (theta_0 + sum at_j theta_j).
 */
#include "base/special.h"
#include "data/recipe.h"
#include "data/table.h"
#include "model/inference.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */
typedef struct term {      /* a row: a + sum of at_j theta_j, all times factor */
    int64_t block, column; /* -1: the intercept */
    double value, error, statistic, p, low, high, standardized, vif;
} term;

typedef struct making {
    const bm_model *m;
    bmi_dense_model d;
    bm_coefficients_options o;
    bmi_error e;
    bm_place here;
    bmi_arena arena;
    bm_dataset *data; /* of the table, to be freed; or null */
    const bm_dataset *rows;
    const double *columns, *target, *null;
    int64_t n_null;
    double *scale, *shift; /* of each column: feature = scale * column + shift, as units ask */
    double target_scale, target_shift;
    double *robust; /* covariance of each target, or null */
    bmi_resampled fits;
    term *terms;
    int64_t n;
    bm_table *t;
} making;

static bm_status check(making *k)
{
    const bm_coefficients_options *o = &k->o;
    bmi_error *e = &k->e;
    if (!k->m) return bmi_fail(e, BM_E_ARGUMENT, k->here, "coefficients: the model is null");
    if (!bmi_model_network(k->m, e, k->here)) return e->status;
    if (!bmi_dense_model_of(k->m, &k->d))
        return bmi_fail(
            e, BM_E_ARGUMENT, k->here,
            "coefficients: the model is not one dense layer on its inputs, as those of linear, ridge or logistic are");
    if (!(o->confidence > 0 && o->confidence < 1))
        return bmi_fail(e, BM_E_ARGUMENT, k->here, "coefficients: confidence is %g; it must be above 0 and below 1",
                        o->confidence);
    if (o->bootstrap < 0 || o->bootstrap == 1)
        return bmi_fail(e, BM_E_ARGUMENT, k->here, "coefficients: bootstrap is %lld; it must be 2 or more",
                        (long long)o->bootstrap);
    if ((o->bootstrap || o->robust) && !o->data && !o->table)
        return bmi_fail(e, BM_E_ARGUMENT, k->here,
                        "coefficients: %s needs the rows that the model was fitted on, as .table or .data",
                        o->robust ? "robust" : "bootstrap");
    if (o->bootstrap && o->robust)
        return bmi_fail(e, BM_E_ARGUMENT, k->here, "coefficients: both robust and bootstrap are asked for; give one of them");
    if (o->robust && (bmi_inference_theory(k->m) != BMI_THEORY_SQUARES || !bmi_inference_covariance(k->m, &k->d)))
        return bmi_fail(e, BM_E_ARGUMENT, k->here,
                        "coefficients: robust standard errors are of least squares with statistics (bm_infer)");
    return BM_OK;
}

static bm_status begin(making *k)
{
    const int64_t p = k->d.columns;
    const bm_recipe *r = bmi_inference_recipe(k->m, &k->d);
    k->scale = bmi_arena_alloc(&k->arena, (size_t)p, sizeof *k->scale);
    k->shift = bmi_arena_alloc(&k->arena, (size_t)p, sizeof *k->shift);
    k->terms = bmi_arena_alloc(&k->arena, (size_t)(k->d.blocks * (p + 1)), sizeof *k->terms);
    if (!k->scale || !k->shift || !k->terms) return bmi_fail_memory(&k->e, k->here, (size_t)p * sizeof(term), "coefficients");
    k->columns = bmi_inference_columns(k->m, &k->d);
    k->target = bmi_inference_target(k->m, &k->d);
    k->null = bmi_inference_null(k->m, &k->d, &k->n_null);
    k->target_scale = 1;
    const bool table = k->o.units == BM_TABLE_UNITS && r;
    for (int64_t j = 0; j < p; j++) {
        const char *column;
        k->scale[j] = 1;
        if (table) bmi_recipe_affine(r, (size_t)j, &column, &k->scale[j], &k->shift[j]);
        else if (k->o.units == BM_STANDARD_UNITS) k->scale[j] = k->columns ? k->columns[4 * j + 1] : NAN;
    }
    if (table && !k->d.classes && r->to.deviation > 0) k->target_scale = r->to.deviation, k->target_shift = r->to.mean;
    return BM_OK;
}

/* ---- one coefficient ---- */
/* The entry of theta of a column (-1: the value at the means), within all blocks of classes. */
static int64_t place(const making *k, int64_t block, int64_t column)
{
    const int64_t first = k->d.bias != NULL;
    return (k->d.classes ? block * (k->d.columns + first) : 0) + (column < 0 ? 0 : column + first);
}

/* What theta is multiplied by for a term: `at` of the columns, of the value at the means 1. */
static double factor(const making *k, int64_t block, int64_t column)
{
    double by = k->o.units == BM_STANDARD_UNITS && !k->d.classes && !k->d.logarithm
                    ? 1 / (k->target ? k->target[2 * block + 1] : NAN)
                    : k->target_scale;
    if (column >= 0) by *= k->scale[column];
    return by;
}

static double at(const making *k, int64_t j)
{
    return k->shift[j] - (k->columns ? k->columns[4 * j] : 0);
}

/* aT V a of a term; V: q x q. */
static double variance(const making *k, const double *v, int64_t q, int64_t block, int64_t column)
{
    const int64_t p = k->d.columns, first = place(k, block, -1);
    const double by = factor(k, block, column);
    if (column >= 0) {
        const int64_t i = place(k, block, column);
        return by * by * v[i * q + i];
    }
    double sum = v[first * q + first];
    for (int64_t j = 0; j < p; j++) {
        const double *row = v + (first + 1 + j) * q + first;
        double inner = row[0] + row[0];
        for (int64_t i = 0; i < p; i++) inner += at(k, i) * row[1 + i];
        sum += at(k, j) * inner;
    }
    return by * by * sum;
}

/* Whether the rows tell of a term: it does not change along any v with X v = 0. */
static bool told(const making *k, int64_t q, int64_t block, int64_t column)
{
    const int64_t p = k->d.columns, first = place(k, block, -1);
    for (int64_t i = 0; i < k->n_null; i++) {
        const double *v = k->null + i * q;
        double sum, size;
        if (column >= 0) {
            sum = size = fabs(v[place(k, block, column)]) * (k->columns ? k->columns[4 * column + 1] : 1);
            double most = 0;
            for (int64_t j = 0; j < p; j++)
                most = fmax(most, fabs(v[place(k, block, j)]) * (k->columns ? k->columns[4 * j + 1] : 1));
            if (sum > 1e-7 * most && sum > 0) return false;
            if (v[place(k, block, column)] != 0 && k->columns && k->columns[4 * column + 1] == 0) return false;
            continue;
        }
        sum = v[first], size = fabs(v[first]);
        for (int64_t j = 0; j < p; j++) sum += at(k, j) * v[first + 1 + j], size += fabs(at(k, j) * v[first + 1 + j]);
        if (fabs(sum) > 1e-7 * size) return false;
    }
    return true;
}

static double coefficient(const making *k, int64_t block, int64_t column)
{
    if (column >= 0) return factor(k, block, column) * bmi_dense_coefficient(&k->d, block, column);
    double sum = bmi_dense_coefficient(&k->d, block, -1);
    for (int64_t j = 0; j < k->d.columns; j++) sum += k->shift[j] * bmi_dense_coefficient(&k->d, block, j);
    return factor(k, block, -1) * sum + k->target_shift;
}

/* Standard error by theory; NaN where there is none. */
static double error_of(const making *k, int64_t block, int64_t column, double *df)
{
    const bmi_theory theory = bmi_inference_theory(k->m);
    const double *v = bmi_inference_covariance(k->m, &k->d), *f = bmi_inference_figures(k->m, &k->d, k->d.classes ? 0 : block);
    const int64_t q = bmi_theta_size(&k->d) / (k->d.classes ? 1 : k->d.blocks);
    if (!v || !f || (theory != BMI_THEORY_SQUARES && theory != BMI_THEORY_INFORMATION) || !told(k, q, block, column))
        return NAN;
    *df = theory == BMI_THEORY_SQUARES ? f[BMI_FIGURE_DF_RESIDUAL] : INFINITY;
    if (!(*df > 0)) return NAN;
    if (k->robust) return sqrt(variance(k, k->robust + block * q * q, q, block, column));
    return sqrt(variance(k, v, q, block, column)) * (theory == BMI_THEORY_SQUARES ? f[BMI_FIGURE_SIGMA] : 1);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Quantile of n sorted numbers by linear interpolation. */
static double quantile_of(const double *x, int64_t n, double p)
{
    const double where = p * (double)(n - 1);
    const int64_t i = (int64_t)where;
    return i + 1 < n ? x[i] + (where - (double)i) * (x[i + 1] - x[i]) : x[n - 1];
}

/* Of a coefficient over all fits of the bootstrap. */
static void resampled(const making *k, double *values, term *t)
{
    const int64_t n = k->fits.fits, p = k->d.columns, each = p + 1;
    const double tail = (1 - k->o.confidence) / 2;
    double mean = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        const double *of = k->fits.values + i * k->fits.n + t->block * each;
        double value = of[t->column + 1] * factor(k, t->block, t->column);
        if (t->column < 0) {
            for (int64_t j = 0; j < p; j++) value += factor(k, t->block, -1) * k->shift[j] * of[j + 1];
            value += k->target_shift;
        }
        values[i] = value;
        mean += value / (double)n;
    }
    for (int64_t i = 0; i < n; i++) squares += (values[i] - mean) * (values[i] - mean);
    qsort(values, (size_t)n, sizeof *values, by_value);
    t->error = sqrt(squares / (double)(n - 1));
    t->low = quantile_of(values, n, tail);
    t->high = quantile_of(values, n, 1 - tail);
}

static void fill(making *k, term *t, double *values)
{
    const double *c = t->column >= 0 && k->columns ? k->columns + 4 * t->column : NULL;
    double df = INFINITY;
    t->value = coefficient(k, t->block, t->column);
    t->error = t->statistic = t->p = t->low = t->high = NAN;
    t->vif = c ? c[2] : NAN;
    t->standardized = c ? bmi_dense_coefficient(&k->d, t->block, t->column) * c[1] : NAN;
    if (!k->d.classes && !k->d.logarithm) t->standardized /= k->target ? k->target[2 * t->block + 1] : NAN;
    if (k->fits.values) {
        resampled(k, values, t);
        return;
    }
    t->error = error_of(k, t->block, t->column, &df);
    if (isnan(t->error)) return;
    const double wide = bmi_t_quantile(.5 + k->o.confidence / 2, df) * t->error;
    t->statistic = t->value / t->error;
    t->p = fmin(2 * bmi_t_upper(fabs(t->statistic), df), 1);
    t->low = t->value - wide;
    t->high = t->value + wide;
}

static int by_size(const void *a, const void *b)
{
    const term *x = a, *y = b;
    const double one = x->column < 0            ? -1
                       : isnan(x->standardized) ? fabs(x->value)
                                                : fabs(x->standardized),
                 two = y->column < 0            ? -1
                       : isnan(y->standardized) ? fabs(y->value)
                                                : fabs(y->standardized);
    if (x->block != y->block) return (x->block > y->block) - (x->block < y->block);
    return one != two ? (one < two) - (one > two) : (x->column > y->column) - (x->column < y->column);
}

static int by_p(const void *a, const void *b)
{
    const term *x = a, *y = b;
    const double one = x->column < 0 ? 3 : isnan(x->p) ? 2 : x->p, two = y->column < 0 ? 3 : isnan(y->p) ? 2 : y->p;
    if (x->block != y->block) return (x->block > y->block) - (x->block < y->block);
    return one != two ? (one > two) - (one < two) : (x->column > y->column) - (x->column < y->column);
}

static bm_status make_terms(making *k)
{
    double *values = bmi_arena_alloc(&k->arena, (size_t)k->fits.fits + 1, sizeof *values);
    if (!values) return bmi_fail_memory(&k->e, k->here, (size_t)k->fits.fits * 8, "coefficients");
    const bool intercept = k->d.bias && k->o.units != BM_STANDARD_UNITS;
    for (int64_t b = 0; b < k->d.blocks; b++)
        for (int64_t j = 0; j < k->d.columns + intercept; j++) {
            term *t = &k->terms[k->n++];
            *t = (term){ .block = b, .column = j < k->d.columns ? j : -1 };
            fill(k, t, values);
        }
    if (k->o.order == BM_BY_SIZE) qsort(k->terms, (size_t)k->n, sizeof *k->terms, by_size);
    if (k->o.order == BM_BY_P) qsort(k->terms, (size_t)k->n, sizeof *k->terms, by_p);
    return BM_OK;
}

/* ---- the columns of the table ---- */
static bm_status put_texts(making *k)
{
    const bm_recipe *r = bmi_inference_recipe(k->m, &k->d);
    bm_name *features = bmi_arena_alloc(&k->arena, (size_t)k->n + 1, sizeof *features),
            *targets = bmi_arena_alloc(&k->arena, (size_t)k->n + 1, sizeof *targets);
    bool ok = features && targets;
    for (int64_t i = 0; ok && i < k->n; i++) {
        char name[32];
        const term *t = &k->terms[i];
        snprintf(name, sizeof name, "x%lld", (long long)t->column + 1);
        features[i] = t->column < 0 ? "intercept" : r ? r->features[t->column] : bmi_arena_text(&k->arena, name);
        const char *of = bmi_inference_target_name(k->m, &k->d, t->block, name);
        targets[i] = of == name ? bmi_arena_text(&k->arena, name) : of;
        ok = features[i] && targets[i];
    }
    if (!ok) return bmi_fail_memory(&k->e, k->here, (size_t)k->n * 8, "names of features");
    bm_table_add_text_at(k->t, "feature", features, k->n, k->here);
    return bm_table_add_text_at(k->t, "target", targets, k->n, k->here);
}

static bm_status put_numbers(making *k)
{
    static const struct {
        const char *name;
        size_t at;
    } columns[] = {
        { "coefficient", offsetof(term, value) },
        { "standard_error", offsetof(term, error) },
        { "statistic", offsetof(term, statistic) },
        { "p", offsetof(term, p) },
        { "low", offsetof(term, low) },
        { "high", offsetof(term, high) },
        { "standardized", offsetof(term, standardized) },
        { "vif", offsetof(term, vif) },
    };
    double *values = bmi_arena_alloc(&k->arena, (size_t)k->n + 1, sizeof *values);
    if (!values) return bmi_fail_memory(&k->e, k->here, (size_t)k->n * 8, "coefficients");
    for (size_t c = 0; c < BMI_COUNT(columns); c++) {
        for (int64_t i = 0; i < k->n; i++) {
            memcpy(&values[i], (const char *)&k->terms[i] + columns[c].at, sizeof *values);
            if (!isfinite(values[i])) values[i] = NAN;
        }
        bm_table_add_real_at(k->t, columns[c].name, values, k->n, k->here);
    }
    return bmi_fail_from(&k->e, &k->t->object.error);
}

static bm_status find_rows(making *k)
{
    const bm_coefficients_options *o = &k->o;
    if (!o->robust && !o->bootstrap) return BM_OK;
    k->rows = o->data;
    if (!o->data) k->rows = k->data = bmi_inference_apply(k->m, o->table, &k->e, k->here);
    if (k->e.status) return k->e.status;
    if (o->bootstrap) return bmi_inference_bootstrap(k->m, k->rows, o->bootstrap, o->seed, &k->fits, &k->e, k->here);
    const int64_t q = k->d.columns + (k->d.bias != NULL);
    k->robust = bmi_arena_alloc(&k->arena, (size_t)(k->d.outputs * q * q), sizeof *k->robust);
    if (!k->robust) return bmi_fail_memory(&k->e, k->here, (size_t)(q * q) * 8, "robust standard errors");
    for (int64_t i = 0; i < k->d.outputs; i++)
        if (bmi_inference_robust(k->m, k->rows, o->robust, i, k->robust + i * q * q, &k->e, k->here)) break;
    return k->e.status;
}

bm_table *bm_coefficients_at(const bm_model *m, const bm_coefficients_options *options, size_t size, bm_place here)
{
    bm_context *context = m ? m->object.context : NULL;
    making k = { .m = m, .here = here, .arena = { .context = context } };
    k.t = bmi_table_new(context);
    if (k.t->object.error.status) return k.t;
    if (!bmi_options_copy(&k.e, here, &k.o, sizeof k.o, offsetof(bm_coefficients_options, named_), options, size)) {
        if (k.o.confidence == 0) k.o.confidence = .95;
        if (!check(&k) && !begin(&k) && !find_rows(&k) && !make_terms(&k) && !put_texts(&k) && !put_numbers(&k) &&
            !bmi_inference_notes(k.t, m, &k.d, &k.o))
            bmi_fail_memory(&k.e, here, 200, "a note");
    }
    bmi_release(context, k.fits.values, (size_t)(k.fits.fits * k.fits.n), sizeof(double));
    bmi_object_free(k.data);
    bmi_arena_end(&k.arena);
    bmi_fail_from(&k.t->object.error, &k.e);
    return k.t;
}
