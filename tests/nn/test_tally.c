// SPDX-License-Identifier: Apache-2.0
/* Scores of classes from rows that come in parts are those of bm_measure over all rows at once, which tests/nn/test_golden.c holds against
 * scikit-learn: ties, weights, classes without a probability, numbers that are none.
 */
#include <baeum.h>
#include "nn/metrics/tally.h"
#include "support/bmt.h"
#include <string.h>

enum { ROWS = 90, MOST = 5 };

static double p[ROWS * MOST];
static int32_t truth[ROWS];
static float weight[ROWS];
static unsigned seed = 7;

static unsigned number(unsigned below)
{
    return ((seed = seed * 1103515245u + 12345u) >> 16) % below;
}

/* Probabilities in few steps, so that many are equal; rows sum to 1. */
static void fill(int classes, int unseen)
{
    for (int i = 0; i < ROWS; i++) {
        double sum = 0;
        truth[i] = (int32_t)number((unsigned)(classes + unseen));
        weight[i] = (float)number(4) / 2 + .25f;
        for (int k = 0; k < classes; k++) sum += p[i * classes + k] = 1 + number(4) + 2 * (truth[i] == k);
        for (int k = 0; k < classes; k++) p[i * classes + k] /= sum;
    }
}

static bmi_tally tally(int classes, bool weighed, int64_t at_once)
{
    bmi_tally t = { .rows = ROWS, .classes = classes, .truth = truth, .threshold = .5, .weight = weighed ? weight : NULL };
    bmi_error e = { 0 };
    assert_int_equal(bmi_tally_begin(&t, &e, BM_HERE), BM_OK);
    for (int64_t i = 0; i < ROWS; i += at_once)
        bmi_tally_rows(&t, p + i * classes, classes, i, ROWS - i < at_once ? ROWS - i : at_once);
    if (bmi_tally_sort(&t, &e, BM_HERE))
        for (int64_t i = 0; i < ROWS; i += at_once)
            bmi_tally_areas(&t, p + i * classes, classes, i, ROWS - i < at_once ? ROWS - i : at_once);
    assert_int_equal(e.status, BM_OK);
    return t;
}

static double score(const bmi_tally *t, const char *name)
{
    const bm_metric_kind *k = bmi_kind_find("metric", name);
    const double p_of[2] = { .5, 0 };
    char why[BM_WHY];
    assert_true(bmi_tally_has(t, k, p_of));
    const double value = bmi_tally_value(t, k, p_of, why);
    assert_true(!isnan(value) || *why);
    return value;
}

/* bm_measure of the rows, those of unseen classes left out or with columns of 0 for these classes. */
static double measured(bm_metric metric, int classes, int unseen, bool weighed, bool known)
{
    double wide[ROWS * MOST] = { 0 };
    int32_t of[ROWS];
    float w[ROWS];
    int64_t n = 0;
    const int columns = known ? classes : classes + unseen;
    for (int i = 0; i < ROWS; i++) {
        if (known && truth[i] >= classes) continue;
        memcpy(wide + n * columns, p + i * classes, (size_t)classes * sizeof *p);
        if (classes == 2 && wide[n * columns] == wide[n * columns + 1] && !known)
            wide[n * columns + 1] += 1e-9; /* the second */
        of[n] = truth[i];
        w[n++] = weight[i];
    }
    bm_tensor *a = bm_tensor_view(BM_F64, BM_SHAPE(n, columns), wide), *b = bm_tensor_view(BM_I32, BM_SHAPE(n), of),
              *c = bm_tensor_view(BM_F32, BM_SHAPE(n), w);
    bm_tensor *v = bm_measure(metric, a, b, .weight = weighed ? c : NULL, .output = BM_OUTPUT_CLASSES);
    const double value = bm_tensor_at(v, 0);
    bm_free(a), bm_free(b), bm_free(c), bm_free(v);
    return value;
}

static void as_over_all_rows(void **state)
{
    (void)state;
    const bm_metric all[] = { BM_ACCURACY, BM_BALANCED_ACCURACY, BM_PRECISION_MACRO, BM_RECALL_MACRO, BM_F1_MACRO };
    const bm_metric known[] = { BM_LOG_LOSS, BM_ROC_AUC }, second[] = { BM_PRECISION, BM_RECALL, BM_F1 };
    for (int i = 0; i < 32; i++) {
        const int classes = i & 1 ? 3 : 2, unseen = i & 2 ? 2 : 0;
        const bool weighed = i & 4;
        fill(classes, unseen);
        bmi_tally t = tally(classes, weighed, i & 8 ? 7 : ROWS);
        for (size_t k = 0; k < BMI_COUNT(all); k++)
            bmt_near(all[k].name, score(&t, all[k].name), measured(all[k], classes, unseen, weighed, false), 0);
        for (size_t k = 0; k < BMI_COUNT(known); k++) /* areas of weights are summed in another order */
            bmt_near(known[k].name, score(&t, known[k].name), measured(known[k], classes, unseen, weighed, true),
                     weighed && k ? 1e-14 : 0);
        for (size_t k = 0; classes == 2 && !unseen && k < BMI_COUNT(second); k++)
            bmt_near(second[k].name, score(&t, second[k].name), measured(second[k], 2, 0, weighed, false), 0);
        bmi_tally_end(&t);
    }
}

/* What bm_measure refuses is NaN: by all rows, or by those of known classes alone. */
static void not_defined(void **state)
{
    (void)state;
    fill(3, 1);
    for (int i = 0; i < ROWS; i++) truth[i] = i % 4;
    p[3 * 3 + 1] = NAN; /* row 3 is of an unseen class */
    bmi_tally t = tally(3, false, 7);
    assert_true(isnan(score(&t, "accuracy")) && isnan(score(&t, "f1_macro")));
    assert_false(isnan(score(&t, "log_loss")) || isnan(score(&t, "roc_auc")));
    bmi_tally_end(&t);
    p[3 * 3 + 1] = .5;
    p[4 * 3] = 1.5;
    t = tally(3, false, 7);
    assert_true(isnan(score(&t, "log_loss")));
    assert_false(isnan(score(&t, "accuracy")) || isnan(score(&t, "roc_auc")));
    bmi_tally_end(&t);
    p[4 * 3] = NAN;
    t = tally(3, false, 7);
    assert_true(isnan(score(&t, "log_loss")) && isnan(score(&t, "roc_auc")));
    bmi_tally_end(&t);
    fill(3, 0);
    for (int i = 0; i < ROWS; i++) truth[i] = i % 2; /* no row of the third class */
    t = tally(3, false, 7);
    assert_true(isnan(score(&t, "roc_auc")));
    assert_false(isnan(score(&t, "log_loss")));
    bmi_tally_end(&t);
    weight[5] = -1;
    t = tally(3, true, 7);
    assert_true(isnan(score(&t, "accuracy")) && isnan(score(&t, "log_loss")));
    bmi_tally_end(&t);
    truth[6] = -1;
    bmi_error e = { 0 };
    t = (bmi_tally){ .rows = ROWS, .classes = 3, .truth = truth };
    assert_int_equal(bmi_tally_begin(&t, &e, BM_HERE), BM_E_DATA);
    bmi_tally_end(&t);
}

/* A row that weighs nothing is none, whatever stands in it; and one that was given 0 costs as much as 2^-52. */
static void nothing_and_zero(void **state)
{
    (void)state;
    static const char *const names[] = { "accuracy", "f1_macro", "log_loss", "roc_auc" };
    double sound[4];
    fill(3, 0);
    weight[5] = 0;
    for (int bad = 0; bad < 2; bad++) {
        if (bad) p[5 * 3] = NAN, p[5 * 3 + 1] = 7, p[5 * 3 + 2] = 0;
        bmi_tally t = tally(3, true, 7);
        for (int k = 0; k < 4; k++) {
            if (!bad) sound[k] = score(&t, names[k]);
            else assert_true(score(&t, names[k]) == sound[k]);
        }
        bmi_tally_end(&t);
    }
    fill(2, 0);
    double sum = 0;
    for (int i = 0; i < ROWS; i++) {
        p[2 * i + truth[i]] = i ? 1 : 0;
        p[2 * i + 1 - truth[i]] = i ? 0 : 1;
        sum += i ? 0 : 52 * log(2);
    }
    bmi_tally t = tally(2, false, 7);
    bmt_near("one wrong row", score(&t, "log_loss"), sum / ROWS, 1e-15);
    bmt_near("the same of all rows", measured(BM_LOG_LOSS, 2, 0, false, true), sum / ROWS, 1e-15);
    bmi_tally_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_over_all_rows), cmocka_unit_test(not_defined),
                                        cmocka_unit_test(nothing_and_zero) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
