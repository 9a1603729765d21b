// SPDX-License-Identifier: Apache-2.0
/* Softmax, log-softmax, their gradients and cross-entropy of rows against long double, in f32 and f64, on each instruction set,
 * in place, at unreadable pages; the same bits for any number of parts and on AVX2 and AVX-512.
 */
#include "kernels/cpu/softmax.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 88172645463325252u;
static double number(void) /* xorshift: Marsaglia, 2003; 0 .. 1 */
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (double)(seed >> 11) * 0x1p-53;
}

static const int64_t widths[] = { 1, 2, 10, 15, 16, 17, 64, 100, 1500, 2051 };
static const int64_t heights[] = { 1, 3, 16, 35 };

typedef struct matrix {
    bmi_real real;
    int64_t rows, n;
    void *at;     /* ends at an unreadable page */
    double *copy; /* the same numbers */
} matrix;

static size_t bytes(const matrix *m)
{
    return (size_t)(m->rows * m->n) * (m->real == BMI_REAL_F32 ? 4 : 8);
}
static double get(const matrix *m, int64_t i)
{
    return m->real == BMI_REAL_F32 ? (double)((float *)m->at)[i] : ((double *)m->at)[i];
}
static void set(matrix *m, int64_t i, double v)
{
    if (m->real == BMI_REAL_F32) ((float *)m->at)[i] = (float)v;
    else ((double *)m->at)[i] = v;
    m->copy[i] = get(m, i);
}

static matrix make(bmi_real real, int64_t rows, int64_t n, double low, double high)
{
    matrix m = { .real = real, .rows = rows, .n = n, .copy = malloc((size_t)(rows * n) * sizeof(double)) };
    m.at = bmt_guarded(bytes(&m));
    for (int64_t i = 0; i < rows * n; i++) set(&m, i, low + (high - low) * number());
    return m;
}

static void restore(matrix *m)
{
    for (int64_t i = 0; i < m->rows * m->n; i++) set(m, i, m->copy[i]);
}

static void drop(matrix *m)
{
    bmt_guarded_free(m->at, bytes(m));
    free(m->copy);
}

static void near(const char *what, const matrix *m, int64_t i, long double want, long double size)
{
    const double u = m->real == BMI_REAL_F32 ? 0x1p-24 : 0x1p-53, got = get(m, i);
    if (!(got == (double)want || (isnan(got) && isnan(want)) || fabsl(got - want) <= 8 * u * size))
        fail_msg("%s f%d [%d, %d] element %d: %.17g, not %.17Lg", what, m->real == BMI_REAL_F32 ? 32 : 64, (int)m->rows,
                 (int)m->n, (int)i, got, want);
}

static long double top_of(const double *x, int64_t n)
{
    long double top = -INFINITY;
    for (int64_t j = 0; j < n; j++) top = x[j] > top ? x[j] : top;
    return top;
}

static long double sum_exp(const double *x, int64_t n)
{
    long double sum = 0, top = top_of(x, n);
    for (int64_t j = 0; j < n; j++) sum += expl(x[j] - top);
    return sum;
}

/* What a kind must give at each element of a row, judged by the sizes of what is added: exp's argument is rounded once. */
static void judge_row(bmi_softmax_kind kind, const matrix *y, int64_t row, const double *x, const double *dy)
{
    const int64_t n = y->n;
    const long double top = top_of(x, n), log_sum = logl(sum_exp(x, n));
    long double sum = 0, sizes = 0;
    for (int64_t k = 0; dy && k < n; k++) {
        const long double part = kind == BMI_SOFTMAX_GRADIENT ? (long double)x[k] * dy[k] : dy[k];
        sum += part, sizes += fabsl(part);
    }
    for (int64_t j = 0; j < n; j++) {
        const long double log = x[j] - top - log_sum;
        const int64_t i = row * n + j;
        switch (kind) {
        case BMI_SOFTMAX: near("softmax", y, i, expl(log), expl(log) * (2 + fabsl(x[j] - top))); break;
        case BMI_LOG_SOFTMAX: near("log-softmax", y, i, log, 1 + fabsl(log)); break;
        case BMI_SOFTMAX_GRADIENT:
            near("softmax's gradient", y, i, x[j] * (dy[j] - sum), fabsl(x[j]) * (fabsl(dy[j]) + sizes));
            break;
        default: near("log-softmax's gradient", y, i, dy[j] - expl(x[j]) * sum, fabsl(dy[j]) + expl(x[j]) * sizes); break;
        }
    }
}

static void check_softmax(bmi_softmax_kind kind, bmi_real real, int64_t rows, int64_t n, bool in_place)
{
    const bool gradient = kind == BMI_SOFTMAX_GRADIENT || kind == BMI_LOG_SOFTMAX_GRADIENT;
    matrix x = make(real, rows, n, gradient ? -2 : -30, gradient ? 0 : 20), dy = make(real, rows, n, -1, 1),
           own = make(real, rows, n, 0, 0);
    matrix *y = in_place ? gradient ? &dy : &x : &own;
    char *before = calloc(1, bytes(y));
    double *x_in = x.copy, *dy_in = dy.copy;
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        bmi_softmax s = { (bmi_isa)isa, real, kind, rows, n, x.at, gradient ? dy.at : NULL, y->at };
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        for (int parts = 1; parts <= 3; parts++) {
            restore(&x), restore(&dy);
            for (int part = 0; part < parts; part++) bmi_softmax_run(&s, part, parts);
            if (parts > 1 || isa == BMI_AVX512) assert_memory_equal(before, y->at, bytes(y));
            memcpy(before, y->at, bytes(y));
        }
        for (int64_t r = 0; r < rows; r++) judge_row(kind, y, r, x_in + r * n, gradient ? dy_in + r * n : NULL);
    }
    free(before);
    drop(&x), drop(&dy), drop(&own);
}

static void rows_of_every_width(void **state)
{
    (void)state;
    for (size_t h = 0; h < BMI_COUNT(heights); h++)
        for (size_t w = 0; w < BMI_COUNT(widths); w++)
            for (int kind = 0; kind < 4; kind++)
                for (int real = 0; real < BMI_REAL_COUNT; real++)
                    if (heights[h] * widths[w] < 10000)
                        check_softmax((bmi_softmax_kind)kind, (bmi_real)real, heights[h], widths[w], (w + h) % 2);
}

typedef struct entropy {
    matrix x, t, loss, gradient, weight;
    int64_t *labels;
} entropy;

static void check_entropy(const entropy *e, bool distribution)
{
    const int64_t n = e->x.n;
    for (int64_t r = 0; r < e->x.rows; r++) {
        const double *x = e->x.copy + r * n;
        const long double top = top_of(x, n), sum = sum_exp(x, n), w = (long double)e->weight.copy[r] * .5L;
        long double loss = 0, mass = 0, size = 0;
        for (int64_t j = 0; j < n; j++) {
            const long double t = distribution ? e->t.copy[r * n + j] : j == e->labels[r];
            if (t != 0) loss += t * (logl(sum) + (top - x[j]));
            mass += t, size += fabsl(t) * (1 + top - x[j]);
        }
        near("loss", &e->loss, r, loss, size + mass * 8);
        for (int64_t j = 0; j < n; j++) {
            const long double t = distribution ? e->t.copy[r * n + j] : j == e->labels[r], p = expl(x[j] - top) / sum;
            near("gradient", &e->gradient, r * n + j, (p * mass - t) * w, fabsl(w) * (p * mass * (2 + top - x[j]) + t));
        }
    }
}

static void try_entropy(bmi_real real, int64_t rows, int64_t n, bool distribution)
{
    entropy e = { make(real, rows, n, -20, 15), make(real, rows, n, 0, .2), make(real, rows, 1, 0, 0),
                  make(real, rows, n, 0, 0),    make(real, rows, 1, .5, 2), malloc((size_t)rows * sizeof(int64_t)) };
    for (int64_t r = 0; r < rows; r++) e.labels[r] = (int64_t)(number() * (double)n);
    for (int64_t i = 0; i < rows * n; i += 3) set(&e.t, i, 0);
    char *loss = calloc(1, bytes(&e.loss)), *gradient = calloc(1, bytes(&e.gradient));
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        bmi_crossentropy c = { .isa = (bmi_isa)isa,
                               .real = real,
                               .rows = rows,
                               .n = n,
                               .x = e.x.at,
                               .labels = distribution ? NULL : e.labels,
                               .label_type = BM_I64,
                               .targets = e.t.at,
                               .loss = e.loss.at,
                               .gradient = e.gradient.at,
                               .weight = e.weight.at,
                               .scale = .5 };
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        for (int parts = 1; parts <= 3; parts++) {
            for (int part = 0; part < parts; part++) bmi_crossentropy_run(&c, part, parts);
            if (parts > 1 || isa == BMI_AVX512) assert_memory_equal(loss, e.loss.at, bytes(&e.loss));
            if (parts > 1 || isa == BMI_AVX512) assert_memory_equal(gradient, e.gradient.at, bytes(&e.gradient));
            memcpy(loss, e.loss.at, bytes(&e.loss));
            memcpy(gradient, e.gradient.at, bytes(&e.gradient));
        }
        check_entropy(&e, distribution);
        c.gradient = e.x.at; /* in place, and without the loss */
        c.loss = NULL;
        bmi_crossentropy_run(&c, 0, 1);
        assert_memory_equal(gradient, e.x.at, bytes(&e.x));
        restore(&e.x);
        c.gradient = NULL, c.loss = e.loss.at;
        memset(e.loss.at, 0, bytes(&e.loss));
        bmi_crossentropy_run(&c, 0, 1);
        assert_memory_equal(loss, e.loss.at, bytes(&e.loss));
    }
    free(loss), free(gradient), free(e.labels);
    drop(&e.x), drop(&e.t), drop(&e.loss), drop(&e.gradient), drop(&e.weight);
}

static void crossentropy_of_every_width(void **state)
{
    (void)state;
    for (size_t h = 0; h < BMI_COUNT(heights); h++)
        for (size_t w = 0; w < BMI_COUNT(widths); w++)
            for (int real = 0; real < BMI_REAL_COUNT; real++) {
                if (heights[h] * widths[w] >= 10000) continue;
                try_entropy((bmi_real)real, heights[h], widths[w], false);
                try_entropy((bmi_real)real, heights[h], widths[w], true);
            }
}

static int64_t faults, fault_label, fault_row;
static void note(void *user, int64_t label, int64_t row)
{
    (void)user;
    faults++, fault_label = label, fault_row = row;
}

/* A label outside makes its own row's loss NaN and gradient 0, is reported, and touches nothing else. Labels of each type. */
static void bad_labels_are_reported(void **state)
{
    (void)state;
    const float x[6] = { 1, 2, 3, 1000, 0, -1000 };
    const int32_t bad[2] = { 3, 0 };
    const uint8_t small[2] = { 2, 0 };
    float loss[2], gradient[6];
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        bmi_crossentropy c = { .isa = (bmi_isa)isa,
                               .rows = 2,
                               .n = 3,
                               .x = x,
                               .labels = bad,
                               .label_type = BM_I32,
                               .loss = loss,
                               .gradient = gradient,
                               .fault = note };
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        faults = 0;
        bmi_crossentropy_run(&c, 0, 1);
        assert_int_equal(faults, 1), assert_int_equal(fault_label, 3), assert_int_equal(fault_row, 0);
        assert_true(isnan(loss[0]) && loss[1] == 0 && gradient[0] == 0 && gradient[2] == 0 && gradient[3] == 0);
        c.labels = small, c.label_type = BM_U8;
        bmi_crossentropy_run(&c, 0, 1);
        bmt_near("3 - log(e + e^2 + e^3)", (double)loss[0], .4076059644443804, 1e-6);
        assert_int_equal(faults, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rows_of_every_width), cmocka_unit_test(crossentropy_of_every_width),
                                        cmocka_unit_test(bad_labels_are_reported) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
