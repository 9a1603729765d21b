// SPDX-License-Identifier: Apache-2.0
/* What a fit keeps of its rows for inference. Columns are centred, so that neither means nor units cost digits; the triangle of all rows
 * gives
 * the inverse of XT W X without the products themselves, the observed information of classes is summed up and factored by Cholesky.
 */
#include "base/fields.h"
#include "base/kinds.h"
#include "base/special.h"
#include "data/recipe.h"
#include "linalg/householder.h"
#include "linalg/triangle.h"
#include "model/inference.h"
#include "model/learners/regression.h"
#include <math.h>
#include <string.h>

typedef struct work {
    bm_learning *l;
    bmi_regression r;
    bmi_dense_model d;
    bmi_triangle t;
    double *triangle; /* of the rows as they were folded, columns of `columns` numbers */
    double *g;        /* generalised inverse of XT W X */
    double *columns;  /* as kept */
    double used;      /* rows of weight > 0 */
    double small;     /* of a column's rest: none */
    bool inexact;     /* the solution is not that of least squares */
    bool asked;       /* by bm_infer: rows that do not fit are an error */
} work;

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

static bmi_theory theory_of(const work *w)
{
    const bm_model *m = w->l->model;
    const char *name = m->learner->name;
    if (m->learner != bmi_kind_find("learner", name)) return BMI_THEORY_METHOD; /* from outside */
    const bm_tensor *t = w->l->train->t[0].tensor;
    const bool logistic = (!strcmp(name, "logistic") || !strcmp(name, "softmax")) && w->d.classes &&
                          (w->d.outputs == 1 || w->d.relative) && bmi_type_is_int(t->type) && t->size == w->l->train->rows;
    static const char *const penalised[] = { "ridge", "lasso", "elastic", "elastic_net", "one_vs_rest" };
    if (!strcmp(name, "linear")) return BMI_THEORY_SQUARES;
    if (!strcmp(name, "poisson")) return w->d.outputs == 1 && unpenalised(m) ? BMI_THEORY_INFORMATION : BMI_THEORY_PENALTY;
    if (logistic) return unpenalised(m) ? BMI_THEORY_INFORMATION : BMI_THEORY_PENALTY;
    for (size_t i = 0; i < BMI_COUNT(penalised); i++)
        if (!strcmp(name, penalised[i])) return BMI_THEORY_PENALTY;
    return BMI_THEORY_METHOD;
}

/* ---- the columns ---- */
static double *numbers(work *w, int64_t n)
{
    size_t bytes;
    if (!bmi_mul_size((size_t)n, sizeof(double), &bytes)) bytes = SIZE_MAX / 2;
    return bm_learning_memory(w->l, bytes);
}

static bm_status fold_rows(work *w)
{
    const int64_t p = w->d.columns;
    bmi_least_squares ls = { 0 };
    w->triangle = numbers(w, p * p);
    w->t.a = w->triangle ? numbers(w, p * p) : NULL;
    w->g = w->t.a ? numbers(w, p * p) : NULL;
    double *const spare = w->g ? numbers(w, p * p + p) : NULL;
    w->t.length = spare ? numbers(w, p) : NULL;
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
static int64_t most_like(const work *w, int64_t j)
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
static double *column_squares(work *w)
{
    const int64_t p = w->d.columns;
    double *squares = numbers(w, p), *row = squares && !w->triangle ? numbers(w, p + w->r.targets) : NULL;
    if (!squares || (!w->triangle && !row)) return NULL;
    for (int64_t j = 0; w->triangle && j < p; j++) squares[j] = bmi_dot(w->triangle + j * p, w->triangle + j * p, j + 1);
    for (int64_t i = 0; row && i < w->r.rows; i++) {
        bmi_regression_read(&w->r, i, 1, row, 0);
        for (int64_t j = 0; j < p; j++) squares[j] += row[j] * row[j];
    }
    return squares;
}

/* Whether a column takes part in a dependence: no VIF then. */
static bm_status describe_columns(work *w, const double *null, int64_t n_null, int64_t q)
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

/* v for every dependence of the columns, in theta of one block; the value at the means takes no part. */
static double *column_nulls(work *w, int64_t *count)
{
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = p + first, n = p - w->t.rank;
    double *v = numbers(w, n * q + q), *spare = v ? numbers(w, p) : NULL;
    *count = spare ? n : 0;
    for (int64_t i = 0; i < *count; i++) bmi_triangle_null(&w->t, i, v + i * q + first, spare);
    return v;
}

/* ---- least squares ---- */
typedef struct sums {
    work *w;
    int64_t target;
    double offset, squares, total, log_weights, *x;
    bmi_residuals r;
    double *v, *xe, zz; /* of z = e^2 less its mean: XcT z and zT z; XcT W e */
} sums;

/* What the network leaves of a row's target; its columns in s->x. */
static double residual_of(sums *s, int64_t row)
{
    work *w = s->w;
    const int64_t p = w->d.columns;
    bmi_regression_read(&w->r, row, 1, s->x, 0);
    double e = s->x[p + s->target] + s->offset;
    for (int64_t j = 0; j < p; j++) e -= s->x[j] * bmi_dense_coefficient(&w->d, s->target, j);
    return e;
}

static void sum_residuals(void *user)
{
    sums *s = user;
    work *w = s->w;
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
    work *w = s->w;
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
static bm_status residuals(work *w, sums *s)
{
    const int64_t p = w->d.columns;
    const double *mean = w->r.mean;
    double *const x = s->x, *const v = s->v;
    memset(v, 0, 2 * (size_t)p * sizeof *v);
    *s = (sums){ .w = w, .target = s->target, .x = x, .v = v, .xe = v + p };
    s->offset = w->d.bias ? mean[p + s->target] - bmi_dense_coefficient(&w->d, s->target, -1) : 0;
    for (int64_t j = 0; j < p; j++) s->offset -= mean[j] * bmi_dense_coefficient(&w->d, s->target, j);
    w->r.unweighted = true;
    if (!bmi_regression_rows(&w->r, sum_residuals, s)) bmi_regression_rows(&w->r, sum_products, s);
    w->r.unweighted = false;
    w->used = s->r.n;
    return w->l->model->object.error.status;
}

/* Whether X^T W e = 0, as it is for the rows that a model was fitted on. */
static bool orthogonal(const work *w, const sums *s)
{
    for (int64_t j = 0; j < w->d.columns; j++) {
        const double *r = w->triangle + j * w->d.columns;
        if (!(fabs(s->xe[j]) <= 1e-4 * sqrt(bmi_dot(r, r, j + 1) * s->total) + 1e-300)) return false;
    }
    return true;
}

/* [1, X] as a triangle: the row of sums of the columns over the centred triangle. */
static double condition(work *w)
{
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = p + first;
    if (q > BMI_INFERENCE_CONDITION) return NAN;
    double *a = numbers(w, q * q);
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

static bm_status squares_figures(work *w, sums *s, double *f)
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
    f[BMI_FIGURE_CONDITION] = condition(w);
    bmi_residuals_figures(&s->r, f);
    if (!w->l->train->weights && first && s->zz > 0) { /* Koenker: n R^2 of the squares by the columns */
        double explained = 0;
        for (int64_t i = 0; i < p; i++) explained += s->v[i] * bmi_dot(w->g + i * p, s->v, p);
        f[BMI_FIGURE_BREUSCH_PAGAN] = n * explained / s->zz;
    }
    return w->l->model->object.error.status;
}

static bm_status keep_squares(work *w, const double *null, int64_t n_null)
{
    bm_learning *l = w->l;
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = p + first, k = w->d.outputs;
    sums s = { .x = numbers(w, p + w->r.targets), .v = numbers(w, 2 * p) };
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

/* Mean and deviation of numbers to be learned. */
static bm_status keep_target(work *w)
{
    const int64_t p = w->d.columns, k = w->r.targets;
    double *row = numbers(w, p + k);
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

/* ---- classes ---- */
typedef struct classes {
    work *w;
    const double *offset;    /* of each block: what the means give */
    int64_t q, each, blocks; /* of theta, of a block */
    double *h, *x, *p, *z;
    double likelihood, surest; /* 1 - the least probability that a true class got */
    double *seen;              /* weight of each class; of counts their sum, and that of log y! */
} classes;

/* Probabilities of all classes but the first, into c->p, of which the first entry is that of the first. */
static void probabilities(const work *w, classes *c)
{
    double most = 0, sum = 0;
    c->p[0] = 0;
    for (int64_t b = 0; b < c->blocks; b++) {
        double logit = c->offset[b];
        for (int64_t j = 0; j < w->d.columns; j++) logit += c->x[j] * bmi_dense_coefficient(&w->d, b, j);
        c->p[b + 1] = logit;
        most = fmax(most, logit);
    }
    for (int64_t b = 0; b <= c->blocks; b++) sum += c->p[b] = exp(c->p[b] - most);
    for (int64_t b = 0; b <= c->blocks; b++) c->p[b] /= sum;
}

/* Adds w p_a (1[a = b] - p_b) z zT to the upper blocks. */
static void add_information(classes *c, double weight)
{
    for (int64_t a = 0; a < c->blocks; a++)
        for (int64_t b = a; b < c->blocks; b++) {
            const double of = weight * c->p[a + 1] * ((a == b) - c->p[b + 1]);
            for (int64_t i = 0; i < c->each; i++)
                bmi_axpy(of * c->z[i], c->z, c->h + (a * c->each + i) * c->q + b * c->each, c->each);
        }
}

/* The same of counts: w e^s z zT. */
static void add_count(const work *w, classes *c, double weight, double y)
{
    double sum = c->offset[0];
    for (int64_t j = 0; j < w->d.columns; j++) sum += c->x[j] * bmi_dense_coefficient(&w->d, 0, j);
    const double mean = exp(sum), factorial = bmi_log_gamma(y + 1);
    c->likelihood += weight * (y * sum - mean - factorial);
    c->surest = 1;
    c->seen[0] += weight * y;
    c->seen[1] += weight * factorial;
    for (int64_t i = 0; i < c->each; i++) bmi_axpy(weight * mean * c->z[i], c->z, c->h + i * c->q, c->each);
}

static void sum_rows(void *user)
{
    classes *c = user;
    work *w = c->w;
    const int64_t p = w->d.columns, first = w->d.bias != NULL;
    for (int64_t i = 0; i < w->r.rows && !atomic_load(&w->l->model->stop); i++) {
        const double weight = bmi_regression_weight(&w->r, i);
        if (!(weight > 0)) continue;
        bmi_regression_read(&w->r, i, 1, c->x, 0);
        if (first) c->z[0] = 1;
        memcpy(c->z + first, c->x, (size_t)p * sizeof *c->z);
        w->used += 1;
        if (!w->d.classes) {
            add_count(w, c, weight, c->x[p] + w->r.mean[p]);
            continue;
        }
        const int64_t label = (int64_t)bm_tensor_at(w->l->train->t[0].tensor, i);
        probabilities(w, c);
        const double sure = label >= 0 && label <= c->blocks ? c->p[label] : 0;
        c->likelihood += weight * log(sure);
        c->surest = fmax(c->surest, 1 - sure);
        if (label >= 0 && label <= c->blocks) c->seen[label] += weight;
        add_information(c, weight);
    }
}

static void class_figures(const work *w, const classes *c, int64_t rank, double cond, double *f)
{
    const double n = w->r.all, model = (double)(rank - (w->d.bias ? c->blocks : 0)), parameters = (double)rank;
    double null = w->d.classes ? 0 : c->seen[0] * (log(c->seen[0] / n) - 1) - c->seen[1];
    for (int64_t k = 0; w->d.classes && k <= c->blocks; k++) null += c->seen[k] > 0 ? c->seen[k] * log(c->seen[k] / n) : 0;
    for (int i = 0; i < BMI_FIGURES; i++) f[i] = NAN;
    f[BMI_FIGURE_ROWS] = w->used;
    f[BMI_FIGURE_PARAMETERS] = parameters;
    f[BMI_FIGURE_DF_MODEL] = model;
    f[BMI_FIGURE_DF_RESIDUAL] = w->used - parameters;
    f[BMI_FIGURE_LOG_LIKELIHOOD] = c->likelihood;
    f[BMI_FIGURE_NULL_LIKELIHOOD] = null;
    f[BMI_FIGURE_PSEUDO_R2] = 1 - c->likelihood / null;
    f[BMI_FIGURE_RATIO] = 2 * (c->likelihood - null);
    f[BMI_FIGURE_AIC] = 2 * parameters - 2 * c->likelihood;
    f[BMI_FIGURE_BIC] = log(n) * parameters - 2 * c->likelihood;
    f[BMI_FIGURE_CONDITION] = cond;
}

static bm_status keep_information(work *w, bmi_theory *theory)
{
    bm_learning *l = w->l;
    const int64_t p = w->d.columns, first = w->d.bias != NULL, q = bmi_theta_size(&w->d), blocks = w->d.blocks;
    classes c = { .q = q, .each = p + first, .blocks = blocks, .h = numbers(w, q * q), .x = numbers(w, p + w->r.targets) };
    c.p = numbers(w, blocks + 1), c.z = numbers(w, p + 1), c.seen = numbers(w, blocks + 1);
    double *offset = numbers(w, blocks), *spare = numbers(w, q * q + q);
    bmi_triangle t = { .n = q, .a = c.h, .length = numbers(w, q), .order = bm_learning_memory(l, (size_t)q * sizeof *t.order) };
    if (l->model->object.error.status) return l->model->object.error.status;
    for (int64_t b = 0; b < blocks; b++) {
        offset[b] = bmi_dense_coefficient(&w->d, b, -1);
        for (int64_t j = 0; j < p; j++) offset[b] += w->r.mean[j] * bmi_dense_coefficient(&w->d, b, j);
    }
    c.w = w;
    c.offset = offset;
    w->r.unweighted = true;
    bmi_regression_rows(&w->r, sum_rows, &c);
    w->r.unweighted = false;
    if (l->model->object.error.status) return l->model->object.error.status;
    for (int64_t i = 0; i < q; i++)
        for (int64_t j = 0; j < i; j++) c.h[i * q + j] = c.h[j * q + i];
    if (c.surest < 1e-4) *theory = BMI_THEORY_SEPARATED;
    if (*theory == BMI_THEORY_SEPARATED || !bmi_triangle_cholesky(&t, w->small < 1e-8 ? 3e-7 : 1e-3))
        return l->model->object.error.status;
    bmi_learning_keep(l, "inference/covariance", BM_SHAPE(q, q), NULL);
    bmi_learning_keep(l, "inference/figures", BM_SHAPE(1, BMI_FIGURES), NULL);
    if (t.rank < q) bmi_learning_keep(l, "inference/null", BM_SHAPE(q - t.rank, q), NULL);
    if (l->model->object.error.status) return l->model->object.error.status;
    bmi_triangle_inverse(&t, bmi_learning_kept(l, "inference/covariance"), spare);
    for (int64_t i = 0; i < q - t.rank; i++) bmi_triangle_null(&t, i, bmi_learning_kept(l, "inference/null") + i * q, spare);
    class_figures(w, &c, t.rank, condition(w), bmi_learning_kept(l, "inference/figures"));
    return l->model->object.error.status;
}

/* ---- all ---- */
/* Factors, and all that follows from them; without `whole` only what the columns are. */
static bm_status keep(work *w, bool whole)
{
    bm_learning *l = w->l;
    bm_model *m = l->model;
    const int64_t p = w->d.columns, each = p + (w->d.bias != NULL);
    bmi_theory theory = theory_of(w);
    int64_t n_null = 0;
    const double *null = NULL;
    w->columns = numbers(w, 4 * p);
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
    if (theory == BMI_THEORY_INFORMATION && bmi_theta_size(&w->d) > BMI_INFERENCE_COLUMNS) theory = BMI_THEORY_TOO_LARGE;
    if (theory == BMI_THEORY_SQUARES && keep_squares(w, null, n_null)) return m->object.error.status;
    if (w->inexact) theory = BMI_THEORY_INEXACT;
    if (theory == BMI_THEORY_INFORMATION && keep_information(w, &theory)) return m->object.error.status;
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
    work w = { .l = l, .small = d->x[0].tensor->type == BM_F64 ? 1e-11 : 1e-6 };
    int64_t all, cells;
    if (m->object.error.status || !m->learner || !m->learner->fit || !bmi_dense_model_of(m, &w.d))
        return m->object.error.status;
    if (d->n_x != 1 || d->n_t != 1 || w.d.columns > BMI_INFERENCE_COLUMNS || atomic_load(&m->stop)) return BM_OK;
    const bmi_theory theory = theory_of(&w);
    const int64_t width = theory == BMI_THEORY_INFORMATION ? bmi_theta_size(&w.d) : w.d.columns;
    const bool exact = theory == BMI_THEORY_SQUARES || theory == BMI_THEORY_INFORMATION;
    const int64_t rows = bmi_learning_rows(l), most = m->parts ? file_work : exact ? EXACT_WORK : OTHER_WORK;
    if (!bmi_mul_i64(width * width, rows, &all)) all = INT64_MAX;
    if (!bmi_mul_i64(w.d.columns, rows, &cells)) cells = INT64_MAX;
    const bool whole = always || (all <= most && width <= BMI_INFERENCE_COLUMNS);
    if (!whole && (cells > COLUMNS_WORK || m->parts)) return BM_OK;
    if (bmi_regression_begin(&w.r, l, 0, !w.d.bias)) return m->object.error.status;
    bmi_regression_unscaled(&w.r);
    w.asked = always;
    keep(&w, whole);
    if (!always && m->object.error.status == BM_E_STOPPED)
        bmi_object_clear(m); /* the fit itself was done: it has no statistics */
    return m->object.error.status;
}
