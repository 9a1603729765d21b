// SPDX-License-Identifier: Apache-2.0
/* Metrics against scikit-learn, with weights of rows and without: tests/golden/metrics.txt, which tests/golden/metrics.py writes from the same
 * numbers.
 */
#include "nn_support.h"
#include "support/bmt_scored.h"

static double value_of(const char *text, const form *f, bool weighed)
{
    bm_metric metric[2];
    char error[400];
    if (bm_metrics_parse_at(text, metric, 2, error, sizeof error, BM_HERE)) fail_msg("%s", error);
    bm_tensor *y = bmt_reals(BM_F64, BM_SHAPE(ROWS, f->columns), f->y),
              *t = bmt_reals(BM_F64, BM_SHAPE(ROWS, f->target_columns), f->t), *w = bmt_reals(BM_F64, BM_SHAPE(ROWS), weights);
    bm_tensor *v = bm_measure(metric[0], y, t, .weight = weighed ? w : NULL, .output = f->output);
    if (bm_failed(v)) fail_msg("%s of %s: %s", text, f->name, bm_error(v));
    const double value = bm_tensor_at(v, 0);
    bm_free(y), bm_free(t), bm_free(w), bm_free(v);
    return value;
}

static void as_scikit_learn(void **state)
{
    (void)state;
    const char *source = getenv("BAEUM_SOURCE");
    char path[1100], name[64], of[16];
    int weighed, lines = 0;
    double want;
    snprintf(path, sizeof path, "%s/tests/golden/metrics.txt", source ? source : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fscanf(file, "%63s %15s %d %lf", name, of, &weighed, &want) == 4) {
        size_t k = 0;
        while (strcmp(forms[k].name, of)) k++;
        const double got = value_of(name, &forms[k], weighed);
        if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
            fail_msg("%s of %s%s: %.15g, want %.15g", name, of, weighed ? ", weighed" : "", got, want);
        lines++;
    }
    fclose(file);
    assert_true(lines > 250);
}

/* Differences of numbers far from 0, in a rising order: these can all be written exactly, so nothing is lost but by the metric. */
static void far_from_zero(void **state)
{
    (void)state;
    enum { MANY = 200 };
    static const char *const names[] = { "r2", "explained_variance", "correlation" };
    double near[2][MANY], far[2][MANY];
    for (int i = 0; i < MANY; i++) {
        near[0][i] = i / 1048576.;
        near[1][i] = near[0][i] + (i * 7 % 5 - 2) * 16 / 1048576.;
        far[0][i] = near[0][i] + 1073741824.;
        far[1][i] = near[1][i] + 1073741824.;
    }
    bm_tensor *t0 = bmt_reals(BM_F64, BM_SHAPE(MANY, 1), near[0]), *y0 = bmt_reals(BM_F64, BM_SHAPE(MANY, 1), near[1]);
    bm_tensor *t1 = bmt_reals(BM_F64, BM_SHAPE(MANY, 1), far[0]), *y1 = bmt_reals(BM_F64, BM_SHAPE(MANY, 1), far[1]);
    for (size_t k = 0; k < BMI_COUNT(names); k++) {
        bm_metric metric[2];
        char error[400];
        if (bm_metrics_parse_at(names[k], metric, 2, error, sizeof error, BM_HERE)) fail_msg("%s", error);
        bm_tensor *a = bm_measure(metric[0], y0, t0), *b = bm_measure(metric[0], y1, t1);
        bmt_near(names[k], bm_tensor_at(b, 0), bm_tensor_at(a, 0), 1e-12);
        assert_true(bm_tensor_at(a, 0) > .5 && bm_tensor_at(a, 0) < .95);
        bm_free(a), bm_free(b);
    }
    bm_free(t0), bm_free(y0), bm_free(t1), bm_free(y1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup(as_scikit_learn, bmt_scored_make),
                                        cmocka_unit_test(far_from_zero) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
