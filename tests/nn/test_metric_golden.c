// SPDX-License-Identifier: Apache-2.0
/* Metrics against scikit-learn, with weights of rows and without: tests/golden/metrics.txt, which tests/golden/metrics.py writes from the same
 * numbers.
 */
#include "nn_support.h"
#include <baeum.h>

enum { ROWS = 60 };
typedef struct form {
    const char *name;
    bm_output output;
    int64_t columns, target_columns;
    double y[ROWS * 3], t[ROWS * 3];
} form;

static form forms[9];
static double weights[ROWS];
static unsigned state_of = 11;

static unsigned number(unsigned below)
{
    return ((state_of = state_of * 1103515245u + 12345u) >> 16) % below;
}

static form *add(int at, const char *name, bm_output output, int64_t columns, int64_t target_columns)
{
    forms[at].name = name;
    forms[at].output = output;
    forms[at].columns = columns;
    forms[at].target_columns = target_columns;
    return &forms[at];
}

static void make_classes(void)
{
    form *two = add(0, "two", BM_OUTPUT_BINARY, 1, 1), *wide = add(1, "wide2", BM_OUTPUT_CLASSES, 2, 1),
         *three = add(2, "three", BM_OUTPUT_CLASSES, 3, 1), *labels = add(3, "labels", BM_OUTPUT_LABELS, 3, 3);
    for (int i = 0; i < ROWS; i++) weights[i] = number(5) / 4.;
    for (int i = 0; i < ROWS; i++) two->t[i] = wide->t[i] = number(2);
    for (int i = 0; i < ROWS; i++) {
        two->y[i] = wide->y[2 * i + 1] = (number(24) + 8 * two->t[i]) / 32;
        wide->y[2 * i] = 1 - two->y[i];
    }
    for (int i = 0; i < ROWS; i++) three->t[i] = number(3);
    for (int i = 0; i < ROWS; i++) {
        const unsigned a = number(12) + 10 * (three->t[i] == 0), b = number(32 - a);
        three->y[3 * i] = a / 32.;
        three->y[3 * i + 1] = b / 32.;
        three->y[3 * i + 2] = (32 - a - b) / 32.;
    }
    for (int i = 0; i < 3 * ROWS; i++) labels->t[i] = number(2);
    for (int i = 0; i < 3 * ROWS; i++) labels->y[i] = (number(24) + 8 * labels->t[i]) / 32;
}

static int make(void **state)
{
    (void)state;
    make_classes();
    form *numbers = add(4, "numbers", BM_OUTPUT_REALS, 1, 1), *above = add(5, "above", BM_OUTPUT_REALS, 1, 1),
         *columns = add(6, "columns", BM_OUTPUT_REALS, 2, 2), *safe3 = add(7, "safe3", BM_OUTPUT_CLASSES, 3, 1),
         *safe2 = add(8, "safe2", BM_OUTPUT_BINARY, 1, 1);
    for (int i = 0; i < ROWS; i++) numbers->t[i] = ((int)number(400) - 200) / 32.;
    for (int i = 0; i < ROWS; i++) numbers->y[i] = numbers->t[i] + ((int)number(100) - 50) / 32.;
    for (int i = 0; i < ROWS; i++) above->t[i] = (number(400) + 1) / 32.;
    for (int i = 0; i < ROWS; i++) above->y[i] = above->t[i] / 2 + (number(100) + 1) / 32.;
    for (int i = 0; i < 2 * ROWS; i++) columns->t[i] = ((int)number(400) - 200) / 32.;
    for (int i = 0; i < 2 * ROWS; i++) columns->y[i] = columns->t[i] + ((int)number(100) - 50) / 32.;
    for (int i = 0; i < ROWS; i++) {
        safe3->t[i] = forms[2].t[i];
        safe2->t[i] = forms[0].t[i];
        safe2->y[i] = forms[0].y[i] * .75 + .125;
        for (int j = 0; j < 3; j++) safe3->y[3 * i + j] = forms[2].y[3 * i + j] * .75 + .25 / 3;
    }
    return 0;
}

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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup(as_scikit_learn, make) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
