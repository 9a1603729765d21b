// SPDX-License-Identifier: Apache-2.0
/* Losses of sigmoid units, and what stands between a linear classifier's products, against long double, in f32 and f64, on each
 * instruction set, at unreadable pages, from sums of 0 to sums of +-1000; the same bits on AVX2 and AVX-512.
 */
#include "kernels/cpu/logistic.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <math.h>
#include <string.h>

enum { ROWS = 37, UNITS = 3, ALL = ROWS * UNITS, COLUMNS = 5 };

static double get(bmi_real real, const void *at, int i)
{
    return real == BMI_REAL_F32 ? (double)((const float *)at)[i] : ((const double *)at)[i];
}
static void set(bmi_real real, void *at, int i, double v)
{
    if (real == BMI_REAL_F32) ((float *)at)[i] = (float)v;
    else ((double *)at)[i] = v;
}

static double sum_at(int i)
{
    return i == 5 ? 1000 : i == 7 ? -1000 : i == 9 ? 0 : 30 * sin(i);
}

static void near(const char *what, bmi_real real, double got, long double want)
{
    const long double u = real == BMI_REAL_F32 ? 0x1p-24L : 0x1p-53L;
    if (!(fabsl((long double)got - want) <= 8 * u * fabsl(want) + (real == BMI_REAL_F32 ? 1e-37L : 1e-300L)))
        fail_msg("%s, f%d: %.17g, not %.17Lg", what, real == BMI_REAL_F32 ? 32 : 64, got, want);
}

static void losses(void **state)
{
    (void)state;
    for (int real = 0; real < BMI_REAL_COUNT; real++) {
        unsigned char first[3][ALL * sizeof(double)];
        const size_t width = real == BMI_REAL_F32 ? 4 : 8, bytes = ALL * width;
        for (int isa = BMI_ISA_COUNT - 1; isa >= 0; isa--) {
            if (!bmi_isa_has((bmi_isa)isa)) continue;
            void *s = bmt_guarded(bytes), *sign = bmt_guarded(bytes), *loss = bmt_guarded(bytes), *bent = bmt_guarded(bytes),
                 *weight = bmt_guarded(ROWS * width);
            for (int i = 0; i < ALL; i++)
                set((bmi_real)real, s, i, sum_at(i)), set((bmi_real)real, sign, i, i % 5 % 2 ? 1 : -1);
            for (int i = 0; i < ROWS; i++) set((bmi_real)real, weight, i, i % 4);
            const bmi_logistic_block b = {
                .rows = ROWS, .units = UNITS, .sums = s, .sign = sign, .weight = weight, .loss = loss, .curvature = bent
            };
            bmi_logistic_rows[isa][real](&b, BMI_LOGISTIC_LOSSES);
            for (int i = 0; i < ALL; i++) {
                const long double x = real == BMI_REAL_F32 ? (long double)(float)sum_at(i) : (long double)sum_at(i);
                const long double m = i % 5 % 2 ? -x : x, w = i / UNITS % 4,
                                  p = m > 0 ? 1 / (1 + expl(-m)) : expl(m) / (1 + expl(m));
                near("loss", (bmi_real)real, get((bmi_real)real, loss, i),
                     w * (m > 0 ? m + log1pl(expl(-m)) : log1pl(expl(m))));
                near("slope", (bmi_real)real, get((bmi_real)real, s, i), w * (i % 5 % 2 ? -p : p));
                near("curvature", (bmi_real)real, get((bmi_real)real, bent, i), w * p / (1 + expl(m)));
            }
            const void *const got[3] = { s, loss, bent };
            for (int k = 0; k < 3; k++) {
                if (isa == BMI_AVX512) memcpy(first[k], got[k], bytes);
                if (isa == BMI_AVX2 && bmi_isa_has(BMI_AVX512)) assert_memory_equal(first[k], got[k], bytes);
            }
            bmt_guarded_free(s, bytes);
            bmt_guarded_free(sign, bytes);
            bmt_guarded_free(loss, bytes);
            bmt_guarded_free(bent, bytes);
            bmt_guarded_free(weight, ROWS * width);
        }
    }
}

static void between_products(void **state)
{
    (void)state;
    for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
        float s[ALL], product[UNITS * COLUMNS];
        const float bias[UNITS] = { 1, -2, 4 };
        double g[UNITS * (COLUMNS + 1)];
        if (!bmi_isa_has((bmi_isa)isa)) continue;
        for (int i = 0; i < ALL; i++) s[i] = (float)i;
        for (int i = 0; i < UNITS * COLUMNS; i++) product[i] = (float)i / 2;
        for (int i = 0; i < UNITS * (COLUMNS + 1); i++) g[i] = 100;
        bmi_logistic_block b = { .rows = ROWS,
                                 .units = UNITS,
                                 .columns = COLUMNS,
                                 .sums = s,
                                 .bias = bias,
                                 .product = product,
                                 .gradient = g,
                                 .biased = true };
        bmi_logistic_rows[isa][BMI_REAL_F32](&b, BMI_LOGISTIC_SHIFT);
        for (int i = 0; i < ALL; i++) assert_true(s[i] == (float)i + bias[i % UNITS]);
        bmi_logistic_rows[isa][BMI_REAL_F32](&b, BMI_LOGISTIC_COLLECT);
        for (int j = 0; j < UNITS; j++) {
            double sum = 0;
            for (int r = 0; r < ROWS; r++) sum += (double)s[r * UNITS + j];
            for (int k = 0; k < COLUMNS; k++) assert_true(g[j * (COLUMNS + 1) + k] == 100 + (double)product[j * COLUMNS + k]);
            assert_true(g[j * (COLUMNS + 1) + COLUMNS] == 100 + sum);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(losses), cmocka_unit_test(between_products) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
