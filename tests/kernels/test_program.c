// SPDX-License-Identifier: Apache-2.0
/* Elementwise programs: random ones on random shapes, types and strides against a plain interpreter, bit for bit, on every
 * instruction set, split into parts and run by blocks; operands end at unreadable pages.
 */
#include "kernels/cpu/program.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const bmi_vector_code bmi_code_add, bmi_code_sub, bmi_code_mul, bmi_code_minimum, bmi_code_maximum, bmi_code_neg;
static const bmi_vector_code *const codes[] = { &bmi_code_add,     &bmi_code_sub,     &bmi_code_mul,
                                                &bmi_code_minimum, &bmi_code_maximum, &bmi_code_neg };
enum { ADD, SUB, MUL, MIN, MAX, NEG, CODES };

static uint64_t seed = 88172645463325252u;
static int64_t pick(int64_t n) /* xorshift: Marsaglia, 2003 */
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (int64_t)(seed >> 11) % n;
}

static double load(const void *at, bm_type type, int64_t i)
{
    switch (type) {
    case BM_F32: return (double)((const float *)at)[i];
    case BM_F64: return ((const double *)at)[i];
    case BM_I32: return ((const int32_t *)at)[i];
    case BM_I64: return (double)((const int64_t *)at)[i];
    case BM_BOOL: return ((const uint8_t *)at)[i] != 0;
    default: return ((const uint8_t *)at)[i];
    }
}

static void store(void *at, bm_type type, int64_t i, double v)
{
    switch (type) {
    case BM_F32: ((float *)at)[i] = (float)v; break;
    case BM_F64: ((double *)at)[i] = v; break;
    case BM_I32: ((int32_t *)at)[i] = (int32_t)v; break;
    case BM_I64: ((int64_t *)at)[i] = (int64_t)v; break;
    case BM_BOOL: ((uint8_t *)at)[i] = v != 0; break;
    default: ((uint8_t *)at)[i] = v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v; break;
    }
}

static double op(int code, double a, double b)
{
    switch (code) {
    case ADD: return a + b;
    case SUB: return a - b;
    case MUL: return a * b;
    case MIN: return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
    case MAX: return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
    default: return -a;
    }
}

/* A program with its memory, and what its results must be. */
typedef struct trial {
    bmi_program_spec s;
    int code[BMI_PROGRAM_STEPS];
    size_t bytes[30];
    void *operand[BMI_PROGRAM_OPERANDS], *result[BMI_PROGRAM_RESULTS], *want[BMI_PROGRAM_RESULTS];
    int shared[BMI_PROGRAM_RESULTS]; /* the operand it lies on, or -1 */
    void *kept[BMI_PROGRAM_RESULTS]; /* that operand's numbers before the run */
} trial;

static int64_t index_of(const bmi_program_spec *s, const bmi_program_array *a, int64_t i)
{
    int64_t at = i % s->cols * a->col + i / s->cols % s->rows * a->row, left = i / s->cols / s->rows;
    for (int d = s->n_outer - 1; d >= 0; left /= s->outer[d], d--) at += left % s->outer[d] * a->outer[d];
    return at;
}

static int64_t elements(const bmi_program_spec *s)
{
    int64_t n = s->rows * s->cols;
    for (int d = 0; d < s->n_outer; d++) n *= s->outer[d];
    return n;
}

static size_t span(const bmi_program_spec *s, const bmi_program_array *a)
{
    return elements(s) ? (size_t)(index_of(s, a, elements(s) - 1) + 1) * bm_type_size(a->type) : 0;
}

/* Strides of an array of the region: dense rows or rows with a gap; an operand may be broadcast along any dimension. */
static void strides(const bmi_program_spec *s, bmi_program_array *a, bool operand)
{
    const int64_t gap = pick(3) ? 0 : pick(9);
    a->col = operand && pick(4) == 0 ? 0 : 1;
    a->row = operand && pick(4) == 0 ? 0 : a->col ? s->cols + gap : 1;
    int64_t next = s->rows * (a->row ? a->row : a->col ? s->cols : 1);
    for (int d = s->n_outer - 1; d >= 0; d--) {
        a->outer[d] = operand && pick(4) == 0 ? 0 : next;
        next *= s->outer[d];
    }
}

static bm_type some_type(bmi_real real)
{
    static const bm_type types[] = { BM_F32, BM_F64, BM_I32, BM_I64, BM_U8, BM_BOOL };
    return pick(3) ? real == BMI_REAL_F32 ? BM_F32 : BM_F64 : types[pick(6)];
}

static void make(trial *t)
{
    static const int64_t sizes[] = { 1, 2, 3, 7, 10, 16, 17, 47, 64, 100, 129, 600, 1024, 1025, 2500 };
    bmi_program_spec *s = &t->s;
    memset(t, 0, sizeof *t);
    s->real = pick(2) ? BMI_REAL_F64 : BMI_REAL_F32;
    s->cols = sizes[pick(15)], s->rows = sizes[pick(s->cols > 300 ? 5 : 10)];
    s->n_outer = pick(3) ? 0 : 1 + (int)pick(3);
    for (int d = 0; d < s->n_outer; d++) s->outer[d] = 1 + pick(3);
    s->n_operands = 1 + (int)pick(5), s->n_steps = (int)pick(9), s->n_results = 1 + (int)pick(3);
    for (int i = 0; i < s->n_operands; i++) {
        bmi_program_array *a = &s->operand[i];
        a->type = some_type(s->real);
        strides(s, a, true);
        t->bytes[i] = span(s, a);
        t->operand[i] = a->at = bmt_guarded(t->bytes[i]);
        for (size_t k = 0; k < t->bytes[i] / bm_type_size(a->type); k++)
            store(a->at, a->type, (int64_t)k, (double)(pick(200) - 100) / (double)(1 + pick(3)));
    }
    for (int i = 0; i < s->n_steps; i++) {
        t->code[i] = (int)pick(CODES);
        s->step[i] = (bmi_program_step){ codes[t->code[i]],
                                         (int16_t)(pick(i + s->n_operands) - s->n_operands),
                                         (int16_t)(pick(i + s->n_operands) - s->n_operands),
                                         BMI_NONE,
                                         { 0, 0 } };
        if (t->code[i] == NEG) s->step[i].b = BMI_NONE;
    }
    for (int i = 0; i < s->n_results; i++) {
        bmi_program_array *a = &s->result[i];
        s->result_of[i] = (int16_t)(pick(s->n_steps + 1) - 1);
        t->shared[i] = -1;
        const int o = (int)pick(s->n_operands);
        bool whole = pick(2) && s->operand[o].col == 1 && (s->operand[o].row || s->rows == 1);
        for (int d = 0; d < s->n_outer; d++) whole = whole && (s->operand[o].outer[d] || s->outer[d] == 1);
        for (int j = 0; j < i; j++) whole = whole && t->shared[j] != o;
        if (whole) {
            *a = s->operand[o], t->shared[i] = o, t->result[i] = a->at;
            t->kept[i] = malloc(t->bytes[o] + 1);
            memcpy(t->kept[i], a->at, t->bytes[o]);
            continue;
        }
        a->type = some_type(s->real);
        strides(s, a, false);
        t->result[i] = a->at = bmt_guarded(span(s, a));
    }
}

static void expect(trial *t)
{
    const bmi_program_spec *s = &t->s;
    double value[BMI_PROGRAM_STEPS];
    for (int i = 0; i < s->n_results; i++) {
        t->want[i] = calloc(1, span(s, &s->result[i]) + 8);
        if (t->shared[i] >= 0) memcpy(t->want[i], t->kept[i], span(s, &s->result[i])); /* the gaps between rows stay */
    }
    for (int64_t e = 0; e < elements(s); e++) {
        double in[BMI_PROGRAM_OPERANDS];
        for (int i = 0; i < s->n_operands; i++) {
            in[i] = load(t->operand[i], s->operand[i].type, index_of(s, &s->operand[i], e));
            if (s->real == BMI_REAL_F32) in[i] = (float)in[i];
        }
        for (int i = 0; i < s->n_steps; i++) {
            const int16_t a = s->step[i].a, b = s->step[i].b;
            value[i] = op(t->code[i], a < 0 ? in[-1 - a] : value[a], b == BMI_NONE ? 0 : b < 0 ? in[-1 - b] : value[b]);
            if (s->real == BMI_REAL_F32) value[i] = (float)value[i];
        }
        for (int i = 0; i < s->n_results; i++)
            store(t->want[i], s->result[i].type, index_of(s, &s->result[i], e),
                  s->result_of[i] < 0 ? in[-1 - s->result_of[i]] : value[s->result_of[i]]);
    }
}

static void reset(trial *t)
{
    for (int i = 0; i < t->s.n_results; i++)
        if (t->shared[i] >= 0) memcpy(t->result[i], t->kept[i], t->bytes[t->shared[i]]);
        else memset(t->result[i], 0, span(&t->s, &t->s.result[i]));
}

static bool same(bm_type type, const void *a, const void *b, size_t bytes)
{
    for (size_t i = 0; i < bytes / bm_type_size(type); i++) {
        const double x = load(a, type, (int64_t)i), y = load(b, type, (int64_t)i);
        if (x != y && !(isnan(x) && isnan(y))) return false;
    }
    return true;
}

static void check(const trial *t, int number, const char *how)
{
    for (int i = 0; i < t->s.n_results; i++)
        if (!same(t->s.result[i].type, t->result[i], t->want[i], span(&t->s, &t->s.result[i])))
            fail_msg("program %d, %s: result %d differs (%lld x %lld, %d outer, %d steps)", number, how, i,
                     (long long)t->s.rows, (long long)t->s.cols, t->s.n_outer, t->s.n_steps);
}

static void run_all(trial *t, int number)
{
    const bmi_program_spec *s = &t->s;
    void *memory = aligned_alloc(64, (bmi_program_bytes(s) + 63) & ~(size_t)63);
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        const bmi_program *p = bmi_program_bind(memory, s, (bmi_isa)isa);
        for (int parts = 1; parts <= 5; parts += 2) {
            char how[64];
            snprintf(how, sizeof how, "%s, %d parts", bmi_isa_name((bmi_isa)isa), parts);
            reset(t);
            for (int part = parts - 1; part >= 0; part--) bmi_program_run(p, part, parts);
            check(t, number, how);
        }
        if (s->n_outer) continue;
        reset(t);
        const int64_t down = 1 + pick(s->rows), across = 1 + pick(s->cols);
        for (int64_t r = 0; r < s->rows; r += down)
            for (int64_t c = 0; c < s->cols; c += across)
                bmi_program_block(p, r, r + down < s->rows ? r + down : s->rows, c,
                                  c + across < s->cols ? c + across : s->cols);
        check(t, number, "blocks");
    }
    free(memory);
}

static void random_programs(void **state)
{
    (void)state;
    static trial t;
    for (int number = 0; number < 1200; number++) {
        make(&t);
        expect(&t);
        run_all(&t, number);
        for (int i = 0; i < t.s.n_results; i++) {
            free(t.want[i]);
            free(t.kept[i]);
            if (t.shared[i] < 0) bmt_guarded_free(t.result[i], span(&t.s, &t.s.result[i]));
        }
        for (int i = 0; i < t.s.n_operands; i++) bmt_guarded_free(t.operand[i], t.bytes[i]);
    }
}

/* Real numbers outside an integer type's range become its nearest end, NaN becomes 0, and only 0 is false. */
static void conversions_saturate(void **state)
{
    (void)state;
    double x[] = { 1e300, -1e300, NAN, -.9, 2147483646.5, 300, .25 };
    int32_t i32[7];
    int64_t i64[7];
    uint8_t u8[7], truth[7];
    bmi_program_spec s = { .real = BMI_REAL_F64,
                           .rows = 1,
                           .cols = 7,
                           .n_operands = 1,
                           .n_results = 4,
                           .operand = { { x, BM_F64, 7, 1, { 0 } } },
                           .result = { { i32, BM_I32, 7, 1, { 0 } },
                                       { i64, BM_I64, 7, 1, { 0 } },
                                       { u8, BM_U8, 7, 1, { 0 } },
                                       { truth, BM_BOOL, 7, 1, { 0 } } },
                           .result_of = { -1, -1, -1, -1 } };
    _Alignas(64) char memory[8192];
    assert_true(bmi_program_bytes(&s) <= sizeof memory);
    const int32_t want32[] = { INT32_MAX, INT32_MIN, 0, 0, 2147483646, 300, 0 };
    const int64_t want64[] = { INT64_MAX, INT64_MIN, 0, 0, 2147483646, 300, 0 };
    const uint8_t want8[] = { 255, 0, 0, 0, 255, 255, 0 };
    const uint8_t wanttrue[] = { 1, 1, 1, 1, 1, 1, 1 };
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        bmi_program_run(bmi_program_bind(memory, &s, (bmi_isa)isa), 0, 1);
        assert_memory_equal(i32, want32, sizeof i32);
        assert_memory_equal(i64, want64, sizeof i64);
        assert_memory_equal(u8, want8, sizeof u8);
        assert_memory_equal(truth, wanttrue, sizeof truth);
    }
}

/* A number that is broadcast is seen when it changes between two runs, by its bits: 0 and -0 are two. */
static void broadcast_numbers_may_change(void **state)
{
    (void)state;
    static const double numbers[] = { 3, 3, -2, 0, -0., 0, 5 };
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++)
        for (int f64 = 0; f64 < 2 && bmi_isa_has((bmi_isa)isa); f64++) {
            enum { N = 21 };
            float x32[N], y32[N], one32 = 0;
            double x64[N], y64[N], one64 = 0;
            const bm_type type = f64 ? BM_F64 : BM_F32;
            bmi_program_spec s = { .real = f64 ? BMI_REAL_F64 : BMI_REAL_F32,
                                   .rows = 1,
                                   .cols = N,
                                   .n_operands = 2,
                                   .n_steps = 1,
                                   .n_results = 1,
                                   .operand = { { f64 ? (void *)x64 : x32, type, 0, 1, { 0 } },
                                                { f64 ? (void *)&one64 : &one32, type, 0, 0, { 0 } } },
                                   .step = { { &bmi_code_mul, -1, -2, BMI_NONE, { 0, 0 } } },
                                   .result = { { f64 ? (void *)y64 : y32, type, 0, 1, { 0 } } } };
            _Alignas(64) char memory[16384];
            assert_true(bmi_program_bytes(&s) <= sizeof memory);
            const bmi_program *p = bmi_program_bind(memory, &s, (bmi_isa)isa);
            for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
                one64 = numbers[k], one32 = (float)numbers[k];
                for (int i = 0; i < N; i++) x64[i] = i - 10, x32[i] = (float)(i - 10);
                bmi_program_run(p, 0, 1);
                for (int i = 0; i < N; i++) {
                    const double got = f64 ? y64[i] : (double)y32[i], want = (i - 10) * numbers[k];
                    assert_true(got == want && !signbit(got) == !signbit(want));
                }
            }
        }
}

/* Nothing happens, and nothing is touched, when a dimension is 0. */
static void empty_regions(void **state)
{
    (void)state;
    bmi_program_spec s = { .real = BMI_REAL_F32,
                           .rows = 3,
                           .cols = 0,
                           .n_operands = 1,
                           .n_steps = 1,
                           .n_results = 1,
                           .operand = { { NULL, BM_F32, 0, 1, { 0 } } },
                           .result = { { NULL, BM_F32, 0, 1, { 0 } } },
                           .step = { { &bmi_code_neg, -1, BMI_NONE, BMI_NONE, { 0, 0 } } } };
    _Alignas(64) char memory[8192];
    bmi_program_run(bmi_program_bind(memory, &s, BMI_BASELINE), 0, 1);
    bmi_program_block(bmi_program_bind(memory, &s, BMI_BASELINE), 0, 3, 0, 0);
    s.rows = 0, s.cols = 5;
    bmi_program_run(bmi_program_bind(memory, &s, BMI_BASELINE), 0, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(random_programs), cmocka_unit_test(conversions_saturate),
                                        cmocka_unit_test(broadcast_numbers_may_change), cmocka_unit_test(empty_regions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
