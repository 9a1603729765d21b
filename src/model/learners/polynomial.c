// SPDX-License-Identifier: Apache-2.0
/* Polynomial regression: a layer that makes products of columns, and a dense one whose weights are solved for. The products are made
 * again as rows are read.
 */
#include "nn/layers/polynomial.h"
#include "base/kinds.h"
#include "model/learners/penalty.h"
#include <math.h>

static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_poly_options, degree, 1, 20, 2, "of the largest products of columns"),
    BMI_REAL_FIELD(bm_poly_options, alpha, 0, INFINITY, 0, "ridge's penalty; 0: least squares"),
    BMI_BOOL_FIELD(bm_poly_options, interactions, "only products of different columns"),
    BMI_BOOL_FIELD(bm_poly_options, no_intercept, "the curve goes through the origin"),
    { 0 },
};

static size_t layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    const bm_poly_options *o = options;
    const bm_polynomial_options p = { .degree = o->degree, .interactions = o->interactions, .name = "polynomial" };
    (void)room;
    into[0] = bm_layer_at("polynomial", &p, sizeof p, l->here);
    return 1 + bmi_regression_layers(l, o->no_intercept, into + 1);
}

typedef struct products {
    int64_t n, degree;
    bool interactions;
} products;

static void expand(const void *how, double *row)
{
    const products *p = how;
    bmi_polynomial_row(p->n, p->degree, p->interactions, row);
}

static bm_status solve(bmi_regression *r, double alpha, double *w, int64_t *rank)
{
    bmi_design d = { 0 };
    bmi_least_squares ls = { 0 };
    const bmi_penalty p = { 0 };
    const int64_t k = r->targets;
    bm_status st;
    if (alpha == 0) {
        st = bmi_regression_fold(r, &ls, 0);
        if (!st) st = bmi_regression_fail(r, bmi_least_squares_solve(&ls, w, rank));
        bmi_least_squares_end(&ls);
        return st;
    }
    double *one = bm_learning_memory(r->l, (size_t)r->columns * sizeof *one);
    st = one ? bmi_design_make(&d, r, -1) : BM_E_MEMORY;
    for (int64_t t = 0; !st && t < k; t++) {
        st = bmi_design_solve(&d, &p, alpha, 0, t, one);
        for (int64_t j = 0; j < d.n; j++) w[j * k + t] = one[j];
    }
    bmi_design_end(&d);
    return st;
}

static bm_status fit(bm_learning *l, const void *options)
{
    const bm_poly_options *o = options;
    const bm_tensor *x = l->train->x[0].tensor;
    const products p = { x->size / l->train->rows, o->degree, o->interactions };
    bmi_regression r = { .expand = expand, .how = &p };
    const int64_t columns = bmi_polynomial_columns(p.n, p.degree, p.interactions);
    if (bmi_regression_begin(&r, l, columns, o->no_intercept)) return l->model->object.error.status;
    int64_t rank = r.columns;
    bmi_regression_level(&r, 1e3); /* powers of a column are of sizes far apart */
    double *w = bm_learning_memory(l, (size_t)(r.columns * r.targets) * sizeof *w);
    if (!w || solve(&r, o->alpha, w, &rank) || bmi_regression_put(&r, w)) return l->model->object.error.status;
    bmi_regression_say_solved(&r, rank, 1);
    return BM_OK;
}

static const bm_learner_kind poly = {
    BMI_REGRESSION(bm_poly_options, fields, layers),
    .name = "poly",
    .tasks = BM_LEARNS_NUMBERS | BM_LEARNS_WEIGHTED | BM_LEARNS_PARTS,
    .fit = fit,
    .doc = "Least squares, or ridge, on products of columns up to a degree.",
};
const bmi_kind bmi_kinds_learner_poly[] = { { "learner", "poly", &poly }, { 0 } };
