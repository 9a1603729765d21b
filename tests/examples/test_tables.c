// SPDX-License-Identifier: Apache-2.0
/* The examples on tables, the comparison of optimisers and the worked numbers reach what they promise. */
#include "support/bmt_command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bmt_run example(const char *name)
{
    return bmt_exits(bmt_sh("BAEUM_THREADS=1 BAEUM_DATA= \"$BAEUM_BUILD\"/examples/%s", name), 0);
}

/* The number behind a word; fails when the word is not there. */
static double after(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    if (!at) fail_msg("no \"%s\" in\n%s", word, text);
    return strtod(at + strlen(word), NULL);
}

static void infert(void **state)
{
    (void)state;
    const bmt_run r = example("infert");
    assert_true(after(r.out, "test accuracy ") > after(r.out, "always the most frequent class ") + .05);
    assert_true(after(r.out, "probability ") > .5); /* spontaneous abortions go with cases */
}

static void creditcard(void **state)
{
    (void)state;
    const bmt_run r = example("creditcard");
    const double line = after(strstr(r.out, "linear"), "R2 "), network = after(strstr(r.out, "mlp:64,32"), "R2 ");
    assert_true(line > .7 && line < .9); /* a ratio of columns is no straight line */
    assert_true(network > line + .05);
}

static void optimizers(void **state)
{
    (void)state;
    const bmt_run r = example("optimizers");
    assert_int_equal(bmt_lines(r.out), 10);
    for (int i = 1; i < 10; i++) {
        char name[32];
        double loss[7];
        const char *line = bmt_line(r.out, i);
        if (sscanf(line, "%31s %lf %lf %lf %lf %lf %lf %lf", name, &loss[0], &loss[1], &loss[2], &loss[3], &loss[4], &loss[5],
                   &loss[6]) != 8)
            fail_msg("%s", line);
        for (int k = 1; k < 7; k++)
            if (!(loss[k] < loss[k - 1])) fail_msg("the loss does not fall: %s", line);
        assert_true(loss[6] < .1);
    }
}

/* No worse than the usual pipeline of scikit-learn on the same rows: tests/golden/bike_sharing.py. */
static void bike_sharing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double rmsle;
    } peers[] = { { "linear", .579081 }, { "ridge", .578742 }, { "lasso", .576910 }, { "elastic", .577751 } };
    const char *path = bmt_data("bike-sharing/train.csv");
    if (!path) {
        bmt_skip(path);
        return;
    }
    const bmt_run r = bmt_exits(bmt_sh("\"$BAEUM_BUILD\"/examples/bike_sharing '%s'", path), 0);
    bmt_contains("rows", r.out, "8600 hours to learn from, 2286 to predict");
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
        const double got = after(strstr(r.out, peers[i].name), "RMSLE ");
        if (!(got < peers[i].rmsle + 1e-4)) fail_msg("%s: RMSLE %g, scikit-learn's %g", peers[i].name, got, peers[i].rmsle);
    }
}

/* The list of skewed columns, in order; their logarithm helps. */
static void housing(void **state)
{
    (void)state;
    const char *path = bmt_data("housing/housing.csv");
    if (!path) {
        bmt_skip(path);
        return;
    }
    const bmt_run r = bmt_exits(bmt_sh("\"$BAEUM_BUILD\"/examples/housing '%s'", path), 0);
    bmt_contains("missing", r.out, "total_bedrooms: 207 cells missing");
    static const char *const skewed[] = { "population           skew 4.9355", "total_rooms          skew 4.1470",
                                          "total_bedrooms       skew 3.4593", "households           skew 3.4102",
                                          "median_income        skew 1.6465" };
    for (int i = 0; i < 5; i++) bmt_contains("skew", bmt_line(r.out, 1 + i), skewed[i]);
    const double plain = after(strstr(r.out, "linear "), "R2 "), logs = after(strstr(r.out, "linear, log"), "R2 ");
    assert_true(logs > plain + .1);
    assert_true(after(strstr(r.out, "ridge, log"), "R2 ") > logs - .005);
}

static void titanic(void **state)
{
    (void)state;
    const char *path = bmt_data("titanic/titanic.csv");
    if (!path) {
        bmt_skip(path);
        return;
    }
    const bmt_run r = bmt_exits(bmt_sh("\"$BAEUM_BUILD\"/examples/titanic '%s'", path), 0);
    assert_true(after(r.out, "test accuracy ") > after(r.out, "always the most frequent class ") + .1);
    assert_true(after(r.out, "area under the curve ") > .8);
    assert_true(after(strstr(r.out, "a woman"), "probability ") > .8);
    assert_true(after(strstr(r.out, "a man"), "probability ") < .2);
}

/* The error on what was learned falls with the degree, that on new points falls and rises; a penalty holds it back. */
static void polynomials(void **state)
{
    (void)state;
    double train[12], new[12];
    const bmt_run r = example("polynomials");
    for (int i = 1; i <= 11; i++) {
        const char *line = bmt_line(r.out, i), *numbers = i > 9 ? strstr(line, "alpha") : line;
        double first;
        if (sscanf(i > 9 ? numbers + 5 : numbers, "%lf %lf %lf", &first, &train[i], &new[i]) != 3) fail_msg("%s", line);
        if (i > 1 && i <= 9) assert_true(train[i] <= train[i - 1] + .0005);
    }
    const int best = (int)after(r.out, "new points: degree ");
    assert_true(best >= 3 && best <= 6);
    assert_true(new[1] > new[best] + .1 && new[9] > new[best] + .01); /* too stiff; follows the noise */
    assert_true(new[10] < new[9]);                                    /* held back a little */
    assert_true(new[11] > new[best] + .1);                            /* held back too much */
}

/* Ridge keeps all columns, lasso has them enter one by one. */
static void paths(void **state)
{
    (void)state;
    const bmt_run r = example("paths");
    int before = -1;
    for (int i = 2; i < 14; i++) {
        double alpha;
        int kept[2];
        assert_int_equal(sscanf(bmt_line(r.out, i), "%lf %d", &alpha, &kept[0]), 2);
        assert_int_equal(sscanf(bmt_line(r.out, i + 14), "%lf %d", &alpha, &kept[1]), 2);
        assert_int_equal(kept[0], 8);
        assert_true(kept[1] >= before);
        if (i == 2) assert_int_equal(kept[1], 0);
        before = kept[1];
    }
    assert_int_equal(before, 8);
}

/* The cost of y = w x at 0, 1 and 2; each step leaves 1 - .05 2 14/3 of the way; a rate beyond 2 / (2 14/3) grows; the normal equation. */
static void descent(void **state)
{
    (void)state;
    const bmt_run r = example("descent");
    bmt_contains("cost", r.out, "\n 0.00   4.6667");
    bmt_contains("cost", r.out, "\n 1.00   0.0000");
    bmt_contains("cost", r.out, "\n 2.00   4.6667");
    double w[4], cost;
    const char *path = strchr(strstr(r.out, "all rows:"), '\n');
    if (sscanf(path, "%lf (%lf), %lf (%lf), %lf", &w[0], &cost, &w[1], &cost, &w[2]) != 5) fail_msg("%s", path);
    for (int i = 1; i < 3; i++) assert_true(fabs((w[i] - 1) - (w[i - 1] - 1) * (1 - .05 * 2 * 14 / 3)) < 2e-5);
    path = strchr(strstr(r.out, "too large"), '\n');
    if (sscanf(path, "%lf (%lf), %lf (%lf), %lf", &w[0], &cost, &w[1], &cost, &w[2]) != 5) fail_msg("%s", path);
    assert_true(fabs(w[1] - 1) > fabs(w[0] - 1) && fabs(w[2] - 1) > fabs(w[1] - 1));
    bmt_contains("line", r.out, "normal equation: 1.7500000 -0.1250000");
    bmt_contains("line", r.out, "... 1.7500000");
}

/* It compares itself, and says "NO" where a number differs. */
static void worked(void **state)
{
    (void)state;
    const bmt_run r = example("worked");
    assert_true(bmt_lines(r.out) > 90);
    assert_null(strstr(r.out, "  NO\n"));
    assert_non_null(strstr(r.out, "steps of an epoch of 1,000 rows by 128"));
}

/* What is to be seen: the line leaves [0, 1], squared error bends both ways, C trades bias for variance. */
static void logistic(void **state)
{
    (void)state;
    const bmt_run r = example("logistic");
    int below = 0, above = 0, concave = 0;
    for (int i = 1; i <= 5; i++) {
        double hours, line, sigmoid;
        assert_int_equal(sscanf(bmt_line(r.out, i), "%lf %lf %lf", &hours, &line, &sigmoid), 3);
        below += line < 0;
        above += line > 1;
        assert_true(sigmoid >= 0 && sigmoid <= 1);
    }
    assert_true(below && above);
    for (int i = 8; i <= 16; i++) {
        double w, squared, bend1, cross, bend2;
        assert_int_equal(sscanf(bmt_line(r.out, i), "%lf %lf %lf %lf %lf", &w, &squared, &bend1, &cross, &bend2), 5);
        concave += bend1 < 0;
        assert_true(bend2 > 0);
    }
    assert_in_range(concave, 1, 8);
    double before[2] = { 1, 0 };
    assert_int_equal(bmt_lines(r.out), 23);
    for (int i = 19; i <= 22; i++) {
        double C, bias, variance;
        assert_int_equal(sscanf(bmt_line(r.out, i), "%lf %lf %lf", &C, &bias, &variance), 3);
        assert_true(bias < before[0] && variance > before[1]);
        before[0] = bias;
        before[1] = variance;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked),  cmocka_unit_test(infert),   cmocka_unit_test(creditcard),  cmocka_unit_test(bike_sharing),
        cmocka_unit_test(housing), cmocka_unit_test(titanic),  cmocka_unit_test(polynomials), cmocka_unit_test(paths),
        cmocka_unit_test(descent), cmocka_unit_test(logistic), cmocka_unit_test(optimizers)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
