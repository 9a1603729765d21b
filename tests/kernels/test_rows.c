// SPDX-License-Identifier: Apache-2.0
/* Products of columns and reflections against plain loops, on odd sizes; the same bits by AVX2 and AVX-512. */
#include "kernels/cpu/rows.h"
#include "base/random.h"
#include "support/bmt.h"
#include <math.h>
#include <string.h>

enum { ROWS = 64, MOST = 70, STEP = 72 };

static void fill(double *b, int rows, int n)
{
    memset(b, 0, ROWS * STEP * sizeof *b);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < n; j++) b[i * STEP + j] = bmi_random_normal(3, (uint64_t)j, (uint64_t)i);
}

static void products(void **state)
{
    (void)state;
    static double b[ROWS * STEP], g[BMI_ISA_COUNT][STEP * STEP];
    for (int n = 1; n <= MOST; n += n < 30 ? 1 : 7)
        for (int rows = 1; rows <= ROWS; rows += 21) {
            const int64_t step = bmi_rows_step(n);
            static double packed[ROWS * STEP];
            fill(b, rows, n);
            for (int i = 0; i < rows; i++) memcpy(packed + i * step, b + i * STEP, (size_t)step * sizeof *b);
            for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
                if (!bmi_isa_has((bmi_isa)isa)) continue;
                for (int64_t i = 0; i < step * step; i++) g[isa][i] = 1;
                bmi_gram_add[isa](packed, rows, step, 0, 8, g[isa]);
                bmi_gram_add[isa](packed, rows, step, 8, step, g[isa]);
                for (int i = 0; i < n; i++)
                    for (int j = i; j < n; j++) {
                        double sum = 1;
                        for (int r = 0; r < rows; r++) sum += b[r * STEP + i] * b[r * STEP + j];
                        bmt_near("product", g[isa][i * step + j], sum, 1e-12);
                        if (isa == BMI_AVX512 && bmi_isa_has(BMI_AVX2))
                            assert_true(g[isa][i * step + j] == g[BMI_AVX2][i * step + j]);
                    }
            }
        }
}

/* R of all rows has the products of their columns: RT R = BT B; what is left over has no part in the columns. */
static void reflections(void **state)
{
    (void)state;
    static double b[ROWS * STEP], work[ROWS * STEP], r[BMI_ISA_COUNT][STEP * STEP];
    for (int n = 1; n <= MOST; n += n < 20 ? 1 : 7)
        for (int rows = 1; rows <= ROWS; rows += 9) {
            const int64_t step = bmi_rows_step(n + 1);
            fill(b, rows, n + 1);
            for (int isa = 0; isa < BMI_ISA_COUNT; isa++) {
                if (!bmi_isa_has((bmi_isa)isa)) continue;
                memset(r[isa], 0, sizeof r[isa]);
                for (int twice = 0; twice < 2; twice++) {
                    for (int i = 0; i < rows; i++) memcpy(work + i * step, b + i * STEP, (size_t)step * sizeof *b);
                    bmi_fold_rows[isa](work, rows, step, n, r[isa]);
                }
                for (int i = 0; i < n; i++)
                    for (int j = i; j < n + 1; j++) {
                        double sum = 0, want = 0;
                        for (int k = 0; k <= i; k++) sum += r[isa][k * step + i] * r[isa][k * step + j];
                        for (int k = 0; k < rows; k++) want += 2 * b[k * STEP + i] * b[k * STEP + j];
                        bmt_near("RT R", sum, want, 1e-12);
                        if (isa == BMI_AVX512 && bmi_isa_has(BMI_AVX2))
                            assert_true(r[isa][i * step + j] == r[BMI_AVX2][i * step + j]);
                    }
            }
        }
}

/* Squares that over- or underflow. */
static void far_from_one(void **state)
{
    (void)state;
    const double scales[] = { 1e300, 1e-300, 0x1p-1060 };
    for (size_t s = 0; s < BMI_COUNT(scales); s++) {
        static double work[ROWS * 8], r[8 * 8];
        memset(r, 0, sizeof r);
        memset(work, 0, sizeof work);
        work[0] = 3 * scales[s], work[8] = 4 * scales[s];
        work[1] = 1, work[9] = 2;
        bmi_fold_rows[bmi_isa_now()](work, 2, 8, 1, r);
        bmt_near("length", fabs(r[0]) / scales[s], 5, s == 2 ? 1e-3 : 1e-14);
        bmt_near("along", fabs(r[1]), 11. / 5, s == 2 ? 1e-3 : 1e-14);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(products), cmocka_unit_test(reflections),
                                        cmocka_unit_test(far_from_one) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
