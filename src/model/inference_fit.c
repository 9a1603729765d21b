// SPDX-License-Identifier: Apache-2.0
/* What a fit keeps of its rows for inference: which theory there is, and what the columns are. They are centred, so that neither means
 * nor units cost digits; the triangle of all rows gives the inverse of XT W X without the products themselves.
 */
#include "base/fields.h"
#include "base/kinds.h"
#include "data/recipe.h"
#include "linalg/householder.h"
#include "model/inference_work.h"
#include <math.h>
#include <string.h>

bool bmi_dense_model_of(const bm_model *m, bmi_dense_model *d)
{
    *d = (bmi_dense_model){ 0 };
    bmi_error e = { 0 };
    const bmi_network *n = m && !m->object.error.status ? bmi_model_network(m, &e, (bm_place){ 0 }) : NULL;
    if (!n || bm_model_layers(m) != 2 || strcmp(bm_model_layer_kind(m, 1), "dense") || n->n_heads != 1) return false;
    for (size_t i = 0; i < n->training.n_weights; i++) {
        const bm_tensor *w = n->session->variables[n->training.weights[i].node.index];
        const char *name = strrchr(n->training.weights[i].name, '/');
        if (name && !strcmp(name, "/kernel")) d->kernel = w;
        else if (name && !strcmp(name, "/bias")) d->bias = w;
    }
    if (!d->kernel || d->kernel->shape.rank != 2) return false;
    d->columns = d->kernel->shape.dim[0];
    d->outputs = d->kernel->shape.dim[1];
    d->classes = m->task == BM_CLASSIFICATION || n->heads[0].form == BM_OUTPUT_BINARY || n->heads[0].form == BM_OUTPUT_CLASSES;
    const char *activation = ((const bm_dense_options *)m->layers[m->n_layers - 1].options)->activation.name;
    d->relative = d->outputs > 1 && activation && !strcmp(activation, "softmax");
    d->logarithm = activation && !strcmp(activation, "exponential");
    d->blocks = d->relative ? d->outputs - 1 : d->outputs;
    return n->row.rank == 1 && d->columns > 0 && d->outputs > 0;
}

double bmi_dense_coefficient(const bmi_dense_model *d, int64_t block, int64_t column)
{
    const bm_tensor *w = column < 0 ? d->bias : d->kernel;
    const int64_t at = column < 0 ? 0 : column * d->outputs;
    if (!w) return 0;
    if (!d->relative) return bm_tensor_at(w, at + block);
    return bm_tensor_at(w, at + block + 1) - bm_tensor_at(w, at);
}

/* ---- which theory ---- */
/* The real of a name among the learner's settled options; NaN where there is none. */
static double real_option(const bm_model *m, const char *name)
{
    const bmi_field *f = m->learner->fields ? bmi_field_find(m->learner->fields, name) : NULL;
    return f && f->type == BMI_FIELD_REAL ? *(const double *)(const void *)((const char *)m->how + f->offset) : NAN;
}

/* Whether settled options say that weights are not penalised: a penalty "none", or an alpha of 0. */
static bool unpenalised(const bm_model *m)
{
    const bmi_field *f = m->learner->fields ? bmi_field_find(m->learner->fields, "penalty") : NULL;
    if (f && f->type == BMI_FIELD_WORD)
        return !strcmp(f->words[*(const int *)(const void *)((const char *)m->how + f->offset)], "none");
    return real_option(m, "alpha") == 0;
}

static bmi_theory theory_of(const bmi_inference_work *w)
{
    const bm_model *m = w->l->model;
    const char *name = m->learner->name;
    if (m->learner != bmi_kind_find("learner", name)) return BMI_THEORY_METHOD; /* from outside */
    const bm_tensor *t = w->l->train->t[0].tensor;
    const bool logistic = (!strcmp(name, "logistic") || !strcmp(name, "softmax")) && w->d.classes &&
                          (w->d.outputs == 1 || w->d.relative) && bmi_type_is_int(t->type) && t->size == w->l->train->rows;
    static const char *const penalised[] = { "ridge", "lasso", "elastic", "one_vs_rest" };
    if (!strcmp(name, "linear")) return BMI_THEORY_SQUARES;
    if (!strcmp(name, "poisson")) return w->d.outputs == 1 && unpenalised(m) ? BMI_THEORY_INFORMATION : BMI_THEORY_PENALTY;
    if (logistic) return unpenalised(m) ? BMI_THEORY_INFORMATION : BMI_THEORY_PENALTY;
    for (size_t i = 0; i < BMI_COUNT(penalised); i++)
        if (!strcmp(name, penalised[i])) return BMI_THEORY_PENALTY;
    return BMI_THEORY_METHOD;
}

/* ---- the columns ---- */
double *bmi_inference_numbers(bmi_inference_work *w, int64_t n)
{
    size_t bytes;
    if (!bmi_mul_size((size_t)n, sizeof(double), &bytes)) bytes = SIZE_MAX / 2;
    return bm_learning_memory(w->l, bytes);
}

static bm_status fold_rows(bmi_inference_work *w)
{
    const int64_t p = w->d.columns;
    bmi_least_squares ls = { 0 };
    w->triangle = bmi_inference_numbers(w, p * p);
    w->t.a = w->triangle ? bmi_inference_numbers(w, p * p) : NULL;
    w->g = w->t.a ? bmi_inference_numbers(w, p * p) : NULL;
    double *const spare = w->g ? bmi_inference_numbers(w, p * p + p) : NULL;
    w->t.length = spare ? bmi_inference_numbers(w, p) : NULL;
    w->t.order = w->t.length ? bm_learning_memory(w->l, (size_t)p * sizeof *w->t.order) : NULL;
    w->t.n = p;
    if (!w->t.order || bmi_regression_fold(&w->r, &ls, 0)) {
        bmi_least_squares_end(&ls);
        return w->l->model->object.error.status;
    }
    for (int64_t j = 0; j < p; j++) {
        const double *row = bmi_least_squares_triangle(&ls, j);
        for (int64_t c = j; c < p; c++) w->triangle[c * p + j] = row[c];
    }
    bmi_least_squares_end(&ls);
    memcpy(w->t.a, w->triangle, (size_t)(p * p) * sizeof *w->t.a);
    bmi_triangle_factor(&w->t, w->small);
    bmi_triangle_inverse(&w->t, w->g, spare);
    return BM_OK;
}

/* Which column says most of what column j says beyond all others: the largest partial correlation. */
static int64_t most_like(const bmi_inference_work *w, int64_t j)
{
    const int64_t p = w->d.columns;
    const double *g = w->g;
    int64_t best = -1;
    double most = 0;
    for (int64_t k = 0; k < p; k++) {
        const double size = k == j ? 0 : fabs(g[j * p + k]) / sqrt(g[j * p + j] * g[k * p + k]);
        if (size > most) most = size, best = k;
    }
    return best;
}

/* Sums of squares of the columns: of the triangle, or of the rows themselves. */
static double *column_squares(bmi_inference_work *w)
{
    const int64_t p = w->d.columns;
    double *squares = bmi_inference_numbers(w, p),
           *row = squares && !w->triangle ? bmi_inference_numbers(w, p + w->r.targets) : NULL;
    if (!squares || (!w->triangle && !row)) return NULL;
    for (int64_t j = 0; w->triangle && j < p; j++) squares[j] = bmi_dot(w->triangle + j * p, w->triangle + j * p, j + 1);
    for (int64_t i = 0; row && i < w->r.rows; i++) {
        bmi_regression_read(&w->r, i, 1, row, 0);
        for (int64_t j = 0; j < p; j++) squares[j] += row[j] * row[j];
    }
    return squares;
}

/* Whether a column takes part in a dependence: no VIF then. */
static bm_status describe_columns(bmi_inference_work *w, const double *null, int64_t n_null, int64_t q)
{
    const int64_t p = w->d.columns, first = w->d.bias != NULL;
    const double *squares = column_squares(w);
    for (int64_t j = 0; squares && j < p; j++) {
        double *c = w->columns + 4 * j;
        c[0] = w->r.mean[j];
        c[1] = sqrt(squares[j] / w->r.all);
        c[2] = w->g && squares[j] > 0 ? w->g[j * p + j] * squares[j] : NAN;
        for (int64_t i = 0; i < n_null; i++)
            if (fabs(null[i * q + first + j]) * sqrt(squares[j]) > 1e-7) c[2] = NAN;
        c[3] = c[2] > 1 ? (double)most_like(w, j) : -1;
    }
    return w->l->model->object.error.status;
}

/* [1, X] as a triangle: the row of sums of the columns over the centred triangle. */
double bmi_inference_condition(bmi_inference_work *w)
{
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = p + first;
    if (q > BMI_INFERENCE_CONDITION) return NAN;
    double *a = bmi_inference_numbers(w, q * q);
    if (!a) return NAN;
    const bm_recipe *r = w->l->model->recipe;
    if (r && (!r->fitted || (int64_t)r->n_features != p)) r = NULL;
    if (first) a[0] = sqrt(w->r.all);
    for (int64_t j = 0; j < p; j++) {
        const char *column;
        double scale, shift = 0; /* the column as the table has it, times the scale, which lengths of 1 undo */
        if (r) bmi_recipe_affine(r, (size_t)j, &column, &scale, &shift);
        if (first) a[(j + 1) * q] = sqrt(w->r.all) * (w->r.mean[j] - shift);
        for (int64_t i = 0; i <= j; i++) a[(j + first) * q + i + first] = w->triangle[j * p + i];
    }
    return bmi_triangle_condition(a, q);
}

/* v for every dependence of the columns, in theta of one block; the value at the means takes no part. */
static double *column_nulls(bmi_inference_work *w, int64_t *count)
{
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = p + first, n = p - w->t.rank;
    double *v = bmi_inference_numbers(w, n * q + q), *spare = v ? bmi_inference_numbers(w, p) : NULL;
    *count = spare ? n : 0;
    for (int64_t i = 0; i < *count; i++) bmi_triangle_null(&w->t, i, v + i * q + first, spare);
    return v;
}

/* Mean and deviation of numbers to be learned. */
static bm_status keep_target(bmi_inference_work *w)
{
    const int64_t p = w->d.columns, k = w->r.targets;
    double *row = bmi_inference_numbers(w, p + k);
    if (!row || bmi_learning_keep(w->l, "inference/target", BM_SHAPE(k, 2), NULL)) return w->l->model->object.error.status;
    double *target = bmi_learning_kept(w->l, "inference/target");
    for (int64_t i = 0; i < w->r.rows; i++) { /* times the root of the weight */
        bmi_regression_read(&w->r, i, 1, row, 0);
        for (int64_t j = 0; j < k; j++) target[2 * j + 1] += row[p + j] * row[p + j];
    }
    for (int64_t j = 0; j < k; j++) {
        target[2 * j] = w->r.mean[p + j];
        target[2 * j + 1] = sqrt(target[2 * j + 1] / w->r.all);
    }
    return BM_OK;
}

static bm_status take_coefficients(bmi_inference_work *w)
{
    const int64_t p = w->d.columns;
    w->coefficients = bmi_inference_numbers(w, w->d.blocks * p);
    for (int64_t i = 0; w->coefficients && i < w->d.blocks * p; i++)
        w->coefficients[i] = bmi_dense_coefficient(&w->d, i / p, i % p);
    return w->l->model->object.error.status;
}

/* ---- all ---- */
/* Factors, and all that follows from them; without `whole` only what the columns are. */
static bm_status keep(bmi_inference_work *w, bool whole)
{
    bm_learning *l = w->l;
    bm_model *m = l->model;
    const int64_t p = w->d.columns, each = p + (w->d.bias != NULL);
    bmi_theory theory = theory_of(w);
    int64_t n_null = 0;
    const double *null = NULL;
    w->columns = bmi_inference_numbers(w, 4 * p);
    if (!w->columns) return m->object.error.status;
    const bool exact = theory == BMI_THEORY_SQUARES || theory == BMI_THEORY_INFORMATION;
    const int64_t rows = bmi_learning_rows(l);
    if (exact && rows < p) theory = BMI_THEORY_FEW_ROWS;
    if (rows >= p && whole) {
        if (fold_rows(w) || !(null = column_nulls(w, &n_null))) return m->object.error.status;
        if (n_null) bmi_learning_keep(l, "inference/dependent", BM_SHAPE(n_null, each), null);
    }
    if (describe_columns(w, null, n_null, each) || (!w->d.classes && keep_target(w))) return m->object.error.status;
    bmi_learning_keep(l, "inference/columns", BM_SHAPE(p, 4), w->columns);
    if (exact && !whole) return m->object.error.status; /* no word of a theory: it may be asked for */
    if (exact && take_coefficients(w)) return m->object.error.status;
    if (theory == BMI_THEORY_INFORMATION && bmi_theta_size(&w->d) > BMI_INFERENCE_COLUMNS) theory = BMI_THEORY_TOO_LARGE;
    if (theory == BMI_THEORY_SQUARES && bmi_inference_keep_squares(w, null, n_null)) return m->object.error.status;
    if (w->inexact) theory = BMI_THEORY_INEXACT;
    if (theory == BMI_THEORY_INFORMATION && bmi_inference_keep_information(w, &theory)) return m->object.error.status;
    bmi_learning_keep(l, "inference/theory", BM_SHAPE(1), &(double){ theory });
    double *figures = bmi_learning_kept(l, "inference/figures");
    for (int64_t k = 0; figures && k < (theory == BMI_THEORY_SQUARES ? w->d.outputs : 1); k++)
        bmi_inference_tails(figures + k * BMI_FIGURES);
    return m->object.error.status;
}

bm_status bmi_inference_keep(bm_learning *l, bool always)
{
    enum { EXACT_WORK = 200000000, OTHER_WORK = 20000000, COLUMNS_WORK = 4000000 };
    const int64_t file_work = 10000000000; /* to read the rows again, from a file, is more */
    bm_model *m = l->model;
    const bm_dataset *d = l->train;
    bmi_inference_work w = { .l = l, .small = d->x[0].tensor->type == BM_F64 ? 1e-11 : 1e-6 };
    int64_t all, cells;
    if (m->object.error.status || !m->learner || !m->learner->fit || (m->passing && !always) || !bmi_dense_model_of(m, &w.d))
        return m->object.error.status;
    if (d->n_x != 1 || d->n_t != 1 || w.d.columns > BMI_INFERENCE_COLUMNS || atomic_load(&m->stop)) return BM_OK;
    const bmi_theory theory = theory_of(&w);
    const int64_t width = theory == BMI_THEORY_INFORMATION ? bmi_theta_size(&w.d) : w.d.columns;
    const bool exact = theory == BMI_THEORY_SQUARES || theory == BMI_THEORY_INFORMATION;
    const int64_t rows = bmi_learning_rows(l), most = m->parts ? file_work : exact ? EXACT_WORK : OTHER_WORK;
    if (!bmi_mul_i64(width * width, rows, &all)) all = INT64_MAX;
    if (!bmi_mul_i64(w.d.columns, rows, &cells)) cells = INT64_MAX;
    const bool whole = always || (all <= most && width <= BMI_INFERENCE_COLUMNS);
    if (!whole && (cells > COLUMNS_WORK || m->parts))
        return exact ? BM_OK : bmi_learning_keep(l, "inference/theory", BM_SHAPE(1), &(double){ theory });
    w.asked = always;
    if (!bmi_regression_begin(&w.r, l, 0, !w.d.bias)) {
        bmi_regression_unscaled(&w.r);
        keep(&w, whole);
    }
    if (!always && m->object.error.status == BM_E_STOPPED)
        bmi_object_clear(m); /* the fit itself was done: it has no statistics */
    return m->object.error.status;
}
