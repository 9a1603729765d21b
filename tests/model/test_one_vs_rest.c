// SPDX-License-Identifier: Apache-2.0
/* One class against the rest, by logistic regression each, against scikit-learn on iris (tests/golden/one_vs_rest.py); the activation that makes
 * shares of the units' probabilities; and a loss that finds the logits of any activation that ends in a softmax.
 */
#include "support/bmt.h"
#include <baeum.h>
#include <baeum/extend.h>
#include <math.h>
#include <string.h>

static bm_model *on_iris(bm_learner how, bm_table *t)
{
    bm_recipe *r = bm_recipe_new(.target = "Species");
    bm_model *m = bm_learner(how, r);
    bm_fit_table(m, t, .seed = 1);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(r);
    return m;
}

static void on_flowers(void **state)
{
    (void)state;
    const double kernel[] = { -1.2009927,   .083030876,  -.059010272, 1.387518348,  -1.289246994, -.715519679,
                              -2.060676464, 1.148841798, 3.310923503, -1.901535473, -1.224824852, 3.943309754 },
                 bias[] = { -2.868236416, -.958021802, -4.805186796 };
    const double shares[][3] = { { .91415243, .085847317, .000000253 },
                                 { .007996731, .2365434, .755459869 },
                                 { .001980975, .290542163, .707476862 } };
    const int64_t rows[] = { 0, 70, 149 };
    bm_table *t = bm_table_load("iris");
    bm_model *m = on_iris(bm_one_vs_rest(.C = 2, .tolerance = 1e-9), t);
    for (int i = 0; i < 12; i++) bmt_near("kernel", bm_tensor_at(bm_model_weight(m, "output/kernel"), i), kernel[i], 2e-5);
    for (int i = 0; i < 3; i++) bmt_near("bias", bm_tensor_at(bm_model_weight(m, "output/bias"), i), bias[i], 2e-5);
    bm_tensor *p = bm_predict_table(m, t);
    int right = 0;
    for (int i = 0; i < 150; i++) {
        int best = 0;
        for (int k = 1; k < 3; k++)
            if (bm_tensor_at(p, 3 * i + k) > bm_tensor_at(p, 3 * i + best)) best = k;
        right += best == i / 50;
    }
    assert_int_equal(right, 141);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) bmt_near("share", bm_tensor_at(p, 3 * rows[i] + k), shares[i][k], 1e-5);
    assert_string_equal(bm_error(p), "");
    bm_save(m, bmt_temp("ovr.st"));
    bm_model *again = bm_load(bmt_temp("ovr.st"));
    bm_tensor *q = bm_predict_table(again, t);
    if (bm_failed(q)) fail_msg("%s", bm_error(q));
    assert_memory_equal(bm_data_f64(p), bm_data_f64(q), 450 * sizeof(double));
    bm_free(q);
    bm_free(again);
    bm_free(p);
    bm_free(m);
    bm_free(t);
}

/* A row of weight 3 is a row that is there three times. */
static void weighed(void **state)
{
    (void)state;
    double x[60], y[60];
    float w[20];
    int64_t n = 0;
    for (int i = 0; i < 20; i++) {
        w[i] = i % 4 == 1 ? 3 : 1;
        for (int k = 0; k < (int)w[i]; k++, n++) {
            x[n] = sin(i) * 3;
            y[n] = i % 3;
        }
    }
    double p[2][3];
    for (int repeated = 0; repeated < 2; repeated++) {
        double once[20];
        int32_t class[60];
        int64_t at = 0;
        for (int i = 0; i < 20; i++) {
            once[i] = sin(i) * 3;
            if (!repeated) class[i] = i % 3;
        }
        for (; repeated && at < n; at++) class[at] = (int32_t)y[at];
        const int64_t rows = repeated ? n : 20;
        bm_tensor *xs = bm_tensor_copy(BM_F64, BM_SHAPE(rows, 1), repeated ? x : once),
                  *ts = bm_tensor_copy(BM_I32, BM_SHAPE(rows), class), *ws = bm_tensor_copy(BM_F32, BM_SHAPE(20), w);
        bm_dataset *d = repeated ? bm_dataset_from(xs, ts) : bm_dataset_new({ xs }, { ts }, .weights = ws);
        bm_model *m = bm_learner(bm_one_vs_rest(.tolerance = 1e-10), NULL);
        bm_fit(m, d);
        if (bm_failed(m)) fail_msg("%s", bm_error(m));
        const double one = 1;
        bm_tensor *in = bm_tensor_view(BM_F64, BM_SHAPE(1, 1), &one), *out = bm_predict(m, in);
        for (int k = 0; k < 3; k++) p[repeated][k] = bm_tensor_at(out, k);
        bmt_near("shares", p[repeated][0] + p[repeated][1] + p[repeated][2], 1, 1e-12);
        bm_free(out);
        bm_free(in);
        bm_free(m);
        bm_free(d);
        bm_free(xs);
        bm_free(ts);
        bm_free(ws);
    }
    for (int k = 0; k < 3; k++) bmt_near("as if repeated", p[0][k], p[1][k], 1e-7);
}

/* ---- activations that end in a softmax ---- */

static bm_node cool(bm_node x, const double p[2])
{
    (void)p;
    return bm_softmax(bm_scale(x, 3));
}
static const bm_activation_kind cool_kind = { .size = sizeof(bm_activation_kind), .name = "cool", .apply = cool };

static void logits_of_what_it_is(void **state)
{
    (void)state;
    const double x[] = { .5, -1, 2 };
    const struct {
        bm_activation how;
        double share[3]; /* of x = .5, -1, 2 */
    } cases[] = {
        { { .kind = &cool_kind }, { exp(1.5), exp(-3), exp(6) } },
        { { .name = "one_vs_rest" }, { 1 / (1 + exp(-.5)), 1 / (1 + exp(1)), 1 / (1 + exp(-2)) } },
    };
    for (int i = 0; i < 2; i++) {
        const double *s = cases[i].share, sum = s[0] + s[1] + s[2];
        const int32_t class = 1;
        bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(3), .type = BM_F64),
                                    bm_dense(3, .activation = cases[i].how, .no_bias = true, .name = "d"));
        const double unit[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
        bm_tensor *identity = bm_tensor_copy(BM_F64, BM_SHAPE(3, 3), unit);
        bm_model_set_weight(m, "d/kernel", identity);
        bm_free(identity);
        bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
        bm_tensor *xs = bm_tensor_copy(BM_F64, BM_SHAPE(1, 3), x), *ts = bm_tensor_copy(BM_I32, BM_SHAPE(1), &class),
                  *y = bm_predict(m, xs);
        bm_dataset *d = bm_dataset_from(xs, ts);
        if (bm_failed(m) || bm_failed(y)) fail_msg("%s%s", bm_error(m), bm_error(y));
        for (int k = 0; k < 3; k++) bmt_near("share", bm_tensor_at(y, k), s[k] / sum, 1e-12);
        bmt_near("loss", bm_evaluate(m, d).loss, -log(s[1] / sum), 1e-12);
        bm_free(d);
        bm_free(y);
        bm_free(xs);
        const double wide[] = { 900, -900, 0 };
        bm_tensor *far = bm_tensor_copy(BM_F64, BM_SHAPE(1, 3), wide);
        d = bm_dataset_from(far, ts);
        assert_true(isfinite(bm_evaluate(m, d).loss)); /* finite at any size */
        bm_free(d);
        bm_free(far);
        bm_free(ts);
        bm_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_flowers),
        cmocka_unit_test(weighed),
        cmocka_unit_test(logits_of_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
