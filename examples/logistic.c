// SPDX-License-Identifier: Apache-2.0
/* What logistic regression is, in three tables: a straight line leaves [0, 1] where the sigmoid does not; squared error of a sigmoid is not
 * convex, cross-entropy is; and the smaller C, the larger the bias and the smaller the variance.
 */
#include <baeum.h>

static int failed;

static void check(int wrong, const char *error)
{
    if (wrong) fprintf(stderr, "%s\n", error);
    failed |= wrong;
}

/* ---- hours of study and an exam ---- */

static double predicted(bm_model *m, double x)
{
    bm_tensor *in = bm_tensor_view(BM_F64, BM_SHAPE(1, 1), &x), *out = bm_predict(m, in);
    const double y = bm_tensor_at(out, 0);
    check(bm_failed(out), bm_error(out));
    bm_free(out);
    bm_free(in);
    return y;
}

static void line_and_sigmoid(void)
{
    const double hours[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, passed[] = { 0, 0, 0, 0, 1, 0, 1, 1, 1, 1 };
    const int32_t class[] = { 0, 0, 0, 0, 1, 0, 1, 1, 1, 1 };
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(10, 1), hours), *t = bm_tensor_view(BM_F64, BM_SHAPE(10, 1), passed),
              *c = bm_tensor_view(BM_I32, BM_SHAPE(10), class);
    bm_dataset *numbers = bm_dataset_from(x, t), *classes = bm_dataset_from(x, c);
    bm_model *line = bm_learner(bm_linear(), NULL), *sigmoid = bm_learner(bm_logistic(.C = 10), NULL);
    bm_fit(line, numbers);
    bm_fit(sigmoid, classes);
    printf("hours       line  sigmoid\n");
    for (int h = -5; h <= 15; h += 5) printf("%5d  %9.3f  %7.3f\n", h, predicted(line, h), predicted(sigmoid, h));
    check(bm_failed(line), bm_error(line));
    check(bm_failed(sigmoid), bm_error(sigmoid));
    bm_free(line);
    bm_free(sigmoid);
    bm_free(numbers);
    bm_free(classes);
    bm_free(x);
    bm_free(t);
    bm_free(c);
}

/* ---- two costs of one weight, and their curvature ---- */

static void costs(void)
{
    bm_graph *g = bm_graph_new();
    bm_node w = bm_placeholder(g, BM_F64, BM_SCALAR, "w"), x = bm_numbers(g, BM_F64, BM_SHAPE(4), -2, -1, 1, 2),
            t = bm_numbers(g, BM_F64, BM_SHAPE(4), 0, 0, 1, 1), s = bm_mul(x, w);
    bm_node squared = bm_mean(bm_square(bm_sub(bm_sigmoid(s), t))), cross = bm_mean(bm_sigmoid_crossentropy(s, t));
    bm_node bend1 = bm_gradient(bm_gradient(squared, w), w), bend2 = bm_gradient(bm_gradient(cross, w), w);
    bm_session *run = bm_session_new(g);
    printf("\n    w  squared error  curvature  cross-entropy  curvature\n");
    for (int i = -4; i <= 4; i++) {
        const double at = i;
        bm_tensor *value = bm_tensor_view(BM_F64, BM_SCALAR, &at);
        bm_run(run, BM_FEEDS({ w, value }), BM_FETCHES(squared, bend1, cross, bend2));
        printf("%5d  %13.4f  %9.4f  %13.4f  %9.4f\n", i, bm_scalar(run, squared), bm_scalar(run, bend1), bm_scalar(run, cross),
               bm_scalar(run, bend2));
        bm_free(value);
    }
    check(bm_failed(g), bm_error(g));
    check(bm_failed(run), bm_error(run));
    bm_free(run);
    bm_free(g);
}

/* ---- C: many samples of one truth ---- */

enum { SAMPLES = 60, ROWS = 40, POINTS = 200 };

/* Rows of two normal numbers, of class 1 with probability sigmoid(2 a - b): values of an eager graph, which the caller frees. */
static bm_graph *sample(int64_t rows, int64_t seed, bm_node *x, bm_node *truth, bm_node *class)
{
    bm_graph *g = bm_graph_new(.eager = true, .seed = seed);
    *x = bm_random_normal(g, BM_F64, BM_SHAPE(rows, 2), 0, 1);
    *truth = bm_sigmoid(bm_matmul(*x, bm_numbers(g, BM_F64, BM_SHAPE(2, 1), 2, -1)));
    const bm_node chance = bm_random_uniform(g, BM_F64, BM_SHAPE(rows, 1), 0, 1);
    *class = bm_cast(bm_reshape_op(bm_less(chance, *truth), BM_SHAPE(rows)), BM_I32);
    check(bm_failed(g), bm_error(g));
    return g;
}

static void bias_and_variance(double C)
{
    double sum[POINTS] = { 0 }, squares[POINTS] = { 0 }, bias = 0, variance = 0;
    bm_node points, truth, unused, x, of_x, class;
    bm_graph *at = sample(POINTS, 1000, &points, &truth, &unused);
    for (int64_t i = 0; i < SAMPLES && !failed; i++) {
        bm_graph *g = sample(ROWS, i, &x, &of_x, &class);
        bm_dataset *d = bm_dataset_from(bm_node_value(x), bm_node_value(class));
        bm_model *m = bm_learner(bm_logistic(.C = C), NULL);
        bm_fit(m, d);
        bm_tensor *p = bm_predict(m, bm_node_value(points));
        check(bm_failed(m) || bm_failed(p), bm_failed(m) ? bm_error(m) : bm_error(p));
        for (int k = 0; k < POINTS; k++) {
            const double y = bm_tensor_at(p, k);
            sum[k] += y / SAMPLES;
            squares[k] += y * y / SAMPLES;
        }
        bm_free(p);
        bm_free(m);
        bm_free(d);
        bm_free(g);
    }
    for (int k = 0; k < POINTS; k++) {
        const double off = sum[k] - bm_tensor_at(bm_node_value(truth), k);
        bias += off * off / POINTS;
        variance += (squares[k] - sum[k] * sum[k]) / POINTS;
    }
    printf("%7g  %10.6f  %9.6f\n", C, bias, variance);
    bm_free(at);
}

int main(void)
{
    line_and_sigmoid();
    costs();
    printf("\n      C      bias^2   variance\n");
    for (double C = .05; C < 4 && !failed; C *= 4) bias_and_variance(C);
    return failed;
}
