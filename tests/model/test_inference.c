// SPDX-License-Identifier: Apache-2.0
/* Statistics of fitted linear models against statsmodels' (tests/golden/inference.py), over tables whose columns the recipe standardises, so
 * that the way back into the table's units is in it; and what has no statistics, and why.
 */
#include "support/bmt.h"
#include <baeum/inference.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    bm_recipe *r = bm_recipe_new(.target = c->target, .weights = c->weights);
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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(least_squares), cmocka_unit_test(through_the_origin),
                                        cmocka_unit_test(classes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
