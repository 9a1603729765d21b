// SPDX-License-Identifier: Apache-2.0
/* Gathering rows: every width of a row, the last rows at the end of readable and writable memory. */
#include "model/column.h"
#include "support/bmt.h"
#include "support/bmt_guard.h"
#include <string.h>

enum { ROWS = 5, CHOSEN = 7 };

static void gathers_rows_of_any_width(void **state)
{
    (void)state;
    static const int64_t rows[CHOSEN] = { 4, 0, 3, 3, 1, 2, 4 };
    for (int64_t width = 1; width <= 160; width++) {
        const size_t bytes = (size_t)width; /* of a row of u8; widths of other types are among them */
        uint8_t *from = bmt_guarded(ROWS * bytes), *into = bmt_guarded(CHOSEN * bytes);
        for (size_t i = 0; i < ROWS * bytes; i++) from[i] = (uint8_t)(i * 37 + 11);
        bm_tensor *t = bm_tensor_view(BM_U8, BM_SHAPE(ROWS, width), from);
        bmi_column_of c;
        assert_true(bmi_column_make(&c, t, BM_U8, false));
        bmi_column_gather(&c, into, rows, 3, CHOSEN); /* as threads share it */
        bmi_column_gather(&c, into, rows, 0, 3);
        for (size_t i = 0; i < CHOSEN; i++) assert_memory_equal(into + i * bytes, from + (size_t)rows[i] * bytes, bytes);
        bm_free(t);
        bmt_guarded_free(from, ROWS * bytes);
        bmt_guarded_free(into, CHOSEN * bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gathers_rows_of_any_width) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
