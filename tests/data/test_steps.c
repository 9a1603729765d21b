// SPDX-License-Identifier: Apache-2.0
/* Steps of recipes against scikit-learn on the bundled tables (tests/golden/steps.py) and by hand: scaling between two ends, categories in an
 * order, powers, columns with many missing cells. */
#include "support/bmt.h"
#include "data/recipe.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    bm_table *t = bm_table_read_csv(bmt_temp_file("steps.csv", text, strlen(text)));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static bm_recipe *fitted(bm_recipe *r, const bm_table *t)
{
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    return r;
}

/* Features (rows, columns) of a table; the dataset keeps them. */
static bm_dataset *features(const bm_recipe *r, const bm_table *t)
{
    bm_dataset *d = bm_recipe_apply_x(r, t);
    if (bm_failed(d)) fail_msg("%s", bm_error(d));
    return d;
}

static double cell(const bm_dataset *d, int64_t row, int64_t column)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    return bm_tensor_at(x, row * bm_tensor_shape(x).dim[1] + column);
}

static double sum(const bm_dataset *d, int64_t column)
{
    double all = 0;
    for (int64_t i = 0; i < bm_dataset_rows(d); i++) all += cell(d, i, column);
    return all;
}

static bool has_note(const bm_recipe *r, const char *part)
{
    for (int64_t i = 0; bm_recipe_note(r, i); i++)
        if (strstr(bm_recipe_note(r, i), part)) return true;
    return false;
}

static void min_max(void **state)
{
    (void)state;
    const struct {
        const char *with;
        double first[2], hundredth[2], sums[2];
    } cases[] = {
        { NULL, { .2173913, 1 }, { .2173913, 0 }, { 113.26086957, 54.2 } },
        { "-1,1", { -.56521739, 1 }, { -.56521739, -1 }, { -21.47826087, -139.6 } },
    };
    for (size_t i = 0; i < 2; i++) {
        bm_table *t = bm_table_load("infert");
        bm_recipe *r = bm_recipe_new(.target = "case");
        bm_recipe_drop(r, "education", "induced", "spontaneous", "stratum", "pooled.stratum");
        bm_recipe_step(r, "min_max", cases[i].with);
        bm_dataset *d = features(fitted(r, t), t);
        for (int k = 0; k < 2; k++) { /* age, parity: nothing else is scaled after it */
            bmt_near("row 0", cell(d, 0, k), cases[i].first[k], 1e-7);
            bmt_near("row 100", cell(d, 100, k), cases[i].hundredth[k], 1e-7);
            bmt_near("sum", sum(d, k), cases[i].sums[k], 1e-6);
        }
        bm_free(d);
        bm_free(r);
        bm_free(t);
    }
    bm_table *t = table_of("a,b\n2,5\n,5\n4,5\n"); /* missing cells count for neither end; b has one value */
    bm_recipe *r = bm_recipe_new(.plain = true);
    bm_recipe_min_max(r, "a", "b");
    bm_recipe_impute(r, "0.25");
    bm_table *u = table_of("a,b\n6,7\n");
    bm_dataset *d = features(fitted(r, t), t), *new_rows = features(r, u);
    bmt_near("missing", cell(d, 1, 0), .25, 0);
    bmt_near("one value", cell(d, 0, 1), 0, 0);
    bmt_near("outside", cell(new_rows, 0, 0), 2, 0);
    bmt_near("another value", cell(new_rows, 0, 1), 2, 0);
    bm_free(new_rows);
    bm_free(d);
    bm_free(u);
    bm_free(r);
    bm_free(t);
}

static void ordinal(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("infert");
    bm_recipe *r = bm_recipe_new(.target = "case", .plain = true);
    bm_recipe_ordinal(r, "0-5yrs < 6-11yrs < 12+ yrs", "education");
    bm_dataset *d = features(fitted(r, t), t);
    bmt_near("0-5yrs", cell(d, 0, 0), 0, 0);
    bmt_near("6-11yrs", cell(d, 20, 0), 1, 0);
    bmt_near("12+ yrs", cell(d, 247, 0), 2, 0);
    bmt_near("sum", sum(d, 0), 352, 0);
    bm_table *u = table_of("education,age,parity,induced,spontaneous,stratum,pooled.stratum\n"
                           "12+ yrs,1,1,1,1,1,1\nPhD,1,1,1,1,1,1\n,1,1,1,1,1,1\n");
    bm_dataset *new_rows = features(r, u);
    bmt_near("seen", cell(new_rows, 0, 0), 2, 0);
    bmt_near("unseen: the middle of the training rows", cell(new_rows, 1, 0), 1, 0);
    bmt_near("missing: the same", cell(new_rows, 2, 0), 1, 0);
    assert_int_equal(bm_dataset_counts(new_rows).unseen, 1);
    assert_int_equal(bm_dataset_counts(new_rows).missing, 1);
    bm_free(new_rows);
    bm_free(u);
    bm_free(d);
    bm_free(r);

    r = bm_recipe_new(.target = "case", .plain = true);
    bm_recipe_ordinal(r, NULL); /* all text, in order of value: 0-5yrs, 12+ yrs, 6-11yrs */
    d = features(fitted(r, t), t);
    bmt_near("12+ yrs by value", cell(d, 247, 0), 1, 0);
    bmt_near("6-11yrs by value", cell(d, 20, 0), 2, 0);
    bm_free(d);
    bm_free(r);

    r = bm_recipe_new(.target = "case");
    bm_recipe_ordinal(r, "0-5yrs < 6-11yrs", "education");
    assert_int_equal(bm_recipe_fit(r, t), BM_E_DATA);
    bmt_contains("a text without a place", bm_error(r), "column \"education\" has \"12+ yrs\", which the order does not name");
    bm_free(r);
    bm_free(t);
    t = table_of("size\n<5\n>9\n<5\n");
    r = bm_recipe_new(.plain = true);
    bm_recipe_ordinal(r, "<5 | >9 | none", "size");
    d = features(fitted(r, t), t);
    bmt_near("a text with a <", cell(d, 1, 0), 1, 0);
    bm_free(d);
    bm_free(r);
    bm_free(t);
}

static void polynomial(void **state)
{
    (void)state;
    static const char *const names[] = { "Petal.Length", "Petal.Length^2", "Petal.Length^3" };
    const double want[] = { 4.7, 22.09, 103.823 }, line[] = { -.6609206692, .3085532764, -.02610327236, .6280339907 };
    bm_table *t = bm_table_load("iris");
    bm_recipe *r = bm_recipe_new(.target = "Petal.Width", .plain = true);
    bm_recipe_drop(r, "Sepal.Length", "Sepal.Width", "Species");
    bm_recipe_polynomial(r, "3", "Petal.Length");
    bm_dataset *d = bm_recipe_apply(fitted(r, t), t);
    assert_int_equal(bm_recipe_features(r), 3);
    for (int k = 0; k < 3; k++) {
        assert_string_equal(bm_recipe_feature_name(r, k), names[k]);
        bmt_near(names[k], cell(d, 50, k), want[k], 1e-7);
    }
    bm_model *m = bm_learner(bm_linear(), NULL); /* polynomial regression: the line through the powers */
    bm_fit(m, d);
    for (int k = 0; k < 3; k++) bmt_near(names[k], bm_tensor_at(bm_model_weight(m, "output/kernel"), k), line[k], 1e-5);
    bmt_near("intercept", bm_tensor_at(bm_model_weight(m, "output/bias"), 0), line[3], 1e-5);
    bm_tensor *y = bm_predict(m, bm_dataset_x(d, 0)), *r2 = bm_measure(BM_R2, y, bm_dataset_t(d, 0));
    bmt_near("R2, of features that are f32", bm_tensor_at(r2, 0), .9354342803, 1e-7);
    assert_string_equal(bm_error(m), "");
    bm_free(r2);
    bm_free(y);
    bm_free(m);
    bm_free(d);
    bm_free(r);
    bm_free(t);
    t = table_of("a,c\n1,x\n,y\n3,x\n"); /* the default fills and standardises each power; text is left alone */
    r = bm_recipe_new();
    bm_recipe_polynomial(r, NULL);
    d = features(fitted(r, t), t);
    assert_int_equal(bm_recipe_features(r), 5);
    bmt_near("missing: the median of the squares, 5", cell(d, 1, 1), 0, 1e-6);
    bm_free(d);
    bm_free(r);
    bm_free(t);
}

static void logarithm(void **state)
{
    (void)state;
    const double want[] = { 0, 9.9999999995000007e-11, 2.3025850929940459, -.69314718055994529 };
    bm_table *t = table_of("a,b\n0,1\n1e-10,2\n9,3\n-.5,5\n,4\n");
    bm_recipe *r = bm_recipe_new(.plain = true);
    bm_recipe_log(r, "a");
    bm_recipe_impute(r, "7");
    bm_recipe *copy = bmi_recipe_copy(fitted(r, t));
    bm_dataset *d = features(copy, t);
    for (int k = 0; k < 4; k++) bmt_near("log1p", cell(d, k, 0), want[k], fabs(want[k]) * 1e-7);
    bmt_near("missing stays so", cell(d, 4, 0), 7, 0);
    bmt_near("others stay", cell(d, 3, 1), 5, 0);
    bm_free(d);
    bm_table *u = table_of("a,b\n3,1\n-1,2\n-1.5,3\n8,4\n"); /* rows without a logarithm cannot be used, the others can */
    bool usable[4];
    bmi_error e = { 0 };
    assert_int_equal(bmi_recipe_usable(&e, copy, u, usable, NULL, BM_HERE), BM_OK);
    for (int k = 0; k < 4; k++) assert_int_equal(usable[k], k == 0 || k == 3);
    d = bm_recipe_apply(copy, u);
    assert_int_equal(bm_status_of(d), BM_E_NUMBER);
    bmt_contains("apply", bm_error(d), "row 2: \"a\" is not finite after the steps of the recipe; log needs a value above -1");
    bm_free(d);
    bm_free(copy);
    bm_free(r);
    const struct {
        const char *column, *says;
        bm_status status;
    } wrong[] = {
        { "a", "log: column \"a\" has -1; log(1 + x) needs values above -1", BM_E_DATA },
        { "c", "there is no column \"c\"", BM_E_DATA },
        { NULL, "log needs the names of columns", BM_E_ARGUMENT },
    };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        r = bm_recipe_new(.plain = true);
        bm_recipe_step_at(r, "log", (bm_names){ &wrong[i].column, wrong[i].column != NULL }, NULL, BM_HERE);
        bm_recipe_fit(r, u);
        assert_int_equal(bm_status_of(r), wrong[i].status);
        bmt_contains("refused", bm_error(r), wrong[i].says);
        bm_free(r);
    }
    bm_free(u);
    bm_free(t);
}

/* Numbers that are all one, whose mean is rounded: 0, not what the rounding leaves, divided by itself. */
static void one_value(void **state)
{
    (void)state;
    const double values[] = { .1, 1e-300, 1 / 3., 123456789.123 };
    for (size_t k = 0; k < BMI_COUNT(values); k++)
        for (int64_t rows = 2; rows < 50; rows++) {
            double x[50];
            for (int64_t i = 0; i < rows; i++) x[i] = values[k];
            bm_table *t = bm_table_new();
            bm_table_add_real(t, "x", x, rows);
            const bm_summary s = bm_table_summary(t, 0);
            bm_recipe *r = bm_recipe_new(.plain = true);
            bm_recipe_standardize(r, "x");
            bm_dataset *d = features(fitted(r, t), t);
            for (int64_t i = 0; i < rows; i++) assert_true(cell(d, i, 0) == 0);
            assert_true(s.mean == values[k] && s.std == 0 && isnan(s.skew));
            bm_free(d);
            bm_free(r);
            bm_free(t);
        }
}

/* What a step has scaled, and what is made of it, is left alone by default; other numbers are standardised. */
static void scaled_once(void **state)
{
    (void)state;
    static const char *const names[] = { "a", "a^2", "b", "d_year", "d_month" };
    const double want[5][3] = { { 0, .5, 1 },
                                { 0, .25, 1 },
                                { -1.2247448714, 0, 1.2247448714 },
                                { -1.2247448714, 0, 1.2247448714 },
                                { 1.4142135624, -.7071067812, -.7071067812 } };
    bm_table *t = table_of("a,b,d\n1,10,2022-05\n2,20,2023-02\n3,30,2024-02\n");
    bm_recipe *r = bm_recipe_new();
    bm_recipe_min_max(r, "a");
    bm_recipe_polynomial(r, "2", "a");
    bm_dataset *d = features(fitted(r, t), t);
    assert_int_equal(bm_recipe_features(r), 5);
    for (int k = 0; k < 5; k++) {
        assert_string_equal(bm_recipe_feature_name(r, k), names[k]);
        for (int i = 0; i < 3; i++) bmt_near(names[k], cell(d, i, k), want[k][i], 1e-6);
    }
    assert_true(has_note(r, "b, d_year, d_month: standardised"));
    bm_free(d);
    bm_free(r);
    bm_free(t);
}

static void drop_missing(void **state)
{
    (void)state;
    const struct {
        const char *with, *left; /* which of a (none missing), b (1 of 4), c (2), d (3) are left */
    } cases[] = { { NULL, "abc" }, { ".4", "ab" }, { "0", "a" }, { ".75", "abcd" } };
    for (size_t i = 0; i < 4; i++) {
        bm_table *t = table_of("a,b,c,d\n1,1,1,\n2,,,\n3,3,,\n5,5,5,5\n"), *u = table_of("a,b,c\n1,2,3\n");
        bm_recipe *r = bm_recipe_new(.plain = true);
        bm_recipe_drop_missing(r, cases[i].with);
        bm_recipe_impute(r, "median");
        fitted(r, t);
        assert_int_equal(bm_recipe_features(r), strlen(cases[i].left));
        for (int64_t k = 0; k < bm_recipe_features(r); k++) assert_int_equal(*bm_recipe_feature_name(r, k), cases[i].left[k]);
        assert_int_equal(has_note(r, "c is dropped: 50 % of its cells are missing"), !strchr(cases[i].left, 'c'));
        bm_dataset *d = bm_recipe_apply(r, u); /* what was dropped need not be there; what was kept must be */
        assert_int_equal(bm_failed(d), strchr(cases[i].left, 'd') != NULL);
        bm_free(d);
        bm_free(r);
        bm_free(u);
        bm_free(t);
    }
}

static void settings_that_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        { "min_max", "1,0" },       { "min_max", "1" },  { "min_max", "nan,1" },  { "ordinal", "a" },
        { "ordinal", "a<b<a" },     { "ordinal", "a<" }, { "polynomial", "-1" },  { "polynomial", "10" },
        { "polynomial", "2.5" },    { "log", "2" },      { "drop_missing", "1" }, { "drop_missing", "-.1" },
        { "drop_missing", "half" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bm_recipe *r = bm_recipe_new();
        assert_int_equal(bm_recipe_step(r, wrong[i][0], wrong[i][1]), BM_E_ARGUMENT);
        bmt_contains(wrong[i][1], bm_error(r), wrong[i][0]);
        bm_free(r);
    }
}

/* A recipe with every step comes back from its JSON with the same features of new rows; and each allocation may fail. */
static bm_status all_steps(bm_context *context, void *arg)
{
    bm_dataset **made = arg;
    bm_table *t = bm_table_load("infert", .context = context);
    bm_recipe *r = bm_recipe_new(.target = "case", .context = context), *copy = NULL;
    bm_recipe_drop_missing(r, ".1");
    bm_recipe_ordinal(r, "0-5yrs < 6-11yrs < 12+ yrs", "education");
    bm_recipe_polynomial(r, "2", "age");
    bm_recipe_log(r, "parity");
    bm_recipe_min_max(r);
    bm_recipe_fit(r, t);
    copy = bmi_recipe_copy(r);
    bm_dataset *d = bm_recipe_apply(r, t), *e = bm_recipe_apply(copy, t);
    const bm_status st = bm_status_of(d) ? bm_status_of(d) : bm_status_of(e);
    bm_free(copy);
    bm_free(r);
    bm_free(t);
    if (!st && made) {
        made[0] = d;
        made[1] = e;
        return st;
    }
    bm_free(d);
    bm_free(e);
    return st;
}

static void kept(void **state)
{
    (void)state;
    bm_dataset *d[2] = { NULL, NULL };
    assert_int_equal(all_steps(NULL, d), BM_OK);
    const bm_tensor *x = bm_dataset_x(d[0], 0), *y = bm_dataset_x(d[1], 0);
    assert_int_equal(bm_tensor_size(x), 248 * 8);
    assert_int_equal(bm_tensor_size(y), 248 * 8);
    assert_memory_equal(bm_data_f32(x), bm_data_f32(y), (size_t)bm_tensor_size(x) * sizeof(float));
    bm_free(d[0]);
    bm_free(d[1]);
    bmt_each_failure("steps of a recipe", all_steps, NULL);
}

/* Months without days have a year and a month alone; with a day somewhere they are the first. */
/* Steps that make categories of texts leave dates alone, unless they are named. */
static void dates_are_no_categories(void **state)
{
    (void)state;
    static const char *const kinds[] = { "one_hot", "frequency", "ordinal", "target_encode" };
    bm_table *t = table_of(
        "day,city,y\n2024-01-05,a,1\n2024-02-05,b,2\n2024-01-05,a,2\n2024-03-05,b,4\n2024-02-05,a,3\n2024-03-05,b,5\n");
    for (size_t k = 0; k < BMI_COUNT(kinds); k++)
        for (int named = 0; named < 2; named++) {
            bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
            const bm_name day = "day";
            bm_recipe_step_at(r, kinds[k], named ? (bm_names){ &day, 1 } : (bm_names){ 0 }, NULL, BM_HERE);
            if (bm_recipe_fit(r, t)) fail_msg("%s: %s", kinds[k], bm_error(r));
            bool parts = false;
            for (int64_t i = 0; i < bm_recipe_features(r); i++) parts |= strstr(bm_recipe_feature_name(r, i), "month") != NULL;
            if (parts == (named == 1)) fail_msg("%s%s: %s", kinds[k], named ? " day" : "", bm_recipe_feature_name(r, 0));
            bm_free(r);
        }
    bm_free(t);
}

static void months(void **state)
{
    (void)state;
    const struct {
        const char *rows;
        int64_t columns;
        float last[4];
    } cases[] = {
        { "2024-05\n2023-12\nMay 2022\n", 2, { 2022, 5 } },
        { "2024-05\n2023-12-24\n5/2022\n", 4, { 2022, 5, 1, 6 } }, /* a Sunday */
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "d\n%s", cases[i].rows);
        bm_table *t = table_of(text);
        bm_recipe *r = bm_recipe_new(.plain = true, .keep_constant = true);
        bm_recipe_step(r, "datetime", NULL, "d");
        fitted(r, t);
        bm_recipe *copy = bmi_recipe_copy(r);
        bm_dataset *d = features(copy, t);
        const int64_t n = cases[i].columns;
        assert_int_equal(bm_tensor_size(bm_dataset_x(d, 0)), 3 * n);
        for (int64_t k = 0; k < n; k++) bmt_near(text, cell(d, 2, k), cases[i].last[k], 0);
        bm_free(d);
        bm_free(copy);
        bm_free(r);
        bm_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(min_max),
        cmocka_unit_test(ordinal),
        cmocka_unit_test(polynomial),
        cmocka_unit_test(drop_missing),
        cmocka_unit_test(months),
        cmocka_unit_test(dates_are_no_categories),
        cmocka_unit_test(settings_that_are_refused),
        cmocka_unit_test(kept),
        cmocka_unit_test(logarithm),
        cmocka_unit_test(one_value),
        cmocka_unit_test(scaled_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
