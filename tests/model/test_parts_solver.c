// SPDX-License-Identifier: Apache-2.0
/* Which solver a learner of classes takes for a file by itself: newton, for a pass is dear, as long as the squares of all classes have at most
 * 8 Mi numbers; beyond that L-BFGS, as many columns as there are. Both end where the fit in memory does.
 */
#include "support/bmt.h"
#include "base/random.h"
#include <baeum/data.h>
#include <baeum/model.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Without an intercept its column is there all the same. */
typedef struct shape {
    int columns, classes, rows;
} shape;
static const shape most = { 499, (8 << 20) / (500 * 500), 99 }, more = { 499, (8 << 20) / (500 * 500) + 1, 102 },
                   narrow = { 127, (8 << 20) / (128 * 128) + 1, 520 };

static bm_context *context; /* of one thread: two would wait for each other at every class */

static const char *made(const shape *s)
{
    char *text = malloc((size_t)(s->rows + 1) * (size_t)(s->columns + 1) * 12), *at = text;
    for (int c = 0; c < s->columns; c++) at += sprintf(at, "c%d,", c);
    at += sprintf(at, "class\n");
    for (int i = 0; i < s->rows; i++) {
        for (int c = 0; c < s->columns; c++)
            at += sprintf(at, "%.3f,",
                          bmi_random_normal(6, (uint64_t)c, (uint64_t)i) + (i % s->classes % s->columns == c ? 3 : 0));
        at += sprintf(at, "k%d\n", i % s->classes);
    }
    const char *path = bmt_temp_file("classes.csv", text, (size_t)(at - text));
    free(text);
    return path;
}

static bm_model *model_of(const char *how)
{
    char spec[100];
    bm_recipe *r = bm_recipe_new(.target = "class", .task = BM_CLASSIFICATION, .plain = true, .context = context);
    snprintf(spec, sizeof spec, "one_vs_rest:C=.01,no_intercept=true,%s", how);
    bm_model *m = bm_learner_parse(spec, r);
    bm_free(r);
    return m;
}

static bm_model *fitted(const char *path, const char *how)
{
    bm_csv *c = bm_csv_open(path, .context = context);
    bm_model *m = model_of(how);
    bm_fit_csv(m, c);
    if (bm_failed(m)) fail_msg("%s: %s", how, bm_error(m));
    bm_free(c);
    return m;
}

/* Whether two ways to fit, of one step each, give the same bits. */
static bool same(const char *path, const char *a, const char *b)
{
    bm_model *m[] = { fitted(path, a), fitted(path, b) };
    const bm_tensor *x = bm_model_weight(m[0], "output/kernel"), *y = bm_model_weight(m[1], "output/kernel");
    assert_int_equal(bm_tensor_size(x), bm_tensor_size(y));
    const bool are = !memcmp(bm_data_f64(x), bm_data_f64(y), (size_t)bm_tensor_size(x) * sizeof(double));
    for (int i = 0; i < 2; i++) bm_free(m[i]);
    return are;
}

static void ends_as_in_memory(const char *path)
{
    bm_model *m = fitted(path, "tolerance=1e-10"), *whole = model_of("tolerance=1e-10,solver=lbfgs");
    bm_table *t = bm_table_read_csv(path, .context = context);
    bm_fit_table(whole, t);
    if (bm_failed(whole)) fail_msg("%s", bm_error(whole));
    assert_int_equal(bm_ended(m), 0);
    assert_int_equal(bm_ended(whole), 0);
    const bm_tensor *x = bm_model_weight(whole, "output/kernel"), *y = bm_model_weight(m, "output/kernel");
    double largest = 0;
    for (int64_t i = 0; i < bm_tensor_size(x); i++) largest = fmax(largest, fabs(bm_tensor_at(x, i)));
    assert_true(largest > 0);
    for (int64_t i = 0; i < bm_tensor_size(x); i++) bmt_near("weight", bm_tensor_at(y, i), bm_tensor_at(x, i), 1e-7 * largest);
    bm_free(m);
    bm_free(whole);
    bm_free(t);
}

static void up_to_the_most(void **state)
{
    (void)state;
    const char *path = made(&most);
    assert_true(same(path, "iterations=1", "iterations=1,solver=newton"));
    assert_false(same(path, "iterations=1", "iterations=1,solver=lbfgs"));
    ends_as_in_memory(path);
}

static void beyond(void **state)
{
    (void)state;
    const shape *const of[] = { &more, &narrow };
    for (int i = 0; i < 2; i++) {
        const char *path = made(of[i]);
        assert_true(same(path, "iterations=1", "iterations=1,solver=lbfgs"));
        ends_as_in_memory(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(up_to_the_most), cmocka_unit_test(beyond) };
    context = bm_context_new(.threads = 1);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    bm_free(context);
    return failed;
}
