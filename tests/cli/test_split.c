// SPDX-License-Identifier: Apache-2.0
/* baeum train and data split by the values of a column: groups stay together, times are not cut through. */
#include "support/bmt_command.h"
#include <stdlib.h>
#include <string.h>

/* Groups are in one part, and no feature. */
static void groups(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum train infert --group stratum"), 0);
    bmt_contains("said", r.out, " test, seed 0, by groups of stratum\n");
    bmt_contains("no feature", r.out, "recipe       age, parity, induced, spontaneous: standardised\n");
    bmt_exits(bmt_sh("baeum data split infert --group stratum && for p in train validation test; do "
                     "tail -n +2 infert-$p.csv | cut -d, -f7 | sort -u; done | sort | uniq -d | wc -l | grep -qx 0"),
              0);
    bmt_contains("weights are no groups", bmt_exits(bmt_sh("baeum train infert --group age --weights age"), 2).err,
                 "--weights and --group both name \"age\"");
    bmt_contains("nor times", bmt_exits(bmt_sh("baeum train infert --time age --weights age"), 2).err,
                 "--weights and --time both name \"age\"");
}

/* 100 rows, y 1 to 100; so many rows a day, first those with y from 51 on. */
static void days(int rows_a_day)
{
    bmt_exits(
        bmt_sh("(echo x,when,y; seq 1 100 | awk '{ print $1 %% 7 \",\" ($1 > 50 ? 100 : 200) + int(($1 + 49) %% 50 / %d) \",\" "
               "$1 }') > x.csv",
               rows_a_day),
        0);
}

/* The latest rows judge; where a day would be in two parts the cut moves to the nearer end of it. */
static void times(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo x,when,y; seq 1 100 | awk '{ print $1 %% 7 \",2024-\" ($1 > 50 ? \"01-\" : \"02-\") "
                     "10 + int(($1 + 49) %% 50 / 5) \",\" $1 }') > x.csv"),
              0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum train x.csv -t y --time when -d when --json"), 0));
    bmt_near("the mean of 51 to 100 and 1 to 20 for 36 to 50", bmt_json_number(json, "baseline.mae"), 56.928571 - 43, 1e-4);
    json_decref(json);
    bmt_contains("said", bmt_exits(bmt_sh("baeum train x.csv -t y --time when"), 0).out, "seed 0, by time in when\n");
    static const struct {
        int rows_a_day;
        const char *options, *says;
    } cases[] = {
        { 1, "", "split        70 train · 15 validation · 15 test" },
        { 5, "", "split        70 train · 15 validation · 15 test" },
        { 3, "", "split        71 train · 15 validation · 14 test" }, /* days end at 48, 50, 53 ... 71 ... 86 ... */
        { 50, "--validation 0", "split        50 train · 0 validation · 50 test" },
        { 50, "--validation 0 --test .01", "split        50 train · 0 validation · 50 test" },
        { 25, "", "split        50 train · 25 validation · 25 test" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        days(cases[i].rows_a_day);
        const bmt_run r = bmt_exits(bmt_sh("baeum train x.csv -t y --time when -d when %s", cases[i].options), 0);
        bmt_contains(cases[i].says, r.out, cases[i].says);
        bmt_exits(
            bmt_sh("baeum data split x.csv --time when -q %s && for p in train validation test; do test -f x-$p.csv && "
                   "tail -n +2 x-$p.csv | cut -d, -f2 | sort -u; rm -f x-$p.csv; done | sort | uniq -d | wc -l | grep -qx 0",
                   cases[i].options),
            0);
    }
    days(50);
    bmt_contains(
        "two times, three parts", bmt_exits(bmt_sh("baeum train x.csv -t y --time when"), 1).err,
        "split: column \"when\" has only two times in all 100 rows: each part needs times of its own; --validation 0 makes "
        "two parts\n");
    days(1000);
    bmt_exits(bmt_sh("sed -i 's/,200,/,100,/' x.csv"), 0);
    bmt_contains("one time", bmt_exits(bmt_sh("baeum train x.csv -t y --time when --validation 0"), 1).err,
                 "split: column \"when\" has one time in all 100 rows: each part needs times of its own\n");
    bmt_exits(bmt_sh("baeum train x.csv -t y --time when --validation 0 --test 0 -q"), 0);
}

int main(void)
{
    setenv("BAEUM_THREADS", "1", 1); /* threads that other tests keep waiting make small networks slow */
    const struct CMUnitTest tests[] = { cmocka_unit_test(groups), cmocka_unit_test(times) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
