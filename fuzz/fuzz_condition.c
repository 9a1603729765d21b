// SPDX-License-Identifier: Apache-2.0
/* Conditions on the rows of a table: what cannot be read is told with its place; what can be is true for rows that its opposite is not true
 * for, and for the same rows in brackets. */
#include "fuzz.h"
#include <baeum/table.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_table *made(void)
{
    static const bm_name texts[] = { "b", "a", NULL, "b", "", "long text" }, others[] = { "a", "a", "b", NULL, "z", "x'y" };
    static const int64_t n[] = { 3, INT64_MIN, 1, 3, INT64_MAX, -5 }, row[] = { 0, 1, 2, 3, 4, 5 };
    static const int64_t when[] = {
        INT64_C(1704067200000000), INT64_MIN, 0, INT64_C(-86400000000), 1, INT64_C(1704114300000000)
    };
    const double x[] = { 1.5, NAN, -0., 0, 2e300, -1 };
    bm_table *t = bm_table_new_in_at(fuzz_context(), BM_HERE);
    bm_table_add_text(t, "t", texts, 6);
    bm_table_add_text(t, "u", others, 6);
    bm_table_add_integer(t, "n", n, 6);
    bm_table_add_integer(t, "a b", row, 6);
    bm_table_add_real(t, "x", x, 6);
    bm_table_add_time(t, "when", when, 6);
    bm_table_add_time(t, "w", when, 6);
    return t;
}

/* The rows for which a condition is true, as bits; -1: it cannot be read. */
static int rows_of(const bm_table *t, const char *condition)
{
    bm_table *f = bm_table_filter(t, condition);
    int bits = 0;
    if (bm_failed(f)) {
        fuzz_check(*bm_error(f) && bm_status_of(f) != BM_OK);
        bits = -1;
    }
    for (int64_t i = 0; i < bm_table_rows(f); i++) bits |= 1 << bm_table_integer(f, i, bm_table_find(f, "a b"));
    bm_free(f);
    return bits;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char *text = malloc(n + 20);
    bm_table *t = made();
    if (!text || n > 4000) {
        free(text);
        bm_free(t);
        return 0;
    }
    memcpy(text, bytes, n);
    text[n] = 0;
    n = strlen(text);
    const int whole = rows_of(t, text);
    if (whole >= 0) {
        memmove(text + 5, text, n + 1);
        memcpy(text, "not (", 5);
        memcpy(text + 5 + n, ")", 2);
        const int opposite = rows_of(t, text), brackets = rows_of(t, text + 4);
        fuzz_check(opposite < 0 || !(whole & opposite));
        fuzz_check(brackets < 0 || brackets == whole);
    }
    bm_free(t);
    free(text);
    return 0;
}
