// SPDX-License-Identifier: Apache-2.0
/* Curves against scikit-learn's (tests/golden/curves.txt, which curves.py there writes from the same numbers), with weights and without,
 * of two classes and of three; of models over tables; what cannot be drawn; and the threshold that is kept with a model.
 */
#include "support/bmt_scored.h"
#include <baeum/curves.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bm_tensor *reals(const double *from, int64_t rows, int64_t columns)
{
    bm_tensor *t = bm_tensor_new(BM_F64, BM_SHAPE(rows, columns));
    memcpy(bm_data(t), from, (size_t)(rows * columns) * sizeof *from);
    return t;
}

static bm_table *curve_of(const char *name, const form *f, bool weighed)
{
    bm_tensor *y = reals(f->y, ROWS, f->columns), *t = reals(f->t, ROWS, f->target_columns), *w = reals(weights, ROWS, 1);
    bm_curve_options o = { .prediction = y, .target = t, .weight = weighed ? w : NULL, .cost_missed = 2 };
    static const char *const by[] = { "confusion_None", "confusion_true", "confusion_pred", "confusion_all" };
    const char *curve = name;
    for (int i = 0; i < 4; i++)
        if (!strcmp(name, by[i])) o.normalize = (bm_normalize)i, curve = "confusion";
    if (!strcmp(name, "roc_all")) o.all_points = true, curve = "roc";
    if (!strncmp(name, "uniform", 7) || !strncmp(name, "quantile", 8)) {
        o.quantile = *name == 'q';
        o.bins = name[strlen(name) - 1] - '0';
        curve = "calibration";
    }
    bm_table *out = bm_curve_at(curve, &o, sizeof o, BM_HERE);
    if (bm_failed(out)) fail_msg("%s of %s: %s", name, f->name, bm_error(out));
    bm_free(y), bm_free(t), bm_free(w);
    return out;
}

static void same_cell(const char *what, const bm_table *t, int64_t row, int64_t column, double want)
{
    const double got = bm_table_number(t, row, column);
    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))) && !(isnan(got) && isnan(want)))
        fail_msg("%s, point %lld, %s: %.15g, want %.15g", what, (long long)row, bm_table_column_name(t, column), got, want);
}

static void as_scikit_learn(void **state)
{
    (void)state;
    size_t bytes;
    char *text = (char *)bmt_read("tests/golden/curves.txt", &bytes), *at = text;
    char name[32], of[16], what[80];
    int weighed, class, points, used, curves = 0;
    while (sscanf(at, "%31s %15s %d %d %d%n", name, of, &weighed, &class, &points, &used) == 5) {
        at += used;
        const form *f = !strcmp(of, "two") ? &forms[0] : &forms[2];
        const bool confusion = !strncmp(name, "confusion", 9), calibration = *name == 'u' || *name == 'q',
                   named = confusion || f->columns > 1;
        bm_table *t = curve_of(name, f, weighed);
        const int64_t columns = bm_table_columns(t) - named;
        int64_t row = 0;
        snprintf(what, sizeof what, "%s of %s, class %d%s", name, of, class, weighed ? ", weighed" : "");
        while (!confusion && named && row < bm_table_rows(t) && atoi(bm_table_text(t, row, 0)) != class) row++;
        for (int i = 0; i < points; i++, row++) {
            if (named && !confusion) assert_int_equal(atoi(bm_table_text(t, row, 0)), class);
            for (int64_t k = 0; k < (calibration ? 2 : columns); k++)
                same_cell(what, t, row, named + k + (calibration ? 2 : 0), strtod(at, &at));
        }
        if (row < bm_table_rows(t) && (!named || confusion || atoi(bm_table_text(t, row, 0)) == class))
            fail_msg("%s has %lld points, want %d", what, (long long)bm_table_rows(t), points);
        bm_free(t);
        curves++;
    }
    assert_true(curves > 60);
    free(text);
}

/* ---- residuals and classes ---- */
static void tables(void **state)
{
    (void)state;
    bm_table *r = curve_of("residuals", &forms[6], false), *c = curve_of("classes", &forms[2], true);
    assert_int_equal(bm_table_rows(r), 2 * ROWS);
    assert_string_equal(bm_table_text(r, ROWS, 0), "1");
    bmt_near("residual", bm_table_number(r, ROWS + 3, 3), forms[6].t[7] - forms[6].y[7], 0);
    static const char *const measures[] = { "precision_of", "recall_of", "specificity_of", "f1_of", "jaccard_of" };
    bm_tensor *y = reals(forms[2].y, ROWS, 3), *t = reals(forms[2].t, ROWS, 1), *w = reals(weights, ROWS, 1);
    for (int k = 0; k < 3; k++) {
        double one[ROWS], is[ROWS];
        for (int i = 0; i < ROWS; i++) one[i] = forms[2].y[3 * i + k], is[i] = forms[2].t[i] == k;
        for (int m = 0; m < 5; m++) {
            bm_tensor *v = bm_measure(BM_VALUE(bm_metric, .name = measures[m], .p = { bm_exactly(k) }), y, t, .weight = w);
            bmt_near(measures[m], bm_table_number(c, k, 2 + m), bm_tensor_at(v, 0), 1e-15);
            bm_free(v);
        }
        bm_tensor *p = reals(one, ROWS, 1), *q = reals(is, ROWS, 1), *area = bm_measure(BM_ROC_AUC, p, q, .weight = w),
                  *steps = bm_measure(BM_AVERAGE_PRECISION, p, q, .weight = w);
        bmt_near("area", bm_table_number(c, k, 7), bm_tensor_at(area, 0), 1e-15);
        bmt_near("average precision", bm_table_number(c, k, 8), bm_tensor_at(steps, 0), 1e-15);
        bm_free(p), bm_free(q), bm_free(area), bm_free(steps);
    }
    bm_free(y), bm_free(t), bm_free(w), bm_free(r), bm_free(c);
}

/* ---- the best threshold: no other score gives a better figure ---- */
static void best(void **state)
{
    (void)state;
    const bm_metric by[] = { BM_F1, BM_ACCURACY, BM_MCC, BM_BALANCED_ACCURACY, BM_FBETA(2), BM_HAMMING_LOSS };
    bm_tensor *y = reals(forms[0].y, ROWS, 1), *t = reals(forms[0].t, ROWS, 1), *w = reals(weights, ROWS, 1);
    for (size_t m = 0; m < sizeof by / sizeof *by; m++) {
        const bm_curve_options o = { .prediction = y, .target = t, .weight = w };
        char error[400];
        double value, most = NAN;
        const double at = bm_best_threshold_at(by[m], &o, sizeof o, &value, error, sizeof error, BM_HERE);
        const bool up = bm_metric_maximize(by[m]);
        for (int i = 0; i < ROWS; i++) {
            bm_metric here = by[m];
            here.p[!strcmp(here.name, "fbeta")] = bm_exactly(forms[0].y[i]);
            bm_tensor *v = bm_measure(here, y, t, .weight = w);
            const double now = bm_tensor_at(v, 0);
            if (isnan(most) || (up ? now > most : now < most)) most = now;
            if (forms[0].y[i] == at) bmt_near("the figure at it", now, value, 1e-12);
            bm_free(v);
        }
        bmt_near(by[m].name, value, most, 1e-12);
    }
    char error[400];
    bm_tensor *y3 = reals(forms[2].y, ROWS, 3);
    const bm_curve_options two = { .prediction = y, .target = t }, three = { .prediction = y3, .target = t };
    assert_true(isnan(bm_best_threshold_at(BM_ROC_AUC, &two, sizeof two, NULL, error, sizeof error, BM_HERE)));
    bmt_contains("of ranks", error, "no threshold decides roc_auc");
    assert_true(isnan(bm_best_threshold_at(BM_F1, &three, sizeof three, NULL, error, sizeof error, BM_HERE)));
    bmt_contains("three classes", error, "the prediction has 3 columns");
    bm_free(y3), bm_free(y), bm_free(t), bm_free(w);
}

/* ---- what cannot be drawn ---- */
static void refused(void **state)
{
    (void)state;
    const double p[] = { .1, .5, .9 }, one[] = { 1, 1, 1 }, two[] = { 0, 1, 1 }, nan[] = { .1, NAN, .9 }, far[] = { .1, 2, .9 },
                 none[] = { 0, 0, 0 }, nine[] = { 0, 9, 1 };
    const struct {
        const char *curve;
        const double *y, *t, *w;
        int64_t columns, rows, bins;
        const char *says;
    } cases[] = { { "rok", p, two, NULL, 1, 3, 0, "did you mean \"roc\"?" },
                  { "roc", p, one, NULL, 1, 3, 0, "all rows are of class 1" },
                  { "pr", p, none, NULL, 1, 3, 0, "no row is of class 1" },
                  { "roc", nan, two, NULL, 1, 3, 0, "the prediction of row 1 is NaN" },
                  { "calibration", far, two, NULL, 1, 3, 0, "a prediction is 2, no probability" },
                  { "calibration", p, two, NULL, 1, 3, -1, "there are -1 bins" },
                  { "roc", p, two, none, 1, 3, 0, "the weights sum to 0" },
                  { "roc", p, two, NULL, 1, 2, 0, "the prediction has 3 rows, the target 2" },
                  { "roc", p, nine, NULL, 1, 3, 0, "the target of row 1 is none of the classes" },
                  { "confusion", p, nine, NULL, 1, 3, 0, "the target of row 1 is 9, classes are 0 to 1" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_tensor *y = reals(cases[i].y, 3, cases[i].columns), *t = reals(cases[i].t, cases[i].rows, 1),
                  *w = cases[i].w ? reals(cases[i].w, 3, 1) : NULL;
        bm_table *out = bm_curve(cases[i].curve, y, t, .weight = w, .bins = cases[i].bins);
        assert_true(bm_failed(out));
        bmt_contains(cases[i].curve, bm_error(out), cases[i].says);
        bm_free(out), bm_free(y), bm_free(t), bm_free(w);
    }
    bm_table *out = bm_roc_curve(NULL, NULL);
    bmt_contains("nothing", bm_error(out), "the prediction is null");
    bm_free(out);
}

/* ---- of models ---- */
static bm_model *learner(const char *how, const char *target)
{
    bm_recipe *r = bm_recipe_new(.target = target);
    bm_model *m = bm_learner_parse(how, r);
    bm_free(r);
    return m;
}

static void of_models(void **state)
{
    (void)state;
    bm_table *infert = bm_table_load("infert"), *iris = bm_table_load("iris");
    bm_model *m = learner("logistic", "case"), *three = learner("softmax", "Species"),
             *line = learner("linear", "Sepal.Length");
    bm_fit_table(m, infert);
    bm_fit_table(three, iris);
    bm_fit_table(line, iris);
    bm_tensor *p = bm_predict_table(m, infert);
    bm_table *roc = bm_model_curve(m, "roc", .table = infert), *classes = bm_model_curve(three, "classes", .table = iris),
             *residuals = bm_model_curve(line, "residuals", .table = iris), *wrong = bm_model_curve(line, "roc", .table = iris),
             *none = bm_model_curve(m, "roc");
    if (bm_failed(roc) || bm_failed(classes) || bm_failed(residuals)) fail_msg("%s %s", bm_error(roc), bm_error(classes));
    const bm_scores s = bm_evaluate_table(m, infert, .metrics = { BM_ROC_AUC, BM_KS, BM_PR_AUC });
    double area = 0, distance = 0;
    for (int64_t i = 1; i < bm_table_rows(roc); i++) {
        const double x = bm_table_number(roc, i, 0), y = bm_table_number(roc, i, 1), before = bm_table_number(roc, i - 1, 0);
        area += (x - before) * (y + bm_table_number(roc, i - 1, 1)) / 2;
        distance = fmax(distance, y - x);
    }
    assert_int_equal(s.count, 3);
    bmt_near("area", area, bm_score(&s, "roc_auc"), 1e-12);
    bmt_near("distance", distance, bm_score(&s, "ks"), 1e-12);
    assert_true(isfinite(s.loss));
    assert_string_equal(bm_table_text(classes, 2, 0), "virginica");
    bmt_near("rows", bm_table_number(classes, 2, 1), 50, 0);
    assert_int_equal(bm_table_rows(residuals), 150);
    bmt_near("target in its unit", bm_table_number(residuals, 0, 0), 5.1, 1e-6);
    bmt_contains("numbers", bm_error(wrong), "roc is of classes, the model predicts numbers");
    bmt_contains("no rows", bm_error(none), "give .table = or .data =");
    bm_free(p), bm_free(roc), bm_free(classes), bm_free(residuals), bm_free(wrong), bm_free(none);
    bm_free(m), bm_free(three), bm_free(line), bm_free(infert), bm_free(iris);
}

/* ---- the threshold of a model ---- */
static void kept_with_the_model(void **state)
{
    (void)state;
    bm_table *t = bm_table_load("infert");
    bm_model *m = learner("logistic", "case");
    bm_fit_table(m, t);
    bmt_near("default", bm_model_threshold(m), .5, 0);
    const bm_scores half = bm_evaluate_table(m, t);
    double value;
    const bm_model_curve_options rows = { .table = t };
    char error[400];
    const double at = bm_model_best_threshold_at(m, BM_F1, &rows, sizeof rows, &value, error, sizeof error, BM_HERE);
    bm_model_set_threshold(m, at);
    const bm_scores chosen = bm_evaluate_table(m, t), given = bm_evaluate_table(m, t, .threshold = .5);
    bmt_near("f1 at it", bm_score(&chosen, "f1"), value, 1e-12);
    assert_true(value > bm_score(&half, "f1"));
    bmt_near("as given", bm_score(&given, "f1"), bm_score(&half, "f1"), 0);
    bmt_near("ranks do not change", bm_score(&chosen, "roc_auc"), bm_score(&half, "roc_auc"), 0);
    bm_save(m, bmt_temp("threshold.st"));
    bm_model *again = bm_load(bmt_temp("threshold.st"));
    if (bm_failed(again)) fail_msg("%s", bm_error(again));
    bmt_near("saved", bm_model_threshold(again), at, 0);
    bm_tensor *p = bm_predict_table(again, t), *classes = bm_predict_classes(again, t),
              *others = bm_predict_classes(again, t, .threshold = .9);
    int64_t ones = 0;
    for (int64_t i = 0; i < bm_table_rows(t); i++) {
        assert_int_equal((int)bm_tensor_at(classes, i), bm_tensor_at(p, 2 * i + 1) >= at);
        assert_int_equal((int)bm_tensor_at(others, i), bm_tensor_at(p, 2 * i + 1) >= .9);
        ones += bm_tensor_at(classes, i) == 1;
    }
    assert_true(ones > 0 && ones < 248);
    bm_fit_table(again, t);
    bmt_near("a fit keeps it", bm_model_threshold(again), at, 0);
    const bm_scores wrong = bm_evaluate_table(again, t, .threshold = 2);
    bmt_contains("outside", wrong.error, "the threshold is 2, it must be above 0 and at most 1");
    bm_model_set_threshold(again, -1);
    bmt_contains("outside", bm_error(again), "it is -1");
    bm_free(p), bm_free(classes), bm_free(others), bm_free(again), bm_free(m), bm_free(t);
}

/* 100 people, 4 of them wrong: the same accuracy, whatever becomes of the rare class. */
static void rare_classes(void **state)
{
    (void)state;
    static const struct {
        int rows[2], wrong[2];
        double recall, precision, f1, balanced;
    } cases[] = { { { 95, 5 }, { 1, 3 }, .4, .6667, .5, .69474 }, { { 50, 50 }, { 1, 3 }, .94, .97917, .95918, .96 } };
    for (int c = 0; c < 2; c++) {
        double y[100], t[100];
        int n = 0;
        for (int k = 0; k < 2; k++)
            for (int i = 0; i < cases[c].rows[k]; i++, n++) {
                t[n] = k;
                y[n] = (i < cases[c].wrong[k]) != k ? .8 : .2;
            }
        const struct {
            bm_metric metric;
            double want;
        } figures[] = { { BM_ACCURACY, .96 },
                        { BM_RECALL, cases[c].recall },
                        { BM_PRECISION, cases[c].precision },
                        { BM_F1, cases[c].f1 },
                        { BM_BALANCED_ACCURACY, cases[c].balanced } };
        bm_tensor *a = reals(y, 100, 1), *b = reals(t, 100, 1);
        for (int k = 0; k < 5; k++) {
            bm_tensor *v = bm_measure(figures[k].metric, a, b);
            bmt_near(figures[k].metric.name, bm_tensor_at(v, 0), figures[k].want, 5e-5);
            bm_free(v);
        }
        bm_free(a), bm_free(b);
    }
    const double p[] = { .5, .49999, .50001 }, is[] = { 1, 0, 1 }; /* p >= .5 is class 1, also of two columns */
    const double both[] = { .5, .5, .50001, .49999, .49999, .50001 };
    bm_tensor *a = reals(p, 3, 1), *b = reals(is, 3, 1), *two = reals(both, 3, 2), *v = bm_measure(BM_ACCURACY, a, b),
              *w = bm_measure(BM_ACCURACY, two, b);
    assert_true(bm_tensor_at(v, 0) == 1 && bm_tensor_at(w, 0) == 1);
    bm_free(a), bm_free(b), bm_free(two), bm_free(v), bm_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_scikit_learn), cmocka_unit_test(tables),    cmocka_unit_test(best),
        cmocka_unit_test(refused),         cmocka_unit_test(of_models), cmocka_unit_test(kept_with_the_model),
        cmocka_unit_test(rare_classes)
    };
    return cmocka_run_group_tests(tests, bmt_scored_make, NULL);
}
