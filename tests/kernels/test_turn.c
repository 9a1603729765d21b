// SPDX-License-Identifier: Apache-2.0
/* Columns turned into others: every instruction set against plain sums, on odd numbers of rows, columns and outputs, in pieces or at once;
 * nothing outside the rows is written; AVX2 and AVX-512 give the same bits. */
#include "support/bmt.h"
#include "kernels/cpu/turn.h"
#include <math.h>
#include <string.h>

enum { ROWS = 131, COLUMNS = 7, OUTPUTS = 23 };
static double columns[COLUMNS][ROWS], mean[COLUMNS], by[OUTPUTS * COLUMNS], made[BMI_ISA_COUNT][OUTPUTS][ROWS + 8];

static void make(void)
{
    for (int c = 0; c < COLUMNS; c++) {
        mean[c] = sin(c + 1.);
        for (int i = 0; i < ROWS; i++) columns[c][i] = cos(i * 1.7 + c) * (c + 1);
    }
    for (int i = 0; i < OUTPUTS * COLUMNS; i++) by[i] = sin(i * .37);
}

static void turn(bmi_isa isa, int64_t n, int64_t m, int64_t first, int64_t last)
{
    const double *from[COLUMNS];
    double *to[OUTPUTS];
    for (int c = 0; c < COLUMNS; c++) from[c] = columns[c];
    for (int k = 0; k < OUTPUTS; k++) to[k] = made[isa][k];
    bmi_turn[isa](from, mean, n, by, to, m, first, last);
}

static void sums(void **state)
{
    (void)state;
    static const int64_t cases[][4] = { { 7, 23, 0, 131 }, { 1, 1, 0, 1 },      { 3, 10, 5, 5 }, { 7, 11, 3, 18 },
                                        { 5, 9, 0, 17 },   { 2, 20, 100, 131 }, { 7, 4, 1, 130 } };
    make();
    for (size_t k = 0; k < BMI_COUNT(cases); k++) {
        const int64_t n = cases[k][0], m = cases[k][1], first = cases[k][2], last = cases[k][3];
        for (bmi_isa isa = BMI_BASELINE; isa < BMI_ISA_COUNT; isa++) {
            if (!bmi_isa_has(isa)) continue;
            for (int o = 0; o < OUTPUTS; o++)
                for (int i = 0; i < ROWS + 8; i++) made[isa][o][i] = -77;
            turn(isa, n, m, first, last);
            for (int64_t o = 0; o < OUTPUTS; o++)
                for (int64_t i = 0; i < ROWS + 8; i++) {
                    double want = -77;
                    if (o < m && i >= first && i < last) {
                        want = 0;
                        for (int64_t c = 0; c < n; c++) want += (columns[c][i] - mean[c]) * by[o * n + c];
                    }
                    bmt_near(bmi_isa_name(isa), made[isa][o][i], want, 1e-14);
                }
        }
        if (bmi_isa_has(BMI_AVX2) && bmi_isa_has(BMI_AVX512))
            assert_memory_equal(made[BMI_AVX2], made[BMI_AVX512], sizeof made[0]);
    }
}

/* A row has the same bits whichever rows are turned with it. */
static void pieces(void **state)
{
    (void)state;
    static double whole[OUTPUTS][ROWS + 8];
    make();
    for (bmi_isa isa = BMI_BASELINE; isa < BMI_ISA_COUNT; isa++) {
        if (!bmi_isa_has(isa)) continue;
        turn(isa, COLUMNS, OUTPUTS, 0, ROWS);
        memcpy(whole, made[isa], sizeof whole);
        for (int64_t i = 0; i < ROWS; i += 1 + i % 5)
            turn(isa, COLUMNS, OUTPUTS, i, i + 1 + i % 5 < ROWS ? i + 1 + i % 5 : ROWS);
        assert_memory_equal(whole, made[isa], sizeof whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sums), cmocka_unit_test(pieces) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
