// SPDX-License-Identifier: Apache-2.0
/* Under- and overfitting: polynomials of degree 1 to 9 through 14 noisy points of a sine, judged on 200 others. With the degree the error on the
 * points that were learned falls and falls; on new ones it falls, and then rises again. A ridge penalty holds the highest degree back.
 */
#include <baeum.h>
#include <math.h>

enum { TRAIN = 14, TEST = 200 };

/* y = sin(2 pi x) + noise of standard deviation .3, x in [0, 1): the same numbers in each run. */
static bm_table *points(int64_t n, uint32_t seed)
{
    static double x[TEST], y[TEST];
    for (int64_t i = 0; i < n; i++) {
        double noise = -6; /* twelve uniform numbers, less their mean: nearly normal */
        x[i] = ((double)i + .5) / (double)n;
        for (int k = 0; k < 12; k++) noise += (double)((seed = seed * 1664525u + 1013904223u) >> 8) / 16777216.;
        y[i] = sin(2 * 3.14159265358979323846 * x[i]) + .3 * noise;
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, n);
    bm_table_add_real(t, "y", y, n);
    return t;
}

static int show(const char *what, bm_learner how, const char *degree, const bm_table *train, const bm_table *test,
                double errors[2])
{
    bm_recipe *r = bm_recipe_new(.target = "y", .task = BM_REGRESSION);
    bm_recipe_step(r, "min_max", "-1,1", "x");
    bm_recipe_polynomial(r, degree, "x");
    bm_recipe_standardize(r);
    bm_model *m = bm_learner(how, r);
    bm_fit_table(m, train);
    const bm_scores a = bm_evaluate_table(m, train), b = bm_evaluate_table(m, test);
    errors[0] = sqrt(bm_score(&a, "mse"));
    errors[1] = sqrt(bm_score(&b, "mse"));
    printf("%-22s %8.3f %8.3f\n", what, errors[0], errors[1]);
    bm_report(m, stderr);
    const int failed = bm_failed(m);
    bm_free(m);
    bm_free(r);
    return failed;
}

int main(void)
{
    bm_table *train = points(TRAIN, 3), *test = points(TEST, 8);
    double best[2] = { 9, 9 }, now[2];
    int failed = 0, degree = 0;
    printf("degree                    train      new    (root mean squared error; the noise is .3)\n");
    for (int d = 1; d <= 9 && !failed; d++) {
        char text[2] = { (char)('0' + d), 0 };
        failed = show(text, bm_linear(), text, train, test, now);
        if (now[1] < best[1]) {
            best[1] = now[1];
            degree = d;
        }
    }
    failed = failed || show("9, ridge alpha 1e-3", bm_ridge(.alpha = 1e-3), "9", train, test, now);
    failed = failed || show("9, ridge alpha 10", bm_ridge(.alpha = 10), "9", train, test, now);
    printf("the least error on new points: degree %d; below it the line is too stiff (bias), above it it follows the noise "
           "(variance)\n",
           degree);
    bm_free(train);
    bm_free(test);
    return failed;
}
