// SPDX-License-Identifier: Apache-2.0
/* One-hot columns are kept as the category of each row: whatever steps do to some of them, the others stay what they are. */
#include "support/bmt.h"
#include "tensor/tensor.h"
#include <baeum.h>
#include <math.h>
#include <string.h>

static bm_table *table_of(const char *text)
{
    bm_table *t = bm_table_read_csv(bmt_temp_file("categories.csv", text, strlen(text)));
    if (bm_failed(t)) fail_msg("%s", bm_error(t));
    return t;
}

static const char five[] = "c,x\nu,1\nv,2\nu,3\n,4\nw,5\n";

/* The features of a recipe that has been told its steps, of the training rows and applied: both as `want` says. Takes the recipe. */
static void features(bm_recipe *r, const bm_table *t, int64_t rows, int64_t columns, const double *want)
{
    bm_dataset *fitted = bm_recipe_fit_apply(r, t);
    if (bm_failed(fitted)) fail_msg("%s", bm_error(fitted));
    bm_dataset *applied = bm_recipe_apply(r, t);
    const bm_tensor *x[2] = { bm_dataset_x(fitted, 0), bm_dataset_x(applied, 0) };
    for (int way = 0; way < 2; way++) {
        assert_int_equal(bm_tensor_shape(x[way]).dim[0], rows);
        assert_int_equal(bm_tensor_shape(x[way]).dim[1], columns);
        for (int64_t i = 0; i < rows * columns; i++) bmt_near("a feature", bm_tensor_at(x[way], i), want[i], 1e-12);
    }
    bm_free(applied);
    bm_free(fitted);
    bm_free(r);
}

static void one_dropped(void **state)
{
    (void)state;
    bm_table *t = table_of(five);
    bm_recipe *r = bm_recipe_new(.plain = true, .type = BM_F64);
    bm_recipe_step(r, "one_hot", NULL, "c");
    bm_recipe_step(r, "drop", NULL, "c=v");
    features(r, t, 5, 4, (const double[]){ 1, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 3, 0, 0, 1, 4, 0, 1, 0, 5 });
    bm_free(t);
}

static void one_scaled(void **state)
{
    (void)state;
    const double z = sqrt(1.5); /* (1 - .4) / sqrt(.24) */
    bm_table *t = table_of(five);
    bm_recipe *r = bm_recipe_new(.plain = true);
    bm_recipe_step(r, "one_hot", NULL, "c");
    bm_recipe_step(r, "min_max", "2,4", "c=w");
    bm_recipe_step(r, "drop", NULL, "x", "c=u");
    features(r, t, 5, 3, (const double[]){ 0, 2, 0, 1, 2, 0, 0, 2, 0, 0, 2, 1, 0, 4, 0 });
    r = bm_recipe_new(.plain = true, .type = BM_F64);
    bm_recipe_step(r, "one_hot", NULL, "c");
    bm_recipe_step(r, "standardize", NULL, "c=u");
    bm_recipe_step(r, "drop", NULL, "x");
    const double low = -1 / z;
    features(r, t, 5, 4, (const double[]){ z, 0, 0, 0, low, 1, 0, 0, z, 0, 0, 0, low, 0, 0, 1, low, 0, 1, 0 });
    bm_free(t);
}

/* A whole step, of one column: what is left of it is its distance from its mean. */
static void turned(void **state)
{
    (void)state;
    bm_table *t = table_of(five);
    bm_recipe *r = bm_recipe_new(.plain = true, .type = BM_F64);
    bm_recipe_step(r, "one_hot", NULL, "c");
    bm_recipe_step(r, "pca", "1", "c=u");
    bm_recipe_step(r, "drop", NULL, "c=v", "c=w", "x");
    features(r, t, 5, 2, (const double[]){ .6, 0, -.4, 0, .6, 0, -.4, 1, -.4, 0 });
    bm_free(t);
}

/* Rows that are left out of training behind the one-hot step. */
static void rows_left_out(void **state)
{
    (void)state;
    char text[1000] = "c,x\n";
    for (int i = 0; i < 40; i++) snprintf(text + strlen(text), 20, "%c,%d\n", "uvw"[i % 3], i == 7 ? 100000 : i % 5);
    bm_table *t = table_of(text);
    bm_recipe *r = bm_recipe_new(.plain = true);
    bm_recipe_step(r, "one_hot", NULL, "c");
    bm_recipe_step(r, "outliers", "z", "x");
    bm_dataset *d = bm_recipe_fit_apply(r, t);
    const bm_tensor *x = bm_dataset_x(d, 0);
    assert_int_equal(bm_tensor_shape(x).dim[0], 39);
    for (int64_t i = 0; i < 39; i++)
        for (int64_t k = 0; k < 4; k++) assert_true(bm_tensor_at(x, i * 5 + k) == ((i + (i >= 7)) % 3 == k));
    bm_free(d);
    bm_free(r);
    bm_free(t);
}

/* A matrix is the same bits for any number of threads. */
static void threads(void **state)
{
    (void)state;
    enum { N = 3000, COLUMNS = 11 + 1 + 3 + 1 + 1 }; /* squares leave 0, 1 and 4 of 5 */
    static float first[N * COLUMNS];
    static char text[60 * N] = "c,d,x\n";
    size_t n = strlen(text);
    for (int i = 0; i < N; i++) n += (size_t)snprintf(text + n, 60, "c%d,d%d,%.3f\n", i * 7 % 11, i * i % 5, i * .37);
    for (int k = 1; k <= 4; k++) {
        bm_context *context = bm_context_new(.threads = k);
        bm_table *t = bm_table_read_csv(bmt_temp_file("threads.csv", text, n), .context = context);
        bm_recipe *r = bm_recipe_new(.context = context);
        bm_dataset *d = bm_recipe_fit_apply(r, t);
        if (bm_failed(d)) fail_msg("%s", bm_error(d));
        const bm_tensor *x = bm_dataset_x(d, 0);
        assert_int_equal(bm_tensor_shape(x).dim[1], COLUMNS);
        if (k == 1) memcpy(first, x->data, sizeof first);
        assert_memory_equal(first, x->data, sizeof first);
        bm_free(d);
        bm_free(r);
        bm_free(t);
        bm_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_dropped), cmocka_unit_test(one_scaled), cmocka_unit_test(turned),
                                        cmocka_unit_test(rows_left_out), cmocka_unit_test(threads) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
