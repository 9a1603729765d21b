// SPDX-License-Identifier: Apache-2.0
/* Learning from a CSV file by parts: what bm_fit_table finds in the same rows, whatever the parts it is read by; scores and the trivial
 * answer part by part; what is refused, what goes wrong on the way.
 */
#include "support/bmt.h"
#include "base/random.h"
#include "data/recipe.h"
#include "model/model.h"
#include <baeum/data.h>
#include <baeum/model.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 3000 };

/* Numbers with a line in them, a text, missing cells, weights; the target has no value in a few rows. */
static const char *made(const char *name, int64_t rows)
{
    char *text = malloc((size_t)rows * 100 + 200), *at = text;
    at += sprintf(at, "a,b,city,w,y,kind\n");
    for (int64_t i = 0; i < rows; i++) {
        const double a = 1e6 + 10 * bmi_random_normal(7, 1, (uint64_t)i), b = bmi_random_unit(7, 2, (uint64_t)i);
        const int city = (int)bmi_random_below(7, 3, (uint64_t)i, 4);
        const double y = 3 * (a - 1e6) - 20 * b + 5 * city + bmi_random_normal(7, 4, (uint64_t)i);
        at += i % 37 == 5 ? sprintf(at, ",") : sprintf(at, "%.6f,", a);
        at += sprintf(at, "%.6f,c%d,%d,", b, city, (int)(i % 3) + 1);
        at += i % 501 == 500 ? sprintf(at, ",") : sprintf(at, "%.6f,", y);
        at += sprintf(at, "%s\n", i == rows - 3 ? "rare" : y > 5 ? "high" : y < -15 ? "low" : "middle");
    }
    const char *path = bmt_temp_file(name, text, (size_t)(at - text));
    free(text);
    return path;
}

static bm_model *model_of(const char *spec, const char *target, const char *weights)
{
    bm_recipe *r = bm_recipe_new(.target = target, .weights = weights);
    bm_recipe_drop(r, !strcmp(target, "y") ? "kind" : "y");
    bm_model *m = bm_learner_parse(spec, r);
    bm_free(r);
    return m;
}

static bm_csv *opened(const char *path, int64_t rows, bm_context *context)
{
    bm_csv *c = bm_csv_open(path, .rows = rows, .context = context);
    if (bm_failed(c)) fail_msg("%s", bm_error(c));
    return c;
}

static void fine(const bm_model *m)
{
    if (bm_failed(m)) fail_msg("%s", bm_error(m));
}

static void same_scores(const bm_scores *a, const bm_scores *b, double tolerance)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->count, b->count);
    bmt_near("loss", a->loss, b->loss, tolerance * fmax(1, fabs(b->loss)));
    for (int64_t i = 0; i < a->count; i++) {
        assert_string_equal(a->metrics[i].name, b->metrics[i].name);
        bmt_near(a->metrics[i].name, a->metrics[i].value, b->metrics[i].value, tolerance * fmax(1, fabs(b->metrics[i].value)));
    }
}

/* All rows are for training, and all are in the sample. */
static void as_a_table(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *weights;
    } cases[] = {
        { "linear", NULL },           { "linear", "w" },
        { "linear:method=svd", "w" }, { "linear:no_intercept=true", NULL },
        { "ridge:alpha=.5", NULL },   { "ridge:alpha=.5", "w" },
        { "ridge:alpha=auto", NULL }, { "lasso:alpha=.1", NULL },
        { "elastic:alpha=.1", "w" },  { "poly:degree=2", NULL },
    };
    const char *path = made("parts.csv", ROWS);
    bm_table *t = bm_table_read_csv(path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bm_csv *c = opened(path, 170, NULL);
        bm_model *whole = model_of(cases[i].spec, "y", cases[i].weights), *m = model_of(cases[i].spec, "y", cases[i].weights);
        bm_fit_table(whole, t);
        bm_fit_csv(m, c, .rows = 400);
        fine(whole);
        fine(m);
        const bm_tensor *a = bm_model_weight(whole, "output/kernel"), *b = bm_model_weight(m, "output/kernel");
        double largest = 1;
        for (int64_t k = 0; k < bm_tensor_size(a); k++) largest = fmax(largest, fabs(bm_tensor_at(a, k)));
        for (int64_t k = 0; k < bm_tensor_size(a); k++)
            bmt_near(cases[i].spec, bm_tensor_at(b, k), bm_tensor_at(a, k), 1e-10 * largest);
        assert_string_equal(bm_stopped_by(whole), bm_stopped_by(m));
        const bm_scores s1 = bm_model_scores(whole, "train"), s2 = bm_model_scores(m, "train"),
                        b1 = bm_model_scores(whole, "baseline"), b2 = bm_model_scores(m, "baseline");
        same_scores(&s2, &s1, 1e-9);
        same_scores(&b2, &b1, 1e-9);
        bm_free(whole);
        bm_free(m);
        bm_free(c);
    }
    bm_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
