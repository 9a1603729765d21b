// SPDX-License-Identifier: Apache-2.0
/* Losses on logits: metrics see probabilities, as if the last layer had the activation; bm_predict gives what the last layer gives.
 * The twin of each model has the activation in its last layer, with the same weights.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>

enum { ROWS = 90 };

/* targets: class numbers of `classes`, or that many labels of their own. */
static bm_dataset *data(int classes, bool labels)
{
    bm_tensor *x = bm_tensor_new(BM_F32, BM_SHAPE(ROWS, 4));
    bm_tensor *t = labels ? bm_tensor_new(BM_F32, BM_SHAPE(ROWS, classes)) : bm_tensor_new(BM_I32, BM_SHAPE(ROWS));
    unsigned seed = 9;
    for (int i = 0; i < ROWS; i++) {
        float *row = (float *)bm_data(x) + 4 * i;
        for (int k = 0; k < 4; k++) row[k] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 256 - 2;
        if (labels)
            for (int k = 0; k < classes; k++) ((float *)bm_data(t))[classes * i + k] = row[k] + row[3] / 2 > .3f;
        else ((int32_t *)bm_data(t))[i] = classes == 2 ? row[0] > row[1] + .5f : (row[0] > 0) + (row[1] > 0);
    }
    bm_dataset *d = bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    return d;
}

static bm_model *fitted(bm_dataset *d, int units, bm_activation last, const bm_compile_options *o)
{
    bm_model *m = bm_sequential(bm_input(4), bm_dense(6, .activation = BM_TANH), bm_dense(units, .activation = last));
    bm_compile_options compile = *o;
    compile.optimizer = bm_adam(.rate = .03);
    bm_compile_at(m, &compile, sizeof compile, BM_HERE);
    bm_fit(m, d, .epochs = 3, .batch = 20, .seed = 4, .validation = d);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    return m;
}

/* Scores and history of both are the same. */
static void twins(const char *what, bm_dataset *d, bm_model *logits, bm_model *twin, bool all_of_training)
{
    const bm_scores a = bm_evaluate(logits, d), b = bm_evaluate(twin, d);
    if (a.status || b.status) fail_msg("%s: %s%s", what, a.error, b.error);
    assert_int_equal(a.count, b.count);
    bmt_near(what, a.loss, b.loss, 1e-5);
    for (int64_t i = 0; i < a.count; i++) {
        const char *name = a.metrics[i].name;
        char full[64];
        if (!isfinite(b.metrics[i].value)) fail_msg("%s: %s is %g", what, name, b.metrics[i].value);
        bmt_near(name, a.metrics[i].value, b.metrics[i].value, 1e-5);
        snprintf(full, sizeof full, "validation_%s", name);
        bmt_near(full, bm_history(logits, full, -1), bm_history(twin, full, -1), 1e-5);
        if (all_of_training)
            bmt_near(name, bm_history(logits, name, 1), bm_history(twin, name, 1), 1e-5); /* NaN where training has none */
    }
    assert_true(bm_score(&a, "accuracy") > .5 && bm_score(&a, "accuracy") < 1);
}

static void two_classes(void **state)
{
    (void)state;
    bm_dataset *d = data(2, false);
#define METRICS                                                            \
    .metrics = { BM_ACCURACY,  BM_ROC_AUC,           BM_LOG_LOSS,   BM_F1, \
                 BM_PRECISION, BM_BALANCED_ACCURACY, BM_METRIC_MSE, BM_BINARY_ACCURACY }
    bm_model *logits = fitted(d, 1, BM_LINEAR, &(bm_compile_options){ .loss = BM_SIGMOID_CROSSENTROPY, METRICS });
    bm_model *twin = fitted(d, 1, BM_SIGMOID, &(bm_compile_options){ .loss = BM_BINARY_CROSSENTROPY, METRICS });
    bm_model *both = fitted(d, 1, BM_SIGMOID, &(bm_compile_options){ .loss = BM_SIGMOID_CROSSENTROPY, METRICS });
    twins("sigmoid", d, logits, twin, true);
    twins("sigmoid given all the same", d, both, twin, true);
    bm_tensor *raw = bm_predict(logits, bm_dataset_x(d, 0)), *p = bm_predict(twin, bm_dataset_x(d, 0));
    for (int i = 0; i < ROWS; i++) bmt_near("raw outputs", 1 / (1 + exp(-bm_tensor_at(raw, i))), bm_tensor_at(p, i), 1e-6);
    bm_free(raw);
    bm_free(p);
    bm_free(logits);
    bm_free(twin);
    bm_free(both);
    bm_free(d);
#undef METRICS
}

static void labels(void **state)
{
    (void)state;
    bm_dataset *d = data(3, true);
#define METRICS .metrics = { BM_ACCURACY, BM_ROC_AUC, BM_LOG_LOSS, BM_F1_MICRO, BM_F1_MACRO, BM_RECALL_WEIGHTED }
    bm_model *logits = fitted(d, 3, BM_LINEAR, &(bm_compile_options){ .loss = BM_SIGMOID_CROSSENTROPY, METRICS });
    bm_model *twin = fitted(d, 3, BM_SIGMOID, &(bm_compile_options){ .loss = BM_BINARY_CROSSENTROPY, METRICS });
    twins("labels", d, logits, twin, true);
    bm_free(logits);
    bm_free(twin);
    bm_free(d);
#undef METRICS
}

static void several_classes(void **state)
{
    (void)state;
    bm_dataset *d = data(3, false);
#define METRICS .metrics = { BM_ACCURACY, BM_ROC_AUC, BM_LOG_LOSS, BM_F1_MACRO, BM_TOP_K(2), BM_BALANCED_ACCURACY }
    bm_model *logits = fitted(d, 3, BM_LINEAR, &(bm_compile_options){ .loss = BM_SOFTMAX_CROSSENTROPY, METRICS });
    bm_model *twin = fitted(d, 3, BM_SOFTMAX, &(bm_compile_options){ .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, METRICS });
    bm_model *both = fitted(d, 3, BM_SOFTMAX, &(bm_compile_options){ .loss = BM_SOFTMAX_CROSSENTROPY, METRICS });
    twins("softmax", d, logits, twin, true);
    twins("softmax given all the same", d, both, twin, true);
    bm_tensor *raw = bm_predict(logits, bm_dataset_x(d, 0)), *p = bm_predict(twin, bm_dataset_x(d, 0));
    for (int i = 0; i < ROWS; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++) sum += exp(bm_tensor_at(raw, 3 * i + k));
        for (int k = 0; k < 3; k++)
            bmt_near("raw outputs", exp(bm_tensor_at(raw, 3 * i + k)) / sum, bm_tensor_at(p, 3 * i + k), 1e-6);
    }
    bm_free(raw);
    bm_free(p);
    bm_free(logits);
    bm_free(twin);
    bm_free(both);
    bm_free(d);
#undef METRICS
}

/* Targets that no class or probability is: named by row, before anything is trained; in a loss by itself, too. */
static void targets_outside(void **state)
{
    (void)state;
    const struct {
        const char *what;
        bm_loss loss;
        bm_activation last;
        int units;
        bool labels;
        int row;
        double value;
        const char *part;
    } cases[] = {
        { "class, logits", BM_SOFTMAX_CROSSENTROPY, BM_LINEAR, 3, false, 7, 3,
          "row 7 has the class 3; the model has outputs for the classes 0 to 2" },
        { "class, softmax", BM_SPARSE_CATEGORICAL_CROSSENTROPY, BM_SOFTMAX, 3, false, 8, -1, "row 8 has the class -1" },
        { "class, probabilities", BM_SPARSE_CATEGORICAL_CROSSENTROPY, BM_SIGMOID, 3, false, 9, 17, "row 9 has the class 17" },
        { "two classes", BM_BINARY_CROSSENTROPY, BM_SIGMOID, 1, false, 10, 2,
          "row 10 has the class 2; the model has outputs for the classes 0 to 1" },
        { "two classes, logits", BM_SIGMOID_CROSSENTROPY, BM_LINEAR, 1, false, 11, -1, "row 11 has the class -1" },
        { "labels", BM_BINARY_CROSSENTROPY, BM_SIGMOID, 3, true, 12, 1.5,
          "row 12 has the target 1.5; the loss binary_crossentropy wants probabilities, 0 to 1" },
        { "labels, logits", BM_SIGMOID_CROSSENTROPY, BM_LINEAR, 3, true, 13, -1,
          "row 13 has the target -1; the loss sigmoid_crossentropy" },
        { "one-hot", BM_CATEGORICAL_CROSSENTROPY, BM_SOFTMAX, 3, true, 14, 2,
          "row 14 has the target 2; the loss categorical_crossentropy" },
        { "distribution", BM_KL_DIVERGENCE, BM_SOFTMAX, 3, true, 15, -.5,
          "row 15 has the target -0.5; the loss kl_divergence" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_dataset *good = data(cases[i].units == 1 ? 2 : 3, cases[i].labels);
        bm_tensor *t = bm_tensor_copy_at(cases[i].labels ? BM_F32 : BM_I32, bm_tensor_shape(bm_dataset_t(good, 0)),
                                         bm_data_any(bm_dataset_t(good, 0)), BM_HERE);
        if (cases[i].labels) ((float *)bm_data(t))[3 * cases[i].row + 1] = (float)cases[i].value;
        else ((int32_t *)bm_data(t))[cases[i].row] = (int32_t)cases[i].value;
        bm_dataset *bad = bm_dataset_from(bm_dataset_x(good, 0), t);
        bm_model *m = bm_sequential(bm_input(4), bm_dense(cases[i].units, .activation = cases[i].last));
        bm_compile(m, .loss = cases[i].loss);
        assert_int_equal(bm_fit(m, bad), BM_E_DATA);
        bmt_contains(cases[i].what, bm_error(m), cases[i].part);
        assert_int_equal(bm_history_epochs(m), 0);
        bm_clear(m);
        bm_fit(m, good);
        if (bm_failed(m)) fail_msg("%s: %s", cases[i].what, bm_error(m));
        const bm_scores s = bm_evaluate(m, bad);
        assert_int_equal(s.status, BM_E_DATA);
        bmt_contains(cases[i].what, s.error, cases[i].part);
        bm_free(m);
        bm_free(t);
        bm_free(bad);
        bm_free(good);
    }
    const bm_loss losses[] = { BM_SOFTMAX_CROSSENTROPY, BM_SPARSE_CATEGORICAL_CROSSENTROPY };
    for (int i = 0; i < 2; i++) {
        bm_tensor *p = bm_tensor_copy_at(BM_F32, BM_SHAPE(2, 3), (const float[]){ .2f, .3f, .5f, .2f, .3f, .5f }, BM_HERE);
        bm_tensor *t = bm_tensor_copy_at(BM_I32, BM_SHAPE(2), (const int32_t[]){ 1, 3 }, BM_HERE);
        bm_tensor *v = bm_loss_value(losses[i], p, t);
        assert_int_equal(bm_status_of(v), BM_E_DATA);
        bmt_contains(losses[i].name, bm_error(v), " 3 at position 1 is outside 0 .. 2");
        bm_free(v);
        bm_free(t);
        bm_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_classes),
        cmocka_unit_test(labels),
        cmocka_unit_test(several_classes),
        cmocka_unit_test(targets_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
