// SPDX-License-Identifier: Apache-2.0
/* Steps of one column on the bundled tables: the numbers are those of tests/golden/steps_columns.py. And what is prepared for steps that
 * need whole columns, and the skews of columns. */
#include "support/bmt.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    return bm_table_read_csv(bmt_temp_file("columns.csv", text, strlen(text)));
}

/* Training rows of one column after a step. */
static bm_dataset *made(const char *table, const char *column, const char *step)
{
    bm_table *t = bm_table_load(table);
    bm_recipe *r = bm_recipe_new(.plain = true, .type = BM_F64);
    for (int64_t c = 0; c < bm_table_columns(t); c++)
        if (strcmp(bm_table_column_name(t, c), column)) bm_recipe_drop(r, bm_table_column_name(t, c));
    bm_recipe_step(r, step, NULL, column);
    bm_dataset *d = bm_recipe_fit_apply(r, t);
    if (bm_failed(d)) fail_msg("%s of %s: %s", step, column, bm_error(d));
    bm_free(r);
    bm_free(t);
    return d;
}

enum { FIGURES = 5 };

/* A line: how many features there are when it is the last of its step. */
static void check(const char *what, const bm_dataset *d, int64_t feature, const double want[FIGURES])
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    const int64_t n = bm_dataset_rows(d), columns = bm_tensor_shape(x).dim[1];
    static const char *const figures[] = { "sum", "squares", "first", "eleventh", "last" };
    double sum = 0, squares = 0, size = 0;
    if (feature >= columns) fail_msg("%s: there is no feature %d", what, (int)feature);
    for (int64_t i = 0; i < n; i++) {
        const double v = bm_tensor_at(x, i * columns + feature);
        sum += v;
        squares += v * v;
        size += fabs(v);
    }
    const double got[] = { sum, squares, bm_tensor_at(x, feature), bm_tensor_at(x, 10 * columns + feature),
                           bm_tensor_at(x, (n - 1) * columns + feature) };
    for (int k = 0; k < FIGURES; k++) {
        /* sums of what cancels are as exact as what is summed */
        const double scale = k == 0 ? size : fabs(want[k]);
        if (!(fabs(got[k] - want[k]) <= 1e-9 * (scale + (k > 1) * 1e-3)))
            fail_msg("%s, feature %d: %s is %.17g, should be %.17g", what, (int)feature, figures[k], got[k], want[k]);
    }
}

static void golden(void **state)
{
    (void)state;
    char line[1000], last[300] = "", path[600];
    const char *source = getenv("BAEUM_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/steps_columns.txt", source ? source : ".");
    FILE *file = fopen(path, "r");
    if (!file) fail_msg("cannot open %s", path);
    bm_dataset *d = NULL;
    int64_t features = 0;
    while (fgets(line, sizeof line, file)) {
        char *part[9], what[300];
        int n = 0;
        for (char *at = strtok(line, "\t\n"); at && n < 9; at = strtok(NULL, "\t\n")) part[n++] = at;
        assert_int_equal(n, 9);
        snprintf(what, sizeof what, "%s %s %s", part[0], part[1], part[2]);
        if (strcmp(what, last) != 0) {
            if (d) bmt_near(last, (double)bm_tensor_shape(bm_dataset_x(d, 0)).dim[1], (double)features, 0);
            bm_free(d);
            d = made(part[0], part[1], part[2]);
            snprintf(last, sizeof last, "%s", what);
            features = 0;
        }
        double want[FIGURES];
        for (int k = 0; k < FIGURES; k++) want[k] = strtod(part[4 + k], NULL);
        check(what, d, atoll(part[3]), want);
        features++;
    }
    bmt_near(last, (double)bm_tensor_shape(bm_dataset_x(d, 0)).dim[1], (double)features, 0);
    bm_free(d);
    fclose(file);
}

static bool has_note(const bm_recipe *r, const char *part)
{
    for (int64_t i = 0; bm_recipe_note(r, i); i++)
        if (strstr(bm_recipe_note(r, i), part)) return true;
    return false;
}

/* The columns that auto takes are those with these skews, and no others; of a table that is looked for. */
static void skews(void **state)
{
    (void)state;
    static const char *const notes[] = { "population: skew 4.9355", "total_rooms: skew 4.1470", "total_bedrooms: skew 3.4593",
                                         "households: skew 3.4102", "median_income: skew 1.6465" };
    const char *data = getenv("BAEUM_DATA");
    char path[600];
    snprintf(path, sizeof path, "%s/housing/housing.csv", data ? data : "../shared/data");
    FILE *file = fopen(path, "r");
    if (!file) skip();
    fclose(file);
    bm_table *t = bm_table_read_csv(path);
    bm_recipe *r = bm_recipe_new(.target = "median_house_value");
    bm_recipe_add(r, bm_step_log(.columns = BM_LOG_AUTO));
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    for (size_t i = 0; i < BMI_COUNT(notes); i++)
        if (!has_note(r, notes[i])) fail_msg("there is no note \"%s\"", notes[i]);
    assert_int_equal(r->steps[0].n_columns, BMI_COUNT(notes));
    bm_free(r);
    bm_free(t);
}

static const char raw[] = "a,b,word,y\n1,2,x,1\n5,,y,2\n2,7,x,4\n2.5,1,z,3\n9,3,y,8\n4,0,x,6\n";

/* Features of the rows by a recipe, and by the same recipe saved and loaded: the same bits. */
static bm_dataset *twice_alike(bm_recipe *r, const bm_table *t)
{
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    bm_recipe *copy = bmi_recipe_copy(r);
    if (bm_failed(copy)) fail_msg("%s", bm_error(copy));
    bm_dataset *d = bm_recipe_apply_x(r, t), *e = bm_recipe_apply_x(copy, t);
    if (bm_failed(d) || bm_failed(e)) fail_msg("%s %s", bm_error(d), bm_error(e));
    const bm_tensor *x = bm_dataset_x(d, 0), *y = bm_dataset_x(e, 0);
    assert_int_equal(x->size, y->size);
    assert_memory_equal(x->data, y->data, (size_t)x->size * sizeof(double));
    bm_free(e);
    bm_free(copy);
    return d;
}

/* A step that needs whole columns gets them, as if the steps of the default had been asked for before it. */
static void prepared(void **state)
{
    (void)state;
    static const char *const late[] = { "pca:1", "select:f,most=2" };
    for (size_t i = 0; i < BMI_COUNT(late); i++) {
        bm_table *t = table_of(raw);
        bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .type = BM_F64);
        bm_recipe *by_hand = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .type = BM_F64, .plain = true);
        bm_recipe_step(r, late[i], NULL);
        bm_recipe_impute(by_hand, "median");
        if (!i) bm_recipe_standardize(by_hand);
        bm_recipe_one_hot(by_hand);
        bm_recipe_step(by_hand, late[i], NULL);
        if (i) bm_recipe_standardize(by_hand);
        for (int again = 0; again < 2; again++) { /* fitted again it forgets */
            bm_dataset *d = twice_alike(r, t), *e = twice_alike(by_hand, t);
            const bm_tensor *x = bm_dataset_x(d, 0), *y = bm_dataset_x(e, 0);
            assert_int_equal(x->size, y->size);
            for (int64_t k = 0; k < x->size; k++) bmt_near(late[i], bm_tensor_at(x, k), bm_tensor_at(y, k), 0);
            for (int64_t k = 0; k < bm_recipe_features(r); k++)
                assert_string_equal(bm_recipe_feature_name(r, k), bm_recipe_feature_name(by_hand, k));
            bm_free(d);
            bm_free(e);
        }
        bm_free(r);
        bm_free(by_hand);
        bm_free(t);
    }
}

/* What a policy refuses names the column, the text and the row. */
static void policies(void **state)
{
    (void)state;
    static const char *const steps[] = { "one_hot:unseen=error", "ordinal:unseen=error" };
    for (size_t i = 0; i < BMI_COUNT(steps); i++) {
        bm_table *t = table_of(raw), *u = table_of("a,b,word\n1,2,x\n1,2,w\n");
        bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
        bm_recipe_step(r, steps[i], NULL, "word");
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        bm_dataset *d = bm_recipe_apply_x(r, u);
        assert_int_equal(bm_status_of(d), BM_E_DATA);
        bmt_contains(steps[i], bm_error(d), "column \"word\" has \"w\" in row 2");
        bm_free(d);
        bm_free(r);
        bm_free(u);
        bm_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(golden), cmocka_unit_test(skews), cmocka_unit_test(prepared),
                                        cmocka_unit_test(policies) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
