// SPDX-License-Identifier: Apache-2.0
/* Losses of numbers above 0: their stable form behind an exponential against torch, the least Poisson loss against scikit-learn
 * (tests/golden/poisson.py), the output layers that learners give them, and what cannot be.
 */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 60 };

static bm_dataset *counts(double by, double less)
{
    static double x[ROWS][2], t[ROWS];
    for (int i = 0; i < ROWS; i++) {
        x[i][0] = sin(i);
        x[i][1] = cos(2 * i);
        t[i] = by * floor(exp(.5 + .8 * x[i][0] - .4 * x[i][1]) + i % 3) - less;
    }
    bm_tensor *xs = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, 2), x), *ts = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, 1), t);
    bm_dataset *d = bm_dataset_from(xs, ts);
    bm_free(xs);
    bm_free(ts);
    return d;
}

static bm_model *one_unit(bm_loss loss, double w0, double w1, double b)
{
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64),
                                bm_dense(1, .activation = BM_EXPONENTIAL, .name = "rate"));
    bm_compile(m, .loss = loss, .optimizer = bm_adam(.rate = .05));
    bm_tensor *w = bm_tensor_view(BM_F64, BM_SHAPE(2, 1), ((double[]){ w0, w1 })),
              *c = bm_tensor_view(BM_F64, BM_SHAPE(1), ((double[]){ b }));
    bm_model_set_weight(m, "rate/kernel", w);
    bm_model_set_weight(m, "rate/bias", c);
    bm_free(w);
    bm_free(c);
    return m;
}

static void values(void **state)
{
    (void)state;
    const struct {
        bm_loss loss;
        double w[3], want;
    } cases[] = { { BM_POISSON, { .5, -.25, .1 }, .31492185008444 },
                  { BM_MSLE, { .5, -.25, .1 }, .288471568089072 },
                  { BM_POISSON, { 20, 30, 0 }, 4192439992896.1 },
                  { BM_MSLE, { 20, 30, 0 }, 246.382416277537 },
                  { BM_MSLE, { 2000, 3000, 0 }, NAN } };
    bm_dataset *d = counts(1, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_model *m = one_unit(cases[i].loss, cases[i].w[0], cases[i].w[1], cases[i].w[2]);
        const bm_scores s = bm_evaluate(m, d);
        if (s.status) fail_msg("%s", s.error);
        if (isfinite(cases[i].want)) bmt_near("loss", s.loss, cases[i].want, 1e-12);
        else assert_true(isfinite(s.loss)); /* e^4000 is no number; the loss is */
        bm_free(m);
    }
    bm_free(d);
}

static void least_loss(void **state)
{
    (void)state;
    bm_dataset *d = counts(1, 0);
    bm_model *m = one_unit(BM_POISSON, 0, 0, 0);
    bm_fit(m, d, .epochs = 4000, .whole = true);
    assert_string_equal(bm_error(m), "");
    const double want[] = { .653454943909, -.360750975764, .774996699444 },
                 y[] = { 1.513228917383, 4.370972183426, 4.977780816368 };
    for (int i = 0; i < 2; i++) bmt_near("w", bm_tensor_at(bm_model_weight(m, "rate/kernel"), i), want[i], 1e-6);
    bmt_near("b", bm_tensor_at(bm_model_weight(m, "rate/bias"), 0), want[2], 1e-6);
    bm_tensor *p = bm_predict(m, bm_dataset_x(d, 0));
    for (int i = 0; i < 3; i++) bmt_near("prediction", bm_tensor_at(p, i), y[i], 1e-5);
    bm_free(p);
    bm_free(m);
    bm_free(d);
}

/* A model file's bytes as a text. */
static void read_file(const char *path, char *text, size_t room)
{
    FILE *f = fopen(path, "rb");
    const size_t n = fread(text, 1, room - 1, f);
    fclose(f);
    for (size_t i = 0; i < n; i++) text[i] = text[i] ? text[i] : ' ';
    text[n] = 0;
}

/* Networks as learners: what they put out is above 0, from the first step on near the mean, and comes back from a file. */
static void learners(void **state)
{
    (void)state;
    static const struct {
        const char *how, *output;
        bm_loss loss;
    } cases[] = { { "dense 6 tanh", "exponential", { .name = "poisson" } },
                  { "dense 6 tanh, dense 1", "exponential", { .name = "poisson" } },
                  { "dense 6 tanh, dense 1 exponential", "exponential", { .name = "msle" } },
                  { "dense 6 tanh, dense 1 softplus", "softplus", { .name = "poisson" } },
                  { "mlp:6", "exponential", { .name = "msle" } } };
    bm_dataset *d = counts(1000, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static char text[20000];
        bm_model *m = bm_learner_parse(cases[i].how, NULL);
        bm_compile(m, .loss = cases[i].loss);
        bm_fit(m, d, .epochs = 1);
        if (bm_failed(m)) fail_msg("%s: %s", cases[i].how, bm_error(m));
        assert_int_equal(bm_model_layers(m), 3);
        bm_save(m, bmt_temp("counts.st"));
        read_file(bmt_temp("counts.st"), text, sizeof text);
        bmt_contains(cases[i].how, strstr(text, "\\\"units\\\":1,"), cases[i].output);
        bm_model *back = bm_load(bmt_temp("counts.st"));
        bm_tensor *a = bm_predict(m, bm_dataset_x(d, 0)), *b = bm_predict(back, bm_dataset_x(d, 0));
        double mean = 0;
        for (int k = 0; k < ROWS; k++) {
            assert_true(bm_tensor_at(a, k) > 0);
            assert_true(bm_tensor_at(a, k) == bm_tensor_at(b, k));
            mean += bm_tensor_at(a, k) / ROWS;
        }
        if (strcmp(cases[i].output, "softplus")) assert_true(mean > 800 && mean < 12000);
        bm_free(a);
        bm_free(b);
        bm_free(back);
        bm_free(m);
    }
    bm_free(d);
}

/* What was given to a last layer that becomes the output is kept. */
static void output_keeps_settings(void **state)
{
    (void)state;
    bm_dataset *d = counts(1, 0);
    bm_model *m = bm_learner_parse("dense 4 tanh, dense 1 no_bias name=last", NULL);
    bm_fit(m, d, .epochs = 1);
    assert_string_equal(bm_error(m), "");
    assert_string_equal(bm_model_layer_name(m, 2), "last");
    assert_int_equal(bm_model_parameters(m), 2 * 4 + 4 + 4);
    bm_free(m);
    bm_free(d);
}

static void refused(void **state)
{
    (void)state;
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64), bm_dense(1));
    bm_compile(m, .loss = BM_POISSON);
    assert_int_equal(bm_status_of(m), BM_E_ARGUMENT);
    bmt_contains("linear", bm_error(m), "the loss poisson takes numbers above 0");
    bmt_contains("linear", bm_error(m), "BM_EXPONENTIAL");
    bm_free(m);
    bm_dataset *d = counts(1, 3);
    m = one_unit(BM_POISSON, 0, 0, 0);
    bm_fit(m, d);
    assert_int_equal(bm_status_of(m), BM_E_DATA);
    bmt_contains("negative", bm_error(m), "the loss poisson wants numbers of 0 or more");
    bm_free(m);
    bm_free(d);
    d = counts(1, 1);
    m = one_unit(BM_MAPE, 0, 0, 0);
    bm_fit(m, d);
    assert_int_equal(bm_status_of(m), BM_E_DATA);
    bmt_contains("zeros", bm_error(m), "targets are 0 (the first in row ");
    bmt_contains("zeros", bm_error(m), "the loss mape divides by them");
    bm_free(m);
    bm_free(d);
}

/* A model file of a linear output and this loss, as they could be made once, still loads. */
static void once_saved(void **state)
{
    (void)state;
    static char text[20000];
    bm_model *m = bm_sequential(bm_input(2), bm_dense(1));
    bm_compile(m, .loss = BM_HALF_MSE);
    assert_int_equal(bm_save(m, bmt_temp("once.st")), BM_OK);
    FILE *f = fopen(bmt_temp("once.st"), "rb");
    const size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    char *at = NULL;
    for (size_t i = 0; !at && i + 12 < n; i++)
        if (!memcmp(text + i, "\\\"half_mse\\\"", 12)) at = text + i;
    assert_non_null(at);
    memcpy(at, "\\\"poisson\\\" ", 12);
    f = fopen(bmt_temp("once.st"), "wb");
    fwrite(text, 1, n, f);
    fclose(f);
    bm_model *back = bm_load(bmt_temp("once.st"));
    assert_string_equal(bm_error(back), "");
    bm_free(back);
    bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),   cmocka_unit_test(least_loss),
        cmocka_unit_test(learners), cmocka_unit_test(output_keeps_settings),
        cmocka_unit_test(refused),  cmocka_unit_test(once_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
