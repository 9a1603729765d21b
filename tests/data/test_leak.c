// SPDX-License-Identifier: Apache-2.0
/* Columns that give the target away: each kind of relation is told with the names, honest columns are not. */
#include "support/bmt.h"
#include "data/leak.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

enum { ROWS = 300 };

/* Three columns of numbers that have nothing to do with each other, from 1 up. */
static double value(int64_t i, int64_t c)
{
    static const int64_t step[] = { 7919, 104729, 1299709 };
    return 1 + (double)(i * step[c] % 1009) / 100;
}

typedef double (*rule)(double a, double b, double c);

/* classes: the target is whether the rule gives more than 0. */
static bm_table *table_of(rule of, bool classes, bm_context *context)
{
    double column[3][ROWS], y[ROWS];
    bm_name names[ROWS];
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    for (int64_t i = 0; i < ROWS; i++) {
        for (int64_t c = 0; c < 3; c++) column[c][i] = value(i, c);
        y[i] = of(column[0][i], column[1][i], column[2][i]);
        names[i] = y[i] > 0 ? "yes" : "no";
    }
    static const char *const called[] = { "a", "b", "c" };
    for (int64_t c = 0; c < 3; c++) bm_table_add_real(t, called[c], column[c], ROWS);
    if (classes) bm_table_add_text(t, "y", names, ROWS);
    else bm_table_add_real(t, "y", y, ROWS);
    return t;
}

static double copy(double a, double b, double c)
{
    (void)b, (void)c;
    return 3 - 2 * a;
}
static double rising(double a, double b, double c)
{
    (void)b, (void)c;
    return exp(a);
}
static double quotient(double a, double b, double c)
{
    (void)c;
    return a / b;
}
static double sum(double a, double b, double c)
{
    (void)c;
    return a + b;
}
static double difference(double a, double b, double c)
{
    (void)a;
    return b - c;
}
static double noisy(double a, double b, double c)
{
    return a + .1 * b * c;
}
static double half(double a, double b, double c)
{
    (void)b, (void)c;
    return a - 5;
}
static double more(double a, double b, double c)
{
    (void)c;
    return a - b;
}
static double share(double a, double b, double c)
{
    (void)c;
    return a / b - 2;
}
static double both(double a, double b, double c)
{
    (void)a;
    return b + c - 12;
}
static double apart(double a, double b, double c)
{
    return a * b - 3 * c - 20;
}

static void relations(void **state)
{
    (void)state;
    static const struct {
        rule of;
        bool classes;
        const char *text; /* null: nothing is told */
    } cases[] = {
        { copy, false, "a gives y almost alone (R² 1.000): will you know it when you predict?" },
        { rising, false, "a orders the rows as y does (R² of the ranks 1.000)" },
        { quotient, false, "a over b gives y almost alone (R² 1.000)" },
        { sum, false, " together give y (R² 1.000), which looks like a leak" },
        { difference, false, " together give y (R² 1.000), which looks like a leak" },
        { noisy, false, NULL },
        { half, true, "a gives y almost alone (right in 1.000 of the rows)" },
        { more, true, "a minus b gives y almost alone" },
        { share, true, "a over b gives y almost alone" },
        { both, true, "b plus c gives y almost alone" },
        { apart, true, NULL },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t = table_of(cases[i].of, cases[i].classes, NULL);
        bm_recipe *r = bm_recipe_new(.target = "y");
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        int64_t before = 0, after = 0;
        while (bm_recipe_note(r, before)) before++;
        assert_int_equal(bmi_recipe_note_leaks(r, t, (bm_rows){ 0 }, BM_HERE), BM_OK);
        while (bm_recipe_note(r, after)) after++;
        if (after - before != (cases[i].text != NULL)) fail_msg("case %d: %d notes", (int)i, (int)(after - before));
        if (cases[i].text) bmt_contains("the note", bm_recipe_note(r, before), cases[i].text);
        bm_free(r);
        bm_free(t);
    }
}

/* A program that fits a learner is told, too. */
static void told_by_fit(void **state)
{
    (void)state;
    bm_table *t = table_of(sum, false, NULL);
    bm_recipe *r = bm_recipe_new(.target = "y");
    bm_model *m = bm_learner(bm_linear(), r);
    if (bm_fit_table(m, t)) fail_msg("%s", bm_error(m));
    bool told = false;
    for (int64_t i = 0; bm_recipe_note(bm_model_recipe(m), i); i++)
        told = told || strstr(bm_recipe_note(bm_model_recipe(m), i), "looks like a leak");
    assert_true(told);
    bm_free(m);
    bm_free(r);
    bm_free(t);
}

static bm_status look(bm_context *context, void *arg)
{
    const bool classes = *(const bool *)arg;
    bm_table *t = table_of(classes ? more : rising, classes, context);
    bm_recipe *r = bm_recipe_new(.target = "y", .context = context);
    bm_status st = bm_failed(t) ? bm_status_of(t) : bm_recipe_fit(r, t);
    if (!st) st = bmi_recipe_note_leaks(r, t, (bm_rows){ 0 }, BM_HERE);
    bm_free(r);
    bm_free(t);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    bmt_each_failure("numbers", look, &(bool){ false });
    bmt_each_failure("classes", look, &(bool){ true });
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(relations), cmocka_unit_test(told_by_fit),
                                        cmocka_unit_test(no_memory) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
