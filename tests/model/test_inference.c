// SPDX-License-Identifier: Apache-2.0
/* Statistics of fitted linear models against statsmodels' (tests/golden/inference.py), over tables whose columns the recipe
 * standardises, so that the way back into the table's units is in it; and what has no statistics, and why.
 */
#include "format/safetensors.h"
#include "support/bmt.h"
#include <baeum/inference.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int fsync(int file);

/* Instead of the C library's, for all of this program: what is tested here is not the disk, and disks are slow. */
int fsync(int file)
{
    (void)file;
    return 0;
}

typedef struct golden_case {
    const char *name, *file, *target, *columns, *weights, *scale;
    bm_learner how;
} golden_case;

/* A model of some columns (joined by commas) of a file; null when the file is not there. */
static bm_model *fitted(const golden_case *c, bm_table **table)
{
    const char *path = bmt_data(c->file);
    if (!path) return NULL;
    char names[400];
    bm_table *t = bm_table_read_csv(path);
    const bool counts = !strcmp(c->name, "infert_counts"); /* few different ones, which would be classes */
    bm_recipe *r = bm_recipe_new(.target = c->target, .weights = c->weights, .task = counts ? BM_REGRESSION : BM_TASK_INFER);
    snprintf(names, sizeof names, ",%s,", c->columns);
    for (int64_t i = 0; i < bm_table_columns(t); i++) {
        char one[100];
        const char *column = bm_table_column_name(t, i);
        snprintf(one, sizeof one, ",%s,", column);
        if (strstr(names, one) || !strcmp(column, c->target) || (c->weights && !strcmp(column, c->weights))) continue;
        bm_recipe_drop(r, column);
    }
    if (c->scale) bm_recipe_step_at(r, c->scale, (bm_names){ NULL, 0 }, NULL, BM_HERE);
    bm_model *m = bm_learner(c->how, r);
    bm_fit_table(m, t);
    if (bm_failed(m)) fail_msg("%s: %s", c->name, bm_error(m));
    bm_free(r);
    *table = t;
    return m;
}

static const char *const columns_of[] = { "coefficient", "standard_error", "statistic",    "p",
                                          "low",         "high",           "standardized", "vif" };

/* Texts with _ for blanks. */
static bool same(const char *text, const char *blankless)
{
    for (; *text && (*text == *blankless || (*text == ' ' && *blankless == '_')); text++, blankless++) continue;
    return *text == *blankless;
}

/* The cell of a row that is named by feature and target. */
static double cell(const bm_table *t, const char *feature, const char *target, const char *column)
{
    const int64_t at = bm_table_find(t, column);
    for (int64_t i = 0; i < bm_table_rows(t); i++)
        if (same(bm_table_text(t, i, 0), feature) && same(bm_table_text(t, i, 1), target)) return bm_table_number(t, i, at);
    fail_msg("no row %s of %s", feature, target);
    return NAN;
}

typedef struct judged {
    const bm_model *m;
    bm_table *plain, *robust[4], *rows;
} judged;

static double got_of(const judged *j, const char *target, const char *name, const char *quantity)
{
    if (!strcmp(quantity, "figure")) return bm_model_figure(j->m, name, 0);
    if (!strncmp(quantity, "row_", 4)) return bm_table_number(j->rows, atoi(name), bm_table_find(j->rows, quantity + 4));
    if (!strncmp(quantity, "hc", 2)) return cell(j->robust[quantity[2] - '0'], name, target, "standard_error");
    for (size_t i = 0; i < BMI_COUNT(columns_of); i++)
        if (!strcmp(quantity, columns_of[i])) return cell(j->plain, name, target, quantity);
    fail_msg("no quantity %s", quantity);
    return NAN;
}

/* How exactly a figure is known: tails of far values change by their argument's error times it. */
static double room_of(const char *name, const char *quantity, double want, double room)
{
    const size_t n = strlen(name);
    if (!strcmp(quantity, "p") || (n > 2 && !strcmp(name + n - 2, "_p")))
        return 20 * room * fmax(fabs(want), 1e-30) * (1 - log(fmax(want, 1e-300)));
    return room * fmax(fabs(want), !strcmp(quantity, "row_residual") || strstr(name, "skew") ? 1 : 1e-8);
}

static void compare(const golden_case *c, const judged *j, double room)
{
    char path[4300], line[400], name[60], target[60], feature[60], quantity[60];
    double want;
    int n = 0, wrong = 0;
    const char *source = getenv("BAEUM_SOURCE");
    snprintf(path, sizeof path, "%s/tests/golden/inference.txt", source ? source : ".");
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    while (fgets(line, sizeof line, from)) {
        if (sscanf(line, "%59s %59s %59s %59s %lf", name, target, feature, quantity, &want) != 5) fail_msg("%s", line);
        if (strcmp(name, c->name)) continue;
        const double got = got_of(j, target, feature, quantity);
        n++;
        if (fabs(got - want) <= room_of(feature, quantity, want, room)) continue;
        print_message("%s: %s %s of %s is %.15g, not %.15g (%.2g)\n", name, quantity, feature, target, got, want,
                      got / want - 1);
        wrong++;
    }
    fclose(from);
    assert_true(n > 20);
    assert_int_equal(wrong, 0);
}

static void judge(const bm_model *m, const bm_table *t, bool squares, judged *j)
{
    *j = (judged){ .m = m, .plain = bm_coefficients(m, .confidence = .95) };
    if (bm_failed(j->plain)) fail_msg("%s", bm_error(j->plain));
    for (int k = 0; squares && k < 4; k++) {
        j->robust[k] = bm_coefficients(m, .robust = (bm_robust)(BM_HC0 + k), .table = t);
        if (bm_failed(j->robust[k])) fail_msg("%s", bm_error(j->robust[k]));
    }
    if (squares) j->rows = bm_residual_diagnostics_table(m, t);
    if (squares && bm_failed(j->rows)) fail_msg("%s", bm_error(j->rows));
}

static void end(judged *j)
{
    bm_free(j->plain);
    for (int k = 0; k < 4; k++) bm_free(j->robust[k]);
    bm_free(j->rows);
}

static void least_squares(void **state)
{
    (void)state;
    const char *const mtcars = "rdatasets/mtcars.csv";
    const golden_case cases[] = {
        { "mtcars", mtcars, "mpg", "cyl,disp,hp,drat,wt,qsec,vs,am,gear,carb", NULL, NULL, bm_linear() },
        { "mtcars", mtcars, "mpg", "cyl,disp,hp,drat,wt,qsec,vs,am,gear,carb", NULL, "min_max", bm_linear() },
        { "mtcars_weighted", mtcars, "mpg", "cyl,disp,wt,qsec", "hp", NULL, bm_linear() },
        { "boston", "rdatasets/Boston.csv", "medv", "crim,zn,indus,chas,nox,rm,age,dis,rad,tax,ptratio,black,lstat", NULL, NULL,
          bm_linear() },
        { "card", "creditcard/CreditCard.csv", "expenditure", "reports,age,income,dependents,months,majorcards,active", NULL,
          NULL, bm_linear() },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t;
        judged j;
        bm_model *m = fitted(&cases[i], &t);
        if (!m) {
            bmt_skip(cases[i].file);
            return;
        }
        judge(m, t, true, &j);
        compare(&cases[i], &j, 1e-9);
        end(&j);
        /* and from a file */
        char path[300];
        snprintf(path, sizeof path, "%s", bmt_temp("inference.baeum"));
        bm_save(m, path);
        bm_model *loaded = bm_load(path);
        if (bm_failed(loaded)) fail_msg("%s", bm_error(loaded));
        judge(loaded, t, true, &j);
        compare(&cases[i], &j, 1e-9);
        end(&j);
        bm_free(loaded);
        bm_free(m);
        bm_free(t);
    }
}

/* Through the origin: on a dataset, whose columns nothing has moved. */
static void through_the_origin(void **state)
{
    (void)state;
    const golden_case c = { .name = "mtcars_origin" };
    const char *path = bmt_data("rdatasets/mtcars.csv"), *const names[] = { "wt", "qsec", "drat" };
    if (!path) {
        bmt_skip("mtcars");
        return;
    }
    bm_table *t = bm_table_read_csv(path);
    bm_recipe *r = bm_recipe_new(.target = "mpg", .plain = true, .type = BM_F64);
    for (int64_t i = 0; i < bm_table_columns(t); i++) {
        const char *column = bm_table_column_name(t, i);
        bool kept = !strcmp(column, "mpg");
        for (size_t k = 0; k < BMI_COUNT(names); k++) kept |= !strcmp(column, names[k]);
        if (!kept) bm_recipe_drop(r, column);
    }
    bm_model *m = bm_learner(bm_linear(.no_intercept = true), r);
    bm_fit_table(m, t);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    judged j;
    judge(m, t, true, &j);
    compare(&c, &j, 1e-9);
    end(&j);
    bm_free(m);
    bm_free(r);
    bm_free(t);
}

static void classes(void **state)
{
    (void)state;
    const bm_learner how = bm_logistic(.penalty = BM_LOGISTIC_NONE, .tolerance = 1e-12),
                     many = bm_softmax_regression(.penalty = BM_LOGISTIC_NONE, .tolerance = 1e-12);
    const golden_case cases[] = {
        { "infert_logit", "infert/infert.csv", "case", "age,parity,induced,spontaneous", NULL, NULL, how },
        { "infert_logit", "infert/infert.csv", "case", "age,parity,induced,spontaneous", NULL, NULL, many },
        { "card_logit", "creditcard/CreditCard.csv", "card", "reports,age,income,dependents,months,majorcards,active", NULL,
          NULL, how },
        { "infert_counts", "infert/infert.csv", "parity", "age,induced,spontaneous,case", NULL, NULL,
          bm_poisson(.alpha = BM_ZERO) },
        { "infert_classes", "infert/infert.csv", "education", "age,parity,induced,spontaneous", NULL, NULL, many },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_table *t;
        judged j;
        bm_model *m = fitted(&cases[i], &t);
        if (!m) {
            bmt_skip(cases[i].file);
            return;
        }
        judge(m, t, false, &j);
        compare(&cases[i], &j, 1e-9);
        end(&j);
        bm_free(m);
        bm_free(t);
    }
}

/* ---- made tables ---- */
enum { ROWS = 60 };

/* y = 3 a - b + noise that is no random number; s = a + b; c has three categories. */
static bm_table *made(bool with_sum)
{
    double a[ROWS], b[ROWS], s[ROWS], y[ROWS], w[ROWS];
    bm_name c[ROWS];
    static const char *const texts[] = { "x", "y", "z" };
    for (int i = 0; i < ROWS; i++) {
        a[i] = i * 37 % 60 * .5;
        b[i] = i * 7 % 11;
        s[i] = a[i] + b[i];
        y[i] = 3 * a[i] - b[i] + 5 * (i % 3) + sin(i);
        w[i] = 1 + i % 2;
        c[i] = texts[i % 3];
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "a", a, ROWS);
    bm_table_add_real(t, "b", b, ROWS);
    if (with_sum) bm_table_add_real(t, "s", s, ROWS);
    bm_table_add_text(t, "c", c, ROWS);
    bm_table_add_real(t, "y", y, ROWS);
    bm_table_add_real(t, "w", w, ROWS);
    return t;
}

static bm_model *fit_made(bm_learner how, const bm_table *t, bool text, bool log1p)
{
    bm_recipe *r = bm_recipe_new(.target = "y", .target_log1p = log1p);
    bm_recipe_drop(r, "w");
    if (!text) bm_recipe_drop(r, "c");
    bm_model *m = bm_learner(how, r);
    bm_fit_table(m, t);
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
    bm_free(r);
    return m;
}

static const char *note_with(const bm_table *t, const char *part)
{
    const char *note;
    for (int64_t i = 0; (note = bm_table_note(t, i)); i++)
        if (strstr(note, part)) return note;
    return NULL;
}

/* A weight of classes and counts says how often a row is there: figures and errors are those of repeated rows (as GLM's freq_weights). */
static void weights_repeat(void **state)
{
    (void)state;
    static const char *const figures[] = { "rows", "df_residual",        "log_likelihood", "aic",
                                           "bic",  "likelihood_ratio_p", "pseudo_r2" };
    enum { FEW = 24 };
    for (int counts = 0; counts < 2; counts++) {
        double x[FEW * 4], y[FEW * 4], weights[FEW];
        bm_model *of[2];
        for (int repeated = 0; repeated < 2; repeated++) {
            int64_t n = 0;
            for (int i = 0; i < FEW; i++) {
                weights[i] = i % 4;
                for (int k = 0; k < (repeated ? i % 4 : 1); k++, n++) {
                    x[n] = i * 7 % 10;
                    y[n] = counts ? i * i % 5 : (i * 5 % 9 + i * 7 % 10) > 8;
                }
            }
            bm_table *t = bm_table_new();
            bm_table_add_real(t, "x", x, n);
            bm_table_add_real(t, "y", y, n);
            if (!repeated) bm_table_add_real(t, "w", weights, n);
            bm_recipe *r = bm_recipe_new(.target = "y", .weights = repeated ? NULL : "w",
                                         .task = counts ? BM_REGRESSION : BM_CLASSIFICATION);
            of[repeated] =
                counts ? bm_learner(bm_poisson(.alpha = BM_ZERO), r) : bm_learner(bm_logistic(.penalty = BM_LOGISTIC_NONE), r);
            bm_fit_table(of[repeated], t);
            if (bm_failed(of[repeated])) fail_msg("%s", bm_error(of[repeated]));
            bm_free(r), bm_free(t);
        }
        bmt_near("rows", bm_model_figure(of[0], "rows", 0), 36, 0);
        bmt_near("df", bm_model_figure(of[0], "df_residual", 0), 34, 0);
        for (size_t k = 0; k < BMI_COUNT(figures); k++)
            bmt_near(figures[k], bm_model_figure(of[0], figures[k], 0), bm_model_figure(of[1], figures[k], 0), 1e-6);
        bm_free(of[0]), bm_free(of[1]);
    }
}

static void dependent(void **state)
{
    (void)state;
    bm_table *t = made(true);
    bm_model *m = fit_made(bm_linear(), t, false, false);
    bm_table *of = bm_coefficients(m, .confidence = .9);
    if (bm_failed(of)) fail_msg("%s", bm_error(of));
    assert_non_null(note_with(of, "! a, b, s depend on each other"));
    const char *const in[] = { "a", "b", "s" };
    for (int i = 0; i < 3; i++) {
        assert_true(isnan(cell(of, in[i], "y", "standard_error")) && isnan(cell(of, in[i], "y", "vif")));
        assert_false(isnan(cell(of, in[i], "y", "coefficient")));
    }
    assert_true(cell(of, "intercept", "y", "standard_error") > 0); /* the columns' sums are told whatever their parts are */
    /* s alone is what a and b are beside each other */
    bmt_near("rank", bm_model_figure(m, "parameters", 0), 3, 0);
    bm_free(of);
    bm_free(m);
    /* categories: the others keep their errors, the same as of a model with one category left out would be */
    m = fit_made(bm_linear(), t, true, false);
    of = bm_coefficients(m, .order = BM_BY_P);
    assert_non_null(note_with(of, "the categories of c add up to 1"));
    assert_null(note_with(of, "c=?"));
    assert_true(isnan(cell(of, "c=x", "y", "standard_error")) && isnan(cell(of, "intercept", "y", "standard_error")));
    bm_free(of);
    bm_free(m);
    bm_free(t);
}

static void no_theory(void **state)
{
    (void)state;
    bm_table *sums = made(true);
    bm_model *shared = fit_made(bm_ridge(.alpha = .1), sums, true, false);
    bm_table *shares = bm_coefficients(shared, .confidence = .95);
    assert_non_null(note_with(shares, "! a, b, s depend on each other: how they share"));
    assert_null(note_with(shares, "categories"));
    assert_null(note_with(shares, "least norm"));
    bm_free(shares);
    bm_free(shared);
    bm_free(sums);
    bm_table *t = made(false);
    bm_model *m = fit_made(bm_ridge(.alpha = .1), t, false, false);
    bm_table *of = bm_coefficients(m, .confidence = .95),
             *resampled = bm_coefficients(m, .bootstrap = 100, .table = t, .seed = 4),
             *again = bm_coefficients(m, .bootstrap = 100, .table = t, .seed = 4);
    if (bm_failed(resampled)) fail_msg("%s", bm_error(resampled));
    assert_non_null(note_with(of, "under a penalty"));
    assert_true(isnan(cell(of, "a", "y", "standard_error")) && cell(of, "a", "y", "vif") >= 1);
    assert_true(fabs(cell(of, "a", "y", "standardized")) > .5);
    assert_true(isnan(bm_model_figure(m, "sigma", 0)));
    bm_table *figures = bm_model_figures(m);
    assert_int_equal(bm_status_of(figures), BM_E_ARGUMENT);
    const double error = cell(resampled, "a", "y", "standard_error");
    assert_true(error > 0 && error == cell(again, "a", "y", "standard_error"));
    assert_true(cell(resampled, "a", "y", "low") < cell(resampled, "a", "y", "coefficient"));
    bm_free(figures);
    bm_free(of);
    bm_free(resampled);
    bm_free(again);
    bm_free(m);
    /* the bootstrap's errors of least squares lie near those of theory */
    m = fit_made(bm_linear(), t, true, false);
    of = bm_coefficients(m, .confidence = .95);
    resampled = bm_coefficients(m, .bootstrap = 300, .table = t);
    const double ratio = cell(resampled, "b", "y", "standard_error") / cell(of, "b", "y", "standard_error");
    assert_true(ratio > .8 && ratio < 1.25);
    bm_free(of);
    bm_free(resampled);
    bm_free(m);
    bm_free(t);
}

/* Base and contributions add up to what is predicted; the categories of a text are one part. */
static void contributions(void **state)
{
    (void)state;
    for (int log1p = 0; log1p < 2; log1p++) {
        bm_table *t = made(false);
        if (log1p) {
            bm_table *positive = bm_table_new();
            double y[ROWS], a[ROWS];
            bm_name c[ROWS];
            for (int i = 0; i < ROWS; i++) {
                a[i] = bm_table_number(t, i, 0);
                c[i] = bm_table_text(t, i, bm_table_find(t, "c"));
                y[i] = exp(.1 * a[i]) + i % 3;
            }
            bm_table_add_real(positive, "a", a, ROWS);
            bm_table_add_text(positive, "c", c, ROWS);
            bm_table_add_real(positive, "y", y, ROWS);
            bm_table_add_real(positive, "w", y, ROWS);
            bm_free(t);
            t = positive;
        }
        bm_model *m = fit_made(bm_linear(), t, true, log1p);
        bm_tensor *p = bm_predict_table(m, t);
        for (int64_t row = 0; row < 5; row++) {
            bm_table *of = bm_contributions(m, t, row);
            if (bm_failed(of)) fail_msg("%s", bm_error(of));
            const int64_t n = bm_table_rows(of), at = bm_table_find(of, "contribution");
            double sum = 0;
            int texts = 0;
            for (int64_t i = 0; i < n - 1; i++) {
                sum += bm_table_number(of, i, at);
                texts += !strcmp(bm_table_text(of, i, 0), "c");
            }
            assert_int_equal(texts, 1);
            assert_string_equal(bm_table_text(of, 0, 0), "base");
            assert_string_equal(bm_table_text(of, n - 1, 0), "prediction");
            bmt_near("sum", bm_table_number(of, n - 1, at), sum, 1e-12);
            bmt_near("prediction", log1p ? expm1(sum) : sum, bm_tensor_at(p, row), 1e-9);
            bm_free(of);
        }
        bm_table *outside = bm_contributions(m, t, ROWS);
        assert_int_equal(bm_status_of(outside), BM_E_ARGUMENT);
        bmt_contains("outside", bm_error(outside), "rows 0 to 59");
        bm_free(outside);
        bm_free(p);
        bm_free(m);
        bm_free(t);
    }
}

static void importance(void **state)
{
    (void)state;
    bm_table *t = made(false);
    bm_model *m = fit_made(bm_linear(), t, true, false);
    bm_table *of = bm_importance(m, t, .repeats = 20, .seed = 3), *again = bm_importance(m, t, .repeats = 20, .seed = 3),
             *rmse = bm_importance(m, t, .score = "rmse"), *none = bm_importance(m, t, .score = "beauty");
    if (bm_failed(of)) fail_msg("%s", bm_error(of));
    if (bm_failed(rmse)) fail_msg("%s", bm_error(rmse));
    assert_string_equal(bm_table_text(of, 0, 0), "a");
    assert_string_equal(bm_table_text(rmse, 0, 0), "a");
    assert_int_equal(bm_table_rows(of), 3);
    assert_true(bm_table_number(of, 0, 1) > 1 && bm_table_number(of, 0, 2) > 0); /* 2 r2 of a column that gives nearly all */
    for (int64_t i = 0; i < 3; i++) assert_true(bm_table_number(of, i, 1) == bm_table_number(again, i, 1));
    assert_int_equal(bm_status_of(none), BM_E_ARGUMENT);
    bmt_contains("scores", bm_error(none), "r2");
    bm_free(of);
    bm_free(again);
    bm_free(rmse);
    bm_free(none);
    bm_free(m);
    bm_free(t);
}

/* Statistics on demand: the same as those of the fit; of other rows they are refused, and the model keeps what it had. */
static void on_demand(void **state)
{
    (void)state;
    bm_table *t = made(false);
    bm_model *m = fit_made(bm_linear(), t, false, false);
    const double before = bm_model_figure(m, "sigma", 0);
    assert_int_equal(bm_infer_table(m, t), BM_OK);
    assert_true(bm_model_figure(m, "sigma", 0) == before);
    int64_t rows[20];
    for (int i = 0; i < 20; i++) rows[i] = i;
    bm_table *part = bm_table_take(t, ((bm_rows){ rows, 20 }));
    assert_int_equal(bm_infer_table(m, part), BM_E_DATA);
    bmt_contains("other rows", bm_error(m), "not the rows that the model was fitted on");
    bm_clear(m);
    assert_true(bm_model_figure(m, "sigma", 0) == before);
    bm_table *others[] = { bm_coefficients(m, .robust = BM_HC3, .table = part), bm_residual_diagnostics_table(m, part) };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(bm_status_of(others[i]), BM_E_DATA);
        bmt_contains("other rows", bm_error(others[i]), "not the rows that the model was fitted on (20 with a weight");
        bm_free(others[i]);
    }
    bm_free(part);
    bm_free(m);
    bm_free(t);
    bm_model *network = bm_sequential(bm_input(3), bm_dense(4), bm_dense(1));
    assert_int_equal(bm_infer(network, NULL), BM_E_ARGUMENT);
    bm_free(network);
}

static void refused(void **state)
{
    (void)state;
    bm_table *t = made(false);
    bm_model *m = fit_made(bm_linear(), t, false, false), *network = bm_sequential(bm_input(3), bm_dense(4), bm_dense(1));
    const struct {
        bm_table *of;
        const char *says;
    } cases[] = {
        { bm_coefficients(m, .confidence = 1), "confidence is 1" },
        { bm_coefficients(m, .confidence = NAN), "confidence is nan" },
        { bm_coefficients(m, .robust = BM_HC1), "needs the rows" },
        { bm_coefficients(m, .bootstrap = 1, .table = t), "2 or more" },
        { bm_coefficients(m, .bootstrap = 10, .robust = BM_HC0, .table = t), "both robust and bootstrap" },
        { bm_coefficients(network, .confidence = .5), "not one dense layer" },
        { bm_coefficients(NULL, .confidence = .5), "null" },
        { bm_model_figures(NULL), "null" },
        { bm_residual_diagnostics(network, NULL), "least squares" },
        { bm_residual_diagnostics_table(NULL, t), "null" },
        { bm_contributions(network, t, 0), "not one dense layer" },
        { bm_contributions(m, NULL, 0), "null" },
        { bm_importance(network, t), "without a recipe" },
        { bm_importance(m, NULL), "null" },
        { bm_importance(m, t, .repeats = -1), "repeats is -1" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        assert_int_equal(bm_status_of(cases[i].of), BM_E_ARGUMENT);
        bmt_contains("refused", bm_error(cases[i].of), cases[i].says);
        bm_free(cases[i].of);
    }
    assert_true(isnan(bm_model_figure(NULL, "r2", 0)) && isnan(bm_model_figure(m, "beauty", 0)) &&
                isnan(bm_model_figure(m, "r2", 1)));
    bm_free(network);
    bm_free(m);
    bm_free(t);
}

/* No more rows than columns, classes that are parted perfectly, a constant column, a target of one value. */
static void without_statistics(void **state)
{
    (void)state;
    double x[12], one[4], y[4] = { 1, 2, 4, 3 };
    for (int i = 0; i < 12; i++) x[i] = i * 5 % 7;
    bm_tensor *few = bm_tensor_copy(BM_F64, BM_SHAPE(2, 6), x), *wide = bm_tensor_copy(BM_F64, BM_SHAPE(4, 3), x),
              *t2 = bm_tensor_copy(BM_F64, BM_SHAPE(2), y), *t4 = bm_tensor_copy(BM_F64, BM_SHAPE(4), y);
    for (int i = 0; i < 4; i++) one[i] = 7;
    bm_tensor *same = bm_tensor_copy(BM_F64, BM_SHAPE(4), one), *line = bm_tensor_copy(BM_F64, BM_SHAPE(4, 1), y);
    const int32_t labels[4] = { 0, 0, 1, 1 };
    bm_tensor *classes_of = bm_tensor_copy(BM_I32, BM_SHAPE(4), labels);
    const struct {
        bm_tensor *x, *t;
        bm_learner how;
        const char *says;
    } cases[] = {
        { few, t2, bm_linear(), "no more rows than columns" },
        { wide, t4, bm_linear(), NULL },
        { line, same, bm_linear(), NULL },
        { line, classes_of, bm_logistic(.penalty = BM_LOGISTIC_NONE), "perfectly" },
        { line, classes_of, bm_logistic(), "under a penalty" },
        { line, classes_of, bm_perceptron(), "theory gives none for this learner" },
    };
    for (size_t i = 0; i < BMI_COUNT(cases); i++) {
        bm_dataset *d = bm_dataset_new(.x = { cases[i].x }, .t = { cases[i].t });
        bm_model *m = bm_learner(cases[i].how, NULL);
        bm_fit(m, d);
        if (bm_failed(m)) fail_msg("%zu: %s", i, bm_error(m));
        bm_table *of = bm_coefficients(m, .confidence = .95), *rows = bm_residual_diagnostics(m, d);
        if (bm_failed(of)) fail_msg("%zu: %s", i, bm_error(of));
        if (cases[i].says && !note_with(of, cases[i].says)) fail_msg("%zu: no note says \"%s\"", i, cases[i].says);
        assert_true(bm_table_rows(of) >= 1);
        for (int64_t k = 0; cases[i].says && k < bm_table_rows(of); k++) assert_true(isnan(bm_table_number(of, k, 3)));
        bm_free(rows);
        bm_free(of);
        bm_free(m);
        bm_free(d);
    }
    bm_free(few);
    bm_free(wide);
    bm_free(t2);
    bm_free(t4);
    bm_free(same);
    bm_free(line);
    bm_free(classes_of);
}

static bm_status all_of_it(bm_context *context, void *arg)
{
    (void)arg;
    double x[24], y[12], *at = x;
    for (int i = 0; i < 12; i++) *at++ = i, *at++ = i * i % 5, y[i] = 2 * i + i % 3;
    bm_table *t = bm_table_new_in_at(context, BM_HERE);
    double a[12], b[12];
    for (int i = 0; i < 12; i++) a[i] = x[2 * i], b[i] = x[2 * i + 1];
    bm_table_add_real(t, "a", a, 12);
    bm_table_add_real(t, "b", b, 12);
    bm_table_add_real(t, "y", y, 12);
    bm_recipe *r = bm_recipe_new(.target = "y", .context = context);
    bm_model *m = bm_learner(bm_linear(), r);
    bm_fit_table(m, t);
    bm_status st = bm_status_of(m);
    for (int i = 0; i < 5 && !st; i++) {
        bm_table *of = i == 0   ? bm_coefficients(m, .robust = BM_HC3, .table = t)
                       : i == 1 ? bm_model_figures(m)
                       : i == 2 ? bm_residual_diagnostics_table(m, t)
                       : i == 3 ? bm_contributions(m, t, 3)
                                : bm_importance(m, t, .repeats = 1);
        st = bm_status_of(of);
        bm_free(of);
    }
    bm_free(m);
    bm_free(r);
    bm_free(t);
    return st;
}

static void no_memory(void **state)
{
    (void)state;
    bmt_each_failure("statistics", all_of_it, NULL);
}

/* Statistics in a file that cannot be: whatever is asked of the model, it answers, if only that a number is missing. */
static void lies(void **state)
{
    (void)state;
    const double wrong[] = { NAN, INFINITY, -1, 1e300, -1e300, 0, 1e18 };
    bm_table *t = made(false);
    bm_model *m = fit_made(bm_linear(), t, true, false);
    char path[300], other[300];
    snprintf(path, sizeof path, "%s", bmt_temp("honest.baeum"));
    snprintf(other, sizeof other, "%s", bmt_temp("lying.baeum"));
    bm_save(m, path);
    bm_free(m);
    bmi_error e = { 0 };
    bmi_safetensors file;
    assert_int_equal(bmi_safetensors_read(&e, BM_HERE, NULL, path, &file), BM_OK);
    int tried = 0;
    for (size_t i = 0; i < file.n; i++) {
        if (strncmp(file.entries[i].name, "learned/inference/", 18)) continue;
        const bmi_st_entry right = file.entries[i];
        const size_t n = right.bytes / sizeof(double);
        double *numbers = malloc(right.bytes + 8);
        for (size_t k = 0; k <= BMI_COUNT(wrong); k++) {
            for (size_t j = 0; j < n; j++) numbers[j] = wrong[k % BMI_COUNT(wrong)];
            file.entries[i].data = numbers;
            if (k == BMI_COUNT(wrong)) file.entries[i].shape = BM_SHAPE((int64_t)n); /* another shape */
            assert_int_equal(bmi_safetensors_write(&e, BM_HERE, NULL, other, file.entries, file.n, file.texts, file.n_texts),
                             BM_OK);
            m = bm_load(other);
            if (bm_failed(m)) fail_msg("%s", bm_error(m));
            bm_table *of[] = { bm_coefficients(m, .order = BM_BY_P), bm_coefficients(m, .robust = BM_HC3, .table = t),
                               bm_model_figures(m), bm_residual_diagnostics_table(m, t), bm_contributions(m, t, 0) };
            for (size_t j = 0; j < BMI_COUNT(of); j++) {
                const bm_status st = bm_status_of(of[j]);
                const bool rows = j == 1 || j == 3; /* which do not go with what the file says of them */
                if (st && st != BM_E_ARGUMENT && st != BM_E_NUMBER && !(rows && st == BM_E_DATA))
                    fail_msg("%s: %zu: %s", right.name, j, bm_error(of[j]));
                bm_free(of[j]);
            }
            bm_free(m);
            file.entries[i] = right;
            tried++;
        }
        free(numbers);
    }
    assert_true(tried >= 40);
    bmi_safetensors_end(&file);
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_squares), cmocka_unit_test(through_the_origin), cmocka_unit_test(classes),
        cmocka_unit_test(dependent),     cmocka_unit_test(weights_repeat),     cmocka_unit_test(no_theory),
        cmocka_unit_test(contributions), cmocka_unit_test(importance),         cmocka_unit_test(on_demand),
        cmocka_unit_test(refused),       cmocka_unit_test(without_statistics), cmocka_unit_test(lies),
        cmocka_unit_test(no_memory)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
