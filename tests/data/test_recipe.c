// SPDX-License-Identifier: Apache-2.0
/* Recipes: the task of a target, steps, the default recipe, unseen and missing cells, saving, failures. */
#include "support/bmt.h"
#include "data/datetime.h"
#include "data/recipe.h"
#include "data/dataset.h"
#include <baeum/data.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    bm_table *t = bm_table_read_csv(bmt_temp_file("t.csv", text, strlen(text)));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static const float *x_of(const bm_dataset *d)
{
    return bm_data_f32(bm_dataset_x(d, 0));
}

/* ---- tasks ---- */

static void tasks(void **state)
{
    (void)state;
    const struct {
        const char *what;
        int values[4]; /* repeated over the rows */
        int n_values, rows;
        bm_task task;
    } cases[] = {
        { "two whole numbers, 10 rows a value", { 0, 1 }, 2, 20, BM_CLASSIFICATION },
        { "two whole numbers, fewer rows", { 0, 1 }, 2, 19, BM_REGRESSION },
        { "three values", { 5, -3, 7 }, 3, 30, BM_CLASSIFICATION },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        double x[40];
        int64_t y[40];
        bm_table *t = bm_table_new();
        bm_recipe *r = bm_recipe_new(.target = "y");
        for (int k = 0; k < cases[i].rows; k++) {
            x[k] = k;
            y[k] = cases[i].values[k % cases[i].n_values];
        }
        bm_table_add_real(t, "x", x, cases[i].rows);
        bm_table_add_integer(t, "y", y, cases[i].rows);
        if (bm_recipe_fit(r, t)) fail_msg("%s: %s", cases[i].what, bm_error(r));
        if (bm_recipe_task(r) != cases[i].task) fail_msg("%s: task %d", cases[i].what, (int)bm_recipe_task(r));
        bm_free(r);
        bm_free(t);
    }
    bm_table *t = table_of("x,y\n1,b\n2,a\n3,b\n");
    bm_recipe *r = bm_recipe_new(.target = "y");
    assert_int_equal(bm_recipe_fit(r, t), BM_OK);
    assert_int_equal(bm_recipe_task(r), BM_CLASSIFICATION);
    assert_string_equal(bm_recipe_class_name(r, 0), "a");
    assert_string_equal(bm_recipe_class_name(r, 1), "b");
    bm_dataset *d = bm_recipe_apply(r, t);
    assert_int_equal(bm_data_i32(bm_dataset_t(d, 0))[0], 1);
    bm_free(d);
    bm_free(r);
    bm_free(t);
    t = table_of("x,y\n1,true\n2,false\n3,true\n");
    r = bm_recipe_new(.target = "y");
    assert_int_equal(bm_recipe_fit(r, t), BM_OK);
    assert_int_equal(bm_recipe_task(r), BM_CLASSIFICATION);
    assert_string_equal(bm_recipe_class_name(r, 1), "true");
    bm_free(r);
    r = bm_recipe_new(.target = "x", .task = BM_CLASSIFICATION); /* overridden */
    assert_int_equal(bm_recipe_fit(r, t), BM_OK);
    assert_int_equal(bm_recipe_classes(r), 3);
    bm_free(r);
    bm_free(t);
}

static void wrong_targets(void **state)
{
    (void)state;
    const struct {
        const char *text, *target;
        bm_task task;
        const char *says;
    } cases[] = {
        { "x,y\n1,2\n2,3\n", "z", 0, "no column \"z\" for the target" },
        { "count,y\n1,2\n2,3\n", "coutn", 0, "did you mean \"count\"" },
        { "x,y\n1,a\n2,a\n", "y", 0, "\"a\" in all rows" },
        { "x,y\n1,5\n2,5\n", "y", 0, "is 5 in all rows" },
        { "x,y\n1,\n2,NA\n", "y", 0, "missing in all 2 rows" },
        { "x,y\n1,a\n2,b\n", "y", BM_REGRESSION, "is text (\"a\"" },
        { "y\n1\n2\n", "y", 0, "no feature is left" },
        { "x,y\n1,1\n1,2\n", "y", 0, "no feature is left" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t = table_of(cases[i].text);
        bm_recipe *r = bm_recipe_new(.target = cases[i].target, .task = cases[i].task);
        assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
        bmt_contains(cases[i].text, bm_error(r), cases[i].says);
        bm_free(r);
        bm_free(t);
    }
}

/* ---- steps ---- */

static void default_recipe(void **state)
{
    (void)state;
    bm_table *t = table_of("id,n,c,one,when,y\nq1,1,red,7,2024-02-29,1.5\nq2,,blue,7,2024-03-01,2.5\nq3,3,red,7,2023-12-31,3."
                           "5\nq4,8,,7,2024-01-01,\n");
    bm_recipe *r = bm_recipe_new(.target = "y");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    /* Training rows are the three with a target. n: 1, -, 3: median 2, then mean 2, deviation sqrt(2/3). */
    static const char *const names[] = { "n", "c=blue", "c=red", "c=?", "when_year", "when_month", "when_day", "when_weekday" };
    assert_int_equal(bm_recipe_features(r), BMI_COUNT(names));
    for (size_t i = 0; i < BMI_COUNT(names); i++) assert_string_equal(bm_recipe_feature_name(r, (int64_t)i), names[i]);
    static const char *const notes[] = { "1 row without a target was left out",
                                         "when: dates",
                                         "id is dropped: its 3 texts all differ",
                                         "one is dropped: it has one value in all 3 rows",
                                         "1 missing number gets the median of its column",
                                         "n, when_year, when_month, when_day, when_weekday: standardised",
                                         "c: one-hot into 3" };
    for (size_t i = 0; i < BMI_COUNT(notes); i++) bmt_contains("note", bm_recipe_note(r, (int64_t)i), notes[i]);
    assert_null(bm_recipe_note(r, BMI_COUNT(notes)));

    bm_table *u =
        table_of("n,c,when\n5,green,2024-01-01\n,red,x\nk,,2024-01-01\n"); /* id and one are not needed; k is no number */
    bm_dataset *d = bm_recipe_apply(r, u);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_null(bm_dataset_t(d, 0));
    const double deviation = sqrt(2. / 3);
    const float *x = x_of(d);
    bmt_near("n of row 0", (double)x[0], (5 - 2) / deviation, 1e-6);
    bmt_near("n of row 1", (double)x[8], 0, 0);
    bmt_near("n of row 2", (double)x[16], 0, 0);
    const float want[3][3] = { { 0, 0, 1 }, { 0, 1, 0 }, { 0, 0, 1 } };
    for (int row = 0; row < 3; row++) assert_memory_equal(x + 8 * row + 1, want[row], sizeof want[row]);
    const bm_dataset_counted counts = bm_dataset_counts(d);
    assert_int_equal(counts.unseen, 1);
    assert_int_equal(counts.unreadable, 2); /* k, and x as a date */
    assert_int_equal(counts.missing, 7);    /* n twice, c once, four parts of a date */
    bm_free(d);
    bm_free(u);
    u = table_of("n,when\n5,2024-01-01\n");
    d = bm_recipe_apply(r, u);
    assert_int_equal(bm_status_of(d), BM_E_DATA);
    bmt_contains("apply", bm_error(d), "no column \"c\"");
    bm_free(d);
    bm_free(u);
    bm_free(r);
    bm_free(t);
}

static void asked_steps(void **state)
{
    (void)state;
    bm_table *t = table_of("a,season,extra,y\n1,2,5,0\n2,1,6,3\n3,2,7,8\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .target_log1p = true);
    bm_recipe_drop(r, "extra");
    bm_recipe_one_hot(r, "season");
    bm_recipe_standardize(r);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    static const char *const names[] = { "a", "season=1", "season=2", "season=?" };
    assert_int_equal(bm_recipe_features(r), 4);
    for (int i = 0; i < 4; i++) assert_string_equal(bm_recipe_feature_name(r, i), names[i]);
    bm_dataset *d = bm_recipe_apply(r, t);
    const float want[] = { -1.2247449f, 0, 1, 0, 0, 1, 0, 0, 1.2247449f, 0, 1, 0 };
    for (int i = 0; i < 12; i++) bmt_near("x", (double)x_of(d)[i], (double)want[i], 1e-7);
    const float *y = bm_data_f32(bm_dataset_t(d, 0));
    for (int i = 0; i < 3; i++) bmt_near("y", (double)y[i], log1p((double)(int[]){ 0, 3, 8 }[i]), 1e-7);
    bmt_near("inverse", bm_recipe_inverse(r, log1p(8)), 8, 1e-15);
    bm_free(d);
    bm_table *u = table_of("a,season\n1,\"9\"\n2,1\n"); /* season 9 was not there */
    d = bm_recipe_apply(r, u);
    assert_int_equal(bm_dataset_counts(d).unseen, 1);
    assert_int_equal((int)x_of(d)[3], 1);
    bm_free(d);
    bm_free(u);
    bm_free(r);
    bm_free(t);
}

/* A column of one value that a step was done on before it is dropped: it is wanted, and dropped, when the recipe is applied, too. */
static void used_then_dropped(void **state)
{
    (void)state;
    bm_table *t = table_of("a,b,y\n1,7,1.5\n2,7,2.5\n3,7,3.25\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_standardize(r);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    assert_int_equal(bm_recipe_features(r), 1);
    bm_dataset *d = bm_recipe_apply(r, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    bmt_near("standardised", x_of(d)[2], 1.224744871391589, 1e-6);
    bm_free(d);
    bm_free(r);
    bm_free(t);
}

/* A step that needs whole columns, of which none was missing in training and nothing was filled before, fills what is missing later by
 * the median of what it saw. */
static void missing_later(void **state)
{
    (void)state;
    static const char *const steps[] = { "pca:1", "select:f,most=1", "select:coefficient,most=2" };
    for (size_t i = 0; i < BMI_COUNT(steps); i++)
        for (int weighed = 0; weighed < 2; weighed++) {
            bm_table *t = table_of("a,b,w,y\n1,7,1,1.5\n2,5,2,2.5\n3,8,1,3.25\n6,9,1,5\n"), *later = table_of("a,b\n5,\n,8\n"),
                     *filled = table_of(weighed ? "a,b\n5,7\n2,8\n" : "a,b\n5,7.5\n2.5,8\n");
            bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .type = BM_F64, .weights = weighed ? "w" : NULL);
            if (!weighed) bm_recipe_drop(r, "w");
            bm_recipe_standardize(r);
            bm_recipe_step(r, steps[i], NULL, "a", "b");
            if (bm_recipe_fit(r, t)) fail_msg("%s: %s", steps[i], bm_error(r));
            json_t *json = bmi_recipe_save(r);
            bm_recipe *loaded = bmi_recipe_load(NULL, json, BM_HERE);
            bm_dataset *d = bm_recipe_apply_x(loaded, later), *e = bm_recipe_apply_x(r, filled);
            if (bm_failed(d) || bm_failed(e)) fail_msg("%s: %s %s", steps[i], bm_error(d), bm_error(e));
            for (int64_t k = 0; k < bm_tensor_size(bm_dataset_x(e, 0)); k++)
                bmt_near(steps[i], bm_tensor_at(bm_dataset_x(d, 0), k), bm_tensor_at(bm_dataset_x(e, 0), k), 1e-14);
            json_decref(json);
            bm_free(loaded);
            bm_free(d);
            bm_free(e);
            bm_free(r);
            r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .plain = true); /* what was not asked for is not done */
            bm_recipe_drop(r, "w");
            bm_recipe_step(r, steps[i], NULL, "a", "b");
            if (bm_recipe_fit(r, t)) fail_msg("%s: %s", steps[i], bm_error(r));
            d = bm_recipe_apply_x(r, later);
            bmt_contains(steps[i], bm_error(d), "is missing in row 2 of those that it sees; put an impute step before it");
            bm_free(d);
            bm_free(r);
            bm_free(t);
            bm_free(later);
            bm_free(filled);
        }
}

/* A target that is a date is learned in seconds, which is said. */
static void target_of_dates(void **state)
{
    (void)state;
    bm_table *t = table_of("d,x\n2024-01-01,1\n2024-01-03,2\n2024-02-01,3\n2024-05-01,4\n");
    bm_recipe *r = bm_recipe_new(.target = "d");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bmt_contains("seconds", bm_recipe_note(r, 0), "! d: dates are learned as seconds since 1970-01-01");
    bm_free(r);
    bm_free(t);
}

static void imputing(void **state)
{
    (void)state;
    const struct {
        const char *with;
        double want;
    } cases[] = { { "median", 2 }, { "mean", 4 }, { "most_frequent", 1 }, { "-1.5", -1.5 } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t = table_of("a\n1\n1\n3\n\n11\n\"\"\n");
        bm_recipe *r = bm_recipe_new(.plain = true);
        bm_recipe_impute(r, cases[i].with, "a");
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        bm_dataset *d = bm_recipe_apply(r, t);
        bmt_near(cases[i].with, (double)x_of(d)[4], cases[i].want, 0);
        bm_free(d);
        bm_free(r);
        bm_free(t);
    }
}

static void wrong_steps(void **state)
{
    (void)state;
    bm_recipe *r = bm_recipe_new();
    assert_int_equal(bm_recipe_drop(r), BM_E_ARGUMENT);
    bm_clear(r);
    assert_int_equal(bm_recipe_impute(r, "sometimes"), BM_E_ARGUMENT);
    bm_clear(r);
    assert_int_equal(bm_recipe_step_at(r, "standardise", (bm_names){ 0 }, NULL, BM_HERE), BM_E_ARGUMENT);
    bmt_contains("step", bm_error(r), "did you mean \"standardize\"");
    bm_free(r);
    const struct {
        const char *step, *column, *says;
        bm_status status;
    } cases[] = {
        { "drop", "cc", "no column \"cc\"", BM_E_DATA },
        { "standardize", "c", "standardize takes numbers; column \"c\"", BM_E_TYPE },
        { "datetime", "c", "datetime takes text that is dates", BM_E_TYPE },
        { "drop", "y", "\"y\" is the target", BM_E_DATA },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t = table_of("a,c,y\n1,x,1\n2,z,2\n3,x,2\n");
        r = bm_recipe_new(.target = "y");
        bm_recipe_step_at(r, cases[i].step, (bm_names){ &cases[i].column, 1 }, NULL, BM_HERE);
        assert_int_equal(bm_recipe_fit(r, t), cases[i].status);
        bmt_contains(cases[i].step, bm_error(r), cases[i].says);
        bm_free(r);
        bm_free(t);
    }
}

static void dates(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double parts[7];
        bool date;
        bmi_date_detail detail;
    } cases[] = {
        { "2011-01-01", { 2011, 1, 1, 5 }, true, BMI_OF_DAY },                 /* a Saturday */
        { "2011-01-20 0:00", { 2011, 1, 20, 3, 0, 0, 0 }, true, BMI_OF_TIME }, /* a Thursday */
        { "2024-02-29T23:59:58.5Z", { 2024, 2, 29, 3, 23, 59, 58.5 }, true, BMI_OF_TIME },
        { "12/31/1999", { 1999, 12, 31, 4 }, true, BMI_OF_DAY }, /* a Friday */
        { "31.12.1999", { 1999, 12, 31, 4 }, true, BMI_OF_DAY },
        { "1970/1/1", { 1970, 1, 1, 3 }, true, BMI_OF_DAY }, /* a Thursday */
        { "0000-01-01", { 0, 1, 1, 5 }, true, BMI_OF_DAY },  /* the same day of the week as in 2000, a Saturday */
        { "2023-02-29", { 0 }, false, 0 },
        { "2023-13-01", { 0 }, false, 0 },
        { "2023-01-01 25:00", { 0 }, false, 0 },
        { "2023-01", { 2023, 1, 1, 6 }, true, BMI_OF_MONTH }, /* a Sunday */
        { "2024/5", { 2024, 5, 1, 2 }, true, BMI_OF_MONTH },
        { "05/2024", { 2024, 5, 1, 2 }, true, BMI_OF_MONTH },
        { " 5-2024 ", { 2024, 5, 1, 2 }, true, BMI_OF_MONTH },
        { "May 2024", { 2024, 5, 1, 2 }, true, BMI_OF_MONTH },
        { "september, 2024", { 2024, 9, 1, 6 }, true, BMI_OF_MONTH },
        { "DEC-1999", { 1999, 12, 1, 2 }, true, BMI_OF_MONTH },
        { "Sept. 2024", { 2024, 9, 1, 6 }, true, BMI_OF_MONTH },
        { "2023-13", { 0 }, false, 0 },
        { "2023-00", { 0 }, false, 0 },
        { "13/2023", { 0 }, false, 0 },
        { "1001-05", { 0 }, false, 0 }, /* a number of something */
        { "2024-05 13:00", { 0 }, false, 0 },
        { "2024.05", { 0 }, false, 0 },
        { "05.2024", { 0 }, false, 0 },
        { "Mai 2024", { 0 }, false, 0 },
        { "May-24", { 0 }, false, 0 }, /* or the 24th of May */
        { "May 24", { 0 }, false, 0 },
        { "5/24", { 0 }, false, 0 },
        { "2024-2025", { 0 }, false, 0 },
        { "2024-005", { 0 }, false, 0 },
        { "May2024", { 0 }, false, 0 },
        { "", { 0 }, false, 0 },
        { "yesterday", { 0 }, false, 0 },
        { "2023-01/01", { 0 }, false, 0 },
        { "2024.01.13", { 2024, 1, 13, 5 }, true, BMI_OF_DAY }, /* a Saturday */
        { "01-31-2024", { 2024, 1, 31, 2 }, true, BMI_OF_DAY },
        { "1/2/99", { 1999, 1, 2, 5 }, true, BMI_OF_DAY },
        { "1/2/24", { 2024, 1, 2, 1 }, true, BMI_OF_DAY },
        { "13.01.24", { 2024, 1, 13, 5 }, true, BMI_OF_DAY },
        { "1.2.10", { 0 }, false, 0 }, /* a version, perhaps */
        { "13 Jan 2024", { 2024, 1, 13, 5 }, true, BMI_OF_DAY },
        { "13-JAN-24", { 2024, 1, 13, 5 }, true, BMI_OF_DAY },
        { "13th january 2024", { 2024, 1, 13, 5 }, true, BMI_OF_DAY },
        { "Jan 13, 2024", { 2024, 1, 13, 5 }, true, BMI_OF_DAY },
        { "Sept. 1 2024", { 2024, 9, 1, 6 }, true, BMI_OF_DAY },
        { "Sat, 13 Jan 2024 13:05:59 +0100", { 2024, 1, 13, 5, 13, 5, 59 }, true, BMI_OF_TIME },
        { "Saturday 13 Jan 2024", { 2024, 1, 13, 5 }, true, BMI_OF_DAY },
        { "01/13/2024 12:00 AM", { 2024, 1, 13, 5, 0, 0, 0 }, true, BMI_OF_TIME },
        { "01/13/2024, 12:30pm", { 2024, 1, 13, 5, 12, 30, 0 }, true, BMI_OF_TIME },
        { "2024-01-13 1:05:07 PM", { 2024, 1, 13, 5, 13, 5, 7 }, true, BMI_OF_TIME },
        { "2024-01-13T10:00:00+01:00", { 2024, 1, 13, 5, 10, 0, 0 }, true, BMI_OF_TIME },
        { "2024-01-13 13:00 PM", { 0 }, false, 0 },
        { "2024-01-13T10:00+1", { 0 }, false, 0 },
        { "13 Janet 2024", { 0 }, false, 0 },
        { "Jan 2024", { 2024, 1, 1, 0 }, true, BMI_OF_MONTH },
        { "Jan 13", { 0 }, false, 0 },
        { "May", { 0 }, false, 0 },
        { "Friday", { 0 }, false, 0 },
        { "31 Feb 2024", { 0 }, false, 0 },
        { "13/01/2024", { 0 }, false, 0 }, /* no month 13: not in this order */
        { "1/2/024", { 0 }, false, 0 },
        { "1/2/", { 0 }, false, 0 },
        { "2024-01-13,", { 0 }, false, 0 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        double parts[7] = { 0 };
        bmi_date_detail detail = BMI_OF_TIME;
        if (bmi_datetime_read(cases[i].text, BMI_MONTH_FIRST, parts, &detail) != cases[i].date) fail_msg("%s", cases[i].text);
        if (!cases[i].date) continue;
        assert_int_equal(detail, cases[i].detail);
        for (int k = 0; k < 7; k++) bmt_near(cases[i].text, parts[k], cases[i].parts[k], 0);
    }
}

/* Of the recipe, or of the table, whose reader finds the order out where a cell tells. */
static bool has_note(const bm_recipe *r, const bm_table *t, const char *part)
{
    for (int64_t i = 0; bm_recipe_note(r, i); i++)
        if (strstr(bm_recipe_note(r, i), part)) return true;
    for (int64_t i = 0; bm_table_note(t, i); i++)
        if (strstr(bm_table_note(t, i), part)) return true;
    return false;
}

/* The order of day and month is found over the column, kept, and used for a row that could be either. */
static void order_of_dates(void **state)
{
    (void)state;
    const struct {
        const char *rows, *with, *note; /* of a column d; part of the note, or null */
        float month;                    /* of 3/4/2024 */
    } cases[] = {
        { "13/01/2024\n1/2/2024\n2/3/2025\n", NULL, "d: the day is written before the month", 4 },
        { "1/13/2024\n1/2/2024\n2/3/2025\n", NULL, NULL, 3 },
        { "1/2/2024\n2/3/2024\n4/5/2025\n", NULL, "! d: day and month may be either way round in every row; the month was", 3 },
        { "1/2/2024\n1/3/2024\n1/5/2025\n", NULL, "! d: day and month may be either way round in every row; the day was", 4 },
        { "1/2/2024\n2/3/2024\n4/5/2025\n", "dmy", NULL, 4 },
        { "1/2/2024\n2/3/2024\n4/5/2025\n", "mdy", NULL, 3 },
        { "1/1/2024\n2/2/2024\n3/3/2025\n", NULL, NULL, 3 }, /* the same either way */
        { "13-01-2024\n-\n14-01-2024\n", NULL, "the day is written", 4 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "d\n%s", cases[i].rows);
        bm_table *t = table_of(text);
        bm_recipe *r = bm_recipe_new(.keep_constant = true, .plain = true);
        bm_recipe_step(r, "datetime", cases[i].with, "d");
        if (bm_recipe_fit(r, t)) fail_msg("%s: %s", text, bm_error(r));
        const bool noted = has_note(r, t, "d: the day") || has_note(r, t, "d: day and month");
        if (cases[i].note ? !has_note(r, t, cases[i].note) : noted) fail_msg("%s: the note", text);
        bm_recipe *copy = bmi_recipe_copy(r);
        bm_table *row = table_of("d\n3/4/2024\n");
        bm_dataset *d = bm_recipe_apply(copy, row);
        if (bm_failed(d)) fail_msg("%s", bm_error(d));
        if (x_of(d)[1] != cases[i].month) fail_msg("%s: month %g", text, (double)x_of(d)[1]);
        bm_free(d);
        bm_free(row);
        bm_free(copy);
        bm_free(r);
        bm_free(t);
    }
    bm_recipe *r = bm_recipe_new(.plain = true);
    bm_recipe_step(r, "datetime", "ymd", "d");
    assert_int_equal(bm_status_of(r), BM_E_ARGUMENT);
    bm_free(r);
}

/* ---- many categories ---- */

/* 300 rows of k = 0 ... 299: "c<k % 120>", so 60 categories have three rows and 60 have two; "once<k>" for the last ten. */
static bm_table *many_categories(void)
{
    char names[300][12];
    bm_name at[300];
    double y[300];
    for (int k = 0; k < 300; k++) {
        snprintf(names[k], sizeof names[k], k < 290 ? "c%03d" : "once%d", k < 290 ? k % 120 : k);
        at[k] = names[k];
        y[k] = k;
    }
    bm_table *t = bm_table_new();
    bm_table_add_text(t, "c", at, 300);
    bm_table_add_real(t, "y", y, 300);
    return t;
}

static void frequent_categories(void **state)
{
    (void)state;
    const struct {
        const char *with;
        int64_t features;
        const char *last; /* the last category that has a column */
    } cases[] = {
        { NULL, 101, "c=c099" },
        { "all", 131, "c=once299" },
        { "5", 6, "c=c004" },
        { "125", 121, "c=c119" }, /* no column for one row */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t = many_categories();
        bm_recipe *r = bm_recipe_new(.target = "y", .plain = true);
        bm_recipe_step(r, "one_hot", cases[i].with, "c");
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        assert_int_equal(bm_recipe_features(r), cases[i].features);
        assert_string_equal(bm_recipe_feature_name(r, cases[i].features - 2), cases[i].last);
        assert_int_equal(
            has_note(r, t, "! c has 130 different texts: the 100 most frequent are categories, the others (50 rows)"),
            !cases[i].with);
        bm_dataset *d = bm_recipe_apply(r, t);
        assert_false(bm_failed(d));
        bm_free(d);
        bm_free(r);
        bm_free(t);
    }
    bm_recipe *r = bm_recipe_new(.plain = true);
    bm_recipe_step(r, "one_hot", "0", "c");
    assert_int_equal(bm_status_of(r), BM_E_ARGUMENT);
    bm_free(r);
}

/* Text that differs nearly everywhere is dropped aloud. */
static void nearly_distinct_text(void **state)
{
    (void)state;
    char text[1000] = "id,x,y\n";
    for (int k = 0; k < 30; k++) sprintf(text + strlen(text), "id%d,%d,%d\n", k < 28 ? k : 0, k, k * k);
    bm_table *t = table_of(text);
    bm_recipe *r = bm_recipe_new(.target = "y");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    assert_true(has_note(r, t, "! id is dropped: nearly all of its 30 texts differ"));
    bm_free(r);
    bm_free(t);
}

/* ---- saving ---- */

static void same_application(const bm_recipe *a, const bm_recipe *b, const bm_table *t)
{
    bm_dataset *d = bm_recipe_apply(a, t), *e = bm_recipe_apply(b, t);
    if (bm_failed(e)) fail_msg("%s", bm_error(e));
    assert_int_equal(bm_tensor_size(bm_dataset_x(d, 0)), bm_tensor_size(bm_dataset_x(e, 0)));
    assert_memory_equal(x_of(d), x_of(e), (size_t)bm_tensor_size(bm_dataset_x(d, 0)) * sizeof(float));
    bm_free(d);
    bm_free(e);
}

static void saving(void **state)
{
    (void)state;
    if (!bmt_data("titanic/titanic.csv")) {
        bmt_skip("titanic");
        return;
    }
    bm_table *t = bm_table_read_csv(bmt_data("titanic/titanic.csv"));
    bm_recipe *r = bm_recipe_new(.target = "Survived");
    bm_recipe_drop(r, "Ticket", "Cabin");
    bm_recipe_impute(r, "mean", "Age");
    bm_recipe_one_hot(r, "Pclass");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    json_t *saved = bmi_recipe_save(r);
    char *text = json_dumps(saved, 0);
    json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bm_recipe *back = bmi_recipe_load(NULL, read, BM_HERE);
    if (bm_failed(back)) fail_msg("%s", bm_error(back));
    same_application(r, back, t);
    assert_string_equal(bm_recipe_class_name(back, 1), "1");
    assert_string_equal(bm_recipe_note(back, 0), bm_recipe_note(r, 0));
    bm_recipe *copy = bmi_recipe_copy(back);
    same_application(r, copy, t);
    assert_int_equal(bm_recipe_fit(copy, t), BM_OK); /* the steps that were asked for are still known */
    same_application(r, copy, t);
    bm_free(copy);
    bm_free(back);

    /* Every member taken away, or made something else, is refused or leaves a recipe that still works; never a crash. */
    const char *key;
    json_t *value;
    json_object_foreach(saved, key, value)
    {
        for (int how = 0; how < 3; how++) {
            json_t *broken = json_deep_copy(saved);
            if (how == 0) json_object_del(broken, key);
            else json_object_set_new(broken, key, how == 1 ? json_integer(77) : json_pack("[{s:i}]", "x", 1));
            back = bmi_recipe_load(NULL, broken, BM_HERE);
            assert_int_equal(bm_status_of(back), BM_E_FORMAT);
            bm_free(back);
            json_decref(broken);
        }
    }
    json_decref(read);
    json_decref(saved);
    free(text);
    bm_free(r);
    bm_free(t);
}

/* ---- failing allocations ---- */

static bm_status whole_way(bm_context *context, void *arg)
{
    bm_table *t = bm_table_read_csv(arg, .context = context);
    bm_recipe *r = bm_recipe_new(.target = "y", .context = context);
    bm_recipe_impute(r, "median", "n");
    bm_status st = bm_status_of(t);
    if (!st) st = bm_recipe_fit(r, t);
    bm_dataset *d = st ? NULL : bm_recipe_apply(r, t);
    if (!st) st = bm_status_of(d);
    bm_recipe *copy = st ? NULL : bmi_recipe_copy(r);
    if (!st) st = bm_status_of(copy);
    bm_parts p = { 0 };
    if (!st) p = bm_dataset_split(d, .test = .4);
    if (!st) st = bm_status_of(p.train);
    if (!st && p.test) st = bm_status_of(p.test);
    bm_free(p.train);
    bm_free(p.validation);
    bm_free(p.test);
    bm_free(copy);
    bm_free(d);
    bm_free(r);
    bm_free(t);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    static const char text[] =
        "id,n,c,when,y\nq1,1,red,2024-02-29,a\nq2,,blue,2024-03-01,b\nq3,3,red,2023-12-31,a\nq4,8,,2024-01-01,b\n";
    char path[4096];
    snprintf(path, sizeof path, "%s", bmt_temp_file("fail.csv", text, sizeof text - 1));
    assert_true(bmt_each_failure("a recipe", whole_way, path) > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks),
        cmocka_unit_test(wrong_targets),
        cmocka_unit_test(default_recipe),
        cmocka_unit_test(asked_steps),
        cmocka_unit_test(used_then_dropped),
        cmocka_unit_test(missing_later),
        cmocka_unit_test(target_of_dates),
        cmocka_unit_test(imputing),
        cmocka_unit_test(wrong_steps),
        cmocka_unit_test(dates),
        cmocka_unit_test(order_of_dates),
        cmocka_unit_test(frequent_categories),
        cmocka_unit_test(nearly_distinct_text),
        cmocka_unit_test(saving),
        cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
