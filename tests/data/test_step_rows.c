// SPDX-License-Identifier: Apache-2.0
/* What the rows of the training mean to every kind of step that is registered: their order has no say, a row of weight n is n rows, and
 * what stands in one of weight 0 is not looked at.
 */
#include "data/step_support.h"

/* ---- order ---- */
/* Fitted on the rows of an example in another order, a step gives rows to be predicted the same features, up to the order of sums. */
static void another_order(const bmi_step_kind *k, const bmi_step_example *x)
{
    char what[300];
    bm_table *t = table_of(x->table, NULL), *u = x->rows ? table_of(x->rows, NULL) : table_of(x->table, NULL);
    const int64_t n = bm_table_rows(t);
    int64_t *order = malloc((size_t)n * sizeof *order);
    assert_non_null(order);
    for (int64_t i = 0; i < n; i++) order[i] = n - 1 - i;
    for (int64_t i = 0; i + 2 < n; i += 3) { /* not only backwards */
        const int64_t kept = order[i];
        order[i] = order[i + 2];
        order[i + 2] = kept;
    }
    bm_table *turned = bm_table_take_at(t, (bm_rows){ order, (size_t)n }, BM_HERE);
    bm_recipe *r = recipe_of(k, x, NULL), *q = recipe_of(k, x, NULL);
    bm_recipe_fit(r, t);
    bm_recipe_fit(q, turned);
    bm_dataset *d = bm_recipe_apply_x(r, u), *e = bm_recipe_apply_x(q, u);
    say(what, k, x, "fitted on rows in another order");
    if (bm_failed(d) || bm_failed(e)) fail_msg("%s: %s %s", what, bm_error(d), bm_error(e));
    assert_int_equal(bm_recipe_features(r), bm_recipe_features(q));
    for (int64_t c = 0; c < bm_recipe_features(r); c++) {
        assert_string_equal(bm_recipe_feature_name(r, c), bm_recipe_feature_name(q, c));
        for (int64_t i = 0; i < bm_dataset_rows(d); i++) bmt_near(what, cell(e, i, c), cell(d, i, c), 1e-9);
    }
    free(order);
    bm_free(d);
    bm_free(e);
    bm_free(r);
    bm_free(q);
    bm_free(t);
    bm_free(u);
    bm_free(turned);
}

static void order_of_training(void **state)
{
    (void)state;
    each_example(another_order);
}

/* ---- weights ---- */
/* Two recipes of the step on one column, the one with weights, fitted on tables; both then give the rows of `of` the same features. */
static void alike(const bmi_step_kind *k, const char *column, const char *const *columns, size_t n_columns, const char *weighed,
                  const char *other, const char *other_weights, const char *of, double tolerance)
{
    char what[300];
    const bool plain = k->needs_target; /* what follows would be fitted on what folds of other rows give */
    bm_table *t = table_of(weighed, NULL), *u = table_of(other, NULL), *v = table_of(of, NULL);
    bm_recipe *r = bm_recipe_new(.target = "y", .weights = "w", .task = BM_REGRESSION, .type = BM_F64, .plain = plain),
              *q =
                  bm_recipe_new(.target = "y", .weights = other_weights, .task = BM_REGRESSION, .type = BM_F64, .plain = plain);
    bm_recipe_step(r, k->name, NULL, column);
    bm_recipe_step(q, k->name, NULL, column);
    for (size_t i = 0; plain && i < n_columns; i++)
        if (strcmp(columns[i], column)) bm_recipe_drop(r, columns[i]), bm_recipe_drop(q, columns[i]);
    const bm_status st = bm_recipe_fit(r, t);
    snprintf(what, sizeof what, "%s on %s: %s, %s", k->name, column, bm_error(r), bm_recipe_fit(q, u) ? bm_error(q) : "");
    if (st != bm_status_of(q)) fail_msg("%s", what);
    bm_dataset *d = bm_recipe_apply_x(r, v), *e = bm_recipe_apply_x(q, v);
    if (!st) assert_int_equal(bm_recipe_features(r), bm_recipe_features(q));
    if (!st && bm_failed(d)) fail_msg("%s: %s", what, bm_error(d));
    for (int64_t j = 0; !st && j < bm_dataset_x(d, 0)->size; j++) {
        const double a = bm_tensor_at(bm_dataset_x(d, 0), j), b = bm_tensor_at(bm_dataset_x(e, 0), j);
        if (tolerance > 0) bmt_near(what, a, b, tolerance);
        else if (memcmp(&a, &b, sizeof a) != 0) fail_msg("%s: feature %d is %.17g and %.17g", what, (int)j, a, b);
    }
    bm_free(d);
    bm_free(e);
    bm_free(r);
    bm_free(q);
    bm_free(t);
    bm_free(u);
    bm_free(v);
}

static const char *const tries[] = { "z", "word", "x", "few" };
static const char weighed[] = "x,z,word,few,y,w\n1,2,a,,1,2\n5,-1,b,1,2,1\n,7,a,2,4,3\n2.5,1,c,6,3,0\n9,3,b,,8,1\n4,0,a,,6,2\n";

/* A table in which rows stand as often as another weighs them. */
static void weights_are_rows(void **state)
{
    (void)state;
    static const char repeated[] = "x,z,word,few,y\n1,2,a,,1\n1,2,a,,1\n5,-1,b,1,2\n,7,a,2,4\n,7,a,2,4\n,7,a,2,4\n9,3,b,,8\n"
                                   "4,0,a,,6\n4,0,a,,6\n";
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t c = 0; c < BMI_COUNT(tries); c++)
            alike(k, tries[c], tries, BMI_COUNT(tries), weighed, repeated, NULL, weighed, 1e-11);
}

/* The row of weight 0 with other cells, and without it. */
static void rows_without_a_say(void **state)
{
    (void)state;
    static const char other[] =
        "x,z,word,few,y,w\n1,2,a,,1,2\n5,-1,b,1,2,1\n,7,a,2,4,3\n-1e30,NA,q,,-7,0\n9,3,b,,8,1\n4,0,a,,6,2\n";
    static const char without[] = "x,z,word,few,y,w\n1,2,a,,1,2\n5,-1,b,1,2,1\n,7,a,2,4,3\n9,3,b,,8,1\n4,0,a,,6,2\n";
    const bmi_step_kind *k;
    for (size_t i = 0; (k = kind_at(i)); i++)
        for (size_t c = 0; c < BMI_COUNT(tries); c++) {
            alike(k, tries[c], tries, BMI_COUNT(tries), weighed, other, "w", weighed, 0);
            alike(k, tries[c], tries, BMI_COUNT(tries), weighed, without, "w", weighed, 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(order_of_training), cmocka_unit_test(weights_are_rows),
                                        cmocka_unit_test(rows_without_a_say) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
