// SPDX-License-Identifier: Apache-2.0
/* Paths of coefficients, each solution the start of the next; of ridge all from one decomposition.
 */
#include "model/learners/penalty.h"
#include <baeum/paths.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_path_options, r, 0, 1, 1, "share of the absolute penalty"),
    BMI_INT_FIELD(bm_path_options, count, 1, 1e9, 100, "alphas"),
    BMI_REAL_FIELD(bm_path_options, ratio, 0, 1, -1, "the last alpha over the first"),
    BMI_REAL_FIELD(bm_path_options, tolerance, 0, 1, 1e-10, "duality gap at the end"),
    BMI_INT_FIELD(bm_path_options, iterations, 1, 1e15, 10000, "at most"),
    { 0 },
};

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Those that were given, falling; or a grid. Null with the error set. */
static const double *alphas_of(bmi_design *d, const bm_path_options *o, const bmi_penalty *p, int64_t *n)
{
    bm_learning *l = d->r->l;
    if (!o->alphas.count) return bmi_design_alphas(d, p, o->count, o->ratio >= 0 ? o->ratio : p->r == 0 ? 1e-10 : 1e-3, n);
    *n = (int64_t)o->alphas.count;
    double *alphas = o->alphas.at ? bm_learning_memory(l, o->alphas.count * sizeof *alphas) : NULL;
    if (!o->alphas.at) bm_learning_fail(l, BM_E_ARGUMENT, "path: alphas has a count and no pointer; write BM_REALS(.1, 1)");
    for (int64_t i = 0; alphas && i < *n; i++) {
        alphas[i] = o->alphas.at[i];
        if (!(alphas[i] >= 0 && alphas[i] < INFINITY)) {
            bm_learning_fail(l, BM_E_ARGUMENT, "path: alpha %" PRId64 " is %g; alphas are finite and >= 0", i, alphas[i]);
            return NULL;
        }
    }
    if (alphas) qsort(alphas, (size_t)*n, sizeof *alphas, falling);
    return alphas;
}

static bm_status walk(bmi_design *d, const bmi_penalty *p, const double *alphas, int64_t n, double *coefficients,
                      double *intercepts)
{
    bm_learning *l = d->r->l;
    double *w = bm_learning_memory(l, 2 * (size_t)d->n * sizeof *w), *one = w ? w + d->n : NULL;
    bm_status st = w ? BM_OK : BM_E_MEMORY;
    if (!st && p->r == 0 && bmi_design_eigen(d, false)) st = l->model->object.error.status;
    for (int64_t t = 0; !st && t < d->k; t++) {
        memset(w, 0, (size_t)d->n * sizeof *w);
        for (int64_t i = 0; !st && i < n; i++) {
            st = bmi_design_solve(d, p, alphas[i], i ? alphas[i - 1] : 0, t, w);
            const double intercept = bmi_regression_unscale(d->r, t, w, 1, one);
            for (int64_t j = 0; j < d->n; j++) coefficients[(i * d->n + j) * d->k + t] = one[j];
            intercepts[i * d->k + t] = d->r->centred ? intercept : 0;
        }
    }
    return st;
}

static void fail(bm_path *p, bm_context *context, const bmi_error *e, bm_place here)
{
    bm_tensor *t = bm_tensor_new_in_at(context, BM_F64, BM_SHAPE(0), here);
    bmi_fail_from(&t->object.error, e);
    bmi_object_free(p->coefficients);
    p->coefficients = t;
    if (!p->alphas) p->alphas = bmi_object_keep(t);
    if (!p->intercepts) p->intercepts = bmi_object_keep(t);
}

static bm_status make(bm_path *path, bm_learning *l, const bm_path_options *o)
{
    const bmi_penalty p = { .r = o->r, .tolerance = o->tolerance, .iterations = o->iterations };
    bmi_error *e = &l->model->object.error;
    bmi_regression r = { 0 };
    bmi_design d = { 0 };
    int64_t n;
    if (bmi_regression_begin(&r, l, 0, o->no_intercept)) return e->status;
    const double *alphas = bmi_design_make(&d, &r, -1) ? NULL : alphas_of(&d, o, &p, &n);
    if (alphas) {
        const bool one = d.k == 1;
        path->alphas = bm_tensor_new_in_at(o->context, BM_F64, BM_SHAPE(n), l->here);
        path->coefficients = bm_tensor_new_in_at(o->context, BM_F64, one ? BM_SHAPE(n, d.n) : BM_SHAPE(n, d.n, d.k), l->here);
        path->intercepts = bm_tensor_new_in_at(o->context, BM_F64, one ? BM_SHAPE(n) : BM_SHAPE(n, d.k), l->here);
        bm_tensor *const all[] = { path->alphas, path->coefficients, path->intercepts };
        for (int i = 0; i < 3; i++) bmi_fail_from(e, &all[i]->object.error);
        if (!e->status) {
            memcpy(path->alphas->data, alphas, (size_t)n * sizeof *alphas);
            walk(&d, &p, alphas, n, path->coefficients->data, path->intercepts->data);
            path->gap = d.gap;
            path->converged = !e->status && !d.open;
        }
    }
    bmi_design_end(&d);
    return e->status;
}

static bm_status check(bmi_error *e, const bm_dataset *d, bm_place here)
{
    if (!d) return bmi_fail(e, BM_E_ARGUMENT, here, "path: the dataset is null");
    if (bmi_fail_from(e, &d->object.error)) return e->status;
    if (!d->rows || !d->n_x) return bmi_fail(e, BM_E_DATA, here, "path: the dataset has no rows");
    if (!d->n_t || !bmi_type_is_real(d->t[0].tensor->type))
        return bmi_fail(e, BM_E_DATA, here,
                        "path: the dataset has no target of numbers; a path of coefficients is one of regression");
    return BM_OK;
}

bm_path bm_coefficient_path_at(const bm_path_options *options, size_t size, bm_place here)
{
    bm_path path = { 0 };
    bm_path_options o;
    bmi_error e = { 0 };
    const bm_learner lasso = bm_learner_value_at("lasso", NULL, 0, here);
    if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_path_options, named_), options, size) &&
        !bmi_fields_settle(&e, here, "path", fields, &o) && !check(&e, o.data, here)) {
        bm_model *m = bmi_learner_new(o.context, &lasso, NULL, here);
        bm_learning l = { .model = m, .arena = { .context = o.context }, .train = o.data, .here = here };
        if (!m->object.error.status) make(&path, &l, &o);
        bmi_fail_from(&e, &m->object.error);
        bmi_arena_end(&l.arena);
        bmi_object_free(m);
    }
    if (e.status) fail(&path, o.context, &e, here);
    return path;
}
