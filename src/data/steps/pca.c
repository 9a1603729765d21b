// SPDX-License-Identifier: Apache-2.0
/* PCA: columns become their principal components, z = (x - mean) V, V the eigenvectors of the covariance matrix (divisor n - 1) with the
 * largest eigenvalues; with `whiten` each is divided by the root of its eigenvalue. The entry of each vector that is largest in size is
 * positive. Components without variance are left out, so that there may be fewer than were asked for, which is noted.
 *
 * The randomised method finds the first ones from the products of the centred columns with a few random vectors, drawn towards them by
 * power iterations (Halko, Martinsson, Tropp, "Finding structure with randomness", 2011). Jolliffe, "Principal Component Analysis", 2002.
 *
 * State: "mean" (1 x p), "components" (k x p, one a row), "variance" (2 x k: of each component, and its share of all). */
#include "base/random.h"
#include "base/threads.h"
#include "data/dataset.h"
#include "data/frame_rows.h"
#include "data/step.h"
#include "kernels/cpu/turn.h"
#include "linalg/lapack.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MORE = 10, PARTS = 16 };

static const char *const methods[] = { [BM_PCA_EXACT] = "exact", [BM_PCA_RANDOMISED] = "randomised", NULL };
static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_step_pca_options, components, 1, 1e9, -1, "default: as many as there can be"),
    { .name = "share",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_step_pca_options, share),
      .low = 0,
      .high = 1,
      .above = true,
      .below = true,
      .number = -1,
      .doc = "as few components as have this share of the variance" },
    BMI_BOOL_FIELD(bm_step_pca_options, whiten, "components of variance 1"),
    BMI_WORD_FIELD(bm_step_pca_options, method, methods, "how they are found"),
    BMI_INT_FIELD(bm_step_pca_options, seed, 0, 0, 0, "of the random vectors"),
    BMI_INT_FIELD(bm_step_pca_options, iterations, 0, 100, 7, "power iterations of the randomised method"),
    { 0 },
};

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_pca_options *o = options;
    if (o->components > 0 && o->share > 0)
        return bmi_fail(e, BM_E_ARGUMENT, here, "pca: components and share are both given; give one of them");
    if (o->method == BM_PCA_RANDOMISED && o->components < 0)
        return bmi_fail(e, BM_E_ARGUMENT, here, "pca: the randomised method needs the number of components");
    return BM_OK;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return !f->columns[column].text && (chosen || !f->columns[column].indicator);
}

/* What is found: eigenvalues, falling, of the covariance and vectors, one a row. */
typedef struct found {
    int64_t p, k;
    double *values, *vectors;
    double all; /* the sum of all eigenvalues */
} found;

/* By the covariance matrix, of columns at most as many as rows, or few. */
static bm_status by_covariance(const bmi_step_how *how, const bmi_frame_rows *rows, double divisor, found *to)
{
    bm_context *context = rows->frame->context;
    const int64_t p = rows->columns, step = bmi_gram_step(p);
    const size_t bytes = (size_t)(p * step);
    double *g = bmi_alloc_raw(context, bytes, sizeof *g);
    const bmi_rows_source source = {
        .user = (void *)(uintptr_t)rows, .rows = rows->frame->rows, .columns = p, .read = bmi_frame_rows_read
    };
    if (!g || bmi_gram(context, &source, g)) bmi_step_no_memory(how, bytes * sizeof *g);
    for (int64_t i = 0; !how->error->status && i < p; i++) {
        for (int64_t j = 0; j < p; j++) g[i * p + j] = g[i * step + j] / divisor; /* never before it is read: p <= step */
        to->all += g[i * p + i];
    }
    if (!how->error->status && isfinite(to->all))
        bmi_eigen_symmetric(how->error, how->here, context, p, to->k, g, to->values, to->vectors);
    bmi_release(context, g, bytes, sizeof *g);
    return how->error->status;
}

/* More columns than rows: by singular values of the rows themselves. */
static bm_status by_rows(const bmi_step_how *how, const bmi_frame_rows *rows, double divisor, found *to)
{
    bm_context *context = rows->frame->context;
    const int64_t n = rows->frame->rows, p = rows->columns, r = n < p ? n : p;
    const size_t room = (size_t)(n * p + r + n * r + r * p);
    double *a = bmi_alloc_raw(context, room, sizeof *a);
    if (!a) return bmi_step_no_memory(how, room * sizeof *a);
    double *s = a + n * p, *u = s + r, *vt = u + n * r;
    bmi_frame_rows_read((void *)(uintptr_t)rows, 0, n, a, p);
    if (bmi_squares_scale(a, n * p) != 1) to->all = INFINITY;
    else if (!bmi_svd_thin(how->error, how->here, context, n, p, a, s, u, vt)) {
        for (int64_t i = 0; i < r; i++) to->all += s[i] * s[i] / divisor;
        for (int64_t i = 0; i < to->k; i++) to->values[i] = s[i] * s[i] / divisor;
        memcpy(to->vectors, vt, (size_t)(to->k * p) * sizeof *vt);
    }
    bmi_release(context, a, room, sizeof *a);
    return how->error->status;
}

/* ---- randomised: Y = A W (n x l) and Z = AT Y (p x l), A the centred, weighed rows ---- */
typedef struct products {
    const bmi_frame_rows *rows;
    int64_t l;
    const double *from;
    double *to;
} products;

static double root_of(const bmi_frame *f, int64_t row)
{
    return f->weights ? sqrt(bmi_frame_weight(f, row)) : 1;
}

static void times(void *arg, int part, int parts)
{
    const products *w = arg;
    const bmi_frame *f = w->rows->frame;
    int64_t begin, end;
    bmi_slice(f->rows, 64, part, parts, &begin, &end);
    memset(w->to + begin * w->l, 0, (size_t)((end - begin) * w->l) * sizeof *w->to);
    for (int64_t c = 0; c < w->rows->columns; c++) {
        const double *x = f->columns[w->rows->at[c]].numbers, mean = w->rows->mean[c], *from = w->from + c * w->l;
        for (int64_t i = begin; i < end; i++) {
            const double value = (x[i] - mean) * root_of(f, i);
            double *to = w->to + i * w->l;
            for (int64_t k = 0; k < w->l; k++) to[k] += value * from[k];
        }
    }
}

static void transposed_times(void *arg, int part, int parts)
{
    const products *w = arg;
    const bmi_frame *f = w->rows->frame;
    int64_t begin, end;
    bmi_slice(w->rows->columns, 1, part, parts, &begin, &end);
    for (int64_t c = begin; c < end; c++) {
        const double *x = f->columns[w->rows->at[c]].numbers, mean = w->rows->mean[c];
        double *to = w->to + c * w->l;
        memset(to, 0, (size_t)w->l * sizeof *to);
        for (int64_t i = 0; i < f->rows; i++) {
            const double value = (x[i] - mean) * root_of(f, i), *from = w->from + i * w->l;
            for (int64_t k = 0; k < w->l; k++) to[k] += value * from[k];
        }
    }
}

/* Makes l columns of n rows orthonormal, by Gram and Schmidt, twice; columns that depend on the others become 0. */
static void orthonormal(double *a, int64_t n, int64_t l)
{
    for (int64_t k = 0; k < l; k++) {
        double before = 0, after = 0;
        for (int64_t i = 0; i < n; i++) before += a[i * l + k] * a[i * l + k];
        for (int twice = 0; twice < 2; twice++)
            for (int64_t j = 0; j < k; j++) {
                double dot = 0;
                for (int64_t i = 0; i < n; i++) dot += a[i * l + j] * a[i * l + k];
                for (int64_t i = 0; i < n; i++) a[i * l + k] -= dot * a[i * l + j];
            }
        for (int64_t i = 0; i < n; i++) after += a[i * l + k] * a[i * l + k];
        const double scale = after > 1e-28 * before && after > 0 ? 1 / sqrt(after) : 0;
        for (int64_t i = 0; i < n; i++) a[i * l + k] *= scale;
    }
}

static bm_status randomised(const bmi_step_how *how, const bmi_frame_rows *rows, double divisor, found *to)
{
    const bm_step_pca_options *o = how->options;
    bm_context *context = rows->frame->context;
    const int64_t n = rows->frame->rows, p = rows->columns, least = n < p ? n : p;
    const int64_t l = to->k + MORE < least ? to->k + MORE : least;
    const size_t room = (size_t)(n * l + 3 * p * l + l + l * l);
    double *y = bmi_alloc_raw(context, room, sizeof *y);
    if (!y) return bmi_step_no_memory(how, room * sizeof *y);
    double *z = y + n * l, *turned = z + p * l, *s = turned + p * l, *u = s + l, *vt = u + l * l;
    for (int64_t i = 0; i < p * l; i++) z[i] = bmi_random_normal((uint64_t)o->seed, BMI_STREAM_DRAW, (uint64_t)i);
    products forth = { rows, l, z, y }, back = { rows, l, y, z };
    for (int64_t i = 0; i <= o->iterations; i++) {
        bmi_parallel_exact(context, PARTS, times, &forth);
        if (!i && !(bmi_all_finite(y, n * l) && bmi_squares_scale(y, n * l) == 1)) to->all = INFINITY;
        if (isinf(to->all)) break;
        orthonormal(y, n, l);
        bmi_parallel_exact(context, PARTS, transposed_times, &back);
        if (i < o->iterations) orthonormal(z, p, l);
    }
    for (int64_t i = 0; i < l; i++)
        for (int64_t c = 0; c < p; c++) turned[i * p + c] = z[c * l + i];
    if (isfinite(to->all) && !bmi_svd_thin(how->error, how->here, context, l, p, turned, s, u, vt)) {
        for (int64_t i = 0; i < to->k; i++) to->values[i] = s[i] * s[i] / divisor;
        memcpy(to->vectors, vt, (size_t)(to->k * p) * sizeof *vt);
    }
    for (int64_t c = 0; c < p; c++) {
        const double *x = rows->frame->columns[rows->at[c]].numbers;
        for (int64_t i = 0; i < n; i++)
            to->all += (x[i] - rows->mean[c]) * (x[i] - rows->mean[c]) * bmi_frame_weight(rows->frame, i) / divisor;
    }
    bmi_release(context, y, room, sizeof *y);
    return how->error->status;
}

/* How many of the components are kept. */
static int64_t kept_of(const bm_step_pca_options *o, const found *a)
{
    int64_t kept = 0;
    double sum = 0;
    while (kept < a->k && a->values[kept] > 1e-14 * a->all) {
        sum += a->values[kept++];
        if (o->share > 0 && sum >= o->share * a->all) break;
    }
    return kept;
}

static bm_status keep(const bmi_step_how *how, bmi_recipe_step *s, int64_t rows, const found *a)
{
    const bm_step_pca_options *o = how->options;
    const int64_t kept = kept_of(o, a);
    double *components = bmi_step_add_array(how, &s->state, "components", kept, a->p);
    double *variance = components ? bmi_step_add_array(how, &s->state, "variance", 2, kept) : NULL;
    double sum = 0;
    if (!variance) return how->error->status;
    if (!kept)
        return bmi_fail(how->error, BM_E_DATA, how->here, "pca: %s \"%.100s\"%s one value%s: there are no components",
                        a->p > 1 ? "columns" : "column", s->columns[0].name, a->p > 1 ? " and the others have" : " has",
                        a->p > 1 ? " each" : "");
    memcpy(components, a->vectors, (size_t)(kept * a->p) * sizeof *components);
    for (int64_t i = 0; i < kept; i++) {
        variance[i] = a->values[i];
        variance[kept + i] = a->values[i] / a->all;
        sum += variance[kept + i];
    }
    bool fine = bmi_notes_add(how->arena->context, how->notes,
                              "pca: %" PRId64 " of %" PRId64 " components, %.4g %% of the variance", kept, a->p, 100 * sum);
    if (fine && o->components > kept)
        fine =
            bmi_notes_add(how->arena->context, how->notes,
                          "! pca: %" PRId64 " components were asked for; %" PRId64 " column%s of %" PRId64
                          " row%s ha%s %" PRId64 " with a variance, and all of these are kept",
                          o->components, a->p, a->p == 1 ? "" : "s", rows, rows == 1 ? "" : "s", a->p == 1 ? "s" : "ve", kept);
    return fine ? BM_OK : bmi_step_no_memory(how, 200);
}

/* Names a column whose squares overflow or vanish, where the sum of variances did. */
static bm_status check_sizes(const bmi_step_how *how, const bmi_frame *f, const size_t *at, const bmi_recipe_step *s,
                             const found *a)
{
    if (how->error->status || (isfinite(a->all) && a->all > 0)) return how->error->status;
    for (size_t c = 0; c < s->n_columns; c++)
        if (bmi_squares_scale(f->columns[at[c]].numbers, f->rows) != 1)
            return bmi_fail(how->error, BM_E_NUMBER, how->here,
                            "pca: the values of column \"%.100s\" are of a size whose squares f64 does not hold; scale the "
                            "columns before (standardize)",
                            s->columns[c].name);
    return BM_OK;
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    const bm_step_pca_options *o = how->options;
    const int64_t p = (int64_t)s->n_columns, least = f->rows - 1 < p ? f->rows - 1 : p;
    double *mean = bmi_step_add_array(how, &s->state, "mean", 1, p);
    bmi_frame_rows rows = { .frame = f, .at = at, .columns = p };
    if (!mean) return how->error->status;
    const double all = bmi_frame_rows_means(&rows, mean);
    if (!bmi_all_finite(mean, p) && bmi_step_check_whole(how, s, f, at)) return how->error->status;
    if (least < 1 || !(all > 1))
        return bmi_fail(how->error, BM_E_DATA, how->here,
                        "pca: components of \"%.100s\"%s need two training rows at least; there is one", s->columns[0].name,
                        s->n_columns > 1 ? " and others" : "");
    rows.mean = mean;
    rows.weighed = true;
    found a = { .p = p, .k = o->components > 0 && o->components < least ? o->components : least };
    const size_t room = (size_t)(a.k * (p + 1));
    a.values = bmi_alloc_raw(f->context, room, sizeof *a.values);
    if (!a.values) return bmi_step_no_memory(how, room * sizeof *a.values);
    a.vectors = a.values + a.k;
    if (o->method == BM_PCA_RANDOMISED) randomised(how, &rows, all - 1, &a);
    else if (p <= f->rows || p <= 500) by_covariance(how, &rows, all - 1, &a);
    else by_rows(how, &rows, all - 1, &a);
    if (!check_sizes(how, f, at, s, &a)) keep(how, s, f->rows, &a);
    bmi_release(f->context, a.values, room, sizeof *a.values);
    return how->error->status;
}

/* ---- applying ---- */
typedef struct turning {
    int64_t rows, p, k;
    const double *mean, *components;
    const double **from; /* p */
    double **to;         /* k */
} turning;

static void turn(void *arg, int part, int parts)
{
    const turning *w = arg;
    int64_t begin, end;
    bmi_slice(w->rows, 64, part, parts, &begin, &end);
    bmi_turn[bmi_isa_now()](w->from, w->mean, w->p, w->components, w->to, w->k, begin, end);
}

static bm_status apply(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const size_t *at)
{
    const bm_step_pca_options *o = how->options;
    if (!how->arena && bmi_step_check_whole(how, s, f, at)) return how->error->status; /* of training rows fit did it */
    const bmi_step_array *components = bmi_step_find_array(&s->state, "components");
    const double *variance = bmi_step_find_array(&s->state, "variance")->at;
    turning w = { .rows = f->rows,
                  .mean = bmi_step_find_array(&s->state, "mean")->at,
                  .components = components->at,
                  .p = components->columns,
                  .k = components->rows };
    size_t last = at[0], first = 0;
    for (size_t c = 1; c < s->n_columns; c++)
        if (at[c] > last) last = at[c];
    w.from = bmi_alloc_raw(f->context, (size_t)w.p, sizeof *w.from);
    w.to = bmi_alloc_raw(f->context, (size_t)w.k, sizeof *w.to);
    bool fine = w.from && w.to && bmi_frame_add(f, last, (size_t)w.k, &first);
    for (int64_t k = 0; fine && k < w.k; k++) {
        char number[32];
        snprintf(number, sizeof number, "%" PRId64, k + 1);
        fine = bmi_frame_name(f, first + (size_t)k, "pca", "", number);
        w.to[k] = f->columns[first + (size_t)k].numbers;
    }
    for (int64_t c = 0; fine && c < w.p; c++) w.from[c] = f->columns[at[c]].numbers;
    if (fine) bmi_parallel_exact(f->context, PARTS, turn, &w);
    for (int64_t k = 0; fine && o->whiten && k < w.k; k++)
        for (int64_t i = 0; i < f->rows; i++) w.to[k][i] /= sqrt(variance[k]);
    bmi_release(f->context, w.from, (size_t)w.p, sizeof *w.from);
    bmi_release(f->context, w.to, (size_t)w.k, sizeof *w.to);
    if (!fine) return bmi_step_no_memory(how, (size_t)f->rows * 8);
    for (size_t c = 0; c < s->n_columns; c++) bmi_frame_empty(f, at[c]);
    return BM_OK;
}

static bool lawful(const bmi_recipe_step *s)
{
    const bmi_step_array *mean = bmi_step_find_array(&s->state, "mean"), *a = bmi_step_find_array(&s->state, "components"),
                         *variance = bmi_step_find_array(&s->state, "variance");
    const int64_t p = (int64_t)s->n_columns;
    if (!mean || !a || !variance || mean->rows != 1 || mean->columns != p || a->columns != p || a->rows < 1 ||
        variance->rows != 2 || variance->columns != a->rows)
        return false;
    for (int64_t i = 0; i < a->rows; i++)
        if (!(variance->at[i] > 0) || !isfinite(variance->at[i])) return false;
    return true;
}

static const bmi_step_example examples[] = {
    { .table = "a,b\n-1,-1\n-2,-1\n-3,-2\n1,1\n2,1\n3,2\n",
      .out = "pca1,pca2\n-1.383405778728807,-0.293578697080941\n-2.221898016633681,0.2513348437429921\n-3.605303795362488,-0."
             "04224385333794878\n1.383405778728807,0.293578697080941\n2.221898016633681,-0.2513348437429921\n3.605303795362488,"
             "0.04224385333794878\n",
      .source = "scikit-learn PCA, svd_solver full" },
    { .options = "1,whiten",
      .table = "a,b\n-1,-1\n-2,-1\n-3,-2\n1,1\n2,1\n3,2\n",
      .out = "pca1\n-0.49096646559487356\n-0.7885447877348688\n-1.2795112533297424\n0.49096646559487356\n0.7885447877348688\n1."
             "2795112533297424\n",
      .source = "scikit-learn PCA, whiten" },
    { .options = "share=.9",
      .table = "a,b\n-1,-1\n-2,-1\n-3,-2\n1,1\n2,1\n3,2\n",
      .rows = "a,b\n-1,-1\n",
      .out = "pca1\n-1.383405778728807\n",
      .source = "scikit-learn PCA(.9)" },
    { .options = "1,method=randomised",
      .table = "a,b\n-1,-1\n-2,-1\n-3,-2\n1,1\n2,1\n3,2\n",
      .rows = "a,b\n-1,-1\n",
      .out = "pca1\n-1.383405778728807\n",
      .source = "scikit-learn PCA" },
};

static const bmi_step_kind pca = {
    .size = sizeof(bmi_step_kind),
    .name = "pca",
    .options_size = sizeof(bm_step_pca_options),
    .fields = fields,
    .doc = "principal components, (x - mean) V",
    .source = "Jolliffe, \"Principal Component Analysis\", 2002; Halko, Martinsson, Tropp, \"Finding structure with "
              "randomness\", 2011",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .scales = true,
    .check = check,
    .prepares = BMI_PREPARES_SCALES,
    .takes = takes,
    .takes_what = "numbers",
    .fit_whole = fit,
    .apply_whole = apply,
    .lawful_whole = lawful,
};
const bmi_kind bmi_kinds_step_pca[] = { { "step", "pca", &pca }, { 0 } };
