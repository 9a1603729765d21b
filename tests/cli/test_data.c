// SPDX-License-Identifier: Apache-2.0
/* baeum data and baeum inspect on tables: lists, rows, copies, parts, figures. */
#include "support/bmt_command.h"
#include <baeum/data.h>
#include <stdlib.h>
#include <string.h>

static void list(void **state)
{
    (void)state;
    static const char *const names[] = { "iris", "infert", "creditcard", "digits", "mnist",
                                         "xor",  "moons",  "circles",    "spiral", "blobs" };
    const bmt_run r = bmt_exits(bmt_sh("baeum data list"), 0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum data list --json"), 0));
    const json_t *sets = json_object_get(json, "sets");
    for (size_t i = 0; i < BMI_COUNT(names); i++) {
        size_t k;
        const json_t *set;
        bool there = false;
        bmt_contains("the list", r.out, names[i]);
        json_array_foreach(sets, k, set) there |= !strcmp(bmt_json_string(set, "name"), names[i]);
        assert_true(there);
    }
    json_decref(json);
}

static void show(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum data show iris --rows 3"), 0);
    assert_int_equal(bmt_lines(r.out), 4);
    assert_string_equal(bmt_line(r.out, 0), "Sepal.Length   Sepal.Width   Petal.Length   Petal.Width   Species");
    assert_string_equal(bmt_line(r.out, 1), "         5.1           3.5            1.4           0.2   setosa");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum data show infert -n 2 --json"), 0));
    assert_int_equal(json_array_size(json_object_get(json, "rows")), 2);
    assert_string_equal(bmt_json_string(json_array_get(json_object_get(json, "rows"), 0), "education"), "0-5yrs");
    json_decref(json);
    json = bmt_json(bmt_exits(bmt_sh("printf 'a;b\\n1;x\\n;y\\n' | baeum data show - --json"), 0));
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(json, "rows"), 1), "a")));
    json_decref(json);
    bmt_exits(bmt_sh("baeum data get iris --delimiter ';' --no-header -q -o semi.csv && head -n 1 semi.csv | grep -qx "
                     "'5.1;3.5;1.4;0.2;setosa'"),
              0);
    bmt_contains("a set is no file", bmt_exits(bmt_sh("baeum train iris --no-header"), 2).err,
                 "--no-header is of CSV files; iris is no file");
    bmt_contains("a set is no file", bmt_exits(bmt_sh("baeum train moons --delimiter ';'"), 2).err,
                 "--delimiter is of CSV files; moons is");
    bmt_exits(bmt_sh("baeum train iris --decimal comma"), 2);
    bmt_contains("without a header", bmt_exits(bmt_sh("printf '1,2\\n3,4\\n' | baeum data show - --no-header"), 0).out,
                 "c1   c2\n");
}

static void get(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("baeum data get creditcard -q && baeum data get moons -o m.csv"), 0);
    bm_table *t = bm_table_read_csv(bmt_temp("creditcard.csv")), *own = bm_table_load("creditcard");
    if (bm_failed(t) || bm_failed(own)) fail_msg("%s%s", bm_error(t), bm_error(own));
    assert_int_equal(bm_table_rows(t), 1319);
    for (int64_t i = 0; i < 1319; i += 7)
        for (int64_t k = 0; k < bm_table_columns(t); k++)
            if (bm_table_column_type(t, k) != BM_COLUMN_TEXT)
                assert_true(bm_table_number(t, i, k) == bm_table_number(own, i, k));
    bm_free(t);
    bm_free(own);
    const bmt_run r = bmt_exits(bmt_sh("baeum data get moons -o -"), 0);
    char *file = bmt_text("m.csv");
    assert_string_equal(r.out, file);
    assert_int_equal(bmt_lines(file), 201);
    free(file);
}

static void split(void **state)
{
    (void)state;
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum data split iris --validation .2 --test .2 --seed 3 -o p --json"), 0));
    assert_int_equal(bmt_json_number(json, "parts.train.rows"), 90);
    assert_string_equal(bmt_json_string(json, "parts.test.file"), "p-test.csv");
    json_decref(json);
    static const char *const parts[] = { "p-train.csv", "p-validation.csv", "p-test.csv" };
    const int each[] = { 30, 10, 10 };
    for (int k = 0; k < 3; k++) { /* stratified by the set's own target */
        bm_table *t = bm_table_read_csv(bmt_temp(parts[k]));
        if (bm_failed(t)) fail_msg("%s", bm_error(t));
        const bm_summary s = bm_table_summary(t, bm_table_find(t, "Species"));
        for (int c = 0; c < 3; c++) assert_int_equal(s.top_count[c], each[k]);
        bm_free(t);
    }
    bmt_exits(
        bmt_sh("baeum data split iris --validation 0 --test .1 -q -o q && test ! -e q-validation.csv && test -e q-train.csv"),
        0);
}

static void inspect(void **state)
{
    (void)state;
    const bmt_run r = bmt_exits(bmt_sh("baeum inspect iris"), 0);
    bmt_contains("the first line", r.out, "iris         150 rows · 5 columns: 4 numbers, 1 text · nothing missing\n");
    bmt_contains("a column of text", r.out, "setosa (50), versicolor (50), virginica (50)\n");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect creditcard --json"), 0));
    const json_t *column;
    size_t k;
    assert_int_equal(bmt_json_number(json, "rows"), 1319);
    json_array_foreach(json_object_get(json, "columns"), k, column) /* the skew that the specification names */
        if (!strcmp(bmt_json_string(column, "name"), "share"))
            bmt_near("skew of share", bmt_json_number(column, "skew"), 3.1640, 5e-5);
    json_decref(json);
    bmt_contains("arrays", bmt_exits(bmt_sh("baeum inspect moons"), 0).out, "200 rows");
}

/* Files that cannot be used: exit code 1, one line that says where. */
static void bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *content, *line, *says;
    } rows[] = {
        { NULL, "baeum inspect none.csv", "none.csv" },
        { NULL, "baeum inspect iriss", "did you mean \"iris\"?" },
        { NULL, "baeum inspect .", "is a folder" },
        { "", "baeum inspect bad.csv", "bad.csv" },
        { "a,b\n", "baeum inspect bad.csv", "has column names but no rows" },
        { "a,b\n1,2\n3\n", "baeum inspect bad.csv", "bad.csv:3:1: the row has 1 cell, there are 2 columns" },
        { "a,b\n1,2\n3\n", "baeum inspect bad.csv", "--bad-rows skip leaves such rows out" },
        { "a,b\n1,\"2\n", "baeum inspect bad.csv", "is never closed" },
        { "a,b\n1,\"x\"2\n", "baeum inspect bad.csv", "quote" },
        { "a,a\n1,2\n", "baeum inspect bad.csv", "\"a\"" },
        { "a,b\n1,1e400\n", "baeum inspect bad.csv", "is not a finite number" },
    };
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        if (rows[i].content) bmt_temp_file("bad.csv", rows[i].content, strlen(rows[i].content));
        const bmt_run r = bmt_exits(bmt_sh("%s", rows[i].line), 1);
        bmt_contains(rows[i].line, r.err, rows[i].says);
        if (bmt_lines(r.err) != 1) fail_msg("%s: not one line but\n%s", rows[i].line, r.err);
    }
    bmt_temp_file("bad.csv", "a,b\n1,2\n3\n", 10);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect bad.csv --json"), 1));
    bmt_contains("the place", bmt_json_string(json, "error.where"), "bad.csv:3:1");
    json_decref(json);
    bmt_contains("a row left out", bmt_exits(bmt_sh("baeum inspect bad.csv --bad-rows skip"), 0).out,
                 "! 1 row could not be read");
    bmt_contains("a full disk", bmt_exits(bmt_sh("baeum data get iris -o - > /dev/full"), 1).err, "No space left");
    bmt_contains("a full disk, in words", bmt_exits(bmt_sh("baeum inspect iris > /dev/full"), 1).err,
                 "did not take everything");
    bmt_contains("a folder that is not there", bmt_exits(bmt_sh("baeum data get iris -o none/x.csv"), 1).err, "No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list),  cmocka_unit_test(show),    cmocka_unit_test(get),
        cmocka_unit_test(split), cmocka_unit_test(inspect), cmocka_unit_test(bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
