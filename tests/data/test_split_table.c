// SPDX-License-Identifier: Apache-2.0
/* Tables split by the classes of a target; rows that were left out keep their place; columns that a recipe needs as text. */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_table *classes(bm_context *context)
{
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    double number[100];
    bm_name class[100];
    for (int i = 0; i < 100; i++) {
        number[i] = i;
        class[i] = i % 10 == 3 ? NULL : i % 5 ? "often" : "rare";
    }
    bm_table_add_real(t, "number", number, 100);
    bm_table_add_text(t, "class", class, 100);
    return t;
}

static void stratified(void **state)
{
    (void)state;
    bm_table *t = classes(NULL);
    bm_table_parts p = bm_table_split(t, .validation = .2, .test = .1, .seed = 5, .target = "class");
    bool seen[100] = { false };
    if (bm_failed(p.train)) fail_msg("%s", bm_error(p.train));
    bm_table *part[3] = { p.train, p.validation, p.test };
    const int rows[3] = { 63, 18, 9 }, rare[3] = { 14, 4, 2 }; /* of 90 rows with a class 20 are rare */
    for (int k = 0; k < 3; k++) {
        int found = 0;
        assert_int_equal(bm_table_rows(part[k]), rows[k]);
        for (int64_t i = 0; i < rows[k]; i++) {
            const int row = (int)bm_table_number(part[k], i, 0);
            assert_false(seen[row]);
            seen[row] = true;
            assert_non_null(bm_table_text(part[k], i, 1));
            found += !strcmp(bm_table_text(part[k], i, 1), "rare");
        }
        assert_int_equal(found, rare[k]);
        bm_free(part[k]);
    }
    bm_table_parts wrong = bm_table_split(t, .test = .1, .target = "klass");
    bmt_contains("a column that is not there", bm_error(wrong.train), "klass");
    bm_free(wrong.train);
    wrong = bm_table_split(t, .validation = .6, .test = .4);
    assert_int_equal(bm_status_of(wrong.train), BM_E_ARGUMENT);
    bm_free(wrong.train);
    bm_free(t);
}

/* ---- by groups and by time ---- */

/* Rows 0 .. n-1 with a class, a group and a date: group k has k + 1 rows, its rows are all over the table. */
static bm_table *grouped(bm_context *context, int groups)
{
    enum { MOST = 400 };
    double number[MOST];
    bm_name group[MOST], class[MOST], date[MOST];
    static char names[40][16], dates[MOST][12];
    int n = 0;
    for (int size = 0; size < groups; size++) {
        snprintf(names[size], sizeof names[size], "g%d", size);
        for (int i = 0; i <= size; i++) group[n++] = names[size];
    }
    for (int i = n - 1; i > 0; i--) { /* mixed */
        const int k = (int)((unsigned)i * 7919u % (unsigned)(i + 1));
        const bm_name other = group[i];
        group[i] = group[k];
        group[k] = other;
    }
    for (int i = 0; i < n; i++) {
        const int day = i * 37 % n; /* a permutation where n and 37 have no factor in common */
        number[i] = day;
        class[i] = group[i][1] % 2 ? "odd" : "even";
        snprintf(dates[i], sizeof dates[i], "%02d/%02d/%d", 1 + day / 12 % 28, 1 + day % 12, 2000 + day / 336);
        date[i] = dates[i];
    }
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_real(t, "day", number, n);
    bm_table_add_text(t, "group", group, n);
    bm_table_add_text(t, "class", class, n);
    bm_table_add_text(t, "date", date, n);
    return t;
}

static void check_groups(const bm_table_parts *p, int64_t rows, double share)
{
    const bm_table *part[3] = { p->train, p->validation, p->test };
    int64_t all = 0;
    if (bm_failed(p->train)) fail_msg("%s", bm_error(p->train));
    for (int k = 0; k < 3; k++) {
        const double want = (double)rows * (k ? share : 1 - 2 * share);
        all += bm_table_rows(part[k]);
        bmt_near("rows of a part", (double)bm_table_rows(part[k]) / want, 1, .1);
        int64_t odd = 0;
        for (int64_t i = 0; i < bm_table_rows(part[k]); i++) {
            odd += !strcmp(bm_table_text(part[k], i, 2), "odd");
            for (int other = 0; other < k; other++)
                for (int64_t j = 0; j < bm_table_rows(part[other]); j++)
                    assert_string_not_equal(bm_table_text(part[k], i, 1), bm_table_text(part[other], j, 1));
        }
        if (rows > 200) bmt_near("share of a class", (double)odd / (double)bm_table_rows(part[k]), .88, .08);
    }
    assert_int_equal(all, rows);
}

static void end(const bm_table_parts *p)
{
    bm_free(p->train);
    bm_free(p->validation);
    bm_free(p->test);
}

static void by_groups(void **state)
{
    (void)state;
    bm_table *t = grouped(NULL, 20); /* 210 rows */
    for (int64_t seed = 0; seed < 5; seed++) {
        const bm_table_parts p = bm_table_split(t, .validation = .2, .test = .2, .seed = seed, .group = "group",
                                                .target = "class"),
                             again = bm_table_split(t, .validation = .2, .test = .2, .seed = seed, .group = "group",
                                                    .target = "class");
        check_groups(&p, 210, .2);
        assert_int_equal(bm_table_equal_rows(p.test, again.test), bm_table_rows(p.test));
        assert_int_equal(bm_table_rows(p.test), bm_table_rows(again.test));
        end(&p);
        end(&again);
    }
    bm_table_parts wrong = bm_table_split(t, .test = .2, .group = "grup");
    bmt_contains("a column that is not there", bm_error(wrong.train),
                 "no column \"grup\" for the group; did you mean \"group\"?");
    end(&wrong);
    wrong = bm_table_split(t, .test = .2, .group = "group", .time = "day");
    assert_int_equal(bm_status_of(wrong.train), BM_E_ARGUMENT);
    end(&wrong);
    bm_free(t);
    t = grouped(NULL, 2); /* 3 rows: two parts each get a group, three cannot */
    bm_table_parts p = bm_table_split(t, .test = .2, .group = "group");
    assert_int_equal(bm_table_rows(p.train) + bm_table_rows(p.test), 3);
    end(&p);
    wrong = bm_table_split(t, .validation = .3, .test = .3, .group = "group");
    assert_int_equal(bm_status_of(wrong.train), BM_E_DATA);
    bmt_contains("too few", bm_error(wrong.train), "2 groups are too few for 3 parts");
    end(&wrong);
    bm_free(t);
}

/* Groups of a dataset, by a number a row; one that is missing in a table is a group of its own. */
static void groups_of_tensors(void **state)
{
    (void)state;
    float x[60];
    int64_t g[60];
    for (int i = 0; i < 60; i++) {
        x[i] = (float)i;
        g[i] = i * 7 % 12 - 6;
    }
    bm_tensor *xs = bm_tensor_copy(BM_F32, BM_SHAPE(60, 1), x), *gs = bm_tensor_copy(BM_I64, BM_SHAPE(60), g),
              *few = bm_tensor_copy(BM_I64, BM_SHAPE(6), g);
    bm_dataset *d = bm_dataset_from(xs, NULL);
    bm_parts p = bm_dataset_split(d, .test = .25, .groups = gs);
    if (bm_failed(p.train)) fail_msg("%s", bm_error(p.train));
    assert_int_equal(bm_dataset_rows(p.test), 15);
    assert_int_equal(bm_dataset_equal_rows(p.test, p.train), 0);
    assert_int_equal(bm_dataset_equal_rows(p.test, d), 15);
    for (int64_t i = 0; i < 15; i++)
        for (int64_t k = 0; k < 45; k++)
            assert_int_not_equal(g[(int)bm_tensor_at(bm_dataset_x(p.test, 0), i)],
                                 g[(int)bm_tensor_at(bm_dataset_x(p.train, 0), k)]);
    bm_free(p.train);
    bm_free(p.test);
    const struct {
        const bm_tensor *groups;
        const char *group, *target;
        bm_status status;
    } wrong[] = {
        { few, NULL, NULL, BM_E_SHAPE },
        { xs, NULL, NULL, BM_E_TYPE },
        { NULL, "a", NULL, BM_E_ARGUMENT },
        { NULL, NULL, "a", BM_E_ARGUMENT },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        p = bm_dataset_split(d, .test = .25, .groups = wrong[i].groups, .group = wrong[i].group, .target = wrong[i].target);
        assert_int_equal(bm_status_of(p.train), wrong[i].status);
        bm_free(p.train);
    }
    bm_free(d);
    bm_free(xs);
    bm_free(gs);
    bm_name name[6] = { "a", NULL, "a", NULL, "a", NULL };
    bm_table *t = bm_table_new();
    bm_table_add_text(t, "group", name, 6);
    bm_table_parts parts = bm_table_split(t, .test = .5, .groups = few);
    assert_int_equal(bm_status_of(parts.train), BM_E_ARGUMENT);
    bmt_contains("groups of a table", bm_error(parts.train), "name a column of the table as .group");
    bm_free(parts.train);
    bm_free(few);
    parts = bm_table_split(t, .test = .5, .group = "group");
    assert_int_equal(bm_table_missing(bm_table_missing(parts.test, 0) ? parts.test : parts.train, 0), 3);
    end(&parts);
    bm_free(t);
}

static void by_time(void **state)
{
    (void)state;
    bm_table *t = grouped(NULL, 20);
    static const char *const columns[] = { "day", "date" }; /* dates as 14/02/2000: the day is first */
    for (int c = 0; c < 2; c++) {
        const bm_table_parts p = bm_table_split(t, .validation = .1, .test = .2, .time = columns[c]);
        if (bm_failed(p.train)) fail_msg("%s", bm_error(p.train));
        assert_int_equal(bm_table_rows(p.test), 42);
        const bm_table *part[3] = { p.train, p.validation, p.test };
        double last = -1;
        if (c == 0) /* days 0 .. 209 in order over the parts */
            for (int k = 0; k < 3; k++)
                for (int64_t i = 0; i < bm_table_rows(part[k]); i++) assert_true(bm_table_number(part[k], i, 0) == ++last);
        for (int64_t i = 0; c == 1 && i < 42;
             i++) { /* months count within a day of the month here: later days of it come later */
            int day = 0, month = 0, year = 0;
            assert_int_equal(sscanf(bm_table_text(p.test, i, 3), "%d/%d/%d", &day, &month, &year), 3);
            const double now = (year * 12. + month) * 31 + day;
            assert_true(now >= last);
            last = now;
        }
        end(&p);
    }
    bm_table_parts wrong = bm_table_split(t, .test = .2, .time = "group");
    bmt_contains("no dates", bm_error(wrong.train), "column \"group\" has no dates to split by time");
    end(&wrong);
    const double times[] = { 1, 2, (double)NAN, 4 };
    bm_table *u = bm_table_new();
    bm_table_add_real(u, "when", times, 4);
    wrong = bm_table_split(u, .test = .25, .time = "when");
    bmt_contains("no time", bm_error(wrong.train), "row 3 has no time in column \"when\"");
    end(&wrong);
    bm_free(u);
    bm_free(t);
}

/* Rows of one time are in one part: cuts move to the nearer end of it, but no part that was asked for is left empty. */
static void times_are_whole(void **state)
{
    (void)state;
    static const struct {
        double times[12]; /* of twelve rows */
        double validation, test;
        int64_t rows[3];
    } cases[] = {
        { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, .25, .25, { 6, 3, 3 } },
        { { 1, 2, 3, 4, 5, 5, 5, 8, 9, 10, 11, 12 }, .25, .25, { 7, 2, 3 } }, /* 7 is nearer to 6 than 4 is */
        { { 1, 2, 3, 4, 5, 5, 5, 5, 9, 10, 11, 12 }, .25, .25, { 4, 5, 3 } }, /* 4 as near as 8: the earlier */
        { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3 }, .25, .25, { 10, 1, 1 } },   /* the last two are all there is */
        { { 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3 }, .25, .25, { 1, 1, 10 } },   /* and here the first */
        { { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4 }, 0, .25, { 1, 0, 11 } },
        { { 7, 7, 7, 7, 7, 7, 3, 3, 3, 3, 3, 3 }, .25, 0, { 6, 6, 0 } },
        { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 0, 0, { 12, 0, 0 } },
        { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 0, .25, { -1, 0, 0 } }, /* -1: an error */
        { { 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2 }, .25, .25, { -1, 0, 0 } },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t = bm_table_new();
        bm_table_add_real(t, "when", cases[i].times, 12);
        bm_table_parts p = bm_table_split(t, .validation = cases[i].validation, .test = cases[i].test, .time = "when");
        const bm_table *part[3] = { p.train, p.validation, p.test };
        if (cases[i].rows[0] < 0) {
            assert_int_equal(bm_status_of(p.train), BM_E_DATA);
            bmt_contains("why", bm_error(p.train),
                         i == 8 ? "\"when\" has one time in all 12 rows" : "\"when\" has only two times");
        } else
            for (int k = 0; k < 3; k++) assert_int_equal(bm_table_rows(part[k]), cases[i].rows[k]);
        end(&p);
        bm_free(t);
    }
}

/* Over a table: groups are disjoint, so rows that are twice there (each pair a group) are in one part; otherwise it is noted. */
static void in_a_fit(void **state)
{
    (void)state;
    for (int grouped_too = 0; grouped_too < 2; grouped_too++) {
        double x[100], y[100], pair[100];
        for (int i = 0; i < 100; i++) {
            pair[i] = i / 2;
            x[i] = i / 2 * 7 % 50;
            y[i] = x[i] * x[i] + .5;
        }
        bm_table *t = bm_table_new();
        bm_table_add_real(t, "x", x, 100);
        bm_table_add_real(t, "y", y, 100);
        bm_table_add_real(t, "pair", pair, 100);
        bm_recipe *r = bm_recipe_new(.target = "y");
        bm_recipe_drop(r, "pair");
        bm_model *m = bm_learner(bm_linear(), r);
        bm_fit_table(m, t, .test = .3, .seed = 2, .group = grouped_too ? "pair" : NULL);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        const char *note, *found = NULL;
        for (int64_t i = 0; (note = bm_recipe_note(bm_model_recipe(m), i)); i++)
            if (strstr(note, " test rows are each equal to a training row in all features and the target")) found = note;
        assert_int_equal(found == NULL, grouped_too);
        if (found) assert_int_equal(found[0], '!');
        bm_free(m);
        bm_free(r);
        bm_free(t);
    }
}

static void equal_rows(void **state)
{
    (void)state;
    const char text[] = "a,b,c\n1,x,\n2,y,5\n1,x,\n-0,z,1\n", other[] = "c,b,d,a\n,x,9,1\n1,z,9,0\n5,y,9,2.5\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("a.csv", text, strlen(text))),
             *u = bm_table_read_csv(bmt_temp_file("b.csv", other, strlen(other)));
    assert_int_equal(bm_table_equal_rows(u, t), 2);  /* by the columns of t, wherever they stand; 0 is -0 */
    assert_int_equal(bm_table_equal_rows(t, u), -1); /* it has no d */
    assert_int_equal(bm_table_equal_rows(t, t), 4);
    bm_free(t);
    bm_free(u);
    /* numbers in a form of their own stay text in a file that is read with the recipe, and are the same numbers */
    const char commas[] = "a;s;y\n1,5;u;1\n2,5;v;2\n3,5;u;4\n", more[] = "a;s;y\n\"2,50\";v;2\n7,5;u;4\n1,5;v;1\n";
    t = bm_table_read_csv(bmt_temp_file("a.csv", commas, strlen(commas)));
    bm_recipe *r = bm_recipe_new(.target = "y", .plain = true);
    bm_recipe_one_hot(r);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    u = bm_table_read_csv(bmt_temp_file("b.csv", more, strlen(more)), .recipe = r);
    assert_int_equal(bm_table_column_type(u, 0), BM_COLUMN_TEXT);
    assert_int_equal(bm_table_equal_rows(u, t), 1);
    assert_int_equal(bm_table_equal_rows(t, u), 0); /* by their texts: 2,50 is another one */
    bm_free(r);
    bm_free(t);
    bm_free(u);
}

static bm_status split(bm_context *context, void *arg)
{
    (void)arg;
    bm_table *t = classes(context);
    bm_status st = bm_status_of(t);
    if (!st) {
        bm_table_parts p = bm_table_split(t, .validation = .2, .test = .2, .target = "class");
        st = bm_status_of(p.train);
        if (!st && bm_failed(p.validation)) st = bm_status_of(p.validation);
        if (!st && bm_failed(p.test)) st = bm_status_of(p.test);
        bm_free(p.train);
        bm_free(p.validation);
        bm_free(p.test);
    }
    bm_free(t);
    return st;
}

static bm_status split_by(bm_context *context, void *arg)
{
    bm_table *t = grouped(context, 6);
    bm_status st = bm_status_of(t);
    if (!st) {
        bm_table_parts p = bm_table_split_at(t, arg, sizeof(bm_split_options), BM_HERE);
        st = bm_status_of(p.train);
        if (!st && bm_failed(p.test)) st = bm_status_of(p.test);
        if (!st && bm_table_equal_rows(p.test, p.train) < 0) st = BM_E_MEMORY;
        end(&p);
    }
    bm_free(t);
    return st;
}

static void each_failure(void **state)
{
    (void)state;
    bmt_each_failure("splitting a table", split, NULL);
    static const bm_split_options ways[] = { { .test = .3, .group = "group", .target = "class" },
                                             { .test = .3, .time = "date" } };
    for (int i = 0; i < 2; i++) bmt_each_failure("by a column", split_by, (void *)(uintptr_t)&ways[i]);
}

static void left_out(void **state)
{
    (void)state;
    const char text[] = "a,b\n1,2\n3\n4,5\n6,1e400\n7,8,9\n10,11\n12\n";
    const char *path = bmt_temp_file("bad.csv", text, sizeof text - 1);
    bm_table *t = bm_table_read_csv(path, .skip_bad_rows = true);
    const int at[] = { 1, 2, 2, 3, -1 };
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    assert_int_equal(bm_table_rows(t), 3);
    assert_int_equal(bm_table_skipped(t), 4);
    for (int i = 0; i < 5; i++) assert_int_equal(bm_table_skipped_at(t, i), at[i]);
    assert_int_equal(bm_table_skipped_at(t, -1), -1);
    bm_free(t);
}

static void many_left_out(void **state) /* over several chunks */
{
    (void)state;
    enum { ROWS = 300000 };
    char *text = malloc(ROWS * 12 + 16), *to = text;
    to += sprintf(to, "a,b\n");
    for (int i = 0; i < ROWS; i++) to += i % 7 == 2 ? sprintf(to, "%d\n", i) : sprintf(to, "%d,%d\n", i, i % 10);
    const char *path = bmt_temp_file("many.csv", text, (size_t)(to - text));
    bm_table *t = bm_table_read_csv(path, .skip_bad_rows = true);
    int64_t kept = 0, bad = 0;
    for (int i = 0; i < ROWS; i++)
        if (i % 7 == 2) assert_int_equal(bm_table_skipped_at(t, bad++), kept);
        else assert_int_equal(bm_table_integer(t, kept++, 0), i);
    assert_int_equal(bm_table_skipped(t), bad);
    bm_free(t);
    free(text);
}

static void as_the_recipe_needs(void **state)
{
    (void)state;
    const char train[] = "code,x,y\n007,1,2\nA1,2,3\n007,3,5\nA1,5,1\n", rows[] = "code,x\n007,1\n008,2\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("train.csv", train, sizeof train - 1));
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_fit(r, t);
    if (bm_failed(r)) fail_msg("%s", bm_error(r));
    bm_table *n = bm_table_read_csv(bmt_temp_file("rows.csv", rows, sizeof rows - 1), .recipe = r);
    assert_int_equal(bm_table_column_type(n, 0), BM_COLUMN_TEXT);
    bm_dataset *d = bm_recipe_apply_x(r, n);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_int_equal(bm_dataset_counts(d).unseen, 1);
    assert_null(bm_dataset_t(d, 0));
    bm_free(d);
    bm_free(n);
    bm_free(r);
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stratified),    cmocka_unit_test(by_groups),           cmocka_unit_test(groups_of_tensors),
        cmocka_unit_test(by_time),       cmocka_unit_test(times_are_whole),     cmocka_unit_test(in_a_fit),
        cmocka_unit_test(equal_rows),    cmocka_unit_test(each_failure),        cmocka_unit_test(left_out),
        cmocka_unit_test(many_left_out), cmocka_unit_test(as_the_recipe_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
