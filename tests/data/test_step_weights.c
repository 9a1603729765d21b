// SPDX-License-Identifier: Apache-2.0
/* Weights of rows in steps that look at neighbours, and weights that are shares: a row of weight w is w rows among the nearest; mutual
 * information is that of the distribution that the weights make, against its formula; and weights that sum to less than the rows. */
#include "support/bmt.h"
#include "base/random.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    return bm_table_read_csv(bmt_temp_file("weights.csv", text, strlen(text)));
}

static double cell(const bm_dataset *d, int64_t row, int64_t column)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    return bm_tensor_at(x, row * bm_tensor_shape(x).dim[1] + column);
}

/* Features of rows after a plain recipe of one step. */
static bm_dataset *after(const char *step, const bm_table *t, const char *weights, const bm_table *rows)
{
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = weights, .plain = true, .type = BM_F64, .task = BM_REGRESSION);
    bm_recipe_step(r, step, NULL);
    if (bm_recipe_fit(r, t)) fail_msg("%s: %s", step, bm_error(r));
    bm_recipe *copy = bmi_recipe_copy(r);
    bm_dataset *d = bm_recipe_apply_x(copy, rows);
    if (bm_failed(d)) fail_msg("%s: %s", step, bm_error(d));
    bm_free(copy);
    bm_free(r);
    return d;
}

static void nearest(void **state)
{
    (void)state;
    static const char weighed[] =
        "a,b,c,w,y\n1,2,3,2,2\n2,1,,1,1\n4,4,8,3,1\n3,5,1,0,1\n9,8,2,1,1\n7,,5,2,1\n,3,6,1,1\n6,6,9,4,1\n";
    static const char repeated[] =
        "a,b,c,y\n1,2,3,2\n1,2,3,2\n2,1,,1\n4,4,8,1\n4,4,8,1\n4,4,8,1\n9,8,2,1\n7,,5,1\n7,,5,1\n,3,6,1\n"
        "6,6,9,1\n6,6,9,1\n6,6,9,1\n6,6,9,1\n";
    static const char rows[] = "a,b,c\n1,,\n,5,\n,,7\n3,3,\n6,,9\n4,4,\n,,\n";
    bm_table *t = table_of(weighed), *u = table_of(repeated), *v = table_of(rows);
    for (int k = 1; k < 20; k++)
        for (int by_distance = 0; by_distance < 2; by_distance++) {
            char step[60];
            snprintf(step, sizeof step, "impute_nearest:%d%s", k, by_distance ? ",weights=distance" : "");
            bm_dataset *d = after(step, t, "w", v), *e = after(step, u, NULL, v);
            for (int64_t i = 0; i < bm_dataset_rows(d); i++)
                for (int64_t c = 0; c < 3; c++) bmt_near(step, cell(d, i, c), cell(e, i, c), 1e-13);
            bm_free(d);
            bm_free(e);
        }
    bm_free(t);
    bm_free(u);
    bm_free(v);
}

/* Rows may weigh less than one: half of the third nearest joins. */
static void parts_of_rows(void **state)
{
    (void)state;
    bm_table *t = table_of("a,b,w,y\n0,1,.5,1\n1,10,1,2\n2,100,1,1\n50,0,7,1\n"), *v = table_of("a,b\n0,\n");
    bm_dataset *d = after("impute_nearest:2", t, "w", v);
    bmt_near("half of the third", cell(d, 0, 1), (.5 * 1 + 10 + .5 * 100) / 2, 1e-15);
    bm_free(d);
    bm_free(t);
    bm_free(v);
}

/* k-means of 0 once, 3 nine times and 10 once: the centres are 2.7 and 10, the edge 6.35 between them (without weights 5.75). */
static void bins_by_kmeans(void **state)
{
    (void)state;
    bm_table *t = table_of("a,w,y\n0,1,1\n3,9,2\n10,1,3\n"), *v = table_of("a\n6\n6.3\n6.4\n");
    bm_dataset *d = after("bins:2,by=kmeans", t, "w", v);
    for (int i = 0; i < 3; i++) assert_true(cell(d, i, 0) == (i == 2));
    bm_free(d);
    bm_free(t);
    bm_free(v);
}

/* Centres without rows go to different rows: edges of scikit-learn's KBinsDiscretizer(5, strategy="kmeans"), 3.25, 10.5, 23, 54.5. */
static void bins_of_empty_centres(void **state)
{
    (void)state;
    bm_table *t = table_of("a,w,y\n0,1,1\n1,1,2\n4,1,3\n8,1,4\n15,1,5\n31,1,6\n78,1,7\n"),
             *v = table_of("a\n3.2\n3.3\n10.4\n10.6\n22.9\n23.1\n54.4\n54.6\n");
    bm_dataset *d = after("bins:5,by=kmeans", t, "w", v);
    for (int i = 0; i < 8; i++) assert_true(cell(d, i, 0) == (i + 1) / 2);
    bm_free(d);
    bm_free(t);
    bm_free(v);
}

/* ---- mutual information ---- */
enum { MOST = 4000 };

static double score_by(const char *step, const double *x, const double *y, const bm_name *classes, const double *w, int64_t n)
{
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, n);
    if (y) bm_table_add_real(t, "y", y, n);
    else bm_table_add_text(t, "y", classes, n);
    if (w) bm_table_add_real(t, "w", w, n);
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = w ? "w" : NULL, .plain = true);
    bm_recipe_step(r, step, NULL);
    if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
    const double score = bmi_step_find_array(&r->steps[0].state, "scores")->at[0];
    bm_free(r);
    bm_free(t);
    return score;
}

static double score_of(const double *x, const double *y, const bm_name *classes, const double *w, int64_t n)
{
    return score_by("select:mutual_information,most=1", x, y, classes, w, n);
}

static double normal(uint64_t stream, int64_t i)
{
    return bmi_random_normal(7, stream, (uint64_t)i);
}

/* Light rows beside one whose weight takes theirs out of any sum: what they have in common must still be a number. */
static void of_far_weights(void **state)
{
    (void)state;
    enum { N = 40 };
    double x[N], y[N], w[N];
    bm_name classes[N];
    for (int64_t i = 0; i < N; i++) {
        x[i] = normal(1, i);
        y[i] = normal(2, i);
        w[i] = i == 7 ? 1e10 : 1e-8;
        classes[i] = i % 2 ? "a" : "b";
    }
    const double numbers = score_of(x, y, NULL, w, N), texts = score_of(x, NULL, classes, w, N);
    if (!(numbers >= 0 && numbers < 100)) fail_msg("of numbers: %g", numbers);
    if (!(texts >= 0 && texts < 100)) fail_msg("of classes: %g", texts);
}

/* Scores of columns and targets whose squares are numbers and whose fourth powers are not, and of a target whose squares are none. */
static void of_far_sizes(void **state)
{
    (void)state;
    enum { N = 40 };
    double x[N], y[N], far_x[N], far_y[N], huge_y[N];
    for (int64_t i = 0; i < N; i++) x[i] = normal(1, i), y[i] = normal(2, i), huge_y[i] = ldexp(y[i], 700);
    const double f = score_by("select:f,most=1", x, y, NULL, NULL, N);
    const double slope = score_by("select:coefficient,most=1", x, y, NULL, NULL, N);
    assert_true(f > 0 && f < 100);
    for (int power = -330; power <= 330; power += 660) {
        for (int64_t i = 0; i < N; i++) far_x[i] = ldexp(x[i], power), far_y[i] = ldexp(y[i], power);
        bmt_near("f", score_by("select:f,most=1", far_x, far_y, NULL, NULL, N), f, 1e-12 * f);
    }
    bmt_near("slope", ldexp(score_by("select:coefficient,most=1", x, huge_y, NULL, NULL, N), -700), slope, 1e-12 * slope);
}

/* Two normal numbers that have nothing to do with each other, weighed so that their correlation is .5: then it is -log(1 - .25) / 2. */
static void of_numbers(void **state)
{
    (void)state;
    static double x[4 * MOST], y[4 * MOST], w[MOST], three[MOST];
    const double rho = .5, want = -.5 * log(1 - rho * rho);
    for (int64_t i = 0; i < MOST; i++) {
        x[i] = normal(1, i), y[i] = normal(2, i), three[i] = 3;
        w[i] = exp(-rho * (rho * x[i] * x[i] - 2 * x[i] * y[i] + rho * y[i] * y[i]) / (2 * (1 - rho * rho)));
    }
    const double plain = score_of(x, y, NULL, NULL, MOST), weighed = score_of(x, y, NULL, w, MOST);
    if (!(plain < .03 && fabs(weighed - want) < .03))
        fail_msg("%g without weights, %g with them, should be %g", plain, weighed, want);
    bmt_near("equal weights", score_of(x, y, NULL, three, MOST), plain, 1e-12);
    for (int64_t i = 0; i < MOST; i++) x[MOST + i] = x[i], y[MOST + i] = y[i];
    for (int64_t i = 0; i < 2 * MOST; i++) x[2 * MOST + i] = x[i], y[2 * MOST + i] = y[i];
    /* why weights are not rows repeated here: nothing is known of y by x, and copies make it all */
    assert_true(score_of(x, y, NULL, NULL, 4 * MOST) > 1);
}

/* Two classes about 0 and 2, as many rows of both, weighed nine to one: against the integral. */
static void of_classes(void **state)
{
    (void)state;
    static double x[MOST], w[MOST], three[MOST];
    static bm_name classes[MOST];
    double want[2] = { 0 };
    for (int64_t i = 0; i < MOST; i++) {
        x[i] = normal(3, i) + (i % 2 ? 2 : 0);
        classes[i] = i % 2 ? "b" : "a";
        w[i] = i % 2 ? .1 : .9;
        three[i] = 3;
    }
    for (int way = 0; way < 2; way++)
        for (double at = -9; at < 11; at += 1e-3) {
            const double root = sqrt(2 * acos(-1)), b = way ? .1 : .5;
            const double p = exp(-at * at / 2) / root, q = exp(-(at - 2) * (at - 2) / 2) / root, all = (1 - b) * p + b * q;
            want[way] += 1e-3 * ((1 - b) * p * log(p / all) + b * q * log(q / all));
        }
    const double plain = score_of(x, NULL, classes, NULL, MOST), weighed = score_of(x, NULL, classes, w, MOST);
    if (!(fabs(plain - want[0]) < .03 && fabs(weighed - want[1]) < .03 && want[0] - want[1] > .1))
        fail_msg("%g without weights, should be %g; %g with them, should be %g", plain, want[0], weighed, want[1]);
    bmt_near("equal weights", score_of(x, NULL, classes, three, MOST), plain, 1e-12);
}

/* ---- shares ---- */
/* Weights that sum to one find what weights that sum to the rows do. */
static void shares(void **state)
{
    (void)state;
    static const char *const steps[] = {
        "pca:2",  "select:f,most=1", "outliers:iqr,limit=.5", "quantile",          "robust", "one_hot:least_rows=2",
        "impute", "yeo_johnson",     "tfidf:least_rows=2",    "bins:3,by=quantile"
    };
    static const double ones[] = { .75, 1.25, 1.5, .5, 1, 1, 1.25, .75 };
    static const double x[] = { 1, 5, 2, 8, 3, 3, 9, 4 }, z[] = { 2, 1, 7, 3, 3, 8, 1, 6 }, y[] = { 1, 2, 2, 4, 3, 9, 8, 6 };
    static const bm_name texts[] = { "u", "v", "u", "u", "v", "u", "uu", "v" };
    for (size_t i = 0; i < BMI_COUNT(steps); i++) {
        bm_dataset *d[2];
        const bool words = strstr(steps[i], "tfidf") || strstr(steps[i], "one_hot");
        for (int way = 0; way < 2; way++) {
            double w[8];
            for (int k = 0; k < 8; k++) w[k] = ones[k] / (way ? 8 : 1);
            bm_table *t = bm_table_new();
            if (words) bm_table_add_text(t, "x", texts, 8);
            else bm_table_add_real(t, "x", x, 8);
            bm_table_add_real(t, "z", z, 8);
            bm_table_add_real(t, "y", y, 8);
            bm_table_add_real(t, "w", w, 8);
            bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .plain = true, .type = BM_F64, .task = BM_REGRESSION);
            if (words) bm_recipe_step(r, steps[i], NULL, "x");
            else bm_recipe_step(r, steps[i], NULL);
            d[way] = bm_recipe_fit_apply(r, t);
            if (bm_failed(d[way])) fail_msg("%s: %s", steps[i], bm_error(d[way]));
            bm_free(r);
            bm_free(t);
        }
        const bm_tensor *a = bm_dataset_x(d[0], 0), *b = bm_dataset_x(d[1], 0);
        assert_int_equal(a->size, b->size);
        for (int64_t k = 0; k < a->size; k++) bmt_near(steps[i], bm_tensor_at(b, k), bm_tensor_at(a, k), 1e-12);
        bm_free(d[0]);
        bm_free(d[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest),       cmocka_unit_test(bins_by_kmeans), cmocka_unit_test(bins_of_empty_centres),
        cmocka_unit_test(parts_of_rows), cmocka_unit_test(of_numbers),     cmocka_unit_test(of_classes),
        cmocka_unit_test(shares),        cmocka_unit_test(of_far_weights), cmocka_unit_test(of_far_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
