// SPDX-License-Identifier: Apache-2.0
/* Functions on vectors against the C library in long double, on samples of all sizes; their results at zeros, infinities and
 * NaN; and flushed denormals. The limits are a little above what was measured.
 */
#include "base/threads.h"
#include "support/bmt.h"
#include "support/bmt_ulp.h"
#include <math.h>
#include <string.h>

// clang-format off
#define CODES(DO) DO(exp) DO(expm1) DO(log) DO(log1p) DO(tanh) DO(sigmoid) DO(erf) DO(sin) DO(cos) DO(softplus) DO(silu) DO(gelu) DO(rsqrt) \
    DO(silu_slope) DO(gelu_slope) DO(pow) DO(elu) DO(softsign)
// clang-format on
#define DECLARE(name) extern const bmi_vector_code bmi_code_##name;
CODES(DECLARE)

static long double sigmoid(long double x)
{
    return 1 / (1 + expl(-x));
}
static long double softplus(long double x)
{
    return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}
static long double silu(long double x)
{
    return x == -INFINITY ? 0 : x * sigmoid(x);
}
static long double gelu(long double x)
{
    return x == -INFINITY ? 0 : x * erfcl(-x / sqrtl(2)) / 2;
}
static long double rsqrt(long double x)
{
    return 1 / sqrtl(x);
}
static long double softsign(long double x)
{
    return isinf(x) ? copysignl(1, x) : x / (1 + fabsl(x));
}

static void against_the_c_library(void **state)
{
    (void)state;
    bmt_sampled("exp", &bmi_code_exp, expl, -110, 90, 1.25, 1.25);
    bmt_sampled("exp, f64's range", &bmi_code_exp, expl, -746, 710, 1.25, 1.25);
    bmt_sampled("expm1", &bmi_code_expm1, expm1l, -3, 3, 2, 2);
    bmt_sampled("log", &bmi_code_log, logl, 0, 4, 1, 1);
    bmt_sampled("log1p", &bmi_code_log1p, log1pl, -1, 3, 1.75, 1.75);
    bmt_sampled("tanh", &bmi_code_tanh, tanhl, -10, 10, 2.75, 1.25);
    bmt_sampled("tanh, f64's range", &bmi_code_tanh, tanhl, -20, 20, 2.75, 1.25);
    bmt_sampled("sigmoid", &bmi_code_sigmoid, sigmoid, -90, 40, 2.75, 1.25);
    bmt_sampled("sigmoid, f64's range", &bmi_code_sigmoid, sigmoid, -746, 40, 2.75, 1.25);
    bmt_sampled("erf", &bmi_code_erf, erfl, -6, 6, 1.75, 1.75);
    bmt_sampled("sin", &bmi_code_sin, sinl, -100, 100, 2, 2);
    bmt_sampled("sin, up to large angles", &bmi_code_sin, sinl, -20000, 20000, 2, 2);
    bmt_sampled("cos", &bmi_code_cos, cosl, -100, 100, 2, 2);
    bmt_sampled("softplus", &bmi_code_softplus, softplus, -20, 20, 2, 2);
    bmt_sampled("silu", &bmi_code_silu, silu, -110, 10, 3, 1.75);
    bmt_sampled("silu, f64's range", &bmi_code_silu, silu, -760, -600, 3, 1.75);
    bmt_sampled("gelu", &bmi_code_gelu, gelu, -15, 13, 1.9, 1.9);
    bmt_sampled("gelu, f64's tail", &bmi_code_gelu, gelu, -39, 0, 1.9, 1.9);
    bmt_sampled("rsqrt", &bmi_code_rsqrt, rsqrt, 0, 10, 1.5, 1.5);
    bmt_sampled("softsign", &bmi_code_softsign, softsign, -10, 10, 1.5, 1.5);
}

/* The derivatives pass through 0, so they are judged absolutely. */
static void slopes(void **state)
{
    (void)state;
    enum { N = 4001 };
    static double x[N], y[N];
    const double p[2] = { 0, 0 };
    for (int i = 0; i < N; i++) x[i] = (i - N / 2) * .02;
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        bmi_code_silu_slope[isa][BMI_REAL_F64](N, y, x, NULL, NULL, p);
        for (int i = 0; i < N; i++) {
            const long double s = sigmoid(x[i]);
            bmt_near("derivative of silu", y[i], (double)(s * (1 + x[i] * (1 - s))), 2e-15);
        }
        bmi_code_gelu_slope[isa][BMI_REAL_F64](N, y, x, NULL, NULL, p);
        for (int i = 0; i < N; i++) {
            const long double t = x[i];
            bmt_near("derivative of gelu", y[i],
                     (double)(erfcl(-t / sqrtl(2)) / 2 + t * expl(-t * t / 2) * .39894228040143267794L), 2e-15);
        }
    }
}

/* Results at the ends, by the C standard's annex F or as limits; the sign of a zero counts. */
static void at_the_ends(void **state)
{
    (void)state;
    const double i = INFINITY, n = NAN;
    const struct {
        const char *what;
        const bmi_vector_code *code;
        double x[6], y[6];
    } rows[] = {
        { "exp", &bmi_code_exp, { 0, -0., i, -i, n, 1000 }, { 1, 1, i, 0, n, i } },
        { "expm1", &bmi_code_expm1, { 0, -0., i, -i, n, -1000 }, { 0, -0., i, -1, n, -1 } },
        { "log", &bmi_code_log, { 0, -0., i, -i, n, 1 }, { -i, -i, i, n, n, 0 } },
        { "log1p", &bmi_code_log1p, { 0, -0., i, -1, n, -2 }, { 0, -0., i, -i, n, n } },
        { "tanh", &bmi_code_tanh, { 0, -0., i, -i, n, 1000 }, { 0, -0., 1, -1, n, 1 } },
        { "sigmoid", &bmi_code_sigmoid, { 0, -0., i, -i, n, -1000 }, { .5, .5, 1, 0, n, 0 } },
        { "erf", &bmi_code_erf, { 0, -0., i, -i, n, 1000 }, { 0, -0., 1, -1, n, 1 } },
        { "sin", &bmi_code_sin, { 0, -0., i, -i, n, n }, { 0, -0., n, n, n, n } },
        { "cos", &bmi_code_cos, { 0, -0., i, -i, n, n }, { 1, 1, n, n, n, n } },
        { "softplus", &bmi_code_softplus, { 1000, -1000, i, -i, n, n }, { 1000, 0, i, 0, n, n } },
        { "silu", &bmi_code_silu, { 0, -0., i, -i, n, -1000 }, { 0, -0., i, -0., n, -0. } },
        { "gelu", &bmi_code_gelu, { 0, -0., i, -i, n, -1000 }, { 0, -0., i, -0., n, -0. } },
        { "silu_slope", &bmi_code_silu_slope, { i, -i, n, 0, 1000, -1000 }, { 1, -0., n, .5, 1, -0. } },
        { "gelu_slope", &bmi_code_gelu_slope, { i, -i, n, 0, 1000, -1000 }, { 1, 0, n, .5, 1, 0 } },
        { "softsign", &bmi_code_softsign, { 0, -0., i, -i, n, 1 }, { 0, -0., 1, -1, n, .5 } },
    };
    const double p[2] = { 0, 0 };
    for (size_t r = 0; r < BMI_COUNT(rows); r++)
        for (int isa = 0; isa < BMI_ISA_COUNT; isa++)
            for (int k = 0; k < 6 && bmi_isa_has((bmi_isa)isa); k++) {
                double y64;
                float x32 = (float)rows[r].x[k], y32;
                (*rows[r].code)[isa][BMI_REAL_F64](1, &y64, &rows[r].x[k], NULL, NULL, p);
                (*rows[r].code)[isa][BMI_REAL_F32](1, &y32, &x32, NULL, NULL, p);
                const double want = rows[r].y[k], got[2] = { y64, (double)y32 };
                for (int j = 0; j < 2; j++)
                    if (!(isnan(want)
                              ? isnan(got[j])
                              : got[j] == want && (want != 0 || isnan(rows[r].x[k]) || !signbit(got[j]) == !signbit(want))))
                        fail_msg("%s(%g) f%d on %s is %g, not %g", rows[r].what, rows[r].x[k], j ? 32 : 64,
                                 bmi_isa_name((bmi_isa)isa), got[j], want);
            }
}

static uint64_t seed = 88172645463325252u;
static double unit(void)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (double)(seed >> 11) * 0x1p-53;
}

enum { SPECIALS = 24, POWERS = 60000 };
static const double special[SPECIALS] = { 0,      -0.,    1,       -1,       2,         -2,       3,
                                          -3,     .5,     -.5,     INFINITY, -INFINITY, NAN,      1e-45,
                                          -1e-45, 1e-310, 1e30,    -1e30,    8388609,   -8388609, 4503599627370497,
                                          2.5,    -2.5,   16777215 };

/* Pairs of special numbers, then large and small bases, bases near 1, negative bases, whole exponents. */
static void base_and_exponent(int i, double *x, double *y)
{
    if (i < SPECIALS * SPECIALS) *x = special[i / SPECIALS], *y = special[i % SPECIALS];
    else switch (i % 5) {
        case 0: *x = exp((unit() - .5) * 160), *y = (unit() - .5) * 4; break;
        case 1: *x = unit() * 4, *y = (unit() - .5) * 200; break;
        case 2: *x = 1 + (unit() - .5) * .01, *y = (unit() - .5) * 60000; break;
        case 3: *x = -floor(unit() * 30), *y = floor(unit() * 30) - 10; break;
        default: *x = unit() * 10, *y = floor(unit() * 8); break;
        }
}

static void powers(void **state)
{
    (void)state;
    static double x[POWERS], y[POWERS], z[POWERS];
    static float x32[POWERS], y32[POWERS], z32[POWERS];
    const double p[2] = { 0, 0 };
    for (int i = 0; i < POWERS; i++) base_and_exponent(i, &x[i], &y[i]), x32[i] = (float)x[i], y32[i] = (float)y[i];
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        bmi_code_pow[isa][BMI_REAL_F64](POWERS, z, x, y, NULL, p);
        bmi_code_pow[isa][BMI_REAL_F32](POWERS, z32, x32, y32, NULL, p);
        for (int i = 0; i < POWERS; i++) {
            const long double want = powl(x[i], y[i]), want32 = powl(x32[i], y32[i]);
            const double off = bmt_ulp(z[i], want, 64), off32 = bmt_ulp(z32[i], want32, 32);
            if (off > 1.5 || off32 > 1.5 || (!isnan(want) && !signbit(z[i]) != !signbit(want)))
                fail_msg("pow(%.17g, %.17g) on %s is %.17g, off by %.3g (f32 %.3g) ulp", x[i], y[i], bmi_isa_name((bmi_isa)isa),
                         z[i], off, off32);
        }
    }
}

/* Where the thread flushes denormals, they count as zeros of their sign, alike on AVX2 and AVX-512. */
static void flushed_denormals(void **state)
{
    (void)state;
    static const bmi_vector_code *const codes[] = { &bmi_code_exp,     &bmi_code_log, &bmi_code_tanh,
                                                    &bmi_code_sigmoid, &bmi_code_erf, &bmi_code_log1p };
    const float x[6] = { 1e-40f, -1e-40f, -88.f, -100.f, -103.5f, 1e-45f };
    const double p[2] = { 0, 0 };
    for (size_t r = 0; r < BMI_COUNT(codes); r++) {
        float avx2[6], avx512[6], zero[2], zeros[2] = { 0.f, -0.f };
        if (!bmi_isa_has(BMI_AVX512)) return;
        const unsigned mode = bmi_denormals_flush();
        (*codes[r])[BMI_AVX2][BMI_REAL_F32](6, avx2, x, NULL, NULL, p);
        (*codes[r])[BMI_AVX512][BMI_REAL_F32](6, avx512, x, NULL, NULL, p);
        (*codes[r])[BMI_AVX512][BMI_REAL_F32](2, zero, zeros, NULL, NULL, p);
        bmi_denormals_restore(mode);
        for (int i = 0; i < 2; i++)
            if (!(avx512[i] == zero[i] || fabsf(avx512[i]) < 0x1p-126f))
                fail_msg("function %d of a flushed denormal is %g, of 0 it is %g", (int)r, (double)avx512[i], (double)zero[i]);
        assert_memory_equal(avx2, avx512, sizeof avx2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(against_the_c_library), cmocka_unit_test(slopes),
                                        cmocka_unit_test(at_the_ends), cmocka_unit_test(powers),
                                        cmocka_unit_test(flushed_denormals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
