// SPDX-License-Identifier: Apache-2.0
/* Weights of rows from a column: no feature, carried into datasets where it is there, refused by row where it is no weight; and what steps
 * find by them, which is what they find in rows repeated as often (values by numpy: tests/golden/steps.py). */
#include "support/bmt.h"
#include "data/recipe.h"
#include <baeum/data.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    bm_table *t = bm_table_read_csv(bmt_temp_file("t.csv", text, strlen(text)));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static void carried(void **state)
{
    (void)state;
    bm_table *t = table_of("a,w,y\n1,2,1.5\n2,0,2.5\n3,.25,\n4,1,4\n"), *without = table_of("y,a\n1,2\n3,4\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w");
    assert_int_equal(bm_recipe_fit(r, t), BM_OK); /* the row without a target is left out */
    assert_string_equal(bm_recipe_weights(r), "w");
    assert_int_equal(bm_recipe_features(r), 1);
    assert_string_equal(bm_recipe_feature_name(r, 0), "a");
    bm_dataset *d = bm_recipe_apply_at(r, t, BM_VALUE(bm_rows, (const int64_t[]){ 3, 1, 0 }, 3), BM_HERE),
               *x = bm_recipe_apply_x(r, t), *n = bm_recipe_apply(r, without);
    if (bm_failed(d) || bm_failed(x) || bm_failed(n)) fail_msg("%s%s%s", bm_error(d), bm_error(x), bm_error(n));
    const float *w = bm_data_f32(bm_dataset_weights(d));
    assert_true(w[0] == 1 && w[1] == 0 && w[2] == 2);
    assert_null(bm_dataset_weights(x)); /* without the target nothing is weighed */
    assert_null(bm_dataset_weights(n));
    bm_free(d), bm_free(x), bm_free(n), bm_free(r), bm_free(t), bm_free(without);
}

static void refused(void **state)
{
    (void)state;
    const struct {
        const char *rows, *weights, *where, *says;
    } cases[] = {
        { "1,2,1\n2,-3,2\n3,1,5\n", "w", "row 2 of ", "t.csv has -3 as \"w\", the weight of the row; it must be >= 0" },
        { "1,2,1\n2,1,2\n3,,5\n", "w", "row 3 of ", "t.csv has no \"w\", the weight of the row" },
        { "1,2,1\n2,1e300,2\n3,1,5\n", "w", "row 2 of ",
          "t.csv has 1e+300 as \"w\", the weight of the row; it must be a number that" },
        { "1,2,1\n2,much,2\n3,1,5\n", "w", "the weights of the rows of ", "t.csv, \"w\", are text; they must be numbers >= 0" },
        { "1,2,1\n2,1,2\n3,1,5\n", "mass", "", "t.csv has no column \"mass\" for the weights of its rows" },
        { "1,2,1\n2,1,2\n3,1,5\n", "W", "", "t.csv has no column \"W\" for the weights of its rows; did you mean \"w\"?" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "a,w,y\n%s", cases[i].rows);
        bm_table *t = table_of(text);
        bm_recipe *r = bm_recipe_new(.target = "y", .weights = cases[i].weights);
        assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
        bmt_contains(cases[i].rows, bm_error(r), cases[i].where);
        bmt_contains(cases[i].rows, bm_error(r), cases[i].says);
        bm_free(r), bm_free(t);
    }
    /* a fitted recipe meets a bad weight later */
    bm_table *t = table_of("a,w,y\n1,2,1\n2,3,2\n3,1,5\n"), *bad = table_of("a,w,y\n1,2,1\n2,-3,2\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w");
    bm_recipe_fit(r, t);
    bm_dataset *d = bm_recipe_apply(r, bad), *x = bm_recipe_apply_x(r, bad);
    bmt_contains("later", bm_error(d), "t.csv has -3 as \"w\"");
    assert_false(bm_failed(x));
    bm_free(d), bm_free(x), bm_free(r), bm_free(bad);
    r = bm_recipe_new(.target = "y", .weights = "w");
    bm_recipe_drop(r, "w");
    bm_recipe_fit(r, t);
    bmt_contains("a step on it", bm_error(r), "drop: \"w\" has the weights of the rows; it is no feature anyway");
    bm_free(r), bm_free(t);
    r = bm_recipe_new(.weights = "w");
    bmt_contains("for what?", bm_error(r), "weights are given, but no target");
    bm_free(r);
    r = bm_recipe_new(.target = "w", .weights = "w");
    bmt_contains("both", bm_error(r), "\"w\" is the target");
    bm_free(r);
}

/* A number that the first step of a recipe keeps of its column. */
static double found(const bm_recipe *r, size_t number)
{
    assert_true(r->n_steps && r->steps[0].n_columns == 1 && r->steps[0].columns[0].n_numbers > number);
    return r->steps[0].columns[0].numbers[number];
}

static void values(void **state)
{
    (void)state;
    const struct {
        const char *weights[4];
        double median, mean, deviation, frequent;
    } cases[] = {
        { { "1", "1", "1", "3" }, 6.5, 6, 4.0414518843273806, 10 },
        { { "3", "0", "2", "1" }, 2, 3.1666666666666665, 3.1841621957571338, 1 },
        { { "1", "2", "2", "1" }, 2.5, 3.5, 2.9860788111948193, 2 },
        { { ".25", ".5", ".5", ".25" }, 2.5, 3.5, 2.9860788111948193, 2 }, /* only their proportions count */
        { { ".5", ".75", ".25", ".25" }, 2, 3, 2.9277002188455996, 2 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[200];
        const char *const *w = cases[i].weights;
        snprintf(text, sizeof text, "x,w,y\n1,%s,1.5\n10,%s,2.5\n,5,7\n3,%s,3\n2,%s,2\n", w[0], w[3], w[2], w[1]);
        bm_table *t = table_of(text);
        const struct {
            const char *step, *with;
            size_t number;
            double want;
        } steps[] = {
            { "impute", "median", 0, cases[i].median },          { "impute", "mean", 0, cases[i].mean },
            { "impute", "most_frequent", 0, cases[i].frequent }, { "standardize", NULL, 0, cases[i].mean },
            { "standardize", NULL, 1, cases[i].deviation },
        };
        for (size_t k = 0; k < BMI_COUNT(steps); k++) {
            bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .plain = true);
            bm_recipe_step(r, steps[k].step, steps[k].with, "x");
            if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
            bmt_near(steps[k].with ? steps[k].with : steps[k].step, found(r, steps[k].number), steps[k].want, 1e-15);
            bm_free(r);
        }
        bm_free(t);
    }
}

/* Rows of a, b (numbers with missing cells), c, s (texts with missing cells) and a target; w is 0 to 3. Written w times each, or once
 * with the weight. */
static bm_table *rows_of(bool repeated)
{
    static const char *const sizes[] = { "low", "middle", "high", "" };
    char text[20000] = "a,b,c,s,w,y\n";
    size_t n = strlen(text);
    for (int i = 0; i < 120; i++) {
        const int w = i * 7 % 4, times = repeated ? w : 1;
        char a[20] = "", c[20] = "";
        if (i % 5) snprintf(a, sizeof a, "%g", (i * 37 % 91) / 8.);
        if (i % 11) snprintf(c, sizeof c, "c%d", i * i % 23);
        for (int k = 0; k < times; k++)
            n += (size_t)sprintf(text + n, "%s,%d,%s,%s,%d,%g\n", a, i * 7919 % 11, c, sizes[i * 31 % 4], w,
                                 (i * 29 % 101) / 4.);
    }
    return table_of(text);
}

static bm_recipe *recipe_of(int way, bool weighed, const bm_table *t)
{
    static const char *const fill[] = { "median", "mean", "most_frequent" }, *const most[] = { "5", "12", NULL };
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = weighed ? "w" : NULL, .target_standardize = true);
    if (!weighed) bm_recipe_drop(r, "w");
    bm_recipe_impute(r, fill[way]);
    bm_recipe_step(r, "ordinal", way ? NULL : "low < middle < high", "s");
    bm_recipe_step(r, "one_hot", most[way], "c");
    if (way == 1) bm_recipe_min_max(r);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    return r;
}

static void as_if_repeated(void **state)
{
    (void)state;
    bm_table *weighed = rows_of(false), *repeated = rows_of(true);
    for (int way = 0; way < 3; way++) {
        bm_recipe *a = recipe_of(way, true, weighed), *b = recipe_of(way, false, repeated);
        assert_int_equal(a->n_steps + 1, b->n_steps);
        for (size_t s = 0; s < a->n_steps; s++) {
            const bmi_recipe_step *x = &a->steps[s], *y = &b->steps[s + 1];
            assert_ptr_equal(x->kind, y->kind);
            assert_int_equal(x->n_columns, y->n_columns);
            for (size_t k = 0; k < x->n_columns; k++) {
                const bmi_step_column *u = &x->columns[k], *v = &y->columns[k];
                assert_string_equal(u->name, v->name);
                assert_true(u->n_numbers == v->n_numbers && u->n_texts == v->n_texts);
                for (size_t i = 0; i < u->n_numbers; i++) bmt_near(u->name, u->numbers[i], v->numbers[i], 1e-13);
                for (size_t i = 0; i < u->n_texts; i++) assert_string_equal(u->texts[i], v->texts[i]);
            }
        }
        bmt_near("mean of the target", a->to.mean, b->to.mean, 1e-13);
        bmt_near("its deviation", a->to.deviation, b->to.deviation, 1e-13);
        bm_free(a), bm_free(b);
    }
    bm_free(weighed), bm_free(repeated);
    bm_table *t = table_of("a,w,y\n1,0,1\n2,0,2\n");
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w");
    assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
    bmt_contains("nothing", bm_error(r), "the weights of all rows that are learned from are 0: column \"w\"");
    bm_free(r), bm_free(t);
}

/* Weights as people write them are read later as they were in training: 1.500 is 1500 beside decimal commas. */
static void in_a_form(void **state)
{
    (void)state;
    bm_table *t = table_of("a;w;y\n1;1.500,5;1\n2;2,5;2\n3;,25;5\n");
    bm_recipe *fitted = bm_recipe_new(.target = "y", .weights = "w");
    if (bm_recipe_fit(fitted, t)) fail_msg("%s", bm_error(fitted));
    bm_recipe *r = bmi_recipe_copy(fitted);
    static const char rows[] = "a;w;y\n1;1.500;1\n2;7;2\n", bad[] = "a;w;y\n1;1.500;1\n2;much;2\n";
    bm_table *u = bm_table_read_csv(bmt_temp_file("u.csv", rows, sizeof rows - 1), .recipe = r);
    bm_dataset *d = bm_recipe_apply(r, u);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    assert_true(bm_data_f32(bm_dataset_weights(d))[0] == 1500 && bm_data_f32(bm_dataset_weights(d))[1] == 7);
    bm_free(d), bm_free(u);
    u = bm_table_read_csv(bmt_temp_file("u.csv", bad, sizeof bad - 1), .recipe = r);
    d = bm_recipe_apply(r, u);
    bmt_contains("no number", bm_error(d), "row 2 of ");
    bmt_contains("no number", bm_error(d), "has no \"w\", the weight of the row");
    bm_free(d), bm_free(u), bm_free(r), bm_free(fitted), bm_free(t);
}

static bm_status fit_weighed(bm_context *context, void *arg)
{
    bm_table *t = bm_table_read_csv(arg, .context = context);
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .context = context);
    bm_status st = bm_status_of(t);
    if (!st) st = bm_recipe_fit(r, t);
    bm_table *u = st ? NULL : bm_table_read_csv(arg, .context = context, .recipe = r);
    if (!st) st = bm_status_of(u);
    bm_dataset *d = st ? NULL : bm_recipe_apply_at(r, u, BM_VALUE(bm_rows, (const int64_t[]){ 0, 2 }, 2), BM_HERE);
    if (!st) st = bm_status_of(d);
    bm_free(d), bm_free(u), bm_free(r), bm_free(t);
    return st;
}

static void failing_allocations(void **state)
{
    (void)state;
    static const char text[] = "a;c;w;y\n1;u;2,25;1\n;v;0;\n3;u;1;2\n5;v;,5;4\n";
    char path[4096];
    snprintf(path, sizeof path, "%s", bmt_temp_file("w.csv", text, sizeof text - 1));
    assert_true(bmt_each_failure("weighed rows", fit_weighed, path) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carried),        cmocka_unit_test(refused),   cmocka_unit_test(values),
        cmocka_unit_test(as_if_repeated), cmocka_unit_test(in_a_form), cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
