// SPDX-License-Identifier: Apache-2.0
/* Value and gradient of a linear classifier's loss (loss.h). */
#include "model/learners/logistic/loss.h"
#include "base/threads.h"
#include "kernels/cpu/logistic.h"
#include "kernels/cpu/softmax.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { CACHED = 384 << 10, MOST_ROWS = 1024, LEAST_ROWS = 16, MOST_PARTS = 16, ALWAYS_BYTES = 1 << 20 };

static size_t width(const bmi_linear_loss *o)
{
    return o->real == BMI_REAL_F32 ? sizeof(float) : sizeof(double);
}

static void put(const bmi_linear_loss *o, void *at, int64_t i, double value)
{
    if (o->real == BMI_REAL_F32) ((float *)at)[i] = (float)value;
    else ((double *)at)[i] = value;
}

/* ---- shapes ---- */
static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Blocks of rows that stay in the second cache between the two products; parts whose gradients are little beside the data. */
static void cut(bmi_linear_loss *o)
{
    const int64_t row = (o->columns + o->units) * (int64_t)width(o), fit = CACHED / (row ? row : 1) / LEAST_ROWS * LEAST_ROWS;
    o->block = smaller(fit < LEAST_ROWS ? LEAST_ROWS : fit, MOST_ROWS);
    const int64_t blocks = (o->rows + o->block - 1) / o->block, bytes = o->n * (int64_t)sizeof(double);
    const int64_t room = (int64_t)o->x.from_bytes * o->rows / 8, many = (room > ALWAYS_BYTES ? room : ALWAYS_BYTES) / bytes;
    const int64_t parts = smaller(smaller(blocks, MOST_PARTS), many);
    o->parts = parts < 1 ? 1 : (int)parts;
    if (o->block > o->rows) o->block = o->rows;
}

void bmi_linear_part_rows(const bmi_linear_loss *o, int part, int64_t *first, int64_t *last)
{
    const int64_t blocks = (o->rows + o->block - 1) / o->block;
    *first = blocks * part / o->parts * o->block;
    *last = smaller(blocks * (part + 1) / o->parts * o->block, o->rows);
}

int64_t bmi_linear_block_rows(const bmi_linear_loss *o, int i)
{
    const int64_t rest = i ? (i == 1 ? o->rows : o->last) % o->block : 0;
    return rest ? rest : o->block;
}

static bmi_contract_spec sums_spec(const bmi_linear_loss *o, int64_t m)
{
    return (bmi_contract_spec){ .real = o->real,
                                .m = m,
                                .n = o->units,
                                .k = o->columns,
                                .b_transposed = true,
                                .lda = o->columns,
                                .ldb = o->columns,
                                .ldc = o->units };
}

static bmi_contract_spec gradient_spec(const bmi_linear_loss *o, int64_t m)
{
    const bool straight = o->real == BMI_REAL_F64;
    return (bmi_contract_spec){ .real = o->real,
                                .m = o->units,
                                .n = o->columns,
                                .k = m,
                                .a_transposed = true,
                                .lda = o->units,
                                .ldb = o->columns,
                                .ldc = o->columns + straight,
                                .accumulate = straight };
}

static size_t contract_bytes(const bmi_linear_loss *o)
{
    size_t most = 0;
    const bmi_linear_loss one = bmi_linear_of_unit(o);
    for (int i = 0; i < 3 * BMI_BLOCK_SIZES; i++) {
        const int64_t m = bmi_linear_block_rows(o, i / 3);
        const bmi_contract_spec s = i % 3 == 0 ? gradient_spec(o, m) : sums_spec(i % 3 == 1 ? o : &one, m);
        const size_t bytes = bmi_contract_bytes(&s, 1);
        if (bytes > most) most = bytes;
    }
    return most;
}

static void *take(bmi_linear_loss *o, size_t bytes)
{
    return o->l->model->object.error.status ? NULL : bm_learning_memory(o->l, bytes < 64 ? 64 : bytes);
}

bm_status bmi_linear_loss_make(bmi_linear_loss *o)
{
    const size_t w = width(o);
    o->isa = bmi_isa_now();
    o->n = o->units * (o->columns + 1);
    cut(o);
    o->w = take(o, (size_t)o->n * w);
    o->v = o->real == BMI_REAL_F64 ? take(o, (size_t)o->n * w) : NULL;
    o->b = take(o, (size_t)o->units * w);
    o->part = take(o, (size_t)o->parts * sizeof *o->part);
    const size_t contract = contract_bytes(o), block = (size_t)o->block, units = (size_t)o->units;
    for (int p = 0; o->part && p < o->parts; p++) {
        bmi_loss_part *part = &o->part[p];
        part->gradient = take(o, (size_t)o->n * sizeof(double));
        if (!o->x.same) part->rows = take(o, block * (size_t)o->columns * w);
        part->sums = take(o, block * units * w);
        if (o->real == BMI_REAL_F64) part->more = take(o, block * units * w);
        part->losses = take(o, block * units * w);
        if (!o->softmax) part->sign = take(o, block * units * w);
        part->weight = take(o, block * w);
        if (o->real == BMI_REAL_F32) part->product = take(o, units * (size_t)o->columns * w);
        part->contract = take(o, contract);
    }
    return o->l->model->object.error.status;
}

/* ---- a block of rows ---- */
const void *bmi_linear_rows(const bmi_linear_loss *o, const bmi_loss_part *p, int64_t first, int64_t m)
{
    if (o->x.same) return o->x.from + (size_t)first * o->x.from_bytes;
    bmi_column_copy(&o->x, p->rows, first, m);
    return p->rows;
}

static void multiply(const bmi_linear_loss *o, const bmi_loss_part *p, const bmi_contract_spec *s)
{
    const bmi_contract *c = bmi_contract_bind(p->contract, s, 1, o->isa);
    bmi_contract_kernel(c)(c, 0, 1);
}

void bmi_linear_sums(const bmi_linear_loss *o, const bmi_loss_part *p, const void *x, int64_t m, const void *w, const void *b,
                     void *sums)
{
    bmi_contract_spec s = sums_spec(o, m);
    s.a = x;
    s.b = w;
    s.c = sums;
    multiply(o, p, &s);
    const bmi_logistic_block block = { .rows = m, .units = o->units, .sums = sums, .bias = b };
    if (b) bmi_logistic_rows[o->isa][o->real](&block, BMI_LOGISTIC_SHIFT);
}

void bmi_linear_collect(const bmi_linear_loss *o, bmi_loss_part *p, const void *x, int64_t m, void *sums)
{
    bmi_contract_spec s = gradient_spec(o, m);
    s.a = sums;
    s.b = x;
    s.c = p->product ? p->product : (void *)p->gradient;
    multiply(o, p, &s);
    const bmi_logistic_block block = { .rows = m,
                                       .units = o->units,
                                       .columns = o->columns,
                                       .sums = sums,
                                       .product = p->product,
                                       .gradient = p->gradient,
                                       .biased = o->biased };
    bmi_logistic_rows[o->isa][o->real](&block, BMI_LOGISTIC_COLLECT);
}

static bool is_of(const bmi_linear_loss *o, int64_t row, int64_t unit)
{
    if (o->yes) return o->yes[row * o->units + unit];
    return o->label[row] == (o->units == 1 ? 1 : unit);
}

static void losses(const bmi_linear_loss *o, bmi_loss_part *p, int64_t first, int64_t m)
{
    for (int64_t i = 0; o->weight && i < m; i++) put(o, p->weight, i, (double)o->weight[first + i]);
    if (o->softmax) {
        const bmi_crossentropy c = { .isa = o->isa,
                                     .real = o->real,
                                     .rows = m,
                                     .n = o->units,
                                     .x = p->sums,
                                     .labels = o->label + first,
                                     .label_type = BM_I32,
                                     .loss = p->losses,
                                     .gradient = p->sums,
                                     .weight = o->weight ? p->weight : NULL };
        bmi_crossentropy_run(&c, 0, 1);
        for (int64_t i = 0; i < m; i++) {
            const double loss = o->real == BMI_REAL_F32 ? (double)((float *)p->losses)[i] : ((double *)p->losses)[i];
            p->loss += o->weight ? loss * (double)o->weight[first + i] : loss;
        }
        return;
    }
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < o->units; j++) put(o, p->sign, i * o->units + j, is_of(o, first + i, j) ? 1 : -1);
    const bmi_logistic_block b = { .rows = m,
                                   .units = o->units,
                                   .sums = p->sums,
                                   .sign = p->sign,
                                   .weight = o->weight ? p->weight : NULL,
                                   .loss = p->losses };
    bmi_logistic_rows[o->isa][o->real](&b, BMI_LOGISTIC_LOSSES);
    for (int64_t i = 0; i < m * o->units; i++)
        p->loss += o->real == BMI_REAL_F32 ? (double)((float *)p->losses)[i] : ((double *)p->losses)[i];
}

static void run_part(void *arg, int part, int parts)
{
    bmi_linear_loss *o = arg;
    bmi_loss_part *p = &o->part[part];
    int64_t first, last;
    (void)parts;
    bmi_linear_part_rows(o, part, &first, &last);
    for (int64_t at = first; at < last; at += o->block) {
        const int64_t m = smaller(o->block, last - at);
        const void *x = bmi_linear_rows(o, p, at, m);
        bmi_linear_sums(o, p, x, m, o->w, o->biased ? o->b : NULL, p->sums);
        losses(o, p, at, m);
        bmi_linear_collect(o, p, x, m, p->sums);
    }
}

/* Weights into the type of the rows, without the biases between them. */
void bmi_linear_weights(const bmi_linear_loss *o, const double *from, void *w, void *b)
{
    for (int64_t j = 0; j < o->units; j++) {
        const double *row = from + j * (o->columns + 1);
        for (int64_t i = 0; i < o->columns; i++) put(o, w, j * o->columns + i, row[i]);
        put(o, b, j, row[o->columns]);
    }
}

void bmi_linear_loss_begin(bmi_linear_loss *o, const double *x)
{
    bmi_linear_weights(o, x, o->w, o->b);
    for (int p = 0; p < o->parts; p++) {
        memset(o->part[p].gradient, 0, (size_t)o->n * sizeof(double));
        o->part[p].loss = 0;
    }
}

void bmi_linear_loss_add(bmi_linear_loss *o)
{
    bmi_parallel(o->l->model->object.context, o->parts, run_part, o);
}

void bmi_linear_loss_end(const bmi_linear_loss *o, const double *x, double *g, double *f)
{
    double sum = 0, squares = 0;
    memset(g, 0, (size_t)o->n * sizeof *g);
    for (int p = 0; p < o->parts; p++) {
        sum += o->part[p].loss;
        for (int64_t i = 0; i < o->n; i++) g[i] += o->part[p].gradient[i];
    }
    for (int64_t j = 0; j < o->units; j++) {
        const int64_t first = j * (o->columns + 1), bias = first + o->columns;
        for (int64_t i = first; i < bias; i++) {
            g[i] = g[i] / o->all + o->l2 * x[i];
            squares += x[i] * x[i];
        }
        g[bias] = o->biased ? g[bias] / o->all : 0;
    }
    *f = sum / o->all + .5 * o->l2 * squares;
}

static bool add_rows(void *user)
{
    bmi_linear_loss_add(user);
    return true;
}

bool bmi_linear_loss_value(void *user, const double *x, double *g, double *f)
{
    bmi_linear_loss_begin(user, x);
    const bool done = bmi_linear_loss_pass(user, add_rows, user);
    bmi_linear_loss_end(user, x, g, f);
    return done;
}

/* ---- afterwards ---- */
bm_status bmi_linear_loss_name_row(const bmi_linear_loss *o)
{
    const char *who = o->l->model->learner->name;
    const bm_tensor *x = o->l->train->x[0].tensor;
    for (int64_t i = 0; i < x->size; i++)
        if (!isfinite(bm_tensor_at(x, i)))
            return bm_learning_fail(o->l, BM_E_NUMBER,
                                    "%s: the loss is not finite: row %" PRId64
                                    " has a number that is not finite, in column %" PRId64 "; clean the data first",
                                    who, i / o->columns, i % o->columns);
    return bm_learning_fail(o->l, BM_E_NUMBER,
                            "%s: the loss is not finite; numbers in the data are too large: scale the columns", who);
}

/* Whether a row's own sum is the largest, or on its side of 0. */
static bool on_its_side(const bmi_linear_loss *o, int64_t row, const void *sums, int64_t i)
{
    const double *d = sums;
    const float *s = sums;
    const int64_t own = o->softmax ? o->label[row] : 0;
    for (int64_t j = 0; j < o->units; j++) {
        const int64_t at = i * o->units + j, mine = i * o->units + own;
        const double sum = o->real == BMI_REAL_F32 ? (double)s[at] : d[at];
        if (o->softmax && j != own && !((o->real == BMI_REAL_F32 ? (double)s[mine] : d[mine]) > sum)) return false;
        if (!o->softmax && !(is_of(o, row, j) ? sum > 0 : sum < 0)) return false;
    }
    return true;
}

typedef struct separation {
    bmi_linear_loss *o;
    bool apart;
} separation;

static bool look_at_rows(void *user)
{
    separation *s = user;
    bmi_linear_loss *o = s->o;
    bmi_loss_part *p = &o->part[0];
    for (int64_t at = 0; at < o->rows && s->apart; at += o->block) {
        const int64_t m = smaller(o->block, o->rows - at);
        bmi_linear_sums(o, p, bmi_linear_rows(o, p, at, m), m, o->w, o->biased ? o->b : NULL, p->sums);
        for (int64_t i = 0; i < m; i++)
            s->apart &= (o->weight && !(o->weight[at + i] > 0)) || on_its_side(o, at + i, p->sums, i);
    }
    return s->apart;
}

bool bmi_linear_loss_separates(bmi_linear_loss *o, const double *x)
{
    separation s = { o, true };
    bmi_linear_weights(o, x, o->w, o->b);
    return bmi_linear_loss_pass(o, look_at_rows, &s) && s.apart;
}
