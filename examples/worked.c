// SPDX-License-Identifier: Apache-2.0
/* Worked numbers of machine-learning courses, computed again: what, the number that the course has, the number that comes out.
 * The exit status is 1 when one differs by more than the digits that are given.
 */
#include <baeum.h>
#include <math.h>

static int wrong; /* how many differ */

static void show(const char *what, double got, double want, double half_a_digit)
{
    const bool right = fabs(got - want) <= half_a_digit;
    wrong += !right;
    printf("%-58s %12.7g %14.9g  %s\n", what, want, got, right ? "yes" : "NO");
}

static void check(int failed, const char *error)
{
    if (!failed) return;
    wrong++;
    printf("%s  NO\n", error);
}

/* ---- graphs: derivatives and descent ---- */

/* Values of nodes of a graph, each by a run of its own. */
static double value(bm_session *s, bm_node n)
{
    bm_run(s, BM_NO_FEEDS, BM_FETCHES(n));
    return bm_scalar(s, n);
}
#define NUMBER(g, x) bm_numbers(g, BM_F64, BM_SCALAR, x)

static void graphs(void)
{
    bm_graph *g = bm_graph_new();
    bm_session *s = bm_session_new(g);
    bm_node x = NUMBER(g, -2), y = NUMBER(g, 5), z = NUMBER(g, -4), f = bm_mul(bm_add(x, y), z);
    show("f = (x + y) z at (-2, 5, -4)", value(s, f), -12, 0);
    show("  df/dx", value(s, bm_gradient(f, x)), -4, 0);
    show("  df/dz", value(s, bm_gradient(f, z)), 3, 0);
    bm_node price = NUMBER(g, 1000), count = NUMBER(g, 3), tax = NUMBER(g, 1.1), before = bm_mul(price, count),
            all = bm_mul(before, tax);
    show("1000 * 3 * 1.1", value(s, all), 3300, 1e-9);
    show("  derivative by the sum before tax", value(s, bm_gradient(all, before)), 1.1, 1e-12);
    show("  by the count", value(s, bm_gradient(all, count)), 1100, 1e-9);
    show("  by the price", value(s, bm_gradient(all, price)), 3.3, 1e-12);
    show("  by the tax", value(s, bm_gradient(all, tax)), 3000, 1e-9);
    bm_node three = bm_number(g, 3.0), four = bm_number(g, 4.0), sum = bm_add(three, four);
    show("3.0", value(s, three), 3, 0);
    show("4.0", value(s, four), 4, 0);
    show("3.0 + 4.0, run", value(s, sum), 7, 0);
    bm_node v = bm_numbers(g, BM_F64, BM_SHAPE(4), -.82, .94, -1.15, .25);
    show("rank of [-.82, .94, -1.15, .25]", (double)bm_node_shape(v).rank, 1, 0);
    show("  its L1 norm", value(s, bm_norm(v, 1)), 3.16, 1e-9);
    show("  its L2 norm", value(s, bm_norm(v, 2)), 1.714934, 5e-7);
    show("rank of a 4 x 6 table", (double)bm_node_shape(bm_placeholder(g, BM_F32, BM_SHAPE(4, 6), NULL)).rank, 2, 0);
    show("rank of 200 colour images", (double)bm_node_shape(bm_placeholder(g, BM_U8, BM_SHAPE(200, 244, 244, 3), NULL)).rank, 4,
         0);
    show("rank of a constant", (double)bm_node_shape(three).rank, 0, 0);
    bm_node c = NUMBER(g, 1.5), once = NUMBER(g, 2), h = bm_mul(c, bm_mul(c, bm_mul(c, once)));
    show("three linear layers h(x) = 1.5 x are one with 1.5^3; of 2", value(s, h), 2 * 3.375, 1e-12);
    check(bm_failed(g), bm_error(g));
    check(bm_failed(s), bm_error(s));
    bm_free(s);
    bm_free(g);
}

/* The minimum of an error that a function builds of two variables, by steps of descent. */
typedef bm_node error_fn(bm_node w0, bm_node w1);
static void descend(error_fn *error, double start, double rate, int steps, double *w0, double *w1)
{
    bm_graph *g = bm_graph_new();
    bm_node a = bm_variable(g, BM_F64, BM_SCALAR, BM_CONSTANT(start), "w0"),
            b = bm_variable(g, BM_F64, BM_SCALAR, BM_CONSTANT(start), "w1");
    bm_node step = bm_minimize(error(a, b), bm_gd(.rate = rate));
    bm_session *s = bm_session_new(g);
    for (int i = 0; i < steps; i++) bm_run(s, BM_NO_FEEDS, BM_FETCHES(step));
    *w0 = bm_scalar(s, a);
    *w1 = bm_scalar(s, b);
    check(bm_failed(g), bm_error(g));
    check(bm_failed(s), bm_error(s));
    bm_free(s);
    bm_free(g);
}

static bm_node parabola(bm_node w0, bm_node w1)
{
    return bm_add(bm_shift(bm_add(bm_square(w0), bm_scale(w0, 2)), 3), bm_square(w1));
}

/* 2 w1^2 + 3 w0^2 - 6 w1 - 6 w0 + 4 w1 w0 + 5: the sum of squares of a line through (0, 0), (1, 1), (1, 2). */
static bm_node line_error(bm_node w0, bm_node w1)
{
    bm_node e = bm_sub(bm_add(bm_scale(bm_square(w1), 2), bm_scale(bm_square(w0), 3)), bm_scale(bm_add(w1, w0), 6));
    return bm_shift(bm_add(e, bm_scale(bm_mul(w1, w0), 4)), 5);
}

static void descents(void)
{
    double w0, w1;
    descend(parabola, BM_ZERO, .1, 200, &w0, &w1);
    show("w^2 + 2w + 3 is least at", w0, -1, 1e-9);
    const struct {
        int steps;
        double w0, w1, digit;
    } rows[] = { { 1, .6, .8, 1e-9 },
                 { 2, .52, .84, 1e-9 },
                 { 3, .472, .896, 1e-9 },
                 { 100, 6.4202e-05, 1.4999178, 5e-8 },
                 { 2000, 0, 1.5, 1e-9 } };
    for (int i = 0; i < 5; i++) {
        char what[60];
        descend(line_error, 1, .1, rows[i].steps, &w0, &w1);
        snprintf(what, sizeof what, "descent from (1, 1), rate .1, step %d: w0", rows[i].steps);
        show(what, w0, rows[i].w0, rows[i].digit);
        show("  w1", w1, rows[i].w1, rows[i].digit);
    }
}

/* ---- lines fitted exactly ---- */

static bm_dataset *rows_of(int64_t rows, int64_t columns, const double *x, const double *t)
{
    bm_tensor *xs = bm_tensor_copy(BM_F64, BM_SHAPE(rows, columns), x), *ts = bm_tensor_copy(BM_F64, BM_SHAPE(rows, 1), t);
    bm_dataset *d = bm_dataset_from(xs, ts);
    bm_free(xs);
    bm_free(ts);
    return d;
}

/* Least squares; want: the weights, then the intercept when there is one, then SSE and R2 (NAN: not given). */
static void line(const char *what, int64_t rows, int64_t columns, const double *x, const double *t, bool through_origin,
                 const double *want, double digit)
{
    bm_dataset *d = rows_of(rows, columns, x, t);
    bm_model *m = bm_learner(bm_linear(.no_intercept = through_origin), NULL);
    bm_fit(m, d);
    const bm_tensor *w = bm_model_weight(m, "output/kernel");
    printf("%s\n", what);
    for (int64_t i = 0; w && i < columns; i++) show("  weight", bm_tensor_at(w, i), *want++, digit);
    if (!through_origin) show("  intercept", bm_tensor_at(bm_model_weight(m, "output/bias"), 0), *want++, digit);
    bm_tensor *y = bm_predict(m, bm_dataset_x(d, 0)), *sse = bm_loss_value(BM_SSE, y, bm_dataset_t(d, 0)),
              *r2 = bm_measure(BM_R2, y, bm_dataset_t(d, 0));
    if (!isnan(want[0])) show("  sum of squares", bm_tensor_at(sse, 0), want[0], 5e-8);
    if (!isnan(want[1])) show("  R2", bm_tensor_at(r2, 0), want[1], 5e-8);
    check(bm_failed(m), bm_error(m));
    bm_free(y);
    bm_free(sse);
    bm_free(r2);
    bm_free(m);
    bm_free(d);
}
#define LIST(...) ((const double[]){ __VA_ARGS__ })

static void lines(void)
{
    const double *scores = LIST(73, 80, 75, 93, 88, 93, 89, 91, 90, 96, 98, 100, 73, 66, 70),
                 *finals = LIST(152, 185, 180, 196, 142);
    const double *grades = LIST(100, 95, 95, 80, 80, 75, 60, 100, 100, 55, 75, 100), *means = LIST(96, 78, 86, 76);
    line("line through (0, 0), (1, 1), (1, 2)", 3, 1, LIST(0, 1, 1), LIST(0, 1, 2), false, LIST(1.5, 0, NAN, NAN), 1e-9);
    line("five students, three tests, with intercept", 5, 3, scores, finals, false,
         LIST(.7954753, .4083791, .7545877, 4.4021095, .5216278, .9997521), 5e-8);
    line("five students, three tests, without", 5, 3, scores, finals, true,
         LIST(1.0566691, .5258826, .4309642, .8354437, .9996029), 5e-8);
    line("four grades, with intercept exact", 4, 3, grades, means, false, LIST(.331492, .333702, .318232, .917127, 0, 1), 5e-7);
    line("four grades, without", 4, 3, grades, means, true, LIST(.334143, .334978, .324762, NAN, NAN), 5e-7);
    line("price = 100 sugar + 50", 4, 1, LIST(0, 1, 2, 5), LIST(50, 150, 250, 550), false, LIST(100, 50, NAN, NAN), 1e-9);
}

/* ---- losses and measures ---- */

static double loss_of(bm_loss loss, int64_t n, const double *y, const double *t)
{
    bm_tensor *ys = bm_tensor_view(BM_F64, BM_SHAPE(n, 1), y), *ts = bm_tensor_view(BM_F64, BM_SHAPE(n, 1), t),
              *v = bm_loss_value(loss, ys, ts);
    check(bm_failed(v), bm_error(v));
    const double got = bm_tensor_at(v, 0);
    bm_free(v);
    bm_free(ys);
    bm_free(ts);
    return got;
}

static void losses(void)
{
    show("MSE of (10, 9, 8) against (9, 7, 10)", loss_of(BM_MSE, 3, LIST(10, 9, 8), LIST(9, 7, 10)), 3, 1e-12);
    show("cost 1/m of y = 0 x on (1,1), (2,2), (3,3)", loss_of(BM_MSE, 3, LIST(0, 0, 0), LIST(1, 2, 3)), 4.6667, 5e-5);
    show("  of y = 1 x", loss_of(BM_MSE, 3, LIST(1, 2, 3), LIST(1, 2, 3)), 0, 0);
    show("  of y = 2 x", loss_of(BM_MSE, 3, LIST(2, 4, 6), LIST(1, 2, 3)), 4.6667, 5e-5);
    bm_graph *g = bm_graph_new();
    bm_session *s = bm_session_new(g);
    bm_node even = bm_log(bm_numbers(g, BM_F64, BM_SHAPE(2), 49. / 50, 47. / 50)),
            odd = bm_log(bm_numbers(g, BM_F64, BM_SHAPE(2), 94. / 95, 2. / 5));
    show("cross-entropy of 49 of 50 and 47 of 50 right",
         -value(s, bm_sum(bm_mul(bm_numbers(g, BM_F64, BM_SHAPE(2), .5, .5), even))), .04104, 5e-6);
    show("cross-entropy of 94 of 95 and 2 of 5 right",
         -value(s, bm_sum(bm_mul(bm_numbers(g, BM_F64, BM_SHAPE(2), .95, .05), odd))), .05587, 5e-6);
    bm_free(s);
    bm_free(g);
}

/* 100 people: of the first class `a` with `a_wrong` taken for the other, of the second b with b_wrong. */
static void people(int a, int a_wrong, int b, int b_wrong, double recall, double precision, double f1, double balanced)
{
    double p[100], t[100];
    for (int i = 0; i < 100; i++) {
        t[i] = i >= a;
        p[i] = i < a ? i < a_wrong : i - a >= b_wrong;
    }
    bm_tensor *ps = bm_tensor_view(BM_F64, BM_SHAPE(100), p), *ts = bm_tensor_view(BM_F64, BM_SHAPE(100), t);
    const struct {
        const char *what;
        bm_metric how;
        double want;
    } rows[] = {
        { "  accuracy", BM_ACCURACY, .96 },
        { "  recall", BM_RECALL, recall },
        { "  precision", BM_PRECISION, precision },
        { "  F1", BM_F1, f1 },
        { "  balanced accuracy", BM_BALANCED_ACCURACY, balanced },
    };
    printf("%d people and %d, %d and %d of them wrong\n", a, b, a_wrong, b_wrong);
    for (int i = 0; i < 5 && a + b == 100; i++) {
        bm_tensor *v = bm_measure(rows[i].how, ps, ts);
        check(bm_failed(v), bm_error(v));
        show(rows[i].what, bm_tensor_at(v, 0), rows[i].want, 5e-5);
        bm_free(v);
    }
    bm_free(ps);
    bm_free(ts);
}

/* ---- networks ---- */

/* One step of descent on one row through a model with given weights. */
static void one_step(void)
{
    const double x[] = { 2, 3 }, t[] = { 46, 72 }, y[] = { 32, 66.6 }, w[] = { 20.6, 23.84 }, b[] = { 4.8, 5.88 };
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(1), .type = BM_F64),
                                bm_dense(1, .kernel_init = BM_CONSTANT(15), .bias_init = BM_CONSTANT(2), .name = "line"));
    bm_compile(m, .loss = BM_HALF_MSE, .optimizer = bm_gd(.rate = .2));
    for (int i = 0; i < 2; i++) {
        bm_dataset *d = rows_of(1, 1, &x[i], &t[i]);
        bm_tensor *in = bm_tensor_view(BM_F64, BM_SHAPE(1, 1), &x[i]), *out = bm_predict(m, in);
        show(i ? "then x = 3, target 72: y" : "one step, x = 2, target 46, w = 15, b = 2, rate .2: y", bm_tensor_at(out, 0),
             y[i], 1e-9);
        bm_fit(m, d);
        if (!i) show("  cost", bm_history(m, "loss", 0), 98, 1e-9);
        show("  w", bm_tensor_at(bm_model_weight(m, "line/kernel"), 0), w[i], 1e-9);
        show("  b", bm_tensor_at(bm_model_weight(m, "line/bias"), 0), b[i], 1e-9);
        bm_free(out);
        bm_free(in);
        bm_free(d);
    }
    check(bm_failed(m), bm_error(m));
    bm_free(m);
}

static void set(bm_model *m, const char *name, bm_shape shape, const double *numbers)
{
    bm_tensor *v = bm_tensor_view(BM_F64, shape, numbers);
    bm_model_set_weight(m, name, v);
    bm_free(v);
}

/* 2-2-1 without activation: one step of descent. */
static void two_layers(void)
{
    const double x[] = { 2, 3 }, one = 1, w1[] = { .121326, .132135, .226989, .0982025 }, w2[] = { .1743825, .169416 };
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64),
                                bm_dense(2, .no_bias = true, .name = "hidden"), bm_dense(1, .no_bias = true, .name = "output"));
    bm_compile(m, .loss = BM_HALF_SSE, .optimizer = bm_gd(.rate = .05));
    set(m, "hidden/kernel", BM_SHAPE(2, 2), LIST(.11, .12, .21, .08));
    set(m, "output/kernel", BM_SHAPE(2, 1), LIST(.14, .15));
    bm_dataset *d = rows_of(1, 2, x, &one);
    bm_tensor *in = bm_tensor_view(BM_F64, BM_SHAPE(1, 2), x), *before = bm_predict(m, in);
    show("net 2-2-1: y", bm_tensor_at(before, 0), .191, 1e-9);
    bm_fit(m, d);
    show("  error", bm_history(m, "loss", 0), .3272405, 5e-8);
    for (int i = 0; i < 2; i++)
        show("  output weight after a step", bm_tensor_at(bm_model_weight(m, "output/kernel"), i), w2[i], 5e-8);
    for (int i = 0; i < 4; i++) show("  hidden weight", bm_tensor_at(bm_model_weight(m, "hidden/kernel"), i), w1[i], 5e-8);
    bm_tensor *after = bm_predict(m, in);
    const bm_scores s = bm_evaluate(m, d);
    show("  next y", bm_tensor_at(after, 0), .2557458, 5e-8);
    show("  next error", s.loss, .2769571, 1e-7);
    check(bm_failed(m), bm_error(m));
    bm_free(after);
    bm_free(before);
    bm_free(in);
    bm_free(d);
    bm_free(m);
}

static void exclusive_or(void)
{
    const double want[] = { .0112, .9949, .9949, .0244 };
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64),
                                bm_dense(2, .activation = BM_SIGMOID, .name = "hidden"),
                                bm_dense(1, .activation = BM_SIGMOID, .name = "output"));
    bm_compile(m, .loss = BM_BINARY_CROSSENTROPY);
    set(m, "hidden/kernel", BM_SHAPE(2, 2), LIST(5, -7, 5, -7));
    set(m, "hidden/bias", BM_SHAPE(2), LIST(-8, 3));
    set(m, "output/kernel", BM_SHAPE(2, 1), LIST(-11, -11));
    set(m, "output/bias", BM_SHAPE(1), LIST(6));
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(4, 2), LIST(0, 0, 0, 1, 1, 0, 1, 1)), *y = bm_predict(m, x);
    for (int i = 0; i < 4; i++) show(i ? "" : "exclusive or by two layers of sigmoids", bm_tensor_at(y, i), want[i], 5e-5);
    check(bm_failed(m), bm_error(m));
    bm_free(y);
    bm_free(x);
    bm_free(m);
}

static void parameters(void)
{
    bm_model *models[] = {
        bm_sequential(bm_input(20), bm_dense(64), bm_dense(64), bm_dense(10)),
        bm_sequential(bm_input(64), bm_dense(32), bm_dense(32), bm_dense(10)),
        bm_sequential(bm_input(784), bm_dense(32)),
    };
    const char *what[] = { "parameters of 20-64-64-10", "parameters of 64-32-32-10", "parameters of 784-32" };
    const double want[] = { 6154, 3466, 25120 };
    for (int i = 0; i < 3; i++) {
        show(what[i], (double)bm_model_parameters(models[i]), want[i], 0);
        bm_free(models[i]);
    }
}

static bool count_step(void *user, const bm_progress *now)
{
    if (now->step) *(double *)user = (double)now->steps;
    return true;
}

static void iterations(void)
{
    static double x[1000], t[1000];
    double steps = 0;
    bm_dataset *d = rows_of(1000, 1, x, t);
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(1), .type = BM_F64), bm_dense(1));
    bm_compile(m, .loss = BM_MSE);
    bm_fit(m, d, .batch = 128, .callbacks = { bm_on_progress(count_step, .user = &steps) });
    show("steps of an epoch of 1,000 rows by 128", steps, 8, 0);
    check(bm_failed(m), bm_error(m));
    bm_free(m);
    bm_free(d);
}

int main(void)
{
    printf("%-58s %12s %14s\n", "what", "course", "baeum");
    graphs();
    descents();
    lines();
    losses();
    people(95, 1, 5, 3, .4, .6667, .5, .69474);
    people(50, 1, 50, 3, .94, .97917, .95918, .96);
    one_step();
    two_layers();
    exclusive_or();
    parameters();
    iterations();
    if (wrong) printf("%d differ\n", wrong);
    return wrong > 0;
}
