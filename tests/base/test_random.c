// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>

/* Known answers of the Random123 distribution (kat_vectors, philox4x32 10): zeros, all ones, digits of pi. */
static void philox_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } cases[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        uint32_t out[4];
        bmi_philox(out, cases[i].counter, cases[i].key);
        for (int j = 0; j < 4; j++) assert_int_equal(out[j], cases[i].out[j]);
    }
}

static void words_are_blocks(void **state)
{
    (void)state;
    const uint64_t seed = 0x299f31d0a4093822, stream = 0x0370734413198a2e, block = 0x85a308d3243f6a88 % (UINT64_C(1) << 62);
    const uint32_t counter[4] = { (uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream, (uint32_t)(stream >> 32) };
    const uint32_t key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };
    uint32_t out[4];
    bmi_philox(out, counter, key);
    for (uint64_t j = 0; j < 4; j++) assert_int_equal(bmi_random_u32(seed, stream, 4 * block + j), out[j]);
    const uint64_t low = bmi_random_u32(1, 2, 14), high = bmi_random_u32(1, 2, 15);
    assert_true(bmi_random_unit(1, 2, 7) == (double)((low | high << 32) >> 11) * 0x1p-53);
}

static void units_fill_the_interval(void **state)
{
    (void)state;
    enum { N = 200000, BINS = 100 };
    int count[BINS] = { 0 };
    double sum = 0;
    for (uint64_t i = 0; i < N; i++) {
        const double u = bmi_random_unit(42, 3, i);
        assert_true(u >= 0 && u < 1);
        count[(int)(u * BINS)]++;
        sum += u;
    }
    bmt_near("mean", sum / N, 0.5, 4 * sqrt(1.0 / 12 / N)); /* 4 standard errors */
    double chi = 0;
    for (int b = 0; b < BINS; b++) chi += (count[b] - N / BINS) * (double)(count[b] - N / BINS) / (N / BINS);
    assert_true(chi > 55 && chi < 160); /* chi-square of 99 degrees: its .0001 and .9999 quantiles */
}

/* Mean, variance, skew, kurtosis within 4 standard errors; and the tail. */
static void normals_moments(void **state)
{
    (void)state;
    enum { N = 400000 };
    double m[5] = { 0 };
    int beyond = 0;
    for (uint64_t i = 0; i < N; i++) {
        const double x = bmi_random_normal(7, 1, i);
        double p = 1;
        for (int k = 1; k <= 4; k++) m[k] += (p *= x) / N;
        beyond += fabs(x) > 3;
    }
    bmt_near("mean", m[1], 0, 4 / sqrt(N));
    bmt_near("variance", m[2], 1, 4 * sqrt(2.0 / N));
    bmt_near("third moment", m[3], 0, 4 * sqrt(15.0 / N));
    bmt_near("fourth moment", m[4] / 3, 1, 4 * sqrt(96.0 / N) / 3);
    bmt_near("P(|x| > 3)", beyond / (double)N, 0.0026998, 4 * sqrt(.0027 / N));
}

/* Every normal against the same formula in long double by the C library: both own functions together. */
static void normals_are_accurate(void **state)
{
    (void)state;
    const long double turn = 6.283185307179586476925286766559L;
    double worst = 0;
    for (uint64_t i = 0; i < 300000; i++) {
        const double u = bmi_random_unit(9, 5, 2 * i), v = bmi_random_unit(9, 5, 2 * i + 1);
        const long double r = sqrtl(-2 * logl(1 - (long double)u)), want = r * cosl(turn * (long double)v);
        const double off = (double)fabsl(((long double)bmi_random_normal(9, 5, i) - want) / (r > 0 ? r : 1));
        if (off > worst) worst = off;
    }
    /* Relative to the radius: 2 ulp of the logarithm are halved by the root, then root, cosine and product round. */
    if (worst > 6e-16) fail_msg("worst error %g of the radius", worst);
}

static void below_is_even_and_inside(void **state)
{
    (void)state;
    int count[7] = { 0 };
    for (uint64_t i = 0; i < 70000; i++) {
        const uint64_t x = bmi_random_below(3, 3, i, 7);
        assert_true(x < 7);
        count[x]++;
    }
    for (int k = 0; k < 7; k++) assert_in_range(count[k], 10000 - 400, 10000 + 400); /* 4 standard deviations of 93 */
    for (uint64_t i = 0; i < 100; i++) assert_int_equal(bmi_random_below(3, 3, i, 1), 0);
    uint64_t most = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        const uint64_t x = bmi_random_below(3, 3, i, UINT64_MAX);
        most = x > most ? x : most;
    }
    assert_true(most > UINT64_MAX / 100 * 98);
}

static void permutations(void **state)
{
    (void)state;
    enum { N = 1000 };
    int64_t order[N], again[N];
    char met[N] = { 0 };
    bmi_random_permutation(1, 2, order, N);
    bmi_random_permutation(1, 2, again, N);
    int fixed = 0;
    for (int64_t i = 0; i < N; i++) {
        assert_int_equal(order[i], again[i]);
        assert_true(order[i] >= 0 && order[i] < N && !met[order[i]]);
        met[order[i]] = 1;
        fixed += order[i] == i;
    }
    assert_true(fixed < 8); /* Poisson of mean 1: more has a chance of 1e-5 */
    bmi_random_permutation(1, 2, order, 0);
    bmi_random_permutation(1, 2, order, 1);
    assert_int_equal(order[0], 0);

    int count[24] = { 0 }; /* all 24 orders of 4 are equally likely */
    for (uint64_t s = 0; s < 24000; s++) {
        bmi_random_permutation(5, s, order, 4);
        int rank = 0;
        for (int i = 0; i < 4; i++) {
            int less = 0;
            for (int j = i + 1; j < 4; j++) less += order[j] < order[i];
            rank = rank * (4 - i) + less;
        }
        count[rank]++;
    }
    for (int k = 0; k < 24; k++) assert_in_range(count[k], 1000 - 130, 1000 + 130);
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void streams_keep_apart(void **state)
{
    (void)state;
    enum { USES = 30, NUMBERS = 1000 };
    static uint64_t all[USES * NUMBERS];
    for (uint64_t u = 0; u < USES; u++)
        for (uint64_t n = 0; n < NUMBERS; n++) all[u * NUMBERS + n] = bmi_random_stream(u, n);
    qsort(all, BMI_COUNT(all), sizeof *all, compare);
    for (size_t i = 1; i < BMI_COUNT(all); i++) assert_true(all[i] != all[i - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answers),
        cmocka_unit_test(words_are_blocks),
        cmocka_unit_test(units_fill_the_interval),
        cmocka_unit_test(normals_moments),
        cmocka_unit_test(normals_are_accurate),
        cmocka_unit_test(below_is_even_and_inside),
        cmocka_unit_test(permutations),
        cmocka_unit_test(streams_keep_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
