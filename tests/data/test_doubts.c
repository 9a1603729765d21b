// SPDX-License-Identifier: Apache-2.0
/* What a recipe says of columns that may be mistaken: marks of missing cells among numbers, several answers in a cell, whole numbers that
 * are taken for classes; rare categories, which are not unseen ones; names that two columns would have. */
#include "support/bmt.h"
#include "base/text.h"
#include "data/met.h"
#include "data/recipe.h"
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

/* The note that has a part, or null. */
static const char *note_with(const bm_recipe *r, const char *part)
{
    for (int64_t i = 0; bm_recipe_note(r, i); i++)
        if (strstr(bm_recipe_note(r, i), part)) return bm_recipe_note(r, i);
    return NULL;
}

/* ---- marks of missing cells among numbers ---- */

static void nines(void **state)
{
    (void)state;
    const struct {
        const char *cells;    /* of x, beside y = 1.5, 2.5 ... */
        const char *notes[2]; /* the beginnings of what is said, or null */
    } cases[] = {
        { "3 40 -999 7 -999 12",
          { "! x is -999 in 2 rows, and 3 to 40 otherwise: if it means a missing cell, say so when the table "
            "is read (--missing -999)" } },
        { "3 40 -999 7 9 12", { NULL } }, /* once */
        { "3 40 99 7 99 12", { "! x is 99 in 2 rows" } },
        { "3 60 99 7 99 12", { NULL } },   /* as near as the others are to each other */
        { "150 60 99 7 99 12", { NULL } }, /* among the others */
        { "1 2 3 9999 -99 9999 -99 -99", { "! x is -99 in 3 rows", "! x is 9999 in 2 rows" } },
        { "1.5 2.5 -9999 -9999.0 1.5 2", { "! x is -9999 in 2 rows" } },
        { "3 3 99 3 99 3", { NULL } }, /* two values: perhaps a code */
        { "3 40 -998 7 -998 12", { NULL } },
        { "3 40 1000 7 1000 12", { NULL } },
        { "999 999 99 99 9999 9999", { NULL } }, /* nothing else to compare with */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[300] = "x,y\n", cells[100];
        int row = 0, said = 0;
        strcpy(cells, cases[i].cells);
        for (char *at = strtok(cells, " "); at; at = strtok(NULL, " ")) sprintf(text + strlen(text), "%s,%d.5\n", at, ++row);
        bm_table *t = table_of(text);
        bm_recipe *r = bm_recipe_new(.target = "y");
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        for (int64_t k = 0; bm_recipe_note(r, k); k++) {
            if (!strstr(bm_recipe_note(r, k), "--missing")) continue;
            if (said > 1 || !cases[i].notes[said]) fail_msg("%s: %s", cases[i].cells, bm_recipe_note(r, k));
            bmt_contains(cases[i].cells, bm_recipe_note(r, k), cases[i].notes[said++]);
        }
        if (said < 2 && cases[i].notes[said]) fail_msg("%s: %s is not said", cases[i].cells, cases[i].notes[said]);
        bm_free(r), bm_free(t);
    }
    /* a target that is a number, but no column that is dropped */
    bm_table *t = table_of("x,y\n1,-999\n-99,2.5\n3,-999\n4,7\n-99,1\n");
    bm_table_add_real(t, "z", ((const double[]){ 1, 2, 3, 4, 5 }), 5);
    bm_recipe *r = bm_recipe_new(.target = "y");
    bm_recipe_drop(r, "x");
    assert_int_equal(bm_recipe_fit(r, t), BM_OK);
    assert_non_null(note_with(r, "! y is -999 in 2 rows"));
    assert_null(note_with(r, "! x is"));
    bm_free(r), bm_free(t);
}

/* ---- several answers in a cell ---- */

static void lists(void **state)
{
    (void)state;
    const struct {
        const char *list, *alone;
        int lists, rows;
        bool told;
    } cases[] = {
        { "red;blue", "red", 21, 40, true },  { "red|blue|green", "blue", 30, 40, true },
        { "red;blue", "red", 20, 40, false }, /* half */
        { "a;b", "c", 19, 25, false },        /* few rows */
        { ";b", "c", 30, 40, false },         { "b;", "c", 30, 40, false },
        { "a||b", "c", 30, 40, false },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_name x[40];
        double y[40];
        char want[200];
        for (int k = 0; k < cases[i].rows; k++) {
            x[k] = k < cases[i].lists ? cases[i].list : cases[i].alone;
            y[k] = k * k;
        }
        bm_table *t = bm_table_new();
        bm_recipe *r = bm_recipe_new(.target = "y");
        bm_table_add_text(t, "colours", x, cases[i].rows);
        bm_table_add_real(t, "y", y, cases[i].rows);
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        snprintf(want, sizeof want, "! colours has several answers in %d of %d cells (\"%s\")", cases[i].lists, cases[i].rows,
                 cases[i].list);
        if ((note_with(r, want) != NULL) != cases[i].told) fail_msg("%s", want);
        if (!cases[i].told) assert_null(note_with(r, "several answers"));
        bm_free(r), bm_free(t);
    }
}

/* ---- whole numbers as classes ---- */

static void amounts(void **state)
{
    (void)state;
    const struct {
        int first, step, values;
        bm_task task;
        const char *told;
    } cases[] = {
        { 0, 1, 18, 0,
          "y: the whole numbers 0 to 17 are taken for classes; if they are amounts, set the task to regression (--task "
          "regression)" },
        { 3, 1, 5, 0, "y: the whole numbers 3 to 7 are taken for classes" },
        { 0, 1, 4, 0, NULL },
        { 0, 2, 6, 0, NULL },                  /* codes: not one after the other */
        { 0, 1, 18, BM_CLASSIFICATION, NULL }, /* as it was said */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        double x[200];
        int64_t y[200];
        for (int k = 0; k < 200; k++) {
            x[k] = k * .5;
            y[k] = cases[i].first + cases[i].step * (k % cases[i].values);
        }
        bm_table *t = bm_table_new();
        bm_recipe *r = bm_recipe_new(.target = "y", .task = cases[i].task);
        bm_table_add_real(t, "x", x, 200);
        bm_table_add_integer(t, "y", y, 200);
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        assert_int_equal(bm_recipe_task(r), BM_CLASSIFICATION);
        const char *note = note_with(r, "amounts");
        if (!note != !cases[i].told) fail_msg("%zu: %s", i, note ? note : "nothing said");
        if (note) bmt_contains("note", note, cases[i].told);
        bm_free(r), bm_free(t);
    }
}

/* ---- rare categories ---- */

/* c: "a" and "b" ten times, "rare" twice, "once" once; n: the numbers 1 and 2 likewise, 3 twice, 4 once. */
static bm_table *uneven(bm_context *context)
{
    bm_name c[23];
    double n[23], y[23];
    for (int i = 0; i < 23; i++) {
        c[i] = i < 10 ? "a" : i < 20 ? "b" : i < 22 ? "rare" : "once";
        n[i] = i < 10 ? 1 : i < 20 ? 2 : i < 22 ? 3 : 4;
        y[i] = i * .5;
    }
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_text(t, "c", c, 23);
    bm_table_add_real(t, "n", n, 23);
    bm_table_add_real(t, "y", y, 23);
    return t;
}

static void rare(void **state)
{
    (void)state;
    static const char *const names[] = { "c=a", "c=b", "c=?", "n=1", "n=2", "n=?" };
    bm_table *t = uneven(NULL), *rows = table_of("c,n\na,1\nonce,4\nrare,3\nnew,5\n,\n");
    bm_recipe *fitted = bm_recipe_new(.target = "y", .plain = true);
    bm_recipe_step(fitted, "one_hot", "2", "c", "n");
    if (bm_recipe_fit(fitted, t)) fail_msg("%s", bm_error(fitted));
    bm_recipe *r = bmi_recipe_copy(fitted); /* as from a file */
    if (bm_failed(r)) fail_msg("%s", bm_error(r));
    assert_int_equal(bm_recipe_features(r), BMI_COUNT(names));
    for (size_t i = 0; i < BMI_COUNT(names); i++) assert_string_equal(bm_recipe_feature_name(r, (int64_t)i), names[i]);
    bm_dataset *d = bm_recipe_apply_x(r, rows), *own = bm_recipe_apply(r, t);
    if (bm_failed(d) || bm_failed(own)) fail_msg("%s%s", bm_error(d), bm_error(own));
    const bm_dataset_counted counts = bm_dataset_counts(d), trained = bm_dataset_counts(own);
    assert_true(counts.rare == 4 && counts.unseen == 2 && counts.missing == 2);
    assert_true(trained.rare == 6 && trained.unseen == 0);
    for (int row = 1; row < 5; row++) /* all stand in the last column */
        for (int k = 0; k < 6; k++) bmt_near("x", bm_tensor_at(bm_dataset_x(d, 0), row * 6 + k), k % 3 == 2, 0);
    bool usable[5];
    bmi_error e = { 0 };
    bmi_met met;
    bmi_met_kind kind;
    const char *column, *text;
    int64_t count, n = 0;
    assert_int_equal(bmi_recipe_usable(&e, r, rows, usable, &met, BM_HERE), BM_OK);
    assert_true(met.rare == 4 && met.unseen == 2);
    for (; bmi_met_at(&met, n, &kind, &column, &text, &count); n++)
        assert_int_equal(kind == BMI_MET_RARE,
                         !strcmp(text, "once") || !strcmp(text, "rare") || !strcmp(text, "3") || !strcmp(text, "4"));
    assert_int_equal(n, 6);
    bmi_met_end(&met);
    bm_free(d), bm_free(own), bm_free(r), bm_free(fitted), bm_free(t), bm_free(rows);
}

/* States of one_hot that a file cannot have: no kept category, more of them than texts, texts out of order. */
static void damaged(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        { "[0]", "[\"a\", \"b\", \"c\"]" },     { "[3]", "[\"a\", \"b\", \"c\"]" },   { "[-1]", "[\"a\", \"b\", \"c\"]" },
        { "[1e300]", "[\"a\", \"b\", \"c\"]" }, { "[1,2]", "[\"a\", \"b\", \"c\"]" }, { "[2]", "[\"b\", \"a\", \"c\"]" },
        { "[1]", "[\"a\", \"c\", \"b\"]" },
    };
    bm_table *t = uneven(NULL);
    bm_recipe *r = bm_recipe_new(.target = "y", .plain = true);
    bm_recipe_step(r, "one_hot", "2", "c");
    bm_recipe_fit(r, t);
    json_t *saved = bmi_recipe_save(r);
    json_t *column = json_array_get(json_object_get(json_array_get(json_object_get(saved, "steps"), 0), "columns"), 0);
    assert_int_equal(json_array_size(json_object_get(column, "texts")), 4);
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        json_object_set_new(column, "numbers", json_loads(wrong[i][0], 0, NULL));
        json_object_set_new(column, "texts", json_loads(wrong[i][1], 0, NULL));
        bm_recipe *back = bmi_recipe_load(NULL, saved, BM_HERE);
        if (bm_status_of(back) != BM_E_FORMAT) fail_msg("%s %s: %s", wrong[i][0], wrong[i][1], bm_error(back));
        bm_free(back);
    }
    json_decref(saved);
    bm_free(r), bm_free(t);
}

/* ---- names ---- */

/* A note names columns and texts by their beginnings: where that cuts a character the recipe can be saved all the same. */
static void cut_inside_a_character(void **state)
{
    (void)state;
    char text[9000] = "", long_name[100] = "", row[400];
    for (int k = 0; k < 20; k++) strcat(long_name, "\u6e29"); /* 60 bytes; 40 of them are shown */
    sprintf(text, "%s,%sb,y\n", long_name, long_name);
    for (int k = 0; k < 30; k++) {
        sprintf(row, "%d,%d,x%s%s\n", k * k, k % 7, long_name, k % 3 ? k % 3 == 1 ? "a" : "b" : k ? "c" : "d");
        strcat(text, row);
    }
    bm_table *t = table_of(text);
    bm_recipe *r = bm_recipe_new(.target = "y");
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    assert_non_null(note_with(r, "\u6e29?, "));
    assert_non_null(note_with(r, "\u6e29??\"")); /* the class of one row */
    bm_recipe *copy = bmi_recipe_copy(r);
    assert_string_equal(bm_error(copy), "");
    for (int64_t i = 0; bm_recipe_note(r, i); i++) assert_string_equal(bm_recipe_note(r, i), bm_recipe_note(copy, i));
    const bm_summary s = bm_table_summary(t, 2);
    assert_true(bmi_is_utf8(s.top[0], strlen(s.top[0])) && strlen(s.top[0]) > 40);
    bm_free(copy), bm_free(r), bm_free(t);
}

static void names_twice(void **state)
{
    (void)state;
    const struct {
        const char *text, *says;
    } cases[] = {
        { "d,d_year,y\n2024-01-13,3,1.5\n2023-02-14,4,2.5\n2022-03-01,5,7\n",
          "two columns would be called \"d_year\", one that a step makes and one of the table or of another step; "
          "rename or drop the latter" },
        { "x,x^2,y\n1,3,1.5\n2,4,2.5\n3,1,7\n", "two columns would be called \"x^2\"" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t = table_of(cases[i].text);
        bm_recipe *r = bm_recipe_new(.target = "y");
        if (i) bm_recipe_polynomial(r, "2", "x");
        assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
        bmt_contains("twice", bm_error(r), cases[i].says);
        bm_free(r);
        r = bm_recipe_new(.target = "y");
        bm_recipe_drop(r, i ? "x^2" : "d_year");
        if (i) bm_recipe_polynomial(r, "2", "x");
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        bm_free(r), bm_free(t);
    }
    static const char *const steps[] = { "standardize", "impute", "min_max", "log", "one_hot", "drop" };
    for (size_t i = 0; i < BMI_COUNT(steps); i++) {
        bm_table *t = table_of("x,z,y\n1,3,1.5\n2,4,2.5\n3,1,7\n");
        bm_recipe *r = bm_recipe_new(.target = "y");
        bm_recipe_step(r, steps[i], NULL, "x", "z", "x");
        assert_int_equal(bm_recipe_fit(r, t), BM_E_ARGUMENT);
        bmt_contains(steps[i], bm_error(r), "column \"x\" is named twice");
        bm_free(r), bm_free(t);
    }
}

static bm_status told(bm_context *context, void *arg)
{
    (void)arg;
    bm_name c[40];
    double x[40];
    int64_t y[40];
    for (int k = 0; k < 40; k++) {
        c[k] = k % 3 ? "a;b" : "c";
        x[k] = k % 4 ? k : -999;
        y[k] = k % 4 == 3 ? 2 : k % 4;
    }
    bm_table *t = bm_table_new_in_at(context, BM_HERE), *u = uneven(context);
    bm_recipe *r = bm_recipe_new(.context = context, .target = "y"), *q = bm_recipe_new(.context = context, .target = "y");
    bm_table_add_text(t, "c", c, 40);
    bm_table_add_real(t, "x", x, 40);
    bm_table_add_integer(t, "y", y, 40);
    bm_recipe_step(q, "one_hot", "2", "c", "n");
    bm_status st = bm_status_of(t) ? bm_status_of(t) : bm_status_of(u);
    if (!st) st = bm_recipe_fit(r, t);
    if (!st) st = bm_status_of(q) ? bm_status_of(q) : bm_recipe_fit(q, u);
    if (!st) assert_true(note_with(r, "! x is -999") && note_with(r, "several answers"));
    bm_dataset *d = st ? NULL : bm_recipe_apply(q, u);
    if (!st) st = bm_status_of(d);
    bm_free(d), bm_free(r), bm_free(q), bm_free(t), bm_free(u);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    assert_true(bmt_each_failure("what is told of columns", told, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nines),
        cmocka_unit_test(lists),
        cmocka_unit_test(amounts),
        cmocka_unit_test(rare),
        cmocka_unit_test(damaged),
        cmocka_unit_test(names_twice),
        cmocka_unit_test(failing_allocations),
        cmocka_unit_test(cut_inside_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
