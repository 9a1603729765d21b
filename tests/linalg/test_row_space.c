// SPDX-License-Identifier: Apache-2.0
/* A = L QT: Q has columns of length 1 at right angles, and A Q is L. */
#include "linalg/row_space.h"
#include "support/bmt.h"
#include <math.h>
#include <string.h>

enum { ROWS = 5, COLUMNS = 17, STEP = 20 };

static void factors(void **state)
{
    (void)state;
    for (int scale = -1; scale <= 1; scale++) {
        const double by = pow(10, 150 * scale);
        double a[ROWS * STEP], kept[ROWS * STEP], tau[ROWS], q[ROWS][COLUMNS];
        for (int i = 0; i < ROWS * STEP; i++) kept[i] = a[i] = sin(1 + i * i) * by;
        for (int j = 0; j < COLUMNS; j++) kept[3 * STEP + j] = a[3 * STEP + j] = 2 * a[j]; /* rows may depend on each other */
        bmi_row_space s = { .m = ROWS, .n = COLUMNS, .step = STEP, .a = a, .tau = tau };
        bmi_row_space_factor(&s, NULL);
        for (int k = 0; k < ROWS; k++) {
            memset(q[k], 0, sizeof q[k]);
            q[k][k] = 1;
            bmi_row_space_leave(&s, q[k]);
        }
        for (int i = 0; i < ROWS; i++)
            for (int k = 0; k < ROWS; k++) {
                double right = 0, l = 0;
                for (int j = 0; j < COLUMNS; j++) right += q[i][j] * q[k][j], l += kept[i * STEP + j] / by * q[k][j];
                bmt_near("right angles", right, i == k, 1e-14);
                bmt_near("L", l, k <= i ? a[i * STEP + k] / by : 0, 1e-13);
            }
        for (int i = 0; i < ROWS; i++) /* what lies between the rows is left alone */
            for (int j = COLUMNS; j < STEP; j++) assert_true(a[i * STEP + j] == kept[i * STEP + j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(factors) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
