// SPDX-License-Identifier: Apache-2.0
/* Polynomial: products of columns up to a degree. Those of a degree are a column times those of the degree before that begin with the same
 * column or one behind it, so that each product stands once.
 * Shapes: x (batch, n); y (batch, products)
 */
#include "nn/layers/polynomial.h"
#include "nn/layers/layer.h"

static const bmi_field fields[] = {
    BMI_INT_FIELD(bm_polynomial_options, degree, 1, 20, 2, "of the largest products"),
    BMI_BOOL_FIELD(bm_polynomial_options, interactions, "only products of different columns"),
    BMI_LAYER_NAME(bm_polynomial_options),
    { 0 },
};

int64_t bmi_polynomial_columns(int64_t n, int64_t degree, bool interactions)
{
    double all = 0, of_degree = 1; /* exact where it is small */
    for (int64_t d = 1; d <= degree; d++) {
        of_degree = of_degree * (double)(interactions ? n - d + 1 : n + d - 1) / (double)d;
        if (interactions && d > n) of_degree = 0;
        all += of_degree;
        if (!(all <= BMI_POLYNOMIAL_MOST)) return -1;
    }
    return (int64_t)all;
}

enum { TOGETHER = 32 };
typedef struct parts { /* what is to be joined, in order */
    bm_node at[TOGETHER];
    size_t n;
} parts;

static bm_node join(parts *p)
{
    const bm_node y = p->n == 1 ? p->at[0] : bm_concat_at(-1, (bm_nodes){ p->at, p->n }, BM_HERE);
    p->at[0] = y;
    p->n = 1;
    return y;
}

static void add(parts *p, bm_node x)
{
    if (p->n == TOGETHER) join(p);
    p->at[p->n++] = x;
}

/* Columns first .. first + count - 1. */
static bm_node part(bm_node x, int64_t first, int64_t count)
{
    return bm_slice(x, BM_AXES(0, first), BM_AXES(-1, count));
}

static bm_node build(bm_build *b, const void *options, const bm_node *in, size_t n_in)
{
    const bm_polynomial_options *o = options;
    if (!bmi_layer_one_input(b, in, n_in, 2)) return bmi_node_failed(b->graph);
    const int64_t n = bmi_layer_last(b, in[0]);
    if (!n) return bmi_node_failed(b->graph);
    if (bm_node_shape(in[0]).rank != 2 || bmi_polynomial_columns(n, o->degree, o->interactions) < 0)
        return bm_build_fail(
            b, BM_E_SHAPE,
            "degree %lld of %lld columns makes more than %d products, or x is no table of rows and columns; take a smaller "
            "degree, fewer columns, or interactions",
            (long long)o->degree, (long long)n, BMI_POLYNOMIAL_MOST);
    parts all = { 0 };
    bm_node before = in[0];
    int64_t size = n; /* of those of the degree before */
    add(&all, in[0]);
    for (int64_t d = 2; d <= o->degree && size; d++) {
        parts of_degree = { 0 };
        int64_t next = 0;
        for (int64_t j = 0; j < n; j++) {
            /* of the degree before: those that begin with a column before j (or j itself) are left out */
            const int64_t count = bmi_polynomial_tail(n, d - 1, o->interactions ? j + 1 : j, o->interactions);
            if (!count) continue;
            add(&of_degree, bm_mul(part(in[0], j, 1), part(before, size - count, count)));
            next += count;
        }
        size = next;
        if (!size) break;
        before = join(&of_degree);
        add(&all, before);
    }
    return join(&all);
}

int64_t bmi_polynomial_tail(int64_t n, int64_t degree, int64_t first, bool interactions)
{
    const int64_t left = n - first;
    double count = 1;
    for (int64_t d = 1; d <= degree; d++) count = count * (double)(interactions ? left - d + 1 : left + d - 1) / (double)d;
    return left <= 0 || count < .5 ? 0 : (int64_t)(count + .5);
}

void bmi_polynomial_row(int64_t n, int64_t degree, bool interactions, double *row)
{
    double *into = row + n;
    for (int64_t d = 2; d <= degree; d++) {
        double *const begin = into;
        for (int64_t j = 0; j < n; j++) {
            const int64_t count = bmi_polynomial_tail(n, d - 1, interactions ? j + 1 : j, interactions);
            const double *from = begin - count;
            for (int64_t i = 0; i < count; i++) *into++ = row[j] * from[i];
        }
    }
}

static const bm_layer_kind polynomial =
    BMI_LAYER("polynomial", bm_polynomial_options, fields, build, "products of columns up to a degree");
const bmi_kind bmi_kinds_layer_polynomial[] = { { "layer", "polynomial", &polynomial }, { 0 } };
