// SPDX-License-Identifier: Apache-2.0
/* baeum split: files of parts that together are the table; shares, classes, groups, times, and what cannot be split. */
#include "support/bmt_command.h"
#include <baeum.h>
#include <string.h>

static void parts(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum split iris -o p"), 0);
    bmt_contains("the table", r.out, "iris         150 rows");
    bmt_contains("a part", r.out, "p-train.csv  120 rows\n");
    bmt_contains("the other", r.out, "p-test.csv   30 rows\n");
    bmt_exits(bmt_sh("test ! -e p-validation.csv"), 0);
    bm_table *train = bm_table_read_csv(bmt_temp("p-train.csv")), *test = bm_table_read_csv(bmt_temp("p-test.csv"));
    const bm_summary s = bm_table_summary(test, bm_table_find(test, "Species"));
    for (int c = 0; c < 3; c++) assert_int_equal(s.top_count[c], 10); /* the set's own target keeps its shares */
    bm_table *all = bm_table_concat(BM_TABLES(train, test)), *iris = bm_table_load("iris");
    assert_int_equal(bm_table_rows(all), 150);
    assert_int_equal(bm_table_equal_rows(all, iris), 150);
    assert_int_equal(bm_table_equal_rows(iris, all), 150);
    bm_free(train), bm_free(test), bm_free(all), bm_free(iris);
    bmt_exits(
        bmt_sh(
            "baeum split iris -o q --seed 1 -q && baeum split iris -o s --seed 1 -q && cmp q-test.csv s-test.csv && ! cmp -s "
            "q-test.csv p-test.csv"),
        0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum split iris --validation .1 --test .2 --seed 5 -o p --json"), 0));
    assert_int_equal(bmt_json_number(json, "parts.train.rows"), 105);
    assert_int_equal(bmt_json_number(json, "parts.validation.rows"), 15);
    assert_int_equal(bmt_json_number(json, "parts.test.rows"), 30);
    assert_int_equal(bmt_json_number(json, "seed"), 5);
    assert_string_equal(bmt_json_string(json, "parts.validation.file"), "p-validation.csv");
    json_decref(json);
}

static void ways(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo n,g; seq 1 100 | awk '{ print $1 \",g\" $1 %% 10 }') > n.csv"), 0);
    bmt_exits(bmt_sh("baeum split n.csv --in-order --test .1 -q && tail -n +2 n-test.csv | cut -d, -f1 | tr '\\n' ' ' | "
                     "grep -qx '91 92 93 94 95 96 97 98 99 100 '"),
              0);
    bmt_exits(
        bmt_sh(
            "baeum split n.csv --time n --test .1 -q && tail -n +2 n-test.csv | cut -d, -f1 | sort -n | head -1 | grep -qx 91"),
        0);
    bmt_exits(
        bmt_sh(
            "baeum split n.csv --group g --test .2 -q && for p in train test; do tail -n +2 n-$p.csv | cut -d, -f2 | sort -u; "
            "done | sort | uniq -d | wc -l | grep -qx 0 && test $(wc -l < n-test.csv) = 21"),
        0);
}

static void wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int code;
        const char *says;
    } rows[] = {
        { "baeum split", 2, "baeum split DATA" },
        { "baeum split none.csv", 1, "none.csv" },
        { "baeum split iris --test 0", 2, "leave nothing to split" },
        { "baeum split iris --test .5 --validation .5", 2, "leave nothing for training" },
        { "baeum split iris --validation .9", 2, "leave nothing for training" },
        { "baeum split iris --test rows.csv", 2, "are shares of the rows here" },
        { "baeum split iris --target Specis", 2, "did you mean \"Species\"?" },
        { "baeum split iris --group Speces", 2, "did you mean \"Species\"?" },
        { "baeum split iris --group Species --in-order", 2, "three ways to split" },
        { "baeum split iris -o nowhere/p", 1, "folder nowhere" },
        { "cp p-train.csv w-train.csv && baeum split w-train.csv -o w", 2, "which is read: it would be lost" },
        { "baeum spilt iris", 2, "did you mean split?" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++)
        bmt_contains(rows[i].line, bmt_exits(bmt_sh("%s", rows[i].line), rows[i].code).err, rows[i].says);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(parts), cmocka_unit_test(ways), cmocka_unit_test(wrong) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
