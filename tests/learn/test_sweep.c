// SPDX-License-Identifier: Apache-2.0
/* Curves by training size and by one setting, what is said of under- and overfitting, and bias and variance: against cross-validations, by
 * their definitions, and on data of which the answer is known.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void sound(const bm_sweep *s)
{
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
}

/* y = sin x with noise, or with `flat` nothing but noise. */
static bm_table *sine(int rows, bool flat)
{
    char *text = malloc((size_t)rows * 60 + 100);
    unsigned seed = 3;
    strcpy(text, "x,y\n");
    size_t n = strlen(text);
    for (int i = 0; i < rows; i++) {
        const double x = 6.28 * i / rows;
        seed = seed * 1103515245u + 12345u;
        n += (size_t)sprintf(text + n, "%.6f,%.6f\n", x,
                             (flat ? 0 : sin(x)) + ((seed >> 16) % 1000 / 1000. - .5) * (flat ? 1 : .6));
    }
    bm_table *t = bm_table_read_csv(bmt_temp_file("sine.csv", text, n));
    free(text);
    return t;
}

static void by_size(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("iris");
    bm_recipe *r = bm_recipe_new(.target = "Species");
    bm_sweep *s = bm_learning_curve(t, r, "softmax", .folds = 4, .sizes = { .2, .5, 1 });
    sound(s);
    assert_int_equal(bm_sweep_points(s), 3);
    bm_validation *v = bm_cross_validate(t, r, "softmax", .folds = 4);
    const bm_sweep_point last = bm_sweep_point_at(s, 2), first = bm_sweep_point_at(s, 0);
    assert_true(last.held_out == bm_validation_mean(v, "held_out", "accuracy"));
    assert_true(last.train == bm_validation_mean(v, "train", "accuracy"));
    assert_true(last.x == 112.5 && first.x >= 22.4 && first.x < 24);
    assert_true(last.held_out > first.held_out);
    bmt_contains("words", bm_sweep_diagnosis(s).text, "the curve");
    bm_free(v);
    bm_free(s);
    s = bm_learning_curve(t, r, "softmax");
    sound(s);
    assert_int_equal(bm_sweep_points(s), 5);
    bm_free(s);
    const double wrong[][2] = { { .5, .2 }, { 1.5, 0 }, { -.1, 0 } };
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        s = bm_learning_curve(t, r, "softmax", .sizes = { wrong[i][0], wrong[i][1] });
        bmt_contains("sizes", bm_error(s), "shares that rise");
        assert_int_equal(bm_sweep_points(s), 0);
        assert_int_equal(bm_sweep_best(s), -1);
        bm_free(s);
    }
    bm_free(r);
    bm_free(t);
}

/* A sine by polynomials: too low a degree has high bias, a middle one neither. */
static void by_complexity(void **state)
{
    (void)state;
    bm_table *t = sine(60, false);
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_sweep *s = bm_validation_curve(t, r, "linear", "polynomial=2..9");
    sound(s);
    assert_int_equal(bm_sweep_points(s), 8);
    assert_true(bm_sweep_point_at(s, 0).x == 2 && bm_sweep_point_at(s, 7).x == 9);
    const int64_t best = bm_sweep_best(s);
    assert_true(best > 0 && bm_sweep_point_at(s, best).held_out > bm_sweep_point_at(s, 0).held_out);
    for (int64_t i = 1; i < 8; i++) /* training rows are fitted ever better */
        assert_true(bm_sweep_point_at(s, i).train >= bm_sweep_point_at(s, i - 1).train - 1e-9);
    bm_diagnosis d = bm_sweep_diagnosis(s);
    assert_false(d.high_bias || d.high_variance);
    bm_free(s);
    bm_validation *line = bm_cross_validate(t, r, "linear");
    d = bm_validation_diagnosis(line); /* a line keeps .4 of the variance of a sine over one period, and the noise */
    assert_true(d.train > .4 && !d.high_variance);
    bm_free(line);
    s = bm_validation_curve(t, r, "linear", "polynomial=2|3; impute=mean|median");
    bmt_contains("one alone", bm_error(s), "a curve is of one");
    bm_free(s);
    bm_free(r);
    bm_free(t);
}

static void what_is_wrong(void **state)
{
    (void)state;
    bm_table *noise = sine(30, true);
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_validation *v = bm_cross_validate(noise, r, "linear");
    bm_diagnosis d = bm_validation_diagnosis(v);
    assert_true(d.high_bias);
    bmt_contains("bias", d.text, "high bias");
    bm_free(v);
    bm_recipe_polynomial(r, "9");
    v = bm_cross_validate(noise, r, "linear", .repeats = 6);
    d = bm_validation_diagnosis(v);
    assert_true(d.high_variance && d.held_out > 1);
    bmt_contains("variance", d.text, "high variance");
    bm_free(v);
    v = bm_cross_validate(noise, r, "linear", .no_train_scores = true);
    bmt_contains("nothing to tell by", bm_validation_diagnosis(v).text, "do not tell");
    bm_free(v);
    bm_free(r);
    bm_free(noise);
}

static void parts_of_the_error(void **state)
{
    (void)state;
    bm_table *t = sine(120, false), *iris = bm_table_load("iris");
    bm_recipe *low = bm_recipe_new(.target = "y", .task = BM_REGRESSION),
              *high = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe *species = bm_recipe_new(.target = "Species");
    bm_recipe_polynomial(high, "9");
    bm_bias_variance_result a = bm_bias_variance(t, low, "linear", .rounds = 30),
                            b = bm_bias_variance(t, high, "linear", .rounds = 30);
    assert_string_equal(a.error_text, "");
    assert_string_equal(b.error_text, "");
    bmt_near("error = bias2 + variance", a.error, a.bias2 + a.variance, 1e-12);
    bmt_near("error = bias2 + variance", b.error, b.bias2 + b.variance, 1e-12);
    assert_true(a.bias2 > b.bias2 && b.variance > a.variance); /* what is taught */
    assert_true(isnan(a.noise) && a.rows == 30 && a.rounds == 30 && a.task == BM_REGRESSION);
    bm_bias_variance_result c = bm_bias_variance(iris, species, "softmax", .rounds = 20, .seed = 2);
    assert_string_equal(c.error_text, "");
    bmt_near("parts of variance", c.variance >= c.unbiased_variance ? 1 : 0, 1, 0);
    assert_true(c.error >= 0 && c.bias2 <= 1 && c.task == BM_CLASSIFICATION);
    bmt_near("error = bias2 + unbiased - biased", c.error, c.bias2 + c.unbiased_variance - c.biased_variance, 1e-12);
    bm_bias_variance_result again = bm_bias_variance(iris, species, "softmax", .rounds = 20, .seed = 2);
    assert_true(again.error == c.error && again.variance == c.variance);
    bmt_contains("rounds", bm_bias_variance(t, low, "linear", .rounds = 1).error_text, "2 or more");
    bmt_contains("share", bm_bias_variance(t, low, "linear", .held_out = 2).error_text, "share");
    assert_int_equal(bm_bias_variance(t, low, "lineer").status, BM_E_ARGUMENT);
    assert_int_equal(bm_bias_variance(NULL, low, "linear").status, BM_E_ARGUMENT);
    bm_free(species);
    bm_free(high);
    bm_free(low);
    bm_free(iris);
    bm_free(t);
}

/* Rows of equal features tell the noise: y is 0 or 2 at each of five x. */
static void noise_is_told(void **state)
{
    (void)state;
    char text[3000] = "x,y\n";
    for (int i = 0; i < 200; i++) sprintf(text + strlen(text), "%d,%d\n", i % 5, i / 5 % 2 * 2 + i % 5);
    bm_table *t = bm_table_read_csv(bmt_temp_file("noise.csv", text, strlen(text)));
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    const bm_bias_variance_result b = bm_bias_variance(t, r, "linear", .rounds = 20);
    assert_string_equal(b.error_text, "");
    assert_true(fabs(b.noise - 1) < .15 && b.bias2 < .1);
    bm_free(r);
    bm_free(t);
}

static bm_status every_allocation(bm_context *context, void *arg)
{
    static const char text[] = "x,y\n1,2.5\n2,4\n3,6.5\n4,8\n5,9\n6,12\n7,15\n8,16\n";
    bm_table *t = bm_table_read_csv(bmt_temp_file("few.csv", text, strlen(text)), .context = context);
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION, .context = context);
    bm_status status;
    if (*(const int *)arg == 2) status = bm_bias_variance(t, r, "linear", .rounds = 2).status;
    else {
        bm_sweep *s = *(const int *)arg ? bm_validation_curve(t, r, "linear", "polynomial=2|3", .folds = 2)
                                        : bm_learning_curve(t, r, "linear", .folds = 2, .sizes = { .5, 1 });
        status = bm_status_of(s);
        bm_free(s);
    }
    bm_free(r);
    bm_free(t);
    return status;
}

static void failing_allocations(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) bmt_each_failure("curves", every_allocation, &i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_size),       cmocka_unit_test(by_complexity),
        cmocka_unit_test(what_is_wrong), cmocka_unit_test(parts_of_the_error),
        cmocka_unit_test(noise_is_told), cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
