// SPDX-License-Identifier: Apache-2.0
/* Gradient descent, looked at: the cost of y = w x over w for the points (1, 1), (2, 2), (3, 3), the way down that each form of descent takes from
 * w = 3, and the path of w and b on a line with an intercept beside what the normal equation gives at once.
 */
#include <baeum.h>
#include <math.h>

static bm_dataset *points(const double *x, const double *y, int64_t n)
{
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(n, 1), x), *b = bm_tensor_view(BM_F64, BM_SHAPE(n), y);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a);
    bm_free(b);
    return d;
}

/* The cost 1/m sum (y - w x)^2 as a line of a chart. */
static void show_cost(const double *x, const double *y, int n)
{
    printf("    w     cost\n");
    for (int k = -4; k <= 12; k++) {
        const double w = k / 4.;
        double cost = 0;
        for (int i = 0; i < n; i++) cost += (y[i] - w * x[i]) * (y[i] - w * x[i]) / n;
        printf("%5.2f %8.4f  ", w, cost);
        for (int bar = 0; bar < (int)lround(cost * 2); bar++) putchar('*');
        printf("\n");
    }
}

static int show_path(const char *what, const bm_dataset *d, bm_learner how, int points)
{
    bm_model *m = bm_learner(how, NULL);
    bm_fit(m, d, .seed = 1);
    const bm_tensor *path = bm_model_learned(m, "path"), *cost = bm_model_learned(m, "path_loss");
    const int failed = bm_failed(m) || bm_failed(path);
    if (!failed) {
        const int64_t n = bm_tensor_shape(path).dim[0], weights = bm_tensor_shape(path).dim[1];
        printf("%s: %s\n ", what, bm_stopped_by(m));
        for (int64_t i = 0; i < n && i < points; i++) {
            for (int64_t k = 0; k < weights; k++) printf(" %.5f", bm_tensor_at(path, i * weights + k));
            printf(" (%.4g)%s", bm_tensor_at(cost, i), i + 1 < n && i + 1 < points ? "," : "");
        }
        printf(n > points ? " ... %.7f\n" : "\n", bm_tensor_at(path, (n - 1) * weights));
    }
    bm_report(m, stderr);
    bm_free(m);
    return failed;
}

int main(void)
{
    static const double x[] = { 1, 2, 3 }, y[] = { 1, 2, 3 }, line_x[] = { 0, 1, 1, 2 }, line_y[] = { 0, 1, 2, 3.5 };
    bm_dataset *d = points(x, y, 3), *line = points(line_x, line_y, 4);
    show_cost(x, y, 3);
    printf("\nfrom w = 3, w and in brackets the cost after each step\n");
    int failed = show_path("all rows", d, bm_descent(.05, .start = "3", .no_intercept = true, .steps = 60), 6);
    failed |= show_path(
        "one row, as they stand (LMS)", d,
        bm_descent(.05, .start = "3", .no_intercept = true, .rows = BM_SINGLE_ROWS, .in_order = true, .steps = 60), 6);
    failed |= show_path("two rows drawn at random", d,
                        bm_descent(.05, .start = "3", .no_intercept = true, .rows = BM_DRAWN_ROWS, .batch = 2, .steps = 60), 6);
    failed |= show_path("too large a rate", d, bm_descent(.25, .start = "3", .no_intercept = true, .steps = 5), 6);

    printf("\nw and b of a line through (0, 0), (1, 1), (1, 2), (2, 3.5)\n");
    failed |= show_path("gradient descent", line, bm_descent(.2, .start = "0 0", .steps = 400), 5);
    bm_model *exact = bm_learner(bm_linear(.method = BM_BY_NORMAL), NULL);
    bm_fit(exact, line);
    const bm_tensor *w = bm_model_weight(exact, "output/kernel"), *b = bm_model_weight(exact, "output/bias");
    if (!bm_failed(exact)) printf("normal equation: %.7f %.7f\n", bm_tensor_at(w, 0), bm_tensor_at(b, 0));
    bm_report(exact, stderr);
    failed |= bm_failed(exact);
    bm_free(exact);
    bm_free(d);
    bm_free(line);
    return failed;
}
