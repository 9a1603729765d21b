// SPDX-License-Identifier: Apache-2.0
/* Random fills against base/random.h, element by element and to the bit, on each instruction set, for ranges that begin and end
 * anywhere; nothing outside the range is touched.
 */
#include "kernels/cpu/fill.h"
#include "base/random.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <math.h>
#include <string.h>

enum { N = 700 };
static const uint64_t seeds[] = { 0, 7, UINT64_C(0xFEDCBA9876543210) };

static double want(const bmi_fill *f, uint64_t seed, uint64_t stream, uint64_t i)
{
    switch (f->kind) {
    case BMI_FILL_UNIFORM: return f->p[0] + (f->p[1] - f->p[0]) * bmi_random_unit(seed, stream, i);
    case BMI_FILL_NORMAL: return f->p[0] + f->p[1] * bmi_random_normal(seed, stream, i);
    default: return (double)bmi_random_u32(seed, stream, i) < f->p[0] * 0x1p32 ? f->p[1] : 0;
    }
}

static double got(const bmi_fill *f, int64_t i)
{
    return f->real == BMI_REAL_F32 ? (double)((float *)f->y)[i] : ((double *)f->y)[i];
}

static void check(bmi_fill *f, uint64_t seed, int64_t first, int64_t last)
{
    const uint64_t stream = UINT64_C(0x123456789ABC) * (seed + 1);
    const size_t bytes = N * (f->real == BMI_REAL_F32 ? 4 : 8);
    f->y = bmt_guarded(bytes);
    memset(f->y, 0xff, bytes); /* NaN */
    bmi_fill_range(f, seed, stream, first, last);
    for (int64_t i = 0; i < N; i++) {
        const double v = want(f, seed, stream, (uint64_t)i), have = got(f, i);
        if (i < first || i >= last ? !isnan(have) : have != (f->real == BMI_REAL_F32 ? (double)(float)v : v))
            fail_msg("kind %d f%d on %s, range %d to %d: element %d is %.17g, not %.17g", (int)f->kind,
                     f->real == BMI_REAL_F32 ? 32 : 64, bmi_isa_name(f->isa), (int)first, (int)last, (int)i, have, v);
    }
    bmt_guarded_free(f->y, bytes);
}

static void the_same_bits_as_one_by_one(void **state)
{
    (void)state;
    static const int64_t ranges[][2] = { { 0, N },  { 0, 0 },    { 5, 6 },     { 31, 33 },
                                         { 1, 64 }, { 64, 128 }, { 100, 699 }, { 699, 700 } };
    static const double p[3][2] = { { -2, 3 }, { 1, .5 }, { .3, 2 } };
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++)
        for (int kind = 0; kind < 3 && bmi_isa_has((bmi_isa)isa); kind++)
            for (int real = 0; real < BMI_REAL_COUNT; real++)
                for (size_t r = 0; r < BMI_COUNT(ranges); r++)
                    for (size_t s = 0; s < BMI_COUNT(seeds); s++) {
                        bmi_fill f = { (bmi_isa)isa, (bmi_real)real, (bmi_fill_kind)kind, { p[kind][0], p[kind][1] }, NULL };
                        check(&f, seeds[s], ranges[r][0], ranges[r][1]);
                    }
}

/* Bits are those that numbers in [0, n) come from. */
static void bits_as_one_by_one(void **state)
{
    (void)state;
    static const int64_t ranges[][2] = { { 0, N }, { 0, 0 }, { 5, 6 }, { 15, 33 }, { 16, 32 }, { 699, 700 } };
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++)
        for (size_t r = 0; r < BMI_COUNT(ranges) && bmi_isa_has((bmi_isa)isa); r++) {
            const size_t bytes = (size_t)(ranges[r][1] - ranges[r][0]) * sizeof(uint64_t);
            uint64_t *y = bmt_guarded(bytes);
            const bmi_fill f = { .isa = (bmi_isa)isa, .kind = BMI_FILL_BITS, .y = y };
            bmi_fill_range(&f, 3, 4, ranges[r][0], ranges[r][1]);
            for (int64_t i = ranges[r][0]; i < ranges[r][1]; i++)
                assert_int_equal(bmi_random_scale(y[i - ranges[r][0]], 1000003), bmi_random_below(3, 4, (uint64_t)i, 1000003));
            bmt_guarded_free(y, bytes);
        }
}

/* Keep 0 and 1 are never and always; an interval so narrow that numbers round to its end stays half open. */
static void at_the_ends(void **state)
{
    (void)state;
    static float y[100000];
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        bmi_fill f = { (bmi_isa)isa, BMI_REAL_F32, BMI_FILL_BERNOULLI, { 0, 1 }, y };
        for (f.p[0] = 0; f.p[0] < 2; f.p[0]++) {
            bmi_fill_range(&f, 1, 2, 0, 100000);
            for (int i = 0; i < 100000; i++) assert_true((double)y[i] == f.p[0]);
        }
        f.kind = BMI_FILL_UNIFORM, f.p[0] = 1, f.p[1] = (double)(1 + 0x1p-22f);
        int high = 0;
        bmi_fill_range(&f, 1, 2, 0, 100000);
        for (int i = 0; i < 100000; i++) {
            assert_true(y[i] >= 1 && y[i] < 1 + 0x1p-22f);
            high += y[i] > 1;
        }
        assert_in_range(high, 70000, 80000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_same_bits_as_one_by_one), cmocka_unit_test(bits_as_one_by_one),
                                        cmocka_unit_test(at_the_ends) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
