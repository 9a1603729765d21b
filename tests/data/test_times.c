// SPDX-License-Identifier: Apache-2.0
/* Columns of times: made, read, taken, summed up, written, learned from as the text they were, split by. Values of dates by Python's
 * datetime: datetime(y, m, d, ...) - datetime(1970, 1, 1).
 */
#include "support/bmt.h"
#include "data/datetime.h"
#include "data/recipe.h"
#include <baeum/data.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_table *table_of(const char *text, bm_csv_options o)
{
    o.path = bmt_temp_file("t.csv", text, strlen(text));
    bm_table *t = bm_table_read_csv_at(&o, sizeof o, BM_HERE);
    if (bm_failed(t)) fail_msg("%s: %s", text, bm_error(t));
    return t;
}

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *text, *iso; /* null: the text */
        int64_t time;
    } cases[] = {
        { "1970-01-01", NULL, 0 },
        { "1969-12-31", NULL, INT64_C(-86400000000) },
        { "2000-02-29", NULL, INT64_C(951782400000000) },
        { "2100-03-01", NULL, INT64_C(4107542400000000) },
        { "0001-01-01", NULL, INT64_C(-62135596800000000) },
        { "9999-12-31", NULL, INT64_C(253402214400000000) },
        { "2011-01-31 13:05", "2011-01-31T13:05:00", INT64_C(1296479100000000) },
        { "1961-04-12T06:07:00.25", "1961-04-12T06:07:00.250000", INT64_C(-275248379750000) },
        { "2011-01-31 13:05 UTC", "2011-01-31T13:05:00", INT64_C(1296479100000000) },
        { "2011-01-31T13:05:00GMT", "2011-01-31T13:05:00", INT64_C(1296479100000000) },
        { "2016-12-31 23:59:60", "2017-01-01", INT64_C(1483228800000000) },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        int64_t time;
        bmi_date_detail detail;
        char iso[BMI_TIME_BYTES];
        double parts[BMI_DATETIME_PARTS], again[BMI_DATETIME_PARTS];
        if (!bmi_time_read(cases[i].text, BMI_MONTH_FIRST, &time, &detail)) fail_msg("%s", cases[i].text);
        if (time != cases[i].time) fail_msg("%s is %lld", cases[i].text, (long long)time);
        bmi_time_write(time, BMI_OF_DAY, iso);
        assert_string_equal(iso, cases[i].iso ? cases[i].iso : cases[i].text);
        bmi_time_parts(time, parts);
        assert_true(bmi_datetime_read(iso, BMI_MONTH_FIRST, again, &detail));
        for (int k = 0; k < BMI_DATETIME_PARTS; k++) bmt_near(iso, parts[k], again[k], 0);
    }
    for (int64_t day = -800000; day < 3000000; day += 17) { /* all kinds of years, there and back */
        char iso[BMI_TIME_BYTES];
        int64_t time;
        bmi_date_detail detail;
        if (day * INT64_C(86400000000) < INT64_C(-62167219200000000) || day > 2932896) continue;
        bmi_time_write(day * INT64_C(86400000000), BMI_OF_DAY, iso);
        assert_true(bmi_time_read(iso, BMI_DAY_FIRST, &time, &detail));
        assert_int_equal(time, day * INT64_C(86400000000));
    }
}

static void made(void **state)
{
    (void)state;
    const int64_t times[] = { INT64_C(1296479100000000), INT64_MIN, 0, INT64_C(86400000000) };
    const int64_t take[] = { 3, 0, 1 };
    bm_table *t = bm_table_new();
    assert_int_equal(bm_table_add_time(t, "when", times, 4), BM_OK);
    assert_int_equal(bm_table_column_type(t, 0), BM_COLUMN_TIME);
    assert_string_equal(bm_column_type_name(BM_COLUMN_TIME), "date/time");
    assert_int_equal(bm_table_time(t, 0, 0), times[0]);
    assert_int_equal(bm_table_time(t, 1, 0), INT64_MIN);
    assert_int_equal(bm_table_time(t, 4, 0), INT64_MIN);
    assert_int_equal(bm_table_integer(t, 0, 0), INT64_MIN);
    bmt_near("seconds", bm_table_number(t, 0, 0), 1296479100, 0);
    assert_true(isnan(bm_table_number(t, 1, 0)));
    assert_int_equal(bm_table_missing(t, 0), 1);
    const bm_summary s = bm_table_summary(t, 0);
    assert_int_equal(s.count, 3);
    assert_int_equal(s.distinct, 3);
    bmt_near("earliest", s.min, 0, 0);
    bmt_near("latest", s.max, 1296479100, 0);
    assert_string_equal(s.top[0], "1970-01-01T00:00:00");
    bm_table *taken = bm_table_take(t, BM_ROWS(3, 0, 1));
    for (int64_t r = 0; r < 3; r++) assert_int_equal(bm_table_time(taken, r, 0), times[take[r]]);
    bm_free(taken);
    const int64_t outside[] = { INT64_MAX };
    assert_int_equal(bm_table_add_time(t, "x", outside, 1), BM_E_NUMBER);
    bmt_contains("outside", bm_error(t), "outside the years 0 to 9999");
    bm_free(t);
}

/* A recipe reads later rows in the order it found, from text as from times, also saved and loaded; what is no date is missing. */
static void learned(void **state)
{
    (void)state;
    bm_table *t = table_of("d,y\n13/01/2024 10:00,1\n1/2/2024 11:30,2\n2/3/2025 12:00,3\n,4\n", (bm_csv_options){ 0 });
    assert_int_equal(bm_table_column_type(t, 0), BM_COLUMN_TIME);
    bm_recipe *r = bm_recipe_new(.target = "y", .keep_constant = true, .plain = true);
    bm_recipe_step(r, "datetime", NULL, "d");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bm_recipe *copy = bmi_recipe_copy(r);
    bm_table *later = table_of("d\n3/4/2024 01:02\n2024-05-06 07:08:09\n", (bm_csv_options){ .recipe = copy });
    assert_int_equal(bm_table_column_type(later, 0), BM_COLUMN_TEXT);
    bm_dataset *d = bm_recipe_apply(copy, later);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    const bm_tensor *x = bm_dataset_x(d, 0);
    static const double want[2][7] = { { 2024, 4, 3, 2, 1, 2, 0 }, { 2024, 5, 6, 0, 7, 8, 9 } };
    assert_int_equal(bm_tensor_size(x), 14);
    for (int i = 0; i < 14; i++) bmt_near("part", bm_tensor_at(x, i), want[i / 7][i % 7], 0);
    static const bm_column_as asked[] = { { "d",
                                            BM_COLUMN_TIME } }; /* a type does not change the order that the recipe knows */
    bm_table *typed = table_of("d\n3/4/2024 01:02\n", (bm_csv_options){ .recipe = copy, .types = { asked, 1 } });
    bm_dataset *of_typed = bm_recipe_apply(copy, typed);
    for (int i = 0; i < 7; i++) bmt_near("with a type", bm_tensor_at(bm_dataset_x(of_typed, 0), i), want[0][i], 0);
    bm_free(of_typed);
    bm_free(typed);
    bm_table *none = table_of("d\n3/4/2024\n13/13/2024\n", (bm_csv_options){ .recipe = copy });
    bm_dataset *missing = bm_recipe_apply(copy, none);
    bmt_contains("no date", bm_error(missing), "row 2: \"d_year\" is missing");
    bm_free(missing);
    bm_free(none);
    const int64_t times[] = { INT64_C(1712106120000000) }; /* 2024-04-03T01:02 */
    bm_table *direct = bm_table_new();
    bm_table_add_time(direct, "d", times, 1);
    bm_dataset *e = bm_recipe_apply(copy, direct);
    for (int i = 0; i < 7; i++) bmt_near("of times", bm_tensor_at(bm_dataset_x(e, 0), i), want[0][i], 0);
    bm_free(e);
    bm_free(direct);
    bm_free(d);
    bm_free(later);
    bm_free(copy);
    bm_free(r);
    bm_free(t);
}

/* bike sharing's date and time, all of it, and the split by it. */
static void bike_sharing(void **state)
{
    (void)state;
    if (!bmt_data("bike-sharing/train.csv")) {
        bmt_skip("bike-sharing");
        return;
    }
    bm_table *t = bm_table_read_csv(bmt_data("bike-sharing/train.csv"));
    assert_int_equal(bm_table_column_type(t, 0), BM_COLUMN_TIME);
    assert_int_equal(bm_table_time(t, 0, 0), INT64_C(1293840000000000)); /* 2011-01-01 00:00 */
    bm_table_parts p = bm_table_split(t, .test = .2, .time = "datetime");
    if (bm_failed(p.train)) fail_msg("%s", bm_error(p.train));
    int64_t latest = INT64_MIN, first = INT64_MAX;
    for (int64_t r = 0; r < bm_table_rows(p.train); r++)
        if (bm_table_time(p.train, r, 0) > latest) latest = bm_table_time(p.train, r, 0);
    for (int64_t r = 0; r < bm_table_rows(p.test); r++)
        if (bm_table_time(p.test, r, 0) < first) first = bm_table_time(p.test, r, 0);
    assert_true(latest < first);
    bm_free(p.train), bm_free(p.validation), bm_free(p.test);
    const char *path = bmt_temp("bike.csv");
    assert_int_equal(bm_table_write_csv(t, path), BM_OK);
    bm_table *back = bm_table_read_csv(path);
    assert_int_equal(bm_table_rows(back), bm_table_rows(t));
    for (int64_t r = 0; r < bm_table_rows(t); r += 101) assert_int_equal(bm_table_time(back, r, 0), bm_table_time(t, r, 0));
    bm_free(back);
    bm_free(t);
}

/* The rows that a condition keeps, as "01 4". */
static void keeps(const bm_table *t, const char *condition, const char *want)
{
    char got[100] = "";
    bm_table *f = bm_table_filter(t, condition);
    if (bm_failed(f)) fail_msg("%s: %s", condition, bm_error(f));
    for (int64_t r = 0; r < bm_table_rows(f); r++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%lld", r ? " " : "", (long long)bm_table_integer(f, r, 2));
    if (strcmp(got, want)) fail_msg("%s keeps \"%s\", not \"%s\"", condition, got, want);
    bm_free(f);
}

/* Dates in conditions stand in quotes like texts; pandas 2.3 keeps the same rows for those that it can say. */
static void conditions(void **state)
{
    (void)state;
    bm_table *t = table_of("when,end,row,word\n2024-01-01,2024-01-02,0,2024-01-01\n2024-01-01 13:05,2024-01-01,1,b\n"
                           "2024-02-29 00:00,2024-02-29,2,c\n,2024-03-01,3,d\n1969-12-31 23:59:59.5,1969-12-31,4,e\n",
                           (bm_csv_options){ 0 });
    static const char *const kept[][2] = {
        { "when >= '2024-01-01'", "0 1 2" },
        { "when > '2024-01-01'", "1 2" }, /* a date is its midnight */
        { "when = '2024-01-01'", "0" },
        { "when != '2024-01-01'", "1 2 4" },
        { "not when = '2024-01-01'", "1 2 4" }, /* a missing cell is neither */
        { "when < '2024-01-01 13:05:00.5'", "0 1 4" },
        { "when = '2024-01-01T13:05'", "1" },
        { "'29 Feb 2024' <= when", "2" },
        { "when between '2024-01' and '2024-02-28'", "0 1" },
        { "when not between '2024-01' and '2024-02-28'", "2 4" },
        { "when in ('2024-02-29', '1969-12-31 23:59:59.5')", "2 4" },
        { "when not in ('2024-02-29')", "0 1 4" },
        { "when < end", "0" },
        { "end < when and row > 0", "1 4" },
        { "when missing", "3" },
        { "when < '31.1.2024' and word = '2024-01-01'", "0" },
        { "when >= '1/13/2024'", "2" },
        { "when - end > 0", "1 4" }, /* in seconds */
        { "when - end = 13 * 3600 + 5 * 60", "1" },
        { "row - 1 < 1 and end - when between 86400 and 86400", "0" },
        { "(when - end) / 86400 not between -.5 and .5", "0 1 4" },
        { "when - end missing", "3" },
    };
    for (size_t i = 0; i < BMI_COUNT(kept); i++) keeps(t, kept[i][0], kept[i][1]);
    bm_table *close = table_of("from,to,row\n2024-01-01 00:00:00.1,2024-01-01 00:00:00.3,0\n", (bm_csv_options){ 0 });
    keeps(close, "to - from = .2 and from - to = -.2", "0"); /* as seconds since 1970 they are .20000005 apart */
    bm_free(close);
    static const char *const wrong[][2] = {
        { "when >= '2024-02-31'", "place 9: the text is no date, and column \"when\" is date/time: write '2024-01-31'" },
        { "when >= 'soon'", "place 9: the text is no date" },
        { "when >= ''", "place 9: the text is no date" },
        { "when >= '1/2/2024'", "place 9: day and month may be either way round: write the year first" },
        { "when >= 2024", "place 9: column \"when\" is date/time and compared with a number; dates stand in 'single quotes'" },
        { "row < when", "place 1: column \"when\" is date/time and compared with a number" },
        { "when in ('2024-01-01', 3)", "place 24: column \"when\" is date/time and compared with a number" },
        { "word = when", "place 1: column \"word\" is text, and \"when\" is date/time: read both as dates" },
        { "when - 1 > 2", "place 8: a column of date/time is expected: the difference of two is in seconds" },
        { "when - '2024-01-01' > 2", "place 8: a column of date/time is expected" },
        { "1 - when > 2", "place 5: column \"when\" is date/time, where a number is expected" },
        { "when + 1 > 2", "place 1: column \"when\" is date/time, where a number is expected" },
        { "when contains '2024'", "place 1: only a column of text contains texts" },
        { "when", "place 1: no condition but a value" },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        bm_table *f = bm_table_filter(t, wrong[i][0]);
        assert_int_equal(bm_status_of(f), BM_E_ARGUMENT);
        bmt_contains(wrong[i][0], bm_error(f), wrong[i][1]);
        bm_free(f);
    }
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values), cmocka_unit_test(made), cmocka_unit_test(learned),
                                        cmocka_unit_test(conditions), cmocka_unit_test(bike_sharing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
