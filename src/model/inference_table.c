// SPDX-License-Identifier: Apache-2.0
/* Coefficients and figures of a fitted model as tables. A coefficient in some unit is a linear function of theta (model/inference.h): of
 * column j
 * factor * theta_j, of the intercept factor * (theta_0 + sum at_j theta_j).
 */
#include "base/special.h"
#include "data/recipe.h"
#include "data/table.h"
#include "model/inference.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is kept ---- */
const double *bmi_inference_columns(const bm_model *m, const bmi_dense_model *d)
{
    return bmi_model_learned(m, "inference/columns", BM_SHAPE(d->columns, 4));
}

const double *bmi_inference_target(const bm_model *m, const bmi_dense_model *d)
{
    return bmi_model_learned(m, "inference/target", BM_SHAPE(d->outputs, 2));
}

const double *bmi_inference_covariance(const bm_model *m, const bmi_dense_model *d)
{
    const int64_t q = bmi_theta_size(d);
    return bmi_model_learned(m, "inference/covariance",
                             BM_SHAPE(q / (d->classes ? 1 : d->blocks), q / (d->classes ? 1 : d->blocks)));
}

const double *bmi_inference_null(const bm_model *m, const bmi_dense_model *d, int64_t *count)
{
    const int64_t q = bmi_theta_size(d) / (d->classes ? 1 : d->blocks);
    const double *null = bmi_model_learned(m, "inference/null", BM_SHAPE(BM_ANY, q));
    *count = null ? bm_model_learned(m, "inference/null")->shape.dim[0] : 0;
    return null;
}

const double *bmi_inference_figures(const bm_model *m, const bmi_dense_model *d, int64_t target)
{
    const int64_t rows = d->classes ? 1 : d->outputs;
    const double *f = bmi_model_learned(m, "inference/figures", BM_SHAPE(rows, BMI_FIGURES));
    const bmi_theory theory = bmi_inference_theory(m);
    if (theory != BMI_THEORY_SQUARES && theory != BMI_THEORY_INFORMATION) return NULL;
    return f && target >= 0 && target < rows ? f + target * BMI_FIGURES : NULL;
}

bmi_theory bmi_inference_theory(const bm_model *m)
{
    const double *code = bmi_model_learned(m, "inference/theory", BM_SHAPE(1));
    return code && *code >= 0 && *code < BMI_THEORIES ? (bmi_theory)*code : BMI_THEORIES;
}

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

static const bm_recipe *recipe_of(const making *k)
{
    const bm_recipe *r = k->m->recipe;
    return r && r->fitted && (int64_t)r->n_features == k->d.columns ? r : NULL;
}

static bm_status begin(making *k)
{
    const int64_t p = k->d.columns;
    const bm_recipe *r = recipe_of(k);
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
const char *bmi_inference_target_name(const bm_model *m, const bmi_dense_model *d, int64_t block, char into[32])
{
    const int64_t at = block + (d->relative || (d->classes && d->outputs == 1));
    if (d->classes && m->n_classes >= 2 && at < m->n_classes) return m->classes[at];
    if (m->recipe && m->recipe->target && d->outputs == 1) return m->recipe->target;
    snprintf(into, 32, d->outputs == 1 ? "target" : "target %lld", (long long)block + 1);
    return into;
}

static bm_status put_texts(making *k)
{
    const bm_recipe *r = recipe_of(k);
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

/* ---- notes ---- */
static const char *const why[BMI_THEORIES + 1] = {
    [BMI_THEORY_PENALTY] =
        "no standard errors: coefficients under a penalty are biased towards 0, and theory gives none; the bootstrap does "
        "(.bootstrap)",
    [BMI_THEORY_METHOD] = "no standard errors: theory gives none for this learner; the bootstrap does (.bootstrap)",
    [BMI_THEORY_FEW_ROWS] = "no standard errors: there are no more rows than columns",
    [BMI_THEORY_SEPARATED] =
        "no standard errors: the columns tell the classes apart perfectly, and the likelihood has no finite maximum",
    [BMI_THEORY_TOO_LARGE] = "no standard errors: there are too many coefficients of classes (over 2,000)",
    [BMI_THEORY_INEXACT] =
        "no standard errors: the solution is not exact enough (its residuals are not orthogonal to the columns)",
    [BMI_THEORIES] = "no standard errors: the fit kept no statistics; find them from its rows (bm_infer)",
};

/* "total, casual, registered": the columns of a dependence, at most 8 of them. */
static int dependent_names(const making *k, const double *v, char into[500])
{
    const bm_recipe *r = recipe_of(k);
    const int64_t first = k->d.bias != NULL;
    double most = 0;
    int n = 0;
    size_t length = 0;
    for (int64_t j = 0; j < k->d.columns; j++)
        most = fmax(most, fabs(v[first + j]) * (k->columns && k->columns[4 * j + 1] > 0 ? k->columns[4 * j + 1] : 1));
    for (int64_t j = 0; j < k->d.columns; j++) {
        char name[32];
        const double size = fabs(v[first + j]) * (k->columns && k->columns[4 * j + 1] > 0 ? k->columns[4 * j + 1] : 1);
        if (!(size > 1e-7 * most)) continue;
        snprintf(name, sizeof name, "x%lld", (long long)j + 1);
        if (n < 8) length += (size_t)snprintf(into + length, 500 - length, "%s%.40s", n ? ", " : "", r ? r->features[j] : name);
        else if (n == 8) snprintf(into + length, 500 - length, " ...");
        n++;
    }
    return n;
}

/* Whether the columns of a dependence are the categories of one text: "city=Berlin", "city=Paris"; the text's name into `of`. */
static bool is_one_hot(const char *names, char of[100])
{
    const size_t n = strcspn(names, "=");
    snprintf(of, 100, "%.*s", (int)(n < 99 ? n : 99), names);
    for (const char *at = names; at;) {
        if (strncmp(at, of, n) || at[n] != '=') return !strncmp(at, " ...", 4);
        at = strstr(at, ", ");
        if (at) at += 2;
    }
    return true;
}

static bool note_dependence(making *k, const double *v)
{
    char names[500] = "", of[100];
    const int n = dependent_names(k, v, names);
    bm_context *c = k->t->object.context;
    bmi_notes *notes = &k->t->notes;
    const size_t length = strlen(names);
    if (n == 1 && length > 2 && !strcmp(names + length - 2, "=?")) return true; /* the slot of categories not seen */
    if (n == 1)
        return bmi_notes_add_as(BMI_NOTE_CONSTANT, c, notes,
                                "! \001%s\002 is constant: its coefficient cannot be told from the intercept", names);
    const bmi_theory theory = bmi_inference_theory(k->m);
    if (theory == BMI_THEORY_PENALTY) /* which determines them */
        return is_one_hot(names, of) ||
               bmi_notes_add_as(BMI_NOTE_DEPENDENT, c, notes,
                                "! \001%s\002 depend on each other: how they share what they say together is the penalty's doing",
                                names);
    if (is_one_hot(names, of))
        return bmi_notes_add_as(
            BMI_NOTE_CATEGORIES, c, notes,
            "the categories of \001%s\002 add up to 1: only differences of their coefficients are determined, and they have no "
            "standard errors; those of least norm are given",
            of);
    return bmi_notes_add_as(
        BMI_NOTE_DEPENDENT, c, notes,
        "! \001%s\002 depend on each other (one is a sum of multiples of the others%s): their coefficients are not determined, "
        "those of least norm are given, without standard errors",
        names, k->d.bias ? " and a constant" : "");
}

static bool note_dependences(making *k)
{
    enum { MOST = 8 };
    const int64_t each = k->d.columns + (k->d.bias != NULL);
    const double *dependent = bmi_model_learned(k->m, "inference/dependent", BM_SHAPE(BM_ANY, each));
    const int64_t n = dependent ? bm_model_learned(k->m, "inference/dependent")->shape.dim[0] : 0;
    bool ok = true;
    for (int64_t i = 0; ok && i < n && i < MOST; i++) ok = note_dependence(k, dependent + i * each);
    if (k->d.classes && k->n_null > n * k->d.blocks)
        ok = ok &&
             bmi_notes_add(
                 k->t->object.context, &k->t->notes,
                 "! the rows hardly tell of some coefficients, as probabilities are so close to 0 and 1: they have no standard "
                 "errors");
    return ok;
}

static bool note_alike(making *k)
{
    const bm_recipe *r = recipe_of(k);
    bool ok = true;
    int told_of = 0;
    for (int64_t j = 0; ok && k->columns && j < k->d.columns; j++) {
        const double vif = k->columns[4 * j + 2], like = k->columns[4 * j + 3];
        const int64_t other = like >= 0 && like < (double)k->d.columns ? (int64_t)like : -1;
        if (!(vif > 10) || other < 0 || told_of == 8) continue;
        if (other < j && k->columns[4 * other + 2] > 10 && k->columns[4 * other + 3] == (double)j)
            continue; /* the pair was named */
        char one[32], two[32];
        snprintf(one, sizeof one, "x%lld", (long long)j + 1);
        snprintf(two, sizeof two, "x%lld", (long long)other + 1);
        told_of++;
        ok = bmi_notes_add(k->t->object.context, &k->t->notes, "! %s and %s carry much of the same information: VIF %.3g",
                           r ? r->features[j] : one, r ? r->features[other] : two, vif);
    }
    return ok;
}

static bm_status add_notes(making *k)
{
    bm_context *c = k->t->object.context;
    bmi_notes *n = &k->t->notes;
    const bmi_theory theory = bmi_inference_theory(k->m);
    const bm_recipe *r = recipe_of(k);
    bool ok = true;
    if (k->fits.values)
        ok = bmi_notes_add(c, n, "standard errors and intervals are those of %lld fits on resampled rows",
                           (long long)k->fits.fits);
    else if (why[theory]) ok = bmi_notes_add(c, n, "%s", why[theory]);
    if (k->robust)
        ok = ok && bmi_notes_add(c, n, "standard errors hold when rows vary differently (HC%d)", (int)k->o.robust - BM_HC0);
    if (k->d.logarithm) ok = ok && bmi_notes_add(c, n, "coefficients are of the logarithm of the prediction");
    if (r && r->log1p) ok = ok && bmi_notes_add(c, n, "coefficients are of log(1 + %s)", r->target);
    if (k->d.relative && k->d.outputs > 2)
        ok = ok && bmi_notes_add(c, n, "of each class against %s", k->m->n_classes ? k->m->classes[0] : "the first");
    ok = ok && note_dependences(k) && note_alike(k);
    return ok ? BM_OK : bmi_fail_memory(&k->e, k->here, 200, "a note");
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

static bm_table *failed(bm_table *t, const bmi_error *e)
{
    bmi_fail_from(&t->object.error, e);
    return t;
}

bm_table *bm_coefficients_at(const bm_model *m, const bm_coefficients_options *options, size_t size, bm_place here)
{
    bm_context *context = m ? m->object.context : NULL;
    making k = { .m = m, .here = here, .arena = { .context = context } };
    k.t = bmi_table_new(context);
    if (k.t->object.error.status) return k.t;
    if (!bmi_options_copy(&k.e, here, &k.o, sizeof k.o, offsetof(bm_coefficients_options, named_), options, size)) {
        if (k.o.confidence == 0) k.o.confidence = .95;
        if (!check(&k) && !begin(&k) && !find_rows(&k) && !make_terms(&k) && !put_texts(&k) && !put_numbers(&k)) add_notes(&k);
    }
    bmi_release(context, k.fits.values, (size_t)(k.fits.fits * k.fits.n), sizeof(double));
    bmi_object_free(k.data);
    bmi_arena_end(&k.arena);
    return failed(k.t, &k.e);
}

/* ---- figures ---- */
double bm_model_figure(const bm_model *m, const char *name, int64_t target)
{
    bmi_dense_model d;
    const double *f = bmi_dense_model_of(m, &d) ? bmi_inference_figures(m, &d, target) : NULL;
    for (int i = 0; f && name && i < BMI_FIGURES; i++)
        if (!strcmp(name, bmi_figure_names[i])) return f[i];
    return NAN;
}

bm_table *bm_model_figures_at(const bm_model *m, bm_place here)
{
    bm_context *context = m ? m->object.context : NULL;
    bmi_error e = { 0 };
    bmi_dense_model d;
    bm_table *t = bmi_table_new(context);
    bmi_arena arena = { .context = context };
    if (!m) bmi_fail(&e, BM_E_ARGUMENT, here, "figures: the model is null");
    else if (bmi_model_network(m, &e, here) && !bmi_dense_model_of(m, &d))
        bmi_fail(&e, BM_E_ARGUMENT, here, "figures: the model is not one dense layer on its inputs");
    if (!e.status && !bmi_inference_figures(m, &d, 0))
        bmi_fail(&e, BM_E_ARGUMENT, here, "figures: there are none; %s",
                 why[bmi_inference_theory(m)] ? why[bmi_inference_theory(m)] : "the fit kept no statistics");
    const int64_t targets = e.status ? 0 : d.classes ? 1 : d.outputs;
    const size_t room = (size_t)(targets * BMI_FIGURES);
    bm_name *names = bmi_arena_alloc(&arena, room + 1, sizeof *names), *of = bmi_arena_alloc(&arena, room + 1, sizeof *of);
    double *values = bmi_arena_alloc(&arena, room + 1, sizeof *values);
    bool ok = names && of && values;
    int64_t n = 0;
    for (int64_t k = 0; ok && k < targets; k++) {
        char text[32];
        const char *name =
            d.classes && m->recipe && m->recipe->target ? m->recipe->target : bmi_inference_target_name(m, &d, k, text);
        for (int i = 0; ok && i < BMI_FIGURES; i++) {
            values[n] = bmi_inference_figures(m, &d, k)[i];
            if (!isfinite(values[n])) continue;
            names[n] = bmi_figure_names[i];
            of[n] = name == text ? bmi_arena_text(&arena, text) : name;
            ok = of[n++] != NULL;
        }
    }
    if (!ok) bmi_fail_memory(&e, here, room * 8, "figures");
    if (!e.status) {
        bm_table_add_text_at(t, "figure", names, n, here);
        bm_table_add_text_at(t, "target", of, n, here);
        bm_table_add_real_at(t, "value", values, n, here);
    }
    bmi_arena_end(&arena);
    return failed(t, &e);
}
