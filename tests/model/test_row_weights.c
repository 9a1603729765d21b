// SPDX-License-Identifier: Apache-2.0
/* A row of weight n is n equal rows: to every learner, to scores and to the trivial answer; one of weight 0 is no row.
 */
#include <baeum.h>
#include <baeum/extend.h>
#include "data/dataset.h"
#include "support/bmt.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 80, COLUMNS = 3 };

static float x[ROWS * COLUMNS], weight[ROWS];
static int32_t class_of[ROWS], three[ROWS];
static float number[ROWS];
static int64_t repeated[4 * ROWS];
static size_t n_repeated;

static int begin(void **state)
{
    unsigned seed = 9;
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        float *r = x + COLUMNS * i;
        for (int k = 0; k < COLUMNS; k++) r[k] = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
        const float noise = (float)((seed = seed * 1103515245u + 12345u) >> 16 & 1023) / 512 - 1;
        class_of[i] = r[0] - .7f * r[1] + .6f * noise > 0;
        three[i] = (r[0] + .3f * noise > 0) + (r[1] - .4f * noise > 0);
        number[i] = 2 * r[0] - r[2] + noise;
        weight[i] = (float)((seed >> 4) % 4);
        for (int k = 0; k < (int)weight[i]; k++) repeated[n_repeated++] = i;
    }
    return 0;
}

/* The rows with their weights, and each as often as it weighs. */
static void datasets(const void *t, bm_type type, bm_dataset **weighed, bm_dataset **more)
{
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, COLUMNS), x), *b = bm_tensor_view(type, BM_SHAPE(ROWS), t),
              *w = bm_tensor_view(BM_F32, BM_SHAPE(ROWS), weight);
    bm_dataset *plain = bm_dataset_from(a, b);
    *weighed = bm_dataset_new(.x = { a }, .t = { b }, .weights = w);
    *more = bm_dataset_take(plain, BM_VALUE(bm_rows, repeated, n_repeated));
    if (bm_failed(*weighed) || bm_failed(*more)) fail_msg("%s %s", bm_error(*weighed), bm_error(*more));
    bm_free(plain), bm_free(a), bm_free(b), bm_free(w);
}

static bm_model *fitted(const char *how, const bm_dataset *d, bool balanced)
{
    bm_model *m = bm_learner_parse(how, NULL);
    bm_fit(m, d, .balanced = balanced, .whole = !strncmp(how, "mlp", 3), .seed = 3);
    if (bm_failed(m)) fail_msg("%s: %s", how, bm_error(m));
    return m;
}

/* Weights are those of the repeated rows, up to the order of sums and where the method ends. The loss of whole batches is divided by the
 * number of rows, weighted or not: the rate of plain descent makes up for it. */
static void learners(void **state)
{
    (void)state;
    const double share = (double)n_repeated / ROWS;
    char many[100], few[100];
    snprintf(few, sizeof few, "mlp:5,optimizer=sgd,rate=%.9g,epochs=60", .2);
    snprintf(many, sizeof many, "mlp:5,optimizer=sgd,rate=%.9g,epochs=60", .2 * share);
    const struct {
        const char *how, *of_many;
        const void *t;
        bm_type type;
        bool balanced;
        double within;
    } cases[] = {
        { "linear", NULL, number, BM_F32, false, 1e-12 },
        { "linear:method=normal", NULL, number, BM_F32, false, 1e-12 },
        { "linear:method=svd", NULL, number, BM_F32, false, 1e-12 },
        { "ridge:alpha=.1", NULL, number, BM_F32, false, 1e-12 },
        { "ridge:alpha=auto", NULL, number, BM_F32, false, 1e-12 },
        { "lasso:alpha=.1", NULL, number, BM_F32, false, 1e-12 },
        { "elastic:alpha=.1", NULL, number, BM_F32, false, 1e-12 },
        { "poly:3", NULL, number, BM_F32, false, 1e-9 },
        { "huber", NULL, number, BM_F32, false, 1e-9 },
        { "descent:rate=.1", NULL, number, BM_F32, false, 1e-9 },
        { "softmax:tolerance=1e-9", NULL, three, BM_I32, false, 1e-7 },
        { "softmax:tolerance=1e-9", NULL, three, BM_I32, true, 1e-7 },
        { "logistic:C=.3,tolerance=1e-9", NULL, class_of, BM_I32, false, 1e-7 },
        { "logistic:C=.3,tolerance=1e-9", NULL, class_of, BM_I32, true, 1e-7 },
        { few, many, number, BM_F32, false, 1e-4 },
        { few, many, three, BM_I32, false, 1e-4 },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_dataset *weighed, *more;
        datasets(cases[i].t, cases[i].type, &weighed, &more);
        bm_model *a = fitted(cases[i].how, weighed, cases[i].balanced),
                 *b = fitted(cases[i].of_many ? cases[i].of_many : cases[i].how, more, cases[i].balanced);
        for (int64_t k = 0; k < bm_model_weights(a); k++) {
            const char *name = bm_model_weight_name(a, k);
            const bm_tensor *p = bm_model_weight(a, name), *q = bm_model_weight(b, name);
            for (int64_t j = 0; j < bm_tensor_size(p); j++)
                bmt_near(name, bm_tensor_at(p, j), bm_tensor_at(q, j), cases[i].within);
        }
        bm_free(a), bm_free(b), bm_free(weighed), bm_free(more);
    }
}

/* Metrics of a network on a dataset: means of rows, those by parts, and those of all rows at once. */
static void metrics(void **state)
{
    (void)state;
    const bm_compile_options cases[] = {
        { .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
          .metrics = { BM_ACCURACY, BM_F1_MACRO, BM_ROC_AUC, BM_LOG_LOSS, BM_MCC, BM_TOP_K(2), BM_AVERAGE_PRECISION,
                       BM_BRIER } },
        { .loss = BM_MSE,
          .metrics = { BM_METRIC_MSE, BM_METRIC_MAE, BM_RMSE, BM_R2, BM_MEDIAN_AE, BM_METRIC_HUBER(1), BM_CORRELATION,
                       BM_D2_PINBALL(.25) } },
    };
    for (int i = 0; i < 2; i++) {
        bm_dataset *weighed, *more;
        datasets(i ? (const void *)number : three, i ? BM_F32 : BM_I32, &weighed, &more);
        bm_model *m = i ? bm_sequential(bm_input(COLUMNS), bm_dense(1))
                        : bm_sequential(bm_input(COLUMNS), bm_dense(3, .activation = BM_SOFTMAX));
        bm_compile_at(m, &cases[i], sizeof cases[i], BM_HERE);
        bm_fit(m, more, .epochs = 3, .validation = weighed, .seed = 3);
        const bm_scores a = bm_evaluate(m, weighed), b = bm_evaluate(m, more), c = bm_evaluate(m, weighed, .batch = 7);
        if (bm_failed(m) || a.status || b.status) fail_msg("%s %s %s", bm_error(m), a.error, b.error);
        assert_int_equal(a.count, 8);
        for (int64_t k = 0; k < a.count; k++) {
            char name[64];
            snprintf(name, sizeof name, "validation_%s", a.metrics[k].name);
            bmt_near(a.metrics[k].name, a.metrics[k].value, b.metrics[k].value, 1e-6); /* in f32 */
            bmt_near("by other batches", c.metrics[k].value, a.metrics[k].value, 1e-6);
            bmt_near(name, bm_history(m, name, -1), a.metrics[k].value, 1e-6);
        }
        bm_free(m), bm_free(weighed), bm_free(more);
    }
}

/* ---- the perceptron ---- */
static bm_model *perceptron(const float *rows, const int32_t *t, const float *w, int n)
{
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(n, 1), rows), *b = bm_tensor_view(BM_I32, BM_SHAPE(n), t),
              *c = w ? bm_tensor_view(BM_F32, BM_SHAPE(n), w) : NULL;
    bm_dataset *d = bm_dataset_new(.x = { a }, .t = { b }, .weights = c);
    bm_model *m = bm_learner_parse("perceptron", NULL);
    bm_fit(m, d);
    bm_free(a), bm_free(b), bm_free(c), bm_free(d);
    return m;
}

static double at(bm_model *m, const char *name)
{
    return bm_tensor_at(bm_model_weight(m, name), 0);
}

static void perceptrons(void **state)
{
    (void)state;
    static const float rows[] = { -2, -1, 1, 2, 3 }, none[] = { 1, 1, 1, 1, 0 }, twice[] = { 2, 2, 2, 2, 2 }, naught[5];
    static const int32_t apart[] = { 0, 0, 1, 1, 1 }, wrong[] = { 0, 0, 1, 1, 0 };
    bm_model *m = perceptron(rows, wrong, NULL, 5);
    bmt_contains("no line parts them", bm_stopped_by(m), "not converged after 100 epochs");
    bm_free(m);
    m = perceptron(rows, wrong, none, 5); /* without the one that weighs nothing one does */
    bmt_contains("as if it were not there", bm_stopped_by(m), "converged after ");
    assert_true(strncmp(bm_stopped_by(m), "not", 3) != 0 && at(m, "output/kernel") > 0);
    bm_free(m);
    bm_model *one = perceptron(rows, apart, NULL, 5), *two = perceptron(rows, apart, twice, 5);
    assert_true(at(one, "output/kernel") != 0);
    bmt_near("steps of twice the size", at(two, "output/kernel"), 2 * at(one, "output/kernel"), 0);
    bmt_near("and its bias", at(two, "output/bias"), 2 * at(one, "output/bias"), 0);
    bm_free(one), bm_free(two);
    m = perceptron(rows, apart, naught, 5);
    bmt_contains("nothing weighs", bm_error(m), "fit: the weights of all rows that are learned from are 0");
    bm_free(m);
    /* two equal rows of both classes: the heavier one is right, whichever it is */
    for (int heavy = 0; heavy < 2; heavy++) {
        static const float same[] = { 1, 1 };
        static const int32_t both[] = { 0, 1 };
        const float w[] = { heavy ? 1 : 3, heavy ? 3 : 1 };
        m = perceptron(same, both, w, 2);
        bm_tensor *in = bm_tensor_view(BM_F32, BM_SHAPE(1, 1), same), *p = bm_predict(m, in);
        bmt_near("the heavier", bm_tensor_at(p, 0), heavy, 0);
        bm_free(m), bm_free(in), bm_free(p);
    }
}

/* ---- a learner that does not heed them ---- */
static size_t own_layers(bm_learning *l, const void *options, bm_layer *into, size_t room)
{
    (void)options, (void)room;
    into[0] = bm_dense(bm_learning_outputs(l), .name = "output");
    return 1;
}
static void own_compile(bm_learning *l, const void *options, bm_compile_options *c, bm_fit_options *fit)
{
    (void)l, (void)options, (void)fit;
    c->loss = BM_MSE;
}
static bm_status own_fit(bm_learning *l, const void *options)
{
    (void)l, (void)options;
    return BM_OK;
}
static const bm_learner_kind own = {
    .size = sizeof own, .name = "own", .tasks = BM_LEARNS_NUMBERS, .layers = own_layers, .compile = own_compile, .fit = own_fit
};

static bm_learner_kind own_tasks;

static void unheeded(void **state)
{
    (void)state;
    bm_dataset *weighed, *more;
    datasets(number, BM_F32, &weighed, &more);
    bm_model *m = bm_learner(BM_VALUE(bm_learner, .kind = &own), NULL);
    bm_fit(m, more);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_fit(m, weighed);
    bmt_contains("never silently", bm_error(m), "own does not heed weights of rows");
    bm_free(m), bm_free(weighed), bm_free(more);
    own_tasks = own;
    own_tasks.tasks = BM_LEARNS_TWO_CLASSES;
    datasets(class_of, BM_I32, &weighed, &more);
    m = bm_learner(BM_VALUE(bm_learner, .kind = &own_tasks), NULL);
    bm_fit(m, more, .balanced = true);
    bmt_contains("nor classes", bm_error(m), "own does not weigh classes; softmax, logistic");
    bm_free(m), bm_free(weighed), bm_free(more);
}

/* ---- tables ---- */
static bm_table *table(bool weighed)
{
    static const char *const names[] = { "low", "middle", "high" };
    double a[ROWS], b[ROWS], y[ROWS];
    int64_t w[ROWS];
    const char *k[ROWS], *two[ROWS];
    for (int i = 0; i < ROWS; i++) {
        a[i] = (double)x[COLUMNS * i];
        b[i] = (double)x[COLUMNS * i + 1];
        y[i] = (double)number[i];
        w[i] = (int64_t)weight[i];
        k[i] = names[three[i]];
        two[i] = class_of[i] ? "yes" : "no";
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "a", a, ROWS);
    bm_table_add_real(t, "b", b, ROWS);
    if (weighed) bm_table_add_integer(t, "w", w, ROWS);
    bm_table_add_real(t, "number", y, ROWS);
    bm_table_add_text(t, "three", k, ROWS);
    bm_table_add_text(t, "two", two, ROWS);
    bm_table *more = weighed ? NULL : bm_table_take(t, BM_VALUE(bm_rows, repeated, n_repeated));
    if (more) bm_free(t);
    return more ? more : t;
}

static bm_model *learned(const char *how, const char *target, const char *weights, const bm_table *t)
{
    static const char *const targets[] = { "number", "three", "two" };
    bm_recipe *r = bm_recipe_new(.target = target, .weights = weights, .plain = true); /* its means count rows once */
    for (int i = 0; i < 3; i++)
        if (strcmp(targets[i], target)) bm_recipe_drop(r, targets[i]);
    bm_model *m = bm_learner_parse(how, r);
    bm_fit_table(m, t);
    if (bm_failed(m)) fail_msg("%s %s: %s", how, target, bm_error(m));
    bm_free(r);
    return m;
}

static void same_scores(const char *what, const bm_scores *p, const bm_scores *q)
{
    assert_int_equal(p->status, BM_OK);
    assert_int_equal(q->status, BM_OK);
    assert_true(p->count == q->count && p->count > 3);
    for (int64_t i = 0; i < p->count; i++)
        if (isnan(p->metrics[i].value) != isnan(q->metrics[i].value) || fabs(p->metrics[i].value - q->metrics[i].value) > 1e-6)
            fail_msg("%s: %s is %.9g with weights and %.9g with repeated rows", what, p->metrics[i].name, p->metrics[i].value,
                     q->metrics[i].value);
}

/* Scores and baseline, in training and afterwards, saved and loaded; predictions need no weights. */
static void tables(void **state)
{
    (void)state;
    bm_table *weighed = table(true), *more = table(false);
    static const struct {
        const char *how, *target;
    } cases[] = { { "linear", "number" }, { "softmax:tolerance=1e-9", "three" }, { "logistic:tolerance=1e-9", "two" } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_model *a = learned(cases[i].how, cases[i].target, "w", weighed),
                 *b = learned(cases[i].how, cases[i].target, NULL, more);
        bm_save(a, bmt_temp("weighed"));
        bm_model *c = bm_load(bmt_temp("weighed"));
        bm_scores p[] = { bm_model_scores(a, "train"), bm_model_scores(a, "baseline"), bm_evaluate_table(a, weighed),
                          bm_evaluate_table(c, weighed), bm_evaluate_table(c, more) };
        const bm_scores q[] = { bm_model_scores(b, "train"), bm_model_scores(b, "baseline"), bm_evaluate_table(b, more) };
        same_scores("training", &p[0], &q[0]);
        same_scores("the trivial answer", &p[1], &q[1]);
        for (int k = 2; k < 5; k++) same_scores("evaluated", &p[k], &q[2]);
        assert_int_equal(p[2].rows, ROWS);
        assert_string_equal(bm_recipe_weights(bm_model_recipe(c)), "w");
        assert_int_equal(bm_recipe_features(bm_model_recipe(c)), 2);
        bm_tensor *y = bm_predict_row(c, .values = { { "a", .number = .5 }, { "b", .number = -.5 } }),
                  *z = bm_predict_table(c, more);
        if (bm_failed(y) || bm_failed(z)) fail_msg("%s%s", bm_error(y), bm_error(z));
        bm_free(y), bm_free(z), bm_free(a), bm_free(b), bm_free(c);
    }
    bm_free(weighed), bm_free(more);
}

/* Rows that all weigh 0 teach and tell nothing; that is said, and no loss of 0 is told of them. */
static void nothing_weighs(void **state)
{
    (void)state;
    static const float naught[ROWS];
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(ROWS, COLUMNS), x), *b = bm_tensor_view(BM_F32, BM_SHAPE(ROWS), number),
              *w = bm_tensor_view(BM_F32, BM_SHAPE(ROWS), naught);
    bm_dataset *plain = bm_dataset_from(a, b), *light = bm_dataset_new(.x = { a }, .t = { b }, .weights = w);
    bm_model *m = bm_sequential(bm_input(COLUMNS), bm_dense(1));
    bm_compile(m, .loss = BM_MSE);
    const bm_scores s = bm_evaluate(m, light);
    assert_int_equal(s.status, BM_E_DATA);
    bmt_contains("evaluate", s.error, "evaluate: the weights of all 80 rows are 0");
    bm_fit(m, plain, .validation = light);
    bmt_contains("validation", bm_error(m), "fit: validation: the weights of all 80 rows are 0");
    bm_clear(m);
    bm_fit(m, light);
    bmt_contains("training", bm_error(m), "fit: the weights of all rows that are learned from are 0");
    bm_free(m), bm_free(plain), bm_free(light), bm_free(a), bm_free(b), bm_free(w);
}

static void nothing_weighs_in_tables(void **state)
{
    (void)state;
    bm_table *t = table(true);
    int64_t rows[ROWS], zeros = 0;
    for (int i = 0; i < ROWS; i++)
        if (weight[i] == 0) rows[zeros++] = i;
    assert_true(zeros > 3);
    bm_table *light = bm_table_take(t, BM_VALUE(bm_rows, rows, (size_t)zeros));
    bm_recipe *r = bm_recipe_new(.target = "number", .weights = "w");
    bm_model *m = bm_learner(bm_linear(), r);
    bm_fit_table(m, t, .validation = .2, .test_table = light);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    assert_int_equal(bm_model_scores(m, "test").rows, 0);
    assert_true(bm_model_scores(m, "validation").rows > 0 && isfinite(bm_model_scores(m, "baseline").loss));
    bool told = false;
    for (int64_t i = 0; bm_recipe_note(bm_model_recipe(m), i); i++)
        told = told || (strstr(bm_recipe_note(bm_model_recipe(m), i), "! the weights of all ") &&
                        strstr(bm_recipe_note(bm_model_recipe(m), i), " test rows are 0: there are no scores of them"));
    assert_true(told);
    const bm_scores s = bm_evaluate_table(m, light);
    assert_int_equal(s.status, BM_E_DATA);
    bmt_contains("evaluate", s.error, "rows are 0; there is nothing to judge");
    bm_free(m), bm_free(r), bm_free(light), bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(learners),
                                        cmocka_unit_test(metrics),
                                        cmocka_unit_test(perceptrons),
                                        cmocka_unit_test(unheeded),
                                        cmocka_unit_test(tables),
                                        cmocka_unit_test(nothing_weighs),
                                        cmocka_unit_test(nothing_weighs_in_tables) };
    return cmocka_run_group_tests(tests, begin, NULL);
}
