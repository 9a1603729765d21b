// SPDX-License-Identifier: Apache-2.0
/* Steps over several columns against scikit-learn on the bundled tables: the numbers are tests/golden/recipe.py's. */
#include "support/bmt.h"
#include "data/recipe.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static const char *const measures[] = { "Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width" };
enum { FLOWERS = 150, MEASURES = 4 };

/* The measures of iris; apart: each moved a little, so that no two are the same; holes: a fifth of the cells is missing. */
static bm_table *flowers(bool apart, bool holes, bool species)
{
    bm_table *iris = bm_table_load("iris"), *t = bm_table_new();
    for (int64_t c = 0; c < MEASURES; c++) {
        double x[FLOWERS];
        for (int64_t i = 0; i < FLOWERS; i++) {
            x[i] = bm_table_number(iris, i, c);
            if (apart) x[i] += .01 * sin((double)(i * (c + 1) + c));
            if (holes && (7 * i + 3 * c) % 5 == 0) x[i] = NAN;
        }
        bm_table_add_real(t, measures[c], x, FLOWERS);
    }
    bm_name names[FLOWERS];
    for (int64_t i = 0; i < FLOWERS; i++) names[i] = bm_table_text(iris, i, MEASURES);
    if (species) bm_table_add_text(t, "Species", names, FLOWERS);
    bm_free(iris);
    return t;
}

/* Training rows as a plain recipe of one or two steps makes them. */
static bm_dataset *done(bm_table *t, const char *target, const char *first, const char *second, bm_names columns)
{
    bm_recipe *r = bm_recipe_new(.target = target, .plain = true, .type = BM_F64);
    bm_recipe_step_at(r, first, columns, NULL, BM_HERE);
    if (second) bm_recipe_step(r, second, NULL);
    bm_dataset *d = bm_recipe_fit_apply(r, t);
    if (bm_failed(d)) fail_msg("%s: %s", first, bm_error(d));
    bm_free(r);
    return d;
}

static double cell(const bm_dataset *d, int64_t row, int64_t column)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    return bm_tensor_at(x, row * bm_tensor_shape(x).dim[1] + column);
}

/* Shape, first row, last row and sum of squares; takes the dataset and the table. */
static void same(const char *what, bm_table *t, bm_dataset *d, int64_t columns, const double *first, const double *last,
                 double squares)
{
    const bm_tensor *x = bm_dataset_x(d, 0);
    double sum = 0;
    assert_int_equal(bm_tensor_shape(x).dim[1], columns);
    for (int64_t i = 0; i < x->size; i++) sum += bm_tensor_at(x, i) * bm_tensor_at(x, i);
    for (int64_t c = 0; c < columns && c < 4; c++) {
        bmt_near(what, cell(d, 0, c), first[c], 1e-9);
        bmt_near(what, cell(d, bm_dataset_rows(d) - 1, c), last[c], 1e-9);
    }
    bmt_near(what, sum, squares, 1e-9);
    bm_free(d);
    bm_free(t);
}

static void nearest(void **state)
{
    (void)state;
    bm_table *t = flowers(true, true, false);
    same("nearest", t, done(t, NULL, "impute_nearest", NULL, (bm_names){ 0 }), 4,
         (double[]){ 4.943378359414666, 3.508414709848079, 1.4090929742682567, 0.20141120008059868 },
         (double[]){ 5.890253513519055, 2.9947842327838163, 5.102452227616305, 1.8086452114929235 }, 9460.958327303606);
    t = flowers(true, true, false);
    same("nearest by distance", t, done(t, NULL, "impute_nearest:4,weights=distance", NULL, (bm_names){ 0 }), 4,
         (double[]){ 5.009582336281376, 3.508414709848079, 1.4090929742682567, 0.20141120008059868 },
         (double[]){ 5.890253513519055, 2.9947842327838163, 5.102452227616305, 1.8086452114929235 }, 9493.7761695702084);
}

static void polynomial(void **state)
{
    (void)state;
    bm_table *t = flowers(false, false, false);
    static const double first[] = { 5.1, 3.5, 1.4, .2 }, last[] = { 5.9, 3, 5.1, 1.8 };
    same("all products", t, done(t, NULL, "polynomial:3,interactions", NULL, (bm_names){ 0 }), 34, first, last,
         23915908.665442999);
    t = flowers(false, false, false);
    same("no powers", t, done(t, NULL, "polynomial:3,interactions_only", NULL, (bm_names){ 0 }), 14, first, last,
         1726401.541948);
}

static void pca(void **state)
{
    (void)state;
    bm_table *t = flowers(false, false, false);
    same("pca", t, done(t, NULL, "pca", NULL, (bm_names){ 0 }), 4,
         (double[]){ -2.6841256259695383, 0.3193972465851019, -0.027914827589415846, 0.002262437071316845 },
         (double[]){ 1.3901888619479128, -0.28266093798955075, 0.36290964808537557, -0.15503862823011177 }, 681.37060000000008);
    t = flowers(false, false, false);
    same("whitened", t, done(t, NULL, "standardize", "pca:2,whiten", (bm_names){ 0 }), 2,
         (double[]){ -1.321231858109448, 0.5004174762077429 }, (double[]){ 0.5604485262409692, -0.025365244479162264 }, 298);
}

/* The state of the only step, by name. */
static const double *kept(const bm_recipe *r, const char *name)
{
    const bmi_step_array *a = bmi_step_find_array(&r->steps[0].state, name);
    if (!a) fail_msg("%s", bm_error(r));
    return a->at;
}

/* By random projections the first components are those of the exact method. */
static void randomised(void **state)
{
    (void)state;
    static const double variance[] = { 179.006930098, 163.717746882, 141.788439092, 101.100375203, 69.513165591,
                                       59.1085248863, 51.8845391078, 44.0151066691, 40.3109952928, 37.0117984022 };
    static const char *const ways[] = { "pca:10", "pca:10,method=randomised", "pca:10,method=randomised,seed=7,iterations=12" };
    bm_table *t = bm_table_load("digits");
    bm_recipe *first = NULL;
    for (size_t w = 0; w < BMI_COUNT(ways); w++) {
        bm_recipe *r = bm_recipe_new(.target = bm_table_column_name(t, bm_table_columns(t) - 1), .plain = true);
        bm_recipe_step(r, ways[w], NULL);
        if (bm_recipe_fit(r, t)) fail_msg("%s", bm_error(r));
        for (int k = 0; k < 10; k++) bmt_near(ways[w], kept(r, "variance")[k], variance[k], w ? 1e-4 : 1e-11);
        if (!first) first = r;
        for (int64_t i = 0; i < 3 * 64; i++) /* the first three, signs included */
            bmt_near(ways[w], kept(r, "components")[i], kept(first, "components")[i], w ? 1e-5 : 0);
        if (r != first) bm_free(r);
    }
    bm_free(first);
    bm_free(t);
}

/* Rows enough for several parts of the work: any number of threads gives the same bits. */
static void any_threads(void **state)
{
    (void)state;
    static const char *const ways[] = { "pca:10,method=randomised", "pca:10", "impute_nearest:3" };
    for (size_t w = 0; w < BMI_COUNT(ways); w++) {
        bm_dataset *d[2];
        for (int way = 0; way < 2; way++) {
            bm_context *context = bm_context_new(.threads = way ? 3 : 1);
            bm_table *t = bm_table_load("digits", .context = context);
            bm_recipe *r =
                bm_recipe_new(.target = bm_table_column_name(t, bm_table_columns(t) - 1), .plain = true, .context = context);
            bm_recipe_step(r, ways[w], NULL);
            d[way] = bm_recipe_fit_apply(r, t);
            if (bm_failed(d[way])) fail_msg("%s", bm_error(d[way]));
            bm_free(r);
            bm_free(t);
            bm_free(context);
        }
        const bm_tensor *x = bm_dataset_x(d[0], 0), *y = bm_dataset_x(d[1], 0);
        assert_int_equal(x->size, y->size);
        assert_memory_equal(x->data, y->data, (size_t)x->size * sizeof(float));
        bm_free(d[0]);
        bm_free(d[1]);
    }
}

static void check_scores(const char *what, bm_table *t, const char *target, bm_task task, bm_names columns, const char *step,
                         const double *scores, double tolerance)
{
    bm_recipe *r = bm_recipe_new(.target = target, .task = task);
    bm_recipe_step_at(r, step, columns, NULL, BM_HERE);
    if (bm_recipe_fit(r, t)) fail_msg("%s: %s", what, bm_error(r));
    for (size_t c = 0; c < columns.count; c++) bmt_near(what, kept(r, "scores")[c], scores[c], tolerance);
    bm_free(r);
}

static void scores(void **state)
{
    (void)state;
    const bm_names four = { (const bm_name *)measures, 4 }, three = { (const bm_name *)measures, 3 };
    bm_table *iris = flowers(false, false, true), *apart = flowers(true, false, true), *card = bm_table_load("creditcard");
    check_scores("F of classes", iris, "Species", BM_CLASSIFICATION, four, "select:f,most=2",
                 (double[]){ 119.264502184499, 49.160040089611, 1180.16118225298, 960.007146801802 }, 1e-11);
    check_scores("chi squared", iris, "Species", BM_CLASSIFICATION, four, "select:chi2,most=2",
                 (double[]){ 10.817820878494, 3.7107283035325, 116.31261309207, 67.0483602001112 }, 1e-12);
    check_scores("information on classes", apart, "Species", BM_CLASSIFICATION, four, "select:mutual_information,most=2",
                 (double[]){ 0.478516383430145, 0.226502673678686, 0.989770538809544, 0.983250549086768 }, 1e-9);
    check_scores("information on a number", apart, "Petal.Width", BM_REGRESSION, three, "select:mutual_information,most=2",
                 (double[]){ 0.648194544997712, 0.40404465581227, 1.18959889980503 }, 1e-9);
    static const bm_name of_card[] = { "reports", "age", "income", "dependents", "months" };
    check_scores("F of a number", card, "expenditure", BM_REGRESSION, (bm_names){ of_card, 5 }, "select:f,most=2",
                 (double[]){ 25.0186024866396, 0.294327915708458, 112.997655491371, 3.66286203899739, 1.10903405902588 },
                 1e-11);
    check_scores("coefficients", card, "expenditure", BM_REGRESSION, (bm_names){ of_card, 5 }, "select:coefficient,most=2",
                 (double[]){ 36.7409918096216, 16.1789248698037, 86.1041586342638, 8.39996518013422, 9.86579263920152 }, 1e-10);
    bm_free(iris);
    bm_free(apart);
    bm_free(card);
}

/* Columns of few values, whose rows are all near each other in one coordinate: to go through those would take minutes here. The
 * noise that breaks the ties has another stream than scikit-learn's, whose own figures differ by 1e-4 from seed to seed. */
static void information_of_ties(void **state)
{
    (void)state;
    enum { N = 60000 };
    static const bm_name names[] = { "four", "two" };
    static double four[N], two[N], y[N];
    for (int i = 0; i < N; i++) {
        four[i] = i % 4;
        two[i] = i / 7 % 2;
        y[i] = i % 4 + fmod(i * 0.6180339887498949, 1) * 1.5;
    }
    bm_table *t = bm_table_new();
    bm_table_add_real(t, "four", four, N);
    bm_table_add_real(t, "two", two, N);
    bm_table_add_real(t, "y", y, N);
    check_scores("ties", t, "y", BM_REGRESSION, (bm_names){ names, 2 }, "select:mutual_information,most=1",
                 (double[]){ 0.977681722578225, 0.0486006578443952 }, 1e-4);
    bm_free(t);
}

static void target_encoding(void **state)
{
    (void)state;
    static const bm_name rest[] = { "reports", "age",        "income", "share", "dependents",
                                    "months",  "majorcards", "active", "card",  "expenditure" };
    for (int classes = 0; classes < 2; classes++) {
        const char *target = classes ? "card" : "expenditure";
        bm_table *t = bm_table_load("creditcard");
        bm_recipe *r = bm_recipe_new(.target = target, .plain = true, .type = BM_F64);
        bm_recipe_step(r, classes ? "target_encode:10,in_order" : "target_encode:in_order", NULL, "owner", "selfemp");
        for (size_t i = 0; i < BMI_COUNT(rest); i++)
            if (strcmp(rest[i], target)) bm_recipe_drop(r, rest[i]);
        bm_dataset *d = bm_recipe_fit_apply(r, t);
        if (bm_failed(d)) fail_msg("%s", bm_error(d));
        if (classes)
            same("classes", t, d, 2, (double[]){ 0.8467485835078812, 0.7815692469720905 },
                 (double[]){ 0.8466281262405716, 0.7779795179618768 }, 1592.2348653565978);
        else
            same("a number", t, d, 2, (double[]){ 217.2493678450084, 194.46362741504285 },
                 (double[]){ 212.7790161258698, 185.06535470506003 }, 91243555.020720035);
        bm_free(r);
    }
}

/* Columns far from 0 beside their spread, whose powers differ in no digit of an f64: tests/golden/powers.py. A new row as those of training. */
static void powers_far_from_zero(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        double base, first, last, new;
    } cases[] = {
        { "box_cox", 100, -1.4970601089224715, -.34800367241589362, .96304640076891222 },
        { "box_cox", 1000, -1.4937169847715731, -.35040944723241085, .96361846556902653 },
        { "yeo_johnson", 100, -1.4970241985489267, -.34802948076116484, .96305259182892422 },
        { "yeo_johnson", 1000, -1.4937166044550508, -.35040972124204681, .96361853011086656 },
        { "yeo_johnson", -110, -1.4897936523502051, -.3532391959736066, .9642765483126623 },
        { "yeo_johnson", -3, -1.4736127232081722, -.35169240594116868, .94101509813396645 },
    };
    for (size_t k = 0; k < BMI_COUNT(cases); k++) {
        enum { ROWS = 40 };
        double x[ROWS];
        for (int i = 0; i < ROWS; i++) {
            const double root = (i * i * 37 + 11 * i) % 101;
            x[i] = cases[k].base + root * root / 1024;
        }
        bm_table *t = bm_table_new(), *other = bm_table_new();
        bm_table_add_real(t, "x", x, ROWS);
        bm_table_add_real(other, "x", &(double){ cases[k].base + 5 }, 1);
        bm_recipe *r = bm_recipe_new(.plain = true, .type = BM_F64);
        bm_recipe_step_at(r, cases[k].kind, (bm_names){ 0 }, NULL, BM_HERE);
        bm_dataset *d = bm_recipe_fit_apply(r, t), *new = bm_recipe_apply(r, other);
        if (bm_failed(new)) fail_msg("%s: %s", cases[k].kind, bm_error(new));
        bmt_near(cases[k].kind, cell(d, 0, 0), cases[k].first, 1e-9);
        bmt_near(cases[k].kind, cell(d, ROWS - 1, 0), cases[k].last, 1e-9);
        bmt_near(cases[k].kind, cell(new, 0, 0), cases[k].new, 1e-9);
        bm_free(d), bm_free(new), bm_free(r), bm_free(t), bm_free(other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest),
        cmocka_unit_test(polynomial),
        cmocka_unit_test(pca),
        cmocka_unit_test(randomised),
        cmocka_unit_test(any_threads),
        cmocka_unit_test(scores),
        cmocka_unit_test(information_of_ties),
        cmocka_unit_test(target_encoding),
        cmocka_unit_test(powers_far_from_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
