// SPDX-License-Identifier: Apache-2.0
/* The contraction engine against a plain triple loop in a wider type, on every instruction set this machine has, with 1, 2, 3
 * and 7 parts. Each case asserts that
 *   - an element is within 4 u (sqrt(k) + 8) sum |a| |b| (and |c| when it accumulates) of the exact one;
 *   - any number of parts gives the bits of one part, and AVX2 and AVX-512 give the same bits;
 *   - A, B and C are not read or written behind their last element (an unreadable page follows), gaps between their rows do
 *     not matter, and in C nothing but its elements is written;
 *   - the epilogue meets each element once, after it is finished;
 *   - where a kernel has a bias or a rate, they do what adding a row and C - rate * product would.
 */
#include "base/threads.h"
#include "kernels/cpu/contract.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const bmi_vector_code bmi_code_add;

typedef struct trial {
    bmi_real real;
    int64_t m, n, k, batch;
    bool a_transposed, b_transposed, accumulate, epilogue, bias, rate;
    int64_t gap[3]; /* leading dimensions of A, B, C beyond what is needed */
    bool same[2];   /* A, B: one for the whole batch */
} trial;

typedef struct matrix {
    int64_t rows, columns, step, stride, count;
    size_t size, bytes;
    void *at;
} matrix;

static const double rate = .375; /* exact in both types */

static const int part_counts[] = { 1, 2, 3, 7 };

static uint64_t seed = 88172645463325252u;
static int64_t pick(int64_t n) /* xorshift: Marsaglia, 2003 */
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (int64_t)(seed >> 11) % n;
}
static double number(void)
{
    return (double)(pick(2001) - 1000) / 1024 + (double)pick(1000) * 1e-7;
}

static double get(const matrix *x, int64_t item, int64_t i, int64_t j)
{
    const int64_t at = item * x->stride + i * x->step + j;
    return x->size == 4 ? (double)((const float *)x->at)[at] : ((const double *)x->at)[at];
}
static void set(matrix *x, int64_t at, double v)
{
    if (x->size == 4) ((float *)x->at)[at] = (float)v;
    else ((double *)x->at)[at] = v;
}

/* Memory that ends at its last element; the gaps hold NaN. */
static matrix matrix_new(bmi_real real, int64_t rows, int64_t columns, int64_t gap, int64_t count)
{
    matrix x = {
        .rows = rows, .columns = columns, .step = columns + gap, .count = count, .size = real == BMI_REAL_F32 ? 4 : 8
    };
    x.stride = rows * x.step + gap;
    const int64_t total = rows && columns ? (count - 1) * x.stride + (rows - 1) * x.step + columns : 0;
    x.bytes = (size_t)total * x.size;
    x.at = bmt_guarded(x.bytes);
    for (int64_t i = 0; i < total; i++)
        set(&x, i, i % x.stride / x.step < rows && i % x.stride % x.step < columns ? number() : (double)NAN);
    return x;
}

/* The plain loop, and beside each element the sum of magnitudes that its limit is made of. */
static void reference(const trial *t, const matrix *a, const matrix *b, const matrix *c, const matrix *bias, long double *want,
                      long double *size)
{
    for (int64_t p = 0, at = 0; p < t->batch; p++)
        for (int64_t i = 0; i < t->m; i++)
            for (int64_t j = 0; j < t->n; j++, at++) {
                const long double by = t->rate ? (long double)-rate : 1;
                long double sum = t->accumulate || t->rate ? (long double)get(c, p, i, j)
                                  : t->bias                ? (long double)get(bias, 0, 0, j)
                                                           : 0,
                            all = fabsl(sum);
                for (int64_t q = 0; q < t->k; q++) {
                    const long double x =
                        by * (long double)get(a, t->same[0] ? 0 : p, t->a_transposed ? q : i, t->a_transposed ? i : q) *
                        (long double)get(b, t->same[1] ? 0 : p, t->b_transposed ? j : q, t->b_transposed ? q : j);
                    sum += x, all += fabsl(x);
                }
                want[at] = sum, size[at] = all;
            }
}

static void describe(char text[200], const trial *t, bmi_isa isa, int parts)
{
    snprintf(text, 200, "%s %s %d parts: %c%c m %lld k %lld n %lld batch %lld%s%s%s%s, gaps %lld %lld %lld",
             t->real ? "f64" : "f32", bmi_isa_name(isa), parts, "nt"[t->a_transposed], "nt"[t->b_transposed], (long long)t -> m,
             (long long)t -> k, (long long)t -> n, (long long)t -> batch, t -> accumulate ? " accumulates" : "",
             t->epilogue ? " epilogue" : "", t->bias ? " bias" : "", t->rate ? " rate" : "", (long long)t->gap[0],
             (long long)t->gap[1], (long long)t->gap[2]);
}

/* C + C goes to `twice`, and 1 is added to `met`, which is as large as C. */
static const bmi_program *epilogue_new(const trial *t, bmi_isa isa, const matrix *c, void *twice, void *met, void **memory)
{
    static const float one = 1;
    static const double one64 = 1;
    const bm_type type = t->real == BMI_REAL_F32 ? BM_F32 : BM_F64;
    bmi_program_spec s = { .real = t->real, .rows = t->m, .cols = t->n, .n_operands = 3, .n_steps = 2, .n_results = 2 };
    s.operand[0] = (bmi_program_array){ c->at, type, c->step, 1, { 0 } };
    s.operand[1] = (bmi_program_array){ met, type, t->n, 1, { 0 } };
    s.operand[2] =
        (bmi_program_array){ t->real == BMI_REAL_F32 ? (void *)(uintptr_t)&one : (void *)(uintptr_t)&one64, type, 0, 0, { 0 } };
    s.step[0] = (bmi_program_step){ &bmi_code_add, -1, -1, BMI_NONE, { 0, 0 } };
    s.step[1] = (bmi_program_step){ &bmi_code_add, -2, -3, BMI_NONE, { 0, 0 } };
    s.result[0] = (bmi_program_array){ twice, type, t->n, 1, { 0 } };
    s.result[1] = s.operand[1];
    s.result_of[0] = 0, s.result_of[1] = 1;
    *memory = aligned_alloc(64, (bmi_program_bytes(&s) + 63) / 64 * 64);
    assert_non_null(*memory);
    return bmi_program_bind(*memory, &s, isa);
}

static bmi_contract_spec spec_of(const trial *t, const matrix *a, const matrix *b, const matrix *c)
{
    return (bmi_contract_spec){ .real = t->real,
                                .m = t->m,
                                .n = t->n,
                                .k = t->k,
                                .a_transposed = t->a_transposed,
                                .b_transposed = t->b_transposed,
                                .a = a->at,
                                .b = b->at,
                                .c = c->at,
                                .lda = a->step,
                                .ldb = b->step,
                                .ldc = c->step,
                                .accumulate = t->accumulate,
                                .batch = t->batch,
                                .a_stride = t->same[0] ? 0 : a->stride,
                                .b_stride = t->same[1] ? 0 : b->stride,
                                .c_stride = c->stride };
}

static void once(const trial *t, bmi_isa isa, int parts, bool threads, const matrix *a, const matrix *b, const matrix *c,
                 const matrix *bias)
{
    const size_t cells = (size_t)(t->m * t->n) + 1;
    matrix twice = { .size = c->size, .step = t->n, .at = calloc(cells, 8) },
           met = { .size = c->size, .step = t->n, .at = calloc(cells, 8) };
    void *program = NULL;
    char text[200];
    describe(text, t, isa, parts);
    bmi_contract_spec s = spec_of(t, a, b, c);
    const float rate_f32 = (float)rate;
    s.bias = t->bias ? bias->at : NULL;
    s.rate = !t->rate ? NULL : t->real == BMI_REAL_F32 ? (const void *)&rate_f32 : &rate;
    if (t->epilogue && t->m && t->n) s.epilogue = epilogue_new(t, isa, c, twice.at, met.at, &program);
    const size_t bytes = bmi_contract_bytes(&s, parts);
    char *memory = aligned_alloc(64, (bytes + 64 + 63) / 64 * 64);
    assert_true(memory && twice.at && met.at);
    memset(memory, 0xff, bytes + 64); /* NaN, when it is read before it is written */
    const bmi_contract *bound = bmi_contract_bind(memory, &s, parts, isa);
    const bmi_kernel kernel = bmi_contract_kernel(bound);
    if (threads) bmi_parallel(NULL, parts, (void (*)(void *, int, int))(uintptr_t)kernel, (void *)(uintptr_t)bound);
    else
        for (int p = parts - 1; p >= 0; p--) kernel(bound, p, parts);
    for (int i = 0; i < 64; i++)
        if ((unsigned char)memory[bytes + (size_t)i] != 0xff) fail_msg("%s: writes behind its scratch", text);
    for (int64_t i = 0; s.epilogue && i < t->m; i++)
        for (int64_t j = 0; j < t->n; j++) {
            if (get(&met, 0, i, j) != 1)
                fail_msg("%s: the epilogue met %lld, %lld %g times", text, (long long)i, (long long)j, get(&met, 0, i, j));
            if (get(&twice, 0, i, j) != (c->size == 4 ? (double)(float)(2 * get(c, 0, i, j)) : 2 * get(c, 0, i, j)))
                fail_msg("%s: the epilogue read %g, not %g", text, get(&twice, 0, i, j) / 2, get(c, 0, i, j));
        }
    free(memory), free(program), free(twice.at), free(met.at);
}

static void compare(const trial *t, bmi_isa isa, int parts, const matrix *c, const long double *want, const long double *size)
{
    const double u = t->real == BMI_REAL_F32 ? ldexp(1, -24) : ldexp(1, -53), limit = 4 * u * (sqrt((double)t->k) + 8);
    char text[200];
    describe(text, t, isa, parts);
    int64_t at = 0;
    for (int64_t p = 0; p < t->batch; p++)
        for (int64_t i = 0; i < t->m; i++)
            for (int64_t j = 0; j < t->n; j++, at++) {
                const double got = get(c, p, i, j);
                if (!(fabsl((long double)got - want[at]) <= (long double)limit * size[at]))
                    fail_msg("%s: item %lld row %lld column %lld is %.17g, not %.17Lg", text, (long long)p, (long long)i,
                             (long long)j, got, want[at]);
            }
}

static void check(const trial *t)
{
    matrix a =
        matrix_new(t->real, t->a_transposed ? t->k : t->m, t->a_transposed ? t->m : t->k, t->gap[0], t->same[0] ? 1 : t->batch);
    matrix b =
        matrix_new(t->real, t->b_transposed ? t->n : t->k, t->b_transposed ? t->k : t->n, t->gap[1], t->same[1] ? 1 : t->batch);
    matrix c = matrix_new(t->real, t->m, t->n, t->gap[2], t->batch), bias = matrix_new(t->real, 1, t->n, 0, 1);
    const size_t cells = (size_t)(t->m * t->n * t->batch) + 1;
    char *start = malloc(c.bytes + 1), *one_part = malloc(c.bytes + 1), *narrower = malloc(c.bytes + 1), text[200];
    long double *want = malloc(2 * cells * sizeof *want);
    assert_true(start && one_part && narrower && want);
    if (!t->accumulate && !t->rate) /* what C held must not matter, and between its rows it must stay */
        for (int64_t i = 0; i < (int64_t)(c.bytes / c.size); i++) set(&c, i, (double)NAN);
    memcpy(start, c.at, c.bytes);
    reference(t, &a, &b, &c, &bias, want, want + cells);
    for (bmi_isa isa = BMI_BASELINE; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has(isa)) continue;
        for (size_t p = 0; p < sizeof part_counts / sizeof *part_counts; p++) {
            memcpy(c.at, start, c.bytes);
            once(t, isa, part_counts[p], p % 2, &a, &b, &c, &bias);
            describe(text, t, isa, part_counts[p]);
            if (!p) {
                compare(t, isa, 1, &c, want, want + cells);
                memcpy(one_part, c.at, c.bytes);
            } else if (memcmp(one_part, c.at, c.bytes)) fail_msg("%s: other bits than with one part", text);
        }
        for (int64_t i = 0; i < (int64_t)(c.bytes / c.size); i++)
            if ((i % c.stride / c.step >= t->m || i % c.stride % c.step >= t->n) &&
                memcmp((char *)c.at + (size_t)i * c.size, start + (size_t)i * c.size, c.size))
                fail_msg("%s: writes between the rows of C", text);
        if (isa == BMI_AVX512 && memcmp(narrower, c.at, c.bytes)) fail_msg("%s: other bits than with AVX2", text);
        memcpy(narrower, c.at, c.bytes);
    }
    bmt_guarded_free(a.at, a.bytes), bmt_guarded_free(b.at, b.bytes), bmt_guarded_free(c.at, c.bytes),
        bmt_guarded_free(bias.at, bias.bytes);
    free(start), free(one_part), free(narrower), free(want);
}

static void decorate(trial *t)
{
    t->real = pick(2) ? BMI_REAL_F64 : BMI_REAL_F32;
    t->a_transposed = pick(2), t->b_transposed = pick(2), t->accumulate = pick(3) == 0;
    t->batch = pick(5) ? 1 : 2 + pick(3);
    t->epilogue = t->batch == 1 && pick(3) == 0;
    for (int i = 0; i < 3; i++) t->gap[i] = pick(2) ? 0 : 1 + pick(20);
    t->same[0] = t->batch > 1 && pick(3) == 0, t->same[1] = t->batch > 1 && pick(3) == 0;
}

static void random_small_shapes(void **state)
{
    (void)state;
    static const int64_t sizes[] = { 0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 16, 17, 23, 31, 32, 33, 40 };
    for (int i = 0; i < 1500; i++) {
        trial t = { .m = sizes[pick(19)], .n = sizes[pick(19)], .k = sizes[pick(19)] };
        decorate(&t);
        check(&t);
    }
}

/* Bias and rate, where a kernel has them. Of small products at least each second one does. */
static void small_products_end_in_registers(void **state)
{
    (void)state;
    static const int64_t sizes[] = { 1, 1, 2, 3, 5, 8, 13, 16, 17, 24, 31, 32, 33, 48, 50, 65 };
    int met = 0;
    for (int i = 0; i < 1200; i++) {
        trial t = { .m = sizes[pick(16)], .n = sizes[pick(16)], .k = sizes[pick(16)] };
        decorate(&t);
        t.batch = 1, t.same[0] = t.same[1] = t.accumulate = false;
        t.bias = i % 2, t.rate = !t.bias;
        matrix a = { .step = (t.a_transposed ? t.m : t.k) + t.gap[0] }, b = { .step = (t.b_transposed ? t.k : t.n) + t.gap[1] },
               c = { .step = t.n + t.gap[2] };
        bmi_contract_spec s = spec_of(&t, &a, &b, &c);
        s.bias = t.bias ? &t : NULL, s.rate = t.rate ? &t : NULL;
        t.bias = t.bias && bmi_contract_ends(&s), t.rate = t.rate && bmi_contract_ends(&s);
        met += t.bias || t.rate;
        if (t.bias || t.rate) check(&t);
    }
    assert_true(met > 600);
    bmi_contract_spec large = { .m = 512, .n = 512, .k = 512, .lda = 512, .ldb = 512, .ldc = 512, .rate = &large };
    assert_false(bmi_contract_ends(&large));
}

static void random_middle_shapes(void **state)
{
    (void)state;
    static const int64_t sizes[] = { 1, 2, 6, 8, 11, 16, 31, 47, 48, 49, 64, 65, 96, 97, 113, 128, 149 };
    for (int i = 0; i < 120; i++) {
        trial t = { .m = sizes[pick(17)], .n = sizes[pick(17)], .k = sizes[pick(17)] };
        decorate(&t);
        check(&t);
    }
}

/* Several blocks of k, several groups of rows, several groups of packed columns. */
static void long_shapes(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = { { 9, 801, 50 },  { 1, 1700, 70 },  { 1, 1900, 9 },   { 12, 1601, 33 }, { 3, 850, 65 },
                                         { 64, 900, 17 }, { 300, 801, 49 }, { 330, 130, 51 }, { 700, 9, 60 },   { 5, 7, 1100 },
                                         { 1, 900, 300 }, { 17, 805, 97 },  { 40, 810, 5 },   { 11, 1650, 3 } };
    for (size_t i = 0; i < 4 * sizeof shapes / sizeof *shapes; i++) {
        trial t = { .m = shapes[i / 4][0], .k = shapes[i / 4][1], .n = shapes[i / 4][2] };
        decorate(&t);
        t.batch = 1, t.same[0] = t.same[1] = false;
        t.a_transposed = i & 1, t.b_transposed = i & 2;
        check(&t);
    }
}

/* Numbers that are not finite stay in their row and column, at every edge. */
static void infinity_stays(void **state)
{
    (void)state;
    for (int n = 1; n < 20; n++)
        for (int form = 0; form < 4; form++) {
            enum { M = 9, K = 37 };
            float a[M * K], b[20 * K], c[M * 20];
            for (int i = 0; i < M * K; i++) a[i] = 1;
            for (int i = 0; i < 20 * K; i++) b[i] = 1;
            const int ta = form & 1, tb = form >> 1;
            a[ta ? (K - 1) * M + 4 : 4 * K + K - 1] = INFINITY;
            b[tb ? (n - 1) * K + 3 : 3 * n + n - 1] = INFINITY;
            bmi_contract_spec s = { .real = BMI_REAL_F32,
                                    .m = M,
                                    .n = n,
                                    .k = K,
                                    .a_transposed = ta,
                                    .b_transposed = tb,
                                    .a = a,
                                    .b = b,
                                    .c = c,
                                    .lda = ta ? M : K,
                                    .ldb = tb ? K : n,
                                    .ldc = n };
            for (bmi_isa isa = BMI_BASELINE; isa < BMI_ISA_COUNT; isa++) {
                if (!bmi_isa_has(isa)) continue;
                const size_t bytes = (bmi_contract_bytes(&s, 1) + 63) / 64 * 64;
                void *memory = aligned_alloc(64, bytes);
                assert_non_null(memory);
                memset(memory, 0xff, bytes);
                const bmi_contract *bound = bmi_contract_bind(memory, &s, 1, isa);
                bmi_contract_kernel(bound)(bound, 0, 1);
                for (int i = 0; i < M; i++)
                    for (int j = 0; j < n; j++) assert_true(isinf(c[i * n + j]) == (i == 4 || j == n - 1));
                free(memory);
            }
        }
}

static void parts_pay_when_large(void **state)
{
    (void)state;
    bmi_contract_spec s = { .real = BMI_REAL_F32, .m = 32, .k = 16, .n = 16, .lda = 16, .ldb = 16, .ldc = 16 };
    assert_int_equal(bmi_contract_parts(&s, 8), 1);
    s.m = 128, s.k = 784, s.n = 512, s.lda = 784, s.ldb = 512, s.ldc = 512;
    assert_int_equal(bmi_contract_parts(&s, 1), 1);
    assert_int_equal(bmi_contract_parts(&s, 2), 2);
    assert_int_equal(bmi_contract_parts(&s, 8), 8);
    s.m = 1; /* bound by memory: 1.6 MB */
    assert_int_equal(bmi_contract_parts(&s, 2), 2);
    s.m = 0;
    assert_int_equal(bmi_contract_parts(&s, 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_small_shapes),  cmocka_unit_test(small_products_end_in_registers),
        cmocka_unit_test(random_middle_shapes), cmocka_unit_test(long_shapes),
        cmocka_unit_test(infinity_stays),       cmocka_unit_test(parts_pay_when_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
