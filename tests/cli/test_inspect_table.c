// SPDX-License-Identifier: Apache-2.0
/* baeum inspect on tables: figures against pandas and scipy (tests/golden/tables.py FOLDER prints them), what is constant or there
 * twice, how columns go with a target, and tables of many columns.
 */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const json_t *named(const json_t *list, const char *name)
{
    const json_t *o;
    size_t i;
    json_array_foreach(list, i, o) if (!strcmp(bmt_json_string(o, "name"), name)) return o;
    fail_msg("there is no %s", name);
    return NULL;
}

static void figure(const json_t *list, const char *name, const char *what, double want)
{
    bmt_near(name, bmt_json_number(named(list, name), what), want, 1e-9);
}

/* The numbers that a course names, and others. */
static void housing(void **state)
{
    (void)state;
    char path[1000];
    if (!bmt_data("housing/housing.csv")) {
        bmt_skip(bmt_data("housing/housing.csv"));
        return;
    }
    snprintf(path, sizeof path, "%s", bmt_data("housing/housing.csv"));
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect %s --target median_house_value --json", path), 0));
    const json_t *columns = json_object_get(json, "columns"), *skewed = json_object_get(json, "skewed"),
                 *relations = json_object_get(json, "relations");
    static const struct {
        const char *name;
        double skew, correlation;
    } rows[] = { { "population", 4.935499509, -.02464967889 },
                 { "total_rooms", 4.147042039, .1341531138 },
                 { "total_bedrooms", 3.459292359, .04968618025 },
                 { "households", 3.410189855, .06584265057 },
                 { "median_income", 1.64653703, .688075208 } };
    assert_int_equal(json_array_size(skewed), 5);
    for (size_t i = 0; i < BMI_COUNT(rows); i++) { /* in this order */
        assert_string_equal(bmt_json_string(json_array_get(skewed, i), "name"), rows[i].name);
        figure(skewed, rows[i].name, "skew", rows[i].skew);
        figure(columns, rows[i].name, "skew", rows[i].skew);
        figure(relations, rows[i].name, "value", rows[i].correlation);
        assert_string_equal(bmt_json_string(named(relations, rows[i].name), "measure"), "Pearson");
    }
    figure(relations, "ocean_proximity", "value", .4879536525);
    assert_string_equal(bmt_json_string(named(relations, "ocean_proximity"), "measure"), "eta");
    static const struct {
        const char *what;
        double want;
    } bedrooms[] = { { "missing", 207 },      { "missing_share", 207. / 20640 },
                     { "mean", 537.8705525 }, { "std", 421.3850701 },
                     { "q1", 296 },           { "median", 435 },
                     { "q3", 647 },           { "distinct", 1923 } };
    for (size_t i = 0; i < BMI_COUNT(bedrooms); i++) figure(columns, "total_bedrooms", bedrooms[i].what, bedrooms[i].want);
    const json_t *counts = json_object_get(json_object_get(named(columns, "total_bedrooms"), "histogram"), "counts");
    int64_t sum = 0;
    for (size_t i = 0; i < 10; i++) sum += json_integer_value(json_array_get(counts, i));
    assert_int_equal(json_array_size(counts), 10);
    assert_int_equal(sum, 20640 - 207);
    json_decref(json);
    const bmt_run r = bmt_exits(bmt_sh("baeum inspect %s --target median_house_value", path), 0);
    bmt_contains("in words", r.out,
                 "\nskew above 1 population 4.9355, total_rooms 4.1470, total_bedrooms 3.4593, households 3.4102");
    bmt_contains("the share", r.out, "   207   1.0%   ");
    bmt_contains("relations", r.out, "\nocean_proximity           .488   eta\n");
}

static void other_sets(void **state)
{
    (void)state;
    char path[1000];
    if (!bmt_data("bike-sharing/train.csv") || !bmt_data("titanic/titanic.csv")) {
        bmt_skip(bmt_data("titanic/titanic.csv"));
        return;
    }
    snprintf(path, sizeof path, "%s", bmt_data("bike-sharing/train.csv"));
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect %s -t count --json", path), 0));
    figure(json_object_get(json, "columns"), "count", "skew", 1.241895059);
    figure(json_object_get(json, "relations"), "registered", "value", .9709481058);
    json_decref(json);
    snprintf(path, sizeof path, "%s", bmt_data("titanic/titanic.csv"));
    json = bmt_json(bmt_exits(bmt_sh("baeum inspect %s -t Embarked --columns Sex,Embarked --json", path), 0));
    assert_int_equal(json_array_size(json_object_get(json, "columns")), 2);
    figure(json_object_get(json, "relations"), "Sex", "value", .1225691904);
    assert_string_equal(bmt_json_string(named(json_object_get(json, "relations"), "Sex"), "measure"), "Cramer's V");
    json_decref(json);
}

/* a one value, b and e the same, c all missing, two rows there twice; d another in every row. */
static void twice(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("(echo a,b,c,d,e,f; for i in 1 2 3 4 5 6 7 8; do echo 7,x$((i %% 3)),,w$i,x$((i %% 3)),$i; done; "
                     "echo 7,x1,,w1,x1,1; echo 7,x2,,w2,x2,2) > t.csv"),
              0);
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect t.csv --target f --json"), 0));
    const json_t *columns = json_object_get(json, "columns");
    bmt_near("rows twice", bmt_json_number(json, "duplicate_rows"), 2, 0);
    assert_true(json_is_true(json_object_get(named(columns, "a"), "constant")));
    assert_true(json_is_true(json_object_get(named(columns, "c"), "constant")));
    assert_true(json_is_false(json_object_get(named(columns, "b"), "constant")));
    assert_string_equal(bmt_json_string(named(columns, "e"), "equal_to"), "b");
    assert_true(json_is_null(json_object_get(named(columns, "b"), "equal_to")));
    assert_int_equal(json_array_size(json_object_get(json, "relations")), 2); /* b, e: d is another text in most rows */
    json_decref(json);
    const bmt_run r = bmt_exits(bmt_sh("baeum inspect t.csv"), 0);
    bmt_contains("constant", r.out, "\nconstant     a, c\n");
    bmt_contains("equal", r.out, "\nequal        e = b\n");
    bmt_contains("twice", r.out, "\ntwice        2 rows are equal to an earlier one\n");
}

static void many_columns(void **state)
{
    (void)state;
    bmt_exits(bmt_sh("awk 'BEGIN { for (r = 0; r < 6; r++) for (c = 1; c <= 10000; c++) printf \"%%s%%s\", r ? (r * c) %% 7 + "
                     "c : \"c\" c, "
                     "c < 10000 ? \",\" : \"\\n\" }' > wide.csv"),
              0);
    const bmt_run r = bmt_exits(bmt_sh("baeum inspect wide.csv"), 0);
    assert_true(bmt_lines(r.out) < 60);
    bmt_contains("the others", r.out, "\nand 9,960 more columns; --columns a,b shows some of them, --json all\n");
    const bmt_run some = bmt_exits(bmt_sh("baeum inspect wide.csv --columns c9999,c2"), 0);
    bmt_contains("chosen ones", some.out, "\nc9999 ");
    json_t *json = bmt_json(bmt_exits(bmt_sh("baeum inspect wide.csv --json"), 0));
    assert_int_equal(json_array_size(json_object_get(json, "columns")), 10000);
    json_decref(json);
}

static void wrong(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "baeum inspect iris --target Specis", "did you mean \"Species\"?" },
        { "baeum inspect iris --columns Sepal.Length,Nope", "\"Nope\"" },
        { "baeum inspect iris --columns ''", "--columns" },
        { "baeum inspect digits.idx --target x", "digits.idx" },
        { "baeum inspect iris.safetensors --columns a", "--target and --columns are of tables; iris.safetensors is a model" },
        { "baeum inspect moons --bins 3", "there is no option --bins" },
    };
    bmt_exits(bmt_sh("baeum train iris -q"), 0);
    for (size_t i = 0; i < BMI_COUNT(rows); i++) {
        const bmt_run r = bmt_sh("%s", rows[i][0]);
        if (!r.code) fail_msg("%s: no error", rows[i][0]);
        bmt_contains(rows[i][0], r.err, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(housing), cmocka_unit_test(other_sets), cmocka_unit_test(twice),
                                        cmocka_unit_test(many_columns), cmocka_unit_test(wrong) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
