// SPDX-License-Identifier: Apache-2.0
/* Second derivatives of a linear classifier's loss (loss.h), in f64. With p the probabilities of a row x, that by the weights of
 * units a and b is p_a (1 - p_a) x xT for a = b and, where units share a softmax, -p_a p_b x xT between two.
 */
#include "base/threads.h"
#include "kernels/cpu/logistic.h"
#include "kernels/cpu/softmax.h"
#include "model/learners/logistic/loss.h"
#include <string.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static double weight_of(const bmi_linear_loss *o, int64_t row)
{
    return o->weight ? (double)o->weight[row] : 1;
}

/* Sums become probabilities (softmax), or p (1 - p) (sigmoids). */
static void shares(const bmi_linear_loss *o, bmi_loss_part *p, int64_t m)
{
    if (o->softmax) {
        const bmi_softmax s = { .isa = o->isa, .real = o->real, .rows = m, .n = o->units, .x = p->sums, .y = p->sums };
        bmi_softmax_run(&s, 0, 1);
        return;
    }
    for (int64_t i = 0; i < m * o->units; i++) ((double *)p->sign)[i] = 1;
    const bmi_logistic_block b = { .rows = m, .units = o->units, .sums = p->sums, .sign = p->sign, .curvature = p->losses };
    bmi_logistic_rows[o->isa][o->real](&b, BMI_LOGISTIC_LOSSES);
    memcpy(p->sums, p->losses, (size_t)(m * o->units) * sizeof(double));
}

static void biases(const bmi_linear_loss *o, double *sums, int64_t m, const double *v)
{
    for (int64_t i = 0; o->biased && i < m; i++)
        for (int64_t j = 0; j < o->units; j++) sums[i * o->units + j] += v[j * (o->columns + 1) + o->columns];
}

/* Along a vector: the second derivatives by a row's sums times how these change, u. */
static void bend(const bmi_linear_loss *o, const double *share, double *u, int64_t first, int64_t m)
{
    for (int64_t i = 0; i < m; i++, share += o->units, u += o->units) {
        const double w = weight_of(o, first + i);
        double mean = 0;
        for (int64_t j = 0; o->softmax && j < o->units; j++) mean += share[j] * u[j];
        for (int64_t j = 0; j < o->units; j++) u[j] = w * share[j] * (u[j] - mean);
    }
}

static void product_part(void *arg, int part, int parts)
{
    bmi_linear_loss *o = arg;
    bmi_loss_part *p = &o->part[part];
    int64_t first, last;
    (void)parts;
    bmi_linear_part_rows(o, part, &first, &last);
    for (int64_t at = first; at < last; at += o->block) {
        const int64_t m = smaller(o->block, last - at);
        const void *x = bmi_linear_rows(o, p, at, m);
        bmi_linear_sums(o, p, x, m, o->w, o->b, p->sums);
        bmi_linear_sums(o, p, x, m, o->v, NULL, p->more);
        biases(o, p->more, m, o->along);
        shares(o, p, m);
        bend(o, p->sums, p->more, at, m);
        bmi_linear_collect(o, p, x, m, p->more);
    }
}

static bool add_products(void *user)
{
    bmi_linear_loss *o = user;
    bmi_parallel(o->l->model->object.context, o->parts, product_part, o);
    return true;
}

bool bmi_linear_loss_product(void *user, const double *x, const double *v, double *h)
{
    bmi_linear_loss *o = user;
    bmi_linear_weights(o, v, o->v, o->b);
    bmi_linear_loss_begin(o, x);
    o->along = v;
    const bool done = bmi_linear_loss_pass(o, add_products, o);
    memset(h, 0, (size_t)o->n * sizeof *h);
    for (int p = 0; p < o->parts; p++)
        for (int64_t i = 0; i < o->n; i++) h[i] += o->part[p].gradient[i];
    for (int64_t i = 0; i < o->n; i++) {
        const bool bias = i % (o->columns + 1) == o->columns;
        h[i] = bias && !o->biased ? 0 : h[i] / o->all + (bias ? 0 : o->l2 * v[i]);
    }
    return done;
}

/* ---- the matrix ---- */
enum { MATRIX_BYTES = 8 << 20 };

typedef struct matrix {
    bmi_linear_loss *o;
    int64_t unit, n, size; /* columns kept; rows of the square */
    const int64_t *columns;
    int parts;
    size_t contract, share; /* bytes; numbers of a part: square, x, y, factors */
    double *memory;
    unsigned char *scratch; /* contract bytes a part */
} matrix;

static bmi_contract_spec square_spec(const matrix *t, int64_t m)
{
    return (bmi_contract_spec){ .real = BMI_REAL_F64,
                                .m = t->n,
                                .n = t->n,
                                .k = m,
                                .a_transposed = true,
                                .lda = t->n,
                                .ldb = t->n,
                                .ldc = t->size,
                                .accumulate = true };
}

/* The kept columns of a block, side by side; the bias's are ones. */
static void keep(const matrix *t, const double *x, int64_t m, double *to)
{
    const bmi_linear_loss *o = t->o;
    for (int64_t i = 0; i < m; i++, x += o->columns)
        for (int64_t k = 0; k < t->n; k++) *to++ = t->columns[k] < o->columns ? x[t->columns[k]] : 1;
}

/* Adds sum of factor x xT to a square of the part's matrix. */
static void add(const matrix *t, int part, int64_t m, const double *x, const double *factor, double *y, double *into)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t k = 0; k < t->n; k++) y[i * t->n + k] = factor[i] * x[i * t->n + k];
    bmi_contract_spec s = square_spec(t, m);
    s.a = y;
    s.b = x;
    s.c = into;
    const bmi_contract *c = bmi_contract_bind(t->scratch + (size_t)part * t->contract, &s, 1, t->o->isa);
    bmi_contract_kernel(c)(c, 0, 1);
}

static void rows_of_matrix(const matrix *t, int part, int64_t first, int64_t m)
{
    bmi_linear_loss *o = t->o;
    bmi_loss_part *p = &o->part[part];
    double *h = t->memory + (size_t)part * t->share, *kept = h + t->size * t->size, *y = kept + o->block * t->n;
    double *factor = y + o->block * t->n;
    const double *x = bmi_linear_rows(o, p, first, m), *share = p->sums;
    const bmi_linear_loss of = bmi_linear_of_unit(o); /* the matrix of a sigmoid asks for no other's sums */
    const int64_t unit = o->softmax ? 0 : t->unit;
    bmi_linear_sums(&of, p, x, m, (const double *)o->w + unit * o->columns, (const double *)o->b + unit, p->sums);
    shares(&of, p, m);
    keep(t, x, m, kept);
    for (int64_t a = 0; a < of.units; a++) {
        for (int64_t b = a; b < of.units; b++) {
            for (int64_t i = 0; i < m; i++) {
                const double own = share[i * of.units + a], other = share[i * of.units + b];
                factor[i] = weight_of(o, first + i) * (!o->softmax ? own : a == b ? own * (1 - own) : -own * other);
            }
            add(t, part, m, kept, factor, y, o->softmax ? h + a * t->n * t->size + b * t->n : h);
        }
    }
}

static void matrix_part(void *arg, int part, int parts)
{
    const matrix *t = arg;
    const bmi_linear_loss *o = t->o;
    const int64_t blocks = (o->rows + o->block - 1) / o->block, last = smaller(blocks * (part + 1) / parts * o->block, o->rows);
    for (int64_t at = blocks * part / parts * o->block; at < last; at += o->block)
        rows_of_matrix(t, part, at, smaller(o->block, last - at));
}

static bm_status begin(matrix *t)
{
    const bmi_linear_loss *o = t->o;
    bm_context *context = o->l->model->object.context;
    const int64_t bytes = t->size * t->size * (int64_t)sizeof(double), data = (int64_t)o->x.from_bytes * o->rows / 4;
    const int64_t most = smaller(o->parts, (data > MATRIX_BYTES ? data : MATRIX_BYTES) / (bytes + 1));
    t->parts = most < 1 ? 1 : (int)most;
    t->share = (size_t)(t->size * t->size + (2 * t->n + 1) * o->block);
    for (int i = 0; i < BMI_BLOCK_SIZES; i++) {
        const bmi_contract_spec some = square_spec(t, bmi_linear_block_rows(o, i));
        const size_t need = bmi_whole_lines(bmi_contract_bytes(&some, 1));
        if (need > t->contract) t->contract = need;
    }
    t->memory = bmi_alloc(context, (size_t)t->parts, t->share * sizeof *t->memory);
    t->scratch = bmi_alloc(context, (size_t)t->parts, t->contract);
    if (t->memory && t->scratch) return BM_OK;
    return bm_learning_fail(o->l, BM_E_MEMORY, "%s: out of memory for the second derivatives of %lld weights",
                            o->l->model->learner->name, (long long)t->size);
}

static void end(matrix *t)
{
    bm_context *context = t->o->l->model->object.context;
    bmi_release(context, t->memory, (size_t)t->parts, t->share * sizeof *t->memory);
    bmi_release(context, t->scratch, (size_t)t->parts, t->contract);
}

/* Adds what the rows that are in memory give. */
static void add_square(matrix *t, double *h)
{
    const size_t all = (size_t)t->size * (size_t)t->size;
    for (int p = 0; p < t->parts; p++) memset(t->memory + (size_t)p * t->share, 0, all * sizeof *h);
    bmi_parallel(t->o->l->model->object.context, t->parts, matrix_part, t);
    for (int p = 0; p < t->parts; p++)
        for (size_t i = 0; i < all; i++) h[i] += t->memory[(size_t)p * t->share + i];
}

/* Adds the penalty, and mirrors what lies above the diagonal. */
static void finish(const matrix *t, double *h)
{
    const bmi_linear_loss *o = t->o;
    const size_t all = (size_t)t->size * (size_t)t->size;
    for (size_t i = 0; i < all; i++) h[i] /= o->all;
    for (int64_t i = 0; i < t->size; i++) {
        if (t->columns[i % t->n] < o->columns) h[i * t->size + i] += o->l2;
        for (int64_t k = 0; k < i; k++) h[i * t->size + k] = h[k * t->size + i];
    }
}

typedef struct adding {
    matrix t;
    double *h;
    int64_t units; /* of add_all: whose matrices are wanted */
} adding;

static bool add_one(void *user)
{
    adding *a = user;
    add_square(&a->t, a->h);
    return true;
}

static bool add_all(void *user)
{
    adding *a = user;
    bmi_linear_loss_add(a->t.o);
    for (a->t.unit = 0; a->t.unit < a->units; a->t.unit++) add_square(&a->t, a->h + a->t.unit * a->t.size * a->t.size);
    return true;
}

bool bmi_linear_loss_matrix(bmi_linear_loss *o, const double *x, int64_t unit, const int64_t *columns, int64_t n, double *h)
{
    adding a = { { .o = o, .unit = unit, .n = n, .size = o->softmax ? n * o->units : n, .columns = columns }, h, 0 };
    bool done = false;
    if (!begin(&a.t)) {
        bmi_linear_loss_begin(o, x);
        if (!o->biased) memset(o->b, 0, (size_t)o->units * sizeof(double));
        memset(h, 0, (size_t)(a.t.size * a.t.size) * sizeof *h);
        done = bmi_linear_loss_pass(o, add_one, &a);
        finish(&a.t, h);
    }
    end(&a.t);
    return done;
}

bool bmi_linear_loss_all(bmi_linear_loss *o, const double *x, double *g, double *f, const int64_t *columns, double *h)
{
    const int64_t n = o->columns + 1, size = o->softmax ? o->n : n, units = o->softmax ? 1 : o->units;
    adding a = { { .o = o, .n = n, .size = size, .columns = columns }, h, units };
    bool done = false;
    if (!begin(&a.t)) {
        bmi_linear_loss_begin(o, x);
        memset(h, 0, (size_t)(units * size * size) * sizeof *h);
        done = bmi_linear_loss_pass(o, add_all, &a);
        bmi_linear_loss_end(o, x, g, f);
        for (int64_t u = 0; u < units; u++) finish(&a.t, h + u * size * size);
    }
    end(&a.t);
    return done;
}
