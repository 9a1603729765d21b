// SPDX-License-Identifier: Apache-2.0
/* Reductions against plain loops in long double: every kind, shapes from nothing to long, each instruction set; the same bits for
 * any number of parts and on AVX2 and AVX-512; operands end at unreadable pages.
 */
#include "kernels/cpu/reduce.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 88172645463325252u;
static double number(void) /* xorshift: Marsaglia, 2003; -1 .. 1 */
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (double)(seed >> 11) * 0x1p-52 - 1;
}

typedef struct shape {
    int64_t outer, n, inner;
} shape;
static const shape shapes[] = {
    { 1, 1, 1 },    { 1, 7, 1 },     { 3, 10, 1 },   { 128, 10, 1 },   { 5, 16, 1 },    { 5, 17, 1 },    { 2, 63, 1 },
    { 3, 1023, 1 }, { 2, 1025, 1 },  { 1, 5000, 1 }, { 1, 100003, 1 }, { 3, 70001, 1 }, { 1, 32, 16 },   { 1, 3, 10 },
    { 2, 5, 33 },   { 1, 128, 512 }, { 1, 64, 7 },   { 1, 65, 70 },    { 4, 131, 257 }, { 1, 20011, 3 }, { 1, 4099, 40 },
    { 20, 9, 300 }, { 1, 0, 1 },     { 3, 0, 5 },    { 0, 4, 1 },      { 2, 4, 0 },
};

typedef struct answer {
    long double value, size;
    int64_t index;
} answer;

/* One result by the book, and the sum of sizes that its error is judged by. */
static answer plain(bmi_reduce_kind kind, const double *x, int64_t n, int64_t step)
{
    answer a = { kind == BMI_REDUCE_PROD                                  ? 1
                 : kind == BMI_REDUCE_MAX || kind == BMI_REDUCE_LOGSUMEXP ? -INFINITY
                 : kind == BMI_REDUCE_MIN                                 ? INFINITY
                                                                          : 0,
                 0, 0 };
    long double sum = 0, top = -INFINITY;
    for (int64_t i = 0; i < n; i++) top = x[i * step] > top ? x[i * step] : top;
    for (int64_t i = 0; i < n; i++) {
        const long double v = x[i * step];
        const double best = x[a.index * step];
        a.size += kind == BMI_REDUCE_SUM_SQUARES ? v * v : fabsl(v);
        sum += kind == BMI_REDUCE_LOGSUMEXP ? expl(v - top) : 0;
        switch (kind) {
        case BMI_REDUCE_SUM: a.value += v; break;
        case BMI_REDUCE_SUM_SQUARES: a.value += v * v; break;
        case BMI_REDUCE_SUM_ABS: a.value += fabsl(v); break;
        case BMI_REDUCE_PROD: a.value *= v; break;
        case BMI_REDUCE_MAX: a.value = v > a.value || isnan(v) ? v : a.value; break;
        case BMI_REDUCE_MIN: a.value = v < a.value || isnan(v) ? v : a.value; break;
        case BMI_REDUCE_MAX_ABS: a.value = fabsl(v) > a.value || isnan(v) ? fabsl(v) : a.value; break;
        case BMI_REDUCE_LOGSUMEXP: a.value = top + logl(sum); break;
        default: a.index = isnan(best) ? a.index : x[i * step] > best || isnan(v) ? i : a.index; break;
        }
    }
    return a;
}

typedef struct trial {
    bmi_reduce_spec s;
    int64_t elements, results;
    size_t size, x_bytes, y_bytes;
    double *numbers; /* the same as x holds */
} trial;

static trial make(bmi_real real, bmi_reduce_kind kind, shape h)
{
    trial t = { .s = { .real = real, .kind = kind, .outer = h.outer, .n = h.n, .inner = h.inner } };
    t.elements = h.outer * h.n * h.inner, t.results = h.outer * h.inner, t.size = real == BMI_REAL_F32 ? 4 : 8;
    t.x_bytes = (size_t)t.elements * t.size, t.y_bytes = (size_t)t.results * (kind == BMI_REDUCE_ARGMAX ? 8 : t.size);
    t.s.x = bmt_guarded(t.x_bytes), t.s.y = bmt_guarded(t.y_bytes);
    t.numbers = malloc((size_t)t.elements * sizeof(double) + 1);
    for (int64_t i = 0; i < t.elements; i++) {
        const double v = kind == BMI_REDUCE_PROD     ? 1 + number() / 64
                         : kind == BMI_REDUCE_ARGMAX ? floor(number() * 40)
                                                     : number() * 3;
        t.numbers[i] = real == BMI_REAL_F32 ? (double)(float)v : v;
        if (real == BMI_REAL_F32) ((float *)t.s.x)[i] = (float)v;
        else ((double *)t.s.x)[i] = v;
    }
    return t;
}

static void drop(trial *t)
{
    free(t->numbers);
    bmt_guarded_free((void *)t->s.x, t->x_bytes);
    bmt_guarded_free(t->s.y, t->y_bytes);
}

static void run(const trial *t, void *memory, bmi_isa isa, int parts)
{
    const bmi_reduce *r = bmi_reduce_bind(memory, &t->s, isa);
    memset(t->s.y, 0x55, t->y_bytes);
    for (int part = parts - 1; part >= 0; part--) bmi_reduce_run(r, part, parts);
    if (bmi_reduce_finish(r)) bmi_reduce_finish(r)(r, 0, 1);
}

static void judge(const trial *t, bmi_isa isa)
{
    const bmi_reduce_spec *s = &t->s;
    const double u = s->real == BMI_REAL_F32 ? 0x1p-24 : 0x1p-53;
    for (int64_t i = 0; i < t->results; i++) {
        const answer a = plain(s->kind, t->numbers + i / s->inner * s->n * s->inner + i % s->inner, s->n, s->inner);
        char what[128];
        snprintf(what, sizeof what, "%s kind %d f%d [%d, %d, %d] result %d", bmi_isa_name(isa), (int)s->kind,
                 s->real == BMI_REAL_F32 ? 32 : 64, (int)s->outer, (int)s->n, (int)s->inner, (int)i);
        if (s->kind == BMI_REDUCE_ARGMAX) {
            if (((int64_t *)s->y)[i] != a.index) fail_msg("%s: %d, not %d", what, (int)((int64_t *)s->y)[i], (int)a.index);
            continue;
        }
        const long double scale = s->scale == 0 ? 1 : (long double)s->scale;
        const double got = s->real == BMI_REAL_F32 ? (double)((float *)s->y)[i] : ((double *)s->y)[i];
        const long double want = s->root ? sqrtl(a.value * scale) : a.value * scale;
        long double room = 0; /* max, min: exact */
        if (s->kind <= BMI_REDUCE_SUM_ABS) room = 4 * u * (sqrtl((long double)s->n) + 8) * a.size * scale;
        if (s->kind == BMI_REDUCE_PROD) room = 2 * u * (long double)s->n * fabsl(want);
        if (s->kind == BMI_REDUCE_LOGSUMEXP) room = 4 * u * (fabsl(want) + 2);
        if (got != want && !(isnan(got) && isnan(want)) && !(fabsl(got - want) <= room))
            fail_msg("%s: %.17g, not %.17Lg", what, got, want);
    }
}

static void check(trial *t)
{
    void *memory = aligned_alloc(64, bmi_reduce_bytes(&t->s));
    char *first = malloc(t->y_bytes + 1), *avx2 = malloc(t->y_bytes + 1);
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        run(t, memory, (bmi_isa)isa, 1);
        judge(t, (bmi_isa)isa);
        memcpy(first, t->s.y, t->y_bytes);
        for (int parts = 2; parts <= 7; parts += 5) {
            run(t, memory, (bmi_isa)isa, parts);
            assert_memory_equal(first, t->s.y, t->y_bytes);
        }
        if (isa == BMI_AVX512 && bmi_isa_has(BMI_AVX2)) assert_memory_equal(avx2, t->s.y, t->y_bytes);
        memcpy(avx2, t->s.y, t->y_bytes);
    }
    free(memory), free(first), free(avx2);
}

static void every_kind_and_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < BMI_COUNT(shapes); i++)
        for (int kind = 0; kind < BMI_REDUCE_KINDS; kind++)
            for (int real = 0; real < BMI_REAL_COUNT; real++) {
                trial t = make((bmi_real)real, (bmi_reduce_kind)kind, shapes[i]);
                check(&t);
                drop(&t);
            }
}

static void scale_and_root(void **state)
{
    (void)state;
    for (int real = 0; real < BMI_REAL_COUNT; real++) {
        trial mean = make((bmi_real)real, BMI_REDUCE_SUM, (shape){ 3, 50001, 1 }),
              norm = make((bmi_real)real, BMI_REDUCE_SUM_SQUARES, (shape){ 2, 200, 3 });
        mean.s.scale = 1. / 50001;
        norm.s.root = true;
        check(&mean), check(&norm);
        drop(&mean), drop(&norm);
    }
}

/* Equal terms round alike, so that a sum without blocks would drift: a million times .1 in f32 by a plain loop is .9 % off. */
static void long_sums_do_not_drift(void **state)
{
    (void)state;
    for (int columns = 0; columns < 2; columns++) {
        trial t = make(BMI_REAL_F32, BMI_REDUCE_SUM, columns ? (shape){ 1, 300007, 5 } : (shape){ 1, 1000003, 1 });
        for (int64_t i = 0; i < t.elements; i++) ((float *)t.s.x)[i] = .1f, t.numbers[i] = (double).1f;
        check(&t);
        drop(&t);
    }
}

static void nan_and_infinity(void **state)
{
    (void)state;
    static const shape some[] = { { 2, 5, 1 }, { 1, 100, 1 }, { 1, 9, 40 }, { 3, 70, 3 } };
    for (size_t i = 0; i < BMI_COUNT(some); i++)
        for (int kind = BMI_REDUCE_MAX; kind < BMI_REDUCE_KINDS; kind++)
            for (int special = 0; special < 3; special++) {
                trial t = make(BMI_REAL_F32, (bmi_reduce_kind)kind, some[i]);
                const double v = special == 0 ? NAN : special == 1 ? INFINITY : -INFINITY;
                if (kind == BMI_REDUCE_LOGSUMEXP && special < 2) { /* inf - inf in the plain formula; here the limit */
                    ((float *)t.s.x)[0] = (float)v;
                    void *memory = aligned_alloc(64, bmi_reduce_bytes(&t.s));
                    run(&t, memory, bmi_isa_now(), 1);
                    const float got = ((float *)t.s.y)[0];
                    assert_true(special ? isinf(got) && got > 0 : isnan(got));
                    free(memory);
                } else {
                    for (int64_t k = 0; k < t.elements; k += 1 + t.elements / 3)
                        ((float *)t.s.x)[k] = (float)v, t.numbers[k] = v;
                    check(&t);
                }
                drop(&t);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_kind_and_shape), cmocka_unit_test(scale_and_root),
                                        cmocka_unit_test(long_sums_do_not_drift), cmocka_unit_test(nan_and_infinity) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
