// SPDX-License-Identifier: Apache-2.0
/* What holds of every metric that there is: it has words, formula, source and an example that is right; a perfect prediction gives its
 * best value; the order of rows does not matter; a row of weight n is n equal rows and one of weight 0 is none; of one row, one class, a
 * constant target, NaN there is a value or a reason; what it is in parts stands in test_metric_parts.c.
 */
#include "nn/measure.h"
#include "nn_support.h"
#include <baeum.h>

enum { ROWS = 40, MOST = 4, ROOM = 4 * ROWS * MOST };

typedef struct rows {
    int64_t n, columns, target_columns;
    bm_output output;
    double y[ROOM], t[ROOM], w[4 * ROWS];
    bool weighed;
} rows;

static unsigned seed;
static unsigned number(unsigned below)
{
    return ((seed = seed * 1103515245u + 12345u) >> 16) % below;
}

static const struct {
    const char *name;
    bm_output output;
    int64_t columns;
    bool class_numbers;
} forms[] = { { "one output", BM_OUTPUT_BINARY, 1, true },    { "two classes", BM_OUTPUT_CLASSES, 2, true },
              { "four classes", BM_OUTPUT_CLASSES, 4, true }, { "labels", BM_OUTPUT_LABELS, 3, false },
              { "one number", BM_OUTPUT_REALS, 1, false },    { "three numbers", BM_OUTPUT_REALS, 3, false } };
enum { FORMS = BMI_COUNT(forms) };

static bool is_of_numbers(const bm_metric_kind *k)
{
    return k->target == BM_TARGET_LIKE_OUTPUT && strcmp(k->name, "binary_accuracy") != 0;
}

static bool fits(const bm_metric_kind *k, int form)
{
    if ((forms[form].output == BM_OUTPUT_REALS) != is_of_numbers(k)) return false;
    if (!strcmp(k->name, "binary_accuracy")) return forms[form].columns == 1 || forms[form].output == BM_OUTPUT_LABELS;
    if (!strcmp(k->name, "top_k")) return forms[form].output == BM_OUTPUT_CLASSES;
    if (!strncmp(k->name, "kappa", 5) || !strcmp(k->name, "mcc") || !strncmp(k->name, "roc_auc_ovo", 11))
        return forms[form].output != BM_OUTPUT_LABELS;
    return true;
}

/* Numbers above 0, so that every metric of numbers has them. */
static void make(rows *r, int form)
{
    const int64_t c = forms[form].columns;
    *r = (rows){ .n = ROWS, .columns = c, .target_columns = forms[form].class_numbers ? 1 : c, .output = forms[form].output };
    seed = 5 + (unsigned)form;
    for (int64_t i = 0; i < ROWS; i++) {
        double sum = 0;
        r->w[i] = number(4);
        for (int64_t j = 0; j < r->target_columns; j++)
            r->t[i * r->target_columns + j] = forms[form].class_numbers      ? (double)number(c == 1 ? 2 : (unsigned)c)
                                              : r->output == BM_OUTPUT_REALS ? .5 + number(64) / 16.
                                                                             : (double)number(2);
        for (int64_t j = 0; j < c; j++) sum += r->y[i * c + j] = .25 + number(32) / 16.;
        for (int64_t j = 0; j < c; j++)
            r->y[i * c + j] = r->output == BM_OUTPUT_REALS ? r->y[i * c + j]
                              : c == 1                     ? r->y[i * c + j] / 4
                                                           : r->y[i * c + j] / sum;
    }
}

static double value_of(const bm_metric_kind *k, const rows *r, char why[BM_WHY])
{
    bmi_error e = { 0 };
    double p[2];
    bmi_choice_numbers((const bmi_choice_kind *)k, (double[2]){ 0 }, p);
    const bm_metric_input in = { .prediction = r->y,
                                 .target = r->t,
                                 .weight = r->weighed ? r->w : NULL,
                                 .rows = r->n,
                                 .columns = r->columns,
                                 .target_columns = r->target_columns,
                                 .output = r->output };
    const double value = bmi_measure_numbers(NULL, k, p, &in, why, &e, BM_HERE);
    if (e.status) fail_msg("%s: %s", k->name, e.text);
    if (isnan(value) && !*why) fail_msg("%s is NaN and does not say why", k->name);
    return value;
}

#define EACH(k_) for (size_t m_ = 0; bmi_kind_at("metric", m_) && (k_ = bmi_kind_at("metric", m_)->record); m_++)

static void copy_row(rows *to, int64_t at, const rows *from, int64_t row)
{
    memcpy(to->y + at * to->columns, from->y + row * to->columns, (size_t)to->columns * sizeof(double));
    memcpy(to->t + at * to->target_columns, from->t + row * to->target_columns, (size_t)to->target_columns * sizeof(double));
    to->w[at] = from->w[row];
}

static void same(const bm_metric_kind *k, int form, const char *what, double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 * fmax(1, fabs(want))) && !(isnan(got) && isnan(want)))
        fail_msg("%s of %s, %s: %.17g, want %.17g", k->name, forms[form].name, what, got, want);
}

/* ---- words and examples ---- */
static int64_t numbers_of(const char *text, const char *end, double *into, int64_t *rows_of)
{
    int64_t n = 0;
    *rows_of = 1;
    while (text < end) {
        char *past;
        if (*text == ' ') text++;
        else if (*text == ',') text++, ++*rows_of;
        else {
            into[n++] = strtod(text, &past);
            if (past == text) fail_msg("an example has \"%s\"", text);
            text = past;
        }
    }
    return n;
}

static void words_and_examples(void **state)
{
    const bm_metric_kind *k;
    int found = 0;
    (void)state;
    EACH(k)
    {
        static rows r;
        char why[BM_WHY];
        found++;
        if (!k->doc || !k->formula || !k->source || !k->example) fail_msg("%s lacks doc, formula, source or example", k->name);
        const char *bar = strchr(k->example, '|'), *equals = strrchr(k->example, '=');
        if (!bar || !equals) fail_msg("%s: its example is \"%s\"", k->name, k->example);
        int64_t n = 0, t_rows = 0;
        const int64_t all = numbers_of(k->example, bar, r.y, &n);
        r.n = n;
        r.columns = all / n;
        r.target_columns = numbers_of(bar + 1, equals, r.t, &t_rows) / n;
        assert_int_equal(t_rows, n);
        r.output = is_of_numbers(k)                         ? BM_OUTPUT_REALS
                   : r.columns == 1                         ? BM_OUTPUT_BINARY
                   : r.target_columns > 1 || k->target == 1 ? BM_OUTPUT_LABELS
                                                            : BM_OUTPUT_CLASSES;
        const double want = strtod(equals + 1, NULL), got = value_of(k, &r, why);
        if (!(fabs(got - want) < 1e-12)) fail_msg("%s: its example gives %.17g, it says %.17g", k->name, got, want);
    }
    assert_true(found > 60);
}

/* ---- the best value ---- */
static void perfect(void **state)
{
    const bm_metric_kind *k;
    (void)state;
    EACH(k)
    for (int f = 0; f < FORMS; f++) {
        static rows r, bad;
        char why[BM_WHY];
        if (!fits(k, f)) continue;
        make(&r, f);
        make(&bad, f);
        for (int64_t i = 0; i < ROWS; i++)
            for (int64_t j = 0; j < r.columns; j++) {
                const double t = r.target_columns == r.columns ? r.t[i * r.columns + j] : (double)(r.t[i] == (double)j);
                r.y[i * r.columns + j] = t;
            }
        const bool hinge = !strcmp(k->name, "hinge");
        for (int64_t i = 0; hinge && i < ROWS * r.columns; i++) r.y[i] = 2 * r.y[i] - 1;
        const double best = value_of(k, &r, why), other = value_of(k, &bad, why), want = k->maximize;
        same(k, f, "perfect", best, want);
        if (isfinite(other) && !(k->maximize ? other <= best : other >= best))
            fail_msg("%s of %s: %.17g of rows that are wrong is better than %.17g", k->name, forms[f].name, other, best);
    }
}

/* ---- order, weights, parts ---- */
static void order_and_weights(void **state)
{
    const bm_metric_kind *k;
    int values = 0;
    (void)state;
    EACH(k)
    for (int f = 0; f < FORMS; f++) {
        static rows r, turned, repeated, fewer;
        char why[BM_WHY];
        if (!fits(k, f)) continue;
        make(&r, f);
        turned = repeated = fewer = r;
        repeated.n = fewer.n = 0;
        for (int64_t i = 0; i < ROWS; i++) {
            copy_row(&turned, (7 * i + 3) % ROWS, &r, i);
            for (int n = 0; n < (int)r.w[i]; n++) copy_row(&repeated, repeated.n++, &r, i);
            if (r.w[i] > 0) copy_row(&fewer, fewer.n++, &r, i);
        }
        const double plain = value_of(k, &r, why);
        values += isfinite(plain);
        same(k, f, "rows in another order", value_of(k, &turned, why), plain);
        r.weighed = turned.weighed = fewer.weighed = true;
        const double weighed = value_of(k, &r, why);
        same(k, f, "weighed rows in another order", value_of(k, &turned, why), weighed);
        same(k, f, "a row of weight n is n rows", weighed, value_of(k, &repeated, why));
        same(k, f, "a row of weight 0 is none", weighed, value_of(k, &fewer, why));
        for (int64_t i = 0; i < ROWS; i++) /* whatever stands there */
            for (int64_t j = 0; r.w[i] == 0 && j < r.columns; j++)
                r.y[i * r.columns + j] = r.output == BM_OUTPUT_REALS ? 99 : .99;
        same(k, f, "what a row of weight 0 has", value_of(k, &r, why), weighed);
    }
    assert_true(values > 200);
}

/* ---- where little is there ---- */
static void edges(void **state)
{
    const bm_metric_kind *k;
    (void)state;
    EACH(k)
    for (int f = 0; f < FORMS; f++) {
        static rows r;
        char why[BM_WHY];
        if (!fits(k, f)) continue;
        make(&r, f);
        r.n = 1;
        value_of(k, &r, why); /* a value, or why there is none */
        make(&r, f);
        for (int64_t i = 0; i < ROWS * r.target_columns; i++) r.t[i] = 1;
        value_of(k, &r, why);
        make(&r, f);
        r.y[5 * r.columns] = NAN;
        assert_true(isnan(value_of(k, &r, why)));
        bmt_contains(k->name, why, "the prediction of row 5 is NaN");
        r.weighed = true;
        r.w[5] = 0; /* then it is not there */
        const double without = value_of(k, &r, why);
        r.y[5 * r.columns] = .5;
        same(k, f, "NaN in a row of weight 0", without, value_of(k, &r, why));
        if (forms[f].output != BM_OUTPUT_CLASSES) continue;
        make(&r, f);
        r.t[3] = 9;
        if (!isnan(value_of(k, &r, why))) fail_msg("%s has a value of a class that there is not", k->name);
        r.weighed = true;
        r.w[3] = 0;
        if (isnan(value_of(k, &r, why))) fail_msg("%s: a row of weight 0 is of a class that there is not: %s", k->name, why);
    }
}

/* What has no value says which class, or what it lacks. */
static void reasons(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        int form;
        double target; /* of all rows */
        const char *why;
        bool value; /* there is one, by convention */
    } cases[] = { { "roc_auc", 0, 1, "all rows are of class 1", false },
                  { "roc_auc", 0, 0, "no row is of class 1", false },
                  { "roc_auc", 2, 3, "no row is of class 0", false },
                  { "roc_auc_ovo", 2, 3, "no row is of class 0", false },
                  { "average_precision", 0, 0, "no row is of class 1", false },
                  { "recall", 0, 0, "no row is of class 1: 0 by convention", true },
                  { "d2_log_loss", 2, 1, "all rows are of one class", false },
                  { "mcc", 0, 1, "all rows are of one class: 0 by convention", true },
                  { "r2", 4, 2, "the target is constant: 0 by convention", true },
                  { "correlation", 4, 2, "the target is constant", false },
                  { "d2_absolute_error", 4, 2, "the target is constant: 0 by convention", true },
                  { "gamma_deviance", 4, 0, "targets above 0: a row has", false },
                  { "rmsle", 4, -3, "has no log(1 + y)", false } };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        static rows r;
        char why[BM_WHY];
        make(&r, cases[i].form);
        for (int k = 0; k < ROWS; k++) r.t[k] = cases[i].target;
        const double value = value_of(bmi_kind_find("metric", cases[i].metric), &r, why);
        if (!strstr(why, cases[i].why) || isnan(value) == cases[i].value)
            fail_msg("%s: %g, \"%s\", want \"%s\"", cases[i].metric, value, why, cases[i].why);
    }
}

/* Which class it is, of several. */
static void reasons_name_the_class(void **state)
{
    (void)state;
    static const char *const names[] = { "roc_auc", "roc_auc_weighted", "roc_auc_ovo", "average_precision", "gini" };
    for (size_t i = 0; i < BMI_COUNT(names); i++) {
        static rows r;
        char why[BM_WHY];
        make(&r, 2);
        for (int k = 0; k < ROWS; k++)
            if (r.t[k] == 2) r.t[k] = 1;
        assert_true(isnan(value_of(bmi_kind_find("metric", names[i]), &r, why)));
        assert_string_equal(why, "no row is of class 2");
    }
}

/* From outside, of functions of nodes alone: weights count, too. */
static bm_node misses(const bm_loss_input *in, const double p[2])
{
    (void)p;
    return bm_sum_over(bm_abs(bm_sub(in->prediction, in->target)), BM_AXES(-1));
}

static void of_rows_alone(void **state)
{
    (void)state;
    static const bm_metric_kind mine = {
        .size = sizeof mine, .name = "misses", .target = BM_TARGET_LIKE_OUTPUT, .rows = misses
    };
    const double y[] = { 1, 2, 3 }, t[] = { 2, 4, 3 }, w[] = { 1, 3, 4 };
    bm_tensor *yt = bmt_reals(BM_F64, BM_SHAPE(3, 1), y), *tt = bmt_reals(BM_F64, BM_SHAPE(3, 1), t),
              *wt = bmt_reals(BM_F64, BM_SHAPE(3), w);
    bm_tensor *plain = bm_measure(BM_VALUE(bm_metric, .kind = &mine), yt, tt),
              *weighed = bm_measure(BM_VALUE(bm_metric, .kind = &mine), yt, tt, .weight = wt);
    if (bm_failed(plain) || bm_failed(weighed)) fail_msg("%s %s", bm_error(plain), bm_error(weighed));
    bmt_near("each once", bm_tensor_at(plain, 0), 1, 1e-15);
    bmt_near("as they weigh", bm_tensor_at(weighed, 0), 7. / 8, 1e-15);
    bm_free(yt), bm_free(tt), bm_free(wt), bm_free(plain), bm_free(weighed);
}

/* Digit by digit as by comparisons, of any size, sign and number; rows of equal scores stay in order. */
static void sorting(void **state)
{
    (void)state;
    enum { MANY = 4000 };
    static bmi_scored a[MANY], b[MANY], spare[MANY];
    static const int64_t sizes[] = { 0, 1, 2, 255, 256, 257, MANY };
    for (size_t k = 0; k < BMI_COUNT(sizes); k++) {
        const int64_t n = sizes[k];
        for (int64_t i = 0; i < n; i++) {
            const double x = ldexp(number(64) / 64. - .5, (int)number(600) - 300);
            a[i] = b[i] = (bmi_scored){ number(9) ? x : number(2) ? -0. : 0, i };
        }
        bmi_sort_scored_in(a, spare, n);
        bmi_sort_scored(b, n);
        for (int64_t i = 0; i < n; i++) assert_true(a[i].score == b[i].score);
        for (int64_t i = 1; i < n; i++) assert_true(a[i].score > a[i - 1].score || a[i].row > a[i - 1].row);
    }
}

/* ---- texts ---- */
static void texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } wrong[] = { { "acuracy", "did you mean \"accuracy\"?" },
                  { "accuracy,", "a name is missing at \"\"" },
                  { "", "a name is missing" },
                  { "fbeta(x)", "\"x)\" of fbeta is no number" },
                  { "fbeta(1", "end by \")\"" },
                  { "fbeta(-1)", "beta is -1, must be" },
                  { "mse(1)", "mse takes no number" },
                  { "huber(1,2)", "huber takes one number" },
                  { "f1 mse", "a comma is missing before \"mse\"" },
                  { "f1,mse,mae,r2", "there are more than 3" } };
    bm_metric m[3];
    char error[400];
    for (size_t i = 0; i < BMI_COUNT(wrong); i++) {
        if (bm_metrics_parse_at(wrong[i].text, m, 3, error, sizeof error, BM_HERE) != BM_E_ARGUMENT ||
            !strstr(error, wrong[i].error))
            fail_msg("\"%s\" gives \"%s\", want \"%s\"", wrong[i].text, error, wrong[i].error);
    }
    assert_int_equal(bm_metrics_parse(" f1 , fbeta( .5 ,.25)", m, 3), BM_OK);
    assert_true(!strcmp(m[0].name, "f1") && !strcmp(m[1].name, "fbeta") && m[1].p[0] == .5 && m[1].p[1] == .25 && !m[2].name);
    assert_int_equal(bm_metrics_parse("pinball(0)", m, 3), BM_OK);
    assert_true(m[0].p[0] == (double)BM_ZERO);
    assert_true(bm_metric_maximize(BM_F1) && !bm_metric_maximize(BM_RMSE));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(words_and_examples),
                                        cmocka_unit_test(perfect),
                                        cmocka_unit_test(order_and_weights),
                                        cmocka_unit_test(edges),
                                        cmocka_unit_test(reasons),
                                        cmocka_unit_test(of_rows_alone),
                                        cmocka_unit_test(reasons_name_the_class),
                                        cmocka_unit_test(sorting),
                                        cmocka_unit_test(texts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
