// SPDX-License-Identifier: Apache-2.0
/* Models beside each other: the figures are those of cross-validations on the same folds, the order, the paired difference and its test (by
 * scipy, tests/golden/learn.py), learners that fail, recipes, and what is refused.
 */
#include <baeum.h>
#include "learn/student.h"
#include "support/bmt.h"
#include "support/bmt_numbers.h"
#include <math.h>
#include <string.h>

static const char golden[] = "tests/golden/learn.txt";

static bm_recipe *age(bool parity_alone, bm_context *context)
{
    bm_recipe *r = bm_recipe_new(.target = "age", .plain = true, .context = context);
    bm_recipe_drop(r, "education", "stratum", "pooled.stratum");
    if (parity_alone) bm_recipe_drop(r, "spontaneous", "case");
    return r;
}

static void sound(const bm_comparison *c)
{
    if (bm_failed(c)) fail_msg("%s", bm_error(c));
}

/* Two recipes, one learner: the best comes first, the other is behind it by what scipy says. */
static void paired_difference(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("infert");
    bm_recipe *all = age(false, NULL), *one = age(true, NULL);
    bm_comparison *c = bm_compare(t, all, { "linear" }, .recipes = { one }, .fold = "induced");
    sound(c);
    assert_int_equal(bm_comparison_rows(c), 3);
    assert_string_equal(bm_comparison_row(c, 0).name, "baseline");
    const bm_compared best = bm_comparison_row(c, 1), other = bm_comparison_row(c, 2);
    assert_int_equal(best.recipe, 1); /* fewer columns, less to overfit by */
    assert_int_equal(other.recipe, 0);
    double want[2];
    bmt_numbers(golden, "paired", 0, want, 2);
    bmt_near("difference", other.difference, -want[0], 1e-9);
    bmt_near("p", other.p, want[1], 1e-9);
    assert_true(best.difference == 0 && isnan(best.p));
    assert_true(best.mean >= other.mean && best.parameters == 2 && best.bytes == 16 && other.parameters == 4);
    bm_validation *v = bm_cross_validate(t, all, "linear", .fold = "induced");
    assert_true(other.mean == bm_validation_mean(v, "held_out", "r2"));
    assert_true(other.spread == bm_validation_spread(v, "held_out", "r2"));
    assert_true(bm_comparison_mean(c, 2, "mae") == bm_validation_mean(v, "held_out", "mae"));
    assert_true(bm_comparison_mean(c, 0, "rmse") == bm_validation_mean(v, "baseline", "rmse"));
    assert_true(isnan(bm_comparison_mean(c, 0, "accuracy")) && isnan(bm_comparison_mean(c, 9, "mae")));
    bm_free(v);
    bm_free(c);
    bm_free(one);
    bm_free(all);
    bm_free(t);
}

/* A whole table against scikit-learn's cross_validate on the same folds: model and baseline, every figure's mean and spread. */
static void whole_table(void **state)
{
    (void)state;
    static const char *const of_numbers[] = { "r2", "rmse", "mae" }, *const of_classes[] = { "accuracy", "balanced_accuracy",
                                                                                             "f1_macro", "roc_auc",
                                                                                             "log_loss" };
    bm_table *infert = bm_table_load("infert"), *iris = bm_table_load("iris");
    bm_recipe *years = age(false, NULL), *species = bm_recipe_new(.target = "Species");
    bm_comparison *c[] = { bm_compare(infert, years, { "linear" }, .folds = 6, .in_order = true),
                           bm_compare(iris, species, { "softmax" }, .in_order = true) };
    for (int k = 0; k < 2; k++)
        for (int row = 0; row < 2; row++)
            for (int m = 0; m < (k ? 5 : 3); m++) {
                const char *const metric = (k ? of_classes : of_numbers)[m], *const name = k ? (row ? "table_classes"
                                                                                                    : "table_classes_baseline")
                                                                                             : (row ? "table_numbers"
                                                                                                    : "table_numbers_baseline");
                double want[2];
                assert_int_equal(bmt_numbers(golden, name, m, want, 2), 2);
                sound(c[k]);
                bmt_near(metric, bm_comparison_mean(c[k], row, metric), want[0], k ? 1e-7 : 1e-9);
                bmt_near(metric, bm_comparison_spread(c[k], row, metric), want[1], k ? 1e-7 : 1e-9);
            }
    assert_int_equal(bm_comparison_row(c[1], 1).parameters, 3 * (4 + 1));
    assert_int_equal(bm_comparison_row(c[1], 1).bytes, 3 * (4 + 1) * 8);
    bm_free(c[0]), bm_free(c[1]), bm_free(infert), bm_free(iris), bm_free(years), bm_free(species);
}

static void student(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        double row[3];
        assert_int_equal(bmt_numbers(golden, "student", i, row, 3), 3);
        bmt_near("Student's t", bmi_student_two_sided(row[1], row[0]), row[2], 1e-12);
    }
    assert_true(bmi_student_two_sided(0, 3) == 1 && bmi_student_two_sided(INFINITY, 3) == 0 &&
                isnan(bmi_student_two_sided(NAN, 3)));
}

/* All kinds that do the task; smaller is better of a loss; one that cannot be fitted is last, with the reason. */
static void all_and_failing(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("iris"), *infert = bm_table_load("infert");
    bm_recipe *r = bm_recipe_new(.target = "Species"), *n = age(false, NULL);
    bm_comparison *c = bm_compare(t, r, { 0 }, .metric = "log_loss", .folds = 3, .epochs = 3);
    sound(c);
    assert_true(bm_comparison_rows(c) >= 6);
    assert_string_equal(bm_comparison_metric(c), "log_loss");
    double last = -INFINITY;
    for (int64_t i = 1; i < bm_comparison_rows(c); i++) {
        const bm_compared row = bm_comparison_row(c, i);
        if (isnan(row.mean)) { /* of the perceptron, which has no probabilities */
            last = INFINITY;
            continue;
        }
        assert_true(row.mean >= last && row.difference >= 0);
        last = row.mean;
    }
    bm_free(c);
    c = bm_compare(infert, n, { "softmax", "linear" }, .folds = 3);
    sound(c);
    assert_string_equal(bm_comparison_row(c, 1).name, "linear");
    assert_int_equal(bm_comparison_row(c, 2).status, BM_E_ARGUMENT);
    bmt_contains("why", bm_comparison_row(c, 2).error, "does not do regression");
    bm_free(c);
    c = bm_compare(infert, n, { "softmax" }, .folds = 3);
    assert_int_equal(bm_status_of(c), BM_E_DATA);
    bmt_contains("all of them", bm_error(c), "no learner could be fitted");
    bm_free(c);
    bm_free(n);
    bm_free(r);
    bm_free(infert);
    bm_free(t);
}

static void refused(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("infert");
    bm_recipe *r = age(false, NULL), *other = bm_recipe_new(.target = "case");
    bm_comparison *c = bm_compare(t, r, { "linear", "lineer" });
    bmt_contains("a wrong name", bm_error(c), "did you mean \"linear\"");
    bm_free(c);
    c = bm_compare(t, r, { "linear" }, .recipes = { other });
    bmt_contains("two targets", bm_error(c), "two targets");
    assert_int_equal(bm_comparison_rows(c), 0);
    assert_int_equal(bm_comparison_row(c, 0).status, BM_E_ARGUMENT);
    bm_free(c);
    c = bm_compare(NULL, r, { "linear" });
    assert_true(bm_failed(c));
    bm_free(c);
    bm_free(other);
    bm_free(r);
    bm_free(t);
}

static bm_status every_allocation(bm_context *context, void *arg)
{
    static const char text[] = "x,z,y\n1,3,2.5\n2,1,4\n3,4,6.5\n4,1,8\n5,5,9\n6,9,12\n7,2,15\n8,6,16\n";
    (void)arg;
    bm_table *t = bm_table_read_csv(bmt_temp_file("few.csv", text, strlen(text)), .context = context);
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .context = context);
    bm_comparison *c = bm_compare(t, r, { "linear", "linear:no_intercept" }, .folds = 2);
    const bm_status status = bm_status_of(c);
    bm_free(c);
    bm_free(r);
    bm_free(t);
    return status;
}

static void failing_allocations(void **state)
{
    (void)state;
    bmt_each_failure("a comparison", every_allocation, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paired_difference), cmocka_unit_test(whole_table), cmocka_unit_test(student),
        cmocka_unit_test(all_and_failing),   cmocka_unit_test(refused),     cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
