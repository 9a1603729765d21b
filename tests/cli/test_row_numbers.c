// SPDX-License-Identifier: Apache-2.0
/* baeum train tells of numbers that only say which row it is. */
#include "support/bmt_command.h"
#include <string.h>

/* Counters and names of rows are told; years, measures and the only feature are not. */
static void row_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value; /* of row $1 from 1 to `rows`, default 100 */
        bool told;
        int rows;
    } rows[] = {
        { "n", "$1", true },
        { "n", "$1 - 1", true },
        { "n", "101 - $1", true },
        { "n", "$1 * 7 % 101", true },  /* 1 to 100 in another order */
        { "year", "1900 + $1", false }, /* no gap either */
        { "id", "1900 + $1", true },
        { "PassengerId", "$1 * 31 + 7", true },
        { "Customer ID", "$1 * $1", true },
        { "paid", "$1 * 31 + 7", false }, /* id is no word of it */
        { "userid", "$1 * 31 + 7", true },
        { "grid", "$1 * 31 + 7", false },
        { "n", "1900 + $1", true, 500 },       /* so many years there are not */
        { "id", "$1", false, 49 },             /* too few to tell */
        { "id", "int($1 / 2)", false },        /* not all different */
        { "n", "$1 == 7 ? \"\" : $1", false }, /* nor all there */
        { "n", "$1 / 2", false },
        { "n", "$1 == 7 ? 101 : $1", false },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        bmt_exits(
            bmt_sh("(echo '%s,b,y'; seq %d | awk '{ print (%s) \",\" ($1 * 13) %% 29 / 4 \",\" ($1 * 17) %% 23 / 8 }') > x.csv",
                   rows[i].name, rows[i].rows ? rows[i].rows : 100, rows[i].value),
            0);
        const bmt_run r = bmt_exits(bmt_sh("baeum train x.csv -t y -q"), 0);
        const bool told = strstr(r.out, " looks like a number of the row (") != NULL;
        if (told != rows[i].told) fail_msg("%s of %s: %s", rows[i].name, rows[i].value, r.out);
    }
    bmt_exits(
        bmt_sh("(echo 'Row ID,b,y'; seq 100 | awk '{ print $1 \",\" ($1 * 13) %% 29 / 4 \",\" ($1 * 17) %% 23 / 8 }') > x.csv"),
        0);
    bmt_contains(
        "as a shell takes it", bmt_exits(bmt_sh("baeum train x.csv -t y -q"), 0).out,
        "! Row ID looks like a number of the row (1 to 100, all different), but is learned from as a measure: does it mean "
        "more?   --drop 'Row ID'\n");
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t y -q --drop 'Row ID'"), 0).out, "number of the row"));
    assert_null(strstr(bmt_exits(bmt_sh("baeum train x.csv -t y -q --drop b"), 0).out, "number of the row"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(row_numbers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
