// SPDX-License-Identifier: Apache-2.0
/* sigmoid on every float: AVX2 and AVX-512 alike, at most 2.75 ulp from the f64 code, which test_math.c holds to less than 2 f64 ulp. */
#include "support/bmt.h"
#include "support/bmt_ulp.h"

extern const bmi_vector_code bmi_code_sigmoid;

static void every_float(void **state)
{
    (void)state;
    bmt_every_float("sigmoid", &bmi_code_sigmoid, 2.75);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_float) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
