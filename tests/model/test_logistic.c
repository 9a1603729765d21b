// SPDX-License-Identifier: Apache-2.0
/* Logistic and softmax regression against scikit-learn and statsmodels on real tables (tests/golden/logistic.py wrote
 * tests/golden/logistic.txt): coefficients to 1e-6, the objective to 1e-9, zeros exactly; every solver finds the same minimum.
 */
#include "support/bmt.h"
#include <baeum.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1000, WIDEST = 30 };

typedef struct flat {
    int64_t rows, columns;
    double x[MOST * WIDEST];
    int32_t t[MOST];
    bool weighed;
} flat;

static void scale(flat *f)
{
    for (int64_t k = 0; k < f->columns; k++) {
        double mean = 0, square = 0;
        for (int64_t i = 0; i < f->rows; i++) mean += f->x[i * f->columns + k] / (double)f->rows;
        for (int64_t i = 0; i < f->rows; i++) square += pow(f->x[i * f->columns + k] - mean, 2) / (double)f->rows;
        for (int64_t i = 0; i < f->rows; i++) f->x[i * f->columns + k] = (f->x[i * f->columns + k] - mean) / sqrt(square);
    }
}

/* Columns by name; a text is 1 where it is `female`, a missing number 30 (titanic's age). */
static void take(flat *f, bm_table *t, const char *const *names, const char *target)
{
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    f->rows = bm_table_rows(t);
    for (f->columns = 0; names[f->columns];) f->columns++;
    for (int64_t k = 0; k < f->columns; k++) {
        const int64_t c = bm_table_find(t, names[k]);
        for (int64_t i = 0; i < f->rows; i++) {
            const double v = bm_table_column_type(t, c) == BM_COLUMN_TEXT ? !strcmp(bm_table_text(t, i, c), "female")
                                                                          : bm_table_number(t, i, c);
            f->x[i * f->columns + k] = isnan(v) ? 30 : v;
        }
    }
    for (int64_t i = 0; i < f->rows; i++)
        f->t[i] = target ? (int32_t)bm_table_number(t, i, bm_table_find(t, target)) : (int32_t)i / 50;
    bm_free(t);
}

static void take_cancer(flat *f, const char *path)
{
    size_t n;
    char *text = (char *)bmt_read(path, &n), *at = strchr(text, '\n');
    f->rows = 569;
    f->columns = 30;
    for (int64_t i = 0; i < f->rows; i++) {
        for (int64_t k = 0; k < f->columns; k++) f->x[i * f->columns + k] = strtod(at, &at), at++;
        f->t[i] = (int32_t)strtol(at, &at, 10);
    }
    free(text);
    scale(f);
}

/* False where its data is absent. */
static bool load(flat *f, const char *name)
{
    static const char *const flowers[] = { "Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width", NULL },
                             *const births[] = { "age", "parity", "induced", "spontaneous", NULL },
                             *const people[] = { "Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", NULL };
    const bool cancer = !strcmp(name, "cancer"), iris = !strcmp(name, "iris"), infert = !strcmp(name, "infert");
    const char *path = iris     ? "iris"
                       : infert ? bmt_data("infert/infert.csv")
                       : cancer ? bmt_data("breast-cancer/breast_cancer.csv")
                                : bmt_data("titanic/titanic.csv");
    if (!path) return false;
    if (cancer) take_cancer(f, path);
    else if (iris) take(f, bm_table_load("iris"), flowers, NULL), scale(f);
    else if (infert) take(f, bm_table_read_csv(path), births, "case");
    else take(f, bm_table_read_csv(path), people, "Survived");
    return true;
}

static bm_dataset *data_of(const flat *f)
{
    static float weights[MOST];
    for (int64_t i = 0; i < f->rows; i++) weights[i] = (float)(1 + i % 3);
    bm_tensor *x = bm_tensor_view(BM_F64, BM_SHAPE(f->rows, f->columns), f->x),
              *t = bm_tensor_view(BM_I32, BM_SHAPE(f->rows), f->t), *w = bm_tensor_view(BM_F32, BM_SHAPE(f->rows), weights);
    bm_dataset *d = f->weighed ? bm_dataset_new({ x }, { t }, .weights = w) : bm_dataset_from(x, t);
    bm_free(x);
    bm_free(t);
    bm_free(w);
    return d;
}

/* Numbers after an "=" of the learner's text. */
static double setting(const char *spec, const char *name, double otherwise)
{
    const char *at = strstr(spec, name);
    return at ? strtod(at + strlen(name), NULL) : otherwise;
}

static double softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* C sum of losses + penalty, straight from its definition; w: units rows of columns and the intercept. */
static double objective(const flat *f, const char *spec, int64_t units, const double *w)
{
    const bool apart = units == 1 || !strncmp(spec, "one_vs_rest", 11);
    const double C = setting(spec, "C=", 1), share = strstr(spec, "penalty=l1") ? 1 : setting(spec, "l1_ratio=", 0);
    double sum = 0, penalty = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        double s[3], all = 0, loss = 0;
        for (int64_t j = 0; j < units; j++) {
            s[j] = w[j * (f->columns + 1) + f->columns];
            for (int64_t k = 0; k < f->columns; k++) s[j] += w[j * (f->columns + 1) + k] * f->x[i * f->columns + k];
            all += exp(s[j]);
            if (apart) loss += softplus(f->t[i] == (units == 1 ? 1 : j) ? -s[j] : s[j]);
        }
        sum += (f->weighed ? (double)(1 + i % 3) : 1) * (apart ? loss : log(all) - s[f->t[i]]);
    }
    for (int64_t j = 0; j < units; j++)
        for (int64_t k = 0; k < f->columns; k++) {
            const double v = w[j * (f->columns + 1) + k];
            penalty += share * fabs(v) + (1 - share) / 2 * v * v;
        }
    return C * sum + (strstr(spec, "none") ? 0 : penalty);
}

static void weights_of(bm_model *m, int64_t columns, int64_t units, double *w)
{
    const bm_tensor *kernel = bm_model_weight(m, "output/kernel");
    bool biased = false;
    for (int64_t i = 0; i < bm_model_weights(m); i++) biased |= !strcmp(bm_model_weight_name(m, i), "output/bias");
    for (int64_t j = 0; j < units; j++) {
        for (int64_t k = 0; k < columns; k++) w[j * (columns + 1) + k] = bm_tensor_at(kernel, k * units + j);
        w[j * (columns + 1) + columns] = biased ? bm_tensor_at(bm_model_weight(m, "output/bias"), j) : 0;
    }
}

static void compare(const flat *f, const char *spec, int64_t units, double f_want, const double *want)
{
    double got[3 * (WIDEST + 1)];
    char what[300];
    bm_dataset *d = data_of(f);
    bm_model *m = bm_learner_parse(spec, NULL);
    bm_fit(m, d);
    if (bm_failed(m)) fail_msg("%s: %s", spec, bm_error(m));
    bmt_contains(spec, bm_stopped_by(m), "converged after");
    assert_null(strstr(bm_stopped_by(m), "not converged"));
    weights_of(m, f->columns, units, got);
    for (int64_t i = 0; i < units * (f->columns + 1); i++) {
        snprintf(what, sizeof what, "%s, number %d", spec, (int)i);
        bmt_near(what, got[i], want[i], 1e-6);
        if (want[i] == 0) assert_true(got[i] == 0);
    }
    bmt_near(spec, objective(f, spec, units, got), f_want, 1e-9);
    bm_free(m);
    bm_free(d);
}

static void against_others(void **state)
{
    (void)state;
    size_t n;
    char *text = (char *)bmt_read("tests/golden/logistic.txt", &n), name[32], spec[200], absent[32] = "";
    static flat f;
    int done = 0;
    for (char *line = text, *next; *line; line = next) {
        int weighed, at;
        long units, columns;
        double f_want, want[3 * (WIDEST + 1)];
        next = strchr(line, '\n') + 1;
        if (sscanf(line, "%31s %199s %d %ld %ld %lf%n", name, spec, &weighed, &units, &columns, &f_want, &at) != 6) fail();
        for (long i = 0; i < units * (columns + 1); i++) want[i] = strtod(line + at, &line), at = 0;
        if (!load(&f, name)) {
            snprintf(absent, sizeof absent, "%s", name);
            continue;
        }
        f.weighed = weighed;
        assert_int_equal(f.columns, columns);
        compare(&f, spec, units, f_want, want);
        done++;
    }
    free(text);
    assert_true(done >= 8); /* those of iris, which is always there */
    if (*absent) bmt_skip(absent);
}

/* Each solver that does a penalty finds the same weights. */
static void solvers_agree(void **state)
{
    (void)state;
    static const struct {
        const char *learner, *penalty, *solvers[4];
    } cases[] = {
        { "logistic:C=.7", "", { "newton", "lbfgs,tolerance=1e-10", "descent", "saga,tolerance=1e-9,iterations=100000" } },
        { "one_vs_rest:C=.7", "", { "newton", "lbfgs,tolerance=1e-10", "descent", "saga,tolerance=1e-9,iterations=100000" } },
        { "softmax:C=.2", ",penalty=elastic", { "descent", "saga,tolerance=1e-9,iterations=100000" } },
        { "one_vs_rest:C=.2", ",penalty=l1,no_intercept=true", { "descent", "saga,tolerance=1e-9,iterations=100000" } },
    };
    static flat f;
    load(&f, "iris");
    f.weighed = true;
    bm_dataset *d = data_of(&f);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double first[15], w[15];
        for (int k = 0; k < 4 && cases[c].solvers[k]; k++) {
            char spec[200];
            snprintf(spec, sizeof spec, "%s%s,solver=%s", cases[c].learner, cases[c].penalty, cases[c].solvers[k]);
            bm_model *m = bm_learner_parse(spec, NULL);
            bm_fit(m, d);
            if (bm_failed(m)) fail_msg("%s: %s", spec, bm_error(m));
            assert_null(strstr(bm_stopped_by(m), "not"));
            weights_of(m, 4, 3, k ? w : first);
            for (int i = 0; k && i < 15; i++) bmt_near(spec, w[i], first[i], 1e-6);
            bm_free(m);
        }
    }
    bm_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_others),
        cmocka_unit_test(solvers_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
