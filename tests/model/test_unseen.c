// SPDX-License-Identifier: Apache-2.0
/* Rows to be judged whose class training had not seen, or that have no target: counted, not refused. What counts classes is as
 * scikit-learn has it (tests/golden/unseen.py), unseen classes being classes of which nothing was found; log loss and the area under
 * the ROC curve are those of the other rows.
 */
#include <baeum.h>
#include "support/bmt.h"
#include <math.h>
#include <string.h>

static char log_text[1000];

static void hear(void *user, const char *line)
{
    (void)user;
    if (strlen(log_text) + strlen(line) + 2 < sizeof log_text) strcat(strcat(log_text, line), "\n");
}

/* Ten rows of each class: x tells which, "a" up to 9, "b" up to 19, "c" up to 29. */
static bm_model *trained(bm_context *context, int classes, const char *weights)
{
    static const char *const names[] = { "a", "b", "c" };
    double x[30], w[30];
    const char *y[30];
    for (int i = 0; i < 10 * classes; i++) {
        x[i] = i;
        w[i] = 1;
        y[i] = names[i / 10];
    }
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    bm_table_add_real(t, "x", x, 10 * classes);
    if (weights) bm_table_add_real(t, weights, w, 10 * classes);
    bm_table_add_text(t, "y", y, 10 * classes);
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = weights, .context = context);
    bm_model *m = bm_learner_parse("softmax:C=100", r);
    bm_fit_table(m, t);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(r), bm_free(t);
    return m;
}

/* Rows of which the model says `said`, and `truth` is true; '-' has no target. */
static bm_table *judged(const char *truth, const char *said, const double *w)
{
    double x[40];
    char text[40][2];
    const char *y[40];
    const int n = (int)strlen(truth);
    for (int i = 0; i < n; i++) {
        x[i] = 10 * (said[i] - 'a') + 4.5;
        snprintf(text[i], sizeof text[i], "%c", truth[i]);
        y[i] = truth[i] == '-' ? NULL : text[i];
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, n);
    if (w) bm_table_add_real(t, "w", w, n);
    bm_table_add_text(t, "y", y, n);
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static void as_scikit_learn(void **state)
{
    (void)state;
    static const double weights[] = { 1, 2, .5, 3, 1, 1, 2, 1, 4, 2, 1, .5 };
    const struct {
        const char *truth, *said, *known, *said_known;
        bool weighed;
        double accuracy, balanced, precision, recall, f1, b[3];
    } cases[] = {
        { "aaabbbbccdde",
          "aabbbbacccab",
          "aaabbbbcc",
          "aabbbbacc",
          false,
          .583333333333,
          .483333333333,
          .353333333333,
          .483333333333,
          .407619047619,
          { NAN, NAN, NAN } },
        { "aaabbbbccdde",
          "aabbbbacccab",
          "aaabbbbcc",
          "aabbbbacc",
          true,
          .684210526316,
          .514285714286,
          .409523809524,
          .514285714286,
          .446828609987,
          { NAN, NAN, NAN } },
        { "aaaabbbbbdde",
          "aaabbbbbaabb",
          "aaaabbbbb",
          "aaabbbbba",
          false,
          .583333333333,
          .3875,
          .292857142857,
          .3875,
          .333333333333,
          { .571428571429, .8, .666666666667 } },
        { "aaaabbbbbdde",
          "aaabbbbbaabb",
          "aaaabbbbb",
          "aaabbbbba",
          true,
          .447368421053,
          .273504273504,
          .223684210526,
          .273504273504,
          .244510135135,
          { .526315789474, .555555555556, .540540540541 } },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        const bool two = !isnan(cases[i].b[0]);
        bm_context *context = bm_context_new(.log = hear);
        bm_model *m = trained(context, two ? 2 : 3, "w");
        bm_table *t = judged(cases[i].truth, cases[i].said, cases[i].weighed ? weights : NULL),
                 *known = judged(cases[i].known, cases[i].said_known, cases[i].weighed ? weights : NULL);
        log_text[0] = 0;
        const bm_scores s = bm_evaluate_table(m, t), seen = bm_evaluate_table(m, known);
        if (s.status || seen.status) fail_msg("%s%s", s.error, seen.error);
        assert_int_equal(s.rows, 12);
        assert_int_equal(s.unseen_class, 3);
        assert_int_equal(s.no_target, 0);
        assert_int_equal(seen.unseen_class, 0);
        bmt_contains("told", log_text, "3 rows have a class as \"y\" that was not there in training: \"d\" 2, \"e\" 1");
        bmt_near("accuracy", bm_score(&s, "accuracy"), cases[i].accuracy, 1e-11);
        bmt_near("balanced", bm_score(&s, "balanced_accuracy"), cases[i].balanced, 1e-11);
        bmt_near("precision", bm_score(&s, "precision_macro"), cases[i].precision, 1e-11);
        bmt_near("recall", bm_score(&s, "recall_macro"), cases[i].recall, 1e-11);
        bmt_near("f1", bm_score(&s, "f1_macro"), cases[i].f1, 1e-11);
        static const char *const of_b[] = { "precision", "recall", "f1" };
        for (int k = 0; two && k < 3; k++) bmt_near(of_b[k], bm_score(&s, of_b[k]), cases[i].b[k], 1e-11);
        bmt_near("log loss", bm_score(&s, "log_loss"), bm_score(&seen, "log_loss"), 1e-12);
        bmt_near("the loss, too", s.loss, seen.loss, 1e-12);
        bmt_near("area", bm_score(&s, "roc_auc"), bm_score(&seen, "roc_auc"), 1e-12);
        assert_true(bm_score(&s, "log_loss") > 0 && bm_score(&s, "roc_auc") > .5);
        bm_free(m), bm_free(t), bm_free(known), bm_free(context);
    }
}

static void without_target(void **state)
{
    (void)state;
    bm_context *context = bm_context_new(.log = hear);
    bm_model *m = trained(context, 3, NULL);
    bm_table *t = judged("a-bb-cz", "aabbccc", NULL), *all = judged("abbc", "abbc", NULL), *none = judged("---", "abc", NULL),
             *strangers = judged("zy", "ab", NULL);
    log_text[0] = 0;
    const bm_scores s = bm_evaluate_table(m, t), a = bm_evaluate_table(m, all), n = bm_evaluate_table(m, none),
                    z = bm_evaluate_table(m, strangers);
    assert_int_equal(s.rows, 5);
    assert_int_equal(s.no_target, 2);
    assert_int_equal(s.unseen_class, 1);
    bmt_contains("told", log_text, "2 rows without a target, \"y\", are left out");
    bmt_near("the others", bm_score(&s, "accuracy"), .8, 1e-12);
    bmt_near("log loss", s.loss, a.loss, 1e-12);
    assert_int_equal(n.status, BM_E_DATA);
    bmt_contains("no row at all", n.error, "the target \"y\" is missing in all 3 rows");
    assert_int_equal(z.status, BM_OK); /* nothing but strangers */
    bmt_near("all wrong", bm_score(&z, "accuracy"), 0, 0);
    assert_true(isnan(z.loss) && isnan(bm_score(&z, "roc_auc")));
    bm_free(m), bm_free(t), bm_free(all), bm_free(none), bm_free(strangers), bm_free(context);
    /* numbers: rows without one are left out, what is no number is refused */
    double x[] = { 1, 2, 3, 4 }, y[] = { 2.5, 4.5, NAN, 8.5 }, whole[] = { 2.5, 4.5, 6.5, 8.5 };
    t = bm_table_new(), all = bm_table_new();
    bm_table_add_real(t, "x", x, 4), bm_table_add_real(t, "y", y, 4);
    bm_table_add_real(all, "x", x, 4), bm_table_add_real(all, "y", whole, 4);
    bm_recipe *r = bm_recipe_new(.target = "y");
    m = bm_learner(bm_linear(), r);
    bm_fit_table(m, all);
    const bm_scores numbers = bm_evaluate_table(m, t);
    assert_int_equal(numbers.rows, 3);
    assert_int_equal(numbers.no_target, 1);
    bmt_near("a line", bm_score(&numbers, "r2"), 1, 1e-12);
    bm_free(t), bm_free(all), bm_free(r), bm_free(m);
}

/* More classes than are told apart. */
static void many_strangers(void **state)
{
    (void)state;
    enum { MANY = 300 };
    double x[MANY];
    char text[MANY][8];
    const char *y[MANY];
    for (int i = 0; i < MANY; i++) {
        x[i] = 4.5;
        snprintf(text[i], sizeof text[i], i % 3 ? "s%d" : "a", i);
        y[i] = text[i];
    }
    bm_model *m = trained(NULL, 2, NULL);
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "x", x, MANY);
    bm_table_add_text(t, "y", y, MANY);
    const bm_scores s = bm_evaluate_table(m, t);
    assert_int_equal(s.unseen_class, 200);
    bmt_near("a third is right", bm_score(&s, "accuracy"), 1. / 3, 1e-12);
    bm_free(m), bm_free(t);
}

/* ---- numbers that are not finite, in datasets ---- */
static void not_finite(void **state)
{
    (void)state;
    float x[12], t[6];
    for (int i = 0; i < 12; i++) x[i] = (float)i / 12;
    for (int i = 0; i < 6; i++) t[i] = (float)i;
    bm_tensor *a = bm_tensor_new(BM_F32, BM_SHAPE(6, 2)), *b = bm_tensor_new(BM_F32, BM_SHAPE(6, 1));
    memcpy(bm_data(a), x, sizeof x);
    memcpy(bm_data(b), t, sizeof t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_model *m = bm_sequential(bm_input(2), bm_dense(1));
    bm_compile(m, .loss = BM_MSE);
    bm_fit(m, d);
    ((float *)bm_data(a))[7] = NAN;
    bm_scores s = bm_evaluate(m, d);
    assert_int_equal(s.status, BM_E_NUMBER);
    bmt_contains("its row", s.error, "evaluate: the input of row 3 has a number that is not finite (position 1 of the row)");
    assert_true(isnan(s.loss));
    ((float *)bm_data(a))[7] = 0;
    ((float *)bm_data(b))[5] = INFINITY;
    s = bm_evaluate(m, d, .batch = 2);
    bmt_contains("its row", s.error, "evaluate: the target of row 5 has a number that is not finite (position 0");
    bm_fit(m, d, .validation_split = .5, .no_shuffle = true, .epochs = 2);
    assert_int_equal(bm_status_of(m), BM_E_NUMBER);
    bmt_contains("in training or validation", bm_error(m), "target of row 5 has a number that is not finite");
    bm_clear(m);
    ((float *)bm_data(b))[5] = 0;
    assert_int_equal(bm_evaluate(m, d).status, BM_OK);
    bm_free(a), bm_free(b), bm_free(d), bm_free(m);
}

/* Held-out tables of a fit: judged as bm_evaluate_table judges them, and training looks only at rows of classes that it has. */
static void held_out(void **state)
{
    (void)state;
    static const char *const learners[] = { "softmax:C=100", "mlp:4" };
    bm_table *train = judged("aaaabbbbcccc", "aaaabbbbcccc", NULL), *held = judged("abcd-dez", "abcaabca", NULL),
             *known = judged("abc", "abc", NULL), *strangers = judged("de", "ab", NULL);
    for (size_t i = 0; i < BMI_COUNT(learners); i++) {
        bm_recipe *r = bm_recipe_new(.target = "y");
        bm_model *m = bm_learner_parse(learners[i], r), *same = bm_learner_parse(learners[i], r);
        bm_fit_table(m, train, .validation_table = held, .test_table = held, .epochs = 5 * (int64_t)i);
        bm_fit_table(same, train, .validation_table = known, .test_table = known, .epochs = 5 * (int64_t)i);
        if (bm_failed(m) || bm_failed(same)) fail_msg("%s %s", bm_error(m), bm_error(same));
        static const char *const parts[] = { "validation", "test" };
        const bm_scores e = bm_evaluate_table(m, held);
        for (int k = 0; k < 2; k++) {
            const bm_scores s = bm_model_scores(m, parts[k]), of_known = bm_model_scores(same, parts[k]);
            assert_int_equal(s.rows, 7);
            assert_int_equal(s.unseen_class, 4);
            assert_int_equal(s.no_target, 1);
            assert_memory_equal(s.metrics, e.metrics, sizeof *s.metrics * (size_t)s.count);
            bmt_near("four of seven are wrong", bm_score(&s, "accuracy") * 7, bm_score(&of_known, "accuracy") * 3, 1e-12);
            bmt_near("log loss", s.loss, of_known.loss, 1e-12);
        }
        for (int64_t k = 0; k < bm_history_epochs(m); k++)
            bmt_near("validation", bm_history(m, "validation_loss", k), bm_history(same, "validation_loss", k), 0);
        char notes[2000] = "";
        const char *note;
        for (int64_t k = 0; (note = bm_recipe_note(bm_model_recipe(m), k)); k++) strcat(strcat(notes, note), "\n");
        bmt_contains("told", notes, "! 1 validation row has no \"y\", the target: left out\n");
        bmt_contains(
            "told", notes,
            "! 4 test rows have a class that was not there in training (\"d\" 2, \"e\" 1, \"z\" 1): wrong, whatever is");
        bm_fit_table(same, train, .test_table = strangers);
        assert_int_equal(bm_status_of(same), BM_E_DATA);
        bmt_contains("nothing to judge", bm_error(same),
                     "no row of the test part has a class that was there in training: \"d\" 1, \"e\" 1 were not there");
        bm_table *none = bm_table_new();
        for (int k = 0; k < 2; k++) { /* which of the tables it is */
            bm_clear(same);
            bm_fit_table(same, train, .validation_table = k ? held : none, .test_table = k ? none : held);
            assert_int_equal(bm_status_of(same), BM_E_DATA);
            bmt_contains("an empty table", bm_error(same),
                         k ? "fit: the test table has no rows" : "fit: the validation table has no rows");
        }
        bm_free(none);
        bm_free(m), bm_free(same), bm_free(r);
    }
    bm_free(train), bm_free(held), bm_free(known), bm_free(strangers);
}

/* A prediction that is NaN is of no class: metrics by rows and over all rows say so. */
static void not_a_prediction(void **state)
{
    (void)state;
    float x[12], kernel[6] = { 0 };
    int32_t t[6];
    for (int i = 0; i < 12; i++) x[i] = (float)i / 12;
    for (int i = 0; i < 6; i++) t[i] = 0; /* what the largest of three NaN is */
    bm_tensor *a = bm_tensor_view(BM_F32, BM_SHAPE(6, 2), x), *b = bm_tensor_view(BM_I32, BM_SHAPE(6), t);
    bm_dataset *d = bm_dataset_from(a, b);
    bm_model *m = bm_sequential(bm_input(2), bm_dense(3, .activation = BM_SOFTMAX, .name = "out"));
    bm_compile(m, .loss = BM_SPARSE_CATEGORICAL_CROSSENTROPY,
               .metrics = { BM_ACCURACY, BM_BALANCED_ACCURACY, BM_F1_MACRO, BM_RECALL_MICRO });
    bm_scores s = bm_evaluate(m, d);
    assert_int_equal(s.status, BM_OK);
    for (int i = 0; i < 4; i++) assert_false(isnan(s.metrics[i].value));
    kernel[4] = NAN;
    bm_tensor *w = bm_tensor_view(BM_F32, BM_SHAPE(2, 3), kernel);
    if (bm_model_set_weight(m, "out/kernel", w)) fail_msg("%s", bm_error(m));
    s = bm_evaluate(m, d);
    assert_int_equal(s.status, BM_OK);
    assert_int_equal(s.count, 4);
    for (int i = 0; i < 4; i++)
        if (!isnan(s.metrics[i].value)) fail_msg("%s is %g", s.metrics[i].name, s.metrics[i].value);
    bm_free(a), bm_free(b), bm_free(w), bm_free(d), bm_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_scikit_learn),  cmocka_unit_test(without_target),
                                        cmocka_unit_test(many_strangers),   cmocka_unit_test(not_finite),
                                        cmocka_unit_test(not_a_prediction), cmocka_unit_test(held_out) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
