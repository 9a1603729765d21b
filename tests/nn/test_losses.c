// SPDX-License-Identifier: Apache-2.0
/* Losses and metrics at their edges: logits of +-1000, probabilities of 0 and 1, fused forms against plain ones, weights of rows,
 * worked numbers, shapes that disagree.
 */
#include "nn_support.h"

/* A loss of one output row by row, after an activation (null: none); and its gradient by what goes into the activation. */
static void evaluate(bm_type type, bm_loss loss, const char *activation, bm_shape shape, const double *x, bm_type target,
                     bm_shape t_shape, const double *t, double *rows, double *slope)
{
    bmi_error e = { 0 };
    double p[2];
    bm_build b;
    bm_graph *g = bm_graph_new();
    const bm_loss_kind *kind = bmi_loss_find(&e, BM_HERE, "test", loss, p);
    bm_loss_input in = { 0 };
    const bm_node xn = bm_placeholder(g, type, shape, "x"), tn = bm_placeholder(g, target, t_shape, "t");
    bmi_build_begin(&b, g, type, true, NULL, &e);
    in.prediction = bm_build_activation(&b, (bm_activation){ .name = activation ? activation : "linear" }, xn);
    in.squash = bmi_build_squash(&b, in.prediction, &in.logits);
    in.target = tn;
    const bm_node r = bmi_loss_rows(&e, BM_HERE, kind, p, &in), d = e.status ? r : bm_gradient(r, xn);
    if (e.status) fail_msg("%s", e.text);
    bm_tensor *xt = bmt_reals(type, shape, x), *tt = bmt_reals(target, t_shape, t);
    bm_session *s = bm_session_new(g);
    bm_run(s, BM_FEEDS({ xn, xt }, { tn, tt }), BM_FETCHES(r, d));
    if (bm_failed(s)) fail_msg("%s", bm_error(s));
    for (int64_t i = 0; i < shape.dim[0]; i++) rows[i] = bm_tensor_at(bm_value(s, r), i);
    for (int64_t i = 0; i < bm_tensor_size(xt); i++) slope[i] = bm_tensor_at(bm_value(s, d), i);
    bm_free(xt);
    bm_free(tt);
    bm_free(s);
    bmi_build_end(&b);
    bm_free(g);
}

/* Logits of +-1000 and 0: exact values by hand, gradients y - t. */
static void logits_are_stable(void **state)
{
    (void)state;
    const double x[] = { 1000, -1000, 1000, -1000, 0 }, t[] = { 1, 0, 0, 1, 1 },
                 want[] = { 0, 0, 1000, 1000, 0.69314718055994531 }, slope_want[] = { 0, 0, 1, -1, -.5 };
    const bm_type types[] = { BM_F32, BM_F64 };
    for (int k = 0; k < 2; k++) {
        double rows[5], slope[6];
        evaluate(types[k], BM_BINARY_CROSSENTROPY, "sigmoid", BM_SHAPE(5, 1), x, types[k], BM_SHAPE(5, 1), t, rows, slope);
        for (int i = 0; i < 5; i++) bmt_near("after a sigmoid", rows[i], want[i], 1e-7);
        for (int i = 0; i < 5; i++) bmt_near("y - t", slope[i], slope_want[i], 1e-7);
        evaluate(types[k], BM_SIGMOID_CROSSENTROPY, NULL, BM_SHAPE(5, 1), x, types[k], BM_SHAPE(5), t, rows, slope);
        for (int i = 0; i < 5; i++) bmt_near("on logits", rows[i], want[i], 1e-7);

        const double c[] = { 1000, -1000, 0, 1000, -1000, 0 }, one_hot[] = { 1, 0, 0, 0, 1, 0 }, labels[] = { 0, 1 };
        evaluate(types[k], BM_CATEGORICAL_CROSSENTROPY, "softmax", BM_SHAPE(2, 3), c, types[k], BM_SHAPE(2, 3), one_hot, rows,
                 slope);
        bmt_near("right class", rows[0], 0, 1e-7);
        bmt_near("wrong class", rows[1], 2000, 1e-7);
        bmt_near("y - t", slope[3], 1, 1e-7);
        bmt_near("y - t", slope[4], -1, 1e-7);
        const bm_loss sparse[] = { BM_SPARSE_CATEGORICAL_CROSSENTROPY, BM_SOFTMAX_CROSSENTROPY };
        for (int m = 0; m < 2; m++) {
            evaluate(types[k], sparse[m], "softmax", BM_SHAPE(2, 3), c, BM_I32, BM_SHAPE(2), labels, rows, slope);
            bmt_near("wrong class", rows[1], 2000, 1e-7);
            bmt_near("y - t", slope[5], 0, 1e-7);
        }
        evaluate(types[k], BM_KL_DIVERGENCE, "softmax", BM_SHAPE(2, 3), c, types[k], BM_SHAPE(2, 3), one_hot, rows, slope);
        bmt_near("divergence", rows[1], 2000, 1e-7);
    }
}

/* Probabilities of 0 and 1 as given: 0 where right, infinite where wrong, and no NaN. */
static void probabilities_at_the_ends(void **state)
{
    (void)state;
    const double y[] = { 1, 0, 0, 1 }, t[] = { 1, 0, 1, 0 };
    double rows[4], slope[8];
    evaluate(BM_F64, BM_BINARY_CROSSENTROPY, NULL, BM_SHAPE(4, 1), y, BM_F64, BM_SHAPE(4, 1), t, rows, slope);
    assert_true(rows[0] == 0 && rows[1] == 0 && isinf(rows[2]) && rows[2] > 0 && isinf(rows[3]) && rows[3] > 0);
    assert_true(slope[0] == -1 && slope[1] == 1);
    const double c[] = { 1, 0, 0, 1 }, hot[] = { 1, 0, 1, 0 }, labels[] = { 0, 0 };
    evaluate(BM_F64, BM_CATEGORICAL_CROSSENTROPY, NULL, BM_SHAPE(2, 2), c, BM_F64, BM_SHAPE(2, 2), hot, rows, slope);
    assert_true(rows[0] == 0 && isinf(rows[1]) && slope[1] == 0);
    evaluate(BM_F64, BM_SPARSE_CATEGORICAL_CROSSENTROPY, NULL, BM_SHAPE(2, 2), c, BM_I64, BM_SHAPE(2), labels, rows, slope);
    assert_true(rows[0] == 0 && isinf(rows[1]));
}

/* The fused forms and the plain ones agree at ordinary logits, values and gradients. */
static void fused_and_plain(void **state)
{
    (void)state;
    const double x[] = { .3, -1.2, .7, 2, .1, -.4 }, t[] = { .2, .5, .3, 0, 1, 0 };
    const struct {
        bm_loss loss;
        const char *activation;
    } cases[] = {
        { BM_BINARY_CROSSENTROPY, "sigmoid" },
        { BM_CATEGORICAL_CROSSENTROPY, "softmax" },
        { BM_KL_DIVERGENCE, "softmax" },
    };
    for (size_t c = 0; c < BMI_COUNT(cases); c++) {
        double fused[2], slope[6], p[2];
        bmi_error e = { 0 };
        evaluate(BM_F64, cases[c].loss, cases[c].activation, BM_SHAPE(2, 3), x, BM_F64, BM_SHAPE(2, 3), t, fused, slope);
        bm_graph *g = bm_graph_new();
        const bm_node xn = bm_placeholder(g, BM_F64, BM_SHAPE(2, 3), "x"), tn = bm_placeholder(g, BM_F64, BM_SHAPE(2, 3), "t");
        const bm_node y = bmi_activation_node(&e, BM_HERE, "test", (bm_activation){ .name = cases[c].activation }, xn);
        const bm_node r = bmi_loss_rows(&e, BM_HERE, bmi_loss_find(&e, BM_HERE, "test", cases[c].loss, p), p,
                                        &(bm_loss_input){ .prediction = y, .target = tn });
        const bm_node d = bm_gradient(r, xn);
        bm_tensor *xt = bmt_reals(BM_F64, BM_SHAPE(2, 3), x), *tt = bmt_reals(BM_F64, BM_SHAPE(2, 3), t);
        bm_session *s = bm_session_new(g);
        bm_run(s, BM_FEEDS({ xn, xt }, { tn, tt }), BM_FETCHES(r, d));
        if (bm_failed(s)) fail_msg("%s", bm_error(s));
        for (int i = 0; i < 2; i++) bmt_near("loss", fused[i], bm_tensor_at(bm_value(s, r), i), 1e-12);
        for (int i = 0; i < 6; i++) bmt_near("slope", slope[i], bm_tensor_at(bm_value(s, d), i), 1e-12);
        bm_free(xt);
        bm_free(tt);
        bm_free(s);
        bm_free(g);
    }
}

static double loss_value(bm_loss loss, const double *y, const double *t, int64_t n)
{
    bm_tensor *yt = bmt_reals(BM_F64, BM_SHAPE(n), y), *tt = bmt_reals(BM_F64, BM_SHAPE(n), t),
              *v = bm_loss_value(loss, yt, tt);
    if (bm_failed(v)) fail_msg("%s", bm_error(v));
    const double value = bm_tensor_at(v, 0);
    bm_free(v);
    bm_free(yt);
    bm_free(tt);
    return value;
}

static void worked_numbers(void **state)
{
    (void)state;
    const double y[] = { 10, 9, 8 }, t[] = { 9, 7, 10 };
    bmt_near("MSE of (10, 9, 8) against (9, 7, 10)", loss_value(BM_MSE, y, t, 3), 3, 1e-12);
    bmt_near("the sum form", loss_value(BM_SSE, y, t, 3), 9, 1e-12);
    bmt_near("half the mean", loss_value(BM_HALF_MSE, y, t, 3), 1.5, 1e-12);
    bmt_near("half the sum", loss_value(BM_HALF_SSE, y, t, 3), 4.5, 1e-12);
    bmt_near("L1", loss_value(BM_SAE, y, t, 3), 5, 1e-12);
    bmt_near("MAE", loss_value(BM_MAE, y, t, 3), 5. / 3, 1e-12);
    /* -.5 ln(49/50) - .5 ln(47/50) = .04104 and -.95 ln(94/95) - .05 ln(2/5) = .05587: 100 people, the share found as p of class 1 */
    const double even[] = { 49. / 50, 47. / 50 }, rare[] = { 94. / 95, 2. / 5 }, is[] = { 1, 1 };
    bmt_near("cross-entropy 50/50", loss_value(BM_BINARY_CROSSENTROPY, even, is, 2), .04104, 5e-6);
    bm_tensor *p = bmt_reals(BM_F64, BM_SHAPE(2), rare), *one = bmt_reals(BM_F64, BM_SHAPE(2), is),
              *w = bmt_reals(BM_F64, BM_SHAPE(2), (const double[]){ .95, .05 });
    bm_tensor *v = bm_measure(BM_LOG_LOSS, p, one, .weight = w);
    bmt_near("cross-entropy 95/5", bm_tensor_at(v, 0), .05587, 5e-6);
    bm_free(v);
    bm_free(p);
    bm_free(one);
    bm_free(w);
}

/* Predictions of 100 people: `good` and `bad` have the rows of each class, of which some are wrong. */
static void people(double *y, double *t, int good, int good_wrong, int bad, int bad_wrong)
{
    for (int i = 0; i < good + bad; i++) {
        t[i] = i >= good;
        const bool wrong = i < good ? i < good_wrong : i - good < bad_wrong;
        y[i] = wrong ? 1 - t[i] : t[i];
    }
}

static double measured(bm_metric m, const double *y, const double *t)
{
    bm_tensor *yt = bmt_reals(BM_F64, BM_SHAPE(100), y), *tt = bmt_reals(BM_F64, BM_SHAPE(100), t), *v = bm_measure(m, yt, tt);
    if (bm_failed(v)) fail_msg("%s", bm_error(v));
    const double value = bm_tensor_at(v, 0);
    bm_free(v);
    bm_free(yt);
    bm_free(tt);
    return value;
}

static void hundred_people(void **state)
{
    (void)state;
    const struct {
        int good, good_wrong, bad, bad_wrong;
        double recall, precision, f1, balanced;
    } cases[] = {
        { 95, 1, 5, 3, .4, .6667, .5, .69474 },
        { 50, 1, 50, 3, .94, .97917, .95918, .96 },
    };
    for (size_t c = 0; c < 2; c++) {
        double y[100], t[100];
        people(y, t, cases[c].good, cases[c].good_wrong, cases[c].bad, cases[c].bad_wrong);
        bmt_near("accuracy", measured(BM_ACCURACY, y, t), .96, 1e-12);
        bmt_near("recall", measured(BM_RECALL, y, t), cases[c].recall, 1e-12);
        bmt_near("precision", measured(BM_PRECISION, y, t), cases[c].precision, 5e-5);
        bmt_near("F1", measured(BM_F1, y, t), cases[c].f1, 5e-6);
        bmt_near("balanced accuracy", measured(BM_BALANCED_ACCURACY, y, t), cases[c].balanced, 5e-6);
    }
}

/* Weighted rows over their number for a mean, summed for a sum. */
static void weights(void **state)
{
    (void)state;
    const double rows[] = { 1, 2, 6 }, weight[] = { 2, 1, .5 };
    bm_graph *g = bm_graph_new();
    bm_node r = bm_placeholder(g, BM_F64, BM_SHAPE(BM_ANY), "r"), w = bm_placeholder(g, BM_F64, BM_SHAPE(BM_ANY), "w");
    bm_node mean = bmi_loss_reduce(r, w, BM_REDUCE_MEAN, BM_HERE), sum = bmi_loss_reduce(r, w, BM_REDUCE_SUM, BM_HERE);
    bm_tensor *rt = bmt_reals(BM_F64, BM_SHAPE(3), rows), *wt = bmt_reals(BM_F64, BM_SHAPE(3), weight);
    bm_session *s = bm_session_new(g);
    bm_run(s, BM_FEEDS({ r, rt }, { w, wt }), BM_FETCHES(mean, sum));
    bmt_near("mean", bm_scalar(s, mean), 7. / 3, 1e-12);
    bmt_near("sum", bm_scalar(s, sum), 7, 1e-12);
    bm_free(rt);
    bm_free(wt);
    bm_free(s);
    bm_free(g);
}

static void shapes_refused(void **state)
{
    (void)state;
    const struct {
        bm_loss loss;
        bm_shape y, t;
        bm_type type;
        const char *text;
    } cases[] = {
        { BM_MSE, BM_SHAPE(BM_ANY, 3), BM_SHAPE(BM_ANY, 2), BM_F32,
          "mse: the prediction is (any, 3), the target is (any, 2), must be of the same shape" },
        { BM_MSE, BM_SHAPE(BM_ANY, 3), BM_SHAPE(BM_ANY), BM_F32, "must be of the same shape" },
        { BM_MSE, BM_SCALAR, BM_SCALAR, BM_F32, "it needs rows" },
        { BM_SOFTMAX_CROSSENTROPY, BM_SHAPE(8, 3), BM_SHAPE(7), BM_I32,
          "the target is (7), must be one class number for each row" },
        { BM_SPARSE_CATEGORICAL_CROSSENTROPY, BM_SHAPE(8), BM_SHAPE(8), BM_I32, "it needs rows and one column a class" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bmi_error e = { 0 };
        double p[2];
        bm_graph *g = bm_graph_new();
        bm_loss_input in = { .prediction = bm_placeholder(g, BM_F32, cases[i].y, "y"),
                             .target = bm_placeholder(g, cases[i].type, cases[i].t, "t") };
        assert_false(bm_node_ok(
            bmi_loss_rows(&e, (bm_place){ "net.c", 5 }, bmi_loss_find(&e, BM_HERE, "test", cases[i].loss, p), p, &in)));
        assert_int_equal(e.status, BM_E_SHAPE);
        bmt_contains("shapes", e.text, cases[i].text);
        bmt_contains("place", e.text, "net.c:5: ");
        bm_free(g);
    }
    /* (batch) and (batch, 1) are the same, whichever side has the 1; whole numbers become reals */
    const double y[] = { 1, 2 }, t[] = { 1, 4 };
    double rows[2], slope[2];
    evaluate(BM_F32, BM_MSE, NULL, BM_SHAPE(2, 1), y, BM_I64, BM_SHAPE(2), t, rows, slope);
    assert_true(rows[0] == 0 && rows[1] == 4);
}

static void measures_refused(void **state)
{
    (void)state;
    const double numbers[] = { .1, .9, .4, .6, .5, .5 };
    bm_tensor *six = bmt_reals(BM_F64, BM_SHAPE(6), numbers), *pairs = bmt_reals(BM_F64, BM_SHAPE(3, 2), numbers),
              *none = bmt_reals(BM_F64, BM_SHAPE(0, 2), numbers);
    bm_tensor *ones = bmt_reals(BM_F64, BM_SHAPE(6), (const double[]){ 1, 1, 1, 1, 1, 1 }),
              *labels = bmt_reals(BM_I32, BM_SHAPE(3), (const double[]){ 0, 1, 2 });
    bm_tensor *two = bmt_reals(BM_F64, BM_SHAPE(2), (const double[]){ 0, 1 }),
              *odd = bmt_reals(BM_F64, BM_SHAPE(2), (const double[]){ 0, (double)NAN }),
              *endless = bmt_reals(BM_F64, BM_SHAPE(2), (const double[]){ (double)INFINITY, 1 }),
              *five = bmt_reals(BM_F64, BM_SHAPE(2), (const double[]){ 0, 5 }),
              *below = bmt_reals(BM_F64, BM_SHAPE(2), (const double[]){ -1, 1 }),
              *zeros = bmt_reals(BM_F64, BM_SHAPE(2), (const double[]){ 0, 0 });
    struct {
        bm_tensor *got;
        bm_status status;
        const char *text;
    } cases[] = {
        { bm_measure(BM_ROC_AUC, six, ones), BM_E_DATA, "roc_auc: it is not defined for these rows" },
        { bm_measure(BM_ACCURACY, pairs, labels), BM_E_DATA, "accuracy: the target of row 2 is 2, classes are 0 to 1" },
        { bm_confusion(pairs, labels), BM_E_DATA, "confusion: the target of row 2 is 2" },
        { bm_measure(BM_ACCURACY, none, none), BM_E_DATA, "there are no rows" },
        { bm_measure(BM_ACCURACY, six, labels), BM_E_SHAPE, "the prediction has 6 rows, the target 3" },
        { bm_measure(BM_ACCURACY, six, ones, .weight = labels), BM_E_SHAPE, "the prediction has 6 rows, the weight 3" },
        { bm_measure(BM_ACCURACY, labels, pairs), BM_E_SHAPE, "the prediction has 1 columns, the target 2" },
        { bm_measure(BM_ACCURACY, NULL, pairs), BM_E_ARGUMENT, "the prediction is null" },
        { bm_measure(BM_VALUE(bm_metric, .name = "acuracy"), six, ones), BM_E_ARGUMENT, "did you mean \"accuracy\"?" },
        { bm_measure(BM_TOP_K(-1), pairs, labels), BM_E_ARGUMENT, "the k of top_k is -1, must be >= 1" },
        { bm_measure(BM_ACCURACY, odd, two), BM_E_DATA, "accuracy: the prediction of row 1 is NaN" },
        { bm_measure(BM_F1, odd, two), BM_E_DATA, "f1: the prediction of row 1 is NaN" },
        { bm_confusion(odd, two), BM_E_DATA, "confusion: the prediction of row 1 is NaN" },
        { bm_measure(BM_R2, two, odd), BM_E_DATA, "r2: the target of row 1 is nan" },
        { bm_measure(BM_LOG_LOSS, two, endless), BM_E_DATA, "log_loss: the target of row 0 is inf" },
        { bm_measure(BM_LOG_LOSS, two, five), BM_E_DATA, "log_loss: the target of row 1 is 5, classes are 0 to 1" },
        { bm_measure(BM_ACCURACY, two, two, .weight = odd), BM_E_DATA, "accuracy: the weight of row 1 is nan" },
        { bm_confusion(two, two, .weight = below), BM_E_DATA,
          "confusion: the weight of row 0 is -1; weights are finite and 0" },
        { bm_measure(BM_F1, two, two, .weight = zeros), BM_E_DATA, "f1: the weights sum to 0" },
        { bm_loss_value(BM_MSE, pairs, six), BM_E_SHAPE, "mse: the prediction is (3, 2), the target is (6)" },
        { bm_loss_value(BM_HUBER(-1), six, ones), BM_E_ARGUMENT, "the delta of huber is -1, must be > 0" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        assert_int_equal(bm_status_of(cases[i].got), cases[i].status);
        bmt_contains("measure", bm_error(cases[i].got), cases[i].text);
        bmt_contains("measure", bm_error(cases[i].got), "test_losses.c:");
        bm_free(cases[i].got);
    }
    bm_tensor *const given[] = { two, odd, endless, five, below, zeros };
    for (size_t i = 0; i < BMI_COUNT(given); i++) bm_free(given[i]);
    bm_free(six);
    bm_free(pairs);
    bm_free(none);
    bm_free(ones);
    bm_free(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_are_stable), cmocka_unit_test(probabilities_at_the_ends),
        cmocka_unit_test(fused_and_plain),   cmocka_unit_test(worked_numbers),
        cmocka_unit_test(hundred_people),    cmocka_unit_test(weights),
        cmocka_unit_test(shapes_refused),    cmocka_unit_test(measures_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
