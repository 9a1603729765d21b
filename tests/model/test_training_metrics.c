// SPDX-License-Identifier: Apache-2.0
/* Metrics that need all rows at once, of the rows that an epoch trained on: against scikit-learn on the same predictions
 * (tests/golden/training_metrics.py), which do not change where the rate is 0; and, where they change from step to step, against
 * predictions made before each step. Resumed within an epoch they are the same.
 */
#include <baeum.h>
#include <baeum/extend.h>
#include "format/safetensors.h"
#include "support/bmt.h"
#include <math.h>
#include <string.h>

enum { ROWS = 50 };

static double x[ROWS * 2], t_numbers[ROWS];
static int32_t two[ROWS], three[ROWS];
static unsigned seed = 21;

static double number(void)
{
    return (double)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
}

static int begin(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * ROWS; i++) x[i] = number();
    for (int i = 0; i < ROWS; i++) {
        const double noise = number(), a = x[2 * i], b = x[2 * i + 1];
        two[i] = a - b + noise > 0;
        three[i] = (a + .5 * noise > 0) + (b - .5 * noise > 0);
        t_numbers[i] = a - b + .5 * noise;
    }
    return 0;
}

static bm_dataset *dataset(bm_type type, const void *t)
{
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, 2), x), *b = bm_tensor_view(type, BM_SHAPE(ROWS), t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_free(a), bm_free(b);
    return d;
}

static void set(bm_model *m, const char *name, bm_shape shape, const double *values)
{
    bm_tensor *w = bm_tensor_view(BM_F64, shape, values);
    bm_model_set_weight(m, name, w);
    bm_free(w);
}

static void sound(bm_model *m)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
}

/* A rate of 0: in every epoch, whatever the order and the batches, what scikit-learn says of the predictions. */
static void as_scikit_learn(void **state)
{
    (void)state;
    const bm_optimizer frozen = bm_sgd(.rate = BM_ZERO);
    const struct {
        const char *names[6];
        double values[6];
    } cases[] = {
        { { "roc_auc", "f1", "precision", "recall", "log_loss", "balanced_accuracy" },
          { .896103896104, .739130434783, .708333333333, .772727272727, .483301157524, .761363636364 } },
        { { "roc_auc", "f1_macro", "precision_weighted", "log_loss" },
          { .837215712216, .687606112054, .774444444444, .799652285280 } },
        { { "r2", "rmse" }, { .867816402282, .346531039324 } },
    };
    for (int i = 0; i < 3; i++) {
        bm_dataset *d = i == 0 ? dataset(BM_I32, two) : i == 1 ? dataset(BM_I32, three) : dataset(BM_F64, t_numbers);
        bm_model *m =
            bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64), i == 0   ? bm_dense(1, .activation = BM_SIGMOID)
                                                                             : i == 1 ? bm_dense(3, .activation = BM_SOFTMAX)
                                                                                      : bm_dense(1));
        if (i == 0)
            bm_compile(m, .loss = BM_BINARY_CROSSENTROPY, .optimizer = frozen,
                       .metrics = { BM_ROC_AUC, BM_F1, BM_PRECISION, BM_RECALL, BM_LOG_LOSS, BM_BALANCED_ACCURACY });
        else if (i == 1)
            bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = frozen,
                       .metrics = { BM_ROC_AUC, BM_F1_MACRO, BM_PRECISION_WEIGHTED, BM_ACCURACY, BM_LOG_LOSS });
        else bm_compile(m, .loss = BM_MSE, .optimizer = frozen, .metrics = { BM_R2, BM_METRIC_MAE, BM_RMSE });
        if (i == 1) {
            set(m, "dense_1/kernel", BM_SHAPE(2, 3), (const double[]){ -1, .25, 1, -.5, -.25, 1.5 });
            set(m, "dense_1/bias", BM_SHAPE(3), (const double[]){ .25, .5, 0 });
        } else {
            set(m, "dense_1/kernel", BM_SHAPE(2, 1), (const double[]){ 1.25, -.75 });
            set(m, "dense_1/bias", BM_SHAPE(1), (const double[]){ .125 });
        }
        bm_fit(m, d, .epochs = 3, .batch = 16, .validation = d);
        sound(m);
        for (int64_t epoch = 0; epoch < 3; epoch++)
            for (int k = 0; k < 6 && cases[i].names[k]; k++) {
                char name[60];
                snprintf(name, sizeof name, "validation_%s", cases[i].names[k]);
                bmt_near(cases[i].names[k], bm_history(m, cases[i].names[k], epoch), cases[i].values[k], 1e-10);
                bmt_near(name, bm_history(m, name, epoch), cases[i].values[k], 1e-10);
            }
        bm_free(m), bm_free(d);
    }
}

/* Rows as they weigh: with a rate of 0 the figures of an epoch's steps are those of its rows at once, also where it was broken off and went on
 * from a file; and a dataset in which a row stands as often as it weighs has them, too. */
static void weighed(void **state)
{
    (void)state;
    double more_x[4 * ROWS * 2];
    float w[ROWS];
    int32_t more[4 * ROWS];
    int n = 0;
    for (int i = 0; i < ROWS; i++) {
        w[i] = (float)(i * 5 % 4);
        for (int k = 0; k < (int)w[i]; k++) {
            memcpy(more_x + 2 * n, x + 2 * i, 2 * sizeof *x);
            more[n++] = three[i];
        }
    }
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, 2), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), three),
              *c = bm_tensor_view(BM_F32, BM_SHAPE(ROWS), w), *d = bm_tensor_view(BM_F64, BM_SHAPE(n, 2), more_x),
              *e = bm_tensor_view(BM_I32, BM_SHAPE(n), more);
    bm_dataset *light = bm_dataset_new(.x = { a }, .t = { b }, .weights = c), *full = bm_dataset_from(d, e);
    static const char *const names[] = { "accuracy", "f1_macro", "roc_auc", "log_loss" };
    for (int broken = 0; broken < 2; broken++) {
        bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64), bm_dense(3, .activation = BM_SOFTMAX));
        bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_sgd(.rate = BM_ZERO),
                   .metrics = { BM_ACCURACY, BM_F1_MACRO, BM_ROC_AUC, BM_LOG_LOSS });
        if (broken) {
            bm_fit(m, light, .epochs = 2, .batch = 16, .seed = 4, .balanced = true, .validation = full,
                   .callbacks = { bm_stop_at(.steps = 2) });
            bm_save(m, bmt_temp("weighed"), .training = true);
            sound(m);
            bm_free(m);
            m = bm_load(bmt_temp("weighed"));
        }
        bm_fit(m, light, .epochs = 2, .batch = 16, .seed = 4, .balanced = true, .validation = full, .resume = broken);
        sound(m);
        for (int64_t epoch = 0; epoch < 2; epoch++)
            for (int k = 0; k < 4; k++) {
                char name[60];
                snprintf(name, sizeof name, "validation_%s", names[k]);
                bmt_near(names[k], bm_history(m, names[k], epoch), bm_history(m, name, epoch), 1e-12);
            }
        bm_free(m);
    }
    bm_free(a), bm_free(b), bm_free(c), bm_free(d), bm_free(e), bm_free(light), bm_free(full);
}

static bm_model *learning(void)
{
    bm_model *m =
        bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64), bm_dense(6, .activation = BM_TANH), bm_dense(2));
    bm_compile(m, .loss = BM_SOFTMAX_CROSSENTROPY, .optimizer = bm_adam(.rate = .05), .metrics = { BM_ROC_AUC, BM_F1 });
    assert_non_null(bm_model_weight(m, "dense_1/kernel")); /* the first values are there, whatever is asked next */
    return m;
}

enum { BATCH = 16, STEPS = 4, EPOCHS = 3 };
#define FIT(m, d, n, ...) bm_fit((m), (d), .epochs = (n), .batch = BATCH, .seed = 4, .no_shuffle = true, __VA_ARGS__)

/* What a model says of the rows of its next step, as probabilities of the second class. */
static void predict_step(bm_model *m, int step, double *into)
{
    const int first = step * BATCH, rows = ROWS - first < BATCH ? ROWS - first : BATCH;
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(rows, 2), x + 2 * first), *z = bm_predict(m, a);
    for (int i = 0; i < rows; i++) {
        const double d = bm_tensor_at(z, 2 * i + 1) - bm_tensor_at(z, 2 * i);
        into[first + i] = 1 / (1 + exp(-d));
    }
    bm_free(a), bm_free(z);
}

/* Before each step the weights of that step predict its rows; and each step is a fit of its own, from a checkpoint. */
static void of_changing_weights(void **state)
{
    (void)state;
    bm_dataset *d = dataset(BM_I32, two);
    bm_model *whole = learning(), *m = learning();
    FIT(whole, d, EPOCHS, .resume = false);
    sound(whole);
    bm_tensor *truth = bm_tensor_view(BM_I32, BM_SHAPE(ROWS), two);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        double p[ROWS];
        for (int step = 0; step < STEPS; step++) {
            predict_step(m, step, p);
            FIT(m, d, EPOCHS, .resume = true, .callbacks = { bm_stop_at(.steps = 1) });
            sound(m);
            bm_save(m, bmt_temp("step"), .training = true);
            bm_free(m);
            m = bm_load(bmt_temp("step"));
            sound(m);
        }
        bm_tensor *said = bm_tensor_view(BM_F64, BM_SHAPE(ROWS, 1), p);
        bm_tensor *auc = bm_measure(BM_ROC_AUC, said, truth), *f1 = bm_measure(BM_F1, said, truth);
        assert_int_equal(bm_history_epochs(m), epoch + 1);
        bmt_near("area, step by step", bm_history(m, "roc_auc", epoch), bm_tensor_at(auc, 0), 1e-12);
        bmt_near("F1", bm_history(m, "f1", epoch), bm_tensor_at(f1, 0), 1e-12);
        bmt_near("at once", bm_history(whole, "roc_auc", epoch), bm_history(m, "roc_auc", epoch), 0);
        bmt_near("at once", bm_history(whole, "f1", epoch), bm_history(m, "f1", epoch), 0);
        bm_free(said), bm_free(auc), bm_free(f1);
    }
    assert_true(bm_history(m, "roc_auc", 0) != bm_history(m, "roc_auc", EPOCHS - 1));
    bm_free(truth), bm_free(m), bm_free(whole), bm_free(d);
}

/* Rows left out of an epoch are not measured, those drawn twice are twice; a number of all rows can end training. */
static void other_epochs(void **state)
{
    (void)state;
    bm_dataset *d = dataset(BM_I32, two);
    bm_model *m = learning();
    FIT(m, d, 1, .drop_last = true);
    FIT(m, d, 1, .draw = true);
    sound(m);
    assert_true(bm_history(m, "roc_auc", 0) > 0 && bm_history(m, "roc_auc", 1) > 0);
    bm_free(m);
    m = learning();
    FIT(m, d, 200, .callbacks = { bm_early_stopping(.monitor = "roc_auc", .patience = 2) });
    sound(m);
    assert_string_equal(bm_stopped_by(m), "early_stopping");
    const int64_t best = bm_best_epoch(m);
    for (int64_t i = 0; i < bm_history_epochs(m); i++)
        assert_true(bm_history(m, "roc_auc", i) <= bm_history(m, "roc_auc", best)); /* larger is better */
    bm_free(m), bm_free(d);
}

/* A checkpoint that has not the epoch's rows, or of another shape: of that epoch there is no such number, of the next there is. */
static void rows_are_lost(void **state)
{
    (void)state;
    bm_dataset *d = dataset(BM_I32, two);
    bmi_error e = { 0 };
    bmi_safetensors file;
    bm_model *m = learning();
    FIT(m, d, 2, .callbacks = { bm_stop_at(.steps = 2) });
    bm_save(m, bmt_temp("partial"), .training = true);
    sound(m);
    bm_free(m);
    if (bmi_safetensors_read(&e, BM_HERE, NULL, bmt_temp("partial"), &file)) fail_msg("%s", e.text);
    for (int lie = 0; lie < 3; lie++) {
        bmi_st_entry entries[40];
        size_t n = 0, found = 0;
        for (size_t i = 0; i < file.n; i++) {
            const bool rows = !strcmp(file.entries[i].name, "training/predictions");
            found += rows;
            if (rows && !lie) continue;
            entries[n] = file.entries[i];
            if (rows) entries[n].shape = lie == 1 ? BM_SHAPE(2, 32) : BM_SHAPE(64);
            n++;
        }
        assert_int_equal(found, 1);
        if (bmi_safetensors_write(&e, BM_HERE, NULL, bmt_temp("lost"), entries, n, file.texts, file.n_texts))
            fail_msg("%s", e.text);
        m = bm_load(bmt_temp("lost"));
        sound(m);
        FIT(m, d, 2, .resume = true);
        sound(m);
        assert_int_equal(bm_history_epochs(m), 2);
        assert_true(isnan(bm_history(m, "roc_auc", 0)) && bm_history(m, "roc_auc", 1) > 0);
        bm_free(m);
    }
    bmi_safetensors_end(&file);
    bm_free(d);
}

/* The text of "training" with one part of it replaced, as a file of its own. */
static void save_edited(const bmi_safetensors *file, const char *old, const char *new, const char *path)
{
    bmi_error e = { 0 };
    bmi_st_text texts[8];
    char edited[8000];
    bool found = false;
    assert_true(file->n_texts <= BMI_COUNT(texts));
    for (size_t i = 0; i < file->n_texts; i++) {
        texts[i] = file->texts[i];
        const char *at = strcmp(texts[i].key, "training") ? NULL : strstr(texts[i].value, old);
        if (!at) continue;
        found = true;
        snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - texts[i].value), texts[i].value, new, at + strlen(old));
        texts[i].value = edited;
    }
    assert_true(found);
    if (bmi_safetensors_write(&e, BM_HERE, NULL, path, file->entries, file->n, texts, file->n_texts)) fail_msg("%s", e.text);
}

/* An epoch that was broken off begins anew where its steps are not those of the fit that goes on, be it other batches or a file that lies. */
static void other_batches(void **state)
{
    (void)state;
    bm_dataset *d = dataset(BM_I32, three);
    bmi_error e = { 0 };
    bmi_safetensors file;
    bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64), bm_dense(3, .activation = BM_SOFTMAX));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .optimizer = bm_sgd(.rate = BM_ZERO),
               .metrics = { BM_ROC_AUC, BM_F1_MACRO, BM_ACCURACY });
    bm_fit(m, d, .batch = 16, .callbacks = { bm_stop_at(.steps = 2) });
    bm_save(m, bmt_temp("broken"), .training = true);
    sound(m);
    bm_free(m);
    if (bmi_safetensors_read(&e, BM_HERE, NULL, bmt_temp("broken"), &file)) fail_msg("%s", e.text);
    const struct {
        int64_t batch;
        const char *old, *new;
    } cases[] = { { 16, "", "" },
                  { 7, "", "" },
                  { 1, "", "" },
                  { 50, "", "" },
                  { 16, "\"rows\":32", "\"rows\":50" },
                  { 16, "\"rows\":32", "\"rows\":100000" },
                  { 16, "\"step\":2", "\"step\":1" },
                  { 16, "\"step\":2", "\"step\":4" } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        save_edited(&file, cases[i].old, cases[i].new, bmt_temp("edited"));
        m = bm_load(bmt_temp("edited"));
        bm_fit(m, d, .batch = cases[i].batch, .resume = true);
        sound(m);
        const bm_scores want = bm_evaluate(m, d);
        assert_int_equal(bm_history_epochs(m), 1);
        for (int64_t k = 0; k < want.count; k++)
            bmt_near(want.metrics[k].name, bm_history(m, want.metrics[k].name, 0), want.metrics[k].value, 1e-12);
        bm_free(m);
    }
    bmi_safetensors_end(&file);
    bm_free(d);
}

/* Only of the counts, a checkpoint within an epoch has no rows; and an epoch that is resumed says what it would have said. */
static void counts_alone(void **state)
{
    (void)state;
    bm_dataset *d = dataset(BM_I32, three);
    double f1[2][2];
    for (int broken = 0; broken < 2; broken++) {
        bm_model *m = bm_sequential(bm_input_of(.shape = BM_SHAPE(2), .type = BM_F64), bm_dense(3));
        bm_compile(m, .loss = BM_SOFTMAX_CROSSENTROPY, .metrics = { BM_F1_MACRO, BM_LOG_LOSS });
        if (broken) {
            bmi_error e = { 0 };
            bmi_safetensors file;
            FIT(m, d, 2, .callbacks = { bm_stop_at(.steps = 3) });
            bm_save(m, bmt_temp("counts"), .training = true);
            sound(m);
            bm_free(m);
            if (bmi_safetensors_read(&e, BM_HERE, NULL, bmt_temp("counts"), &file)) fail_msg("%s", e.text);
            assert_null(bmi_safetensors_find(&file, "training/predictions"));
            assert_int_equal(bmi_safetensors_find(&file, "training/counts")->bytes, (1 + 3 * 3 + 2 + 2) * sizeof(double));
            bmi_safetensors_end(&file);
            m = bm_load(bmt_temp("counts"));
        }
        FIT(m, d, 2, .resume = true);
        sound(m);
        for (int k = 0; k < 2; k++) f1[broken][k] = bm_history(m, k ? "log_loss" : "f1_macro", 0);
        bm_free(m);
    }
    assert_true(f1[0][0] > 0 && f1[0][1] > 0);
    assert_memory_equal(f1[0], f1[1], sizeof f1[0]);
    bm_free(d);
}

/* 600 classes: F1 of the epoch and the validation takes a few numbers a class, not rows x classes. */
static void little_memory(void **state)
{
    (void)state;
    enum { MANY = 4000, CLASSES = 600 };
    static float in[MANY];
    static int32_t of[MANY];
    size_t peak[2];
    for (int i = 0; i < MANY; i++) in[i] = (float)i / MANY, of[i] = i % CLASSES;
    for (int f1 = 0; f1 < 2; f1++) {
        bmt_faults memory = { 0 };
        bm_context *context = bmt_context(&memory, 1);
        bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(MANY, 1), in), *b = bm_tensor_view(BM_I32, BM_SHAPE(MANY), of);
        bm_dataset *d = bm_dataset_from(a, b);
        bm_model *m = bm_sequential_in(context, bm_input(1), bm_dense(CLASSES, .activation = BM_SOFTMAX));
        if (f1) bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = { BM_F1_MACRO });
        else bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY);
        bm_fit(m, d, .validation = d);
        sound(m);
        assert_true(bm_evaluate(m, d).status == BM_OK);
        peak[f1] = memory.peak_bytes;
        bm_free(m), bm_free(d), bm_free(a), bm_free(b), bm_free(context);
    }
    if (peak[1] > peak[0] + (4 << 20)) fail_msg("%zu bytes with F1, %zu without", peak[1], peak[0]); /* all are 19 MB */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_scikit_learn),     cmocka_unit_test(weighed),
                                        cmocka_unit_test(of_changing_weights), cmocka_unit_test(other_epochs),
                                        cmocka_unit_test(rows_are_lost),       cmocka_unit_test(other_batches),
                                        cmocka_unit_test(counts_alone),        cmocka_unit_test(little_memory) };
    return cmocka_run_group_tests(tests, begin, NULL);
}
